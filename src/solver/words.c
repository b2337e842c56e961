/* words.c: sets of versions in words.
 * SPDX-License-Identifier: Apache-2.0 */
#include "solver/explain.h"

#define RUNS_MAX 3

struct picks picks_new(struct arena *a, const struct solver_project *page)
{
	size_t n = page != NULL ? page->n : 0;

	return (struct picks){ page, arena_array(a, bool, n), 0 };
}

void picks_positions(struct picks *p, const struct ladder *l, const struct set *set)
{
	for (uint32_t i = 0; i < set->n; i++) {
		for (uint32_t at = set->spans[i].from; at < set->spans[i].to; at++) {
			bool *in = &p->in[l->candidate[at]];

			if (!*in) p->n++;
			*in = true;
		}
	}
}

void picks_keep(struct picks *p, const struct interval_set *allowed)
{
	for (size_t i = 0; p->n != 0 && i < p->page->n; i++) {
		if (!p->in[i] || interval_set_contains(allowed, p->page->candidates[i].version)) continue;
		p->in[i] = false;
		p->n--;
	}
}

static str version_of(const struct picks *p, size_t candidate) { return p->page->candidates[candidate].text; }

/* Candidates [*oldest .. *newest] of the next run, from the older ones to the newer; false at the end. */
static bool next_run(const struct picks *which, const struct picks *whole, size_t *at, size_t *oldest, size_t *newest)
{
	size_t i = *at;

	while (i != 0 && !which->in[i - 1]) i--;
	if (i == 0) return false;
	*oldest = *newest = i - 1;
	for (i = *oldest; i-- > 0;) {
		if (which->in[i])
			*newest = i;
		else if (whole->in[i])
			break;
	}
	*at = *newest;
	return true;
}

static str run_text(struct arena *a, const struct picks *p, size_t oldest, size_t newest)
{
	if (oldest == newest) return version_of(p, oldest);
	return arena_fmt(a, STR_FMT " to " STR_FMT, STR_ARG(version_of(p, oldest)), STR_ARG(version_of(p, newest)));
}

str words_range(struct arena *a, const struct picks *which)
{
	size_t newest = 0, oldest = which->page->n;

	if (which->n == 0) return (str){ NULL, 0 };
	while (!which->in[newest]) newest++;
	while (!which->in[oldest - 1]) oldest--;
	return run_text(a, which, oldest - 1, newest);
}

str words_name(struct arena *a, str name, str extra)
{
	return extra.n == 0 ? name : arena_fmt(a, STR_FMT "[" STR_FMT "]", STR_ARG(name), STR_ARG(extra));
}

str words_subject(struct arena *a, str name, str extra, const struct picks *which, const struct picks *whole)
{
	size_t runs = 0, oldest, newest, at = which->page->n, missing = 0;
	str run[RUNS_MAX + 1], list;

	name = words_name(a, name, extra);
	for (size_t i = 0; i < which->page->n; i++) missing += !which->in[i] && ladder_refuses(which->page, i) == 0 ? 1 : 0;
	if (which->n == 0) return name;
	if (which->n > 1 && missing == 0) return arena_fmt(a, "every version of " STR_FMT, STR_ARG(name));
	while (runs <= RUNS_MAX && next_run(which, whole, &at, &oldest, &newest)) run[runs++] = run_text(a, which, oldest, newest);
	if (runs > RUNS_MAX)
		return arena_fmt(a, "each of %zu versions of " STR_FMT " from " STR_FMT, which->n, STR_ARG(name),
		                 STR_ARG(words_range(a, which)));
	if (which->n == 1) return arena_fmt(a, STR_FMT " " STR_FMT, STR_ARG(name), STR_ARG(run[0]));
	if (runs == 1) return arena_fmt(a, "every " STR_FMT " from " STR_FMT, STR_ARG(name), STR_ARG(run[0]));
	list = run[0];
	for (size_t i = 1; i + 1 < runs; i++) list = arena_fmt(a, STR_FMT ", " STR_FMT, STR_ARG(list), STR_ARG(run[i]));
	return arena_fmt(a, "each of " STR_FMT " " STR_FMT " and " STR_FMT, STR_ARG(name), STR_ARG(list), STR_ARG(run[runs - 1]));
}
