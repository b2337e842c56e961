/* test_number.c: floating-point text under any locale, and back.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include "format/number.h"

static bool same_bits(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

static void there_and_back(void **state)
{
	(void)state;
	struct arena a = { 0 };
	uint64_t bits = 1;
	for (int i = 0; i < 20000; i++) {
		double v, back;
		char text[NUMBER_DOUBLE_SIZE];
		bits = bits * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		memcpy(&v, &bits, sizeof v);
		if (!isfinite(v)) continue;
		number_from_double(v, text);
		back = number_to_double(&a, str_from(text));
		CHECK(text, same_bits(v, back));
		CHECK(text, strlen(text) < NUMBER_DOUBLE_SIZE - 1);
	}
	arena_release(&a);
}

static void known(void **state)
{
	(void)state;
	struct arena a = { 0 };
	static const struct {
		const char *text;
		double want;
	} rows[] = {
		{ "0.1", 0.1 },
		{ "-0.0", -0.0 },
		{ "+1e3", 1000 },
		{ "1E-400", 0 },
		{ "1e400", (double)INFINITY },
		{ "2.5", 2.5 },
		{ "1.7976931348623157e308", DBL_MAX },
	};
	for (size_t i = 0; i < ROWS(rows); i++)
		CHECK(rows[i].text, same_bits(number_to_double(&a, str_from(rows[i].text)), rows[i].want));
	arena_release(&a);
}

/* A locale with a decimal comma changes nothing; without one on this computer there is nothing to test. */
static void comma_locale(void **state)
{
	static const char *const names[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8" };
	bool set = false;
	for (size_t i = 0; i < ROWS(names) && !set; i++) set = setlocale(LC_ALL, names[i]) != NULL;
	if (!set) skip();
	known(state);
	there_and_back(state);
	char text[NUMBER_DOUBLE_SIZE];
	number_from_double(0.5, text);
	assert_string_equal(text, "0.5");
	setlocale(LC_ALL, "C");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(known),
		cmocka_unit_test(comma_locale),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
