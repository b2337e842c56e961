"""The store among processes: many at once, killed at random, kept waiting, damaged from outside.

SPDX-License-Identifier: Apache-2.0
"""
import os
import random
import signal
import subprocess
import threading
import time

import pytest

import hostile_wheels
from probe import PROBE, run, start

DAY = 86400
TRACED = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}  # LeakSanitizer does not work under strace


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheels")
    noise = random.Random(5)
    paths = []
    for i, size in enumerate((10, 1000, 100000, 400000)):
        path = folder / f"demo{i}-1.0-py3-none-any.whl"
        path.write_bytes(hostile_wheels.wheel([("data.bin", noise.randbytes(size))], info=f"demo{i}-1.0.dist-info",
                                              metadata=hostile_wheels.text_metadata(f"demo{i}")))
        paths.append(path)
    return paths


def put(root, *paths):
    status, lines = run("put", root, *paths)
    assert status == 0, lines
    return lines


def verify(root, *options):
    status, lines = run("verify", root, *options)
    checked, damaged, repaired = (int(n) for n in lines[0].split()[1::2])
    return status, checked, damaged, repaired


def test_put_and_get(tmp_path, wheels):
    digests = put(tmp_path, *wheels)
    for digest, path in zip(digests, wheels):
        assert run("get", tmp_path, digest) == (0, [f"hit {path.stat().st_size} record"])
    assert verify(tmp_path) == (0, 8, 0, 0)
    assert run("stats", tmp_path)[1][0].startswith("files 4 records 4 listings 0 stamps 0 bytes ")


def entries(root):
    return [p for p in root.glob("v1/*/??/*") if p.is_file()]


def test_flipped_bits_are_misses(tmp_path, wheels):
    """A bit anywhere in any entry: a miss with a warning, and fine again after the next put."""
    noise = random.Random(7)
    digest = put(tmp_path, wheels[1])[0]
    for _ in range(60):
        path = noise.choice(entries(tmp_path))
        raw = bytearray(path.read_bytes())
        raw[noise.randrange(len(raw))] ^= 1 << noise.randrange(8)
        path.chmod(0o644)
        path.write_bytes(raw)
        status, checked, damaged, repaired = verify(tmp_path)
        assert (status, checked, damaged, repaired) == (1, 2, 1, 0)
        status, lines = run("get", tmp_path, digest)
        assert status == 0 and lines[0] == ("miss" if "files" in path.parts else f"hit {wheels[1].stat().st_size} no-record"), lines
        assert lines[1].startswith("warning store-damaged ")
        assert len(lines) == 2
        put(tmp_path, wheels[1])
        assert run("get", tmp_path, digest)[1] == [f"hit {wheels[1].stat().st_size} record"]


def test_verify_repairs(tmp_path, wheels):
    digests = put(tmp_path, *wheels)
    victim = tmp_path / "v1/files" / digests[0][:2] / digests[0]
    victim.chmod(0o644)
    victim.write_bytes(b"other")
    assert verify(tmp_path) == (1, 8, 1, 0)
    status, lines = run("verify", tmp_path)
    assert lines[1] == f"damaged wheel {victim}: its SHA-256 is not its name"
    assert verify(tmp_path, "repair") == (0, 7, 1, 1)  # its record went with it, unread
    assert verify(tmp_path) == (0, 6, 0, 0)


def finish(process):
    out, errors = process.communicate(timeout=120)
    assert not errors, errors
    return process.returncode, out.splitlines()


def test_many_at_once(tmp_path, wheels):
    """Builders, verifiers and gc on one store: no builder sees anything wrong, and no entry is damaged."""
    builders = [start("work", tmp_path, 60, seed, *wheels) for seed in range(1, 9)]
    stop = threading.Event()
    results = []

    def repeat(*arguments):
        while not stop.is_set():
            results.append((arguments[0], run(*arguments)))

    helpers = [threading.Thread(target=repeat, args=a) for a in (
        ("verify", tmp_path), ("gc", tmp_path, int(time.time()) + 2 * DAY, 1, 0), ("clear", tmp_path), ("verify", tmp_path, "repair"))]
    for h in helpers:
        h.start()
    try:
        for b in builders:
            assert finish(b) == (0, [])
    finally:
        stop.set()
        for h in helpers:
            h.join()
    for what, (status, lines) in results:
        assert status == 0, (what, lines)
    assert len(results) > 8
    assert verify(tmp_path)[2] == 0


def test_killed_at_random(tmp_path, wheels):
    """kill -9 leaves nothing that misleads: every entry is whole, every later look-up right."""
    noise = random.Random(11)
    for round in range(40):
        workers = [start("work", tmp_path, 100000, round * 10 + i + 1, *wheels) for i in range(2)]
        time.sleep(noise.random() * 0.08)
        for w in workers:
            w.send_signal(signal.SIGKILL)
            out, _ = w.communicate()
            assert out == ""
        assert verify(tmp_path)[:1] + verify(tmp_path)[2:] == (0, 0, 0)
    assert run("work", tmp_path, 50, 99, *wheels) == (0, [])
    # Left-overs disappear, with a clock that is hours ahead.
    run("gc", tmp_path, int(time.time()) + 3 * DAY, 30, 0)
    assert not list((tmp_path / "v1/tmp").iterdir())


@pytest.mark.skipif(not os.path.exists("/usr/bin/strace"), reason="no strace")
@pytest.mark.parametrize("call", ["openat", "write", "linkat", "rename", "mkdir", "fchmod", "flock"])
def test_killed_at_each_call(call, tmp_path, wheels):
    for n in range(1, 60):
        root = tmp_path / str(n)
        done = subprocess.run(["strace", "-f", "-o", "/dev/null", "-e", f"inject={call}:signal=KILL:when={n}", PROBE, "put", root,
                               wheels[2]], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, env=TRACED)
        assert verify(root)[0] == 0
        assert put(root, wheels[2])
        if done.returncode == 0:
            break
    assert n > 1


@pytest.mark.skipif(not os.path.exists("/usr/bin/strace"), reason="no strace")
@pytest.mark.parametrize("fault", ["write:ENOSPC", "write:EIO", "linkat:ENOSPC", "linkat:ENOENT", "rename:EIO", "rename:EXDEV", "openat:EROFS",
                                   "mkdir:EACCES", "flock:ENOLCK", "flock:EOPNOTSUPP", "fchmod:EPERM"])
def test_failing_calls(fault, tmp_path, wheels):
    """Whatever a call returns: done, or one error of local files; never a wrong entry."""
    call, error = fault.split(":")
    for n in range(1, 40):
        root = tmp_path / str(n)
        done = subprocess.run(["strace", "-f", "-o", "/dev/null", "-e", f"inject={call}:error={error}:when={n}", PROBE, "put", root,
                               wheels[2]], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, env=TRACED, text=True)
        assert done.returncode in (0, 6, 127), (n, done)  # 127: the program did not start
        assert verify(root)[0] == 0
        assert put(root, wheels[2])
        if call == "flock":
            assert done.returncode == 0 and "warning" not in done.stdout


def test_no_locks_at_all(tmp_path, wheels):
    if not os.path.exists("/usr/bin/strace"):
        pytest.skip("no strace")
    without = ["strace", "-f", "-o", "/dev/null", "-e", "inject=flock:error=EOPNOTSUPP", PROBE]
    digest = put(tmp_path, wheels[0])[0]
    for what in (["put", tmp_path, wheels[1]], ["get", tmp_path, digest], ["lease", tmp_path, "k", 0], ["verify", tmp_path],
                 ["gc", tmp_path, int(time.time()), 1, 0], ["clear", tmp_path]):
        done = subprocess.run(without + [str(w) for w in what], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, env=TRACED, text=True)
        assert done.returncode == 0 and not done.stderr, (what, done)
    assert entries(tmp_path) == []


def wait_for(process, line):
    assert process.stdout.readline() == line + "\n"


def test_gc_waits_for_users_and_says_so(tmp_path, wheels):
    put(tmp_path, wheels[0])
    user = start("hold", tmp_path, 3)
    wait_for(user, "held")
    begun = time.monotonic()
    status, lines = run("gc", tmp_path, int(time.time()) + 2 * DAY, 1, 0)
    assert status == 0 and 1.5 < time.monotonic() - begun < 10
    assert lines[0].startswith("waiting waiting for another lamina, which uses the store (")
    assert lines[1].startswith("removed 1 ")
    finish(user)


def test_a_lease_is_held_by_one(tmp_path):
    first = start("lease", tmp_path, "key", 2)
    wait_for(first, "held")
    begun = time.monotonic()
    assert run("lease", tmp_path, "other", 0) == (0, ["held"])
    assert time.monotonic() - begun < 1
    status, lines = run("lease", tmp_path, "key", 0)
    assert lines[0].startswith("waiting ") and lines[1] == "held"
    assert time.monotonic() - begun > 1
    finish(first)


def test_a_lease_dies_with_its_process(tmp_path):
    first = start("lease", tmp_path, "key", 60)
    wait_for(first, "held")
    first.kill()
    first.communicate()
    begun = time.monotonic()
    assert run("lease", tmp_path, "key", 0) == (0, ["held"])
    assert time.monotonic() - begun < 1


def open_up(*paths):
    """Lets other users reach these."""
    for path in paths:
        for folder in [path, *path.parents][:-2]:
            folder.chmod(folder.stat().st_mode | 0o055)


def test_read_only_store(tmp_path, wheels):
    """As another user (when these tests run as root), or with modes alone: what is there is used, what is not is one error."""
    root = tmp_path / "cache"
    digest = put(root, wheels[0])[0]
    for path in [root, *root.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    options = {}
    if os.geteuid() == 0:
        open_up(tmp_path, *wheels)
        options = {"user": 65534, "group": 65534, "extra_groups": []}
    size = wheels[0].stat().st_size
    assert run("get", root, digest, **options) == (0, [f"hit {size} record"])
    status, lines = run("put", root, wheels[1], **options)
    assert status == 6 and lines[0].startswith("error 6 store-not-writable "), lines
    assert str(root) in lines[0]
    status, lines = run("clear", root, **options)
    assert status == 6 and lines[0].startswith("error 6 store-not-writable "), lines
    # Somebody else's damage: a miss each time, and nothing to be done about it.
    victim = root / "v1/files" / digest[:2] / digest
    victim.chmod(0o644)
    victim.write_bytes(b"x")
    assert run("get", root, digest, **options)[1][0] == "miss"
    for path in [root, *root.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to become other users")
def test_two_users(tmp_path, wheels):
    """A shared folder in which one user's umask keeps the other out: misses and errors that say so, nothing worse."""
    root = tmp_path / "shared"
    root.mkdir()
    root.chmod(0o777)
    open_up(tmp_path, *wheels)
    one = {"user": 10001, "group": 10001, "extra_groups": []}
    two = {"user": 10002, "group": 10002, "extra_groups": []}
    status, lines = run("put", root, wheels[0], umask=0o077, **one)
    assert status == 0
    status, other = run("get", root, lines[0], umask=0o077, **two)
    assert status == 0 and other[0] == "miss"
    status, other = run("put", root, wheels[0], umask=0o022, **two)
    assert status == 6 and "store-not-writable" in other[0]
    assert run("get", root, lines[0], **one)[1] == [f"hit {wheels[0].stat().st_size} record"]
    # With a common umask both use it.
    root2 = tmp_path / "shared2"
    root2.mkdir()
    root2.chmod(0o777)
    digest = run("put", root2, wheels[0], umask=0o000, **one)[1][0]
    assert run("get", root2, digest, **two)[1] == [f"hit {wheels[0].stat().st_size} record"]
    assert run("put", root2, *wheels, umask=0o000, **two)[0] == 0


def test_a_folder_that_is_not_a_store_loses_nothing(tmp_path):
    """LAMINA_CACHE_DIR that points at somebody's files."""
    for name in ("notes.txt", "v1/notes.txt", "v1/files/ab/notes.txt", "v1/ab/" + "ab" * 32, "v1/files/ab/" + "cd" * 32):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("mine")
    before = sorted(p for p in tmp_path.rglob("*") if p.is_file())
    run("clear", tmp_path)
    run("gc", tmp_path, int(time.time()) + 1000 * DAY, 0, 1)
    run("verify", tmp_path, "repair")
    assert sorted(p for p in tmp_path.rglob("*") if p.is_file() and p.name != "lock") == before
