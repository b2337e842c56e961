"""Projects of hatchling.

SPDX-License-Identifier: Apache-2.0
"""
BACKEND = "hatchling.build"
BUILD = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
PLAIN = BUILD + '[project]\nname = "demo"\nversion = "1.2"\n'
DYNAMIC = BUILD + '[project]\nname = "demo"\ndynamic = ["version"]\n[tool.hatch.version]\n'
FIELDS = BUILD + '[project]\nname = "demo"\nversion = "1.2"\ndynamic = ["readme", "description", "classifiers", "urls", "requires-python"]\n'
HOOK = """from hatchling.metadata.plugin.interface import MetadataHookInterface
class H(MetadataHookInterface):
    def update(self, metadata):
        metadata["description"] = "from the hook"
"""
INFO = """Metadata-Version: 2.4
Name: demo
Version: 1.2
Summary: A demo of many words
Project-URL: Home, https://example.com/a,b
Project-URL: Bugs, https://example.com/bugs
Classifier: Programming Language :: Python :: 3
Classifier: Topic :: Software Development
Requires-Python: >=3.8
Description-Content-Type: text/markdown

# Title

Version: none
"""


def wheel(text):
    return PLAIN + "[tool.hatch.build.targets.wheel]\n" + text


SHAPES = {
    "fields of PKG-INFO": {"pyproject.toml": FIELDS, "PKG-INFO": INFO, "demo.py": ""},
    "fields of PKG-INFO in place of a hook": {"pyproject.toml": FIELDS + "[tool.hatch.metadata.hooks.custom]\n", "PKG-INFO": INFO, "demo.py": "", "hatch_build.py": HOOK},
    "metadata hook without work": {"pyproject.toml": PLAIN + "[tool.hatch.metadata.hooks.custom]\n", "demo.py": "", "hatch_build.py": HOOK},
    "readme of PKG-INFO alone": {"pyproject.toml": FIELDS.replace(', "description", "classifiers", "urls", "requires-python"', ""), "PKG-INFO": INFO.replace("Description-Content-Type: text/markdown\n", ""), "demo.py": ""},
    "flat": {"pyproject.toml": PLAIN, "demo/__init__.py": "x\n", "demo/d/t.txt": "t\n", "demo/.hidden": "h", "tests/__init__.py": "", "other/__init__.py": ""},
    "src": {"pyproject.toml": PLAIN, "src/demo/__init__.py": "", "src/demo/a.pyi": "", "src/two/__init__.py": "", "README.md": ""},
    "flat before src": {"pyproject.toml": PLAIN, "demo/__init__.py": "1", "src/demo/__init__.py": "2", "demo.py": "3"},
    "module": {"pyproject.toml": PLAIN, "demo.py": "x = 1\n", "other.py": ""},
    "namespace": {"pyproject.toml": PLAIN, "ns/demo/__init__.py": "", "ns/other.py": "", "ns/data/x.txt": "", "docs/x.md": ""},
    "written name": {"pyproject.toml": BUILD + '[project]\nname = "My-Demo.x"\nversion = "2026.08.01-rc.1"\n', "My_Demo.x/__init__.py": "", "my_demo_x/no.py": ""},
    "normal name": {"pyproject.toml": BUILD + '[project]\nname = "My-Demo"\nversion = "v1.0"\n', "my_demo/__init__.py": "", "my_demo/sub/x.py": ""},
    "packages": {"pyproject.toml": wheel('packages = ["src/demo", "lib/two", "three"]\n'), "src/demo/__init__.py": "", "src/no/__init__.py": "", "lib/two/a.py": "", "three/b.py": ""},
    "include": {"pyproject.toml": wheel('include = ["demo/**/*.py", "/data", "*.txt"]\n'), "demo/__init__.py": "", "demo/a/b.py": "", "demo/a/b.md": "", "data/x.bin": "x", "other/data/y": "", "deep/er/t.txt": "t"},
    "no such names": {"pyproject.toml": wheel('include = ["./demo", "demo//a.py", "# x"]\nexclude = ["./demo"]\nartifacts = ["keep.txt"]\n'), "demo/__init__.py": "", "demo/a.py": "", "demo/keep.txt": ""},
    "exclude": {
        "pyproject.toml": wheel('packages = ["demo"]\nexclude = ["tests", "/demo/sub/*", "!/demo/sub/keep.py", "*.log", "**/cache/**"]\n'),
        "demo/__init__.py": "", "demo/tests/x.py": "", "demo/sub/keep.py": "", "demo/sub/x.py": "", "demo/a.log": "", "demo/cache/y.py": "", "demo/x/cache/z.py": "", "demo/x/cache.py": "",
    },
    "only-include": {"pyproject.toml": wheel('only-include = ["src/demo/a.py", "data"]\nsources = ["src"]\nexclude = ["a.py", "*.md"]\n'), "src/demo/__init__.py": "", "src/demo/a.py": "", "data/x.md": "", "data/y.txt": ""},
    "sources": {"pyproject.toml": wheel('include = ["lib", "src"]\n[tool.hatch.build.targets.wheel.sources]\n"lib/old" = "new/place"\n"src" = ""\n'), "lib/old/a.py": "", "lib/b.py": "", "src/c.py": ""},
    "prefix": {"pyproject.toml": wheel('include = ["*.py"]\n[tool.hatch.build.targets.wheel.sources]\n"" = "top"\n'), "a.py": "", "b/c.py": ""},
    "force-include": {
        "pyproject.toml": wheel('packages = ["src/demo"]\n[tool.hatch.build.targets.wheel.force-include]\n"data/x.txt" = "demo/x.txt"\n"assets" = "demo/assets"\n"src/demo/old.py" = "demo/new.py"\n'),
        "src/demo/__init__.py": "", "src/demo/old.py": "o", "data/x.txt": "x", "assets/a/b.css": "b", "assets/c.js": "c", "assets/.DS_Store": "",
    },
    "force-include alone": {"pyproject.toml": PLAIN + '[tool.hatch.build.targets.wheel.force-include]\n"lib/x.py" = "other/x.py"\n', "lib/x.py": "x", "lib/y.py": "y"},
    "ignored": {
        "pyproject.toml": wheel('packages = ["demo"]\nartifacts = ["/demo/built.js", "!/demo/no.js"]\n'),
        ".gitignore": "# c\n*.js\nbuild/\n/demo/local\n!important.js\ntrail   \n\\#x\n/demo/s*/[ab].py\n",
        "demo/__init__.py": "", "demo/built.js": "", "demo/no.js": "", "demo/important.js": "", "demo/build/x.py": "", "demo/local/y.py": "", "demo/x/local/z.py": "", "demo/trail": "", "demo/#x": "",
        "demo/sub/a.py": "", "demo/sub/c.py": "",
    },
    "ignored below": {"pyproject.toml": PLAIN, ".gitignore": "nothing\n", "demo/__init__.py": "", "demo/.gitignore": "*.txt\n", "demo/a.txt": "a"},
    "ignore-vcs": {"pyproject.toml": wheel("ignore-vcs = true\n"), ".gitignore": "*.js\n", "demo/__init__.py": "", "demo/a.js": ""},
    "hgignore": {"pyproject.toml": PLAIN, ".hgignore": "^demo/no\nsyntax: glob\n*.js\nsyntax: regexp\n.*py$\n", "demo/__init__.py": "", "demo/no.py": "", "demo/a.js": ""},
    "only-packages": {"pyproject.toml": wheel('include = ["*"]\nonly-packages = true\nartifacts = ["*.so.txt"]\n'), "demo/__init__.py": "", "demo/x.txt": "", "no/x.py": "", "no/a.so.txt": "", "top.py": ""},
    "skip-excluded-dirs": {"pyproject.toml": wheel('include = ["*.py"]\nexclude = ["skip"]\nartifacts = ["*.so.txt"]\nskip-excluded-dirs = true\n'), "skip/a.so.txt": "", "keep/a.so.txt": "", "keep/x.py": ""},
    "shared": {
        "pyproject.toml": PLAIN + '''[tool.hatch.build.targets.wheel.shared-data]
"etc" = "etc/demo"
"top.cfg" = "share/top.cfg"
[tool.hatch.build.targets.wheel.shared-scripts]
"bin" = "."
"tool.sh" = "tool"
[tool.hatch.build.targets.wheel.extra-metadata]
"notes.txt" = "notes.txt"
''',
        "demo/__init__.py": "", "etc/a/b.conf": "b", "top.cfg": "t", "bin/run": "#!/usr/bin/env python3.9 -s\nx\n", "bin/w": "#!/usr/local/bin/pythonw\n", "bin/p.py": "print()\n", "tool.sh": "#!/bin/sh\n", "notes.txt": "n",
    },
    "global options": {"pyproject.toml": PLAIN + '[tool.hatch.build]\nexclude = ["*.log"]\npackages = ["src/demo"]\n[tool.hatch.build.targets.wheel]\nexclude = ["*.md"]\n', "src/demo/__init__.py": "", "src/demo/a.log": "", "src/demo/a.md": ""},
    "hatch.toml": {"pyproject.toml": PLAIN + '[tool.hatch.build.targets.wheel]\npackages = ["no"]\n', "hatch.toml": '[build.targets.wheel]\npackages = ["yes"]\n', "yes/x.py": "", "no/x.py": ""},
    "version file": {"pyproject.toml": DYNAMIC + 'path = "src/demo/__about__.py"\n', "src/demo/__init__.py": "", "src/demo/__about__.py": '# x\n__version__: str = "9"\n  VERSION = "8"\nversion  =  \'v1.0-post2\'  # y\n__version__ = "3"\n'},
    "disabled hook": {"pyproject.toml": PLAIN + "[tool.hatch.build.hooks.custom]\nenable-by-default = false\n", "demo.py": ""},
    "source distribution": {
        "pyproject.toml": BUILD + '[project]\nname = "demo"\ndynamic = ["version"]\n[tool.hatch.version]\nsource = "vcs"\n',
        "PKG-INFO": "Metadata-Version: 2.4\nName: demo\nVersion: 3.1.dev4+g1\n\nVersion: 9\n", "demo/__init__.py": "",
    },
    "extras of itself": {
        "pyproject.toml": PLAIN + '[project.optional-dependencies]\nA_b = ["one", "two; python_version<\'3.9\'"]\nc = ["three"]\nall = ["Demo[a-b,c]", "four"]\nmore = ["demo[all]", "Demo[C]"]\n',
        "demo/__init__.py": "",
    },
    "direct references": {"pyproject.toml": PLAIN + 'dependencies = ["x @ https://example.com/x-1.zip", "y @ file:///tmp/y ; os_name==\'nt\'"]\n[tool.hatch.metadata]\nallow-direct-references = true\n', "demo/__init__.py": ""},
    "everything": {
        "pyproject.toml": BUILD + '''
[project]
name = "My.Demo"
version = "1.0.0-rc.1"
description = "Sümmary\\nof two lines"
readme = "README.rst"
requires-python = ">=3.8, <4,!=3.9.1"
license = "MIT OR Apache-2.0"
license-files = ["LICEN[CS]E*", "legal/*.md"]
authors = [{name = "Ann Other", email = "ann@example.com"}, {name = "Bob"}, {email = "c@example.com"}]
maintainers = [{name = "M. Int", email = "m@example.com"}]
keywords = ["two", "one", "two"]
classifiers = ["Programming Language :: Python :: 3", "Development Status :: 4 - Beta"]
dependencies = ["Requests >=2,<3 ; python_version>'3.8'", "attrs", "X_y [b, A_c] == 1.0RC1"]
import-names = ["my_demo", "_hidden", "secret ; private"]
import-namespaces = ["ns"]
[project.optional-dependencies]
Dev_x = ["pytest", "black; sys_platform=='linux' or os_name=='nt'"]
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
        "README.rst": "Read\n====\n\nme ü\n", "LICENSE": "l\n", "legal/a.md": "a\n", "my_demo/__init__.py": "", "my_demo/üñ.txt": "u\n",
    },
    "licences by name": {"pyproject.toml": PLAIN, "demo.py": "", "LICENSE.txt": "l", "COPYING": "c", "AUTHORS.md": "a", "NOTICE": "n", "sub/LICENSE": "no"},
    "licence text": {"pyproject.toml": PLAIN + 'license = {text = "Mine\\nand yours"}\nreadme = {file = "x.txt", content-type = "text/plain"}\n', "x.txt": "read", "demo.py": ""},
}

REFUSED = {
    "hook": ({"pyproject.toml": PLAIN + "[tool.hatch.build.hooks.custom]\n", "demo.py": ""}, "cannot-build", "`custom` runs"),
    "target's hook": ({"pyproject.toml": PLAIN + '[tool.hatch.build.targets.wheel.hooks.version]\npath = "v.py"\n', "demo.py": ""}, "cannot-build", "`version` runs"),
    "names outside of the wheel": (
        {"pyproject.toml": wheel('[tool.hatch.build.targets.wheel.shared-scripts]\n"bin" = ".."\n'), "demo.py": "", "bin/x": ""}, "project-field", "outside of the wheel",
    ),
    "metadata hook": ({"pyproject.toml": FIELDS + "[tool.hatch.metadata.hooks.custom]\n", "demo.py": ""}, "cannot-build", "metadata hook"),
    "metadata hook, a field that PKG-INFO lacks": (
        {"pyproject.toml": FIELDS.replace("readme", "keywords") + "[tool.hatch.metadata.hooks.custom]\n", "demo.py": "", "PKG-INFO": INFO}, "cannot-build", "metadata hook",
    ),
    "hook of another plugin in an archive": ({"pyproject.toml": PLAIN + "[tool.hatch.build.hooks.mypyc]\n", "demo.py": "", "PKG-INFO": INFO}, "cannot-build", "`mypyc` runs"),
    "hatch-vcs without its file": (
        {"pyproject.toml": PLAIN + '[tool.hatch.build.hooks.vcs]\nversion-file = "demo/_version.py"\n', "demo/__init__.py": "", "PKG-INFO": INFO}, "cannot-build", "`vcs` runs",
    ),
    "dynamic": ({"pyproject.toml": BUILD + '[project]\nname = "demo"\nversion = "1"\ndynamic = ["readme"]\n', "demo.py": ""}, "cannot-build", "`readme`"),
    "vcs": ({"pyproject.toml": DYNAMIC + 'source = "vcs"\n', "demo.py": ""}, "cannot-build", "version control"),
    "code": ({"pyproject.toml": DYNAMIC + 'source = "code"\npath = "demo.py"\n', "demo.py": ""}, "cannot-build", "run"),
    "pattern": ({"pyproject.toml": DYNAMIC + 'path = "demo.py"\npattern = "x(?P<version>.)"\n', "demo.py": ""}, "cannot-build", "regular expression"),
    "computed": ({"pyproject.toml": DYNAMIC + 'path = "demo.py"\n', "demo.py": "__version__ = str(1)\n"}, "cannot-build", "no plain"),
    "no file": ({"pyproject.toml": DYNAMIC + 'path = "v.py"\n', "demo.py": ""}, "missing-file", "v.py"),
    "no package": ({"pyproject.toml": PLAIN, "other/__init__.py": ""}, "empty-package", "demo"),
    "outside": ({"pyproject.toml": wheel('[tool.hatch.build.targets.wheel.force-include]\n"../x" = "x"\n'), "demo.py": ""}, "cannot-build", "outside"),
    "not there": ({"pyproject.toml": wheel('[tool.hatch.build.targets.wheel.force-include]\n"x" = "x"\n'), "demo.py": ""}, "missing-file", "`x`"),
    "address": ({"pyproject.toml": PLAIN + 'dependencies = ["x @ https://example.com/x.zip"]\n', "demo.py": ""}, "project-field", "allow-direct-references"),
    "environment": ({"pyproject.toml": PLAIN + 'dependencies = ["x{env:X}"]\n', "demo.py": ""}, "project-field", "x{env:X}"),
    "collision": ({"pyproject.toml": wheel('packages = ["a/demo", "b/demo"]\n'), "a/demo/x.py": "1", "b/demo/x.py": "2"}, "collision", "demo/x.py"),
    "wrong type": ({"pyproject.toml": wheel("include = 1\n"), "demo.py": ""}, "toml-type", "include"),
}
