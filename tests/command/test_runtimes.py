"""`lamina runtimes`: one table, twice: for people and as JSON.

SPDX-License-Identifier: Apache-2.0
"""

import datetime
import json
import os
import subprocess

LAMINA = os.environ["LAMINA"]
WORDS = {"current": "current", "deprecated": "deprecated", "create-blocked": "create blocked", "update-blocked": "update blocked"}


def lamina(*words, **env):
    return subprocess.run([LAMINA, *words], capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "TERM": "xterm", **env}, timeout=20, check=True)


def records():
    done = lamina("runtimes", "--json")
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def state_on(record, day):
    for key, state in (("block_update_date", "update-blocked"), ("block_create_date", "create-blocked"), ("deprecation_date", "deprecated")):
        if record[key] and record[key] <= day:
            return state
    return "current"


def test_json():
    before = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    all_records = records()
    after = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    assert [r["runtime"] for r in all_records] == [f"python3.{minor}" for minor in range(14, 7, -1)] + ["provided.al2023", "provided.al2"]
    for r in all_records:
        new = r["os"] == "AL2023"
        assert r["python"] == (r["runtime"][len("python") :] if r["runtime"].startswith("python") else None)
        assert r["glibc"] == ("2.34" if new else "2.26")
        assert r["architectures"] == ["x86_64", "arm64"]
        assert r["state"] in (state_on(r, before), state_on(r, after))
        assert r["schema"] == 1 and datetime.date.fromisoformat(r["as_of"])


def test_table():
    done = lamina("runtimes")
    heading, *lines = done.stdout.splitlines()
    assert done.stderr == ""
    columns = [heading.index(word) for word in ("RUNTIME", "OS", "GLIBC", "ARCHITECTURES", "DEPRECATED", "NO CREATE", "NO UPDATE", "STATE")]
    all_records = records()
    assert len(lines) == len(all_records)
    for line, r in zip(lines, all_records):
        cells = [line[a:b].strip() for a, b in zip(columns, [*columns[1:], None])]
        assert cells == [r["runtime"], r["os"], r["glibc"], ", ".join(r["architectures"]), r["deprecation_date"], r["block_create_date"], r["block_update_date"], WORDS[r["state"]]]
        assert line == line.rstrip() and len(line) <= 100


def test_colour_only_when_asked():
    assert "\x1b[" not in lamina("runtimes").stdout
    assert "\x1b[" in lamina("runtimes", CLICOLOR_FORCE="1").stdout
    assert "\x1b[" not in lamina("runtimes", "--json", CLICOLOR_FORCE="1").stdout
