"""Projects that are built by their own backend (--build=host): what is run, with what, what of it is taken, and what is left behind.

SPDX-License-Identifier: Apache-2.0
"""
import io
import os
import pathlib
import platform
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
import zipfile

import pytest

import wheels
from cli_conftest import Lamina as Plain, contents, names

MINOR = sys.version_info[1]
RUNTIME = f"python3.{MINOR}"
GLIBC = {8: 26, 9: 26, 10: 26, 11: 26}.get(MINOR, 34)
ARCH = {"x86_64": "x86_64", "aarch64": "arm64"}.get(platform.machine())
OTHER = {"x86_64": "arm64", "arm64": "x86_64"}.get(ARCH)
HERE = ("--runtime", RUNTIME, "--arch", ARCH or "x86_64", "--build=host")
BOTH = ("--runtime", RUNTIME, "--arch", "x86_64,arm64", "--build=host")
BASE = os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)

pytestmark = [
    pytest.mark.skipif(not 8 <= MINOR <= 14, reason=f"no Lambda runtime has Python 3.{MINOR}"),
    pytest.mark.skipif(ARCH is None, reason="Lambda has no such processor"),
    pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="builds on this computer need glibc"),
]

# A backend in the project's own tree: what it does is in `steps`, which the hooks run.
BACKEND = '''
import base64, hashlib, os, sys, zipfile
{head}
NAME, VERSION, TAG = {name!r}, {version!r}, {tag!r}
FILES = {files!r}
REQUIRES = {requires!r}

def metadata():
    return f"Metadata-Version: 2.1\\nName: {{NAME}}\\nVersion: {{VERSION}}\\n" + "".join(f"Requires-Dist: {{r}}\\n" for r in REQUIRES)

def build_wheel(directory, config_settings=None, metadata_directory=None):
    files = dict(FILES)
    {steps}
    info = f"{{NAME}}-{{VERSION}}.dist-info"
    files[info + "/METADATA"] = metadata()
    files[info + "/WHEEL"] = f"Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: {{TAG}}\\n"
    rows = ""
    file = f"{{NAME}}-{{VERSION}}-{{TAG}}.whl"
    with zipfile.ZipFile(os.path.join(directory, file), "w") as z:
        for name, text in files.items():
            data = text.encode() if isinstance(text, str) else text
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            rows += f"{{name}},sha256={{digest}},{{len(data)}}\\n"
            z.writestr(zipfile.ZipInfo(name), data)
        z.writestr(zipfile.ZipInfo(info + "/RECORD"), rows + info + "/RECORD,,\\n")
    return file
'''
PREPARE = '''
def prepare_metadata_for_build_wheel(directory, config_settings=None):
    info = f"{NAME}-{VERSION}.dist-info"
    os.mkdir(os.path.join(directory, info))
    with open(os.path.join(directory, info, "METADATA"), "w") as f:
        f.write(metadata())
    return info
'''


class Lamina(Plain):
    def __init__(self, base):
        super().__init__(base)
        self.temporary = base / "tmp"
        self.temporary.mkdir()
        self.env["LAMINA_PYTHON"] = BASE
        self.env["TMPDIR"] = str(self.temporary)

    def left_in_tmp(self):
        return sorted(p.name for p in self.temporary.iterdir())

    def own(self, folder="own", name="own", version="1.0", tag="py3-none-any", head="", steps="pass", files=None, requires=(), more="",
            static=True, build_requires=()):
        """A project with a backend of its own that needs nothing to be installed."""
        text = BACKEND.format(name=name, version=version, tag=tag, head=head, steps=steps.replace("\n", "\n    "),
                              files=files or {f"{name}.py": "x = 1\n"}, requires=list(requires))
        project = f'name = "{name}"\n' + (f'version = "{version}"\n' if static else 'dynamic = ["version", "dependencies"]\n')
        asked = ", ".join(f'"{r}"' for r in build_requires)
        self.write(f"{folder}/pyproject.toml",
                   f'[build-system]\nrequires = [{asked}]\nbuild-backend = "ownbackend"\nbackend-path = ["tools"]\n[project]\n{project}')
        self.write(f"{folder}/tools/ownbackend.py", text + more)
        self.write(f"{folder}/{name}.py", "x = 1\n")


@pytest.fixture
def lamina(tmp_path, index):
    made = Lamina(tmp_path)
    made.env["PIP_INDEX_URL"] = index.url
    return made


@pytest.fixture(scope="session")
def real():
    """Real backends, loaded once, as wheels for an index."""
    folder = tempfile.mkdtemp(prefix="lamina-host-")
    done = subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--only-binary", ":all:", "--dest", folder,
                           "setuptools", "setuptools-scm", "hatchling", "hatch-vcs"], capture_output=True, text=True)
    try:
        if done.returncode:
            pytest.skip(f"no index answers: {done.stderr[-300:]}")
        found = []
        for path in sorted(pathlib.Path(folder).glob("*.whl")):
            name, version = path.name.split("-")[:2]
            found.append(wheels.Wheel(wheels.normalize(name), version, path.name, path.read_bytes()))
        yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def tree(folder):
    """Every name below it, with content."""
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in sorted(pathlib.Path(folder).rglob("*"))}


def build(lamina, *args, **options):
    return lamina("build", "--json", *args, **options)


# --- what is built ---

def test_a_backend_of_the_project(lamina):
    lamina.own(steps="files['own_made.py'] = 'made = True\\n'")
    before = tree(lamina.folder)
    native = build(lamina, "--package", "own", "--runtime", RUNTIME, "-o", "own.zip")
    native.refused(4, "cannot-build", "--build=host", "backend-path")
    (lamina.folder / "pylock.own.toml").unlink()
    result = build(lamina, "--package", "own", *BOTH, "-o", "own-{arch}.zip").ok()
    assert result.err.count("built own with its own backend (ownbackend) and Python 3.") == 1, result
    one, two = (lamina.folder / f"own-{a}.zip" for a in ("x86_64", "arm64"))
    assert contents(one)["python/own_made.py"] == b"made = True\n" and one.read_bytes() == two.read_bytes()
    after = tree(lamina.folder)
    assert {k: v for k, v in after.items() if k.startswith("own/") or k == "own"} == {k: v for k, v in before.items() if k.startswith("own")}
    assert lamina.left_in_tmp() == []


def test_computed_by_setup(lamina, index, real):
    index.add(*real)
    lamina.write("lib/pyproject.toml", '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
                                       '[project]\nname = "lib"\ndynamic = ["version"]\n')
    lamina.write("lib/setup.py", "from setuptools import setup, Command\nfrom setuptools.command.build_py import build_py\n"
                                 "class Own(build_py):\n    def run(self):\n        super().run()\n"
                                 "        import os; open(os.path.join(self.build_lib, 'lib', 'made.py'), 'w').write('by = 1\\n')\n"
                                 "setup(version='.'.join(['2', '1']), cmdclass={'build_py': Own})\n")
    lamina.write("lib/lib/__init__.py", "")
    result = build(lamina, "--package", "lib", *HERE, "-o", "lib.zip").ok()
    assert [(d["name"], d["version"]) for d in result.record["distributions"]] == [("lib", "2.1")]
    assert contents(lamina.folder / "lib.zip")["python/lib/made.py"] == b"by = 1\n"
    assert sorted(p.name for p in (lamina.folder / "lib").iterdir()) == ["lib", "pyproject.toml", "setup.py"]


def test_without_build_system(lamina, index, real):
    """PEP 517: setuptools, the way it was before."""
    index.add(*real)
    lamina.write("old/setup.py", "import os\nfrom setuptools import setup\nsetup(name='old', version='1.' + str(len('ab')), py_modules=['old'])\n")
    lamina.write("old/old.py", "x = 1\n")
    build(lamina, "--package", "old", "--no-deps", *HERE, "-o", "old.zip").ok()
    assert "python/old-1.2.dist-info/METADATA" in names(lamina.folder / "old.zip")


def git(folder, *args):
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_DATE": "2024-01-01T00:00:00Z",
           "GIT_COMMITTER_DATE": "2024-01-01T00:00:00Z"}
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *args], cwd=folder, env=env, check=True, capture_output=True)


@pytest.mark.skipif(not shutil.which("git"), reason="git is not there")
@pytest.mark.parametrize("backend", ["setuptools-scm", "hatch-vcs"])
@pytest.mark.parametrize("where", ["", "services/lib"])
def test_version_from_git(lamina, index, real, backend, where):
    index.add(*real)
    root = "repository"
    lib = f"{root}/{where}" if where else root
    up = "../" * (where.count("/") + 1) if where else "."
    if backend == "setuptools-scm":
        text = ('[build-system]\nrequires = ["setuptools", "setuptools-scm"]\nbuild-backend = "setuptools.build_meta"\n'
                f'[tool.setuptools_scm]\nroot = "{up}"\n')
    else:
        text = ('[build-system]\nrequires = ["hatchling", "hatch-vcs"]\nbuild-backend = "hatchling.build"\n'
                f'[tool.hatch.version]\nsource = "vcs"\nraw-options = {{ root = "{up}" }}\n')
    lamina.write(f"{lib}/pyproject.toml", text + '[project]\nname = "lib"\ndynamic = ["version"]\n')
    lamina.write(f"{lib}/lib/__init__.py", "")
    lamina.write(f"{root}/elsewhere.txt", "beside it\n")
    git(lamina.folder / root, "init", "-q")
    git(lamina.folder / root, "add", "-A")
    git(lamina.folder / root, "commit", "-q", "-m", "one")
    git(lamina.folder / root, "tag", "v3.4")
    before = tree(lamina.folder / root)
    result = build(lamina, "--package", lib, "--no-deps", *HERE, "-o", "lib.zip").ok()
    assert result.record["distributions"][0]["version"] == "3.4"
    assert tree(lamina.folder / root) == before  # not even git's index
    assert build(lamina, "--package", lib, "--no-deps", *HERE, "-o", "lib.zip").ok().record["up_to_date"]
    git(lamina.folder / root, "commit", "-q", "--allow-empty", "-m", "two")
    git(lamina.folder / root, "tag", "v3.5")
    result = build(lamina, "--package", lib, "--no-deps", *HERE, "-o", "lib.zip").ok()
    assert result.record["distributions"][0]["version"] == "3.5", result


@pytest.mark.skipif(not shutil.which("git"), reason="git is not there")
def test_version_from_a_linked_work_tree(lamina, index, real):
    """`.git` is a file there; and what is changed makes the version a local one."""
    index.add(*real)
    lamina.write("main/pyproject.toml", '[build-system]\nrequires = ["setuptools", "setuptools-scm"]\nbuild-backend = "setuptools.build_meta"\n'
                                        '[tool.setuptools_scm]\n[project]\nname = "lib"\ndynamic = ["version"]\n')
    lamina.write("main/lib/__init__.py", "")
    (lamina.folder / "main/link.txt").symlink_to("pyproject.toml")
    main = lamina.folder / "main"
    git(main, "init", "-q")
    git(main, "add", "-A")
    git(main, "commit", "-q", "-m", "one")
    git(main, "tag", "v1.1")
    git(main, "pack-refs", "--all")
    git(main, "config", "index.version", "4")
    git(main, "worktree", "add", "-q", "../linked", "HEAD")
    result = build(lamina, "--package", "linked", "--no-deps", *HERE, "-o", "lib.zip").ok()
    assert result.record["distributions"][0]["version"] == "1.1"
    lamina.write("linked/lib/__init__.py", "changed = 1\n")
    result = build(lamina, "--package", "linked", "--no-deps", *HERE, "-o", "lib.zip").ok()
    version = result.record["distributions"][0]["version"]
    assert version.startswith("1.2.dev0+g"), version


SCM = ('[build-system]\nrequires = ["setuptools", "setuptools-scm"]\nbuild-backend = "setuptools.build_meta"\n'
       '[tool.setuptools_scm]\n[project]\nname = "lib"\ndynamic = ["version"]\n')


@pytest.mark.skipif(not shutil.which("git"), reason="git is not there")
def test_version_of_a_submodule(lamina, index, real):
    """Its repository lies in that of another, and names a work tree that the copy is not."""
    index.add(*real)
    lamina.write("origin/pyproject.toml", SCM)
    lamina.write("origin/lib/__init__.py", "")
    origin, top = lamina.folder / "origin", lamina.folder / "top"
    git(origin, "init", "-q")
    git(origin, "add", "-A")
    git(origin, "commit", "-q", "-m", "one")
    git(origin, "tag", "v6.1")
    top.mkdir()
    git(top, "init", "-q")
    git(top, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(origin), "libs/lib")
    result = build(lamina, "--package", "top/libs/lib", "--no-deps", *HERE, "-o", "lib.zip").ok()
    assert result.record["distributions"][0]["version"] == "6.1"


@pytest.mark.skipif(not shutil.which("git"), reason="git is not there")
def test_version_beside_a_bare_repository(lamina, index, real):
    index.add(*real)
    lamina.write("origin/pyproject.toml", SCM)
    lamina.write("origin/lib/__init__.py", "")
    origin = lamina.folder / "origin"
    git(origin, "init", "-q")
    git(origin, "add", "-A")
    git(origin, "commit", "-q", "-m", "one")
    git(origin, "tag", "v6.2")
    git(lamina.folder, "clone", "-q", "--bare", "origin", "bare.git")
    git(lamina.folder / "bare.git", "worktree", "add", "-q", "../linked", "HEAD")
    result = build(lamina, "--package", "linked", "--no-deps", *HERE, "-o", "lib.zip").ok()
    assert result.record["distributions"][0]["version"] == "6.2"


def test_needs_that_only_the_backend_knows(lamina, index):
    index.add(wheels.make("low", "1.5"))
    lamina.own(static=False, requires=["low>=1", "other; extra == 'more'"], more=PREPARE)
    result = build(lamina, "--package", "own", *HERE, "-o", "own.zip").ok()
    assert [(d["name"], d["version"]) for d in result.record["distributions"]] == [("low", "1.5"), ("own", "1.0")]
    text = (lamina.folder / "pylock.own.toml").read_text()
    assert 'name = "low"' in text and 'version = "1.0"' in text
    assert build(lamina, "--package", "own", *HERE, "--locked", "-o", "own.zip").ok().record["up_to_date"]


def test_needs_without_the_hook(lamina, index):
    """The wheel is built for its metadata, once."""
    index.add(wheels.make("low", "1.5"))
    lamina.own(static=False, requires=["low>=1"], steps=f"open({str(lamina.base / 'runs')!r}, 'a').write('x')")
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").ok()
    assert (lamina.base / "runs").read_text() == "x"


def test_one_run_in_a_build(lamina, index):
    """Locking and building have one wheel; both architectures, and two artifacts, too."""
    index.add(wheels.make("low", "1.5"))
    lamina.own(static=False, requires=["low>=1"], more=PREPARE, steps=f"open({str(lamina.base / 'runs')!r}, 'a').write('x')")
    lamina.write("lamina.toml", f'[defaults]\nruntime = "{RUNTIME}"\narch = ["x86_64", "arm64"]\nbuild = "host"\n'
                                '[layer.one]\npackage = "own"\n[layer.two]\npackage = "own"\n')
    result = lamina("build", "--json").ok()
    assert (lamina.base / "runs").read_text() == "x"
    assert result.err.count("built own with its own backend") == 1 and "for its metadata" not in result.err, result


def test_lock_asks_for_metadata_alone(lamina, index):
    index.add(wheels.make("low", "1.5"))
    lamina.own(static=False, requires=["low>=1"], more=PREPARE, steps="raise SystemExit('built')")
    lamina.requirements("-e ./own")
    result = lamina("lock", "-r", "requirements.txt", *BOTH).ok()
    assert "asked the backend of own (ownbackend) for its metadata" in result.err and 'name = "low"' in (lamina.folder / "pylock.requirements.toml").read_text()
    assert lamina.left_in_tmp() == []
    lamina("lock", "-r", "requirements.txt", "--check").ok()  # the lock keeps build=host
    build(lamina, "-r", "requirements.txt", "--runtime", RUNTIME, "-o", "x.zip").refused(3, "host-build-failed", "built")


def test_folders_by_path(lamina, index):
    """A native package that needs one by path which must be built."""
    lamina.own("libs/low", name="low", steps="files['made.py'] = ''")
    lamina.write("app/pyproject.toml", '[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n[project]\nname = "app"\nversion = "1"\n'
                                       'dependencies = ["low"]\n[tool.uv.sources]\nlow = { path = "../libs/low" }\n')
    lamina.write("app/src/app/__init__.py", "")
    build(lamina, "--package", "app", "--runtime", RUNTIME, "-o", "app.zip").refused(4, "cannot-build", "backend-path")
    build(lamina, "--package", "app", *HERE, "-o", "app.zip").ok()
    assert {"python/made.py", "python/app/__init__.py"} <= set(names(lamina.folder / "app.zip"))


def test_the_project_itself(lamina):
    lamina.own("project")
    lamina.write("project/pylock.toml", "")
    (lamina.folder / "project/pylock.toml").unlink()
    build(lamina, "--project", "project", *HERE, "-o", "p.zip").ok()
    assert "python/own.py" in names(lamina.folder / "p.zip")


def sdist(lamina, folder, name, version="1.0"):
    """The project in the folder as a source distribution."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as t:
        for path in sorted((lamina.folder / folder).rglob("*")):
            t.add(path, f"{name}-{version}/{path.relative_to(lamina.folder / folder)}", recursive=False)
        text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
        info = tarfile.TarInfo(f"{name}-{version}/PKG-INFO")
        info.size = len(text)
        t.addfile(info, io.BytesIO(text))
    return wheels.Wheel(name, version, f"{name}-{version}.tar.gz", data.getvalue())


def test_source_distributions(lamina, index):
    runs = lamina.base / "runs"
    lamina.own(steps=f"files['from.py'] = 'archive = 1\\n'; open({str(runs)!r}, 'a').write('x')")
    index.add(sdist(lamina, "own", "own"))
    lamina.requirements("own==1.0")
    build(lamina, "-r", "requirements.txt", "--runtime", RUNTIME, "--sdists", "pure", "-o", "x.zip").refused(4, "cannot-build", "backend-path")
    build(lamina, "-r", "requirements.txt", *HERE, "--sdists", "no", "-o", "x.zip").refused(4, "sdist-only")
    build(lamina, "-r", "requirements.txt", *BOTH, "-o", "x-{arch}.zip").ok()
    one, two = (lamina.folder / f"x-{a}.zip" for a in ("x86_64", "arm64"))
    assert contents(one)["python/from.py"] == b"archive = 1\n" and one.read_bytes() == two.read_bytes()
    assert runs.read_text() == "x" and lamina.left_in_tmp() == []
    one.unlink()
    build(lamina, "-r", "requirements.txt", *BOTH, "--offline", "-o", "x-{arch}.zip").ok()
    assert runs.read_text() == "x"


SHAPES = {
    "a command of its own": {
        "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[project]\nname = "shape"\ndynamic = ["version", "dependencies"]\n',
        "setup.py": "from setuptools import setup\nfrom setuptools.command.build_py import build_py\nclass Own(build_py):\n    def run(self):\n        super().run()\n"
                    "        open(self.build_lib + '/shape/made.py', 'w').write('x = 1\\n')\n"
                    "setup(version='1.' + str(2), cmdclass={'build_py': Own}, packages=['shape'], install_requires=['low', 'more; python_version < \"3\"'])\n",
        "shape/__init__.py": "", "shape/__pycache__/x.pyc": "stale", "README.md": "# Shape\n"},
    "a hook of hatchling": {
        "pyproject.toml": '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n[project]\nname = "shape"\nversion = "1.2"\n'
                          '[tool.hatch.build.hooks.custom]\npath = "hook.py"\n[tool.hatch.build]\nartifacts = ["shape/made.py"]\n',
        "hook.py": "from hatchling.builders.hooks.plugin.interface import BuildHookInterface\nclass Hook(BuildHookInterface):\n"
                   "    def initialize(self, version, data):\n        open(self.root + '/shape/made.py', 'w').write('x = 1\\n')\n",
        "shape/__init__.py": "", ".gitignore": "made.py\n"},
    "a script by itself": {
        "setup.py": "import re\nfrom setuptools import setup\nversion = re.search('\\\\d.*', open('VERSION').read()).group()\n"
                    "setup(name='shape', version=version, scripts=['run.sh'], packages=['shape'], data_files=[('share/shape', ['VERSION'])])\n",
        "VERSION": "v1.2", "run.sh": "#!/bin/sh\necho\n", "shape/__init__.py": ""},
}


def files_of(path):
    with zipfile.ZipFile(path) as z:
        return {n: z.read(n) for n in z.namelist() if not n.endswith("/") and not n.endswith(("RECORD", "/WHEEL"))}


@pytest.mark.parametrize("shape", SHAPES)
def test_as_pip_builds_it(lamina, index, real, shape):
    """Names and bytes of pip's wheel, from the same index."""
    index.add(*real)
    for name, text in SHAPES[shape].items():
        lamina.write(f"shape/{name}", text)
    build(lamina, "--package", "shape", "--no-deps", *HERE, "-o", "x.zip").ok()
    stored = [p for p in (lamina.cache / "v1/files").rglob("*") if p.is_file() and zipfile.is_zipfile(p) and "shape/__init__.py" in zipfile.ZipFile(p).namelist()]
    env = {**os.environ, "PIP_INDEX_URL": index.url, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1", "SOURCE_DATE_EPOCH": "315532800"}
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        env.pop(name, None)
    shutil.copytree(lamina.folder / "shape", lamina.base / "copy")
    done = subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(lamina.base / "wheels"), str(lamina.base / "copy")],
                          env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    (theirs,) = (lamina.base / "wheels").glob("*.whl")
    assert len(stored) == 1
    mine, pips = files_of(stored[0]), files_of(theirs)
    assert sorted(mine) == sorted(pips) and mine == pips


# --- what is built natively as before ---

def test_native_rules_come_first(lamina):
    lamina.env["PATH"] = str(lamina.base)
    lamina.env["LAMINA_PYTHON"] = str(lamina.base / "nowhere")
    lamina.write("pure/pyproject.toml", '[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n[project]\nname = "pure"\nversion = "1"\n')
    lamina.write("pure/src/pure/__init__.py", "")
    result = build(lamina, "--package", "pure", *HERE, "-o", "pure.zip").ok()
    assert "backend" not in result.err


@pytest.mark.parametrize("version", ['attr = "lib.__version__"', 'file = "VERSION"'])
def test_dynamic_versions_that_can_be_read(lamina, version):
    """No Python is needed, neither for locking nor for building."""
    lamina.write("lib/pyproject.toml", '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
                                       f'[project]\nname = "lib"\ndynamic = ["version"]\n[tool.setuptools.dynamic]\nversion = {{ {version} }}\n')
    lamina.write("lib/src/lib/__init__.py", "__version__ = '4.5'\n")
    lamina.write("lib/VERSION", "4.5\n")
    build(lamina, "--package", "lib", "--runtime", RUNTIME, "-o", "lib.zip").ok()
    assert 'version = "4.5"' in (lamina.folder / "pylock.lib.toml").read_text()


# --- the environment ---

def test_isolated(lamina, index):
    """Nothing of the user is to be seen but the tools on PATH."""
    site = subprocess.run([BASE, "-c", "import site; print(site.getusersitepackages())"], capture_output=True, text=True,
                          env={**os.environ, "HOME": str(lamina.home)}).stdout.strip()
    hidden = pathlib.Path(site)
    hidden.mkdir(parents=True)
    (hidden / "of_user.py").write_text("")
    lamina.write("path/of_path.py", "")
    lamina.write("startup.py", "raise SystemExit(9)\n")
    index.add(wheels.make("tool", "1.0", {"tool.py": b"def main(): print('the tool runs')\n"}, scripts={"tool": "tool:main"}))
    check = ("import importlib.util, os, subprocess, sys, sysconfig\n"
             "for name in ('of_user', 'of_path', 'own', 'pytest', 'pip'):\n"
             "    assert importlib.util.find_spec(name) is None, name\n"
             "assert not [v for v in os.environ if v.startswith(('PIP_', 'LAMINA_'))], os.environ\n"
             "assert [v for v in os.environ if v.startswith('PYTHON')] == ['PYTHONNOUSERSITE']\n"
             "assert os.environ['CFLAGS'] == '-Dkept' and os.environ['SOURCE_DATE_EPOCH'] == '315532800'\n"
             "assert sys.prefix != sys.base_prefix and os.environ['VIRTUAL_ENV'] == sys.prefix\n"
             "assert '' not in sys.path and os.getcwd() not in sys.path\n"
             "assert sys.stdin.read() == ''\n"
             "assert subprocess.check_output(['tool'], text=True) == 'the tool runs\\n'\n"
             "below = subprocess.check_output([sys.executable, '-c', 'import tool, sys; print(sys.prefix)'], text=True)\n"
             "assert below.strip() == sys.prefix\n"
             "import tempfile; assert os.path.dirname(sys.prefix.rstrip('/')).split('/environment')[0] in os.path.dirname(tempfile.gettempdir())\n")
    lamina.own(steps=check, build_requires=["tool"])
    env = {"PYTHONPATH": lamina.folder / "path", "PYTHONSTARTUP": lamina.folder / "startup.py", "PYTHONHOME": "/nonexistent", "CFLAGS": "-Dkept",
           "PIP_NO_INPUT": "1"}
    build(lamina, "--package", "own", *HERE, "-o", "own.zip", env=env).ok()


def test_requirements_of_the_hook(lamina, index):
    index.add(wheels.make("first", "1.0"), wheels.make("second", "2.0", {"second.py": b"x = 2\n"}))
    lamina.own(build_requires=["first"], steps="import second; files['got.py'] = f'x = {second.x}\\n'",
               more="\ndef get_requires_for_build_wheel(config_settings=None):\n    print('noise'); return ['second>=1']\n")
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").ok()
    assert contents(lamina.folder / "own.zip")["python/got.py"] == b"x = 2\n"


def test_requirements_said_twice(lamina, index):
    index.add(wheels.make("first", "1.0"), wheels.make("second", "2.0", {"second.py": b"x = 2\n"}))
    lamina.own(build_requires=["first", "first"], steps="import second",
               more="\ndef get_requires_for_build_wheel(config_settings=None):\n    return ['second', 'second']\n")
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").ok()


def test_requirements_are_for_this_computer(lamina, index):
    """Markers and wheels are those of the Python that builds, not of the target."""
    index.add(wheels.make("here", "1.0", {"here.py": b"x = 1\n"}, tag=f"cp3{MINOR}-cp3{MINOR}-linux_{platform.machine()}"))
    lamina.own(build_requires=[f"here; platform_machine == '{platform.machine()}'", "never; platform_machine == 'vax'"], steps="import here")
    build(lamina, "--package", "own", "--runtime", RUNTIME, "--arch", OTHER, "--build=host", "-o", "own.zip").ok()


@pytest.mark.parametrize("variable", ["PIP_BUILD_CONSTRAINT", "UV_BUILD_CONSTRAINT"])
def test_build_constraints(lamina, index, variable):
    index.add(*(wheels.make("tool", v, {"tool.py": f"v = {v!r}\n".encode()}) for v in ("1.0", "2.0")))
    lamina.own(build_requires=["tool"], steps="import tool; files['got.py'] = tool.v")
    bound = lamina.write("with space/bound.txt" if variable == "no" else "bound.txt", "tool<2\n")
    build(lamina, "--package", "own", *HERE, "-o", "own.zip", env={variable: bound}).ok()
    assert contents(lamina.folder / "own.zip")["python/got.py"] == b"1.0"
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").ok()  # without it another build
    assert contents(lamina.folder / "own.zip")["python/got.py"] == b"2.0"


@pytest.mark.parametrize("place", ["option", "uv"])
def test_build_constraints_of_the_project(lamina, index, place):
    index.add(*(wheels.make("tool", v, {"tool.py": f"v = {v!r}\n".encode()}) for v in ("1.0", "2.0")))
    lamina.own(build_requires=["tool"], steps="import tool; files['got.py'] = tool.v")
    bound = lamina.write("with space/bound.txt", "tool<2\n")
    if place == "uv":
        text = (lamina.folder / "own/pyproject.toml").read_text()
        lamina.write("own/pyproject.toml", text + '[tool.uv]\nbuild-constraint-dependencies = ["tool<2"]\n')
    more = ("--build-constraint", bound) if place == "option" else ()
    build(lamina, "--package", "own", *HERE, *more, "-o", "own.zip").ok()
    assert contents(lamina.folder / "own.zip")["python/got.py"] == b"1.0"
    if place == "option":
        bound.write_text("tool>1\n")  # the file is an input
        build(lamina, "--package", "own", *HERE, *more, "-o", "own.zip").ok()
        assert contents(lamina.folder / "own.zip")["python/got.py"] == b"2.0"
        build(lamina, "--package", "own", *HERE, "--build-constraint", "nowhere.txt", "-o", "own.zip").refused(6, "not-found", "nowhere.txt")


def test_requirements_as_source_distributions(lamina, index):
    """Those that can be read are built; no backend is run to run a backend."""
    lamina.write("tool/pyproject.toml", '[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n[project]\nname = "tool"\nversion = "1.0"\n')
    lamina.write("tool/src/tool/__init__.py", "v = 'read'\n")
    index.add(sdist(lamina, "tool", "tool"))
    lamina.own(build_requires=["tool"], steps="import tool; files['got.py'] = tool.v")
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").ok()
    assert contents(lamina.folder / "own.zip")["python/got.py"] == b"read"
    lamina.own("needy", name="needy")
    index.add(sdist(lamina, "needy", "needy"))
    lamina.own(build_requires=["needy"])
    result = build(lamina, "--package", "own", *HERE, "-o", "own.zip")
    assert result.status == 4 and "a build requirement of `own`" in result.error["message"] and "needy" in str(result.error), result


def test_requirements_with_one_file(lamina, index):
    index.add(*(wheels.make(name, "1.0", {"shared.py": f"of = {name!r}\n".encode(), "bin/x": name.encode()}) for name in ("one", "two")))
    lamina.own(build_requires=["one", "two"], steps="import shared; files['got.py'] = shared.of")
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").ok()
    assert contents(lamina.folder / "own.zip")["python/got.py"] in (b"one", b"two")


def test_requirements_that_conflict(lamina, index):
    index.add(wheels.make("tool", "1.0"))
    lamina.own(build_requires=["tool>=2"])
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").refused(4, "no-solution", "build requirement", "tool>=2", "own/pyproject.toml:2")
    lamina.own(build_requires=["missing-thing"])
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").refused(4, "unknown-project", "missing-thing")
    assert lamina.left_in_tmp() == []


def test_requirements_that_are_none(lamina):
    lamina.own(build_requires=["-r other.txt"])
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").refused(3, "project-field", "build-system.requires", "-r other.txt")


@pytest.mark.parametrize("path", ["..", "../own/tools", "/"])
def test_backend_path_stays_inside(lamina, path):
    lamina.own()
    text = (lamina.folder / "own/pyproject.toml").read_text().replace('["tools"]', f'["{path}"]')
    lamina.write("own/pyproject.toml", text)
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").refused(3, "project-field", "backend-path", "leads out")


def test_backend_from_elsewhere(lamina, index):
    """PEP 517: with backend-path, the backend comes from there."""
    index.add(wheels.make("ownbackend", "1.0", {"ownbackend.py": b""}))
    lamina.own(build_requires=["ownbackend"])
    (lamina.folder / "own/tools/ownbackend.py").rename(lamina.folder / "own/tools/other.py")
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").refused(3, "host-build-failed", "was not found in backend-path")


# --- what is remembered ---

def test_nothing_changed_runs_nothing(lamina):
    runs, asked, python = lamina.base / "runs", lamina.base / "asked", lamina.base / "python"
    python.write_text(f'#!/bin/sh\necho >>"{asked}"\nexec "{BASE}" "$@"\n')
    python.chmod(0o755)
    lamina.env["LAMINA_PYTHON"] = str(python)
    lamina.own(steps=f"open({str(runs)!r}, 'a').write('x')")
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").ok()
    assert runs.read_text() == "x" and asked.read_text() == "\n"
    assert build(lamina, "--package", "own", *HERE, "-o", "own.zip").ok().record["up_to_date"]
    (lamina.folder / "own.zip").unlink()
    result = build(lamina, "--package", "own", *HERE, "--offline", "-o", "own.zip").ok()
    assert "built own" not in result.err and runs.read_text() == "x" and asked.read_text() == "\n"
    lamina.write("own/own.py", "x = 2\n")
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").ok()
    assert runs.read_text() == "xx"
    build(lamina, "--package", "own", *HERE, "-o", "again.zip").ok()
    assert runs.read_text() == "xx"
    build(lamina, "--package", "own", *HERE, "--refresh", "-o", "own.zip", "--force").ok()
    assert runs.read_text() == "xxx"


def test_compilers_count(lamina):
    lamina.own(steps="files['got.py'] = os.environ.get('CFLAGS', '')")
    for flags in ("-Done", "-Dtwo"):
        build(lamina, "--package", "own", *HERE, "-o", "own.zip", env={"CFLAGS": flags}).ok()
        assert contents(lamina.folder / "own.zip")["python/got.py"].decode() == flags


def test_compilers_count_for_archives(lamina, index):
    lamina.own(steps="files['got.py'] = os.environ.get('CFLAGS', '')")
    index.add(sdist(lamina, "own", "own"))
    lamina.requirements("own==1.0")
    for flags in ("-Done", "-Dtwo"):
        build(lamina, "-r", "requirements.txt", *HERE, "-o", "x.zip", env={"CFLAGS": flags}).ok()
        assert contents(lamina.folder / "x.zip")["python/got.py"].decode() == flags


def test_looking_runs_nothing(lamina):
    lamina.own()
    result = build(lamina, "--package", "own", *HERE, "-o", "own.zip", "--check")
    assert result.status == 1 and not (lamina.folder / "own.zip").exists()
    build(lamina, "--package", "own", "--no-deps", *HERE, "-o", "own.zip", "--dry-run").ok()
    assert lamina.left_in_tmp() == [] and "built" not in result.err


def test_offline(lamina, index):
    index.add(wheels.make("tool", "1.0"))
    lamina.own(build_requires=["tool"])
    build(lamina, "--package", "own", "--no-deps", *HERE, "--offline", "-o", "own.zip").refused(4, "offline", "build requirement")
    build(lamina, "--package", "own", "--no-deps", *HERE, "-o", "own.zip").ok()
    lamina.write("own/own.py", "x = 2\n")
    build(lamina, "--package", "own", "--no-deps", *HERE, "--offline", "-o", "own.zip").ok()  # what it needs is in the store


# --- which Python ---

def test_no_python(lamina):
    lamina.own()
    lamina.env["PATH"] = str(lamina.base)
    lamina.env.pop("LAMINA_PYTHON")
    missing = next(m for m in range(8, 15) if m != MINOR and not pathlib.Path(f"/opt/python/cp3{m}-cp3{m}").exists())
    result = build(lamina, "--package", "own", "--runtime", f"python3.{missing}", "--build=host", "-o", "own.zip")
    result.refused(4, "no-host-python", f"Python 3.{missing}", "LAMINA_PYTHON", "backend-path")
    result = build(lamina, "--package", "own", "--runtime", f"python3.{missing}", "--build=host", "-o", "own.zip", env={"LAMINA_PYTHON": BASE})
    result.refused(4, "no-host-python", "has another version")
    broken = lamina.write("broken", "#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    result = build(lamina, "--package", "own", *HERE, "-o", "own.zip", env={"LAMINA_PYTHON": broken})
    result.refused(4, "no-host-python", "does not start")
    assert lamina.left_in_tmp() == []


def test_found_by_name_and_place(lamina):
    lamina.own(steps="files['got.py'] = sys._base_executable if sys.version_info >= (3, 11) else ''")
    lamina.env.pop("LAMINA_PYTHON")
    places = {"PATH": f"bin/python3.{MINOR}", "PYENV_ROOT": f"root/versions/3.{MINOR}.9/bin/python3.{MINOR}",
              "UV_PYTHON_INSTALL_DIR": f"uv/cpython-3.{MINOR}.1-linux-x86_64-gnu/bin/python3.{MINOR}"}
    for variable, place in places.items():
        path = lamina.base / place
        path.parent.mkdir(parents=True)
        path.write_text(f'#!/bin/sh\necho {variable} >>"{lamina.base}/asked"\nexec "{BASE}" "$@"\n')
        path.chmod(0o755)
        env = {"PATH": str(lamina.base / "empty")}
        env[variable] = str(lamina.base / place.split("/")[0])
        lamina.write("own/own.py", f"x = {variable!r}\n")
        build(lamina, "--package", "own", *HERE, "-o", "own.zip", env=env).ok()
        assert (lamina.base / "asked").read_text().split()[-1] == variable


# --- what is taken ---

def test_another_name(lamina):
    lamina.own()
    text = (lamina.folder / "own/pyproject.toml").read_text()
    lamina.write("own/pyproject.toml", text.replace('name = "own"', 'name = "mine"'))
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").refused(3, "host-build-wheel", "`mine`", "own-1.0-py3-none-any.whl")
    lamina.write("own/pyproject.toml", text.replace('version = "1.0"', 'version = "2.0"'))
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").refused(3, "host-build-wheel", "2.0")


@pytest.mark.parametrize("answer, text", [("return 'nothing.whl'", "did not make"), ("return '../x.whl'", "no file name"), ("return ''", "no file name")])
def test_no_wheel(lamina, answer, text):
    lamina.own(steps=answer)
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").refused(3, "host-build-wheel", text)


def test_a_bad_wheel(lamina):
    """Proved like any other."""
    lamina.own(steps="open(os.path.join(directory, 'own-1.0-py3-none-any.whl'), 'wb').write(b'PK'); return 'own-1.0-py3-none-any.whl'")
    result = build(lamina, "--package", "own", *HERE, "-o", "own.zip")
    assert result.status == 3 and result.error["id"].startswith("zip-"), result


def test_addresses_of_the_copy(lamina):
    """Backends write a path dependency as an address: here beside the copy, which is another one each time and gone afterwards."""
    near = "f'near @ file://{os.path.realpath(chr(46) * 2)}/near%20one ; python_version > chr(51)'".replace("chr(51)", '\\"3\\"')
    lamina.own(requires=["elsewhere @ file:///opt/elsewhere", "other>=1"], steps="pass",
               head="import os", more=f"\nREQUIRES.append({near})\n" + PREPARE)
    zips = []
    for name in ("one", "two"):
        lamina.env["LAMINA_CACHE_DIR"] = str(lamina.base / name)
        build(lamina, "--package", "own", "--no-deps", *HERE, "-o", f"{name}.zip").ok()
        zips.append((lamina.folder / f"{name}.zip").read_bytes())
    assert zips[0] == zips[1]
    held = contents(lamina.folder / "one.zip")
    text = held["python/own-1.0.dist-info/METADATA"].decode()
    assert [line for line in text.splitlines() if line.startswith("Requires-Dist")] == [
        "Requires-Dist: elsewhere @ file:///opt/elsewhere", "Requires-Dist: other>=1",
        'Requires-Dist: near @ file:../near%20one ; python_version > "3"']


def test_tags_for_another_python(lamina):
    lamina.own(tag=f"cp3{MINOR + 1}-none-any")
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").refused(4, "host-build-platform", f"CPython 3.{MINOR + 1}")


def compiles():
    include = sysconfig.get_paths()["include"]
    return shutil.which("gcc") and (pathlib.Path(include) / "Python.h").exists()


CODE = """
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <sys/stat.h>
static PyObject *size(PyObject *self, PyObject *args) { struct stat st; return PyLong_FromLong(stat("/", &st)); }
static PyMethodDef methods[] = { { "size", size, METH_NOARGS, "" }, { NULL, NULL, 0, NULL } };
static struct PyModuleDef module = { PyModuleDef_HEAD_INIT, "native", NULL, -1, methods, NULL, NULL, NULL, NULL };
PyMODINIT_FUNC PyInit_native(void) { return PyModule_Create(&module); }
"""


def glibc_needed(folder):
    """The highest version that this computer's compiler and library make of the code."""
    source = folder / "probe.c"
    source.write_text(CODE)
    subprocess.run(["gcc", "-shared", "-fPIC", f"-I{sysconfig.get_paths()['include']}", str(source), "-o", str(folder / "probe.so")], check=True)
    return max(int(m) for m in re.findall(rb"GLIBC_2\.(\d+)", (folder / "probe.so").read_bytes()))


def native(lamina, code=CODE, more=""):
    lamina.write("nat/pyproject.toml", '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
                                       '[project]\nname = "nat"\nversion = "1.0"\n')
    lamina.write("nat/setup.py", f"from setuptools import setup, Extension\nsetup(ext_modules=[Extension('native', ['native.c']{more})], py_modules=[])\n")
    lamina.write("nat/native.c", code)


@pytest.mark.skipif(not compiles(), reason="no compiler, or no headers of Python")
def test_compiled(lamina, index, real, tmp_path):
    """Taken where this computer's glibc is old enough for the symbols that the code needs; which, is asked of the compiler."""
    index.add(*real)
    native(lamina)
    needed = glibc_needed(tmp_path)
    result = build(lamina, "--package", "nat", *HERE, "-o", "nat.zip")
    if needed <= GLIBC:
        result.ok()
        assert [n for n in names(lamina.folder / "nat.zip") if n.startswith("python/native.") and n.endswith(".so")]
    else:
        result.refused(4, "host-build-platform", f"needs GLIBC_2.{needed}", f"2.{GLIBC}")
    simple = CODE.replace('stat("/", &st)', "0").replace("struct stat st;", "")
    lamina.write("nat/native.c", simple)  # nothing of glibc that is younger than any Lambda
    build(lamina, "--package", "nat", *HERE, "-o", "nat.zip").ok()
    lamina("build", "--package", "nat", *HERE, "--into", "tree").ok()
    code = f"import sys; sys.path.insert(0, {str(lamina.folder / 'tree/python')!r}); import native; print(native.size())"
    assert subprocess.run([BASE, "-I", "-c", code], capture_output=True, text=True).stdout == "0\n"
    result = build(lamina, "--package", "nat", "--runtime", RUNTIME, "--arch", OTHER, "--build=host", "-o", "nat2.zip")
    result.refused(4, "host-build-platform", "built for")
    assert "built nat" not in result.err  # known already: only judged again


@pytest.mark.skipif(not compiles(), reason="no compiler, or no headers of Python")
def test_library_that_lambda_lacks(lamina, index, real):
    index.add(*real)
    subprocess.run(["gcc", "-shared", "-o", str(lamina.base / "libelsewhere.so"), "-Wl,-soname,libelsewhere.so.1", "-x", "c", "-"],
                   input=b"int elsewhere(void) { return 1; }", check=True)
    code = CODE.replace("#include <sys/stat.h>", "int elsewhere(void);").replace('stat("/", &st)', "elsewhere()").replace("struct stat st;", "")
    native(lamina, code, f", libraries=['elsewhere'], library_dirs=[{str(lamina.base)!r}]")
    build(lamina, "--package", "nat", *HERE, "-o", "nat.zip").refused(4, "host-build-platform", "libelsewhere.so.1")


CXX = """
#include <vector>
#include <Python.h>
static std::vector<int> v;
static PyObject *at(PyObject *, PyObject *) { v.resize(3); return PyLong_FromLong(v[(size_t)v.size() / 2]); }
static PyMethodDef methods[] = { { "at", at, METH_NOARGS, "" }, { NULL, NULL, 0, NULL } };
static struct PyModuleDef module = { PyModuleDef_HEAD_INIT, "native", NULL, -1, methods, NULL, NULL, NULL, NULL };
PyMODINIT_FUNC PyInit_native(void) { return PyModule_Create(&module); }
"""


@pytest.mark.skipif(not compiles() or not shutil.which("g++"), reason="no C++ compiler, or no headers of Python")
def test_younger_libstdcxx(lamina, index, real, tmp_path):
    """The versions are asked of the compiler's own output."""
    index.add(*real)
    source = tmp_path / "probe.cc"
    source.write_text(CXX)
    flags = "-D_GLIBCXX_ASSERTIONS"
    subprocess.run(["g++", "-shared", "-fPIC", flags, f"-I{sysconfig.get_paths()['include']}", str(source), "-o", str(tmp_path / "probe.so")], check=True)
    data = (tmp_path / "probe.so").read_bytes()
    library, glibc = max(int(m) for m in re.findall(rb"GLIBCXX_3\.4\.(\d+)", data)), max(int(m) for m in re.findall(rb"GLIBC_2\.(\d+)", data))
    lamina.write("nat/pyproject.toml", '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[project]\nname = "nat"\nversion = "1.0"\n')
    lamina.write("nat/setup.py", f"from setuptools import setup, Extension\nsetup(ext_modules=[Extension('native', ['native.cc'], extra_compile_args=['{flags}'])], py_modules=[])\n")
    lamina.write("nat/native.cc", CXX)
    result = build(lamina, "--package", "nat", *HERE, "-o", "nat.zip")
    if glibc > GLIBC:
        result.refused(4, "host-build-platform", f"GLIBC_2.{glibc}")
    elif library > (29 if GLIBC == 34 else 24):
        result.refused(4, "host-build-platform", f"GLIBCXX_3.4.{library}")
    else:
        result.ok()


def test_requirements_come_from_the_index_of_the_lock(lamina, index):
    """`--index-url` of a requirements file serves the backends of its source distributions, too."""
    index.add(wheels.make("tool", "1.0"))
    lamina.own(build_requires=["tool"])
    index.add(sdist(lamina, "own", "own"))
    lamina.env["PIP_INDEX_URL"] = "http://127.0.0.1:9/simple/"
    lamina.requirements(f"--index-url {index.url}", "own")
    build(lamina, "-r", "requirements.txt", *HERE, "-o", "x.zip").ok()
    shutil.rmtree(lamina.cache)
    build(lamina, "-r", "requirements.txt", *HERE, "-o", "y.zip").ok()


def test_elf_in_a_wheel_for_all(lamina):
    """Tags are a promise; the files are looked at."""
    machine = 183 if ARCH == "x86_64" else 62
    elf = b"\x7fELF\x02\x01\x01" + bytes(9) + (3).to_bytes(2, "little") + machine.to_bytes(2, "little") + (1).to_bytes(4, "little") + bytes(24) + \
        bytes(4) + (64).to_bytes(2, "little") + (56).to_bytes(2, "little") + bytes(2) + bytes(6) + bytes(64)
    lamina.own(files={"own.py": "", "own/lib.so": elf})
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").refused(4, "host-build-platform", "own/lib.so is built for")


# --- what goes wrong ---

def test_a_backend_that_fails(lamina):
    lamina.own(steps="print('a line before'); sys.stderr.write('\\x1b[31mred\\x1b[0m\\n'); raise RuntimeError('no such luck')")
    result = build(lamina, "--package", "own", *HERE, "-o", "own.zip")
    result.refused(3, "host-build-failed", "status 1", "build_wheel", "RuntimeError: no such luck", "a line before")
    assert lamina.left_in_tmp() == [] and not (lamina.folder / "own.zip").exists()
    lamina.own(steps="os.kill(os.getpid(), 11)")
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").refused(3, "host-build-failed", "signal 11", "said nothing")
    for said, help in (("x.c:1:10: fatal error: Python.h: No such file or directory", f"python3.{MINOR}-dev"),
                       ("error: command 'gcc' failed: No such file or directory", "compiler"), ("other", "-vv")):
        lamina.own(steps=f"sys.exit({said!r})")
        build(lamina, "--package", "own", *HERE, "-o", "own.zip").refused(3, "host-build-failed", said, help)
    lamina.own(head="import not_there")
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").refused(3, "host-build-failed", "not_there")


def test_what_it_says_is_plain_text(lamina):
    """Colours, progress and other encodings do not reach the message."""
    lamina.own(steps="sys.stdout.buffer.write(b'one\\r\\x1b[2Ktwo\\r\\x1b[1;31mthree\\x1b[0m caf\\xe9\\r\\n\\xe2\\x82\\xac\\x1b'); sys.stdout.flush(); os._exit(3)")
    result = build(lamina, "--package", "own", *HERE, "-o", "own.zip")
    result.refused(3, "host-build-failed", "status 3")
    assert result.error["why"] == "three caf?\n\u20ac", result
    lamina.own(steps="print('all is well')")
    assert "build_wheel: all is well" in build(lamina, "--package", "own", *HERE, "-o", "own.zip", "-vv").ok().err


def test_a_backend_that_talks(lamina):
    """More than a pipe holds, on both; none of it is shown when all goes well."""
    lamina.own(steps="[print('loud ' * 200) or print('louder ' * 200, file=sys.stderr) for _ in range(3000)]")
    result = build(lamina, "--package", "own", *HERE, "-o", "own.zip").ok()
    assert "loud" not in result.err + result.out


def test_a_process_that_stays_behind(lamina):
    lamina.own(steps="import subprocess; subprocess.Popen(['sleep', '5'])")
    start = time.monotonic()
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").ok()
    assert time.monotonic() - start < 5


def alive(path):
    try:
        pid = int(path.read_text())
        os.kill(pid, 0)
        return "Z" not in pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (OSError, ValueError):
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("deaf", [False, True])
def test_interrupted(lamina, number, deaf):
    """A backend that hangs, and what it started, end with lamina; so do their files."""
    pids = [lamina.base / "backend.pid", lamina.base / "below.pid"]
    steps = ("import signal, subprocess, time\n" +
             ("signal.signal(signal.SIGINT, signal.SIG_IGN); signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" if deaf else "") +
             "p = subprocess.Popen(['sleep', '300'])\n"
             f"open({str(pids[1])!r}, 'w').write(str(p.pid)); open({str(pids[0])!r}, 'w').write(str(os.getpid()))\n"
             "time.sleep(300)")
    lamina.own(steps=steps)
    running = lamina.start("build", "--package", "own", *HERE, "-o", "own.zip", restore_signals=True)
    deadline = time.monotonic() + 30
    while not (pids[0].exists() and pids[0].read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert alive(pids[0]) and alive(pids[1])
    running.send_signal(number)
    assert running.wait(30) == 130, running.stderr.read()
    deadline = time.monotonic() + 5
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(pids[0]) and not alive(pids[1])
    assert lamina.left_in_tmp() == [] and not (lamina.folder / "own.zip").exists()
    running.stdout.close(), running.stderr.close()


def test_the_copy_is_what_it_writes_to(lamina):
    lamina.own(steps="open('tools/ownbackend.py', 'a').write('broken('); open('new.txt', 'w').write('x'); os.remove('own.py')")
    before = tree(lamina.folder / "own")
    build(lamina, "--package", "own", *HERE, "-o", "own.zip").ok()
    assert tree(lamina.folder / "own") == before


def test_what_earlier_builds_left(lamina, index, real):
    """build/lib and egg-info of the folder do not reach the wheel."""
    index.add(*real)
    lamina.write("lib/setup.py", "import os\nfrom setuptools import setup\nsetup(name='lib', version='1.' + str(len('a')), packages=['lib'])\n")
    lamina.write("lib/lib/__init__.py", "")
    lamina.write("lib/build/lib/lib/stale.py", "old = 1\n")
    build(lamina, "--package", "lib", "--no-deps", *HERE, "-o", "lib.zip").ok()
    assert "python/lib/stale.py" not in names(lamina.folder / "lib.zip")


def test_paths_with_spaces(lamina, index):
    lamina.temporary = lamina.base / "tmp with 'quotes' and space"
    lamina.temporary.mkdir()
    lamina.env["TMPDIR"] = str(lamina.temporary)
    index.add(wheels.make("tool", "1.0", {"tool.py": b"def main(): print('runs')\n"}, scripts={"tool": "tool:main"}))
    lamina.own("my own", steps="import subprocess; assert subprocess.check_output(['tool'], text=True) == 'runs\\n'", build_requires=["tool"])
    build(lamina, "--package", "my own", "--no-deps", *HERE, "-o", "own.zip").ok()


def test_two_at_once(lamina):
    """One of them builds, the other waits for it."""
    runs = lamina.base / "runs"
    lamina.own(steps=f"import time; time.sleep(1); open({str(runs)!r}, 'a').write('x')")
    both = [lamina.start("build", "--package", "own", "--no-deps", *HERE, "-o", f"own{i}.zip") for i in range(2)]
    for process in both:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    assert runs.read_text() == "x"
    assert (lamina.folder / "own0.zip").read_bytes() == (lamina.folder / "own1.zip").read_bytes()


def test_in_lamina_toml_and_lock(lamina):
    lamina.own()
    lamina.write("lamina.toml", f'[defaults]\nruntime = "{RUNTIME}"\nbuild = "host"\n[layer.own]\npackage = "own"\n')
    result = lamina("build", "--json").ok()
    assert "built own" in result.err
    lamina.write("lamina.toml", f'[defaults]\nruntime = "{RUNTIME}"\nbuild = "native"\n[layer.own]\npackage = "own"\n')
    lamina("build", "--json").refused(4, "cannot-build", "--build=host")
