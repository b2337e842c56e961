/* map.h: a hash map from names to pointers that hostile names cannot slow down.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Open addressing over an arena, SipHash-like keyed hash whose key differs from run to run (getauxval/arc4random), so that
 * nobody can prepare names that collide. The order of `entries` is the order of insertion, which is what callers iterate:
 * nothing observable depends on the key.
 * Lifetime: keys are views that the caller keeps alive; memory belongs to the arena. No removal.
 * Threads:  one writer; readers only while nobody writes. */
#ifndef LAMINA_BASE_MAP_H
#define LAMINA_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

struct map_entry {
	str key;
	void *value;
	uint64_t hash;
};

struct map {
	struct arena *arena;
	struct map_entry *entries; /* in order of insertion */
	size_t n, cap;
	uint32_t *slots; /* index + 1 into entries, 0 = empty */
	size_t n_slots;  /* a power of two */
	uint64_t seed[2];
};

void map_init(struct map *m, struct arena *a);
/* The value of key, or NULL when it is absent (or its value is NULL: use map_has to tell). */
void *map_get(const struct map *m, str key);
bool map_has(const struct map *m, str key);
/* The place of key's value, made (NULL) when absent; *added tells which (added may be NULL). Valid until the next map_put. */
void **map_put(struct map *m, str key, bool *added);

#endif
