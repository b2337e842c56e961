/* vec.c: growing arrays on an arena.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/vec.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"

void *vec_grow(struct arena *a, const void *p, size_t n, size_t *cap, size_t size, size_t alignment)
{
	if (*cap > SIZE_MAX / 2) die_oom(SIZE_MAX);
	size_t new_cap = *cap < 4 ? 8 : *cap * 2;
	void *grown = arena_alloc(a, new_cap, size, alignment);
	if (n > 0) memcpy(grown, p, n * size);
	*cap = new_cap;
	return grown;
}

bool str_list_has(const struct str_list *list, str s)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(list->p[i], s)) return true;
	return false;
}

bool str_list_add_new(struct arena *a, struct str_list *list, str s)
{
	if (str_list_has(list, s)) return false;
	*vec_push(a, list) = s;
	return true;
}

void str_list_sort(struct str_list *list)
{
	if (list->n > 1) qsort(list->p, list->n, sizeof *list->p, str_cmp_ptr);
}
