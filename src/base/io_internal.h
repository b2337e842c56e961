/* io_internal.h: what io.c and io_temp.c share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_BASE_IO_INTERNAL_H
#define LAMINA_BASE_IO_INTERNAL_H

#include <stdbool.h>

#include "base/err.h"

/* "cannot VERB PATH" with errno's text, the path, and a help where one is known. A full disk has its own id. False. */
bool io_fail(struct err *e, const char *id, int sys, const char *verb, const char *path);

#endif
