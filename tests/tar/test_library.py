"""Without libarchive, or with one that is too old, everything but .tar.bz2 and .tar.xz works, and these say what to install.

SPDX-License-Identifier: Apache-2.0
"""
import os
import pathlib
import subprocess
import sys

import pytest

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "suites")]
from hostile import content  # noqa: E402
from judge import PROGRAM, Judge  # noqa: E402

# Stands in front of dlopen: GIVEN is what a search for libarchive finds.
SHIM = """
#include <dlfcn.h>
#include <string.h>
void *dlopen(const char *name, int flags)
{
	void *(*real)(const char *, int) = (void *(*)(const char *, int))dlsym(RTLD_NEXT, "dlopen");
	return name && strstr(name, "libarchive") ? GIVEN : real(name, flags);
}
"""


@pytest.fixture(params=["NULL", "real(NULL, flags)"], ids=["missing", "too old"])
def shim(request, tmp_path, monkeypatch):
    if b"__asan_init" in pathlib.Path(PROGRAM).read_bytes():
        pytest.skip("AddressSanitizer wants to be first")
    (tmp_path / "shim.c").write_text(SHIM)
    done = subprocess.run(["cc", "-shared", "-fPIC", "-D_GNU_SOURCE", f"-DGIVEN={request.param}", str(tmp_path / "shim.c"), "-o", str(tmp_path / "shim.so"), "-ldl"],
                          capture_output=True, text=True)
    if done.returncode:
        pytest.skip("needs a C compiler: " + done.stderr[:200])
    monkeypatch.setenv("LD_PRELOAD", str(tmp_path / "shim.so"))


@pytest.mark.parametrize("name,ending", [("good_bz2", ".tar.bz2"), ("good_xz", ".tar.xz")])
def test_without(shim, tmp_path, name, ending):
    (tmp_path / ("p-1.0" + ending)).write_bytes(content(name))
    (tmp_path / "p-1.0.tar.gz").write_bytes(content("good_gz"))
    with Judge() as j:
        error = j.ask("tar.list", path=str(tmp_path / ("p-1.0" + ending)))["error"]
        assert error["rule"] == "no-libarchive" and "libarchive13" in error["message"], error
        assert "ok" in j.ask("tar.list", path=str(tmp_path / "p-1.0.tar.gz"))
