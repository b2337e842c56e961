/* test_ini.c: INI files as configparser reads them; tests/suites/test_ini.py compares the two at random.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>

#include "format/ini.h"

static void values(void **state)
{
	(void)state;
	static const struct {
		const char *name, *text, *section, *key, *want; /* NULL: absent */
	} rows[] = {
		{ "equals", "[a]\nk = v w\n", "a", "k", "v w" },
		{ "colon", "[a]\nk: v=w\n", "a", "k", "v=w" },
		{ "first separator", "[a]\nk = https://x\n", "a", "k", "https://x" },
		{ "case of keys", "[a]\nKey-X = V\n", "a", "key-x", "V" },
		{ "case of sections", "[A]\nk=v\n", "a", "k", NULL },
		{ "empty value", "[a]\nk =\n", "a", "k", "" },
		{ "continued", "[a]\nk = v\n  w\n\tx\n", "a", "k", "v\nw\nx" },
		{ "continued from an empty line", "[a]\nk =\n  v\n", "a", "k", "\nv" },
		{ "empty line within", "[a]\nk = v\n\n  w\n\n\nl=1", "a", "k", "v\n\nw" },
		{ "comment within", "[a]\nk = v\n  # no\n; no\n  w\n", "a", "k", "v\nw" },
		{ "no comment after a value", "[a]\nk = v ; w # x\n", "a", "k", "v ; w # x" },
		{ "as deep as the key", "[a]\n  k = v\n  l = w\n", "a", "l", "w" },
		{ "indented header", "[a]\nk=v\n[b]\n  l = w\n", "b", "l", "w" },
		{ "header with more", "[a] b\nk=v\n", "a", "k", "v" },
		{ "bracket in a header", "[a]b]\nk=v\n", "a]b", "k", "v" },
		{ "defaults", "[a]\n[DEFAULT]\nk=v\n", "a", "k", "v" },
		{ "own value first", "[DEFAULT]\nk=v\n[a]\nk=w\n", "a", "k", "w" },
		{ "defaults need the section", "[DEFAULT]\nk=v\n", "a", "k", NULL },
		{ "CRLF", "[a]\r\nk=v\r\n w\r\n", "a", "k", "v\nw" },
		{ "BOM", "\xef\xbb\xbf[a]\nk=v", "a", "k", "v" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct ini ini;
		CHECK(rows[i].name, ini_parse(&a, str_from(rows[i].text), S("f"), &ini, &e));
		const struct ini_entry *entry = ini_get(&ini, str_from(rows[i].section), str_from(rows[i].key));
		CHECK(rows[i].name, (entry != NULL) == (rows[i].want != NULL));
		if (entry) CHECK_STR(rows[i].name, entry->value, str_from(rows[i].want));
		arena_release(&a);
	}
}

static void errors(void **state)
{
	(void)state;
	static const struct {
		const char *text, *what, *where;
		uint64_t offset;
	} rows[] = {
		{ "k = v", "a line stands before the first [section]", "f:1:1", 0 },
		{ "[a]\nk", "a line is neither a section, a key with `=`, nor a comment", "f:2:1", 4 },
		{ "[a]\n= v", "no key stands before the separator", "f:2:1", 4 },
		{ "[a]\nk=1\nK=2", "this key occurs twice in its section: `k`", "f:3:1", 8 },
		{ "[DEFAULT]\nk=1\n[DEFAULT]\nk=2", "this key occurs twice in its section: `k`", "f:4:1", 24 },
		{ "[a]\n  k", "a line is neither a section, a key with `=`, nor a comment", "f:2:3", 4 },
		{ "[a]\n[b]\n[a]", "this section occurs twice: `a`", "f:3:1", 8 },
		{ "[]", "a line stands before the first [section]", "f:1:1", 0 },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct ini ini;
		CHECK(rows[i].text, !ini_parse(&a, str_from(rows[i].text), S("f"), &ini, &e));
		CHECK(rows[i].text, e.code == ERR_FORMAT && strcmp(e.id, "ini") == 0 && e.offset == rows[i].offset);
		CHECK_STR(rows[i].text, str_from(e.what), str_from(rows[i].what));
		CHECK_STR(rows[i].text, str_from(e.where), str_from(rows[i].where));
		arena_release(&a);
	}
}

static void order_and_lines(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct ini ini;
	struct str_list lines = { 0 };
	assert_true(ini_parse(&a, S("[b]\ny = 1\nx =\n   p q\n\n   r\n[a]\n"), S("f"), &ini, &e));
	assert_int_equal(ini.sections.n, 2);
	CHECK_STR("first section", ini.sections.p[0].name, S("b"));
	assert_int_equal(ini.sections.p[1].line, 7);
	CHECK_STR("first key", ini.sections.p[0].entries.p[0].key, S("y"));
	assert_int_equal(ini.sections.p[0].entries.p[1].line, 3);
	ini_lines(&a, ini_get(&ini, S("b"), S("x"))->value, &lines);
	assert_int_equal(lines.n, 2);
	CHECK_STR("line", lines.p[0], S("p q"));
	CHECK_STR("line", lines.p[1], S("r"));
	assert_null(ini_section(&ini, S("c")));
	arena_release(&a);
}

static void limits(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct ini ini;
	char *text = arena_array(&a, char, INI_INPUT_MAX + 1);
	memset(text, '\n', INI_INPUT_MAX + 1);
	assert_true(ini_parse(&a, (str){ text, INI_INPUT_MAX }, S("f"), &ini, &e));
	assert_false(ini_parse(&a, (str){ text, INI_INPUT_MAX + 1 }, S("f"), &ini, &e));
	assert_string_equal(e.what, "an INI file must not be larger than 4 MiB");
	struct err invalid = { 0 };
	assert_false(ini_parse(&a, S("[a]\nx=\xff"), S("f"), &ini, &invalid));
	assert_string_equal(invalid.what, "the text is not valid UTF-8");
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(errors),
		cmocka_unit_test(order_and_lines),
		cmocka_unit_test(limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
