/* resolve_time.c: times of uploads, and the moment that nothing may be newer than.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: RFC 3339 section 5.6 (PEP 700: upload-time is ISO 8601 with a Z; indexes add fractions of any length), section 5.7
 *         (a leap second is the second after). A date alone stands for its end in UTC when it is a limit. */
#include "pipeline/resolve_parts.h"

#define SECONDS_A_DAY INT64_C(86400)
#define MICROSECONDS  INT64_C(1000000)

/* Exactly n digits at *at. */
static bool digits(str s, size_t *at, size_t n, int64_t *out)
{
	int64_t value = 0;
	if (s.n < *at + n) return false;
	for (size_t i = 0; i < n; i++, ++*at) {
		if (!ascii_digit(s.p[*at])) return false;
		value = value * 10 + (s.p[*at] - '0');
	}
	*out = value;
	return true;
}

static bool one(str s, size_t *at, const char *any)
{
	if (*at >= s.n) return false;
	for (const char *c = any; *c; c++) {
		if (s.p[*at] != *c) continue;
		++*at;
		return true;
	}
	return false;
}

static int64_t month_days(int64_t year, int64_t month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": days_from_civil, for years from 0 on. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool parse_date(str s, size_t *at, int64_t *days)
{
	int64_t year, month, day;
	if (!digits(s, at, 4, &year) || !one(s, at, "-") || !digits(s, at, 2, &month) || !one(s, at, "-") ||
	    !digits(s, at, 2, &day))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > month_days(year, month)) return false;
	*days = days_of(year, month, day);
	return true;
}

/* Digits beyond the sixth do not matter: they are cut, so that a limit excludes what is at or after it. */
static bool parse_fraction(str s, size_t *at, int64_t *out)
{
	int64_t value = 0, scale = MICROSECONDS;
	if (!one(s, at, ".,")) return true;
	if (*at >= s.n || !ascii_digit(s.p[*at])) return false;
	for (; *at < s.n && ascii_digit(s.p[*at]); ++*at) {
		if (scale == 1) continue;
		scale /= 10;
		value += (s.p[*at] - '0') * scale;
	}
	*out = value;
	return true;
}

/* Z or an offset; nothing at all is UTC too, as indexes that leave it out mean it. */
static bool parse_zone(str s, size_t *at, int64_t *seconds)
{
	int64_t hours, minutes;
	*seconds = 0;
	if (*at == s.n || one(s, at, "Zz")) return true;
	int64_t sign = str_at(s, *at) == '-' ? -1 : 1;
	if (!one(s, at, "+-") || !digits(s, at, 2, &hours)) return false;
	one(s, at, ":");
	if (!digits(s, at, 2, &minutes) || hours > 23 || minutes > 59) return false;
	*seconds = sign * (hours * 3600 + minutes * 60);
	return true;
}

bool resolve_time_parse(str text, bool date_end, int64_t *out)
{
	str s = str_trim(text);
	size_t at = 0;
	int64_t days, hour, minute, second = 0, fraction = 0, zone;
	if (!parse_date(s, &at, &days)) return false;
	if (at == s.n) {
		*out = (days + (date_end ? 1 : 0)) * SECONDS_A_DAY * MICROSECONDS;
		return true;
	}
	if (!one(s, &at, "Tt ") || !digits(s, &at, 2, &hour) || !one(s, &at, ":") || !digits(s, &at, 2, &minute)) return false;
	if (one(s, &at, ":") && (!digits(s, &at, 2, &second) || !parse_fraction(s, &at, &fraction))) return false;
	if (!parse_zone(s, &at, &zone) || at != s.n || hour > 23 || minute > 59 || second > 60) return false;
	*out = ((days * SECONDS_A_DAY) + hour * 3600 + minute * 60 + second - zone) * MICROSECONDS + fraction;
	return true;
}
