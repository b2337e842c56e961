"""tools/check-includes finds what it is for, and nothing in clean code.

SPDX-License-Identifier: Apache-2.0
"""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "check-includes"

BAD = {
    "upwards": ("zip/a.c", '#include "pipeline/build.h"\n', "src/zip/a.c:1: zip/ may not use pipeline/"),
    "sideways": ("net/a.c", '\n#include "store/store.h"\n', "src/net/a.c:2: net/ may not use store/"),
    "from pipeline to command": ("pipeline/a.c", '#include "command/ui.h"\n', "src/pipeline/a.c:1: pipeline/ stands below command/"),
    "main into the house": ("main.c", '#include "zip/zip_read.h"\n', "src/main.c:1: main.c/ may not use zip/"),
    "a folder that is not in the house": ("misc/a.c", "int x;\n", "src/misc/a.c:1: src/misc is not in the house"),
    "an include without a folder": ("zip/a.c", '#include "zip_read.h"\n', 'src/zip/a.c:1: "zip_read.h" names no folder of src/'),
    "a wrapped header": ("store/a.c", "#include <openssl/sha.h>\n", "src/store/a.c:1: <openssl/sha.h> belongs to"),
    "an unknown header": ("base/a.c", "#include <gtk/gtk.h>\n", "src/base/a.c:1: <gtk/gtk.h> is no header that the project knows"),
    "strcpy": ("base/a.c", "void f(void) { strcpy(a, b); }\n", "src/base/a.c:1: strcpy() is banned here"),
    "open outside base": ("store/a.c", "int f(void) { return open(a, b); }\n", "src/store/a.c:1: open() is banned here"),
    "getenv below command": ("net/a.c", "/* getenv( */\nchar *f(void) { return getenv(\"A\"); }\n", "src/net/a.c:2: getenv() is banned here"),
    "malloc outside base": ("zip/a.c", "void *f(void) { return malloc(1); }\n", "src/zip/a.c:1: malloc() is banned here"),
    "printing": ("pipeline/a.c", "void f(void) { printf(a); }\n", "src/pipeline/a.c:1: printf() is banned here"),
    "a long file": ("base/a.c", "int x;\n" * 801, "src/base/a.c:800: 801 lines"),
    "a long function": ("base/a.c", "void f(void)\n{\n" + "\tx();\n" * 79 + "}\n", "src/base/a.c:2: a function of 81 lines"),
}
GOOD = {
    "pipeline/a.c": '#include <stdio.h>\n#include "zip/zip_read.h"\n#include "pipeline/b.h"\nvoid f(void)\n{\n\tio_open(x); /* open() */\n}\n',
    "base/a.c": "#include <openssl/sha.h>\n" + "int x;\n" * 799,
    "base/b.c": "void f(void)\n{\n" + "\tx();\n" * 78 + "}\n",
    "command/a.c": '#include "pipeline/build.h"\nint f(void) { return api->open(1) + s.rename(2) + (int)time(0); }\nchar *g = "printf(";\n',
    "main.c": '#include "command/command.h"\n',
}


def check(root, files):
    for name, text in files.items():
        path = root / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return subprocess.run([sys.executable, str(SCRIPT), str(root)], capture_output=True, text=True)


@pytest.mark.parametrize("name", BAD)
def test_bad(name, tmp_path):
    path, text, want = BAD[name]
    answer = check(tmp_path, {path: text})
    assert answer.returncode == 1
    assert answer.stdout.startswith(want) and answer.stdout.count("\n") == 1


def test_good(tmp_path):
    answer = check(tmp_path, GOOD)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_nothing_to_check_is_a_failure(tmp_path):
    assert check(tmp_path, {}).returncode == 1
