"""The tree is that of `pip install --target` for the same wheels, byte for byte; ALLOWED lists every difference.

SPDX-License-Identifier: Apache-2.0
"""
import csv
import io
import os
import platform
import subprocess
import sys

import pytest

import wheels
from conftest import contents, modes

HERE = f"3.{sys.version_info.minor}"
ARCH = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"

ALLOWED = """
    INSTALLER, REQUESTED, direct_url.json   pip's own remarks about the installation
    __pycache__/                            pip compiles
    bin/ of console scripts                 pip generates them for this computer's Python; with --scripts lamina does for Lambda's
    modes of bin/                           lamina: always executable; pip: as in the wheel
    #! of scripts                           pip writes this computer's Python, lamina the runtime's
    RECORD                                  the rows are those of the files that are there (compared as sets)
    .data/headers                           pip puts them under include/; lamina leaves them out without --no-slim
"""

SETS = {
    "plain": [wheels.make("alpha"), wheels.make("Beta.Pkg", "2.0")],
    "namespace": [wheels.make("ns-one", files={"ns/one/__init__.py": b"1"}), wheels.make("ns-two", files={"ns/two/__init__.py": b"2"})],
    "data": [wheels.make("data", data={"purelib/pure.py": b"p", "platlib/plat.py": b"l", "data/share/x.txt": b"s", "data/etc/y.conf": b"c"})],
    "scripts": [wheels.make("scripted", scripts={"hello": "scripted:main"},
                            data={"scripts/run": b"#!python\nprint(1)\n", "scripts/run-e": b"#!python -E\nprint(1)\n",
                                  "scripts/shell": b"#!/bin/sh\necho\n", "scripts/tool": b"\x7fELF..."})],
    "odd-names": [wheels.make("odd", files={"odd/d\u00e9mo.py": b"x", 'odd/com,ma".py': b"x", "odd/sp ace.txt": b"x", "odd/" + "long" * 30 + ".py": b""})],
    "modes": [wheels.make("moded", files={"moded/__init__.py": b"", "moded/tool": b"#!/bin/sh\n", "moded/own": b"x"},
                          modes={"moded/tool": 0o100755, "moded/own": 0o100700})],
    "metadata": [wheels.make("meta", entry_points="[group]\na = meta:b\n", info={"top_level.txt": b"meta\n", "zip-safe": b"\n"}, licenses=["LICENSE", "sub/NOTICE"])],
    "stored": [wheels.make("stored", files={"stored.py": b"x = 1\n" * 100}, method=0)],
    "folders": [wheels.hostile("folders")],
    "native": [wheels.native("speed", python=f"cp{HERE.replace('.', '')}", arch=ARCH)] if sys.platform == "linux" else [wheels.make("speed")],
    "module": [wheels.make("single", files={"single.py": b"", "_private.py": b"", "single.pth": b"import os\n"})],
    "collision": [wheels.make("one", files={"shared/x.py": b"same", "one.py": b""}), wheels.make("two", files={"shared/x.py": b"same", "two.py": b""})],
    "empty": [wheels.make("empty", files={"empty/__init__.py": b"", "empty/nothing": b""})],
}


def pip(folder, made, target):
    paths = [w.save(folder / "pip-wheels") for w in made]
    done = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-compile", "--no-cache-dir",
                           "--disable-pip-version-check", "--target", target, *paths], capture_output=True, text=True,
                          env={"PATH": os.environ["PATH"], "HOME": str(folder), "PIP_CONFIG_FILE": os.devnull})
    if done.returncode:
        pytest.skip("no pip here: " + done.stderr[-200:])


def compare(lamina, made, args=()):
    pip(lamina.base, made, lamina.base / "pip")
    lamina.requirements(*[w.locked for w in made])
    lamina.build("-r", "requirements.txt", "--no-index", "--find-links", "../pip-wheels", "--into", "tree", *args, "--runtime", f"python{HERE}", "--arch",
                 ARCH, target=()).ok()
    ours = {n.removeprefix("python/"): d for n, d in contents(lamina.folder / "tree").items()}
    theirs = contents(lamina.base / "pip")
    scripts = {f"bin/{line.split('=')[0].strip()}" for w in made for line in entry_points(w)}
    theirs = {n: d for n, d in theirs.items() if n.rsplit("/", 1)[-1] not in ("INSTALLER", "REQUESTED", "direct_url.json")
              and "__pycache__" not in n and n not in scripts}
    assert set(ours) == set(theirs)
    for name in ours:
        if name.endswith(".dist-info/RECORD"):
            assert rows(ours[name]) == {r for r in rows(theirs[name]) if keep(r, scripts)}, name
        elif name.startswith("bin/") and theirs[name].startswith(b"#!"):
            assert ours[name].split(b"\n", 1)[1] == theirs[name].split(b"\n", 1)[1], name
        else:
            assert ours[name] == theirs[name], name
    ours_modes = {n.removeprefix("python/"): m for n, m in modes(lamina.folder / "tree").items()}
    theirs_modes = modes(lamina.base / "pip")
    plain = [n for n in ours if not n.startswith("bin/")]
    assert {n: ours_modes[n] & 0o111 for n in plain} == {n: theirs_modes[n] & 0o111 for n in plain}


def entry_points(w):
    import configparser
    import zipfile
    with zipfile.ZipFile(io.BytesIO(w.data)) as z:
        name = next((n for n in z.namelist() if n.endswith("entry_points.txt")), None)
        if name is None:
            return []
        parser = configparser.ConfigParser()
        parser.read_string(z.read(name).decode())
        return [f"{k} = {v}" for k, v in (parser["console_scripts"].items() if "console_scripts" in parser else ())]


def rows(text):
    out = set()
    for path, digest, size in csv.reader(io.StringIO(text.decode())):
        path = path.removeprefix("../../")
        # The interpreter's path differs, and with it the digest.
        out.add((path, "", "") if path.startswith("bin/") else (path, digest, size))
    return out


def keep(row, scripts):
    name = row[0].rsplit("/", 1)[-1]
    return name not in ("INSTALLER", "REQUESTED", "direct_url.json") and row[0] not in scripts and "__pycache__" not in row[0]


@pytest.mark.parametrize("name", SETS)
def test_as_pip_does_it(lamina, name):
    compare(lamina, SETS[name])


@pytest.mark.parametrize("name", ["comma-and-quote", "crlf-record", "data-descriptor", "non-ascii", "executable", "made-by-dos"])
def test_odd_wheels(lamina, name):
    compare(lamina, [wheels.hostile(name)])


def test_everything_at_once(lamina):
    compare(lamina, [w for name, made in SETS.items() if name != "folders" for w in made])
