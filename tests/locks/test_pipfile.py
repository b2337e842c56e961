"""Pipfile.lock: categories, markers, hashes without names, sources and the hash of the Pipfile.

SPDX-License-Identifier: Apache-2.0
"""
import hashlib
import json

import pytest

H = {c: c * 64 for c in "abcdef"}


def lock(default=None, spec=6, develop=None, meta=None, **categories):
    head = {"hash": {"sha256": "0" * 64}, "pipfile-spec": spec, "requires": {}, "sources": [
        {"name": "main", "url": "https://index.example/simple", "verify_ssl": True}, {"name": "other", "url": "https://other.example/simple", "verify_ssl": True}]}
    return {"_meta": {**head, **(meta or {})}, "default": default or {}, "develop": develop or {}, **categories}


def pin(version="1.0", hashes="a", **more):
    return {"version": f"=={version}", "hashes": ["sha256:" + H[h] for h in hashes], **more}


@pytest.fixture
def select(judge, tmp_path):
    def ask(document, pipfile=None, target="python3.12/x86_64", **more):
        path = tmp_path / "Pipfile.lock"
        path.write_text(document if isinstance(document, str) else json.dumps(document, indent=4))
        if pipfile is not None:
            (tmp_path / "Pipfile").write_text(pipfile)
        return judge.ask("lock.select", path=str(path), target=target, **more)
    return ask


def versions(answer):
    assert "ok" in answer, answer
    return {p["name"]: p["version"] for p in answer["ok"]}


def rule(answer):
    assert "error" in answer, answer
    return answer["error"]["rule"]


def test_categories(select):
    document = lock({"a": pin(), "B_b": pin("2")}, develop={"c": pin(), "a": pin()}, docs={"d": pin()}, Other_One={"e": pin()})
    assert versions(select(document)) == {"a": "1.0", "b-b": "2"}
    for name in ("dev-packages", "develop", "dev", "Develop"):
        assert set(versions(select(document, groups=[name]))) == {"a", "b-b", "c"}
    assert set(versions(select(document, groups=["docs", "other-one"]))) == {"a", "b-b", "d", "e"}
    assert rule(select(document, groups=["doc"])) == "unknown-group"
    assert rule(select(document, extras=["x"])) == "unknown-extra"
    document["develop"]["a"] = pin("9")
    assert versions(select(document))["a"] == "1.0" and rule(select(document, groups=["dev"])) == "lock-duplicate"


def test_markers(select):
    document = lock({"a": pin(markers="python_version < '3.12'"), "b": pin(markers="python_version >= '3.12' and sys_platform == 'linux'"),
                     "c": pin(os_name="== 'nt'"), "d": pin(markers="python_version >= '3.8'", sys_platform="== 'linux'")})
    assert set(versions(select(document))) == {"b", "d"}
    assert set(versions(select(document, target="python3.11/arm64"))) == {"a", "d"}
    assert rule(select(lock({"a": pin(markers="python_version <")}))) == "marker"


def test_hashes_have_no_names(select):
    answer = select(lock({"a": pin(hashes="ab"), "b": pin(hashes="c"), "c": {"version": "==1"}}))["ok"]
    assert [(p["file"], p["url"], p["sha256"]) for p in answer] == [(None, None, None), (None, None, H["c"]), (None, None, None)]
    weak = pin()
    weak["hashes"] = ["md5:" + "0" * 32]
    assert rule(select(lock({"a": weak}))) == "hash-missing"
    weak["hashes"].append("sha256:" + H["a"])
    assert versions(select(lock({"a": weak}))) == {"a": "1.0"}
    for bad in (["sha256:00"], ["x"], [1], "sha256:" + H["a"]):
        assert rule(select(lock({"a": {**pin(), "hashes": bad}}))) == "lock-hash"


def test_kinds(select):
    answer = {p["name"]: p for p in select(lock({
        "g": {"git": "https://git.example/g", "ref": "abc", "subdirectory": "s"}, "u": {"file": "https://h.example/u-1.0-py3-none-any.whl", "hashes": ["sha256:" + H["b"]]},
        "f": {"file": "./w/f-1.0-py3-none-any.whl"}, "s": {"path": "w/s-1.0.tar.gz"}, "d": {"path": ".", "editable": True},
        "l": {"file": "file:///w/l%20x.tar.gz"}}))["ok"]}
    assert [(n, answer[n]["kind"], answer[n]["path"]) for n in "dfglsu"] == [
        ("d", "directory", "."), ("f", "wheel", "./w/f-1.0-py3-none-any.whl"), ("g", "vcs", None), ("l", "archive", "/w/l x.tar.gz"),
        ("s", "archive", "w/s-1.0.tar.gz"), ("u", "wheel", None)]
    assert answer["g"]["url"] == "https://git.example/g" and answer["u"]["sha256"] == H["b"]


PIPFILE = '''[[source]]
name = "main"
url = "https://index.example/simple"
verify_ssl = true
[packages]
a = "*"
win = {version = "*", sys_platform = "== 'win32'"}
old = {version = "*", markers = "python_version < '3.10'"}
[dev-packages]
"zoë" = "*"
[docs]
d = "~=1.0"
'''


def pipfile_hash(text):
    """plette's Pipfile.get_hash."""
    tomllib = pytest.importorskip("tomllib")
    data = tomllib.loads(text)
    whole = {"_meta": {"sources": data["source"], "requires": data.get("requires", {})}, "default": data.get("packages", {}), "develop": data.get("dev-packages", {})}
    for category, values in data.items():
        if category not in ("source", "packages", "dev-packages", "requires", "scripts", "pipfile", "pipenv", "default", "develop"):
            whole[category] = values
    return hashlib.sha256(json.dumps(whole, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def test_fresh(select):
    fresh = {"meta": {"hash": {"sha256": pipfile_hash(PIPFILE)}}}
    assert versions(select(lock({"a": pin()}, **fresh), PIPFILE)) == {"a": "1.0"}
    for changed in (PIPFILE.replace('a = "*"', 'a = "1"'), PIPFILE.replace("~=1.0", "~=1.1"), PIPFILE + "[requires]\npython_version = '3.12'\n"):
        assert rule(select(lock({"a": pin()}, **fresh), changed)) == "lock-stale"
        assert versions(select(lock({"a": pin()}, **fresh), changed, frozen=True)) == {"a": "1.0"}
    assert versions(select(lock({"a": pin()}, **fresh), "# a comment\n" + PIPFILE + "[scripts]\nx = 'y'\n")) == {"a": "1.0"}


def test_what_pipenv_did_not_resolve(select):
    """It has no version, and its marker may be in the Pipfile alone."""
    open_entries = lock({"a": pin(), "win": {"version": "*"}, "old": {"version": "*", "markers": "python_version < '3.10'"}})
    assert versions(select(open_entries, PIPFILE, frozen=True)) == {"a": "1.0"}
    assert rule(select(open_entries, PIPFILE, frozen=True, target="python3.9/arm64")) == "unpinned"
    for value in ({"version": ">=1"}, "*", {"version": "==1.*"}, {}):
        assert rule(select(lock({"b": value}), frozen=True)) == "unpinned", value
    assert versions(select(lock({"a": "==1.0", "b": {"version": "===2"}}), frozen=True)) == {"a": "1.0", "b": "2"}


@pytest.mark.parametrize("document, want", [
    ("", "json"), ("{", "json"), ("[]", "lock-field"), ("{}", "lock-field"), ({"_meta": {}}, "lock-version"), (lock(spec=5), "lock-version"), (lock(spec="6"), "lock-version"),
    ({**lock(), "default": []}, "lock-field"), (lock({"a b": pin()}), "lock-field"), (lock({"a": []}), "lock-field"), (lock({"a": pin(index="gone")}), "lock-field"),
    (lock(meta={"sources": [{"name": "x"}]}), "lock-field"),
])
def test_errors(select, document, want):
    assert rule(select(document)) == want


def test_the_place_is_shown(select):
    message = select(lock({"a": pin(), "bb": pin(index="gone")}))["error"]["message"]
    assert "Pipfile.lock:" in message and "default.bb" in message


def test_many_packages(select):
    n = 20000
    assert len(select(lock({f"p{i}": pin() for i in range(n)}))["ok"]) == n
