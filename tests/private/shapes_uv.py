"""Projects of uv_build.

SPDX-License-Identifier: Apache-2.0
"""
BACKEND = "uv_build"
BUILD = '[build-system]\nrequires = ["uv_build>=0.13,<0.14"]\nbuild-backend = "uv_build"\n'
PLAIN = BUILD + '[project]\nname = "demo"\nversion = "1.2"\n'


def tool(text):
    return PLAIN + "[tool.uv.build-backend]\n" + text


SHAPES = {
    "src": {"pyproject.toml": PLAIN, "src/demo/__init__.py": "x\n", "src/demo/d/t.txt": "t\n", "src/other/__init__.py": "", "tests/t.py": ""},
    "name with dots": {"pyproject.toml": PLAIN.replace('"demo"', '"My.Demo-x"'), "src/my_demo_x/__init__.py": ""},
    "flat": {"pyproject.toml": tool('module-root = ""\n'), "demo/__init__.py": "", "demo/a/b.py": ""},
    "module name": {"pyproject.toml": tool('module-name = "PIL"\n'), "src/PIL/__init__.py": ""},
    "dotted module": {"pyproject.toml": tool('module-name = "ns.inner"\n'), "src/ns/inner/__init__.py": "", "src/ns/inner/x.py": ""},
    "namespace": {"pyproject.toml": tool('namespace = true\n'), "src/demo/a/x.py": "", "src/demo/b.py": ""},
    "several": {"pyproject.toml": tool('module-name = ["one", "two"]\n'), "src/one/__init__.py": "", "src/two/__init__.py": ""},
    "stubs": {"pyproject.toml": PLAIN.replace('"demo"', '"demo-stubs"'), "src/demo-stubs/__init__.pyi": ""},
    "excludes": {
        "pyproject.toml": tool('wheel-exclude = ["*.log", "/src/demo/top.txt", "inner/x.txt"]\nsource-exclude = ["secret"]\n'),
        "src/demo/__init__.py": "", "src/demo/a.log": "", "src/demo/d/b.log": "", "src/demo/top.txt": "", "src/demo/d/top.txt": "",
        "src/demo/secret/s.txt": "", "src/demo/d/inner/x.txt": "", "src/demo/d/inner/y.txt": "",
    },
    "data": {
        "pyproject.toml": tool('data = { data = "assets", scripts = "bin", headers = "include/" }\n'),
        "src/demo/__init__.py": "", "assets/share/a.txt": "a", "bin/tool": "#!python\n", "include/x.h": "h",
    },
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
authors = [{name = "Ann Other", email = "ann@example.com"}, {name = "Bob"}, {email = "c@example.com"}]
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
        "README.md": "# Read\n\nme ü\n", "LICENSE": "l\n", "legal/a.md": "a\n", "src/my_demo/__init__.py": "", "src/my_demo/üñ.txt": "u\n",
    },
    "licences by name": {"pyproject.toml": PLAIN, "src/demo/__init__.py": "", "LICENSE.txt": "l", "COPYING": "c", "AUTHORS.md": "a", "NOTICE": "n"},
    "license text": {"pyproject.toml": PLAIN + 'license = {text = "MIT"}\n', "src/demo/__init__.py": ""},
    "readme table": {"pyproject.toml": PLAIN + 'readme = {text = "hello", content-type = "text/plain"}\n', "src/demo/__init__.py": ""},
}

REFUSED = {
    "dynamic": ({"pyproject.toml": BUILD + '[project]\nname = "demo"\ndynamic = ["version"]\n', "src/demo/__init__.py": ""}, "cannot-build", "running its own code"),
    "no module": ({"pyproject.toml": PLAIN, "demo/__init__.py": ""}, "empty-package", "src/demo"),
    "no init": ({"pyproject.toml": PLAIN, "src/demo/x.py": ""}, "empty-package", "src/demo"),
    "no version": ({"pyproject.toml": BUILD + '[project]\nname = "demo"\n', "src/demo/__init__.py": ""}, "no-version", "demo"),
    "no name": ({"pyproject.toml": BUILD + '[project]\nversion = "1"\n', "src/demo/__init__.py": ""}, "no-name", "no name"),
}
