/* vec.h: growing arrays on an arena.
 * SPDX-License-Identifier: Apache-2.0
 *
 *     struct names { VEC(str); } v = { 0 };
 *     *vec_push(arena, &v) = S("x");          // a new zeroed element
 *     for (size_t i = 0; i < v.n; i++) use(v.p[i]);
 *
 * Growth doubles and copies inside the arena; pointers into the array die with the next push.
 * Not here: ordered look-up (map.h). */
#ifndef LAMINA_BASE_VEC_H
#define LAMINA_BASE_VEC_H

#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

#define VEC(type)                                                                                                              \
	struct {                                                                                                                   \
		type *p;                                                                                                               \
		size_t n, cap;                                                                                                         \
	}

/* The list of views that half of the headers want. */
struct str_list {
	str *p;
	size_t n, cap;
};

#define vec_push(arena, v)                                                                                                     \
	((v)->n == (v)->cap ? (void)((v)->p = vec_grow((arena), (v)->p, (v)->n, &(v)->cap, sizeof *(v)->p, _Alignof(max_align_t))) \
	                    : (void)0,                                                                                             \
	 &(v)->p[(v)->n++])

/* The mechanism of vec_push: at least doubled capacity, old content copied, the rest zeroed. */
void *vec_grow(struct arena *a, const void *p, size_t n, size_t *cap, size_t size, size_t alignment);

/* Adds s unless an equal one is there; true when it was added. Linear: for short lists. */
bool str_list_add_new(struct arena *a, struct str_list *list, str s);
bool str_list_has(const struct str_list *list, str s);
/* Bytewise order. */
void str_list_sort(struct str_list *list);

#endif
