"""lamina export --format pylock.toml: what uv writes for its lock, what an index says for the others, read by the packaging library.

SPDX-License-Identifier: Apache-2.0
"""
import json
import pathlib
import shutil
import sys
import tomllib

import pytest

import compare
import projects

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
from index import Index  # noqa: E402
import wheels  # noqa: E402

pylock = pytest.importorskip("packaging.pylock")


def read(text):
    lock = pylock.Pylock.from_dict(tomllib.loads(text))
    lock.validate()
    return lock


def facts(package):
    """What a package installs, whatever its writer leaves out."""
    files = sorted((w.url, tuple(sorted(w.hashes.items()))) for w in package.wheels or ())
    sdist = package.sdist and (package.sdist.url, tuple(sorted(package.sdist.hashes.items())))
    vcs = package.vcs and (package.vcs.type, package.vcs.url, package.vcs.commit_id, package.vcs.subdirectory)
    archive = package.archive and (package.archive.url, package.archive.path, tuple(sorted(package.archive.hashes.items())), package.archive.subdirectory)
    directory = package.directory and (package.directory.path, bool(package.directory.editable))
    return package.name, None if directory else str(package.version), package.index, files, sdist, vcs, archive, directory


def answers(package, lock):
    marker = str(package.marker) if package.marker else ""
    return [a for a, e in zip(compare.answers(marker), compare.ENVIRONMENTS) if lock.requires_python is None or lock.requires_python.contains(e["python_full_version"])]


@pytest.mark.parametrize("project", ["basic", "forks", "conflicts", "workspace", "virtual", "groups", "extras", "sources"])
def test_as_uv(lamina, tmp_path, project):
    uv = pytest.importorskip("test_uv")
    import os
    import subprocess
    folder = tmp_path / project
    shutil.copytree(uv.LOCKS / project, folder)
    for options in ([], ["--all-extras"]) if project not in ("conflicts",) else ([],):
        env = {"HOME": str(folder), "PATH": os.environ.get("PATH", ""), "UV_PYTHON": sys.executable, "UV_NO_CACHE": "1"}
        theirs = subprocess.run([uv.UV, "export", "--frozen", "--offline", "--no-dev", "--format", "pylock.toml", *options], cwd=folder, capture_output=True,
                                text=True, env=env, timeout=60)
        if theirs.returncode:  # uv wants to see the files of folders and archives
            assert project == "sources", theirs.stderr
            continue
        a, b = read(theirs.stdout), read(lamina.export(folder, "-f", "pylock.toml", *options))
        assert a.requires_python == b.requires_python
        x, y = sorted(map(facts, a.packages), key=str), sorted(map(facts, b.packages), key=str)
        assert x == y
        by_facts = {str(facts(p)): p for p in a.packages}
        for p in b.packages:
            assert answers(p, b) == answers(by_facts[str(facts(p))], a), (p.name, p.marker, by_facts[str(facts(p))].marker)


@pytest.fixture
def index():
    with Index() as i:
        yield i


def poetry_project(folder, index, *made, source=True):
    url = index.url.rstrip("/")
    origin = {"type": "legacy", "url": url, "reference": "here"} if source else None
    entries = [projects.package(w.name, w.version, groups=["main"], source=origin, markers=marker,
                                files=[]).replace("files = []", f'files = [{{file = "{w.file}", hash = "sha256:{w.sha256}"}}, {{file = "{w.name}-9.exe", hash = "sha256:{"0" * 64}"}}]')
               for w, marker in made]
    (folder / "poetry.lock").write_text(projects.lock(*entries))
    more = f'[[tool.poetry.source]]\nname = "here"\nurl = "{url}"\n' if source else ""
    (folder / "pyproject.toml").write_text(projects.poetry("".join(f'{w.name} = "*"\n' for w, _ in made), rest=more))


def test_poetry_asks_the_index(lamina, tmp_path, index):
    a, b = wheels.make("aa", "1.0"), wheels.make("bb", "2.0")
    index.add(a)
    index.add(b)
    index.add(wheels.make("bb", "3.0"))
    poetry_project(tmp_path, index, (a, None), (b, 'python_version < "3.11" and sys_platform == "linux"'))
    lock = read(lamina.export(tmp_path, "-f", "pylock.toml", "--frozen"))
    assert [str(e) for e in lock.environments] == ['python_full_version >= "3.9" and python_full_version < "4.0"']
    assert [(p.name, str(p.version), str(p.marker or ""), [(w.filename, w.hashes["sha256"]) for w in p.wheels]) for p in lock.packages] == [
        ("aa", "1.0", "", [(a.file, a.sha256)]), ("bb", "2.0", 'python_full_version < "3.11" and sys_platform == "linux"', [(b.file, b.sha256)])]
    assert all(w.url.startswith(index.url.rsplit("/simple", 1)[0]) for p in lock.packages for w in p.wheels)
    assert lamina.run(tmp_path, "export", "-f", "pylock.toml", "--frozen", "-o", "pylock.toml").returncode == 0
    for source, name in ((["--lock", "poetry.lock", "--frozen"], "a.zip"), (["--lock", "pylock.toml"], "b.zip")):
        done = lamina.run(tmp_path, "build", *source, "--runtime", "python3.10", "-o", name, "--name", "same")
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_options_name_the_index(lamina, tmp_path, index):
    a = wheels.make("aa", "1.0")
    index.add(a)
    poetry_project(tmp_path, index, (a, None), source=False)
    assert "aa-1.0" in lamina.export(tmp_path, "-f", "pylock.toml", "--frozen", "--index-url", index.url)
    done = lamina.run(tmp_path, "export", "-f", "pylock.toml", "--frozen", "--index-url", index.url, "--offline")
    assert done.returncode == 4 and not done.stdout and "offline" in done.stderr
    gone = wheels.make("aa", "7.0")
    poetry_project(tmp_path, index, (gone, None), source=False)
    done = lamina.run(tmp_path, "export", "-f", "pylock.toml", "--frozen", "--index-url", index.url)
    assert done.returncode == 4 and not done.stdout and "aa 7.0" in done.stderr


def pipfile(folder, index, packages, **more):
    meta = {"hash": {"sha256": "0" * 64}, "pipfile-spec": 6, "requires": {}, "sources": [{"name": "main", "url": index.url.rstrip("/"), "verify_ssl": True}]}
    (folder / "Pipfile.lock").write_text(json.dumps({"_meta": meta, "default": packages, "develop": {}, **more}))


def test_pipfile_sources_are_asked(lamina, tmp_path, index):
    a, b = wheels.make("aa", "1.0"), wheels.make("bb", "2.0")
    index.add(a)
    with Index() as other:
        other.add(b)
        pipfile(tmp_path, index, {"aa": {"version": "==1.0", "hashes": ["sha256:" + a.sha256]}})
        document = json.loads((tmp_path / "Pipfile.lock").read_text())
        document["_meta"]["sources"].append({"name": "two", "url": other.url.replace("http://", "http://${PIPENV_USER}:pw@"), "verify_ssl": True})
        document["default"]["bb"] = {"version": "==2.0", "hashes": ["sha256:" + b.sha256, "sha256:" + "0" * 64], "index": "two"}
        (tmp_path / "Pipfile.lock").write_text(json.dumps(document))
        other.auth = ("me", "pw")
        lock = read(lamina.export(tmp_path, "-f", "pylock.toml", PIPENV_USER="me"))
        assert [(p.name, p.wheels[0].filename) for p in lock.packages] == [("aa", a.file), ("bb", b.file)]
        done = lamina.run(tmp_path, "build", "--lock", "Pipfile.lock", "--runtime", "python3.12", "-o", "a.zip", PIPENV_USER="me")
        assert done.returncode == 0, done.stderr
        assert not [r for r in other.requests if "aa" in r.path] and not [r for r in index.requests if "bb" in r.path]


def test_what_it_cannot_say(lamina, tmp_path, index):
    index.add(wheels.make("aa", "1.0"))
    for entry, word in (({"version": "*"}, "does not pin"), ({"git": "https://git.example/x"}, "commit"), ({"file": "https://h.example/x-1.tar.gz"}, "hash"),
                        ({"version": "==1.0", "hashes": ["sha256:" + "0" * 64]}, "hash")):
        pipfile(tmp_path, index, {"aa": entry})
        done = lamina.run(tmp_path, "export", "-f", "pylock.toml")
        assert done.returncode == 4 and not done.stdout and word in done.stderr, done


def test_name_of_the_file(lamina, tmp_path, index):
    pipfile(tmp_path, index, {})
    for name, good in (("pylock.toml", True), ("pylock.dev.toml", True), ("lock.toml", False), ("pylock.a.b.toml", False)):
        assert (lamina.run(tmp_path, "export", "--lock", "Pipfile.lock", "-f", "pylock.toml", "-o", name).returncode == 0) == good
    assert read((tmp_path / "pylock.dev.toml").read_text()).packages == []


def test_paths_are_seen_from_the_file(lamina, tmp_path):
    (tmp_path / "pdm.lock").write_text('[metadata]\nlock_version = "4.5"\nstrategy = ["inherit_metadata"]\n'
                                       '[[package]]\nname = "d"\nversion = "1"\npath = "./vendor/d"\neditable = true\n'
                                       '[[package]]\nname = "g"\nversion = "1"\ngit = "https://git.example/g"\nrevision = "0123abc"\nsubdirectory = "s"\n')
    (tmp_path / "out").mkdir()
    assert lamina.run(tmp_path, "export", "-f", "pylock.toml", "-o", "out/pylock.toml").returncode == 0
    d, g = read((tmp_path / "out" / "pylock.toml").read_text()).packages
    assert (d.directory.path, d.directory.editable, d.version) == ("../vendor/d", True, None)
    assert (g.vcs.url, g.vcs.commit_id, g.vcs.subdirectory, str(g.version)) == ("https://git.example/g", "0123abc", "s", "1")
