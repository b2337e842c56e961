"""Well-known source distributions from the index that this computer's pip uses: the wheel that is made of each is the one that its authors published,
name for name and byte for byte, but for what the rules below say.

SPDX-License-Identifier: Apache-2.0

Rules, each because an older or newer edition of the backend made the published wheel:
  WHEEL             Generator, and the order of lines; everything else is equal.
  METADATA          the order of fields and the fields of YOUNGER; requirements and the name mean the same, in another spelling (uv_build writes markers
                    anew); the description may have other line ends; poetry-core adds a classifier for each Python that it knows: of those, the ones that are published.
  entry_points.txt  white space, the order of sections, empty sections.
  licences          dist-info/licenses/NAME (PEP 639) or dist-info/NAME (before it): the bytes are equal.
  RECORD            lists what is compared anyway; that it is right is what the build checks.
"""
import collections
import configparser
import csv
import difflib
import os
import pathlib
import re
import subprocess
import sys

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# Certificates, proxies and indexes of this computer: everything that pip and lamina share.
OURS = ("PIP_", "UV_", "SSL_CERT", "REQUESTS_CA", "CURL_CA", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")

# backend -> pins: of a day in 2026, those that can be read without running anything.
PINS = {
    "flit_core": ["click==8.5.1", "flask==3.1.3", "idna==3.20", "itsdangerous==2.2.0", "jinja2==3.1.6", "mdurl==0.1.2", "packaging==26.3",
                  "typing_extensions==4.16.0", "werkzeug==3.1.9", "pathspec==1.1.1", "markdown_it_py==4.3.0", "blinker==1.9.0",
                  "more_itertools==11.2.1", "mypy_extensions==1.2.0", "marshmallow==4.4.0", "loguru==0.7.3"],
    "hatchling": ["httpx==0.28.1", "httpcore==1.0.9", "urllib3==2.8.0", "attrs==26.1.0", "humanize==4.17.0", "beautifulsoup4==4.15.0",
                  "referencing==0.37.0", "termcolor==3.3.0", "pygments==2.21.0", "jsonschema_specifications==2025.9.1", "soupsieve==4.1.2",
                  "tenacity==9.2.1", "python_dateutil==4.0.0", "starlette==1.10.0", "uvicorn==0.54.0", "jsonschema==4.26.0", "structlog==26.1.0",
                  "fsspec==2026.9.0", "pydantic-settings==2.16.3", "python-multipart==0.0.34", "aiofiles==25.1.0", "aws-lambda-powertools==3.37.0",
                  "mangum==0.22.0", "sqlparse==0.6.1", "typing_inspection==0.4.5"],
    "poetry-core": ["rich==15.0.0", "rsa==4.9.1", "tomlkit==0.15.2"],
    "setuptools": ["requests==2.34.2", "decorator==5.3.1", "networkx==3.6.1", "cachetools==8.0.1", "pycparser==3.12", "anyio==4.16.0",
                   "pluggy==1.7.0", "semver==3.1.1", "tabulate==0.10.0", "pyasn1==0.6.5", "python_dotenv==1.2.4", "sniffio==1.3.1", "tqdm==4.70.1",
                   "nest_asyncio==1.6.0", "xmltodict==1.0.4", "pyjwt==2.15.1", "prompt_toolkit==3.0.53", "python-json-logger==4.2.0",
                   "tzlocal==5.4.5", "isodate==0.7.2"],
    "pdm-backend": ["fastapi==0.165.0", "typer==0.29.2"],
    "uv_build": ["dnspython==2.9.2"],
}
# What they need beside each other.
NEEDED = ["certifi==2026.10.18", "charset-normalizer==3.5.2", "h11==0.16.0", "markupsafe==3.0.4", "rpds-py==2026.9.1", "tzdata==2026.6",
          "annotated-doc==0.0.7", "annotated-types==0.8.0", "asgiref==3.13.0", "filelock==4.2.11", "gunicorn==27.0.1", "jmespath==1.1.0",
          "mako==1.4.3", "oauthlib==4.0.1", "opentelemetry-api==1.45.2", "platformdirs==4.14.7", "pydantic==2.14.3", "pydantic-core==2.50.4",
          "shellingham==1.5.4", "wcwidth==0.9.4"]
# Not one of them: what it says why.
REFUSED = {"six==1.17.0": "setup.py", "poetry_core==2.5.0": "backend-path", "charset_normalizer==3.5.2": "backend-path"}
# uv_build writes markers anew.
SPELT = {'platform_system == "Windows"': 'sys_platform == "win32"'}
# Fields that one edition of a backend writes and another does not.
YOUNGER = ("Metadata-version", "License-file", "License-expression", "License", "Dynamic", "Import-name", "Import-namespace")


@pytest.fixture(scope="module")
def env(tmp_path_factory):
    done = subprocess.run([sys.executable, str(ROOT / "tools" / "default-index")], capture_output=True, text=True, timeout=60)
    if not done.stdout.strip():
        pytest.skip("this computer's pip names no index")
    home = tmp_path_factory.mktemp("home")
    env = {k: v for k, v in os.environ.items() if k.startswith(OURS) or k == "PATH"}
    env.update(HOME=str(home), LAMINA_CACHE_DIR=str(home / "store"), PIP_INDEX_URL=done.stdout.strip())
    return env


def lamina(env, folder, *options):
    return subprocess.run([os.environ["LAMINA"], "build", "--lock", "requirements.txt", "--runtime", "python3.12", "--arch", "x86_64", "--into", "tree", *options],
                          cwd=folder, env=env, capture_output=True, text=True, timeout=300)


def build(env, folder, pins, *options):
    (folder / "requirements.txt").write_text("\n".join(pins) + "\n")
    done = lamina(env, folder, *options)
    if done.returncode == 5:
        pytest.skip("the package index is out of reach: " + done.stderr.strip()[:200])
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def trees(env, tmp_path_factory):
    """{made, published}: everything in one tree each; and what was said of what was made."""
    made, published = tmp_path_factory.mktemp("made"), tmp_path_factory.mktemp("published")
    pins = [p for of_backend in PINS.values() for p in of_backend] + NEEDED
    said = build(env, made, [f"--no-binary {p.split('==')[0]}" for of_backend in PINS.values() for p in of_backend] + pins, "--sdists", "pure")
    build(env, published, pins)
    return made / "tree" / "python", published / "tree" / "python", said


def files(top, pin):
    """What RECORD says is the distribution's."""
    name, version = pin.split("==")
    (info,) = [p for p in top.glob("*.dist-info") if re.sub("[-_.]+", "_", p.name.lower()) == re.sub("[-_.]+", "_", f"{name}-{version}.dist-info".lower())]
    names = [row[0] for row in csv.reader((info / "RECORD").read_text().splitlines())]
    return {n: (top / n).read_bytes() for n in names}


def headers(data):
    text, _, body = data.decode().replace("\r\n", "\n").partition("\n\n")
    fields = collections.defaultdict(list)
    for name, value in re.findall(r"^([\w-]+):[ \t]*((?:.|\n[ \t])*)$", text, re.M):
        fields[name.capitalize()].append(re.sub(r"\s+", " ", value).strip())
    return {k: sorted(v) for k, v in fields.items()}, [line.rstrip() for line in body.strip().split("\n")]


def metadata(data):
    fields, text = headers(data)
    for name in YOUNGER:
        fields.pop(name, None)
    fields["Name"] = [canonicalize_name(n) for n in fields["Name"]]
    fields["Requires-dist"] = sorted(map(requirement, fields.get("Requires-dist", [])))
    return fields, text


def requirement(text):
    r = Requirement(text)
    return f"{canonicalize_name(r.name)}[{','.join(sorted(r.extras))}]{r.specifier}; {terms(r.marker._markers) if r.marker else ''}"


def terms(markers):
    """Sorted alternatives of sorted conditions: brackets and order do not change what a marker means."""
    alternatives, conditions = [], []
    for m in [*markers, "or"]:
        if m == "or":
            alternatives.append(" and ".join(sorted(set(conditions))))
            conditions = []
        elif isinstance(m, list):
            inner = terms(m)
            conditions += [f"({inner})"] if " or " in inner else inner.split(" and ")
        elif m != "and":
            conditions.append(SPELT.get(" ".join(part.serialize() for part in m), " ".join(part.serialize() for part in m).replace("python_full_version", "python_version")))
    return " or ".join(sorted(alternatives))


def wheel(data):
    fields, _ = headers(data)
    fields.pop("Generator", None)
    return fields


def normal(tree):
    """path -> what has to be equal."""
    out = {}
    for path, data in tree.items():
        info = re.fullmatch(r"([^/]+\.dist-info)/(?:licenses/|license_files/)?(.+)", path)
        if info and info[2] in ("RECORD", "INSTALLER", "REQUESTED"):
            continue
        if info and info[2] in ("METADATA", "WHEEL"):
            out[path] = metadata(data) if info[2] == "METADATA" else wheel(data)
        elif info and info[2] == "entry_points.txt":
            sections = configparser.ConfigParser(delimiters=("=",), interpolation=None)
            sections.optionxform = str
            sections.read_string(data.decode())
            out[path] = {name: dict(sections[name]) for name in sections.sections() if sections[name]}
        elif info:
            out[f"{info[1]}/{info[2]}"] = data
        else:
            out[path] = data
    return out


def differences(have, want):
    found = {}
    for path in sorted(set(have) | set(want)):
        if path not in want:
            found[path] = "only here"
        elif path not in have:
            found[path] = "only published"
        elif have[path] != want[path]:
            found[path] = "differs"
    return found


@pytest.mark.parametrize("backend,pin", [(b, p) for b, pins in PINS.items() for p in pins], ids=lambda x: x)
def test_as_published(trees, backend, pin):
    made, published, said = trees
    name, version = pin.split("==")
    assert re.search(rf"built {re.sub('[-.]', '[-_.]', name)}-{re.escape(version)}\.tar\.gz here \({backend}\)", said), said
    have, want = normal(files(made, pin)), normal(files(published, pin))
    if backend == "poetry-core":
        (here,), (there,) = ([t for p, t in tree.items() if p.endswith("/METADATA")] for tree in (have, want))
        here[0]["Classifier"] = [c for c in here[0]["Classifier"] if c in there[0]["Classifier"] or not re.fullmatch(r"Programming Language :: Python :: 3\.\d+", c)]
    found = differences(have, want)
    assert len(want) > 3
    assert found == {}, "\n".join(explain(p, have.get(p), want.get(p)) for p in found)


def explain(path, have, want):
    if isinstance(have, tuple) and isinstance(want, tuple):
        lines = [f"  {k}: {[x for x in have[0].get(k, []) if x not in want[0].get(k, [])]} not {[x for x in want[0].get(k, []) if x not in have[0].get(k, [])]}" for k in sorted(set(have[0]) | set(want[0])) if have[0].get(k) != want[0].get(k)]
        if have[1] != want[1]:
            lines.append("  description: " + "".join(difflib.unified_diff(want[1], have[1], n=0, lineterm="\n"))[:400])
        return "\n".join([path, *lines])
    return f"{path}: {have if isinstance(have, (dict, list)) else len(have or b'')} not {want if isinstance(want, (dict, list)) else len(want or b'')}"


def test_there_are_enough():
    assert sum(len(pins) for pins in PINS.values()) >= 60


@pytest.mark.parametrize("pin", REFUSED)
def test_refused(env, tmp_path, pin):
    (tmp_path / "requirements.txt").write_text(f"--no-binary :all:\n{pin}\n")
    done = lamina(env, tmp_path, "--sdists", "pure")
    if done.returncode == 5:
        pytest.skip("the package index is out of reach: " + done.stderr.strip()[:200])
    assert done.returncode == 4 and REFUSED[pin] in done.stderr, done.stderr
    assert pin.split("==")[0].replace("_", "-") in done.stderr and not (tmp_path / "tree").exists()
