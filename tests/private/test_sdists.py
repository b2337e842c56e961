"""Source distributions as answers: of locks of every format, of the resolver; what is refused, remembered and cleaned up.

SPDX-License-Identifier: Apache-2.0
"""
import hashlib
import os
import signal
import sys
import time

import pytest

import locks
import sdists
import wheels
from cli_conftest import check_zip, contents, names

PY312 = ("--runtime", "python3.12", "--arch", "arm64")
BOTH = ("--runtime", "python3.12", "--arch", "x86_64,arm64")
PURE = ("--sdists", "pure")
NATIVE = "cp312-cp312-macosx_11_0_arm64"


def packages(path):
    return sorted(n.split("/")[1].split("-")[0] for n in names(path) if n.endswith(".dist-info/METADATA"))


def content(lamina, name="o.zip"):
    check_zip(lamina.folder / name)
    return contents(lamina.folder / name)


# --- locks of every format -------------------------------------------------------------------------------------------


def pylock(s, url):
    return {"pylock.toml": f'lock-version = "1.0"\ncreated-by = "test"\n[[packages]]\nname = "{s.name}"\nversion = "{s.version}"\n'
                           f'sdist = {{ name = "{s.file}", url = "{url}", hashes = {{ sha256 = "{s.sha256}" }} }}\n'}


def pylock_archive(s, url):
    return {"pylock.toml": f'lock-version = "1.0"\ncreated-by = "test"\n[[packages]]\nname = "{s.name}"\nversion = "{s.version}"\n'
                           f'archive = {{ url = "{url}", hashes = {{ sha256 = "{s.sha256}" }} }}\n'}


def poetry(s, url):
    wants = {"python": "^3.9", s.name: s.version}
    return {"pyproject.toml": locks.poetry_project(wants), "poetry.lock": locks.poetry([s], wants)}


def uv(s, url):
    lock = locks.uv([s], [s.name], url=lambda w: url, index=url.split("/files/")[0] + "/simple").replace(f", size = {len(s.data)}", "").replace("wheels = [\n    { url", "sdist = { url").replace("},\n]\n", "}\n", 1)
    return {"pyproject.toml": locks.uv_project([s.name]), "uv.lock": lock}


def uv_url(s, url):
    lock = (f'version = 1\nrevision = 3\nrequires-python = ">=3.8"\n\n[[package]]\nname = "{s.name}"\nversion = "{s.version}"\nsource = {{ url = "{url}" }}\n'
            f'sdist = {{ hash = "sha256:{s.sha256}" }}\n\n[[package]]\nname = "app"\nversion = "1.0"\nsource = {{ virtual = "." }}\n'
            f'dependencies = [\n    {{ name = "{s.name}" }},\n]\n\n[package.metadata]\nrequires-dist = [{{ name = "{s.name}", url = "{url}" }}]\n')
    return {"pyproject.toml": locks.uv_project([f"{s.name} @ {url}"]), "uv.lock": lock}


def requirements(s, url):
    return {"requirements.txt": f"{s.locked}\n"}


def requirements_url(s, url):
    return {"requirements.txt": f"{s.name} @ {url} --hash=sha256:{s.sha256}\n"}


def pins(s, url):
    return {"requirements.txt": f"{s.pin}\n"}


def pipfile(s, url):
    return {"Pipfile": f'[packages]\n{s.name} = "*"\n',
            "Pipfile.lock": '{"_meta": {"hash": {"sha256": "' + "0" * 64 + '"}, "pipfile-spec": 6, "requires": {}, "sources": []},'
                            f' "default": {{"{s.name}": {{"hashes": ["sha256:{s.sha256}"], "version": "=={s.version}"}}}}, "develop": {{}}}}'}


def pdm(s, url):
    return {"pyproject.toml": f'[project]\nname = "app"\nversion = "1.0"\nrequires-python = ">=3.9"\ndependencies = ["{s.name}"]\n',
            "pdm.lock": '[metadata]\ngroups = ["default"]\nstrategy = ["inherit_metadata"]\nlock_version = "4.5.0"\ncontent_hash = "sha256:0"\n\n'
                        f'[[metadata.targets]]\nrequires_python = ">=3.9"\n\n[[package]]\nname = "{s.name}"\nversion = "{s.version}"\n'
                        f'summary = ""\ngroups = ["default"]\nfiles = [\n    {{file = "{s.file}", hash = "sha256:{s.sha256}"}},\n]\n'}


FORMATS = {"pylock": pylock, "pylock archive": pylock_archive, "poetry": poetry, "uv": uv, "uv url": uv_url, "requirements": requirements,
           "requirements url": requirements_url, "pins": pins, "pipfile": pipfile, "pdm": pdm}


@pytest.mark.parametrize("name", FORMATS)
def test_locks_of_others(lamina, index, name):
    s = sdists.make("demo", "1.5")
    index.add(s)
    files = FORMATS[name](s, index.file_url(s))
    for file, text in files.items():
        lamina.write(file, text)
    args = ("--lock", list(files)[-1], *PY312, "-o", "o.zip", "--frozen")
    refused = lamina.build(*args, target=()).refused(4, "sdist-only", "demo 1.5 is locked as a source distribution only", "--sdists pure",
                                                     "no version of demo has a wheel for python3.12/arm64")
    assert s.file in refused.error["why"]
    result = lamina.build(*args, *PURE, target=()).ok()
    assert f"note: built {s.file} here (setuptools)\n" in result.err
    assert content(lamina)["python/demo.py"] == b"name = 'demo'\n"
    made, = result.record["distributions"]
    assert (made["name"], made["version"], made["backend"]) == ("demo", "1.5", "setuptools")


@pytest.mark.parametrize("name", FORMATS)
def test_other_bytes_than_were_locked(lamina, index, name):
    s, other = sdists.make("demo", "1.5"), sdists.make("demo", "1.5", {"demo.py": "evil = 1\n"})
    if name == "pins":
        return
    index.add(other, digest=s.sha256)
    files = FORMATS[name](s, index.file_url(s))
    for file, text in files.items():
        lamina.write(file, text)
    lamina.build("--lock", list(files)[-1], *PY312, "-o", "o.zip", "--frozen", *PURE, target=()).refused(4, "hash-mismatch", s.sha256, other.sha256)
    assert not (lamina.folder / "o.zip").exists()


def test_sha512_alone(lamina, index):
    s = sdists.make("demo")
    index.add(s)
    lamina.requirements(f"demo @ {index.file_url(s)} --hash=sha512:{hashlib.sha512(s.data).hexdigest()}")
    lamina("build", "-r", "requirements.txt", *PY312, *PURE, "-o", "o.zip").ok()
    index.reset()
    lamina("build", "-r", "requirements.txt", *PY312, *PURE, "-o", "p.zip").ok()
    assert not index.requests
    lamina.requirements(f"demo @ {index.file_url(s)} --hash=sha512:{'0' * 128}")
    lamina.build("-r", "requirements.txt", *PY312, *PURE, "-o", "o.zip", target=()).refused(4, "hash-mismatch")


def test_local_files(lamina):
    s = sdists.make("demo")
    s.save(lamina.folder / "vendor")
    lamina.requirements("./vendor/demo-1.0.tar.gz")
    lamina.build("--lock", "requirements.txt", *PY312, "-o", "o.zip", *PURE, target=()).ok()
    assert packages(lamina.folder / "o.zip") == ["demo"]
    again = lamina("build", "--lock", "requirements.txt", *PY312, "-o", "o.zip", *PURE).ok()
    assert "up to date" in again.out
    time.sleep(0.02)
    sdists.make("demo", files={"demo.py": "changed = 1\n"}).save(lamina.folder / "vendor")
    lamina("build", "--lock", "requirements.txt", *PY312, "-o", "o.zip", *PURE).ok()
    assert content(lamina)["python/demo.py"] == b"changed = 1\n"


def test_an_archive_of_any_name(lamina, index):
    """As code hosts give them: the folder inside is called otherwise, and the project lies below."""
    files = {"lib/pyproject.toml": sdists.SETUPTOOLS + '[project]\nname = "demo"\nversion = "3"\n', "lib/demo.py": "x = 3\n"}
    index.extra["/archive/v3.tar.gz"] = (sdists.archive("demo-0123abc", files), "application/gzip")
    url = f"{index.root}/archive/v3.tar.gz#subdirectory=lib"
    lamina.requirements(f"demo @ {url}")
    lamina("build", "--lock", "requirements.txt", *PY312, "-o", "o.zip", *PURE).ok()
    assert content(lamina)["python/demo.py"] == b"x = 3\n"
    lamina("build", "-r", "requirements.txt", *PY312, "-o", "p.zip", *PURE).ok()
    assert content(lamina, "p.zip") == content(lamina)
    assert 'version = "3"' in (lamina.folder / "pylock.requirements.toml").read_text()
    lamina.requirements(f"other @ {url}", name="wrong.txt")
    lamina.build("--lock", "wrong.txt", *PY312, "-o", "o.zip", *PURE, target=()).refused(4, "sdist-mismatch", "holds the project demo 3")
    lamina.requirements(f"demo @ {index.root}/archive/v3.tar.gz#subdirectory=../..", name="out.txt")
    lamina.build("--lock", "out.txt", *PY312, "-o", "o.zip", *PURE, target=()).refused(3, "bad-sdist", "leads out of")


@pytest.mark.parametrize("backend", ["poetry.core.masonry.api", "hatchling.build"])
def test_no_repository_counts(lamina, backend):
    """The store may lie in one that ignores everything; an archive may bring one along."""
    lamina.write("../.git/HEAD", "ref: refs/heads/main\n")
    lamina.write("../.gitignore", "*\n")
    requires = {"poetry.core.masonry.api": "poetry-core", "hatchling.build": "hatchling"}[backend]
    text = f'[build-system]\nrequires = ["{requires}"]\nbuild-backend = "{backend}"\n[project]\nname = "demo"\nversion = "1.0"\n'
    files = {"pyproject.toml": text, "demo/__init__.py": "", "demo/data.txt": "x", ".git/config": "[core]\n\tfsmonitor = touch evil\n", ".git/HEAD": "x"}
    for name, more in (("demo-1.0", {"PKG-INFO": "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"}), ("code-host", {})):
        lamina.write(f"{name}.tar.gz", sdists.archive(name, files | more))
        lamina.requirements(f"demo @ file:./{name}.tar.gz")
        lamina("build", "--lock", "requirements.txt", *PY312, *PURE, "-o", "o.zip", "--force").ok()
        assert {"python/demo/__init__.py", "python/demo/data.txt"} <= set(names(lamina.folder / "o.zip"))
        assert not list(lamina.base.rglob("evil"))


def test_poetry_files_and_urls(lamina, index):
    s, t = sdists.make("local"), sdists.make("remote")
    index.add(t)
    s.save(lamina.folder)
    wants = {"python": "^3.9", "local": {"path": s.file}, "remote": {"url": index.file_url(t)}}
    lines = f'local = {{path = "{s.file}"}}\nremote = {{url = "{index.file_url(t)}"}}\n'
    lamina.write("pyproject.toml", locks.poetry_project({"python": "^3.9"}) + lines)
    entry = ('[[package]]\nname = "{n}"\nversion = "1.0"\ndescription = ""\noptional = false\npython-versions = ">=3.8"\ngroups = ["main"]\n'
             'files = [\n    {{file = "{f}", hash = "sha256:{h}"}},\n]\n\n[package.source]\ntype = "{k}"\nurl = "{u}"\n\n')
    lamina.write("poetry.lock", entry.format(n="local", f=s.file, h=s.sha256, k="file", u=s.file) +
                 entry.format(n="remote", f=t.file, h=t.sha256, k="url", u=index.file_url(t)) +
                 f'[metadata]\nlock-version = "2.1"\npython-versions = ">=3.8"\ncontent-hash = "{locks.poetry_hash(wants)}"\n')
    lamina("build", "--lock", "poetry.lock", *PY312, *PURE, "-o", "o.zip").ok()
    assert packages(lamina.folder / "o.zip") == ["local", "remote"]


def test_a_path_in_pylock(lamina):
    s = sdists.make("demo")
    s.save(lamina.folder / "locks/vendor")
    place = f'path = "vendor/{s.file}", hashes = {{ sha256 = "{s.sha256}" }}'
    for entry in (f'sdist = {{ name = "{s.file}", {place} }}', f"archive = {{ {place} }}"):
        lamina.write("locks/pylock.toml", f'lock-version = "1.0"\ncreated-by = "test"\n[[packages]]\nname = "demo"\nversion = "1.0"\n{entry}\n')
        lamina("build", "--lock", "locks/pylock.toml", *PY312, *PURE, "-o", "o.zip", "--force").ok()
        assert packages(lamina.folder / "o.zip") == ["demo"]


def test_zip_archives(lamina, index):
    import io
    import zipfile
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("demo-1.0/pyproject.toml", sdists.SETUPTOOLS + '[project]\nname = "demo"\nversion = "1.0"\n')
        z.writestr("demo-1.0/demo.py", "x = 1\n")
        z.writestr("demo-1.0/PKG-INFO", "Metadata-Version: 1.0\nName: demo\nVersion: 1.0\n")
    index.add(wheels.Wheel("demo", "1.0", "demo-1.0.zip", out.getvalue()))
    lamina.requirements("demo")
    lamina("build", "-r", "requirements.txt", *PY312, *PURE, "-o", "o.zip").ok()
    assert content(lamina)["python/demo.py"] == b"x = 1\n"


# --- which file ------------------------------------------------------------------------------------------------------


def test_a_wheel_comes_first(lamina, index):
    s, w = sdists.make("demo", "1.0", {"demo.py": "sdist = 1\n"}), wheels.make("demo", "1.0", {"demo.py": b"wheel = 1\n"})
    index.add(s, w)
    lamina.requirements("demo==1.0")
    lamina("build", "--lock", "requirements.txt", *PY312, *PURE, "-o", "o.zip").ok()
    assert content(lamina)["python/demo.py"] == b"wheel = 1\n"
    lamina.requirements("--no-binary demo", "demo==1.0", name="source.txt")
    assert "is not followed" in lamina("build", "--lock", "source.txt", *PY312, "-o", "o.zip").ok().err
    result = lamina("build", "--lock", "source.txt", *PY312, *PURE, "-o", "p.zip").ok()
    assert "is not followed" not in result.err
    assert content(lamina, "p.zip")["python/demo.py"] == b"sdist = 1\n"


def test_only_where_no_wheel_fits(lamina, index):
    """One target has a wheel, the other has not; --only-binary forbids what would do."""
    s = sdists.make("demo")
    index.add(s, wheels.native("demo", "1.0", arch="x86_64"))
    lamina.requirements("demo==1.0")
    result = lamina.build("--lock", "requirements.txt", *BOTH, *PURE, "-o", "{arch}.zip", target=()).ok()
    assert {r["arch"]: r["distributions"][0].get("backend") for r in result.records} == {"x86_64": None, "arm64": "setuptools"}
    lamina.requirements("--only-binary :all:", "demo==1.0", name="wheels.txt")
    lamina.build("--lock", "wheels.txt", *PY312, *PURE, "-o", "o.zip", target=()).refused(4, "no-wheel", "demo 1.0 has no wheel for python3.12/arm64")


def test_hashes_of_the_sdist_alone(lamina, index):
    """Who allows no other file means it, in pip too."""
    s = sdists.make("demo", files={"demo.py": "sdist = 1\n"})
    index.add(s, wheels.make("demo", "1.0"))
    lamina.requirements(s.locked)
    lamina("build", "-r", "requirements.txt", *PY312, *PURE, "-o", "o.zip").ok()
    assert content(lamina)["python/demo.py"] == b"sdist = 1\n"


def test_both_architectures(lamina, index):
    index.add(sdists.make("demo"))
    lamina.requirements("demo==1.0")
    result = lamina("build", "--lock", "requirements.txt", *BOTH, *PURE, "-o", "{arch}.zip").ok()
    assert result.err.count("built demo-1.0.tar.gz here") == 1
    assert (lamina.folder / "x86_64.zip").read_bytes() == (lamina.folder / "arm64.zip").read_bytes()
    assert len(index.files()) == 1


# --- the resolver ----------------------------------------------------------------------------------------------------


def test_resolving(lamina, index):
    """What a source distribution needs is what its wheel says: here PKG-INFO is of no use. The option stays in the lock."""
    index.add(sdists.make("top", requires=["low>=1", 'win; sys_platform == "win32"']), sdists.make("low", "1.0"), sdists.make("low", "2.0"))
    lamina.requirements("top")
    lamina.build("-r", "requirements.txt", *PY312, "-o", "o.zip", target=()).refused(
        4, "no-solution", "top 1.0 has no wheel, only source code that would have to be built", "--sdists pure makes wheels of source distributions")
    result = lamina("build", "-r", "requirements.txt", *PY312, *PURE, "-o", "o.zip").ok()
    assert "built top-1.0.tar.gz here" in result.err and "built low-2.0.tar.gz here" in result.err
    assert packages(lamina.folder / "o.zip") == ["low", "top"]
    lock = (lamina.folder / "pylock.requirements.toml").read_text()
    assert 'options = ["sdists=pure"]' in lock and lock.count("sdist = {") == 2
    index.reset()
    assert "up to date" in lamina("lock", "-r", "requirements.txt", "--check").ok().out
    lamina("build", "-r", "requirements.txt", *PY312, "-o", "p.zip").ok()
    assert not index.requests
    lamina("lock", "-r", "requirements.txt", "--check", "--sdists", "no", "--json").refused(4, "lock-outdated", "option sdists=pure is gone")


def test_static_metadata_is_not_believed(lamina, index):
    """PKG-INFO says what the wheel does not: the wheel counts, since it is what is installed."""
    lie = sdists.make("top", metadata="2.2", requires=["nowhere"], pyproject=sdists.SETUPTOOLS + '[project]\nname = "top"\nversion = "1.0"\n')
    index.add(lie)
    lamina.requirements("top")
    lamina("build", "-r", "requirements.txt", *PY312, *PURE, "-o", "o.zip").ok()
    assert packages(lamina.folder / "o.zip") == ["top"]


def test_newer_source_before_older_wheel(lamina, index):
    index.add(wheels.make("demo", "1.0"), sdists.make("demo", "2.0"))
    lamina.requirements("demo")
    lamina("lock", "-r", "requirements.txt", *PY312, *PURE).ok()
    assert 'version = "2.0"' in (lamina.folder / "pylock.requirements.toml").read_text()


def test_what_cannot_be_built_is_passed_by(lamina, index):
    index.add(wheels.make("demo", "1.0"), sdists.compiled("demo", "2.0"))
    lamina.requirements("demo")
    result = lamina("lock", "-r", "requirements.txt", *PY312, *PURE).ok()
    assert 'version = "1.0"' in (lamina.folder / "pylock.requirements.toml").read_text()
    assert ("demo 1.0 is chosen: 2.0 has no wheel for python3.12/arm64, and its source distribution cannot be built here "
            "(setup.py has ext_modules: it compiles C)") in result.err
    files = len(index.files())
    lamina("lock", "-r", "requirements.txt", *PY312, *PURE, "--upgrade").ok()
    assert len(index.files()) == files  # that it cannot be built is remembered


def test_what_has_wheels_for_others_only_is_not_loaded(lamina, index):
    """It compiles, since it has a wheel a platform: nobody loads source distribution after source distribution for that, but some."""
    for minor in range(5):
        index.add(sdists.compiled("demo", f"2.{minor}"), wheels.make("demo", f"2.{minor}", tag=NATIVE))
    index.add(wheels.make("demo", "1.0"))
    lamina.requirements("demo")
    lamina("lock", "-r", "requirements.txt", *PY312, *PURE).ok()
    assert 'version = "1.0"' in (lamina.folder / "pylock.requirements.toml").read_text()
    assert sorted(r for r in index.files() if r.endswith(".tar.gz")) == [f"/files/demo-2.{minor}.tar.gz" for minor in (2, 3, 4)]


def test_direct_references(lamina, index):
    s, low = sdists.make("demo", requires=["low"]), wheels.make("low")
    index.add(s, low)
    s.save(lamina.folder)
    for line in (f"demo @ {index.file_url(s)}", f"./{s.file}", f"demo @ file:./{s.file}"):
        lamina.requirements(line, name="r.txt")
        (lamina.folder / "pylock.r.toml").unlink(missing_ok=True)
        lamina("build", "-r", "r.txt", *PY312, *PURE, "-o", "o.zip", "--force").ok()
        assert packages(lamina.folder / "o.zip") == ["demo", "low"], line
        assert "archive = {" in (lamina.folder / "pylock.r.toml").read_text()
        lamina.build("-r", "r.txt", *PY312, "--no-lock", "-o", "o.zip", target=()).refused(4, "source-only")


def test_going_back(lamina, index):
    """What a source distribution needs is weighed as what wheels need is: versions that contradict each other are passed by."""
    index.add(sdists.make("top", "2.0", requires=["low<2", "side"]), sdists.make("top", "1.0", requires=["low"]), wheels.make("side", requires=["low>=2"]),
              sdists.make("low", "1.0"), sdists.make("low", "2.0"), sdists.compiled("low", "3.0"))
    lamina.requirements("top")
    lamina("lock", "-r", "requirements.txt", *PY312, *PURE).ok()
    lock = (lamina.folder / "pylock.requirements.toml").read_text()
    assert 'name = "top"\nversion = "1.0"' in lock and 'name = "low"\nversion = "2.0"' in lock
    lamina("build", "-r", "requirements.txt", *PY312, "-o", "o.zip").ok()


def test_extras_and_pythons(lamina, index):
    index.add(sdists.make("top", extras={"more": ["low"]}), wheels.make("low"), sdists.make("old", "1.0"), sdists.make("old", "2.0", requires_python=">=3.13"))
    lamina.requirements("top[more]", "old")
    lamina("build", "-r", "requirements.txt", *PY312, *PURE, "-o", "o.zip").ok()
    assert packages(lamina.folder / "o.zip") == ["low", "old", "top"]
    assert 'name = "old"\nversion = "1.0"' in (lamina.folder / "pylock.requirements.toml").read_text()


def test_targets_of_one_lock(lamina, index):
    """One target has a wheel: the lock has both files, and each target takes its own."""
    index.add(sdists.make("demo"), wheels.native("demo", "1.0", arch="x86_64"))
    lamina.requirements("demo")
    result = lamina.build("-r", "requirements.txt", *BOTH, *PURE, "-o", "{arch}.zip", target=()).ok()
    lock = (lamina.folder / "pylock.requirements.toml").read_text()
    assert lock.count("sdist = {") == 1 and lock.count("x86_64.whl") >= 1
    assert {r["arch"]: r["distributions"][0].get("backend") for r in result.records} == {"x86_64": None, "arm64": "setuptools"}


def test_credentials(lamina, index):
    index.auth = ("user", "secret")
    index.add(sdists.make("demo", requires=["low"]), sdists.make("low"))
    lamina.env["PIP_INDEX_URL"] = index.with_login("user", "secret")
    lamina.requirements("demo")
    result = lamina("build", "-r", "requirements.txt", *PY312, *PURE, "-o", "o.zip").ok()
    assert packages(lamina.folder / "o.zip") == ["demo", "low"]
    kept = [p.read_bytes() for p in lamina.base.rglob("*") if p.is_file()]
    assert "secret" not in result.err and not any(b"secret" in k for k in kept)


def test_a_network_that_fails(lamina, index):
    """It ends the resolution: an older version is no answer to a server that is down."""
    from index import status
    index.add(sdists.make("demo", "2.0"), wheels.make("demo", "1.0"))
    index.fault("/files/demo-2.0.tar.gz", status(500), forever=True)
    lamina.requirements("demo")
    result = lamina.build("-r", "requirements.txt", *PY312, *PURE, "-o", "o.zip", "--retries", "0", target=())
    assert result.status == 5, str(result)
    index.faults.clear()
    index.stuck.clear()
    other = sdists.make("demo", "2.0", files={"demo.py": "other = 1\n"})
    index.projects["demo"][0].data = other.data
    lamina.build("-r", "requirements.txt", *PY312, *PURE, "-o", "o.zip", "--retries", "0", target=()).refused(4, "hash-mismatch")


def test_untried_versions_are_no_advice(lamina, index):
    index.add(sdists.compiled("demo", "3.0"), sdists.compiled("demo", "2.0"), wheels.make("demo", "1.0"))
    lamina.requirements("demo==2.0")
    lamina.build("-r", "requirements.txt", *PY312, *PURE, "-o", "o.zip", target=()).refused(
        4, "cannot-build", "the newest version of demo that works on python3.12/arm64 is 1.0", "--build=host")


def test_a_pin_that_cannot_be_built(lamina, index):
    index.add(wheels.make("demo", "1.0"), sdists.compiled("demo", "2.0"))
    lamina.requirements("demo==2.0")
    for args in (("-r",), ("--lock",)):
        lamina.build(*args, "requirements.txt", *PY312, *PURE, "-o", "o.zip", target=()).refused(
            4, "cannot-build", "demo 2.0 would have to be built from its source distribution, which needs its own code to run", "requirements.txt:1",
            "demo-2.0.tar.gz: setup.py has ext_modules: it compiles C", "demo", "1.0", "python3.12/arm64")


# --- refused ---------------------------------------------------------------------------------------------------------


def test_the_newest_wheel_is_named(lamina, index):
    """Not yanked, no pre-release, for the target's Python and platform: from the index, when it may be asked."""
    index.add(sdists.compiled("demo", "2.0"), wheels.make("demo", "1.0"), wheels.make("demo", "1.9rc1"), wheels.native("demo", "1.8", arch="x86_64"))
    index.add(wheels.make("demo", "1.7"), yanked="bad")
    index.add(wheels.make("demo", "1.6"), requires_python="<3.12")
    index.add(wheels.make("demo", "0.9"))
    lamina.write("pylock.toml", pylock(sdists.compiled("demo", "2.0"), index.root + "/files/demo-2.0.tar.gz")["pylock.toml"])
    text = "demo 1.0 is the newest version that has a wheel for python3.12/arm64"
    lamina.build("--lock", "pylock.toml", *PY312, "-o", "o.zip", target=()).refused(4, "sdist-only", text, "pylock.toml:3", "--sdists pure")
    lamina.build("--lock", "pylock.toml", *PY312, *PURE, "-o", "o.zip", target=()).refused(
        4, "cannot-build", text, "pylock.toml:3", "setup.py has ext_modules: it compiles C", "--build=host")
    index.reset()
    refused = lamina.build("--lock", "pylock.toml", *PY312, *PURE, "-o", "o.zip", "--offline", target=()).refused(4, "cannot-build", "it compiles C")
    assert "newest" not in refused.err and not index.requests
    index.page("demo", "<p>broken", kind="text/nonsense")
    lamina.build("--lock", "pylock.toml", *PY312, *PURE, "-o", "o.zip", target=()).refused(4, "cannot-build")


def test_other_projects_than_named(lamina, index):
    text = sdists.SETUPTOOLS + '[project]\nname = "other"\nversion = "1.0"\n'
    index.add(sdists.make("demo", pyproject=text, files={"other.py": ""}))
    lamina.requirements("demo==1.0")
    lamina.build("--lock", "requirements.txt", *PY312, *PURE, "-o", "o.zip", target=()).refused(
        4, "sdist-mismatch", "demo-1.0.tar.gz holds the project other 1.0, but what is locked is demo 1.0")
    index.add(sdists.make("late", "2.0", pyproject=sdists.SETUPTOOLS + '[project]\nname = "late"\nversion = "2.1"\n'))
    lamina.requirements("late")
    lamina.build("-r", "requirements.txt", *PY312, *PURE, "-o", "o.zip", target=()).refused(4, "no-solution", "late")


@pytest.mark.parametrize("data", [b"", b"no archive", sdists.make("demo").data[:200]], ids=["empty", "text", "cut"])
def test_no_archives(lamina, index, data):
    s = wheels.Wheel("demo", "1.0", "demo-1.0.tar.gz", data)
    index.add(s)
    lamina.requirements(s.locked)
    lamina.build("-r", "requirements.txt", *PY312, *PURE, "-o", "o.zip", target=()).refused(3, "bad-sdist", "demo-1.0.tar.gz")
    assert not list((lamina.cache / "v1/tmp").iterdir())


def test_warnings_are_for_authors(lamina, index):
    """Data that a third party's rules leave out is no news for who uses it."""
    files = {"demo/__init__.py": "", "demo/data.txt": "x", "tests/__init__.py": ""}
    pyproject = sdists.SETUPTOOLS + '[project]\nname = "demo"\nversion = "1.0"\n[tool.setuptools]\npackages = ["demo", "tests"]\ninclude-package-data = false\n'
    index.add(sdists.make("demo", files=files, pyproject=pyproject))
    lamina.requirements("demo==1.0")
    result = lamina.build("--lock", "requirements.txt", *PY312, *PURE, "-o", "o.zip", target=()).ok()
    assert "warning" not in result.err and result.record["warnings"] == []


# --- memory ----------------------------------------------------------------------------------------------------------


def test_a_warm_build_does_not_read_it_again(lamina, index):
    """Neither the archive nor the network: the archive may even be gone. Nor is it unpacked: nothing is written for it."""
    index.add(sdists.make("demo"))
    lamina.requirements("demo==1.0")
    lamina("build", "--lock", "requirements.txt", *PY312, *PURE, "-o", "o.zip").ok()
    archive, = [p for p in (lamina.cache / "v1/files").rglob("*") if p.is_file() and p.read_bytes()[:2] == b"\x1f\x8b"]
    archive.unlink()
    index.reset()
    result = lamina("build", "--lock", "requirements.txt", *PY312, *PURE, "-o", "p.zip", "--offline").ok()
    assert "built demo-1.0.tar.gz here (setuptools)" in result.err
    assert not index.requests and (lamina.folder / "o.zip").read_bytes() == (lamina.folder / "p.zip").read_bytes()
    lamina("build", "--lock", "requirements.txt", *PY312, *PURE, "-o", "o.zip", "--check").ok()


def test_a_lost_wheel_is_made_again(lamina, index):
    index.add(sdists.make("demo"))
    lamina.requirements("demo==1.0")
    lamina("build", "--lock", "requirements.txt", *PY312, *PURE, "-o", "o.zip").ok()
    wheel, = [p for p in (lamina.cache / "v1/files").rglob("*") if p.is_file() and p.read_bytes()[:2] == b"PK"]
    wheel.unlink()
    lamina("build", "--lock", "requirements.txt", *PY312, *PURE, "-o", "p.zip").ok()
    wheel.chmod(0o644)
    wheel.write_bytes(wheel.read_bytes()[:-9] + b"x" * 9)
    lamina("build", "--lock", "requirements.txt", *PY312, *PURE, "-o", "q.zip").ok()
    assert len({(lamina.folder / n).read_bytes() for n in ("o.zip", "p.zip", "q.zip")}) == 1


def test_many_at_once(lamina, index):
    index.add(sdists.make("demo", files={f"demo/m{i}.py": f"x = {i}\n" for i in range(300)} | {"demo/__init__.py": ""}))
    lamina.requirements("demo==1.0")
    runs = [lamina.start("build", "--lock", "requirements.txt", *PY312, *PURE, "-o", f"o{i}.zip") for i in range(6)]
    for run in runs:
        out, err = run.communicate(timeout=60)
        assert run.returncode == 0, err.decode()
    assert len({(lamina.folder / f"o{i}.zip").read_bytes() for i in range(6)}) == 1
    assert not list((lamina.cache / "v1/tmp").iterdir())


def test_a_store_that_cannot_be_written(lamina, index):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    index.add(sdists.make("demo"))
    lamina.requirements("demo==1.0")
    lamina.cache.mkdir()
    lamina.cache.chmod(0o555)
    lamina.build("--lock", "requirements.txt", *PY312, *PURE, "-o", "o.zip", target=()).refused(6, "store-not-writable")


def test_offline(lamina, index):
    index.add(sdists.make("demo"))
    lamina.requirements("demo==1.0")
    lamina.build("--lock", "requirements.txt", *PY312, *PURE, "-o", "o.zip", "--offline", target=()).refused(4, "offline")


def test_look_only(lamina, index):
    index.add(sdists.make("demo"))
    lamina.requirements("demo==1.0")
    assert "would be built" in lamina("build", "--lock", "requirements.txt", *PY312, *PURE, "-o", "o.zip", "--dry-run").ok().out
    assert not index.files() and not [p for p in lamina.cache.rglob("*") if p.is_file()]


def test_a_killed_run_leaves_nothing_for_long(lamina, index):
    """What was unpacked goes with the next run that unpacks something."""
    many = {f"demo/m{i}.py": f"x = {i}\n" for i in range(3000)}
    index.add(sdists.make("demo", files={"demo/__init__.py": "", **many}), sdists.make("low"))
    lamina.requirements("demo==1.0")
    temp = lamina.cache / "v1/tmp"
    for _ in range(20):
        run = lamina.start("build", "--lock", "requirements.txt", *PY312, *PURE, "-o", "o.zip")
        while run.poll() is None and not any(temp.glob("sdist-*/run-*/*")):
            pass
        if run.poll() is None:
            os.kill(run.pid, signal.SIGKILL)
        run.communicate()
        if any(temp.glob("sdist-*")):
            break
    else:
        pytest.skip("too fast to be killed")
    lamina.requirements("low==1.0")
    lamina("build", "--lock", "requirements.txt", *PY312, *PURE, "-o", "o.zip").ok()
    assert not list(temp.iterdir())


def test_a_collection_takes_what_was_left(lamina, index):
    index.add(sdists.make("demo"))
    lamina.requirements("demo==1.0")
    lamina("build", "--lock", "requirements.txt", *PY312, *PURE, "-o", "o.zip").ok()
    old, new = (lamina.cache / "v1/tmp" / name for name in ("sdist-0-60", "sdist-0-61"))
    for folder in (old, new):
        (folder / "run-x/demo").mkdir(parents=True)
        (folder / "run-x/demo/file").write_text("x")
    os.utime(old, (time.time() - 7200,) * 2)
    lamina("cache", "gc").ok()
    assert new.exists() and not old.exists()


def test_an_interrupted_run_leaves_nothing(lamina, index):
    many = {f"demo/m{i}.py": f"x = {i}\n" for i in range(3000)}
    index.add(sdists.make("demo", files={"demo/__init__.py": "", **many}))
    lamina.requirements("demo==1.0")
    temp = lamina.cache / "v1/tmp"
    run = lamina.start("build", "--lock", "requirements.txt", *PY312, *PURE, "-o", "o.zip")
    while run.poll() is None and not any(temp.glob("sdist-*/run-*/*")):
        pass
    if run.poll() is None:
        run.send_signal(signal.SIGTERM)
    run.communicate()
    assert run.returncode in (0, 130, 143, -signal.SIGTERM)
    assert not [p for p in temp.iterdir() if p.is_dir()]


# --- lamina.toml -----------------------------------------------------------------------------------------------------


def test_lamina_toml(lamina, index):
    index.add(sdists.make("demo"))
    lamina.requirements("demo", name="a.txt")
    text = '[defaults]\nruntime = "python3.12"\narch = "arm64"\nsdists = "pure"\n[layer.a]\nrequirements = "a.txt"\n'
    lamina.write("lamina.toml", text)
    lamina("build", "--json").ok()
    assert packages(lamina.folder / "dist/a-arm64.zip") == ["demo"]
    assert lamina("build", "--locked").ok()
    refused = lamina("build", "--json", "--sdists", "no", "--force").refused(4, "no-solution")
    assert "option" not in refused.err
    lamina.write("lamina.toml", text.replace('sdists = "pure"', 'sdists = "no"'))
    lamina("build", "--json").refused(4, "no-solution")
    lamina("build", "--json", "--sdists", "pure").ok()
    lamina.write("lamina.toml", text.replace('"pure"', '"yes"'))
    lamina("build", "--json").refused(2, "bad-value", "`yes` is no way to treat source distributions", "choose from no, pure", "lamina.toml:4:10")
    lamina.write("lamina.toml", text + 'build = "docker"\n')
    lamina("build", "--json").refused(2, "bad-value", "`docker` is no way to build", "choose from native, host", "lamina.toml:7:9")


def test_one_lock_one_choice(lamina, index):
    index.add(sdists.make("demo"))
    lamina.requirements("demo", name="a.txt")
    lamina.write("lamina.toml", '[defaults]\nruntime = "python3.12"\narch = "arm64"\n[layer.a]\nrequirements = "a.txt"\nsdists = "pure"\n[layer.b]\nrequirements = "a.txt"\n')
    lamina("build", "b").ok()
    lamina.write("lamina.toml", '[defaults]\nruntime = "python3.12"\n[layer.a]\nrequirements = "a.txt"\nsdists = "pure"\n[layer.b]\nrequirements = "a.txt"\nsdists = "no"\n')
    lamina("build", "--json").refused(2, "option-clash", "`a` and `b` have one lock, but say `sdists` differently")


def test_a_changed_option_builds_again(lamina, index):
    index.add(sdists.make("demo"))
    lamina.requirements("demo==1.0")
    lamina("build", "--lock", "requirements.txt", *PY312, *PURE, "-o", "o.zip").ok()
    lamina.build("--lock", "requirements.txt", *PY312, "-o", "o.zip", target=()).refused(4, "sdist-only")


def test_a_lock_of_ours_elsewhere(lamina, index):
    """It was made with source distributions, so it is built with them; not when that is forbidden."""
    index.add(sdists.make("demo"))
    lamina.requirements("demo")
    lamina("lock", "-r", "requirements.txt", *PY312, *PURE, "-o", "pylock.prod.toml").ok()
    lamina("build", "--lock", "pylock.prod.toml", *PY312, "-o", "o.zip").ok()
    lamina.build("--lock", "pylock.prod.toml", *PY312, "--sdists", "no", "-o", "o.zip", target=()).refused(4, "sdist-only")


def test_older_names_of_the_option(lamina, index):
    index.add(sdists.make("demo"))
    lamina.requirements("demo")
    lamina("lock", "-r", "requirements.txt", *PY312, "--sdist").ok()
    assert 'options = ["sdists=pure"]' in (lamina.folder / "pylock.requirements.toml").read_text()
    assert lamina("lock", "-r", "requirements.txt", *PY312, "--sdist", "--sdists", "no").status == 2
    assert lamina("lock", "-r", "requirements.txt", *PY312, "--no-sdist").status == 4


def test_without_digests(lamina, index):
    """An index that gives none: the lock has those of the archive, not of the wheel."""
    s = sdists.make("demo")
    index.add(s, hashes=False)
    lamina.requirements("demo")
    lamina("lock", "-r", "requirements.txt", *PY312, *PURE).ok()
    lock = (lamina.folder / "pylock.requirements.toml").read_text()
    assert s.sha256 in lock and f"size = {len(s.data)}" in lock
    lamina("build", "-r", "requirements.txt", *PY312, "-o", "o.zip").ok()


def test_the_result_imports(lamina, index):
    import subprocess
    index.add(sdists.make("demo", requires=["low"], more='[project.scripts]\ndemo = "demo:main"\n'), sdists.make("low"))
    lamina.requirements("demo")
    lamina("build", "-r", "requirements.txt", *PY312, *PURE, "--into", "tree").ok()
    code = "import demo, low, importlib.metadata as m; print(demo.name, m.version('demo'), m.requires('demo'), len(m.entry_points(group='console_scripts', name='demo')))"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(lamina.folder / 'tree/python')!r}); {code}"],
                          capture_output=True, text=True)
    assert done.stdout == "demo 1.0 ['low'] 1\n", done
