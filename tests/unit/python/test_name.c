/* test_name.c: project and extra names.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include "python/name.h"

/* normal: NULL when the name is not valid. */
static const struct {
	const char *row, *name, *normal;
} names[] = {
	{ "plain", "foo", "foo" },
	{ "upper case", "FooBar", "foobar" },
	{ "one character", "A", "a" },
	{ "digit", "0", "0" },
	{ "runs", "a-_.b", "a-b" },
	{ "single separators", "a.b_c-d", "a-b-c-d" },
	{ "empty", "", NULL },
	{ "ends in a separator", "foo-", NULL },
	{ "ends in an underscore", "foo_", NULL },
	{ "begins with a separator", ".foo", NULL },
	{ "space", "foo bar", NULL },
	{ "line break", "foo\n", NULL },
	{ "not ASCII", "f\xc3\xb6o", NULL },
};

static void normal_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(names); i++) {
		struct arena a = { 0 };
		str name = str_from(names[i].name);

		CHECK(names[i].row, name_valid(name) == (names[i].normal != NULL));
		if (names[i].normal != NULL) {
			CHECK_STR(names[i].row, name_normalize(&a, name), str_from(names[i].normal));
			CHECK(names[i].row, name_same(name, str_from(names[i].normal)));
		}
		arena_release(&a);
	}
}

static const struct {
	const char *row, *a, *b;
	bool same;
} pairs[] = {
	{ "equal", "foo", "foo", true },
	{ "case and runs", "Foo__Bar", "foo.bar", true },
	{ "separator against none", "foobar", "foo-bar", false },
	{ "prefix", "foo", "foobar", false },
	{ "separator at the end", "foo", "foo-", false },
	{ "both empty", "", "", true },
	{ "one empty", "", "a", false },
};

static void sameness(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(pairs); i++) {
		CHECK(pairs[i].row, name_same(str_from(pairs[i].a), str_from(pairs[i].b)) == pairs[i].same);
		CHECK(pairs[i].row, name_same(str_from(pairs[i].b), str_from(pairs[i].a)) == pairs[i].same);
	}
}

static void limits(void **state)
{
	(void)state;
	char longest[NAME_MAX_BYTES + 1];

	for (size_t i = 0; i < sizeof longest; i++) longest[i] = 'a';
	assert_true(name_valid((str){ longest, NAME_MAX_BYTES }));
	assert_false(name_valid((str){ longest, NAME_MAX_BYTES + 1 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(normal_forms), cmocka_unit_test(sameness), cmocka_unit_test(limits) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
