"""elf.facts and elf.go against readelf and `go version -m`, on every ELF file that is at hand and on damaged ones."""

import glob
import json
import os
import random
import re
import shutil
import subprocess
import sys
import sysconfig

import pytest

JUDGE = os.environ["LAMINA_JUDGE"]
LIMIT = 400


def ask(requests):
    lines = "".join(json.dumps(r) + "\n" for r in requests)
    done = subprocess.run([JUDGE], input=lines, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(requests)
    return answers


def is_elf(path):
    try:
        with open(path, "rb") as f:
            return f.read(4) == b"\x7fELF"
    except OSError:
        return False


def candidates():
    roots = ["/usr/bin", "/usr/sbin", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
             os.path.join(sysconfig.get_paths()["stdlib"], "lib-dynload")]
    roots += [p for p in sys.path if p.endswith("site-packages")]
    for root in roots:
        names = glob.glob(root + "/*") + glob.glob(root + "/**/*.so", recursive=True)
        for path in sorted(names):
            if os.path.isfile(path) and not os.path.islink(path) and is_elf(path):
                yield path


def readelf(path):
    env = dict(os.environ, LC_ALL="C")
    out = subprocess.run(["readelf", "-W", "-h", "-l", "-d", "-V", path], capture_output=True, text=True, env=env).stdout
    one = lambda pattern: (re.search(pattern, out) or [None, None])[1]
    machine = one(r"Machine:\s+(.*)")
    path_text = one(r"\(RUNPATH\)\s+Library runpath: \[(.*)\]") or one(r"\(RPATH\)\s+Library rpath: \[(.*)\]") or ""
    versions, library = {}, None
    needs = out.split("Version needs section", 1)
    for line in needs[1].splitlines() if len(needs) > 1 else []:
        if m := re.search(r"File: (\S+)", line):
            library = m[1]
            versions.setdefault(library, [])
        elif m := re.search(r"Name: (\S+)\s+Flags", line):
            versions[library].append(m[1])
    return {
        "class": 64,
        "machine": {"Advanced Micro Devices X86-64": "x86_64", "AArch64": "aarch64"}.get(machine, machine),
        "type": one(r"Type:\s+(\w+)"),
        "needed": re.findall(r"\(NEEDED\)\s+Shared library: \[(.*)\]", out),
        "soname": one(r"\(SONAME\)\s+Library soname: \[(.*)\]"),
        "runpath": [p for p in path_text.split(":") if p],
        "interpreter": one(r"Requesting program interpreter: (.*)\]"),
        "versions": versions,
    }


@pytest.mark.skipif(not shutil.which("readelf"), reason="readelf is not installed")
def test_agrees_with_readelf():
    files = [p for p in candidates()]
    random.Random(5).shuffle(files)
    files = files[:LIMIT]
    assert len(files) > 50
    compared = 0
    for path, answer in zip(files, ask([{"op": "elf.facts", "path": p} for p in files])):
        expected = readelf(path)
        if "error" in answer:
            assert answer["error"]["rule"] == "elf-class", (path, answer)
            continue
        assert answer["ok"] == expected, path
        compared += 1
    assert compared > 50


@pytest.mark.skipif(not shutil.which("go"), reason="Go is not installed")
@pytest.mark.parametrize("flags", [[], ["-ldflags=-s -w -buildid="], ["-buildmode=pie"], ["-tags=a,b"]], ids=str)
def test_agrees_with_go_version(tmp_path, flags):
    (tmp_path / "go.mod").write_text("module example.com/worker\n\ngo 1.20\n")
    (tmp_path / "main.go").write_text("package main\n\nfunc main() { println(\"x\") }\n")
    env = dict(os.environ, CGO_ENABLED="0", GOFLAGS="-buildvcs=false", GOCACHE=str(tmp_path / "cache"))
    subprocess.run(["go", "build", *flags, "-o", "worker", "."], cwd=tmp_path, env=env, check=True)
    expected = json.loads(subprocess.run(["go", "version", "-m", "-json", "worker"], cwd=tmp_path, capture_output=True,
                                         text=True).stdout or "null")
    text = subprocess.run(["go", "version", "-m", "worker"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    answer, facts = ask([{"op": "elf.go", "path": str(tmp_path / "worker")}, {"op": "elf.facts", "path": str(tmp_path / "worker")}])
    go = answer["ok"]
    assert text.splitlines()[0].endswith(go["version"])
    for line in text.splitlines()[1:]:
        word, rest = line.strip("\t").split("\t", 1)
        if word == "path":
            assert go["path"] == rest
        elif word == "mod":
            assert [go["main"]["path"], go["main"]["version"]] == rest.split("\t")[:2]
        elif word == "build":
            key, value = rest.split("=", 1)
            assert go["settings"][key] == value.strip('"')
    if expected:
        assert {s["Key"]: s["Value"] for s in expected["Settings"]} == go["settings"]
    assert (facts["ok"]["interpreter"] is None) == (flags != ["-buildmode=pie"])


def test_damaged_files_are_refused_or_read(tmp_path):
    """Every cut and a few thousand changed bytes of a real file: an answer each time, never a crash."""
    source = next(p for p in candidates() if os.path.getsize(p) < 60000)
    data = open(source, "rb").read()
    rng = random.Random(7)
    requests = []
    for i in range(600):
        damaged = bytearray(data)
        if i % 3 == 0:
            damaged = damaged[: rng.randrange(len(data))]
        for _ in range(rng.randrange(1, 8) if damaged else 0):
            at = rng.randrange(min(len(damaged), 2048)) if rng.random() < 0.7 else rng.randrange(len(damaged))
            damaged[at] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)])
        path = tmp_path / f"{i}"
        path.write_bytes(damaged)
        requests.append({"op": "elf.facts", "path": str(path)})
    for answer in ask(requests):
        assert "ok" in answer or answer["error"]["rule"].startswith("elf-"), answer
