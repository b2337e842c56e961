/* test_marker_set.c: markers as sets, and the short text that comes out.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "python/marker_set.h"
#include "python/poetry_constraint.h"

static const struct {
	const char *name, *marker, *given, *want; /* want NULL: it never holds */
	enum marker_style style;
} rows[] = {
	{ "as it is", "python_version >= '3.8'", NULL, "python_version >= \"3.8\"", MARKER_STYLE_SHORT },
	{ "as uv writes", "python_version < \"3.10\"", NULL, "python_full_version < '3.10'", MARKER_STYLE_FULL },
	{ "always", "python_version < '3.8' or python_version >= '3.8'", NULL, "", MARKER_STYLE_SHORT },
	{ "never", "sys_platform == 'linux' and sys_platform == 'win32'", NULL, NULL, MARKER_STYLE_SHORT },
	{ "no such python", "python_version > '3.8' and python_version < '3.9'", NULL, NULL, MARKER_STYLE_SHORT },
	{ "one minor", "python_version >= '3.8' and python_version < '3.9'", NULL, "python_version == \"3.8\"",
	  MARKER_STYLE_SHORT },
	{ "one minor, uv", "python_version == '3.8'", NULL, "python_full_version == '3.8.*'", MARKER_STYLE_FULL },
	{ "above a minor", "python_version > '3.8'", NULL, "python_version >= \"3.9\"", MARKER_STYLE_SHORT },
	{ "up to a minor", "python_version <= '3'", NULL, "python_version < \"3.1\"", MARKER_STYLE_SHORT },
	{ "no third part", "python_version == '3.8.1'", NULL, NULL, MARKER_STYLE_SHORT },
	{ "third part", "python_full_version > '3.9.1'", NULL, "python_full_version > \"3.9.1\"", MARKER_STYLE_SHORT },
	{ "pre-release", "python_full_version <= '3.11.0a6'", NULL, "python_full_version <= \"3.11a6\"", MARKER_STYLE_SHORT },
	{ "one version", "python_full_version == '3.9'", NULL, "python_full_version == \"3.9.0\"", MARKER_STYLE_SHORT },
	{ "hole", "python_version >= '3.8' and python_version != '3.9'", NULL,
	  "python_version >= \"3.8\" and python_version != \"3.9\"", MARKER_STYLE_SHORT },
	{ "wide hole", "python_version < '3' or python_version > '3.4'", NULL,
	  "python_version < \"3.0\" or python_version >= \"3.5\"", MARKER_STYLE_SHORT },
	{ "list of versions", "python_version in '3.8, 3.9'", NULL, "python_version >= \"3.8\" and python_version < \"3.10\"",
	  MARKER_STYLE_SHORT },
	{ "not in a list", "python_version not in '3.8'", NULL, "python_version != \"3.8\"", MARKER_STYLE_SHORT },
	{ "mirrored", "'3.8' <= python_version", NULL, "python_version >= \"3.8\"", MARKER_STYLE_SHORT },
	{ "compatible", "python_full_version ~= '3.8.2'", NULL, "python_full_version >= \"3.8.2\" and python_version < \"3.9\"",
	  MARKER_STYLE_SHORT },
	{ "absorbed", "python_version < '3.8' or python_version >= '3.8' and os_name == 'nt'", NULL,
	  "python_version < \"3.8\" or os_name == \"nt\"", MARKER_STYLE_SHORT },
	{ "in common", "python_version > '3.8' and (os_name == 'nt' or sys_platform == 'x')", NULL,
	  "python_version >= \"3.9\" and (os_name == \"nt\" or sys_platform == \"x\")", MARKER_STYLE_SHORT },
	{ "alternatives", "(platform_machine == 'b' or platform_machine == 'a') and os_name == 'nt'", NULL,
	  "os_name == \"nt\" and (platform_machine == \"a\" or platform_machine == \"b\")", MARKER_STYLE_SHORT },
	{ "exclusions", "platform_machine != 'b' and platform_machine != 'a'", NULL,
	  "platform_machine != \"a\" and platform_machine != \"b\"", MARKER_STYLE_SHORT },
	{ "part of a text", "'arm' in platform_machine and 'arm' not in platform_machine", NULL, NULL, MARKER_STYLE_SHORT },
	{ "not a part", "'arm' not in platform_machine", NULL, "'arm' not in platform_machine", MARKER_STYLE_FULL },
	{ "release", "platform_release >= '5' and platform_release != '5.4'", NULL,
	  "platform_release >= \"5\" and platform_release != \"5.4\"", MARKER_STYLE_SHORT },
	{ "implementation", "implementation_version >= '7' or implementation_version < '6'", NULL,
	  "implementation_version < \"6\" or implementation_version >= \"7\"", MARKER_STYLE_SHORT },
	{ "quote", "os_name == 'a\"b'", NULL, "os_name == 'a\"b'", MARKER_STYLE_SHORT },
	{ "given", "python_version >= '3.9' and python_version < '3.12'", "python_version >= '3.9'", "python_full_version < '3.12'",
	  MARKER_STYLE_FULL },
	{ "nothing left", "python_version >= '3.8'", "python_version >= '3.9'", "", MARKER_STYLE_SHORT },
	{ "outside", "python_version < '3.8'", "python_version >= '3.9'", NULL, MARKER_STYLE_SHORT },
	{ "no extra", "extra == 'x' or os_name == 'nt'", NULL, "os_name == \"nt\"", MARKER_STYLE_SHORT },
	{ "far version", "python_version < '99999999999999999999.1'", NULL, "python_version < \"99999999999999999999.1\"",
	  MARKER_STYLE_SHORT },
};

static uint32_t set_of(struct arena *a, struct marker_sets *m, const char *text, const struct marker_choice *choice)
{
	struct marker *marker = NULL;
	struct err e = { 0 };
	if (text && !marker_parse(a, str_from(text), &marker, &e)) fail_msg("%s: %s", text, e.what);
	return marker_sets_from(m, marker, choice);
}

static void test_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena a = { 0 };
		struct marker_choice choice = { 0 };
		struct marker_sets *m = marker_sets_new(&a);
		uint32_t x = set_of(&a, m, rows[i].marker, &choice), given = set_of(&a, m, rows[i].given, &choice);
		str text = marker_sets_text(m, x, given, rows[i].style);
		bool never = marker_sets_and(m, x, given) == MARKER_NEVER;
		if (never != (rows[i].want == NULL)) fail_msg("%s: never is %d", rows[i].name, never);
		if (rows[i].want && !str_eq(text, str_from(rows[i].want))) fail_msg("%s: " STR_FMT, rows[i].name, STR_ARG(text));
		if (marker_sets_over(m)) fail_msg("%s: over", rows[i].name);
		arena_release(&a);
	}
}

static void test_equal_sets_are_one(void **state)
{
	static const char *const pairs[][2] = {
		{ "os_name == 'nt' and python_version < '3.9'", "python_full_version < '3.9' and os_name == 'nt'" },
		{ "os_name != 'nt' or os_name == 'nt'", NULL },
	};
	struct arena a = { 0 };
	struct marker_choice choice = { 0 };
	struct marker_sets *m = marker_sets_new(&a);
	(void)state;
	assert_int_equal(set_of(&a, m, pairs[0][0], &choice), set_of(&a, m, pairs[0][1], &choice));
	assert_int_equal(set_of(&a, m, pairs[1][0], &choice), MARKER_ALWAYS);
	uint32_t x = set_of(&a, m, pairs[0][0], &choice);
	assert_int_equal(marker_sets_and(m, x, marker_sets_not(m, x)), MARKER_NEVER);
	assert_int_equal(marker_sets_or(m, x, marker_sets_not(m, x)), MARKER_ALWAYS);
	assert_int_equal(marker_sets_not(m, marker_sets_not(m, x)), x);
	assert_int_equal(marker_sets_only_python(m, x), set_of(&a, m, "python_version < '3.9'", &choice));
	arena_release(&a);
}

static void test_extras(void **state)
{
	struct arena a = { 0 };
	str names[] = { S("socks") };
	struct str_list extras = { names, 1, 1 };
	struct marker_choice asked = { .extras = &extras }, any = { .any_extra = true };
	struct marker_sets *m = marker_sets_new(&a);
	(void)state;
	assert_int_equal(set_of(&a, m, "extra == 'Socks'", &asked), MARKER_ALWAYS);
	assert_int_equal(set_of(&a, m, "extra == 'other'", &asked), MARKER_NEVER);
	assert_int_equal(set_of(&a, m, "'socks' in extras", &asked), MARKER_ALWAYS);
	uint32_t nt = set_of(&a, m, "os_name == 'nt'", &any);
	assert_int_equal(set_of(&a, m, "os_name == 'nt' and extra == 'x'", &any), nt);
	assert_int_equal(set_of(&a, m, "os_name == 'nt' or extra == 'x'", &any), MARKER_ALWAYS);
	assert_int_equal(set_of(&a, m, "os_name == 'nt' and extra == 'x' or extra == 'y' and os_name == 'nt'", &any), nt);
	arena_release(&a);
}

static void test_platforms_agree(void **state)
{
	struct arena a = { 0 };
	struct marker_choice choice = { 0 };
	struct marker_sets *m = marker_sets_new(&a);
	(void)state;
	assert_false(marker_sets_possible(m, set_of(&a, m, "sys_platform == 'linux' and os_name == 'nt'", &choice)));
	assert_false(marker_sets_possible(m, set_of(&a, m, "sys_platform == 'win32' and platform_system == 'Darwin'", &choice)));
	assert_true(marker_sets_possible(m, set_of(&a, m, "sys_platform == 'win32' and os_name == 'nt'", &choice)));
	assert_true(marker_sets_possible(m, set_of(&a, m, "sys_platform == 'cygwin' and os_name == 'posix'", &choice)));
	assert_false(marker_sets_possible(m, MARKER_NEVER));
	arena_release(&a);
}

static void test_poetry_python(void **state)
{
	struct arena a = { 0 };
	struct marker_choice choice = { 0 };
	struct marker_sets *m = marker_sets_new(&a);
	struct poetry_constraint c;
	struct err e = { 0 };
	(void)state;
	assert_true(poetry_constraint_parse(&a, S("^3.8"), &c, &e));
	assert_int_equal(marker_sets_python(m, &c.allowed),
	                 set_of(&a, m, "python_version >= '3.8' and python_version < '4'", &choice));
	assert_true(poetry_constraint_parse(&a, S("!=3.0.*,>=2.7"), &c, &e));
	str text = marker_sets_text(m, marker_sets_python(m, &c.allowed), MARKER_ALWAYS, MARKER_STYLE_SHORT);
	assert_true(str_eq(text, S("python_version >= \"2.7\" and python_version != \"3.0\"")));
	arena_release(&a);
}

/* Names in pairs that only belong together: the diagram doubles with each pair. */
static void test_limit(void **state)
{
	struct arena a = { 0 };
	struct marker_choice choice = { 0 };
	struct marker_sets *m = marker_sets_new(&a);
	uint32_t x = MARKER_ALWAYS;
	(void)state;
	for (int i = 0; i < 60; i++) {
		str pair =
		    arena_fmt(&a, "'x%d' in os_name and 'x%d' in sys_platform or 'x%d' not in os_name and 'x%d' not in sys_platform", i,
		              60 - i + 100, i, 60 - i + 100);
		x = marker_sets_and(m, x, set_of(&a, m, arena_cstr(&a, pair), &choice));
	}
	for (int i = 0; i < 40; i++) {
		str cross = arena_fmt(&a, "'x%d' in os_name or 'x%d' in sys_platform", i, 160 - i * 2);
		x = marker_sets_and(m, x, set_of(&a, m, arena_cstr(&a, cross), &choice));
	}
	for (int i = 0; i < 300; i++) {
		str own = arena_fmt(&a, "'y%d' in os_name", i);
		x = marker_sets_or(m, x, set_of(&a, m, arena_cstr(&a, own), &choice));
	}
	assert_true(marker_sets_over(m));
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),          cmocka_unit_test(test_equal_sets_are_one),
		cmocka_unit_test(test_extras),        cmocka_unit_test(test_platforms_agree),
		cmocka_unit_test(test_poetry_python), cmocka_unit_test(test_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
