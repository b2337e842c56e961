/* zip_write.h: a deterministic writer of ZIP archives; the bytes depend on the entries given and on nothing else.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Made-by Unix 2.0, needed 2.0, DOS time 1980-01-01 00:00:00, no extra fields, no data descriptors, no comments, no zip64, no
 * directory entries, bit 11 only for non-ASCII names. Names must come in strictly increasing bytewise order.
 * Raw copy: the compressed stream of an existing archive is copied as it is and its bytes are checked against stream_crc32 on
 *           the way, so that a damaged store cannot become an output (ERR_FORMAT "zip-stream-damaged", source in where). The
 *           SHA-256 of the archive is computed while it is written, on a second thread when that pays
 *           (zip_write_options.hash_thread).
 * Limits:   65,534 entries, 4 GiB - 2 (ERR_FORMAT "zip-too-many-entries", "zip-too-large").
 * Memory:   3 buffers of 256 KiB, 8 of 64 KiB for small streams, and 40 bytes an entry.
 * Errors:   ERR_IO of the files; ERR_FORMAT as named, and "zip-name-..." for a name that zip_open would refuse; ERR_BUG
 *           "zip-write" for names out of order and other broken promises. After an error only zip_write_abort (or
 *           zip_write_end) may follow.
 * Lifetime: names and sources must stay valid, and sources open and unchanged, until zip_write_end. Nothing is committed
 *           here: the caller owns the io_temp. */
#ifndef LAMINA_ZIP_ZIP_WRITE_H
#define LAMINA_ZIP_ZIP_WRITE_H

#include "base/io.h"
#include "zip/zip_read.h"

#define ZIP_WRITE_ENTRIES_MAX 65534

struct zip_writer; /* opaque: buffers, hash thread, central directory */

struct zip_write_options {
	bool hash;        /* compute the archive's SHA-256 */
	bool hash_thread; /* on a second thread */
};

struct zip_write_result {
	uint64_t size;
	uint32_t entries;
	uint64_t unzipped_size;
	struct sha256 sha256; /* when asked for */
};

struct zip_writer *zip_write_begin(struct arena *a, struct io_temp *out, const struct zip_write_options *options);

/* One entry whose compressed stream exists at fd+offset. mode: 0644 or 0755 (S_IFREG is added), or 0120777 for a symlink. */
struct zip_raw_source {
	int fd;
	str path; /* for messages */
	uint64_t offset;
	uint16_t method;
	uint32_t crc32;
	uint64_t csize, usize;
	bool has_stream_crc32;
	uint32_t stream_crc32;
};
bool zip_write_raw(struct zip_writer *w, str name, uint32_t mode, const struct zip_raw_source *source, struct err *e);

/* One entry from memory, already compressed (zip_deflate) or stored. */
struct zip_stream {
	uint16_t method;
	uint32_t crc32;
	uint64_t usize;
	str bytes; /* as they go into the archive */
};
bool zip_write_stream(struct zip_writer *w, str name, uint32_t mode, const struct zip_stream *stream, struct err *e);

/* Central directory and end record, last buffers, hash. The writer is done afterwards, also on failure. */
bool zip_write_end(struct zip_writer *w, struct zip_write_result *out, struct err *e);
/* Stops the hash thread and frees buffers when an error came before zip_write_end; tolerates NULL. */
void zip_write_abort(struct zip_writer *w);

/* Compresses bytes at a libdeflate level (1-12), or stores them when that is not smaller or level is 0 (then the stream's bytes
 * are the ones given). Longer than ZIP_DEFLATE_WHOLE_MAX is ERR_FORMAT "zip-deflate-too-large". Files and whatever is large go
 * through zip/zip_pack.h, whose streams differ above one piece. */
#define ZIP_DEFLATE_WHOLE_MAX ((size_t)64 << 20)
bool zip_deflate(struct arena *a, str bytes, int level, struct zip_stream *out, struct err *e);
/* Name and version of the coder, and how it is used: part of every build key. */
const char *zip_coder(void);

#endif
