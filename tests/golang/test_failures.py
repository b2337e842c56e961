"""What a user is told when a program cannot be built; nothing is left behind.

SPDX-License-Identifier: Apache-2.0
"""
import os
import shutil
import signal
import subprocess
import time

import pytest

from conftest import LAMINA, contents, go_version

PACKAGES = {
    "not main": ("./text", 2, "go-not-main", ["package text, not package main"]),
    "no folder": ("./nowhere", 2, "go-package", ["does not exist"]),
    "a file": ("./cmd/one/main.go", 2, "go-package", ["name the folder"]),
    "no Go files": ("./empty", 2, "go-package", ["without Go files"]),
    "several": ("./cmd/...", 2, "go-package", ["not one Go package but 2"]),
    "unknown import path": ("example.com/nowhere", 2, "go-package", ["example.com/nowhere"]),
}


@pytest.mark.parametrize("name", PACKAGES)
def test_wrong_packages(project, name):
    package, status, id, texts = PACKAGES[name]
    project.module()
    (project.folder / "empty").mkdir()
    (project.folder / "lamina.toml").unlink()
    project.build("--go", package, "--arch", "arm64", "-o", "x.zip").refused(status, id, *texts)
    assert not (project.folder / "x.zip").exists()


def test_no_module(project):
    project.write("main.go", "package main\n\nfunc main() {}\n")
    project.build("--go", ".", "--arch", "arm64", "-o", "x.zip").refused(2, "go-package", "in no module", "go mod init")


def test_no_go(project):
    project.module()
    result = project.build(env={"PATH": str(project.base / "none")}).refused(6, "go-missing", "install Go")
    assert result.error["where"].startswith("lamina.toml:")
    assert not (project.folder / "dist").exists()


def test_a_compile_error_is_shown_with_the_name_of_the_function(project):
    project.module()
    project.write("cmd/two/main.go", "package main\n\nfunc main() { undefinedFunction() }\n")
    result = project.build().refused(3, "go-build", "two (x86_64) does not build", "undefinedFunction", "main.go:3:15")
    assert "two (x86_64): cmd/two/main.go:3:15: undefined: undefinedFunction" in result.err
    assert "one (x86_64)" not in result.err
    assert not (project.folder / "dist").exists()


def test_an_error_in_a_shared_package_names_all_that_need_it(project):
    project.module()
    project.write("text/text.go", "package text\n\nfunc Of() string { return 1 }\n")
    result = project.build().refused(3, "go-build", "text/text.go:3")
    assert "one (x86_64), two (x86_64): " in result.err


@pytest.mark.parametrize("variable", ["TMPDIR", "GOTMPDIR"])
def test_no_place_for_temporary_files(project, variable):
    project.module()
    project.build(env={variable: str(project.base / "nowhere")}).refused(6, "create", "nowhere", "TMPDIR")
    assert not (project.folder / "dist").exists()


def test_go_works_where_gotmpdir_says(project):
    """And what it leaves there is lamina's to remove: go's own work lies in lamina's folder."""
    project.module()
    place = project.base / "roomy"
    place.mkdir()
    seen = project.base / "seen"
    go = project.base / "spy/go"
    go.parent.mkdir()
    go.write_text(f'#!/bin/sh\necho "$GOTMPDIR" >>"{seen}"\nexec "{shutil.which("go")}" "$@"\n')
    go.chmod(0o755)
    project.build(env={"PATH": f"{go.parent}:{project.env['PATH']}", "GOTMPDIR": str(place)}).ok()
    assert seen.read_text().splitlines()[-1].startswith(f"{place}/lamina-go-")
    assert not any(place.iterdir())


def test_an_old_output_survives_a_failure(project):
    project.module()
    project.build().ok()
    before = {p.name: p.read_bytes() for p in (project.folder / "dist").iterdir()}
    project.write("cmd/two/main.go", "package main\n\nfunc main() { 1 }\n")
    assert project.build().status == 3
    assert {p.name: p.read_bytes() for p in (project.folder / "dist").iterdir()} == before


def test_quiet_still_says_why(project):
    project.module()
    project.write("cmd/two/main.go", "package main\n\nfunc main() { undefinedFunction() }\n")
    result = project("build", "-q")
    assert result.status == 3 and "undefined: undefinedFunction" in result.err and "two (x86_64): " not in result.err


def test_go_sum_that_lacks_a_module(example, tmp_path, caches):
    from conftest import Project
    other = Project(tmp_path, caches).copy_example()
    other.write("go.sum", "")
    other.build("worker").refused(4, "go-sum", "go mod tidy")
    assert (other.folder / "go.sum").read_text() == ""


def test_modules_that_cannot_be_fetched(project):
    project.copy_example()
    env = {"GOMODCACHE": str(project.base / "modules")}
    project.build("worker", env={**env, "GOPROXY": "off"}).refused(5, "go-network", "module cache")
    project.build("worker", env={**env, "GOPROXY": "http://127.0.0.1:9"}).refused(5, "go-network", "127.0.0.1:9")


def test_go_that_is_too_old(project):
    if go_version() < (1, 21):
        pytest.skip("Go 1.20 and older build newer modules as well as they can")
    project.module()
    project.write("go.mod", "module example.com/small\n\ngo 1.999\n")
    project.build(env={"GOTOOLCHAIN": "local"}).refused(6, "go-too-old", "1.999")


@pytest.mark.parametrize("variable, arch", [("GOAMD64=v9", "x86_64"), ("GOARM64=v7", "arm64")])
def test_unknown_levels(project, variable, arch):
    name, value = variable.split("=")
    project.module()
    project.build("one", "--arch", arch, env={name: value}).refused(2, "go-level", name, value)


def test_a_level_that_lambda_does_not_have(project):
    project.write("go.mod", "module example.com/x\n\ngo 1.18\n")
    project.write("main.go", "package main\n\nfunc main() {}\n")
    project.write("lamina.toml", '[function.x]\ngo = "."\narch = "x86_64"\ngo-env = { GOAMD64 = "v4" }\n')
    record = project.build(timeout=900).ok().objects[0]
    assert [w["id"] for w in record["warnings"]] == ["go-level"] and "GOAMD64=v4" in record["warnings"][0]["message"]


def test_what_is_said_about_tags_and_libraries(example, tmp_path, caches):
    from conftest import Project
    other = Project(tmp_path, caches).copy_example()
    other.write("lamina.toml", '[function.worker]\ngo = "./cmd/worker"\ngo-tags = ["prod"]\narch = "x86_64"\n')
    result = other("build").ok()
    assert "without the tag lambda.norpc" in result.err
    other.write("cmd/plain/main.go", "package main\n\nfunc main() {}\n")
    other.write("lamina.toml", '[function.plain]\ngo = "./cmd/plain"\narch = "x86_64"\n')
    assert "does not import github.com/aws/aws-lambda-go/lambda" in other("build").ok().err


def test_overrides_reach_the_program(project):
    project.module()
    project.write("cmd/one/main.go", 'package main\n\nvar version = "unset"\n\nfunc main() { println(version) }\n')
    project.write("cmd/one/prod.go", '//go:build prod\n\npackage main\n\nfunc init() { println("only in production") }\n')
    project.write("lamina.toml", '[function.one]\ngo = "./cmd/one"\narch = "x86_64"\ngo-tags = ["prod", "lambda.norpc"]\n'
                                 'go-ldflags = "-s -w -X main.version=marked-7.7.7"\n')
    project.build().ok()
    program = contents(project.folder / "dist/one-x86_64.zip")["bootstrap"][1]
    assert b"marked-7.7.7" in program and b"only in production" in program


def test_combinations_that_do_not_go(project):
    project.module()
    (project.folder / "lamina.toml").unlink()
    project.build("--go", "./cmd/one", "--kind", "layer", "-o", "x.zip").refused(2, "option-value")
    project.build("--go", "./cmd/one", "--runtime", "python3.12", "--arch", "arm64", "-o", "x.zip").refused(2, "go-runtime", "python3.12")
    project.write("lamina.toml", '[function.one]\ngo = "./cmd/one"\ngo-env = { GOARCH = "mips" }\n')
    project.build().refused(2, "bad-value", "GOARCH", "arch")
    project.write("lamina.toml", '[function.one]\ngo = 1\n')
    project.build().refused(2, "wrong-type", "lamina.toml:2:6")


def test_a_python_default_is_not_for_go(project):
    project.module()
    project.write("lamina.toml", '[defaults]\nruntime = "python3.12"\narch = "x86_64"\n\n[function.one]\ngo = "./cmd/one"\n')
    assert project.build().ok().objects[0]["runtime"] == "provided.al2023"


def test_a_bootstrap_of_the_project_collides(project):
    project.module()
    project.write("bootstrap", "#!/bin/sh\n")
    project.write("lamina.toml", '[function.one]\ngo = "./cmd/one"\narch = "x86_64"\ninclude = ["bootstrap"]\n')
    project.build().refused(3, "collision", "bootstrap")


def test_programs_of_one_name(project):
    project.module()
    project.write("other/one/main.go", 'package main\n\nfunc main() { println("the other program called one") }\n')
    project.write("lamina.toml", '[defaults]\narch = "x86_64"\n[function.a]\ngo = "./cmd/one"\n[function.b]\ngo = "./other/one"\n'
                                 '[function.c]\ngo = "./cmd/one"\n')
    project.build().ok()
    programs = {n: contents(project.folder / f"dist/{n}-x86_64.zip")["bootstrap"][1] for n in "abc"}
    assert b"the other program called one" in programs["b"] and b"the other program called one" not in programs["a"]
    assert programs["a"] == programs["c"]


@pytest.mark.skipif(not shutil.which("gcc"), reason="cgo needs a C compiler")
def test_cgo_is_off_unless_asked_for(project):
    project.write("go.mod", "module example.com/c\n\ngo 1.18\n")
    project.write("main.go", "package main\n\n// int seven(void) { return 7; }\nimport \"C\"\n\nfunc main() { println(C.seven()) }\n")
    project.write("lamina.toml", '[function.c]\ngo = "."\narch = "x86_64"\n')
    project.build(env={"CGO_ENABLED": "1"}).refused(3, "go-build", "build constraints exclude all Go files")
    project.write("lamina.toml", '[function.c]\ngo = "."\ngo-cgo = true\narch = "x86_64"\n')
    result = project.build(env={"PATH": project.env["PATH"]}, timeout=900)
    # A glibc newer than the target's is refused, which depends on this machine.
    assert result.status == 0 or result.refused(3, "glibc-too-new", "provided.al2023 has 2.34")


SLOW = """#!/bin/sh
case $1 in
build)
	mkdir -p "$GOTMPDIR/go-build1/b001"
	echo $$ >"{marker}"
	trap 'echo asked >"{marker}.asked"; kill $!; exit 1' INT
	sleep 60 &
	wait;;
*)
	exec "{go}" "$@";;
esac
"""


class Slow:
    """lamina, while a go command builds that would take a minute."""

    def __init__(self, project, wrapper=SLOW):
        project.module()
        self.marker = project.base / "started"
        go = project.base / "slow/go"
        go.parent.mkdir(exist_ok=True)
        go.write_text(wrapper.format(marker=self.marker, go=shutil.which("go")))
        go.chmod(0o755)
        # What ignores a signal (nohup) has its children ignore it: these tests send them.
        self.child = subprocess.Popen([LAMINA, "build"], cwd=project.folder, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
                                      env={**project.env, "PATH": f"{go.parent}:{project.env['PATH']}"},
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        deadline = time.time() + 60
        while not (self.marker.exists() and self.marker.read_text()) and time.time() < deadline:
            time.sleep(0.02)
        self.go = int(self.marker.read_text())

    def end(self, number):
        self.child.send_signal(number)
        out, err = self.child.communicate(timeout=30)
        return err.decode()

    def go_runs(self):
        try:
            os.kill(self.go, 0)
        except ProcessLookupError:
            return False
        return True


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_go_and_leaves_nothing(project, name):
    slow = Slow(project)
    assert project.leftovers()
    err = slow.end(getattr(signal, name))
    assert slow.child.returncode == 130 and "interrupted" in err, err
    assert (project.base / "started.asked").exists(), "go was not asked to end"
    assert not slow.go_runs()
    assert not (project.folder / "dist").exists() and not project.leftovers()


def test_what_a_killed_build_leaves_goes_with_the_next(project):
    slow = Slow(project)
    slow.end(signal.SIGKILL)
    left = project.leftovers()
    assert len(left) == 1
    os.kill(slow.go, signal.SIGINT)
    assert not (project.folder / "dist").exists()
    project.build().ok()
    assert not project.leftovers()


def test_builds_side_by_side_do_not_meet(project):
    slow = Slow(project)
    record = project.build("--go", "./cmd/one", "--arch", "x86_64", "-o", "other.zip").ok().objects[0]
    assert record["unzipped_size"] > 0
    assert slow.child.poll() is None and project.leftovers()
    slow.end(signal.SIGINT)


LEAVES_A_DAEMON = """#!/bin/sh
echo $$ >"{marker}"
sleep 5 &
exec "{go}" "$@"
"""


def test_who_holds_the_pipes_is_not_awaited(project):
    """A credential helper that stays, an ssh connection that is shared: they keep what they inherited."""
    start = time.time()
    slow = Slow(project, LEAVES_A_DAEMON)
    out, err = slow.child.communicate(timeout=60)
    assert slow.child.returncode == 0, err
    assert time.time() - start < 5


def test_no_secret_and_no_stray_variable_reaches_go(project):
    project.module()
    log = project.base / "environment"
    go = project.base / "spy/go"
    go.parent.mkdir()
    go.write_text(f'#!/bin/sh\nenv >>"{log}"\nexec "{shutil.which("go")}" "$@"\n')
    go.chmod(0o755)
    project.build(env={"PATH": f"{go.parent}:{project.env['PATH']}", "AWS_SECRET_ACCESS_KEY": "very-secret", "GOOS": "plan9",
                       "GOARCH": "mips", "CGO_ENABLED": "1", "GOPRIVATE": "corp.example", "CC": "false"}).ok()
    text = log.read_text()
    assert "very-secret" not in text and "plan9" not in text and "mips" not in text and "\nCC=" not in text
    assert "GOPRIVATE=corp.example" in text and "CGO_ENABLED=0" in text
