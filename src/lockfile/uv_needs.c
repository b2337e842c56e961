/* uv_needs.c: reads and compares lists of requirements.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lockfile/uv_needs.h"

#include <stdlib.h>

#include "base/io.h"
#include "python/name.h"

/* --- reading --- */

static str text_of(const struct toml_value *table, const char *key)
{
	const struct toml_value *v = toml_get(table, str_from(key));
	return v && v->type == TOML_STRING ? v->u.string : (str){ 0 };
}

static struct uv_need *add(struct arena *a, struct uv_needs *out, str name)
{
	if (out->list.n >= UV_NEEDS_MAX || !name_valid(name)) return out->unknown = true, NULL;
	struct uv_need *n = vec_push(a, &out->list);
	n->name = name_normalize(a, name);
	return n;
}

void uv_project_init(struct arena *a, struct uv_project *p)
{
	const struct toml_value *sources = toml_at(p->d.root, "tool.uv.sources");
	map_init(&p->sources, a);
	for (size_t i = 0; sources && sources->type == TOML_TABLE && i < sources->u.table.n; i++)
		*map_put(&p->sources, name_normalize(a, sources->u.table.p[i].key), NULL) = sources->u.table.p[i].value;
}

/* "tag=v1" out of "https://host/repo?subdirectory=x&tag=v1". */
static str git_reference(struct arena *a, str url)
{
	str base, query, part;
	bool more = str_cut(str_slice(url, 0, str_chr(url, '#')), '?', &base, &query);
	while (more) {
		more = str_cut(query, '&', &part, &query);
		if (str_starts(part, S("tag=")) || str_starts(part, S("rev=")) || str_starts(part, S("branch=")))
			return percent_decode(a, part);
	}
	return S("");
}

static void locked_place(struct arena *a, const struct toml_value *table, struct uv_need *n)
{
	static const char *const trees[] = { "path", "directory", "editable", "virtual" };
	str text = text_of(table, "git");
	if (text.p) {
		n->place = UV_PLACE_GIT;
		n->where = git_reference(a, text);
	} else if ((text = text_of(table, "url")).p) {
		n->place = UV_PLACE_URL;
		n->where = text;
	}
	for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
		if (!(text = text_of(table, trees[i])).p) continue;
		n->place = UV_PLACE_TREE;
		n->where = path_clean(a, text);
		/* Trees that are no package are "virtual" either way. */
		n->editable = i == 3 ? TRI_UNKNOWN : i == 2 ? TRI_TRUE : TRI_FALSE;
	}
}

static bool locked_extras(struct arena *a, const struct toml_value *table, struct uv_need *n)
{
	const struct toml_value *extras = toml_get(table, S("extras"));
	if (!extras) extras = toml_get(table, S("extra"));
	if (!extras) return true;
	if (extras->type != TOML_ARRAY || extras->u.array.n > UV_NEEDS_SAME_MAX) return false;
	for (size_t i = 0; i < extras->u.array.n; i++) {
		if (extras->u.array.p[i]->type != TOML_STRING) return false;
		str_list_add_new(a, &n->extras, name_normalize(a, extras->u.array.p[i]->u.string));
	}
	str_list_sort(&n->extras);
	return true;
}

void uv_needs_locked(struct arena *a, const struct toml_document *d, const struct toml_value *list, struct uv_needs *out)
{
	if (!list) return;
	if (list->type != TOML_ARRAY) out->unknown = true;
	for (size_t i = 0; !out->unknown && i < list->u.array.n; i++) {
		const struct toml_value *table = list->u.array.p[i];
		struct uv_need *n = table->type == TOML_TABLE ? add(a, out, text_of(table, "name")) : NULL;
		str marker = text_of(table, "marker"), specifier = text_of(table, "specifier");
		out->unknown |= !n || !locked_extras(a, table, n) || (marker.p && !marker_parse(a, marker, &n->marker, NULL)) ||
		                (specifier.p && !specifier_parse(a, specifier, &n->specifier, NULL));
		if (out->unknown) return;
		n->d = d;
		n->at = table;
		locked_place(a, table, n);
	}
}

static str below(struct arena *a, str folder, str path)
{
	return path_is_absolute(path) ? (str){ 0 } : path_clean(a, path_join(a, folder, path));
}

/* What tool.uv.sources says about the name. */
static void project_source(struct arena *a, const struct uv_project *p, const struct toml_value *source, struct uv_need *n)
{
	static const char *const references[] = { "tag", "rev", "branch" };
	if (source->type != TOML_TABLE || toml_get(source, S("marker")) || toml_get(source, S("extra")) ||
	    toml_get(source, S("group"))) {
		n->place = UV_PLACE_SOMETIMES;
	} else if (toml_get(source, S("git"))) {
		n->place = UV_PLACE_GIT;
		n->where = S("");
		for (size_t i = 0; i < 3; i++) {
			str text = text_of(source, references[i]);
			if (text.p) n->where = arena_fmt(a, "%s=" STR_FMT, references[i], STR_ARG(text));
		}
	} else if (toml_get(source, S("url"))) {
		n->place = UV_PLACE_URL;
		n->where = text_of(source, "url");
	} else if (toml_get(source, S("path"))) {
		n->place = UV_PLACE_TREE;
		n->where = below(a, p->folder, text_of(source, "path"));
		const struct toml_value *editable = toml_get(source, S("editable"));
		n->editable = editable && editable->type == TOML_BOOL && editable->u.boolean ? TRI_TRUE : TRI_FALSE;
	} else if (toml_get(source, S("workspace"))) {
		n->place = UV_PLACE_TREE;
		n->where = (str){ 0 };
		n->editable = TRI_UNKNOWN;
	}
}

static bool project_need(struct arena *a, const struct uv_project *p, const struct toml_value *v, str extra,
                         struct uv_needs *out)
{
	struct requirement r;
	if (!requirement_parse(a, v->u.string, &r, NULL) || r.extras.n > UV_NEEDS_SAME_MAX) return false;
	struct uv_need *n = add(a, out, r.name);
	if (!n) return false;
	reader_normalize_names(a, &r.extras, &n->extras);
	str_list_sort(&n->extras);
	n->specifier = r.specifier;
	n->marker = r.marker;
	n->d = &p->d;
	n->at = v;
	if (extra.n) {
		str text = arena_fmt(a, "extra == \"" STR_FMT "\"", STR_ARG(extra));
		if (r.marker) text = arena_fmt(a, "(" STR_FMT ") and " STR_FMT, STR_ARG(marker_text(a, r.marker)), STR_ARG(text));
		if (!marker_parse(a, text, &n->marker, NULL)) return false;
	}
	if (r.url.n) n->place = UV_PLACE_DIRECT;
	const struct toml_value *source = map_get(&p->sources, n->name);
	if (!source && p->shared) source = map_get(p->shared, n->name);
	if (source) project_source(a, p, source, n);
	return true;
}

void uv_needs_project(struct arena *a, const struct uv_project *p, const struct toml_value *list, str extra,
                      struct uv_needs *out)
{
	if (!list) return;
	if (list->type != TOML_ARRAY) out->unknown = true;
	for (size_t i = 0; !out->unknown && i < list->u.array.n; i++) {
		const struct toml_value *v = list->u.array.p[i];
		if (v->type == TOML_TABLE) continue;
		if (v->type != TOML_STRING || !project_need(a, p, v, extra, out)) out->unknown = true;
	}
}

/* --- comparing --- */

static bool same_clause(const struct specifier_clause *x, const struct specifier_clause *y)
{
	if (x->op != y->op || x->wildcard != y->wildcard) return false;
	if (x->op == SPEC_ARBITRARY) return str_ieq(x->text, y->text);
	/* ~=1.0 and ~=1.0.0 are different sets, though 1.0 and 1.0.0 are one version; so are ==1.* and ==1.0.*. */
	if ((x->wildcard || x->op == SPEC_COMPATIBLE) && x->version.n_release != y->version.n_release) return false;
	return version_cmp(&x->version, &y->version) == 0;
}

static bool clauses_within(const struct specifier_set *x, const struct specifier_set *y)
{
	for (size_t i = 0; i < x->n; i++) {
		bool found = false;
		for (size_t j = 0; j < y->n && !found; j++) found = same_clause(&x->clauses[i], &y->clauses[j]);
		if (!found) return false;
	}
	return true;
}

static bool same_specifier(const struct specifier_set *x, const struct specifier_set *y)
{
	if (x->n > UV_NEEDS_SAME_MAX || y->n > UV_NEEDS_SAME_MAX) return true;
	return clauses_within(x, y) && clauses_within(y, x);
}

static bool same_place(const struct uv_need *p, const struct uv_need *l)
{
	if (p->place == UV_PLACE_INDEX) return l->place == UV_PLACE_INDEX && same_specifier(&p->specifier, &l->specifier);
	if (p->place == UV_PLACE_DIRECT) return l->place != UV_PLACE_INDEX;
	if (p->place != l->place || (p->where.p && l->where.p && !str_eq(p->where, l->where))) return false;
	return p->editable == l->editable || p->editable == TRI_UNKNOWN || l->editable == TRI_UNKNOWN;
}

static bool same_need(struct marker_scope *scope, const struct uv_need *p, const struct uv_need *l)
{
	if (p->place == UV_PLACE_SOMETIMES) return true;
	if (p->extras.n != l->extras.n || !same_place(p, l)) return false;
	for (size_t i = 0; i < p->extras.n; i++)
		if (!str_eq(p->extras.p[i], l->extras.p[i])) return false;
	return marker_same(scope, p->marker, l->marker);
}

/* By name; then as they stand in their file, so that messages name the first. */
static int compare_needs(const void *va, const void *vb)
{
	const struct uv_need *a = va, *b = vb;
	int c = str_cmp(a->name, b->name);
	return c ? c : (a->at->offset > b->at->offset) - (a->at->offset < b->at->offset);
}

struct range {
	const struct uv_need *p;
	size_t n;
};

static struct range take_range(const struct uv_needs *s, size_t from)
{
	if (from >= s->list.n) return (struct range){ 0 };
	struct range r = { s->list.p + from, 0 };
	while (from + r.n < s->list.n && str_eq(r.p[0].name, r.p[r.n].name)) r.n++;
	return r;
}

/* The first of `x` that has no equal in `y`. */
static const struct uv_need *alone(struct marker_scope *scope, struct range x, struct range y, bool x_is_project)
{
	for (size_t i = 0; i < x.n; i++) {
		bool found = false;
		for (size_t j = 0; j < y.n && !found; j++)
			found = x_is_project ? same_need(scope, &x.p[i], &y.p[j]) : same_need(scope, &y.p[j], &x.p[i]);
		if (!found) return &x.p[i];
	}
	return NULL;
}

bool uv_needs_same(struct marker_scope *scope, struct uv_needs *project, struct uv_needs *locked,
                   const struct uv_need **in_project, const struct uv_need **in_lock)
{
	*in_project = *in_lock = NULL;
	if (project->unknown || locked->unknown) return true;
	if (project->list.n) qsort(project->list.p, project->list.n, sizeof *project->list.p, compare_needs);
	if (locked->list.n) qsort(locked->list.p, locked->list.n, sizeof *locked->list.p, compare_needs);
	for (size_t i = 0, j = 0; i < project->list.n || j < locked->list.n;) {
		struct range p = take_range(project, i), l = take_range(locked, j);
		int c = !p.n ? 1 : !l.n ? -1 : str_cmp(p.p[0].name, l.p[0].name);
		if (c < 0) l.n = 0;
		if (c > 0) p.n = 0;
		i += p.n;
		j += l.n;
		if (p.n > UV_NEEDS_SAME_MAX || l.n > UV_NEEDS_SAME_MAX) continue;
		*in_project = alone(scope, p, l, true);
		*in_lock = alone(scope, l, p, false);
		if (*in_project || *in_lock) return false;
	}
	return true;
}

str uv_need_text(struct arena *a, const struct uv_need *n)
{
	if (n->at->type == TOML_STRING) return str_slice(str_trim(n->at->u.string), 0, 200);
	str text = n->name;
	for (size_t i = 0; i < n->extras.n; i++)
		text = arena_fmt(a, STR_FMT "%c" STR_FMT, STR_ARG(text), i ? ',' : '[', STR_ARG(n->extras.p[i]));
	if (n->extras.n) text = arena_join(a, text, S("]"));
	text = arena_join(a, text, specifier_text(a, &n->specifier));
	if (n->marker) text = arena_fmt(a, STR_FMT "; " STR_FMT, STR_ARG(text), STR_ARG(marker_text(a, n->marker)));
	return str_slice(text, 0, 200);
}
