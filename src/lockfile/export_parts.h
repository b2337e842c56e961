/* export_parts.h: what the files that export locks share.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Private to export*.c.
 * Lifetime: the arena of the reader. */
#ifndef LAMINA_LOCKFILE_EXPORT_PARTS_H
#define LAMINA_LOCKFILE_EXPORT_PARTS_H

#include "lockfile/export.h"
#include "lockfile/reader.h"

struct exporter {
	struct arena *a;
	struct lock_reader r;
	const struct export_request *request;
	struct export_set *out;
	str path; /* of the lock */
};

/* One for each kind of lock; text: the lock's bytes. */
bool export_poetry(struct exporter *x, str text, struct err *e);
bool export_uv(struct exporter *x, str text, struct err *e);
bool export_entries(struct exporter *x, enum lock_format format, str text, struct err *e);

/* export_poetry_indexes.c: the sources of the pyproject.toml that `used` (URLs without a slash at the end) names. */
bool export_poetry_indexes(struct exporter *x, const struct toml_document *project, const struct str_list *used, struct err *e);

/* ERR_FORMAT "too-large" when the markers passed their limits. */
bool export_check(const struct exporter *x, struct err *e);
/* "file:///a%20b", of an absolute path. */
str export_file_url(struct arena *a, str path);
/* Absolute, without links where it exists. */
bool export_real_path(struct arena *a, str path, str *out, struct err *e);

#endif
