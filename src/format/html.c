/* html.c: the tokenizer of HTML pages.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Section numbers are those of the WHATWG HTML standard. Every construct either ends or takes the rest of the page, so no byte is
 * looked at more than a fixed number of times. */
#include "format/html.h"

#include <string.h>

/* Elements whose content is no markup (13.2.6.4.7): it is passed over, but for the last two, which have character references. */
static const str raw_elements[] = { { "script", 6 },  { "style", 5 },    { "xmp", 3 },   { "iframe", 6 },
	                                { "noembed", 7 }, { "noframes", 8 }, { "title", 5 }, { "textarea", 8 } };
#define N_RAW    (sizeof raw_elements / sizeof *raw_elements)
#define N_UNSEEN (N_RAW - 2)

static char peek(const struct html_reader *r, size_t at) { return str_at(r->text, at); }

/* 13.2.5: tab, line feed, form feed, space; a carriage return would have become a line feed. */
static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }

static void skip_to(struct html_reader *r, size_t from, str end)
{
	size_t found = str_find(str_from_pos(r->text, from), end);
	r->at = found == STR_NONE ? r->text.n : from + found + end.n;
}

static str lowered(struct arena *a, str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (ascii_upper(s.p[i])) return arena_lower(a, s);
	return s;
}

/* --- tags --- */

/* 13.2.5.8 tag name state */
static str tag_name(struct html_reader *r)
{
	size_t start = r->at;
	while (r->at < r->text.n && !is_space(peek(r, r->at)) && peek(r, r->at) != '/' && peek(r, r->at) != '>') r->at++;
	return lowered(r->arena, str_slice(r->text, start, r->at));
}

static void skip_space(struct html_reader *r)
{
	while (r->at < r->text.n && is_space(peek(r, r->at))) r->at++;
}

/* 13.2.5.33 attribute name state: an "=" at its start belongs to it. */
static str attribute_name(struct html_reader *r)
{
	size_t start = r->at++;
	for (; r->at < r->text.n; r->at++) {
		char c = peek(r, r->at);
		if (is_space(c) || c == '/' || c == '>' || c == '=') break;
	}
	return str_slice(r->text, start, r->at);
}

/* 13.2.5.36 to 39: what follows the "=". */
static str attribute_value(struct html_reader *r)
{
	skip_space(r);
	char quote = peek(r, r->at);
	size_t start = r->at;
	if (quote == '"' || quote == '\'') {
		start++;
		size_t n = str_chr(str_from_pos(r->text, start), quote);
		r->at = n == STR_NONE ? r->text.n : start + n + 1;
		return str_slice(r->text, start, n == STR_NONE ? r->text.n : start + n);
	}
	while (r->at < r->text.n && !is_space(peek(r, r->at)) && peek(r, r->at) != '>') r->at++;
	return str_slice(r->text, start, r->at);
}

static void read_attribute(struct html_reader *r)
{
	struct html_attribute *out = r->n_attributes < HTML_ATTRIBUTES_MAX ? &r->attributes[r->n_attributes++] : NULL;
	str name = attribute_name(r), value = { 0 };
	skip_space(r);
	bool has_value = peek(r, r->at) == '=';
	if (has_value) {
		r->at++;
		value = attribute_value(r);
	}
	if (out) *out = (struct html_attribute){ lowered(r->arena, name), html_decode(r->arena, value, true), has_value };
}

/* A tag from its name on; false when the page ends inside it (which drops it, 13.2.5.8 "eof-in-tag"). */
static bool read_tag(struct html_reader *r)
{
	r->n_attributes = 0;
	r->name = tag_name(r);
	for (;;) {
		while (r->at < r->text.n && (is_space(peek(r, r->at)) || peek(r, r->at) == '/')) r->at++;
		if (r->at >= r->text.n) return false;
		if (peek(r, r->at) == '>') break;
		read_attribute(r);
	}
	r->at++;
	return true;
}

static str raw_element(str name)
{
	for (size_t i = 0; i < N_RAW; i++)
		if (str_eq(raw_elements[i], name)) return raw_elements[i];
	return (str){ 0 };
}

/* --- what is not a tag --- */

/* 13.2.5.43 to 52; `<!-->` and `<!--->` are comments as well. */
static void skip_comment(struct html_reader *r)
{
	size_t at = r->at + 4;
	if (peek(r, at) == '>' || (peek(r, at) == '-' && peek(r, at + 1) == '>')) {
		r->at = at + (peek(r, at) == '>' ? 1 : 2);
		return;
	}
	for (;;) {
		size_t n = str_find(str_from_pos(r->text, at), S("--"));
		if (n == STR_NONE) break;
		at += n + 2;
		size_t end = at + (peek(r, at) == '!');
		if (peek(r, end) == '>') {
			r->at = end + 1;
			return;
		}
		if (peek(r, at) == '-') at--; /* "--->" */
	}
	r->at = r->text.n;
}

/* Whether the "<" at `at` begins markup and not text: 13.2.5.6 tag open state, 13.2.5.7 end tag open state. */
static bool is_markup(const struct html_reader *r, size_t at)
{
	char c = peek(r, at + 1);
	return ascii_alpha(c) || c == '!' || c == '?' || (c == '/' && at + 2 < r->text.n);
}

/* The end of the text at r->at: the next markup. */
static size_t text_end(const struct html_reader *r)
{
	size_t at = r->at;
	for (;; at++) {
		size_t n = str_chr(str_from_pos(r->text, at), '<');
		if (n == STR_NONE) return r->text.n;
		at += n;
		if (is_markup(r, at)) return at;
	}
}

/* The end of a raw element's content: its end tag (13.2.5.11 RCDATA less-than sign state and those after it). */
static size_t raw_end(const struct html_reader *r)
{
	size_t at = r->at;
	for (;; at++) {
		size_t n = str_find(str_from_pos(r->text, at), S("</"));
		if (n == STR_NONE) return r->text.n;
		at += n;
		char after = peek(r, at + 2 + r->raw.n);
		if (str_istarts(str_from_pos(r->text, at + 2), r->raw) && (is_space(after) || after == '/' || after == '>')) return at;
	}
}

/* The content of a raw element; false when there is none to show. */
static bool read_raw(struct html_reader *r)
{
	str raw = r->raw;
	size_t start = r->at;
	r->at = raw_end(r);
	r->raw = (str){ 0 };
	r->content = str_slice(r->text, start, r->at);
	for (size_t i = 0; i < N_UNSEEN; i++)
		if (str_eq(raw_elements[i], raw)) return false;
	r->content = html_decode(r->arena, r->content, false);
	return r->content.n > 0;
}

/* Markup other than start tags and text: true when it was an end tag. */
static bool read_other(struct html_reader *r)
{
	str rest = str_from_pos(r->text, r->at);
	if (str_starts(rest, S("<!--"))) {
		skip_comment(r);
	} else if (str_starts(rest, S("</")) && ascii_alpha(str_at(rest, 2))) {
		r->at += 2;
		return read_tag(r);
	} else {
		skip_to(r, r->at + 2, S(">")); /* doctype, processing instruction, "</>": 13.2.5.41 bogus comment state */
	}
	return false;
}

void html_begin(struct html_reader *r, struct arena *a, str text)
{
	memset(r, 0, sizeof *r);
	r->arena = a;
	r->text = text;
}

enum html_token html_next(struct html_reader *r)
{
	while (r->at < r->text.n) {
		r->offset = r->at;
		if (r->raw.n > 0) {
			if (read_raw(r)) return HTML_TEXT;
		} else if (peek(r, r->at) != '<' || !is_markup(r, r->at)) {
			size_t end = text_end(r);
			r->content = html_decode(r->arena, str_slice(r->text, r->at, end), false);
			r->at = end;
			return HTML_TEXT;
		} else if (ascii_alpha(peek(r, r->at + 1))) {
			r->at++;
			if (!read_tag(r)) break;
			r->raw = raw_element(r->name);
			return HTML_OPEN;
		} else if (read_other(r)) {
			return HTML_CLOSE;
		}
	}
	r->at = r->offset = r->text.n;
	return HTML_END;
}

const struct html_attribute *html_attribute(const struct html_reader *r, str name)
{
	for (size_t i = 0; i < r->n_attributes; i++)
		if (str_eq(r->attributes[i].name, name)) return &r->attributes[i];
	return NULL;
}
