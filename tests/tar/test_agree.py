"""Honest archives give what Python's tarfile gives; and whatever is accepted of archives that were tampered with, tarfile's data filter accepts
with the same content.

SPDX-License-Identifier: Apache-2.0
"""
import gzip
import io
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile

import pytest

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "suites")]
from compare import by_python, needs_library, tarfile, tree  # noqa: E402
from hostile import FIXTURES, content  # noqa: E402
from judge import Judge  # noqa: E402
from maker import BLOCK, CODERS, TOP  # noqa: E402

SEED = int(os.environ.get("LAMINA_TEST_SEED", "1"))
SECONDS = float(os.environ.get("LAMINA_TEST_SECONDS", "8"))
ENDINGS = list(CODERS)
WORDS = ["a", "pkg", "__init__.py", "data.txt", "dé", "你好.py", "x" * 90, "y" * 120, "READme", "readme", "a b", "-x", ".hidden", "c:d", "e'f"]


@pytest.fixture(scope="module")
def judge():
    with Judge() as j:
        yield j


@pytest.fixture
def random_tree(tmp_path):
    return lambda r: grow(r, tmp_path / f"made{r.random()}")


def grow(r, where):
    """A random tree below WHERE/p-1.0, links included; gives WHERE."""
    top = where / TOP
    top.mkdir(parents=True)
    folders, files = [top], []
    for _ in range(r.randrange(1, 25)):
        at = r.choice(folders) / r.choice(WORDS)
        if at.exists() or at.is_symlink() or len(str(at)) - len(str(where)) > 800:
            continue
        kind = r.random()
        if kind < 0.25:
            at.mkdir()
            folders.append(at)
        elif kind < 0.35 and files:
            at.symlink_to(os.path.relpath(r.choice(files), at.parent))
        elif kind < 0.4 and files:
            os.link(r.choice(files), at)
        else:
            at.write_bytes(r.randbytes(r.choice([0, 1, 511, 512, 513, 5000, 70000])))
            at.chmod(r.choice([0o644, 0o755, 0o600, 0o4755, 0o444]))
            files.append(at)
    if r.random() < 0.3 and len(folders) > 1:
        inner = r.choice(folders[1:])
        if not any(p.is_symlink() for p in inner.rglob("*")):
            (top / "linked").symlink_to(os.path.relpath(inner, top))
    return where


def with_tarfile(format):
    def pack(where, out):
        with tarfile.open(out, "w", format=format, encoding="utf-8") as t:
            t.add(where / TOP, TOP)
    return pack


def with_program(*command):
    def pack(where, out):
        if not shutil.which(command[0]):
            pytest.skip(f"needs {command[0]}")
        subprocess.run([*command, "-cf", out, "-C", where, TOP], check=True, env=dict(os.environ, LC_ALL="C.UTF-8"))
    return pack


def with_git(where, out):
    """As code hosts make them: a global PAX header, links and long names in git's way. It keeps neither empty folders nor most modes."""
    if not shutil.which("git"):
        pytest.skip("needs git")
    top = where / TOP
    for at, folders, files in os.walk(top, topdown=False):
        if not os.listdir(at):
            pathlib.Path(at, "kept").write_text("")
    git = ["git", "-C", str(top), "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main", "-c", "core.excludesFile=/dev/null"]
    for args in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-q", "--allow-empty", "-m", "x"], ["archive", "--format=tar", f"--prefix={TOP}/", "-o", str(out), "HEAD"]):
        subprocess.run([*git, *args], check=True, env=dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null"))
    shutil.rmtree(top / ".git")


PACKERS = {
    "tarfile-pax": with_tarfile(tarfile.PAX_FORMAT), "tarfile-gnu": with_tarfile(tarfile.GNU_FORMAT),
    "gnu-tar-gnu": with_program("tar", "--format=gnu"), "gnu-tar-posix": with_program("tar", "--format=posix"),
    "bsdtar-pax": with_program("bsdtar", "--format=pax"), "bsdtar-gnutar": with_program("bsdtar", "--format=gnutar"),
    "bsdtar-restricted": with_program("bsdtar"), "git": with_git,
}


@pytest.mark.parametrize("packer", PACKERS)
def test_honest_trees(judge, tmp_path, random_tree, packer):
    for n in range(12):
        r = random.Random(f"{SEED}/{packer}/{n}")
        where = random_tree(r)
        plain = tmp_path / "p.tar"
        PACKERS[packer](where, plain)
        ending = r.choice(ENDINGS)
        path = tmp_path / (f"p{n}" + ending)
        path.write_bytes(CODERS[ending](plain.read_bytes()))
        to = tmp_path / f"to{n}"
        to.mkdir()
        answer = needs_library(judge.ask("sdist.unpack", path=str(path), folder=str(to)))
        assert answer == {"ok": {"top": str(to / TOP)}}, (n, answer)
        assert tree(to) == by_python(path, tmp_path / f"python{n}"), n
        theirs = tree(where)
        assert (without_modes(tree(to)) == without_modes(theirs) if packer == "git" else tree(to) == theirs), n


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_lengths_of_names(judge, tmp_path, format):
    """Every length around the places where formats change their way of writing a name."""
    names = [f"{TOP}/{'d' * (n // 3)}/{'e' * (n // 3)}/{n:03d}{'f' * (n - 2 * (n // 3))}" for n in range(60, 260)]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as t:
        kept = []
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = 1
            try:
                t.addfile(info, io.BytesIO(b"1"))
                kept.append(name)
            except ValueError:
                pass  # ustar has no place for it
    path = tmp_path / "p.tar.gz"
    path.write_bytes(gzip.compress(out.getvalue()))
    answer = judge.ask("tar.list", path=str(path))
    assert [m["name"] for m in answer["ok"]["members"]] == kept and len(kept) > 100


# --- tampering ---
FIELDS = [(0, 100), (100, 108), (108, 116), (116, 124), (124, 136), (136, 148), (156, 157), (157, 257), (257, 265), (265, 297), (329, 337), (337, 345), (345, 500), (500, 512)]
TEXTS = [b"../", b"/", b"./", b"..", b"\0", b"x", b"//", b"\\", TOP.encode() + b"/", b"f", b"d", b"l", b"\xc3\xa9", b"\xff", b"\n", b"a/b", b"1", b"7", b" ", b"\x80", b"-"]
TYPES = b"01256SKLxgX7VMDN3\0"
RECORDS = [b"path=", b"linkpath=", b"size=", b"hdrcharset=BINARY", b"mtime=1", b"GNU.sparse.name=", b"GNU.sparse.realsize=9", b"comment=", b"uid="]


def repair(data):
    for at in range(0, len(data) - BLOCK + 1, BLOCK):
        if data[at + 257:at + 262] == b"ustar":
            data[at + 148:at + 156] = b" " * 8
            data[at + 148:at + 156] = b"%06o\0 " % sum(data[at:at + BLOCK])
    return data


def tamper(r, data):
    data = bytearray(data)
    headers = [at for at in range(0, len(data), BLOCK) if data[at + 257:at + 262] == b"ustar"] or [0]
    for _ in range(r.choice([1, 1, 1, 2, 3])):
        if len(data) < BLOCK:
            break
        at, what = r.choice(headers), r.random()
        if what < 0.45:
            begin, end = r.choice(FIELDS)
            text = b"".join(r.choice(TEXTS) for _ in range(r.randrange(1, 4)))[:end - begin]
            place = at + begin + r.choice([0, 0, r.randrange(end - begin)])
            data[place:min(place + len(text), at + end)] = text[:at + end - place]
        elif what < 0.55:
            data[at + 156] = r.choice(TYPES)
        elif what < 0.65:
            data[at + 124:at + 136] = b"%011o\0" % r.choice([0, 1, 511, 512, 513, 1024, 2**33 - 1])
        elif what < 0.72:
            block = data[at:at + BLOCK * r.choice([1, 1, 2])]
            place = r.choice(headers)
            data[place:place] = block
        elif what < 0.79:
            del data[at:at + BLOCK * r.choice([1, 1, 2])]
        elif what < 0.9 and len(data) > BLOCK:
            place = r.randrange(len(data) - 20)
            data[place] = r.choice([0, 0x20, 0x2f, 0x30, 0x37, 0x3d, r.randrange(256)])
        else:
            text = r.choice(RECORDS) + r.choice([b"", TOP.encode() + b"/zz", b"3", b"../x", TOP.encode() + b"/f"])
            n = len(text) + 4 if len(text) + 4 < 100 else len(text) + 5
            record = b"%d %s\n" % (n, text)
            head = bytearray(data[at:at + BLOCK])
            head[156] = ord("x")
            head[124:136] = b"%011o\0" % len(record)
            data[at:at] = head + record.ljust(BLOCK, b"\0")
        headers = [at for at in range(0, len(data), BLOCK) if data[at + 257:at + 262] == b"ustar"] or [0]
    return bytes(repair(data))


def seeds(tmp_path):
    """Accepted ones more often: what is refused already says little when it becomes worse."""
    out = [content(name) for name, (_, ending, reason) in FIXTURES.items() for _ in range(1 if reason else 5) if ending == ".tar" and len(content(name)) < 100000]
    r = random.Random(SEED)
    for packer in PACKERS.values():
        for n in range(3):
            where = pathlib.Path(tempfile.mkdtemp(dir=tmp_path))
            grow(r, where)
            try:
                packer(where, where / "p.tar")
            except pytest.skip.Exception:
                continue
            if (where / "p.tar").stat().st_size < 100000:
                out.append((where / "p.tar").read_bytes())
    return out


def test_tampered(judge, tmp_path):
    """Seeds are numbers: LAMINA_TEST_SEED starts elsewhere, LAMINA_TEST_SECONDS goes on longer."""
    start = seeds(tmp_path)
    begin, accepted, tried = time.monotonic(), 0, 0
    path, ours, theirs = tmp_path / "p.tar", tmp_path / "ours", tmp_path / "theirs"
    while time.monotonic() - begin < SECONDS:
        seed = SEED * 1000000 + tried
        r = random.Random(seed)
        data = tamper(r, r.choice(start))
        path.write_bytes(data)
        ours.mkdir()
        answer = judge.ask("sdist.unpack", path=str(path), folder=str(ours))
        tried += 1
        if "ok" in answer:
            accepted += 1
            try:
                there = by_python(path, theirs)
            except Exception as e:
                (tmp_path / "found.tar").write_bytes(data)
                pytest.fail(f"seed {seed}: Python refuses what was accepted: {e!r}")
            here = tree(ours)
            assert without_modes(here) == without_modes(there), f"seed {seed}"
            shutil.rmtree(theirs)
        else:
            assert answer["error"]["rule"] == "bad-sdist", (seed, answer)
            assert not any(ours.iterdir()), seed
        shutil.rmtree(ours)
    print(f"{tried} archives, {accepted} accepted")
    assert tried > 20 and accepted > 0


def without_modes(t):
    """Hard links that say another mode than their file: tarfile lets the last one win."""
    return {k: v and v[1] for k, v in t.items()}


# --- .zip ---
def zipped(*entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data, mode in entries:
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            info.external_attr = mode << 16
            z.writestr(info, data)
    return out.getvalue()


FILE, EXECUTABLE, LINK = 0o100644, 0o100755, 0o120777


@pytest.mark.parametrize("name,entries,want", [
    ("plain", [(f"{TOP}/a", "1", FILE), (f"{TOP}/b/c", "2", EXECUTABLE)], {TOP: None, f"{TOP}/a": (False, b"1"), f"{TOP}/b": None, f"{TOP}/b/c": (True, b"2")}),
    ("folders", [(f"{TOP}/", "", 0o40755), (f"{TOP}/d/", "", 0o40755)], {TOP: None, f"{TOP}/d": None}),
    ("without modes", [(f"{TOP}/a", "1", 0)], {TOP: None, f"{TOP}/a": (False, b"1")}),
    ("link", [(f"{TOP}/l", "d/a", LINK), (f"{TOP}/d/a", "1", EXECUTABLE)], {TOP: None, f"{TOP}/l": (True, b"1"), f"{TOP}/d": None, f"{TOP}/d/a": (True, b"1")}),
    ("link to a folder", [(f"{TOP}/l", "d", LINK), (f"{TOP}/d/a", "1", FILE)],
     {TOP: None, f"{TOP}/l": None, f"{TOP}/l/a": (False, b"1"), f"{TOP}/d": None, f"{TOP}/d/a": (False, b"1")}),
])
def test_zip(judge, tmp_path, name, entries, want):
    path, to = tmp_path / "p-1.0.zip", tmp_path / "to"
    path.write_bytes(zipped(*entries))
    to.mkdir()
    assert judge.ask("sdist.unpack", path=str(path), folder=str(to)) == {"ok": {"top": str(to / TOP)}}
    assert tree(to) == want


@pytest.mark.parametrize("name,entries,rule,reason", [
    ("up", [("../x", "1", FILE)], "zip-name-dotdot", ""),
    ("absolute", [("/x", "1", FILE)], "zip-name-absolute", ""),
    ("twice", [(f"{TOP}/a", "1", FILE), (f"{TOP}/a", "2", FILE)], "zip-duplicate-name", ""),
    ("device", [(f"{TOP}/a", "1", 0o020644)], None, ""),
    ("link out", [(f"{TOP}/l", "../../x", LINK)], "bad-sdist", "leads out of the archive"),
    ("link absolute", [(f"{TOP}/l", "/etc/passwd", LINK)], "bad-sdist", "leads out of the archive"),
    ("link nowhere", [(f"{TOP}/l", "no", LINK)], "bad-sdist", "leads nowhere"),
    ("link with NUL", [(f"{TOP}/l", "a\0b", LINK), (f"{TOP}/a", "", FILE)], "bad-sdist", "not clean UTF-8"),
    ("circle", [(f"{TOP}/a/l", "../a", LINK)], "bad-sdist", "in a circle"),
    ("through a link", [(f"{TOP}/d/a", "1", FILE), (f"{TOP}/l", "d", LINK), (f"{TOP}/l/b", "1", FILE)], None, ""),
    ("two tops", [(f"{TOP}/a", "1", FILE), ("q/a", "1", FILE)], "bad-sdist", "more than one top folder"),
    ("file at the top", [("setup.py", "1", FILE)], "bad-sdist", "beside the top folder"),
    ("empty", [], "bad-sdist", "is empty"),
    ("deep", [(TOP + "/d" * 70, "1", FILE)], "bad-sdist", "nested too deep"),
])
def test_hostile_zip(judge, tmp_path, name, entries, rule, reason):
    path, to = tmp_path / "p-1.0.zip", tmp_path / "to"
    path.write_bytes(zipped(*entries))
    to.mkdir()
    error = judge.ask("sdist.unpack", path=str(path), folder=str(to))["error"]
    assert not any(to.iterdir())
    assert (rule is None or error["rule"] == rule) and reason in error["message"], error


@pytest.mark.parametrize("name", ["p-1.0.tar.lzma", "p-1.0.rar", "p-1.0", ".tar.gz", "p-1.0.egg"])
def test_other_names(judge, tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    error = judge.ask("sdist.unpack", path=str(tmp_path / name), folder=str(tmp_path))["error"]
    assert error["rule"] == "bad-sdist" and "its name ends in none of" in error["message"]
