"""A lamina with a home of its own.

SPDX-License-Identifier: Apache-2.0
"""
import os
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

LAMINA = os.environ.get("LAMINA", "lamina")


class Lamina:
    def __init__(self, base):
        self.env = {"HOME": str(base / "home"), "PATH": os.environ.get("PATH", ""), "LAMINA_CACHE_DIR": str(base / "cache")}

    def run(self, folder, *arguments, **env):
        done = subprocess.run([LAMINA, *map(str, arguments)], cwd=folder, capture_output=True, text=True, env={**self.env, **env}, timeout=60)
        assert done.returncode >= 0 and "Sanitizer" not in done.stderr, done.stderr
        return done

    def export(self, folder, *arguments, **env):
        done = self.run(folder, "export", *arguments, **env)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return done.stdout


@pytest.fixture
def lamina(tmp_path):
    return Lamina(tmp_path)


def pytest_sessionfinish(session, exitstatus):
    if exitstatus == 5:  # nothing was collected: skipped, for meson
        session.exitstatus = 77
