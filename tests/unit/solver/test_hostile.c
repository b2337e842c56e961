/* test_hostile.c: what an index may do to slow the solver down. Judged by counting work, not by a clock.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Registries too large for text are made by a function: what does version v of package p need? Names are "p0", "p1" and so on. */
#include <stdio.h>
#include <stdlib.h>

#include "../base/rows.h"

#include "python/specifier.h"
#include "solver/search.h"

struct made_need {
	unsigned package, extra; /* extra 0: none */
	unsigned low, high;      /* versions low..high */
};

struct made {
	struct arena a;
	unsigned packages, versions; /* versions 1 to n */
	/* Needs of that version (1..versions) into out (room for MADE_NEEDS): their number. Refuses with a reason > 0. */
	size_t (*needs)(const struct made *m, unsigned package, unsigned version, unsigned extra, struct made_need *out,
	                uint32_t *refused);
	unsigned (*count)(const struct made *m, unsigned package); /* of versions; NULL: m->versions */
	struct solver_project *pages;
	size_t asked;
};

#define MADE_NEEDS 10000

static unsigned number(str name)
{
	uint64_t n = 0;

	str_u64(str_from_pos(name, 1), &n);
	return (unsigned)n;
}

static const struct version *version_of(struct arena *a, unsigned n)
{
	struct version *v = arena_new(a, struct version);

	version_parse(a, arena_fmt(a, "%u", n), v, NULL);
	return v;
}

static bool made_project(void *context, str name, const struct solver_project **out, struct err *e)
{
	struct made *m = context;
	unsigned package = number(name), n = m->count != NULL ? m->count(m, package) : m->versions;
	struct solver_project *page = &m->pages[package];
	struct solver_candidate *list = arena_array(&m->a, struct solver_candidate, n);

	(void)e;
	*out = page;
	if (page->candidates != NULL) return true;
	for (unsigned i = 0; i < n; i++) {
		list[i].version = version_of(&m->a, n - i);
		list[i].text = list[i].version->text;
	}
	*page = (struct solver_project){ .candidates = list, .n = n, .preferred = SIZE_MAX };
	if (n == 0) page->missing = S("no index has it");
	return true;
}

static struct solver_need need_of(struct made *m, const struct made_need *n)
{
	struct solver_need need = { .name = arena_fmt(&m->a, "p%u", n->package) };

	if (n->extra != 0) need.extra = arena_fmt(&m->a, "e%u", n->extra);
	need.allowed = interval_set_of(&m->a, (struct cut){ CUT_BELOW, version_of(&m->a, n->low) },
	                               (struct cut){ CUT_ABOVE, version_of(&m->a, n->high) });
	need.text = arena_fmt(&m->a, "p%u>=%u,<=%u", n->package, n->low, n->high);
	return need;
}

static bool made_needs(void *context, str name, size_t candidate, str extra, const struct solver_needs **out, struct err *e)
{
	static struct made_need list[MADE_NEEDS];
	struct made *m = context;
	unsigned package = number(name), version = (unsigned)(m->pages[package].n - candidate);
	struct solver_needs *needs = arena_new(&m->a, struct solver_needs);
	struct solver_need *copies;

	(void)e;
	m->asked++;
	needs->n = m->needs(m, package, version, extra.n != 0 ? number(extra) : 0, list, &needs->refused);
	copies = arena_array(&m->a, struct solver_need, needs->n);
	for (size_t i = 0; i < needs->n; i++) copies[i] = need_of(m, &list[i]);
	needs->list = copies;
	*out = needs;
	return true;
}

static str made_reason(void *context, str name, uint32_t refused)
{
	(void)name;
	return arena_fmt(&((struct made *)context)->a, "is refused for reason %u", refused);
}

#define ANY 1, 1000000

/* --- registries --- */

static size_t one_bad_need(const struct made *m, unsigned package, unsigned version, unsigned extra, struct made_need *out,
                           uint32_t *refused)
{
	(void)version, (void)extra, (void)refused, (void)m;
	if (package != 0) return 0;
	out[0] = (struct made_need){ 1, 0, 2000000, 2000000 };
	return 1;
}

static size_t each_its_own(const struct made *m, unsigned package, unsigned version, unsigned extra, struct made_need *out,
                           uint32_t *refused)
{
	(void)extra, (void)refused, (void)m;
	if (package != 0) return 0;
	out[0] = (struct made_need){ 1, 0, 1000000 + version, 1000000 + version };
	return 1;
}

/* p0 v -> p1 v -> p2 >= 2000000, which does not exist. */
static size_t each_its_partner(const struct made *m, unsigned package, unsigned version, unsigned extra, struct made_need *out,
                               uint32_t *refused)
{
	(void)extra, (void)refused, (void)m;
	if (package >= 2) return 0;
	out[0] = package == 0 ? (struct made_need){ 1, 0, version, version } : (struct made_need){ 2, 0, 2000000, 2000000 };
	return 1;
}

/* The same, but p2 exists and the root's p3 forbids what it needs to be. */
static size_t partners_against(const struct made *m, unsigned package, unsigned version, unsigned extra, struct made_need *out,
                               uint32_t *refused)
{
	(void)extra, (void)refused, (void)m;
	if (package == 0) out[0] = (struct made_need){ 1, 0, version, version };
	if (package == 1) out[0] = (struct made_need){ 2, 0, 1, 1 };
	if (package == 3) out[0] = (struct made_need){ 2, 0, 2, 2 };
	return package == 2 ? 0 : 1;
}

static size_t wide(const struct made *m, unsigned package, unsigned version, unsigned extra, struct made_need *out,
                   uint32_t *refused)
{
	(void)version, (void)extra, (void)refused;
	if (package != 0) return 0;
	for (unsigned i = 1; i < m->packages; i++) out[i - 1] = (struct made_need){ i, 0, ANY };
	return m->packages - 1;
}

static size_t chain(const struct made *m, unsigned package, unsigned version, unsigned extra, struct made_need *out,
                    uint32_t *refused)
{
	(void)version, (void)extra, (void)refused;
	if (package + 1 == m->packages) return 0;
	out[0] = (struct made_need){ package + 1, 0, ANY };
	return 1;
}

static size_t chain_to_nothing(const struct made *m, unsigned package, unsigned version, unsigned extra, struct made_need *out,
                               uint32_t *refused)
{
	if (package + 1 != m->packages) return chain(m, package, version, extra, out, refused);
	out[0] = (struct made_need){ package - 1, 0, 2000000, 2000000 };
	return 1;
}

static size_t cycle(const struct made *m, unsigned package, unsigned version, unsigned extra, struct made_need *out,
                    uint32_t *refused)
{
	(void)version, (void)extra, (void)refused;
	out[0] = (struct made_need){ (package + 1) % m->packages, 0, ANY };
	return 1;
}

static size_t extras_of_itself(const struct made *m, unsigned package, unsigned version, unsigned extra, struct made_need *out,
                               uint32_t *refused)
{
	(void)version, (void)refused, (void)m;
	if (extra == 0) return 0;
	for (unsigned i = 0; i < 3; i++) out[i] = (struct made_need){ package, (extra * 7 + i * 13) % 2000 + 1, ANY };
	return 3;
}

static size_t never_itself(const struct made *m, unsigned package, unsigned version, unsigned extra, struct made_need *out,
                           uint32_t *refused)
{
	(void)extra, (void)refused, (void)m;
	out[0] = (struct made_need){ package, 0, version + 1, version + 1 };
	return 1;
}

static size_t all_refused(const struct made *m, unsigned package, unsigned version, unsigned extra, struct made_need *out,
                          uint32_t *refused)
{
	(void)extra, (void)out, (void)m, (void)package;
	*refused = version;
	return 0;
}

static size_t refused_in_turns(const struct made *m, unsigned package, unsigned version, unsigned extra, struct made_need *out,
                               uint32_t *refused)
{
	(void)extra, (void)out, (void)m, (void)package;
	*refused = version % 2 + 1;
	return 0;
}

/* Like boto3 and botocore: each needs its own, and all of them an old version of what was chosen before. */
static size_t boto(const struct made *m, unsigned package, unsigned version, unsigned extra, struct made_need *out,
                   uint32_t *refused)
{
	(void)extra, (void)refused, (void)m;
	if (package >= 2) return 0;
	out[0] = package == 0 ? (struct made_need){ 1, 0, version, version + 1 } : (struct made_need){ 2, 0, 1, 2 };
	return 1;
}

static size_t tangle(const struct made *m, unsigned package, unsigned version, unsigned extra, struct made_need *out,
                     uint32_t *refused)
{
	uint32_t seed = package * 2654435761u ^ version * 40503u;

	(void)extra, (void)refused;
	for (unsigned i = 0; i < 3; i++) {
		seed = seed * 1664525u + 1013904223u;
		out[i].package = (seed >> 16) % m->packages;
		out[i].extra = 0;
		seed = seed * 1664525u + 1013904223u;
		out[i].low = (seed >> 16) % m->versions + 1;
		out[i].high = out[i].low + 2;
	}
	return 3;
}

static unsigned few(const struct made *m, unsigned package) { return package == 0 ? m->versions : 3; }

static const struct {
	const char *row;
	unsigned packages, versions;
	size_t (*needs)(const struct made *m, unsigned package, unsigned version, unsigned extra, struct made_need *out,
	                uint32_t *refused);
	unsigned (*count)(const struct made *m, unsigned package);
	unsigned roots[3]; /* packages + 1 */
	unsigned extra;
	enum outcome want;
	uint64_t steps, work, asked; /* at most */
} rows[] = {
	{ "one bad need", 2, 20000, one_bad_need, few, { 1 }, 0, OUTCOME_IMPOSSIBLE, 21000, 21000, 20000 },
	{ "each its own bad need", 2, 20000, each_its_own, few, { 1 }, 0, OUTCOME_IMPOSSIBLE, 41000, 41000, 20000 },
	{ "each its own partner", 3, 10000, each_its_partner, NULL, { 1 }, 0, OUTCOME_IMPOSSIBLE, 80000, 160000, 20000 },
	{ "partners against", 4, 5000, partners_against, NULL, { 1, 4 }, 0, OUTCOME_IMPOSSIBLE, 50000, 200000, 15010 },
	{ "10,000 needs", 10000, 1, wide, NULL, { 1 }, 0, OUTCOME_SOLVED, 21000, 42000, 10000 },
	{ "a chain", 10000, 1, chain, NULL, { 1 }, 0, OUTCOME_SOLVED, 21000, 42000, 10000 },
	{ "a chain to nothing", 10000, 1, chain_to_nothing, NULL, { 1 }, 0, OUTCOME_IMPOSSIBLE, 32000, 60000, 10000 },
	{ "a cycle", 10000, 2, cycle, NULL, { 1 }, 0, OUTCOME_SOLVED, 21000, 42000, 10000 },
	{ "extras of itself", 1, 2, extras_of_itself, NULL, { 1 }, 1, OUTCOME_SOLVED, 2100, 42000, 2001 },
	{ "never itself", 1, 10000, never_itself, NULL, { 1 }, 0, OUTCOME_IMPOSSIBLE, 21000, 11000, 10000 },
	{ "refused, each otherwise", 1, 10000, all_refused, NULL, { 1 }, 0, OUTCOME_IMPOSSIBLE, 21000, 11000, 10000 },
	{ "refused in turns", 1, 10000, refused_in_turns, NULL, { 1 }, 0, OUTCOME_IMPOSSIBLE, 11000, 100, 10000 },
	{ "swapped soon", 3, 2000, boto, NULL, { 3, 1 }, 0, OUTCOME_SOLVED, 30, 100, 10 },
	{ "a tangle", 60, 40, tangle, NULL, { 1, 2, 3 }, 0, OUTCOME_IMPOSSIBLE, 20000, 8000000, 2400 },
};

static void bounded(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct made m = {
			.packages = rows[i].packages, .versions = rows[i].versions, .needs = rows[i].needs, .count = rows[i].count
		};
		struct solver_provider provider = { &m, made_project, made_needs, NULL, made_reason, NULL };
		struct solver_options options = { .root = S("the test") };
		struct solver_need root[3];
		struct solver_answer answer = { 0 };
		struct solver_failure failure = { 0 };
		struct err e = { 0 }, told = { 0 };
		struct search s;
		enum outcome outcome;
		size_t n = 0;

		m.pages = arena_array(&m.a, struct solver_project, m.packages);
		while (n < 3 && rows[i].roots[n] != 0) {
			struct made_need need = { rows[i].roots[n] - 1, rows[i].extra, ANY };

			root[n++] = need_of(&m, &need);
		}
		search_begin(&s, &provider, root, n, &options);
		outcome = search_run(&s, &e);
		if (getenv("LAMINA_TEST_SHOW") != NULL)
			printf("%s: outcome %d, %llu steps, %llu looks, %zu asked, %zu bytes\n", rows[i].row, (int)outcome,
			       (unsigned long long)s.steps, (unsigned long long)s.work, m.asked,
			       arena_footprint(&s.keep) + arena_footprint(&s.trail_memory));
		CHECK(rows[i].row, outcome == rows[i].want);
		CHECK(rows[i].row, s.steps <= rows[i].steps && s.work <= rows[i].work && m.asked <= rows[i].asked);
		search_release(&s);
		CHECK(rows[i].row,
		      solver_run(&m.a, &provider, root, n, &options, &answer, &failure, &told) == (outcome == OUTCOME_SOLVED));
		if (getenv("LAMINA_TEST_SHOW") != NULL && outcome != OUTCOME_SOLVED)
			printf("%s\n%s\n%s\n", told.what, told.why, told.help);
		arena_release(&m.a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(bounded) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
