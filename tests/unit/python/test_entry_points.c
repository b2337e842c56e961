/* test_entry_points.c: entry_points.txt as configparser reads it, and what is refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>

#include "base/buf.h"
#include "python/entry_points.h"

/* want: "group/name=module:attribute[extras]" for each, " | " between; or, after "!", the id of the error. */
static const struct {
	const char *row, *text, *want;
} rows[] = {
	{ "usual", "[console_scripts]\nfoo = foo.cli:main\n", "console_scripts/foo=foo.cli:main[]" },
	{ "two groups", "[a]\nx=m\n\n[b]\nx = m:f.g\n", "a/x=m:[] | b/x=m:f.g[]" },
	{ "CRLF", "[a]\r\nx = m:f\r\n", "a/x=m:f[]" },
	{ "extras", "[a]\nx = m:f [one, two]\n", "a/x=m:f[one, two]" },
	{ "extras without attribute", "[a]\nx = m [one]\n", "a/x=m:[one]" },
	{ "extras close by", "[a]\nx = m:f[one]\n", "a/x=m:f[one]" },
	{ "spaces around the colon", "[a]\nx = m : f\n", "a/x=m:f[]" },
	{ "case", "[A]\nX = m\nx = m\n", "A/X=m:[] | A/x=m:[]" },
	{ "colon in the name", "[a]\nx:y = m\n", "a/x:y=m:[]" },
	{ "spaces in the name", "[a]\nx y = m\n", "a/x y=m:[]" },
	{ "name of letters outside ASCII", "[a]\n\xc3\xa9 = m\n", "a/\xc3\xa9=m:[]" },
	{ "comments", "# one\n; two\n[a]\n# x = y\n  ; z\nx = m\n", "a/x=m:[]" },
	{ "no comment in the line", "[a]\nx = m # y\n", "a/x=:[]" },
	{ "indented options", "[a]\n  x = m\n  y = n\n", "a/x=m:[] | a/y=n:[]" },
	{ "indented group", "  [a]\nx = m\n", "a/x=m:[]" },
	{ "equals in the value", "[a]\nx = m=n\n", "a/x=:[]" },
	{ "no reference", "[a]\nx = m:\ny = :f\nz =\n", "a/x=:[] | a/y=:[] | a/z=:[]" },
	{ "spaces inside the group", "[ a ]\nx = m\n", " a /x=m:[]" },
	{ "text behind the group", "[a] x = y\nz = m\n", "a/z=m:[]" },
	{ "empty group", "[a]\n[b]\nx = m\n", "b/x=m:[]" },
	{ "empty", "", "" },
	{ "no line break at the end", "[a]\nx = m", "a/x=m:[]" },
	{ "option before a group", "x = m\n", "!entry-points" },
	{ "no equals", "[a]\nx\n", "!entry-points" },
	{ "no name", "[a]\n= m\n", "!entry-points" },
	{ "no group name", "[]\nx = m\n", "!entry-points" },
	{ "name twice", "[a]\nx = m\nx = n\n", "!entry-points" },
	{ "group twice", "[a]\nx = m\n[a]\ny = n\n", "!entry-points" },
	{ "not UTF-8", "[a]\nx = \xff\n", "!entry-points" },
	{ "slash in the name", "[console_scripts]\n../x = m:f\n", "!entry-point-name" },
	{ "absolute name", "[console_scripts]\n/bin/x = m:f\n", "!entry-point-name" },
	{ "backslash in the name", "[a]\nx\\y = m\n", "!entry-point-name" },
	{ "tab in the name", "[a]\nx\ty = m\n", "!entry-point-name" },
	{ "escape in the name", "[a]\nx\x1b[2Jy = m\n", "!entry-point-name" },
	{ "text direction in the name", "[a]\nx\xe2\x80\xaey = m\n", "!entry-point-name" },
	{ "escape in the group", "[a\x1b]\nx = m\n", "!entry-point-name" },
	{ "dots as name", "[a]\n.. = m\n", "!entry-point-name" },
};

static void table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct entry_points points;
		struct err e = { 0 };
		if (entry_points_parse(&a, str_from(rows[i].text), &points, &e)) {
			str have = { 0 };
			for (size_t j = 0; j < points.list.n; j++) {
				const struct entry_point *p = &points.list.p[j];
				have = arena_fmt(&a, STR_FMT "%s" STR_FMT "/" STR_FMT "=" STR_FMT ":" STR_FMT "[" STR_FMT "]", STR_ARG(have),
				                 j ? " | " : "", STR_ARG(p->group), STR_ARG(p->name), STR_ARG(p->module), STR_ARG(p->attribute),
				                 STR_ARG(p->extras));
			}
			CHECK_STR(rows[i].row, have, str_from(rows[i].want));
		} else {
			CHECK(rows[i].row, rows[i].want[0] == '!' && strcmp(e.id, rows[i].want + 1) == 0);
			CHECK(rows[i].row, e.code == ERR_FORMAT);
		}
		arena_release(&a);
	}
}

/* The values as configparser joins them; the text is one group with the option x, and y when `more`. */
static const struct {
	const char *row, *text, *value;
	bool more;
} values[] = {
	{ "as written", "[a]\nx =  m:f  [e] \n", "m:f  [e]", false },
	{ "continued", "[a]\nx = m\n  n\n", "m\nn", false },
	{ "continued by what looks like an option", "[a]\nx = m\n  y = n\n", "m\ny = n", false },
	{ "continued by what looks like a group", "[a]\nx = m\n  [b]\n", "m\n[b]", false },
	{ "comment between", "[a]\nx = m\n# c\n  n\n", "m\nn", false },
	{ "blank line between", "[a]\nx = m\n\n  n\n", "m\n\nn", false },
	{ "blank lines at the end", "[a]\nx = m\n  n\n\n\ny = o\n", "m\nn", true },
	{ "value on the next line", "[a]\nx =\n  m\n", "\nm", false },
	{ "same indentation", "[a]\n  x = m\n  y = n\n", "m", true },
	{ "less indentation", "[a]\n  x = m\n y = n\n", "m", true },
};

static void joined_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(values); i++) {
		struct arena a = { 0 };
		struct entry_points points;
		struct err e = { 0 };
		CHECK(values[i].row, entry_points_parse(&a, str_from(values[i].text), &points, &e));
		CHECK(values[i].row, points.list.n == (values[i].more ? 2 : 1) && points.groups.n == 1);
		CHECK_STR(values[i].row, points.list.p[0].value, str_from(values[i].value));
		arena_release(&a);
	}
}

static void offsets_and_limits(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct entry_points points;
	struct err e = { 0 };
	assert_false(entry_points_parse(&a, S("[a]\nx = m\ny/z = n\n"), &points, &e));
	assert_true(e.has_offset && e.offset == 10);
	struct buf text;
	buf_init(&text, ENTRY_POINTS_MAX + 1);
	buf_add_str(&text, S("[a]\n"));
	for (int i = 0; i <= ENTRY_POINTS_COUNT_MAX; i++) buf_addf(&text, "%d=\n", i);
	err_clear(&e);
	assert_false(entry_points_parse(&a, buf_str(&text), &points, &e));
	assert_string_equal(e.id, "entry-points");
	buf_clear(&text);
	buf_add_str(&text, S("[a]\nx = m\n"));
	while (text.n < ENTRY_POINTS_MAX) buf_add_char(&text, '\n');
	err_clear(&e);
	assert_true(entry_points_parse(&a, buf_str(&text), &points, &e));
	CHECK_STR("blank lines cost nothing", points.list.p[0].value, S("m"));
	buf_add_char(&text, '\n');
	assert_false(entry_points_parse(&a, buf_str(&text), &points, &e));
	buf_release(&text);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(offsets_and_limits), cmocka_unit_test(table),
		                                cmocka_unit_test(joined_values) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
