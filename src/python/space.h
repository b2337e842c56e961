/* space.h: white space as Python's str.strip() sees it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Versions and specifiers may stand in any Unicode white space (PEP 440 appendix B: the accepting expression begins and ends with
 * \s*), although everything inside them is ASCII. Ill-formed UTF-8 is never white space.
 * Not here: the space and tab of dependency specifiers (requirement.c), ASCII trimming (str_trim). */
#ifndef LAMINA_PYTHON_SPACE_H
#define LAMINA_PYTHON_SPACE_H

#include "base/str.h"

/* Length in bytes of the white-space character at `at`, 0 when there is none. */
size_t space_at(str s, size_t at);
/* First position from `at` on that is no white space. */
size_t space_skip(str s, size_t at);
/* Without the white space around it. */
str space_trim(str s);

#endif
