/* wheel_file.h: the file WHEEL inside *.dist-info.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Binary distribution format" (PEP 427). The first value of a repeated field wins, but Tag. Root-Is-Purelib is true
 * only for "true" (any case), as pip reads it. Refused: no Wheel-Version, one that is no dotted number, or a major other than 1.
 * Limits:   WHEEL_FILE_MAX bytes, WHEEL_FILE_TAGS_MAX tags.
 * Errors:   ERR_FORMAT "wheel-file" with err_at.
 * Lifetime: views into the text, folded values in the arena. */
#ifndef LAMINA_PYTHON_WHEEL_FILE_H
#define LAMINA_PYTHON_WHEEL_FILE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/vec.h"

#define WHEEL_FILE_MAX      ((size_t)4 << 20)
#define WHEEL_FILE_TAGS_MAX 10000

struct wheel_file {
	str wheel_version; /* "1.0" */
	bool root_is_purelib;
	struct str_list tags; /* as written, in file order */
	str build;            /* empty when absent */
	bool newer_minor;     /* 1.N with N > 0: warn */
};

bool wheel_file_parse(struct arena *a, str text, struct wheel_file *out, struct err *e);

#endif
