"""Every hostile archive is refused with its reason, quickly, in little memory, and nothing of it is written; what is accepted
gives the files that Python's tarfile gives.

SPDX-License-Identifier: Apache-2.0
"""
import os
import pathlib
import re
import sys
import tempfile

import pytest

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "suites")]
from compare import by_python, needs_library, tree  # noqa: E402
from hostile import FIXTURES, content  # noqa: E402
from judge import PROGRAM, Judge  # noqa: E402

CPU_SECONDS = 2  # most take a millisecond
MEMORY = 64 << 20


@pytest.fixture(scope="module")
def judge():
    with Judge() as j:
        yield j


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("name", FIXTURES)
def test_reason(judge, tmp_path, name):
    _, ending, reason = FIXTURES[name]
    around = tmp_path / "around"
    folder = around / "in" / "folder"
    folder.mkdir(parents=True)
    path = tmp_path / (name + ending)
    path.write_bytes(content(name))
    before = cpu_seconds(judge.process.pid)
    answer = needs_library(judge.ask("sdist.unpack", path=str(path), folder=str(folder)))
    assert cpu_seconds(judge.process.pid) - before < CPU_SECONDS
    assert sorted(p.name for p in around.rglob("*") if folder not in p.parents) == ["folder", "in"]
    error = answer.get("error", {})
    if reason is None:
        assert "ok" in answer, error
        assert answer["ok"]["top"] == str(folder / "p-1.0")
        assert all(not made.is_symlink() and (made.is_dir() or made.is_file()) for made in folder.rglob("*"))
        assert tree(folder) == by_python(path, tmp_path / "python")
        return
    assert not any(folder.iterdir()), "it is judged before anything is written"
    assert error.get("rule") == "bad-sdist", answer
    assert reason in error["message"], error["message"]
    assert path.name in error["message"]


def test_there_are_many():
    refused = [n for n, (_, _, reason) in FIXTURES.items() if reason]
    assert len(refused) >= 200 and len(FIXTURES) - len(refused) >= 40


def test_memory():
    """The judge's high-water mark over all that want much of it."""
    if b"__asan_init" in pathlib.Path(PROGRAM).read_bytes():
        pytest.skip("AddressSanitizer keeps what is freed")
    with Judge() as j:
        for name, (_, ending, reason) in FIXTURES.items():
            if not name.startswith(("bomb", "many", "slow", "pax_large", "size")):
                continue
            with tempfile.TemporaryDirectory() as folder:
                path = pathlib.Path(folder) / (name + ending)
                path.write_bytes(content(name))
                (pathlib.Path(folder) / "to").mkdir()
                j.ask("sdist.unpack", path=str(path), folder=str(pathlib.Path(folder) / "to"))
        status = pathlib.Path(f"/proc/{j.process.pid}/status").read_text()
        peak = int(status.split("VmHWM:")[1].split()[0]) << 10
        assert peak < MEMORY, peak


def test_every_reason_is_provoked():
    """The sources have no reason that no fixture asks for."""
    root = pathlib.Path(__file__).resolve().parent.parent.parent / "src" / "format"
    known = [reason for _, _, reason in FIXTURES.values() if reason]
    # Need archives or systems that no test can have: more than 2 GiB, a pipe in place of the file.
    unprovoked = {"it is too large", "it is not a regular file", "it cannot be unpacked",
                  "the libarchive of this computer cannot unpack %s"}
    missing = []
    for file in ("tar.c", "tar_header.c", "tar_input.c", "tar_pax.c", "tar_tree.c"):
        text = re.sub(r'"\s*\n\s*"', "", (root / file).read_text())
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        for why in re.findall(r'"((?:it|its|a|an|one|two|the|folders|something|symbolic links) (?:[^"\\]|\\.)*)"', text):
            why = why.replace('\\"', '"')
            if why.startswith("the source distribution") or why in unprovoked:
                continue
            if not any(reason in why for reason in known):
                missing.append((file, why))
    assert missing == []
