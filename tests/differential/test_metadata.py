"""The files of *.dist-info agree with Python's own readers: email.parser and packaging.metadata, csv, configparser.

SPDX-License-Identifier: Apache-2.0
"""
import base64
import configparser
import csv
import hashlib
import importlib.metadata
import io
import re

import pytest

packaging = pytest.importorskip("packaging", minversion="26.2")
from packaging.metadata import parse_email  # noqa: E402
from packaging.utils import InvalidName, canonicalize_name  # noqa: E402
from packaging.version import InvalidVersion, Version  # noqa: E402

from agreement import ERROR, agree, mutate, result  # noqa: E402
from judge import Judge, as_base64  # noqa: E402

SPACE = " \t\n\r\v\f"


def unfold(value):
    """One line, as email's newer policies give it (RFC 5322 section 2.2.3)."""
    return value.replace("\r", "").replace("\n", "").strip(SPACE)


def expect_metadata(request):
    raw, unparsed = parse_email(base64.b64decode(request["base64"]).decode("utf-8", "replace"))

    def values(field, header):
        value = raw.get(field, unparsed.get(header, []))
        return [unfold(v) for v in ([value] if isinstance(value, str) else value)]

    def first(field, header):
        return (values(field, header) or [None])[0]

    name, version = first("name", "name"), first("version", "version")
    metadata_version = first("metadata_version", "metadata-version")
    if not name or not version or not metadata_version or not re.fullmatch(r"[0-9]+(\.[0-9]+)*", metadata_version):
        return ERROR
    try:
        canonicalize_name(name, validate=True)
        Version(version)
    except (InvalidName, InvalidVersion):
        return ERROR
    if int(metadata_version.split(".")[0]) > 2:
        return ERROR
    requires_python = first("requires_python", "requires-python")
    requires_dist, provides_extra = values("requires_dist", "requires-dist"), values("provides_extra", "provides-extra")
    # What is not UTF-8 is refused where lamina uses it, and nowhere else.
    used = [requires_python or "", *requires_dist, *provides_extra, *values("license_files", "license-file"), *values("dynamic", "dynamic")]
    if any("\ufffd" in value for value in used):
        return ERROR
    return {
        "name": name,
        "version": version,
        "metadata_version": metadata_version,
        "requires_python": requires_python,
        "requires_dist": requires_dist,
        "provides_extra": provides_extra,
    }


HEADERS = (
    "Name: foo", "NAME: bar", "Name:", "Name: a b", "Version: 1.0", "version:2", "Version: x", "Metadata-Version: 2.1", "Metadata-Version: 3.0",
    "Requires-Dist: a>=1", "requires-dist: b ; extra == 'x'", "Requires-Dist: caf\u00e9", "Requires-Dist:", "Requires-Python: >=3.8",
    "Provides-Extra: x", "Summary: text", "Description: x", "Requires-Dist : a", "No header", ": nothing", "From me", "From: me", "", "  more", "\tmore",
    "        more", " ", "Content-Type: multipart/mixed", "Author: \udce9", "Keywords: a,b", "Project-URL: a, b",
)  # fmt: skip


def make_metadata(rng):
    lines = [rng.choice(HEADERS) for _ in range(rng.randrange(8))]
    if rng.random() < 0.8:
        for line in ("Metadata-Version: 2.1", "Name: foo", "Version: 1.0"):
            lines.insert(rng.randrange(len(lines) + 1), line)
        lines.sort(key=lambda line: line == "" or line == "No header")
    text = "".join(line + rng.choice(("\n", "\n", "\n", "\r\n", "\r")) for line in lines)
    if rng.random() < 0.2:
        text = mutate(rng, text, "\n\r :aN-1\t\u00e9")
    text += rng.choice(("", "\nbody", "\r\nName: body", "\n\udcff"))
    return {"op": "metadata.parse", "base64": as_base64(text.encode("utf-8", "surrogateescape"))}


def test_metadata():
    agree(make_metadata, expect_metadata)


# --- RECORD ---

SIZES = {"sha256": 32, "sha384": 48, "sha512": 64, "sha3_256": 32, "sha3_384": 48, "sha3_512": 64, "blake2b": 64, "blake2s": 32}


def read_path(path):
    path = path.replace("\\", "/")
    while path.startswith("./"):
        path = path[2:]
    if path.startswith("/") or re.match(r"[A-Za-z]:", path) or any(part in ("", ".", "..") for part in path.split("/")):
        raise ValueError(path)
    return path


def read_hash(text):
    if not text:
        return None, None
    algorithm, _, digest = text.partition("=")
    algorithm = algorithm.lower()
    raw = base64.urlsafe_b64decode(digest + "=" * (-len(digest) % 4)) if re.fullmatch(r"[A-Za-z0-9_-]*", digest) else b""
    if len(raw) != SIZES.get(algorithm) or base64.urlsafe_b64encode(raw).decode().rstrip("=") != digest:
        raise ValueError(text)
    return algorithm, raw.hex()


def read_size(text):
    if text and (not re.fullmatch(r"[0-9]+", text) or int(text) >= 2**64):
        raise ValueError(text)
    return int(text) if text else None


def expect_record(request):
    # A quote that never ends swallows the mark.
    rows = list(csv.reader(io.StringIO(request["text"] + "\nmark,,\n", newline="")))
    if rows[-1] != ["mark", "", ""]:
        return ERROR
    answer = []
    try:
        for row in list(csv.reader(io.StringIO(request["text"], newline=""))):
            if row:
                path, digest, size = row
                algorithm, digest = read_hash(digest)
                answer.append({"path": read_path(path), "algorithm": algorithm, "digest": digest, "size": read_size(size)})
    except ValueError:
        return ERROR
    return answer


def digest(rng):
    algorithm = rng.choice(("sha256", "sha256", "SHA256", "sha512", "blake2s", "md5", "sha1", "sha224"))
    raw = hashlib.new(algorithm.lower(), rng.randbytes(3)).digest()
    return algorithm + "=" + base64.urlsafe_b64encode(raw).decode().rstrip("=")


def make_record(rng):
    rows = []
    for _ in range(rng.randrange(6)):
        path = rng.choice(("a", "a/b.py", 'a"b', "a,b", "a\nb", "caf\u00e9", "a b", "./a", "a\\b")) if rng.random() < 0.95 else rng.choice(("", "/a", "../a", "a//b"))
        rows.append((path, digest(rng) if rng.random() < 0.6 else "", rng.choice(("", "0", "123", "18446744073709551615")) if rng.random() < 0.98 else "-1"))
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=rng.choice(("\n", "\r\n", "\r")), quoting=rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))).writerows(rows)
    text = out.getvalue()
    if rng.random() < 0.4:
        text = mutate(rng, text, '",\n\r"a=')
    return {"op": "record.parse", "text": text}


def test_record():
    agree(make_record, expect_record)


# --- entry_points.txt ---


def expect_entry_points(request):
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None, default_section="\0")
    parser.optionxform = str
    try:
        parser.read_string(request["text"])
    except configparser.Error:
        return ERROR
    answer = {group: dict(parser[group]) for group in parser.sections()}
    if any(re.search(r"[\x00-\x1f]", group) for group in answer):
        return ERROR
    if any(re.search(r"[/\\\x00-\x1f]|^\.\.?$", name) for group in answer.values() for name in group):
        return ERROR
    return answer


LINES = (
    "[console_scripts]", "[a]", "[a] x", "[ b ]", "[]", "[a]]", "[[c]", "a = m:f", "b=m", "B = m:f [x, y]", "c:d = e", "no value =", "= no name", "nothing",
    "# comment", "; comment", "x = y # z", "x/y = m", "", " ", "a = b = c", "[d] = e", "e.f = g", "..= x",
)  # fmt: skip


def make_entry_points(rng):
    lines = ["[g]"] if rng.random() < 0.8 else []
    lines += [rng.choice(("", "", "", " ", "  ", "\t")) + rng.choice(LINES) for _ in range(rng.randrange(7))]
    text = "".join(line + rng.choice(("\n", "\n", "\r\n")) for line in lines)
    if rng.random() < 0.3:
        text = mutate(rng, text, "[]=#; \t\nab:")
    return {"op": "entry_points.parse", "text": text}


def unsplit(request, _ours, _theirs):
    """A lone carriage return that an edit left behind is white space for configparser and a control character for us."""
    return re.search(r"\r(?!\n)", request["text"]) is not None


def test_entry_points():
    agree(make_entry_points, expect_entry_points, unsplit)


# --- what is installed here ---


def test_installed():
    asked = 0
    with Judge() as judge:
        for distribution in importlib.metadata.distributions():
            text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO")
            if text:
                request = {"op": "metadata.parse", "base64": as_base64(text.encode())}
                assert result(judge.ask(**request)) == expect_metadata(request), distribution
                asked += 1
            text = distribution.read_text("entry_points.txt")
            if text:
                request = {"op": "entry_points.parse", "text": text}
                assert result(judge.ask(**request)) == expect_entry_points(request), distribution
    assert asked > 0
