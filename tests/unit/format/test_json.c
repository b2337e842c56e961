/* test_json.c: tokens, trees, errors and the writer.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <float.h>
#include <string.h>

#include "format/json.h"

/* --- reading --- */

/* The tokens of a text, one character each, with the texts of keys, strings and numbers in parentheses. */
static str tokens_of(struct arena *a, str text, struct err *e)
{
	static const char letters[] = {
		[JSON_TOKEN_END] = '.',          [JSON_TOKEN_NULL] = 'n',        [JSON_TOKEN_TRUE] = 't',
		[JSON_TOKEN_FALSE] = 'f',        [JSON_TOKEN_NUMBER] = '0',      [JSON_TOKEN_STRING] = 's',
		[JSON_TOKEN_KEY] = 'k',          [JSON_TOKEN_ARRAY_BEGIN] = '[', [JSON_TOKEN_ARRAY_END] = ']',
		[JSON_TOKEN_OBJECT_BEGIN] = '{', [JSON_TOKEN_OBJECT_END] = '}'
	};
	struct json_reader r;
	enum json_token token = JSON_TOKEN_NULL;
	str out = { 0 }, value;
	json_begin(&r, a, text);
	while (token != JSON_TOKEN_END && json_next(&r, &token, &value, e)) {
		out = arena_join(a, out, (str){ &letters[token], 1 });
		if (token == JSON_TOKEN_NUMBER || token == JSON_TOKEN_STRING || token == JSON_TOKEN_KEY)
			out = arena_join(a, out, arena_fmt(a, "(" STR_FMT ")", STR_ARG(value)));
	}
	return out;
}

static void tokens(void **state)
{
	(void)state;
	static const struct {
		const char *name, *text, *want;
	} rows[] = {
		{ "scalars", " null ", "n." },
		{ "array", "[true,false , -0.5e+1]", "[tf0(-0.5e+1)]." },
		{ "object", "{\"a\":{}, \"b\" :[ ]}", "{k(a){}k(b)[]}." },
		{ "escapes", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "s(\"\\/\b\f\n\r\t)." },
		{ "code points", "\"\\u00e9\\u20AC\\ud83d\\ude00\"", "s(\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80)." },
		{ "escaped key", "{\"\\u0061\":1}", "{k(a)0(1)}." },
		{ "long plain run", "\"0123456789abcdef\\n0123456789abcdef\"", "s(0123456789abcdef\n0123456789abcdef)." },
		{ "utf-8 in a long run", "\"01234567\xc3\xa9 01234567\"", "s(01234567\xc3\xa9 01234567)." },
		{ "DEL is no control here", "\"\x7f\"", "s(\x7f)." },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		CHECK_STR(rows[i].name, tokens_of(&a, str_from(rows[i].text), &e), str_from(rows[i].want));
		CHECK(rows[i].name, !err_is_set(&e));
		arena_release(&a);
	}
}

static void views_and_nul(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct json_reader r;
	enum json_token token;
	str value, text = S("\"plain\"");
	json_begin(&r, &a, text);
	assert_true(json_next(&r, &token, &value, &e));
	assert_ptr_equal(value.p, text.p + 1); /* nothing is copied */
	assert_true(json_next(&r, &token, &value, &e) && token == JSON_TOKEN_END);
	assert_true(json_next(&r, &token, &value, &e) && token == JSON_TOKEN_END);
	json_begin(&r, &a, S("{\"a\\u0000b\":1}"));
	assert_true(json_next(&r, &token, &value, &e) && json_next(&r, &token, &value, &e));
	CHECK_STR("NUL in a key", value, S("a\0b"));
	arena_release(&a);
}

/* Every ASCII character at every place of a word: the scan of eight bytes at a time misses none. */
static void characters(void **state)
{
	(void)state;
	for (size_t at = 0; at < 20; at++)
		for (int c = 0; c < 0x80; c++) {
			struct arena a = { 0 };
			struct err e = { 0 };
			struct json_value *v;
			char text[] = "\"xxxxxxxxxxxxxxxxxxxx\"";
			text[1 + at] = (char)c;
			if (json_parse(&a, (str){ text, sizeof text - 1 }, &v, &e) != (c >= 0x20 && c != '"' && c != '\\'))
				fail_msg("byte 0x%02x at %zu", (unsigned)c, at);
			arena_release(&a);
		}
}

static void errors(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		str text;
		uint64_t offset;
		const char *what;
	} rows[] = {
#define ROW(name, text, offset, what) { name, { text, sizeof(text) - 1 }, offset, what }
		ROW("nothing", "", 0, "a value is missing: the text ends"),
		ROW("comma at the end of an array", "[1,]", 3, "a value is missing: found `]`"),
		ROW("comma at the end of an object", "{\"a\":1,}", 7, "a key in double quotes is missing: found `}`"),
		ROW("no comma", "[1 2]", 3, "`,` or `]` is missing: found `2`"),
		ROW("wrong bracket", "[1}", 2, "`,` or `]` is missing: found `}`"),
		ROW("no colon", "{\"a\" 1}", 5, "`:` after the key is missing: found `1`"),
		ROW("second document", "{} {}", 3, "text follows the end of the document"),
		ROW("leading zero", "[01]", 1, "a number must not begin with a zero"),
		ROW("no digit after the point", "[1.]", 1, "a number needs a digit after its point"),
		ROW("no digit in the exponent", "[1e+]", 1, "a number needs a digit in its exponent"),
		ROW("sign alone", "-", 0, "a number needs a digit after its sign"),
		ROW("no JSON number", "NaN", 0, "a value is missing: found `N`"),
		ROW("word cut short", "[tru]", 1, "a value is missing: found `t`"),
		ROW("open string", "[\"ab", 1, "this string has no closing quote"),
		ROW("open escape", "\"\\", 1, "unknown escape: only \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX exist"),
		ROW("short escape", "\"\\u12\"", 1, "`\\u` must be followed by four hexadecimal digits"),
		ROW("lone high surrogate", "\"a\\ud800\\u0041\"", 2, "half of a surrogate pair stands alone"),
		ROW("lone low surrogate", "\"\\udc00\"", 1, "half of a surrogate pair stands alone"),
		ROW("newline in a string", "\"a\nb\"", 2, "a control character in a string must be written as an escape"),
		ROW("overlong UTF-8", "\"\xc0\x80\"", 1, "the text is not valid UTF-8"),
		ROW("surrogate in UTF-8", "\"\xed\xa0\x80\"", 1, "the text is not valid UTF-8"),
		ROW("byte order mark", "\xef\xbb\xbf{}", 0, "a value is missing: found `\xef\xbb\xbf`"),
		ROW("NUL", "[\0]", 1, "a value is missing: found byte 0x00"),
		ROW("form feed", "[\f]", 1, "a value is missing: found byte 0x0c"),
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct err e = { 0 }, tree_e = { 0 };
		struct json_value *v;
		tokens_of(&a, rows[i].text, &e);
		CHECK(rows[i].name, e.code == ERR_FORMAT && strcmp(e.id, "json") == 0 && e.has_offset);
		CHECK_STR(rows[i].name, str_from(e.what), str_from(rows[i].what));
		CHECK(rows[i].name, e.offset == rows[i].offset);
		CHECK(rows[i].name, !json_parse(&a, rows[i].text, &v, &tree_e) && tree_e.offset == e.offset);
		arena_release(&a);
	}
}

/* `n` brackets of each kind. */
static bool nested(size_t n, bool object, struct err *e)
{
	struct arena a = { 0 };
	str text = { 0 }, begin = object ? S("{\"a\":") : S("["), end = object ? S("}") : S("]");
	char *p = arena_array(&a, char, n *(begin.n + end.n) + 4);
	for (size_t i = 0; i < n; i++) memcpy(p + i * begin.n, begin.p, begin.n);
	memcpy(p + n * begin.n, "null", 4);
	for (size_t i = 0; i < n; i++) memcpy(p + n * begin.n + 4 + i, end.p, 1);
	text = (str){ p, n * (begin.n + end.n) + 4 };
	struct json_value *v;
	bool ok = json_parse(&a, text, &v, e);
	arena_release(&a);
	return ok;
}

static void depth(void **state)
{
	(void)state;
	for (int object = 0; object < 2; object++) {
		struct err e = { 0 };
		assert_true(nested(JSON_DEPTH_MAX, object, &e));
		assert_false(nested(JSON_DEPTH_MAX + 1, object, &e));
		assert_string_equal(e.what, "nested deeper than 512 levels");
		struct err far = { 0 };
		assert_false(nested(100000, object, &far));
	}
}

static void skipping(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct json_reader r;
	enum json_token token;
	str value;
	json_begin(&r, &a, S("{\"a\":[1,{\"b\":[\"\\n\"]}],\"c\":2,\"d\":3}"));
	assert_true(json_next(&r, &token, &value, &e) && json_next(&r, &token, &value, &e));
	size_t footprint = arena_footprint(&a);
	assert_true(json_skip(&r, &e)); /* the value of a */
	assert_int_equal(arena_footprint(&a), footprint);
	assert_true(json_next(&r, &token, &value, &e));
	CHECK_STR("after a container", value, S("c"));
	assert_true(json_skip(&r, &e));
	assert_true(json_next(&r, &token, &value, &e));
	CHECK_STR("after a number", value, S("d"));
	json_begin(&r, &a, S("[]"));
	assert_true(json_next(&r, &token, &value, &e));
	assert_false(json_skip(&r, &e));
	assert_string_equal(e.what, "no value stands here");
	struct err malformed = { 0 };
	json_begin(&r, &a, S("[\"\\x\"]"));
	assert_false(json_skip(&r, &malformed)); /* what is skipped is checked all the same */
	arena_release(&a);
}

static void trees(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct json_value *v;
	uint64_t n = 7;
	assert_true(json_parse(&a, S("{\"a\":[1,\"x\",null],\"n\":18446744073709551615,\"m\":-1,\"f\":1.0,\"t\":true}"), &v, &e));
	assert_int_equal(v->members.n, 5);
	const struct json_value *list = json_get(v, S("a"));
	assert_true(list && list->type == JSON_ARRAY && list->items.n == 3);
	CHECK_STR("item", list->items.p[1]->text, S("x"));
	assert_true(json_u64(json_get(v, S("n")), &n) && n == UINT64_MAX);
	n = 7;
	assert_false(json_u64(json_get(v, S("m")), &n) || json_u64(json_get(v, S("f")), &n) || json_u64(list, &n) ||
	             json_u64(NULL, &n));
	assert_int_equal(n, 7);
	assert_true(json_get(v, S("t"))->type == JSON_BOOL && json_get(v, S("t"))->boolean);
	assert_null(json_get(v, S("absent")));
	assert_null(json_get(list, S("a")));
	assert_null(json_get(NULL, S("a")));
	arena_release(&a);
}

/* A repeated key keeps its first place and its last value, in small and in large objects. */
static void repeated_keys(void **state)
{
	(void)state;
	for (int n = 2; n < 40; n += 7) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct json_value *v;
		str text = S("{\"k0\":\"old\"");
		for (int i = 1; i < n; i++) text = arena_join(&a, text, arena_fmt(&a, ",\"k%d\":%d", i, i));
		text = arena_join(&a, text, S(",\"k0\":\"new\",\"k1\":null}"));
		assert_true(json_parse(&a, text, &v, &e));
		assert_int_equal(v->members.n, n);
		CHECK_STR("first", v->members.p[0].key, S("k0"));
		CHECK_STR("new", json_get(v, S("k0"))->text, S("new"));
		assert_int_equal(json_get(v, S("k1"))->type, JSON_NULL);
		arena_release(&a);
	}
}

/* --- writing --- */

static void written(void **state)
{
	(void)state;
	struct buf b;
	struct json_writer w;
	buf_init(&b, 4096);
	json_write_begin(&w, &b);
	json_write_object(&w);
	json_write_key(&w, S("a\"\n"));
	json_write_array(&w);
	json_write_u64(&w, UINT64_MAX);
	json_write_i64(&w, INT64_MIN);
	json_write_bool(&w, true);
	json_write_null(&w);
	json_write_object(&w);
	json_write_object_end(&w);
	json_write_array_end(&w);
	json_write_key(&w, S("b"));
	json_write_string(&w, S("\\ \b\f\r\t \x01\x1f \0 \x7f \xc3\xa9 \xff\xed\xa0\x80 /"));
	json_write_key(&w, S("c"));
	json_write_raw(&w, S("123456789012345678901234567890"));
	json_write_object_end(&w);
	CHECK_STR(
	    "document", buf_str(&b),
	    S("{\"a\\\"\\n\":[18446744073709551615,-9223372036854775808,true,null,{}],"
	      "\"b\":\"\\\\ \\b\\f\\r\\t \\u0001\\u001f \\u0000 \x7f \xc3\xa9 \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd /\","
	      "\"c\":123456789012345678901234567890}"));
	buf_release(&b);
}

static void doubles(void **state)
{
	(void)state;
	static const struct {
		double value;
		const char *want;
	} rows[] = {
		{ 0, "0" },
		{ -0.0, "-0" },
		{ 0.1, "0.1" },
		{ 1.5, "1.5" },
		{ 1e21, "1e+21" },
		{ 0.1 + 0.2, "0.30000000000000004" },
		{ 5e-324, "4.94065645841247e-324" },
		{ DBL_MAX, "1.7976931348623157e+308" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct buf b;
		struct json_writer w;
		buf_init(&b, 64);
		json_write_begin(&w, &b);
		json_write_double(&w, rows[i].value);
		CHECK_STR(rows[i].want, buf_str(&b), str_from(rows[i].want));
		buf_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens),  cmocka_unit_test(views_and_nul), cmocka_unit_test(errors), cmocka_unit_test(characters),
		cmocka_unit_test(depth),   cmocka_unit_test(skipping),      cmocka_unit_test(trees),  cmocka_unit_test(repeated_keys),
		cmocka_unit_test(written), cmocka_unit_test(doubles),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
