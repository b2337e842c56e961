"""Each fault that a network can have, with the status and id that it ends in, or the success that it must not prevent.

SPDX-License-Identifier: Apache-2.0
"""
import email.utils
import hashlib
import random
import ssl

import pytest

from probe import ask, download, level, list_names
from fakenet import (Authority, FakeNet, chunked, cut, endless, gzipped, hang_up, needs_user, ok, ranged, raw, redirect, silent,
                     slow, status)

BODY = bytes(range(256)) * 40
SHA = hashlib.sha256(BODY).hexdigest()
PATH = "/files/x.whl"


@pytest.fixture
def net():
    with FakeNet() as n:
        yield n


def get(net, top=None, env=None, url=None, **more):
    return download(net, [{"url": url or net.url(PATH), "sha256": SHA, **more}], env, top)


def once(net, behaviour, now=None, **more):
    """The fault on the first request only; the file must arrive whole."""
    net.script(PATH, [behaviour, ok(BODY)])
    outcome = download(net, [{"url": net.url(PATH), "sha256": SHA, **more}], now=now)
    (file,) = outcome.result()
    assert file["bytes"] == len(BODY) and file["sha256"] == SHA
    assert len(net.seen(PATH)) == 2, [r.target for r in net.requests]
    return outcome, file


def always(net, behaviour, status, id, attempts, top=None, **more):
    net.script(PATH, [behaviour])
    outcome = get(net, {"retries": 1, **(top or {})}, **more)
    words = outcome.failed(status, id)
    assert len(net.seen(PATH)) == attempts, outcome.log
    assert "127.0.0.1" in words
    return outcome, words


FAULTS = {
    "cut-at-0": (cut(BODY, 0), "truncated"),
    "cut-at-1": (cut(BODY, 1), "truncated"),
    "cut-in-the-middle": (cut(BODY, 5000), "truncated"),
    "cut-at-the-last": (cut(BODY, len(BODY) - 1), "truncated"),
    "length-one-too-many": (cut(BODY, len(BODY), len(BODY) + 1), "truncated"),
    "chunks-cut": (chunked(BODY, complete=False), "truncated"),
    "chunk-size-overflow": (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nx"), "truncated"),
    "no-answer": (hang_up(), "truncated"),
    "reset": (hang_up(reset=True), "connect"),
    "silent": (silent(), "stalled"),
    "silent-after-the-head": (silent(after_head=True), "stalled"),
    "one-byte-at-a-time": (slow(BODY, 100), "stalled"),
    "500": (status(500), "http-status"),
    "502": (status(502), "http-status"),
    "503": (status(503), "http-status"),
    "504": (status(504), "http-status"),
    "429": (status(429), "http-status"),
    "length-is-no-number": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nx"), "bad-response"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_passing_fault_is_survived(net, name):
    once(net, FAULTS[name][0])


@pytest.mark.parametrize("name", FAULTS)
def test_lasting_fault_ends_in_status_5(net, name):
    outcome, _ = always(net, FAULTS[name][0], 5, FAULTS[name][1], 2, {"timeout": 1})
    assert outcome.seconds < 12


FINAL = {
    "401": (status(401), "http-401"),
    "403": (status(403), "http-403"),
    "404": (status(404), "http-404"),
    "410": (status(410), "http-404"),
    "400": (status(400), "http-status"),
    "501": (status(501), "http-status"),
    "redirect-without-target": (status(302), "http-status"),
    "a-range-nobody-asked-for": (ok(BODY, status=206), "bad-range"),
    "not-http": (raw(b"SSH-2.0-OpenSSH\r\n"), "bad-response"),
    "header-line-of-1-MiB": (raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * (1 << 20) + b"\r\n\r\n"), "bad-response"),
    "100000-headers": (raw(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 100000 + b"\r\n"), "bad-response"),
    "flood-of-1xx": (raw(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 20000), "bad-response"),
    "location-of-300-KiB": (raw(b"HTTP/1.1 302 Found\r\nLocation: /" + b"x" * (300 << 10) + b"\r\n\r\n"), "bad-response"),
    "location-of-20-KiB": (redirect("/" + "x" * 20000), "redirect-refused"),
}


@pytest.mark.parametrize("name", FINAL)
def test_final_answers_are_not_asked_again(net, name):
    always(net, FINAL[name][0], 5, FINAL[name][1], 1)


def test_restart_takes_bytes_back(net):
    _, file = once(net, cut(BODY, 5000))
    assert file["restarts"] == 1


def test_retries_are_counted(net):
    net.script(PATH, [status(503)] * 2 + [ok(BODY)])
    get(net, {"retries": 1}).failed(5, "http-status")
    assert len(net.seen(PATH)) == 2
    net.script(PATH, [status(503)] * 3 + [ok(BODY)])
    get(net, {"retries": 3}).result()


def test_no_retries(net):
    always(net, status(503), 5, "http-status", 1, {"retries": 0})


# --- damaged bodies ---

def test_wrong_bytes_once(net):
    _, file = once(net, ok(b"?" + BODY[1:]))
    assert file["restarts"] == 1


def test_wrong_bytes_always(net):
    net.serve(PATH, ok(b"?" + BODY[1:]))
    outcome = get(net, {"retries": 1})
    assert outcome.error["id"] == "hash-mismatch" and outcome.error["status"] == 4
    assert len(net.seen(PATH)) == 2


def test_longer_than_its_known_size(net):
    for behaviour in (ok(BODY + b"x"), chunked(BODY + b"x")):
        net.requests.clear()
        always(net, behaviour, 5, "too-large", 2, size=len(BODY))
        net.requests.clear()
        once(net, behaviour, size=len(BODY))


def test_shorter_than_its_known_size(net):
    for behaviour in (ok(BODY[:-1]), chunked(BODY[:-1])):
        net.requests.clear()
        always(net, behaviour, 5, "truncated", 2, size=len(BODY))


def test_limit_of_announced_and_of_endless_bodies(net):
    always(net, ok(BODY), 5, "too-large", 1, max_size=1000)
    net.requests.clear()
    outcome, _ = always(net, endless(), 5, "too-large", 1, max_size=1 << 20)
    assert outcome.seconds < 5


def test_sink_error_is_final(net):
    net.serve(PATH, ok(BODY))
    outcome = get(net, refuse=True)
    assert (outcome.error["status"], outcome.error["id"], outcome.error["what"]) == (6, "disk-full", "no space for the file")
    assert len(net.seen(PATH)) == 1


def test_first_failure_stops_the_others(net):
    net.serve("/files/slow.whl", slow(BODY, 2000))
    net.serve(PATH, status(404))
    outcome = download(net, [{"url": net.url("/files/slow.whl")}, {"url": net.url(PATH)}])
    outcome.failed(5, "http-404")
    assert outcome.seconds < 3


# --- Retry-After ---

def waited(net):
    first, second = net.seen(PATH)
    return second.time - first.time


@pytest.mark.parametrize("value, least, most", [
    ("1", 0.9, 2), ("0", 0, 0.2), ("soon", 0.1, 0.5), ("-5", 0.1, 0.5), ("1.5", 0.1, 0.5), ("", 0.1, 0.5),
    ("9" * 30, 0.1, 0.5), ("Sun, 06 Nov 1994 08:49:37 GMT", 0, 0.2), ("Sunday, 06-Nov-94 08:49:37 GMT", 0, 0.2),
    ("Sun Nov  6 08:49:37 1994", 0, 0.2), ("Sun, 99 Nov 1994 08:49:37 GMT", 0.1, 0.5),
])
def test_retry_after(net, value, least, most):
    once(net, status(503, [("Retry-After", value)]), now=1_700_000_000)
    assert least <= waited(net) <= most, waited(net)


def test_retry_after_date_counts_from_the_servers_clock(net):
    then, later = (email.utils.formatdate(t, usegmt=True) for t in (1e9, 1e9 + 1))
    once(net, status(429, [("Date", then), ("Retry-After", later)]))
    assert 0.9 <= waited(net) <= 2


# --- redirects ---

def test_redirects_are_followed(net):
    for code in (301, 302, 303, 307, 308):
        net.serve("/from", redirect("/files/../files/./x.whl", code))
        net.serve(PATH, ok(BODY))
        get(net, url=net.url("/from")).result()


def test_five_hops_and_no_more(net):
    for i in range(7):
        net.serve(f"/hop{i}", redirect(f"/hop{i + 1}"))
    net.serve("/hop7", ok(BODY))
    get(net, url=net.url("/hop2")).result()
    get(net, url=net.url("/hop1")).failed(5, "redirect-loop")


def test_redirect_loop(net):
    always(net, redirect(PATH), 5, "redirect-loop", 6)


@pytest.mark.parametrize("target", [
    "file:///etc/passwd", "ftp://127.0.0.1/x", "scp://127.0.0.1/x", "javascript:0", "http://example.com/x",
    "http://169.254.169.254/latest/meta-data/", "http:///x", "http://[::1/x", "http://a b/x", "http://h:99999/x",
])
def test_redirects_that_are_refused(net, target):
    always(net, redirect(target), 5, "redirect-refused", 1)


def test_a_retry_starts_at_the_beginning(net):
    net.serve("/from", redirect(PATH))
    net.script(PATH, [status(503), ok(BODY)])
    get(net, url=net.url("/from")).result()
    assert len(net.seen("/from")) == 2


def test_credentials_stay_at_their_origin(net):
    with FakeNet() as other:
        other.serve(PATH, ok(BODY))
        net.serve("/same", redirect(PATH))
        net.serve(PATH, needs_user("me:secret", redirect(other.url(PATH, user="you:too"))))
        get(net, url=net.url("/same", user="me:secret")).result()
        assert [r.user() for r in net.requests] == ["me:secret", "me:secret"]
        assert [r.user() for r in other.requests] == [None]


# --- ranges ---

def ask_range(net, behaviour, first=100, last=199):
    net.serve(PATH, behaviour)
    return download(net, [{"url": net.url(PATH), "range": [first, last]}])


def test_range(net):
    (file,) = ask_range(net, ranged(BODY)).result()
    assert file["sha256"] == hashlib.sha256(BODY[100:200]).hexdigest()
    assert net.requests[0].headers["range"] == "bytes=100-199"


@pytest.mark.parametrize("lie, id", [("ignore", "bad-range"), ("shift", "bad-range"), ("none", "http-status")])
def test_range_that_is_not_met(net, lie, id):
    ask_range(net, ranged(BODY, lie)).failed(5, id)


# --- gzip ---

def test_gzip_pages(net):
    text = net.page_text([net.file("six-1.0-py3-none-any.whl", BODY)])
    net.serve("/simple/six/", gzipped(text))
    assert len(list_names(net, ["six"]).result()["six"]["files"]) == 1
    assert net.seen("/simple/six/")[0].headers["accept-encoding"] == "gzip"


def test_gzip_in_chunks_of_several_members(net):
    import gzip
    text = net.page_text([net.file("six-1.0-py3-none-any.whl", BODY)])
    data = gzip.compress(text[:50]) + gzip.compress(text[50:])
    net.serve("/simple/six/", chunked(data, content_type="text/html", size=7, headers=[("Content-Encoding", "gzip")]))
    assert len(list_names(net, ["six"]).result()["six"]["files"]) == 1


@pytest.mark.parametrize("fault, id", [({"at": 60}, "truncated"), ({"damage": True}, "bad-response")])
def test_damaged_gzip(net, fault, id):
    text = net.page_text([net.file(f"six-{i}.0-py3-none-any.whl", BODY) for i in range(30)])
    net.script("/simple/six/", [gzipped(text, **fault), gzipped(text)])
    assert len(list_names(net, ["six"]).result()["six"]["files"]) == 30
    net.serve("/simple/six/", gzipped(text, **fault))
    list_names(net, ["six"], top={"retries": 1}).failed(5, id)


def test_gzip_bomb(net):
    net.serve("/simple/six/", gzipped(b"\0" * (200 << 20)))
    outcome = list_names(net, ["six"])
    outcome.failed(5, "too-large")
    assert len(net.seen("/simple/six/")) == 1


def test_other_encodings_of_pages(net):
    net.serve("/simple/six/", ok(b"?", "text/html", headers=[("Content-Encoding", "br")]))
    list_names(net, ["six"]).failed(5, "bad-response")


def test_files_are_taken_as_they_are(net):
    """Some servers mark archives with the encoding that they have inside."""
    net.serve(PATH, ok(BODY, headers=[("Content-Encoding", "gzip")]))
    get(net).result()
    assert net.requests[0].headers["accept-encoding"] == "identity"


# --- connections ---

def test_nobody_listens(net):
    with FakeNet() as gone:
        port = gone.port
    outcome = get(net, {"retries": 1}, url=f"http://127.0.0.1:{port}/x.whl")
    words = outcome.failed(5, "connect")
    assert "127.0.0.1" in words


def test_unknown_host(net):
    outcome = get(net, {"retries": 0, "trusted_hosts": ["nowhere.invalid"]}, url="http://nowhere.invalid/x.whl")
    assert "nowhere.invalid" in outcome.failed(5, "dns")


def test_plain_http_is_for_loopback_and_trusted_hosts(net):
    words = get(net, url="http://index.example/x.whl").failed(2, "insecure-url")
    assert "--trusted-host index.example" in words
    assert not net.requests


def test_other_schemes(net):
    get(net, url="ftp://index.example/x.whl").failed(2, "url")


# --- TLS ---

@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


def tls_get(net, **top):
    net.serve(PATH, ok(BODY))
    return get(net, {"retries": 0, **top})


def test_tls_with_own_authority(authority):
    with FakeNet(certificate=authority.issue("good")) as net:
        tls_get(net, cert=authority.certificate).result()
        for variable in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            get(net, env={variable: authority.certificate}).result()


def test_tls_of_an_unknown_authority(authority):
    with FakeNet(certificate=authority.issue("unknown")) as net:
        words = tls_get(net, retries=2).failed(5, "tls")
        assert "--cert" in words and not net.requests
        tls_get(net, trusted_hosts=["127.0.0.1"]).result()
        tls_get(net, trusted_hosts=[f"127.0.0.1:{net.port}"]).result()
        tls_get(net, trusted_hosts=["127.0.0.1:1"]).failed(5, "tls")


def test_tls_of_another_host(authority):
    with FakeNet(certificate=authority.issue("elsewhere", san="DNS:elsewhere.example")) as net:
        tls_get(net, cert=authority.certificate).failed(5, "tls")


def test_tls_certificate_that_has_run_out(authority):
    with FakeNet(certificate=authority.issue("old", days="-1")) as net:
        assert "expired" in tls_get(net, cert=authority.certificate).failed(5, "tls")


def test_tls_that_is_too_old(authority):
    with FakeNet(certificate=authority.issue("old-tls"), tls_version=ssl.TLSVersion.TLSv1_1) as net:
        tls_get(net, cert=authority.certificate).failed(5, "tls")


def test_tls_to_a_server_without(net):
    outcome = get(net, {"retries": 0}, url=f"https://127.0.0.1:{net.port}{PATH}")
    outcome.failed(5, "tls")


def test_tls_client_certificate(authority):
    pem = authority.issue("client")
    with FakeNet(certificate=authority.issue("server"), client_authority=authority.certificate) as net:
        assert tls_get(net, cert=authority.certificate).error["status"] == 5
        tls_get(net, cert=authority.certificate, client_cert=pem).result()


def test_missing_certificate_file(net):
    net.serve(PATH, ok(BODY))
    assert "/nowhere/ca.pem" in get(net, {"cert": "/nowhere/ca.pem"}).failed(2, "cert-file")


def test_certificate_file_that_is_none(authority, tmp_path):
    (tmp_path / "ca.pem").write_text("nothing")
    with FakeNet(certificate=authority.issue("none")) as net:
        tls_get(net, cert=str(tmp_path / "ca.pem")).failed(2, "cert-file")


def test_redirect_from_https_to_http(authority, net):
    net.serve(PATH, ok(BODY))
    with FakeNet(certificate=authority.issue("down")) as secure:
        secure.serve(PATH, redirect(net.url(PATH)))
        top = {"cert": authority.certificate, "retries": 1}
        get(secure, top).failed(5, "redirect-refused")
        get(secure, {**top, "trusted_hosts": ["127.0.0.1"]}).result()


# --- proxies ---

def through(proxy, net, env=None, **top):
    host = "index.example"
    net.serve(PATH, ok(BODY))
    variables = {"http_proxy": proxy} if isinstance(proxy, str) else proxy
    return get(net, {"trusted_hosts": [host], "retries": 1, **top}, {**variables, **(env or {})}, url=net.url(PATH, host=host))


def test_proxy_of_plain_http(net):
    with FakeNet() as proxy:
        proxy.serve(PATH, ok(BODY))
        through(proxy.url(), net).result()
        assert proxy.requests[0].target == f"http://index.example:{net.port}{PATH}"
        through({"ALL_PROXY": proxy.url()}, net).result()
        through({"HTTP_PROXY": proxy.url()}, net).result()
        # A name that a CGI client could have made up.
        through({"HTTP_PROXY": proxy.url(), "REQUEST_METHOD": "GET"}, net, retries=0).failed(5, "dns")


def test_proxy_tunnel(authority):
    with FakeNet(certificate=authority.issue("tunnel", san="DNS:index.example")) as net, FakeNet() as proxy:
        through({"HTTPS_PROXY": proxy.url()}, net, cert=authority.certificate).result()
        assert proxy.tunnels == [f"index.example:{net.port}"]


def test_proxy_that_asks_who_we_are(authority):
    with FakeNet(certificate=authority.issue("asking", san="DNS:index.example")) as net, FakeNet(proxy_user="me:p@ss") as proxy:
        outcome = through({"HTTPS_PROXY": proxy.url()}, net, cert=authority.certificate)
        assert "407" in outcome.failed(5, "proxy")
        through({"HTTPS_PROXY": proxy.url(user="me:p%40ss")}, net, cert=authority.certificate).result()
        outcome = through({"HTTPS_PROXY": proxy.url(user="me:wr%40ng")}, net, cert=authority.certificate)
        outcome.failed(5, "proxy")
        assert "wr@ng" not in outcome.text and "wr%40ng" not in outcome.text


def test_plain_proxy_that_asks_who_we_are(net):
    with FakeNet(proxy_user="me:pw") as proxy:
        proxy.serve(PATH, ok(BODY))
        through(proxy.url(), net).failed(5, "proxy")
        through(proxy.url(user="me:pw"), net).result()


def test_proxy_that_cannot_reach_the_host(authority):
    with FakeNet(certificate=authority.issue("far", san="DNS:index.example")) as net, FakeNet(connect_status=502) as proxy:
        assert "502" in through({"HTTPS_PROXY": proxy.url()}, net, cert=authority.certificate).failed(5, "proxy")
        assert len(proxy.requests) == 2


def test_dead_proxy_and_hosts_without_proxy(net):
    with FakeNet() as gone:
        url = gone.url()
    net.serve(PATH, ok(BODY))
    get(net, {"retries": 0}, {"HTTP_PROXY": url}).failed(5, "proxy")
    get(net, {}, {"HTTP_PROXY": url, "NO_PROXY": "127.0.0.1"}).result()
    get(net, {}, {"HTTP_PROXY": url, "no_proxy": "*"}).result()
    # A configured proxy is above the variables.
    get(net, {"retries": 0, "proxy": url}, {"NO_PROXY": "*"}).failed(5, "proxy")


# --- many at once ---

def test_many_files_at_once(net):
    wanted = []
    for i in range(200):
        body = (b"%d" % i) * 500
        net.serve(f"/files/{i}", ok(body) if i % 7 else chunked(body))
        wanted.append({"url": net.url(f"/files/{i}"), "sha256": hashlib.sha256(body).hexdigest()})
    assert len(download(net, wanted).result()) == 200


def test_mixed_faults_among_many(net):
    wanted = []
    faults = [cut(BODY, 77), status(503), hang_up(), hang_up(reset=True), chunked(BODY, complete=False)]
    for i in range(60):
        net.script(f"/files/{i}", [faults[i % 5], ok(BODY)])
        wanted.append({"url": net.url(f"/files/{i}"), "sha256": SHA})
    assert all(f["sha256"] == SHA for f in download(net, wanted).result())


def test_random_schedules(net):
    """Whatever happens on the way: a success is the right bytes, a failure says why."""
    faults = [cut(BODY, 0), cut(BODY, 9000), chunked(BODY, complete=False), hang_up(), hang_up(reset=True), status(500), status(429),
              ok(b"?" + BODY[1:]), ok(BODY[:-1]), ok(BODY + b"x"), ok(BODY), chunked(BODY), redirect("/whole"), redirect("/404"),
              status(403), raw(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc")]
    net.serve("/whole", ok(BODY))
    random_source = random.Random(11)
    outcomes = set()
    for i in range(60):
        wanted = []
        for k in range(3):
            path = f"/files/{i}-{k}"
            net.script(path, random_source.choices(faults, k=random_source.randrange(1, 3)) + [ok(BODY)])
            wanted.append({"url": net.url(path), "sha256": SHA, **({"size": len(BODY)} if k else {})})
        outcome = download(net, wanted, top={"retries": 1})
        if outcome.error:
            assert outcome.error["status"] in (4, 5) and outcome.error["what"]
        else:
            assert [f["sha256"] for f in outcome.ok] == [SHA] * 3
        outcomes.add(outcome.error["id"] if outcome.error else "ok")
    assert {"ok", "http-404", "http-403"} <= outcomes, outcomes


def test_offline(net):
    ask({"command": "download", "offline": True, "downloads": [{"url": net.url(PATH)}], "command_line": level(net)}).failed(4, "offline")
    assert not net.requests


def test_interrupt(net):
    net.serve(PATH, silent())
    outcome = ask({"command": "download", "downloads": [{"url": net.url(PATH)}], "command_line": level(net, timeout=60)}, interrupt=0.5)
    assert (outcome.error["status"], outcome.error["id"]) == (130, "interrupted")
    assert outcome.seconds < 3
