/* csv.h: rows of comma-separated text, split as Python's csv module splits them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: RFC 4180 and CPython's _csv.c (dialect "excel", not strict): a field that starts with a quote runs to the next single
 * quote and may hold commas and line breaks, two quotes stand for one; quotes anywhere else are plain characters; text after a
 * closing quote belongs to the field. Rows end with "\n", "\r\n" or "\r". Unlike Python, a quote that never ends is an error.
 * Errors: csv_next gives CSV_UNTERMINATED; nothing else can go wrong.
 * Lifetime: views into the text, unquoted fields in the arena. */
#ifndef LAMINA_PYTHON_CSV_H
#define LAMINA_PYTHON_CSV_H

#include "base/arena.h"
#include "base/str.h"

#define CSV_FIELDS_KEPT 4

struct csv {
	str text;
	size_t at;
};

struct csv_row {
	str fields[CSV_FIELDS_KEPT]; /* the first ones */
	size_t n;                    /* how many there are; 0 for a blank line */
	size_t offset;               /* of the row in the text */
};

enum csv_result { CSV_ROW, CSV_END, CSV_UNTERMINATED };

enum csv_result csv_next(struct csv *c, struct arena *a, struct csv_row *out);

#endif
