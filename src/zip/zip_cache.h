/* zip_cache.h: small streams of a few archives, read a block at a time; for this folder only.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Entries come in the order of their final names: streams of several wheels alternate, and within one wheel they are near each
 * other but not in the file's order. Aligned blocks in least-recently-used order serve both: a wheel of thousands of small
 * files costs hundreds of reads (docs/zip.md has the measurement behind the numbers).
 * Memory: ZIP_CACHE_BLOCKS * ZIP_CACHE_BLOCK, touched as far as it is used. Sources must stay unchanged while the cache
 *         is in use: blocks are known by descriptor and by the place of the path. */
#ifndef LAMINA_ZIP_ZIP_CACHE_H
#define LAMINA_ZIP_ZIP_CACHE_H

#include "base/buf.h"
#include "base/err.h"

#define ZIP_CACHE_BLOCKS 8
#define ZIP_CACHE_BLOCK  ((size_t)64 << 10)

struct zip_cache_block {
	int fd;
	const char *path; /* of the source, not read: numbers of descriptors are used again, places of paths are not */
	uint64_t number;  /* offset / ZIP_CACHE_BLOCK */
	uint64_t used;    /* clock of the last use; 0 = holds nothing */
	struct buf bytes;
};

struct zip_cache {
	struct zip_cache_block blocks[ZIP_CACHE_BLOCKS];
	uint64_t clock;
};

void zip_cache_open(struct zip_cache *c);
void zip_cache_close(struct zip_cache *c);
/* The bytes from the offset to the end of their block; empty when the file ends before. */
bool zip_cache_get(struct zip_cache *c, int fd, str path, uint64_t at, str *out, struct err *e);

#endif
