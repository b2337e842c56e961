/* source_setuptools_find.c: which packages and modules a project has.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: setuptools/discovery.py, config/expand.py find_packages (84). Order: what is listed; what `find` finds; else by itself: folders
 * that package-dir names, src/, and last the top of the project, where several packages are an error and names that mean
 * something else (tests, docs, ...) are left out. */
#include <string.h>

#include "base/map.h"
#include "python/source_setuptools.h"

#define FOUND_MAX ((size_t)100000)

/* --- folders of packages --- */

void setuptools_set_folder(struct setuptools *s, str package, str folder, bool replace)
{
	struct package_folder one = { .package = package, .dotted = str_eq(folder, S(".")) || str_starts(folder, S("./")) };
	one.folder = str_empty(folder) ? folder : pattern_clean(s->a, folder);
	if (str_eq(one.folder, S("."))) one.folder = S("");
	for (size_t i = 0; i < s->folders.n; i++) {
		if (!str_eq(s->folders.p[i].package, package)) continue;
		if (replace) s->folders.p[i] = one;
		return;
	}
	*vec_push(s->a, &s->folders) = one;
}

static const struct package_folder *folder_of(const struct setuptools *s, str package)
{
	for (size_t i = 0; i < s->folders.n; i++)
		if (str_eq(s->folders.p[i].package, package)) return &s->folders.p[i];
	return NULL;
}

str setuptools_folder(const struct setuptools *s, str package)
{
	str head = package, tail = S("");
	while (head.n) {
		const struct package_folder *at = folder_of(s, head);
		if (at) return tail.n ? setuptools_join(s->a, at->folder, source_module_path(s->a, tail)) : at->folder;
		size_t dot = str_rchr(head, '.');
		tail = dot == STR_NONE ? package : str_from_pos(package, dot + 1);
		head = dot == STR_NONE ? S("") : str_slice(head, 0, dot);
	}
	const struct package_folder *root = folder_of(s, S(""));
	str path = source_module_path(s->a, package);
	if (!root || str_empty(root->folder)) return path;
	return path.n ? setuptools_join(s->a, root->folder, path) : root->folder;
}

bool setuptools_folder_is_dotted(const struct setuptools *s, str package)
{
	const struct package_folder *at = NULL;
	for (str head = package; head.n && !at;) {
		at = folder_of(s, head);
		size_t dot = str_rchr(head, '.');
		head = dot == STR_NONE ? S("") : str_slice(head, 0, dot);
	}
	if (!at) at = folder_of(s, S(""));
	return at && at->dotted;
}

str setuptools_module_file(const struct setuptools *s, str module)
{
	str path = setuptools_folder(s, module);
	str names[2] = { arena_join(s->a, path, S(".py")), setuptools_join(s->a, path, S("__init__.py")) };
	for (size_t i = 0; i < 2; i++) {
		const struct source_entry *e = source_tree_find(s->w->tree, names[i]);
		if (e && !e->folder) return names[i];
	}
	return (str){ 0 };
}

/* --- finders --- */

enum finder { FIND_REGULAR, FIND_ALL, FIND_FLAT };

static const char *const flat_packages[] = {
	"ci",         "bin",           "debian",     "doc",      "docs",         "documentation", "manpages",
	"news",       "newsfragments", "changelog",  "test",     "tests",        "unit_test",     "unit_tests",
	"example",    "examples",      "scripts",    "tools",    "util",         "utils",         "python",
	"build",      "dist",          "venv",       "env",      "requirements", "tasks",         "fabfile",
	"site_scons", "benchmark",     "benchmarks", "exercise", "exercises",    "htmlcov",       "[._]*",
};
static const char *const flat_modules[] = {
	"setup",     "conftest", "test",      "tests",      "example",  "examples",  "build",
	"toxfile",   "noxfile",  "pavement",  "dodo",       "tasks",    "fabfile",   "[Ss][Cc]onstruct",
	"conanfile", "manage",   "benchmark", "benchmarks", "exercise", "exercises", "[._]*",
};

static bool identifier(str name)
{
	if (!name.n || ascii_digit(name.p[0])) return false;
	for (size_t i = 0; i < name.n; i++)
		if (!ascii_alnum(name.p[i]) && name.p[i] != '_' && (unsigned char)name.p[i] < 0x80) return false;
	return true;
}

struct search {
	struct setuptools *s;
	str where; /* "" = the top */
	enum finder kind;
	struct str_list include, exclude;
	struct map open; /* folders that are looked into, below `where` */
	struct str_list *out;
};

static bool any(const struct str_list *patterns, str name)
{
	for (size_t i = 0; i < patterns->n; i++)
		if (pattern_match(patterns->p[i], name)) return true;
	return false;
}

/* Is there an end to what may be found below? The patterns are compared as they are written. */
static bool pruned(struct search *f, str package)
{
	return str_list_has(&f->exclude, arena_join(f->s->a, package, S("*"))) ||
	       str_list_has(&f->exclude, arena_join(f->s->a, package, S(".*")));
}

static bool looks_like_package(struct search *f, str path, str name, bool top)
{
	const struct source_entry *init;
	switch (f->kind) {
	case FIND_REGULAR:
		init = source_tree_find(f->s->w->tree, setuptools_join(f->s->a, path, S("__init__.py")));
		return init && !init->folder;
	case FIND_FLAT: return identifier(name) || (top && str_ends(name, S("-stubs")));
	case FIND_ALL: break;
	}
	return true;
}

static str dotted(struct arena *a, str path)
{
	char *p = arena_cstr(a, path);
	for (size_t i = 0; i < path.n; i++)
		if (p[i] == '/') p[i] = '.';
	return (str){ p, path.n };
}

static void search(struct search *f)
{
	const struct source_tree *tree = f->s->w->tree;
	size_t first, end;
	map_init(&f->open, f->s->a);
	map_put(&f->open, S(""), NULL);
	source_tree_below(tree, f->where, &first, &end);
	for (size_t i = first; i < end; i++) {
		if (!tree->entries[i].folder) continue;
		str path = tree->entries[i].path, relative = f->where.n ? str_from_pos(path, f->where.n + 1) : path;
		size_t slash = str_rchr(relative, '/');
		str parent = slash == STR_NONE ? S("") : str_slice(relative, 0, slash);
		str name = slash == STR_NONE ? relative : str_from_pos(relative, slash + 1);
		if (!map_has(&f->open, parent) || str_chr(name, '.') != STR_NONE) continue;
		if (!looks_like_package(f, path, name, slash == STR_NONE)) continue;
		str package = dotted(f->s->a, relative);
		if (any(&f->include, package) && !any(&f->exclude, package) && f->out->n < FOUND_MAX)
			*vec_push(f->s->a, f->out) = package;
		if (!pruned(f, package)) map_put(&f->open, relative, NULL);
	}
}

static void find(struct setuptools *s, str where, enum finder kind, const struct str_list *include,
                 const struct str_list *exclude, struct str_list *out)
{
	struct search f = { .s = s, .where = where, .kind = kind, .out = out };
	*vec_push(s->a, &f.exclude) = S("ez_setup");
	*vec_push(s->a, &f.exclude) = S("*__pycache__");
	for (size_t i = 0; exclude && i < exclude->n; i++) *vec_push(s->a, &f.exclude) = exclude->p[i];
	for (size_t i = 0; kind == FIND_FLAT && i < sizeof flat_packages / sizeof *flat_packages; i++) {
		*vec_push(s->a, &f.exclude) = str_from(flat_packages[i]);
		*vec_push(s->a, &f.exclude) = arena_fmt(s->a, "%s.*", flat_packages[i]);
	}
	if (include && include->n)
		f.include = *include;
	else
		*vec_push(s->a, &f.include) = S("*");
	search(&f);
}

void setuptools_find_packages(struct setuptools *s, str where, bool namespaces, const struct str_list *include,
                              const struct str_list *exclude, struct str_list *out)
{
	find(s, where, namespaces ? FIND_ALL : FIND_REGULAR, include, exclude, out);
}

static void find_modules(struct setuptools *s, str where, bool flat, struct str_list *out)
{
	const struct source_tree *tree = s->w->tree;
	size_t first, end;
	source_tree_below(tree, where, &first, &end);
	for (size_t i = first; i < end; i++) {
		str path = tree->entries[i].path, name = where.n ? str_from_pos(path, where.n + 1) : path;
		if (tree->entries[i].folder || str_chr(name, '/') != STR_NONE || !str_ends(name, S(".py"))) continue;
		name = str_slice(name, 0, name.n - 3);
		bool excluded = !identifier(name);
		for (size_t j = 0; flat && j < sizeof flat_modules / sizeof *flat_modules; j++)
			excluded |= pattern_match(str_from(flat_modules[j]), name);
		if (!excluded) *vec_push(s->a, out) = name;
	}
}

/* --- find: --- */

static bool is_top(str folder) { return str_empty(folder) || str_eq(folder, S(".")); }

/* Packages without a listed one above them: each gets its folder. */
static void place_packages(struct setuptools *s, const struct str_list *found, str where)
{
	struct map have;
	map_init(&have, s->a);
	for (size_t i = 0; i < found->n; i++) map_put(&have, found->p[i], NULL);
	for (size_t i = 0; i < found->n; i++) {
		str head = found->p[i];
		bool nested = false;
		for (size_t dot; (dot = str_rchr(head, '.')) != STR_NONE;) {
			head = str_slice(head, 0, dot);
			nested |= map_has(&have, head);
		}
		if (!nested)
			setuptools_set_folder(s, found->p[i], setuptools_join(s->a, where, source_module_path(s->a, found->p[i])), true);
	}
}

static bool no_place(struct setuptools *s, str where)
{
	err_set(s->w->e, ERR_FORMAT, "empty-package", "there is no folder `" STR_FMT "` to find packages in", STR_ARG(where));
	err_where(s->w->e, STR_FMT, STR_ARG(s->w->tree->where));
	return err_help(s->w->e, "correct `where` of packages.find");
}

static bool run_find(struct setuptools *s)
{
	struct package_finder *f = &s->find;
	size_t n = f->where.n ? f->where.n : 1, places = 0;
	if (f->where.n == 1 && !is_top(f->where.p[0])) setuptools_set_folder(s, S(""), f->where.p[0], false);
	for (size_t i = 0; i < n; i++) {
		struct str_list found = { 0 };
		str where = f->where.n ? pattern_clean(s->a, f->where.p[i]) : S("");
		const struct source_entry *entry = is_top(where) ? NULL : source_tree_find(s->w->tree, where);
		if (is_top(where)) where = S("");
		if (where.n && (!entry || !entry->folder)) {
			if (i + 1 == n && !places) return no_place(s, where);
			note_add(s->w->notes, NOTE_WARNING, "folder-missing",
			         STR_FMT ": there is no folder " STR_FMT " to find packages in", STR_ARG(s->w->tree->where),
			         STR_ARG(where));
			continue;
		}
		places++;
		find(s, where, f->namespaces ? FIND_ALL : FIND_REGULAR, &f->include, &f->exclude, &found);
		for (size_t j = 0; j < found.n; j++) *vec_push(s->a, &s->packages) = found.p[j];
		const struct package_folder *root = folder_of(s, S(""));
		if (found.n && where.n && !(root && str_eq(root->folder, where))) place_packages(s, &found, where);
	}
	s->packages_given = true;
	return true;
}

/* --- by itself --- */

static bool several(struct setuptools *s, const struct str_list *names, const char *kind)
{
	str list = S("");
	for (size_t i = 0; i < names->n && i < 10; i++)
		list = arena_fmt(s->a, STR_FMT "%s" STR_FMT, STR_ARG(list), i ? ", " : "", STR_ARG(names->p[i]));
	err_set(s->w->e, ERR_FORMAT, "empty-package",
	        "the project `" STR_FMT "` has several %s at its top and does not say which it means",
	        STR_ARG(s->w->facts.name.n ? s->w->facts.name : s->w->tree->where), kind);
	err_where(s->w->e, STR_FMT, STR_ARG(s->w->tree->where));
	err_why(s->w->e, "found: " STR_FMT " (setuptools stops here, too)", STR_ARG(str_slice(list, 0, 600)));
	return err_help(s->w->e, "move the code to src/, or list it: [tool.setuptools] packages = [...] or py-modules = [...]");
}

/* Of packages, those at the top that are no stubs. */
static struct str_list tops(struct setuptools *s, const struct str_list *packages)
{
	struct str_list out = { 0 };
	struct map have;
	map_init(&have, s->a);
	for (size_t i = 0; i < packages->n; i++) {
		str name = packages->p[i], head = str_slice(name, 0, str_chr(name, '.'));
		if (str_ends(head, S("-stubs"))) continue;
		map_put(&have, name, NULL);
	}
	for (size_t i = 0; i < have.n; i++) {
		str head = have.entries[i].key;
		bool nested = false;
		for (size_t dot; (dot = str_rchr(head, '.')) != STR_NONE;) {
			head = str_slice(head, 0, dot);
			nested |= map_has(&have, head);
		}
		if (!nested) *vec_push(s->a, &out) = have.entries[i].key;
	}
	return out;
}

static bool explicit_layout(struct setuptools *s)
{
	bool found = false;
	for (size_t i = 0; i < s->folders.n; i++) {
		struct package_folder at = s->folders.p[i];
		struct str_list nested = { 0 };
		if (!at.package.n) continue;
		found = true;
		*vec_push(s->a, &s->packages) = at.package;
		find(s, at.folder, FIND_ALL, NULL, NULL, &nested);
		for (size_t j = 0; j < nested.n; j++)
			*vec_push(s->a, &s->packages) = arena_fmt(s->a, STR_FMT "." STR_FMT, STR_ARG(at.package), STR_ARG(nested.p[j]));
	}
	return found;
}

static bool src_layout(struct setuptools *s)
{
	const struct package_folder *root = folder_of(s, S(""));
	str folder = root ? root->folder : S("src");
	const struct source_entry *entry = source_tree_find(s->w->tree, folder);
	if (folder.n && (!entry || !entry->folder)) return false;
	setuptools_set_folder(s, S(""), folder, false);
	find(s, folder, FIND_ALL, NULL, NULL, &s->packages);
	find_modules(s, folder, false, &s->modules);
	return true;
}

static bool flat_layout(struct setuptools *s)
{
	find(s, S(""), FIND_FLAT, NULL, NULL, &s->packages);
	struct str_list top = tops(s, &s->packages);
	if (top.n > 1) return several(s, &top, "packages");
	if (top.n) return true;
	find_modules(s, S(""), true, &s->modules);
	return s->modules.n < 2 || several(s, &s->modules, "modules");
}

/* setuptools puts its own files into the root folder, and stops where there is none. */
static bool check_root(struct setuptools *s)
{
	const struct package_folder *root = folder_of(s, S(""));
	const struct source_entry *e = root && root->folder.n ? source_tree_find(s->w->tree, root->folder) : NULL;
	if (!root || !root->folder.n || (e && e->folder)) return true;
	err_set(s->w->e, ERR_FORMAT, "empty-package", "there is no folder `" STR_FMT "`, which package-dir names",
	        STR_ARG(root->folder));
	err_where(s->w->e, STR_FMT, STR_ARG(s->w->tree->where));
	return err_help(s->w->e, "correct package-dir");
}

bool setuptools_discover(struct setuptools *s)
{
	bool good = s->find.used ? run_find(s)
	                         : s->packages_given || s->modules_given || explicit_layout(s) || src_layout(s) || flat_layout(s);
	return good && check_root(s);
}
