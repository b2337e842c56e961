"""Fixtures of the resolver's tests.

SPDX-License-Identifier: Apache-2.0
"""
import pathlib
import sys

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent.parent / "suites")]
from judge import Judge  # noqa: E402
from registry import Registry  # noqa: E402


@pytest.fixture(scope="session")
def judge():
    with Judge() as j:
        yield j


@pytest.fixture(scope="module")
def fresh_judge():
    """One that sees the environment as the module has changed it."""
    with Judge() as j:
        yield j


@pytest.fixture
def registry(tmp_path):
    return Registry(tmp_path / "index")


@pytest.fixture
def ask(judge, registry, tmp_path):
    """Resolves against the registry: the versions as a dictionary, or the error."""

    def resolve(*requirements, **arguments):
        if not {"target", "environment"} & set(arguments):
            arguments["target"] = "python3.12/arm64"
        index = arguments.pop("index", None) or registry.write()
        if "://" in index:
            arguments.setdefault("store", str(tmp_path / "store"))
        answer = judge.ask("resolve", index=index, requirements=list(requirements), **arguments)
        return answer["ok"]["packages"] if "ok" in answer else answer["error"]

    return resolve
