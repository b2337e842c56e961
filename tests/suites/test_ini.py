"""Random agreement of the INI reader with Python's configparser, which pip uses.

SPDX-License-Identifier: Apache-2.0
"""
import configparser
import io
import os
import random
import time

from judge import Judge, as_base64

SEEDS = [
    b"[global]\nindex-url = https://index.example/simple/\nextra-index-url =\n    https://a.example/\n    https://b.example/\n\n"
    b"# comment\n[install]\nno-binary: :all:\nTimeout=60\n",
    b"[DEFAULT]\nx = 1\n[a]\ny = 2 ; no comment\n  ; comment\n  more\n\n  last\n\nz : = \n[b]\n x = 1\n  deeper\n y = 2\n",
    b"; only\n[x]]y] trailing\r\nk=v\r\nempty=\r\n[DEFAULT]\nq=1\n",
]
PIECES = [b"[", b"]", b"=", b":", b"#", b";", b"\n", b"\r\n", b"\r", b" ", b"\t", b"[a]\n", b"k=v\n", b"  v\n", b"\n\n", b"[DEFAULT]\n", b"K", b"\xc3\xa9"]


def mutate(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 4])):
        at = rng.randrange(len(data) + 1)
        what = rng.randrange(4)
        if what == 0:
            del data[at:at + rng.randrange(1, 4)]
        elif what == 1:
            lines = data.split(b"\n")
            lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
            data = bytearray(b"\n".join(lines))
        else:
            data[at:at] = rng.choice(PIECES)
    return bytes(data)


def python_answer(data):
    parser = configparser.RawConfigParser()
    # pip opens the file as text: universal newlines.
    parser.read_file(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
    answer = [["DEFAULT", [list(i) for i in parser.defaults().items()]]]
    return answer + [[s, [list(i) for i in parser._sections[s].items()]] for s in parser.sections()]


def test_agreement_with_configparser():
    seed = int(os.environ.get("LAMINA_TEST_SEED", 1))
    print("seed", seed)
    rng = random.Random(seed)
    end = time.monotonic() + float(os.environ.get("LAMINA_TEST_SECONDS", 4))
    n = n_accepted = 0
    with Judge() as judge:
        while time.monotonic() < end:
            inputs = [mutate(rng, rng.choice(SEEDS)) for _ in range(300)]
            for data, answer in zip(inputs, judge.ask_all([{"op": "ini.parse", "base64": as_base64(d)} for d in inputs])):
                try:
                    data.decode("utf-8")
                    expected = python_answer(data)
                except (configparser.Error, ValueError):
                    expected = None
                n += 1
                n_accepted += expected is not None
                if expected is None:
                    assert "error" in answer, (seed, data, answer)
                else:
                    assert answer.get("ok") == expected, (seed, data, answer, expected)
    assert n_accepted > n / 50, "the mutations must leave enough texts valid to mean something"
