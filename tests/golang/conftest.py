"""A home of its own for lamina, go caches that all tests share, and a project to change.

SPDX-License-Identifier: Apache-2.0
"""
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import time
import zipfile

import pytest

LAMINA = os.environ.get("LAMINA", "lamina")
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXAMPLE = ROOT / "examples" / "go"
GO = shutil.which("go")
ARCHS = ("arm64", "x86_64")


def go_env(*names):
    out = subprocess.run([GO, "env", *names], capture_output=True, text=True, check=True, cwd="/").stdout
    return out.split("\n")


def go_version():
    version = go_env("GOVERSION")[0].removeprefix("go").split(".")
    return tuple(int("".join(c for c in part if c.isdigit()) or 0) for part in version[:2])


@dataclasses.dataclass
class Result:
    args: list
    status: int
    out: str
    err: str

    def __str__(self):
        return f"lamina {' '.join(self.args)}\nstatus {self.status}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"

    @property
    def objects(self):
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self):
        assert self.objects and "error" in self.objects[-1], str(self)
        return self.objects[-1]["error"]

    def ok(self):
        assert self.status == 0, str(self)
        return self

    def refused(self, status, id, *texts):
        assert (self.status, self.error["id"]) == (status, id), str(self)
        whole = "\n".join(str(self.error[k]) for k in ("message", "where", "why", "help") if self.error[k])
        for text in texts:
            assert text in whole, f"{text!r} is not in\n{whole}"
        return self


class Project:
    """A folder, and lamina in it. The environment holds nothing but what is given here."""

    def __init__(self, base, caches):
        self.base = base
        self.folder = base / "work"
        self.folder.mkdir(parents=True)
        self.tmp = base / "tmp"
        self.tmp.mkdir()
        self.home = base / "home"
        self.home.mkdir()
        self.env = {"PATH": os.environ["PATH"], "HOME": str(self.home), "TMPDIR": str(self.tmp), "LANG": "C.UTF-8",
                    "LAMINA_CACHE_DIR": str(base / "cache"), **caches}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def __call__(self, *args, env=None, cwd=None, umask=-1, under=(), timeout=300):
        environment = {k: v for k, v in {**self.env, **(env or {})}.items() if v is not None}
        args = [str(a) for a in args]
        done = subprocess.run([*under, LAMINA, *args], env=environment, cwd=cwd or self.folder, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=timeout, umask=umask)
        return Result(args, done.returncode, done.stdout.decode(), done.stderr.decode())

    def build(self, *args, **options):
        return self("build", "--json", *args, **options)

    def write(self, name, text=""):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def copy_example(self):
        shutil.copytree(EXAMPLE, self.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("dist", ".lamina"))
        return self

    def module(self, **files):
        """A small module without dependencies: quick to build."""
        self.write("go.mod", "module example.com/small\n\ngo 1.18\n")
        self.write("cmd/one/main.go", 'package main\n\nimport "example.com/small/text"\n\nfunc main() { println(text.Of()) }\n')
        self.write("cmd/two/main.go", 'package main\n\nimport "example.com/small/text"\n\nfunc main() { println(2, text.Of()) }\n')
        self.write("text/text.go", 'package text\n\nimport _ "embed"\n\n//go:embed data/hello.txt\nvar hello string\n\n'
                                   "func Of() string { return hello }\n")
        self.write("text/data/hello.txt", "hello")
        for name, text in files.items():
            self.write(name, text)
        self.write("lamina.toml", '[defaults]\narch = "x86_64"\n\n[function.one]\ngo = "./cmd/one"\n\n'
                                  '[function.two]\ngo = "./cmd/two"\n')
        return self

    def leftovers(self):
        """Names that a build must not leave: scratch folders, half a zip."""
        return [p for p in self.tmp.iterdir() if p.name.startswith("lamina-")] + list(self.folder.rglob("*.lamina-tmp"))

    def wrap_go(self):
        """A `go` in front of PATH that writes down how it is called."""
        log = self.base / "go.log"
        folder = self.base / "wrapper"
        folder.mkdir(exist_ok=True)
        wrapper = folder / "go"
        wrapper.write_text(f'#!/bin/sh\necho "$@" >>"{log}"\nexec "{GO}" "$@"\n')
        wrapper.chmod(0o755)
        self.env["PATH"] = f"{folder}:{self.env['PATH']}"
        log.write_text("")

        def calls():
            text = log.read_text()
            log.write_text("")
            return [line.split()[0] for line in text.splitlines() if line.split()[:1] and line.split()[0] in ("env", "list", "build")]
        return calls


def contents(path):
    with zipfile.ZipFile(path) as z:
        assert z.testzip() is None
        return {i.filename: (i.external_attr >> 16, z.read(i)) for i in z.infolist()}


@pytest.fixture(scope="session")
def caches(tmp_path_factory):
    """What the machine has already is used: these tests are about lamina, not about compiling the standard library again."""
    if not GO:
        pytest.skip("there is no Go here")
    gocache, modcache = go_env("GOCACHE", "GOMODCACHE")[:2]
    return {"GOCACHE": gocache, "GOMODCACHE": modcache, "GOFLAGS": ""}


@pytest.fixture
def project(tmp_path, caches):
    made = Project(tmp_path, caches)
    yield made
    assert not made.leftovers()


@pytest.fixture(scope="session")
def example(tmp_path_factory, caches):
    """The example, built once for both architectures."""
    done = subprocess.run([GO, "mod", "download"], cwd=EXAMPLE, env={**os.environ, "GOMODCACHE": caches["GOMODCACHE"]},
                          capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"the modules of examples/go cannot be had: {done.stderr[-300:]}")
    made = Project(tmp_path_factory.mktemp("example"), caches).copy_example()
    time.sleep(0.05)  # what changed within 20 ms before a build is never trusted
    made.build().ok()
    return made
