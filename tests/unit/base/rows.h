/* rows.h: what the unit tests of base share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_TESTS_ROWS_H
#define LAMINA_TESTS_ROWS_H

/* cmocka.h needs these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

/* A failing row prints its name. */
#define CHECK(row, condition)                                                                                                  \
	do {                                                                                                                       \
		if (!(condition)) fail_msg("row \"%s\": %s", (row), #condition);                                                       \
	} while (0)
#define CHECK_STR(row, have, want)                                                                                             \
	do {                                                                                                                       \
		str have_ = (have), want_ = (want);                                                                                    \
		if (!str_eq(have_, want_))                                                                                             \
			fail_msg("row \"%s\": have \"" STR_FMT "\", want \"" STR_FMT "\"", (row), STR_ARG(have_), STR_ARG(want_));         \
	} while (0)

#define ROWS(table) (sizeof(table) / sizeof *(table))

#endif
