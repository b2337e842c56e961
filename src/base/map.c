/* map.c: open addressing with linear probing over SipHash-1-3.
 * SPDX-License-Identifier: Apache-2.0
 *
 * SipHash: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012); one compression and three finalisation rounds
 * are what hash tables of other languages use. The slots hold indices, so growing moves 4 bytes an entry and keeps order. */
#include "base/map.h"

#include <string.h>
#ifdef __linux__
#include <sys/auxv.h>
#else
#include <stdlib.h>
#endif

#include "base/oom.h"
#include "base/vec.h"

#define SLOTS_MIN 16

static uint64_t rotate(uint64_t v, unsigned bits) { return v << bits | v >> (64 - bits); }

static void sip_round(uint64_t v[4])
{
	v[0] += v[1], v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0], v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1], v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2], v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static uint64_t load(const char *p, size_t n)
{
	uint64_t value = 0;
	for (size_t i = 0; i < n; i++) value |= (uint64_t)(unsigned char)p[i] << (8 * i);
	return value;
}

static uint64_t hash_of(const struct map *m, str key)
{
	uint64_t v[4] = { m->seed[0] ^ UINT64_C(0x736f6d6570736575), m->seed[1] ^ UINT64_C(0x646f72616e646f6d),
		              m->seed[0] ^ UINT64_C(0x6c7967656e657261), m->seed[1] ^ UINT64_C(0x7465646279746573) };
	size_t at = 0;
	for (; key.n - at >= 8; at += 8) {
		uint64_t word = load(key.p + at, 8);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	uint64_t last = (uint64_t)key.n << 56 | (at < key.n ? load(key.p + at, key.n - at) : 0);
	v[3] ^= last;
	sip_round(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++) sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The kernel hands every process 16 random bytes; the map's own address tells maps of one process apart. */
static void seed(uint64_t out[2], const void *map)
{
#ifdef __linux__
	const void *random = (const void *)getauxval(AT_RANDOM); /* an address, or 0 */
	if (random) memcpy(out, random, 2 * sizeof out[0]);
#else
	arc4random_buf(out, 2 * sizeof out[0]);
#endif
	out[0] ^= (uint64_t)(uintptr_t)map;
}

void map_init(struct map *m, struct arena *a)
{
	*m = (struct map){ .arena = a };
	seed(m->seed, m);
}

/* The slot that holds key, or the empty one where it belongs. Needs at least one empty slot. */
static size_t slot_of(const struct map *m, str key, uint64_t hash)
{
	size_t mask = m->n_slots - 1, slot = (size_t)hash & mask;
	for (;; slot = (slot + 1) & mask) {
		uint32_t index = m->slots[slot];
		if (index == 0) return slot;
		const struct map_entry *entry = &m->entries[index - 1];
		if (entry->hash == hash && str_eq(entry->key, key)) return slot;
	}
}

static struct map_entry *find(const struct map *m, str key)
{
	if (m->n == 0) return NULL;
	uint32_t index = m->slots[slot_of(m, key, hash_of(m, key))];
	return index == 0 ? NULL : &m->entries[index - 1];
}

void *map_get(const struct map *m, str key)
{
	const struct map_entry *entry = find(m, key);
	return entry ? entry->value : NULL;
}

bool map_has(const struct map *m, str key) { return find(m, key) != NULL; }

/* Keeps the slots at most two thirds full. */
static void make_room(struct map *m)
{
	if (m->n == m->cap)
		m->entries = vec_grow(m->arena, m->entries, m->n, &m->cap, sizeof *m->entries, _Alignof(struct map_entry));
	if ((m->n + 1) * 3 <= m->n_slots * 2) return;
	BUG_IF(m->n >= UINT32_MAX / 2);
	m->n_slots = m->n_slots == 0 ? SLOTS_MIN : m->n_slots * 2;
	m->slots = arena_array(m->arena, uint32_t, m->n_slots);
	size_t mask = m->n_slots - 1;
	for (size_t i = 0; i < m->n; i++) {
		size_t slot = (size_t)m->entries[i].hash & mask;
		while (m->slots[slot] != 0) slot = (slot + 1) & mask;
		m->slots[slot] = (uint32_t)i + 1;
	}
}

void **map_put(struct map *m, str key, bool *added)
{
	uint64_t hash = hash_of(m, key);
	if (added) *added = false;
	make_room(m);
	size_t slot = slot_of(m, key, hash);
	uint32_t index = m->slots[slot];
	if (index == 0) {
		m->entries[m->n] = (struct map_entry){ .key = key, .hash = hash };
		index = m->slots[slot] = (uint32_t)++m->n;
		if (added) *added = true;
	}
	return &m->entries[index - 1].value;
}
