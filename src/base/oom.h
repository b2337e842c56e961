/* oom.h: the two ways in which lamina ends at once.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Memory that cannot be had and broken invariants are not errors that a caller can handle: one line on stderr, exit 70.
 * Sizes that come from input never end here, because they are checked against a named limit before they are allocated. */
#ifndef LAMINA_BASE_OOM_H
#define LAMINA_BASE_OOM_H

#include <stddef.h>

_Noreturn void die_oom(size_t bytes);
_Noreturn void die_bug(const char *file, int line, const char *what);

/* An invariant of our own code; stays in release builds. Never for input. */
#define BUG_IF(condition) ((condition) ? die_bug(__FILE__, __LINE__, #condition) : (void)0)

#endif
