"""Hostile source distributions, as a user meets them: a lock names the archive and its right digest, and it is refused with its reason; nothing of
it is left anywhere, and an older output stays. tests/tar has many more of them, without the command around the reader.

SPDX-License-Identifier: Apache-2.0
"""
import io
import pathlib
import sys
import tarfile
import zipfile

import pytest

import sdists
import wheels

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tar"))
from hostile import FIXTURES, content  # noqa: E402

# One of each reason and ending: the last one of its table.
CASES = {(reason, ending): name for name, (_, ending, reason) in FIXTURES.items() if reason}
TARGET = ("--runtime", "python3.12", "--arch", "x86_64")


def everything(folder):
    """Paths and, of files, contents; without the store."""
    return {p.relative_to(folder): p.read_bytes() if p.is_file() and not p.is_symlink() else None
            for p in folder.rglob("*") if ".cache" not in p.parts and "cache" not in p.relative_to(folder).parts}


@pytest.mark.parametrize("name", CASES.values())
def test_refused(lamina, index, tmp_path, name):
    _, ending, reason = FIXTURES[name]
    if ending in (".tar.gz", ".tgz"):
        s = wheels.Wheel("p", "1.0", "p-1.0" + ending, content(name))
        index.add(s)
        lamina.requirements(s.locked)
    else:  # indexes do not list these
        index.extra["/p-1.0" + ending] = (content(name), "application/octet-stream")
        lamina.requirements(f"p @ {index.root}/p-1.0{ending}")
    lamina.write("o.zip", "older")
    before = everything(tmp_path)
    result = lamina.build("--lock", "requirements.txt", *TARGET, "--sdists", "pure", "-o", "o.zip", target=())
    if result.status == 6 and result.error["id"] == "no-libarchive":
        pytest.skip("needs libarchive")
    result.refused(3, "bad-sdist", "p-1.0" + ending, reason)
    assert everything(tmp_path) == before
    assert not list((lamina.cache / "v1/tmp").iterdir())


def test_there_are_many():
    assert len(CASES) >= 50


def test_links_become_files(lamina, index):
    """What is packed of a link is what it leads to, and scripts stay executable by what they begin with, not by a mode."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as t:
        def add(path, data=None, **fields):
            info = tarfile.TarInfo("p-1.0/" + path)
            for key, value in fields.items():
                setattr(info, key, value)
            info.size = len(data or b"")
            t.addfile(info, io.BytesIO(data or b""))
        add("pyproject.toml", (sdists.SETUPTOOLS + '[project]\nname = "p"\nversion = "1.0"\n[tool.setuptools]\npackages = ["p"]\n').encode())
        add("p/__init__.py", b"x = 1\n", mode=0o4777)
        add("p/same.py", type=tarfile.LNKTYPE, linkname="p-1.0/p/__init__.py")
        add("p/soft.py", type=tarfile.SYMTYPE, linkname="__init__.py")
        add("p/later.py", type=tarfile.SYMTYPE, linkname="../shared/later.py")
        add("shared/later.py", b"y = 2\n")
    s = wheels.Wheel("p", "1.0", "p-1.0.tar.gz", out.getvalue())
    index.add(s)
    lamina.requirements(s.locked)
    lamina.build("--lock", "requirements.txt", *TARGET, "--sdists", "pure", "-o", "o.zip", target=()).ok()
    with zipfile.ZipFile(lamina.folder / "o.zip") as z:
        found = {i.filename: (z.read(i), i.external_attr >> 16) for i in z.infolist() if i.filename.startswith("python/p/")}
    assert found == {"python/p/__init__.py": (b"x = 1\n", 0o100644), "python/p/same.py": (b"x = 1\n", 0o100644), "python/p/soft.py": (b"x = 1\n", 0o100644),
                     "python/p/later.py": (b"y = 2\n", 0o100644)}
