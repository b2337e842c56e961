/* buf.h: a growing run of bytes with a maximum that is always named.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Invariants: p is never NULL after buf_init, p[n] is NUL, n <= max. Once an addition would pass max, nothing of it is added,
 *             `over` becomes true and stays so: a caller may add freely and test `over` once.
 * Lifetime:   owns malloc memory until buf_release; buf_str gives a view that the next addition may invalidate.
 * Threads:    one thread at a time.
 * Not here:   text that lives as long as a stage result (arena_fmt). */
#ifndef LAMINA_BASE_BUF_H
#define LAMINA_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

struct buf {
	char *p;
	size_t n;
	size_t cap;
	size_t max;
	bool over;
};

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b);
/* Empties it, keeping the memory; clears `over`. */
void buf_clear(struct buf *b);

bool buf_add(struct buf *b, const void *bytes, size_t n);
bool buf_add_str(struct buf *b, str s);
bool buf_add_char(struct buf *b, char c);
bool buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool buf_vaddf(struct buf *b, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));
/* Little-endian integers, as ZIP and our own records have them. */
bool buf_add_u16(struct buf *b, uint16_t v);
bool buf_add_u32(struct buf *b, uint32_t v);
bool buf_add_u64(struct buf *b, uint64_t v);
/* Makes room for n more bytes and gives where they go; the caller then adds to b->n what it wrote. NULL when over. */
char *buf_reserve(struct buf *b, size_t n);

static inline str buf_str(const struct buf *b) { return (str){ b->p, b->n }; }
/* A copy of the content in the arena. */
str buf_take(const struct buf *b, struct arena *a);

#endif
