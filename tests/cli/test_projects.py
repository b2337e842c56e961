"""lamina.toml with several artifacts, and the small commands around a build.

SPDX-License-Identifier: Apache-2.0
"""
import json
import pathlib

import pytest

import locks
import wheels
from conftest import RECORD_KEYS, check_message, contents, names

TOP, LOW, BIG = wheels.make("top", requires=["low"]), wheels.make("low"), wheels.make("big", files={"big/__init__.py": b"", "big/tests/t.py": b""})

CONFIG = """
[defaults]
runtime = "python3.12"
arch = ["x86_64", "arm64"]
output = "build/{kind}-{name}-{arch}.zip"
slim = ["pyc", "tests"]

[index.it]
url = "%s"
default = true

[layer.deps]
requirements = "requirements.txt"
exclude = "low"
layout = "versioned"
description = "what the function needs"
compatible-runtimes = ["python3.12"]

[layer.second]
lock = "pylock.toml"
arch = "arm64"
output = "second.zip"
slim = ["none"]

[function.api]
source = "api"
handler = "index.handler"
include = ["**/*.py"]
files = { "share/ca.pem" = "certs/ca.pem", "templates" = "html" }
layers = ["deps"]
environment = { STAGE = "test" }
memory-size = 256
"""


@pytest.fixture
def project(lamina, index):
    index.add(TOP, LOW, BIG)
    lamina.write("lamina.toml", CONFIG % index.url)
    lamina.requirements(TOP.locked, LOW.locked, BIG.locked)
    lamina.write("pylock.toml", locks.pylock([BIG], index.file_url))
    lamina.write("api/index.py", "def handler(e, c): pass\n")
    lamina.write("api/notes.txt", "no")
    lamina.write("certs/ca.pem", "PEM")
    lamina.write("html/a.html", "<a>")
    return lamina


def test_everything(project):
    records = project("build", "--json").ok().records
    assert [(r["kind"], r["name"], r["target"], r["path"]) for r in records] == [
        ("layer", "deps", "python3.12/x86_64", "build/layer-deps-x86_64.zip"), ("layer", "deps", "python3.12/arm64", "build/layer-deps-arm64.zip"),
        ("layer", "second", "python3.12/arm64", "second.zip"),
        ("function", "api", "python3.12/x86_64", "build/function-api-x86_64.zip"), ("function", "api", "python3.12/arm64", "build/function-api-arm64.zip")]
    assert all([k for k in r if k != "same_as"] == RECORD_KEYS for r in records)
    assert [r.get("same_as") for r in records] == [None, "build/layer-deps-x86_64.zip", None, None, "build/function-api-x86_64.zip"]
    deps = names(project.folder / "build/layer-deps-x86_64.zip")
    assert "python/lib/python3.12/site-packages/top/__init__.py" in deps and not [n for n in deps if "/low" in n or "tests" in n]
    assert "python/big/tests/t.py" in names(project.folder / "second.zip")
    assert contents(project.folder / "build/function-api-arm64.zip") == {
        "index.py": b"def handler(e, c): pass\n", "share/ca.pem": b"PEM", "templates/a.html": b"<a>"}
    assert (project.folder / ".lamina").is_dir()
    assert all(r["up_to_date"] for r in project("build", "--json").ok().records)


def test_some(project):
    assert [r["name"] for r in project("build", "--json", "second").ok().records] == ["second"]
    assert not (project.folder / "build").exists()
    assert {r["name"] for r in project("build", "--json", "second", "api").ok().records} == {"second", "api"}


def test_from_below(project):
    """The nearest lamina.toml upwards counts; its paths are its own."""
    records = project("build", "--json", "second", cwd=project.folder / "api").ok().records
    assert (project.folder / "second.zip").exists() and not (project.folder / "api/second.zip").exists()
    assert pathlib.Path(project.folder / "api" / records[0]["path"]).resolve() == (project.folder / "second.zip").resolve()


def test_other_configuration(project):
    text = (project.folder / "lamina.toml").read_text()
    (project.folder / "lamina.toml").rename(project.folder / "other.toml")
    assert text
    project("build", "--json", "--config", "other.toml", "second").ok()
    project("build", "--json", "--config", project.folder / "other.toml", "second", cwd=project.home).ok()
    assert names(project.folder / "second.zip")


def test_options_override(project):
    records = project("build", "--json", "deps", "--arch", "x86_64", "--runtime", "python3.13", "--layout", "flat").ok().records
    assert [(r["target"]) for r in records] == ["python3.13/x86_64"]
    assert "python/top/__init__.py" in names(project.folder / records[0]["path"])


def test_defaults_count_for_options(project, index):
    record = project("build", "--json", "-r", "requirements.txt", "--arch", "arm64", "-o", "x.zip").ok().record
    assert record["target"] == "python3.12/arm64" and not [n for n in names(project.folder / "x.zip") if "tests" in n]


def test_files_as_one_string(project, index):
    project.write("lamina.toml", f'[defaults]\nruntime = "python3.12"\narch = "arm64"\n[index.i]\nurl = "{index.url}"\ndefault = true\n'
                  '[layer.a]\nrequirements = ["requirements.txt"]\nslim = "tests"\nonly = "big"\n[layer.b]\nrequirements = "requirements.txt"\npackages = ["low"]\n')
    found = {r["name"]: [d["name"] for d in r["distributions"]] for r in project("build", "--json").ok().records}
    assert found == {"a": ["big"], "b": ["low"]}


def test_prefer_table(lamina, index):
    one, two = wheels.make("one", files={"x.py": b"1"}), wheels.make("two", files={"x.py": b"2"})
    index.add(one, two)
    lamina.requirements(one.locked, two.locked)
    lamina.write("lamina.toml", f'[index.i]\nurl = "{index.url}"\ndefault = true\n[layer.a]\nruntime = "python3.12"\narch = "arm64"\n'
                 'requirements = "requirements.txt"\nprefer = { "python/x.py" = "two" }\n')
    lamina("build").ok()
    assert contents(lamina.folder / "dist/a-arm64.zip")["python/x.py"] == b"2"


def test_first_error_ends_finished_ones_stay(project, index):
    project.write("pylock.toml", "broken")
    result = project("build", "--json")
    assert result.status == 3 and "pylock.toml" in result.error["where"]
    assert not [p for p in project.left() if p.endswith(".zip") and p.startswith(".")]


def test_dump_project(project):
    objects = project("build", "--dump", "project").ok().objects
    assert len(objects) >= 5 and not (project.folder / "build").exists()


# --- init ---

@pytest.mark.parametrize("files, texts", [
    ({"requirements.txt": "x==1\n", "lambda_function.py": "def lambda_handler(e, c): pass\n"}, ["requirements.txt", "lambda_function.lambda_handler"]),
    ({"poetry.lock": "", "pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.13"\n', "src/index.py": "def handler(e, c): pass\n"}, ["poetry.lock", "index.handler"]),
    ({"uv.lock": "version = 1\n", "pyproject.toml": '[project]\nrequires-python = ">=3.11"\n'}, ["uv.lock"]),
    ({"pylock.toml": ""}, ["pylock.toml"])])
def test_init(lamina, files, texts):
    for name, text in files.items():
        lamina.write(name, text)
    shown = lamina("init", "--print").ok()
    assert "lamina.toml" not in lamina.left()
    lamina("init").ok()
    text = (lamina.folder / "lamina.toml").read_text()
    assert text == shown.out
    for t in texts:
        assert t in text, text
    again = lamina("init")
    assert again.status in (2, 6) and "--force" in again.err and (lamina.folder / "lamina.toml").read_text() == text
    lamina("init", "--force").ok()
    lamina("build", "--dump", "project").ok()


def test_init_with_nothing(lamina):
    result = lamina("init")
    assert result.status == 2 and lamina.left() == []
    check_message(result.err)


def test_init_then_build(lamina, index):
    index.add(LOW)
    lamina.requirements(LOW.locked)
    lamina.write("index.py", "def handler(event, context):\n    return 1\n")
    lamina("init").ok()
    records = lamina("build", "--json", env={"LAMINA_INDEX_URL": index.url}).ok().records
    assert records


# --- cache, runtimes ---

def test_cache(project, index):
    assert project("cache", "dir").ok().out == f"{project.cache}\n"
    project("build").ok()
    stats = json.loads(project("cache", "stats", "--json").ok().out)
    assert stats["wheels"]["count"] == 3 and stats["records"]["count"] == 3 and stats["wheels"]["bytes"] == sum(len(w.data) for w in (TOP, LOW, BIG))
    assert project("cache", "verify", "--json").ok().objects[0]["damaged"] == 0
    kept = json.loads(project("cache", "gc", "--json", "--keep-days", "0").ok().out)
    assert kept["removed"] == 0  # what was used within the hour stays
    project("cache", "clear").ok()
    assert json.loads(project("cache", "stats", "--json").ok().out)["total_bytes"] == 0


def test_cache_gc_removes_what_is_old(project, index):
    import os
    project("build").ok()
    for p in project.cache.rglob("*"):
        if p.is_file():
            os.utime(p, (1, 1))
    dry = json.loads(project("cache", "gc", "--json", "--keep-days", "30", "--dry-run").ok().out)
    assert dry["removed"] >= 3 and dry["dry_run"] is True and json.loads(project("cache", "stats", "--json").ok().out)["wheels"]["count"] == 3
    project("cache", "gc", "--keep-days", "30").ok()
    assert json.loads(project("cache", "stats", "--json").ok().out)["wheels"]["count"] == 0
    project("build", "--force").ok()


def test_cache_of_an_empty_store(lamina):
    assert json.loads(lamina("cache", "stats", "--json").ok().out)["total_bytes"] == 0
    lamina("cache", "verify").ok()
    lamina("cache", "gc").ok()
    lamina("cache", "clear").ok()


def test_store_folder(lamina, index):
    for env, place in (({"LAMINA_CACHE_DIR": None}, lamina.home / ".cache/lamina"),
                       ({"LAMINA_CACHE_DIR": None, "XDG_CACHE_HOME": lamina.base / "xdg"}, lamina.base / "xdg/lamina")):
        assert lamina("cache", "dir", env=env).ok().out == f"{place}\n"


def test_runtimes(lamina):
    listed = lamina("runtimes").ok().out
    for minor in range(8, 15):
        assert f"python3.{minor}" in listed
    assert "provided.al2023" in listed
    rows = [json.loads(line) for line in lamina("runtimes", "--json").ok().out.splitlines()]
    flat = json.dumps(rows)
    assert "python3.12" in flat and "provided.al2" in flat


def test_deprecated_runtime_is_said(lamina, index):
    index.add(LOW)
    lamina.requirements(LOW.locked)
    result = lamina.build("-r", "requirements.txt", "--runtime", "python3.8", "--arch", "arm64", "--index-url", index.url, target=()).ok()
    assert result.status == 0


def test_an_include_that_names_nothing(lamina):
    lamina.write("app/a.py")
    lamina.write("app/config.json", "{}")
    for _ in range(2):  # told again when nothing changed
        record = lamina.build("--source", "app", "--include", "confg.json", "--include", "*.py", "-o", "x.zip").ok().record
        assert [w["id"] for w in record["warnings"]] == ["include-unmatched"] and "confg.json" in record["warnings"][0]["message"]
    assert lamina.build("--source", "app", "--include", "config.json", "--include", "*.py", "-o", "x.zip").ok().record["warnings"] == []
