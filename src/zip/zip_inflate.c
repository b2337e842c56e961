/* zip_inflate.c: proves the bytes of entries.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Small entries are inflated in one piece by libdeflate, large ones piece by piece by zlib: the memory for an entry stays below
 * 2 * ZIP_VERIFY_WHOLE_MAX whatever it claims. Either way the stream must end exactly at csize and give exactly usize bytes.
 * Source: RFC 1951; APPNOTE 4.4.7 (CRC-32), 4.4.8, 4.4.9. */
#include <libdeflate.h>
#include <string.h>
#include <zlib.h>

#include "base/oom.h"
#include "zip/zip_reader.h"

#define PIECE ((size_t)64 << 10)
#define SLACK ((uint64_t)64 << 10) /* how much longer than its content a stream that is inflated in one piece may be */

struct pass {
	const struct zip_archive *z;
	const struct zip_entry *entry;
	zip_sink *sink;
	void *context;
	bool hash;
	struct sha256_stream sha256;
	uint32_t crc32;        /* of the inflated bytes so far */
	uint32_t stream_crc32; /* of the compressed ones */
	uint64_t inflated;
	struct err *e;
};

uint32_t zip_crc32(uint32_t crc, const void *bytes, size_t n) { return n > 0 ? libdeflate_crc32(crc, bytes, n) : crc; }

static bool refuse(const struct pass *p, const char *id, uint64_t at, const char *what)
{
	struct zip_place place = { p->z->path, p->entry->name, p->entry->data_at + at };
	return zip_refuse(&place, id, p->e, "%s", what);
}

static bool wrong_size(const struct pass *p)
{
	struct zip_place place = { p->z->path, p->entry->name, p->entry->data_at };
	return zip_refuse(&place, "zip-size", p->e, "an entry does not unpack to the %llu bytes that are promised",
	                  (unsigned long long)p->entry->usize);
}

static bool trailing(const struct pass *p, uint64_t at)
{
	return refuse(p, "zip-stream-end", at, "bytes follow the end of the compressed stream of an entry");
}

static bool damaged(const struct pass *p, uint64_t at)
{
	return refuse(p, "zip-stream", at, "the compressed stream of an entry is damaged");
}

static bool take(struct pass *p, const void *bytes, size_t n)
{
	if (n > p->entry->usize - p->inflated) return wrong_size(p);
	p->inflated += n;
	p->crc32 = zip_crc32(p->crc32, bytes, n);
	if (p->hash) sha256_update(&p->sha256, bytes, n);
	if (p->sink && n > 0 && !p->sink(p->context, bytes, n)) {
		/* The sink may have told why. */
		return err_set(p->e, ERR_IO, "write", "the bytes of an entry could not be taken");
	}
	return true;
}

/* The next bytes of the stream. */
static bool fetch(struct pass *p, uint64_t at, void *out, size_t n)
{
	if (!zip_pread(p->z->fd, p->z->path, out, n, p->entry->data_at + at, p->e)) return false;
	p->stream_crc32 = zip_crc32(p->stream_crc32, out, n);
	return true;
}

static bool copy_stored(struct pass *p)
{
	struct buf piece;
	buf_init(&piece, PIECE);
	uint64_t left = p->entry->csize;
	char *in = buf_reserve(&piece, left < PIECE ? (size_t)left : PIECE);
	bool ok = true;
	for (uint64_t at = 0; ok && at < left;) {
		size_t n = left - at < PIECE ? (size_t)(left - at) : PIECE;
		ok = fetch(p, at, in, n) && take(p, in, n);
		at += n;
	}
	buf_release(&piece);
	return ok;
}

static bool inflate_whole(struct pass *p, struct libdeflate_decompressor *d, char *in, char *out)
{
	size_t in_n = (size_t)p->entry->csize, out_n = (size_t)p->entry->usize, used = 0, made = 0;
	if (!fetch(p, 0, in, in_n)) return false;
	switch (libdeflate_deflate_decompress_ex(d, in, in_n, out, out_n, &used, &made)) {
	case LIBDEFLATE_SUCCESS: break;
	case LIBDEFLATE_INSUFFICIENT_SPACE: return wrong_size(p);
	case LIBDEFLATE_BAD_DATA:
	case LIBDEFLATE_SHORT_OUTPUT:
	default: return damaged(p, 0);
	}
	if (used != in_n) return trailing(p, used);
	return take(p, out, made);
}

static bool inflate_in_one_piece(struct pass *p)
{
	struct buf in, out;
	buf_init(&in, (size_t)(ZIP_VERIFY_WHOLE_MAX + SLACK));
	buf_init(&out, (size_t)ZIP_VERIFY_WHOLE_MAX);
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	if (!d) die_oom(sizeof(void *));
	bool ok = inflate_whole(p, d, buf_reserve(&in, (size_t)p->entry->csize), buf_reserve(&out, (size_t)p->entry->usize));
	libdeflate_free_decompressor(d);
	buf_release(&in);
	buf_release(&out);
	return ok;
}

/* One piece of input through zlib; *done when the stream ended. */
static bool inflate_piece(struct pass *p, z_stream *s, unsigned char *out, uint64_t at, bool *done)
{
	do {
		s->next_out = out;
		s->avail_out = (uInt)PIECE;
		int result = inflate(s, Z_NO_FLUSH);
		if (result == Z_MEM_ERROR) die_oom(PIECE);
		if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return damaged(p, at);
		if (!take(p, out, PIECE - s->avail_out)) return false;
		*done = result == Z_STREAM_END;
	} while (!*done && s->avail_out == 0);
	return true;
}

static bool inflate_pieces(struct pass *p, z_stream *s, unsigned char *in, unsigned char *out)
{
	uint64_t left = p->entry->csize;
	bool done = false;
	for (uint64_t at = 0; at < left;) {
		size_t n = left - at < PIECE ? (size_t)(left - at) : PIECE;
		if (!fetch(p, at, in, n)) return false;
		s->next_in = in;
		s->avail_in = (uInt)n;
		if (!inflate_piece(p, s, out, at, &done)) return false;
		at += n;
		if (done && (s->avail_in > 0 || at < left)) return trailing(p, at - s->avail_in);
	}
	return done || refuse(p, "zip-stream", left, "the compressed stream of an entry is cut short");
}

static bool inflate_streamed(struct pass *p)
{
	struct buf in, out;
	z_stream s = { 0 };
	if (inflateInit2(&s, -MAX_WBITS) != Z_OK) die_oom(sizeof s);
	buf_init(&in, PIECE);
	buf_init(&out, PIECE);
	void *in_p = buf_reserve(&in, PIECE), *out_p = buf_reserve(&out, PIECE);
	bool ok = inflate_pieces(p, &s, in_p, out_p);
	inflateEnd(&s);
	buf_release(&in);
	buf_release(&out);
	return ok;
}

static bool run(struct pass *p)
{
	const struct zip_entry *entry = p->entry;
	if (p->hash) sha256_begin(&p->sha256);
	bool whole = entry->usize <= ZIP_VERIFY_WHOLE_MAX && entry->csize <= entry->usize + SLACK;
	bool ok = entry->method == ZIP_STORED ? copy_stored(p) : whole ? inflate_in_one_piece(p) : inflate_streamed(p);
	if (!ok) return false;
	if (p->inflated != entry->usize) return wrong_size(p);
	if (p->crc32 == entry->crc32) return true;
	struct zip_place place = { p->z->path, entry->name, entry->data_at };
	return zip_refuse(&place, "zip-crc", p->e, "the CRC-32 of an entry is %08lx, promised was %08lx", (unsigned long)p->crc32,
	                  (unsigned long)entry->crc32);
}

bool zip_verify_entry(const struct zip_archive *z, const struct zip_entry *entry, zip_sink *sink, void *context,
                      struct zip_facts *out, struct err *e)
{
	struct pass p = { .z = z, .entry = entry, .sink = sink, .context = context, .hash = out != NULL, .e = e };
	if (!run(&p)) return false;
	if (!out) return true;
	struct zip_facts facts = { .stream_crc32 = p.stream_crc32 };
	sha256_end(&p.sha256, &facts.sha256);
	*out = facts;
	return true;
}

static bool append(void *context, const void *bytes, size_t n)
{
	str *into = context; /* as large as the entry, which zip_verify_entry does not exceed */
	memcpy((char *)(uintptr_t)into->p + into->n, bytes, n);
	into->n += n;
	return true;
}

bool zip_read_entry(struct arena *a, const struct zip_archive *z, const struct zip_entry *entry, size_t max, str *out,
                    struct err *e)
{
	struct zip_place place = { z->path, entry->name, entry->data_at };
	if (entry->usize > max)
		return zip_refuse(&place, "zip-entry-too-large", e, "an entry has %llu bytes, more than %zu",
		                  (unsigned long long)entry->usize, max);
	struct arena_mark mark = arena_mark(a);
	str bytes = { arena_array(a, char, (size_t)entry->usize + 1), 0 };
	if (!zip_verify_entry(z, entry, append, &bytes, NULL, e)) {
		arena_rewind(a, mark);
		return false;
	}
	*out = bytes;
	return true;
}
