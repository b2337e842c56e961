/* test_solver.c: what is chosen.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include "registry.h"

static const struct {
	const char *row, *registry, *want; /* NULL: no answer */
} answers[] = {
	{ "nothing", "", "" },
	{ "newest", "> a\na 1\na 3\na 2", "a 3" },
	{ "in range", "> a<3\na 1\na 3\na 2", "a 2" },
	{ "needs", "> a\na 1: b\nb 1\nb 2", "a 1, b 2" },
	{ "meet in the middle", "> a; b\na 1: c<3\nb 1: c>1\nc 1\nc 2\nc 3", "a 1, b 1, c 2" },
	{ "steps back", "> a\na 2: b>=2\na 1: b\nb 1", "a 1, b 1" },
	{ "leaves no trace", "> a\na 2: b; c>=2\na 1\nb 1\nc 1", "a 1" },
	{ "cycle", "> a\na 1: b\nb 1: a", "a 1, b 1" },
	{ "cycle that cannot be", "> a\na 2: b\na 1\nb 1: a<2", "a 1" },
	{ "itself", "> a\na 2: a<2\na 1: a>=1", "a 1" },
	{ "extra", "> a[x]\na 1: b\na[x] 1: c\nb 1\nc 1", "a[x] 1, b 1, c 1" },
	{ "extra steps back", "> a[x]\na 2\na[x] 2: c>1\na 1\na[x] 1: c\nc 1", "a[x] 1, c 1" },
	{ "extra of itself", "> a[all]\na 1\na[all] 1: a[x]; a[y]\na[x] 1: b\na[y] 1: c\nb 1\nc 1", "a[all][x][y] 1, b 1, c 1" },
	{ "extra later", "> a; b\na 2: c\na 1: c\nb 1: a[x]\na[x] 2: d>1\na[x] 1\nc 1\nd 1", "a[x] 1, b 1, c 1" },
	{ "constraint", "> a; ~b<2\na 1: b\nb 1\nb 2", "a 1, b 1" },
	{ "idle constraint", "> a; ~b<2\na 1\nb 2", "a 1" },
	{ "constraint on an extra's project", "> a; ~a<2\na 1\na 2", "a 1" },
	{ "refused", "> a\na 2 !no wheel\na 1", "a 1" },
	{ "refused by metadata", "> a\na 3 ?bad\na 2 ?bad\na 1", "a 1" },
	{ "preferred", "> a\na 3\na 2 *\na 1", "a 2" },
	{ "preferred cannot be", "> a>2\na 3\na 2 *\na 1", "a 3" },
	{ "pre-releases last", "> a\na 3rc1\na 2\na 1", "a 2" },
	{ "pre-releases last, though named", "> a>=2rc1\na 3rc1\na 2\na 1", "a 2" },
	{ "pre-releases at last", "> a>2\na 3rc1\na 3rc2\na 2\na 1", "a 3rc2" },
	{ "pre-releases mixed", "> a\n@a mixed\na 3rc1\na 2\na 1", "a 3rc1" },
	{ "pre-releases never", "> a>2\n@a never\na 3rc1\na 2\na 1", NULL },
	{ "unknown", "> a\na 1: b", NULL },
	{ "unknown is avoided", "> a\na 2: b\na 1", "a 1" },
	{ "two roots", "> a<2; a>=2\na 1\na 2", NULL },
	{ "diamond", "> a; b\na 1: c<2\nb 1: c>=2\nc 1\nc 2", NULL },
};

static void answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(answers); i++) {
		struct registry r;
		struct solver_answer out = { 0 };
		struct solver_options options = { 0 };
		struct err e = { 0 };

		registry_read(&r, str_from(answers[i].registry));
		if (registry_solve(&r, &options, &out, NULL, &e)) {
			CHECK_STR(answers[i].row, registry_answer(&r, &out),
			          str_from(answers[i].want != NULL ? answers[i].want : "no answer"));
		} else {
			CHECK(answers[i].row, answers[i].want == NULL);
			CHECK_STR(answers[i].row, str_from(e.id), S("no-solution"));
		}
		registry_end(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
