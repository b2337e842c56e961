"""Ingestion of whole wheels: one defect each, what is tolerated, and agreement with Python's zipfile.

SPDX-License-Identifier: Apache-2.0
"""
import hashlib
import io
import os
import pathlib
import re
import zipfile

import pytest

import hostile_wheels
from hostile_wheels import HOSTILE, TOLERATED
from probe import PROBE, run

DOCS = pathlib.Path(__file__).parents[2] / "docs"


def write(folder, case):
    path = folder / case.file
    path.write_bytes(case.make())
    return path


@pytest.mark.parametrize("case", HOSTILE, ids=lambda c: c.name)
def test_refused(case, tmp_path):
    status, lines = run("ingest", write(tmp_path, case))
    assert status == 3, lines
    _, code, rule, rest = lines[0].split(" ", 3)
    assert code == "3"
    assert rule == case.id, lines
    assert len(lines[0]) < 4000
    assert case.file in rest, "the message names the wheel"
    assert len(lines) == 1


@pytest.mark.parametrize("case", [c for c in HOSTILE if c.record], ids=lambda c: c.name)
def test_allowed_differences_are_warnings(case, tmp_path):
    status, lines = run("ingest", "--allow", write(tmp_path, case))
    assert status == 0, lines
    assert lines[0].startswith("ok demo 1.0 ") and lines[0].endswith(" 1")
    assert lines[1].startswith("warning ")


@pytest.mark.parametrize("case", [c for c in HOSTILE if not c.record], ids=lambda c: c.name)
def test_nothing_else_is_allowed(case, tmp_path):
    status, lines = run("ingest", "--allow", write(tmp_path, case))
    assert status == 3, lines


@pytest.mark.parametrize("case", TOLERATED, ids=lambda c: c.name)
def test_tolerated(case, tmp_path):
    status, lines = run("ingest", write(tmp_path, case))
    assert status == 0, lines
    assert lines[0].startswith("ok ")
    assert lines[0].endswith(" 1" if case.warning else " 0"), lines
    if case.warning:
        assert case.warning in lines[1]


def test_every_flipped_byte_is_noticed_or_harmless(tmp_path):
    """No flip gives other content under a name than the wheel had: refused, or the same files (times and the like changed)."""
    good = hostile_wheels.wheel([("demo/data.txt", b"some text " * 20)], entry_points=b"[console_scripts]\nx = demo:main\n")
    path = tmp_path / hostile_wheels.FILE
    path.write_bytes(good)
    _, want = run("dump", path)
    content = [re.sub(r"\t\d+\t", "\t", line, count=1).split("\t")[:-1] for line in want[1:]]
    accepted = 0
    for at in range(0, len(good), 7):
        path.write_bytes(good[:at] + bytes([good[at] ^ 0x41]) + good[at + 1:])
        status, lines = run("dump", path)
        if status == 0:
            accepted += 1
            assert [re.sub(r"\t\d+\t", "\t", line, count=1).split("\t")[:-1] for line in lines[1:]] == content, at
        else:
            assert status == 3, (at, lines)
    assert accepted < len(good) / 7 / 4


def test_every_cut_is_refused(tmp_path):
    good = hostile_wheels.wheel()
    path = tmp_path / hostile_wheels.FILE
    for n in range(0, len(good), 5):
        path.write_bytes(good[:n])
        status, lines = run("ingest", path)
        assert status == 3, (n, lines)


def facts(path):
    status, lines = run("dump", path)
    assert status == 0, lines
    return {f[0]: f[1:] for f in (line.split("\t") for line in lines[1:])}


def agrees_with_zipfile(path):
    have, raw = facts(path), path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(raw)) as z:
        infos = [i for i in z.infolist() if not i.is_dir()]
        assert sorted(have) == sorted(i.filename for i in infos)
        for i in infos:
            data_at, csize, usize, crc, stream_crc, sha256, method, executable = have[i.filename]
            stream = raw[int(data_at):int(data_at) + int(csize)]
            content = z.read(i)
            assert (int(csize), int(usize), int(crc, 16), int(method)) == (i.compress_size, i.file_size, i.CRC, i.compress_type)
            assert sha256 == hashlib.sha256(content).hexdigest(), i.filename
            assert int(stream_crc, 16) == zipfile.crc32(stream)
            assert int(executable) == bool(i.external_attr >> 16 & 0o111)


@pytest.mark.parametrize("case", TOLERATED, ids=lambda c: c.name)
def test_agrees_with_zipfile(case, tmp_path):
    agrees_with_zipfile(write(tmp_path, case))


REAL = sorted(pathlib.Path(os.environ["WHEELS"]).glob("*.whl")) if os.environ.get("WHEELS") else []


@pytest.mark.skipif(not REAL, reason="WHEELS names no folder of real wheels")
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_wheels(path):
    with zipfile.ZipFile(path) as z:
        if sum(i.file_size for i in z.infolist()) > 1 << 30:
            pytest.skip("larger than lamina takes")
    agrees_with_zipfile(path)


@pytest.mark.skipif(b"__asan_init" in pathlib.Path(PROBE).read_bytes(), reason="AddressSanitizer takes all addresses")
def test_memory_is_bounded(tmp_path):
    """A large file inside is not held: RLIMIT_AS lets the probe's own copy of the wheel in, not what is in it."""
    import random
    import resource
    noise = random.Random(1).randbytes(1 << 20)
    path = tmp_path / hostile_wheels.FILE
    path.write_bytes(hostile_wheels.wheel([("large.bin", noise * 48)]))
    limit = path.stat().st_size + (48 << 20)
    status, lines = run("ingest", path, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
    assert status == 0, lines


def test_every_id_is_documented():
    text = (DOCS / "wheels.md").read_text() + (DOCS / "zip.md").read_text()
    for case in HOSTILE:
        assert f"`{case.id}`" in text, case.id


def test_names_are_unique():
    names = [c.name for c in [*HOSTILE, *TOLERATED]]
    assert len(names) == len(set(names))
    assert len(HOSTILE) >= 35
