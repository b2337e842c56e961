/* str.c: views of bytes, ASCII classes and UTF-8.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <string.h>

str str_from(const char *cstr) { return cstr ? (str){ cstr, strlen(cstr) } : (str){ NULL, 0 }; }

bool str_eq(str a, str b) { return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0); }

bool str_ieq(str a, str b) { return a.n == b.n && str_istarts(a, b); }

int str_cmp(str a, str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n == 0 ? 0 : memcmp(a.p, b.p, n);
	if (order != 0) return order < 0 ? -1 : 1;
	return (a.n > b.n) - (a.n < b.n);
}

int str_cmp_ptr(const void *a, const void *b) { return str_cmp(*(const str *)a, *(const str *)b); }

bool str_starts(str s, str prefix) { return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0); }

bool str_ends(str s, str suffix)
{
	return s.n >= suffix.n && (suffix.n == 0 || memcmp(s.p + (s.n - suffix.n), suffix.p, suffix.n) == 0);
}

bool str_istarts(str s, str prefix)
{
	if (s.n < prefix.n) return false;
	for (size_t i = 0; i < prefix.n; i++)
		if (ascii_tolower(s.p[i]) != ascii_tolower(prefix.p[i])) return false;
	return true;
}

size_t str_chr(str s, char c)
{
	const char *at = s.n == 0 ? NULL : memchr(s.p, c, s.n);
	return at ? (size_t)(at - s.p) : STR_NONE;
}

size_t str_rchr(str s, char c)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == c) return i - 1;
	return STR_NONE;
}

size_t str_find(str s, str needle)
{
	if (needle.n == 0) return 0;
	if (needle.n > s.n) return STR_NONE;
	const char *at = memmem(s.p, s.n, needle.p, needle.n);
	return at ? (size_t)(at - s.p) : STR_NONE;
}

bool str_contains(str s, str needle) { return str_find(s, needle) != STR_NONE; }

str str_slice(str s, size_t from, size_t to)
{
	if (to > s.n) to = s.n;
	if (from > to) from = to;
	return s.p ? (str){ s.p + from, to - from } : s;
}

str str_from_pos(str s, size_t from) { return str_slice(s, from, s.n); }

str str_trim(str s)
{
	while (s.n > 0 && ascii_space(s.p[0])) s = str_from_pos(s, 1);
	while (s.n > 0 && ascii_space(s.p[s.n - 1])) s.n--;
	return s;
}

bool str_cut(str s, char c, str *left, str *right)
{
	size_t at = str_chr(s, c);
	if (at == STR_NONE) {
		*left = s;
		*right = (str){ NULL, 0 };
		return false;
	}
	*left = str_slice(s, 0, at);
	*right = str_from_pos(s, at + 1);
	return true;
}

bool str_line(str *rest, str *line)
{
	if (rest->n == 0) return false;
	str left, right;
	if (!str_cut(*rest, '\n', &left, &right))
		right = str_from_pos(*rest, rest->n);
	else if (left.n > 0 && left.p[left.n - 1] == '\r')
		left.n--;
	*line = left;
	*rest = right;
	return true;
}

bool str_u64(str s, uint64_t *out)
{
	if (s.n == 0) return false;
	uint64_t value = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (!ascii_digit(s.p[i])) return false;
		uint64_t digit = (uint64_t)(s.p[i] - '0');
		if (value > (UINT64_MAX - digit) / 10) return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}

int ascii_hex(char c)
{
	if (ascii_digit(c)) return c - '0';
	c = ascii_tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 3629 section 4: what the second byte may be depends on the first one (no overlong forms, no surrogates, no more than
 * U+10FFFF); all later ones are 80..BF. */
bool utf8_next(str s, size_t *pos, uint32_t *code_point)
{
	size_t at = *pos;
	if (at >= s.n) return false;
	const unsigned char *p = (const unsigned char *)s.p + at;
	unsigned first = p[0];
	if (first < 0x80) {
		*code_point = first;
		*pos = at + 1;
		return true;
	}
	if (first < 0xc2 || first > 0xf4) return false;
	size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	if (s.n - at < length) return false;
	unsigned low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
	unsigned high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
	uint32_t value = first & (0xffu >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if (p[i] < low || p[i] > high) return false;
		value = value << 6 | (p[i] & 0x3fu);
		low = 0x80;
		high = 0xbf;
	}
	*code_point = value;
	*pos = at + length;
	return true;
}

bool utf8_valid(str s)
{
	size_t at = 0;
	uint32_t code_point;
	while (at < s.n) {
		uint64_t eight;
		while (s.n - at >= sizeof eight) { /* most text is ASCII: eight bytes at a time */
			memcpy(&eight, s.p + at, sizeof eight);
			if (eight & UINT64_C(0x8080808080808080)) break;
			at += sizeof eight;
		}
		if (at < s.n && !utf8_next(s, &at, &code_point)) return false;
	}
	return true;
}

size_t utf8_put(char out[4], uint32_t code_point)
{
	if (code_point < 0x80) {
		out[0] = (char)code_point;
		return 1;
	}
	size_t length = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
	for (size_t i = length - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (code_point & 0x3f));
		code_point >>= 6;
	}
	out[0] = (char)((0xf00u >> length & 0xf0) | code_point);
	return length;
}
