"""lamina export beside uv export.

SPDX-License-Identifier: Apache-2.0
"""
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

import compare

LOCKS = pathlib.Path(__file__).resolve().parent.parent / "locks" / "uv"
UV = shutil.which("uv", path=os.path.dirname(sys.executable) + os.pathsep + os.environ.get("PATH", ""))
if UV is None:
    pytest.skip("uv is not installed", allow_module_level=True)

# project of tests/locks/uv -> [(extras, groups, more options for both)]
CASES = {
    "basic": [([], [], []), (["socks"], [], []), (["color", "socks"], [], []), (["all"], [], []), ([], ["dev"], []), ([], ["test"], []),
              (["all"], ["dev", "test"], []), ([], [], ["--all-extras"]), ([], [], ["--no-emit-project"])],
    "forks": [([], [], [])],
    "conflicts": [([], [], []), (["old"], [], []), (["new"], [], []), (["other"], [], []), (["old", "other"], [], []), (["new", "other"], [], []),
                  (["old", "new"], [], []), ([], ["g1"], []), ([], ["g2"], []), (["new"], ["g1"], []), ([], ["g1", "g2"], []), ([], [], ["--all-extras"])],
    "workspace": [([], [], []), ([], ["dev"], []), ([], [], ["--no-emit-project"])],
    "virtual": [([], [], []), ([], ["dev"], [])],
    "groups": [([], [], []), ([], ["docs"], []), ([], ["dev", "empty"], []), ([], ["lint"], [])],
    "extras": [([], [], []), (["big-one"], [], []), (["Big_One"], [], [])],
    "sources": [([], [], [])],
}
H = "0" * 64


def beside(lamina, folder, extras, groups, more):
    uv = [UV, "export", "--frozen", "--offline", "--no-header", "--no-annotate", *more]
    uv += [] if "dev" in groups else ["--no-dev"]
    ours = ["export", *more]
    for e in extras:
        uv += ["--extra", e]
        ours += ["-E", e]
    for g in groups:
        uv += ["--group", g]
        ours += ["--with", g]
    env = {"HOME": str(folder), "PATH": os.environ.get("PATH", ""), "UV_PYTHON": sys.executable, "UV_NO_CACHE": "1"}
    theirs = subprocess.run(uv, cwd=folder, capture_output=True, text=True, env=env, timeout=60)
    return theirs, lamina.run(folder, *ours)


def check(lamina, folder, extras=(), groups=(), more=()):
    theirs, ours = beside(lamina, folder, extras, groups, more)
    if theirs.returncode:
        assert "incompatible" in theirs.stderr, theirs.stderr
        assert ours.returncode == 4 and not ours.stdout, ours
        return
    assert ours.returncode == 0, ours.stderr
    assert not compare.differences(theirs.stdout, ours.stdout), f"{theirs.stdout}\n---\n{ours.stdout}"


@pytest.mark.parametrize("project", CASES)
def test_as_uv(lamina, tmp_path, project):
    folder = tmp_path / project
    shutil.copytree(LOCKS / project, folder)
    for extras, groups, more in CASES[project]:
        check(lamina, folder, extras, groups, more)


def package(name, version="1", more="", source='registry = "https://index.example/simple"'):
    wheel = f'wheels = [{{ url = "https://h.example/{name}-{version}-py3-none-any.whl", hash = "sha256:{H}" }}]\n' if "registry" in source else ""
    return f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ {source} }}\n{more}{wheel}\n'


def needs(*texts):
    return "dependencies = [" + ", ".join(f"{{ {t} }}" for t in texts) + "]\n"


INDEX = 'source = { registry = "https://index.example/simple" }'
# name -> (packages after the project, the project's entry, top of the lock)
HAND = {
    "ways add up": (package("a", more=needs('name = "c", marker = "sys_platform == \'win32\'"')) + package("b", more=needs('name = "c", marker = "os_name == \'posix\'"'))
                    + package("c"), needs('name = "a"', 'name = "b", marker = "python_full_version < \'3.11\'"'), ""),
    "cycle": (package("a", more=needs('name = "b", marker = "sys_platform == \'linux\'"')) + package("b", more=needs('name = "a"', 'name = "c"')) + package("c"),
              needs('name = "a", marker = "python_full_version >= \'3.12\'"', 'name = "b", marker = "platform_machine == \'x86_64\'"'), ""),
    "two versions": (package("a", "1") + package("a", "10") + package("a", "9"),
                     needs(f'name = "a", version = "1", {INDEX}, marker = "python_full_version < \'3.10\'"', f'name = "a", version = "9", {INDEX}, marker = "python_full_version == \'3.10.*\'"',
                           f'name = "a", version = "10", {INDEX}, marker = "python_full_version >= \'3.11\'"'), ""),
    "never": (package("a", more=needs('name = "b", marker = "sys_platform == \'win32\'"')) + package("b"), needs('name = "a", marker = "sys_platform == \'linux\'"'), ""),
    "platforms that cannot be": (package("a", more=needs('name = "b", marker = "os_name == \'nt\'"')) + package("b"), needs('name = "a", marker = "sys_platform == \'linux\'"'), ""),
    "environments": (package("a"), needs('name = "a", marker = "python_full_version >= \'3.10\'"'),
                     "resolution-markers = [\"sys_platform == 'linux' and platform_machine == 'x86_64'\", \"sys_platform == 'linux' and platform_machine == 'aarch64'\"]\n"),
    "direct": (package("g", source='git = "https://git.example/g?subdirectory=s%20x&branch=main#0123456789012345678901234567890123456789"')
               + package("u", source='url = "https://h.example/u-1.tar.gz", subdirectory = "s t"', more=f'sdist = {{ hash = "sha256:{H}" }}\n')
               + package("p", source='path = "../p-1-py3-none-any.whl"', more=f'wheels = [{{ filename = "p-1-py3-none-any.whl", hash = "sha256:{H}" }}]\n')
               + package("d", source='directory = "d-d"') + package("d2", source='directory = "d/e"') + package("e", source='editable = "../e"'),
               needs('name = "g"', 'name = "u", marker = "os_name == \'nt\'"', 'name = "p"', 'name = "d"', 'name = "d2"', 'name = "e"'), ""),
}
HAND["extras of extras"] = (
    package("a", more=needs('name = "b"')) + '[package.optional-dependencies]\nx = [{ name = "c", marker = "os_name == \'nt\'" }, { name = "a", extra = ["y"] }]\n'
    'y = [{ name = "d" }]\n\n' + package("b") + package("c") + package("d"), needs('name = "a", extra = ["x"], marker = "sys_platform != \'darwin\'"'), "")


@pytest.mark.parametrize("name", HAND)
def test_by_hand(lamina, tmp_path, name):
    packages, own, top = HAND[name]
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[project]\nname = "root"\nversion = "0"\nrequires-python = ">=3.9"\n')
    root = f'[[package]]\nname = "root"\nversion = "0"\nsource = {{ virtual = "." }}\n{own}\n'
    (folder / "uv.lock").write_text(f'version = 1\nrevision = 3\nrequires-python = ">=3.9"\n{top}{packages}{root}')
    theirs, ours = beside(lamina, folder, [], [], [])
    assert theirs.returncode == 0, theirs.stderr
    # The lock is made by hand: its project asks for nothing, which would make it stale.
    ours = lamina.run(folder, "export", "--frozen")
    assert ours.returncode == 0, ours.stderr
    assert not compare.differences(theirs.stdout, ours.stdout), f"{theirs.stdout}\n---\n{ours.stdout}"


def test_without_a_group(lamina, tmp_path):
    folder = tmp_path / "groups"
    shutil.copytree(LOCKS / "groups", folder)
    assert "pluggy" in lamina.export(folder) and "pluggy" not in lamina.export(folder, "--without", "lint")
    assert [line for line in lamina.export(folder, "--only", "docs", "--without-hashes").splitlines()] == [
        "certifi==2026.10.18 ; sys_platform == 'linux'", "pluggy==1.7.0 ; sys_platform == 'linux'"]
