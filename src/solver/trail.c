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

/* A package that can be nothing else is decided without a level of its own: its needs follow where that became so. */
void trail_decide(struct search *s, uint32_t package, uint32_t position)
{
	struct set *now = package_now(s, package);

	s->packages.p[package].decided = position;
	if (now->n == 1 && now->spans[0].to - now->spans[0].from == 1) {
		if (trail_level(s) != 0) *vec_push(&s->keep, &s->forced) = (struct forced){ package, trail_level(s) };
		trail_queue(s, package);
		return;
	}
	*vec_push(&s->keep, &s->levels) = (struct level){ .begin = (uint32_t)s->trail.n, .mark = arena_mark(&s->trail_memory) };
	push(s, package, NOTHING, set_positions(&s->trail_memory, position, position + 1, false));
}

void trail_exclude(struct search *s, uint32_t package, struct set *forbidden, uint32_t rule)
{
	struct ladder *l = ladder_of(s, package);
	struct set *now = package_now(s, package);

	if (set_disjoint(l, now, forbidden)) return;
	if (!set_subset(l, now, forbidden))
		trail_derive(s, package, forbidden, rule);
	else if (s->conflict == NOTHING)
		s->conflict = rule;
}

static void add_step(struct search *s, struct rule *r, uint32_t rule)
{
	if (r->n_steps == r->cap_steps) {
		struct proof_step *steps = arena_array(&s->keep, struct proof_step, 2 * r->cap_steps + 4);

		for (uint32_t i = 0; i < r->n_steps; i++) steps[i] = r->steps[i];
		r->steps = steps;
		r->cap_steps = 2 * r->cap_steps + 4;
	}
	r->steps[r->n_steps++] = (struct proof_step){ rule, NOTHING };
}

void trail_late(struct search *s, uint32_t package, uint32_t position, uint32_t rule)
{
	struct package *x = &s->packages.p[package];
	struct rule *r;

	if (trail_level(s) == 0) return;
	if (x->late == NOTHING) {
		x->late = rule_new(s, RULE_LEARNT, 1);
		s->rules.p[x->late].late = true;
		s->rules.p[x->late].terms[0] = (struct term){ package, set_positions(&s->keep, 0, 0, false) };
	}
	r = &s->rules.p[x->late];
	set_add(&s->keep, ladder_of(s, package), r->terms[0].set, position);
	add_step(s, r, rule);
	if (x->is_late) return;
	x->is_late = true;
	*vec_push(&s->keep, &s->late) = package;
}

static void exclude_late(struct search *s)
{
	for (size_t i = 0; i < s->late.n; i++) {
		const struct package *x = &s->packages.p[s->late.p[i]];

		trail_exclude(s, s->late.p[i], s->rules.p[x->late].terms[0].set, x->late);
		if (trail_level(s) == 0) s->packages.p[s->late.p[i]].is_late = false;
	}
	if (trail_level(s) == 0) s->late.n = 0;
}

/* What followed from packages that were decided by force has been cut off with the level on which it was noticed: they are looked
 * at again. The list is in the order of its levels. */
static void look_again(struct search *s, uint32_t level)
{
	size_t from = s->forced.n, n;

	s->n_cuts++;
	while (from != 0 && s->forced.p[from - 1].level > level) from--;
	n = from;
	for (size_t i = from; i < s->forced.n; i++) {
		uint32_t package = s->forced.p[i].package;

		if (s->packages.p[package].decided == NOTHING || s->packages.p[package].forced_at == s->n_cuts) continue;
		s->packages.p[package].forced_at = s->n_cuts;
		trail_queue(s, package);
		if (level != 0) s->forced.p[n++] = (struct forced){ package, level };
	}
	s->forced.n = n;
}

/* What waits to be looked at stays: a page may have told more about what is below. */
void trail_cut(struct search *s, uint32_t level)
{
	if (trail_level(s) <= level) return;
	s->conflict = NOTHING; /* what is still broken is noticed again */
	while (s->trail.n > s->levels.p[level].begin) {
		const struct entry *entry = &s->trail.p[--s->trail.n];
		struct package *x = &s->packages.p[entry->package];

		x->entries.n--;
		x->now = x->entries.n != 0 ? s->trail.p[x->entries.p[x->entries.n - 1]].set : NULL;
		if (x->decided == NOTHING) continue;
		x->decided = NOTHING;
		choose_wait(s, entry->package);
	}
	arena_rewind(&s->trail_memory, s->levels.p[level].mark);
	s->levels.n = level;
	look_again(s, level);
	exclude_late(s);
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
