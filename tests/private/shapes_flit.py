"""Projects of flit.

SPDX-License-Identifier: Apache-2.0
"""
BACKEND = "flit_core.buildapi"
BUILD = '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n'
PLAIN = BUILD + '[project]\nname = "demo"\nversion = "1.2"\ndescription = "A demo"\n'

SHAPES = {
    "package": {"pyproject.toml": PLAIN, "demo/__init__.py": "x = 1\n", "demo/data/t.txt": "t\n", "tests/test_x.py": ""},
    "module": {"pyproject.toml": PLAIN, "demo.py": "x = 1\n"},
    "src": {"pyproject.toml": PLAIN, "src/demo/__init__.py": "", "src/demo/sub/a.py": "", "src/demo/py.typed": ""},
    "src module": {"pyproject.toml": PLAIN, "src/demo.py": ""},
    "dash": {"pyproject.toml": PLAIN.replace('"demo"', '"my-demo"'), "my_demo/__init__.py": ""},
    "stubs": {"pyproject.toml": PLAIN.replace('"demo"', '"my-demo-stubs"'), "my_demo-stubs/__init__.pyi": ""},
    "namespace": {"pyproject.toml": PLAIN + '[tool.flit.module]\nname = "ns.inner"\n', "ns/inner/__init__.py": "", "ns/other/x.py": ""},
    "dynamic": {
        "pyproject.toml": BUILD + '[project]\nname = "demo"\ndynamic = ["version", "description"]\n',
        "demo/__init__.py": '# c\n"""\n   First line.\n\nMore.\n"""\nimport os\n\n__version__: str = \'2.0.dev1\'  # here\n',
    },
    "version file": {
        "pyproject.toml": BUILD + '[project]\nname = "demo"\ndescription = "x"\ndynamic = ["version"]\n',
        "demo/__init__.py": "from ._version import __version__\n",
        "demo/_version.py": "__version__ = '3.1'\n",
    },
    "imported version": {
        "pyproject.toml": BUILD + '[project]\nname = "demo"\ndescription = "x"\ndynamic = ["version"]\n',
        "demo/__init__.py": "from .other import __version__ as other_version\nfrom .meta import (\n    x,\n    __version__,\n)  # both\n__all__ = ['__version__']\n",
        "demo/meta.py": "x = 1\n__version__ = '3.1'\n", "demo/other.py": "__version__ = '9'\n",
    },
    "everything": {
        "pyproject.toml": BUILD + '''
[project]
name = "My.Demo"
version = "1.0.0-rc.1"
description = "Sümmary"
readme = "README.rst"
requires-python = ">=3.9"
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
[tool.flit.module]
name = "mod"
[tool.flit.external-data]
directory = "data"
''',
        "README.rst": "Read\n====\n\nme ü\n",
        "LICENSE": "l\n",
        "legal/a.md": "a\n",
        "mod/__init__.py": "",
        "mod/üñ.txt": "u\n",
        "data/share/x.txt": "d\n",
        "data/etc/y.conf": "d\n",
    },
    "licences by name": {"pyproject.toml": PLAIN, "demo.py": "", "LICENSE.txt": "l", "COPYING": "c", "AUTHORS.md": "a", "NOTICE": "n", "docs/LICENSE": "x"},
    "license table": {"pyproject.toml": PLAIN + 'license = {file = "LEGAL"}\n', "demo.py": "", "LEGAL": "l\n", "LICENSE": "m\n"},
    "license text": {"pyproject.toml": PLAIN + 'license = {text = "MIT"}\n', "demo.py": ""},
    "readme table": {"pyproject.toml": PLAIN + 'readme = {file = "R.txt", content-type = "text/markdown"}\n', "demo.py": "", "R.txt": "# r\n"},
}

# What is refused: the rule, and a part of why.
REFUSED = {
    "computed version": (
        {"pyproject.toml": BUILD + '[project]\nname = "demo"\ndescription = "d"\ndynamic = ["version"]\n', "demo.py": "__version__ = '1' + '2'\n"},
        "cannot-build", "no plain string",
    ),
    "version that is bound twice": (
        {"pyproject.toml": BUILD + '[project]\nname = "demo"\ndescription = "d"\ndynamic = ["version"]\n', "demo/__init__.py": "from .a import __version__\nif x:\n    __version__ = f()\n",
         "demo/a.py": "__version__ = '1'\n"},
        "cannot-build", "has a plain",
    ),
    "version from elsewhere": (
        {"pyproject.toml": BUILD + '[project]\nname = "demo"\ndescription = "d"\ndynamic = ["version"]\n', "demo/__init__.py": "from .a import *\nfrom .a import __version__\n",
         "demo/a.py": "__version__ = '1'\n"},
        "cannot-build", "has a plain",
    ),
    "flit before 3.12": ({"pyproject.toml": PLAIN.replace('["flit_core"]', '["flit_core<3.10"]'), "demo.py": ""}, "cannot-build", "since 3.12"),
    "no module": ({"pyproject.toml": PLAIN, "other.py": ""}, "empty-package", "demo"),
    "two modules": ({"pyproject.toml": PLAIN, "demo.py": "", "src/demo.py": ""}, "empty-package", "several"),
    "old tables": ({"pyproject.toml": BUILD + '[tool.flit.metadata]\nmodule = "demo"\n', "demo.py": ""}, "cannot-build", "[project]"),
    "backend-path": ({"pyproject.toml": PLAIN.replace("[project]", 'backend-path = ["."]\n[project]'), "demo.py": ""}, "cannot-build", "backend-path"),
}
