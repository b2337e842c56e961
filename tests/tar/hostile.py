"""Archives of source distributions that lie, one row each, with the reason that must be given.

FIXTURES: name -> (bytes of the file or a function that gives them, ending of its name, words of the reason or None when it is accepted).
Run as a program it writes all of them into a folder.

SPDX-License-Identifier: Apache-2.0
"""
import gzip
import os
import sys
import zlib

from maker import *

FIXTURES = {}


def table(reason, rows, ending=".tar"):
    for name, content in rows.items():
        assert name not in FIXTURES, name
        FIXTURES[name] = (content, ending, reason)


DEEP = TOP + "/" + "abcdefgh/" * 20
LONG = DEEP + "file.py"
F = TOP + "/f"
GNU = dict(magic=b"ustar  \0")
OLD = dict(magic=bytes(8), devmajor=bytes(8), devminor=bytes(8))
UTF8 = "ISO-IR 10646 2000 UTF-8"

# --- what is not wrong: a reader that refuses everything would pass the rest ---
table(None, {
    "good_plain": tar(member(F, b"x" * 1000)),
    "good_blocking": tar(member(), end=bytes(10240)),
    "good_end_no_block": tar(member(), end=END + bytes(3)),
    "good_no_folder": tar(member(), top=False),
    "good_folder_twice": tar(folder(), folder(), member()),
    "good_folder_late": tar(member(TOP + "/a/b/c"), folder(TOP + "/a/b/"), folder(TOP + "/a/")),
    "good_dot_in_front": tar(folder("./"), folder("./" + TOP + "/"), member("./" + F), hard("./" + TOP + "/h", "./" + F), top=False),
    "good_dot_alone": tar(folder("."), folder("././" + TOP), member(F), top=False),
    "good_folder_without_slash": tar(folder(TOP + "/d"), member(TOP + "/d/f")),
    "good_gnu": tar(member(**GNU)),
    "good_old": tar(member(**OLD)),
    "good_old_folder": tar(header(TOP + "/d/", type=b"\0", **OLD), member(TOP + "/d/f", b"1", type=b"\0", **OLD)),
    "good_prefix": tar(member("f", b"1", prefix=TOP + "/a/b")),
    "good_pax_path": tar(pax(("path", LONG)), member(F, b"1")),
    "good_pax_passed": tar(pax(("mtime", "1.5"), ("atime", "-3"), ("uid", "7"), ("uname", "é"), ("comment", "a=b\nc"), ("SCHILY.xattr.user.x", b"\0\1"),
                               ("LIBARCHIVE.creationtime", "1"), ("hdrcharset", UTF8)), member()),
    "good_pax_size": tar(pax(("size", "3")), member(F, b"abc")),
    "good_pax_global": tar(pax(("comment", "0123456789abcdef"), type=b"g"), member(), top=True),
    "good_gnu_long": tar(gnu(LONG), member(LONG[:100], b"1", **GNU)),
    "good_gnu_long_cut_earlier": tar(gnu(LONG), member(LONG[:90], b"1", **GNU)),
    "good_gnu_long_link": tar(gnu(LONG), member(LONG[:100], b"1", **GNU), gnu(LONG, b"K"), hard(TOP + "/h", LONG[:100], **GNU)),
    "good_gnu_both": tar(gnu(DEEP + "t") + member((DEEP + "t")[:100], b"1", **GNU),
                         gnu(DEEP + "l") + gnu("./" * 60 + "t", b"K") + link((DEEP + "l")[:100], "./" * 50, **GNU)),
    "good_gnu_numbers": tar(member(F, b"1", uid=b"\x80" + bytes(6) + b"\1", mtime=b"\xff" * 12, devmajor=bytes(8), devminor=bytes(8), **GNU)),
    "good_modes": tar(member(F, b"1", mode=0o104755), member(TOP + "/g", b"1", mode=0), member(TOP + "/h", b"1", mode=0o100644)),
    "good_size_with_spaces": tar(member(F, b"abc", size=b"          3 ")),
    "good_symlink": tar(member(), link(TOP + "/l", "f"), link(TOP + "/d/l", "../f")),
    "good_symlink_first": tar(link(TOP + "/l", "f"), member()),
    "good_symlink_chain": tar(*[link(TOP + f"/l{i}", f"l{i + 1}") for i in range(40)], member(TOP + "/l40", b"1")),
    "good_symlink_folder": tar(member(TOP + "/a/b/c", b"1"), link(TOP + "/d", "a"), link(TOP + "/e", "d/b/."), link(TOP + "/g", "e/c")),
    "good_symlink_folder_slash": tar(member(TOP + "/a/c", b"1"), link(TOP + "/d", "a/")),
    "good_hardlink": tar(member(F, b"1", mode=0o755), hard(TOP + "/h", F, mode=0o755), hard(TOP + "/i", TOP + "/h", mode=0o755), link(TOP + "/l", "i")),
    "good_case_only": tar(member(TOP + "/Readme", b"1"), member(TOP + "/README", b"2")),
    "good_unicode": tar(member(TOP + "/dé/你.py", b"1"), pax(("path", TOP + "/naïve")), member()),
    "good_colon": tar(member(TOP + "/a:b", b"1")),
    "good_deep": tar(member(TOP + "/" + "d/" * 40 + "f", b"1")),
    "good_padding_garbage": folder() + header(F, size=3) + b"abc" + b"junk" * 127 + b"!" + END,
    "good_payload_like_headers": tar(member(F, header(TOP + "/inner") + END)),
    "good_empty_top": tar(),
    "good_long_part": tar(pax(("path", TOP + "/" + "x" * 255)), member()),
})
table(None, {"many_globals": lambda: tar(*[pax(("comment", "x" * 250000), type=b"g")] * 230, member())})
table(None, {"good_gz": gzip.compress(tar(member())), "good_gz_name": gzip.compress(tar(member()))}, ".tar.gz")
table(None, {"good_tgz": gzip.compress(tar(member()))}, ".tgz")
table(None, {"good_bz2": bz2.compress(tar(member()))}, ".tar.bz2")
table(None, {"good_xz": lzma.compress(tar(member()))}, ".tar.xz")

# --- names ---
table("absolute path", {"absolute": tar(member("/etc/passwd")), "absolute_pax": tar(pax(("path", "/etc/passwd")), member()),
                        "absolute_gnu": tar(gnu("/etc/passwd"), member("/etc", **GNU)), "absolute_folder": tar(folder("/d/")), "absolute_slash": tar(folder("/")),
                        "absolute_prefix": tar(member("f", prefix="/" + TOP)), "absolute_two_slashes": tar(member("//etc/passwd"))})
table("leads out of its folder", {
    "dotdot": tar(member(TOP + "/../../x")), "dotdot_first": tar(member("../x")), "dotdot_folder": tar(folder(TOP + "/..")), "dotdot_alone": tar(folder("..")),
    "dotdot_pax": tar(pax(("path", TOP + "/../../x")), member()), "dotdot_gnu": tar(gnu("../x"), member("../x", **GNU)),
    "dotdot_prefix": tar(member("x", prefix=TOP + "/../..")), "dotdot_inside": tar(member(TOP + "/a/../b")), "dotdot_after_dot": tar(member("./../x"))})
table("empty part", {"empty_part": tar(member(TOP + "//f")), "empty_part_folder": tar(folder(TOP + "/d//")), "dot_then_absolute": tar(member("./" + TOP + "//f"))})
table('the part "."', {"dot_part": tar(member(TOP + "/./f")), "dot_last": tar(member(TOP + "/.")), "dot_file": tar(member("."))})
table("backslash", {"backslash": tar(member(TOP + "\\f")), "backslash_out": tar(member("..\\..\\x")), "backslash_inside": tar(member(TOP + "/a\\b"))})
table("drive letter", {"drive": tar(member("C:/x")), "drive_relative": tar(member("c:x"))})
table("control character", {
    "newline": tar(member(TOP + "/a\nb")), "escape": tar(member(TOP + "/\x1b[2Jx")), "delete": tar(member(TOP + "/a\x7f")),
    "c1": tar(member(TOP + "/a\u0085")), "override": tar(member(TOP + "/\u202egpj.py")), "nul_in_pax": tar(pax(("path", F + "\0x")), member()),
    "newline_in_pax": tar(pax(("path", F + "\n12 path=zz\n")), member())})
table("not valid UTF-8", {"latin": tar(member(TOP.encode() + b"/\xe9")), "overlong": tar(member(TOP.encode() + b"/\xc0\xae\xc0\xae")),
                          "surrogate": tar(member(TOP.encode() + b"/\xed\xa0\x80")), "latin_pax": tar(pax(("path", TOP.encode() + b"/\xe9")), member())})
table("bytes after a NUL", {"hidden_name": tar(member(F.encode() + b"\0/../../x")), "hidden_link": tar(link(TOP + "/l", b"f\0/../../x"), member()),
                            "hidden_prefix": tar(member("f", prefix=TOP.encode() + b"\0x"))})
table("no name", {"no_name": tar(member("")), "no_name_folder": tar(folder(""))})
table("a name is too long", {"long_name": tar(pax(("path", TOP + "/" + "/".join(["x" * 200] * 6))), member()), "long_part": tar(pax(("path", TOP + "/" + "x" * 256)), member())})
table("nested too deep", {"deep": tar(pax(("path", TOP + "/" + "d/" * 64 + "f")), member())})
table("ends in a slash", {"file_with_slash": tar(member(F + "/", b"1")), "file_with_slash_pax": tar(pax(("path", F + "/")), member()),
                          "symlink_with_slash": tar(link(TOP + "/l/", "f"), member())})

# --- kinds ---
table("is a device", {"character_device": tar(header(F, type=b"3")), "block_device": tar(header(F, type=b"4"))})
table("is a pipe", {"fifo": tar(header(F, type=b"6"))})
table("sparse file", {
    "sparse_gnu": tar(header(F, type=b"S", **GNU)), "sparse_pax": tar(pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0")), member()),
    "sparse_pax_old": tar(pax(("GNU.sparse.size", "5"), ("GNU.sparse.numblocks", "0")), member()), "sparse_global": tar(pax(("GNU.sparse.name", "x"), type=b"g"), member()),
    "sparse_map": tar(pax(("GNU.sparse.map", "0,1")), member(F, b"1"))})
table("no source distribution needs", {f"type_{name}": tar(header(F, type=type)) for name, type in
      {"contiguous": b"7", "unknown": b"Z", "space": b" ", "volume": b"V", "multivolume": b"M", "dump": b"D", "solaris": b"X", "names": b"N", "high": b"\xb0"}.items()})
table("no file has content", {"folder_with_content": tar(member(TOP + "/d/", header(TOP + "/hidden"), type=b"5")), "symlink_with_content": tar(link(TOP + "/l", "f", size=512), member()),
                              "hardlink_with_content": tar(member(), hard(TOP + "/h", F, size=512), bytes(512))})
table("no link has a link's target", {"file_with_target": tar(member(F, link="/etc/passwd")), "folder_with_target": tar(folder(TOP + "/d", link="x")),
                                      "file_with_pax_target": tar(pax(("linkpath", "/etc/passwd")), member()), "file_with_gnu_target": tar(gnu("xyz", b"K"), member(link="x", **GNU))})

# --- links ---
OUT = "leads out of the archive"
table(OUT, {
    "symlink_absolute": tar(link(TOP + "/l", "/etc/passwd")), "symlink_up": tar(link(TOP + "/l", "../../etc/passwd")), "symlink_up_one": tar(link(TOP + "/l", "../x")),
    "symlink_root": tar(link(TOP + "/l", "..")), "symlink_folder_up": tar(link(TOP + "/a/b", "../../..")), "symlink_other_top": tar(link(TOP + "/l", "../q-1.0/f")),
    "symlink_absolute_pax": tar(pax(("linkpath", "/etc/passwd")), link(TOP + "/l", "f"), member()), "symlink_through_link": tar(
        member(TOP + "/a/b/c", b"1"), link(TOP + "/d", "a/b"), link(TOP + "/l", "d/../../../x")), "symlink_dot_slash_up": tar(link(TOP + "/l", "./a/../../../x"), folder(TOP + "/a")),
    "symlink_to_top_by_name": tar(link(TOP + "/l", "../" + TOP)),
    "symlink_in_by_name": tar(link(TOP + "/d/m", "../../" + F), member()), "symlink_back_in": tar(link(TOP + "/l", "../../" + TOP + "/f"), member())})
table("leads nowhere", {"symlink_dangling": tar(link(TOP + "/l", "no")), "symlink_through_file": tar(link(TOP + "/l", "f/x"), member()), "symlink_file_slash_dot": tar(link(TOP + "/l", "f/.."), member()),
                        "symlink_chain_dangling": tar(link(TOP + "/l", "m"), link(TOP + "/m", "no")), "symlink_case": tar(link(TOP + "/l", "F"), member()),
                        "symlink_long_part": tar(pax(("linkpath", "x" * 300)), link(TOP + "/l", "f"), member())})
table("in a circle", {
    "circle_self": tar(link(TOP + "/l", "l")), "circle_two": tar(link(TOP + "/l", "m"), link(TOP + "/m", "l")), "circle_long": tar(*[link(TOP + f"/l{i}", f"l{(i + 1) % 50}") for i in range(50)]),
    "circle_parent": tar(folder(TOP + "/a"), link(TOP + "/a/l", ".")), "circle_top": tar(folder(TOP + "/a"), link(TOP + "/a/l", "..")), 
    "circle_folders": tar(folder(TOP + "/a"), folder(TOP + "/b"), link(TOP + "/a/x", "../b"), link(TOP + "/b/y", "../a")),
    "circle_through": tar(folder(TOP + "/a"), link(TOP + "/a/b", "c"), link(TOP + "/a/c", "b/d")),
    "circle_too_long": tar(*[link(TOP + f"/l{i}", f"l{i + 1}") for i in range(41, -1, -1)][::-1], member(TOP + "/l42", b"1"))})
table("no target", {"symlink_empty": tar(link(TOP + "/l", "")), "hardlink_empty": tar(hard(TOP + "/h", ""))})
table("target is not clean UTF-8", {"symlink_backslash": tar(link(TOP + "/l", "..\\x")), "symlink_escape": tar(link(TOP + "/l", "\x1b[2J")), "symlink_latin": tar(link(TOP + "/l", b"\xe9"))})
table("target is too long", {"symlink_long": tar(pax(("linkpath", "./" * 600 + "f")), link(TOP + "/l", "f"), member()),
                             "hardlink_long": tar(member(), pax(("linkpath", "x" * 2000)), hard(TOP + "/h", F))})
table("no earlier member", {"hardlink_unseen": tar(hard(TOP + "/h", F), member()), "hardlink_missing": tar(hard(TOP + "/h", TOP + "/no")), "hardlink_self": tar(hard(TOP + "/h", TOP + "/h")),
                            "hardlink_relative": tar(member(TOP + "/a/f"), hard(TOP + "/a/h", "f")), "hardlink_outside": tar(hard(TOP + "/h", "etc/passwd"))})
table("no member can have", {"hardlink_absolute": tar(hard(TOP + "/h", "/etc/passwd")), "hardlink_up": tar(hard(TOP + "/h", "../etc/passwd")), "hardlink_dotted": tar(member(), hard(TOP + "/h", TOP + "/./f")),
                             "hardlink_gnu": tar(gnu("/etc/passwd", b"K"), hard(TOP + "/h", "/etc", **GNU))})
table("something else than a file", {"hardlink_folder": tar(folder(TOP + "/d"), hard(TOP + "/h", TOP + "/d")), "hardlink_symlink": tar(link(TOP + "/l", "f"), hard(TOP + "/h", TOP + "/l"), member())})
table("below a file or link", {
    "write_through_symlink": tar(folder(TOP + "/d"), link(TOP + "/l", "d"), member(TOP + "/l/f", b"1")), "write_through_symlink_out": tar(
        link(TOP + "/l", "../.."), member(TOP + "/l/f", b"1")), "below_file": tar(member(F), member(F + "/g", b"1")), "below_hardlink": tar(member(F), hard(TOP + "/h", F), member(TOP + "/h/g"))})

# --- the tree ---
table("two members have one name", {"twice": tar(member(F, b"1"), member(F, b"2")), "twice_same": tar(member(F, b"1"), member(F, b"1")), "twice_dot": tar(member(F, b"1"), member("./" + F, b"2")),
                                    "twice_pax": tar(member(F, b"1"), pax(("path", F)), member(TOP + "/g", b"2")), "symlink_then_file": tar(member(TOP + "/t"), link(F, "t"), member(F)),
                                    "file_then_symlink": tar(member(F), link(F, "x")), "hardlink_over": tar(member(F), member(TOP + "/g"), hard(TOP + "/g", F))})
table("a file and a folder", {"file_then_folder": tar(member(F), folder(F + "/")), "folder_then_file": tar(folder(F + "/"), member(F)), "implied_then_file": tar(member(F + "/x"), member(F)),
                              "folder_then_symlink": tar(folder(TOP + "/d"), link(TOP + "/d", "e")), "symlink_then_folder": tar(link(TOP + "/d", "e"), folder(TOP + "/d"))})
table("more than one top folder", {"two_tops": tar(folder("q/")), "two_tops_implied": tar(member("q/f")), "two_tops_case": tar(member(TOP.upper() + "/f"))})
table("beside the top folder", {"file_at_top": tar(member("setup.py", b"1")), "file_alone": tar(member("setup.py", b"1"), top=False), "link_at_top": tar(link("l", TOP)), "apple_double": tar(member("._" + TOP, b"1"))})
table("it is empty", {"nothing": tar(top=False), "dot_only": tar(folder("./"), top=False)})
table("too many members", {"many": lambda: tar(b"".join(header(TOP + f"/{i}") for i in range(100001))), "many_implied": lambda: tar(b"".join(header(TOP + f"/{i}" + "/d" * 20) for i in range(6000)))})

# --- PAX ---
table("keyword twice", {f"pax_twice_{k}": tar(pax((k, a), (k, b)), member(F, b"abc")) for k, a, b in
      [("path", F, TOP + "/g"), ("size", "3", "3"), ("linkpath", "f", "f"), ("mtime", "1", "1"), ("hdrcharset", UTF8, UTF8), ("comment", "a", "b")]})
table("global PAX header", {f"global_{k}": tar(pax((k, v), type=b"g"), member()) for k, v in [("path", F), ("size", "0"), ("linkpath", "/etc/passwd")]})
table("differ on the size", {"pax_size_larger": tar(pax(("size", "1024")), member(F, b"abc"), header(TOP + "/hidden")), "pax_size_zero": tar(pax(("size", "0")), member(F, header(TOP + "/hidden"))),
                             "pax_size_folder": tar(pax(("size", "512")), folder(TOP + "/d"), header(TOP + "/hidden"))})
table("size that is no number", {f"pax_size_{n}": tar(pax(("size", v)), member(F, b"abc")) for n, v in
      {"negative": "-3", "plus": "+3", "hex": "0x3", "space": " 3", "float": "3.0", "huge": "9" * 30, "underscore": "1_0", "arabic": "\u0663"}.items()})
table("time or owner that is no number", {f"pax_{k}_{n}": tar(pax((k, v)), member()) for k, n, v in [
    ("mtime", "infinite", "inf"), ("mtime", "nan", "nan"), ("mtime", "exponent", "1e999"), ("mtime", "empty", ""), ("uid", "text", "root"), ("mtime", "huge", "9" * 40), ("atime", "dots", "1.2.3")]})
table("character set", {"charset_binary": tar(pax(("hdrcharset", "BINARY"), ("path", F)), member()), "charset_latin": tar(pax(("hdrcharset", "ISO-IR 8859 1 1998")), member()),
                        "charset_global": tar(pax(("hdrcharset", "BINARY"), type=b"g"), member()), "charset_data": tar(pax(("charset", "ISO-IR 8859 1 1998")), member())})
table("takes the path", {f"pax_empty_{k}": tar(pax((k, "")), member()) for k in ("path", "linkpath", "size")})
table("POSIX does not know", {"pax_unknown": tar(pax(("filetype", "dir")), member()), "pax_case": tar(pax(("Path", TOP + "/g")), member()), "pax_no_vendor": tar(pax((".x", "1")), member())})
table("something else than its header says", {"pax_realsize": tar(pax(("SCHILY.realsize", "9")), member()), "pax_filetype": tar(pax(("SCHILY.filetype", "sparse")), member())})
table("malformed", {f"pax_{n}": tar(pax(v), member()) for n, v in {
    "no_length": b"path=x\n", "short": b"5 path=x\n", "long": b"99 path=x\n", "zero": b"0 path=x\n", "leading_zero": b"010 path=x\n", "negative": b"-9 path=x\n", "no_newline": b"9 path=xy",
    "no_equals": b"8 pathx\n", "no_key": b"5 =x\n", "nul": record("path", F) + b"\0", "nul_after": record("mtime", "1") + bytes(20), "huge": b"99999999999999999999 path=x\n",
    "second": record("mtime", "1") + b"12 path=x\n", "key_space": record("pa th", "x"), "key_newline": record("pa\nth", "x"), "key_nul": record("path\0", "x"), "tab": b"10\tpath=x\n"}.items()})
table("PAX header is empty", {"pax_empty": tar(member("x", type=b"x"), member())})
table("follows another extended header", {"pax_pax": tar(pax(("path", F)), pax(("path", TOP + "/g")), member()), "pax_gnu": tar(pax(("path", F)), gnu(F), member(**GNU)), "gnu_pax": tar(gnu(F), pax(("path", F)), member(**GNU)),
                                          "gnu_gnu": tar(gnu(F), gnu(TOP + "/g"), member(**GNU)), "pax_global_between": tar(pax(("path", F)), pax(("comment", "x"), type=b"g"), member())})
table("belongs to no member", {"pax_last": tar(member(), pax(("path", F))), "gnu_last": tar(member(), gnu(F)), "global_last": tar(member(), pax(("comment", "x"), type=b"g"))})
table("extended header is too large", {"pax_large": lambda: tar(pax(("comment", "x" * 300000)), member()), "gnu_large": lambda: tar(gnu("x" * 300000), member()), "pax_claims_large": tar(header("x", type=b"x", size=2**32), member())})

# --- GNU ---
table("does not begin as the short one", {"gnu_differs": tar(gnu(LONG), member(TOP + "/other", **GNU)), "gnu_empty_short": tar(gnu(LONG), member("", **GNU)), "gnu_link_differs": tar(member(), gnu(F, b"K"), hard(TOP + "/h", "other", **GNU)),
                                          "gnu_prefix": tar(gnu(LONG), member("abcdefgh", prefix=TOP))})
table("its only NUL", {"gnu_no_nul": tar(gnu(F, data=F.encode()), member(**GNU)), "gnu_two_nuls": tar(gnu(F, data=F.encode() + b"\0\0"), member(**GNU)), "gnu_inner_nul": tar(gnu(F, data=F.encode() + b"\0/../x\0"), member(**GNU)),
                       "gnu_empty": tar(gnu("", data=b""), member(**GNU)), "gnu_nul_alone": tar(gnu("", data=b"\0"), member(**GNU))})
table("not ustar's", {"pax_in_gnu": tar(pax(("path", F), magic=b"ustar  \0"), member()), "pax_in_old": tar(pax(("path", F), **OLD), member()), "global_in_gnu": tar(pax(("comment", "x"), type=b"g", magic=b"ustar  \0"), member())})
table("not GNU's", {"gnu_in_ustar": tar(gnu(LONG, magic=b"ustar\x0000"), member(LONG[:100])), "gnu_in_old": tar(gnu(LONG, **OLD), member(LONG[:100], **GNU))})
table("reserved", {"gnu_times": tar(member(prefix=b"14000000000\0", **GNU)), "star": tar(member(rest=b"\0" * 8 + b"tar\0")), "ustar_rest": tar(member(rest=b"x"))})

# --- headers ---
table("checksum is wrong", {"checksum": tar(header(checksum=b"000000\0 ")), "checksum_signed": tar(header(TOP + "/é", checksum=b"%06o\0 " % (sum(header(TOP + "/é", checksum=b" " * 8)) - 512))), "checksum_none": tar(header(checksum=bytes(8))),
                            "garbage": b"this is no archive" * 100, "zip": b"PK\3\4" + bytes(2000), "payload_first": tar(member(F, b"x" * 512, size=0))})
table("neither ustar nor GNU", {"magic": tar(member(magic=b"USTAR\x0000")), "magic_version": tar(member(magic=b"ustar\x0001")), "magic_nul_version": tar(member(magic=b"ustar\0\0\0")), "magic_half_gnu": tar(member(magic=b"ustar  0")), "magic_old_with_names": tar(member(magic=bytes(8), uname=b"me"))})
table("size is no octal number", {f"size_{n}": tar(header(size=v)) for n, v in {
    "empty": b"", "spaces": b" " * 12, "negative": b"-1", "decimal": b"9", "binary": b"\x80" + bytes(10) + b"\1", "binary_negative": b"\xff" * 12, "plus": b"+1", "hex": b"0x1", "underscore": b"1_0", "trailing": b"1 1", "nul_inside": b"1\x001"}.items()})
table("mode is no octal number", {"mode_binary": tar(header(mode=b"\x80" + bytes(7))), "mode_text": tar(header(mode=b"rwxr-xr-x"[:8]))})
table("should be a number", {f"number_{n}": tar(header(**{n: b"xyz"})) for n in ("uid", "gid", "mtime", "devmajor", "devminor")})
table("should be a number", {"time_96_bits": tar(header(mtime=b"\x80\0\0\1" + bytes(8))), "time_65_bits": tar(header(mtime=b"\x80\0\0\0\x80" + bytes(7))), "time_negative_65_bits": tar(header(mtime=b"\xff\xff\xff\xff" + bytes(8)))})
table("too large when it is unpacked", {"size_8g": tar(header(size=b"777777777777")), "size_claimed_2g": tar(header(size=2**31))})

# --- the end ---
HONEST = tar(member(F, b"x" * 3000))
table("cut off", {"cut_content": HONEST[:1024 + 1000], "cut_padding": HONEST[:1024 + 3000], "cut_header": HONEST[:700], "cut_before_end": HONEST[:-1024], "cut_one_block": HONEST[:-512], "cut_in_end": HONEST[:-1], "cut_empty": b"", "cut_pax": tar(pax(("path", F)), end=b"")[:1024]})
table("follows the end of the archive", {"after_end": HONEST + b"x", "after_end_member": HONEST + member(TOP + "/hidden"), "after_end_blocks": HONEST + bytes(5000) + b"\1", "two_archives": HONEST + HONEST})
table("zeros stands between members", {"lone_zeros": tar(member(), bytes(512), member(TOP + "/g"))})
table("compressed stream is cut off", {"gz_cut": gzip.compress(HONEST)[:-9], "gz_cut_trailer": gzip.compress(HONEST)[:-1], "gz_empty": b"", "gz_cut_header": gzip.compress(HONEST)[:6]}, ".tar.gz")
table("compressed stream is damaged", {"gz_crc": gzip.compress(HONEST)[:-8] + b"\0" * 4 + gzip.compress(HONEST)[-4:], "gz_length": gzip.compress(HONEST)[:-1] + b"\7", "gz_plain": HONEST, "gz_bz2": bz2.compress(HONEST),
                                       "gz_zlib": zlib.compress(HONEST), "gz_reserved": b"\x1f\x8b\x08\xe0" + gzip.compress(HONEST)[4:]}, ".tar.gz")
table("follows the end of its compressed stream", {"gz_garbage": gzip.compress(HONEST) + b"x", "gz_zeros": gzip.compress(HONEST) + bytes(512), "gz_two_members": gzip.compress(HONEST[:512]) + gzip.compress(HONEST[512:]),
                                                   "gz_far_garbage": gzip.compress(HONEST) + bytes(200000)}, ".tar.gz")
table("follows the end of its compressed stream", {"bz2_garbage": bz2.compress(HONEST) + b"x"}, ".tar.bz2")
table("empty or damaged", {"bz2_cut": bz2.compress(HONEST)[:-9], "bz2_empty": b"", "bz2_empty_content": bz2.compress(b"")}, ".tar.bz2")
table("not one bzip2 stream", {"bz2_plain": HONEST, "bz2_gz": gzip.compress(HONEST), "bz2_twice": bz2.compress(bz2.compress(HONEST))}, ".tar.bz2")
table("empty or damaged", {"xz_cut": lzma.compress(HONEST)[:-9], "xz_garbage": lzma.compress(HONEST) + b"garbage!"}, ".tar.xz")
table("not one xz stream", {"xz_plain": HONEST, "xz_alone": lzma.compress(HONEST, lzma.FORMAT_ALONE)}, ".tar.xz")

# --- bombs ---


def zeros_gz(size, before=b""):
    """A gzip stream of so many zeros, without holding them."""
    c, out = zlib.compressobj(9, zlib.DEFLATED, 31), [b""]
    out.append(c.compress(before))
    chunk = bytes(1 << 20)
    for _ in range(size >> 20):
        out.append(c.compress(chunk))
    out.append(c.flush())
    return b"".join(out)


table("must be a bomb", {"bomb_file": lambda: zeros_gz(200 << 20, folder() + header(F, size=200 << 20)), "bomb_end": lambda: zeros_gz(200 << 20, tar(member()))}, ".tar.gz")
table("with what its links lead to", {"bomb_links": lambda: tar(folder(TOP + "/a0"), b"".join(member(TOP + f"/a0/{i}") for i in range(20)), *[
    folder(TOP + f"/a{i}") + link(TOP + f"/a{i}/x", f"../a{i - 1}") + link(TOP + f"/a{i}/y", f"../a{i - 1}") for i in range(1, 30)])})
table("too large when it is unpacked", {"bomb_hardlinks": lambda: tar(member(F, bytes(8 << 20)), *[hard(TOP + f"/h{i}", F) for i in range(200)])})
table("too many and too long to follow", {"slow_links": lambda: tar(folder(TOP + "/d"), member(F), *[
    pax(("linkpath", "d/../" * 200 + "f")) + link(TOP + f"/l{i}", "d/../f") for i in range(3000)])})


def content(name):
    made = FIXTURES[name][0]
    return made() if callable(made) else made


if __name__ == "__main__":
    for name, (_, ending, _) in FIXTURES.items():
        with open(os.path.join(sys.argv[1], name + ending), "wb") as out:
            out.write(content(name))
