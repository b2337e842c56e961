/* json_internal.h: what the JSON reader and the JSON writer share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_FORMAT_JSON_INTERNAL_H
#define LAMINA_FORMAT_JSON_INTERNAL_H

#include "base/str.h"

/* The first position from `at` on that holds a quote, a backslash, a control character or a byte above 0x7f; s.n when none
 * does. */
size_t json_plain_run(str s, size_t at);

#endif
