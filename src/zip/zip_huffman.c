/* zip_huffman.c: decoding tables of canonical prefix codes.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Codes are handed out in the order of (length, symbol); the stream has them with the first bit lowest, so the next code is made
 * by adding one to the bit-reversed code from its high end. */
#include "zip/zip_huffman.h"

#include "base/oom.h"

struct shape {
	unsigned bits;
	size_t size;
};

static const struct shape shapes[] = {
	[ZIP_HUFFMAN_LIT] = { ZIP_HUFFMAN_LIT_BITS, ZIP_HUFFMAN_LIT_SIZE },
	[ZIP_HUFFMAN_DIST] = { ZIP_HUFFMAN_DIST_BITS, ZIP_HUFFMAN_DIST_SIZE },
	[ZIP_HUFFMAN_PRE] = { ZIP_HUFFMAN_PRE_BITS, ZIP_HUFFMAN_PRE_SIZE },
};

/* Entries without the code's length; 0x4000 = a symbol that may not occur. RFC 1951 3.2.5. */
#define E(base, extra) ((uint32_t)(base) << 16 | (extra) << 8)
static const uint32_t lengths_of[] = {
	E(3, 0),  E(4, 0),  E(5, 0),  E(6, 0),   E(7, 0),   E(8, 0),   E(9, 0),   E(10, 0),  E(11, 1),  E(13, 1),
	E(15, 1), E(17, 1), E(19, 2), E(23, 2),  E(27, 2),  E(31, 2),  E(35, 3),  E(43, 3),  E(51, 3),  E(59, 3),
	E(67, 4), E(83, 4), E(99, 4), E(115, 4), E(131, 5), E(163, 5), E(195, 5), E(227, 5), E(258, 0),
};
static const uint32_t distances_of[] = {
	E(1, 0),     E(2, 0),     E(3, 0),     E(4, 0),      E(5, 1),      E(7, 1),      E(9, 2),     E(13, 2),
	E(17, 3),    E(25, 3),    E(33, 4),    E(49, 4),     E(65, 5),     E(97, 5),     E(129, 6),   E(193, 6),
	E(257, 7),   E(385, 7),   E(513, 8),   E(769, 8),    E(1025, 9),   E(1537, 9),   E(2049, 10), E(3073, 10),
	E(4097, 11), E(6145, 11), E(8193, 12), E(12289, 12), E(16385, 13), E(24577, 13),
};
#undef E

static uint32_t entry_of(enum zip_huffman_kind kind, size_t symbol)
{
	if (kind == ZIP_HUFFMAN_PRE) return (uint32_t)symbol << 16;
	if (kind == ZIP_HUFFMAN_DIST) return symbol < 30 ? distances_of[symbol] : ZIP_HUFFMAN_SPECIAL;
	if (symbol < 256) return ZIP_HUFFMAN_LITERAL | (uint32_t)symbol << 16;
	if (symbol == 256) return ZIP_HUFFMAN_SPECIAL | ZIP_HUFFMAN_END;
	return symbol < 286 ? lengths_of[symbol - 257] : ZIP_HUFFMAN_SPECIAL;
}

/* The code after a bit-reversed one of n bits. */
static unsigned next_code(unsigned code, unsigned n)
{
	unsigned bit = 1u << (n - 1);
	while (code & bit) bit >>= 1;
	return bit == 0 ? 0 : (code & (bit - 1)) | bit;
}

/* Index bits of the second table for codes that begin at length n and share their first `drop` bits. */
static unsigned second_bits(const uint16_t *count, unsigned n, unsigned drop)
{
	unsigned bits = n - drop;
	int left = 1 << bits;
	while (bits + drop < ZIP_HUFFMAN_CODE_MAX) {
		left -= count[bits + drop];
		if (left <= 0) break;
		bits++;
		left <<= 1;
	}
	return bits;
}

static bool is_code(enum zip_huffman_kind kind, const uint16_t *count, size_t used)
{
	int left = 1;
	for (unsigned n = 1; n <= ZIP_HUFFMAN_CODE_MAX; n++) {
		left = left * 2 - count[n];
		if (left < 0) return false;
	}
	if (left == 0) return true;
	if (kind == ZIP_HUFFMAN_PRE) return false;
	return used == 0 ? kind == ZIP_HUFFMAN_DIST : used == 1 && count[1] == 1;
}

struct filler {
	const struct shape *shape;
	uint32_t *table;
	uint32_t *second;                         /* the present second table */
	unsigned second_n;                        /* its index bits */
	unsigned prefix;                          /* the first bits that lead to it; none yet: UINT_MAX */
	size_t end;                               /* entries in use */
	uint16_t count[ZIP_HUFFMAN_CODE_MAX + 1]; /* codes of each length that are not placed yet */
};

static void place(struct filler *f, unsigned code, unsigned n, uint32_t entry)
{
	unsigned root = f->shape->bits;
	uint32_t *table = f->table;
	size_t size = (size_t)1 << root;
	if (n > root) {
		unsigned prefix = code & ((1u << root) - 1);
		if (prefix != f->prefix) {
			f->prefix = prefix;
			f->second_n = second_bits(f->count, n, root);
			BUG_IF(f->end + ((size_t)1 << f->second_n) > f->shape->size);
			f->table[prefix] = ZIP_HUFFMAN_MORE | (uint32_t)f->end << 16 | f->second_n << 8 | root;
			f->second = f->table + f->end;
			f->end += (size_t)1 << f->second_n;
		}
		table = f->second;
		size = (size_t)1 << f->second_n;
		code >>= root;
		n -= root;
	}
	for (size_t i = code; i < size; i += (size_t)1 << n) table[i] = entry | n;
}

bool zip_huffman_build(enum zip_huffman_kind kind, const uint8_t *lengths, size_t n, uint32_t *table)
{
	struct filler f = { .shape = &shapes[kind], .table = table, .prefix = ~0u, .end = (size_t)1 << shapes[kind].bits };
	uint16_t first[ZIP_HUFFMAN_CODE_MAX + 2] = { 0 }, sorted[ZIP_HUFFMAN_LENGTHS];
	for (size_t i = 0; i < n; i++) f.count[lengths[i]]++;
	size_t used = n - f.count[0];
	f.count[0] = 0;
	if (!is_code(kind, f.count, used)) return false;
	for (unsigned i = 1; i <= ZIP_HUFFMAN_CODE_MAX; i++) first[i + 1] = (uint16_t)(first[i] + f.count[i]);
	for (size_t i = 0; i < n; i++) {
		if (lengths[i] > 0) sorted[first[lengths[i]]++] = (uint16_t)i;
	}
	if (used < 2) { /* not complete: the rest is no code */
		for (size_t i = 0; i < f.end; i++) table[i] = ZIP_HUFFMAN_SPECIAL | 1;
	}
	unsigned code = 0;
	for (size_t i = 0; i < used; i++) {
		unsigned bits = lengths[sorted[i]];
		place(&f, code, bits, entry_of(kind, sorted[i]));
		f.count[bits]--;
		code = next_code(code, bits);
	}
	return true;
}
