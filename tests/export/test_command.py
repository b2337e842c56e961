"""lamina export as a command: where its lock comes from, where its text goes, and what it refuses.

SPDX-License-Identifier: Apache-2.0
"""
import os
import stat

import pytest

from projects import SOURCES, from_source, lock, package, poetry

PYPROJECT = poetry('a = "*"', rest=SOURCES % "primary" + '[tool.poetry.group.dev.dependencies]\nb = "*"\n')
LOCK = lock(from_source("a", "corp", "https://corp.example/simple"), package("b", groups=["dev"]))
LINES = '--index-url https://corp.example/simple\n\na==1.0 ; python_version >= "3.9" and python_version < "4.0"\n'


@pytest.fixture
def folder(tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "poetry.lock").write_text(LOCK)
    (project / "pyproject.toml").write_text(PYPROJECT)
    return project


def plain(lamina, folder, *arguments, **env):
    return lamina.export(folder, "--frozen", "--without-hashes", *arguments, **env)


def test_where_the_lock_comes_from(lamina, folder):
    assert plain(lamina, folder) == LINES
    assert plain(lamina, folder.parent, "--project", "project") == plain(lamina, folder.parent, "--lock", "project/poetry.lock") == LINES
    assert plain(lamina, folder.parent, "-C", "project") == LINES
    done = lamina.run(folder.parent, "export")
    assert done.returncode == 6 and not done.stdout and "no lock" in done.stderr


def test_artifacts(lamina, folder):
    config = folder / "lamina.toml"
    config.write_text('[layer.one]\nlock = "poetry.lock"\nruntime = ["python3.12", "python3.13"]\narch = ["x86_64", "arm64"]\n')
    assert plain(lamina, folder) == plain(lamina, folder, "one") == LINES
    config.write_text(config.read_text() + '[layer.two]\nlock = "poetry.lock"\nruntime = "python3.12"\ngroups = ["dev"]\n')
    assert "b==1.0" in plain(lamina, folder, "two") and "b==1.0" not in plain(lamina, folder, "one")
    done = lamina.run(folder, "export", "--frozen")
    assert done.returncode == 2 and not done.stdout and "lamina export one" in done.stderr
    done = lamina.run(folder, "export", "three")
    assert done.returncode == 2 and "three" in done.stderr
    done = lamina.run(folder, "export", "one", "--lock", "poetry.lock")
    assert done.returncode == 2 and not done.stdout


def test_to_a_file(lamina, folder):
    out = folder / "out" / "requirements.txt"
    out.parent.mkdir()
    out.write_text("old\n")
    assert plain(lamina, folder, "-o", "out/requirements.txt") == ""
    assert out.read_text() == LINES and stat.S_IMODE(out.stat().st_mode) == 0o644
    before = out.read_text()
    done = lamina.run(folder, "export", "--with", "gone", "-o", "out/requirements.txt")
    assert done.returncode and out.read_text() == before and os.listdir(out.parent) == ["requirements.txt"]


def test_credentials(lamina, folder):
    secret = {"POETRY_HTTP_BASIC_CORP_USERNAME": "me@x", "POETRY_HTTP_BASIC_CORP_PASSWORD": "p/w"}
    assert plain(lamina, folder, **secret) == LINES
    assert plain(lamina, folder, "--with-credentials") == LINES
    given = LINES.replace("https://", "https://me%40x:p%2Fw@")
    assert plain(lamina, folder, "--with-credentials", **secret) == given
    config = folder.parent / "config"
    config.mkdir()
    (config / "auth.toml").write_text('[http-basic.corp]\nusername = "file"\npassword = "pw"\n')
    assert plain(lamina, folder, "--with-credentials", POETRY_CONFIG_DIR=str(config)) == LINES.replace("https://", "https://file:pw@")
    assert plain(lamina, folder, "--with-credentials", POETRY_CONFIG_DIR=str(config), **secret) == given
    plain(lamina, folder, "--with-credentials", "-o", "secret.txt", **secret)
    assert (folder / "secret.txt").read_text() == given and stat.S_IMODE((folder / "secret.txt").stat().st_mode) == 0o600
    (config / "auth.toml").write_text('[http-basic.corp]\nusername = "file"\npassword = hunter2\n')
    done = lamina.run(folder, "export", "--frozen", "--with-credentials", POETRY_CONFIG_DIR=str(config))
    assert done.returncode == 3 and "hunter2" not in done.stderr and not done.stdout, done.stderr


OLD = 'package = []\n[metadata]\npython-versions = "*"\ncontent-hash = "0"\n'


@pytest.mark.parametrize("text, status, word", [
    (OLD, 3, "too old"), (OLD + 'lock-version = "0.9"\n', 3, "too old"), (OLD + 'lock-version = "3.0"\n', 3, "3.0"),
    (OLD.replace("[metadata]", "[more]"), 3, "metadata"), ("package = [\n", 3, "poetry.lock"),
    (LOCK.replace("CONTENT_HASH", "0" * 64), 4, "poetry lock"),
    (lock(package("b", "1.0", python=">=3.11"), version="2.0"), 0, ""),
    (lock(package("a", "1.0", python=">=3.11"), version="2.0"), 4, "gives no answer"),
    (lock(package("a", "1.0", needs={"gone": "*"}), version="2.0"), 4, "gone"),
])
def test_refused(lamina, folder, text, status, word):
    (folder / "poetry.lock").write_text(text)
    frozen = [] if "poetry lock" in word else ["--frozen"]
    done = lamina.run(folder, "export", *frozen)
    assert done.returncode == status and word in done.stderr and (not status or not done.stdout), done


@pytest.mark.parametrize("arguments, word", [
    (["--with", "gone"], "gone"), (["--without", "gone"], "gone"), (["--only", "gone"], "gone"), (["-E", "gone"], "gone"),
    (["-E", "x", "--all-extras"], "all-extras"), (["--only", "main", "--with", "dev"], "--only"), (["--format", "docx"], "docx"), (["a", "b"], "argument"),
    (["--lock", "poetry.lock", "--project", "."], "more than one"),
])
def test_options(lamina, folder, arguments, word):
    done = lamina.run(folder, "export", "--frozen", *arguments)
    assert done.returncode == 2 and word in done.stderr and not done.stdout, done


def test_what_is_read_is_said_once(lamina, folder):
    """Standard output holds the export alone, -q leaves it as it is."""
    assert plain(lamina, folder, "-q") == plain(lamina, folder, "-v") == LINES


def test_the_lock_that_lamina_keeps(lamina, tmp_path):
    """Inputs that lamina locks stand for their lock, which must be right."""
    import pathlib
    import sys
    sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "cli"))
    import wheels
    made = [wheels.make("aa", "1.0", requires=["bb"]), wheels.make("bb", "1.5")]
    for w in made:
        w.save(tmp_path / "links")
    target, index = ["--runtime", "python3.12"], ["--no-index", "--find-links", "links"]
    (tmp_path / "layer.in").write_text("aa>=1\n")
    done = lamina.run(tmp_path, "export", "-r", "layer.in")
    assert done.returncode == 4 and "lamina lock" in done.stderr and not done.stdout
    assert lamina.run(tmp_path, "lock", "-r", "layer.in", *target, *index).returncode == 0
    lines = "".join(f"{w.pin} \\\n    --hash=sha256:{w.sha256}\n" for w in made)
    assert lamina.export(tmp_path, "-r", "layer.in", "--without-urls") == lines
    (tmp_path / "lamina.toml").write_text('[layer.one]\nrequirements = "layer.in"\nruntime = "python3.12"\n')
    assert lamina.export(tmp_path, "one", "--without-urls") == lamina.export(tmp_path, "--without-urls") == lines
    (tmp_path / "layer.in").write_text("aa>=1\nbb<2\n")
    for arguments in (["-r", "layer.in"], ["one"]):
        done = lamina.run(tmp_path, "export", *arguments)
        assert done.returncode == 4 and not done.stdout and "bb" in done.stderr, done
        assert lamina.export(tmp_path, *arguments, "--frozen", "--without-urls") == lines
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "p"\nversion = "1"\ndependencies = ["aa"]\n')
    done = lamina.run(tmp_path, "export", "--project", ".")
    assert done.returncode == 4 and "lamina lock --project" in done.stderr, done
    assert lamina.run(tmp_path, "lock", "--project", ".", *target, *index).returncode == 0
    assert lamina.export(tmp_path, "--project", ".", "--without-urls") == lines
