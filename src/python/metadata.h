/* metadata.h: core metadata (METADATA, PKG-INFO), WHEEL, RECORD and entry_points.txt: bytes in, structs out.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sources: PyPA "Core metadata specifications" (2.6), "Binary distribution format", "Recording installed projects", "Entry points".
 * Limits: METADATA_MAX bytes, RECORD_MAX bytes, METADATA_REQUIRES_MAX requirements. Errors: ERR_FORMAT with ids "metadata",
 * "wheel-file", "record", "entry-points" and err_at. Lifetime: arena; views into the text. */
#ifndef LAMINA_PYTHON_METADATA_H
#define LAMINA_PYTHON_METADATA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/sha256.h"
#include "base/vec.h"

#define METADATA_MAX ((size_t)4 << 20)
#define RECORD_MAX ((size_t)64 << 20)
#define ENTRY_POINTS_MAX ((size_t)4 << 20)
#define METADATA_REQUIRES_MAX 100000

struct metadata {
	str metadata_version, name, version;
	str requires_python; /* p == NULL when absent */
	struct str_list requires_dist, provides_extra, dynamic, license_files;
};
bool metadata_parse(struct arena *a, str text, struct metadata *out, struct err *e);

struct wheel_file {
	str wheel_version; /* "1.0" */
	bool root_is_purelib;
	struct str_list tags;
	str build;
	bool newer_minor; /* 1.N with N > 0: warn */
};
bool wheel_file_parse(struct arena *a, str text, struct wheel_file *out, struct err *e);

struct record_row {
	str path;      /* "/" separators, without a leading "./" */
	str algorithm; /* empty when the row has no hash */
	str digest;    /* raw bytes */
	bool has_size;
	uint64_t size;
	uint64_t offset; /* of the row in the text */
};
struct record_rows {
	VEC(struct record_row) rows;
};
/* CSV as Python's csv module reads it (quotes, CRLF). Judges syntax only; what must be listed is ingestion's matter. */
bool record_parse(struct arena *a, str text, struct record_rows *out, struct err *e);
/* One row as pip writes it: path quoted when needed, "sha256=" urlsafe base64 without padding, size; "\n" at the end. */
void record_write_row(struct buf *out, str path, const struct sha256 *digest, uint64_t size);

struct entry_point {
	str group, name, module, attribute, extras; /* "module:attr [extras]"; extras as written */
	str value;                                  /* the whole value */
};
struct entry_points {
	VEC(struct entry_point) list; /* in file order */
};
/* INI, case-sensitive, "=" only, comments # and ; at line start. Names with control characters or "/" are refused. */
bool entry_points_parse(struct arena *a, str text, struct entry_points *out, struct err *e);

#endif
