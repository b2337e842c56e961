"""What is said about bad input, word for word: messages.txt holds the whole of stderr for each case, and after each of them nothing is left.

LAMINA_UPDATE=1 writes messages.txt anew.

SPDX-License-Identifier: Apache-2.0
"""
import os
import pathlib
import re
import socket
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))
from elf_maker import AARCH64, EXEC, elf

LAMINA = os.environ["LAMINA"]
GOLDEN = pathlib.Path(__file__).with_name("messages.txt")
LOADER = "/lib64/ld-linux-x86-64.so.2"
NEWER = {"libc.so.6": ["GLIBC_2.2.5", "GLIBC_2.38"]}


def make(folder):
    """Everything that a case may name."""
    files = {
        "worker": elf(type=EXEC), "bootstrap": b"#!/bin/sh\n", "config.json": b"{}\n", "crlf.sh": b"#!/bin/sh\r\necho\r\n", "text": b"hello\n",
        "tree/a": b"a", "tree/deep/b": b"b", "tree/bin/run": b"#!/bin/sh\r\n", "arm": elf(AARCH64, EXEC), "riscv": elf(243, EXEC), "cut": elf(type=EXEC)[:70],
        "bits32": elf(cls=1, type=EXEC), "newer": elf(interpreter=LOADER, needed=["libc.so.6"], versions=NEWER),
        "musl": elf(interpreter="/lib/ld-musl-x86_64.so.1", needed=["libc.so"]), "libx.so": elf(soname="libx.so.1"),
        "libbad.so": elf(soname="../x"), "libarm.so": elf(AARCH64, soname="libarm.so"), "list": b"worker\nnothing\n", "binary-list": b"worker\0x\n",
        "clash/worker/x": b"x", "backslash/a\\b": b"x",
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for name, size in (("big/one", 150 << 20), ("big/two", 90 << 20), ("big/three", 30 << 20), ("big/four", 1 << 20)):
        (folder / name).parent.mkdir(exist_ok=True)
        with open(folder / name, "wb") as f:
            f.truncate(size)
    (folder / "links").mkdir()
    (folder / "links" / "out").symlink_to("../../elsewhere")
    (folder / "links2").mkdir()
    (folder / "links2" / "a").symlink_to("../config.json")
    (folder / "loop").mkdir()
    (folder / "loop" / "again").symlink_to(".")
    (folder / "dangling").symlink_to("nowhere")
    os.mkfifo(folder / "pipe")
    (folder / "pipes").mkdir()
    os.mkfifo(folder / "pipes" / "p")
    with socket.socket(socket.AF_UNIX) as s, inside(folder):
        s.bind("socket")
    (folder / "latin").mkdir()
    try:
        with open(os.fsencode(folder) + b"/latin/gr\xfc\xdfe", "wb"):
            pass
    except OSError:
        pass
    long = folder / "long"
    for part in ("x" * 200, "y" * 200, "z" * 200):
        long /= part
    long.mkdir(parents=True)
    (long / "file").write_text("x")


class inside:
    """A socket's path has at most 107 bytes."""

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        self.before = os.getcwd()
        os.chdir(self.folder)

    def __exit__(self, *_):
        os.chdir(self.before)


ZIP = {
    "a path that leads out": ["worker", "../x"],
    "a path that leads out by a detour": ["worker", "tree/../../x"],
    "an absolute path": ["worker", "/etc/hostname"],
    "a device": ["worker", "/dev/zero"],
    "a pipe": ["worker", "pipe"],
    "a pipe as the executable": ["pipe"],
    "a pipe in a folder": ["worker", "pipes"],
    "a socket": ["worker", "socket"],
    "a folder as the executable": ["tree"],
    "a missing file": ["worker", "nothing"],
    "a missing executable": ["nothing"],
    "a link to nowhere": ["worker", "dangling"],
    "bootstrap beside another executable": ["worker", "bootstrap"],
    "CR LF in the executable": ["crlf.sh"],
    "CR LF in bin/": ["-C", "tree", "--plain", "bin"],
    "CR LF by --exec": ["worker", "--exec", "*.sh", "crlf.sh"],
    "a file named twice": ["worker", "config.json", "./config.json"],
    "a file that is also in a folder": ["worker", "tree", "tree/a"],
    "a file where a folder is": ["-C", "clash", "../worker", "worker"],
    "a link in a folder": ["worker", "links2"],
    "a kept link that leads out": ["--symlinks", "keep", "worker", "links"],
    "a followed link to nowhere": ["--symlinks", "follow", "worker", "links"],
    "a followed link in a circle": ["--symlinks", "follow", "worker", "loop"],
    "a name that is not UTF-8": ["worker", "latin"],
    "a name with a backslash": ["worker", "backslash"],
    "a name that is too long": ["worker", "long"],
    "a name that no zip can hold": ["--prefix", "p" * 70000, "worker"],
    "a path that cannot be opened": ["worker", "x" * 5000],
    "more than Lambda unpacks": ["worker", "big"],
    "the output in the folder": ["-o", "tree/f.zip", "worker", "tree"],
    "the output is an input": ["-o", "config.json", "worker", "config.json"],
    "the output is the executable": ["-o", "worker", "worker"],
    "the output is a folder": ["-o", "tree", "worker"],
    "the output is a pipe": ["-o", "pipe", "worker"],
    "no output": ["-o", "", "worker"],
    "nothing": [],
    "an empty word": [""],
    "nothing left": ["--plain", "--exclude", "*", "config.json"],
    "a prefix that leads out": ["--prefix", "../x", "worker"],
    "an option that does not exist": ["-outptu", "x.zip", "worker"],
    "an option without its value": ["worker", "-o"],
    "a word that --compress does not know": ["--compress", "best", "worker"],
    "a list that is missing": ["@nothing"],
    "a list of a missing file": ["@list"],
    "a list that is none": ["@binary-list"],
}

BUILD = {
    "bootstrap: missing": ["--bootstrap", "nothing"],
    "bootstrap: a folder": ["--bootstrap", "tree"],
    "bootstrap: a pipe": ["--bootstrap", "pipe"],
    "bootstrap: text": ["--bootstrap", "text"],
    "bootstrap: a library": ["--bootstrap", "libx.so"],
    "bootstrap: CR LF": ["--bootstrap", "crlf.sh"],
    "bootstrap: another architecture": ["--bootstrap", "arm", "--arch", "x86_64"],
    "bootstrap: another processor": ["--bootstrap", "riscv"],
    "bootstrap: 32 bits": ["--bootstrap", "bits32"],
    "bootstrap: damaged": ["--bootstrap", "cut"],
    "bootstrap: a newer glibc": ["--bootstrap", "newer"],
    "bootstrap: a newer glibc than the older runtime's": ["--bootstrap", "newer", "--runtime", "provided.al2"],
    "bootstrap: musl's loader": ["--bootstrap", "musl"],
    "bootstrap: two of them": ["--bootstrap", "worker", "--source", "with-bootstrap"],
    "bootstrap: a Python runtime's dependencies": ["--bootstrap", "worker", "-r", "text", "--runtime", "provided.al2023"],
    "source: more than Lambda unpacks": ["--bootstrap", "worker", "--source", "big"],
    "source: a pipe": ["--bootstrap", "worker", "--source", "pipes"],
    "source: a link that leads out": ["--bootstrap", "worker", "--source", "links2"],
    "source: a name that is not UTF-8": ["--bootstrap", "worker", "--source", "latin"],
}

CONFIG = {
    "bin: text": '[layer.l]\nbin = "text"\n',
    "bin: a folder": '[layer.l]\nbin = "tree"\n',
    "bin: two of one name": '[layer.l]\nbin = ["worker", "tree/../worker"]\n',
    "bin: beside a file of its name": '[layer.l]\nbin = ["worker"]\nfiles = { "bin/worker" = "text" }\n',
    "lib: text": '[layer.l]\nlib = "text"\narch = "x86_64"\n',
    "lib: a SONAME that leads out": '[layer.l]\nlib = "libbad.so"\n',
    "lib: another architecture": '[layer.l]\nlib = "libarm.so"\narch = ["x86_64"]\n',
    "extension: CR LF": '[layer.l]\nextension = "crlf.sh"\n',
    "files: a missing file": '[layer.l]\nbin = "worker"\nfiles = { "x" = "nothing" }\n',
    "files: out of the artifact": '[layer.l]\nbin = "worker"\nfiles = { "../x" = "text" }\n',
    "command: it fails": '[function.f]\ncommand = ["sh", "-c", "echo what it says >&2; exit 7"]\n',
    "command: there is none": '[function.f]\ncommand = ["./nothing"]\n',
    "command: it is empty": "[function.f]\ncommand = []\n",
    "bootstrap: two": '[function.f]\nbootstrap = ["worker", "arm"]\n',
    "bootstrap: a word that is none": '[function.f]\nbootstrap = "{machin}/x"\n',
    "runtime: a wrong word": '[function.f]\nbootstrap = "worker"\nruntime = [\n  "provided.al2023",\n  "provided.al2024",\n]\n',
    "arch: a wrong word": '[function.f]\nbootstrap = "worker"\narch = "arm46"\n',
    "arch: a wrong word of [defaults]": '[defaults]\narch = ["arm64", "amd46"]\n\n[function.f]\nbootstrap = "worker"\n',
    "slim: a wrong word": '[layer.l]\nbin = "worker"\nslim = ["pyc", "test"]\n',
    "layout: a wrong word": '[layer.l]\nbin = "worker"\nlayout = "deep"\n',
    "output: a wrong word": '[layer.l]\nbin = "worker"\noutput = "dist/{version}.zip"\n',
    "bin: no runtime": '[function.f]\nbin = "worker"\n',
    "compress: a wrong word": '[function.f]\nbootstrap = "worker"\ncompress = "best"\n',
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("messages")
    make(made)
    (made / "with-bootstrap").mkdir()
    (made / "with-bootstrap" / "bootstrap").write_text("#!/bin/sh\n")
    return made


def names(folder):
    return sorted(os.path.join(os.fsencode(path), name) for path, _, files in os.walk(os.fsencode(folder)) for name in files)


def said(folder, args):
    before = names(folder)
    cache = folder.parent / "messages-cache"
    done = subprocess.run([LAMINA, *args], cwd=folder, capture_output=True, timeout=120, stdin=subprocess.DEVNULL,
                          env=dict(os.environ, LC_ALL="C", LAMINA_CACHE_DIR=str(cache)))
    assert done.returncode in (2, 3, 6), (args, done.returncode, done.stderr)
    assert done.stdout == b"" and [n for n in names(folder) if b".lamina" not in n] == before
    text = done.stderr.decode()
    for long in sorted(set(re.findall(r"(.)\1{99,}", text))):
        text = re.sub(f"{re.escape(long)}{{100,}}", f"{long * 3}(...)", text)
    return f"status {done.returncode}\n{text.replace(str(folder), 'FOLDER')}"


def parse(text):
    blocks = re.split(r"^== (.*)\n", text, flags=re.M)[1:]
    return dict(zip(blocks[::2], blocks[1::2]))


def cases():
    for name, args in ZIP.items():
        yield f"zip, {name}", ["zip", *([] if "-o" in args else ["-o", "f.zip"]), *args]
    for name, args in BUILD.items():
        yield f"build, {name}", ["build", "-q", "-o", "f.zip", *args]
    for name, text in CONFIG.items():
        yield f"lamina.toml, {name}", text


def answer(folder, what):
    if isinstance(what, list):
        return said(folder, what)
    config = folder / "lamina.toml"
    config.write_text(what)
    try:
        return said(folder, ["build", "-q"])
    finally:
        config.unlink()


CASES = dict(cases())


@pytest.mark.skipif("LAMINA_UPDATE" in os.environ, reason="messages.txt is written")
@pytest.mark.parametrize("name", CASES)
def test_message(folder, name):
    if "not UTF-8" in name and not os.listdir(folder / "latin"):
        pytest.skip("this file system takes UTF-8 only")
    assert answer(folder, CASES[name]) == parse(GOLDEN.read_text())[name]


def test_nothing_else_is_in_the_file(folder):
    if "LAMINA_UPDATE" in os.environ:
        GOLDEN.write_text("".join(f"== {name}\n{answer(folder, what)}" for name, what in CASES.items()))
    assert list(parse(GOLDEN.read_text())) == list(CASES)
    # Every message says where or names what it is about, and most say what to do.
    texts = parse(GOLDEN.read_text())
    assert sum("= help: " in t for t in texts.values()) >= 0.75 * len(texts)
