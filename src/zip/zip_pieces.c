/* zip_pieces.c: one piece: compress, and open its end for the next one.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zip/zip_pieces.h"

#include <libdeflate.h>
#include <stdint.h>
#include <string.h>

#include "base/oom.h"
#include "zip/zip_pack.h"

void zip_pieces_open(struct zip_pieces *c, int level)
{
	*c = (struct zip_pieces){ .level = level };
	buf_init(&c->out, libdeflate_deflate_compress_bound(NULL, ZIP_PACK_PIECE));
	buf_init(&c->walk, (size_t)64 << 10);
}

void zip_pieces_close(struct zip_pieces *c)
{
	if (c->compressor) libdeflate_free_compressor(c->compressor);
	c->compressor = NULL;
	buf_release(&c->out);
	buf_release(&c->walk);
}

str zip_pieces_next(struct zip_pieces *c, str plain)
{
	BUG_IF(plain.n > ZIP_PACK_PIECE);
	if (!c->compressor) c->compressor = libdeflate_alloc_compressor(c->level);
	if (!c->compressor) die_oom(sizeof(void *));
	size_t room = libdeflate_deflate_compress_bound(c->compressor, plain.n);
	buf_clear(&c->out);
	char *p = buf_reserve(&c->out, room);
	c->out.n = libdeflate_deflate_compress(c->compressor, plain.p ? plain.p : "", plain.n, p, room);
	BUG_IF(c->out.n == 0);
	return buf_str(&c->out);
}

/* Unmarks the final block and adds an empty stored one: three zero bits, zeros up to a byte, 00 00 FF FF. */
static void open_end(str *stream, const struct zip_walk_stream *where)
{
	unsigned char *p = (unsigned char *)(uintptr_t)stream->p;
	p[where->final_block / 8] = (unsigned char)(p[where->final_block / 8] & ~(1u << where->final_block % 8));
	/* The bits behind the end are zeros already; with less than three of them the header needs another byte. */
	if (where->end % 8 == 0 || where->end % 8 > 5) p[stream->n++] = 0;
	memcpy(p + stream->n, "\x00\x00\xff\xff", 4);
	stream->n += 4;
}

void zip_pieces_open_ends(struct zip_pieces *c, str *const *streams, size_t n)
{
	struct zip_walk_stream where[ZIP_WALK_STREAMS];
	BUG_IF(n > ZIP_WALK_STREAMS);
	for (size_t i = 0; i < n; i++) where[i] = (struct zip_walk_stream){ .bytes = *streams[i] };
	if (!zip_walk(&c->walk, where, n)) die_bug(__FILE__, __LINE__, "libdeflate's stream");
	for (size_t i = 0; i < n; i++) open_end(streams[i], &where[i]);
}
