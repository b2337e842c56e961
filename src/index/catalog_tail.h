/* catalog_tail.h: one small member of a zip, read from the archive's last bytes; private to catalog*.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is known of the archive are its last bytes and, when the member stands far before them, that member's own. Each reading gives
 * the member, or the bytes that are missing, or the verdict that this cannot be done (then the whole file is asked for, and
 * zip/zip_read.h judges it). Only plain archives are read: one end record that ends the file, a directory that ends where it begins,
 * no ZIP64, no encryption.
 * The member: METADATA of the one folder NAME-VERSION.dist-info at the top of a wheel; PKG-INFO of the one folder of a source
 * distribution.
 * Proved:   the member's CRC-32 and sizes; its local header has the directory's name, method and CRC. Not the digest of the whole.
 * Source:   APPNOTE 6.3.10, sections 4.3.7, 4.3.12, 4.3.16.
 * Limits:   METADATA_MAX inflated and packed, TAIL_DIRECTORY_MAX bytes of directory; reads ask for more at most four times.
 * Lifetime: the text belongs to the arena. */
#ifndef LAMINA_INDEX_CATALOG_TAIL_H
#define LAMINA_INDEX_CATALOG_TAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

#define TAIL_DIRECTORY_MAX ((uint64_t)8 << 20)
#define TAIL_LOOK_BACK     ((uint64_t)16 << 10) /* asked for before a directory: METADATA mostly stands there */

/* Bytes of the file from `at` on. */
struct tail_piece {
	uint64_t at;
	str bytes;
};

struct tail {
	uint64_t size;            /* of the file */
	struct tail_piece end;    /* up to the file's end */
	struct tail_piece member; /* may be empty */
};

enum tail_member { TAIL_WHEEL_METADATA, TAIL_SDIST_PKG_INFO };
enum tail_verdict {
	TAIL_FOUND,
	TAIL_MORE_END,    /* bytes [from, to) before what `end` has */
	TAIL_MORE_MEMBER, /* bytes [from, to) for `member` */
	TAIL_NO
};

struct tail_answer {
	str text;
	uint64_t from, to;
};

enum tail_verdict tail_read(struct arena *a, const struct tail *t, enum tail_member member, str project,
                            struct tail_answer *out);
/* Is the entry the member that is looked for? Of several, none can be told to be right. */
bool tail_is_member(str entry, enum tail_member member, str project);

#endif
