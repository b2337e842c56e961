/* zip_inflate.c: proves the bytes of entries.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Bytes go through in pieces: the memory for an entry stays below 300 KiB whatever it claims. The stream must end exactly at csize
 * and give exactly usize bytes.
 * Source: RFC 1951; APPNOTE 4.4.7 (CRC-32), 4.4.8, 4.4.9. */
#include <libdeflate.h>
#include <string.h>

#include "zip/zip_decode.h"
#include "zip/zip_reader.h"

#define PIECE ((size_t)64 << 10)

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

/* The decoder's two ends. */
struct inflate {
	struct pass *p;
	struct buf piece;
	uint64_t at; /* of the next piece */
};

static bool fill(void *context, const unsigned char **out, size_t *n)
{
	struct inflate *i = context;
	uint64_t left = i->p->entry->csize - i->at;
	*n = left < PIECE ? (size_t)left : PIECE;
	buf_clear(&i->piece);
	char *in = buf_reserve(&i->piece, *n);
	if (!fetch(i->p, i->at, in, *n)) return false;
	i->at += *n;
	*out = (const unsigned char *)in;
	return true;
}

static bool drain(void *context, const void *bytes, size_t n)
{
	struct inflate *i = context;
	return take(i->p, bytes, n);
}

static bool inflate_stream(struct pass *p)
{
	struct inflate i = { .p = p };
	buf_init(&i.piece, PIECE);
	struct zip_decode_io io = { &i, fill, drain };
	uint64_t used = 0;
	enum zip_decode_end end = zip_decode(&io, &used);
	buf_release(&i.piece);
	switch (end) {
	case ZIP_DECODE_DONE:
		if (used == p->entry->csize) return true;
		return refuse(p, "zip-stream-end", used, "bytes follow the end of the compressed stream of an entry");
	case ZIP_DECODE_BAD: return refuse(p, "zip-stream", used, "the compressed stream of an entry is damaged");
	case ZIP_DECODE_CUT: return refuse(p, "zip-stream", p->entry->csize, "the compressed stream of an entry is cut short");
	case ZIP_DECODE_STOPPED: break;
	}
	return false;
}

static bool run(struct pass *p)
{
	const struct zip_entry *entry = p->entry;
	if (p->hash) sha256_begin(&p->sha256);
	bool ok = entry->method == ZIP_STORED ? copy_stored(p) : inflate_stream(p);
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
