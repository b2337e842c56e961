/* test_source_pattern.c: patterns as Python and setuptools understand them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "python/source_pattern.h"

static void names(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *name;
		bool want;
	} rows[] = {
		{ "", "", true },
		{ "*", "", true },
		{ "*", "a/b", true },
		{ "a*b", "a/x/b", true },
		{ "a*b*c", "aXbYbZc", true },
		{ "a?c", "abc", true },
		{ "a?c", "aéc", true },
		{ "a?c", "ac", false },
		{ "[ab]c", "bc", true },
		{ "[!ab]c", "bc", false },
		{ "[!ab]c", "cc", true },
		{ "[a-c]x", "bx", true },
		{ "[a-c]x", "-x", false },
		{ "[a-]x", "-x", true },
		{ "[]a]x", "]x", true },
		{ "[a", "[a", true },
		{ "[]", "[]", true },
		{ "[é-ü]", "ö", true },
		{ "**", "a/b", true },
		{ "*.txt", "a.txt", true },
		{ "*.txt", "a.TXT", false },
		{ "a*", "ba", false },
		{ "[!]]", "a", true },
		{ "[!]]", "]", false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (pattern_match(str_from(rows[i].pattern), str_from(rows[i].name)) != rows[i].want)
			fail_msg("\"%s\" and \"%s\"", rows[i].pattern, rows[i].name);
}

static void paths(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *path, *want; /* want: of glob, plain, recursive, manifest */
	} rows[] = {
		{ "a/*.txt", "a/b.txt", "yyyy" },
		{ "a/*.txt", "a/b/c.txt", "nnnn" },
		{ "*.txt", "a/b.txt", "nnnn" },
		{ "*", ".h", "nyyy" },
		{ ".*", ".h", "yyyy" },
		{ "a/.h", "a/.h", "yyyy" },
		{ "**", "a/b", "ynyy" },
		{ "**", "a", "yyyy" },
		{ "a/**", "a", "nnnn" },
		{ "a/**", "a/b", "yyyy" },
		{ "a/**", "a/b/c", "ynyy" },
		{ "a/**/c", "a/c", "ynyy" },
		{ "a/**/c", "a/x/y/c", "ynyy" },
		{ "a/**/c", "a/.x/c", "nyyy" },
		{ "**/b/**/c", "a/b/x/b/c", "ynyy" },
		{ "**/*.txt", "a.txt", "ynyy" },
		{ "[a-c]", "b", "yyyn" },
		{ "[a-c]", "-", "nnny" },
		{ "a[/]b", "a/b", "nnnn" },
		{ "a/**/**/b", "a/b", "ynyy" },
		{ "a/b/", "a/b", "nnnn" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (int kind = 0; kind < 4; kind++) {
			bool want = rows[i].want[kind] == 'y';
			if (pattern_path(str_from(rows[i].pattern), str_from(rows[i].path), (enum pattern_kind)kind) != want)
				fail_msg("\"%s\" and \"%s\", kind %d", rows[i].pattern, rows[i].path, kind);
		}
}

/* What only some understand, and folders under a final "**". */
static void kinds(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *path;
		bool folder;
		enum pattern_kind kind;
		bool want;
	} rows[] = {
		{ "[^a]", "b", false, PATTERN_GIT, true },       { "[^a]", "a", false, PATTERN_GIT, false },
		{ "[^a]", "a", false, PATTERN_GLOB, true },      { "[^]]", "]", false, PATTERN_GIT, false },
		{ "?", "é", false, PATTERN_GIT, true },          { "?", "é", false, PATTERN_BYTES, false },
		{ "??", "é", false, PATTERN_BYTES, true },       { "[!a]x", "éx", false, PATTERN_BYTES, false },
		{ "a/**", "a", true, PATTERN_GLOB, true },       { "a/**", "a", false, PATTERN_RECURSIVE, false },
		{ "a/**", "a", false, PATTERN_GLOB, true },      { "d*/**", "d.py", false, PATTERN_GLOB, false },
		{ "d*/**", "d", true, PATTERN_RECURSIVE, true }, { "**/sub/**", "x/sub", true, PATTERN_RECURSIVE, true },
		{ "a/**", "a", true, PATTERN_PLAIN, false },     { "**", "a", true, PATTERN_GLOB, true },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (pattern_names(str_from(rows[i].pattern), str_from(rows[i].path), rows[i].folder, rows[i].kind) != rows[i].want)
			fail_msg("\"%s\" and \"%s\", kind %d", rows[i].pattern, rows[i].path, (int)rows[i].kind);
}

static void cleans(void **state)
{
	(void)state;
	static const char *const rows[][2] = { { "./a//b/", "a/b" }, { ".", "." },       { "", "." },
		                                   { "/a/", "/a" },      { "a/./b", "a/b" }, { "../a", "../a" } };
	struct arena a = { 0 };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (!str_eq(pattern_clean(&a, str_from(rows[i][0])), str_from(rows[i][1]))) fail_msg("\"%s\"", rows[i][0]);
	arena_release(&a);
}

/* Many stars cost the product of the lengths, not a power. */
static void stays_quick(void **state)
{
	(void)state;
	char pattern[2001], name[2001];
	for (size_t i = 0; i < 2000; i++) {
		pattern[i] = i % 2 ? 'a' : '*';
		name[i] = 'a';
	}
	pattern[1999] = 'b';
	assert_false(pattern_match((str){ pattern, 2000 }, (str){ name, 2000 }));
	assert_false(pattern_path(S("**/**/**/**/**/**/**/**/**/**/x"), S("a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a"),
	                          PATTERN_GLOB));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),  cmocka_unit_test(paths),       cmocka_unit_test(kinds),
		cmocka_unit_test(cleans), cmocka_unit_test(stays_quick),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
