/* build_result.h: what one finished artifact is: the record that `lamina build` prints.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Lifetime: the arena it was made or read in. Sizes in bytes. */
#ifndef LAMINA_MODEL_BUILD_RESULT_H
#define LAMINA_MODEL_BUILD_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sha256.h"
#include "base/vec.h"

struct built_distribution {
	str name, version;
	struct sha256 sha256; /* of the wheel */
	uint64_t size, unzipped_size;
	str backend; /* whose rules, or hooks, made the wheel here; empty: it was published */
};

struct built_warning {
	str id, message;
};

struct build_result {
	str kind, name, runtime, arch, path;
	bool is_tree; /* --into: no size, no digests */
	uint64_t size, unzipped_size, entries;
	struct sha256 sha256;
	str md5;     /* hex, empty unless asked for */
	str same_as; /* path of an artifact of the same run and name that has the same bytes; empty without one */
	str lock;    /* path, empty without dependencies */
	struct sha256 lock_sha256;
	bool up_to_date;
	bool planned; /* --dry-run, --check: what would be built */
	uint64_t elapsed_ms;
	VEC(struct built_distribution) distributions;
	uint64_t slimmed_files, slimmed_bytes;
	VEC(struct built_warning) warnings;
};

#endif
