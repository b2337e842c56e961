/* test_wheel_choose.c: which wheel a target gets, and what is said when it gets none.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>

#include "python/wheel_name.h"

#define FILES_MAX 6

/* All for python3.12/x86_64 (glibc 2.34). want: the index of the best file, or -1. */
static const struct {
	const char *row;
	int want;
	const char *files[FILES_MAX];
} choices[] = {
	{ "none", -1, { NULL } },
	{ "pure", 0, { "foo-1-py3-none-any.whl" } },
	{ "compiled before pure", 1, { "foo-1-py3-none-any.whl", "foo-1-cp312-cp312-manylinux_2_17_x86_64.whl" } },
	{ "own ABI before abi3", 1, { "foo-1-cp39-abi3-manylinux_2_28_x86_64.whl", "foo-1-cp312-cp312-manylinux1_x86_64.whl" } },
	{ "newest glibc that fits",
	  2,
	  { "foo-1-cp312-cp312-manylinux_2_17_x86_64.whl", "foo-1-cp312-cp312-manylinux_2_35_x86_64.whl",
	    "foo-1-cp312-cp312-manylinux_2_34_x86_64.whl" } },
	{ "any tag of a set counts",
	  0,
	  { "foo-1-cp312-cp312-manylinux_2_40_x86_64.manylinux_2_28_x86_64.whl", "foo-1-cp312-cp312-manylinux_2_27_x86_64.whl" } },
	{ "build tag: higher wins", 1, { "foo-1-2-py3-none-any.whl", "foo-1-10-py3-none-any.whl", "foo-1-9z-py3-none-any.whl" } },
	{ "build tag: suffix", 1, { "foo-1-2a-py3-none-any.whl", "foo-1-2b-py3-none-any.whl", "foo-1-2-py3-none-any.whl" } },
	{ "build tag: some before none", 0, { "foo-1-0-py3-none-any.whl", "foo-1-py3-none-any.whl" } },
	{ "tags before build tag", 1, { "foo-1-9-py3-none-any.whl", "foo-1-py312-none-any.whl" } },
	{ "file name decides what is left", 1, { "foo-1.0-py3-none-any.whl", "Foo-1.0-py3-none-any.whl" } },
	{ "sdists and nonsense are skipped", 3, { "foo-1.tar.gz", "foo", "foo-1-py3.whl", "foo-1-py3-none-any.whl" } },
	{ "plain linux is better than pure", 1, { "foo-1-py3-none-any.whl", "foo-1-cp312-cp312-linux_x86_64.whl" } },
	{ "nothing fits",
	  -1,
	  { "foo-1-cp311-cp311-manylinux_2_17_x86_64.whl", "foo-1-cp313-abi3-manylinux_2_17_x86_64.whl", "foo-1-py2-none-any.whl",
	    "foo-1-cp312-cp312-musllinux_1_2_x86_64.whl", "foo-1-cp312-cp312-macosx_11_0_arm64.whl" } },
};

static size_t list_files(const char *const *given, str *files)
{
	size_t n = 0;
	while (n < FILES_MAX && given[n]) {
		files[n] = str_from(given[n]);
		n++;
	}
	return n;
}

static void best_file(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct tag_list list;
	tags_for(&a, 12, 34, S("x86_64"), &list);
	for (size_t i = 0; i < ROWS(choices); i++) {
		str files[FILES_MAX];
		size_t n = list_files(choices[i].files, files);
		size_t want = choices[i].want < 0 ? SIZE_MAX : (size_t)choices[i].want;
		CHECK(choices[i].row, wheel_choose(&a, files, n, &list) == want);
		/* The answer is the file, wherever it stands. */
		for (size_t j = 0; j < n / 2; j++) {
			str other = files[j];
			files[j] = files[n - 1 - j];
			files[n - 1 - j] = other;
		}
		CHECK(choices[i].row, wheel_choose(&a, files, n, &list) == (want == SIZE_MAX ? want : n - 1 - want));
	}
	arena_release(&a);
}

static void pairwise_order(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct tag_list list;
	tags_for(&a, 12, 34, S("x86_64"), &list);
	struct wheel_name x, y;
	struct err e = { 0 };
	assert_true(wheel_name_parse(&a, S("foo-1-1-py3-none-any.whl"), &x, &e));
	assert_true(wheel_name_parse(&a, S("foo-1-py3-none-any.whl"), &y, &e));
	assert_true(wheel_name_better(&x, &y, &list) < 0 && wheel_name_better(&y, &x, &list) > 0);
	assert_int_equal(wheel_name_better(&x, &x, &list), 0);
	arena_release(&a);
}

/* python 12 has glibc 2.34, python 11 has 2.26. */
static const struct {
	const char *row;
	int python, glibc;
	const char *machine;
	int nearest; /* index, -1 none */
	const char *reason;
	const char *files[FILES_MAX];
} reasons[] = {
	{ "glibc",
	  12,
	  34,
	  "x86_64",
	  0,
	  "needs glibc 2.39 or newer, but python3.12 has glibc 2.34",
	  { "foo-1-cp312-cp312-manylinux_2_39_x86_64.whl" } },
	{ "the classic",
	  11,
	  26,
	  "x86_64",
	  1,
	  "needs glibc 2.28 or newer, but python3.11 has glibc 2.26",
	  { "foo-1-cp37-abi3-manylinux_2_34_x86_64.whl", "foo-1-cp37-abi3-manylinux_2_28_x86_64.whl",
	    "foo-1-cp37-abi3-macosx_10_12_x86_64.whl", "foo-1-cp37-abi3-musllinux_1_2_x86_64.whl", "foo-1.tar.gz" } },
	{ "other Python",
	  12,
	  34,
	  "x86_64",
	  0,
	  "is built for CPython 3.13 only, not for 3.12",
	  { "foo-1-cp313-cp313-manylinux_2_17_x86_64.whl", "foo-1-cp312-cp312-macosx_11_0_arm64.whl" } },
	{ "other Pythons",
	  12,
	  34,
	  "x86_64",
	  2,
	  "is built for CPython 3.11; there are wheels for 3.9, 3.10 and 3.11, none for 3.12",
	  { "foo-1-cp39-cp39-manylinux1_x86_64.whl", "foo-1-cp310-cp310-manylinux1_x86_64.whl",
	    "foo-1-cp311-cp311-manylinux1_x86_64.whl", "foo-1-cp38-cp38-win_amd64.whl" } },
	{ "newer abi3", 12, 34, "x86_64", 0, "needs CPython 3.13 or newer", { "foo-1-cp313-abi3-manylinux_2_17_x86_64.whl" } },
	{ "newer pure", 12, 34, "x86_64", 0, "needs Python 3.13 or newer", { "foo-1-py313-none-any.whl" } },
	{ "Python 2", 12, 34, "x86_64", 0, "is for Python 2 only", { "foo-1-py2-none-any.whl" } },
	{ "Python 2, compiled", 12, 34, "x86_64", 0, "is for Python 2 only", { "foo-1-cp27-cp27mu-manylinux1_x86_64.whl" } },
	{ "macOS", 12, 34, "x86_64", 0, "is built for macOS", { "foo-1-cp312-cp312-macosx_11_0_arm64.whl" } },
	{ "Windows", 12, 34, "x86_64", 0, "is built for Windows", { "foo-1-cp312-cp312-win_amd64.whl" } },
	{ "32-bit Windows", 12, 34, "x86_64", 0, "is built for Windows", { "foo-1-cp312-cp312-win32.whl" } },
	{ "browser", 12, 34, "x86_64", 0, "is built for WebAssembly", { "foo-1-cp312-cp312-pyodide_2024_0_wasm32.whl" } },
	{ "phone", 12, 34, "aarch64", 0, "is built for Android", { "foo-1-cp312-cp312-android_21_arm64_v8a.whl" } },
	{ "musl",
	  12,
	  34,
	  "x86_64",
	  1,
	  "is built for Alpine Linux (musllinux), and Lambda's runtimes use glibc",
	  { "foo-1-cp312-cp312-win_amd64.whl", "foo-1-cp312-cp312-musllinux_1_2_x86_64.whl" } },
	{ "machine",
	  12,
	  34,
	  "x86_64",
	  0,
	  "is built for arm64, not for x86_64",
	  { "foo-1-cp312-cp312-manylinux_2_17_aarch64.whl" } },
	{ "machine, the other way",
	  12,
	  34,
	  "aarch64",
	  0,
	  "is built for x86_64, not for arm64",
	  { "foo-1-cp312-cp312-manylinux_2_17_x86_64.whl" } },
	{ "odd machine",
	  12,
	  34,
	  "x86_64",
	  0,
	  "is built for s390x, not for x86_64",
	  { "foo-1-cp312-cp312-manylinux2014_s390x.whl" } },
	{ "32 bit",
	  12,
	  34,
	  "x86_64",
	  0,
	  "is built for 32-bit x86, not for x86_64",
	  { "foo-1-cp312-cp312-manylinux2014_i686.whl" } },
	{ "free-threaded",
	  13,
	  34,
	  "x86_64",
	  0,
	  "is a free-threaded build (3.13t), and Lambda's python3.13 is not",
	  { "foo-1-cp313-cp313t-manylinux_2_17_x86_64.whl" } },
	{ "PyPy",
	  12,
	  34,
	  "x86_64",
	  0,
	  "is built for PyPy, and Lambda runs CPython",
	  { "foo-1-pp310-pypy310_pp73-manylinux_2_17_x86_64.whl" } },
	{ "GraalPy",
	  12,
	  34,
	  "x86_64",
	  0,
	  "is built for another Python than CPython 3.12 (tag graalpy311-graalpy242_311_native-manylinux_2_17_x86_64)",
	  { "foo-1-graalpy311-graalpy242_311_native-manylinux_2_17_x86_64.whl" } },
	{ "two misfits",
	  12,
	  34,
	  "x86_64",
	  0,
	  "is built for CPython 3.11 only, not for 3.12, and is built for macOS",
	  { "foo-1-cp311-cp311-macosx_11_0_arm64.whl", "foo-1-pp39-pypy39_pp73-win_amd64.whl" } },
	{ "debug build",
	  12,
	  34,
	  "x86_64",
	  0,
	  "is built for another ABI of Python 3.12 (tag cp312-cp312d-manylinux_2_17_x86_64)",
	  { "foo-1-cp312-cp312d-manylinux_2_17_x86_64.whl" } },
	{ "tag that nothing accepts",
	  12,
	  34,
	  "x86_64",
	  0,
	  "has the tag cp312-cp312-manylinux_2_4_x86_64, which python3.12 on x86_64 does not accept",
	  { "foo-1-cp312-cp312-manylinux_2_4_x86_64.whl" } },
	{ "unknown platform",
	  12,
	  34,
	  "x86_64",
	  0,
	  "is built for another system than Linux (tag beos_1)",
	  { "foo-1-cp312-cp312-beos_1.whl" } },
	{ "sdist only",
	  12,
	  34,
	  "x86_64",
	  -1,
	  "only a source distribution is published (foo-1.tar.gz), and it would have to be built first",
	  { "foo-1.zip", "foo-1.tar.gz" } },
	{ "no files", 12, 34, "x86_64", -1, "no file is published that could be installed", { NULL } },
	{ "no files of use", 12, 34, "x86_64", -1, "no file is published that could be installed", { "foo-1.exe", "foo-1.egg" } },
};

static void nearest_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(reasons); i++) {
		struct arena a = { 0 };
		str files[FILES_MAX], machine = str_from(reasons[i].machine);
		size_t n = list_files(reasons[i].files, files);
		struct wheel_nearest nearest = wheel_choose_nearest(&a, files, n, reasons[i].python, reasons[i].glibc, machine);
		CHECK_STR(reasons[i].row, nearest.reason, str_from(reasons[i].reason));
		CHECK(reasons[i].row, nearest.index == (reasons[i].nearest < 0 ? SIZE_MAX : (size_t)reasons[i].nearest));
		arena_release(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(best_file),
		cmocka_unit_test(pairwise_order),
		cmocka_unit_test(nearest_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
