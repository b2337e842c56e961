"""Bad private projects: what is refused, where it is, and that nothing is left of it. What is odd and allowed is said.

SPDX-License-Identifier: Apache-2.0
"""
import os
import subprocess
import threading
import time

import pytest

from cli_conftest import check_zip, contents, names

PY312 = ("--runtime", "python3.12")
UV = '[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n'
SETUPTOOLS = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
HATCH = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
POETRY = '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n'
FLIT = '[build-system]\nrequires = ["flit_core>=3.2,<5"]\nbuild-backend = "flit_core.buildapi"\n'
PDM = '[build-system]\nrequires = ["pdm-backend"]\nbuild-backend = "pdm.backend"\n'
NAMED = '[project]\nname = "x"\nversion = "1"\n'


def project(lamina, text, files=("src/x/__init__.py",), more=()):
    lamina.write("x/pyproject.toml", text)
    for f in files:
        lamina.write(f"x/{f}")
    for name, content in dict(more).items():
        lamina.write(f"x/{name}", content)


def refused(lamina, status, id, *texts):
    lamina.build("--package", "x", "--no-deps", "-o", "out.zip").refused(status, id, *texts)
    assert not (lamina.folder / "out.zip").exists() and not list(lamina.folder.glob("*.lamina-tmp"))
    assert not list((lamina.cache / "v1/tmp").glob("*"))


# --- names and versions ---

@pytest.mark.parametrize("text", [
    UV + '[project]\nversion = "1"\n',
    SETUPTOOLS + '[project]\nversion = "1"\n',
    HATCH + '[project]\nversion = "1"\n',
    POETRY + '[tool.poetry]\nversion = "1"\ndescription = ""\nauthors = []\n',
    PDM + '[project]\nversion = "1"\n',
    FLIT + '[project]\nversion = "1"\n',
])
def test_no_name(lamina, text):
    project(lamina, text)
    refused(lamina, 3, "no-name", "has no name", "pyproject.toml")


@pytest.mark.parametrize("text", [UV + '[project]\nname = "x"\n', HATCH + '[project]\nname = "x"\n', POETRY + '[tool.poetry]\nname = "x"\n'])
def test_no_version(lamina, text):
    project(lamina, text)
    refused(lamina, 3, "no-version", "has no version", "pyproject.toml")


@pytest.mark.parametrize("text, more, why", [
    (HATCH + '[project]\nname = "x"\ndynamic = ["version"]\n[tool.hatch.version]\nsource = "vcs"\n', {}, "version control"),
    (SETUPTOOLS + '[project]\nname = "x"\ndynamic = ["version"]\n[tool.setuptools.dynamic]\nversion = { attr = "x.__version__" }\n',
     {"src/x/__init__.py": "import os\n__version__ = os.environ['V']\n"}, "__version__"),
    (FLIT + '[project]\nname = "x"\ndynamic = ["version", "description"]\n', {"src/x/__init__.py": '"""Doc."""\n__version__ = "1" + "2"\n'}, "__version__"),
    (PDM + '[project]\nname = "x"\ndynamic = ["version"]\n[tool.pdm.version]\nsource = "scm"\n', {}, "version"),
])
def test_versions_that_need_code(lamina, text, more, why):
    project(lamina, text, more=more)
    refused(lamina, 4, "cannot-build", "`x` cannot be built without running its own code", why, "--build=host")


# --- packages ---

def test_an_empty_folder(lamina):
    (lamina.folder / "x").mkdir()
    refused(lamina, 3, "no-project", "`x` holds no Python project", "pyproject.toml, setup.cfg or setup.py")


@pytest.mark.parametrize("text", [UV + NAMED, HATCH + NAMED, FLIT + '[project]\nname = "x"\nversion = "1"\ndescription = "d"\n', POETRY + '[project]\nname = "x"\nversion = "1"\n'])
def test_an_empty_package(lamina, text):
    project(lamina, text, files=())
    (lamina.folder / "x/src/y").mkdir(parents=True)
    refused(lamina, 3, "empty-package", "x")


def test_an_empty_package_of_setuptools(lamina):
    """setuptools makes a wheel of nothing: so does lamina, and says so."""
    project(lamina, SETUPTOOLS + NAMED, files=())
    result = lamina.build("--package", "x", "--no-deps", "-o", "out.zip").ok()
    assert "empty-package" in [w["id"] for w in result.record["warnings"]]
    assert all(".dist-info/" in n for n in names(lamina.folder / "out.zip"))


def test_a_folder_that_links_to_itself(lamina):
    project(lamina, UV + NAMED)
    for name, target in (("a", "b"), ("b", "a")):
        (lamina.folder / "x/src/x" / name).symlink_to(target)
    refused(lamina, 3, "source-link", "circle")
    (lamina.folder / "x/src/x/a").unlink()
    (lamina.folder / "x/src/x/b").unlink()
    (lamina.folder / "x/src/x/deep").mkdir()
    (lamina.folder / "x/src/x/deep/again").symlink_to("../deep")
    refused(lamina, 3, "source-link", "circle")


def test_a_file_that_no_package_holds(lamina):
    """Nothing of it is read."""
    project(lamina, UV + NAMED)
    with open(lamina.folder / "x/src/x/data.bin", "wb") as file:
        file.truncate(5 << 30)
    start = time.process_time()
    refused(lamina, 3, "source-too-large", "data.bin", str(5 << 30), "262144000")
    assert time.process_time() - start < 5


def test_a_project_file_that_is_too_large(lamina):
    project(lamina, UV + NAMED)
    with open(lamina.folder / "x/pyproject.toml", "ab") as file:
        file.write(b"# " + b"x" * (17 << 20) + b"\n")
    refused(lamina, 6, "too-large", "pyproject.toml")


# --- what project files say ---

@pytest.mark.parametrize("text, where", [
    (UV + '[project]\nname = "x\nversion = "1"\n', "x/pyproject.toml:5:"),
    (UV + '[project\nname = "x"\n', "x/pyproject.toml:4:"),
    (UV + '[project]\nname = "x"\nname = "y"\n', "x/pyproject.toml:6:1"),
    (UV + '[project]\nname = ["x"]\nversion = "1"\n', "x/pyproject.toml:5:8"),
    (UV + '[project]\nname = "x"\nversion = "1"\ndependencies = ["a b"]\n', "x/pyproject.toml:7:"),
])
def test_toml(lamina, text, where):
    project(lamina, text)
    result = lamina.build("--package", "x", "--no-deps", "-o", "out.zip")
    assert result.status == 3 and where in result.error["where"], result


@pytest.mark.parametrize("text, where", [
    ("[metadata]\nname = x\n[options\n", "x/setup.cfg:3:1"),
    ("[metadata]\nname = x\nversion = 1\n  no = key\n[x\n", "x/setup.cfg:5:1"),
    ("[metadata]\n  name = x\n  name = y\nversion = 1\n", "x/setup.cfg:3:3"),
    ("name = x\n", "x/setup.cfg:1:1"),
])
def test_ini(lamina, text, where):
    project(lamina, SETUPTOOLS, more={"setup.cfg": text})
    result = lamina.build("--package", "x", "--no-deps", "-o", "out.zip")
    assert result.status == 3 and where in result.error["where"], result


@pytest.mark.parametrize("text, id", [
    (UV + NAMED + 'license-files = ["../x"]\n', "bad-glob"),
    (UV + NAMED + 'license-files = ["LICENSE{,.txt}"]\n', "bad-glob"),
    (UV + NAMED + 'license-files = ["NONE*"]\n', "missing-file"),
    (SETUPTOOLS + NAMED + 'license-files = ["NONE*"]\n', "missing-file"),
    (SETUPTOOLS + NAMED + 'license = { file = "NONE" }\n', "missing-file"),
    (HATCH + NAMED + 'license = { file = "NONE" }\n', "missing-file"),
    (FLIT + '[project]\nname = "x"\nversion = "1"\ndescription = "d"\nlicense = { file = "NONE" }\n', "missing-file"),
    (POETRY + NAMED + 'license-files = ["NONE"]\n', "missing-file"),
    (PDM + NAMED + 'license-files = ["NONE"]\n', "missing-file"),
])
def test_licences(lamina, text, id):
    project(lamina, text)
    refused(lamina, 3, id)


# --- other folders ---

def test_a_path_outside_is_said(lamina):
    (lamina.folder / "top").mkdir()
    lamina.project("elsewhere/two", "two")
    lamina.project("top/one", "one", requires=["two @ file:../../elsewhere/two", "three @ file:../three"])
    lamina.project("top/three", "three")
    args = ("build", "--package", "one", *PY312, "-o", "out.zip")
    result = lamina(*args, cwd=lamina.folder / "top").ok()
    assert f"two is built from ../elsewhere/two, which is outside of {lamina.folder}/top" in result.err
    assert "three is built" not in result.err
    (lamina.folder / ".git").mkdir()  # one repository: nothing is outside of it
    assert "outside" not in lamina(*args, "--force", cwd=lamina.folder / "top").ok().err
    # what the user names himself is no surprise
    (lamina.folder / ".git").rmdir()
    result = lamina("build", "--package", "../elsewhere/two", *PY312, "-o", "out.zip", cwd=lamina.folder / "top").ok()
    assert "outside" not in result.err


def test_a_folder_that_is_gone(lamina):
    lamina.project("one", "one", requires=["two @ file:../two"])
    lamina.build("--package", "one", "-o", "out.zip").refused(6, "not-found", "two")
    lamina.project("two", "two")
    lamina.build("--package", "one", "-o", "out.zip").ok()
    subprocess.run(["rm", "-r", lamina.folder / "two"], check=True)
    result = lamina.build("--package", "one", "-o", "out.zip")
    assert result.status == 6 and "two" in result.err, result


def test_a_long_circle_of_paths(lamina):
    n = 30
    for i in range(n):
        lamina.project(f"p{i}", f"p{i}", requires=[f"p{(i + 1) % n} @ file:../p{(i + 1) % n}"])
    lamina.build("--package", "p0", "-o", "out.zip").ok()
    assert sum(name.endswith("/METADATA") for name in names(lamina.folder / "out.zip")) == n


def test_itself_by_path(lamina):
    lamina.project("one", "one", requires=["one @ file:."])
    result = lamina.build("--package", "one", "-o", "out.zip")
    assert result.status in (0, 4), result


# --- while others write ---

def test_files_that_change_while_they_are_read(lamina):
    """Each zip holds whole editions of the file or the run says that it changed; never a mixture."""
    size = 3 << 20
    project(lamina, UV + NAMED)
    path = lamina.folder / "x/src/x/data.txt"
    path.write_bytes(b"a" * size)
    stop = threading.Event()

    def write():
        letters = "abcdefgh"
        i = 0
        while not stop.is_set():
            i += 1
            with open(path, "r+b") as file:  # in place: what a reader sees is half of each
                file.write(letters[i % 8].encode() * size)
            time.sleep(0.002)

    writer = threading.Thread(target=write)
    writer.start()
    outcomes = set()
    try:
        for i in range(12):
            result = lamina.build("--package", "x", "--no-deps", "--force", "-o", f"out{i}.zip")
            outcomes.add(result.status)
            if result.status == 0:
                check_zip(lamina.folder / f"out{i}.zip")
            else:
                result.refused(6, "source-changed", "data.txt")
    finally:
        stop.set()
        writer.join()
    assert outcomes <= {0, 6}
    path.write_bytes(b"z" * size)
    lamina.build("--package", "x", "--no-deps", "-o", "last.zip").ok()
    assert contents(lamina.folder / "last.zip")["python/x/data.txt"] == b"z" * size


def test_files_that_vanish_while_they_are_read(lamina):
    project(lamina, UV + NAMED)
    folder = lamina.folder / "x/src/x"
    stop = threading.Event()

    def write():
        i = 0
        while not stop.is_set():
            i += 1
            (folder / f"m{i % 50}.py").write_text(f"x = {i}\n" * 20)
            if i > 25:
                (folder / f"m{(i + 25) % 50}.py").unlink(missing_ok=True)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for i in range(15):
            result = lamina.build("--package", "x", "--no-deps", "--force", "-o", f"out{i}.zip")
            assert result.status in (0, 6), result
            if result.status == 0:
                check_zip(lamina.folder / f"out{i}.zip")
    finally:
        stop.set()
        writer.join()
    lamina.build("--package", "x", "--no-deps", "-o", "last.zip").ok()


@pytest.mark.skipif(os.getuid() == 0, reason="root reads everything")
def test_files_that_cannot_be_read(lamina):
    project(lamina, UV + NAMED)
    lamina.write("x/src/x/secret.py").chmod(0)
    refused(lamina, 6, "read", "secret.py")


# --- what is no package ---

@pytest.mark.parametrize("alone", [(), ("--no-deps",)])
@pytest.mark.parametrize("name, status, words", [
    ("nowhere", 6, ["there is no folder `nowhere`", "--> command line", "holds its pyproject.toml"]),
    ("notes.txt", 6, ["there is no folder `notes.txt`", "it is a file"]),
    ("one/pyproject.toml", 6, ["it is a file", "name its folder: one"]),
    ("one-1.0-py3-none-any.whl", 6, ["it is a file", "with the line `./one-1.0-py3-none-any.whl`"]),
    ("empty", 3, ["`empty` holds no Python project", "no pyproject.toml, setup.cfg or setup.py"]),
])
def test_what_is_no_package(lamina, name, status, words, alone):
    """Said before anything is locked."""
    lamina.project("one", "one")
    lamina.write("notes.txt")
    lamina.write("one-1.0-py3-none-any.whl")
    (lamina.folder / "empty").mkdir()
    result = lamina("build", "--package", name, *alone, *PY312, "-o", "out.zip")
    assert result.status == status
    for word in words:
        assert word in result.err
    assert not list(lamina.folder.rglob("pylock*"))


def test_a_package_that_is_not_there_is_placed(lamina):
    lamina.write("lamina.toml", '[layer.shared]\npackage = "nowhere"\nruntime = "python3.12"\n')
    result = lamina("build")
    assert result.status == 6 and "--> lamina.toml:1" in result.err


def test_words_that_do_not_go_with_packages(lamina, index):
    lamina.project("one", "one")
    lamina.write("requirements.txt", "low\n")
    result = lamina("build", "-r", "requirements.txt", "--no-deps", *PY312, "-o", "out.zip")
    assert result.status == 2 and "--no-deps is for --package" in result.err
    result = lamina("build", "-r", "requirements.txt", "--package", "one", *PY312, "-o", "out.zip")
    assert result.status == 2 and "name the folder in the requirements file" in result.err
    lamina("build", "--package", "one", "--package", "./one/", *PY312, "-o", "out.zip").ok()
    assert [p.name for p in lamina.folder.glob("pylock*")] == ["pylock.one.toml"]


@pytest.mark.parametrize("key", ["package", "project", "requirements", "lock"])
def test_empty_paths(lamina, key):
    lamina.write("lamina.toml", f'[layer.shared]\n{key} = ""\nruntime = "python3.12"\n')
    result = lamina("build")
    assert result.status == 2 and f"`{key}` holds an empty path" in result.err and "--> lamina.toml:2:" in result.err


def test_paths_seen_from_below(lamina, index):
    """`project = "."` of a lamina.toml above: no ".././uv.lock"."""
    lamina.project("app", "app")
    lamina.write("app/lamina.toml", '[function.api]\nproject = "."\nruntime = "python3.12"\n')
    result = lamina("build", "--json", cwd=lamina.folder / "app/src").ok()
    assert result.record["lock"] == "../pylock.toml" and "locked ../pyproject.toml" in result.err


@pytest.mark.parametrize("folder, said", [("lib", "./lib"), ("libs/one", "./libs/one"), ("a b", "'./a b'"), (".", "."), ("{top}/lib", "{top}/lib")])
def test_the_wheel_that_would_help(lamina, folder, said):
    """pip takes `lib` for a project of the index, and `./lib` for the folder."""
    folder, said = (x.format(top=lamina.folder) for x in (folder, said))
    lamina.write(f"{folder}/pyproject.toml", '[build-system]\nrequires = ["maturin"]\nbuild-backend = "maturin"\n[project]\nname = "rusty"\nversion = "1"\n')
    result = lamina("build", "--package", folder, "--no-deps", *PY312, "-o", "x.zip")
    assert result.status == 4 and f"(`pip wheel --no-deps {said}`)" in result.err and "with a Python 3.12 of this computer" in result.err


@pytest.mark.parametrize("line, kind", [("./nowhere", "folder"), ("-e nowhere", "folder"), ("nowhere @ file:./nowhere", "folder"), ("./nowhere-1-py3-none-any.whl", "file")])
def test_a_path_that_is_not_there_has_its_line(lamina, line, kind):
    lamina.write("sub/requirements.txt", f"# nothing\n{line}\n")
    result = lamina("build", "-r", "sub/requirements.txt", *PY312, "-o", "x.zip")
    assert result.status == 6 and f"there is no {kind} `sub/" in result.err and "--> sub/requirements.txt:2" in result.err


def test_a_dependency_by_path_that_is_not_there_has_its_line(lamina):
    lamina.project("one", "one", requires=["two @ file:../two"])
    result = lamina("build", "--package", "one", *PY312, "-o", "x.zip")
    assert result.status == 6 and "--> one/pyproject.toml:7" in result.err


@pytest.mark.parametrize("words, help", [(("--extra", "x"), "`./one[x]`"), (("--all-extras",), "`./one[extra]`"), (("--group", "dev"), "--project libs/one")])
def test_extras_and_groups_of_packages(lamina, words, help):
    lamina.project("libs/one", "one", more='[project.optional-dependencies]\nx = []\n[dependency-groups]\ndev = []\n')
    result = lamina("build", "--package", "libs/one", *words, *PY312, "-o", "x.zip")
    assert result.status == 2 and "cannot be chosen for a private package" in result.err and help in result.err
    assert not list(lamina.folder.rglob("pylock*"))
