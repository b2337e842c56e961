/* test_find.c: which files of a folder belong to a project.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>

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

static void no_index_at_all(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct index_config config = { .timeout = 1 };
	struct index_client_options options = { 0 };
	struct index_query query = { .name = S("six") };
	struct index_answer answer;
	struct index_client *c = index_client_new(&config, &options);
	assert_false(index_list(c, &a, &query, 1, &answer, &e));
	assert_int_equal(e.code, ERR_USAGE);
	assert_string_equal(e.id, "no-index");
	assert_non_null(strstr(e.help, "--index-url"));
	index_client_free(c);
	index_client_free(NULL);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(belongs), cmocka_unit_test(long_names_are_cheap),
		                                cmocka_unit_test(no_index_at_all) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
