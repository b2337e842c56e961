"""docs/errors.md lists every error that a user can meet: the ids are taken from the code, both ways.

SPDX-License-Identifier: Apache-2.0
"""
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
STATUS = {"ERR_FINDINGS": 1, "ERR_USAGE": 2, "ERR_FORMAT": 3, "ERR_RESOLVE": 4, "ERR_NETWORK": 5, "ERR_IO": 6, "ERR_BUG": 70, "ERR_INTERRUPT": 130}
# Which argument of a call is the id; None: the first one that holds a literal.
CALLS = {"err_set": 2, "err_sys": 2, "io_fail": 1, "reader_bad": 3, "reader_unknown_name": 2, "refuse": None, "zip_refuse": None, "ingest_refuse": None,
         "ingest_differs": None, "http_error": 2, "elf_refuse": 1}
ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
ROW = re.compile(r"^\| ((?:`[a-z0-9-]+`(?:, )?)+) \|(?: ([0-9, ]+) \|)?", re.M)


def arguments(text, start):
    """The arguments of the call whose parenthesis opens at start."""
    depth, out, at, quoted = 0, [], start + 1, False
    for i in range(start, len(text)):
        c = text[i]
        if quoted:
            quoted = c != '"' or text[i - 1] == "\\"
        elif c == '"':
            quoted = True
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
            if depth == 0:
                return [*out, text[at:i]]
        elif c == "," and depth == 1:
            out.append(text[at:i])
            at = i + 1
    return out


def literals(text):
    return [m for m in re.findall(r'"([^"]*)"', text) if ID.fullmatch(m)]


def ids_of_the_code():
    """{id: {statuses}}; a status is known where the call names it."""
    found = {}
    for path in sorted((ROOT / "src").rglob("*.c")):
        text = re.sub(r"/\*.*?\*/", " ", path.read_text(), flags=re.S)
        for call in re.finditer(r"\b(" + "|".join(CALLS) + r")\(", text):
            args = arguments(text, call.end() - 1)
            place = CALLS[call.group(1)]
            held = [args[place]] if place is not None and place < len(args) else [a for a in args if '"' in a][:1]
            for id in literals(" ".join(held)):
                statuses = found.setdefault(id, set())
                if call.group(1) in ("err_set", "err_sys") and args[1].strip() in STATUS:
                    statuses.add(STATUS[args[1].strip()])
        for kind, id in re.findall(r"\{ CURLE_\w+,\s*(ERR_\w+),\s*(?:true|false),\s*\"([a-z0-9-]+)\"", text):
            found.setdefault(id, set()).add(STATUS[kind])
        for kind, id in re.findall(r"\{ \"[^\"]*\",\s*(ERR_\w+),\s*\"([a-z0-9-]+)\"", text):  # golang/go_failure.c
            found.setdefault(id, set()).add(STATUS[kind])
        if path.name == "http_error.c":
            for id in re.findall(r'[?:] "(http-[a-z0-9]+)"', text):
                found.setdefault(id, set()).add(5)
    return found


def listed(name):
    text = (ROOT / "docs" / name).read_text()
    out = {}
    for row in ROW.finditer(text):
        statuses = {int(s) for s in (row.group(2) or "").replace(" ", "").split(",") if s}
        for id in re.findall(r"`([a-z0-9-]+)`", row.group(1)):
            out[id] = statuses
    return out


@pytest.fixture(scope="module")
def code():
    found = ids_of_the_code()
    assert len(found) > 150, "the calls are no longer recognised"
    return found


def test_every_error_is_listed(code):
    known = {**listed("errors.md"), **listed("zip.md"), **listed("wheels.md")}
    assert sorted(set(code) - set(known)) == []


def test_nothing_is_listed_that_does_not_exist(code):
    assert sorted(set(listed("errors.md")) - set(code)) == []


def test_statuses(code):
    """What the page says is what the code does."""
    page = listed("errors.md")
    wrong = {id: (sorted(statuses), sorted(page[id])) for id, statuses in code.items() if id in page and not statuses <= page[id]}
    assert wrong == {}


def test_ids_are_one_family():
    """Kebab case, short, no status or file in them."""
    for id in listed("errors.md"):
        assert ID.fullmatch(id) and len(id) <= 32
