/* test_err.c: the first error wins, parts are bounded.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/env.h"
#include "base/err.h"

static void first_wins(void **state)
{
	(void)state;
	struct err e = { 0 };
	assert_false(err_where(&e, "ignored"));
	assert_false(err_is_set(&e));
	assert_false(err_set(&e, ERR_FORMAT, "first", "what %d", 1));
	assert_false(err_set(&e, ERR_IO, "second", "what %d", 2));
	assert_false(err_sys(&e, ERR_IO, "third", ENOENT, "what"));
	err_where(&e, "a:%d", 1);
	err_where(&e, "b");
	err_why(&e, "because");
	err_help(&e, "do");
	err_at(&e, 5);
	err_at(&e, 6);
	assert_int_equal(e.code, ERR_FORMAT);
	assert_string_equal(e.id, "first");
	assert_string_equal(e.what, "what 1");
	assert_string_equal(e.where, "a:1");
	assert_string_equal(e.why, "because");
	assert_string_equal(e.help, "do");
	assert_true(e.has_offset && e.offset == 5);
	err_clear(&e);
	assert_false(err_is_set(&e));
	err_sys(&e, ERR_IO, "read", ENOENT, "cannot");
	assert_string_equal(e.why, "No such file or directory");
	assert_int_equal(e.sys, ENOENT);
}

static void cut_between_characters(void **state)
{
	(void)state;
	static const char *const units[] = { "x", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x90\x8d" };
	for (size_t u = 0; u < ROWS(units); u++) {
		for (size_t lead = 0; lead < 4; lead++) {
			char text[3000] = "";
			for (size_t i = 0; i < lead; i++) strcat(text, "y");
			for (size_t i = 0; i < 600; i++) strcat(text, units[u]);
			struct err e = { 0 };
			err_set(&e, ERR_IO, "x", "%s", text);
			err_help(&e, "%s", text);
			CHECK(units[u], utf8_valid(str_from(e.what)) && utf8_valid(str_from(e.help)));
			CHECK(units[u], strlen(text) < sizeof e.what || strlen(e.what) + 4 >= sizeof e.what);
			CHECK(units[u], strncmp(e.what, text, strlen(e.what)) == 0);
		}
	}
}

static void statuses(void **state)
{
	(void)state;
	static const int want[] = { 0, 1, 2, 3, 4, 5, 6, 70, 130 };
	for (int code = ERR_NONE; code <= ERR_INTERRUPT; code++) assert_int_equal(err_status((enum err_code)code), want[code]);
}

static void environment(void **state)
{
	(void)state;
	char a[] = "A=1", empty[] = "EMPTY=", ab[] = "AB=2=3";
	char *vars[] = { ab, a, empty, NULL };
	struct env e = { vars }, none = { NULL };
	assert_string_equal(env_get(&e, "A"), "1");
	assert_string_equal(env_get(&e, "AB"), "2=3");
	assert_string_equal(env_get(&e, "EMPTY"), "");
	assert_null(env_get_nonempty(&e, "EMPTY"));
	assert_string_equal(env_get_nonempty(&e, "A"), "1");
	assert_null(env_get(&e, "B"));
	assert_null(env_get(&e, ""));
	assert_null(env_get(&none, "A"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_wins),
		cmocka_unit_test(cut_between_characters),
		cmocka_unit_test(statuses),
		cmocka_unit_test(environment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
