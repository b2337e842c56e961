"""Targets, wheel choice and the files of *.dist-info, as outside suites see them through the judge.

SPDX-License-Identifier: Apache-2.0
"""
import base64
import os
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))
from judge import PROGRAM, Judge, as_base64  # noqa: E402


@pytest.fixture(scope="module")
def judge():
    with Judge() as j:
        yield j


@pytest.mark.parametrize("minor", range(8, 15))
@pytest.mark.parametrize("arch,machine", [("x86_64", "x86_64"), ("arm64", "aarch64")])
def test_markers(judge, minor, arch, machine):
    assert judge.ask("target.markers", target=f"python3.{minor}/{arch}")["ok"] == {
        "os_name": "posix",
        "sys_platform": "linux",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_release": None,
        "platform_system": "Linux",
        "platform_version": None,
        "python_version": f"3.{minor}",
        "python_full_version": None,
        "implementation_name": "cpython",
        "implementation_version": None,
    }


@pytest.mark.parametrize("name,rule", [("python3.99/arm64", "unknown-runtime"), ("python3.12/mips", "unknown-arch"), ("python3.12", "unknown-arch"), ("", "unknown-runtime")])
@pytest.mark.parametrize("op", ["target.tags", "target.markers"])
def test_unknown_target(judge, op, name, rule):
    assert judge.ask(op, target=name)["error"]["rule"] == rule


def test_target_without_python(judge):
    assert judge.ask("target.tags", target="provided.al2023/arm64")["error"]["rule"] == "no-python"
    assert judge.ask("target.markers", target="provided.al2023/arm64")["ok"]["python_version"] is None


@pytest.mark.parametrize(
    "files,nearest,reason",
    [
        (["foo-1-cp312-cp312-manylinux_2_39_x86_64.whl"], 0, "needs glibc 2.39 or newer, but python3.12 has glibc 2.34"),
        (["foo-1.tar.gz"], 0, "only a source distribution is published (foo-1.tar.gz), and it would have to be built first"),
        (["foo-1-cp312-cp312-win_amd64.whl", "foo-1-cp313-cp313-manylinux_2_17_x86_64.whl"], 1, "is built for CPython 3.13 only, not for 3.12"),
        ([], None, "no file is published that could be installed"),
    ],
)
def test_nearest(judge, files, nearest, reason):
    answer = judge.ask("target.choose", target="python3.12/x86_64", filenames=files)["ok"]
    assert answer == {"best": None, "nearest": None if nearest is None else files[nearest], "reason": reason}


def test_best(judge):
    files = ["foo-1-py3-none-any.whl", "foo-1-cp312-cp312-manylinux_2_28_x86_64.whl", "foo-1.tar.gz"]
    assert judge.ask("target.choose", target="python3.12/x86_64", filenames=files)["ok"] == {"best": files[1]}
    assert judge.ask("target.choose", target="python3.11/x86_64", filenames=files)["ok"] == {"best": files[0]}


def test_wheel(judge):
    assert judge.ask("wheel.parse", filename="Foo_Bar-1.0-2b-py3-none-any.whl")["ok"] == {
        "name": "foo-bar",
        "version": "1.0",
        "build": [2, "b"],
        "tags": ["py3-none-any"],
    }
    assert judge.ask("wheel.parse", filename="foo-1-9007199254740993-py3-none-any.whl")["ok"]["build"] == ["9007199254740993", ""]
    assert judge.ask("wheel.parse", filename="foo.whl")["error"]["rule"] == "wheel-name"
    assert judge.ask("sdist.parse", filename="foo-1.0.tar.gz")["ok"] == {"name": "foo", "version": "1.0"}
    assert judge.ask("sdist.parse", filename="foo.tar.gz")["error"]["rule"] == "sdist-name"


def test_bytes_that_are_no_text(judge):
    metadata = b"Metadata-Version: 2.1\nName: foo\nVersion: 1\nAuthor: \xff\nRequires-Dist: a\xff\n"
    error = judge.ask("metadata.parse", base64=as_base64(metadata))["error"]
    assert (error["rule"], error["offset"]) == ("metadata", metadata.index(b"Requires"))
    assert judge.ask("record.parse", base64=as_base64(b"\xff,,\n"))["error"]["rule"] == "record"
    assert judge.ask("entry_points.parse", base64=as_base64(b"[a]\nx = \xff"))["error"]["rule"] == "entry-points"


def test_record(judge):
    digest = base64.urlsafe_b64encode(bytes(range(32))).decode().rstrip("=")
    assert judge.ask("record.parse", text=f'"a,b",sha256={digest},7\nc,,\n')["ok"] == [
        {"path": "a,b", "algorithm": "sha256", "digest": bytes(range(32)).hex(), "size": 7},
        {"path": "c", "algorithm": None, "digest": None, "size": None},
    ]
    assert judge.ask("record.parse", text="c,,\n/a,,\n")["error"] == {
        "rule": "record-path",
        "message": 'RECORD: "/a" is an absolute path',
        "offset": 4,
    }


def test_entry_points(judge):
    text = "[console_scripts]\nFoo = foo:main [x]\n[empty]\n"
    assert judge.ask("entry_points.parse", text=text)["ok"] == {"console_scripts": {"Foo": "foo:main [x]"}, "empty": {}}
    assert judge.ask("entry_points.parse", text="[a]\nx/y = m\n")["error"]["rule"] == "entry-point-name"


def test_largest_inputs_take_no_time():
    """Inputs at their limits, of the shapes that would be slow if something were quadratic."""
    texts = [
        ("metadata.parse", "Metadata-Version: 2.1\nName: a\nVersion: 1\nSummary: x\n" + " \n" * 2_000_000),
        ("metadata.parse", "Metadata-Version: 2.1\nName: a\nVersion: 1\nRequires-Dist: a\n" + " b\n" * 1_000_000),
        ("metadata.parse", "Name: a\n" * 500_000),
        ("record.parse", '"' * 4_000_000),
        ("record.parse", '"a""' * 1_000_000),
        ("record.parse", "," * 4_000_000),
        ("entry_points.parse", "[a]\nx = y\n" + "\n" * 4_000_000),
        ("entry_points.parse", "[a]\nx = y\n" + " z\n" * 1_300_000),
        ("entry_points.parse", "[a]\n" + "".join(f"{i}=\n" for i in range(20_000))),
        ("entry_points.parse", "".join(f"[{i}]\n" for i in range(20_000))),
    ]
    with Judge() as judge:
        for op, text in texts:
            judge.ask(op, text=text)
    wheel = "foo-1-" + ".".join(["p"] * 700) + "-" + ".".join(["a"] * 700) + "-" + ".".join(["l"] * 700) + ".whl"
    request = '{"op":"wheel.parse","filename":"%s"}\n' % wheel
    done = subprocess.run([PROGRAM], input=request * 1000, capture_output=True, text=True, timeout=20, check=True)
    assert done.stdout.count("wheel-name") == 1000
