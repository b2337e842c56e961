/* export_uv.c: uv.lock as requirements.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: uv 0.13, lock/export (ExportableRequirements, RequirementsTxtExport). A package takes part where one of the ways from the project
 * to it does: the markers along a way together. A marker that asks for an extra or a group of a conflicting set ("extra-3-foo-bar") stands
 * for the environments in which that is on. Requires-Python is not repeated: uv's markers hold within it.
 *
 * Glossary: a state is (package, extra or none) with the environments in which it takes part so far. */
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "lockfile/export_parts.h"
#include "lockfile/uv_lock.h"
#include "python/name.h"

#define STATES_MAX ((size_t)1000000)

struct state {
	struct uv_package *package;
	str extra; /* p == NULL: its own dependencies */
	uint32_t where;
	bool queued;
};

struct graph {
	struct exporter *x;
	struct arena *a;
	struct marker_sets *markers;
	struct uv_lock u;
	struct uv_roots roots;
	struct map by_step; /* text of (package, extra) -> index + 1 */
	VEC(struct state) states;
	VEC(size_t) queue;
	struct map items;      /* encoded names of conflicting sets -> set + 1, of this pass */
	struct map known;      /* the same, from the pass before: what markers are answered with */
	uint32_t environment;  /* of the lock: what its resolution-markers say together */
	bool conflicts, final; /* first pass: which items are on; second: what takes part */
	struct map edges;      /* marker text -> set + 1 */
};

/* --- what is on --- */

static str encode(struct arena *a, const char *kind, str package, str name)
{
	if (str_empty(name)) return arena_fmt(a, "%s-%zu-" STR_FMT, kind, package.n, STR_ARG(package));
	return arena_fmt(a, "%s-%zu-" STR_FMT "-" STR_FMT, kind, package.n, STR_ARG(package), STR_ARG(name));
}

static uint32_t set_in(const struct map *m, str code)
{
	void *v = map_get(m, code);
	return v ? (uint32_t)(uintptr_t)v - 1 : MARKER_NEVER;
}

static void switch_on(struct graph *g, str code, uint32_t where)
{
	if (!map_has(&g->items, code)) return;
	uint32_t all = marker_sets_or(g->markers, set_in(&g->items, code), where);
	*map_put(&g->items, code, NULL) = (void *)((uintptr_t)all + 1);
}

static bool conflict_code(struct graph *g, const struct toml_value *item, str *code, struct err *e)
{
	const struct toml_document *d = &g->u.d;
	str package = { 0 }, extra = { 0 }, group = { 0 };
	if (item->type != TOML_TABLE) return reader_bad(d, item, e, "toml-type", "a conflict is a table");
	if (!toml_want_string(d, item, "package", &package, e) || !toml_want_string(d, item, "extra", &extra, e) ||
	    !toml_want_string(d, item, "group", &group, e))
		return false;
	package = name_normalize(g->a, package);
	*code = extra.p   ? encode(g->a, "extra", package, name_normalize(g->a, extra))
	        : group.p ? encode(g->a, "group", package, name_normalize(g->a, group))
	                  : encode(g->a, "project", package, S(""));
	return true;
}

/* Refuses two items of one set that are on in one environment; or, at first, only collects the items. */
static bool each_conflict(struct graph *g, bool check, struct err *e)
{
	const struct toml_value *sets = NULL;
	if (!toml_want_array(&g->u.d, g->u.d.root, "conflicts", &sets, e)) return false;
	for (size_t i = 0; sets && i < sets->u.array.n; i++) {
		const struct toml_value *set = sets->u.array.p[i];
		str codes[UV_CONFLICT_ITEMS_MAX];
		size_t n = 0;
		if (set->type != TOML_ARRAY) return reader_bad(&g->u.d, set, e, "toml-type", "a conflicting set is an array");
		uint32_t before = MARKER_NEVER;
		for (size_t j = 0; j < set->u.array.n; j++) {
			if (n == UV_CONFLICT_ITEMS_MAX || g->items.n > UV_CONFLICT_ITEMS_MAX)
				return reader_bad(&g->u.d, sets, e, "too-large", "too many conflicts");
			if (!conflict_code(g, set->u.array.p[j], &codes[n], e)) return false;
			g->conflicts = true;
			if (!check) *map_put(&g->items, codes[n], NULL) = (void *)(uintptr_t)1;
			uint32_t on = check ? set_in(&g->items, codes[n]) : MARKER_NEVER;
			for (size_t k = 0; k < n; k++)
				if (str_eq(codes[k], codes[n])) on = MARKER_NEVER;
			if (marker_sets_and(g->markers, before, on) != MARKER_NEVER) {
				err_set(e, ERR_RESOLVE, "conflict", "the lock says that " STR_FMT " and others of its set exclude each other",
				        STR_ARG(codes[n]));
				return toml_where(e, &g->u.d, set->offset);
			}
			before = marker_sets_or(g->markers, before, on);
			n++;
		}
	}
	return true;
}

/* --- states --- */

static void reach(struct graph *g, struct uv_package *package, str extra, uint32_t where)
{
	bool added;
	size_t id = (size_t)(package - g->u.packages.p);
	if (where == MARKER_NEVER) return;
	void **slot = map_put(&g->by_step, arena_fmt(g->a, "%zu " STR_FMT, id, STR_ARG(extra)), &added);
	if (added) {
		*vec_push(g->a, &g->states) = (struct state){ package, extra, MARKER_NEVER, false };
		*slot = (void *)(uintptr_t)g->states.n;
	}
	size_t at = (size_t)(uintptr_t)*slot - 1;
	struct state *s = &g->states.p[at];
	uint32_t all = marker_sets_or(g->markers, s->where, where);
	if (all == s->where) return;
	s->where = all;
	if (extra.p) switch_on(g, encode(g->a, "extra", package->name, extra), where);
	if (s->queued) return;
	s->queued = true;
	*vec_push(g->a, &g->queue) = at;
}

/* The environments of a list of resolution-markers; without a list, all. Conflicting sets are told apart by the edges. */
static bool fork_set(struct graph *g, const struct toml_value *table, uint32_t *out, struct err *e)
{
	struct marker_choice choice = { .any_extra = true };
	const struct toml_value *list = NULL;
	uint32_t all = MARKER_NEVER;
	if (!toml_want_array(&g->u.d, table, "resolution-markers", &list, e)) return false;
	for (size_t i = 0; list && i < list->u.array.n; i++) {
		struct marker *m;
		if (!reader_marker(&g->x->r, &g->u.d, list->u.array.p[i], &m, e)) return false;
		all = marker_sets_or(g->markers, all, marker_sets_from(g->markers, m, &choice));
	}
	*out = list && list->u.array.n ? all : MARKER_ALWAYS;
	return true;
}

/* In the first pass every item is what is known of it so far: items are found by their ways, and ways rarely ask for items of others. */
static bool edge_set(struct graph *g, const struct toml_value *dependency, uint32_t *out, struct err *e)
{
	struct marker *m;
	struct marker_choice choice = { .extra_sets = g->final ? &g->known : &g->items };
	const struct toml_value *v = toml_get(dependency, S("marker"));
	*out = g->environment;
	if (!v) return true;
	if (!uv_marker(&g->u, dependency, &m, e)) return false;
	void *known = map_get(&g->edges, v->u.string);
	if (known) return *out = (uint32_t)(uintptr_t)known - 1, true;
	*out = marker_sets_and(g->markers, g->environment, marker_sets_from(g->markers, m, &choice));
	if (g->final || !marker_mentions(m, MARKER_EXTRA)) *map_put(&g->edges, v->u.string, NULL) = (void *)((uintptr_t)*out + 1);
	return true;
}

/* uv lets an edge see the extras that it switches on itself. */
static bool own_edge(struct graph *g, const struct uv_package *to, const struct str_list *extras, uint32_t from,
                     const struct toml_value *dependency, uint32_t *edge, struct err *e)
{
	uint32_t *before = arena_array(g->a, uint32_t, extras->n + 1);
	str *codes = arena_array(g->a, str, extras->n + 1);
	for (size_t i = 0; i < extras->n && !g->final; i++) {
		codes[i] = encode(g->a, "extra", to->name, name_normalize(g->a, extras->p[i]));
		before[i] = set_in(&g->items, codes[i]);
		switch_on(g, codes[i], from);
	}
	if (!edge_set(g, dependency, edge, e)) return false;
	for (size_t i = extras->n; i-- > 0 && !g->final;)
		if (map_has(&g->items, codes[i])) *map_put(&g->items, codes[i], NULL) = (void *)((uintptr_t)before[i] + 1);
	return true;
}

static bool follow(struct graph *g, uint32_t from, const struct toml_value *dependency, struct err *e)
{
	struct uv_package *to;
	struct str_list extras = { 0 };
	uint32_t edge;
	if (!uv_dependency(&g->u, dependency, &to, e)) return false;
	if (!toml_want_strings(g->a, &g->u.d, dependency, "extra", true, &extras, e)) return false;
	if (!own_edge(g, to, &extras, from, dependency, &edge, e)) return false;
	uint32_t where = marker_sets_and(g->markers, from, edge);
	if (!marker_sets_possible(g->markers, where)) return true;
	reach(g, to, (str){ 0 }, where);
	for (size_t i = 0; i < extras.n; i++) reach(g, to, name_normalize(g->a, extras.p[i]), where);
	return true;
}

static bool follow_all(struct graph *g, uint32_t from, const struct toml_value *list, struct err *e)
{
	if (!list) return true;
	if (list->type != TOML_ARRAY) return reader_bad(&g->u.d, list, e, "toml-type", "dependencies are an array");
	for (size_t i = 0; i < list->u.array.n; i++)
		if (!follow(g, from, list->u.array.p[i], e)) return false;
	return true;
}

/* Requirements of a workspace or script that has no package: only their names lead on. */
static bool follow_requirements(struct graph *g, const struct toml_value *list, struct err *e)
{
	if (!list || list->type != TOML_ARRAY) return true;
	for (size_t i = 0; i < list->u.array.n; i++) {
		const struct toml_value *t = list->u.array.p[i];
		struct str_list extras = { 0 };
		str name = { 0 };
		uint32_t where;
		if (t->type != TOML_TABLE) return reader_bad(&g->u.d, t, e, "toml-type", "a requirement is a table");
		if (!toml_want_string(&g->u.d, t, "name", &name, e)) return false;
		if (!toml_want_strings(g->a, &g->u.d, t, "extras", true, &extras, e) || !edge_set(g, t, &where, e)) return false;
		for (struct uv_package *to = uv_find(&g->u, name_normalize(g->a, name)); to;
		     to = to->next ? &g->u.packages.p[to->next - 1] : NULL) {
			uint32_t here;
			if (!fork_set(g, to->table, &here, e)) return false;
			here = marker_sets_and(g->markers, here, where);
			reach(g, to, (str){ 0 }, here);
			for (size_t j = 0; j < extras.n; j++) reach(g, to, name_normalize(g->a, extras.p[j]), here);
		}
	}
	return true;
}

/* --- the passes --- */

static void start(struct graph *g, struct uv_package *root)
{
	const struct str_list *extras = &g->x->r.extras;
	if (g->roots.prod) {
		switch_on(g, encode(g->a, "project", root->name, S("")), MARKER_ALWAYS);
		reach(g, root, (str){ 0 }, MARKER_ALWAYS);
		for (size_t i = 0; i < extras->n; i++) reach(g, root, extras->p[i], MARKER_ALWAYS);
	}
	for (size_t i = 0; i < g->roots.groups.n; i++)
		switch_on(g, encode(g->a, "group", root->name, g->roots.groups.p[i]), MARKER_ALWAYS);
}

static bool take_step(struct graph *g, size_t at, struct err *e)
{
	struct state s = g->states.p[at];
	g->states.p[at].queued = false;
	if (!s.extra.p) return follow_all(g, s.where, toml_get(s.package->table, S("dependencies")), e);
	return follow_all(g, s.where, uv_entry(toml_get(s.package->table, S("optional-dependencies")), s.extra), e);
}

static bool run(struct graph *g, struct err *e)
{
	const struct toml_value *root = g->u.d.root;
	map_init(&g->by_step, g->a);
	map_init(&g->edges, g->a);
	g->states.n = g->queue.n = 0;
	for (size_t i = 0; i < g->roots.list.n; i++) start(g, g->roots.list.p[i]);
	for (size_t i = 0; i < g->roots.list.n; i++)
		for (size_t j = 0; j < g->roots.groups.n; j++) {
			const struct toml_value *groups = uv_group_table(g->roots.list.p[i]);
			if (!follow_all(g, MARKER_ALWAYS, uv_entry(groups, g->roots.groups.p[j]), e)) return false;
		}
	if (g->roots.prod && !follow_requirements(g, toml_at(root, "manifest.requirements"), e)) return false;
	for (size_t i = 0; i < g->roots.groups.n; i++) {
		const struct toml_value *groups = toml_at(root, "manifest.dependency-groups");
		if (!follow_requirements(g, uv_entry(groups, g->roots.groups.p[i]), e)) return false;
	}
	for (size_t i = 0; i < g->queue.n; i++) {
		if (!take_step(g, g->queue.p[i], e)) return false;
		if (marker_sets_over(g->markers) || g->queue.n > STATES_MAX) {
			err_set(e, ERR_FORMAT, "too-large", "the lock has too many ways from the project to its packages");
			return err_where(e, STR_FMT, STR_ARG(g->u.path));
		}
	}
	return true;
}

/* --- lines --- */

static str anchored(struct arena *a, str path)
{
	if (str_empty(path)) return S(".");
	if (str_eq(path, S(".")) || str_eq(path, S("..")) || str_starts(path, S("./")) || str_starts(path, S("../"))) return path;
	return path_is_absolute(path) ? path : arena_join(a, S("./"), path);
}

static str git_text(struct graph *g, const struct uv_package *p)
{
	struct arena *a = g->a;
	str base, commit, query = { 0 }, part, subdirectory = { 0 };
	bool lfs = false;
	str_cut(p->source_value, '#', &base, &commit);
	for (bool more = str_cut(base, '?', &base, &query); more;) {
		more = str_cut(query, '&', &part, &query);
		if (str_starts(part, S("subdirectory="))) subdirectory = str_from_pos(part, 13); /* encoded already */
		if (str_eq(part, S("lfs=true"))) lfs = true;
	}
	str text = arena_fmt(a, " @ git+" STR_FMT "@" STR_FMT, STR_ARG(base), STR_ARG(commit));
	if (!str_empty(subdirectory)) text = arena_fmt(a, STR_FMT "#subdirectory=" STR_FMT, STR_ARG(text), STR_ARG(subdirectory));
	if (lfs) text = arena_fmt(a, STR_FMT "%clfs=true", STR_ARG(text), str_empty(subdirectory) ? '#' : '&');
	return text;
}

/* What a URL's fragment encodes. */
static str fragment(struct arena *a, str text)
{
	static const char digits[] = "0123456789ABCDEF";
	char *p = arena_array(a, char, text.n * 3 + 1);
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '`') {
			p[n++] = (char)c;
			continue;
		}
		p[n++] = '%';
		p[n++] = digits[c >> 4];
		p[n++] = digits[c & 15];
	}
	return (str){ p, n };
}

static bool place(struct graph *g, const struct uv_package *p, struct export_item *item, struct err *e)
{
	struct arena *a = g->a;
	str path = anchored(a, p->source_value), subdirectory = { 0 };
	switch (p->source) {
	case UV_REGISTRY: item->rest = arena_join(a, S("=="), p->version); return true;
	case UV_GIT: item->rest = git_text(g, p); return true;
	case UV_URL:
		if (!toml_want_string(&g->u.d, p->source_table, "subdirectory", &subdirectory, e)) return false;
		item->rest = arena_join(a, S(" @ "), p->source_value);
		if (!str_empty(subdirectory))
			item->rest =
			    arena_fmt(a, STR_FMT "#subdirectory=" STR_FMT, STR_ARG(item->rest), STR_ARG(fragment(a, subdirectory)));
		return true;
	case UV_EDITABLE:
		item->editable = true;
		item->line = arena_join(a, S("-e "), path);
		return true;
	default: item->line = path_is_absolute(path) ? export_file_url(a, path) : path; return true;
	}
}

static bool add_hash(struct graph *g, const struct toml_value *file, struct export_item *item, struct err *e)
{
	str hash = { 0 }, zstd = { 0 };
	const struct toml_value *packed = NULL;
	if (!file) return true;
	if (file->type != TOML_TABLE) return reader_bad(&g->u.d, file, e, "toml-type", "a file is a table");
	if (!toml_want_string(&g->u.d, file, "hash", &hash, e) || !toml_want_table(&g->u.d, file, "zstd", &packed, e)) return false;
	if (packed && !toml_want_string(&g->u.d, packed, "hash", &zstd, e)) return false;
	if (hash.p) *vec_push(g->a, &item->hashes) = hash;
	if (zstd.p) *vec_push(g->a, &item->hashes) = zstd;
	return true;
}

static bool hashes(struct graph *g, const struct uv_package *p, struct export_item *item, struct err *e)
{
	const struct toml_value *wheels = NULL;
	if (!toml_want_array(&g->u.d, p->table, "wheels", &wheels, e)) return false;
	if (!add_hash(g, toml_get(p->table, S("sdist")), item, e)) return false;
	for (size_t i = 0; wheels && i < wheels->u.array.n; i++)
		if (!add_hash(g, wheels->u.array.p[i], item, e)) return false;
	str_list_sort(&item->hashes);
	return true;
}

static bool files(struct graph *g, const struct uv_package *p, struct export_item *item, struct err *e)
{
	item->locked = arena_new(g->a, struct locked_package);
	item->locked->name = p->name;
	item->locked->version = p->version;
	item->locked->from_file = g->u.path;
	item->locked->from_line = p->line;
	if (p->source == UV_REGISTRY) item->locked->index = p->source_value;
	if (!uv_files(&g->u, p, item->locked, e)) return false;
	/* "https://host/repo?tag=v1#commit": the commit stands beside it. */
	if (p->source == UV_GIT) str_cut(p->source_value, '?', &item->locked->files.p[0].url, &(str){ 0 });
	return true;
}

/* Paths by their parts. */
static int path_cmp(str x, str y)
{
	str left, right;
	for (;;) {
		bool more_x = str_cut(x, '/', &left, &x), more_y = str_cut(y, '/', &right, &y);
		int c = str_cmp(left, right);
		if (c) return c;
		if (!more_x || !more_y) return (int)more_x - (int)more_y;
	}
}

static int rank(const struct uv_package *p)
{
	return p->source == UV_EDITABLE ? 0 : p->source == UV_PATH || p->source == UV_DIRECTORY ? 1 : 2;
}

struct line {
	const struct uv_package *package;
	struct version version;
	size_t state;
};

static int line_cmp(const void *va, const void *vb)
{
	const struct line *x = va, *y = vb;
	int c = rank(x->package) - rank(y->package);
	if (!c && rank(x->package) < 2) c = path_cmp(x->package->source_value, y->package->source_value);
	if (!c) c = str_cmp(x->package->name, y->package->name);
	if (!c && x->package->version.p && y->package->version.p) c = version_cmp(&x->version, &y->version);
	if (!c) c = (int)x->package->source - (int)y->package->source;
	return c ? c : str_cmp(x->package->source_value, y->package->source_value);
}

static bool is_root(const struct graph *g, const struct uv_package *p)
{
	for (size_t i = 0; i < g->roots.list.n; i++)
		if (g->roots.list.p[i] == p) return true;
	return false;
}

static bool add_lines(struct graph *g, struct err *e)
{
	struct line *lines = arena_array(g->a, struct line, g->states.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < g->states.n; i++) {
		const struct uv_package *p = g->states.p[i].package;
		if (g->states.p[i].extra.p || p->source == UV_VIRTUAL) continue;
		if (g->x->request->no_project && is_root(g, p)) continue;
		lines[n] = (struct line){ .package = p, .state = i };
		if (p->version.p && !version_parse(g->a, p->version, &lines[n].version, e)) return false;
		n++;
	}
	if (n) qsort(lines, n, sizeof *lines, line_cmp);
	for (size_t i = 0; i < n; i++) {
		struct export_item item = { .name = lines[i].package->name, .marker = g->states.p[lines[i].state].where };
		if (!place(g, lines[i].package, &item, e) || !hashes(g, lines[i].package, &item, e)) return false;
		if (g->x->request->files && !files(g, lines[i].package, &item, e)) return false;
		*vec_push(g->a, &g->x->out->items) = item;
	}
	return true;
}

static void leave_out_groups(struct graph *g)
{
	struct str_list without = { 0 };
	size_t kept = 0;
	reader_normalize_names(g->a, &g->x->request->without_groups, &without);
	for (size_t i = 0; i < g->roots.groups.n; i++)
		if (!str_list_has(&without, g->roots.groups.p[i])) g->roots.groups.p[kept++] = g->roots.groups.p[i];
	g->roots.groups.n = kept;
}

bool export_uv(struct exporter *x, str text, struct err *e)
{
	struct graph g = { .x = x, .a = x->a, .markers = x->out->markers, .u = { .r = &x->r, .path = x->path } };
	str python = { 0 };
	x->out->style = MARKER_STYLE_FULL;
	map_init(&g.items, x->a);
	map_init(&g.known, x->a);
	if (!uv_lock_parse(&g.u, text, e) || !uv_find_roots(&g.u, &g.roots, e) || !each_conflict(&g, false, e)) return false;
	if (!fork_set(&g, g.u.d.root, &g.environment, e)) return false;
	if (!toml_want_string(&g.u.d, g.u.d.root, "requires-python", &python, e)) return false;
	x->out->python_text = python;
	leave_out_groups(&g);
	if (g.conflicts) {
		if (!run(&g, e) || !each_conflict(&g, true, e)) return false;
		g.known = g.items;
	}
	g.final = true;
	return run(&g, e) && add_lines(&g, e);
}
