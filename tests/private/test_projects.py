"""`project = "."`: the project itself beside what its lock says it needs, from every kind of lock; when it stays out, and who says so.

SPDX-License-Identifier: Apache-2.0
"""
import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest

import wheels
from cli_conftest import check_zip, contents, names

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent.parent / "examples"
PY312 = ("--runtime", "python3.12")
UV = '[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n'
POETRY = '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n'


def packages(path):
    """Names of the distributions in a layer or function."""
    found = [n.rsplit("/", 2)[-2] for n in names(path) if n.endswith(".dist-info/METADATA")]
    return sorted(n.split("-")[0] for n in found)


def uv_lock(index, root="editable", needs=("low",), name="app", more=""):
    low = index.projects["low"][0]
    return f'''version = 1
revision = 3
requires-python = ">=3.12"
[[package]]
name = "{name}"
version = "1.0"
source = {{ {root} = "." }}
dependencies = [{", ".join(f'{{ name = "{n}" }}' for n in needs)}]
[package.metadata]
requires-dist = [{", ".join(f'{{ name = "{n}" }}' for n in needs)}]
[[package]]
name = "low"
version = "1.5"
source = {{ registry = "{index.url}" }}
wheels = [{{ url = "{index.root}/files/{low.name}", hash = "sha256:{low.hashes["sha256"]}" }}]
{more}'''


def poetry_lock(index, more=""):
    low = index.projects["low"][0]
    return f'''[[package]]
name = "low"
version = "1.5"
description = ""
optional = false
python-versions = "*"
groups = ["main"]
files = [{{ file = "{low.name}", hash = "sha256:{low.hashes["sha256"]}" }}]
{more}
[metadata]
lock-version = "2.1"
python-versions = ">=3.12"
content-hash = "{"0" * 64}"
'''


def pdm_lock(index):
    low = index.projects["low"][0]
    return f'''[metadata]
groups = ["default"]
strategy = ["inherit_metadata"]
lock_version = "4.5.0"
content_hash = "sha256:{"0" * 64}"
[[metadata.targets]]
requires_python = ">=3.12"
[[package]]
name = "low"
version = "1.5"
summary = ""
groups = ["default"]
files = [{{ file = "{low.name}", hash = "sha256:{low.hashes["sha256"]}" }}]
'''


LOCKS = {"uv.lock": uv_lock, "poetry.lock": poetry_lock, "pdm.lock": pdm_lock}


@pytest.fixture
def low(index):
    index.add(wheels.make("low", "1.5"))
    return index


def app(lamina, folder=".", build=UV, needs=("low",), tables="", files=None):
    lamina.write(f"{folder}/pyproject.toml", f'{build}[project]\nname = "app"\nversion = "1.0"\ndependencies = {list(needs)!r}\n{tables}')
    for path, text in ({"src/app/__init__.py": "x = 1\n"} if files is None else files).items():
        lamina.write(f"{folder}/{path}", text)


def built(lamina, *args):
    lamina.build("--project", ".", "--frozen", "-o", "out.zip", *args).ok()
    return packages(lamina.folder / "out.zip")


# --- locks that leave it to the project ---

@pytest.mark.parametrize("lock", LOCKS)
def test_it_comes_along(lamina, low, lock):
    app(lamina, build=POETRY if lock == "poetry.lock" else UV)
    lamina.write(lock, LOCKS[lock](low))
    assert built(lamina) == ["app", "low"]
    check_zip(lamina.folder / "out.zip")
    assert contents(lamina.folder / "out.zip")["python/app/__init__.py"] == b"x = 1\n"
    record = lamina.build("--project", ".", "--frozen", "-o", "out.zip").ok().record
    assert record["up_to_date"] and [d["name"] for d in record["distributions"]] == ["app", "low"]
    lamina.write("src/app/__init__.py", "x = 2\n")
    built(lamina)
    assert contents(lamina.folder / "out.zip")["python/app/__init__.py"] == b"x = 2\n"


def test_from_the_lock_that_lamina_writes(lamina, low):
    app(lamina)
    lamina.build("--project", ".", "-o", "out.zip").ok()
    assert packages(lamina.folder / "out.zip") == ["app", "low"]
    assert '"app"' not in (lamina.folder / "pylock.toml").read_text()
    assert built(lamina, "--force") == ["app", "low"]
    lamina.build("--project", ".", "--no-lock", "--force", "-o", "out.zip").ok()
    assert packages(lamina.folder / "out.zip") == ["app", "low"]


def test_a_function_in_one_step(lamina, low):
    app(lamina, files={"src/app/__init__.py": "", "src/app/handler.py": "import low\ndef handler(event, context): return low.__name__\n"})
    lamina.write("uv.lock", uv_lock(low))
    lamina.write("lamina.toml", '[function.api]\nproject = "."\nhandler = "app.handler.handler"\nruntime = "python3.12"\narch = ["x86_64", "arm64"]\n')
    lamina("build").ok()
    one, two = (lamina.folder / f"dist/api-{a}.zip" for a in ("x86_64", "arm64"))
    assert packages(one) == ["app", "low"] and "app/handler.py" in names(one)
    assert one.read_bytes() == two.read_bytes()
    done = subprocess.run([sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(one)!r}); import app.handler as h; print(h.handler(0, 0))"],
                          capture_output=True, text=True)
    assert done.stdout == "low\n", done


# --- locks that list everything ---

def test_a_pylock_of_others_lists_it(lamina, low):
    app(lamina)
    file = low.projects["low"][0]
    head = 'lock-version = "1.0"\ncreated-by = "hand"\n'
    wheel = f'[[packages]]\nname = "low"\nversion = "1.5"\nwheels = [{{ url = "{low.root}/files/{file.name}", hashes = {{ sha256 = "{file.hashes["sha256"]}" }} }}]\n'
    itself = '[[packages]]\nname = "app"\ndirectory = { path = ".", editable = true }\n'
    lamina.write("pylock.toml", head + itself + wheel)
    assert built(lamina) == ["app", "low"]
    lamina.write("pylock.toml", head + wheel)
    assert built(lamina) == ["low"]


@pytest.mark.parametrize("line", ["-e .", ".", "app @ file:."])
def test_requirements_list_it(lamina, low, line):
    app(lamina)
    lamina.requirements("low==1.5", line)
    lamina.build("--project", ".", "-o", "out.zip").ok()
    assert packages(lamina.folder / "out.zip") == ["app", "low"]
    lamina.requirements("low==1.5")
    lamina.build("--project", ".", "-o", "out.zip").ok()
    assert packages(lamina.folder / "out.zip") == ["low"]


def test_it_comes_once(lamina, low):
    """A member of a workspace that needs the root, and a requirements file that names it twice."""
    app(lamina, needs=("low", "part"), tables='[tool.uv.sources]\npart = { workspace = true }\n[tool.uv.workspace]\nmembers = ["part"]\n')
    lamina.project("part", "part", requires=["app"], more="[tool.uv.sources]\napp = { workspace = true }\n")
    lamina.write("uv.lock", uv_lock(low, needs=("low", "part"), more='''[[package]]
name = "part"
version = "1.0"
source = { editable = "part" }
dependencies = [{ name = "app" }]
'''))
    assert built(lamina) == ["app", "low", "part"]


def test_path_entries_of_poetry(lamina, low):
    app(lamina, build=POETRY)
    lamina.project("libs/one", "one")
    lamina.write("poetry.lock", poetry_lock(low, more='''[[package]]
name = "one"
version = "1.0"
description = ""
optional = false
python-versions = "*"
groups = ["main"]
files = []
develop = true
[package.source]
type = "directory"
url = "libs/one"
'''))
    assert built(lamina) == ["app", "low", "one"]


def test_a_workspace_from_its_root(lamina, low):
    """The members are found from ".", too."""
    app(lamina, needs=("low", "part"), tables='[tool.uv.workspace]\nmembers = ["packages/*"]\n[tool.uv.sources]\npart = { workspace = true }\n')
    lamina.project("packages/part", "part")
    lamina.build("--project", ".", "-o", "out.zip").ok()
    assert packages(lamina.folder / "out.zip") == ["app", "low", "part"]


# --- when it stays out ---

@pytest.mark.parametrize("lock, tables", [
    ("uv.lock", "[tool.uv]\npackage = false\n"),
    ("poetry.lock", "[tool.poetry]\npackage-mode = false\n"),
    ("pdm.lock", "[tool.pdm]\ndistribution = false\n"),
])
def test_the_project_says_so(lamina, low, lock, tables):
    app(lamina, build=POETRY if lock == "poetry.lock" else UV, tables=tables)
    lamina.write(lock, LOCKS[lock](low))
    assert built(lamina) == ["low"]
    app(lamina, build=POETRY if lock == "poetry.lock" else UV)
    assert built(lamina) == ["app", "low"]


@pytest.mark.parametrize("lock", LOCKS)
def test_no_build_system(lamina, low, lock):
    app(lamina, build="")
    lamina.write(lock, LOCKS[lock](low))
    result = lamina.build("--project", ".", "--frozen", "-o", "out.zip").ok()
    assert packages(lamina.folder / "out.zip") == ["low"] and "app" not in result.err


def test_uv_says_package(lamina, low):
    """uv: package = true makes it one without a [build-system]; setuptools is the backend then."""
    app(lamina, build="", tables="[tool.uv]\npackage = true\n")
    lamina.write("uv.lock", uv_lock(low))
    assert built(lamina) == ["app", "low"]


def test_the_lock_alone(lamina, low):
    app(lamina)
    lamina.write("uv.lock", uv_lock(low))
    lamina.build("--lock", "uv.lock", "-o", "out.zip").ok()
    assert packages(lamina.folder / "out.zip") == ["low"]


def test_left_out_by_name(lamina, low):
    app(lamina)
    lamina.write("uv.lock", uv_lock(low))
    assert built(lamina, "--exclude", "App") == ["low"]
    assert built(lamina, "--only", "low") == ["low"]
    assert built(lamina, "--only", "app") == ["app", "low"]
    assert built(lamina, "--exclude", "low") == ["app"]


def test_groups_alone(lamina, low):
    app(lamina, tables='[dependency-groups]\ndev = ["low"]\n')
    lamina.write("uv.lock", uv_lock(low, needs=()).replace("[package.metadata]", '[package.dev-dependencies]\ndev = [{ name = "low" }]\n[package.metadata]'))
    assert built(lamina, "--only-group", "dev") == ["low"]
    assert built(lamina, "--group", "dev") == ["app", "low"]
    (lamina.folder / "uv.lock").unlink()
    app(lamina, build=POETRY)
    lamina.write("poetry.lock", poetry_lock(low))
    assert built(lamina, "--only-group", "main") == ["app", "low"]


def test_an_application_without_a_package(lamina, low):
    """Poetry's default: a [build-system], and handlers beside it. Said, and noticed when a package appears."""
    app(lamina, build=POETRY, files={"handler.py": ""})
    lamina.write("poetry.lock", poetry_lock(low))
    result = lamina("build", "--project", ".", *PY312, "--frozen", "-o", "out.zip").ok()
    assert "itself is not put in" in result.err and "package-mode" in result.err
    assert packages(lamina.folder / "out.zip") == ["low"]
    lamina.write("app/__init__.py")
    assert built(lamina) == ["app", "low"]


@pytest.mark.parametrize("options, found", [
    (["--source", "."], "src/app/__init__.py"),
    (["--source", "src"], "app/__init__.py"),
])
def test_source_takes_its_files(lamina, low, options, found):
    app(lamina)
    lamina.write("uv.lock", uv_lock(low))
    assert built(lamina, *options) == ["low"]
    assert [n for n in names(lamina.folder / "out.zip") if n.endswith("app/__init__.py")] == [found]


def test_source_beside_it(lamina, low):
    app(lamina)
    lamina.write("uv.lock", uv_lock(low))
    lamina.write("handlers/index.py")
    assert built(lamina, "--source", "handlers") == ["app", "low"]
    assert "index.py" in names(lamina.folder / "out.zip") and "app/__init__.py" in names(lamina.folder / "out.zip")
    assert built(lamina, "--source", ".", "--include", "handlers/**") == ["app", "low"]


def test_files_take_its_files(lamina, low):
    app(lamina)
    lamina.write("uv.lock", uv_lock(low))
    lamina.write("lamina.toml", '[function.f]\nproject = "."\nruntime = "python3.12"\nfiles = { "lib/app" = "src/app" }\noutput = "out.zip"\n')
    lamina("build", "--frozen").ok()
    assert packages(lamina.folder / "out.zip") == ["low"] and "lib/app/__init__.py" in names(lamina.folder / "out.zip")
    lamina.write("lamina.toml", '[function.f]\nproject = "."\nruntime = "python3.12"\nfiles = { "pyproject.toml" = "pyproject.toml" }\noutput = "out.zip"\n')
    lamina("build", "--frozen").ok()
    assert packages(lamina.folder / "out.zip") == ["app", "low"]


# --- what cannot be built ---

SETUP = '[build-system]\nrequires = ["maturin"]\nbuild-backend = "maturin"\n'


def test_what_cannot_be_built(lamina, low):
    app(lamina, build=SETUP)
    lamina.write("uv.lock", uv_lock(low))
    lamina.build("--project", ".", "--frozen", "-o", "out.zip").refused(4, "cannot-build", "app", "maturin", "--exclude app")
    assert not (lamina.folder / "out.zip").exists()
    assert built(lamina, "--exclude", "app") == ["low"]
    assert built(lamina, "--source", "src") == ["low"]  # as before there were packages


def test_what_is_wrong_with_it(lamina, low):
    app(lamina, tables='license-files = ["/abs"]\n')
    lamina.write("uv.lock", uv_lock(low))
    lamina.build("--project", ".", "--frozen", "-o", "out.zip").refused(3, "bad-glob", "/abs", "--exclude app")


# --- one zip for both architectures ---

def same_as(result):
    return [(r["arch"], r.get("same_as")) for r in result.records]


BOTH = ("--arch", "x86_64,arm64")


def test_both_architectures_are_said(lamina, low):
    app(lamina)
    lamina.write("uv.lock", uv_lock(low))
    args = ("build", "--project", ".", *PY312, *BOTH, "-o", "out-{arch}.zip")
    first = lamina(*args).ok()
    assert first.err.count("note: out: the same bytes for x86_64 and arm64, since nothing native is inside; either zip serves both\n") == 1
    one, two = (lamina.folder / f"out-{a}.zip" for a in ("x86_64", "arm64"))
    check_zip(two)
    assert one.read_bytes() == two.read_bytes() and one.stat().st_ino != two.stat().st_ino
    assert one.stat().st_mode == two.stat().st_mode
    assert "same bytes" not in lamina(*args).ok().err  # nothing was built
    assert same_as(lamina(*args, "--json").ok()) == [("x86_64", None), ("arm64", "out-x86_64.zip")]
    forced = lamina(*args, "--json", "--force").ok()
    assert same_as(forced) == [("x86_64", None), ("arm64", "out-x86_64.zip")] and not forced.records[1]["up_to_date"]
    assert lamina(*args, "--json=flat", "-q").ok().records[1]["same_as"] == "out-x86_64.zip"
    assert "same bytes" not in lamina(*args, "--force", "-q").ok().err


@pytest.mark.parametrize("name, content", [("libz.so", b"x"), ("tool", b"\x7fELF" + bytes(60))])
def test_what_is_native_serves_nobody_else(lamina, name, content):
    """The same bytes for both, and right for one of them at most."""
    lamina.write("app/index.py", "def handler(event, context): pass\n")
    args = ("build", "--source", "app", *PY312, *BOTH, "-o", "out-{arch}.zip")
    assert "either zip serves both" in lamina(*args).ok().err
    (lamina.folder / "app" / name).write_bytes(content)
    result = lamina(*args, "--json").ok()
    assert "serves both" not in result.err and same_as(result)[1] == ("arm64", "out-x86_64.zip")


def test_the_second_is_not_packed_again(lamina, low, tmp_path):
    """It is the first one's copy, made by the file system."""
    app(lamina, files={"src/app/__init__.py": "x = 1\n" * 100})
    lamina.write("uv.lock", uv_lock(low))
    trace = tmp_path / "trace"
    if subprocess.run(["strace", "-V"], capture_output=True).returncode != 0:
        pytest.skip("no strace")
    lamina("build", "--project", ".", *PY312, *BOTH, "-o", "out-{arch}.zip", under=["strace", "-f", "-o", trace, "-e", "trace=copy_file_range"],
           env={"ASAN_OPTIONS": "detect_leaks=0"}).ok()  # which does not work under strace
    assert trace.read_text().count("copy_file_range(") >= 1


def test_native_files_differ(lamina, low, index):
    app(lamina, build="", needs=("low", "nat"))
    for platform in ("manylinux_2_17_x86_64", "manylinux_2_17_aarch64"):
        index.add(wheels.make("nat", "1", tag=f"cp312-cp312-{platform}"))
    result = lamina("build", "--project", ".", *PY312, *BOTH, "-o", "out-{arch}.zip").ok()
    assert "same bytes" not in result.err
    assert same_as(lamina("build", "--project", ".", *PY312, *BOTH, "-o", "out-{arch}.zip", "--json").ok()) == [("x86_64", None), ("arm64", None)]


def test_both_architectures_in_lamina_toml(lamina, low):
    app(lamina)
    lamina.write("uv.lock", uv_lock(low))
    lamina.write("lamina.toml", '[defaults]\nruntime = "python3.12"\narch = ["x86_64", "arm64"]\nproject = "."\n[layer.one]\n[layer.two]\n[layer.three]\noutput = "x/{name}-{machine}.zip"\n')
    result = lamina("build", "--json").ok()
    assert [r.get("same_as") for r in result.records] == [None, "dist/one-x86_64.zip", None, "dist/two-x86_64.zip", None, "x/three-x86_64.zip"]
    assert result.err.count("note: one, two, three: the same bytes for x86_64 and arm64") == 1
    assert "same bytes" not in lamina("build").ok().err  # nothing was built
    trees = lamina("build", "--json", "one", "--into", "tree-{arch}").ok()
    assert [r.get("same_as") for r in trees.records] == [None, None]
    many = "".join(f"[layer.l{i}]\n" for i in range(9))
    lamina.write("lamina.toml", f'[defaults]\nruntime = "python3.12"\narch = ["x86_64", "arm64"]\nproject = "."\n{many}')
    assert "note: l0, l1, l2, l3, l4 and 4 more: the same bytes" in lamina("build").ok().err


def test_one_of_two_is_gone(lamina, low):
    """The first is up to date, the second is gone: packed anew, with the same bytes."""
    app(lamina)
    lamina.write("uv.lock", uv_lock(low))
    lamina("build", "--project", ".", *PY312, *BOTH, "-o", "out-{arch}.zip").ok()
    (lamina.folder / "out-arm64.zip").unlink()
    again = lamina("build", "--project", ".", *PY312, *BOTH, "-o", "out-{arch}.zip", "--json").ok()
    assert [r["up_to_date"] for r in again.records] == [True, False] and again.records[1]["same_as"] == "out-x86_64.zip"
    assert (lamina.folder / "out-arm64.zip").read_bytes() == (lamina.folder / "out-x86_64.zip").read_bytes()


# --- examples/private ---

def test_the_example(lamina, index):
    """A src layout with pyproject.toml and setup.cfg: a layer for both architectures, and a function that imports from it."""
    index.add(wheels.make("python-dateutil", "2.9", requires=["six>=1.5"], files={
        "dateutil/__init__.py": "", "dateutil/parser.py": "import datetime\nparse = datetime.date.fromisoformat\n"}), wheels.make("six", "1.17"))
    shutil.copytree(EXAMPLES / "private", lamina.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("dist", ".lamina", "pylock.*"))
    result = lamina("build", "--json").ok()
    assert [(r["name"], r["arch"]) for r in result.records] == [("shared", "x86_64"), ("shared", "arm64"), ("api", "x86_64"), ("api", "arm64")]
    layer, function = lamina.folder / "dist/shared-arm64.zip", lamina.folder / "dist/api-arm64.zip"
    assert packages(layer) == ["libexample", "python_dateutil", "six"] and "python/libexample/templates/greeting.html" in names(layer)
    assert layer.read_bytes() == (lamina.folder / "dist/shared-x86_64.zip").read_bytes()
    with zipfile.ZipFile(layer) as z:
        z.extractall(lamina.folder / "opt")
    code = f"""import sys; sys.path[:0] = [{str(function)!r}, {str(lamina.folder / "opt/python")!r}]
import index, importlib.metadata as m
print(index.handler({{"name": "Ada", "day": "2024-02-29"}}, None)["body"].strip(), m.version("libexample"))"""
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True)
    assert done.stdout == "<p>Hello Ada, it is Thursday, 29 February 2024.</p> 1.2.0\n", done


# --- wheels that lie in a folder ---

NEVER = ("--no-index", "--find-links", "wheels")


@pytest.fixture
def wheelhouse(lamina):
    for wheel in (wheels.make("low", "1.5"), wheels.make("low", "1.4"), wheels.make("own", "2")):
        lamina.write(f"wheels/{wheel.file}", wheel.data)
    return lamina


def test_find_links_beside_a_package(wheelhouse, index):
    wheelhouse.project("lib", "lib", requires=["low>=1", "own"])
    result = wheelhouse.build("--package", "lib", *NEVER, "-o", "out.zip").ok()
    assert packages(wheelhouse.folder / "out.zip") == ["lib", "low", "own"]
    assert [d["version"] for d in result.record["distributions"]] == ["1.0", "1.5", "2"]
    assert wheelhouse.build("--package", "lib", *NEVER, "-o", "out.zip").ok().record["up_to_date"]
    assert not index.requests
    lock = (wheelhouse.folder / "pylock.lib.toml").read_text()
    assert 'path = "wheels/low-1.5-py3-none-any.whl"' in lock
    # the lock names the files: the folder need not be named again
    wheelhouse.build("--package", "lib", "--locked", "--offline", "--force", "-o", "out.zip").ok()


def test_find_links_beside_a_project(wheelhouse, index):
    app(wheelhouse, needs=("low", "own"))
    wheelhouse.build("--project", ".", *NEVER, "-o", "out.zip").ok()
    assert packages(wheelhouse.folder / "out.zip") == ["app", "low", "own"] and not index.requests
    wheelhouse.write("wheels/low-1.6-py3-none-any.whl", wheels.make("low", "1.6").data)
    again = wheelhouse.build("--project", ".", *NEVER, "-o", "out.zip").ok()
    assert [d["version"] for d in again.record["distributions"]] == ["1.0", "1.5", "2"]  # locked
    again = wheelhouse.build("--project", ".", *NEVER, "--upgrade", "-o", "out.zip").ok()
    assert [d["version"] for d in again.record["distributions"]] == ["1.0", "1.6", "2"]


@pytest.mark.parametrize("lock", ["poetry.lock", "pdm.lock"])
def test_find_links_with_a_lock(wheelhouse, low, lock):
    """Locks that name no URL: the file of that name and hash is taken from the folder."""
    app(wheelhouse, build=POETRY if lock == "poetry.lock" else UV)
    wheelhouse.write(lock, LOCKS[lock](low))
    low.requests.clear()
    wheelhouse.build("--project", ".", "--frozen", *NEVER, "-o", "out.zip").ok()
    assert packages(wheelhouse.folder / "out.zip") == ["app", "low"] and not low.requests


def test_find_links_with_requirements(wheelhouse, index):
    app(wheelhouse, needs=("low",))
    wheelhouse.requirements("-f wheels", "--no-index", "-e .", "low==1.4", "./wheels/own-2-py3-none-any.whl")
    result = wheelhouse.build("-r", "requirements.txt", "-o", "out.zip").ok()
    assert [(d["name"], d["version"]) for d in result.record["distributions"]] == [("app", "1.0"), ("low", "1.4"), ("own", "2")]
    assert not index.requests


def test_a_wheel_that_a_package_names(wheelhouse, index):
    """`name @ file:` of a wheel, and uv's path source: beside packages in folders."""
    wheelhouse.project("lib", "lib", requires=["low @ file:../wheels/low-1.4-py3-none-any.whl", "own", "part"],
                       more='[tool.uv.sources]\nown = { path = "../wheels/own-2-py3-none-any.whl" }\npart = { path = "../part" }\n')
    wheelhouse.project("part", "part")
    result = wheelhouse.build("--package", "lib", "--no-index", "-o", "out.zip").ok()
    assert [(d["name"], d["version"]) for d in result.record["distributions"]] == [("lib", "1.0"), ("low", "1.4"), ("own", "2"), ("part", "1.0")]
    assert not index.requests
    # another wheel under the same name is another input
    wheelhouse.write("wheels/own-2-py3-none-any.whl", wheels.make("own", "2", files={"own/__init__.py": b"changed = 1\n"}).data)
    wheelhouse.build("--package", "lib", "--no-index", "-o", "out.zip").ok()
    assert contents(wheelhouse.folder / "out.zip")["python/own/__init__.py"] == b"changed = 1\n"


# --- a workspace of five ---

FIVE = ("alpha", "beta", "gamma", "delta", "epsilon")
IMPORT_ALL = """import sys; sys.path[:0] = [%r]
import importlib, importlib.metadata as m
for name in %r:
    module = importlib.import_module(name)
    print(name, m.version(name), module.chain())
"""


def module_of(i):
    """Each calls the one after it; the last one calls low."""
    following = FIVE[i + 1] if i + 1 < len(FIVE) else "low"
    call = f"{following}.chain()" if following != "low" else "low.name"
    return f"import {following}\n\ndef chain():\n    return '{FIVE[i]} ' + {call}\n"


def uv_workspace(lamina):
    """Members need the next one; their groups need the one before, include each other, and the root's groups need them all."""
    sources = "".join(f"{n} = {{ workspace = true }}\n" for n in FIVE)
    app(lamina, needs=("alpha",), tables=f'[dependency-groups]\ndev = [{{ include-group = "test" }}, "epsilon"]\ntest = ["gamma"]\n'
        f'[tool.uv.workspace]\nmembers = ["packages/*"]\n[tool.uv.sources]\n{sources}')
    for i, name in enumerate(FIVE):
        needs = [FIVE[i + 1]] if i + 1 < len(FIVE) else ["low"]
        lamina.project(f"packages/{name}", name, requires=needs, files={"__init__.py": module_of(i)},
                       more=f'requires-python = ">=3.9"\n[dependency-groups]\ndev = ["{FIVE[i - 1]}", {{ include-group = "lint" }}]\nlint = ["{FIVE[(i + 3) % 5]}"]\n'
                            f'[tool.uv.sources]\n{"".join(f"{n} = {{ workspace = true }}" + chr(10) for n in FIVE if n != name)}')


def poetry_workspace(lamina):
    """Poetry's groups with path dependencies that lead back."""
    for i, name in enumerate(FIVE):
        following = FIVE[i + 1] if i + 1 < len(FIVE) else None
        need = f'{following} = {{ path = "../{following}", develop = true }}' if following else 'low = "^1"'
        lamina.write(f"packages/{name}/pyproject.toml", f'{POETRY}[tool.poetry]\nname = "{name}"\nversion = "1.0"\ndescription = ""\nauthors = []\n'
                     f'[tool.poetry.dependencies]\npython = ">=3.9"\n{need}\n[tool.poetry.group.dev.dependencies]\n{FIVE[i - 1]} = {{ path = "../{FIVE[i - 1]}", develop = true }}\n'
                     f'[dependency-groups]\nlint = [{{ include-group = "more" }}]\nmore = []\n')
        lamina.write(f"packages/{name}/{name}/__init__.py", module_of(i))


def imports(lamina, tree):
    code = IMPORT_ALL % (str(tree), FIVE)
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines() == [f"{n} 1.0 {' '.join([*FIVE[i:], 'low'])}" for i, n in enumerate(FIVE)], done


@pytest.mark.parametrize("make, args, more", [
    (uv_workspace, ["--project", "."], ["app"]),
    (uv_workspace, ["--package", "packages/alpha"], []),
    (uv_workspace, [word for n in FIVE for word in ("--package", f"packages/{n}")], []),
    (poetry_workspace, ["--package", "packages/alpha"], []),
    (poetry_workspace, ["--project", "packages/alpha"], []),
])
def test_five_packages_with_cycles_in_groups(lamina, low, make, args, more):
    make(lamina)
    result = lamina("build", *args, *PY312, *BOTH, "-o", "out-{arch}.zip", "--json").ok()
    one, two = (lamina.folder / f"out-{a}.zip" for a in ("x86_64", "arm64"))
    assert packages(one) == sorted([*FIVE, "low", *more]) and one.read_bytes() == two.read_bytes()
    assert same_as(result)[1] == ("arm64", "out-x86_64.zip")
    lamina("build", *args, *PY312, "--arch", "arm64", "--into", "tree").ok()
    imports(lamina, lamina.folder / "tree/python")
    assert all(r["up_to_date"] for r in lamina("build", *args, *PY312, *BOTH, "-o", "out-{arch}.zip", "--json").ok().records)


def test_five_packages_from_the_lock_of_uv(lamina, low):
    uv = shutil.which("uv", path=str(pathlib.Path(sys.executable).parent)) or shutil.which("uv")
    if not uv:
        pytest.skip("no uv")
    uv_workspace(lamina)
    done = subprocess.run([uv, "lock", "--python", sys.executable, "--default-index", low.url, "--cache-dir", str(lamina.base / "uv"), "--no-config"],
                          cwd=lamina.folder, env=lamina.environment({}), capture_output=True, text=True)
    if done.returncode != 0 and "requires-python" not in done.stderr + done.stdout:
        pytest.fail(done.stderr)
    low.requests.clear()
    lamina("build", "--project", ".", *PY312, *BOTH, "-o", "out-{arch}.zip").ok()
    assert packages(lamina.folder / "out-arm64.zip") == sorted([*FIVE, "app", "low"])
    lamina("build", "--project", ".", *PY312, "--into", "tree").ok()
    imports(lamina, lamina.folder / "tree/python")
    with_groups = lamina.build("--project", ".", "--group", "dev", "-o", "dev.zip").ok()
    assert [d["name"] for d in with_groups.record["distributions"]] == sorted([*FIVE, "app", "low"])


def test_a_member_by_the_lock_of_its_workspace(lamina, low):
    """uv.lock lies at the workspace's root; a member is entered at itself, with its own groups."""
    uv = shutil.which("uv", path=str(pathlib.Path(sys.executable).parent)) or shutil.which("uv")
    if not uv:
        pytest.skip("no uv")
    uv_workspace(lamina)
    subprocess.run([uv, "lock", "--python", sys.executable, "--default-index", low.url, "--cache-dir", str(lamina.base / "uv"), "--no-config"],
                   cwd=lamina.folder, env=lamina.environment({}), capture_output=True, check=True)
    low.requests.clear()
    for args, found in ((["--project", "packages/delta"], ["delta", "epsilon", "low"]), (["--package", "packages/delta"], ["delta", "epsilon", "low"]),
                        (["--project", "packages/delta", "--group", "lint"], ["beta", "delta", "epsilon", "gamma", "low"]),
                        (["--project", "packages/delta", "--exclude", "delta"], ["epsilon", "low"])):
        record = lamina.build(*args, "-o", "out.zip").ok().record
        assert [d["name"] for d in record["distributions"]] == sorted(found) and record["lock"] == "uv.lock"
    assert lamina.build("--project", ".", "-o", "out.zip", cwd=lamina.folder / "packages/delta").ok().record["lock"] == "../../uv.lock"
    assert not list(lamina.folder.glob("**/pylock*"))
    lamina.build("--project", "packages/delta", "--group", "nothing", "-o", "out.zip").refused(2, "unknown-group", "lint")
    assert "note: uv.lock is a lock already" in lamina("lock", "--project", "packages/delta", *PY312).ok().err
    theirs = subprocess.run([uv, "export", "--package", "delta", "--frozen", "--no-header", "--no-dev", "--no-annotate", "--no-config"], cwd=lamina.folder,
                            env=lamina.environment({}), capture_output=True, text=True, check=True).stdout
    ours = lamina("export", "--project", "packages/delta").ok().out
    assert [x for x in ours.splitlines() if not x.lstrip().startswith("#")] == [x for x in theirs.splitlines() if not x.lstrip().startswith("#")]
    # a member that moved on makes the lock stale
    lamina.write("packages/delta/pyproject.toml", (lamina.folder / "packages/delta/pyproject.toml").read_text().replace('["epsilon"]', '["epsilon", "low"]', 1))
    lamina.build("--project", "packages/delta", "-o", "out.zip").refused(4, "lock-stale", "packages/delta/pyproject.toml", "uv lock")


def test_a_member_before_there_is_a_lock(lamina, low):
    uv_workspace(lamina)
    lamina.build("--project", "packages/delta", "-o", "out.zip").ok()
    assert (lamina.folder / "packages/delta/pylock.toml").exists()
    assert packages(lamina.folder / "out.zip") == ["delta", "epsilon", "low"]


def test_a_package_that_its_lock_lists_comes_once(lamina, low):
    app(lamina, "lib")
    lamina.write("lib/pylock.toml", 'lock-version = "1.0"\ncreated-by = "hand"\n[[packages]]\nname = "app"\ndirectory = { path = "." }\n')
    lamina.build("--package", "lib", "-o", "out.zip").ok()
    assert packages(lamina.folder / "out.zip") == ["app"]


@pytest.mark.parametrize("build, tables", [
    (UV, ""), (POETRY, 'readme = "README.md"\n'), ('[build-system]\nrequires = ["hatchling", "hatch-vcs"]\nbuild-backend = "hatchling.build"\n', 'readme = "README.md"\n'),
    ('[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n', 'license-files = ["LICENSE"]\n'),
    ('[build-system]\nrequires = ["maturin"]\nbuild-backend = "maturin"\n', ""),
])
def test_a_lock_and_its_project_file_alone(lamina, low, build, tables):
    """As they are copied into an image before the code: there is nothing to install of the project yet."""
    app(lamina, build=build, tables=tables, files={})
    lamina.write("uv.lock", uv_lock(low))
    result = lamina.build("--project", ".", "--frozen", "-o", "out.zip").ok()
    assert packages(lamina.folder / "out.zip") == ["low"] and "itself is not put in" in result.err
    lamina.write("src/app/__init__.py")
    if "uv_build" in build:
        assert built(lamina) == ["app", "low"]


# --- links in a repository ---

def test_files_that_packages_share(lamina):
    """LICENSE -> ../../LICENSE: within one repository, and nowhere else."""
    lamina.project("repo/packages/one", "one", more='license-files = ["LICENSE"]\n')
    lamina.write("repo/LICENSE", "shared\n")
    lamina.write("secret", "s")
    package = lamina.folder / "repo/packages/one"
    (package / "LICENSE").symlink_to("../../LICENSE")
    args = ("--package", "repo/packages/one", "--no-deps", "-o", "out.zip")
    lamina.build(*args).refused(3, "source-link", "LICENSE", "out of its folder")
    subprocess.run(["git", "init", "-q", lamina.folder / "repo"], check=True)
    lamina.build(*args).ok()
    assert contents(lamina.folder / "out.zip")["python/one-1.0.dist-info/licenses/LICENSE"] == b"shared\n"
    lamina.write("repo/LICENSE", "changed\n")
    lamina.build(*args).ok()
    assert contents(lamina.folder / "out.zip")["python/one-1.0.dist-info/licenses/LICENSE"] == b"changed\n"
    for target in ("../../../secret", "../../.git/config", "../.."):
        (package / "src/one/more.py").symlink_to(target if target != "../../.git/config" else "../../../../.git/config")
        lamina.build(*args).refused(3, "source-link", "more")
        (package / "src/one/more.py").unlink()


def test_links_and_sockets_that_no_rule_takes(lamina):
    """What lies about in a repository hurts only when it would be packed."""
    lamina.project("one", "one", more='license-files = ["LICENSE*"]\n')
    lamina.write("one/LICENSE")
    lamina.write("elsewhere/file")
    one = lamina.folder / "one"
    args = ("--package", "one", "--no-deps", "-o", "out.zip")
    lamina.build(*args).ok()
    before = (lamina.folder / "out.zip").read_bytes()
    (one / "docs").mkdir()
    (one / "docs/gone").symlink_to("nowhere")
    (one / "docs/circle").symlink_to("circle")
    (one / "notes.txt").symlink_to("../elsewhere/file")
    os.mkfifo(one / "pipe")
    (one / ".gitignore").write_text("result\n")
    (one / "result").symlink_to("../elsewhere")
    (lamina.folder / "venvs/one").mkdir(parents=True)
    (lamina.folder / "venvs/one/pyvenv.cfg").write_text("home = /usr/bin\n")
    (one / "env").symlink_to("../venvs/one")
    lamina.build(*args).ok()
    assert (lamina.folder / "out.zip").read_bytes() == before
    (one / "LICENSE.more").symlink_to("../elsewhere/file")
    lamina.build(*args).refused(3, "source-link", "LICENSE.more", "out of its folder")
    (one / "LICENSE.more").unlink()
    (one / "other").symlink_to("../elsewhere")  # it could be a package
    lamina.build(*args).refused(3, "source-link", "one/other", "out of its folder")
