/* json_dump.c: TOML as Python's json.dumps writes it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "lockfile/json_dump.h"

#include <stdlib.h>
#include <string.h>

#include "format/json.h"

struct dumper {
	struct arena *a;
	struct buf *b;
	str comma, colon;
};

static void write_string(struct buf *b, str s)
{
	size_t at = 0;
	uint32_t c;
	buf_add_char(b, '"');
	while (utf8_next(s, &at, &c)) {
		switch (c) {
		case '"': buf_add_str(b, S("\\\"")); break;
		case '\\': buf_add_str(b, S("\\\\")); break;
		case '\n': buf_add_str(b, S("\\n")); break;
		case '\r': buf_add_str(b, S("\\r")); break;
		case '\t': buf_add_str(b, S("\\t")); break;
		case '\f': buf_add_str(b, S("\\f")); break;
		case '\b': buf_add_str(b, S("\\b")); break;
		default:
			if (c >= 0x10000) {
				buf_addf(b, "\\u%04x\\u%04x", 0xd800u + ((c - 0x10000) >> 10), 0xdc00u + ((c - 0x10000) & 0x3ff));
			} else if (c < ' ' || c > '~') {
				buf_addf(b, "\\u%04x", (unsigned)c);
			} else {
				buf_add_char(b, (char)c);
			}
		}
	}
	buf_add_char(b, '"');
}

static int compare_members(const void *a, const void *b)
{
	return str_cmp(((const struct toml_member *)a)->key, ((const struct toml_member *)b)->key);
}

/* False for what json.dumps refuses (dates): Poetry itself could not have hashed it. Depth: that of the TOML document. */
static bool write_value(struct dumper *d, const struct toml_value *v);

static bool write_table(struct dumper *d, const struct toml_member *members, size_t n)
{
	struct toml_member *sorted = arena_array(d->a, struct toml_member, n);
	if (n) memcpy(sorted, members, n * sizeof *sorted);
	if (n) qsort(sorted, n, sizeof *sorted, compare_members);
	buf_add_char(d->b, '{');
	for (size_t i = 0; i < n; i++) {
		if (i) buf_add_str(d->b, d->comma);
		write_string(d->b, sorted[i].key);
		buf_add_str(d->b, d->colon);
		if (!write_value(d, sorted[i].value)) return false;
	}
	return buf_add_char(d->b, '}');
}

/* Python's repr of a float: the shortest digits, always with a point or an exponent. */
static void write_double(struct buf *b, double value)
{
	struct json_writer w;
	size_t from = b->n;
	json_write_begin(&w, b);
	json_write_double(&w, value);
	str text = str_from_pos(buf_str(b), from);
	if (str_chr(text, '.') == STR_NONE && str_chr(text, 'e') == STR_NONE) buf_add_str(b, S(".0"));
}

static bool write_value(struct dumper *d, const struct toml_value *v)
{
	if (!v) return buf_add_str(d->b, S("null"));
	switch (v->type) {
	case TOML_STRING: write_string(d->b, v->u.string); return true;
	case TOML_INTEGER: return buf_addf(d->b, "%lld", (long long)v->u.integer);
	case TOML_BOOL: return buf_add_str(d->b, v->u.boolean ? S("true") : S("false"));
	case TOML_TABLE: return write_table(d, v->u.table.p, v->u.table.n);
	case TOML_FLOAT:
		if (v->u.real - v->u.real != 0) return false;
		write_double(d->b, v->u.real);
		return true;
	case TOML_ARRAY:
		buf_add_char(d->b, '[');
		for (size_t i = 0; i < v->u.array.n; i++) {
			if (i) buf_add_str(d->b, d->comma);
			if (!write_value(d, v->u.array.p[i])) return false;
		}
		return buf_add_char(d->b, ']');
	default: return false;
	}
}

bool json_dump(struct arena *a, struct buf *out, const struct toml_value *v, enum json_dump_style style)
{
	bool compact = style == JSON_DUMP_COMPACT;
	struct dumper d = { a, out, compact ? S(",") : S(", "), compact ? S(":") : S(": ") };
	return write_value(&d, v);
}
