/* version_order.c: the total order of PEP 440 versions.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Version specifiers", "Summary of permitted suffixes and relative ordering"; the key of `packaging`:
 *     (epoch, release without trailing zeros, (preR, preN, postR, postN, devR, devN), local)
 * preR: -1 when there is only a dev, a 0, b 1, rc 2, none 3. postR: 0 none, 1 there. devR: 0 there, 1 none.
 *
 * Most versions also have a 64-bit key whose plain order is the same, so that most comparisons are one instruction:
 *     16 bits + 12 + 12 + 8: the first four release parts, 3: phase (1 dev, 2 a, 3 b, 4 rc, 5 final, 6 post), 13: its number.
 * Versions that do not fit (an epoch, a local part, two suffixes, a fifth part, large numbers) have the key 0 and take the long
 * way. Both sides need a key; a test holds the two ways to one answer. */
#include <string.h>

#include "python/version.h"

/* --- the short way --- */

/* A number of at most `bits` bits; false when it does not fit. */
static bool small(str digits, unsigned bits, uint64_t *out)
{
	uint64_t value = 0;

	if (digits.n > 6) return false;
	for (size_t i = 0; i < digits.n; i++) value = value * 10 + (uint64_t)(digits.p[i] - '0');
	*out = value;
	return value >> bits == 0;
}

static size_t trimmed_release(const struct version *v)
{
	size_t n = v->n_release;

	while (n != 0 && str_eq(v->release[n - 1], S("0"))) n--;
	return n;
}

static bool fast_phase(const struct version *v, uint64_t *out)
{
	uint64_t phase = 5, number = 0;
	int suffixes = (v->pre != VERSION_PRE_NONE) + v->has_post + v->has_dev;

	if (suffixes > 1) return false;
	if (v->has_dev) {
		phase = 1;
		if (!small(v->dev_number, 13, &number)) return false;
	} else if (v->has_post) {
		phase = 6;
		if (!small(v->post_number, 13, &number)) return false;
	} else if (v->pre != VERSION_PRE_NONE) {
		phase = 1 + (uint64_t)v->pre;
		if (!small(v->pre_number, 13, &number)) return false;
	}
	*out = phase << 13 | number;
	return true;
}

void version_set_key(struct version *v)
{
	static const unsigned bits[4] = { 16, 12, 12, 8 };
	size_t n = trimmed_release(v);
	uint64_t key = 0, part;

	v->fast = 0;
	if (n > 4 || v->n_local != 0 || !str_eq(v->epoch, S("0"))) return;
	for (size_t i = 0; i < 4; i++) {
		part = 0;
		if (i < n && !small(v->release[i], bits[i], &part)) return;
		key = key << bits[i] | part;
	}
	if (fast_phase(v, &part)) v->fast = key << 16 | part;
}

/* --- the long way --- */

/* Digit runs without leading zeros: the longer one is the larger. */
static int number_cmp(str a, str b)
{
	if (a.n != b.n) return a.n < b.n ? -1 : 1;
	return a.n == 0 ? 0 : memcmp(a.p, b.p, a.n);
}

static int release_cmp(const struct version *a, const struct version *b)
{
	size_t na = trimmed_release(a), nb = trimmed_release(b);

	for (size_t i = 0; i < na && i < nb; i++) {
		int c = number_cmp(a->release[i], b->release[i]);
		if (c != 0) return c;
	}
	return na == nb ? 0 : na < nb ? -1 : 1;
}

static int pre_rank(const struct version *v)
{
	if (v->pre != VERSION_PRE_NONE) return (int)v->pre;
	return v->has_dev && !v->has_post ? 0 : 4;
}

static int pre_cmp(const struct version *a, const struct version *b)
{
	int ra = pre_rank(a), rb = pre_rank(b);

	if (ra != rb) return ra - rb;
	return a->pre == VERSION_PRE_NONE ? 0 : number_cmp(a->pre_number, b->pre_number);
}

static int post_cmp(const struct version *a, const struct version *b)
{
	if (a->has_post != b->has_post) return a->has_post ? 1 : -1;
	return a->has_post ? number_cmp(a->post_number, b->post_number) : 0;
}

static int dev_cmp(const struct version *a, const struct version *b)
{
	if (a->has_dev != b->has_dev) return a->has_dev ? -1 : 1;
	return a->has_dev ? number_cmp(a->dev_number, b->dev_number) : 0;
}

/* PEP 440 "Local version identifiers": numbers after text, numbers by value, text bytewise. */
static int segment_cmp(str a, str b)
{
	bool na = true, nb = true;

	for (size_t i = 0; i < a.n; i++) na = na && ascii_digit(a.p[i]);
	for (size_t i = 0; i < b.n; i++) nb = nb && ascii_digit(b.p[i]);
	if (na != nb) return na ? 1 : -1;
	return na ? number_cmp(a, b) : str_cmp(a, b);
}

static int local_cmp(const struct version *a, const struct version *b)
{
	for (size_t i = 0; i < a->n_local && i < b->n_local; i++) {
		int c = segment_cmp(a->local[i], b->local[i]);
		if (c != 0) return c;
	}
	return a->n_local == b->n_local ? 0 : a->n_local < b->n_local ? -1 : 1;
}

int version_cmp_family(const struct version *a, const struct version *b)
{
	int c = number_cmp(a->epoch, b->epoch);

	if (c == 0) c = release_cmp(a, b);
	return c != 0 ? c : pre_cmp(a, b);
}

int version_cmp_public(const struct version *a, const struct version *b)
{
	int c;

	if (a->fast != 0 && b->fast != 0) return a->fast == b->fast ? 0 : a->fast < b->fast ? -1 : 1;
	c = version_cmp_family(a, b);
	if (c == 0) c = post_cmp(a, b);
	return c != 0 ? c : dev_cmp(a, b);
}

int version_cmp(const struct version *a, const struct version *b)
{
	int c = version_cmp_public(a, b);

	return c != 0 ? c : local_cmp(a, b);
}
