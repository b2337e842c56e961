"""A project as a table of files; its wheel as the real backend makes it, and as lamina does.

SPDX-License-Identifier: Apache-2.0
"""
import email.parser
import email.policy
import os
import pathlib
import posixpath
import re
import subprocess
import sys
import zipfile

from packaging.requirements import Requirement

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "suites"))
from judge import Judge  # noqa: E402

# Runs one hook of a backend as a front end would: in a process of its own, in the project's folder.
LOAD = """
import importlib, os, sys, tarfile
backend, out = sys.argv[1:]
module, _, name = backend.partition(":")
hooks = importlib.import_module(module)
for part in filter(None, name.split(".")):
    hooks = getattr(hooks, part)
"""
HOOK = LOAD + """
print("WHEEL=" + hooks.build_wheel(out))
"""


def write(folder, files):
    """files: path -> text, bytes, or None for a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.mkdir(exist_ok=True)
        elif isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content, encoding="utf-8")


def real(folder, backend, out, first=""):
    """The wheel of the real backend. first: a folder of modules that go before those of this Python."""
    out.mkdir(exist_ok=True)
    run = subprocess.run([sys.executable, "-c", HOOK, backend, str(out)], cwd=folder, text=True, capture_output=True,
                         env={**os.environ, "PYTHONPATH": str(first), "PATH": os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]})  # uv_build runs a program
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-3000:]
    name = [line for line in run.stdout.splitlines() if line.startswith("WHEEL=")][-1][6:]
    with zipfile.ZipFile(out / name) as wheel:
        return name, {info.filename: wheel.read(info) for info in wheel.infolist() if not info.is_dir()}


def ours(folder):
    """The same from lamina; an error's rule and text when it refuses."""
    with Judge() as judge:
        reply = judge.ask_all([{"op": "source.wheel", "path": str(folder)}])[0]
    return answer(folder, reply)


def answer(folder, answer):
    """The judge's answer about a folder as (result or error, contents or None)."""
    if "error" in answer:
        return answer["error"], None
    result = answer["ok"]
    content = {}
    for file in result["files"]:
        content[file["to"]] = (folder / file["from"]).read_bytes() if "from" in file else file["content"].encode()
    return result, content


ENVIRONMENTS = [
    {"python_version": v, "python_full_version": v + ".1", "sys_platform": p, "platform_system": s, "os_name": o,
     "implementation_name": i, "platform_machine": "x86_64", "extra": ""}
    for v in ("3.8", "3.9", "3.12", "3.14")
    for p, s, o in (("linux", "Linux", "posix"), ("win32", "Windows", "nt"), ("darwin", "Darwin", "posix"))
    for i in ("cpython", "pypy")
]


def meaning(marker):
    """In which environments, and with which extra, it holds: backends write one marker in many ways."""
    if not marker:
        return "always"
    extras = [""] + sorted(set(re.findall(r"""extra == ['"]([^'"]+)""", str(marker))))
    answers = {e: "".join(str(int(marker.evaluate(dict(env, extra=e)))) for env in ENVIRONMENTS) for e in extras}
    return str(answers)


def requirement(text):
    r = Requirement(text)
    marker = meaning(r.marker)
    return (r.name.lower().replace("_", "-").replace(".", "-"), tuple(sorted(e.lower() for e in r.extras)), str(r.specifier), r.url, marker)


def metadata(content):
    """Fields by name, those that may repeat as sorted lists, as they mean it: not as they are spelled."""
    message = email.parser.BytesParser(policy=email.policy.compat32).parsebytes(content)
    fields = {}
    for key in {k.lower() for k in message.keys()}:
        values = [" ".join(str(v).split()) for v in message.get_all(key)]
        if key == "requires-dist":
            values = [repr(requirement(v)) for v in values]
        if key == "keywords":
            values = [k.strip() for v in values for k in v.replace(",", " ").split()]
        fields[key] = sorted(values)
    fields["description"] = message.get_payload().strip()
    return fields


def compare(name, theirs, mine):
    """The wheels hold the same: names, bytes, and what METADATA says."""
    theirs = {posixpath.normpath(path): content for path, content in theirs.items()}  # hatchling writes "scripts/./p.py"
    info = [n for n in theirs if n.endswith(".dist-info/METADATA")][0].rpartition("/")[0]
    generated = {f"{info}/{n}" for n in ("WHEEL", "RECORD", "METADATA", "entry_points.txt", "top_level.txt")}
    assert sorted(set(theirs) - {f"{info}/RECORD", f"{info}/top_level.txt"}) == sorted(set(mine) - {f"{info}/top_level.txt"}), name
    for path in set(theirs) - generated:
        assert theirs[path] == mine[path], f"{name}: {path}"
    if f"{info}/entry_points.txt" in theirs:
        if "Generator: flit" in theirs[f"{info}/WHEEL"].decode() or "Generator: poetry" in theirs[f"{info}/WHEEL"].decode():
            assert theirs[f"{info}/entry_points.txt"] == mine[f"{info}/entry_points.txt"], name
        assert entry_points(theirs[f"{info}/entry_points.txt"]) == entry_points(mine[f"{info}/entry_points.txt"]), name
    if "Generator: poetry" in theirs[f"{info}/WHEEL"].decode():  # its markers are of its own making, the rest is spelled alike but for order
        spelled = [re.findall(rb"^Requires-Dist: ([^;\n]*)", x[f"{info}/METADATA"], re.M) for x in (theirs, mine)]
        spelled = [sorted((s.partition(b"(")[0], sorted(s.rpartition(b")")[0].partition(b"(")[2].split(b","))) for s in side) for side in spelled]
        assert spelled[0] == spelled[1], name
    left, right = metadata(theirs[f"{info}/METADATA"]), metadata(mine[f"{info}/METADATA"])
    assert left == right, name


def entry_points(text):
    groups, group = {}, None
    for line in text.decode().splitlines():
        line = line.strip()
        if line.startswith("["):
            group = groups.setdefault(line[1:-1], {})
        elif line:
            key, _, value = line.partition("=")
            group[key.strip()] = value.replace(" ", "")
    return groups
