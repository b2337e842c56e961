/* choose.c: what is decided next, and what the provider is told about it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Order: names of which something needs exactly one version; names that were rejected often, the last of them first; the rest in
 * the order in which they were first needed, breadth first. A name's extras follow it.
 * Swaps: when the decision for one name has made versions of another impossible CONFLICTS_MAX times (then twice as often, and so
 *        on), the other one is promoted and decided before it from now on. Else an early choice of a small package makes a large
 *        one go down all its versions. After uv's CONFLICT_THRESHOLD, but counted for pairs.
 * Hints: batches at 5, 10, 20 and each further 20 tried versions of a name, as uv does. */
#include "solver/search.h"

#define CONFLICTS_MAX 5
#define CHAIN_MAX     32 /* of needs that are followed */
#define BATCH_MAX     50
#define BATCH_LOOKS   400

/* --- the waiting line: a heap whose items may be out of date --- */

static bool less(const struct heap_item *x, const struct heap_item *y)
{
	if (x->priority != y->priority) return x->priority < y->priority;
	if (x->order != y->order) return x->order < y->order;
	return x->package < y->package;
}

static void heap_push(struct search *s, struct heap_item item)
{
	size_t i = s->heap.n;

	*vec_push(&s->keep, &s->heap) = item;
	while (i != 0 && less(&item, &s->heap.p[(i - 1) / 2])) {
		s->heap.p[i] = s->heap.p[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	s->heap.p[i] = item;
}

static bool is_current(struct search *s, const struct heap_item *item)
{
	const struct package *x = &s->packages.p[item->package];

	return x->heaped && x->heap_priority == item->priority && x->heap_order == item->order;
}

static void heap_pop(struct search *s)
{
	struct heap_item *p = s->heap.p, item = p[s->heap.n - 1];
	size_t i = 0;

	if (is_current(s, &p[0])) s->packages.p[p[0].package].heaped = false;
	s->heap.n--;
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= s->heap.n) break;
		if (child + 1 < s->heap.n && less(&p[child + 1], &p[child])) child++;
		if (!less(&p[child], &item)) break;
		p[i] = p[child];
		i = child;
	}
	p[i] = item;
}

static uint32_t order_of(const struct project *p) { return p->priority == PRIORITY_EARLY ? p->promoted : p->order; }

void choose_wait(struct search *s, uint32_t package)
{
	struct project *p = project_of(s, package);
	struct package *x = &s->packages.p[package];

	if (p->order == NOTHING) p->order = s->n_orders++;
	if (x->heaped && x->heap_priority == p->priority && x->heap_order == order_of(p)) return;
	x->heaped = true;
	x->heap_priority = p->priority;
	x->heap_order = order_of(p);
	heap_push(s, (struct heap_item){ p->priority, x->heap_order, package });
}

static bool waits(struct search *s, uint32_t package)
{
	const struct package *x = &s->packages.p[package];

	return x->decided == NOTHING && x->now != NULL && !x->now->none;
}

static void wait_again(struct search *s, const struct project *p)
{
	for (size_t i = 0; i < p->packages.n; i++)
		if (waits(s, p->packages.p[i])) choose_wait(s, p->packages.p[i]);
}

void choose_single(struct search *s, uint32_t package)
{
	struct project *p = project_of(s, package);

	if (p->priority == PRIORITY_SINGLE) return;
	p->priority = PRIORITY_SINGLE;
	wait_again(s, p);
}

uint32_t choose_package(struct search *s)
{
	while (s->heap.n != 0) {
		struct heap_item top = s->heap.p[0];

		if (waits(s, top.package) && is_current(s, &top)) return top.package;
		heap_pop(s);
	}
	return NOTHING;
}

/* --- names that conflict often --- */

/* The name whose decision makes the rule's terms hold, but for those of `affected`; NOTHING: what the root needs does. */
static uint32_t culprit_of(struct search *s, const struct rule *r, uint32_t affected)
{
	uint32_t level = 0;

	for (uint32_t i = 0; i < r->n; i++) {
		uint32_t since;

		if (r->terms[i].package == affected) continue;
		since = trail_since(s, r->terms[i].package, r->terms[i].set);
		if (since != NOTHING && s->trail.p[since].level > level) level = s->trail.p[since].level;
	}
	return level != 0 ? s->packages.p[s->trail.p[s->levels.p[level - 1].begin].package].project : NOTHING;
}

/* Is `affected` only there because of the culprit, through whatever needs it? Then another order changes nothing. */
static bool comes_from(struct search *s, uint32_t affected, uint32_t culprit)
{
	for (unsigned i = 0; i < CHAIN_MAX; i++) {
		struct ladder *l = ladder_of(s, affected);
		struct set needed = { .placed = true, .n = 1, .spans = &(struct span){ 0, l->n } };
		bool is_needed = l->page != NULL && l->n != 0 && !package_now(s, affected)->none;
		uint32_t since = is_needed ? trail_since(s, affected, &needed) : NOTHING;
		const struct rule *r =
		    since != NOTHING && s->trail.p[since].rule != NOTHING ? &s->rules.p[s->trail.p[since].rule] : NULL;

		if (r == NULL) return false;
		for (uint32_t k = 0; k < r->n; k++)
			if (r->terms[k].package != affected && s->packages.p[r->terms[k].package].project == culprit) return true;
		if (r->kind != RULE_NEED || r->from == NOTHING) return false;
		affected = r->from;
	}
	return false;
}

void choose_count(struct search *s, uint32_t rule, uint32_t affected)
{
	uint32_t own = s->packages.p[affected].project, culprit = culprit_of(s, &s->rules.p[rule], affected);
	uint64_t pair = (uint64_t)own << 32 | culprit, *key;
	uintptr_t count;
	void **slot;

	if (culprit == NOTHING || culprit == own || s->projects.p[culprit].priority == PRIORITY_SINGLE ||
	    s->projects.p[own].priority == PRIORITY_SINGLE || comes_from(s, affected, culprit))
		return;
	key = arena_new(&s->keep, uint64_t);
	*key = pair;
	slot = map_put(&s->pairs, (str){ (const char *)key, sizeof *key }, NULL);
	count = (uintptr_t)*slot + 1;
	*slot = (void *)count;
	if (count % CONFLICTS_MAX != 0 || (count / CONFLICTS_MAX & (count / CONFLICTS_MAX - 1)) != 0) return;
	*vec_push(&s->keep, &s->swaps) = (struct swap){ own, culprit };
}

/* Goes back to before the name was decided. */
static void undecide(struct search *s, const struct project *p)
{
	for (size_t i = 0; i < p->packages.n; i++) {
		const struct package *x = &s->packages.p[p->packages.p[i]];
		const struct entry *last = x->entries.n != 0 ? &s->trail.p[x->entries.p[x->entries.n - 1]] : NULL;

		if (last != NULL && last->rule == NOTHING) trail_cut(s, last->level - 1);
	}
}

void choose_reorder(struct search *s)
{
	for (size_t i = 0; i < s->swaps.n; i++) {
		struct project *p = &s->projects.p[s->swaps.p[i].affected], *culprit = &s->projects.p[s->swaps.p[i].culprit];

		p->priority = PRIORITY_EARLY;
		p->promoted = NOTHING - ++s->n_promoted;
		undecide(s, culprit);
		culprit->priority = PRIORITY_LAST;
		wait_again(s, culprit);
		wait_again(s, p);
	}
	s->swaps.n = 0;
}

/* --- hints --- */

static void tell(struct search *s, struct project *p, size_t candidate)
{
	const struct version *v = p->ladder.page->candidates[candidate].version;
	struct interval one = { { CUT_BELOW, v }, { CUT_ABOVE, v } };
	struct interval_set only = { &one, 1 };

	s->provider->likely(s->provider->context, p->name, &only, candidate);
}

void choose_hint(struct search *s, uint32_t package)
{
	struct project *p = project_of(s, package);
	struct set *now = package_now(s, package);
	uint32_t first;

	if (s->provider->likely == NULL) return;
	if (p->ladder.page == NULL) {
		s->provider->likely(s->provider->context, p->name, &now->versions, SIZE_MAX);
		return;
	}
	first = set_first(&p->ladder, now);
	if (first == LADDER_NONE || p->ladder.candidate[first] == p->hinted || package_tried(s, package, first) != NULL) return;
	p->hinted = p->ladder.candidate[first];
	tell(s, p, p->hinted);
}

/* Tells about versions in [from, to) that were not tried, at most BATCH_MAX; looks at no more than BATCH_LOOKS. */
static void tell_more(struct search *s, uint32_t package, uint32_t from, uint32_t to, uint32_t *left)
{
	struct project *p = project_of(s, package);

	if (to - from > BATCH_LOOKS) to = from + BATCH_LOOKS;
	for (uint32_t at = from; at < to && *left != 0; at++) {
		if (package_tried(s, package, at) != NULL) continue;
		tell(s, p, p->ladder.candidate[at]);
		--*left;
	}
}

void choose_hint_more(struct search *s, uint32_t package, uint32_t position)
{
	struct project *p = project_of(s, package);
	struct set *now = package_now(s, package);
	uint32_t left;

	if (s->packages.p[package].extra.n != 0 || ++p->tried != p->hint_at || s->provider->likely == NULL) return;
	left = p->tried < BATCH_MAX ? p->tried : BATCH_MAX;
	p->hint_at += p->hint_at < 20 ? p->hint_at : 20;
	for (uint32_t i = 0; i < now->n && i < BATCH_LOOKS && left != 0; i++)
		tell_more(s, package, now->spans[i].from, now->spans[i].to, &left);
	tell_more(s, package, position + 1, p->ladder.n, &left);
}
