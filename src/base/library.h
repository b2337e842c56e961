/* library.h: shared libraries that are opened only when they are needed.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Linking libcurl or libarchive would cost every run milliseconds of loading; a machine that never needs them need not have them.
 * Lifetime: a library stays loaded. Threads: safe. */
#ifndef LAMINA_BASE_LIBRARY_H
#define LAMINA_BASE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

/* The first of the names (NULL at the end) that can be loaded; NULL, and *why says what is wrong with the last. */
void *library_open(const char *const *names, const char **why);
/* *function, of `size` bytes, becomes the symbol; false when there is none. */
bool library_symbol(void *library, const char *name, void *function, size_t size);

#endif
