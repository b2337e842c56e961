/* packages.c: names become numbers, pages become ladders.
 * SPDX-License-Identifier: Apache-2.0 */
#include "solver/search.h"

static uint32_t project_new(struct search *s, str name)
{
	struct project *p = vec_push(&s->keep, &s->projects);

	p->name = name;
	p->ladder.keep = &s->keep;
	p->ladder.scratch = &s->scratch;
	p->order = NOTHING;
	p->priority = PRIORITY_REST;
	p->hinted = SIZE_MAX;
	p->hint_at = 5;
	return (uint32_t)s->projects.n - 1;
}

static uint32_t package_new(struct search *s, uint32_t project, str extra)
{
	uint32_t id = (uint32_t)s->packages.n;
	struct package *x = vec_push(&s->keep, &s->packages);

	x->project = project;
	x->extra = extra;
	x->decided = NOTHING;
	x->learnt = x->late = NOTHING;
	*vec_push(&s->keep, &s->projects.p[project].packages) = id;
	x->base = s->projects.p[project].packages.p[0];
	return id;
}

static uint32_t lookup(struct search *s, str key, bool *added)
{
	void **slot = map_put(&s->by_name, key, added);

	if (*added) *slot = (void *)(uintptr_t)(s->packages.n + 1);
	return (uint32_t)((uintptr_t)*slot - 1);
}

uint32_t package_of(struct search *s, str name, str extra)
{
	bool added;
	uint32_t base, id;

	base = lookup(s, name, &added);
	if (added) package_new(s, project_new(s, name), (str){ NULL, 0 });
	if (extra.n == 0) return base;
	id = lookup(s, arena_fmt(&s->keep, STR_FMT "[" STR_FMT "]", STR_ARG(name), STR_ARG(extra)), &added);
	if (added) package_new(s, s->packages.p[base].project, extra);
	return id;
}

struct set *package_start(struct search *s, uint32_t package)
{
	struct package *x = &s->packages.p[package];

	if (x->everything == NULL) x->everything = set_everything(&s->keep, ladder_of(s, package));
	return x->everything;
}

struct set *package_now(struct search *s, uint32_t package)
{
	struct package *x = &s->packages.p[package];

	return x->now != NULL ? x->now : package_start(s, package);
}

const struct tried *package_tried(const struct search *s, uint32_t package, uint32_t position)
{
	const struct package *x = &s->packages.p[package];

	if (x->tried_at == NULL || x->tried_at[position] == 0) return NULL;
	return &x->tried.p[x->tried_at[position] - 1];
}

void package_check(struct search *s, uint32_t package)
{
	struct set nothing = { .placed = true };

	if (!set_is_empty(ladder_of(s, package), package_now(s, package)) || s->packages.p[package].entries.n == 0) return;
	s->conflict = s->trail.p[trail_since(s, package, &nothing)].rule;
}

bool package_page(struct search *s, uint32_t package, struct err *e)
{
	struct project *p = project_of(s, package);
	const struct solver_project *page;

	if (p->ladder.page != NULL) return true;
	if (!s->provider->project(s->provider->context, p->name, &page, e)) return false;
	ladder_build(&p->ladder, page, s->options->lowest || (s->options->lowest_direct && p->direct));
	for (size_t i = 0; i < p->packages.n; i++) {
		trail_queue(s, p->packages.p[i]);
		package_check(s, p->packages.p[i]);
	}
	return true;
}
