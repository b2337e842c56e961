/* test_toml.c: values, places, messages and look-ups; toml-test covers the grammar (tests/suites/test_toml.py).
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "format/toml.h"

static const char sample[] = "# a file\n"
                             "title = 'T'\n"
                             "[tool.poetry]\n"
                             "name = \"caf\\u00e9\"\n"
                             "count = -1_000\n"
                             "on = true\n"
                             "ratio = 6.25e-1\n"
                             "when = 1979-05-27 07:32:00z\n"
                             "one = 'x'\n"
                             "many = [ 'x',\n"
                             "  \"y\", ]\n"
                             "mixed = ['x', 1]\n"
                             "inline = { a.b = 1 }\n"
                             "[[package]]\n"
                             "name = 'p'\n"
                             "[[package]]\n"
                             "name = 'q'\n";

static struct toml_document parsed(struct arena *a, str text)
{
	struct err e = { 0 };
	struct toml_document d = { 0 };
	if (!toml_parse(a, text, S("a.toml"), &d, &e)) fail_msg("%s\n%s\n%s", e.what, e.where, e.why);
	return d;
}

static void values(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct toml_document d = parsed(&a, S(sample));
	const struct toml_value *poetry = toml_at(d.root, "tool.poetry");
	assert_non_null(poetry);
	CHECK_STR("literal string", toml_at(d.root, "title")->u.string, S("T"));
	CHECK_STR("escape", toml_get(poetry, S("name"))->u.string, S("caf\xc3\xa9"));
	assert_int_equal(toml_get(poetry, S("count"))->u.integer, -1000);
	assert_true(toml_get(poetry, S("on"))->u.boolean);
	assert_true(fabs(toml_get(poetry, S("ratio"))->u.real - 0.625) < 1e-12);
	CHECK_STR("date-time", toml_get(poetry, S("when"))->u.string, S("1979-05-27T07:32:00Z"));
	assert_int_equal(toml_get(poetry, S("when"))->type, TOML_DATETIME);
	assert_int_equal(toml_get(poetry, S("many"))->u.array.n, 2);
	assert_int_equal(toml_at(poetry, "inline.a.b")->u.integer, 1);
	const struct toml_value *packages = toml_at(d.root, "package");
	assert_int_equal(packages->u.array.n, 2);
	CHECK_STR("second table", toml_get(packages->u.array.p[1], S("name"))->u.string, S("q"));
	assert_null(toml_at(d.root, "tool.poetry.name.x"));
	assert_null(toml_at(d.root, "tool.absent.x"));
	assert_null(toml_get(NULL, S("x")));
	arena_release(&a);
}

/* The bytes that a value was written in. */
static str written(const struct toml_document *d, const struct toml_value *v) { return str_slice(d->text, v->offset, v->end); }

static void places(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct toml_document d = parsed(&a, S(sample));
	const struct toml_value *poetry = toml_at(d.root, "tool.poetry");
	CHECK_STR("header", written(&d, poetry), S("[tool.poetry]"));
	CHECK_STR("string", written(&d, toml_get(poetry, S("name"))), S("\"caf\\u00e9\""));
	CHECK_STR("array", written(&d, toml_get(poetry, S("many"))), S("[ 'x',\n  \"y\", ]"));
	CHECK_STR("inline table", written(&d, toml_get(poetry, S("inline"))), S("{ a.b = 1 }"));
	CHECK_STR("element", written(&d, toml_at(d.root, "package")->u.array.p[1]), S("[[package]]"));
	CHECK_STR("key", str_slice(d.text, poetry->u.table.p[1].key_offset, poetry->u.table.p[1].key_offset + 5), S("count"));
	for (size_t i = 0; i + 1 < poetry->u.table.n; i++)
		assert_true(poetry->u.table.p[i].key_offset < poetry->u.table.p[i + 1].key_offset);
	uint32_t line, column;
	toml_line_column(S("a\n\xc3\xa9x\n"), 4, &line, &column);
	assert_true(line == 2 && column == 2); /* columns count code points */
	toml_line_column(S("a\n"), 99, &line, &column);
	assert_true(line == 2 && column == 1);
	arena_release(&a);
}

static void strings(void **state)
{
	(void)state;
	static const struct {
		const char *name, *text, *want;
	} rows[] = {
		{ "empty", "a=\"\"", "" },
		{ "empty lines", "a=\"\"\"\"\"\"", "" },
		{ "escapes", "a=\"\\b\\t\\n\\f\\r\\\"\\\\\"", "\b\t\n\f\r\"\\" },
		{ "tab", "a='\t'", "\t" },
		{ "big escape", "a=\"\\U0001F600\"", "\xf0\x9f\x98\x80" },
		{ "literal", "a='\\n'", "\\n" },
		{ "first newline goes", "a=\"\"\"\nx\n\"\"\"", "x\n" },
		{ "first CRLF goes", "a='''\r\nx\r\n'''", "x\n" },
		{ "quotes inside", "a=\"\"\"x\"\"y\"\"\"", "x\"\"y" },
		{ "two quotes at the end", "a=\"\"\"x\"\"\"\"\"", "x\"\"" },
		{ "two quotes alone", "a='''''''' ", "''" },
		{ "line-ending backslash", "a=\"\"\"x\\  \n \t\r\n  y\"\"\"", "xy" },
		{ "backslash in a literal", "a='''x\\\ny'''", "x\\\ny" },
		{ "escaped quotes", "a=\"\"\"\\\"\"\"x\"\"\"", "\"\"\"x" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct toml_document d = parsed(&a, str_from(rows[i].text));
		CHECK_STR(rows[i].name, toml_get(d.root, S("a"))->u.string, str_from(rows[i].want));
		arena_release(&a);
	}
}

/* Every ASCII character at every place of a word: the scan of eight bytes at a time misses none. */
static void characters(void **state)
{
	(void)state;
	for (size_t at = 0; at < 20; at++)
		for (int c = 0; c < 0x80; c++) {
			struct arena a = { 0 };
			struct err e = { 0 };
			struct toml_document d;
			char text[] = "a=\"xxxxxxxxxxxxxxxxxxxx\"";
			text[3 + at] = (char)c;
			bool want = (c >= 0x20 || c == '\t') && c != 0x7f && c != '"' && c != '\\';
			if (toml_parse(&a, (str){ text, sizeof text - 1 }, S("f"), &d, &e) != want)
				fail_msg("byte 0x%02x at %zu", (unsigned)c, at);
			if (want)
				CHECK_STR("string", d.root->u.table.p[0].value->u.string, str_slice((str){ text, sizeof text - 1 }, 3, 23));
			arena_release(&a);
		}
}

static void errors(void **state)
{
	(void)state;
	static const struct {
		const char *text, *what, *where;
	} rows[] = {
		{ "a = 1\nb = 2\na = 3", "key `a` is already defined at line 1", "3:1" },
		{ "[a]\n[b]\n[a]", "table `a` is already defined at line 1", "3:2" },
		{ "[a.b]\n[a]\n[a]", "table `a` is already defined at line 2", "3:2" },
		{ "[a]\nb.c=1\n[a.b]", "table `b` is already defined by a dotted key at line 2", "3:4" },
		{ "[a.b]\n[a]\nb.c=1", "a dotted key cannot add to table `b` of line 1", "3:1" },
		{ "a={}\n[a.b]", "nothing can be added to the inline table `a` of line 1", "2:2" },
		{ "a=[]\n[[a]]", "key `a` is already defined at line 1", "2:3" },
		{ "a=[{}]\n[a.b]", "nothing can be added to the array `a` of line 1", "2:2" },
		{ "a=1\na.b=2", "key `a` is not a table: it is defined as an integer at line 1", "2:1" },
		{ "a='x'\n[a.b]", "key `a` is not a table: it is defined as a string at line 1", "2:2" },
		{ "[[a]]\n[a]", "key `a` is already defined at line 1", "2:2" },
		{ "a", "`=` after the key is missing: the text ends", "1:2" },
		{ "a\n", "`=` after the key is missing: the line ends", "1:2" },
		{ "a =\n", "a value is missing: the line ends", "1:4" },
		{ "a = 1 b = 2", "the end of the line is missing: found `b`", "1:7" },
		{ "= 1", "a key is missing: found `=`", "1:1" },
		{ "\xc3\xa9 = 1", "a key with other characters than A-Z a-z 0-9 _ - needs quotes", "1:1" },
		{ "'''a''' = 1", "a key must not be a multi-line string", "1:1" },
		{ "[a", "`]` after the key is missing: the text ends", "1:3" },
		{ "[[a] ]", "`]]` after the key is missing: found `]`", "1:4" },
		{ "a = yes", "`yes` is no value: a string needs quotes", "1:5" },
		{ "a = True", "`True` is no value: a string needs quotes", "1:5" },
		{ "a = 01", "`01`: a number must not begin with a zero", "1:5" },
		{ "a = 1__0", "`1__0`: an underscore must stand between two digits", "1:5" },
		{ "a = 0x_1", "`0x_1`: an underscore must stand between two digits", "1:5" },
		{ "a = 0b2", "`0b2`: not a number of base 2", "1:5" },
		{ "a = 1.e1", "`1.e1`: a digit must follow the point", "1:5" },
		{ "a = 1e", "`1e`: the exponent has no digit", "1:5" },
		{ "a = 1.2.3", "`1.2.3`: not a number", "1:5" },
		{ "a = 9223372036854775808", "`9223372036854775808`: an integer has at most 64 bits", "1:5" },
		{ "a = 2023-02-29", "`2023-02-29` is no date or time like 2006-01-30T23:59:59Z", "1:5" },
		{ "a = 2023-01-01T24:00:00", "`2023-01-01T24:00:00` is no date or time like 2006-01-30T23:59:59Z", "1:5" },
		{ "a = 23:59:60", "`23:59:60` is no date or time like 2006-01-30T23:59:59Z", "1:5" },
		{ "a = \"x\n\"", "this string has no closing quote on its line", "1:5" },
		{ "a = '''x\n", "this string has no closing quotes", "1:5" },
		{ "a = \"\\x41\"", "unknown escape: only \\b \\t \\n \\f \\r \\\" \\\\ \\uXXXX and \\UXXXXXXXX exist", "1:6" },
		{ "a = \"\\ud800\"", "`\\u` must be followed by four hexadecimal digits of a Unicode character", "1:6" },
		{ "a = \"\\U00110000\"", "`\\U` must be followed by eight hexadecimal digits of a Unicode character", "1:6" },
		{ "a = 'x\x01'", "control character 0x01 must not stand in a string", "1:7" },
		{ "# x\x7f", "control character 0x7f must not stand in a comment", "1:4" },
		{ "a = 1 # x\ry", "a carriage return must be followed by a newline", "1:10" },
		{ "a = [1 2]", "`,` or `]` in the array is missing: found `2`", "1:8" },
		{ "a = [1", "`,` or `]` in the array is missing: the text ends", "1:7" },
		{ "a = {b=1,\nc=2}", "an inline table must end on the line it begins on", "1:5" },
		{ "a = {b=1, }", "no comma may stand before the end of an inline table", "1:9" },
		{ "a = {b=1 c=2}", "`,` or `}` in the inline table is missing: found `c`", "1:10" },
		{ "a = {b=1,b=2}", "key `b` is already defined at line 1", "1:10" },
		{ "a = 'x'\nb = '\xff'", "the text is not valid UTF-8", "2:6" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct toml_document d;
		CHECK(rows[i].text, !toml_parse(&a, str_from(rows[i].text), S("f"), &d, &e));
		CHECK(rows[i].text, e.code == ERR_FORMAT && strcmp(e.id, "toml") == 0 && e.has_offset);
		CHECK_STR(rows[i].text, str_from(e.what), str_from(rows[i].what));
		CHECK_STR(rows[i].text, str_from(e.where), arena_fmt(&a, "f:%s", rows[i].where));
		arena_release(&a);
	}
}

static void carets(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct err e = { 0 }, far = { 0 };
	struct toml_document d;
	assert_false(toml_parse(&a, S("x = 1\n\ty = \"\xc3\xa9\" z\n"), S("f"), &d, &e));
	assert_string_equal(e.why, " y = \"\xc3\xa9\" z\n         ^");
	char text[1000];
	memset(text, 'k', sizeof text);
	text[500] = '?';
	assert_false(toml_parse(&a, (str){ text, sizeof text }, S("f"), &d, &far));
	assert_string_equal(far.where, "f:1:501");
	const char *caret = strchr(far.why, '\n');
	assert_non_null(caret);
	assert_true(far.why[strlen(caret + 1) - 1] == '?'); /* the caret stands below it */
	assert_true(strlen(far.why) < 200);
	arena_release(&a);
}

static void depth(void **state)
{
	(void)state;
	static const struct {
		const char *name, *begin, *middle, *end;
		int levels; /* that one repetition nests */
	} rows[] = {
		{ "arrays", "[", "", "]", 1 },
		{ "inline tables", "{a=", "1", "}", 1 },
		{ "dotted keys", "{a.b.c.d.e=", "1", "}", 5 },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		bool last = true;
		for (int n = 1; n <= TOML_DEPTH_MAX + 1; n++) {
			struct arena a = { 0 };
			struct err e = { 0 };
			struct toml_document d;
			str text = S("a=");
			for (int j = 0; j < n; j++) text = arena_join(&a, text, str_from(rows[i].begin));
			text = arena_join(&a, text, str_from(rows[i].middle));
			for (int j = 0; j < n; j++) text = arena_join(&a, text, str_from(rows[i].end));
			bool ok = toml_parse(&a, text, S("f"), &d, &e);
			CHECK(rows[i].name, ok == (n * rows[i].levels <= TOML_DEPTH_MAX));
			CHECK(rows[i].name, ok || strcmp(e.what, "nested deeper than 100 levels") == 0);
			last = ok;
			arena_release(&a);
		}
		CHECK(rows[i].name, !last);
	}
}

/* Many keys in one table: found by the index, in order, duplicates refused. */
static void large_tables(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct buf b;
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 2000; i++) buf_addf(&b, "k%d = %d\n", i, i);
	struct toml_document d = parsed(&a, buf_str(&b));
	for (int i = 0; i < 2000; i++) {
		str key = arena_fmt(&a, "k%d", i);
		assert_int_equal(toml_get(d.root, key)->u.integer, i);
		assert_true(str_eq(d.root->u.table.p[i].key, key));
	}
	assert_null(toml_get(d.root, S("k2000")));
	buf_addf(&b, "k1234 = 0\n");
	struct err e = { 0 };
	assert_false(toml_parse(&a, buf_str(&b), S("f"), &d, &e));
	assert_string_equal(e.what, "key `k1234` is already defined at line 1235");
	assert_string_equal(e.where, "f:2001:1");
	buf_release(&b);
	arena_release(&a);
}

static void wanting(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct toml_document d = parsed(&a, S(sample));
	const struct toml_value *poetry = toml_at(d.root, "tool.poetry"), *found = poetry;
	str text = S("before");
	int64_t integer = 5;
	bool on = false;
	struct str_list list = { 0 };
	assert_true(toml_want_string(&d, poetry, "absent", &text, &e));
	CHECK_STR("absent", text, S("before"));
	assert_true(toml_want_string(&d, poetry, "name", &text, &e) && str_eq(text, S("caf\xc3\xa9")));
	assert_true(toml_want_integer(&d, poetry, "count", &integer, &e) && integer == -1000);
	assert_true(toml_want_bool(&d, poetry, "on", &on, &e) && on);
	assert_true(toml_want_strings(&a, &d, poetry, "many", false, &list, &e) && list.n == 2 && str_eq(list.p[1], S("y")));
	assert_true(toml_want_strings(&a, &d, poetry, "one", true, &list, &e) && list.n == 1);
	assert_true(toml_want_strings(&a, &d, poetry, "absent", true, &list, &e) && list.n == 1);
	assert_true(toml_want_table(&d, poetry, "absent", &found, &e) && !found);
	assert_true(toml_want_table(&d, poetry, "inline", &found, &e) && found);
	assert_true(toml_want_array(&d, poetry, "mixed", &found, &e) && found->u.array.n == 2);
	assert_false(err_is_set(&e));
	arena_release(&a);
}

static void unwanted(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct toml_document d = parsed(&a, S(sample));
	const struct toml_value *poetry = toml_at(d.root, "tool.poetry"), *found = NULL;
	struct err e[6] = { 0 };
	str text = S("before");
	int64_t integer;
	bool on;
	struct str_list list = { 0 };
	assert_false(toml_want_string(&d, poetry, "count", &text, &e[0]));
	assert_string_equal(e[0].id, "toml-type");
	assert_string_equal(e[0].what, "`count` must be a string, found an integer");
	assert_string_equal(e[0].where, "a.toml:5:9");
	assert_string_equal(e[0].why, "count = -1_000\n        ^");
	CHECK_STR("untouched", text, S("before"));
	assert_false(toml_want_integer(&d, poetry, "ratio", &integer, &e[1]));
	assert_string_equal(e[1].what, "`ratio` must be an integer, found a float");
	assert_false(toml_want_bool(&d, poetry, "when", &on, &e[2]));
	assert_string_equal(e[2].what, "`when` must be a boolean, found a date-time");
	assert_false(toml_want_strings(&a, &d, poetry, "one", false, &list, &e[3]));
	assert_string_equal(e[3].what, "`one` must be an array of strings, found a string");
	assert_false(toml_want_strings(&a, &d, poetry, "mixed", true, &list, &e[4]));
	assert_string_equal(e[4].what, "`mixed` must be a string or an array of strings, found an integer");
	assert_string_equal(e[4].where, "a.toml:12:15");
	assert_false(toml_want_table(&d, poetry, "many", &found, &e[5]));
	assert_string_equal(e[5].what, "`many` must be a table, found an array");
	assert_true(list.n == 0 && !found);
	assert_string_equal(toml_type_name(TOML_LOCAL_TIME), "local time");
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),     cmocka_unit_test(places),   cmocka_unit_test(strings), cmocka_unit_test(errors),
		cmocka_unit_test(characters), cmocka_unit_test(carets),   cmocka_unit_test(depth),   cmocka_unit_test(large_tables),
		cmocka_unit_test(wanting),    cmocka_unit_test(unwanted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
