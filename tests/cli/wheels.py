"""Good wheels, the same bytes every time: what the builds of these tests are made of.

SPDX-License-Identifier: Apache-2.0

    w = make("demo", "1.0", {"demo/__init__.py": b"x = 1\n"}, requires=["other>=1"], scripts={"demo": "demo:main"})
    w.file, w.data, w.sha256, w.name, w.version, w.pin (demo==1.0), w.locked (demo==1.0 --hash=sha256:...), w.save(folder)

Wheels with a defect come from tests/store/hostile_wheels.py.
"""
import dataclasses
import hashlib
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "store"))
import hostile_wheels  # noqa: E402
from hostile_wheels import Entry, archive, row  # noqa: E402


def normalize(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@dataclasses.dataclass(frozen=True)
class Wheel:
    name: str
    version: str
    file: str
    data: bytes = dataclasses.field(repr=False)

    @property
    def sha256(self):
        return hashlib.sha256(self.data).hexdigest()

    @property
    def pin(self):
        return f"{self.name}=={self.version}"

    @property
    def locked(self):
        return f"{self.pin} --hash=sha256:{self.sha256}"

    @property
    def metadata(self):
        import io
        import zipfile
        archive_ = zipfile.ZipFile(io.BytesIO(self.data))
        return archive_.read(next(n for n in archive_.namelist() if n.endswith(".dist-info/METADATA")))

    def save(self, folder):
        path = pathlib.Path(folder) / self.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.data)
        return path

    def named(self, file):
        return dataclasses.replace(self, file=file)


def make(name, version="1.0", files=None, *, requires=(), extras=(), requires_python=None, scripts=None, data=None, tag="py3-none-any",
         modes=None, method=8, entry_points=None, info=None, licenses=()):
    """files: {path: bytes} (default: one module); data: {"scripts/x": bytes} under .data; scripts: {name: "module:function"}."""
    stem = normalize(name).replace("-", "_")
    folder = f"{stem}-{version}.dist-info"
    files = dict(files if files is not None else {f"{stem}/__init__.py": f"name = {name!r}\nversion = {version!r}\n".encode()})
    for path, content in (data or {}).items():
        files[f"{stem}-{version}.data/{path}"] = content
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Python: {requires_python}"] if requires_python else []
    lines += [f"Provides-Extra: {e}" for e in extras] + [f"Requires-Dist: {r}" for r in requires]
    files[f"{folder}/METADATA"] = ("\n".join(lines) + "\n").encode()
    tags = "".join(f"Tag: {t}\n" for t in expand(tag))
    files[f"{folder}/WHEEL"] = ("Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n" + tags).encode()
    if scripts:
        entry_points = (entry_points or "") + "[console_scripts]\n" + "".join(f"{k} = {v}\n" for k, v in scripts.items())
    if entry_points:
        files[f"{folder}/entry_points.txt"] = entry_points.encode()
    for path in licenses:
        files[f"{folder}/licenses/{path}"] = b"You may.\n"
    for path, content in (info or {}).items():
        files[f"{folder}/{path}"] = content
    files = {k: v if isinstance(v, bytes) else v.encode() for k, v in files.items()}
    record = "".join(row(k, v) for k, v in files.items()) + f"{folder}/RECORD,,\n"
    files[f"{folder}/RECORD"] = record.encode()
    entries = [Entry(k, v, method=method, mode=(modes or {}).get(k, 0o100644)) for k, v in files.items()]
    return Wheel(name, version, f"{stem}-{version}-{tag}.whl", archive(entries))


def expand(tag):
    python, abi, platform = tag.split("-")
    return [f"{p}-{a}-{t}" for p in python.split(".") for a in abi.split(".") for t in platform.split(".")]


def hostile(case):
    """A case of hostile_wheels as a Wheel; it calls itself demo 1.0."""
    if isinstance(case, str):
        case = next(c for c in [*hostile_wheels.HOSTILE, *hostile_wheels.TOLERATED] if c.name == case)
    return Wheel("demo", "1.0", case.file, case.make())


NATIVE = {
    "x86_64": b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00\x3e\x00" + bytes(44),
    "arm64": b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00\xb7\x00" + bytes(44),
}
PLATFORM = {"x86_64": "manylinux2014_x86_64", "arm64": "manylinux2014_aarch64"}


def native(name, version="1.0", arch="x86_64", python="cp312", **options):
    stem = normalize(name).replace("-", "_")
    files = {f"{stem}/__init__.py": b"from . import fast\n", f"{stem}/fast.so": NATIVE[arch]}
    return make(name, version, options.pop("files", files), tag=f"{python}-{python}-{PLATFORM[arch]}", **options)
