"""poetry.lock: lamina's choice against what poetry export says (recorded by record_poetry.py), freshness, and the corners.

SPDX-License-Identifier: Apache-2.0
"""
import collections
import hashlib
import json
import pathlib
import shutil

import pytest

from record_uv import ENVIRONMENTS
from test_uv import TAGS

HERE = pathlib.Path(__file__).resolve().parent / "poetry"
EXPECTED = json.loads((HERE / "expected.json").read_text())
BY_PROJECT = collections.defaultdict(list)
for row in EXPECTED:
    BY_PROJECT[row["project"]].append(row)
LOCKED = sorted(p.parent.name for p in HERE.glob("*/poetry.lock"))


def ask(judge, path, environment="py312-arm", **more):
    return judge.ask("lock.select", path=str(path), environment=ENVIRONMENTS[environment], tags=TAGS[environment], **more)


def names(answer):
    assert "ok" in answer, answer
    return [(p["name"], p["version"]) for p in answer["ok"]]


@pytest.mark.parametrize("project", BY_PROJECT)
def test_as_poetry(judge, project):
    for row in BY_PROJECT[project]:
        answer = ask(judge, HERE / project / "poetry.lock", row["environment"], extras=row["extras"], groups=row["groups"])
        if project.startswith("project") and row["environment"] == "py39-x86":
            assert answer["error"]["rule"] == "lock-target", (row, answer)
            continue
        assert names(answer) == [tuple(p) for p in row["packages"]], row


@pytest.mark.parametrize("project", LOCKED)
def test_freshness(judge, tmp_path, project):
    shutil.copytree(HERE / project, tmp_path / "p")
    lock, toml = tmp_path / "p" / "poetry.lock", tmp_path / "p" / "pyproject.toml"
    assert "ok" in ask(judge, lock)
    text = toml.read_text()
    toml.write_text(text.replace('description = ""', 'description = "other"') + "\n# a comment\n[tool.black]\nline-length = 3\n")
    assert "ok" in ask(judge, lock)
    for line in ("[tool.poetry.group.more.dependencies]\nsix = '*'\n", "[tool.poetry.extras]\nmore = ['six']\n"):
        if line.split("\n")[0] in text or ("group" in line and "1.1" in project):
            continue
        toml.write_text(text + "\n" + line)
        answer = ask(judge, lock)
        assert answer["error"]["rule"] == "lock-stale", answer
        assert "poetry.lock:" in answer["error"]["message"] and "poetry lock" in answer["error"]["message"], answer
        assert "ok" in ask(judge, lock, frozen=True)


@pytest.mark.parametrize("version", ["1.1", "2.0", "2.1"])
def test_sources(judge, version):
    path = HERE / f"dirdep-{version}" / "poetry.lock"
    found = {p["name"]: p for p in ask(judge, path)["ok"]}
    assert sorted(found) == ["certifi", "dirpkg", "idna"]
    assert (found["idna"]["kind"], found["idna"]["path"]) == ("wheel", "../wheels/idna-3.4-py3-none-any.whl")
    assert found["idna"]["sha256"] == "90b77e79eaa3eba6de819a0c442c0b4ceefc341a7a2ab77d7562bf49f425c5c2"
    assert (found["dirpkg"]["kind"], found["dirpkg"]["path"]) == ("directory", "vendor/dirpkg")
    assert found["certifi"]["kind"] == "wheel" and found["certifi"]["url"] is None
    assert "six" in [n for n, _ in names(ask(judge, path, groups=["dev"]))]


def test_lock_without_project(judge, tmp_path):
    for version, good in (("2.1", True), ("2.0", False), ("1.1", False)):
        shutil.copy(HERE / f"basic-{version}" / "poetry.lock", tmp_path / "poetry.lock")
        answer = ask(judge, tmp_path / "poetry.lock")
        if good:
            assert names(answer) == names(ask(judge, HERE / f"basic-{version}" / "poetry.lock"))
        else:
            assert answer["error"]["rule"] == "lock-missing-project", answer


def test_unknown_names(judge):
    for version in ("1.1", "2.0", "2.1"):
        path = HERE / f"basic-{version}" / "poetry.lock"
        answer = ask(judge, path, extras=["extra-on"])
        assert answer["error"]["rule"] == "unknown-extra" and "extra-one" in answer["error"]["message"], answer
        answer = ask(judge, path, groups=["tests"])
        assert answer["error"]["rule"] == "unknown-group" and "`test`" in answer["error"]["message"], answer


H = "0" * 64


def entry(name="a", version="1", more="", files=None, groups='["main"]'):
    files = files if files is not None else f'files = [{{file = "{name.replace("-", "_")}-{version}-py3-none-any.whl", hash = "sha256:{H}"}}]\n'
    return (f'[[package]]\nname = "{name}"\nversion = "{version}"\noptional = false\npython-versions = ">=3.8"\ngroups = {groups}\n{more}{files}')


def lock(*packages, version="2.1", python=">=3.9", more=""):
    return "".join(packages) + f'\n{more}\n[metadata]\nlock-version = "{version}"\npython-versions = "{python}"\ncontent-hash = "x"\n'


ERRORS = {
    "no metadata": (entry(), "lock-field"),
    "no lock-version": (entry() + "[metadata]\n", "lock-version"),
    "lock-version 3": (lock(entry(), version="3.0"), "lock-version"),
    "lock-version 0": (lock(entry(), version="0.9"), "lock-version"),
    "lock-version x": (lock(entry(), version="x"), "lock-version"),
    "python": (lock(entry(), python=">=3.13"), "lock-target"),
    "python bad": (lock(entry(), python="nonsense"), "poetry-constraint"),
    "no name": (lock(entry().replace('name = "a"\n', "")), "lock-field"),
    "no version": (lock(entry().replace('version = "1"\n', "")), "lock-field"),
    "version bad": (lock(entry().replace('version = "1"', 'version = "x"')), "version"),
    "name bad": (lock(entry().replace('name = "a"', 'name = "-"')), "lock-field"),
    "no groups": (lock(entry().replace('groups = ["main"]\n', "")), "lock-field"),
    "groups text": (lock(entry(groups='"main"')), "toml-type"),
    "marker bad": (lock(entry(more='markers = "nonsense"\n')), "marker"),
    "marker of two strings": (lock(entry(more='markers = "\'a\' == \'b\'"\n')), "marker"),
    "twice": (lock(entry(), entry()), "lock-duplicate"),
    "two versions, twins": (lock(entry("a-b", "1"), entry("A_b", "2")), "lock-duplicate"),
    "no files": (lock(entry(files="")), "hash-missing"),
    "empty files": (lock(entry(files="files = []\n")), "hash-missing"),
    "weak hash": (lock(entry(files='files = [{file = "a-1-py3-none-any.whl", hash = "md5:00"}]\n')), "hash-missing"),
    "short hash": (lock(entry(files='files = [{file = "a-1-py3-none-any.whl", hash = "sha256:00"}]\n')), "lock-hash"),
    "no hash": (lock(entry(files='files = [{file = "a-1-py3-none-any.whl"}]\n')), "lock-field"),
    "foreign": (lock(entry(files=f'files = [{{file = "a-1-cp312-cp312-win_amd64.whl", hash = "sha256:{H}"}}]\n')), "no-wheel"),
    "source type": (lock(entry(files='[package.source]\ntype = "pigeon"\nurl = "x"\n')), "lock-field"),
    "source url": (lock(entry(files='[package.source]\ntype = "legacy"\n')), "lock-field"),
    "bad toml": (lock(entry()) + "x = \n", "toml"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(judge, tmp_path, name):
    text, rule = ERRORS[name]
    (tmp_path / "poetry.lock").write_text(text)
    answer = ask(judge, tmp_path / "poetry.lock")
    assert answer["error"]["rule"] == rule, answer
    assert "poetry.lock" in answer["error"]["message"], answer


def test_markers_by_group(judge, tmp_path):
    path = tmp_path / "poetry.lock"
    path.write_text(lock(
        entry("a", more='markers = {main = "python_version < \\"3\\"", dev = "python_version >= \\"3\\""}\n', groups='["main", "dev"]'),
        entry("b", more='markers = {main = "python_version < \\"3\\""}\n', groups='["main", "Dev"]'),
        entry("c", more='markers = "extra == \\"x\\""\n'), entry("d", more='markers = "<empty>"\n'), entry("e", more='markers = "*"\n'),
        entry("Upper", files=f'files = [{{file = "Upper-1-py3-none-any.whl", hash = "sha256:{"A" * 64}"}}]\n'), more='[extras]\nx = ["c"]\n'))
    assert [n for n, _ in names(ask(judge, path))] == ["e", "upper"]
    assert [n for n, _ in names(ask(judge, path, groups=["dev"]))] == ["a", "b", "e", "upper"]
    assert [n for n, _ in names(ask(judge, path, extras=["X"]))] == ["c", "e", "upper"]
    assert ask(judge, path)["ok"][1]["sha256"] == "a" * 64


def poetry_hash(project, groups=True):
    """Locker._get_content_hash of Poetry 2.5, for generated projects."""
    content = {k: project.get("project", {})[k] for k in ("requires-python", "dependencies", "optional-dependencies") if k in project.get("project", {})}
    group = project.get("dependency-groups", {}) if groups else {}
    legacy = ["dependencies", "source", "extras", "dev-dependencies"]
    poetry = {}
    for key in legacy + ["group"]:
        value = project.get("tool", {}).get("poetry", {}).get(key)
        if value is None and (key not in legacy or content or group):
            continue
        poetry[key] = value
    relevant = {}
    if content:
        relevant["project"] = content
    if group:
        relevant["dependency-groups"] = group
    relevant = dict(relevant, tool={"poetry": poetry}) if relevant else poetry
    return hashlib.sha256(json.dumps(relevant, sort_keys=True).encode()).hexdigest()


def toml_text(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml_text(k)} = {toml_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_text, value)) + "]"
    if isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)


PROJECTS = [
    {}, {"tool": {"poetry": {}}}, {"tool": {"poetry": {"dependencies": {}}}},
    {"tool": {"poetry": {"dependencies": {"b": "^1", "a": {"version": "*", "optional": True, "extras": ["x"]}, "c": [{"version": "1"}, {"git": "u"}]}}}},
    {"tool": {"poetry": {"dependencies": {"\u00e4\u2028\U0001f600\"\\\n\t\b\f\r\x01\x7f": "\u00fc"}, "group": {"g": {"optional": False}}}}},
    {"tool": {"poetry": {"dependencies": {"a": {"x": 1, "y": -7, "z": 1.5, "w": 2.0, "v": True}}}}},
    {"project": {"name": "x", "dependencies": ["a"]}}, {"project": {"name": "x"}}, {"project": {"dependencies": []}},
    {"project": {"requires-python": ">=3", "optional-dependencies": {"x": ["y"]}}, "tool": {"poetry": {"group": {"g": {}}, "name": "n"}}},
    {"dependency-groups": {"dev": ["a", {"include-group": "b"}]}}, {"dependency-groups": {}}, {"project": {"dependencies": ["a"]}, "dependency-groups": {"g": []}},
]


@pytest.mark.parametrize("index", range(len(PROJECTS)))
def test_content_hash(judge, tmp_path, index):
    project = PROJECTS[index]
    (tmp_path / "pyproject.toml").write_text("".join(f"{k} = {toml_text(v)}\n" for k, v in project.items()))
    for header, groups, good in (("", True, True), ("# This file is automatically @generated by Poetry 2.2.1 and should\n", False, True),
                                 ("# This file is automatically @generated by Poetry 2.3.0 and should\n", False, False)):
        digest = poetry_hash(project, groups)
        (tmp_path / "poetry.lock").write_text(header + lock().replace('content-hash = "x"', f'content-hash = "{digest}"'))
        answer = ask(judge, tmp_path / "poetry.lock")
        expected = good or digest == poetry_hash(project)
        assert ("ok" in answer) == expected, (answer, header, json.dumps(project))


WALK = """
[tool.poetry.dependencies]
python = "^3.9"
A_b = "^1.0"
[tool.poetry.group.g.dependencies]
c = {version = ">=2", markers = "sys_platform == 'win32'"}
d = {version = ">=2", platform = "linux || darwin"}
"""


def old(name, version, more="", deps=""):
    return (f'[[package]]\nname = "{name}"\nversion = "{version}"\noptional = false\npython-versions = "*"\n{more}'
            f'files = [{{file = "{name.replace("-", "_")}-{version}-py3-none-any.whl", hash = "sha256:{H}"}}]\n{deps}')


def test_walk(judge, tmp_path):
    (tmp_path / "pyproject.toml").write_text(WALK)
    (tmp_path / "poetry.lock").write_text(lock(
        old("a-b", "1.2", deps='[package.dependencies]\ne = [{version = "<2", markers = "python_version < \\"3.10\\""}, {version = ">=2", markers = "python_version >= \\"3.10\\""}]\nf = {version = "*", optional = true, markers = "extra == \\"x\\""}\nsetuptools = "*"\n[package.extras]\nx = ["f (>=1)"]\n'),
        old("a-b", "0.9"), old("d", "2.0", deps='[package.dependencies]\na-b = {version = "*", extras = ["X"]}\n'),
        old("e", "1.0"), old("e", "2.5", deps='[package.dependencies]\na-b = "*"\n'), old("f", "3"), version="2.0"))
    path = tmp_path / "poetry.lock"
    assert names(ask(judge, path, frozen=True)) == [("a-b", "1.2"), ("e", "2.5")]
    assert names(ask(judge, path, "py39-x86", frozen=True)) == [("a-b", "1.2"), ("e", "1.0")]
    assert names(ask(judge, path, frozen=True, groups=["g"])) == [("a-b", "1.2"), ("d", "2.0"), ("e", "2.5"), ("f", "3")]


def test_walk_without_what_is_needed(judge, tmp_path):
    (tmp_path / "pyproject.toml").write_text(WALK)
    (tmp_path / "poetry.lock").write_text(lock(old("a-b", "1.2", deps='[package.dependencies]\ngone = "*"\n'), version="2.0"))
    answer = ask(judge, tmp_path / "poetry.lock", frozen=True)
    assert answer["error"]["rule"] == "lock-missing-package" and "gone" in answer["error"]["message"], answer


def test_oldest_generation(judge, tmp_path):
    (tmp_path / "pyproject.toml").write_text(WALK)
    (tmp_path / "poetry.lock").write_text(
        '[[package]]\nname = "A_b"\nversion = "1.2"\noptional = false\npython-versions = "*"\ncategory = "main"\n'
        f'[metadata]\nlock-version = "1.0"\npython-versions = "^3.9"\ncontent-hash = "x"\n[metadata.hashes]\nA_b = ["{H}"]\n')
    answer = ask(judge, tmp_path / "poetry.lock", frozen=True)
    assert names(answer) == [("a-b", "1.2")] and answer["ok"][0]["sha256"] == H and answer["ok"][0]["file"] is None
