/* record.h: the file RECORD inside *.dist-info: every file of a wheel with its digest and size.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Recording installed projects" and "Binary distribution format". The text is CSV as Python's csv module reads it;
 * each row has three fields; blank lines are skipped. Judges rows only: what must be listed is ingestion's matter.
 * Errors: ERR_FORMAT with err_at (offset of the row) and one of the ids
 *   "record"       not UTF-8, a quote that never ends, not three fields, too large
 *   "record-path"  empty, absolute, a drive, or with "", "." or ".." between the slashes
 *   "record-hash"  weaker than SHA-256 (md5, sha1, sha224), unknown, or a digest of the wrong length or alphabet
 *   "record-size"  not a decimal number below 2^64
 * Limits: RECORD_MAX bytes, RECORD_ROWS_MAX rows.
 * Lifetime: views into the text; decoded parts in the arena. */
#ifndef LAMINA_PYTHON_RECORD_H
#define LAMINA_PYTHON_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/sha256.h"
#include "base/vec.h"

#define RECORD_MAX      ((size_t)64 << 20)
#define RECORD_ROWS_MAX 200000

struct record_row {
	str path;      /* "/" separators (backslashes are replaced), without a leading "./" */
	str algorithm; /* lower case, "sha256" ...; empty when the row has no hash */
	str digest;    /* raw bytes */
	bool has_size;
	uint64_t size;
	uint64_t offset; /* of the row in the text */
};
struct record_rows {
	VEC(struct record_row) rows;
};

bool record_parse(struct arena *a, str text, struct record_rows *out, struct err *e);
/* One row: path quoted as Python's csv writer quotes, "sha256=" urlsafe base64 without padding, size, "\n". digest NULL writes
 * neither hash nor size, as RECORD lists itself. */
void record_write_row(struct buf *out, str path, const struct sha256 *digest, uint64_t size);

#endif
