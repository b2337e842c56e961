/* wants_uv.c: the settings of uv that choose versions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lockfile/wants_uv.h"
#include "base/io.h"
#include "python/name.h"

/* Where settings stand: [tool.uv] of the workspace's root, or the uv.toml beside it. */
struct settings {
	struct wants_project *p;
	struct wants_project file; /* as wants_project_list wants it */
	const struct toml_value *table;
	const char *prefix; /* for messages */
};

static bool helped(bool good, struct err *e, const char *help) { return good || err_help(e, "%s", help); }

static const char *const quotes = "write it in quotes";

/* --- indexes --- */

static bool read_index(struct settings *s, const struct toml_value *t, struct err *e)
{
	struct arena *a = s->p->r->a;
	struct wants_index x = { 0 };
	const struct toml_document *d = &s->file.d;
	if (t->type != TOML_TABLE) {
		reader_bad(d, t, e, "project-field", "an index is a table");
		return err_help(e, "write [[%sindex]] above its keys", s->prefix);
	}
	if (!helped(toml_want_string(d, t, "name", &x.name, e) && toml_want_string(d, t, "url", &x.url, e), e, quotes) ||
	    !helped(toml_want_bool(d, t, "default", &x.is_default, e) && toml_want_bool(d, t, "explicit", &x.is_explicit, e), e,
	            "write true or false"))
		return false;
	if (str_empty(x.url)) {
		reader_bad(d, t, e, "project-field", "the index has no url");
		return err_help(e, "add url = \"https://HOST/simple\"");
	}
	if (x.is_explicit && str_empty(x.name)) {
		reader_bad(d, t, e, "project-field", "an explicit index needs a name");
		return err_help(e, "add name = \"NAME\"; [tool.uv.sources] then says { index = \"NAME\" }");
	}
	x.where = arena_fmt(a, STR_FMT ":%u", STR_ARG(d->path), (unsigned)reader_line(&s->file.lines, d->text, t->offset));
	*vec_push(a, &s->p->r->out->indexes) = x;
	return true;
}

static bool read_indexes(struct settings *s, struct err *e)
{
	const struct toml_value *list = toml_get(s->table, S("index"));
	if (!list) return true;
	if (list->type != TOML_ARRAY || list->u.array.n > WANTS_NAMES_MAX) {
		reader_bad(&s->file.d, list, e, "project-field", "`index` is an array of tables");
		return err_help(e, "write [[%sindex]] above its keys", s->prefix);
	}
	for (size_t i = 0; i < list->u.array.n; i++)
		if (!read_index(s, list->u.array.p[i], e)) return false;
	return true;
}

/* The older settings, of the same meaning as pip's options. */
static bool read_index_options(struct settings *s, struct err *e)
{
	struct lock_options *o = &s->p->r->out->options;
	const struct toml_document *d = &s->file.d;
	struct str_list extra = { 0 }, links = { 0 };
	struct arena *a = s->p->r->a;
	if (!helped(toml_want_string(d, s->table, "index-url", &o->index_url, e), e, quotes) ||
	    !helped(toml_want_strings(a, d, s->table, "extra-index-url", true, &extra, e), e, "write a list of URLs") ||
	    !helped(toml_want_strings(a, d, s->table, "find-links", true, &links, e), e, "write a list of URLs or folders") ||
	    !helped(toml_want_bool(d, s->table, "no-index", &o->no_index, e), e, "write no-index = true or false"))
		return false;
	for (size_t i = 0; i < extra.n; i++) *vec_push(a, &o->extra_index_urls) = extra.p[i];
	for (size_t i = 0; i < links.n; i++) {
		bool url = str_contains(links.p[i], S("://")) || str_istarts(links.p[i], S("file:"));
		*vec_push(a, &o->find_links) = url ? links.p[i] : path_join(a, s->file.folder, links.p[i]);
	}
	return true;
}

/* --- lists --- */

static bool read_exclude(struct settings *s, struct err *e)
{
	const struct toml_value *list = toml_get(s->table, S("exclude-dependencies"));
	struct str_list ignored = { 0 };
	if (!helped(toml_want_strings(s->p->r->a, &s->file.d, s->table, "exclude-dependencies", false, &ignored, e), e,
	            "write a list of names"))
		return false;
	for (size_t i = 0; list && i < list->u.array.n; i++) {
		const struct toml_value *v = list->u.array.p[i];
		struct want w = { .kind = WANT_EXCLUDE };
		if (!wants_name(&s->file, "a project", v->u.string, v->offset, e)) return false;
		w.name = w.text = name_normalize(s->p->r->a, v->u.string);
		w.allowed = interval_set_all(s->p->r->a);
		wants_project_place(&s->file, v->offset, &w);
		if (!wants_add(s->p->r, &w, e)) return false;
	}
	return true;
}

static bool read_lists(struct settings *s, struct err *e)
{
	struct want constraint = { .kind = WANT_CONSTRAINT }, override = { .kind = WANT_OVERRIDE };
	return wants_project_list(&s->file, toml_get(s->table, S("constraint-dependencies")), &constraint, false, e) &&
	       wants_project_list(&s->file, toml_get(s->table, S("override-dependencies")), &override, false, e) &&
	       read_exclude(s, e);
}

static bool one_of(struct settings *s, const char *key, const char *const *words, str *out, struct err *e)
{
	const struct toml_value *v = toml_get(s->table, str_from(key));
	if (!v) return true;
	if (!helped(toml_want_string(&s->file.d, s->table, key, out, e), e, quotes)) return false;
	str list = S("");
	for (size_t i = 0; words[i]; i++) {
		if (str_eq(*out, str_from(words[i]))) return true;
		list = arena_fmt(s->p->r->a, STR_FMT "%s%s", STR_ARG(list), i ? ", " : "", words[i]);
	}
	reader_bad(&s->file.d, v, e, "project-field", "`%s` cannot be `" STR_FMT "`", key, STR_ARG(str_slice(*out, 0, 100)));
	return err_help(e, "it is one of " STR_FMT, STR_ARG(list));
}

static bool read_choices(struct settings *s, struct err *e)
{
	static const char *const prereleases[] = {
		"disallow", "allow", "if-necessary", "explicit", "if-necessary-or-explicit", NULL
	};
	static const char *const resolutions[] = { "highest", "lowest", "lowest-direct", NULL };
	struct wants *out = s->p->r->out;
	const struct toml_value *newer = toml_get(s->table, S("exclude-newer"));
	if (!one_of(s, "prerelease", prereleases, &out->prerelease, e) ||
	    !one_of(s, "resolution", resolutions, &out->resolution, e))
		return false;
	if (str_eq(out->prerelease, S("if-necessary-or-explicit"))) out->prerelease = S("if-necessary");
	if (!newer) return true;
	if (newer->type == TOML_STRING || (newer->type >= TOML_DATETIME && newer->type <= TOML_LOCAL_DATE))
		return out->exclude_newer = newer->u.string, true;
	reader_bad(&s->file.d, newer, e, "project-field", "`exclude-newer` is a date, not %s", toml_type_name(newer->type));
	return err_help(e, "write exclude-newer = \"2026-08-01\"");
}

/* --- the whole --- */

/* A uv.toml takes the place of [tool.uv], as far as settings go. */
static bool find_uv_toml(struct settings *s, struct err *e)
{
	struct wants_reader *r = s->p->r;
	struct io_stat st = { 0 };
	str text, path = path_join(r->a, s->file.folder, S("uv.toml"));
	if (!io_stat(arena_cstr(r->a, path), &st, e)) return false;
	if (!st.exists || st.is_dir) return true;
	if (!io_read_file(r->a, arena_cstr(r->a, path), WANTS_FILE_MAX, &text, e)) return false;
	if (!toml_parse(r->a, text, path, &s->file.d, e)) return err_help(e, "toml.io/en/v1.0.0 has the rules");
	str_list_add_new(r->a, &r->out->inputs, path);
	s->file.lines = (struct line_cursor){ 0 };
	s->table = s->file.d.root;
	s->prefix = "";
	return true;
}

static bool read_defaults(struct wants_project *p, struct err *e)
{
	const struct toml_value *v = p->uv ? toml_get(p->uv, S("default-groups")) : NULL;
	struct str_list names = { 0 };
	if (!v) return true;
	if (v->type == TOML_STRING && str_eq(v->u.string, S("all"))) {
		for (size_t i = 0; i < p->r->out->groups.n; i++)
			*vec_push(p->r->a, &p->r->out->default_groups) = p->r->out->groups.p[i];
		return true;
	}
	if (!toml_want_strings(p->r->a, &p->d, p->uv, "default-groups", false, &names, e))
		return err_help(e, "write default-groups = [\"NAME\"] or \"all\"");
	for (size_t i = 0; i < names.n && i < WANTS_NAMES_MAX; i++) {
		str name = name_normalize(p->r->a, names.p[i]);
		if (!str_list_has(&p->r->out->groups, name)) {
			reader_bad(&p->d, v, e, "project-field", "there is no group `" STR_FMT "`", STR_ARG(str_slice(names.p[i], 0, 200)));
			return err_help(e, "default-groups names groups of [dependency-groups]");
		}
		str_list_add_new(p->r->a, &p->r->out->default_groups, name);
	}
	return true;
}

bool wants_uv_settings(struct wants_project *p, struct err *e)
{
	struct settings s = { .p = p, .file = *p, .table = p->uv, .prefix = "tool.uv." };
	if (p->workspace && p->workspace->d.root && !str_eq(p->workspace->d.path, p->d.path)) {
		s.file.d = p->workspace->d;
		s.file.folder = p->workspace->folder;
		s.file.lines = (struct line_cursor){ 0 };
		s.file.name = (str){ 0 };
		s.table = toml_at(s.file.d.root, "tool.uv");
	}
	if (!find_uv_toml(&s, e)) return false;
	if (!s.table) return true;
	return read_indexes(&s, e) && read_index_options(&s, e) && read_choices(&s, e) && read_lists(&s, e);
}

bool wants_uv_defaults(struct wants_project *p, struct err *e) { return read_defaults(p, e); }

bool wants_uv_group(struct wants_project *p, str group, struct marker **marker, bool *never, struct err *e)
{
	const struct toml_value *table, *python = NULL;
	struct specifier_set s;
	struct err inner = { 0 };
	*marker = NULL;
	*never = false;
	if (!wants_project_table(p, "tool.uv.dependency-groups", &table, e)) return false;
	for (size_t i = 0; table && i < table->u.table.n; i++)
		if (name_same(table->u.table.p[i].key, group) && table->u.table.p[i].value->type == TOML_TABLE)
			python = toml_get(table->u.table.p[i].value, S("requires-python"));
	if (!python) return true;
	if (python->type != TOML_STRING || !specifier_parse(p->r->a, python->u.string, &s, &inner)) {
		reader_bad(&p->d, python, e, "project-field", "%s", inner.what[0] ? inner.what : "`requires-python` is a string");
		return err_help(e, "write it like \">=3.12\"");
	}
	struct interval_set allowed = specifier_intervals(p->r->a, &s);
	return wants_marker_python(p->r->a, &allowed, marker, never, e);
}
