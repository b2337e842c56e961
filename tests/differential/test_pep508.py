"""Requirements and markers agree with the packaging library (26.3), and with its answers for every possible value of what is unknown.

SPDX-License-Identifier: Apache-2.0
"""
import itertools

import pytest

packaging = pytest.importorskip("packaging", minversion="26.3")
from packaging.markers import InvalidMarker, Marker, UndefinedComparison  # noqa: E402
from packaging.requirements import InvalidRequirement, Requirement  # noqa: E402
from packaging.specifiers import InvalidSpecifier, Specifier  # noqa: E402
from packaging.utils import canonicalize_name  # noqa: E402
from packaging.version import InvalidVersion, Version  # noqa: E402

import agreement  # noqa: E402
import versions  # noqa: E402
from agreement import ERROR, agree, mutate  # noqa: E402

STRINGS = {
    "os_name": "posix", "sys_platform": "linux", "platform_machine": "aarch64", "platform_python_implementation": "CPython",
    "platform_system": "Linux", "implementation_name": "cpython",
}
VERSIONS = {"python_version": "3.12", "python_full_version": "3.12.4", "implementation_version": "3.12.4"}
EITHER = {"platform_release": "5.15.0-1052-aws", "platform_version": "#1 SMP"}
ENVIRONMENT = {**STRINGS, **VERSIONS, **EITHER}
OLDER = ("os.name", "sys.platform", "platform.version", "platform.machine", "platform.python_implementation", "python_implementation")
OPERATORS = ("==", "!=", "<", "<=", ">", ">=", "~=", "===", "in", "not in")
ALPHABET = "()\"'\\ \t\nandorintx_.=<>!~,;[]@-+*\u00e9\x00\x0c" + "os_name"
BLANK = ("", " ", "  ", "\t")


# --- random markers: nested lists of leaves (left, operator, right) and "and"/"or", and their text ---

def quoted(rng, text):
    quote = "'" if '"' in text else '"' if "'" in text else rng.choice("'\"")
    return quote + text + quote


def literal(rng, variable):
    if variable in VERSIONS or variable in EITHER:
        return rng.choice((versions.version(rng, True), "3." + str(rng.randrange(6, 15)), "3.12", "3.12." + str(rng.randrange(8)), "3.*", "3.12.*",
                           "3.13.dev0", "3.12.0rc1", "3.8 3.9 3.12", "4", "", "x", "5.15", "5.15.0-1052-aws", "#1 SMP", "=3.12", "3.12.4+x"))
    if variable in ("extra", "extras", "dependency_groups"):
        return rng.choice(("a", "b", "A", "a_b", "A.-b", "dev", "", "a b", "c"))
    return rng.choice((*STRINGS.values(), "win32", "li", "", 'a"b', "it's", "\u00e9", "aarch64 x86_64"))


def leaf(rng, variables):
    variable = rng.choice(variables)
    sides = [variable, quoted(rng, literal(rng, variable))]
    if rng.random() < 0.3:
        sides.reverse()
    return sides[0], rng.choice(OPERATORS), sides[1]


def tree(rng, variables, depth=0):
    if depth == 3 or rng.random() < 0.4:
        return leaf(rng, variables)
    items = [tree(rng, variables, depth + 1)]
    for _ in range(rng.randrange(3)):
        items += [rng.choice(("and", "or")), tree(rng, variables, depth + 1)]
    return items


def text(rng, node, outermost=True):
    if isinstance(node, tuple):
        left, operator, right = node
        words = operator[0].isalpha()
        operator = operator.replace(" ", rng.choice((" ", "\t", "  ")))
        space = [rng.choice(BLANK[1:] if words and side[0] not in "'\"" else BLANK) for side in (left, right)]
        return left + space[0] + operator + space[1] + right
    inner = "".join(rng.choice((" ", "\t ")) + n + rng.choice((" ", "  ")) if isinstance(n, str) else text(rng, n, False) for n in node)
    if outermost and rng.random() < 0.8:
        return inner
    return "(" + rng.choice(BLANK) + inner + rng.choice(BLANK) + ")"


VARIABLES = (*ENVIRONMENT, *OLDER, "extra", "extra", "extras", "dependency_groups")


def any_marker(rng):
    marker = text(rng, tree(rng, VARIABLES))
    if rng.random() < 0.05:
        marker = quoted(rng, "a") + "==" + quoted(rng, "a")
    if rng.random() < 0.05:
        marker = rng.choice(VARIABLES) + "==" + rng.choice(VARIABLES)
    return mutate(rng, marker, ALPHABET) if rng.random() < 0.2 else marker


# --- parsing ---

def marker_parse(request):
    try:
        return {"normalized": str(Marker(request["marker"]))}
    except (InvalidMarker, ValueError):
        return ERROR


def strings_differ(marker, ours, theirs):
    """What a string may hold, and how names in it are normalised.
    Backslash: python-packaging 4.2 (the specification defines no escapes; packaging reads Python literals).
    Letters outside ASCII in names: no valid name has them (PEP 503); packaging lowers them too."""
    return "\\" in marker or not marker.isascii()


def test_marker_parse():
    agree(lambda rng: {"op": "marker.parse", "marker": rng.choice(BLANK) + any_marker(rng) + rng.choice(BLANK)}, marker_parse,
          lambda request, ours, theirs: strings_differ(request["marker"], ours, theirs))


def requirement_parse(request):
    try:
        r = Requirement(request["requirement"])
        return {"name": r.name, "extras": sorted(r.extras), "url": r.url, "marker": str(r.marker) if r.marker else None,
                "specifier": ",".join(s.operator + s.version for s in sorted(r.specifier, key=lambda s: (s.version, s.operator)))}
    except (InvalidRequirement, InvalidMarker, ValueError):
        return ERROR


def any_requirement(rng):
    def blank():
        return rng.choice(BLANK)

    name = rng.choice(("a", "A.b-c_d", "foo", "x1", "0", "a__b", "foo_", "-a"))
    out = blank() + name + blank()
    if rng.random() < 0.4:
        out += "[" + blank() + (blank() + "," + blank()).join(rng.choice(("a", "B", "a_b", "b", "x_")) for _ in range(rng.randrange(4))) + blank() + "]" + blank()
    if rng.random() < 0.25:
        out += "@" + blank() + rng.choice(("https://example.com/a-1.whl", "file:///x;y", "git+ssh://e@example.com/x.git@main#egg=x", "u"))
        out += rng.choice(("", " ", "\t")) if rng.random() < 0.5 else " ;" + any_marker(rng)
        return out
    if rng.random() < 0.8:
        specifier = versions.specifier(rng, True, space=BLANK if rng.random() < 0.9 else versions.SPACE)
        out += "(" + blank() + specifier + blank() + ")" if rng.random() < 0.2 else specifier
    out += blank()
    if rng.random() < 0.4:
        out += ";" + blank() + any_marker(rng)
    return out


def requirement_allowed(request, ours, theirs):
    """Three refusals of ours, all from the grammar of "Dependency specifiers" (python-packaging 4.1), and the strings of markers.
    - A name or extra ends in a letter or digit; packaging also takes "_" there (its expression ends in a word boundary).
    - A URL runs to white space, and white space is space and tab: a line break ends nothing, it is an error."""
    text = request["requirement"]
    if theirs != ERROR and ours == ERROR:
        return any(n.endswith("_") for n in [theirs["name"], *theirs["extras"]]) or any(c in (theirs["url"] or "") for c in "\n\r\x0b\x0c")
    return ";" in text and strings_differ(text, ours, theirs)


def test_requirement_parse():
    def make(rng):
        text = any_requirement(rng)
        return {"op": "requirement.parse", "requirement": mutate(rng, text, ALPHABET) if rng.random() < 0.2 else text}

    agree(make, requirement_parse, requirement_allowed)


# --- evaluation: each leaf by packaging, with our rules written out; trees by Kleene ---

def version_or_none(text):
    try:
        return Version(text)
    except InvalidVersion:
        return None


def specifier_or_none(text):
    try:
        return Specifier(text)
    except InvalidSpecifier:
        return None


def as_text(operator, left, right):
    """Text fields, python-packaging 4.3. packaging refuses `~=` and `===` there; we read them as `==`."""
    return {"in": left in right, "not in": left not in right, "!=": left != right, "<": False, ">": False}.get(operator, left == right)


def leaf_value(node, environment, extras, groups):
    """True or False for a leaf whose variable has a value."""
    left, operator, right = node
    variable = left if left[0] not in "'\"" else right
    left, right = (side[1:-1] if side[0] in "'\"" else side for side in (left, right))
    names = {canonicalize_name(e) for e in extras}
    if variable in ("extras", "dependency_groups"):  # python-packaging 4.3: only membership means anything
        if right != variable or operator not in ("in", "not in"):
            return False
        members = names if variable == "extras" else {canonicalize_name(g) for g in groups}
        return (canonicalize_name(left) in members) == (operator == "in")
    if variable == "extra":  # set semantics, python-packaging 4.3 and judge.md
        other = canonicalize_name(right if left == "extra" else left)
        if operator in ("in", "not in"):
            return any(n in other if left == "extra" else other in n for n in names) == (operator == "in")
        return {"<": False, ">": False, "!=": other not in names}.get(operator, other in names)
    left, right = (environment[s] if s == variable else s for s in (left, right))
    if variable in EITHER:  # python-packaging 4.3: versions when both sides are, else text
        specifier = specifier_or_none(operator + right)
        if specifier is None or (version_or_none(left) is None and specifier.operator != "==="):
            return as_text(operator, left, right)
        return specifier.contains(left, prereleases=True)
    try:
        return Marker(f"{node[0]} {node[1]} {node[2]}").evaluate(environment)
    except UndefinedComparison:
        return as_text(operator, left, right)


def kleene(node, value):
    """True, False or None."""
    if isinstance(node, tuple):
        return value(node)
    alternatives = [[]]
    for item in node:
        if item == "or":
            alternatives.append([])
        elif item != "and":
            alternatives[-1].append(kleene(item, value))
    ands = [False if False in a else None if None in a else True for a in alternatives]
    return True if True in ands else None if None in ands else False


def evaluate_make(rng, variables, environment):
    node = tree(rng, variables)
    extras = rng.choice(([], [], ["a"], ["A"], ["a.b", "c"], ["b", "dev"]))
    groups = rng.choice(([], ["dev"], ["A_b", "c"]))
    marker = text(rng, node)
    return {"op": "marker.evaluate", "marker": marker, "environment": environment, "extras": extras, "groups": groups}, node


def agree_evaluate(variables, environments, value):
    nodes = {}

    def make(rng):
        request, node = evaluate_make(rng, variables, rng.choice(environments))
        nodes[id(request)] = request, node
        return request

    def expect(request):
        _, node = nodes.pop(id(request))
        return kleene(node, lambda leaf: value(leaf, request))

    agree(make, expect)


def test_marker_evaluate_known():
    environments = [ENVIRONMENT, {**ENVIRONMENT, "platform_release": "6.1.0", "platform_version": "3.12.1", "python_full_version": "3.12.0rc1"},
                    {**ENVIRONMENT, "python_version": "3.9", "python_full_version": "3.9.19+", "implementation_version": "", "os_name": ""}]
    agree_evaluate((*ENVIRONMENT, "extra", "extras", "dependency_groups"), environments,
                   lambda leaf, r: leaf_value(leaf, {**r["environment"]}, r["extras"], r["groups"]))


PATCHES = [f"3.12.{n}" for n in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 55, 99, 256, 8192, 65536, 10**20)] + [
    f"3.12.{n}{s}" for n, s in itertools.product((0, 1, 4), (".dev0", "a0", "rc1", ".post0", ".post1", "+x", ".post0.dev0", ".1")) if (n, s[:2]) not in
    ((0, ".d"), (0, "a0"), (0, "rc"))]


def possible_values(leaf, variable):
    """Values the unknown may have, dense around what the leaf names."""
    literal = (leaf[2] if leaf[0] == variable else leaf[0])[1:-1]
    version = version_or_none(literal.strip().removesuffix(".*").lstrip("="))
    near = []
    if version is not None:
        near = [str(version.public) + s for s in ("", ".0", "+x", ".1", ".post9999", ".dev0") if version_or_none(str(version.public) + s)]
    near = [n for n in near if n.startswith("3.12.") and Version("3.12.0") <= Version(n) < Version("3.13.dev0")]
    if leaf[1] in ("in", "not in"):  # as text, the value is anything that begins with "3.12."
        near += ["3.12." + literal, "3.12." + literal.partition("3.12.")[2]]
    if leaf[0] != variable and leaf[1] in ("<", "<=", ">", ">=", "~="):  # no specifiers with a local part
        return [v for v in PATCHES + near if "+" not in v]
    return PATCHES + near


def unknown_leaf_value(leaf, request):
    """python-packaging 2.3: a comparison is decided if it has one answer over 3.12.0 <= v < 3.13.dev0; what is really unknown stays so."""
    variable = leaf[0] if leaf[0][0] not in "'\"" else leaf[2]
    environment = {**ENVIRONMENT, **request["environment"]}
    if variable in request["environment"] or variable in ("extra", "extras", "dependency_groups"):
        return leaf_value(leaf, environment, request["extras"], request["groups"])
    values = possible_values(leaf, variable)
    answers = {leaf_value(leaf, {**environment, variable: v}, [], []) for v in values}
    return answers.pop() if len(answers) == 1 else None


def test_marker_evaluate_unknown_patch():
    environment = {k: v for k, v in ENVIRONMENT.items() if k not in ("python_full_version", "implementation_version")}
    agree_evaluate(("python_version", "python_full_version", "python_full_version", "implementation_version", "os_name", "extra"), [environment],
                   unknown_leaf_value)


@pytest.mark.parametrize("marker, expected", [
    ("python_version >= '3'", None), ("os_name == 'posix'", None), ("os_name < 'x'", False), ("'' in os_name", True),
    ("os_name == 'posix' and extra == 'a'", False), ("os_name == 'posix' or extra != 'a'", True), ("platform_release >= '5'", None),
    ("python_version >= '0.dev0'", True), ("python_full_version >= '3.8'", None), ("'x' in extras", False), ("'x' not in dependency_groups", True),
])
def test_nothing_known(marker, expected):
    with agreement.Judge() as judge:
        assert judge.ask("marker.evaluate", marker=marker) == {"ok": expected}


@pytest.mark.parametrize("marker, expected", [
    ("python_full_version >= '3.12'", True), ("python_full_version < '3.13'", True), ("python_full_version > '3.12'", None),
    ("python_full_version >= '3.12.4'", None), ("python_full_version == '3.12.*'", True), ("python_full_version != '3.11.2'", True),
    ("python_full_version ~= '3.12.0'", True), ("python_full_version === '3.12.4'", None), ("python_full_version === '3.11.4'", False),
    ("'3.12.4' <= python_full_version", None), ("'3.8' <= python_full_version", True), ("'3.13' > python_full_version", True),
    ("python_full_version in '3.8.1 3.9.1'", False), ("python_full_version not in '3.8.1'", True), ("'3.12' in python_full_version", True),
    ("implementation_version >= '3.12'", None), ("python_full_version == 'x'", False),
])
def test_only_minor_known(marker, expected):
    with agreement.Judge() as judge:
        assert judge.ask("marker.evaluate", marker=marker, environment={"python_version": "3.12"}) == {"ok": expected}


def test_two_strings_are_an_error():
    """python-packaging 4.3. They can be read and printed, as packaging does."""
    with agreement.Judge() as judge:
        assert judge.ask("marker.parse", marker="'a' == 'b'") == {"ok": {"normalized": '"a" == "b"'}}
        assert judge.ask("marker.evaluate", marker="os_name == 'x' or ('a' == 'b')", environment={})["error"]["rule"] == "marker"


def test_hostile_sizes_end_quickly():
    long = [{"op": "marker.parse", "marker": "(" * 100_000}, {"op": "marker.parse", "marker": "(" * 101 + "os_name=='a'" + ")" * 101},
            {"op": "marker.parse", "marker": "(" * 100 + "os_name=='a'" + ")" * 100}, {"op": "marker.parse", "marker": "os_name=='" + "a" * 1_000_000},
            {"op": "marker.evaluate", "marker": " or ".join(["os_name=='a'"] * 10_000), "environment": {"os_name": "b"}},
            {"op": "requirement.parse", "requirement": "a" + ">=1," * 50_000}, {"op": "requirement.parse", "requirement": "a[" + "b," * 50_000 + "b]"},
            {"op": "requirement.parse", "requirement": "a @ " + "b" * 1_000_000}]
    with agreement.Judge() as judge:
        answers = judge.ask_all(long)
    assert [("error" in a) for a in answers] == [True, True, False, True, False, True, False, True]
