/* wants_workspace.c: uv's workspaces: where their root is, and in which folder a member lives.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: uv's documentation "Workspaces" and its Workspace::discover. The root is the nearest folder upwards whose pyproject.toml has
 * [tool.uv.workspace]; a folder that it excludes, or that none of its patterns finds, stands for itself. Patterns are those of folders:
 * `*` within a name, `**` over many. A member is known by project.name. */
#include "base/glob.h"
#include "base/io.h"
#include "lockfile/wants_uv.h"
#include "python/name.h"

#define FOLDERS_MAX ((size_t)20000) /* looked into, for one workspace */
#define NAMES_MAX   ((size_t)20000) /* in one folder */

static bool load(struct wants_reader *r, str path, bool *found, struct toml_document *d, struct err *e)
{
	struct io_stat st = { 0 };
	str text;
	*found = false;
	if (!io_stat(arena_cstr(r->a, path), &st, e)) return false;
	if (!st.exists || !st.is_regular) return true;
	if (!io_read_file(r->a, arena_cstr(r->a, path), WANTS_FILE_MAX, &text, e) || !toml_parse(r->a, text, path, d, e))
		return err_help(e, "toml.io/en/v1.0.0 has the rules");
	return *found = true;
}

static bool patterns_of(struct wants_project *p, const struct wants_workspace *w, const char *key, struct str_list *out,
                        struct err *e)
{
	if (!toml_want_strings(p->r->a, &w->d, w->table, key, false, out, e))
		return err_help(e, "write %s = [\"packages/*\"]", key);
	for (size_t i = 0; i < out->n; i++) out->p[i] = path_clean(p->r->a, out->p[i]);
	return true;
}

static bool any_match(const struct str_list *patterns, str folder)
{
	for (size_t i = 0; i < patterns->n; i++)
		if (glob_match(patterns->p[i], folder)) return true;
	return false;
}

/* --- the root --- */

/* Both absolute and clean; empty when `path` is not below `folder`. */
static str below(str folder, str path)
{
	if (!str_starts(path, folder)) return (str){ 0 };
	str rest = str_from_pos(path, folder.n);
	if (folder.n > 1 && str_at(rest, 0) != '/') return (str){ 0 };
	return str_at(rest, 0) == '/' ? str_from_pos(rest, 1) : rest;
}

static bool belongs(struct wants_project *p, const struct wants_workspace *w, str folder, bool *member, struct err *e)
{
	struct str_list members = { 0 }, exclude = { 0 };
	if (!patterns_of(p, w, "members", &members, e) || !patterns_of(p, w, "exclude", &exclude, e)) return false;
	*member = any_match(&members, folder) && !any_match(&exclude, folder);
	return true;
}

static void take_sources(struct wants_project *p, struct wants_workspace *w)
{
	const struct toml_value *sources = toml_at(w->d.root, "tool.uv.sources");
	for (size_t i = 0; sources && sources->type == TOML_TABLE && i < sources->u.table.n; i++)
		*map_put(&w->sources, name_normalize(p->r->a, sources->u.table.p[i].key), NULL) = sources->u.table.p[i].value;
}

/* Looks upwards. What is no TOML up there is nobody's project: the search ends. */
static bool search(struct wants_project *p, struct wants_workspace *w, struct err *e)
{
	str here, above;
	if (!path_absolute(p->r->a, p->folder, &here, e)) return false;
	above = here;
	for (int depth = 0; depth < WANTS_DEPTH_MAX && !str_eq(above, S("/")); depth++) {
		struct toml_document d = { 0 };
		struct err ignored = { 0 };
		bool found, member;
		above = path_dir(above);
		str file = path_join(p->r->a, above, S("pyproject.toml"));
		if (!load(p->r, file, &found, &d, &ignored)) return true;
		const struct toml_value *table = found ? toml_at(d.root, "tool.uv.workspace") : NULL;
		if (!table || table->type != TOML_TABLE) continue;
		struct wants_workspace root = *w;
		root.d = d;
		root.folder = above;
		root.table = table;
		if (!belongs(p, &root, below(above, here), &member, e)) return false;
		if (!member) return true;
		*w = root;
		str_list_add_new(p->r->a, &p->r->out->inputs, file);
		take_sources(p, w);
		return true;
	}
	return true;
}

bool wants_workspace_find(struct wants_project *p, struct err *e)
{
	struct wants_workspace *w = arena_new(p->r->a, struct wants_workspace);
	map_init(&w->sources, p->r->a);
	map_init(&w->members, p->r->a);
	p->workspace = w;
	if (!wants_project_table(p, "tool.uv.workspace", &w->table, e)) return false;
	if (!w->table) return !p->project || search(p, w, e);
	w->d = p->d;
	w->folder = p->folder;
	return true;
}

bool wants_workspace_root(struct arena *a, str folder, str *root, struct err *e)
{
	struct wants out = { 0 };
	struct wants_reader r = { .a = a, .out = &out };
	struct wants_project p = { .r = &r, .folder = folder };
	struct wants_workspace w = { 0 };
	bool found;
	*root = (str){ 0 };
	map_init(&w.sources, a);
	if (!load(&r, path_join(a, folder, S("pyproject.toml")), &found, &p.d, e)) return false;
	if (!found || !toml_get(p.d.root, S("project")) || toml_at(p.d.root, "tool.uv.workspace")) return true;
	if (!search(&p, &w, e)) return false;
	*root = w.folder;
	return true;
}

/* --- members --- */

struct lister {
	struct wants_project *p;
	struct wants_workspace *w;
	struct str_list members, exclude;
	size_t looked;
};

static bool take_member(struct lister *l, str folder, struct err *e)
{
	struct arena *a = l->p->r->a;
	struct toml_document d = { 0 };
	bool found, added;
	str path = path_join(a, l->w->folder, folder);
	if (!load(l->p->r, path_join(a, path, S("pyproject.toml")), &found, &d, e)) return false;
	const struct toml_value *name = found ? toml_at(d.root, "project.name") : NULL;
	if (!name || name->type != TOML_STRING || !name_valid(name->u.string)) return true;
	void **slot = map_put(&l->w->members, name_normalize(a, name->u.string), &added);
	if (!added) return true;
	str *kept = arena_new(a, str);
	*kept = path;
	*slot = kept;
	return true;
}

static bool too_many(struct lister *l, struct err *e)
{
	err_set(e, ERR_FORMAT, "too-large", "the patterns of the workspace lead to more than %zu folders", FOLDERS_MAX);
	toml_where(e, &l->w->d, l->w->table->offset);
	return err_help(e, "name the members more closely: members = [\"packages/*\"]");
}

/* All folders below, level by level, that a pattern may still find. */
static bool list_below(struct lister *l, str pattern, struct err *e)
{
	struct arena *a = l->p->r->a;
	struct str_list queue = { 0 }, names;
	size_t levels = str_contains(pattern, S("**")) ? WANTS_DEPTH_MAX : 0;
	for (size_t i = 0; i < pattern.n; i++) levels += pattern.p[i] == '/';
	*vec_push(a, &queue) = S("");
	for (size_t i = 0; i < queue.n; i++) {
		str folder = queue.p[i], path = folder.n ? path_join(a, l->w->folder, folder) : l->w->folder;
		struct err ignored = { 0 };
		size_t depth = 0;
		if (++l->looked > FOLDERS_MAX) return too_many(l, e);
		names = (struct str_list){ 0 };
		if (!io_list(a, path.n ? arena_cstr(a, path) : ".", NAMES_MAX, &names, &ignored)) continue;
		for (size_t j = 0; j < folder.n; j++) depth += folder.p[j] == '/';
		if (folder.n) depth++;
		for (size_t j = 0; j < names.n; j++) {
			struct io_stat st = { 0 };
			str one = path_join(a, folder, names.p[j]);
			if (str_starts(names.p[j], S(".")) || str_eq(names.p[j], S("node_modules"))) continue;
			if (!io_lstat(arena_cstr(a, path_join(a, path, names.p[j])), &st, &ignored) || !st.is_dir) continue;
			if (glob_match(pattern, one) && !any_match(&l->exclude, one) && !take_member(l, one, e)) return false;
			if (depth < levels) *vec_push(a, &queue) = one;
		}
	}
	return true;
}

static bool list_members(struct wants_project *p, struct err *e)
{
	struct lister l = { .p = p, .w = p->workspace };
	l.w->listed = true;
	if (!l.w->table) return true;
	if (!patterns_of(p, l.w, "members", &l.members, e) || !patterns_of(p, l.w, "exclude", &l.exclude, e)) return false;
	if (!take_member(&l, S("."), e)) return false;
	for (size_t i = 0; i < l.members.n; i++) {
		str pattern = l.members.p[i];
		bool plain = true;
		for (size_t j = 0; j < pattern.n; j++) plain &= pattern.p[j] != '*' && pattern.p[j] != '?' && pattern.p[j] != '[';
		if (plain ? !any_match(&l.exclude, pattern) && !take_member(&l, pattern, e) : !list_below(&l, pattern, e)) return false;
	}
	return true;
}

bool wants_workspace_member(struct wants_project *p, str name, str *folder, struct err *e)
{
	if (!p->workspace->listed && !list_members(p, e)) return false;
	const str *found = map_get(&p->workspace->members, name);
	*folder = found ? *found : (str){ 0 };
	return true;
}
