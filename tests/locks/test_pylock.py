"""pylock.toml: lamina's choice against packaging.pylock.

SPDX-License-Identifier: Apache-2.0
"""
import random
import tomllib

import pytest

pylock = pytest.importorskip("packaging.pylock", reason="needs packaging 26.1 or newer")
import packaging  # noqa: E402
from packaging.markers import UndefinedEnvironmentName  # noqa: E402
from packaging.tags import Tag  # noqa: E402

ENVIRONMENT = {
    "os_name": "posix", "sys_platform": "linux", "platform_machine": "aarch64", "platform_python_implementation": "CPython",
    "platform_release": "", "platform_system": "Linux", "platform_version": "", "python_version": "3.12",
    "python_full_version": "3.12.3", "implementation_name": "cpython", "implementation_version": "3.12.3"}
TAGS = ["cp312-cp312-manylinux_2_34_aarch64", "cp312-cp312-manylinux_2_17_aarch64", "cp312-abi3-manylinux_2_17_aarch64",
        "cp311-abi3-manylinux_2_17_aarch64", "py3-none-manylinux_2_17_aarch64", "cp312-none-any", "py3-none-any"]


def digest(text):
    import hashlib
    return hashlib.sha256(text.encode()).hexdigest()


def describe(package, file):
    kind = {"PackageVcs": "vcs", "PackageDirectory": "directory", "PackageArchive": "archive", "PackageWheel": "wheel",
            "PackageSdist": "sdist"}[type(file).__name__]
    return {"kind": kind, "name": package.name, "version": package.version and str(package.version),
            "file": file.filename if kind in ("wheel", "sdist") else None, "url": getattr(file, "url", None) or None,
            "path": getattr(file, "path", None) or None, "sha256": getattr(file, "hashes", {}).get("sha256"),
            "size": getattr(file, "size", None)}


def oracle(text, extras, groups, defaults):
    try:
        lock = pylock.Pylock.from_dict(tomllib.loads(text))
        chosen = set(groups)
        if defaults:
            chosen |= set(lock.default_groups or ())
        known = set(lock.default_groups or ()) | set(lock.dependency_groups or ())
        if not set(groups) <= known or not set(extras) <= set(lock.extras or ()):
            return None
        tags = [next(iter(_tags(t))) for t in TAGS]
        found = lock.select(environment=ENVIRONMENT, tags=tags, extras=extras, dependency_groups=chosen)
        return sorted((describe(p, f) for p, f in found), key=lambda d: d["name"])
    except (pylock.PylockValidationError, pylock.PylockSelectError, tomllib.TOMLDecodeError, UndefinedEnvironmentName):
        return None


def _tags(text):
    return [Tag(*text.split("-"))]


def check(judge, path, text, extras=(), groups=(), defaults=True):
    path.write_text(text)
    expected = oracle(text, extras, groups, defaults)
    answer = judge.ask("lock.select", path=str(path), environment=ENVIRONMENT, tags=TAGS, extras=list(extras), groups=list(groups),
                       default_groups=defaults)
    got = answer.get("ok")
    for package in got or ():
        package.pop("assumed", None)
        if package["kind"] not in ("wheel", "sdist"):
            package["file"] = None
        if package["version"]:
            from packaging.version import Version
            package["version"] = str(Version(package["version"]))
    assert got == expected, (text, answer)
    if expected is None:
        assert answer["error"]["rule"] not in ("request", "io"), answer


HEAD = 'lock-version = "1.0"\ncreated-by = "test"\n'
WHEEL = 'wheels = [{ name = "NAME-1.0-py3-none-any.whl", url = "https://h.example/NAME-1.0-py3-none-any.whl", hashes = { sha256 = "HASH" } }]\n'


def package(name="a", extra="", wheels=WHEEL):
    return f'[[packages]]\nname = "{name}"\nversion = "1.0"\n{extra}' + wheels.replace("NAME", name).replace("HASH", digest(name))


H = digest("x")
WRITTEN = {
    "one": HEAD + package(),
    "none": HEAD + "packages = []\n",
    "no packages": HEAD,
    "no version": 'created-by = "x"\npackages = []\n',
    "version 1.1": 'lock-version = "1.1"\ncreated-by = "x"\npackages = []\n',
    "version 2.0": 'lock-version = "2.0"\ncreated-by = "x"\npackages = []\n',
    "version nonsense": 'lock-version = "x"\ncreated-by = "x"\npackages = []\n',
    "version number": 'lock-version = 1.0\ncreated-by = "x"\npackages = []\n',
    "no created-by": 'lock-version = "1.0"\npackages = []\n',
    "requires-python": HEAD + 'requires-python = ">=3.9"\n' + package(),
    "requires-python not": HEAD + 'requires-python = ">=3.13"\n' + package(),
    "requires-python bad": HEAD + 'requires-python = "nonsense"\n' + package(),
    "environments": HEAD + 'environments = ["sys_platform == \'win32\'", "sys_platform == \'linux\'"]\n' + package(),
    "environments not": HEAD + 'environments = ["sys_platform == \'win32\'"]\n' + package(),
    "environments none": HEAD + 'environments = []\n' + package(),
    "environments bad": HEAD + 'environments = ["nonsense"]\n' + package(),
    "name not normalised": HEAD + package("A_b"),
    "marker true": HEAD + package(extra='marker = "python_version >= \'3.8\'"\n'),
    "marker false": HEAD + package(extra='marker = "python_version < \'3.8\'"\n'),
    "marker of two strings": HEAD + package(extra='marker = "\'a\' == \'b\'"\n'),
    "marker bad": HEAD + package(extra='marker = "python_version <> 3"\n'),
    "package requires-python": HEAD + package(extra='requires-python = ">=3.13"\n'),
    "package requires-python, marker false": HEAD + package(extra='requires-python = ">=3.13"\nmarker = "os_name == \'nt\'"\n'),
    "twice": HEAD + package() + package(),
    "twice, one applies": HEAD + package(extra='marker = "os_name == \'nt\'"\n') + package(),
    "wheel of another": HEAD + package(wheels=WHEEL.replace("NAME", "b")),
    "wheel of another version": HEAD + package(wheels=WHEEL.replace("1.0", "1.1")),
    "wheel of an equal version": HEAD + package(wheels=WHEEL.replace("1.0-py3", "1-py3")),
    "wheel name bad": HEAD + package(wheels=WHEEL.replace("-py3-none-any", "")),
    "no hashes": HEAD + package(wheels='wheels = [{ url = "https://h.example/a-1.0-py3-none-any.whl" }]\n'),
    "empty hashes": HEAD + package(wheels='wheels = [{ url = "https://h.example/a-1.0-py3-none-any.whl", hashes = {} }]\n'),
    "no url": HEAD + package(wheels=f'wheels = [{{ name = "a-1.0-py3-none-any.whl", hashes = {{ sha256 = "{H}" }} }}]\n'),
    "path": HEAD + package(wheels=f'wheels = [{{ path = "w/a-1.0-py3-none-any.whl", hashes = {{ sha256 = "{H}" }}, size = 7 }}]\n'),
    "windows path": HEAD + package(wheels=f'wheels = [{{ path = "w\\\\a-1.0-py3-none-any.whl", hashes = {{ sha256 = "{H}" }} }}]\n'),
    "path and url": HEAD + package(wheels=f'wheels = [{{ path = "a-1.0-py3-none-any.whl", url = "https://h.example/b", hashes = {{ sha256 = "{H}" }} }}]\n'),
    "percent": HEAD + package(wheels=f'wheels = [{{ url = "https://h.example/a-1%2E0-py3-none-any.whl?x#y", hashes = {{ sha256 = "{H}" }} }}]\n'),
    "local version": HEAD + f'[[packages]]\nname = "a"\nversion = "1.0+l"\nwheels = [{{ url = "https://h.example/a-1.0%2Bl-py3-none-any.whl", hashes = {{ sha256 = "{H}" }} }}]\n',
    "no version, wheels": HEAD + f'[[packages]]\nname = "a"\nwheels = [{{ url = "https://h.example/a-1.0-py3-none-any.whl", hashes = {{ sha256 = "{H}" }} }}]\n',
    "sdist": HEAD + package(wheels=f'[packages.sdist]\nurl = "https://h.example/a-1.0.tar.gz"\nhashes = {{ sha256 = "{H}" }}\n'),
    "sdist zip": HEAD + package(wheels=f'[packages.sdist]\nurl = "https://h.example/a-1.0.zip"\nhashes = {{ sha256 = "{H}" }}\n'),
    "sdist bad name": HEAD + package(wheels=f'[packages.sdist]\nurl = "https://h.example/a-1.0.tar.bz2"\nhashes = {{ sha256 = "{H}" }}\n'),
    "sdist of another": HEAD + package(wheels=f'[packages.sdist]\nurl = "https://h.example/b-1.0.tar.gz"\nhashes = {{ sha256 = "{H}" }}\n'),
    "foreign wheel, sdist": HEAD + package(wheels=f'wheels = [{{ url = "https://h.example/a-1.0-py3-none-win32.whl", hashes = {{ sha256 = "{H}" }} }}]\nsdist = {{ url = "https://h.example/a-1.0.tar.gz", hashes = {{ sha256 = "{H}" }} }}\n'),
    "foreign wheel": HEAD + package(wheels=f'wheels = [{{ url = "https://h.example/a-1.0-py3-none-win32.whl", hashes = {{ sha256 = "{H}" }} }}]\n'),
    "no wheels": HEAD + package(wheels="wheels = []\n"),
    "no source": HEAD + package(wheels=""),
    "vcs": HEAD + package(wheels='vcs = { type = "git", url = "https://h.example/x.git", commit-id = "00" }\n'),
    "vcs path": HEAD + package(wheels='vcs = { type = "git", path = "../x", commit-id = "00", requested-revision = "v1", subdirectory = "s" }\n'),
    "vcs no commit": HEAD + package(wheels='vcs = { type = "git", url = "https://h.example/x.git" }\n'),
    "vcs no place": HEAD + package(wheels='vcs = { type = "git", commit-id = "00" }\n'),
    "directory": HEAD + package(wheels='directory = { path = "../x", editable = true }\n'),
    "directory no path": HEAD + package(wheels='directory = { editable = true }\n'),
    "archive": HEAD + package(wheels=f'archive = {{ url = "https://h.example/x.tar.gz", hashes = {{ sha256 = "{H}" }}, size = 3 }}\n'),
    "archive wheel": HEAD + package(wheels=f'archive = {{ path = "x/a-1.0-py3-none-any.whl", hashes = {{ sha256 = "{H}" }} }}\n'),
    "archive no hashes": HEAD + package(wheels='archive = { url = "https://h.example/x.tar.gz" }\n'),
    "vcs and wheels": HEAD + package(extra='vcs = { type = "git", url = "https://h.example/x.git", commit-id = "00" }\n'),
    "vcs and directory": HEAD + package(wheels='vcs = { type = "git", url = "u", commit-id = "00" }\ndirectory = { path = "x" }\n'),
    "size text": HEAD + package(wheels=f'wheels = [{{ path = "a-1.0-py3-none-any.whl", hashes = {{ sha256 = "{H}" }}, size = "7" }}]\n'),
    "upload-time": HEAD + package(wheels=f'wheels = [{{ path = "a-1.0-py3-none-any.whl", hashes = {{ sha256 = "{H}" }}, upload-time = 2024-01-01T00:00:00Z }}]\n'),
    "upload-time text": HEAD + package(wheels=f'wheels = [{{ path = "a-1.0-py3-none-any.whl", hashes = {{ sha256 = "{H}" }}, upload-time = "2024" }}]\n'),
    "two hashes": HEAD + package(wheels=f'wheels = [{{ path = "a-1.0-py3-none-any.whl", hashes = {{ md5 = "00", sha256 = "{H}" }} }}]\n'),
    "packages no array": HEAD + 'packages = "x"\n',
    "package no table": HEAD + 'packages = ["x"]\n',
    "dependencies": HEAD + package(extra='dependencies = [{ name = "b" }]\n'),
    "dependencies text": HEAD + package(extra='dependencies = ["b"]\n'),
    "bad toml": HEAD + "packages = [\n",
    "version bad": HEAD + package().replace('version = "1.0"\nwheels', 'version = "x"\nwheels'),
    "invalid elsewhere": HEAD + package(extra='marker = "os_name == \'nt\'"\n', wheels="") + package("b"),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_written(judge, tmp_path, name):
    if "%" in WRITTEN[name] and packaging.__version__ < "26.3":
        pytest.skip("packaging 26.2 takes the file name from a URL without decoding it")
    check(judge, tmp_path / "pylock.toml", WRITTEN[name])


GROUPS = HEAD + 'extras = ["x", "y-z"]\ndependency-groups = ["g", "h"]\ndefault-groups = ["main"]\n' + package("a", 'marker = "\'main\' in dependency_groups"\n') + \
    package("b", 'marker = "\'g\' in dependency_groups"\n') + package("c", 'marker = "\'x\' in extras"\n') + \
    package("d", 'marker = "\'y_z\' in extras and \'h\' not in dependency_groups"\n') + package("e")


@pytest.mark.parametrize("extras", [(), ("x",), ("x", "y-z"), ("nope",)])
@pytest.mark.parametrize("groups", [(), ("g",), ("g", "h"), ("nope",)])
@pytest.mark.parametrize("defaults", [True, False])
def test_groups(judge, tmp_path, extras, groups, defaults):
    check(judge, tmp_path / "pylock.dev.toml", GROUPS, extras, groups, defaults)


MARKERS = ["python_version >= '3.10'", "python_version < '3.12'", "python_full_version >= '3.12.4'", "platform_machine == 'aarch64'",
           "platform_machine == 'x86_64'", "'x' in extras", "'g' in dependency_groups", "'x' not in extras", "sys_platform == 'linux'",
           "os_name == 'nt'", "implementation_name == 'cpython'", "platform_release >= '5'", "'' in platform_version"]
PLATFORMS = ["manylinux_2_17_aarch64", "manylinux_2_34_aarch64", "manylinux_2_17_x86_64", "win32", "any"]


def generate(rng):
    text = HEAD + 'extras = ["x"]\ndependency-groups = ["g"]\ndefault-groups = ["main"]\n'
    if rng.random() < 0.3:
        text += f'requires-python = "{rng.choice([">=3.9", "<4", ">=3.12.4", "==3.12.*", "~=3.11", "!=3.12.3"])}"\n'
    if rng.random() < 0.3:
        text += f'environments = ["{rng.choice(MARKERS[:5])}", "{rng.choice(MARKERS[8:11])}"]\n'
    names = list("abcdefgh")
    rng.shuffle(names)
    for name in names[:rng.randrange(1, 7)] + rng.choices(names, k=rng.random() < 0.2):
        text += f'[[packages]]\nname = "{name}"\n'
        if rng.random() < 0.8:
            text += 'version = "1.0"\n'
        if rng.random() < 0.7:
            text += f'marker = "{rng.choice(MARKERS)} {rng.choice(["and", "or"])} {rng.choice(MARKERS)}"\n'
        if rng.random() < 0.05:
            text += f'requires-python = "{rng.choice([">=3.9", ">=3.12.4"])}"\n'
        files = []
        seen = set()
        for _ in range(rng.randrange(0, 5)):
            tag = rng.choice(["cp312-cp312", "cp311-cp311", "cp311-abi3", "py3-none", "py2.py3-none", "cp312-abi3"]) + "-" + rng.choice(PLATFORMS)
            if tag not in seen:
                seen.add(tag)
                files.append(f'{{ url = "https://h.example/{name}-1.0-{tag}.whl", hashes = {{ sha256 = "{digest(tag)}" }}, size = {rng.randrange(99)} }}')
        if files:
            text += "wheels = [" + ",\n".join(files) + "]\n"
        if not files or rng.random() < 0.7:
            text += f'sdist = {{ path = "{name}-1.0.tar.gz", hashes = {{ sha256 = "{H}" }} }}\n'
        if rng.random() < 0.02:
            text += 'directory = { path = "." }\n'
    return text


@pytest.mark.parametrize("seed", range(10))
def test_generated(judge, tmp_path, seed):
    rng = random.Random(seed)
    for _ in range(100):
        check(judge, tmp_path / "pylock.toml", generate(rng), *rng.choice([((), ()), (("x",), ()), ((), ("g",)), (("x",), ("g",))]),
              defaults=rng.random() < 0.7)
