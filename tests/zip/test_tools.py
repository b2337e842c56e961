"""What lamina writes is taken by every tool, is the same each time and holds what was given; real and made wheels.

SPDX-License-Identifier: Apache-2.0
"""
import base64
import hashlib
import os
import random
import shutil
import stat
import subprocess
import sys
import zipfile

import pytest

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "suites")]
from judge import Judge  # noqa: E402

TOOLS = {
    "unzip": ["unzip", "-tqq"],
    "7z": ["7z", "t", "-bso0"],
    "bsdtar": ["bsdtar", "-xOf"],
}


@pytest.fixture(scope="module")
def judge():
    with Judge() as j:
        yield j


def content_of(rng):
    kind = rng.randrange(5)
    n = rng.choice([0, 1, 2, 100, 5000, 40000, 300000])
    if kind == 0:
        return rng.randbytes(n)
    if kind == 1:
        return bytes(n)
    return b"".join(rng.choice([b"import os\n", b"def f(x):\n", b"\treturn x\n", b"# text\n"]) for _ in range(n // 9))


def name_of(rng):
    part = lambda: "".join(rng.choice("ab.-_ 9\u00e9\u4f60") for _ in range(rng.randrange(1, 9)))
    return "/".join(p if p not in (".", "..") else "x" for p in (part() for _ in range(rng.randrange(1, 5))))


def entries_of(seed):
    """A list without names that are folders of others, sorted."""
    rng = random.Random(seed)
    names = {name_of(rng) for _ in range(rng.choice([0, 1, 3, 60]))}
    folders = {n[:i] for n in names for i, c in enumerate(n) if c == "/"}
    return [(n, content_of(rng), rng.choice([0o644, 0o755]), rng.choice([0, 1, 6, 9, 12]))
            for n in sorted(names - folders, key=str.encode)]


def pack(judge, path, entries, **o):
    answer = judge.ask("zip.pack", output=str(path), entries=[
        [n, base64.b64encode(c).decode(), mode, level] for n, c, mode, level in entries], **o)
    assert "ok" in answer, answer
    return answer["ok"]


def check_python(path, entries):
    with zipfile.ZipFile(path) as z:
        assert z.comment == b""
        infos = z.infolist()
        assert [i.filename for i in infos] == [e[0] for e in entries]
        for info, (name, content, mode, _) in zip(infos, entries):
            assert z.read(info) == content
            assert info.external_attr == (stat.S_IFREG | mode) << 16
            assert (info.create_system, info.create_version, info.extract_version) == (3, 20, 20)
            assert info.date_time == (1980, 1, 1, 0, 0, 0)
            assert info.flag_bits == (0 if name.isascii() else 0x800)
            assert (info.extra, info.comment, info.internal_attr) == (b"", b"", 0)
            assert info.compress_size <= info.file_size


@pytest.mark.parametrize("seed", range(12))
def test_round_trip(judge, tmp_path, seed):
    entries = entries_of(seed)
    path, again = tmp_path / "a.zip", tmp_path / "b.zip"
    made = pack(judge, path, entries)
    assert pack(judge, again, entries, hash_thread=True) == made
    content = path.read_bytes()
    assert again.read_bytes() == content
    assert made == {"size": len(content), "entries": len(entries), "unzipped_size": sum(len(e[1]) for e in entries),
                    "sha256": hashlib.sha256(content).hexdigest()}
    check_python(path, entries)
    listed = judge.ask("zip.list", path=str(path), policy="registry")["ok"]
    assert [(e["name"], e["sha256"], e["mode"]) for e in listed] == [
        (n, hashlib.sha256(c).hexdigest(), stat.S_IFREG | m) for n, c, m, _ in entries]


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("seed", [1, 2, 3, 5, 8])
def test_tool(judge, tmp_path, tool, seed):
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    entries = entries_of(seed)
    if not entries:
        pytest.skip("tools complain about empty archives")
    path = tmp_path / "a.zip"
    pack(judge, path, entries)
    r = subprocess.run(TOOLS[tool] + [str(path)], capture_output=True, env=dict(os.environ, LC_ALL="C.UTF-8"))
    assert r.returncode == 0, r.stderr
    if tool == "bsdtar":
        assert r.stdout == b"".join(e[1] for e in entries)


def made_wheels(folder):
    """Three wheels as Python's zipfile writes them: folders, stored files, data descriptors, modes."""
    rng = random.Random(7)
    paths = []
    for w in range(3):
        path = folder / f"w{w}.zip"
        with open(path, "wb") as f, zipfile.ZipFile(Unseekable(f) if w == 1 else f, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr(zipfile.ZipInfo(f"p{w}/"), b"")
            for i in rng.sample(range(200), 200):
                info = zipfile.ZipInfo(f"p{w}/m{i:03}.py")
                info.external_attr = (stat.S_IFREG | rng.choice([0o644, 0o755, 0o664])) << 16
                info.compress_type = rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
                z.writestr(info, content_of(rng))
        paths.append(path)
    return paths


class Unseekable:
    """Makes zipfile write data descriptors."""

    def __init__(self, f):
        self.f = f

    def write(self, data):
        return self.f.write(data)

    def flush(self):
        self.f.flush()


@pytest.mark.parametrize("hash_thread", [False, True])
def test_raw_copy(judge, tmp_path, hash_thread):
    sources = made_wheels(tmp_path)
    want = {}
    for path in sources:
        with zipfile.ZipFile(path) as z:
            for info in z.infolist():
                if not info.is_dir():
                    mode = 0o755 if info.external_attr >> 16 & 0o111 else 0o644
                    want[info.filename] = (info.compress_size, info.compress_type, z.read(info), stat.S_IFREG | mode)
    path = tmp_path / "out.zip"
    answer = judge.ask("zip.repack", output=str(path), inputs=[str(p) for p in sources], hash_thread=hash_thread)
    made = answer["ok"]
    assert made["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert judge.ask("zip.check", path=str(path), policy="registry") == {"ok": {"entries": len(want)}}
    with zipfile.ZipFile(path) as z:
        assert z.namelist() == sorted(want)
        for info in z.infolist():
            assert (info.compress_size, info.compress_type, z.read(info), info.external_attr >> 16) == want[info.filename]
            assert not info.flag_bits & 8
    if shutil.which("unzip"):
        subprocess.run(["unzip", "-tqq", str(path)], check=True)
    again = tmp_path / "again.zip"
    judge.ask("zip.repack", output=str(again), inputs=[str(p) for p in reversed(sources)], hash_thread=not hash_thread)
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("entries,rule", [
    ([("../a", b"", 0o644, 0)], "zip-name-dotdot"),
    ([("/a", b"", 0o644, 0)], "zip-name-absolute"),
    ([("a\\b", b"", 0o644, 0)], "zip-name-backslash"),
    ([("a\nb", b"", 0o644, 0)], "zip-name-control"),
    ([("", b"", 0o644, 0)], "zip-name-empty"),
    ([("d/", b"", 0o644, 0)], "zip-write"),
    ([("b", b"", 0o644, 0), ("a", b"", 0o644, 0)], "zip-write"),
    ([("a", b"", 0o644, 0), ("a", b"", 0o644, 0)], "zip-write"),
    ([("a", b"", 0o600, 0)], "zip-write"),
    ([("a", b"", 0o104755, 0)], "zip-write"),
    ([("%05d" % i, b"", 0o644, 0) for i in range(65535)], "zip-too-many-entries"),
])
def test_writer_refuses(judge, tmp_path, entries, rule):
    path = tmp_path / "a.zip"
    answer = judge.ask("zip.pack", output=str(path), entries=[
        [n, base64.b64encode(c).decode(), mode, level] for n, c, mode, level in entries])
    assert answer["error"]["rule"] == rule
    assert os.listdir(tmp_path) == []


def test_largest_number_of_entries(judge, tmp_path):
    path = tmp_path / "a.zip"
    pack(judge, path, [("%05d" % i, b"", 0o644, 0) for i in range(65534)])
    assert judge.ask("zip.check", path=str(path), policy="registry") == {"ok": {"entries": 65534}}
    assert len(zipfile.ZipFile(path).namelist()) == 65534
