"""`judge resolve` on registries made by hand: one rule a test.

SPDX-License-Identifier: Apache-2.0
"""
import pathlib

import pytest

X86, ARM = "python3.12/x86_64", "python3.12/arm64"
ENVIRONMENT = {"python_version": "3.12", "python_full_version": "3.12.3", "os_name": "posix", "sys_platform": "linux",
               "platform_system": "Linux", "platform_machine": "x86_64", "platform_python_implementation": "CPython",
               "implementation_name": "cpython", "implementation_version": "3.12.3"}
TAGS = ["cp312-cp312-manylinux_2_17_x86_64", "py3-none-any"]


def refused(answer, *packages, exactly=True):
    assert answer.get("rule") == "no-solution", answer
    if exactly:
        assert sorted(answer["packages"]) == sorted(packages), answer
    else:
        assert set(packages) <= set(answer["packages"]), answer
    return answer["message"]


# --- the common ways ---

def test_newest(ask, registry):
    registry.wheel("a", "1.0").wheel("a", "1.10").wheel("a", "1.9")
    assert ask("a") == {"a": "1.10"}


def test_nothing_is_asked_for(ask):
    assert ask() == {}


def test_needs_are_followed(ask, registry):
    registry.wheel("a", "1", "b>=2", "c").wheel("b", "1").wheel("b", "2").wheel("b", "3").wheel("c", "1", "b<3")
    assert ask("a") == {"a": "1", "b": "2", "c": "1"}


def test_older_version_when_the_newest_conflicts(ask, registry):
    registry.wheel("a", "1", "c<2").wheel("a", "2", "c<1").wheel("b", "1", "c>=1").wheel("c", "0.5").wheel("c", "1.5")
    assert ask("a", "b") == {"a": "1", "b": "1", "c": "1.5"}


def test_names_are_normalised(ask, registry):
    registry.wheel("Typing_Extensions", "4.0").wheel("a.b", "1", "typing.extensions")
    assert ask("A-B") == {"a-b": "1", "typing-extensions": "4.0"}


def test_cycles(ask, registry):
    registry.wheel("a", "1", "b").wheel("b", "1", "c").wheel("c", "1", "a")
    assert ask("a") == {"a": "1", "b": "1", "c": "1"}


def test_a_project_that_needs_itself(ask, registry):
    registry.wheel("a", "1", "a>=1").wheel("a", "2", "a<2")
    assert ask("a") == {"a": "1"}


def test_the_order_of_requirements_does_not_matter(ask, registry):
    registry.wheel("a", "1", "c<2").wheel("a", "2", "c>=2").wheel("b", "1", "c>=2").wheel("b", "2", "c<2").wheel("c", "1").wheel("c", "2")
    assert ask("a", "b", "c") == ask("c", "b", "a") == ask("b", "a", "c")


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_links_does_not_matter(ask, registry, order):
    files = [("1.0", "py3-none-any"), ("1.0", "cp312-cp312-manylinux_2_28_aarch64"), ("0.9", "py3-none-any"), ("1.1", "py2-none-any")]
    for version, tag in files[::order]:
        registry.wheel("a", version, tag=tag)
    assert ask("a") == {"a": "1.0"}


def test_versions_are_spelled_as_the_index_spells_them(ask, registry):
    registry.wheel("a", "1.0.0")
    assert ask("a==1") == {"a": "1.0.0"}


@pytest.mark.parametrize("requirement, expected", [
    ("a==1.0", "1.0+cpu"), ("a==1.0+cpu", "1.0+cpu"), ("a==1.0+abc", "1.0+abc"), ("a<=1.0", "1.0+cpu"), ("a>0.9", "1.0+cpu"),
    ("a~=0.9", "0.9"), ("a!=1.0", "0.9"), ("a>=0.9,<1.0", "0.9"), ("a==0.*", "0.9"), ("a===1.0", "1.0"),
    ("a===1.0+CPU", "1.0+cpu"),
])
def test_specifiers(ask, registry, requirement, expected):
    for version in ("0.9", "1.0", "1.0+abc", "1.0+cpu"):
        registry.wheel("a", version)
    assert ask(requirement) == {"a": expected}


def test_arbitrary_equality_compares_text(ask, registry):
    registry.wheel("a", "1.0.0")
    refused(ask("a===1.0"), "a")


# --- extras ---

def test_extras(ask, registry):
    registry.wheel("a", "1", "b", 'c; extra == "x"', 'd; extra == "y"', extras=["x", "y"]).wheel("b", "1").wheel("c", "1").wheel("d", "1")
    assert ask("a") == {"a": "1", "b": "1"}
    assert ask("a[x]") == {"a": "1", "b": "1", "c": "1"}
    assert ask("a[x,y]") == {"a": "1", "b": "1", "c": "1", "d": "1"}
    assert ask("a[X]", "a[y]") == {"a": "1", "b": "1", "c": "1", "d": "1"}


def test_extras_of_needs_and_of_oneself(ask, registry):
    registry.wheel("a", "1", "b[All.Of_It]").wheel("b", "1", 'c; extra == "one"', 'b[one]; extra == "all-of-it"', extras=["one", "all-of-it"])
    registry.wheel("c", "1")
    assert ask("a") == {"a": "1", "b": "1", "c": "1"}


def test_extras_bind_their_project_to_one_version(ask, registry):
    registry.wheel("a", "1", 'c<2; extra == "x"', extras=["x"]).wheel("a", "2", 'c<1; extra == "x"', extras=["x"])
    registry.wheel("c", "1").wheel("c", "2")
    assert ask("a[x]", "c") == {"a": "1", "c": "1"}
    assert ask("a", "c") == {"a": "2", "c": "2"}


def test_unknown_extras_are_ignored(ask, registry):
    registry.wheel("a", "1")
    assert ask("a[nope]") == {"a": "1"}


def test_extra_that_only_newer_versions_have(ask, registry):
    """Unknown extras never make a version worse: as pip and uv."""
    registry.wheel("a", "1", 'b; extra == "x"', extras=["x"]).wheel("a", "2").wheel("b", "1")
    assert ask("a[x]") == {"a": "2"}


def test_negated_extra_marker_belongs_to_the_project_itself(ask, registry):
    registry.wheel("a", "1", 'b; extra != "x"', extras=["x"]).wheel("b", "1")
    assert ask("a") == {"a": "1", "b": "1"}


# --- markers ---

@pytest.mark.parametrize("marker, holds", [
    ('python_version >= "3.12"', True), ('python_version < "3.12"', False), ('sys_platform == "win32"', False),
    ('platform_machine == "aarch64"', True), ('platform_machine == "arm64"', False), ('python_version in "3.11 3.12"', True),
    ('implementation_name == "cpython" and os_name == "posix"', True), ('python_full_version >= "3.12.0"', True),
    ('python_full_version >= "3.13"', False), ('platform_release >= "5"', False), ('python_version == "3.12.*" or extra == "x"', True),
])
def test_markers(ask, registry, marker, holds):
    registry.wheel("a", "1", f"b; {marker}").wheel("b", "1")
    expected = {"a": "1", "b": "1"} if holds else {"a": "1"}
    assert ask("a") == expected
    assert ask("a", f"b; {marker}") == expected


def test_marker_of_an_extra_and_the_environment(ask, registry):
    registry.wheel("a", "1", 'b; extra == "x" and python_version < "3"', 'c; python_version >= "3" and extra == "x"', extras=["x"])
    registry.wheel("c", "1")
    assert ask("a[x]") == {"a": "1", "c": "1"}


# --- wheels and Python ---

def test_wheels_of_the_target_count(ask, registry):
    registry.wheel("a", "1").wheel("a", "2", tag="cp312-cp312-manylinux_2_17_x86_64").wheel("a", "3", tag="cp311-cp311-manylinux_2_17_aarch64")
    registry.wheel("a", "4", tag="cp312-cp312-macosx_11_0_arm64").wheel("a", "5", tag="cp312-cp312-manylinux_2_39_aarch64")
    assert ask("a", target=ARM) == {"a": "1"}
    assert ask("a", target=X86) == {"a": "2"}


def test_no_wheel_at_all(ask, registry):
    registry.wheel("a", "1", tag="cp39-cp39-manylinux_2_17_aarch64").wheel("a", "2", tag="cp311-cp311-manylinux_2_17_aarch64")
    assert "built for CPython 3.9, 3.11 only" in refused(ask("a"), "a")
    assert "has no wheel for python3.12/arm64" in refused(ask("a>1"), "a")


def test_requires_python_of_the_page(ask, registry):
    registry.wheel("a", "1", python=">=3.8").wheel("a", "2", python=">=3.13").wheel("a", "3", python="<3.12")
    assert ask("a") == {"a": "1"}


def test_requires_python_of_the_metadata_alone(ask, registry):
    registry.wheel("a", "1").wheel("a", "2", python=">=3.13", page_python=None).wheel("b", "1", "a")
    assert ask("b") == {"a": "1", "b": "1"}


def test_requires_python_of_the_page_is_a_lie(ask, registry):
    registry.wheel("a", "1").wheel("a", "2", python=">=3.13", page_python=">=3.8")
    assert ask("a") == {"a": "1"}


@pytest.mark.parametrize("specifier, holds", [(">=3.8", True), (">=3.5.*", True), ("!=3.0.*,!=3.1.*,>=2.7", True), (">=3.6,<4", True),
                                              (">=3.12.99", False), ("~=3.11", True), ("==3.12.*", True), (">3.12", True)])
def test_requires_python_in_the_wild(ask, registry, specifier, holds):
    registry.wheel("a", "1", python=specifier)
    answer = ask("a")
    assert (answer == {"a": "1"}) is holds, answer


def test_requires_python_with_environment_goes_by_the_full_version(ask, registry):
    registry.wheel("a", "1").wheel("a", "2", python=">=3.12.4")
    for full, expected in ("3.12.3", "1"), ("3.12.4", "2"):
        environment = ENVIRONMENT | {"python_full_version": full, "implementation_version": full}
        assert ask("a", environment=environment, tags=TAGS) == {"a": expected}


def test_environment_decides_markers_and_tags_decide_wheels(ask, registry):
    registry.wheel("a", "1", 'b; sys_platform == "win32"', 'c; platform_machine == "x86_64"').wheel("b", "1").wheel("c", "1", tag="py3-none-win_amd64")
    registry.wheel("c", "0.5")
    assert ask("a", environment=ENVIRONMENT, tags=TAGS) == {"a": "1", "c": "0.5"}
    windows = ENVIRONMENT | {"sys_platform": "win32", "platform_machine": "AMD64"}
    assert ask("a", environment=windows, tags=["py3-none-win_amd64", "py3-none-any"]) == {"a": "1", "b": "1"}


def test_an_environment_of_python_2(ask, registry):
    registry.wheel("a", "1", python=">=2.7,<3", tag="py2-none-any").wheel("a", "2", python=">=3", tag="py2.py3-none-any")
    assert ask("a", environment={"python_version": "2.7"}, tags=["py2-none-any"]) == {"a": "1"}


# --- yanked ---

def test_yanked_is_left_out(ask, registry):
    registry.wheel("a", "1").wheel("a", "2", yanked="broken")
    assert ask("a") == {"a": "1"}
    assert "is yanked: broken" in refused(ask("a>1"), "a")


@pytest.mark.parametrize("requirement", ["a==2", "a===2", "a==2.0"])
def test_a_pin_of_the_user_admits_yanked(ask, registry, requirement):
    registry.wheel("a", "1").wheel("a", "2", yanked="")
    assert ask(requirement) == {"a": "2"}


@pytest.mark.parametrize("requirement", ["a>=2", "a==2.*", "a>=2,<=2", "a~=2.0"])
def test_ranges_do_not_admit_yanked(ask, registry, requirement):
    registry.wheel("a", "1").wheel("a", "2", yanked="")
    refused(ask(requirement), "a")


def test_pins_of_needs_do_not_admit_yanked(ask, registry):
    registry.wheel("a", "2", yanked="").wheel("b", "1", "a==2")
    refused(ask("b"), "a", "b")


def test_pins_of_needs_admit_yanked_as_pip_takes_it(ask, registry):
    registry.wheel("a", "1").wheel("a", "2", yanked="").wheel("a", "3", yanked="").wheel("b", "1", "a==2").wheel("c", "1", "a>=2")
    assert ask("b", yanked="pip") == {"a": "2", "b": "1"}
    assert ask("b", "c", yanked="pip") == {"a": "2", "b": "1", "c": "1"}
    refused(ask("c", yanked="pip"), "a", "c")


def test_a_pinning_constraint_admits_yanked(ask, registry):
    registry.wheel("a", "1").wheel("a", "2", yanked="").wheel("b", "1", "a")
    assert ask("b", constraints=["a==2"]) == {"a": "2", "b": "1"}


def test_yanked_files_beside_good_ones(ask, registry):
    registry.wheel("a", "1").wheel("a", "2", tag="cp312-cp312-manylinux_2_17_aarch64", yanked="").wheel("a", "2")
    assert ask("a") == {"a": "2"}


# --- pre-releases ---

PRES = [("if-necessary", "1.0"), ("allow", "2.0b1"), ("disallow", "1.0"), ("explicit", "1.0")]


@pytest.mark.parametrize("mode, expected", PRES)
def test_finals_first(ask, registry, mode, expected):
    registry.wheel("a", "1.0").wheel("a", "2.0b1")
    assert ask("a", prereleases=mode) == {"a": expected}


@pytest.mark.parametrize("mode, expected", [("if-necessary", "1.0"), ("allow", "2.0b1"), ("disallow", "1.0"), ("explicit", "2.0b1")])
def test_a_specifier_that_names_a_pre_release(ask, registry, mode, expected):
    registry.wheel("a", "1.0").wheel("a", "2.0b1")
    assert ask("a>=1.0b1", prereleases=mode) == {"a": expected}


@pytest.mark.parametrize("mode, expected", [("if-necessary", "2.0b1"), ("allow", "2.0b1"), ("disallow", None), ("explicit", None)])
def test_only_pre_releases(ask, registry, mode, expected):
    registry.wheel("a", "2.0b1").wheel("a", "2.0a1")
    answer = ask("a", prereleases=mode)
    assert answer == {"a": expected} if expected else refused(answer, "a")


@pytest.mark.parametrize("mode, expected", [("if-necessary", "2.0b1"), ("allow", "2.0b1"), ("disallow", None), ("explicit", None)])
def test_a_need_that_only_a_pre_release_meets(ask, registry, mode, expected):
    registry.wheel("a", "1.0").wheel("a", "2.0b1").wheel("b", "1", "a>=2.0b1")
    answer = ask("b", prereleases=mode)
    assert answer == {"a": expected, "b": "1"} if expected else refused(answer, "a", "b")


def test_dev_and_post_releases(ask, registry):
    registry.wheel("a", "1.0").wheel("a", "1.1.dev1").wheel("a", "1.0.post1")
    assert ask("a") == {"a": "1.0.post1"}
    assert ask("a", prereleases="allow") == {"a": "1.1.dev1"}


# --- constraints, order ---

def test_constraints_bind_only_what_is_chosen(ask, registry):
    registry.wheel("a", "1").wheel("a", "2", "b").wheel("b", "1")
    assert ask("a", constraints=["b<1", "unknown==7"]) == {"a": "1"}
    assert ask("a", constraints=["a<2"]) == {"a": "1"}
    assert ask("a", constraints=["b==1"]) == {"a": "2", "b": "1"}


def test_constraints_with_markers_and_extras(ask, registry):
    registry.wheel("a", "1").wheel("a", "2", 'b; extra == "x"', extras=["x"]).wheel("b", "1")
    assert ask("a", constraints=['a<2; sys_platform == "win32"', "a[x]>=1"]) == {"a": "2"}


def test_constraint_without_solution(ask, registry):
    registry.wheel("a", "1")
    refused(ask("a", constraints=["a>1"]), "a")


def test_lowest(ask, registry):
    for version in ("1", "2", "3"):
        registry.wheel("a", version, "b>=2").wheel("b", version)
    assert ask("a>=2", resolution="lowest") == {"a": "2", "b": "2"}
    assert ask("a>=2", resolution="lowest-direct") == {"a": "2", "b": "3"}
    assert ask("a>=2") == {"a": "3", "b": "3"}


def test_lowest_prefers_finals(ask, registry):
    registry.wheel("a", "1.0a1").wheel("a", "1.0").wheel("a", "2.0")
    assert ask("a", resolution="lowest") == {"a": "1.0"}


# --- source distributions ---

def test_source_distributions_are_not_answers(ask, registry):
    registry.wheel("a", "1").sdist("a", "2")
    assert ask("a") == {"a": "1"}
    refused(ask("a>1"), "a")


def test_static_source_distributions_on_request(ask, registry):
    registry.wheel("a", "1").sdist("a", "2", "b").wheel("b", "1")
    assert ask("a", sdists=True) == {"a": "2", "b": "1"}


@pytest.mark.parametrize("more", [{"metadata_version": "2.1"}, {"dynamic": ["Requires-Dist"]}, {"dynamic": ["requires-python"]}, {"dynamic": ["Provides-Extra"]}])
def test_source_distributions_that_would_have_to_be_built(ask, registry, more):
    registry.wheel("a", "1").sdist("a", "2", "b", **more).wheel("b", "1")
    assert ask("a", sdists=True) == {"a": "1"}


def test_a_dynamic_field_that_does_not_matter(ask, registry):
    registry.wheel("a", "1").sdist("a", "2", dynamic=["Version", "Description"])
    assert ask("a", sdists=True) == {"a": "2"}


def test_the_wheel_speaks_for_a_version_that_has_both(ask, registry):
    registry.wheel("a", "1", "b").sdist("a", "1", "c").wheel("b", "1").wheel("c", "1")
    assert ask("a", sdists=True) == {"a": "1", "b": "1"}


# --- times ---

def test_exclude_newer(ask, registry):
    registry.wheel("a", "1", uploaded="2023-12-31T23:59:59.999999Z").wheel("a", "2", uploaded="2024-01-02T00:00:00Z").wheel("a", "3")
    with registry.serve() as url:
        assert ask("a", index=url, exclude_newer="2024-01-01") == {"a": "1"}
        assert ask("a", index=url, exclude_newer="2024-01-02") == {"a": "2"}
        assert ask("a", index=url, exclude_newer="2024-01-02T00:00:00Z") == {"a": "1"}
        assert ask("a", index=url, exclude_newer="2024-01-02T01:00:00+01:00") == {"a": "1"}
        assert ask("a", index=url, exclude_newer="2024-01-02T00:00:01Z") == {"a": "2"}
        assert ask("a", index=url) == {"a": "3"}
        refused(ask("a", index=url, exclude_newer="2020-01-01"), "a")


def test_exclude_newer_without_times(ask, registry):
    registry.wheel("a", "1")
    refused(ask("a", exclude_newer="2024-01-01"), "a")


@pytest.mark.parametrize("text", ["yesterday", "2024-13-01", "2024-02-30", "2024-01-01T25:00:00Z", "2024-01-01T00:00", ""])
def test_exclude_newer_that_is_no_time(ask, registry, text):
    registry.wheel("a", "1")
    answer = ask("a", exclude_newer=text)
    if text in ("", "2024-01-01T00:00"):
        return
    assert answer["rule"] == "bad-time", answer


# --- direct references ---

def test_direct_reference_of_the_user(ask, registry):
    registry.wheel("a", "1", "b").wheel("a", "2").wheel("b", "1").wheel("c", "1", "a>=1")
    folder = pathlib.Path(registry.write())
    url = (folder / "a" / "a-1-py3-none-any.whl").as_uri()
    assert ask(f"a @ {url}") == {"a": "1", "b": "1"}
    assert ask("c", f"a @ {url}") == {"a": "1", "b": "1", "c": "1"}
    refused(ask("a>1", f"a @ {url}"), "a")


def test_direct_references_to_two_places(ask, registry):
    registry.wheel("a", "1").wheel("a", "2")
    folder = pathlib.Path(registry.write())
    urls = [(folder / "a" / f"a-{v}-py3-none-any.whl").as_uri() for v in "12"]
    assert ask(*(f"a @ {u}" for u in urls))["rule"] == "no-solution"
    assert ask(f"a @ {urls[0]}", f"a @ {urls[0]}") == {"a": "1"}


def test_needs_by_url_are_refused(ask, registry):
    registry.wheel("b", "1")
    url = (pathlib.Path(registry.write()) / "b" / "b-1-py3-none-any.whl").as_uri()
    registry.wheel("a", "1").wheel("a", "2", f"b @ {url}")
    assert ask("a") == {"a": "1"}
    assert ask("a", f"b @ {url}") == {"a": "2", "b": "1"}
    refused(ask("a>1"), "a", exactly=False)


def test_direct_reference_that_is_needed_by_a_direct_reference(ask, registry):
    registry.wheel("b", "1")
    url = (pathlib.Path(registry.write()) / "b" / "b-1-py3-none-any.whl").as_uri()
    registry.wheel("a", "1", f"b @ {url}").wheel("b", "2")
    own = (pathlib.Path(registry.write()) / "a" / "a-1-py3-none-any.whl").as_uri()
    assert ask(f"a @ {own}") == {"a": "1", "b": "1"}


def test_source_code_by_url(ask):
    assert ask("a @ git+https://index.example/a.git")["rule"] == "no-solution"


# --- metadata ---

def test_metadata_beside_the_wheel(ask, registry):
    registry.wheel("a", "1", "b", core_metadata=True).wheel("b", "1", core_metadata=True)
    folder = pathlib.Path(registry.write())
    (folder / "a" / "a-1-py3-none-any.whl").write_bytes(b"not even a zip")
    (folder / "b" / "b-1-py3-none-any.whl").unlink()
    assert ask("a", index=str(folder)) == {"a": "1", "b": "1"}


@pytest.mark.parametrize("text", [b"", b"nonsense", b"Metadata-Version: 2.1\nName: other\nVersion: 2\n", b"Metadata-Version: 2.1\nName: a\nVersion: 3\n",
                                  b"Metadata-Version: 9.0\nName: a\nVersion: 2\n", b"Metadata-Version: 2.1\nName: a\nVersion: 2\nRequires-Dist: b (\n",
                                  b"Metadata-Version: 2.1\nName: a\nVersion: 2\nRequires-Dist: b; nope == 'x'\n",
                                  b"Metadata-Version: 2.1\nName: a\nVersion: 2\nRequires-Python: newest\n"])
def test_versions_with_broken_metadata_are_left_out(ask, registry, text):
    registry.wheel("a", "1").wheel("a", "2", text=text)
    assert ask("a") == {"a": "1"}
    refused(ask("a==2"), "a")
    refused(ask("a>1"), "a")


@pytest.mark.parametrize("requirement", ["b (>=1)", "b>=1,", "b>=1.*", "b (>=1<3)", "b!=3.0*"])
def test_metadata_is_repaired_as_uv_does(ask, registry, requirement):
    registry.wheel("a", "1", requirement).wheel("b", "2")
    assert ask("a") == {"a": "1", "b": "2"}


# --- no solution ---

def test_unknown_project(ask, registry):
    registry.wheel("a", "1", "missing")
    refused(ask("nobody"), "nobody")
    refused(ask("a"), "a", "missing")


def test_unknown_project_of_one_version(ask, registry):
    registry.wheel("a", "1").wheel("a", "2", "missing")
    assert ask("a") == {"a": "1"}


def test_project_without_files(ask, registry):
    registry.project("a")
    refused(ask("a"), "a")


def test_contradictory_pins(ask, registry):
    registry.wheel("a", "1").wheel("a", "2").wheel("noise", "1")
    refused(ask("a==1", "a==2", "noise"), "a")


def test_an_index_that_does_not_answer(ask):
    assert ask("a", "b", "a[x]", index="http://127.0.0.1:1/simple/")["rule"] == "connect"


def test_a_contradiction_needs_no_index(ask):
    refused(ask("a==1", "a==2", index="http://127.0.0.1:1/simple/"), "a")


def test_explanation_names_who_takes_part_and_few_others(ask, registry):
    registry.wheel("a", "1", "shared>=2").wheel("b", "1", "shared<2").wheel("shared", "1").wheel("shared", "2")
    for i in range(20):
        registry.wheel(f"noise{i}", "1", f"noise{(i + 1) % 20}")
    refused(ask("noise0", "a", "b"), "a", "b", "shared")


# --- requests ---

@pytest.mark.parametrize("request_, rule", [
    ({"environment": ENVIRONMENT}, "request"), ({"environment": {"nope": "1"}, "tags": TAGS}, "request"), ({}, "request"),
    ({"environment": {"os_name": 1}, "tags": TAGS}, "request"), ({"environment": ENVIRONMENT, "tags": "py3-none-any"}, "request"),
    ({"target": ARM, "tags": TAGS}, "request"), ({"target": ARM, "prereleases": "some"}, "request"), ({"target": ARM, "resolution": "best"}, "request"),
    ({"target": ARM, "sdists": "yes"}, "request"), ({"target": ARM, "unknown": 1}, "request"), ({"target": "python9.9/arm64"}, "unknown-runtime"),
    ({"target": "provided.al2023/arm64"}, "request"),
    ({"target": ARM, "requirements": ["not a requirement!"]}, "requirement"), ({"target": ARM, "requirements": "a"}, "request"),
    ({"target": ARM, "constraints": ["=="]}, "requirement"),
])
def test_bad_requests(judge, registry, request_, rule):
    registry.wheel("a", "1")
    answer = judge.ask("resolve", **({"index": registry.write(), "requirements": ["a"]} | request_))
    assert answer.get("error", {}).get("rule") == rule, answer


def test_index_and_requirements_are_needed(judge, registry):
    assert judge.ask("resolve", requirements=["a"], target=ARM)["error"]["rule"] == "request"
    assert judge.ask("resolve", index=registry.write(), target=ARM)["error"]["rule"] == "request"


# --- asking ---

def test_many_versions(ask, registry, tmp_path):
    """10,000 versions on one page, of which the oldest is the only one that works."""
    lines = "\n".join(f'<a href="a-1.{i}-py3-none-any.whl" data-requires-python="&gt;=3.13">a-1.{i}-py3-none-any.whl</a>' for i in range(1, 10000))
    registry.wheel("a", "1.0")
    folder = pathlib.Path(registry.write())
    page = folder / "a" / "index.html"
    page.write_text(page.read_text().replace("</body>", lines + "</body>"))
    assert ask("a", index=str(folder)) == {"a": "1.0"}


def test_each_page_and_metadata_is_asked_for_once(ask, registry):
    for name, needs in {"a": ["b", "c[x]"], "b": ["d"], "c": ["d", 'e; extra == "x"'], "d": [], "e": ["a"]}.items():
        registry.wheel(name, "1", *needs, extras=["x"], core_metadata=True).wheel(name, "0.9", core_metadata=True)
    seen = []
    with registry.serve(seen) as url:
        assert ask("a", index=url) == dict.fromkeys("abcde", "1")
    assert len(seen) == len(set(seen)) == 10, seen
    assert not any("0.9" in path for path in seen)


def test_pages_are_asked_for_in_waves(ask, registry):
    """A wide graph takes few round trips: everything of one depth is asked for before the first answer of it is awaited."""
    names = [f"n{i}" for i in range(30)]
    registry.wheel("a", "1", *names, core_metadata=True)
    for name in names:
        registry.wheel(name, "1", "z", core_metadata=True)
    registry.wheel("z", "1", core_metadata=True)
    seen = []
    with registry.serve(seen) as url:
        assert len(ask("a", index=url)) == 32
    pages = [i for i, path in enumerate(seen) if path.startswith("/simple/n")]
    needs = [i for i, path in enumerate(seen) if path.startswith("/files/n")]
    assert len(pages) == len(needs) == 30
    assert seen[:2] == ["/simple/a/", "/files/a/a-1-py3-none-any.whl.metadata"]
    assert sorted(pages)[15] < sorted(needs)[15]
