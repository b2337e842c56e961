/* name.h: project and extra names.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Names and normalization" (PEP 503, PEP 685): valid is [A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?; the normalised
 * form is lower case with each run of "-", "_", "." as one "-".
 * Limits: a name of more than NAME_MAX_BYTES bytes is not valid (no file system could hold its wheel). */
#ifndef LAMINA_PYTHON_NAME_H
#define LAMINA_PYTHON_NAME_H

#include "base/arena.h"
#include "base/str.h"

#define NAME_MAX_BYTES 512

bool name_valid(str name);
/* Normalises without judging validity. */
str name_normalize(struct arena *a, str name);
/* True when both normalise to the same text; allocates nothing. */
bool name_same(str a, str b);

#endif
