/* propagate.c: what follows from what is known, until nothing more does or a rule is broken.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rules of needs are the many; they are found through what they are about instead of through lists that hold all of them:
 *     forwards   X changed: only needs of the version that X would be given next can hold for all that X may be
 *     backwards  X changed: needs of packages that are wanted, not decided, and already tried. Where there are very many of
 *                them (LINK_MAX), they wait until that package is to be decided (propagate_version)
 * The others (learnt ones) are looked at whenever one of their packages changed, unless a term is known to be false since an
 * entry that is still on the trail. */
#include "solver/search.h"

#define LINK_MAX 256

enum standing { STANDING_HOLDS, STANDING_OPEN, STANDING_FALSE };

static enum standing standing(struct search *s, const struct term *t)
{
	struct ladder *l = ladder_of(s, t->package);
	struct set *now = package_now(s, t->package);

	s->work++;
	if (set_subset(l, now, t->set)) return STANDING_HOLDS;
	return set_disjoint(l, now, t->set) ? STANDING_FALSE : STANDING_OPEN;
}

static bool broken(struct search *s, uint32_t rule)
{
	s->conflict = rule;
	return false;
}

/* Remembers that the rule cannot matter while the term's package is what it is. */
static void rest(struct search *s, struct rule *r, uint32_t package)
{
	const struct package *x = &s->packages.p[package];

	if (x->entries.n == 0) return;
	r->idle_at = x->entries.p[x->entries.n - 1];
	r->idle_serial = s->trail.p[r->idle_at].serial;
}

static bool look(struct search *s, uint32_t rule)
{
	struct rule *r = &s->rules.p[rule];
	const struct term *open = NULL;

	s->work++;
	if (r->idle_at < s->trail.n && s->trail.p[r->idle_at].serial == r->idle_serial) return true;
	for (uint32_t i = 0; i < r->n; i++) {
		enum standing t = standing(s, &r->terms[i]);

		if (t == STANDING_FALSE) {
			rest(s, r, r->terms[i].package);
			return true;
		}
		if (t != STANDING_OPEN) continue;
		if (open != NULL) return true;
		open = &r->terms[i];
	}
	if (open == NULL) return broken(s, rule);
	trail_derive(s, open->package, open->set, rule);
	return true;
}

/* Needs of the version that x would be next, as far as they hold for everything that x may be. */
static bool forwards(struct search *s, uint32_t package)
{
	const struct package *x = &s->packages.p[package];
	struct set *now = package_now(s, package);
	const struct tried *t;

	if (x->tried.n == 0 || now->none) return true;
	t = package_tried(s, package, set_first(ladder_of(s, package), now));
	for (uint32_t i = 0; t != NULL && i < t->n; i++)
		if (!look(s, t->rules[i])) return false;
	return true;
}

static bool backwards(struct search *s, uint32_t package)
{
	for (size_t i = 0; i < s->packages.p[package].needed_by.n; i++) {
		const struct link *link = &s->packages.p[package].needed_by.p[i];
		const struct package *from = &s->packages.p[link->package];

		if (from->decided != NOTHING || link->n > LINK_MAX || package_now(s, link->package)->none) continue;
		for (uint32_t rule = link->rules; rule != NOTHING; rule = s->rules.p[rule].next)
			if (!look(s, rule)) return false;
	}
	return true;
}

bool propagate(struct search *s)
{
	while (s->queue_at < s->queue.n) {
		uint32_t package = s->queue.p[s->queue_at++];

		s->packages.p[package].queued = false;
		if (!forwards(s, package) || !backwards(s, package)) return false;
		for (size_t i = 0; i < s->packages.p[package].rules.n; i++)
			if (!look(s, s->packages.p[package].rules.p[i])) return false;
	}
	s->queue.n = s->queue_at = 0;
	return true;
}

/* Whether the term holds whatever is decided. */
static bool holds_always(struct search *s, const struct term *t)
{
	uint32_t since = trail_since(s, t->package, t->set);

	return since == NOTHING || s->trail.p[since].level == 0;
}

bool propagate_version(struct search *s, uint32_t package, uint32_t position)
{
	const struct tried *t = package_tried(s, package, position);

	for (uint32_t i = 0; i < t->n; i++) {
		const struct rule *r = &s->rules.p[t->rules[i]];

		if (r->n == 2 && standing(s, &r->terms[1]) != STANDING_HOLDS) continue;
		choose_count(s, t->rules[i], package);
		if (set_subset(ladder_of(s, package), package_now(s, package), r->terms[0].set)) return broken(s, t->rules[i]);
		trail_derive(s, package, r->terms[0].set, t->rules[i]);
		if (r->n == 1 || holds_always(s, &r->terms[1])) trail_late(s, package, position, t->rules[i]);
		return false;
	}
	return true;
}
