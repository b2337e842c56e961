/* zip_huffman.h: decoding tables of canonical prefix codes; for this folder only.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A table is indexed by the next `bits` bits of the stream. Codes that are longer lead on to a second table behind it. An entry:
 *   bits 0-7    length of the code (in a second table: of what follows the first table's bits)
 *   bits 8-12   number of extra bits; ZIP_HUFFMAN_MORE: index bits of the second table
 *   bit 13      ZIP_HUFFMAN_END, bit 14 ZIP_HUFFMAN_SPECIAL (end, second table, or no code at all), bit 15 ZIP_HUFFMAN_LITERAL
 *   bits 16-31  literal, base of the length or distance, or where the second table begins
 * Source: RFC 1951 3.2.2. */
#ifndef LAMINA_ZIP_ZIP_HUFFMAN_H
#define LAMINA_ZIP_ZIP_HUFFMAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZIP_HUFFMAN_END     0x2000u
#define ZIP_HUFFMAN_SPECIAL 0x4000u
#define ZIP_HUFFMAN_LITERAL 0x8000u
#define ZIP_HUFFMAN_MORE    (ZIP_HUFFMAN_SPECIAL | ZIP_HUFFMAN_LITERAL)

#define ZIP_HUFFMAN_CODE_MAX  15
#define ZIP_HUFFMAN_LENGTHS   288 /* symbols of the literal and length code, two of them unused */
#define ZIP_HUFFMAN_DISTANCES 32  /* likewise */
#define ZIP_HUFFMAN_PRECODES  19
#define ZIP_HUFFMAN_LIT_BITS  11
#define ZIP_HUFFMAN_DIST_BITS 8
#define ZIP_HUFFMAN_PRE_BITS  7
/* The largest tables that complete codes of so many symbols need (zlib's examples/enough.c: 288 11 15 and 32 8 15). */
#define ZIP_HUFFMAN_LIT_SIZE  2342
#define ZIP_HUFFMAN_DIST_SIZE 402
#define ZIP_HUFFMAN_PRE_SIZE  128

enum zip_huffman_kind { ZIP_HUFFMAN_LIT, ZIP_HUFFMAN_DIST, ZIP_HUFFMAN_PRE };

/* lengths: of n symbols' codes, 0 = none. False when they are no prefix code, or an incomplete one other than RFC 1951's exceptions
 * (a single code of one bit; no distances at all). */
bool zip_huffman_build(enum zip_huffman_kind kind, const uint8_t *lengths, size_t n, uint32_t *table);

#endif
