/* wheel_choose.c: which of several wheels of one version a target gets.
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/wheel_name.h"

size_t wheel_name_rank(const struct wheel_name *w, const struct tag_list *list)
{
	size_t best = SIZE_MAX;
	for (size_t i = 0; i < w->tags.n; i++) {
		size_t rank = tags_rank(list, w->tags.p[i]);
		if (rank < best) best = rank;
	}
	return best;
}

/* Build tags by PEP 427: none is lowest, then the number, then the rest as text. <0 when a is the higher one. */
static int compare_builds(const struct wheel_name *a, const struct wheel_name *b)
{
	if (a->has_build != b->has_build) return a->has_build ? -1 : 1;
	if (!a->has_build) return 0;
	if (a->build_number.n != b->build_number.n) return a->build_number.n > b->build_number.n ? -1 : 1;
	int order = str_cmp(b->build_number, a->build_number);
	return order ? order : str_cmp(b->build_suffix, a->build_suffix);
}

static int compare(const struct wheel_name *a, size_t rank_a, const struct wheel_name *b, size_t rank_b)
{
	if (rank_a != rank_b) return rank_a < rank_b ? -1 : 1;
	int builds = compare_builds(a, b);
	return builds ? builds : str_cmp(a->file, b->file);
}

int wheel_name_better(const struct wheel_name *a, const struct wheel_name *b, const struct tag_list *list)
{
	return compare(a, wheel_name_rank(a, list), b, wheel_name_rank(b, list));
}

size_t wheel_choose(struct arena *a, const str *files, size_t n, const struct tag_list *list)
{
	struct arena_mark start = arena_mark(a);
	struct wheel_name best = { 0 };
	size_t best_rank = SIZE_MAX, chosen = SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		struct arena_mark mark = arena_mark(a);
		struct wheel_name w;
		struct err ignored = { 0 };
		size_t rank = wheel_name_parse(a, files[i], &w, &ignored) ? wheel_name_rank(&w, list) : SIZE_MAX;
		if (rank == SIZE_MAX || (chosen != SIZE_MAX && compare(&w, rank, &best, best_rank) >= 0)) {
			arena_rewind(a, mark);
			continue;
		}
		best = w;
		best_rank = rank;
		chosen = i;
	}
	arena_rewind(a, start);
	return chosen;
}
