/* uv_roots.c: where a uv.lock is entered: the project or its workspace's members, and the groups and extras that are asked for.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/io.h"
#include "lockfile/uv_lock.h"
#include "python/name.h"

struct finder {
	struct uv_lock *u;
	struct arena *a;
	struct uv_roots *out;
};

const struct toml_value *uv_entry(const struct toml_value *table, str name)
{
	if (!table || table->type != TOML_TABLE) return NULL;
	const struct toml_value *v = toml_get(table, name);
	for (size_t i = 0; !v && i < table->u.table.n; i++)
		if (name_same(table->u.table.p[i].key, name)) v = table->u.table.p[i].value;
	return v;
}

const struct toml_value *uv_group_table(const struct uv_package *p)
{
	const struct toml_value *t = toml_get(p->table, S("dev-dependencies"));
	return t ? t : toml_get(p->table, S("dependency-groups"));
}

/* --- what the project offers and what is asked of it --- */

static void add_keys(struct arena *a, const struct toml_value *table, struct str_list *out)
{
	if (!table || table->type != TOML_TABLE) return;
	for (size_t i = 0; i < table->u.table.n && out->n < 10000; i++)
		str_list_add_new(a, out, name_normalize(a, table->u.table.p[i].key));
}

static void add_strings(struct arena *a, const struct toml_value *list, struct str_list *out)
{
	if (!list || list->type != TOML_ARRAY) return;
	for (size_t i = 0; i < list->u.array.n && out->n < 10000; i++)
		if (list->u.array.p[i]->type == TOML_STRING) str_list_add_new(a, out, name_normalize(a, list->u.array.p[i]->u.string));
}

struct offer {
	struct str_list extras, groups;
};

static void offered(struct finder *w, const struct toml_value *project, struct offer *o)
{
	for (size_t i = 0; i < w->out->list.n; i++) {
		const struct toml_value *t = w->out->list.p[i]->table;
		add_keys(w->a, toml_get(t, S("optional-dependencies")), &o->extras);
		add_strings(w->a, toml_at(t, "metadata.provides-extras"), &o->extras);
		add_keys(w->a, uv_group_table(w->out->list.p[i]), &o->groups);
		add_keys(w->a, toml_at(t, "metadata.requires-dev"), &o->groups);
	}
	add_keys(w->a, toml_at(w->u->d.root, "manifest.dependency-groups"), &o->groups);
	if (!project) return;
	add_keys(w->a, toml_at(project, "project.optional-dependencies"), &o->extras);
	add_keys(w->a, toml_get(project, S("dependency-groups")), &o->groups);
	if (toml_at(project, "tool.uv.dev-dependencies")) str_list_add_new(w->a, &o->groups, S("dev"));
}

static bool choose(struct finder *w, const struct toml_value *project, const struct offer *o, struct err *e)
{
	struct lock_reader *r = w->u->r;
	const struct str_list *asked = r->only_groups.n ? &r->only_groups : &r->groups;
	w->out->prod = r->only_groups.n == 0;
	for (size_t i = 0; i < r->extras.n; i++)
		if (!str_list_has(&o->extras, r->extras.p[i]))
			return reader_unknown_name(w->a, e, "unknown-extra", "extra", r->extras.p[i], &o->extras);
	if (r->request->all_extras) r->extras = o->extras;
	for (size_t i = 0; i < asked->n; i++) {
		if (!str_list_has(&o->groups, asked->p[i]))
			return reader_unknown_name(w->a, e, "unknown-group", "group", asked->p[i], &o->groups);
		str_list_add_new(w->a, &w->out->groups, asked->p[i]);
	}
	if (!w->out->prod || r->request->no_default_groups || !project) return true;
	const struct toml_value *defaults = toml_at(project, "tool.uv.default-groups");
	if (!defaults) return true;
	if (defaults->type == TOML_STRING && str_eq(defaults->u.string, S("all"))) {
		for (size_t i = 0; i < o->groups.n; i++) str_list_add_new(w->a, &w->out->groups, o->groups.p[i]);
	}
	add_strings(w->a, defaults, &w->out->groups);
	return true;
}

/* --- roots --- */

static bool is_here(const struct uv_package *p)
{
	bool tree = p->source == UV_EDITABLE || p->source == UV_VIRTUAL || p->source == UV_DIRECTORY;
	return tree && (str_eq(p->source_value, S(".")) || str_empty(p->source_value));
}

static bool add_members(struct finder *w, struct err *e)
{
	struct uv_lock *u = w->u;
	struct str_list members = { 0 };
	const struct toml_value *manifest = NULL;
	if (!toml_want_table(&u->d, u->d.root, "manifest", &manifest, e)) return false;
	if (manifest && !toml_want_strings(w->a, &u->d, manifest, "members", false, &members, e)) return false;
	for (size_t i = 0; i < members.n; i++) {
		struct uv_package *p = uv_find(u, name_normalize(w->a, members.p[i]));
		if (p) *vec_push(w->a, &w->out->list) = p;
	}
	w->out->listed = true;
	if (w->out->list.n || toml_at(u->d.root, "manifest.requirements") || toml_at(u->d.root, "manifest.dependency-groups"))
		return true;
	if (!u->packages.n) return true;
	err_set(e, ERR_RESOLVE, "lock-missing-package", "the lock has no project of its own");
	err_where(e, STR_FMT, STR_ARG(u->path));
	return err_help(e, "keep the pyproject.toml of the project beside the lock");
}

static bool find_roots(struct finder *w, const struct toml_document *project, struct err *e)
{
	struct uv_lock *u = w->u;
	const struct toml_value *name = project->root ? toml_at(project->root, "project.name") : NULL;
	if (name && name->type == TOML_STRING) {
		struct uv_package *p = uv_find(u, name_normalize(w->a, name->u.string));
		if (p) return *vec_push(w->a, &w->out->list) = p, true;
		err_set(e, ERR_RESOLVE, "lock-missing-package", "the lock beside it does not know the project `" STR_FMT "`",
		        STR_ARG(str_slice(name->u.string, 0, 200)));
		toml_where(e, project, name->offset);
		return err_help(e, "run: uv lock");
	}
	for (size_t i = 0; i < u->packages.n && !project->root; i++)
		if (is_here(&u->packages.p[i])) return *vec_push(w->a, &w->out->list) = &u->packages.p[i], true;
	return add_members(w, e);
}

static bool load(struct lock_reader *r, str folder, struct toml_document *out, struct err *e)
{
	str path = path_join(r->a, folder, S("pyproject.toml")), text;
	bool found = false;
	if (!reader_load_beside(r, path, &found, &text, e)) return false;
	return !found || toml_parse(r->a, text, path, out, e);
}

bool uv_find_roots(struct uv_lock *u, struct uv_roots *out, struct err *e)
{
	struct lock_reader *r = u->r;
	struct finder w = { .u = u, .a = r->a, .out = out };
	struct offer o = { 0 };
	struct toml_document project = { 0 }, member = { 0 };
	if (!load(r, path_dir(u->path), &project, e)) return false;
	if (r->request->member.n && !load(r, r->request->member, &member, e)) return false;
	const struct toml_document *meant = member.root ? &member : &project;
	if (!find_roots(&w, meant, e) || !uv_fresh(u, &project, e)) return false;
	offered(&w, meant->root, &o);
	return choose(&w, meant->root, &o, e);
}
