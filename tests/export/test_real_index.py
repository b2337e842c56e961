"""Projects locked by their own tools from the index that this computer's pip uses, and exported by them and by lamina.

SPDX-License-Identifier: Apache-2.0
"""
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

import compare

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
OURS = ("PIP_", "UV_", "SSL_CERT", "REQUESTS_CA", "CURL_CA", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "PATH")
INDEX = subprocess.run([sys.executable, ROOT / "tools" / "default-index"], capture_output=True, text=True).stdout.strip().rstrip("/")


def tool(name):
    found = shutil.which(name, path=os.path.dirname(sys.executable) + os.pathsep + os.environ.get("PATH", ""))
    if not found or not INDEX:
        pytest.skip(f"{name} is not installed, or there is no index")
    return found


def run(folder, *words, lock=False):
    env = {k: v for k, v in os.environ.items() if k.startswith(OURS)}
    env.update(HOME=str(folder), PIPENV_VENV_IN_PROJECT="1", PIPENV_IGNORE_VIRTUALENVS="1", PDM_CHECK_UPDATE="0", POETRY_KEYRING_ENABLED="false",
               PIPENV_NOSPIN="1", PIPENV_YES="1", POETRY_VIRTUALENVS_CREATE="false", UV_PYTHON=sys.executable)
    done = subprocess.run([str(w) for w in words], cwd=folder, capture_output=True, text=True, env=env, timeout=400)
    if done.returncode and lock:
        pytest.skip(f"{words[0]} cannot lock here: {done.stderr.strip()[-300:]}")
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def same_lines(theirs, ours):
    """Both in one order, extras alike."""
    def order(text):
        _, body = compare.entries(text.replace(" ;", ";").replace(";", " ;"))
        return "".join(f"{r}{' ; ' + m if m else ''} \\\n" + "".join(f"    --hash={h} \\\n" for h in sorted(hs)) for r, m, hs in sorted(body))
    return compare.differences(order(theirs), order(ours))


PROJECT = '''[project]
name = "demo"
version = "1.0"
requires-python = ">=3.10"
dependencies = ["requests[socks]>=2.31", "tomli; python_version < '3.11'", "colorama; sys_platform == 'win32'", "httpx[http2]<1"]
[project.optional-dependencies]
color = ["rich"]
[dependency-groups]
dev = ["pytest", {include-group = "lint"}]
lint = ["importlib-metadata; python_version < '3.12'"]
'''


def test_poetry(lamina, tmp_path):
    poetry = tool("poetry")
    (tmp_path / "pyproject.toml").write_text(PROJECT + f'[tool.poetry]\npackage-mode = false\n[[tool.poetry.source]]\nname = "here"\nurl = "{INDEX}"\n')
    run(tmp_path, poetry, "lock", "-n", lock=True)
    for options in ([], ["--with", "dev"], ["-E", "color"], ["--all-extras", "--only", "main,lint"], ["-f", "constraints.txt", "--with", "lint"]):
        theirs = run(tmp_path, poetry, "export", "-n", *options)
        assert not compare.differences(theirs, lamina.export(tmp_path, *options)), options


def test_uv(lamina, tmp_path):
    uv = tool("uv")
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    run(tmp_path, uv, "lock", "--no-cache", lock=True)
    for theirs, ours in (([], []), (["--group", "lint"], ["--with", "lint"]), (["--extra", "color"], ["-E", "color"]), (["--all-extras"], ["--all-extras"])):
        text = run(tmp_path, uv, "export", "--frozen", "--offline", "--no-dev", *theirs)
        assert not compare.differences(text, lamina.export(tmp_path, *ours)), ours


def test_pdm(lamina, tmp_path):
    pdm = tool("pdm")
    (tmp_path / "pyproject.toml").write_text(PROJECT + f'[tool.pdm]\ndistribution = false\n[[tool.pdm.source]]\nname = "pypi"\nurl = "{INDEX}"\n')
    run(tmp_path, pdm, "lock", "-G", ":all", lock=True)
    cases = ((["--prod"], []), (["--prod", "-G", "color"], ["-E", "color"]), (["-G", "dev"], ["--with", "dev"]))
    texts = {}
    for theirs, ours in cases:
        text = run(tmp_path, pdm, "export", *theirs, "-f", "requirements")
        texts[str(ours)] = "".join(line + "\n" for line in text.splitlines() if not line.startswith("--"))
        assert not same_lines(texts[str(ours)], lamina.export(tmp_path, *ours, "--without-urls")), ours
    # pdm does not export a lock whose entries do not say where they are needed; lamina walks it to the same lines.
    run(tmp_path, pdm, "lock", "-G", ":all", "-S", "no_inherit_metadata", lock=True)
    assert "inherit_metadata" not in (tmp_path / "pdm.lock").read_text()
    for _, ours in cases:
        assert not same_lines(texts[str(ours)], lamina.export(tmp_path, *ours, "--without-urls")), ours


def test_pipenv(lamina, tmp_path):
    pipenv = tool("pipenv")
    (tmp_path / "Pipfile").write_text(f'[[source]]\nname = "here"\nurl = "{INDEX}"\nverify_ssl = true\n'
                                      '[packages]\nrequests = {version = ">=2.31", extras = ["socks"]}\ntomli = {version = "*", markers = "python_version < \'3.99\'"}\n'
                                      '[dev-packages]\niniconfig = "*"\n[docs]\npluggy = "*"\n')
    run(tmp_path, pipenv, "lock", "--categories", "packages dev-packages docs", "--python", sys.executable, lock=True)
    for theirs, ours in (([], []), (["--dev"], ["--with", "dev-packages"]), (["--categories", "docs"], ["--only", "docs"])):
        text = run(tmp_path, pipenv, "requirements", "--hash", *theirs)
        text = "".join(line + "\n" for line in text.splitlines() if not line.startswith("-i "))
        assert not same_lines(text, lamina.export(tmp_path, *ours, "--without-urls")), ours
    runtime = f"python3.{sys.version_info.minor}"
    for name, word in (("a.zip", ["--lock", "Pipfile.lock"]), ("b.zip", ["-r", "requirements.txt"])):
        lamina.run(tmp_path, "export", "--lock", "Pipfile.lock", "-o", "requirements.txt")
        env = {k: v for k, v in os.environ.items() if k.startswith(OURS)}
        done = lamina.run(tmp_path, "build", *word, "--runtime", runtime, "--name", "same", "-o", name, **env)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
