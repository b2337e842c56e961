"""Which index answers, with which credentials, and what is said when none does.

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import stat

import pytest

from probe import ask, download, level, list_names
from fakenet import Authority, FakeNet, chunked, cut, needs_user, ok, redirect, silent, status

JSON_TYPE = "application/vnd.pypi.simple.v1+json"


@pytest.fixture
def net():
    with FakeNet() as n:
        yield n


def page(net, name, versions, root="/simple"):
    net.page(name, [net.file(f"{name.replace('-', '_')}-{v}-py3-none-any.whl", v.encode()) for v in versions], root)


def names_of(answer):
    return [u.rsplit("/", 1)[-1] for u in answer["files"]]


# --- pages ---

def test_html_page(net):
    page(net, "six", ["1.0", "2.0"])
    answer = list_names(net, ["six"]).result()["six"]
    assert names_of(answer) == ["six-1.0-py3-none-any.whl", "six-2.0-py3-none-any.whl"]
    assert answer["files"][0] == net.url("/files/six-1.0-py3-none-any.whl")
    assert answer["index"] == net.url("/simple")
    accept = net.requests[0].headers["accept"]
    assert accept == "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01"
    assert net.requests[0].headers["user-agent"].startswith("lamina/")


def test_json_page(net):
    body = {"meta": {"api-version": "1.1"}, "name": "six", "files": [
        {"filename": "six-1.0.tar.gz", "url": "../../files/six-1.0.tar.gz", "hashes": {}}]}
    net.serve("/simple/six/", ok(json.dumps(body).encode(), JSON_TYPE))
    assert list_names(net, ["six"]).result()["six"]["files"] == [net.url("/files/six-1.0.tar.gz")]


def test_links_are_relative_to_where_a_redirect_ends(net):
    net.serve("/simple/six/", redirect("/mirror/deep/six/"))
    net.serve("/mirror/deep/six/", ok(b'<a href="six-1.0.tar.gz">', "text/html"))
    assert list_names(net, ["six"]).result()["six"]["files"] == [net.url("/mirror/deep/six/six-1.0.tar.gz")]


BROKEN = {
    "empty": (b"", "text/html"),
    "cut-in-a-tag": (b'<html><a href="x-1.0.tar.gz">x</a><a href="x-2', "text/html"),
    "no-json": (b"{\"meta\": ", JSON_TYPE),
    "json-list": (b"[]", JSON_TYPE),
    "no-files": (b'{"meta": {"api-version": "1.0"}}', JSON_TYPE),
    "no-version": (b'{"files": []}', JSON_TYPE),
    "version-2": (b'{"meta": {"api-version": "2.0"}, "files": []}', JSON_TYPE),
    "html-version-2": (b'<meta name="pypi:repository-version" content="2.0"><a href="x-1.0.tar.gz">', "text/html"),
    "files-no-list": (b'{"meta": {"api-version": "1.0"}, "files": {}}', JSON_TYPE),
    "another-type": (b"hello", "text/plain"),
    "deep": (b"[" * 100000, JSON_TYPE),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_pages(net, name):
    net.serve("/simple/six/", ok(*BROKEN[name]))
    words = list_names(net, ["six"]).failed(5, "bad-index-page")
    assert "six" in words and "127.0.0.1" in words
    assert len(net.requests) == 1


def test_cut_page_is_asked_again(net):
    text = net.page_text([net.file(f"six-{i}.0-py3-none-any.whl", b"x") for i in range(50)])
    net.script("/simple/six/", [cut(text, 500, content_type="text/html"), chunked(text, complete=False, content_type="text/html"),
                                ok(text, "text/html")])
    assert len(list_names(net, ["six"]).result()["six"]["files"]) == 50


def test_page_without_files_is_an_answer(net):
    net.serve("/simple/six/", ok(b"<html></html>", "text/html"))
    assert list_names(net, ["six"]).result()["six"]["files"] == []


def test_quarantined_project(net):
    net.serve("/simple/six/", ok(b'<meta name="pypi:project-status" content="quarantined"><a href="six-1.0.tar.gz">', "text/html"))
    outcome = list_names(net, ["six"])
    answer = outcome.result()["six"]
    assert answer["files"] == [] and answer["status"] == "quarantined"
    assert any("quarantined" in n for n in outcome.notes)


def test_many_names_at_once(net):
    for i in range(300):
        page(net, f"p{i}", ["1.0"])
    result = list_names(net, [f"p{i}" for i in range(300)]).result()
    assert all(names_of(result[f"p{i}"]) == [f"p{i}-1.0-py3-none-any.whl"] for i in range(300))


# --- unknown projects ---

def test_unknown_project(net):
    page(net, "six", ["1.0"])
    outcome = list_names(net, ["six", "sixx", "seven"])
    words = outcome.failed(4, "unknown-project")
    assert '"sixx"' in words and "seven" not in words and net.url("/simple") in words


def test_failures_of_an_index(net):
    for code, id in ((401, "http-401"), (403, "http-403"), (500, "http-status"), (429, "http-status")):
        net.serve("/simple/six/", status(code))
        words = list_names(net, ["six"], top={"retries": 0}).failed(5, id)
        assert "six" in words and str(code) in words
        if code in (401, 403):
            assert "~/.netrc" in words


def test_no_index_configured(tmp_path):
    outcome = ask({"command": "list", "names": ["six"], "default_index": "file:///nonexistent-index"})
    outcome.failed(4, "unknown-project")


def test_offline(net):
    page(net, "six", ["1.0"])
    list_names(net, ["six"], offline=True).failed(4, "offline")
    assert not net.requests


# --- several indexes ---

def test_extra_index_is_asked_first_and_the_first_answer_counts(net):
    page(net, "six", ["1.0"], "/extra")
    page(net, "six", ["9.0"], "/simple")
    page(net, "seven", ["7.0"], "/simple")
    result = list_names(net, ["six", "seven"], top={"extra_index_urls": [net.url("/extra")]}).result()
    assert names_of(result["six"]) == ["six-1.0-py3-none-any.whl"] and result["six"]["index"] == net.url("/extra")
    assert names_of(result["seven"]) == ["seven-7.0-py3-none-any.whl"]
    assert not net.seen("/simple/six/") and net.seen("/extra/seven/")


@pytest.mark.parametrize("code, id", [(401, "http-401"), (403, "http-403"), (500, "http-status"), (503, "http-status")])
def test_errors_never_fall_through_to_the_next_index(net, code, id):
    page(net, "six", ["9.0"], "/simple")
    net.serve("/extra/six/", status(code))
    list_names(net, ["six"], top={"extra_index_urls": [net.url("/extra")], "retries": 0}).failed(5, id)
    assert not net.seen("/simple/six/")


def test_a_broken_page_does_not_fall_through(net):
    page(net, "six", ["9.0"], "/simple")
    net.serve("/extra/six/", ok(b"?", "text/plain"))
    list_names(net, ["six"], top={"extra_index_urls": [net.url("/extra")]}).failed(5, "bad-index-page")
    assert not net.seen("/simple/six/")


def test_index_of_globs_is_the_only_one_for_its_names(net):
    page(net, "corp-a", ["1.0"], "/corp")
    page(net, "corp-b", ["6.6"], "/simple")
    page(net, "six", ["1.0"], "/simple")
    toml = {"indexes": [{"name": "corp", "url": net.url("/corp"), "packages": ["corp-*", "internal"]}]}
    result = list_names(net, ["corp-a", "six"], lamina_toml=toml).result()
    assert result["corp-a"]["index"] == net.url("/corp") and result["six"]["index"] == net.url("/simple")
    assert not net.seen("/corp/six/") and not net.seen("/simple/corp-a/")
    words = list_names(net, ["corp-b"], lamina_toml=toml).failed(4, "unknown-project")
    assert not net.seen("/simple/corp-b/") and net.url("/corp") in words and net.url("/simple") not in words


def test_query_for_one_index(net):
    page(net, "six", ["1.0"], "/other")
    page(net, "six", ["9.0"], "/simple")
    by_url = list_names(net, [["six", net.url("/other/")]]).result()
    assert names_of(by_url["six"]) == ["six-1.0-py3-none-any.whl"]
    toml = {"indexes": [{"name": "other", "url": net.url("/other"), "explicit": True}]}
    by_name = list_names(net, [["six", "other"]], lamina_toml=toml).result()
    assert names_of(by_name["six"]) == ["six-1.0-py3-none-any.whl"]
    explicit = list_names(net, ["six"], lamina_toml=toml).result()
    assert names_of(explicit["six"]) == ["six-9.0-py3-none-any.whl"]


# --- find-links and folders ---

@pytest.fixture
def wheels(tmp_path):
    folder = tmp_path / "wheel house"
    folder.mkdir()
    for name in ("six-1.0-py3-none-any.whl", "six-1.1.tar.gz", "Big_Six-2.0-py3-none-any.whl", "big-six-2.1.tar.gz", "notes.txt"):
        (folder / name).write_bytes(b"x")
    return folder


def test_find_links_folder(net, wheels):
    page(net, "six", ["1.0"])
    result = list_names(net, ["six", "big-six"], top={"find_links": [str(wheels)], "no_index": True}).result()
    assert names_of(result["six"]) == ["six-1.0-py3-none-any.whl", "six-1.1.tar.gz"]
    assert names_of(result["big-six"]) == ["Big_Six-2.0-py3-none-any.whl", "big-six-2.1.tar.gz"]
    assert "wheel%20house" in result["six"]["files"][0] and not net.requests
    result = list_names(net, ["six"], top={"find_links": [str(wheels)]}).result()
    assert len(result["six"]["files"]) == 3 and result["six"]["n_find_links"] == 2
    list_names(net, ["ten"], top={"find_links": [str(wheels)], "no_index": True}).failed(4, "unknown-project")


def test_find_links_file_is_downloaded_by_copying(net, wheels):
    url = list_names(net, ["six"], top={"find_links": [str(wheels)], "no_index": True}).result()["six"]["files"][0]
    (file,) = download(net, [{"url": url}], offline=True).result()
    assert file["bytes"] == 1
    download(net, [{"url": url.replace("six-1.0", "gone")}]).failed(6, "not-found")
    download(net, [{"url": "file://otherhost/x"}]).failed(2, "url")


def test_find_links_pages(net, tmp_path):
    net.serve("/links.html", ok(b'<a href="a/six-1.0.tar.gz"><a href="a/ten-1.0.tar.gz">', "text/html"))
    local = tmp_path / "links.html"
    local.write_text('<a href="six-2.0.tar.gz">')
    top = {"find_links": [net.url("/links.html"), str(local)], "no_index": True}
    answer = list_names(net, ["six"], top=top).result()["six"]
    assert answer["files"] == [net.url("/a/six-1.0.tar.gz"), f"file://{tmp_path}/six-2.0.tar.gz"]
    assert answer["index"] == net.url("/links.html")
    list_names(net, ["six"], top={"find_links": [net.url("/gone.html")], "no_index": True}).failed(5, "http-404")


def test_find_links_that_does_not_exist(net):
    page(net, "six", ["1.0"])
    outcome = list_names(net, ["six"], top={"find_links": ["/nowhere/wheels"]})
    outcome.result()
    assert any("/nowhere/wheels" in n for n in outcome.notes)


def test_index_in_a_folder(tmp_path):
    (tmp_path / "six").mkdir()
    (tmp_path / "six" / "index.html").write_text('<a href="six-1.0.tar.gz">')
    (tmp_path / "flat").mkdir()
    (tmp_path / "flat" / "flat-1.0.tar.gz").write_bytes(b"x")
    result = ask({"command": "list", "names": ["six", "flat"], "command_line": {"index_url": str(tmp_path)}}).result()
    assert result["six"]["files"] == [f"file://{tmp_path}/six/six-1.0.tar.gz"]
    assert result["flat"]["files"] == [f"file://{tmp_path}/flat/flat-1.0.tar.gz"]
    ask({"command": "list", "names": ["ten"], "command_line": {"index_url": str(tmp_path)}}).failed(4, "unknown-project")


# --- credentials ---

SECRET = "s3cr%2Ft@x"  # in URLs; decoded once: s3cr/t@x
DECODED = "s3cr/t@x"


def private(net, user=f"me:{DECODED}"):
    net.serve("/simple/six/", needs_user(user, ok(net.page_text([net.file("six-1.0-py3-none-any.whl", b"x")]), "text/html")))
    net.serve("/files/six-1.0-py3-none-any.whl", needs_user(user, ok(b"x")))


def test_credentials_in_the_url(net):
    private(net)
    outcome = list_names(net, ["six"], top={"index_url": net.url("/simple", user=f"me:{SECRET}")})
    outcome.result()
    assert DECODED not in outcome.text and SECRET not in outcome.text
    assert outcome.ok["six"]["index"] == net.url("/simple")


def test_wrong_credentials_are_named_but_not_shown(net):
    private(net)
    outcome = list_names(net, ["six"], top={"index_url": net.url("/simple", user="me:wr0ng")})
    assert "not accepted" in outcome.failed(5, "http-401") and "wr0ng" not in outcome.text
    assert "no credentials were sent" in list_names(net, ["six"]).failed(5, "http-401")


def test_token_without_password(net):
    private(net, "t0ken:")
    list_names(net, ["six"], top={"index_url": net.url("/simple", user="t0ken")}).result()


def test_files_at_the_index_get_its_credentials(net):
    private(net)
    top = {"index_url": net.url("/simple", user=f"me:{SECRET}")}
    file = net.url("/files/six-1.0-py3-none-any.whl")
    download(net, [{"url": file, "index": net.url("/simple")}], top=top).result()
    download(net, [{"url": file}], top=top).result()
    download(net, [{"url": net.url("/files/six-1.0-py3-none-any.whl", user=f"me:{SECRET}")}]).result()
    download(net, [{"url": file}]).failed(5, "http-401")


def test_credentials_are_not_for_other_hosts(net):
    with FakeNet() as other:
        other.serve("/x.whl", ok(b"x"))
        top = {"index_url": net.url("/simple", user=f"me:{SECRET}")}
        download(net, [{"url": other.url("/x.whl"), "index": net.url("/simple")}], top=top).result()
        assert other.requests[0].user() is None


@pytest.mark.parametrize("text", [
    "machine 127.0.0.1 login me password s3cr/t@x",
    "# mine\nmachine other login a password b\nmachine 127.0.0.1\n\tlogin me\n\tpassword \"s3cr/t@x\"\n",
    "default login me password s3cr/t@x",
    "macdef init\ncd /x\n\nmachine 127.0.0.1 login me account none password s3cr\\/t@x",
])
def test_netrc(net, tmp_path, text):
    private(net)
    (tmp_path / "rc").write_text(text)
    list_names(net, ["six"], env={"NETRC": str(tmp_path / "rc")}).result()
    (tmp_path / ".netrc").write_text(text)
    list_names(net, ["six"], env={"HOME": str(tmp_path)}).result()
    download(net, [{"url": net.url("/files/six-1.0-py3-none-any.whl")}], env={"HOME": str(tmp_path)}).result()
    # The URL's own user name asks netrc for that user only.
    other = list_names(net, ["six"], env={"HOME": str(tmp_path)}, top={"index_url": net.url("/simple", user="you")})
    other.failed(5, "http-401")


def test_broken_netrc_is_told_and_left_out(net, tmp_path):
    page(net, "six", ["1.0"])
    (tmp_path / "rc").write_text("machine 127.0.0.1 login me\npasswort s3cret")
    outcome = list_names(net, ["six"], env={"NETRC": str(tmp_path / "rc")})
    outcome.result()
    assert any("rc:2" in n for n in outcome.notes) and "s3cret" not in outcome.text


def test_credentials_of_a_named_index(net):
    private(net)
    toml = {"indexes": [{"name": "my-corp", "url": net.url("/simple"), "default": True}]}
    env = {"UV_INDEX_MY_CORP_USERNAME": "me", "UV_INDEX_MY_CORP_PASSWORD": DECODED}
    ask({"command": "list", "names": ["six"], "lamina_toml": toml}, env).result()
    toml["indexes"][0].update(username="me", password=DECODED)
    ask({"command": "list", "names": ["six"], "lamina_toml": toml}).result()


def keyring(tmp_path, text):
    program = tmp_path / "keyring"
    program.write_text("#!/bin/sh\n" + text)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return {"PATH": f"{tmp_path}:{os.environ['PATH']}"}


def test_keyring(net, tmp_path):
    private(net)
    env = keyring(tmp_path, f"""echo "$@" >> {tmp_path}/asked
case "$*" in
"--mode=creds --output=json get {net.url('/simple')}") echo '{{"username": "me", "password": "{DECODED}"}}' ;;
"get 127.0.0.1:{net.port} me") echo '{DECODED}' ;;
*) exit 1 ;;
esac
""")
    list_names(net, ["six"], env=env).failed(5, "http-401")
    assert not (tmp_path / "asked").exists()
    list_names(net, ["six", "six"], env=env, top={"keyring": "subprocess"}).result()
    assert len((tmp_path / "asked").read_text().splitlines()) == 1
    list_names(net, ["six"], env=env, top={"keyring": "subprocess", "index_url": net.url("/simple", user="me")}).result()
    list_names(net, ["six"], env={**env, "PIP_KEYRING_PROVIDER": "subprocess"}).result()
    file = net.url("/files/six-1.0-py3-none-any.whl")
    download(net, [{"url": file, "index": net.url("/simple")}], env=env, top={"keyring": "subprocess"}).result()


def test_keyring_of_the_index_is_not_for_other_hosts(net, tmp_path):
    with FakeNet() as other:
        other.serve("/x.whl", needs_user("nobody:x", ok(b"x")))
        env = keyring(tmp_path, f"""[ "$4" = "{net.url('/simple')}" ] && echo '{{"username": "me", "password": "pw"}}'""")
        top = {"keyring": "subprocess"}
        download(net, [{"url": other.url("/x.whl"), "index": net.url("/simple")}], env=env, top=top).failed(5, "http-401")
        assert all(r.user() is None for r in other.requests)


def test_keyring_that_knows_nothing_or_is_missing(net, tmp_path):
    private(net)
    env = keyring(tmp_path, "echo rubbish; exit 0")
    list_names(net, ["six"], env=env, top={"keyring": "subprocess"}).failed(5, "http-401")
    list_names(net, ["six"], env={"PATH": str(tmp_path / "none")}, top={"keyring": "subprocess"}).failed(5, "http-401")


def test_secrets_do_not_follow_a_redirect(net):
    with FakeNet() as other:
        page(other, "six", ["1.0"])
        net.serve("/simple/six/", needs_user("me:pw", redirect(other.url("/simple/six/"))))
        list_names(net, ["six"], top={"index_url": net.url("/simple", user="me:pw")}).result()
        assert other.requests[0].user() is None


def test_silent_index(net):
    net.serve("/simple/six/", silent())
    outcome = list_names(net, ["six"], top={"timeout": 1, "retries": 0})
    assert "six" in outcome.failed(5, "stalled") and outcome.seconds < 4
