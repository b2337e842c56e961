/* source_wheel.c: which backend a project has, and its answer as a wheel.
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/source_wheel.h"

#include <stdlib.h>
#include <string.h>

#include "python/name.h"
#include "python/source_backend.h"

#define TEXT_MAX ((size_t)64 << 20)

/* --- what backends call --- */

void source_add_member(struct source_work *w, str to, str from)
{
	*vec_push(w->a, &w->members) = (struct source_member){ .to = to, .from = from };
}

void source_add_input(struct source_work *w, str path) { str_list_add_new(w->a, &w->inputs, path); }

static str called(const struct source_work *w) { return w->facts.name.n ? w->facts.name : w->tree->where; }

bool source_refuse(struct source_work *w, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	str reason = arena_vfmt(w->a, format, arguments);
	va_end(arguments);
	err_set(w->e, ERR_RESOLVE, "cannot-build", "`" STR_FMT "` cannot be built without running its own code",
	        STR_ARG(called(w)));
	err_where(w->e, STR_FMT, STR_ARG(w->tree->where));
	err_why(w->e, STR_FMT, STR_ARG(reason));
	/* pip takes a word without a slash as the name of a project of the index. */
	str where = w->tree->where;
	bool name = !str_starts(where, S("/")) && !str_starts(where, S("."));
	const char *quote = str_chr(where, ' ') == STR_NONE ? "" : "'";
	return err_help(w->e,
	                "build its wheel (`pip wheel --no-deps %s%s" STR_FMT
	                "%s`) and name that in place of the folder, in a requirements file: `./NAME-1.0-py3-none-any.whl`",
	                quote, name ? "./" : "", STR_ARG(where), quote);
}

bool source_bad_field(struct source_work *w, const struct toml_value *at, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	str text = arena_vfmt(w->a, format, arguments);
	va_end(arguments);
	err_set(w->e, ERR_FORMAT, "project-field", STR_FMT, STR_ARG(text));
	return toml_where(w->e, &w->pyproject, at->offset);
}

str source_escaped_name(struct arena *a, str name)
{
	str normal = name_normalize(a, name);
	char *p = arena_cstr(a, normal);
	for (size_t i = 0; i < normal.n; i++)
		if (p[i] == '-') p[i] = '_';
	return (str){ p, normal.n };
}

str source_module_path(struct arena *a, str module)
{
	char *p = arena_cstr(a, module);
	for (size_t i = 0; i < module.n; i++)
		if (p[i] == '.') p[i] = '/';
	return (str){ p, module.n };
}

/* --- the choice --- */

static const struct {
	const char *backend; /* as build-backend has it */
	const struct source_backend *table;
} backends[] = {
	{ "setuptools.build_meta", &source_setuptools },
	{ "setuptools.build_meta:__legacy__", &source_setuptools },
	{ "flit_core.buildapi", &source_flit },
	{ "flit.buildapi", &source_flit },
	{ "pdm.backend", &source_pdm },
	{ "pdm.pep517.api", &source_pdm },
	{ "uv_build", &source_uv },
	{ "hatchling.build", &source_hatch },
	{ "poetry.core.masonry.api", &source_poetry },
	{ "poetry.masonry.api", &source_poetry },
};

static bool read_pyproject(struct source_work *w)
{
	str text;
	if (!source_tree_find(w->tree, S("pyproject.toml"))) return true;
	if (!source_text(w, S("pyproject.toml"), &text)) return false;
	str path = arena_fmt(w->a, STR_FMT "/pyproject.toml", STR_ARG(w->tree->where));
	if (!toml_parse(w->a, text, path, &w->pyproject, w->e)) return false;
	w->has_pyproject = true;
	return toml_want_table(&w->pyproject, w->pyproject.root, "project", &w->project, w->e) &&
	       toml_want_table(&w->pyproject, w->pyproject.root, "build-system", &w->build, w->e);
}

static bool read_build_system(struct source_work *w)
{
	const struct toml_value *path = w->build ? toml_get(w->build, S("backend-path")) : NULL;
	if (!w->build) return true;
	if (path) return source_refuse(w, "[build-system] has a backend-path: the backend is part of the project");
	return toml_want_string(&w->pyproject, w->build, "build-backend", &w->backend, w->e) &&
	       toml_want_strings(w->a, &w->pyproject, w->build, "requires", false, &w->requires, w->e);
}

static const struct source_backend *choose(const struct source_work *w)
{
	str backend = w->backend.n ? w->backend : S("setuptools.build_meta"); /* PEP 517: the default */
	for (size_t i = 0; i < sizeof backends / sizeof *backends; i++)
		if (str_eq(backend, str_from(backends[i].backend))) return backends[i].table;
	return NULL;
}

static bool is_python_project(struct source_work *w)
{
	if (w->has_pyproject || source_tree_find(w->tree, S("setup.cfg")) || source_tree_find(w->tree, S("setup.py"))) return true;
	err_set(w->e, ERR_FORMAT, "no-project", "`" STR_FMT "` holds no Python project", STR_ARG(w->tree->where));
	err_why(w->e, "there is no pyproject.toml, setup.cfg or setup.py");
	return err_help(w->e,
	                "name the folder that holds pyproject.toml; folders of plain files are packed with `source` or `files`");
}

static bool check_name_and_version(struct source_work *w, const struct source_backend *backend)
{
	str where = w->has_pyproject ? w->pyproject.path : w->tree->where;
	if (w->facts.name.n == 0) {
		err_set(w->e, ERR_FORMAT, "no-name", "the project `" STR_FMT "` has no name", STR_ARG(w->tree->where));
		err_where(w->e, STR_FMT, STR_ARG(where));
		return err_help(w->e, "add name = \"...\" under [project]");
	}
	if (w->facts.version.n) return true;
	if (source_is_dynamic(w, S("version")))
		return source_refuse(w, "its version is dynamic, and %s would run code to find it", backend->name);
	err_set(w->e, ERR_FORMAT, "no-version", "the project `" STR_FMT "` has no version", STR_ARG(w->facts.name));
	err_where(w->e, STR_FMT, STR_ARG(where));
	return err_help(w->e, "add version = \"1.0.0\" under [project]");
}

static bool start(struct source_work *w, const struct source_backend **backend)
{
	if (!read_pyproject(w) || !is_python_project(w) || !read_build_system(w)) return false;
	*backend = choose(w);
	if (!*backend) {
		if (w->project) toml_want_string(&w->pyproject, w->project, "name", &w->facts.name, w->e);
		return source_refuse(w, "its build backend is `" STR_FMT "`", STR_ARG(w->backend));
	}
	return source_facts_read(w) && (*backend)->plan(w) && check_name_and_version(w, *backend);
}

/* --- the wheel --- */

static void add_text(struct source_work *w, str name, const struct buf *text)
{
	*vec_push(w->a, &w->members) = (struct source_member){ .to = name, .content = buf_take(text, w->a) };
}

static bool add_dist_info(struct source_work *w, const struct source_backend *backend, struct source_wheel *out)
{
	struct buf b;
	buf_init(&b, TEXT_MAX);
	bool ok = source_metadata_write(&w->facts, &b);
	out->metadata = buf_take(&b, w->a);
	*vec_push(w->a, &w->members) =
	    (struct source_member){ .to = arena_join(w->a, out->dist_info, S("/METADATA")), .content = out->metadata };
	buf_clear(&b);
	buf_addf(&b, "Wheel-Version: 1.0\nGenerator: lamina (%s)\nRoot-Is-Purelib: true\nTag: py3-none-any\n", backend->name);
	add_text(w, arena_join(w->a, out->dist_info, S("/WHEEL")), &b);
	buf_clear(&b);
	source_entry_points_write(&w->facts, &b);
	if (b.n) add_text(w, arena_join(w->a, out->dist_info, S("/entry_points.txt")), &b);
	ok = ok && !b.over;
	buf_release(&b);
	for (size_t i = 0; i < w->facts.license_files.n; i++)
		source_add_member(
		    w, arena_fmt(w->a, STR_FMT "/licenses/" STR_FMT, STR_ARG(out->dist_info), STR_ARG(w->facts.license_files.p[i])),
		    w->facts.license_files.p[i]);
	return ok || err_set(w->e, ERR_FORMAT, "too-large", "the metadata of `" STR_FMT "` are too large", STR_ARG(w->facts.name));
}

static int by_name(const void *a, const void *b)
{
	const struct source_member *x = a, *y = b;
	return str_cmp(x->to, y->to);
}

/* Names come from configurations, too: none may lead out of the wheel. */
static bool stays_inside(struct source_work *w, str to)
{
	str part, rest = to;
	bool good = to.n > 0;
	for (bool more = good; more && good;) {
		more = str_cut(rest, '/', &part, &rest);
		good = part.n && !str_eq(part, S(".")) && !str_eq(part, S(".."));
	}
	if (good) return true;
	err_set(w->e, ERR_FORMAT, "project-field",
	        "the configuration of `" STR_FMT "` puts a file outside of the wheel: `" STR_FMT "`", STR_ARG(w->facts.name),
	        STR_ARG(to));
	err_where(w->e, STR_FMT, STR_ARG(w->has_pyproject ? w->pyproject.path : w->tree->where));
	return err_help(w->e, "names in a wheel are relative and have no `..`");
}

/* The same file by two rules is one member. */
static bool order_members(struct source_work *w)
{
	size_t n = 0;
	for (size_t i = 0; i < w->members.n; i++)
		if (!stays_inside(w, w->members.p[i].to)) return false;
	if (w->members.n > 1) qsort(w->members.p, w->members.n, sizeof *w->members.p, by_name);
	for (size_t i = 0; i < w->members.n; i++) {
		const struct source_member *x = &w->members.p[i];
		if (n && str_eq(w->members.p[n - 1].to, x->to)) {
			if (x->from.n && str_eq(w->members.p[n - 1].from, x->from)) continue;
			return err_set(w->e, ERR_FORMAT, "collision", "two files of `" STR_FMT "` would both be `" STR_FMT "`",
			               STR_ARG(w->facts.name), STR_ARG(x->to));
		}
		w->members.p[n++] = *x;
	}
	w->members.n = n;
	return true;
}

static bool plan(struct arena *a, const struct source_tree *tree, struct notes *notes, bool metadata_only,
                 struct source_wheel *out, struct err *e)
{
	struct source_work w = { .a = a, .tree = tree, .notes = notes, .metadata_only = metadata_only, .pure = true, .e = e };
	const struct source_backend *backend;
	if (!start(&w, &backend)) return false;
	str escaped = source_escaped_name(a, w.facts.name);
	*out = (struct source_wheel){ .backend = backend->name, .name = w.facts.name, .version = w.facts.version };
	out->file_name = arena_fmt(a, STR_FMT "-" STR_FMT "-py3-none-any.whl", STR_ARG(escaped), STR_ARG(w.facts.version));
	out->dist_info = arena_fmt(a, STR_FMT "-" STR_FMT ".dist-info", STR_ARG(escaped), STR_ARG(w.facts.version));
	out->requires_python = w.facts.requires_python;
	out->requires_dist = w.facts.requires_dist;
	out->provides_extra = w.facts.provides_extra;
	if (!metadata_only && (!add_dist_info(&w, backend, out) || !order_members(&w))) return false;
	if (!metadata_only) {
		source_note_tests(&w, backend->name);
		source_note_scripts(&w);
	}
	out->files.p = w.members.p;
	out->files.n = w.members.n;
	out->files.cap = w.members.cap;
	out->inputs = w.inputs;
	return true;
}

bool source_wheel_plan(struct arena *a, const struct source_tree *tree, struct notes *notes, struct source_wheel *out,
                       struct err *e)
{
	return plan(a, tree, notes, false, out, e);
}

bool source_wheel_metadata(struct arena *a, const struct source_tree *tree, struct notes *notes, struct source_wheel *out,
                           struct err *e)
{
	return plan(a, tree, notes, true, out, e);
}
