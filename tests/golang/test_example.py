"""The example with the official library: built for both architectures on one machine, the same everywhere, and it answers.

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import platform
import shutil
import subprocess
import tempfile
import time

import pytest

from conftest import ARCHS, GO, Project, contents
from runtime_api import invoke

EVENT = {"id": "A-1", "items": [{"name": "tea", "count": 3, "cents": 250}, {"name": "cup", "count": 1, "cents": 1199}]}
MACHINES = {"arm64": ("aarch64", 183), "x86_64": ("x86_64", 62)}


def zips(project):
    return {p.name: p.read_bytes() for p in sorted((project.folder / "dist").iterdir())}


@pytest.mark.parametrize("arch", ARCHS)
def test_program_is_for_the_target(example, arch):
    made = contents(example.folder / "dist" / f"worker-{arch}.zip")
    assert list(made) == ["bootstrap", "config.json"]
    mode, program = made["bootstrap"]
    assert mode == 0o100755 and made["config.json"][0] == 0o100644
    assert program[:4] == b"\x7fELF" and int.from_bytes(program[18:20], "little") == MACHINES[arch][1]
    assert str(example.folder).encode() not in program and os.fsencode(os.path.expanduser("~/go")) not in program


@pytest.mark.parametrize("arch", ARCHS)
def test_build_information_says_how(example, arch, tmp_path):
    program = tmp_path / "bootstrap"
    program.write_bytes(contents(example.folder / "dist" / f"worker-{arch}.zip")["bootstrap"][1])
    program.chmod(0o755)  # Go before 1.20 looks at executables only
    said = subprocess.run([GO, "version", "-m", program], capture_output=True, text=True, check=True).stdout
    for line in ("build\t-tags=lambda.norpc", "build\t-trimpath=true", "build\tCGO_ENABLED=0", "build\tGOOS=linux",
                 "build\tGOARCH=" + ("arm64" if arch == "arm64" else "amd64")):
        assert line in said
    assert "vcs" not in said


def command(arch, program):
    if platform.machine() == MACHINES[arch][0]:
        return [program]
    emulator = shutil.which(f"qemu-{MACHINES[arch][0]}") or shutil.which(f"qemu-{MACHINES[arch][0]}-static")
    if not emulator:
        pytest.skip(f"no qemu-{MACHINES[arch][0]}")
    return [emulator, program]


@pytest.mark.parametrize("arch", ARCHS)
def test_it_answers_an_event(example, arch, tmp_path):
    program = tmp_path / "bootstrap"
    for name in ("worker", "greeter"):
        program.write_bytes(contents(example.folder / "dist" / f"{name}-{arch}.zip")["bootstrap"][1])
        program.chmod(0o755)
        if name == "worker":
            assert invoke(command(arch, program), EVENT) == ("response", {"id": "A-1", "total": "19.49"})
            kind, error = invoke(command(arch, program), {"id": "B", "items": [{"name": "tea", "count": -1}]})
            assert kind == "error" and error["errorMessage"] == "order B: -1 of tea"
        else:
            assert invoke(command(arch, program), {"name": "Ada", "language": "de"}) == ("response", "Guten Tag, Ada!")


def test_another_folder_home_and_umask_give_the_same_bytes(example, tmp_path, caches):
    other = Project(tmp_path / "a longer path", caches).copy_example()
    os.chmod(other.folder / "config.json", 0o600)
    os.utime(other.folder / "cmd/worker/main.go", (1, 1))
    other.build(umask=0o077, env={"LANG": "C", "TZ": "Asia/Tokyo"}).ok()
    assert zips(other) == zips(example)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to become another user")
def test_another_user_gives_the_same_bytes(example, tmp_path_factory, caches):
    other = Project(tmp_path_factory.mktemp("user"), caches).copy_example()
    cache = other.base / "gocache"
    cache.mkdir()
    # The module cache of root may be closed to others: theirs is a copy.
    modules = other.base / "modules"
    shutil.copytree(caches["GOMODCACHE"], modules, ignore=lambda folder, names: [n for n in names if n in ("sumdb", "vcs")])
    subprocess.run(["chown", "-R", "nobody", other.base], check=True)
    # The folders of the tests are root's own: the other user has to get through, and no further.
    for folder in other.base.parents:
        if folder.is_relative_to(tempfile.gettempdir()) and folder.stat().st_mode & 0o077 == 0:
            folder.chmod(0o711)
    env = {"GOCACHE": str(cache), "GOMODCACHE": str(modules), "GOPROXY": "off", "GOSUMDB": "off"}
    result = other.build("worker", "--arch", "x86_64", env=env, under=["setpriv", "--reuid=65534", "--clear-groups"], timeout=600).ok()
    assert result.objects[0]["sha256"] == json.loads(example.build("worker", "--arch", "x86_64").ok().out)["sha256"]


def test_one_core_gives_the_same_bytes(example, tmp_path, caches):
    other = Project(tmp_path, caches).copy_example()
    other.build("--jobs", 1, under=["taskset", "-c", "0"]).ok()
    assert zips(other) == zips(example)


def test_a_cold_build_cache_gives_the_same_bytes(example, tmp_path, caches):
    other = Project(tmp_path, caches).copy_example()
    other.build("worker", "--arch", "x86_64", env={"GOCACHE": str(tmp_path / "cold")}, timeout=900).ok()
    name = "worker-x86_64.zip"
    assert zips(other)[name] == zips(example)[name]


def test_nothing_changed_is_quick(example):
    records = example.build().ok().objects
    assert [r["up_to_date"] for r in records] == [True] * 4
    assert max(r["elapsed_ms"] for r in records) < 50


def test_the_zip_needs_no_configuration(example, tmp_path, caches):
    other = Project(tmp_path, caches).copy_example()
    (other.folder / "lamina.toml").unlink()
    result = other("build", "--go", "./cmd/worker", "--arch", "arm64", "-o", "worker.zip").ok()
    assert "provided.al2023" in result.err
    made = contents(other.folder / "worker.zip")
    assert list(made) == ["bootstrap"]
    assert made["bootstrap"] == contents(example.folder / "dist" / "worker-arm64.zip")["bootstrap"]


def test_init_finds_the_programs(example, tmp_path, caches):
    other = Project(tmp_path, caches).copy_example()
    (other.folder / "lamina.toml").unlink()
    other.write("vendor/example.com/x/main.go", 'package main\n\nimport "github.com/aws/aws-lambda-go/lambda"\n')
    other.write("tool/main.go", 'package main\n\n// "github.com/aws/aws-lambda-go/lambda"\nimport "fmt"\n\nfunc main() { fmt.Println() }\n')
    text = other("init", "--print").ok().out
    assert [line for line in text.splitlines() if line.startswith("go = ")] == ['go = "./cmd/greeter"', 'go = "./cmd/worker"']
    shutil.rmtree(other.folder / "vendor")
    other("init").ok()
    other("build", "--dry-run").ok()


MAIN = 'package main\n\nimport "github.com/aws/aws-lambda-go/lambda"\n\nfunc main() { lambda.Start(func() {}) }\n'


def test_a_new_user(example, tmp_path, caches):
    """go mod init, a main.go, lamina init, lamina build: nothing else is needed."""
    new = Project(tmp_path, caches)
    for name in ("go.mod", "go.sum"):
        text = (example.folder / name).read_text()
        new.write(name, text.replace("module example.com/orders", 'module "example.com/Greetings/v2" // ours'))
    new.write("main.go", MAIN)
    new.write("example.go", "//go:build ignore\n\n" + MAIN)
    new.write("cmd/late/late.go", "/* by hand\n*/ package main // late\n\nimport (\n\t_ \"embed\"\n\tl \"github.com/aws/aws-lambda-go/lambda\"\n)\n\n"
                                  "func main() { l.Start(func() {}) }\n")
    new.write("examples/one/one.go", "//go:build ignore\n\n" + MAIN)
    result = new("init").ok()
    assert "lamina build" in result.err
    lines = (new.folder / "lamina.toml").read_text().splitlines()
    assert [line for line in lines if line.startswith(("[function", "go ="))] == ["[function.Greetings]", 'go = "."', "[function.late]", 'go = "./cmd/late"']
    time.sleep(0.05)
    records = new.build(timeout=900).ok().objects
    assert [(r["name"], r["runtime"], r["arch"]) for r in records] == [("Greetings", "provided.al2023", "x86_64"), ("late", "provided.al2023", "x86_64")]
    assert all(r["up_to_date"] for r in new.build().ok().objects)
    assert sorted(p.name for p in new.folder.iterdir()) == [".lamina", "cmd", "dist", "example.go", "examples", "go.mod", "go.sum", "lamina.toml", "main.go"]
    assert new("init").status == 2, "what is there stays"
