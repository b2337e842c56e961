/* test_requirement.c: dependency specifiers, and the repairs of published ones.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>

#include "python/requirement.h"

/* name|extras|specifier|url|marker */
static str render(struct arena *a, const struct requirement *r)
{
	str out = arena_fmt(a, STR_FMT "|", STR_ARG(r->name));

	for (size_t i = 0; i < r->extras.n; i++)
		out = arena_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(out), i == 0 ? "" : ",", STR_ARG(r->extras.p[i]));
	return arena_fmt(a, STR_FMT "|" STR_FMT "|" STR_FMT "|" STR_FMT, STR_ARG(out), STR_ARG(specifier_text(a, &r->specifier)),
	                 STR_ARG(r->url), STR_ARG(marker_text(a, r->marker)));
}

static const struct {
	const char *row, *text, *want; /* want: NULL when refused at `offset` */
	size_t offset;
} rows[] = {
	{ "name", "foo", "foo||||", 0 },
	{ "name as written", " Foo.Bar_baz\t", "Foo.Bar_baz||||", 0 },
	{ "one clause", "foo>=1.0", "foo||>=1.0||", 0 },
	{ "clauses with spaces", "foo >= 1.0 , < 2 ", "foo||>=1.0,<2||", 0 },
	{ "trailing comma", "foo>=1,", "foo||>=1||", 0 },
	{ "parentheses", "foo (>=1,<2)", "foo||>=1,<2||", 0 },
	{ "parentheses, trailing comma", "foo(>=1, )", "foo||>=1||", 0 },
	{ "empty parentheses", "foo ()", "foo||||", 0 },
	{ "extras", "foo[b, a ,a]>1", "foo|a,b|>1||", 0 },
	{ "extras of one normal form", "foo[a.b,A_B]", "foo|A_B,a.b|||", 0 },
	{ "no extras", "foo [ ]", "foo||||", 0 },
	{ "URL", "foo@https://example.com/a;b", "foo|||https://example.com/a;b|", 0 },
	{ "URL and marker", "foo[x] @ https://example.com/a ; os_name=='x'", "foo|x||https://example.com/a|os_name == \"x\"", 0 },
	{ "URL and space", "foo @ ./a ", "foo|||./a|", 0 },
	{ "marker", "foo;python_version<'3'", "foo||||python_version < \"3\"", 0 },
	{ "clause and marker", "foo>=1;(os_name=='x')", "foo||>=1||os_name == \"x\"", 0 },
	{ "arbitrary with a comma", "foo===1.0,>=2", "foo||===1.0,>=2||", 0 },
	{ "wildcard", "foo==1.*,!=1.5.*", "foo||==1.*,!=1.5.*||", 0 },
	{ "local", "foo==1.0+x-y", "foo||==1.0+x-y||", 0 },
	{ "empty", "", NULL, 0 },
	{ "no name", ">=1", NULL, 0 },
	{ "name ends in a separator", "foo->=1", NULL, 0 },
	{ "name ends in an underscore", "foo_", NULL, 0 },
	{ "two names", "foo bar", NULL, 4 },
	{ "bare version", "foo 1.0", NULL, 4 },
	{ "missing comma", "foo>=1<2", NULL, 6 },
	{ "two commas", "foo>=1,,<2", NULL, 7 },
	{ "leading comma", "foo,>=1", NULL, 3 },
	{ "no version", "foo==", NULL, 3 },
	{ "~= with one part", "foo~=1", NULL, 3 },
	{ "local with >=", "foo>=1.0+x", NULL, 8 },
	{ "wildcard with >=", "foo>=1.*", NULL, 6 },
	{ "bad clause after ===", "foo===1,x", NULL, 8 },
	{ "open parenthesis", "foo (>=1", NULL, 4 },
	{ "open bracket", "foo[a", NULL, 5 },
	{ "trailing comma in extras", "foo[a,]", NULL, 6 },
	{ "extras without comma", "foo[a b]", NULL, 6 },
	{ "bad extra", "foo[a_]", NULL, 4 },
	{ "no URL", "foo @ ", NULL, 6 },
	{ "URL without space before ;", "foo @ u; os_name=='x'", NULL, 9 },
	{ "line break", "foo>=1\n", NULL, 6 },
	{ "line break after a URL", "foo @ u\n", NULL, 7 },
	{ "no marker", "foo;", NULL, 4 },
	{ "bad marker", "foo; os=='x'", NULL, 5 },
	{ "text after a marker", "foo; os_name=='x' bar", NULL, 18 },
	{ "letter outside ASCII", "fo\xc3\xb6", NULL, 2 },
};

static void reading(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct requirement r;
		struct err e = { 0 };
		bool ok = requirement_parse(&a, str_from(rows[i].text), &r, &e);

		CHECK(rows[i].row, ok == (rows[i].want != NULL));
		if (ok) {
			CHECK_STR(rows[i].row, render(&a, &r), str_from(rows[i].want));
		} else {
			CHECK(rows[i].row, e.code == ERR_FORMAT && strcmp(e.id, "requirement") == 0);
			if (!e.has_offset || e.offset != rows[i].offset) fail_msg("row \"%s\": offset %d", rows[i].row, (int)e.offset);
		}
		arena_release(&a);
	}
}

static void sources(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct requirement r;

	assert_true(requirement_parse(&a, S(" foo ;  os_name == 'x'\t"), &r, NULL));
	CHECK_STR("text", r.text, S("foo ;  os_name == 'x'"));
	CHECK_STR("marker", r.marker_source, S("os_name == 'x'"));
	assert_true(requirement_parse(&a, S("foo"), &r, NULL));
	assert_true(r.marker == NULL && r.marker_source.n == 0 && r.url.n == 0);
	arena_release(&a);
}

/* uv's own examples, and what must stay an error. */
static const struct {
	const char *row, *text, *want;
	bool repaired;
} repairs[] = {
	{ "nothing to repair", "foo>=1", "foo||>=1||", false },
	{ "missing comma", "elasticsearch-dsl (>=7.2.0<8.0.0)", "elasticsearch-dsl||>=7.2.0,<8.0.0||", true },
	{ "!=~", "jupyter-core (!=~5.0,>=4.12)", "jupyter-core||>=4.12,!=5.0.*||", true },
	{ "!=~ with one part", "jupyter-core (!=~5,>=4.12)", "jupyter-core||>=4.12,!=5.*||", true },
	{ "star after >=", "torch (>=1.9.*)", "torch||>=1.9||", true },
	{ "star after <", "foo >=2.7,!=3.0.*,<3.4.*", "foo||>=2.7,!=3.0.*,<3.4||", true },
	{ "missing dot", "pyzmq (>=2.7,!=3.0*,!=3.1*)", "pyzmq||>=2.7,!=3.0.*,!=3.1.*||", true },
	{ "quote and comma", "botocore>=1.3.0,<1.4.0',", "botocore||>=1.3.0,<1.4.0||", true },
	{ ">dev", "foo>dev", "foo||>0.0.0dev||", true },
	{ "zero after alpha", "foo>=9.0.0a1.0", "foo||>=9.0.0a1||", true },
	{ "zero after dev", "foo>=9dev1.0", "foo||>=9dev1||", true },
	{ "quotes", "foo >= '2.7'", "foo||>=2.7||", true },
	{ "quotes beside a marker", "numpy \">=1.19\"; python_version >= \"3.7\"", "numpy||>=1.19||python_version >= \"3.7\"",
	  true },
	{ "two repairs", "foo>=1.0<2.*", "foo||>=1.0,<2||", true },
	{ "beyond repair", "foo bar", NULL, false },
	{ "a marker is not repaired", "foo; os_name == 'x", NULL, false },
};

static void repairing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(repairs); i++) {
		struct arena a = { 0 };
		struct requirement r;
		struct err e = { 0 };
		bool repaired, ok = requirement_parse_lenient(&a, str_from(repairs[i].text), &r, &repaired, &e);

		CHECK(repairs[i].row, ok == (repairs[i].want != NULL) && repaired == repairs[i].repaired);
		if (ok)
			CHECK_STR(repairs[i].row, render(&a, &r), str_from(repairs[i].want));
		else
			CHECK(repairs[i].row, e.code == ERR_FORMAT && strcmp(e.id, "requirement") == 0);
		arena_release(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(reading), cmocka_unit_test(sources), cmocka_unit_test(repairing) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
