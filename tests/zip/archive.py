"""Builds archives byte by byte, so that any field of any record can lie.

SPDX-License-Identifier: Apache-2.0
"""
import struct
import zlib
from dataclasses import dataclass, field

LOCAL, CENTRAL, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"
END64, LOCATOR64, DESCRIPTOR = b"PK\6\6", b"PK\6\7", b"PK\7\x08"
U16, U32 = 0xFFFF, 0xFFFFFFFF


def deflate(data, level=6):
    c = zlib.compressobj(level, zlib.DEFLATED, -15)
    return c.compress(data) + c.flush()


def extra(identifier, data):
    return struct.pack("<HH", identifier, len(data)) + data


def zip64(*values):
    """A ZIP64 field of 64-bit values."""
    return extra(1, struct.pack("<%dQ" % len(values), *values))


def unicode_path(name, of, version=1, crc=None):
    return extra(0x7075, struct.pack("<BL", version, zlib.crc32(of) if crc is None else crc) + name)


@dataclass
class Entry:
    """An honest entry, until `local` or `central` override fields of one of its headers.

    Overrides: signature, need, flags, method, time, date, crc, csize, usize, name, extra; central also made_by, comment, disk,
    internal, attributes, offset, name_length, extra_length, comment_length; local also name_length and extra_length.
    """

    name: bytes = b"a.txt"
    data: bytes = b"hello"
    method: int = 8
    mode: int = 0o100644
    stream: bytes = None  # the bytes stored, in place of the compressed data
    flags: int = None
    extra: bytes = b""  # of both headers
    local: dict = field(default_factory=dict)
    central: dict = field(default_factory=dict)
    descriptor: bytes = b""
    before: bytes = b""  # bytes in front of the local header
    listed: bool = True
    present: bool = True

    def facts(self):
        stream = self.stream
        if stream is None:
            stream = deflate(self.data) if self.method == 8 else self.data
        flags = self.flags
        if flags is None:
            flags = 0x800 if any(b > 127 for b in self.name) else 0
        return stream, dict(
            need=20, flags=flags, method=self.method, time=0, date=0x21, crc=zlib.crc32(self.data), csize=len(stream),
            usize=len(self.data), name=self.name, extra=self.extra, made_by=0x0314, comment=b"", disk=0, internal=0,
            attributes=self.mode << 16)

    def local_bytes(self):
        stream, f = self.facts()
        f["signature"] = LOCAL
        f.update(self.local)
        return (f["signature"] + struct.pack(
            "<HHHHHLLLHH", f["need"], f["flags"], f["method"], f["time"], f["date"], f["crc"], f["csize"], f["usize"],
            f.get("name_length", len(f["name"])), f.get("extra_length", len(f["extra"])))
            + f["name"] + f["extra"] + stream + self.descriptor)

    def central_bytes(self, offset):
        _, f = self.facts()
        f["signature"] = CENTRAL
        f["offset"] = offset
        f.update(self.central)
        return (f["signature"] + struct.pack(
            "<HHHHHHLLLHHHHHLL", f["made_by"], f["need"], f["flags"], f["method"], f["time"], f["date"], f["crc"], f["csize"],
            f["usize"], f.get("name_length", len(f["name"])), f.get("extra_length", len(f["extra"])),
            f.get("comment_length", len(f["comment"])), f["disk"], f["internal"], f["attributes"], f["offset"])
            + f["name"] + f["extra"] + f["comment"])


def end_record(count, length, at, comment=b"", **o):
    return o.get("signature", END) + struct.pack(
        "<HHHHLLH", o.get("disk", 0), o.get("directory_disk", 0), o.get("here", o.get("entries", count) & U16),
        o.get("entries", count) & U16, o.get("size", length) & U32, o.get("offset", at) & U32,
        o.get("comment_length", len(comment))) + comment


def end64_record(count, length, at, data=b"", **o):
    return END64 + struct.pack(
        "<QHHLLQQQQ", o.get("rest", 44 + len(data)), 0x031E, 45, o.get("disk", 0), o.get("directory_disk", 0),
        o.get("here", o.get("entries", count)), o.get("entries", count), o.get("size", length), o.get("offset", at)) + data


def locator64(offset, disk=0, disks=1):
    return LOCATOR64 + struct.pack("<LQL", disk, offset, disks)


def build(entries, prefix=b"", before_directory=b"", after_directory=b"", comment=b"", suffix=b"", end=None, wide=None,
          locator=None, order=None, central_suffix=b""):
    """prefix shifts the offsets (they are right); wide={}: with a ZIP64 end record, whose fields it overrides; locator={}:
    overrides of its locator (False: none); end: overrides of the end record; order: of the directory."""
    out = prefix
    offsets = []
    for e in entries:
        out += e.before
        offsets.append(len(out))
        if e.present:
            out += e.local_bytes()
    out += before_directory
    at = len(out)
    listed = [(e, o) for e, o in zip(entries, offsets) if e.listed]
    for i in order or range(len(listed)):
        out += listed[i][0].central_bytes(listed[i][1])
    out += central_suffix
    n, size = len(order or listed), len(out) - at
    out += after_directory
    end = dict(end or {})
    if wide is not None:
        wide = dict(wide)
        end64_at = len(out)
        out += end64_record(n, size, at, wide.pop("data", b""), **wide)
        if locator is not False:
            out += (locator or {}).pop("before", b"") + locator64(**dict({"offset": end64_at}, **(locator or {})))
        end = dict(dict(entries=U16, size=U32, offset=U32), **end)
    return out + end_record(n, size, at, comment, **end) + suffix
