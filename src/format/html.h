/* html.h: HTML pages as a stream of tags and text.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Made for the HTML form of the simple index API (PEP 503): start tags with their attributes, the text between them, nothing of
 * scripts, styles and comments. No page is refused, as no browser refuses one; the rules are those of the WHATWG HTML standard's
 * tokenizer (section 13.2.5), without tree building. `<base href>` is a start tag like any other.
 * Character references: numeric ones, those names that may stand without a semicolon, and those that mean an ASCII character;
 *           other names stay as they are written.
 * Input:    bytes are passed on as they are; what is not UTF-8 is the caller's matter.
 * Limits:   time and memory linear in the text; the first HTML_ATTRIBUTES_MAX attributes of a tag count.
 * Lifetime: views point into the text, or into the arena where something had to be decoded; `attributes` until the next token. */
#ifndef LAMINA_FORMAT_HTML_H
#define LAMINA_FORMAT_HTML_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

#define HTML_ATTRIBUTES_MAX 64

enum html_token {
	HTML_END,  /* of the page */
	HTML_TEXT, /* content */
	HTML_OPEN, /* a start tag: name, attributes */
	HTML_CLOSE /* an end tag: name */
};

struct html_attribute {
	str name; /* lower case */
	str value;
	bool has_value; /* false for <a data-yanked>, whose value is then empty */
};

struct html_reader {
	struct arena *arena;
	str text;
	size_t at;
	str raw; /* private: the element whose content is not markup, while inside it */
	/* of the last token: */
	size_t offset; /* where it begins */
	str content;   /* text, decoded; never empty */
	str name;      /* of the tag, lower case */
	struct html_attribute attributes[HTML_ATTRIBUTES_MAX];
	size_t n_attributes;
};

void html_begin(struct html_reader *r, struct arena *a, str text);
enum html_token html_next(struct html_reader *r);
/* The attribute of the last start tag (the first of that name counts), or NULL. */
const struct html_attribute *html_attribute(const struct html_reader *r, str name);
/* Text with its character references replaced; `attribute` as in attribute values, where `&copy=` stays as it is. */
str html_decode(struct arena *a, str text, bool attribute);

#endif
