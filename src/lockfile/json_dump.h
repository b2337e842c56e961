/* json_dump.h: TOML as Python's json.dumps(value, sort_keys=True) writes it: what Poetry and pipenv hash.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Everything outside printable ASCII is written as \uHHHH; keys are sorted. NULL is null.
 * Private to lockfile/.
 * Limits: those of the document; out is bounded by its own. */
#ifndef LAMINA_LOCKFILE_JSON_DUMP_H
#define LAMINA_LOCKFILE_JSON_DUMP_H

#include "base/buf.h"
#include "format/toml.h"

enum json_dump_style {
	JSON_DUMP_SPACED, /* ", " and ": ", Python's default */
	JSON_DUMP_COMPACT /* separators=(",", ":") */
};

/* False for what json.dumps refuses: dates, not-a-number. */
bool json_dump(struct arena *a, struct buf *out, const struct toml_value *v, enum json_dump_style style);

#endif
