/* zip_read.h: a strict reader of ZIP archives (wheels, layers, packages).
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: APPNOTE 6.3.10 and the acceptance rules of python-packaging 7.1 (docs/zip.md lists each with its id). The central
 * directory and every local header must agree; records must fill the file from byte 0 to its end without gap or overlap; names
 * are clean relative UTF-8 paths; only methods stored and deflate. Opening reads headers only; bytes are proved by zip_verify.
 * Limits:   struct zip_limits; everything is bounded before it is allocated.
 * Errors:   ERR_FORMAT, id "zip-..." (one per rule), err_at = offset in the archive, where = archive: entry (escaped).
 * Lifetime: entries belong to the arena; the descriptor stays the caller's.
 * Threads:  an opened archive is read-only. */
#ifndef LAMINA_ZIP_ZIP_READ_H
#define LAMINA_ZIP_ZIP_READ_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/sha256.h"

enum zip_method { ZIP_STORED = 0, ZIP_DEFLATED = 8 };

enum zip_policy {
	ZIP_POLICY_DEFAULT, /* what lamina reads: consistent data descriptors and trailing NULs are allowed */
	ZIP_POLICY_REGISTRY /* what the registry's upload rules allow: no descriptors, no trailing bytes, no entry comments ... */
};

struct zip_limits {
	uint64_t archive_max; /* bytes of the file */
	uint32_t entries_max;
	uint64_t inflated_max; /* sum of uncompressed sizes */
	uint64_t ratio_from;   /* ratio is judged above this many inflated bytes ... */
	uint32_t ratio_max;    /* ... per entry and in sum */
	uint32_t name_max;
};
extern const struct zip_limits zip_limits_default;

struct zip_entry {
	str name;        /* "/" separated, valid UTF-8, relative, clean; ends in "/" for a directory */
	uint16_t method; /* enum zip_method */
	uint32_t crc32;
	uint64_t csize, usize;
	uint64_t header_at; /* local header */
	uint64_t data_at;   /* first byte of the stream */
	uint32_t
	    unix_mode; /* upper half of the external attributes: st_mode, or 0; whatever system made the entry, as pip reads it */
	bool is_dir;
	bool is_symlink; /* only with allow_symlinks */
	uint16_t dos_time, dos_date;
};

struct zip_archive {
	int fd;
	str path; /* for messages */
	uint64_t size;
	struct zip_entry *entries; /* in the order of the central directory */
	size_t n;
	uint64_t inflated;   /* sum of usize */
	bool trailing_nuls;  /* tolerated: caller warns */
	str case_variant[2]; /* two names that differ only by case, when there are some: caller warns */
};

struct zip_open_options {
	enum zip_policy policy;
	const struct zip_limits *limits; /* NULL = default */
	bool allow_symlinks;             /* `ls` of a finished package; wheels never */
};

bool zip_open(struct arena *a, int fd, str path, const struct zip_open_options *options, struct zip_archive *out,
              struct err *e);

/* Inflates one entry completely into the arena; refuses above max. The CRC, sizes and end of the stream are checked. */
bool zip_read_entry(struct arena *a, const struct zip_archive *z, const struct zip_entry *entry, size_t max, str *out,
                    struct err *e);

/* What one pass over an entry's bytes gives. */
struct zip_facts {
	struct sha256 sha256;  /* of the inflated bytes */
	uint32_t stream_crc32; /* CRC-32 of the compressed stream as stored: detects damage without inflating */
};
/* Inflates an entry without keeping it, piece by piece: below 300 KiB whatever its size. sink may be NULL, else it gets the bytes
 * in order; when it returns false the call fails (with e as the sink set it, if it did). False on any mismatch: by then the sink
 * may have had bytes. Thread-safe on one archive. */
typedef bool zip_sink(void *context, const void *bytes, size_t n);
bool zip_verify_entry(const struct zip_archive *z, const struct zip_entry *entry, zip_sink *sink, void *context,
                      struct zip_facts *out, struct err *e);

/* CRC-32 (ISO 3309), continued from crc (0 to start). */
uint32_t zip_crc32(uint32_t crc, const void *bytes, size_t n);

#endif
