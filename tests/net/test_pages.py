"""Index pages, read through the judge, beside what Python's own parsers see.

SPDX-License-Identifier: Apache-2.0
"""
import html.parser
import json
import os
import random
import sys
import time
import urllib.parse

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "suites"))
from judge import Judge, as_base64  # noqa: E402

URL = "https://index.example/simple/six/"
JSON_TYPE = "application/vnd.pypi.simple.v1+json"
SHA = "ab" * 32


@pytest.fixture(scope="module")
def judge():
    with Judge() as j:
        yield j


def read(judge, text, content_type="text/html", url=URL):
    answer = judge.ask("index.parse", text=text, url=url, content_type=content_type)
    assert "ok" in answer, answer
    return answer["ok"]


def one(judge, text, **more):
    (file,) = read(judge, text, **more)
    return file


def json_page(files, **more):
    return json.dumps({"meta": {"api-version": "1.0"}, "name": "six", "files": files, **more})


EMPTY = {"sha256": None, "requires_python": None, "yanked": False, "core_metadata": False, "size": None, "upload_time": None}


def test_html_file_in_full(judge):
    text = (f'<a href="../../p/six-1.0-py3-none-any.whl#sha256={SHA}" data-requires-python="&gt;=3.8,&lt;4" data-yanked="broken &amp; bad"'
            f' data-core-metadata="sha256={"cd" * 32}">six-1.0-py3-none-any.whl</a>')
    assert read(judge, text) == [{"file": "six-1.0-py3-none-any.whl", "url": "https://index.example/p/six-1.0-py3-none-any.whl",
                                  "sha256": SHA, "requires_python": ">=3.8,<4", "yanked": "broken & bad", "core_metadata": "cd" * 32,
                                  "size": None, "upload_time": None}]


def test_json_file_in_full(judge):
    file = {"filename": "six-1.0-py3-none-any.whl", "url": "../../p/six-1.0-py3-none-any.whl", "hashes": {"sha256": SHA, "md5": "0" * 32},
            "requires-python": ">=3.8", "yanked": "bad", "core-metadata": {"sha256": "cd" * 32}, "size": 12,
            "upload-time": "2024-01-02T03:04:05.6Z", "gpg-sig": False, "provenance": None, "unknown": [{"a": [1]}]}
    assert read(judge, json_page([file]), content_type=JSON_TYPE + "; charset=utf-8") == [
        {"file": "six-1.0-py3-none-any.whl", "url": "https://index.example/p/six-1.0-py3-none-any.whl", "sha256": SHA,
         "requires_python": ">=3.8", "yanked": "bad", "core_metadata": "cd" * 32, "size": 12, "upload_time": "2024-01-02T03:04:05.6Z"}]


@pytest.mark.parametrize("attributes, key, value", [
    ("", "yanked", False), ("data-yanked", "yanked", True), ('data-yanked=""', "yanked", True), ("data-yanked='why'", "yanked", "why"),
    ("data-core-metadata=true", "core_metadata", True), ("data-dist-info-metadata=true", "core_metadata", True),
    ("data-core-metadata=false", "core_metadata", False), ("data-core-metadata", "core_metadata", False),
    (f"data-core-metadata=true data-dist-info-metadata=sha256={SHA}", "core_metadata", True),
    (f"data-dist-info-metadata=sha256={SHA.upper()}", "core_metadata", SHA), ("data-core-metadata=md5=00", "core_metadata", True),
    ("data-requires-python='&gt;=3.8'", "requires_python", ">=3.8"), ("data-requires-python='>=3'", "requires_python", ">=3"),
    ("data-requires-python", "requires_python", None), ("DATA-YANKED", "yanked", True),
])
def test_html_attributes(judge, attributes, key, value):
    assert one(judge, f'<a href="six-1.0.tar.gz" {attributes}>x</a>')[key] == value


@pytest.mark.parametrize("members, key, value", [
    ({}, "yanked", False), ({"yanked": True}, "yanked", True), ({"yanked": ""}, "yanked", False), ({"yanked": None}, "yanked", False),
    ({"core-metadata": True}, "core_metadata", True), ({"dist-info-metadata": {"sha256": SHA}}, "core_metadata", SHA),
    ({"core-metadata": False, "dist-info-metadata": True}, "core_metadata", False),
    ({"dist-info-metadata": True, "core-metadata": False}, "core_metadata", False), ({"core-metadata": {}}, "core_metadata", True),
    ({"requires-python": None}, "requires_python", None), ({"requires-python": ""}, "requires_python", None),
    ({"size": None}, "size", None), ({"size": 0}, "size", 0), ({"hashes": {"sha256": SHA.upper()}}, "sha256", SHA),
    ({"hashes": {"sha256": "zz"}}, "sha256", None), ({"upload-time": None}, "upload_time", None),
])
def test_json_members(judge, members, key, value):
    file = {"filename": "six-1.0.tar.gz", "url": "six-1.0.tar.gz", "hashes": {}, **members}
    assert one(judge, json_page([file]), content_type=JSON_TYPE)[key] == value


@pytest.mark.parametrize("href, expected", [
    ("six-1.0.tar.gz", "https://index.example/simple/six/six-1.0.tar.gz"),
    ("/f/six-1.0.tar.gz", "https://index.example/f/six-1.0.tar.gz"),
    ("//cdn.example/six-1.0.tar.gz", "https://cdn.example/six-1.0.tar.gz"),
    ("HTTPS://CDN.example/six-1.0.tar.gz?x=1&amp;y=2", "https://CDN.example/six-1.0.tar.gz?x=1&y=2"),
    ("../../../../six-1.0.tar.gz", "https://index.example/six-1.0.tar.gz"),
    ("./a/./b/../six-1.0.tar.gz", "https://index.example/simple/six/a/six-1.0.tar.gz"),
    (" six-1.0.tar.gz\n", "https://index.example/simple/six/six-1.0.tar.gz"),
    ("a b/six-1.0.tar.gz", "https://index.example/simple/six/a%20b/six-1.0.tar.gz"),
    ("six-1.0.tar.gz#md5=00", "https://index.example/simple/six/six-1.0.tar.gz"),
    ("six-1.0.tar.gz#egg=x&sha256=" + SHA, "https://index.example/simple/six/six-1.0.tar.gz"),
    ("http://other.example:8080/six-1.0.tar.gz", "http://other.example:8080/six-1.0.tar.gz"),
    ("six-1.0%2Bcpu-py3-none-any.whl", "https://index.example/simple/six/six-1.0%2Bcpu-py3-none-any.whl"),
])
def test_links(judge, href, expected):
    file = one(judge, f'<a href="{href}">x</a>')
    assert file["url"] == expected
    assert file["sha256"] == (SHA if SHA in href else None)


def test_file_name_is_decoded_once(judge):
    assert one(judge, '<a href="six-1.0%2Bcpu-py3-none-any.whl">')["file"] == "six-1.0+cpu-py3-none-any.whl"
    assert one(judge, '<a href="six-1.0%252Bcpu.tar.gz">')["file"] == "six-1.0%2Bcpu.tar.gz"


@pytest.mark.parametrize("anchor", ['<a href="/">', "<a>x</a>", '<a href="">', '<a href="../">', '<a href="mailto:me@x.example">', '<a href="#top">',
                                    '<a href="javascript:x">', '<a href="https:///x.whl">', '<a href="a%2Fb.whl">', '<a href="..">',
                                    '<a href="%00.whl">', '<link href="x-1.0.tar.gz">', '<!-- <a href="x-1.0.tar.gz"> -->',
                                    '<script>"<a href=x-1.0.tar.gz>"</script>'])
def test_anchors_that_name_no_file(judge, anchor):
    assert read(judge, f"<html>{anchor}</html>") == []


def test_files_of_this_computer_are_named_by_local_pages_only(judge):
    text = '<base href="file:///x/"><a href="six-1.0.tar.gz"><a href="file:///etc/six-1.0.tar.gz">'
    assert read(judge, text) == []
    assert read(judge, json_page([{"filename": "six-1.0.tar.gz", "url": "file:///x/six-1.0.tar.gz", "hashes": {}}]), content_type=JSON_TYPE) == []
    assert len(read(judge, text, url="file:///y/index.html")) == 2


def test_base(judge):
    text = '<head><base href="../files/"><base href="/no/"></head><a href="six-1.0.tar.gz">'
    assert one(judge, text)["url"] == "https://index.example/simple/files/six-1.0.tar.gz"


def test_page_url_need_not_end_in_a_slash(judge):
    assert one(judge, '<a href="x/six-1.0.tar.gz">', url="https://index.example/simple/six")["url"] == "https://index.example/simple/x/six-1.0.tar.gz"


@pytest.mark.parametrize("text, content_type", [
    ("", "text/html"), (" \n", "text/html"), ("<a href='x-1.0.tar.gz'>", "text/plain"), ("{}", "application/json"), ("{}", JSON_TYPE),
    ("null", JSON_TYPE), ('{"meta":{"api-version":"1.0"},"files":[]', JSON_TYPE), ('{"meta":{"api-version":"1.0"},"files":[]} x', JSON_TYPE),
    ('{"meta":{"api-version":"3.0"},"files":[]}', JSON_TYPE), ('{"meta":{"api-version":"1"},"files":[]}', JSON_TYPE),
    ('{"meta":{"api-version":1.0},"files":[]}', JSON_TYPE), ('{"meta":[],"files":[]}', JSON_TYPE), ('{"meta":{},"files":[]}', JSON_TYPE),
    (json_page([1]), JSON_TYPE), (json_page([{}]), JSON_TYPE), (json_page([{"filename": "x", "hashes": {}}]), JSON_TYPE),
    (json_page([{"filename": 1, "url": "x", "hashes": {}}]), JSON_TYPE), (json_page([{"filename": "a/b", "url": "x", "hashes": {}}]), JSON_TYPE),
    (json_page([{"filename": "x", "url": "x", "hashes": []}]), JSON_TYPE), (json_page([{"filename": "x", "url": "x", "size": -1}]), JSON_TYPE),
    (json_page([{"filename": "x", "url": "x", "size": 1.5}]), JSON_TYPE), (json_page([{"filename": "x", "url": "x", "yanked": 1}]), JSON_TYPE),
    ('<a href="x-1.0.tar.gz"', "text/html"), ('<a href="x-1.0.tar.gz">x</a', "text/html"), ("<!-- ", "text/html"),
    ('<meta name="pypi:repository-version" content="2.0">', "text/html"),
    ("x", "application/vnd.pypi.simple.v2+json"),
])
def test_refused(judge, text, content_type):
    answer = judge.ask("index.parse", text=text, url=URL, content_type=content_type)
    assert answer["error"]["rule"] == "bad-index-page", answer


def test_newer_minor_is_read(judge):
    assert read(judge, '{"meta":{"api-version":"1.99"},"files":[],"new":{}}', content_type=JSON_TYPE) == []
    assert read(judge, '<meta name="pypi:repository-version" content="1.99">') == []


def test_kind_is_guessed_without_a_type(judge):
    assert len(judge.ask("index.parse", text=' {"meta":{"api-version":"1.0"},"files":[]}', url=URL)["ok"]) == 0
    assert len(judge.ask("index.parse", text='<a href="x-1.0.tar.gz">', url=URL)["ok"]) == 1


class Anchors(html.parser.HTMLParser):
    """What Python's parser sees: (href, requires-python) of each anchor."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.found = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        found = dict(reversed(attrs))
        if tag == "a" and found.get("href"):
            self.found.append((found["href"], found.get("data-requires-python")))


def test_agrees_with_python_on_random_pages(judge):
    """Links in the styles that indexes use, joined as urllib does."""
    r = random.Random(5)
    for _ in range(300):
        parts = []
        for i in range(r.randrange(8)):
            href = r.choice(["", "/", "../../", "./", "https://cdn.example/d/", "//cdn.example/", "a/../b/"]) + f"six-{i}.{r.randrange(99)}.tar.gz"
            href += r.choice(["", f"#sha256={SHA}", "?q=1", "?q=1&amp;r=2#x=y"])
            quote = r.choice(['"', "'"])
            python = r.choice(["", f" data-requires-python={quote}&gt;=3.{r.randrange(20)},!=3.9.*{quote}"])
            space = r.choice([" ", "\n", "  "])
            parts.append(f"<a{space}href={quote}{href}{quote}{python}{r.choice(['', ' rel=internal', ' data-x'])}>{href}</a>"
                         + r.choice(["", "<br>", "<br/>\n", "<!-- x -->", "&nbsp;"]))
        text = "<!DOCTYPE html><html><body>" + "".join(parts) + "</body></html>"
        expected = [(urllib.parse.urldefrag(urllib.parse.urljoin(URL, h))[0], p) for h, p in Anchors(text).found]
        assert [(f["url"], f["requires_python"]) for f in read(judge, text)] == expected, text


def test_bytes_that_are_not_utf8(judge):
    answer = judge.ask("index.parse", base64=as_base64(b'\xff<a href="six-1.0.tar.gz" data-yanked="\xfe">'), url=URL, content_type="text/html")
    assert answer["ok"][0]["file"] == "six-1.0.tar.gz"


def test_large_pages_take_linear_time(judge):
    def seconds(n):
        text = "".join(f'<a href="../../x/six-{i}.0-py3-none-any.whl#sha256={SHA}" data-requires-python="&gt;=3">six</a>\n' for i in range(n))
        begin = time.monotonic()
        assert len(read(judge, text)) == n
        return time.monotonic() - begin
    small = seconds(5000)
    assert seconds(50000) < 40 * max(small, 0.02)


def test_hostile_pages_take_linear_time(judge):
    for text in ("<" * 500000 + ">", "<a " * 200000 + ">", "<a href='" + "../" * 5000 + "x-1.0.tar.gz'>", "&" * 500000 + ">",
                 "<a href='x#" + "&sha256=" * 50000 + "'>"):
        begin = time.monotonic()
        judge.ask("index.parse", text=text, url=URL, content_type="text/html")
        assert time.monotonic() - begin < 2, text[:20]
