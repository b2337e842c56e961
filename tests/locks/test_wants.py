"""What projects want: requirements files, [project], groups, uv's tables, setup.cfg; places of mistakes; digests.

SPDX-License-Identifier: Apache-2.0

Oracles: the packaging library for each requirement, PyPA's dependency-groups for PEP 735, setuptools for setup.cfg. Poetry's tables are in
test_wants_poetry.py.
"""
import itertools
import os
import random

import pytest

packaging = pytest.importorskip("packaging", minversion="24")
from packaging.markers import Marker, default_environment  # noqa: E402
from packaging.requirements import InvalidRequirement, Requirement  # noqa: E402
from packaging.utils import canonicalize_name  # noqa: E402

VERSIONS = ["0.9", "1.0", "1.0.post1", "1.2", "1.2.5", "1.9", "2.0a1", "2.0", "2.1+local", "3.0", "3.1.dev1"]
HEAD = '[project]\nname = "My.App"\nversion = "1"\n'


@pytest.fixture
def ask(judge, tmp_path):
    def ask(files, **arguments):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        if "requirements" in arguments:
            arguments["requirements"] = [str(tmp_path / r) for r in arguments["requirements"]]
        else:
            arguments["project"] = str(tmp_path / arguments.get("project", ""))
        return judge.ask("wants.read", versions=VERSIONS, **arguments)
    return ask


def wants(answer, **members):
    assert "ok" in answer, answer
    return [w for w in answer["ok"]["wants"] if all(w.get(k, "") == v for k, v in members.items())]


def names(answer, **members):
    return [w["name"] for w in wants(answer, **members)]


# --- one requirement: packaging ---

ATOMS = ["requests", "Flask_Thing.x", "a>=1,<2", "a ~= 1.2", "a[x,Y_z]==1.*", "a===1.0", "a!=1.2", "a (>=1.0)", "a>=2.0a1", "a<3.1.dev1", "a==1.0", "a[ ]",
         "a>1.0", "a<=2.1", "a@https://example.com/a-1.0-py3-none-any.whl", "a @ https://example.com/a-1.0.tar.gz", "a=1", "a>=1,", "a b", "", "a[", "a>=x"]
MARKERS = ["", "; python_version < '3.9'", " ;sys_platform == 'linux' and (os_name == 'nt' or python_full_version >= '3.10.2')", ";extra == 'x'",
           "; extra != 'x'", "; nonsense == '1'", "; 'a' == 'b'", "; python_version in '3.8 3.9'"]


@pytest.mark.parametrize("number", range(3))
def test_requirements_are_packagings(ask, number):
    rows = list(itertools.product(ATOMS, MARKERS))
    for atom, marker in rows[number::3]:
        text = atom + marker
        answer = ask({"pyproject.toml": HEAD + "dependencies = [" + repr(text).replace("\\'", "'") + "]" if "'" not in text
                      else HEAD + 'dependencies = ["' + text + '"]'})
        try:
            expected = Requirement(text)
            if expected.marker:
                expected.marker.evaluate(dict(default_environment(), extra=""))
        except (InvalidRequirement, packaging.markers.UndefinedComparison, packaging.markers.UndefinedEnvironmentName):
            expected = None
        except Exception:  # a marker of two strings: packaging fails in several ways
            expected = None
        if expected is None or "'a' == 'b'" in text:
            assert answer["error"]["rule"] == "project-field", text
            continue
        found = wants(answer)
        if expected.marker and not any(expected.marker.evaluate(dict(default_environment(), python_version=v, sys_platform=p, os_name=o, extra="",
                                                                      python_full_version=v + ".5"))
                                       for v in ("3.8", "3.12") for p in ("linux", "win32") for o in ("posix", "nt")):
            assert not found, text
            continue
        assert len(found) == 1, text
        want = found[0]
        assert want["name"] == canonicalize_name(expected.name)
        assert want.get("extras", []) == sorted(map(canonicalize_name, expected.extras))
        assert ("file" in want) == bool(expected.url), text
        if not expected.url:
            arbitrary = any(s.operator == "===" for s in expected.specifier)
            assert want.get("allowed", []) == [v for v in VERSIONS if arbitrary or expected.specifier.contains(v, prereleases=True)], text
            assert want.get("names_prerelease", False) == bool(expected.specifier.prereleases), text
            assert want.get("arbitrary", "") == ("1.0" if arbitrary else "")
            pins = [s for s in expected.specifier if s.operator == "===" or (s.operator == "==" and not s.version.endswith("*"))]
            assert want.get("pinned", False) == (len(pins) == 1 and len(expected.specifier) == 1)
        if expected.marker and "extra" not in marker:
            assert Marker(want["marker"]) == expected.marker
        assert "extra" not in want.get("marker", "")


# --- requirements files ---

def test_requirements_files(ask):
    answer = ask({"r.txt": "-i https://u:p@example.com/simple\n--extra-index-url https://b.example.com/s\nrequests[socks]>=2 ; os_name == 'posix'\n"
                           "-c sub/c.txt\n-r sub/more.txt\n--only-binary :all:\nflask\\\n  ==2.0 --hash=sha256:" + "a" * 64 + "\n./a-1.0-py3-none-any.whl\n"
                           "git+https://example.com/r.git@v1#egg=repo&subdirectory=x\nnever; extra == 'x'\nalways; extra != 'x'\n",
                  "sub/c.txt": "idna<4 # why\nurllib3==1.26.5\n", "sub/more.txt": "--pre\n-e ./lib\nlib2 @ file:///tmp/lib2\n",
                  "sub/lib/pyproject.toml": '[project]\nname = "Lib_1"\n', "a-1.0-py3-none-any.whl": ""}, requirements=["r.txt"])
    assert names(answer, kind="constraint") == ["idna", "urllib3"]
    assert names(answer, kind="requirement") == ["requests", "lib-1", "lib2", "flask", "a", "repo", "always"]
    by = {w["name"]: w for w in answer["ok"]["wants"]}
    folder = answer["ok"]["inputs"][0].rpartition("/")[0]
    assert by["requests"]["where"] == f"{folder}/r.txt:3:1"
    assert by["flask"]["where"] == f"{folder}/r.txt:7:1" and by["flask"]["hashes"] == ["sha256:" + "a" * 64] and by["flask"]["pinned"]
    assert by["idna"]["where"] == f"{folder}/sub/c.txt:1:1"
    assert by["lib-1"]["file"] == {"kind": "directory", "path": "./lib", "editable": True} and by["lib-1"]["where"] == f"{folder}/sub/more.txt:2:4"
    assert by["a"]["file"] == {"kind": "wheel", "file": "a-1.0-py3-none-any.whl", "path": "./a-1.0-py3-none-any.whl"}
    assert by["repo"]["file"]["kind"] == "vcs" and by["repo"]["file"]["reference"] == "v1" and by["repo"]["file"]["subdirectory"] == "x"
    assert by["always"].get("marker") is None
    options = answer["ok"]["options"]
    assert options["index_url"] == "https://u:p@example.com/simple" and options["pre"] and options["only_binary"] == [":all:"]
    assert [i.rpartition("/")[2] for i in answer["ok"]["inputs"]] == ["r.txt", "c.txt", "more.txt"]


REQUIREMENTS_REFUSED = {
    "syntax": ("requests=2\n", 1, 9, "did you mean =="),
    "lock inside": ("-r pylock.toml\n", 1, 1, "constraints.txt"),
    "no option": ("a\n--nonsense\n", 2, 1, ""),
    "itself": ("a\n-r r.txt\n", 2, 1, ""),
}


@pytest.mark.parametrize("name", REQUIREMENTS_REFUSED)
def test_requirements_refused(ask, name):
    text, line, column, help = REQUIREMENTS_REFUSED[name]
    error = ask({"r.txt": text}, requirements=["r.txt"])["error"]
    assert f"r.txt:{line}:{column}\n" in error["message"] and "^" in error["message"] and help in error["message"], error


# --- extras and groups ---

def test_own_extras(ask):
    answer = ask({"pyproject.toml": HEAD + """dependencies = ["main"]
[project.optional-dependencies]
a = ["aa>=1", "only-a; extra == 'a'", "never; extra == 'other'"]
b = ["my-app[a]; sys_platform == 'linux'", "bb"]
all = ["My_App[a,b]", "cc; python_version < '3.9'"]
loop = ["my-app[loop]", "my-app[loop2]", "ll"]
loop2 = ["my-app[loop]", "l2"]
[dependency-groups]
dev = ["my-app[a]"]
"""})
    assert names(answer, extra="a") == ["aa", "only-a"]
    assert [(w["name"], w.get("marker")) for w in wants(answer, extra="b")] == [
        ("aa", 'sys_platform == "linux"'), ("only-a", 'sys_platform == "linux"'), ("bb", None)]
    assert set(names(answer, extra="all")) == {"aa", "only-a", "bb", "cc"}
    assert names(answer, extra="loop") == ["l2", "ll"] and names(answer, extra="loop2") == ["ll", "l2"]
    assert names(answer, group="dev") == ["aa", "only-a", "main"]
    assert "my-app" not in names(answer)
    assert answer["ok"]["extras"] == ["a", "b", "all", "loop", "loop2"]


def test_unknown_own_extra_is_said(ask):
    answer = ask({"pyproject.toml": HEAD + '[project.optional-dependencies]\na = ["my-app[nothing]", "b"]\n'})
    assert names(answer) == ["b"]
    assert any("unknown-extra" in n and "nothing" in n for n in answer["ok"]["notes"])


def group_table(rng):
    groups = {}
    for i in range(rng.randint(1, 6)):
        name = f"G{rng.choice('_-.')}{i}"
        items = []
        for _ in range(rng.randint(0, 4)):
            kind = rng.random()
            if kind < 0.5:
                items.append(rng.choice(["a>=1", "b[x]", "c; os_name == 'nt'", "d==1.0", "e"]))
            elif kind < 0.95:
                items.append({"include-group": f"g-{rng.randint(0, i if rng.random() < 0.9 else 6)}"})
            else:
                items.append(rng.choice(["a b", "x=1"]))
        groups[name] = items
    return groups


def as_toml(groups):
    def item(i):
        return '{include-group = "' + i["include-group"] + '"}' if isinstance(i, dict) else '"' + i + '"'
    return "[dependency-groups]\n" + "".join(f'"{k}" = [{", ".join(map(item, v))}]\n' for k, v in groups.items())


def test_groups_are_pep_735(ask):
    oracle = pytest.importorskip("dependency_groups")
    rng = random.Random(int(os.environ.get("LAMINA_TEST_SEED", "735")))
    accepted = refused = 0
    for _ in range(400):
        groups = group_table(rng)
        answer = ask({"pyproject.toml": as_toml(groups)})
        try:
            expected = {canonicalize_name(g): set(oracle.resolve(groups, g)) for g in groups}
        except Exception:
            expected = None
        if expected is None:
            assert "error" in answer, groups
            refused += 1
            continue
        assert "ok" in answer, (groups, answer)
        accepted += 1
        for group, texts in expected.items():
            have = {(w["name"], tuple(w.get("extras", [])), tuple(w.get("allowed", [])), w.get("marker")) for w in wants(answer, group=group)}
            want = set()
            for r in map(Requirement, texts):
                want.add((r.name, tuple(sorted(r.extras)), tuple(v for v in VERSIONS if r.specifier.contains(v, prereleases=True)),
                          str(r.marker) if r.marker else None))
            assert have == want, (groups, group)
    assert accepted > 50 and refused > 50


def test_group_of_unknown_shape_is_left_out(ask):
    answer = ask({"pyproject.toml": '[dependency-groups]\na = ["x", {path = "."}]\nb = [{include-group = "a"}]\nc = ["y"]\n'})
    assert answer["ok"]["groups"] == ["c"] and names(answer) == ["y"]
    assert any("group-left-out" in n and ":2:11:" in n for n in answer["ok"]["notes"])


def test_many_includes_stay_quick(ask):
    text = "[dependency-groups]\ng0 = ['a']\n" + "".join(f"g{i} = [{{include-group = 'g{i - 1}'}}, {{include-group = 'g{i - 1}'}}]\n" for i in range(1, 60))
    answer = ask({"pyproject.toml": text})
    assert names(answer, group="g59") == ["a"]


# --- mistakes ---

REFUSED = {
    "toml": ("[project\n", "toml", 1, 9, "toml.io"),
    "project no table": ("project = 1\n", "project-field", 1, 11, "[project]"),
    "name": ('[project]\nname = "-a"\n', "project-field", 2, 8, "letters"),
    "dependencies": (HEAD + 'dependencies = "a"\n', "project-field", 4, 16, "brackets"),
    "dependency": (HEAD + "dependencies = [1]\n", "project-field", 4, 17, "quotes"),
    "syntax": (HEAD + 'dependencies = ["a", "b^1.2"]\n', "project-field", 4, 24, "Poetry"),
    "equals": (HEAD + 'dependencies = ["b=1"]\n', "project-field", 4, 19, "did you mean =="),
    "marker": (HEAD + 'dependencies = ["b; python_verison > 3"]\n', "project-field", 4, 21, "python_version"),
    "triple quotes": (HEAD + 'dependencies = ["""b=1"""]\n', "project-field", 4, 21, "did you mean =="),
    "url": (HEAD + 'dependencies = ["b @ nothing"]\n', "project-field", 4, 17, "https://"),
    "extra twice": (HEAD + "[project.optional-dependencies]\na-b = []\n'A.b' = []\n", "project-field", 6, 1, "put both lists together"),
    "extra name": (HEAD + "[project.optional-dependencies]\n'a b' = []\n", "project-field", 5, 1, "letters"),
    "extra no list": (HEAD + "[project.optional-dependencies]\na = 'b'\n", "project-field", 5, 5, "brackets"),
    "requires-python": (HEAD + 'requires-python = ">=3.8 or <4"\n', "project-field", 4, None, ">=3.10"),
    "group twice": ("[dependency-groups]\na-b = []\n'A.b' = []\n", "project-field", 3, 1, "put both lists together"),
    "group unknown": ("[dependency-groups]\na = [{include-group = 'b'}]\n", "project-field", 2, 23, "has"),
    "group circle": ("[dependency-groups]\na = [{include-group = 'b'}]\nb = ['x', {include-group = 'a'}]\n", "project-field", 3, 11, "take one"),
    "group in itself": ("[dependency-groups]\na = [{include-group = 'A'}]\n", "project-field", 2, 6, "take one"),
    "group number": ("[dependency-groups]\na = [1]\n", "project-field", 2, 6, "quotes"),
    "include of a number": ("[dependency-groups]\na = [{include-group = 1}]\n", "project-field", 2, 23, "include-group"),
    "dynamic": (HEAD + 'dynamic = ["version", "dependencies"]\n', "dynamic-dependencies", 4, 23, "-r"),
    "dynamic of hatch": (HEAD + 'dynamic = ["dependencies"]\n[build-system]\nbuild-backend = "hatchling.build"\n', "dynamic-dependencies", 4, 12, "hatchling.build"),
    "source": (HEAD + "dependencies = ['a']\n[tool.uv.sources]\na = 'git'\n", "project-field", 6, 5, "git = "),
    "source of two kinds": (HEAD + "dependencies = ['a']\n[tool.uv.sources]\na = {git = 'https://example.com', path = 'x'}\n", "project-field", 6, 5, "keep the one"),
    "source index": (HEAD + "dependencies = ['a']\n[tool.uv.sources]\na = {index = 'x'}\n", "project-field", 6, 14, "[[tool.uv.index]]"),
    "source member": (HEAD + "dependencies = ['a']\n[tool.uv.sources]\na = {workspace = true}\n", "project-field", 6, 5, "members"),
    "source marker": (HEAD + "dependencies = ['a']\n[tool.uv.sources]\na = {path = 'x', marker = 'y'}\n", "project-field", 6, 27, "sys_platform"),
    "source and url": (HEAD + "dependencies = ['a @ https://example.com/a-1-py3-none-any.whl']\n[tool.uv.sources]\na = {path = 'x'}\n", "project-field", 4, 17, "keep one"),
    "uv index": ("[project]\nname='a'\n[[tool.uv.index]]\nname = 'x'\n", "project-field", 3, 1, "url = "),
    "uv prerelease": ("[tool.uv]\nprerelease = 'yes'\n", "project-field", 2, 14, "if-necessary"),
    "uv exclude": ("[tool.uv]\nexclude-dependencies = ['a>1']\n", "project-field", 2, 25, "letters"),
    "uv default group": ("[tool.uv]\ndefault-groups = ['x']\n", "project-field", 2, 18, "[dependency-groups]"),
    "uv constraint": ("[tool.uv]\nconstraint-dependencies = ['a=1']\n", "project-field", 2, 30, "did you mean =="),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(ask, tmp_path, name):
    text, rule, line, column, help = REFUSED[name]
    error = ask({"pyproject.toml": text})["error"]
    lines = error["message"].split("\n")
    where = lines[0].rpartition(" at ")[2]
    assert error["rule"] == rule, error
    assert where.startswith(f"{tmp_path}/pyproject.toml:{line}:" + (str(column) if column else "")), error["message"]
    assert lines[1] == text.split("\n")[line - 1] and lines[2].strip() == "^", error["message"]
    assert help in lines[-1] and len(lines) == 4, error["message"]


# --- uv ---

UV = {
    "pyproject.toml": HEAD + """dependencies = ["lib", "torch>=2", "plain==1", "there", "rev"]
[project.optional-dependencies]
cpu = ["torch"]
[dependency-groups]
dev = ["lib"]
more = ["torch"]
[tool.uv]
constraint-dependencies = ["idna<4"]
override-dependencies = ["six==1.17; python_version < '3.9'"]
exclude-dependencies = ["Foo_Bar"]
default-groups = ["dev"]
prerelease = "allow"
resolution = "lowest"
exclude-newer = 2026-01-01T00:00:00Z
dev-dependencies = ["old"]
find-links = ["wheels", "https://example.com/links"]
[tool.uv.sources]
lib = {workspace = true}
Torch = [
  {index = "pt", marker = "sys_platform == 'linux'", extra = "cpu"},
  {url = "https://example.com/torch-2-py3-none-any.whl", marker = "sys_platform == 'darwin'"},
  {index = "pt", group = "more"},
]
there = {path = "../there", editable = true}
rev = {git = "https://example.com/rev", rev = "abc", subdirectory = "s"}
[tool.uv.workspace]
members = ["packages/*", "tools/one"]
exclude = ["packages/old*"]
[[tool.uv.index]]
name = "pt"
url = "https://example.com/simple"
explicit = true
[[tool.uv.index]]
url = "https://b.example.com/simple"
default = true
[tool.uv.dependency-groups]
dev = {requires-python = ">=3.12"}
""",
    "packages/lib/pyproject.toml": '[project]\nname = "Lib"\nversion = "1"\ndependencies = ["my-app", "one", "torch"]\n'
                                   '[tool.uv.sources]\nmy-app = {workspace = true}\none = {workspace = true}\n',
    "packages/old1/pyproject.toml": '[project]\nname = "lib"\n',
    "tools/one/pyproject.toml": '[project]\nname = "one"\n',
}


def test_uv(ask):
    answer = ask(UV)
    ok = answer["ok"]
    assert [(w["name"], w["kind"]) for w in ok["wants"][:3]] == [("idna", "constraint"), ("six", "override"), ("foo-bar", "exclude")]
    main = {(w["name"], w.get("marker")): w for w in wants(answer, kind="requirement", extra="", group="")}
    assert main[("lib", None)]["file"] == {"kind": "directory", "path": "packages/lib", "editable": True}
    assert main[("torch", 'sys_platform == "darwin"')]["file"]["kind"] == "wheel"
    assert main[("torch", 'sys_platform != "darwin"')]["text"] == "torch>=2"
    assert main[("there", None)]["file"] == {"kind": "directory", "path": "../there", "editable": True}
    assert main[("rev", None)]["file"] == {"kind": "vcs", "url": "git+https://example.com/rev", "subdirectory": "s", "reference": "abc"}
    assert len(main) == 6
    assert [(w.get("marker"), w.get("index"), "file" in w) for w in wants(answer, extra="cpu")] == [
        ('sys_platform == "linux"', "pt", False), ('sys_platform == "darwin"', None, True),
        ('sys_platform != "darwin" and sys_platform != "linux"', None, False)]
    assert [(w["name"], w.get("marker"), w.get("index")) for w in wants(answer, group="more")] == [
        ("torch", 'sys_platform == "darwin"', None), ("torch", None, "pt")]
    assert [(w["name"], w["marker"]) for w in wants(answer, group="dev")] == [
        ("lib", 'python_version >= "3.12"'), ("old", 'python_version >= "3.12"')]
    assert (ok["prerelease"], ok["resolution"], ok["exclude_newer"]) == ("allow", "lowest", "2026-01-01T00:00:00Z")
    assert ok["default_groups"] == ["dev"]
    assert [(x.get("name"), x["url"], x.get("explicit"), x.get("default")) for x in ok["indexes"]] == [
        ("pt", "https://example.com/simple", True, None), (None, "https://b.example.com/simple", None, True)]
    assert [x.rpartition("/")[2] for x in ok["options"]["find_links"]] == ["wheels", "links"]


def test_uv_member(ask, tmp_path):
    answer = ask(UV, project="packages/lib")
    by = {w["name"]: w for w in wants(answer, kind="requirement")}
    assert by["my-app"]["file"]["path"] == "../.." and by["one"]["file"]["path"] == "../../tools/one"
    assert names(answer, kind="constraint") == ["idna"], "settings are those of the root"
    assert {w.get("marker") for w in wants(answer, name="torch")} == {'sys_platform == "darwin"', 'sys_platform != "darwin"'}
    assert answer["ok"]["inputs"] == [f"{tmp_path}/packages/lib/pyproject.toml", f"{tmp_path}/pyproject.toml"]
    alone = ask(UV, project="packages/old1")
    assert not wants(alone) and len(alone["ok"]["inputs"]) == 1, "an excluded folder stands for itself"


def test_uv_toml_takes_the_place_of_settings(ask):
    files = {"pyproject.toml": HEAD + 'dependencies = ["a"]\n[tool.uv]\nprerelease = "allow"\n[tool.uv.sources]\na = {path = "x"}\n',
             "uv.toml": 'constraint-dependencies = ["b<2"]\n[[index]]\nurl = "https://example.com/simple"\n'}
    answer = ask(files)
    assert names(answer, kind="constraint") == ["b"] and "prerelease" not in answer["ok"] and len(answer["ok"]["indexes"]) == 1
    assert wants(answer, name="a")[0]["file"]["path"] == "x"


# --- setuptools ---

def test_setup_cfg(ask, tmp_path):
    files = {"setup.cfg": """[metadata]
name = My.Lib
version = 1.2
[options]
python_requires = >=3.9
install_requires =
    # why not
    requests[socks]>=2 ; python_version >= "3.8"
    idna
    there @ https://example.com/there-1.0-py3-none-any.whl
[options.extras_require]
X_1 = a; b>=2
y =
    c
    d==1.0
""", "setup.py": "from setuptools import setup\nsetup()\n", "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\n[tool.black]\n'}
    answer = ask(files)
    ok = answer["ok"]
    assert (ok["name"], ok["version"], ok["requires_python"]) == ("My.Lib", "1.2", ">=3.9")
    assert ok["requires_python_where"] == f"{tmp_path}/setup.cfg:5"
    assert names(answer, extra="") == ["requests", "idna", "there"]
    assert wants(answer, name="idna")[0]["where"] == f"{tmp_path}/setup.cfg:9"
    assert names(answer, extra="x-1") == ["a", "b"] and names(answer, extra="y") == ["c", "d"]
    assert ok["extras"] == ["x-1", "y"]


SETUP_REFUSED = {
    "requirement": ({"setup.cfg": "[options]\ninstall_requires =\n  a\n  b=1\n"}, "project-field", "setup.cfg:4:4", "looks like"),
    "marker in one line": ({"setup.cfg": "[options]\ninstall_requires = a; python_version < '3.9'\n"}, "project-field", "setup.cfg:2:", ""),
    "python": ({"setup.cfg": "[options]\npython_requires = three\n"}, "project-field", "setup.cfg:2:1", ">=3.10"),
    "ini": ({"setup.cfg": "[options]\nnonsense\n"}, "ini", "setup.cfg:2", "section"),
    "setup.py decides": ({"setup.cfg": "[options]\npython_requires = >=3\n", "setup.py": "setup(\n  install_requires=['a'])\n"},
                         "dynamic-dependencies", "setup.py:2:3", "install_requires"),
    "setup.py alone": ({"pyproject.toml": "[build-system]\n", "setup.py": "setup(install_requires=['a'])\n"}, "dynamic-dependencies", "setup.py", "-r"),
    "option of pip": ({"pyproject.toml": HEAD + 'dynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = {file = "r.txt"}\n',
                       "r.txt": "a\n-r x.txt\n"}, "project-field", "r.txt:2:1", ""),
    "file missing": ({"pyproject.toml": HEAD + 'dynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = {file = "r.txt"}\n'},
                     "not-found", "r.txt", ""),
    "no file": ({"pyproject.toml": HEAD + 'dynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = {attr = "x"}\n'},
                "project-field", "pyproject.toml:6:16", "file = "),
}


@pytest.mark.parametrize("name", SETUP_REFUSED)
def test_setuptools_refused(ask, name):
    files, rule, where, help = SETUP_REFUSED[name]
    error = ask(files)["error"]
    assert error["rule"] == rule and where in error["message"] and help in error["message"], error


def test_dynamic_of_setuptools(ask, tmp_path):
    answer = ask({"pyproject.toml": HEAD + 'dynamic = ["dependencies", "optional-dependencies"]\n[tool.setuptools.dynamic]\n'
                                           'dependencies = {file = ["a.txt", "b.txt"]}\n[tool.setuptools.dynamic.optional-dependencies]\nX = {file = "x.txt"}\n',
                  "a.txt": "# comment\n\na>=1 # why\nb \\\n  >=2\n", "b.txt": "c\n", "x.txt": "d\n"})
    assert names(answer, extra="") == ["a", "b", "c"] and names(answer, extra="x") == ["d"]
    assert wants(answer, name="a")[0]["where"] == f"{tmp_path}/a.txt:3"
    assert answer["ok"]["extras"] == ["x"] and len(answer["ok"]["inputs"]) == 4


def test_dynamic_from_setup_cfg(ask):
    answer = ask({"pyproject.toml": HEAD + 'dynamic = ["dependencies"]\n', "setup.cfg": "[options]\ninstall_requires = a\n"})
    assert names(answer) == ["a"]


# --- digests ---

SAME = {
    "comments and order": ({"r.txt": "a>=1\nb\n"}, {"r.txt": "# one\n  b  # two\n\na >= 1\n"}),
    "spelling": ({"r.txt": "Foo.Bar[x,y]>=1,<2\n"}, {"r.txt": "foo_bar[y, X] <2.0, >=1.0.0\n"}),
    "twice": ({"r.txt": "a\n"}, {"r.txt": "a\na\n"}),
    "other file": ({"r.txt": "a\nb\n"}, {"r.txt": "-r s.txt\na\n", "s.txt": "b\n"}),
    "clauses": ({"r.txt": "a~=1.2\n"}, {"r.txt": "a>=1.2,==1.*\n"}),
    "password": ({"r.txt": "-i https://a:b@example.com/s\na\n"}, {"r.txt": "-i https://a:c@example.com/s\na\n"}),
    "path": ({"r.txt": "./lib-1.0-py3-none-any.whl\n"}, {"r.txt": "-r sub/s.txt\n", "sub/s.txt": "../lib-1.0-py3-none-any.whl\n"}),
}
DIFFERENT = {
    "version": ({"r.txt": "a>=1\n"}, {"r.txt": "a>=1.0.1\n"}),
    "marker": ({"r.txt": "a\n"}, {"r.txt": "a; os_name == 'posix'\n"}),
    "extra": ({"r.txt": "a\n"}, {"r.txt": "a[x]\n"}),
    "constraint": ({"r.txt": "a\n"}, {"r.txt": "a\n-c c.txt\n", "c.txt": "b<2\n"}),
    "constraint or not": ({"r.txt": "-c c.txt\n", "c.txt": "b<2\n"}, {"r.txt": "b<2\n"}),
    "index": ({"r.txt": "a\n"}, {"r.txt": "-i https://example.com/s\na\n"}),
    "index order": ({"r.txt": "--extra-index-url https://x.example.com\n--extra-index-url https://y.example.com\na\n"},
                    {"r.txt": "--extra-index-url https://y.example.com\n--extra-index-url https://x.example.com\na\n"}),
    "pre": ({"r.txt": "a\n"}, {"r.txt": "--pre\na\n"}),
    "names a pre-release": ({"r.txt": "a>=1\n"}, {"r.txt": "a>=1,!=0.9a1,>0.5a1\n"}),
    "pin": ({"r.txt": "a==1.0\n"}, {"r.txt": "a==1.0,>0\n"}),
    "hash": ({"r.txt": "a==1\n"}, {"r.txt": "a==1 --hash=sha256:" + "0" * 64 + "\n"}),
    "arbitrary": ({"r.txt": "a===1.0\n"}, {"r.txt": "a===1\n"}),
    "binary": ({"r.txt": "a\n"}, {"r.txt": "--no-binary a\na\n"}),
    "two names": ({"r.txt": "ab\nc\n"}, {"r.txt": "a\nbc\n"}),
}


@pytest.mark.parametrize("name", list(SAME) + list(DIFFERENT))
def test_digests(ask, name):
    first, second = (SAME | DIFFERENT)[name]
    digests = [ask(files, requirements=["r.txt"])["ok"]["digest"] for files in (first, second)]
    assert (digests[0] == digests[1]) == (name in SAME)


PROJECT_SAME = {
    "extra order": ('[project.optional-dependencies]\na = ["x"]\nb = []\n', '[project.optional-dependencies]\nb = []\na = ["X"] # y\n'),
    "version": ("", 'version = "2"\n'),
}
PROJECT_DIFFERENT = {
    "python": ("", 'requires-python = ">=3.9"\n'),
    "extra": ("", "[project.optional-dependencies]\na = []\n"),
    "extra or group": ('[project.optional-dependencies]\na = ["x"]\n', '[dependency-groups]\na = ["x"]\n'),
    "uv": ("", '[tool.uv]\nprerelease = "allow"\n'),
    "newer": ("", '[tool.uv]\nexclude-newer = "2026-01-01"\n'),
    "index": ("", '[[tool.uv.index]]\nurl = "https://example.com"\n'),
    "default index": ('[[tool.uv.index]]\nurl = "https://example.com"\n', '[[tool.uv.index]]\nurl = "https://example.com"\ndefault = true\n'),
    "override": ('[tool.uv]\nconstraint-dependencies = ["a"]\n', '[tool.uv]\noverride-dependencies = ["a"]\n'),
    "source": ('dependencies = ["a"]\n', 'dependencies = ["a"]\n[tool.uv.sources]\na = {git = "https://example.com/a"}\n'),
    "reference": ('dependencies = ["a"]\n[tool.uv.sources]\na = {git = "https://example.com/a"}\n',
                  'dependencies = ["a"]\n[tool.uv.sources]\na = {git = "https://example.com/a", rev = "1"}\n'),
}


@pytest.mark.parametrize("name", list(PROJECT_SAME) + list(PROJECT_DIFFERENT))
def test_project_digests(ask, name):
    texts = (PROJECT_SAME | {k: v for k, v in PROJECT_DIFFERENT.items()})[name] if name not in ("version",) else PROJECT_SAME[name]
    head = '[project]\nname = "app"\n'
    digests = [ask({"pyproject.toml": head + t})["ok"]["digest"] for t in texts]
    assert (digests[0] == digests[1]) == (name in PROJECT_SAME)


def test_files_and_project_together(ask, judge, tmp_path):
    ask({"pyproject.toml": HEAD + 'dependencies = ["a"]\n', "r.txt": "b\n"})
    answer = judge.ask("wants.read", project=str(tmp_path), requirements=[str(tmp_path / "r.txt")])
    assert names(answer) == ["b", "a"]
