/* poetry_lock.h: poetry.lock and its pyproject.toml as they stand in the files.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Private to the Poetry reader.
 * Source: poetry, packages/locker.py (2.5) and the lock files of 1.0 to 2.5.
 * Lifetime: arena. */
#ifndef LAMINA_LOCKFILE_POETRY_LOCK_H
#define LAMINA_LOCKFILE_POETRY_LOCK_H

#include "base/map.h"
#include "lockfile/reader.h"
#include "python/poetry_constraint.h"

#define POETRY_SAME_NAME_MAX 1000 /* packages of one name */

struct poetry_package {
	str name, version;
	struct version parsed;
	uint32_t line; /* where its table stands */
	bool optional, develop;
	const struct toml_value *table;
	str source_type, source_url, source_reference, source_subdirectory;
	size_t rank, next; /* packages of the same name: how many stand before, index + 1 of the next */
	bool taken;
	size_t position; /* in the set, when taken */
};

struct poetry_lock {
	struct lock_reader *r;
	struct toml_document d, project;
	bool has_project;
	str path;
	int major, minor; /* lock-version */
	const struct toml_value *metadata;
	struct {
		struct poetry_package *p;
		size_t n, cap;
	} packages;
	struct map by_name;     /* name -> index + 1 of its last package */
	struct str_list extras; /* names that the lock knows */
	struct str_list groups; /* names that lock and project know */
	struct str_list chosen; /* groups that take part */
	struct line_cursor lines;
};

/* poetry.c: everything up to the choice of groups and extras. l holds the reader and the path. */
bool poetry_open(struct poetry_lock *l, str text, struct err *e);
/* Does the lock itself say which groups and markers a package has (lock-version 2.1)? */
bool poetry_says_groups(const struct poetry_lock *l);
struct poetry_package *poetry_find(const struct poetry_lock *l, str name);
/* Adds the package to the set, with its files. */
bool poetry_take(struct poetry_lock *l, struct poetry_package *p, str assumed, struct err *e);
/* Is the target's Python in a constraint? */
bool poetry_python_allowed(struct poetry_lock *l, str constraint, str who, bool *allowed, struct err *e);
/* Markers as Poetry writes them: "*" is always, "<empty>" never. */
bool poetry_marker(struct poetry_lock *l, const struct toml_document *d, const struct toml_value *v, struct marker **out,
                   bool *never, struct err *e);

/* poetry_files.c: files of a package. */
bool poetry_files(struct poetry_lock *l, const struct poetry_package *p, struct locked_package *out, struct err *e);
/* poetry_hash.c: is the lock's content-hash that of the project? */
bool poetry_fresh(struct poetry_lock *l, str expected);
/* poetry_walk.c: what takes part in locks before 2.1. */
bool poetry_walk(struct poetry_lock *l, struct err *e);
/* Who needs whom among the packages taken (--only, --exclude). Optional dependencies count when something that takes part, or the
 * project, asks for an extra that lists them and their marker holds; without the project's file, when their marker can hold. */
bool poetry_needs(struct poetry_lock *l, struct err *e);

#endif
