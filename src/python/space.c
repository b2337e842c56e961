/* space.c: white space as Python's str.strip() sees it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: the characters for which str.isspace() is true (Unicode bidirectional type WS, B or S, or category Zs). */
#include "python/space.h"

static bool space_code_point(uint32_t c)
{
	if (c < 0x80) return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20);
	if (c >= 0x2000 && c <= 0x200a) return true;
	return c == 0x85 || c == 0xa0 || c == 0x1680 || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

size_t space_at(str s, size_t at)
{
	uint32_t code_point;
	size_t next = at;

	if (at >= s.n) return 0;
	if ((unsigned char)s.p[at] < 0x80) return space_code_point((unsigned char)s.p[at]) ? 1 : 0;
	return utf8_next(s, &next, &code_point) && space_code_point(code_point) ? next - at : 0;
}

size_t space_skip(str s, size_t at)
{
	for (size_t step; (step = space_at(s, at)) != 0;) at += step;
	return at;
}

/* Length of the white-space character that ends the text, 0 when there is none. */
static size_t space_before_end(str s)
{
	for (size_t n = 1; n <= 3 && n <= s.n; n++) {
		if (((unsigned char)s.p[s.n - n] & 0xc0) == 0x80) continue; /* inside a character */
		return space_at(s, s.n - n) == n ? n : 0;
	}
	return 0;
}

str space_trim(str s)
{
	s = str_from_pos(s, space_skip(s, 0));
	for (size_t step; (step = space_before_end(s)) != 0;) s.n -= step;
	return s;
}
