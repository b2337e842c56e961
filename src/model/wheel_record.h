/* wheel_record.h: the verified facts of one wheel.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Made once by pipeline/ingest.h, which validates everything (zip structure, every CRC, RECORD, METADATA, WHEEL, entry points),
 * then kept in the store by the wheel's SHA-256 and trusted. A build reads records only: it never inflates a wheel again.
 * Invariants: entries are in bytewise order of name, without directories; names are clean relative paths.
 * Lifetime:   everything belongs to the arena it was made or loaded in. */
#ifndef LAMINA_MODEL_WHEEL_RECORD_H
#define LAMINA_MODEL_WHEEL_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sha256.h"
#include "base/vec.h"

struct wheel_entry {
	str name;         /* path inside the wheel */
	uint64_t data_at; /* first byte of the compressed stream in the wheel */
	uint64_t csize, usize;
	uint32_t crc32;        /* of the content */
	uint32_t stream_crc32; /* of the compressed stream: checked while it is copied */
	uint16_t method;       /* enum zip_method */
	bool executable;       /* any x bit in the wheel's mode */
	struct sha256 sha256;  /* of the content */
};

struct wheel_script {
	str name; /* console script */
	str module, attribute;
	bool gui;
};

/* Content of an entry that is rewritten at build time; only small text. */
struct wheel_inline {
	size_t entry; /* index into entries */
	str content;
};

struct wheel_record {
	struct sha256 sha256; /* of the wheel file */
	uint64_t size;
	str name;            /* normalised project name */
	str written_name;    /* as METADATA has it */
	str version;         /* as METADATA has it */
	str dist_info;       /* "requests-2.32.3.dist-info" */
	str data_dir;        /* "requests-2.32.3.data"; empty when the wheel has none */
	str requires_python; /* empty when absent */
	struct str_list requires_dist, provides_extra;
	struct str_list tags;     /* of WHEEL */
	struct str_list warnings; /* what ingestion tolerated: one sentence each, told on every build that uses the wheel */
	VEC(struct wheel_script) scripts;
	struct wheel_entry *entries;
	size_t n_entries;
	/* Contents that a build may need to rewrite, kept so that a warm build inflates nothing: */
	str entry_points;                 /* entry_points.txt, empty when absent */
	VEC(struct wheel_inline) inlined; /* .data/scripts whose "#!python" line must be rewritten */
};

#endif
