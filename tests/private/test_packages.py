"""Private packages in artifacts: alone, with what they need, several, by path, from locks; and what changes when they do.

SPDX-License-Identifier: Apache-2.0
"""
import os
import shutil
import stat
import subprocess
import sys
import zipfile

import pytest

import wheels
from cli_conftest import check_zip, contents, modes, names

PY312 = ("--runtime", "python3.12")
BOTH = (*PY312, "--arch", "x86_64,arm64")


def packages(path):
    """Names of the distributions in a layer."""
    return sorted(n.split("/")[1].split("-")[0] for n in names(path) if n.endswith(".dist-info/METADATA"))


def test_a_package_and_what_it_needs(lamina, index):
    index.add(wheels.make("low", "1.5"), wheels.make("other"))
    lamina.project("lambda/libexample", "libexample", requires=["low>=1"])
    result = lamina("build", "--package", "lambda/libexample", *BOTH, "-o", "libexample-{arch}.zip").ok()
    assert "locked lambda/libexample: 2 packages" in result.err
    assert (lamina.folder / "lambda/pylock.libexample.toml").exists()
    one, two = (lamina.folder / f"libexample-{a}.zip" for a in ("x86_64", "arm64"))
    check_zip(one)
    assert packages(one) == ["libexample", "low"]
    assert contents(one)["python/libexample/__init__.py"] == b"name = 'libexample'\n"
    assert one.read_bytes() == two.read_bytes()  # nothing native is inside
    assert lamina("build", "--package", "lambda/libexample", *BOTH, "-o", "libexample-{arch}.zip").ok().out.count("up to date") == 2


def test_the_result_imports(lamina, index):
    index.add(wheels.make("low", "1.5"))
    lamina.project("lib", "lib-x", requires=["low"], more='[project.scripts]\nx = "lib_x:main"\n')
    lamina("build", "--package", "lib", *PY312, "--into", "tree").ok()
    code = "import lib_x, low, importlib.metadata as m; print(lib_x.name, m.version('lib-x'), m.requires('lib-x'), len(m.entry_points(group='console_scripts', name='x')))"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(lamina.folder / 'tree/python')!r}); {code}"],
                          capture_output=True, text=True)
    assert done.stdout == "lib-x 1.0 ['low'] 1\n", done


@pytest.mark.parametrize("first, folder, then", [
    (("", "libs/shared"), "libs", "shared"),
    (("", "libs/shared"), "libs/shared", "."),          # the lock beside it is found, though a new one would not be put there
    (("", "libs/shared"), "libs/shared", "../shared"),
    (("", "libs/shared"), "elsewhere", "../libs/shared"),
    (("", "libs/shared"), "", "{top}/libs//shared/"),
    (("libs/shared", "."), "", "libs/shared"),          # one in it, too
    (("libs/shared", "."), "libs", "./shared"),
])
def test_one_lock_from_everywhere(lamina, index, first, folder, then):
    """What stands in the lock, and whether it is right, does not depend on where lamina runs and how the folder is written."""
    index.add(wheels.make("low"))
    lamina.project("libs/shared", "shared", requires=["low", "other @ file:../other"])
    lamina.project("libs/other", "other")
    (lamina.folder / "elsewhere").mkdir()
    where, package = first
    lamina("build", "--package", package, *PY312, "-o", lamina.base / "one.zip", cwd=lamina.folder / where).ok()
    lock, = lamina.folder.rglob("pylock*")
    assert lock.parent == (lamina.folder / "libs/shared" if package == "." else lamina.folder / "libs")
    text = lock.read_text()
    assert 'requires = [\n    "%s",' % ("." if package == "." else "shared") in text
    package = then.format(top=lamina.folder)
    done = lamina("build", "--package", package, *PY312, "--locked", "-o", lamina.base / "two.zip", cwd=lamina.folder / folder).ok()
    assert "locked" not in done.err and list(lamina.folder.rglob("pylock*")) == [lock] and lock.read_text() == text
    if package != "." and lock.parent.name == "libs":
        lock.unlink()  # made from there, it is the same
        lamina("build", "--package", package, *PY312, "-o", lamina.base / "two.zip", cwd=lamina.folder / folder).ok()
        assert lock.read_text() == text


@pytest.mark.parametrize("folder, file", [("app", "requirements.txt"), ("", "{top}/app/requirements.txt"), ("other", "../app/requirements.txt")])
def test_requirements_with_folders_from_everywhere(lamina, index, folder, file):
    """So it is for folders, wheels and links that a requirements file names."""
    (lamina.folder / "wheels").mkdir(parents=True)
    (lamina.folder / "app/wheels").mkdir(parents=True)
    (lamina.folder / "other").mkdir()
    for place, name in (("wheels", "low"), ("app/wheels", "high"), ("app/wheels", "direct")):
        wheel = wheels.make(name)
        wheel.save(lamina.folder / place)
    lamina.project("libs/shared", "shared", requires=["low"])
    lamina.write("app/requirements.txt", f"-e ../libs/shared\nhigh\n./wheels/{wheel.file}\n--find-links wheels/\n--find-links ../wheels\n--no-index\n")
    lamina("build", "-r", "app/requirements.txt", *PY312, "-o", lamina.base / "one.zip").ok()
    assert packages(lamina.base / "one.zip") == ["direct", "high", "low", "shared"]
    lock = lamina.folder / "app/pylock.requirements.toml"
    text = lock.read_text()
    args = ("build", "-r", file.format(top=lamina.folder), *PY312, "-o", lamina.base / "two.zip")
    lamina(*args, "--locked", cwd=lamina.folder / folder).ok()
    lock.unlink()
    lamina(*args, cwd=lamina.folder / folder).ok()
    assert lock.read_text() == text


def test_lock_takes_packages(lamina, index):
    """What --locked asks for can be done as it is written."""
    index.add(wheels.make("low"))
    lamina.project("libs/one", "one", requires=["low"])
    result = lamina("build", "--package", "libs/one", *PY312, "--locked", "-o", "one.zip")
    assert result.status == 4 and "`lamina lock --package libs/one` with the same --runtime" in result.err
    result = lamina("build", "--package", "libs/one", *PY312, "--frozen", "-o", "one.zip")
    assert result.status == 4 and "libs/one has no lock: there is no libs/pylock.one.toml" in result.err and "`lamina lock --package libs/one`" in result.err
    record, = lamina("lock", "--package", "libs/one", *PY312, "--json").ok().records
    assert record["inputs"] == ["libs/one"] and record["path"] == "libs/pylock.one.toml" and record["packages"] == 2
    lamina("build", "--package", "libs/one", *PY312, "--locked", "-o", "one.zip").ok()
    lamina("build", "--package", "libs/one", *PY312, "--frozen", "-o", "one.zip").ok()
    lamina("lock", "--package", "libs/one", "--check").ok()  # the lock knows its targets
    lamina.project("libs/one", "one", requires=[])
    result = lamina("lock", "--package", "libs/one", "--check")
    assert result.status == 4 and "= why: libs/one/pyproject.toml changed, or an index option or constraint" in result.err
    assert lamina("lock", "--package", "libs/one", "--project", "libs/one").status == 2


@pytest.mark.parametrize("folder, packages_", [("", ["libs/one"]), ("libs/one", ["."]), ("libs/one/src", [".."]), ("libs/two", ["../one"]),
                                               ("", ["libs/one", "libs/two"])])
def test_without_a_lock(lamina, index, folder, packages_):
    index.add(wheels.make("low"))
    lamina.project("libs/one", "one", requires=["low", "two @ file:../two"])
    lamina.project("libs/two", "two")
    named = [x for p in packages_ for x in ("--package", p)]
    result = lamina("build", *named, *PY312, "--no-lock", "--json", "-o", lamina.base / "one.zip", cwd=lamina.folder / folder).ok()
    assert packages(lamina.base / "one.zip") == ["low", "one", "two"]
    assert not list(lamina.folder.rglob("pylock*")) and result.record["lock"]
    again = lamina("build", *named, *PY312, "--no-lock", "--json", "-o", lamina.base / "one.zip", cwd=lamina.folder / folder).ok()
    assert again.record["sha256"] == result.record["sha256"]


def test_locks_of_others_are_named(lamina, index):
    """What stands for one package, and that it does not for several."""
    index.add(wheels.make("low", "1.0"), wheels.make("low", "2.0"))
    lamina.project("app", "app", requires=["low"])
    lamina.project("other", "other")
    digest = next(f.hashes["sha256"] for f in index.projects["low"])
    lamina.write("app/pylock.toml", f'''lock-version = "1.0"
created-by = "somebody"
[[packages]]
name = "low"
version = "1.0"
index = "{index.url}"
wheels = [{{ name = "low-1.0-py3-none-any.whl", hashes = {{ sha256 = "{digest}" }} }}]
''')
    result = lamina("lock", "--package", "app", *PY312).ok()
    assert "note: app/pylock.toml is a lock already" in result.err
    result = lamina("build", "--package", "app", "--package", "other", *PY312, "--json", "-o", "x.zip").ok()
    assert "app/pylock.toml is not used: several packages have a lock together, pylock.app+other.toml" in result.err
    assert [d["version"] for d in result.record["distributions"]] == ["1.0", "2.0", "1.0"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(lamina, index):
    lamina.project("libs/one", "one")
    (lamina.folder / "libs").chmod(0o555)
    result = lamina("build", "--package", "libs/one", *PY312, "-o", "one.zip")
    (lamina.folder / "libs").chmod(0o755)
    assert result.status == 6 and "`lamina build --no-lock` resolves without keeping one" in result.err


def test_warnings_are_those_of_now(lamina):
    """A build that finds the same content tells what it sees, and not what another build saw."""
    lamina.write("lib/pyproject.toml", '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[project]\nname = "lib"\nversion = "1"\n')
    lamina.write("lib/src/lib/__init__.py")
    lamina.write("lib/src/lib/a.txt")
    args = ("build", "--package", "lib", *PY312, "--json", "-o", "lib.zip")

    def told(*more):
        record = lamina(*args, *more).ok().record
        return record["up_to_date"], [w["message"].partition(": ")[2] for w in record["warnings"]]

    one = "1 file of its packages stays out of the wheel: src/lib/"
    assert told() == (False, [one + "a.txt"])
    assert told() == (True, [one + "a.txt"])
    (lamina.folder / "lib/src/lib/a.txt").rename(lamina.folder / "lib/src/lib/b.txt")
    assert told() == (True, [one + "b.txt"])
    assert told() == (True, [one + "b.txt"])
    (lamina.folder / "lib/src/lib/b.txt").unlink()
    assert told("--check") == (True, [])
    assert told() == (True, [])
    assert told() == (True, [])


def test_every_artifact_is_warned(lamina):
    """In the records of both architectures, also when only one is built again; on the terminal once."""
    lamina.write("lib/pyproject.toml", '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[project]\nname = "lib"\nversion = "1"\n')
    lamina.write("lib/src/lib/__init__.py")
    lamina.write("lib/src/lib/a.txt")
    args = ("build", "--package", "lib", "-o", "{arch}.zip", "--json")
    result = lamina(*args, *BOTH).ok()
    assert [[w["id"] for w in r["warnings"]] for r in result.records] == [["data-left-out"]] * 2 and result.err.count("warning:") == 1
    for arch in ("x86_64", "arm64"):
        assert len(lamina(*args, *PY312, "--arch", arch).ok().record["warnings"]) == 1


def test_extras_in_a_requirements_file(lamina, index):
    """As docs/private-packages.md and the help of --extra say."""
    index.add(wheels.make("low"))
    lamina.project("lambda/libexample", "libexample", more='[project.optional-dependencies]\naws = ["low"]\n')
    lamina.requirements("./lambda/libexample[aws]")
    lamina("build", "-r", "requirements.txt", *PY312, "-o", "x.zip").ok()
    assert packages(lamina.folder / "x.zip") == ["libexample", "low"]
    lamina.write("handlers/index.py", "")
    assert " unzipped, 1 entry)  " in lamina("build", "--source", "handlers", *PY312, "-o", "y.zip").ok().out


def test_alone(lamina):
    lamina.project("lib", "lib", requires=["nowhere-to-be-found"])
    lamina("build", "--package", "lib", "--no-deps", *PY312, "-o", "lib.zip").ok()
    assert packages(lamina.folder / "lib.zip") == ["lib"]
    assert not list(lamina.folder.glob("pylock*"))


def test_several(lamina, index):
    index.add(wheels.make("low"))
    lamina.project("a", "aaa", requires=["low"])
    lamina.project("b", "bbb")
    lamina.write("lamina.toml", '[defaults]\nruntime = "python3.12"\n[layer.shared]\npackage = ["a", "b"]\n')
    lamina("build").ok()
    assert packages(lamina.folder / "dist/shared-x86_64.zip") == ["aaa", "bbb", "low"]


def test_by_path(lamina, index):
    """One leads to another: file: references, uv's sources and workspaces, Poetry's path."""
    index.add(wheels.make("low"))
    lamina.project("libs/one", "one", requires=["two @ file:../two", "three"], more='[tool.uv.sources]\nthree = { path = "../three" }\n')
    lamina.project("libs/two", "two", requires=["low"])
    lamina.project("libs/three", "three")
    lamina("build", "--package", "libs/one", *PY312, "-o", "one.zip").ok()
    assert packages(lamina.folder / "one.zip") == ["low", "one", "three", "two"]


def test_a_workspace_with_cycles_in_groups(lamina, index):
    index.add(wheels.make("low"))
    members = ["a", "b", "c", "d", "e"]
    lamina.write("pyproject.toml", '[project]\nname = "root"\nversion = "1"\ndependencies = ["a"]\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'
                                   '[tool.uv.sources]\na = { workspace = true }\n')
    for i, m in enumerate(members):
        following = members[i + 1:i + 2]
        back = members[i - 1] if i else "e"
        sources = "".join(f"{n} = {{ workspace = true }}\n" for n in {*following, back})
        lamina.project(f"packages/{m}", m, requires=following or ["low"],
                       more=f'[dependency-groups]\ndev = ["{back}"]\n[tool.uv.sources]\n{sources}')
    lamina("build", "--package", "packages/a", *PY312, "-o", "a.zip").ok()
    assert packages(lamina.folder / "a.zip") == ["a", "b", "c", "d", "e", "low"]


def test_a_cycle_by_path_ends(lamina):
    lamina.project("a", "aaa", requires=["bbb @ file:../b"])
    lamina.project("b", "bbb", requires=["aaa @ file:../a"])
    lamina("build", "--package", "a", *PY312, "-o", "a.zip").ok()
    assert packages(lamina.folder / "a.zip") == ["aaa", "bbb"]


def test_what_changes(lamina, index):
    lamina.project("lib", "lib", files={"__init__.py": "", "a.py": "a = 1\n" * 100, "b.py": "b = 1\n" * 100})
    args = ("build", "--package", "lib", *PY312, "-o", "lib.zip")
    lamina(*args).ok()
    first = (lamina.folder / "lib.zip").read_bytes()
    assert "up to date" in lamina(*args).ok().out
    lamina.write("lib/src/lib/b.py", "b = 2\n" * 100)
    assert "up to date" not in lamina(*args).ok().out
    assert contents(lamina.folder / "lib.zip")["python/lib/b.py"] == b"b = 2\n" * 100
    lamina.write("lib/src/lib/new.py", "")
    assert "up to date" not in lamina(*args).ok().out
    assert "python/lib/new.py" in names(lamina.folder / "lib.zip")
    (lamina.folder / "lib/src/lib/new.py").unlink()
    lamina.write("lib/src/lib/b.py", "b = 1\n" * 100)
    lamina(*args).ok()
    assert (lamina.folder / "lib.zip").read_bytes() == first  # what it was made of before counts for nothing
    lamina.write("lib/pyproject.toml", (lamina.folder / "lib/pyproject.toml").read_text().replace('"1.0"', '"1.1"'))
    lamina(*args).ok()
    assert any(n.startswith("python/lib-1.1.dist-info/") for n in names(lamina.folder / "lib.zip"))


def test_the_same_bytes_everywhere(lamina):
    """From another folder, with other modes, times and umask, with an empty store, on one thread."""
    for folder in ("here", "there/below"):
        lamina.project(folder, "lib", files={"__init__.py": "x = 1\n" * 300, "tool.py": "#!/usr/bin/env python3\n", "data/a.bin": bytes(range(256)) * 50})
    (lamina.folder / "there/below/src/lib/__init__.py").chmod(0o777)
    os.utime(lamina.folder / "there/below/src/lib/tool.py", (1, 1))
    lamina("build", "--package", "here", "--no-deps", *PY312, "-o", "one.zip").ok()
    lamina("build", "--package", "there/below", "--no-deps", *PY312, "-j", "1", "-o", "two.zip",
           env={"LAMINA_CACHE_DIR": lamina.base / "cache2"}, preexec_fn=lambda: os.umask(0o077)).ok()
    assert (lamina.folder / "one.zip").read_bytes() == (lamina.folder / "two.zip").read_bytes()
    assert modes(lamina.folder / "one.zip")["python/lib/tool.py"] == 0o755
    assert modes(lamina.folder / "one.zip")["python/lib/__init__.py"] == 0o644


POETRY = '''[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
[tool.poetry]
name = "app"
version = "1"
description = ""
authors = []
[tool.poetry.dependencies]
python = "^3.12"
lib = { path = "../lib" }
'''
HATCH = '''[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "app"
version = "1"
dependencies = ["lib @ %s/lib"]
[tool.hatch.metadata]
allow-direct-references = true
'''


@pytest.mark.parametrize("text", [POETRY, HATCH % "{root:parent:uri}", HATCH % "file://{root}/.."])
def test_no_place_of_this_computer_in_metadata(lamina, index, text):
    """Backends write the absolute path of a folder that is needed by path: the zip would differ in every clone."""
    zips = []
    for place in ("here", "there/below"):
        lamina.write(f"{place}/app/pyproject.toml", text)
        lamina.write(f"{place}/app/app/__init__.py")
        lamina.project(f"{place}/lib", "lib")
        for args in (("--package", f"{place}/app"), ("--package", f"{place}/app", "--no-deps"), ("--package", lamina.folder / place / "app"),
                     ("--project", f"{place}/app"), ("--project", lamina.folder / place / "app")):
            path = lamina.base / "out.zip"
            lamina("build", *args, *PY312, "--force", "-o", path).ok()
            zips.append(path.read_bytes())
            assert packages(path) == (["app"] if "--no-deps" in args else ["app", "lib"])
            assert str(lamina.folder).encode() not in contents(path)["python/app-1.dist-info/METADATA"]
    assert len(set(zips)) == 2


def test_what_git_ignores_does_not_matter_to_uv(lamina):
    lamina.project("lib", "lib")
    lamina.write("lib/src/lib/made.json", "{}")
    lamina.write("lib/.gitignore", "*.json\n")
    lamina.write("lib/src/lib/__pycache__/x.cpython-312.pyc", b"x")
    lamina("build", "--package", "lib", "--no-deps", *PY312, "-o", "lib.zip").ok()
    found = names(lamina.folder / "lib.zip")
    assert "python/lib/made.json" in found and not [n for n in found if "__pycache__" in n]


def test_a_lock_that_is_there(lamina, index):
    """A uv.lock or poetry.lock beside the project says what it needs; nothing is resolved."""
    index.add(wheels.make("low", "1.5"))
    lamina.project("app", "app", requires=["low"])
    digest = next(f.hashes["sha256"] for f in index.projects["low"])
    lamina.write("app/uv.lock", f'''version = 1
revision = 3
requires-python = ">=3.12"
[[package]]
name = "app"
version = "1.0"
source = {{ editable = "." }}
dependencies = [{{ name = "low" }}]
[package.metadata]
requires-dist = [{{ name = "low" }}]
[[package]]
name = "low"
version = "1.5"
source = {{ registry = "{index.url}" }}
wheels = [{{ url = "{index.root}/files/{index.projects["low"][0].name}", hash = "sha256:{digest}" }}]
''')
    lamina("build", "--package", "app", *PY312, "-o", "app.zip").ok()
    assert packages(lamina.folder / "app.zip") == ["app", "low"]
    assert not list(lamina.folder.glob("**/pylock*"))


def test_directories_of_a_lock(lamina, index):
    lamina.project("libs/one", "one")
    lamina.write("pylock.toml", '''lock-version = "1.0"
created-by = "hand"
[[packages]]
name = "one"
directory = { path = "libs/one" }
''')
    lamina("build", "--lock", "pylock.toml", *PY312, "-o", "x.zip").ok()
    assert packages(lamina.folder / "x.zip") == ["one"]
    lamina.project("libs/one", "two")
    lamina.build("--lock", "pylock.toml", "-o", "x.zip").refused(4, "folder-mismatch", "two", "one")


def test_editable_requirements(lamina, index):
    lamina.project("libs/one", "one")
    lamina.requirements("-e ./libs/one", name="r.txt")
    lamina("build", "-r", "r.txt", *PY312, "-o", "x.zip").ok()
    assert packages(lamina.folder / "x.zip") == ["one"]


# --- bad input ---

def test_no_project(lamina):
    lamina.write("plain/x.py")
    lamina.build("--package", "plain", "--no-deps", "-o", "x.zip").refused(3, "no-project", "plain")
    lamina.build("--package", "nowhere", "--no-deps", "-o", "x.zip").refused(6, "not-found", "nowhere")
    assert not (lamina.folder / "x.zip").exists()


def test_links(lamina):
    lamina.project("lib", "lib")
    package = lamina.folder / "lib/src/lib"
    (package / "alias.py").symlink_to("__init__.py")
    lamina("build", "--package", "lib", "--no-deps", *PY312, "-o", "x.zip").ok()
    assert contents(lamina.folder / "x.zip")["python/lib/alias.py"] == b"name = 'lib'\n"
    (package / "loop").symlink_to("loop")
    lamina.build("--package", "lib", "--no-deps", "-o", "x.zip").refused(3, "source-link", "loop")
    (package / "loop").unlink()
    (package / "up").symlink_to("..")
    lamina.build("--package", "lib", "--no-deps", "-o", "y.zip").refused(3, "source-link", "circle")
    (package / "up").unlink()
    (package / "out.py").symlink_to("/etc/hostname")
    lamina.build("--package", "lib", "--no-deps", "-o", "y.zip").refused(3, "source-link", "out of its folder")
    (package / "out.py").unlink()
    os.mkfifo(package / "pipe")
    lamina.build("--package", "lib", "--no-deps", "-o", "y.zip").refused(3, "source-special", "pipe")
    assert not (lamina.folder / "y.zip").exists()


@pytest.mark.parametrize("text, status, id, parts", [
    ('[project]\nversion = "1"\n', 3, "no-name", ["has no name"]),
    ('[project]\nname = "x"\n', 3, "no-version", ["has no version"]),
    ('[project]\nname = "x"\nversion = "one"\n', 3, "project-field", ["pyproject.toml:6:11"]),
    ('[project]\nname = "x"\nversion = "1"\ndynamic = ["version"]\n', 4, "cannot-build", ["dynamic"]),
    ('[project\n', 3, "toml", ["pyproject.toml:4:"]),
    ('[project]\nname = "x"\nversion = "1"\nlicense-files = ["/abs"]\n', 3, "bad-glob", ["/abs"]),
    ('[project]\nname = "x"\nversion = "1"\nlicense-files = ["NONE"]\n', 3, "missing-file", ["NONE"]),
    ('[project]\nname = "x"\nversion = "1"\nreadme = "NONE.md"\n', 3, "missing-file", ["NONE.md"]),
])
def test_project_files_that_are_wrong(lamina, text, status, id, parts):
    lamina.write("x/pyproject.toml", '[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n' + text)
    lamina.write("x/src/x/__init__.py")
    lamina.build("--package", "x", "--no-deps", "-o", "x.zip").refused(status, id, *parts)
    assert not (lamina.folder / "x.zip").exists()


def test_other_backends(lamina):
    lamina.write("x/pyproject.toml", '[build-system]\nrequires = ["maturin"]\nbuild-backend = "maturin"\n[project]\nname = "rusty"\nversion = "1"\n')
    lamina.build("--package", "x", "--no-deps", "-o", "x.zip").refused(4, "cannot-build", "rusty", "maturin")


@pytest.mark.parametrize("backend", ["hatchling.build", "setuptools.build_meta"])
def test_outputs_inside_the_package_are_no_part_of_it(lamina, backend):
    """Else a zip would hold the zip before, and grow for ever."""
    lamina.write("lib/pyproject.toml", f'[build-system]\nrequires = ["{backend.split(".")[0]}"]\nbuild-backend = "{backend}"\n'
                 '[project]\nname = "lib"\nversion = "1.0"\n[tool.setuptools.package-data]\nlib = ["*", "tree/**"]\n')
    lamina.write("lib/src/lib/__init__.py")
    zips = []
    for options in (["-o", "lib/src/lib/out.zip"], ["--into", "lib/src/lib/tree"], ["-o", "lib/src/lib/out.zip"]):
        lamina("build", "--package", "lib", "--no-deps", *PY312, *options, "--force").ok()
        zips.append((lamina.folder / "lib/src/lib/out.zip").read_bytes())
        if "--into" in options:
            shutil.rmtree(lamina.folder / "lib/src/lib/tree")
    assert zips[0] == zips[2]
    assert "python/lib/out.zip" not in names(lamina.folder / "lib/src/lib/out.zip")
    (lamina.folder / "lib/src/lib/other.zip").write_bytes(zips[0])
    lamina("build", "--package", "lib", "--no-deps", *PY312, "-o", "x.zip").ok()
    assert {"python/lib/out.zip", "python/lib/other.zip"} <= set(names(lamina.folder / "x.zip"))
