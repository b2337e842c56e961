/* plan.h: the ordered list of entries that an artifact will have, each with its source.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Invariants: names strictly increase bytewise; no name is a folder of another; modes are 0644 or 0755; every wheel entry points at
 *             a record that outlives the plan.
 * Lifetime:   belongs to the arena given to plan_make; names may point into records and scans. */
#ifndef LAMINA_MODEL_PLAN_H
#define LAMINA_MODEL_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sha256.h"
#include "base/vec.h"
#include "model/wheel_record.h"

/* One wheel that takes part, in order of normalised name. */
struct distribution {
	str name, version; /* normalised name; version as METADATA has it */
	str file;          /* the wheel's file name */
	const struct wheel_record *record;
	struct str_list extras; /* requested on it */
	str required_at;        /* "requirements.txt:3", for messages; may be empty */
	const char *backend;    /* that the wheel was made by here; NULL: it was published */
	/* filled by the plan: */
	uint64_t size, unzipped_size; /* of what the artifact holds of it: compressed and plain */
};

/* One file of the project. */
struct source_file {
	str name; /* path in the artifact */
	str path; /* on disk */
	uint64_t size;
	int64_t mtime_ns, ctime_ns;
	uint64_t inode;
	bool executable;
	struct sha256 sha256;
	uint32_t crc32;
};

enum plan_source { PLAN_WHEEL, PLAN_FILE, PLAN_TEXT };

struct plan_entry {
	str name;
	uint32_t mode; /* 0644 or 0755 */
	enum plan_source source;
	uint32_t distribution; /* PLAN_WHEEL, PLAN_TEXT: index into distributions; UINT32_MAX = the project */
	union {
		const struct wheel_entry *wheel;
		const struct source_file *file;
		str text;
	} u;
};

struct plan {
	struct plan_entry *entries;
	size_t n;
	struct distribution *distributions;
	size_t n_distributions;
	uint64_t slimmed_files, slimmed_bytes;
	uint64_t unzipped_size;
};

#endif
