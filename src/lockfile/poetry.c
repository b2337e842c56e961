/* poetry.c: poetry.lock.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Lock-versions 1.0, 1.1, 2.0 and 2.1. Since 2.1 each package says in which groups and under which markers it takes part; before
 * that the project's dependencies are walked (poetry_walk.c). The project's pyproject.toml beside the lock says whether the lock
 * is fresh and which groups exist; a 2.1 lock also works without it. Files that Poetry wrote for several versions of one name are
 * told apart by their names. */
#include <string.h>

#include "base/io.h"
#include "lockfile/poetry_lock.h"
#include "python/name.h"

static bool missing(struct poetry_lock *l, const struct toml_value *table, const char *key, struct err *e)
{
	return reader_bad(&l->d, table, e, "lock-field", "`%s` is missing", key);
}

struct poetry_package *poetry_find(const struct poetry_lock *l, str name)
{
	void *at = map_get(&l->by_name, name);
	return at ? &l->packages.p[(uintptr_t)at - 1] : NULL;
}

bool poetry_marker(struct poetry_lock *l, const struct toml_document *d, const struct toml_value *v, struct marker **out,
                   bool *never, struct err *e)
{
	*out = NULL;
	*never = false;
	if (!v) return true;
	if (v->type == TOML_STRING && (str_eq(v->u.string, S("*")) || str_empty(v->u.string))) return true;
	if (v->type == TOML_STRING && str_eq(v->u.string, S("<empty>"))) return *never = true, true;
	return reader_marker(l->r, d, v, out, e);
}

bool poetry_python_allowed(struct poetry_lock *l, str constraint, str who, bool *allowed, struct err *e)
{
	struct poetry_constraint c;
	const struct lock_target *t = l->r->target;
	*allowed = true;
	if (t->python_minor < 0 || str_empty(constraint) || str_eq(constraint, S("*"))) return true;
	if (!poetry_constraint_parse(l->r->a, constraint, &c, e)) return false;
	enum tri answer = poetry_constraint_allows_python(&c, t->python_minor, l->r->known.values[MARKER_PYTHON_FULL_VERSION]);
	if (answer == TRI_UNKNOWN) {
		answer = poetry_constraint_allows_python(&c, t->python_minor, l->r->assumed.values[MARKER_PYTHON_FULL_VERSION]);
		note_add(l->r->notes, NOTE_INFO, "assumed-marker",
		         STR_FMT ": Python `" STR_FMT "` depends on a patch version that is known only at run time; taken as %s",
		         STR_ARG(who), STR_ARG(constraint), answer == TRI_TRUE ? "true" : "false");
	}
	*allowed = answer == TRI_TRUE;
	return true;
}

/* --- the head of the lock --- */

static bool check_version(struct poetry_lock *l, struct err *e)
{
	str text = { 0 };
	struct version v;
	uint64_t major = 0, minor = 0;
	if (!toml_want_table(&l->d, l->d.root, "metadata", &l->metadata, e)) return false;
	if (!l->metadata) {
		missing(l, l->d.root, "metadata", e);
		return err_help(e, "lock again: poetry lock");
	}
	if (!toml_want_string(&l->d, l->metadata, "lock-version", &text, e)) return false;
	const struct toml_value *at = toml_get(l->metadata, S("lock-version"));
	if (!at) {
		reader_bad(&l->d, l->metadata, e, "lock-version", "the lock is too old to be read: it has no lock-version");
		return err_help(e, "lock again: poetry lock");
	}
	bool good = version_parse(l->r->a, text, &v, NULL) && str_u64(v.release[0], &major) && major >= 1 && major < 3;
	if (!good || (v.n_release > 1 && !str_u64(v.release[1], &minor)) || minor > 1000) {
		bool old = version_parse(l->r->a, text, &v, NULL) && str_eq(v.release[0], S("0"));
		reader_bad(&l->d, at, e, "lock-version", "lock-version " STR_FMT " is %s", STR_ARG(str_slice(text, 0, 60)),
		           old ? "too old to be read" : "unknown");
		return old ? err_help(e, "lock again: poetry lock")
		           : err_help(e, "lamina reads 1.0 to 2.1: update lamina, or lock with a Poetry that writes it");
	}
	l->major = (int)major;
	l->minor = (int)minor;
	if (major == 2 && minor > 1)
		note_add(l->r->notes, NOTE_WARNING, "lock-version",
		         STR_FMT ": lock-version " STR_FMT " is newer than 2.1; what it adds is ignored", STR_ARG(l->path),
		         STR_ARG(text));
	return true;
}

static bool check_target(struct poetry_lock *l, struct err *e)
{
	str python = { 0 };
	bool allowed = true;
	if (!toml_want_string(&l->d, l->metadata, "python-versions", &python, e)) return false;
	const struct toml_value *at = toml_get(l->metadata, S("python-versions"));
	if (!poetry_python_allowed(l, python, S("the project"), &allowed, e)) return toml_where(e, &l->d, at->offset);
	if (allowed) return true;
	err_set(e, ERR_RESOLVE, "lock-target", "the lock needs Python " STR_FMT ", which " STR_FMT " is not", STR_ARG(python),
	        STR_ARG(l->r->target->text));
	return toml_where(e, &l->d, at->offset);
}

static bool check_fresh(struct poetry_lock *l, struct err *e)
{
	str hash = { 0 };
	if (!toml_want_string(&l->d, l->metadata, "content-hash", &hash, e)) return false;
	if (l->r->request->frozen || !l->has_project) return true;
	if (poetry_fresh(l, hash)) return true;
	err_set(e, ERR_RESOLVE, "lock-stale", "pyproject.toml changed since the lock was made");
	const struct toml_value *at = toml_get(l->metadata, S("content-hash"));
	toml_where(e, &l->d, (at ? at : l->metadata)->offset);
	return err_help(e, "run: poetry lock (or use the lock as it is: --frozen)");
}

/* --- packages --- */

static bool take_source(struct poetry_lock *l, const struct toml_value *table, struct poetry_package *p, struct err *e)
{
	const struct toml_value *source = NULL;
	str reference = { 0 };
	if (!toml_want_table(&l->d, table, "source", &source, e)) return false;
	if (!source) return true;
	if (!toml_want_string(&l->d, source, "type", &p->source_type, e) ||
	    !toml_want_string(&l->d, source, "url", &p->source_url, e) ||
	    !toml_want_string(&l->d, source, "reference", &reference, e) ||
	    !toml_want_string(&l->d, source, "resolved_reference", &p->source_reference, e) ||
	    !toml_want_string(&l->d, source, "subdirectory", &p->source_subdirectory, e))
		return false;
	if (str_empty(p->source_reference)) p->source_reference = reference;
	if (str_empty(p->source_url)) return missing(l, source, "url", e);
	return true;
}

static bool read_package(struct poetry_lock *l, const struct toml_value *table, struct err *e)
{
	struct lock_reader *r = l->r;
	struct poetry_package p = { .table = table, .line = reader_line(&l->lines, l->d.text, table->offset) };
	str name = { 0 };
	if (table->type != TOML_TABLE) return reader_bad(&l->d, table, e, "toml-type", "a package is a table");
	if (!toml_want_string(&l->d, table, "name", &name, e) || !toml_want_string(&l->d, table, "version", &p.version, e) ||
	    !toml_want_bool(&l->d, table, "optional", &p.optional, e) || !toml_want_bool(&l->d, table, "develop", &p.develop, e))
		return false;
	if (!name.p) return missing(l, table, "name", e);
	if (!p.version.p) return missing(l, table, "version", e);
	if (!name_valid(name))
		return reader_bad(&l->d, toml_get(table, S("name")), e, "lock-field", "this is no name of a project");
	if (!version_parse(r->a, p.version, &p.parsed, e)) return toml_where(e, &l->d, toml_get(table, S("version"))->offset);
	if (!take_source(l, table, &p, e)) return false;
	p.name = name_normalize(r->a, name);
	if (l->packages.n >= LOCK_PACKAGES_MAX) return reader_bad(&l->d, table, e, "too-large", "the lock has too many packages");
	void **slot = map_put(&l->by_name, p.name, NULL);
	p.next = (size_t)(uintptr_t)*slot;
	p.rank = p.next ? l->packages.p[p.next - 1].rank + 1 : 0;
	if (p.rank >= POETRY_SAME_NAME_MAX)
		return reader_bad(&l->d, table, e, "too-large", "the lock has too many packages of one name");
	*vec_push(r->a, &l->packages) = p;
	*slot = (void *)(uintptr_t)l->packages.n;
	return true;
}

bool poetry_take(struct poetry_lock *l, struct poetry_package *p, str assumed, struct err *e)
{
	struct locked_package *out;
	for (struct poetry_package *q = poetry_find(l, p->name); q; q = q->next ? &l->packages.p[q->next - 1] : NULL) {
		if (!q->taken) continue;
		err_set(e, ERR_RESOLVE, "lock-duplicate", "two entries of `" STR_FMT "` apply to " STR_FMT ": " STR_FMT " and " STR_FMT,
		        STR_ARG(p->name), STR_ARG(l->r->target->text), STR_ARG(q->version), STR_ARG(p->version));
		return toml_where(e, &l->d, p->table->offset);
	}
	if (!reader_add(l->r, &out, e)) return false;
	p->taken = true;
	p->position = l->r->set->packages.n - 1;
	out->name = p->name;
	out->version = p->version;
	out->from_file = l->path;
	out->from_line = p->line;
	out->assumed = assumed;
	out->pinned_by_hash = true;
	out->knows_dependencies = true;
	return poetry_files(l, p, out, e);
}

/* --- extras and groups --- */

static void add_group(struct poetry_lock *l, str name)
{
	if (l->groups.n < 10000) str_list_add_new(l->r->a, &l->groups, name_normalize(l->r->a, name));
}

static void add_group_keys(struct poetry_lock *l, const struct toml_value *table)
{
	if (!table || table->type != TOML_TABLE) return;
	for (size_t i = 0; i < table->u.table.n; i++) add_group(l, table->u.table.p[i].key);
}

static void find_names(struct poetry_lock *l)
{
	const struct toml_value *extras = toml_get(l->d.root, S("extras"));
	for (size_t i = 0; extras && extras->type == TOML_TABLE && i < extras->u.table.n && i < 10000; i++)
		str_list_add_new(l->r->a, &l->extras, name_normalize(l->r->a, extras->u.table.p[i].key));
	add_group(l, S("main"));
	if (l->has_project) {
		add_group_keys(l, toml_at(l->project.root, "tool.poetry.group"));
		add_group_keys(l, toml_get(l->project.root, S("dependency-groups")));
		if (toml_at(l->project.root, "tool.poetry.dev-dependencies")) add_group(l, S("dev"));
		return;
	}
	for (size_t i = 0; i < l->packages.n; i++) {
		const struct toml_value *groups = toml_get(l->packages.p[i].table, S("groups"));
		for (size_t j = 0; groups && groups->type == TOML_ARRAY && j < groups->u.array.n; j++)
			if (groups->u.array.p[j]->type == TOML_STRING) add_group(l, groups->u.array.p[j]->u.string);
	}
}

static bool choose(struct poetry_lock *l, struct err *e)
{
	struct lock_reader *r = l->r;
	find_names(l);
	for (size_t i = 0; i < r->extras.n; i++)
		if (!str_list_has(&l->extras, r->extras.p[i]))
			return reader_unknown_name(r->a, e, "unknown-extra", "extra", r->extras.p[i], &l->extras);
	if (r->request->all_extras) r->extras = l->extras;
	const struct str_list *asked = r->only_groups.n ? &r->only_groups : &r->groups;
	if (!r->only_groups.n) str_list_add_new(r->a, &l->chosen, S("main"));
	for (size_t i = 0; i < asked->n; i++) {
		if (!str_list_has(&l->groups, asked->p[i]))
			return reader_unknown_name(r->a, e, "unknown-group", "group", asked->p[i], &l->groups);
		str_list_add_new(r->a, &l->chosen, asked->p[i]);
	}
	return true;
}

/* --- lock-version 2.1 --- */

/* The marker under which the package takes part in a group: one for all groups, or a table by group. */
static bool group_marker(struct poetry_lock *l, const struct toml_value *markers, str group, struct marker **out, bool *never,
                         struct err *e)
{
	if (!markers || markers->type == TOML_STRING) return poetry_marker(l, &l->d, markers, out, never, e);
	if (markers->type != TOML_TABLE) return reader_bad(&l->d, markers, e, "toml-type", "`markers` is a string or a table");
	return poetry_marker(l, &l->d, toml_get(markers, group), out, never, e);
}

static bool applies(struct poetry_lock *l, const struct poetry_package *p, bool *in, str *assumed, struct err *e)
{
	const struct toml_value *groups = NULL, *markers = toml_get(p->table, S("markers"));
	struct marker *m;
	if (!toml_want_array(&l->d, p->table, "groups", &groups, e)) return false;
	if (!groups) return missing(l, p->table, "groups", e);
	*in = false;
	for (size_t i = 0; i < groups->u.array.n; i++) {
		const struct toml_value *g = groups->u.array.p[i];
		bool never = false;
		if (g->type != TOML_STRING) return reader_bad(&l->d, g, e, "toml-type", "a group is a string");
		if (!str_list_has(&l->chosen, name_normalize(l->r->a, g->u.string))) continue;
		if (!group_marker(l, markers, g->u.string, &m, &never, e)) return false;
		if (never) continue;
		enum tri answer = m ? marker_evaluate(m, &l->r->known) : TRI_TRUE;
		if (answer == TRI_TRUE) return *in = true, true;
		if (answer == TRI_UNKNOWN && reader_decide(l->r, m, p->name, assumed)) *in = true;
	}
	return true;
}

static bool select_by_groups(struct poetry_lock *l, struct err *e)
{
	for (size_t i = 0; i < l->packages.n; i++) {
		struct poetry_package *p = &l->packages.p[i];
		bool in = false;
		str assumed = { 0 };
		if (!applies(l, p, &in, &assumed, e)) return false;
		if (in && !poetry_take(l, p, assumed, e)) return false;
	}
	return poetry_needs(l, e);
}

/* --- the whole --- */

static bool read_project(struct poetry_lock *l, struct err *e)
{
	str text, path = path_join(l->r->a, path_dir(l->path), S("pyproject.toml"));
	if (!reader_load_beside(l->r, path, &l->has_project, &text, e)) return false;
	if (l->has_project) return toml_parse(l->r->a, text, path, &l->project, e);
	if (poetry_says_groups(l)) return true;
	err_set(e, ERR_FORMAT, "lock-missing-project", "a poetry.lock before lock-version 2.1 needs its pyproject.toml");
	err_where(e, STR_FMT, STR_ARG(path));
	return err_help(e, "keep both files together, or run: poetry lock (Poetry 2)");
}

bool poetry_open(struct poetry_lock *l, str text, struct err *e)
{
	const struct toml_value *list = NULL;
	if (!toml_parse(l->r->a, text, l->path, &l->d, e)) return false;
	if (!check_version(l, e) || !read_project(l, e) || !check_fresh(l, e)) return false;
	if (l->r->target && !check_target(l, e)) return false;
	map_init(&l->by_name, l->r->a);
	if (!toml_want_array(&l->d, l->d.root, "package", &list, e)) return false;
	for (size_t i = 0; list && i < list->u.array.n; i++)
		if (!read_package(l, list->u.array.p[i], e)) return false;
	return choose(l, e);
}

bool poetry_says_groups(const struct poetry_lock *l) { return l->major > 2 || (l->major == 2 && l->minor >= 1); }

static bool read_poetry(struct lock_reader *r, str path, str text, struct err *e)
{
	struct poetry_lock l = { .r = r, .path = path };
	if (!poetry_open(&l, text, e)) return false;
	r->known.extras = r->assumed.extras = &r->extras;
	return poetry_says_groups(&l) ? select_by_groups(&l, e) : poetry_walk(&l, e);
}

const struct lock_format_ops lock_format_poetry = { LOCK_FORMAT_POETRY, "poetry.lock", read_poetry };
