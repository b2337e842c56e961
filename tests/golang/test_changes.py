"""What makes a Go function out of date, and what does not.

SPDX-License-Identifier: Apache-2.0
"""
import os
import shutil
import time

import pytest

from conftest import GO, contents, go_version


def settle():
    """Changes within 20 ms of a build are never trusted."""
    time.sleep(0.05)


@pytest.fixture
def built(project):
    project.module()
    project.calls = project.wrap_go()
    settle()
    project.build().ok()
    assert sorted(project.calls()) == ["build", "env", "list"]
    settle()
    return project


def up_to_date(project, *args, **options):
    return {r["name"]: r["up_to_date"] for r in project.build(*args, **options).ok().objects}


def test_nothing_changed_starts_no_process(built):
    assert up_to_date(built) == {"one": True, "two": True}
    assert built.calls() == []


def test_two_functions_share_one_build(built):
    text = built.folder / "text/text.go"
    text.write_text(text.read_text().replace("return hello", 'return hello + "!"'))
    assert up_to_date(built) == {"one": False, "two": False}
    assert sorted(built.calls()) == ["build", "env", "list"]


CHANGES = {
    "source": ("cmd/one/main.go", 'package main\n\nfunc main() { println("changed") }\n', {"one": False, "two": True}),
    "embedded file": ("text/data/hello.txt", "good morning", {"one": False, "two": False}),
    "new file in the package": ("cmd/two/more.go", 'package main\n\nfunc init() { println("more") }\n', {"one": True, "two": False}),
    "new file in an imported package": ("text/more.go", 'package text\n\nfunc init() { println("more") }\n', {"one": False, "two": False}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_noticed(built, name):
    path, text, expected = CHANGES[name]
    before = {n: contents(built.folder / f"dist/{n}-x86_64.zip")["bootstrap"] for n in expected}
    built.write(path, text)
    assert up_to_date(built) == expected
    for function, current in expected.items():
        assert (contents(built.folder / f"dist/{function}-x86_64.zip")["bootstrap"] == before[function]) == current


def test_a_removed_file_is_noticed(built):
    built.write("text/more.go", 'package text\n\nfunc init() { println("more") }\n')
    assert up_to_date(built) == {"one": False, "two": False}
    settle()
    (built.folder / "text/more.go").unlink()
    assert up_to_date(built) == {"one": False, "two": False}


def test_a_pattern_of_embedded_files_is_noticed(project):
    project.module()
    project.write("text/text.go", 'package text\n\nimport "embed"\n\n//go:embed data\nvar files embed.FS\n\n'
                                  'func Of() string { b, _ := files.ReadFile("data/hello.txt"); return string(b) }\n')
    settle()
    project.build().ok()
    settle()
    assert up_to_date(project) == {"one": True, "two": True}
    project.write("text/data/deep/new.txt", "new")
    assert up_to_date(project) == {"one": False, "two": False}
    settle()
    project.write("text/data/deep/newer.txt", "newer")
    assert up_to_date(project) == {"one": False, "two": False}


def test_an_ignored_file_that_begins_to_count(project):
    project.module(**{"text/other.go": "//go:build never\n\npackage text\n\nfunc init() { println(3) }\n"})
    settle()
    project.build().ok()
    settle()
    assert up_to_date(project) == {"one": True, "two": True}
    project.write("text/other.go", "package text\n\nfunc init() { println(3) }\n")
    assert up_to_date(project) == {"one": False, "two": False}


def test_same_content_again_is_not_built(built):
    path = built.folder / "cmd/one/main.go"
    path.write_bytes(path.read_bytes())
    settle()
    assert up_to_date(built) == {"one": True, "two": True}
    assert sorted(built.calls()) == ["env", "list"]
    settle()
    assert up_to_date(built) == {"one": True, "two": True}
    assert built.calls() == []


def test_a_file_that_go_does_not_read_is_no_change(built):
    built.write("cmd/one/notes.txt", "hello")
    built.write("cmd/one/.main.go.swp", "hello")
    assert up_to_date(built) == {"one": True, "two": True}
    assert built.calls() == []


@pytest.mark.parametrize("variable", ["GOFLAGS=-tags=x", "GOAMD64=v2", "GOWORK=off"])
def test_the_go_environment_is_noticed(built, variable):
    name, value = variable.split("=", 1)
    built.build("--check", env={name: value})
    assert "list" in built.calls()
    assert up_to_date(built) == {"one": True, "two": True}
    assert built.calls() == []


@pytest.mark.parametrize("variable", ["GOPROXY=off", "GOMAXPROCS=1", "GOPRIVATE=corp.example", "CC=clang", "LANG=C"])
def test_what_cannot_change_a_program_is_not_looked_at(built, variable):
    name, value = variable.split("=", 1)
    assert up_to_date(built, env={name: value}) == {"one": True, "two": True}
    assert built.calls() == []


def test_go_env_w_is_noticed(built):
    built.write("../home/.config/go/env", "GOAMD64=v2\n")
    assert up_to_date(built) == {"one": False, "two": False}


def test_another_go_is_noticed(built):
    wrapper = built.base / "wrapper/go"
    wrapper.write_text(wrapper.read_text() + "# another\n")
    up_to_date(built)
    assert "list" in built.calls()


def test_go_mod_and_a_workspace_are_noticed(built):
    path = built.folder / "go.mod"
    path.write_text(path.read_text().replace("go 1.18", "go 1.17"))
    settle()
    up_to_date(built)
    assert "list" in built.calls()
    settle()
    up_to_date(built)
    assert built.calls() == []
    built.write("../go.work", "go 1.18\n\nuse ./work\n")
    up_to_date(built)
    assert "list" in built.calls()


@pytest.mark.parametrize("name", ["language", pytest.param("godebug", marks=pytest.mark.skipif(not GO or go_version() < (1, 23), reason="Go 1.23 brought godebug lines"))])
def test_what_go_mod_decides_about_programs_is_built(built, name):
    """The version of the language is compiled in, as are the settings of GODEBUG: equal sources make another program."""
    path = built.folder / "go.mod"
    if name == "language":
        path.write_text(path.read_text().replace("go 1.18", "go 1.17"))
    else:
        path.write_text(path.read_text().replace("go 1.18", "go 1.23\n\ngodebug panicnil=1"))
    settle()
    assert up_to_date(built) == {"one": False, "two": False}
    assert "build" in built.calls()
    settle()
    path.write_text(path.read_text() + "\n// a comment\n")
    settle()
    assert up_to_date(built) == {"one": True, "two": True}
    assert built.calls().count("build") == 0


def test_a_profile_and_another_go_mod_of_goflags(built):
    built.write("other.mod", "module example.com/small\n\ngo 1.18\n")
    settle()
    flags = {"GOFLAGS": "-modfile=other.mod"}
    built.build(env=flags).ok()
    settle()
    assert up_to_date(built, env=flags) == {"one": True, "two": True}
    built.calls()
    built.write("other.mod", "module example.com/small\n\ngo 1.17\n")
    settle()
    assert up_to_date(built, env=flags) == {"one": False, "two": False}


def test_a_module_that_begins_below(built):
    """Both programs use packages of one folder, in which a go.mod appears."""
    built.write("shared/a/a.go", "package a\n\nconst X = 1\n")
    built.write("shared/b/b.go", "package b\n\nconst X = 1\n")
    for name, package in (("one", "a"), ("two", "b")):
        built.write(f"cmd/{name}/main.go", f'package main\n\nimport "example.com/small/shared/{package}"\n\nfunc main() {{ println({package}.X) }}\n')
    settle()
    built.build().ok()
    settle()
    assert up_to_date(built) == {"one": True, "two": True}
    built.write("shared/go.mod", "module example.com/shared\n\ngo 1.18\n")
    assert built.build("two").status != 0
    assert built.build("one").status != 0


def test_flags_of_c_that_go_env_w_wrote_are_noticed(project):
    if not shutil.which("gcc"):
        pytest.skip("cgo needs a C compiler")
    project.write("go.mod", "module example.com/c\n\ngo 1.18\n")
    project.write("main.go", 'package main\n\n// int value(void) { return VALUE; }\nimport "C"\n\nfunc main() { println(C.value()) }\n')
    project.write("lamina.toml", '[function.c]\ngo = "."\ngo-cgo = true\narch = "x86_64"\n')
    project.write("../home/.config/go/env", "CGO_CFLAGS=-DVALUE=1111\n")
    settle()
    first = project.build(timeout=900)
    if first.status == 3 and first.error["id"] == "glibc-too-new":
        pytest.skip("the glibc of this computer is too new")
    first.ok()
    settle()
    project.write("../home/.config/go/env", "CGO_CFLAGS=-DVALUE=2222\n")
    settle()
    assert up_to_date(project) == {"c": False}


def test_check_tells_and_builds_nothing(built):
    assert built.build("--check").ok().status == 0
    built.write("cmd/one/main.go", "package main\n\nfunc main() { println(5) }\n")
    before = (built.folder / "dist/one-x86_64.zip").stat().st_mtime_ns
    assert built.build("--check").status == 1
    assert "build" not in built.calls()
    assert (built.folder / "dist/one-x86_64.zip").stat().st_mtime_ns == before


def test_the_output_beside_the_sources_is_no_change(project):
    project.write("go.mod", "module example.com/root\n\ngo 1.18\n")
    project.write("main.go", "package main\n\nfunc main() {}\n")
    calls = project.wrap_go()
    settle()
    for expected in (False, True):
        record = project.build("--go", ".", "-o", "worker.zip", "--arch", "x86_64").ok().objects[0]
        assert record["up_to_date"] == expected and record["name"] == "worker"
        assert bool(calls()) == (not expected)
        settle()


def test_the_depfile_names_files_only(built):
    built.write("cmd/one/main.go", "package main\n\nfunc main() { println(6) }\n")
    built.build("one", "--depfile", "one.d").ok()
    text = (built.folder / "one.d").read_text()
    names = [word for line in text.splitlines() for word in line.rstrip("\\").split()][1:]
    assert str(built.folder / "cmd/one/main.go") in names
    assert all(os.path.isfile(built.folder / n) for n in names), names


def test_vendored_and_workspace_modules(project):
    project.write("lib/go.mod", "module example.com/lib\n\ngo 1.18\n")
    project.write("lib/lib.go", 'package lib\n\nconst Text = "one"\n')
    project.write("app/go.mod", "module example.com/app\n\ngo 1.18\n")
    project.write("app/main.go", 'package main\n\nimport "example.com/lib"\n\nfunc main() { println(lib.Text) }\n')
    project.write("go.work", "go 1.18\n\nuse (\n\t./app\n\t./lib\n)\n")
    build = ("--go", "./app", "--arch", "x86_64", "-o", "app.zip")
    project.build(*build).ok()
    settle()
    assert project.build(*build).ok().objects[0]["up_to_date"]
    project.write("lib/lib.go", 'package lib\n\nconst Text = "two, which is longer"\n')
    assert not project.build(*build).ok().objects[0]["up_to_date"]
    assert b"two, which is longer" in contents(project.folder / "app.zip")["bootstrap"][1]

    (project.folder / "go.work").unlink()
    project.write("app/go.mod", "module example.com/app\n\ngo 1.18\n\nrequire example.com/lib v1.0.0\n")
    project.write("app/vendor/modules.txt", "# example.com/lib v1.0.0\n## explicit; go 1.18\nexample.com/lib\n")
    project.write("app/vendor/example.com/lib/lib.go", 'package lib\n\nconst Text = "a text from the vendor folder"\n')
    settle()
    project.build(*build, env={"GOPROXY": "off"}).ok()
    assert b"a text from the vendor folder" in contents(project.folder / "app.zip")["bootstrap"][1]
    settle()
    assert project.build(*build, env={"GOPROXY": "off"}).ok().objects[0]["up_to_date"]
    project.write("app/vendor/example.com/lib/lib.go", 'package lib\n\nconst Text = "another text from the vendor"\n')
    assert not project.build(*build, env={"GOPROXY": "off"}).ok().objects[0]["up_to_date"]
