/* uv_fresh.c: did the project change since uv.lock was made?
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: uv's Lock::satisfies (0.13), as far as files decide: what the lock recorded of the project and of the workspace's members -
 * version, requires-dist, provides-extras, requires-dev, requires-python, members, constraints, overrides - against their project
 * files. Only a proven difference counts. Not compared: what is dynamic, what options and environment variables of uv add, metadata
 * that the writer left out.
 * Revisions: provides-extras and empty groups are recorded from revision 1 on; revision 4 may leave all metadata out. */
#include <stdarg.h>
#include <stdio.h>

#include "base/glob.h"
#include "base/io.h"
#include "lockfile/uv_lock.h"
#include "lockfile/uv_needs.h"
#include "python/name.h"

#define TREES_MAX       1000 /* project files that are looked at */
#define FOLDERS_MAX     10000
#define INCLUDES_MAX    1000 /* groups that one group includes */
#define EVALUATIONS_MAX 1000000

struct tree {
	struct uv_package *package;
	struct uv_project project;
	bool root, member; /* beside the lock; of the workspace */
};

struct fresh {
	struct uv_lock *u;
	struct arena *a;
	int64_t revision;
	struct marker_scope scope;
	VEC(struct tree) trees; /* the root first, when it has a package */
	struct uv_project beside;
	struct str_list members; /* of the lock, normalised */
	bool complete;           /* every member's project file was read */
};

/* --- messages --- */

static bool stale(const struct toml_document *d, const struct toml_value *at, struct err *e, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static bool stale(const struct toml_document *d, const struct toml_value *at, struct err *e, const char *format, ...)
{
	char why[800];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(why, sizeof why, format, arguments);
	va_end(arguments);
	err_set(e, ERR_RESOLVE, "lock-stale", "the project changed since the lock was made");
	err_why(e, "%s", why);
	if (at)
		toml_where(e, d, at->offset);
	else
		err_where(e, STR_FMT, STR_ARG(d->path));
	return err_help(e, "run: uv lock (or use the lock as it is: --frozen)");
}

static bool compare_lists(struct fresh *f, const char *what, struct uv_needs *project, struct uv_needs *locked, struct err *e)
{
	const struct uv_need *p, *l;
	if (uv_needs_same(&f->scope, project, locked, &p, &l)) return true;
	str new = p ? uv_need_text(f->a, p) : S(""), old = l ? uv_need_text(f->a, l) : S("");
	if (p && l) return stale(p->d, p->at, e, "%s: `" STR_FMT "` became `" STR_FMT "`", what, STR_ARG(old), STR_ARG(new));
	if (p) return stale(p->d, p->at, e, "%s: `" STR_FMT "` was added", what, STR_ARG(new));
	return stale(l->d, l->at, e, "%s: `" STR_FMT "` was removed", what, STR_ARG(old));
}

/* The first name of `x` that is not in `y`. */
static bool missing_name(const struct str_list *x, const struct str_list *y, str *name)
{
	for (size_t i = 0; i < x->n; i++)
		if (!str_list_has(y, x->p[i])) return *name = x->p[i], true;
	return false;
}

static bool compare_names(const char *what, const struct toml_document *d, const struct toml_value *at,
                          const struct str_list *project, const struct str_list *locked, struct err *e)
{
	str name;
	if (project->n > INCLUDES_MAX || locked->n > INCLUDES_MAX) return true;
	if (missing_name(project, locked, &name))
		return stale(d, at, e, "the %s `" STR_FMT "` was added", what, STR_ARG(str_slice(name, 0, 200)));
	if (missing_name(locked, project, &name))
		return stale(d, at, e, "the %s `" STR_FMT "` was removed", what, STR_ARG(str_slice(name, 0, 200)));
	return true;
}

/* --- small readings --- */

static const struct toml_value *table_at(const struct toml_value *root, const char *dotted)
{
	const struct toml_value *v = root ? toml_at(root, dotted) : NULL;
	return v && v->type == TOML_TABLE ? v : NULL;
}

static bool strings_of(struct arena *a, const struct toml_value *list, struct str_list *out)
{
	if (!list) return true;
	if (list->type != TOML_ARRAY || list->u.array.n > INCLUDES_MAX) return false;
	for (size_t i = 0; i < list->u.array.n; i++) {
		if (list->u.array.p[i]->type != TOML_STRING) return false;
		*vec_push(a, out) = list->u.array.p[i]->u.string;
	}
	return true;
}

static void names_of(struct arena *a, const struct toml_value *table, struct str_list *out)
{
	for (size_t i = 0; table && i < table->u.table.n && i <= INCLUDES_MAX; i++)
		str_list_add_new(a, out, name_normalize(a, table->u.table.p[i].key));
}

static bool is_dynamic(const struct toml_value *root, const char *field)
{
	const struct toml_value *list = toml_at(root, "project.dynamic");
	for (size_t i = 0; list && list->type == TOML_ARRAY && i < list->u.array.n; i++)
		if (list->u.array.p[i]->type == TOML_STRING && str_eq(list->u.array.p[i]->u.string, str_from(field))) return true;
	return false;
}

static const struct toml_value *entry(const struct toml_value *table, str name)
{
	for (size_t i = 0; table && i < table->u.table.n; i++)
		if (name_same(table->u.table.p[i].key, name)) return table->u.table.p[i].value;
	return NULL;
}

static bool is_tree(const struct uv_package *p)
{
	return p->source == UV_EDITABLE || p->source == UV_VIRTUAL || p->source == UV_DIRECTORY;
}

/* --- groups (PEP 735) --- */

/* The requirements of a group and of those that it includes, each group once. */
static void group_needs(struct fresh *f, const struct tree *t, str group, struct uv_needs *out)
{
	const struct toml_value *groups = table_at(t->project.d.root, "dependency-groups");
	struct str_list queue = { 0 };
	*vec_push(f->a, &queue) = group;
	for (size_t i = 0; i < queue.n && !out->unknown; i++) {
		const struct toml_value *list = entry(groups, queue.p[i]);
		if (str_eq(queue.p[i], S("dev")))
			uv_needs_project(f->a, &t->project, toml_at(t->project.d.root, "tool.uv.dev-dependencies"), S(""), out);
		uv_needs_project(f->a, &t->project, list, S(""), out);
		for (size_t j = 0; list && !out->unknown && j < list->u.array.n; j++) {
			const struct toml_value *v = list->u.array.p[j];
			if (v->type != TOML_TABLE) continue;
			const struct toml_value *name = toml_get(v, S("include-group"));
			if (!name || name->type != TOML_STRING || queue.n >= INCLUDES_MAX)
				out->unknown = true;
			else
				str_list_add_new(f->a, &queue, name_normalize(f->a, name->u.string));
		}
	}
}

static bool compare_groups(struct fresh *f, const struct tree *t, const struct toml_value *recorded, struct err *e)
{
	const struct toml_value *root = t->project.d.root, *groups = table_at(root, "dependency-groups");
	struct str_list project = { 0 }, locked = { 0 };
	/* Settings of groups narrow the markers of what is in them. */
	if (toml_at(root, "tool.uv.dependency-groups")) return true;
	names_of(f->a, groups, &project);
	names_of(f->a, recorded, &locked);
	const struct toml_value *dev = toml_at(root, "tool.uv.dev-dependencies");
	if (dev) str_list_add_new(f->a, &project, S("dev"));
	if (project.n > INCLUDES_MAX || locked.n > INCLUDES_MAX) return true;
	for (size_t i = 0; i < project.n; i++) {
		struct uv_needs new = { 0 }, old = { 0 };
		char what[256];
		snprintf(what, sizeof what, "group `" STR_FMT "`", STR_ARG(str_slice(project.p[i], 0, 200)));
		group_needs(f, t, project.p[i], &new);
		uv_needs_locked(f->a, &f->u->d, entry(recorded, project.p[i]), &old);
		/* An empty group may not have been recorded, and no more has an empty list of the older setting. */
		bool skip = !new.list.n && (f->revision < 1 || (dev && str_eq(project.p[i], S("dev"))));
		if (skip && !str_list_has(&locked, project.p[i])) *vec_push(f->a, &locked) = project.p[i];
		if (!compare_lists(f, what, &new, &old, e)) return false;
	}
	return compare_names("group", &t->project.d, groups, &project, &locked, e);
}

/* --- one project --- */

static bool compare_version(struct fresh *f, const struct tree *t, struct err *e)
{
	const struct toml_value *v = toml_at(t->project.d.root, "project.version");
	struct version new, old;
	if (!v || v->type != TOML_STRING || is_dynamic(t->project.d.root, "version") || !t->package->version.p) return true;
	if (!version_parse(f->a, v->u.string, &new, NULL) || !version_parse(f->a, t->package->version, &old, NULL)) return true;
	if (version_cmp(&new, &old) == 0) return true;
	return stale(&t->project.d, v, e, "the version of `" STR_FMT "` was " STR_FMT " and is " STR_FMT,
	             STR_ARG(str_slice(t->package->name, 0, 100)), STR_ARG(str_slice(t->package->version, 0, 100)),
	             STR_ARG(str_slice(v->u.string, 0, 100)));
}

static bool compare_requirements(struct fresh *f, const struct tree *t, const struct toml_value *metadata, struct err *e)
{
	const struct toml_value *root = t->project.d.root, *extras = table_at(root, "project.optional-dependencies");
	struct uv_needs new = { 0 }, old = { 0 };
	struct str_list project = { 0 }, written = { 0 }, locked = { 0 };
	if (is_dynamic(root, "dependencies") || is_dynamic(root, "optional-dependencies")) return true;
	uv_needs_project(f->a, &t->project, toml_at(root, "project.dependencies"), S(""), &new);
	names_of(f->a, extras, &project);
	for (size_t i = 0; extras && i < extras->u.table.n && !new.unknown; i++)
		uv_needs_project(f->a, &t->project, extras->u.table.p[i].value, name_normalize(f->a, extras->u.table.p[i].key), &new);
	uv_needs_locked(f->a, &f->u->d, metadata ? toml_get(metadata, S("requires-dist")) : NULL, &old);
	if (!compare_lists(f, "dependencies", &new, &old, e)) return false;
	const struct toml_value *provides = metadata ? toml_get(metadata, S("provides-extras")) : NULL;
	if (f->revision < 1 || !strings_of(f->a, provides, &written)) return true;
	reader_normalize_names(f->a, &written, &locked);
	return compare_names("extra", &t->project.d, extras, &project, &locked, e);
}

/* A package without metadata has nothing to record, or its writer leaves it out. */
static bool is_recorded(const struct fresh *f, const struct uv_package *p)
{
	const struct toml_value *t = p->table;
	if (toml_get(t, S("metadata"))) return true;
	return f->revision != 4 && !toml_get(t, S("dependencies")) && !toml_get(t, S("optional-dependencies")) &&
	       !toml_get(t, S("dev-dependencies")) && !toml_get(t, S("dependency-groups"));
}

static bool compare_tree(struct fresh *f, const struct tree *t, struct err *e)
{
	const struct toml_value *name = toml_at(t->project.d.root, "project.name");
	const struct toml_value *metadata = table_at(t->package->table, "metadata");
	if (!name || name->type != TOML_STRING || !name_same(name->u.string, t->package->name)) return true;
	if (!compare_version(f, t, e)) return false;
	if (!is_recorded(f, t->package)) return true;
	if (!compare_requirements(f, t, metadata, e)) return false;
	const struct toml_value *recorded = metadata ? table_at(metadata, "requires-dev") : NULL;
	if (metadata && !recorded) recorded = table_at(metadata, "dependency-groups");
	return compare_groups(f, t, recorded, e);
}

/* --- the lock's head --- */

/* uv compares what lies between the least and the greatest Python. */
static struct interval_set hull(struct arena *a, const struct specifier_set *s)
{
	struct interval_set x = specifier_intervals(a, s);
	return x.n ? interval_set_of(a, x.p[0].from, x.p[x.n - 1].to) : x;
}

/* requires-python of the lock is what all members allow. */
static bool compare_python(struct fresh *f, struct err *e)
{
	const struct toml_value *at = NULL, *own = toml_get(f->u->d.root, S("requires-python"));
	str text = S("");
	if (!own || !f->complete) return true;
	for (size_t i = 0; i < f->trees.n; i++) {
		const struct tree *t = &f->trees.p[i];
		if (!t->root && !t->member) continue;
		const struct toml_value *v = toml_at(t->project.d.root, "project.requires-python");
		if (toml_at(t->project.d.root, "tool.uv.dependency-groups")) return true;
		if (!v || v->type != TOML_STRING) continue;
		if (v->u.string.n > 1000 || text.n > 10000) return true;
		if (!at || t->root) at = v;
		text = arena_fmt(f->a, STR_FMT "%s" STR_FMT, STR_ARG(text), text.n ? "," : "", STR_ARG(v->u.string));
	}
	struct specifier_set new;
	if (!at || !specifier_parse(f->a, text, &new, NULL)) return true;
	for (size_t i = 0; i < new.n; i++)
		if (new.clauses[i].op == SPEC_ARBITRARY) return true;
	struct interval_set x = hull(f->a, &new), y = hull(f->a, &f->scope.python);
	if (interval_set_equal(f->a, &x, &y)) return true;
	bool ours = toml_at(f->beside.d.root, "project.requires-python") == at;
	return stale(ours ? &f->beside.d : &f->u->d, ours ? at : own, e, "`requires-python` was `" STR_FMT "` and is `" STR_FMT "`",
	             STR_ARG(str_slice(own->u.string, 0, 200)), STR_ARG(str_slice(text, 0, 200)));
}

/* A uv.toml takes the place of tool.uv. */
static bool has_uv_toml(struct fresh *f)
{
	struct io_stat st = { 0 };
	struct err ignored = { 0 };
	if (f->u->r->request->project_text.p) return false;
	str path = path_join(f->a, path_dir(f->u->path), S("uv.toml"));
	return !io_stat(arena_cstr(f->a, path), &st, &ignored) || st.exists;
}

static bool compare_manifest(struct fresh *f, struct err *e)
{
	static const struct {
		const char *locked, *project, *what;
	} lists[] = {
		{ "manifest.constraints", "tool.uv.constraint-dependencies", "`tool.uv.constraint-dependencies`" },
		{ "manifest.overrides", "tool.uv.override-dependencies", "`tool.uv.override-dependencies`" },
	};
	for (size_t i = 0; i < 2 && !has_uv_toml(f); i++) {
		struct uv_needs new = { 0 }, old = { 0 };
		uv_needs_project(f->a, &f->beside, toml_at(f->beside.d.root, lists[i].project), S(""), &new);
		uv_needs_locked(f->a, &f->u->d, toml_at(f->u->d.root, lists[i].locked), &old);
		if (!compare_lists(f, lists[i].what, &new, &old, e)) return false;
	}
	/* The groups of a root that is no project are recorded in the manifest. */
	if (toml_get(f->beside.d.root, S("project"))) return true;
	struct tree t = { .project = f->beside, .root = true };
	return compare_groups(f, &t, table_at(f->u->d.root, "manifest.dependency-groups"), e);
}

/* --- the workspace --- */

static bool any_glob(struct fresh *f, const struct str_list *patterns, str folder)
{
	for (size_t i = 0; i < patterns->n; i++)
		if (glob_match(path_clean(f->a, patterns->p[i]), folder)) return true;
	return false;
}

static struct uv_package *tree_in(struct fresh *f, str folder)
{
	for (size_t i = 0; i < f->trees.n; i++)
		if (str_eq(f->trees.p[i].project.folder, folder)) return f->trees.p[i].package;
	return NULL;
}

/* Reads the project file of a folder below the lock's; *found is false when there is none that can be read. */
static void read_project(struct fresh *f, str folder, struct uv_project *out, bool *found)
{
	struct err ignored = { 0 };
	struct io_stat st = { 0 };
	str text, path = path_join(f->a, path_join(f->a, path_dir(f->u->path), folder), S("pyproject.toml"));
	*found = false;
	if (f->u->r->request->project_text.p) return;
	if (!io_stat(arena_cstr(f->a, path), &st, &ignored) || !st.is_regular) return;
	if (!reader_load(f->u->r, path, false, &text, &ignored) || !toml_parse(f->a, text, path, &out->d, &ignored)) return;
	out->folder = folder;
	uv_project_init(f->a, out);
	*found = true;
}

static bool check_new_member(struct fresh *f, str folder, struct err *e)
{
	struct uv_project p = { 0 };
	bool found;
	if (tree_in(f, folder) || str_eq(folder, S("."))) return true;
	read_project(f, folder, &p, &found);
	const struct toml_value *name = found ? toml_at(p.d.root, "project.name") : NULL;
	const struct toml_value *managed = found ? toml_at(p.d.root, "tool.uv.managed") : NULL;
	if (!name || name->type != TOML_STRING || (managed && managed->type == TOML_BOOL && !managed->u.boolean)) return true;
	if (str_list_has(&f->members, name_normalize(f->a, name->u.string))) return true;
	return stale(&p.d, name, e, "the member `" STR_FMT "` was added to the workspace",
	             STR_ARG(str_slice(name->u.string, 0, 200)));
}

/* A pattern that is a folder, or all folders in one; what others would find is not looked for. */
static bool check_new_members(struct fresh *f, str pattern, const struct str_list *exclude, struct err *e)
{
	static const char special[] = "*?[{";
	struct str_list names = { 0 };
	struct err ignored = { 0 };
	pattern = path_clean(f->a, pattern);
	bool all = str_ends(pattern, S("/*")) || str_eq(pattern, S("*"));
	str folder = !all ? pattern : pattern.n > 1 ? str_slice(pattern, 0, pattern.n - 2) : S(".");
	for (size_t i = 0; special[i]; i++)
		if (str_chr(folder, special[i]) != STR_NONE) return true;
	if (!all) return any_glob(f, exclude, folder) || check_new_member(f, folder, e);
	if (f->u->r->request->project_text.p) return true;
	str path = path_join(f->a, path_dir(f->u->path), folder);
	if (!io_list(f->a, arena_cstr(f->a, path), FOLDERS_MAX, &names, &ignored)) return true;
	for (size_t i = 0; i < names.n; i++) {
		str one = path_clean(f->a, path_join(f->a, folder, names.p[i]));
		if (!any_glob(f, exclude, one) && !check_new_member(f, one, e)) return false;
	}
	return true;
}

static bool compare_members(struct fresh *f, struct err *e)
{
	const struct toml_value *workspace = table_at(f->beside.d.root, "tool.uv.workspace");
	const struct toml_value *list = workspace ? toml_get(workspace, S("members")) : NULL;
	struct str_list patterns = { 0 }, exclude = { 0 };
	if (!strings_of(f->a, list, &patterns) || patterns.n > 100) return true;
	if (workspace && (!strings_of(f->a, toml_get(workspace, S("exclude")), &exclude) || exclude.n > 100)) return true;
	for (size_t i = 0; i < f->trees.n; i++) {
		const struct tree *t = &f->trees.p[i];
		if (!t->member || t->root) continue;
		if (any_glob(f, &patterns, t->project.folder) && !any_glob(f, &exclude, t->project.folder)) continue;
		return stale(&f->beside.d, list, e, "the member `" STR_FMT "` was removed from the workspace",
		             STR_ARG(str_slice(t->package->name, 0, 200)));
	}
	for (size_t i = 0; i < patterns.n; i++)
		if (!check_new_members(f, patterns.p[i], &exclude, e)) return false;
	return true;
}

static void find_trees(struct fresh *f)
{
	struct uv_lock *u = f->u;
	const struct toml_value *name = toml_at(f->beside.d.root, "project.name");
	f->complete = true;
	for (size_t i = 0; i < u->packages.n && f->trees.n < TREES_MAX; i++) {
		struct uv_package *p = &u->packages.p[i];
		struct tree t = { .package = p };
		bool found = true;
		if (!is_tree(p) || path_is_absolute(p->source_value)) continue;
		t.project.folder = path_clean(f->a, p->source_value.n ? p->source_value : S("."));
		t.root = str_eq(t.project.folder, S(".")) && name && name->type == TOML_STRING && name_same(p->name, name->u.string);
		t.member = str_list_has(&f->members, p->name);
		if (t.root)
			t.project = f->beside;
		else
			read_project(f, t.project.folder, &t.project, &found);
		if (t.member) t.project.shared = &f->beside.sources;
		if (!found && t.member) f->complete = false;
		*vec_push(f->a, &f->trees) = t;
	}
}

bool uv_fresh(struct uv_lock *u, const struct toml_document *project, struct err *e)
{
	struct fresh f = { .u = u, .a = u->r->a };
	const struct toml_value *revision = toml_get(u->d.root, S("revision"));
	const struct toml_value *python = toml_get(u->d.root, S("requires-python"));
	struct str_list members = { 0 };
	if (u->r->request->frozen || !project->root) return true;
	if (revision && revision->type == TOML_INTEGER) f.revision = revision->u.integer;
	f.scope = (struct marker_scope){ .a = f.a, .budget = EVALUATIONS_MAX };
	if (python && python->type == TOML_STRING && !specifier_parse(f.a, python->u.string, &f.scope.python, NULL)) return true;
	f.beside.d = *project;
	f.beside.folder = S(".");
	uv_project_init(f.a, &f.beside);
	if (!strings_of(f.a, toml_at(u->d.root, "manifest.members"), &members)) return true;
	reader_normalize_names(f.a, &members, &f.members);
	find_trees(&f);
	if (!compare_members(&f, e) || !compare_python(&f, e) || !compare_manifest(&f, e)) return false;
	for (size_t i = 0; i < f.trees.n; i++)
		if (f.trees.p[i].project.d.root && !compare_tree(&f, &f.trees.p[i], e)) return false;
	return true;
}
