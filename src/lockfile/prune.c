/* prune.c: what stays when some distributions are kept or left out.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reachability twice. --only: everything that the named ones reach. --exclude: everything that the roots which are not excluded
 * reach without passing through an excluded one. Roots are the members of those strongly connected groups that nothing outside
 * the group needs, which makes a cycle without an outside its own root; when the whole group is excluded nothing starts there,
 * but what was needed only by it goes with it. Groups are found without recursion (Tarjan with an explicit stack). */
#include "lockfile/prune.h"

#include <string.h>

#include "base/map.h"
#include "lockfile/reader.h"
#include "python/name.h"

struct graph {
	struct arena *a;
	struct prune_node *nodes;
	size_t n;
	struct map index; /* name -> position + 1 */
	size_t *start;    /* n + 1: edges of node i are edge[start[i]] .. */
	size_t *edge;
	size_t *group; /* strongly connected group of a node */
	size_t n_groups;
};

static size_t position(const struct graph *g, str name)
{
	void *v = map_get(&g->index, name);
	return v ? (size_t)(uintptr_t)v - 1 : SIZE_MAX;
}

static void graph_make(struct graph *g)
{
	size_t edges = 0;
	map_init(&g->index, g->a);
	for (size_t i = 0; i < g->n; i++) {
		void **slot = map_put(&g->index, g->nodes[i].name, NULL);
		if (!*slot) *slot = (void *)(uintptr_t)(i + 1);
		edges += g->nodes[i].needs.n;
	}
	g->start = arena_array(g->a, size_t, g->n + 1);
	g->edge = arena_array(g->a, size_t, edges + 1);
	size_t at = 0;
	for (size_t i = 0; i < g->n; i++) {
		g->start[i] = at;
		for (size_t j = 0; j < g->nodes[i].needs.n; j++) {
			size_t to = position(g, g->nodes[i].needs.p[j]);
			if (to != SIZE_MAX && to != i) g->edge[at++] = to;
		}
	}
	g->start[g->n] = at;
}

/* Tarjan's algorithm; `next` is the edge at which a suspended node goes on. */
struct tarjan {
	size_t *order, *low, *next, *stack, *path;
	bool *on_stack;
	size_t counter, n_stack, n_path;
};

static void enter(struct graph *g, struct tarjan *t, size_t v)
{
	t->order[v] = t->low[v] = ++t->counter;
	t->next[v] = g->start[v];
	t->stack[t->n_stack++] = v;
	t->on_stack[v] = true;
	t->path[t->n_path++] = v;
}

static void leave(struct graph *g, struct tarjan *t, size_t v)
{
	t->n_path--;
	if (t->n_path) {
		size_t parent = t->path[t->n_path - 1];
		if (t->low[v] < t->low[parent]) t->low[parent] = t->low[v];
	}
	if (t->low[v] != t->order[v]) return;
	size_t w;
	do {
		w = t->stack[--t->n_stack];
		t->on_stack[w] = false;
		g->group[w] = g->n_groups;
	} while (w != v);
	g->n_groups++;
}

static void visit_from(struct graph *g, struct tarjan *t, size_t root)
{
	enter(g, t, root);
	while (t->n_path) {
		size_t v = t->path[t->n_path - 1];
		if (t->next[v] == g->start[v + 1]) {
			leave(g, t, v);
			continue;
		}
		size_t w = g->edge[t->next[v]++];
		if (!t->order[w])
			enter(g, t, w);
		else if (t->on_stack[w] && t->order[w] < t->low[v])
			t->low[v] = t->order[w];
	}
}

static void graph_groups(struct graph *g)
{
	struct tarjan t = { 0 };
	t.order = arena_array(g->a, size_t, g->n);
	t.low = arena_array(g->a, size_t, g->n);
	t.next = arena_array(g->a, size_t, g->n);
	t.stack = arena_array(g->a, size_t, g->n);
	t.path = arena_array(g->a, size_t, g->n);
	t.on_stack = arena_array(g->a, bool, g->n);
	g->group = arena_array(g->a, size_t, g->n);
	for (size_t i = 0; i < g->n; i++)
		if (!t.order[i]) visit_from(g, &t, i);
}

/* Marks what `seeds` reach without entering a node of `barred` (may be NULL). */
static void reach(const struct graph *g, const bool *seeds, const bool *barred, bool *reached)
{
	size_t *stack = arena_array(g->a, size_t, g->n), n = 0;
	for (size_t i = 0; i < g->n; i++) {
		if (!seeds[i] || (barred && barred[i])) continue;
		reached[i] = true;
		stack[n++] = i;
	}
	while (n) {
		size_t v = stack[--n];
		for (size_t k = g->start[v]; k < g->start[v + 1]; k++) {
			size_t w = g->edge[k];
			if (reached[w] || (barred && barred[w])) continue;
			reached[w] = true;
			stack[n++] = w;
		}
	}
}

static bool mark_named(const struct graph *g, const struct str_list *names, const char *option, bool *marks, struct err *e)
{
	for (size_t i = 0; i < names->n; i++) {
		size_t at = position(g, name_normalize(g->a, names->p[i]));
		if (at != SIZE_MAX) {
			marks[at] = true;
			continue;
		}
		struct str_list known = { 0 };
		for (size_t j = 0; j < g->n; j++) *vec_push(g->a, &known) = g->nodes[j].name;
		reader_unknown_name(g->a, e, "unknown-distribution", "distribution", names->p[i], &known);
		return err_why(e, "%s names it", option);
	}
	return true;
}

static void find_roots(const struct graph *g, bool *roots)
{
	bool *needed = arena_array(g->a, bool, g->n_groups + 1);
	for (size_t v = 0; v < g->n; v++)
		for (size_t k = g->start[v]; k < g->start[v + 1]; k++)
			if (g->group[v] != g->group[g->edge[k]]) needed[g->group[g->edge[k]]] = true;
	for (size_t v = 0; v < g->n; v++) roots[v] = !needed[g->group[v]];
}

bool prune_table(struct arena *a, struct prune_node *nodes, size_t n, const struct str_list *only,
                 const struct str_list *exclude, struct err *e)
{
	struct graph g = { .a = a, .nodes = nodes, .n = n };
	graph_make(&g);
	bool *kept = arena_array(a, bool, n), *seeds = arena_array(a, bool, n), *barred = arena_array(a, bool, n);
	bool has_only = only && only->n, has_exclude = exclude && exclude->n;
	if (has_only) {
		if (!mark_named(&g, only, "--only", seeds, e)) return false;
	} else {
		graph_groups(&g);
		find_roots(&g, seeds);
	}
	if (has_exclude && !mark_named(&g, exclude, "--exclude", barred, e)) return false;
	reach(&g, seeds, has_exclude ? barred : NULL, kept);
	for (size_t i = 0; i < n; i++) nodes[i].keep = kept[i];
	return true;
}

bool lock_prune_possible(const struct locked_set *set)
{
	for (size_t i = 0; i < set->packages.n; i++)
		if (!set->packages.p[i].knows_dependencies) return false;
	return true;
}

bool lock_prune(struct arena *a, struct locked_set *set, const struct str_list *only, const struct str_list *exclude,
                struct notes *notes, struct err *e)
{
	size_t n = set->packages.n, kept = 0;
	if (!(only && only->n) && !(exclude && exclude->n)) return true;
	if (!lock_prune_possible(set)) {
		err_set(e, ERR_RESOLVE, "dependencies-unknown", "the lock does not say what its packages need");
		return err_where(e, STR_FMT, STR_ARG(set->lock_path));
	}
	struct prune_node *nodes = arena_array(a, struct prune_node, n);
	for (size_t i = 0; i < n; i++) {
		nodes[i].name = set->packages.p[i].name;
		nodes[i].needs = set->packages.p[i].dependencies;
	}
	if (!prune_table(a, nodes, n, only, exclude, e)) return false;
	for (size_t i = 0; i < n; i++) {
		if (nodes[i].keep)
			set->packages.p[kept++] = set->packages.p[i];
		else if (notes)
			note_add(notes, NOTE_VERBOSE, "left-out", STR_FMT " is left out", STR_ARG(nodes[i].name));
	}
	set->packages.n = kept;
	return true;
}
