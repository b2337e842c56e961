/* test_arena.c: pieces, marks, text.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <string.h>

#include "base/arena.h"

static bool all_zero(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0) return false;
	return true;
}

/* Every piece is zero, aligned and apart from the others, whatever was there before. */
static void pieces(void **state)
{
	(void)state;
	struct arena a = { 0 };
	for (int round = 0; round < 3; round++) {
		struct arena_mark mark = arena_mark(&a);
		unsigned char *before = NULL;
		size_t before_n = 0;
		for (size_t i = 0; i < 4000; i++) {
			size_t n = i * 7 % 131, alignment = (size_t)1 << (i % 7);
			if (i % 500 == 499) n = 70000;
			unsigned char *p = arena_alloc(&a, n, 1, alignment);
			assert_int_equal((uintptr_t)p % alignment, 0);
			assert_true(all_zero(p, n));
			if (before) assert_true(all_zero(before, 0) && (before_n == 0 || before[before_n - 1] == 0xa5));
			memset(p, 0xa5, n);
			before = p;
			before_n = n;
		}
		arena_rewind(&a, mark);
	}
	arena_release(&a);
	assert_int_equal(arena_footprint(&a), 0);
	arena_release(&a);
}

/* What is older than a mark stays as it is, also beside large requests. */
static void marks(void **state)
{
	(void)state;
	struct arena a = { 0 };
	char *old = arena_cstr(&a, S("old"));
	char *large = arena_alloc(&a, 100000, 1, 1);
	memset(large, 'L', 100000);
	size_t footprint = arena_footprint(&a);
	for (int i = 0; i < 100; i++) {
		struct arena_mark mark = arena_mark(&a);
		memset(arena_alloc(&a, 50000, 1, 1), 1, 50000);
		memset(arena_alloc(&a, 3000, 1, 8), 1, 3000);
		memset(arena_alloc(&a, 3000, 1, 8), 1, 3000);
		memset(arena_alloc(&a, 9000, 1, 8), 1, 9000);
		arena_rewind(&a, mark);
	}
	assert_string_equal(old, "old");
	assert_true(large[0] == 'L' && large[99999] == 'L');
	assert_int_equal(arena_footprint(&a), footprint);
	arena_release(&a);
}

/* A loop over an empty arena does not give its first block back each time. */
static void rewound_to_empty(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct arena_mark empty = arena_mark(&a);
	unsigned char *p = arena_alloc(&a, 100, 1, 1);
	memset(p, 7, 100);
	arena_rewind(&a, empty);
	assert_true(arena_footprint(&a) > 0);
	assert_true(all_zero(arena_alloc(&a, 100, 1, 1), 100));
	arena_release(&a);
}

static void empty_pieces(void **state)
{
	(void)state;
	struct arena a = { 0 };
	assert_non_null(arena_alloc(&a, 0, 16, 8));
	assert_ptr_not_equal(arena_alloc(&a, 0, 1, 1), arena_alloc(&a, 0, 1, 1));
	arena_release(&a);
}

static void text(void **state)
{
	(void)state;
	struct arena a = { 0 };
	str s = arena_str(&a, S("abc"));
	CHECK_STR("copy", s, S("abc"));
	assert_int_equal(s.p[3], 0);
	assert_int_equal(arena_str(&a, (str){ NULL, 0 }).p[0], 0);
	CHECK_STR("join", arena_join(&a, S("ab"), S("cd")), S("abcd"));
	CHECK_STR("join nothing", arena_join(&a, (str){ NULL, 0 }, (str){ NULL, 0 }), S(""));
	CHECK_STR("lower", arena_lower(&a, S("AbC-\xc3\x84")), S("abc-\xc3\x84"));
	CHECK_STR("fmt", arena_fmt(&a, "%s-%d", "x", 7), S("x-7"));
	for (size_t n = 250; n < 262; n++) { /* around the size of the inner buffer */
		str f = arena_fmt(&a, "%*d", (int)n, 1);
		assert_int_equal(f.n, n);
		assert_true(f.p[n - 1] == '1' && f.p[n] == 0);
	}
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces),       cmocka_unit_test(marks), cmocka_unit_test(rewound_to_empty),
		cmocka_unit_test(empty_pieces), cmocka_unit_test(text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
