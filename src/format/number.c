/* number.c: floating-point numbers to and from text.
 * SPDX-License-Identifier: Apache-2.0
 *
 * libc rounds correctly but follows the locale, so its functions run under the "C" locale here: strtod_l takes one, snprintf
 * follows the thread's. */
#include "format/number.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

#include "base/oom.h"

/* glibc and the BSDs keep the "C" locale as a constant: making and freeing it costs nothing. */
static locale_t c_locale(void)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (!c) die_oom(0);
	return c;
}

double number_to_double(struct arena *scratch, str decimal)
{
	locale_t c = c_locale();
	struct arena_mark mark = arena_mark(scratch);
	double value = strtod_l(arena_cstr(scratch, decimal), NULL, c);
	arena_rewind(scratch, mark);
	freelocale(c);
	return value;
}

void number_from_double(double v, char out[NUMBER_DOUBLE_SIZE])
{
	locale_t c = c_locale(), before = uselocale(c);
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(out, NUMBER_DOUBLE_SIZE, "%.*g", digits, v);
		if (strtod(out, NULL) >= v && strtod(out, NULL) <= v) break;
	}
	uselocale(before);
	freelocale(c);
}
