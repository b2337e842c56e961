/* source_uv.c: uv_build.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: uv's documentation "The uv build backend" ([tool.uv.build-backend]): a module below module-root ("src") with an __init__.py,
 * or several, or a namespace; everything in it but what the excludes name; data folders; nothing is dynamic. Exclude patterns hold
 * anywhere unless they begin with "/"; then they mean files alone. */
#include "python/name.h"
#include "python/source_backend.h"
#include "python/source_pattern.h"

struct uv_rules {
	const struct toml_value *table; /* NULL: all defaults */
	str root;                       /* "" or "src/" */
	bool namespace_;
	struct str_list modules, excludes;
};

/* With a "/" in front a pattern means a file by its whole path; without, it may begin at any part, and a folder that it names is not looked
 * into. from: how much of the path is the folder where the walk begins, which may be named itself. */
static bool excluded(const struct uv_rules *r, str path, size_t from)
{
	for (size_t i = 0; i < r->excludes.n; i++) {
		str pattern = r->excludes.p[i];
		bool any = str_starts(pattern, S("**/"));
		if (pattern_path(pattern, path, PATTERN_BYTES)) return true;
		for (size_t end = from; any && end < path.n; end++)
			if (path.p[end] == '/' && pattern_path(pattern, str_slice(path, 0, end), PATTERN_BYTES)) return true;
	}
	return false;
}

static str module_of_name(struct source_work *w)
{
	str name = name_normalize(w->a, w->facts.name);
	bool stubs = str_ends(name, S("-stubs"));
	char *p = arena_cstr(w->a, name);
	for (size_t i = 0; i < name.n - (stubs ? 6 : 0); i++)
		if (p[i] == '-') p[i] = '_';
	return (str){ p, name.n };
}

static bool read_rules(struct source_work *w, struct uv_rules *r)
{
	static const char *const defaults[] = { "__pycache__", "*.pyc", "*.pyo" };
	bool use_defaults = true;
	struct str_list sources = { 0 };
	str root = S("src");
	r->table = toml_at(w->pyproject.root, "tool.uv.build-backend");
	if (r->table && (!toml_want_string(&w->pyproject, r->table, "module-root", &root, w->e) ||
	                 !toml_want_bool(&w->pyproject, r->table, "namespace", &r->namespace_, w->e) ||
	                 !toml_want_bool(&w->pyproject, r->table, "default-excludes", &use_defaults, w->e) ||
	                 !toml_want_strings(w->a, &w->pyproject, r->table, "module-name", true, &r->modules, w->e) ||
	                 !toml_want_strings(w->a, &w->pyproject, r->table, "source-exclude", false, &sources, w->e) ||
	                 !toml_want_strings(w->a, &w->pyproject, r->table, "wheel-exclude", false, &r->excludes, w->e)))
		return false;
	for (size_t i = 0; i < sources.n; i++) *vec_push(w->a, &r->excludes) = sources.p[i];
	for (size_t i = 0; use_defaults && i < 3; i++) *vec_push(w->a, &r->excludes) = str_from(defaults[i]);
	for (size_t i = 0; i < r->excludes.n; i++) {
		str *x = &r->excludes.p[i];
		*x = str_starts(*x, S("/")) ? str_from_pos(*x, 1) : arena_join(w->a, S("**/"), *x);
	}
	while (str_ends(root, S("/"))) root.n--;
	if (str_eq(root, S("."))) root.n = 0;
	r->root = root.n ? arena_join(w->a, root, S("/")) : root;
	if (r->modules.n == 0) *vec_push(w->a, &r->modules) = module_of_name(w);
	return true;
}

static bool missing_module(struct source_work *w, str folder, str file)
{
	err_set(w->e, ERR_FORMAT, "empty-package", "there is no module at `" STR_FMT "`", STR_ARG(folder));
	err_where(w->e, STR_FMT, STR_ARG(w->pyproject.path));
	err_why(w->e, "uv_build looks for " STR_FMT, STR_ARG(file));
	return err_help(w->e, "add the file, or name the module with module-name and module-root under [tool.uv.build-backend]");
}

static void add_folder(struct source_work *w, const struct uv_rules *r, str folder, str to)
{
	size_t first, end;
	source_tree_below(w->tree, folder, &first, &end);
	for (size_t i = first; i < end; i++) {
		str path = w->tree->entries[i].path;
		if (!w->tree->entries[i].folder && !excluded(r, path, folder.n))
			source_add_member(w, arena_join(w->a, to, str_from_pos(path, folder.n + 1)), path);
	}
}

static bool add_module(struct source_work *w, const struct uv_rules *r, str module)
{
	str relative = source_module_path(w->a, module);
	str folder = arena_join(w->a, r->root, relative);
	str stubs = str_slice(relative, 0, str_chr(relative, '/') == STR_NONE ? relative.n : str_chr(relative, '/'));
	str file = arena_join(w->a, folder, str_ends(stubs, S("-stubs")) ? S("/__init__.pyi") : S("/__init__.py"));
	const struct source_entry *entry = source_tree_find(w->tree, folder);
	if (!entry || !entry->folder) return missing_module(w, folder, file);
	if (!r->namespace_ && !source_tree_find(w->tree, file)) return missing_module(w, folder, file);
	add_folder(w, r, folder, arena_join(w->a, relative, S("/")));
	return true;
}

static bool add_data(struct source_work *w, const struct uv_rules *r)
{
	static const char *const keys[] = { "purelib", "platlib", "scripts", "data", "headers" };
	const struct toml_value *data = r->table ? toml_get(r->table, S("data")) : NULL;
	str top = arena_fmt(w->a, STR_FMT "-" STR_FMT ".data/", STR_ARG(source_escaped_name(w->a, w->facts.name)),
	                    STR_ARG(w->facts.version));
	for (size_t i = 0; data && i < sizeof keys / sizeof *keys; i++) {
		str folder = { 0 };
		if (!toml_want_string(&w->pyproject, data, keys[i], &folder, w->e)) return false;
		while (str_ends(folder, S("/"))) folder.n--;
		if (str_starts(folder, S("./"))) folder = str_from_pos(folder, 2);
		if (folder.n == 0) continue;
		const struct source_entry *entry = source_tree_find(w->tree, folder);
		if (!entry || !entry->folder)
			return source_bad_field(w, toml_get(data, str_from(keys[i])), "`" STR_FMT "` is no folder of the project",
			                        STR_ARG(folder));
		add_folder(w, r, folder, arena_fmt(w->a, STR_FMT "%s/", STR_ARG(top), keys[i]));
	}
	return true;
}

static bool plan_uv(struct source_work *w)
{
	struct uv_rules r = { 0 };
	if (w->facts.dynamic.n) return source_refuse(w, "uv_build knows no dynamic fields, but [project] has some");
	if (w->facts.name.n == 0 || w->facts.version.n == 0 || w->metadata_only) return true;
	w->facts.all_authors_named = true;
	if (!w->facts.license_expression.n && !w->facts.license_files_given) w->facts.metadata_version = S("2.3");
	if (!read_rules(w, &r)) return false;
	for (size_t i = 0; i < r.modules.n; i++)
		if (!add_module(w, &r, r.modules.p[i])) return false;
	return add_data(w, &r);
}

const struct source_backend source_uv = { "uv_build", plan_uv };
