/* tags.c: the tags of a CPython on glibc, by formula.
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/tags.h"

struct tag_build {
	struct arena *arena;
	struct str_list platforms;
	struct str_list tags;
};

/* manylinux_2_G .. _2_lo, each old name after the one it is equal to (PEP 600); plain linux promises least and comes last. */
static void list_platforms(struct tag_build *b, int glibc_minor, str machine)
{
	/* The oldest glibc that wheels of the machine were ever made for: manylinux1, or manylinux2014 where that came first. */
	int oldest = str_eq(machine, S("x86_64")) ? 5 : 17;
	for (int minor = glibc_minor; minor >= oldest; minor--) {
		*vec_push(b->arena, &b->platforms) = arena_fmt(b->arena, "manylinux_2_%d_" STR_FMT, minor, STR_ARG(machine));
		const char *legacy = minor == 17 ? "manylinux2014" : minor == 12 ? "manylinux2010" : minor == 5 ? "manylinux1" : NULL;
		if (legacy) *vec_push(b->arena, &b->platforms) = arena_fmt(b->arena, "%s_" STR_FMT, legacy, STR_ARG(machine));
	}
	*vec_push(b->arena, &b->platforms) = arena_fmt(b->arena, "linux_" STR_FMT, STR_ARG(machine));
}

/* prefix ("cp312-abi3-") with every platform. */
static void add_all(struct tag_build *b, str prefix)
{
	for (size_t i = 0; i < b->platforms.n; i++) *vec_push(b->arena, &b->tags) = arena_join(b->arena, prefix, b->platforms.p[i]);
}

/* py3M, py3, py3(M-1) .. py30: what pure Python may ask for, best first. */
static void add_generic(struct tag_build *b, int python_minor, bool any)
{
	for (int i = -1; i <= python_minor; i++) {
		int minor = i == -1 ? python_minor : python_minor - i;
		str prefix = i == 0 ? S("py3-none-") : arena_fmt(b->arena, "py3%d-none-", minor);
		if (any) *vec_push(b->arena, &b->tags) = arena_join(b->arena, prefix, S("any"));
		if (!any) add_all(b, prefix);
	}
}

void tags_for(struct arena *a, int python_minor, int glibc_minor, str machine, struct tag_list *out)
{
	if (python_minor < 0) { /* a runtime without Python accepts no wheel */
		tags_from(a, NULL, 0, out);
		return;
	}
	struct tag_build b = { .arena = a };
	list_platforms(&b, glibc_minor, machine);
	add_all(&b, arena_fmt(a, "cp3%d-cp3%d-", python_minor, python_minor));
	add_all(&b, arena_fmt(a, "cp3%d-abi3-", python_minor));
	add_all(&b, arena_fmt(a, "cp3%d-none-", python_minor));
	for (int minor = python_minor - 1; minor >= 2; minor--) add_all(&b, arena_fmt(a, "cp3%d-abi3-", minor));
	add_generic(&b, python_minor, false);
	*vec_push(a, &b.tags) = arena_fmt(a, "cp3%d-none-any", python_minor);
	add_generic(&b, python_minor, true);
	tags_from(a, b.tags.p, b.tags.n, out);
}

void tags_from(struct arena *a, const str *tags, size_t n, struct tag_list *out)
{
	struct tag_list list = { .tags = arena_array(a, str, n), .n = n };
	map_init(&list.rank, a);
	for (size_t i = 0; i < n; i++) {
		bool added;
		list.tags[i] = tags[i];
		void **rank = map_put(&list.rank, tags[i], &added);
		if (added) *rank = (void *)(uintptr_t)(i + 1); /* the first of equal tags counts */
	}
	*out = list;
}

size_t tags_rank(const struct tag_list *list, str tag)
{
	uintptr_t rank = (uintptr_t)map_get(&list->rank, tag);
	return rank ? (size_t)rank - 1 : SIZE_MAX;
}
