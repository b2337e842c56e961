/* trail.c: what was decided and derived (PubGrub's partial solution).
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/oom.h"
#include "solver/search.h"

void trail_queue(struct search *s, uint32_t package)
{
	struct package *x = &s->packages.p[package];

	if (x->queued) return;
	x->queued = true;
	*vec_push(&s->keep, &s->queue) = package;
}

static void push(struct search *s, uint32_t package, uint32_t rule, struct set *set)
{
	struct package *x = &s->packages.p[package];

	*vec_push(&s->keep, &x->entries) = (uint32_t)s->trail.n;
	*vec_push(&s->keep, &s->trail) =
	    (struct entry){ .package = package, .rule = rule, .level = trail_level(s), .serial = ++s->serial, .set = set };
	x->now = set;
	trail_queue(s, package);
}

void trail_derive(struct search *s, uint32_t package, struct set *forbidden, uint32_t rule)
{
	struct set *now = package_now(s, package);
	struct set *rest = set_minus(&s->trail_memory, ladder_of(s, package), now, forbidden);
	bool needed = now->none && !rest->none;

	push(s, package, rule, rest);
	if (needed) choose_wait(s, package);
	if (!rest->none) choose_hint(s, package);
}

void trail_decide(struct search *s, uint32_t package, struct set *to)
{
	*vec_push(&s->keep, &s->levels) = (struct level){ .begin = (uint32_t)s->trail.n, .mark = arena_mark(&s->trail_memory) };
	push(s, package, NOTHING, to);
	s->packages.p[package].decided = set_first(ladder_of(s, package), to);
}

/* What waits to be looked at stays: a page may have told more about what is below. */
void trail_cut(struct search *s, uint32_t level)
{
	if (trail_level(s) <= level) return;
	while (s->trail.n > s->levels.p[level].begin) {
		const struct entry *entry = &s->trail.p[--s->trail.n];
		struct package *x = &s->packages.p[entry->package];
		bool decided = entry->rule == NOTHING;

		x->entries.n--;
		x->now = x->entries.n != 0 ? s->trail.p[x->entries.p[x->entries.n - 1]].set : NULL;
		if (!decided) continue;
		x->decided = NOTHING;
		choose_wait(s, entry->package);
	}
	arena_rewind(&s->trail_memory, s->levels.p[level].mark);
	s->levels.n = level;
}

uint32_t trail_since(struct search *s, uint32_t package, struct set *set)
{
	struct package *x = &s->packages.p[package];
	struct ladder *l = ladder_of(s, package);
	size_t low = 0, high = x->entries.n;

	if (set_subset(l, package_start(s, package), set)) return NOTHING;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (set_subset(l, s->trail.p[x->entries.p[middle]].set, set))
			high = middle;
		else
			low = middle + 1;
	}
	BUG_IF(low == x->entries.n);
	return x->entries.p[low];
}
