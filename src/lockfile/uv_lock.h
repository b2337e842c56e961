/* uv_lock.h: uv.lock as it stands in the file, before anything is chosen.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Private to the uv reader.
 * Source: uv's lock format, version 1 (crates/uv-resolver, 0.13).
 * Lifetime: arena; views into the TOML. */
#ifndef LAMINA_LOCKFILE_UV_LOCK_H
#define LAMINA_LOCKFILE_UV_LOCK_H

#include "base/map.h"
#include "lockfile/reader.h"

/* What may be switched on by several conflicting sets; uv expects a handful. */
#define UV_CONFLICT_ITEMS_MAX 1000
#define UV_SAME_NAME_MAX      1000 /* packages of one name */

enum uv_source { UV_REGISTRY, UV_GIT, UV_URL, UV_PATH, UV_DIRECTORY, UV_EDITABLE, UV_VIRTUAL };

struct uv_package {
	str name, version; /* version empty for dynamic source trees */
	enum uv_source source;
	str source_value; /* URL or path */
	const struct toml_value *table, *source_table;
	uint32_t line;   /* where its table stands */
	size_t rank;     /* how many packages of the same name stand before it */
	size_t next;     /* next package of the same name + 1, 0 = none */
	bool taken;      /* it takes part */
	size_t position; /* in the set, when taken and listed */
	bool listed;
};

struct uv_lock {
	struct lock_reader *r;
	struct toml_document d;
	str path;
	struct {
		struct uv_package *p;
		size_t n, cap;
	} packages;
	struct map by_name; /* name -> index + 1 of its first package */
	struct map markers; /* text -> struct marker */
	struct line_cursor lines;
};

bool uv_lock_parse(struct uv_lock *u, str text, struct err *e);
/* First package of a name, NULL when there is none. */
struct uv_package *uv_find(const struct uv_lock *u, str name);
/* The package that a dependency table means. */
bool uv_dependency(struct uv_lock *u, const struct toml_value *dependency, struct uv_package **out, struct err *e);
/* The `marker` of a dependency, parsed once per text; NULL when there is none. */
bool uv_marker(struct uv_lock *u, const struct toml_value *dependency, struct marker **out, struct err *e);
/* Fills the files of a package from its source, wheels and sdist. */
bool uv_files(struct uv_lock *u, const struct uv_package *from, struct locked_package *out, struct err *e);

/* uv_fresh.c: "lock-stale" when the lock recorded another project than the pyproject.toml (parsed; root NULL when there is none) beside
 * it, and those of the workspace's members, now say. What cannot be compared counts as fresh. */
bool uv_fresh(struct uv_lock *u, const struct toml_document *project, struct err *e);

/* uv_roots.c: where the lock is entered. */
struct uv_roots {
	struct {
		struct uv_package **p;
		size_t n, cap;
	} list;
	bool listed;            /* a workspace without a project of its own: its members are listed */
	struct str_list groups; /* chosen */
	bool prod;              /* the project's own dependencies take part */
};
/* Reads the pyproject.toml beside the lock, says whether the lock is fresh, and completes the reader's extras. */
bool uv_find_roots(struct uv_lock *u, struct uv_roots *out, struct err *e);
/* The entry of a table by normalised name. */
const struct toml_value *uv_entry(const struct toml_value *table, str name);
/* The lists of a package's groups, NULL when it has none. */
const struct toml_value *uv_group_table(const struct uv_package *p);

/* uv_walk.c: from the project to everything that takes part. */
bool uv_walk(struct uv_lock *u, struct err *e);

#endif
