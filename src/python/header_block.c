/* header_block.c: one pass over the lines, joining each header with its continuations.
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/header_block.h"

#include <string.h>

struct header_block header_block_over(str text) { return (struct header_block){ .text = text }; }

/* End of the line that starts at `from`, without (content) and with (next) its line break. */
static void line_end(str text, size_t from, size_t *content, size_t *next)
{
	size_t i = from;
	while (i < text.n && text.p[i] != '\n' && text.p[i] != '\r') i++;
	*content = i;
	if (i < text.n && text.p[i] == '\r' && i + 1 < text.n && text.p[i + 1] == '\n') i++;
	*next = i < text.n ? i + 1 : i;
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* Length of the name when the line is a header: printable ASCII up to ":". STR_NONE when it is not. */
static size_t name_length(str line)
{
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == ':') return i;
		if (line.p[i] < '!' || line.p[i] > '~') return STR_NONE;
	}
	return STR_NONE;
}

/* Moves b->at behind the continuation lines and gives where the value ends. */
static size_t continuation_end(struct header_block *b, size_t value_end)
{
	while (b->at < b->text.n && is_blank(b->text.p[b->at])) line_end(b->text, b->at, &value_end, &b->at);
	return value_end;
}

bool header_block_next(struct header_block *b, struct header *out)
{
	while (b->at < b->text.n) {
		size_t start = b->at, end, next;
		line_end(b->text, start, &end, &next);
		str line = str_slice(b->text, start, end);
		bool envelope = str_starts(line, S("From "));
		bool stray = line.n && is_blank(line.p[0]);
		size_t name = envelope || stray ? 0 : name_length(line);
		if (name == STR_NONE) { /* blank, or no header: the body starts */
			b->at = b->text.n;
			return false;
		}
		b->at = next;
		size_t value_end = continuation_end(b, end);
		if (name == 0) continue; /* what email.parser notes as a defect and ignores */
		out->name = str_slice(line, 0, name);
		out->raw = str_slice(b->text, start + name + 1, value_end);
		out->offset = start;
		return true;
	}
	return false;
}

str header_value(struct arena *a, const struct header *h)
{
	str raw = str_trim(h->raw);
	if (str_chr(raw, '\n') == STR_NONE && str_chr(raw, '\r') == STR_NONE) return raw;
	char *p = arena_array(a, char, raw.n);
	size_t n = 0;
	for (size_t i = 0; i < raw.n; i++)
		if (raw.p[i] != '\n' && raw.p[i] != '\r') p[n++] = raw.p[i];
	return (str){ p, n };
}

bool header_dotted_number(str text, uint64_t parts[2])
{
	str rest = text, part;
	bool more = true;
	parts[0] = parts[1] = 0;
	for (size_t n = 0; more; n++) {
		more = str_cut(rest, '.', &part, &rest);
		if (str_empty(part)) return false;
		for (size_t i = 0; i < part.n; i++)
			if (!ascii_digit(part.p[i])) return false;
		if (n < 2 && !str_u64(part, &parts[n])) parts[n] = UINT64_MAX;
	}
	return true;
}
