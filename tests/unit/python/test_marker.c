/* test_marker.c: environment markers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>

#include "python/marker.h"

static const struct {
	const char *row, *marker, *text; /* text: NULL when refused at `offset` */
	size_t offset;
} texts[] = {
	{ "plain", "os_name=='posix'", "os_name == \"posix\"", 0 },
	{ "white space", " \tos_name  ==\t'posix' ", "os_name == \"posix\"", 0 },
	{ "no white space", "os_name=='a'and'b'in sys_platform", "os_name == \"a\" and \"b\" in sys_platform", 0 },
	{ "not in", "'a' not \t in os_name", "\"a\" not in os_name", 0 },
	{ "parentheses around all", "((os_name == 'a'))", "os_name == \"a\"", 0 },
	{ "parentheses around one", "(os_name == 'a') or (os_name == 'b')", "os_name == \"a\" or os_name == \"b\"", 0 },
	{ "parentheses that matter", "os_name == 'a' and ((os_name == 'b' or os_name == 'c'))",
	  "os_name == \"a\" and (os_name == \"b\" or os_name == \"c\")", 0 },
	{ "parentheses that do not matter stay", "(os_name == 'a' and os_name == 'b') or os_name == 'c'",
	  "(os_name == \"a\" and os_name == \"b\") or os_name == \"c\"", 0 },
	{ "older names", "os.name == python_implementation", "os_name == platform_python_implementation", 0 },
	{ "double quote inside", "os_name == 'a\"b'", "os_name == 'a\"b'", 0 },
	{ "single quote inside", "os_name == \"it's\"", "os_name == \"it's\"", 0 },
	{ "backslash is itself", "os_name == 'a\\n'", "os_name == \"a\\n\"", 0 },
	{ "empty string", "os_name == ''", "os_name == \"\"", 0 },
	{ "extra", "extra == 'A_b.C'", "extra == \"a-b-c\"", 0 },
	{ "extra inside", "os_name == 'x' and (extra == 'A_b' or 'C.d' == extra)",
	  "os_name == \"x\" and (extra == \"a-b\" or \"c-d\" == extra)", 0 },
	{ "extras", "'A_b' in extras", "\"a-b\" in extras", 0 },
	{ "groups", "'A_b' in dependency_groups", "\"a-b\" in dependency_groups", 0 },
	{ "two strings", "'a' == 'b'", "\"a\" == \"b\"", 0 },
	{ "empty", "", NULL, 0 },
	{ "unknown variable", "os == 'a'", NULL, 0 },
	{ "longer than a variable", "os_names == 'a'", NULL, 0 },
	{ "upper case and", "os_name == 'a' AND os_name == 'b'", NULL, 15 },
	{ "glued and", "os_name == 'a' andos_name == 'b'", NULL, 15 },
	{ "no operator", "os_name 'a'", NULL, 8 },
	{ "single =", "os_name = 'a'", NULL, 8 },
	{ "no right side", "os_name ==", NULL, 10 },
	{ "open quote", "os_name == 'a", NULL, 11 },
	{ "open parenthesis", "(os_name == 'a'", NULL, 15 },
	{ "closing parenthesis", "os_name == 'a')", NULL, 14 },
	{ "not without in", "os_name not 'a'", NULL, 8 },
	{ "trailing and", "os_name == 'a' and", NULL, 18 },
	{ "line break", "os_name == 'a'\n", NULL, 14 },
	{ "line break in a string", "os_name == 'a\nb'", NULL, 13 },
	{ "letter outside ASCII after and", "os_name == 'a' and\xc3\xa9", NULL, 15 },
};

static void reading(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(texts); i++) {
		struct arena a = { 0 };
		struct marker *m, *again;
		struct err e = { 0 };
		bool ok = marker_parse(&a, str_from(texts[i].marker), &m, &e);

		CHECK(texts[i].row, ok == (texts[i].text != NULL));
		if (ok) {
			CHECK_STR(texts[i].row, marker_text(&a, m), str_from(texts[i].text));
			CHECK(texts[i].row, marker_parse(&a, marker_text(&a, m), &again, NULL));
			CHECK_STR(texts[i].row, marker_text(&a, again), str_from(texts[i].text));
		} else {
			CHECK(texts[i].row, e.code == ERR_FORMAT && strcmp(e.id, "marker") == 0);
			CHECK(texts[i].row, e.has_offset && e.offset == texts[i].offset);
		}
		arena_release(&a);
	}
}

static void set_lambda(struct marker_environment *env)
{
	*env = (struct marker_environment){ 0 };
	env->values[MARKER_OS_NAME] = S("posix");
	env->values[MARKER_SYS_PLATFORM] = S("linux");
	env->values[MARKER_PLATFORM_MACHINE] = S("aarch64");
	env->values[MARKER_PLATFORM_PYTHON_IMPLEMENTATION] = S("CPython");
	env->values[MARKER_PLATFORM_SYSTEM] = S("Linux");
	env->values[MARKER_PYTHON_VERSION] = S("3.12");
	env->values[MARKER_IMPLEMENTATION_NAME] = S("cpython");
}

/* In python3.12/arm64 of which the patch version, the kernel and its build are unknown; extras a, B.c; group dev. */
static const struct {
	const char *row, *marker;
	enum tri want;
} answers[] = {
	{ "string", "sys_platform == 'linux'", TRI_TRUE },
	{ "string, other", "sys_platform == 'win32'", TRI_FALSE },
	{ "string !=", "sys_platform != 'win32'", TRI_TRUE },
	{ "string in", "sys_platform in 'linux darwin'", TRI_TRUE },
	{ "string not in", "'x86' not in platform_machine", TRI_TRUE },
	{ "string >= is ==", "os_name >= 'posix'", TRI_TRUE },
	{ "string > is false", "os_name > 'a'", TRI_FALSE },
	{ "string ~= is ==", "os_name ~= 'posix'", TRI_TRUE },
	{ "version", "python_version < '3.8'", TRI_FALSE },
	{ "version is not text", "python_version >= '3.9'", TRI_TRUE },
	{ "version prefix", "python_version == '3.*'", TRI_TRUE },
	{ "literal left", "'3.8' <= python_version", TRI_TRUE },
	{ "version in text", "python_version in '3.11 3.12'", TRI_TRUE },
	{ "no version: text", "python_version >= 'x'", TRI_FALSE },
	{ "patch decided by the minor", "python_full_version >= '3.12'", TRI_TRUE },
	{ "patch decided against", "python_full_version < '3.12'", TRI_FALSE },
	{ "patch unknown", "python_full_version >= '3.12.4'", TRI_UNKNOWN },
	{ "patch unknown, ==", "python_full_version == '3.12.4'", TRI_UNKNOWN },
	{ "implementation follows", "implementation_version >= '3.12'", TRI_TRUE },
	{ "literal left of the patch", "'3.12.4' > python_full_version", TRI_UNKNOWN },
	{ "literal left, decided", "'3.13' > python_full_version", TRI_TRUE },
	{ "patch as text", "python_full_version in '3.11.1 3.11.2'", TRI_FALSE },
	{ "patch as text, unknown", "python_full_version in '3.12.1 3.12.2'", TRI_UNKNOWN },
	{ "unknown string", "platform_release == '5'", TRI_UNKNOWN },
	{ "unknown string, empty part", "'' in platform_version", TRI_TRUE },
	{ "Kleene and", "platform_release >= '5' and sys_platform == 'win32'", TRI_FALSE },
	{ "Kleene or", "platform_release >= '5' or sys_platform == 'linux'", TRI_TRUE },
	{ "Kleene unknown and", "platform_release >= '5' and sys_platform == 'linux'", TRI_UNKNOWN },
	{ "Kleene unknown or", "sys_platform == 'win32' or platform_release >= '5'", TRI_UNKNOWN },
	{ "unknown or unknown and false", "platform_release >= '5' or platform_release >= '6' and os_name == 'x'", TRI_UNKNOWN },
	{ "and binds tighter", "os_name == 'posix' or os_name == 'x' and os_name == 'y'", TRI_TRUE },
	{ "parentheses bind", "(os_name == 'posix' or os_name == 'x') and os_name == 'y'", TRI_FALSE },
	{ "three alternatives", "os_name == 'x' or os_name == 'y' or os_name == 'posix'", TRI_TRUE },
	{ "extra requested", "extra == 'A'", TRI_TRUE },
	{ "extra normalised", "extra == 'b_c'", TRI_TRUE },
	{ "extra not requested", "extra == 'd'", TRI_FALSE },
	{ "extra != is none of them", "extra != 'a'", TRI_FALSE },
	{ "extra != other", "extra != 'd'", TRI_TRUE },
	{ "extra left", "'a' == extra", TRI_TRUE },
	{ "extra <", "extra < 'b'", TRI_FALSE },
	{ "extra in", "extra in 'a x'", TRI_TRUE },
	{ "extras", "'B_c' in extras", TRI_TRUE },
	{ "extras, not", "'B_c' not in extras", TRI_FALSE },
	{ "extras, only membership", "extras == 'a'", TRI_FALSE },
	{ "extras, wrong side", "extras in 'a'", TRI_FALSE },
	{ "extras !=", "'z' != extras", TRI_FALSE },
	{ "group", "'DEV' in dependency_groups", TRI_TRUE },
	{ "group, not", "'a' in dependency_groups", TRI_FALSE },
	{ "two variables", "python_version == python_full_version", TRI_UNKNOWN },
	{ "two string variables", "os_name != sys_platform", TRI_TRUE },
	{ "two strings", "'a' == 'a'", TRI_FALSE },
	{ "=== through the literal", "python_version == '=3.12'", TRI_TRUE },
};

static void evaluation(void **state)
{
	(void)state;
	str extras[] = { S("a"), S("B.c") }, groups[] = { S("dev") };
	struct str_list extra_list = { extras, 2, 2 }, group_list = { groups, 1, 1 };

	for (size_t i = 0; i < ROWS(answers); i++) {
		struct arena a = { 0 };
		struct marker_environment env;
		struct marker *m;

		set_lambda(&env);
		env.extras = &extra_list;
		env.groups = &group_list;
		CHECK(answers[i].row, marker_parse(&a, str_from(answers[i].marker), &m, NULL));
		CHECK(answers[i].row, marker_evaluate(m, &env) == answers[i].want);
		arena_release(&a);
	}
}

static void no_extras(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct marker_environment env;
	struct marker *m;

	set_lambda(&env);
	assert_true(marker_parse(&a, S("extra == 'a' or 'a' in extras or 'a' in dependency_groups"), &m, NULL));
	assert_int_equal(marker_evaluate(m, &env), TRI_FALSE);
	assert_true(marker_parse(&a, S("extra != 'a'"), &m, NULL));
	assert_int_equal(marker_evaluate(m, &env), TRI_TRUE);
	assert_int_equal(marker_evaluate(NULL, &env), TRI_TRUE);
	arena_release(&a);
}

static void development_build(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct marker_environment env;
	struct marker *m;

	set_lambda(&env);
	env.values[MARKER_PYTHON_FULL_VERSION] = S("3.12.4+");
	assert_true(marker_parse(&a, S("python_full_version == '3.12.4'"), &m, NULL));
	assert_int_equal(marker_evaluate(m, &env), TRI_TRUE);
	arena_release(&a);
}

static const struct {
	const char *row, *marker;
	bool want, assumed;
} decisions[] = {
	{ "known", "os_name == 'posix'", true, false },
	{ "known to be false", "os_name == 'nt' and platform_release == ''", false, false },
	{ "assumed patch", "python_full_version >= '3.12.3'", true, true },
	{ "assumed patch is too old", "python_full_version >= '3.12.4'", false, true },
	{ "assumed empty", "platform_release == ''", true, true },
};

static void deciding(void **state)
{
	(void)state;
	struct marker_environment env, assumed = { 0 };

	set_lambda(&env);
	assumed.values[MARKER_PYTHON_FULL_VERSION] = S("3.12.3");
	assumed.values[MARKER_PLATFORM_RELEASE] = S("");
	assumed.values[MARKER_OS_NAME] = S("never used");
	for (size_t i = 0; i < ROWS(decisions); i++) {
		struct arena a = { 0 };
		struct marker *m;
		bool was_assumed;

		CHECK(decisions[i].row, marker_parse(&a, str_from(decisions[i].marker), &m, NULL));
		CHECK(decisions[i].row, marker_decide(m, &env, &assumed, &was_assumed) == decisions[i].want);
		CHECK(decisions[i].row, was_assumed == decisions[i].assumed);
		arena_release(&a);
	}
}

static void looking(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct marker *m;
	struct err e = { 0 };

	assert_true(marker_parse(&a, S("os_name == 'x' and (extra == 'a' or 'b' in extras)"), &m, NULL));
	assert_true(marker_mentions(m, MARKER_EXTRA) && marker_mentions(m, MARKER_EXTRAS) && marker_mentions(m, MARKER_OS_NAME));
	assert_false(marker_mentions(m, MARKER_PYTHON_VERSION) || marker_mentions(NULL, MARKER_EXTRA));
	assert_true(marker_check(m, &e) && marker_check(NULL, &e));
	assert_true(marker_parse(&a, S("os_name == 'x' and ('a' == 'b')"), &m, NULL));
	assert_false(marker_check(m, &e));
	assert_string_equal(e.id, "marker");
	for (int v = MARKER_OS_NAME; v <= MARKER_DEPENDENCY_GROUPS; v++)
		assert_int_equal(marker_variable_from(str_from(marker_variable_name((enum marker_variable)v))), v);
	assert_int_equal(marker_variable_from(S("platform.machine")), MARKER_PLATFORM_MACHINE);
	assert_int_equal(marker_variable_from(S("platform.release")), -1);
	arena_release(&a);
}

static str nested(struct arena *a, size_t depth)
{
	char *p = arena_array(a, char, 2 * depth + 13);

	memset(p, '(', depth);
	memcpy(p + depth, "os_name=='x'", 12);
	memset(p + depth + 12, ')', depth);
	return (str){ p, 2 * depth + 12 };
}

static void limits(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct marker *m;
	struct err e = { 0 };
	char *p = arena_array(&a, char, MARKER_TEXT_MAX + 1);

	assert_true(marker_parse(&a, nested(&a, MARKER_DEPTH_MAX), &m, NULL));
	assert_false(marker_parse(&a, nested(&a, MARKER_DEPTH_MAX + 1), &m, &e));
	assert_int_equal(e.offset, MARKER_DEPTH_MAX);
	memset(p, ' ', MARKER_TEXT_MAX + 1);
	memcpy(p, "os_name=='x'", 12);
	assert_true(marker_parse(&a, (str){ p, MARKER_TEXT_MAX }, &m, NULL));
	assert_false(marker_parse(&a, (str){ p, MARKER_TEXT_MAX + 1 }, &m, NULL));
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading),   cmocka_unit_test(evaluation),
		cmocka_unit_test(no_extras), cmocka_unit_test(development_build),
		cmocka_unit_test(deciding),  cmocka_unit_test(looking),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
