"""toml-test (TOML 1.0.0) through the judge, and random agreement with Python's tomllib.

SPDX-License-Identifier: Apache-2.0

The cases of toml-test are a Go module; `tests/suites/get_toml_test.sh` brings it into the module cache. TOML_TEST may name a folder
that holds its `tests` folder instead.
"""
import datetime
import json
import math
import os
import pathlib
import random
import re
import subprocess
import time
import tomllib

import pytest

from judge import Judge, as_base64

MODULE = "github.com/toml-lang/toml-test/v2@v2.2.0"


def cases_folder():
    if "TOML_TEST" in os.environ:
        return pathlib.Path(os.environ["TOML_TEST"]) / "tests"
    try:
        cache = subprocess.run(["go", "env", "GOMODCACHE"], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
    folder = pathlib.Path(cache) / MODULE / "tests"
    return folder if folder.is_dir() else None


CASES = cases_folder()
needs_cases = pytest.mark.skipif(CASES is None, reason=f"{MODULE} is not installed; run tests/suites/get_toml_test.sh")


def listed(kind):
    names = (CASES / "files-toml-1.0.0").read_text().split()
    found = [CASES / n for n in names if n.startswith(kind + "/") and n.endswith(".toml")]
    assert len(found) > 150
    return found


def same_time(a, b):
    """Times compare with the precision that toml-test asks for: milliseconds."""
    def cut(text):
        text = re.sub(r"(\.\d+)", lambda m: (m[1] + "000")[:4], text)
        return text if "." in text else re.sub(r"(:\d\d:\d\d)", r"\1.000", text)
    return cut(a) == cut(b)


def same(ours, theirs):
    if isinstance(theirs, list):
        return isinstance(ours, list) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    if set(theirs) != {"type", "value"} or not isinstance(theirs["value"], str):
        return isinstance(ours, dict) and ours.keys() == theirs.keys() and all(same(ours[k], theirs[k]) for k in theirs)
    if ours.get("type") != theirs["type"]:
        return False
    a, b = ours["value"], theirs["value"]
    if theirs["type"] == "float":
        a, b = float(a), float(b)
        return a == b or math.isnan(a) and math.isnan(b)
    if theirs["type"] in ("datetime", "datetime-local", "time-local"):
        return same_time(a, b)
    return a == b


@needs_cases
def test_valid_cases():
    files = listed("valid")
    with Judge() as judge:
        answers = judge.ask_all([{"op": "toml.decode", "base64": as_base64(f.read_bytes())} for f in files])
    wrong = [(str(f.relative_to(CASES)), a) for f, a in zip(files, answers)
             if "ok" not in a or not same(a["ok"], json.loads(f.with_suffix(".json").read_text()))]
    assert not wrong, f"{len(wrong)} of {len(files)}"


@needs_cases
def test_invalid_cases():
    files = listed("invalid")
    with Judge() as judge:
        answers = judge.ask_all([{"op": "toml.decode", "base64": as_base64(f.read_bytes())} for f in files])
    wrong = [str(f.relative_to(CASES)) for f, a in zip(files, answers) if "ok" in a]
    assert not wrong, f"{len(wrong)} of {len(files)}"
    for file, answer in zip(files, answers):
        assert answer["error"]["rule"] == "toml" and "offset" in answer["error"], (file, answer)


# --- agreement with tomllib ---

SEEDS = [
    b"""title = "TOML \\u00e9"\n[owner]\nname = 'x'\ndob = 1979-05-27T07:32:00.5-08:00\n[database]\nports = [ 8000, 0x1F, 0o7, 0b10, ]\n"""
    b"""data = [ ["delta", "phi"], [3.14] ]\ntemp = { cpu = 79.5, case.x = -7_2 }\n[servers.alpha]\nip = "10.0.0.1"\n""",
    b"""[[package]]\nname = "a"\ndependencies = [\n    { name = "b", marker = "x" }, # c\n]\n[package.optional]\nx = 1\n[[package]]\nname = "b"\n"""
    b"""[[package.files]]\nf = 1e5\n""",
    b"""a.b.c = 1\na.b.d = 2\n[x.y]\nz.q = inf\n[x]\nw = +nan\n[x.y.u]\n"k k" = true\n""",
    b's = """\\\n  a\r\n  b\\"""" \nt = \'\'\'\nx\'\'y\'\'\'\nu = "\\U0001F600\\t"\n',
    b"d = 2000-02-29\nt = 23:59:59.123456\ndt = 2000-01-01 00:00:00\nz = 2000-01-01t00:00:00z\n",
]
PIECES = [b'"', b"'", b'"""', b"'''", b"\\", b"\\u00", b"\r", b"\r\n", b"\n", b"#", b"=", b".", b",", b"[", b"]", b"[[", b"]]", b"{", b"}",
          b"_", b"-", b"+", b"0", b"1", b"e", b":", b"T", b"Z", b" ", b"\t", b"\x00", b"\x7f", b"\xc3\xa9", b"\xff", b"inf", b"nan",
          b"true", b"0x", b"\xef\xbb\xbf", b"a = 1\n", b"[x]\n", b"[[x]]\n", b"x.y = 1\n", b"a = {}\n"]


def mutate(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        at = rng.randrange(len(data) + 1)
        what = rng.randrange(5)
        if what == 0:
            del data[at:at + rng.randrange(1, 4)]
        elif what == 1:
            data[at % len(data)] = rng.randrange(256)
        elif what == 2:
            to = rng.randrange(len(data) + 1)
            data[to:to] = data[at:at + rng.randrange(20)]
        elif what == 3:
            lines = data.split(b"\n")
            lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
            data = bytearray(b"\n".join(lines))
        else:
            data[at:at] = rng.choice(PIECES)
        data = data or bytearray(b"x")
    return bytes(data)


class Unsure(Exception):
    """A text on which tomllib is known not to decide by TOML 1.0."""


def tagged(value):
    if isinstance(value, dict):
        return {k: tagged(v) for k, v in value.items()}
    if isinstance(value, list):
        return [tagged(v) for v in value]
    if isinstance(value, bool):
        return {"type": "bool", "value": str(value).lower()}
    if isinstance(value, int):
        if not -2**63 <= value < 2**63:
            raise ValueError("beyond 64 bits, which tomllib accepts")
        return {"type": "integer", "value": str(value)}
    if isinstance(value, float):
        return {"type": "float", "value": repr(value)}
    if isinstance(value, datetime.datetime):
        return {"type": "datetime" if value.tzinfo else "datetime-local", "value": value.isoformat().replace("+00:00", "Z")}
    if isinstance(value, datetime.date):
        return {"type": "date-local", "value": value.isoformat()}
    if isinstance(value, datetime.time):
        return {"type": "time-local", "value": value.isoformat()}
    return {"type": "string", "value": value}


def python_answer(data):
    """tomllib's tree as tagged JSON; ValueError when it refuses the text."""
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    text = data.decode("utf-8")
    if re.search(r"\b0000-", text):
        raise Unsure  # the year 0 exists in RFC 3339 and not in datetime
    if re.search(r"[+-]00:00|[+-]\d\d:\d\d", text) and "-00:00" in text:
        raise Unsure  # -00:00 and Z are the same time, spelled differently
    return tagged(tomllib.loads(text))


def canonical(value):
    """+00:00 and Z are the same offset."""
    if isinstance(value, dict):
        if value.get("type") == "datetime" and isinstance(value.get("value"), str):
            return dict(value, value=value["value"].replace("+00:00", "Z"))
        return {k: canonical(v) for k, v in value.items()}
    return [canonical(v) for v in value] if isinstance(value, list) else value


def test_agreement_with_tomllib():
    seed = int(os.environ.get("LAMINA_TEST_SEED", 1))
    print("seed", seed)
    rng = random.Random(seed)
    end = time.monotonic() + float(os.environ.get("LAMINA_TEST_SECONDS", 8))
    n = n_accepted = 0
    with Judge() as judge:
        while time.monotonic() < end:
            inputs = [mutate(rng, rng.choice(SEEDS)) for _ in range(300)]
            for data, answer in zip(inputs, judge.ask_all([{"op": "toml.decode", "base64": as_base64(d)} for d in inputs])):
                try:
                    expected = python_answer(data)
                except Unsure:
                    continue
                except (ValueError, RecursionError):
                    expected = None
                n += 1
                if expected is None:
                    assert "error" in answer, (seed, data, answer)
                else:
                    assert "ok" in answer and same(canonical(answer["ok"]), expected), (seed, data, answer, expected)
                    n_accepted += 1
    assert n_accepted > n / 50, "the mutations must leave enough texts valid to mean something"
