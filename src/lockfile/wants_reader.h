/* wants_reader.h: what the parts that read wants share.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Private to wants*.c. A `struct wants_reader` lives for one wants_read; a `struct wants_project` for one project file.
 * Whatever a want comes from, it ends in wants_add: there `extra` leaves its marker, and a want that can never hold leaves the list.
 * Lifetime: the arena of the reader. Threads: none.
 * Limits:   WANTS_* below; they bound the work of groups that include each other and of extras that name each other. */
#ifndef LAMINA_LOCKFILE_WANTS_READER_H
#define LAMINA_LOCKFILE_WANTS_READER_H

#include "base/map.h"
#include "lockfile/reader.h"
#include "lockfile/wants.h"
#include "python/marker_set.h"

#define WANTS_MAX        ((size_t)100000)
#define WANTS_STEPS_MAX  ((size_t)1000000) /* requirements looked at, one several times when extras and groups repeat it */
#define WANTS_DEPTH_MAX  100               /* groups in groups, extras in extras, folders above a workspace's member */
#define WANTS_NAMES_MAX  ((size_t)10000)   /* extras; groups; indexes */
#define WANTS_FILE_MAX   ((size_t)16 << 20)
#define WANTS_COLUMN_MAX 2000 /* beyond it a column is not counted, only the line: lists of one line stay linear */

struct wants_reader {
	struct arena *a;
	const struct wants_request *request;
	struct notes *notes;
	struct wants *out;
	str home; /* the folder of the first input, where the lock stands */
};

/* --- wants_add.c: one requirement --- */

/* Name, extras, versions and marker; not where it stands and whom it belongs to. */
void wants_fill(struct arena *a, const struct requirement *q, struct want *w);
/* Adds a want: w->marker may still mention `extra`, which is decided by w->extra. */
bool wants_add(struct wants_reader *r, const struct want *w, struct err *e);
/* Decides what the marker says about extras; the rest of it stays. */
bool wants_decide_extras(struct arena *a, const struct str_list *extras, struct marker **marker, bool *never, struct err *e);
/* Both hold; NULL is always. False (ERR_FORMAT "too-large") when the two together are too much. */
bool wants_marker_and(struct arena *a, const struct marker *x, const struct marker *y, struct marker **out, struct err *e);
/* The marker of a set of environments: NULL for always; *never for none. */
bool wants_marker_of(struct arena *a, struct marker_sets *sets, uint32_t x, struct marker **out, bool *never, struct err *e);
/* Pythons of these versions. */
bool wants_marker_python(struct arena *a, const struct interval_set *versions, struct marker **out, bool *never, struct err *e);
/* "name @ URL" of a file: w becomes what the URL leads to, told as in requirements files. */
bool wants_take_url(struct wants_reader *r, str file, str text, struct want *w, struct err *e);
/* `to` as seen from the folder `from`. */
bool wants_path_between(struct wants_reader *r, str from, str to, str *out, struct err *e);
/* A path as it stands in a file of `folder`, seen from the folder `from`; absolute ones stay. */
bool wants_path(struct wants_reader *r, str folder, str from, str path, str *out, struct err *e);
/* Is it a folder, a wheel or another archive? By what is there, else by its name. path is relative to `folder`. */
enum locked_kind wants_path_kind(struct arena *a, str folder, str path);
/* Makes w a direct reference and writes its text: "name[extras] @ where". */
void wants_set_direct(struct arena *a, struct want *w, const struct locked_file *file);
bool wants_step(struct wants_reader *r, size_t *steps, str file, struct err *e);

/* --- project files --- */

struct wants_project {
	struct wants_reader *r;
	struct toml_document d;
	str folder; /* of the file */
	str name;   /* normalised, empty when there is none */
	const struct toml_value *project, *poetry, *uv;
	struct line_cursor lines;
	size_t steps;
	struct map extras;      /* normalised name -> struct toml_value, the list as written */
	struct str_list inside; /* extras of the project that are being put in place */
	struct map sources;     /* normalised name -> struct toml_value of [tool.uv.sources] */
	struct wants_workspace *workspace;
	const struct poetry_wants *enrich; /* Poetry's table of the list that is being read; NULL: none */
};

/* wants_project.c */
bool wants_project_read(struct wants_reader *r, str path, str text, struct err *e);
/* Where a value stands, into w. */
void wants_project_place(struct wants_project *p, uint64_t offset, struct want *w);
/* ERR_FORMAT "project-field" at a byte of the text that a string holds. */
bool wants_project_refuse(struct wants_project *p, const struct toml_value *v, const struct err *inner, struct err *e);
/* A list of PEP 508 texts into wants like `as` (kind, extra, group, marker). Tables in it are skipped when `tables`. */
bool wants_project_list(struct wants_project *p, const struct toml_value *list, const struct want *as, bool tables,
                        struct err *e);
/* One of them. depth counts extras of the project in extras of the project. */
bool wants_project_text(struct wants_project *p, const struct toml_value *v, const struct want *as, unsigned depth,
                        struct err *e);
/* A table of the document by its dotted path; NULL when absent; an error when it is something else. */
bool wants_project_table(struct wants_project *p, const char *dotted, const struct toml_value **out, struct err *e);
bool wants_name(struct wants_project *p, const char *kind, str name, uint64_t offset, struct err *e);
bool wants_add_name(struct wants_reader *r, struct str_list *list, str name, str file, struct err *e);

/* wants_requirements.c: all requirements files of the request. */
bool wants_requirements(struct wants_reader *r, struct err *e);

/* wants_digest.c: sets out->digest from everything else in it. */
bool wants_digest(struct wants_reader *r, struct err *e);

/* wants_groups.c: [dependency-groups]. */
bool wants_groups_read(struct wants_project *p, struct err *e);

#endif
