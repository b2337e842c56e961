"""tools/check-tree finds what it is for, and nothing in a clean tree.

SPDX-License-Identifier: Apache-2.0
"""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "check-tree"


def check(root):
    return subprocess.run([sys.executable, str(SCRIPT), str(root)], capture_output=True, text=True)


def test_clean(tmp_path):
    (tmp_path / "a.c").write_text(f"/* other{tmp_path}/x is another path */\nint x;\n")
    answer = check(tmp_path)
    assert (answer.returncode, answer.stdout) == (0, "")


@pytest.mark.parametrize("below", ["", "deep/"])
def test_machine_path(tmp_path, below):
    place = tmp_path / below / "a.md"
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"line\nsee {tmp_path}/src/x.c\n")
    answer = check(tmp_path)
    assert (answer.returncode, answer.stdout) == (1, f"{below}a.md:2: names a path of this machine\n")


def test_registry_host(tmp_path):
    index = pytest.importorskip("pip._internal.models.index")
    (tmp_path / "a.md").write_text(f"line\n\n{index.PyPI.simple_url}\n")
    answer = check(tmp_path)
    assert (answer.returncode, answer.stdout) == (1, "a.md:3: names a registry host\n")


def test_build_folders_are_left_out(tmp_path):
    (tmp_path / "a.c").write_text("int x;\n")
    (tmp_path / "build-x").mkdir()
    (tmp_path / "build-x" / "log").write_text(f"{tmp_path}/a.c\n")
    assert check(tmp_path).returncode == 0


def test_nothing_to_check_is_a_failure(tmp_path):
    assert check(tmp_path).returncode == 1
