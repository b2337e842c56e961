"""uv.lock: lamina's choice against what uv export says (recorded by record_uv.py), and the corners that uv itself never writes.

SPDX-License-Identifier: Apache-2.0
"""
import collections
import json
import pathlib
import tomllib

import pytest

from record_uv import ENVIRONMENTS

HERE = pathlib.Path(__file__).resolve().parent / "uv"
EXPECTED = json.loads((HERE / "expected.json").read_text())
BY_PROJECT = collections.defaultdict(list)
for row in EXPECTED:
    BY_PROJECT[row["project"]].append(row)


def tags_for(machine, minor):
    platforms = [f"manylinux_2_{g}_{machine}" for g in range(34, 16, -1)] + [f"manylinux2014_{machine}", f"linux_{machine}"]
    abis = [f"cp3{minor}-cp3{minor}", f"cp3{minor}-abi3"] + [f"cp3{k}-abi3" for k in range(minor - 1, 1, -1)] + ["py3-none"]
    return [f"{a}-{p}" for a in abis for p in platforms] + [f"py3{minor}-none-any", "py3-none-any"]


TAGS = {name: tags_for(e["platform_machine"], int(e["python_version"].split(".")[1])) for name, e in ENVIRONMENTS.items()}


def ask(judge, path, environment, **more):
    return judge.ask("lock.select", path=str(path), environment=ENVIRONMENTS[environment], tags=TAGS[environment], **more)


def python_fits(project, environment):
    specifiers = pytest.importorskip("packaging.specifiers")
    lock = tomllib.loads((HERE / project / "uv.lock").read_text())
    return specifiers.SpecifierSet(lock["requires-python"]).contains(ENVIRONMENTS[environment]["python_full_version"])


@pytest.mark.parametrize("project", BY_PROJECT)
def test_as_uv(judge, project):
    for row in BY_PROJECT[project]:
        answer = ask(judge, HERE / project / "uv.lock", row["environment"], extras=row["extras"], groups=row["groups"],
                     default_groups=row["default_groups"])
        if not python_fits(project, row["environment"]):
            assert answer.get("error", {}).get("rule") == "lock-target", (row, answer)
        elif row["packages"] is None:
            assert answer.get("error", {}).get("rule") in ("conflict", "unknown-extra", "unknown-group"), (row, answer)
        else:
            assert "ok" in answer, (row, answer)
            versions = dict(row["packages"])  # those from version control have none in requirements.txt
            got = [[p["name"], p["version"] if versions.get(p["name"]) else None] for p in answer["ok"]]
            assert got == row["packages"], (row, answer)


def test_kinds_of_sources(judge):
    found = {p["name"]: p for p in ask(judge, HERE / "sources" / "uv.lock", "py312-arm")["ok"]}
    assert (found["idna"]["kind"], found["idna"]["path"]) == ("wheel", "wheels/idna-3.4-py3-none-any.whl")
    assert (found["dirpkg"]["kind"], found["dirpkg"]["path"]) == ("directory", "vendor/dirpkg")
    assert (found["edit"]["kind"], found["edit"]["path"]) == ("directory", "vendor/edit")
    assert found["gitpkg"]["kind"] == "vcs" and found["gitpkg"]["url"].startswith("https://git.example/repo?")
    assert "virt" not in found and "attrs" in found and "sources" not in found


def test_files_are_for_the_target(judge):
    for environment, machine in (("py312-arm", "aarch64"), ("py313-x86", "x86_64")):
        found = {p["name"]: p for p in ask(judge, HERE / "forks" / "uv.lock", environment)["ok"]}
        wheel = found["markupsafe"]
        assert wheel["kind"] == "wheel" and machine in wheel["file"] and "manylinux" in wheel["file"], wheel
        assert wheel["url"].endswith("/" + wheel["file"]) and len(wheel["sha256"]) == 64, wheel


H = "0" * 64
ROOT = '[[package]]\nname = "root"\nversion = "0"\nsource = { virtual = "." }\n'
HEAD = 'version = 1\nrequires-python = ">=3.9"\n'


def entry(name, version="1", more="", file=None):
    file = file or f"https://h.example/{name}-{version}-py3-none-any.whl"
    return (f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "https://index.example/simple" }}\n{more}'
            f'wheels = [{{ url = "{file}", hash = "sha256:{H}", size = 3 }}]\n')


def names(answer):
    assert "ok" in answer, answer
    return [(p["name"], p["version"]) for p in answer["ok"]]


ERRORS = {
    "version 2": ("version = 2\n", "lock-version"),
    "no version": ("requires-python = '>=3.9'\n", "lock-field"),
    "version text": ("version = '1'\n", "toml-type"),
    "python": ('version = 1\nrequires-python = ">=3.14"\n' + ROOT, "lock-target"),
    "python bad": ('version = 1\nrequires-python = "nonsense"\n' + ROOT, "specifier"),
    "supported": (HEAD + 'supported-markers = ["sys_platform == \'win32\'"]\n' + ROOT, "lock-target"),
    "bad toml": (HEAD + "[[package]\n", "toml"),
    "no source": (HEAD + '[[package]]\nname = "a"\nversion = "1"\n', "lock-field"),
    "unknown source": (HEAD + '[[package]]\nname = "a"\nversion = "1"\nsource = { carrier-pigeon = "x" }\n', "lock-field"),
    "no name": (HEAD + '[[package]]\nversion = "1"\nsource = { virtual = "." }\n', "lock-field"),
    "version bad": (HEAD + '[[package]]\nname = "a"\nversion = "x"\nsource = { virtual = "." }\n', "version"),
    "missing dependency": (HEAD + ROOT + 'dependencies = [{ name = "gone" }]\n', "lock-missing-package"),
    "ambiguous dependency": (HEAD + ROOT + 'dependencies = [{ name = "a" }]\n' + entry("a", "1") + entry("a", "2"), "lock-duplicate"),
    "two versions": (HEAD + ROOT + 'dependencies = [{ name = "a", version = "1" }, { name = "a", version = "2" }]\n' + entry("a", "1") + entry("a", "2"), "lock-duplicate"),
    "bad marker": (HEAD + ROOT + 'dependencies = [{ name = "a", marker = "nonsense" }]\n' + entry("a"), "marker"),
    "marker of two strings": (HEAD + ROOT + 'dependencies = [{ name = "a", marker = "\'a\' == \'b\'" }]\n' + entry("a"), "marker"),
    "bad hash": (HEAD + ROOT + 'dependencies = [{ name = "a" }]\n' + entry("a").replace(H, "00"), "lock-hash"),
    "md5 hash": (HEAD + ROOT + 'dependencies = [{ name = "a" }]\n' + entry("a").replace("sha256:" + H, "md5:00"), "hash-missing"),
    "no hash": (HEAD + ROOT + 'dependencies = [{ name = "a" }]\n' + entry("a").replace(f'hash = "sha256:{H}", ', ""), "hash-missing"),
    "no files": (HEAD + ROOT + 'dependencies = [{ name = "a" }]\n[[package]]\nname = "a"\nversion = "1"\nsource = { registry = "https://index.example/simple" }\n', "lock-field"),
    "foreign wheel": (HEAD + ROOT + 'dependencies = [{ name = "a" }]\n' + entry("a", file="https://h.example/a-1-py3-none-win_amd64.whl"), "no-wheel"),
    "wheel of another": (HEAD + ROOT + 'dependencies = [{ name = "a" }]\n' + entry("a", file="https://h.example/b-1-py3-none-any.whl"), "lock-field"),
    "no project": (HEAD + entry("a"), "lock-missing-package"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(judge, tmp_path, name):
    text, rule = ERRORS[name]
    path = tmp_path / "uv.lock"
    path.write_text(text)
    answer = ask(judge, path, "py312-arm")
    assert answer["error"]["rule"] == rule, answer
    assert "uv.lock" in answer["error"]["message"], answer


def test_other_project_beside(judge, tmp_path):
    (tmp_path / "uv.lock").write_text(HEAD + ROOT)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "else"\n')
    assert ask(judge, tmp_path / "uv.lock", "py312-arm")["error"]["rule"] == "lock-missing-package"


def test_cycles_extras_and_twins(judge, tmp_path):
    (tmp_path / "uv.lock").write_text(
        HEAD + ROOT + 'dependencies = [{ name = "a-b", extra = ["X_y"] }]\n'
        + entry("A_b", "1", 'dependencies = [{ name = "c" }]\n').replace("A_b-1", "a_b-1")
        + '[package.optional-dependencies]\nx-y = [{ name = "d" }, { name = "a-b" }]\n'
        + entry("c", "1", 'dependencies = [{ name = "a.b" }, { name = "root" }]\n') + entry("d"))
    assert names(ask(judge, tmp_path / "uv.lock", "py312-arm")) == [("a-b", "1"), ("c", "1"), ("d", "1")]


def test_aliases_of_older_writers(judge, tmp_path):
    text = HEAD + ROOT + 'dependencies = [{ name = "a" }]\n[package.dependency-groups]\ng = [{ name = "b" }]\n' + entry("a") + entry("b")
    (tmp_path / "uv.lock").write_text(text.replace("[[package]]", "[[distribution]]").replace("[package.", "[distribution."))
    assert names(ask(judge, tmp_path / "uv.lock", "py312-arm", groups=["g"])) == [("a", "1"), ("b", "1")]


def test_default_groups(judge, tmp_path):
    lock = HEAD + ROOT + '[package.dev-dependencies]\ndev = [{ name = "a" }]\ng = [{ name = "b" }]\n' + entry("a") + entry("b")
    (tmp_path / "uv.lock").write_text(lock)
    project = '[project]\nname = "root"\nversion = "0"\n'
    for more, expected in (("", []), ('[tool.uv]\ndefault-groups = ["g"]\n', ["b"]), ('[tool.uv]\ndefault-groups = "all"\n', ["a", "b"])):
        (tmp_path / "pyproject.toml").write_text(project + more)
        assert [n for n, _ in names(ask(judge, tmp_path / "uv.lock", "py312-arm"))] == expected
        assert names(ask(judge, tmp_path / "uv.lock", "py312-arm", default_groups=False)) == []


def test_unknown_values_are_assumed_and_said(judge, tmp_path):
    (tmp_path / "uv.lock").write_text(
        HEAD + ROOT + 'dependencies = [{ name = "a", marker = "python_full_version >= \'3.12.1\'" }, { name = "b", marker = "python_full_version < \'3.12.1\'" }]\n'
        + entry("a") + entry("b"))
    answer = judge.ask("lock.select", path=str(tmp_path / "uv.lock"), target="python3.12/arm64")
    assert [(p["name"], p.get("assumed")) for p in answer["ok"]] == [("a", 'python_full_version >= "3.12.1"')], answer


def test_large(judge, tmp_path):
    n = 20000
    parts = [HEAD, ROOT, "dependencies = [", ",".join(f'{{ name = "p{i}" }}' for i in range(0, n, 7)), "]\n"]
    for i in range(n):
        parts.append(entry(f"p{i}", "1", f'dependencies = [{{ name = "p{(i * 31 + 1) % n}", marker = "python_version >= \'3.8\'" }}]\n'))
    (tmp_path / "uv.lock").write_text("".join(parts))
    assert len(names(ask(judge, tmp_path / "uv.lock", "py312-arm"))) == n
