/* toml_parser.h: the state of a TOML parse, shared by the files toml*.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Section names in comments ("abnf: basic-char") are rules of toml.io/en/v1.0.0 and its toml.abnf. */
#ifndef LAMINA_FORMAT_TOML_PARSER_H
#define LAMINA_FORMAT_TOML_PARSER_H

#include "format/toml.h"

/* toml_value.made of tables and arrays. */
enum toml_made {
	TOML_MADE_BY_HEADER, /* [x], an element of [[x]], or the root: complete once its section ends */
	TOML_MADE_BY_PATH,   /* x in [x.y]: a later [x] may still define it */
	TOML_MADE_BY_DOTS,   /* x in `x.y = 1`: further dotted keys of the same section may add to it */
	TOML_MADE_INLINE,    /* { } and [ ]: complete at their closing bracket */
	TOML_MADE_OF_TABLES  /* the array of [[x]] */
};

struct toml_key {
	str text;
	uint32_t offset;
};

struct toml_parser {
	struct arena *arena;
	struct toml_document doc;
	str text; /* doc.text */
	size_t at;
	struct err *e;
	size_t n_values;
	uint32_t depth;                           /* of the table or array that is being filled */
	struct toml_key keys[TOML_DEPTH_MAX + 1]; /* the dotted key that was read last */
	size_t n_keys;
};

/* Sets the error with its place; returns false. */
bool toml_fail(struct toml_parser *p, size_t at, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* "WANTED is missing: found ..." at the parser's position. */
bool toml_fail_found(struct toml_parser *p, const char *wanted);
uint32_t toml_line(const struct toml_parser *p, uint64_t offset);

static inline char toml_peek(const struct toml_parser *p) { return str_at(p->text, p->at); }

/* --- toml_scan.c --- */
void toml_skip_space(struct toml_parser *p);
/* White space, an optional comment, and a newline or the end of the text. */
bool toml_skip_line_end(struct toml_parser *p);
/* White space, comments and newlines. */
bool toml_skip_blank(struct toml_parser *p);
/* A key with its dots into p->keys. */
bool toml_scan_keys(struct toml_parser *p);
/* The string whose opening quote is next. */
bool toml_scan_string(struct toml_parser *p, bool multi_line_ok, str *out);

/* --- toml_scalar.c --- */
/* A boolean, number or date and time. */
bool toml_scan_scalar(struct toml_parser *p, struct toml_value *v);

/* --- toml_date.c --- */
/* Whether a token begins like a date or a time, and such a token's value. */
bool toml_looks_dated(str token);
bool toml_scan_dated(struct toml_parser *p, size_t start, str token, struct toml_value *v);

#endif
