"""What version control says, for the backends that ask it: repositories made by git itself, wheels by the real backends.

SPDX-License-Identifier: Apache-2.0
"""
import os
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

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")

# No settings of the user and the computer; a repository above the temporary folder is none of ours.
ENVIRONMENT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "n", "GIT_AUTHOR_EMAIL": "n@example.com",
               "GIT_COMMITTER_NAME": "n", "GIT_COMMITTER_EMAIL": "n@example.com", "GIT_DEFAULT_HASH": "sha1"}
SRC = {"demo/__init__.py": "", "demo/a.log": "a", "demo/b.txt": "b", "demo/sub/c.log": "c", "demo/sub/x.py": "", "demo/é.log": "e", 'demo/q"q.log': "q"}
LOGS = {".gitignore": "*.log\n"}

# Name -> (where the project lies in the repository, files beside the project's own by path from the repository's top, commands).
SHAPES = {
    "no repository": (".", LOGS, []),
    "empty .git": (".", {**LOGS, ".git": None}, []),
    "repository": (".", LOGS, ["init"]),
    "tracked": (".", LOGS, ["init", "add -f demo/a.log demo/b.txt"]),
    "everything tracked": (".", LOGS, ["init", "add -f ."]),
    "committed": (".", LOGS, ["init", "add -f demo/sub", "commit -q -m x"]),
    "index version 4": (".", LOGS, ["init", "config index.version 4", "add -f demo/sub/c.log demo/a.log demo/b.txt"]),
    "intent to add": (".", LOGS, ["init", "add -f -N demo/a.log"]),
    "index without checksum": (".", LOGS, ["init", "config index.skipHash true", "add -f demo/a.log"]),
    "nested rules": (".", {"demo/.gitignore": "*.txt\n!b.txt\n", "demo/sub/.gitignore": "/c.log\n"}, ["init"]),
    "upper rules": ("services/api", {".gitignore": "*.log\n/services/api/demo/b.txt\ndemo/sub/\n", "services/.gitignore": "!a.log\n"}, ["init"]),
    "upper rules tied to the project": ("services/api", {".gitignore": "/demo/b.txt\n"}, ["init"]),
    "upper rules, tracked": ("services/api", {".gitignore": "*.log\n"}, ["init", "add -f services/api/demo/a.log"]),
    "upper rules, no repository": ("services/api", {".gitignore": "*.log\n"}, []),
    "own and upper rules": ("api", {".gitignore": "*.log\n", "api/.gitignore": "*.txt\n"}, ["init"]),
    "boundary below rules": ("api", {".gitignore": "*.log\n"}, ["-C api init"]),
    "rules beside the boundary": ("a/b", {"a/.gitignore": "*.log\n"}, ["-C a init"]),
    "info/exclude": (".", {}, ["init", "exclude *.log"]),
    "info/exclude is weaker": (".", {".gitignore": "!a.log\n"}, ["init", "exclude *.log"]),
    "excludesFile": (".", {"rules": "*.log\n"}, ["init", "config core.excludesFile {top}/rules"]),
    "project ignored": ("api", {".gitignore": "api/\n"}, ["init"]),
    "project ignored, one file tracked": ("api", {".gitignore": "api/\n"}, ["init", "add -f api/demo/__init__.py"]),
    "above ignored": ("build/api", {".gitignore": "build\n"}, ["init"]),
    "all ignored": (".", {".gitignore": "*\n"}, ["init"]),
    "all ignored, some tracked": (".", {".gitignore": "*\n"}, ["init", "add -f demo/__init__.py demo/a.log pyproject.toml"]),
    "all ignored but folders and code": (".", {".gitignore": "*\n!*/\n!*.py\n"}, ["init"]),
    "work tree": ("tree", {"main/.gitignore": "*.log\n", "main/x": ""}, ["-C main init", "-C main add .gitignore", "-C main commit -q -m x", "-C main worktree add -q ../wt", "move tree wt"]),
    "nested repository": (".", {**LOGS}, ["init", "-C demo/sub init"]),
    "nested repository in an ignored folder": (".", {".gitignore": "sub/\n"}, ["init", "-C demo/sub init"]),
    "PKG-INFO, repository": (".", {**LOGS, "PKG-INFO": "Metadata-Version: 2.1\nName: demo\nVersion: 1.2\n"}, ["init"]),
    "PKG-INFO, no repository": (".", {**LOGS, "PKG-INFO": "Metadata-Version: 2.1\nName: demo\nVersion: 1.2\n"}, []),
    "hgignore above": ("api", {".hgignore": "syntax: glob\n*.log\n"}, []),
    "hgignore behind a boundary": ("api", {".hgignore": "syntax: glob\n*.log\n", "api/.hg/x": ""}, []),
}
BACKENDS = {m.BACKEND: m for m in (shapes_flit, shapes_hatch, shapes_pdm, shapes_poetry, shapes_setuptools, shapes_uv)}
# Those that ask nothing are compared with a few.
QUIET = ["tracked", "upper rules", "all ignored"]
CASES = [(b, n) for b in BACKENDS for n in SHAPES if b in (shapes_hatch.BACKEND, shapes_poetry.BACKEND) or n in QUIET]


def plain(module):
    return module.BUILD + '[project]\nname = "demo"\nversion = "1.2"\ndescription = "d"\n'


def git(top, command):
    words = command.format(top=top).split()
    if words[0] == "exclude":
        (top / ".git/info").mkdir(exist_ok=True)
        (top / ".git/info/exclude").write_text("\n".join(words[1:]) + "\n")
    elif words[0] == "move":  # the project into a work tree of the repository
        shutil.copytree(top / words[1], top / words[2], dirs_exist_ok=True)
        shutil.rmtree(top / words[1])
        (top / words[2]).rename(top / words[1])
        subprocess.run(["git", "-C", top / "main", "worktree", "repair", top / words[1]], check=True, capture_output=True)
    else:
        subprocess.run(["git", *words], cwd=top, check=True, capture_output=True, env={**os.environ, **ENVIRONMENT})


def make(top, module, shape):
    where, files, commands = SHAPES[shape]
    top.mkdir()
    project = top / where
    project.mkdir(parents=True, exist_ok=True)
    root = "" if module is not shapes_uv else "src/"
    backend.write(project, {"pyproject.toml": plain(module), **{root + name: text for name, text in SRC.items()}})
    backend.write(top, files)
    for command in commands:
        git(top, command.replace(" demo", " " + root + "demo") if where == "." else command)
    return project


@pytest.mark.parametrize("name,shape", CASES, ids=lambda x: x.replace(" ", "-"))
def test_same_as_the_backend(tmp_path, monkeypatch, name, shape):
    for key, value in ENVIRONMENT.items():
        monkeypatch.setenv(key, value)
    project = make(tmp_path / "top", BACKENDS[name], shape)
    result, mine = backend.ours(project)
    assert mine is not None, result
    _, theirs = backend.real(project, name, tmp_path / "out")
    # Version control's own files never come along, though poetry-core would pack those of a nested repository.
    theirs = {path: content for path, content in theirs.items() if "/.git/" not in path}
    backend.compare(f"{name}: {shape}", theirs, mine)


def test_an_index_that_cannot_be_read(tmp_path):
    project = make(tmp_path / "top", shapes_poetry, "tracked")
    index = project / ".git/index"
    index.write_bytes(index.read_bytes()[:-30])
    result, mine = backend.ours(project)
    assert mine is None and result["rule"] == "cannot-build" and "the index is damaged" in result["message"]
    # Nothing is ignored: nobody asks.
    (project / ".gitignore").unlink()
    assert backend.ours(project)[1] is not None


def test_a_split_index(tmp_path):
    project = make(tmp_path / "top", shapes_poetry, "tracked")
    git(project, "update-index --split-index")
    result, mine = backend.ours(project)
    assert mine is None and "the index is split" in result["message"]
