"""What every test of the command line starts from: a home, a store and an index of its own.

SPDX-License-Identifier: Apache-2.0
"""
import contextlib
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import zipfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from index import Index  # noqa: E402

LAMINA = os.environ.get("LAMINA", "lamina")
NOWHERE = "http://127.0.0.1:9/simple/"  # discard: nothing listens there
TARGET = ("--runtime", "python3.12", "--arch", "x86_64")
MESSAGE_MAX = 4000
RECORD_KEYS = ["schema", "kind", "name", "target", "runtime", "arch", "path", "size", "unzipped_size", "entries", "sha256",
               "sha256_base64", "lock", "lock_sha256", "up_to_date", "elapsed_ms", "distributions", "slimmed", "warnings", "lamina"]


@dataclasses.dataclass
class Result:
    args: tuple
    status: int
    out: str
    err: str

    def __str__(self):
        return f"lamina {' '.join(map(str, self.args))}\nstatus {self.status}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"

    @property
    def objects(self):
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def records(self):
        return [o for o in self.objects if "error" not in o]

    @property
    def record(self):
        assert len(self.records) == 1, self
        return self.records[0]

    @property
    def error(self):
        objects = self.objects
        assert objects and "error" in objects[-1], self
        return objects[-1]["error"]

    def ok(self):
        assert self.status == 0, str(self)
        return self

    def refused(self, status, id, *texts):
        """The exit status, the error's id, and pieces of its message, wherever in it they stand."""
        assert self.status == status, str(self)
        error = self.error
        assert error["id"] == id and error["status"] == status, str(self)
        whole = "\n".join(str(error[k]) for k in ("message", "where", "why", "help") if error[k])
        for text in texts:
            assert text in whole, f"{text!r} is not in\n{whole}\n{self}"
        check_message(self.err)
        assert error["message"] in self.err or "\\" in self.err, str(self)
        return self


def check_message(text):
    assert len(text.encode()) < MESSAGE_MAX, text
    assert not [c for c in text if ord(c) < 32 and c != "\n" or 0x7f <= ord(c) < 0xa0], repr(text)
    errors = [line for line in text.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1, text


class Lamina:
    """lamina(args...) runs it in `folder`; the environment holds nothing but what is given here."""

    def __init__(self, base):
        self.base = base
        self.folder = base / "work"
        self.home = base / "home"
        self.cache = base / "cache"
        self.folder.mkdir()
        self.home.mkdir()
        self.env = {"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8", "LAMINA_CACHE_DIR": str(self.cache),
                    "XDG_CONFIG_DIRS": str(base / "none"), "PIP_INDEX_URL": NOWHERE, "PIP_CONFIG_FILE": os.devnull}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LLVM_PROFILE_FILE"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def environment(self, changes):
        env = {**self.env, **{k: str(v) for k, v in (changes or {}).items() if v is not None}}
        for name in [k for k, v in (changes or {}).items() if v is None]:
            env.pop(name, None)
        return env

    def __call__(self, *args, env=None, cwd=None, timeout=60, **options):
        args = [str(a) for a in args]
        done = subprocess.run([*options.pop("under", []), LAMINA, *args], env=self.environment(env), cwd=cwd or self.folder,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, **options)
        return Result(args, done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *args, env=None, cwd=None, **options):
        return subprocess.Popen([LAMINA, *map(str, args)], env=self.environment(env), cwd=cwd or self.folder, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def build(self, *args, target=TARGET, **options):
        """With --json; `target` may be ()."""
        return self("build", "--json", *target, *args, **options)

    def write(self, name, text=""):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def requirements(self, *lines, name="requirements.txt"):
        return self.write(name, "".join(f"{line}\n" for line in lines))

    def left(self):
        """What the work folder holds, temporary files too."""
        return sorted(str(p.relative_to(self.folder)) for p in self.folder.rglob("*"))


@pytest.fixture
def lamina(tmp_path):
    return Lamina(tmp_path)


@pytest.fixture
def index():
    with Index() as server:
        yield server


@pytest.fixture
def two_indexes():
    with Index() as one, Index() as two:
        yield one, two


@pytest.fixture
def make_index():
    with contextlib.ExitStack() as stack:
        yield lambda **options: stack.enter_context(Index(**options))


def names(path):
    with zipfile.ZipFile(path) as z:
        return z.namelist()


def contents(path):
    """{name: bytes} of a zip or a tree; the zip's CRCs are checked on the way."""
    path = pathlib.Path(path)
    if path.is_dir():
        return {str(p.relative_to(path)): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}
    with zipfile.ZipFile(path) as z:
        assert len(set(z.namelist())) == len(z.namelist())
        return {n: z.read(n) for n in z.namelist()}


def modes(path):
    path = pathlib.Path(path)
    if path.is_dir():
        return {str(p.relative_to(path)): p.stat().st_mode & 0o777 for p in path.rglob("*") if p.is_file()}
    with zipfile.ZipFile(path) as z:
        return {i.filename: (i.external_attr >> 16) & 0o777 for i in z.infolist()}


def check_zip(path):
    """What every zip of lamina is."""
    with zipfile.ZipFile(path) as z:
        found = [i.filename.encode() for i in z.infolist()]
        assert found == sorted(found)
        for i in z.infolist():
            assert not i.filename.endswith("/") and i.date_time == (1980, 1, 1, 0, 0, 0)
            assert i.create_system == 3 and i.create_version == 20 and not i.extra and not i.comment
            assert (i.external_attr >> 16) in (0o100644, 0o100755), i
            assert i.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) and not i.flag_bits & ~0x806
        assert not z.comment and z.testzip() is None
