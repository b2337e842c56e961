/* test_resolve_time.c: times of uploads and limits.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include "pipeline/resolve_parts.h"

#define SECOND INT64_C(1000000)
#define DAY    (86400 * SECOND)
#define Y2024  (19723 * DAY) /* 2024-01-01 */

static const struct {
	const char *text;
	bool good;
	int64_t at, as_end; /* microseconds; as_end: when a date alone stands for its end */
} rows[] = {
	{ "1970-01-01", true, 0, DAY },
	{ "2024-01-01", true, Y2024, Y2024 + DAY },
	{ "2024-02-29", true, Y2024 + 59 * DAY, Y2024 + 60 * DAY },
	{ "2000-02-29", true, 11016 * DAY, 11017 * DAY },
	{ "2024-12-31", true, Y2024 + 365 * DAY, Y2024 + 366 * DAY },
	{ "1969-12-31", true, -DAY, 0 },
	{ " 2024-01-01 ", true, Y2024, Y2024 + DAY },
	{ "2024-01-01T00:00:00Z", true, Y2024, Y2024 },
	{ "2024-01-01t00:00:01z", true, Y2024 + SECOND, Y2024 + SECOND },
	{ "2024-01-01 01:02:03", true, Y2024 + 3723 * SECOND, Y2024 + 3723 * SECOND },
	{ "2024-01-01T00:00", true, Y2024, Y2024 },
	{ "2024-01-01T00:00:00.5Z", true, Y2024 + SECOND / 2, Y2024 + SECOND / 2 },
	{ "2024-01-01T00:00:00.123456789Z", true, Y2024 + 123456, Y2024 + 123456 },
	{ "2024-01-01T00:00:00,25Z", true, Y2024 + SECOND / 4, Y2024 + SECOND / 4 },
	{ "2024-01-01T01:00:00+01:00", true, Y2024, Y2024 },
	{ "2024-01-01T01:00:00+0100", true, Y2024, Y2024 },
	{ "2023-12-31T19:30:00-04:30", true, Y2024, Y2024 },
	{ "2023-12-31T23:59:60Z", true, Y2024, Y2024 },
	{ "", false, 0, 0 },
	{ "2024", false, 0, 0 },
	{ "2024-1-1", false, 0, 0 },
	{ "2024-13-01", false, 0, 0 },
	{ "2024-00-01", false, 0, 0 },
	{ "2023-02-29", false, 0, 0 },
	{ "1900-02-29", false, 0, 0 },
	{ "2024-01-32", false, 0, 0 },
	{ "2024-01-01T", false, 0, 0 },
	{ "2024-01-01T24:00:00Z", false, 0, 0 },
	{ "2024-01-01T00:60:00Z", false, 0, 0 },
	{ "2024-01-01T00:00:61Z", false, 0, 0 },
	{ "2024-01-01T00:00:00.Z", false, 0, 0 },
	{ "2024-01-01T00:00:00Zx", false, 0, 0 },
	{ "2024-01-01T00:00:00+1", false, 0, 0 },
	{ "2024-01-01T00:00:00+24:00", false, 0, 0 },
	{ "yesterday", false, 0, 0 },
};

static void times_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		int64_t at = 0, end = 0;
		CHECK(rows[i].text, resolve_time_parse(str_from(rows[i].text), false, &at) == rows[i].good);
		CHECK(rows[i].text, resolve_time_parse(str_from(rows[i].text), true, &end) == rows[i].good);
		CHECK(rows[i].text, at == rows[i].at && end == rows[i].as_end);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(times_are_read) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
