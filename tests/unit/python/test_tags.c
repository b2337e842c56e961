/* test_tags.c: the tag lists of the Lambda runtimes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include "python/tags.h"

static const struct {
	const char *row;
	int python, glibc;
	const char *machine;
	size_t n;
	const char *first, *last;
} lists[] = {
	{ "3.8 x86_64", 8, 26, "x86_64", 505, "cp38-cp38-manylinux_2_26_x86_64", "py30-none-any" },
	{ "3.9 x86_64", 9, 26, "x86_64", 558, "cp39-cp39-manylinux_2_26_x86_64", "py30-none-any" },
	{ "3.9 arm64", 9, 26, "aarch64", 264, "cp39-cp39-manylinux_2_26_aarch64", "py30-none-any" },
	{ "3.10 x86_64", 10, 26, "x86_64", 611, "cp310-cp310-manylinux_2_26_x86_64", "py30-none-any" },
	{ "3.10 arm64", 10, 26, "aarch64", 289, "cp310-cp310-manylinux_2_26_aarch64", "py30-none-any" },
	{ "3.11 x86_64", 11, 26, "x86_64", 664, "cp311-cp311-manylinux_2_26_x86_64", "py30-none-any" },
	{ "3.11 arm64", 11, 26, "aarch64", 314, "cp311-cp311-manylinux_2_26_aarch64", "py30-none-any" },
	{ "3.12 x86_64", 12, 34, "x86_64", 933, "cp312-cp312-manylinux_2_34_x86_64", "py30-none-any" },
	{ "3.12 arm64", 12, 34, "aarch64", 555, "cp312-cp312-manylinux_2_34_aarch64", "py30-none-any" },
	{ "3.13 x86_64", 13, 34, "x86_64", 1002, "cp313-cp313-manylinux_2_34_x86_64", "py30-none-any" },
	{ "3.13 arm64", 13, 34, "aarch64", 596, "cp313-cp313-manylinux_2_34_aarch64", "py30-none-any" },
	{ "3.14 x86_64", 14, 34, "x86_64", 1071, "cp314-cp314-manylinux_2_34_x86_64", "py30-none-any" },
	{ "3.14 arm64", 14, 34, "aarch64", 637, "cp314-cp314-manylinux_2_34_aarch64", "py30-none-any" },
};

static void list_of_each_runtime(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(lists); i++) {
		struct arena a = { 0 };
		struct tag_list list;
		tags_for(&a, lists[i].python, lists[i].glibc, str_from(lists[i].machine), &list);
		CHECK(lists[i].row, list.n == lists[i].n);
		CHECK_STR(lists[i].row, list.tags[0], str_from(lists[i].first));
		CHECK_STR(lists[i].row, list.tags[list.n - 1], str_from(lists[i].last));
		for (size_t j = 0; j < list.n; j++) CHECK(lists[i].row, tags_rank(&list, list.tags[j]) == j);
		arena_release(&a);
	}
}

/* Left is better than right on python3.12/x86_64; an empty right: left is in the list; an empty left: right is not in it. */
static const struct {
	const char *row, *better, *worse;
} order[] = {
	{ "newer glibc first", "cp312-cp312-manylinux_2_34_x86_64", "cp312-cp312-manylinux_2_28_x86_64" },
	{ "old name after its equal", "cp312-cp312-manylinux_2_17_x86_64", "cp312-cp312-manylinux2014_x86_64" },
	{ "old name before what is older", "cp312-cp312-manylinux2014_x86_64", "cp312-cp312-manylinux_2_16_x86_64" },
	{ "2010 after 2_12", "cp312-cp312-manylinux_2_12_x86_64", "cp312-cp312-manylinux2010_x86_64" },
	{ "plain linux last", "cp312-cp312-manylinux1_x86_64", "cp312-cp312-linux_x86_64" },
	{ "own ABI before abi3", "cp312-cp312-linux_x86_64", "cp312-abi3-manylinux_2_34_x86_64" },
	{ "abi3 before none", "cp312-abi3-linux_x86_64", "cp312-none-manylinux_2_34_x86_64" },
	{ "newer abi3 first", "cp311-abi3-linux_x86_64", "cp310-abi3-manylinux_2_34_x86_64" },
	{ "abi3 from 3.2", "cp32-abi3-linux_x86_64", "py312-none-manylinux_2_34_x86_64" },
	{ "py3 after py312", "py312-none-linux_x86_64", "py3-none-manylinux_2_34_x86_64" },
	{ "py3 before py311", "py3-none-linux_x86_64", "py311-none-manylinux_2_34_x86_64" },
	{ "platform before any", "py30-none-linux_x86_64", "cp312-none-any" },
	{ "own Python first among any", "cp312-none-any", "py312-none-any" },
	{ "py312 any before py3 any", "py312-none-any", "py3-none-any" },
	{ "py3 any before py311 any", "py3-none-any", "py311-none-any" },
	{ "abi3 of 3.1 is none", "", "cp31-abi3-manylinux_2_17_x86_64" },
	{ "newer Python", "", "cp313-cp313-manylinux_2_17_x86_64" },
	{ "newer abi3", "", "cp313-abi3-manylinux_2_17_x86_64" },
	{ "newer pure", "", "py313-none-any" },
	{ "older Python", "", "cp311-cp311-manylinux_2_17_x86_64" },
	{ "newer glibc", "", "cp312-cp312-manylinux_2_35_x86_64" },
	{ "older than manylinux1", "", "cp312-cp312-manylinux_2_4_x86_64" },
	{ "other machine", "", "cp312-cp312-manylinux_2_17_aarch64" },
	{ "musl", "", "cp312-cp312-musllinux_1_2_x86_64" },
	{ "free-threaded", "", "cp312-cp312t-manylinux_2_17_x86_64" },
	{ "Python 2", "", "py2-none-any" },
	{ "empty", "", "" },
};

static void order_of_tags(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct tag_list list;
	tags_for(&a, 12, 34, S("x86_64"), &list);
	for (size_t i = 0; i < ROWS(order); i++) {
		size_t worse = tags_rank(&list, str_from(order[i].worse));
		if (*order[i].better)
			CHECK(order[i].row, worse != SIZE_MAX && tags_rank(&list, str_from(order[i].better)) < worse);
		else
			CHECK(order[i].row, worse == SIZE_MAX);
	}
	arena_release(&a);
}

static void given_lists(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct tag_list list;
	const str tags[] = { S("b"), S("a"), S("b") };
	tags_from(&a, tags, 3, &list);
	CHECK("the first of equal tags counts", tags_rank(&list, S("b")) == 0 && tags_rank(&list, S("a")) == 1);
	tags_for(&a, -1, 34, S("x86_64"), &list);
	CHECK("no Python, no tags", list.n == 0 && tags_rank(&list, S("py3-none-any")) == SIZE_MAX);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_of_each_runtime),
		cmocka_unit_test(order_of_tags),
		cmocka_unit_test(given_lists),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
