/* ingest.h: wheel -> wheel record: everything about a wheel is proved once, here.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Checks, in this order: file name, zip structure (zip/zip_read.h), exactly one *.dist-info with METADATA, WHEEL and RECORD,
 * name and version equal to the file name's, Wheel-Version 1.x, entry points, script names, .data keys, RECORD lists exactly
 * the files; then every entry is inflated: CRC-32, the digest and the size that RECORD gives. Structure comes before bytes, so
 * that a hostile wheel is refused before work is spent on it.
 * Sources: PyPA "Binary distribution format", "Recording installed projects", "Entry points"; docs/wheels.md has every rule.
 * Errors:  ERR_FORMAT with one id per rule, where = FILE: entry. Zip's own ("zip-..."), and
 *            wheel-name, wheel-size, wheel-dist-info, wheel-file, wheel-data-key, wheel-data-dir, metadata, metadata-mismatch,
 *            entry-points, entry-point-name, entry-point-value, script-name, script-size, record, record-path, record-hash,
 *            record-size, record-duplicate, record-missing, record-missing-entry, record-missing-hash, record-extra-row,
 *            record-mismatch
 * Threads: safe on different wheels at the same time.
 * Memory:  bounded by the parsers' limits and by zip_verify_entry. */
#ifndef LAMINA_PIPELINE_INGEST_H
#define LAMINA_PIPELINE_INGEST_H

#include "base/err.h"
#include "model/wheel_record.h"

#define INGEST_SCRIPT_MAX  ((size_t)1 << 20)  /* bytes of a script whose first line is rewritten */
#define INGEST_SCRIPTS_MAX ((size_t)16 << 20) /* of all of them */

struct ingest_options {
	/* The user named this distribution: differences between RECORD and the files become warnings. What cannot be read as a
	 * RECORD, or uses a hash weaker than SHA-256, stays an error. */
	bool allow_record_mismatch;
	size_t jobs; /* threads that may share one large wheel; 0 or 1 = the caller's alone */
};

/* fd: the wheel; file_name: its name as the lock or index has it; digest and size: as verified by the store. options may be
 * NULL. */
bool ingest_wheel(struct arena *a, int fd, str file_name, const struct sha256 *digest, uint64_t size,
                  const struct ingest_options *options, struct wheel_record *out, struct err *e);

#endif
