/* zip_pack.h: entries into an archive, compressing many pieces at a time what is not compressed yet.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Content is compressed in pieces of ZIP_PACK_PIECE bytes, each on its own, by libdeflate; the streams of one entry's pieces are
 * joined into one (zip_pieces.h). So one large file uses every thread, memory does not grow with it, and the bytes depend on the
 * content and the level alone: not on the number of threads. An entry that does not get smaller is stored.
 * A raw entry is copied as it is or, when it is to be recompressed, inflated, proved and compressed anew; the shorter stream stays.
 * Memory:  about 2 * ZIP_PACK_BATCH for what waits to be written, and a thread's two pieces and compressor (1 MiB at levels up to
 *          9, 10 MiB above); recompressing adds ZIP_PACK_BATCH a thread. What is larger than ZIP_PACK_BATCH goes through a scratch
 *          file beside the archive, which is never visible.
 * Errors:  those of zip_write.h; ERR_IO "source-changed" when a file is not what the caller says it is.
 * Threads: one call works on one writer; it starts threads of its own. */
#ifndef LAMINA_ZIP_ZIP_PACK_H
#define LAMINA_ZIP_ZIP_PACK_H

#include <stdatomic.h>

#include "zip/zip_write.h"

#define ZIP_PACK_PIECE ((size_t)1 << 20)
#define ZIP_PACK_BATCH ((size_t)16 << 20)

enum zip_pack_kind { ZIP_PACK_BYTES, ZIP_PACK_FILE, ZIP_PACK_RAW };

struct zip_pack_item {
	str name;
	uint32_t mode; /* 0644, 0755 or 0120777 */
	enum zip_pack_kind kind;
	str bytes; /* BYTES */
	/* FILE: NUL-terminated path and what a stat of it said; crc32 when the content was read before. */
	str path;
	str real; /* opened instead: no part of it is a symbolic link, and none may become one; empty = path */
	uint64_t size, inode;
	int64_t mtime_ns, ctime_ns;
	bool has_crc32;
	uint32_t crc32;
	/* RAW */
	struct zip_raw_source raw;
	bool recompress;
};

struct zip_pack_options {
	int level; /* of libdeflate, 0 = store */
	size_t jobs;
	const atomic_bool *cancel; /* may be NULL */
	const char *beside;        /* scratch files are made in the folder of this path */
};

/* The i-th entry, in strictly increasing order of name; called again and again, from the calling thread only. open: raw.fd is wanted,
 * and has to be good until the next call. */
typedef bool zip_pack_get(void *context, size_t i, bool open, struct zip_pack_item *out, struct err *e);

/* Refuses a name as the writer would ("zip-name-..."), before anything is compressed; path is for the message. */
bool zip_pack_name(str path, str name, struct err *e);

/* *failed: the entry that an error is about, SIZE_MAX when it is about none. */
bool zip_pack(struct zip_writer *w, const struct zip_pack_options *options, size_t n, zip_pack_get *get, void *context,
              size_t *failed, struct err *e);

/* The levels behind the words of --compress. */
#define ZIP_PACK_LEVEL_FAST     4
#define ZIP_PACK_LEVEL_COPY     6
#define ZIP_PACK_LEVEL_SMALL    10
#define ZIP_PACK_LEVEL_SMALLEST 12

#endif
