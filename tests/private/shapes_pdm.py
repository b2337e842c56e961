"""Projects of pdm-backend.

SPDX-License-Identifier: Apache-2.0
"""
BACKEND = "pdm.backend"
BUILD = '[build-system]\nrequires = ["pdm-backend"]\nbuild-backend = "pdm.backend"\n'
PLAIN = BUILD + '[project]\nname = "demo"\nversion = "1.2"\n'


def tool(text):
    return PLAIN + "[tool.pdm.build]\n" + text


SHAPES = {
    "flat": {"pyproject.toml": PLAIN, "demo/__init__.py": "x\n", "demo/d/t.txt": "t\n", "tests/__init__.py": "", "other/__init__.py": "", "not/x.py": ""},
    "src": {"pyproject.toml": PLAIN, "src/demo/__init__.py": "", "src/demo/a.pyi": "", "src/two/__init__.py": "", "flat/__init__.py": ""},
    "modules": {"pyproject.toml": PLAIN, "one.py": "", "two.py": "", "folder/x.py": ""},
    "src modules": {"pyproject.toml": PLAIN, "src/one.py": "", "src/two.py": "", "src/x.txt": ""},
    "stubs": {"pyproject.toml": PLAIN, "demo-stubs/__init__.pyi": ""},
    "package-dir": {"pyproject.toml": tool('package-dir = "lib"\n'), "lib/demo/__init__.py": "", "src/no/__init__.py": ""},
    "includes": {"pyproject.toml": tool('includes = ["demo", "extra/*.txt", "top.py"]\n'), "demo/__init__.py": "", "extra/a.txt": "", "extra/b.md": "", "extra/.h.txt": "", "top.py": ""},
    "excludes": {"pyproject.toml": tool('excludes = ["demo/**/*.log", "demo/sub"]\n'), "demo/__init__.py": "", "demo/a.log": "", "demo/d/b.log": "", "demo/sub/x.py": "", "demo/d/c.py": ""},
    "include beats": {"pyproject.toml": tool('includes = ["demo", "demo/sub/keep.py"]\nexcludes = ["demo/sub/*"]\n'), "demo/__init__.py": "", "demo/sub/keep.py": "", "demo/sub/x.py": ""},
    "source-includes": {"pyproject.toml": tool('source-includes = ["demo/fixtures"]\n'), "demo/__init__.py": "", "demo/fixtures/f.txt": "", "tests/__init__.py": ""},
    "tests inside": {"pyproject.toml": PLAIN, "demo/__init__.py": "", "demo/tests/__init__.py": "", "tests/test_x.py": ""},
    "wheel-data": {
        "pyproject.toml": tool('[tool.pdm.build.wheel-data]\nscripts = ["bin/*"]\ndata = [{path = "assets/**/*.txt", relative-to = "assets"}]\n'),
        "demo/__init__.py": "", "bin/tool": "#!python\n", "assets/share/a.txt": "a", "assets/b.txt": "b", "assets/c.md": "c",
    },
    "version file": {"pyproject.toml": BUILD + '[project]\nname = "demo"\ndynamic = ["version"]\n[tool.pdm.version]\nsource = "file"\npath = "demo/__init__.py"\n', "demo/__init__.py": '__version__ = "2.0"\n'},
    "VERSION": {"pyproject.toml": BUILD + '[project]\nname = "demo"\ndynamic = ["version"]\n[tool.pdm.version]\nsource = "file"\npath = "demo/v.py"\n', "demo/__init__.py": "", "demo/v.py": "VERSION = '2.1'  # x\n"},
    "no version": {"pyproject.toml": BUILD + '[project]\nname = "demo"\ndynamic = ["version"]\n', "demo/__init__.py": ""},
    "everything": {
        "pyproject.toml": BUILD + '''
[project]
name = "My.Demo"
version = "1.0.0-rc.1"
description = "Sümmary"
readme = "README.md"
requires-python = ">=3.8"
license = "MIT OR Apache-2.0"
license-files = ["LICEN[CS]E*", "legal/*.md"]
authors = [{name = "Ann Other", email = "ann@example.com"}, {name = "Bob"}]
maintainers = [{name = "Mä Int", email = "m@example.com"}]
keywords = ["one", "two"]
classifiers = ["Programming Language :: Python :: 3"]
dependencies = ["requests >=2,<3 ; python_version>'3.8'", "attrs", "X_y [b, a] == 1.0"]
[project.optional-dependencies]
Dev_x = ["pytest", "black; sys_platform=='linux' or os_name=='nt'"]
doc = ["sphinx"]
[project.urls]
Home-Page = "https://example.com"
"Bug Tracker" = "https://example.com/bugs"
[project.scripts]
my-cmd = "mod.cli:main"
[project.gui-scripts]
my-gui = "mod.gui:main"
[project.entry-points."my.group"]
b = "mod:b"
a = "mod:a [x]"
''',
        "README.md": "# Read\n\nme ü\n", "LICENSE": "l\n", "legal/a.md": "a\n", "my_demo/__init__.py": "", "my_demo/üñ.txt": "u\n",
    },
    "licences by name": {"pyproject.toml": PLAIN, "demo.py": "", "LICENSE.txt": "l", "COPYING": "c", "AUTHORS.md": "a", "NOTICE": "n"},
}

REFUSED = {
    "hook": ({"pyproject.toml": PLAIN, "demo.py": "", "pdm_build.py": ""}, "cannot-build", "hook"),
    "scm": ({"pyproject.toml": BUILD + '[project]\nname = "demo"\ndynamic = ["version"]\n[tool.pdm.version]\nsource = "scm"\n', "demo.py": ""}, "cannot-build", "version control"),
    "setuptools": ({"pyproject.toml": tool("run-setuptools = true\n"), "demo.py": ""}, "cannot-build", "compiles"),
    "computed": (
        {"pyproject.toml": BUILD + '[project]\nname = "demo"\ndynamic = ["version"]\n[tool.pdm.version]\npath = "demo.py"\n', "demo.py": "__version__ = str(1)\n"},
        "cannot-build", "plain string",
    ),
}
