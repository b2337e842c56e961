/* source_setuptools_toml.c: [tool.setuptools].
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/name.h"
#include "python/source_setuptools.h"

static bool bad(struct setuptools *s, const struct toml_value *at, const char *what, const char *help)
{
	source_bad_field(s->w, at, "%s", what);
	return err_help(s->w->e, "%s", help);
}

static bool texts(struct setuptools *s, const struct toml_value *list, const char *key, struct str_list *out)
{
	if (list->type != TOML_ARRAY) {
		source_bad_field(s->w, list, "`%s` is a list of texts, not %s", key, toml_type_name(list->type));
		return err_help(s->w->e, "write %s = [\"...\"]", key);
	}
	for (size_t i = 0; i < list->u.array.n; i++) {
		if (list->u.array.p[i]->type != TOML_STRING) return bad(s, list->u.array.p[i], "this is no text", "write it in quotes");
		*vec_push(s->a, out) = list->u.array.p[i]->u.string;
	}
	return true;
}

/* --- keys --- */

static bool take_find(struct setuptools *s, const struct toml_value *v)
{
	struct package_finder *f = &s->find;
	*f = (struct package_finder){ .used = true, .namespaces = true };
	for (size_t i = 0; i < v->u.table.n; i++) {
		const struct toml_member *m = &v->u.table.p[i];
		if (str_eq(m->key, S("namespaces")) && m->value->type == TOML_BOOL) {
			f->namespaces = m->value->u.boolean;
			continue;
		}
		struct str_list *out = str_eq(m->key, S("where"))     ? &f->where
		                       : str_eq(m->key, S("include")) ? &f->include
		                       : str_eq(m->key, S("exclude")) ? &f->exclude
		                                                      : NULL;
		if (!out) return bad(s, m->value, "packages.find has where, include, exclude and namespaces", "take the other key out");
		if (!texts(s, m->value, "packages.find", out)) return false;
	}
	return true;
}

static bool take_packages(struct setuptools *s, const struct toml_value *v)
{
	const struct toml_value *find = v->type == TOML_TABLE ? toml_get(v, S("find")) : NULL;
	s->packages = (struct str_list){ 0 };
	s->find = (struct package_finder){ 0 };
	if (find && find->type == TOML_TABLE && v->u.table.n == 1) return take_find(s, find);
	if (v->type == TOML_TABLE) return bad(s, v, "`packages` is a list or a table `find`", "write packages = [\"NAME\"]");
	s->packages_given = true;
	return texts(s, v, "packages", &s->packages);
}

static bool take_modules(struct setuptools *s, const struct toml_value *v)
{
	s->modules = (struct str_list){ 0 };
	s->modules_given = true;
	return texts(s, v, "py-modules", &s->modules);
}

/* What setup.cfg says of the same package stays. */
static bool take_folders(struct setuptools *s, const struct toml_value *v)
{
	if (v->type != TOML_TABLE) return bad(s, v, "`package-dir` is a table", "write package-dir = { \"\" = \"src\" }");
	for (size_t i = 0; i < v->u.table.n; i++) {
		const struct toml_member *m = &v->u.table.p[i];
		if (m->value->type != TOML_STRING) return bad(s, m->value, "a folder is a text", "write it in quotes");
		setuptools_set_folder(s, m->key, m->value->u.string, false);
	}
	return true;
}

static bool take_patterns(struct setuptools *s, const struct toml_value *v, bool data)
{
	if (v->type != TOML_TABLE) return bad(s, v, "this is a table of packages", "write NAME = [\"*.txt\"]");
	if (data)
		s->data.n = 0;
	else
		s->no_data.n = 0;
	for (size_t i = 0; i < v->u.table.n; i++) {
		const struct toml_member *m = &v->u.table.p[i];
		struct package_patterns one = { .package = str_eq(m->key, S("*")) ? S("") : m->key };
		if (!texts(s, m->value, "package-data", &one.patterns)) return false;
		if (data)
			*vec_push(s->a, &s->data) = one;
		else
			*vec_push(s->a, &s->no_data) = one;
	}
	return true;
}

static bool take_data(struct setuptools *s, const struct toml_value *v) { return take_patterns(s, v, true); }
static bool take_no_data(struct setuptools *s, const struct toml_value *v) { return take_patterns(s, v, false); }

static bool take_include(struct setuptools *s, const struct toml_value *v)
{
	if (v->type != TOML_BOOL) return bad(s, v, "`include-package-data` is true or false", "write it without quotes");
	s->include_data = v->u.boolean ? INCLUDE_YES : INCLUDE_NO;
	return true;
}

static bool take_zip_safe(struct setuptools *s, const struct toml_value *v)
{
	s->zip_safe = v->type == TOML_BOOL && v->u.boolean;
	return true;
}

static bool take_licenses(struct setuptools *s, const struct toml_value *v)
{
	s->license_patterns = (struct str_list){ 0 };
	s->license_patterns_given = true;
	return texts(s, v, "license-files", &s->license_patterns);
}

static bool take_platforms(struct setuptools *s, const struct toml_value *v)
{
	s->w->facts.platforms = (struct str_list){ 0 };
	return texts(s, v, "platforms", &s->w->facts.platforms);
}

static bool take_later(struct setuptools *s, const struct toml_value *v)
{
	(void)s;
	(void)v;
	return true;
}

static const struct {
	const char *key;
	bool (*take)(struct setuptools *s, const struct toml_value *v);
	const char *refused;
} keys[] = {
	{ "packages", take_packages, NULL },
	{ "py-modules", take_modules, NULL },
	{ "package-dir", take_folders, NULL },
	{ "package-data", take_data, NULL },
	{ "exclude-package-data", take_no_data, NULL },
	{ "include-package-data", take_include, NULL },
	{ "zip-safe", take_zip_safe, NULL },
	{ "license-files", take_licenses, NULL },
	{ "platforms", take_platforms, NULL },
	{ "dynamic", take_later, NULL },
	{ "ext-modules", NULL, "it compiles C" },
	{ "cmdclass", NULL, "it replaces commands of setuptools with its own" },
	{ "script-files", NULL, "it installs scripts that the build rewrites" },
	{ "data-files", NULL, "it installs files outside of its packages" },
	{ "namespace-packages", NULL, "setuptools no longer takes it" },
	{ "provides", NULL, "it sets a field of old metadata" },
	{ "obsoletes", NULL, "it sets a field of old metadata" },
	{ "eager-resources", NULL, "it lists eager resources" },
	{ "dependency-links", NULL, "it sets a field of old metadata" },
};

static bool empty(const struct toml_value *v)
{
	return (v->type == TOML_ARRAY && !v->u.array.n) || (v->type == TOML_TABLE && !v->u.table.n);
}

bool setuptools_read_toml(struct setuptools *s)
{
	const struct toml_value *table = s->w->has_pyproject ? toml_at(s->w->pyproject.root, "tool.setuptools") : NULL;
	const struct toml_value *commands = s->w->has_pyproject ? toml_at(s->w->pyproject.root, "tool.distutils") : NULL;
	s->declarative = s->w->project || (table && table->type == TOML_TABLE && table->u.table.n);
	if (commands) return source_refuse(s->w, "[tool.distutils] changes commands of setuptools");
	if (!table) return true;
	if (table->type != TOML_TABLE)
		return bad(s, table, "`tool.setuptools` is a table", "write [tool.setuptools] above its keys");
	if (table->u.table.n && !s->w->project)
		return bad(s, table, "[tool.setuptools] stands without a [project] table, which setuptools refuses",
		           "add [project] with name and version, or say it in setup.cfg");
	for (size_t i = 0; i < table->u.table.n; i++) {
		const struct toml_member *m = &table->u.table.p[i];
		size_t j = 0, n = sizeof keys / sizeof *keys;
		while (j < n && !str_eq(m->key, str_from(keys[j].key))) j++;
		if (j == n) {
			err_set(s->w->e, ERR_FORMAT, "project-field", "[tool.setuptools] has no `" STR_FMT "`",
			        STR_ARG(str_slice(m->key, 0, 100)));
			toml_where(s->w->e, &s->w->pyproject, m->key_offset);
			return err_help(s->w->e, "correct the key, or take it out");
		}
		if (keys[j].refused) {
			if (empty(m->value)) continue;
			return source_refuse(s->w, "[tool.setuptools] has %s: %s", keys[j].key, keys[j].refused);
		}
		if (!keys[j].take(s, m->value)) return false;
	}
	return true;
}

/* --- dynamic --- */

/* { file = ... } or { attr = ... } of a field; *found is false when [tool.setuptools.dynamic] does not have the field. */
static bool directive(struct setuptools *s, const struct toml_value *v, str *text)
{
	const struct toml_value *file = v->type == TOML_TABLE ? toml_get(v, S("file")) : NULL;
	const struct toml_value *attribute = v->type == TOML_TABLE ? toml_get(v, S("attr")) : NULL;
	struct str_list paths = { 0 };
	if (file && file->type == TOML_STRING) {
		*vec_push(s->a, &paths) = file->u.string;
		return setuptools_files(s, &paths, text);
	}
	if (file) return texts(s, file, "file", &paths) && setuptools_files(s, &paths, text);
	if (attribute && attribute->type == TOML_STRING) return setuptools_attribute(s, attribute->u.string, text);
	return bad(s, v, "a dynamic field comes from a file or an attribute",
	           "write { file = \"NAME\" } or { attr = \"MODULE.NAME\" }");
}

static void take_lines(struct setuptools *s, str text, struct str_list *out)
{
	str line;
	while (str_line(&text, &line))
		if (line.n) *vec_push(s->a, out) = line;
}

bool setuptools_requirement_lines(struct setuptools *s, str text, str extra)
{
	str line, joined = S("");
	while (str_line(&text, &line)) {
		line = str_trim(line);
		if (str_starts(line, S("#")) || (!line.n && !joined.n)) continue;
		line = str_trim(str_slice(line, 0, str_find(line, S(" #"))));
		bool more = str_ends(line, S("\\"));
		if (more) line = str_trim(str_slice(line, 0, line.n - 1));
		if (joined.n) line = arena_fmt(s->a, STR_FMT " " STR_FMT, STR_ARG(joined), STR_ARG(line));
		joined = more ? line : S("");
		if (!more && line.n && !source_add_requirement(s->w, line, extra, NULL)) return false;
	}
	return true;
}

static bool dynamic_extras(struct setuptools *s, const struct toml_value *v)
{
	if (v->type != TOML_TABLE) return bad(s, v, "`optional-dependencies` is a table", "write NAME = { file = \"...\" }");
	for (size_t i = 0; i < v->u.table.n; i++) {
		const struct toml_member *m = &v->u.table.p[i];
		str text = { 0 }, extra = name_normalize(s->a, m->key);
		if (!directive(s, m->value, &text)) return false;
		str_list_add_new(s->a, &s->w->facts.provides_extra, extra);
		if (!setuptools_requirement_lines(s, text, extra)) return false;
	}
	return true;
}

static bool dynamic_field(struct setuptools *s, str field, const struct toml_value *v)
{
	struct source_facts *f = &s->w->facts;
	const struct toml_value *type = v->type == TOML_TABLE ? toml_get(v, S("content-type")) : NULL;
	str text = { 0 };
	if (str_eq(field, S("optional-dependencies"))) return dynamic_extras(s, v);
	if (!directive(s, v, &text)) return false;
	if (str_eq(field, S("version"))) {
		if (!setuptools_version(s, text, "[tool.setuptools.dynamic]")) return false;
		f->version = s->said.version;
	} else if (str_eq(field, S("readme"))) {
		f->description = text;
		f->description_type = type && type->type == TOML_STRING ? type->u.string : S("text/x-rst");
	} else if (str_eq(field, S("description"))) {
		str whole = str_trim(text);
		str_line(&whole, &f->summary);
	} else if (str_eq(field, S("classifiers"))) {
		take_lines(s, text, &f->classifiers);
	} else if (str_eq(field, S("dependencies"))) {
		return setuptools_requirement_lines(s, text, S(""));
	} else if (str_eq(field, S("entry-points"))) {
		s->said.entry_points.n = 0;
		setuptools_entry_points(s, text, S(""));
		for (size_t i = 0; i < s->said.entry_points.n; i++) *vec_push(s->a, &f->entry_points) = s->said.entry_points.p[i];
		s->said.entry_points.n = 0;
	} else {
		return source_refuse(s->w, "[tool.setuptools.dynamic] sets `" STR_FMT "`", STR_ARG(field));
	}
	return true;
}

bool setuptools_dynamic(struct setuptools *s)
{
	const struct toml_value *table = s->w->has_pyproject ? toml_at(s->w->pyproject.root, "tool.setuptools.dynamic") : NULL;
	if (!s->w->project || !table || table->type != TOML_TABLE) return true;
	for (size_t i = 0; i < table->u.table.n; i++) {
		const struct toml_member *m = &table->u.table.p[i];
		bool scripts = str_eq(m->key, S("entry-points")) &&
		               (source_is_dynamic(s->w, S("scripts")) || source_is_dynamic(s->w, S("gui-scripts")));
		if ((source_is_dynamic(s->w, m->key) || scripts) && !dynamic_field(s, m->key, m->value)) return false;
	}
	return true;
}
