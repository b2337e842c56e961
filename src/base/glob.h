/* glob.h: shell-like patterns over "/" separated paths.
 * SPDX-License-Identifier: Apache-2.0
 *
 * `*` and `?` match within one path component, `**` as a whole component matches any number of components, `[a-z]` and `[!a-z]`
 * match one byte. A pattern without "/" matches any one component ("*.md", "docs"); one with "/" matches from the start
 * ("docs/x", a leading "/" is dropped); a pattern that names a folder matches everything below it ("docs" and "docs/" match
 * "docs/a/b"). Time is O(pattern * path) whatever the input: no exponential backtracking. */
#ifndef LAMINA_BASE_GLOB_H
#define LAMINA_BASE_GLOB_H

#include "base/str.h"

#define GLOB_MAX 1024

bool glob_match(str pattern, str path);
/* As glob_match for names without components (index package globs): `*` matches everything. */
bool glob_match_name(str pattern, str name);

#endif
