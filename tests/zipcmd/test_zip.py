"""lamina zip: build-lambda-zip as the peer, what is refused, modes, links, the same bytes everywhere, real executables."""

import hashlib
import json
import os
import random
import shutil
import socket
import stat
import subprocess
import sys
import zipfile

import pytest

sys.path.insert(0, os.path.dirname(__file__))
import elf_maker

LAMINA = os.environ["LAMINA"]
SHELL = b"#!/bin/sh\necho from the shell\n"


def run(args, cwd, status=0, env=None, umask=None, stdin=None):
    done = subprocess.run([LAMINA, "zip", *map(str, args)], cwd=cwd, capture_output=True, text=True, input=stdin,
                          env=dict(os.environ, LC_ALL="C", **(env or {})), preexec_fn=(lambda: os.umask(umask)) if umask is not None else None)
    assert done.returncode == status, (done.returncode, done.stdout, done.stderr)
    return done


def entries(path):
    """name -> (type, permission bits, content)"""
    found = {}
    with zipfile.ZipFile(path) as z:
        assert z.testzip() is None
        for i in z.infolist():
            mode = i.external_attr >> 16
            found[i.filename] = ("link" if stat.S_ISLNK(mode) else "file", mode & 0o7777, z.read(i))
    return found


def refused(args, cwd, rule, status=3, **more):
    before = sorted(os.listdir(cwd))
    done = run(["--json", *args], cwd, status, **more)
    error = json.loads(done.stdout.splitlines()[-1])["error"]
    assert error["id"] == rule, error
    assert error["help"] or rule in ("not-found", "create", "option-value", "too-large"), error
    assert sorted(os.listdir(cwd)) == before
    return error


@pytest.fixture
def project(tmp_path):
    (tmp_path / "worker").write_bytes(elf_maker.elf(type=elf_maker.EXEC))
    (tmp_path / "bootstrap").write_bytes(SHELL)
    (tmp_path / "config.json").write_text("{}\n")
    (tmp_path / "templates" / "deep").mkdir(parents=True)
    (tmp_path / "templates" / "a.html").write_text("a" * 500)
    (tmp_path / "templates" / "deep" / "b.html").write_text("b")
    for path in tmp_path.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return tmp_path


# --- build-lambda-zip's command line ---

COMMAND_LINES = [
    (["-o", "x.zip", "worker"], "x.zip"),
    (["-o=x.zip", "worker", "config.json"], "x.zip"),
    (["-output", "x.zip", "worker"], "x.zip"),
    (["-output=x.zip", "worker"], "x.zip"),
    (["--output", "x.zip", "worker"], "x.zip"),
    (["--output=x.zip", "worker", "templates/a.html", "templates/deep/b.html"], "x.zip"),
    (["--o", "x.zip", "worker"], "x.zip"),
    (["--o=x.zip", "worker"], "x.zip"),
    (["-o", "x.zip", "--", "worker", "config.json"], "x.zip"),
    (["worker"], "worker.zip"),
    (["bootstrap", "config.json"], "bootstrap.zip"),
    (["-o", "x.zip", "bootstrap"], "x.zip"),
    (["-o", "x.zip", "./worker"], "x.zip"),
]


@pytest.fixture(scope="session")
def peer(tmp_path_factory):
    if not shutil.which("go"):
        pytest.skip("Go is not installed")
    folder = tmp_path_factory.mktemp("peer")
    # The older one is the same program for a go command that cannot build the newer one (Debian 12 has Go 1.19).
    for version in ("v1.55.1", "v1.47.0"):
        done = subprocess.run(["go", "install", f"github.com/aws/aws-lambda-go/cmd/build-lambda-zip@{version}"], cwd=folder,
                              env=dict(os.environ, GOBIN=str(folder), GOFLAGS="-buildvcs=false"), capture_output=True, text=True)
        if done.returncode == 0:
            return folder / "build-lambda-zip"
    return pytest.skip("build-lambda-zip cannot be had: " + done.stderr[-200:])


@pytest.mark.parametrize("args, output", COMMAND_LINES, ids=lambda x: " ".join(x) if isinstance(x, list) else "")
def test_like_build_lambda_zip(peer, project, args, output):
    subprocess.run([peer, *args], cwd=project, check=True, capture_output=True)
    theirs = entries(project / output)
    (project / output).unlink()
    run(args, project)
    ours = entries(project / output)
    assert {n: (t, c) for n, (t, _, c) in ours.items()} == {n: (t, c) for n, (t, _, c) in theirs.items()}
    for name, (kind, mode, _) in theirs.items():
        if kind == "file":
            assert ours[name][1] == {0o777: 0o755, 0: 0o644}[mode], name


def test_executable_from_elsewhere(peer, project):
    (project / "run").mkdir()
    for args in (["../worker"], [str(project / "worker")]):
        subprocess.run([peer, "-o", "peer.zip", *args], cwd=project / "run", check=True, capture_output=True)
        run(["-o", "ours.zip", *args], project / "run")
        names = lambda p: sorted(entries(p))
        assert names(project / "run" / "ours.zip") == names(project / "run" / "peer.zip") == ["bootstrap", "worker"]


def test_dot_slash_is_left_out(peer, project):
    """The peer stores "./config.json", which no tool unpacks to another place than "config.json"."""
    args = ["./worker", "./config.json"]
    subprocess.run([peer, "-o", "peer.zip", *args], cwd=project, check=True, capture_output=True)
    run(["-o", "ours.zip", *args], project)
    assert sorted(entries(project / "peer.zip")) == ["./config.json", "bootstrap", "worker"]
    assert sorted(entries(project / "ours.zip")) == ["bootstrap", "config.json", "worker"]


def test_what_the_peer_unpacks_to(peer, project):
    """Both zips, unpacked by a tool that knows modes: the same files, and ours can be read and run."""
    (project / "worker").write_bytes(SHELL)
    args = ["worker", "config.json", "templates/a.html", "templates/deep/b.html"]
    for program, name in (([peer], "peer"), ([LAMINA, "zip"], "ours")):
        subprocess.run([*program, "-o", f"{name}.zip", *args], cwd=project, check=True, capture_output=True)
        subprocess.run(["unzip", "-q", f"{name}.zip", "-d", name], cwd=project, check=True)
        assert subprocess.run([project / name / "bootstrap"], capture_output=True, text=True).stdout == "from the shell\n"
    found = {}
    for name in ("peer", "ours"):
        top = project / name
        found[name] = {str(p.relative_to(top)): os.readlink(p) if p.is_symlink() else p.read_bytes() for p in top.rglob("*") if not p.is_dir()}
    assert found["ours"] == found["peer"]
    assert all(stat.S_IMODE(os.stat(project / "ours" / a).st_mode) == (0o755 if a == "worker" else 0o644) for a in args)


# --- rules of our own ---

def test_just_a_zip(project):
    (project / "index.py").write_text("x = 1\n")
    run(["-o", "f.zip", "index.py", "templates/"], project)
    found = entries(project / "f.zip")
    assert {n: m for n, (_, m, _) in found.items()} == {"index.py": 0o644, "templates/a.html": 0o644, "templates/deep/b.html": 0o644}


def test_modes_by_rule(project):
    (project / "bin").mkdir()
    (project / "extensions").mkdir()
    (project / "bin" / "tool").write_text("text")
    (project / "extensions" / "x").write_text("text")
    (project / "script").write_bytes(SHELL)
    (project / "libx.so").write_bytes(elf_maker.elf(soname="libx.so"))
    (project / "data").write_text("data")
    (project / "data").chmod(0o777)
    run(["-o", "f.zip", "--exec", "config.*", "bootstrap", "bin", "extensions", "script", "libx.so", "data", "worker", "config.json"], project)
    modes = {n: m for n, (_, m, _) in entries(project / "f.zip").items()}
    assert modes == {"bootstrap": 0o755, "bin/tool": 0o755, "extensions/x": 0o755, "script": 0o755, "libx.so": 0o644, "data": 0o644,
                     "worker": 0o755, "config.json": 0o755}


def test_quiet_and_jobs(project):
    done = run(["-q", "-o", "f.zip", "worker"], project)
    assert (done.stdout, done.stderr) == ("", "")
    first = digest(project / "f.zip")
    run(["-o", "f.zip", "worker"], project, env={"LAMINA_JOBS": "3"})
    assert digest(project / "f.zip") == first
    for wrong in ("0", "many", "65"):
        assert wrong in run(["-o", "f.zip", "worker"], project, 2, env={"LAMINA_JOBS": wrong}).stderr
        run(["-j", "1", "-o", "f.zip", "worker"], project, env={"LAMINA_JOBS": wrong})


def test_prefix_and_plain(project):
    run(["--prefix", "bin", "-o", "f.zip", "worker", "config.json"], project)
    assert {n: m for n, (_, m, _) in entries(project / "f.zip").items()} == {"bin/worker": 0o755, "bin/config.json": 0o755}
    run(["--plain", "-o", "f.zip", "templates"], project)
    assert sorted(entries(project / "f.zip")) == ["templates/a.html", "templates/deep/b.html"]
    run(["--plain", "-o", "../f.zip", "."], project / "templates")
    assert sorted(entries(project / "f.zip")) == ["a.html", "deep/b.html"]


def test_exclude(project):
    run(["-o", "f.zip", "--exclude", "*.html", "--exclude", "config.json", "worker", "config.json", "templates"], project)
    assert sorted(entries(project / "f.zip")) == ["bootstrap", "worker"]


def test_lists(project):
    (project / "list").write_text("worker\r\n\nconfig.json\n./templates/a.html\n")
    run(["-o", "f.zip", "@list"], project)
    first = (project / "f.zip").read_bytes()
    run(["-o", "f.zip", "@-"], project, stdin="worker\nconfig.json\ntemplates/a.html\n")
    assert (project / "f.zip").read_bytes() == first
    assert sorted(entries(project / "f.zip")) == ["bootstrap", "config.json", "templates/a.html", "worker"]


def test_symbolic_links(project):
    (project / "templates" / "link").symlink_to("a.html")
    (project / "named").symlink_to("config.json")
    refused(["-o", "f.zip", "worker", "templates"], project, "pack-link")
    refused(["-o", "f.zip", "--symlinks", "refuse", "worker", "named"], project, "pack-link")
    run(["-o", "f.zip", "worker", "named"], project)
    assert entries(project / "f.zip")["named"] == ("file", 0o644, b"{}\n")
    run(["-o", "f.zip", "--symlinks", "follow", "worker", "templates"], project)
    assert entries(project / "f.zip")["templates/link"] == ("file", 0o644, b"a" * 500)
    run(["-o", "f.zip", "--symlinks", "keep", "worker", "templates", "named"], project)
    found = entries(project / "f.zip")
    assert found["templates/link"] == ("link", 0o777, b"a.html") and found["named"][2] == b"config.json"
    os.remove(project / "f.zip")
    for target in ("/etc/passwd", "../../x", "../../../x"):
        (project / "templates" / "link").unlink()
        (project / "templates" / "link").symlink_to(target)
        refused(["-o", "f.zip", "--symlinks", "keep", "worker", "templates"], project, "pack-link")
    (project / "templates" / "link").unlink()
    (project / "templates" / "link").symlink_to(".")
    refused(["-o", "f.zip", "--symlinks", "follow", "worker", "templates"], project, "pack-depth")


# --- what is refused leaves nothing ---

def test_refusals(project):
    os.mkfifo(project / "pipe")
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(str(project / "socket"))
    (project / "crlf").write_bytes(b"#!/bin/sh\r\necho x\r\n")
    refused(["-o", "f.zip", "worker", "../x"], project, "pack-name")
    refused(["-o", "f.zip", "worker", "templates/../config.json"], project, "pack-name")
    refused(["-o", "f.zip", "worker", str(project / "config.json")], project, "pack-name")
    refused(["-o", "f.zip", "worker", "pipe"], project, "pack-special")
    refused(["-o", "f.zip", "worker", "socket"], project, "pack-special")
    refused(["-o", "f.zip", "worker", "/dev/null"], project, "pack-name")
    refused(["-o", "f.zip", "templates"], project, "pack-folder")
    refused(["-o", "f.zip", "worker", "bootstrap"], project, "bootstrap-clash")
    refused(["-o", "f.zip", "crlf"], project, "crlf-shebang")
    refused(["-o", "f.zip", "worker", "config.json", "./config.json"], project, "collision")
    refused(["-o", "f.zip", "worker", "nothing"], project, "not-found", 6)
    refused(["-o", "f.zip", "nothing"], project, "not-found", 6)
    refused(["-o", "templates/f.zip", "worker", "templates"], project, "output-inside", 2)
    refused(["-o", "worker", "worker"], project, "output-is-input", 2)
    refused(["-o", "templates", "worker"], project, "create", 6)
    refused(["--prefix", "../x", "worker"], project, "option-value", 2)
    refused(["--prefix", "p" * 70000, "worker"], project, "zip-name-long")
    refused(["-outptu", "worker"], project, "unknown-option", 2)
    refused([], project, "argument", 2)
    run(["-o", "templates/f.zip", "--exclude", "templates/f.zip", "worker", "templates"], project)


def test_names_that_are_not_utf8(project):
    name = os.fsencode(str(project)) + b"/templates/\xff\xfe"
    try:
        with open(name, "wb"):
            pass
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    refused(["-o", "f.zip", "worker", "templates"], project, "zip-name-utf8")


def test_limits(project):
    for name, size in (("a", 150 << 20), ("b", 90 << 20), ("c", 30 << 20), ("d", 1 << 20)):
        with open(project / name, "wb") as f:
            f.truncate(size)
    error = refused(["-o", "f.zip", "worker", "a", "b", "c", "d"], project, "size-unzipped")
    assert [n in error["why"] for n in ("a (157286400)", "b (94371840)", "c (31457280)", "d (")] == [True, True, True, False]
    with open(project / "noise", "wb") as f:
        f.write(random.Random(1).randbytes(51 << 20))
    done = run(["-o", "f.zip", "--compress", "fast", "worker", "noise"], project)
    assert "S3" in done.stderr


def test_memory_is_bounded(project):
    """240 MB of one file: the writer holds batches of 16 MiB, not the file."""
    with open(project / "big", "wb") as f:
        block = random.Random(2).randbytes(1 << 16) + b"x" * (1 << 16)
        for i in range(240 << 3):
            f.write(i.to_bytes(4, "big") + block[4:])
    command = ["python3", "-c", "import resource,subprocess,sys; subprocess.run(sys.argv[1:], check=True); "
               "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)", LAMINA, "zip", "-j", "2", "-o", "f.zip", "worker", "big"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    if "asan" not in LAMINA:
        assert int(done.stdout.splitlines()[-1]) < 64 << 10
    assert entries(project / "f.zip")["big"][2] == (project / "big").read_bytes()


# --- the same bytes everywhere ---

def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("compress", ["copy", "fast", "small", "smallest", "store"])
def test_same_bytes(tmp_path, compress):
    rng = random.Random(3)
    content = b"".join(rng.choice([b"alpha ", b"beta ", rng.randbytes(7)]) for _ in range(400_000))
    digests = set()
    for i, (umask, jobs, one_core) in enumerate([(0o022, 1, False), (0o077, 2, False), (0, 7, True), (0o277, 2, True)]):
        folder = tmp_path / f"{'x' * i}folder{i}"
        (folder / "data").mkdir(parents=True)
        names = ["b", "a", "c"]
        rng.shuffle(names)
        for name in names:
            (folder / "data" / name).write_bytes(name.encode() * 1000)
        (folder / "worker").write_bytes(elf_maker.elf(type=elf_maker.EXEC))
        (folder / "blob").write_bytes(content)
        os.utime(folder / "blob", (i * 1000, i * 1000))
        (folder / "worker").chmod([0o755, 0o600, 0o777, 0o444][i])
        here = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(here)} if one_core else here)
        try:
            run(["--compress", compress, "-j", jobs, "-o", "out.zip", "worker", "blob", "data"], folder, umask=umask,
                env={"TZ": ["UTC", "Asia/Tokyo"][i % 2]})
        finally:
            os.sched_setaffinity(0, here)
        digests.add(digest(folder / "out.zip"))
        assert stat.S_IMODE(os.stat(folder / "out.zip").st_mode) == 0o644
    assert len(digests) == 1
    assert entries(tmp_path / "folder0" / "out.zip")["blob"][2] == content


# --- real executables ---

PROGRAM = '#include <stdio.h>\nint main(void) { puts("from C"); return 0; }\n'


def unpack_and_run(path, folder):
    subprocess.run(["unzip", "-q", path, "-d", folder], check=True)
    return subprocess.run([folder / "bootstrap"], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("flags", [[], ["-static"], ["-static-pie"], ["-no-pie"]], ids=lambda f: " ".join(f) or "dynamic")
def test_c_program(tmp_path, flags):
    (tmp_path / "a.c").write_text(PROGRAM)
    subprocess.run(["gcc", *flags, "-o", "worker", "a.c"], cwd=tmp_path, check=True)
    record = json.loads(run(["--json", "worker"], tmp_path).stdout)
    assert record["arch"] == {"x86_64": "x86_64", "aarch64": "arm64"}[os.uname().machine]
    assert record["sha256"] == digest(tmp_path / "worker.zip") and record["entries"] == 2
    assert unpack_and_run(tmp_path / "worker.zip", tmp_path / "u") == "from C"


def test_shell_program(tmp_path):
    (tmp_path / "hello").write_bytes(SHELL)
    assert json.loads(run(["--json", "hello"], tmp_path).stdout)["arch"] is None
    assert unpack_and_run(tmp_path / "hello.zip", tmp_path / "u") == "from the shell"


@pytest.mark.skipif(not shutil.which("cargo"), reason="Rust is not installed")
def test_rust_program(tmp_path):
    (tmp_path / "Cargo.toml").write_text('[package]\nname = "rusty"\nversion = "0.1.0"\nedition = "2021"\n')
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "main.rs").write_text('fn main() { println!("from Rust"); }\n')
    subprocess.run(["cargo", "build", "--release", "--offline", "-q"], cwd=tmp_path, check=True)
    run(["-o", "f.zip", "target/release/rusty"], tmp_path)
    assert sorted(entries(tmp_path / "f.zip")) == ["bootstrap", "rusty"]
    assert unpack_and_run(tmp_path / "f.zip", tmp_path / "u") == "from Rust"


@pytest.mark.skipif(not shutil.which("go"), reason="Go is not installed")
@pytest.mark.parametrize("goarch, arch", [("amd64", "x86_64"), ("arm64", "arm64")])
def test_go_program(tmp_path, goarch, arch):
    (tmp_path / "go.mod").write_text("module example.com/worker\n\ngo 1.20\n")
    (tmp_path / "main.go").write_text("package main\n\nfunc main() { print(\"x\") }\n")
    env = dict(os.environ, CGO_ENABLED="0", GOARCH=goarch, GOOS="linux", GOFLAGS="-buildvcs=false")
    subprocess.run(["go", "build", "-o", "bootstrap", "."], cwd=tmp_path, env=env, check=True)
    assert json.loads(run(["--json", "-o", "f.zip", "bootstrap"], tmp_path).stdout)["arch"] == arch
    listing = subprocess.run([LAMINA, "ls", "--json", "--buildinfo", "f.zip"], cwd=tmp_path, capture_output=True, text=True, check=True)
    go = json.loads(listing.stdout)["elf"]["go"]
    assert {"key": "GOARCH", "value": goarch} in go["settings"] and go["path"] == "example.com/worker"


def test_warnings(tmp_path):
    new = {"libc.so.6": ["GLIBC_2.38"]}
    (tmp_path / "new").write_bytes(elf_maker.elf(interpreter="/lib64/ld-linux-x86-64.so.2", needed=["libc.so.6"], versions=new))
    (tmp_path / "riscv").write_bytes(elf_maker.elf(243, elf_maker.EXEC))
    (tmp_path / "small").write_bytes(elf_maker.elf(cls=1, type=elf_maker.EXEC))
    for name, rule in (("new", "glibc-too-new"), ("riscv", "wrong-arch"), ("small", "elf")):
        assert [w["id"] for w in json.loads(run(["--json", name], tmp_path).stdout)["warnings"]] == [rule]
