"""pdm.lock: groups, markers, extras, targets, files by name or URL, and the walk for locks that do not say where an entry is needed.

SPDX-License-Identifier: Apache-2.0
"""
import json

import pytest

H = {c: c * 64 for c in "abcdef"}


def entry(name, version="1.0", files=None, **more):
    lines = ["[[package]]", f'name = "{name}"', f'version = "{version}"']
    for key, value in more.items():
        lines.append(f"{key} = {json.dumps(value)}")
    lines.append("files = [" + ", ".join(files or [f'{{file = "{name}-{version}-py3-none-any.whl", hash = "sha256:{H["a"]}"}}']) + "]")
    return "\n".join(lines) + "\n"


def bare(name, **more):
    return "\n".join(line for line in entry(name, **more).splitlines() if not line.startswith("files")) + "\n"


def lock(*entries, groups=("default", "dev", "color"), strategy='"inherit_metadata"', version="4.5.0", targets='[[metadata.targets]]\nrequires_python = ">=3.8"\n'):
    return (f"[metadata]\ngroups = {list(groups)!r}\nstrategy = [{strategy}]\nlock_version = \"{version}\"\ncontent_hash = \"sha256:0\"\n{targets}\n".replace("'", '"')
            + "\n".join(entries))


PROJECT = '''[project]
name = "p"
version = "1"
requires-python = ">=3.8"
dependencies = %s
optional-dependencies = {color = ["colorama"]}
[dependency-groups]
dev = ["d", {include-group = "test"}]
test = ["t"]
'''


@pytest.fixture
def select(judge, tmp_path):
    def ask(text, project=None, target="python3.12/x86_64", **more):
        path = tmp_path / "pdm.lock"
        path.write_text(text)
        if project is not None:
            (tmp_path / "pyproject.toml").write_text(project)
        return judge.ask("lock.select", path=str(path), target=target, **more)
    return ask


def names(answer):
    assert "ok" in answer, answer
    return [p["name"] for p in answer["ok"]]


def rule(answer):
    assert "error" in answer, answer
    return answer["error"]["rule"]


def test_groups_and_markers(select):
    text = lock(entry("a", groups=["default"]), entry("b", groups=["dev"]), entry("c", groups=["color", "default"], marker='sys_platform == "win32"'),
                entry("d", groups=["color"], marker='python_version >= "3.12"'), entry("e"))
    assert names(select(text)) == ["a", "e"]
    assert names(select(text, groups=["Dev"])) == ["a", "b", "e"]
    assert names(select(text, extras=["color"])) == names(select(text, groups=["color"])) == ["a", "d", "e"]
    assert names(select(text, extras=["color"], target="python3.11/arm64")) == ["a", "e"]
    assert rule(select(text, groups=["colour"])) == "unknown-group" and rule(select(text, extras=["colour"])) == "unknown-extra"


def test_extras_are_one_package(select):
    text = lock(entry("r", groups=["default"]), entry("r", extras=["socks"], groups=["default"]), entry("r", extras=["other"], groups=["dev"]))
    assert names(select(text, groups=["dev"])) == ["r"]
    assert rule(select(lock(entry("r"), entry("r", "2.0", marker='python_version >= "3.9"')))) == "lock-duplicate"
    assert names(select(lock(entry("r", marker='python_version < "3.9"'), entry("r", "2.0", marker='python_version >= "3.9"')))) == ["r"]


def test_files(select):
    wheel = "a-1.0-cp312-cp312-manylinux_2_17_{}.whl"
    text = lock(entry("a", files=[f'{{file = "{wheel.format(m)}", hash = "sha256:{H[h]}"}}' for m, h in (("x86_64", "a"), ("aarch64", "b"))]),
                entry("s", files=[f'{{url = "https://h.example/s-1.0-py3-none-any.whl#x", hash = "sha256:{H["c"]}"}}']))
    found = {p["name"]: p for p in select(text, target="python3.12/arm64")["ok"]}
    assert found["a"]["file"] == wheel.format("aarch64") and found["a"]["sha256"] == H["b"] and found["a"]["url"] is None
    assert found["s"]["url"] == "https://h.example/s-1.0-py3-none-any.whl#x" and found["s"]["file"] == "s-1.0-py3-none-any.whl"
    old = lock(bare("a"), version="4.1", targets=f'[metadata.files]\n"a 1.0" = [{{url = "https://h.example/a-1.0-py3-none-any.whl", hash = "sha256:{H["d"]}"}}]\n')
    assert select(old)["ok"][0]["sha256"] == H["d"]


def test_direct(select):
    answer = {p["name"]: p for p in select(lock(
        bare("g", git="https://git.example/g", ref="main", revision="abc", subdirectory="s"),
        entry("u", url="https://h.example/u-1.0-py3-none-any.whl", files=[f'{{file = "u-1.0-py3-none-any.whl", hash = "sha256:{H["e"]}"}}']),
        bare("l", path="./vendor/l", editable=True),
        entry("w", path="./w/w-1.0-py3-none-any.whl"), bare("r", url="file:///${PROJECT_ROOT}/r%20r")))["ok"]}
    assert [(n, answer[n]["kind"], answer[n]["path"]) for n in "glruw"] == [
        ("g", "vcs", None), ("l", "directory", "./vendor/l"), ("r", "directory", "r r"), ("u", "wheel", None), ("w", "wheel", "./w/w-1.0-py3-none-any.whl")]
    assert answer["u"]["sha256"] == H["e"]


@pytest.mark.parametrize("targets, good", [
    ('requires_python = ">=3.9"', True), ('requires_python = "<3.12"', False), ('requires_python = ">=3.8"\nplatform = "linux"', True),
    ('platform = "manylinux_2_28_x86_64"', True), ('platform = "manylinux_2_39_x86_64"', False), ('platform = "linux_arm64"', False),
    ('platform = "linux_amd64"', True), ('platform = "windows_amd64"', False), ('platform = "macos_arm64"', False),
    ('platform = "linux"\nimplementation = "pypy"', False), ('platform = "macos"\n[[metadata.targets]]\nplatform = "linux_x86_64"\nimplementation = "cpython"', True),
])
def test_targets(select, targets, good):
    answer = select(lock(entry("a"), targets=f"[[metadata.targets]]\n{targets}\n"))
    assert names(answer) == ["a"] if good else rule(answer) == "lock-target", answer


def test_walk(select):
    """Without inherit_metadata, from the project's requirements."""
    text = lock(entry("a", dependencies=["b[x]>=1", "c; sys_platform == 'win32'"]), entry("b", extras=["x"], dependencies=["b==1.0", "e<2"]),
                entry("b", dependencies=[]), entry("c"), entry("colorama"), entry("d", dependencies=["a"]), entry("e", dependencies=["a", "f"]),
                entry("f", "1.0", dependencies=[]), entry("t"), strategy="")
    project = PROJECT % '["a>=1; python_version >= \'3.9\'", "gone; python_version < \'3\'"]'
    assert names(select(text, project)) == ["a", "b", "e", "f"]
    assert names(select(text, project, groups=["dev"])) == ["a", "b", "d", "e", "f", "t"]
    assert names(select(text, project, extras=["color"])) == ["a", "b", "colorama", "e", "f"]
    assert names(select(text, project, target="python3.8/arm64")) == []
    assert rule(select(text, PROJECT % '["a", "zzz"]')) == "lock-stale"
    assert rule(select(lock(entry("a", dependencies=["gone"]), strategy=""), PROJECT % '["a"]', frozen=True)) == "lock-missing-package"


def test_the_project_is_needed_for_the_walk(select):
    assert rule(select(lock(entry("a"), strategy=""))) == "lock-missing-project"


def test_fresh(select):
    text = lock(entry("a", "1.5", groups=["default"]), entry("d", groups=["dev"]), entry("t", groups=["dev"]))
    assert names(select(text, PROJECT % '["a>=1"]')) == ["a"]
    for project in (PROJECT % '["a>=2"]', PROJECT % '["a", "zzz"]'):
        assert rule(select(text, project)) == "lock-stale" and names(select(text, project, frozen=True)) == ["a"]
    assert names(select(text, PROJECT % '["a", "zzz; python_version < \'3\' and python_version > \'3\'"]')) == ["a"]
    assert names(select(text, PROJECT % '["a"]', groups=["dev"])) == ["a", "d", "t"]
    assert rule(select(text, (PROJECT % '["a"]').replace('"t"', '"new"'), groups=["dev"])) == "lock-stale"


@pytest.mark.parametrize("text, want", [
    ("[metadata\n", "toml"), ("", "lock-field"), ("[metadata]\n", "lock-field"), (lock(version="5.0"), "lock-version"), (lock(version="4.6.0"), "lock-version"),
    (lock(version="3"), "lock-version"), (lock(version="x"), "lock-version"), (lock(bare("a")), "hash-missing"), (lock('[[package]]\nversion = "1"\n'), "lock-field"),
    (lock('[[package]]\nname = "a"\n'), "lock-field"), (lock(entry("a b")), "lock-field"), (lock(entry("a", "x")), "version"),
    (lock(entry("a", marker="python_version <")), "marker"), (lock(entry("a", files=['{file = "a-1.0.tar.gz", hash = "sha256:00"}'])), "lock-hash"),
    (lock(entry("a", files=['{file = "a-1.0.tar.gz"}'])), "lock-field"),
])
def test_errors(select, text, want):
    assert rule(select(text)) == want


def test_many_packages(select):
    n = 20000
    assert len(select(lock(*(entry(f"p{i}", groups=["default"]) for i in range(n))))["ok"]) == n


def test_a_long_chain(select):
    n = 3000
    text = lock(*(entry(f"p{i}", dependencies=[f"p{i + 1}; python_version >= '3.9'"] if i + 1 < n else []) for i in range(n)), strategy="")
    assert len(select(text, PROJECT % '["p0"]')["ok"]) == n
