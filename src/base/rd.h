/* rd.h: a sticky little-endian cursor over bytes; the only way in which binary readers index their input.
 * SPDX-License-Identifier: Apache-2.0
 *
 * After the first read past the end `bad` is true, every later read yields 0 and the cursor stays: test `bad` once.
 * Lifetime: views given out point into the input. */
#ifndef LAMINA_BASE_RD_H
#define LAMINA_BASE_RD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct rd {
	const unsigned char *p;
	size_t n;
	size_t at;
	bool bad;
};

struct rd rd_over(str bytes);
uint8_t rd_u8(struct rd *r);
uint16_t rd_u16(struct rd *r);
uint32_t rd_u32(struct rd *r);
uint64_t rd_u64(struct rd *r);
/* The next n bytes as a view, or the empty view (and bad). */
str rd_bytes(struct rd *r, size_t n);
void rd_skip(struct rd *r, size_t n);
static inline size_t rd_left(const struct rd *r) { return r->bad ? 0 : r->n - r->at; }

#endif
