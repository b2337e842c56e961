/* zip_write.c: a deterministic writer of ZIP archives.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every record is made here from the entry's facts alone; streams are copied. Large streams are read straight into the output
 * buffer, small ones come through zip_cache. The directory is kept as short rows and made at the end.
 * Source: APPNOTE 4.3.7, 4.3.12, 4.3.16; docs/zip.md tells why each field has the value it has. */
#include "zip/zip_write.h"

#include <string.h>

#include "base/oom.h"
#include "zip/zip_cache.h"
#include "zip/zip_names.h"
#include "zip/zip_ring.h"
#include "zip/zip_window.h"

#define MADE_BY     0x0314u /* Unix, 2.0 */
#define NEEDED      20u
#define DOS_TIME    0u                   /* 00:00:00 */
#define DOS_DATE    0x0021u              /* 1980-01-01 */
#define DIRECT_FROM ((uint64_t)32 << 10) /* streams of this size are read without the cache */
#define ROWS        256
#define ARCHIVE_MAX (ZIP_MAX32 - 1ull)

/* What the directory needs of one entry. */
struct row {
	str name;
	uint32_t crc32, csize, usize, header_at;
	uint16_t method;
	uint16_t mode; /* st_mode */
};

struct rows {
	struct rows *next;
	size_t n;
	struct row row[ROWS];
};

struct zip_writer {
	struct arena *arena;
	struct zip_ring ring;
	struct zip_cache cache;
	struct rows *first, *last;
	uint32_t entries;
	uint64_t at;        /* bytes given to the ring */
	uint64_t directory; /* bytes that the directory will have */
	uint64_t unzipped;
	str last_name;
	bool closed;
};

struct zip_writer *zip_write_begin(struct arena *a, struct io_temp *out, const struct zip_write_options *options)
{
	struct zip_writer *w = arena_new(a, struct zip_writer);
	w->arena = a;
	zip_ring_open(&w->ring, out, options && options->hash, options && options->hash_thread);
	zip_cache_open(&w->cache);
	return w;
}

void zip_write_abort(struct zip_writer *w)
{
	if (!w || w->closed) return;
	w->closed = true;
	zip_ring_close(&w->ring);
	zip_cache_close(&w->cache);
}

static void put16(unsigned char *p, unsigned v)
{
	p[0] = (unsigned char)(v & 0xff);
	p[1] = (unsigned char)(v >> 8 & 0xff);
}

static void put32(unsigned char *p, uint32_t v)
{
	put16(p, v & 0xffff);
	put16(p + 2, v >> 16);
}

static bool put(struct zip_writer *w, const void *bytes, size_t n, struct err *e)
{
	w->at += n;
	return zip_ring_put(&w->ring, bytes, n, e);
}

static unsigned name_flags(str name)
{
	for (size_t i = 0; i < name.n; i++) {
		if ((unsigned char)name.p[i] >= 0x80) return ZIP_FLAG_UTF8;
	}
	return 0;
}

/* The 26 bytes from "version needed" to "extra field length" that both headers share. */
static void put_common(unsigned char *p, const struct row *row)
{
	put16(p, NEEDED);
	put16(p + 2, name_flags(row->name));
	put16(p + 4, row->method);
	put16(p + 6, DOS_TIME);
	put16(p + 8, DOS_DATE);
	put32(p + 10, row->crc32);
	put32(p + 14, row->csize);
	put32(p + 18, row->usize);
	put16(p + 22, (unsigned)row->name.n);
	put16(p + 24, 0);
}

static bool caller_bug(str name, const char *what, struct err *e)
{
	char shown[ZIP_SHOWN_MAX];
	zip_shown(shown, name);
	err_set(e, ERR_BUG, "zip-write", "%s", what);
	return err_where(e, "%s", shown);
}

/* Checks what a caller must keep to, and that the archive stays within 32-bit sizes. */
static bool check(const struct zip_writer *w, str name, uint32_t mode, uint16_t method, uint64_t csize, uint64_t usize,
                  struct err *e)
{
	BUG_IF(w->closed);
	struct zip_place place = { w->ring.out->path ? str_from(w->ring.out->path) : S("archive"), name, w->at };
	if (!zip_name_check(&place, true, zip_limits_default.name_max, e)) return false;
	if (name.p[name.n - 1] == '/') return caller_bug(name, "a folder was given to the zip writer", e);
	if (w->entries > 0 && str_cmp(w->last_name, name) >= 0)
		return caller_bug(name, "names were given to the zip writer out of order", e);
	if (mode != 0644 && mode != 0755 && mode != (ZIP_S_IFLNK | 0777))
		return caller_bug(name, "a mode other than 0644 and 0755 was given to the zip writer", e);
	if ((method != ZIP_STORED || csize != usize) && (method != ZIP_DEFLATED || csize == 0))
		return caller_bug(name, "a stream that no reader takes was given to the zip writer", e);
	if (w->entries >= ZIP_WRITE_ENTRIES_MAX)
		return zip_refuse(&place, "zip-too-many-entries", e, "the archive would have more than %d entries",
		                  ZIP_WRITE_ENTRIES_MAX);
	uint64_t headers = (uint64_t)ZIP_LOCAL_SIZE + ZIP_CENTRAL_SIZE + ZIP_END_SIZE + 2 * name.n;
	if (csize > ARCHIVE_MAX || usize > ARCHIVE_MAX || w->at + w->directory + headers + csize > ARCHIVE_MAX)
		return zip_refuse(&place, "zip-too-large", e, "the archive would have more than %llu bytes",
		                  (unsigned long long)ARCHIVE_MAX);
	return true;
}

static struct row *add_row(struct zip_writer *w)
{
	if (!w->last || w->last->n == ROWS) {
		struct rows *block = arena_new(w->arena, struct rows);
		if (w->last)
			w->last->next = block;
		else
			w->first = block;
		w->last = block;
	}
	return &w->last->row[w->last->n++];
}

/* The local header, and the row for the directory. */
static bool begin_entry(struct zip_writer *w, str name, uint32_t mode, uint16_t method, uint32_t crc32, uint64_t csize,
                        uint64_t usize, struct err *e)
{
	if (!check(w, name, mode, method, csize, usize, e)) return false;
	struct row *row = add_row(w);
	*row = (struct row){ .name = name,
		                 .crc32 = crc32,
		                 .csize = (uint32_t)csize,
		                 .usize = (uint32_t)usize,
		                 .header_at = (uint32_t)w->at,
		                 .method = method,
		                 .mode = (uint16_t)(mode & ZIP_S_IFMT ? mode : ZIP_S_IFREG | mode) };
	w->entries++;
	w->unzipped += usize;
	w->directory += ZIP_CENTRAL_SIZE + name.n;
	w->last_name = name;
	unsigned char header[ZIP_LOCAL_SIZE];
	put32(header, ZIP_SIG_LOCAL);
	put_common(header + 4, row);
	return put(w, header, sizeof header, e) && put(w, name.p, name.n, e);
}

static bool damaged(const struct zip_raw_source *s, str name, const char *why, struct err *e)
{
	struct zip_place place = { s->path, name, s->offset };
	zip_refuse(&place, "zip-stream-damaged", e, "the stored bytes of a file are damaged");
	return err_why(e, "%s", why);
}

static bool copy_direct(struct zip_writer *w, str name, const struct zip_raw_source *s, uint32_t *crc, struct err *e)
{
	for (uint64_t done = 0; done < s->csize;) {
		char *to;
		size_t room, got = 0;
		if (!zip_ring_room(&w->ring, &to, &room, e)) return false;
		if (room > s->csize - done) room = (size_t)(s->csize - done);
		if (!zip_pread_some(s->fd, s->path, to, room, s->offset + done, &got, e)) return false;
		if (got < room) return damaged(s, name, "the file is shorter than it was", e);
		*crc = zip_crc32(*crc, to, room);
		zip_ring_filled(&w->ring, room);
		done += room;
	}
	w->at += s->csize;
	return true;
}

static bool copy_cached(struct zip_writer *w, str name, const struct zip_raw_source *s, uint32_t *crc, struct err *e)
{
	for (uint64_t done = 0; done < s->csize;) {
		str piece;
		if (!zip_cache_get(&w->cache, s->fd, s->path, s->offset + done, &piece, e)) return false;
		if (str_empty(piece)) return damaged(s, name, "the file is shorter than it was", e);
		if (piece.n > s->csize - done) piece.n = (size_t)(s->csize - done);
		*crc = zip_crc32(*crc, piece.p, piece.n);
		if (!put(w, piece.p, piece.n, e)) return false;
		done += piece.n;
	}
	return true;
}

bool zip_write_raw(struct zip_writer *w, str name, uint32_t mode, const struct zip_raw_source *s, struct err *e)
{
	if (!begin_entry(w, name, mode, s->method, s->crc32, s->csize, s->usize, e)) return false;
	uint32_t crc = 0;
	bool ok = s->csize >= DIRECT_FROM ? copy_direct(w, name, s, &crc, e) : copy_cached(w, name, s, &crc, e);
	if (!ok) return false;
	if (s->method == ZIP_STORED && crc != s->crc32) return damaged(s, name, "their CRC-32 is not that of the file", e);
	if (s->has_stream_crc32 && crc != s->stream_crc32)
		return damaged(s, name, "their CRC-32 is not the one that was recorded when the archive was verified", e);
	return true;
}

bool zip_write_stream(struct zip_writer *w, str name, uint32_t mode, const struct zip_stream *stream, struct err *e)
{
	return begin_entry(w, name, mode, stream->method, stream->crc32, stream->bytes.n, stream->usize, e) &&
	       put(w, stream->bytes.p, stream->bytes.n, e);
}

static bool put_central(struct zip_writer *w, const struct row *row, struct err *e)
{
	unsigned char header[ZIP_CENTRAL_SIZE] = { 0 };
	put32(header, ZIP_SIG_CENTRAL);
	put16(header + 4, MADE_BY);
	put_common(header + 6, row);
	put32(header + 38, (uint32_t)row->mode << 16);
	put32(header + 42, row->header_at);
	return put(w, header, sizeof header, e) && put(w, row->name.p, row->name.n, e);
}

static bool put_end(struct zip_writer *w, uint32_t directory_at, struct err *e)
{
	unsigned char end[ZIP_END_SIZE] = { 0 };
	put32(end, ZIP_SIG_END);
	put16(end + 8, w->entries);
	put16(end + 10, w->entries);
	put32(end + 12, (uint32_t)w->directory);
	put32(end + 16, directory_at);
	return put(w, end, sizeof end, e);
}

static bool finish(struct zip_writer *w, struct zip_write_result *out, struct err *e)
{
	BUG_IF(w->closed);
	uint32_t directory_at = (uint32_t)w->at;
	for (const struct rows *block = w->first; block; block = block->next) {
		for (size_t i = 0; i < block->n; i++) {
			if (!put_central(w, &block->row[i], e)) return false;
		}
	}
	if (!put_end(w, directory_at, e)) return false;
	struct zip_write_result result = { .size = w->at, .entries = w->entries, .unzipped_size = w->unzipped };
	if (!zip_ring_finish(&w->ring, &result.sha256, e)) return false;
	*out = result;
	return true;
}

bool zip_write_end(struct zip_writer *w, struct zip_write_result *out, struct err *e)
{
	bool ok = finish(w, out, e);
	zip_write_abort(w);
	return ok;
}
