/* source_backend.h: what the build backends share; private to python/source_*.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A backend's file (source_<backend>.c) turns a tree and its project files into facts (what METADATA says) and members (what the wheel
 * holds). source_facts.c reads [project] as PEP 621 and 639 have it, source_metadata.c writes METADATA, WHEEL and entry_points.txt,
 * source_wheel.c chooses the backend and puts everything together. */
#ifndef LAMINA_PYTHON_SOURCE_BACKEND_H
#define LAMINA_PYTHON_SOURCE_BACKEND_H

#include "base/buf.h"
#include "format/toml.h"
#include "python/source_wheel.h"
#include "python/version.h"

struct source_person {
	str name, email;
};

struct source_entry_point {
	str group, name, value; /* group: "console_scripts", "gui_scripts", or the project's own */
};

/* What METADATA says of a project. Empty texts and lists mean that the field is absent. */
struct source_facts {
	str name;             /* as written */
	str version;          /* normalised */
	str version_written;  /* as METADATA has it, when that is another spelling (hatchling) */
	str metadata_version; /* "2.5"; empty: 2.4, or what the fields want */
	str summary;
	str description, description_type; /* the readme's text; "text/markdown" */
	str license_text;                  /* License: (before PEP 639) */
	str license_expression;
	struct str_list license_files; /* paths in the tree, bytewise */
	bool licenses_unnamed;         /* packed, but without License-File (pdm-backend's default names) */
	bool license_files_given;      /* the project named globs, be they empty */
	struct str_list keywords, classifiers;
	VEC(struct source_person) authors, maintainers;
	bool all_authors_named; /* Author names those with an address, too (uv_build) */
	struct str_list urls;   /* "Label, URL" in the order written */
	str home_page, download_url;
	str requires_python;
	bool normal_requirements;                        /* names and extras of requires_dist are written normalised */
	struct str_list requires_dist;                   /* as Requires-Dist has them: extras' lines with their marker */
	struct str_list provides_extra;                  /* normalised, in the order written */
	struct str_list import_names, import_namespaces; /* metadata 2.5 (PEP 794); written when there are any */
	VEC(struct source_entry_point) entry_points;
	bool
	    empty_script_groups; /* entry_points.txt names console_scripts and gui_scripts even when there are none (pdm-backend) */
	bool spec_in_brackets;   /* "demo[x] (>=1,<2) ; marker" (poetry-core) */
	bool dense_entry_points; /* "a=b", and an empty line behind each group (flit_core, poetry-core) */
	struct str_list platforms;
	struct str_list marked_dynamic; /* fields that METADATA marks as worked out by the build (setuptools) */
	struct str_list dynamic;        /* of [project].dynamic, as written: the backend has to fill these in */
};

/* One wheel in the making. */
struct source_work {
	struct arena *a;
	const struct source_tree *tree;
	struct notes *notes;
	bool metadata_only; /* the file set is not wanted */
	bool has_pyproject;
	struct toml_document pyproject;   /* root NULL when there is none */
	const struct toml_value *project; /* [project], or NULL */
	const struct toml_value *build;   /* [build-system], or NULL */
	str backend;                      /* its build-backend, as written; empty when it names none */
	struct str_list requires;         /* its requires, as written */
	struct source_facts facts;
	bool pure; /* Root-Is-Purelib */
	VEC(struct source_member) members;
	struct str_list inputs;
	struct err *e;
};

struct source_backend {
	const char *name;
	/* Fills facts and, unless metadata_only, members (all but dist-info). [project] has been read when it is there. */
	bool (*plan)(struct source_work *w);
};

/* NULL-terminated, in source_wheel.c. The extern tables of each backend: */
extern const struct source_backend source_setuptools, source_poetry, source_flit, source_hatch, source_pdm, source_uv;

/* --- source_facts.c --- */
/* [project] into facts (PEP 621, 639, 685): everything static. License globs and the readme are read from the tree. */
bool source_facts_read(struct source_work *w);
bool source_is_dynamic(const struct source_work *w, str field);
/* Adds the files that a glob of PEP 639 matches; an invalid or unmatched glob is an error when `must`. */
bool source_license_glob(struct source_work *w, str glob, bool must);
/* readme = PATH: text and type by its ending. */
bool source_readme(struct source_work *w, str path, str type);
/* The text of a file of the tree, which becomes an input. "missing-file" when it is not there; where: what names it. */
bool source_text(struct source_work *w, str path, str *text);
bool source_add_requirement(struct source_work *w, str text, str extra, const struct toml_value *at);

/* Clauses in the order of their texts, as packaging's SpecifierSet writes them: hatchling and setuptools. */
bool source_sort_requires_python(struct source_work *w);

/* --- source_sdist.c: what an unpacked source distribution says of itself --- */
/* Its PKG-INFO, where there is one: the header, and the description behind it. */
bool source_pkg_info(struct source_work *w, str *header, str *body, bool *found);
/* The first value of a field, empty when there is none; every value. Folded lines are joined as they stand. */
str source_header(struct arena *a, str header, const char *name);
void source_headers(struct arena *a, str header, const char *name, struct str_list *out);
/* version = the one of PKG-INFO: where version control would say it, had the archive any. */
bool source_version_of_pkg_info(struct source_work *w, bool *found);

/* --- source_metadata.c --- */
/* METADATA 2.4 in the order of the specification; the description at its end. */
bool source_metadata_write(const struct source_facts *f, struct buf *out);
void source_entry_points_write(const struct source_facts *f, struct buf *out);

/* --- source_notes.c --- */
/* A file that nobody misses: hidden, compiled, a leftover of editors, C that is compiled elsewhere. */
bool source_is_quiet(str path);
/* "data-left-out": those of the paths that are not quiet; why: " because ..." or "". True when there are any: a help should follow. */
bool source_note_left_out(struct source_work *w, const struct str_list *paths, const char *why);
/* "script-without-module"; members are sorted. */
void source_note_scripts(struct source_work *w);
/* "top-level-tests" of the members. */
void source_note_tests(struct source_work *w, const char *backend);

/* --- for members --- */
void source_add_member(struct source_work *w, str to, str from);
void source_add_input(struct source_work *w, str path);
/* ERR_RESOLVE "cannot-build": the project's name, the reason, and what would work. */
bool source_refuse(struct source_work *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* ERR_FORMAT "project-field" at a value of pyproject.toml. */
bool source_bad_field(struct source_work *w, const struct toml_value *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* "my.pkg" -> "my_pkg": how file names and dist-info spell it (PyPA "Binary distribution format", escaping). */
str source_escaped_name(struct arena *a, str name);
/* A module's name to its path: "a.b" -> "a/b". */
str source_module_path(struct arena *a, str module);
/* Does Python read the bytes of this file as the functions below do: UTF-8, and lines that end as usual? */
bool source_python_plain(str text);
/* Are there blanks or line ends that only Python takes for such (U+00A0, U+2028, "\f" ...); at_ends: at the text's begin or end? */
bool source_python_odd_space(str text, bool at_ends);
/* `NAME = "literal"` at the top level of a Python file, read without running it: the version of `attr = "pkg.NAME"`, of flit's
 * __version__ and of others. found = false when it is not a plain literal. */
bool source_python_literal(struct arena *a, str text, str name, str *value, bool *found);
/* The end of the logical line that begins at `at`: strings, brackets and backslashes carry it over line breaks. */
size_t source_python_statement(str text, size_t at);
/* One string that begins at *at, be it behind r or u; *at moves behind it. False for what is none, or has escapes that are not known here. */
bool source_python_string(struct arena *a, str text, size_t *at, str *value);
/* `from .MODULE import NAME` at the top level, and no assignment to NAME anywhere: what the import of the module would bind. */
bool source_python_imported(struct arena *a, str text, str name, str *module);
/* Docstring of a module (flit's summary); found = false when there is none. */
bool source_python_docstring(struct arena *a, str text, str *value, bool *found);

#endif
