"""Which lock stands beside which inputs, when it is right, and what makes it anew.

SPDX-License-Identifier: Apache-2.0
"""
import os
import pathlib
import random
import shutil
import signal
import time

import pytest

import wheels
from cli_conftest import Index, check_message, check_zip, contents, names
from conftest import ARM, PY312, X86, Lamina, chain, said

BOTH = (*PY312, "--arch", "x86_64,arm64")


# --- which lock ---

@pytest.mark.parametrize("files, lock", [
    (["requirements.txt"], "pylock.requirements.toml"), (["requirements-layer.txt"], "pylock.requirements-layer.toml"),
    (["requirements.in"], "pylock.requirements.toml"), (["a.b.c.txt"], "pylock.a-b-c.toml"), (["deps"], "pylock.deps.toml"),
    (["deps.list"], "pylock.deps-list.toml"), (["sub/requirements.txt"], "sub/pylock.requirements.toml"), ([".txt"], "pylock.requirements.toml"),
    (["a.txt", "b.txt"], "pylock.a+b.toml"), (["one/a.txt", "b.in"], "one/pylock.a+b.toml"), (["x" * 250], None)])
def test_name(lamina, index, files, lock):
    chain(index)
    for file in files:
        lamina.requirements("top", name=file)
    args = [word for file in files for word in ("-r", file)]
    lamina.lock(*args, *PY312).ok()
    found = [p for p in lamina.left() if pathlib.Path(p).name.startswith("pylock.")]
    if lock is None:
        assert len(found) == 1 and len(found[0]) < 230 and found[0].count(".") == 2, found
    else:
        assert found == [lock]
    lamina.build(*args, "-o", "out.zip", "--locked").ok()
    assert lamina.build(*args, "-o", "out.zip").ok().record["lock"] == found[0]


def test_golden(lamina, index):
    index.add(wheels.make("top", requires=["low>=1", "never; sys_platform == 'win32'", "arm-only; platform_machine == 'aarch64'"],
                          requires_python=">=3.8"), wheels.make("low", "1.5"), wheels.make("arm-only"))
    for arch in ("x86_64", "arm64"):
        index.add(wheels.native("speed", arch=arch))
    lamina.requirements("# direct", "Top ~= 1.0", "speed", name="requirements-layer.txt")
    result = lamina.lock("-r", "requirements-layer.txt", *BOTH).ok()
    assert result.out == "pylock.requirements-layer.toml  4 packages for python3.12/arm64, python3.12/x86_64  written\n"
    assert result.err == ""
    digest = {f.name: f.hashes["sha256"] for files in index.projects.values() for f in files}

    def wheel(name):
        return f'    {{ name = "{name}", url = "{index.root}/files/{name}", hashes = {{ sha256 = "{digest[name]}" }} }},\n'

    text = lamina.read("pylock.requirements-layer.toml")
    inputs = text.split('inputs = "')[1].split('"')[0]
    assert len(inputs) == 71 and inputs.startswith("sha256:")
    assert text == f'''# Written by `lamina lock`. Edit what it was made from, not this file.
lock-version = "1.0"
environments = [
    "python_version == '3.12' and platform_machine == 'aarch64' and sys_platform == 'linux' and implementation_name == 'cpython'",
    "python_version == '3.12' and platform_machine == 'x86_64' and sys_platform == 'linux' and implementation_name == 'cpython'",
]
created-by = "lamina"

[[packages]]
name = "arm-only"
version = "1.0"
marker = "platform_machine == 'aarch64'"
dependencies = []
index = "{index.root}/simple"
wheels = [
{wheel("arm_only-1.0-py3-none-any.whl")}]

[[packages]]
name = "low"
version = "1.5"
dependencies = []
index = "{index.root}/simple"
wheels = [
{wheel("low-1.5-py3-none-any.whl")}]

[[packages]]
name = "speed"
version = "1.0"
dependencies = []
index = "{index.root}/simple"
wheels = [
{wheel("speed-1.0-cp312-cp312-manylinux2014_aarch64.whl")}{wheel("speed-1.0-cp312-cp312-manylinux2014_x86_64.whl")}]

[[packages]]
name = "top"
version = "1.0"
requires-python = ">=3.8"
dependencies = [
    {{ name = "arm-only" }},
    {{ name = "low" }},
]
index = "{index.root}/simple"
wheels = [
{wheel("top-1.0-py3-none-any.whl")}]

[tool.lamina]
inputs = "{inputs}"
targets = ["python3.12/arm64", "python3.12/x86_64"]
sources = ["requirements-layer.txt"]
requires = [
    "speed",
    "top~=1.0",
]
'''


@pytest.mark.parametrize("hashed", [True, False])
def test_what_is_a_lock_is_used_as_it_is(lamina, index, hashed):
    chain(index)
    made = wheels.make("low")
    lamina.requirements(made.locked if hashed else made.pin)
    record = lamina.build("-r", "requirements.txt", "-o", "out.zip").ok().record
    assert record["lock"] == ("requirements.txt" if hashed else "pylock.requirements.toml")
    assert (lamina.folder / "pylock.requirements.toml").exists() is not hashed
    if hashed:
        said(lamina.lock("-r", "requirements.txt", *PY312).ok(), "note: requirements.txt is a lock already: it is used as it is")
        lamina.build("-r", "requirements.txt", "-o", "out.zip", "--locked", "--force").ok()
        lamina.build("-r", "requirements.txt", "-o", "out.zip", "--upgrade").refused(2, "not-to-lock", "requirements.txt")


def test_lock_option_takes_the_file_as_it_is(lamina, index):
    chain(index)
    lamina.requirements("top==1.0")
    lamina.build("--lock", "requirements.txt", "-o", "out.zip").refused(4, "missing-dependency", "middle")
    assert lamina.left() == ["requirements.txt"]


def test_nothing_to_install_needs_no_lock(lamina):
    lamina.requirements("# later")
    result = lamina.build("-r", "requirements.txt", "-o", "out.zip")
    assert result.status == 2 and lamina.left() == ["requirements.txt"], result


def test_standard_input_has_no_lock(lamina, index):
    import subprocess
    chain(index)
    done = subprocess.run([os.environ["LAMINA"], "build", *PY312, "-r", "-", "-o", "out.zip"], input=b"top\n", cwd=lamina.folder, env=lamina.env,
                          capture_output=True)
    assert done.returncode == 0, done
    assert b"note: standard input is resolved anew each time: no lock is written for it" in done.stderr
    assert lamina.left() == ["out.zip"] and "python/low/__init__.py" in names(lamina.folder / "out.zip")
    done = subprocess.run([os.environ["LAMINA"], "lock", *PY312, "-r", "-", "-o", "pylock.toml"], input=b"top\n", cwd=lamina.folder, env=lamina.env,
                          capture_output=True)
    assert done.returncode == 0, done
    assert lamina.versions("pylock.toml") == {"top": "1.0", "middle": "1.0", "low": "1.0"}


def test_one_name_for_two_files(lamina, index):
    chain(index)
    lamina.requirements("top", name="requirements.in")
    lamina.requirements("low", name="requirements.txt")
    lamina.lock("-r", "requirements.in", *PY312).ok()
    before = lamina.read()
    lamina.build("-r", "requirements.txt", "-o", "out.zip").refused(
        2, "lock-clash", "pylock.requirements.toml is the lock of requirements.in, not of requirements.txt", "-o pylock.NAME.toml")
    assert lamina.read() == before
    (lamina.folder / "requirements.in").unlink()  # renamed: nobody else has it
    lamina.build("-r", "requirements.txt", "-o", "out.zip").ok()
    assert lamina.versions() == {"low": "1.0"}


def test_one_name_for_two_files_at_once(lamina, index):
    chain(index)
    lamina.requirements("top", name="deps.in")
    lamina.requirements("low", name="deps.txt")
    lamina.write("lamina.toml", '[defaults]\nruntime = "python3.12"\narch = "x86_64"\n[layer.a]\nrequirements = "deps.in"\n'
                 '[layer.b]\nrequirements = "deps.txt"\n')
    lamina.lock("--json").refused(2, "lock-clash", "deps.in", "deps.txt")


def test_somebody_elses_lock_is_not_replaced(lamina, index):
    chain(index)
    lamina.requirements("top")
    text = 'lock-version = "1.0"\ncreated-by = "other"\npackages = []\n'
    lamina.write("pylock.requirements.toml", text)
    lamina.build("-r", "requirements.txt", "-o", "out.zip").refused(2, "lock-foreign", "pylock.requirements.toml", "--no-lock")
    assert lamina.read() == text


def test_damaged_lock(lamina, index):
    chain(index)
    lamina.requirements("top")
    lamina.lock("-r", "requirements.txt", *PY312).ok()
    text = lamina.read()
    lamina.write("pylock.requirements.toml", text.replace("[[packages]]", "<<<<<<< mine\n[[packages]]", 1))
    lamina.build("-r", "requirements.txt", "-o", "out.zip").refused(3, "toml", "pylock.requirements.toml:", "remove the file")
    assert not (lamina.folder / "out.zip").exists()


def test_unwritable(lamina, index):
    chain(index)
    lamina.requirements("top")
    (lamina.folder / "pylock.requirements.toml").mkdir()
    result = lamina.build("-r", "requirements.txt", "-o", "out.zip")
    assert result.status == 6 and "pylock.requirements.toml" in result.err, result
    lamina.build("-r", "requirements.txt", "-o", "out.zip", "--no-lock").ok()
    if os.getuid() == 0:
        return
    (lamina.folder / "pylock.requirements.toml").rmdir()
    lamina.folder.chmod(0o555)
    try:
        result = lamina.build("-r", "requirements.txt", "-o", lamina.base / "out.zip")
        assert result.status == 6 and "--no-lock" in result.error["help"], result
    finally:
        lamina.folder.chmod(0o755)


# --- when it is right ---

def test_again_changes_nothing_and_asks_nobody(lamina, index):
    chain(index, "1.0", "2.0")
    lamina.requirements("top<2", "low")
    lamina.lock("-r", "requirements.txt", *BOTH).ok()
    before, inode = lamina.read(), os.stat(lamina.folder / "pylock.requirements.toml").st_ino
    chain(index, "3.0")
    index.reset()
    for text in ("low\ntop<2\n", "# why\nLOW  # all of it\n\ntop <2.0\n"):
        lamina.write("requirements.txt", text)
        result = lamina.lock("-r", "requirements.txt").ok()
        assert result.out.endswith("  up to date\n") and not result.err, result
    assert not index.requests and lamina.read() == before
    assert os.stat(lamina.folder / "pylock.requirements.toml").st_ino == inode
    lamina.lock("-r", "requirements.txt", "--check").ok()
    shutil.rmtree(lamina.cache)
    lamina.lock("-r", "requirements.txt", "--check").ok()
    assert not index.requests and not lamina.cache.exists()


def test_order_of_lines_and_links_decides_nothing(lamina, index):
    chain(index, "1.0", "2.0")
    texts = set()
    for seed in range(4):
        numbers = random.Random(seed)
        lines = ["top", "middle<2", "low>=1"]
        numbers.shuffle(lines)
        for files in index.projects.values():
            numbers.shuffle(files)
        lamina.requirements(*lines)
        (lamina.folder / "pylock.requirements.toml").unlink(missing_ok=True)
        lamina.lock("-r", "requirements.txt", *BOTH, "--refresh").ok()
        texts.add(lamina.read())
    assert len(texts) == 1


def test_inputs_changed(lamina, index):
    chain(index, "1.0")
    index.add(wheels.make("other", "1.0"))
    lamina.requirements("top")
    lamina.lock("-r", "requirements.txt", *PY312).ok()
    chain(index, "2.0")
    lamina.requirements("top", "other")
    result = lamina.build("-r", "requirements.txt", "-o", "out.zip").ok()
    said(result, "note: locked requirements.txt: 4 packages for python3.12/x86_64 -> pylock.requirements.toml", "note: added: other 1.0")
    assert lamina.versions() == {"top": "1.0", "middle": "1.0", "low": "1.0", "other": "1.0"}  # what was locked stays
    lamina.requirements("top>=2", "other")
    result = lamina.build("-r", "requirements.txt", "-o", "out.zip", "--refresh").ok()
    said(result, "note: updated: top 1.0 -> 2.0")
    assert lamina.versions() == {"top": "2.0", "middle": "1.0", "low": "1.0", "other": "1.0"}
    lamina.requirements("low")
    result = lamina.build("-r", "requirements.txt", "-o", "out.zip").ok()
    said(result, "note: removed: top 2.0", "note: removed: middle 1.0", "note: removed: other 1.0")


def test_included_files_and_constraints_count(lamina, index):
    chain(index, "1.0", "2.0")
    lamina.requirements("-r more.txt", "-c limits.txt")
    lamina.requirements("top", name="more.txt")
    lamina.requirements("low<2", name="limits.txt")
    lamina.lock("-r", "requirements.txt", *PY312).ok()
    assert lamina.versions() == {"top": "2.0", "middle": "2.0", "low": "1.0"}
    lamina.requirements("low<3", name="limits.txt")
    lamina.lock("-r", "requirements.txt", "--check", "--json").refused(4, "lock-outdated", "`low<3 (constraint)` is new", "`low<2 (constraint)` is gone")
    record = lamina.build("-r", "requirements.txt", "-o", "out.zip").ok().record
    assert lamina.versions()["low"] == "1.0" and not record["up_to_date"]
    lamina.lock("-r", "requirements.txt", "--check").ok()


def test_locked(lamina, index):
    chain(index)
    lamina.requirements("top")
    lamina.build("-r", "requirements.txt", "-o", "out.zip", "--locked").refused(4, "lock-missing", "pylock.requirements.toml", "lamina lock")
    lamina.lock("-r", "requirements.txt", *PY312, "--check", "--json").refused(4, "lock-missing", "pylock.requirements.toml")
    assert lamina.left() == ["requirements.txt"] and not index.requests
    lamina.lock("-r", "requirements.txt", *PY312).ok()
    lamina.build("-r", "requirements.txt", "-o", "out.zip", "--locked").ok()
    before = lamina.read()
    lamina.requirements("top==1.0")
    lamina.build("-r", "requirements.txt", "-o", "out.zip", "--locked").refused(4, "lock-outdated", "`top==1.0` is new; `top` is gone")
    lamina.build("-r", "requirements.txt", "-o", "out.zip", "--locked", "--arch", "arm64", target=PY312).refused(
        4, "lock-outdated", "it is not made for python3.12/arm64")
    assert lamina.read() == before


def test_frozen(lamina, index):
    chain(index, "1.0", "2.0")
    lamina.requirements("top<2")
    lamina.lock("-r", "requirements.txt", *PY312).ok()
    before = lamina.read()
    lamina.requirements("top>=2", "nothing-knows-this")
    record = lamina.build("-r", "requirements.txt", "-o", "out.zip", "--frozen").ok().record
    assert {d["name"]: d["version"] for d in record["distributions"]}["top"] == "1.0" and lamina.read() == before
    result = lamina.build("-r", "requirements.txt", "-o", "out.zip")
    assert result.status == 4, result  # the frozen build's stamp does not answer for this one
    (lamina.folder / "pylock.requirements.toml").unlink()
    lamina.build("-r", "requirements.txt", "-o", "out.zip", "--frozen").refused(4, "not-pinned", "top>=2")


def test_frozen_takes_pinned_files_without_a_lock(lamina, index):
    chain(index)
    lamina.requirements("top==1.0", "middle==1.0", "low==1.0")
    assert lamina.build("-r", "requirements.txt", "-o", "out.zip", "--frozen").ok().record["lock"] == "requirements.txt"
    assert lamina.left() == ["out.zip", "requirements.txt"]


def test_no_lock(lamina, index):
    chain(index, "1.0")
    lamina.requirements("top")
    lamina.lock("-r", "requirements.txt", *PY312).ok()
    before = lamina.read()
    chain(index, "2.0")
    record = lamina.build("-r", "requirements.txt", "-o", "out.zip", "--no-lock", "--refresh").ok().record
    assert {d["name"]: d["version"] for d in record["distributions"]}["top"] == "2.0" and record["lock"] == "requirements.txt"
    assert lamina.read() == before
    assert lamina.build("-r", "requirements.txt", "-o", "out.zip", "--no-lock").ok().record["up_to_date"]
    record = lamina.build("-r", "requirements.txt", "-o", "out.zip").ok().record
    assert {d["name"]: d["version"] for d in record["distributions"]}["top"] == "1.0"


@pytest.mark.parametrize("words", [["--locked", "--frozen"], ["--locked", "--no-lock"], ["--frozen", "--upgrade"], ["--no-lock", "--upgrade", "top"]])
def test_words_that_exclude_each_other(lamina, words):
    lamina.requirements("top")
    lamina.build("-r", "requirements.txt", "-o", "out.zip", *words).refused(2, "option-value", "do not go together")


def test_upgrade(lamina, index):
    chain(index, "1.0")
    index.add(wheels.make("other", "1.0"))
    lamina.requirements("top", "other")
    lamina.lock("-r", "requirements.txt", *PY312).ok()
    chain(index, "2.0")
    index.add(wheels.make("other", "2.0"))
    result = lamina.lock("-r", "requirements.txt", "--refresh", "--upgrade", "middle").ok()
    said(result, "note: updated: middle 1.0 -> 2.0")
    assert lamina.versions() == {"top": "1.0", "middle": "2.0", "low": "1.0", "other": "1.0"}
    result = lamina.build("-r", "requirements.txt", "-o", "out.zip", "--upgrade", "top", "--upgrade", "Low").ok()
    assert lamina.versions() == {"top": "2.0", "middle": "2.0", "low": "2.0", "other": "1.0"}
    said(lamina.lock("-r", "requirements.txt", "--upgrade", "typo").ok(), "warning: there is no typo in pylock.requirements.toml to upgrade")
    lamina.lock("-r", "requirements.txt", "--upgrade").ok()
    assert lamina.versions() == {"top": "2.0", "middle": "2.0", "low": "2.0", "other": "2.0"}
    before = lamina.read()
    result = lamina.lock("-r", "requirements.txt", "--upgrade").ok()
    assert lamina.read() == before and result.out.endswith("up to date\n") and not result.err, result


def test_upgrade_forces_no_more_than_it_must(lamina, index):
    index.add(wheels.make("top", "1.0", requires=["low<2"]), wheels.make("low", "1.0"), wheels.make("free", "1.0"))
    lamina.requirements("top", "free")
    lamina.lock("-r", "requirements.txt", *PY312).ok()
    index.add(wheels.make("top", "2.0", requires=["low>=2"]), wheels.make("low", "1.5"), wheels.make("low", "2.0"), wheels.make("free", "2.0"))
    lamina.lock("-r", "requirements.txt", "--refresh", "--upgrade", "top").ok()
    assert lamina.versions() == {"top": "2.0", "low": "2.0", "free": "1.0"}


def test_check_and_dry_run_of_build_write_nothing(lamina, index):
    chain(index)
    lamina.requirements("top")
    for words in (["--check"], ["--dry-run"]):
        result = lamina.build("-r", "requirements.txt", "-o", "out.zip", *words)
        assert result.status == (words == ["--check"]) and not index.requests and lamina.left() == ["requirements.txt"], result
    lamina.build("-r", "requirements.txt", "-o", "out.zip").ok()
    lamina.build("-r", "requirements.txt", "-o", "out.zip", "--check").ok()


def test_nothing_changed_reads_nothing(lamina, index):
    chain(index)
    lamina.requirements("top")
    args = ["-r", "requirements.txt", "-o", "out.zip"]
    lamina.build(*args).ok()
    time.sleep(0.05)
    lamina.build(*args).ok()
    index.reset()
    assert lamina.build(*args).ok().record["up_to_date"] is True and not index.requests
    (lamina.folder / "pylock.requirements.toml").unlink()  # the lock is an input
    record = lamina.build(*args).ok().record
    assert record["up_to_date"] is True and (lamina.folder / "pylock.requirements.toml").exists()


def test_depfile_names_lock_and_inputs(lamina, index):
    chain(index)
    lamina.requirements("-r more.txt")
    lamina.requirements("top", name="more.txt")
    lamina.build("-r", "requirements.txt", "-o", "out.zip", "--depfile", "out.d").ok()
    words = (lamina.folder / "out.d").read_text().replace("\\\n", "").split()
    assert words[0] == "out.zip:" and {"requirements.txt", "more.txt", "pylock.requirements.toml"} <= set(words), words


# --- several targets ---

def test_a_target_is_added_without_new_versions(lamina, index):
    chain(index, "1.0")
    lamina.requirements("top")
    lamina.build("-r", "requirements.txt", "-o", "x.zip").ok()
    assert lamina.toml()["tool"]["lamina"]["targets"] == [X86]
    chain(index, "2.0")
    result = lamina.build("-r", "requirements.txt", "-o", "a.zip", "--refresh", target=(*PY312, "--arch", "arm64")).ok()
    said(result, f"note: locked requirements.txt: 3 packages for {ARM}, {X86} -> pylock.requirements.toml")
    assert "updated" not in result.err
    assert lamina.toml()["tool"]["lamina"]["targets"] == [ARM, X86] and len(lamina.toml()["environments"]) == 2
    assert set(lamina.versions().values()) == {"1.0"}
    before = lamina.read()
    for arch in ("x86_64", "arm64"):
        lamina.build("-r", "requirements.txt", "-o", "o.zip", "--locked", "--force", target=(*PY312, "--arch", arch)).ok()
    assert lamina.read() == before


def test_versions_of_their_own_for_a_target(lamina, index):
    """2.0 has a wheel for one architecture only."""
    for arch in ("x86_64", "arm64"):
        index.add(wheels.native("speed", "1.0", arch=arch))
    index.add(wheels.native("speed", "2.0", arch="x86_64"))
    lamina.requirements("speed")
    lamina.lock("-r", "requirements.txt", *BOTH).ok()
    found = {(p["version"], p.get("marker")) for p in lamina.toml()["packages"]}
    assert found in ({("1.0", None)}, {("1.0", "platform_machine == 'aarch64'"), ("2.0", "platform_machine == 'x86_64'")}), found
    result = lamina.build("-r", "requirements.txt", "-o", "{arch}.zip", target=BOTH).ok()
    assert [len(r["distributions"]) for r in result.records] == [1, 1]


def test_a_target_that_stands_in_the_way_is_dropped(lamina, index):
    index.add(wheels.make("solo", "1.0"), wheels.make("solo", "2.0", requires_python=">=3.12"))
    lamina.requirements("solo")
    lamina.lock("-r", "requirements.txt", "--runtime", "python3.11,python3.12").ok()
    lamina.requirements("solo>=2")
    result = lamina.build("-r", "requirements.txt", "-o", "out.zip").ok()
    assert lamina.toml()["tool"]["lamina"]["targets"] == [X86]
    assert "python3.11/x86_64 is no longer in pylock.requirements.toml" in result.err, result
    assert [w["id"] for w in result.record["warnings"]] == ["target-dropped"]


def test_lamina_toml_has_one_lock_for_all_that_share_inputs(lamina, index):
    chain(index)
    lamina.requirements("top")
    lamina.write("lamina.toml", '[defaults]\nruntime = "python3.12"\nrequirements = "requirements.txt"\n[layer.one]\narch = "x86_64"\n'
                 '[layer.two]\narch = "arm64"\n[layer.three]\nruntime = "python3.13"\narch = "x86_64"\n')
    lamina("build", "one").ok()
    expected = [ARM, X86, "python3.13/x86_64"]
    assert lamina.toml()["tool"]["lamina"]["targets"] == expected
    before = lamina.read()
    lamina("build", "--locked").ok()
    assert lamina.lock().ok().out == f"pylock.requirements.toml  3 packages for {', '.join(expected)}  up to date\n"
    assert lamina.read() == before


def test_lamina_toml_keys(lamina, index):
    """requirements, project, groups, extras; a project without a lock is locked from its pyproject.toml."""
    chain(index)
    index.add(wheels.make("fast"), wheels.make("tester"), wheels.make("linter"))
    lamina.write("app/pyproject.toml", '[project]\nname = "app"\nversion = "1"\ndependencies = ["top"]\n[project.optional-dependencies]\n'
                 'quick = ["fast"]\n[dependency-groups]\ntest = ["tester"]\nlint = ["linter"]\n')
    lamina.write("lamina.toml", '[defaults]\nruntime = "python3.12"\narch = "x86_64"\n[layer.plain]\nproject = "app"\n'
                 '[layer.more]\nproject = "app"\ngroups = ["test"]\nextras = ["quick"]\n[layer.only]\nproject = "app"\nonly-groups = ["lint"]\n')
    result = lamina("build", "--json").ok()
    found = {r["name"]: {d["name"] for d in r["distributions"]} for r in result.records}
    chained = {"top", "middle", "low"}
    assert found == {"plain": chained, "more": chained | {"fast", "tester"}, "only": {"linter"}}
    assert {r["lock"] for r in result.records} == {"app/pylock.toml"}
    lock = lamina.toml("app/pylock.toml")
    assert lock["extras"] == ["quick"] and lock["dependency-groups"] == ["lint", "test"] and lock["default-groups"] == ["main"]
    assert result.err.count("locked") == 1
    lamina("build", "--locked").ok()
    lamina.build("--project", "app", "-o", "x.zip", "--group", "typo").refused(2, "unknown-group", "typo")


@pytest.mark.parametrize("word", ["-r", "--project"])
def test_pyproject_by_name(lamina, index, word):
    chain(index)
    lamina.write("pyproject.toml", '[project]\nname = "app"\nversion = "1"\ndependencies = ["top"]\n')
    lamina.requirements("nothing-knows-this")
    lamina.build(word, "pyproject.toml", "-o", "out.zip").ok()
    assert lamina.versions("pylock.toml") == {"top": "1.0", "middle": "1.0", "low": "1.0"}


def test_frozen_project_without_a_lock(lamina):
    lamina.write("pyproject.toml", '[project]\nname = "app"\nversion = "1"\ndependencies = ["top"]\n')
    lamina.build("--project", ".", "-o", "out.zip", "--frozen").refused(4, "lock-missing", "pylock.toml")
    lamina.build("--project", ".", "-o", "out.zip", "--locked").refused(4, "lock-missing", "pylock.toml")


def test_lock_finds_what_the_folder_holds(lamina, index):
    chain(index)
    lamina.lock("--json").refused(2, "no-artifact", "nothing to lock")
    lamina.requirements("top")
    lamina.lock("--json").refused(2, "no-runtime")
    lamina.lock(*PY312).ok()
    assert lamina.left() == ["pylock.requirements.toml", "requirements.txt"]
    (lamina.folder / "requirements.txt").unlink()
    lamina.write("pyproject.toml", '[project]\nname = "app"\nversion = "1"\ndependencies = ["low"]\n')
    lamina.lock(*PY312).ok()
    assert lamina.versions("pylock.toml") == {"low": "1.0"}
    lamina.lock().ok()  # the lock knows its targets


def test_extras_that_need_each_other(lamina, index):
    index.add(wheels.make("top", requires=["low; extra == 'a'", "middle; extra == 'b'"], extras=["a", "b"]), wheels.make("low"), wheels.make("middle"))
    lamina.requirements("top[a]", "top[b]; platform_machine == 'aarch64'")
    lamina.lock("-r", "requirements.txt", *BOTH).ok()
    markers = {p["name"]: p.get("marker") for p in lamina.toml()["packages"]}
    assert markers == {"top": None, "low": None, "middle": "platform_machine == 'aarch64'"}


def test_only_and_exclude(lamina, index):
    chain(index)
    index.add(wheels.make("free"))
    lamina.requirements("top", "free")
    args = ["-r", "requirements.txt", "-o", "out.zip"]
    for words, expected in [(["--only", "middle"], {"middle", "low"}), (["--exclude", "top"], {"free"}), (["--exclude", "low"], {"top", "middle", "free"})]:
        assert {d["name"] for d in lamina.build(*args, *words).ok().record["distributions"]} == expected


# --- options that choose ---

def test_options_stay(lamina, index):
    index.add(wheels.make("solo", "1.0"), wheels.make("solo", "2.0b1"))
    lamina.requirements("solo")
    lamina.lock("-r", "requirements.txt", *PY312, "--prerelease", "allow").ok()
    assert lamina.versions() == {"solo": "2.0b1"} and lamina.toml()["tool"]["lamina"]["options"] == ["prerelease=allow"]
    lamina.lock("-r", "requirements.txt").ok()
    lamina.build("-r", "requirements.txt", "-o", "out.zip", "--locked").ok()
    index.add(wheels.make("solo", "2.0b2"))
    lamina.build("-r", "requirements.txt", "-o", "out.zip", "--upgrade", "--refresh").ok()
    assert lamina.versions() == {"solo": "2.0b2"}
    lamina.lock("-r", "requirements.txt", "--prerelease", "if-necessary", "--check", "--json").refused(4, "lock-outdated", "option prerelease=allow is gone")
    lamina.lock("-r", "requirements.txt", "--prerelease", "disallow").ok()
    assert lamina.versions() == {"solo": "1.0"}
    lamina.lock("-r", "requirements.txt", "--prerelease", "if-necessary").ok()
    assert "options" not in lamina.toml()["tool"]["lamina"]


def test_resolution(lamina, index):
    index.add(wheels.make("top", "1.0", requires=["low"]), wheels.make("top", "2.0", requires=["low"]), wheels.make("low", "1.0"), wheels.make("low", "2.0"))
    lamina.requirements("top")
    for word, versions in [("lowest", "11"), ("lowest-direct", "12"), ("highest", "22")]:
        (lamina.folder / "pylock.requirements.toml").unlink(missing_ok=True)
        lamina.lock("-r", "requirements.txt", *PY312, "--resolution", word).ok()
        assert lamina.versions() == {"top": f"{versions[0]}.0", "low": f"{versions[1]}.0"}, word


def test_exclude_newer(lamina, make_index):
    import json
    index = make_index(form="json")
    lamina.use(index)
    index.add(wheels.make("solo", "1.0"), wheels.make("solo", "2.0"))
    page = json.loads(index.page_json("solo", index.projects["solo"])[0])
    for f in page["files"]:
        f["upload-time"] = "2024-05-01T10:00:00.5Z" if "1.0" in f["filename"] else "2025-05-01T10:00:00Z"
    page["meta"]["api-version"] = "1.1"
    index.page("solo", json.dumps(page), "application/vnd.pypi.simple.v1+json")
    lamina.requirements("solo")
    lamina.lock("-r", "requirements.txt", *PY312, "--exclude-newer", "2024-12-31").ok()
    assert lamina.versions() == {"solo": "1.0"} and lamina.toml()["tool"]["lamina"]["options"] == ["exclude-newer=2024-12-31"]
    wheel = lamina.toml()["packages"][0]["wheels"][0]
    assert wheel["upload-time"].isoformat() == "2024-05-01T10:00:00.500000+00:00" and wheel["size"] == len(wheels.make("solo", "1.0").data)
    lamina.lock("-r", "requirements.txt", "--exclude-newer", "none", "--upgrade").ok()
    assert lamina.versions() == {"solo": "2.0"}
    lamina.lock("-r", "requirements.txt", "--exclude-newer", "soon", "--json").refused(2, "bad-time", "soon")


# --- what is written ---

def test_offline(lamina, index):
    chain(index)
    lamina.requirements("top")
    lamina.lock("-r", "requirements.txt", *PY312, "--offline", "--json").refused(4, "offline")
    lamina.build("-r", "requirements.txt", "-o", "out.zip").ok()
    before = lamina.read()
    (lamina.folder / "pylock.requirements.toml").unlink()
    index.stop()
    lamina.lock("-r", "requirements.txt", *PY312, "--offline").ok()
    assert lamina.read() == before
    lamina.build("-r", "requirements.txt", "-o", "other.zip", "--offline").ok()


def test_dry_run(lamina, index):
    chain(index, "1.0")
    lamina.requirements("top")
    result = lamina.lock("-r", "requirements.txt", *PY312, "--dry-run").ok()
    assert result.out.endswith("  would be written\n") and lamina.left() == ["requirements.txt"], result
    lamina.lock("-r", "requirements.txt", *PY312).ok()
    before = lamina.read()
    chain(index, "2.0")
    record = lamina.lock("-r", "requirements.txt", "--upgrade", "--refresh", "--dry-run", "--json").ok().record
    assert record["changes"] == [{"name": n, "from": "1.0", "to": "2.0"} for n in ("low", "middle", "top")] and record["planned"] is True
    assert lamina.read() == before


def test_record(lamina, index):
    import hashlib
    chain(index)
    lamina.requirements("top")
    record = lamina.lock("-r", "requirements.txt", *PY312, "--json").ok().record
    assert list(record) == ["schema", "kind", "path", "inputs", "targets", "packages", "sha256", "up_to_date", "changes", "warnings", "elapsed_ms", "lamina"]
    assert record["sha256"] == hashlib.sha256((lamina.folder / "pylock.requirements.toml").read_bytes()).hexdigest()
    assert (record["kind"], record["path"], record["inputs"], record["targets"], record["packages"], record["up_to_date"]) == (
        "lock", "pylock.requirements.toml", ["requirements.txt"], [X86], 3, False)
    again = lamina.lock("-r", "requirements.txt", *PY312, "--json").ok().record
    assert again["up_to_date"] is True and again["sha256"] == record["sha256"] and again["changes"] == []


def test_other_place(lamina, index):
    chain(index)
    lamina.requirements("top", name="in/requirements.txt")
    (lamina.folder / "locks").mkdir()
    lamina.lock("-r", "in/requirements.txt", *PY312, "-o", "locks/pylock.layer.toml").ok()
    assert lamina.toml("locks/pylock.layer.toml")["tool"]["lamina"]["sources"] == ["../in/requirements.txt"]
    lamina.build("--lock", "locks/pylock.layer.toml", "-o", "out.zip").ok()
    lamina.requirements("low", name="b.txt")
    lamina.write("lamina.toml", '[defaults]\nruntime = "python3.12"\narch = "x86_64"\n[layer.a]\nrequirements = "in/requirements.txt"\n'
                 '[layer.b]\nrequirements = "b.txt"\n')
    lamina.lock("-o", "pylock.x.toml", "--json").refused(2, "lock-clash")


def test_index_without_digests(lamina, index):
    made = wheels.make("low")
    index.add(made, hashes=False)
    lamina.requirements("low")
    lamina.lock("-r", "requirements.txt", *PY312).ok()
    assert lamina.toml()["packages"][0]["wheels"][0]["hashes"] == {"sha256": made.sha256}
    index.reset()
    lamina.build("-r", "requirements.txt", "-o", "out.zip").ok()
    assert not index.files()  # it was loaded once


def test_folder_of_wheels(lamina):
    """Paths, relative to the lock; no name of this machine."""
    made = wheels.make("low")
    made.save(lamina.folder / "wheelhouse")
    lamina.requirements("low", name="sub/requirements.txt")
    args = ["--no-index", "--find-links", "wheelhouse"]
    lamina.lock("-r", "sub/requirements.txt", *PY312, *args).ok()
    text = lamina.read("sub/pylock.requirements.toml")
    assert lamina.toml("sub/pylock.requirements.toml")["packages"][0]["wheels"] == [
        {"name": made.file, "path": f"../wheelhouse/{made.file}", "hashes": {"sha256": made.sha256}, **size(made, text)}]
    assert str(lamina.folder) not in text
    lamina.build("-r", "sub/requirements.txt", "-o", "out.zip", *args).ok()


def size(made, text):
    return {"size": len(made.data)} if "size = " in text else {}


def test_wheels_of_this_computer(lamina):
    """A wheel that is named by its path may be built anew: its lock follows."""
    first = wheels.make("low", files={"low.py": b"1"})
    first.save(lamina.folder)
    lamina.requirements(f"./{first.file}")
    args = ["-r", "requirements.txt", "-o", "out.zip", "--no-index"]
    lamina.build(*args).ok()
    package = lamina.toml()["packages"][0]
    assert package["archive"]["path"] == first.file and package["archive"]["hashes"] == {"sha256": first.sha256}
    lamina.build(*args, "--locked").ok()
    second = wheels.make("low", files={"low.py": b"2"})
    second.save(lamina.folder)
    lamina.build(*args, "--locked").refused(4, "lock-outdated", "low-1.0-py3-none-any.whl changed")
    lamina.build(*args).ok()
    assert lamina.toml()["packages"][0]["archive"]["hashes"] == {"sha256": second.sha256}
    assert contents(lamina.folder / "out.zip")["python/low.py"] == b"2"


def test_direct_urls(lamina, index):
    chain(index)
    made = wheels.make("middle", requires=["low>=0.1"])
    lamina.requirements(f"middle @ {index.file_url(made)}")
    lamina.build("-r", "requirements.txt", "-o", "out.zip").ok()
    packages = {p["name"]: p for p in lamina.toml()["packages"]}
    assert packages["middle"]["archive"]["url"] == index.file_url(made) and "index" not in packages["middle"]
    assert packages["low"]["wheels"][0]["url"].startswith(index.root)


def test_no_secret_is_written(lamina, make_index):
    index = make_index(auth=("user", "s3cret"))
    chain(index)
    lamina.use(index)
    lamina.requirements("--extra-index-url http://${WHO}:${WORD}@127.0.0.1:" + f"{index.port}/simple/", "top")
    env = {"WHO": "user", "WORD": "s3cret", "PIP_INDEX_URL": "http://127.0.0.1:9/simple/"}
    lamina.lock("-r", "requirements.txt", *PY312, env=env).ok()
    assert "s3cret" not in lamina.read() and "user" not in lamina.read()
    result = lamina.build("-r", "requirements.txt", "-o", "out.zip", "-vv", env=env).ok()  # the login is found for the lock's URLs
    assert "s3cret" not in result.err + result.out
    lamina.build("-r", "requirements.txt", "-o", "other.zip", "--frozen", "--force", env=env).ok()


def test_unsolvable_leaves_the_old_lock(lamina, index):
    chain(index, "1.0")
    lamina.requirements("top")
    lamina.build("-r", "requirements.txt", "-o", "out.zip").ok()
    before, zip_ = lamina.read(), (lamina.folder / "out.zip").read_bytes()
    lamina.requirements("top", "low>=2")
    result = lamina.build("-r", "requirements.txt", "-o", "out.zip")
    assert result.status == 4 and "low" in result.err, result
    check_message(result.err)
    assert lamina.read() == before and (lamina.folder / "out.zip").read_bytes() == zip_
    assert lamina.left() == ["out.zip", "pylock.requirements.toml", "requirements.txt"]


# --- processes ---

def test_two_at_once(lamina, index):
    chain(index)
    lamina.requirements("top")
    running = [lamina.start("build", *PY312, "--arch", arch, "-r", "requirements.txt", "-o", f"{i}-{arch}.zip")
               for i in range(3) for arch in ("x86_64", "arm64")]
    for p in running:
        out, err = p.communicate(timeout=60)
        assert p.returncode == 0, err
    assert set(lamina.toml()["tool"]["lamina"]["targets"]) & {ARM, X86}
    assert [p for p in lamina.left() if not p.endswith(".zip")] == ["pylock.requirements.toml", "requirements.txt"]
    lamina.lock("-r", "requirements.txt", *BOTH).ok()
    check_zip(lamina.folder / "0-arm64.zip")


def test_killed_while_locking(lamina, index):
    chain(index, *[f"{i}.0" for i in range(1, 8)])
    lamina.requirements("top<2")
    lamina.lock("-r", "requirements.txt", *PY312).ok()
    texts = {lamina.read()}
    lamina.requirements("top")
    shutil.copy(lamina.folder / "pylock.requirements.toml", lamina.base / "old")
    lamina.lock("-r", "requirements.txt", *PY312).ok()
    texts.add(lamina.read())
    numbers = random.Random(5)
    for _ in range(25):
        shutil.copy(lamina.base / "old", lamina.folder / "pylock.requirements.toml")
        p = lamina.start("lock", "-r", "requirements.txt", *PY312)
        time.sleep(numbers.random() * 0.03)
        p.send_signal(signal.SIGKILL)
        p.communicate()
        assert lamina.read() in texts
    lamina.lock("-r", "requirements.txt", *PY312).ok()
    assert len(texts) == 2 and set(lamina.left()) == {"pylock.requirements.toml", "requirements.txt"}


# --- corners ---

def test_frozen_standard_input(lamina, index):
    import subprocess
    chain(index)
    for text, status in ((b"low==1.0\n", 0), (b"low\n", 4)):
        done = subprocess.run([os.environ["LAMINA"], "build", *PY312, "-r", "-", "-o", "out.zip", "--frozen"], input=text, cwd=lamina.folder,
                              env=lamina.env, capture_output=True)
        assert done.returncode == status and lamina.left() == ["out.zip"], done


def test_no_binary_is_not_followed(lamina, index):
    chain(index)
    lamina.requirements("--no-binary low", "low")
    record = lamina.build("-r", "requirements.txt", "-o", "out.zip").ok().record
    assert [w["id"] for w in record["warnings"]] == ["no-binary"] and lamina.versions() == {"low": "1.0"}


def test_target_that_lamina_toml_no_longer_names(lamina, index):
    chain(index)
    lamina.requirements("top")
    text = '[defaults]\nruntime = "python3.12"\narch = %s\n[layer.one]\nrequirements = "requirements.txt"\n'
    lamina.write("lamina.toml", text % '["x86_64", "arm64"]')
    lamina.lock().ok()
    lamina.write("lamina.toml", text % '"x86_64"')
    assert lamina.lock().ok().out.endswith("up to date\n")  # it has what is asked for
    lamina.requirements("low")
    said(lamina.lock().ok(), f"note: {ARM} is no longer in pylock.requirements.toml: nothing in lamina.toml asks for it")
    assert lamina.toml()["tool"]["lamina"]["targets"] == [X86]


def test_below_the_folder_of_lamina_toml(lamina, index):
    chain(index)
    lamina.requirements("top", name="app/requirements.txt")
    lamina.write("lamina.toml", '[layer.one]\nruntime = "python3.12"\narch = "x86_64"\nrequirements = "app/requirements.txt"\n')
    (lamina.folder / "deep" / "er").mkdir(parents=True)
    lamina("build", cwd=lamina.folder / "deep" / "er").ok()
    before = lamina.read("app/pylock.requirements.toml")
    lamina("build", "--locked", "--force").ok()
    lamina("-C", "app", "lock").ok()
    assert lamina.read("app/pylock.requirements.toml") == before


def test_export_builds_the_same_bytes(lamina, index):
    """What lamina export writes of a lock is a lock of the same files."""
    chain(index)
    index.add(wheels.make("arm-only"), *(wheels.native("speed", arch=a) for a in ("x86_64", "arm64")))
    lamina.requirements("top", "speed", "arm-only; platform_machine == 'aarch64'")
    lamina.write("lamina.toml", '[defaults]\nruntime = "python3.12"\narch = ["x86_64", "arm64"]\n[layer.deps]\nrequirements = "requirements.txt"\n')
    lamina("build").ok()
    texts = {lamina("export", *words).ok().out for words in ([], ["deps"], ["-r", "requirements.txt"], ["--lock", "pylock.requirements.toml"])}
    assert len(texts) == 1 and "--hash=sha256:" in next(iter(texts))
    lamina.write("exported.txt", next(iter(texts)))
    lamina.build("-r", "exported.txt", "-o", "again-{arch}.zip", target=BOTH).ok()
    for arch in ("x86_64", "arm64"):
        assert (lamina.folder / f"again-{arch}.zip").read_bytes() == (lamina.folder / "dist" / f"deps-{arch}.zip").read_bytes()
    assert not (lamina.folder / "pylock.exported.toml").exists()


def test_metadata_that_disagrees_with_the_wheel(lamina, index):
    """The index says that a wheel needs nothing; the wheel says otherwise. The lock believed the index, the build looks at the wheel."""
    wheel = wheels.make("top", requires=["low>=1"])
    index.add(wheel)
    page = index.page_html("top", index.projects["top"])[0].replace(b"<a ", b'<a data-core-metadata="true" ')
    index.fault("/simple/top/", lambda h: h.answer(200, page, {"Content-Type": "text/html"}), forever=True)
    name = index.projects["top"][0].name
    lie = b"Metadata-Version: 2.1\nName: top\nVersion: 1.0\n"
    index.fault(f"/files/{name}.metadata", lambda h: h.answer(200, lie, {"Content-Type": "text/plain"}), forever=True)
    lamina.requirements("top")
    lamina.build("-r", "requirements.txt", "-o", "out.zip").refused(4, "missing-dependency", "low", "top")
    assert not (lamina.folder / "out.zip").exists()
