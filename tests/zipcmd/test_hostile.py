"""lamina zip among other processes: files that change, links and pipes that appear while it reads, many files, huge lists, another user.

SPDX-License-Identifier: Apache-2.0
"""
import contextlib
import ctypes
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import pytest

sys.path.insert(0, os.path.dirname(__file__))
import elf_maker
from test_zip import LAMINA, SHELL, digest, entries, project, refused, run

sanitized = pytest.mark.skipif("ASAN_OPTIONS" in os.environ, reason="sanitizers need memory of their own")


@contextlib.contextmanager
def meanwhile(step):
    """Runs step() again and again beside the test."""
    over = threading.Event()

    def work():
        i = 0
        while not over.is_set():
            step(i)
            i += 1

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def blob(path, mib, seed=1):
    rng = random.Random(seed)
    with open(path, "wb") as f:
        for _ in range(mib * 4):
            f.write(rng.randbytes(1 << 16) + bytes(3 << 16))


# --- what changes while it is read ---

@pytest.mark.parametrize("how", ["touched", "longer", "shorter", "replaced"])
def test_file_that_changes_while_it_is_read(project, how):
    """40 MB are read piece by piece; what happens to the file between two pieces ends the run."""
    big = project / "big"
    blob(big, 40)
    others = [project / "one", project / "two"]
    for other in others if how == "replaced" else []:
        shutil.copy(big, other)

    def step(i):
        if how == "touched":
            os.utime(big, ns=(i, i))
        elif how == "replaced":
            os.link(others[i % 2], project / "new")
            os.replace(project / "new", big)
        else:
            os.truncate(big, (40 << 20) + (i if how == "longer" else -i) % (1 << 20))
        time.sleep(0.001)

    (project / "run").mkdir()
    with meanwhile(step):
        done = subprocess.run([LAMINA, "zip", "--json", "-o", "run/f.zip", "worker", "big"], cwd=project, capture_output=True, text=True)
    error = json.loads(done.stdout.splitlines()[-1])["error"]
    assert (done.returncode, error["id"], error["where"]) == (6, "source-changed", "big"), done.stderr
    assert os.listdir(project / "run") == []


def test_bootstrap_of_a_build_that_changes(project):
    big = project / "worker"
    blob(big, 40)
    with open(big, "r+b") as f:
        f.write(elf_maker.elf(type=elf_maker.EXEC))

    def step(i):
        with open(big, "r+b") as f:
            f.seek(39 << 20)
            f.write(i.to_bytes(8, "big"))
        time.sleep(0.001)

    (project / "run").mkdir()
    with meanwhile(step):
        done = subprocess.run([LAMINA, "build", "--json", "--bootstrap", "worker", "-o", "run/f.zip"], cwd=project, capture_output=True, text=True,
                              env=dict(os.environ, LAMINA_CACHE_DIR=str(project / "cache")))
    error = json.loads(done.stdout.splitlines()[-1])["error"]
    assert (done.returncode, error["id"]) == (6, "source-changed"), done.stderr
    assert os.listdir(project / "run") == []


def test_an_old_output_stays_when_a_run_fails(project):
    (project / "f.zip").write_bytes(b"old")
    run(["-o", "f.zip", "worker", "../x"], project, 3)
    run(["-o", "f.zip", "worker", "nothing"], project, 6)
    assert (project / "f.zip").read_bytes() == b"old"


def test_killed(project):
    blob(project / "big", 60)
    before = sorted(os.listdir(project))
    for delay in (0.05, 0.15):
        child = subprocess.Popen([LAMINA, "zip", "--compress", "smallest", "-o", "f.zip", "worker", "big"], cwd=project, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        child.kill()
        child.wait()
        assert sorted(os.listdir(project)) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(project, number):
    blob(project / "big", 100)
    (project / "f.zip").write_bytes(b"old")
    before = sorted(os.listdir(project))
    child = subprocess.Popen([LAMINA, "zip", "--compress", "smallest", "-o", "f.zip", "worker", "big"], cwd=project, stderr=subprocess.PIPE, text=True)
    time.sleep(0.2)
    child.send_signal(number)
    assert child.wait(timeout=20) == 130, child.stderr.read()
    child.stderr.close()
    assert sorted(os.listdir(project)) == before and (project / "f.zip").read_bytes() == b"old"


@pytest.mark.parametrize("content", ["large", "many"])
def test_no_space(project, content):
    """The limit on file sizes stands for a full disk: half a zip never appears, nor does the scratch file of a large entry stay."""
    if content == "large":
        blob(project / "data", 40)
    else:
        (project / "data").mkdir()
        for i in range(50):
            (project / "data" / str(i)).write_bytes(random.Random(i).randbytes(100_000))
    before = sorted(os.listdir(project))
    done = subprocess.run([LAMINA, "zip", "--json", "-o", "f.zip", "worker", "data"], cwd=project, capture_output=True, text=True,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)))
    error = json.loads(done.stdout.splitlines()[-1])["error"]
    assert (done.returncode, error["id"]) == (6, "disk-full") and "ulimit -f" in error["help"]
    assert sorted(os.listdir(project)) == before


def test_few_descriptors(project):
    blob(project / "big", 40)
    run(["-j", "1", "-o", "one.zip", "worker", "big", "templates"], project)
    done = subprocess.run([LAMINA, "zip", "-j", "8", "-o", "two.zip", "worker", "big", "templates"], cwd=project, capture_output=True, text=True,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20)))
    assert done.returncode == 0, done.stderr
    assert digest(project / "one.zip") == digest(project / "two.zip")


# --- links and pipes that appear ---

def swap(path, other):
    """Two names change places at once, so that there is always something at `path`."""
    if exchange(path, other):
        pytest.skip("this system cannot exchange names")


def exchange(a, b):
    libc = ctypes.CDLL(None)
    return libc.renameat2(-100, os.fsencode(a), -100, os.fsencode(b), 2) if hasattr(libc, "renameat2") else 1  # AT_FDCWD, RENAME_EXCHANGE


@pytest.mark.parametrize("what", ["file", "folder"])
def test_link_that_takes_the_place(project, what):
    """Somebody who may write in the folder that is packed makes links to what only we may read; it never comes into the package."""
    secret = project / "secret"
    secret.mkdir()
    tree = project / "tree" / "deep"
    tree.mkdir(parents=True)
    (secret / "key").write_text("secret" * 100)
    (tree / "key").write_text("public" * 100)
    if what == "file":
        place, other = tree / "key", tree.parent.parent / "spare"
        other.symlink_to(secret / "key")
    else:
        place, other = tree, project / "spare"
        other.symlink_to(secret)
    swap(place, other)
    swap(place, other)
    outcomes = set()
    with meanwhile(lambda i: exchange(place, other)):
        for _ in range(300):
            done = subprocess.run([LAMINA, "zip", "--json", "-o", "f.zip", "worker", "tree"], cwd=project, capture_output=True, text=True)
            answer = json.loads(done.stdout.splitlines()[-1])
            outcomes.add(answer["error"]["id"] if "error" in answer else "packed")
            if "error" not in answer:
                assert entries(project / "f.zip")["tree/deep/key"][2] == b"public" * 100
    assert outcomes <= {"packed", "pack-link", "source-changed", "read", "not-found"} and "pack-link" in outcomes, outcomes


def test_pipe_that_takes_the_place(project):
    """Opening a pipe would wait for ever."""
    place, other = project / "tree" / "x", project / "spare"
    place.parent.mkdir()
    place.write_text("file")
    os.mkfifo(other)
    swap(place, other)
    swap(place, other)
    outcomes = set()
    with meanwhile(lambda i: exchange(place, other)):
        for _ in range(200):
            done = subprocess.run([LAMINA, "zip", "--json", "-o", "f.zip", "worker", "tree"], cwd=project, capture_output=True, text=True, timeout=20)
            answer = json.loads(done.stdout.splitlines()[-1])
            outcomes.add(answer["error"]["id"] if "error" in answer else "packed")
    assert outcomes <= {"packed", "pack-special", "source-changed", "read"} and len(outcomes) > 1, outcomes


def test_links_that_are_kept_stay_inside(project):
    """Each text alone looks harmless; what it leads to does not."""
    deep = project / "tree" / "a" / "b" / "c"
    deep.mkdir(parents=True)
    (project / "tree" / "d").mkdir()
    (project / "tree" / "d" / "x").write_text("x")
    (deep / "up").symlink_to("../../../d")
    run(["-o", "f.zip", "--symlinks", "keep", "worker", "tree"], project)
    os.remove(project / "f.zip")
    for text in ("up/../../x", "/opt/../etc/passwd", "/opt", "/optional/x", "../../../../../x", "a/../../../../../x"):
        (deep / "bad").symlink_to(text)
        assert text in refused(["-o", "f.zip", "--symlinks", "keep", "worker", "tree"], project, "pack-link")["message"]
        (deep / "bad").unlink()
    for text in ("/opt/lib/x", "../c/up/x", "./up", "../../../d/x"):
        (deep / "good").symlink_to(text)
        run(["-o", "f.zip", "--symlinks", "keep", "worker", "tree"], project)
        assert entries(project / "f.zip")["tree/a/b/c/good"] == ("link", 0o777, text.encode())
        (deep / "good").unlink()


def test_link_to_what_is_not_packed(project):
    (project / "tree").mkdir()
    (project / "tree" / "x").symlink_to("../worker-1.2")
    (project / "tree" / "y").symlink_to("../worker")
    (project / "tree" / "z").symlink_to("../templates")
    record = json.loads(run(["--json", "-o", "f.zip", "--symlinks", "keep", "worker", "tree", "templates"], project).stdout)
    assert [(w["id"], "tree/x" in w["message"]) for w in record["warnings"]] == [("link-dangling", True)]


def test_the_executable_is_never_a_link_to_elsewhere(project):
    (project / "current").symlink_to("worker")
    run(["-o", "f.zip", "--symlinks", "keep", "current"], project)
    found = entries(project / "f.zip")
    assert found["bootstrap"] == ("link", 0o777, b"current") and found["current"] == ("file", 0o755, (project / "worker").read_bytes())


# --- much of everything ---

@sanitized
def test_many_files(project):
    """Below the number that the format has: packed in bounded memory. Above: refused before anything is compressed."""
    for i in range(400):
        (project / "many" / f"d{i}").mkdir(parents=True)
        for k in range(150):
            (project / "many" / f"d{i}" / f"file-with-a-name-{k}").write_bytes(b"x")
    code = ("import resource,subprocess,sys; subprocess.run(sys.argv[1:], check=True); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    command = [sys.executable, "-c", code, LAMINA, "zip", "-q", "-j", "2", "-o", "f.zip", "worker", "many"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    assert int(done.stdout.splitlines()[-1]) < 48 << 10
    assert len(entries(project / "f.zip")) == 60002
    os.remove(project / "f.zip")
    for i in range(6000):
        (project / "many" / "d0" / f"more{i}").write_bytes(b"")
    refused(["-o", "f.zip", "worker", "many"], project, "zip-too-many-entries")


@sanitized
def test_huge_lists(project):
    """A million words: what is wrong is told without a gigabyte of memory and without minutes."""
    for line, rule, status in (("worker", "zip-too-many-entries", 3), ("nothing", "not-found", 6), ("x" * 5000, "pack-name", 3)):
        (project / "list").write_text("worker\n" + f"{line}\n" * (1_000_000 if len(line) < 60 else 1000))
        began = time.monotonic()
        refused(["-o", "f.zip", "@list"], project, rule, status)
        assert time.monotonic() - began < 20
    with open(project / "list", "wb") as f:
        f.truncate(300 << 20)
    refused(["-o", "f.zip", "@list"], project, "too-large", 6)
    refused(["-o", "f.zip", "@/dev/zero"], project, "too-large", 6)
    (project / "list").write_bytes(b"worker\0x\n")
    refused(["-o", "f.zip", "@list"], project, "pack-name")
    (project / "@odd").write_text("odd")
    run(["-o", "f.zip", "worker", "./@odd"], project)
    assert entries(project / "f.zip")["@odd"][2] == b"odd"


def test_deep_folders(project):
    path = project / "deep"
    for _ in range(70):
        path.mkdir()
        path = path / "d"
    assert "64" in refused(["-o", "f.zip", "worker", "deep"], project, "pack-depth")["message"]


def test_sparse_files(project):
    """A file of 300 MB that takes no place on the disk is one of 300 MB in Lambda; nothing of it is read."""
    with open(project / "sparse", "wb") as f:
        f.truncate(300 << 20)
    began = time.monotonic()
    assert "sparse (314572800)" in refused(["-o", "f.zip", "worker", "sparse"], project, "size-unzipped")["why"]
    assert time.monotonic() - began < 5
    with open(project / "sparse", "wb") as f:
        f.truncate(200 << 20)
    run(["-o", "f.zip", "worker", "sparse"], project)
    assert os.stat(project / "f.zip").st_size < 1 << 20


def test_globs_that_are_made_to_be_slow(project):
    (project / "tree").mkdir()
    (project / "tree" / ("a" * 255)).write_text("x")
    began = time.monotonic()
    for glob in ("*a" * 120 + "b", "**/*a" * 120 + "b", "?" * 254 + "b"):
        run(["-o", "f.zip", "--exclude", glob, "--exec", glob, "worker", "tree"], project)
    assert time.monotonic() - began < 5


@sanitized
@pytest.mark.parametrize("args, limit", [("-j 1", 24), ("-j 8", 40), ("-j 2 --compress smallest", 40)])
def test_memory(project, args, limit):
    """What docs/commands/zip.md promises, for 240 MB."""
    with open(project / "big", "wb") as f:
        block = random.Random(2).randbytes(1 << 16) + b"x" * (1 << 16)
        for i in range(240 << 3):
            f.write(i.to_bytes(4, "big") + block[4:])
    code = ("import resource,subprocess,sys; subprocess.run(sys.argv[1:], check=True); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    command = [sys.executable, "-c", code, LAMINA, "zip", "-q", *args.split(), "-o", "f.zip", "worker", "big"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    assert int(done.stdout.splitlines()[-1]) < limit << 10


# --- another user ---

@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_another_user():
    """The same bytes for root and for nobody, whose files have other owners, groups and modes."""
    digests = set()
    base = pathlib.Path(tempfile.mkdtemp(prefix="lamina-users-"))
    try:
        base.chmod(0o755)
        shutil.copy(LAMINA, base / "lamina")
        for name, uid in (("root", 0), ("nobody", 65534), ("somebody", 12345)):
            folder = base / name
            (folder / "data").mkdir(parents=True)
            (folder / "worker").write_bytes(elf_maker.elf(type=elf_maker.EXEC))
            (folder / "data" / "a").write_text("a" * 1000)
            (folder / "data" / "run.sh").write_bytes(SHELL)
            for path in [folder, *folder.rglob("*")]:
                os.chown(path, uid, uid)
                path.chmod(0o700 if path.is_dir() else 0o400 if uid else 0o777)
            more = {"user": uid, "group": uid, "extra_groups": []} if uid else {}
            environment = dict(os.environ, HOME=str(folder), LAMINA_CACHE_DIR=str(folder / "cache"))
            for args in (["zip", "-o", "zipped.zip", "worker", "data"],
                         ["build", "--bootstrap", "worker", "--source", "data", "-o", "built.zip"]):
                done = subprocess.run([base / "lamina", *args], cwd=folder, env=environment, capture_output=True, text=True, umask=0o077, **more)
                assert done.returncode == 0, done.stderr
            digests.add((digest(folder / "zipped.zip"), digest(folder / "built.zip")))
            assert os.stat(folder / "zipped.zip").st_uid == uid
    finally:
        shutil.rmtree(base)
    assert len(digests) == 1
