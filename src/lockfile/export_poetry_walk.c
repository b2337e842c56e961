/* export_poetry_walk.c: what takes part, under which markers, in a poetry.lock before lock-version 2.1.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: poetry-plugin-export 1.10, walker.py. Needs are taken from a queue; each is answered by the highest version of its name that
 * fits, unless one that was taken before holds in some of its environments: that one must fit then. What the answer needs is asked for
 * within the environments of the need, once for each region of Python that the versions of that name divide.
 * A package with extras and the same without are two lines. */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "lockfile/export_poetry_needs.h"
#include "python/name.h"

#define STEPS_MAX ((size_t)1000000)

struct candidate {
	struct poetry_package *package;
	uint32_t python;
	size_t order; /* in the file */
};

/* What is known of a name. */
struct family {
	VEC(struct candidate) list; /* highest version first */
	VEC(uint32_t) regions;
};

struct decision {
	struct poetry_package *package;
	struct str_list extras;
	uint32_t marker;
};

struct walk {
	struct export_poetry *p;
	struct arena *a;
	struct map families, decided, seen;
	struct map wanted; /* names that the requested extras lead to */
	VEC(struct decision) decisions;
	struct poetry_needs queue;
	str own_name; /* of the project */
};

/* --- families --- */

static int candidate_cmp(const void *va, const void *vb)
{
	const struct candidate *x = va, *y = vb;
	int c = version_cmp(&y->package->parsed, &x->package->parsed);
	return c ? c : (x->order > y->order) - (x->order < y->order);
}

static int cut_order(const void *va, const void *vb) { return cut_cmp(*(const struct cut *)va, *(const struct cut *)vb); }

struct cuts {
	struct cut *p;
	size_t n, cap;
};

static bool add_cuts(struct walk *w, const struct poetry_package *package, struct cuts *cuts, struct err *e)
{
	str python = { 0 };
	struct poetry_constraint c;
	if (!toml_want_string(&w->p->lock.d, package->table, "python-versions", &python, e)) return false;
	if (!python.p || str_eq(python, S("*"))) return true;
	if (!poetry_constraint_parse(w->a, python, &c, e)) return false;
	for (size_t i = 0; i < c.allowed.n; i++) {
		if (c.allowed.p[i].from.version) *vec_push(w->a, cuts) = c.allowed.p[i].from;
		if (c.allowed.p[i].to.version) *vec_push(w->a, cuts) = c.allowed.p[i].to;
	}
	return true;
}

static void make_regions(struct walk *w, struct family *f, struct cuts *cuts)
{
	struct cut from = { CUT_LOWEST, NULL };
	if (cuts->n) qsort(cuts->p, cuts->n, sizeof *cuts->p, cut_order);
	for (size_t i = 0; i <= cuts->n; i++) {
		struct cut to = i < cuts->n ? cuts->p[i] : (struct cut){ CUT_HIGHEST, NULL };
		struct interval_set region = interval_set_of(w->a, from, to);
		uint32_t set = marker_sets_python(w->p->markers, &region);
		if (set != MARKER_NEVER) *vec_push(w->a, &f->regions) = set;
		from = to;
	}
}

static bool family_of(struct walk *w, str name, struct family **out, struct err *e)
{
	struct poetry_lock *l = &w->p->lock;
	struct cuts cuts = { 0 };
	bool added;
	void **slot = map_put(&w->families, name, &added);
	if (!added) return *out = *slot, true;
	struct family *f = arena_new(w->a, struct family);
	*slot = f;
	for (struct poetry_package *p = poetry_find(l, name); p; p = p->next ? &l->packages.p[p->next - 1] : NULL) {
		struct candidate c = { .package = p, .order = (size_t)(p - l->packages.p) };
		if (!export_poetry_python(w->p, p, &c.python, e) || !add_cuts(w, p, &cuts, e)) return false;
		*vec_push(w->a, &f->list) = c;
	}
	if (f->list.n) qsort(f->list.p, f->list.n, sizeof *f->list.p, candidate_cmp);
	make_regions(w, f, &cuts);
	return *out = f, true;
}

/* --- decisions --- */

static struct decision *decision_of(struct walk *w, const struct poetry_package *package, const struct str_list *extras,
                                    bool make)
{
	bool added;
	str key = arena_fmt(w->a, "%zu", (size_t)(package - w->p->lock.packages.p));
	for (size_t i = 0; i < extras->n; i++) key = arena_fmt(w->a, STR_FMT "," STR_FMT, STR_ARG(key), STR_ARG(extras->p[i]));
	void *known = map_get(&w->decided, key);
	if (known) return &w->decisions.p[(uintptr_t)known - 1];
	if (!make) return NULL;
	*vec_push(w->a, &w->decisions) = (struct decision){ .package = &w->p->lock.packages.p[package - w->p->lock.packages.p] };
	w->decisions.p[w->decisions.n - 1].extras = *extras;
	*map_put(&w->decided, key, &added) = (void *)(uintptr_t)w->decisions.n;
	return &w->decisions.p[w->decisions.n - 1];
}

static bool failed(struct walk *w, const struct poetry_need *n, const char *why, struct err *e)
{
	(void)w;
	err_set(e, ERR_RESOLVE, "export-walk", "the lock gives no answer for `" STR_FMT "` in every environment", STR_ARG(n->name));
	toml_where(e, n->d, n->at->offset);
	err_why(e, "%s", why);
	return err_help(e, "lock again with Poetry 2 (`poetry lock`): its locks say themselves where a package is needed");
}

/* Pythons of the need that the candidate does not run on? */
static bool fits(struct walk *w, const struct poetry_need *n, const struct candidate *c)
{
	struct marker_sets *m = w->p->markers;
	uint32_t python = marker_sets_only_python(m, n->marker);
	return marker_sets_and(m, python, marker_sets_not(m, c->python)) == MARKER_NEVER &&
	       export_poetry_need_admits(n, c->package);
}

static bool find_candidate(struct walk *w, const struct poetry_need *n, struct poetry_package **out, struct err *e)
{
	static const struct str_list none;
	struct family *f;
	const struct poetry_package *forced = NULL;
	*out = NULL;
	if (!family_of(w, n->name, &f, e)) return false;
	for (size_t i = 0; i < f->list.n; i++) {
		const struct decision *d = decision_of(w, f->list.p[i].package, &none, false);
		if (!d || marker_sets_and(w->p->markers, d->marker, n->marker) == MARKER_NEVER) continue;
		if (forced) return failed(w, n, "two versions that are needed elsewhere share environments with it", e);
		forced = f->list.p[i].package;
	}
	for (size_t i = 0; i < f->list.n && !*out; i++)
		if (fits(w, n, &f->list.p[i]) && (!forced || forced == f->list.p[i].package)) *out = f->list.p[i].package;
	if (*out) return true;
	return failed(w, n, forced ? "the version that is needed elsewhere does not fit" : "no package of that name fits", e);
}

/* --- the walk --- */

/* Packages that Poetry before 1.3 left out of locks because every environment had them. */
static bool never_locked(str name)
{
	return str_eq(name, S("setuptools")) || str_eq(name, S("pip")) || str_eq(name, S("wheel")) || str_eq(name, S("distribute"));
}

static void push(struct walk *w, struct poetry_need need)
{
	bool added;
	map_put(&w->seen, arena_fmt(w->a, "%u " STR_FMT, need.marker, STR_ARG(need.key)), &added);
	if (added) *vec_push(w->a, &w->queue) = need;
}

/* Does one of the extras list it? Entries are "name (>=1.0)", "name[extra] (>=1) ; marker" and the like. */
static bool listed(struct walk *w, const struct poetry_package *package, const struct str_list *extras, str name)
{
	const struct toml_value *table = toml_get(package->table, S("extras"));
	for (size_t i = 0; table && table->type == TOML_TABLE && i < table->u.table.n; i++) {
		const struct toml_value *list = table->u.table.p[i].value;
		if (!str_list_has(extras, name_normalize(w->a, table->u.table.p[i].key)) || list->type != TOML_ARRAY) continue;
		for (size_t j = 0; j < list->u.array.n; j++) {
			if (list->u.array.p[j]->type != TOML_STRING) continue;
			str text = list->u.array.p[j]->u.string;
			size_t n = 0;
			while (n < text.n && (ascii_alnum(text.p[n]) || text.p[n] == '-' || text.p[n] == '_' || text.p[n] == '.')) n++;
			if (name_same(str_slice(text, 0, n), name)) return true;
		}
	}
	return false;
}

static bool push_child(struct walk *w, const struct poetry_package *package, const struct poetry_need *parent, uint32_t within,
                       str name, const struct toml_value *v, struct err *e)
{
	struct marker_sets *m = w->p->markers;
	struct poetry_need need;
	struct family *f;
	if (!export_poetry_need(w->p, &w->p->lock.d, name, v, &parent->extras, &need, e)) return false;
	if (need.optional && !(need.asked && listed(w, package, &parent->extras, need.name))) return true;
	uint32_t base = marker_sets_and(m, need.marker, within);
	if (base == MARKER_NEVER || str_eq(need.name, w->own_name)) return true;
	if (!family_of(w, need.name, &f, e)) return false;
	if (!f->list.n && never_locked(need.name)) {
		note_add(w->p->x->r.notes, NOTE_WARNING, "not-locked", STR_FMT " is needed by " STR_FMT ", but the lock leaves it out",
		         STR_ARG(need.name), STR_ARG(package->name));
		return true;
	}
	for (size_t i = 0; i < f->regions.n; i++) {
		need.marker = marker_sets_and(m, f->regions.p[i], base);
		if (need.marker != MARKER_NEVER) push(w, need);
	}
	return true;
}

static bool take(struct walk *w, const struct poetry_need *need, struct err *e)
{
	struct marker_sets *m = w->p->markers;
	const struct toml_value *table = NULL;
	struct poetry_package *package;
	uint32_t python;
	if (!find_candidate(w, need, &package, e) || !export_poetry_python(w->p, package, &python, e)) return false;
	uint32_t within = marker_sets_and(m, python, need->marker);
	if (!toml_want_table(&w->p->lock.d, package->table, "dependencies", &table, e)) return false;
	for (size_t i = 0; table && i < table->u.table.n; i++) {
		const struct toml_member *child = &table->u.table.p[i];
		struct toml_value *const *list = &child->value;
		size_t n = 1;
		if (child->value->type == TOML_ARRAY) list = child->value->u.array.p, n = child->value->u.array.n;
		for (size_t j = 0; j < n; j++)
			if (!push_child(w, package, need, within, child->key, list[j], e)) return false;
	}
	struct decision *d = decision_of(w, package, &need->extras, true);
	d->marker = marker_sets_or(m, d->marker, within);
	return true;
}

/* --- roots --- */

/* Names that the requested extras lead to, through all dependencies (poetry, utils/extras.py). */
static void find_wanted(struct walk *w)
{
	const struct poetry_lock *l = &w->p->lock;
	const struct toml_value *extras = toml_get(l->d.root, S("extras"));
	struct str_list stack = { 0 };
	for (size_t i = 0; extras && extras->type == TOML_TABLE && i < extras->u.table.n; i++) {
		const struct toml_value *list = extras->u.table.p[i].value;
		if (list->type != TOML_ARRAY || !str_list_has(&w->p->x->r.extras, name_normalize(w->a, extras->u.table.p[i].key)))
			continue;
		for (size_t j = 0; j < list->u.array.n; j++)
			if (list->u.array.p[j]->type == TOML_STRING)
				*vec_push(w->a, &stack) = name_normalize(w->a, list->u.array.p[j]->u.string);
	}
	while (stack.n) {
		str name = stack.p[--stack.n];
		bool added;
		map_put(&w->wanted, name, &added);
		if (!added) continue;
		/* Of several packages of the name, the last one of the file counts there. */
		const struct poetry_package *p = poetry_find(l, name);
		const struct toml_value *needs = p ? toml_get(p->table, S("dependencies")) : NULL;
		for (size_t i = 0; needs && needs->type == TOML_TABLE && i < needs->u.table.n; i++)
			*vec_push(w->a, &stack) = name_normalize(w->a, needs->u.table.p[i].key);
	}
}

/* The first package of the file that fits decides whether an extra has to ask for it; without any the need is passed over. */
static bool is_selected(struct walk *w, const struct poetry_need *need)
{
	const struct poetry_lock *l = &w->p->lock;
	const struct poetry_package *first = NULL;
	for (struct poetry_package *p = poetry_find(l, need->name); p; p = p->next ? &l->packages.p[p->next - 1] : NULL)
		if (export_poetry_need_admits(need, p)) first = p;
	return first && (!first->optional || map_has(&w->wanted, need->name));
}

static bool push_roots(struct walk *w, struct err *e)
{
	struct poetry_needs roots;
	if (!export_poetry_roots(w->p, &roots, e)) return false;
	for (size_t i = 0; i < roots.n; i++) {
		struct poetry_need need = roots.p[i];
		if (!is_selected(w, &need) || str_eq(need.name, w->own_name)) continue;
		need.marker = marker_sets_and(w->p->markers, need.marker, w->p->python);
		push(w, need);
	}
	return true;
}

bool export_poetry_walk(struct export_poetry *p, struct err *e)
{
	struct walk w = { .p = p, .a = p->x->a };
	const struct toml_value *name = toml_at(p->lock.project.root, "project.name");
	if (!name) name = toml_at(p->lock.project.root, "tool.poetry.name");
	if (name && name->type == TOML_STRING) w.own_name = name_normalize(w.a, name->u.string);
	map_init(&w.families, w.a);
	map_init(&w.decided, w.a);
	map_init(&w.seen, w.a);
	map_init(&w.wanted, w.a);
	find_wanted(&w);
	if (!push_roots(&w, e)) return false;
	for (size_t i = 0; i < w.queue.n; i++) {
		struct poetry_need need = w.queue.p[i];
		if (!take(&w, &need, e)) return false;
		if (w.queue.n > STEPS_MAX || marker_sets_over(p->markers)) {
			err_set(e, ERR_FORMAT, "too-large", "the lock has too many ways from the project to its packages");
			return err_where(e, STR_FMT, STR_ARG(p->lock.path));
		}
	}
	for (size_t i = 0; i < w.decisions.n; i++) {
		const struct decision *d = &w.decisions.p[i];
		if (!export_poetry_add(p, d->package, d->marker, &d->extras, e)) return false;
	}
	return true;
}
