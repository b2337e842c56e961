/* suggest.c: three rows of the distance table at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/suggest.h"

static char folded(char c) { return c == '_' ? '-' : ascii_tolower(c); }

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

size_t suggest_distance(str a, str b)
{
	if (a.n > SUGGEST_NAME_MAX || b.n > SUGGEST_NAME_MAX) return SIZE_MAX;
	size_t rows[3][SUGGEST_NAME_MAX + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];
	for (size_t j = 0; j <= b.n; j++) above[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			char x = folded(a.p[i - 1]), y = folded(b.p[j - 1]);
			row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == folded(b.p[j - 2]) && y == folded(a.p[i - 2])) row[j] = least(row[j], before[j - 2] + 1);
		}
		size_t *free_row = before;
		before = above;
		above = row;
		row = free_row;
	}
	return above[b.n];
}

str suggest_nearest(str given, const str *candidates, size_t n)
{
	str best = { NULL, 0 };
	size_t best_distance = SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		size_t distance = suggest_distance(given, candidates[i]);
		size_t limit = given.n < 3 ? 1 : (given.n + 2) / 3;
		if (distance > limit || distance >= given.n) {
			/* What was begun right is nearer than anything that is spelled wrong by more than its rest. */
			if (given.n < 3 || given.n > SUGGEST_NAME_MAX || !str_istarts(candidates[i], given)) continue;
			distance = limit;
		}
		if (distance < best_distance) {
			best_distance = distance;
			best = candidates[i];
		}
	}
	return best;
}
