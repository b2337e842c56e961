"""Small ELF files made to measure: seeds of fuzz/corpus/elf (python3 elf_maker.py FOLDER) and cases of the tests."""

import struct
import sys
from pathlib import Path

X86_64, AARCH64 = 62, 183
EXEC, DYN = 2, 3
BASE = 0x10000


def strings(names):
    table, places = b"\0", {}
    for name in names:
        places[name] = len(table)
        table += name.encode() + b"\0"
    return table, places


def elf(machine=X86_64, type=DYN, interpreter=None, needed=(), soname=None, runpath=None, versions=None, pie=False, go=None,
        dynamic=True, cls=2, data=1):
    """One PT_LOAD over the whole file at BASE; everything else inside it."""
    versions = versions or {}
    names = list(needed) + [n for n in (soname, runpath) if n] + list(versions) + [v for vs in versions.values() for v in vs]
    table, at = strings(names)
    has_dynamic = dynamic and (names or pie)
    count = 1 + bool(interpreter) + bool(has_dynamic)
    place = 64 + 56 * count
    blobs, where = b"", {}

    def put(key, blob, align=16):
        nonlocal blobs
        blobs += b"\0" * (-(place + len(blobs)) % align)
        where[key] = (place + len(blobs), len(blob))
        blobs += blob

    if interpreter:
        put("interp", interpreter.encode() + b"\0")
    if has_dynamic:
        put("strings", table)
        need = b""
        for i, (library, wanted) in enumerate(versions.items()):
            last = i == len(versions) - 1
            need += struct.pack("<HHIII", 1, len(wanted), at[library], 16, 0 if last else 16 + 16 * len(wanted))
            for k, v in enumerate(wanted):
                need += struct.pack("<IHHII", 0, 0, 2, at[v], 0 if k == len(wanted) - 1 else 16)
        put("need", need)
        entries = [(1, at[n]) for n in needed] + [(5, BASE + where["strings"][0]), (10, len(table))]
        entries += [(14, at[soname])] if soname else []
        entries += [(29, at[runpath])] if runpath else []
        entries += [(0x6FFFFFFE, BASE + where["need"][0]), (0x6FFFFFFF, len(versions))] if versions else []
        entries += [(0x6FFFFFFB, 0x08000000)] if pie else []
        put("dynamic", b"".join(struct.pack("<QQ", *e) for e in entries + [(0, 0)]))
    if go:
        put("go", go)
    sections, n_sections, section_at = b"", 0, 0
    if go:
        section_names = b"\0.go.buildinfo\0.shstrtab\0"
        put("names", section_names)
        rows = [(0, 0, 0, 0), (1, 1, *where["go"]), (15, 3, *where["names"])]
        for name, kind, offset, size in rows:
            sections += struct.pack("<IIQQQQIIQQ", name, kind, 0, 0, offset, size, 0, 0, 1, 0)
        n_sections = len(rows)
        put("sections", sections)
        section_at = where["sections"][0]
    size = place + len(blobs)
    head = b"\x7fELF" + bytes([cls, data, 1, 0]) + bytes(8)
    head += struct.pack("<HHIQQQIHHHHHH", type, machine, 1, BASE, 64, section_at, 0, 64, 56, count, 64 if go else 0, n_sections,
                        2 if go else 0)
    row = lambda kind, flags, offset, n: struct.pack("<IIQQQQQQ", kind, flags, offset, BASE + offset, 0, n, n, 16)
    rows = row(1, 7, 0, size)
    if interpreter:
        rows += row(3, 4, *where["interp"])
    if has_dynamic:
        rows += row(2, 6, *where["dynamic"])
    return head + rows + blobs


def varint(n):
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7F | 0x80])
        n >>= 7
    return out + bytes([n])


def go_info(version="go1.26.8", lines=("path\texample.com/worker", "mod\texample.com/worker\t(devel)\t")):
    module = b"0123456789abcdef" + "".join(line + "\n" for line in lines).encode() + b"fedcba9876543210"
    text = version.encode()
    return b"\xff Go buildinf:" + bytes([8, 2]) + bytes(16) + varint(len(text)) + text + varint(len(module)) + module


def seeds():
    glibc = {"libc.so.6": ["GLIBC_2.2.5", "GLIBC_2.34"], "libm.so.6": ["GLIBC_2.29"]}
    yield "static", elf(type=EXEC)
    yield "static_arm64", elf(AARCH64, EXEC)
    yield "dynamic", elf(interpreter="/lib64/ld-linux-x86-64.so.2", needed=["libc.so.6", "libm.so.6"], versions=glibc, pie=True)
    yield "library", elf(soname="libfoo.so.1", needed=["libc.so.6"], runpath="$ORIGIN:/opt/lib::", versions=glibc)
    yield "go", elf(type=EXEC, go=go_info(lines=("path\tw", "mod\tw\tv1.0.0\th1:x=", "dep\ta\tv1.2.3\th1:y=", "=>\tb\tv1.0.0\th1:z=",
                                                 'build\t-ldflags="-s -w"', "build\tGOARCH=amd64")))
    yield "go_without_sections", elf(type=EXEC, go=go_info())[:40] + bytes(8) + elf(type=EXEC, go=go_info())[48:]
    yield "bits32", elf(cls=1)
    yield "big_endian", elf(data=2)
    yield "empty", b""
    yield "magic", b"\x7fELF"
    whole = elf(soname="libfoo.so.1", needed=["libc.so.6"], versions=glibc)
    for n in (20, 63, 64, 100, 200, len(whole) - 40):
        yield f"cut_{n}", whole[:n]


if __name__ == "__main__":
    for name, content in seeds():
        (Path(sys.argv[1]) / name).write_bytes(content)
