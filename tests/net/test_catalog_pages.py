"""Pages of the catalog: what they hold, how long the store's are used, and which index answers.

SPDX-License-Identifier: Apache-2.0
"""
import glob
import json
import os
import random

import pytest

from catalog_helper import JSON_TYPE, Index, catalog, failure, files, sdist, step, versions, wheel
from fakenet import FakeNet, cut, gzipped, needs_user, ok, redirect, silent, slow, status

W = "py3-none-any.whl"


@pytest.fixture
def net():
    with FakeNet() as n:
        yield n


@pytest.fixture
def store(tmp_path):
    return tmp_path / "store"


def six(net, root="/simple", version="1.0", **more):
    index = Index(net, root, **more)
    index.add("six", f"six-{version}-{W}", wheel("six", version))
    return index


def project(net, store, name="six", index="", **more):
    return step(catalog(net, [["project", name, index]], store, **more))


# --- what a page holds ---

@pytest.mark.parametrize("kind", ["html", "json"])
def test_files(net, store, kind):
    index = Index(net, kind=kind)
    body = wheel()
    more = {"size": len(body), "upload_time": "2024-01-02T03:04:05.678901Z"} if kind == "json" else {}
    index.add("six", f"six-1.0-{W}", body, requires_python=">=3.8", yanked="it is bad", **more)
    index.add("six", "six-1.0.tar.gz", sdist(), sha256=False)
    for _ in range(2):
        p = project(net, store)
        w, s = p["releases"][0]["files"]
        assert (w["file"], w["kind"], w["version"], w["requires_python"]) == (f"six-1.0-{W}", "wheel", "1.0", ">=3.8")
        assert (w["yanked"], w["yanked_reason"], len(w["sha256"])) == (True, "it is bad", 64)
        assert w["url"] == net.url(f"/files/six-1.0-{W}")
        assert (s["file"], s["kind"], s["requires_python"], s["yanked"]) == ("six-1.0.tar.gz", "sdist", "", False)
        assert "sha256" not in s
        if kind == "json":
            assert (w["size"], w["upload_time"]) == (len(body), "2024-01-02T03:04:05.678901Z")
        assert p["index"] == net.url("/simple")
    assert len(net.requests) == 1


def raw_page(net, names, kind="text/html", shuffle=0):
    names = list(names)
    random.Random(shuffle).shuffle(names)
    net.serve("/simple/six/", ok(net.page_text([f'<a href="../../files/{n}">{n}</a>' for n in names]), kind))


def test_releases_are_sorted_and_spelled_once(net, store):
    names = [f"six-1.0-{W}", "six-1.0.0.tar.gz", "six-v1.0.zip", f"six-1.10-{W}", f"six-1.9-{W}", f"six-2.0rc1-{W}",
             f"six-1!0.5-{W}", f"six-1.0.post1-{W}", f"six-1.0-2-{W}", f"six-1.0%2Blocal-{W}"]
    answers = set()
    for seed in range(6):
        raw_page(net, names, shuffle=seed)
        p = project(net, store, now=1000 + 100 * seed)
        answers.add(json.dumps(p))
    assert len(answers) == 1
    assert versions(p) == ["1!0.5", "2.0rc1", "1.10", "1.9", "1.0.post1", "1.0+local", "1.0"]
    assert [f["file"] for f in p["releases"][-1]["files"]] == [f"six-1.0-2-{W}", f"six-1.0-{W}", "six-1.0.0.tar.gz", "six-v1.0.zip"]
    assert [f["version"] for f in p["releases"][-1]["files"]] == ["1.0", "1.0", "1.0.0", "1.0"]
    assert p["releases"][-1]["text"] == "1.0"


STRANGE = ["other-1.0-" + W, "other-1.0.tar.gz", "six-1.0.exe", "six-1.0-py2.7.egg", "six-x.y-" + W, "six-latest.tar.gz", "six.whl",
           "six-1.0.whl", "six-1.0-none-any.whl", "six-1.0--py3-none-any.whl", "six__x-1.0-" + W, "six-1.0-x-" + W,
           "six-1.0-1\\2-" + W, "six-1.0-py3-none-.whl", "six-1.0-3py-none-any.whl", "six-1.0-a-b-c-d-e-f.whl", "index.html"]


def test_strange_names_are_left_out(net, store):
    raw_page(net, [*STRANGE, f"Six-2.0-{W}", "s_ix-3.0.tar.gz"])
    p = project(net, store)
    assert files(p) == [f"Six-2.0-{W}"]


def test_old_archives_make_a_release_without_files(net, store):
    raw_page(net, ["six-1.0.tar.bz2", "six-0.9.tgz", f"six-0.8-{W}"])
    p = project(net, store)
    assert [(r["version"], len(r["files"]), r["left_out"]) for r in p["releases"]] == [("1.0", 0, 0), ("0.9", 0, 0), ("0.8", 1, 0)]


def test_names_of_sdists_with_dashes(net, store):
    names = ["zope-interface-4.0.tar.gz", "zope.interface-4.1.tar.gz", "zope_interface-4.2-1.tar.gz", "zope-4.0.tar.gz"]
    net.serve("/simple/zope-interface/", ok(net.page_text([f'<a href="{n}">{n}</a>' for n in names]), "text/html"))
    assert versions(project(net, store, "zope-interface")) == ["4.2.post1", "4.1", "4.0"]


def test_a_name_twice(net, store):
    """The same file with two addresses: the choice has nothing to do with the order."""
    anchors = [f'<a href="/{d}/six-1.0-{W}{fragment}"{more}>x</a>' for d, fragment, more in (
        ("b", "", ""), ("c", "#sha256=" + "c" * 64, ""), ("a", "#sha256=" + "d" * 64, ""), ("a", "", ' data-yanked=""'))]
    urls = set()
    for seed in range(8):
        random.Random(seed).shuffle(anchors)
        net.serve("/simple/six/", ok(net.page_text(anchors), "text/html"))
        p = project(net, store, now=1000 + 100 * seed)
        assert len(files(p)) == 1
        urls.add(p["releases"][0]["files"][0]["url"])
    assert urls == {net.url(f"/c/six-1.0-{W}")}


def test_requires_python_is_repaired(net, store):
    index = Index(net)
    for i, text in enumerate([">=3.6.*", ">=2.7,!=3.0*", ">='3.5'", "nonsense"]):
        index.add("six", f"six-{i}-{W}", b"x", requires_python=text)
    p = project(net, store)
    assert [r["files"][0]["requires_python"] for r in p["releases"]] == ["nonsense", ">=3.5", ">=2.7,!=3.0.*", ">=3.6"]


def test_relevant_files(net, store):
    names = [f"six-{v}-cp{p}-cp{p}-manylinux_2_17_{m}.whl" for v in ("1.0", "2.0") for p in (39, 310, 312) for m in ("x86_64", "aarch64")]
    raw_page(net, [*names, f"six-1.0-{W}", "six-2.0.tar.gz", "six-3.0.tar.gz", "six-2.0-cp312-cp312-win32.whl"])
    outcome = catalog(net, [["project", "six"], ["left-out", "six", "2.0"], ["left-out", "six", "1.0"]], store,
                      tags=["cp312-manylinux_2_17_aarch64.whl"])
    p = step(outcome)
    assert files(p) == ["six-3.0.tar.gz", "six-2.0-cp312-cp312-manylinux_2_17_aarch64.whl", "six-2.0.tar.gz",
                        "six-1.0-cp312-cp312-manylinux_2_17_aarch64.whl"]
    assert [r["left_out"] for r in p["releases"]] == [0, 6, 6]
    assert step(outcome, 1)["names"] == sorted(n for n in [*names, "six-2.0-cp312-cp312-win32.whl"] if "-2.0-" in n and n not in files(p))
    assert f"six-1.0-{W}" in step(outcome, 2)["names"]


def test_quarantined_and_archived(net, store):
    for word, there in (("quarantined", 0), ("archived", 1)):
        net.serve(f"/simple/{word}/", ok(f'<meta name="pypi:project-status" content="{word}"><a href="{word}-1.0-{W}">'.encode(),
                                         "text/html"))
        for _ in range(2):
            p = project(net, store, word)
            assert (p["status"], p["known"], len(files(p))) == (word, True, there)


def test_page_without_files_is_known(net, store):
    net.serve("/simple/six/", ok(b"<html></html>", "text/html"))
    p = project(net, store)
    assert p["known"] and not p["releases"]


def test_many_releases(net, store):
    names = [f"six-{a}.{b}.{c}-{W}" for a in range(10) for b in range(10) for c in range(100)]
    raw_page(net, names)
    p = project(net, store)
    assert len(p["releases"]) == 10000
    assert versions(p)[:3] == ["9.9.99", "9.9.98", "9.9.97"] and p["releases"][-1]["version"] == "0.0.0"
    assert project(net, store) == p and len(net.requests) == 1


# --- how long the store's pages are used ---

def pages(net):
    return net.seen("/simple/six/")


def conditional(request):
    return "if-none-match" in request.headers or "if-modified-since" in request.headers


AGES = {  # headers: seconds for which nothing is asked
    "max-age": ([("Cache-Control", "max-age=300")], 300),
    "max-age-quoted": ([("Cache-Control", 'public, MAX-AGE="300"')], 300),
    "age": ([("Cache-Control", "max-age=300"), ("Age", "100")], 200),
    "old": ([("Cache-Control", "max-age=300"), ("Age", "300")], 0),
    "too-long": ([("Cache-Control", "max-age=99999999999999999999")], 0),
    "a-day": ([("Cache-Control", "max-age=86400")], 600),
    "zero": ([("Cache-Control", "max-age=0")], 0),
    "no-cache": ([("Cache-Control", "no-cache")], 0),
    "no-cache-and-age": ([("Cache-Control", "max-age=300, no-cache")], 0),
    "two-lines": ([("Cache-Control", "no-cache"), ("Cache-Control", "max-age=300")], 0),
    "private": ([("Cache-Control", "private, max-age=60")], 60),
    "silent": ([], 15),
    "garbage": ([("Cache-Control", ",,=;max-age,max-age=x")], 0),
}


@pytest.mark.parametrize("name", AGES)
def test_ages(net, store, name):
    headers, seconds = AGES[name]
    index = Index(net, page_headers=headers)
    index.etags = True
    index.add("six", f"six-1.0-{W}", wheel())
    first = project(net, store, now=1000)
    count = 1
    for now in (1000, 1000 + seconds - 1):
        if seconds > 0:
            assert project(net, store, now=now) == first
            assert len(pages(net)) == count
    outcome = catalog(net, [["project", "six"]], store, now=1000 + seconds)
    assert step(outcome) == first
    assert len(pages(net)) == count + 1 and conditional(pages(net)[-1])
    assert outcome.result()["stats"]["pages_validated"] == 1


def test_no_store(net, store):
    six(net, page_headers=[("Cache-Control", "no-store, max-age=300")])
    for _ in range(2):
        project(net, store)
    assert len(pages(net)) == 2 and not conditional(pages(net)[1])
    assert failure(catalog(net, [["project", "six"]], store, offline=True))["id"] == "offline"


def test_validation_makes_it_fresh_again(net, store):
    index = Index(net, page_headers=[("Cache-Control", "max-age=100")])
    index.etags = True
    index.add("six", f"six-1.0-{W}", wheel())
    for now, asked in ((1000, 1), (1100, 2), (1199, 2), (1200, 3)):
        project(net, store, now=now)
        assert len(pages(net)) == asked, now


def test_last_modified(net, store):
    date = "Wed, 21 Oct 2015 07:28:00 GMT"
    six(net, page_headers=[("Last-Modified", date)])
    project(net, store)
    net.serve("/simple/six/", lambda c, r: c.head(304, []) or True)
    assert versions(project(net, store, now=2000)) == ["1.0"]
    assert pages(net)[-1].headers["if-modified-since"] == date
    project(net, store, now=3000)
    assert pages(net)[-1].headers["if-modified-since"] == date


def test_changed_page(net, store):
    index = Index(net)
    index.etags = True
    index.add("six", f"six-1.0-{W}", wheel())
    project(net, store)
    index.add("six", f"six-2.0-{W}", wheel("six", "2.0"))
    assert versions(project(net, store, now=2000)) == ["2.0", "1.0"]
    assert conditional(pages(net)[-1])
    assert versions(project(net, store, now=2001)) == ["2.0", "1.0"] and len(pages(net)) == 2


def test_clock_goes_backwards(net, store):
    six(net, page_headers=[("Cache-Control", "max-age=300")])
    project(net, store, now=2000)
    project(net, store, now=1999)
    assert len(pages(net)) == 2


def test_refresh(net, store):
    index = Index(net, page_headers=[("Cache-Control", "max-age=300")])
    index.etags = True
    index.add("six", f"six-1.0-{W}", wheel())
    project(net, store)
    project(net, store, refresh=True)
    assert len(pages(net)) == 2 and conditional(pages(net)[1])


def test_304_that_nobody_asked_for(net, store):
    net.serve("/simple/six/", lambda c, r: c.head(304, []) or True)
    assert failure(catalog(net, [["project", "six"]], store))["id"] == "bad-index-page"
    assert len(pages(net)) <= 2


def blobs(store, bucket="pages"):
    return [p for p in glob.glob(f"{store}/v1/{bucket}/*/*") if os.path.isfile(p)]


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "gone"])
def test_damaged_store(net, store, damage):
    """Whichever of the two blobs is damaged, the answer is right; the other one alone means nothing."""
    index = Index(net, page_headers=[("Cache-Control", "max-age=300")])
    index.etags = True
    index.add("six", f"six-1.0-{W}", wheel())
    good = project(net, store)
    for i in range(2):
        path = sorted(blobs(store))[i]
        data = open(path, "rb").read()
        os.chmod(path, 0o644)
        if damage == "gone":
            os.unlink(path)
        else:
            with open(path, "wb") as f:
                f.write({"cut": data[:-5], "flip": data[:-3] + bytes([data[-3] ^ 1]) + data[-2:], "empty": b""}[damage])
        before = len(pages(net))
        assert project(net, store) == good
        assert len(pages(net)) == before + 1
        assert len(blobs(store)) == 2
    # After max-age: the condition is kept, the page is not.
    for path in blobs(store):
        if b"six-1.0-" in open(path, "rb").read():
            os.unlink(path)
    assert project(net, store, now=5000) == good
    assert [conditional(r) for r in pages(net)[-2:]] == [True, False]


def test_two_writers_leave_one_of_each(net, tmp_path):
    """The facts of one page beside another page: as good as nothing."""
    stores = [tmp_path / "a", tmp_path / "b"]
    for i, store in enumerate(stores):
        six(net, version=f"{i + 1}.0", page_headers=[("Cache-Control", "max-age=300")])
        project(net, store)
    small = {os.path.basename(p): p for p in blobs(stores[0]) if b"six-1.0-" not in open(p, "rb").read()}
    assert len(small) == 1
    for p in blobs(stores[1]):
        if os.path.basename(p) in small:
            data = open(p, "rb").read()
            target = small[os.path.basename(p)]
            os.chmod(target, 0o644)
            open(target, "wb").write(data)
    before = len(pages(net))
    assert versions(project(net, stores[0])) == ["2.0"]
    assert len(pages(net)) == before + 1


def test_store_that_cannot_be_written(net, tmp_path):
    six(net)
    (tmp_path / "file").write_text("x")
    for _ in range(2):
        assert versions(project(net, tmp_path / "file")) == ["1.0"]
    assert len(pages(net)) == 2


# --- offline ---

def test_offline(net, store):
    six(net, page_headers=[("Cache-Control", "max-age=1")])
    first = project(net, store)
    net.requests.clear()
    assert project(net, store, now=10 ** 9, offline=True) == first
    assert project(net, store, now=10, offline=True) == first
    error = failure(catalog(net, [["project", "other"]], store, offline=True))
    assert (error["status"], error["id"]) == (4, "offline") and "other" in error["what"]
    assert not net.requests


def test_offline_knows_who_did_not_know(net, store):
    """Two indexes: without the first one's 404 in the store nobody could say that the second one answers."""
    six(net, "/second")
    top = {"index_url": net.url("/second"), "extra_index_urls": [net.url("/first")]}
    first = project(net, store, top=top)
    assert first["index"] == net.url("/second")
    net.requests.clear()
    assert project(net, store, top=top, now=10 ** 9, offline=True) == first
    assert not net.requests


# --- which index answers ---

def both(net):
    return {"index_url": net.url("/second"), "extra_index_urls": [net.url("/first")]}


def test_first_index_wins(net, store):
    six(net, "/first", "1.0")
    six(net, "/second", "2.0")
    p = project(net, store, top=both(net))
    assert versions(p) == ["1.0"] and p["index"] == net.url("/first")
    assert not net.seen("/second/six/")


def test_404_falls_through_and_is_remembered(net, store):
    six(net, "/second", "2.0", page_headers=[("Cache-Control", "max-age=300")])
    for asked in (1, 1):
        assert versions(project(net, store, top=both(net))) == ["2.0"]
        assert (len(net.seen("/first/six/")), len(net.seen("/second/six/"))) == (asked, 1)
    # A moment later the first index is asked again: a name that appears there must not stay hidden.
    six(net, "/first", "1.0")
    assert versions(project(net, store, top=both(net), now=1016)) == ["1.0"]


@pytest.mark.parametrize("code", [401, 403, 500, 503])
def test_failures_never_fall_through(net, store, code):
    net.serve("/first/six/", status(code))
    six(net, "/second")
    error = failure(catalog(net, [["project", "six"]], store, top={**both(net), "retries": 0}))
    assert error["status"] == 5 and "six" in error["what"]
    assert not net.seen("/second/six/")


def test_one_failure_does_not_end_the_others(net, store):
    net.serve("/simple/bad/", status(500))
    six(net)
    outcome = catalog(net, [["want", "six"], ["project", "bad"], ["project", "six"], ["project", "bad"]], store, top={"retries": 0})
    assert failure(outcome, 1)["id"] == failure(outcome, 3)["id"] == "http-status"
    assert versions(step(outcome, 2)) == ["1.0"]
    assert len(net.seen("/simple/bad/")) == 1


def test_unknown_project(net, store):
    p = project(net, store, "nobody")
    assert not p["known"] and p["missing"]["id"] == "unknown-project" and not p["releases"]
    assert '"nobody"' in p["missing"]["what"] and net.url("/simple") in p["missing"]["where"]


def test_named_index(net, store):
    six(net, "/simple", "1.0")
    six(net, "/other", "2.0")
    outcome = catalog(net, [["project", "six"], ["project", "six", net.url("/other")], ["project", "six"]], store)
    assert [versions(step(outcome, i)) for i in range(3)] == [["1.0"], ["2.0"], ["1.0"]]


def test_500_then_ok(net, store):
    index = six(net)
    net.script("/simple/six/", [status(500), status(503, [("Retry-After", "0")]), ok(index.text("six"), "text/html")])
    assert versions(project(net, store)) == ["1.0"]


def test_cut_page_is_asked_again(net, store):
    text = six(net).text("six")
    net.script("/simple/six/", [cut(text, 40, content_type="text/html"), ok(text, "text/html")])
    assert versions(project(net, store)) == ["1.0"]


def test_gzipped_page(net, store):
    text = six(net).text("six")
    net.serve("/simple/six/", gzipped(text))
    assert versions(project(net, store)) == ["1.0"]


@pytest.mark.parametrize("body,kind", [(b"", "text/html"), (b"{", JSON_TYPE), (b"hello", "text/plain"),
                                       (b'{"meta":{"api-version":"1.0"},"files":[{"filename":"six-1.0.tar.gz","url":"x"},{}]}', JSON_TYPE)])
def test_broken_page(net, store, body, kind):
    net.serve("/simple/six/", ok(body, kind))
    error = failure(catalog(net, [["project", "six"]], store))
    assert error["id"] == "bad-index-page" and "six" in error["what"]
    assert not blobs(store)


def test_stalled_page(net, store):
    net.serve("/simple/six/", silent())
    error = failure(catalog(net, [["project", "six"]], store, top={"timeout": 1, "retries": 0}))
    assert error["id"] == "stalled"


def test_slow_page_while_others_arrive(net, store):
    index = six(net)
    index.add("slow", f"slow-1.0-{W}", b"x" * 10)
    net.serve("/simple/slow/", slow(index.text("slow"), 1000, "text/html"))
    outcome = catalog(net, [["want", "slow"], ["project", "six"], ["project", "slow"]], store)
    assert versions(step(outcome, 1)) == versions(step(outcome, 2)) == ["1.0"]
    assert outcome.result()["arrived"] == ["project six", "project slow"]


def test_redirect(net, store):
    net.serve("/simple/six/", redirect("/mirror/deep/six/"))
    net.serve("/mirror/deep/six/", ok(b'<a href="six-1.0.tar.gz">', "text/html"))
    assert project(net, store)["releases"][0]["files"][0]["url"] == net.url("/mirror/deep/six/six-1.0.tar.gz")


def test_credentials_stay_out_of_the_store(net, store):
    index = six(net)
    net.serve("/simple/six/", needs_user("me:secret", ok(index.text("six"), "text/html")))
    top = {"index_url": net.url("/simple", user="me:secret")}
    outcome = catalog(net, [["project", "six"]], store, top=top)
    assert versions(step(outcome)) == ["1.0"] and "secret" not in outcome.text
    for path in blobs(store):
        assert b"secret" not in open(path, "rb").read()
    assert failure(catalog(net, [["project", "six"]], store, now=2000))["id"] == "http-401"


def test_keyring_speaks_for_one_index_only(net, store, tmp_path):
    """What it said about the first index must not be shown to the second one."""
    index = six(net, "/second")
    net.serve("/first/six/", lambda c, r: status(404)(c, r) if r.user() == "me:secret" else status(401)(c, r))
    keyring = tmp_path / "bin" / "keyring"
    keyring.parent.mkdir()
    keyring.write_text('#!/bin/sh\ncase "$*" in *first*) echo secret;; *) exit 1;; esac\n')
    keyring.chmod(0o755)
    from probe import ask, level
    env = {"PATH": f"{keyring.parent}:{os.environ['PATH']}"}
    first = net.url("/first", user="me")
    for command in ({"command": "catalog", "steps": [["project", "six"]], "store": str(store)}, {"command": "list", "names": ["six"]}):
        net.requests.clear()
        ask({**command, "now": 1000, "command_line": level(net, index_url=net.url("/second"), extra_index_urls=[first],
                                                           keyring="subprocess")}, env).result()
        assert [r.user() for r in net.seen("/second/six/")] == [None]
    assert index


# --- find-links and folders ---

def test_find_links(net, store, tmp_path):
    six(net, version="1.0")
    folder = tmp_path / "wheels"
    folder.mkdir()
    for version in ("1.0", "3.0"):
        (folder / f"six-{version}-{W}").write_bytes(wheel("six", version))
    (folder / f"alone-1.0-{W}").write_bytes(wheel("alone", "1.0"))
    for now in (1000, 1001):
        outcome = catalog(net, [["project", "six"], ["project", "alone"], ["project", "nobody"]], store, now=now,
                          top={"find_links": [str(folder)]})
        p = step(outcome)
        assert versions(p) == ["3.0", "1.0"] and p["index"] == net.url("/simple")
        assert all(f["url"].startswith("file:") for r in p["releases"] for f in r["files"])
        alone = step(outcome, 1)
        assert versions(alone) == ["1.0"] and alone["index"] == f"file://{folder}"
        assert not step(outcome, 2)["known"]
    assert len(pages(net)) == 1


def test_index_in_a_folder(net, store, tmp_path):
    folder = tmp_path / "index" / "six"
    folder.mkdir(parents=True)
    (folder / f"six-1.0-{W}").write_bytes(wheel("six", "1.0", ["other>=2"]))
    top = {"index_url": f"file://{tmp_path}/index"}
    outcome = catalog(net, [["project", "six"], ["metadata", "six", ""], ["project", "none"]], store, top=top, offline=True)
    assert versions(step(outcome)) == ["1.0"] and step(outcome, 1)["requires_dist"] == ["other >=2 ;"]
    assert not step(outcome, 2)["known"]


# --- interruption ---

def test_interrupted(net, store):
    from probe import ask, level
    net.serve("/simple/six/", silent())
    outcome = ask({"command": "catalog", "steps": [["want", "other"], ["project", "six"], ["project", "other"]], "store": str(store),
                   "command_line": level(net, timeout=30)}, interrupt=0.5)
    assert failure(outcome, 1)["id"] == failure(outcome, 2)["id"] == "interrupted"
    assert outcome.seconds < 5


def test_network_loss_resumes_from_the_store(net, store):
    """What arrived before the loss is not asked for again."""
    index = Index(net, page_headers=[("Cache-Control", "max-age=300")])
    for name in ("aa", "bb", "cc"):
        index.add(name, f"{name}-1.0-{W}", b"x")
    good = index.text("cc")
    net.serve("/simple/cc/", status(500))
    steps = [["want", n] for n in ("aa", "bb", "cc")] + [["project", n] for n in ("aa", "bb", "cc")]
    assert failure(catalog(net, steps, store, top={"retries": 0}), 5)
    net.serve("/simple/cc/", ok(good, "text/html"))
    net.requests.clear()
    outcome = catalog(net, steps, store, now=1020)
    assert [versions(step(outcome, i)) for i in (3, 4, 5)] == [["1.0"]] * 3
    assert [r.path for r in net.requests] == ["/simple/cc/"]


def test_a_storm_of_names(net, store):
    index = Index(net)
    names = [f"p{i}" for i in range(200)]
    for name in names:
        index.add(name, f"{name}-1.0-{W}", b"x")
    outcome = catalog(net, [["want", n] for n in names] + [["project", names[-1]]] + [["project", n] for n in names], store)
    assert all(versions(step(outcome, 200 + i)) == ["1.0"] for i in range(201))
    assert len(net.requests) == 200
