/* toml.h: TOML 1.0 documents as a tree with positions.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: toml.io/en/v1.0.0; checked against the toml-test suite. Every value keeps the byte range it was written in, so that
 * errors can show the line and point at the column.
 * Invariants: tables keep keys in the order of the file; keys are unique; strings are valid UTF-8.
 * Limits:     input TOML_INPUT_MAX bytes, TOML_VALUES_MAX values, nesting TOML_DEPTH_MAX (tables and arrays, however they are
 *             written: a dotted key nests as well); time and memory are linear in the input (no quadratic keys).
 * Errors:     ERR_FORMAT, id "toml", `what` the rule broken, err_at = byte offset; toml_where turns it into FILE:LINE:COLUMN.
 * Lifetime:   the tree belongs to the arena and may point into the input, which must outlive it. */
#ifndef LAMINA_FORMAT_TOML_H
#define LAMINA_FORMAT_TOML_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

#define TOML_INPUT_MAX  ((size_t)64 << 20)
#define TOML_VALUES_MAX (1 << 22)
#define TOML_DEPTH_MAX  100

enum toml_type {
	TOML_STRING,
	TOML_INTEGER,
	TOML_FLOAT,
	TOML_BOOL,
	TOML_DATETIME, /* offset date-time; text normalised as RFC 3339 in `string` */
	TOML_LOCAL_DATETIME,
	TOML_LOCAL_DATE,
	TOML_LOCAL_TIME,
	TOML_ARRAY,
	TOML_TABLE
};

struct toml_value;

struct toml_member {
	str key;
	uint32_t key_offset; /* where the key stands */
	struct toml_value *value;
};

struct map;

struct toml_value {
	enum toml_type type;
	uint8_t made;         /* private: how a table or array came to be, which decides what may still be added to it */
	uint32_t offset, end; /* byte range in the input; for tables made by headers: of the header */
	union {
		str string; /* strings decoded; date-times as text */
		int64_t integer;
		double real;
		bool boolean;
		struct {
			struct toml_value **p;
			size_t n, cap;
		} array;
		struct {
			struct toml_member *p;
			size_t n, cap;
			struct map *index; /* private: key -> position + 1, once the table is large */
		} table;
	} u;
};

struct toml_document {
	str text;                /* the input */
	str path;                /* for messages */
	struct toml_value *root; /* a table */
};

/* Parses text (a leading UTF-8 BOM is skipped). path is only for messages. On failure `where` is PATH:LINE:COLUMN and `why`
 * shows the line with a caret under it. */
bool toml_parse(struct arena *a, str text, str path, struct toml_document *out, struct err *e);

/* Look-ups: NULL when absent. toml_at takes a dotted path of bare keys: "tool.poetry.name". */
const struct toml_value *toml_get(const struct toml_value *table, str key);
const struct toml_value *toml_at(const struct toml_value *table, const char *dotted);

/* Typed look-ups for readers: absent leaves *out untouched and is true; a wrong type is ERR_FORMAT "toml-type" that names key,
 * expected and found type, and place. */
bool toml_want_string(const struct toml_document *d, const struct toml_value *table, const char *key, str *out, struct err *e);
bool toml_want_bool(const struct toml_document *d, const struct toml_value *table, const char *key, bool *out, struct err *e);
bool toml_want_integer(const struct toml_document *d, const struct toml_value *table, const char *key, int64_t *out,
                       struct err *e);
/* An array of strings; one_ok also accepts a single string as a list of one. */
bool toml_want_strings(struct arena *a, const struct toml_document *d, const struct toml_value *table, const char *key,
                       bool one_ok, struct str_list *out, struct err *e);
/* NULL in *out when absent. */
bool toml_want_table(const struct toml_document *d, const struct toml_value *table, const char *key,
                     const struct toml_value **out, struct err *e);
bool toml_want_array(const struct toml_document *d, const struct toml_value *table, const char *key,
                     const struct toml_value **out, struct err *e);

const char *toml_type_name(enum toml_type type);
/* Line and column (both from 1; columns count code points) of a byte offset. */
void toml_line_column(str text, uint64_t offset, uint32_t *line, uint32_t *column);
/* Adds where = PATH:LINE:COLUMN and why = the line with a caret to an error about the document. Returns false. */
bool toml_where(struct err *e, const struct toml_document *d, uint64_t offset);

#endif
