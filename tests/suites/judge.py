"""The judge (tests/judge/judge.h) as a Python object.

SPDX-License-Identifier: Apache-2.0
"""
import base64
import json
import os
import subprocess
import threading

PROGRAM = os.environ.get("LAMINA_JUDGE", "build/tests/judge")


class Judge:
    """One judge process; ask() sends one request, ask_all() many without waiting between them."""

    def __init__(self):
        self.process = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        status = self.process.wait()
        assert status == 0, f"the judge ended with status {status}"

    def ask(self, op, **arguments):
        return self.ask_all([dict(arguments, op=op)])[0]

    def ask_all(self, requests):
        lines = b"".join(json.dumps(r).encode() + b"\n" for r in requests)

        def send():
            try:
                self.process.stdin.write(lines)
                self.process.stdin.flush()
            except BrokenPipeError:
                pass  # the missing answer below says it

        sender = threading.Thread(target=send)
        sender.start()
        answers = []
        for request in requests:
            line = self.process.stdout.readline()
            assert line, f"the judge ended at {json.dumps(request)[:2000]}"
            answers.append(json.loads(line))
        sender.join()
        return answers


def as_base64(data):
    return base64.b64encode(data).decode()
