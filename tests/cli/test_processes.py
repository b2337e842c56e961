"""Several lamina at once on one store, and lamina that die anywhere.

SPDX-License-Identifier: Apache-2.0
"""
import collections
import os
import random
import shutil
import signal
import subprocess
import time

import pytest

import wheels
from conftest import LAMINA, TARGET, check_zip, contents

MADE = [wheels.make(f"part{i}", files={f"part{i}/__init__.py": f"n = {i}\n".encode(), f"part{i}/data.bin": random.Random(i).randbytes(60000)})
        for i in range(8)]
NEXT = [wheels.make(f"part{i}", "2.0", files={f"part{i}/__init__.py": b"n = 2\n"}) for i in range(8)]


@pytest.fixture
def project(lamina, index):
    index.add(*MADE, *NEXT)
    lamina.requirements(*[w.locked for w in MADE])
    lamina.write("app/index.py", "x\n")
    lamina.args = ["-r", "requirements.txt", "--source", "app", "--index-url", index.url]
    return lamina


def reference(project, index):
    """What the build gives when nobody disturbs it."""
    data = {}
    for w in (MADE, NEXT):
        project.requirements(*[x.locked for x in w])
        project.build(*project.args, "-o", "reference.zip", env={"LAMINA_CACHE_DIR": project.base / "other"}).ok()
        data[w[0].version] = (project.folder / "reference.zip").read_bytes()
        (project.folder / "reference.zip").unlink()
    project.requirements(*[x.locked for x in MADE])
    index.reset()
    return data


def test_eight_at_once(project, index):
    index.delay = 0.02
    running = [project.start("build", "--json", *TARGET, *project.args, "-o", f"out{i}.zip") for i in range(8)]
    for p in running:
        out, err = p.communicate(timeout=60)
        assert p.returncode == 0, err
    counts = collections.Counter(index.files())
    assert counts == {f"/files/{w.file}": 1 for w in MADE}, counts
    assert len({(project.folder / f"out{i}.zip").read_bytes() for i in range(8)}) == 1
    check_zip(project.folder / "out0.zip")
    project("cache", "verify").ok()


def test_eight_at_once_to_one_output(project, index):
    expected = reference(project, index)["1.0"]
    running = [project.start("build", "--json", *TARGET, *project.args, "-o", "out.zip") for _ in range(8)]
    for p in running:
        out, err = p.communicate(timeout=60)
        assert p.returncode == 0, err
    assert (project.folder / "out.zip").read_bytes() == expected
    assert set(project.left()) == {"app", "app/index.py", "out.zip", "requirements.txt"}
    time.sleep(0.03)
    project.build(*project.args, "-o", "out.zip").ok()
    assert project.build(*project.args, "-o", "out.zip").ok().record["up_to_date"] is True


def test_different_outputs_at_once(project, index):
    """Targets and locks of all kinds against one store."""
    expected = reference(project, index)
    project.requirements(*[w.locked for w in NEXT], name="next.txt")
    running = {}
    for i in range(8):
        name = "next.txt" if i % 2 else "requirements.txt"
        running[i] = project.start("build", "--json", *TARGET, "-r", name, *project.args[2:], "-o", f"out{i}.zip")
    for i, p in running.items():
        assert p.wait(60) == 0, p.stderr.read()
        assert (project.folder / f"out{i}.zip").read_bytes() == expected["2.0" if i % 2 else "1.0"]
    assert max(collections.Counter(index.files()).values()) == 1


def test_upkeep_beside_builds(project, index):
    expected = reference(project, index)["1.0"]
    for round_ in range(6):
        running = [project.start("build", "--json", *TARGET, *project.args, "-o", f"out{i}.zip", "--force") for i in range(3)]
        words = [["gc", "--keep-days", "0"], ["verify", "--repair"], ["clear"]][round_ % 3]
        upkeep = project.start("cache", *words)
        for i, p in enumerate(running):
            out, err = p.communicate(timeout=60)
            assert p.returncode == 0, err
            assert (project.folder / f"out{i}.zip").read_bytes() == expected
        assert upkeep.wait(60) in (0, 6), upkeep.stderr.read()


def test_a_waiter_takes_over_from_the_dead(project, index):
    """Who downloads is killed: who waits for it downloads."""
    from index import stalled
    index.fault(f"/files/{MADE[0].file}", stalled(b"PK", 50000))
    first = project.start("build", *TARGET, *project.args, "-o", "a.zip")
    deadline = time.monotonic() + 10
    while not index.files(MADE[0].file) and time.monotonic() < deadline:
        time.sleep(0.01)
    second = project.start("build", "--json", *TARGET, *project.args, "-o", "b.zip")
    time.sleep(0.3)
    assert second.poll() is None
    first.kill()
    first.communicate()
    out, err = second.communicate(timeout=30)
    assert second.returncode == 0, err
    assert project.left() == ["app", "app/index.py", "b.zip", "requirements.txt"]


# --- death ---

def look(project, expected, index):
    """After a death: the output is the old or the new one, the store misleads nobody."""
    out = project.folder / "out.zip"
    if out.exists():
        assert out.read_bytes() in expected.values()
    verify = project("cache", "verify")
    assert verify.status == 0, verify


def final(project, expected, version="2.0"):
    project.build(*project.args, "-o", "out.zip").ok()
    assert (project.folder / "out.zip").read_bytes() == expected[version]
    extra = set(project.left()) - {"app", "app/index.py", "out.zip", "requirements.txt"}
    assert not extra, extra


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_time(project, index, seed):
    """kill -9 after a random while, again and again in one folder, cold and warm, with an old output in place."""
    expected = reference(project, index)
    numbers = random.Random(seed)
    project.build(*project.args, "-o", "out.zip").ok()
    project.requirements(*[w.locked for w in NEXT])
    index.delay = 0.001
    killed = 0
    for trial in range(10):
        if trial % 4 == 0:
            shutil.rmtree(project.cache, ignore_errors=True)
        p = project.start("build", *TARGET, *project.args, "-o", "out.zip", *(["--force"] if trial % 2 else []))
        time.sleep(numbers.random() ** 2 * 0.06)
        p.kill()
        p.communicate()
        killed += p.returncode == -signal.SIGKILL
        look(project, expected, index)
    assert killed > 0
    final(project, expected)
    left = [p for p in (project.cache / "v1/tmp").rglob("*") if p.is_file()] if (project.cache / "v1/tmp").exists() else []
    for p in left:
        os.utime(p, (1, 1))
    project("cache", "gc").ok()
    assert not [p for p in left if p.exists()], "gc takes what the dead left behind"


def test_killed_tree(project, index):
    """--into: the folder is whole or not there."""
    numbers = random.Random(5)
    project.build(*project.args, "--into", "good").ok()
    whole = contents(project.folder / "good")
    for trial in range(12):
        p = project.start("build", *TARGET, *project.args, "--into", "tree", "--force")
        time.sleep(numbers.random() * 0.02)
        p.kill()
        p.communicate()
        if (project.folder / "tree").exists():
            assert contents(project.folder / "tree") == whole
    project.build(*project.args, "--into", "tree", "--force").ok()
    assert contents(project.folder / "tree") == whole


def strace_works():
    if "ASAN_OPTIONS" in os.environ:
        return False  # LeakSanitizer cannot run under ptrace
    if not shutil.which("strace"):
        return False
    done = subprocess.run(["strace", "-qq", "-o", os.devnull, "-e", "inject=getppid:retval=1", "true"], capture_output=True)
    return done.returncode == 0


CALLS = ["openat", "write", "pwrite64", "renameat2", "renameat", "rename", "linkat", "unlink", "close", "copy_file_range", "mkdir", "flock", "fsync",
         "fdatasync", "ftruncate", "fallocate", "utimensat", "unlinkat"]


@pytest.mark.parametrize("call", CALLS)
def test_killed_at_a_system_call(project, index, call):
    """The same at chosen points: the first, a middle and a late call of every kind that changes a disk."""
    if not strace_works():
        pytest.skip("no strace, or AddressSanitizer, which cannot be traced")
    expected = reference(project, index)
    project.build(*project.args, "-o", "out.zip").ok()
    project.requirements(*[w.locked for w in NEXT])
    for when in (1, 2, 5, 17):
        shutil.rmtree(project.cache, ignore_errors=True)
        subprocess.run(["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={when}", LAMINA, "build",
                        *TARGET, *project.args, "-o", "out.zip", "-j", "1"], cwd=project.folder, env=project.env, capture_output=True, timeout=30)
        look(project, expected, index)
    final(project, expected)


# Calls that every build makes; which of the others are made differs between file systems and C libraries.
EXPECTED = ("write", "openat", "read", "mkdir")


@pytest.mark.parametrize("call, error", [
    ("write", "ENOSPC"), ("pwrite64", "ENOSPC"), ("write", "EIO"), ("openat", "EMFILE"), ("renameat2", "EACCES"), ("rename", "EACCES"), ("linkat", "EACCES"),
    ("renameat", "EACCES"), ("mkdir", "ENOSPC"), ("copy_file_range", "EXDEV"), ("copy_file_range", "ENOSPC"), ("flock", "ENOLCK"), ("ftruncate", "EFBIG"), ("fallocate", "EOPNOTSUPP"),
    ("pread64", "EIO"), ("read", "EINTR"), ("write", "EINTR"), ("mmap", "ENOMEM"), ("utimensat", "EPERM"), ("fchmod", "EPERM")])
def test_failing_system_call(project, index, call, error):
    """One failure anywhere: a clean refusal or the right output, never something in between, never a crash."""
    if not strace_works():
        pytest.skip("no strace, or AddressSanitizer, which cannot be traced")
    expected = reference(project, index)
    project.requirements(*[w.locked for w in MADE])
    fired = 0
    for when in ("1", "3", "9", "20", "45", "4+") if error != "EINTR" else ("1", "7", "20"):
        if call == "mmap" and when in ("1", "3", "9", "20", "4+"):
            continue  # the loader's
        shutil.rmtree(project.cache, ignore_errors=True)
        (project.folder / "out.zip").unlink(missing_ok=True)
        trace = project.base / "trace"
        done = subprocess.run(["strace", "-f", "-qq", "-o", trace, "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}", LAMINA, "build",
                               "--json", *TARGET, *project.args, "-o", "out.zip", "-j", "1", "--retries", "0"], cwd=project.folder, env=project.env,
                              capture_output=True, timeout=60)
        fired += "INJECTED" in trace.read_text(errors="replace")
        assert done.returncode in (0, 3, 4, 5, 6, 127), (when, done)
        out = project.folder / "out.zip"
        assert not out.exists() or out.read_bytes() == expected["1.0"]
        assert set(project.left()) <= {"app", "app/index.py", "out.zip", "requirements.txt"}, (when, project.left(), done.stderr)
        if done.returncode not in (0, 127) and (call, when) != ("write", "4+"):  # it could not even say so
            assert b"error: " in done.stderr, (when, done)
        if done.returncode == 0:
            assert out.exists()
        assert project("cache", "verify").status == 0, when
    assert fired or call not in EXPECTED, "lamina no longer calls it: the test proves nothing"


def test_interrupts_at_any_time(project, index):
    """Ctrl-C: status 130 and nothing left, or the build was done already."""
    numbers = random.Random(9)
    index.delay = 0.003
    seen = collections.Counter()
    for trial in range(15):
        shutil.rmtree(project.cache, ignore_errors=True)
        (project.folder / "out.zip").unlink(missing_ok=True)
        p = project.start("build", *TARGET, *project.args, "-o", "out.zip")
        time.sleep(0.005 + numbers.random() * 0.06)
        p.send_signal(signal.SIGINT)
        out, err = p.communicate(timeout=10)
        seen[p.returncode] += 1
        assert p.returncode in (0, 130, -signal.SIGINT), (p.returncode, err)
        left = set(project.left()) - {"app", "app/index.py", "requirements.txt"}
        assert left <= {"out.zip"}, left
        if p.returncode == 0:
            check_zip(project.folder / "out.zip")
    assert seen[130], seen
