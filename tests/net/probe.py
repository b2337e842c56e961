"""Runs net_probe (net_probe.c); NET_PROBE names it.

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))

PROBE = os.environ["NET_PROBE"]


class Outcome:
    def __init__(self, answer, seconds):
        self.ok, self.error = answer["ok"], answer["error"]
        self.log, self.notes, self.seconds, self.text = answer["log"], answer["notes"], seconds, json.dumps(answer)

    def failed(self, status, id):
        """Asserts how it failed and gives all words of the error."""
        assert self.error, f"it did not fail: {self.text}"
        assert (self.error["status"], self.error["id"]) == (status, id), self.error
        assert self.error["what"] and self.error["where"], self.error
        return "\n".join(self.error[k] for k in ("what", "where", "why", "help"))

    def result(self):
        assert self.error is None, self.error
        return self.ok


def ask(request, env=None, cwd=None, timeout=90, interrupt=None):
    """env replaces the environment; pip's own configuration is never read unless the test says so. interrupt: seconds to SIGINT."""
    variables = {"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": "/dev/null", "HOME": "/nonexistent"}
    variables.update(env or {})
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
        if name in os.environ:
            variables[name] = os.environ[name]
    begin = time.monotonic()
    with subprocess.Popen([PROBE], env={k: v for k, v in variables.items() if v is not None}, cwd=cwd, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        if interrupt:
            threading.Timer(interrupt, process.send_signal, [signal.SIGINT]).start()
        try:
            out, err = process.communicate(json.dumps(request), timeout)
        finally:
            process.kill()
    assert process.returncode == 0 and not err, (process.returncode, err)
    return Outcome(json.loads(out), time.monotonic() - begin)


def level(net, **more):
    return {"index_url": net.url("/simple"), "timeout": 2, "retries": 3, **more}


def list_names(net, names, env=None, top=None, **more):
    """top: further settings of the command line."""
    return ask({"command": "list", "names": names, "command_line": level(net, **(top or {})), **more}, env)


def download(net, downloads, env=None, top=None, **more):
    return ask({"command": "download", "downloads": downloads, "command_line": level(net, **(top or {})), **more}, env)
