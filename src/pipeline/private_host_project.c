/* private_host_project.c: what pyproject.toml says to whoever builds the project (PEP 517, 518).
 * SPDX-License-Identifier: Apache-2.0 */
#include "format/toml.h"
#include "pipeline/private_host_parts.h"
#include "python/name.h"
#include "python/requirement.h"
#include "python/version.h"

/* Without a table, or without a backend in it: as the PEPs have it, and pip does it. */
#define LEGACY_BACKEND  S("setuptools.build_meta:__legacy__")
#define LEGACY_REQUIRES S("setuptools>=40.8.0")

static bool bad(struct host_build *b, const struct toml_document *d, const char *key, const char *what, str value)
{
	const struct toml_value *v = toml_at(d->root, key);
	err_set(b->e, ERR_FORMAT, "project-field", "%s: `" STR_FMT "` %s", key, STR_ARG(value), what);
	return toml_where(b->e, d, v ? v->offset : 0);
}

static bool is_dotted_name(str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (!ascii_alnum(s.p[i]) && c != '_' && c != '.' && c < 0x80) return false;
	}
	return s.n > 0;
}

static bool check_backend(struct host_build *b, const struct toml_document *d)
{
	str module, object;
	bool has_object = str_cut(b->backend, ':', &module, &object);
	if (is_dotted_name(module) && (!has_object || is_dotted_name(object))) return true;
	return bad(b, d, "build-system.build-backend", "is no `module` or `module:object`", b->backend);
}

static bool check_path(struct host_build *b, const struct toml_document *d)
{
	for (size_t i = 0; i < b->path.n; i++) {
		str clean = path_clean(b->a, b->path.p[i]);
		bool out = path_is_absolute(clean) || str_eq(clean, S("..")) || str_starts(clean, S("../"));
		if (out) return bad(b, d, "build-system.backend-path", "leads out of the project", b->path.p[i]);
		b->path.p[i] = clean;
	}
	return true;
}

static bool check_requires(struct host_build *b, const struct toml_document *d)
{
	for (size_t i = 0; i < b->requires.n; i++) {
		struct requirement r;
		struct err why = { 0 };
		if (!requirement_parse(b->a, b->requires.p[i], &r, &why))
			return bad(b, d, "build-system.requires", "is no requirement", b->requires.p[i]) || err_why(b->e, "%s", why.what);
	}
	return true;
}

static void find_lines(struct host_build *b, const struct toml_document *d, const struct toml_value *list)
{
	uint32_t *lines = arena_array(b->a, uint32_t, b->requires.n);
	uint32_t column;
	if (!list || list->u.array.n != b->requires.n) return;
	for (size_t i = 0; i < b->requires.n; i++) toml_line_column(d->text, list->u.array.p[i]->offset, &lines[i], &column);
	b->lines = lines;
}

static bool read_build_system(struct host_build *b, const struct toml_document *d)
{
	const struct toml_value *table;
	if (!toml_want_table(d, d->root, "build-system", &table, b->e)) return false;
	if (!table || !toml_get(table, S("requires"))) *vec_push(b->a, &b->requires) = LEGACY_REQUIRES;
	if (table && (!toml_want_strings(b->a, d, table, "requires", false, &b->requires, b->e) ||
	              !toml_want_string(d, table, "build-backend", &b->backend, b->e) ||
	              !toml_want_strings(b->a, d, table, "backend-path", false, &b->path, b->e)))
		return false;
	find_lines(b, d, table ? toml_get(table, S("requires")) : NULL);
	if (b->backend.n == 0) b->backend = LEGACY_BACKEND;
	return check_backend(b, d) && check_path(b, d) && check_requires(b, d);
}

static bool read_uv(struct host_build *b, const struct toml_document *d)
{
	const struct toml_value *uv = toml_at(d->root, "tool.uv");
	if (!uv || uv->type != TOML_TABLE) return true;
	return toml_want_strings(b->a, d, uv, "build-constraint-dependencies", false, &b->constraints, b->e);
}

/* What is dynamic is not known before the build. */
static bool read_project(struct host_build *b, const struct toml_document *d)
{
	const struct toml_value *table;
	struct version v;
	if (!toml_want_table(d, d->root, "project", &table, b->e)) return false;
	if (!table) return true;
	if (!toml_want_string(d, table, "name", &b->name, b->e) || !toml_want_string(d, table, "version", &b->version, b->e))
		return false;
	if (b->version.n && version_parse(b->a, b->version, &v, NULL)) b->version = version_normal(b->a, &v);
	return true;
}

bool host_project_read(struct host_build *b)
{
	str text = { 0 };
	struct toml_document d;
	if (source_tree_find(&b->tree->tree, S("pyproject.toml")) &&
	    !b->tree->tree.read(b->tree->tree.context, b->a, S("pyproject.toml"), &text, b->e))
		return false;
	if (!toml_parse(b->a, text, path_join(b->a, b->tree->tree.where, S("pyproject.toml")), &d, b->e)) return false;
	if (!read_build_system(b, &d) || !read_project(b, &d) || !read_uv(b, &d)) return false;
	b->called = b->name.n ? b->name : b->tree->tree.where;
	return true;
}
