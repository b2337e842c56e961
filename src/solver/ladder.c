/* ladder.c: see ladder.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "solver/ladder.h"

static bool comes_last(const struct solver_project *page, size_t candidate)
{
	return page->prereleases != SOLVER_PRE_MIXED && version_is_prerelease(page->candidates[candidate].version);
}

uint32_t ladder_refuses(const struct solver_project *page, size_t candidate)
{
	const struct solver_candidate *c = &page->candidates[candidate];

	if (c->refused != 0) return c->refused;
	return page->prereleases == SOLVER_PRE_NEVER && version_is_prerelease(c->version) ? LADDER_PRERELEASE : 0;
}

static uint32_t place_of(const struct ladder *l, uint32_t base, uint32_t count, uint32_t index)
{
	return base + (l->oldest ? count - 1 - index : index);
}

void ladder_build(struct ladder *l, const struct solver_project *page, bool oldest)
{
	size_t n = page->n;
	bool preferred = page->preferred < n && ladder_refuses(page, page->preferred) == 0;
	uint32_t finals = 0, pre = 0;

	l->page = page;
	l->oldest = oldest;
	l->first = preferred ? 1 : 0;
	l->before = arena_array(l->keep, uint32_t, n + 1);
	l->before_pre = arena_array(l->keep, uint32_t, n + 1);
	for (size_t i = 0; i < n; i++) {
		bool counts = ladder_refuses(page, i) == 0 && !(preferred && i == page->preferred);

		if (counts && comes_last(page, i)) pre++;
		if (counts && !comes_last(page, i)) finals++;
		l->before[i + 1] = finals;
		l->before_pre[i + 1] = pre;
	}
	l->finals = finals;
	l->n = l->first + finals + pre;
	l->candidate = arena_array(l->keep, uint32_t, l->n);
	if (preferred) l->candidate[0] = (uint32_t)page->preferred;
	for (size_t i = 0; i < n; i++) {
		if (l->before[i + 1] != l->before[i])
			l->candidate[place_of(l, l->first, finals, l->before[i])] = (uint32_t)i;
		else if (l->before_pre[i + 1] != l->before_pre[i])
			l->candidate[place_of(l, l->first + finals, pre, l->before_pre[i])] = (uint32_t)i;
	}
}

void ladder_find(const struct solver_project *page, const struct interval *i, size_t *from, size_t *to)
{
	size_t low = 0, high = page->n;

	while (low < high) { /* the first candidate that lies below the upper end */
		size_t middle = low + (high - low) / 2;

		if (cut_cmp((struct cut){ CUT_ABOVE, page->candidates[middle].version }, i->to) <= 0)
			high = middle;
		else
			low = middle + 1;
	}
	*from = low;
	high = page->n;
	while (low < high) { /* the first one that lies below the lower end */
		size_t middle = low + (high - low) / 2;

		if (cut_cmp(i->from, (struct cut){ CUT_BELOW, page->candidates[middle].version }) > 0)
			high = middle;
		else
			low = middle + 1;
	}
	*to = low;
}
