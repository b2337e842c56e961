"""Versions and specifiers agree with the packaging library (26.3; 26.2 compares "~=v1.0" and "~=1.0-0" wrongly).

SPDX-License-Identifier: Apache-2.0
"""
import pytest

packaging = pytest.importorskip("packaging", minversion="26.3")
from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: E402
from packaging.utils import InvalidName, canonicalize_name  # noqa: E402
from packaging.version import InvalidVersion, Version  # noqa: E402

import agreement  # noqa: E402
import versions  # noqa: E402
from agreement import ERROR, agree, mutate  # noqa: E402


def integer(value):
    return value if value <= 2**53 else str(value)


def parse(request):
    try:
        v = Version(request["version"])
    except InvalidVersion:
        return ERROR
    return {
        "normalized": str(v),
        "epoch": integer(v.epoch),
        "release": [integer(n) for n in v.release],
        "pre": [v.pre[0], integer(v.pre[1])] if v.pre else None,
        "post": None if v.post is None else integer(v.post),
        "dev": None if v.dev is None else integer(v.dev),
        "local": v.local,
    }


def test_version_parse():
    agree(lambda rng: {"op": "version.parse", "version": versions.any_version(rng)}, parse)


def compare(request):
    try:
        a, b = Version(request["a"]), Version(request["b"])
    except InvalidVersion:
        return ERROR
    return (a > b) - (a < b)


def test_version_compare():
    """Close versions, so that all parts of the order decide some answers."""

    def make(rng):
        close = rng.random() < 0.8
        a = versions.version(rng, close)
        b = versions.version(rng, close) if rng.random() < 0.7 else mutate(rng, a, "0123ab.")
        return {"op": "version.compare", "a": a, "b": b}

    agree(make, compare)


def specifier_set(request):
    """packaging's pattern of clauses ignores case as Unicode does and takes "prev\u0131ew"; its own Version does not."""
    try:
        specifiers = SpecifierSet(request["specifier"])
        for clause in specifiers:
            if clause.operator != "===":
                Version(clause.version.removesuffix(".*"))
        return specifiers
    except (InvalidSpecifier, InvalidVersion):
        return None


def any_specifier(rng):
    text = versions.specifier(rng)
    return mutate(rng, text, versions.ALPHABET) if rng.random() < 0.1 else text


def ordered(specifiers):
    """The order of the judge: by version text, then operator."""
    return [[s.operator, s.version] for s in sorted(specifiers, key=lambda s: (s.version, s.operator))]


def specifier_parse(request):
    specifiers = specifier_set(request)
    return ERROR if specifiers is None else {"clauses": ordered(specifiers)}


def test_specifier_parse():
    agree(lambda rng: {"op": "specifier.parse", "specifier": any_specifier(rng)}, specifier_parse)


def ascii_case(request):
    """`===` compares without the case of ASCII letters; Python's lower() also knows other letters.
    Source: PEP 440 "Arbitrary equality" (identifiers are ASCII)."""
    return not (request["specifier"] + "".join(request.get("versions", ())) + request.get("version", "")).isascii()


def candidate(rng, specifier):
    """A version that has to do with the specifier, more often than not."""
    if specifier and rng.random() < 0.3:
        text = rng.choice(specifier.split(",")).strip().lstrip("=!<>~").strip().removesuffix(".*")
        return text if rng.random() < 0.4 else text + rng.choice((".dev0", "a0", "rc1", ".post0", ".post1", "+x", ".0", ".1", ".post0.dev0"))
    return versions.any_version(rng, close=True)


def contains(request):
    specifiers = specifier_set(request)
    if specifiers is None:
        return ERROR
    return specifiers.contains(request["version"], prereleases=request["prereleases"])


def test_specifier_contains():
    def make(rng):
        text = any_specifier(rng) if rng.random() < 0.5 else versions.clause(rng, True, ("",))
        return {"op": "specifier.contains", "specifier": text, "version": candidate(rng, text),
                "prereleases": rng.choice((None, None, True, False))}

    agree(make, contains, lambda request, ours, theirs: ascii_case(request) and "===" in request["specifier"])


def choose(request):
    specifiers = specifier_set(request)
    if specifiers is None:
        return ERROR
    return list(specifiers.filter(request["versions"], prereleases=request["prereleases"]))


def test_specifier_filter():
    def make(rng):
        text = any_specifier(rng) if rng.random() < 0.4 else versions.clause(rng, True, ("",))
        return {"op": "specifier.filter", "specifier": text, "versions": [candidate(rng, text) for _ in range(rng.randrange(6))],
                "prereleases": rng.choice((None, None, True, False))}

    agree(make, choose, lambda request, ours, theirs: ascii_case(request) and "===" in request["specifier"])


def normalize(request):
    try:
        return canonicalize_name(request["name"], validate=True)
    except InvalidName:
        return ERROR


def test_name_normalize():
    agree(lambda rng: {"op": "name.normalize", "name": "".join(rng.choice("aBz09-_.-_.\u00e9\n ") if rng.random() < 0.05 else
                                                               rng.choice("aBz09-_.") for _ in range(rng.randrange(9)))}, normalize)


@pytest.mark.parametrize("specifier, version, expected", [
    # python-packaging 3.6, each with its reason in PEP 440.
    (">1.7", "1.7.0.post1", False), (">1.7.post2", "1.7.0", False), (">1.7.post2", "1.7.1", True), (">1.7.post2", "1.7.post3", True),
    ("<1.7", "1.7rc1", False), ("<=1.0", "1.0+x", True), (">1.0", "1.0+x", False), ("!=1.0", "1.0+x", False), ("==1.0", "1.0.0+x", True),
    ("~=2.2.post3", "3.0.dev0", False), ("==1!1.*", "1.5", False), ("", "no version", True), ("===FOO", "foo", True), (">=0", "foo", False),
])
def test_vectors(specifier, version, expected):
    with agreement.Judge() as judge:
        assert judge.ask("specifier.contains", specifier=specifier, version=version, prereleases=True) == {"ok": expected}


@pytest.mark.parametrize("specifier", [">=1.0+x", "~=1", "==1.0.post1.*", "1.0", "==", ">=1 <2", "=1", "==1.*.*"])
def test_refused(specifier):
    with agreement.Judge() as judge:
        assert judge.ask("specifier.parse", specifier=specifier)["error"]["rule"] == "specifier"


def test_hostile_sizes_end_quickly():
    """Long inputs are answered or refused, in linear time (one tenth of a second would be a thousand times too slow for quadratic)."""
    long = [{"op": "version.parse", "version": ".".join("1" * 100_000)}, {"op": "version.parse", "version": "9" * 100_000},
            {"op": "version.parse", "version": " " * 1_000_000 + "1"}, {"op": "version.parse", "version": "1" + " " * 1_000_000 + "x"},
            {"op": "version.parse", "version": "1+" + "a." * 100_000}, {"op": "specifier.parse", "specifier": ">=1," * 100_000},
            {"op": "specifier.parse", "specifier": "," * 1_000_000}, {"op": "specifier.parse", "specifier": "===" + "=" * 1_000_000},
            {"op": "version.compare", "a": ".".join("1" * 30_000), "b": ".".join("1" * 30_000) + ".0"}]
    with agreement.Judge() as judge:
        answers = judge.ask_all(long)
    assert answers[-1] == {"ok": 0}
    assert [("error" in a) for a in answers[:-1]] == [True, True, False, True, True, True, False, False]
