"""lamina export of locks whose tools write requirements in another manner: Pipfile.lock, pdm.lock, pylock.toml, requirements.txt.

SPDX-License-Identifier: Apache-2.0
"""
import base64
import hashlib
import json
import pathlib
import zipfile

import pytest

H = {c: c * 64 for c in "abcdef"}
META = {"hash": {"sha256": H["a"]}, "pipfile-spec": 6, "requires": {"python_version": "3.12"},
        "sources": [{"name": "main", "url": "https://${USER_NAME}:$SECRET@index.example/simple", "verify_ssl": True},
                    {"name": "other", "url": "http://other.example/simple", "verify_ssl": True}]}
PIPFILE = {
    "_meta": META,
    "default": {
        "certifi": {"hashes": ["sha256:" + H["b"], "sha256:" + H["a"]], "index": "main", "markers": "python_version >= '3.7'", "version": "==2024.1.1"},
        "requests": {"extras": ["socks", "Use_Chardet"], "hashes": ["sha256:" + H["c"]], "version": "==2.31.0", "index": "other"},
        "tomli": {"markers": "python_version < '3.11'", "version": "*"},
        "old": {"version": "==1.0", "os_name": "== 'nt'", "hashes": ["sha256:" + H["d"]]},
        "gitted": {"git": "https://git.example/r.git", "ref": "0123abc", "subdirectory": "sub", "markers": "sys_platform == 'linux'"},
        "sshed": {"git": "git@git.example:o/r.git", "ref": "0123abc"},
        "filed": {"file": "https://h.example/filed-1.0-py3-none-any.whl", "hashes": ["sha256:" + H["e"]]},
        "here": {"path": ".", "editable": True},
    },
    "develop": {"certifi": {"hashes": ["sha256:" + H["a"]], "markers": "python_version >= '3.6'", "version": "==2024.1.1"},
                "iniconfig": {"hashes": ["sha256:" + H["f"]], "version": "==2.0.0"}},
    "docs": {"sphinx": {"version": "==7.0"}},
}


def hashed(line, *hashes):
    return line + "".join(f" \\\n    --hash=sha256:{H[h]}" for h in hashes) + "\n"


def pipfile(tmp_path, **changes):
    (tmp_path / "Pipfile.lock").write_text(json.dumps({**PIPFILE, **changes}, indent=4))
    return tmp_path


def test_pipfile(lamina, tmp_path):
    done = lamina.run(pipfile(tmp_path), "export", USER_NAME="me", SECRET="hunter2")
    assert done.returncode == 0 and "hunter2" not in done.stdout + done.stderr, done
    assert done.stdout == (
        "--index-url https://index.example/simple\n--trusted-host other.example\n--extra-index-url http://other.example/simple\n\n"
        + f"-e file://{tmp_path.resolve()}\n" + hashed('certifi==2024.1.1 ; python_version >= "3.7"', "a", "b")
        + hashed("filed @ https://h.example/filed-1.0-py3-none-any.whl", "e")
        + 'gitted @ git+https://git.example/r.git@0123abc#subdirectory=sub ; sys_platform == "linux"\n'
        + hashed('old==1.0 ; os_name == "nt"', "d") + hashed("requests[socks,use-chardet]==2.31.0", "c")
        + "sshed @ git+ssh://git@git.example/o/r.git@0123abc\n" + 'tomli ; python_version < "3.11"\n')
    assert "does not pin tomli" in done.stderr and "Pipfile.lock:" in done.stderr


def test_pipfile_categories(lamina, tmp_path):
    folder = pipfile(tmp_path)
    both = lamina.export(folder, "--with", "dev-packages", "--without-urls", "-q")
    assert hashed('certifi==2024.1.1 ; python_version >= "3.6"', "a", "b") in both and "iniconfig" in both and "sphinx" not in both
    assert lamina.export(folder, "--only", "docs", "--without-urls") == "sphinx==7.0\n"
    assert lamina.export(folder, "--only", "develop", "--without-urls", "--without-hashes").splitlines() == [
        'certifi==2024.1.1 ; python_version >= "3.6"', "iniconfig==2.0.0"]
    assert "me:hunter2@index.example" in lamina.export(folder, "--with-credentials", "-q", USER_NAME="me", SECRET="hunter2")
    constraints = lamina.run(folder, "export", "-f", "constraints.txt", "--without-urls")
    assert "requests==2.31.0" in constraints.stdout and "-e " not in constraints.stdout and "editable" in constraints.stderr
    for word in ("nothing", "doc"):
        done = lamina.run(folder, "export", "--with", word)
        assert done.returncode == 2 and not done.stdout and word in done.stderr


PDM = '''[metadata]
groups = ["default", "dev", "color"]
strategy = ["inherit_metadata"]
lock_version = "4.5.0"
content_hash = "sha256:0"

[[metadata.targets]]
requires_python = ">=3.9"

[[package]]
name = "colorama"
version = "0.4.6"
groups = ["color", "default"]
marker = "sys_platform == \\"win32\\""
files = [{file = "colorama-0.4.6-py2.py3-none-any.whl", hash = "sha256:%(a)s"}, {file = "colorama-0.4.6.tar.gz", hash = "sha256:%(b)s"}]

[[package]]
name = "requests"
version = "2.31.0"
groups = ["default"]
files = [{file = "requests-2.31.0-py3-none-any.whl", hash = "sha256:%(c)s"}]

[[package]]
name = "requests"
version = "2.31.0"
extras = ["socks"]
groups = ["default"]
dependencies = ["PySocks>=1", "requests==2.31.0"]
files = [{file = "requests-2.31.0-py3-none-any.whl", hash = "sha256:%(c)s"}]

[[package]]
name = "tool"
version = "1.0"
git = "https://git.example/tool"
ref = "main"
revision = "0123abc"
groups = ["dev"]

[[package]]
name = "local"
version = "0"
path = "./vendor/local"
editable = true
groups = ["dev"]
''' % H


def test_pdm(lamina, tmp_path):
    (tmp_path / "pdm.lock").write_text(PDM)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "p"\nversion = "1"\ndependencies = ["requests[socks]"]\n'
                                             '[[tool.pdm.source]]\nname = "pypi"\nurl = "https://${U}@index.example/simple"\n'
                                             '[[tool.pdm.source]]\nname = "more"\nurl = "https://more.example/simple"\n')
    head = "--index-url https://index.example/simple\n--extra-index-url https://more.example/simple\n\n"
    main = hashed('colorama==0.4.6 ; sys_platform == "win32"', "a", "b") + hashed("requests[socks]==2.31.0", "c")
    assert lamina.export(tmp_path) == head + main
    assert lamina.export(tmp_path, "--with", "dev", "--without-urls") == (
        f"-e file://{tmp_path.resolve()}/vendor/local\n{main}tool @ git+https://git.example/tool@0123abc\n")
    assert lamina.export(tmp_path, "--only", "color", "--without-urls") == hashed('colorama==0.4.6 ; sys_platform == "win32"', "a", "b")


PYLOCK = '''lock-version = "1.0"
created-by = "x"
extras = ["big"]
dependency-groups = ["dev", "main"]
default-groups = ["main"]
[[packages]]
name = "a"
version = "1.0"
marker = "python_version < '3.12' and 'main' in dependency_groups"
index = "https://me:pw@index.example/simple"
wheels = [{ url = "https://h.example/a-1.0-py3-none-any.whl", hashes = { sha256 = "%(a)s", sha512 = "%(long)s" } }]
[[packages]]
name = "b"
version = "2"
marker = "'big' in extras or 'dev' in dependency_groups and os_name == 'nt'"
sdist = { url = "https://h.example/b-2.tar.gz", hashes = { sha256 = "%(b)s" } }
[[packages]]
name = "v"
vcs = { type = "git", url = "https://git.example/v", requested-revision = "main", commit-id = "0123abc", subdirectory = "s" }
[[packages]]
name = "z"
archive = { url = "https://h.example/z.zip", hashes = { sha256 = "%(c)s" } }
[[packages]]
name = "d"
directory = { path = "d", editable = true }
''' % {**H, "long": "a" * 128}


def test_pylock(lamina, tmp_path):
    (tmp_path / "pylock.toml").write_text(PYLOCK)
    a = f'a==1.0 ; python_version < "3.12" \\\n    --hash=sha256:{H["a"]} \\\n    --hash=sha512:{"a" * 128}\n'
    rest = "v @ git+https://git.example/v@0123abc#subdirectory=s\n" + hashed("z @ https://h.example/z.zip", "c")
    local = f"-e file://{tmp_path.resolve()}/d\n"
    assert lamina.export(tmp_path) == "--index-url https://index.example/simple\n\n" + local + a + rest
    assert lamina.export(tmp_path, "-E", "big", "--without-urls") == local + a + hashed("b==2", "b") + rest
    assert lamina.export(tmp_path, "--with", "dev", "--without-urls") == local + a + hashed('b==2 ; os_name == "nt"', "b") + rest


def test_requirements(lamina, tmp_path):
    (tmp_path / "more.txt").write_text("c>=1\n")
    (tmp_path / "pins.txt").write_text(f"c==1.5 --hash=sha256:{H['c']}\n")
    (tmp_path / "requirements.txt").write_text(
        f"--index-url https://u:${{SECRET}}@index.example/s\n--extra-index-url https://two.example/s\n-r more.txt\n-c pins.txt\n"
        f"B[y,x] == 2.0 ; python_version<'3.9' --hash=sha256:{H['b']}\nB[x,y]==2.0; python_version>='3.12' --hash=sha256:{H['a']}\n"
        f"./w/d-1-py3-none-any.whl --hash=sha256:{H['d']}\n")
    done = lamina.run(tmp_path, "export", "-r", "requirements.txt", SECRET="hunter2")
    assert done.returncode == 0 and "hunter2" not in done.stdout, done
    assert done.stdout == (
        "--index-url https://index.example/s\n--extra-index-url https://two.example/s\n\n"
        + hashed('b[x,y]==2.0 ; python_version < "3.9" or python_version >= "3.12"', "a", "b") + hashed("c==1.5", "c")
        + hashed(f"d @ file://{tmp_path.resolve()}/w/d-1-py3-none-any.whl", "d"))


@pytest.mark.parametrize("text, rule", [
    ('[[package]]\nname = "a\\nb"\nversion = "1"\n', "lock-field"),
    ('[[package]]\nname = "a"\nversion = "1"\nurl = "https://h.example/x y"\n', "lock-field"),
    ('[[package]]\nname = "a"\nversion = "1"\nurl = "https://h.example/x\\n--index-url https://evil.example"\n', "lock-field"),
    ('[[package]]\nname = "a"\nversion = "1"\ngit = "https://h.example/x\\t;"\n', "lock-field"),
])
def test_nothing_becomes_another_line(lamina, tmp_path, text, rule):
    (tmp_path / "pdm.lock").write_text('[metadata]\nlock_version = "4.5"\nstrategy = ["inherit_metadata"]\n' + text)
    done = lamina.run(tmp_path, "export")
    assert done.returncode == 3 and not done.stdout, done


def test_a_build_from_the_export_is_the_build_from_the_lock(lamina, tmp_path):
    """pylock.toml -> requirements.txt -> the same zip."""
    folder = pathlib.Path(tmp_path)
    wheel = folder / "w" / "demo-1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    info = "demo-1.0.dist-info"
    files = {"demo.py": "x = 1\n", f"{info}/METADATA": "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
             f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}

    def row(name, text):
        return f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')},{len(text)}\n"

    files[f"{info}/RECORD"] = "".join(row(*f) for f in files.items()) + f"{info}/RECORD,,\n"
    with zipfile.ZipFile(wheel, "w") as z:
        for name, text in files.items():
            z.writestr(name, text)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (folder / "pylock.toml").write_text(f'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "demo"\nversion = "1.0"\n'
                                        f'wheels = [{{ path = "w/{wheel.name}", hashes = {{ sha256 = "{digest}" }} }}]\n')
    assert lamina.run(folder, "export", "-o", "requirements.txt").returncode == 0
    for source, output in (("--lock=pylock.toml", "a.zip"), ("-r=requirements.txt", "b.zip")):
        done = lamina.run(folder, "build", source, "--runtime", "python3.12", "-o", output, "--no-index", "--find-links", "w", "--name", "same")
        assert done.returncode == 0, done.stderr
    assert (folder / "a.zip").read_bytes() == (folder / "b.zip").read_bytes()
