/* source_setuptools.c: setuptools.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The order in which things are read and which of two says more are those of setuptools 84 (source_setuptools.h). What would run code
 * of the project, or of a plugin, is refused with its reason. */
#include "python/source_setuptools.h"

#include <stdlib.h>

#include "base/map.h"
#include "python/name.h"
#include "python/requirement.h"

/* --- what may run --- */

/* Before 61 setuptools does not read [project]; what it does for a project is in no other way fixed. */
static bool check_requires(struct setuptools *s)
{
	for (size_t i = 0; i < s->w->requires.n; i++) {
		struct requirement q;
		struct err inner = { 0 };
		if (!requirement_parse(s->a, s->w->requires.p[i], &q, &inner))
			return source_bad_field(s->w, toml_get(s->w->build, S("requires")), "%s", inner.what);
		str name = name_normalize(s->a, q.name);
		if (str_eq(name, S("setuptools-scm")) && source_tree_is_sdist(s->w->tree)) {
			s->scm = true;
			s->scm_simple = str_list_has(&q.extras, S("simple"));
			continue;
		}
		if (!str_eq(name, S("setuptools")) && !str_eq(name, S("wheel")))
			return source_refuse(s->w, "its build needs `" STR_FMT "`", STR_ARG(q.name));
		if (!str_eq(name, S("setuptools"))) continue;
		struct specifier_set since;
		specifier_parse(s->a, S(">=61"), &since, NULL);
		struct interval_set have = specifier_intervals(s->a, &q.specifier), want = specifier_intervals(s->a, &since);
		if (!interval_set_intersect(s->a, &have, &want).n)
			return source_refuse(s->w, "it asks for `" STR_FMT "`; the rules known here are those since 61",
			                     STR_ARG(s->w->requires.p[i]));
	}
	return true;
}

/* Why a setup.py has to run, by what stands in it: the most telling word first. */
static bool refuse_setup_py(struct setuptools *s, str text, uint32_t line, str argument)
{
	static const struct {
		const char *word, *why;
	} words[] = {
		{ "ext_modules", "setup.py has ext_modules: it compiles C" },
		{ "cythonize", "setup.py calls cythonize(): it compiles C" },
		{ "rust_extensions", "setup.py has rust_extensions: it compiles Rust" },
		{ "cffi_modules", "setup.py has cffi_modules: it compiles C" },
		{ "cmdclass", "setup.py has cmdclass: it replaces commands of setuptools with its own" },
		{ "use_scm_version", "setup.py takes the version from version control" },
		{ "versioneer", "setup.py takes the version from version control" },
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_contains(text, str_from(words[i].word))) return source_refuse(s->w, "%s", words[i].why);
	if (argument.n)
		return source_refuse(s->w, "setup.py calls setup() with more than constants: the argument `" STR_FMT "` (line %u)",
		                     STR_ARG(argument), (unsigned)line);
	return source_refuse(s->w, "setup.py does more than call setup() with constants: line %u", (unsigned)line);
}

/* Arguments of setup() beside other words about packages: which of them count is a matter of more rules than are known here. */
static bool check_call(struct setuptools *s)
{
	if (!s->call.used) return true;
	if (s->declarative) return source_refuse(s->w, "setup.py and pyproject.toml both describe the project");
	for (size_t i = 0; i < s->cfg.sections.n; i++)
		if (str_starts(s->cfg.sections.p[i].name, S("options")) && s->cfg.sections.p[i].entries.n)
			return source_refuse(s->w, "setup.py and setup.cfg both say what is packed");
	return true;
}

static bool check_setup_py(struct setuptools *s)
{
	str text, argument;
	uint32_t line;
	if (!source_tree_find(s->w->tree, S("setup.py"))) return true;
	if (!source_text(s->w, S("setup.py"), &text)) return false;
	if (setuptools_read_py(s, text, &line, &argument)) return check_call(s);
	if (s->w->e->code) return false;
	return refuse_setup_py(s, text, line, argument);
}

/* --- facts --- */

/* What `dynamic` announces and nothing fills in. */
static bool check_dynamic(struct setuptools *s)
{
	const struct toml_value *table = toml_at(s->w->pyproject.root, "tool.setuptools.dynamic");
	static const char *const fields[] = { "dependencies", "optional-dependencies", "readme", "description", "requires-python" };
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		str field = str_from(fields[i]);
		if (!source_is_dynamic(s->w, field) || (table && table->type == TOML_TABLE && toml_get(table, field)) || s->has_cfg)
			continue;
		return source_refuse(s->w, "`%s` is dynamic, and neither [tool.setuptools.dynamic] nor setup.cfg says what it is",
		                     fields[i]);
	}
	return true;
}

/* The file that setuptools-scm writes stands in the archive as it was written for it. */
static bool check_scm_file(struct setuptools *s, const struct toml_value *table, const char *key)
{
	str path = { 0 };
	if (!table || !toml_want_string(&s->w->pyproject, table, key, &path, s->w->e)) return !table;
	const struct source_entry *entry = source_tree_find(s->w->tree, pattern_clean(s->a, path));
	if (!path.n || (entry && !entry->folder && str_ends(path, S(".py")))) return true;
	return source_refuse(s->w, "setuptools-scm would write `" STR_FMT "`, which the archive does not have", STR_ARG(path));
}

/* In an unpacked archive the version of setuptools-scm is that of PKG-INFO, and version control lists no files. */
static bool take_scm(struct setuptools *s)
{
	static const char *const archival[] = { ".git_archival.txt", ".hg_archival.txt" };
	const struct toml_value *table = s->w->has_pyproject ? toml_at(s->w->pyproject.root, "tool.setuptools_scm") : NULL;
	bool found;
	if (!s->scm) return true;
	if (table && table->type != TOML_TABLE) return source_bad_field(s->w, table, "[tool.setuptools_scm] is a table");
	if (!check_scm_file(s, table, "version_file") || !check_scm_file(s, table, "write_to")) return false;
	if (!source_is_dynamic(s->w, S("version")) || !(table || s->scm_simple)) return true;
	for (size_t i = 0; i < 2; i++) {
		str path = str_from(archival[i]), text;
		if (!source_tree_find(s->w->tree, path)) continue;
		if (!source_text(s->w, path, &text)) return false;
		if (i == 1 || !str_contains(text, S("$Format:")))
			return source_refuse(s->w, "its version comes from " STR_FMT ", by rules of setuptools-scm", STR_ARG(path));
	}
	if (table && (toml_get(table, S("root")) || toml_get(table, S("fallback_root"))))
		return source_refuse(s->w, "[tool.setuptools_scm] looks for version control in another folder");
	if (!source_version_of_pkg_info(s->w, &found)) return false;
	s->w->facts.version_written = (str){ 0 };
	return true;
}

static bool read_facts(struct setuptools *s)
{
	if (!take_scm(s) || !setuptools_dynamic(s)) return false;
	if (s->w->project && !check_dynamic(s)) return false;
	if (!setuptools_take_cfg(s, !s->w->project)) return false;
	if (s->w->facts.name.n && !name_valid(s->w->facts.name)) {
		err_set(s->w->e, ERR_FORMAT, "project-field", "`" STR_FMT "` is no name of a project", STR_ARG(s->w->facts.name));
		err_where(s->w->e, STR_FMT "/setup.cfg", STR_ARG(s->w->tree->where));
		return err_help(s->w->e, "names have letters, digits and, between them, `-`, `_` and `.`");
	}
	return true;
}

static bool licences(struct setuptools *s)
{
	static const char *const usual[] = { "LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*" };
	struct source_facts *f = &s->w->facts;
	size_t n = 0;
	for (size_t i = 0; s->license_patterns_given && i < s->license_patterns.n; i++)
		if (!source_license_glob(s->w, s->license_patterns.p[i], false)) return false;
	for (size_t i = 0; i < 4 && !s->license_patterns_given && !f->license_files_given; i++)
		if (!source_license_glob(s->w, str_from(usual[i]), false)) return false;
	for (size_t i = 0; i < f->license_files.n; i++)
		if (!str_ends(f->license_files.p[i], S("~"))) f->license_files.p[n++] = f->license_files.p[i];
	f->license_files.n = n;
	/* setuptools marks what it worked out itself. */
	if (n) str_list_add_new(s->a, &f->marked_dynamic, S("license-file"));
	if (f->download_url.n) str_list_add_new(s->a, &f->marked_dynamic, S("download-url"));
	return true;
}

/* top_level.txt, by which older tools know what can be imported. */
static void add_info(struct setuptools *s)
{
	struct str_list tops = { 0 };
	struct map seen;
	str text = S("");
	const struct str_list *both[] = { &s->packages, &s->modules };
	map_init(&seen, s->a);
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < both[i]->n; j++) {
			str top = str_slice(both[i]->p[j], 0, str_chr(both[i]->p[j], '.'));
			bool added;
			map_put(&seen, top, &added);
			if (added) *vec_push(s->a, &tops) = top;
		}
	str_list_sort(&tops);
	for (size_t i = 0; i < tops.n; i++) text = arena_fmt(s->a, STR_FMT STR_FMT "\n", STR_ARG(text), STR_ARG(tops.p[i]));
	str info = arena_fmt(s->a, STR_FMT "-" STR_FMT ".dist-info", STR_ARG(source_escaped_name(s->a, s->w->facts.name)),
	                     STR_ARG(s->w->facts.version));
	*vec_push(s->a, &s->w->members) =
	    (struct source_member){ .to = arena_join(s->a, info, S("/top_level.txt")), .content = text.n ? text : S("\n") };
	if (!s->zip_safe) return;
	*vec_push(s->a, &s->w->members) =
	    (struct source_member){ .to = arena_join(s->a, info, S("/zip-safe")), .content = S("\n") };
}

static bool plan_setuptools(struct source_work *w)
{
	struct setuptools s = { .w = w, .a = w->a };
	if (!check_requires(&s) || !setuptools_read_cfg(&s) || !setuptools_read_toml(&s) || !check_setup_py(&s)) return false;
	if (!setuptools_discover(&s) || !read_facts(&s)) return false;
	/* What setup() says is left as it is. */
	if (!s.call.said.requires_python.n && !source_sort_requires_python(w)) return false;
	if (!w->facts.name.n || !w->facts.version.n || w->metadata_only) return true; /* the caller says what is missing */
	if (!licences(&s) || !setuptools_members(&s)) return false;
	add_info(&s);
	return true;
}

const struct source_backend source_setuptools = { "setuptools", plan_setuptools };
