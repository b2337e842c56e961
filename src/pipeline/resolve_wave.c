/* resolve_wave.c: loads ahead what the solver will probably ask for.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A greedy walk beside the solver: as soon as a page is there, the metadata of the best version in the range that is known so far is
 * wanted; as soon as metadata is there, the pages of what it needs. All targets walk at once, so that a cold resolution takes as
 * many round trips as the graph is deep. When the solver tries version after version of one project, the next ones are wanted in
 * batches (python-packaging 12.2). Nothing here changes an answer: it only asks the catalog early, and forgets what fails. */
#include "pipeline/resolve_parts.h"

#define BATCH_FIRST 5
#define BATCH_MAX   50
/* Versions of one project that are followed: two that need each other in turn would go on for ever. */
#define WAVES_MAX 16

/* Which version would be tried first in the range? The solver's preference, without its conflicts. */
static size_t best_in(const struct resolve_target *t, const struct resolve_project *p, size_t after)
{
	bool lowest =
	    t->run->options->order == RESOLVE_LOWEST || (t->run->options->order == RESOLVE_LOWEST_DIRECT && p->rule->root);
	size_t n = p->solver.n, pre = SIZE_MAX;
	if (after == SIZE_MAX && p->solver.preferred < n && interval_set_contains(&p->range, p->list[p->solver.preferred].version))
		return p->solver.preferred;
	size_t first = after == SIZE_MAX ? 0 : (lowest ? n - 1 - after : after) + 1;
	for (size_t k = first; k < n; k++) {
		size_t i = lowest ? n - 1 - k : k;
		if (p->list[i].refused || !interval_set_contains(&p->range, p->list[i].version)) continue;
		bool late = version_is_prerelease(p->list[i].version) && p->solver.prereleases != SOLVER_PRE_MIXED;
		if (!late) return i;
		if (pre == SIZE_MAX && p->solver.prereleases != SOLVER_PRE_NEVER) pre = i;
	}
	return pre;
}

static void want_metadata(struct resolve_target *t, const struct resolve_project *p, size_t candidate)
{
	if (p->page && p->more[candidate].file != SIZE_MAX && !p->more[candidate].metadata &&
	    !resolve_waits_for_sdist(t, p, p->more[candidate].file))
		catalog_want_metadata(t->run->catalog, p->page, p->more[candidate].file);
}

static void pass_on(struct resolve_target *t, struct resolve_project *p, str extra)
{
	const struct solver_needs *needs;
	struct err ignored = { 0 };
	if (!resolve_needs_of(t, p, p->waved, extra, &needs, &ignored)) return;
	for (size_t i = 0; i < needs->n; i++)
		resolve_wave_want(t, needs->list[i].name, needs->list[i].extra, &needs->list[i].allowed);
}

/* The needs of the best version, once its metadata is there. */
static void expand(struct resolve_target *t, struct resolve_project *p)
{
	if (!p->waved_base) {
		p->waved_base = true;
		pass_on(t, p, S(""));
	}
	while (p->waved_extras < p->extras.n) pass_on(t, p, p->extras.p[p->waved_extras++]);
}

static void advance(struct resolve_target *t, struct resolve_project *p)
{
	if (!p->loaded) {
		if (p->direct) return;
		catalog_want_project(t->run->catalog, p->name, p->rule->index);
		return;
	}
	size_t best = best_in(t, p, SIZE_MAX);
	if (best == SIZE_MAX) return;
	if (best != p->waved) {
		if (p->waves++ >= WAVES_MAX) return;
		p->waved = best;
		p->waved_base = false;
		p->waved_extras = 0;
	}
	if (p->more[best].metadata)
		expand(t, p);
	else
		want_metadata(t, p, best);
}

static void page_arrived(struct resolve *r, const struct catalog_project *page)
{
	for (size_t i = 0; i < r->n_targets; i++) {
		struct resolve_project *p = map_get(&r->targets[i].projects, page->name);
		if (!p || p->direct || !p->wanted) continue;
		if (!p->loaded && page->known) resolve_project_build(&r->targets[i], p, page);
		if (p->loaded && p->page == page) advance(&r->targets[i], p);
	}
}

static void metadata_arrived(struct resolve *r, const struct catalog_project *page, size_t file)
{
	const struct catalog_metadata *m;
	struct err ignored = { 0 };
	if (!catalog_metadata(r->catalog, page, file, &m, &ignored)) return;
	for (size_t i = 0; i < r->n_targets; i++) {
		struct resolve_target *t = &r->targets[i];
		struct resolve_project *p = map_get(&t->projects, page->name);
		if (!p || !p->loaded || p->page != page || p->waved == SIZE_MAX || p->more[p->waved].file != file) continue;
		p->more[p->waved].metadata = m;
		expand(t, p);
	}
}

/* One thing leads to the next, at once when the store has it: a queue keeps that from becoming a deep stack. */
static void enqueue(struct resolve *r, struct resolve_arrival arrival)
{
	*vec_push(r->a, &r->arrivals) = arrival;
	if (r->waving) return;
	r->waving = true;
	while (r->arrivals_done < r->arrivals.n) {
		arrival = r->arrivals.p[r->arrivals_done++];
		if (arrival.project)
			advance(arrival.target, arrival.project);
		else if (arrival.file == SIZE_MAX)
			page_arrived(r, arrival.page);
		else
			metadata_arrived(r, arrival.page, arrival.file);
	}
	r->arrivals.n = r->arrivals_done = 0;
	r->waving = false;
}

void resolve_wave_arrived(struct resolve *r, const struct catalog_project *page, size_t file)
{
	enqueue(r, (struct resolve_arrival){ .page = page, .file = file });
}

/* A copy that lives as long as the run. */
static struct interval_set keep(struct arena *a, const struct interval_set *s)
{
	struct interval_set copy = { arena_array(a, struct interval, s->n), s->n };
	for (size_t i = 0; i < s->n; i++) copy.p[i] = s->p[i];
	return copy;
}

static void narrow(struct arena *a, struct resolve_project *p, const struct interval_set *allowed)
{
	struct interval_set both = { 0 };
	if (p->has_range) both = interval_set_intersect(a, &p->range, allowed);
	p->range = both.n ? both : keep(a, allowed);
	p->has_range = true;
}

void resolve_wave_want(struct resolve_target *t, str name, str extra, const struct interval_set *allowed)
{
	struct resolve_project *p = resolve_project_of(t, name);
	if (extra.n) str_list_add_new(t->run->a, &p->extras, extra);
	narrow(t->run->a, p, allowed);
	p->wanted = true;
	enqueue(t->run, (struct resolve_arrival){ .target = t, .project = p });
}

void resolve_wave_begin(struct resolve_target *t)
{
	/* Constraints first: they narrow what the others want. */
	for (size_t i = 0; i < t->needs.n; i++)
		if (t->needs.p[i].soft) narrow(t->run->a, resolve_project_of(t, t->needs.p[i].name), &t->needs.p[i].allowed);
	for (size_t i = 0; i < t->needs.n; i++)
		if (!t->needs.p[i].soft) resolve_wave_want(t, t->needs.p[i].name, t->needs.p[i].extra, &t->needs.p[i].allowed);
}

void resolve_wave_likely(struct resolve_target *t, str name, const struct interval_set *allowed, size_t best)
{
	struct resolve_project *p = resolve_project_of(t, name);
	if (best == SIZE_MAX || !p->loaded || best >= p->solver.n) {
		if (!p->wanted) resolve_wave_want(t, name, S(""), allowed);
		return;
	}
	if (p->waved == best || p->list[best].refused || p->waves >= WAVES_MAX) return;
	p->waves++;
	p->waved = best;
	p->waved_base = false;
	p->waved_extras = 0;
	p->wanted = true;
	want_metadata(t, p, best);
}

void resolve_wave_tried(struct resolve_target *t, struct resolve_project *p)
{
	size_t tries = ++p->tries, step = BATCH_FIRST;
	while (step < tries && step < 20) step *= 2;
	if (!p->page || !p->has_range || (tries != step && (tries < 20 || tries % 20 != 0))) return;
	size_t at = p->waved, batch = tries < BATCH_MAX ? tries : BATCH_MAX;
	for (size_t i = 0; i < batch && (at = best_in(t, p, at == SIZE_MAX ? 0 : at)) != SIZE_MAX; i++) want_metadata(t, p, at);
}
