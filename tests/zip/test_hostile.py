"""Every hostile archive is refused with its rule, quickly and in little memory; what is accepted means the same to Python.

SPDX-License-Identifier: Apache-2.0
"""
import hashlib
import io
import os
import sys
import time
import zipfile

import pytest

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "suites")]
from hostile import FIXTURES  # noqa: E402
from judge import Judge  # noqa: E402

SECONDS = 2
MEMORY = 64 << 20
CASES = [(name, policy) for name in FIXTURES for policy in ("default", "registry")]


@pytest.fixture(scope="module")
def judge():
    with Judge() as j:
        yield j


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("hostile")


def archive(folder, name):
    path = folder / (name + ".zip")
    if not path.exists():
        path.write_bytes(FIXTURES[name][0]())
    return path


@pytest.mark.parametrize("name,policy", CASES)
def test_rule(judge, folder, name, policy):
    _, default, registry = FIXTURES[name]
    path = archive(folder, name)
    begin = time.monotonic()
    answer = judge.ask("zip.check", path=str(path), policy=policy)
    assert time.monotonic() - begin < SECONDS
    want = default if policy == "default" else registry
    error = answer.get("error", {})
    assert error.get("rule") == want, answer
    if want:
        assert 0 <= error["offset"] <= path.stat().st_size
        assert str(path) in error["message"]
        assert all(c.isprintable() for c in error["message"].replace("\n", " ")), error["message"]
    else:
        agree(path.read_bytes(), judge.ask("zip.list", path=str(path), policy=policy)["ok"])


def agree(content, listed):
    """Python's zipfile sees the same names, sizes, CRCs and bytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as z:
        infos = z.infolist()
        assert [i.filename for i in infos] == [e["name"] for e in listed]
        for info, entry in zip(infos, listed):
            assert (info.file_size, info.compress_size, info.CRC) == (entry["size"], entry["compressed"], entry["crc32"])
            assert info.external_attr >> 16 == entry["mode"]
            assert hashlib.sha256(z.read(info)).hexdigest() == entry["sha256"]


def test_there_are_many():
    refused = [n for n, (_, default, registry) in FIXTURES.items() if default or registry]
    assert len(refused) >= 150 and len(FIXTURES) - len(refused) >= 40


def test_every_rule_is_documented_and_provoked():
    """docs/zip.md lists exactly the rules that the sources have, and each of them has a fixture or is named here."""
    root = os.path.join(os.path.dirname(__file__), "..", "..")
    import re
    ids = set()
    for file in os.listdir(os.path.join(root, "src", "zip")):
        with open(os.path.join(root, "src", "zip", file)) as f:
            if file.endswith(".c"):
                ids.update(re.findall(r'"(zip(?:64)?-[a-z0-9-]+)"', f.read()))
    with open(os.path.join(root, "docs", "zip.md")) as f:
        documented = set(re.findall(r"^\| `(zip(?:64)?-[a-z0-9-]+)` ", f.read(), re.M))
    assert ids == documented
    provoked = {rule for _, default, registry in FIXTURES.values() for rule in (default, registry) if rule}
    elsewhere = {"zip-write", "zip-too-large", "zip-stream-damaged", "zip-deflate-too-large", "zip-entry-too-large",
                 "zip-archive-too-large", "zip-directory-too-large"}  # tests/unit/zip
    assert ids - provoked == elsewhere


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs /proc")
def test_memory(folder):
    """The peak of one process that looks at every fixture, above what it has before the first (sanitizers have a good deal)."""
    def memory(field):
        with open(f"/proc/{j.process.pid}/status") as f:
            return next(int(line.split()[1]) << 10 for line in f if line.startswith(field))

    with Judge() as j:
        j.ask("zip.check", path="/nowhere", policy="default")
        before = memory("VmRSS")
        for name, policy in CASES:
            j.ask("zip.check", path=str(archive(folder, name)), policy=policy)
        peak = memory("VmHWM") - before
    assert peak < MEMORY
