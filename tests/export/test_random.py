"""Random poetry.locks, with and without what lock-version 2.1 says, beside poetry export.

SPDX-License-Identifier: Apache-2.0
"""
import importlib.util
import json
import os
import pathlib
import random
import subprocess
import sys

import pytest

import compare
from projects import lock, package, poetry

ORACLE = pathlib.Path(__file__).resolve().parent / "poetry_oracle.py"
if importlib.util.find_spec("poetry_plugin_export") is None:
    pytest.skip("poetry-plugin-export is not installed", allow_module_level=True)
SEED = int(os.environ.get("LAMINA_TEST_SEED") or 1)
COUNT = max(50, int(float(os.environ.get("LAMINA_TEST_SECONDS", "1.4")) * 12))
LEAVES = ('python_version < "3.11"', 'python_version >= "3.10"', 'python_version == "3.12"', 'python_full_version <= "3.11.2"', 'sys_platform == "win32"',
          'sys_platform != "linux"', 'platform_machine == "aarch64"', 'os_name == "nt"', 'platform_python_implementation == "CPython"',
          'platform_system == "Darwin"', 'python_version != "3.9"', 'implementation_name == "cpython"')
PYTHONS = (">=3.8", ">=3.9", "*", ">=3.8,<4.0", ">=3.9,<3.12", ">=3.10", ">=2.7, !=3.0.*, !=3.1.*")


def marker(rng, depth=0):
    if depth == 2 or rng.random() < 0.45:
        return rng.choice(LEAVES)
    text = f" {rng.choice(('and', 'or'))} ".join(marker(rng, depth + 1) for _ in range(rng.randrange(2, 4)))
    return f"({text})" if depth else text


def new_lock(rng):
    groups = ["main", "dev"]
    packages = []
    for i in range(rng.randrange(1, 7)):
        chosen = rng.choice((["main"], ["main"], ["dev"], groups))
        markers = None
        if rng.random() < 0.6:
            markers = {g: marker(rng) for g in chosen if rng.random() < 0.8} if len(chosen) > 1 else marker(rng)
        packages.append(package(f"p{i}", groups=chosen, python=rng.choice(PYTHONS), markers=markers))
    return poetry('p0 = "*"', rng.choice(("^3.9", ">=3.9,<3.13", ">=3.8"))), lock(*packages)


def old_lock(rng):
    """Names with one version or with two for different Pythons; edges with markers; roots with and without."""
    names = [f"p{i}" for i in range(rng.randrange(2, 7))]
    forked = {n for n in names if rng.random() < 0.25}
    packages, roots = [], []

    def edge(to):
        parts = [f"version = '{rng.choice(('*', '>=1', '<9'))}'"]
        if rng.random() < 0.5:
            parts.append(f"markers = '{marker(rng)}'".replace("'", "\\'").replace("\\'", "'''"))
        if rng.random() < 0.2:
            parts.append(f"python = '{rng.choice(('<3.11', '>=3.10', '3.11.*'))}'")
        return "{" + ", ".join(parts) + "}"

    for n in names:
        wanted = {t: edge(t) for t in names if t != n and rng.random() < 0.3}
        if n in forked:
            packages += [package(n, "1.0", python=">=3.8,<3.11", needs=wanted), package(n, "2.0", python=">=3.11", needs=wanted if rng.random() < 0.5 else None)]
        else:
            packages.append(package(n, "1.0", python=rng.choice((">=3.8", ">=3.7,<4.0", "*")), needs=wanted))
    for n in rng.sample(names, rng.randrange(1, 3)):
        roots.append(f"{n} = {edge(n)}")
    return poetry("\n".join(roots)), lock(*packages, version="2.0", by="1.8.5")


@pytest.mark.parametrize("kind", [new_lock, old_lock])
def test_random(lamina, tmp_path, kind):
    print("LAMINA_TEST_SEED", SEED)
    rng = random.Random(f"{SEED} {kind.__name__}")
    base = tmp_path.resolve() / "projects"
    questions = []
    for i in range(COUNT):
        folder = base / str(i)
        folder.mkdir(parents=True)
        project, text = kind(rng)
        (folder / "pyproject.toml").write_text(project)
        (folder / "poetry.lock").write_text(text)
        arguments = ["--without-hashes"] + (["--with", "dev"] if kind is new_lock and rng.random() < 0.3 else [])
        if kind is new_lock:
            (folder / "pyproject.toml").write_text(project + '\n[tool.poetry.group.dev.dependencies]\np1 = "*"\n')
        questions.append({"folder": str(folder), "arguments": arguments})
    env = {"HOME": str(base), "PATH": os.environ.get("PATH", ""), "POETRY_KEYRING_ENABLED": "false", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, ORACLE], input=json.dumps(questions), capture_output=True, text=True, env=env, timeout=500)
    assert done.returncode == 0, done.stderr
    refused = 0
    for question, theirs in zip(questions, json.loads(done.stdout)):
        folder = pathlib.Path(question["folder"])
        shown = f"seed {SEED}, {kind.__name__} {folder.name}\n{(folder / 'pyproject.toml').read_text()}\n{(folder / 'poetry.lock').read_text()}"
        ours = lamina.run(folder, "export", *question["arguments"])
        if theirs["status"]:
            refused += 1
            continue
        assert ours.returncode == 0, f"{ours.stderr}\n{shown}\n{theirs['text']}"
        # Every line has the Pythons of its project as a marker, unless Poetry found that it can never apply: then it writes none (see
        # docs/commands/export.md).
        text = "".join(line + "\n" for line in theirs["text"].splitlines() if " ; " in line)
        found = compare.differences(text, ours.stdout)
        assert not found, f"{found}\n{theirs['text']}\n---\n{ours.stdout}\n{shown}"
    assert refused < COUNT * 0.8
