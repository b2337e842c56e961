"""Projects of setuptools.

SPDX-License-Identifier: Apache-2.0
"""
BACKEND = "setuptools.build_meta"
BUILD = '[build-system]\nrequires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"\n'
PLAIN = BUILD + '[project]\nname = "demo"\nversion = "1.2"\n'
LEGACY = '[build-system]\nrequires = ["setuptools", "wheel"]\nbuild-backend = "setuptools.build_meta"\n'
SCM = BUILD.replace('"]', '", "setuptools_scm"]') + '[project]\nname = "demo"\ndynamic = ["version"]\n[tool.setuptools_scm]\n'
CFG = "[metadata]\nname = demo\nversion = 1.2\n[options]\n"


def tool(text, **files):
    return {"pyproject.toml": PLAIN + "[tool.setuptools]\n" + text}


CODE = {"src/demo/__init__.py": "x = 1\n", "src/demo/a.py": "", "src/demo/sub/__init__.py": "", "src/demo/sub/b.py": ""}
DATA = {"src/demo/d/t.txt": "t\n", "src/demo/t.json": "{}\n", "src/demo/sub/u.txt": "u\n", "src/demo/.hidden": "h\n", "src/demo/d/.h.txt": "h",
        "src/demo/sub/deep/er/v.txt": "v\n"}

# What setup(...) may say without being run. Line by line, the words of real projects.
CALL = """#!/usr/bin/env python
# -*- coding: utf-8 -*-
\'\'\'What it is.\'\'\'
from __future__ import print_function
import os, sys
import io
import codecs
from os import path
from pathlib import Path
from setuptools import (find_packages,  # both
    setup)

if sys.version_info < (3, 6):  # old
    sys.stderr.write("too old")
    sys.exit("no")

here = os.path.abspath(os.path.dirname(__file__))
HERE = Path(__file__).parent
NEEDS = [
    "requests >= 2",
    "attrs; python_version < '3.9'",  # why
]
VERSION = '1.' "4"
with io.open(os.path.join(here, "README.rst"), encoding="utf-8") as f:
    readme = f.read()
with open('CHANGES') as f:
    changes = f.read().strip()

setup(
    name="Demo-Pkg",
    version=VERSION,
    description='First line\\nsecond',
    long_description=readme + "\\n\\n" + changes + codecs.open("more.txt", "r", "utf-8").read() + (HERE / "more.txt").read_text(encoding='utf-8'),
    long_description_content_type="text/x-rst",
    author="Ann", author_email="ann@example.com", maintainer='Bob',
    url="https://example.com", download_url="https://example.com/d",
    project_urls={"Source": "https://example.com/s", 'Bugs': 'https://example.com/b'},
    license="MIT", keywords="one, two words", platforms=["any"],
    classifiers=["Programming Language :: Python", "Topic :: Utilities"] + ['Programming Language :: Python :: 3'],
    packages=find_packages("src", exclude=("tests", "tests.*")),
    package_dir={"": "src"},
    package_data={"demo": ["*.json", "d/*"], "": ["*.cfg"]},
    include_package_data=False, zip_safe=False,
    python_requires=">=3.6, <4",
    install_requires=NEEDS + ["click"],
    extras_require={"dev": ["pytest"], "all_x": "black\\nrich >= 1"},
    entry_points={"console_scripts": ["demo = demo.a:main", "demo2=demo.a:other"], "my.group": "x = demo:y"},
    test_suite="tests", scripts=[], cmdclass={}, ext_modules=[], data_files=None,
)
"""
CALLED = {"setup.py": CALL, "README.rst": "Read\n====\n", "CHANGES": "\n  changes  \n", "more.txt": "mörè\nlines\n"}


def call(arguments, before="from setuptools import setup, find_packages, find_namespace_packages\n"):
    return before + "setup(name='demo', version='1.2', " + arguments + ")\n"


SHAPES = {
    "src": {"pyproject.toml": PLAIN, **CODE, "tests/test_x.py": "", "other/__init__.py": ""},
    "setup.py, everything": {**CALLED, **CODE, **DATA, "src/demo/x.cfg": "", "src/tests/__init__.py": "", "LICENSE": "l", "AUTHORS": "a"},
    "setup.py and nothing else": {"setup.py": "import setuptools\nsetuptools.setup(name='demo', version='1.2')\n", **CODE},
    "setup.py, flat": {"setup.py": call("packages=find_packages()"), "demo/__init__.py": "", "demo/no/x.py": "", "tests/__init__.py": "", "other/__init__.py": "", "demo/t.txt": ""},
    "setup.py, find with include": {"setup.py": call("packages=find_packages(include=['demo', 'demo.*'])"), "demo/__init__.py": "", "demo/sub/__init__.py": "", "other/__init__.py": ""},
    "setup.py, find nothing": {"setup.py": call("packages=find_packages(include=[]), py_modules=['m']"), "demo/__init__.py": "", "m.py": ""},
    "setup.py, find by place": {"setup.py": call("packages=find_packages('lib', ['*.no'], ['demo*']), package_dir={'': 'lib'}"), "lib/demo/__init__.py": "", "lib/demo/no/__init__.py": "", "lib/x/__init__.py": ""},
    "setup.py, find where nothing is": {"setup.py": call("packages=find_packages(where='gone')"), "demo/__init__.py": ""},
    "setup.py, namespaces": {"setup.py": call("packages=find_namespace_packages(where='src', exclude=['*.tests']), package_dir={'': 'src'}"), "src/ns/a/x.py": "", "src/ns/tests/y.py": "", "src/ns/b/__init__.py": ""},
    "setup.py, package_dir of packages": {"setup.py": call("packages=['demo', 'demo.sub'], package_dir={'demo': 'code'}, package_data={'demo': ['*.txt']}"), "code/__init__.py": "", "code/a.txt": "", "code/sub/x.py": ""},
    "setup.py, modules": {"setup.py": call("py_modules=['one', 'two'], zip_safe=True"), "one.py": "", "two.py": "", "three.py": ""},
    "setup.py, line ends": {"setup.py": call("py_modules=['m'], long_description=open('crlf').read() + Path('crlf').read_text()", "from pathlib import Path\nfrom setuptools import setup\n"), "crlf": b"a\r\nb\rc\n", "m.py": ""},
    "setup.py, main": {"setup.py": "from setuptools import setup\n\nif __name__ == '__main__':\n    # go\n    setup(\nname='demo',\n  version='1.2', packages=['demo'])\n", "demo/__init__.py": ""},
    "setup.py, requirements of a file": {
        "setup.py": "from setuptools import setup\nwith open('req.txt') as f:\n    needs = f.read().splitlines()\nsetup(name='demo', version='1.2', py_modules=['m'], install_requires=needs)\n",
        "req.txt": "requests>=2  # why\n\n# none\nattrs\n", "m.py": "",
    },
    "setup.py, texts as lists": {"setup.py": call("py_modules=['m'], install_requires='requests\\nattrs', keywords=['a', 'b'], license_files=['L*'], description='', author=None"), "m.py": "", "L1": "x", "LICENSE": "y"},
    "setup.py, MANIFEST.in": {"setup.py": call("packages=['demo'], include_package_data=True, exclude_package_data={'demo': ['no.txt']}"), "MANIFEST.in": "recursive-include demo *.txt\n", "demo/__init__.py": "", "demo/a.txt": "", "demo/no.txt": "", "demo/s/b.txt": ""},
    "setup.py over setup.cfg": {"setup.py": call("py_modules=['m'], author='From setup.py', description=''"), "setup.cfg": "[metadata]\nauthor = From cfg\nauthor_email = a@example.com\ndescription = cfg says\nlicense_files = X\nversion = 9\n[bdist_wheel]\nuniversal = 0\n[egg_info]\ntag_build =\ntag_date = 0\n", "m.py": "", "X": "", "LICENSE": ""},
    "setup.py, licence files of its own": {"setup.py": call("py_modules=['m'], license_files=('X',)"), "m.py": "", "X": "", "LICENSE": ""},
    "setup.py, entry points as a text": {"setup.py": call('py_modules=["m"], entry_points="""\n[console_scripts]\nx = m:main\n[b.c]\ny=m\n"""'), "m.py": ""},
    "setup.py, long lines": {"setup.py": "from setuptools \\\n    import setup\nsetup(name = 'de' 'mo', \\\n version=u'1.2', py_modules=(['m']), description=r'a\\b', platforms='a, b');\n", "m.py": ""},
    "src with modules": {"pyproject.toml": PLAIN, **CODE, "src/mod.py": "", "src/_private.py": ""},
    "src, data left out": {"pyproject.toml": PLAIN, **CODE, **DATA},
    "src namespace": {"pyproject.toml": PLAIN, "src/ns/inner/__init__.py": "", "src/ns/inner/x.py": "", "src/ns/other/y.py": ""},
    "typed": {"pyproject.toml": PLAIN, **CODE, "src/demo/py.typed": "", "src/demo/a.pyi": "", "src/demo/sub/b.pyi": ""},
    "archive with SOURCES.txt": {
        "pyproject.toml": PLAIN, **CODE, **DATA, "PKG-INFO": "Metadata-Version: 2.1\nName: demo\nVersion: 1.2\n",
        "src/demo.egg-info/SOURCES.txt": "pyproject.toml\nsrc/demo/d/t.txt\nsrc/demo/gone.txt\nsrc/demo/sub/u.txt\n", "src/demo.egg-info/PKG-INFO": "Name: demo\n",
    },
    "archive with SOURCES.txt and MANIFEST.in": {
        "pyproject.toml": PLAIN, **CODE, **DATA, "PKG-INFO": "Metadata-Version: 2.1\nName: demo\nVersion: 1.2\n", "MANIFEST.in": "exclude src/demo/d/t.txt\ninclude src/demo/t.json\n",
        "src/demo.egg-info/SOURCES.txt": "src/demo/d/t.txt\nsrc/demo/sub/u.txt\n",
    },
    "archive with the list of another project": {
        "pyproject.toml": PLAIN, **CODE, **DATA, "PKG-INFO": "Metadata-Version: 2.1\nName: demo\nVersion: 1.2\n", "src/demo_old.egg-info/SOURCES.txt": "src/demo/d/t.txt\n",
    },
    "version that is imported": {
        "pyproject.toml": BUILD + '[project]\nname = "demo"\ndynamic = ["version"]\n[tool.setuptools.dynamic]\nversion = {attr = "demo.__version__"}\n',
        "src/demo/__init__.py": "from ._v import __version__\n", "src/demo/_v.py": "__version__ = '4.2'\n",
    },
    "requires-python in order": {"pyproject.toml": PLAIN + 'requires-python = ">= 3.8, !=3.9.*,<4"\n', **CODE},
    "python_requires in order": {"setup.cfg": CFG + "packages = find:\npackage_dir = \n = src\npython_requires = >=3.8,!=3.9.*\n[options.packages.find]\nwhere = src\n", **CODE},
    "flat": {"pyproject.toml": PLAIN, "demo/__init__.py": "", "demo/sub/a.py": "", "tests/__init__.py": "", "docs/conf.py": "", "setup.py": "from setuptools import setup\nsetup()\n"},
    "flat with stubs": {"pyproject.toml": PLAIN, "demo/__init__.py": "", "demo-stubs/__init__.pyi": "", "tools/x.py": "", "_x/y.py": ""},
    "flat module": {"pyproject.toml": PLAIN, "demo.py": "x = 1\n", "conftest.py": "", "tasks.py": "", "noxfile.py": "", "tests/x.py": ""},
    "flat without code": {"pyproject.toml": PLAIN, "tests/x.py": ""},
    "empty lists": {**tool("packages = []\npy-modules = []\n"), "demo/__init__.py": "", "more/__init__.py": ""},
    "listed packages": {**tool('packages = ["demo", "demo.sub"]\n'), "demo/__init__.py": "", "demo/sub/x.py": "", "demo/no/y.py": "", "other/__init__.py": ""},
    "py-modules": {**tool('py-modules = ["one", "two", "pkg.three"]\n'), "one.py": "1\n", "two.py": "2\n", "other.py": "", "pkg/__init__.py": "", "pkg/three.py": ""},
    "package-dir root": {**tool('package-dir = {"" = "lib"}\n'), "lib/demo/__init__.py": "", "lib/mod.py": "", "src/x/__init__.py": ""},
    "package-dir of packages": {
        **tool('package-dir = {demo = "code", "demo.extra" = "more/extra"}\npackages = ["demo", "demo.sub", "demo.extra"]\n'),
        "code/__init__.py": "", "code/sub/a.py": "", "more/extra/b.py": "", "more/extra/c.pyi": "",
    },
    "package-dir alone": {**tool('package-dir = {demo = "code"}\n'), "code/__init__.py": "", "code/sub/a.py": "", "code/sub/deep/b.py": ""},
    "find where": {**tool('[tool.setuptools.packages.find]\nwhere = ["lib"]\n'), "lib/demo/__init__.py": "", "lib/demo/n/x.py": "", "lib/no-name/x.py": ""},
    "find two places": {**tool('[tool.setuptools.packages.find]\nwhere = ["lib", "more"]\nnamespaces = false\n'),
                        "lib/demo/__init__.py": "", "lib/demo/n/x.py": "", "more/two/__init__.py": "", "more/two/a/__init__.py": ""},
    "find include": {**tool('[tool.setuptools.packages.find]\ninclude = ["demo*"]\nexclude = ["demo.tests*", "*.skip"]\n'),
                     "demo/__init__.py": "", "demo/tests/t.py": "", "demo/tests/deep/t.py": "", "demo/a/skip/x.py": "", "demo/a/y.py": "", "demo_two/z.py": "", "tests/t.py": ""},
    "find top": {**tool('[tool.setuptools.packages.find]\nexclude = ["tests", "build"]\nnamespaces = false\n'),
                 "demo/__init__.py": "", "demo/skip/x.py": "", "tests/__init__.py": "", "tests/unit/__init__.py": ""},
    "package-data": {**tool('package-data = {demo = ["*.json", "d/*.txt"], "demo.sub" = ["**/*.txt"], "*" = ["*.cfg"]}\n'), **CODE, **DATA,
                     "src/demo/x.cfg": "", "src/demo/sub/y.cfg": "", "src/demo/sub/deep/z.cfg": ""},
    "package-data by a list": {**tool('packages = ["demo"]\npackage-dir = {"" = "src"}\npackage-data = {demo = ["**/*.txt", "t.[a-j]son"]}\n'), **CODE, **DATA},
    "package-data hidden": {**tool('package-data = {demo = [".*", "d/.h*", "d/**"]}\n'), **CODE, **DATA},
    "exclude-package-data": {**tool('package-data = {"*" = ["*"]}\nexclude-package-data = {demo = ["*.json", "a.py"], "*" = ["v*"]}\n'), **CODE, **DATA},
    "manifest include": {"pyproject.toml": PLAIN, **CODE, **DATA, "MANIFEST.in": "# data\ninclude src/demo/t.json  src/demo/d/*.txt\ninclude README.md\n"},
    "manifest recursive": {"pyproject.toml": PLAIN, **CODE, **DATA, "MANIFEST.in": "recursive-include src *.txt \\\n  *.json\nrecursive-exclude src/demo/sub v*\n"},
    "manifest graft": {"pyproject.toml": PLAIN, **CODE, **DATA, "MANIFEST.in": "graft src\nprune src/demo/d\nglobal-exclude *.json [v-w].txt\n"},
    "manifest global": {"pyproject.toml": PLAIN, **CODE, **DATA, "MANIFEST.in": "global-include *.txt\nexclude src/demo/sub/u.txt src/**/v.txt\nnonsense x\n"},
    "manifest and exclude": {**tool('exclude-package-data = {"demo.sub" = ["u.txt"]}\n'), **CODE, **DATA, "MANIFEST.in": "graft src/demo\n"},
    "manifest without include": {**tool("include-package-data = false\n"), **CODE, **DATA, "MANIFEST.in": "graft src\n"},
    "manifest and code in folders": {"pyproject.toml": PLAIN + '[tool.setuptools]\npackages = ["demo"]\npackage-dir = {"" = "src"}\n', "src/demo/__init__.py": "",
                                     "src/demo/no/x.py": "", "src/demo/templates/a.html": "", "src/demo/b.py": "", "MANIFEST.in": "graft src\n"},
    "dynamic attr": {"pyproject.toml": BUILD + '[project]\nname = "demo"\ndynamic = ["version"]\n[tool.setuptools.dynamic]\nversion = {attr = "demo.__version__"}\n',
                     "src/demo/__init__.py": '"""Doc."""\nfrom __future__ import annotations\n__version__ = "2.0.dev1"\n'},
    "dynamic attr in a module": {"pyproject.toml": BUILD + '[project]\nname = "demo"\ndynamic = ["version"]\n[tool.setuptools.dynamic]\nversion = {attr = "demo.sub.v.V"}\n',
                                 "demo/__init__.py": "", "demo/sub/v.py": "V: str = '3.1'\n"},
    "dynamic file": {"pyproject.toml": BUILD + '[project]\nname = "demo"\ndynamic = ["version", "readme", "description", "dependencies", "optional-dependencies", "classifiers"]\n'
                     '[tool.setuptools.dynamic]\nversion = {file = "VERSION"}\nreadme = {file = ["R.rst", "C.rst"]}\ndescription = {file = "D"}\n'
                     'dependencies = {file = ["req.txt"]}\noptional-dependencies = {X_y = {file = "x.txt"}}\nclassifiers = {file = "cl"}\n',
                     "VERSION": "1.5.0\n", "R.rst": "One\n===\n", "C.rst": "Two\n", "D": "A summary\n", "req.txt": "# c\nrequests>=2 # why\n\nidna; python_version < '3.9'\n",
                     "x.txt": "a\nb \\\n>=1\n", "cl": "Programming Language :: Python :: 3\nTopic :: Utilities\n", **CODE},
    "dynamic entry points": {"pyproject.toml": BUILD + '[project]\nname = "demo"\nversion = "1"\ndynamic = ["entry-points", "scripts"]\n'
                             '[tool.setuptools.dynamic]\nentry-points = {file = "ep.txt"}\n',
                             "ep.txt": "[console_scripts]\ncmd = demo:main\n[My.Group]\nB = demo:b\n", **CODE},
    "readme types": {"pyproject.toml": PLAIN + 'readme = "README.rst"\n', "README.rst": "R\n=\n", **CODE},
    "readme text": {"pyproject.toml": PLAIN + 'readme = {text = "hello", content-type = "text/plain"}\n', **CODE},
    "licences": {"pyproject.toml": PLAIN, **CODE, "LICENSE.txt": "l", "COPYING": "c", "AUTHORS.md": "a", "NOTICE": "n", "LICENSE~": "x", "docs/LICENSE": "d"},
    "licence files": {"pyproject.toml": PLAIN + 'license = "MIT"\nlicense-files = ["legal/*.txt"]\n', **CODE, "LICENSE": "l", "legal/a.txt": "a"},
    "licence table": {"pyproject.toml": PLAIN + 'license = {file = "LEGAL"}\n', **CODE, "LEGAL": "l\n  m\n", "LICENSE": "x"},
    "licence files, older key": {**tool('license-files = ["LEG*"]\n'), **CODE, "LEGAL": "l", "LICENSE": "x"},
    "everything": {
        "pyproject.toml": BUILD + '''
[project]
name = "My.Demo"
version = "1.0.0-rc.1"
description = "Sümmary"
readme = "README.md"
requires-python = ">=3.8"
license = "MIT OR Apache-2.0"
license-files = ["LICEN[CS]E*"]
authors = [{name = "Ann Other", email = "ann@example.com"}, {name = "Bob"}, {email = "c@example.com"}]
maintainers = [{name = "M Int", email = "m@example.com"}]
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
[tool.setuptools]
zip-safe = true
platforms = ["any"]
''',
        "README.md": "# Read\n\nme ü\n", "LICENSE": "l\n", "src/mod/__init__.py": "", "src/mod/üñ.py": "", "src/mod/ü.pyi": "",
    },
    "setup.cfg": {"pyproject.toml": LEGACY, "setup.cfg": CFG + "packages = find:\npackage_dir =\n    = src\n[options.packages.find]\nwhere = src\n", **CODE, **DATA, "src/demo/no/x.py": ""},
    "setup.cfg, no pyproject": {"setup.cfg": CFG + "packages = demo\n", "setup.py": "#!/usr/bin/env python\nimport setuptools\n\nif __name__ == \"__main__\":\n    setuptools.setup()\n",
                                "demo/__init__.py": "", "demo/x.txt": ""},
    "setup.cfg namespace": {"setup.cfg": CFG + "packages = find_namespace:\n[options.packages.find]\ninclude = demo*\nexclude =\n  demo.tests\n  demo.tests.*\n",
                            "demo/a/x.py": "", "demo/tests/t.py": "", "docs/y.py": ""},
    "setup.cfg by itself": {"setup.cfg": "[metadata]\nname = demo\nversion = 1\n", **CODE, **DATA, "MANIFEST.in": "graft src\n"},
    "setup.cfg data": {"setup.cfg": CFG + "packages = Demo, Demo.sub\ninclude_package_data = True\n[options.package_data]\n* = *.cfg\nDemo = *.json, d/*.txt\n"
                       "[options.exclude_package_data]\nDemo.sub =\n  u*\n", "MANIFEST.in": "recursive-include Demo *.txt\n",
                       "Demo/__init__.py": "", "Demo/t.json": "", "Demo/d/t.txt": "", "Demo/x.cfg": "", "Demo/sub/u.txt": "", "Demo/sub/w.txt": "", "Demo/sub/y.cfg": ""},
    "setup.cfg modules": {"setup.cfg": CFG + "py_modules =\n  one\n  two\n", "one.py": "", "two.py": "", "three.py": ""},
    "setup.cfg everything": {
        "setup.cfg": """[metadata]
name = My.Demo
version = attr: demo.VERSION
author = Ann Other
author_email = ann@example.com
maintainer = Bob
description = A summary
long_description = file: README.md, CHANGES.md
long_description_content_type = text/markdown
url = https://example.com
download_url = https://example.com/d
license = MIT
license_files =
    LEGAL
    *.lic
keywords = one, two
platforms = any
project_urls =
    Bug Tracker = https://example.com/bugs?a=b
    Docs = https://example.com/docs
classifiers =
    Programming Language :: Python :: 3
    Topic :: Utilities
[options]
packages = find:
package_dir = = src
python_requires = >=3.8
zip_safe = False
install_requires =
    requests>=2,<3; python_version>'3.8'
    # not this
    attrs
[options.packages.find]
where = src
[options.extras_require]
Dev_x = pytest; black
doc =
    sphinx; sys_platform == "linux" or os_name == "nt"
[options.entry_points]
console_scripts =
    my-cmd = demo.cli:main
    Other = demo.cli:other
My.Group =
    a = demo:a
[bdist_wheel]
universal = 1
[egg_info]
tag_build =
tag_date = 0
[flake8]
max-line-length = 100
""",
        "README.md": "# R\n", "CHANGES.md": "c\n", "LEGAL": "l", "a.lic": "a", "LICENSE": "x", "src/demo/__init__.py": "VERSION = '1.0a1'\n", "src/demo/cli.py": "",
    },
    "setup.cfg file lists": {"setup.cfg": "[metadata]\nname = demo\nversion = file: VERSION\nclassifiers = file: cl\n[options]\npackages = demo\ninstall_requires = file: r.txt\nentry_points = file: ep.txt\n",
                             "VERSION": "3\n", "cl": "Topic :: Utilities\n", "r.txt": "a\n# b\nc>=1\n", "ep.txt": "[console_scripts]\nx = demo:x\n", "demo/__init__.py": ""},
    "pyproject over setup.cfg": {
        "pyproject.toml": BUILD + '[project]\nname = "demo"\nversion = "2"\ndynamic = ["dependencies", "scripts", "keywords", "requires-python"]\n',
        "setup.cfg": "[metadata]\nname = other\nversion = 1\ndescription = no\nauthor = nobody\nkeywords = k1, k2\nurl = https://example.com\n"
                     "[options]\npackages = demo\npython_requires = >=3.9\ninstall_requires =\n  a\n  b\n[options.extras_require]\nx = y\n[options.entry_points]\nconsole_scripts = c = demo:c\n",
        "demo/__init__.py": "", "demo/x.txt": "", "second/__init__.py": "", "MANIFEST.in": "graft demo\n",
    },
    "tool.setuptools over setup.cfg": {
        "pyproject.toml": PLAIN + '[tool.setuptools]\npackages = ["two"]\npackage-data = {two = ["*.txt"]}\n',
        "setup.cfg": "[options]\npackages = one\ninclude_package_data = false\n[options.package_data]\ntwo = *.json\n",
        "one/__init__.py": "", "two/__init__.py": "", "two/a.txt": "", "two/b.json": "", "two/c.cfg": "", "MANIFEST.in": "graft two\n",
    },
    "legacy backend": {"pyproject.toml": LEGACY.replace("build_meta", "build_meta:__legacy__"), "setup.cfg": CFG + "packages = demo\n", "setup.py": "from setuptools import setup\nsetup()\n", "demo/__init__.py": ""},
}
BACKENDS = {"setup.cfg, no pyproject": "setuptools.build_meta:__legacy__", "legacy backend": "setuptools.build_meta:__legacy__",
            "setup.cfg namespace": "setuptools.build_meta:__legacy__", "setup.cfg by itself": "setuptools.build_meta:__legacy__",
            "setup.cfg data": "setuptools.build_meta:__legacy__", "setup.cfg modules": "setuptools.build_meta:__legacy__",
            "setup.cfg everything": "setuptools.build_meta:__legacy__", "setup.cfg file lists": "setuptools.build_meta:__legacy__"}

ONE = {"demo/__init__.py": ""}
REFUSED = {
    "ext-modules": ({**tool('ext-modules = [{name = "demo.x", sources = ["x.c"]}]\n'), **ONE}, "cannot-build", "it compiles C"),
    "setup.py ext_modules": ({"pyproject.toml": PLAIN, "setup.py": "from setuptools import setup, Extension\nsetup(ext_modules=[Extension('a', ['a.c'])])\n", **ONE}, "cannot-build", "it compiles C"),
    "setup.py does more": ({"pyproject.toml": PLAIN, "setup.py": "from setuptools import setup\nprint('x')\nsetup()\n", **ONE}, "cannot-build", "line 2"),
    **{f"setup.py: {name}": ({"setup.py": text, "m.py": "", "x.txt": "x", "crlf": "a\r\n"}, "cannot-build", part) for name, (text, part) in {
        "scripts": (call("scripts=['m.py']"), "the argument `scripts` (line 2)"),
        "no such key": (call("use_scm_version=True"), "version control"),
        "unknown key": (call("frobnicate=1"), "`frobnicate`"),
        "call": (call("description=open('x.txt').read().upper()"), "`description`"),
        "format": (call("description='a %s' % 'b'"), "`description`"),
        "f-string": (call("description=f'a'"), "`description`"),
        "bytes": (call("description=b'a'"), "`description`"),
        "comparison": (call("description='a' if 1 else 'b'"), "`description`"),
        "comprehension": (call("packages=[p for p in ['m']]"), "`packages`"),
        "stars": (call("**{}"), "line 2"),
        "given twice": (call("name='x'"), "line 2"),
        "name set twice": ("from setuptools import setup\nX = 'a'\nX = 'b'\nsetup(name=X, version='1')\n", "line 3"),
        "no such name": (call("description=UNKNOWN"), "`description`"),
        "file outside": (call("description=open('../x.txt').read()"), "`description`"),
        "file outside by join": (call("description=open(os.path.join(os.path.dirname(__file__), '..', 'x.txt')).read()", "import os\nfrom setuptools import setup\n"), "`description`"),
        "line ends that codecs keeps": (call("description=codecs.open('crlf').read()", "import codecs\nfrom setuptools import setup\n"), "`description`"),
        "file missing": (call("description=open('gone').read()"), "`description`"),
        "file of another encoding": (call("description=open('x.txt', encoding='latin-1').read()"), "`description`"),
        "import of the project": ("from setuptools import setup\nimport m\nsetup(name='demo', version=m.v)\n", "line 2"),
        "try": ("try:\n    from setuptools import setup\nexcept ImportError:\n    from distutils.core import setup\nsetup(name='x', version='1')\n", "line 1"),
        "other setup": ("from distutils.core import setup\nsetup(name='x', version='1')\n", "line 1"),
        "setup of no one": ("setup(name='x', version='1')\n", "line 1"),
        "two calls": ("from setuptools import setup\nsetup(name='x', version='1')\nsetup(name='y', version='1')\n", "line 3"),
        "after the call": ("from setuptools import setup\nsetup(name='x', version='1')\nprint('done')\n", "line 3"),
        "no call": ("from setuptools import setup\n", "line 2"),
        "function": ("from setuptools import setup\ndef v():\n    return '1'\nsetup(name='x', version=v())\n", "line 2"),
        "version check with more": ("import sys\nfrom setuptools import setup\nif sys.version_info < (3, 8):\n    X = 1\nsetup(name='x', version='1')\n", "line 4"),
        "extra with a marker": (call("extras_require={':python_version<\"3\"': ['x']}"), "`extras_require`"),
        "nested deep": (call("description=" + "(" * 60 + "'a'" + ")" * 60), "`description`"),
        "namespace_packages": (call("namespace_packages=['a']"), "`namespace_packages`"),
    }.items()},
    "setup.py beside [project]": ({"pyproject.toml": PLAIN, "setup.py": call("packages=['demo']"), **ONE}, "cannot-build", "both describe"),
    "setup.py beside [options]": ({"setup.py": call("packages=['demo']"), "setup.cfg": "[options]\nzip_safe = true\n", **ONE}, "cannot-build", "both say"),
    "setup.py without a version": ({"setup.py": "from setuptools import setup\nsetup(name='demo')\n", **ONE}, "no-version", "no version"),
    "cmdclass": ({**tool('cmdclass = {build_py = "x.Y"}\n'), **ONE}, "cannot-build", "commands of setuptools"),
    "data-files": ({**tool('[tool.setuptools.data-files]\nshare = ["x"]\n'), **ONE}, "cannot-build", "outside of its packages"),
    "scripts": ({**tool('script-files = ["x"]\n'), **ONE}, "cannot-build", "scripts that the build rewrites"),
    "plugin": ({"pyproject.toml": PLAIN.replace('"setuptools>=77"', '"setuptools>=77", "setuptools_scm"'), **ONE}, "cannot-build", "its build needs `setuptools_scm`"),
    "setuptools-scm without its file": (
        {"pyproject.toml": PLAIN.replace('"setuptools>=77"', '"setuptools>=77", "setuptools_scm"') + '[tool.setuptools_scm]\nversion_file = "demo/_v.py"\n', **ONE,
         "PKG-INFO": "Name: demo\nVersion: 1\n"}, "cannot-build", "demo/_v.py",
    ),
    "setuptools-scm with an archival file": (
        {"pyproject.toml": SCM, **ONE, "PKG-INFO": "Name: demo\nVersion: 1\n", ".git_archival.txt": "node: 123\n"}, "cannot-build", ".git_archival.txt",
    ),
    "setuptools-scm elsewhere": ({"pyproject.toml": SCM + 'root = ".."\n', **ONE, "PKG-INFO": "Name: demo\nVersion: 1\n"}, "cannot-build", "another folder"),
    "version that is imported into a module": (
        {"pyproject.toml": BUILD + '[project]\nname = "demo"\ndynamic = ["version"]\n[tool.setuptools.dynamic]\nversion = {attr = "demo.info.VERSION"}\n',
         "src/demo/__init__.py": "", "src/demo/info.py": "from .v import VERSION\n", "src/demo/v.py": "VERSION = '4.3'\n"}, "cannot-build", "no plain string",
    ),
    "old setuptools": ({"pyproject.toml": PLAIN.replace("setuptools>=77", "setuptools<60"), **ONE}, "cannot-build", "since 61"),
    "computed version": ({"pyproject.toml": BUILD + '[project]\nname = "demo"\ndynamic = ["version"]\n[tool.setuptools.dynamic]\nversion = {attr = "demo.V"}\n',
                          "demo/__init__.py": "V = '.'.join(['1', '2'])\n"}, "cannot-build", "no plain string"),
    "dynamic version": ({"pyproject.toml": BUILD + '[project]\nname = "demo"\ndynamic = ["version"]\n', **ONE}, "cannot-build", "dynamic"),
    "several packages": ({"pyproject.toml": PLAIN, "one/__init__.py": "", "two/__init__.py": ""}, "empty-package", "one, two"),
    "several modules": ({"pyproject.toml": PLAIN, "one.py": "", "two.py": ""}, "empty-package", "py-modules"),
    "package missing": ({**tool('packages = ["gone"]\n'), **ONE}, "empty-package", "gone"),
    "module missing": ({**tool('py-modules = ["gone"]\n'), **ONE}, "empty-package", "gone.py"),
    "where missing": ({**tool('[tool.setuptools.packages.find]\nwhere = ["gone"]\n'), **ONE}, "empty-package", "gone"),
    "[tool.setuptools] alone": ({"pyproject.toml": BUILD + '[tool.setuptools.package-data]\ndemo = ["*.txt"]\n', "setup.cfg": CFG + "packages = demo\n", **ONE}, "project-field", "without a [project] table"),
    "unknown key": ({**tool('package_data = {}\n'), **ONE}, "project-field", "package_data"),
    "no name": ({"setup.cfg": "[metadata]\nversion = 1\n[options]\npackages = demo\n", **ONE}, "no-name", "no name"),
    "no version": ({"setup.cfg": "[metadata]\nname = demo\n[options]\npackages = demo\n", **ONE}, "no-version", "no version"),
    "bad version": ({"setup.cfg": "[metadata]\nname = demo\nversion = one\n[options]\npackages = demo\n", **ONE}, "project-field", "setup.cfg"),
    "setup.cfg ini": ({"setup.cfg": "[metadata\nname = demo\n", **ONE}, "ini", "setup.cfg:1"),
    "setup.cfg build": ({"setup.cfg": CFG + "packages = demo\n[build_ext]\ndefine = X\n", **ONE}, "cannot-build", "[build_ext]"),
    "setup.cfg tag": ({"setup.cfg": CFG + "packages = demo\n[egg_info]\ntag_build = .dev\n", **ONE}, "cannot-build", "tag_build"),
    "setup.cfg interpolation": ({"setup.cfg": "[metadata]\nname = demo\nversion = 1\ndescription = %(name)s\n[options]\npackages = demo\n", **ONE}, "project-field", "%%"),
    "package-data outside": ({**tool('package-data = {demo = ["../x.txt"]}\n'), "x.txt": "", **ONE}, "cannot-build", "leaves its package"),
    "licence pattern": ({"pyproject.toml": PLAIN + 'license-files = ["../L"]\n', **ONE}, "bad-glob", ".."),
    "file outside": ({"setup.cfg": "[metadata]\nname = demo\nversion = file: ../V\n[options]\npackages = demo\n", **ONE}, "cannot-build", "outside"),
}
