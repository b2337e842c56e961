/* source_setuptools_files.c: the files of the packages, and what the rules leave out of them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: setuptools/command/build_py.py (84). A package's own *.py are its modules; *.pyi, py.typed and what package-data finds are
 * data, and with include-package-data all that MANIFEST.in lists below the package's folder, each file with the nearest package.
 * exclude-package-data takes data away, never modules. */
#include "base/map.h"
#include "python/source_setuptools.h"

struct files {
	struct setuptools *s;
	const struct source_tree *tree;
	bool *taken;         /* entries that are members */
	struct map packages; /* folder -> struct found_package */
};

struct found_package {
	str name, folder, to; /* to: where its files go, with a slash at the end */
};

static void take(struct files *f, size_t entry, str to)
{
	if (f->taken[entry]) return;
	f->taken[entry] = true;
	source_add_member(f->s->w, to, f->tree->entries[entry].path);
}

static bool missing(struct files *f, const char *what, str name, str folder)
{
	err_set(f->s->w->e, ERR_FORMAT, "empty-package", "there is no %s for `" STR_FMT "`", what, STR_ARG(name));
	err_where(f->s->w->e, STR_FMT, STR_ARG(f->tree->where));
	err_why(f->s->w->e, "expected: " STR_FMT, STR_ARG(folder));
	return err_help(f->s->w->e, "correct packages, py-modules or package-dir");
}

/* --- modules --- */

static bool module_file(struct files *f, str module)
{
	str path = setuptools_folder(f->s, module), file = arena_join(f->s->a, path, S(".py"));
	size_t dot = str_rchr(module, '.');
	const struct source_entry *e = source_tree_find(f->tree, file);
	if (!e || e->folder) return missing(f, "file", module, file);
	take(f, (size_t)(e - f->tree->entries), arena_join(f->s->a, source_module_path(f->s->a, module), S(".py")));
	if (dot == STR_NONE) return true;
	/* A module in a package brings the package's __init__. */
	str package = str_slice(module, 0, dot);
	e = source_tree_find(f->tree, setuptools_join(f->s->a, setuptools_folder(f->s, package), S("__init__.py")));
	if (e && !e->folder)
		take(f, (size_t)(e - f->tree->entries),
		     arena_fmt(f->s->a, STR_FMT "/__init__.py", STR_ARG(source_module_path(f->s->a, package))));
	return true;
}

static bool add_package(struct files *f, str name)
{
	struct found_package *p = arena_new(f->s->a, struct found_package);
	const struct source_entry *e;
	size_t first, end;
	p->name = name;
	p->folder = setuptools_folder(f->s, name);
	p->to = name.n ? arena_join(f->s->a, source_module_path(f->s->a, name), S("/")) : S("");
	e = source_tree_find(f->tree, p->folder);
	if (p->folder.n && (!e || !e->folder)) return missing(f, "folder", name, p->folder);
	*map_put(&f->packages, p->folder, NULL) = p;
	source_tree_below(f->tree, p->folder, &first, &end);
	for (size_t i = first; i < end; i++) {
		str path = f->tree->entries[i].path, inside = p->folder.n ? str_from_pos(path, p->folder.n + 1) : path;
		if (f->tree->entries[i].folder || str_chr(inside, '/') != STR_NONE || !str_ends(inside, S(".py"))) continue;
		if (str_starts(inside, S(".")) || str_eq(path, S("setup.py"))) continue;
		take(f, i, arena_join(f->s->a, p->to, inside));
	}
	return true;
}

/* --- data --- */

/* A pattern of the configuration, below the package's folder. */
static str below(struct files *f, const struct found_package *p, str pattern)
{
	return setuptools_join(f->s->a, p->folder, pattern_clean(f->s->a, pattern));
}

static bool excluded(struct files *f, const struct found_package *p, str path)
{
	for (size_t i = 0; i < f->s->no_data.n; i++) {
		const struct package_patterns *x = &f->s->no_data.p[i];
		if (x->package.n && !str_eq(x->package, p->name)) continue;
		for (size_t j = 0; j < x->patterns.n; j++)
			if (pattern_match(below(f, p, x->patterns.p[j]), path)) return true;
	}
	return false;
}

static void take_data(struct files *f, const struct found_package *p, size_t entry)
{
	str path = f->tree->entries[entry].path;
	if (f->taken[entry] || excluded(f, p, path)) return;
	take(f, entry, arena_join(f->s->a, p->to, p->folder.n ? str_from_pos(path, p->folder.n + 1) : path));
}

static void take_pattern(struct files *f, const struct found_package *p, str pattern)
{
	size_t first, end;
	pattern = below(f, p, pattern);
	source_tree_below(f->tree, p->folder, &first, &end);
	for (size_t i = first; i < end; i++)
		if (!f->tree->entries[i].folder && !f->taken[i] && pattern_path(pattern, f->tree->entries[i].path, PATTERN_GLOB))
			take_data(f, p, i);
}

static bool patterns_stay_inside(struct files *f)
{
	for (size_t i = 0; i < f->s->data.n; i++)
		for (size_t j = 0; j < f->s->data.p[i].patterns.n; j++) {
			str pattern = f->s->data.p[i].patterns.p[j];
			if (str_starts(pattern, S("/")) || str_eq(pattern, S("..")) || str_starts(pattern, S("../")) ||
			    str_contains(pattern, S("/../")))
				return source_refuse(f->s->w, "package-data leaves its package: `" STR_FMT "`", STR_ARG(pattern));
		}
	return true;
}

static void package_data(struct files *f, const struct found_package *p)
{
	take_pattern(f, p, S("*.pyi"));
	take_pattern(f, p, S("py.typed"));
	for (size_t i = 0; i < f->s->data.n; i++) {
		const struct package_patterns *x = &f->s->data.p[i];
		if (x->package.n && !str_eq(x->package, p->name)) continue;
		for (size_t j = 0; j < x->patterns.n; j++) take_pattern(f, p, x->patterns.p[j]);
	}
}

/* The nearest package above a file; NULL when there is none. */
static const struct found_package *owner(struct files *f, str path)
{
	for (size_t slash; (slash = str_rchr(path, '/')) != STR_NONE;) {
		path = str_slice(path, 0, slash);
		const struct found_package *p = map_get(&f->packages, path);
		if (p) return p;
	}
	return NULL;
}

static bool manifest_data(struct files *f)
{
	bool *listed = arena_array(f->s->a, bool, f->tree->n);
	/* Code and data are listed without MANIFEST.in, until it takes them out: they are members already. */
	if (!setuptools_manifest(f->s, listed)) return false;
	for (size_t i = 0; i < f->tree->n; i++) {
		str path = f->tree->entries[i].path;
		if (!listed[i] || f->taken[i]) continue;
		const struct found_package *p = owner(f, path);
		if (!p || setuptools_folder_is_dotted(f->s, p->name)) continue;
		bool direct = str_chr(str_from_pos(path, p->folder.n + 1), '/') == STR_NONE;
		if (direct && str_ends(path, S(".py"))) continue;
		take_data(f, p, i);
	}
	return true;
}

/* --- what is left out --- */

/* Where this project says what it packs: a [tool.setuptools] beside a setup.cfg that names the project would break the build. */
static void help_left_out(const struct files *f, const struct found_package *p, str path)
{
	struct notes *notes = f->s->w->notes;
	str file = str_from_pos(path, p->folder.n ? p->folder.n + 1 : 0), name = p->name;
	size_t slash = str_rchr(file, '/'), dot = str_rchr(file, '.');
	/* All of one kind in one folder. */
	if (dot != STR_NONE && (slash == STR_NONE || dot > slash + 1))
		file = arena_fmt(f->s->a, STR_FMT "*" STR_FMT, STR_ARG(str_slice(file, 0, slash == STR_NONE ? 0 : slash + 1)),
		                 STR_ARG(str_from_pos(file, dot)));
	if (f->s->w->has_pyproject && toml_at(f->s->w->pyproject.root, "project"))
		note_help(notes, "pyproject.toml, [tool.setuptools.package-data]: \"" STR_FMT "\" = [\"" STR_FMT "\"]%s", STR_ARG(name),
		          STR_ARG(file), f->s->include_data == INCLUDE_NO ? "" : "; or lines in MANIFEST.in");
	else if (f->s->has_cfg && ini_section(&f->s->cfg, S("metadata")))
		note_help(notes, "setup.cfg, [options.package_data]: " STR_FMT " = " STR_FMT "%s", STR_ARG(name), STR_ARG(file),
		          f->s->include_data == INCLUDE_YES ? "; or lines in MANIFEST.in" : "");
	else
		note_help(notes, "setup.py: package_data={\"" STR_FMT "\": [\"" STR_FMT "\"]}", STR_ARG(name), STR_ARG(file));
}

static void say_left_out(struct files *f)
{
	struct str_list data = { 0 };
	str folder = { 0 };
	size_t code = 0;
	for (size_t i = 0; i < f->tree->n; i++) {
		const struct source_entry *e = &f->tree->entries[i];
		bool look = !e->folder && !f->taken[i] && !e->ignored && !source_is_quiet(e->path);
		const struct found_package *p = look ? owner(f, e->path) : NULL;
		if (!p || excluded(f, p, e->path)) continue;
		if (!str_ends(e->path, S(".py")))
			*vec_push(f->s->a, &data) = e->path;
		else if (!code++)
			folder = str_slice(e->path, 0, str_rchr(e->path, '/'));
	}
	if (source_note_left_out(f->s->w, &data, "")) help_left_out(f, owner(f, data.p[0]), data.p[0]);
	if (!code) return;
	note_add(f->s->w->notes, NOTE_WARNING, "no-init",
	         STR_FMT ": the folder " STR_FMT " holds code but is no package: its files stay out of the wheel",
	         STR_ARG(f->s->w->facts.name), STR_ARG(folder));
	note_help(f->s->w->notes, "add an __init__.py, or list the package");
}

/* A namespace package inside a regular one is seldom meant. */
static void say_without_init(struct files *f)
{
	for (size_t i = 0; i < f->packages.n; i++) {
		const struct found_package *p = f->packages.entries[i].value;
		size_t dot = str_rchr(p->name, '.'), first, end;
		if (dot == STR_NONE || source_tree_find(f->tree, setuptools_join(f->s->a, p->folder, S("__init__.py")))) continue;
		str parent = setuptools_folder(f->s, str_slice(p->name, 0, dot));
		if (!source_tree_find(f->tree, setuptools_join(f->s->a, parent, S("__init__.py")))) continue;
		bool code = false;
		source_tree_below(f->tree, p->folder, &first, &end);
		for (size_t j = first; j < end && !code; j++) {
			str inside = str_from_pos(f->tree->entries[j].path, p->folder.n + 1);
			code = !f->tree->entries[j].folder && str_ends(inside, S(".py")) && str_chr(inside, '/') == STR_NONE;
		}
		if (!code) continue;
		note_add(f->s->w->notes, NOTE_WARNING, "no-init",
		         STR_FMT ": the package " STR_FMT " has no __init__.py, the one around it has", STR_ARG(f->s->w->facts.name),
		         STR_ARG(p->name));
		return;
	}
}

/* setuptools takes over what an older build listed; only then is it worth a word. */
static bool say_stale(struct files *f)
{
	for (size_t i = 0; i < f->tree->n && !source_tree_is_sdist(f->tree); i++) {
		str path = f->tree->entries[i].path, text, line;
		if (!str_ends(path, S(".egg-info/SOURCES.txt"))) continue;
		if (!f->tree->read(f->tree->context, f->s->a, path, &text, f->s->w->e)) return false;
		while (str_line(&text, &line)) {
			const struct source_entry *e = source_tree_find(f->tree, str_trim(line));
			if (!e || e->folder || f->taken[e - f->tree->entries] || str_ends(e->path, S(".py")) || !owner(f, e->path))
				continue;
			note_add(f->s->w->notes, NOTE_WARNING, "stale-egg-info",
			         STR_FMT ": " STR_FMT " lists " STR_FMT
			                 ", which the rules leave out; setuptools would pack it because of that list",
			         STR_ARG(f->s->w->facts.name), STR_ARG(path), STR_ARG(e->path));
			note_help(f->s->w->notes, "remove the .egg-info folder, and name the file in MANIFEST.in or package-data");
			return true;
		}
	}
	return true;
}

bool setuptools_members(struct setuptools *s)
{
	struct files f = { .s = s, .tree = s->w->tree };
	f.taken = arena_array(s->a, bool, f.tree->n);
	map_init(&f.packages, s->a);
	if (!patterns_stay_inside(&f)) return false;
	for (size_t i = 0; i < s->modules.n; i++)
		if (!module_file(&f, s->modules.p[i])) return false;
	for (size_t i = 0; i < s->packages.n; i++)
		if (!add_package(&f, s->packages.p[i])) return false;
	bool include = s->include_data == INCLUDE_YES || (s->include_data == INCLUDE_UNSAID && s->declarative);
	for (size_t i = 0; i < f.packages.n; i++) package_data(&f, f.packages.entries[i].value);
	if (include && (!manifest_data(&f) || !say_stale(&f))) return false;
	say_left_out(&f);
	say_without_init(&f);
	if (!s->packages.n && !s->modules.n) {
		note_add(s->w->notes, NOTE_WARNING, "empty-package",
		         STR_FMT ": no package or module was found, the wheel holds metadata alone", STR_ARG(s->w->facts.name));
		note_help(s->w->notes, "put the code into src/, or list it under [tool.setuptools] packages");
	}
	return true;
}
