"""Warnings about wheels that are right, and seldom meant: for every backend, and for two packages of one name.

SPDX-License-Identifier: Apache-2.0
"""
import pathlib
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import backend  # noqa: E402
import shapes_flit  # noqa: E402
import shapes_hatch  # noqa: E402
import shapes_pdm  # noqa: E402
import shapes_poetry  # noqa: E402
import shapes_setuptools  # noqa: E402
import shapes_uv  # noqa: E402
from judge import Judge  # noqa: E402

BUILDS = {"flit": shapes_flit, "hatch": shapes_hatch, "pdm": shapes_pdm, "poetry": shapes_poetry, "setuptools": shapes_setuptools, "uv": shapes_uv}
CODE = {"src/demo/__init__.py": "", "src/demo/a.txt": "", "src/demo/sub/b.py": ""}
IGNORED = {**CODE, ".gitignore": "built/\n*.log\n.*\n", "src/demo/built/app.js": "", "src/demo/built/x.css": "", "src/demo/x.log": "", "src/demo/.cache": ""}
HATCH = '[tool.hatch.build.targets.wheel]\npackages = ["src/demo"'
POETRY = '[tool.poetry]\npackages = [{ include = "demo", from = "src" }'
SETUPTOOLS = '[tool.setuptools.packages.find]\nwhere = ["src"]\n'

# Row -> backend, more of pyproject.toml, files, git there?, the note, parts of its text and help; None: not a word.
ROWS = {
    "nothing, flit": ("flit", "", CODE, False, None, ()),
    "nothing, hatch": ("hatch", "", CODE, True, None, ()),
    "nothing, pdm": ("pdm", "", CODE, False, None, ()),
    "nothing, poetry": ("poetry", "", CODE, True, None, ()),
    "nothing, uv": ("uv", "", CODE, False, None, ()),
    "ignored, hatch": ("hatch", "", IGNORED, False, "data-left-out", ("2 files", "version control", "src/demo/built/app.js", "artifacts")),
    "ignored, poetry": ("poetry", "", IGNORED, True, "data-left-out", ("2 files", "git ignores", "src/demo/built/app.js", "include")),
    "ignored without git, poetry": ("poetry", "", IGNORED, False, None, ()),
    "ignored, flit packs it": ("flit", "", IGNORED, True, None, ()),
    "ignored, setuptools": ("setuptools", SETUPTOOLS + '[tool.setuptools.package-data]\ndemo = ["*.txt"]\n', {**IGNORED, "src/demo/sub/__init__.py": ""}, True, None, ()),
    "excluded on purpose, hatch": ("hatch", HATCH + ']\nexclude = ["built"]\n', IGNORED, False, None, ()),
    "excluded on purpose, poetry": ("poetry", '[tool.poetry]\nexclude = ["**/built/*"]\n', IGNORED, True, None, ()),
    "brought back, hatch": ("hatch", HATCH + ']\nartifacts = ["built"]\n', IGNORED, False, None, ()),
    "brought back, poetry": ("poetry", '[tool.poetry]\ninclude = [{ path = "src/demo/built/*", format = "wheel" }]\n', IGNORED, True, None, ()),
    "tests, hatch": ("hatch", HATCH + ', "tests"]\n', {**CODE, "tests/x.py": ""}, False, "top-level-tests", ("`tests`", 'exclude = ["/tests"]')),
    "tests, poetry": ("poetry", POETRY + ', { include = "tests" }]\n', {**CODE, "tests/x.py": ""}, False, "top-level-tests", ("`tests`", "take `tests` out")),
    "tests, pdm": ("pdm", '[tool.pdm.build]\nincludes = ["src/demo", "docs"]\n', {**CODE, "docs/conf.py": ""}, False, "top-level-tests", ("`docs`", 'excludes = ["docs"]')),
    "tests, uv": ("uv", '[tool.uv.build-backend]\nmodule-name = ["demo", "examples"]\n', {**CODE, "src/examples/__init__.py": ""}, False, "top-level-tests", ("`examples`", "take `examples` out")),
    "tests, setuptools": ("setuptools", SETUPTOOLS, {"src/demo/__init__.py": "", "src/tests/x.py": ""}, False, "top-level-tests", ("`tests`", 'exclude = ["tests*"]')),
    "tests for sdists alone": ("poetry", POETRY + ', { include = "tests", format = "sdist" }]\n', {**CODE, "tests/x.py": ""}, False, None, ()),
    "tests inside of the package": ("hatch", "", {**CODE, "src/demo/tests/x.py": ""}, False, None, ()),
    "data that is called tests": ("hatch", HATCH + ', "tests"]\n', {**CODE, "tests/x.txt": ""}, False, None, ()),
    "a project that is called tests": ("hatch", '[tool.hatch.build.targets.wheel]\npackages = ["tests"]\n', {"tests/__init__.py": ""}, False, None, ()),
    "script without its module": ("hatch", '[project.scripts]\nx = "demo.cli:main"\n', CODE, False, "script-without-module", ("`x` calls demo.cli:main", "demo/cli.py")),
    "script with its module": ("hatch", '[project.scripts]\nx = "demo.sub.b:main [extra]"\ny = "demo:main"\nz = "demo.sub"\n', CODE, False, None, ()),
    "script of another package": ("uv", '[project.scripts]\nx = "other.cli:main"\n', CODE, False, None, ()),
    "no version, pdm": ("pdm", None, CODE, False, "version-missing", ("0.0.0", "version = ")),
}


@pytest.mark.parametrize("row", ROWS)
def test_notes(tmp_path, row):
    kind, more, files, git, note, parts = ROWS[row]
    version = 'version = "1"' if more is not None else 'dynamic = ["version"]'
    head = BUILDS[kind].BUILD + f'[project]\nname = "demo"\n{version}\ndescription = "d"\n'
    backend.write(tmp_path, {"pyproject.toml": head + (more or ""), **files})
    if git:
        if not shutil.which("git"):
            pytest.skip("git is not installed")
        subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    with Judge() as judge:
        notes = judge.ask("source.wheel", path=str(tmp_path))["ok"]["notes"]
    if note is None:
        assert not notes
    else:
        [one] = [n for n in notes if n["id"] == note]
        assert len(notes) == 1
        text = one["message"] + " " + one.get("help", "")
        assert all(p in text for p in parts if "help" in one or p in one["message"]), one


def two(lamina, init_a, init_b, beside=True):
    for name, init in (("liba", init_a), ("libb", init_b)):
        files = {f"{name}_part.py": ""}
        if init is not None:
            files["__init__.py"] = init
        lamina.write(f"{name}/pyproject.toml", shapes_hatch.BUILD + f'[project]\nname = "{name}"\nversion = "1"\n[tool.hatch.build.targets.wheel]\npackages = ["common"]\n')
        for path, text in files.items():
            lamina.write(f"{name}/common/{path}", text)
    return lamina.build("--package", "liba", "--package", "libb", "--no-deps", "-o", "x.zip")


def test_two_packages_with_one_import_name(lamina):
    run = two(lamina, "", "")
    assert "the private packages liba and libb are both imported as `common`" in run.err


def test_a_namespace_is_shared_on_purpose(lamina):
    assert "both imported" not in two(lamina, None, None).err


def test_a_namespace_that_says_so(lamina):
    text = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
    assert "both imported" not in two(lamina, text, text).err


def test_two_packages_that_differ(lamina):
    two(lamina, "x = 1\n", "x = 2\n").refused(3, "collision", "liba", "libb", "common/__init__.py")
