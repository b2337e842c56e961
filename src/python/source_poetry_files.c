/* source_poetry_files.c: which files poetry-core's wheel holds.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"
#include "python/name.h"
#include "python/source_pattern.h"
#include "python/source_poetry.h"

struct files {
	const struct poetry *p;
	struct map taken;         /* paths that are in the wheel: the first rule that names a file decides where it goes */
	struct map excluded;      /* by `exclude`, and not by `include` for wheels */
	struct map included;      /* by `include`, for wheels */
	struct map tracked;       /* by git, which ignores none of them */
	bool git;                 /* git is asked at all */
	struct str_list left_out; /* of packages, because git ignores them */
};

static str clean(str path)
{
	while (str_ends(path, S("/"))) path.n--;
	while (str_starts(path, S("./"))) path = str_from_pos(path, 2);
	return str_eq(path, S(".")) ? (str){ 0 } : path;
}

/* --- [[tool.poetry.packages]], [[tool.poetry.include]] --- */

struct entry {
	str include, from, to;
	bool wheel;
	const struct toml_value *at;
};

/* format: one, several, or the default. */
static bool is_for_wheels(struct source_work *w, const struct toml_value *table, bool fallback, bool *out)
{
	struct str_list formats = { 0 };
	if (!toml_want_strings(w->a, &w->pyproject, table, "format", true, &formats, w->e)) return false;
	*out = toml_get(table, S("format")) ? str_list_has(&formats, S("wheel")) : fallback;
	return true;
}

static bool leaves_project(str path)
{
	return str_starts(path, S("/")) || str_eq(path, S("..")) || str_starts(path, S("../")) || str_contains(path, S("/../"));
}

static bool read_entry(struct source_work *w, const struct toml_value *v, const char *key, bool fallback, struct entry *out)
{
	const struct toml_document *d = &w->pyproject;
	*out = (struct entry){ .at = v, .wheel = fallback };
	if (v->type == TOML_STRING) {
		out->include = v->u.string;
	} else if (v->type != TOML_TABLE) {
		return source_bad_field(w, v, "a path, or a table with `%s`, is wanted here", key);
	} else if (!toml_want_string(d, v, key, &out->include, w->e) || !toml_want_string(d, v, "from", &out->from, w->e) ||
	           !toml_want_string(d, v, "to", &out->to, w->e) || !is_for_wheels(w, v, fallback, &out->wheel)) {
		return false;
	}
	out->include = clean(out->include);
	out->from = clean(out->from);
	out->to = clean(out->to);
	if (leaves_project(out->include) || leaves_project(out->from))
		return source_refuse(w, "[tool.poetry] packs files outside the project: " STR_FMT, STR_ARG(out->include));
	return out->include.n || source_bad_field(w, v, "`%s` is empty", key);
}

/* --- what patterns name --- */

/* Every file that the pattern names, or that lies in a folder it names, of those below `from`; named: what it names itself. */
static void expand(struct source_work *w, str from, str pattern, struct str_list *out, struct str_list *named)
{
	size_t first, end;
	str inside = { 0 }; /* the folder that was named last */
	pattern = pattern_clean(w->a, pattern);
	source_tree_below(w->tree, from, &first, &end);
	for (size_t i = first; i < end; i++) {
		const struct source_entry *entry = &w->tree->entries[i];
		str path = from.n ? str_from_pos(entry->path, from.n + 1) : entry->path;
		bool below = inside.n && str_starts(path, inside) && str_at(path, inside.n) == '/';
		bool match = pattern_names(pattern, path, entry->folder, PATTERN_RECURSIVE);
		if (match && named) *vec_push(w->a, named) = entry->path;
		if (!below && !match) continue;
		if (entry->folder && !below)
			inside = path;
		else if (!entry->folder)
			*vec_push(w->a, out) = entry->path;
	}
}

static str path_above(str path)
{
	size_t slash = str_rchr(path, '/');
	return slash == STR_NONE ? (str){ 0 } : str_slice(path, 0, slash);
}

static str file_name(str path)
{
	size_t slash = str_rchr(path, '/');
	return slash == STR_NONE ? path : str_from_pos(path, slash + 1);
}

/* A single file is a module whatever it is called; else there is code among what is named (of one folder: among what it holds), or only
 * types, in a package of stubs. */
static bool is_package(const struct source_work *w, const struct str_list *files, const struct str_list *named)
{
	const struct source_entry *only = named->n == 1 ? source_tree_find(w->tree, named->p[0]) : NULL;
	const struct str_list *elements = only && only->folder ? files : named;
	if (only && !only->folder) return true;
	str folder = only ? named->p[0] : path_above(named->p[0]);
	bool stubs = str_ends(folder, S("-stubs"));
	for (size_t i = 0; i < elements->n; i++) {
		const struct source_entry *entry = source_tree_find(w->tree, elements->p[i]);
		if (str_ends(elements->p[i], S(".py"))) return true;
		stubs =
		    stubs && (entry->folder || str_ends(elements->p[i], S(".pyi")) || str_eq(file_name(elements->p[i]), S("py.typed")));
	}
	return stubs;
}

static bool nothing_there(struct source_work *w, str what, const struct toml_value *at)
{
	err_set(w->e, ERR_FORMAT, "empty-package", "there is no package for `" STR_FMT "`: " STR_FMT, STR_ARG(w->facts.name),
	        STR_ARG(what));
	if (at)
		toml_where(w->e, &w->pyproject, at->offset);
	else
		err_where(w->e, STR_FMT, STR_ARG(w->pyproject.path));
	return err_help(w->e, "add a module, or name the right one: packages = [{ include = \"...\", from = \"src\" }]");
}

/* --- the rules for one file --- */

/* poetry-core reads the names that git prints, and git prints some in quotes: those are not found among the project's files. */
static bool git_prints_quoted(str path)
{
	for (size_t i = 0; i < path.n; i++)
		if ((unsigned char)path.p[i] >= 0x7f || path.p[i] < 0x20 || path.p[i] == '"' || path.p[i] == '\\') return true;
	return false;
}

static bool git_ignores(const struct files *f, const struct source_tree *tree, const struct source_entry *entry)
{
	if (!f->git || !(entry->ignored || tree->vcs.folder_ignored)) return false;
	return !map_has(&f->tracked, entry->path) && !git_prints_quoted(entry->path);
}

static bool is_left_out(const struct files *f, const struct source_tree *tree, const struct source_entry *entry)
{
	if (map_has(&f->included, entry->path)) return false;
	return git_ignores(f, tree, entry) || map_has(&f->excluded, entry->path);
}

/* poetry-core asks git, which knows a repository alone, and not when it ignores the project as a whole. */
static bool ask_git(struct source_work *w, struct files *f)
{
	const struct source_vcs *vcs = &w->tree->vcs;
	struct str_list paths = { 0 };
	bool any = vcs->folder_ignored;
	for (size_t i = 0; i < vcs->inputs.n; i++) source_add_input(w, vcs->inputs.p[i]);
	for (size_t i = 0; vcs->git && i < w->tree->n && !any; i++) any = w->tree->entries[i].ignored;
	f->git = any && vcs->git;
	if (!f->git || !vcs->tracked) return true;
	const char *why = vcs->tracked(vcs->context, w->a, &paths);
	if (why) return source_refuse(w, "git ignores files of it, and which of them it tracks cannot be read: %s", why);
	for (size_t i = 0; i < paths.n; i++) map_put(&f->tracked, paths.p[i], NULL);
	if (vcs->folder_ignored && !paths.n) f->git = false;
	return true;
}

static void add_file(struct source_work *w, struct files *f, str path, str from, str to)
{
	bool added;
	map_put(&f->taken, path, &added);
	if (!added) return;
	str name = from.n ? str_from_pos(path, from.n + 1) : path;
	source_add_member(w, to.n ? arena_fmt(w->a, STR_FMT "/" STR_FMT, STR_ARG(to), STR_ARG(name)) : name, path);
}

static bool add_package(struct source_work *w, struct files *f, const struct entry *x)
{
	struct str_list files = { 0 }, named = { 0 };
	expand(w, x->from, x->include, &files, &named);
	if (!named.n || !is_package(w, &files, &named)) {
		str what = x->from.n ? arena_fmt(w->a, STR_FMT "/" STR_FMT, STR_ARG(x->from), STR_ARG(x->include)) : x->include;
		return nothing_there(w, arena_join(w->a, what, S(" holds no module")), x->at);
	}
	for (size_t i = 0; i < files.n; i++) {
		if (!is_left_out(f, w->tree, source_tree_find(w->tree, files.p[i])))
			add_file(w, f, files.p[i], x->from, x->to);
		else if (!map_has(&f->excluded, files.p[i]) && !source_is_quiet(files.p[i]))
			*vec_push(w->a, &f->left_out) = files.p[i];
	}
	return true;
}

/* --- packages --- */

static bool is_there(const struct source_work *w, str path, bool folder)
{
	const struct source_entry *entry = source_tree_find(w->tree, path);
	return entry && entry->folder == folder;
}

/* A folder or a module that has the project's name, at the top or in src/. */
static bool find_package(struct source_work *w, struct entry *out)
{
	static const char *const tops[] = { "", "src/" };
	str name = source_escaped_name(w->a, w->facts.name);
	for (size_t i = 0; i < 2; i++) {
		str folder = arena_join(w->a, str_from(tops[i]), name), module = arena_join(w->a, folder, S(".py"));
		bool package = is_there(w, folder, true), single = is_there(w, module, false);
		if (package && single)
			return source_refuse(w, "there are " STR_FMT " and " STR_FMT ": poetry-core takes neither", STR_ARG(folder),
			                     STR_ARG(module));
		if (!package && !single) continue;
		*out =
		    (struct entry){ .include = package ? name : arena_join(w->a, name, S(".py")), .from = i ? S("src") : (str){ 0 } };
		return true;
	}
	return nothing_there(w, arena_fmt(w->a, STR_FMT " and src/" STR_FMT " are not there", STR_ARG(name), STR_ARG(name)), NULL);
}

static bool add_packages(struct source_work *w, struct files *f)
{
	const struct toml_value *list = NULL;
	struct entry x;
	size_t taken = 0;
	if (f->p->tool && !toml_want_array(&w->pyproject, f->p->tool, "packages", &list, w->e)) return false;
	for (size_t i = 0; list && i < list->u.array.n; i++) {
		if (!read_entry(w, list->u.array.p[i], "include", true, &x)) return false;
		if (!x.wheel) continue;
		if (!add_package(w, f, &x)) return false;
		taken++;
	}
	return taken || (find_package(w, &x) && add_package(w, f, &x));
}

/* --- include, exclude --- */

static bool read_includes(struct source_work *w, struct files *f, struct str_list *named)
{
	const struct toml_value *list = NULL;
	if (f->p->tool && !toml_want_array(&w->pyproject, f->p->tool, "include", &list, w->e)) return false;
	for (size_t i = 0; list && i < list->u.array.n; i++) {
		struct entry x;
		if (!read_entry(w, list->u.array.p[i], "path", false, &x)) return false;
		if (x.wheel) expand(w, (str){ 0 }, x.include, named, NULL);
	}
	for (size_t i = 0; i < named->n; i++) map_put(&f->included, named->p[i], NULL);
	return true;
}

static bool read_excludes(struct source_work *w, struct files *f)
{
	struct str_list patterns = { 0 }, files = { 0 };
	if (f->p->tool && !toml_want_strings(w->a, &w->pyproject, f->p->tool, "exclude", false, &patterns, w->e)) return false;
	for (size_t i = 0; i < patterns.n; i++) expand(w, (str){ 0 }, clean(patterns.p[i]), &files, NULL);
	for (size_t i = 0; i < files.n; i++) map_put(&f->excluded, files.p[i], NULL);
	return true;
}

/* --- scripts = { NAME = { reference = PATH, type = "file" } } --- */

static bool add_scripts(struct source_work *w, const struct poetry *p)
{
	const struct toml_value *scripts = poetry_option(p, "scripts");
	for (size_t i = 0; scripts && i < scripts->u.table.n; i++) {
		const struct toml_value *v = scripts->u.table.p[i].value;
		str type = { 0 }, path = { 0 };
		if (v->type != TOML_TABLE) continue;
		if (!toml_want_string(&w->pyproject, v, "type", &type, w->e) ||
		    !toml_want_string(&w->pyproject, v, "reference", &path, w->e))
			return false;
		if (!str_eq(type, S("file"))) continue;
		path = clean(path);
		if (leaves_project(path) || !is_there(w, path, false))
			return source_bad_field(w, v, "the script `" STR_FMT "` is no file of the project", STR_ARG(path));
		str name = file_name(path);
		source_add_member(w,
		                  arena_fmt(w->a, STR_FMT "-" STR_FMT ".data/scripts/" STR_FMT,
		                            STR_ARG(source_escaped_name(w->a, w->facts.name)), STR_ARG(w->facts.version),
		                            STR_ARG(name)),
		                  path);
	}
	return true;
}

bool poetry_add_files(struct source_work *w, const struct poetry *p)
{
	struct files f = { .p = p };
	struct str_list named = { 0 };
	map_init(&f.taken, w->a);
	map_init(&f.excluded, w->a);
	map_init(&f.included, w->a);
	map_init(&f.tracked, w->a);
	if (!ask_git(w, &f) || !read_includes(w, &f, &named) || !read_excludes(w, &f) || !add_packages(w, &f)) return false;
	for (size_t i = 0; i < named.n; i++) add_file(w, &f, named.p[i], (str){ 0 }, (str){ 0 });
	if (source_note_left_out(w, &f.left_out, " because git ignores them"))
		note_help(w->notes, "[tool.poetry] include = [{ path = \"" STR_FMT "\", format = [\"sdist\", \"wheel\"] }]",
		          STR_ARG(f.left_out.p[0]));
	return add_scripts(w, p);
}
