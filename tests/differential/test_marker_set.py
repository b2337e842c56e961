"""Markers rewritten by lamina (marker.simplify) say the same as before, by the packaging library's answers.

SPDX-License-Identifier: Apache-2.0
"""
import itertools
import os
import random
import time

import pytest

packaging = pytest.importorskip("packaging", minversion="26.3")
from packaging.markers import Marker  # noqa: E402

import agreement  # noqa: E402

PYTHONS = ("2.7.18", "3.6.9", "3.7.0", "3.8.1", "3.9.0", "3.9.20", "3.10.0", "3.10.4", "3.11.0", "3.12.3", "3.13.1", "3.14.0", "3.14.2", "4.0.0")
PLATFORMS = (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt"), ("cygwin", "CYGWIN", "posix"))
ENVIRONMENTS = [{"os_name": name, "sys_platform": platform, "platform_machine": machine, "platform_python_implementation": long, "platform_release": "5.10",
                 "platform_system": system, "platform_version": "#1", "python_version": python.rsplit(".", 1)[0], "python_full_version": python,
                 "implementation_name": short, "implementation_version": python, "extra": ""}
                for python, (platform, system, name), machine, (long, short) in itertools.product(
                    PYTHONS, PLATFORMS, ("x86_64", "aarch64", "AMD64"), (("CPython", "cpython"), ("PyPy", "pypy")))]
TEXTS = {"sys_platform": ("linux", "darwin", "win32", "cygwin", "linux darwin"), "platform_system": ("Linux", "Darwin", "Windows"), "os_name": ("nt", "posix"),
         "platform_machine": ("x86_64", "aarch64", "arm64", "AMD64"), "platform_python_implementation": ("CPython", "PyPy"),
         "implementation_name": ("cpython", "pypy")}
VERSIONS = ("2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3", "4", "4.0", "3.9.1", "3.10.4", "3.12.3", "3.11.0a6", "3.9.0")


def version_leaf(rng):
    variable, version = rng.choice(("python_version", "python_full_version")), rng.choice(VERSIONS)
    if rng.random() < 0.15:
        return f'{variable} {rng.choice(("in", "not in"))} "{rng.choice(("3.8 3.9", "3.9, 3.10", "3.10.4 3.11.0"))}"'
    operator = rng.choice((">=", "<", ">", "<=", "==", "!=", "~="))
    if operator == "~=":
        version += "" if "." in version else ".0"
    elif rng.random() < 0.1:
        return f'"{version}" {operator} {variable}'
    if operator in ("==", "!=") and rng.random() < 0.3 and "a" not in version:
        version += ".*"
    return f'{variable} {operator} "{version}"'


def leaf(rng):
    kind = rng.random()
    if kind < 0.5:
        return version_leaf(rng)
    if kind < 0.6:
        return f'platform_release {rng.choice((">=", "<", "==", "!="))} "{rng.choice(("5.10", "6.1", "5.10.0"))}"'
    if kind < 0.65:
        return f'implementation_version {rng.choice((">=", "<", "=="))} "{rng.choice(("3.9", "3.10.4"))}"'
    variable = rng.choice(tuple(TEXTS))
    text, operator = rng.choice(TEXTS[variable]), rng.choice(("==", "!=", "==", "!=", "in", "not in"))
    if operator.endswith("in") and rng.random() < 0.5:
        return f'"{text[:3]}" {operator} {variable}'
    return f'{variable} {operator} "{text}"'


def tree(rng, depth=0):
    if depth == 3 or rng.random() < 0.35:
        return leaf(rng)
    text = tree(rng, depth + 1) + "".join(f" {rng.choice(('and', 'or'))} {tree(rng, depth + 1)}" for _ in range(rng.randrange(4)))
    return f"({text})" if depth else text


def check(judge, text, given, style):
    question = {"marker": text, "style": style, **({"given": given} if given else {})}
    answer = judge.ask("marker.simplify", **question)
    assert "ok" in answer, (question, answer)
    before, scope = Marker(text), Marker(given) if given else None
    after = Marker(answer["ok"]) if answer["ok"] else None
    for environment in ENVIRONMENTS:
        if scope and not scope.evaluate(environment):
            continue
        now = False if answer["ok"] is None else after is None or after.evaluate(environment)
        assert before.evaluate(environment) == now, (question, answer, environment)


def test_says_the_same():
    seed = int(os.environ.get("LAMINA_TEST_SEED") or 1)
    print("seed", seed)
    rng, end = random.Random(seed), time.monotonic() + agreement.SECONDS
    with agreement.Judge() as judge:
        while time.monotonic() < end:
            check(judge, tree(rng), tree(rng, 2) if rng.random() < 0.4 else None, rng.choice(("short", "full")))
