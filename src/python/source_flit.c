/* source_flit.c: flit_core.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: flit's documentation "The pyproject.toml config file", flit_core 4 and 3.12: one module or package, at the top or in src/, with everything
 * in its folder; version and description from its __version__ and docstring when they are dynamic; licence files by PEP 639 or the
 * usual names; [tool.flit.external-data] goes to .data/data. */
#include "python/name.h"
#include "python/requirement.h"
#include "python/source_backend.h"

struct module {
	str name;
	str prefix; /* "" or "src/" */
	str path;   /* of the folder or file */
	bool package;
};

static bool module_name(struct source_work *w, const struct toml_value *flit, bool before_4, struct module *m)
{
	const struct toml_value *table = flit ? toml_get(flit, S("module")) : NULL;
	char *p = arena_cstr(w->a, w->facts.name);
	size_t end = !before_4 && str_ends(w->facts.name, S("-stubs")) ? w->facts.name.n - 6 : w->facts.name.n;
	for (size_t i = 0; i < end; i++)
		if (p[i] == '-') p[i] = '_';
	m->name = (str){ p, w->facts.name.n };
	if (!table) return true;
	return toml_want_string(&w->pyproject, table, "name", &m->name, w->e);
}

static bool find_module(struct source_work *w, struct module *m)
{
	static const char *const prefixes[] = { "", "src/" };
	str relative = source_module_path(w->a, m->name);
	size_t found = 0;
	for (size_t i = 0; i < 2; i++) {
		str folder = arena_fmt(w->a, "%s" STR_FMT, prefixes[i], STR_ARG(relative));
		str file = arena_join(w->a, folder, S(".py"));
		const struct source_entry *d = source_tree_find(w->tree, folder), *f = source_tree_find(w->tree, file);
		if (d && d->folder) {
			found++;
			*m = (struct module){ m->name, str_from(prefixes[i]), folder, true };
		}
		if (f && !f->folder) {
			found++;
			*m = (struct module){ m->name, str_from(prefixes[i]), file, false };
		}
	}
	if (found == 1) return true;
	err_set(w->e, ERR_FORMAT, "empty-package",
	        found ? "several files or folders could be the module `" STR_FMT "`"
	              : "there is no file or folder for the module `" STR_FMT "`",
	        STR_ARG(m->name));
	err_where(w->e, STR_FMT, STR_ARG(w->pyproject.path));
	return err_help(w->e, "name it under [tool.flit.module], or keep one of " STR_FMT "/, " STR_FMT ".py and the same in src/",
	                STR_ARG(relative), STR_ARG(relative));
}

/* Without a literal flit imports the module: `from .MODULE import __version__` is as certain when that has a literal. */
static bool imported_version(struct source_work *w, const struct module *m, str *value)
{
	str text, from;
	bool found;
	if (!m->package) return true;
	if (!source_text(w, arena_join(w->a, m->path, S("/__init__.py")), &text)) return false;
	if (!source_python_imported(w->a, text, S("__version__"), &from)) return true;
	str path = arena_fmt(w->a, STR_FMT "/" STR_FMT ".py", STR_ARG(m->path), STR_ARG(source_module_path(w->a, from)));
	if (!source_tree_find(w->tree, path)) return true;
	if (!source_text(w, path, &text)) return false;
	if (!source_python_literal(w->a, text, S("__version__"), value, &found) || !found) *value = (str){ 0 };
	return true;
}

/* The files that may hold __version__; the last one that does wins. */
static bool dynamic_version(struct source_work *w, const struct module *m)
{
	static const char *const names[] = { "/__version__.py", "/_version.py", "/version.py", "/__init__.py" };
	str value = { 0 };
	for (size_t i = m->package ? 0 : 3; i < 4; i++) {
		str path = m->package ? arena_fmt(w->a, STR_FMT "%s", STR_ARG(m->path), names[i]) : m->path, text, one;
		bool found;
		if (!source_tree_find(w->tree, path)) continue;
		if (!source_text(w, path, &text)) return false;
		if (!source_python_literal(w->a, text, S("__version__"), &one, &found))
			return source_refuse(w, "__version__ in " STR_FMT " is no plain string", STR_ARG(path));
		if (found) value = one;
	}
	struct version version;
	if (value.n == 0 && !imported_version(w, m, &value)) return false;
	if (value.n == 0)
		return source_refuse(w, "its version is dynamic, and no file of `" STR_FMT "` has a plain __version__ = \"...\"",
		                     STR_ARG(m->name));
	if (!version_parse(w->a, value, &version, w->e)) return err_where(w->e, STR_FMT, STR_ARG(m->path));
	w->facts.version = version_normal(w->a, &version);
	return true;
}

static bool dynamic_summary(struct source_work *w, const struct module *m)
{
	str path = m->package ? arena_join(w->a, m->path, S("/__init__.py")) : m->path, text, value = { 0 }, line = { 0 };
	bool found = false;
	if (!source_text(w, path, &text)) return false;
	if (!source_python_docstring(w->a, text, &value, &found) || !found)
		return source_refuse(w, "its description is dynamic, and " STR_FMT " has no plain docstring", STR_ARG(path));
	value = str_trim(value);
	str_line(&value, &line);
	w->facts.summary = line;
	return true;
}

static bool read_dynamic(struct source_work *w, const struct module *m)
{
	return (!source_is_dynamic(w, S("version")) || dynamic_version(w, m)) &&
	       (w->metadata_only || !source_is_dynamic(w, S("description")) || dynamic_summary(w, m));
}

static bool licences(struct source_work *w, bool before_4)
{
	static const char *const globs[] = { "COPYING*", "LICEN[CS]E*", "NOTICE*", "AUTHORS*" };
	const struct toml_value *license = toml_get(w->project, S("license"));
	const struct toml_value *file = license && license->type == TOML_TABLE ? toml_get(license, S("file")) : NULL;
	if (file && file->type == TOML_STRING) str_list_add_new(w->a, &w->facts.license_files, file->u.string);
	w->facts.license_text = (str){ 0 }; /* of the table flit takes the file alone, and its text not at all */
	for (size_t i = 0; i < (before_4 ? 2 : 4) && !w->facts.license_files_given; i++)
		if (!source_license_glob(w, str_from(globs[i]), false)) return false;
	str_list_sort(&w->facts.license_files);
	return true;
}

static void add_module(struct source_work *w, const struct module *m)
{
	if (!m->package) {
		source_add_member(w, str_from_pos(m->path, m->prefix.n), m->path);
		return;
	}
	size_t first, end;
	source_tree_below(w->tree, m->path, &first, &end);
	for (size_t i = first; i < end; i++) {
		const struct source_entry *entry = &w->tree->entries[i];
		if (!entry->folder) source_add_member(w, str_from_pos(entry->path, m->prefix.n), entry->path);
	}
}

static bool add_data(struct source_work *w, const struct toml_value *flit)
{
	const struct toml_value *table = flit ? toml_get(flit, S("external-data")) : NULL;
	str folder = { 0 };
	size_t first, end;
	if (!table) return true;
	if (!toml_want_string(&w->pyproject, table, "directory", &folder, w->e)) return false;
	while (str_ends(folder, S("/"))) folder.n--;
	if (str_starts(folder, S("./"))) folder = str_from_pos(folder, 2);
	const struct source_entry *entry = source_tree_find(w->tree, folder);
	if (!entry || !entry->folder)
		return source_bad_field(w, table, "`" STR_FMT "` is no folder of the project", STR_ARG(folder));
	source_tree_below(w->tree, folder, &first, &end);
	str data = arena_fmt(w->a, STR_FMT "-" STR_FMT ".data/data", STR_ARG(source_escaped_name(w->a, w->facts.name)),
	                     STR_ARG(w->facts.version));
	for (size_t i = first; i < end; i++) {
		str path = w->tree->entries[i].path;
		if (!w->tree->entries[i].folder) source_add_member(w, arena_join(w->a, data, str_from_pos(path, folder.n)), path);
	}
	return true;
}

/* flit 4 says what can be imported (PEP 794). */
static void import_names(struct source_work *w, const struct module *m)
{
	*vec_push(w->a, &w->facts.import_names) = m->name;
	for (size_t i = 0; i < m->name.n; i++)
		if (m->name.p[i] == '.') *vec_push(w->a, &w->facts.import_namespaces) = str_slice(m->name, 0, i);
}

static bool allows(struct source_work *w, const struct requirement *q, const char *clause)
{
	struct specifier_set range;
	specifier_parse(w->a, str_from(clause), &range, NULL);
	struct interval_set have = specifier_intervals(w->a, &q->specifier), want = specifier_intervals(w->a, &range);
	return interval_set_intersect(w->a, &have, &want).n > 0;
}

/* Most projects ask for flit_core<4, which is 3.12: it names no imports and takes fewer licences by itself. */
static bool read_release(struct source_work *w, bool *before_4)
{
	*before_4 = false;
	for (size_t i = 0; i < w->requires.n; i++) {
		struct requirement q;
		struct err inner = { 0 };
		if (!requirement_parse(w->a, w->requires.p[i], &q, &inner))
			return source_bad_field(w, toml_get(w->build, S("requires")), "%s", inner.what);
		if (!str_eq(name_normalize(w->a, q.name), S("flit-core")) || q.url.n || allows(w, &q, ">=4")) continue;
		*before_4 = true;
		if (!allows(w, &q, ">=3.12"))
			return source_refuse(w, "it asks for `" STR_FMT "`; the rules known here are those since 3.12",
			                     STR_ARG(w->requires.p[i]));
	}
	return true;
}

static bool plan_flit(struct source_work *w)
{
	const struct toml_value *flit = w->has_pyproject ? toml_at(w->pyproject.root, "tool.flit") : NULL;
	struct module m = { 0 };
	bool before_4;
	if (!read_release(w, &before_4)) return false;
	if (!w->project) return source_refuse(w, "it has no [project] table; flit's own tables are those of its versions before 4");
	if (w->facts.name.n == 0) return true; /* told by the caller */
	if (!module_name(w, flit, before_4, &m) || !find_module(w, &m) || !read_dynamic(w, &m)) return false;
	if (w->facts.version.n == 0 || w->metadata_only) return true;
	if (!before_4) import_names(w, &m);
	w->facts.dense_entry_points = true;
	if (!licences(w, before_4)) return false;
	add_module(w, &m);
	return add_data(w, flit);
}

const struct source_backend source_flit = { "flit_core", plan_flit };
