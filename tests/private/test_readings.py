"""Python files that could be understood in two ways: what lamina reads of them is what Python does, or it reads nothing.

SPDX-License-Identifier: Apache-2.0

The real backend builds each of them too; a row that it refuses must be refused here.
"""
import time

import pytest

import backend

LEGACY = "setuptools.build_meta:__legacy__"
HEAD = "from setuptools import setup\nimport os\n"
SAYS = "name='demo', version='1.0', packages=['demo']"
ATTR = ('[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[project]\nname = "demo"\ndynamic = ["version"]\n'
        '[tool.setuptools]\npackages = ["demo"]\n[tool.setuptools.dynamic]\nversion = { attr = "demo.__version__" }\n')
RIGHT = {"docs/a/r.txt": "right\n", "a/r.txt": "wrong\n"}


def call(arguments, head=HEAD):
    return f"{head}setup({SAYS}, {arguments})\n"


def read(path):
    return call(f"long_description=open({path}).read()", "from pathlib import Path\n" + HEAD)


SETUP = {
    "line ends of Windows in a long text": (call('long_description="""a\nb\n\nc\n"""').replace("\n", "\r\n").encode(), {}),
    "a lone carriage return in a comment": (HEAD + "V = '1'\n# x\rV = '2'\nsetup(name='demo', version=V, packages=['demo'])\n", {}),
    "latin-1": (("# -*- coding: latin-1 -*-\n" + call("author='José'")).encode("latin-1"), {}),
    "UTF-8 that is said to be latin-1": (("# -*- coding: latin-1 -*-\n" + call("author='José'")).encode(), {}),
    "said in vim's way, on the second line": (("#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n" + call("author='José'")).encode(), {}),
    "latin-1 that nothing needs": ("# coding: latin-1\n" + call("author='Jose'"), {}),
    "UTF-8 by another name": ("# coding=UTF8\n" + call("author='José'"), {}),
    "joined relative paths": (read("os.path.join('docs', os.path.join('a', 'r.txt'))"), RIGHT),
    "joined folders": (read("os.path.join('docs', os.path.dirname('a/x'), 'r.txt')"), RIGHT),
    "joined Paths": (read("os.path.join('docs', Path('a/r.txt'))"), RIGHT),
    "joined with the project's folder": (read("os.path.join('docs', os.path.abspath('docs/a'), 'r.txt')"), RIGHT),
    "a check that does more": (HEAD + "import sys\nV = '1'\nif sys.version_info < (4, 0):\n    print('x'); V = '2'\nsetup(name='demo', version=V, packages=['demo'])\n", {}),
    "a check that calls": (HEAD + "import sys\nV = '1'\nif sys.version_info < (4, 0):\n    print(globals().update(V='2'))\nsetup(name='demo', version=V, packages=['demo'])\n", {}),
    "a handle that is a name": (HEAD + "version = '1'\nwith open('a.txt') as version:\n    d = version.read()\nsetup(name='demo', version=version, packages=['demo'])\n", {"a.txt": "x\n"}),
    "__file__ from a file": (HEAD + "with open('a.txt') as f:\n    __file__ = f.read()\n" + call("long_description=open(os.path.join(os.path.dirname(__file__), 'a.txt')).read()", ""),
                             {"a.txt": "docs/x", "docs/a.txt": "other\n"}),
    "line ends that only Python knows": (call("classifiers=open('c.txt').read().splitlines()"), {"c.txt": "Topic :: A\u2028Topic :: B\n"}),
    "blanks that only Python knows": (HEAD + "setup(name='demo', version=open('v.txt').read().strip(), packages=['demo'])\n", {"v.txt": "1.2\u00a0\n"}),
}
LITERALS = {
    "a chain before it": "x = __version__ = '1.0'\n__version__ = '2.0'\n",
    "behind a semicolon": "import os; __version__ = '0.9'\n__version__ = '1.0'\n",
    "a lone carriage return": "# a\r__version__ = '0.9'\n__version__ = '1.0'\n",
    "an argument of that name": "def f(__version__=None): pass\nf(__version__='3')\n__version__ = '1.0'\n",
    "in another text": "x = 'a; __version__ = 1'\n__version__ = '1.0'\n",
    "below a condition": "__version__ = '1.0'\nif True:\n    __version__ = '2.0'\n",
}
ROWS = {f"setup.py: {k}": (LEGACY, {"setup.py": text, "demo/__init__.py": "", **files}) for k, (text, files) in SETUP.items()}
ROWS.update({f"literal: {k}": ("setuptools.build_meta", {"pyproject.toml": ATTR, "demo/__init__.py": text}) for k, text in LITERALS.items()})
MANIFESTS = {
    "a sign that is protected, and a comment": "include demo/\\#x.txt # demo/a.txt\n",
    "a comment, and a sign that is protected": "include demo/a.txt # \\# demo/b.txt\n",
    "upwards and down again": "include demo/../demo/a.txt\n",
    "a blank that only Python knows": "include demo/a.txt\u00a0demo/b.txt\n",
    "a line end that only Python knows": "include demo/a.txt\x85include demo/b.txt\n",
    "bytes that are no UTF-8": b"include demo/a.txt\ninclude demo/\xe9\n",
}
FLIT = '[build-system]\nrequires = ["flit_core>=4"]\nbuild-backend = "flit_core.buildapi"\n[project]\nname = "demo"\ndynamic = ["version", "description"]\n'
DOCSTRINGS = {
    "plain": '"""A summary\n\nand more"""\n',
    "line ends of Windows": '"""\r\nA summary\r\nmore\r\n"""\r\n',
    "with a comment": '"A summary"  # of it\n',
    "two that are one": '"A" " summary"\n',
    "on two lines": '"A" \\\n" summary"\n',
    "begins with a blank of its own": '"""\u00a0A summary\n"""\n',
    "another line end": '"""A summary\u2028and more"""\n',
    "a tab": '"""A\tsummary"""\n',
    "latin-1": '# -*- coding: latin-1 -*-\n"""A summ\xe1ry"""\n'.encode("latin-1"),
}
ROWS.update({f"docstring: {k}": ("flit_core.buildapi", {"pyproject.toml": FLIT, "demo/__init__.py": text + b"__version__ = '1'\n" if isinstance(text, bytes) else text + "__version__ = '1'\n"})
             for k, text in DOCSTRINGS.items()})
PDM = ('[build-system]\nrequires = ["pdm-backend"]\nbuild-backend = "pdm.backend"\n[project]\nname = "demo"\ndynamic = ["version"]\n'
       '[tool.pdm.version]\nsource = "file"\npath = "demo/__init__.py"\n')
LINES = {
    "in a docstring first": '"""\n__version__ = "0.1"\n"""\n__version__ = "1.0"\n',
    "the other name first": 'VERSION = "0.9"\n__version__ = "1.0"\n',
    "numbers by the other name": 'VERSION = (1, 0)\n__version__ = "1.0"\n',
    "the other name": 'VERSION = "1.5"\n',
}
ROWS.update({f"pdm: {k}": ("pdm.backend", {"pyproject.toml": PDM, "demo/__init__.py": text}) for k, text in LINES.items()})
HATCH = ('[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n[project]\nname = "demo"\ndynamic = ["version"]\n'
         '[tool.hatch.version]\npath = "demo/__init__.py"\n')
ROWS.update({f"hatchling: {k}": ("hatchling.build", {"pyproject.toml": HATCH, "demo/__init__.py": text}) for k, text in {
    "in a docstring first": '"""\n__version__ = "0.1"\n"""\n__version__ = "1.0"\n',
    "a lone carriage return": 'x = 1\r__version__ = "0.9"\r\n__version__ = "1.0"\n',
}.items()})
FILES = {"pyproject.toml": ATTR, "demo/__init__.py": "__version__ = '1'\n", "demo/a.txt": "", "demo/b.txt": "", "demo/#x.txt": ""}
ROWS.update({f"MANIFEST.in: {k}": ("setuptools.build_meta", {**FILES, "MANIFEST.in": text}) for k, text in MANIFESTS.items()})


@pytest.mark.parametrize("name", ROWS)
def test_as_python_reads_it(tmp_path, name):
    module, files = ROWS[name]
    folder = tmp_path / "project"
    folder.mkdir()
    # Line ends are written as they are.
    backend.write(folder, {k: v if isinstance(v, bytes) else v.encode() for k, v in files.items()})
    result, mine = backend.ours(folder)
    if mine is None:
        assert result["rule"] == "cannot-build", result
        return
    _, theirs = backend.real(folder, module, tmp_path / "out")
    backend.compare(name, theirs, mine)


def test_not_everything_is_refused(tmp_path):
    """Those that have one meaning."""
    for name in ("setup.py: line ends of Windows in a long text", "setup.py: joined relative paths", "setup.py: joined with the project's folder",
                 "setup.py: UTF-8 by another name", "setup.py: latin-1 that nothing needs", "literal: an argument of that name", "literal: in another text",
                 "docstring: plain", "docstring: line ends of Windows", "docstring: with a comment", "pdm: numbers by the other name", "pdm: the other name",
                 "MANIFEST.in: a sign that is protected, and a comment", "MANIFEST.in: a comment, and a sign that is protected"):
        folder = tmp_path / name.replace(":", "")
        folder.mkdir()
        backend.write(folder, {k: v if isinstance(v, bytes) else v.encode() for k, v in ROWS[name][1].items()})
        result, mine = backend.ours(folder)
        assert mine is not None, (name, result)


LARGE = {
    "texts in a row": call("description=(" + "'aaaaaaaa'\n" * 60000 + ")"),
    "sums of texts": call("description=" + "+".join(["'aaaaaaaa'"] * 20000)),
    "sums of sums": HEAD + "a = ['x']\n" + "".join(f"a{i} = {'a' if i == 0 else f'a{i - 1}'} + {'a' if i == 0 else f'a{i - 1}'}\n" for i in range(14))
    + "".join(f"b{i} = a13 + ['y']\n" for i in range(8000)) + call("", ""),
    "one file again and again": HEAD + "".join(f"a{i} = open('large.txt').read()\n" for i in range(15000)) + call("", ""),
}


@pytest.mark.parametrize("name", LARGE)
def test_no_more_than_it_is_worth(tmp_path, name):
    """A small file must not take gigabytes or minutes."""
    folder = tmp_path / "project"
    folder.mkdir()
    backend.write(folder, {"setup.py": LARGE[name], "demo/__init__.py": "", "large.txt": "x" * 1000000})
    begin = time.monotonic()
    result, mine = backend.ours(folder)
    assert mine is None and result["rule"] == "cannot-build", result
    assert time.monotonic() - begin < 20
