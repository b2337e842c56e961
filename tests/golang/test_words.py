"""What a user reads when a Go function cannot be built, or should not be built like that: word for word.

SPDX-License-Identifier: Apache-2.0
"""
import re
import shutil
import subprocess

import pytest

from conftest import Project, go_version

NO_LIBRARY = "note: `f` does not import github.com/aws/aws-lambda-go/lambda, so it has to speak the Runtime API itself\n"


def words(project, toml, status, env=None):
    """Standard error, without what differs between computers."""
    project.write("lamina.toml", toml)
    result = project("build", env=env, timeout=900)
    assert result.status == status, str(result)
    return re.sub(r"running go [0-9.]+", "running go VERSION", result.err)


@pytest.fixture
def small(project):
    project.write("go.mod", "module example.com/small\n\ngo 1.18\n")
    project.write("main.go", "package main\n\nfunc main() {}\n")
    return project


SMALL = '[function.f]\ngo = "."\narch = "x86_64"\nruntime = "provided.al2023"\n'


def test_no_go(small):
    assert words(small, SMALL, 6, {"PATH": "/nowhere"}) == (
        "error: there is no `go` command in PATH\n"
        "  --> lamina.toml:1\n"
        "  = help: install Go 1.18 or newer (`apt install golang-go`, `dnf install golang`, `brew install go`), or put the bin folder of an "
        "unpacked Go on PATH\n")


@pytest.mark.skipif(not shutil.which("go") or go_version() < (1, 21), reason="older Go builds newer modules as well as it can")
def test_go_is_too_old(small):
    small.write("go.mod", "module example.com/small\n\ngo 1.999\n")
    assert words(small, SMALL, 6, {"GOTOOLCHAIN": "local"}) == (
        "f (x86_64): go: go.mod requires go >= 1.999 (running go VERSION; GOTOOLCHAIN=local)\n"
        "error: f (x86_64) needs a newer Go\n"
        "  --> lamina.toml:1\n"
        "  = why: go: go.mod requires go >= 1.999 (running go VERSION; GOTOOLCHAIN=local)\n"
        "  = help: install it, or leave GOTOOLCHAIN at its default so that go fetches it\n")


def test_not_a_program(small):
    small.write("main.go", "package small\n")
    assert words(small, SMALL, 2) == (
        "error: `f` names a Go package that is no program\n"
        "  --> lamina.toml:1\n"
        "  = why: example.com/small is package small, not package main\n"
        "  = help: name the folder that has the func main\n")


def test_a_compile_error(small):
    small.write("main.go", "package main\n\nfunc main() { undefinedFunction() }\n")
    assert words(small, SMALL, 3) == (
        "f (x86_64): # example.com/small\n"
        "f (x86_64): ./main.go:3:15: undefined: undefinedFunction\n" + NO_LIBRARY +
        "error: f (x86_64) does not build\n"
        "  --> lamina.toml:1\n"
        "  = why: ./main.go:3:15: undefined: undefinedFunction\n")


def test_an_unknown_level(small):
    assert words(small, SMALL, 2, {"GOAMD64": "v9"}) == (
        "error: GOAMD64 is `v9`, which Go does not know\n"
        "  --> lamina.toml:1\n"
        "  = help: use v1, v2 or v3, or leave it out\n")


def test_a_level_that_lambda_may_lack(small):
    assert words(small, SMALL, 0, {"GOAMD64": "v4"}) == NO_LIBRARY + (
        "warning: `f` is built with GOAMD64=v4, which not every x86_64 processor of Lambda has\n"
        "  = help: use GOAMD64=v3 or lower\n")


def test_flags_that_do_not_count(small):
    assert words(small, SMALL, 0, {"GOFLAGS": "-tags=prod,x -mod=mod"}) == (
        "warning: `f` is built without the -tags=prod,x of GOFLAGS\n"
        "  = help: lamina passes -tags itself; write what you want into `go-tags`\n" + NO_LIBRARY)


def test_the_rpc_server_of_the_retired_runtime(example, tmp_path, caches):
    other = Project(tmp_path, caches).copy_example()
    toml = '[function.f]\ngo = "./cmd/worker"\narch = "x86_64"\nruntime = "provided.al2023"\ngo-tags = ["prod"]\n'
    assert words(other, toml, 0) == (
        "note: `f` is built without the tag lambda.norpc, so it carries the RPC server of the retired runtime go1.x\n"
        '  = help: add "lambda.norpc" to go-tags\n')


C = """package main

// #include <stdio.h>
// #include <fcntl.h>
// extern int fcntl64(int, int, ...);
// static int newer(void) { return fcntl64(0, F_GETFD); }
import "C"

func main() { println(C.newer()) }
"""


@pytest.mark.skipif(not shutil.which("gcc"), reason="cgo needs a C compiler")
def test_a_newer_glibc(small):
    said = subprocess.run(["ldd", "--version"], capture_output=True, text=True).stdout.split("\n")[0]
    found = re.search(r"2\.(\d+)$", said.strip())
    if not found or int(found.group(1)) < 28:
        pytest.skip("the glibc of this computer is old enough for every runtime")
    small.write("main.go", C)
    toml = '[function.f]\ngo = "."\ngo-cgo = true\narch = "x86_64"\nruntime = "provided.al2"\n'
    text = "\n".join(line for line in words(small, toml, 3).split("\n") if "provided.al2 is deprecated" not in line and "lamina runtimes" not in line)
    assert re.sub(r"glibc 2\.\d+,", "glibc 2.N,", text) == NO_LIBRARY + (
        "error: `f` needs glibc 2.N, and provided.al2 has 2.26\n"
        "  --> lamina.toml:1\n"
        "  = help: leave out `go-cgo`, or build on an older system\n")
    assert not (small.folder / "dist").exists()


def test_no_module(project):
    project.write("main.go", "package main\n\nfunc main() {}\n")
    assert words(project, SMALL, 2) == (
        "error: `f` names a folder that is in no module as its Go package\n"
        "  --> lamina.toml:1\n"
        '  = why: go = "."\n'
        "  = help: make it one: go mod init example.com/NAME && go mod tidy\n")


def test_a_sum_is_missing(example, tmp_path, caches):
    other = Project(tmp_path, caches).copy_example()
    other.write("go.sum", "")
    text = words(other, '[function.f]\ngo = "./cmd/worker"\narch = "x86_64"\nruntime = "provided.al2023"\n', 4)
    assert text.endswith(
        "error: f (x86_64) has a go.sum that lacks modules\n"
        "  --> lamina.toml:1\n"
        "  = why: cmd/worker/main.go:8:2: missing go.sum entry for module providing package github.com/aws/aws-lambda-go/lambda (imported by "
        "example.com/orders/cmd/worker); to add:\n"
        "  = help: go mod tidy\n"), text
