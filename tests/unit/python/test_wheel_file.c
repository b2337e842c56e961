/* test_wheel_file.c: WHEEL and what is refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>

#include "python/wheel_file.h"

/* want: "version purelib newer build tags..", or, after "!", what the message must contain. */
static const struct {
	const char *row, *text, *want;
} rows[] = {
	{ "usual", "Wheel-Version: 1.0\nGenerator: x (1)\nRoot-Is-Purelib: true\nTag: py2-none-any\nTag: py3-none-any\n\n",
	  "1.0 1 0 - py2-none-any py3-none-any" },
	{ "CRLF", "Wheel-Version: 1.0\r\nRoot-Is-Purelib: false\r\nTag: py3-none-any\r\n", "1.0 0 0 - py3-none-any" },
	{ "build", "Wheel-Version: 1.0\nRoot-Is-Purelib: False\nTag: x\nBuild: 2b\n", "1.0 0 0 2b x" },
	{ "purelib has no case", "Wheel-Version: 1.0\nRoot-Is-Purelib: TRUE\n", "1.0 1 0 -" },
	{ "purelib absent", "Wheel-Version: 1.0\n", "1.0 0 0 -" },
	{ "newer minor", "Wheel-Version: 1.9\n", "1.9 0 1 -" },
	{ "newer minor, long", "Wheel-Version: 1.99999999999999999999999\n", "1.99999999999999999999999 0 1 -" },
	{ "major alone", "Wheel-Version: 1\n", "1 0 0 -" },
	{ "first version wins", "Wheel-Version: 1.0\nWheel-Version: 2.0\n", "1.0 0 0 -" },
	{ "first version wins when it is refused", "Wheel-Version: 2.0\nWheel-Version: 1.0\n", "!2.0" },
	{ "next major", "Wheel-Version: 2.0\n", "!not one that lamina knows" },
	{ "before 1.0", "Wheel-Version: 0.1\n", "!not one that lamina knows" },
	{ "no number", "Wheel-Version: 1.x\n", "!no version number" },
	{ "trailing dot", "Wheel-Version: 1.\n", "!no version number" },
	{ "no version", "Root-Is-Purelib: true\n", "!no Wheel-Version" },
	{ "empty version", "Wheel-Version:\nWheel-Version: 1.0\n", "!no Wheel-Version" },
	{ "version in the body", "Root-Is-Purelib: true\n\nWheel-Version: 1.0\n", "!no Wheel-Version" },
	{ "empty", "", "!no Wheel-Version" },
};

static void table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct wheel_file w;
		struct err e = { 0 };
		if (wheel_file_parse(&a, str_from(rows[i].text), &w, &e)) {
			str have = arena_fmt(&a, STR_FMT " %d %d " STR_FMT, STR_ARG(w.wheel_version), w.root_is_purelib, w.newer_minor,
			                     STR_ARG(w.build.n ? w.build : S("-")));
			for (size_t j = 0; j < w.tags.n; j++)
				have = arena_fmt(&a, STR_FMT " " STR_FMT, STR_ARG(have), STR_ARG(w.tags.p[j]));
			CHECK_STR(rows[i].row, have, str_from(rows[i].want));
		} else {
			CHECK(rows[i].row, rows[i].want[0] == '!' && strstr(e.what, rows[i].want + 1));
			CHECK(rows[i].row, e.code == ERR_FORMAT && strcmp(e.id, "wheel-file") == 0);
		}
		arena_release(&a);
	}
}

static void limits(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct wheel_file w;
	struct err e = { 0 };
	size_t n = 5 * (WHEEL_FILE_TAGS_MAX + 1);
	char *text = arena_array(&a, char, n);
	for (size_t i = 0; i < n; i++) text[i] = "Tag:\n"[i % 5];
	assert_false(wheel_file_parse(&a, (str){ text, n }, &w, &e));
	assert_non_null(strstr(e.what, "more than"));
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(table), cmocka_unit_test(limits) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
