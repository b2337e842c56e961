/* csv.c: find where a field ends, then copy it only when quotes have to go.
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/csv.h"

static bool ends_field(char c) { return c == ',' || c == '\n' || c == '\r'; }

/* Position behind the quoted part that starts at text.p[from] == '"', or STR_NONE when it never ends; *doubled tells whether
 * two quotes stood for one. */
static size_t quoted_end(str text, size_t from, bool *doubled)
{
	*doubled = false;
	for (size_t i = from + 1; i < text.n; i++) {
		if (text.p[i] != '"') continue;
		if (str_at(text, i + 1) != '"' || i + 1 == text.n) return i + 1;
		*doubled = true;
		i++;
	}
	return STR_NONE;
}

/* The quoted part [from, quoted) without its quotes, followed by the plain rest [quoted, end). */
static str unquote(struct arena *a, str text, size_t from, size_t quoted, size_t end)
{
	char *p = arena_array(a, char, end - from);
	size_t n = 0;
	for (size_t i = from + 1; i < quoted - 1; i++) {
		p[n++] = text.p[i];
		if (text.p[i] == '"') i++;
	}
	for (size_t i = quoted; i < end; i++) p[n++] = text.p[i];
	return (str){ p, n };
}

/* The field at c->at; moves to the character that ends it. */
static bool take_field(struct csv *c, struct arena *a, str *out)
{
	size_t from = c->at, end = from;
	if (from == c->text.n || c->text.p[from] != '"') {
		while (end < c->text.n && !ends_field(c->text.p[end])) end++;
		*out = str_slice(c->text, from, end);
		c->at = end;
		return true;
	}
	bool doubled;
	size_t quoted = quoted_end(c->text, from, &doubled);
	if (quoted == STR_NONE) return false;
	end = quoted;
	while (end < c->text.n && !ends_field(c->text.p[end])) end++;
	bool plain = end == quoted && !doubled;
	*out = plain ? str_slice(c->text, from + 1, quoted - 1) : unquote(a, c->text, from, quoted, end);
	c->at = end;
	return true;
}

static void skip_line_break(struct csv *c)
{
	if (c->at == c->text.n) return;
	bool carriage = c->text.p[c->at++] == '\r';
	if (carriage && c->at < c->text.n && c->text.p[c->at] == '\n') c->at++;
}

enum csv_result csv_next(struct csv *c, struct arena *a, struct csv_row *out)
{
	if (c->at == c->text.n) return CSV_END;
	struct csv_row row = { .offset = c->at };
	if (ends_field(c->text.p[c->at]) && c->text.p[c->at] != ',') { /* a blank line */
		skip_line_break(c);
		*out = row;
		return CSV_ROW;
	}
	for (bool more = true; more;) {
		str field;
		if (!take_field(c, a, &field)) return CSV_UNTERMINATED;
		if (row.n < CSV_FIELDS_KEPT) row.fields[row.n] = field;
		row.n++;
		more = c->at < c->text.n && c->text.p[c->at] == ',';
		if (more) c->at++;
	}
	skip_line_break(c);
	*out = row;
	return CSV_ROW;
}
