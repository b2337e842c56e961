/* json.h: RFC 8259 text as a stream of tokens, and small documents as a tree.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The pull reader walks index pages of many megabytes without building anything; json_parse builds a tree for small documents
 * (test-driver requests, records, configuration). Both accept exactly what RFC 8259 accepts in UTF-8: JSONTestSuite's y_ files,
 * none of its n_ files. NUL (\u0000) is allowed in strings and keys; lone surrogates are refused.
 * Limits:   JSON_DEPTH_MAX levels; a tree has at most JSON_VALUES_MAX values; input size is the caller's matter.
 * Errors:   ERR_FORMAT, id "json", err_at = byte offset.
 * Lifetime: views point into the input, or into the arena where a string had escapes. */
#ifndef LAMINA_FORMAT_JSON_H
#define LAMINA_FORMAT_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#define JSON_DEPTH_MAX  512
#define JSON_VALUES_MAX (1 << 21)

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* --- pull reader --- */
enum json_token {
	JSON_TOKEN_END, /* the document is complete */
	JSON_TOKEN_NULL,
	JSON_TOKEN_TRUE,
	JSON_TOKEN_FALSE,
	JSON_TOKEN_NUMBER, /* text = as written */
	JSON_TOKEN_STRING, /* text = decoded */
	JSON_TOKEN_KEY,    /* text = decoded; the value follows */
	JSON_TOKEN_ARRAY_BEGIN,
	JSON_TOKEN_ARRAY_END,
	JSON_TOKEN_OBJECT_BEGIN,
	JSON_TOKEN_OBJECT_END
};

struct json_reader {
	str text;
	size_t at;
	struct arena *arena; /* for strings with escapes */
	uint32_t depth;
	uint8_t state;                       /* private: what may come next */
	uint64_t stack[JSON_DEPTH_MAX / 64]; /* private: one bit per level, 1 = object */
};

void json_begin(struct json_reader *r, struct arena *a, str text);
/* The next token; false with e set on malformed text. After JSON_TOKEN_END it stays there. */
bool json_next(struct json_reader *r, enum json_token *token, str *text, struct err *e);
/* Skips the value that starts at the next token (whole arrays and objects), checking but not decoding it. */
bool json_skip(struct json_reader *r, struct err *e);

/* --- tree --- */
struct json_value;
struct json_member {
	str key;
	struct json_value *value;
};
struct json_value {
	enum json_type type;
	bool boolean;
	str text; /* string decoded; number as written */
	struct {
		struct json_value **p;
		size_t n, cap;
	} items; /* array */
	struct {
		struct json_member *p;
		size_t n, cap;
	} members; /* object, in order; a repeated key keeps the last value */
};
bool json_parse(struct arena *a, str text, struct json_value **out, struct err *e);
const struct json_value *json_get(const struct json_value *object, str key); /* NULL when absent or no object */
/* A number as a non-negative integer; false when it is anything else. */
bool json_u64(const struct json_value *v, uint64_t *out);

/* --- writer: appends to a buf, commas are the writer's business --- */
struct json_writer {
	struct buf *out;
	bool need_comma;
};
void json_write_begin(struct json_writer *w, struct buf *out);
void json_write_object(struct json_writer *w); /* { */
void json_write_object_end(struct json_writer *w);
void json_write_array(struct json_writer *w);
void json_write_array_end(struct json_writer *w);
void json_write_key(struct json_writer *w, str key);
/* Bytes that are not UTF-8 are written as U+FFFD; control characters are escaped. */
void json_write_string(struct json_writer *w, str s);
void json_write_u64(struct json_writer *w, uint64_t v);
void json_write_i64(struct json_writer *w, int64_t v);
void json_write_double(struct json_writer *w, double v); /* shortest form that reads back equal; finite only */
void json_write_bool(struct json_writer *w, bool v);
void json_write_null(struct json_writer *w);
/* Digits as they are (numbers above 2^53 and the like). */
void json_write_raw(struct json_writer *w, str number);

#endif
