/* test_version.c: reading, printing and ordering versions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>

#include "python/version.h"

/* normal: NULL when the text is no version; then `offset` is where the error points. */
static const struct {
	const char *row, *text, *normal;
	size_t offset;
} versions[] = {
	{ "plain", "1.2.3", "1.2.3", 0 },
	{ "one part", "7", "7", 0 },
	{ "zeros of the release stay", "1.0.0", "1.0.0", 0 },
	{ "leading zeros go", "01.002", "1.2", 0 },
	{ "all zeros", "000", "0", 0 },
	{ "v", "v1.0", "1.0", 0 },
	{ "V", "V1.0", "1.0", 0 },
	{ "epoch", "1!2.0", "1!2.0", 0 },
	{ "epoch zero", "0!2.0", "2.0", 0 },
	{ "alpha", "1.0alpha1", "1.0a1", 0 },
	{ "beta with separators", "1.0.Beta-2", "1.0b2", 0 },
	{ "c", "1.0c1", "1.0rc1", 0 },
	{ "pre", "1.0pre1", "1.0rc1", 0 },
	{ "preview", "1.0-preview_1", "1.0rc1", 0 },
	{ "RC-1", "1.0.RC-1", "1.0rc1", 0 },
	{ "no number", "1.0a", "1.0a0", 0 },
	{ "separator without number", "1.0a.", "1.0a0", 0 },
	{ "post", "1.0.post2", "1.0.post2", 0 },
	{ "rev", "1.0-rev2", "1.0.post2", 0 },
	{ "r", "1.0r", "1.0.post0", 0 },
	{ "implicit post", "1-1", "1.post1", 0 },
	{ "implicit post after pre", "1a-1-2", "1a1.post2", 0 },
	{ "dev", "1.0dev", "1.0.dev0", 0 },
	{ "all phases", "2!1.0b2_r3-dev04", "2!1.0b2.post3.dev4", 0 },
	{ "local", "1.0+Ubuntu-1_02", "1.0+ubuntu.1.2", 0 },
	{ "local letters and digits", "1+01a", "1+01a", 0 },
	{ "large numbers", "99999999999999999999.0", "99999999999999999999.0", 0 },
	{ "white space", " \t\n1.0\r\n ", "1.0", 0 },
	{ "Unicode white space",
	  "\xc2\xa0"
	  "1.0\xe2\x80\x83\xe3\x80\x80",
	  "1.0", 0 },
	{ "information separators are white space",
	  "\x1c"
	  "1.0\x1f",
	  "1.0", 0 },
	{ "empty", "", NULL, 0 },
	{ "white space only", " \n ", NULL, 3 },
	{ "dot at the end", "1.", NULL, 1 },
	{ "dot at the start", ".1", NULL, 0 },
	{ "two dots", "1..2", NULL, 1 },
	{ "dash at the end", "1.0-", NULL, 3 },
	{ "empty local", "1.0+", NULL, 3 },
	{ "two dots in local", "1.0+a..b", NULL, 5 },
	{ "separator ends local", "1.0+a.", NULL, 5 },
	{ "no release", "a1", NULL, 0 },
	{ "epoch alone", "1!", NULL, 1 },
	{ "two epochs", "1!2!3", NULL, 3 },
	{ "phases in the wrong order", "1.dev1a1", NULL, 6 },
	{ "inner white space", "1 .0", NULL, 1 },
	{ "other digits", "\xd9\xa1", NULL, 0 },
	{ "other digits in local", "1+\xd9\xa1", NULL, 1 },
	{ "dotless i", "1.0dev\xc4\xb1", NULL, 6 },
	{ "long s", "1.0po\xc5\xbft1", NULL, 3 },
	{ "ill-formed UTF-8 is no white space", "1.0\xa0", NULL, 3 },
};

static void reading(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(versions); i++) {
		struct arena a = { 0 };
		struct version v;
		struct err e = { 0 };
		bool ok = version_parse(&a, str_from(versions[i].text), &v, &e);

		CHECK(versions[i].row, ok == (versions[i].normal != NULL));
		if (ok) {
			CHECK_STR(versions[i].row, version_normal(&a, &v), str_from(versions[i].normal));
		} else {
			CHECK(versions[i].row, e.code == ERR_FORMAT && strcmp(e.id, "version") == 0);
			CHECK(versions[i].row, e.has_offset && e.offset == versions[i].offset);
		}
		arena_release(&a);
	}
}

static void parts(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct version v;

	assert_true(version_parse(&a, S("01!2.0.03rc4.post5.dev6+x.007"), &v, NULL));
	CHECK_STR("epoch", v.epoch, S("1"));
	assert_int_equal(v.n_release, 3);
	CHECK_STR("release", v.release[2], S("3"));
	assert_int_equal(v.pre, VERSION_PRE_RC);
	CHECK_STR("pre", v.pre_number, S("4"));
	assert_true(v.has_post && v.has_dev);
	CHECK_STR("post", v.post_number, S("5"));
	CHECK_STR("dev", v.dev_number, S("6"));
	assert_int_equal(v.n_local, 2);
	CHECK_STR("local", v.local[1], S("7"));
	CHECK_STR("public", version_public(&a, &v), S("1!2.0.3rc4.post5.dev6"));
	assert_true(version_is_prerelease(&v));
	assert_false(version_parse(&a, (str){ "1.0\0", 4 }, &v, NULL));
	arena_release(&a);
}

/* Strictly ascending. PEP 440, "Summary of permitted suffixes and relative ordering", and the ends of the fast key. */
static const char *const ascending[] = {
	"0.dev0",
	"0.dev1",
	"0a0",
	"0",
	"0.post0",
	"0.0.1",
	"1.dev0",
	"1.dev1+x",
	"1.dev8191",
	"1.dev8192",
	"1.0a1.dev1",
	"1.0a1",
	"1.0a1+z",
	"1.0a1.post1.dev2",
	"1.0a1.post1",
	"1.0a2.dev0",
	"1.0a8191",
	"1.0a8192",
	"1.0b1.dev5",
	"1.0b1",
	"1rc1",
	"1rc1.post0.dev0",
	"1rc1.post0",
	"1.0rc2",
	"1.0",
	"1.0+0a",
	"1.0+a",
	"1.0+a.a",
	"1.0+a.0",
	"1.0+a.1",
	"1.0+a1",
	"1.0+b",
	"1.0+0",
	"1.0+1.x",
	"1.0+1.2",
	"1.0+2",
	"1.0+10",
	"1.0+99999999999999999999",
	"1.0.post0.dev1",
	"1.0.post0",
	"1.0.post0+a",
	"1.0.post1",
	"1.0.post8191",
	"1.0.post8192",
	"1.0.0.0.1",
	"1.0.0.1",
	"1.0.0.255",
	"1.0.0.255.1",
	"1.0.0.256",
	"1.0.1",
	"1.0.4095",
	"1.0.4096",
	"1.1.dev0",
	"1.1",
	"1.2",
	"1.10",
	"1.4095",
	"1.4096",
	"2",
	"2.0.1",
	"9",
	"10",
	"65535",
	"65535.4095.4095.255.post8191",
	"65536.dev0",
	"65536",
	"999999",
	"1000000",
	"20240101",
	"18446744073709551615",
	"18446744073709551616",
	"99999999999999999999",
	"1!0.dev0",
	"1!0",
	"1!1.0",
	"2!0",
	"10!0",
};

/* The long way, whatever the keys say. */
static int slow_cmp(const struct version *a, const struct version *b)
{
	struct version x = *a, y = *b;

	x.fast = y.fast = 0;
	return version_cmp(&x, &y);
}

static int sign(int n) { return (n > 0) - (n < 0); }

static void order(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct version v[ROWS(ascending)];
	size_t fast = 0;

	for (size_t i = 0; i < ROWS(ascending); i++) {
		CHECK(ascending[i], version_parse(&a, str_from(ascending[i]), &v[i], NULL));
		fast += v[i].fast != 0 ? 1 : 0;
	}
	assert_in_range(fast, 20, ROWS(ascending) - 20); /* both ways are tested */
	for (size_t i = 0; i < ROWS(ascending); i++) {
		for (size_t j = 0; j < ROWS(ascending); j++) {
			int want = i == j ? 0 : i < j ? -1 : 1;

			CHECK(ascending[i], sign(version_cmp(&v[i], &v[j])) == want);
			CHECK(ascending[i], sign(slow_cmp(&v[i], &v[j])) == want);
			CHECK(ascending[i], want * version_cmp_public(&v[i], &v[j]) >= 0);
			CHECK(ascending[i], want * version_cmp_family(&v[i], &v[j]) >= 0);
		}
	}
	arena_release(&a);
}

static const struct {
	const char *row, *a, *b;
} equal[] = {
	{ "zeros at the end", "1", "1.0.0.0.0.0" }, { "zeros only", "0", "0.0" },           { "spellings", "1.0rc1", "v1.0.C-01" },
	{ "local spellings", "1+A_01", "1.0+a.1" }, { "implicit post", "1-2", "1.0post2" }, { "missing number", "1a", "1a0" },
};

static void equality(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(equal); i++) {
		struct arena arena = { 0 };
		struct version a, b;

		CHECK(equal[i].row,
		      version_parse(&arena, str_from(equal[i].a), &a, NULL) && version_parse(&arena, str_from(equal[i].b), &b, NULL));
		CHECK(equal[i].row, version_cmp(&a, &b) == 0 && slow_cmp(&a, &b) == 0);
		arena_release(&arena);
	}
}

/* Each random version of few pieces against each other: fast == slow, and the order is antisymmetric. */
static void fast_equals_slow(void **state)
{
	(void)state;
	static const char *const numbers[] = { "0",    "1",    "2",    "255",   "256",   "4095",
		                                   "4096", "8191", "8192", "65535", "65536", "99999999" };
	static const char *const suffixes[] = { "",       ".dev0",  ".dev1",  "a0",     "a1",      "b1", "rc1",
		                                    "rc8191", "rc8192", ".post0", ".post1", "a1.dev1", "+x" };
	enum { N = 700 };
	static struct version v[N];
	struct arena a = { 0 };
	uint32_t random = 12345;

	for (size_t i = 0; i < N; i++) {
		str text = S("");

		random = random * 1664525 + 1013904223;
		for (uint32_t k = 0, r = random >> 8; k <= (random >> 4) % 5; k++, r /= ROWS(numbers))
			text = arena_fmt(&a, STR_FMT "%s%s", STR_ARG(text), k == 0 ? "" : ".", numbers[(r + k) % ROWS(numbers)]);
		text = arena_join(&a, text, str_from(suffixes[(random >> 13) % ROWS(suffixes)]));
		assert_true(version_parse(&a, text, &v[i], NULL));
	}
	for (size_t i = 0; i < N; i++) {
		for (size_t j = 0; j < N; j++) {
			int c = sign(version_cmp(&v[i], &v[j]));

			if (c != sign(slow_cmp(&v[i], &v[j])) || c != -sign(version_cmp(&v[j], &v[i])))
				fail_msg(STR_FMT " against " STR_FMT, STR_ARG(v[i].text), STR_ARG(v[j].text));
		}
	}
	arena_release(&a);
}

static void limits(void **state)
{
	(void)state;
	struct arena a = { 0 };
	char *p = arena_array(&a, char, VERSION_MAX + 2);
	struct version v;
	struct err e = { 0 };

	memset(p, '1', VERSION_MAX + 1);
	assert_true(version_parse(&a, (str){ p, VERSION_MAX }, &v, NULL));
	assert_false(version_parse(&a, (str){ p, VERSION_MAX + 1 }, &v, &e));
	assert_true(e.offset <= VERSION_MAX + 1);
	for (size_t i = 1; i < VERSION_MAX; i += 2) p[i] = '.';
	assert_true(version_parse(&a, (str){ p, VERSION_MAX - 1 }, &v, NULL));
	assert_int_equal(v.n_release, VERSION_RELEASE_MAX);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading),          cmocka_unit_test(parts),  cmocka_unit_test(order), cmocka_unit_test(equality),
		cmocka_unit_test(fast_equals_slow), cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
