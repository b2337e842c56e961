/* test_private_policy.c: two words, said here and there, and what they allow together.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include "model/private_policy.h"

static const struct {
	const char *row;
	const char *sdists, *build;   /* said */
	const char *before, *before2; /* elsewhere */
	bool pure, host;
} rows[] = {
	{ "nothing", "", "", "", "", false, false },
	{ "pure", "pure", "", "", "", true, false },
	{ "no", "no", "", "", "", false, false },
	{ "native", "", "native", "", "", false, false },
	{ "host is for source distributions too", "", "host", "", "", true, true },
	{ "host, but no source distributions", "no", "host", "", "", false, true },
	{ "from elsewhere", "", "", "pure", "host", true, true },
	{ "over elsewhere", "no", "native", "pure", "host", false, false },
	{ "one of them", "", "native", "pure", "host", true, false },
	{ "no from elsewhere holds for host", "", "host", "no", "", false, true },
	{ "taken back", "no", "", "pure", "host", false, true },
};

static void words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct private_words said = { str_from(rows[i].sdists), str_from(rows[i].build) };
		struct private_words before = { str_from(rows[i].before), str_from(rows[i].before2) };
		struct private_policy p = private_policy_of(private_words_over(said, before));
		CHECK(rows[i].row, p.pure_sdists == rows[i].pure && p.host == rows[i].host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(words) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
