/* entry_points.h: the file entry_points.txt inside *.dist-info.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Entry points specification": INI as Python's configparser reads it with delimiters=("=",), case-sensitive names
 * and no interpolation. Comments are whole lines that start with # or ;. A line indented deeper than its option continues the
 * value ("\n" between the lines). A group or name that occurs twice is an error, as it is there.
 * A value that is no object reference ("module:attr [extras]") is kept, with module, attribute and extras empty: only who runs
 * or wraps an entry point needs a reference.
 * Errors: ERR_FORMAT with err_at and an id: "entry-points" (syntax, not UTF-8, too many), "entry-point-name" (a name that is "."
 * or "..", or that holds "/", "\" or a control character, since it becomes a file name; a group with control characters).
 * Limits: ENTRY_POINTS_MAX bytes, ENTRY_POINTS_COUNT_MAX entries.
 * Lifetime: views into the text, joined values in the arena. */
#ifndef LAMINA_PYTHON_ENTRY_POINTS_H
#define LAMINA_PYTHON_ENTRY_POINTS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/vec.h"

#define ENTRY_POINTS_MAX       ((size_t)4 << 20)
#define ENTRY_POINTS_COUNT_MAX 20000

struct entry_point {
	str group, name, module, attribute;
	str extras; /* between the brackets, as written */
	str value;  /* the whole value */
};
struct entry_points {
	VEC(struct entry_point) list; /* in file order */
	struct str_list groups;       /* in file order, empty ones too */
};

bool entry_points_parse(struct arena *a, str text, struct entry_points *out, struct err *e);

#endif
