"""For each project of the tables: the wheel that lamina describes is the one that the real backend makes.

SPDX-License-Identifier: Apache-2.0
"""
import importlib
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import backend  # noqa: E402

TABLES = [importlib.import_module(path.stem) for path in sorted(pathlib.Path(__file__).parent.glob("shapes_*.py"))]
SHAPES = [(t, name) for t in TABLES for name in t.SHAPES]
REFUSED = [(t, name) for t in TABLES for name in t.REFUSED]


def label(case):
    return f"{case[0].__name__[7:]}: {case[1]}"


@pytest.mark.parametrize("case", SHAPES, ids=label)
def test_the_wheel_is_the_backends(case, tmp_path):
    table, name = case
    folder, copy = tmp_path / "ours", tmp_path / "theirs"
    for f in (folder, copy):
        f.mkdir()
        backend.write(f, table.SHAPES[name])
    file, theirs = backend.real(copy, getattr(table, "BACKENDS", {}).get(name, table.BACKEND), tmp_path / "out")
    result, mine = backend.ours(folder)
    assert mine is not None, result
    # No Lambda runtime is a Python 2: its tag is of no use.
    assert result["file"] == file.replace("-py2.py3-", "-py3-")
    backend.compare(name, theirs, mine)


@pytest.mark.parametrize("case", REFUSED, ids=label)
def test_what_cannot_be_read_is_refused(case, tmp_path):
    table, name = case
    files, rule, part = table.REFUSED[name]
    backend.write(tmp_path, files)
    error, content = backend.ours(tmp_path)
    assert content is None
    assert error["rule"] == rule
    assert part in error["message"]
