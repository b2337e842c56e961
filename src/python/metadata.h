/* metadata.h: core metadata of a distribution (METADATA in wheels, PKG-INFO in sdists).
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Core metadata specifications" (2.6). The first value of a single field wins; names of fields have no case;
 * values are folded lines joined and trimmed. Fields that lamina has no use for, and the description, may hold anything.
 * Refused: no (or an empty) Metadata-Version, Name or Version; a major Metadata-Version above 2; a name or version that is not
 * valid; a used value that is not UTF-8 or holds control characters. Requirements are not parsed here.
 * Limits:   METADATA_MAX bytes, METADATA_REQUIRES_MAX values of one field.
 * Errors:   ERR_FORMAT "metadata" with err_at.
 * Lifetime: views into the text, folded values in the arena. */
#ifndef LAMINA_PYTHON_METADATA_H
#define LAMINA_PYTHON_METADATA_H

#include <stdbool.h>

#include "base/err.h"
#include "base/vec.h"

#define METADATA_MAX          ((size_t)4 << 20)
#define METADATA_REQUIRES_MAX 100000

struct metadata {
	str metadata_version, name, version; /* as written */
	str requires_python;                 /* p == NULL when absent */
	struct str_list requires_dist, provides_extra, dynamic, license_files;
};

bool metadata_parse(struct arena *a, str text, struct metadata *out, struct err *e);

#endif
