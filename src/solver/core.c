/* core.c: the few facts that are impossible together.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A second, small search over a frozen provider knows nothing but the facts that are on. A fact without which it still fails is
 * dropped, with all that its new proof does not use. Facts far from the root go first, so that the chain that stays is short.
 * Bounded by CORE_WORK; what is not tried in time stays. */
#include <stdlib.h>

#include "base/oom.h"
#include "solver/explain.h"

#define CORE_WORK  10000000 /* looks at rules */
#define CORE_FACTS 3000     /* of more, only the first pass over the proof is made */

/* --- facts of a proof --- */

static uint32_t fact_new(struct core *c, struct fact fact)
{
	fact.on = true;
	*vec_push(c->a, &c->facts) = fact;
	return (uint32_t)c->facts.n - 1;
}

struct line {
	VEC(uint32_t);
};

static void see(struct search *s, struct line *line, bool *seen, uint32_t rule)
{
	if (rule == NOTHING || seen[rule]) return;
	seen[rule] = true;
	*vec_push(&s->scratch, line) = rule;
}

/* Calls `leaf` for every rule of the proof that was not learnt. */
static void walk(struct search *s, void (*leaf)(void *context, uint32_t rule), void *context)
{
	struct arena_mark mark = arena_mark(&s->scratch);
	bool *seen = arena_array(&s->scratch, bool, s->rules.n);
	struct line line = { 0 };
	bool late = false;

	see(s, &line, seen, s->failure);
	while (line.n != 0) {
		const struct rule *r = &s->rules.p[line.p[--line.n]];

		if (r->kind != RULE_LEARNT) {
			leaf(context, (uint32_t)(r - s->rules.p));
			continue;
		}
		for (uint32_t i = 0; i < r->n_steps; i++) see(s, &line, seen, r->steps[i].rule);
		for (size_t i = 0; r->late && !late && i < s->trail.n; i++)
			if (s->trail.p[i].level == 0) see(s, &line, seen, s->trail.p[i].rule);
		late = late || r->late;
	}
	arena_rewind(&s->scratch, mark);
}

struct collect {
	struct core *c;
	struct map needs; /* an extra and its project have rules of their own for one need */
};

static void collect_rule(void *context, uint32_t id)
{
	struct collect *k = context;
	struct search *s = k->c->s;
	const struct rule *r = &s->rules.p[id];
	bool added;

	if (r->kind == RULE_REFUSED) {
		fact_new(k->c, (struct fact){ .kind = FACT_REFUSED,
		                              .from = r->terms[0].package,
		                              .to = r->terms[0].package,
		                              .versions = r->terms[0].set,
		                              .reason = r->reason });
	} else if (r->kind == RULE_NEED) {
		map_put(&k->needs, arena_fmt(k->c->a, "%u %p", r->from, (const void *)r->need), &added);
		if (!added) return;
		fact_new(k->c, (struct fact){ .kind = FACT_NEED,
		                              .from = r->from,
		                              .to = s->packages.p[r->to].base,
		                              .need = r->need,
		                              .root = r->root,
		                              .versions = r->from != NOTHING ? r->terms[0].set : NULL });
	}
}

/* --- the frozen provider --- */

struct frozen {
	struct core *c;
	struct arena *a;
	uint64_t work;
	uint32_t **positions; /* by project: candidate -> position */
	struct solver_project *pages;
	bool *ready;
};

static bool is_on(const struct core *c, enum fact_kind kind, uint32_t from)
{
	for (size_t i = 0; i < c->facts.n; i++)
		if (c->facts.p[i].kind == kind && c->facts.p[i].from == from) return c->facts.p[i].on;
	return false;
}

static void freeze_page(struct frozen *f, uint32_t project)
{
	const struct project *p = &f->c->s->projects.p[project];
	const struct solver_project *page = p->ladder.page;
	struct solver_candidate *list = arena_array(f->a, struct solver_candidate, page->n);
	bool refuse = is_on(f->c, FACT_PAGE, p->packages.p[0]);

	for (size_t i = 0; i < page->n; i++) {
		list[i] = page->candidates[i];
		list[i].refused = refuse ? ladder_refuses(page, i) : 0;
	}
	f->pages[project] = (struct solver_project){ list, page->n, SIZE_MAX, SOLVER_PRE_MIXED, page->missing };
	f->positions[project] = arena_array(f->a, uint32_t, page->n);
	for (size_t i = 0; i < page->n; i++) f->positions[project][i] = NOTHING;
	for (uint32_t i = 0; i < p->ladder.n; i++) f->positions[project][p->ladder.candidate[i]] = i;
	f->ready[project] = true;
}

static bool frozen_project(void *context, str name, const struct solver_project **out, struct err *e)
{
	struct frozen *f = context;
	uint32_t project = f->c->s->packages.p[package_of(f->c->s, name, (str){ NULL, 0 })].project;

	(void)e;
	if (!f->ready[project]) freeze_page(f, project);
	*out = &f->pages[project];
	return true;
}

static bool holds_for(const struct core *c, const struct fact *fact, uint32_t package, uint32_t position)
{
	return fact->on && fact->from == package && fact->kind != FACT_PAGE && position != NOTHING &&
	       set_has(ladder_of(c->s, package), fact->versions, position);
}

/* The text of a need tells which fact it is. */
static struct solver_need frozen_need(struct arena *a, const struct core *c, size_t fact)
{
	struct solver_need need = *c->facts.p[fact].need;

	need.text = arena_fmt(a, "%zu", fact);
	return need;
}

static bool frozen_needs(void *context, str name, size_t candidate, str extra, const struct solver_needs **out, struct err *e)
{
	struct frozen *f = context;
	struct core *c = f->c;
	uint32_t package = package_of(c->s, name, extra);
	uint32_t position = f->positions[c->s->packages.p[package].project][candidate];
	struct solver_needs *needs = arena_new(f->a, struct solver_needs);
	struct {
		VEC(struct solver_need);
	} list = { 0 };

	(void)e;
	f->work += c->of[package].n;
	for (size_t i = 0; i < c->of[package].n; i++) {
		uint32_t fact = c->of[package].p[i];

		if (!holds_for(c, &c->facts.p[fact], package, position)) continue;
		if (c->facts.p[fact].kind == FACT_REFUSED)
			needs->refused = fact + 1;
		else
			*vec_push(f->a, &list) = frozen_need(f->a, c, fact);
	}
	needs->list = list.p;
	needs->n = needs->refused != 0 ? 0 : list.n;
	*out = needs;
	return true;
}

struct usage {
	struct search *s;
	bool *used;
};

static void mark_used(void *context, uint32_t id)
{
	struct usage *k = context;
	const struct rule *r = &k->s->rules.p[id];
	uint64_t fact = 0;

	if (r->kind == RULE_REFUSED) fact = r->reason - 1;
	if (r->kind == RULE_NEED) BUG_IF(!str_u64(r->need->text, &fact));
	if (r->kind != RULE_SAME) k->used[fact] = true;
}

/* Is what is on still impossible? Then only what the new proof uses stays on. */
static bool still_impossible(struct core *c, uint64_t *work)
{
	struct arena a = { 0 };
	size_t n = c->s->projects.n;
	struct frozen f = { .c = c, .a = &a };
	struct solver_provider provider = { .context = &f, .project = frozen_project, .needs = frozen_needs };
	struct solver_options options = { 0 };
	struct {
		VEC(struct solver_need);
	} root = { 0 };
	struct search t;
	struct err ignored = { 0 };
	bool impossible;

	f.positions = arena_array(&a, uint32_t *, n);
	f.pages = arena_array(&a, struct solver_project, n);
	f.ready = arena_array(&a, bool, n);
	for (size_t i = 0; i < c->facts.n; i++)
		if (c->facts.p[i].on && c->facts.p[i].kind == FACT_NEED && c->facts.p[i].from == NOTHING)
			*vec_push(&a, &root) = frozen_need(&a, c, i);
	search_begin(&t, &provider, root.p, root.n, &options);
	t.work_max = CORE_WORK;
	impossible = search_run(&t, &ignored) == OUTCOME_IMPOSSIBLE;
	*work += t.work + 4 * t.steps + f.work + 4 * c->facts.n;
	if (impossible) {
		struct usage k = { &t, arena_array(&a, bool, c->facts.n) };

		walk(&t, mark_used, &k);
		for (size_t i = 0; i < c->facts.n; i++)
			c->facts.p[i].on = c->facts.p[i].on && (k.used[i] || c->facts.p[i].kind == FACT_PAGE);
	}
	search_release(&t);
	arena_release(&a);
	return impossible;
}

/* --- dropping --- */

struct attempt {
	uint32_t order, fact;
};

/* What lies farthest from the root first; lines of the user last. */
static int attempt_cmp(const void *a, const void *b)
{
	const struct attempt *x = a, *y = b;

	if (x->order != y->order) return x->order < y->order ? 1 : -1;
	return (x->fact > y->fact) - (x->fact < y->fact);
}

static void drop(struct core *c)
{
	struct attempt *list = arena_array(c->a, struct attempt, c->facts.n);
	uint64_t work = 0;

	for (uint32_t i = 0; i < c->facts.n; i++) {
		const struct fact *fact = &c->facts.p[i];

		list[i] = (struct attempt){ fact->from == NOTHING ? 0 : project_of(c->s, fact->from)->order + 1, i };
	}
	qsort(list, c->facts.n, sizeof *list, attempt_cmp);
	for (size_t i = 0; i < c->facts.n && work < CORE_WORK; i++) {
		struct fact *fact = &c->facts.p[list[i].fact];

		if (!fact->on) continue;
		fact->on = false;
		if (!still_impossible(c, &work)) fact->on = true;
	}
}

/* Pages that the search could do without: what does not exist explains more than what does not fit. False when one cannot be had:
 * the proof stands without it, but nothing can be dropped from it; such a page is empty from now on. */
static bool load_pages(struct core *c)
{
	static const struct solver_project unknown = { .preferred = SIZE_MAX };
	bool ok = true;

	for (size_t i = 0; i < c->facts.n; i++) {
		struct ladder *l = ladder_of(c->s, c->facts.p[i].to);
		struct err ignored = { 0 };

		if (l->page != NULL || (ok && package_page(c->s, c->facts.p[i].to, &ignored))) continue;
		ok = false;
		ladder_build(l, &unknown, false);
	}
	return ok;
}

static void add_pages(struct core *c)
{
	bool *done = arena_array(c->a, bool, c->s->projects.n);
	size_t n = c->facts.n;

	for (size_t i = 0; i < n; i++) {
		uint32_t package = c->facts.p[i].to;
		const struct ladder *l = ladder_of(c->s, package);
		uint32_t project = c->s->packages.p[package].project;

		if (done[project] || l->page->n == l->n) continue;
		done[project] = true;
		fact_new(c, (struct fact){ .kind = FACT_PAGE, .from = package, .to = package });
	}
}

void core_find(struct core *c, struct search *s, struct arena *a)
{
	struct collect k = { .c = c };
	uint64_t work = 0;
	bool loaded;

	*c = (struct core){ .s = s, .a = a };
	map_init(&k.needs, a);
	walk(s, collect_rule, &k);
	loaded = load_pages(c);
	if (loaded) add_pages(c);
	c->of = arena_array(a, struct fact_list, s->packages.n);
	for (uint32_t i = 0; i < c->facts.n; i++)
		if (c->facts.p[i].from != NOTHING) *vec_push(a, &c->of[c->facts.p[i].from]) = i;
	if (loaded && c->facts.n <= CORE_FACTS && still_impossible(c, &work)) drop(c);
}
