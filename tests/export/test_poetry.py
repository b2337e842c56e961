"""lamina export beside poetry export: the same lines, markers that answer the same in every environment.

SPDX-License-Identifier: Apache-2.0
"""
import functools
import importlib.util
import json
import os
import pathlib
import subprocess
import sys

import pytest

import compare
from projects import ENVIRONMENT, PROJECTS, make

ORACLE = pathlib.Path(__file__).resolve().parent / "poetry_oracle.py"
if importlib.util.find_spec("poetry_plugin_export") is None:
    pytest.skip("poetry-plugin-export is not installed", allow_module_level=True)
CASES = [(name, options) for name, (_, _, _, all_options) in PROJECTS.items() for options in all_options]


@functools.cache
def oracle(base):
    """The answers of all cases, by one process."""
    questions = []
    for name, options in CASES:
        folder = pathlib.Path(base) / name
        if not folder.exists():
            make(name, folder)
        questions.append({"folder": str(folder), "arguments": [o.replace("--extra", "--extras") if o == "--extra" else o for o in options]})
    env = {"HOME": base, "PATH": os.environ.get("PATH", ""), "POETRY_KEYRING_ENABLED": "false", "PYTHONDONTWRITEBYTECODE": "1", **ENVIRONMENT}
    done = subprocess.run([sys.executable, ORACLE], input=json.dumps(questions), capture_output=True, text=True, env=env, timeout=500)
    assert done.returncode == 0, done.stderr
    return dict(zip([(name, tuple(options)) for name, options in CASES], json.loads(done.stdout)))


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return str(tmp_path_factory.mktemp("projects").resolve())


@pytest.mark.parametrize("name, options", CASES, ids=lambda v: v if isinstance(v, str) else " ".join(v))
def test_as_poetry(base, lamina, name, options):
    theirs = oracle(base)[name, tuple(options)]
    assert theirs["status"] == 0, theirs
    done = lamina.run(pathlib.Path(base) / name, "export", *options, **ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    assert not compare.differences(theirs["text"], done.stdout), f"{theirs['text']}\n---\n{done.stdout}"


def test_the_comparison_can_fail():
    assert compare.differences('a==1 ; python_version < "3.9"\n', 'a==1 ; python_version < "3.10"\n')
    assert compare.differences("a==1\n", "a==2\n") and compare.differences("a==1\n", "")
    assert compare.differences("a==1 \\\n    --hash=sha256:1\n", "a==1 \\\n    --hash=sha256:2\n")
    assert not compare.differences('a==1 ; python_version < "3.9"\n', "a==1 ; python_full_version < '3.9.dev0' or python_version in '3.8'\n")
