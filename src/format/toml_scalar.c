/* toml_scalar.c: booleans, integers and floats of TOML.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A scalar is first taken as a token, the longest run of characters that any scalar may have, and then told apart by its shape:
 * so a mistake is reported as a whole ("`0123`: ...") and not where a grammar happened to stop. */
#include <math.h>
#include <string.h>

#include "format/number.h"
#include "format/toml_parser.h"

#define TOKEN "`" STR_FMT "`: "

static bool in_token(char c) { return ascii_alnum(c) || c == '_' || c == '+' || c == '-' || c == '.' || c == ':'; }

/* What the token may be cut to in a message. */
static str shown(str token) { return str_slice(token, 0, 60); }

/* --- numbers --- */

static int digit_of(char c, unsigned base)
{
	int digit = ascii_hex(c);
	return digit >= 0 && digit < (int)base ? digit : -1;
}

/* The end of the digits from `at` on, with single underscores between digits; STR_NONE when an underscore stands elsewhere. */
static size_t digits_end(str s, size_t at, unsigned base)
{
	size_t i = at;
	while (i < s.n && (s.p[i] == '_' || digit_of(s.p[i], base) >= 0)) {
		if (s.p[i] == '_' && (i == at || digit_of(s.p[i - 1], base) < 0 || digit_of(str_at(s, i + 1), base) < 0))
			return STR_NONE;
		i++;
	}
	return i;
}

static bool fail_underscore(struct toml_parser *p, size_t start, str token)
{
	return toml_fail(p, start, TOKEN "an underscore must stand between two digits", STR_ARG(shown(token)));
}

static bool scan_integer(struct toml_parser *p, size_t start, str token, size_t at, unsigned base, struct toml_value *v)
{
	bool negative = token.p[0] == '-';
	uint64_t value = 0, limit = (uint64_t)INT64_MAX + negative;
	for (size_t i = at; i < token.n; i++) {
		if (token.p[i] == '_') continue;
		uint64_t digit = (uint64_t)digit_of(token.p[i], base);
		if (value > (limit - digit) / base)
			return toml_fail(p, start, TOKEN "an integer has at most 64 bits", STR_ARG(shown(token)));
		value = value * base + digit;
	}
	v->type = TOML_INTEGER;
	v->u.integer = negative ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

/* abnf: hex-int, oct-int, bin-int */
static bool scan_prefixed(struct toml_parser *p, size_t start, str token, struct toml_value *v)
{
	unsigned base = token.p[1] == 'x' ? 16 : token.p[1] == 'o' ? 8 : 2;
	size_t end = digits_end(token, 2, base);
	if (end == STR_NONE) return fail_underscore(p, start, token);
	if (end == 2 || end < token.n) return toml_fail(p, start, TOKEN "not a number of base %u", STR_ARG(shown(token)), base);
	return scan_integer(p, start, token, 2, base, v);
}

static bool scan_float(struct toml_parser *p, str token, struct toml_value *v)
{
	struct arena_mark mark = arena_mark(p->arena);
	char *plain = arena_array(p->arena, char, token.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < token.n; i++)
		if (token.p[i] != '_') plain[n++] = token.p[i];
	v->type = TOML_FLOAT;
	v->u.real = number_to_double(p->arena, (str){ plain, n });
	arena_rewind(p->arena, mark);
	return true;
}

/* abnf: dec-int, float */
static bool scan_decimal(struct toml_parser *p, size_t start, str token, struct toml_value *v)
{
	size_t first = token.p[0] == '+' || token.p[0] == '-', end = digits_end(token, first, 10);
	if (end == STR_NONE) return fail_underscore(p, start, token);
	if (end - first > 1 && token.p[first] == '0')
		return toml_fail(p, start, TOKEN "a number must not begin with a zero", STR_ARG(shown(token)));
	if (end == token.n) return scan_integer(p, start, token, first, 10, v);
	if (token.p[end] == '.') {
		size_t from = end + 1;
		end = digits_end(token, from, 10);
		if (end == STR_NONE) return fail_underscore(p, start, token);
		if (end == from) return toml_fail(p, start, TOKEN "a digit must follow the point", STR_ARG(shown(token)));
	}
	if (str_at(token, end) == 'e' || str_at(token, end) == 'E') {
		char sign = str_at(token, end + 1);
		size_t from = end + 1 + (sign == '+' || sign == '-');
		end = digits_end(token, from, 10);
		if (end == STR_NONE) return fail_underscore(p, start, token);
		if (end == from) return toml_fail(p, start, TOKEN "the exponent has no digit", STR_ARG(shown(token)));
	}
	if (end < token.n) return toml_fail(p, start, TOKEN "not a number", STR_ARG(shown(token)));
	return scan_float(p, token, v);
}

/* --- all scalars --- */

static bool scan_word(str token, struct toml_value *v)
{
	str unsigned_token = str_from_pos(token, token.p[0] == '+' || token.p[0] == '-');
	if (str_eq(token, S("true")) || str_eq(token, S("false"))) {
		v->type = TOML_BOOL;
		v->u.boolean = token.p[0] == 't';
		return true;
	}
	v->type = TOML_FLOAT;
	v->u.real = token.p[0] == '-' ? -(double)INFINITY : (double)INFINITY;
	if (str_eq(unsigned_token, S("inf"))) return true;
	v->u.real = (double)NAN;
	return str_eq(unsigned_token, S("nan"));
}

/* The token, with the time that a space may separate from its date (abnf: time-delim). */
static str take_token(struct toml_parser *p)
{
	size_t start = p->at;
	while (in_token(toml_peek(p))) p->at++;
	if (p->at - start == 10 && toml_looks_dated(str_slice(p->text, start, p->at)) && toml_peek(p) == ' ' &&
	    ascii_digit(str_at(p->text, p->at + 1))) {
		p->at++;
		while (in_token(toml_peek(p))) p->at++;
	}
	return str_slice(p->text, start, p->at);
}

bool toml_scan_scalar(struct toml_parser *p, struct toml_value *v)
{
	size_t start = p->at;
	str token = take_token(p);
	if (token.n == 0) return toml_fail_found(p, "a value");
	if (scan_word(token, v)) return true;
	if (toml_looks_dated(token)) return toml_scan_dated(p, start, token, v);
	char c = str_at(token, 1);
	if (token.p[0] == '0' && (c == 'x' || c == 'o' || c == 'b')) return scan_prefixed(p, start, token, v);
	if (ascii_digit(token.p[0]) || ((token.p[0] == '+' || token.p[0] == '-') && ascii_digit(c)))
		return scan_decimal(p, start, token, v);
	return toml_fail(p, start, "`" STR_FMT "` is no value: a string needs quotes", STR_ARG(shown(token)));
}
