/* source_pdm.c: pdm-backend.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: pdm-backend's documentation "Build Configuration" ([tool.pdm.build]): packages or modules of package-dir (src/ when it is there),
 * or what `includes` names, less `excludes` and `source-includes`; where a path is named by both, the longer and more concrete pattern
 * wins. wheel-data goes to .data. Versions come from [project] or from a plain assignment in a file. Hooks are code: refused. */
#include <stdlib.h>

#include "python/name.h"
#include "python/source_backend.h"
#include "python/source_pattern.h"

struct claim {
	str path, pattern;
};

struct pdm {
	const struct toml_value *build; /* [tool.pdm.build], or NULL */
	str package_dir;                /* "" or "src" */
	struct str_list includes, source_includes, excludes;
	VEC(struct claim) included, excluded;
	struct str_list include_paths, exclude_paths; /* after the claims have met */
};

/* --- configuration --- */

static str without_slash(str s)
{
	while (str_ends(s, S("/"))) s.n--;
	while (str_starts(s, S("./"))) s = str_from_pos(s, 2);
	return s;
}

static bool begins_in_src(const struct pdm *p)
{
	for (size_t i = 0; i < p->includes.n; i++) {
		str path = without_slash(p->includes.p[i]);
		if (str_eq(path, S("src")) || str_starts(path, S("src/"))) return true;
	}
	return false;
}

static bool read_config(struct source_work *w, struct pdm *p)
{
	const struct toml_document *d = &w->pyproject;
	bool setuptools = false;
	str dir = { 0 };
	p->build = toml_at(d->root, "tool.pdm.build");
	if (p->build) {
		if (!toml_want_bool(d, p->build, "run-setuptools", &setuptools, w->e) ||
		    !toml_want_string(d, p->build, "package-dir", &dir, w->e) ||
		    !toml_want_strings(w->a, d, p->build, "includes", false, &p->includes, w->e) ||
		    !toml_want_strings(w->a, d, p->build, "source-includes", false, &p->source_includes, w->e) ||
		    !toml_want_strings(w->a, d, p->build, "excludes", false, &p->excludes, w->e))
			return false;
		if (setuptools) return source_refuse(w, "[tool.pdm.build] has run-setuptools: it compiles extensions");
		if (toml_get(p->build, S("custom-hook"))) return source_refuse(w, "[tool.pdm.build] has a custom-hook");
		if (toml_get(p->build, S("hooks"))) return source_refuse(w, "[tool.pdm.build] has hooks");
		if (toml_get(p->build, S("is-purelib"))) w->pure = true;
	}
	if (source_tree_find(w->tree, S("pdm_build.py")))
		return source_refuse(w, "pdm_build.py is a hook that runs while building");
	if (p->source_includes.n == 0) *vec_push(w->a, &p->source_includes) = S("tests");
	const struct source_entry *src = source_tree_find(w->tree, S("src"));
	bool own = p->build && toml_get(p->build, S("package-dir"));
	bool excluded = str_list_has(&p->excludes, S("src")) || str_list_has(&p->excludes, S("src/"));
	if (own)
		p->package_dir = str_eq(dir, S(".")) ? (str){ 0 } : without_slash(dir);
	else if ((src && src->folder && p->includes.n == 0) || (begins_in_src(p) && !excluded))
		p->package_dir = S("src");
	return true;
}

/* --- version --- */

static bool version_of_text(struct source_work *w, str path, str value)
{
	struct version version;
	if (!version_parse(w->a, value, &version, w->e)) return err_where(w->e, STR_FMT, STR_ARG(path));
	w->facts.version = version_normal(w->a, &version);
	return true;
}

/* Lines that pdm takes, wherever they stand: ^(__version__|VERSION)\s*=\s*["'] */
static size_t version_lines(str text)
{
	size_t n = 0;
	for (str line; str_line(&text, &line);) {
		bool first = str_starts(line, S("__version__"));
		if (!first && !str_starts(line, S("VERSION"))) continue;
		line = str_trim(str_from_pos(line, first ? 11 : 7));
		if (!str_starts(line, S("="))) continue;
		line = str_trim(str_from_pos(line, 1));
		n += str_starts(line, S("\"")) || str_starts(line, S("'"));
	}
	return n;
}

/* pdm searches for a line, whatever stands around it; a plain literal is what both agree on. */
static bool version_of_file(struct source_work *w, const struct toml_value *table)
{
	str path = { 0 }, text, value;
	bool found = false;
	if (toml_get(table, S("pattern"))) return source_refuse(w, "[tool.pdm.version] has a pattern of its own");
	if (!toml_want_string(&w->pyproject, table, "path", &path, w->e) || !source_text(w, without_slash(path), &text))
		return false;
	size_t lines = version_lines(text);
	if (lines > 1) return source_refuse(w, STR_FMT " has several lines with a version", STR_ARG(path));
	if (!source_python_literal(w->a, text, S("__version__"), &value, &found))
		return source_refuse(w, "__version__ in " STR_FMT " is no plain string", STR_ARG(path));
	if ((!found && (!source_python_literal(w->a, text, S("VERSION"), &value, &found) || !found)) || !lines)
		return source_refuse(w, STR_FMT " has no plain __version__ = \"...\"", STR_ARG(path));
	return version_of_text(w, path, value);
}

static bool read_version(struct source_work *w)
{
	const struct toml_value *table = toml_at(w->pyproject.root, "tool.pdm.version");
	str source = { 0 };
	if (w->facts.version.n) return true;
	if (!table && !source_is_dynamic(w, S("version"))) return true; /* told by the caller */
	if (!table) {
		w->facts.version = S("0.0.0"); /* pdm-backend's own answer */
		note_add(w->notes, NOTE_WARNING, "version-missing",
		         STR_FMT ": its version is dynamic, and nothing says what it is: it becomes 0.0.0", STR_ARG(w->facts.name));
		note_help(w->notes, "write version = \"...\" under [project], or [tool.pdm.version] source and path");
		return true;
	}
	if (!toml_want_string(&w->pyproject, table, "source", &source, w->e)) return false;
	if (source.n == 0 || str_eq(source, S("file"))) return version_of_file(w, table);
	return source_refuse(w, "its version comes from `" STR_FMT "`, which needs %s", STR_ARG(source),
	                     str_eq(source, S("scm")) ? "the history of version control" : "its code to run");
}

/* --- what is named --- */

static void claim(struct source_work *w, struct pdm *p, str pattern, bool include)
{
	str clean = pattern_clean(w->a, pattern);
	for (size_t i = 0; i < w->tree->n; i++) {
		str path = w->tree->entries[i].path;
		if (!pattern_names(clean, path, w->tree->entries[i].folder, PATTERN_GLOB)) continue;
		struct claim *c = include ? vec_push(w->a, &p->included) : vec_push(w->a, &p->excluded);
		*c = (struct claim){ path, clean };
	}
}

static bool is_package(const struct source_work *w, const struct source_entry *entry)
{
	if (!entry->folder) return false;
	if (source_tree_find(w->tree, arena_join(w->a, entry->path, S("/__init__.py")))) return true;
	return str_ends(entry->path, S("-stubs")) && source_tree_find(w->tree, arena_join(w->a, entry->path, S("/__init__.pyi")));
}

static bool check_place(struct source_work *w, const struct pdm *p)
{
	const struct source_entry *entry = source_tree_find(w->tree, p->package_dir);
	if (!p->package_dir.n || (entry && entry->folder)) return true;
	err_set(w->e, ERR_FORMAT, "empty-package", "there is no folder `" STR_FMT "`, which package-dir names",
	        STR_ARG(p->package_dir));
	err_where(w->e, STR_FMT, STR_ARG(w->pyproject.path));
	return err_help(w->e, "correct package-dir under [tool.pdm.build]");
}

static void claim_packages(struct source_work *w, struct pdm *p)
{
	size_t first, end, found = 0;
	source_tree_below(w->tree, p->package_dir, &first, &end);
	for (size_t i = first; i < end; i++) {
		const struct source_entry *entry = &w->tree->entries[i];
		str below = str_from_pos(entry->path, p->package_dir.n ? p->package_dir.n + 1 : 0);
		if (str_chr(below, '/') != STR_NONE || !is_package(w, entry)) continue;
		*vec_push(w->a, &p->included) = (struct claim){ entry->path, entry->path };
		found++;
	}
	if (!found) claim(w, p, p->package_dir.n ? arena_join(w->a, p->package_dir, S("/*.py")) : S("*.py"), true);
}

/* Parts of a pattern, and how concrete they are. */
static int weigh(str pattern, int *wild)
{
	int parts = 0;
	*wild = 0;
	for (str rest = pattern, part; rest.n;) {
		if (!str_cut(rest, '/', &part, &rest)) rest = (str){ 0 };
		parts++;
		*wild += str_eq(part, S("**")) ? 2 : pattern_is_magic(part) ? 1 : 0;
	}
	return parts;
}

static bool lighter_or_equal(str x, str y)
{
	int wild_x, wild_y, parts_x = weigh(x, &wild_x), parts_y = weigh(y, &wild_y);
	return parts_x != parts_y ? parts_x < parts_y : wild_x >= wild_y;
}

static void settle(struct source_work *w, struct pdm *p)
{
	for (size_t i = 0; i < p->included.n; i++) {
		bool loses = false;
		for (size_t k = 0; k < p->excluded.n; k++) {
			if (!str_eq(p->included.p[i].path, p->excluded.p[k].path)) continue;
			bool wins = !lighter_or_equal(p->included.p[i].pattern, p->excluded.p[k].pattern);
			if (wins) p->excluded.p[k].path = (str){ 0 };
			loses |= !wins;
		}
		if (!loses) str_list_add_new(w->a, &p->include_paths, p->included.p[i].path);
	}
	for (size_t k = 0; k < p->excluded.n; k++)
		if (p->excluded.p[k].path.n) str_list_add_new(w->a, &p->exclude_paths, p->excluded.p[k].path);
}

static bool is_excluded(const struct pdm *p, str path)
{
	for (size_t i = 0; i < p->exclude_paths.n; i++) {
		str x = p->exclude_paths.p[i];
		if (str_starts(path, x) && (path.n == x.n || path.p[x.n] == '/')) return true;
	}
	return false;
}

static void add_file(struct source_work *w, const struct pdm *p, str path)
{
	bool inside = p->package_dir.n && str_starts(path, p->package_dir) && str_at(path, p->package_dir.n) == '/';
	source_add_member(w, inside ? str_from_pos(path, p->package_dir.n + 1) : path, path);
}

static void add_included(struct source_work *w, const struct pdm *p)
{
	for (size_t i = 0; i < p->include_paths.n; i++) {
		str path = p->include_paths.p[i];
		size_t first, end;
		if (!source_tree_find(w->tree, path)->folder) {
			add_file(w, p, path);
			continue;
		}
		source_tree_below(w->tree, path, &first, &end);
		for (size_t k = first; k < end; k++) {
			const struct source_entry *entry = &w->tree->entries[k];
			if (!entry->folder && !is_excluded(p, entry->path)) add_file(w, p, entry->path);
		}
	}
}

/* --- wheel-data --- */

static void add_data(struct source_work *w, str folder, str pattern, str relative_to)
{
	pattern = without_slash(pattern);
	relative_to = without_slash(relative_to);
	for (size_t i = 0; i < w->tree->n; i++) {
		const struct source_entry *entry = &w->tree->entries[i];
		if (entry->folder || !pattern_path(pattern, entry->path, PATTERN_RECURSIVE)) continue;
		bool below = relative_to.n && str_starts(entry->path, relative_to) && str_at(entry->path, relative_to.n) == '/';
		str name =
		    below ? str_from_pos(entry->path, relative_to.n + 1) : str_from_pos(entry->path, str_rchr(entry->path, '/') + 1);
		source_add_member(w, arena_join(w->a, folder, name), entry->path);
	}
}

static bool read_data(struct source_work *w, const struct pdm *p)
{
	const struct toml_value *data = p->build ? toml_get(p->build, S("wheel-data")) : NULL;
	if (data && data->type != TOML_TABLE) return source_bad_field(w, data, "`wheel-data` is a table");
	for (size_t i = 0; data && i < data->u.table.n; i++) {
		const struct toml_member *m = &data->u.table.p[i];
		str folder = arena_fmt(w->a, STR_FMT "-" STR_FMT ".data/" STR_FMT "/",
		                       STR_ARG(source_escaped_name(w->a, w->facts.name)), STR_ARG(w->facts.version), STR_ARG(m->key));
		if (m->value->type != TOML_ARRAY) return source_bad_field(w, m->value, "a list of paths is wanted here");
		for (size_t k = 0; k < m->value->u.array.n; k++) {
			const struct toml_value *v = m->value->u.array.p[k];
			str path = { 0 }, relative_to = { 0 };
			if (v->type == TOML_STRING)
				path = v->u.string;
			else if (v->type != TOML_TABLE)
				return source_bad_field(w, v, "a path, or a table with `path`, is wanted here");
			else if (!toml_want_string(&w->pyproject, v, "path", &path, w->e) ||
			         !toml_want_string(&w->pyproject, v, "relative-to", &relative_to, w->e))
				return false;
			if (str_contains(path, S("${")))
				return source_refuse(w, "wheel-data names files that a hook makes: " STR_FMT, STR_ARG(path));
			add_data(w, folder, path, relative_to);
		}
	}
	return true;
}

static bool licences(struct source_work *w)
{
	static const char *const globs[] = { "LICEN[CS]E*", "COPYING*", "NOTICE*" };
	const struct toml_value *license = toml_get(w->project, S("license"));
	const struct toml_value *file = license && license->type == TOML_TABLE ? toml_get(license, S("file")) : NULL;
	if (file && file->type == TOML_STRING) str_list_add_new(w->a, &w->facts.license_files, file->u.string);
	w->facts.licenses_unnamed = !file && !w->facts.license_files_given;
	for (size_t i = 0; i < 3 && w->facts.licenses_unnamed; i++)
		if (!source_license_glob(w, str_from(globs[i]), false)) return false;
	return true;
}

static bool plan_pdm(struct source_work *w)
{
	struct pdm p = { 0 };
	if (!w->project) return source_refuse(w, "it has no [project] table");
	if (!read_config(w, &p) || !read_version(w)) return false;
	if (w->facts.name.n == 0 || w->metadata_only) return true;
	w->facts.empty_script_groups = true;
	if (!w->facts.license_expression.n && !w->facts.license_files_given) w->facts.metadata_version = S("2.1");
	if (!licences(w)) return false;
	for (size_t i = 0; i < p.includes.n; i++) claim(w, &p, p.includes.p[i], true);
	if (p.includes.n == 0 && !check_place(w, &p)) return false;
	if (p.includes.n == 0) claim_packages(w, &p);
	for (size_t i = 0; i < p.source_includes.n; i++) {
		claim(w, &p, p.source_includes.p[i], true);
		claim(w, &p, p.source_includes.p[i], false);
	}
	for (size_t i = 0; i < p.excludes.n; i++) claim(w, &p, p.excludes.p[i], false);
	settle(w, &p);
	add_included(w, &p);
	return read_data(w, &p);
}

const struct source_backend source_pdm = { "pdm-backend", plan_pdm };
