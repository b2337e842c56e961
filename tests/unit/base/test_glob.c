/* test_glob.c: patterns over paths.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <stdio.h>
#include <string.h>

#include "base/glob.h"

static void matches(void **state)
{
	(void)state;
	static const struct {
		const char *pattern, *path;
		bool want;
	} rows[] = {
		{ "*.md", "README.md", true },   { "*.md", "a/b/c.md", true },  { "*.md", "a.mdx", false },
		{ "docs", "docs/a/b", true },    { "docs/", "docs/a/b", true }, { "docs", "docs", true },
		{ "docs", "docsx", false },      { "a/*.py", "a/b.py", true },  { "a/*.py", "a/b/c.py", false },
		{ "a/*.py", "x/a/b.py", false }, { "/a", "a", true },           { "/a", "b/a", false },
		{ "a/**/z", "a/z", true },       { "a/**/z", "a/b/c/z", true }, { "a/**/z", "a/b/c/y", false },
		{ "**/z", "z", true },           { "**/z", "a/z", true },       { "a/**", "a/b/c", true },
		{ "a/**", "a", false },          { "a?c", "abc", true },        { "a?c", "a/c", false },
		{ "[a-c]x", "bx", true },        { "[!a-c]x", "bx", false },    { "[!a-c]x", "dx", true },
		{ "[]x]", "]", true },           { "a[", "a[", true },          { "**/a/**/b", "a/a/x/b", true },
		{ "**/a/**/b", "x/a/b", true },  { "**/a/b", "a/x/a/b", true }, { "", "a", false },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		char name[128];
		snprintf(name, sizeof name, "%s on %s", rows[i].pattern, rows[i].path);
		CHECK(name, glob_match(str_from(rows[i].pattern), str_from(rows[i].path)) == rows[i].want);
	}
	assert_true(glob_match_name(S("foo-*"), S("foo-a/b")));
	assert_false(glob_match_name(S("foo-*"), S("bar")));
}

/* A pattern that sends backtracking matchers to the end of days. */
static void hostile(void **state)
{
	(void)state;
	char pattern[1024], path[20000];
	for (size_t i = 0; i < sizeof pattern; i++) pattern[i] = i % 2 ? 'a' : '*';
	memset(path, 'a', sizeof path);
	pattern[sizeof pattern - 1] = 'b';
	assert_false(glob_match((str){ pattern, sizeof pattern }, (str){ path, sizeof path }));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(matches), cmocka_unit_test(hostile) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
