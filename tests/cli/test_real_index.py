"""Two small wheels from the index that this computer's pip uses: once cold, once warm, and compared with pip.

SPDX-License-Identifier: Apache-2.0
"""
import os
import subprocess
import sys
import zipfile

import pytest

import wheels
from conftest import RECORD_KEYS, check_zip, contents, names

PINS = ["six==1.16.0", "idna==3.7"]
# Certificates, proxies and indexes of this computer: everything that pip and lamina share.
OURS = ("PIP_", "UV_", "SSL_CERT", "REQUESTS_CA", "CURL_CA", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
ENV = {k: v for k, v in os.environ.items() if k.startswith(OURS)}


@pytest.fixture(scope="module")
def downloads(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pip")
    done = subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", folder, *PINS],
                          capture_output=True, text=True, timeout=120)
    if done.returncode:
        pytest.skip("the package index is out of reach: " + (done.stderr.strip().splitlines() or ["?"])[-1][:200])
    return folder


@pytest.fixture
def real(lamina):
    for name in ("PIP_INDEX_URL", "PIP_CONFIG_FILE"):
        lamina.env.pop(name)
    lamina.env.update(ENV)
    lamina.env["PIP_CONFIG_FILE"] = lamina.env.get("PIP_CONFIG_FILE", os.path.expanduser("~/.config/pip/pip.conf"))
    lamina.requirements(*PINS)
    return lamina


def test_cold_and_warm(real, downloads):
    cold = real.build("-r", "requirements.txt", "-o", "cold.zip").ok().record
    warm = real.build("-r", "requirements.txt", "-o", "warm.zip", "--offline").ok().record
    assert list(cold) == RECORD_KEYS and cold["sha256"] == warm["sha256"]
    check_zip(real.folder / "cold.zip")
    theirs = {}
    for wheel in downloads.glob("*.whl"):
        with zipfile.ZipFile(wheel) as z:
            theirs.update({"python/" + n: z.read(n) for n in z.namelist() if not n.endswith("/")})
    ours = contents(real.folder / "cold.zip")
    assert set(ours) == set(theirs)
    assert {n for n in ours if ours[n] != theirs[n]} <= {n for n in ours if n.endswith("RECORD")}


def test_same_as_from_a_folder(real, downloads):
    """The index and a folder of pip's downloads give the same bytes."""
    first = real.build("-r", "requirements.txt", "-o", "a.zip").ok().record
    second = real.build("-r", "requirements.txt", "-o", "b.zip", "--no-index", "--find-links", downloads,
                        env={"LAMINA_CACHE_DIR": real.base / "other"}).ok().record
    assert first["sha256"] == second["sha256"] and names(real.folder / "a.zip") == names(real.folder / "b.zip")


def test_parity_with_pip(real, downloads):
    """pip install --target of the same real wheels: same tree, same bytes (test_parity.py lists what may differ)."""
    from test_parity import compare
    compare(real, [wheels.Wheel(*p.name.split("-")[:2], p.name, p.read_bytes()) for p in sorted(downloads.glob("*.whl"))])


def test_unknown_project(real, downloads):
    real.requirements("this-project-of-lamina-tests-does-not-exist==1.0")
    real.build("-r", "requirements.txt", "-o", "a.zip").refused(4, "unknown-project", "this-project-of-lamina-tests-does-not-exist")
