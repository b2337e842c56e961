/* wants_project.c: pyproject.toml as wants: [project], and what others read beside it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "pyproject.toml specification" (PEP 621). A requirement on the project itself ("pkg[all]" inside pkg) stands for what
 * those extras hold; it is put in their place, so that the answer never names the project. */
#include "base/io.h"
#include "lockfile/wants_poetry.h"
#include "lockfile/wants_setuptools.h"
#include "lockfile/wants_uv.h"
#include "python/name.h"

/* --- places and mistakes --- */

void wants_project_place(struct wants_project *p, uint64_t offset, struct want *w)
{
	size_t end = offset < p->d.text.n ? (size_t)offset : p->d.text.n, from = end;
	uint32_t column = 1, c;
	w->from_file = p->d.path;
	w->line = reader_line(&p->lines, p->d.text, end);
	while (from > 0 && end - from <= WANTS_COLUMN_MAX && p->d.text.p[from - 1] != '\n') from--;
	if (end - from > WANTS_COLUMN_MAX) return;
	while (from < end && utf8_next(p->d.text, &from, &c)) column++;
	w->column = column;
}

/* Where the text of a string begins: behind its quotes. */
static uint64_t inside(const struct toml_document *d, const struct toml_value *v)
{
	str raw = str_from_pos(d->text, v->offset);
	bool three = str_starts(raw, S("\"\"\"")) || str_starts(raw, S("'''"));
	return v->offset + (three ? 3 : 1);
}

static bool requirement_help(struct err *e, str text)
{
	if (str_chr(text, '^') != STR_NONE) return err_help(e, "`^` is Poetry's: write >=1.2,<2 for ^1.2");
	size_t at = str_chr(text, '=');
	if (at != STR_NONE && str_at(text, at + 1) != '=' && (at == 0 || !str_contains(S("<>=!~"), str_slice(text, at - 1, at))))
		return err_help(e, "did you mean == ?");
	return err_help(e, "a requirement looks like: name[extra]>=1.0,<2; python_version >= '3.10'");
}

bool wants_project_refuse(struct wants_project *p, const struct toml_value *v, const struct err *inner, struct err *e)
{
	err_set(e, ERR_FORMAT, "project-field", "%s", inner->what);
	toml_where(e, &p->d, inside(&p->d, v) + (inner->has_offset ? inner->offset : 0));
	return requirement_help(e, v->u.string);
}

bool wants_project_table(struct wants_project *p, const char *dotted, const struct toml_value **out, struct err *e)
{
	const struct toml_value *v = toml_at(p->d.root, dotted);
	if (!v || v->type == TOML_TABLE) return *out = v, true;
	reader_bad(&p->d, v, e, "project-field", "`%s` is a table, not %s", dotted, toml_type_name(v->type));
	return err_help(e, "write [%s] above its keys", dotted);
}

bool wants_name(struct wants_project *p, const char *kind, str name, uint64_t offset, struct err *e)
{
	if (name_valid(name)) return true;
	err_set(e, ERR_FORMAT, "project-field", "`" STR_FMT "` is no name of %s", STR_ARG(str_slice(name, 0, 200)), kind);
	toml_where(e, &p->d, offset);
	return err_help(e, "names have letters, digits and, between them, `-`, `_` and `.`");
}

/* The lists are made from tables whose keys differ: only their normal forms may meet. */
bool wants_add_name(struct wants_reader *r, struct str_list *list, str name, str file, struct err *e)
{
	if (list->n >= WANTS_NAMES_MAX) {
		err_set(e, ERR_FORMAT, "too-large", "the project has more than %zu extras or groups", WANTS_NAMES_MAX);
		return err_where(e, STR_FMT, STR_ARG(file));
	}
	*vec_push(r->a, list) = name;
	return true;
}

/* --- requirements --- */

/* hatchling's "{root:uri}", "{root:parent:uri}" and "file://{root}" (its documentation, "Context formatting"), as the way from the file. */
static str from_root(struct wants_project *p, str text)
{
	struct arena *a = p->r->a;
	const struct toml_value *backend = toml_at(p->d.root, "build-system.build-backend");
	size_t open = str_find(text, S("{root")), close;
	if (open == STR_NONE || (close = str_chr(str_from_pos(text, open), '}')) == STR_NONE) return text;
	if (!backend || backend->type != TOML_STRING || !str_eq(backend->u.string, S("hatchling.build"))) return text;
	str field = str_slice(text, open + 5, open + close), part, way = S("."), before = str_slice(text, 0, open);
	bool uri = false, up = false;
	while (str_starts(field, S(":"))) {
		size_t end = str_chr(str_from_pos(field, 1), ':');
		part = end == STR_NONE ? str_from_pos(field, 1) : str_slice(field, 1, end + 1);
		field = end == STR_NONE ? (str){ 0 } : str_from_pos(field, end + 1);
		uri = str_eq(part, S("uri"));
		if (!uri && !str_eq(part, S("parent"))) return text;
		if (!uri) way = up ? arena_join(a, way, S("/..")) : S("..");
		up = up || !uri;
	}
	if (field.n || (!uri && !str_ends(before, S("file://")))) return text;
	if (!uri) before.n -= sizeof "file://" - 1;
	return arena_fmt(a, STR_FMT "file:" STR_FMT STR_FMT, STR_ARG(before), STR_ARG(way),
	                 STR_ARG(str_from_pos(text, open + close + 1)));
}

static bool take_url(struct wants_project *p, const struct toml_value *v, str text, struct want *w, struct err *e)
{
	return wants_take_url(p->r, p->d.path, text, w, e) || toml_where(e, &p->d, v->offset);
}

/* One extra of the project, in a list of the project. An extra that is being put in place already adds nothing new. */
static bool own_extra(struct wants_project *p, str extra, const struct want *as, unsigned depth, struct err *e)
{
	const struct toml_value *list = map_get(&p->extras, extra);
	if (!list) {
		note_add(p->r->notes, NOTE_WARNING, "unknown-extra", STR_FMT ": the project has no extra `" STR_FMT "`, but names it",
		         STR_ARG(p->d.path), STR_ARG(str_slice(extra, 0, 200)));
		return true;
	}
	if (str_list_has(&p->inside, extra)) return true;
	if (depth >= WANTS_DEPTH_MAX) {
		reader_bad(&p->d, list, e, "project-field", "extras of the project name each other too deeply");
		return err_help(e, "list the requirements themselves");
	}
	*vec_push(p->r->a, &p->inside) = extra;
	for (size_t i = 0; i < list->u.array.n; i++)
		if (!wants_project_text(p, list->u.array.p[i], as, depth + 1, e)) return false;
	p->inside.n--;
	return true;
}

/* "pkg[a,b]" in a list of pkg. In a group it also brings what pkg itself needs. */
static bool own_extras(struct wants_project *p, const struct toml_value *v, const struct want *w, const struct want *as,
                       unsigned depth, struct err *e)
{
	struct want inner = *as;
	const struct toml_value *main = p->project ? toml_get(p->project, S("dependencies")) : NULL;
	if (!wants_marker_and(p->r->a, as->marker, w->marker, &inner.marker, e)) return toml_where(e, &p->d, v->offset);
	for (size_t i = 0; i < w->extras.n; i++)
		if (!own_extra(p, w->extras.p[i], &inner, depth, e)) return false;
	if (str_empty(as->group) || depth > 0 || !main || main->type != TOML_ARRAY) return true;
	for (size_t i = 0; i < main->u.array.n; i++)
		if (!wants_project_text(p, main->u.array.p[i], &inner, depth + 1, e)) return false;
	return true;
}

bool wants_project_text(struct wants_project *p, const struct toml_value *v, const struct want *as, unsigned depth,
                        struct err *e)
{
	struct want w = *as;
	struct requirement q = { 0 };
	struct err inner = { 0 };
	bool never;
	if (!wants_step(p->r, &p->steps, p->d.path, e)) return false;
	if (v->type != TOML_STRING) {
		reader_bad(&p->d, v, e, "project-field", "a requirement is a string, not %s", toml_type_name(v->type));
		return err_help(e, "write it in quotes: \"requests>=2\"");
	}
	str text = from_root(p, v->u.string);
	if (!requirement_parse(p->r->a, text, &q, &inner) || !marker_check(q.marker, &inner))
		return wants_project_refuse(p, v, &inner, e);
	wants_fill(p->r->a, &q, &w);
	wants_project_place(p, v->offset, &w);
	/* An extra that brought others is asked for as much as they are. */
	if (!wants_decide_extras(p->r->a, &p->inside, &w.marker, &never, e)) return toml_where(e, &p->d, v->offset);
	if (never) return true;
	if (!str_empty(p->name) && str_eq(w.name, p->name) && as->kind == WANT_REQUIREMENT && str_empty(q.url))
		return own_extras(p, v, &w, as, depth, e);
	if (!wants_marker_and(p->r->a, as->marker, w.marker, &w.marker, e)) return toml_where(e, &p->d, v->offset);
	if (!str_empty(q.url) && !take_url(p, v, text, &w, e)) return false;
	return as->kind == WANT_REQUIREMENT && p->enrich ? wants_poetry_enrich(p, v, &w, e) : wants_sources_add(p, v, &w, e);
}

bool wants_project_list(struct wants_project *p, const struct toml_value *list, const struct want *as, bool tables,
                        struct err *e)
{
	if (!list) return true;
	if (list->type != TOML_ARRAY) {
		reader_bad(&p->d, list, e, "project-field", "requirements are an array of strings, not %s", toml_type_name(list->type));
		return err_help(e, "write them in brackets: [\"requests>=2\"]");
	}
	for (size_t i = 0; i < list->u.array.n; i++) {
		if (tables && list->u.array.p[i]->type == TOML_TABLE) continue;
		if (!wants_project_text(p, list->u.array.p[i], as, 0, e)) return false;
	}
	return true;
}

/* --- [project] --- */

static bool want_text_of(struct wants_project *p, const struct toml_value *table, const char *key, str *out, struct err *e)
{
	const struct toml_value *v = table ? toml_get(table, str_from(key)) : NULL;
	if (!v) return true;
	if (v->type == TOML_STRING) return *out = v->u.string, true;
	reader_bad(&p->d, v, e, "project-field", "`%s` is a string, not %s", key, toml_type_name(v->type));
	return err_help(e, "write it in quotes");
}

static bool read_python(struct wants_project *p, struct err *e)
{
	const struct toml_value *v = p->project ? toml_get(p->project, S("requires-python")) : NULL;
	struct specifier_set s;
	struct err inner = { 0 };
	if (!want_text_of(p, p->project, "requires-python", &p->r->out->requires_python, e)) return false;
	if (!v) return true;
	if (!specifier_parse(p->r->a, v->u.string, &s, &inner)) {
		err_set(e, ERR_FORMAT, "project-field", "%s", inner.what);
		toml_where(e, &p->d, inside(&p->d, v) + (inner.has_offset ? inner.offset : 0));
		return err_help(e, "write it like \">=3.10\" or \">=3.10,<3.15\"");
	}
	p->r->out->requires_python_where =
	    arena_fmt(p->r->a, STR_FMT ":%u", STR_ARG(p->d.path), (unsigned)reader_line(&p->lines, p->d.text, v->offset));
	return true;
}

static bool read_head(struct wants_project *p, struct err *e)
{
	struct wants *out = p->r->out;
	const struct toml_value *named = p->project;
	if (!want_text_of(p, p->project, "name", &out->name, e) || !want_text_of(p, p->project, "version", &out->version, e))
		return false;
	if (!out->name.n && p->poetry) {
		named = p->poetry;
		if (!want_text_of(p, p->poetry, "name", &out->name, e)) return false;
	}
	if (!out->version.n && p->poetry && !want_text_of(p, p->poetry, "version", &out->version, e)) return false;
	if (out->name.n && !wants_name(p, "a project", out->name, toml_get(named, S("name"))->offset, e)) return false;
	p->name = name_normalize(p->r->a, out->name);
	return read_python(p, e);
}

/* Extras are known before any list is read: lists may name them. */
static bool find_extras(struct wants_project *p, const struct toml_value **table, struct err *e)
{
	map_init(&p->extras, p->r->a);
	if (!wants_project_table(p, "project.optional-dependencies", table, e)) return false;
	for (size_t i = 0; *table && i < (*table)->u.table.n; i++) {
		const struct toml_member *m = &(*table)->u.table.p[i];
		bool added;
		if (!wants_name(p, "an extra", m->key, m->key_offset, e)) return false;
		str name = name_normalize(p->r->a, m->key);
		*map_put(&p->extras, name, &added) = m->value;
		if (!added) {
			err_set(e, ERR_FORMAT, "project-field", "the extra `" STR_FMT "` is given twice", STR_ARG(name));
			toml_where(e, &p->d, m->key_offset);
			return err_help(e, "names that differ in case and in `-`, `_`, `.` only are one: put both lists together");
		}
		if (m->value->type != TOML_ARRAY) return wants_project_list(p, m->value, NULL, false, e);
		if (!wants_add_name(p->r, &p->r->out->extras, name, p->d.path, e)) return false;
	}
	return true;
}

/* Neither [project] nor Poetry: setuptools has its own files. */
static bool read_older(struct wants_project *p, struct err *e)
{
	struct io_stat st = { 0 };
	bool found;
	if (p->project || p->poetry) return true;
	if (!wants_setup_cfg_beside(p->r, p->folder, &found, e) || found) return !err_is_set(e);
	str path = path_join(p->r->a, p->folder, S("setup.py"));
	if (!io_stat(arena_cstr(p->r->a, path), &st, e)) return false;
	return !st.exists || wants_setup_py(path, e);
}

static bool read_project(struct wants_project *p, struct err *e)
{
	const struct toml_value *extras = NULL;
	struct want as = { 0 };
	if (!read_head(p, e) || !find_extras(p, &extras, e) || !wants_sources_read(p, e) || !wants_workspace_find(p, e))
		return false;
	if (!wants_uv_settings(p, e) || !wants_poetry_indexes(p, e)) return false;
	if (p->poetry && !wants_poetry_main(p, e)) return false;
	if (p->project && !wants_project_list(p, toml_get(p->project, S("dependencies")), &as, false, e)) return false;
	for (size_t i = 0; extras && i < extras->u.table.n; i++) {
		as.extra = name_normalize(p->r->a, extras->u.table.p[i].key);
		*vec_push(p->r->a, &p->inside) = as.extra;
		if (!wants_project_list(p, extras->u.table.p[i].value, &as, false, e)) return false;
		p->inside.n = 0;
	}
	p->enrich = NULL;
	return wants_dynamic_read(p, e) && read_older(p, e) && wants_groups_read(p, e) && wants_uv_defaults(p, e);
}

bool wants_project_read(struct wants_reader *r, str path, str text, struct err *e)
{
	struct wants_project p = { .r = r, .folder = path_dir(path) };
	if (!toml_parse(r->a, text, path, &p.d, e)) return err_help(e, "toml.io/en/v1.0.0 has the rules");
	if (!wants_project_table(&p, "project", &p.project, e) || !wants_project_table(&p, "tool.poetry", &p.poetry, e) ||
	    !wants_project_table(&p, "tool.uv", &p.uv, e))
		return false;
	return read_project(&p, e);
}
