"""What projects ask for beyond plain requirements, resolved by `lamina lock` on registries made by hand.

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import random
import subprocess
import time
import tomllib

import pytest

LAMINA = os.environ.get("LAMINA", "build/lamina")


class Project:
    def __init__(self, folder, registry):
        self.folder, self.registry = folder, registry
        folder.mkdir()

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return self

    def run(self, *words, runtime="python3.12", arch=("arm64",), index=None, store=None):
        targets = ["--runtime", runtime] + [w for a in arch for w in ("--arch", a)]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LAMINA_CACHE_DIR": str(store or self.folder / "store"),
                       "PIP_CONFIG_FILE": os.devnull}
        where = ["--index-url", index or self.registry.write()]
        return subprocess.run([LAMINA, "lock", *targets, *where, *words], cwd=self.folder, env=environment, capture_output=True, text=True,
                              timeout=60)

    def lock(self, *words, **more):
        inputs = ["-r", "requirements.txt"] if (self.folder / "requirements.txt").exists() else ["--project", "."]
        done = self.run(*inputs, "-o", "pylock.out.toml", *words, **more)
        self.notes = done.stderr
        assert done.returncode == 0, done.stderr
        self.locked = tomllib.loads((self.folder / "pylock.out.toml").read_text())
        return {p["name"]: p.get("version") for p in self.locked["packages"]}

    def fails(self, *words, status=4, **more):
        inputs = ["-r", "requirements.txt"] if (self.folder / "requirements.txt").exists() else ["--project", "."]
        done = self.run(*inputs, "-o", "pylock.out.toml", *words, "--json", **more)
        assert done.returncode == status, done.stderr
        return json.loads(done.stdout.splitlines()[-1])["error"]

    def package(self, name):
        return next(p for p in self.locked["packages"] if p["name"] == name)


@pytest.fixture
def project(tmp_path, registry):
    return Project(tmp_path / "app", registry)


def pyproject(dependencies="", more="", version='version = "1.0"'):
    return f'[project]\nname = "app"\n{version}\ndependencies = [{dependencies}]\n{more}'


# --- targets ---

def test_one_version_for_all_targets_where_it_is_possible(project, registry):
    for arch, versions in {"aarch64": "12", "x86_64": "123"}.items():
        for v in versions:
            registry.wheel("a", v, tag=f"cp312-cp312-manylinux_2_17_{arch}")
    project.write("requirements.txt", "a\n")
    assert project.lock(arch=["x86_64", "arm64"]) == {"a": "2"}
    assert [w["name"].split("_17_")[1] for w in project.package("a")["wheels"]] == ["aarch64.whl", "x86_64.whl"]


def test_other_versions_where_it_is_not(project, registry):
    registry.wheel("a", "1", tag="cp312-cp312-manylinux_2_17_x86_64").wheel("a", "2", tag="cp312-cp312-manylinux_2_17_aarch64")
    project.write("requirements.txt", "a\n")
    project.lock(arch=["x86_64", "arm64"])
    assert {p["version"]: "aarch64" in p["marker"] for p in project.locked["packages"]} == {"1": False, "2": True}


def test_needs_of_one_target_alone(project, registry):
    registry.wheel("a", "1", 'b; platform_machine == "x86_64"', 'c; platform_machine == "aarch64"').wheel("b", "1").wheel("c", "1")
    project.write("requirements.txt", "a\n")
    assert project.lock(arch=["x86_64", "arm64"]) == {"a": "1", "b": "1", "c": "1"}
    assert "marker" not in project.package("a")
    assert "x86_64" in project.package("b")["marker"] and "aarch64" in project.package("c")["marker"]


def test_the_failing_target_is_named(project, registry):
    registry.wheel("a", "1", tag="cp312-cp312-manylinux_2_17_x86_64").wheel("b", "1", "a")
    project.write("requirements.txt", "b\n")
    error = project.fails(arch=["x86_64", "arm64"])
    assert error["id"] == "no-solution" and "python3.12/arm64" in error["where"] + error["why"]
    assert "would work on python3.12/x86_64" in error["help"]


# --- extras and groups ---

def test_extras_and_groups_know_their_own(project, registry):
    registry.wheel("a", "1", "shared").wheel("b", "1", "shared").wheel("c", "1").wheel("shared", "1")
    project.write("pyproject.toml", pyproject('"a"', '[project.optional-dependencies]\nx = ["b"]\n[dependency-groups]\ndev = ["c", "b"]\n'))
    assert project.lock() == {"a": "1", "b": "1", "c": "1", "shared": "1"}
    assert not {"extras", "'dev'"} & set(project.package("a").get("marker", "").split())
    assert "'x' in extras" in project.package("b")["marker"] and "'dev' in dependency_groups" in project.package("b")["marker"]
    assert "extras" not in project.package("c")["marker"]


def test_groups_that_take_extras_of_the_project(project, registry):
    registry.wheel("a", "1").wheel("b", "1")
    project.write("pyproject.toml", pyproject("", '[project.optional-dependencies]\nx = ["b"]\nall = ["app[x]"]\n[dependency-groups]\ndev = ["App[all]", "a"]\n'))
    assert project.lock() == {"a": "1", "b": "1"}
    assert "'dev' in dependency_groups" in project.package("b")["marker"] and "'all' in extras" in project.package("b")["marker"]


def test_plugins_that_need_the_project(project, registry):
    registry.wheel("plugin", "1", "app>=0.5")
    project.write("pyproject.toml", pyproject('"plugin"'))
    assert project.lock() == {"plugin": "1"}


# --- uv's words ---

def test_overrides_replace_what_others_need(project, registry):
    registry.wheel("a", "1", "b<2", "c").wheel("b", "1").wheel("b", "2").wheel("c", "1")
    project.write("pyproject.toml", pyproject('"a"', '[tool.uv]\noverride-dependencies = ["b>=2", "c; sys_platform == \'win32\'"]\n'))
    assert project.lock() == {"a": "1", "b": "2"}


def test_excludes_drop_what_others_need(project, registry):
    registry.wheel("a", "1", "b", "c").wheel("b", "1")
    project.write("pyproject.toml", pyproject('"a"', '[tool.uv]\nexclude-dependencies = ["c"]\n'))
    assert project.lock() == {"a": "1", "b": "1"}


def test_constraints_of_a_project(project, registry):
    registry.wheel("a", "1", "b").wheel("b", "1").wheel("b", "2")
    project.write("pyproject.toml", pyproject('"a"', '[tool.uv]\nconstraint-dependencies = ["b<2", "c<1"]\n'))
    assert project.lock() == {"a": "1", "b": "1"}


def test_an_index_for_one_name(project, registry, tmp_path):
    other = type(registry)(tmp_path / "other")
    registry.wheel("a", "2").wheel("b", "1", "a")
    other.wheel("a", "1").wheel("b", "9")
    project.write("pyproject.toml", pyproject('"a", "b"', f'[tool.uv.sources]\na = {{ index = "own" }}\n[[tool.uv.index]]\nname = "own"\n'
                                              f'url = "{(tmp_path / "other").as_uri()}"\nexplicit = true\n'))
    other.write()
    assert project.lock() == {"a": "1", "b": "1"}


# --- folders and repositories ---

def test_folders_take_part_with_what_they_say(project, registry):
    registry.wheel("a", "1").wheel("a", "2").wheel("b", "1").wheel("c", "1")
    project.write("libs/one/pyproject.toml", '[project]\nname = "one"\nversion = "3.1"\ndependencies = ["a<2", "two"]\n'
                  '[project.optional-dependencies]\nx = ["b"]\ny = ["c"]\n[tool.uv.sources]\ntwo = { path = "../two" }\n')
    project.write("libs/two/pyproject.toml", '[project]\nname = "two"\nversion = "1"\n')
    project.write("pyproject.toml", pyproject('"one[x]>=3", "a"', '[tool.uv.sources]\none = { path = "libs/one" }\n'))
    versions = project.lock()
    assert {n: v for n, v in versions.items() if n in "abc"} == {"a": "1", "b": "1"}
    assert project.package("one")["directory"]["path"] == "libs/one" and project.package("two")["directory"]["path"] == "libs/two"


def test_a_folder_in_the_wrong_version(project, registry):
    registry.wheel("a", "1", "one<3")
    project.write("libs/one/pyproject.toml", '[project]\nname = "one"\nversion = "3.1"\n')
    project.write("pyproject.toml", pyproject('"one", "a"', '[tool.uv.sources]\none = { path = "libs/one" }\n'))
    assert project.fails()["id"] == "no-solution"


def test_a_folder_for_another_python(project):
    project.write("libs/one/pyproject.toml", '[project]\nname = "one"\nversion = "3.1"\nrequires-python = ">=3.13"\n')
    project.write("pyproject.toml", pyproject('"one"', '[tool.uv.sources]\none = { path = "libs/one" }\n'))
    error = project.fails()
    assert error["id"] == "no-solution" and "needs Python >=3.13" in error["why"]


def test_folders_that_cannot_be_read_without_running_code(project):
    project.write("libs/one/setup.py", "import os\nfrom setuptools import setup\nsetup(name='one', install_requires=os.environ['X'].split())\n")
    project.write("requirements.txt", "./libs/one\n")
    error = project.fails()
    assert error["id"] == "source-only" and "requirements.txt:1" in error["where"] and error["help"]


def test_repositories_are_source_code(project):
    project.write("requirements.txt", "one @ git+https://index.example/one.git@v1\n")
    error = project.fails()
    assert error["id"] == "source-only" and "one" in error["message"]


def test_wheels_by_path(project, registry):
    registry.wheel("a", "1", "b").wheel("b", "1")
    registry.write()
    wheel = os.path.relpath(registry.folder / "a" / "a-1-py3-none-any.whl", project.folder)
    project.write("requirements.txt", f"{wheel}\n")
    assert project.lock() == {"a": "1", "b": "1"}
    assert project.package("a")["archive"]["path"] == wheel


# --- Python ---

def test_the_project_itself_excludes_the_target(project):
    project.write("pyproject.toml", '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.13"\ndependencies = []\n')
    error = project.fails()
    assert error["id"] == "python-excluded" and "pyproject.toml:4" in error["where"]
    project.lock(runtime="python3.13")


# --- nothing is decided in silence ---

@pytest.mark.parametrize("requirement, said", [
    ("a==1", "a-1-py3-none-any.whl was yanked: bad"), ("b[nope]", "b 1 has no extra `nope`"),
    ("c", "c 1 is chosen: 2 has no wheel for python3.12/arm64"), ("d", "the marker of `e; platform_release >= \"5\"`"),
    ("f", "needs Python >=3.12.2, which depends on the patch of the runtime"),
])
def test_notes(project, registry, requirement, said):
    registry.wheel("a", "1", yanked="bad").wheel("b", "1").wheel("c", "1").wheel("c", "2", tag="cp39-cp39-manylinux_2_17_aarch64")
    registry.wheel("d", "1", 'e; platform_release >= "5"').wheel("e", "1").wheel("f", "1", python=">=3.12.2")
    project.write("requirements.txt", requirement + "\n")
    project.lock()
    assert said in project.notes


@pytest.mark.parametrize("seed", range(4))
def test_what_arrives_first_decides_nothing(project, registry, seed):
    """The same lock and the same trace, however slow each answer is."""
    names, pick = [f"p{i}" for i in range(12)], random.Random(seed)
    for name in names:
        for version in range(1, 6):
            needs = [f"{n}{pick.choice(['', '>=2', '<5', '!=3', '<=4'])}" for n in pick.sample(names, 2) if n != name]
            registry.wheel(name, str(version), *needs, core_metadata=pick.random() < 0.5, python=pick.choice([">=3.8", ">=3.8", ">=3.13"]))
    project.write("requirements.txt", "".join(f"{n}\n" for n in names[:4]))

    def run(turn):
        lock = project.folder / "pylock.out.toml"
        lock.unlink(missing_ok=True)
        done = project.run("-r", "requirements.txt", "-o", lock.name, "-vv", "--refresh", index=url,
                           store=project.folder / f"store{turn % 2}")
        trace = [line for line in done.stderr.splitlines() if " needs " in line or " versions, " in line]
        return done.returncode, trace, lock.read_text() if lock.exists() else None

    with registry.serve(before=lambda path: time.sleep(pick.random() * 0.02)) as url:
        first = run(0)
        assert first[1] and first[0] in (0, 4)
        for turn in range(1, 4):
            assert run(turn) == first
