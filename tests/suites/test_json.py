"""JSONTestSuite (RFC 8259 torture files) through the judge, and random agreement with Python's json.

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import pathlib
import random
import time

import pytest

from judge import Judge, as_base64

SUITE = pathlib.Path(os.environ.get("JSON_TEST_SUITE", pathlib.Path(__file__).parents[3] / "shared/data/json/test_parsing"))


@pytest.mark.skipif(not SUITE.is_dir(), reason=f"JSONTestSuite is not at {SUITE}; set JSON_TEST_SUITE")
def test_json_test_suite():
    files = sorted(SUITE.glob("*.json"))
    assert len(files) > 300
    with Judge() as judge:
        answers = judge.ask_all([{"op": "json.decode", "base64": as_base64(f.read_bytes())} for f in files])
    wrong = []
    for file, answer in zip(files, answers):
        accepted = answer.get("ok") is True
        assert accepted or answer["error"]["rule"] == "json", (file.name, answer)
        if file.name[0] == "y" and not accepted or file.name[0] == "n" and accepted:
            wrong.append((file.name, answer))
    assert not wrong


def python_accepts(data):
    def refuse(constant):
        raise ValueError(constant)

    def no_lone_surrogate(value):
        # A difference that we mean: RFC 8259 section 8.2 calls them unpredictable. Of two members of one name Python keeps the last alone.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
        return value

    try:
        text = data.decode("utf-8")
        no_lone_surrogate(json.loads(text, parse_constant=refuse, object_pairs_hook=lambda pairs: dict(no_lone_surrogate(pairs))))
        return True
    except (ValueError, RecursionError):
        return False


SEEDS = [
    rb'{"a":[1,-2.5e+10,0,"x\u00e9\ud83d\ude00\n"],"b":{"c":null,"d":[true,false]}}',
    '["é\\\\\\"", "日本", {"": -0.0}, 1E5, 0.1e-2]'.encode(),
    b' [ ] ',
    b'"\\u0000\\/"',
]
PIECES = [b'"', b"\\", b"\\u", b"d800", b"dc00", b",", b":", b"[", b"]", b"{", b"}", b"0", b"-", b".", b"e", b"+", b"1", b" ", b"\t", b"\r",
          b"\n", b"\x0b", b"\x00", b"\x1f", b"\x7f", b"\xff", b"\xc3\xa9", b"\xc3", b"\xed\xa0\x80", b"null", b"tru", b"NaN", b"Infinity",
          b"\xef\xbb\xbf", b"//", b"/**/", b"'"]


def mutate(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        at = rng.randrange(len(data) + 1)
        what = rng.randrange(4)
        if what == 0 and data:
            del data[at:at + rng.randrange(1, 4)]
        elif what == 1 and data:
            data[at % len(data)] = rng.randrange(256)
        elif what == 2:
            end = min(len(data), at + rng.randrange(12))
            to = rng.randrange(len(data) + 1)
            data[to:to] = data[at:end]
        else:
            data[at:at] = rng.choice(PIECES)
    return bytes(data)


def test_agreement_with_python():
    seed = int(os.environ.get("LAMINA_TEST_SEED", 1))
    print("seed", seed)
    rng = random.Random(seed)
    end = time.monotonic() + float(os.environ.get("LAMINA_TEST_SECONDS", 5))
    n = n_accepted = 0
    with Judge() as judge:
        while time.monotonic() < end:
            inputs = [mutate(rng, rng.choice(SEEDS)) for _ in range(500)]
            for data, answer in zip(inputs, judge.ask_all([{"op": "json.decode", "base64": as_base64(d)} for d in inputs])):
                expected = python_accepts(data)
                assert ("ok" in answer) == expected, (seed, data, answer)
                n += 1
                n_accepted += expected
    assert n_accepted > n / 50, "the mutations must leave enough texts valid to mean something"
