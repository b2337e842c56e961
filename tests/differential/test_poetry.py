"""Version constraints agree with poetry-core (2.4 or newer).

SPDX-License-Identifier: Apache-2.0
"""
import re

import pytest

pytest.importorskip("poetry.core", minversion="2.4")
from poetry.core.constraints.version import Version, parse_constraint  # noqa: E402
from poetry.core.constraints.version.exceptions import ParseConstraintError  # noqa: E402
from poetry.core.version.exceptions import InvalidVersionError  # noqa: E402

import versions  # noqa: E402
from agreement import ERROR, agree, mutate  # noqa: E402

ALPHABET = "0123456789.*xX^~=<>!|, vab+-"


def version(rng, local=0.05):
    """Lower case: poetry-core takes "1.0Dev1" for no pre-release."""
    return versions.version(rng, close=True, local=local).lower()


def clause(rng):
    kind = rng.random()
    if kind < 0.1:
        return rng.choice(("*", "x", "v*", "*.*"))
    if kind < 0.3:
        return rng.choice(("", "==", "!=", "== ")) + versions.release(rng, True, 4) + rng.choice((".*", ".*.*"))
    operator = rng.choice(("", "=", "==", "!=", "<", "<=", ">", ">=", "^", "^", "~", "~", "~="))
    return operator + rng.choice(("", "", " ")) + (
        versions.release(rng, True, 4) if rng.random() < 0.6 else version(rng, 0.1 if operator in ("", "=", "==", "!=") else 0))


def constraint(rng):
    alternatives = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        text = clause(rng)
        for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
            text += rng.choice((",", ", ", " ", " , ")) + clause(rng)
        alternatives.append(text)
    text = rng.choice(("||", " || ", "|", " | ")).join(alternatives)
    return mutate(rng, text, ALPHABET) if rng.random() < 0.05 else text


def allows(request):
    try:
        parsed = parse_constraint(request["constraint"])
        return parsed.allows(Version.parse(request["version"]))
    except (ParseConstraintError, InvalidVersionError, ValueError):
        return ERROR


def allowed(request, ours, theirs):
    """- "!=1.1a.*": a wildcard after a pre-release is no version constraint (PEP 440 "Version matching"); poetry-core drops the "a".
    - "1.2.3.4.*.*" and "1.x" are read as "1.2.3.4.*" and "1.*"; poetry-core reads the first with three parts only, the second no more.
    - "1.0a-,<2", ">=1,,<2": a separator that ends a version and a repeated comma are refused by poetry-core's splitting alone.
    - "!=V" refuses V alone, as in PEP 440, and a union allows what one of its sides allows; poetry-core melts ranges at V and has its own
      answers for V.postN then. "<>" is "!="."""
    if ours == ERROR:
        return re.search(r"[a-z][._-]?\d*\.\*", request["constraint"], re.IGNORECASE) is not None
    if theirs == ERROR:
        return re.search(r"\.\*\.\*|x|-\s*([, |]|$)|,\s*,", request["constraint"], re.IGNORECASE) is not None
    return "<>" in request["constraint"] or (
        re.search(r"!=|\|", request["constraint"]) is not None and Version.parse(request["version"]).is_postrelease())


def test_allows():
    agree(lambda rng: {"op": "poetry.allows", "constraint": constraint(rng), "version": version(rng, 0.1)}, allows, allowed)
