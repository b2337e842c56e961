/* test_record.c: RECORD as Python's csv module reads and writes it, and what is refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>

#include "python/record.h"

/* SHA-256 of nothing, and the other digests that have 32, 48 or 64 bytes: any bytes will do. */
#define EMPTY   "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
#define BYTES48 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define BYTES64 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

/* want: "path:algorithm:bytes of digest:size" for each row, " | " between; or, after "!", the id of the error. */
static const struct {
	const char *row, *text, *want;
} rows[] = {
	{ "usual", "a/b.py,sha256=" EMPTY ",0\na-1.dist-info/RECORD,,\n", "a/b.py:sha256:32:0 | a-1.dist-info/RECORD::0:-" },
	{ "CRLF", "a,sha256=" EMPTY ",12\r\nb,,\r\n", "a:sha256:32:12 | b::0:-" },
	{ "CR alone", "a,,\rb,,\r", "a::0:- | b::0:-" },
	{ "no line break at the end", "a,,", "a::0:-" },
	{ "blank lines", "\n\na,,\n\r\n\nb,,\n", "a::0:- | b::0:-" },
	{ "empty", "", "" },
	{ "comma in quotes", "\"a,b\",,\n", "a,b::0:-" },
	{ "two quotes are one", "\"a\"\"b\",,\n", "a\"b::0:-" },
	{ "quotes inside a plain field", "a\"b\",,\n", "a\"b\"::0:-" },
	{ "text behind the closing quote", "\"a,\"b\"c,,\n", "a,b\"c::0:-" },
	{ "line break in quotes", "\"a\r\nb\",,\n", "a\r\nb::0:-" },
	{ "all quoted", "\"a\",\"sha256=" EMPTY "\",\"7\"\n", "a:sha256:32:7" },
	{ "empty quotes", "a,\"\",\"\"\n", "a::0:-" },
	{ "spaces are part of the name", " a ,,\n", " a ::0:-" },
	{ "UTF-8", "caf\xc3\xa9,,\n", "caf\xc3\xa9::0:-" },
	{ "backslashes", "a\\b\\c.py,,\n", "a/b/c.py::0:-" },
	{ "leading ./", "././a,,\n", "a::0:-" },
	{ "other digests", "a,sha384=" BYTES48 ",1\nb,sha512=" BYTES64 ",1\nc,sha3_256=" EMPTY ",1\nd,blake2b=" BYTES64 ",1\n",
	  "a:sha384:48:1 | b:sha512:64:1 | c:sha3_256:32:1 | d:blake2b:64:1" },
	{ "algorithm has no case", "a,SHA256=" EMPTY ",1\n", "a:sha256:32:1" },
	{ "hash without size", "a,sha256=" EMPTY ",\n", "a:sha256:32:-" },
	{ "size without hash", "a,,5\n", "a::0:5" },
	{ "largest size", "a,,18446744073709551615\n", "a::0:18446744073709551615" },
	{ "dots inside names", "a/..b/c..,,\n", "a/..b/c..::0:-" },
	{ "two fields", "a,\n", "!record" },
	{ "one field", "a\n", "!record" },
	{ "four fields", "a,,,\n", "!record" },
	{ "quote without end", "\"a,,\n", "!record" },
	{ "quote without end at the end", "a,,\"", "!record" },
	{ "not UTF-8", "a\xff,,\n", "!record" },
	{ "no path", ",,\n", "!record-path" },
	{ "absolute", "/etc/passwd,,\n", "!record-path" },
	{ "absolute by backslash", "\\a,,\n", "!record-path" },
	{ "absolute behind ./", ".//a,,\n", "!record-path" },
	{ "drive", "C:\\a,,\n", "!record-path" },
	{ "parent", "../a,,\n", "!record-path" },
	{ "parent inside", "a/../b,,\n", "!record-path" },
	{ "parent by backslash", "a\\..\\b,,\n", "!record-path" },
	{ "parent at the end", "a/..,,\n", "!record-path" },
	{ "dot inside", "a/./b,,\n", "!record-path" },
	{ "two slashes", "a//b,,\n", "!record-path" },
	{ "slash at the end", "a/,,\n", "!record-path" },
	{ "md5", "a,md5=1B2M2Y8AsgTpgAmY7PhCfg,0\n", "!record-hash" },
	{ "sha1", "a,sha1=2jmj7l5rSw0yVb_vlWAYkK_YBwk,0\n", "!record-hash" },
	{ "sha224", "a,sha224=0UoCjCo6K8lHYQK7KII0xBWisB-CjqYqxbPkLw,0\n", "!record-hash" },
	{ "unknown algorithm", "a,crc32=AAAA,0\n", "!record-hash" },
	{ "no algorithm", "a," EMPTY ",0\n", "!record-hash" },
	{ "digest too short", "a,sha256=AAAA,0\n", "!record-hash" },
	{ "digest too long", "a,sha256=" BYTES48 ",0\n", "!record-hash" },
	{ "no digest", "a,sha256=,0\n", "!record-hash" },
	{ "padding", "a,sha256=" EMPTY "=,0\n", "!record-hash" },
	{ "bits that mean nothing", "a,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFV,0\n", "!record-hash" },
	{ "other alphabet", "a,sha256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU,0\n", "!record-hash" },
	{ "hexadecimal", "a,sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855,0\n", "!record-hash" },
	{ "negative size", "a,,-1\n", "!record-size" },
	{ "size with a space", "a,, 1\n", "!record-size" },
	{ "size too large", "a,,18446744073709551616\n", "!record-size" },
};

static str render(struct arena *a, const struct record_rows *record)
{
	str text = { 0 };
	for (size_t i = 0; i < record->rows.n; i++) {
		const struct record_row *r = &record->rows.p[i];
		str size = r->has_size ? arena_fmt(a, "%llu", (unsigned long long)r->size) : S("-");
		text = arena_fmt(a, STR_FMT "%s" STR_FMT ":" STR_FMT ":%zu:" STR_FMT, STR_ARG(text), i ? " | " : "", STR_ARG(r->path),
		                 STR_ARG(r->algorithm), r->digest.n, STR_ARG(size));
	}
	return text;
}

static void table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct record_rows record;
		struct err e = { 0 };
		if (record_parse(&a, str_from(rows[i].text), &record, &e)) {
			CHECK_STR(rows[i].row, render(&a, &record), str_from(rows[i].want));
		} else {
			CHECK(rows[i].row, rows[i].want[0] == '!' && strcmp(e.id, rows[i].want + 1) == 0);
			CHECK(rows[i].row, e.code == ERR_FORMAT);
		}
		arena_release(&a);
	}
}

static void digest_and_offset(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct record_rows record;
	struct err e = { 0 };
	struct sha256 empty;
	sha256_of(S(""), &empty);
	assert_true(record_parse(&a, S("x,,\n\"y\",sha256=" EMPTY ",0\n"), &record, &e));
	assert_memory_equal(record.rows.p[1].digest.p, empty.bytes, sizeof empty.bytes);
	assert_int_equal(record.rows.p[1].offset, 4);
	assert_false(record_parse(&a, S("x,,\n../y,,\n"), &record, &e));
	assert_true(e.has_offset && e.offset == 4);
	arena_release(&a);
}

static const struct {
	const char *row, *path, *want;
} written[] = {
	{ "plain", "a/b.py", "a/b.py,sha256=" EMPTY ",0\n" },   { "comma", "a,b", "\"a,b\",sha256=" EMPTY ",0\n" },
	{ "quote", "a\"b", "\"a\"\"b\",sha256=" EMPTY ",0\n" }, { "line break", "a\nb", "\"a\nb\",sha256=" EMPTY ",0\n" },
	{ "space", "a b", "a b,sha256=" EMPTY ",0\n" },
};

static void written_rows(void **state)
{
	(void)state;
	struct sha256 empty;
	sha256_of(S(""), &empty);
	for (size_t i = 0; i < ROWS(written); i++) {
		struct arena a = { 0 };
		struct buf out;
		buf_init(&out, 1000);
		record_write_row(&out, str_from(written[i].path), &empty, 0);
		CHECK_STR(written[i].row, buf_str(&out), str_from(written[i].want));
		struct record_rows record;
		struct err e = { 0 };
		CHECK(written[i].row, record_parse(&a, buf_str(&out), &record, &e) && record.rows.n == 1);
		CHECK_STR(written[i].row, record.rows.p[0].path, str_from(written[i].path));
		CHECK(written[i].row, memcmp(record.rows.p[0].digest.p, empty.bytes, sizeof empty.bytes) == 0);
		buf_clear(&out);
		record_write_row(&out, str_from(written[i].path), NULL, 9);
		CHECK(written[i].row, str_ends(buf_str(&out), S(",,\n")));
		buf_release(&out);
		arena_release(&a);
	}
}

static void limits(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct record_rows record;
	struct err e = { 0 };
	size_t n = 4 * ((size_t)RECORD_ROWS_MAX + 1);
	char *text = arena_array(&a, char, n);
	for (size_t i = 0; i < n; i++) text[i] = "a,,\n"[i % 4];
	assert_true(record_parse(&a, (str){ text, n - 4 }, &record, &e));
	assert_int_equal(record.rows.n, RECORD_ROWS_MAX);
	assert_false(record_parse(&a, (str){ text, n }, &record, &e));
	assert_string_equal(e.id, "record");
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(digest_and_offset),
		cmocka_unit_test(written_rows),
		cmocka_unit_test(limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
