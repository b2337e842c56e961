/* resolve_merge.c: the answers of all targets as one resolution.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A package stands once for each version; of its files those that some target chose. Who uses it follows from the edges of the
 * answers: what the project, each of its extras and each of its groups reaches. */
#include <stdlib.h>

#include "pipeline/resolve_parts.h"

/* One answer as a graph: a node for each choice and each of its extras. */
struct graph {
	const struct solver_answer *answer;
	size_t *first; /* node of choice i; its extras follow */
	size_t n;      /* nodes */
	size_t *begin; /* arcs of node i: to[begin[i]] .. to[begin[i + 1]] */
	size_t *to;
	bool *seen;
	size_t *stack;
};

static size_t node_of(const struct graph *g, size_t choice, str extra)
{
	const struct solver_choice *c = &g->answer->choices.p[choice];
	for (size_t i = 0; extra.n && i < c->extras.n; i++)
		if (str_eq(c->extras.p[i], extra)) return g->first[choice] + 1 + i;
	return g->first[choice];
}

static void graph_make(struct arena *a, const struct solver_answer *answer, struct graph *g)
{
	size_t n_choices = answer->choices.n, n_edges = answer->edges.n;
	*g = (struct graph){ .answer = answer, .first = arena_array(a, size_t, n_choices) };
	for (size_t i = 0; i < n_choices; i++) {
		g->first[i] = g->n;
		g->n += 1 + answer->choices.p[i].extras.n;
	}
	g->begin = arena_array(a, size_t, g->n + 2);
	g->to = arena_array(a, size_t, n_edges);
	g->seen = arena_array(a, bool, g->n);
	g->stack = arena_array(a, size_t, g->n);
	/* Counting sort of the edges by where they come from. */
	for (size_t i = 0; i < n_edges; i++)
		if (answer->edges.p[i].from != SIZE_MAX)
			g->begin[node_of(g, answer->edges.p[i].from, answer->edges.p[i].from_extra) + 2]++;
	for (size_t i = 1; i < g->n + 2; i++) g->begin[i] += g->begin[i - 1];
	for (size_t i = 0; i < n_edges; i++) {
		const struct solver_edge *edge = &answer->edges.p[i];
		if (edge->from != SIZE_MAX)
			g->to[g->begin[node_of(g, edge->from, edge->from_extra) + 1]++] = node_of(g, edge->to, edge->to_extra);
	}
}

static size_t choice_of_node(const struct graph *g, size_t node)
{
	size_t low = 0, high = g->answer->choices.n;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (g->first[middle] <= node)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static size_t choice_of_name(const struct solver_answer *answer, str name)
{
	size_t low = 0, high = answer->choices.n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = str_cmp(answer->choices.p[middle].name, name);
		if (c == 0) return middle;
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return SIZE_MAX;
}

static void reach(struct graph *g, size_t from)
{
	size_t n = 0;
	if (g->seen[from]) return;
	g->seen[from] = true;
	g->stack[n++] = from;
	while (n) {
		size_t node = g->stack[--n], base = g->first[choice_of_node(g, node)];
		if (!g->seen[base]) {
			g->seen[base] = true;
			g->stack[n++] = base;
		}
		for (size_t i = g->begin[node]; i < g->begin[node + 1]; i++) {
			if (g->seen[g->to[i]]) continue;
			g->seen[g->to[i]] = true;
			g->stack[n++] = g->to[i];
		}
	}
}

/* --- packages --- */

struct merge {
	struct resolve *r;
	struct arena *a; /* of the answer */
	struct resolution *out;
	struct map packages; /* "name version" -> position + 1 */
};

static str text_of(struct merge *m, str s) { return s.n ? arena_str(m->a, s) : (str){ 0 }; }

static struct locked_file copy_file(struct merge *m, const struct locked_file *f)
{
	struct locked_file copy = *f;
	copy.file = text_of(m, f->file);
	copy.url = text_of(m, f->url);
	copy.path = text_of(m, f->path);
	copy.subdirectory = text_of(m, f->subdirectory);
	copy.vcs_reference = text_of(m, f->vcs_reference);
	copy.other_hashes = (struct str_list){ 0 };
	for (size_t i = 0; i < f->other_hashes.n; i++) *vec_push(m->a, &copy.other_hashes) = text_of(m, f->other_hashes.p[i]);
	return copy;
}

struct locked_file resolve_locked_of(const struct catalog_file *f)
{
	return (struct locked_file){ .kind = f->is_wheel ? LOCKED_WHEEL : LOCKED_SDIST,
		                         .file = f->index.file,
		                         .url = f->index.url,
		                         .has_sha256 = f->index.has_sha256,
		                         .sha256 = f->index.sha256,
		                         .has_size = f->index.has_size,
		                         .size = f->index.size,
		                         .other_hashes = f->index.other_hashes };
}

static void add_file(struct merge *m, struct resolved_package *package, const struct locked_file *f, str upload_time,
                     uint64_t bit)
{
	for (size_t i = 0; i < package->files.n; i++) {
		struct resolved_file *have = &package->files.p[i];
		if (!str_eq(have->locked.file, f->file) || !str_eq(have->locked.url, f->url) || !str_eq(have->locked.path, f->path))
			continue;
		have->targets |= bit;
		return;
	}
	*vec_push(m->a, &package->files) = (struct resolved_file){ copy_file(m, f), text_of(m, upload_time), bit };
}

static struct resolved_package *package_of(struct merge *m, const struct resolve_project *p, size_t candidate)
{
	bool added;
	str key = arena_fmt(m->r->a, STR_FMT " " STR_FMT, STR_ARG(p->name), STR_ARG(p->list[candidate].text));
	void **slot = map_put(&m->packages, key, &added);
	if (!added) return &m->out->packages.p[(uintptr_t)*slot - 1];
	struct resolved_package *package = vec_push(m->a, &m->out->packages);
	*slot = (void *)(uintptr_t)m->out->packages.n;
	package->name = text_of(m, p->name);
	package->version = text_of(m, p->list[candidate].text);
	if (!p->direct && p->page) package->index = text_of(m, p->page->index);
	if (p->direct && p->direct->folder)
		package->requires_python = text_of(m, p->direct->folder->requires_python);
	else if (p->more[candidate].metadata)
		package->requires_python = text_of(m, p->more[candidate].metadata->requires_python);
	return package;
}

static void add_choice(struct merge *m, struct resolve_target *t, const struct solver_choice *c)
{
	struct resolve_project *p = resolve_project_of(t, c->name);
	struct resolved_package *package = package_of(m, p, c->candidate);
	uint64_t bit = UINT64_C(1) << t->position;
	package->targets |= bit;
	if (p->direct) {
		add_file(m, package, &p->direct->file, (str){ 0 }, bit);
	} else {
		const struct catalog_file *f = &p->page->files[p->more[c->candidate].file];
		struct locked_file locked = resolve_locked_of(f);
		add_file(m, package, &locked, f->index.upload_time, bit);
	}
}

static struct resolved_package *chosen(struct merge *m, struct resolve_target *t, size_t choice)
{
	const struct solver_choice *c = &t->answer.choices.p[choice];
	return package_of(m, resolve_project_of(t, c->name), c->candidate);
}

static void add_use(struct merge *m, struct resolved_package *package, const struct want *w, uint64_t bit)
{
	for (size_t i = 0; i < package->uses.n; i++) {
		struct resolved_use *use = &package->uses.p[i];
		if (!str_eq(use->extra, w->extra) || !str_eq(use->group, w->group)) continue;
		use->targets |= bit;
		return;
	}
	*vec_push(m->a, &package->uses) = (struct resolved_use){ text_of(m, w->extra), text_of(m, w->group), bit };
}

static int by_use(const void *x, const void *y)
{
	const struct want *a = *(const struct want *const *)x, *b = *(const struct want *const *)y;
	int c = str_cmp(a->group, b->group);
	return c ? c : str_cmp(a->extra, b->extra);
}

/* One walk for the project itself, and one for each of its extras and groups. */
static void add_uses(struct merge *m, struct resolve_target *t, struct graph *g)
{
	struct arena *a = m->r->a;
	size_t n = t->needs.n;
	const struct want **tags = arena_array(a, const struct want *, n);
	for (size_t i = 0; i < n; i++) tags[i] = t->need_wants.p[i];
	qsort(tags, n, sizeof(const struct want *), by_use);
	for (size_t k = 0; k < n; k++) {
		if (k && by_use(&tags[k - 1], &tags[k]) == 0) continue;
		for (size_t i = 0; i < g->n; i++) g->seen[i] = false;
		for (size_t i = 0; i < n; i++) {
			const struct solver_need *need = &t->needs.p[i];
			size_t choice = choice_of_name(&t->answer, need->name);
			if (need->soft || choice == SIZE_MAX || by_use(&t->need_wants.p[i], &tags[k]) != 0) continue;
			reach(g, node_of(g, choice, need->extra));
		}
		for (size_t i = 0; i < t->answer.choices.n; i++)
			if (g->seen[g->first[i]]) add_use(m, chosen(m, t, i), tags[k], UINT64_C(1) << t->position);
	}
}

static void add_target(struct merge *m, struct resolve_target *t)
{
	struct graph g;
	for (size_t i = 0; i < t->answer.choices.n; i++) add_choice(m, t, &t->answer.choices.p[i]);
	graph_make(m->r->a, &t->answer, &g);
	add_uses(m, t, &g);
	for (size_t i = 0; i < t->answer.edges.n; i++) {
		const struct solver_edge *edge = &t->answer.edges.p[i];
		if (edge->from == SIZE_MAX || edge->from == edge->to) continue;
		*vec_push(m->a, &chosen(m, t, edge->from)->dependencies) = chosen(m, t, edge->to)->name;
	}
}

static void sort_unique(struct str_list *list)
{
	size_t n = 0;
	str_list_sort(list);
	for (size_t i = 0; i < list->n; i++)
		if (n == 0 || !str_eq(list->p[n - 1], list->p[i])) list->p[n++] = list->p[i];
	list->n = n;
}

static int file_order(const void *x, const void *y)
{
	const struct resolved_file *a = x, *b = y;
	int c = str_cmp(a->locked.file, b->locked.file);
	if (c == 0) c = str_cmp(a->locked.url, b->locked.url);
	return c ? c : str_cmp(a->locked.path, b->locked.path);
}

static int use_order(const void *x, const void *y)
{
	const struct resolved_use *a = x, *b = y;
	int c = str_cmp(a->group, b->group); /* the project and its extras have none: they come first */
	return c ? c : str_cmp(a->extra, b->extra);
}

static int package_order(const void *x, const void *y)
{
	const struct resolved_package *a = x, *b = y;
	struct arena scratch = { 0 };
	struct version v, w;
	int c = str_cmp(a->name, b->name);
	if (c == 0 && version_parse(&scratch, a->version, &v, NULL) && version_parse(&scratch, b->version, &w, NULL))
		c = version_cmp(&v, &w);
	arena_release(&scratch);
	return c ? c : str_cmp(a->version, b->version);
}

static struct str_list copy_sorted(struct arena *a, const struct str_list *list)
{
	struct str_list copy = { 0 };
	for (size_t i = 0; i < list->n; i++) *vec_push(a, &copy) = arena_str(a, list->p[i]);
	sort_unique(&copy);
	return copy;
}

void resolve_merge(struct resolve *r, struct arena *a, struct resolution *out)
{
	struct merge m = { .r = r, .a = a, .out = out };
	map_init(&m.packages, r->a);
	for (size_t i = 0; i < r->n_targets; i++) {
		const struct lock_target *lt = r->targets[i].lt;
		*vec_push(a, &out->targets) =
		    (struct resolved_target){ text_of(&m, lt->text), lt->python_minor, text_of(&m, lt->machine) };
		add_target(&m, &r->targets[i]);
	}
	for (size_t i = 0; i < out->packages.n; i++) {
		struct resolved_package *p = &out->packages.p[i];
		sort_unique(&p->dependencies);
		if (p->files.n) qsort(p->files.p, p->files.n, sizeof *p->files.p, file_order);
		if (p->uses.n) qsort(p->uses.p, p->uses.n, sizeof *p->uses.p, use_order);
	}
	if (out->packages.n) qsort(out->packages.p, out->packages.n, sizeof *out->packages.p, package_order);
	out->requires_python = text_of(&m, r->wants->requires_python);
	out->extras = copy_sorted(a, &r->wants->extras);
	out->groups = copy_sorted(a, &r->wants->groups);
	out->default_groups = copy_sorted(a, &r->wants->default_groups);
}
