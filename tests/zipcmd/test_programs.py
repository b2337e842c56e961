"""Real executables in C, Rust and shell: built for both architectures, packed by `lamina build` and `lamina zip`, unpacked, and asked one event.

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "golang")]
import programs
from runtime_api import invoke
from test_build import OFFLINE, build, config, entries, project, wheel

LAMINA = os.environ["LAMINA"]
EVENT = {"name": "Ada", "numbers": [1, 2, 3], "text": "Grüße"}
ARCHS = ("x86_64", "arm64")
LINKING = {"dynamic": [], "static": ["-static"], "static-pie": ["-static-pie"]}


def unpack(archive, folder):
    """As Lambda does: modes and links of the zip, nothing of ours."""
    subprocess.run(["unzip", "-q", archive, "-d", folder], check=True)
    return folder


def ask(arch, program):
    assert os.access(program, os.X_OK)
    kind, answer = invoke(programs.command(arch, program), EVENT)
    assert kind == "response" and answer.pop("event") == EVENT
    return answer["language"]


def packed_both_ways(project, arch, program):
    """The bootstrap as `lamina build` and as `lamina zip` pack it."""
    record = build(project, "--bootstrap", program, "-o", "built.zip").records[0]
    assert record["arch"] == arch and record["target"] == f"provided.al2023/{arch}"
    done = subprocess.run([LAMINA, "zip", "-o", "zipped.zip", program], cwd=project, capture_output=True, text=True)
    assert done.returncode == 0 and f"  {arch}  " in done.stdout, done.stdout + done.stderr
    for name in ("built", "zipped"):
        yield unpack(project / f"{name}.zip", project / name) / "bootstrap"


@pytest.mark.parametrize("linking", LINKING)
@pytest.mark.parametrize("arch", ARCHS)
def test_c(project, arch, linking):
    program = programs.compile_c(project, arch, LINKING[linking], "worker")
    for bootstrap in packed_both_ways(project, arch, program):
        assert ask(arch, bootstrap) == "C"


@pytest.mark.parametrize("arch", ARCHS)
def test_rust(project, arch):
    program = programs.compile_rust(project, arch)
    for bootstrap in packed_both_ways(project, arch, program):
        assert ask(arch, bootstrap) == "Rust"


def test_shell(project):
    programs.need("curl")
    (project / "start").write_text(programs.SHELL)
    for args in (["--bootstrap", "start", "-o", "one.zip"], ["--bootstrap", "start", "--arch", "arm64", "-o", "one.zip"]):
        record = build(project, *args).records[0]
        assert record["arch"] == ("arm64" if "--arch" in args else "x86_64")
        assert ask(programs.HERE, unpack(project / "one.zip", project / record["arch"]) / "bootstrap") == "shell"
    subprocess.run([LAMINA, "zip", "start"], cwd=project, check=True, capture_output=True)
    assert ask(programs.HERE, unpack(project / "start.zip", project / "zipped") / "bootstrap") == "shell"


def test_command_that_compiles(project):
    """One step for both architectures, as a Makefile would do it; what it leaves is what is packed."""
    programs.need("gcc", "make", *[f"{m}-linux-gnu-gcc" for a, m in programs.MACHINE.items() if a != programs.HERE])
    (project / "main.c").write_text(programs.C)
    other = next(a for a in ARCHS if a != programs.HERE)
    (project / "Makefile").write_text(f"CC_{programs.HERE} = gcc\nCC_{other} = {programs.MACHINE[other]}-linux-gnu-gcc\n\n"
                                      "bootstrap: $(LAMINA_OUT)/bootstrap\n\n"
                                      "$(LAMINA_OUT)/bootstrap: main.c\n\t$(CC_$(LAMINA_ARCH)) -O1 -static -o $@ main.c\n")
    config(project, '[function.native]\ncommand = ["make", "-s", "bootstrap"]\narch = ["arm64", "x86_64"]\n')
    assert [(r["arch"], r["up_to_date"]) for r in build(project).records] == [("arm64", False), ("x86_64", False)]
    assert all(r["up_to_date"] for r in build(project).records)
    for arch in ARCHS:
        assert ask(arch, unpack(project / "dist" / f"native-{arch}.zip", project / arch) / "bootstrap") == "C"


# --- what a listing says about them ---

def listing(archive, *args):
    done = subprocess.run([LAMINA, "ls", "--buildinfo", *args, archive], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("arch", ARCHS)
def test_facts_in_a_listing(project, arch):
    """Machine, linking, loader and libraries, as text and as JSON; the same as readelf says."""
    for linking, flags in LINKING.items():
        programs.compile_c(project, arch, flags, linking)
    subprocess.run([LAMINA, "zip", "-o", "f.zip", *LINKING], cwd=project, check=True, capture_output=True)
    found = {r["name"]: r.get("elf") for r in map(json.loads, listing(project / "f.zip", "--json").splitlines())}
    machine = programs.MACHINE[arch]
    assert found.pop("bootstrap") is None
    assert {e["machine"] for e in found.values()} == {machine} and {e["go"] for e in found.values()} == {None}
    assert {n: (e["static"], e["needed"]) for n, e in found.items()} == {
        "dynamic": (False, ["libc.so.6"]), "static": (True, []), "static-pie": (True, [])}
    interpreter = {"x86_64": "/lib64/ld-linux-x86-64.so.2", "arm64": "/lib/ld-linux-aarch64.so.1"}[arch]
    assert found["dynamic"]["interpreter"] == interpreter and found["static"]["interpreter"] is None
    text = listing(project / "f.zip")
    for line in (f"\telf\t{machine} EXEC static\n", f"\telf\t{machine} DYN static\n", f"\tloader\t{interpreter}\n", "\tneeds\tlibc.so.6\n"):
        assert line in text, text
    said = subprocess.run(["readelf", "-V", project / "dynamic"], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}).stdout
    newest = max(int(v) for v in re.findall(r"GLIBC_2\.(\d+)", said))
    assert found["dynamic"]["glibc"] == f"2.{newest}" and f"\telf\t{machine} DYN glibc 2.{newest}\n" in text


@pytest.mark.skipif(not shutil.which("go"), reason="Go is not installed")
@pytest.mark.parametrize("goarch", ["amd64", "arm64"])
def test_build_information_of_go(project, goarch):
    """Line by line what `go version -m` says of the file, from inside the zip."""
    (project / "go.mod").write_text("module example.com/worker\n\ngo 1.18\n")
    (project / "main.go").write_text('package main\n\nfunc main() { println("x") }\n')
    env = dict(os.environ, CGO_ENABLED="0", GOARCH=goarch, GOOS="linux", GOFLAGS="-buildvcs=false", GOCACHE=str(project.parent / "go"))
    if os.path.isdir(os.path.expanduser("~/.cache/go-build")):
        env.pop("GOCACHE")
    subprocess.run(["go", "build", "-trimpath", "-tags", "lambda.norpc", "-ldflags", "-s -w", "-o", "worker", "."], cwd=project, env=env, check=True)
    subprocess.run([LAMINA, "zip", "worker"], cwd=project, check=True, capture_output=True)
    theirs = subprocess.run(["go", "version", "-m", "worker"], cwd=project, capture_output=True, text=True, check=True).stdout.splitlines()
    ours = listing(project / "worker.zip").splitlines()
    assert f"\tgo\t{theirs[0].split(': ')[1]}" in ours
    assert [line.replace('"', "").rstrip() for line in theirs[1:]] == [line.rstrip() for line in ours if line.split("\t")[1:2] in (["path"], ["mod"], ["build"])]


# --- layers ---

LIBRARY = 'const char *foo(void) { return "from libfoo"; }\n'
TOOL = '#include <stdio.h>\nconst char *foo(void);\nint main(void) { puts(foo()); return 0; }\n'


@pytest.mark.parametrize("arch", ARCHS)
def test_tool_and_its_library(project, arch):
    """The link that is named, the one it leads to and the file behind come as one file under the name that the loader looks for."""
    library = programs.compile_c(project, arch, ["-shared", "-fPIC", "-Wl,-soname,libfoo.so.1"], "libfoo.so.1.2.3", LIBRARY)
    (project / "libfoo.so.1").symlink_to(library.name)
    (project / "libfoo.so").symlink_to("libfoo.so.1")
    (project / "tool.c").write_text(TOOL)
    compiler = "gcc" if arch == programs.HERE else f"{programs.MACHINE[arch]}-linux-gnu-gcc"
    subprocess.run([compiler, "-o", "tool", "tool.c", "-L.", "-lfoo"], cwd=project, check=True)
    (project / "note.txt").write_text("data")
    config(project, '[layer.tools]\nbin = ["./tool"]\nlib = ["libfoo.so"]\nfiles = { "share/note.txt" = "note.txt" }\n')
    record = build(project).records[0]
    assert record["arch"] == arch
    made = project / record["path"]
    assert {n: m for n, (m, _) in entries(made).items()} == {"bin/tool": 0o755, "lib/libfoo.so.1": 0o644, "share/note.txt": 0o644}
    opt = unpack(made, project / "opt")
    assert (opt / "lib" / "libfoo.so.1").read_bytes() == library.read_bytes()
    environment = {"PATH": f"{opt}/bin:/usr/bin:/bin"}
    if arch == programs.HERE:
        command = ["tool"]
        environment["LD_LIBRARY_PATH"] = f"{opt}/lib"
    else:
        command = programs.command(arch, opt / "bin" / "tool")
        command[1:1] = ["-E", f"LD_LIBRARY_PATH={opt}/lib"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.stdout == "from libfoo\n", done.stderr


def test_python_layer_with_a_tool_that_runs(project):
    """python, bin and files in one layer, used as Lambda puts it on PATH and the module path."""
    digest = wheel(project, "demo", {"demo/__init__.py": "import pathlib\n\n\ndef text(opt):\n"
                                                         "    return pathlib.Path(opt, 'share', 'greeting').read_text()\n"})
    (project / "requirements.txt").write_text(f"demo==1.0 --hash=sha256:{digest}\n")
    (project / "greet").write_text("#!/usr/bin/env python3\nimport os\nimport demo\n\nprint(demo.text(os.environ['OPT']))\n")
    (project / "greeting").write_text("hello")
    config(project, '[layer.mixed]\nrequirements = "requirements.txt"\nbin = "greet"\nruntime = "python3.12"\narch = "arm64"\n'
                    'files = { "share/greeting" = "greeting" }\n')
    made = project / build(project, *OFFLINE).records[0]["path"]
    opt = unpack(made, project / "opt")
    done = subprocess.run(["greet"], capture_output=True, text=True,
                          env={"PATH": f"{opt}/bin:{os.environ['PATH']}", "PYTHONPATH": str(opt / "python"), "OPT": str(opt)})
    assert done.stdout == "hello\n", done.stderr


@pytest.mark.skipif(not shutil.which("unzip"), reason="unzip is not installed")
def test_extension(project):
    """A regular file with the executable bit, right below extensions/."""
    (project / "probe.sh").write_text("#!/bin/sh\necho extension\n")
    config(project, '[layer.probe]\nextension = "probe.sh"\n')
    opt = unpack(project / build(project).records[0]["path"], project / "opt")
    program = opt / "extensions" / "probe.sh"
    assert not program.is_symlink() and subprocess.run([program], capture_output=True, text=True).stdout == "extension\n"
