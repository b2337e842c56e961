"""Tar archives made block by block, so that everything in them can be wrong.

SPDX-License-Identifier: Apache-2.0
"""
import bz2
import gzip
import io
import lzma
import tarfile

BLOCK = 512
TOP = "p-1.0"


def number(value, width):
    """A field as it stands: bytes are taken as they are, numbers become octal."""
    return value.ljust(width, b"\0") if isinstance(value, bytes) else b"%0*o\0" % (width - 1, value)


def text(value, width):
    value = value.encode() if isinstance(value, str) else value
    assert len(value) <= width, value
    return value.ljust(width, b"\0")


def header(name=TOP + "/f", type=b"0", size=0, link=b"", mode=0o644, magic=b"ustar\x0000", prefix=b"", uid=0, gid=0, mtime=0, checksum=None,
           uname=b"", gname=b"", devmajor=b"", devminor=b"", rest=b""):
    block = bytearray(text(name, 100) + number(mode, 8) + number(uid, 8) + number(gid, 8) + number(size, 12) + number(mtime, 12) + b" " * 8 + type
                      + text(link, 100) + magic + text(uname, 32) + text(gname, 32) + number(devmajor, 8) + number(devminor, 8) + text(prefix, 155)
                      + text(rest, 12))
    assert len(block) == BLOCK
    block[148:156] = (b"%06o\0 " % sum(block)) if checksum is None else checksum
    return bytes(block)


def pad(data):
    return data + bytes(-len(data) % BLOCK)


def member(name=TOP + "/f", data=b"", **fields):
    fields.setdefault("size", len(data))
    return header(name, **fields) + pad(data)


def folder(name=TOP + "/", **fields):
    return header(name, type=b"5", mode=0o755, **fields)


def link(name, target, type=b"2", **fields):
    return header(name, type=type, link=target, **fields)


def hard(name, target, **fields):
    return link(name, target, b"1", **fields)


def record(key, value):
    key, value = (x.encode() if isinstance(x, str) else x for x in (key, value))
    n = len(key) + len(value) + 3
    while n != len(str(n)) + len(key) + len(value) + 3:
        n = len(str(n)) + len(key) + len(value) + 3
    return b"%d %s=%s\n" % (n, key, value)


def pax(*pairs, type=b"x", **fields):
    data = b"".join(p if isinstance(p, bytes) else record(*p) for p in pairs)
    return member("PaxHeaders/x", data, type=type, **fields)


def gnu(name, type=b"L", data=None, **fields):
    name = name.encode() if isinstance(name, str) else name
    fields.setdefault("magic", b"ustar  \0")
    return member("././@LongLink", name + b"\0" if data is None else data, type=type, **fields)


END = bytes(2 * BLOCK)


def tar(*parts, end=END, top=True):
    return (folder() if top else b"") + b"".join(parts) + end


CODERS = {".tar": lambda b: b, ".tar.gz": lambda b: gzip.compress(b, mtime=0), ".tgz": lambda b: gzip.compress(b, mtime=0), ".tar.bz2": bz2.compress,
          ".tar.xz": lzma.compress}


def by_tarfile(entries, format=tarfile.PAX_FORMAT, **options):
    """entries: (name, content or None for a folder, mode) or TarInfo."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format, **options) as t:
        for entry in entries:
            if isinstance(entry, tarfile.TarInfo):
                t.addfile(entry)
                continue
            name, content, mode = entry
            info = tarfile.TarInfo(name)
            info.mode = mode
            if content is None:
                info.type = tarfile.DIRTYPE
                t.addfile(info)
            else:
                info.size = len(content)
                t.addfile(info, io.BytesIO(content))
    return out.getvalue()
