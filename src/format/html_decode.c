/* html_decode.c: character references of HTML.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: WHATWG HTML standard, sections 13.2.5.72 to 80 (references) and 13.5 (names). Of the 2,125 names, these are here: the
 * 106 that may stand without a semicolon (`bare`), and all that mean an ASCII character, since those occur in URLs. */
#include <string.h>

#include "format/html.h"

#define NAME_MAX_LENGTH 16
#define BARE_MAX_LENGTH 6

struct name {
	const char *name;
	uint16_t code_point;
	bool bare;
};

/* In bytewise order. */
/* clang-format off */
static const struct name names[] = {
	{ "AElig", 0xc6, true }, { "AMP", 0x26, true }, { "Aacute", 0xc1, true }, { "Acirc", 0xc2, true },
	{ "Agrave", 0xc0, true }, { "Aring", 0xc5, true }, { "Atilde", 0xc3, true }, { "Auml", 0xc4, true },
	{ "COPY", 0xa9, true }, { "Ccedil", 0xc7, true }, { "DiacriticalGrave", 0x60, false }, { "ETH", 0xd0, true },
	{ "Eacute", 0xc9, true }, { "Ecirc", 0xca, true }, { "Egrave", 0xc8, true }, { "Euml", 0xcb, true },
	{ "GT", 0x3e, true }, { "Hat", 0x5e, false }, { "Iacute", 0xcd, true }, { "Icirc", 0xce, true },
	{ "Igrave", 0xcc, true }, { "Iuml", 0xcf, true }, { "LT", 0x3c, true }, { "NewLine", 0xa, false },
	{ "Ntilde", 0xd1, true }, { "Oacute", 0xd3, true }, { "Ocirc", 0xd4, true }, { "Ograve", 0xd2, true },
	{ "Oslash", 0xd8, true }, { "Otilde", 0xd5, true }, { "Ouml", 0xd6, true }, { "QUOT", 0x22, true },
	{ "REG", 0xae, true }, { "THORN", 0xde, true }, { "Tab", 0x9, false }, { "Uacute", 0xda, true },
	{ "Ucirc", 0xdb, true }, { "Ugrave", 0xd9, true }, { "UnderBar", 0x5f, false }, { "Uuml", 0xdc, true },
	{ "VerticalLine", 0x7c, false }, { "Yacute", 0xdd, true }, { "aacute", 0xe1, true }, { "acirc", 0xe2, true },
	{ "acute", 0xb4, true }, { "aelig", 0xe6, true }, { "agrave", 0xe0, true }, { "amp", 0x26, true },
	{ "apos", 0x27, false }, { "aring", 0xe5, true }, { "ast", 0x2a, false }, { "atilde", 0xe3, true },
	{ "auml", 0xe4, true }, { "brvbar", 0xa6, true }, { "bsol", 0x5c, false }, { "ccedil", 0xe7, true },
	{ "cedil", 0xb8, true }, { "cent", 0xa2, true }, { "colon", 0x3a, false }, { "comma", 0x2c, false },
	{ "commat", 0x40, false }, { "copy", 0xa9, true }, { "curren", 0xa4, true }, { "deg", 0xb0, true },
	{ "divide", 0xf7, true }, { "dollar", 0x24, false }, { "eacute", 0xe9, true }, { "ecirc", 0xea, true },
	{ "egrave", 0xe8, true }, { "equals", 0x3d, false }, { "eth", 0xf0, true }, { "euml", 0xeb, true },
	{ "excl", 0x21, false }, { "frac12", 0xbd, true }, { "frac14", 0xbc, true }, { "frac34", 0xbe, true },
	{ "grave", 0x60, false }, { "gt", 0x3e, true }, { "iacute", 0xed, true }, { "icirc", 0xee, true },
	{ "iexcl", 0xa1, true }, { "igrave", 0xec, true }, { "iquest", 0xbf, true }, { "iuml", 0xef, true },
	{ "laquo", 0xab, true }, { "lbrace", 0x7b, false }, { "lbrack", 0x5b, false }, { "lcub", 0x7b, false },
	{ "lowbar", 0x5f, false }, { "lpar", 0x28, false }, { "lsqb", 0x5b, false }, { "lt", 0x3c, true },
	{ "macr", 0xaf, true }, { "micro", 0xb5, true }, { "midast", 0x2a, false }, { "middot", 0xb7, true },
	{ "nbsp", 0xa0, true }, { "not", 0xac, true }, { "ntilde", 0xf1, true }, { "num", 0x23, false },
	{ "oacute", 0xf3, true }, { "ocirc", 0xf4, true }, { "ograve", 0xf2, true }, { "ordf", 0xaa, true },
	{ "ordm", 0xba, true }, { "oslash", 0xf8, true }, { "otilde", 0xf5, true }, { "ouml", 0xf6, true },
	{ "para", 0xb6, true }, { "percnt", 0x25, false }, { "period", 0x2e, false }, { "plus", 0x2b, false },
	{ "plusmn", 0xb1, true }, { "pound", 0xa3, true }, { "quest", 0x3f, false }, { "quot", 0x22, true },
	{ "raquo", 0xbb, true }, { "rbrace", 0x7d, false }, { "rbrack", 0x5d, false }, { "rcub", 0x7d, false },
	{ "reg", 0xae, true }, { "rpar", 0x29, false }, { "rsqb", 0x5d, false }, { "sect", 0xa7, true },
	{ "semi", 0x3b, false }, { "shy", 0xad, true }, { "sol", 0x2f, false }, { "sup1", 0xb9, true }, { "sup2", 0xb2, true },
	{ "sup3", 0xb3, true }, { "szlig", 0xdf, true }, { "thorn", 0xfe, true }, { "times", 0xd7, true },
	{ "uacute", 0xfa, true }, { "ucirc", 0xfb, true }, { "ugrave", 0xf9, true }, { "uml", 0xa8, true },
	{ "uuml", 0xfc, true }, { "verbar", 0x7c, false }, { "vert", 0x7c, false }, { "yacute", 0xfd, true },
	{ "yen", 0xa5, true }, { "yuml", 0xff, true },
};
/* clang-format on */

/* 13.2.5.80: what the numbers 0x80 to 0x9f mean (windows-1252); 0 = themselves. */
static const uint16_t c1[32] = { 0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
	                             0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
	                             0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178 };

static const struct name *find_name(str name)
{
	size_t low = 0, high = sizeof names / sizeof *names;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_cmp(name, str_from(names[middle].name));
		if (order == 0) return &names[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* "&#...": the length of the reference, 0 when it is none. */
static size_t numeric(str s, uint32_t *code_point)
{
	bool hex = str_at(s, 2) == 'x' || str_at(s, 2) == 'X';
	size_t start = hex ? 3 : 2, at = start;
	uint32_t value = 0;
	for (; at < s.n; at++) {
		int digit = ascii_hex(s.p[at]);
		if (digit < 0 || (!hex && digit > 9)) break;
		if (value <= 0x10ffff) value = value * (hex ? 16 : 10) + (uint32_t)digit;
	}
	if (at == start) return 0;
	if (value >= 0x80 && value < 0xa0 && c1[value - 0x80]) value = c1[value - 0x80];
	if (value == 0 || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) value = 0xfffd;
	*code_point = value;
	return at + (str_at(s, at) == ';');
}

/* "&name": as numeric. */
static size_t named(str s, bool attribute, uint32_t *code_point)
{
	size_t n = 0;
	while (n <= NAME_MAX_LENGTH && ascii_alnum(str_at(s, 1 + n))) n++;
	const struct name *found = str_at(s, 1 + n) == ';' ? find_name(str_slice(s, 1, 1 + n)) : NULL;
	if (found) {
		*code_point = found->code_point;
		return n + 2;
	}
	for (size_t i = n < BARE_MAX_LENGTH ? n : BARE_MAX_LENGTH; i > 0; i--) {
		found = find_name(str_slice(s, 1, 1 + i));
		if (!found || !found->bare) continue;
		/* 13.2.5.73: for historical reasons, `?a=1&copy=2` in an attribute is no reference. */
		if (attribute && (str_at(s, 1 + i) == '=' || ascii_alnum(str_at(s, 1 + i)))) return 0;
		*code_point = found->code_point;
		return i + 1;
	}
	return 0;
}

str html_decode(struct arena *a, str text, bool attribute)
{
	if (str_chr(text, '&') == STR_NONE) return text;
	char *out = arena_array(a, char, text.n + 1); /* no reference is shorter than what it means */
	size_t n = 0, at = 0;
	while (at < text.n) {
		str rest = str_from_pos(text, at);
		uint32_t code_point = 0;
		size_t length = 0;
		if (rest.p[0] == '&')
			length = str_at(rest, 1) == '#' ? numeric(rest, &code_point) : named(rest, attribute, &code_point);
		if (length > 0)
			n += utf8_put(out + n, code_point);
		else
			out[n++] = rest.p[0];
		at += length ? length : 1;
	}
	return (str){ out, n };
}
