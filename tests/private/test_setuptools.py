"""setuptools: random trees and configurations against the real backend, and what is said about files that stay out.

SPDX-License-Identifier: Apache-2.0

LAMINA_TEST_SEED repeats a run, LAMINA_TEST_PROJECTS makes it longer (each project costs a build of setuptools).
"""
import json
import os
import pathlib
import random
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import backend  # noqa: E402
from judge import Judge  # noqa: E402

SEED = int(os.environ.get("LAMINA_TEST_SEED", "84"))
PROJECTS = int(os.environ.get("LAMINA_TEST_PROJECTS", "40"))

FOLDERS = ["demo", "demo_two", "tests", "docs", "x-y", "utils", "_p", "ns", "a", "b", "sub", "deep", "d.ot", "Data", "python", ".hid"]
FILES = ["__init__.py", "m.py", "t.txt", "u.json", "py.typed", "s.pyi", ".h.txt", ".h", "test_x.py", "setup.py", "README", "v1.txt", "v2.cfg", "é.txt"]
PATTERNS = ["*.txt", "*", "*.json", "**/*.txt", "sub/*", "**", "d*/**", ".h*", "[tu].*", "v[0-9].*", "[!t]*", "?.txt", "deep/**/*.txt", "*/*.json", "é*", "sub/**"]
PACKAGES = ["demo", "demo.sub", "ns", "a", "b", "a.b", "demo_two", "Data", "tests"]
HEAD = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[project]\nname = "demo"\nversion = "1"\n'


def tree(rng, root, depth=0):
    out = {root + rng.choice(FILES): f"c{rng.randint(0, 9)}\n" for _ in range(rng.randint(1, 5))}
    for _ in range(rng.choice([0, 1, 1, 2, 3]) if depth else rng.randint(1, 4)):
        folder = root + rng.choice(FOLDERS) + "/"
        if rng.random() < 0.5:
            out[folder + "__init__.py"] = ""
        if depth < 4:
            out.update(tree(rng, folder, depth + 1))
    return out


def some(rng, pool):
    return json.dumps([rng.choice(pool) for _ in range(rng.randint(1, 3))], ensure_ascii=False)


def manifest_line(rng):
    action = rng.choice(["include", "exclude", "recursive-include", "recursive-exclude", "global-include", "global-exclude", "graft", "prune"])
    folder = rng.choice(["src", "src/demo", "demo", "*", "src/*", "demo/sub", ".", "src/ns"])
    patterns = [rng.choice(PATTERNS) for _ in range(rng.randint(1, 2))]
    if action in ("graft", "prune"):
        return f"{action} {folder}"
    if action.startswith("recursive"):
        return f"{action} {folder} {' '.join(patterns)}"
    return f"{action} {' '.join(patterns if action.startswith('global') else [folder + '/' + p for p in patterns])}"


def data(rng, key):
    return key + " = {" + ", ".join(f'"{p}" = {some(rng, PATTERNS)}' for p in sorted({rng.choice(PACKAGES + ["*"]) for _ in range(2)})) + "}\n"


def project(rng):
    files = {}
    for root, share in (("src/", 0.6), ("", 0.5), ("lib/", 0.3)):
        if rng.random() < share:
            files.update(tree(rng, root))
    for name in ("setup.py", "README"):
        files.pop(name, None)
    text, mode = "[tool.setuptools]\n", rng.choice(["itself", "itself", "find", "find", "list"])
    if mode == "list":
        text += f"packages = {some(rng, PACKAGES)}\n"
    if rng.random() < 0.25:
        text += "package-dir = " + rng.choice(['{"" = "src"}', '{"" = "lib"}', '{demo = "src/demo"}', '{demo = "lib/a", "demo.sub" = "src/b"}', '{"" = "."}']) + "\n"
    if rng.random() < 0.3:
        text += f"include-package-data = {rng.choice(['true', 'false'])}\n"
    if rng.random() < 0.6:
        text += data(rng, "package-data")
    if rng.random() < 0.4:
        text += data(rng, "exclude-package-data")
    if mode == "find":
        text += "[tool.setuptools.packages.find]\n"
        if rng.random() < 0.6:
            text += "where = " + rng.choice(['["src"]', '["lib"]', '["src", "lib"]', '["."]']) + "\n"
        if rng.random() < 0.5:
            text += "include = " + some(rng, ["demo*", "demo", "*", "a.*", "ns*", "[ab]*", "demo.sub"]) + "\n"
        if rng.random() < 0.5:
            text += "exclude = " + some(rng, ["tests", "tests*", "*.deep", "demo.*", "*.sub.*", "a", "docs*"]) + "\n"
        if rng.random() < 0.5:
            text += f"namespaces = {rng.choice(['true', 'false'])}\n"
    files["pyproject.toml"] = HEAD + text
    if rng.random() < 0.6:
        files["MANIFEST.in"] = "\n".join(manifest_line(rng) for _ in range(rng.randint(1, 5))) + "\n"
    return files


def possible(files):
    """No file is also a folder."""
    return not any(str(parent) in files for name in files for parent in pathlib.PurePosixPath(name).parents)


def test_random_projects(tmp_path):
    same = refused = 0
    for number in range(PROJECTS):
        files = project(random.Random(SEED * 100000 + number))
        if not possible(files):
            continue
        folder, copy = tmp_path / f"ours{number}", tmp_path / f"theirs{number}"
        for f in (folder, copy):
            f.mkdir()
            backend.write(f, files)
        result, mine = backend.ours(folder)
        where = f"seed {SEED}, project {number}: {files['pyproject.toml'][len(HEAD):]}\n{files.get('MANIFEST.in')}"
        try:
            _, theirs = backend.real(copy, "setuptools.build_meta", tmp_path / f"out{number}")
        except AssertionError:
            assert mine is None and result["rule"] == "empty-package", where
            refused += 1
            continue
        if mine is None:
            # A `where` that is not there is only a warning for setuptools.
            assert result["rule"] == "empty-package" and "to find packages in" in result["message"], (where, result)
            continue
        generated = ("/RECORD", "/WHEEL", "/METADATA")
        assert {n for n in theirs if not n.endswith(generated)} == {n for n in mine if not n.endswith(generated)}, where
        for name in theirs:
            assert name.endswith(generated) or theirs[name] == mine[name], (where, name)
        same += 1
    assert same > PROJECTS // 4 and refused > PROJECTS // 10


PLAIN = HEAD
CODE = {"src/demo/__init__.py": ""}
NOTES = {
    "data": ({"pyproject.toml": PLAIN, **CODE, "src/demo/a.txt": "", "src/demo/t/b.html": ""}, "data-left-out", "2 files"),
    "one file": ({"pyproject.toml": PLAIN, **CODE, "src/demo/a.txt": ""}, "data-left-out", "1 file of"),
    "excluded on purpose": ({"pyproject.toml": PLAIN + '[tool.setuptools]\nexclude-package-data = {demo = ["*"]}\n', **CODE, "src/demo/a.txt": ""}, None, ""),
    "ignored by version control": ({"pyproject.toml": PLAIN, **CODE, "src/demo/a.log": "", ".gitignore": "*.log\n"}, None, ""),
    "nothing": ({"pyproject.toml": PLAIN, **CODE}, None, ""),
    "no init": ({"pyproject.toml": PLAIN, **CODE, "src/demo/sub/a.py": ""}, "no-init", "demo.sub"),
    "folder that is no package": ({"pyproject.toml": PLAIN + '[tool.setuptools]\npackages = ["demo"]\npackage-dir = {"" = "src"}\n', **CODE, "src/demo/sub/a.py": ""},
                                  "no-init", "src/demo/sub"),
    "tests": ({"pyproject.toml": PLAIN, **CODE, "src/tests/__init__.py": ""}, "top-level-tests", "tests"),
    "stale": ({"pyproject.toml": PLAIN, **CODE, "src/demo/a.txt": "", "src/demo.egg-info/SOURCES.txt": "src/demo/a.txt\n"}, "stale-egg-info", "src/demo/a.txt"),
    "manifest": ({"pyproject.toml": PLAIN, **CODE, "MANIFEST.in": "include x\ninclud y\n"}, "manifest-line", "MANIFEST.in:2"),
    "empty": ({"pyproject.toml": PLAIN, "README": ""}, "empty-package", "metadata alone"),
}


@pytest.mark.parametrize("name", NOTES)
def test_notes(tmp_path, name):
    files, note, part = NOTES[name]
    backend.write(tmp_path, files)
    with Judge() as judge:
        notes = judge.ask("source.wheel", path=str(tmp_path))["ok"]["notes"]
    if note is None:
        assert not notes
    else:
        assert any(n["id"] == note and part in n["message"] for n in notes), notes


CFG = {"pyproject.toml": '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
       "setup.cfg": "[metadata]\nname = demo\nversion = 1\n[options]\npackage_dir =\n    = src\npackages = find:\n%s[options.packages.find]\nwhere = src\n"}
HELPS = {  # files, where the help's line goes
    "pyproject": ({"pyproject.toml": PLAIN, **CODE, "src/demo/t/b.html": ""},
                  'pyproject.toml, [tool.setuptools.package-data]: "demo.t" = ["*.html"]', "; or lines in MANIFEST.in"),
    "pyproject, no manifest": ({"pyproject.toml": PLAIN + "[tool.setuptools]\ninclude-package-data = false\n", **CODE, "src/demo/sub/__init__.py": "", "src/demo/sub/.x/y": "",
                                "src/demo/sub/LIST": ""}, 'pyproject.toml, [tool.setuptools.package-data]: "demo.sub" = ["LIST"]', ""),
    "setup.cfg": ({**CFG, "setup.cfg": CFG["setup.cfg"] % "", **CODE, "src/demo/t/a.json": "{}"}, "setup.cfg, [options.package_data]: demo = t/*.json", ""),
    "setup.cfg, manifest": ({**CFG, "setup.cfg": CFG["setup.cfg"] % "include_package_data = true\n", **CODE, "src/demo/a.b.json": "{}"},
                            "setup.cfg, [options.package_data]: demo = *.json", "; or lines in MANIFEST.in"),
    "setup.py": ({"setup.py": 'from setuptools import setup\nsetup(name="demo", version="1", packages=["demo"])\n', "demo/__init__.py": "", "demo/a.txt": ""},
                 'setup.py: package_data={"demo": ["*.txt"]}', ""),
}


@pytest.mark.parametrize("name", HELPS)
def test_help_for_data_works(tmp_path, name):
    """Pasted where it says, it is what the backend takes: the file comes along."""
    files, line, more = HELPS[name]
    backend.write(tmp_path, files)
    with Judge() as judge:
        note, = judge.ask("source.wheel", path=str(tmp_path))["ok"]["notes"]
    assert note["id"] == "data-left-out" and note["help"] == line + more
    where, line = line.split(": ", 1)
    file, _, section = where.partition(", ")
    path = tmp_path / file
    text = path.read_text()
    path.write_text(f"{text}{section}\n{line}\n" if section else text.removesuffix(")\n") + f", {line})\n")
    _, mine = backend.ours(tmp_path)
    left_out = next(n for n in files if not n.endswith((".py", ".toml", ".cfg", "y")))
    assert left_out.removeprefix("src/") in mine
    _, theirs = backend.real(tmp_path, "setuptools.build_meta", tmp_path / "out")
    assert left_out.removeprefix("src/") in theirs


def test_version_of_an_archive(tmp_path):
    """setuptools-scm finds no version control in an unpacked archive: it says what PKG-INFO says."""
    text = HEAD.replace('["setuptools"]', '["setuptools", "setuptools-scm>=8"]').replace('version = "1"', 'dynamic = ["version"]') + '[tool.setuptools_scm]\nversion_file = "src/demo/_v.py"\n'
    files = {"pyproject.toml": text, **CODE, "src/demo/_v.py": "version = '3.0rc1'\n", "PKG-INFO": "Metadata-Version: 2.1\nName: demo\nVersion: 3.0-RC1\n\nVersion: 9\n"}
    backend.write(tmp_path, files)
    result, mine = backend.ours(tmp_path)
    assert result["file"] == "demo-3.0rc1-py3-none-any.whl" and mine["demo/_v.py"] == b"version = '3.0rc1'\n"
    assert b"\nVersion: 3.0rc1\n" in mine["demo-3.0rc1.dist-info/METADATA"]
    (tmp_path / "PKG-INFO").unlink()
    result, mine = backend.ours(tmp_path)
    assert mine is None and "its build needs `setuptools-scm`" in result["message"]
