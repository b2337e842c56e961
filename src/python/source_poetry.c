/* source_poetry.c: poetry-core: names, texts, people, addresses, licences and entry points.
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/source_poetry.h"

const struct toml_value *poetry_option(const struct poetry *p, const char *key)
{
	return p->tool ? toml_get(p->tool, str_from(key)) : NULL;
}

static const struct toml_value *project_field(const struct source_work *w, const char *key)
{
	return w->project ? toml_get(w->project, str_from(key)) : NULL;
}

static bool text_option(struct source_work *w, const struct poetry *p, const char *key, str *out)
{
	return !p->tool || toml_want_string(&w->pyproject, p->tool, key, out, w->e);
}

static bool list_option(struct source_work *w, const struct poetry *p, const char *key, struct str_list *out)
{
	return !p->tool || toml_want_strings(w->a, &w->pyproject, p->tool, key, true, out, w->e);
}

/* --- what poetry-core does not do without code --- */

static bool refuse_code(struct source_work *w, const struct poetry *p)
{
	const struct toml_value *build = poetry_option(p, "build");
	bool package = true;
	if (p->tool && !toml_want_bool(&w->pyproject, p->tool, "package-mode", &package, w->e)) return false;
	if (!package) return source_refuse(w, "package-mode = false says that it is no package");
	if (build && build->type == TOML_TABLE && !toml_get(build, S("script"))) build = NULL;
	return !build || source_refuse(w, "[tool.poetry] has a build script, which runs while building");
}

/* --- name and version --- */

static bool read_name(struct source_work *w, const struct poetry *p)
{
	struct version version;
	str text = { 0 };
	if (!w->facts.name.n && !text_option(w, p, "name", &w->facts.name)) return false;
	if (w->facts.version.n) return true;
	if (!text_option(w, p, "version", &text)) return false;
	if (!text.n) return true; /* told by the caller */
	if (!version_parse(w->a, text, &version, w->e)) return toml_where(w->e, &w->pyproject, poetry_option(p, "version")->offset);
	w->facts.version = version_normal(w->a, &version);
	return true;
}

/* --- people --- */

/* "Name <mail>": the first of the list alone, as Author and Author-email. */
static bool read_people(struct source_work *w, const struct poetry *p, const char *key, bool authors)
{
	struct str_list list = { 0 };
	struct source_person first = { 0 };
	bool given = authors ? w->facts.authors.n > 0 : w->facts.maintainers.n > 0;
	if (!given && !list_option(w, p, key, &list)) return false;
	if (given) {
		first = authors ? w->facts.authors.p[0] : w->facts.maintainers.p[0];
		w->facts.authors.n = authors ? 0 : w->facts.authors.n;
		w->facts.maintainers.n = authors ? w->facts.maintainers.n : 0;
	} else if (list.n) {
		size_t open = str_find(list.p[0], S(" <"));
		first.name = str_slice(list.p[0], 0, open);
		if (open != STR_NONE) first.email = str_slice(list.p[0], open + 2, list.p[0].n - 1);
		if (open != STR_NONE && !str_ends(list.p[0], S(">")))
			return source_bad_field(w, poetry_option(p, key), "people are written as: Name <mail@example.com>");
	}
	struct source_person one[] = { { .name = first.name }, { .email = first.email } };
	for (size_t i = 0; i < 2; i++) {
		if (!one[i].name.n && !one[i].email.n) continue;
		if (authors)
			*vec_push(w->a, &w->facts.authors) = one[i];
		else
			*vec_push(w->a, &w->facts.maintainers) = one[i];
	}
	return true;
}

/* --- addresses --- */

/* [project.urls]: three labels have Poetry's spelling. */
static void respell_labels(struct source_work *w)
{
	static const char *const labels[] = { "Homepage", "Repository", "Documentation" };
	for (size_t i = 0; i < w->facts.urls.n; i++) {
		str label, url;
		if (!str_cut(w->facts.urls.p[i], ',', &label, &url)) continue;
		for (size_t k = 0; k < 3; k++)
			if (str_ieq(label, str_from(labels[k])))
				w->facts.urls.p[i] = arena_fmt(w->a, "%s," STR_FMT, labels[k], STR_ARG(url));
	}
}

static bool read_urls(struct source_work *w, const struct poetry *p)
{
	static const char *const keys[][2] = { { "homepage", "Homepage" },
		                                   { "repository", "Repository" },
		                                   { "documentation", "Documentation" } };
	const struct toml_value *urls = NULL;
	if (w->facts.urls.n) {
		respell_labels(w);
		return true;
	}
	if (p->tool && !toml_want_table(&w->pyproject, p->tool, "urls", &urls, w->e)) return false;
	for (size_t i = 0; i < 3; i++) {
		str url = { 0 };
		if (!text_option(w, p, keys[i][0], &url)) return false;
		if (url.n && !(urls && toml_get(urls, str_from(keys[i][1]))))
			*vec_push(w->a, &w->facts.urls) = arena_fmt(w->a, "%s, " STR_FMT, keys[i][1], STR_ARG(url));
	}
	for (size_t i = 0; urls && i < urls->u.table.n; i++) {
		const struct toml_member *m = &urls->u.table.p[i];
		if (m->value->type != TOML_STRING) return source_bad_field(w, m->value, "an address is a string");
		*vec_push(w->a, &w->facts.urls) = arena_fmt(w->a, STR_FMT ", " STR_FMT, STR_ARG(m->key), STR_ARG(m->value->u.string));
	}
	return true;
}

/* --- readme --- */

static str readme_type(str path)
{
	if (str_ends(path, S(".rst"))) return S("text/x-rst");
	return str_ends(path, S(".md")) || str_ends(path, S(".markdown")) ? S("text/markdown") : S("text/plain");
}

static bool read_readme(struct source_work *w, const struct poetry *p)
{
	const struct toml_value *own = project_field(w, "readme");
	struct str_list files = { 0 };
	if (own) {
		if (own->type == TOML_STRING) w->facts.description_type = readme_type(own->u.string);
		return true;
	}
	if (!list_option(w, p, "readme", &files)) return false;
	for (size_t i = 0; i < files.n; i++) {
		str before = w->facts.description, text;
		if (!files.p[i].n) continue;
		if (!source_text(w, str_starts(files.p[i], S("./")) ? str_from_pos(files.p[i], 2) : files.p[i], &text)) return false;
		w->facts.description = i ? arena_fmt(w->a, STR_FMT "\n" STR_FMT, STR_ARG(before), STR_ARG(text)) : text;
		if (!i) w->facts.description_type = readme_type(files.p[i]);
	}
	return true;
}

/* --- licences --- */

static const struct {
	const char *id, *classifier;
} licences[] = {
	{ "MIT", "OSI Approved :: MIT License" },
	{ "MIT-0", "OSI Approved" },
	{ "Apache-2.0", "OSI Approved :: Apache Software License" },
	{ "Apache-1.1", "OSI Approved :: Apache Software License" },
	{ "BSD-2-Clause", "OSI Approved :: BSD License" },
	{ "BSD-3-Clause", "OSI Approved :: BSD License" },
	{ "0BSD", "OSI Approved" },
	{ "ISC", "OSI Approved" },
	{ "GPL-2.0", "OSI Approved :: GNU General Public License v2 (GPLv2)" },
	{ "GPL-2.0+", "OSI Approved :: GNU General Public License v2 or later (GPLv2+)" },
	{ "GPL-2.0-only", "OSI Approved :: GNU General Public License v2 (GPLv2)" },
	{ "GPL-2.0-or-later", "OSI Approved :: GNU General Public License v2 or later (GPLv2+)" },
	{ "GPL-3.0", "OSI Approved :: GNU General Public License v3 (GPLv3)" },
	{ "GPL-3.0+", "OSI Approved :: GNU General Public License v3 or later (GPLv3+)" },
	{ "GPL-3.0-only", "OSI Approved :: GNU General Public License v3 (GPLv3)" },
	{ "GPL-3.0-or-later", "OSI Approved :: GNU General Public License v3 or later (GPLv3+)" },
	{ "LGPL-2.0", "OSI Approved :: GNU Lesser General Public License v2 (LGPLv2)" },
	{ "LGPL-2.0-only", "OSI Approved :: GNU Lesser General Public License v2 (LGPLv2)" },
	{ "LGPL-2.0-or-later", "OSI Approved :: GNU Lesser General Public License v2 or later (LGPLv2+)" },
	{ "LGPL-2.1", "OSI Approved" },
	{ "LGPL-2.1-only", "OSI Approved" },
	{ "LGPL-2.1-or-later", "OSI Approved" },
	{ "LGPL-3.0", "OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)" },
	{ "LGPL-3.0+", "OSI Approved :: GNU Lesser General Public License v3 or later (LGPLv3+)" },
	{ "LGPL-3.0-only", "OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)" },
	{ "LGPL-3.0-or-later", "OSI Approved :: GNU Lesser General Public License v3 or later (LGPLv3+)" },
	{ "AGPL-3.0", "OSI Approved :: GNU Affero General Public License v3" },
	{ "AGPL-3.0-only", "OSI Approved :: GNU Affero General Public License v3" },
	{ "AGPL-3.0-or-later", "OSI Approved :: GNU Affero General Public License v3 or later (AGPLv3+)" },
	{ "MPL-1.0", "OSI Approved :: Mozilla Public License 1.0 (MPL)" },
	{ "MPL-1.1", "OSI Approved :: Mozilla Public License 1.1 (MPL 1.1)" },
	{ "MPL-2.0", "OSI Approved" },
	{ "Unlicense", "OSI Approved" },
	{ "CC0-1.0", "CC0 1.0 Universal (CC0 1.0) Public Domain Dedication" },
	{ "CC-BY-4.0", "Other/Proprietary License" },
	{ "CC-BY-SA-4.0", "Other/Proprietary License" },
	{ "WTFPL", "Other/Proprietary License" },
	{ "Zlib", "OSI Approved" },
	{ "BSL-1.0", "OSI Approved :: Boost Software License 1.0 (BSL-1.0)" },
	{ "EPL-1.0", "OSI Approved :: Eclipse Public License 1.0 (EPL-1.0)" },
	{ "EPL-2.0", "OSI Approved :: Eclipse Public License 2.0 (EPL-2.0)" },
	{ "EUPL-1.1", "OSI Approved :: European Union Public Licence 1.1 (EUPL 1.1)" },
	{ "EUPL-1.2", "OSI Approved :: European Union Public Licence 1.2 (EUPL 1.2)" },
	{ "Artistic-1.0", "OSI Approved :: Artistic License" },
	{ "Artistic-2.0", "OSI Approved :: Artistic License" },
	{ "PSF-2.0", "Other/Proprietary License" },
	{ "Python-2.0", "OSI Approved" },
	{ "CDDL-1.0", "OSI Approved :: Common Development and Distribution License 1.0 (CDDL-1.0)" },
	{ "W3C", "OSI Approved :: W3C License" },
	{ "ZPL-2.1", "OSI Approved :: Zope Public License" },
	{ "Proprietary", "Other/Proprietary License" },
};

/* The name as SPDX has it, and the classifier that Poetry adds for it. */
static bool read_license(struct source_work *w, const struct poetry *p)
{
	str *text = &w->facts.license_text;
	str classifier = S("Other/Proprietary License");
	if (!w->facts.license_expression.n && !project_field(w, "license") && !text_option(w, p, "license", text)) return false;
	if (!text->n) return true;
	for (size_t i = 0; i < sizeof licences / sizeof *licences; i++) {
		if (!str_ieq(*text, str_from(licences[i].id))) continue;
		*text = str_from(licences[i].id);
		classifier = str_from(licences[i].classifier);
	}
	if (project_field(w, "classifiers")) return true;
	return str_list_add_new(w->a, &w->facts.classifiers, arena_join(w->a, S("License :: "), classifier)) || true;
}

static bool find_licences(struct source_work *w)
{
	static const char *const globs[] = { "COPYING*", "LICEN[SC]E*", "AUTHORS*", "NOTICE*", "LICENSES/**/*" };
	const struct toml_value *license = project_field(w, "license");
	const struct toml_value *file = license && license->type == TOML_TABLE ? toml_get(license, S("file")) : NULL;
	if (w->facts.license_files_given) return true;
	if (file && file->type == TOML_STRING) str_list_add_new(w->a, &w->facts.license_files, file->u.string);
	for (size_t i = 0; i < sizeof globs / sizeof *globs; i++)
		if (!source_license_glob(w, str_from(globs[i]), false)) return false;
	return true;
}

/* --- entry points --- */

static bool read_group(struct source_work *w, const struct toml_value *table, str group)
{
	for (size_t i = 0; i < table->u.table.n; i++) {
		const struct toml_member *m = &table->u.table.p[i];
		str type = S("console"), reference = { 0 };
		if (m->value->type == TOML_STRING)
			reference = m->value->u.string;
		else if (m->value->type != TOML_TABLE)
			return source_bad_field(w, m->value, "`" STR_FMT "` is a string or a table", STR_ARG(m->key));
		else if (!toml_want_string(&w->pyproject, m->value, "type", &type, w->e) ||
		         !toml_want_string(&w->pyproject, m->value, "reference", &reference, w->e))
			return false;
		if (reference.n && str_eq(type, S("console")))
			*vec_push(w->a, &w->facts.entry_points) = (struct source_entry_point){ group, m->key, reference };
	}
	return true;
}

static bool read_entry_points(struct source_work *w, const struct poetry *p)
{
	const struct toml_value *scripts = NULL, *plugins = NULL;
	if (!p->tool) return true;
	if (!toml_want_table(&w->pyproject, p->tool, "scripts", &scripts, w->e) ||
	    !toml_want_table(&w->pyproject, p->tool, "plugins", &plugins, w->e))
		return false;
	if (scripts && !project_field(w, "scripts") && !read_group(w, scripts, S("console_scripts"))) return false;
	for (size_t i = 0; plugins && !project_field(w, "entry-points") && i < plugins->u.table.n; i++) {
		const struct toml_member *m = &plugins->u.table.p[i];
		if (m->value->type != TOML_TABLE) return source_bad_field(w, m->value, "a group of plugins is a table");
		if (!read_group(w, m->value, m->key)) return false;
	}
	return true;
}

/* poetry-core writes "a=b:c[x]": no blanks at all. */
static void take_blanks_away(struct source_work *w)
{
	for (size_t i = 0; i < w->facts.entry_points.n; i++) {
		str value = w->facts.entry_points.p[i].value;
		char *p = arena_cstr(w->a, value);
		size_t n = 0;
		for (size_t k = 0; k < value.n; k++)
			if (value.p[k] != ' ') p[n++] = value.p[k];
		w->facts.entry_points.p[i].value = (str){ p, n };
	}
	w->facts.dense_entry_points = true;
	w->facts.spec_in_brackets = true;
}

/* --- all of it --- */

static bool read_python(struct source_work *w, struct poetry *p)
{
	const struct toml_value *table = p->tool ? poetry_option(p, "dependencies") : NULL, *at = NULL;
	bool own = w->facts.requires_python.n > 0;
	p->python = own ? w->facts.requires_python : S("*");
	for (size_t i = 0; table && table->type == TOML_TABLE && i < table->u.table.n; i++)
		if (str_ieq(table->u.table.p[i].key, S("python")) && table->u.table.p[i].value->type == TOML_STRING)
			at = table->u.table.p[i].value;
	if (at) p->python = at->u.string;
	if (!at || own) return true;
	return poetry_requires_python(w, p, at);
}

static bool read_texts(struct source_work *w, const struct poetry *p)
{
	struct source_facts *f = &w->facts;
	if (!f->summary.n && !text_option(w, p, "description", &f->summary)) return false;
	if (!f->keywords.n && !list_option(w, p, "keywords", &f->keywords)) return false;
	if (!f->classifiers.n && !list_option(w, p, "classifiers", &f->classifiers)) return false;
	const struct toml_value *own = project_field(w, "classifiers");
	return (own && own->u.array.n) || poetry_python_classifiers(w, p);
}

static bool plan_poetry(struct source_work *w)
{
	struct poetry p = { 0 };
	const struct toml_value *tool = NULL;
	if (!w->has_pyproject) return source_refuse(w, "it has no pyproject.toml");
	if (!toml_want_table(&w->pyproject, w->pyproject.root, "tool", &tool, w->e) ||
	    (tool && !toml_want_table(&w->pyproject, tool, "poetry", &p.tool, w->e)))
		return false;
	if (!read_name(w, &p) || !refuse_code(w, &p)) return false;
	if (w->facts.name.n == 0 || w->facts.version.n == 0) return true; /* told by the caller */
	if (!read_python(w, &p) || !poetry_read_needs(w, &p)) return false;
	if (w->metadata_only) return true;
	bool read = read_texts(w, &p) && read_people(w, &p, "authors", true) && read_people(w, &p, "maintainers", false) &&
	            read_urls(w, &p) && read_readme(w, &p) && read_license(w, &p) && find_licences(w) && read_entry_points(w, &p);
	if (!read) return false;
	take_blanks_away(w);
	return poetry_add_files(w, &p);
}

const struct source_backend source_poetry = { "poetry-core", plan_poetry };
