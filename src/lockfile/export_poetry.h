/* export_poetry.h: what the files that export poetry.lock share.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Private to export_poetry*.c.
 * Lifetime: the arena of the reader. */
#ifndef LAMINA_LOCKFILE_EXPORT_POETRY_H
#define LAMINA_LOCKFILE_EXPORT_POETRY_H

#include "lockfile/export_parts.h"
#include "lockfile/poetry_lock.h"

struct export_poetry {
	struct exporter *x;
	struct marker_sets *markers;
	struct poetry_lock lock;
	uint32_t python;      /* of the project */
	struct str_list used; /* URLs of indexes, without a slash at the end */
};

/* Pythons of a constraint ("^3.8"); without one, or with "*", all. */
bool export_poetry_python_set(struct export_poetry *p, str constraint, uint32_t *out, struct err *e);
/* Pythons of the package. */
bool export_poetry_python(struct export_poetry *p, const struct poetry_package *package, uint32_t *out, struct err *e);
/* A marker as Poetry writes it; v may be NULL. */
bool export_poetry_marker(struct export_poetry *p, const struct toml_document *d, const struct toml_value *v,
                          const struct marker_choice *choice, uint32_t *out, struct err *e);
/* A line for the package; extras may be NULL. */
bool export_poetry_add(struct export_poetry *p, const struct poetry_package *package, uint32_t marker,
                       const struct str_list *extras, struct err *e);
/* export_poetry_walk.c: what takes part, under which markers, in locks before 2.1. */
bool export_poetry_walk(struct export_poetry *p, struct err *e);

#endif
