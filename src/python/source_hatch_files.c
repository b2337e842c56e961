/* source_hatch_files.c: which files hatchling's wheel holds.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "python/name.h"
#include "python/source_hatch.h"

/* One row of a mapping of paths. */
struct mapped {
	str from, to;
};
struct mapping {
	struct mapped *p;
	size_t n, cap;
};

struct selection {
	const struct hatch *h;
	struct str_list packages;
	struct mapping only; /* walked when there are any, else the whole project */
	struct hatch_spec include, exclude, artifacts;
	struct mapping sources; /* "src/" -> "" */
	struct mapping forced;
	struct str_list reserved; /* sorted: names in the wheel that force-include has taken */
	bool narrowed;            /* include or packages say something, be it that nothing matches */
	bool only_packages, skip_excluded, exclude_all;
	struct hatch_spec said;   /* exclude without what version control ignores */
	struct str_list left_out; /* by version control alone */
};

enum walk { WALK_PROJECT, WALK_EXPLICIT, WALK_FORCED };

/* --- paths --- */

/* As os.path.normpath has it, without slashes around it. */
static str normal_path(struct arena *a, str path)
{
	struct str_list parts = { 0 };
	struct buf b;
	while (path.n) {
		str part;
		if (!str_cut(path, '/', &part, &path)) path = (str){ 0 };
		if (part.n == 0 || str_eq(part, S("."))) continue;
		if (str_eq(part, S("..")) && parts.n && !str_eq(parts.p[parts.n - 1], S("..")))
			parts.n--;
		else
			*vec_push(a, &parts) = part;
	}
	if (parts.n == 0) return S(".");
	buf_init(&b, SOURCE_TEXT_MAX);
	for (size_t i = 0; i < parts.n; i++) {
		if (i) buf_add_char(&b, '/');
		buf_add_str(&b, parts.p[i]);
	}
	str out = buf_take(&b, a);
	buf_release(&b);
	return out;
}

static bool leaves_project(str normal) { return str_eq(normal, S("..")) || str_starts(normal, S("../")); }

static str file_name(str path)
{
	size_t slash = str_rchr(path, '/');
	return slash == STR_NONE ? path : str_from_pos(path, slash + 1);
}

/* --- configuration --- */

static bool read_list(struct source_work *w, const struct hatch *h, const char *key, struct str_list *out, bool *given)
{
	const struct toml_value *v = hatch_option(h, key);
	const struct toml_value *owner = h->target && toml_get(h->target, str_from(key)) ? h->target : h->build.table;
	*given = v != NULL;
	if (!v) return true;
	if (!toml_want_strings(w->a, h->build.file, owner, key, false, out, w->e)) return false;
	for (size_t i = 0; i < out->n; i++)
		if (out->p[i].n == 0) return hatch_bad_field(w, &h->build, v, "`%s` has an empty text", key);
	return true;
}

static bool read_mapping(struct source_work *w, const struct hatch *h, const char *key, bool target_only, struct mapping *out)
{
	const struct toml_value *v = !target_only ? hatch_option(h, key) : h->target ? toml_get(h->target, str_from(key)) : NULL;
	if (!v) return true;
	if (v->type != TOML_TABLE) return hatch_bad_field(w, &h->build, v, "`%s` is a table of paths", key);
	for (size_t i = 0; i < v->u.table.n; i++) {
		const struct toml_member *m = &v->u.table.p[i];
		if (m->value->type != TOML_STRING || m->value->u.string.n == 0 || m->key.n == 0)
			return hatch_bad_field(w, &h->build, m->value, "`%s` holds paths", key);
		str from = normal_path(w->a, m->key);
		if (leaves_project(from) || m->key.p[0] == '/' || m->key.p[0] == '~')
			return source_refuse(w, "`%s` names files outside the project: " STR_FMT, key, STR_ARG(m->key));
		str to = normal_path(w->a, m->value->u.string);
		/* "." is where the names begin. */
		*vec_push(w->a, out) = (struct mapped){ from, str_eq(to, S(".")) ? (str){ 0 } : to };
	}
	return true;
}

static int by_source(const void *a, const void *b)
{
	return str_cmp(((const struct mapped *)a)->from, ((const struct mapped *)b)->from);
}

static void add_source(struct source_work *w, struct selection *s, str folder, str to)
{
	for (size_t i = 0; i < s->sources.n; i++) {
		if (!str_eq(s->sources.p[i].from, folder)) continue;
		s->sources.p[i].to = to;
		return;
	}
	*vec_push(w->a, &s->sources) = (struct mapped){ folder, to };
}

static bool has_source(const struct selection *s, str folder)
{
	for (size_t i = 0; i < s->sources.n; i++)
		if (str_eq(s->sources.p[i].from, folder)) return true;
	return false;
}

static str as_folder(struct arena *a, str path) { return arena_join(a, normal_path(a, path), S("/")); }

static bool read_sources(struct source_work *w, struct selection *s)
{
	const struct toml_value *v = hatch_option(s->h, "sources");
	bool list = v && v->type == TOML_ARRAY, table = v && v->type == TOML_TABLE;
	if (v && !list && !table) return hatch_bad_field(w, &s->h->build, v, "`sources` is an array or a table");
	for (size_t i = 0; list && i < v->u.array.n; i++) {
		const struct toml_value *x = v->u.array.p[i];
		if (x->type != TOML_STRING || x->u.string.n == 0) return hatch_bad_field(w, &s->h->build, x, "`sources` holds paths");
		add_source(w, s, as_folder(w->a, x->u.string), (str){ 0 });
	}
	for (size_t i = 0; table && i < v->u.table.n; i++) {
		const struct toml_member *m = &v->u.table.p[i];
		if (m->value->type != TOML_STRING) return hatch_bad_field(w, &s->h->build, m->value, "`sources` holds paths");
		str to = normal_path(w->a, m->value->u.string);
		to = str_eq(to, S(".")) ? (str){ 0 } : arena_join(w->a, to, S("/"));
		add_source(w, s, m->key.n ? as_folder(w->a, m->key) : m->key, to);
	}
	for (size_t i = 0; i < s->packages.n; i++) {
		str package = s->packages.p[i];
		size_t slash = str_rchr(package, '/');
		if (slash == STR_NONE || has_source(s, as_folder(w->a, package))) continue;
		add_source(w, s, str_slice(package, 0, slash + 1), (str){ 0 });
	}
	if (s->sources.n > 1) qsort(s->sources.p, s->sources.n, sizeof *s->sources.p, by_source);
	return true;
}

/* --- what is ignored --- */

/* Of .hgignore only the parts in glob syntax are looked at. */
static void take_rules(struct source_work *w, struct hatch_spec *spec, str text, bool mercurial)
{
	bool globs = !mercurial;
	str line;
	while (str_line(&text, &line)) {
		if (mercurial && str_starts(str_trim(line), S("syntax: ")))
			globs = str_eq(str_trim(line), S("syntax: glob"));
		else if (globs)
			hatch_spec_add(w->a, spec, line);
	}
}

/* The nearest file of each kind, in the project or above it; hatchling takes its patterns as if it stood at the project's top. */
static bool read_rules(struct source_work *w, struct selection *s)
{
	const struct {
		str name, upper;
	} files[] = { { S(".gitignore"), w->tree->vcs.upper_gitignore }, { S(".hgignore"), w->tree->vcs.upper_hgignore } };
	struct hatch_spec own = { 0 };
	str root = w->tree->where;
	for (size_t i = 0; i < 2; i++) {
		const struct source_entry *entry = source_tree_find(w->tree, files[i].name);
		str text = files[i].upper;
		if (entry && !entry->folder && !source_text(w, files[i].name, &text)) return false;
		take_rules(w, &own, text, i == 1);
	}
	for (size_t i = 0; i < w->tree->vcs.inputs.n; i++) source_add_input(w, w->tree->vcs.inputs.p[i]);
	/* Rules that name the project's own folder are taken for rules of something else. */
	while (str_starts(root, S("/"))) root = str_from_pos(root, 1);
	if (hatch_spec_match(&own, root, false) == HATCH_MATCHES) return true;
	for (size_t i = 0; i < own.list.n; i++) *vec_push(w->a, &s->exclude.list) = own.list.p[i];
	return true;
}

static bool read_excludes(struct source_work *w, struct selection *s)
{
	struct str_list patterns = { 0 };
	bool ignore_vcs = false, given;
	if (!hatch_flag(w, s->h, "ignore-vcs", &ignore_vcs) || !read_list(w, s->h, "exclude", &patterns, &given)) return false;
	hatch_spec_add(w->a, &s->exclude, S("*.py[cdo]"));
	hatch_spec_add(w->a, &s->exclude, S("/dist"));
	if (!ignore_vcs && !read_rules(w, s)) return false;
	for (size_t i = 0; i < patterns.n; i++) {
		hatch_spec_add(w->a, &s->exclude, patterns.p[i]);
		hatch_spec_add(w->a, &s->said, patterns.p[i]);
	}
	return true;
}

/* --- default selection --- */

static bool is_file(const struct source_work *w, str path)
{
	const struct source_entry *entry = source_tree_find(w->tree, path);
	return entry && !entry->folder;
}

/* hatchling's escaping of the name as written: runs of what is no letter, digit, "_" or "." become "_". */
static str module_name(struct arena *a, str name)
{
	struct buf b;
	buf_init(&b, name.n + 1);
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] != '-')
			buf_add_char(&b, name.p[i]);
		else if (!i || name.p[i - 1] != '-')
			buf_add_char(&b, '_');
	}
	str out = buf_take(&b, a);
	buf_release(&b);
	return out;
}

/* A folder, any, that holds the package: a namespace, when there is one alone. */
static bool find_namespace(struct source_work *w, str name, str *folder)
{
	size_t found = 0;
	for (size_t i = 0; i < w->tree->n && found < 2; i++) {
		const struct source_entry *entry = &w->tree->entries[i];
		if (!entry->folder || str_chr(entry->path, '/') != STR_NONE || str_starts(entry->path, S("."))) continue;
		if (!is_file(w, arena_fmt(w->a, STR_FMT "/" STR_FMT "/__init__.py", STR_ARG(entry->path), STR_ARG(name)))) continue;
		*folder = entry->path;
		found++;
	}
	return found == 1;
}

static bool guess(struct source_work *w, struct str_list *packages, struct str_list *only)
{
	str names[] = { module_name(w->a, w->facts.name), source_escaped_name(w->a, w->facts.name) }, folder;
	for (size_t i = 0; i < 2; i++) {
		str src = arena_join(w->a, S("src/"), names[i]), module = arena_join(w->a, names[i], S(".py"));
		if (is_file(w, arena_join(w->a, names[i], S("/__init__.py"))))
			*vec_push(w->a, packages) = names[i];
		else if (is_file(w, arena_join(w->a, src, S("/__init__.py"))))
			*vec_push(w->a, packages) = src;
		else if (is_file(w, module))
			*vec_push(w->a, only) = module;
		else if (find_namespace(w, names[i], &folder))
			*vec_push(w->a, packages) = folder;
		else
			continue;
		return true;
	}
	return false;
}

static bool nothing_found(struct source_work *w)
{
	str name = source_escaped_name(w->a, w->facts.name);
	err_set(w->e, ERR_FORMAT, "empty-package", "there is no package for `" STR_FMT "`", STR_ARG(w->facts.name));
	err_where(w->e, STR_FMT, STR_ARG(w->pyproject.path));
	err_why(w->e, "hatchling looks for " STR_FMT "/__init__.py, src/" STR_FMT "/__init__.py and " STR_FMT ".py", STR_ARG(name),
	        STR_ARG(name), STR_ARG(name));
	return err_help(w->e, "name it: packages = [\"src/...\"] under [tool.hatch.build.targets.wheel]");
}

static bool read_only(struct source_work *w, struct selection *s, const struct str_list *only)
{
	const struct str_list *from = only->n ? only : &s->packages;
	for (size_t i = 0; i < from->n; i++) {
		str path = normal_path(w->a, from->p[i]);
		if (leaves_project(path) || str_starts(path, S("~")))
			return hatch_bad_field(w, &s->h->build, hatch_option(s->h, only->n ? "only-include" : "packages"),
			                       "`" STR_FMT "` leaves the project", STR_ARG(path));
		if (str_eq(path, S("."))) return source_refuse(w, "`only-include` or `packages` names the whole project");
		for (size_t k = 0; k < s->only.n; k++)
			if (str_eq(s->only.p[k].from, path))
				return hatch_bad_field(w, &s->h->build, hatch_option(s->h, only->n ? "only-include" : "packages"),
				                       "`" STR_FMT "` is there twice", STR_ARG(path));
		*vec_push(w->a, &s->only) = (struct mapped){ path, path };
	}
	return true;
}

static bool read_selection(struct source_work *w, struct selection *s)
{
	struct str_list include = { 0 }, packages = { 0 }, only = { 0 }, guessed_packages = { 0 }, guessed_only = { 0 };
	bool given_include, given_packages, given_only, bypass = false;
	if (!read_list(w, s->h, "include", &include, &given_include) ||
	    !read_list(w, s->h, "packages", &packages, &given_packages) ||
	    !read_list(w, s->h, "only-include", &only, &given_only) || !hatch_flag(w, s->h, "bypass-selection", &bypass))
		return false;
	if (!include.n && !packages.n && !only.n && !guess(w, &guessed_packages, &guessed_only)) {
		if (!bypass && !s->forced.n) return nothing_found(w);
		s->exclude_all = true;
	}
	if (!given_packages) packages = guessed_packages;
	if (!given_only) only = guessed_only;
	for (size_t i = 0; i < packages.n; i++) *vec_push(w->a, &s->packages) = normal_path(w->a, packages.p[i]);
	str_list_sort(&s->packages);
	for (size_t i = 0; i < include.n; i++) hatch_spec_add(w->a, &s->include, include.p[i]);
	for (size_t i = 0; i < s->packages.n; i++)
		hatch_spec_add(w->a, &s->include, arena_fmt(w->a, "/" STR_FMT "/", STR_ARG(s->packages.p[i])));
	s->narrowed = include.n || s->packages.n;
	return read_only(w, s, &only);
}

/* --- the rules for one file --- */

static str in_wheel(struct source_work *w, const struct selection *s, str path)
{
	for (size_t i = 0; i < s->sources.n; i++) {
		const struct mapped *m = &s->sources.p[i];
		if (str_starts(path, m->from)) return arena_join(w->a, m->to, str_from_pos(path, m->from.n));
	}
	return path;
}

static bool is_reserved(const struct selection *s, str name)
{
	return s->reserved.n && bsearch(&name, s->reserved.p, s->reserved.n, sizeof *s->reserved.p, str_cmp_ptr);
}

static bool is_excluded(const struct selection *s, str path, bool folder)
{
	return s->exclude_all || hatch_spec_match(&s->exclude, path, folder) == HATCH_MATCHES;
}

/* path: as the rules see it; entry: what is there. */
static bool is_wanted(struct source_work *w, struct selection *s, str path, const struct source_entry *entry, bool explicit)
{
	if (hatch_spec_match(&s->artifacts, path, false) == HATCH_MATCHES) return true;
	if (s->only_packages) {
		size_t slash = str_rchr(entry->path, '/');
		str folder = str_slice(entry->path, 0, slash == STR_NONE ? 0 : slash + 1);
		if (!is_file(w, arena_join(w->a, folder, S("__init__.py")))) return false;
	}
	bool wanted = explicit || !s->narrowed || hatch_spec_match(&s->include, path, false) == HATCH_MATCHES;
	if (!is_excluded(s, path, false)) return wanted;
	if (wanted && s->narrowed && !s->exclude_all && !source_is_quiet(path) &&
	    hatch_spec_match(&s->said, path, false) != HATCH_MATCHES)
		*vec_push(w->a, &s->left_out) = entry->path;
	return false;
}

/* Folders and files that hatchling never walks into or takes; below: from the folder where the walk began. */
static bool is_never_walked(str below)
{
	static const char *const folders[] = { "__pycache__", ".venv",       ".git",          ".hg",         ".hatch", ".tox",
		                                   ".nox",        ".ruff_cache", ".pytest_cache", ".mypy_cache", ".pixi" };
	str part;
	while (str_cut(below, '/', &part, &below))
		for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
			if (str_eq(part, str_from(folders[i]))) return true;
	return str_eq(part, S(".DS_Store")) || str_eq(part, S(".git"));
}

/* A folder of the project above the file that the walk leaves out. */
static bool in_excluded_folder(const struct selection *s, const struct source_entry *entry)
{
	for (size_t i = 0; i < entry->path.n; i++) {
		if (entry->path.p[i] != '/') continue;
		str folder = str_slice(entry->path, 0, i);
		if (is_reserved(s, folder) || (s->skip_excluded && is_excluded(s, folder, true))) return true;
	}
	return false;
}

/* --- walks --- */

/* top: where in the wheel the names begin ("demo-1.0.data/data/"). */
static void add_walk(struct source_work *w, struct selection *s, const struct mapped *m, enum walk kind, str top)
{
	size_t first, end;
	source_tree_below(w->tree, m->from, &first, &end);
	for (size_t i = first; i < end; i++) {
		const struct source_entry *entry = &w->tree->entries[i];
		if (entry->folder) continue;
		str below = str_from_pos(entry->path, m->from.n ? m->from.n + 1 : 0);
		str path = m->to.n ? arena_fmt(w->a, STR_FMT "/" STR_FMT, STR_ARG(m->to), STR_ARG(below)) : below;
		str name = in_wheel(w, s, path);
		if (is_never_walked(below) || is_reserved(s, name)) continue;
		if (kind == WALK_PROJECT && in_excluded_folder(s, entry)) continue;
		if (kind != WALK_FORCED && !is_wanted(w, s, path, entry, kind == WALK_EXPLICIT)) continue;
		source_add_member(w, arena_join(w->a, top, name), entry->path);
	}
}

/* "#!/usr/bin/python3 -x" -> "#!python -x", as installers want it. */
static bool generic_shebang(struct source_work *w, str path, str *content)
{
	str text;
	size_t end, at = STR_NONE, length = 0;
	*content = (str){ 0 };
	if (!w->tree->read(w->tree->context, w->a, path, &text, w->e)) return false;
	if (!str_starts(text, S("#!"))) return true;
	end = str_chr(str_slice(text, 0, 256), '\n');
	if (end == STR_NONE && text.n >= 256) return true;
	str line = str_slice(text, 0, end == STR_NONE ? text.n : end);
	for (size_t i = 2; i < line.n; i++) {
		str rest = str_from_pos(line, i);
		if (str_starts(rest, S("python"))) at = i, length = 6;
		if (str_starts(rest, S("pypy"))) at = i, length = 4;
	}
	if (at == STR_NONE) return true;
	at += length;
	if (str_at(line, at) == 'w') at++;
	while (ascii_digit(str_at(line, at)) || str_at(line, at) == '.') at++;
	*content = arena_join(w->a, S("#!python"), str_from_pos(text, at));
	return true;
}

/* A mapping of files and folders into a part of the wheel. */
static bool add_mapping(struct source_work *w, struct selection *s, const struct mapping *map, enum walk kind, str top)
{
	for (size_t i = 0; i < map->n; i++) {
		const struct mapped *m = &map->p[i];
		const struct source_entry *entry = source_tree_find(w->tree, m->from);
		if (kind == WALK_FORCED && !entry) {
			err_set(w->e, ERR_FORMAT, "missing-file", "`force-include` names `" STR_FMT "`, which is not there",
			        STR_ARG(m->from));
			err_where(w->e, STR_FMT, STR_ARG(w->tree->where));
			return err_help(w->e, "add the file, or take its name out of the project's configuration");
		}
		str name = in_wheel(w, s, m->to);
		if (entry && entry->folder)
			add_walk(w, s, m, kind, top);
		else if (entry && (kind == WALK_FORCED || !is_reserved(s, name)))
			source_add_member(w, arena_join(w->a, top, name), m->from);
	}
	return true;
}

/* --- beside the packages --- */

static bool add_scripts(struct source_work *w, struct selection *s, str data)
{
	struct mapping scripts = { 0 };
	size_t first = w->members.n;
	if (!read_mapping(w, s->h, "shared-scripts", true, &scripts)) return false;
	if (!add_mapping(w, s, &scripts, WALK_EXPLICIT, arena_join(w->a, data, S("scripts/")))) return false;
	for (size_t i = first; i < w->members.n; i++) {
		str content;
		if (!generic_shebang(w, w->members.p[i].from, &content)) return false;
		if (!content.n) continue;
		source_add_input(w, w->members.p[i].from);
		w->members.p[i].content = content;
		w->members.p[i].from = (str){ 0 };
	}
	return true;
}

static bool add_sboms(struct source_work *w, const struct selection *s, str info)
{
	const struct hatch *h = s->h;
	struct str_list files = { 0 };
	str ignored;
	if (!h->target || !toml_want_strings(w->a, h->build.file, h->target, "sbom-files", false, &files, w->e)) return !h->target;
	for (size_t i = 0; i < files.n; i++) {
		str path = normal_path(w->a, files.p[i]);
		if (!source_text(w, path, &ignored)) return false;
		source_add_member(w, arena_fmt(w->a, STR_FMT "sboms/" STR_FMT, STR_ARG(info), STR_ARG(file_name(path))), path);
	}
	return true;
}

static bool add_beside(struct source_work *w, struct selection *s)
{
	struct mapping data = { 0 }, extra = { 0 };
	str base =
	    arena_fmt(w->a, STR_FMT "-" STR_FMT, STR_ARG(source_escaped_name(w->a, w->facts.name)), STR_ARG(w->facts.version));
	str shared = arena_join(w->a, base, S(".data/")), info = arena_join(w->a, base, S(".dist-info/"));
	return read_mapping(w, s->h, "shared-data", true, &data) && read_mapping(w, s->h, "extra-metadata", true, &extra) &&
	       add_mapping(w, s, &data, WALK_EXPLICIT, arena_join(w->a, shared, S("data/"))) && add_scripts(w, s, shared) &&
	       add_mapping(w, s, &extra, WALK_EXPLICIT, arena_join(w->a, info, S("extra_metadata/"))) && add_sboms(w, s, info);
}

/* --- all of it --- */

static bool read_all(struct source_work *w, struct selection *s)
{
	struct str_list artifacts = { 0 };
	bool given;
	if (!hatch_flag(w, s->h, "only-packages", &s->only_packages) ||
	    !hatch_flag(w, s->h, "skip-excluded-dirs", &s->skip_excluded) ||
	    !read_mapping(w, s->h, "force-include", false, &s->forced) || !read_selection(w, s) || !read_sources(w, s) ||
	    !read_excludes(w, s) || !read_list(w, s->h, "artifacts", &artifacts, &given))
		return false;
	for (size_t i = 0; i < artifacts.n; i++) hatch_spec_add(w->a, &s->artifacts, artifacts.p[i]);
	if (s->h->version_file.n) hatch_spec_add(w->a, &s->artifacts, arena_join(w->a, S("/"), s->h->version_file));
	for (size_t i = 0; i < s->forced.n; i++) *vec_push(w->a, &s->reserved) = in_wheel(w, s, s->forced.p[i].from);
	str_list_sort(&s->reserved);
	return true;
}

bool hatch_add_files(struct source_work *w, const struct hatch *h)
{
	struct selection s = { .h = h };
	if (!read_all(w, &s)) return false;
	if (s.only.n)
		add_mapping(w, &s, &s.only, WALK_EXPLICIT, (str){ 0 });
	else
		add_walk(w, &s, &(struct mapped){ 0 }, WALK_PROJECT, (str){ 0 });
	if (source_note_left_out(w, &s.left_out, " because version control ignores them"))
		note_help(w->notes, "[tool.hatch.build.targets.wheel] artifacts = [\"/" STR_FMT "\"]", STR_ARG(s.left_out.p[0]));
	return add_mapping(w, &s, &s.forced, WALK_FORCED, (str){ 0 }) && add_beside(w, &s);
}
