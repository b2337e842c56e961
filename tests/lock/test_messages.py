"""What is said when something is wrong: where it is, and a help that the command at hand can follow.

SPDX-License-Identifier: Apache-2.0
"""
import pytest

import wheels
from cli_conftest import NOWHERE, check_message
from conftest import PY312, chain

PROJECT = '[project]\nname = "x"\nversion = "1"\ndependencies = ["low"]\n'
FOREIGN = 'lock-version = "1.0"\ncreated-by = "other"\npackages = []\n'


def refused(result, status, *texts):
    assert result.status == status, result
    check_message(result.err)
    for text in texts:
        assert text in result.err, f"{text!r} is not said\n{result}"
    return result


def test_two_locks(lamina):
    """`lamina lock` has no --lock."""
    lamina.write("pyproject.toml", PROJECT)
    lamina.write("uv.lock", 'version = 1\nrequires-python = ">=3.8"\n')
    lamina.write("pylock.toml", FOREIGN)
    refused(lamina.lock(*PY312), 2, "two locks: pylock.toml and uv.lock", "keep one of them", "`lamina build --lock pylock.toml`")


def test_a_foreign_lock(lamina, index):
    """Neither --lock nor --no-lock is an option of `lock` and `export` as it is of `build`."""
    lamina.requirements("low==1")
    lamina.write("pylock.requirements.toml", FOREIGN)
    for args in (("lock", *PY312), ("export", "-r", "requirements.txt")):
        refused(lamina(*args), 2, "was not written by lamina", "`lamina build --lock pylock.requirements.toml`", "`lamina build --no-lock`")


@pytest.mark.parametrize("output", ["pylock.toml", "./pylock.toml"])
def test_export_over_a_lock(lamina, index, output):
    chain(index)
    lamina.write("pyproject.toml", PROJECT)
    lamina.lock(*PY312).ok()
    before = lamina.read("pylock.toml")
    refused(lamina("export", "--format", "pylock.toml", "-o", output), 2, "is a lock, so it is not replaced by an export", "pylock.export.toml")
    lamina.requirements("low==1.0 --hash=" + wheels.make("low").locked.split("--hash=")[1], name="other.txt")
    refused(lamina("export", "-r", "other.txt", "--format", "pylock.toml", "-o", output), 2, "is a lock that lamina keeps")
    assert lamina.read("pylock.toml") == before
    for _ in range(2):  # what an export wrote may be written again
        lamina("export", "--format", "pylock.toml", "-o", "pylock.export.toml").ok()


@pytest.mark.parametrize("line", ["-r more.txt", "-c more.txt", "--requirement=more.txt"])
def test_an_included_file_that_is_missing(lamina, line):
    lamina.requirements("low", "", line)
    refused(lamina.lock(*PY312), 6, "there is no file `more.txt`", "--> requirements.txt:3")
    lamina.requirements("-r deep/first.txt")
    lamina.requirements("# nothing", "-r second.txt", name="deep/first.txt")
    refused(lamina.lock(*PY312), 6, "there is no file `deep/second.txt`", "--> deep/first.txt:2")


def test_a_lock_that_cannot_be_written_was_not_locked(lamina, index):
    chain(index)
    lamina.requirements("low")
    (lamina.folder / "there").write_text("")  # a file where a folder would have to be
    result = lamina.lock(*PY312, "-o", "there/pylock.toml")
    refused(result, 6, "there")
    assert "locked" not in result.err and "updated" not in result.err
    result = lamina("build", "-r", "requirements.txt", *PY312, "-o", "x.zip", env={"LANG": "C"})
    assert "note: locked requirements.txt" in result.ok().err


def test_no_runtime(lamina):
    lamina.requirements("low")
    result = refused(lamina.lock(), 2, "no runtime is given\n", "--runtime python3.12")
    assert "layer" not in result.err
    lamina.write("lamina.toml", '[layer.deps]\nrequirements = "requirements.txt"\n')
    refused(lamina.lock(), 2, "no runtime is given for `deps`", "lamina.toml:1")


@pytest.mark.parametrize("text", ["", "# later\n\n", "-c limits.txt\n"])
def test_requirements_without_one(lamina, text):
    lamina.write("requirements.txt", text)
    lamina.requirements("low<2", name="limits.txt")
    assert "requirements.txt asks for nothing: there is nothing to lock" in lamina.lock(*PY312).ok().err
    refused(lamina("build", "-r", "requirements.txt", *PY312, "-o", "x.zip"), 2, "would hold no file", "names nothing to install for python3.12/x86_64")


def test_frozen_says_what_lamina_can_do(lamina):
    lamina.requirements("low")
    result = refused(lamina("build", "-r", "requirements.txt", "--frozen", *PY312, "-o", "x.zip"), 4, "requirements.txt:1: low", "`lamina lock -r requirements.txt`",
                     "without --frozen")
    assert "uv pip" not in result.err and "poetry" not in result.err
    refused(lamina("build", "--lock", "requirements.txt", *PY312, "-o", "x.zip"), 4, "pin everything with ==", "-r requirements.txt")


def test_which_index_did_not_know_it(lamina, index):
    index.add(wheels.make("low"))
    lamina.requirements("nothing-like-it")
    refused(lamina.lock(*PY312), 4, "nothing-like-it", index.url.rstrip("/"), "404")
    lamina.requirements("lo")
    refused(lamina.lock(*PY312), 4, "`lo`", index.url.rstrip("/"))
    lamina.requirements("nothing-like-it==1")
    refused(lamina("build", "-r", "requirements.txt", *PY312, "-o", "x.zip"), 4, "nothing-like-it", index.url.rstrip("/"))


def test_what_a_distribution_needs_and_no_index_knows(lamina, index):
    index.add(wheels.make("low", requires=["gone>=1"]))
    lamina.requirements("low")
    refused(lamina.lock(*PY312), 4, "gone", index.url.rstrip("/"))


def test_an_index_that_is_not_there(lamina):
    lamina.requirements("low")
    refused(lamina.lock(*PY312, "--index-url", NOWHERE), 5, NOWHERE + "low/", "--index-url URL", "--offline")


def test_an_array_that_is_not_closed(lamina):
    lamina.write("pyproject.toml", '[project]\nname = "x"\nversion = "1"\ndependencies = [\n  "a",\n  "b"\n\n[tool.x]\ny = 1\n')
    refused(lamina.lock(*PY312), 3, "`,` or `]` in the array that begins in line 4 is missing", "pyproject.toml:8:1")
    lamina.write("pyproject.toml", '[project]\nname = "x"\ndependencies = ["a" "b"]\n')
    refused(lamina.lock(*PY312), 3, "`,` or `]` in the array is missing", "pyproject.toml:3:21")


@pytest.mark.parametrize("files, words", [
    (["poetry.lock", "pyproject.toml"], "--project ."), (["uv.lock"], "--project ."), (["pyproject.toml", "requirements.txt"], "--project ."),
    (["requirements.txt"], "-r requirements.txt"), ([], "-r requirements.txt"),
])
def test_nothing_is_named(lamina, files, words):
    """The help names what lies here, and keeps what was said."""
    for name in files:
        lamina.write(name)
    refused(lamina("build"), 2, "nothing to build", f"lamina build {words} --runtime python3.12 -o layer.zip")
    refused(lamina("build", "--runtime", "python3.13", "-o", "x.zip"), 2, f"lamina build {words} --runtime python3.13 -o x.zip")
