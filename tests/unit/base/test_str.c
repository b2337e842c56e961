/* test_str.c: views, numbers, UTF-8.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <string.h>

static void order(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		str a, b;
		int want;
	} rows[] = {
		{ "both empty", { NULL, 0 }, { "", 0 }, 0 },     { "empty first", { NULL, 0 }, { "a", 1 }, -1 },
		{ "prefix first", { "a", 1 }, { "ab", 2 }, -1 }, { "unsigned bytes", { "\xff", 1 }, { "a", 1 }, 1 },
		{ "equal", { "abc", 3 }, { "abc", 3 }, 0 },      { "NUL counts", { "a\0b", 3 }, { "a\0c", 3 }, -1 },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		CHECK(rows[i].name, str_cmp(rows[i].a, rows[i].b) == rows[i].want);
		CHECK(rows[i].name, str_cmp(rows[i].b, rows[i].a) == -rows[i].want);
		CHECK(rows[i].name, str_eq(rows[i].a, rows[i].b) == (rows[i].want == 0));
	}
	assert_true(str_ieq(S("AbC"), S("aBc")));
	assert_false(str_ieq(S("AbC"), S("aB")));
	assert_false(str_ieq(S("[a"), S("{a"))); /* only letters have case */
}

static void search(void **state)
{
	(void)state;
	assert_int_equal(str_chr(S("a/b/c"), '/'), 1);
	assert_int_equal(str_rchr(S("a/b/c"), '/'), 3);
	assert_true(str_chr(S("abc"), 'x') == STR_NONE && str_rchr(S(""), 'x') == STR_NONE);
	assert_int_equal(str_find(S("aabaac"), S("aac")), 3);
	assert_int_equal(str_find(S("abc"), S("")), 0);
	assert_true(str_find(S("ab"), S("abc")) == STR_NONE);
	assert_true(str_starts(S("abc"), S("ab")) && !str_starts(S("a"), S("ab")) && str_starts(S("a"), S("")));
	assert_true(str_ends(S("abc"), S("bc")) && !str_ends(S("c"), S("bc")) && str_ends((str){ NULL, 0 }, S("")));
	assert_true(str_istarts(S("ABC"), S("ab")) && !str_istarts(S("a"), S("ab")));
	assert_true(str_contains(S("abc"), S("b")) && !str_contains(S("abc"), S("d")));
}

static void slices(void **state)
{
	(void)state;
	CHECK_STR("middle", str_slice(S("abcdef"), 2, 4), S("cd"));
	CHECK_STR("clamped", str_slice(S("abc"), 1, 99), S("bc"));
	CHECK_STR("crossed", str_slice(S("abc"), 3, 1), S(""));
	CHECK_STR("of nothing", str_slice((str){ NULL, 0 }, 1, 2), S(""));
	CHECK_STR("from", str_from_pos(S("abc"), 1), S("bc"));
	CHECK_STR("trim", str_trim(S(" \t\r\n\v\fa b \n")), S("a b"));
	CHECK_STR("trim all", str_trim(S("  ")), S(""));
	str left, right;
	assert_true(str_cut(S("k=v=w"), '=', &left, &right));
	CHECK_STR("cut left", left, S("k"));
	CHECK_STR("cut right", right, S("v=w"));
	assert_false(str_cut(S("kv"), '=', &left, &right));
	CHECK_STR("uncut left", left, S("kv"));
	CHECK_STR("uncut right", right, S(""));
}

static void lines(void **state)
{
	(void)state;
	str rest = S("one\r\n\ntwo\rx\nlast\r"), line;
	static const char *const want[] = { "one", "", "two\rx", "last\r" };
	for (size_t i = 0; i < ROWS(want); i++) {
		assert_true(str_line(&rest, &line));
		CHECK_STR(want[i], line, str_from(want[i]));
	}
	assert_false(str_line(&rest, &line));
	rest = S("a\n");
	assert_true(str_line(&rest, &line));
	assert_false(str_line(&rest, &line));
}

static void numbers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool ok;
		uint64_t want;
	} rows[] = {
		{ "0", true, 0 },
		{ "007", true, 7 },
		{ "18446744073709551615", true, UINT64_MAX },
		{ "18446744073709551616", false, 0 },
		{ "99999999999999999999999", false, 0 },
		{ "", false, 0 },
		{ "-1", false, 0 },
		{ "+1", false, 0 },
		{ " 1", false, 0 },
		{ "1a", false, 0 },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		uint64_t have = 42;
		CHECK(rows[i].text, str_u64(str_from(rows[i].text), &have) == rows[i].ok);
		CHECK(rows[i].text, have == (rows[i].ok ? rows[i].want : 42));
	}
	assert_int_equal(ascii_hex('f'), 15);
	assert_int_equal(ascii_hex('A'), 10);
	assert_int_equal(ascii_hex('g'), -1);
	assert_int_equal(ascii_hex('/'), -1);
}

/* Expectations worked out from the table in RFC 3629 section 4. */
static void utf8(void **state)
{
	(void)state;
	static const struct {
		const char *name, *bytes;
		bool ok;
	} rows[] = {
		{ "empty", "", true },
		{ "ascii", "plain ascii that is longer than eight", true },
		{ "two bytes", "\xc2\x80", true },
		{ "two bytes after eight", "12345678\xc3\xa9", true },
		{ "three bytes", "\xe2\x82\xac", true },
		{ "last before surrogates", "\xed\x9f\xbf", true },
		{ "first after surrogates", "\xee\x80\x80", true },
		{ "four bytes", "\xf0\x9f\x90\x8d", true },
		{ "U+10FFFF", "\xf4\x8f\xbf\xbf", true },
		{ "above U+10FFFF", "\xf4\x90\x80\x80", false },
		{ "f5", "\xf5\x80\x80\x80", false },
		{ "surrogate", "\xed\xa0\x80", false },
		{ "overlong 2", "\xc0\x80", false },
		{ "overlong 2b", "\xc1\xbf", false },
		{ "overlong 3", "\xe0\x9f\xbf", false },
		{ "overlong 4", "\xf0\x8f\xbf\xbf", false },
		{ "lone continuation", "\x80", false },
		{ "cut short", "\xe2\x82", false },
		{ "cut by ascii", "\xe2\x82z", false },
		{ "after eight", "12345678\xff", false },
	};
	for (size_t i = 0; i < ROWS(rows); i++) CHECK(rows[i].name, utf8_valid(str_from(rows[i].bytes)) == rows[i].ok);
}

static void utf8_round_trip(void **state)
{
	(void)state;
	for (uint32_t want = 0; want <= 0x10ffff; want += want < 0x3000 ? 1 : 37) {
		if (want >= 0xd800 && want <= 0xdfff) continue;
		char bytes[4];
		size_t n = utf8_put(bytes, want), at = 0;
		uint32_t have = 0;
		assert_true(utf8_next((str){ bytes, n }, &at, &have));
		assert_int_equal(have, want);
		assert_int_equal(at, n);
		assert_false(utf8_next((str){ bytes, n }, &at, &have));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order),   cmocka_unit_test(search), cmocka_unit_test(slices),          cmocka_unit_test(lines),
		cmocka_unit_test(numbers), cmocka_unit_test(utf8),   cmocka_unit_test(utf8_round_trip),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
