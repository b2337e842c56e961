/* advice.c: what would work, below an explanation.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Where a project has no version that fits, the provider knows best (typing mistakes, other targets, options). Where requirements
 * exclude each other, the search is made again without the bounds of one line of the user's, for each that takes part: what it
 * then chooses for that name would work with all the rest. Bounded: ADVICE_ASKS things that the first search did not ask for. */
#include "base/buf.h"
#include "solver/explain.h"

#define ADVICE_MAX   640 /* bytes, with what term.c adds to lines */
#define ADVICE_ASKS  150
#define ADVICE_WORK  2000000 /* looks at rules */
#define ADVICE_LINES 3
#define LINE_EXTRA   10

/* --- a provider that soon gives up --- */

struct careful {
	struct search *s; /* what was asked before is known here */
	const struct solver_provider *inner;
	unsigned asks;
};

static const struct package *known(const struct careful *c, str name)
{
	size_t id = (uintptr_t)map_get(&c->s->by_name, name);

	return id != 0 ? &c->s->packages.p[id - 1] : NULL;
}

static bool spend(struct careful *c, struct err *e)
{
	if (c->asks++ < ADVICE_ASKS) return true;
	return err_set(e, ERR_RESOLVE, "too-complex", "enough was asked");
}

static bool careful_project(void *context, str name, const struct solver_project **out, struct err *e)
{
	struct careful *c = context;
	const struct package *x = known(c, name);

	if ((x == NULL || c->s->projects.p[x->project].ladder.page == NULL) && !spend(c, e)) return false;
	return c->inner->project(c->inner->context, name, out, e);
}

static bool careful_needs(void *context, str name, size_t candidate, str extra, const struct solver_needs **out, struct err *e)
{
	struct careful *c = context;
	const struct package *x = known(c, name);

	if ((x == NULL || x->tried.n == 0) && !spend(c, e)) return false;
	return c->inner->needs(c->inner->context, name, candidate, extra, out, e);
}

static void careful_likely(void *context, str name, const struct interval_set *allowed, size_t best)
{
	const struct careful *c = context;

	if (c->inner->likely != NULL) c->inner->likely(c->inner->context, name, allowed, best);
}

/* --- one line without its bounds --- */

static bool bounds(const struct fact *fact)
{
	const struct interval_set *s = &fact->need->allowed;

	return s->n != 1 || s->p[0].from.side != CUT_LOWEST || s->p[0].to.side != CUT_HIGHEST;
}

/* What is chosen for the name when that need allows everything: its version's text, or empty. */
static str without_bounds(struct core *c, struct arena *a, const struct fact *fact)
{
	struct careful careful = { c->s, c->s->provider, 0 };
	struct solver_provider provider = *c->s->provider;
	struct solver_need *root = arena_array(a, struct solver_need, c->s->n_root);
	struct search t;
	struct err ignored = { 0 };
	str version = { NULL, 0 };

	for (size_t i = 0; i < c->s->n_root; i++) root[i] = c->s->root[i];
	root[fact->root].allowed = interval_set_all(a);
	provider.context = &careful;
	provider.project = careful_project;
	provider.needs = careful_needs;
	provider.likely = careful_likely;
	search_begin(&t, &provider, root, c->s->n_root, c->s->options);
	t.work_max = ADVICE_WORK;
	if (search_run(&t, &ignored) == OUTCOME_SOLVED) {
		uint32_t package = package_of(&t, fact->need->name, (str){ NULL, 0 });
		const struct ladder *l = ladder_of(&t, package);

		if (t.packages.p[package].decided != NOTHING)
			version = arena_str(a, l->page->candidates[l->candidate[t.packages.p[package].decided]].text);
	}
	search_release(&t);
	return version;
}

static void add_line(struct buf *b, str line)
{
	if (line.n == 0 || b->n + line.n + LINE_EXTRA > ADVICE_MAX) return;
	buf_addf(b, "%s" STR_FMT, b->n != 0 ? "\n" : "", STR_ARG(line));
}

static void add_relaxed(struct core *c, struct arena *a, struct buf *b)
{
	unsigned lines = 0;

	for (size_t i = 0; i < c->facts.n && lines < ADVICE_LINES; i++) {
		const struct fact *fact = &c->facts.p[i];
		str version;

		if (!fact->on || fact->kind != FACT_NEED || fact->from != NOTHING || !bounds(fact)) continue;
		version = without_bounds(c, a, fact);
		if (version.n == 0) continue;
		lines++;
		add_line(b, arena_fmt(a, STR_FMT " " STR_FMT " would work: change " STR_FMT, STR_ARG(fact->need->name),
		                      STR_ARG(version), STR_ARG(fact->need->where.n != 0 ? fact->need->where : fact->need->text)));
	}
}

/* --- what exists --- */

static struct interval_set allowed_of(const struct core *c, struct arena *a, uint32_t end)
{
	struct interval_set all = interval_set_all(a);

	for (size_t i = 0; i < c->facts.n; i++) {
		const struct fact *fact = &c->facts.p[i];

		if (fact->on && fact->kind == FACT_NEED && fact->to == end) all = interval_set_intersect(a, &all, &fact->need->allowed);
	}
	return all;
}

/* Without a provider that knows more: the most preferred of all versions. */
static str best_version(const struct core *c, struct arena *a, uint32_t end)
{
	const struct project *p = project_of(c->s, end);

	for (size_t i = 0; i < c->of[end].n; i++)
		if (c->facts.p[c->of[end].p[i]].on && c->facts.p[c->of[end].p[i]].kind == FACT_REFUSED) return (str){ NULL, 0 };
	if (p->ladder.n == 0) return (str){ NULL, 0 };
	return arena_fmt(a, "the newest version of " STR_FMT " that can be used is " STR_FMT, STR_ARG(p->name),
	                 STR_ARG(p->ladder.page->candidates[p->ladder.candidate[0]].text));
}

static void add_known(struct core *c, struct arena *a, uint32_t end, struct buf *b)
{
	const struct solver_provider *p = c->s->provider;
	struct interval_set allowed = allowed_of(c, a, end);

	if (allowed.n == 0) return;
	if (p->hint != NULL) add_line(b, p->hint(p->context, project_of(c->s, end)->name, &allowed));
	if (b->n == 0) add_line(b, best_version(c, a, end));
}

str advice(struct core *c, struct arena *a)
{
	uint32_t end = story_end(c);
	const struct fact *only = end != NOTHING ? story_only_need(c, end) : NULL;
	struct buf b;
	str text;

	buf_init(&b, ADVICE_MAX);
	if (end != NOTHING && ladder_of(c->s, end)->page != NULL && (only != NULL || story_page_matters(c, end)))
		add_known(c, a, end, &b);
	if (b.n == 0 || only == NULL || only->from != NOTHING) add_relaxed(c, a, &b);
	text = buf_take(&b, a);
	buf_release(&b);
	return text;
}
