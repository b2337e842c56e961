/* zip_bits.h: the bits of a deflate stream, and the codes of its blocks; for this folder only.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Bits are kept in a 64-bit word, the next one lowest. `n` of them count; above them the word may already hold what `in` points to
 * (ZIP_BITS_REFILL loads eight bytes and counts seven). At the end of input zeros are added and counted in `phantom`: when fewer bits
 * than that are left, the stream was cut.
 * Source: RFC 1951 3.1.1, 3.2.5 to 3.2.7. Threads: none. */
#ifndef LAMINA_ZIP_ZIP_BITS_H
#define LAMINA_ZIP_ZIP_BITS_H

#include <string.h>

#include "zip/zip_huffman.h"

#define ZIP_BITS_MARGIN 16 /* two refills */

struct zip_bits {
	const unsigned char *in, *end;
	bool (*more)(struct zip_bits *b); /* sets in and end to the next piece; false at the end of input */
	uint64_t bits;
	unsigned n, phantom;
};

static inline void zip_bits_refill(struct zip_bits *b)
{
	while (b->n < 56) { /* at most 63: loops with registers shift by it */
		if (b->in < b->end || b->more(b))
			b->bits |= (uint64_t)*b->in++ << b->n;
		else
			b->phantom += 8;
		b->n += 8;
	}
}

static inline bool zip_bits_overrun(const struct zip_bits *b) { return b->n < b->phantom; }
/* Bits that are read ahead of what was taken; phantom ones are none. */
static inline unsigned zip_bits_ahead(const struct zip_bits *b) { return b->n - (zip_bits_overrun(b) ? b->n : b->phantom); }

static inline unsigned zip_bits_take(struct zip_bits *b, unsigned n)
{
	if (b->n < n) zip_bits_refill(b);
	unsigned v = (unsigned)(b->bits & ((1u << n) - 1));
	b->bits >>= n;
	b->n -= n;
	return v;
}

static inline uint64_t zip_bits_load(const unsigned char *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

/* The same with registers: `bits`, `n`, `in`. At least 56 bits count afterwards. */
#define ZIP_BITS_REFILL(bits, n, in)                                                                                           \
	do {                                                                                                                       \
		bits |= zip_bits_load(in) << n;                                                                                        \
		in += (63 - n) >> 3;                                                                                                   \
		n |= 56;                                                                                                               \
	} while (0)
#define ZIP_BITS_DROP(bits, n, count)                                                                                          \
	do {                                                                                                                       \
		unsigned drop_ = (count);                                                                                              \
		bits >>= drop_;                                                                                                        \
		n -= drop_;                                                                                                            \
	} while (0)
#define ZIP_BITS_LOW(bits, count) (bits & (((uint64_t)1 << (count)) - 1))

/* Decoding tables of ZIP_HUFFMAN_LIT_SIZE and ZIP_HUFFMAN_DIST_SIZE entries: RFC 1951's own codes, and those that a dynamic block
 * begins with. */
void zip_codes_fixed(uint32_t *lit, uint32_t *dist);
bool zip_codes_dynamic(struct zip_bits *b, uint32_t *lit, uint32_t *dist);

#endif
