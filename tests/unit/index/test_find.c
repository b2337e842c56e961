/* test_find.c: which files of a folder belong to a project.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include "index/client_internal.h"

static const struct {
	const char *file, *name;
	bool is_of;
} rows[] = {
	{ "six-1.0-py3-none-any.whl", "six", true },
	{ "Big_Six-1.0-py3-none-any.whl", "big-six", true },
	{ "big.six-1.0.tar.gz", "big-six", true },
	{ "big-six-1.0.tar.gz", "big-six", true },
	{ "big-six-1.0.tar.gz", "big", false },
	{ "big-v1.0.tar.gz", "big", true },
	{ "big-1-1.0.tar.gz", "big-1", true },
	{ "six-1.0-py3-none-any.whl", "six-1", false },
	{ "sixx-1.0.tar.gz", "six", false },
	{ "six.tar.gz", "six", false },
	{ "six", "six", false },
	{ "", "six", false },
};

static void belongs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		CHECK(rows[i].file, client_file_is_of(str_from(rows[i].file), str_from(rows[i].name)) == rows[i].is_of);
}

static void long_names_are_cheap(void **state)
{
	(void)state;
	static char file[1 << 20];
	for (size_t i = 0; i < sizeof file; i++) file[i] = '-';
	assert_false(client_file_is_of((str){ file, sizeof file }, S("six")));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(belongs), cmocka_unit_test(long_names_are_cheap) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
