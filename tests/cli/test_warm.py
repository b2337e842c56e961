"""Nothing changed, something changed, and no network: what is done, what is asked, what is touched.

SPDX-License-Identifier: Apache-2.0
"""
import os
import shutil
import subprocess
import time

import pytest

import locks
import wheels
from conftest import LAMINA, TARGET, contents, names

TOP, LOW, OTHER = wheels.make("top", requires=["low"]), wheels.make("low"), wheels.make("other")
SETTLE = 0.03  # longer than what a time stamp may hide


@pytest.fixture(params=["options", "toml"])
def project(lamina, index, request):
    """The same artifact from options (stamp in the store) and from lamina.toml (stamp in .lamina/)."""
    index.add(TOP, LOW, OTHER)
    lamina.requirements(TOP.locked, LOW.locked)
    lamina.write("app/index.py", "x = 1\n")
    lamina.write("app/lib/util.py", "u = 1\n")
    if request.param == "toml":
        lamina.write("lamina.toml", f'[index.it]\nurl = "{index.url}"\ndefault = true\n[function.f]\nruntime = "python3.12"\narch = "x86_64"\n'
                     'requirements = "requirements.txt"\nsource = "app"\noutput = "out.zip"\n')
        lamina.args = ["build", "--json"]
    else:
        lamina.args = ["build", "--json", *TARGET, "-r", "requirements.txt", "--source", "app", "--index-url", index.url, "-o", "out.zip"]
    time.sleep(SETTLE)
    lamina(*lamina.args).ok()
    time.sleep(SETTLE)
    index.reset()
    return lamina


def again(project, *args, **options):
    return project(*project.args, *args, **options).ok().record


def facts(path):
    s = path.stat()
    return s.st_ino, s.st_mtime_ns, s.st_ctime_ns, s.st_size


def snapshot(folder):
    return {str(p): facts(p) for p in folder.rglob("*") if p.is_file()}


def test_nothing_changed(project, index):
    before = snapshot(project.base)
    record = again(project)
    assert record["up_to_date"] is True and record["elapsed_ms"] < 100 and not index.requests
    after = snapshot(project.base)
    assert after == before


def test_record_of_an_untouched_build_is_the_same(project):
    record = again(project)
    built = again(project, "--force")
    assert {k: v for k, v in record.items() if k not in ("up_to_date", "elapsed_ms")} == {
        k: v for k, v in built.items() if k not in ("up_to_date", "elapsed_ms")}
    assert built["up_to_date"] is False


def test_it_reads_no_lock(project):
    """The quick answer needs stat facts only."""
    if not shutil.which("strace"):
        pytest.skip("no strace")
    trace = project.base / "trace"
    done = subprocess.run(["strace", "-f", "-o", trace, "-e", "trace=openat,socket,unlink,rename,renameat2,linkat,mkdir", LAMINA, *project.args],
                          cwd=project.folder, env=project.env, capture_output=True)
    if b"ptrace" in done.stderr or done.returncode:
        pytest.skip("strace may not trace here")
    text = trace.read_text()
    assert "requirements.txt" not in text.replace("-r requirements.txt", "") and "index.py" not in text
    assert "socket(" not in text and "O_WRONLY" not in text and "rename" not in text and "libcurl" not in text, text
    assert "/files/" not in text and "/records/" not in text


def test_touched(project, index):
    (project.folder / "app/index.py").touch()
    (project.folder / "requirements.txt").touch()
    before = facts(project.folder / "out.zip")
    assert again(project)["up_to_date"] is True
    assert facts(project.folder / "out.zip") == before and not index.requests


def test_rewritten_with_the_same_content(project, index):
    text = (project.folder / "requirements.txt").read_text()
    (project.folder / "requirements.txt").unlink()
    project.write("requirements.txt", text)
    project.write("app/index.py", "x = 1\n")
    before = facts(project.folder / "out.zip")
    assert again(project)["up_to_date"] is True and facts(project.folder / "out.zip") == before


def test_edited_source(project, index):
    project.write("app/index.py", "x = 2\n")
    assert again(project)["up_to_date"] is False
    assert contents(project.folder / "out.zip")["index.py"] == b"x = 2\n" and not index.requests


def test_new_and_removed_source(project):
    project.write("app/new.py", "n")
    assert again(project)["up_to_date"] is False and "new.py" in names(project.folder / "out.zip")
    (project.folder / "app/new.py").unlink()
    assert again(project)["up_to_date"] is False and "new.py" not in names(project.folder / "out.zip")


def test_edited_lock(project, index):
    project.requirements(TOP.locked, LOW.locked, OTHER.locked)
    assert again(project)["up_to_date"] is False
    assert "other/__init__.py" in names(project.folder / "out.zip") and index.files() == [f"/files/{OTHER.file}"]


def test_comment_in_the_lock(project, index):
    project.requirements("# hello", TOP.locked, LOW.locked)
    import hashlib
    record = again(project)
    assert record["up_to_date"] is True and not index.requests
    assert record["lock_sha256"] == hashlib.sha256((project.folder / "requirements.txt").read_bytes()).hexdigest()


def test_included_file_counts(lamina, index):
    index.add(TOP, LOW, OTHER)
    lamina.requirements("-r more.txt", TOP.locked)
    lamina.requirements(LOW.locked, name="more.txt")
    args = ["-r", "requirements.txt", "--index-url", index.url, "-o", "o.zip"]
    time.sleep(SETTLE)
    lamina.build(*args).ok()
    lamina.requirements(LOW.locked, OTHER.locked, name="more.txt")
    assert lamina.build(*args).ok().record["up_to_date"] is False and "python/other/__init__.py" in names(lamina.folder / "o.zip")


def test_pyproject_counts(lamina, index):
    """A lock that became stale is noticed although the lock itself did not change."""
    index.add(LOW)
    lamina.write("pyproject.toml", locks.poetry_project({"low": "*"}))
    lamina.write("poetry.lock", locks.poetry([LOW], {"low": "*"}))
    args = ["--lock", "poetry.lock", "--index-url", index.url, "-o", "o.zip"]
    time.sleep(SETTLE)
    lamina.build(*args).ok()
    lamina.write("pyproject.toml", locks.poetry_project({"low": "*", "more": "*"}))
    assert lamina.build(*args).status == 4


def test_appearing_lock_counts(lamina, index):
    """--project . took requirements.txt because there was nothing better."""
    index.add(TOP, LOW, OTHER)
    lamina.requirements(LOW.locked)
    args = ["--project", ".", "--index-url", index.url, "-o", "o.zip"]
    time.sleep(SETTLE)
    lamina.build(*args).ok()
    lamina.write("pylock.toml", locks.pylock([OTHER], index.file_url))
    record = lamina.build(*args).ok().record
    assert record["up_to_date"] is False and [d["name"] for d in record["distributions"]] == ["other"]


@pytest.mark.parametrize("spoil", ["deleted", "edited", "replaced", "touched", "emptied"])
def test_output(project, index, spoil):
    out = project.folder / "out.zip"
    data = out.read_bytes()
    if spoil == "deleted":
        out.unlink()
    elif spoil == "edited":
        with open(out, "r+b") as f:
            f.seek(50)
            f.write(b"x")
    elif spoil == "replaced":
        out.unlink()
        out.write_bytes(data[:-1] + b"x")
    elif spoil == "emptied":
        out.write_bytes(b"")
    else:
        out.touch()
    again(project)
    assert out.read_bytes() == data and not index.requests


@pytest.mark.parametrize("args", [["--slim", "dist-info"], ["--exclude", "top"], ["--compress", "store"], ["--exclude-path", "lib"], ["--layout", "versioned"],
                                  ["--scripts"], ["--provided", "low"], ["--no-slim"], ["--runtime", "python3.13"], ["--arch", "arm64"]])
def test_changed_option(lamina, index, args):
    index.add(TOP, LOW)
    lamina.requirements(TOP.locked, LOW.locked)
    lamina.write("app/lib/x.py", "x")
    base = ["-r", "requirements.txt", "--source", "app", "--index-url", index.url, "-o", "o.zip", "--kind", "layer"]
    target = TARGET
    if args[0] in ("--runtime", "--arch"):
        target = (*args, *(("--arch", "x86_64") if args[0] == "--runtime" else ("--runtime", "python3.12")))
        args = []
    time.sleep(SETTLE)
    lamina.build(*base).ok()
    assert lamina.build(*base, *args, target=target).ok().record["up_to_date"] is False
    assert lamina.build(*base).ok().record["up_to_date"] is False
    assert lamina.build(*base).ok().record["up_to_date"] is True


def test_changed_configuration(lamina, index):
    index.add(TOP, LOW)
    lamina.requirements(TOP.locked, LOW.locked)
    text = (f'[index.it]\nurl = "{index.url}"\ndefault = true\n[layer.f]\nruntime = "python3.12"\narch = "x86_64"\n'
            'requirements = "requirements.txt"\n')
    lamina.write("lamina.toml", text)
    lamina("build").ok()
    lamina.write("lamina.toml", text + 'exclude = "low"\n')
    record = lamina("build", "--json").ok().record
    assert record["up_to_date"] is False and [d["name"] for d in record["distributions"]] == ["top"]
    lamina.write("lamina.toml", text + 'exclude = "low"\n# comment\n')
    assert lamina("build", "--json").ok().record["up_to_date"] is True


def test_racy_stamp(project):
    """A file that changes right after it was read, with the same size: the build notices although the clock may not have moved on."""
    source = project.folder / "app/index.py"
    for i in range(12):
        project.write("app/index.py", f"x = {i % 10}\n")
        again(project)
        facts_ = source.stat()
        project.write("app/index.py", f"x = {(i + 1) % 10}\n")
        os.utime(source, ns=(facts_.st_atime_ns, facts_.st_mtime_ns))
        again(project)
        assert contents(project.folder / "out.zip")["index.py"] == f"x = {(i + 1) % 10}\n".encode()


def test_same_size_and_time(project):
    """What cp -p or a version control may do: ctime and inode tell."""
    source = project.folder / "app/index.py"
    old = source.stat()
    project.write("app/new", "x = 9\n")
    os.utime(project.folder / "app/new", ns=(old.st_atime_ns, old.st_mtime_ns))
    (project.folder / "app/new").rename(source)
    assert again(project)["up_to_date"] is False and contents(project.folder / "out.zip")["index.py"] == b"x = 9\n"


def test_check_after_changes(project):
    assert project(*project.args, "--check").status == 0
    project.write("app/index.py", "x = 3\n")
    assert project(*project.args, "--check").status == 1
    assert contents(project.folder / "out.zip")["index.py"] == b"x = 1\n"
    again(project)
    time.sleep(SETTLE)
    again(project)
    assert project(*project.args, "--check").status == 0


def test_force(project, index):
    before = facts(project.folder / "out.zip")
    assert again(project, "--force")["up_to_date"] is False
    assert facts(project.folder / "out.zip") != before and not index.requests


def test_state_is_safe_to_delete(project, index):
    shutil.rmtree(project.folder / ".lamina", ignore_errors=True)
    shutil.rmtree(project.cache / "v1/stamps", ignore_errors=True)
    data = (project.folder / "out.zip").read_bytes()
    again(project)
    assert (project.folder / "out.zip").read_bytes() == data and not index.requests


def test_nothing_but_the_output(project):
    extra = {p.split("/")[0] for p in project.left()} - {"app", "out.zip", "requirements.txt", "lamina.toml"}
    assert extra == ({".lamina"} if (project.folder / "lamina.toml").exists() else set())


def test_moved_project(project):
    """The stamp belongs to the place: elsewhere it is built anew, with the same bytes."""
    data = (project.folder / "out.zip").read_bytes()
    shutil.copytree(project.folder, project.base / "copy")
    record = project(*project.args, cwd=project.base / "copy").ok().record
    assert (project.base / "copy/out.zip").read_bytes() == data and record["sha256"]


# --- no network ---

def test_warm_needs_no_index(project, index):
    shutil.rmtree(project.folder / "out.zip", ignore_errors=True)
    (project.folder / "out.zip").unlink()
    index.stop()
    assert again(project)["up_to_date"] is False


@pytest.mark.parametrize("form", ["pins", "hashes", "pylock", "url"])
@pytest.mark.parametrize("offline", [["--offline"], "LAMINA_OFFLINE", []], ids=["option", "variable", "dead-index"])
def test_offline(lamina, index, form, offline):
    index.add(TOP, LOW)
    if form == "pylock":
        lamina.write("pylock.toml", locks.pylock([TOP, LOW], index.file_url))
        args = ["--lock", "pylock.toml"]
    else:
        lines = {"pins": [TOP.pin, LOW.pin], "hashes": [TOP.locked, LOW.locked],
                 "url": [f"{w.name} @ {index.file_url(w)}#sha256={w.sha256}" for w in (TOP, LOW)]}[form]
        lamina.requirements(*lines)
        args = ["-r", "requirements.txt", "--index-url", index.url]
    first = lamina.build(*args, "-o", "a.zip").ok().record
    index.reset()
    if not offline:
        index.stop()
    env = {offline: "1"} if isinstance(offline, str) else {}
    second = lamina.build(*args, "-o", "b.zip", *(offline if isinstance(offline, list) else []), env=env).ok().record
    assert first["sha256"] == second["sha256"] and not index.requests


def test_offline_for_another_target(lamina, index):
    """What a page listed is remembered whole: another target of the same lock needs the file only."""
    built = {a: wheels.native("speed", arch=a) for a in ("x86_64", "arm64")}
    index.add(*built.values())
    lamina.requirements("speed==1.0")
    args = ["-r", "requirements.txt", "--runtime", "python3.12", "--index-url", index.url]
    lamina.build(*args, "--arch", "x86_64", target=()).ok()
    index.reset()
    lamina.build(*args, "--arch", "arm64", target=()).ok()
    assert index.pages() == [] and index.files() == [f"/files/{built['arm64'].file}"]


def test_offline_with_an_empty_store(lamina, index):
    index.add(LOW)
    for lock in ("pins", "pylock"):
        if lock == "pins":
            lamina.requirements(LOW.pin)
            args = ["-r", "requirements.txt", "--index-url", index.url]
        else:
            lamina.write("pylock.toml", locks.pylock([LOW], index.file_url))
            args = ["--lock", "pylock.toml"]
        lamina.build(*args, "--offline", "-o", "o.zip").refused(4, "offline", "low", "without --offline")
    assert not index.requests and "o.zip" not in lamina.left()


def test_offline_with_local_wheels(lamina):
    LOW.save(lamina.folder / "w")
    lamina.requirements(LOW.pin)
    lamina.build("-r", "requirements.txt", "--offline", "--no-index", "--find-links", "w", "-o", "o.zip").ok()


def test_changed_local_wheel(lamina):
    """A wheel that is named by its path is an input like the lock."""
    path = LOW.save(lamina.folder / "w")
    lamina.requirements(f"./w/{LOW.file}")
    args = ["-r", "requirements.txt", "--no-index", "-o", "o.zip"]
    time.sleep(SETTLE)
    lamina.build(*args).ok()
    changed = wheels.make("low", files={"low/__init__.py": b"changed = True\n"})
    path.write_bytes(changed.data)
    record = lamina.build(*args).ok().record
    assert record["distributions"][0]["sha256"] == changed.sha256
    assert contents(lamina.folder / "o.zip")["python/low/__init__.py"] == b"changed = True\n"


def test_changed_provided_layer(lamina, index):
    index.add(TOP, LOW)
    args = ["--index-url", index.url]
    lamina.requirements(LOW.locked, name="base.txt")
    lamina.build("-r", "base.txt", "-o", "base.zip", *args).ok()
    lamina.requirements(TOP.locked, LOW.locked)
    args += ["-r", "requirements.txt", "-o", "o.zip", "--provided", "base.zip"]
    assert [d["name"] for d in lamina.build(*args).ok().record["distributions"]] == ["top"]
    lamina.requirements(TOP.locked, LOW.locked, name="base.txt")
    lamina.build("-r", "base.txt", "-o", "base.zip", "--index-url", index.url).ok()
    result = lamina.build(*args)
    assert result.status != 0 or result.record["up_to_date"] is False


def test_refresh(project, index):
    again(project, "--refresh", "--force")
    if index.requests:
        assert not index.files()


def test_cache_clear_and_again(project, index):
    project("cache", "clear").ok()
    assert again(project, "--force")["up_to_date"] is False and len(index.files()) == 2
