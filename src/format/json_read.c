/* json_read.c: the pull reader, RFC 8259 in UTF-8.
 * SPDX-License-Identifier: Apache-2.0
 *
 * `state` says what the grammar allows next; `stack` has one bit per open container, so the nesting costs no memory. A string
 * is scanned once, eight plain bytes at a time; only one that has escapes is copied (into the arena) and decoded. */
#include "format/json.h"

#include <stdio.h>
#include <string.h>

#include "format/json_internal.h"

enum {
	WANT_VALUE,        /* at the start, after ":" and after "," in an array */
	WANT_VALUE_OR_END, /* after "[" */
	WANT_KEY,          /* after "," in an object */
	WANT_KEY_OR_END,   /* after "{" */
	AFTER_VALUE        /* "," or the end of the container, or of the text at depth 0 */
};

#define EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

size_t json_plain_run(str s, size_t at)
{
	for (; s.n - at >= 8; at += 8) {
		uint64_t word;
		memcpy(&word, s.p + at, 8);
		uint64_t quote = word ^ EACH_BYTE('"'), backslash = word ^ EACH_BYTE('\\');
		/* The high bit of a byte survives where it was zero, below 0x20, or above 0x7f; a borrow can only add hits after one.
		 */
		uint64_t hit = ((quote - EACH_BYTE(1)) & ~quote) | ((backslash - EACH_BYTE(1)) & ~backslash) |
		               ((word - EACH_BYTE(0x20)) & ~word) | word;
		if (hit & EACH_BYTE(0x80)) break;
	}
	while (at < s.n) {
		unsigned char c = (unsigned char)s.p[at];
		if (c == '"' || c == '\\' || c < 0x20 || c > 0x7f) break;
		at++;
	}
	return at;
}

/* --- errors --- */

static bool fail(struct err *e, size_t at, const char *what)
{
	err_set(e, ERR_FORMAT, "json", "%s", what);
	return err_at(e, at);
}

/* As fail, with what stands there instead. */
static bool fail_found(const struct json_reader *r, const char *wanted, struct err *e)
{
	size_t next = r->at;
	uint32_t c;
	if (r->at >= r->text.n)
		err_set(e, ERR_FORMAT, "json", "%s is missing: the text ends", wanted);
	else if (utf8_next(r->text, &next, &c) && c > 0x20 && c != 0x7f)
		err_set(e, ERR_FORMAT, "json", "%s is missing: found `" STR_FMT "`", wanted, STR_ARG(str_slice(r->text, r->at, next)));
	else
		err_set(e, ERR_FORMAT, "json", "%s is missing: found byte 0x%02x", wanted, (unsigned char)r->text.p[r->at]);
	return err_at(e, r->at);
}

/* --- strings --- */

static bool hex4(str s, size_t at, uint32_t *out)
{
	uint32_t value = 0;
	for (size_t i = at; i < at + 4; i++) {
		int digit = ascii_hex(str_at(s, i));
		if (digit < 0) return false;
		value = value << 4 | (uint32_t)digit;
	}
	*out = value;
	return true;
}

/* The code point of the valid or invalid \u escape(s) whose backslash is at *at; moves past them. RFC 8259 section 7. */
static bool unicode_escape(str s, size_t *at, uint32_t *code_point, struct err *e)
{
	uint32_t high, low;
	if (!hex4(s, *at + 2, &high)) return fail(e, *at, "`\\u` must be followed by four hexadecimal digits");
	if (high < 0xd800 || high > 0xdfff) {
		*at += 6;
		*code_point = high;
		return true;
	}
	if (high > 0xdbff || str_at(s, *at + 6) != '\\' || str_at(s, *at + 7) != 'u' || !hex4(s, *at + 8, &low) || low < 0xdc00 ||
	    low > 0xdfff)
		return fail(e, *at, "half of a surrogate pair stands alone");
	*at += 12;
	*code_point = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	return true;
}

/* What the character after a backslash stands for, or 0. */
static char simple_escape(char c)
{
	switch (c) {
	case '"':
	case '\\':
	case '/': return c;
	case 'b': return '\b';
	case 'f': return '\f';
	case 'n': return '\n';
	case 'r': return '\r';
	case 't': return '\t';
	default: return 0;
	}
}

/* Finds the end of the string whose first character is at r->at; *escapes tells whether it has any. Moves past its quote. */
static bool scan_string(struct json_reader *r, str *raw, bool *escapes, struct err *e)
{
	size_t start = r->at, at = r->at;
	uint32_t code_point;
	*escapes = false;
	for (;;) {
		at = json_plain_run(r->text, at);
		if (at >= r->text.n) return fail(e, start - 1, "this string has no closing quote");
		unsigned char c = (unsigned char)r->text.p[at];
		if (c == '"') break;
		if (c == '\\') {
			*escapes = true;
			char next = str_at(r->text, at + 1);
			if (next == 'u') {
				if (!unicode_escape(r->text, &at, &code_point, e)) return false;
			} else if (simple_escape(next)) {
				at += 2;
			} else {
				return fail(e, at, "unknown escape: only \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX exist");
			}
		} else if (c < 0x20) {
			return fail(e, at, "a control character in a string must be written as an escape");
		} else if (!utf8_next(r->text, &at, &code_point)) {
			return fail(e, at, "the text is not valid UTF-8");
		}
	}
	*raw = (str){ r->text.p + start, at - start };
	r->at = at + 1;
	return true;
}

/* The text of a scanned string that has escapes; decoding never makes it longer. */
static str decode(struct arena *a, str raw)
{
	char *out = arena_array(a, char, raw.n + 1);
	size_t n = 0, at = 0;
	struct err none = { 0 };
	while (at < raw.n) {
		if (raw.p[at] != '\\') {
			const char *next = memchr(raw.p + at, '\\', raw.n - at);
			size_t run = (next ? (size_t)(next - raw.p) : raw.n) - at;
			memcpy(out + n, raw.p + at, run);
			n += run, at += run;
		} else if (raw.p[at + 1] == 'u') {
			uint32_t code_point = 0;
			unicode_escape(raw, &at, &code_point, &none);
			n += utf8_put(out + n, code_point);
		} else {
			out[n++] = simple_escape(raw.p[at + 1]);
			at += 2;
		}
	}
	return (str){ out, n };
}

/* --- other tokens --- */

static void skip_space(struct json_reader *r)
{
	while (r->at < r->text.n) {
		char c = r->text.p[r->at];
		if (c != ' ' && c != '\n' && c != '\r' && c != '\t') break;
		r->at++;
	}
}

static size_t digits(const struct json_reader *r, size_t at)
{
	while (ascii_digit(str_at(r->text, at))) at++;
	return at;
}

/* RFC 8259 section 6: -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)? */
static bool scan_number(struct json_reader *r, str *text, struct err *e)
{
	size_t start = r->at, at = start + (r->text.p[start] == '-'), end = digits(r, at);
	if (end == at) return fail(e, start, "a number needs a digit after its sign");
	if (end - at > 1 && r->text.p[at] == '0') return fail(e, start, "a number must not begin with a zero");
	if (str_at(r->text, end) == '.') {
		at = end + 1;
		end = digits(r, at);
		if (end == at) return fail(e, start, "a number needs a digit after its point");
	}
	if (str_at(r->text, end) == 'e' || str_at(r->text, end) == 'E') {
		char sign = str_at(r->text, end + 1);
		at = end + 1 + (sign == '+' || sign == '-');
		end = digits(r, at);
		if (end == at) return fail(e, start, "a number needs a digit in its exponent");
	}
	*text = str_slice(r->text, start, end);
	r->at = end;
	return true;
}

static bool in_object(const struct json_reader *r)
{
	uint32_t top = r->depth - 1;
	return r->stack[top / 64] >> (top % 64) & 1;
}

static bool open_container(struct json_reader *r, bool object, struct err *e)
{
	if (r->depth == JSON_DEPTH_MAX) {
		err_set(e, ERR_FORMAT, "json", "nested deeper than %d levels", JSON_DEPTH_MAX);
		return err_at(e, r->at);
	}
	uint64_t bit = UINT64_C(1) << (r->depth % 64);
	if (object)
		r->stack[r->depth / 64] |= bit;
	else
		r->stack[r->depth / 64] &= ~bit;
	r->depth++;
	r->at++;
	r->state = object ? WANT_KEY_OR_END : WANT_VALUE_OR_END;
	return true;
}

static bool scan_word(struct json_reader *r, str word, struct err *e)
{
	if (!str_starts(str_from_pos(r->text, r->at), word)) return fail_found(r, "a value", e);
	r->at += word.n;
	return true;
}

/* The reader stands on the first character of a string; keep: the text is wanted. */
static bool scan_text(struct json_reader *r, bool keep, str *text, struct err *e)
{
	bool escapes;
	r->at++;
	if (!scan_string(r, text, &escapes, e)) return false;
	if (keep && escapes) *text = decode(r->arena, *text);
	return true;
}

static bool scan_value(struct json_reader *r, bool keep, enum json_token *token, str *text, struct err *e)
{
	char c = str_at(r->text, r->at);
	bool ok;
	switch (c) {
	case '{': *token = JSON_TOKEN_OBJECT_BEGIN; return open_container(r, true, e);
	case '[': *token = JSON_TOKEN_ARRAY_BEGIN; return open_container(r, false, e);
	case '"':
		*token = JSON_TOKEN_STRING;
		ok = scan_text(r, keep, text, e);
		break;
	case 't':
		*token = JSON_TOKEN_TRUE;
		ok = scan_word(r, S("true"), e);
		break;
	case 'f':
		*token = JSON_TOKEN_FALSE;
		ok = scan_word(r, S("false"), e);
		break;
	case 'n':
		*token = JSON_TOKEN_NULL;
		ok = scan_word(r, S("null"), e);
		break;
	default:
		if (c != '-' && !ascii_digit(c)) return fail_found(r, "a value", e);
		*token = JSON_TOKEN_NUMBER;
		ok = scan_number(r, text, e);
		break;
	}
	r->state = AFTER_VALUE;
	return ok;
}

static bool scan_key(struct json_reader *r, bool keep, enum json_token *token, str *text, struct err *e)
{
	if (str_at(r->text, r->at) != '"') return fail_found(r, "a key in double quotes", e);
	if (!scan_text(r, keep, text, e)) return false;
	skip_space(r);
	if (str_at(r->text, r->at) != ':') return fail_found(r, "`:` after the key", e);
	r->at++;
	r->state = WANT_VALUE;
	*token = JSON_TOKEN_KEY;
	return true;
}

static bool close_container(struct json_reader *r, enum json_token *token)
{
	*token = in_object(r) ? JSON_TOKEN_OBJECT_END : JSON_TOKEN_ARRAY_END;
	r->at++;
	r->depth--;
	r->state = AFTER_VALUE;
	return true;
}

/* After a value: false with e unset when a further value or key follows. */
static bool after_value(struct json_reader *r, enum json_token *token, struct err *e)
{
	char c = str_at(r->text, r->at);
	if (r->depth == 0) {
		*token = JSON_TOKEN_END;
		return r->at == r->text.n || fail(e, r->at, "text follows the end of the document");
	}
	bool object = in_object(r);
	if (c == (object ? '}' : ']')) return close_container(r, token);
	if (c != ',') return fail_found(r, object ? "`,` or `}`" : "`,` or `]`", e);
	r->at++;
	r->state = object ? WANT_KEY : WANT_VALUE;
	return false;
}

static bool scan(struct json_reader *r, bool keep, enum json_token *token, str *text, struct err *e)
{
	enum json_token found = JSON_TOKEN_END;
	str value = { 0 };
	bool ok = true;
	skip_space(r);
	char c = str_at(r->text, r->at);
	if (r->state == AFTER_VALUE) {
		if (after_value(r, &found, e)) goto done;
		if (err_is_set(e)) return false;
		skip_space(r);
	} else if ((r->state == WANT_VALUE_OR_END && c == ']') || (r->state == WANT_KEY_OR_END && c == '}')) {
		ok = close_container(r, &found);
		goto done;
	}
	ok = r->state == WANT_KEY || r->state == WANT_KEY_OR_END ? scan_key(r, keep, &found, &value, e)
	                                                         : scan_value(r, keep, &found, &value, e);
done:
	if (!ok) return false;
	*token = found;
	*text = value;
	return true;
}

void json_begin(struct json_reader *r, struct arena *a, str text)
{
	*r = (struct json_reader){ .text = text, .arena = a, .state = WANT_VALUE };
}

bool json_next(struct json_reader *r, enum json_token *token, str *text, struct err *e)
{
	return scan(r, true, token, text, e);
}

bool json_skip(struct json_reader *r, struct err *e)
{
	uint32_t outside = r->depth;
	enum json_token token;
	str text;
	do {
		if (!scan(r, false, &token, &text, e)) return false;
		if (token == JSON_TOKEN_END || r->depth < outside) return fail(e, r->at, "no value stands here");
	} while (r->depth > outside || token == JSON_TOKEN_KEY);
	return true;
}
