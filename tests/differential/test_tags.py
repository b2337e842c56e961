"""File names, tag lists and the choice of a wheel agree with the packaging library.

SPDX-License-Identifier: Apache-2.0
"""
from unittest import mock

import pytest

packaging = pytest.importorskip("packaging", minversion="26.3")
from packaging import _manylinux  # noqa: E402
from packaging.tags import Tag, compatible_tags, cpython_tags  # noqa: E402
from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename  # noqa: E402

import versions  # noqa: E402
from agreement import ERROR, agree, mutate  # noqa: E402
from judge import Judge  # noqa: E402

RUNTIMES = {minor: 26 if minor < 12 else 34 for minor in range(8, 15)}
MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
# What the runtimes themselves reported.
COUNTS = {
    (9, "x86_64"): 558, (10, "x86_64"): 611, (11, "x86_64"): 664, (12, "x86_64"): 933, (13, "x86_64"): 1002, (14, "x86_64"): 1071,
    (9, "arm64"): 264, (10, "arm64"): 289, (11, "arm64"): 314, (12, "arm64"): 555, (13, "arm64"): 596, (14, "arm64"): 637,
}  # fmt: skip


def supported(minor, arch):
    """The library's own lists, on a machine that pretends to be the runtime; plain linux goes last (python-packaging 5.1)."""
    machine = MACHINES[arch]
    with mock.patch.object(_manylinux, "_get_glibc_version", lambda: (2, RUNTIMES[minor])), mock.patch.object(
        _manylinux, "_have_compatible_abi", lambda *_: True
    ), mock.patch.object(_manylinux, "_is_compatible", lambda *_: True):
        platforms = [*_manylinux.platform_tags([machine]), "linux_" + machine]
    own = f"cp3{minor}"
    return [*cpython_tags((3, minor), [own], platforms), *compatible_tags((3, minor), own, platforms)]


@pytest.mark.parametrize("arch", MACHINES)
@pytest.mark.parametrize("minor", RUNTIMES)
def test_lists(minor, arch):
    with Judge() as judge:
        ours = judge.ask("target.tags", target=f"python3.{minor}/{arch}")["ok"]
    assert ours == [str(tag) for tag in supported(minor, arch)]
    assert len(ours) == COUNTS.get((minor, arch), len(ours))


PLATFORMS = (
    "any linux_x86_64 linux_aarch64 manylinux1_x86_64 manylinux2010_x86_64 manylinux2014_x86_64 manylinux2014_aarch64 manylinux_2_4_x86_64 "
    "manylinux_2_5_x86_64 manylinux_2_17_x86_64 manylinux_2_17_aarch64 manylinux_2_26_x86_64 manylinux_2_28_x86_64 manylinux_2_28_aarch64 "
    "manylinux_2_34_x86_64 manylinux_2_35_x86_64 manylinux_2_39_aarch64 musllinux_1_2_x86_64 macosx_11_0_arm64 win_amd64 Win32"
).split()
PYTHONS = "py2 py3 py38 py312 py313 cp27 cp31 cp32 cp39 cp310 cp311 cp312 cp313 cp314 CP312 pp310 graalpy311 _x".split()
ABIS = "none abi3 abi3t cp39 cp310 cp311 cp312 cp313 cp313t cp312d None".split()
ALPHABET = "ab0129AZ._-+! ~"


def members(rng, words):
    return ".".join(rng.choice(words) for _ in range(rng.choice((1, 1, 1, 2, 3))))


def version(rng):
    return versions.version(rng).replace("-", "_") if rng.random() < 0.5 else rng.choice(("1.0", "1", "2.0.0", "1.0+cu121"))


def wheel(rng):
    name = rng.choice(("foo", "Foo.Bar", "foo_bar", "_x", "a1", "F", "foo__bar"))
    build = rng.choice(("", "", "", "-1", "-0", "-007b", "-12_x", "-9007199254740993"))
    return f"{name}-{version(rng)}{build}-{members(rng, PYTHONS)}-{members(rng, ABIS)}-{members(rng, PLATFORMS)}.whl"


def make_wheel(rng):
    text = wheel(rng)
    return {"op": "wheel.parse", "filename": mutate(rng, text, ALPHABET) if rng.random() < 0.5 else text}


def expect_wheel(request):
    try:
        name, parsed, build, tags = parse_wheel_filename(request["filename"])
    except InvalidWheelFilename:
        return ERROR
    number = [build[0] if build[0] <= 2**53 else str(build[0]), build[1]] if build else None
    return {"name": name, "version": str(parsed), "build": number, "tags": sorted(map(str, tags))}


def test_wheel_parse():
    agree(make_wheel, expect_wheel)


def make_sdist(rng):
    text = rng.choice(("foo", "Foo.Bar", "foo-bar", "_x", "a b")) + "-" + version(rng) + rng.choice((".tar.gz", ".zip", ".tar.bz2", ""))
    return {"op": "sdist.parse", "filename": mutate(rng, text, ALPHABET) if rng.random() < 0.5 else text}


def expect_sdist(request):
    try:
        name, parsed = parse_sdist_filename(request["filename"])
    except InvalidSdistFilename:
        return ERROR
    return {"name": name, "version": str(parsed)}


def test_sdist_parse():
    agree(make_sdist, expect_sdist)


RANKS = {(minor, arch): {tag: i for i, tag in enumerate(supported(minor, arch))} for minor in RUNTIMES for arch in MACHINES}


def make_choice(rng):
    files = [wheel(rng) if rng.random() < 0.95 else rng.choice(("foo-1.tar.gz", "x")) for _ in range(rng.randrange(12))]
    return {"op": "target.choose", "target": f"python3.{rng.choice(list(RUNTIMES))}/{rng.choice(list(MACHINES))}", "filenames": files}


def expect_choice(request):
    minor, arch = request["target"][len("python3.") :].split("/")
    ranks = RANKS[int(minor), arch]
    best = None
    for file in request["filenames"]:
        try:
            _, _, build, tags = parse_wheel_filename(file)
        except InvalidWheelFilename:
            continue
        rank = min((ranks[tag] for tag in tags if tag in ranks), default=None)
        if rank is None:
            continue
        key = (rank, *((-build[0], [-ord(c) for c in build[1]] + [1]) if build else (1, [])), file)
        best = min(best or (key, file), (key, file))
    return best[1] if best else None


def same_choice(request, ours, theirs):
    """The oracle gives the file alone; without one, a sentence must be there, and the nearest is one of the files."""
    if ours["best"] is not None:
        return ours["best"] == theirs
    return theirs is None and ours["reason"] and (ours["nearest"] is None or ours["nearest"] in request["filenames"])


def test_choose():
    agree(make_choice, expect_choice, same_choice)


def test_tag_is_what_the_library_prints():
    assert str(Tag("CP312", "None", "Any")) == "cp312-none-any"
