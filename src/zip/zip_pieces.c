/* zip_pieces.c: one piece: compress, and open its end for the next one.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zip/zip_pieces.h"

#include <libdeflate.h>

#include "base/oom.h"
#include "zip/zip_decode.h"
#include "zip/zip_pack.h"

#define JOIN_MAX 5 /* the rest of a block header, LEN and NLEN */

void zip_pieces_open(struct zip_pieces *c, int level)
{
	*c = (struct zip_pieces){ .level = level };
	buf_init(&c->out, libdeflate_deflate_compress_bound(NULL, ZIP_PACK_PIECE) + JOIN_MAX);
}

void zip_pieces_close(struct zip_pieces *c)
{
	if (c->compressor) libdeflate_free_compressor(c->compressor);
	c->compressor = NULL;
	buf_release(&c->out);
}

static bool give(void *context, const unsigned char **p, size_t *n)
{
	str *rest = context;
	*p = (const unsigned char *)rest->p;
	*n = rest->n;
	*rest = (str){ 0 };
	return true;
}

/* Unmarks the final block and adds an empty stored one: three zero bits, zeros up to a byte, 00 00 FF FF. */
static void open_end(struct buf *out)
{
	str rest = buf_str(out);
	struct zip_decode_io io = { &rest, give, NULL };
	struct zip_decode_bits bits;
	uint64_t used;
	if (zip_decode_bits(&io, &used, &bits) != ZIP_DECODE_DONE || used != out->n)
		die_bug(__FILE__, __LINE__, "libdeflate's stream");
	out->p[bits.final_block / 8] = (char)((unsigned char)out->p[bits.final_block / 8] & ~(1u << bits.final_block % 8));
	/* The bits behind the end are zeros already; with less than three of them the header needs another byte. */
	if (bits.end % 8 == 0 || bits.end % 8 > 5) buf_add_char(out, 0);
	buf_add(out, "\x00\x00\xff\xff", 4);
}

str zip_pieces_next(struct zip_pieces *c, str plain, bool last)
{
	BUG_IF(plain.n > ZIP_PACK_PIECE);
	if (!c->compressor) c->compressor = libdeflate_alloc_compressor(c->level);
	if (!c->compressor) die_oom(sizeof(void *));
	size_t room = libdeflate_deflate_compress_bound(c->compressor, plain.n);
	buf_clear(&c->out);
	char *p = buf_reserve(&c->out, room);
	c->out.n = libdeflate_deflate_compress(c->compressor, plain.p ? plain.p : "", plain.n, p, room);
	BUG_IF(c->out.n == 0);
	if (!last) open_end(&c->out);
	return buf_str(&c->out);
}
