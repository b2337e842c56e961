/* test_target.c: the table of runtimes, what users may type, and what a target answers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>

#include "target/target.h"

static void table(void **state)
{
	(void)state;
	size_t n;
	const struct runtime *all = runtimes(&n);
	assert_int_equal(n, 9);
	for (size_t i = 0; i < n; i++) {
		const struct runtime *r = &all[i];
		bool new = strcmp(r->os, "AL2023") == 0;
		CHECK(r->name, new || strcmp(r->os, "AL2") == 0);
		CHECK(r->name, r->glibc_minor == (new ? 34 : 26) && r->x86_64 && r->arm64);
		CHECK(r->name, (r->python_minor >= 0) == (r->python_full_version != NULL));
		CHECK(r->name, strcmp(r->deprecation, r->block_create) < 0 && strcmp(r->block_create, r->block_update) < 0);
		CHECK(r->name, strlen(r->deprecation) == 10 && strlen(r->block_create) == 10 && strlen(r->block_update) == 10);
	}
}

/* want: the target as lamina prints it, or, after "!", the help. */
static const struct {
	const char *row, *text, *want;
} targets[] = {
	{ "usual", "python3.12/arm64", "python3.12/arm64" },
	{ "alias of arm64", "python3.12/aarch64", "python3.12/arm64" },
	{ "alias of x86_64", "python3.8/amd64", "python3.8/x86_64" },
	{ "no Python", "provided.al2023/arm64", "provided.al2023/arm64" },
	{ "letters missing", "pyhton3.12/arm64", "!did you mean \"python3.12\"?" },
	{ "upper case", "Python3.12/arm64", "!did you mean \"python3.12\"?" },
	{ "number alone", "3.11/arm64", "!did you mean \"python3.11\"?" },
	{ "no dot", "python312/arm64", "!did you mean \"python3.12\"?" },
	{ "end alone", "al2023/arm64", "!did you mean \"provided.al2023\"?" },
	{ "preview", "python3.15/arm64", "!did you mean \"python3.14\"?" },
	{ "other language", "nodejs22.x/arm64",
	  "!lamina runtimes lists what there is: python3.8 to python3.14, provided.al2, provided.al2023" },
	{ "empty", "", "!lamina runtimes lists what there is: python3.8 to python3.14, provided.al2, provided.al2023" },
	{ "no architecture", "python3.12", "!write python3.12/x86_64 or python3.12/arm64" },
	{ "empty architecture", "python3.12/", "!Lambda runs on x86_64 and arm64" },
	{ "misspelt architecture", "python3.12/arm46", "!did you mean \"arm64\"?" },
	{ "x64", "python3.12/x64", "!did you mean \"x86_64\"?" },
	{ "dash", "python3.12/x86-64", "!did you mean \"x86_64\"?" },
	{ "upper case architecture", "python3.12/ARM64", "!did you mean \"arm64\"?" },
	{ "other architecture", "python3.12/riscv64gc", "!Lambda runs on x86_64 and arm64" },
	{ "two slashes", "python3.12/arm64/x", "!did you mean \"arm64\"?" },
};

static void parsing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(targets); i++) {
		struct arena a = { 0 };
		struct target t;
		struct err e = { 0 };
		if (target_parse(str_from(targets[i].text), &t, &e)) {
			CHECK_STR(targets[i].row, target_text(&a, &t), str_from(targets[i].want));
		} else {
			CHECK_STR(targets[i].row, str_from(e.help), str_from(targets[i].want[0] == '!' ? targets[i].want + 1 : "nothing"));
			CHECK(targets[i].row, e.code == ERR_USAGE);
		}
		arena_release(&a);
	}
}

static void pairs(void **state)
{
	(void)state;
	const struct runtime old = { "python3.7", 7, "AL1", 17, "3.7.16", NULL, NULL, NULL, true, false };
	struct target t;
	struct err e = { 0 };
	assert_true(target_make(&old, ARCH_X86_64, &t, &e));
	assert_false(target_make(&old, ARCH_ARM64, &t, &e));
	assert_string_equal(e.help, "it runs on x86_64 only");
	CHECK("no dates, no state", runtime_state_on(&old, INT64_MAX) == RUNTIME_CURRENT);
}

/* Days since 1970-01-01: 2026-11-20 is 20777. */
static const struct {
	const char *row, *runtime;
	int64_t day;
	enum runtime_state want;
} states[] = {
	{ "current", "python3.14", 20777, RUNTIME_CURRENT },
	{ "the day before", "python3.11", 20998, RUNTIME_CURRENT },
	{ "the day itself", "python3.11", 20999, RUNTIME_DEPRECATED },
	{ "deprecated this month", "python3.10", 20777, RUNTIME_DEPRECATED },
	{ "deprecated for long", "python3.9", 20777, RUNTIME_DEPRECATED },
	{ "2027-01-31", "python3.9", 20849, RUNTIME_DEPRECATED },
	{ "2027-02-01", "python3.9", 20850, RUNTIME_CREATE_BLOCKED },
	{ "2027-03-02", "python3.9", 20879, RUNTIME_CREATE_BLOCKED },
	{ "2027-03-03", "python3.9", 20880, RUNTIME_UPDATE_BLOCKED },
	{ "long ago", "python3.8", 0, RUNTIME_CURRENT },
	{ "before 1970", "python3.8", -1000000, RUNTIME_CURRENT },
};

static void states_on_dates(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(states); i++) {
		const struct runtime *r;
		struct err e = { 0 };
		CHECK(states[i].row, target_runtime(str_from(states[i].runtime), &r, &e));
		CHECK(states[i].row, runtime_state_on(r, states[i].day) == states[i].want);
	}
}

static const struct {
	const char *row, *target, *values, *assumed;
} markers[] = {
	{ "python3.12/x86_64", "python3.12/x86_64", "posix linux x86_64 CPython ~ Linux ~ 3.12 ~ cpython ~",
	  "~ ~ ~ ~  ~  ~ 3.12.3 ~ 3.12.3" },
	{ "python3.8/arm64", "python3.8/arm64", "posix linux aarch64 CPython ~ Linux ~ 3.8 ~ cpython ~",
	  "~ ~ ~ ~  ~  ~ 3.8.19 ~ 3.8.19" },
	{ "no Python", "provided.al2/arm64", "posix linux aarch64 ~ ~ Linux ~ ~ ~ ~ ~", "~ ~ ~ ~  ~  ~ ~ ~ ~" },
};

static str join(struct arena *a, const str *values)
{
	str text = { 0 };
	for (int i = 0; i < 11; i++)
		text = arena_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(text), i ? " " : "", STR_ARG(values[i].p ? values[i] : S("~")));
	return text;
}

static void marker_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(markers); i++) {
		struct arena a = { 0 };
		struct target t;
		struct err e = { 0 };
		str values[11], assumed[11];
		CHECK(markers[i].row, target_parse(str_from(markers[i].target), &t, &e));
		target_markers(&a, &t, values, assumed);
		CHECK_STR(markers[i].row, join(&a, values), str_from(markers[i].values));
		CHECK_STR(markers[i].row, join(&a, assumed), str_from(markers[i].assumed));
		arena_release(&a);
	}
}

static void paths_and_packages(void **state)
{
	(void)state;
	struct arena a = { 0 };
	const struct runtime *python, *provided;
	struct err e = { 0 };
	size_t n;
	assert_true(target_runtime(S("python3.12"), &python, &e) && target_runtime(S("provided.al2"), &provided, &e));
	CHECK_STR("interpreter", target_interpreter(&a, python), S("/var/lang/bin/python3.12"));
	CHECK_STR("no interpreter", target_interpreter(&a, provided), S(""));
	CHECK_STR("flat", target_layer_prefix(&a, python, LAYER_FLAT), S("python/"));
	CHECK_STR("versioned", target_layer_prefix(&a, python, LAYER_VERSIONED), S("python/lib/python3.12/site-packages/"));
	CHECK_STR("no prefix", target_layer_prefix(&a, provided, LAYER_FLAT), S(""));
	const struct runtime_package *packages = target_runtime_packages(python, &n);
	CHECK("the SDK and what it needs", n == 7 && strcmp(packages[0].name, "boto3") == 0);
	target_runtime_packages(provided, &n);
	CHECK("no SDK without Python", n == 0);
	arena_release(&a);
}

static void nearest_names(void **state)
{
	(void)state;
	const str names[] = { S("alpha"), S("beta"), S("gamma") };
	CHECK_STR("swap", target_nearest_name(S("aplha"), names, 3), S("alpha"));
	CHECK_STR("missing letter", target_nearest_name(S("gama"), names, 3), S("gamma"));
	CHECK_STR("far", target_nearest_name(S("omega-x"), names, 3), S(""));
	CHECK_STR("empty", target_nearest_name(S(""), names, 3), S(""));
	CHECK_STR("no names", target_nearest_name(S("alpha"), names, 0), S(""));
	char large[1000];
	memset(large, 'a', sizeof large);
	CHECK_STR("too long", target_nearest_name((str){ large, sizeof large }, names, 3), S(""));
	const str longer = { large, sizeof large };
	CHECK_STR("candidate too long", target_nearest_name(S("a"), &longer, 1), S(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),           cmocka_unit_test(parsing),       cmocka_unit_test(pairs),
		cmocka_unit_test(states_on_dates), cmocka_unit_test(marker_values), cmocka_unit_test(paths_and_packages),
		cmocka_unit_test(nearest_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
