/* test_interval.c: sets of versions.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sets are made from specifiers; what the operations give is judged by equality with other sets and by membership. */
#include "../base/rows.h"

#include "python/specifier.h"

static struct interval_set set(struct arena *a, const char *text)
{
	struct specifier_set s;

	CHECK(text, specifier_parse(a, str_from(text), &s, NULL));
	return specifier_intervals(a, &s);
}

static const struct {
	const char *row, *x, *y;
	bool equal;
} pairs[] = {
	{ "locals end where posts begin", "<=1.0", "<1.0.post0.dev0", true },
	{ "dev follows dev", ">1.0.dev1", ">=1.0.dev2", true },
	{ "post follows post", ">1.0.post1", ">=1.0.post2.dev0", true },
	{ "posts of a pre-release end at the next", ">1.0a1", ">=1.0a2.dev0", true },
	{ "posts of a final end nowhere", ">1.0", ">=1.0.1.dev0", false },
	{ "prefix", "==1.2.*", ">=1.2.dev0,<1.3.dev0", true },
	{ "zeros", "==1.0", "==1.0.0", true },
	{ "compatible", "~=1.4.5", ">=1.4.5,==1.4.*", true },
	{ "everything", ">=0.dev0", "", true },
	{ "nothing", "<0.dev0", ">2,<1", true },
	{ "nothing between", ">1.0.post1,<1.0.post2.dev0", "<0", true },
	{ "< final", "<1.0", "<1.0.dev0", true },
	{ "local", "==1.0+x", "==1.0", false },
	{ "exclusions meet", "!=1.0,!=1.0.0", "!=1.0", true },
	{ "all but a prefix", "!=1.*", "!=1.0", false },
};

static void equality(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(pairs); i++) {
		struct arena a = { 0 };
		struct interval_set x = set(&a, pairs[i].x), y = set(&a, pairs[i].y);

		CHECK(pairs[i].row, interval_set_equal(&a, &x, &y) == pairs[i].equal);
		if (pairs[i].equal) CHECK(pairs[i].row, interval_set_subset(&a, &x, &y) && interval_set_subset(&a, &y, &x));
		arena_release(&a);
	}
}

static const char *const samples[] = {
	"0.dev0",    "0",           "0.9",         "1.0.dev0",   "1.0.dev1",       "1.0.dev1+x",
	"1.0a1",     "1.0a1+x",     "1.0a1.post0", "1.0a2.dev0", "1.0rc1",         "1.0",
	"1.0+a",     "1.0+x",       "1.0+x.1",     "1.0+y",      "1.0.post0.dev0", "1.0.post0",
	"1.0.post1", "1.0.post1+x", "1.0.post2",   "1.0.0.1",    "1.0.1",          "1.1.dev0",
	"1.1",       "1.2",         "1.9",         "2.0.dev0",   "2.0rc1",         "2.0",
	"2.0+x",     "2.0.post1",   "3",           "1!0",
};

static const char *const sets[] = {
	"",      "<0.dev0", "==1.0",    "==1.0+x",     "!=1.0",      "!=1.0+x",    "==1.*",   "!=1.0.*",
	">1.0",  ">=1.0",   "<1.0",     "<=1.0",       ">1.0.post1", "<1.0.post1", ">1.0a1",  "<1.0a1",
	"~=1.0", "~=1.0.0", ">=1.0,<2", "!=1.0,!=2.0", ">1.0.dev1",  "==1.0.dev1", "<=1.0a1", ">=1.0,!=1.1,!=2.0,<3",
	">=1!0",
};

/* The laws of sets, for each pair, seen at each sample. */
static void operations(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct version v[ROWS(samples)];

	for (size_t i = 0; i < ROWS(samples); i++) CHECK(samples[i], version_parse(&a, str_from(samples[i]), &v[i], NULL));
	for (size_t i = 0; i < ROWS(sets); i++) {
		for (size_t j = 0; j < ROWS(sets); j++) {
			struct interval_set x = set(&a, sets[i]), y = set(&a, sets[j]), not_x = interval_set_complement(&a, &x);
			struct interval_set both = interval_set_intersect(&a, &x, &y), any = interval_set_union(&a, &x, &y);
			struct interval_set back = interval_set_complement(&a, &not_x), part = interval_set_intersect(&a, &x, &not_x);
			bool subset = interval_set_subset(&a, &x, &y);

			CHECK(sets[i], interval_set_equal(&a, &x, &back) && part.n == 0);
			CHECK(sets[i], interval_set_subset(&a, &both, &x) && interval_set_subset(&a, &x, &any));
			for (size_t k = 0; k < ROWS(samples); k++) {
				bool in_x = interval_set_contains(&x, &v[k]), in_y = interval_set_contains(&y, &v[k]);

				if (interval_set_contains(&both, &v[k]) != (in_x && in_y) ||
				    interval_set_contains(&any, &v[k]) != (in_x || in_y) || interval_set_contains(&not_x, &v[k]) == in_x ||
				    (subset && in_x && !in_y))
					fail_msg("%s with %s at %s", sets[i], sets[j], samples[k]);
			}
		}
	}
	arena_release(&a);
}

static void many(void **state)
{
	(void)state;
	enum { N = 1000 };
	struct arena a = { 0 };
	struct interval_set *out = arena_array(&a, struct interval_set, N), *in = arena_array(&a, struct interval_set, N), all,
	                    some;

	for (size_t i = 0; i < N; i++) { /* every second one: none touches another */
		in[i] = set(&a, arena_fmt(&a, "==%zu.*", 2 * ((i * 7) % N)).p);
		out[i] = interval_set_complement(&a, &in[i]);
	}
	some = interval_set_union_all(&a, in, N);
	all = interval_set_intersect_all(&a, out, N);
	assert_int_equal(some.n, N);
	all = interval_set_complement(&a, &all);
	assert_true(interval_set_equal(&a, &all, &some));
	all = interval_set_intersect_all(&a, NULL, 0);
	some = interval_set_union_all(&a, NULL, 0);
	assert_true(all.n == 1 && some.n == 0);
	arena_release(&a);
}

static const struct {
	const char *row, *set;
	enum tri want; /* for Python 3.9 */
} pythons[] = {
	{ "all", ">=3.9,<3.10", TRI_TRUE },        { "none", ">=3.10", TRI_FALSE },     { "some", ">=3.9.1", TRI_UNKNOWN },
	{ "all but one", "!=3.9.5", TRI_UNKNOWN }, { "nothing", "<0.dev0", TRI_FALSE }, { "everything", "", TRI_TRUE },
};

static void python(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(pythons); i++) {
		struct arena a = { 0 };
		struct interval_set s = set(&a, pythons[i].set);

		CHECK(pythons[i].row, interval_set_allows_python(&s, 9, S("")) == pythons[i].want);
		CHECK(pythons[i].row, interval_set_allows_python(&s, 9, S("3.9.5")) != TRI_UNKNOWN);
		arena_release(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equality),
		cmocka_unit_test(operations),
		cmocka_unit_test(many),
		cmocka_unit_test(python),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
