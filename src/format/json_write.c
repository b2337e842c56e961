/* json_write.c: JSON text into a buf.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>

#include "base/oom.h"
#include "format/json.h"
#include "format/json_internal.h"
#include "format/number.h"

void json_write_begin(struct json_writer *w, struct buf *out) { *w = (struct json_writer){ .out = out }; }

/* Before a value or key: the comma that separates it from the one before. */
static void separate(struct json_writer *w)
{
	if (w->need_comma) buf_add_char(w->out, ',');
	w->need_comma = true;
}

static void begin(struct json_writer *w, char bracket)
{
	separate(w);
	buf_add_char(w->out, bracket);
	w->need_comma = false;
}

static void end(struct json_writer *w, char bracket)
{
	buf_add_char(w->out, bracket);
	w->need_comma = true;
}

void json_write_object(struct json_writer *w) { begin(w, '{'); }
void json_write_object_end(struct json_writer *w) { end(w, '}'); }
void json_write_array(struct json_writer *w) { begin(w, '['); }
void json_write_array_end(struct json_writer *w) { end(w, ']'); }

/* RFC 8259 section 7: what must be escaped, with the short form where there is one. */
static void write_escape(struct buf *out, char c)
{
	switch (c) {
	case '"':
	case '\\':
		buf_add_char(out, '\\');
		buf_add_char(out, c);
		break;
	case '\b': buf_add_str(out, S("\\b")); break;
	case '\f': buf_add_str(out, S("\\f")); break;
	case '\n': buf_add_str(out, S("\\n")); break;
	case '\r': buf_add_str(out, S("\\r")); break;
	case '\t': buf_add_str(out, S("\\t")); break;
	default: buf_addf(out, "\\u%04x", (unsigned)(unsigned char)c);
	}
}

static void write_quoted(struct buf *out, str s)
{
	size_t at = 0;
	buf_add_char(out, '"');
	while (at < s.n) {
		size_t next = json_plain_run(s, at);
		uint32_t code_point;
		while (next < s.n && (unsigned char)s.p[next] > 0x7f && utf8_next(s, &next, &code_point))
			next = json_plain_run(s, next);
		if (next > at) buf_add(out, s.p + at, next - at);
		at = next;
		if (at == s.n) break;
		if ((unsigned char)s.p[at] > 0x7f)
			buf_add_str(out, S("\xef\xbf\xbd")); /* U+FFFD for a byte that is not UTF-8 */
		else
			write_escape(out, s.p[at]);
		at++;
	}
	buf_add_char(out, '"');
}

void json_write_string(struct json_writer *w, str s)
{
	separate(w);
	write_quoted(w->out, s);
}

void json_write_key(struct json_writer *w, str key)
{
	separate(w);
	write_quoted(w->out, key);
	buf_add_char(w->out, ':');
	w->need_comma = false;
}

void json_write_u64(struct json_writer *w, uint64_t v)
{
	separate(w);
	buf_addf(w->out, "%" PRIu64, v);
}

void json_write_i64(struct json_writer *w, int64_t v)
{
	separate(w);
	buf_addf(w->out, "%" PRId64, v);
}

void json_write_double(struct json_writer *w, double v)
{
	char text[NUMBER_DOUBLE_SIZE];
	BUG_IF(!isfinite(v)); /* RFC 8259 section 6 has neither infinity nor NaN */
	number_from_double(v, text);
	json_write_raw(w, str_from(text));
}

void json_write_bool(struct json_writer *w, bool v) { json_write_raw(w, v ? S("true") : S("false")); }
void json_write_null(struct json_writer *w) { json_write_raw(w, S("null")); }

void json_write_raw(struct json_writer *w, str number)
{
	separate(w);
	buf_add_str(w->out, number);
}
