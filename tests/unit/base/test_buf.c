/* test_buf.c: growth, the limit, integers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <string.h>

#include "base/buf.h"

static void growth(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 100000);
	assert_int_equal(b.p[0], 0);
	for (int i = 0; i < 10000; i++) {
		assert_true(buf_add_char(&b, (char)('a' + i % 26)));
		assert_int_equal(b.p[b.n], 0);
	}
	for (size_t i = 0; i < 10000; i++) assert_int_equal(b.p[i], 'a' + (int)(i % 26));
	buf_clear(&b);
	assert_true(b.n == 0 && b.p[0] == 0);
	assert_true(buf_add_str(&b, (str){ NULL, 0 }));
	buf_release(&b);
	assert_true(b.n == 0 && b.p[0] == 0);
}

static void limit(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 5);
	assert_true(buf_add_str(&b, S("abc")));
	assert_false(buf_add_str(&b, S("def")));
	assert_true(b.over);
	CHECK_STR("nothing of it", buf_str(&b), S("abc"));
	assert_false(buf_add_char(&b, 'd')); /* it would fit, but the text would have a hole */
	buf_clear(&b);
	assert_true(buf_add_str(&b, S("abcde")) && !b.over);
	assert_null(buf_reserve(&b, SIZE_MAX));
	buf_release(&b);
	buf_init(&b, 0);
	assert_true(buf_add(&b, "", 0));
	assert_false(buf_add_char(&b, 'x'));
	buf_release(&b);
	buf_init(&b, SIZE_MAX);
	assert_true(buf_add_str(&b, S("x")));
	assert_null(buf_reserve(&b, SIZE_MAX));
	buf_release(&b);
}

static void formats(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 1000);
	assert_true(buf_addf(&b, "%d-%s|", 7, "x"));
	assert_true(buf_addf(&b, "%300d", 1));
	assert_int_equal(b.n, 304);
	assert_int_equal(b.p[303], '1');
	assert_false(buf_addf(&b, "%700d", 1));
	assert_int_equal(b.n, 304);
	buf_release(&b);
}

static void integers(void **state)
{
	(void)state;
	struct buf b;
	struct arena a = { 0 };
	buf_init(&b, 100);
	assert_true(buf_add_u16(&b, 0x0201) && buf_add_u32(&b, 0x06050403) && buf_add_u64(&b, UINT64_C(0x0e0d0c0b0a090807)));
	str copy = buf_take(&b, &a);
	buf_release(&b);
	assert_int_equal(copy.n, 14);
	for (size_t i = 0; i < copy.n; i++) assert_int_equal(copy.p[i], (int)i + 1);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(growth),
		cmocka_unit_test(limit),
		cmocka_unit_test(formats),
		cmocka_unit_test(integers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
