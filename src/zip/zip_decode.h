/* zip_decode.h: a strict decoder of raw deflate streams that works piece by piece; for zip/ and index/catalog_tail.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Why an own one: libdeflate 1.14 is fast, but wants streams whole and takes some that zlib refuses (more than 286 length or 30
 * distance codes, their unused symbols, code lengths that run over): an archive could pass here and fail in pip, unzip or
 * Lambda. zlib streams, at half the speed. This one has zlib's verdict on every stream (fuzz_zip_stream), needs the same small
 * memory for every size and keeps close to libdeflate's speed.
 * Source:  RFC 1951.
 * Memory:  about 180 KiB, touched as far as it is used.
 * Threads: a decoder belongs to one thread at a time. */
#ifndef LAMINA_ZIP_ZIP_DECODE_H
#define LAMINA_ZIP_ZIP_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum zip_decode_end {
	ZIP_DECODE_DONE,   /* the final block ended */
	ZIP_DECODE_BAD,    /* not deflate */
	ZIP_DECODE_CUT,    /* the input ended first */
	ZIP_DECODE_STOPPED /* a callback returned false */
};

struct zip_decode_io {
	void *context;
	/* The next bytes of input, valid until the next call; *n = 0 at the end. */
	bool (*fill)(void *context, const unsigned char **p, size_t *n);
	/* Takes output, in order. */
	bool (*drain)(void *context, const void *bytes, size_t n);
};

/* Decodes one stream. *used: bytes of input that it has, whatever follows them. */
enum zip_decode_end zip_decode(const struct zip_decode_io *io, uint64_t *used);

#endif
