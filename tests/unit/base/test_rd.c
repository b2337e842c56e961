/* test_rd.c: the sticky cursor.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include "base/rd.h"

static void reads(void **state)
{
	(void)state;
	struct rd r = rd_over(S("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"
	                        "ab\xff"));
	assert_int_equal(rd_u8(&r), 1);
	assert_int_equal(rd_u16(&r), 0x0302);
	assert_int_equal(rd_u32(&r), 0x07060504);
	assert_true(rd_u64(&r) == UINT64_C(0x0f0e0d0c0b0a0908));
	CHECK_STR("bytes", rd_bytes(&r, 2), S("ab"));
	CHECK_STR("no bytes", rd_bytes(&r, 0), S(""));
	assert_int_equal(rd_left(&r), 1);
	assert_int_equal(rd_u8(&r), 0xff);
	assert_false(r.bad);
}

static void sticky(void **state)
{
	(void)state;
	struct rd r = rd_over(S("\x01\x02\x03"));
	assert_int_equal(rd_u32(&r), 0);
	assert_true(r.bad && r.at == 0 && rd_left(&r) == 0);
	assert_int_equal(rd_u8(&r), 0); /* it would be there */
	r = rd_over(S("abc"));
	rd_skip(&r, 1);
	rd_skip(&r, SIZE_MAX);
	assert_true(r.bad && r.at == 1);
	r = rd_over((str){ NULL, 0 });
	assert_int_equal(rd_u8(&r), 0);
	assert_true(r.bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(reads), cmocka_unit_test(sticky) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
