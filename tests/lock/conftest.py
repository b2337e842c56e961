"""What the tests about locks start from: the home, store and index of tests/cli, and small sets of wheels.

SPDX-License-Identifier: Apache-2.0
"""
import importlib.util
import pathlib
import sys
import tomllib

import pytest

CLI = pathlib.Path(__file__).resolve().parent.parent / "cli"
sys.path.insert(0, str(CLI))
spec = importlib.util.spec_from_file_location("cli_conftest", CLI / "conftest.py")
base = importlib.util.module_from_spec(spec)
sys.modules["cli_conftest"] = base
spec.loader.exec_module(base)

import wheels  # noqa: E402

X86, ARM = "python3.12/x86_64", "python3.12/arm64"
PY312 = ("--runtime", "python3.12")


class Lamina(base.Lamina):
    """With the index of the test in its environment, so that command lines are those of the pages."""

    def use(self, index):
        self.env["PIP_INDEX_URL"] = index.url
        return self

    def lock(self, *args, **options):
        return self("lock", *args, **options)

    def read(self, name="pylock.requirements.toml"):
        return (self.folder / name).read_text()

    def toml(self, name="pylock.requirements.toml"):
        return tomllib.loads(self.read(name))

    def versions(self, name="pylock.requirements.toml"):
        return {p["name"]: p["version"] for p in self.toml(name)["packages"]}


@pytest.fixture
def index():
    with base.Index() as server:
        yield server


@pytest.fixture
def make_index():
    import contextlib
    with contextlib.ExitStack() as stack:
        yield lambda **options: stack.enter_context(base.Index(**options))


@pytest.fixture
def lamina(tmp_path, index):
    return Lamina(tmp_path).use(index)


def chain(index, *versions):
    """top -> middle -> low, each in the versions given."""
    for v in versions or ("1.0",):
        index.add(wheels.make("top", v, requires=["middle"]), wheels.make("middle", v, requires=["low>=0.1"]), wheels.make("low", v))
    return index


def said(result, *lines):
    """These lines on stderr, among others."""
    have = result.err.splitlines()
    for line in lines:
        assert line in have, f"{line!r} is not said\n{result}"
    return result
