"""Host builds in places where a mistake would show late: what decides a kept wheel, odd repositories, requirements said twice.

SPDX-License-Identifier: Apache-2.0
"""
import platform
import shutil
import subprocess

import pytest

import wheels
from cli_conftest import contents, names
from test_host_builds import HERE, MINOR, build, git, lamina, pytestmark, real, sdist, tree  # noqa: F401

SCM = ('[build-system]\nrequires = ["setuptools", "setuptools-scm"]\nbuild-backend = "setuptools.build_meta"\n[tool.setuptools_scm]\n'
       '[project]\nname = "lib"\ndynamic = ["version"]\n')
GIT = pytest.mark.skipif(not shutil.which("git"), reason="git is not there")


def tagged(lamina, folder):
    lamina.write(f"{folder}/pyproject.toml", SCM)
    lamina.write(f"{folder}/lib/__init__.py", "")
    lamina.write(f"{folder}/lib/data.txt", "tracked, so it comes along\n")
    git(lamina.folder / folder, "init", "-q")
    git(lamina.folder / folder, "add", "-A")
    git(lamina.folder / folder, "commit", "-qm", "one")
    git(lamina.folder / folder, "tag", "v1.5")


def built(lamina, folder):
    before = tree(lamina.folder / folder)
    result = build(lamina, "--package", folder, "--no-deps", *HERE, "-o", "lib.zip").ok()
    assert [(d["name"], d["version"]) for d in result.record["distributions"]] == [("lib", "1.5")]
    assert "python/lib/data.txt" in names(lamina.folder / "lib.zip")
    assert tree(lamina.folder / folder) == before


def test_a_requirement_twice(lamina, index):  # noqa: F811
    index.add(wheels.make("aa", "1.0", files={"aa.py": ""}), wheels.make("bb", "1.0", files={"bb.py": ""}))
    lamina.own(build_requires=["aa", "aa"], steps="import aa, bb", more="def get_requires_for_build_wheel(config_settings=None):\n    return ['bb']\n")
    build(lamina, "--package", "own", *HERE, "-o", "x.zip").ok()


# --- repositories ---

@GIT
def test_a_submodule(lamina, index, real):  # noqa: F811
    index.add(*real)
    tagged(lamina, "sub")
    lamina.write("top/x", "")
    git(lamina.folder / "top", "init", "-q")
    git(lamina.folder / "top", "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(lamina.folder / "sub"), "lib")
    built(lamina, "top/lib")


@GIT
def test_a_work_tree_of_a_bare_repository(lamina, index, real):  # noqa: F811
    index.add(*real)
    tagged(lamina, "sub")
    git(lamina.folder, "clone", "-q", "--bare", "sub", "bare.git")
    git(lamina.folder / "bare.git", "worktree", "add", "-q", str(lamina.folder / "tree"))
    built(lamina, "tree")


@GIT
def test_a_work_tree_that_is_named(lamina, index, real):  # noqa: F811
    index.add(*real)
    tagged(lamina, "sub")
    git(lamina.folder / "sub", "config", "core.worktree", str(lamina.folder / "sub"))
    built(lamina, "sub")


# --- a damaged store ---

def damage(path):
    data = path.read_bytes()
    yield data[:len(data) // 2]
    yield b""
    for at in (len(data) // 3, len(data) // 2, len(data) - 3):
        yield data[:at] + bytes([data[at] ^ 4]) + data[at + 1:]


@pytest.mark.parametrize("host", [False, True])
def test_a_damaged_wheel_is_made_again(lamina, host):  # noqa: F811
    """Of all that the store holds, this nobody could send again."""
    if host:
        lamina.own(files={"own.py": "x = 1\n" * 500})
    else:
        lamina.write("own/pyproject.toml", '[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n[project]\nname = "own"\nversion = "1.0"\n')
        lamina.write("own/src/own/__init__.py", "x = 1\n" * 500)
    args = "--package", "own", *(HERE if host else HERE[:-1]), "-o", "x.zip"
    build(lamina, *args).ok()
    whole = (lamina.folder / "x.zip").read_bytes()
    wheels_kept = [p for p in lamina.cache.rglob("*") if p.is_file() and p.read_bytes()[:4] == b"PK\x03\x04"]
    assert len(wheels_kept) == 1
    for damaged in damage(wheels_kept[0]):
        wheels_kept[0].write_bytes(damaged)
        (lamina.folder / "x.zip").unlink()
        build(lamina, *args).ok()
        assert (lamina.folder / "x.zip").read_bytes() == whole


# --- what the system must have ---

@pytest.mark.skipif(not shutil.which("gcc"), reason="no compiler")
def test_packed_relocations(lamina, tmp_path):  # noqa: F811
    """glibc reads them since 2.36, which no version's number in the file tells."""
    (tmp_path / "n.c").write_text('#include <stdio.h>\nstatic int x, y;\nint *p[] = {&x, &y};\nint *f(int i) { puts("f"); return p[i]; }\n')
    if subprocess.run(["gcc", "-shared", "-fPIC", "-o", "n.so", "n.c", "-Wl,-z,pack-relative-relocs"], cwd=tmp_path).returncode or b"GLIBC_ABI_DT_RELR" not in (tmp_path / "n.so").read_bytes():
        pytest.skip("this linker does not pack relocations")
    lamina.own(steps=f"files['n.so'] = open({str(tmp_path / 'n.so')!r}, 'rb').read()", tag=f"cp3{MINOR}-cp3{MINOR}-linux_{platform.machine()}")
    build(lamina, "--package", "own", *HERE, "-o", "x.zip").refused(4, "host-build-platform", "GLIBC_2.36")


# --- what decides ---

def of_the_archive(lamina, index):  # noqa: F811
    index.add(sdist(lamina, "own", "own"))
    lamina.write("requirements.txt", "own==1.0\n")
    return "-r", "requirements.txt", *HERE, "-o", "x.zip"


def test_variables_count_for_archives(lamina, index):  # noqa: F811
    lamina.own(steps="files['flags.txt'] = os.environ.get('CFLAGS', 'none')")
    args = of_the_archive(lamina, index)
    for flags in ("-O1", "-O2"):
        lamina.env["CFLAGS"] = flags
        build(lamina, *args).ok()
        assert contents(lamina.folder / "x.zip")["python/flags.txt"] == flags.encode()


def test_constraints_count_for_archives(lamina, index):  # noqa: F811
    index.add(*(wheels.make("aa", v, files={"aa.py": f"v = '{v}'\n"}) for v in ("1.0", "2.0")))
    lamina.own(build_requires=["aa"], steps="import aa; files['aa.txt'] = aa.v")
    args = *of_the_archive(lamina, index), "--build-constraint", "c.txt"
    for bound, version in (("aa<2", b"1.0"), ("aa>=2", b"2.0")):
        lamina.write("c.txt", bound + "\n")
        build(lamina, *args).ok()
        assert contents(lamina.folder / "x.zip")["python/aa.txt"] == version


@pytest.mark.skipif(not shutil.which("linux32"), reason="nothing here makes a computer look like another")
def test_another_kind_of_computer(lamina):  # noqa: F811
    lamina.own()
    args = "--package", "own", *HERE, "-o", "x.zip"
    assert "built own" in build(lamina, *args).ok().err
    (lamina.folder / "x.zip").unlink()
    assert "built own" not in build(lamina, *args).ok().err
    (lamina.folder / "x.zip").unlink()
    assert "built own" in build(lamina, *args, under=["linux32"]).ok().err


@pytest.mark.parametrize("to", ["config", ""])
def test_what_git_keeps_never_comes_along(lamina, to):  # noqa: F811
    """The configuration of a repository holds tokens of those who fetch: a link that someone adds must not publish them."""
    lamina.write("own/pyproject.toml", '[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n[project]\nname = "own"\nversion = "1.0"\n')
    lamina.write("own/src/own/__init__.py", "")
    for name, text in {"HEAD": "ref: refs/heads/main\n", "config": "[http]\n\textraheader = secret\n", "objects/x": ""}.items():
        lamina.write(f"own/.git/{name}", text)
    (lamina.folder / "own/src/own/leak.txt").symlink_to(f"../../.git/{to}")
    for more in ((), ("--build=host",)):
        build(lamina, "--package", "own", *HERE[:-1], *more, "-o", "x.zip").refused(3, "source-link", "version control")
