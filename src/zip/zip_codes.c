/* zip_codes.c: the codes that blocks are written in.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zip/zip_bits.h"

void zip_codes_fixed(uint32_t *lit, uint32_t *dist)
{
	uint8_t lengths[ZIP_HUFFMAN_LENGTHS];
	memset(lengths, 8, 144);
	memset(lengths + 144, 9, 112);
	memset(lengths + 256, 7, 24);
	memset(lengths + 280, 8, 8);
	zip_huffman_build(ZIP_HUFFMAN_LIT, lengths, ZIP_HUFFMAN_LENGTHS, lit);
	memset(lengths, 5, ZIP_HUFFMAN_DISTANCES);
	zip_huffman_build(ZIP_HUFFMAN_DIST, lengths, ZIP_HUFFMAN_DISTANCES, dist);
}

/* The code lengths of both codes, run-length coded (RFC 1951 3.2.7). */
static bool read_lengths(struct zip_bits *b, const uint32_t *pre, uint8_t *lengths, size_t total)
{
	for (size_t i = 0; i < total;) {
		zip_bits_refill(b);
		uint32_t e = pre[b->bits & ((1u << ZIP_HUFFMAN_PRE_BITS) - 1)];
		zip_bits_take(b, e & 0xff);
		unsigned symbol = e >> 16;
		if (symbol < 16) {
			lengths[i++] = (uint8_t)symbol;
			continue;
		}
		if (symbol == 16 && i == 0) return false;
		uint8_t value = symbol == 16 ? lengths[i - 1] : 0;
		unsigned times = symbol == 16   ? 3 + zip_bits_take(b, 2)
		                 : symbol == 17 ? 3 + zip_bits_take(b, 3)
		                                : 11 + zip_bits_take(b, 7);
		if (times > total - i || zip_bits_overrun(b)) return false;
		memset(lengths + i, value, times);
		i += times;
	}
	return true;
}

bool zip_codes_dynamic(struct zip_bits *b, uint32_t *lit, uint32_t *dist)
{
	static const uint8_t order[ZIP_HUFFMAN_PRECODES] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };
	uint8_t lengths[ZIP_HUFFMAN_LENGTHS + ZIP_HUFFMAN_DISTANCES] = { 0 };
	uint32_t pre[ZIP_HUFFMAN_PRE_SIZE];
	size_t n_lit = 257 + zip_bits_take(b, 5), n_dist = 1 + zip_bits_take(b, 5), n_pre = 4 + zip_bits_take(b, 4);
	if (n_lit > 286 || n_dist > 30) return false;
	for (size_t i = 0; i < n_pre; i++) lengths[order[i]] = (uint8_t)zip_bits_take(b, 3);
	if (zip_bits_overrun(b) || !zip_huffman_build(ZIP_HUFFMAN_PRE, lengths, ZIP_HUFFMAN_PRECODES, pre)) return false;
	if (!read_lengths(b, pre, lengths, n_lit + n_dist) || zip_bits_overrun(b)) return false;
	if (lengths[256] == 0) return false; /* the block could never end */
	return zip_huffman_build(ZIP_HUFFMAN_LIT, lengths, n_lit, lit) &&
	       zip_huffman_build(ZIP_HUFFMAN_DIST, lengths + n_lit, n_dist, dist);
}
