"""Wheels with one defect each, made in memory: what ingestion must refuse, by which rule, and what it must tolerate.

SPDX-License-Identifier: Apache-2.0

    for case in HOSTILE:   case.name, case.id (of the error), case.file (name of the wheel), case.make() -> bytes
    for case in TOLERATED: case.name, case.warning (part of the one warning, or None), case.file, case.make()

`wheel(...)` makes a good wheel and takes edits; `archive(...)` writes a ZIP file byte by byte, so that every field can lie.
As a program: hostile_wheels.py FOLDER writes each case to FOLDER/NAME/FILE.
"""
import base64
import binascii
import dataclasses
import hashlib
import pathlib
import struct
import sys
import zlib

FILE = "demo-1.0-py3-none-any.whl"
INFO = "demo-1.0.dist-info"
METADATA = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
WHEEL = b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


# --- the archive ---

@dataclasses.dataclass
class Entry:
    name: object  # str or bytes
    data: bytes = b""
    method: int = 8
    mode: int = 0o100644
    flags: int = None
    local: dict = dataclasses.field(default_factory=dict)  # fields that differ from the truth: flags method crc csize usize name extra
    central: dict = dataclasses.field(default_factory=dict)  # and: offset disk attributes comment made_by version
    stream: bytes = None  # instead of the compressed data
    descriptor: bytes = None
    before: bytes = b""  # in front of the local header
    listed: bool = True


def deflate(data, level=6):
    coder = zlib.compressobj(level, zlib.DEFLATED, -15)
    return coder.compress(data) + coder.flush()


def raw_name(name):
    return name if isinstance(name, bytes) else name.encode()


def archive(entries, prefix=b"", before_directory=b"", suffix=b"", comment=b"", end=None):
    out, directory, count = bytearray(prefix), bytearray(), 0
    for e in entries:
        name = raw_name(e.name)
        stream = e.stream if e.stream is not None else deflate(e.data) if e.method == 8 else e.data
        flags = e.flags if e.flags is not None else 0x800 if any(b > 127 for b in name) else 0
        truth = dict(flags=flags, method=e.method, crc=binascii.crc32(e.data), csize=len(stream), usize=len(e.data), name=name,
                     extra=b"", version=20, time=0, date=0x21)
        out += e.before
        offset = len(out)
        f = {**truth, **e.local}
        out += struct.pack("<4s5H3I2H", b"PK\3\4", f["version"], f["flags"], f["method"], f["time"], f["date"], f["crc"], f["csize"],
                           f["usize"], len(f["name"]), len(f["extra"])) + f["name"] + f["extra"] + stream + (e.descriptor or b"")
        if not e.listed:
            continue
        f = {**truth, "offset": offset, "disk": 0, "attributes": e.mode << 16 | (0x10 if name.endswith(b"/") else 0), "comment": b"",
             "made_by": 0x314, **e.central}
        directory += struct.pack("<4s6H3I5H2I", b"PK\1\2", f["made_by"], f["version"], f["flags"], f["method"], f["time"], f["date"],
                                 f["crc"], f["csize"], f["usize"], len(f["name"]), len(f["extra"]), len(f["comment"]), f["disk"], 0,
                                 f["attributes"], f["offset"]) + f["name"] + f["extra"] + f["comment"]
        count += 1
    out += before_directory
    t = {"disk": 0, "count": count, "size": len(directory), "offset": len(out), **(end or {})}
    out += directory
    out += struct.pack("<4s4H2IH", b"PK\5\6", t["disk"], t["disk"], t["count"], t["count"], t["size"], t["offset"], len(comment))
    return bytes(out) + comment + suffix


# --- the wheel ---

def digest(data, algorithm="sha256"):
    return algorithm + "=" + base64.urlsafe_b64encode(hashlib.new(algorithm, data).digest()).rstrip(b"=").decode()


def row(name, data, algorithm="sha256", size=None):
    name = raw_name(name).decode(errors="replace")
    if any(c in name for c in ',"\n\r'):
        name = '"' + name.replace('"', '""') + '"'
    return f"{name},{digest(data, algorithm)},{len(data) if size is None else size}\n"


def entries_of(files):
    return [f if isinstance(f, Entry) else Entry(*f) for f in files]


def wheel(extra=(), *, metadata=METADATA, wheel_file=WHEEL, entry_points=None, info=INFO, record=None, edit_record=None, leave_out=(),
          **archive_options):
    """A good wheel with more files (Entry, or (name, data)). record: text instead of the right one; edit_record: text -> text."""
    files = entries_of([("demo.py", b"print('demo')\n"), *extra])
    files += [Entry(f"{info}/METADATA", metadata), Entry(f"{info}/WHEEL", wheel_file)]
    if entry_points is not None:
        files.append(Entry(f"{info}/entry_points.txt", entry_points))
    files = [f for f in files if raw_name(f.name).decode(errors="replace").rsplit("/", 1)[-1] not in leave_out]
    if "RECORD" not in leave_out:
        text = "".join(row(f.name, f.data) for f in files if not raw_name(f.name).endswith(b"/")) + f"{info}/RECORD,,\n"
        text = record if record is not None else edit_record(text) if edit_record else text
        files.append(Entry(f"{info}/RECORD", text if isinstance(text, bytes) else text.encode()))
    return archive(files, **archive_options)


def console(line):
    return wheel(entry_points=b"[console_scripts]\n" + line + b"\n")


def script(name, data=b"#!/bin/sh\n"):
    return wheel([(f"demo-1.0.data/scripts/{name}", data)])


def line_of(text, name, new):
    return "".join(new(line) if line.startswith(name + ",") else line for line in text.splitlines(True))


def with_row_hash(algorithm):
    return lambda text: line_of(text, "demo.py", lambda _: row("demo.py", b"print('demo')\n", algorithm))


def text_metadata(name="demo", version="1.0", version_line="Metadata-Version: 2.1"):
    return f"{version_line}\nName: {name}\nVersion: {version}\n".encode()


def overlapping():
    one = Entry("a.bin", b"x" * 100)
    return archive([one, Entry("b.bin", b"x" * 100, central={"offset": 0, "name": b"b.bin"}, local={})])


def bomb(size):
    """size zeros in one entry, without holding them; the CRC-32 is right."""
    coder, block, crc, stream = zlib.compressobj(9, zlib.DEFLATED, -15), bytes(1 << 20), 0, bytearray()
    for _ in range(size >> 20):
        stream += coder.compress(block)
        crc = binascii.crc32(block, crc)
    stream += coder.flush()
    facts = {"crc": crc, "usize": size}
    return wheel([Entry("zeros.bin", b"", stream=bytes(stream), local=facts, central=facts)],
                 edit_record=lambda t: line_of(t, "zeros.bin", lambda _: f"zeros.bin,{digest(b'')},{size}\n"))


@dataclasses.dataclass
class Case:
    name: str
    id: str
    make: object
    file: str = FILE
    record: bool = False  # a difference from RECORD: becomes a warning with --allow-record-mismatch


def in_zip(name, id, **options):
    return Case(name, id, lambda: wheel(**options))


def named(name, id, entry_name, **fields):
    return Case(name, id, lambda: wheel([Entry(entry_name, b"x", **fields)]))


def recorded(name, id, edit):
    return Case(name, id, lambda: wheel(edit_record=edit), record=True)


DEMO = b"print('demo')\n"
GOOD_STREAM = deflate(DEMO)

HOSTILE = [
    # names of entries
    named("climbs-out", "zip-name-dotdot", "../evil.py"),
    named("climbs-out-inside", "zip-name-dotdot", "demo/../../evil.py"),
    named("absolute", "zip-name-absolute", "/etc/evil.py"),
    named("drive", "zip-name-drive", "C:/evil.py"),
    named("backslash", "zip-name-backslash", "demo\\evil.py"),
    named("empty-part", "zip-name-empty-part", "demo//evil.py"),
    named("dot-part", "zip-name-dot", "./evil.py"),
    named("no-name", "zip-name-empty", ""),
    named("nul-in-name", "zip-name-control", b"evil\0.py"),
    named("escape-in-name", "zip-name-control", b"evil\x1b[31m.py"),
    named("text-direction-in-name", "zip-name-control", "evil\u202eyp.py"),
    named("invalid-utf8", "zip-name-utf8", b"evil\xff.py", flags=0x800),
    named("unmarked-utf8", "zip-name-encoding", "\u00e9vil.py", flags=0),
    named("long-name", "zip-name-long", "a/" * 300 + "evil.py"),
    Case("two-of-one-name", "zip-duplicate-name", lambda: wheel([("demo.py", b"import os\n")])),
    Case("two-of-one-name-alike", "zip-duplicate-name", lambda: wheel([("demo.py", DEMO)])),
    Case("file-and-folder", "zip-file-and-directory", lambda: wheel([("demo.py/x.py", b"x")])),
    # kinds of entries
    named("symbolic-link", "zip-symlink", "link", mode=0o120777),
    named("device", "zip-special-file", "null", mode=0o020666),
    named("pipe", "zip-special-file", "pipe", mode=0o010644),
    Case("folder-with-data", "zip-directory-with-data", lambda: wheel([Entry("folder/", b"data", mode=0o040755)])),
    named("encrypted", "zip-encrypted", "x", flags=1),
    named("bzip2", "zip-method", "x", method=12),
    named("zstd", "zip-method", "x", method=93),
    # headers that disagree, and bytes that nobody accounts for
    named("local-name-differs", "zip-local-mismatch", "good.py", local={"name": b"evil.py"}),
    named("local-crc-differs", "zip-local-mismatch", "x", local={"crc": 1}),
    named("local-size-differs", "zip-local-mismatch", "x", local={"csize": 1}),
    named("local-method-differs", "zip-local-mismatch", "x", local={"method": 0}),
    Case("unlisted-entry", "zip-unlisted-entry", lambda: wheel([Entry("hidden.py", b"import os\n", listed=False)])),
    in_zip("bytes-in-front", "zip-prefix", prefix=b"#!/bin/sh\n"),
    in_zip("bytes-behind", "zip-trailing-bytes", suffix=b"evil"),
    Case("gap", "zip-gap", lambda: wheel([Entry("x", b"x", before=b"gap")])),
    in_zip("bytes-before-directory", "zip-gap", before_directory=b"gap"),
    in_zip("too-many-counted", "zip-entry-count", end={"count": 9}),
    in_zip("several-disks", "zip-multi-disk", end={"disk": 1}),
    Case("cut", "zip-truncated", lambda: wheel()[:-30]),
    Case("empty", "zip-no-end-record", lambda: b""),
    Case("no-zip", "zip-no-end-record", lambda: b"<html>" + b"not found " * 100),
    Case("overlap", "zip-overlap", overlapping),
    named("wrong-data-descriptor", "zip-data-descriptor", "x", flags=8, local={"crc": 0, "csize": 0, "usize": 0},
          descriptor=struct.pack("<4s3I", b"PK\7\x08", 1, 2, 3)),
    # streams
    Case("wrong-crc", "zip-crc", lambda: wheel([Entry("x", b"data", local={"crc": 1}, central={"crc": 1})])),
    Case("stream-cut", "zip-stream", lambda: wheel([Entry("x", DEMO, stream=GOOD_STREAM[:-3])])),
    Case("bytes-behind-stream", "zip-stream-end", lambda: wheel([Entry("x", DEMO, stream=GOOD_STREAM + b"evil")])),
    Case("size-lie", "zip-size", lambda: wheel([Entry("x", DEMO, local={"usize": 5}, central={"usize": 5})])),
    Case("stored-size-lie", "zip-size", lambda: wheel([Entry("x", b"data", method=0, local={"usize": 9}, central={"usize": 9})])),
    Case("bomb", "zip-ratio", lambda: bomb(256 << 20)),
    Case("bomb-1-gib", "zip-inflated-too-large", lambda: bomb(1 << 30)),
    # the wheel's own folder
    in_zip("no-dist-info", "wheel-dist-info", leave_out=("METADATA", "WHEEL", "RECORD")),
    Case("two-dist-infos", "wheel-dist-info", lambda: wheel([("other-2.0.dist-info/METADATA", METADATA)])),
    in_zip("dist-info-of-another", "wheel-dist-info", info="other-1.0.dist-info"),
    in_zip("no-metadata", "wheel-dist-info", leave_out=("METADATA",)),
    in_zip("no-wheel-file", "wheel-dist-info", leave_out=("WHEEL",)),
    in_zip("no-record", "record-missing", leave_out=("RECORD",)),
    # METADATA, WHEEL
    in_zip("other-name", "metadata-mismatch", metadata=text_metadata(name="evil")),
    in_zip("other-version", "metadata-mismatch", metadata=text_metadata(version="2.0")),
    in_zip("other-local-version", "metadata-mismatch", metadata=text_metadata(version="1.0+local")),
    in_zip("no-name-in-metadata", "metadata", metadata=b"Metadata-Version: 2.1\nVersion: 1.0\n"),
    in_zip("no-version-in-metadata", "metadata", metadata=b"Metadata-Version: 2.1\nName: demo\n"),
    in_zip("metadata-3", "metadata", metadata=text_metadata(version_line="Metadata-Version: 3.0")),
    in_zip("huge-metadata", "metadata", metadata=METADATA + b"\n" + b"\0" * (5 << 20)),
    in_zip("control-in-name", "metadata", metadata=text_metadata(name="demo\x1b[31m")),
    in_zip("too-many-requirements", "metadata", metadata=METADATA + b"Requires-Dist: x\n" * 100001),
    in_zip("wheel-version-2", "wheel-file", wheel_file=WHEEL.replace(b"1.0", b"2.0")),
    in_zip("no-wheel-version", "wheel-file", wheel_file=b"Root-Is-Purelib: true\n"),
    Case("bad-file-name", "wheel-name", wheel, file="demo-1.0.whl"),
    Case("bad-version-in-file-name", "wheel-name", wheel, file="demo-one-py3-none-any.whl"),
    # entry points, scripts, .data
    Case("script-with-slash", "entry-point-name", lambda: console(b"../evil = demo:main")),
    Case("script-with-backslash", "entry-point-name", lambda: console(b"..\\evil = demo:main")),
    Case("script-dot-dot", "entry-point-name", lambda: console(b".. = demo:main")),
    Case("script-with-control", "entry-point-name", lambda: console(b"ev\x07il = demo:main")),
    Case("long-script-name", "entry-point-name", lambda: console(b"x" * 300 + b" = demo:main")),
    Case("script-without-object", "entry-point-value", lambda: console(b"evil = demo")),
    Case("script-with-code", "entry-point-value", lambda: console(b"evil = os; import sys:main")),
    Case("script-over-two-lines", "entry-point-value", lambda: console(b"evil = demo:main\n  import os")),
    Case("script-python", "script-name", lambda: console(b"python = demo:main")),
    Case("script-python3", "script-name", lambda: console(b"python3 = demo:main")),
    Case("script-python3.13t", "script-name", lambda: console(b"python3.13t = demo:main")),
    Case("script-pypy", "script-name", lambda: console(b"pypy3.10 = demo:main")),
    Case("script-graalpy", "script-name", lambda: console(b"graalpy = demo:main")),
    Case("broken-entry-points", "entry-points", lambda: wheel(entry_points=b"before the first group = x\n")),
    Case("entry-points-not-utf8", "entry-points", lambda: wheel(entry_points=b"[x]\n\xff = y\n")),
    Case("data-script-python", "script-name", lambda: script("python")),
    Case("data-script-pythonw", "script-name", lambda: script("pythonw")),
    Case("data-bin-python3.12", "script-name", lambda: wheel([("demo-1.0.data/data/bin/python3.12", b"x")])),
    Case("large-python-script", "script-size", lambda: script("demo", b"#!python\n" + b"#" * (2 << 20))),
    Case("many-large-python-scripts", "script-size",
         lambda: wheel([(f"demo-1.0.data/scripts/demo{i:02}", b"#!python\n" + b"#" * (1000 << 10)) for i in range(20)])),
    Case("unknown-data-key", "wheel-data-key", lambda: wheel([("demo-1.0.data/evil/x", b"x")])),
    Case("file-in-data-folder", "wheel-data-key", lambda: wheel([("demo-1.0.data/scripts", b"x")])),
    Case("two-data-folders", "wheel-data-dir",
         lambda: wheel([("demo-1.0.data/purelib/x.py", b"x"), ("other.data/purelib/y.py", b"y")])),
    # RECORD
    recorded("record-without-a-file", "record-missing-entry", lambda t: line_of(t, "demo.py", lambda _: "")),
    recorded("empty-record", "record-missing-entry", lambda _: ""),
    recorded("row-without-a-file", "record-extra-row", lambda t: t + row("evil.py", b"x")),
    recorded("wrong-hash", "record-mismatch", lambda t: line_of(t, "demo.py", lambda _: row("demo.py", b"print('evil')\n"))),
    recorded("wrong-sha512", "record-mismatch", lambda t: line_of(t, "demo.py", lambda _: row("demo.py", b"print('evil')\n", "sha512"))),
    recorded("wrong-size", "record-mismatch", lambda t: line_of(t, "demo.py", lambda _: row("demo.py", DEMO, size=15))),
    recorded("row-without-hash", "record-missing-hash", lambda t: line_of(t, "demo.py", lambda _: "demo.py,,14\n")),
    recorded("row-twice", "record-duplicate", lambda t: t + row("demo.py", b"other")),
    in_zip("md5", "record-hash", edit_record=with_row_hash("md5")),
    in_zip("sha1", "record-hash", edit_record=with_row_hash("sha1")),
    in_zip("sha3", "record-hash", edit_record=with_row_hash("sha3_256")),
    in_zip("short-digest", "record-hash", edit_record=lambda t: line_of(t, "demo.py", lambda _: "demo.py,sha256=AAAA,14\n")),
    in_zip("absolute-row", "record-path", edit_record=lambda t: t + "/etc/passwd,,\n"),
    in_zip("climbing-row", "record-path", edit_record=lambda t: t + "../../etc/passwd,,\n"),
    in_zip("row-of-two-fields", "record", edit_record=lambda t: t + "x,y\n"),
    in_zip("open-quote", "record", edit_record=lambda t: t + '"x,,\n'),
    in_zip("record-not-utf8", "record", record=b"\xff,,\n"),
    in_zip("size-is-no-number", "record-size", edit_record=lambda t: line_of(t, "demo.py", lambda l: l.replace(",14", ",-1"))),
]


@dataclasses.dataclass
class Tolerated:
    name: str
    make: object
    warning: str = None
    file: str = FILE


def signed(text):
    return text + f"{INFO}/RECORD.jws,,\n"


TOLERATED = [
    Tolerated("plain", wheel),
    Tolerated("stored", lambda: wheel([Entry("x", b"data", method=0)])),
    Tolerated("empty-file", lambda: wheel([Entry("__init__.py", b"")])),
    Tolerated("folders", lambda: wheel([Entry("demo/", b"", method=0, mode=0o040755), ("demo/x.py", b"x")])),
    Tolerated("byte-code", lambda: wheel([("__pycache__/demo.cpython-312.pyc", b"x")])),
    Tolerated("data-descriptor", lambda: wheel([Entry("x", DEMO, flags=8, local={"crc": 0, "csize": 0, "usize": 0}, descriptor=struct.pack(
        "<4s3I", b"PK\7\x08", binascii.crc32(DEMO), len(GOOD_STREAM), len(DEMO)))])),
    Tolerated("zeros-behind", lambda: wheel(suffix=b"\0\0\0\0"), "zero bytes"),
    Tolerated("case-variants", lambda: wheel([("DEMO.py", b"x")]), "differ only by case"),
    Tolerated("non-ascii", lambda: wheel([("d\u00e9mo.py", b"x")])),
    Tolerated("comma-and-quote", lambda: wheel([('de,"mo.py', b"x")])),
    Tolerated("sha384", lambda: wheel(edit_record=with_row_hash("sha384"))),
    Tolerated("sha512", lambda: wheel(edit_record=with_row_hash("sha512"))),
    Tolerated("crlf-record", lambda: wheel(edit_record=lambda t: t.replace("\n", "\r\n"))),
    Tolerated("backslashes-in-record", lambda: wheel([("demo/x.py", b"x")], edit_record=lambda t: t.replace("demo/x", "demo\\x"))),
    Tolerated("dot-slash-in-record", lambda: wheel(edit_record=lambda t: t.replace("demo.py", "./demo.py"))),
    Tolerated("row-twice-alike", lambda: wheel(edit_record=lambda t: t + row("demo.py", DEMO))),
    Tolerated("rows-without-size", lambda: wheel(edit_record=lambda t: line_of(t, "demo.py", lambda l: l.replace(",14", ",")))),
    Tolerated("record-lists-itself-with-a-hash", lambda: wheel(edit_record=lambda t: t.replace("RECORD,,", "RECORD," + digest(b"x") + ",1"))),
    Tolerated("record-does-not-list-itself", lambda: wheel(edit_record=lambda t: t.replace(f"{INFO}/RECORD,,\n", ""))),
    Tolerated("signature", lambda: wheel([(f"{INFO}/RECORD.jws", b"{}")], edit_record=signed)),
    Tolerated("unlisted-signature", lambda: wheel([(f"{INFO}/RECORD.p7s", b"x")], edit_record=lambda t: line_of(
        t, f"{INFO}/RECORD.p7s", lambda _: ""))),
    Tolerated("other-spelling", lambda: wheel(metadata=text_metadata("My_Demo.Pkg"), info="My.Demo_pkg-1.0.dist-info"),
              file="my_demo_pkg-1.0-py3-none-any.whl"),
    Tolerated("other-spelling-of-version", lambda: wheel(metadata=text_metadata(version="1.0.0rc1")), file="demo-1.0.0.RC1-py3-none-any.whl"),
    Tolerated("dash-in-dist-info", lambda: wheel(metadata=text_metadata("my-demo"), info="my-demo-1.0.dist-info"),
              file="my_demo-1.0-py3-none-any.whl"),
    Tolerated("newer-minor-wheel-version", lambda: wheel(wheel_file=WHEEL.replace(b"1.0", b"1.9")), "Wheel-Version 1.9"),
    Tolerated("no-tags", lambda: wheel(wheel_file=b"Wheel-Version: 1.0\n")),
    Tolerated("other-tags", lambda: wheel(wheel_file=WHEEL.replace(b"py3-none-any", b"cp312-cp312-linux_x86_64")), "other tags"),
    Tolerated("compressed-tags", lambda: wheel(wheel_file=WHEEL.replace(b"py3-none-any", b"py2.py3-none-any")),
              file="demo-1.0-py2.py3-none-any.whl"),
    Tolerated("tags-in-another-order", lambda: wheel(wheel_file=WHEEL + b"Tag: py2-none-any\n"), file="demo-1.0-py2.py3-none-any.whl"),
    Tolerated("all-data-keys", lambda: wheel([(f"demo-1.0.data/{key}/x{i}", b"x") for i, key in enumerate(
        ("purelib", "platlib", "scripts", "data", "headers"))])),
    Tolerated("file-named-data", lambda: wheel([("x.data", b"x")])),
    Tolerated("python-script", lambda: script("demo", b"#!python\nprint(1)\n")),
    Tolerated("pythonw-script", lambda: script("demo", b"#!pythonw -E\nprint(1)\n")),
    Tolerated("large-binary-script", lambda: script("demo", b"\x7fELF" + b"\1" * (2 << 20))),
    Tolerated("script-named-like-python", lambda: console(b"python-demo = demo:main\npythonic = demo:main\npypyp = demo:main")),
    Tolerated("entry-point-of-others-named-python", lambda: wheel(entry_points=b"[kernels]\npython = demo\n")),
    Tolerated("extras-of-scripts", lambda: console(b"x = demo.cli : main.run [fast]")),
    Tolerated("executable", lambda: wheel([Entry("tool", b"x", mode=0o100755)])),
    Tolerated("made-by-dos", lambda: wheel([Entry("x", b"x", central={"made_by": 20, "attributes": 0})])),
    Tolerated("metadata-with-crlf", lambda: wheel(metadata=METADATA.replace(b"\n", b"\r\n"))),
    Tolerated("long-description", lambda: wheel(metadata=METADATA + b"\n" + b"\xff text \0\n" * 1000)),
]


def main():
    folder = pathlib.Path(sys.argv[1])
    for case in [*HOSTILE, *TOLERATED]:
        path = folder / case.name / case.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(case.make())


if __name__ == "__main__":
    main()
