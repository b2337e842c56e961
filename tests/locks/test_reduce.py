"""What requirements files mean for a target: pins, constraints, hash mode, direct files.

SPDX-License-Identifier: Apache-2.0
"""
import pytest

from record_uv import ENVIRONMENTS
from test_uv import TAGS

H, G = "0" * 64, "1" * 64


@pytest.fixture
def select(judge, tmp_path):
    def ask(text, name="requirements.txt", **more):
        path = tmp_path / name
        if text is not None:
            path.write_text(text)
        more.setdefault("environment", ENVIRONMENTS["py312-arm"])
        more.setdefault("tags", TAGS["py312-arm"])
        return judge.ask("lock.select", path=str(path), **more)
    return ask


def pairs(answer):
    assert "ok" in answer, answer
    return [(p["name"], p["version"]) for p in answer["ok"]]


GOOD = {
    "pins": ("b==2.0\nA_x===1\n", [("a-x", "1"), ("b", "2.0")]),
    "markers": ("a==1; python_version < '3'\nb==2; python_version >= '3'\nc==1; extra == 'x'\n", [("b", "2")]),
    "constraint pins": ("a\n-c c.txt\n", [("a", "1.5")]),
    "constraint limits": ("a==1.5\nb==2\n-c c.txt\n", [("a", "1.5"), ("b", "2")]),
    "constraints add nothing": ("b==2\n-c c.txt\n", [("b", "2")]),
    "same twice": ("a==1.0\na>=0.5\na==1\n", [("a", "1.0")]),
    "local version wins": ("a==1.0\na==1.0+cpu\n", [("a", "1.0+cpu")]),
    "pin among clauses": ("a>=1,==1.5,<2\n", [("a", "1.5")]),
    "pre-release pin": ("a==1.0rc1\n", [("a", "1.0rc1")]),
    "wheel url": ("https://h.example/a_b-1.0-py3-none-any.whl\n", [("a-b", "1.0")]),
    "wheel path": ("./w/a_b-1.0-py3-none-any.whl\n", [("a-b", "1.0")]),
    "wheel without slash": ("a_b-1.0-py3-none-any.whl\n", [("a-b", "1.0")]),
    "wheel path with extras and marker": ("./w/a_b-1.0-py3-none-any.whl[x] ; python_version > '3'\n", [("a-b", "1.0")]),
    "named url": ("A.b @ https://h.example/a_b-1.0-py3-none-any.whl ; python_version > '3'\n", [("a-b", "1.0")]),
    "url and its pin": ("a @ https://h.example/a-1.0-py3-none-any.whl\na==1.0\n", [("a", "1.0")]),
    "url with marker": ("https://h.example/a-1.0-py3-none-any.whl ; python_version < '3'\n", []),
    "vcs": ("x @ git+https://h.example/x@v1\n", [("x", None)]),
    "vcs with egg": ("git+https://h.example/x.git@v1#egg=X_y&subdirectory=s\n", [("x-y", None)]),
    "editable vcs": ("-e git+https://h.example/x.git#egg=x\n", [("x", None)]),
    "folder": ("./folder\n", [("named-inside", None)]),
    "folder without project file": ("./plain\n", [("plain", None)]),
    "editable folder with extras": ("-e ./folder[x]\n", [("named-inside", None)]),
    "sdist url": ("https://h.example/a-1.0.tar.gz\n", [("a", "1.0")]),
    "constraint url": ("a\n-c url.txt\n", [("a", "1.0")]),
    "arbitrary pin": ("a===not.a.version\na===NOT.a.version\n", [("a", "not.a.version")]),
    "hash mode": (f"a==1 --hash=sha256:{H} --hash=sha512:{'A' * 128}\nb==1 --hash sha256:{G}\n", [("a", "1"), ("b", "1")]),
    "hash in fragment": (f"a==1 --hash=sha256:{H}\nhttps://h.example/b-1-py3-none-any.whl#sha256={G}\n", [("a", "1"), ("b", "1")]),
    "hash in constraint": (f"a\n-c hashed.txt\n", [("a", "1")]),
    "hash not needed when off": (f"a==1 --hash=sha256:{H}\nb==1\n--no-require-hashes\n", [("a", "1"), ("b", "1")]),
    "hash not needed where the marker is false": (f"a==1 --hash=sha256:{H}\nb==1; python_version < '3'\n", [("a", "1")]),
    "empty": ("# nothing\n", []),
    "pylock inside": ("b==2\n-r pylock.sub.toml\n", [("b", "2"), ("p", "1.0")]),
}
BAD = {
    "unpinned": ("a>=1\nb==2\n", "unpinned", "requirements.txt:1: a>=1"),
    "wildcard": ("a==1.*\n", "unpinned", "a==1.*"),
    "two pins": ("a==1\n\na==2\n", "conflict", "requirements.txt:3"),
    "pin against constraint": ("a==1\n-c c.txt\n", "conflict", "c.txt:1: a==1.5"),
    "pin against limit": ("b==3\n-c c.txt\n", "conflict", "b<3"),
    "url against pin": ("a @ https://h.example/a-1.0-py3-none-any.whl\na==2\n", "conflict", ":2"),
    "two urls": ("a @ https://h.example/a-1.0-py3-none-any.whl\na @ https://i.example/a-1.0-py3-none-any.whl\n", "conflict", ":2"),
    "url of another": ("b @ https://h.example/a-1.0-py3-none-any.whl\n", "requirements", "`b`"),
    "wheel name bad": ("./a-1.0.whl\n", "wheel-name", "requirements.txt:1"),
    "name bad": ("a==1\n  a b==1\n", "requirement", "requirements.txt:2"),
    "operator bad": ("a=1\n", "requirement", "did you mean =="),
    "marker bad": ("a==1; python_versio > '3'\n", None, "requirements.txt:1"),
    "marker of two strings": ("a==1\nb==2; 'a' == 'b' or os_name == 'posix'\n", "marker", "requirements.txt:2"),
    "marker of two strings, url": ("https://h.example/a-1.0-py3-none-any.whl ; 'a' == 'b'\n", "marker", "requirements.txt:1"),
    "extras in constraint": ("-c extras.txt\n", "requirements", "extras"),
    "editable constraint": ("-c editable.txt\n", "requirements", "editable"),
    "vcs without name": ("git+https://h.example/x.git\n", "requirements", "NAME @ URL"),
    "hash missing": (f"a==1 --hash=sha256:{H}\nb==1\nc==1\n", "hash-missing", "requirements.txt:3: c==1"),
    "hash required": ("a==1\n--require-hashes\n", "hash-missing", "requirements.txt:1"),
    "hash and vcs": (f"a==1 --hash=sha256:{H}\nx @ git+https://h.example/x\n", "hash-missing", "version control"),
    "hash and folder": (f"a==1 --hash=sha256:{H}\n./folder\n", "hash-missing", "folder"),
    "hash too short": ("a==1 --hash=sha256:00\n", "lock-hash", "requirements.txt:1"),
    "fragment too short": ("https://h.example/a-1-py3-none-any.whl#sha256=00\n", "lock-hash", "requirements.txt:1"),
    "md5": ("a==1 --hash=md5:00\n", "hash-weak", "requirements.txt:1"),
    "wheel for another": ("./a-1.0-cp312-cp312-win_amd64.whl\n", "no-wheel", "Windows"),
    "recursion": ("-r requirements.txt\n", "requirements-recursion", "requirements.txt:1"),
    "missing": ("-r gone.txt\n", "not-found", "gone.txt"),
    "pylock inside, same name": ("p==2\n-r pylock.sub.toml\n", "conflict", "`p`"),
}


@pytest.fixture(autouse=True)
def neighbours(tmp_path):
    (tmp_path / "c.txt").write_text("a==1.5\nb<3\nc==9\n")
    (tmp_path / "url.txt").write_text("a @ https://h.example/a-1.0-py3-none-any.whl\n")
    (tmp_path / "hashed.txt").write_text(f"a==1 --hash=sha256:{H}\n")
    (tmp_path / "extras.txt").write_text("a[x]==1\n")
    (tmp_path / "editable.txt").write_text("-e ./folder\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "pyproject.toml").write_text('[project]\nname = "Named.Inside"\n')
    (tmp_path / "pylock.sub.toml").write_text(
        'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "p"\nversion = "1.0"\n'
        f'wheels = [{{ path = "p-1.0-py3-none-any.whl", hashes = {{ sha256 = "{H}" }} }}]\n')


@pytest.mark.parametrize("name", GOOD)
def test_good(select, name):
    text, expected = GOOD[name]
    assert pairs(select(text)) == expected


@pytest.mark.parametrize("name", BAD)
def test_bad(select, name):
    text, rule, said = BAD[name]
    answer = select(text)
    assert "error" in answer, answer
    assert rule is None or answer["error"]["rule"] == rule, answer
    assert said in answer["error"]["message"], answer


def test_direct_files(select):
    found = {p["name"]: p for p in select(
        f"a @ https://h.example/a-1.0-py3-none-any.whl#sha256={G.upper()}\n./b-2-py3-none-any.whl\nc==3 --hash=sha256:{H}\n"
        "d @ git+https://u@h.example/d@abc\n./folder\ne @ file:///abs/e%201/e-1-py3-none-any.whl\nhttps://h.example/f-1.zip\n--no-require-hashes\n")["ok"]}
    assert found["a"] == {"kind": "wheel", "name": "a", "version": "1.0", "file": "a-1.0-py3-none-any.whl", "path": None, "sha256": G, "size": None,
                          "url": f"https://h.example/a-1.0-py3-none-any.whl#sha256={G.upper()}"}
    assert (found["b"]["kind"], found["b"]["path"], found["b"]["file"]) == ("wheel", "./b-2-py3-none-any.whl", "b-2-py3-none-any.whl")
    assert (found["c"]["kind"], found["c"]["file"], found["c"]["sha256"]) == ("wheel", None, H)
    assert (found["d"]["kind"], found["d"]["file"]) == ("vcs", None)
    assert (found["named-inside"]["kind"], found["named-inside"]["path"]) == ("directory", "./folder")
    assert (found["e"]["path"], found["e"]["file"]) == ("/abs/e 1/e-1-py3-none-any.whl", "e-1-py3-none-any.whl")
    assert found["f"]["kind"] == "archive"


def test_unknown_values(judge, tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text("a==1; python_full_version >= '3.12.1'\nb==1; platform_release >= '9'\nc==1; python_full_version >= '3.12'\n")
    answer = judge.ask("lock.select", path=str(path), target="python3.12/x86_64")
    assert [(p["name"], p.get("assumed")) for p in answer["ok"]] == [("a", 'python_full_version >= "3.12.1"'), ("c", None)], answer


def test_groups_and_extras_do_not_exist(select):
    assert select("a==1\n", extras=["x"])["error"]["rule"] == "unknown-extra"
    assert select("a==1\n", groups=["x"])["error"]["rule"] == "unknown-group"


def test_formats(select):
    assert pairs(select("a==1\n", name="any.txt")) == [("a", "1")]
    assert pairs(select("a==1\n", name="noending")) == [("a", "1")]
    assert pairs(select("a==1\n", name="odd.lock", format="requirements.txt")) == [("a", "1")]
    for name in ("Pipfile", "pyproject.toml", "package-lock.json"):
        assert select("{}", name=name)["error"]["rule"] == "lock-format"


def test_the_place_is_shown(select):
    message = select("ok==1\n   b==1.0 , ,>=x\n")["error"]["message"]
    assert "requirements.txt:2:" in message and "b==1.0 , ,>=x\n" in message and message.rstrip().endswith("^"), message


def test_many_lines(select):
    n = 50000
    assert len(select("".join(f"p{i}==1.0 --hash=sha256:{i:064x}\n" for i in range(n)))["ok"]) == n


def test_paths_lead_to_where_they_were_meant(select, tmp_path):
    wheel, other = "w-1-py3-none-any.whl", "v-1-py3-none-any.whl"
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "more.txt").write_text(f"./{wheel}\n-r pylock.toml\n")
    (tmp_path / "sub" / "pylock.toml").write_text((tmp_path / "pylock.sub.toml").read_text())
    found = {p["name"]: p["path"] for p in select(f"-r sub/more.txt\n./{other}\n")["ok"]}
    assert found == {"w": str(tmp_path / "sub" / wheel), "v": "./" + other, "p": str(tmp_path / "sub" / "p-1.0-py3-none-any.whl")}
