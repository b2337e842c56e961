"""Requirements files: lamina against pip's own reader, on written and on generated files.

SPDX-License-Identifier: Apache-2.0
"""
import logging
import os
import random
import urllib.parse

import pytest

logging.disable(logging.WARNING)

try:
    from pip import __version__ as pip_version
    from pip._internal.exceptions import PipError
    from pip._internal.index.collector import LinkCollector
    from pip._internal.index.package_finder import PackageFinder
    from pip._internal.models.release_control import ReleaseControl
    from pip._internal.models.search_scope import SearchScope
    from pip._internal.models.selection_prefs import SelectionPreferences
    from pip._internal.network.session import PipSession
    from pip._internal.req import req_file
except ImportError:
    pip_version = "0"

# Options come and go: the grammar that lamina restates is that of pip 26.
newest = pytest.mark.skipif(int(pip_version.split(".")[0]) < 26, reason="needs pip 26 as the oracle")

UNDEFINED = object()
DEFAULT = "http://default.invalid/simple"


class Options:
    def __init__(self):
        self.require_hashes = False
        self.no_require_hashes = False
        self.features_enabled = []


def oracle(path):
    """What pip says, in the judge's words; None when pip refuses the file."""
    session = PipSession()
    finder = PackageFinder.create(
        link_collector=LinkCollector(session=session, search_scope=SearchScope.create(
            find_links=[], index_urls=[DEFAULT], no_index=False)),
        selection_prefs=SelectionPreferences(allow_yanked=True, release_control=ReleaseControl()))
    options = Options()
    written, pre, hosts = [], [], set()
    plain = req_file.handle_option_line

    def spy(opts, *arguments, **keywords):
        if opts.find_links:
            written.append(opts.find_links[0])
        pre.append(bool(opts.pre))
        hosts.update(opts.trusted_hosts or [])  # as written: pip keeps them as URLs
        return plain(opts, *arguments, **keywords)

    req_file.handle_option_line = spy
    try:
        parsed = list(req_file.parse_requirements(str(path), session=session, finder=finder, options=options))
    except (PipError, UnicodeDecodeError, LookupError):
        return None
    except (ValueError, AssertionError):
        return UNDEFINED  # pip falls over a host, URL or name that lamina keeps for those who use it
    finally:
        req_file.handle_option_line = plain
    requirements = []
    for p in parsed:
        hashes = (p.options or {}).get("hashes") or {}
        where = p.comes_from[3:]
        file, line = where.rsplit(" (line ", 1)
        file = urllib.parse.unquote(file.removeprefix("file://"))
        requirements.append({
            "requirement": p.requirement.strip(), "constraint": p.constraint, "editable": p.is_editable,
            "hashes": sorted(f"{a}:{d}" for a, ds in hashes.items() for d in ds),
            "file": os.path.abspath(file), "line": int(line[:-1])})
    scope = finder.search_scope
    urls = list(scope.index_urls)
    return {"requirements": requirements, "options": {
        "index_url": urls[0] if urls and urls[0] != DEFAULT else None,
        "extra_index_urls": urls[1:],
        "find_links": written, "no_index": scope.no_index,
        "only_binary": sorted(finder.format_control.only_binary),
        "no_binary": sorted(finder.format_control.no_binary),
        "pre": any(pre),
        "require_hashes": options.require_hashes,
        "trusted_hosts": sorted(hosts)}}


def ours(answer):
    if "error" in answer:
        assert answer["error"]["rule"] != "request", answer
        return None
    ok = answer["ok"]
    for r in ok["requirements"]:
        r["hashes"].sort()
        r["requirement"] = r["requirement"].strip()
        r["file"] = os.path.abspath(r["file"])
    ok["options"]["trusted_hosts"].sort()
    return ok


def check(judge, path):
    expected, got = oracle(path), ours(judge.ask("requirements.parse", path=str(path)))
    if expected is UNDEFINED:
        return
    assert got == expected, path.read_bytes()


WRITTEN = {
    "plain": b"a\nb==1\n",
    "empty": b"",
    "no newline": b"a==1",
    "crlf": b"a==1\r\nb==2\r\n",
    "bom": b"\xef\xbb\xbfa==1\n",
    "utf-16": "a==1\nb # \u00e9\n".encode("utf-16"),
    "utf-16-be": b"\xfe\xff" + "a==1\n".encode("utf-16-be"),
    "utf-32": "a==1\n".encode("utf-32"),
    "latin-1": b"# -*- coding: latin-1 -*-\na==1 # \xe9\n./\xe9.whl\n",
    "latin-1 in line 2": b"# x\n# coding=iso-8859-1\n./\xe9.whl\n",
    "cp1252": b"# coding: cp1252\n./\x80.whl\n",
    "unknown coding": b"# coding: nonsense\na\n",
    "not utf-8": b"a==1\n\xff\n",
    "line separators": "a==1\u2028b==2\x0bc\x0cd\x1ce\x85f".encode(),
    "unicode blanks": "\u00a0a==1\u3000\n\u2003# c\nb\u00a0#c\n".encode(),
    "continuation": b"a==1 \\\n  --hash=sha256:aa \\\n  --hash=sha512:bb\nb\n",
    "continuation, comment": b"a==1 \\\n# c\nb\n",
    "continuation, comment with backslash": b"a==1 \\\n# c \\\nb\n",
    "continuation at the end": b"a==1 \\",
    "continuation, blank line": b"a \\\n\nb\n",
    "backslashes": b"\\\\a==1\\\\\nb\n",
    "backslash before blank": b"a==1 \\ \nb\n",
    "comment needs a blank": b"a#b\nc #d\n#e\n\t#f\nhttps://h.example/x.zip#egg=x # y\n",
    "variables": b"${LAMINA_TEST_A}==1\n${LAMINA_TEST_EMPTY}x\n${LAMINA_TEST_NONE}x\n${lower}\n$LAMINA_TEST_A\n${LAMINA_TEST_A}${LAMINA_TEST_B}\n",
    "variable in option": b"-i https://${LAMINA_TEST_A}:${LAMINA_TEST_B}@h.example/s\n",
    "index": b"-i http://a.example/\n--index-url=http://b.example/\n",
    "extra before index": b"--extra-index-url http://a.example/\n-i http://b.example/\n--extra-index-url http://c.example/\n",
    "no-index": b"-i http://a.example/\n--no-index\n-i http://b.example/\n--extra-index-url http://c.example/\n",
    "two on a line": b"-i http://a.example/ --extra-index-url http://b.example/ --pre --trusted-host h.example\n",
    "pypi-url": b"--pypi-url http://a.example\n",
    "abbreviated": b"--index http://a.example/\n--extra http://b.example\n--pref\n--find x\n--trusted h.example:8080\n",
    "ambiguous": b"--re x\n",
    "ambiguous 2": b"--no x\n",
    "exact beats ambiguous": b"--pre\n",
    "unknown": b"--frobnicate\n",
    "unknown short": b"-x\n",
    "missing value": b"-i\n",
    "value begins with dash": b"-i --pre\n",
    "flag with value": b"--pre=1\n",
    "attached": b"-ihttp://a.example/\n-e./x\n-fdir\n",
    "double dash": b"--pre -- --no-index\n",
    "words between": b"--pre x y --no-index\n",
    "quoted": b"-i \"http://a.example/\" -f 'a b'\n",
    "unclosed quote": b"-i \"http://a.example/\n",
    "escapes": b"-f a\\ b\n-f \"a\\\"b\\c\"\n-f 'a\\b'\n",
    "trailing escape in words": b"-f a\\ \n",
    "editable": b"-e .\n-e ./x[y]\n--editable git+https://h.example/x.git@v1#egg=x\n",
    "two editables": b"-e a -e b\n",
    "requirement and editable": b"a -e b\n",
    "requirement and options": b"a==1 --pre --no-index\n",
    "tab before option": b"a==1\t--hash=sha256:aa\n",
    "hash without requirement": b"--hash=sha256:aa\n",
    "hash md5": b"a --hash=md5:aa\n",
    "hash upper-case algorithm": b"a --hash=SHA256:aa\n",
    "hash without colon": b"a --hash=sha256\n",
    "hash separate": b"a --hash sha256:aa --hash sha256:bb\n",
    "config settings": b"a --config-settings k=v -C x=y\n",
    "config settings without =": b"a -C x\n",
    "features": b"--use-feature fast-deps\n",
    "feature unknown": b"--use-feature nonsense\n",
    "binary": b"--no-binary a,B_c\n--only-binary b.c\n",
    "binary all": b"--only-binary :all:\n--no-binary x\n",
    "binary none": b"--only-binary a,b\n--only-binary :none:,c\n",
    "binary all none": b"--no-binary a --only-binary b,:all:,:none:,d\n",
    "binary all later": b"--no-binary a\n--only-binary b,:all:,d\n",
    "binary dash": b"--no-binary -x\n",
    "binary behind requirement": b"a --no-binary b\n",
    "releases": b"--all-releases a\n--only-final b\n",
    "require hashes": b"--require-hashes\na==1\n",
    "no require hashes": b"--no-require-hashes\na==1 --hash=sha256:aa\n",
    "markers": b"a; python_version < '3' and \"x\" == \"x\"\nb ; extra == 'c' --hash=sha256:aa\n",
    "url": b"a @ https://h.example/a-1.whl#sha256=00\nhttps://h.example/b-1-py3-none-any.whl\n",
    "dash inside": b"a-b==1-2\n",
    "single dash": b"-\n",
    "dash word": b"a - b\n",
    "nested": b"-r sub/one.txt\n-c sub/two.txt\nlast\n",
    "nested twice": b"-r sub/one.txt\n-r sub/one.txt\n",
    "nested behind requirement": b"a -r sub/one.txt\n",
    "nested two values": b"-r sub/one.txt -r sub/two.txt\n",
    "nested missing": b"-r sub/none.txt\n",
    "recursion": b"-r main.txt\n",
    "recursion 2": b"-r sub/back.txt\n",
    "recursion constraint": b"-c main.txt\n",
    "constraint within": b"-c sub/outer.txt\n",
    "file url": b"-r file://@DIR@/sub/one.txt\n",
}


@newest
@pytest.mark.parametrize("name", WRITTEN)
def test_written(judge, tmp_path, name):
    lay_out(tmp_path)
    path = tmp_path / "main.txt"
    path.write_bytes(WRITTEN[name].replace(b"@DIR@", urllib.parse.quote(str(tmp_path)).encode()))
    check(judge, path)


def lay_out(folder):
    (folder / "sub").mkdir(exist_ok=True)
    (folder / "sub" / "one.txt").write_text("one==1\n-c two.txt\n")
    (folder / "sub" / "two.txt").write_text("two==2 --hash=sha256:00\n")
    (folder / "sub" / "outer.txt").write_text("-r one.txt\nouter\n-c two.txt\n")
    (folder / "sub" / "back.txt").write_text("back\n-r ../main.txt\n")


PIECES = ["a", "b==1.0", "c[x,y]>=1,<2", "d @ https://h.example/d-1.0-py3-none-any.whl#sha256=00", "./e.whl", "; python_version < '3'",
          " ", "  ", "\t", "\\\n", "\\\r\n", "\n", "\n", "\n", "\r\n", "\r", "#", " #", " # c", "#c", "--hash=sha256:aa", " --hash=sha512:bb",
          " --hash sha256:cc", "--hash=md5:x", "-i ", "-ihttp://i.example", "--index-url=http://j.example", "--extra-index-url ",
          "http://k.example/s", "--no-index", "--pre", "--pref", "--prefer-binary", "-e ", "-e ./f", "--find-links ", "-f g", "--no-binary ",
          "--no-binary=h,:all:", "--only-binary=:all:,:none:,i", "--only-binary j", "--require-hashes", "--req", "--trusted-host t.example",
          "-r sub/one.txt", "-c sub/two.txt", "-r", "--", "-", "'", "\"", "\\", "\\\\", "${LAMINA_TEST_A}", "${LAMINA_TEST_B}",
          "${LAMINA_TEST_NONE}", "${", "}", "$", "\u00a0", "\u2028", "\x0c", "\x85", "\u00e9", "=", ",", ":", "-C k=v", "--use-feature x",
          "--no-require-hashes", "--all-releases :all:", "--only-final x"]


@newest
@pytest.mark.parametrize("seed", range(20))
def test_generated(judge, tmp_path, seed):
    lay_out(tmp_path)
    rng = random.Random(seed)
    path = tmp_path / "main.txt"
    for _ in range(100):
        lines = []
        for _ in range(rng.randrange(1, 6)):
            lines.append("".join(rng.choice(PIECES) for _ in range(rng.randrange(1, 5))))
        path.write_bytes(rng.choice(["\n", "\n", " \\\n", "\r\n"]).join(lines).encode())
        check(judge, path)


def test_text_has_no_file(judge):
    answer = judge.ask("requirements.parse", text="a==1\n-e b")["ok"]["requirements"]
    assert [(r["file"], r["line"], r["editable"]) for r in answer] == [(None, 1, False), (None, 2, True)]


def test_text_with_directory(judge, tmp_path):
    lay_out(tmp_path)
    answer = judge.ask("requirements.parse", text="-r sub/one.txt", directory=str(tmp_path))["ok"]["requirements"]
    assert [(r["requirement"], r["constraint"]) for r in answer] == [("one==1", False), ("two==2", True)]


def test_remote_files_are_refused(judge):
    answer = judge.ask("requirements.parse", text="-r https://h.example/r.txt")
    assert answer["error"]["rule"] == "requirements-remote"


def test_values_of_variables_stay_out_of_messages(judge):
    for line in ("-i https://u:${LAMINA_TEST_SECRET}@h.example --frob", "--${LAMINA_TEST_SECRET}", "--hash=${LAMINA_TEST_SECRET}:x"):
        message = judge.ask("requirements.parse", text=line)["error"]["message"]
        assert "hunter2" not in message, message


def test_written_passwords_are_masked(judge):
    message = judge.ask("requirements.parse", text="-i https://u:pw@h.example --extra-index-url https://x:pw@h.example --frob")["error"]["message"]
    assert "pw" not in message.replace("pwd", ""), message
