"""Runs with a Python that has Poetry and its export plugin: reads [{"folder": .., "arguments": [..]}, ..] and prints what `poetry export`
gives for each, as [{"status": .., "text": ..}, ..].

One process for all of them, because starting Poetry costs more than what it does here. A lock with CONTENT_HASH gets Poetry's own.

SPDX-License-Identifier: Apache-2.0
"""
import io
import json
import os
import pathlib
import sys

from cleo.io.inputs.argv_input import ArgvInput
from cleo.io.outputs.stream_output import StreamOutput


def content_hash(folder):
    from poetry.factory import Factory
    lock = folder / "poetry.lock"
    text = lock.read_text()
    if "CONTENT_HASH" in text:
        lock.write_text(text.replace("CONTENT_HASH", Factory().create_poetry(folder).locker._content_hash))


def export(folder, arguments):
    from poetry.console.application import Application
    os.chdir(folder)
    content_hash(folder)
    out, err = io.StringIO(), io.StringIO()
    application = Application()
    application.auto_exits(False)
    status = application.run(ArgvInput(["poetry", "export", "-n", "--no-ansi", *arguments]), StreamOutput(out), StreamOutput(err))
    return {"status": status, "text": out.getvalue(), "errors": err.getvalue()}


def main():
    sys.stdout.write(json.dumps([export(pathlib.Path(r["folder"]), r["arguments"]) for r in json.load(sys.stdin)]))


main()
