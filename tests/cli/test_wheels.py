"""Wheels that must be refused: by which rule, with which status, and that nothing is left beside the output.

SPDX-License-Identifier: Apache-2.0
"""
import resource
import time

import pytest

import wheels
from conftest import TARGET, check_message, contents
from wheels import hostile_wheels

CASES = {c.name: c for c in hostile_wheels.HOSTILE}
TOLERATED = {c.name: c for c in hostile_wheels.TOLERATED}
SLOW = {"bomb-1-gib"}


def refused(lamina, case, *args):
    w = wheels.hostile(case)
    w.save(lamina.folder / "w")
    lamina.requirements(f"demo==1.0 --hash=sha256:{w.sha256}")
    before = lamina.left()
    result = lamina.build("-r", "requirements.txt", "-o", "out.zip", "--no-index", "--find-links", "w", *args)
    assert lamina.left() == before
    return result


# Names that say nothing about a distribution are no wheels of it: an index page may list anything.
UNLISTED = {"bad-file-name", "bad-version-in-file-name"}


@pytest.mark.parametrize("name", sorted(set(CASES) - SLOW - UNLISTED))
def test_hostile(lamina, name):
    case = CASES[name]
    result = refused(lamina, case)
    assert result.status == 3 and result.error["id"] == case.id, result
    check_message(result.err)
    assert case.file in result.err, result
    assert "\x1b" not in result.err and "\u202e" not in result.err


@pytest.mark.parametrize("name", sorted(UNLISTED))
def test_names_that_are_no_wheels(lamina, name):
    result = refused(lamina, CASES[name])
    assert result.status == 4, result
    w = wheels.hostile(CASES[name])
    lamina.requirements(f"./w/{w.file} --hash=sha256:{w.sha256}")
    result = lamina.build("-r", "requirements.txt", "-o", "out.zip", "--no-index")
    assert result.status == 3 and w.file in result.err, result


def test_bomb_is_refused_early(lamina):
    """1 GiB of zeros: refused by its numbers, in little time and memory."""
    w = wheels.hostile("bomb-1-gib")
    w.save(lamina.folder / "w")
    lamina.requirements(f"demo==1.0 --hash=sha256:{w.sha256}")
    start = time.monotonic()
    limit = None if "ASAN_OPTIONS" in lamina.env else lambda: resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))
    result = lamina.build("-r", "requirements.txt", "-o", "out.zip", "--no-index", "--find-links", "w", preexec_fn=limit)
    assert result.status == 3 and result.error["id"] in ("zip-inflated-too-large", "zip-ratio"), result
    assert time.monotonic() - start < 2
    assert lamina.left() == ["requirements.txt", "w", f"w/{w.file}"]


@pytest.mark.parametrize("name", sorted(c.name for c in CASES.values() if c.record))
def test_record_mismatch_can_be_allowed(lamina, name):
    result = refused_not(lamina, CASES[name], "--allow-record-mismatch", "demo")
    assert result.record["warnings"], result


def test_allowed_name_in_any_spelling(lamina):
    refused_not(lamina, CASES["wrong-hash"], "--allow-record-mismatch", "Demo")


def refused_not(lamina, case, *args):
    w = wheels.hostile(case)
    w.save(lamina.folder / "w")
    name = w.file.split("-")[0]
    version = "1.0.0rc1" if "RC1" in w.file else "1.0"
    lamina.requirements(f"{name}=={version} --hash=sha256:{w.sha256}")
    return lamina.build("-r", "requirements.txt", "-o", "out.zip", "--no-index", "--find-links", "w", *args).ok()


@pytest.mark.parametrize("name", sorted(TOLERATED))
def test_tolerated(lamina, name):
    result = refused_not(lamina, TOLERATED[name])
    contents(lamina.folder / "out.zip")
    if TOLERATED[name].warning:
        assert any(TOLERATED[name].warning in w["message"] for w in result.record["warnings"]), result


def test_refused_again_from_the_store(lamina):
    """A wheel that was refused is not taken for good because it is already there."""
    for _ in range(2):
        refused(lamina, CASES["wrong-crc"]).refused(3, "zip-crc", "demo-1.0-py3-none-any.whl")
    assert lamina("cache", "verify").status == 0


def test_good_wheels_beside_a_bad_one_stay(lamina):
    good, bad = wheels.make("good"), wheels.hostile("climbs-out")
    good.save(lamina.folder / "w")
    bad.save(lamina.folder / "w")
    lamina.requirements(good.locked, f"demo==1.0 --hash=sha256:{bad.sha256}")
    args = ["-r", "requirements.txt", "-o", "out.zip", "--no-index", "--find-links", "w"]
    lamina.build(*args).refused(3, "zip-name-dotdot", bad.file)
    lamina.requirements(good.locked)
    lamina.build(*args).ok()


def test_old_output_stays_when_a_build_is_refused(lamina):
    good, bad = wheels.make("good"), wheels.hostile("wrong-hash")
    good.save(lamina.folder / "w")
    bad.save(lamina.folder / "w")
    args = ["-r", "requirements.txt", "-o", "out.zip", "--no-index", "--find-links", "w"]
    lamina.requirements(good.locked)
    lamina.build(*args).ok()
    before = (lamina.folder / "out.zip").read_bytes()
    lamina.requirements(f"demo==1.0 --hash=sha256:{bad.sha256}")
    lamina.build(*args).refused(3, "record-mismatch", bad.file, "demo.py")
    assert (lamina.folder / "out.zip").read_bytes() == before


def test_messages_say_where(lamina):
    result = refused(lamina, CASES["climbs-out"]).refused(3, "zip-name-dotdot", "../evil.py")
    lines = result.err.splitlines()
    assert lines[0].startswith("error: ") and any(line.startswith("  --> ") and " at byte " in line for line in lines[1:]), result
    assert not (lamina.folder.parent / "evil.py").exists()


def test_a_wheel_of_another_project_under_the_name(lamina, index):
    """The index gives a good wheel of the wrong name."""
    other = wheels.make("other")
    index.add(other.named("demo-1.0-py3-none-any.whl"), name="demo")
    lamina.requirements("demo==1.0")
    result = lamina.build("-r", "requirements.txt", "-o", "out.zip", "--index-url", index.url)
    assert result.status == 3 and result.error["id"] in ("metadata-mismatch", "no-metadata", "wheel-dist-info"), result


def test_ls_refuses_as_well(lamina):
    w = wheels.hostile("overlap")
    w.save(lamina.folder)
    result = lamina("ls", "--json", w.file)
    assert result.status == 3 and result.error["id"] == "zip-overlap", result
    check_message(result.err)


def test_plain_ls(lamina):
    import json
    w = wheels.make("plain", files={"plain.py": b"x = 1\n" * 50})
    w.save(lamina.folder)
    rows = [json.loads(line) for line in lamina("ls", "--json", "--sha256", w.file).ok().out.splitlines()]
    import hashlib
    import zlib
    row = next(r for r in rows if r["name"] == "plain.py")
    data = b"x = 1\n" * 50
    assert row == {"name": "plain.py", "size": 300, "compressed": row["compressed"], "method": "deflated", "crc32": f"{zlib.crc32(data):08x}",
                   "mode": "0644", "sha256": hashlib.sha256(data).hexdigest()}
    assert "plain.py" in lamina("ls", w.file).ok().out


def test_ls_of_what_is_not_there(lamina):
    result = lamina("ls", "--json", "none.zip")
    assert result.status == 6 and result.error["id"] in ("not-found", "open"), result


def test_json_error_is_the_last_line_only(lamina):
    result = refused(lamina, CASES["encrypted"])
    assert len(result.out.splitlines()) == 1
    assert list(result.error) == ["status", "id", "message", "where", "why", "help"]


def test_without_json_stdout_is_empty(lamina):
    wheels.hostile("encrypted").save(lamina.folder / "w")
    lamina.requirements("demo==1.0")
    result = lamina("build", *TARGET, "-r", "requirements.txt", "-o", "out.zip", "--no-index", "--find-links", "w")
    assert result.status == 3 and result.out == ""
    check_message(result.err)
