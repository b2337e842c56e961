/* poetry_walk.c: what takes part in a poetry.lock before lock-version 2.1.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: poetry-plugin-export's walker.py with one concrete target, for which its splitting into Python regions is not needed. The
 * project's dependencies (main and the chosen groups) are followed through the lock: a candidate is a package of that name whose
 * python-versions admit the target and whose version and kind of source satisfy the dependency, highest version first; a name
 * that was decided stays decided. Optional dependencies count when a requested extra lists them. A lock from 2.1 on says itself what
 * takes part; there the same walk only finds who needs whom.
 *
 * Glossary: a step is (package, extra or none), as in uv_walk.c. */
#include <string.h>

#include "lockfile/poetry_lock.h"
#include "python/name.h"

#define EXTRAS_MAX 1000
/* Extra of a step: whichever there are. No name looks like this. */
#define ANY_EXTRA S("*")

struct dependency {
	const struct toml_document *d;
	const struct toml_value *at; /* for messages */
	str name;                    /* normalised */
	bool any;                    /* no constraint on the version */
	struct poetry_constraint constraint;
	struct specifier_set specifier; /* of a PEP 508 text */
	bool optional;
	bool holds; /* marker, python and platform admit the target */
	str assumed;
	const char *source;     /* "git", "path", "url" or NULL */
	struct str_list extras; /* normalised */
};

struct step {
	struct poetry_package *package;
	str extra; /* p == NULL: its own dependencies */
};

struct walk {
	struct poetry_lock *l;
	struct arena *a;
	struct map seen;
	struct map wanted; /* names that the requested extras lead to */
	struct map listed; /* names that the extra of the current step lists */
	bool needs_only;   /* what takes part is known: only who needs whom is asked */
	VEC(struct step) queue;
};

/* --- one dependency --- */

static bool bad_type(const struct dependency *x, const char *what, struct err *e)
{
	return reader_bad(x->d, x->at, e, "toml-type", "%s", what);
}

/* "linux", "!=win32", "linux || darwin": compared with sys_platform. */
static bool platform_allowed(struct walk *w, str text)
{
	str have = w->l->r->known.values[MARKER_SYS_PLATFORM], one;
	if (!have.p) have = w->l->r->assumed.values[MARKER_SYS_PLATFORM];
	for (bool more = true; more;) {
		more = str_cut(text, '|', &one, &text);
		one = str_trim(one);
		if (str_empty(one)) continue;
		if (str_eq(one, S("*"))) return true;
		if (str_starts(one, S("!=")) && !str_eq(str_trim(str_from_pos(one, 2)), have)) return true;
		if (str_starts(one, S("=="))) one = str_trim(str_from_pos(one, 2));
		if (str_eq(one, have)) return true;
	}
	return false;
}

static bool check_conditions(struct walk *w, const struct toml_value *table, struct dependency *x, struct err *e)
{
	struct poetry_lock *l = w->l;
	str python = { 0 }, platform = { 0 };
	struct marker *m;
	bool never;
	if (!toml_want_string(x->d, table, "python", &python, e) || !toml_want_string(x->d, table, "platform", &platform, e))
		return false;
	if (!poetry_python_allowed(l, python, x->name, &x->holds, e)) return toml_where(e, x->d, x->at->offset);
	if (x->holds && platform.p) x->holds = platform_allowed(w, platform);
	if (!poetry_marker(l, x->d, toml_get(table, S("markers")), &m, &never, e)) return false;
	if (never) x->holds = false;
	if (x->holds) x->holds = reader_decide(l->r, m, x->name, &x->assumed);
	return true;
}

static bool read_table(struct walk *w, const struct toml_value *table, struct dependency *x, str *version, struct err *e)
{
	static const char *const sources[] = { "git", "path", "url", "file" };
	struct str_list extras = { 0 };
	if (!toml_want_string(x->d, table, "version", version, e) || !toml_want_bool(x->d, table, "optional", &x->optional, e) ||
	    !toml_want_strings(w->a, x->d, table, "extras", true, &extras, e))
		return false;
	reader_normalize_names(w->a, &extras, &x->extras);
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
		if (toml_get(table, str_from(sources[i]))) x->source = sources[i];
	return check_conditions(w, table, x, e);
}

/* A string, or a table with version, markers, extras ...: one alternative of a dependency. */
static bool read_dependency(struct walk *w, const struct toml_document *d, str name, const struct toml_value *v,
                            struct dependency *out, struct err *e)
{
	struct dependency x = { .d = d, .at = v, .holds = true };
	str version = { 0 };
	x.name = name_normalize(w->a, name);
	if (v->type == TOML_STRING)
		version = v->u.string;
	else if (v->type != TOML_TABLE)
		return bad_type(&x, "a dependency is a string or a table", e);
	else if (!read_table(w, v, &x, &version, e))
		return false;
	x.any = x.source || !version.p || str_eq(version, S("*"));
	if (!x.any && !poetry_constraint_parse(w->a, version, &x.constraint, e)) return toml_where(e, d, v->offset);
	*out = x;
	return true;
}

static bool admits(struct walk *w, const struct dependency *x, const struct poetry_package *p, bool *out, struct err *e)
{
	str python = { 0 };
	*out = false;
	if (!x->any && !poetry_constraint_allows(&x->constraint, &p->parsed)) return true;
	if (x->specifier.n && !specifier_matches(&x->specifier, &p->parsed, p->version)) return true;
	if (x->source) {
		bool path = str_eq(p->source_type, S("directory")) || str_eq(p->source_type, S("file"));
		bool same = x->source[0] == 'p' || x->source[0] == 'f' ? path : str_eq(p->source_type, str_from(x->source));
		if (!same) return true;
	}
	if (!toml_want_string(&w->l->d, p->table, "python-versions", &python, e)) return false;
	if (poetry_python_allowed(w->l, python, p->name, out, e)) return true;
	return toml_where(e, &w->l->d, p->table->offset);
}

static bool find_candidate(struct walk *w, const struct dependency *x, struct poetry_package **out, struct err *e)
{
	struct poetry_lock *l = w->l;
	struct poetry_package *best = NULL;
	bool decided = false;
	for (struct poetry_package *p = poetry_find(l, x->name); p; p = p->next ? &l->packages.p[p->next - 1] : NULL) {
		bool good;
		if (!admits(w, x, p, &good, e)) return false;
		if (!good || (decided && !p->taken)) continue;
		if (!best || (p->taken && !decided) || version_cmp(&p->parsed, &best->parsed) > 0) best = p;
		decided |= p->taken;
	}
	*out = best;
	return true;
}

/* --- the walk --- */

static void push(struct walk *w, struct poetry_package *p, str extra)
{
	bool added;
	map_put(&w->seen, arena_fmt(w->a, "%zu " STR_FMT, (size_t)(p - w->l->packages.p), STR_ARG(extra)), &added);
	if (added) *vec_push(w->a, &w->queue) = (struct step){ p, extra };
}

/* Packages that Poetry before 1.3 left out of locks because every environment had them. */
static bool never_locked(str name)
{
	return str_eq(name, S("setuptools")) || str_eq(name, S("pip")) || str_eq(name, S("wheel")) || str_eq(name, S("distribute"));
}

static void note_edge(struct walk *w, const struct poetry_package *from, struct poetry_package *to, const struct dependency *x)
{
	struct locked_set *set = w->l->r->set;
	if (from) *vec_push(w->a, &set->packages.p[from->position].dependencies) = to->name;
	push(w, to, (str){ 0 });
	for (size_t i = 0; i < x->extras.n; i++) {
		struct locked_package *taken = &set->packages.p[to->position];
		if (taken->extras.n < EXTRAS_MAX) str_list_add_new(w->a, &taken->extras, x->extras.p[i]);
		push(w, to, x->extras.p[i]);
	}
}

/* The edge to the package of that name that takes part, if there is one. */
static void follow_taken(struct walk *w, const struct poetry_package *from, const struct dependency *x)
{
	struct poetry_package *to = poetry_find(w->l, x->name);
	while (to && !to->taken) to = to->next ? &w->l->packages.p[to->next - 1] : NULL;
	if (to) note_edge(w, from, to, x);
}

static bool follow(struct walk *w, struct poetry_package *from, const struct dependency *x, struct err *e)
{
	struct poetry_lock *l = w->l;
	struct poetry_package *to;
	if (!x->holds) return true;
	if (w->needs_only) return follow_taken(w, from, x), true;
	if (!find_candidate(w, x, &to, e)) return false;
	if (!to && never_locked(x->name)) {
		note_add(l->r->notes, NOTE_WARNING, "not-locked", STR_FMT " is needed by " STR_FMT ", but the lock leaves it out",
		         STR_ARG(x->name), STR_ARG(from ? from->name : S("the project")));
		return true;
	}
	if (!to) {
		err_set(e, ERR_RESOLVE, "lock-missing-package", "the lock has no `" STR_FMT "` that fits here", STR_ARG(x->name));
		toml_where(e, x->d, x->at->offset);
		return err_help(e, "lock again: poetry lock");
	}
	if (!from && to->optional && !map_has(&w->wanted, to->name)) return true;
	if (!to->taken && !poetry_take(l, to, x->assumed, e)) return false;
	note_edge(w, from, to, x);
	return true;
}

/* What an extra of a package lists. Entries are "name (>=1.0)", "name[extra] (>=1) ; marker" and the like. */
static void find_listed(struct walk *w, const struct step *s)
{
	const struct toml_value *extras = toml_get(s->package->table, S("extras"));
	map_init(&w->listed, w->a);
	for (size_t i = 0; extras && extras->type == TOML_TABLE && i < extras->u.table.n; i++) {
		const struct toml_value *list = extras->u.table.p[i].value;
		if (!name_same(extras->u.table.p[i].key, s->extra) || list->type != TOML_ARRAY) continue;
		for (size_t j = 0; j < list->u.array.n; j++) {
			if (list->u.array.p[j]->type != TOML_STRING) continue;
			str text = list->u.array.p[j]->u.string;
			size_t n = 0;
			while (n < text.n && (ascii_alnum(text.p[n]) || text.p[n] == '-' || text.p[n] == '_' || text.p[n] == '.')) n++;
			map_put(&w->listed, name_normalize(w->a, str_slice(text, 0, n)), NULL);
		}
	}
}

static bool follow_child(struct walk *w, struct step s, str name, const struct toml_value *v, struct err *e)
{
	struct dependency x = { 0 };
	struct err inner = { 0 };
	bool any = str_eq(s.extra, ANY_EXTRA);
	if (!read_dependency(w, &w->l->d, name, v, &x, w->needs_only ? &inner : e)) {
		if (!w->needs_only) return false;
		/* It decides nothing any more: take it as it stands. */
		x = (struct dependency){ .name = name_normalize(w->a, name), .holds = true, .optional = s.extra.p != NULL };
	}
	/* Without an extra the optional ones stay out; for an extra only those that it lists are new. */
	if (x.optional != (s.extra.p != NULL)) return true;
	if (x.optional && !any && !map_has(&w->listed, x.name)) return true;
	return follow(w, s.package, &x, e);
}

/* The extra that a step is about; all of the package where nobody says which are on. */
static void find_extras(struct walk *w, const struct step *s, struct str_list *out)
{
	const struct toml_value *table = toml_get(s->package->table, S("extras"));
	if (!s->extra.p) return;
	if (!str_eq(s->extra, ANY_EXTRA)) {
		*vec_push(w->a, out) = s->extra;
		find_listed(w, s);
		return;
	}
	for (size_t i = 0; table && table->type == TOML_TABLE && i < table->u.table.n && i < EXTRAS_MAX; i++)
		*vec_push(w->a, out) = name_normalize(w->a, table->u.table.p[i].key);
}

static bool take_step(struct walk *w, struct step s, struct err *e)
{
	const struct toml_value *table = NULL;
	struct str_list extras = { 0 };
	if (!toml_want_table(&w->l->d, s.package->table, "dependencies", &table, e)) return false;
	find_extras(w, &s, &extras);
	w->l->r->known.extras = w->l->r->assumed.extras = &extras;
	bool good = true;
	for (size_t i = 0; good && table && i < table->u.table.n; i++) {
		const struct toml_value *v = table->u.table.p[i].value;
		str name = table->u.table.p[i].key;
		if (v->type != TOML_ARRAY) {
			good = follow_child(w, s, name, v, e);
			continue;
		}
		for (size_t j = 0; good && j < v->u.array.n; j++) good = follow_child(w, s, name, v->u.array.p[j], e);
	}
	w->l->r->known.extras = w->l->r->assumed.extras = NULL;
	return good;
}

/* --- roots --- */

static bool root_dependency(struct walk *w, str name, const struct toml_value *v, struct err *e)
{
	struct dependency x;
	if (!read_dependency(w, &w->l->project, name, v, &x, e)) return false;
	/* Poetry's export skips what a stale or partial lock does not have. */
	if (!poetry_find(w->l, x.name)) return true;
	x.optional = false;
	return follow(w, NULL, &x, e);
}

static bool root_table(struct walk *w, const struct toml_value *table, struct err *e)
{
	if (!table) return true;
	if (table->type != TOML_TABLE) return reader_bad(&w->l->project, table, e, "toml-type", "dependencies are a table");
	for (size_t i = 0; i < table->u.table.n; i++) {
		str name = table->u.table.p[i].key;
		const struct toml_value *v = table->u.table.p[i].value;
		if (str_ieq(name, S("python"))) continue;
		if (v->type != TOML_ARRAY) {
			if (!root_dependency(w, name, v, e)) return false;
			continue;
		}
		for (size_t j = 0; j < v->u.array.n; j++)
			if (!root_dependency(w, name, v->u.array.p[j], e)) return false;
	}
	return true;
}

/* [project] dependencies, for projects that have moved on while the lock has not. */
static bool root_texts(struct walk *w, const struct toml_value *list, struct err *e)
{
	for (size_t i = 0; list && list->type == TOML_ARRAY && i < list->u.array.n; i++) {
		const struct toml_value *v = list->u.array.p[i];
		struct requirement r;
		struct dependency x = { .d = &w->l->project, .at = v, .any = true };
		if (w->needs_only && v->type == TOML_TABLE) continue; /* include-group */
		if (v->type != TOML_STRING) return bad_type(&x, "a dependency is a string", e);
		if (!requirement_parse(w->a, v->u.string, &r, e) || !marker_check(r.marker, e)) return toml_where(e, x.d, v->offset);
		x.name = name_normalize(w->a, r.name);
		x.specifier = r.specifier;
		reader_normalize_names(w->a, &r.extras, &x.extras);
		x.holds = reader_decide(w->l->r, r.marker, x.name, &x.assumed);
		if (poetry_find(w->l, x.name) && !follow(w, NULL, &x, e)) return false;
	}
	return true;
}

static bool start_group(struct walk *w, str group, struct err *e)
{
	const struct toml_value *root = w->l->project.root, *poetry = toml_at(root, "tool.poetry");
	const struct toml_value *groups = toml_at(root, "tool.poetry.group"), *project = toml_get(root, S("project"));
	if (str_eq(group, S("main"))) {
		const struct toml_value *own = poetry ? toml_get(poetry, S("dependencies")) : NULL;
		if (!root_table(w, own, e)) return false;
		if ((own && !w->needs_only) || !project) return true;
		if (!root_texts(w, toml_get(project, S("dependencies")), e)) return false;
		const struct toml_value *extras = toml_get(project, S("optional-dependencies"));
		for (size_t i = 0; extras && extras->type == TOML_TABLE && i < extras->u.table.n; i++) {
			if (!str_list_has(&w->l->r->extras, name_normalize(w->a, extras->u.table.p[i].key))) continue;
			if (!root_texts(w, extras->u.table.p[i].value, e)) return false;
		}
		return true;
	}
	if (str_eq(group, S("dev")) && poetry && !root_table(w, toml_get(poetry, S("dev-dependencies")), e)) return false;
	for (size_t i = 0; groups && groups->type == TOML_TABLE && i < groups->u.table.n; i++) {
		const struct toml_value *g = groups->u.table.p[i].value;
		if (!name_same(groups->u.table.p[i].key, group) || g->type != TOML_TABLE) continue;
		if (!root_table(w, toml_get(g, S("dependencies")), e)) return false;
	}
	return true;
}

/* Names that the requested extras lead to, through all dependencies (poetry, utils/extras.py). */
static void find_wanted(struct walk *w)
{
	const struct toml_value *extras = toml_get(w->l->d.root, S("extras"));
	struct str_list stack = { 0 };
	for (size_t i = 0; extras && extras->type == TOML_TABLE && i < extras->u.table.n; i++) {
		const struct toml_value *list = extras->u.table.p[i].value;
		if (!str_list_has(&w->l->r->extras, name_normalize(w->a, extras->u.table.p[i].key)) || list->type != TOML_ARRAY)
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
		for (struct poetry_package *p = poetry_find(w->l, name); p; p = p->next ? &w->l->packages.p[p->next - 1] : NULL) {
			const struct toml_value *needs = toml_get(p->table, S("dependencies"));
			for (size_t i = 0; needs && needs->type == TOML_TABLE && i < needs->u.table.n; i++)
				*vec_push(w->a, &stack) = name_normalize(w->a, needs->u.table.p[i].key);
		}
	}
}

bool poetry_walk(struct poetry_lock *l, struct err *e)
{
	struct walk w = { .l = l, .a = l->r->a };
	map_init(&w.seen, w.a);
	map_init(&w.wanted, w.a);
	find_wanted(&w);
	for (size_t i = 0; i < l->chosen.n; i++)
		if (!start_group(&w, l->chosen.p[i], e)) return false;
	for (size_t i = 0; i < w.queue.n; i++)
		if (!take_step(&w, w.queue.p[i], e)) return false;
	return true;
}

bool poetry_needs(struct poetry_lock *l, struct err *e)
{
	struct walk w = { .l = l, .a = l->r->a, .needs_only = true };
	struct notes *notes = l->r->notes, quiet;
	const struct str_list *extras = l->r->known.extras;
	struct err inner = { 0 };
	map_init(&w.seen, w.a);
	map_init(&w.wanted, w.a);
	/* Assumptions about edges change nothing that is built. */
	note_init(&quiet, w.a);
	l->r->notes = &quiet;
	bool known = l->has_project, good = true;
	for (size_t i = 0; known && i < l->chosen.n; i++) known = start_group(&w, l->chosen.p[i], &inner);
	const struct toml_value *lists = known && l->chosen.n > 1 ? toml_get(l->project.root, S("dependency-groups")) : NULL;
	for (size_t i = 0; known && lists && lists->type == TOML_TABLE && i < lists->u.table.n; i++)
		known = root_texts(&w, lists->u.table.p[i].value, &inner);
	for (size_t i = 0; i < l->packages.n; i++) {
		if (!l->packages.p[i].taken) continue;
		push(&w, &l->packages.p[i], (str){ 0 });
		if (!known) push(&w, &l->packages.p[i], ANY_EXTRA);
	}
	for (size_t i = 0; good && i < w.queue.n; i++) good = take_step(&w, w.queue.p[i], e);
	l->r->notes = notes;
	l->r->known.extras = l->r->assumed.extras = extras;
	return good;
}
