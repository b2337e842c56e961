"""Small projects and what may change in them after they are locked; record_fresh.py asks uv, test_uv_fresh.py asks lamina.

SPDX-License-Identifier: Apache-2.0
"""


def write_project(folder, files):
    for name, text in files.items():
        if text is None:
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def project(name="p", version="0.1.0", python=">=3.10", dependencies=(), more=""):
    items = ", ".join(f'"{d}"' for d in dependencies)
    return f'[project]\nname = "{name}"\nversion = "{version}"\nrequires-python = "{python}"\ndependencies = [{items}]\n{more}'


def changed(**edits):
    return {name.replace("_", " "): {"pyproject.toml": text} for name, text in edits.items()}


EMPTY = project()
PLAIN = ("idna>=3.0.0,<4", "Six", "iniconfig; python_version < '3.8'")
EXTRAS = '[project.optional-dependencies]\nE_x = ["six", "p[e-y]"]\ne-y = ["idna; sys_platform == \'linux\'"]\nnone = []\n'
GROUPS = '[dependency-groups]\ng = ["six", {include-group = "H"}]\nH = ["idna"]\nempty = []\n'
MARKERS = ("idna; platform_system == 'Windows' or python_version > '3.11'", "six; sys_platform == 'linux' and platform_system == 'Linux'",
           "iniconfig; os_name == 'posix' and implementation_name == 'cpython'", "attrs; 'arm' in platform_machine")
GIT_LESS = '[tool.uv.sources]\nv = { path = "vendor/v" }\n'
VENDOR = {"vendor/v/pyproject.toml": project("v", "1", dependencies=["idna"])}
WORKSPACE = project(dependencies=["a"], more='[tool.uv.workspace]\nmembers = ["packages/*"]\nexclude = ["packages/not"]\n[tool.uv.sources]\na = { workspace = true }\n')
MEMBERS = {"packages/a/pyproject.toml": project("a", "1", dependencies=["idna"]), "packages/b/pyproject.toml": project("b", "1", ">=3.11")}
VIRTUAL = '[tool.uv.workspace]\nmembers = ["packages/a", "packages/b"]\n[dependency-groups]\ndev = ["six"]\n'
LIMITS = '[tool.uv]\nconstraint-dependencies = ["idna<100"]\noverride-dependencies = ["six<100"]\n'

PROJECTS = {
    "empty": ({"pyproject.toml": EMPTY}, changed(
        nothing=EMPTY, comment=EMPTY + "# more\n[tool.black]\nline-length = 3\n", description=EMPTY.replace("version", 'description = "d"\nversion', 1),
        version=project(version="0.2.0"), same_version=project(version="0.1"), python=project(python=">=3.11"), same_python=project(python=">=3.10.0"),
        requirement=project(dependencies=["idna"]), never=project(dependencies=["idna; python_version < '3.8'"]),
        extra=EMPTY + "[project.optional-dependencies]\nx = []\n", group=EMPTY + "[dependency-groups]\ng = []\n",
        classifier=EMPTY + 'classifiers = ["Topic :: Utilities"]\n')),
    "plain": ({"pyproject.toml": project(dependencies=PLAIN)}, changed(
        order=project(dependencies=PLAIN[::-1]), spelling=project(dependencies=("idna <4 , >=3.0.0", "SIX", PLAIN[2])), twice=project(dependencies=PLAIN + ("six",)),
        zeros=project(dependencies=("idna>=3.0,<4", *PLAIN[1:])), added=project(dependencies=PLAIN + ("attrs",)), removed=project(dependencies=PLAIN[:1] + PLAIN[2:]),
        bound=project(dependencies=("idna>=3.1,<4", *PLAIN[1:])), clause=project(dependencies=("idna>=3.0.0", *PLAIN[1:])),
        extra=project(dependencies=("idna[all]>=3.0.0,<4", *PLAIN[1:])), marker=project(dependencies=(PLAIN[0], "six; sys_platform == 'linux'", PLAIN[2])),
        never_removed=project(dependencies=PLAIN[:2]), marker_twice=project(dependencies=(*PLAIN[:2], "iniconfig; python_version < '3.9' and python_version < '3.8'")),
        always=project(dependencies=(PLAIN[0], "six; python_version >= '3.9'", PLAIN[2])), moved=project(dependencies=PLAIN[1:], more='[project.optional-dependencies]\nx = ["idna>=3.0.0,<4"]\n'))),
    "extras": ({"pyproject.toml": project(more=EXTRAS)}, changed(
        spelling=project(more=EXTRAS.replace("E_x", "E-X").replace("p[e-y]", "P[E_Y]")), added=project(more=EXTRAS + "z = []\n"), removed=project(more=EXTRAS.replace("none = []\n", "")),
        order=project(more=EXTRAS.replace('"six", "p[e-y]"', '"p[e-y]", "six"')), less=project(more=EXTRAS.replace('"six", ', "")),
        marker=project(more=EXTRAS.replace("linux", "darwin")), to_main=project(dependencies=["six"], more=EXTRAS.replace('"six", ', "")), renamed=project(more=EXTRAS.replace("E_x", "z")))),
    "groups": ({"pyproject.toml": project(more=GROUPS)}, changed(
        flat=project(more=GROUPS.replace('{include-group = "H"}', '"idna"')), spelling=project(more=GROUPS.replace("H", "h").replace("g =", "G =")),
        added=project(more=GROUPS + "z = []\n"), removed=project(more=GROUPS.replace("empty = []\n", "")), included=project(more=GROUPS.replace('"idna"', '"idna>3"')),
        not_included=project(more=GROUPS.replace(', {include-group = "H"}', "")), older=project(more=GROUPS + '[tool.uv]\ndev-dependencies = ["six"]\n'))),
    "older": ({"pyproject.toml": project(more='[dependency-groups]\ndev = ["idna"]\n[tool.uv]\ndev-dependencies = ["six"]\n')}, changed(
        new=project(more='[dependency-groups]\ndev = ["six", "idna"]\n'), less=project(more='[dependency-groups]\ndev = ["idna"]\n'),
        bound=project(more='[dependency-groups]\ndev = ["idna"]\n[tool.uv]\ndev-dependencies = ["six>1"]\n'))),
    "markers": ({"pyproject.toml": project(dependencies=MARKERS)}, changed(
        normal=project(dependencies=("idna; sys_platform == 'win32' or python_full_version >= '3.12'", "six; sys_platform == 'linux'", *MARKERS[2:])),
        turned=project(dependencies=("idna; python_version >= '3.12' or platform_system == 'Windows'", *MARKERS[1:3], "attrs; 'arm' in platform_machine and python_version >= '3.6'")),
        bound=project(dependencies=(MARKERS[0].replace("3.11", "3.12"), *MARKERS[1:])), word=project(dependencies=(*MARKERS[:3], "attrs; 'arm64' in platform_machine")),
        negated=project(dependencies=(*MARKERS[:2], MARKERS[2].replace("==", "!="), MARKERS[3])), half=project(dependencies=(*MARKERS[:2], "iniconfig; os_name == 'posix'", MARKERS[3])))),
    "python": ({"pyproject.toml": project(python="~=3.10,!=3.11.0")}, changed(
        same=project(python=">=3.10,<4,!=3.11.0"), order=project(python="!=3.11.0, ~=3.10"), wider=project(python=">=3.10,!=3.11.0"), less=project(python="~=3.10"))),
    "vendor": ({"pyproject.toml": project(dependencies=["v"], more=GIT_LESS), **VENDOR}, {
        "nothing": {}, "its requirement": {"vendor/v/pyproject.toml": project("v", "1", dependencies=["idna", "six"])}, "its version": {"vendor/v/pyproject.toml": project("v", "2", dependencies=["idna"])},
        "editable": {"pyproject.toml": project(dependencies=["v"], more=GIT_LESS.replace('v"', 'v", editable = true'))}, "its group": {"vendor/v/pyproject.toml": project("v", "1", dependencies=["idna"], more='[dependency-groups]\ng = ["six"]\n')},
        "marker": {"pyproject.toml": project(dependencies=["v; sys_platform == 'linux'"], more=GIT_LESS)}}),
    "workspace": ({"pyproject.toml": WORKSPACE, **MEMBERS}, {
        "nothing": {}, "member's requirement": {"packages/a/pyproject.toml": project("a", "1", dependencies=["idna>3"])}, "member's version": {"packages/b/pyproject.toml": project("b", "2", ">=3.11")},
        "member's python": {"packages/b/pyproject.toml": project("b", "1", ">=3.11.1")}, "hidden python": {"pyproject.toml": WORKSPACE.replace(">=3.10", ">=3.9")},
        "new member": {"packages/c/pyproject.toml": project("c", "1")}, "excluded": {"packages/not/pyproject.toml": project("not", "1")}, "other folder": {"other/c/pyproject.toml": project("c", "1")},
        "fewer": {"pyproject.toml": WORKSPACE.replace("packages/*", "packages/a")}, "listed": {"pyproject.toml": WORKSPACE.replace('"packages/*"', '"packages/b", "./packages/a/"')},
        "excluded now": {"pyproject.toml": WORKSPACE.replace("packages/not", "packages/b")}, "member's group": {"packages/b/pyproject.toml": project("b", "1", ">=3.11", more='[dependency-groups]\ng = ["six"]\n')}}),
    "virtual": ({"pyproject.toml": VIRTUAL, **MEMBERS}, {
        "nothing": {}, "group": {"pyproject.toml": VIRTUAL.replace("six", "idna")}, "new group": {"pyproject.toml": VIRTUAL + 'z = ["six"]\n'}, "fewer": {"pyproject.toml": VIRTUAL.replace(', "packages/b"', "")},
        "member": {"packages/a/pyproject.toml": project("a", "1")}}),
    "limits": ({"pyproject.toml": project(dependencies=["idna", "six"], more=LIMITS)}, changed(
        order=project(dependencies=["six", "idna"], more=LIMITS), constraint=project(dependencies=["idna", "six"], more=LIMITS.replace("<100", "<99", 1)),
        override=project(dependencies=["idna", "six"], more=LIMITS.replace("six<100", "six<99")), none=project(dependencies=["idna", "six"]))),
    "dynamic": ({"pyproject.toml": '[project]\nname = "p"\ndynamic = ["version"]\nrequires-python = ">=3.10"\ndependencies = ["idna"]\n'}, changed(
        fixed='[project]\nname = "p"\ndynamic = ["version"]\nrequires-python = ">=3.10"\ndependencies = ["idna", "six"]\n',
        nothing='[project]\nname = "p"\ndynamic = ["version"]\nrequires-python = ">=3.10"\ndependencies = ["IDNA"]\n')),
}
