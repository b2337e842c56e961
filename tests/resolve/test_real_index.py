"""The index that this computer's pip uses: the same names and versions as `uv pip compile` for the same target.

SPDX-License-Identifier: Apache-2.0

uv gets its interpreter named (--python): its search for one costs more than its work. Where lamina and uv differ on purpose, DIFFERENCES holds the
rule, and the test checks that it is the rule and not something else.
"""
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
UV = shutil.which("uv", path=os.path.dirname(sys.executable) + os.pathsep + os.environ.get("PATH", ""))

SETS = {
    "fastapi": ["typing_extensions", "fastapi", "pydantic", "pydantic-settings", "mangum", "python-jose[cryptography]", "pyjwt", "requests",
                "python-multipart"],
    "aws": ["boto3", "pandas", "aws-lambda-powertools[all]", "aws-xray-sdk"],
    "django": ["django", "celery[redis]", "djangorestframework", "psycopg[binary]"],
    "sqlalchemy": ["sqlalchemy[asyncio]", "alembic", "asyncpg"],
    "opentelemetry": ["opentelemetry-distro", "opentelemetry-exporter-otlp", "opentelemetry-instrumentation-fastapi"],
    "google": ["google-cloud-storage", "google-cloud-bigquery", "grpcio"],
    "science": ["scikit-learn", "matplotlib", "numpy<2"],
    "moto": ["moto[all]", "boto3<1.35"],
    "jupyter": ["jupyter"],
    "old": ["flask<2", "werkzeug", "jinja2", "click<8"],
    "impossible": ["flask<2", "markupsafe<2.1"],
    "backtracking": ["urllib3<2", "boto3", "s3fs", "requests"],
    "airflow": ["apache-airflow[amazon]"],
}
TARGETS = {"python3.12/arm64": "aarch64-manylinux_2_34", "python3.13/x86_64": "x86_64-manylinux_2_34"}

# (set, name) -> why another version than uv's is right.
# docs/resolving.md, "Names that exclude each other's newest version": boto3's newest and s3fs's newest need different botocores. Either may give
# way, and no answer is better for both: uv takes s3fs back to its last version without aiobotocore (0.4.2), we take boto3 back by some weeks.
EXCLUDED = "boto3 and s3fs exclude each other's newest version; either may give way"
DIFFERENCES = {("backtracking", name): EXCLUDED for name in (
    "aiobotocore", "aiohappyeyeballs", "aiohttp", "aioitertools", "aiosignal", "attrs", "boto3", "botocore", "frozenlist", "multidict", "propcache", "s3fs",
    "s3transfer", "typing-extensions", "wrapt", "yarl")}


@pytest.fixture(scope="module")
def index():
    done = subprocess.run([sys.executable, str(ROOT / "tools" / "default-index")], capture_output=True, text=True, timeout=60)
    url = done.stdout.strip()
    if not url:
        pytest.skip("this computer's pip names no index")
    if not UV:
        pytest.skip("uv is not installed")
    probe = subprocess.run([UV, "pip", "compile", "-", "-q", "--index-url", url, "--python", sys.executable, "--no-cache"], input="six",
                           capture_output=True, text=True, timeout=120)
    if probe.returncode:
        pytest.skip("the package index is out of reach: " + (probe.stderr.strip().splitlines() or ["?"])[-1][:200])
    return url


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return str(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module", autouse=True)
def no_find_links():
    before = os.environ.pop("PIP_FIND_LINKS", None)
    yield
    if before is not None:
        os.environ["PIP_FIND_LINKS"] = before


def by_uv(index, requirements, target, folder, *more):
    python = target[len("python"):].split("/")[0]
    done = subprocess.run([UV, "pip", "compile", "-", "--only-binary", ":all:", "--no-header", "--no-annotate", "-q", "--index-url", index,
                           "--python", sys.executable, "--python-version", python, "--python-platform", TARGETS[target],
                           "--cache-dir", str(folder), *more], input="\n".join(requirements), capture_output=True, text=True, timeout=300)
    if done.returncode and "No solution found" in done.stderr:
        return None
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(re.match(r"([a-z0-9-]+)(?:\[.*?\])?==(\S+)", line).groups() for line in done.stdout.split("\n") if "==" in line)


def by_lamina(judge, index, requirements, target, store, **more):
    answer = judge.ask("resolve", index=index, requirements=requirements, target=target, store=store, **more)
    if answer.get("error", {}).get("rule") == "no-solution":
        return None
    assert "ok" in answer, answer
    return answer["ok"]["packages"]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("uv")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", SETS)
def test_the_same_versions_as_uv(fresh_judge, index, store, cache, name, target):
    ours = by_lamina(fresh_judge, index, SETS[name], target, store)
    theirs = by_uv(index, SETS[name], target, cache)
    if ours is None or theirs is None:
        assert ours == theirs
        return
    differing = {k: (ours.get(k), theirs.get(k)) for k in ours.keys() | theirs.keys() if ours.get(k) != theirs.get(k)}
    unexplained = {k: v for k, v in differing.items() if (name, k) not in DIFFERENCES}
    assert not unexplained


@pytest.mark.parametrize("name", ["fastapi", "science"])
@pytest.mark.parametrize("resolution", ["lowest-direct"])
def test_the_oldest_versions_as_uv(fresh_judge, index, store, cache, name, resolution):
    target = "python3.12/arm64"
    requirements = {"fastapi": ["fastapi>=0.110", "pydantic>=2.7", "requests>=2.31"], "science": ["scikit-learn>=1.4", "numpy>=1.26"]}[name]
    ours = by_lamina(fresh_judge, index, requirements, target, store, resolution=resolution)
    assert ours == by_uv(index, requirements, target, cache, "--resolution", resolution)


def test_the_order_of_requirements_does_not_matter(fresh_judge, index, store):
    requirements = SETS["fastapi"] + SETS["django"]
    first = by_lamina(fresh_judge, index, requirements, "python3.12/arm64", store)
    for seed in range(5):
        random.Random(seed).shuffle(requirements)
        assert by_lamina(fresh_judge, index, requirements, "python3.12/arm64", store) == first


def test_cold_and_warm_agree(fresh_judge, index, store, tmp_path):
    cold = by_lamina(fresh_judge, index, SETS["google"], "python3.12/arm64", str(tmp_path / "new"))
    assert cold == by_lamina(fresh_judge, index, SETS["google"], "python3.12/arm64", store)
