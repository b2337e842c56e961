"""Many wheels, large wheels: limits of memory, and that nothing depends on being small.

SPDX-License-Identifier: Apache-2.0
"""
import os
import random
import resource
import subprocess
import sys

import pytest

import wheels
from conftest import LAMINA, TARGET, check_zip

MIB = 1 << 20


def peak(lamina, *args):
    """Peak memory of one run, as the kernel counts it; the child of a child, since the count never falls."""
    code = ("import resource,subprocess,sys\n"
            "p = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
            "print(p.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    done = subprocess.run([sys.executable, "-c", code, LAMINA, "build", *TARGET, *map(str, args)], cwd=lamina.folder, env=lamina.env, capture_output=True,
                          text=True, timeout=300)
    status, kib = done.stdout.split()
    assert status == "0", done.stderr
    return int(kib) * 1024


sanitized = pytest.mark.skipif("ASAN_OPTIONS" in os.environ, reason="sanitizers need memory of their own")


@sanitized
def test_many_wheels(lamina, index):
    """400 wheels with 20 files each: cold below 64 MiB, warm too, the output is right."""
    made = [wheels.make(f"part{i}", files={f"part{i}/m{k}.py": f"x = {k}\n".encode() * 40 for k in range(20)}) for i in range(400)]
    index.add(*made)
    lamina.requirements(*[w.pin for w in made])
    args = ["-r", "requirements.txt", "--index-url", index.url, "-o", "out.zip"]
    assert peak(lamina, *args) < 64 * MIB
    assert peak(lamina, *args, "--force") < 64 * MIB
    check_zip(lamina.folder / "out.zip")
    index.reset()
    assert lamina.build(*args, "--force", "-j", "8").ok().record["entries"] == 400 * 23 and not index.requests


@sanitized
def test_large_wheel(lamina, index):
    """200 MiB that do not compress pass through a few MiB of memory."""
    big = wheels.make("big", files={f"big/{i}.bin": random.Random(i).randbytes(25 * MIB) for i in range(8)}, method=0)
    index.add(big)
    lamina.requirements(big.locked)
    args = ["-r", "requirements.txt", "--index-url", index.url, "-o", "out.zip"]
    assert peak(lamina, *args) < 64 * MIB
    assert peak(lamina, *args, "--force") < 16 * MIB


@sanitized
def test_large_source(lamina):
    for i in range(5000):
        lamina.write(f"app/d{i % 50}/f{i}.py", f"x = {i}\n" * 20)
    assert peak(lamina, "--source", "app", "-o", "out.zip") < 64 * MIB
    assert lamina.build("--source", "app", "-o", "out.zip").ok().record["entries"] == 5000


def test_many_wheels_few_descriptors(lamina, index):
    """300 wheels where a shell allows 256 descriptors (macOS): lamina may raise that itself."""
    made = [wheels.make(f"part{i}") for i in range(300)]
    index.add(*made)
    lamina.requirements(*[w.pin for w in made])
    result = lamina.build("-r", "requirements.txt", "--index-url", index.url, "-o", "out.zip", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (256, 4096)))
    assert result.status == 0, result
