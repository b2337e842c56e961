/* choose.c: what is decided next, and what the provider is told about it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Order: names of which exactly one version can be meant; names that conflicts kept rejecting; names that kept rejecting others;
 * the rest; inside a class in the order in which the names were first needed, breadth first. A name's extras follow it. The
 * classes and thresholds are uv's (CONFLICT_THRESHOLD; batches at 5, 10, 20 and each further 20 tried versions). */
#include "solver/search.h"

#define CONFLICTS_MAX 5
#define BATCH_MAX     50

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

static void heap_pop(struct search *s)
{
	struct heap_item *p = s->heap.p, item = p[s->heap.n - 1];
	size_t i = 0;

	if (s->packages.p[p[0].package].heaped == p[0].priority) s->packages.p[p[0].package].heaped = NOTHING;
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

void choose_wait(struct search *s, uint32_t package)
{
	struct project *p = project_of(s, package);

	if (p->order == NOTHING) p->order = s->n_orders++;
	if (s->packages.p[package].heaped == p->priority) return;
	s->packages.p[package].heaped = p->priority;
	heap_push(s, (struct heap_item){ p->priority, p->order, package });
}

static bool waits(struct search *s, uint32_t package)
{
	const struct package *x = &s->packages.p[package];

	return x->decided == NOTHING && x->now != NULL && !x->now->none;
}

static void change_priority(struct search *s, uint32_t project, enum priority priority)
{
	struct project *p = &s->projects.p[project];

	p->priority = priority;
	for (size_t i = 0; i < p->packages.n; i++)
		if (waits(s, p->packages.p[i])) choose_wait(s, p->packages.p[i]);
}

uint32_t choose_package(struct search *s)
{
	while (s->heap.n != 0) {
		struct heap_item top = s->heap.p[0];

		if (waits(s, top.package) && project_of(s, top.package)->priority == top.priority) return top.package;
		heap_pop(s);
	}
	return NOTHING;
}

/* --- names that conflict often --- */

void choose_count(struct search *s, uint32_t rule, uint32_t affected)
{
	const struct rule *r = &s->rules.p[rule];
	uint32_t own = s->packages.p[affected].project;
	bool others = false;

	for (uint32_t i = 0; i < r->n; i++) {
		uint32_t project = s->packages.p[r->terms[i].package].project;

		if (project == own) continue;
		others = true;
		if (++s->projects.p[project].culprit == CONFLICTS_MAX) *vec_push(&s->keep, &s->late) = project;
	}
	if (others && ++s->projects.p[own].affected == CONFLICTS_MAX) *vec_push(&s->keep, &s->early) = own;
}

/* Goes back to before the name was decided. */
static void undecide(struct search *s, uint32_t project)
{
	uint32_t x = s->projects.p[project].packages.p[0];
	const struct package *p = &s->packages.p[x];

	if (p->decided != NOTHING) trail_cut(s, s->trail.p[p->entries.p[p->entries.n - 1]].level - 1);
}

void choose_reorder(struct search *s)
{
	for (size_t i = 0; i < s->early.n; i++) {
		uint32_t project = s->early.p[i];

		if (s->projects.p[project].priority > PRIORITY_EARLY) change_priority(s, project, PRIORITY_EARLY);
	}
	for (size_t i = 0; i < s->late.n; i++) {
		uint32_t project = s->late.p[i];

		if (s->projects.p[project].priority <= PRIORITY_LATE) continue;
		change_priority(s, project, PRIORITY_LATE);
		undecide(s, project);
	}
	s->early.n = s->late.n = 0;
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

	if (p->priority == PRIORITY_REST && set_is_single(&p->ladder, now))
		change_priority(s, s->packages.p[package].project, PRIORITY_SINGLE);
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

void choose_hint_more(struct search *s, uint32_t package)
{
	struct project *p = project_of(s, package);
	struct set *now = package_now(s, package);
	uint32_t left;

	if (s->packages.p[package].extra.n != 0 || ++p->tried != p->hint_at || s->provider->likely == NULL) return;
	left = p->tried < BATCH_MAX ? p->tried : BATCH_MAX;
	p->hint_at += p->hint_at < 20 ? p->hint_at : 20;
	for (uint32_t i = 0; i < now->n; i++) /* those that are allowed first */
		for (uint32_t at = now->spans[i].from; at < now->spans[i].to && left != 0; at++)
			if (package_tried(s, package, at) == NULL) tell(s, p, p->ladder.candidate[at]), left--;
	for (uint32_t at = 0; at < p->ladder.n && left != 0; at++)
		if (package_tried(s, package, at) == NULL && !set_has(&p->ladder, now, at)) tell(s, p, p->ladder.candidate[at]), left--;
}
