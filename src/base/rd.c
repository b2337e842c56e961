/* rd.c: the sticky little-endian cursor.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/rd.h"

struct rd rd_over(str bytes) { return (struct rd){ .p = (const unsigned char *)bytes.p, .n = bytes.n }; }

str rd_bytes(struct rd *r, size_t n)
{
	if (r->bad || n > r->n - r->at) {
		r->bad = true;
		return (str){ NULL, 0 };
	}
	if (n == 0) return (str){ NULL, 0 };
	str bytes = { (const char *)r->p + r->at, n };
	r->at += n;
	return bytes;
}

void rd_skip(struct rd *r, size_t n) { (void)rd_bytes(r, n); }

static uint64_t little_endian(struct rd *r, size_t n)
{
	str bytes = rd_bytes(r, n);
	uint64_t value = 0;
	for (size_t i = bytes.n; i > 0; i--) value = value << 8 | (unsigned char)bytes.p[i - 1];
	return value;
}

uint8_t rd_u8(struct rd *r) { return (uint8_t)little_endian(r, 1); }
uint16_t rd_u16(struct rd *r) { return (uint16_t)little_endian(r, 2); }
uint32_t rd_u32(struct rd *r) { return (uint32_t)little_endian(r, 4); }
uint64_t rd_u64(struct rd *r) { return little_endian(r, 8); }
