"""Bad locks, requirements, configuration, options and files: the status, the id and the place of each.

SPDX-License-Identifier: Apache-2.0
"""
import os
import pathlib
import re
import resource
import signal
import subprocess
import time

import pytest

import locks
import wheels
from conftest import LAMINA, TARGET, check_message, names

SOLO = wheels.make("solo", "1.2")
ROOT = os.geteuid() == 0


def shown(result, place, line=None, column=None):
    """The place is said as FILE:LINE:COLUMN, and the line itself is shown."""
    assert place in result.error["where"], result
    if line is not None:
        assert line in result.err, result
    return result


# --- requirements files ---

BAD_REQUIREMENTS = [
    # id, text, place, part of the message, the line that is shown
    ("operator", "solo=1.2\n", ":1:", None, "solo=1.2"),
    ("second-line", "solo==1.2\nother==\n", ":2:", None, "other=="),
    ("name", "so lo==1\n", ":1:", None, "so lo==1"),
    ("bracket", "solo[x==1.2\n", ":1:", None, "solo[x==1.2"),
    ("marker", "solo==1.2 ; python_version > \n", ":1:", None, "python_version >"),
    ("unknown-marker", "solo==1.2 ; python == '3'\n", ":1:", None, "python == '3'"),
    ("version", "solo==1.2.x.y\n", ":1:", None, "solo==1.2.x.y"),
    ("option", "--frobnicate x\n", ":1:", "--frobnicate", "--frobnicate x"),
    ("hash-algorithm", "solo==1.2 --hash=md5:" + "0" * 32 + "\n", ":1:", "md5", "md5"),
    ("hash-length", "solo==1.2 --hash=sha256:abc\n", ":1:", None, "sha256:abc"),
    ("hash-form", "solo==1.2 --hash=nothing\n", ":1:", None, "nothing"),
    ("quote", "solo==1.2 --hash='sha256\n", ":1:", None, None),
]


@pytest.mark.parametrize("name, text, place, message, line", BAD_REQUIREMENTS, ids=[b[0] for b in BAD_REQUIREMENTS])
def test_bad_requirement(lamina, name, text, place, message, line):
    lamina.write("requirements.txt", text)
    result = lamina.build("-r", "requirements.txt", "-o", "o.zip")
    assert result.status == 3, result
    assert re.search(r"requirements\.txt:\d+:\d+", result.error["where"]), result
    shown(result, "requirements.txt" + place, line)
    assert message is None or message in result.err
    check_message(result.err)
    assert lamina.left() == ["requirements.txt"]


def test_included_file_is_named(lamina):
    lamina.requirements("-r more/bad.txt")
    lamina.write("more/bad.txt", "\n\nx==\n")
    result = lamina.build("-r", "requirements.txt")
    assert result.status == 3 and "more/bad.txt:3:" in result.error["where"], result


@pytest.mark.parametrize("text, names_", [
    ("solo\n", ["solo"]), ("solo>=1\n", ["solo>=1"]), ("solo==1.*\n", ["solo==1.*"]), ("one\ntwo>2\nthree==3\n", ["one", "two>2"]),
    ("solo!=1\n", ["solo!=1"]), ("solo~=1.0\n", ["solo~=1.0"])])
def test_unpinned(lamina, text, names_):
    """--lock and --frozen take a file as the lock that it has to be; -r alone would be resolved."""
    lamina.write("requirements.txt", text)
    lamina.build("-r", "requirements.txt", "--frozen").refused(4, "not-pinned", "requirements.txt:1", *names_)
    result = lamina.build("--lock", "requirements.txt").refused(4, "not-pinned", "requirements.txt:1", *names_)
    assert "three" not in result.err


def test_missing_dependency_names_all(lamina, index):
    top = wheels.make("top", requires=["low>=1", "deep==2; python_version > '3'", "never; python_version < '3'"])
    index.add(top)
    lamina.requirements(top.locked)
    lamina.build("-r", "requirements.txt", "-o", "o.zip", "--index-url", index.url).refused(
        4, "missing-dependency", "low>=1 (needed by top)", "deep==2 (needed by top)", "requirements.txt")
    assert lamina.left() == ["requirements.txt"]


def test_version_that_a_dependency_forbids_warns(lamina, index):
    top, low = wheels.make("top", requires=["low>=2"]), wheels.make("low", "1.0")
    index.add(top, low)
    lamina.requirements(top.locked, low.locked)
    record = lamina.build("-r", "requirements.txt", "-o", "o.zip", "--index-url", index.url).ok().record
    assert [w["id"] for w in record["warnings"]] == ["conflict"] and "low" in record["warnings"][0]["message"]


def test_one_name_twice(lamina):
    lamina.requirements("solo==1.2", "Solo==1.3")
    result = lamina.build("-r", "requirements.txt")
    assert result.status in (3, 4) and "solo" in result.err.lower() and "requirements.txt" in result.err, result


@pytest.mark.parametrize("line, id", [
    ("git+https://example.com/x.git#egg=solo", None), ("-e ./solo", None), ("./solo", None), ("solo @ ./solo", None), ("hg+https://x/y", None)])
def test_what_is_no_wheel(lamina, line, id):
    lamina.write("solo/pyproject.toml", "")
    lamina.requirements(line)
    result = lamina.build("--lock", "requirements.txt")
    assert result.status in (3, 4) and ("requirements.txt:1" in result.err or "solo/pyproject.toml" in result.err), result
    result = lamina.build("-r", "requirements.txt")
    assert result.status in (3, 4) and ("requirements" in result.err or "solo/pyproject.toml" in result.err), result


def test_hash_of_all_or_of_none(lamina):
    lamina.requirements(SOLO.locked, "other==1")
    lamina.build("-r", "requirements.txt").refused(4, "hash-missing", "requirements.txt:2", "other==1")


@pytest.mark.parametrize("args", [["-r", "none.txt"], ["--lock", "none.toml"], ["--lock", "poetry.lock"], ["--source", "none"]])
def test_not_there(lamina, args):
    result = lamina.build(*args, "-o", "o.zip")
    assert result.status in (3, 6) and args[1] in result.err and lamina.left() == [], result
    assert result.status == 6, result


def test_requirements_that_include_themselves(lamina):
    lamina.requirements("-r b.txt")
    lamina.requirements("-r requirements.txt", name="b.txt")
    result = lamina.build("-r", "requirements.txt")
    assert result.status == 3 and "b.txt" in result.err, result


def test_folder_as_a_file(lamina):
    (lamina.folder / "requirements.txt").mkdir()
    result = lamina.build("-r", "requirements.txt")
    assert result.status in (3, 6) and "requirements.txt" in result.err, result


# --- locks ---

PYLOCK = locks.pylock([SOLO], url=lambda w: "http://127.0.0.1:9/" + w.file)
BAD_LOCKS = [
    ("pylock.toml", PYLOCK.replace('version = "1.0"', 'version = "9.0"', 1), "lock-version", "pylock.toml:1:"),
    ("pylock.toml", PYLOCK.replace('lock-version = "1.0"\n', ""), None, "pylock.toml"),
    ("pylock.toml", PYLOCK + "x = = 1\n", None, "pylock.toml:"),
    ("pylock.toml", "", None, "pylock.toml"),
    ("pylock.toml", PYLOCK.replace('name = "solo"', "name = 7", 1), None, "pylock.toml:5:"),
    ("pylock.toml", PYLOCK.replace('version = "1.2"', 'version = "one"', 1), None, "pylock.toml:6:"),
    ("pylock.toml", PYLOCK.replace(f'sha256 = "{SOLO.sha256}"', 'sha256 = "abc"'), None, "pylock.toml:7:"),
    ("pylock.toml", PYLOCK.replace(f'sha256 = "{SOLO.sha256}"', ""), None, "pylock.toml:7:"),
    ("pylock.toml", PYLOCK.replace(SOLO.file, "../" + SOLO.file), None, "pylock.toml:7:"),
    ("pylock.toml", PYLOCK.replace(SOLO.file, "evil.whl"), None, "pylock.toml:7:"),
    ("uv.lock", "version = 99\n", "lock-version", "uv.lock:1:"),
    ("uv.lock", "version = 1\nrequires-python = '>=3.8'\n[[package]]\n", None, "uv.lock"),
    ("uv.lock", "version = 1\n[[package]\n", None, "uv.lock:2:"),
    ("poetry.lock", locks.poetry([SOLO], {"solo": "*"}, lock_version="9.9"), "lock-version", "poetry.lock"),
    ("poetry.lock", "not toml", None, "poetry.lock:1:"),
    ("poetry.lock", "", None, "poetry.lock"),
    ("Pipfile.lock", "{}", None, "Pipfile.lock"),
    ("pdm.lock", "", None, "pdm.lock"),
    ("lock.yaml", "", None, "lock.yaml"),
]


@pytest.mark.parametrize("file, text, id, place", BAD_LOCKS, ids=[f"{b[0]}-{i}" for i, b in enumerate(BAD_LOCKS)])
def test_bad_lock(lamina, file, text, id, place):
    lamina.write(file, text)
    if file == "uv.lock":
        lamina.write("pyproject.toml", locks.uv_project(["solo"]))
    before = lamina.left()
    result = lamina.build("--lock", file, "-o", "o.zip")
    assert result.status in ((2, 3) if file in ("lock.yaml", "pdm.lock", "Pipfile.lock") else (3,)), result
    assert id is None or result.error["id"] == id, result
    assert place in result.error["where"] or place in result.error["message"], result
    if place.endswith(":"):
        assert re.search(re.escape(place) + r"\d+", result.error["where"]), result
    check_message(result.err)
    assert lamina.left() == before


def test_syntax_error_shows_the_line(lamina):
    lamina.write("pylock.toml", 'lock-version = "1.0"\ncreated-by = oops\n')
    result = lamina.build("--lock", "pylock.toml")
    assert result.status == 3 and re.search(r"pylock\.toml:2:1\d", result.error["where"]), result
    assert "created-by = oops" in result.err and "^" in result.err


def test_stale_poetry_lock(lamina, index):
    index.add(SOLO)
    lamina.write("poetry.lock", locks.poetry([SOLO], {"solo": "*"}))
    lamina.write("pyproject.toml", locks.poetry_project({"solo": "*", "other": "*"}))
    args = ["--lock", "poetry.lock", "--index-url", index.url, "-o", "o.zip"]
    result = lamina.build(*args)
    assert result.status == 4 and "poetry.lock" in result.err and "poetry lock" in result.err, result
    lamina.build(*args, "--frozen").ok()


def test_python_that_the_lock_excludes(lamina):
    lamina.write("pyproject.toml", locks.uv_project(["solo"]))
    lamina.write("uv.lock", locks.uv([SOLO], ["solo"], url=lambda w: "http://127.0.0.1:9/x/" + w.file, requires_python=">=3.13"))
    result = lamina.build("--lock", "uv.lock")
    assert result.status == 4 and "3.13" in result.err and "uv.lock" in result.err, result


def test_two_locks_in_a_project(lamina):
    lamina.write("pylock.toml", PYLOCK)
    lamina.write("uv.lock", "version = 1\n")
    lamina.build("--project", ".").refused(2, "two-locks", "pylock.toml", "uv.lock", "--lock")


def test_project_without_a_lock(lamina):
    lamina.write("pyproject.toml", "")
    lamina.build("--project", ".").refused(6, "not-found", "has no lock")


def test_unknown_group_and_extra(lamina, index):
    index.add(SOLO)
    lamina.write("pyproject.toml", locks.uv_project(["solo"]))
    lamina.write("uv.lock", locks.uv([SOLO], ["solo"], url=index.file_url))
    for option in ("--group", "--extra", "--only-group"):
        result = lamina.build("--lock", "uv.lock", option, "nonsense")
        assert result.status in (2, 4) and "nonsense" in result.err, result
    for option in ("--only", "--exclude"):
        result = lamina.build("--lock", "uv.lock", option, "nonsense")
        assert result.status in (0, 2, 4) and "nonsense" in result.err, result


def test_lock_without_a_wheel_for_the_target(lamina):
    lamina.write("pylock.toml", locks.pylock([wheels.native("speed", arch="arm64")], url=lambda w: "http://127.0.0.1:9/" + w.file))
    lamina.build("--lock", "pylock.toml").refused(4, "no-wheel", "speed 1.0", "speed-1.0-cp312-cp312-manylinux2014_aarch64.whl")


# --- lamina.toml and options ---

@pytest.mark.parametrize("args, id, texts", [
    (["--runtime", "python3.21"], "unknown-runtime", ["python3.21", "python3.12"]),
    (["--runtime", "pyhton3.12"], "unknown-runtime", ["did you mean", "python3.12"]),
    (["--runtime", "python312"], "unknown-runtime", ["did you mean", "python3.12"]),
    (["--runtime", "nodejs20.x"], "unknown-runtime", ["nodejs20.x"]),
    (["--runtime", "provided.al2023"], "no-python", ["provided.al2023"]),
    (["--runtime", "python3.12", "-o", "x-{python}.zip"], None, ["`python`", "{runtime}"]),
    (["--runtime", "python3.12", "--name", "a b"], "bad-value", ["a b"]),
    (["--runtime", "python3.12", "--name", "x" * 65], "bad-value", []),
    (["--runtime", "python3.12", "--provided", "runtime:numpy"], "unknown-provided", ["numpy", "runtime:boto3"]),
    (["--runtime", "python3.12", "--provided", "a b"], "unknown-provided", ["a b"]),
    (["--runtime", "python3.12", "--provided", "none.zip"], None, ["none.zip"]),
    ([], "no-runtime", ["--runtime"]),
    (["--runtime", "python3.12", "-o", "x.zip", "--arch", "x86_64,arm64"], "output-clash", ["x.zip", "{arch}"]),
])
def test_bad_option(lamina, args, id, texts):
    lamina.requirements(SOLO.locked)
    result = lamina.build("-r", "requirements.txt", *args, target=())
    assert result.status == (6 if "none.zip" in args else 2), result
    assert id is None or result.error["id"] == id, result
    for text in texts:
        assert text in result.err, result
    check_message(result.err)


@pytest.mark.parametrize("args, texts", [
    (["--frobnicate"], ["--frobnicate"]), (["--runtme", "x"], ["did you mean", "--runtime"]), (["--arch", "mips"], ["mips", "arm64"]),
    (["--slim", "evrything"], ["type-stubs"]), (["--compress", "zip"], ["store"]), (["--jobs", "0"], []), (["--jobs", "x"], []),
    (["--timeout", "-1"], []), (["--retries", "1000"], []), (["-o", "x.zip", "--into", "y"], ["--into"]), (["--slim", "pyc", "--no-slim"], []),
    (["--layout", "deep"], ["versioned"]), (["--kind", "thing"], ["function"]), (["--index-url"], []), (["--json=xml"], ["flat"]),
    (["--index-url", "not a url"], ["not a url"]), (["--index-url", "ftp://example.com"], ["ftp"]), (["--dump", "all"], ["plan"])])
def test_bad_usage(lamina, args, texts):
    lamina.requirements(SOLO.locked)
    result = lamina("build", *TARGET, "-r", "requirements.txt", *args)
    assert result.status == 2 and (result.out == "" or "--json" in args[0]), result
    for text in texts:
        assert text in result.err, result
    check_message(result.err)


TOML = [
    ("unknown-key", '[layer.x]\nrequirments = "r.txt"\n', 2, "unknown-key", "lamina.toml:2:1", ["requirments", "did you mean `requirements`"]),
    ("unknown-table", '[layers.x]\n', 2, "unknown-key", "lamina.toml:1:", ["layers"]),
    ("unknown-key-of-defaults", '[defaults]\nruntimes = "x"\n', 2, "unknown-key", "lamina.toml:2:1", ["`runtime`"]),
    ("unknown-key-of-index", '[index.x]\nurls = "x"\n', 2, "unknown-key", "lamina.toml:2:1", ["`url`"]),
    ("key-of-the-other-kind", '[layer.x]\nhandler = "a.b"\n', 2, "unknown-key", "lamina.toml:2:1", ["handler"]),
    ("wrong-type", '[layer.x]\nruntime = 3.12\n', 2, "wrong-type", "lamina.toml:2:11", ["runtime", "float"]),
    ("wrong-type-bool", '[layer.x]\nscripts = "yes"\n', 2, "wrong-type", "lamina.toml:2:11", ["true or false"]),
    ("wrong-item", '[layer.x]\nslim = ["pyc", 1]\n', 2, "wrong-type", "lamina.toml:2:16", []),
    ("not-a-table", 'layer = 1\n', 2, "wrong-type", "lamina.toml:1:9", ["table"]),
    ("syntax", '[layer.x\n', 2, "toml", "lamina.toml:1:", ["[layer.x"]),
    ("duplicate-key", '[layer.x]\nname = 1\nname = 2\n', 2, "toml", "lamina.toml:3:1", []),
    ("later", '[layer.x]\nsplit = "auto"\n', 2, "not-in-this-version", "lamina.toml:2:1", ["split"]),
    ("bad-name", '[layer."a b"]\n', 2, "bad-value", "lamina.toml:1:", ["a b"]),
    ("unknown-runtime", '[layer.x]\nruntime = "python3.99"\nrequirements = "requirements.txt"\n', 2, "unknown-runtime", "lamina.toml", []),
    ("unknown-arch", '[layer.x]\nruntime = "python3.12"\narch = "mips"\nrequirements = "requirements.txt"\n', 2, "unknown-arch", "lamina.toml", ["mips"]),
    ("unknown-slim", '[layer.x]\nruntime = "python3.12"\nslim = "al"\nrequirements = "requirements.txt"\n', 2, "unknown-slim", "lamina.toml", []),
    ("no-runtime", '[layer.x]\nrequirements = "requirements.txt"\n', 2, "no-runtime", "lamina.toml", []),
    ("no-input", '[layer.x]\nruntime = "python3.12"\n', 2, "no-input", "lamina.toml", ["x"]),
    ("empty", '', 2, "no-artifact", "lamina.toml", []),
    ("one-name-twice", '[layer.x]\n[function.x]\n', 2, "bad-value", "lamina.toml:2", ["x"]),
    ("variable", '[index.x]\nurl = "https://${NOBODY}/simple"\n[layer.x]\nruntime = "python3.12"\nrequirements = "requirements.txt"\n', None,
     None, "lamina.toml", []),
    ("password-in-the-open", '[index.x]\nurl = "https://example.com"\npassword = "hunter2secret"\n', 2, "bad-value", "lamina.toml:3:",
     ["${INDEX_PASSWORD}"]),
    ("unset-variable", '[index.x]\nurl = "https://example.com"\nusername = "${NOBODY_SET_THIS}"\npassword = "${X}"\n', 2, "variable-unset",
     "lamina.toml:3:", ["NOBODY_SET_THIS"]),
    ("climbing-file", '[function.x]\nruntime = "python3.12"\nfiles = { "../x" = "y" }\n', 2, "bad-value", "lamina.toml:3:", ["../x"]),
    ("output-clash", '[defaults]\nruntime="python3.12"\noutput = "same.zip"\nrequirements = "requirements.txt"\n[layer.x]\n[layer.y]\n', 2,
     "output-clash", "lamina.toml", ["same.zip"]),
]


@pytest.mark.parametrize("name, text, status, id, place, texts", TOML, ids=[t[0] for t in TOML])
def test_bad_toml(lamina, name, text, status, id, place, texts):
    lamina.requirements(SOLO.locked)
    lamina.write("lamina.toml", text)
    before = lamina.left()
    result = lamina("build", "--json")
    assert result.status == status or status is None and result.status in (2, 5), result
    assert id is None or result.error["id"] == id, result
    assert place in result.error["where"] or status is None, result
    for t in texts:
        assert t in result.err, result
    assert "hunter2secret" not in result.err + result.out
    check_message(result.err)
    assert lamina.left() == before


def test_unknown_artifact(lamina):
    lamina.write("lamina.toml", '[layer.deps]\nruntime = "python3.12"\nrequirements = "requirements.txt"\n')
    lamina("build", "--json", "dep").refused(2, "unknown-artifact", "`dep`", "did you mean", "deps")


def test_name_and_options_together(lamina):
    lamina.requirements(SOLO.locked)
    lamina.build("-r", "requirements.txt", "name").refused(2, "unknown-artifact", "do not go together")


def test_nothing_to_build(lamina):
    lamina("build", "--json").refused(2, "no-artifact", "lamina.toml")


def test_config_that_is_not_there(lamina):
    result = lamina("build", "--json", "--config", "none.toml")
    assert result.status in (2, 6) and "none.toml" in result.err, result


def test_directory_that_is_not_there(lamina):
    result = lamina("build", "-C", "nowhere", "--json")
    assert result.status in (2, 6) and "nowhere" in result.err, result


# --- project files ---

def test_link_out_of_the_project(lamina):
    lamina.write("secret.txt", "s")
    lamina.write("app/index.py", "x")
    (lamina.folder / "app/link").symlink_to("../secret.txt")
    lamina.build("--source", "app", "-o", "o.zip").refused(3, "source-link", "app/link")


def test_dangling_link(lamina):
    (lamina.folder / "app").mkdir()
    (lamina.folder / "app/link").symlink_to("nowhere")
    lamina.build("--source", "app", "-o", "o.zip").refused(3, "source-link", "app/link")


def test_link_loop(lamina):
    (lamina.folder / "app/deep").mkdir(parents=True)
    (lamina.folder / "app/deep/loop").symlink_to("..")
    lamina.build("--source", "app", "-o", "o.zip").refused(3, "source-link")


def test_pipe(lamina):
    (lamina.folder / "app").mkdir()
    os.mkfifo(lamina.folder / "app/pipe")
    lamina.build("--source", "app", "-o", "o.zip").refused(3, "source-special", "app/pipe")


@pytest.mark.parametrize("name", [b"bad\xff.py", b"tab\t.py", b"back\\slash.py", b"esc\x1b[31m.py", b"new\nline.py"])
def test_bad_name(lamina, name):
    (lamina.folder / "app").mkdir()
    with open(os.path.join(os.fsencode(lamina.folder), b"app", name), "w"):
        pass
    result = lamina.build("--source", "app", "-o", "o.zip").refused(3, "source-name")
    assert "\x1b" not in result.err


@pytest.mark.skipif(ROOT, reason="root reads everything")
def test_unreadable_source(lamina):
    lamina.write("app/index.py", "x").chmod(0)
    result = lamina.build("--source", "app", "-o", "o.zip")
    assert result.status == 6 and "app/index.py" in result.err, result


def test_source_is_a_file(lamina):
    lamina.write("index.py", "x")
    lamina.build("--source", "index.py", "-o", "o.zip").refused(2, "source-not-folder", "index.py")


# --- local files that fail ---

def unprivileged():
    """As nobody: what root may do anyway is no test."""
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


def for_everyone(path):
    """pytest's folders are its owner's; what a test shares with nobody it opens here."""
    for folder in [path, *path.parents]:
        if folder.stat().st_uid == os.geteuid() and str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | 0o755)


@pytest.fixture
def nobody(lamina, index):
    """A project whose files belong to an ordinary user."""
    index.add(SOLO)
    lamina.requirements(SOLO.locked)
    if ROOT:
        for_everyone(lamina.base)
        for_everyone(pathlib.Path(LAMINA).resolve().parent)
        for p in (lamina.base, lamina.folder, lamina.home):
            os.chown(p, 65534, 65534)
    lamina.args = ["-r", "requirements.txt", "-o", "out/o.zip", "--index-url", index.url]
    lamina.user = {"preexec_fn": unprivileged} if ROOT else {}
    return lamina


def test_unwritable_output(nobody):
    (nobody.folder / "out").mkdir(mode=0o555)
    result = nobody.build(*nobody.args, **nobody.user)
    assert result.status == 6 and "out" in result.error["where"] + result.error["message"] and "ermission" in result.err, result
    assert list((nobody.folder / "out").iterdir()) == []


def test_output_is_a_folder(nobody):
    (nobody.folder / "out/o.zip").mkdir(parents=True)
    result = nobody.build(*nobody.args)
    assert result.status == 6 and "out/o.zip" in result.err and list((nobody.folder / "out").iterdir()) == [nobody.folder / "out/o.zip"], result


def test_output_below_a_file(nobody):
    nobody.write("out", "a file")
    result = nobody.build(*nobody.args)
    assert result.status == 6 and "out" in result.err and (nobody.folder / "out").read_text() == "a file", result


def test_read_only_store(nobody):
    nobody.cache.mkdir(mode=0o555)
    result = nobody.build(*nobody.args, **nobody.user)
    assert result.status == 6 and str(nobody.cache) in result.err, result
    assert nobody.left() == ["requirements.txt"]


def test_warm_store_that_became_read_only(nobody, index):
    """A shared, prepared cache: everything is there, nothing can be written."""
    nobody.build(*nobody.args, **nobody.user).ok()
    for p in sorted(nobody.cache.rglob("*")):
        p.chmod(0o555 if p.is_dir() else 0o444)
    nobody.cache.chmod(0o555)
    index.reset()
    result = nobody.build(*nobody.args, "--force", **nobody.user)
    assert result.status == 0 or result.status == 6 and str(nobody.cache) in result.err, result
    assert not index.requests


def test_store_is_a_file(lamina, index):
    index.add(SOLO)
    lamina.requirements(SOLO.locked)
    lamina.cache.write_text("no folder")
    result = lamina.build("-r", "requirements.txt", "--index-url", index.url)
    assert result.status == 6 and str(lamina.cache) in result.err, result


def test_no_home(lamina):
    """Without HOME and without LAMINA_CACHE_DIR there is no place for a store: said, not guessed."""
    lamina.requirements(SOLO.locked)
    result = lamina.build("-r", "requirements.txt", env={"HOME": None, "LAMINA_CACHE_DIR": None})
    assert result.status in (2, 5, 6) and ("LAMINA_CACHE_DIR" in result.err or result.status == 5), result


BIG = wheels.make("big", files={"big.bin": os.urandom(0) or bytes(i * 7919 % 251 for i in range(400000))}, method=0)


def limited(size):
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


@pytest.mark.parametrize("kind", ["zip", "tree"])
def test_output_too_large_for_the_disk(lamina, index, kind):
    index.add(BIG)
    lamina.requirements(BIG.locked)
    args = ["-r", "requirements.txt", "--index-url", index.url]
    lamina.build(*args, "-o", "warm.zip").ok()
    (lamina.folder / "warm.zip").unlink()
    result = lamina.build(*args, *(["-o", "o.zip"] if kind == "zip" else ["--into", "o"]), preexec_fn=limited(100000))
    assert result.status == 6 and result.error["id"] == "disk-full", result
    assert lamina.left() == ["requirements.txt"]


def test_store_too_large_for_the_disk(lamina, index):
    index.add(BIG)
    lamina.requirements(BIG.locked)
    args = ["-r", "requirements.txt", "--index-url", index.url, "-o", "o.zip"]
    lamina.build(*args, preexec_fn=limited(100000)).refused(6, "disk-full")
    assert lamina.left() == ["requirements.txt"]
    lamina.build(*args).ok()
    assert lamina("cache", "verify").status == 0


@pytest.fixture
def small_disk(tmp_path):
    """1 MiB of tmpfs, where the computer lets us."""
    place = tmp_path / "disk"
    place.mkdir()
    if not ROOT or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "none", place], capture_output=True).returncode:
        pytest.skip("cannot mount a tmpfs")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.mark.parametrize("full", ["output", "store"])
def test_disk_full(lamina, index, small_disk, full):
    index.add(BIG)
    lamina.requirements(BIG.locked)
    args = ["-r", "requirements.txt", "--index-url", index.url]
    if full == "output":
        result = lamina.build(*args, "-o", small_disk / "o.zip")
    else:
        result = lamina.build(*args, "-o", "o.zip", env={"LAMINA_CACHE_DIR": small_disk})
    result.refused(6, "disk-full", str(small_disk))
    assert lamina.left() == ["requirements.txt"]
    assert full == "store" or list(small_disk.iterdir()) == []


def test_stdout_full(lamina, index):
    index.add(SOLO)
    lamina.requirements(SOLO.locked)
    with open("/dev/full", "w") as full:
        done = subprocess.run([LAMINA, "build", "--json", *TARGET, "-r", "requirements.txt", "-o", "o.zip", "--index-url", index.url],
                              cwd=lamina.folder, env=lamina.env, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 6 and b"stdout" in done.stderr


# --- interrupted ---

@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=["int", "term"])
@pytest.mark.parametrize("kind", ["-o", "--into"])
def test_interrupted(lamina, index, sent, kind):
    from index import stalled
    index.add(SOLO)
    lamina.requirements(SOLO.locked)
    index.fault(f"/files/{SOLO.file}", stalled(b"PK", 5000), forever=True)
    process = lamina.start("build", *TARGET, "-r", "requirements.txt", kind, "o", "--index-url", index.url)
    deadline = time.monotonic() + 10
    while not index.files() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.1)
    process.send_signal(sent)
    out, err = process.communicate(timeout=5)
    assert process.returncode in (130, -sent, 128 + sent), (process.returncode, err)
    assert sent != signal.SIGINT or process.returncode == 130
    assert lamina.left() == ["requirements.txt"] and out == b""
    assert not [p for p in lamina.cache.rglob("*") if p.is_file() and ("tmp" in p.name or p.suffix == ".part") and p.stat().st_size]
    index.faults.clear()
    lamina.build("-r", "requirements.txt", "-o", "o.zip", "--index-url", index.url).ok()
    assert names(lamina.folder / "o.zip")


# --- one message for all ---

def test_secrets_stay_out(lamina, index):
    secret = "hunter2secret"
    index.fault("/simple/solo/", lambda h: h.answer(403, b""), forever=True)
    lamina.requirements("solo==1.2")
    for args in (["-v"], ["-vv"], []):
        result = lamina("build", *TARGET, "-r", "requirements.txt", "--index-url", index.with_login("me", secret), *args)
        assert result.status == 5 and secret not in result.err + result.out and "me:" not in result.err, result


def test_long_names_are_cut(lamina):
    lamina.requirements("x" * 20000 + "==1")
    result = lamina.build("-r", "requirements.txt", "--index-url", "http://127.0.0.1:9/simple", "--retries", "0")
    assert result.status in (3, 4, 5)
    check_message(result.err)


def test_control_characters_are_escaped(lamina):
    lamina.write("requirements.txt", "so\x1b[31mlo==1\n")
    result = lamina.build("-r", "requirements.txt")
    assert result.status == 3
    check_message(result.err)
