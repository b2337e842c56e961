"""Projects of poetry-core.

SPDX-License-Identifier: Apache-2.0
"""
BACKEND = "poetry.core.masonry.api"
BUILD = '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n'
PLAIN = BUILD + '[tool.poetry]\nname = "demo"\nversion = "1.2"\ndescription = "d"\nauthors = ["Ann <ann@example.com>", "Bob"]\n'
PROJECT = BUILD + '[project]\nname = "demo"\nversion = "1.2"\ndescription = "d"\n'
# A repository as far as Git wants to see one.
GIT = {".git/HEAD": "ref: refs/heads/main\n", ".git/config": "[core]\n\trepositoryformatversion = 0\n", ".git/objects": None, ".git/refs": None}


def needs(text):
    return PLAIN + "[tool.poetry.dependencies]\n" + text


SHAPES = {
    "flat": {"pyproject.toml": PLAIN, "demo/__init__.py": "x\n", "demo/d/t.txt": "t\n", "demo/.hidden": "h", "demo/empty/x.md": "", "tests/__init__.py": "", "README.md": "r"},
    "src": {"pyproject.toml": PLAIN, "src/demo/a.py": "", "src/other/b.py": ""},
    "module": {"pyproject.toml": PLAIN, "demo.py": "x = 1\n", "other.py": ""},
    "module in src": {"pyproject.toml": PLAIN, "src/demo.py": "x = 1\n"},
    "normal name": {"pyproject.toml": BUILD + '[tool.poetry]\nname = "My-Demo.x"\nversion = "v1.0-rc1"\ndescription = "Sümmary"\nauthors = []\n', "my_demo_x/__init__.py": "", "My_Demo/x.py": ""},
    "packages": {
        "pyproject.toml": PLAIN + 'packages = [{include = "one"}, {include = "two", from = "lib"}, {include = "three/**/*.py", from = "src", to = "deep/er"}, {include = "four.py", format = "wheel"}, {include = "no", format = "sdist"}]\n',
        "one/a.py": "", "one/a.txt": "", "lib/two/b.py": "", "src/three/c.py": "", "src/three/x/d.py": "", "src/three/x/d.txt": "", "four.py": "", "no/e.py": "",
    },
    "namespace": {"pyproject.toml": PLAIN + 'packages = [{include = "ns/demo"}, {include = "ns/*/more/*", from = "src"}]\n', "ns/demo/a.py": "", "ns/no.py": "", "src/ns/x/more/b.py": "", "src/ns/y/more/c.py": ""},
    "stubs": {"pyproject.toml": PLAIN + 'packages = [{include = "demo-stubs"}]\n', "demo-stubs/__init__.pyi": "", "demo-stubs/py.typed": ""},
    "include": {
        "pyproject.toml": PLAIN + 'include = ["CHANGES", {path = "data/**/*.json", format = "wheel"}, {path = "demo/gen", format = ["sdist", "wheel"]}, {path = "top.txt", format = "sdist"}]\nexclude = ["demo/gen", "demo/**/*.log"]\n',
        "CHANGES": "", "data/a.json": "1", "data/b/c.json": "2", "data/b/d.txt": "", "top.txt": "", "demo/__init__.py": "", "demo/gen/x.py": "g", "demo/a.log": "", "demo/sub/b.log": "",
    },
    "exclude": {"pyproject.toml": PLAIN + 'exclude = ["demo/tests", "**/*.tmp", "demo/*/only.py"]\n', "demo/__init__.py": "", "demo/tests/x.py": "", "demo/a.tmp": "", "demo/s/only.py": "", "demo/s/t/only.py": ""},
    "ignored": {
        **GIT, "pyproject.toml": PLAIN + 'include = [{path = "demo/built.js", format = "wheel"}]\n', ".gitignore": "*.js\n/demo/local/\n", "demo/.gitignore": "*.dat\n!keep.dat\n",
        "demo/__init__.py": "", "demo/built.js": "", "demo/no.js": "", "demo/local/y.py": "", "demo/x.dat": "", "demo/keep.dat": "",
    },
    "from and include": {"pyproject.toml": PLAIN + 'packages = [{include = "demo", from = "src"}]\ninclude = [{path = "src/demo/x.json", format = "wheel"}, {path = "src/o.json", format = "wheel"}]\n', "src/demo/a.py": "", "src/demo/x.json": "", "src/o.json": ""},
    "constraints": {
        "pyproject.toml": needs('''
python = "^3.8"
a = "^1.2.3"
b = "^0.2.3"
c = "^0.0"
d = "~1.2.3"
e = "~1"
f = "~=1.4.2"
g = "1.2.*"
h = "!=1.5"
i = ">=1.0 <2.0"
j = ">=1,<2,!=1.5,!=1.6.*"
k = "2.0"
l = "*"
m = " >= 1.0 , < 2"
n = "^1.0b1"
o = "~=1.4"
Q_r = "v1.0"
'''), "demo.py": "",
    },
    "tables": {
        "pyproject.toml": needs('''
python = ">=3.8,<4.0"
a = {version = "^1.0", extras = ["X_y", "b"]}
b = {version = "*", python = "^3.9"}
c = {version = "1.0", platform = "linux"}
d = {version = ">=1", markers = "python_version < '3.9' or sys_platform == 'win32'", python = "<3.12"}
e = [{version = "^1", python = "<3.9"}, {version = "^2", python = ">=3.9"}]
f = {version = "1", platform = "!=win32"}
g = {version = "1", python = "~3.8 || ^3.12"}
h = {version = "1", python = "3.9", allow-prereleases = true, source = "x"}
i = {version = "1", platform = "linux || darwin"}
'''), "demo.py": "",
    },
    "sources": {
        "pyproject.toml": needs('''
python = "*"
a = {url = "https://example.com/a-1.zip"}
b = {git = "https://example.com/b.git", branch = "main"}
c = {git = "git@example.com:x/c.git", rev = "0123abc", subdirectory = "sub", extras = ["e"]}
d = {path = "../lib d"}
e = {path = "./../libs/e-1.0.tar.gz"}
f = {path = "../libs/", subdirectory = "f", develop = true, python = "^3.9"}
g = {file = "../libs/g-1.0-py3-none-any.whl"}
'''), "demo.py": "",
    },
    "extras": {
        "pyproject.toml": needs('''
always = "1"
one = {version = "^1", optional = true}
two = {version = "^2", optional = true, python = "<3.9"}
lost = {version = "^3", optional = true}
own = {version = "4", optional = true, markers = "extra == 'Mark'"}
[tool.poetry.extras]
First = ["one", "Two"]
second_x = ["two", "always"]
none = ["missing"]
'''), "demo.py": "",
    },
    "groups": {"pyproject.toml": needs('a = "1"\n[tool.poetry.group.dev.dependencies]\nb = "2"\n[tool.poetry.dev-dependencies]\nc = "3"\n[dependency-groups]\nx = ["y"]\n'), "demo.py": ""},
    "python exact": {"pyproject.toml": needs('python = "3.11"\n'), "demo.py": ""},
    "python patch": {"pyproject.toml": needs('python = "~3.8.2"\n'), "demo.py": ""},
    "python major": {"pyproject.toml": needs('python = "3"\n'), "demo.py": ""},
    "python star": {"pyproject.toml": needs('python = "3.9.*"\n'), "demo.py": ""},
    "python or": {"pyproject.toml": needs('python = "~2.7 || ^3.6"\n'), "demo.py": ""},
    "python or later": {"pyproject.toml": needs('python = "~3.8.1 || 3.10 || >=3.12.1"\n'), "demo.py": ""},
    "python but": {"pyproject.toml": needs('python = ">=3.8,!=3.9.*,<4"\n'), "demo.py": ""},
    "texts": {
        "pyproject.toml": PLAIN + '''
maintainers = ["M. Int <m@example.com>"]
license = "mit"
readme = ["README.md", "CHANGES.md"]
keywords = ["one", "two"]
classifiers = ["Topic :: Software Development", "Programming Language :: Python :: 3"]
homepage = "https://example.com"
repository = "https://example.com/r"
documentation = "https://example.com/d"
[tool.poetry.urls]
"Bug Tracker" = "https://example.com/b"
[tool.poetry.dependencies]
python = ">=3.10,<3.13"
[tool.poetry.scripts]
cmd = "demo:main"
table = {reference = "demo:table", type = "console"}
tool = {reference = "bin/tool.sh", type = "file"}
[tool.poetry.plugins."my.group"]
b = "demo:b"
a = "demo:a [x]"
''',
        "demo.py": "", "README.md": "# R\n", "CHANGES.md": "c\n", "bin/tool.sh": "#!/bin/sh\n", "LICENSE": "l", "AUTHORS": "a", "LICENSES/x/MIT.txt": "m", "sub/COPYING": "no",
    },
    "own licence": {"pyproject.toml": PLAIN + 'license = "Ours"\nreadme = "README.rst"\n', "demo.py": "", "README.rst": "R\n"},
    "project": {
        "pyproject.toml": BUILD + '''
[project]
name = "My.Demo"
version = "1.0.0-rc.1"
description = "Sümmary"
readme = "README.markdown"
requires-python = ">=3.8, <4"
license = "MIT OR Apache-2.0"
license-files = ["LICEN[CS]E*", "legal/*.md"]
authors = [{name = "Ann Other", email = "ann@example.com"}, {name = "Bob"}]
maintainers = [{name = "Mä Int"}]
keywords = ["one", "two"]
dependencies = ["requests (>=2,<3) ; python_version>'3.8'", "attrs", "X_y [b, a] == 1.0"]
[project.optional-dependencies]
Dev_x = ["pytest", "black; sys_platform=='linux' or os_name=='nt'"]
[project.urls]
homePage = "https://example.com"
"Bug Tracker" = "https://example.com/bugs"
[project.scripts]
my-cmd = "mod.cli:main"
[project.gui-scripts]
my-gui = "mod.gui:main"
[project.entry-points."my.group"]
b = "mod:b"
a = "mod:a [x]"
[tool.poetry]
requires-poetry = ">=2.0"
packages = [{include = "mod"}]
[tool.poetry.dependencies]
requests = {source = "x"}
[tool.poetry.group.dev.dependencies]
z = "1"
''',
        "README.markdown": "# Read\n\nme ü\n", "LICENSE": "l\n", "legal/a.md": "a\n", "mod/__init__.py": "", "mod/üñ.txt": "u\n",
    },
    "project's classifiers": {"pyproject.toml": PROJECT + 'requires-python = ">=3.9"\nclassifiers = ["Topic :: Utilities"]\n', "demo.py": ""},
    "project's licence": {"pyproject.toml": PROJECT + 'license = {text = "BSD-3-Clause"}\nauthors = [{name = "A"}]\n', "demo.py": ""},
    "dynamic": {
        "pyproject.toml": BUILD + '''
[project]
name = "demo"
dynamic = ["version", "dependencies", "classifiers", "requires-python"]
description = "d"
optional-dependencies = {x = ["y>=1"]}
[tool.poetry]
version = "3.0"
classifiers = ["Topic :: Utilities"]
[tool.poetry.dependencies]
python = "^3.9"
a = "^1"
b = {version = "2", optional = true}
''', "demo.py": "",
    },
    "project alone": {"pyproject.toml": PROJECT + "dependencies = []\n[tool.poetry.dependencies]\na = \"1\"\n[tool.poetry.extras]\nx = [\"a\"]\n", "demo.py": ""},
}

REFUSED = {
    "target outside of the wheel": ({"pyproject.toml": BUILD + '[tool.poetry]\nname = "demo"\nversion = "1"\npackages = [{ include = "demo", to = "../up" }]\n', "demo/__init__.py": ""}, "project-field", "outside of the wheel"),
    "build script": ({"pyproject.toml": PLAIN + '[tool.poetry.build]\nscript = "build.py"\n', "demo.py": ""}, "cannot-build", "build script"),
    "old build script": ({"pyproject.toml": PLAIN + 'build = "build.py"\n', "demo.py": ""}, "cannot-build", "build script"),
    "no package": ({"pyproject.toml": BUILD + "[tool.poetry]\npackage-mode = false\n", "demo.py": ""}, "cannot-build", "package-mode"),
    "either": ({"pyproject.toml": needs('a = "^1 || ^3"\n'), "demo.py": ""}, "cannot-build", "`a`"),
    "outside": ({"pyproject.toml": PLAIN + 'packages = [{include = "x", from = "../lib"}]\n', "demo.py": ""}, "cannot-build", "outside"),
    "both": ({"pyproject.toml": PLAIN, "demo.py": "", "demo/__init__.py": ""}, "cannot-build", "neither"),
    "nothing": ({"pyproject.toml": PLAIN, "other.py": ""}, "empty-package", "src/demo"),
    "no module": ({"pyproject.toml": PLAIN, "demo/x.txt": "", "demo/y.txt": ""}, "empty-package", "no module"),
    "constraint": ({"pyproject.toml": needs('a = ">>1"\n'), "demo.py": ""}, "project-field", "1"),
    "marker": ({"pyproject.toml": needs('a = {version = "1", markers = "x =="}\n'), "demo.py": ""}, "project-field", ""),
    "readme": ({"pyproject.toml": PLAIN + 'readme = "no.md"\n', "demo.py": ""}, "missing-file", "no.md"),
    "script": ({"pyproject.toml": PLAIN + '[tool.poetry.scripts]\nx = {reference = "no", type = "file"}\n', "demo.py": ""}, "project-field", "`no`"),
    "no version": ({"pyproject.toml": BUILD + '[tool.poetry]\nname = "demo"\n', "demo.py": ""}, "no-version", "demo"),
    "no name": ({"pyproject.toml": BUILD + '[tool.poetry]\nversion = "1"\n', "demo.py": ""}, "no-name", "name"),
    "bad version": ({"pyproject.toml": BUILD + '[tool.poetry]\nname = "demo"\nversion = "x"\n', "demo.py": ""}, "version", "x"),
}
