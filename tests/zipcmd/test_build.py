"""lamina build for executables: bootstrap, command, layers of tools and libraries, what the target cannot run, --compress."""

import base64
import hashlib
import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
import zipfile

import pytest

sys.path.insert(0, os.path.dirname(__file__))
import elf_maker
from elf_maker import AARCH64, DYN, EXEC, elf

LAMINA = os.environ["LAMINA"]
LOADER = {"x86_64": "/lib64/ld-linux-x86-64.so.2", "arm64": "/lib/ld-linux-aarch64.so.1"}


@pytest.fixture
def project(tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "p").mkdir()
    return tmp_path / "p"


def build(project, *args, status=0, **env):
    env = dict(os.environ, LAMINA_CACHE_DIR=str(project.parent / "cache"), LC_ALL="C", **env)
    done = subprocess.run([LAMINA, "build", "--json", *args], cwd=project, capture_output=True, text=True, env=env)
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    done.records = [json.loads(line) for line in done.stdout.splitlines()]
    return done


def refused(project, rule, *args, status=3):
    done = build(project, *args, status=status)
    error = done.records[-1]["error"]
    assert error["id"] == rule, error
    assert not list(project.rglob("*.zip"))
    return error


def entries(path):
    with zipfile.ZipFile(path) as z:
        assert z.testzip() is None
        return {i.filename: (stat.S_IMODE(i.external_attr >> 16), z.read(i)) for i in z.infolist()}


def config(project, text):
    (project / "lamina.toml").write_text(text)


def test_help_and_completion_offer_what_there_is():
    """Options of executables are offered, aliases of architectures and words of later versions are taken but not offered."""
    text = subprocess.run([LAMINA, "build", "--help"], capture_output=True, text=True, check=True).stdout
    assert "--bootstrap FILE" in text and "--go PACKAGE" in text and "amd64" not in text and "checked-hash" not in text
    for shell in ("bash", "zsh", "fish"):
        words = subprocess.run([LAMINA, "completion", shell], capture_output=True, text=True, check=True).stdout
        assert "bootstrap" in words and "amd64" not in words and "checked-hash" not in words


def test_aliases_of_architectures(project):
    (project / "x").write_bytes(b"#!/bin/sh\n")
    done = build(project, "--bootstrap", "x", "--arch", "aarch64,amd64")
    assert [r["arch"] for r in done.records] == ["arm64", "x86_64"] and "aarch64" not in done.stdout + done.stderr


# --- bootstrap ---

def test_bootstrap_without_configuration(project):
    (project / "rusty").write_bytes(elf(AARCH64, EXEC))
    done = build(project, "--bootstrap", "rusty", "-o", "out.zip")
    record = done.records[0]
    assert (record["kind"], record["runtime"], record["arch"]) == ("function", "provided.al2023", "arm64")
    assert "provided.al2023" in done.stderr and "arm64" in done.stderr
    assert {n: m for n, (m, _) in entries(project / "out.zip").items()} == {"bootstrap": 0o755}


def test_architecture_is_decided_or_confirmed(project):
    (project / "x").write_bytes(elf(type=EXEC))
    config(project, '[function.f]\nbootstrap = "x"\nruntime = "provided.al2"\n')
    assert build(project).records[0]["arch"] == "x86_64"
    (project / "dist" / "f-x86_64.zip").unlink()
    config(project, '[function.f]\nbootstrap = "x"\nruntime = "provided.al2"\narch = "arm64"\n')
    error = refused(project, "wrong-arch")
    assert "x86_64" in error["message"] and "arm64" in error["message"] and "x (lamina.toml:2:13)" == error["where"]


def test_one_path_per_architecture(project):
    for machine, number in (("x86_64", elf_maker.X86_64), ("aarch64", AARCH64)):
        (project / machine).mkdir()
        (project / machine / "rusty").write_bytes(elf(number, EXEC))
    config(project, '[function.f]\nbootstrap = "{machine}/rusty"\narch = ["arm64", "x86_64"]\n')
    records = build(project).records
    assert [r["arch"] for r in records] == ["arm64", "x86_64"] and records[0]["sha256"] != records[1]["sha256"]
    assert all(r["up_to_date"] for r in build(project).records)


def test_files_beside_the_bootstrap(project):
    (project / "x").write_bytes(b"#!/bin/sh\necho hi\n")
    (project / "src").mkdir()
    (project / "src" / "a.txt").write_text("a")
    (project / "src" / "b.md").write_text("b")
    config(project, '[defaults]\nruntime = "python3.12"\n[function.f]\nbootstrap = "x"\nsource = "src"\ninclude = "*.txt"\n'
                    'files = { "etc/c" = "src/b.md" }\n')
    assert build(project).records[0]["runtime"] == "provided.al2023"
    assert {n: m for n, (m, _) in entries(project / "dist" / "f-x86_64.zip").items()} == {
        "a.txt": 0o644, "bootstrap": 0o755, "etc/c": 0o644}


def test_defaults_of_python_are_not_for_executables(project):
    """One lamina.toml for Python and native code: neither the runtime nor the dependencies of all reach what starts itself."""
    digest = wheel(project, "demo", {"demo/__init__.py": "x = 1\n"})
    (project / "requirements.txt").write_text(f"demo==1.0 --hash=sha256:{digest}\n")
    (project / "x").write_bytes(elf(type=EXEC))
    config(project, '[defaults]\nruntime = "python3.12"\nrequirements = "requirements.txt"\narch = "x86_64"\n'
                    '[layer.deps]\n[function.a]\nbin = "x"\nbootstrap = "x"\n'
                    '[function.b]\ncommand = "cp x $LAMINA_OUT/bootstrap"\nruntime = "provided.al2023"\n')
    records = {r["name"]: r for r in build(project, *OFFLINE).records}
    assert {n: r["runtime"] for n, r in records.items()} == {"deps": "python3.12", "a": "provided.al2023", "b": "provided.al2023"}
    assert {n: len(r["distributions"]) for n, r in records.items()} == {"deps": 1, "a": 0, "b": 0}


def test_function_of_python_with_a_tool(project):
    """python, bin, lib and files mix in functions as they do in layers."""
    digest = wheel(project, "demo", {"demo/__init__.py": "x = 1\n"})
    (project / "requirements.txt").write_text(f"demo==1.0 --hash=sha256:{digest}\n")
    (project / "x").write_bytes(elf(type=EXEC))
    (project / "libfoo.so").write_bytes(elf(soname="libfoo.so.1"))
    (project / "src").mkdir()
    (project / "src" / "index.py").write_text("import demo\n")
    config(project, '[function.f]\nrequirements = "requirements.txt"\nsource = "src"\nbin = "x"\nlib = "libfoo.so"\nruntime = "python3.12"\n'
                    'files = { "etc/x" = "requirements.txt" }\n')
    record = build(project, *OFFLINE).records[0]
    modes = {n: m for n, (m, _) in entries(project / record["path"]).items() if "dist-info" not in n}
    assert modes == {"bin/x": 0o755, "demo/__init__.py": 0o644, "etc/x": 0o644, "index.py": 0o644, "lib/libfoo.so.1": 0o644}
    config(project, '[function.f]\nbin = "x"\n')
    build(project, status=2)


def test_limits(project):
    (project / "x").write_bytes(elf(type=EXEC))
    (project / "src").mkdir()
    (project / "src" / "noise").write_bytes(random.Random(1).randbytes(51 << 20))
    done = build(project, "--bootstrap", "x", "--source", "src", "--compress", "store", "-o", "out.zip")
    assert "S3" in done.stderr and done.records[0]["size"] > 50 << 20
    os.remove(project / "out.zip")
    os.truncate(project / "src" / "noise", 251 << 20)
    error = refused(project, "size-unzipped", "--bootstrap", "x", "--source", "src", "-o", "out.zip")
    assert "noise (263192576), bootstrap (" in error["why"]
    build(project, "--bootstrap", "x", "--source", "src", "--into", "tree")


def test_name(project):
    (project / "rusty").write_bytes(elf(type=EXEC))
    (project / "bootstrap").write_bytes(elf(type=EXEC))
    assert [build(project, "--bootstrap", x).records[0]["path"] for x in ("rusty", "./bootstrap")] == [
        "dist/rusty-x86_64.zip", "dist/function-x86_64.zip"]


NEWER = {"libc.so.6": ["GLIBC_2.2.5", "GLIBC_2.36"]}
CANNOT_RUN = [
    ("a folder", None, "binary-folder"),
    ("text", b"hello\n", "not-executable"),
    ("a library", elf(soname="libx.so.1"), "not-executable"),
    ("CR LF", b"#!/bin/sh\r\n", "crlf-shebang"),
    ("newer glibc", elf(interpreter=LOADER["x86_64"], needed=["libc.so.6"], versions=NEWER), "glibc-too-new"),
    ("musl's loader", elf(interpreter="/lib/ld-musl-x86_64.so.1", needed=["libc.so"]), "no-loader"),
    ("another machine", elf(243, EXEC), "wrong-arch"),
    ("32 bits", elf(cls=1, type=EXEC), "elf-class"),
    ("cut", elf(type=EXEC)[:70], "elf-truncated"),
]


@pytest.mark.parametrize("content, rule", [c[1:] for c in CANNOT_RUN], ids=[c[0] for c in CANNOT_RUN])
def test_what_lambda_could_not_start(project, content, rule):
    if content is None:
        (project / "x").mkdir()
    else:
        (project / "x").write_bytes(content)
    refused(project, rule, "--bootstrap", "x", "-o", "out.zip")


def test_glibc_depends_on_the_runtime(project):
    (project / "x").write_bytes(elf(interpreter=LOADER["x86_64"], needed=["libc.so.6"], versions={"libc.so.6": ["GLIBC_2.34"]}))
    refused(project, "glibc-too-new", "--bootstrap", "x", "--runtime", "provided.al2", "-o", "out.zip")
    build(project, "--bootstrap", "x", "--runtime", "provided.al2023", "-o", "out.zip")


def test_missing_file(project):
    refused(project, "not-found", "--bootstrap", "nothing", "-o", "out.zip", status=6)


def test_function_without_bootstrap_is_warned(project):
    (project / "src").mkdir()
    (project / "src" / "a").write_text("a")
    record = build(project, "--source", "src", "--runtime", "provided.al2023", "-o", "out.zip").records[0]
    assert [w["id"] for w in record["warnings"]] == ["no-bootstrap"]


# --- command ---

def test_command(project):
    (project / "x").write_bytes(elf(AARCH64, EXEC))
    config(project, '[function.f]\ncommand = ["sh", "-c", "env | grep ^LAMINA_ | sort > env; mkdir -p $LAMINA_OUT/share; '
                    'echo to stdout; cp x $LAMINA_OUT/bootstrap; echo data > $LAMINA_OUT/share/d"]\narch = "arm64"\n')
    done = build(project, "-C", ".")
    assert "to stdout" in done.stderr and len(done.records) == 1
    assert {n: m for n, (m, _) in entries(project / "dist" / "f-arm64.zip").items()} == {"bootstrap": 0o755, "share/d": 0o644}
    env = dict(line.split("=", 1) for line in (project / "env").read_text().splitlines())
    assert (env["LAMINA_ARCH"], env["LAMINA_RUNTIME"], env["LAMINA_NAME"]) == ("arm64", "provided.al2023", "f")
    assert env["LAMINA_OUT"].startswith(str(project)) and os.path.isabs(env["LAMINA_OUT"])


def test_command_runs_each_time_and_may_change_nothing(project):
    config(project, '[function.f]\ncommand = "echo x >> runs; printf \'#!/bin/sh\\\\n\' > $LAMINA_OUT/bootstrap"\n')
    assert not build(project).records[0]["up_to_date"]
    assert build(project).records[0]["up_to_date"]
    assert (project / "runs").read_text() == "x\nx\n"
    build(project, "--dry-run")
    assert (project / "runs").read_text() == "x\nx\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("group", [True, False], ids=["terminal", "lamina alone"])
def test_command_that_is_interrupted(project, number, group):
    config(project, '[function.f]\ncommand = ["sh", "-c", "touch started; exec sleep 60"]\n')
    child = subprocess.Popen([LAMINA, "build"], cwd=project, start_new_session=True, stderr=subprocess.PIPE, text=True,
                             env=dict(os.environ, LAMINA_CACHE_DIR=str(project.parent / "cache")))
    for _ in range(1000):
        if (project / "started").exists():
            break
        time.sleep(0.01)
    time.sleep(0.1)
    (os.killpg if group else os.kill)(child.pid, number)
    assert child.wait(timeout=20) == 130, child.stderr.read()
    child.stderr.close()
    assert not (project / "dist").exists()


def test_signals_of_a_command_are_the_usual_ones(project):
    """A shell's pipes count on SIGPIPE, which lamina ignores for itself."""
    config(project, '[function.f]\ncommand = "echo \'#!/bin/sh\' > $LAMINA_OUT/bootstrap; grep ^SigIgn /proc/self/status > ignored"\n')
    build(project)
    assert not int((project / "ignored").read_text().split()[1], 16) & 1 << (signal.SIGPIPE - 1)


def test_command_that_fails(project):
    for text, words in (("exit 7", ["status 7"]), ("kill -9 $$", ["signal 9"])):
        config(project, f'[function.f]\ncommand = "{text}"\n')
        error = refused(project, "command-failed")
        assert all(w in error["message"] for w in words) and error["where"] == "lamina.toml:2:11"
    config(project, '[function.f]\ncommand = ["./nothing"]\n')
    refused(project, "command", status=6)


# --- layers ---

def test_layer_of_tools(project):
    (project / "libfoo.so.1.2.3").write_bytes(elf(soname="libfoo.so.1"))
    (project / "libfoo.so.1").symlink_to("libfoo.so.1.2.3")
    (project / "libfoo.so").symlink_to("libfoo.so.1")
    (project / "libbar.so").write_bytes(elf(needed=["libfoo.so.1"]))
    (project / "ffmpeg").write_bytes(elf(type=EXEC))
    (project / "ext.sh").write_bytes(b"#!/bin/sh\n")
    (project / "ca.pem").write_text("pem")
    config(project, '[layer.tools]\nbin = ["./ffmpeg"]\nlib = ["libfoo.so", "libbar.so"]\nextension = ["./ext.sh"]\n'
                    'files = { "share/ca.pem" = "ca.pem" }\n')
    assert build(project).records[0]["runtime"] == "provided.al2023"
    assert {n: m for n, (m, _) in entries(project / "dist" / "tools-x86_64.zip").items()} == {
        "bin/ffmpeg": 0o755, "extensions/ext.sh": 0o755, "lib/libbar.so": 0o644, "lib/libfoo.so.1": 0o644, "share/ca.pem": 0o644}


@pytest.mark.parametrize("key, content, rule", [
    ("lib", b"text", "elf-magic"),
    ("lib", elf(AARCH64, soname="libx.so"), "wrong-arch"),
    ("lib", elf(soname="libx.so", needed=["libc.so.6"], versions=NEWER), "glibc-too-new"),
    ("lib", elf(soname="../x"), "binary-name"),
    ("bin", b"text", "not-executable"),
    ("extension", b"#!/bin/sh\r\n", "crlf-shebang"),
    ("extension", elf(AARCH64, EXEC), "wrong-arch"),
], ids=lambda x: x if isinstance(x, str) else "")
def test_layers_that_would_not_work(project, key, content, rule):
    (project / "x").write_bytes(content)
    config(project, f'[layer.l]\n{key} = "x"\narch = "x86_64"\n')
    refused(project, rule)


def wheel(folder, name, files):
    path = folder / f"{name}-1.0-py3-none-any.whl"
    files = dict(files)
    files[f"{name}-1.0.dist-info/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    files[f"{name}-1.0.dist-info/WHEEL"] = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = f"{name}-1.0.dist-info/RECORD"
    rows = "".join(f"{n},sha256={base64.urlsafe_b64encode(hashlib.sha256(c.encode()).digest()).decode().rstrip('=')},{len(c)}\n"
                   for n, c in files.items())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
        for n, c in {**files, record: rows + record + ",,\n"}.items():
            z.writestr(n, c)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def python_layer(project):
    text = "".join(f"value_{i} = {i * 7919 % 1000}\n" for i in range(20000))
    digest = wheel(project, "demo", {"demo/__init__.py": text})
    (project / "requirements.txt").write_text(f"demo==1.0 --hash=sha256:{digest}\n")
    (project / "tool").write_bytes(elf(type=EXEC))
    config(project, '[layer.mixed]\nrequirements = "requirements.txt"\nbin = "tool"\nruntime = "python3.12"\n')
    return text


OFFLINE = ["--no-index", "--find-links", "."]


def test_python_layer_with_a_tool(project):
    text = python_layer(project)
    build(project, *OFFLINE)
    found = entries(project / "dist" / "mixed-x86_64.zip")
    assert found["bin/tool"][0] == 0o755 and found["python/demo/__init__.py"] == (0o644, text.encode())


def test_compress_levels(project):
    """small and smallest compress what wheels hold anew; the content stays, and threads change nothing."""
    text = python_layer(project)
    sizes = {}
    for word in ("copy", "small", "smallest"):
        digests = set()
        for jobs in ("1", "2"):
            record = build(project, *OFFLINE, "--compress", word, "-j", jobs, "--force").records[0]
            digests.add(record["sha256"])
        assert len(digests) == 1
        sizes[word] = record["size"]
        assert entries(project / "dist" / "mixed-x86_64.zip")["python/demo/__init__.py"][1] == text.encode()
    assert sizes["smallest"] <= sizes["small"] < sizes["copy"]


# --- up to date ---

def test_nothing_changed_and_something_changed(project):
    (project / "x").write_bytes(elf(type=EXEC))
    config(project, '[function.f]\nbootstrap = "x"\n')
    first = build(project).records[0]
    assert build(project).records[0]["up_to_date"]
    (project / "x").write_bytes(elf(type=EXEC) + b"more")
    second = build(project).records[0]
    assert not second["up_to_date"] and second["sha256"] != first["sha256"]
    (project / "x").write_bytes(elf(AARCH64, EXEC))
    assert build(project).records[0]["arch"] == "arm64"
