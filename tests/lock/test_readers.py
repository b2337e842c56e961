"""Locks that lamina writes, read by others: packaging's reader of PEP 751, uv and pip choose the same files.

SPDX-License-Identifier: Apache-2.0
"""
import importlib.util
import json
import os
import platform
import random
import re
import subprocess
import sys

import pytest

import wheels
from conftest import said  # noqa: F401

pylock = pytest.importorskip("packaging.pylock", reason="needs packaging 26.1 or newer")
from packaging.tags import Tag  # noqa: E402

RUNTIMES = ("python3.11", "python3.12")
GLIBC = {"python3.11": 26, "python3.12": 34}  # Amazon Linux 2, 2023
MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
TARGETS = [(r, a) for r in RUNTIMES for a in MACHINES]
ALL = ("--runtime", ",".join(RUNTIMES), "--arch", ",".join(MACHINES))
HOST = f"{sys.version_info[0]}.{sys.version_info[1]}"


def environment(runtime, arch):
    version = runtime.removeprefix("python")
    return {"os_name": "posix", "sys_platform": "linux", "platform_machine": MACHINES[arch], "platform_python_implementation": "CPython",
            "platform_release": "", "platform_system": "Linux", "platform_version": "", "python_version": version,
            "python_full_version": version + ".9", "implementation_name": "cpython", "implementation_version": version + ".9"}


def tags(runtime, arch):
    minor, machine = int(runtime.split(".")[1]), MACHINES[arch]
    platforms = []
    for glibc in range(GLIBC[runtime], 16, -1):
        platforms.append(f"manylinux_2_{glibc}_{machine}")
        if glibc == 17:
            platforms.append(f"manylinux2014_{machine}")
    platforms.append(f"linux_{machine}")
    out = [Tag(f"cp3{minor}", abi, p) for abi in (f"cp3{minor}", "abi3", "none") for p in platforms]
    out += [Tag(f"cp3{k}", "abi3", p) for k in range(minor - 1, 1, -1) for p in platforms]
    out += [Tag(f"py3{k}", "none", p) for k in range(minor, -1, -1) for p in platforms] + [Tag("py3", "none", p) for p in platforms]
    return out + [Tag(f"cp3{minor}", "none", "any"), Tag("py3", "none", "any")]


def chosen_by_packaging(lamina, name, runtime, arch, extras=(), groups=(), defaults=True):
    lock = pylock.Pylock.from_dict(lamina.toml(name))
    lock.validate() if hasattr(lock, "validate") else None
    wanted = set(groups) | (set(lock.default_groups or ()) if defaults else set())
    found = lock.select(environment=environment(runtime, arch), tags=tags(runtime, arch), extras=list(extras), dependency_groups=wanted)
    return {(p.name, str(p.version), f.filename, f.hashes["sha256"]) for p, f in found}


def chosen_by_lamina(lamina, runtime, arch, *args):
    result = lamina("build", *args, "--runtime", runtime, "--arch", arch, "-o", "x.zip", "--locked", "--dump", "lock").ok()
    return {(o["name"], o["version"], o["file"], o["hashes"][0].removeprefix("sha256:") if o["hashes"] else None)
            for o in map(json.loads, result.out.splitlines())}


def without_hash(files):
    return {f[:3] for f in files}


def varied(index):
    """What makes targets differ: markers, native wheels, versions for one of them only."""
    for runtime, cp in (("python3.11", "cp311"), ("python3.12", "cp312")):
        for arch in MACHINES:
            index.add(wheels.native("speed", "1.0", arch=arch, python=cp))
    index.add(wheels.native("speed", "2.0", arch="x86_64", python="cp312"))
    index.add(wheels.make("modern", "1.0"), wheels.make("modern", "2.0", requires_python=">=3.12"))
    index.add(wheels.make("top", requires=["speed", "modern", "back; python_version < '3.12'", "arm; platform_machine == 'aarch64'",
                                           "corner; python_version >= '3.12' and platform_machine == 'x86_64'", "win; sys_platform == 'win32'"]))
    index.add(*(wheels.make(n) for n in ("back", "arm", "corner", "win")))
    return index


@pytest.mark.parametrize("runtime, arch", TARGETS)
def test_packaging_chooses_the_same(lamina, index, runtime, arch):
    varied(index)
    lamina.requirements("top")
    lamina.lock("-r", "requirements.txt", *ALL).ok()
    assert len(lamina.toml()["environments"]) == 4
    ours = without_hash(chosen_by_lamina(lamina, runtime, arch, "-r", "requirements.txt"))
    assert ours == without_hash(chosen_by_packaging(lamina, "pylock.requirements.toml", runtime, arch))
    expected = {"top", "speed", "modern"} | ({"back"} if runtime == "python3.11" else set()) | ({"arm"} if arch == "arm64" else set())
    assert {f[0] for f in ours} == expected | ({"corner"} if (runtime, arch) == ("python3.12", "x86_64") else set())


def random_project(numbers, index):
    """A registry and a project over it: markers, extras and groups at random."""
    size = numbers.randint(4, 9)
    names = [f"p{i}" for i in range(size)]
    markers = ["", "", "; python_version < '3.12'", "; platform_machine == 'aarch64'", "; python_version >= '3.12' and platform_machine == 'x86_64'",
               "; sys_platform == 'win32'", "; python_version < '3.12' or platform_machine == 'aarch64'"]
    for i, name in enumerate(names):
        for version in ("1.0", "2.0")[:numbers.randint(1, 2)]:
            requires = [n + numbers.choice(markers) for n in numbers.sample(names[i + 1:], min(len(names) - i - 1, numbers.randint(0, 2)))]
            extra = [n for n in names[i + 1:] if numbers.random() < 0.2]
            requires += [f"{n}; extra == 'more'" for n in extra]
            python = numbers.choice([None, None, ">=3.12" if version == "2.0" else None])
            index.add(wheels.make(name, version, requires=requires, extras=["more"] if extra else [], requires_python=python))

    def some(n):
        return [x + numbers.choice(["", "", "[more]"]) + numbers.choice(markers) for x in numbers.sample(names, n)]

    groups = {f"g{i}": some(numbers.randint(1, 2)) for i in range(numbers.randint(0, 2))}
    extras = {f"e{i}": some(1) for i in range(numbers.randint(0, 2))}
    text = f'[project]\nname = "app"\nversion = "1"\ndependencies = {json.dumps(some(numbers.randint(0, 2)))}\n'
    text += "[project.optional-dependencies]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in extras.items())
    text += "[dependency-groups]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in groups.items())
    return text, list(extras), list(groups)


@pytest.mark.parametrize("seed", range(25))
def test_random_projects(lamina, index, seed):
    numbers = random.Random(seed)
    text, extras, groups = random_project(numbers, index)
    lamina.write("pyproject.toml", text)
    result = lamina.lock("--project", ".", *ALL)
    if result.status == 4:
        pytest.skip("this one has no solution")
    result.ok()
    first = lamina.read("pylock.toml")
    lamina.lock("--project", ".", *ALL, "--upgrade").ok()
    assert lamina.read("pylock.toml") == first
    for runtime, arch in TARGETS:
        chosen_extras, chosen_groups = [e for e in extras if numbers.random() < 0.5], [g for g in groups if numbers.random() < 0.5]
        only = chosen_groups and numbers.random() < 0.3
        words = [w for e in chosen_extras for w in ("--extra", e)] + [w for g in chosen_groups for w in ("--only-group" if only else "--group", g)]
        ours = without_hash(chosen_by_lamina(lamina, runtime, arch, "--project", ".", *words))
        theirs = without_hash(chosen_by_packaging(lamina, "pylock.toml", runtime, arch, chosen_extras, chosen_groups, not only))
        assert ours == theirs, (runtime, arch, words, text, first)


# --- installers ---

def run(*words, cwd, env):
    done = subprocess.run([sys.executable, "-m", *words], cwd=cwd, env={**os.environ, **env}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done
    return done.stdout + done.stderr


def need(module):
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed")


@pytest.mark.parametrize("runtime, arch", TARGETS)
def test_uv(lamina, index, runtime, arch):
    need("uv")
    varied(index)
    lamina.requirements("top")
    lamina.lock("-r", "requirements.txt", *ALL).ok()
    text = run("uv", "pip", "install", "--dry-run", "--no-config", "--preview-features", "pylock", "-r", "pylock.requirements.toml", "--target", "out",
               "--python", sys.executable, "--python-version", runtime.removeprefix("python"), "--python-platform",
               MACHINES[arch] + "-manylinux_2_28", cwd=lamina.folder, env={"UV_CACHE_DIR": str(lamina.base / "uv")})
    found = set(re.findall(r"^ \+ ([\w-]+)==(\S+)", text, re.MULTILINE))
    assert found == {f[:2] for f in chosen_by_lamina(lamina, runtime, arch, "-r", "requirements.txt")}


def test_uv_groups(lamina, index):
    """The group that is made up for the project's own dependencies is installed by default."""
    need("uv")
    index.add(*(wheels.make(n) for n in ("own", "tester")))
    lamina.write("pyproject.toml", '[project]\nname = "app"\nversion = "1"\ndependencies = ["own"]\n[dependency-groups]\ntest = ["tester"]\n')
    lamina.lock("--project", ".", *ALL).ok()
    text = run("uv", "pip", "install", "--dry-run", "--no-config", "--preview-features", "pylock", "-r", "pylock.toml", "--target", "out", "--python",
               sys.executable, "--python-version", "3.12", "--python-platform", "x86_64-manylinux_2_28", cwd=lamina.folder,
               env={"UV_CACHE_DIR": str(lamina.base / "uv")})
    assert re.findall(r"^ \+ ([\w-]+)==", text, re.MULTILINE) == ["own"]


@pytest.mark.skipif("python" + HOST not in RUNTIMES or platform.machine() not in MACHINES.values(), reason="pip chooses for its own Python")
def test_pip(lamina, index):
    need("pip")
    varied(index)
    lamina.requirements("top")
    lamina.lock("-r", "requirements.txt", *ALL).ok()
    text = run("pip", "install", "--isolated", "--dry-run", "--disable-pip-version-check", "--no-cache-dir", "--ignore-installed", "-r",
               "pylock.requirements.toml", cwd=lamina.folder, env={})
    arch = next(a for a, m in MACHINES.items() if m == platform.machine())
    ours = {f"{name}-{version}" for name, version, *_ in chosen_by_lamina(lamina, "python" + HOST, arch, "-r", "requirements.txt")}
    assert set(re.search(r"^Would install (.*)$", text, re.MULTILINE).group(1).split()) == ours


def test_uv_refuses_an_environment_that_is_not_in_it(lamina, index):
    need("uv")
    varied(index)
    lamina.requirements("top")
    lamina.lock("-r", "requirements.txt", "--runtime", "python3.12", "--arch", "arm64").ok()
    done = subprocess.run([sys.executable, "-m", "uv", "pip", "install", "--dry-run", "--no-config", "-r", "pylock.requirements.toml", "--target", "out",
                           "--python", sys.executable, "--python-version", "3.12", "--python-platform", "x86_64-manylinux_2_28"],
                          cwd=lamina.folder, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "environment" in done.stderr, done
