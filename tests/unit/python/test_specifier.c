/* test_specifier.c: sets of version clauses.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>

#include "python/specifier.h"

static struct specifier_set parse(struct arena *a, const char *row, const char *text)
{
	struct specifier_set s = { 0 };

	CHECK(row, specifier_parse(a, str_from(text), &s, NULL));
	return s;
}

static const struct {
	const char *row, *set, *inside, *outside; /* space-separated versions; pre-releases count */
} members[] = {
	{ "empty set", "", "1 0.dev0 1!0", "" },
	{ "== zeros", "==1.0", "1 1.0.0 1.0+x 1.0.0+1", "1.0.post0 1.0.dev0 1.0rc1 1.0.1 1!1.0" },
	{ "== local", "==1.0+x", "1+x 1.0+X", "1.0 1.0+x.1 1.0+y" },
	{ "== pre", "==1.0a1", "1a1 1.0a1+x", "1.0a1.post0 1.0a2 1.0" },
	{ "== prefix", "==1.2.*", "1.2 1.2.dev0 1.2a1 1.2.9 1.2.post1 1.2+x 1.2.0.1rc1", "1.3.dev0 1.3 1.20 1.1 1!1.2" },
	{ "== prefix with zeros", "==1.2.0.*", "1.2 1.2.dev0 1.2.0.5", "1.2.1.dev0 1.2.1" },
	{ "== prefix, short", "==1.*", "1.0.dev0 1.9", "2.0.dev0 0.9" },
	{ "== prefix with epoch", "==1!1.*", "1!1.5", "1.5" },
	{ "== prefix zero", "==0.*", "0.dev0 0.9", "1.dev0" },
	{ "!=", "!=1.0", "1.0.post0 1.0.dev0 0.9 1.1", "1.0 1.0.0 1.0+x" },
	{ "!= local", "!=1.0+x", "1.0 1.0+y", "1.0+x" },
	{ "!= prefix", "!=1.2.*", "1.1 1.3.dev0", "1.2 1.2.dev0 1.2.3+x" },
	{ "<=", "<=1.0", "1.0 1.0+x 0.1 1.0rc1", "1.0.post0 1.0.post0.dev0 1.0.1" },
	{ ">=", ">=1.0", "1.0 1.0+x 1.0.post0 1!0", "1.0rc1 1.0.dev0 0.9" },
	{ "< final", "<1.7", "1.6 1.6.post1 1.6.9rc1 0.dev0", "1.7 1.7rc1 1.7.dev0 1.7a1.post1 1.7+x 1.8" },
	{ "< pre", "<1.7rc1", "1.7a1 1.7.dev0 1.7rc1.dev0 1.6", "1.7rc1 1.7 1.7rc1+x" },
	{ "< post", "<1.7.post2", "1.7.post1 1.7 1.7rc1", "1.7.post2 1.7.post2.dev0" },
	{ "< dev", "<1.7.dev3", "1.7.dev2 1.6", "1.7.dev3 1.7.dev3+x 1.7a1" },
	{ "< smallest", "<0.dev0", "", "0.dev0 0 1" },
	{ "< zero", "<0", "", "0.dev0 0" },
	{ "> final", ">1.7", "1.7.1 1.7.0.0.1.dev0 1.8.dev0 1!0",
	  "1.7 1.7+x 1.7.post1 1.7.0.post1 1.7.post1+x 1.7rc1 1.7.post1.dev0" },
	{ "> pre", ">1.7rc1", "1.7 1.7rc2.dev0 1.7.post1", "1.7rc1 1.7rc1.post1 1.7rc1+x 1.7b9" },
	{ "> post", ">1.7.post2", "1.7.post3 1.7.post3.dev0 1.7.1", "1.7.post2 1.7.post2+x 1.7 1.7.0" },
	{ "> post dev", ">1.7.post2.dev1", "1.7.post2 1.7.post2.dev2", "1.7.post2.dev1 1.7.post2.dev1+x 1.7.post1" },
	{ "> dev", ">1.7.dev3", "1.7.dev4 1.7a1 1.7 1.7.post1", "1.7.dev3 1.7.dev3+x 1.7.dev2" },
	{ "~= two", "~=2.2", "2.2 2.9 2.2.post1 2.2+x", "2.1 3.0.dev0 3.0 2.2rc1" },
	{ "~= three", "~=1.4.5", "1.4.5 1.4.99", "1.5.dev0 1.5 1.4.4" },
	{ "~= post", "~=2.2.post3", "2.2.post3 2.3", "2.2 3.0.dev0" },
	{ "~= pre", "~=2.2a1", "2.2a1 2.2 2.9rc1", "2.2.dev0 3.0.dev0" },
	{ "~= zeros", "~=1.0.0", "1.0 1.0.9", "1.1.dev0" },
	{ "~= carries", "~=9.9", "9.9 9.10", "10.dev0 10" },
	{ "~= long carry", "~=1.99.9", "1.99.9", "1.100.dev0" },
	{ "=== ignores case", "===1.0RC1", "1.0rc1 1.0RC1", "1.0.rc1 1.0" },
	{ "two clauses", ">=1.0,<2", "1.0 1.9", "2.dev0 0.9 2" },
	{ "no version between", ">1.0,<1.0.post1", "", "1.0 1.0.post0 1.0.post1" },
	{ "white space everywhere", " >= 1.0 ,\t!=\n1.5 , ", "1.0 1.6", "1.5 0.9" },
};

static void membership(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(members); i++) {
		struct arena a = { 0 };
		struct specifier_set s = parse(&a, members[i].row, members[i].set);
		struct interval_set all = specifier_intervals(&a, &s);
		const char *const texts[] = { members[i].outside, members[i].inside };

		for (size_t want = 0; want < 2; want++) {
			str rest = str_from(texts[want]), text;
			struct version v;

			for (bool more = rest.n != 0; more;) {
				more = str_cut(rest, ' ', &text, &rest);
				CHECK(members[i].row, version_parse(&a, text, &v, NULL));
				if (specifier_matches(&s, &v, text) != (want == 1))
					fail_msg("row \"%s\": " STR_FMT, members[i].row, STR_ARG(text));
				if (!strstr(members[i].set, "===") && interval_set_contains(&all, &v) != (want == 1))
					fail_msg("row \"%s\", as intervals: " STR_FMT, members[i].row, STR_ARG(text));
			}
		}
		arena_release(&a);
	}
}

static const struct {
	const char *row, *set, *texts;
	enum specifier_pre pre;
	const char *want;
} filters[] = {
	{ "finals win", ">=1", "1.0 2a1 2", SPEC_PRE_DEFAULT, "1.0 2" },
	{ "only pre-releases", ">=1", "0.9 2a1 2.dev0", SPEC_PRE_DEFAULT, "2a1 2.dev0" },
	{ "a clause names one", ">=1.0a1", "1.0 2a1", SPEC_PRE_DEFAULT, "1.0 2a1" },
	{ "!= does not count", "!=1.0a1", "1.0 2a1", SPEC_PRE_DEFAULT, "1.0" },
	{ "yes", ">=1", "1.0 2a1", SPEC_PRE_YES, "1.0 2a1" },
	{ "no", ">=1", "2a1", SPEC_PRE_NO, "" },
	{ "no beats the clause", ">=2a1", "2a1", SPEC_PRE_NO, "" },
	{ "empty set", "", "1 2a1 x", SPEC_PRE_DEFAULT, "1 x" },
	{ "empty set, no final", "", "2a1 x", SPEC_PRE_DEFAULT, "2a1 x" },
	{ "empty set, no", "", "2a1 x", SPEC_PRE_NO, "x" },
	{ "not a version", ">=0", "x", SPEC_PRE_YES, "" },
	{ "=== text", "===X", "x X y", SPEC_PRE_DEFAULT, "x X" },
	{ "=== and another clause", "===x,>=0", "x", SPEC_PRE_DEFAULT, "" },
	{ "=== names a pre-release", "===1a1", "1a1 1A1 1.0a1", SPEC_PRE_DEFAULT, "1a1 1A1" },
	{ "order and spelling stay", ">=0", "v2 1.0 2", SPEC_PRE_DEFAULT, "v2 1.0 2" },
};

static void filtering(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(filters); i++) {
		struct arena a = { 0 };
		struct specifier_set s = parse(&a, filters[i].row, filters[i].set);
		str texts[8], rest = str_from(filters[i].texts), got = S("");
		size_t n = 0, out[8], chosen;

		for (bool more = true; more;) more = str_cut(rest, ' ', &texts[n++], &rest);
		chosen = specifier_filter(&a, &s, texts, n, filters[i].pre, out);
		for (size_t k = 0; k < chosen; k++)
			got = arena_fmt(&a, STR_FMT "%s" STR_FMT, STR_ARG(got), k == 0 ? "" : " ", STR_ARG(texts[out[k]]));
		CHECK_STR(filters[i].row, got, str_from(filters[i].want));
		for (size_t k = 0; k < n; k++) /* contains is the filter of one */
			CHECK(filters[i].row, specifier_contains(&a, &s, texts[k], filters[i].pre) ==
			                          (specifier_filter(&a, &s, &texts[k], 1, filters[i].pre, out) == 1));
		arena_release(&a);
	}
}

static const struct {
	const char *row, *set, *text; /* text: NULL when refused at `offset` */
	size_t offset;
} texts[] = {
	{ "order by version text, then operator", ">=1.0,==1.*, !=0,<=1.0", "!=0,==1.*,<=1.0,>=1.0", 0 },
	{ "as written", "== V1.0RC1", "==V1.0RC1", 0 },
	{ "duplicates stay", "==1,==1", "==1,==1", 0 },
	{ "empty items", ",, >=1, ,", ">=1", 0 },
	{ "nothing", " \t", "", 0 },
	{ "=== takes anything", "===a-b*c!", "===a-b*c!", 0 },
	{ "=== takes nothing", "===", "===", 0 },
	{ "no operator", "1.0", NULL, 0 },
	{ "no version", ">=1,==", NULL, 4 },
	{ "two versions", ">=1 2", NULL, 3 },
	{ "missing comma", ">=1<2", NULL, 3 },
	{ "local with >=", ">=1.0+x", NULL, 5 },
	{ "local with ~=", "~=1.0+x", NULL, 5 },
	{ "wildcard with >=", ">=1.*", NULL, 3 },
	{ "wildcard with ~=", "~=1.1.*", NULL, 5 },
	{ "wildcard after post", "==1.0.post1.*", NULL, 11 },
	{ "wildcard and local", "==1.*+x", NULL, 5 },
	{ "two wildcards", "==1.*.*", NULL, 5 },
	{ "~= with one part", "~=1", NULL, 0 },
	{ "~= with one part and a suffix", "~=1a1", NULL, 0 },
	{ "=== with white space", "===a b", NULL, 4 },
	{ "=== with a parenthesis", "===a)", NULL, 4 },
	{ "single =", "=1.0", NULL, 0 },
	{ "URL", "@ https://example.com/", NULL, 0 },
};

static void reading(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(texts); i++) {
		struct arena a = { 0 };
		struct specifier_set s;
		struct err e = { 0 };
		bool ok = specifier_parse(&a, str_from(texts[i].set), &s, &e);

		CHECK(texts[i].row, ok == (texts[i].text != NULL));
		if (ok) {
			CHECK_STR(texts[i].row, specifier_text(&a, &s), str_from(texts[i].text));
		} else {
			CHECK(texts[i].row, e.code == ERR_FORMAT && strcmp(e.id, "specifier") == 0);
			CHECK(texts[i].row, e.has_offset && e.offset == texts[i].offset);
		}
		arena_release(&a);
	}
}

static const struct {
	const char *row, *set, *pin;
} pins[] = {
	{ "==", "==1.0", "1.0" },       { "===", "===x", "x" },  { "wildcard", "==1.*", NULL },
	{ "two", "==1.0,==1.0", NULL }, { ">=", ">=1.0", NULL }, { "nothing", "", NULL },
};

static void pinning(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(pins); i++) {
		struct arena a = { 0 };
		struct specifier_set s = parse(&a, pins[i].row, pins[i].set);
		str pin = S("");

		CHECK(pins[i].row, specifier_pin(&s, &pin) == (pins[i].pin != NULL));
		CHECK_STR(pins[i].row, pin, str_from(pins[i].pin));
		arena_release(&a);
	}
}

static const struct {
	const char *row, *set, *full;
	enum tri want; /* for Python 3.12 */
} pythons[] = {
	{ "nothing asked", "", "", TRI_TRUE },
	{ "older minor", ">=3.8", "", TRI_TRUE },
	{ "own minor", ">=3.12", "", TRI_TRUE },
	{ "newer minor", ">=3.13", "", TRI_FALSE },
	{ "patch", ">=3.12.4", "", TRI_UNKNOWN },
	{ "patch, known", ">=3.12.4", "3.12.3", TRI_FALSE },
	{ "patch, known and enough", ">=3.12.4", "3.12.4", TRI_TRUE },
	{ "upper end", "<3.13", "", TRI_TRUE },
	{ "upper end is the own minor", "<3.12", "", TRI_FALSE },
	{ "<= own minor", "<=3.12", "", TRI_UNKNOWN },
	{ "> own minor", ">3.12", "", TRI_UNKNOWN },
	{ "own prefix", "==3.12.*", "", TRI_TRUE },
	{ "not the own prefix", "!=3.12.*", "", TRI_FALSE },
	{ "other prefix", "!=3.0.*,!=3.1.*", "", TRI_TRUE },
	{ "one patch out", "!=3.12.1", "", TRI_UNKNOWN },
	{ "clauses contradict", ">=3.12.4,<3.12.3", "", TRI_FALSE },
	{ "window", ">=3.12.1,<3.12.3", "", TRI_UNKNOWN },
	{ "compatible", "~=3.8", "", TRI_TRUE },
	{ "compatible patch", "~=3.12.2", "", TRI_UNKNOWN },
	{ "Python 4", ">=4", "", TRI_FALSE },
	{ "arbitrary", "===3.12.1", "", TRI_UNKNOWN },
	{ "arbitrary, other", "===3.11.1", "", TRI_FALSE },
	{ "first release", ">=3.12.0", "", TRI_TRUE },
	{ "pre-release of the next", "<3.13.dev0", "", TRI_TRUE },
};

static void requires_python(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(pythons); i++) {
		struct arena a = { 0 };
		struct specifier_set s = parse(&a, pythons[i].row, pythons[i].set);

		CHECK(pythons[i].row, specifier_allows_python(&s, 12, str_from(pythons[i].full)) == pythons[i].want);
		arena_release(&a);
	}
}

static void limits(void **state)
{
	(void)state;
	struct arena a = { 0 };
	char *p = arena_array(&a, char, 2 * (SPECIFIER_CLAUSES_MAX + 1) * 2);
	struct specifier_set s;
	size_t n = 0;

	for (size_t i = 0; i <= SPECIFIER_CLAUSES_MAX; i++) {
		memcpy(p + n, "<9,", 3);
		n += 3;
	}
	assert_false(specifier_parse(&a, (str){ p, n }, &s, NULL));
	assert_true(specifier_parse(&a, (str){ p, n - 3 }, &s, NULL));
	assert_int_equal(s.n, SPECIFIER_CLAUSES_MAX);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(membership), cmocka_unit_test(filtering),       cmocka_unit_test(reading),
		cmocka_unit_test(pinning),    cmocka_unit_test(requires_python), cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
