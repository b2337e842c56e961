/* explain.c: the error of a search that has no answer.
 * SPDX-License-Identifier: Apache-2.0 */
#include "solver/explain.h"

#define FACTS_TOLD 500

static void name_packages(struct core *c, struct arena *a, struct solver_failure *failure)
{
	bool *named = arena_array(c->a, bool, c->s->projects.n);

	for (size_t i = 0; i < c->facts.n; i++) {
		const struct fact *fact = &c->facts.p[i];

		if (!fact->on) continue;
		if (fact->from != NOTHING) named[c->s->packages.p[fact->from].project] = true;
		named[c->s->packages.p[fact->to].project] = true;
	}
	for (size_t i = 0; i < c->s->projects.n; i++)
		if (named[i]) *vec_push(a, &failure->packages) = arena_str(a, c->s->projects.p[i].name);
	str_list_sort(&failure->packages);
}

/* Of a conflict of thousands of facts, some are enough for a text of a few lines. */
static void shorten(struct core *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->facts.n; i++) n += c->facts.p[i].on ? 1 : 0;
	for (size_t i = c->facts.n; n > FACTS_TOLD && i-- > 0;) {
		if (!c->facts.p[i].on || c->facts.p[i].from == NOTHING) continue;
		c->facts.p[i].on = false;
		n--;
	}
}

void explain(struct search *s, struct arena *a, struct solver_failure *failure, struct err *e)
{
	struct arena own = { 0 };
	struct core c;
	str what, why, help;

	core_find(&c, s, &own);
	if (failure != NULL) name_packages(&c, a, failure);
	shorten(&c);
	story_tell(&c, &own, &what, &why);
	help = advice(&c, &own);
	err_set(e, ERR_RESOLVE, "no-solution", STR_FMT, STR_ARG(what));
	if (why.n != 0) err_why(e, STR_FMT, STR_ARG(why));
	if (help.n != 0) err_help(e, STR_FMT, STR_ARG(help));
	arena_release(&own);
}
