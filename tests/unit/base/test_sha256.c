/* test_sha256.c: digests and base64 against published vectors.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <string.h>

#include "base/sha256.h"

static void digests(void **state)
{
	(void)state;
	/* FIPS 180-4 example values (NIST, "SHA-256 examples"). */
	static const struct {
		const char *text, *hex;
	} rows[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct sha256 d, back;
		char hex[SHA256_HEX + 1];
		sha256_of(str_from(rows[i].text), &d);
		sha256_hex(&d, hex);
		CHECK(rows[i].text, strcmp(hex, rows[i].hex) == 0);
		CHECK(rows[i].text, sha256_from_hex(str_from(rows[i].hex), &back) && sha256_eq(&d, &back));
	}
	struct sha256_stream s; /* a million times "a", in uneven pieces */
	sha256_begin(&s);
	char block[997];
	memset(block, 'a', sizeof block);
	for (size_t left = 1000000, n; left > 0; left -= n) {
		n = left < sizeof block ? left : sizeof block;
		sha256_update(&s, block, n);
	}
	struct sha256 d, want;
	sha256_end(&s, &d);
	assert_true(sha256_from_hex(S("CDC76E5C9914FB9281A1C7E284D73E67F1809A48A497200E046D39CCC7112CD0"), &want));
	assert_true(sha256_eq(&d, &want));
	d.bytes[31] ^= 1;
	assert_false(sha256_eq(&d, &want));
	assert_true(sha256_cmp(&d, &want) != 0);
}

static void bad_hex(void **state)
{
	(void)state;
	struct sha256 d = { { 1 } };
	assert_false(sha256_from_hex(S("ba78"), &d));
	assert_false(sha256_from_hex(S("ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), &d));
	assert_false(sha256_from_hex(S("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0"), &d));
	assert_int_equal(d.bytes[0], 1);
}

static void base64(void **state)
{
	(void)state;
	/* RFC 4648 section 10. */
	static const char *const rows[][3] = {
		{ "", "", "" },
		{ "f", "Zg==", "Zg" },
		{ "fo", "Zm8=", "Zm8" },
		{ "foo", "Zm9v", "Zm9v" },
		{ "foob", "Zm9vYg==", "Zm9vYg" },
		{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
		{ "\xfb\xff\xfe", "+//+", "-__-" },
	};
	struct arena a = { 0 };
	for (size_t i = 0; i < ROWS(rows); i++) {
		str text = str_from(rows[i][0]), back;
		CHECK_STR(rows[i][0], base64_encode(&a, text, false), str_from(rows[i][1]));
		CHECK_STR(rows[i][0], base64_encode(&a, text, true), str_from(rows[i][2]));
		CHECK(rows[i][0], base64_decode(&a, str_from(rows[i][1]), false, &back));
		CHECK_STR(rows[i][0], back, text);
		CHECK(rows[i][0], base64_decode(&a, str_from(rows[i][2]), true, &back));
		CHECK_STR(rows[i][0], back, text);
	}
	str out;
	assert_true(base64_decode(&a, S("Zg=="), true, &out)); /* padding is optional in URLs */
	static const struct {
		const char *text;
		bool url;
	} bad[] = { { "Zg", false },  { "Z", true },    { "Zg=", true },   { "Zm8==", true }, { "Zm9v====", true },
		        { "====", true }, { "+//+", true }, { "-__-", false }, { "Zm 9", false }, { "Zh", true },
		        { "Zm9", true },  { "=", true },    { "Z=g=", true },  { "Zm9v=", true } };
	for (size_t i = 0; i < ROWS(bad); i++) CHECK(bad[i].text, !base64_decode(&a, str_from(bad[i].text), bad[i].url, &out));
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(digests), cmocka_unit_test(bad_hex), cmocka_unit_test(base64) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
