/* toml_date.c: dates and times of TOML (RFC 3339, and its parts without an offset).
 * SPDX-License-Identifier: Apache-2.0
 *
 * The 60th second of a minute is refused: no calendar library that readers would pass the value to can hold it, and the
 * other parsers refuse it too. */
#include <string.h>

#include "format/toml_parser.h"

/* n digits at `at` as a number, or -1. */
static int number_at(str s, size_t at, size_t n)
{
	int value = 0;
	for (size_t i = at; i < at + n; i++) {
		if (!ascii_digit(str_at(s, i))) return -1;
		value = value * 10 + (s.p[i] - '0');
	}
	return value;
}

static bool looks_like_date(str s) { return number_at(s, 0, 4) >= 0 && str_at(s, 4) == '-'; }
static bool looks_like_time(str s) { return number_at(s, 0, 2) >= 0 && str_at(s, 2) == ':'; }

bool toml_looks_dated(str token) { return looks_like_date(token) || looks_like_time(token); }

static bool between(int value, int low, int high) { return value >= low && value <= high; }

static int days_in(int year, int month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

/* abnf: full-date; moves *at past it. */
static bool check_date(str s, size_t *at)
{
	int year = number_at(s, *at, 4), month = number_at(s, *at + 5, 2), day = number_at(s, *at + 8, 2);
	if (year < 0 || str_at(s, *at + 4) != '-' || !between(month, 1, 12) || str_at(s, *at + 7) != '-') return false;
	if (!between(day, 1, days_in(year, month))) return false;
	*at += 10;
	return true;
}

/* abnf: partial-time */
static bool check_time(str s, size_t *at)
{
	int hour = number_at(s, *at, 2), minute = number_at(s, *at + 3, 2), second = number_at(s, *at + 6, 2);
	if (!between(hour, 0, 23) || str_at(s, *at + 2) != ':' || !between(minute, 0, 59) || str_at(s, *at + 5) != ':')
		return false;
	if (!between(second, 0, 59)) return false;
	*at += 8;
	if (str_at(s, *at) != '.') return true;
	size_t from = ++*at;
	while (ascii_digit(str_at(s, *at))) ++*at;
	return *at > from;
}

/* abnf: time-offset */
static bool check_offset(str s, size_t *at)
{
	char c = str_at(s, *at);
	if (c == 'Z' || c == 'z') {
		++*at;
		return true;
	}
	if ((c != '+' && c != '-') || !between(number_at(s, *at + 1, 2), 0, 23) || str_at(s, *at + 3) != ':' ||
	    !between(number_at(s, *at + 4, 2), 0, 59))
		return false;
	*at += 6;
	return true;
}

static bool check_dated(str s, enum toml_type *type)
{
	size_t at = 0;
	if (!looks_like_date(s)) {
		*type = TOML_LOCAL_TIME;
		return check_time(s, &at) && at == s.n;
	}
	*type = TOML_LOCAL_DATE;
	if (!check_date(s, &at)) return false;
	if (at == s.n) return true;
	if (s.p[at] != 'T' && s.p[at] != 't' && s.p[at] != ' ') return false;
	at++;
	*type = TOML_LOCAL_DATETIME;
	if (!check_time(s, &at)) return false;
	if (at == s.n) return true;
	*type = TOML_DATETIME;
	return check_offset(s, &at) && at == s.n;
}

bool toml_scan_dated(struct toml_parser *p, size_t start, str token, struct toml_value *v)
{
	if (!check_dated(token, &v->type))
		return toml_fail(p, start, "`" STR_FMT "` is no date or time like 2006-01-30T23:59:59Z",
		                 STR_ARG(str_slice(token, 0, 60)));
	char *text = arena_cstr(p->arena, token);
	if (token.n > 10 && looks_like_date(token)) {
		text[10] = 'T';
		if (text[token.n - 1] == 'z') text[token.n - 1] = 'Z';
	}
	v->u.string = (str){ text, token.n };
	return true;
}
