/* source_poetry_needs.c: [tool.poetry.dependencies] and its extras as Requires-Dist.
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/marker.h"
#include "python/name.h"
#include "python/source_poetry.h"

struct need {
	str name, extras, what; /* "demo", "[a,b]", ">=1,<2" or " @ URL" */
	str marker;
	bool optional, by_marker; /* by_marker: the marker names the extras itself */
	struct str_list in_extras;
	const struct toml_value *at;
};
struct needs {
	VEC(struct need) list;
};

/* --- one dependency --- */

static str join(struct arena *a, str list, const char *separator, str one)
{
	return list.n ? arena_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(list), separator, STR_ARG(one)) : one;
}

static void and_marker(struct arena *a, struct need *n, str marker)
{
	if (marker.n) n->marker = join(a, n->marker, " and ", arena_fmt(a, "(" STR_FMT ")", STR_ARG(marker)));
}

/* "linux", "!=win32", "linux || darwin" -> comparisons of sys_platform. */
static str platform_marker(struct arena *a, str text)
{
	str all = { 0 }, part, clause;
	while (text.n) {
		str both = { 0 };
		if (!str_cut(text, '|', &part, &text)) text = (str){ 0 };
		while (part.n) {
			if (!str_cut(part, ',', &clause, &part)) part = (str){ 0 };
			clause = str_trim(clause);
			bool not = str_starts(clause, S("!="));
			if (not || str_starts(clause, S("=="))) clause = str_trim(str_from_pos(clause, 2));
			if (!clause.n || str_eq(clause, S("*"))) continue;
			both = join(a, both, " and ", arena_fmt(a, "sys_platform %s \"" STR_FMT "\"", not ? "!=" : "==", STR_ARG(clause)));
		}
		if (both.n) all = join(a, all, " or ", both);
	}
	return all;
}

static bool read_markers(struct source_work *w, const struct toml_value *table, struct need *n)
{
	struct marker *parsed;
	struct err inner = { 0 };
	str markers = { 0 }, python = { 0 }, platform = { 0 }, text;
	if (!toml_want_string(&w->pyproject, table, "markers", &markers, w->e) ||
	    !toml_want_string(&w->pyproject, table, "python", &python, w->e) ||
	    !toml_want_string(&w->pyproject, table, "platform", &platform, w->e) || !poetry_python_marker(w, table, python, &text))
		return false;
	markers = str_trim(markers);
	if (markers.n && !marker_parse(w->a, markers, &parsed, &inner))
		return source_bad_field(w, toml_get(table, S("markers")), "%s", inner.what);
	n->by_marker = markers.n && marker_mentions(parsed, MARKER_EXTRA);
	and_marker(w->a, n, markers);
	and_marker(w->a, n, text);
	and_marker(w->a, n, platform_marker(w->a, platform));
	return true;
}

/* A path from the project's folder as an address; relative when the folder's own name is, or does not count. */
static str path_address(struct source_work *w, str path)
{
	struct str_list parts = { 0 };
	str where = w->tree->where, part;
	bool absolute = str_starts(path, S("/")) || (str_starts(where, S("/")) && !w->tree->detached);
	str rest =
	    absolute && !str_starts(path, S("/")) ? arena_fmt(w->a, STR_FMT "/" STR_FMT, STR_ARG(where), STR_ARG(path)) : path;
	struct buf b;
	while (rest.n) {
		if (!str_cut(rest, '/', &part, &rest)) rest = (str){ 0 };
		if (!part.n || str_eq(part, S("."))) continue;
		if (!str_eq(part, S("..")) || (!absolute && (!parts.n || str_eq(parts.p[parts.n - 1], S("..")))))
			*vec_push(w->a, &parts) = part;
		else if (parts.n)
			parts.n--;
	}
	buf_init(&b, 8 * (path.n + where.n) + 16);
	buf_add_str(&b, absolute ? S("file://") : S("file:"));
	if (!parts.n) buf_add_char(&b, absolute ? '/' : '.');
	for (size_t i = 0; i < parts.n; i++) {
		if (i || absolute) buf_add_char(&b, '/');
		for (size_t k = 0; k < parts.p[i].n; k++) {
			char c = parts.p[i].p[k];
			bool plain = ascii_alnum(c) || str_chr(S("-._~!$&'()*+,;=:@"), c) != STR_NONE;
			buf_addf(&b, plain ? "%c" : "%%%02X", plain ? c : (int)(unsigned char)c);
		}
	}
	str out = buf_take(&b, w->a);
	buf_release(&b);
	return out;
}

/* "git@host:path" is ssh, as git has it. */
static str git_address(struct arena *a, str source)
{
	size_t colon = str_chr(source, ':');
	if (str_contains(source, S("://"))) return arena_join(a, S("git+"), source);
	if (colon == STR_NONE) return arena_join(a, S("git+ssh://"), source);
	return arena_fmt(a, "git+ssh://" STR_FMT "/" STR_FMT, STR_ARG(str_slice(source, 0, colon)),
	                 STR_ARG(str_from_pos(source, colon + 1)));
}

static bool is_archive(str path)
{
	return str_ends(path, S(".whl")) || str_ends(path, S(".zip")) || str_ends(path, S(".tar.gz")) ||
	       str_ends(path, S(".tgz")) || str_ends(path, S(".tar.bz2")) || str_ends(path, S(".tar.xz"));
}

/* Where it comes from, when that is no index; *found tells. */
static bool read_source(struct source_work *w, const struct toml_value *table, struct need *n, bool *found)
{
	const struct toml_document *d = &w->pyproject;
	str git = { 0 }, file = { 0 }, path = { 0 }, url = { 0 }, branch = { 0 }, tag = { 0 }, rev = { 0 }, below = { 0 }, address;
	if (!toml_want_string(d, table, "git", &git, w->e) || !toml_want_string(d, table, "file", &file, w->e) ||
	    !toml_want_string(d, table, "path", &path, w->e) || !toml_want_string(d, table, "url", &url, w->e) ||
	    !toml_want_string(d, table, "branch", &branch, w->e) || !toml_want_string(d, table, "tag", &tag, w->e) ||
	    !toml_want_string(d, table, "rev", &rev, w->e) || !toml_want_string(d, table, "subdirectory", &below, w->e))
		return false;
	*found = git.n || file.n || path.n || url.n;
	if (git.n) {
		str reference = branch.n ? branch : tag.n ? tag : rev;
		address = git_address(w->a, git);
		if (reference.n) address = arena_fmt(w->a, STR_FMT "@" STR_FMT, STR_ARG(address), STR_ARG(reference));
	} else if (path.n && !is_archive(path)) {
		address = path_address(w, below.n ? arena_fmt(w->a, STR_FMT "/" STR_FMT, STR_ARG(path), STR_ARG(below)) : path);
		below.n = 0;
	} else {
		address = url.n ? url : path_address(w, file.n ? file : path);
	}
	if (below.n) address = arena_fmt(w->a, STR_FMT "#subdirectory=" STR_FMT, STR_ARG(address), STR_ARG(below));
	if (*found) n->what = arena_join(w->a, S(" @ "), address);
	return true;
}

static bool read_version(struct source_work *w, const struct toml_value *at, str text, struct need *n)
{
	bool either;
	if (!poetry_specifier(w, at, text, &n->what, &either)) return false;
	if (!either) return true;
	return source_refuse(
	    w, "`" STR_FMT "` of [tool.poetry.dependencies] allows \"" STR_FMT "\", and METADATA has no word for `or`",
	    STR_ARG(n->name), STR_ARG(str_slice(text, 0, 200)));
}

static bool read_table(struct source_work *w, const struct toml_value *table, struct need *n)
{
	struct str_list extras = { 0 };
	str version = S("*");
	bool found;
	if (!toml_want_bool(&w->pyproject, table, "optional", &n->optional, w->e) ||
	    !toml_want_strings(w->a, &w->pyproject, table, "extras", false, &extras, w->e) ||
	    !toml_want_string(&w->pyproject, table, "version", &version, w->e) || !read_source(w, table, n, &found) ||
	    !read_markers(w, table, n))
		return false;
	for (size_t i = 0; i < extras.n; i++) n->extras = join(w->a, n->extras, ",", name_normalize(w->a, extras.p[i]));
	if (n->extras.n) n->extras = arena_fmt(w->a, "[" STR_FMT "]", STR_ARG(n->extras));
	return found || read_version(w, table, version, n);
}

static bool read_one(struct source_work *w, str name, const struct toml_value *v, struct needs *out)
{
	struct need n = { .name = name, .at = v };
	if (v->type == TOML_TABLE ? !read_table(w, v, &n) : v->type != TOML_STRING || !read_version(w, v, v->u.string, &n)) {
		if (v->type == TOML_TABLE || v->type == TOML_STRING) return false;
		return source_bad_field(w, v, "`" STR_FMT "` is a version constraint or a table", STR_ARG(name));
	}
	*vec_push(w->a, &out->list) = n;
	return true;
}

static bool read_all(struct source_work *w, const struct toml_value *table, struct needs *out)
{
	for (size_t i = 0; table && i < table->u.table.n; i++) {
		const struct toml_member *m = &table->u.table.p[i];
		bool many = m->value->type == TOML_ARRAY;
		if (str_ieq(m->key, S("python"))) continue;
		if (!name_valid(m->key)) return source_bad_field(w, m->value, "`" STR_FMT "` is no name of a project", STR_ARG(m->key));
		for (size_t k = 0; k < (many ? m->value->u.array.n : 1); k++)
			if (!read_one(w, m->key, many ? m->value->u.array.p[k] : m->value, out)) return false;
	}
	return true;
}

/* --- extras --- */

static bool read_extras(struct source_work *w, const struct poetry *p, struct needs *needs)
{
	const struct toml_value *extras = NULL;
	if (p->tool && !toml_want_table(&w->pyproject, p->tool, "extras", &extras, w->e)) return false;
	for (size_t i = 0; extras && i < extras->u.table.n; i++) {
		const struct toml_member *m = &extras->u.table.p[i];
		str extra = name_normalize(w->a, m->key);
		struct str_list names = { 0 };
		if (!name_valid(m->key)) return source_bad_field(w, m->value, "`" STR_FMT "` is no name of an extra", STR_ARG(m->key));
		if (!toml_want_strings(w->a, &w->pyproject, extras, arena_cstr(w->a, m->key), false, &names, w->e)) return false;
		str_list_add_new(w->a, &w->facts.provides_extra, extra);
		for (size_t k = 0; k < names.n; k++)
			for (size_t j = 0; j < needs->list.n; j++)
				if (name_same(needs->list.p[j].name, str_trim(names.p[k])))
					str_list_add_new(w->a, &needs->list.p[j].in_extras, extra);
	}
	return true;
}

static bool write_one(struct source_work *w, const struct need *n)
{
	struct need q = *n;
	str extras = { 0 };
	if (n->optional && !n->in_extras.n && !n->by_marker) return true;
	for (size_t i = 0; i < n->in_extras.n && !n->by_marker; i++)
		extras = join(w->a, extras, " or ", arena_fmt(w->a, "extra == \"" STR_FMT "\"", STR_ARG(n->in_extras.p[i])));
	and_marker(w->a, &q, extras);
	str text = arena_fmt(w->a, STR_FMT STR_FMT STR_FMT "%s" STR_FMT, STR_ARG(q.name), STR_ARG(q.extras), STR_ARG(q.what),
	                     q.marker.n ? " ; " : "", STR_ARG(q.marker));
	return source_add_requirement(w, text, (str){ 0 }, n->at);
}

/* --- all of it --- */

/* [project] says what its dependencies are; Poetry's table adds to them only where `dynamic` leaves it room. */
bool poetry_read_needs(struct source_work *w, const struct poetry *p)
{
	const struct toml_value *table = NULL, *list = w->project ? toml_get(w->project, S("dependencies")) : NULL;
	bool own = list && list->u.array.n, declared = own || w->facts.provides_extra.n, extras = w->facts.requires_dist.n && !own;
	bool mixed = source_is_dynamic(w, S("dependencies")) || source_is_dynamic(w, S("optional-dependencies"));
	struct needs needs = { 0 };
	if (p->tool && !toml_want_table(&w->pyproject, p->tool, "dependencies", &table, w->e)) return false;
	if ((own || extras) && !mixed) return true;
	if (own && w->facts.provides_extra.n) return true;
	if (!read_all(w, table, &needs) || (!declared && !read_extras(w, p, &needs))) return false;
	if (own || extras) {
		/* What [project] has not: the optional ones, or those that are not. */
		for (size_t i = 0; i < needs.list.n; i++)
			if (needs.list.p[i].optional == own && !write_one(w, &needs.list.p[i])) return false;
		return true;
	}
	for (size_t i = 0; i < needs.list.n; i++)
		if (!write_one(w, &needs.list.p[i])) return false;
	return true;
}
