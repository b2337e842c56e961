"""Random trees and configurations of flit, hatchling, pdm-backend, poetry-core and uv_build against the real backends.

SPDX-License-Identifier: Apache-2.0

LAMINA_TEST_SEED repeats a run, LAMINA_TEST_PROJECTS makes it longer. setuptools has its own: test_setuptools.py.
"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import zipfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import backend  # noqa: E402
from judge import Judge  # noqa: E402

SEED = int(os.environ.get("LAMINA_TEST_SEED", "7"))
PROJECTS = int(os.environ.get("LAMINA_TEST_PROJECTS", "30"))

FOLDERS = ["sub", "deep", "tests", "data", "d.ot", ".hid", "x-y", "build", "é", "ns", "demo", "_p"]
FILES = ["__init__.py", "m.py", "t.txt", "u.json", "py.typed", "s.pyi", ".h.txt", ".h", "test_x.py", "README", "v1.txt", "v2.cfg", "é.txt", "a b.txt", "x[1].txt", "n.log", "p.pyc"]
PATTERNS = ["*.txt", "*", "*.json", "**/*.txt", "sub/*", "**", "d*/**", ".h*", "[tu].*", "v[0-9].*", "[!t]*", "?.txt", "deep/**/*.txt", "*/*.json", "é*", "sub/**", "**/sub", "**/sub/**", "*.log", "tests", "build", "**/*.py", "**/__init__.py"]
PLACES = ["demo", "src/demo", "demo/sub", "src/demo/sub", "src", "data", "tests", "demo/m.py", "src/demo/t.txt", "ns", "ns/demo", "lib", "lib/demo", "mod.py", "src/mod.py", "gone"]
IGNORES = ["*.txt", "build/", "/demo/sub", "sub/", "!t.txt", "*.log", "demo/*.json", "**/deep/", "/src/demo/*", "!/src/demo/m.py", "é*", "d*", "data/**", "# x", "*.py[co]", "\\#x", "v?.*", "[tu].*", "/*/sub/*.py", "demo/"]


def tree(rng, root, depth=0):
    out = {root + rng.choice(FILES): f"c{rng.randint(0, 9)}\n" for _ in range(rng.randint(1, 4))}
    for _ in range(rng.choice([0, 1, 1, 2]) if depth else rng.randint(1, 3)):
        folder = root + rng.choice(FOLDERS) + "/"
        if rng.random() < 0.5:
            out[folder + "__init__.py"] = ""
        if depth < 3:
            out.update(tree(rng, folder, depth + 1))
    return out


def project(rng, head):
    files = {}
    for root, share in (("demo/", 0.55), ("src/demo/", 0.55), ("ns/demo/", 0.15), ("lib/demo/", 0.2), ("data/", 0.3), ("tests/", 0.3)):
        if rng.random() < share:
            files.update(tree(rng, root))
            if root.endswith("demo/") and rng.random() < 0.8:
                files[root + "__init__.py"] = "x = 1\n"
    for name, share in (("demo.py", 0.15), ("src/demo.py", 0.1), ("mod.py", 0.2), ("src/mod.py", 0.2), ("LICENSE", 0.4), ("NOTICE.txt", 0.2), ("README.md", 0.3), ("PKG-INFO", 0.1)):
        if rng.random() < share:
            files[name] = "Metadata-Version: 2.1\nName: demo\nVersion: 1.2\n" if name == "PKG-INFO" else f"{name}\n"
    if rng.random() < 0.5:
        files[rng.choice([".gitignore", ".gitignore", "demo/.gitignore"])] = "".join(rng.choice(IGNORES) + "\n" for _ in range(rng.randint(1, 4)))
    files["pyproject.toml"] = head
    return files


def place(rng, files):
    """Mostly something that is there."""
    names = [n for n in files if "[" not in n and not n.endswith(".pyc")]
    name = rng.choice(names)
    if rng.random() < 0.6:
        name = str(pathlib.PurePosixPath(name).parent)
    return rng.choice(PLACES) if rng.random() < 0.4 or name == "." else name


def pattern(rng, files):
    roll = rng.random()
    if roll < 0.4:
        return rng.choice(PATTERNS)
    if roll < 0.7:
        return place(rng, files)
    return place(rng, files) + "/" + rng.choice(PATTERNS)


def some(rng, make, most=3):
    return json.dumps([make() for _ in range(rng.randint(1, most))], ensure_ascii=False)


def flit(rng, files):
    text = ""
    if rng.random() < 0.3:
        text += "[tool.flit.module]\nname = " + rng.choice(['"demo"', '"ns.demo"', '"mod"', '"demo.sub"']) + "\n"
    if rng.random() < 0.3:
        text += "[tool.flit.external-data]\ndirectory = " + json.dumps(rng.choice(["data", "tests", "gone", "./data/"])) + "\n"
    return text


def pdm(rng, files):
    text = "[tool.pdm.build]\n"
    for key, share in (("includes", 0.5), ("excludes", 0.5), ("source-includes", 0.2)):
        if rng.random() < share:
            text += f"{key} = {some(rng, lambda: pattern(rng, files))}\n"
    if rng.random() < 0.25:
        text += "package-dir = " + rng.choice(['"src"', '"."', '"lib"', '""', '"ns"']) + "\n"
    return text


def uv(rng, files):
    text = "[tool.uv.build-backend]\n"
    if rng.random() < 0.7:
        files["src/demo/__init__.py"] = files["src/demo/sub/t.txt"] = "x\n"
    if rng.random() < 0.5:
        text += "module-root = " + rng.choice(['"src"', '""', '"."', '"lib"', '"ns"']) + "\n"
    if rng.random() < 0.4:
        text += "module-name = " + rng.choice(['"demo"', '"ns.demo"', '["demo", "ns.demo"]', '"demo.sub"', '["demo"]']) + "\n"
    if rng.random() < 0.25:
        text += f"namespace = {rng.choice(['true', 'false'])}\n"
    for key, share in (("source-exclude", 0.3), ("wheel-exclude", 0.5)):
        if rng.random() < share:
            text += f"{key} = {some(rng, lambda: rng.choice(['', '/']) + rng.choice([p for p in PATTERNS if '[!' not in p and 'é' not in p] + ['src/demo/sub', 'demo/*.txt', 'src/demo/**/*.json', 'src/demo', 'demo', 'src', 'sub', 'src/demo/*', '*/sub', 'src/*', 'src/**', 'sub/'] * 2))}\n"
    if rng.random() < 0.2:
        text += f"default-excludes = {rng.choice(['true', 'false'])}\n"
    if rng.random() < 0.3:
        text += "data = { " + rng.choice(["data", "scripts", "purelib", "headers"]) + " = " + rng.choice(['"data"', '"tests"', '"gone"', '"./data"', '"data/"']) + " }\n"
    return text


def hatch(rng, files):
    text = "[tool.hatch.build.targets.wheel]\n"
    anchored = lambda: rng.choice(["", "", "/", "!"]) + pattern(rng, files) + rng.choice(["", "", "/"])  # noqa: E731
    for key, share in (("include", 0.3), ("exclude", 0.5), ("artifacts", 0.3)):
        if rng.random() < share:
            text += f"{key} = {some(rng, anchored)}\n"
    if rng.random() < 0.35:
        text += f"packages = {some(rng, lambda: place(rng, files), 2)}\n"
    if rng.random() < 0.2:
        text += f"only-include = {some(rng, lambda: place(rng, files), 2)}\n"
    for key in ("only-packages", "skip-excluded-dirs", "ignore-vcs", "bypass-selection"):
        if rng.random() < 0.15:
            text += f"{key} = true\n"
    if rng.random() < 0.2:
        text += "sources = " + rng.choice(['["src"]', '["src", "lib"]', '["demo"]']) + "\n"
    elif rng.random() < 0.2:
        text += "[tool.hatch.build.targets.wheel.sources]\n" + rng.choice(['"src" = "top"\n', '"demo" = "other/name"\n', '"" = "all"\n', '"src/demo" = ""\n'])
    if rng.random() < 0.2:
        text += "[tool.hatch.build.targets.wheel.force-include]\n" + "".join(f'"{place(rng, files)}" = "{rng.choice(["demo/forced", "x.txt", "demo/m.py", "data"])}{i}"\n' for i in range(rng.randint(1, 2)))
    return text


def poetry(rng, files):
    text = "[tool.poetry]\n"
    formats = lambda: rng.choice(["", "", "", ', format = "sdist"', ', format = "wheel"', ', format = ["sdist", "wheel"]'])  # noqa: E731
    if rng.random() < 0.5:
        rows = []
        for _ in range(rng.randint(1, 2)):
            name = place(rng, files)
            root = rng.choice(["", "", "src", "lib", "ns"])
            if root and name.startswith(root + "/"):
                name = name[len(root) + 1:]
            name += rng.choice(["", "", "", "/**/*.py", "/**/*", "/*.txt"])
            rows.append("{ include = " + json.dumps(name, ensure_ascii=False) + (f', from = "{root}"' if root else "") + rng.choice(["", "", "", ', to = "other/place"']) + formats() + " }")
        text += f"packages = [{', '.join(rows)}]\n"
    if rng.random() < 0.4:
        rows = [json.dumps(pattern(rng, files), ensure_ascii=False) if rng.random() < 0.3 else "{ path = " + json.dumps(pattern(rng, files), ensure_ascii=False) + formats() + " }" for _ in range(rng.randint(1, 2))]
        text += f"include = [{', '.join(rows)}]\n"
    if rng.random() < 0.5:
        text += f"exclude = {some(rng, lambda: pattern(rng, files))}\n"
    return text


BACKENDS = {
    "flit": ("flit_core.buildapi", "flit_core", flit),
    "hatch": ("hatchling.build", "hatchling", hatch),
    "pdm": ("pdm.backend", "pdm-backend", pdm),
    "poetry": ("poetry.core.masonry.api", "poetry-core", poetry),
    "uv": ("uv_build", "uv_build", uv),
}

# One process makes the wheels of many projects: a process each would cost more than the building.
MANY = """
import contextlib, importlib, io, json, os, sys
name, jobs = sys.argv[1], json.load(sys.stdin)
hooks = importlib.import_module(name)
answers = []
for folder, out in jobs:
    os.chdir(folder)
    os.makedirs(out, exist_ok=True)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            answers.append([hooks.build_wheel(out), ""])
        except (Exception, SystemExit) as e:
            answers.append([None, f"{type(e).__name__}: {e}"])
print(json.dumps(answers))
"""


def real_many(name, jobs, seed="0"):
    run = subprocess.run([sys.executable, "-c", MANY, name], input=json.dumps([[str(a), str(b)] for a, b in jobs]), text=True, capture_output=True,
                         env={**os.environ, "PATH": os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PYTHONHASHSEED": seed})
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout.splitlines()[-1])


def contents(path):
    with zipfile.ZipFile(path) as wheel:
        # Compiled Python and version control never come along here.
        return {i.filename: wheel.read(i) for i in wheel.infolist() if not i.is_dir() and not i.filename.endswith(".pyc") and not i.filename.startswith(".git/")}


def possible(files):
    return not any(str(parent) in files for name in files for parent in pathlib.PurePosixPath(name).parents)


def generate(rng, kind):
    module, requires, configure = BACKENDS[kind]
    head = f'[build-system]\nrequires = ["{requires}"]\nbuild-backend = "{module}"\n[project]\nname = "demo"\nversion = "1.2"\ndescription = "d"\n'
    files = project(rng, head)
    if rng.random() < 0.85:
        files["pyproject.toml"] += configure(rng, files)
    return files


def check(kind, result, mine, wheel, error, out, where):
    """True: same; False: both refuse, or lamina refuses what it cannot know."""
    if wheel is None:
        # hatchling stops when two rules name the same file for the same place; here that is one file.
        assert mine is None or "A second file is being added" in error, f"{where}\nthe backend: {error}"
        return False
    if mine is None:
        # pdm-backend writes a name twice into its wheel, flit the later one alone.
        assert result["rule"] in ("cannot-build", "collision"), f"{where}\n{result}"
        return False
    theirs = contents(out / wheel)
    try:
        backend.compare(where, theirs, mine)
    except AssertionError as e:
        raise AssertionError(f"{where}\nonly the backend's: {sorted(set(theirs) - set(mine))}\nonly lamina's: {sorted(set(mine) - set(theirs))}") from e
    return True


@pytest.mark.parametrize("kind", BACKENDS)
def test_random_projects(tmp_path, kind):
    cases = []
    for number in range(PROJECTS):
        rng = random.Random(f"{SEED} {kind} {number}")
        files = generate(rng, kind)
        if not possible(files):
            continue
        folder = tmp_path / str(number)
        folder.mkdir()
        backend.write(folder, files)
        if kind == "poetry" and shutil.which("git") and rng.random() < 0.6:
            subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
            if rng.random() < 0.5:
                subprocess.run(["git", "add", "-f", *rng.sample(sorted(files), min(3, len(files)))], cwd=folder, check=True)
        cases.append((number, files, folder, tmp_path / f"out{number}"))
    with Judge() as judge:
        answers = judge.ask_all([{"op": "source.wheel", "path": str(folder)} for _, _, folder, _ in cases])
    wheels = real_many(BACKENDS[kind][0], [(folder, out) for _, _, folder, out in cases])
    same, wrong = 0, []
    for (number, files, folder, out), answer, (wheel, error) in zip(cases, answers, wheels):
        where = f"seed {SEED}, {kind}, project {number}:\n{files['pyproject.toml']}\n{sorted(files)}\n{[files[f] for f in files if f.endswith('.gitignore')]}"
        result, mine = backend.answer(folder, answer)
        # Which of several patterns for one path counts is a matter of chance for pdm-backend: of its hash seed.
        for seed in ["", "1", "2", "3", "4"] if kind == "pdm" else [""]:
            try:
                if seed:
                    [[wheel, error]] = real_many(BACKENDS[kind][0], [(folder, out)], seed)
                same += check(kind, result, mine, wheel, error, out, where)
                failed = None
                break
            except AssertionError as e:
                failed = str(e)
        if failed:
            wrong.append(failed)
    assert not wrong, f"{len(wrong)} of {len(cases)} differ\n" + "\n\n".join(wrong[:5])
    assert same > PROJECTS // 5
