/* ingest.h: wheel -> wheel record: everything about a wheel is proved once, here.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Checks: zip structure (zip/zip_read.h), every CRC by inflating, exactly one *.dist-info with METADATA, WHEEL and RECORD, name and
 * version equal to the file name's (normalised), Wheel-Version 1.x, RECORD lists exactly the files with matching SHA-256 and sizes,
 * entry point names, script names, .data keys. Sources: PyPA "Binary distribution format", "Recording installed projects";
 * python-packaging rules in docs/wheels.md.
 * Errors:   ERR_FORMAT with one id per rule ("record-mismatch", "record-missing", "wheel-dist-info", "metadata-mismatch",
 *           "wheel-version", "entry-point-name", "wheel-data-key", "script-name" and zip's own), where = FILE: entry.
 * Threads:  safe on different wheels at the same time. Memory: bounded by zip_verify_entry and RECORD_MAX. */
#ifndef LAMINA_PIPELINE_INGEST_H
#define LAMINA_PIPELINE_INGEST_H

#include "base/err.h"
#include "model/wheel_record.h"

struct ingest_options {
	bool allow_record_mismatch; /* the user named this distribution: differences become warnings */
};

/* fd: the wheel; file_name: its name as the lock or index has it; digest and size: as verified by the store. */
bool ingest_wheel(struct arena *a, int fd, str file_name, const struct sha256 *digest, uint64_t size,
                  const struct ingest_options *options, struct wheel_record *out, struct err *e);

#endif
