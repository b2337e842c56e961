"""From an input of every kind to a zip: what is in it, and what the record says.

SPDX-License-Identifier: Apache-2.0
"""
import base64
import hashlib
import json
import os
import zipfile

import pytest

import locks
import wheels
from conftest import RECORD_KEYS, TARGET, check_zip, contents, modes, names

ALPHA = wheels.make("alpha", "1.0", requires=["beta>=1"], scripts={"alpha": "alpha:main"})
BETA = wheels.make("Beta.Pkg", "2.1")
SOLO = wheels.make("solo", "1.2", {"solo/__init__.py": b"x = 1\n", "solo/data.txt": b"data\n", "solo.pth": b"\n"})
TOP = wheels.make("top", "1.0", requires=["low>=1"])
LOW = wheels.make("low", "1.5")


def tree(*made, prefix="python/"):
    """The names that a build of these wheels has."""
    out = set()
    for w in made:
        import io
        out |= {prefix + n for n in zipfile.ZipFile(io.BytesIO(w.data)).namelist()}
    return sorted(out)


# --- inputs ---

def from_requirements(lamina, index):
    lamina.requirements(TOP.locked, LOW.locked)
    return ["-r", "requirements.txt", "--index-url", index.url]


def from_requirements_json(lamina, index):
    index.form = "json"
    return from_requirements(lamina, index)


def from_pins(lamina, index):
    lamina.requirements(TOP.pin, LOW.pin)
    return ["-r", "requirements.txt", "--index-url", index.url]


def from_pins_json(lamina, index):
    index.form = "json"
    return from_pins(lamina, index)


def from_two_files(lamina, index):
    lamina.requirements(TOP.locked, name="a.txt")
    lamina.requirements(LOW.locked, name="b.txt")
    return ["-r", "a.txt", "-r", "b.txt", "--index-url", index.url]


def from_included_file(lamina, index):
    lamina.requirements(f"-i {index.url}", "-r more/b.txt", TOP.locked)
    lamina.requirements(LOW.locked, name="more/b.txt")
    return ["-r", "requirements.txt"]


def from_constraints(lamina, index):
    lamina.requirements("-c pins.txt", "top", "low>=1")
    lamina.requirements(TOP.pin, LOW.pin, "unused==9", name="pins.txt")
    return ["-r", "requirements.txt", "--index-url", index.url]


def from_continued_lines(lamina, index):
    lamina.requirements(f"{TOP.pin} \\", f"    --hash=sha256:{'0' * 64} \\", f"    --hash=sha256:{TOP.sha256}  # why", "", LOW.locked)
    return ["-r", "requirements.txt", "--index-url", index.url]


def from_pylock(lamina, index):
    lamina.write("pylock.toml", locks.pylock([LOW, TOP], index.file_url))
    return ["--lock", "pylock.toml"]


def from_named_pylock(lamina, index):
    lamina.write("pylock.layer.toml", locks.pylock([LOW, TOP], index.file_url))
    return ["--lock", "pylock.layer.toml"]


def from_pylock_paths(lamina, index):
    LOW.save(lamina.folder / "wheelhouse")
    TOP.save(lamina.folder / "wheelhouse")
    lamina.write("pylock.toml", locks.pylock([LOW, TOP], path=lambda w: f"wheelhouse/{w.file}"))
    return ["--lock", "pylock.toml"]


def from_poetry(lamina, index):
    direct = {"python": ">=3.9", "top": "^1.0"}
    lamina.write("pyproject.toml", locks.poetry_project(direct))
    lamina.write("poetry.lock", locks.poetry([LOW, TOP], direct, needs={"top": {"low": ">=1"}}))
    return ["--lock", "poetry.lock", "--index-url", index.url]


def from_poetry_project(lamina, index):
    return ["--project", ".", *from_poetry(lamina, index)[2:]]


def from_uv(lamina, index):
    lamina.write("pyproject.toml", locks.uv_project(["top"]))
    lamina.write("uv.lock", locks.uv([LOW, TOP], ["top"], needs={"top": ["low"]}, index=index.url, url=index.file_url))
    return ["--lock", "uv.lock"]


def from_direct_url(lamina, index):
    lamina.requirements(f"top @ {index.file_url(TOP)}#sha256={TOP.sha256}", f"low @ {index.file_url(LOW)} --hash=sha256:{LOW.sha256}")
    return ["-r", "requirements.txt"]


def from_local_wheels(lamina, index):
    TOP.save(lamina.folder / "wheelhouse")
    LOW.save(lamina.folder / "wheelhouse")
    lamina.requirements(f"./wheelhouse/{TOP.file}", f"low @ file://{lamina.folder}/wheelhouse/{LOW.file}")
    return ["-r", "requirements.txt", "--no-index"]


def from_find_links(lamina, index):
    TOP.save(lamina.folder / "wheelhouse")
    LOW.save(lamina.folder / "wheelhouse")
    lamina.requirements(TOP.pin, LOW.pin)
    return ["-r", "requirements.txt", "--no-index", "--find-links", "wheelhouse"]


def from_find_links_page(lamina, index):
    index.extra["/links.html"] = (b"".join(f'<a href="files/{w.file}#sha256={w.sha256}">{w.file}</a>'.encode() for w in (TOP, LOW)),
                                  "text/html")
    lamina.requirements(TOP.pin, LOW.pin)
    return ["-r", "requirements.txt", "--no-index", "--find-links", index.root + "/links.html"]


def from_file_index(lamina, index):
    for w in (TOP, LOW):
        w.save(lamina.folder / "mirror" / "files")
        lamina.write(f"mirror/simple/{w.name}/index.html", f'<a href="../../files/{w.file}#sha256={w.sha256}">{w.file}</a>')
    lamina.requirements(TOP.locked, LOW.locked)
    return ["-r", "requirements.txt", "--index-url", f"file://{lamina.folder}/mirror/simple/"]


# What has no hashes is locked beside its file; tests/lock/ looks into that.
LOCKED_BESIDE = {from_pins, from_pins_json, from_constraints, from_local_wheels, from_find_links, from_find_links_page}
INPUTS = [f for name, f in list(globals().items()) if name.startswith("from_")]


@pytest.mark.parametrize("source", INPUTS, ids=lambda f: f.__name__)
def test_input(lamina, index, source):
    index.add(TOP, LOW)
    args = source(lamina, index)
    before = lamina.left()
    record = lamina.build(*args, "-o", "out.zip").ok().record
    assert names(lamina.folder / "out.zip") == tree(TOP, LOW)
    check_zip(lamina.folder / "out.zip")
    assert [(d["name"], d["version"], d["sha256"]) for d in record["distributions"]] == [
        ("low", "1.5", LOW.sha256), ("top", "1.0", TOP.sha256)]
    assert set(lamina.left()) - set(before) == {"out.zip"} | ({"pylock.requirements.toml"} if source in LOCKED_BESIDE else set())


def test_all_inputs_give_the_same_bytes(tmp_path, make_index):
    from conftest import Lamina
    seen = {}
    for f in INPUTS:
        index = make_index().add(TOP, LOW)
        base = tmp_path / f.__name__
        base.mkdir()
        lamina = Lamina(base)
        record = lamina.build(*f(lamina, index), "-o", "out.zip").ok().record
        seen.setdefault(record["sha256"], []).append(f.__name__)
    assert len(seen) == 1, seen


def test_lock_that_names_urls_needs_no_page(lamina, index):
    index.add(TOP, LOW)
    lamina.build(*from_pylock(lamina, index), "-o", "out.zip").ok()
    assert not index.pages() and len(index.files()) == 2


def test_hashes_from_the_index_are_said_once(lamina, index):
    index.add(TOP, LOW)
    _, file, *args = from_pins(lamina, index)
    result = lamina.build("--lock", file, *args, "-o", "{arch}.zip", "--arch", "arm64").ok()
    said = [line for line in result.err.splitlines() if "no hashes" in line]
    assert said == ["note: requirements.txt has no hashes: they are taken from the index"]


def test_without_any_hash_it_warns(lamina, index):
    index.add(SOLO, hashes=False)
    lamina.requirements(SOLO.pin)
    record = lamina.build("-r", "requirements.txt", "-o", "a.zip", "--index-url", index.url).ok().record
    assert [w["id"] for w in record["warnings"]] == ["unverified"]


def test_yanked_is_built_and_warned(lamina, index):
    index.add(SOLO, yanked="broken on Sundays")
    lamina.requirements(SOLO.locked)
    result = lamina.build("-r", "requirements.txt", "-o", "a.zip", "--index-url", index.url).ok()
    assert [(w["id"], w["message"]) for w in result.record["warnings"]] == [
        ("yanked", "solo-1.2-py3-none-any.whl was yanked: broken on Sundays")]
    assert "warning: solo-1.2-py3-none-any.whl was yanked: broken on Sundays" in result.err


def test_warnings_are_told_again_as_they_were(lamina, index):
    index.add(SOLO, yanked="broken on Sundays")
    lamina.requirements(SOLO.locked)
    args = ("-r", "requirements.txt", "-o", "a.zip", "--index-url", index.url)
    first = lamina.build(*args).ok().record
    for _ in range(2):
        record = lamina.build(*args).ok().record
        assert record["up_to_date"] is True and record["warnings"] == first["warnings"] != []
    os.utime(lamina.folder / "requirements.txt", (1, 1))
    assert lamina.build(*args).ok().record["warnings"] == first["warnings"]


def test_yanked_in_json(lamina, index):
    index.form = "json"
    index.add(SOLO, yanked="")
    lamina.requirements(SOLO.locked)
    result = lamina.build("-r", "requirements.txt", "-o", "a.zip", "--index-url", index.url).ok()
    assert [w["id"] for w in result.record["warnings"]] == ["yanked"]


# --- selection ---

MARKED = wheels.make("marked")
FEATURE = wheels.make("feature", requires=["solo; extra == 'fast'", "low; extra == 'slow'"], extras=["fast", "slow"])


def build_names(lamina, index, *lines, args=()):
    lamina.requirements(*lines)
    result = lamina.build("-r", "requirements.txt", "-o", "out.zip", "--index-url", index.url, *args)
    return [d["name"] for d in result.ok().record["distributions"]]


@pytest.mark.parametrize("marker, taken", [
    ("python_version >= '3.12'", True), ("python_version < '3.12'", False), ("sys_platform == 'win32'", False),
    ("sys_platform == 'linux'", True), ("platform_machine == 'x86_64'", True), ("platform_machine == 'aarch64'", False),
    ("os_name == 'posix' and python_full_version >= '3.12'", True), ("implementation_name == 'pypy'", False),
    ("platform_system == 'Linux' or extra == 'none'", True)])
def test_marker(lamina, index, marker, taken):
    index.add(SOLO, MARKED)
    found = build_names(lamina, index, SOLO.locked, f"{MARKED.pin} ; {marker} --hash=sha256:{MARKED.sha256}")
    assert found == (["marked", "solo"] if taken else ["solo"])


def test_extra_of_a_requirement(lamina, index):
    index.add(FEATURE, SOLO, LOW)
    assert build_names(lamina, index, "feature[fast]==1.0", SOLO.pin) == ["feature", "solo"]


def test_missing_dependency_of_an_extra(lamina, index):
    index.add(FEATURE, SOLO, LOW)
    lamina.requirements("feature[fast,slow]==1.0", SOLO.pin)
    lamina.build("--lock", "requirements.txt", "-o", "out.zip", "--index-url", index.url).refused(
        4, "missing-dependency", "1 dependency is not listed: low (needed by feature", "requirements.txt", "--exclude NAME")


def test_markers_per_target(lamina, index):
    index.add(SOLO, MARKED)
    lamina.requirements(SOLO.pin, f"{MARKED.pin} ; platform_machine == 'aarch64'")
    result = lamina.build("-r", "requirements.txt", "--arch", "arm64", "--index-url", index.url).ok()
    found = {r["target"]: [d["name"] for d in r["distributions"]] for r in result.records}
    assert found == {"python3.12/x86_64": ["solo"], "python3.12/arm64": ["marked", "solo"]}


def test_both_architectures(lamina, index):
    built = {a: wheels.native("speed", arch=a) for a in ("x86_64", "arm64")}
    index.add(*built.values())
    lamina.requirements("speed==1.0 " + " ".join(f"--hash=sha256:{w.sha256}" for w in built.values()))
    result = lamina.build("-r", "requirements.txt", "--runtime", "python3.12", "--arch", "x86_64,arm64", "-o", "l-{arch}.zip",
                          "--index-url", index.url, target=()).ok()
    assert [(r["target"], r["path"]) for r in result.records] == [("python3.12/x86_64", "l-x86_64.zip"), ("python3.12/arm64", "l-arm64.zip")]
    for arch, w in built.items():
        assert contents(lamina.folder / f"l-{arch}.zip")["python/speed/fast.so"] == wheels.NATIVE[arch]
    assert len(index.pages()) == 1 and len(index.files()) == 2


@pytest.mark.parametrize("spelling, printed", [("amd64", "x86_64"), ("aarch64", "arm64"), ("x86_64", "x86_64"), ("arm64", "arm64")])
def test_arch_aliases(lamina, index, spelling, printed):
    index.add(SOLO)
    lamina.requirements(SOLO.pin)
    record = lamina.build("-r", "requirements.txt", "--runtime", "python3.12", "--arch", spelling, "--index-url", index.url,
                          target=()).ok().record
    assert record["arch"] == printed and record["path"] == f"dist/layer-{printed}.zip"


def test_several_runtimes(lamina, index):
    for minor in (9, 13):
        index.add(wheels.native("speed", python=f"cp3{minor}"))
    lamina.requirements("speed==1.0")
    result = lamina.build("-r", "requirements.txt", "--runtime", "python3.9,python3.13", "--arch", "x86_64", "--name", "deps",
                          "--index-url", index.url, target=()).ok()
    assert [r["path"] for r in result.records] == ["dist/deps-python3.9-x86_64.zip", "dist/deps-python3.13-x86_64.zip"]
    assert len({r["sha256"] for r in result.records}) == 2


def test_default_arch_is_said(lamina, index):
    index.add(SOLO)
    lamina.requirements(SOLO.locked)
    result = lamina.build("-r", "requirements.txt", "--runtime", "python3.12", "--index-url", index.url, target=()).ok()
    assert "note: architecture x86_64, Lambda's own default" in result.err
    assert result.record["arch"] == "x86_64"


@pytest.mark.parametrize("args, kept", [
    (["--only", "top"], ["low", "top"]), (["--only", "low"], ["low"]), (["--exclude", "top"], ["solo"]),
    (["--exclude", "solo"], ["low", "top"]), (["--only", "TOP", "--exclude", "Low"], ["top"]), (["--exclude", "low"], ["solo", "top"]),
    (["--provided", "low"], ["solo", "top"])])
@pytest.mark.parametrize("form", ["requirements", "poetry", "uv"])
def test_only_and_exclude(lamina, index, form, args, kept):
    index.add(TOP, LOW, SOLO)
    if form == "requirements":
        lamina.requirements(TOP.locked, LOW.locked, SOLO.locked)
        source = ["-r", "requirements.txt"]
    elif form == "poetry":
        direct = {"python": ">=3.9", "top": "^1.0", "solo": "*"}
        lamina.write("pyproject.toml", locks.poetry_project(direct))
        lamina.write("poetry.lock", locks.poetry([LOW, SOLO, TOP], direct, needs={"top": {"low": ">=1"}}))
        source = ["--lock", "poetry.lock"]
    else:
        lamina.write("pyproject.toml", locks.uv_project(["top", "solo"]))
        lamina.write("uv.lock", locks.uv([LOW, SOLO, TOP], ["top", "solo"], needs={"top": ["low"]}, index=index.url, url=index.file_url))
        source = ["--lock", "uv.lock"]
    record = lamina.build(*source, *args, "-o", "out.zip", "--index-url", index.url).ok().record
    assert [d["name"] for d in record["distributions"]] == kept


BOTO = [wheels.make("boto3", requires=["botocore", "s3transfer"]), wheels.make("botocore", requires=["urllib3", "jmespath"]),
        wheels.make("s3transfer"), wheels.make("urllib3"), wheels.make("jmespath")]


def test_provided_runtime(lamina, index):
    index.add(SOLO, *BOTO)
    found = build_names(lamina, index, SOLO.pin, *[w.pin for w in BOTO], args=["--provided", "runtime:boto3"])
    assert found == ["solo"]


def test_provided_layer(lamina, index):
    index.add(TOP, LOW)
    build_names(lamina, index, LOW.pin)
    (lamina.folder / "out.zip").rename(lamina.folder / "base.zip")
    assert build_names(lamina, index, TOP.pin, LOW.pin, args=["--provided", "base.zip"]) == ["top"]
    assert build_names(lamina, index, TOP.pin, args=["--provided", "base.zip"]) == ["top"]


def test_provided_arn_warns(lamina, index):
    index.add(SOLO)
    lamina.requirements(SOLO.pin)
    arn = "arn:aws:lambda:eu-west-1:123456789012:layer:base:7"
    record = lamina.build("-r", "requirements.txt", "-o", "o.zip", "--index-url", index.url, "--provided", arn).ok().record
    assert [w["id"] for w in record["warnings"]] == ["provided-unknown"] and len(record["distributions"]) == 1


# --- layout ---

@pytest.mark.parametrize("args, prefix", [
    ([], "python/"), (["--layout", "auto"], "python/"), (["--layout", "flat"], "python/"),
    (["--layout", "versioned"], "python/lib/python3.12/site-packages/"), (["--kind", "function"], "")])
def test_layout(lamina, index, args, prefix):
    index.add(SOLO)
    lamina.requirements(SOLO.locked)
    lamina.build("-r", "requirements.txt", "-o", "out.zip", "--index-url", index.url, *args).ok()
    assert names(lamina.folder / "out.zip") == tree(SOLO, prefix=prefix)


DATA = wheels.make("data", files={"data/__init__.py": b""}, data={
    "purelib/pure.py": b"p", "platlib/plat.py": b"l", "data/share/x.txt": b"s", "scripts/run": b"#!python\nprint(1)\n",
    "scripts/tool": b"\x7fELFtool", "headers/x.h": b"h"}, scripts={"hello": "data:main"})


def test_data_folders(lamina, index):
    index.add(DATA)
    lamina.requirements(DATA.locked)
    lamina.build("-r", "requirements.txt", "-o", "out.zip", "--index-url", index.url).ok()
    found = contents(lamina.folder / "out.zip")
    plain = sorted(n for n in found if ".dist-info" not in n)
    assert plain == ["python/bin/run", "python/bin/tool", "python/data/__init__.py", "python/plat.py", "python/pure.py", "python/share/x.txt"]
    assert found["python/bin/run"] == b"#!/var/lang/bin/python3.12\nprint(1)\n"
    assert modes(lamina.folder / "out.zip")["python/bin/run"] == 0o755


def test_scripts(lamina, index):
    index.add(DATA)
    lamina.requirements(DATA.locked)
    lamina.build("-r", "requirements.txt", "-o", "out.zip", "--index-url", index.url, "--scripts").ok()
    found = contents(lamina.folder / "out.zip")
    assert {n for n in found if "bin/" in n} == {"bin/hello", "bin/run", "bin/tool"}
    assert found["bin/hello"].startswith(b"#!/var/lang/bin/python3.12\n") and b"sys.exit(main())" in found["bin/hello"]
    assert modes(lamina.folder / "out.zip")["bin/hello"] == 0o755


def test_record_file_is_right(lamina, index):
    index.add(DATA)
    lamina.requirements(DATA.locked)
    lamina.build("-r", "requirements.txt", "-o", "out.zip", "--index-url", index.url, "--scripts").ok()
    check_record(contents(lamina.folder / "out.zip"), "python/", "data-1.0.dist-info")


def check_record(found, site, info):
    import csv
    import io
    import posixpath
    rows = list(csv.reader(io.StringIO(found[f"{site}{info}/RECORD"].decode())))
    listed = {posixpath.normpath(site + path): (digest, size) for path, digest, size in rows}
    assert len(listed) == len(rows)
    assert set(listed) == set(found)
    for name, (digest, size) in listed.items():
        if name.endswith("/RECORD"):
            assert (digest, size) == ("", "")
        else:
            expected = base64.urlsafe_b64encode(hashlib.sha256(found[name]).digest()).rstrip(b"=").decode()
            assert digest == f"sha256={expected}" and int(size) == len(found[name]), name


FAT = wheels.make("fat", files={
    "fat/__init__.py": b"", "fat/__pycache__/x.cpython-312.pyc": b"c", "fat/old.pyo": b"o", "fat/tests/test_x.py": b"t",
    "fat/testing.py": b"keep", "fat/test/__init__.py": b"keep", "fat/conftest.py": b"c", "fat/docs/a.md": b"d", "fat/docs/__init__.py": b"keep",
    "fat/README.md": b"keep", "fat/x.pyi": b"s", "fat/py.typed": b"", "fat/include/x.h": b"h", "fat/x.pxd": b"p"},
    info={"top_level.txt": b"fat\n", "direct_url.json": b"{}", "zip-safe": b""}, licenses=["LICENSE"], scripts={"fat": "fat:main"})
I = "fat-1.0.dist-info/"
PYC = {"fat/__pycache__/x.cpython-312.pyc", "fat/old.pyo"}


@pytest.mark.parametrize("args, dropped", [
    ([], PYC), (["--slim", "pyc"], PYC), (["--slim", "tests"], {"fat/tests/test_x.py", "fat/conftest.py"}),
    (["--slim", "docs"], {"fat/docs/a.md"}), (["--slim", "type-stubs"], {"fat/x.pyi", "fat/py.typed"}),
    (["--slim", "headers"], {"fat/include/x.h", "fat/x.pxd"}),
    (["--slim", "dist-info"], {I + "WHEEL", I + "RECORD", I + "direct_url.json", I + "zip-safe"}),
    (["--slim", "pyc,tests", "--slim", "docs"], PYC | {"fat/tests/test_x.py", "fat/conftest.py", "fat/docs/a.md"}), (["--no-slim"], set())])
def test_slim(lamina, index, args, dropped):
    index.add(FAT)
    lamina.requirements(FAT.locked)
    record = lamina.build("-r", "requirements.txt", "-o", "out.zip", "--index-url", index.url, *args).ok().record
    everything = set(tree(FAT, prefix=""))
    assert dropped <= everything
    assert {n.removeprefix("python/") for n in names(lamina.folder / "out.zip")} == everything - dropped
    counted = dropped - {I + "RECORD"}
    assert record["slimmed"]["files"] in (len(counted), len(dropped))


def test_no_slim_keeps_headers(lamina, index):
    index.add(DATA)
    lamina.requirements(DATA.locked)
    lamina.build("-r", "requirements.txt", "-o", "out.zip", "--index-url", index.url, "--no-slim").ok()
    assert "python/include/data/x.h" in names(lamina.folder / "out.zip")


def test_unknown_slim_word(lamina, index):
    lamina.requirements(SOLO.locked)
    result = lamina("build", "--json", *TARGET, "-r", "requirements.txt", "--slim", "everything")
    assert result.status == 2 and "type-stubs" in result.err, result


# --- two owners of one path ---

def owners(first, second, path="pkg/__init__.py"):
    return (wheels.make("one", files={path: first, "one.py": b""}), wheels.make("two", files={path: second, "two.py": b""}))


def both(lamina, index, pair, *args):
    index.add(*pair)
    lamina.requirements(*[w.locked for w in pair])
    return lamina.build("-r", "requirements.txt", "-o", "out.zip", "--index-url", index.url, *args)


def test_equal_files_are_one(lamina, index):
    result = both(lamina, index, owners(b"", b"")).ok()
    assert names(lamina.folder / "out.zip").count("python/pkg/__init__.py") == 1 and result.record["warnings"] == []


@pytest.mark.parametrize("path", ["pkg/__init__.py", "pkg/x.so", "pkg/x.pyi", "x.py"])
def test_different_importable_files_clash(lamina, index, path):
    both(lamina, index, owners(b"1", b"2", path)).refused(
        3, "collision", f"one and two both bring `python/{path}`, with different content", f"--prefer 'python/{path}=one'")
    assert lamina.left() == ["requirements.txt"]


def test_package_data_clashes(lamina, index):
    pair = (wheels.make("one", files={"pkg/data.json": b"1", "pkg/__init__.py": b""}),
            wheels.make("two", files={"pkg/data.json": b"2", "pkg/__init__.py": b""}))
    both(lamina, index, pair).refused(3, "collision", "`python/pkg/data.json`")


@pytest.mark.parametrize("path", ["LICENSE", "README.md", "tests/test_x.py"])
def test_different_stray_files_warn(lamina, index, path):
    result = both(lamina, index, owners(b"1", b"2", path)).ok()
    assert [w["id"] for w in result.record["warnings"]] == ["collision"]
    assert contents(lamina.folder / "out.zip")[f"python/{path}"] == b"1"


def test_prefer_decides(lamina, index):
    both(lamina, index, owners(b"1", b"2"), "--prefer", "python/pkg/*=two").ok()
    assert contents(lamina.folder / "out.zip")["python/pkg/__init__.py"] == b"2"


def test_prefer_project(lamina, index):
    index.add(SOLO)
    lamina.requirements(SOLO.locked)
    lamina.write("app/solo/__init__.py", "x = 2\n")
    args = ["-r", "requirements.txt", "--source", "app", "-o", "out.zip", "--index-url", index.url]
    lamina.build(*args).refused(3, "collision", "solo and the project both bring `solo/__init__.py`", "--prefer 'solo/__init__.py=.'")
    lamina.build(*args, "--prefer", "solo/*=.").ok()
    assert contents(lamina.folder / "out.zip")["solo/__init__.py"] == b"x = 2\n"
    lamina.build(*args, "--prefer", "solo/*=solo").ok()
    assert contents(lamina.folder / "out.zip")["solo/__init__.py"] == b"x = 1\n"


def test_bad_prefer(lamina):
    lamina.requirements(SOLO.locked)
    lamina.build("-r", "requirements.txt", "--prefer", "no-equals").refused(2, "bad-value", "--prefer takes GLOB=NAME, not `no-equals`")


def test_file_against_folder(lamina, index):
    both(lamina, index, (wheels.make("one", files={"pkg": b"1"}), wheels.make("two", files={"pkg/__init__.py": b""}))).refused(
        3, "collision", "`python/pkg` is a file of one and a folder of two")


# --- project files ---

PROJECT = {"index.py": b"def handler(e, c): pass\n", "lib/util.py": b"u", "lib/data.json": b"{}", "bin/tool": b"tool", "run.sh": b"#!/bin/sh\n",
           "bootstrap": b"boot", "elf": b"\x7fELF\x02", ".git/config": b"g", "venv/pyvenv.cfg": b"v", "my-env/pyvenv.cfg": b"v", "my-env/x.py": b"v",
           "__pycache__/x.pyc": b"c", ".env": b"SECRET=1", ".env.local": b"SECRET=2", "dist/old.zip": b"z", ".lamina/stamp": b"s",
           ".pytest_cache/x": b"c", "lib/x.pyc": b"c", "node/dist/keep.js": b"k"}
TAKEN = ["bin/tool", "bootstrap", "elf", "index.py", "lib/data.json", "lib/util.py", "node/dist/keep.js", "run.sh"]


@pytest.fixture
def project(lamina):
    for name, content in PROJECT.items():
        lamina.write(f"app/{name}", content)
    return lamina


@pytest.mark.parametrize("args, taken", [
    ([], TAKEN), (["--include", "**/*.py"], ["index.py", "lib/util.py"]), (["--include", "*.py"], ["index.py", "lib/util.py"]),
    (["--include", "lib"], ["lib/data.json", "lib/util.py"]), (["--exclude-path", "lib"], [t for t in TAKEN if not t.startswith("lib/")]),
    (["--exclude-path", "*.json", "--exclude-path", "bin/**"], [t for t in TAKEN if t not in ("lib/data.json", "bin/tool")]),
    (["--include", ".env"], [".env"]), (["--include", "*.py", "--include", ".env"], [".env", "index.py", "lib/util.py"]),
    (["--include", "**"], TAKEN), (["--include", "lib", "--exclude-path", "lib/util.py"], ["lib/data.json"]),
    (["--include", "dist/old.zip"], ["dist/old.zip"])])
def test_project_files(project, args, taken):
    record = project.build("--source", "app", "-o", "out.zip", *args).ok().record
    assert names(project.folder / "out.zip") == taken
    assert record["kind"] == "function" and record["lock"] is None and record["lock_sha256"] is None and record["distributions"] == []
    check_zip(project.folder / "out.zip")


def test_executable_rule(project):
    """Content and place decide, never the modes of this computer."""
    (project.folder / "app/index.py").chmod(0o777)
    (project.folder / "app/run.sh").chmod(0o600)
    project.build("--source", "app", "-o", "out.zip").ok()
    found = modes(project.folder / "out.zip")
    assert {n for n, m in found.items() if m == 0o755} == {"bin/tool", "bootstrap", "elf", "run.sh"}
    assert {m for m in found.values()} == {0o755, 0o644}


def test_links(lamina):
    lamina.write("app/real.py", "r")
    lamina.write("app/folder/x.py", "x")
    (lamina.folder / "app/link.py").symlink_to("real.py")
    (lamina.folder / "app/linked").symlink_to("folder")
    lamina.build("--source", "app", "-o", "out.zip").ok()
    assert contents(lamina.folder / "out.zip") == {"folder/x.py": b"x", "link.py": b"r", "linked/x.py": b"x", "real.py": b"r"}


def test_output_inside_the_source_is_no_source(lamina):
    lamina.write("app/index.py", "x")
    first = lamina.build("--source", "app", "-o", "app/out.zip").ok().record
    second = lamina.build("--source", "app", "-o", "app/out.zip", "--force").ok().record
    assert first["sha256"] == second["sha256"] and names(lamina.folder / "app/out.zip") == ["index.py"]


def test_two_sources(lamina):
    lamina.write("a/x.py", "x")
    lamina.write("b/y.py", "y")
    lamina.build("--source", "a", "--source", "b", "-o", "out.zip").ok()
    assert names(lamina.folder / "out.zip") == ["x.py", "y.py"]
    lamina.write("b/x.py", "z")
    lamina.build("--source", "a", "--source", "b", "-o", "out.zip").refused(3, "collision", "two files of the project would both be `x.py`")


@pytest.mark.parametrize("word, method", [("copy", zipfile.ZIP_DEFLATED), ("fast", zipfile.ZIP_DEFLATED), ("store", zipfile.ZIP_STORED)])
def test_compress(lamina, word, method):
    lamina.write("app/big.txt", b"text " * 10000)
    lamina.build("--source", "app", "-o", "out.zip", "--compress", word).ok()
    with zipfile.ZipFile(lamina.folder / "out.zip") as z:
        assert [i.compress_type for i in z.infolist()] == [method]
    check_zip(lamina.folder / "out.zip")


def test_compress_store_also_stores_wheels(lamina, index):
    text = wheels.make("text", files={"text.py": b"x = 1\n" * 1000})
    index.add(text)
    lamina.requirements(text.locked)
    lamina.build("-r", "requirements.txt", "-o", "out.zip", "--compress", "store", "--index-url", index.url).ok()
    assert contents(lamina.folder / "out.zip")["python/text.py"] == b"x = 1\n" * 1000


@pytest.mark.parametrize("args", [["--bytecode", "checked-hash"]])
def test_not_in_this_version(lamina, args):
    lamina.requirements(SOLO.locked)
    lamina.build("-r", "requirements.txt", *args).refused(2, "not-in-this-version", "is not available in lamina 0.1.0")


def test_into(lamina, index):
    index.add(DATA, SOLO)
    lamina.requirements(DATA.locked, SOLO.locked)
    args = ["-r", "requirements.txt", "--index-url", index.url, "--scripts"]
    lamina.build(*args, "-o", "out.zip").ok()
    record = lamina.build(*args, "--into", "out").ok().record
    assert contents(lamina.folder / "out") == contents(lamina.folder / "out.zip")
    assert modes(lamina.folder / "out") == modes(lamina.folder / "out.zip")
    assert record["size"] is None and record["sha256"] is None and record["sha256_base64"] is None and record["path"] == "out"
    assert record["entries"] == len(contents(lamina.folder / "out"))
    assert record["unzipped_size"] == sum(map(len, contents(lamina.folder / "out").values()))


def test_into_replaces_its_own(lamina, index):
    index.add(SOLO, LOW)
    lamina.requirements(SOLO.locked)
    args = ["-r", "requirements.txt", "--index-url", index.url, "--into", "out"]
    (lamina.folder / "out").mkdir()
    lamina.build(*args).ok()
    lamina.requirements(LOW.locked)
    lamina.build(*args).ok()
    assert sorted(contents(lamina.folder / "out")) == tree(LOW)


def test_into_spares_what_is_not_its_own(lamina, index):
    index.add(SOLO)
    lamina.requirements(SOLO.locked)
    lamina.write("out/precious.txt", "mine")
    args = ["-r", "requirements.txt", "--index-url", index.url, "--into", "out"]
    lamina.build(*args).refused(6, "into-not-ours", "`out` exists and was not made by lamina", "--force")
    assert lamina.left() == ["out", "out/precious.txt", "requirements.txt"]
    lamina.build(*args, "--force").ok()
    assert sorted(contents(lamina.folder / "out")) == tree(SOLO)


def test_into_leaves_nothing_beside(lamina, index):
    index.add(SOLO)
    lamina.requirements(SOLO.locked)
    lamina.build("-r", "requirements.txt", "--index-url", index.url, "--into", "out").ok()
    assert [p for p in lamina.left() if not p.startswith("out/")] == ["out", "requirements.txt"]


@pytest.mark.parametrize("template, path", [
    ("{name}.zip", "layer.zip"), ("a/b/{kind}-{runtime}-{arch}.zip", "a/b/layer-python3.12-x86_64.zip"),
    ("x-{arch}.zip", "x-x86_64.zip"), ("deep/er/out.zip", "deep/er/out.zip")])
def test_templates(lamina, index, template, path):
    index.add(SOLO)
    lamina.requirements(SOLO.locked)
    record = lamina.build("-r", "requirements.txt", "--index-url", index.url, "-o", template).ok().record
    assert record["path"] == path and (lamina.folder / path).exists()


def test_name_from_the_output(lamina, index):
    index.add(SOLO)
    lamina.requirements(SOLO.locked)
    assert lamina.build("-r", "requirements.txt", "--index-url", index.url, "-o", "my-deps.zip").ok().record["name"] == "my-deps"
    assert lamina.build("-r", "requirements.txt", "--index-url", index.url, "--name", "other").ok().record["name"] == "other"


# --- records and other output ---

TYPES = {"schema": int, "size": int, "unzipped_size": int, "entries": int, "up_to_date": bool, "elapsed_ms": int, "distributions": list,
         "slimmed": dict, "warnings": list}


def test_json_record(lamina, index):
    index.add(FAT, SOLO, yanked="why")
    lamina.requirements(FAT.locked, SOLO.locked)
    result = lamina.build("-r", "requirements.txt", "--index-url", index.url, "-o", "out.zip").ok()
    record = result.record
    assert list(record) == RECORD_KEYS
    for key, value in record.items():
        assert type(value) is TYPES.get(key, str), key
    data = (lamina.folder / "out.zip").read_bytes()
    assert record["schema"] == 1 and record["kind"] == "layer" and record["target"] == "python3.12/x86_64"
    assert record["size"] == len(data) and record["sha256"] == hashlib.sha256(data).hexdigest()
    assert base64.b64decode(record["sha256_base64"]) == hashlib.sha256(data).digest()
    held = contents(lamina.folder / "out.zip")
    assert record["entries"] == len(held) and record["unzipped_size"] == sum(map(len, held.values()))
    assert record["lock"] == "requirements.txt"
    assert record["lock_sha256"] == hashlib.sha256((lamina.folder / "requirements.txt").read_bytes()).hexdigest()
    assert record["slimmed"] == {"files": 2, "bytes": 2}
    assert [list(d) for d in record["distributions"]] == [["name", "version", "sha256", "size", "unzipped_size"]] * 2
    assert sum(d["unzipped_size"] for d in record["distributions"]) == record["unzipped_size"]
    assert 0 < sum(d["size"] for d in record["distributions"]) < record["size"]
    assert [list(w) for w in record["warnings"]] == [["id", "message"]] * 2
    assert record["lamina"] == "0.1.0" and record["up_to_date"] is False


def test_json_flat(lamina, index):
    index.add(SOLO)
    lamina.requirements(SOLO.locked)
    args = ["build", *TARGET, "-r", "requirements.txt", "--index-url", index.url, "-o", "out.zip"]
    record = lamina(*args, "--json").ok().record
    flat = json.loads(lamina(*args, "--json=flat").ok().out)
    assert all(isinstance(v, str) for v in flat.values()), flat
    expected = {k: v for k, v in record.items() if k not in ("distributions", "warnings", "slimmed", "elapsed_ms", "up_to_date")}
    assert {k: flat[k] for k in expected} == {k: str(v) for k, v in expected.items()}
    assert set(flat) == set(record) - {"distributions", "warnings", "slimmed"} | {"slimmed_files", "slimmed_bytes"}
    assert flat["up_to_date"] == "true" and flat["slimmed_files"] == "0"


def test_json_flat_null(lamina):
    lamina.write("app/x.py", "x")
    flat = json.loads(lamina("build", *TARGET, "--source", "app", "-o", "o.zip", "--json=flat").ok().out)
    assert all(isinstance(v, str) for v in flat.values()) and not flat.get("lock")  # null is left out, or empty


def test_md5(lamina, index):
    index.add(SOLO)
    lamina.requirements(SOLO.locked)
    for _ in range(2):
        record = lamina.build("-r", "requirements.txt", "--index-url", index.url, "-o", "out.zip", "--md5").ok().record
        assert record["md5"] == hashlib.md5((lamina.folder / "out.zip").read_bytes()).hexdigest()
    assert record["up_to_date"] is True


def test_line(lamina, index):
    index.add(SOLO)
    lamina.requirements(SOLO.locked)
    args = ["build", *TARGET, "-r", "requirements.txt", "--index-url", index.url, "-o", "out.zip"]
    first, again = lamina(*args).ok(), lamina(*args).ok()
    digest = hashlib.sha256((lamina.folder / "out.zip").read_bytes()).hexdigest()
    assert first.out.startswith("out.zip  ") and f"unzipped, {len(tree(SOLO))} entries)  sha256:{digest}  " in first.out
    assert first.out.count("\n") == 1 and first.err == "" and first.out.rstrip().endswith("ms")
    assert again.out.rstrip().endswith("up to date") and again.err == ""


@pytest.mark.parametrize("stage", ["project", "lock", "fetch", "plan"])
def test_dump(lamina, index, stage):
    index.add(TOP, LOW)
    lamina.requirements(TOP.locked, LOW.locked)
    result = lamina("build", *TARGET, "-r", "requirements.txt", "--index-url", index.url, "-o", "out.zip", "--dump", stage).ok()
    wanted = {"project": "requirements.txt", "lock": LOW.sha256, "fetch": LOW.file, "plan": "python/low/__init__.py"}[stage]
    assert wanted in result.out and lamina.left() == ["requirements.txt"]
    if stage in ("project", "lock"):
        assert result.objects


def test_check_and_dry_run(lamina, index):
    index.add(SOLO)
    lamina.requirements(SOLO.locked)
    args = ["-r", "requirements.txt", "--index-url", index.url, "-o", "out.zip"]
    for option, status in (("--check", 1), ("--dry-run", 0)):
        result = lamina.build(*args, option)
        assert result.status == status and lamina.left() == ["requirements.txt"], result
        assert result.record.get("planned") is True and result.record["sha256"] is None
        assert not index.requests
    lamina.build(*args).ok()
    for option in ("--check", "--dry-run"):
        assert lamina.build(*args, option).ok().record["up_to_date"] is True
    lamina.requirements(SOLO.locked, "# comment")
    assert lamina.build(*args, "--check").status in (0, 1)
    lamina.requirements(LOW.locked)
    assert lamina.build(*args, "--check").status == 1


def test_depfile(lamina, index):
    index.add(SOLO)
    lamina.requirements(SOLO.locked, name="a b.txt")
    lamina.write("app/index.py", "x")
    args = ["-r", "a b.txt", "--index-url", index.url, "--source", "app", "-o", "out.zip", "--depfile", "out.d"]
    lamina.build(*args).ok()
    text = (lamina.folder / "out.d").read_text()
    rule = text.replace("\\\n", "").strip()
    assert rule.startswith("out.zip:") and r"a\ b.txt" in rule and "app/index.py" in rule
    (lamina.folder / "out.d").unlink()
    assert lamina.build(*args).ok().record["up_to_date"] is True
    assert (lamina.folder / "out.d").read_text() == text


def test_quiet_and_verbose(lamina, index):
    index.add(SOLO)
    lamina.requirements(SOLO.pin)
    args = ["build", "--runtime", "python3.12", "-r", "requirements.txt", "--index-url", index.with_login("user", "hunter2secret"), "-o", "o.zip"]
    loud = lamina(*args, "-vv").ok()
    assert f"/files/{SOLO.file}" in loud.err and "/simple/solo/" in loud.err
    assert "hunter2secret" not in loud.err + loud.out
    quiet = lamina(*args, "-q", "--force").ok()
    assert quiet.err == ""
    assert lamina("build", "-q", *TARGET, "-r", "none.txt").err.startswith("error: ")


def test_directory_option(lamina, index):
    index.add(SOLO)
    lamina.requirements(SOLO.locked, name="sub/requirements.txt")
    record = lamina("build", "-C", "sub", "--json", *TARGET, "-r", "requirements.txt", "--index-url", index.url, "-o", "out.zip").ok().record
    assert record["path"] == "out.zip" and (lamina.folder / "sub/out.zip").exists()


def test_unicode_and_spaces_in_paths(lamina, index):
    index.add(SOLO)
    lamina.requirements(SOLO.locked, name="d\u00e9p \u96fb.txt")
    record = lamina.build("-r", "d\u00e9p \u96fb.txt", "--index-url", index.url, "-o", "o\u00fct/a b.zip", "--name", "x").ok().record
    assert record["path"] == "o\u00fct/a b.zip" and (lamina.folder / "o\u00fct/a b.zip").exists()


def test_wheels_keep_their_streams(lamina, index):
    """The promise of speed: what is deflated is copied."""
    w = wheels.make("lump", files={"lump.bin": bytes(range(256)) * 400})
    index.add(w)
    lamina.requirements(w.locked)
    lamina.build("-r", "requirements.txt", "--index-url", index.url, "-o", "out.zip").ok()
    stream = wheels.hostile_wheels.deflate(bytes(range(256)) * 400)
    assert stream in (lamina.folder / "out.zip").read_bytes()


def test_layer_and_sources(lamina, index):
    """A layer with files of its own: they stand at its root."""
    index.add(SOLO)
    lamina.requirements(SOLO.locked)
    lamina.write("shared/python/helper.py", "h")
    record = lamina.build("-r", "requirements.txt", "--source", "shared", "--kind", "layer", "--index-url", index.url, "-o", "o.zip").ok().record
    assert record["kind"] == "layer" and "python/helper.py" in names(lamina.folder / "o.zip")


@pytest.mark.parametrize("minor", range(8, 15))
def test_every_runtime(lamina, index, minor):
    index.add(wheels.native("speed", python=f"cp3{minor}"), SOLO)
    lamina.requirements("speed==1.0", SOLO.pin)
    record = lamina.build("-r", "requirements.txt", "--runtime", f"python3.{minor}", "--arch", "x86_64", "--layout", "versioned",
                          "--index-url", index.url, target=()).ok().record
    assert f"python/lib/python3.{minor}/site-packages/speed/fast.so" in names(lamina.folder / record["path"])
