"""What the tests of private packages start from: the home, store and index of tests/cli.

SPDX-License-Identifier: Apache-2.0
"""
import importlib.util
import pathlib
import sys

import pytest

CLI = pathlib.Path(__file__).resolve().parent.parent / "cli"
sys.path.insert(0, str(CLI))
spec = importlib.util.spec_from_file_location("cli_conftest", CLI / "conftest.py")
base = importlib.util.module_from_spec(spec)
sys.modules["cli_conftest"] = base
spec.loader.exec_module(base)

UV = '[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n'


class Lamina(base.Lamina):
    def use(self, index):
        self.env["PIP_INDEX_URL"] = index.url
        return self

    def project(self, folder, name, version="1.0", requires=(), more="", files=None):
        """A project of uv_build in that folder."""
        module = name.replace("-", "_")
        dependencies = "[" + ", ".join(f'"{r}"' for r in requires) + "]"
        self.write(f"{folder}/pyproject.toml", f'{UV}[project]\nname = "{name}"\nversion = "{version}"\ndependencies = {dependencies}\n{more}')
        for path, text in (files or {"__init__.py": f"name = '{name}'\n"}).items():
            self.write(f"{folder}/src/{module}/{path}", text)


@pytest.fixture
def index():
    with base.Index() as server:
        yield server


@pytest.fixture
def lamina(tmp_path, index):
    return Lamina(tmp_path).use(index)
