"""Indexes that fail, lie or stall: how often they are asked, what is said, and with which status.

SPDX-License-Identifier: Apache-2.0
"""
import signal
import time

import pytest

import index as server
import wheels
from conftest import TARGET, names

SOLO = wheels.make("solo", "1.2")
PAGE, FILE = "/simple/solo/", f"/files/{SOLO.file}"


@pytest.fixture
def locked(lamina, index):
    index.add(SOLO)
    lamina.requirements(SOLO.locked)
    lamina.args = ["-r", "requirements.txt", "-o", "out.zip", "--index-url", index.url]
    return lamina


def asked(index, path):
    return len([r for r in index.requests if r.path == path])


def refused(lamina, status, id, *texts, args=()):
    result = lamina.build(*lamina.args, *args).refused(status, id, *texts)
    assert lamina.left() == ["requirements.txt"]
    return result


# --- statuses ---

@pytest.mark.parametrize("code, id, attempts", [
    (401, "http-401", 1), (403, "http-403", 1), (400, "http-status", 1), (418, "http-status", 1), (406, "http-status", 1),
    (500, "http-status", 4), (502, "http-status", 4), (503, "http-status", 4), (504, "http-status", 4), (429, "http-status", 4), (501, "http-status", 1)])
@pytest.mark.parametrize("path", [PAGE, FILE], ids=["page", "file"])
def test_status(locked, index, path, code, id, attempts):
    index.fault(path, server.status(code, {"Retry-After": "0"}), forever=True)
    result = locked.build(*locked.args)
    assert asked(index, path) == attempts, result
    result.refused(5, id, f"127.0.0.1 answers {code} (")
    assert index.root + path in result.error["where"] and locked.left() == ["requirements.txt"]


def test_unknown_project(locked, index):
    locked.requirements("nobody==1.0")
    refused(locked, 4, "unknown-project", "`nobody`", index.url.rstrip("/"), "--extra-index-url URL")


def test_file_that_is_gone(locked, index):
    index.fault(FILE, server.status(404), forever=True)
    refused(locked, 5, "http-404", SOLO.file, "404")
    assert asked(index, FILE) == 1


def test_unknown_version(locked, index):
    locked.requirements("solo==9.9")
    refused(locked, 4, "no-such-version", "solo==9.9", "requirements.txt:1", index.url.rstrip("/"))


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("path", [PAGE, FILE], ids=["page", "file"])
def test_tried_again(locked, index, path, code):
    index.fault(path, server.status(code), server.status(code))
    locked.build(*locked.args).ok()
    assert asked(index, path) == 3


@pytest.mark.parametrize("retries", [0, 2])
def test_retries_option(locked, index, retries):
    index.fault(PAGE, server.status(500, {"Retry-After": "0"}), forever=True)
    result = locked.build(*locked.args, "--retries", retries)
    assert result.status == 5 and asked(index, PAGE) == 1 + retries, result


def test_retry_after_is_obeyed(locked, index):
    index.fault(FILE, server.status(503, {"Retry-After": "1"}))
    start = time.monotonic()
    locked.build(*locked.args).ok()
    assert 0.9 < time.monotonic() - start < 5


def test_retry_after_of_an_hour(locked, index):
    """Waits (30 s at most, which nobody waits for here), asks nothing meanwhile, and can be interrupted."""
    index.fault(FILE, server.status(503, {"Retry-After": "3600"}), forever=True)
    process = locked.start("build", *TARGET, *locked.args)
    time.sleep(1.5)
    assert process.poll() is None and asked(index, FILE) == 1
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=10)
    assert process.returncode == 130 and time.monotonic() - start < 1
    assert locked.left() == ["requirements.txt"]


# --- redirects ---

def test_redirect_is_followed(locked, index):
    index.fault(FILE, server.redirect("/files/moved.whl"), forever=True)
    index.extra["/files/moved.whl"] = (SOLO.data, "application/octet-stream")
    locked.build(*locked.args).ok()


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirect_of_a_page(locked, index, code):
    """Links of the page count from where it really is."""
    index.fault(PAGE, server.redirect("/elsewhere/deep/solo/", code), forever=True)
    index.extra["/elsewhere/deep/solo/"] = (f'<a href="../../../files/{SOLO.file}#sha256={SOLO.sha256}">{SOLO.file}</a>'.encode(), "text/html")
    locked.build(*locked.args).ok()


def test_redirect_loop(locked, index):
    index.fault(PAGE, server.redirect(PAGE), forever=True)
    result = locked.build(*locked.args)
    result.refused(5, "redirect-loop")
    assert asked(index, PAGE) <= 31


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x", "javascript:x", "http://", "//["])
def test_redirect_to_what_is_no_web(locked, index, to):
    index.fault(PAGE, server.redirect(to), forever=True)
    refused(locked, 5, "redirect-refused")
    assert asked(index, PAGE) == 1


def test_redirect_without_a_place(locked, index):
    index.fault(PAGE, server.status(302), forever=True)
    assert locked.build(*locked.args).status == 5


# --- bodies ---

@pytest.mark.parametrize("fault", [
    server.truncated(SOLO.data, 100), server.dropped(), server.body(SOLO.data[:-1] + b"x"), server.body(SOLO.data[:100])],
    ids=["cut", "dropped", "other-bytes", "short"])
def test_damaged_once_is_tried_again(locked, index, fault):
    index.fault(FILE, fault)
    locked.build(*locked.args).ok()
    assert asked(index, FILE) == 2


def test_cut_for_ever(locked, index):
    index.fault(FILE, server.truncated(SOLO.data, 100), forever=True)
    result = refused(locked, 5, "truncated", SOLO.file, args=["--retries", "1"])
    assert asked(index, FILE) == 2 and locked.left() == ["requirements.txt"]


def test_wrong_bytes(locked, index):
    index.fault(FILE, server.body(wheels.make("evil").data), forever=True)
    result = refused(locked, 4, "hash-mismatch", SOLO.file, SOLO.sha256, wheels.make("evil").sha256)
    assert index.root in result.error["where"]
    assert locked("cache", "verify").status == 0


def test_wrong_hash_in_the_lock(locked, index):
    """The index offers other bytes than the lock: none of the listed files is the one."""
    locked.requirements(f"solo==1.2 --hash=sha256:{'0' * 64}")
    refused(locked, 4, "hash-not-listed", "solo 1.2", "requirements.txt:1")
    assert not index.files()


def test_wrong_hash_where_the_index_gives_none(locked, index):
    index.projects.clear()
    index.add(SOLO, hashes=False)
    locked.requirements(f"solo==1.2 --hash=sha256:{'0' * 64}")
    refused(locked, 4, "hash-mismatch", SOLO.file, "0" * 64, SOLO.sha256)


def test_index_lies_about_its_own_hash(locked, index):
    index.projects.clear()
    index.add(SOLO, digest="1" * 64)
    locked.requirements("solo==1.2")
    refused(locked, 4, "hash-mismatch", SOLO.file, "1" * 64, SOLO.sha256)


@pytest.mark.parametrize("algorithm", ["sha384", "sha512"])
def test_other_algorithms(locked, index, algorithm):
    import hashlib
    digest = hashlib.new(algorithm, SOLO.data).hexdigest()
    locked.requirements(f"solo==1.2 --hash={algorithm}:{digest}")
    locked.build(*locked.args).ok()


@pytest.mark.parametrize("algorithm", ["sha384", "sha512"])
@pytest.mark.parametrize("store", ["cold", "warm"])
def test_other_algorithms_wrong(locked, index, algorithm, store):
    import hashlib
    if store == "warm":
        locked.build(*locked.args[:2], "-o", "other.zip", *locked.args[4:]).ok()
        (locked.folder / "other.zip").unlink()
    digest = hashlib.new(algorithm, b"something else").hexdigest()
    locked.requirements(f"solo==1.2 --hash={algorithm}:{digest}")
    result = locked.build(*locked.args)
    assert result.status == 4 and result.error["id"] in ("hash-mismatch", "hash-not-listed"), result
    assert digest in result.err


def test_endless_file(locked, index):
    """More than the index said: stopped at once, not after gigabytes."""
    index.form = "json"
    index.fault(FILE, server.endless(limit=256 << 20), forever=True)
    start = time.monotonic()
    result = locked.build(*locked.args, "--retries", "0")
    assert result.status in (4, 5) and SOLO.file in result.err, result
    assert time.monotonic() - start < 5 and locked.left() == ["requirements.txt"]


def test_endless_page(locked, index):
    index.fault(PAGE, server.endless(b"<a>x</a>" * 8192, limit=128 << 20), forever=True)
    result = locked.build(*locked.args, "--retries", "0")
    assert result.status == 5 and ("64 MiB" in result.err or str(64 << 20) in result.err), result


@pytest.mark.parametrize("fault", [server.silent(), server.stalled(), server.stalled(b"PK", 5000), server.dripping(SOLO.data)],
                         ids=["no-answer", "no-body", "half-a-body", "dripping"])
@pytest.mark.parametrize("path", [PAGE, FILE], ids=["page", "file"])
def test_stall(locked, index, path, fault):
    index.fault(path, fault, forever=True)
    start = time.monotonic()
    result = locked.build(*locked.args, "--timeout", "1", "--retries", "0")
    result.refused(5, "stalled")
    assert 0.5 < time.monotonic() - start < 6 and locked.left() == ["requirements.txt"]


def test_stall_once(locked, index):
    index.fault(FILE, server.stalled(b"PK"))
    locked.build(*locked.args, "--timeout", "1").ok()


def test_nobody_listens(locked):
    locked.args[-1] = "http://127.0.0.1:9/simple/"
    result = locked.build(*locked.args, "--retries", "0")
    result.refused(5, "connect", "127.0.0.1")


def test_no_such_host(locked):
    locked.args[-1] = "https://nowhere.invalid/simple/"
    result = locked.build(*locked.args, "--retries", "0")
    result.refused(5, "dns", "nowhere.invalid")


def test_no_http(locked, index):
    index.fault(PAGE, server.garbage(), forever=True)
    result = locked.build(*locked.args, "--retries", "0")
    assert result.status == 5, result


def test_http_to_a_stranger_is_refused(locked):
    locked.args[-1] = "http://index.example/simple/"
    result = locked.build(*locked.args, "--retries", "0")
    result.refused(2, "insecure-url", "--trusted-host", "index.example")


def test_https_where_http_is_spoken(locked, index):
    locked.args[-1] = index.url.replace("http:", "https:")
    result = locked.build(*locked.args, "--retries", "0")
    assert result.status == 5, result


# --- pages ---

PAGES = [
    ("empty", b"", "text/html", 5), ("other-type", b"hello", "text/plain", 5), ("picture", b"\x89PNG", "image/png", 5),
    ("bad-json", b'{"files": [', "application/vnd.pypi.simple.v1+json", 5),
    ("json-array", b"[]", "application/vnd.pypi.simple.v1+json", 5),
    ("json-no-files", b'{"meta": {"api-version": "1.0"}, "name": "solo"}', "application/vnd.pypi.simple.v1+json", 5),
    ("json-api-2", b'{"meta": {"api-version": "2.0"}, "name": "solo", "files": []}', "application/vnd.pypi.simple.v1+json", 5),
    ("html-api-2", b'<meta name="pypi:repository-version" content="2.0"><a href="x">x</a>', "text/html", 5),
    ("json-deep", b"[" * 100000, "application/vnd.pypi.simple.v1+json", 5),
    ("json-files-of-numbers", b'{"meta": {"api-version": "1.0"}, "name": "solo", "files": [1, 2]}', "application/vnd.pypi.simple.v1+json", 5),
    ("json-not-utf8", b'{"meta": {"api-version": "1.0"}, "name": "s\xff", "files": []}', "application/vnd.pypi.simple.v1+json", 5),
    ("no-links", b"<!DOCTYPE html><html><body>Nothing</body></html>", "text/html", 4),
    ("json-no-file", b'{"meta": {"api-version": "1.0"}, "name": "solo", "files": []}', "application/vnd.pypi.simple.v1+json", 4),
    ("strangers", b'<a href="/x/other-1.0-py3-none-any.whl">other-1.0-py3-none-any.whl</a>', "text/html", 4),
    ("login", b"<html><form>Sign in</form></html>", "text/html", 4),
]


@pytest.mark.parametrize("name, body, kind, status", PAGES, ids=[p[0] for p in PAGES])
def test_page(locked, index, name, body, kind, status):
    index.page("solo", body, kind)
    result = locked.build(*locked.args, "--retries", "0")
    assert result.status == status, result
    assert result.error["id"] == "bad-index-page" if status == 5 else result.error["id"] in ("no-such-version", "hash-not-listed"), result
    if status == 5:
        assert index.url + "solo/" in result.error["where"], result


def test_broken_rows_do_not_hide_good_ones(locked, index):
    index.page("solo", '<a>x</a><a href="javascript:x">solo-1.2-py3-none-any.whl</a><a href="ftp://x/solo-1.2-py3-none-any.whl">y</a>'
               '<a href="x#sha256=zz">solo-1.2.tar.gz</a><a href="http://[::1/x.whl">z</a>\x00'
               f'<a href="/files/{SOLO.file}#sha256={SOLO.sha256}">{SOLO.file}</a>')
    locked.build(*locked.args).ok()


def test_control_characters_of_an_index_stay_out_of_messages(locked, index):
    index.page("solo", f'<a href="/files/{SOLO.file}#sha256={SOLO.sha256}" data-yanked="\x1b[31mred&#27;[0m&#10;error: fake">{SOLO.file}</a>')
    result = locked.build(*locked.args).ok()
    assert "\x1b" not in result.err and "\nerror: fake" not in result.err and "yanked" in result.err


def test_long_reasons_are_cut(locked, index):
    index.projects.clear()
    index.add(SOLO, yanked="x" * 100000)
    result = locked.build(*locked.args).ok()
    assert len(result.err) < 4000


def test_requires_python_of_a_file(locked, index):
    index.projects.clear()
    index.add(SOLO, requires_python=">=3.13")
    result = locked.build(*locked.args)
    assert result.status in (0, 4), result
    if result.status == 4:
        assert "3.13" in result.err


# --- no file for the target ---

def test_missing_wheel_names_the_nearest(locked, index):
    arm = wheels.native("speed", arch="arm64")
    old = wheels.native("speed", arch="x86_64", python="cp39")
    index.add(arm, old)
    locked.requirements("speed==1.0")
    result = refused(locked, 4, "no-wheel", "speed 1.0")
    assert old.file in result.err or arm.file in result.err, result


def test_too_new_a_glibc(locked, index):
    files = {"speed/fast.so": wheels.NATIVE["x86_64"]}
    index.add(wheels.make("speed", files=files, tag="cp312-cp312-manylinux_2_39_x86_64"))
    locked.requirements("speed==1.0")
    refused(locked, 4, "no-wheel", "speed-1.0-cp312-cp312-manylinux_2_39_x86_64.whl", "glibc")


def test_sdist_only(locked, index):
    index.add_file("source", "source-1.0.tar.gz")
    locked.requirements("source==1.0")
    refused(locked, 4, "sdist-only", "source-1.0.tar.gz", "source 1.0")


def test_locked_sdist_only(locked, index):
    import hashlib
    index.add_file("source", "source-1.0.tar.gz", b"sdist")
    locked.requirements(f"source==1.0 --hash=sha256:{hashlib.sha256(b'sdist').hexdigest()}")
    refused(locked, 4, "sdist-only", "source-1.0.tar.gz")


def test_requires_python_of_a_wheel(locked, index):
    w = wheels.make("young", requires_python=">=3.13")
    index.add(w)
    locked.requirements("young==1.0")
    result = refused(locked, 4, "requires-python", "young 1.0 does not run on python3.12/x86_64")
    assert ">=3.13" in result.err


def test_requests_come_once(locked, index):
    """One page and one file, however often they are wanted."""
    locked.build(*locked.args[:2], "-o", "{arch}.zip", *locked.args[4:], "--arch", "arm64").ok()
    assert asked(index, PAGE) == 1 and asked(index, FILE) == 1
    assert names(locked.folder / "arm64.zip") == names(locked.folder / "x86_64.zip")
