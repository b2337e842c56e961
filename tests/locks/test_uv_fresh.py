"""uv.lock: which changes of a project make its lock stale, as `uv lock --check` says (recorded by record_fresh.py).

SPDX-License-Identifier: Apache-2.0
"""
import json
import pathlib

import pytest

from fresh_cases import PROJECTS, project, write_project
from record_uv import ENVIRONMENTS
from test_uv import TAGS

HERE = pathlib.Path(__file__).resolve().parent / "uv_fresh"
EXPECTED = json.loads((HERE / "expected.json").read_text())
CASES = [(name, change) for name, (_, changes) in PROJECTS.items() for change in changes]


def ask(judge, folder, **more):
    return judge.ask("lock.select", path=str(folder / "uv.lock"), environment=ENVIRONMENTS["py312-arm"], tags=TAGS["py312-arm"], **more)


def place(folder, files, lock):
    write_project(folder, files)
    (folder / "uv.lock").write_text(lock)


@pytest.mark.parametrize("name, change", CASES)
def test_as_uv(judge, tmp_path, name, change):
    files, changes = PROJECTS[name]
    lock = (HERE / f"{name}.lock").read_text()
    place(tmp_path, {**files, **changes[change]}, lock)
    answer = ask(judge, tmp_path)
    if EXPECTED[f"{name}: {change}"] == "fresh":
        assert answer.get("error", {}).get("rule") != "lock-stale", answer
        return
    assert answer["error"]["rule"] == "lock-stale", answer
    assert "pyproject.toml" in answer["error"]["message"] or "uv.lock" in answer["error"]["message"], answer
    assert "uv lock" in answer["error"]["message"] and "--frozen" in answer["error"]["message"], answer
    assert "ok" in ask(judge, tmp_path, frozen=True)


MESSAGES = {
    "plain: added": ("pyproject.toml:5:", "dependencies: `attrs` was added"), "plain: removed": ("uv.lock:", "dependencies: `six` was removed"),
    "plain: bound": ("pyproject.toml:5:", "dependencies: `idna>=3.0.0,<4` became `idna>=3.1,<4`"), "empty: version": ("pyproject.toml:3:", "0.1.0 and is 0.2.0"),
    "empty: python": ("pyproject.toml:4:", "`requires-python` was `>=3.10` and is `>=3.11`"), "extras: added": ("pyproject.toml", "the extra `z` was added"),
    "groups: removed": ("pyproject.toml", "the group `empty` was removed"), "groups: included": ("pyproject.toml", "group `g`: `idna` became `idna>3`"),
    "workspace: new member": ("c/pyproject.toml", "the member `c` was added"), "workspace: member's requirement": ("a/pyproject.toml:5:", "`idna` became `idna>3`"),
    "limits: constraint": ("pyproject.toml", "`tool.uv.constraint-dependencies`: `idna<100` became `idna<99`"),
}


@pytest.mark.parametrize("case", MESSAGES)
def test_messages(judge, tmp_path, case):
    name, change = case.split(": ")
    files, changes = PROJECTS[name]
    place(tmp_path, {**files, **changes[change]}, (HERE / f"{name}.lock").read_text())
    message = ask(judge, tmp_path)["error"]["message"]
    for part in MESSAGES[case]:
        assert part in message, message


ROOT = '[[package]]\nname = "p"\nversion = "0.1.0"\nsource = { virtual = "." }\n'
HEAD = 'version = 1\nrevision = 3\nrequires-python = ">=3.10"\n'
SIX = ('[[package]]\nname = "six"\nversion = "1"\nsource = { registry = "https://index.example/simple" }\n'
       f'wheels = [{{ url = "https://h.example/six-1-py3-none-any.whl", hash = "sha256:{"0" * 64}" }}]\n')
NEEDS = 'dependencies = [{ name = "six" }]\n'
RECORDED = NEEDS + '[package.metadata]\nrequires-dist = [{ name = "six" }]\n'
IDNA = project(dependencies=["idna"])
CORNERS = {
    "recorded": (HEAD + ROOT + RECORDED + SIX, IDNA, True),
    "metadata left out": (HEAD + ROOT + NEEDS + SIX, IDNA, False),
    "nothing recorded": (HEAD + ROOT, IDNA, True),
    "nothing recorded, revision 4": (HEAD.replace("3\n", "4\n", 1) + ROOT, IDNA, False),
    "dynamic dependencies": (HEAD + ROOT + RECORDED + SIX, '[project]\nname = "p"\nversion = "0.1.0"\ndynamic = ["dependencies"]\n', False),
    "dynamic extras": (HEAD + ROOT + RECORDED + SIX, IDNA + 'dynamic = ["optional-dependencies"]\n', False),
    "no requires-python": (HEAD + ROOT + RECORDED + SIX, '[project]\nname = "p"\nversion = "0.1.0"\ndependencies = ["six"]\n', False),
    "no version": (HEAD + ROOT + RECORDED + SIX, '[project]\nname = "p"\ndependencies = ["six"]\n', False),
    "unreadable requirement": (HEAD + ROOT + RECORDED + SIX, project(dependencies=["six", "nonsense !"]), False),
    "marker beyond comparing": (HEAD + ROOT + RECORDED + SIX, project(dependencies=["six; " + " or ".join(f"platform_machine == '{i}'" for i in range(99))]), False),
    "source under a marker": (HEAD + ROOT + RECORDED + SIX, project(dependencies=["six>1"], more="[tool.uv.sources]\nsix = { path = 'x', marker = \"sys_platform == 'win32'\" }\n"), False),
    "source that was not recorded": (HEAD + ROOT + RECORDED + SIX, project(dependencies=["six"], more='[tool.uv.sources]\nsix = { git = "https://git.example/six" }\n'), True),
    "source of an index": (HEAD + ROOT + RECORDED + SIX, project(dependencies=["six"], more='[tool.uv.sources]\nsix = { index = "own" }\n'), False),
    "git reference": (HEAD + ROOT + RECORDED.replace('requires-dist = [{ name = "six"', 'requires-dist = [{ name = "six", git = "https://git.example/six?tag=v%2B1"') + SIX,
                      project(dependencies=["six"], more='[tool.uv.sources]\nsix = { git = "https://git.example/six", tag = "v+1" }\n'), False),
    "other git reference": (HEAD + ROOT + RECORDED.replace('requires-dist = [{ name = "six"', 'requires-dist = [{ name = "six", git = "https://git.example/six?tag=v1"') + SIX,
                            project(dependencies=["six"], more='[tool.uv.sources]\nsix = { git = "https://git.example/six", tag = "v2" }\n'), True),
    "URL": (HEAD + ROOT + RECORDED.replace('requires-dist = [{ name = "six"', 'requires-dist = [{ name = "six", url = "https://h.example/six-1.tar.gz"') + SIX,
            project(dependencies=["six @ https://h.example/six-1.tar.gz"]), False),
    "no longer a URL": (HEAD + ROOT + RECORDED.replace('requires-dist = [{ name = "six"', 'requires-dist = [{ name = "six", url = "https://h.example/six-1.tar.gz"') + SIX, project(dependencies=["six"]), True),
    "compatible": (HEAD + ROOT + RECORDED.replace('requires-dist = [{ name = "six"', 'requires-dist = [{ name = "six", specifier = "~=1.0"') + SIX, project(dependencies=["six~=1.0.0"]), True),
    "oldest revision": (HEAD.replace("revision = 3\n", "") + ROOT + RECORDED + SIX, project(dependencies=["six"], more="[project.optional-dependencies]\nx = []\n[dependency-groups]\ng = []\n"), False),
    "circular groups": (HEAD + ROOT + RECORDED + "[package.metadata.requires-dev]\ng = []\nh = []\n" + SIX, project(dependencies=["six"], more='[dependency-groups]\ng = [{include-group = "h"}]\nh = [{include-group = "g"}]\n'), False),
    "settings of groups": (HEAD + ROOT + RECORDED + SIX, project(dependencies=["six"], more='[dependency-groups]\ng = ["idna"]\n[tool.uv.dependency-groups]\ng = { requires-python = ">=3.12" }\n'), False),
}


@pytest.mark.parametrize("case", CORNERS)
def test_corners(judge, tmp_path, case):
    lock, text, stale = CORNERS[case]
    place(tmp_path, {"pyproject.toml": text}, lock)
    answer = ask(judge, tmp_path)
    assert answer.get("error", {}).get("rule") == ("lock-stale" if stale else None), answer


def test_without_project(judge, tmp_path):
    place(tmp_path, {}, HEAD + ROOT + RECORDED + SIX)
    assert "ok" in ask(judge, tmp_path)


def test_many_requirements(judge, tmp_path):
    names = [f"p{i}; platform_machine == 'm{i % 30}'" for i in range(20000)]
    recorded = ", ".join(f'{{ name = "p{i}", marker = "platform_machine == \'m{i % 30}\' and python_full_version >= \'3.9\'" }}' for i in range(20000))
    place(tmp_path, {"pyproject.toml": project(dependencies=names)}, HEAD + ROOT + f"[package.metadata]\nrequires-dist = [{recorded}]\n")
    assert "ok" in ask(judge, tmp_path)
