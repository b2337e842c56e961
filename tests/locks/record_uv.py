"""Records what uv makes of the projects in uv/: uv/expected.json.

Run by hand when a project changes: python3 tests/locks/record_uv.py UV (the program), with `packaging` installed. The projects were
locked by uv; hosts in the locks are rewritten to index.example, because only `uv export --frozen` reads them from then on.

SPDX-License-Identifier: Apache-2.0
"""
import itertools
import json
import pathlib
import subprocess
import sys
import tomllib

from packaging.requirements import Requirement

HERE = pathlib.Path(__file__).resolve().parent / "uv"


def environment(python, machine):
    return {"os_name": "posix", "sys_platform": "linux", "platform_machine": machine, "platform_python_implementation": "CPython",
            "platform_release": "", "platform_system": "Linux", "platform_version": "", "python_version": python.rsplit(".", 1)[0],
            "python_full_version": python, "implementation_name": "cpython", "implementation_version": python}


ENVIRONMENTS = {"py39-x86": environment("3.9.19", "x86_64"), "py312-arm": environment("3.12.3", "aarch64"),
                "py313-x86": environment("3.13.9", "x86_64")}
CASES = {
    "basic": [([], []), (["socks"], []), (["color", "socks"], []), (["all"], []), ([], ["dev"]), ([], ["test"]), (["all"], ["dev", "test"])],
    "forks": [([], [])],
    "conflicts": [([], []), (["old"], []), (["new"], []), (["other"], []), (["old", "other"], []), (["new", "other"], []), (["old", "new"], []),
                  ([], ["g1"]), ([], ["g2"]), (["new"], ["g1"]), ([], ["g1", "g2"])],
    "workspace": [([], []), ([], ["dev"])],
    "virtual": [([], []), ([], ["dev"])],
    "groups": [([], []), ([], ["docs"]), ([], ["dev", "empty"]), ([], ["lint"])],
    "extras": [([], []), (["big-one"], []), (["Big_One"], [])],
    "sources": [([], [])],
}


def locked_paths(folder):
    names = {}
    for p in tomllib.loads((folder / "uv.lock").read_text())["package"]:
        for kind in ("editable", "directory", "path"):
            if kind in p["source"]:
                names[p["source"][kind].removeprefix("./")] = p["name"], p.get("version")
    return names


def export(uv, folder, extras, groups, defaults):
    arguments = [uv, "export", "--frozen", "--no-hashes", "--no-header", "--no-annotate", "--no-emit-project", "--project", str(folder)]
    arguments += itertools.chain.from_iterable(("--extra", e) for e in extras)
    arguments += itertools.chain.from_iterable(("--group", g) for g in groups)
    if not defaults:
        arguments.append("--no-default-groups")
    else:
        project = (folder / "pyproject.toml").read_text()
        if "default-groups" not in project and "\ndev =" in project and "dev" not in groups:
            arguments.append("--no-group=dev")  # lamina never takes dev by itself
    run = subprocess.run(arguments, capture_output=True, text=True, cwd=folder)
    return run.stdout.splitlines() if run.returncode == 0 else None


def select(lines, env, paths):
    found = []
    for line in lines:
        text, _, marker = line.partition(" ; ")
        path = text.removeprefix("-e ").strip()
        if path.startswith("."):
            if not marker or Requirement(f"x ; {marker}").marker.evaluate(env):
                name, version = paths[path.removeprefix("./")]
                found.append([name, version])
            continue
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate(env):
            continue
        version = next(iter(requirement.specifier)).version if requirement.specifier else None
        found.append([requirement.name, version])
    return sorted(found)


def main(uv):
    result = []
    for project, cases in CASES.items():
        folder = HERE / project
        paths = locked_paths(folder)
        for (extras, groups), defaults in itertools.product(cases, (True, False)):
            lines = export(uv, folder, extras, groups, defaults)
            for name, env in ENVIRONMENTS.items():
                result.append({"project": project, "extras": extras, "groups": groups, "default_groups": defaults, "environment": name,
                               "packages": None if lines is None else select(lines, env, paths)})
    text = "[\n" + ",\n".join(json.dumps(r) for r in result) + "\n]\n"
    (HERE / "expected.json").write_text(text)


if __name__ == "__main__":
    main(sys.argv[1])
