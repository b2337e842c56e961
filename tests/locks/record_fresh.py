"""Records what `uv lock --check` says of the cases in fresh_cases.py: uv_fresh/NAME.lock and uv_fresh/expected.json.

Run by hand when a case changes: python3 tests/locks/record_fresh.py UV (the program). It locks each project, changes it, and asks uv
whether the lock still is its own; hosts in what is kept are rewritten to index.example.

SPDX-License-Identifier: Apache-2.0
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from fresh_cases import PROJECTS, write_project

HERE = pathlib.Path(__file__).resolve().parent / "uv_fresh"


def run(uv, folder, *arguments):
    return subprocess.run([uv, "lock", "--no-python-downloads", *arguments], cwd=folder, capture_output=True, text=True)


def neutral(text):
    text = re.sub(r'https://[^"/ ]+/simple', "https://index.example/simple", text)
    return re.sub(r'url = "https://[^"/ ]+/', 'url = "https://files.index.example/', text)


def main(uv):
    expected = {}
    HERE.mkdir(exist_ok=True)
    for name, (files, changes) in PROJECTS.items():
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            write_project(folder, files)
            made = run(uv, folder)
            if made.returncode:
                raise SystemExit(f"{name}: {made.stderr}")
            lock = (folder / "uv.lock").read_text()
            (HERE / f"{name}.lock").write_text(neutral(lock))
            assert run(uv, folder, "--check").returncode == 0, name
            for change, edit in changes.items():
                for path in sorted(folder.rglob("*"), reverse=True):
                    path.rmdir() if path.is_dir() else path.unlink()
                write_project(folder, {**files, **edit})
                (folder / "uv.lock").write_text(lock)
                checked = run(uv, folder, "--check")
                if "needs to be updated" not in checked.stderr and checked.returncode:
                    raise SystemExit(f"{name}, {change}: {checked.stderr}")
                expected[f"{name}: {change}"] = "stale" if checked.returncode else "fresh"
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
