"""What Poetry's tables want: lamina against poetry-core's factory, over a grid of environments and versions.

SPDX-License-Identifier: Apache-2.0
"""
import itertools
import pathlib

import pytest

pytest.importorskip("poetry.core", minversion="2.5")
pytest.importorskip("packaging", minversion="26")
from packaging.markers import Marker, default_environment  # noqa: E402
from packaging.specifiers import SpecifierSet  # noqa: E402
from poetry.core.constraints.version import Version  # noqa: E402
from poetry.core.factory import Factory  # noqa: E402
from poetry.core.packages.dependency_group import MAIN_GROUP  # noqa: E402

VERSIONS = ("0.0.3", "0.0.4", "0.1", "0.2.5", "0.9", "1.0", "1.0.1", "1.2", "1.2.5", "1.3", "1.9", "2.0a1", "2.0b1", "2.0", "2.0.post1", "2.5", "3.0",
            "3.9.9", "4.0", "10")
PYTHONS = ("3.5.10", "3.7.17", "3.8.0", "3.8.9", "3.9.1", "3.11.4", "3.12.3", "3.13.0")
PLATFORMS = (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt"))

HEAD = '[tool.poetry]\nname = "app"\nversion = "1"\n'
PROJECT = '[project]\nname = "app"\nversion = "1"\n'

PROJECTS = {
    "constraints": HEAD + """
[tool.poetry.dependencies]
python = "^3.8"
a = "^1.2"
b = "~1.2"
c = "1.*"
d = ">=1.0,<2.0"
e = "1.2"
f = "*"
g = "^0.0.3 || ^2"
h = "!=1.0"
i = "~=1.2"
j = ">=1.0 <2.5 | 4.0"
k = "^2.0b1"
L = "==1.2.*"
m = "<2.0"
n = ">1.0"
o = "^0"
p = "~1"
q = "^0.2.3"
""",
    "tables": HEAD + """
[tool.poetry.dependencies]
python = ">=3.8,<3.14"
a = {version = "^1.2", python = "<3.9"}
b = {version = "*", python = "~3.8"}
c = {version = "1.2", platform = "linux"}
d = {version = "1.2", platform = "!=win32"}
e = {version = "1.2", platform = "linux || darwin"}
f = {version = "^1", markers = "sys_platform == 'linux' and python_version >= '3.9'"}
g = {version = "^1", markers = "sys_platform == 'win32'", python = ">=3.9,!=3.11.*"}
h = {version = "^1", python = "^3.8.5"}
i = {version = "^1", python = "3.8 || >=3.12"}
j = {version = ">=1", extras = ["X", "y_z"], allow-prereleases = true}
k = {version = "^1", python = ">3.8"}
l = {version = "^1", python = "<=3.8"}
m = {version = "^1", python = "3.9.*"}
n = {version = "^1", markers = "python_version < '3.9' or os_name == 'nt'", platform = "win32,!=linux"}
""",
    "alternatives": HEAD + """
[tool.poetry.dependencies]
python = "*"
foo = [
    {version = "^1.2", python = "<3.9"},
    {version = "^2.0", python = ">=3.9", platform = "linux"},
    {version = "2.5", python = ">=3.9", platform = "darwin"},
]
bar = ["^1", "<1.9"]
""",
    "optional and extras": HEAD + """
[tool.poetry.dependencies]
python = "^3.8"
a = {version = "^1.2", optional = true}
B_b = {version = "^2", optional = true, python = ">=3.9"}
c = {version = "*", optional = true}
d = "1.0"
unused = {version = "1", optional = true}
[tool.poetry.extras]
One = ["a", "b.b"]
two = ["a", "c", "d"]
none = []
missing = ["nobody"]
""",
    "extras in markers": HEAD + """
[tool.poetry.dependencies]
python = "^3.8"
cpu = {version = "^1.2", markers = "extra == 'cpu' and extra != 'gpu'"}
gpu = {version = "^2", markers = "extra != 'cpu' and extra == 'gpu'"}
[tool.poetry.extras]
cpu = []
gpu = []
""",
    "groups": HEAD + """
[tool.poetry.dependencies]
python = "^3.8"
a = "^1.2"
[tool.poetry.group.test.dependencies]
b = "^1"
c = {version = "*", python = "<3.9"}
[tool.poetry.group.docs]
optional = true
[tool.poetry.group.docs.dependencies]
d = "^2"
[tool.poetry.group.empty]
optional = true
[tool.poetry.group.all]
include-groups = ["test", "Docs"]
[tool.poetry.group.all.dependencies]
e = "1.0"
""",
    "old dev-dependencies": HEAD + """
[tool.poetry.dependencies]
python = "^3.8"
a = "^1.2"
[tool.poetry.dev-dependencies]
b = "^1"
c = [{version = "^1", python = "<3.9"}, {version = "^2", python = ">=3.9"}]
""",
    "dev in both spellings": HEAD + """
[tool.poetry.dependencies]
python = "^3.8"
[tool.poetry.dev-dependencies]
b = "^1"
[tool.poetry.group.dev.dependencies]
c = "^2"
""",
    "sources": HEAD + """
[tool.poetry.dependencies]
python = "^3.8"
a = {git = "https://example.com/a.git", tag = "v1"}
b = {path = "../b", develop = true}
c = {url = "https://example.com/c-1.0-py3-none-any.whl"}
d = {version = "^1", source = "private"}
e = {git = "https://example.com/e.git", branch = "main", subdirectory = "sub", optional = true}
f = {path = "f-1.0-py3-none-any.whl", platform = "linux"}
[tool.poetry.extras]
e = ["e"]
""",
    "project alone": PROJECT + """
requires-python = ">=3.8"
dependencies = ["a>=1.2,<2", "b; python_version < '3.9'", "c[x,y]==1.*"]
[project.optional-dependencies]
One = ["d~=1.2", "e; sys_platform == 'linux'"]
two = ["d>=2"]
""",
    "project enriched": PROJECT + """
requires-python = ">=3.8"
dependencies = ["a>=1", "b", "c[x]>=1,<3; python_version >= '3.9'", "lonely"]
[tool.poetry.dependencies]
a = {version = "<2", source = "private"}
b = [{version = "^1", python = "<3.9"}, {version = "^2", python = ">=3.9"}]
c = {allow-prereleases = true, markers = "sys_platform == 'linux'"}
other = "^1"
""",
    "project enriched by git": PROJECT + """
dependencies = ["a", "b; sys_platform == 'win32'"]
[tool.poetry.dependencies]
a = {git = "https://example.com/a.git", rev = "abc"}
b = {path = "../b", markers = "sys_platform == 'linux'"}
""",
    "extras enriched": PROJECT + """
dependencies = ["a"]
[project.optional-dependencies]
x = ["b>=1", "a>=2"]
[tool.poetry.dependencies]
b = {version = "<2", platform = "linux"}
a = {version = "<3"}
""",
    "empty project lists": PROJECT + """
dependencies = []
[tool.poetry.dependencies]
a = "^1"
b = {version = "*", optional = true}
[tool.poetry.extras]
x = ["b"]
""",
    "dynamic dependencies": PROJECT + """
dynamic = ["dependencies"]
[tool.poetry.dependencies]
python = ">=3.9"
a = "^1"
""",
    "dynamic beside extras": PROJECT + """
dynamic = ["dependencies"]
[project.optional-dependencies]
x = ["b>=1"]
[tool.poetry.dependencies]
a = "^1"
b = {version = "^1", optional = true}
""",
    "standard groups": PROJECT + """
dependencies = ["a"]
[dependency-groups]
test = ["b>=1", {include-group = "Lint_er"}]
lint-er = ["c~=1.2; sys_platform == 'linux'"]
""",
    "standard groups enriched": PROJECT + """
dependencies = ["a"]
[dependency-groups]
test = ["b>=1", "d"]
all = [{include-group = "test"}]
[tool.poetry.group.test]
optional = true
[tool.poetry.group.test.dependencies]
b = {version = "<2", python = "<3.9"}
c = "^1"
[tool.poetry.group.more]
include-groups = ["test"]
[tool.poetry.group.more.dependencies]
e = "^1"
""",
    "python narrower than the project": PROJECT + """
requires-python = ">=3.7"
dependencies = ["a"]
[tool.poetry.dependencies]
python = ">=3.8,<3.13"
""",
    "pythons in two parts": HEAD + """
[tool.poetry.dependencies]
python = "~3.5 || ^3.8"
""",
}


def environments():
    for python, (sys_platform, system, os_name) in itertools.product(PYTHONS, PLATFORMS):
        yield dict(default_environment(), python_version=".".join(python.split(".")[:2]), python_full_version=python, sys_platform=sys_platform,
                   platform_system=system, os_name=os_name, extra="")


def admitted(dependency):
    if dependency.source_type:
        return (dependency.source_type,)
    return tuple(v for v in VERSIONS if dependency.constraint.allows(Version.parse(v)))


def holds(dependency, environment, extra):
    """Is it wanted where (only) this extra is asked for? Beside it the project's own dependencies are not counted."""
    wanted = {extra} if extra else set()
    in_marker = "extra ==" in str(dependency.marker) or "extra !=" in str(dependency.marker)
    if in_marker:
        return dependency.marker.validate(dict(environment, extra=wanted or ""))
    if dependency.is_optional():
        return bool(wanted & set(dependency.in_extras)) and dependency.marker.validate(environment)
    return not extra and dependency.marker.validate(environment)


def by_poetry(package, group, extra, environment):
    return {(d.name, tuple(sorted(d.extras)), admitted(d), d.source_name or "",
             bool(d.allows_prereleases()) and not d.source_type)
            for d in package.dependency_group(group).dependencies_for_locking if holds(d, environment, extra)}


KINDS = {"vcs": "git", "directory": "directory", "wheel": "file", "archive": "file"}


def by_us(answer, group, extra, environment):
    out = set()
    for w in answer["wants"]:
        if w.get("group", "") != group or w.get("extra", "") != extra or ("marker" in w and not Marker(w["marker"]).evaluate(environment)):
            continue
        kind = w["file"] and ("url" if w["file"].get("url", "").startswith("https:") else KINDS[w["file"]["kind"]]) if "file" in w else None
        versions = (kind,) if kind else tuple(w.get("allowed", []))
        out.add((w["name"], tuple(w.get("extras", [])), versions, w.get("index", ""), w.get("allow_prereleases", False)))
    return out


@pytest.mark.parametrize("name", PROJECTS)
def test_projects(judge, tmp_path, name):
    folder = tmp_path / "app"
    folder.mkdir()
    (tmp_path / "b").mkdir()
    (folder / "f-1.0-py3-none-any.whl").write_bytes(b"")
    (folder / "pyproject.toml").write_text(PROJECTS[name])
    package = Factory().create_poetry(folder).package
    answer = judge.ask("wants.read", project=str(folder), versions=list(VERSIONS))
    assert "ok" in answer, answer
    answer = answer["ok"]
    groups = {"": MAIN_GROUP} | {g: g for g in package.dependency_group_names(include_optional=True) if g != MAIN_GROUP}
    assert set(answer.get("groups", [])) == set(groups) - {""}
    assert sorted(answer.get("extras", [])) == sorted(package.extras)
    compared = 0
    for environment in environments():
        for ours, theirs in groups.items():
            for extra in [""] + (list(package.extras) if not ours else []):
                have, want = by_us(answer, ours, extra, environment), by_poetry(package, theirs, extra, environment)
                assert have == want, (ours, extra, environment["python_full_version"], environment["sys_platform"])
                compared += len(want)
    assert compared or name == "pythons in two parts"
    ours = SpecifierSet(answer.get("requires_python", ""))
    if name != "standard groups enriched":
        for python in (*PYTHONS, "3.4.1", "3.6.9", "4.0.0", "3.14.1"):
            assert ours.contains(python) == package.python_constraint.allows(Version.parse(python)), python


REFUSED = {
    "unknown key": (HEAD + '[tool.poetry.dependencies]\na = {verison = "1"}\n', 5, 6, "did you mean `version`?"),
    "constraint": (HEAD + '[tool.poetry.dependencies]\na = "^^1"\n', 5, 5, "^1.2"),
    "number": (HEAD + '[tool.poetry.dependencies]\na = 1\n', 5, 5, "version"),
    "marker": (HEAD + '[tool.poetry.dependencies]\na = {version = "1", markers = "nonsense == 1"}\n', 5, 31, "sys_platform"),
    "two references": (HEAD + '[tool.poetry.dependencies]\na = {git = "https://example.com/a", tag = "1", rev = "2"}\n', 5, 5, "keep the one"),
    "extra as text": (HEAD + '[tool.poetry.extras]\na = "b"\n', 5, 5, "DEPENDENCY"),
    "two extras": (HEAD + '[tool.poetry.extras]\na-b = []\nA_b = []\n', 6, 1, "put both lists together"),
    "unknown group": (HEAD + '[tool.poetry.group.a]\ninclude-groups = ["b"]\n', 5, 19, "that the project has"),
    "circle of groups": (HEAD + '[tool.poetry.group.a]\ninclude-groups = ["b"]\n[tool.poetry.group.b]\ninclude-groups = ["a"]\n', 6, None, "take one"),
    "no versions together": (PROJECT + 'dependencies = ["a>=2"]\n[tool.poetry.dependencies]\na = "^1"\n', 4, 17, "narrows"),
    "source without a name": (HEAD + '[[tool.poetry.source]]\nurl = "https://example.com"\n', 4, 1, "name = "),
    "priority": (HEAD + '[[tool.poetry.source]]\nname = "a"\nurl = "https://example.com"\npriority = "first"\n', 7, 12, "supplemental"),
    "python": (HEAD + '[tool.poetry.dependencies]\npython = "three"\n', 5, 10, "^3.10"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(judge, tmp_path, name):
    text, line, column, help = REFUSED[name]
    path = pathlib.Path(tmp_path / "pyproject.toml")
    path.write_text(text)
    error = judge.ask("wants.read", project=str(tmp_path))["error"]
    where = error["message"].split(" at ")[1].split("\n")[0]
    assert error["rule"] in ("project-field", "toml-type"), error
    assert where.startswith(f"{path}:{line}:" + (str(column) if column else "")), error["message"]
    assert help in error["message"].split("\n")[-1], error["message"]


SOURCES = {
    "primary is the default": ([("a", "primary"), ("b", "primary"), ("c", "explicit")], ["b"]),
    "supplemental is not": ([("a", "supplemental"), ("b", "explicit")], []),
    "default of older files": ([("a", "default"), ("b", "secondary")], ["a"]),
}


@pytest.mark.parametrize("name", SOURCES)
def test_sources(judge, tmp_path, name):
    listed, default = SOURCES[name]
    text = HEAD + "".join(f'[[tool.poetry.source]]\nname = "{n}"\nurl = "https://{n}.example.com/simple"\npriority = "{p}"\n' for n, p in listed)
    (tmp_path / "pyproject.toml").write_text(text)
    indexes = judge.ask("wants.read", project=str(tmp_path))["ok"]["indexes"]
    assert [x["name"] for x in indexes] == [n for n, _ in listed]
    assert [x["name"] for x in indexes if x.get("default")] == default
    assert [x["name"] for x in indexes if x.get("explicit")] == [n for n, p in listed if p == "explicit"]
    assert [x["name"] for x in indexes if x.get("extra")] == [n for n, p in listed if p in ("supplemental", "secondary")]
