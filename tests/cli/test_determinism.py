"""The same inputs give the same bytes, whatever else differs.

SPDX-License-Identifier: Apache-2.0
"""
import itertools
import os
import random
import shutil
import subprocess

import pytest

import locks
import wheels
from conftest import Lamina, check_zip, contents, modes
from index import Index

MADE = [wheels.make("top", requires=["low", "data"]), wheels.make("low"), wheels.make("data-set", files={"data_set/x.bin": bytes(range(256)) * 300}),
        wheels.make("scripts", scripts={"hello": "scripts:main"},
                    data={"scripts/run": b"#!python\n", "data/share/x": b"s"}),
        wheels.make("data"), wheels.native("speed", arch="x86_64")]
SOURCES = {"index.py": "x\n", "lib/\u00fcmlaut.py": "u\n", "lib/a.py": "a" * 5000, "B.py": "b", "a-b.py": "", "a/b.py": "1", "run.sh": "#!/bin/sh\n"}


def prepare(base, order=None):
    base.mkdir(parents=True, exist_ok=True)
    lamina = Lamina(base)
    made = list(order or MADE)
    lamina.requirements(*[w.locked for w in made])
    files = list(SOURCES.items())
    random.Random(len(str(base))).shuffle(files)
    for name, text in files:
        lamina.write("app/" + name, text)
    return lamina


ARGS = ["-r", "requirements.txt", "--source", "app", "--scripts"]


def digest(lamina, index, *args, **options):
    record = lamina.build(*ARGS, "--index-url", index.url, "-o", "out.zip", "--force", *args, **options).ok().record
    check_zip(lamina.folder / "out.zip")
    return record["sha256"]


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with Index() as index:
        index.add(*MADE)
        yield index


@pytest.fixture(scope="module")
def reference(tmp_path_factory, shared):
    lamina = prepare(tmp_path_factory.mktemp("reference"))
    value = digest(lamina, shared)
    return value


def test_cold_and_warm(tmp_path, shared, reference):
    lamina = prepare(tmp_path)
    assert [digest(lamina, shared), digest(lamina, shared)] == [reference] * 2


@pytest.mark.parametrize("jobs", [1, 2, 8, 32])
def test_jobs(tmp_path, shared, reference, jobs):
    assert digest(prepare(tmp_path), shared, "-j", jobs) == reference


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777 & ~0o700])
def test_umask(tmp_path, shared, reference, umask):
    assert digest(prepare(tmp_path), shared, preexec_fn=lambda: os.umask(umask)) == reference


@pytest.mark.parametrize("env", [
    {"TZ": "Pacific/Kiritimati"}, {"TZ": "America/St_Johns"}, {"LANG": "C", "LC_ALL": "C"}, {"LC_ALL": "tr_TR.UTF-8"},
    {"LC_ALL": "POSIX", "LANG": None}, {"SOURCE_DATE_EPOCH": "1700000000"}, {"COLUMNS": "20", "TERM": "dumb"}, {"LAMINA_JOBS": "3"}],
    ids=lambda e: "-".join(e))
def test_environment(tmp_path, shared, reference, env):
    assert digest(prepare(tmp_path), shared, env=env) == reference


def test_other_paths(tmp_path, shared, reference):
    """Two computers' worth of folders, and a working folder elsewhere."""
    lamina = prepare(tmp_path / "another place" / "\u96fb" / "d")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    record = lamina.build("-r", lamina.folder / "requirements.txt", "--source", lamina.folder / "app", "--scripts", "--index-url", shared.url,
                          "-o", elsewhere / "x.zip", cwd=elsewhere).ok().record
    assert record["sha256"] == reference


def test_directory_option(tmp_path, shared, reference):
    lamina = prepare(tmp_path)
    assert digest(lamina, shared, "-C", lamina.folder, cwd=lamina.home) == reference


@pytest.mark.parametrize("seed", range(4))
def test_order_of_the_lock(tmp_path, shared, reference, seed):
    order = MADE[:]
    random.Random(seed).shuffle(order)
    assert digest(prepare(tmp_path, order), shared) == reference


def test_order_of_pylock(tmp_path, shared):
    seen = set()
    for i, order in enumerate(itertools.islice(itertools.permutations(MADE), 0, 720, 179)):
        lamina = prepare(tmp_path / str(i))
        lamina.write("pylock.toml", locks.pylock(order, shared.file_url))
        seen.add(lamina.build("--lock", "pylock.toml", "-o", "o.zip").ok().record["sha256"])
    assert len(seen) == 1


def test_order_of_options(tmp_path, shared):
    lamina = prepare(tmp_path)
    outputs = set()
    for args in (["--exclude", "low", "--exclude", "data", "--slim", "pyc,tests"], ["--slim", "tests", "--slim", "pyc", "--exclude", "data,low"]):
        outputs.add(digest(lamina, shared, *args))
    assert len(outputs) == 1


def test_modes_and_times_of_sources(tmp_path, shared, reference):
    lamina = prepare(tmp_path)
    for i, p in enumerate(sorted((lamina.folder / "app").rglob("*"))):
        os.utime(p, (i * 10**6, i * 10**6))
        p.chmod(0o700 if p.is_dir() else 0o640 + (i % 2) * 0o111)
    assert digest(lamina, shared) == reference


def test_other_order_of_pages(tmp_path, reference):
    """What else an index holds, its form and its order of files decide nothing."""
    for form in ("html", "json"):
        with Index(form=form) as index:
            index.add(*[wheels.make(w.name, "0.9") for w in MADE])
            index.add(*reversed(MADE))
            index.add(*[wheels.make(w.name, "2.0") for w in MADE])
            lamina = prepare(tmp_path / form)
            assert digest(lamina, index) == reference


def test_what_else_the_store_holds(tmp_path, make_index):
    """Two wheels fit the target. The better one is taken, although the store has the other one already."""
    plain, fast = wheels.make("speed"), wheels.native("speed")
    index = make_index().add(plain, fast)
    only_plain = make_index().add(plain)
    lamina = prepare(tmp_path)
    lamina.requirements("speed==1.0")
    args = ["--lock", "requirements.txt", "-o", "o.zip"]
    lamina.build(*args, "--index-url", only_plain.url).ok()
    record = lamina.build(*args, "--index-url", index.url).ok().record
    assert [d["sha256"] for d in record["distributions"]] == [fast.sha256]
    record = lamina.build(*args, "--index-url", index.url, "--refresh", "--force").ok().record
    assert [d["sha256"] for d in record["distributions"]] == [fast.sha256]


def test_listing_stays_until_refresh(tmp_path, make_index):
    """A wheel that was uploaded later changes nothing until --refresh."""
    plain, fast = wheels.make("speed"), wheels.native("speed")
    index = make_index().add(plain)
    lamina = prepare(tmp_path)
    lamina.requirements("speed==1.0")
    args = ["--lock", "requirements.txt", "-o", "o.zip", "--index-url", index.url]
    lamina.build(*args).ok()
    index.add(fast)
    assert lamina.build(*args, "--force").ok().record["distributions"][0]["sha256"] == plain.sha256
    assert lamina.build(*args, "--refresh").ok().record["distributions"][0]["sha256"] == fast.sha256


def test_into_is_the_zip(tmp_path, shared):
    lamina = prepare(tmp_path)
    digest(lamina, shared)
    for umask in (0o022, 0o077, 0):
        lamina.build(*ARGS, "--index-url", shared.url, "--into", "tree", "--force", preexec_fn=lambda: os.umask(umask)).ok()
        assert contents(lamina.folder / "tree") == contents(lamina.folder / "out.zip")
        assert modes(lamina.folder / "tree") == modes(lamina.folder / "out.zip")
        assert {p.stat().st_mode & 0o777 for p in (lamina.folder / "tree").rglob("*") if p.is_dir()} == {0o755}


# --- damage ---

KINDS = ["files", "records", "listings", "stamps", "leases"]


def damage_flip(path, seed):
    data = bytearray(path.read_bytes())
    if not data:
        return path.write_bytes(b"?")
    at = random.Random(seed).randrange(len(data))
    data[at] ^= 1 << random.Random(seed + 1).randrange(8)
    rewrite(path, bytes(data))


def damage_cut(path, seed):
    data = path.read_bytes()
    rewrite(path, data[:len(data) // 2])


def damage_empty(path, seed):
    rewrite(path, b"")


def damage_other(path, seed):
    rewrite(path, b"\0" * max(1, path.stat().st_size))


def damage_longer(path, seed):
    rewrite(path, path.read_bytes() + b"\n")


def damage_gone(path, seed):
    path.unlink()


def damage_folder(path, seed):
    path.unlink()
    path.mkdir()


def rewrite(path, data):
    """In place, with the old times: as a failing disk does it."""
    facts = path.stat()
    path.chmod(0o644)
    with open(path, "r+b") as f:
        f.truncate(0)
        f.write(data)
    path.chmod(facts.st_mode & 0o777)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


DAMAGE = [damage_flip, damage_cut, damage_empty, damage_other, damage_longer, damage_gone, damage_folder]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", DAMAGE, ids=lambda d: d.__name__)
@pytest.mark.parametrize("forced", [True, False], ids=["force", "plain"])
def test_damaged_store(tmp_path, shared, reference, kind, damage, forced):
    lamina = prepare(tmp_path)
    digest(lamina, shared)
    hit = [p for p in (lamina.cache / "v1" / kind).rglob("*") if p.is_file()]
    assert hit
    for i, p in enumerate(sorted(hit)):
        damage(p, i)
    args = [*ARGS, "--index-url", shared.url, "-o", "out.zip"]
    record = lamina.build(*args, *(["--force"] if forced else [])).ok().record
    assert record["sha256"] == reference
    check_zip(lamina.folder / "out.zip")
    shared.reset()
    again = lamina.build(*args, "--force").ok().record
    assert again["sha256"] == reference
    assert not shared.requests or not forced  # "up to date" looks at no wheel, so the damage is found by the second build
    if (kind, damage) != ("files", damage_flip):  # bytes that no build reads are found by verify only
        lamina("cache", "verify").ok()


@pytest.mark.parametrize("seed", range(24))
def test_one_flipped_bit_of_a_wheel(tmp_path, shared, reference, seed):
    lamina = prepare(tmp_path)
    digest(lamina, shared)
    files = sorted(p for p in (lamina.cache / "v1/files").rglob("*") if p.is_file())
    damage_flip(files[seed % len(files)], seed)
    assert digest(lamina, shared) == reference


def stored(lamina, wheel):
    return lamina.cache / "v1/files" / wheel.sha256[:2] / wheel.sha256


def break_stream(lamina, wheel):
    """A byte of the first file's compressed content."""
    path = stored(lamina, wheel)
    data = bytearray(path.read_bytes())
    start = 30 + int.from_bytes(data[26:28], "little") + int.from_bytes(data[28:30], "little")
    data[start + 3] ^= 1
    rewrite(path, bytes(data))


def test_damage_is_warned_of(tmp_path, shared, reference):
    lamina = prepare(tmp_path)
    digest(lamina, shared)
    break_stream(lamina, MADE[2])
    shared.reset()
    result = lamina.build(*ARGS, "--index-url", shared.url, "-o", "out.zip", "--force").ok()
    assert result.record["sha256"] == reference and "damaged" in result.err and shared.files() == [f"/files/{MADE[2].file}"]


def test_damage_offline_is_an_error(tmp_path, shared):
    lamina = prepare(tmp_path)
    digest(lamina, shared)
    before = (lamina.folder / "out.zip").read_bytes()
    break_stream(lamina, MADE[2])
    result = lamina.build(*ARGS, "--index-url", shared.url, "-o", "out.zip", "--force", "--offline")
    assert result.status == 4 and result.error["id"] == "offline" and MADE[2].file in result.err, result
    assert (lamina.folder / "out.zip").read_bytes() == before and len([n for n in lamina.left() if n.startswith("out")]) == 1


def test_verify_finds_and_repairs(tmp_path, shared, reference):
    lamina = prepare(tmp_path)
    digest(lamina, shared)
    break_stream(lamina, MADE[0])
    records = lamina.cache / "v1/records"
    damage_cut(next(p for p in records.rglob("*") if p.name.startswith(MADE[1].sha256)), 0)
    damage_flip(next(p for p in sorted((lamina.cache / "v1/listings").rglob("*")) if p.is_file()), 7)
    found = lamina("cache", "verify", "--json")
    assert found.status == 1 and found.objects[0]["damaged"] == 3, found
    repaired = lamina("cache", "verify", "--repair", "--json")
    assert repaired.status == 0 and repaired.objects[0]["repaired"] == 3, repaired
    assert lamina("cache", "verify", "--json").ok().objects[0]["damaged"] == 0
    assert digest(lamina, shared) == reference


def test_archives_open_elsewhere(tmp_path, shared):
    lamina = prepare(tmp_path)
    digest(lamina, shared)
    for tool in (["unzip", "-tqq"], ["bsdtar", "-tf"], ["7z", "t", "-bd"]):
        if shutil.which(tool[0]):
            assert subprocess.run([*tool, lamina.folder / "out.zip"], capture_output=True).returncode == 0, tool
