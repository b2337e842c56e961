/* test_source_tree.c: looking into a listing, and what version control ignores.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include "python/source_ignore.h"
#include "python/source_tree.h"

/* Sorted bytewise: "-" and "." stand before "/", "0" behind it. */
static const struct source_entry entries[] = {
	{ .path = { "a", 1 }, .folder = true },
	{ .path = { "a-b", 3 } },
	{ .path = { "a.b", 3 } },
	{ .path = { "a/b", 3 }, .folder = true },
	{ .path = { "a/b/c", 5 } },
	{ .path = { "a/d", 3 } },
	{ .path = { "a0", 2 } },
	{ .path = { "b", 1 } },
};
static const struct source_tree tree = { .entries = entries, .n = ROWS(entries) };

static const struct {
	const char *folder;
	size_t first, end;
} ranges[] = { { "", 0, 8 }, { "a", 3, 6 }, { "a/b", 4, 5 }, { "b", 8, 8 }, { "c", 8, 8 }, { "a/d", 6, 6 }, { "A", 0, 0 } };

static void finds_what_is_listed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(entries); i++) assert_ptr_equal(source_tree_find(&tree, entries[i].path), &entries[i]);
	assert_null(source_tree_find(&tree, S("a/")));
	assert_null(source_tree_find(&tree, S("zz")));
	for (size_t i = 0; i < ROWS(ranges); i++) {
		size_t first, end;
		source_tree_below(&tree, str_from(ranges[i].folder), &first, &end);
		CHECK(ranges[i].folder, end >= first);
		CHECK(ranges[i].folder, end - first == ranges[i].end - ranges[i].first);
		if (end > first) CHECK(ranges[i].folder, first == ranges[i].first);
	}
}

/* The answers are those of `git check-ignore`. */
static const struct {
	const char *row, *rules, *path;
	bool folder, ignored;
} ignores[] = {
	{ "name at the top", "*.log\n", "x.log", false, true },
	{ "name below", "*.log\n", "a/b/x.log", false, true },
	{ "tied to the top", "/x.log\n", "x.log", false, true },
	{ "tied, below", "/x.log\n", "a/x.log", false, false },
	{ "slash inside ties", "a/x.log\n", "b/a/x.log", false, false },
	{ "folders only, folder", "out/\n", "a/out", true, true },
	{ "folders only, file", "out/\n", "a/out", false, false },
	{ "tied folder", "/out/\n", "out", true, true },
	{ "tied folder below", "/out/\n", "a/out", true, false },
	{ "comment", "# x\n", "# x", false, false },
	{ "escaped hash", "\\#x\n", "#x", false, true },
	{ "escaped bang", "\\!x\n", "!x", false, true },
	{ "escaped star", "a\\*b\n", "a*b", false, true },
	{ "escaped star is plain", "a\\*b\n", "axb", false, false },
	{ "negated", "*.py\n!keep.py\n", "keep.py", false, false },
	{ "last rule decides", "!keep.py\n*.py\n", "keep.py", false, true },
	{ "blanks at the end", "x.py   \n", "x.py", false, true },
	{ "escaped blank stays", "x.py\\ \n", "x.py ", false, true },
	{ "blank line", "\n\n", "x", false, false },
	{ "two stars in front", "**/x\n", "a/b/x", false, true },
	{ "two stars inside", "a/**/x\n", "a/b/c/x", false, true },
	{ "two stars match no folder", "a/**/x\n", "a/x", false, true },
	{ "two stars at the end", "a/**\n", "a/b/c", false, true },
	{ "question mark", "x?.py\n", "x1.py", false, true },
	{ "class", "x[0-9].py\n", "x1.py", false, true },
	{ "star stays in a name", "a/*.py\n", "a/b/x.py", false, false },
	{ "carriage return", "x.py\r\n", "x.py", false, true },
	{ "byte order mark", "\xef\xbb\xbfx.py\n", "x.py", false, true },
	{ "nothing but a slash", "/\n", "x", false, false },
};

static void ignores_as_git_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(ignores); i++) {
		struct arena a = { 0 };
		struct ignore_rules rules = { 0 };
		ignore_add(&a, &rules, S(""), str_from(ignores[i].rules));
		CHECK(ignores[i].row, ignore_match(&rules, str_from(ignores[i].path), ignores[i].folder) == ignores[i].ignored);
		arena_release(&a);
	}
}

static void rules_of_a_folder_hold_below_it(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct ignore_rules rules = { 0 };
	ignore_add(&a, &rules, S("docs"), S("/x\n*.tmp\n"));
	assert_true(ignore_match(&rules, S("docs/x"), false));
	assert_false(ignore_match(&rules, S("docs/a/x"), false));
	assert_true(ignore_match(&rules, S("docs/a/y.tmp"), false));
	assert_false(ignore_match(&rules, S("y.tmp"), false));
	assert_false(ignore_match(&rules, S("docs2/y.tmp"), false));
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_is_listed),
		cmocka_unit_test(ignores_as_git_does),
		cmocka_unit_test(rules_of_a_folder_hold_below_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
