"""What is easily overlooked: odd but right inputs, and traps between features.

SPDX-License-Identifier: Apache-2.0
"""
import gzip
import hashlib
import http.server
import os
import subprocess
import threading
import urllib.parse

import pytest

import locks
import wheels
from conftest import LAMINA, TARGET, contents, names
from index import Handler, Server
from wheels import Entry, hostile_wheels

SOLO = wheels.make("solo", "1.2")


def build(lamina, index, *lines, args=()):
    lamina.requirements(*lines)
    return lamina.build("-r", "requirements.txt", "-o", "o.zip", "--index-url", index.url, *args)


# --- outputs and sources in one folder ---

def test_outputs_of_the_other_target_are_no_sources(lamina):
    """--source . with outputs beside the code: the second build must not pack the first one's zips."""
    lamina.write("index.py", "x")
    args = ["build", "--json", "--source", ".", "--runtime", "python3.12", "--arch", "x86_64,arm64", "-o", "fn-{arch}.zip"]
    first = [r["sha256"] for r in lamina(*args).ok().records]
    second = [r["sha256"] for r in lamina(*args, "--force").ok().records]
    assert first == second and names(lamina.folder / "fn-arm64.zip") == ["index.py"]


def test_outputs_of_other_artifacts_are_no_sources(lamina):
    lamina.write("index.py", "x")
    lamina.write("lamina.toml", '[defaults]\nruntime = "python3.12"\narch = "arm64"\n[function.a]\nsource = "."\noutput = "a.zip"\n'
                 '[function.b]\nsource = "."\noutput = "out/b.zip"\n')
    first = [r["sha256"] for r in lamina("build", "--json").ok().records]
    assert first == [r["sha256"] for r in lamina("build", "--json", "--force").ok().records]


def test_tree_inside_the_source(lamina):
    lamina.write("index.py", "x")
    for _ in range(2):
        lamina.build("--source", ".", "--into", "tree", "--force").ok()
    assert sorted(contents(lamina.folder / "tree")) == ["index.py"]


def test_output_is_not_an_input(lamina):
    requirements = lamina.requirements(SOLO.locked)
    lamina.build("-r", "requirements.txt", "-o", "requirements.txt").refused(2, "output-is-input", "requirements.txt")
    assert requirements.read_text() == SOLO.locked + "\n"


def test_output_through_a_link(lamina, index):
    """A symbolic link at the output's place: the link or what it points to is replaced, never a mixture."""
    index.add(SOLO)
    (lamina.folder / "real").mkdir()
    (lamina.folder / "o.zip").symlink_to("real/o.zip")
    record = build(lamina, index, SOLO.locked).ok().record
    assert hashlib.sha256((lamina.folder / "o.zip").read_bytes()).hexdigest() == record["sha256"]


def test_output_mode_follows_the_umask(lamina, index):
    index.add(SOLO)
    lamina.requirements(SOLO.locked)
    lamina.build("-r", "requirements.txt", "-o", "o.zip", "--index-url", index.url, preexec_fn=lambda: os.umask(0o027)).ok()
    assert (lamina.folder / "o.zip").stat().st_mode & 0o777 == 0o640


# --- names and versions ---

@pytest.mark.parametrize("spelling", ["Odd.Name_x", "odd-name-x", "ODD__NAME--X", "odd.name.x"])
def test_names_are_normalised(lamina, index, spelling):
    index.add(wheels.make("Odd.Name_x", "1.0"))
    assert build(lamina, index, f"{spelling}==1.0").ok().record["distributions"][0]["name"] == "odd-name-x"
    assert index.pages() == ["/simple/odd-name-x/"]


@pytest.mark.parametrize("pin", ["1.0", "1.0.0", "v1", "1.0.0.0", "=1.0"])
def test_versions_are_compared(lamina, index, pin):
    index.add(wheels.make("solo", "1.0"))
    build(lamina, index, f"solo=={pin}" if not pin.startswith("=") else "solo===1.0").ok()


def test_local_version(lamina, index):
    local = wheels.make("solo", "1.0+corp.1")
    index.add(local)
    record = build(lamina, index, "solo==1.0+corp.1").ok().record
    assert record["distributions"][0]["version"] == "1.0+corp.1" and "%2B" in index.files()[0]


def test_prerelease_epoch_and_post(lamina, index):
    for version in ("1.0rc1", "2!1.0", "1.0.post3", "1.0.dev4"):
        w = wheels.make("solo", version)
        index.add(w)
        assert build(lamina, index, f"solo=={version}", args=["--refresh"]).ok().record["distributions"][0]["sha256"] == w.sha256


# --- which wheel ---

def test_the_best_wheel(lamina, index):
    tags = ["py3-none-any", "cp312-abi3-manylinux2014_x86_64", "cp312-cp312-manylinux2014_x86_64", "cp311-abi3-manylinux_2_17_x86_64",
            "cp313-cp313-manylinux2014_x86_64", "cp312-cp312-musllinux_1_2_x86_64", "cp312-cp312-win_amd64", "cp312-cp312-macosx_11_0_arm64"]
    made = {t: wheels.make("speed", files={"speed.py": t.encode()}, tag=t) for t in tags}
    index.add(*made.values())
    record = build(lamina, index, "speed==1.0").ok().record
    assert record["distributions"][0]["sha256"] == made["cp312-cp312-manylinux2014_x86_64"].sha256


def test_the_highest_build_tag(lamina, index):
    made = [wheels.make("speed", files={"speed.py": str(i).encode()}).named(f"speed-1.0-{i}-py3-none-any.whl") for i in (2, 10, 9)]
    index.add(*made)
    assert build(lamina, index, "speed==1.0").ok().record["distributions"][0]["sha256"] == made[1].sha256


def test_hashes_choose_among_wheels(lamina, index):
    """The lock allows only the slower wheel: it is taken."""
    plain, fast = wheels.make("speed"), wheels.native("speed")
    index.add(plain, fast)
    assert build(lamina, index, plain.locked).ok().record["distributions"][0]["sha256"] == plain.sha256


def test_upper_case_digests(lamina, index):
    index.add(SOLO)
    build(lamina, index, f"solo==1.2 --hash=sha256:{SOLO.sha256.upper()}").ok()


# --- options in requirements files ---

@pytest.mark.parametrize("line", ["--require-hashes", "--only-binary :all:", "--prefer-binary", "--pre", "--trusted-host example.com",
                                  "--find-links w", "--no-binary other"])
def test_options_of_requirements_files(lamina, index, line):
    index.add(SOLO)
    (lamina.folder / "w").mkdir()
    build(lamina, index, line, SOLO.locked).ok()


def test_no_binary_forbids_the_wheel(lamina, index):
    index.add(SOLO)
    result = build(lamina, index, "--no-binary solo", SOLO.locked)
    assert result.status in (0, 4) and ("solo" in result.err or "no-binary" in result.err), result


def test_require_hashes(lamina, index):
    index.add(SOLO)
    build(lamina, index, "--require-hashes", SOLO.pin).refused(4, "hash-missing", "requirements.txt:2")


@pytest.mark.parametrize("encoding, prefix", [("utf-8-sig", ""), ("utf-16", ""), ("latin-1", "# -*- coding: latin-1 -*-\r\n# \u00e9\r\n")])
def test_encodings(lamina, index, encoding, prefix):
    index.add(SOLO)
    lamina.write("requirements.txt", f"{prefix}{SOLO.locked}\r\n".encode(encoding))
    lamina.build("-r", "requirements.txt", "-o", "o.zip", "--index-url", index.url).ok()


def test_variables_in_requirements(lamina, index):
    index.add(SOLO)
    lamina.requirements("-i ${WHERE}", SOLO.locked)
    lamina.build("-r", "requirements.txt", "-o", "o.zip", env={"WHERE": index.url}).ok()


def test_local_wheel_with_an_extra(lamina, index):
    top = wheels.make("top", requires=["solo; extra == 'x'"], extras=["x"])
    top.save(lamina.folder)
    index.add(SOLO)
    build(lamina, index, f"./{top.file}[x]", SOLO.pin).ok()


def test_percent_in_a_path(lamina):
    folder = lamina.folder / "100% w"
    SOLO.save(folder)
    lamina.requirements(f"solo @ file://{urllib.parse.quote(str(folder))}/{SOLO.file}")
    lamina.build("-r", "requirements.txt", "-o", "o.zip", "--no-index").ok()


# --- locks ---

@pytest.mark.parametrize("size, status", [(0, 0), (1, 5), (-1, 5)])
def test_size_of_a_lock(lamina, index, size, status):
    index.add(SOLO)
    text = locks.pylock([SOLO], index.file_url).replace("hashes =", f"size = {len(SOLO.data) + size}, hashes =")
    lamina.write("pylock.toml", text)
    result = lamina.build("--lock", "pylock.toml", "-o", "o.zip", "--retries", "0")
    assert result.status == status or status and result.status == 4, result


def test_markers_of_pylock(lamina, index):
    other = wheels.make("other")
    index.add(SOLO, other)
    lamina.write("pylock.toml", locks.pylock([SOLO, other], index.file_url,
                                             extra=lambda w: "marker = \"platform_machine == 'aarch64'\"\n" if w is other else ""))
    result = lamina.build("--lock", "pylock.toml", "--arch", "arm64", "-o", "{arch}.zip").ok()
    assert [[d["name"] for d in r["distributions"]] for r in result.records] == [["solo"], ["other", "solo"]]


def test_extras_and_groups_of_pylock(lamina, index):
    other, dev = wheels.make("other"), wheels.make("dev")
    index.add(SOLO, other, dev)
    marker = {"other": "marker = \"'fast' in extras\"\n", "dev": "marker = \"'dev' in dependency_groups\"\n"}
    lamina.write("pylock.toml", locks.pylock([SOLO, other, dev], index.file_url, extra=lambda w: marker.get(w.name, ""),
                                             head='extras = ["fast"]\ndependency-groups = ["dev"]\ndefault-groups = []\n'))
    for args, kept in (([], ["solo"]), (["--extra", "fast"], ["other", "solo"]), (["--group", "dev"], ["dev", "solo"]),
                       (["--all-extras", "--group", "dev"], ["dev", "other", "solo"])):
        record = lamina.build("--lock", "pylock.toml", "-o", "o.zip", *args).ok().record
        assert [d["name"] for d in record["distributions"]] == kept, args


@pytest.mark.parametrize("entry, status, id", [
    ('vcs = { type = "git", url = "https://example.com/x", commit-id = "0123456789012345678901234567890123456789" }', 4, "source-only"),
    ('directory = { path = "x" }', 6, "not-found"),
    ('sdist = { name = "x-1.0.tar.gz", url = "https://example.com/x-1.0.tar.gz", hashes = { sha256 = "' + "0" * 64 + '" } }', 4, "sdist-only")])
def test_sources_in_pylock(lamina, entry, status, id):
    lamina.write("pylock.toml", f'lock-version = "1.0"\ncreated-by = "test"\n[[packages]]\nname = "x"\nversion = "1.0"\n{entry}\n')
    lamina.build("--lock", "pylock.toml", "-o", "o.zip").refused(status, id, "x")


# --- HTTP ---

def test_compressed_page(lamina, index):
    index.add(SOLO)
    page = gzip.compress(index.page_html("solo", index.projects["solo"])[0])
    index.fault("/simple/solo/", lambda h: h.answer(200, page, {"Content-Type": "text/html", "Content-Encoding": "gzip"}), forever=True)
    build(lamina, index, SOLO.locked).ok()


def test_compressed_bomb_of_a_page(lamina, index):
    page = gzip.compress(bytes(200 << 20), 9)
    index.fault("/simple/solo/", lambda h: h.answer(200, page, {"Content-Type": "text/html", "Content-Encoding": "gzip"}), forever=True)
    result = build(lamina, index, SOLO.locked, args=["--retries", "0"])
    assert result.status == 5, result


def test_chunked(lamina, index):
    index.add(SOLO)

    def answer(h):
        h.send_response(200)
        h.send_header("Transfer-Encoding", "chunked")
        h.end_headers()
        for i in range(0, len(SOLO.data), 100):
            piece = SOLO.data[i:i + 100]
            h.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        h.wfile.write(b"0\r\n\r\n")
    index.fault(f"/files/{SOLO.file}", answer, forever=True)
    build(lamina, index, SOLO.locked).ok()


def test_many_connections_are_polite(lamina, index):
    """40 files: no more than a browser's number of connections at once."""
    made = [wheels.make(f"part{i}") for i in range(40)]
    index.add(*made)
    index.delay = 0.01
    state = {"now": 0, "most": 0}
    lock = threading.Lock()
    plain = index.content

    def content(path):
        with lock:
            state["now"] += 1
            state["most"] = max(state["most"], state["now"])
        try:
            return plain(path)
        finally:
            with lock:
                state["now"] -= 1
    index.content = content
    build(lamina, index, *[w.pin for w in made]).ok()
    assert 2 <= state["most"] <= 64


class Proxy(Handler):
    def do_GET(self):
        self.server.index.seen.append((self.path, self.headers.get("Proxy-Authorization"), self.headers.get("Authorization")))
        url = urllib.parse.urlsplit(self.path)
        body, kind = self.server.index.content(urllib.parse.unquote(url.path))
        self.seen = type("seen", (), {})()
        self.answer(200 if body is not None else 404, body or b"", {"Content-Type": kind or "text/plain"})


@pytest.fixture
def proxy(index):
    server = Server(("127.0.0.1", 0), Proxy)
    server.index, index.seen = index, []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    index.proxy = f"127.0.0.1:{server.server_address[1]}"
    yield index
    server.shutdown()
    server.server_close()


def test_proxy(lamina, proxy):
    proxy.add(SOLO)
    lamina.requirements(SOLO.locked)
    args = ["-r", "requirements.txt", "-o", "o.zip", "--index-url", "http://index.example/simple/", "--trusted-host", "index.example"]
    result = lamina("build", "-vv", *TARGET, *args, env={"HTTP_PROXY": f"http://me:pr0xy-canary@{proxy.proxy}", "http_proxy": f"http://me:pr0xy-canary@{proxy.proxy}"}).ok()
    assert [path for path, _, _ in proxy.seen] == ["http://index.example/simple/solo/", f"http://index.example/files/{SOLO.file}"]
    assert all(a and a.startswith("Basic ") for _, a, _ in proxy.seen) and not proxy.requests
    assert "pr0xy-canary" not in result.err + result.out


def test_no_proxy(lamina, proxy):
    proxy.add(SOLO)
    lamina.requirements(SOLO.locked)
    lamina.build("-r", "requirements.txt", "-o", "o.zip", "--index-url", proxy.url,
                 env={"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}).ok()
    assert proxy.requests and not proxy.seen


def test_index_without_a_slash(lamina, index):
    index.add(SOLO)
    lamina.requirements(SOLO.locked)
    lamina.build("-r", "requirements.txt", "-o", "o.zip", "--index-url", index.url.rstrip("/")).ok()
    assert index.pages() == ["/simple/solo/"]


# --- archives ---

@pytest.mark.parametrize("entry, id", [
    (Entry("x", b"data", central={"csize": 0xffffffff}), "zip64"), (Entry("x", b"data", central={"usize": 0xffffffff, "csize": 0xffffffff}), "zip64"),
    (Entry("x", b"data", central={"extra": b"\x01\x00\x03\x00abc"}, local={"extra": b"\x01\x00\x03\x00abc"}), "zip64"),
    (Entry("x", b"data", central={"offset": 0xffffffff}), "zip"), (Entry("x", b"data", central={"disk": 0xffff}), "zip"),
    (Entry("x", b"data", flags=0x2000), "zip"), (Entry("x", b"data", flags=0x40), "zip")])
def test_zip64_lies(lamina, entry, id):
    data = hostile_wheels.wheel([entry])
    (lamina.folder / "w").mkdir()
    (lamina.folder / "w" / hostile_wheels.FILE).write_bytes(data)
    lamina.requirements("demo==1.0")
    result = lamina.build("-r", "requirements.txt", "-o", "o.zip", "--no-index", "--find-links", "w")
    assert result.status == 3 and result.error["id"].startswith(id), result


# --- the process ---

def test_reader_that_leaves(lamina, index):
    """lamina build | head -0"""
    index.add(SOLO)
    lamina.requirements(SOLO.locked)
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([LAMINA, "build", *TARGET, "-r", "requirements.txt", "-o", "o.zip", "--index-url", index.url], stdout=write,
                          stderr=subprocess.PIPE, cwd=lamina.folder, env=lamina.env)
    os.close(write)
    assert (lamina.folder / "o.zip").exists() and b"error" not in done.stderr


def test_closed_descriptors(lamina, index):
    """0, 1 and 2 closed: no file of ours takes their numbers and gets messages written into it."""
    index.add(SOLO)
    lamina.requirements(SOLO.pin)

    def close():
        for fd in (0, 1, 2):
            os.close(fd)
    process = subprocess.Popen([LAMINA, "build", *TARGET, "-r", "requirements.txt", "-o", "o.zip", "--index-url", index.url], cwd=lamina.folder,
                               env=lamina.env, preexec_fn=close)
    process.wait(30)
    contents(lamina.folder / "o.zip")
    assert lamina("cache", "verify").status == 0


def test_deleted_working_folder(lamina):
    folder = lamina.folder / "gone"
    folder.mkdir()
    process = subprocess.run(["sh", "-c", f'rmdir "{folder}" && exec "$0" build -r requirements.txt --runtime python3.12', LAMINA], cwd=folder,
                             env=lamina.env, capture_output=True)
    assert process.returncode in (2, 6) and b"error: " in process.stderr


def test_no_colour_and_no_progress_in_pipes(lamina, index):
    index.add(SOLO)
    lamina.requirements(SOLO.pin)
    result = lamina("build", *TARGET, "-r", "requirements.txt", "-o", "o.zip", "--index-url", index.url)
    assert "\x1b" not in result.out + result.err and "\r" not in result.out + result.err
    forced = lamina("build", *TARGET, "-r", "none.txt", env={"CLICOLOR_FORCE": "1"})
    assert "\x1b[" in forced.err
    assert "\x1b[" not in lamina("build", *TARGET, "-r", "none.txt", env={"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}).err


# --- many wheels ---

def test_descriptors_that_are_used_again(lamina, index):
    """A wheel whose files lie between those of 120 others: more wheels than are open at a time, so that numbers of descriptors come back
    while blocks of the wheel before are still in memory."""
    count = 120
    common = wheels.make("aaa", files={f"d{i:03}/a.py": b"a = %d\n" % i for i in range(count)})
    many = [wheels.make(f"w{i:03}", files={f"d{i:03}/b.py": b"b = %d\n" % i}) for i in range(count)]
    for w in [common, *many]:
        index.add(w)
    result = build(lamina, index, *[w.locked for w in [common, *many]]).ok()
    assert "damaged" not in result.err and result.records[0]["warnings"] == []
    found = contents(lamina.folder / "o.zip")
    assert all(found[f"python/d{i:03}/a.py"] == b"a = %d\n" % i for i in range(count))
