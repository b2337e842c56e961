"""Thousands of small registries, each resolved through the judge and by trying everything.

SPDX-License-Identifier: Apache-2.0

The oracle knows no search: it goes through all assignments of versions to names and keeps those that are right, with the `packaging`
library for specifiers and markers. A solution exists for one exactly when for the other; the answer is one of the right ones and none
of the others over the same names is better everywhere; the order of the lines changes nothing; what is called impossible is so for the
blamed names alone. LAMINA_TEST_SEED repeats a run, LAMINA_TEST_COUNT makes it longer.
"""
import itertools
import os
import random
import shutil

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version
from registry import Registry

PYTHON = "3.12.3"
ENVIRONMENT = {"implementation_name": "cpython", "implementation_version": PYTHON, "os_name": "posix", "platform_machine": "aarch64",
               "platform_release": "", "platform_system": "Linux", "platform_version": "", "platform_python_implementation": "CPython",
               "python_full_version": PYTHON, "python_version": "3.12", "sys_platform": "linux"}
TAGS = ["cp312-cp312-manylinux_2_34_aarch64", "cp312-none-any", "py3-none-any"]
VERSIONS = ["1.0", "1.0.post1", "1.5+local", "2.0rc1", "2.0", "3.0a1", "3.0"]
SPECIFIERS = ["", "", "", ">=2", "<2", "<3", "==2.0", "==1.*", "!=2.0", "~=1.0", ">1.0", "<=2.0", ">=9", "==2.0rc1", ">=3.0a1", "==1.5", "!=1.*"]
MARKERS = ["", "", "", "", "", '; python_version >= "3.8"', '; python_version < "3.8"', '; platform_machine == "x86_64"',
           '; sys_platform == "linux" and python_full_version > "3.12"']
MODES = ["if-necessary", "if-necessary", "allow", "disallow"]


class File:
    def __init__(self, version, requires, extras, python, yanked, tag):
        self.version, self.requires, self.python, self.yanked, self.tag = Version(version), requires, python, yanked, tag
        self.spelled, self.extras = version, extras
        self.parsed = [Requirement(r) for r in requires]


def make(rng):
    """Names -> files, and the requirements and constraints of the user."""
    names = [f"p-{c}" for c in "abcde"[:rng.randint(1, 5)]]

    def requirement(extra=None):
        name = rng.choice(names + ["p-none"] * (rng.random() < 0.03))
        wanted = "[x]" if rng.random() < 0.2 else ""
        marker = f'; extra == "{extra}"' if extra else rng.choice(MARKERS)
        return f"{name}{wanted}{rng.choice(SPECIFIERS)}{marker}"

    world = {}
    for name in names:
        files = []
        for version in VERSIONS:
            if rng.random() < 0.45:
                continue
            extras = ["x"] if rng.random() < 0.4 else []
            requires = [requirement() for _ in range(rng.choice([0, 0, 1, 1, 2, 3]))]
            requires += [requirement("x") for _ in range(rng.randint(0, 2))] if extras else []
            files.append(File(version, requires, extras, rng.choice([None] * 8 + [">=3.8", "<3.12", ">=3.13"]),
                              "" if rng.random() < 0.1 else None, rng.choice(["py3-none-any"] * 9 + ["cp39-cp39-manylinux_2_17_aarch64"])))
        world[name] = files
    roots = [requirement() for _ in range(rng.randint(1, 3))]
    constraints = [f"{rng.choice(names)}{rng.choice(SPECIFIERS[3:])}" for _ in range(rng.choice([0, 0, 0, 1, 2]))]
    return world, roots, constraints


def write(world, folder):
    shutil.rmtree(folder, ignore_errors=True)
    r = Registry(folder)
    for name, files in world.items():
        if files:
            r.project(name)
        for f in files:
            r.wheel(name, f.spelled, *f.requires, extras=f.extras, python=f.python, yanked=f.yanked, tag=f.tag, core_metadata=True)
    return r.write()


class Oracle:
    def __init__(self, world, roots, constraints, mode, lowest):
        self.world, self.mode, self.lowest = world, mode, lowest
        self.roots = [Requirement(r) for r in roots]
        self.constraints = [Requirement(r) for r in constraints]
        self.pinned = {}
        for r in self.roots + self.constraints:
            if self.applies(r, ""):
                self.pinned.setdefault(canonicalize_name(r.name), []).append(r.specifier)
        self.usable = {name: [f for f in files if self.is_usable(name, f)] for name, files in world.items()}

    @staticmethod
    def applies(requirement, extra):
        return requirement.marker is None or requirement.marker.evaluate({**ENVIRONMENT, "extra": extra})

    def is_usable(self, name, f):
        if f.tag not in TAGS or (f.python and not SpecifierSet(f.python).contains(PYTHON, prereleases=True)):
            return False
        if f.version.is_prerelease and self.mode == "disallow":
            return False
        if f.yanked is None:
            return True
        for specifiers in self.pinned.get(name, ()):  # PEP 592: only where a line pins exactly this version
            clauses = list(specifiers)
            if len(clauses) == 1 and clauses[0].operator == "==" and not clauses[0].version.endswith(".*") and specifiers.contains(f.version, prereleases=True):
                return True
        return False

    def rank(self, name, f):
        """Smaller is preferred."""
        order = sorted((g.version for g in self.usable[name]), reverse=not self.lowest)
        late = self.mode == "if-necessary" and f.version.is_prerelease
        return (late, order.index(f.version))

    def right(self, chosen, names=None):
        """Everything is met and everything is needed. names: requirements about others do not count."""
        active, line = {}, []

        def meet(r):
            name = canonicalize_name(r.name)
            if names is not None and name not in names:
                return True
            f = chosen.get(name)
            if f is None or not r.specifier.contains(f.version, prereleases=True):
                return False
            for extra in [""] + sorted(r.extras):
                if (name, extra) not in active:
                    active[name, extra] = True
                    line.append((name, extra))
            return True

        for r in self.roots:
            if self.applies(r, "") and not meet(r):
                return False
        while line:
            name, extra = line.pop()
            f = chosen[name]
            if extra and extra not in f.extras:
                continue
            for r in f.parsed:
                if self.applies(r, extra) and (not extra or not self.applies(r, "")) and not meet(r):
                    return False
        if {n for n, _ in active} != {n for n, f in chosen.items() if f}:
            return False
        return all(chosen.get(canonicalize_name(r.name)) is None or (names is not None and canonicalize_name(r.name) not in names) or
                   r.specifier.contains(chosen[canonicalize_name(r.name)].version, prereleases=True) for r in self.constraints if self.applies(r, ""))

    def assignments(self, names):
        names = [n for n in names if n in self.usable]
        for combination in itertools.product(*[[None] + self.usable[n] for n in names]):
            yield {n: f for n, f in zip(names, combination) if f}

    def check_answer(self, packages):
        chosen = {n: next(f for f in self.usable[n] if f.version == Version(v)) for n, v in packages.items()}
        assert self.right(chosen), "not an answer"
        ranks = {n: self.rank(n, f) for n, f in chosen.items()}
        choices = [[f for f in self.usable[n] if self.rank(n, f) <= ranks[n]] for n in chosen]
        for combination in itertools.product(*choices):
            other = dict(zip(chosen, combination))
            assert other == chosen or not self.right(other), "another answer is better everywhere"

    def check_impossible(self, names):
        assert names == sorted(names) and names
        for chosen in self.assignments(names):
            assert not self.right(chosen, names), f"possible: { {n: f.spelled for n, f in chosen.items()} }"


SEED = int(os.environ.get("LAMINA_TEST_SEED", "20240601"))
COUNT = int(os.environ.get("LAMINA_TEST_COUNT", "1000"))


@pytest.mark.parametrize("part", range(4))
def test_against_trying_everything(judge, tmp_path, part):
    solved = 0
    for seed in range(SEED + part, SEED + COUNT, 4):
        rng = random.Random(seed)
        world, roots, constraints = make(rng)
        mode, lowest = rng.choice(MODES), rng.random() < 0.25
        oracle = Oracle(world, roots, constraints, mode, lowest)
        request = dict(index=write(world, tmp_path / "index"), constraints=constraints, environment=ENVIRONMENT, tags=TAGS, prereleases=mode,
                       resolution="lowest" if lowest else "highest")
        answer = judge.ask("resolve", requirements=roots, **request)
        context = {"seed": seed, "roots": roots, "constraints": constraints, "mode": mode, "lowest": lowest, "answer": answer,
                   "world": {n: [(f.spelled, f.requires, f.python, f.yanked, f.tag) for f in files] for n, files in world.items()}}
        try:
            if "ok" in answer:
                solved += 1
                oracle.check_answer(answer["ok"]["packages"])
            else:
                assert answer["error"]["rule"] == "no-solution"
                oracle.check_impossible(answer["error"]["packages"])
            back = judge.ask("resolve", requirements=roots[::-1], **request)
            assert back.get("ok") == answer.get("ok"), "the order of the lines matters"
            if "error" in back:
                oracle.check_impossible(back["error"]["packages"])
        except (AssertionError, StopIteration) as problem:
            pytest.fail(f"{problem!r}\n{context}")
    assert COUNT // 10 < 4 * solved < COUNT, "the registries are all of one kind"
