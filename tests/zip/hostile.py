"""Hostile archives, one function for each defect, with what must be said about it.

FIXTURES: name -> (function that gives the bytes, rule id of the default policy, rule id of the registry's); None = accepted.
Run as a program it writes all of them into a folder.

SPDX-License-Identifier: Apache-2.0
"""
import os
import struct
import sys
import zlib

from archive import *

FIXTURES = {}


def fixture(rule, registry=...):
    def add(function):
        FIXTURES[function.__name__] = (function, rule, rule if registry is ... else registry)
        return function
    return add


def table(rule, rows, registry=...):
    """Many fixtures of one rule: name -> bytes, or a function that gives them."""
    for name, content in rows.items():
        assert name not in FIXTURES, name
        FIXTURES[name] = (content if callable(content) else (lambda c=content: c), rule, rule if registry is ... else registry)


def one(**o):
    return build([Entry(**o)])


def named(*names):
    return build([Entry(n if isinstance(n, bytes) else n.encode()) for n in names])


# --- what is not wrong: a reader that refuses everything would pass the rest ---
table(None, {
    "good_plain": lambda: build([Entry(b"a/b.txt"), Entry(b"c.txt", b"x" * 70000), Entry(b"d", method=0)]),
    "good_empty_archive": lambda: build([]),
    "good_empty_file": lambda: one(data=b""),
    "good_empty_file_stored": lambda: one(data=b"", method=0),
    "good_utf8_name": lambda: named("d\u00e9j\u00e0/\u4f60\u597d.txt"),
    "good_folder": lambda: build([Entry(b"d/", b"", 0, 0o40755), Entry(b"d/f")]),
    "good_folder_deflated": lambda: build([Entry(b"d/", b"", 8, 0o40755), Entry(b"d/f")]),
    "good_folder_without_mode": lambda: one(name=b"d/", data=b"", method=0, mode=0),
    "good_other_order": lambda: build([Entry(b"a"), Entry(b"b"), Entry(b"c")], order=[2, 0, 1]),
    "good_archive_comment": lambda: build([Entry()], comment=b"made by hand"),
    "good_long_comment": lambda: build([Entry()], comment=b"x" * 65535),
    "good_unknown_extra": lambda: one(extra=extra(0x5455, b"\3" + bytes(8)) + extra(0xCAFE, b"")),
    "good_unicode_path": lambda: one(name="\u00e9".encode(), extra=unicode_path("\u00e9".encode(), "\u00e9".encode())),
    "good_without_mode": lambda: one(mode=0),
    "good_setuid": lambda: one(mode=0o104755),
    "good_mode_000": lambda: one(mode=0o100000),
    "good_date_nonsense": lambda: one(local=dict(date=0xFFFF, time=0xFFFF), central=dict(date=0xFFFF, time=0xFFFF)),
    "good_level_flags": lambda: one(flags=6),
    "good_made_on_dos": lambda: one(central=dict(made_by=20)),
    "good_name_512": lambda: named("/".join(["d" * 127] * 4) + "d"),
    "good_name_deep": lambda: named("/".join("d" * 256)),
    "good_name_dots": lambda: named("...", "..a", "a..", ".a/.b"),
    "good_name_of_device": lambda: named("CON", "NUL", "aux.py", "a.", "a ", "file:stream", ".lambda-x"),
    "good_case_variant": lambda: named("A.txt", "a.txt"),
    "good_nfc_and_nfd": lambda: named("\u00e9", "e\u0301"),
    "good_zip_in_zip": lambda: one(data=build([Entry(b"inner")]), method=0),
    "good_signatures_in_data": lambda: one(data=LOCAL + CENTRAL + END + DESCRIPTOR + END64 + LOCATOR64, method=0),
    "good_stored_blocks": lambda: one(data=b"hello" * 9999, stream=deflate(b"hello" * 9999, 0)),
    "good_large": lambda: one(data=os.urandom(1 << 20) * 5),
    "good_ratio_below_64_mib": lambda: one(data=bytes(60 << 20)),
    "good_zip64_end": lambda: build([Entry()], wide={}),
    "good_zip64_end_disks": lambda: build([Entry()], wide={}, end=dict(disk=U16, directory_disk=U16)),
    "good_zip64_end_not_needed": lambda: build([Entry()], wide={}, end=dict(entries=1)),
    "good_version_host_byte": lambda: one(local=dict(need=0x0314), central=dict(need=0x0314)),
})

# --- names ---
table("zip-name-empty", {"name_empty": lambda: named(b"")})
table("zip-name-absolute", {"name_absolute": lambda: named("/etc/passwd"), "name_slash": lambda: named("/"),
                            "name_two_slashes": lambda: named("//host/share")})
table("zip-name-dotdot", {"name_dotdot": lambda: named("../evil"), "name_dotdot_inside": lambda: named("a/../../evil"),
                          "name_dotdot_end": lambda: named("a/.."), "name_dotdot_folder": lambda: named("a/../"),
                          "name_dotdot_only": lambda: named("..")})
table("zip-name-dot", {"name_dot": lambda: named("./a"), "name_dot_inside": lambda: named("a/./b"), "name_dot_end": lambda: named("a/.")})
table("zip-name-drive", {"name_drive": lambda: named("C:/windows"), "name_drive_relative": lambda: named("c:evil")})
table("zip-name-backslash", {"name_backslash": lambda: named("a\\..\\b"), "name_drive_backslash": lambda: named("C:\\x"),
                             "name_unc": lambda: named("\\\\host\\share")})
table("zip-name-empty-part", {"name_empty_part": lambda: named("a//b"), "name_two_slashes_end": lambda: named("a//")})
table("zip-name-long", {
    "name_513": lambda: named("/".join(["d" * 127] * 4) + "dd"),
    "name_65535": lambda: named("a" * 65535),
    "name_part_256": lambda: named("d/" + "a" * 256),
    "name_path_5000_deep": lambda: named("d/" * 5000 + "f"),
})
table("zip-name-control", {
    **{"name_control_%02x" % c: (lambda c=c: named(b"a" + bytes([c]) + b"b")) for c in (0, 1, 7, 10, 13, 27, 31, 127)},
    "name_nul_end": lambda: named(b"a.py\0"),
    "name_c1": lambda: named("a\u009bb"),
    "name_right_to_left": lambda: named("a\u202etxt.exe"),
    "name_isolate": lambda: named("a\u2066b"),
})
table("zip-name-utf8", {
    "name_latin1": lambda: one(name=b"\xe9", flags=0x800),
    "name_cp437": lambda: one(name=b"caf\x82", flags=0),
    "name_overlong": lambda: one(name=b"a\xc0\xafb", flags=0x800),
    "name_surrogate": lambda: one(name=b"\xed\xa0\x80", flags=0x800),
    "name_above_unicode": lambda: one(name=b"\xf4\x90\x80\x80", flags=0x800),
    "name_cut_sequence": lambda: one(name=b"a\xe4\xbd", flags=0x800),
})
table("zip-name-encoding", {"name_utf8_unmarked": lambda: one(name="\u00e9".encode(), flags=0)})
table("zip-duplicate-name", {
    "duplicate_equal": lambda: named("a", "a"),
    "duplicate_different": lambda: build([Entry(b"a", b"1"), Entry(b"b"), Entry(b"a", b"2")]),
    "duplicate_mode": lambda: build([Entry(b"a"), Entry(b"a", mode=0o100755)]),
    "duplicate_folder": lambda: build([Entry(b"d/", b"", 0, 0o40755)] * 2),
    "duplicate_in_directory_only": lambda: build([Entry(b"a")], order=[0, 0]),
})
table("zip-file-and-directory", {
    "file_and_folder": lambda: named("a", "a/b"),
    "file_and_folder_late": lambda: named("a/b/c", "a!", "a-b", "a/b"),
    "file_and_folder_entry": lambda: build([Entry(b"a"), Entry(b"a/", b"", 0, 0o40755)]),
    "file_and_deep_folder": lambda: named("a/b/c/d", "a"),
})

# --- what an entry is ---
table("zip-symlink", {
    "symlink": lambda: one(data=b"/etc/passwd", mode=0o120777),
    "symlink_relative": lambda: one(data=b"../x", mode=0o120777),
    "symlink_made_on_dos": lambda: one(data=b"x", mode=0o120777, central=dict(made_by=20)),
    "symlink_then_through_it": lambda: build([Entry(b"d", b"/tmp", 0, 0o120777), Entry(b"d/x")]),
})
table("zip-special-file", {
    "fifo": lambda: one(mode=0o10644), "character_device": lambda: one(mode=0o20644), "block_device": lambda: one(mode=0o60644),
    "socket": lambda: one(mode=0o140644), "unknown_kind": lambda: one(mode=0o170644),
    "folder_mode_on_file": lambda: one(mode=0o40755),
    "file_mode_on_folder": lambda: one(name=b"d/", data=b"", method=0, mode=0o100644),
    "dos_folder_on_file": lambda: one(central=dict(attributes=0x10)),
})
table("zip-directory-with-data", {
    "folder_with_data": lambda: one(name=b"d/", mode=0o40755),
    "folder_with_crc": lambda: one(name=b"d/", data=b"", method=0, mode=0o40755, local=dict(crc=1), central=dict(crc=1)),
    "folder_with_stream": lambda: one(name=b"d/", data=b"", method=8, mode=0o40755, stream=b"\1\0\0\xff\xff"),
    "folder_with_two_bytes": lambda: one(name=b"d/", data=b"", method=8, mode=0o40755, stream=b"hi"),
})
table("zip-encrypted", {
    "encrypted": lambda: one(flags=1), "strong_encryption": lambda: one(flags=0x40), "masked_headers": lambda: one(flags=0x2000),
    "aes_field": lambda: one(extra=extra(0x9901, bytes(7))), "strong_field": lambda: one(extra=extra(0x17, bytes(8))),
})
table("zip-patched", {"patched": lambda: one(flags=0x20), "patch_field": lambda: one(extra=extra(0xF, bytes(20)))})
table("zip-flags", {"flags_bit_4": lambda: one(flags=0x10), "flags_bit_7": lambda: one(flags=0x80), "flags_bit_15": lambda: one(flags=0x8000)})
table("zip-method", {"method_%d" % m: (lambda m=m: one(method=m, stream=b"hello")) for m in (1, 6, 9, 12, 14, 93, 95, 98, 99, 65535)})
table("zip-version", {"version_64": lambda: one(local=dict(need=64), central=dict(need=64)),
                      "version_255": lambda: one(central=dict(need=255))})
table("zip-comment", {"good_entry_comment": lambda: one(central=dict(comment=b"hi"))})
FIXTURES["good_entry_comment"] = (FIXTURES["good_entry_comment"][0], None, "zip-comment")

# --- local header and directory ---
table("zip-local-mismatch", {
    "mismatch_name": lambda: one(local=dict(name=b"b.txt")),
    "mismatch_name_longer": lambda: one(local=dict(name=b"a.txt2")),
    "mismatch_name_case": lambda: one(local=dict(name=b"A.txt")),
    "mismatch_method": lambda: one(method=0, local=dict(method=8)),
    "mismatch_crc": lambda: one(local=dict(crc=1)),
    "mismatch_crc_zero": lambda: one(local=dict(crc=0)),
    "mismatch_csize": lambda: one(local=dict(csize=6)),
    "mismatch_csize_zero": lambda: one(local=dict(csize=0)),
    "mismatch_usize": lambda: one(local=dict(usize=6)),
    "mismatch_encryption": lambda: one(local=dict(flags=1)),
    "mismatch_utf8": lambda: one(local=dict(flags=0x800)),
    "mismatch_descriptor_in_directory_only": lambda: one(central=dict(flags=8)),
})
table("zip-local-header", {
    "local_signature": lambda: one(local=dict(signature=b"PK\3\5")),
    "local_missing": lambda: build([Entry(b"a"), Entry(b"b", present=False)], before_directory=bytes(60)),
    "local_is_central": lambda: one(local=dict(signature=CENTRAL)),
})
table("zip-unlisted-entry", {
    "unlisted_entry_first": lambda: build([Entry(b"x", listed=False), Entry(b"a")]),
    "unlisted_entry_middle": lambda: build([Entry(b"a"), Entry(b"x", listed=False), Entry(b"b")]),
    "unlisted_entry_last": lambda: build([Entry(b"a"), Entry(b"x", listed=False)]),
    "unlisted_copy": lambda: build([Entry(b"a"), Entry(b"a", listed=False)]),
    "only_unlisted": lambda: build([Entry(b"a", listed=False)]),
})
table("zip-central-header", {
    "central_signature": lambda: one(central=dict(signature=b"PK\1\3")),
    "central_name_overrun": lambda: one(central=dict(name_length=6)),
    "central_extra_overrun": lambda: one(central=dict(extra_length=1)),
    "central_comment_overrun": lambda: one(central=dict(comment_length=65535)),
    "digital_signature": lambda: build([Entry()], central_suffix=b"PK\5\5" + struct.pack("<H", 40) + bytes(40), end=dict(entries=2)),
})
table("zip-overlap", {
    "overlap_full": lambda: build([Entry(b"a"), Entry(b"a", present=False, central=dict(offset=0, name=b"b"))]),
    "overlap_into_directory": lambda: one(method=0, local=dict(csize=9, usize=9), central=dict(csize=9, usize=9)),
    "overlap_header_into_directory": lambda: build([Entry(b"a"), Entry(b"b", data=b"", method=0, local=dict(extra_length=99))]),
    "overlap_at_directory": lambda: build([Entry(b"a"), Entry(b"b", present=False)]),
})


@fixture("zip-overlap")
def overlap_quoted():
    """The bomb of D. Fifield: a stored block quotes the next local header, so that two files share one kernel."""
    kernel = Entry(b"b", b"a" * 20000)
    quoted = kernel.local_bytes()
    n = len(quoted)
    data = quoted[:30 + 1] + b"a" * 20000
    stream = b"\0" + struct.pack("<HH", 31, 31 ^ 0xFFFF) + quoted[:31] + quoted[31:]
    first = Entry(b"a", data, stream=stream)
    return build([first, Entry(b"b", b"a" * 20000, present=False, central=dict(offset=30 + 1 + 5, csize=n - 31))])


@fixture("zip-overlap")
def overlap_nested():
    inner = Entry(b"inner")
    return build([Entry(b"outer", inner.local_bytes(), 0), Entry(b"inner", present=False, central=dict(offset=30 + 5))])


table("zip-prefix", {
    "prefix_shifted": lambda: build([Entry()], prefix=b"#!/bin/sh\n"),
    "prefix_unshifted": lambda: b"#!/bin/sh\n" + build([Entry()]),
    "prefix_nul": lambda: b"\0" + build([Entry()]),
    "prefix_empty_archive": lambda: build([], prefix=b"junk"),
    "prefix_archive": lambda: build([Entry(b"x")]) + build([Entry(b"a"), Entry(b"b")]),
})
table("zip-gap", {
    "gap_between": lambda: build([Entry(b"a"), Entry(b"b", before=b"junk")]),
    "gap_one_byte": lambda: build([Entry(b"a"), Entry(b"b", before=b"\0")]),
    "gap_before_directory": lambda: build([Entry()], before_directory=b"junk!"),
    "gap_after_directory": lambda: build([Entry()], after_directory=b"junk"),
    "archive_extra_record": lambda: build([Entry()], before_directory=b"PK\6\x08" + struct.pack("<L", 4) + b"data"),
})
table("zip-trailing-bytes", {
    "trailing_byte": lambda: build([Entry()], suffix=b"x"),
    "trailing_newline": lambda: build([Entry()], suffix=b"\n"),
    "trailing_text": lambda: build([Entry()], suffix=b"y" * 1000),
    "trailing_nuls_and_byte": lambda: build([Entry()], suffix=bytes(100) + b"x"),
    "trailing_local": lambda: build([Entry()], suffix=Entry(b"x").local_bytes()),
})
table(None, {"good_trailing_nul": lambda: build([Entry()], suffix=b"\0"),
             "good_trailing_nuls": lambda: build([Entry()], suffix=bytes(60000)),
             "good_comment_of_nuls": lambda: build([Entry()], comment=bytes(300), suffix=bytes(10))}, "zip-trailing-bytes")

# --- end record ---
table("zip-no-end-record", {"no_zip": b"hello, world, this is no archive", "no_bytes": b"", "no_zip_short": b"PK", "no_zip_nuls": bytes(5000),
                            "no_zip_tar": b"\x1f\x8b" + bytes(100) + b"x", "no_zip_many_nuls": lambda: bytes(3 << 20)})
table("zip-truncated", {
    "truncated_end": lambda: build([Entry()])[:-1],
    "truncated_end_record": lambda: build([Entry()])[:-20],
    "truncated_directory": lambda: build([Entry(b"a"), Entry(b"b")])[:-40],
    "truncated_stream": lambda: build([Entry(data=os.urandom(1000))])[:500],
    "truncated_header": lambda: build([Entry()])[:28],
    "too_many_trailing_nuls": lambda: build([Entry()], suffix=bytes(65536)),
    "truncated_comment": lambda: build([Entry()], comment=b"x" * 100)[:-50],
})
table("zip-multiple-end-records", {
    "two_ends": lambda: build([Entry()]) + end_record(0, 0, 0),
    "second_end_in_comment": lambda: build([Entry()], comment=b"x" + end_record(0, 0, 0)),
    "second_archive_in_comment": lambda: build([Entry(b"a")], comment=build([Entry(b"evil")])),
    "end_record_after_directory": lambda: build([Entry()], after_directory=end_record(1, 51, 42)),
})
table("zip-comment-control", {
    "comment_local": lambda: build([Entry()], comment=b"x" + Entry(b"evil").local_bytes()),
    "comment_control": lambda: build([Entry()], comment=b"a\1b"),
})
table("zip-multi-disk", {
    "disk_number": lambda: build([Entry()], end=dict(disk=1)),
    "directory_disk": lambda: build([Entry()], end=dict(directory_disk=1)),
    "entries_on_disk": lambda: build([Entry()], end=dict(here=0)),
    "entry_disk": lambda: one(central=dict(disk=1)),
    "zip64_disk": lambda: build([Entry()], wide=dict(disk=1)),
    "zip64_entries_on_disk": lambda: build([Entry()], wide=dict(here=0)),
    "zip64_locator_disk": lambda: build([Entry()], wide={}, locator=dict(disk=1)),
    "zip64_locator_disks": lambda: build([Entry()], wide={}, locator=dict(disks=2)),
})
table("zip-entry-count", {
    "count_too_high": lambda: build([Entry()], end=dict(entries=2)),
    "count_too_low": lambda: named("a", "b")[:-22] + end_record(1, 2 * 47, 2 * (31 + 7)),
    "count_zero": lambda: build([Entry()], end=dict(entries=0)),
    "count_high": lambda: build([Entry()], end=dict(entries=65534)),
    "directory_size_zero": lambda: one()[:-22] + end_record(1, 0, len(one()) - 22),
})
table("zip-directory-range", {
    "directory_offset_past_end": lambda: build([Entry()], end=dict(offset=1 << 30)),
    "directory_size_past_end": lambda: build([Entry()], end=dict(size=1 << 30)),
    "directory_size_off_by_one": lambda: build([Entry()], end=dict(size=52)),
})
table("zip-directory-size", {"directory_size_too_small": lambda: build([Entry(b"a"), Entry(b"b")], end=dict(size=47, entries=1))})
table("zip-entry-range", {
    "entry_offset_past_end": lambda: one(central=dict(offset=1 << 30)),
    "entry_size_past_end": lambda: one(central=dict(csize=1 << 30)),
    "entry_offset_in_directory": lambda: one(central=dict(offset=50)),
})
table("zip-too-many-entries", {
    "count_2_63": lambda: build([Entry()], wide=dict(entries=1 << 63)),
    "count_65536": lambda: build([Entry()], wide=dict(entries=65536)),
    "million_empty_entries": lambda: million(),
})


def million():
    """A million entries cost 76 MB as an archive; the count alone must be enough."""
    e = Entry(b"a", b"", 0)
    local, central = e.local_bytes(), e.central_bytes(0)
    n = 100000
    out = local * n
    at = len(out)
    out += central * n
    end64 = len(out)
    return out + end64_record(n, len(central) * n, at) + locator64(end64) + end_record(U16, U32, U32)


# --- ZIP64 ---
def wide_one(sentinels, field, local=None, **o):
    """An entry some of whose sizes are 0xFFFFFFFF in the directory."""
    f = dict.fromkeys(sentinels, U32)
    return build([Entry(b"a", b"hello", 0, central=dict(f, extra=field), local=local or {}, **o)])


table(None, {
    "good_zip64_usize": lambda: wide_one(["usize"], zip64(5)),
    "good_zip64_csize": lambda: wide_one(["csize"], zip64(5)),
    "good_zip64_offset": lambda: wide_one(["offset"], zip64(0)),
    "good_zip64_sizes": lambda: wide_one(["usize", "csize"], zip64(5, 5)),
    "good_zip64_all": lambda: wide_one(["usize", "csize", "offset"], zip64(5, 5, 0)),
    "good_zip64_with_disk": lambda: wide_one(["usize", "csize", "offset"], extra(1, struct.pack("<QQQL", 5, 5, 0, 0))),
    "good_zip64_disk_sentinel": lambda: build([Entry(b"a", b"hello", 0, central=dict(
        usize=U32, csize=U32, offset=U32, disk=U16, extra=extra(1, struct.pack("<QQQL", 5, 5, 0, 0))))]),
    "good_zip64_field_empty": lambda: wide_one([], zip64()),
    "good_zip64_repeats_sizes": lambda: wide_one([], zip64(5, 5)),
    "good_zip64_repeats_all": lambda: wide_one([], zip64(5, 5, 0)),
    "good_zip64_usize_and_repeat": lambda: wide_one(["usize"], zip64(5, 5)),
    "good_zip64_local": lambda: one(local=dict(usize=U32, csize=U32, extra=zip64(5, 7))),
    "good_zip64_local_repeats": lambda: one(local=dict(extra=zip64(5, 7))),
    "good_zip64_local_24": lambda: one(local=dict(usize=U32, csize=U32, extra=zip64(5, 7, 0))),
    "good_zip64_local_empty": lambda: one(local=dict(extra=zip64())),
    "good_zip64_local_8_stored": lambda: one(method=0, local=dict(usize=U32, extra=zip64(5))),
})
table("zip64-extra-length", {"zip64_length_%d" % n: (lambda n=n: wide_one([], extra(1, bytes(n)))) for n in (1, 4, 7, 12, 20, 29, 32)})
table("zip64-extra-inconsistent", {
    "zip64_usize_sentinel_alone": lambda: wide_one(["usize"], b""),
    "zip64_offset_sentinel_alone": lambda: wide_one(["offset"], b""),
    "zip64_sentinel_and_empty_field": lambda: wide_one(["csize"], zip64()),
    "zip64_too_short": lambda: wide_one(["usize", "csize"], zip64(5)),
    "zip64_different_repeat": lambda: wide_one([], zip64(6, 5)),
    "zip64_different_csize": lambda: wide_one(["usize"], zip64(5, 6)),
    "zip64_offset_behind_sizes": lambda: wide_one(["offset"], zip64(5, 5, 0)),
    "zip64_disk_sentinel_alone": lambda: one(central=dict(disk=U16)),
    "zip64_local_sentinel_alone": lambda: one(local=dict(csize=U32)),
    "zip64_local_empty": lambda: one(local=dict(csize=U32, usize=U32, extra=zip64())),
    "zip64_local_8_deflated": lambda: one(local=dict(usize=U32, extra=zip64(5))),
    "zip64_local_different_repeat": lambda: one(local=dict(extra=zip64(5, 8))),
})
table("zip-local-mismatch", {"zip64_local_other_size": lambda: one(local=dict(usize=U32, csize=U32, extra=zip64(5, 8)))})
table("zip-extra-duplicate", {
    "zip64_field_twice": lambda: wide_one(["usize"], zip64(5) + zip64(5)),
    "zip64_field_twice_local": lambda: one(local=dict(extra=zip64(5, 7) * 2)),
    "unicode_path_twice": lambda: one(extra=unicode_path(b"a.txt", b"a.txt") * 2),
})
table("zip-extra-overrun", {
    "extra_overrun_by_one": lambda: one(extra=struct.pack("<HH", 0x5455, 6) + b"12345"),
    "extra_overrun_local": lambda: one(local=dict(extra=struct.pack("<HH", 0x5455, 6) + b"12345")),
    "extra_header_cut": lambda: one(extra=b"UT\0"),
    "extra_one_byte": lambda: one(extra=b"\0"),
})
table("zip-unicode-path", {
    "unicode_path_other_name": lambda: one(extra=unicode_path(b"evil.py", b"a.txt")),
    "unicode_path_other_name_local": lambda: one(local=dict(extra=unicode_path(b"evil.py", b"a.txt"))),
    "unicode_path_empty": lambda: one(extra=unicode_path(b"", b"a.txt")),
    "unicode_path_wrong_crc": lambda: one(extra=unicode_path(b"a.txt", b"a.txt", crc=1)),
    "unicode_path_version_2": lambda: one(extra=unicode_path(b"a.txt", b"a.txt", version=2)),
    "unicode_path_short": lambda: one(extra=extra(0x7075, b"\1\0\0")),
})
table("zip64-no-locator", {
    "zip64_end_without_locator": lambda: build([Entry()], wide={}, locator=False, end=dict(entries=1, size=51, offset=42)),
    "zip64_sentinels_without_locator": lambda: build([Entry()], end=dict(entries=U16, size=U32, offset=U32)),
    "zip64_disk_without_locator": lambda: build([Entry()], end=dict(disk=U16, directory_disk=U16)),
    "zip64_count_without_locator": lambda: build([Entry()], end=dict(entries=U16)),
    "zip64_end_without_locator_sentinels": lambda: build([Entry()], wide={}, locator=False),
})
table("zip64-locator", {
    "zip64_locator_offset_low": lambda: build([Entry()], wide={}, locator=dict(offset=3)),
    "zip64_locator_offset_high": lambda: build([Entry()], wide={}, locator=dict(offset=1 << 40)),
    "zip64_locator_offset_off_by_one": lambda: build([Entry()], wide={}, locator=dict(offset=94)),
    "zip64_locator_gap": lambda: build([Entry()], wide={}, locator=dict(before=b"junk")),
    "zip64_locator_without_end": lambda: build([Entry()], after_directory=locator64(0)),
    "zip64_locator_to_other_record": lambda: build([Entry(data=end64_record(0, 0, 0), method=0)], wide={}, locator=dict(offset=35)),
})
table("zip64-extensible-data", {
    "zip64_extensible_data": lambda: build([Entry()], wide=dict(data=b"xxxxYYYY")),
    "zip64_rest_too_small": lambda: build([Entry()], wide=dict(rest=43)),
    "zip64_rest_huge": lambda: build([Entry()], wide=dict(rest=(1 << 64) - 1)),
})
table("zip64-end-mismatch", {
    "zip64_count_differs": lambda: build([Entry()], wide={}, end=dict(entries=2)),
    "zip64_size_differs": lambda: build([Entry()], wide={}, end=dict(size=1)),
    "zip64_offset_differs": lambda: build([Entry()], wide={}, end=dict(offset=0)),
})
table("zip-directory-range", {"zip64_offset_past_end": lambda: build([Entry()], wide=dict(offset=1 << 62)),
                              "zip64_size_wraps": lambda: build([Entry()], wide=dict(size=(1 << 64) - 1))})
table("zip-entry-count", {"zip64_count_of_65535": lambda: build([Entry()], wide=dict(entries=65535))})
table("zip-prefix", {"zip64_prefix": lambda: b"junk" + build([Entry()], wide={}, locator=dict(offset=97 - 4 + 4))})


# --- data descriptors ---
def described(descriptor, method=8, local=None, **o):
    data = b"hello" * 100
    zero = dict(crc=0, csize=0, usize=0)
    return build([Entry(b"a", data, method, flags=8, local=dict(zero, **(local or {})), descriptor=descriptor, **o), Entry(b"b")])


def descriptor(signature=DESCRIPTOR, crc=None, csize=None, usize=None, form="<LLL", method=8):
    data = b"hello" * 100
    return signature + struct.pack(form, zlib.crc32(data) if crc is None else crc,
                                   (len(deflate(data)) if method == 8 else 500) if csize is None else csize,
                                   500 if usize is None else usize)


WIDE_LOCAL = dict(csize=U32, usize=U32, extra=zip64(0, 0))
table(None, {
    "descriptor_plain": lambda: described(descriptor()),
    "descriptor_without_signature": lambda: described(descriptor(b"")),
    "descriptor_stored": lambda: described(descriptor(method=0), 0),
    "descriptor_zip64": lambda: described(descriptor(form="<LQQ"), local=WIDE_LOCAL),
    "descriptor_zip64_without_signature": lambda: described(descriptor(b"", form="<LQQ"), local=WIDE_LOCAL),
    "descriptor_zip64_zero_sizes": lambda: described(descriptor(form="<LQQ"), local=dict(extra=zip64(0, 0))),
    "descriptor_flag_in_local_only": lambda: described(descriptor(), central=dict(flags=0)),
    "descriptor_values_in_local": lambda: build([Entry(b"a", b"hello" * 100, flags=8, descriptor=descriptor())]),
    "descriptor_on_last_entry": lambda: build([Entry(b"b"), Entry(b"a", b"hello" * 100, flags=8, local=dict(crc=0, csize=0, usize=0),
                                                                 descriptor=descriptor())]),
}, "zip-data-descriptor")
table("zip-data-descriptor", {
    "descriptor_missing": lambda: described(b""),
    "descriptor_wrong_crc": lambda: described(descriptor(crc=1)),
    "descriptor_wrong_csize": lambda: described(descriptor(csize=1)),
    "descriptor_wrong_usize": lambda: described(descriptor(usize=1)),
    "descriptor_wrong_signature": lambda: described(descriptor(b"PK\7\x09")),
    "descriptor_64_bit_without_field": lambda: described(descriptor(form="<LQQ")),
    "descriptor_32_bit_with_field": lambda: described(descriptor(), local=WIDE_LOCAL),
    "descriptor_and_junk": lambda: described(descriptor() + b"junk"),
    "descriptor_too_short": lambda: described(descriptor()[:-1]),
    "descriptor_signature_twice": lambda: described(DESCRIPTOR + descriptor()),
})
table("zip-local-mismatch", {
    "descriptor_wrong_crc_in_local": lambda: described(descriptor(), local=dict(crc=7)),
    "descriptor_wrong_csize_in_local": lambda: described(descriptor(), local=dict(csize=7)),
})
table("zip-gap", {"descriptor_without_flag": lambda: build([Entry(b"a", b"hello" * 100, descriptor=descriptor()), Entry(b"b")])})

# --- streams ---
table("zip-crc", {
    "crc_wrong": lambda: one(local=dict(crc=1), central=dict(crc=1)),
    "crc_wrong_stored": lambda: one(method=0, local=dict(crc=1), central=dict(crc=1)),
    "crc_wrong_empty": lambda: one(data=b"", local=dict(crc=1), central=dict(crc=1)),
    "crc_wrong_large": lambda: one(data=bytes(9 << 20), local=dict(crc=1), central=dict(crc=1)),
})


def lie(data, stream, usize=None):
    size = {} if usize is None else dict(usize=usize)
    return build([Entry(b"a", data, stream=stream, local=dict(size), central=dict(size)), Entry(b"b")])


BIG = bytes(5 << 20)
table("zip-size", {
    "size_too_small": lambda: lie(b"hello", deflate(b"hello"), 4),
    "size_too_large": lambda: lie(b"hello", deflate(b"hello"), 6),
    "size_zero": lambda: lie(b"hello", deflate(b"hello"), 0),
    "size_too_small_large": lambda: lie(BIG, deflate(BIG), len(BIG) - 1),
    "size_too_large_large": lambda: lie(BIG, deflate(BIG), len(BIG) + 1),
    "size_stored_differs": lambda: one(method=0, local=dict(usize=4), central=dict(usize=4)),
    "size_no_stream": lambda: one(data=b"", stream=b""),
    "size_bomb_lie": lambda: lie(b"", deflate(bytes(50 << 20)), 1000),
})
table("zip-stream-end", {
    "stream_trailing_byte": lambda: lie(b"hello", deflate(b"hello") + b"\0"),
    "stream_trailing_garbage": lambda: lie(b"hello", deflate(b"hello") + b"garbage"),
    "stream_two_streams": lambda: lie(b"hello", deflate(b"hello") + deflate(b"world")),
    "stream_trailing_large": lambda: lie(BIG, deflate(BIG) + b"x"),
    "stream_trailing_block": lambda: lie(BIG, deflate(BIG) + bytes(100000)),
})
EMPTY_BLOCK = b"\0\0\0\xff\xff"
table("zip-stream", {
    "stream_cut": lambda: lie(b"hello" * 50, deflate(b"hello" * 50)[:-3]),
    "stream_cut_large": lambda: lie(BIG, deflate(BIG)[:-3]),
    "stream_never_final": lambda: lie(b"", EMPTY_BLOCK * 10),
    "stream_endless_empty_blocks": lambda: lie(b"", EMPTY_BLOCK * 200000),
    "stream_reserved_block_type": lambda: lie(b"hello", b"\x07hello"),
    "stream_stored_length_check": lambda: lie(b"hello", b"\1\5\0\0\0hello"),
    "stream_distance_too_far": lambda: lie(b"hello", b"\x4b\x04\x12\0"),
    "stream_zlib_header": lambda: lie(b"hello", zlib.compress(b"hello")),
    "stream_random": lambda: lie(b"hello" * 9, b"\xff" * 40),
    "stream_bad_code_lengths": lambda: lie(b"hello", b"\5\xc0\x81\x08\0\0\0\0\x20\x7f\xeb\x0b\0\0"[:4] + b"\xff" * 20),
})

# --- bombs ---
table("zip-ratio", {
    "bomb_1_gib_of_zeros": lambda: one(data=b"", stream=zeros(1 << 30), local=dict(usize=1 << 30), central=dict(usize=1 << 30)),
    "bomb_many_files": lambda: build([Entry(b"f%d" % i, bytes(1 << 20)) for i in range(70)]),
})
table("zip-inflated-too-large", {
    "bomb_2_gib": lambda: one(data=b"", stream=zeros(1 << 20), local=dict(usize=2 << 30), central=dict(usize=2 << 30)),
    "bomb_zip64_usize": lambda: one(central=dict(usize=U32, extra=zip64((1 << 64) - 1))),
    "bomb_sum": lambda: build([Entry(b"f%d" % i, b"", stream=deflate(os.urandom(2000)), local=dict(usize=60 << 20),
                                     central=dict(usize=60 << 20)) for i in range(20)]),
})


def zeros(n):
    """The stream of n zeros without holding them."""
    c = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = bytes(1 << 20)
    return b"".join(c.compress(piece) for _ in range(n >> 20)) + c.flush()


def write_all(folder):
    os.makedirs(folder, exist_ok=True)
    for name, (make, _, _) in FIXTURES.items():
        with open(os.path.join(folder, name + ".zip"), "wb") as f:
            f.write(make())


if __name__ == "__main__":
    write_all(sys.argv[1])
