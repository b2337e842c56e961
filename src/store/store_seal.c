/* store_seal.c: how the store notices that its own files changed.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Seal: "lamina", kind, version (8 bytes), length of the payload (8), checksum of the payload (8), little-endian.
 * The checksum is made for damage, not for attackers: whoever may write the store may also write what is built from it. Four
 * lanes take 8 bytes each; every step of a lane is a bijection of its state for a given word and of the word for a given state,
 * and so is the final mix in each lane: a change that is confined to one aligned word of 8 bytes is always noticed, any other
 * one misses with the probability 2^-64. It runs at the speed of memory. */
#include <string.h>

#include "base/rd.h"
#include "store/store_parts.h"

#define ODD_A 0x9e3779b97f4a7c15u /* 2^64 / golden ratio, odd: bits of the word reach the upper half */
#define ODD_B 0xd6e8feb86659fd93u /* a second odd multiplier with a balanced bit pattern */

static uint64_t load64(const unsigned char *p)
{
	uint64_t v = 0;
	for (unsigned i = 0; i < 8; i++) v |= (uint64_t)p[i] << (8 * i); /* one load on little-endian machines */
	return v;
}

static uint64_t step(uint64_t state, uint64_t word)
{
	state = (state ^ word) * ODD_A;
	return state ^ state >> 29;
}

uint64_t store_checksum(uint64_t seed, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	uint64_t lane[4] = { seed, seed + ODD_A, seed + ODD_B, seed - ODD_A };
	size_t left = n;
	for (; left >= 32; left -= 32, p += 32)
		for (unsigned i = 0; i < 4; i++) lane[i] = step(lane[i], load64(p + 8 * i));
	unsigned char tail[32] = { 0 };
	if (left > 0) memcpy(tail, p, left);
	uint64_t sum = (uint64_t)n * ODD_B; /* the length tells the tail's zeros from real ones */
	for (unsigned i = 0; i < 4; i++) {
		lane[i] = step(lane[i], load64(tail + 8 * i));
		sum = (sum ^ lane[i]) * ODD_B;
		sum ^= sum >> 32;
	}
	return sum;
}

/* Everything before the checksum is part of it. */
static uint64_t seal_sum(const unsigned char *head, str payload)
{
	return store_checksum(load64(head) ^ load64(head + 8) * ODD_B, payload.p, payload.n);
}

bool store_seal_begin(struct buf *out)
{
	static const char blank[STORE_SEAL_SIZE] = { 0 };
	return out->n == 0 && buf_add(out, blank, sizeof blank);
}

static void put64(unsigned char *p, uint64_t v)
{
	for (unsigned i = 0; i < 8; i++) p[i] = (unsigned char)(v >> (8 * i));
}

bool store_seal_end(struct buf *out, char kind, uint8_t version)
{
	if (out->over || out->n < STORE_SEAL_SIZE) return false;
	unsigned char *head = (unsigned char *)out->p;
	str payload = str_from_pos(buf_str(out), STORE_SEAL_SIZE);
	memcpy(head, "lamina", 6);
	head[6] = (unsigned char)kind;
	head[7] = version;
	put64(head + 8, payload.n);
	put64(head + 16, seal_sum(head, payload));
	return true;
}

bool store_seal_open(str bytes, char kind, uint8_t version, str *payload)
{
	struct rd r = rd_over(bytes);
	str magic = rd_bytes(&r, 6);
	uint8_t got_kind = rd_u8(&r), got_version = rd_u8(&r);
	uint64_t length = rd_u64(&r), sum = rd_u64(&r);
	if (r.bad || !str_eq(magic, S("lamina")) || got_kind != (uint8_t)kind || got_version != version) return false;
	if (length != rd_left(&r)) return false;
	str rest = str_from_pos(bytes, STORE_SEAL_SIZE);
	if (seal_sum((const unsigned char *)bytes.p, rest) != sum) return false;
	*payload = rest;
	return true;
}
