/* export_poetry_needs.c: dependencies as pyproject.toml and old locks have them, with their markers as sets.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: poetry-core 2.5, factory.py (create_dependency, groups and what they include) and dependency_group.py
 * (dependencies_for_locking: [tool.poetry.dependencies] only adds to what [project] names). */
#include <string.h>

#include "lockfile/export_poetry_needs.h"
#include "python/name.h"

#define INCLUDE_DEPTH 50
#define NEEDS_MAX     100000

static bool bad(const struct poetry_need *n, const char *what, struct err *e)
{
	return reader_bad(n->d, n->at, e, "toml-type", "%s", what);
}

/* "linux", "!=win32", "linux || darwin" as a comparison of sys_platform. */
static bool platform_set(struct export_poetry *p, str text, uint32_t *out, struct err *e)
{
	struct marker_choice choice = { 0 };
	str one, rest = text;
	uint32_t all = MARKER_NEVER;
	*out = MARKER_ALWAYS;
	for (bool more = true; more;) {
		struct marker *m;
		more = str_cut(rest, '|', &one, &rest);
		one = str_trim(one);
		if (str_empty(one)) continue;
		if (str_eq(one, S("*"))) return true;
		bool not = str_starts(one, S("!="));
		if (not || str_starts(one, S("=="))) one = str_trim(str_from_pos(one, 2));
		str marker = arena_fmt(p->x->a, "sys_platform %s \"" STR_FMT "\"", not ? "!=" : "==", STR_ARG(one));
		if (!marker_parse(p->x->a, marker, &m, e)) return false;
		all = marker_sets_or(p->markers, all, marker_sets_from(p->markers, m, &choice));
	}
	*out = all;
	return true;
}

/* Comparisons with `extra` are left out: they make a dependency optional, and who asks for it is decided elsewhere. */
static bool conditions(struct export_poetry *p, const struct toml_value *table, const struct str_list *extras,
                       struct poetry_need *n, struct err *e)
{
	struct marker_choice choice = { .any_extra = true }, exact = { .extras = extras };
	const struct toml_value *markers = toml_get(table, S("markers"));
	str python = { 0 }, platform = { 0 };
	uint32_t set;
	struct marker *m;
	bool never;
	if (!toml_want_string(n->d, table, "python", &python, e) || !toml_want_string(n->d, table, "platform", &platform, e))
		return false;
	if (!export_poetry_marker(p, n->d, markers, &choice, &n->marker, e)) return false;
	if (markers && poetry_marker(&p->lock, n->d, markers, &m, &never, e) && m && marker_mentions(m, MARKER_EXTRA)) {
		n->optional = true;
		n->asked = !extras || marker_sets_from(p->markers, m, &exact) != MARKER_NEVER;
	}
	if (!export_poetry_python_set(p, python, &set, e)) return toml_where(e, n->d, n->at->offset);
	n->marker = marker_sets_and(p->markers, n->marker, set);
	if (platform.p && !platform_set(p, platform, &set, e)) return toml_where(e, n->d, n->at->offset);
	if (platform.p) n->marker = marker_sets_and(p->markers, n->marker, set);
	return true;
}

static bool read_table(struct export_poetry *p, const struct toml_value *table, const struct str_list *asked,
                       struct poetry_need *n, str *version, struct err *e)
{
	static const char *const sources[] = { "git", "path", "file", "url" }, *const revisions[] = { "branch", "tag", "rev" };
	struct str_list extras = { 0 };
	if (!toml_want_string(n->d, table, "version", version, e) || !toml_want_bool(n->d, table, "optional", &n->optional, e) ||
	    !toml_want_strings(p->x->a, n->d, table, "extras", true, &extras, e))
		return false;
	reader_normalize_names(p->x->a, &extras, &n->extras);
	str_list_sort(&n->extras);
	for (size_t i = 0; i < sizeof sources / sizeof *sources && !n->source; i++)
		if (toml_get(table, str_from(sources[i]))) n->source = sources[i][0];
	for (size_t i = 0; i < sizeof revisions / sizeof *revisions; i++)
		if (!toml_want_string(n->d, table, revisions[i], &n->revision, e)) return false;
	if (n->source == 'u' && !toml_want_string(n->d, table, "url", &n->url, e)) return false;
	if (n->source == 'f') n->source = 'p';
	return conditions(p, table, asked, n, e);
}

static void set_key(struct export_poetry *p, struct poetry_need *n)
{
	str key = arena_fmt(p->x->a, STR_FMT " %c " STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(n->name), n->source ? n->source : '-',
	                    STR_ARG(n->revision), STR_ARG(n->url), STR_ARG(n->constraint_text));
	for (size_t i = 0; i < n->extras.n; i++)
		key = arena_fmt(p->x->a, STR_FMT "," STR_FMT, STR_ARG(key), STR_ARG(n->extras.p[i]));
	n->key = key;
}

bool export_poetry_need(struct export_poetry *p, const struct toml_document *d, str name, const struct toml_value *v,
                        const struct str_list *extras, struct poetry_need *out, struct err *e)
{
	struct poetry_need n = { .d = d, .at = v, .marker = MARKER_ALWAYS, .asked = true };
	str version = { 0 };
	n.name = name_normalize(p->x->a, name);
	if (v->type == TOML_STRING)
		version = v->u.string;
	else if (v->type != TOML_TABLE)
		return bad(&n, "a dependency is a string or a table", e);
	else if (!read_table(p, v, extras, &n, &version, e))
		return false;
	n.any = n.source || !version.p || str_eq(version, S("*"));
	n.constraint_text = n.any ? (str){ 0 } : version;
	if (!n.any && !poetry_constraint_parse(p->x->a, version, &n.constraint, e)) return toml_where(e, d, v->offset);
	set_key(p, &n);
	*out = n;
	return true;
}

bool export_poetry_text_need(struct export_poetry *p, const struct toml_document *d, const struct toml_value *v,
                             struct poetry_need *out, struct err *e)
{
	struct marker_choice choice = { .any_extra = true };
	struct poetry_need n = { .d = d, .at = v, .any = true, .asked = true };
	struct requirement r;
	if (v->type != TOML_STRING) return bad(&n, "a dependency is a string", e);
	if (!requirement_parse(p->x->a, v->u.string, &r, e) || !marker_check(r.marker, e)) return toml_where(e, d, v->offset);
	n.name = name_normalize(p->x->a, r.name);
	n.specifier = r.specifier;
	n.constraint_text = specifier_text(p->x->a, &r.specifier);
	reader_normalize_names(p->x->a, &r.extras, &n.extras);
	str_list_sort(&n.extras);
	n.marker = marker_sets_from(p->markers, r.marker, &choice);
	n.optional = r.marker && marker_mentions(r.marker, MARKER_EXTRA);
	if (!str_empty(r.url)) {
		n.source = str_starts(r.url, S("git+")) ? 'g' : str_starts(r.url, S("file:")) ? 'p' : 'u';
		if (n.source == 'u') n.url = r.url;
	}
	set_key(p, &n);
	*out = n;
	return true;
}

bool export_poetry_need_admits(const struct poetry_need *n, const struct poetry_package *package)
{
	const struct toml_value *source = toml_get(package->table, S("source"));
	const struct toml_value *v = source ? toml_get(source, S("reference")) : NULL;
	str reference = v && v->type == TOML_STRING ? v->u.string : (str){ 0 }, type = package->source_type;
	if (!n->any && !poetry_constraint_allows(&n->constraint, &package->parsed)) return false;
	if (n->specifier.n && !specifier_matches(&n->specifier, &package->parsed, package->version)) return false;
	if (n->also && !export_poetry_need_admits(n->also, package)) return false;
	switch (n->source) {
	case 'p': return str_eq(type, S("directory")) || str_eq(type, S("file"));
	case 'u': return str_eq(type, S("url")) && (str_empty(n->url) || str_eq(n->url, package->source_url));
	case 'g':
		if (!str_eq(type, S("git"))) return false;
		return str_empty(n->revision) || str_starts(reference, n->revision) || str_starts(n->revision, reference);
	default: return true;
	}
}

/* --- the project --- */

static bool too_many(struct poetry_needs *out, const struct toml_document *d, const struct toml_value *at, struct err *e)
{
	return out->n >= NEEDS_MAX && !reader_bad(d, at, e, "too-large", "the project has too many dependencies");
}

static bool add_table(struct export_poetry *p, const struct toml_value *table, struct poetry_needs *out, struct err *e)
{
	const struct toml_document *d = &p->lock.project;
	if (!table) return true;
	if (table->type != TOML_TABLE) return reader_bad(d, table, e, "toml-type", "dependencies are a table");
	for (size_t i = 0; i < table->u.table.n; i++) {
		const struct toml_member *m = &table->u.table.p[i];
		struct toml_value *const *list = &m->value;
		size_t n = 1;
		if (str_ieq(m->key, S("python"))) continue;
		if (m->value->type == TOML_ARRAY) list = m->value->u.array.p, n = m->value->u.array.n;
		for (size_t j = 0; j < n; j++) {
			struct poetry_need need;
			if (too_many(out, d, m->value, e)) return false;
			if (!export_poetry_need(p, d, m->key, list[j], NULL, &need, e)) return false;
			*vec_push(p->x->a, out) = need;
		}
	}
	return true;
}

static bool add_texts(struct export_poetry *p, const struct toml_value *list, struct poetry_needs *out, struct err *e)
{
	const struct toml_document *d = &p->lock.project;
	for (size_t i = 0; list && list->type == TOML_ARRAY && i < list->u.array.n; i++) {
		struct poetry_need need;
		if (too_many(out, d, list, e)) return false;
		if (list->u.array.p[i]->type == TOML_TABLE) continue; /* include-group */
		if (!export_poetry_text_need(p, d, list->u.array.p[i], &need, e)) return false;
		*vec_push(p->x->a, out) = need;
	}
	return true;
}

/* What [tool.poetry] says about a dependency of [project] adds to it; what only it names does not count then. */
static void enrich(struct export_poetry *p, const struct poetry_needs *texts, const struct poetry_needs *tables,
                   struct poetry_needs *out)
{
	if (!texts->n || !tables->n) {
		const struct poetry_needs *from = texts->n ? texts : tables;
		for (size_t i = 0; i < from->n; i++) *vec_push(p->x->a, out) = from->p[i];
		return;
	}
	for (size_t i = 0; i < texts->n; i++) {
		bool enriched = false;
		for (size_t j = 0; j < tables->n; j++) {
			if (!str_eq(tables->p[j].name, texts->p[i].name)) continue;
			uint32_t both = marker_sets_and(p->markers, texts->p[i].marker, tables->p[j].marker);
			if (both == MARKER_NEVER || out->n >= NEEDS_MAX) continue;
			struct poetry_need need = texts->p[i];
			need.marker = both;
			if (!need.source)
				need.source = tables->p[j].source, need.revision = tables->p[j].revision, need.url = tables->p[j].url;
			need.also = &tables->p[j];
			need.constraint_text =
			    arena_fmt(p->x->a, STR_FMT " " STR_FMT, STR_ARG(need.constraint_text), STR_ARG(tables->p[j].constraint_text));
			set_key(p, &need);
			*vec_push(p->x->a, out) = need;
			enriched = true;
		}
		if (!enriched) *vec_push(p->x->a, out) = texts->p[i];
	}
}

static bool main_group(struct export_poetry *p, struct poetry_needs *out, struct err *e)
{
	const struct toml_value *root = p->lock.project.root, *extras = toml_at(root, "project.optional-dependencies");
	struct poetry_needs texts = { 0 }, *tables = arena_new(p->x->a, struct poetry_needs);
	if (!add_texts(p, toml_at(root, "project.dependencies"), &texts, e)) return false;
	for (size_t i = 0; extras && extras->type == TOML_TABLE && i < extras->u.table.n; i++)
		if (!add_texts(p, extras->u.table.p[i].value, &texts, e)) return false;
	if (!add_table(p, toml_at(root, "tool.poetry.dependencies"), tables, e)) return false;
	return enrich(p, &texts, tables, out), true;
}

static const struct toml_value *by_name(const struct toml_value *table, str group)
{
	for (size_t i = 0; table && table->type == TOML_TABLE && i < table->u.table.n; i++)
		if (name_same(table->u.table.p[i].key, group)) return table->u.table.p[i].value;
	return NULL;
}

static bool group(struct export_poetry *p, str name, unsigned depth, struct poetry_needs *out, struct err *e);

static bool included(struct export_poetry *p, const struct toml_value *name, unsigned depth, struct poetry_needs *out,
                     struct err *e)
{
	if (!name || name->type != TOML_STRING) return true;
	if (depth >= INCLUDE_DEPTH) return reader_bad(&p->lock.project, name, e, "lock-field", "groups include each other");
	return group(p, name->u.string, depth + 1, out, e);
}

/* A group's own dependencies, then those of the groups that it includes. */
static bool group(struct export_poetry *p, str name, unsigned depth, struct poetry_needs *out, struct err *e)
{
	const struct toml_value *root = p->lock.project.root;
	const struct toml_value *list = by_name(toml_get(root, S("dependency-groups")), name), *includes;
	const struct toml_value *own = by_name(toml_at(root, "tool.poetry.group"), name);
	struct poetry_needs texts = { 0 }, *tables = arena_new(p->x->a, struct poetry_needs);
	if (!add_texts(p, list, &texts, e)) return false;
	if (own && own->type == TOML_TABLE && !add_table(p, toml_get(own, S("dependencies")), tables, e)) return false;
	if (name_same(name, S("dev")) && !add_table(p, toml_at(root, "tool.poetry.dev-dependencies"), tables, e)) return false;
	enrich(p, &texts, tables, out);
	for (size_t i = 0; list && list->type == TOML_ARRAY && i < list->u.array.n; i++) {
		const struct toml_value *t = list->u.array.p[i];
		if (t->type == TOML_TABLE && !included(p, toml_get(t, S("include-group")), depth, out, e)) return false;
	}
	includes = own && own->type == TOML_TABLE ? toml_get(own, S("include-groups")) : NULL;
	for (size_t i = 0; includes && includes->type == TOML_ARRAY && i < includes->u.array.n; i++)
		if (!included(p, includes->u.array.p[i], depth, out, e)) return false;
	return out->n < NEEDS_MAX || reader_bad(&p->lock.project, root, e, "too-large", "the project has too many dependencies");
}

/* Groups in the order in which poetry-core finds them. */
bool export_poetry_roots(struct export_poetry *p, struct poetry_needs *out, struct err *e)
{
	static const char *const tables[] = { "dependency-groups", "tool.poetry.group" };
	const struct toml_value *root = p->lock.project.root;
	const struct str_list *chosen = &p->lock.chosen;
	struct str_list done = { 0 };
	*out = (struct poetry_needs){ 0 };
	if (str_list_has(chosen, S("main")) && !main_group(p, out, e)) return false;
	for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
		const struct toml_value *table = toml_at(root, tables[t]);
		for (size_t i = 0; table && table->type == TOML_TABLE && i < table->u.table.n; i++) {
			str name = name_normalize(p->x->a, table->u.table.p[i].key);
			if (!str_list_has(chosen, name) || !str_list_add_new(p->x->a, &done, name)) continue;
			if (!group(p, name, 0, out, e)) return false;
		}
	}
	if (str_list_has(chosen, S("dev")) && !str_list_has(&done, S("dev"))) return group(p, S("dev"), 0, out, e);
	return true;
}
