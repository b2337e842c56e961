"""`lamina cache`: LAMINA names the program.

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import subprocess

import pytest

import hostile_wheels
from probe import run

LAMINA = os.environ["LAMINA"]
DAY = 86400


def cache(root, *arguments, **environment):
    env = {"PATH": os.environ["PATH"], "HOME": "/nowhere", "LAMINA_CACHE_DIR": str(root), **environment}
    env = {k: v for k, v in env.items() if v is not None}
    return subprocess.run([LAMINA, "cache", *arguments], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)


def of_json(root, *arguments):
    done = cache(root, *arguments, "--json")
    assert not done.stderr
    assert done.stdout.count("\n") == 1
    return done.returncode, json.loads(done.stdout)


def age(root, days):
    for path in root.glob("v1/*/??/*"):
        t = path.stat().st_mtime - days * DAY
        os.utime(path, (t, t))


@pytest.fixture
def root(tmp_path):
    wheel = tmp_path / hostile_wheels.FILE
    wheel.write_bytes(hostile_wheels.wheel())
    assert run("put", tmp_path / "cache", wheel)[0] == 0
    return tmp_path / "cache"


@pytest.mark.parametrize("environment, want", [
    ({"LAMINA_CACHE_DIR": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/a"),
    ({"LAMINA_CACHE_DIR": None, "XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/b/lamina"),
    ({"LAMINA_CACHE_DIR": "", "XDG_CACHE_HOME": "b", "HOME": "/c"}, "/c/.cache/lamina"),
])
def test_dir(tmp_path, environment, want):
    done = cache(tmp_path, "dir", **environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, want + "\n", "")


def test_dir_makes_nothing(tmp_path):
    assert of_json(tmp_path / "x", "dir") == (0, {"schema": 1, "dir": str(tmp_path / "x")})
    assert not (tmp_path / "x").exists()


def test_stats(root):
    status, stats = of_json(root, "stats")
    sizes = {kind: sum(p.stat().st_size for p in root.glob(f"v1/{folder}/??/*")) for kind, folder in (("wheels", "files"), ("records", "records"))}
    assert status == 0
    assert stats == {"schema": 1, "wheels": {"count": 1, "bytes": sizes["wheels"]}, "records": {"count": 1, "bytes": sizes["records"]},
                     "listings": {"count": 0, "bytes": 0}, "stamps": {"count": 0, "bytes": 0}, "total_bytes": sum(sizes.values())}
    assert cache(root, "stats").stdout.splitlines()[0].split()[:2] == ["wheels", "1"]


def test_verify(root):
    assert of_json(root, "verify") == (0, {"schema": 1, "checked": 2, "damaged": 0, "repaired": 0, "messages": []})
    record = next(root.glob("v1/records/??/*"))
    record.write_bytes(record.read_bytes() + b"x")
    message = f"wheel record {record}: its checksum is wrong"
    assert of_json(root, "verify") == (1, {"schema": 1, "checked": 2, "damaged": 1, "repaired": 0, "messages": [message]})
    done = cache(root, "verify")
    assert (done.returncode, done.stdout) == (1, f"damaged {message}\n2 entries checked, 1 damaged\n")
    assert of_json(root, "verify", "--repair") == (0, {"schema": 1, "checked": 2, "damaged": 1, "repaired": 1, "messages": [message]})
    assert of_json(root, "verify")[0] == 0


def removed(root, *options):
    status, result = of_json(root, "gc", *options)
    assert status == 0
    return result["removed"], result["kept"]


def test_gc(root):
    assert removed(root, "--keep-days", "0", "--max-size", "0") == (0, 1)  # within the hour
    assert of_json(root, "gc", "--max-size", "0")[1]["recent"] == 1
    why = "; 1 of them because they were used within the last hour"
    assert cache(root, "gc", "--max-size", "5").stderr.rstrip().endswith(why)
    assert why not in cache(root, "gc", "--max-size", "1GB").stderr
    age(root, 10)
    assert removed(root) == (0, 1)
    assert removed(root, "--max-size", "1MB") == (0, 1)
    assert removed(root, "--max-size", "1B", "--dry-run") == (1, 0)
    assert removed(root, "--keep-days", "9", "--dry-run") == (1, 0)
    age(root, 21)
    done = cache(root, "gc")
    assert done.returncode == 0 and done.stdout == "" and done.stderr.startswith("removed 1 entry (")
    assert cache(root, "gc", "-q").stderr == ""
    assert of_json(root, "stats")[1]["total_bytes"] == 0


@pytest.mark.parametrize("text", ["", "x", "1.5x", "-1", "1.2345MB", "MB", "99999999999999999999", "99999999999TB", "1 2"])
def test_bad_sizes(root, text):
    done = cache(root, "gc", f"--max-size={text}")
    assert done.returncode == 2 and "error: " in done.stderr


@pytest.mark.parametrize("text", ["1", "1b", "1k", "0.001kB", "1 MB", "1.5GiB", "2TiB"])
def test_good_sizes(root, text):
    assert cache(root, "gc", "--max-size", text).returncode == 0


def test_clear(root):
    status, result = of_json(root, "clear")
    assert (status, result["removed"], result["kept"]) == (0, 1, 0)
    assert of_json(root, "stats")[1]["total_bytes"] == 0


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["stats", "extra"], ["verify", "--keep-days", "1"]])
def test_usage(root, arguments):
    assert cache(root, *arguments).returncode == 2


@pytest.mark.parametrize("command", ["stats", "verify", "gc", "clear"])
def test_a_file_in_the_way(tmp_path, command):
    (tmp_path / "file").write_text("")
    for place in ("file", "file/below"):
        done = cache(tmp_path / place, command)
        assert done.returncode == 6 and done.stdout == ""
        assert f"  = why: {tmp_path}/file is a file, not a folder\n" in done.stderr
    assert cache(tmp_path / "absent", command).returncode == 0


def test_without_a_home(tmp_path):
    """No variable at all: the user's home, or an error that says what to set."""
    done = cache(tmp_path, "dir", LAMINA_CACHE_DIR=None, HOME=None)
    assert done.returncode == 0 and done.stdout.endswith("/.cache/lamina\n") or done.returncode == 2 and "LAMINA_CACHE_DIR" in done.stderr
