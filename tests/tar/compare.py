"""What a folder holds, and what Python's tarfile makes of an archive.

SPDX-License-Identifier: Apache-2.0
"""
import os
import tarfile

import pytest

if not hasattr(tarfile, "data_filter"):  # Debian 12's Python 3.11.2
    from backports import tarfile  # noqa: F811


def tree(folder):
    """{path: None for folders, (executable, bytes) for files}, links followed."""
    out = {}
    for where, folders, files in os.walk(folder, followlinks=True):
        for name in folders + files:
            path = os.path.join(where, name)
            key = os.path.relpath(path, folder)
            out[key] = None if os.path.isdir(path) else (bool(os.stat(path).st_mode & 0o100), open(path, "rb").read())
    return out


def by_python(path, folder):
    """The tree that tarfile's data filter unpacks."""
    os.makedirs(folder)
    with tarfile.open(path, encoding="utf-8") as t:
        t.extractall(folder, filter="data")
    return tree(folder)


def needs_library(answer):
    """Skips what libarchive is needed for where there is none."""
    if answer.get("error", {}).get("rule") == "no-libarchive":
        pytest.skip("needs libarchive: " + answer["error"]["message"].split("\n")[-1][:200])
    return answer
