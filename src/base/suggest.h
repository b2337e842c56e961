/* suggest.h: "did you mean".
 * SPDX-License-Identifier: Apache-2.0
 *
 * The distance counts insertions, deletions, replacements and swaps of neighbours (optimal string alignment), without regard to
 * case and to "-" against "_". A candidate is near enough at a third of the given name's length, or when the given name (three
 * bytes or more) begins it. Names above 64 bytes get no suggestion: that bounds the work. */
#ifndef LAMINA_BASE_SUGGEST_H
#define LAMINA_BASE_SUGGEST_H

#include "base/str.h"

#define SUGGEST_NAME_MAX 64

/* Distance of two names of at most SUGGEST_NAME_MAX bytes, SIZE_MAX for longer ones. */
size_t suggest_distance(str a, str b);
/* The nearest of the candidates that is near enough (the first of equals), or the empty view. */
str suggest_nearest(str given, const str *candidates, size_t n);

#endif
