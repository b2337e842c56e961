/* arena.c: blocks in a list, pieces cut from the newest one.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Blocks grow from 8 KiB to 256 KiB. A request that is large for its block gets memory of its own, whose record is itself a
 * piece of the block: a rewind therefore finds, by address, which large requests are younger than the mark.
 * `fresh` is where the never used (hence zero) rest of a block begins: only older bytes need clearing when given out again,
 * and a large array that is used sparsely stays out of the resident set. */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n)   __asan_poison_memory_region((p), (n))
#define UNPOISON(p, n) __asan_unpoison_memory_region((p), (n))
#else
#define POISON(p, n)   ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

#define BLOCK_MIN     ((size_t)8 << 10)
#define BLOCK_MAX     ((size_t)256 << 10)
#define ALIGNMENT_MAX 64

struct large {
	struct large *previous;
	void *bytes;
	size_t size;
};

struct arena_block {
	struct arena_block *previous;
	struct large *large; /* newest first */
	size_t size, fresh;
	_Alignas(max_align_t) unsigned char data[];
};

static void *zeroed(size_t size)
{
	void *p = calloc(1, size);
	if (!p) die_oom(size);
	return p;
}

/* Frees the large requests whose records lie at or behind `from`. */
static void drop_large(struct arena_block *block, const unsigned char *from)
{
	while (block->large && (uintptr_t)block->large >= (uintptr_t)from) {
		struct large *l = block->large;
		block->large = l->previous;
		free(l->bytes);
	}
}

static void drop_block(struct arena_block *block)
{
	drop_large(block, block->data);
	UNPOISON(block->data, block->size);
	free(block);
}

static void push_block(struct arena *a)
{
	size_t size = a->block ? a->block->size * 2 + sizeof(struct arena_block) : BLOCK_MIN - sizeof(struct arena_block);
	if (size > BLOCK_MAX) size = BLOCK_MAX;
	struct arena_block *block = zeroed(sizeof *block + size);
	block->previous = a->block;
	block->size = size;
	POISON(block->data, size);
	a->block = block;
	a->used = 0;
}

/* n bytes of the newest block, or NULL when they do not fit. */
static void *cut(struct arena *a, size_t n, size_t alignment)
{
	struct arena_block *block = a->block;
	if (!block) return NULL;
	uintptr_t at = (uintptr_t)(block->data + a->used);
	size_t padding = (size_t)(-at & (alignment - 1));
	if (padding > block->size - a->used || n > block->size - a->used - padding) return NULL;
	unsigned char *p = block->data + a->used + padding;
	a->used += padding + n;
	UNPOISON(p, n);
	size_t from = (size_t)(p - block->data);
	if (from < block->fresh) memset(p, 0, n < block->fresh - from ? n : block->fresh - from);
	if (a->used > block->fresh) block->fresh = a->used;
	return p;
}

static void *alloc_large(struct arena *a, size_t n, size_t alignment)
{
	struct large *record = arena_new(a, struct large);
	if (n > SIZE_MAX - alignment) die_oom(n);
	unsigned char *p = zeroed(n + alignment);
	*record = (struct large){ .previous = a->block->large, .bytes = p, .size = n + alignment };
	a->block->large = record;
	return p + (-(uintptr_t)p & (alignment - 1));
}

void *arena_alloc(struct arena *a, size_t count, size_t size, size_t alignment)
{
	BUG_IF(alignment == 0 || (alignment & (alignment - 1)) != 0 || alignment > ALIGNMENT_MAX);
	size_t n;
	if (__builtin_mul_overflow(count, size, &n)) die_oom(SIZE_MAX);
	if (n == 0) n = 1; /* two empty pieces are two pointers */
	void *p = cut(a, n, alignment);
	if (p) return p;
	size_t limit = a->block ? a->block->size / 2 : BLOCK_MIN / 2;
	if (n > limit) return alloc_large(a, n, alignment);
	push_block(a);
	p = cut(a, n, alignment);
	BUG_IF(!p);
	return p;
}

void arena_release(struct arena *a)
{
	while (a->block) {
		struct arena_block *block = a->block;
		a->block = block->previous;
		drop_block(block);
	}
	a->used = 0;
}

struct arena_mark arena_mark(const struct arena *a) { return (struct arena_mark){ a->block, a->used }; }

void arena_rewind(struct arena *a, struct arena_mark mark)
{
	/* A mark of an empty arena keeps the oldest block: loops that rewind would else allocate it again for every item. */
	while (a->block && a->block != mark.block && a->block->previous) {
		struct arena_block *block = a->block;
		a->block = block->previous;
		drop_block(block);
	}
	if (!a->block) return;
	BUG_IF(mark.block && a->block != mark.block);
	drop_large(a->block, a->block->data + mark.used);
	POISON(a->block->data + mark.used, a->block->size - mark.used);
	a->used = mark.used;
}

size_t arena_footprint(const struct arena *a)
{
	size_t total = 0;
	for (const struct arena_block *block = a->block; block; block = block->previous) {
		total += sizeof *block + block->size;
		for (const struct large *l = block->large; l; l = l->previous) total += l->size;
	}
	return total;
}

char *arena_cstr(struct arena *a, str s)
{
	if (s.n == SIZE_MAX) die_oom(s.n);
	char *p = arena_alloc(a, s.n + 1, 1, 1);
	if (s.n > 0) memcpy(p, s.p, s.n);
	return p;
}

str arena_str(struct arena *a, str s) { return (str){ arena_cstr(a, s), s.n }; }

str arena_vfmt(struct arena *a, const char *format, va_list arguments)
{
	char small[256];
	va_list again;
	va_copy(again, arguments);
	int n = vsnprintf(small, sizeof small, format, arguments);
	BUG_IF(n < 0);
	char *p = arena_alloc(a, (size_t)n + 1, 1, 1);
	if ((size_t)n < sizeof small)
		memcpy(p, small, (size_t)n);
	else
		vsnprintf(p, (size_t)n + 1, format, again);
	va_end(again);
	return (str){ p, (size_t)n };
}

str arena_fmt(struct arena *a, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	str s = arena_vfmt(a, format, arguments);
	va_end(arguments);
	return s;
}

str arena_join(struct arena *a, str left, str right)
{
	size_t n;
	if (__builtin_add_overflow(left.n, right.n, &n) || n == SIZE_MAX) die_oom(SIZE_MAX);
	char *p = arena_alloc(a, n + 1, 1, 1);
	if (left.n > 0) memcpy(p, left.p, left.n);
	if (right.n > 0) memcpy(p + left.n, right.p, right.n);
	return (str){ p, n };
}

str arena_lower(struct arena *a, str s)
{
	char *p = arena_cstr(a, s);
	for (size_t i = 0; i < s.n; i++) p[i] = ascii_tolower(p[i]);
	return (str){ p, s.n };
}
