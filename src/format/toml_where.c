/* toml_where.c: places in TOML documents, for messages.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "format/toml_parser.h"

/* Code points of the line that an error shows: before its place, and after. */
#define SHOWN_BEFORE 60
#define SHOWN_AFTER  40

static bool continues(char c) { return ((unsigned char)c & 0xc0) == 0x80; }

/* The offset at which the line of `offset` begins. */
static size_t line_start(str text, size_t offset)
{
	size_t start = str_rchr(str_slice(text, 0, offset), '\n');
	return start == STR_NONE ? 0 : start + 1;
}

void toml_line_column(str text, uint64_t offset, uint32_t *line, uint32_t *column)
{
	size_t end = offset < text.n ? (size_t)offset : text.n, start = line_start(text, end);
	*line = *column = 1;
	for (size_t i = 0; i < start; i++) *line += text.p[i] == '\n';
	for (size_t i = start; i < end; i++) *column += !continues(text.p[i]);
}

/* The line around the place, with what a terminal must not see replaced, and a caret below. */
static void add_excerpt(struct err *e, str text, size_t offset)
{
	char shown[(SHOWN_BEFORE + SHOWN_AFTER + 1) * 4 + 1];
	size_t from = offset, start = line_start(text, offset), n = 0;
	int before = 0;
	while (from > start && before < SHOWN_BEFORE) before += !continues(text.p[--from]);
	while (from < offset && continues(text.p[from])) from++;
	before = 0;
	for (int i = 0; from < text.n && text.p[from] != '\n' && i < SHOWN_BEFORE + SHOWN_AFTER; i++) {
		uint32_t c;
		size_t next = from;
		before += from < offset;
		if (!utf8_next(text, &next, &c)) {
			shown[n++] = '?';
			next = from + 1;
		} else {
			n += utf8_put(shown + n, c < 0x20 || (c >= 0x7f && c < 0xa0) ? ' ' : c);
		}
		from = next;
	}
	err_why(e, "%.*s\n%*s^", (int)n, shown, before, "");
}

bool toml_where(struct err *e, const struct toml_document *d, uint64_t offset)
{
	uint32_t line, column;
	size_t at = offset < d->text.n ? (size_t)offset : d->text.n;
	toml_line_column(d->text, at, &line, &column);
	err_where(e, STR_FMT ":%u:%u", STR_ARG(d->path), line, column);
	add_excerpt(e, d->text, at);
	return false;
}

bool toml_fail(struct toml_parser *p, size_t at, const char *format, ...)
{
	char text[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	err_set(p->e, ERR_FORMAT, "toml", "%s", text);
	err_at(p->e, at);
	return toml_where(p->e, &p->doc, at);
}

bool toml_fail_found(struct toml_parser *p, const char *wanted)
{
	size_t next = p->at;
	uint32_t c;
	if (p->at >= p->text.n) return toml_fail(p, p->at, "%s is missing: the text ends", wanted);
	if (toml_peek(p) == '\n' || str_starts(str_from_pos(p->text, p->at), S("\r\n")))
		return toml_fail(p, p->at, "%s is missing: the line ends", wanted);
	if (!utf8_next(p->text, &next, &c) || c < 0x20 || c == 0x7f)
		return toml_fail(p, p->at, "%s is missing: found byte 0x%02x", wanted, (unsigned char)toml_peek(p));
	return toml_fail(p, p->at, "%s is missing: found `" STR_FMT "`", wanted, STR_ARG(str_slice(p->text, p->at, next)));
}

uint32_t toml_line(const struct toml_parser *p, uint64_t offset)
{
	uint32_t line, column;
	toml_line_column(p->text, offset, &line, &column);
	return line;
}
