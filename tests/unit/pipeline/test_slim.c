/* test_slim.c: which files each word of --slim drops.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include "pipeline/slim.h"

static const struct {
	const char *path;
	uint32_t bits;
	bool dropped;
} rows[] = {
	{ "pkg/a.pyc", SLIM_PYC, true },
	{ "pkg/__pycache__/a.cpython-312.pyc", SLIM_PYC, true },
	{ "pkg/__pycache__/note.txt", SLIM_PYC, true },
	{ "pkg/a.pyc", SLIM_NOTHING, false },
	{ "pkg/a.py", SLIM_PYC, false },
	{ "pkg/lib.so", ~(uint32_t)SLIM_NOTHING, false },
	{ "pkg/data.json", ~(uint32_t)SLIM_NOTHING, false },
	{ "pkg/tests/test_a.py", SLIM_TESTS, true },
	{ "pkg/tests/test_a.py", SLIM_PYC, false },
	{ "pkg/tests.py", SLIM_TESTS, false },
	{ "django/test/client.py", SLIM_TESTS, false },
	{ "numpy/testing/__init__.py", SLIM_TESTS, false },
	{ "pkg/conftest.py", SLIM_TESTS, true },
	{ "botocore/docs/client.py", SLIM_DOCS, false },
	{ "boto3/examples/s3.rst", SLIM_DOCS, true },
	{ "pkg/docs/index.html", SLIM_DOCS, true },
	{ "pkg/readme.md", SLIM_DOCS, false },
	{ "share/man/man1/x.1", SLIM_DOCS, true },
	{ "pkg/a.pyi", SLIM_TYPE_STUBS, true },
	{ "pkg/py.typed", SLIM_TYPE_STUBS, true },
	{ "pkg/include/a.h", SLIM_HEADERS, true },
	{ "pkg/a.pxd", SLIM_HEADERS, true },
	{ "x-1.0.dist-info/METADATA", SLIM_DIST_INFO, false },
	{ "x-1.0.dist-info/entry_points.txt", SLIM_DIST_INFO, false },
	{ "x-1.0.dist-info/top_level.txt", SLIM_DIST_INFO, false },
	{ "x-1.0.dist-info/LICENSE.md", SLIM_DIST_INFO, false },
	{ "x-1.0.dist-info/licenses/COPYING", SLIM_DIST_INFO, false },
	{ "x-1.0.dist-info/WHEEL", SLIM_DIST_INFO, true },
	{ "x-1.0.dist-info/RECORD", SLIM_DIST_INFO, true },
	{ "x-1.0.dist-info/WHEEL", SLIM_PYC, false },
	{ "x-1.0.dist-info2/WHEEL", SLIM_DIST_INFO, false },
};

static void drops_as_documented(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		CHECK(rows[i].path, slim_drops(rows[i].bits, str_from(rows[i].path), S("x-1.0.dist-info")) == rows[i].dropped);
}

static void words_are_known(void **state)
{
	(void)state;
	uint32_t bit = 0;
	struct err e = { 0 };
	assert_true(slim_word(S("type-stubs"), &bit, &e));
	assert_int_equal(bit, SLIM_TYPE_STUBS);
	assert_false(slim_word(S("typestubs"), &bit, &e));
	assert_string_equal(e.id, "unknown-slim");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(drops_as_documented), cmocka_unit_test(words_are_known) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
