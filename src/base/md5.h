/* md5.h: MD5 (RFC 1321) of a file, for tools that name uploads by it. Never for verification.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_BASE_MD5_H
#define LAMINA_BASE_MD5_H

#include "base/arena.h"
#include "base/err.h"

/* 32 lower-case digits. */
bool md5_file(struct arena *a, const char *path, str *hex, struct err *e);

#endif
