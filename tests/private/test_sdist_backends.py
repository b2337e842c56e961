"""The sdist that each real backend makes of the tables' projects: lamina's wheel of it is the backend's wheel of it.

SPDX-License-Identifier: Apache-2.0
"""
import importlib
import pathlib
import sys
import zipfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import backend  # noqa: E402
import sdists  # noqa: E402

TABLES = [importlib.import_module(path.stem) for path in sorted(pathlib.Path(__file__).parent.glob("shapes_*.py"))]
# Paths in requirements are absolute in METADATA: those of the folder that an archive was unpacked to, which is nowhere in particular.
ELSEWHERE = {"poetry: sources"}
SHAPES = [(t, name) for t in TABLES if hasattr(t, "BACKEND") for name in t.SHAPES if f"{t.__name__[7:]}: {name}" not in ELSEWHERE]


def label(case):
    return f"{case[0].__name__[7:]}: {case[1]}"


def wheel_of_store(cache, file):
    """The wheel that was made: the one zip of the store."""
    found = [p for p in (cache / "v1/files").rglob("*") if p.is_file() and p.read_bytes()[:2] == b"PK"]
    assert len(found) == 1, found
    with zipfile.ZipFile(found[0]) as wheel:
        return {info.filename: wheel.read(info) for info in wheel.infolist()}


@pytest.mark.parametrize("case", SHAPES, ids=label)
def test_the_wheel_is_the_backends(case, tmp_path, lamina):
    table, name = case
    folder, out = tmp_path / "project", tmp_path / "out"
    folder.mkdir()
    backend.write(folder, table.SHAPES[name])
    real = sdists.unpacked if "PKG-INFO" in table.SHAPES[name] else sdists.real  # it is what was unpacked already
    sdist, wheel = real(folder, getattr(table, "BACKENDS", {}).get(name, table.BACKEND), out)
    if not sdist:
        pytest.skip(f"the backend makes no wheel of its sdist: {wheel[-200:]}")
    lamina.requirements(f"./{sdist}")
    (lamina.folder / sdist).write_bytes((out / sdist).read_bytes())
    result = lamina("build", "--lock", "requirements.txt", "--sdists", "pure", "--runtime", "python3.12", "--into", "tree", "--dump", "fetch")
    assert result.status == 0, result.err
    assert result.out.split()[-1] == wheel.replace("-py2.py3-", "-py3-")
    with zipfile.ZipFile(out / wheel) as z:
        theirs = {info.filename: z.read(info) for info in z.infolist() if not info.is_dir()}
    mine = wheel_of_store(lamina.cache, wheel)
    mine.pop(next(n for n in mine if n.endswith(".dist-info/RECORD")))
    backend.compare(name, theirs, mine)
