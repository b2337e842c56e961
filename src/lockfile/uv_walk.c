/* uv_walk.c: which packages of a uv.lock take part.
 * SPDX-License-Identifier: Apache-2.0
 *
 * As uv's Installable::to_resolution: breadth first from the project over dependencies, chosen extras and groups, following an edge
 * when its marker holds. In a lock with conflicting sets, markers ask for extra == 'extra-3-foo-bar' ("extra bar of package foo is
 * on"; group-..., project-... alike), so a first walk only finds which of those are on, and a second one decides.
 *
 * Glossary: a step is (package, extra or none); `on` holds the encoded names that markers may ask for. */
#include <string.h>

#include "base/io.h"
#include "lockfile/uv_lock.h"
#include "python/name.h"

struct step {
	struct uv_package *package;
	str extra; /* p == NULL: its own dependencies */
};

struct walk {
	struct uv_lock *u;
	struct arena *a;
	bool final;       /* second walk: packages are added */
	bool conflicts;   /* the lock has conflicting sets */
	struct map items; /* encoded names that belong to a conflicting set */
	struct str_list on;
	struct map seen; /* step -> anything */
	VEC(struct step) queue;
	struct uv_roots roots;
};

/* --- encoded names --- */

static str encode(struct arena *a, const char *kind, str package, str name)
{
	if (str_empty(name)) return arena_fmt(a, "%s-%zu-" STR_FMT, kind, package.n, STR_ARG(package));
	return arena_fmt(a, "%s-%zu-" STR_FMT "-" STR_FMT, kind, package.n, STR_ARG(package), STR_ARG(name));
}

/* What the roots switch on is always known; what dependencies switch on only where it can matter. */
static void switch_on(struct walk *w, str code, bool root)
{
	if (!root && !map_has(&w->items, code)) return;
	if (w->on.n < 2 * UV_CONFLICT_ITEMS_MAX) str_list_add_new(w->a, &w->on, code);
}

static bool conflict_code(struct walk *w, const struct toml_value *item, str *code, struct err *e)
{
	struct uv_lock *u = w->u;
	str package = { 0 }, extra = { 0 }, group = { 0 };
	if (item->type != TOML_TABLE) return reader_bad(&u->d, item, e, "toml-type", "a conflict is a table");
	if (!toml_want_string(&u->d, item, "package", &package, e) || !toml_want_string(&u->d, item, "extra", &extra, e) ||
	    !toml_want_string(&u->d, item, "group", &group, e))
		return false;
	package = name_normalize(w->a, package);
	if (extra.p)
		*code = encode(w->a, "extra", package, name_normalize(w->a, extra));
	else if (group.p)
		*code = encode(w->a, "group", package, name_normalize(w->a, group));
	else
		*code = encode(w->a, "project", package, S(""));
	return true;
}

/* Collects the items of all sets (check = false), or finds a set of which two are on (check = true). */
static bool each_conflict(struct walk *w, bool check, struct err *e)
{
	struct uv_lock *u = w->u;
	const struct toml_value *sets = NULL;
	if (!toml_want_array(&u->d, u->d.root, "conflicts", &sets, e)) return false;
	for (size_t i = 0; sets && i < sets->u.array.n; i++) {
		const struct toml_value *set = sets->u.array.p[i];
		str first = { 0 }, code;
		if (set->type != TOML_ARRAY) return reader_bad(&u->d, set, e, "toml-type", "a conflicting set is an array");
		for (size_t j = 0; j < set->u.array.n; j++) {
			if (!conflict_code(w, set->u.array.p[j], &code, e)) return false;
			w->conflicts = true;
			if (!check) {
				*map_put(&w->items, code, NULL) = w;
				if (w->items.n > UV_CONFLICT_ITEMS_MAX) return reader_bad(&u->d, sets, e, "too-large", "too many conflicts");
				continue;
			}
			if (!str_list_has(&w->on, code)) continue;
			if (first.p && !str_eq(first, code)) {
				err_set(e, ERR_RESOLVE, "conflict", "the lock says that " STR_FMT " and " STR_FMT " exclude each other",
				        STR_ARG(first), STR_ARG(code));
				return toml_where(e, &u->d, set->offset);
			}
			first = code;
		}
	}
	return true;
}

/* --- the queue --- */

static void push(struct walk *w, struct uv_package *package, str extra)
{
	size_t id = (size_t)(package - w->u->packages.p);
	bool added;
	map_put(&w->seen, arena_fmt(w->a, "%zu " STR_FMT, id, STR_ARG(extra)), &added);
	if (added) *vec_push(w->a, &w->queue) = (struct step){ package, extra };
}

static bool holds(struct walk *w, const struct marker *m, str who, str *assumed)
{
	bool ignored;
	if (!m) return true;
	if (w->final) return reader_decide(w->u->r, m, who, assumed);
	return marker_decide(m, &w->u->r->known, &w->u->r->assumed, &ignored);
}

/* Adds a package to the set once. The workspace's virtual members bring dependencies and nothing of their own. */
static bool take(struct walk *w, struct uv_package *p, str assumed, struct err *e)
{
	struct uv_lock *u = w->u;
	struct locked_package *out;
	if (!w->final || p->taken) return true;
	p->taken = true;
	if (p->source == UV_VIRTUAL) return true;
	if (!reader_add(u->r, &out, e)) return false;
	p->listed = true;
	p->position = u->r->set->packages.n - 1;
	out->name = p->name;
	out->version = p->version;
	out->from_file = u->path;
	out->from_line = p->line;
	out->assumed = assumed;
	out->pinned_by_hash = out->knows_dependencies = true;
	if (p->source == UV_REGISTRY && str_contains(p->source_value, S("://"))) out->index = p->source_value;
	return uv_files(u, p, out, e);
}

static void note_edge(struct walk *w, const struct uv_package *from, const struct uv_package *to, const struct str_list *extras)
{
	struct locked_set *set = w->u->r->set;
	if (!w->final) return;
	if (from && from->listed) *vec_push(w->a, &set->packages.p[from->position].dependencies) = to->name;
	if (!to->listed) return;
	for (size_t i = 0; i < extras->n; i++)
		if (set->packages.p[to->position].extras.n < 1000)
			str_list_add_new(w->a, &set->packages.p[to->position].extras, extras->p[i]);
}

static bool follow(struct walk *w, struct uv_package *from, const struct toml_value *dependency, struct err *e)
{
	struct uv_lock *u = w->u;
	struct uv_package *to;
	struct marker *m;
	struct str_list written = { 0 }, extras = { 0 };
	str assumed = { 0 };
	if (!uv_dependency(u, dependency, &to, e) || !uv_marker(u, dependency, &m, e)) return false;
	if (!toml_want_strings(w->a, &u->d, dependency, "extra", true, &written, e)) return false;
	reader_normalize_names(w->a, &written, &extras);
	/* uv lets an edge see the extras that it would switch on itself. */
	size_t before = w->on.n;
	for (size_t i = 0; i < extras.n && !w->final; i++) switch_on(w, encode(w->a, "extra", to->name, extras.p[i]), false);
	if (!holds(w, m, to->name, &assumed)) {
		if (!w->final) w->on.n = before;
		return true;
	}
	if (!take(w, to, assumed, e)) return false;
	note_edge(w, from, to, &extras);
	push(w, to, (str){ 0 });
	for (size_t i = 0; i < extras.n; i++) push(w, to, extras.p[i]);
	return true;
}

static bool follow_all(struct walk *w, struct uv_package *from, const struct toml_value *list, struct err *e)
{
	if (!list) return true;
	if (list->type != TOML_ARRAY) return reader_bad(&w->u->d, list, e, "toml-type", "dependencies are an array");
	for (size_t i = 0; i < list->u.array.n; i++)
		if (!follow(w, from, list->u.array.p[i], e)) return false;
	return true;
}

static bool take_step(struct walk *w, struct step s, struct err *e)
{
	if (!s.extra.p) return follow_all(w, s.package, toml_get(s.package->table, S("dependencies")), e);
	return follow_all(w, s.package, uv_entry(toml_get(s.package->table, S("optional-dependencies")), s.extra), e);
}

/* --- roots --- */

/* A root's groups and extras; `final` decides whether it also lists what the root is. */
static bool start(struct walk *w, struct uv_package *root, struct err *e)
{
	struct lock_reader *r = w->u->r;
	if (w->roots.listed && w->roots.prod && !take(w, root, (str){ 0 }, e)) return false;
	root->taken |= w->final;
	if (w->roots.prod) {
		push(w, root, (str){ 0 });
		switch_on(w, encode(w->a, "project", root->name, S("")), true);
		for (size_t i = 0; i < r->extras.n; i++) {
			push(w, root, r->extras.p[i]);
			switch_on(w, encode(w->a, "extra", root->name, r->extras.p[i]), true);
		}
	}
	for (size_t i = 0; i < w->roots.groups.n; i++) switch_on(w, encode(w->a, "group", root->name, w->roots.groups.p[i]), true);
	return true;
}

static bool start_groups(struct walk *w, struct uv_package *root, struct err *e)
{
	for (size_t i = 0; i < w->roots.groups.n; i++)
		if (!follow_all(w, root, uv_entry(uv_group_table(root), w->roots.groups.p[i]), e)) return false;
	return true;
}

/* Requirements of a workspace or script that has no package: written as requirements, so only their names lead on. */
static bool follow_requirements(struct walk *w, const struct toml_value *list, struct err *e)
{
	struct uv_lock *u = w->u;
	if (!list || list->type != TOML_ARRAY) return true;
	for (size_t i = 0; i < list->u.array.n; i++) {
		struct toml_value plain = *list->u.array.p[i];
		if (plain.type != TOML_TABLE) return reader_bad(&u->d, &plain, e, "toml-type", "a requirement is a table");
		struct str_list extras = { 0 };
		if (!toml_want_strings(w->a, &u->d, &plain, "extras", true, &extras, e)) return false;
		const struct toml_value *name = toml_get(&plain, S("name"));
		struct marker *m;
		str assumed = { 0 };
		if (!name || name->type != TOML_STRING) continue;
		struct uv_package *to = uv_find(u, name_normalize(w->a, name->u.string));
		if (!uv_marker(u, &plain, &m, e)) return false;
		if (!to || !holds(w, m, to->name, &assumed)) continue;
		if (!take(w, to, assumed, e)) return false;
		push(w, to, (str){ 0 });
		for (size_t j = 0; j < extras.n; j++) push(w, to, name_normalize(w->a, extras.p[j]));
	}
	return true;
}

static bool run(struct walk *w, struct err *e)
{
	const struct toml_value *root = w->u->d.root;
	map_init(&w->seen, w->a);
	w->queue.n = 0;
	for (size_t i = 0; i < w->roots.list.n; i++)
		if (!start(w, w->roots.list.p[i], e)) return false;
	for (size_t i = 0; i < w->roots.list.n; i++)
		if (!start_groups(w, w->roots.list.p[i], e)) return false;
	if (w->roots.prod && !follow_requirements(w, toml_at(root, "manifest.requirements"), e)) return false;
	for (size_t i = 0; i < w->roots.groups.n; i++)
		if (!follow_requirements(w, uv_entry(toml_at(root, "manifest.dependency-groups"), w->roots.groups.p[i]), e))
			return false;
	for (size_t i = 0; i < w->queue.n; i++)
		if (!take_step(w, w->queue.p[i], e)) return false;
	return true;
}

static bool check_versions(struct walk *w, struct err *e)
{
	struct locked_set *set = w->u->r->set;
	struct map seen;
	map_init(&seen, w->a);
	for (size_t i = 0; i < set->packages.n; i++) {
		const struct locked_package *p = &set->packages.p[i];
		bool added;
		void **slot = map_put(&seen, p->name, &added);
		if (added) {
			*slot = (void *)(uintptr_t)(i + 1);
			continue;
		}
		const struct locked_package *other = &set->packages.p[(uintptr_t)*slot - 1];
		err_set(e, ERR_RESOLVE, "lock-duplicate",
		        "two versions of `" STR_FMT "` apply to " STR_FMT ": " STR_FMT " and " STR_FMT, STR_ARG(p->name),
		        STR_ARG(w->u->r->target->text), STR_ARG(other->version), STR_ARG(p->version));
		return err_where(e, STR_FMT ":%u", STR_ARG(p->from_file), (unsigned)p->from_line);
	}
	return true;
}

bool uv_walk(struct uv_lock *u, struct err *e)
{
	struct lock_reader *r = u->r;
	struct walk w = { .u = u, .a = r->a };
	map_init(&w.items, r->a);
	if (!uv_find_roots(u, &w.roots, e) || !each_conflict(&w, false, e)) return false;
	r->known.extras = r->assumed.extras = &w.on;
	bool good = (!w.conflicts || run(&w, e)) && each_conflict(&w, true, e);
	w.final = true;
	good = good && run(&w, e) && check_versions(&w, e);
	r->known.extras = r->assumed.extras = NULL;
	return good;
}
