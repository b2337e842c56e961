"""Source distributions: those of real backends, and small ones of our own.

SPDX-License-Identifier: Apache-2.0

    s = make("demo", "1.0", {"demo.py": "x = 1\n"}, requires=["other"])
    s.file, s.data, s.sha256, s.name, s.version, s.pin, s.locked, s.save(folder)
"""
import gzip
import io
import os
import subprocess
import sys
import tarfile

import backend
import wheels

SETUPTOOLS = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
COMPILES = "from setuptools import Extension, setup\nsetup(ext_modules=[Extension('x', ['x.c'])])\n"

# The project's sdist and, in a folder that is unpacked from it, its wheel: as pip does it.
HOOKS = backend.LOAD + """
sdist = hooks.build_sdist(out)
print("SDIST=" + sdist)
with tarfile.open(os.path.join(out, sdist)) as t:
    t.extractall(os.path.join(out, "unpacked"), **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
top, = os.listdir(os.path.join(out, "unpacked"))
os.chdir(os.path.join(out, "unpacked", top))
sys.stdout.flush()
os.execv(sys.executable, [sys.executable, "-c", '''""" + backend.HOOK + """''', backend, out])
"""


def real(folder, backend, out):
    """File names of the sdist and of the wheel that are made of it; None and why, when the backend makes none."""
    out.mkdir()
    run = subprocess.run([sys.executable, "-c", HOOKS, backend, str(out)], cwd=folder, text=True, capture_output=True,
                         env={**os.environ, "PATH": os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]})
    if run.returncode:
        return None, run.stderr[-2000:]
    found = dict(line.split("=", 1) for line in run.stdout.splitlines() if line.startswith(("SDIST=", "WHEEL=")))
    return found["SDIST"], found["WHEEL"]


def unpacked(folder, backend_name, out):
    """The same of a folder that is an unpacked sdist: it is packed again as it is."""
    files = {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    wheel, _ = backend.real(folder, backend_name, out)
    top = "-".join(wheel.split("-")[:2])
    (out / f"{top}.tar.gz").write_bytes(archive(top, files))
    return f"{top}.tar.gz", wheel


def archive(top, files, mtime=0):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as t:
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            info = tarfile.TarInfo(f"{top}/{name}")
            info.size, info.mtime, info.mode = len(data), mtime, 0o644
            t.addfile(info, io.BytesIO(data))
    return gzip.compress(out.getvalue(), mtime=0)


def make(name, version="1.0", files=None, *, requires=(), extras=None, requires_python=None, setup=None, metadata="2.1", pyproject=None, more=""):
    """Of setuptools. setup: text of a setup.py."""
    module = wheels.normalize(name).replace("-", "_")
    dependencies = "[" + ", ".join(f"'{r}'" for r in requires) + "]"
    text = f'{SETUPTOOLS}[project]\nname = "{name}"\nversion = "{version}"\ndependencies = {dependencies}\n'
    text += f'requires-python = "{requires_python}"\n' if requires_python else ""
    text += ("[project.optional-dependencies]\n" + "".join(f"{k} = {list(v)}\n" for k, v in extras.items())) if extras else ""
    info = f"Metadata-Version: {metadata}\nName: {name}\nVersion: {version}\n" + "".join(f"Requires-Dist: {r}\n" for r in requires)
    content = {"pyproject.toml": (pyproject or text) + more, "PKG-INFO": info, **(files or {f"{module}.py": f"name = '{name}'\n"})}
    if setup:
        content["setup.py"] = setup
    return wheels.Wheel(wheels.normalize(name), version, f"{module}-{version}.tar.gz", archive(f"{module}-{version}", content))


def compiled(name, version="1.0", **options):
    return make(name, version, setup=COMPILES, **options)
