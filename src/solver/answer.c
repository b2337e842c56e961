/* answer.c: what was decided, as far as the root reaches it, with the reasons.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A learnt rule may have wanted a package that, in the end, nothing needs: what cannot be reached is left out. */
#include <stdlib.h>
#include <string.h>

#include "solver/search.h"

struct reach {
	struct search *s;
	struct arena *a;
	bool *seen;                    /* packages */
	VEC(uint32_t) line;            /* packages to look at */
	VEC(struct solver_edge) edges; /* from, to: packages' projects */
};

static void visit(struct reach *r, uint32_t from, const struct solver_need *need, size_t index)
{
	const struct package *f = from != NOTHING ? &r->s->packages.p[from] : NULL;
	uint32_t both[2]; /* known already: they were decided */

	if (need->soft) return;
	both[0] = package_of(r->s, need->name, (str){ NULL, 0 });
	both[1] = package_of(r->s, need->name, need->extra);
	*vec_push(r->a, &r->edges) = (struct solver_edge){ .from = f != NULL ? f->project : SIZE_MAX,
		                                               .to = r->s->packages.p[both[0]].project,
		                                               .from_extra = f != NULL ? f->extra : (str){ NULL, 0 },
		                                               .to_extra = need->extra,
		                                               .need = index };
	for (size_t i = 0; i < 2; i++) {
		if (r->seen[both[i]]) continue;
		r->seen[both[i]] = true;
		*vec_push(r->a, &r->line) = both[i];
	}
}

static void walk(struct reach *r)
{
	for (size_t i = 0; i < r->s->n_root; i++) visit(r, NOTHING, &r->s->root[i], i);
	for (size_t at = 0; at < r->line.n; at++) {
		uint32_t x = r->line.p[at];
		const struct solver_needs *needs = package_tried(r->s, x, r->s->packages.p[x].decided)->needs;

		for (size_t i = 0; i < needs->n; i++) visit(r, x, &needs->list[i], SIZE_MAX);
	}
}

static int choice_cmp(const void *a, const void *b)
{
	const struct solver_choice *x = a, *y = b;

	return str_cmp(x->name, y->name);
}

static int size_cmp(size_t x, size_t y) { return (x > y) - (x < y); }

static int edge_cmp(const void *a, const void *b)
{
	const struct solver_edge *x = a, *y = b;
	int c = size_cmp(x->from, y->from);

	if (c == 0) c = str_cmp(x->from_extra, y->from_extra);
	if (c == 0) c = size_cmp(x->to, y->to);
	if (c == 0) c = str_cmp(x->to_extra, y->to_extra);
	return c != 0 ? c : size_cmp(x->need, y->need);
}

static void add_choice(struct reach *r, struct solver_answer *out, struct arena *a, uint32_t project)
{
	const struct project *p = &r->s->projects.p[project];
	struct solver_choice *choice = vec_push(a, &out->choices);

	choice->name = arena_str(a, p->name);
	choice->candidate = p->ladder.candidate[r->s->packages.p[p->packages.p[0]].decided];
	for (size_t i = 1; i < p->packages.n; i++)
		if (r->seen[p->packages.p[i]]) *vec_push(a, &choice->extras) = arena_str(a, r->s->packages.p[p->packages.p[i]].extra);
	str_list_sort(&choice->extras);
}

static size_t index_of(const struct solver_answer *out, str name)
{
	struct solver_choice key = { .name = name }, *found;

	found = bsearch(&key, out->choices.p, out->choices.n, sizeof key, choice_cmp);
	return (size_t)(found - out->choices.p);
}

void answer_build(struct search *s, struct arena *a, struct solver_answer *out)
{
	struct arena_mark mark = arena_mark(&s->scratch);
	struct reach r = { .s = s, .a = &s->scratch };

	*out = (struct solver_answer){ 0 };
	r.seen = arena_array(&s->scratch, bool, s->packages.n);
	walk(&r);
	for (uint32_t i = 0; i < s->projects.n; i++)
		if (r.seen[s->projects.p[i].packages.p[0]]) add_choice(&r, out, a, i);
	if (out->choices.n != 0) qsort(out->choices.p, out->choices.n, sizeof *out->choices.p, choice_cmp);
	for (size_t i = 0; i < r.edges.n; i++) {
		struct solver_edge *edge = &r.edges.p[i];

		if (edge->from != SIZE_MAX) edge->from = index_of(out, s->projects.p[edge->from].name);
		edge->to = index_of(out, s->projects.p[edge->to].name);
	}
	if (r.edges.n != 0) qsort(r.edges.p, r.edges.n, sizeof *r.edges.p, edge_cmp);
	for (size_t i = 0; i < r.edges.n; i++) {
		struct solver_edge *edge;

		if (i != 0 && edge_cmp(&r.edges.p[i], &r.edges.p[i - 1]) == 0) continue;
		edge = vec_push(a, &out->edges);
		*edge = r.edges.p[i];
		edge->from_extra = arena_str(a, edge->from_extra);
		edge->to_extra = arena_str(a, edge->to_extra);
	}
	arena_rewind(&s->scratch, mark);
}
