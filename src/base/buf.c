/* buf.c: a growing run of bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"

/* What p of a buf without memory points to; never written. */
static char nothing[1];

void buf_init(struct buf *b, size_t max) { *b = (struct buf){ .p = nothing, .max = max < SIZE_MAX ? max : SIZE_MAX - 1 }; }

void buf_release(struct buf *b)
{
	if (b->cap > 0) free(b->p);
	buf_init(b, b->max);
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->over = false;
	if (b->cap > 0) b->p[0] = '\0';
}

char *buf_reserve(struct buf *b, size_t n)
{
	if (b->over || n > b->max - b->n) {
		b->over = true;
		return NULL;
	}
	size_t need = b->n + n + 1;
	if (need > b->cap) {
		size_t cap = b->cap < 32 ? 64 : b->cap;
		while (cap < need) cap = cap > SIZE_MAX / 2 ? need : cap * 2;
		if (cap > b->max + 1 && b->max + 1 >= need) cap = b->max + 1;
		char *p = b->cap > 0 ? realloc(b->p, cap) : malloc(cap);
		if (!p) die_oom(cap);
		b->p = p;
		b->cap = cap;
	}
	b->p[b->n] = b->p[b->n + n] = '\0';
	return b->p + b->n;
}

bool buf_add(struct buf *b, const void *bytes, size_t n)
{
	char *p = buf_reserve(b, n);
	if (!p) return false;
	if (n > 0) memcpy(p, bytes, n);
	b->n += n;
	return true;
}

bool buf_add_str(struct buf *b, str s) { return buf_add(b, s.p, s.n); }

bool buf_add_char(struct buf *b, char c) { return buf_add(b, &c, 1); }

bool buf_vaddf(struct buf *b, const char *format, va_list arguments)
{
	char small[256];
	va_list again;
	va_copy(again, arguments);
	int n = vsnprintf(small, sizeof small, format, arguments);
	BUG_IF(n < 0);
	bool ok;
	if ((size_t)n < sizeof small) {
		ok = buf_add(b, small, (size_t)n);
	} else {
		char *p = buf_reserve(b, (size_t)n);
		ok = p != NULL;
		if (ok) {
			vsnprintf(p, (size_t)n + 1, format, again);
			b->n += (size_t)n;
		}
	}
	va_end(again);
	return ok;
}

bool buf_addf(struct buf *b, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	bool ok = buf_vaddf(b, format, arguments);
	va_end(arguments);
	return ok;
}

static bool add_little_endian(struct buf *b, uint64_t v, size_t n)
{
	unsigned char bytes[8];
	for (size_t i = 0; i < n; i++) bytes[i] = (unsigned char)(v >> (8 * i) & 0xff);
	return buf_add(b, bytes, n);
}

bool buf_add_u16(struct buf *b, uint16_t v) { return add_little_endian(b, v, 2); }
bool buf_add_u32(struct buf *b, uint32_t v) { return add_little_endian(b, v, 4); }
bool buf_add_u64(struct buf *b, uint64_t v) { return add_little_endian(b, v, 8); }

str buf_take(const struct buf *b, struct arena *a) { return arena_str(a, buf_str(b)); }
