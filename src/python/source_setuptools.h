/* source_setuptools.h: what the parts of the setuptools backend share; private to source_setuptools*.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: setuptools' documentation ("Package Discovery", "Data Files Support", "Configuring setuptools using setup.cfg", "pyproject.toml") and
 *         its code (84): discovery.py, command/build_py.py, command/egg_info.py, config/setupcfg.py, config/_apply_pyprojecttoml.py.
 * Flow:   setup.cfg is read first; pyproject.toml is applied over it: [tool.setuptools] replaces, and where there is a [project]
 *         what setup.cfg says of METADATA counts only for fields that `dynamic` names. Then packages are found, then files.
 * Out of the subset, with a reason: a setup.py that says more than constants (source_setuptools_py.c), extension modules, cmdclass, scripts, data_files,
 *         namespace_packages, plugins in [build-system] requires, settings of build commands. What older builds left behind (*.egg-info,
 *         build/) is not looked at, though setuptools itself would. In an unpacked source distribution it is no leftover: SOURCES.txt there
 *         is the list that include-package-data chooses from.
 * Lifetime: the arena's of the work. */
#ifndef LAMINA_PYTHON_SOURCE_SETUPTOOLS_H
#define LAMINA_PYTHON_SOURCE_SETUPTOOLS_H

#include "format/ini.h"
#include "python/source_backend.h"
#include "python/source_pattern.h"

struct package_folder {
	str package; /* "" = the root */
	str folder;  /* clean; "" = the top of the project */
	bool dotted; /* written as "." or "./...": MANIFEST.in's files, which are written without, are then never found below it */
};

struct package_patterns {
	str package; /* "" = every package */
	struct str_list patterns;
};

/* find: / find_namespace: / [tool.setuptools.packages.find] */
struct package_finder {
	bool used, namespaces;
	struct str_list where, include, exclude;
};

/* What the call of setup() in setup.py says of METADATA; it counts more than setup.cfg. */
struct setuptools_call {
	bool used;
	struct source_facts said; /* version_written: as it stands there */
	str author, author_email, maintainer, maintainer_email;
	struct str_list licenses;
	bool licenses_given;
};

struct setuptools {
	struct source_work *w;
	struct arena *a;
	bool declarative;     /* [project] or [tool.setuptools] is there: include-package-data is on by default */
	bool scm, scm_simple; /* setuptools-scm takes part in the build of an unpacked archive */
	bool has_cfg;
	struct ini cfg;
	str cfg_text;
	struct setuptools_call call;
	struct source_facts said; /* by setup.cfg about METADATA */
	struct str_list said_requires;
	VEC(struct package_patterns) said_extras; /* package: the extra */
	struct str_list license_patterns;
	bool license_patterns_given;

	bool packages_given, modules_given;
	struct str_list packages, modules;
	struct package_finder find;
	VEC(struct package_folder) folders;
	VEC(struct package_patterns) data, no_data;
	enum { INCLUDE_UNSAID, INCLUDE_NO, INCLUDE_YES } include_data;
	bool zip_safe;
	struct str_list referenced; /* files that `file:` names: MANIFEST.in has them without a word */
};

/* source_setuptools_cfg.c */
bool setuptools_read_cfg(struct setuptools *s);
/* name, version and the like of setup.cfg into facts; every field when `all`, else those that [project].dynamic names. */
bool setuptools_take_cfg(struct setuptools *s, bool all);
bool setuptools_entry_points(struct setuptools *s, str text, str path);
/* "pkg.module.NAME" as a literal; refuses what is none. */
bool setuptools_attribute(struct setuptools *s, str attribute, str *value);
/* Texts of files, one after the other with line breaks between; those that are not there are left out. */
bool setuptools_files(struct setuptools *s, const struct str_list *paths, str *text);
bool setuptools_version(struct setuptools *s, str text, const char *where);
/* Requirements as a file has them: one a line, comments, "\" at the end joins. */
bool setuptools_requirement_lines(struct setuptools *s, str text, str extra);

/* source_setuptools_toml.c: [tool.setuptools] and what `dynamic` names there. */
bool setuptools_read_toml(struct setuptools *s);
bool setuptools_dynamic(struct setuptools *s);

/* source_setuptools_py.c: a setup.py that says nothing but constants; false when it has to run, *line: where the statement begins that
 * says so, *argument: of setup(), or empty. The error is set only when a file could not be read. */
bool setuptools_read_py(struct setuptools *s, str text, uint32_t *line, str *argument);

/* source_setuptools_find.c */
/* find_packages(where, exclude, include) and find_namespace_packages(). */
void setuptools_find_packages(struct setuptools *s, str where, bool namespaces, const struct str_list *include,
                              const struct str_list *exclude, struct str_list *out);
bool setuptools_discover(struct setuptools *s);
/* Where a package's files are, by the nearest entry of package-dir. */
str setuptools_folder(const struct setuptools *s, str package);
bool setuptools_folder_is_dotted(const struct setuptools *s, str package);
void setuptools_set_folder(struct setuptools *s, str package, str folder, bool replace);
/* The file of a module ("a.b" -> "src/a/b.py" or its __init__.py); empty when there is none. */
str setuptools_module_file(const struct setuptools *s, str module);

/* source_setuptools_manifest.c: for each entry of the tree whether MANIFEST.in (with what is in it by itself) lists it. */
bool setuptools_manifest(struct setuptools *s, bool *listed);

/* source_setuptools_files.c: members of the wheel, and notes about what is left out. */
bool setuptools_members(struct setuptools *s);

static inline str setuptools_join(struct arena *a, str folder, str name)
{
	return folder.n ? arena_fmt(a, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(name)) : name;
}

#endif
