"""Where the judge and its Python side are.

SPDX-License-Identifier: Apache-2.0
"""
import os
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "suites"))
sys.path.insert(0, str(HERE))

from judge import Judge  # noqa: E402

# For ${NAME} in requirements files: the judge inherits them, and pip reads them here.
os.environ.update(LAMINA_TEST_A="aa", LAMINA_TEST_B="b b", LAMINA_TEST_EMPTY="", LAMINA_TEST_SECRET="hunter2")


@pytest.fixture(scope="session")
def judge():
    with Judge() as j:
        yield j
