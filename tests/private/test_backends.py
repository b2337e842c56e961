"""For each project of the tables: the wheel that lamina describes is the one that the real backend makes.

SPDX-License-Identifier: Apache-2.0
"""
import importlib
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import backend  # noqa: E402
import shapes_flit  # noqa: E402

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


def test_flit_before_4(tmp_path):
    """Projects that ask for flit_core<4 get the rules of 3.12, whose METADATA is older and whose licence files are fewer."""
    plain = shapes_flit.PLAIN.replace('["flit_core"]', '["flit_core >=3.2,<4"]')
    backend.write(tmp_path, {"pyproject.toml": plain, "demo.py": "", "LICENSE": "l", "COPYING": "c", "NOTICE": "n", "AUTHORS.md": "a"})
    _, mine = backend.ours(tmp_path)
    assert sorted(n for n in mine if "/licenses/" in n) == [f"demo-1.2.dist-info/licenses/{n}" for n in ("COPYING", "LICENSE")]
    fields = backend.metadata(mine["demo-1.2.dist-info/METADATA"])
    assert fields["metadata-version"] == ["2.4"] and "import-name" not in fields
    (tmp_path / "pyproject.toml").write_text(shapes_flit.PLAIN)
    fields = backend.metadata(backend.ours(tmp_path)[1]["demo-1.2.dist-info/METADATA"])
    assert fields["metadata-version"] == ["2.5"] and fields["import-name"] == ["demo"]
