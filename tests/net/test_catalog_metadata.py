"""Metadata of files: from advertised files, ranges, whole archives and the store.

SPDX-License-Identifier: Apache-2.0
"""
import glob
import gzip
import hashlib
import io
import json
import os
import random
import subprocess
import threading
import time
import zipfile
import zlib

import pytest

from catalog_helper import Index, catalog, failure, files, metadata, sdist, step, versions, wheel
from fakenet import FakeNet, cut, hang_up, needs_user, ok, ranged, redirect, silent, status

W = "py3-none-any.whl"
FILE = f"six-1.0-{W}"
TAIL = 16384


@pytest.fixture
def net():
    with FakeNet() as n:
        yield n


@pytest.fixture
def store(tmp_path):
    return tmp_path / "store"


def noise(n, seed=0):
    return random.Random(seed).randbytes(n)


def big(**more):
    """More than the tail: 100 KB that cannot be compressed before METADATA."""
    return wheel("six", "1.0", ["other>=2; python_version>'3'", "more"], first=[("six.bin", noise(100000))], **more)


WANTED = ["other >=2 ;python_version>'3'", "more  ;"]


def requests(net, file=FILE):
    return [(r.headers.get("range"), r.headers.get("accept-encoding")) for r in net.seen(f"/files/{file}")]


def ranges(net, file=FILE):
    return [r for r, _ in requests(net, file)]


def ask_metadata(net, store, body, file=FILE, name="six", behaviour=None, kind="html", steps=None, outcome=False, **more):
    attributes = more.pop("attributes", {})
    index = Index(net, kind=kind)
    index.add(name, file, body, behaviour, **attributes)
    answer = catalog(net, steps or [["metadata", name, file]], store, **more)
    return answer if outcome else step(answer)


def wheels_in(store):
    return [os.path.basename(p) for p in glob.glob(f"{store}/v1/files/*/*")]


def sha(body):
    return hashlib.sha256(body).hexdigest()


# --- ranges ---

def test_one_request_for_the_tail(net, store):
    body = big()
    m = ask_metadata(net, store, body)
    assert m["requires_dist"] == WANTED and m["broken"] is None
    assert requests(net) == [(f"bytes=-{TAIL}", "identity")]
    assert not wheels_in(store)


def test_known_size_asks_for_an_exact_range(net, store):
    body = big()
    assert ask_metadata(net, store, body, kind="json", attributes={"size": len(body)})["requires_dist"] == WANTED
    assert ranges(net) == [f"bytes={len(body) - TAIL}-{len(body) - 1}"]


def test_small_wheel(net, store):
    body = wheel("six", "1.0", ["more"])
    assert len(body) < TAIL
    assert ask_metadata(net, store, body)["requires_dist"] == ["more  ;"]
    assert ranges(net) == [f"bytes=-{TAIL}"]


def test_large_directory(net, store):
    """The directory begins before the tail: one more range, with what stands before the directory."""
    many = [(f"six/{'x' * 60}{i:04}.py", b"") for i in range(200)]
    body = wheel("six", "1.0", ["more"], first=[("six.bin", noise(100000)), *many])
    assert ask_metadata(net, store, body)["requires_dist"] == ["more  ;"]
    assert len(ranges(net)) == 2
    first, last = (int(n) for n in ranges(net)[1][6:].split("-"))
    assert last == len(body) - TAIL - 1 and last - first < 60000


def test_large_directory_behind_many_members(net, store):
    """METADATA stands before what was asked for together with the directory."""
    body = big(last=[(f"six/{'x' * 60}{i:04}.py", b"") for i in range(200)])
    assert ask_metadata(net, store, body)["requires_dist"] == WANTED
    assert len(ranges(net)) == 3


def test_metadata_far_away(net, store):
    """METADATA at the beginning: a range of its own."""
    body = wheel("six", "1.0", ["more"], last=[("six.bin", noise(200000))])
    assert ask_metadata(net, store, body)["requires_dist"] == ["more  ;"]
    assert len(ranges(net)) == 2 and ranges(net)[1].startswith("bytes=0-")
    assert int(ranges(net)[1].split("-")[1]) < 2000


def test_far_away_with_a_large_directory(net, store):
    body = wheel("six", "1.0", ["more"], last=[("six.bin", noise(200000))] + [(f"six/{'x' * 60}{i:04}.py", b"") for i in range(200)])
    assert ask_metadata(net, store, body)["requires_dist"] == ["more  ;"]
    assert len(ranges(net)) == 3


def test_long_local_extra_field(net, store):
    """The local header's extra field is longer than the directory lets expect."""
    body = wheel("six", "1.0", ["more"])
    at = body.index(b"six-1.0.dist-info/METADATA") + len("six-1.0.dist-info/METADATA")
    extra = b"\xfe\xca" + (2000).to_bytes(2, "little") + bytes(2000)
    long = bytearray(body[:at] + extra + body[at:])
    long[28:30] = len(extra).to_bytes(2, "little")
    source = zipfile.ZipFile(io.BytesIO(body))
    end = len(long) - 22
    directory = int.from_bytes(long[end + 16:end + 20], "little") + len(extra)
    long[end + 16:end + 20] = directory.to_bytes(4, "little")
    position = directory
    for i, info in enumerate(source.infolist()):
        if i:
            long[position + 42:position + 46] = (info.header_offset + len(extra)).to_bytes(4, "little")
        position += 46 + len(info.filename) + len(info.extra) + len(info.comment)
    assert zipfile.ZipFile(io.BytesIO(bytes(long))).testzip() is None
    long = bytes(long)
    assert ask_metadata(net, store, long)["requires_dist"] == ["more  ;"]


@pytest.mark.parametrize("more", [{"stored": True}, {"comment": b"hello"}, {"extra": "Requires-Python: >=3.8\nProvides-Extra: A_b\n"}])
def test_variants(net, store, more):
    body = big(**more)
    m = ask_metadata(net, store, body)
    assert m["requires_dist"] == WANTED and not wheels_in(store) and len(ranges(net)) == 1
    if "extra" in more:
        assert (m["requires_python"], m["provides_extra"]) == (">=3.8", ["a-b"])


def test_data_descriptors(net, store):
    class Pipe(io.RawIOBase):
        def __init__(self):
            self.data = bytearray()

        def writable(self):
            return True

        def write(self, b):
            self.data += b
            return len(b)
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("six.bin", noise(50000))
        z.writestr("six-1.0.dist-info/METADATA", metadata("six", "1.0", ["more"]))
    assert ask_metadata(net, store, bytes(pipe.data))["requires_dist"] == ["more  ;"]
    assert len(ranges(net)) == 1


def multipart(body):
    def behave(c, request):
        first, last = len(body) - TAIL, len(body) - 1
        part = (f"\r\n--x\r\nContent-Range: bytes {first}-{last}/{len(body)}\r\n\r\n").encode() + body[first:] + b"\r\n--x--\r\n"
        return ok(part, "multipart/byteranges; boundary=x", 206)(c, request)
    return behave


def unless_range(body, behaviour):
    """Only whole files are served as they should."""
    return lambda c, r: behaviour(c, r) if "range" in r.headers else ok(body)(c, r)


def lying_range(body, header):
    return unless_range(body, ok(body[-TAIL:], status=206, headers=[("Content-Range", header)] if header else []))


BODY = big()
N = len(BODY)
RANGE_FAULTS = {
    "ignored": (ranged(BODY, "ignore"), 1),
    "416": (unless_range(BODY, ranged(BODY, "none")), 2),
    "405": (unless_range(BODY, status(405)), 2),
    "400": (unless_range(BODY, status(400)), 2),
    "501": (unless_range(BODY, status(501)), 2),
    "shifted": (unless_range(BODY, ranged(BODY, "shift")), 2),
    "multipart": (unless_range(BODY, multipart(BODY)), 2),
    "no-content-range": (lying_range(BODY, None), 2),
    "unknown-total": (lying_range(BODY, f"bytes {N - TAIL}-{N - 1}/*"), 2),
    "another-total": (lying_range(BODY, f"bytes {N - TAIL}-{N - 1}/{N + 5}"), 2),
    "garbage": (lying_range(BODY, "pages 1-2/3"), 2),
    "negative": (lying_range(BODY, "bytes -5-3/3"), 2),
    "cut": (unless_range(BODY, lambda c, r: (c.head(206, [("Content-Length", TAIL), ("Content-Range", f"bytes {N - TAIL}-{N - 1}/{N}")]),
                                             c.send(BODY[-TAIL:-100]), False)[-1]), 3),
    "longer": (unless_range(BODY, ok(BODY[-TAIL:] + b"x" * 100, status=206, headers=[("Content-Range", f"bytes {N - TAIL}-{N - 1}/{N}")])),
               2),
    "other-bytes": (unless_range(BODY, ok(noise(TAIL), status=206, headers=[("Content-Range", f"bytes {N - TAIL}-{N - 1}/{N}")])), 2),
}


@pytest.mark.parametrize("name", RANGE_FAULTS)
@pytest.mark.parametrize("kind", ["html", "json"])
def test_servers_without_ranges(net, store, name, kind):
    """Whatever a server does with a range: the whole wheel, verified, in the store; its METADATA is what counts."""
    behaviour, asked = RANGE_FAULTS[name]
    m = ask_metadata(net, store, BODY, behaviour=behaviour, kind=kind, attributes={"size": N} if kind == "json" else {},
                     top={"retries": 1})
    assert m["requires_dist"] == WANTED and m["broken"] is None
    assert wheels_in(store) == [sha(BODY)]
    # These may also mean that the page's size is wrong: then the end is asked for without it.
    doubtful = kind == "json" and name in ("416", "unknown-total", "another-total")
    assert len(ranges(net)) == asked + doubtful, ranges(net)


@pytest.mark.parametrize("size", [1, 100, N - 5000, N - 1, N + 1, N + 5000, 10 * N])
def test_wrong_size(net, store, size):
    """The page lies about the size: nobody concludes that the server has no ranges."""
    def honest(c, r):
        first = r.headers["range"][6:].split("-")[0]
        return (status(416) if first and int(first) >= N else ranged(BODY))(c, r)
    index = Index(net, kind="json")
    index.add("six", FILE, BODY, honest, size=size)
    other = wheel("seven", "1.0", ["more"], first=[("x.bin", noise(60000))])
    index.add("seven", f"seven-1.0-{W}", other, size=len(other))
    outcome = catalog(net, [["metadata", "six", FILE], ["metadata", "seven", ""]], store)
    assert step(outcome)["requires_dist"] == WANTED and step(outcome, 1)["requires_dist"] == ["more  ;"]
    assert not wheels_in(store) and len(ranges(net)) <= 2 and len(ranges(net, f"seven-1.0-{W}")) == 1


def test_wrong_size_without_ranges(net, store):
    assert ask_metadata(net, store, BODY, behaviour=ranged(BODY, "ignore"), kind="json", attributes={"size": N + 7})["requires_dist"] == WANTED
    assert wheels_in(store) == [sha(BODY)]


def everything_below(folder):
    return b"".join(open(p, "rb").read() for p in glob.glob(f"{folder}/**", recursive=True) if os.path.isfile(p))


def test_no_secrets_in_the_store(net, store):
    """Neither those of a direct address nor those that a page puts into its links."""
    net.serve(f"/away/{FILE}", needs_user("me:secret", ranged(BODY)))
    url = net.url(f"/away/{FILE}?token=hidden", user="me:secret")
    net.serve("/simple/six/", ok(f'<a href="{url}">x</a>'.encode(), "text/html"))
    outcome = catalog(net, [["direct", url], ["metadata", "", ""], ["metadata", "six", FILE]], store)
    assert step(outcome, 1)["requires_dist"] == step(outcome, 2)["requires_dist"] == WANTED
    kept = everything_below(store)
    assert b"secret" not in kept and b"hidden" not in kept and kept


def test_what_an_origin_cannot_do_is_remembered(net, store):
    index = Index(net)
    bodies = {}
    for i in range(4):
        bodies[i] = wheel(f"p{i}", "1.0", first=[("x.bin", noise(50000, i))])
        index.add(f"p{i}", f"p{i}-1.0-{W}", bodies[i], unless_range(bodies[i], status(416)))
    outcome = catalog(net, [["metadata", f"p{i}", ""] for i in range(4)], store)
    assert all(step(outcome, i)["broken"] is None for i in range(4))
    assert [len(ranges(net, f"p{i}-1.0-{W}")) for i in range(4)] == [2, 1, 1, 1]
    assert sorted(wheels_in(store)) == sorted(sha(b) for b in bodies.values())


def test_wheel_with_a_wrong_digest(net, store):
    error = failure(ask_metadata(net, store, BODY, behaviour=ranged(b"x" * N, "ignore"), top={"retries": 1}, outcome=True))
    assert (error["status"], error["id"]) == (4, "hash-mismatch")
    assert not wheels_in(store)


def test_retries(net, store):
    net.script(f"/files/{FILE}", [])
    index = Index(net)
    index.add("six", FILE, BODY)
    net.script(f"/files/{FILE}", [status(503, [("Retry-After", "0")]), hang_up(True), cut(BODY, 10), ranged(BODY)])
    assert step(catalog(net, [["metadata", "six", FILE]], store, top={"retries": 3}))["requires_dist"] == WANTED


@pytest.mark.parametrize("code,id", [(401, "http-401"), (403, "http-403"), (404, "http-404"), (500, "http-status")])
def test_files_that_cannot_be_had(net, store, code, id):
    outcome = ask_metadata(net, store, BODY, behaviour=status(code), top={"retries": 0}, outcome=True)
    error = failure(outcome)
    assert (error["status"], error["id"]) == (5, id) and "six" in error["what"]


def test_stalled(net, store):
    error = failure(ask_metadata(net, store, BODY, behaviour=silent(), top={"retries": 0, "timeout": 1}, outcome=True))
    assert error["id"] == "stalled"


def test_redirected_file(net, store):
    net.serve("/elsewhere", ranged(BODY))
    assert ask_metadata(net, store, BODY, behaviour=redirect("/elsewhere"))["requires_dist"] == WANTED
    assert [r.headers.get("range") for r in net.seen("/elsewhere")] == [f"bytes=-{TAIL}"]


def test_credentials_for_files(net, store):
    outcome = ask_metadata(net, store, BODY, behaviour=needs_user("me:secret", ranged(BODY)), outcome=True,
                           top={"index_url": net.url("/simple", user="me:secret")})
    assert step(outcome)["requires_dist"] == WANTED and "secret" not in outcome.text


# --- wheels that are not what they should be ---

def plain(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in entries:
            z.writestr(name, data)
    return out.getvalue()


M = "six-1.0.dist-info/METADATA"
BROKEN = {
    "no-zip": (b"hello" * 1000, "zip-no-end-record"),
    "empty": (b"", "zip-no-end-record"),
    "no-metadata": (plain([("six.py", b"")]), "no-metadata"),
    "of-another": (plain([("other-1.0.dist-info/METADATA", metadata("six", "1.0"))]), "no-metadata"),
    "deep": (plain([("vendor/" + M, metadata("six", "1.0"))]), "no-metadata"),
    "two": (plain([(M, metadata("six", "1.0")), ("Six-1.0.dist-info/METADATA", metadata("six", "1.0"))]), "no-metadata"),
    "other-name": (plain([(M, metadata("seven", "1.0"))]), "metadata-mismatch"),
    "other-version": (plain([(M, metadata("six", "1.1"))]), "metadata-mismatch"),
    "not-metadata": (plain([(M, b"\xff\xfe\0")]), "metadata"),
    "no-name": (plain([(M, b"Metadata-Version: 2.1\nVersion: 1.0\n")]), "metadata"),
    "newer": (plain([(M, metadata("six", "1.0", metadata_version="3.0"))]), "metadata"),
    "requirement": (plain([(M, metadata("six", "1.0", ["!!!"]))]), "requirement"),
    "requires-python": (plain([(M, metadata("six", "1.0", extra="Requires-Python: nonsense\n"))]), "specifier"),
    "prefix": (b"#!/bin/sh\n" + BODY, "zip-prefix"),
    "crc": (BODY.replace(zlib.crc32(metadata("six", "1.0", ["other>=2; python_version>'3'", "more"])).to_bytes(4, "little"), b"1234"),
            "zip-crc"),
    "bomb": (plain([(M, metadata("six", "1.0", description="x" * (5 << 20)))]), "zip-entry-too-large"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_wheels(net, store, name):
    body, id = BROKEN[name]
    m = ask_metadata(net, store, body, top={"retries": 0})
    assert m["broken"] and m["broken"]["id"] == id, m["broken"]
    assert m["broken"]["what"] and m["broken"]["where"]
    assert not m["requires_dist"]


def test_every_cut_of_a_wheel(net, store):
    """A wheel that is cut anywhere is broken or refused, never half read."""
    body = wheel("six", "1.0", ["more"])
    index = Index(net)
    steps = []
    for i in range(0, len(body), 7):
        index.projects.clear()
        index.add(f"p{i}", f"p{i}-1.0-{W}", body[:i])
        steps.append(["metadata", f"p{i}", ""])
    outcome = catalog(net, steps, store, top={"retries": 0})
    for answer in outcome.result()["steps"]:
        assert "error" in answer or answer["broken"], answer


def test_spellings_of_the_version(net, store):
    body = plain([(M, metadata("SIX", "v1.0.0"))])
    assert ask_metadata(net, store, body)["broken"] is None


def test_repairs(net, store):
    body = wheel("six", "1.0", ["a>=1.0<2", "b (>=3.*)", "c"], extra="Requires-Python: >=3.6.*\n")
    m = ask_metadata(net, store, body)
    assert m["broken"] is None and m["requires_python"] == ">=3.6"
    assert m["requires_dist"] == ["a >=1.0,<2 ;", "b >=3 ;", "c  ;"]
    assert [r.split(" -> ")[0] for r in m["repairs"]] == [">=3.6.*", "a>=1.0<2", "b (>=3.*)"]


# --- advertised metadata ---

def advertise(net, store, text, digest=None, body=BODY, behaviour=None, **more):
    net.serve(f"/files/{FILE}.metadata", behaviour or ok(text))
    value = digest if digest is not None else "sha256=" + sha(text)
    return ask_metadata(net, store, body, attributes={"core_metadata": value}, **more)


GOOD = metadata("six", "1.0", ["advertised"])


@pytest.mark.parametrize("digest", [None, "true"])
def test_advertised(net, store, digest):
    assert advertise(net, store, GOOD, digest)["requires_dist"] == ["advertised  ;"]
    assert not ranges(net) and len(net.seen(f"/files/{FILE}.metadata")) == 1


def test_advertised_json(net, store):
    net.serve(f"/files/{FILE}.metadata", ok(GOOD))
    for i, value in enumerate((True, sha(GOOD))):
        assert ask_metadata(net, f"{store}{i}", BODY, kind="json", attributes={"core_metadata": value})["requires_dist"] == ["advertised  ;"]
    assert not ranges(net)


@pytest.mark.parametrize("fault", ["404", "403", "cut", "wrong-digest", "garbage", "another"])
def test_advertised_lies(net, store, fault):
    text = {"garbage": b"\0\1\2", "another": metadata("seven", "1.0")}.get(fault, GOOD)
    behaviour = {"404": status(404), "403": status(403), "cut": cut(GOOD, 5)}.get(fault)
    digest = "sha256=" + "0" * 64 if fault == "wrong-digest" else None
    outcome = advertise(net, store, text, digest, behaviour=behaviour, outcome=True, top={"retries": 0})
    assert step(outcome)["requires_dist"] == WANTED
    assert ranges(net) == [f"bytes=-{TAIL}"]
    assert any(n.startswith("metadata-hash:") and FILE in n for n in outcome.notes) == (fault == "wrong-digest")


def test_advertised_500(net, store):
    assert failure(advertise(net, store, GOOD, behaviour=status(500), outcome=True, top={"retries": 0}))["id"] == "http-status"


# --- what the store knows ---

def test_second_run_asks_nothing(net, store):
    first = ask_metadata(net, store, BODY)
    net.requests.clear()
    outcome = catalog(net, [["metadata", "six", FILE]], store, now=1001)
    assert step(outcome) == first and not net.requests
    assert outcome.result()["stats"]["metadata_from_store"] == 1
    assert step(catalog(net, [["metadata", "six", FILE]], store, now=10 ** 9, offline=True)) == first
    # A page that has to be validated says nothing about the metadata.
    assert step(catalog(net, [["metadata", "six", FILE]], store, now=10 ** 9, refresh=True)) == first
    assert [r.path for r in net.requests] == ["/simple/six/"]


def test_by_url_without_digest(net, store):
    first = ask_metadata(net, store, BODY, attributes={"sha256": False})
    net.requests.clear()
    assert step(catalog(net, [["metadata", "six", FILE]], store)) == first and not net.requests


def test_the_digest_decides(net, store):
    """Another file under the same name: what was known belongs to the old one."""
    ask_metadata(net, store, BODY)
    other = wheel("six", "1.0", ["changed"])
    assert ask_metadata(net, store, other, now=2000)["requires_dist"] == ["changed  ;"]


def test_metadata_of_another_name_is_not_taken(net, store):
    """One digest under two names: the second one is a lie."""
    ask_metadata(net, store, BODY)
    m = ask_metadata(net, store, BODY, f"six-2.0-{W}", now=2000)
    assert m["broken"]["id"] == "metadata-mismatch"


@pytest.mark.parametrize("damage", ["cut", "flip", "empty"])
def test_damaged_metadata_in_the_store(net, store, damage):
    first = ask_metadata(net, store, BODY)
    path, = [p for p in glob.glob(f"{store}/v1/metadata/*/*")]
    data = open(path, "rb").read()
    os.chmod(path, 0o644)
    with open(path, "wb") as f:
        f.write({"cut": data[:-3], "flip": data[:-3] + bytes([data[-3] ^ 1]) + data[-2:], "empty": b""}[damage])
    assert step(catalog(net, [["metadata", "six", FILE]], store)) == first
    assert len(ranges(net)) == 2


def test_wheel_that_is_in_the_store(net, store):
    """Loaded by a build: its bytes answer, offline as well; when they are damaged they are not believed."""
    first = ask_metadata(net, store, BODY, behaviour=ranged(BODY, "ignore"))
    for p in glob.glob(f"{store}/v1/metadata/*/*"):
        os.unlink(p)
    assert step(catalog(net, [["metadata", "six", FILE]], store, offline=True)) == first
    for p in glob.glob(f"{store}/v1/metadata/*/*"):
        os.unlink(p)
    path, = glob.glob(f"{store}/v1/files/*/*")
    at = BODY.index(b"six-1.0.dist-info/METADATA") + 40
    os.chmod(path, 0o644)
    with open(path, "r+b") as f:
        f.seek(at)
        f.write(b"\0\0\0\0")
    net.serve(f"/files/{FILE}", ranged(BODY))
    before = len(ranges(net))
    assert step(catalog(net, [["metadata", "six", FILE]], store)) == first
    assert len(ranges(net)) == before + 1


def test_offline_without_anything(net, store):
    Index(net).add("six", FILE, BODY)
    catalog(net, [["project", "six"]], store)
    error = failure(catalog(net, [["metadata", "six", FILE]], store, offline=True))
    assert (error["status"], error["id"]) == (4, "offline") and FILE in error["what"]


# --- source distributions ---

SDIST = "six-1.0.tar.gz"
STATIC = metadata("six", "1.0", ["static"], metadata_version="2.2")
DYNAMIC = metadata("six", "1.0", ["x"], extra="Dynamic: Summary\nDynamic: requires-dist\n", metadata_version="2.2")
SDISTS = {
    "at-the-beginning": (sdist(text=STATIC, before=[("six-1.0/setup.py", b"x")]), None, 1),
    "far": (sdist(text=STATIC, before=[("six-1.0/data.bin", noise(200000))]), None, 2),
    "dotted": (sdist(text=STATIC, top="./six-1.0"), None, 1),
    "long-names-before": (sdist(text=STATIC, before=[("six-1.0/" + "x" * 90 + "/" + "y" * 90 + "/" + "z" * 90, b"1")]), None, 1),
    "dynamic": (sdist(text=DYNAMIC), "sdist-dynamic", 1),
    "old": (sdist(text=metadata("six", "1.0", metadata_version="2.1")), "sdist-dynamic", 1),
    "dynamic-summary": (sdist(text=metadata("six", "1.0", ["static"], extra="Dynamic: Summary\n", metadata_version="2.3")), None, 1),
    "none": (sdist(text=False, before=[("six-1.0/setup.py", b"x")]), "no-metadata", 2),
    "deep-only": (sdist(text=False, before=[("six-1.0/six.egg-info/PKG-INFO", STATIC)]), "no-metadata", 2),
    "another": (sdist(text=metadata("seven", "1.0", metadata_version="2.2")), "metadata-mismatch", 1),
    "not-gzip": (b"hello" * 100, "bad-sdist", 2),
    "gzip-of-nothing": (gzip.compress(b"hello" * 1000), "bad-sdist", 2),
    "huge-pkg-info": (sdist(text=STATIC + b"x" * (5 << 20)), "bad-sdist", 2),
}


@pytest.mark.parametrize("name", SDISTS)
def test_sdists(net, store, name):
    body, id, asked = SDISTS[name]
    m = ask_metadata(net, store, body, SDIST)
    if id is None:
        assert m["broken"] is None and m["requires_dist"] == ["static  ;"]
    else:
        assert m["broken"] and m["broken"]["id"] == id, m["broken"]
    assert len(ranges(net, SDIST)) == asked
    net.requests.clear()
    assert step(catalog(net, [["metadata", "six", SDIST]], store)) == m
    if id in (None, "sdist-dynamic"):
        assert not net.requests


def test_sdist_cut_anywhere(net, store):
    body = sdist(text=STATIC)
    index = Index(net)
    steps = []
    for i in range(1, len(body) - 8, 5):
        index.projects.clear()
        index.add(f"p{i}", f"p{i}-1.0.tar.gz", body[:i])
        steps.append(["metadata", f"p{i}", ""])
    for answer in catalog(net, steps, store, top={"retries": 0}).result()["steps"]:
        assert "error" in answer or answer["broken"]


def test_zip_sdist(net, store):
    body = plain([("six-1.0/x.bin", noise(50000)), ("six-1.0/PKG-INFO", STATIC), ("six-1.0/six.egg-info/PKG-INFO", b"x")])
    assert ask_metadata(net, store, body, "six-1.0.zip")["requires_dist"] == ["static  ;"]
    assert ranges(net, "six-1.0.zip") == [f"bytes=-{TAIL}"]


# --- direct references ---

def test_direct_url(net, store):
    net.serve("/away/six-1.0-py3-none-any.whl", ranged(BODY))
    url = net.url("/away/six-1.0-py3-none-any.whl")
    outcome = catalog(net, [["direct", url], ["metadata", "", ""], ["direct", url + "#sha256=" + sha(BODY)], ["metadata", "", ""]], store)
    p = step(outcome)
    assert (p["name"], versions(p), files(p)) == ("six", ["1.0"], ["six-1.0-py3-none-any.whl"]) and p["releases"][0]["files"][0]["url"] == url
    assert step(outcome, 1)["requires_dist"] == step(outcome, 3)["requires_dist"] == WANTED
    assert step(outcome, 2)["releases"][0]["files"][0]["sha256"] == sha(BODY)


def test_direct_path(net, store, tmp_path):
    for name, body in ((FILE, BODY), (SDIST, sdist(text=STATIC))):
        (tmp_path / name).write_bytes(body)
        outcome = catalog(net, [["direct", str(tmp_path / name)], ["metadata", "", ""]], store, offline=True)
        assert step(outcome)["name"] == "six" and step(outcome, 1)["broken"] is None
        assert step(outcome)["releases"][0]["files"][0]["url"] == f"file://{tmp_path / name}"


@pytest.mark.parametrize("where,id", [("/x/six.whl", "wheel-name"), ("/x/six", "sdist-name"), ("/x/", "sdist-name")])
def test_direct_names(net, store, where, id):
    assert failure(catalog(net, [["direct", net.url(where)]], store))["id"] == id


def test_direct_path_that_is_not_there(net, store, tmp_path):
    outcome = catalog(net, [["direct", str(tmp_path / FILE)], ["metadata", "", ""]], store)
    assert failure(outcome, 1)["status"] == 6


# --- many at once ---

def test_hooks_walk_the_graph(net, store):
    """Pages want their best file, its metadata wants more pages: all arrive while one is waited for."""
    index = Index(net)
    n = 60
    for i in range(n):
        index.add(f"p{i}", f"p{i}-1.0-{W}", wheel(f"p{i}", "1.0", [f"p{(i * 7 + k) % n}" for k in (1, 2, 3)]))
    steps = [["metadata", "p0", ""]] + [["metadata", f"p{i}", ""] for i in range(n)]
    outcome = catalog(net, steps, store, eager=True)
    assert all(step(outcome, i)["broken"] is None for i in range(n))
    assert len(net.requests) == 2 * n
    assert sorted(outcome.result()["arrived"]) == sorted(f"{kind} {name}" for i in range(n) for kind, name in (
        ("project", f"p{i}"), ("metadata", f"p{i}-1.0-{W}")))
    net.requests.clear()
    again = catalog(net, steps, store, eager=True, now=1001)
    assert again.result()["steps"] == outcome.result()["steps"] and not net.requests


def test_interrupted_downloads_leave_nothing(net, store):
    from probe import ask, level
    Index(net).add("six", FILE, BODY, lambda c, r: (c.head(200, [("Content-Length", N)]), c.send(BODY[:50000]), c.net.closing.wait(30), False)[-1])
    outcome = ask({"command": "catalog", "steps": [["metadata", "six", FILE]], "store": str(store), "now": 1000,
                   "command_line": level(net, timeout=30)}, interrupt=0.7)
    assert failure(outcome)["id"] == "interrupted"
    assert not [p for p in glob.glob(f"{store}/v1/tmp/*")] and not wheels_in(store)


# --- many processes ---

@pytest.mark.parametrize("ranges_work", [True, False])
def test_eight_processes_ask_once(net, store, ranges_work):
    """Whoever comes first asks; the others find the answer in the store. Each begins with another package."""
    index, names = Index(net), [f"p{i}" for i in range(6)]
    for i, name in enumerate(names):
        body = wheel(name, "1.0", ["more"], first=[("x.bin", noise(60000, i))])

        def late(c, r, body=body):
            time.sleep(0.05)
            return ranged(body, None if ranges_work else "ignore")(c, r)
        index.add(name, f"{name}-1.0-{W}", body, late)
    outcomes = [None] * 8

    def one(k):
        order = names[k % 6:] + names[:k % 6]
        outcomes[k] = catalog(net, [["want-metadata", n, ""] for n in order] + [["metadata", n, ""] for n in order], store,
                              top={"timeout": 20})
    threads = [threading.Thread(target=one, args=(k,)) for k in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for o in outcomes:
        assert all(step(o, 6 + i)["requires_dist"] == ["more  ;"] for i in range(6))
    assert [len(ranges(net, f"{n}-1.0-{W}")) for n in names] == [1] * 6
    assert len(wheels_in(store)) == (0 if ranges_work else 6)


def test_a_lease_dies_with_its_process(net, store):
    """The first one is killed while it loads; the second one does not wait for long."""
    index = Index(net)
    index.add("six", FILE, BODY)
    net.script(f"/files/{FILE}", [silent(), ranged(BODY)])
    request = {"command": "catalog", "steps": [["metadata", "six", FILE]], "store": str(store), "now": 1000,
               "command_line": {"index_url": net.url("/simple"), "timeout": 30}}
    env = {"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": "/dev/null", "HOME": "/nonexistent"}
    with subprocess.Popen([os.environ["NET_PROBE"]], env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as first:
        first.stdin.write(json.dumps(request).encode())
        first.stdin.close()
        while not ranges(net):
            time.sleep(0.01)
        killer = threading.Timer(0.5, first.kill)
        killer.start()
        begin = time.monotonic()
        assert step(catalog(net, [["metadata", "six", FILE]], store, top={"timeout": 20}))["requires_dist"] == WANTED
        assert 0.3 < time.monotonic() - begin < 10
        assert len(ranges(net)) == 2


def test_interrupted_while_another_process_loads(net, store):
    from probe import ask, level
    Index(net).add("six", FILE, BODY, silent())
    request = {"command": "catalog", "steps": [["metadata", "six", FILE]], "store": str(store), "now": 1000,
               "command_line": level(net, timeout=30)}
    outcomes = []
    threads = [threading.Thread(target=lambda: outcomes.append(ask(request, interrupt=1))) for _ in range(2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert [failure(o)["id"] for o in outcomes] == ["interrupted"] * 2
    assert all(o.seconds < 5 for o in outcomes) and len(ranges(net)) == 1


# --- no store, and files of this computer ---

@pytest.mark.parametrize("name", ["none", "ignored", "416", "other-bytes"])
def test_without_a_store(net, name):
    behaviour = RANGE_FAULTS[name][0] if name != "none" else None
    assert ask_metadata(net, None, BODY, behaviour=behaviour)["requires_dist"] == WANTED
    error = failure(ask_metadata(net, None, BODY, behaviour=ranged(b"x" * N, "ignore"), top={"retries": 0}, outcome=True))
    assert error["id"] == "hash-mismatch" and sha(BODY) in error["what"]


def test_without_a_store_far_sdist(net):
    body, id, _ = SDISTS["far"]
    assert ask_metadata(net, None, body, SDIST)["requires_dist"] == ["static  ;"]
    body, id, _ = SDISTS["none"]
    assert ask_metadata(net, None, body, SDIST)["broken"]["id"] == id


def local_index(tmp_path, body, text, attribute):
    folder = tmp_path / "index" / "six"
    folder.mkdir(parents=True)
    if body is not None:
        (folder / FILE).write_bytes(body)
    if text is not None:
        (folder / (FILE + ".metadata")).write_bytes(text)
    (folder / "index.html").write_text(f'<a href="{FILE}" data-core-metadata="{attribute}">x</a>')
    return {"index_url": f"file://{tmp_path}/index"}


@pytest.mark.parametrize("with_store", [True, False])
@pytest.mark.parametrize("body", [None, b"no zip", BODY])
@pytest.mark.parametrize("attribute", ["true", "sha256=" + sha(GOOD)])
def test_metadata_beside_a_local_wheel(net, store, tmp_path, body, attribute, with_store):
    top = local_index(tmp_path, body, GOOD, attribute)
    m = step(catalog(net, [["metadata", "six", FILE]], store if with_store else None, top=top))
    assert m["requires_dist"] == ["advertised  ;"]


@pytest.mark.parametrize("text,attribute", [(None, "true"), (b"", "true"), (GOOD, "sha256=" + "0" * 64), (metadata("x", "1"), "true")])
def test_lies_beside_a_local_wheel(net, store, tmp_path, text, attribute):
    top = local_index(tmp_path, BODY, text, attribute)
    assert step(catalog(net, [["metadata", "six", FILE]], store, top=top))["requires_dist"] == WANTED
