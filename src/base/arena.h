/* arena.h: memory that is given out piece by piece and freed at once.
 * SPDX-License-Identifier: Apache-2.0
 *
 * An arena owns blocks and hands out aligned, zeroed pieces of them. There are three lifetimes in lamina: the run arena (all
 * that a stage returns), scratch arenas (rewound at the end of each loop item) and handles (closed by their owner).
 * Invariants: a piece never moves; sizes are overflow-checked; a request that cannot be met ends the process (oom.h).
 * Lifetime:   all pieces die with arena_release, or with arena_rewind to a mark taken before them.
 * Threads:    an arena belongs to one thread at a time.
 * Not here:   growing text with a limit (buf.h), growing arrays (vec.h). */
#ifndef LAMINA_BASE_ARENA_H
#define LAMINA_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/str.h"

struct arena_block;

struct arena {
	struct arena_block *block; /* the newest; a list through ->previous */
	size_t used;               /* bytes of it that are given out */
};

struct arena_mark {
	struct arena_block *block;
	size_t used;
};

/* An arena is ready when it is zeroed: `struct arena a = { 0 };`. */
void arena_release(struct arena *a);

/* count * size zeroed bytes at the alignment (a power of two, at most 64). Never NULL; a zero count gives a valid pointer. */
void *arena_alloc(struct arena *a, size_t count, size_t size, size_t alignment);
#define arena_new(a, type)          ((type *)arena_alloc((a), 1, sizeof(type), _Alignof(type)))
#define arena_array(a, type, count) ((type *)arena_alloc((a), (count), sizeof(type), _Alignof(type)))

/* Copies; the copy is followed by a NUL that is not counted, so `.p` is a C string when s holds no NUL itself. */
str arena_str(struct arena *a, str s);
char *arena_cstr(struct arena *a, str s);
str arena_fmt(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
str arena_vfmt(struct arena *a, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));
/* left + right, as one new view. */
str arena_join(struct arena *a, str left, str right);
/* ASCII lower case copy. */
str arena_lower(struct arena *a, str s);

struct arena_mark arena_mark(const struct arena *a);
/* Frees all that was given out since the mark. */
void arena_rewind(struct arena *a, struct arena_mark mark);
/* Bytes held in blocks, for reports. */
size_t arena_footprint(const struct arena *a);

#endif
