"""The judge's protocol: every line gets one answer, whatever it holds.

SPDX-License-Identifier: Apache-2.0
"""
import json
import subprocess

import pytest

from judge import PROGRAM, Judge

GOOD = b'{"op":"json.decode","text":"[1]"}'


def answers(data):
    result = subprocess.run([PROGRAM], input=data, capture_output=True, timeout=60)
    assert result.returncode == 0 and result.stderr == b""
    assert result.stdout == b"" or result.stdout.endswith(b"\n")
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("line", [
    b"", b" ", b"{", b"[]", b"1", b"null", b'"op"', b"{}", b'{"op":1}', b'{"op":null}', b'{"op":"nosuch"}', b'{"op":""}',
    b'{"op":"json.decode"}', b'{"op":"json.decode","text":null}', b'{"op":"json.decode","text":1}',
    b'{"op":"json.decode","text":"1","base64":"MQ=="}', b'{"op":"json.decode","base64":"MQ"}', b'{"op":"json.decode","base64":"*"}',
    b'{"op":"json.decode","text":"1","extra":1}', b'{"op":"json.decode","text":"1","":1}', b'{"op":"json.decode","text":"1","text base64":1}',
    b'{"op":"json.decode","text":"1"} x', b'{"op":"json.decode","text":"\xff"}', b'{"op":"json.decode","text":"\\ud800"}',
    b'{"op":"json.decode\\u0000","text":"1"}', b"[" * 100000, b'{"a":' * 1000, b"\x00", b"\xef\xbb\xbf" + GOOD,
    b"[" + b"1," * 3000000 + b"1]",
], ids=lambda line: repr(line[:40]))  # pytest puts the id into the environment, which has a limit
def test_bad_requests(line):
    first, second, *more = answers(line + b"\n" + GOOD + b"\n")
    assert first["error"]["rule"] == "request" and first["error"]["message"]
    assert second == {"ok": True} and not more


def test_rule_and_offset():
    assert answers(b'{"op":"json.decode","text":"[1,]"}') == [
        {"error": {"rule": "json", "message": "a value is missing: found `]`", "offset": 3}}]


def test_lines():
    assert answers(b"") == []
    assert answers(GOOD) == [{"ok": True}]  # the last line needs no newline
    assert answers((GOOD + b"\r\n") * 3) == [{"ok": True}] * 3
    assert answers((GOOD + b"\n") * 20000) == [{"ok": True}] * 20000


def test_order():
    requests = [{"op": "toml.decode", "text": f"a = {i}"} for i in range(5000)]
    got = answers(b"\n".join(json.dumps(r).encode() for r in requests))
    assert [g["ok"]["a"]["value"] for g in got] == [str(i) for i in range(5000)]


def test_long_lines():
    limit = 64 << 20
    long_string = b'{"op":"json.decode","text":"' + b"x" * (8 << 20) + b'"}'
    first, *rest = answers(long_string + b"\n" + b" " * (limit + (1 << 20)) + b"\n" + GOOD + b"\n" + b"y" * (limit * 2))
    assert first["error"]["rule"] == "json"
    assert [list(a)[0] for a in rest] == ["error", "ok", "error"]
    assert rest[0]["error"]["message"] == rest[2]["error"]["message"] == f"a request is longer than {limit} bytes"


def test_answers_come_at_once():
    """A caller who waits for an answer before it goes on gets it, also when half of the next line is sent already."""
    with Judge() as judge:
        pipe = judge.process
        pipe.stdin.write(GOOD + b"\n" + GOOD[:10])
        pipe.stdin.flush()
        assert json.loads(pipe.stdout.readline()) == {"ok": True}
        pipe.stdin.write(GOOD[10:] + b"\n")
        pipe.stdin.flush()
        assert json.loads(pipe.stdout.readline()) == {"ok": True}


def test_memory_is_freed():
    """Hundreds of requests of a megabyte each need no more memory than a few of them."""
    request = json.dumps({"op": "json.decode", "text": "[" + '"\\n",' * 150000 + "1]"}).encode() + b"\n"
    program = ["sh", "-c", 'ulimit -v 400000; exec "$0"', PROGRAM]
    if subprocess.run(program, input=GOOD, capture_output=True).returncode != 0:
        pytest.skip("an address sanitizer needs more address space")
    result = subprocess.run(program, input=request * 300, capture_output=True, timeout=60)
    assert result.returncode == 0 and result.stdout.count(b'{"ok":true}') == 300
