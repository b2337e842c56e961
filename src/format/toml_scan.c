/* toml_scan.c: white space, comments, keys and strings of TOML.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The whole text is known to be UTF-8 here. A string is scanned once to find its end and to check it; only when it has escapes
 * or CRLF newlines is it copied and decoded in a second pass that cannot fail. */
#include <string.h>

#include "format/toml_parser.h"

void toml_skip_space(struct toml_parser *p)
{
	while (toml_peek(p) == ' ' || toml_peek(p) == '\t') p->at++;
}

/* Length of the newline at `at`: 0 when there is none. abnf: newline */
static size_t newline(str text, size_t at)
{
	if (str_at(text, at) == '\n') return 1;
	return str_at(text, at) == '\r' && str_at(text, at + 1) == '\n' ? 2 : 0;
}

/* abnf: non-eol, and the ranges of the string characters: no control character but the tab. */
static bool is_control(char c) { return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f; }

#define EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (unsigned char)(b))

/* The first position from `at` on with a control character (also the tab), `quote` or a backslash, eight bytes at a time. */
static size_t plain_run(str text, size_t at, char quote)
{
	for (; text.n - at >= 8; at += 8) {
		uint64_t word;
		memcpy(&word, text.p + at, 8);
		uint64_t quotes = word ^ EACH_BYTE(quote), backslashes = word ^ EACH_BYTE('\\'), deletes = word ^ EACH_BYTE(0x7f);
		/* The high bit of a byte survives where it was zero, or below 0x20; a borrow can only add hits after one. */
		uint64_t hit = ((quotes - EACH_BYTE(1)) & ~quotes) | ((backslashes - EACH_BYTE(1)) & ~backslashes) |
		               ((deletes - EACH_BYTE(1)) & ~deletes) | ((word - EACH_BYTE(0x20)) & ~word);
		if (hit & EACH_BYTE(0x80)) break;
	}
	while (at < text.n && (unsigned char)text.p[at] >= 0x20 && text.p[at] != quote && text.p[at] != '\\' && text.p[at] != 0x7f)
		at++;
	return at;
}

static bool fail_control(struct toml_parser *p, size_t at, const char *place)
{
	char c = p->text.p[at];
	if (c == '\r') return toml_fail(p, at, "a carriage return must be followed by a newline");
	return toml_fail(p, at, "control character 0x%02x must not stand in %s", (unsigned char)c, place);
}

static bool skip_comment(struct toml_parser *p)
{
	if (toml_peek(p) != '#') return true;
	for (; p->at < p->text.n && !newline(p->text, p->at); p->at++)
		if (is_control(p->text.p[p->at])) return fail_control(p, p->at, "a comment");
	return true;
}

bool toml_skip_line_end(struct toml_parser *p)
{
	toml_skip_space(p);
	if (!skip_comment(p)) return false;
	if (p->at == p->text.n) return true;
	size_t n = newline(p->text, p->at);
	p->at += n;
	return n > 0 || toml_fail_found(p, "the end of the line");
}

bool toml_skip_blank(struct toml_parser *p)
{
	for (;;) {
		toml_skip_space(p);
		if (!skip_comment(p)) return false;
		size_t n = newline(p->text, p->at);
		if (n == 0) return true;
		p->at += n;
	}
}

/* --- keys --- */

static bool is_bare(char c) { return ascii_alnum(c) || c == '_' || c == '-'; }

static bool scan_key(struct toml_parser *p, str *out)
{
	size_t start = p->at;
	char c = toml_peek(p);
	if (c == '"' || c == '\'') return toml_scan_string(p, false, out);
	while (is_bare(toml_peek(p))) p->at++;
	*out = str_slice(p->text, start, p->at);
	if (p->at > start) return true;
	if ((unsigned char)c > 0x7f) return toml_fail(p, start, "a key with other characters than A-Z a-z 0-9 _ - needs quotes");
	return toml_fail_found(p, "a key");
}

bool toml_scan_keys(struct toml_parser *p)
{
	p->n_keys = 0;
	for (;;) {
		struct toml_key key = { .offset = (uint32_t)p->at };
		if (p->n_keys == TOML_DEPTH_MAX) return toml_fail(p, p->at, "a key with more than %d parts", TOML_DEPTH_MAX);
		if (!scan_key(p, &key.text)) return false;
		p->keys[p->n_keys++] = key;
		toml_skip_space(p);
		if (toml_peek(p) != '.') return true;
		p->at++;
		toml_skip_space(p);
	}
}

/* --- strings --- */

/* The code point of the \uXXXX or \UXXXXXXXX whose backslash is at `at`; false when it has none. abnf: escaped */
static bool unicode_escape(str text, size_t at, uint32_t *code_point)
{
	size_t n = str_at(text, at + 1) == 'u' ? 4 : 8;
	uint32_t value = 0;
	for (size_t i = at + 2; i < at + 2 + n; i++) {
		int digit = ascii_hex(str_at(text, i));
		if (digit < 0) return false;
		value = value << 4 | (uint32_t)digit;
	}
	*code_point = value;
	return value <= 0x10ffff && (value < 0xd800 || value > 0xdfff);
}

static char simple_escape(char c)
{
	switch (c) {
	case 'b': return '\b';
	case 't': return '\t';
	case 'n': return '\n';
	case 'f': return '\f';
	case 'r': return '\r';
	case '"':
	case '\\': return c;
	default: return 0;
	}
}

/* Where the text goes on after the line-ending backslash at `at`, or `at` when it is none. abnf: mlb-escaped-nl */
static size_t after_line_end(str text, size_t at)
{
	size_t next = at + 1;
	while (str_at(text, next) == ' ' || str_at(text, next) == '\t') next++;
	if (!newline(text, next)) return at;
	for (;;) {
		size_t n = newline(text, next);
		if (n == 0 && str_at(text, next) != ' ' && str_at(text, next) != '\t') return next;
		next += n ? n : 1;
	}
}

/* Checks the escape at *at and moves past it. */
static bool skip_escape(struct toml_parser *p, size_t *at, bool multi_line)
{
	char c = str_at(p->text, *at + 1);
	uint32_t code_point;
	if (c == 'u' || c == 'U') {
		if (!unicode_escape(p->text, *at, &code_point))
			return toml_fail(p, *at, "`\\%c` must be followed by %s hexadecimal digits of a Unicode character", c,
			                 c == 'u' ? "four" : "eight");
		*at += c == 'u' ? 6 : 10;
		return true;
	}
	if (simple_escape(c)) {
		*at += 2;
		return true;
	}
	size_t next = multi_line ? after_line_end(p->text, *at) : *at;
	if (next == *at)
		return toml_fail(p, *at, "unknown escape: only \\b \\t \\n \\f \\r \\\" \\\\ \\uXXXX and \\UXXXXXXXX exist");
	*at = next;
	return true;
}

/* The raw text of the string and what it needs. */
struct raw {
	str text;
	bool decode;
};

/* One line, after the opening quote. abnf: basic-string, literal-string */
static bool scan_line(struct toml_parser *p, char quote, struct raw *raw)
{
	size_t start = p->at, at = start;
	for (;;) {
		at = plain_run(p->text, at, quote);
		char c = str_at(p->text, at);
		if (c == quote) break;
		if (at >= p->text.n || newline(p->text, at))
			return toml_fail(p, start - 1, "this string has no closing quote on its line");
		if (c == '\\' && quote == '"') {
			raw->decode = true;
			if (!skip_escape(p, &at, false)) return false;
		} else if (is_control(c)) {
			return fail_control(p, at, "a string");
		} else {
			at++;
		}
	}
	raw->text = str_slice(p->text, start, at);
	p->at = at + 1;
	return true;
}

/* Several lines, after the opening quotes. Up to two quotes may stand before the closing ones. abnf: ml-basic-string */
static bool scan_lines(struct toml_parser *p, char quote, struct raw *raw)
{
	size_t start = p->at + newline(p->text, p->at), at = start, opening = p->at - 3;
	for (;;) {
		at = plain_run(p->text, at, quote);
		char c = str_at(p->text, at);
		size_t line = newline(p->text, at), quotes = 0;
		while (quotes < 5 && str_at(p->text, at + quotes) == quote) quotes++;
		if (quotes >= 3) {
			raw->text = str_slice(p->text, start, at + quotes - 3);
			p->at = at + quotes;
			return true;
		}
		if (at >= p->text.n) return toml_fail(p, opening, "this string has no closing quotes");
		if (c == '\\' && quote == '"') {
			raw->decode = true;
			if (!skip_escape(p, &at, true)) return false;
		} else if (line > 0) {
			raw->decode = raw->decode || line == 2;
			at += line;
		} else if (is_control(c)) {
			return fail_control(p, at, "a string");
		} else {
			at += quotes ? quotes : 1;
		}
	}
}

/* Escapes replaced (in basic strings) and CRLF made LF, which the specification leaves to the parser. */
static str decode(struct arena *a, str raw, bool escapes)
{
	char *out = arena_array(a, char, raw.n + 1);
	size_t n = 0, at = 0;
	while (at < raw.n) {
		char c = raw.p[at];
		uint32_t code_point = 0;
		if (c == '\r') { /* only ever before a newline */
			at++;
		} else if (c != '\\' || !escapes) {
			out[n++] = c;
			at++;
		} else if (simple_escape(str_at(raw, at + 1))) {
			out[n++] = simple_escape(raw.p[at + 1]);
			at += 2;
		} else if (str_at(raw, at + 1) == 'u' || str_at(raw, at + 1) == 'U') {
			unicode_escape(raw, at, &code_point);
			n += utf8_put(out + n, code_point);
			at += raw.p[at + 1] == 'u' ? 6 : 10;
		} else {
			at = after_line_end(raw, at);
		}
	}
	return (str){ out, n };
}

bool toml_scan_string(struct toml_parser *p, bool multi_line_ok, str *out)
{
	char quote = toml_peek(p);
	struct raw raw = { 0 };
	bool lines = str_at(p->text, p->at + 1) == quote && str_at(p->text, p->at + 2) == quote;
	if (lines && !multi_line_ok) return toml_fail(p, p->at, "a key must not be a multi-line string");
	p->at += lines ? 3 : 1;
	if (!(lines ? scan_lines(p, quote, &raw) : scan_line(p, quote, &raw))) return false;
	*out = raw.decode ? decode(p->arena, raw.text, quote == '"') : raw.text;
	return true;
}
