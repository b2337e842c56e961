/* test_poetry_constraint.c: version constraints as Poetry writes them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>

#include "python/poetry_constraint.h"

static const struct {
	const char *row, *text, *inside, *outside; /* inside: NULL when refused */
} rows[] = {
	{ "any", "*", "0.dev0 1 1!0", "" },
	{ "any, x", "x", "1", "" },
	{ "any, repeated", "*.*", "1", "" },
	{ "caret", "^1.2.3", "1.2.3 1.9 1.2.3.post1 1.2.3+x", "1.2.2 2.0 2.0.dev0 2.0rc1 1.2.3rc1" },
	{ "caret, zero major", "^0.2.3", "0.2.3 0.2.9", "0.3.dev0 0.3 0.2.2" },
	{ "caret, zeros", "^0.0.3", "0.0.3 0.0.3.post1 0.0.3.9", "0.0.4.dev0 0.0.4" },
	{ "caret, two zeros", "^0.0", "0.0 0.0.9", "0.1.dev0 0.1" },
	{ "caret, one zero", "^0", "0 0.9", "1.dev0 1" },
	{ "caret, one part", "^1", "1 1.9", "2.dev0" },
	{ "caret, pre-release", "^1.2b1", "1.2b1 1.2 1.9", "1.2a1 2.dev0" },
	{ "caret, fourth part", "^0.0.0.5", "0.0.0.5 0.0.0.9", "0.0.1.dev0" },
	{ "caret, epoch", "^1!1.2", "1!1.2", "1.2 1!2" },
	{ "tilde, three", "~1.2.3", "1.2.3 1.2.9", "1.3.dev0 1.2.2" },
	{ "tilde, two", "~1.2", "1.2 1.2.9", "1.3.dev0 1.3" },
	{ "tilde, one", "~1", "1 1.9", "2.dev0" },
	{ "tilde equal", "~=1.4.5", "1.4.5 1.4.9", "1.5.dev0" },
	{ "tilde equal, two", "~=1.4", "1.4 1.9", "2.dev0" },
	{ "tilde equal, one", "~=1", "1 1.9", "2.dev0" },
	{ "bare version", "1.2.3", "1.2.3 1.2.3.0 1.2.3+x", "1.2.4 1.2.3.post1 1.2.3rc1" },
	{ "=", "=1.2", "1.2", "1.3" },
	{ "== with local", "==1.2+x", "1.2+x", "1.2 1.2+y" },
	{ "!=", "!=1.2", "1.1 1.3 1.2rc1", "1.2 1.2+x" },
	{ "<>", "<>1.2", "1.1", "1.2" },
	{ ">", ">1.2", "1.2.1 1.3", "1.2 1.2+x 1.2.post1" },
	{ ">=", ">= 1.2", "1.2 1.2.post1", "1.2rc1" },
	{ "<", "<2", "1.9", "2 2rc1 2.dev0" },
	{ "< pre-release", "<2rc1", "2b1 1.9", "2rc1 2" },
	{ "<=", "<=2", "2 2+x 2rc1", "2.post1" },
	{ "wildcard", "1.2.*", "1.2.dev0 1.2 1.2.9", "1.3.dev0 1.1" },
	{ "wildcard, x", "1.x", "1.0 1.9", "2.dev0" },
	{ "wildcards", "1.*.*", "1.9", "2.dev0" },
	{ "== wildcard", "==3.0.*", "3.0.1", "3.1" },
	{ "!= wildcard", ">=2.7, !=3.0.*, !=3.1.*", "2.7 3.2", "3.0 3.1.9 2.6" },
	{ "ordered wildcard", ">=3.6.*", "3.6 4", "3.5" },
	{ "comma", ">=1,<2", "1 1.9", "2 0.9" },
	{ "space", ">=1 <2", "1 1.9", "2 0.9" },
	{ "comma and spaces", ">= 1 , < 2 ,", "1 1.9", "2 0.9" },
	{ "or", "^1.2 || ^3", "1.2 3.1", "2 4" },
	{ "single or", "1.2|1.3", "1.2 1.3", "1.4" },
	{ "or of ranges", ">=1,<2||>=3,<4", "1 3", "2 4" },
	{ "touching", "<2||>=2", "1 2 3", "2.dev0" },
	{ "nothing", ">2,<1", "", "1 2" },
	{ "dev", ">dev", "0.0a1 1", "0.0.dev0" },
	{ "leading v", "v1.2", "1.2", "1.3" },
	{ "empty", "", NULL, "" },
	{ "empty alternative", "1||", NULL, "" },
	{ "leading comma", ",1", NULL, "" },
	{ "no version", ">=", NULL, "" },
	{ "word", "latest", NULL, "" },
	{ "hyphen range", "1.0 - 2.0", NULL, "" },
	{ "caret and wildcard", "^1.*", NULL, "" },
	{ "text after", "1.2foo", NULL, "" },
	{ "three bars", "1|||2", NULL, "" },
};

static void membership(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct poetry_constraint c;
		struct err e = { 0 };
		const char *const texts[] = { rows[i].outside, rows[i].inside };
		bool ok = poetry_constraint_parse(&a, str_from(rows[i].text), &c, &e);

		CHECK(rows[i].row, ok == (rows[i].inside != NULL));
		if (!ok) CHECK(rows[i].row, e.code == ERR_FORMAT && strcmp(e.id, "poetry-constraint") == 0 && e.has_offset);
		for (size_t want = 0; ok && want < 2; want++) {
			str rest = str_from(texts[want]), text;
			struct version v;

			for (bool more = rest.n != 0; more;) {
				more = str_cut(rest, ' ', &text, &rest);
				CHECK(rows[i].row, version_parse(&a, text, &v, NULL));
				if (poetry_constraint_allows(&c, &v) != (want == 1))
					fail_msg("row \"%s\": " STR_FMT, rows[i].row, STR_ARG(text));
			}
		}
		arena_release(&a);
	}
}

static const struct {
	const char *row, *text, *full;
	enum tri want; /* for Python 3.12 */
} pythons[] = {
	{ "any", "*", "", TRI_TRUE },
	{ "caret", "^3.8", "", TRI_TRUE },
	{ "tilde", "~3.12", "", TRI_TRUE },
	{ "other tilde", "~3.11", "", TRI_FALSE },
	{ "range", ">=3.8,<3.13", "", TRI_TRUE },
	{ "range ends before", ">=3.8,<3.12", "", TRI_FALSE },
	{ "alternatives", ">=2.7,<3.0 || >=3.12", "", TRI_TRUE },
	{ "patch", ">=3.12.2", "", TRI_UNKNOWN },
	{ "patch known", ">=3.12.2", "3.12.1", TRI_FALSE },
	{ "alternatives that fill the minor", "<3.12.2||>=3.12.2.dev0", "", TRI_TRUE },
	{ "unknown spelling of the full version", ">=3.12", "?", TRI_TRUE },
};

static void python(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(pythons); i++) {
		struct arena a = { 0 };
		struct poetry_constraint c;

		CHECK(pythons[i].row, poetry_constraint_parse(&a, str_from(pythons[i].text), &c, NULL));
		CHECK(pythons[i].row, poetry_constraint_allows_python(&c, 12, str_from(pythons[i].full)) == pythons[i].want);
		arena_release(&a);
	}
}

static void limits(void **state)
{
	(void)state;
	struct arena a = { 0 };
	char *p = arena_array(&a, char, 3 * (POETRY_CLAUSES_MAX + 1));
	struct poetry_constraint c;

	for (size_t i = 0; i <= POETRY_CLAUSES_MAX; i++) memcpy(p + 3 * i, "<9,", 3);
	assert_true(poetry_constraint_parse(&a, (str){ p, 3 * POETRY_CLAUSES_MAX }, &c, NULL));
	assert_false(poetry_constraint_parse(&a, (str){ p, 3 * POETRY_CLAUSES_MAX + 3 }, &c, NULL));
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(membership), cmocka_unit_test(python), cmocka_unit_test(limits) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
