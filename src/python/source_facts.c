/* source_facts.c: [project] as facts.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "pyproject.toml specification" (PEP 621, 639, 685); license globs as its section "license-files" has them. */
#include <stdlib.h>
#include <string.h>

#include "base/glob.h"
#include "python/name.h"
#include "python/requirement.h"
#include "python/source_backend.h"

/* --- places --- */

static bool want_type(struct source_work *w, const struct toml_value *v, enum toml_type type, const char *key)
{
	if (v->type == type) return true;
	return source_bad_field(w, v, "`%s` is %s, not %s", key,
	                        type == TOML_STRING  ? "a string"
	                        : type == TOML_ARRAY ? "an array"
	                                             : "a table",
	                        toml_type_name(v->type));
}

/* NULL in *out when the key is absent. */
static bool get(struct source_work *w, const struct toml_value *table, const char *key, enum toml_type type,
                const struct toml_value **out)
{
	*out = table ? toml_get(table, str_from(key)) : NULL;
	return !*out || want_type(w, *out, type, key);
}

static bool get_text(struct source_work *w, const struct toml_value *table, const char *key, str *out)
{
	const struct toml_value *v;
	if (!get(w, table, key, TOML_STRING, &v)) return false;
	if (v) *out = v->u.string;
	return true;
}

static bool get_texts(struct source_work *w, const struct toml_value *table, const char *key, struct str_list *out)
{
	const struct toml_value *v;
	if (!get(w, table, key, TOML_ARRAY, &v)) return false;
	for (size_t i = 0; v && i < v->u.array.n; i++) {
		if (!want_type(w, v->u.array.p[i], TOML_STRING, key)) return false;
		*vec_push(w->a, out) = v->u.array.p[i]->u.string;
	}
	return true;
}

bool source_is_dynamic(const struct source_work *w, str field) { return str_list_has(&w->facts.dynamic, field); }

bool source_text(struct source_work *w, str path, str *text)
{
	const struct source_entry *entry = source_tree_find(w->tree, path);
	if (!entry || entry->folder) {
		err_set(w->e, ERR_FORMAT, "missing-file", "the project `" STR_FMT "` names the file `" STR_FMT "`, which is not there",
		        STR_ARG(w->tree->where), STR_ARG(path));
		return err_help(w->e, "add the file, or take its name out of the project's configuration");
	}
	source_add_input(w, path);
	return w->tree->read(w->tree->context, w->a, path, text, w->e);
}

/* --- requirements --- */

/* The marker of an extra's requirement: its own, and the extra. */
static str with_extra(struct source_work *w, const struct requirement *q, str extra)
{
	if (!q->marker) return arena_fmt(w->a, "extra == '" STR_FMT "'", STR_ARG(extra));
	str own = marker_text(w->a, q->marker);
	bool either = str_contains(own, S(" or "));
	return arena_fmt(w->a, either ? "(" STR_FMT ") and extra == '" STR_FMT "'" : STR_FMT " and extra == '" STR_FMT "'",
	                 STR_ARG(own), STR_ARG(extra));
}

static str requirement_line(struct source_work *w, const struct requirement *q, str extra)
{
	struct buf b;
	buf_init(&b, REQUIREMENT_MAX * 2);
	bool normal = w->facts.normal_requirements;
	buf_add_str(&b, normal ? name_normalize(w->a, q->name) : q->name);
	for (size_t i = 0; i < q->extras.n; i++)
		buf_addf(&b, "%s" STR_FMT, i ? "," : "[", STR_ARG(normal ? name_normalize(w->a, q->extras.p[i]) : q->extras.p[i]));
	if (q->extras.n) buf_add_char(&b, ']');
	str specifier = specifier_text(w->a, &q->specifier);
	if (q->url.n)
		buf_addf(&b, " @ " STR_FMT, STR_ARG(q->url));
	else
		for (size_t i = 0; i < specifier.n; i++) buf_add_char(&b, normal ? ascii_tolower(specifier.p[i]) : specifier.p[i]);
	str marker = extra.n ? with_extra(w, q, extra) : q->marker ? marker_text(w->a, q->marker) : (str){ 0 };
	if (marker.n) buf_addf(&b, "%s; " STR_FMT, q->url.n ? " " : "", STR_ARG(marker));
	str line = buf_take(&b, w->a);
	buf_release(&b);
	return line;
}

bool source_add_requirement(struct source_work *w, str text, str extra, const struct toml_value *at)
{
	struct requirement q;
	struct err inner = { 0 };
	if (!requirement_parse(w->a, text, &q, &inner)) {
		if (at) return source_bad_field(w, at, "%s", inner.what);
		return err_set(w->e, ERR_FORMAT, "project-field", "the project `" STR_FMT "` has a requirement that cannot be read: %s",
		               STR_ARG(w->tree->where), inner.what);
	}
	str_list_add_new(w->a, &w->facts.requires_dist, requirement_line(w, &q, extra));
	return true;
}

static bool read_requirements(struct source_work *w, const struct toml_value *list, str extra)
{
	for (size_t i = 0; list && i < list->u.array.n; i++) {
		const struct toml_value *v = list->u.array.p[i];
		if (!want_type(w, v, TOML_STRING, "dependencies") || !source_add_requirement(w, v->u.string, extra, v)) return false;
	}
	return true;
}

static bool read_dependencies(struct source_work *w)
{
	const struct toml_value *list, *extras;
	if (!get(w, w->project, "dependencies", TOML_ARRAY, &list) || !read_requirements(w, list, (str){ 0 })) return false;
	if (!get(w, w->project, "optional-dependencies", TOML_TABLE, &extras)) return false;
	for (size_t i = 0; extras && i < extras->u.table.n; i++) {
		const struct toml_member *m = &extras->u.table.p[i];
		str extra = name_normalize(w->a, m->key);
		if (!name_valid(m->key)) return source_bad_field(w, m->value, "`" STR_FMT "` is no name of an extra", STR_ARG(m->key));
		if (!want_type(w, m->value, TOML_ARRAY, "optional-dependencies")) return false;
		if (!str_list_add_new(w->a, &w->facts.provides_extra, extra))
			return source_bad_field(w, m->value, "the extra `" STR_FMT "` is there twice", STR_ARG(extra));
		if (!read_requirements(w, m->value, extra)) return false;
	}
	return true;
}

/* --- readme --- */

static str readme_type(str path)
{
	str lower = path;
	if (str_ends(lower, S(".md")) || str_ends(lower, S(".MD"))) return S("text/markdown");
	if (str_ends(lower, S(".rst")) || str_ends(lower, S(".RST"))) return S("text/x-rst");
	return S("text/plain");
}

bool source_readme(struct source_work *w, str path, str type)
{
	if (!source_text(w, path, &w->facts.description)) return false;
	w->facts.description_type = type.n ? type : readme_type(path);
	return true;
}

static bool read_readme(struct source_work *w)
{
	const struct toml_value *v = toml_get(w->project, S("readme"));
	str file = { 0 }, text = { 0 }, type = { 0 };
	if (!v) return true;
	if (v->type == TOML_STRING) return source_readme(w, v->u.string, (str){ 0 }) || toml_where(w->e, &w->pyproject, v->offset);
	if (!want_type(w, v, TOML_TABLE, "readme") || !get_text(w, v, "file", &file) || !get_text(w, v, "text", &text) ||
	    !get_text(w, v, "content-type", &type))
		return false;
	if (type.n == 0) return source_bad_field(w, v, "`readme` as a table has a content-type");
	if (file.n) return source_readme(w, file, type) || toml_where(w->e, &w->pyproject, v->offset);
	w->facts.description = text;
	w->facts.description_type = type;
	return true;
}

/* --- licences --- */

/* PEP 639: letters, digits, "_-.", "*?[]/"; no "..", no leading "/". */
static bool glob_is_valid(str glob)
{
	if (glob.n == 0 || glob.n > GLOB_MAX || glob.p[0] == '/') return false;
	for (size_t i = 0; i < glob.n; i++)
		if (!ascii_alnum(glob.p[i]) && str_chr(S("_-.*?[]/ +"), glob.p[i]) == STR_NONE) return false;
	return !str_contains(glob, S(".."));
}

bool source_license_glob(struct source_work *w, str glob, bool must)
{
	bool found = false;
	if (!glob_is_valid(glob)) {
		err_set(w->e, ERR_FORMAT, "bad-glob", "`" STR_FMT "` is no pattern for licence files", STR_ARG(glob));
		if (!must) err_where(w->e, STR_FMT, STR_ARG(w->tree->where)); /* else who calls knows better */
		return err_help(w->e, "patterns are relative, have no `..`, and use `*`, `?`, `[...]` and `**` (PEP 639)");
	}
	/* Without a slash the top alone is meant, where glob_match would look everywhere. */
	bool top = str_chr(glob, '/') == STR_NONE;
	for (size_t i = 0; i < w->tree->n; i++) {
		const struct source_entry *entry = &w->tree->entries[i];
		if (entry->folder || (top && str_chr(entry->path, '/') != STR_NONE) || !glob_match(glob, entry->path)) continue;
		found = true;
		str_list_add_new(w->a, &w->facts.license_files, entry->path);
	}
	str_list_sort(&w->facts.license_files);
	if (found || !must) return true;
	err_set(w->e, ERR_FORMAT, "missing-file", "no file matches the licence pattern `" STR_FMT "`", STR_ARG(glob));
	return err_help(w->e, "add the licence, or correct `license-files`");
}

static bool read_license(struct source_work *w)
{
	const struct toml_value *v = toml_get(w->project, S("license")), *files = toml_get(w->project, S("license-files"));
	str file = { 0 };
	if (v && v->type == TOML_STRING) w->facts.license_expression = v->u.string;
	if (v && v->type != TOML_STRING) {
		if (!want_type(w, v, TOML_TABLE, "license") || !get_text(w, v, "text", &w->facts.license_text) ||
		    !get_text(w, v, "file", &file))
			return false;
		if (file.n && !source_text(w, file, &w->facts.license_text)) return toml_where(w->e, &w->pyproject, v->offset);
	}
	if (!files) return true;
	w->facts.license_files_given = true;
	if (!want_type(w, files, TOML_ARRAY, "license-files")) return false;
	for (size_t i = 0; i < files->u.array.n; i++) {
		if (!want_type(w, files->u.array.p[i], TOML_STRING, "license-files")) return false;
		if (!source_license_glob(w, files->u.array.p[i]->u.string, true))
			return toml_where(w->e, &w->pyproject, files->u.array.p[i]->offset);
	}
	return true;
}

/* --- people, addresses, entry points --- */

static bool read_people(struct source_work *w, const char *key, bool authors)
{
	const struct toml_value *list;
	if (!get(w, w->project, key, TOML_ARRAY, &list)) return false;
	for (size_t i = 0; list && i < list->u.array.n; i++) {
		struct source_person person = { 0 };
		const struct toml_value *v = list->u.array.p[i];
		if (!want_type(w, v, TOML_TABLE, key) || !get_text(w, v, "name", &person.name) ||
		    !get_text(w, v, "email", &person.email))
			return false;
		if (authors)
			*vec_push(w->a, &w->facts.authors) = person;
		else
			*vec_push(w->a, &w->facts.maintainers) = person;
	}
	return true;
}

static bool read_urls(struct source_work *w)
{
	const struct toml_value *urls;
	if (!get(w, w->project, "urls", TOML_TABLE, &urls)) return false;
	for (size_t i = 0; urls && i < urls->u.table.n; i++) {
		const struct toml_member *m = &urls->u.table.p[i];
		if (!want_type(w, m->value, TOML_STRING, "urls")) return false;
		*vec_push(w->a, &w->facts.urls) = arena_fmt(w->a, STR_FMT ", " STR_FMT, STR_ARG(m->key), STR_ARG(m->value->u.string));
	}
	return true;
}

static bool read_group(struct source_work *w, const struct toml_value *table, str group)
{
	for (size_t i = 0; table && i < table->u.table.n; i++) {
		const struct toml_member *m = &table->u.table.p[i];
		if (!want_type(w, m->value, TOML_STRING, "entry points")) return false;
		*vec_push(w->a, &w->facts.entry_points) = (struct source_entry_point){ group, m->key, m->value->u.string };
	}
	return true;
}

static bool read_entry_points(struct source_work *w)
{
	const struct toml_value *scripts, *gui, *groups;
	if (!get(w, w->project, "scripts", TOML_TABLE, &scripts) || !get(w, w->project, "gui-scripts", TOML_TABLE, &gui) ||
	    !get(w, w->project, "entry-points", TOML_TABLE, &groups))
		return false;
	if (!read_group(w, scripts, S("console_scripts")) || !read_group(w, gui, S("gui_scripts"))) return false;
	for (size_t i = 0; groups && i < groups->u.table.n; i++) {
		const struct toml_member *m = &groups->u.table.p[i];
		if (str_eq(m->key, S("console_scripts")) || str_eq(m->key, S("gui_scripts")))
			return source_bad_field(w, m->value, "the group `" STR_FMT "` has a table of its own: [project.scripts]",
			                        STR_ARG(m->key));
		if (!want_type(w, m->value, TOML_TABLE, "entry-points") || !read_group(w, m->value, m->key)) return false;
	}
	return true;
}

bool source_sort_requires_python(struct source_work *w)
{
	struct specifier_set set, one;
	struct str_list clauses = { 0 };
	struct err inner = { 0 };
	str rest = w->facts.requires_python, clause, text = { 0 };
	const struct toml_value *at = w->project ? toml_get(w->project, S("requires-python")) : NULL;
	if (!rest.n) return true;
	if (!specifier_parse(w->a, rest, &set, &inner)) {
		if (at) return source_bad_field(w, at, "`requires-python`: %s", inner.what);
		err_set(w->e, ERR_FORMAT, "project-field", "`python_requires`: %s", inner.what);
		return err_where(w->e, STR_FMT, STR_ARG(w->tree->where));
	}
	while (rest.n) {
		if (!str_cut(rest, ',', &clause, &rest)) rest = (str){ 0 };
		if (str_trim(clause).n && specifier_parse(w->a, clause, &one, NULL))
			str_list_add_new(w->a, &clauses, specifier_text(w->a, &one));
	}
	str_list_sort(&clauses);
	for (size_t i = 0; i < clauses.n; i++)
		text = arena_fmt(w->a, i ? STR_FMT "," STR_FMT : STR_FMT STR_FMT, STR_ARG(text), STR_ARG(clauses.p[i]));
	w->facts.requires_python = text;
	return true;
}

/* --- all of it --- */

static bool read_name_and_version(struct source_work *w)
{
	const struct toml_value *v;
	struct version version;
	struct err inner = { 0 };
	if (!get_text(w, w->project, "name", &w->facts.name)) return false;
	if (w->facts.name.n && !name_valid(w->facts.name))
		return source_bad_field(w, toml_get(w->project, S("name")), "`" STR_FMT "` is no name of a project",
		                        STR_ARG(w->facts.name));
	if (!get(w, w->project, "version", TOML_STRING, &v)) return false;
	if (!v) return true;
	if (!version_parse(w->a, v->u.string, &version, &inner)) return source_bad_field(w, v, "`version`: %s", inner.what);
	w->facts.version = version_normal(w->a, &version);
	return true;
}

bool source_facts_read(struct source_work *w)
{
	struct source_facts *f = &w->facts;
	if (!w->project) return true;
	return get_texts(w, w->project, "dynamic", &f->dynamic) && read_name_and_version(w) &&
	       get_text(w, w->project, "description", &f->summary) &&
	       get_text(w, w->project, "requires-python", &f->requires_python) &&
	       get_texts(w, w->project, "keywords", &f->keywords) && get_texts(w, w->project, "classifiers", &f->classifiers) &&
	       read_people(w, "authors", true) && read_people(w, "maintainers", false) && read_urls(w) && read_entry_points(w) &&
	       read_dependencies(w) && (w->metadata_only || (read_readme(w) && read_license(w)));
}
