/* export_poetry.c: poetry.lock as requirements.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: poetry-plugin-export 1.10, exporter.py and walker.py, with poetry-core 2.5's Dependency.to_pep_508: the marker of a line is
 * the locked one within the Pythons of the project and those of the package. */
#include <string.h>

#include "base/io.h"
#include "lockfile/export_poetry.h"
#include "python/name.h"

/* --- Python --- */

/* "3.12" alone: python_version == "3.12" for the exporter, which is not 3.12.0 only. */
static bool is_minor(const struct interval *i)
{
	const struct version *from = i->from.version, *to = i->to.version;
	if (i->from.side != CUT_BELOW || !to || from->n_release > 2 || version_is_prerelease(from) || from->has_post) return false;
	if (i->to.side == CUT_BELOW)
		return to->has_post && to->has_dev && str_eq(to->post_number, S("0")) && version_cmp_family(from, to) == 0;
	return i->to.side != CUT_HIGHEST && version_cmp(from, to) == 0;
}

/* "^3.9" ends at 4.0 for Poetry, "<4" at 4: the same, but people compare texts. */
static void two_parts(struct arena *a, struct cut *c)
{
	if (!c->version || c->version->n_release != 1) return;
	struct version *v = arena_new(a, struct version);
	*v = *c->version;
	v->release = arena_array(a, str, 2);
	v->release[0] = c->version->release[0];
	v->release[1] = S("0");
	v->n_release = 2;
	v->text = (str){ 0 };
	c->version = v;
}

bool export_poetry_python_set(struct export_poetry *p, str constraint, uint32_t *out, struct err *e)
{
	struct arena *a = p->x->a;
	struct poetry_constraint c;
	struct specifier_set minor;
	*out = MARKER_ALWAYS;
	if (str_empty(constraint) || str_eq(constraint, S("*"))) return true;
	if (!poetry_constraint_parse(a, constraint, &c, e)) return false;
	for (size_t i = 0; i < c.allowed.n && str_chr(constraint, '^') != STR_NONE; i++) two_parts(a, &c.allowed.p[i].to);
	*out = marker_sets_python(p->markers, &c.allowed);
	for (size_t i = 0; i < c.allowed.n; i++) {
		if (!is_minor(&c.allowed.p[i])) continue;
		str text = arena_fmt(a, "==" STR_FMT ".*", STR_ARG(version_normal(a, c.allowed.p[i].from.version)));
		if (!specifier_parse_one(a, text, &minor) || minor.clauses[0].n_allowed != 1) continue;
		struct interval_set all = { minor.clauses[0].allowed, 1 };
		*out = marker_sets_or(p->markers, *out, marker_sets_python(p->markers, &all));
	}
	return true;
}

/* "*" in a project is every Python that ever was in use. */
#define ANY_PROJECT_PYTHON S("~2.7 || >=3.4")

static bool project_python(struct export_poetry *p, struct err *e)
{
	const struct poetry_lock *l = &p->lock;
	const struct toml_value *v = NULL;
	if (l->has_project) {
		v = toml_at(l->project.root, "tool.poetry.dependencies.python");
		if (!v || v->type != TOML_STRING) v = toml_at(l->project.root, "project.requires-python");
	} else {
		v = toml_get(l->metadata, S("python-versions"));
	}
	str text = v && v->type == TOML_STRING ? v->u.string : S("*");
	if (str_eq(text, S("*")) || str_empty(text)) text = ANY_PROJECT_PYTHON;
	if (export_poetry_python_set(p, text, &p->python, e)) return true;
	return toml_where(e, l->has_project ? &l->project : &l->d, v ? v->offset : 0);
}

bool export_poetry_python(struct export_poetry *p, const struct poetry_package *package, uint32_t *out, struct err *e)
{
	str python = { 0 };
	if (!toml_want_string(&p->lock.d, package->table, "python-versions", &python, e)) return false;
	if (export_poetry_python_set(p, python, out, e)) return true;
	return toml_where(e, &p->lock.d, toml_get(package->table, S("python-versions"))->offset);
}

/* --- where a package is --- */

static str git_url(struct arena *a, str url)
{
	str user, path;
	if (str_contains(url, S("://"))) return arena_join(a, S("git+"), url);
	/* git@host:path, as ssh takes it. */
	if (!str_cut(url, ':', &user, &path)) return arena_join(a, S("git+ssh://"), url);
	while (str_starts(path, S("/")) || str_starts(path, S(":"))) path = str_from_pos(path, 1);
	return arena_fmt(a, "git+ssh://" STR_FMT "/" STR_FMT, STR_ARG(user), STR_ARG(path));
}

static str with_subdirectory(struct arena *a, str url, str subdirectory)
{
	if (str_empty(subdirectory)) return url;
	return arena_fmt(a, STR_FMT "#subdirectory=" STR_FMT, STR_ARG(url), STR_ARG(subdirectory));
}

static bool local_line(struct export_poetry *p, const struct poetry_package *package, struct export_item *item, struct err *e)
{
	struct arena *a = p->x->a;
	str real, path = path_join(a, path_dir(p->lock.path), package->source_url);
	if (!export_real_path(a, path, &real, e)) return false;
	str url = export_file_url(a, real);
	if (package->develop) {
		item->editable = true;
		item->line = arena_join(a, S("-e "), url);
	}
	item->rest = arena_join(a, S(" @ "), url);
	return true;
}

static bool place(struct export_poetry *p, const struct poetry_package *package, struct export_item *item, struct err *e)
{
	struct arena *a = p->x->a;
	str type = package->source_type, url;
	if (str_eq(type, S("directory")) || str_eq(type, S("file"))) return local_line(p, package, item, e);
	item->editable = package->develop;
	if (str_eq(type, S("git"))) {
		url = git_url(a, package->source_url);
		if (!str_empty(package->source_reference))
			url = arena_fmt(a, STR_FMT "@" STR_FMT, STR_ARG(url), STR_ARG(package->source_reference));
		item->rest = arena_join(a, S(" @ "), with_subdirectory(a, url, package->source_subdirectory));
		return true;
	}
	if (str_eq(type, S("url"))) {
		item->rest = arena_join(a, S(" @ "), with_subdirectory(a, package->source_url, package->source_subdirectory));
		return true;
	}
	if (!str_empty(type) && !str_eq(type, S("legacy"))) {
		reader_bad(&p->lock.d, package->table, e, "lock-field", "a source of type `" STR_FMT "` cannot be exported",
		           STR_ARG(str_slice(type, 0, 60)));
		return false;
	}
	item->rest = arena_join(a, S("=="), version_normal(a, &package->parsed));
	url = package->source_url;
	while (str_ends(url, S("/"))) url.n--;
	if (!str_empty(url)) str_list_add_new(a, &p->used, url);
	return true;
}

/* --- hashes --- */

static void add_hash(struct export_poetry *p, const struct toml_value *v, struct export_item *item)
{
	static const char *const allowed[] = { "sha256", "sha384", "sha512" };
	str algorithm, hex;
	if (!v || v->type != TOML_STRING) return;
	if (!str_cut(v->u.string, ':', &algorithm, &hex)) {
		*vec_push(p->x->a, &item->hashes) = arena_join(p->x->a, S("sha256:"), v->u.string);
		return;
	}
	for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
		if (str_eq(algorithm, str_from(allowed[i]))) *vec_push(p->x->a, &item->hashes) = v->u.string;
}

/* Tables of lock-versions 1.0 and 1.1, by the name as it is written. */
static const struct toml_value *old_list(const struct poetry_package *package, const struct toml_value *table)
{
	const struct toml_value *name = toml_get(package->table, S("name")), *list;
	if (!table || table->type != TOML_TABLE) return NULL;
	list = toml_get(table, name->u.string);
	if (!list) list = toml_get(table, package->name);
	return list && list->type == TOML_ARRAY ? list : NULL;
}

/* Every file that the lock lists for the name counts, whatever its version: so the exporter has it. */
static bool hashes(struct export_poetry *p, const struct poetry_package *package, struct export_item *item, struct err *e)
{
	const struct toml_value *files = NULL, *old;
	bool local = str_eq(package->source_type, S("file"));
	if (!toml_want_array(&p->lock.d, package->table, "files", &files, e)) return false;
	if (!files && (old = old_list(package, toml_get(p->lock.metadata, S("hashes"))))) {
		for (size_t i = 0; i < old->u.array.n; i++) add_hash(p, old->u.array.p[i], item);
	} else if (!files && (str_empty(package->source_type) || str_eq(package->source_type, S("legacy")) || local)) {
		files = old_list(package, toml_get(p->lock.metadata, S("files")));
	}
	for (size_t i = 0; files && i < files->u.array.n; i++) {
		const struct toml_value *f = files->u.array.p[i], *name = toml_get(f, S("file"));
		if (f->type != TOML_TABLE) return reader_bad(&p->lock.d, f, e, "toml-type", "a file is a table");
		bool other = local && name && name->type == TOML_STRING && !str_eq(name->u.string, path_base(package->source_url));
		if (!other || toml_get(package->table, S("files"))) add_hash(p, toml_get(f, S("hash")), item);
	}
	str_list_sort(&item->hashes);
	return true;
}

static bool files(struct export_poetry *p, const struct poetry_package *package, struct export_item *item, struct err *e)
{
	if (!p->x->request->files) return true;
	item->locked = arena_new(p->x->a, struct locked_package);
	item->locked->name = package->name;
	item->locked->version = version_normal(p->x->a, &package->parsed);
	item->locked->from_file = p->lock.path;
	item->locked->from_line = package->line;
	return poetry_files(&p->lock, package, item->locked, e);
}

bool export_poetry_add(struct export_poetry *p, const struct poetry_package *package, uint32_t marker,
                       const struct str_list *extras, struct err *e)
{
	struct export_item item = { .name = package->name, .marker = marker };
	uint32_t python;
	if (!export_poetry_python(p, package, &python, e)) return false;
	item.marker = marker_sets_and(p->markers, marker, python);
	if (item.marker == MARKER_NEVER) return true;
	if (extras) item.extras = *extras;
	str_list_sort(&item.extras);
	if (!place(p, package, &item, e) || !hashes(p, package, &item, e) || !files(p, package, &item, e)) return false;
	*vec_push(p->x->a, &p->x->out->items) = item;
	return true;
}

/* --- lock-version 2.1 --- */

bool export_poetry_marker(struct export_poetry *p, const struct toml_document *d, const struct toml_value *v,
                          const struct marker_choice *choice, uint32_t *out, struct err *e)
{
	struct marker *m;
	bool never;
	if (!poetry_marker(&p->lock, d, v, &m, &never, e)) return false;
	*out = never ? MARKER_NEVER : marker_sets_from(p->markers, m, choice);
	return true;
}

/* One marker for all groups, or a table by group. */
static bool group_marker(struct export_poetry *p, const struct poetry_package *package, str group, uint32_t *out, struct err *e)
{
	struct marker_choice choice = { .extras = &p->x->r.extras };
	const struct toml_value *markers = toml_get(package->table, S("markers"));
	if (markers && markers->type == TOML_TABLE) markers = toml_get(markers, group);
	return export_poetry_marker(p, &p->lock.d, markers, &choice, out, e);
}

static bool add_by_groups(struct export_poetry *p, const struct poetry_package *package, struct err *e)
{
	const struct toml_value *groups = NULL;
	uint32_t all = MARKER_NEVER, one;
	if (!toml_want_array(&p->lock.d, package->table, "groups", &groups, e)) return false;
	if (!groups) return reader_bad(&p->lock.d, package->table, e, "lock-field", "`groups` is missing");
	for (size_t i = 0; i < groups->u.array.n; i++) {
		const struct toml_value *g = groups->u.array.p[i];
		if (g->type != TOML_STRING) return reader_bad(&p->lock.d, g, e, "toml-type", "a group is a string");
		if (!str_list_has(&p->lock.chosen, name_normalize(p->x->a, g->u.string))) continue;
		if (!group_marker(p, package, g->u.string, &one, e)) return false;
		all = marker_sets_or(p->markers, all, one);
	}
	all = marker_sets_and(p->markers, all, p->python);
	return all == MARKER_NEVER || export_poetry_add(p, package, all, NULL, e);
}

/* --- the whole --- */

static bool leave_out_groups(struct export_poetry *p, struct err *e)
{
	struct str_list *chosen = &p->lock.chosen, without = { 0 };
	size_t kept = 0;
	reader_normalize_names(p->x->a, &p->x->request->without_groups, &without);
	for (size_t i = 0; i < without.n; i++)
		if (!str_list_has(&p->lock.groups, without.p[i]))
			return reader_unknown_name(p->x->a, e, "unknown-group", "group", without.p[i], &p->lock.groups);
	if (p->x->r.only_groups.n) return true; /* Poetry: --only is all that counts */
	for (size_t i = 0; i < chosen->n; i++)
		if (!str_list_has(&without, chosen->p[i])) chosen->p[kept++] = chosen->p[i];
	chosen->n = kept;
	return true;
}

bool export_poetry(struct exporter *x, str text, struct err *e)
{
	struct export_poetry p = { .x = x, .markers = x->out->markers, .lock = { .r = &x->r, .path = x->path } };
	x->out->as_text = true;
	x->out->style = MARKER_STYLE_SHORT;
	if (!poetry_open(&p.lock, text, e) || !leave_out_groups(&p, e) || !project_python(&p, e)) return false;
	x->out->given = p.python;
	if (!poetry_says_groups(&p.lock)) {
		if (!export_poetry_walk(&p, e)) return false;
	} else {
		for (size_t i = 0; i < p.lock.packages.n; i++)
			if (!add_by_groups(&p, &p.lock.packages.p[i], e)) return false;
	}
	if (!p.used.n || !p.lock.has_project) return true;
	return export_poetry_indexes(x, &p.lock.project, &p.used, e);
}
