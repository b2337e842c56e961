/* ini.h: INI files as Python's configparser reads them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Made for pip's configuration files. The rules are those of
 * configparser.RawConfigParser() with its defaults:
 *   [section] headers; `key = value` or `key: value`, whichever separator comes first; keys without regard to case (here: in
 *   lower case); whole-line comments with # or ; at any indentation; no comments after values; a line that is indented deeper
 *   than its key continues the value, joined by "\n", empty lines within a value included; the section DEFAULT gives values to
 *   all others; a section or key that occurs twice is an error.
 * Differences: white space and case are ASCII's; a UTF-8 BOM is skipped; the text must be UTF-8.
 * Limits:   INI_INPUT_MAX bytes; time and memory linear in the text.
 * Errors:   ERR_FORMAT, id "ini", where = PATH:LINE:COLUMN, err_at = byte offset of the line.
 * Lifetime: views point into the text or the arena. */
#ifndef LAMINA_FORMAT_INI_H
#define LAMINA_FORMAT_INI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

#define INI_INPUT_MAX ((size_t)4 << 20)

struct ini_entry {
	str key; /* lower case */
	str value;
	uint32_t line; /* from 1 */
};

struct ini_section {
	str name; /* case matters */
	uint32_t line;
	struct {
		struct ini_entry *p;
		size_t n, cap;
	} entries; /* in the order of the file */
};

struct ini {
	struct {
		struct ini_section *p;
		size_t n, cap;
	} sections;                  /* in the order of the file, without DEFAULT */
	struct ini_section defaults; /* DEFAULT */
};

/* path is only for messages. */
bool ini_parse(struct arena *a, str text, str path, struct ini *out, struct err *e);
/* NULL when there is none. */
const struct ini_section *ini_section(const struct ini *ini, str name);
/* The entry of a section that exists, or of DEFAULT; NULL when absent. key in lower case. */
const struct ini_entry *ini_get(const struct ini *ini, str section, str key);
/* The lines of a value that are not empty, trimmed: how pip reads lists. Words of a line are not split. */
void ini_lines(struct arena *a, str value, struct str_list *out);

#endif
