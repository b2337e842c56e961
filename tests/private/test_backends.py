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


# Most projects of flit ask for flit_core<4, whose rules are not those of 4. `tools/setup test` puts 3.12 beside the Python of the tests.
FLIT3 = pathlib.Path(sys.executable).parent.parent / "flit3"


@pytest.mark.skipif(not FLIT3.exists(), reason="flit_core 3.12 is not installed")
@pytest.mark.parametrize("name", [*shapes_flit.SHAPES, "licences"])
def test_flit_before_4(name, tmp_path):
    licences = {"pyproject.toml": shapes_flit.PLAIN, "demo.py": "", "LICENSE": "l", "COPYING": "c", "NOTICE": "n", "AUTHORS.md": "a"}
    files = dict(licences if name == "licences" else shapes_flit.SHAPES[name])
    files["pyproject.toml"] = files["pyproject.toml"].replace('["flit_core"]', '["flit_core >=3.2,<4"]')
    assert "<4" in files["pyproject.toml"]
    folder, copy = tmp_path / "ours", tmp_path / "theirs"
    for f in (folder, copy):
        f.mkdir()
        backend.write(f, files)
    result, mine = backend.ours(folder)
    if name == "stubs":  # which 3.12 does not know
        with pytest.raises(AssertionError, match="No file/folder found for module my_demo_stubs"):
            backend.real(copy, shapes_flit.BACKEND, tmp_path / "out", FLIT3)
        assert mine is None and "my_demo_stubs" in result["message"]
        return
    file, theirs = backend.real(copy, shapes_flit.BACKEND, tmp_path / "out", FLIT3)
    assert mine is not None, result
    assert result["file"] == file.replace("-py2.py3-", "-py3-")
    backend.compare(name, theirs, mine)
