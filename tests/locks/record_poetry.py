"""Records what Poetry's export makes of the projects in poetry/: poetry/expected.json.

Run by hand when a project changes: python3 tests/locks/record_poetry.py POETRY12 POETRY18 POETRY2 (the programs, with the export plugin),
with `packaging` installed. The projects were locked from a loopback copy of an index. Poetry does not read the newer lock versions with
older programs, nor the older sources with newer ones, hence three.

SPDX-License-Identifier: Apache-2.0
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

from packaging.requirements import Requirement

from record_uv import ENVIRONMENTS

HERE = pathlib.Path(__file__).resolve().parent / "poetry"
CASES = {
    "basic": [([], []), (["extra-one"], []), (["http"], []), (["http", "extra-one"], []), ([], ["dev"]), ([], ["test"]), (["http"], ["dev", "test"])],
    "forks": [([], [])],
    "project": [([], []), (["socks-x"], []), (["color"], []), ([], ["dev"]), ([], ["lint", "test"]), (["color", "socks-x"], ["dev"])],
}


def export(program, folder, extras, groups):
    with tempfile.TemporaryDirectory() as scratch:
        copy = pathlib.Path(scratch) / "project"
        shutil.copytree(folder, copy)
        arguments = [program, "export", "--without-hashes", "--without-urls", "-n", "-f", "requirements.txt", "-o", "out.txt", "-C", str(copy)]
        if "1.2" in subprocess.run([program, "--version"], capture_output=True, text=True).stdout:
            arguments = arguments[:-2]
        for extra in extras:
            arguments += ["-E", extra]
        if groups:
            arguments += ["--with", ",".join(groups)]
        run = subprocess.run(arguments, cwd=copy, capture_output=True, text=True)
        out = copy / "out.txt"
        assert run.returncode == 0 and out.exists(), (folder, run.stdout, run.stderr)
        return out.read_text().splitlines()


def select(lines, env):
    found = []
    for line in filter(None, lines):
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate(env):
            continue
        found.append([requirement.name, next(iter(requirement.specifier)).version, sorted(requirement.extras)])
    # The walker prints a package once with and once without extras.
    return sorted({n: v for n, v, _ in found}.items())


def main(programs):
    result = []
    for project, cases in CASES.items():
        for program, version in zip(programs, ("1.1", "2.0", "2.1")):
            folder = HERE / f"{project}-{version}"
            if not folder.is_dir():
                continue
            for extras, groups in cases:
                lines = export(program, folder, extras, groups)
                for name, env in ENVIRONMENTS.items():
                    result.append({"project": folder.name, "extras": extras, "groups": groups, "environment": name, "packages": select(lines, env)})
    (HERE / "expected.json").write_text("[\n" + ",\n".join(json.dumps(r) for r in result) + "\n]\n")


if __name__ == "__main__":
    main(sys.argv[1:])
