/* beneath.h: new files and folders below one folder, whatever their names try.
 * SPDX-License-Identifier: Apache-2.0
 *
 * For names that come from an archive. Every part of a name is opened by itself and is no symbolic link (O_NOFOLLOW); ".", ".." and empty
 * parts are refused; a file is always a new one (O_EXCL). So nothing outside the folder can be reached, even if somebody else changes
 * the folder meanwhile.
 * Modes:    0755 and 0644, less the umask; nothing else of a file's mode is ever set.
 * Limits:   BENEATH_DEPTH_MAX, BENEATH_NAME_MAX: so many descriptors are open at most.
 * Errors:   ERR_IO "create", "read", "disk-full". ERR_FORMAT "unsafe-name" for names that callers should have refused.
 * Lifetime: beneath_close; tolerates a zeroed one that beneath_open left. Threads: one at a time. */
#ifndef LAMINA_BASE_BENEATH_H
#define LAMINA_BASE_BENEATH_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"

#define BENEATH_DEPTH_MAX 128 /* folders above a file */
#define BENEATH_NAME_MAX  4096

/* The folders on the way to the last file stay open: the next one is nearly always beside it or near. */
struct beneath {
	struct arena *a;
	str folder;
	int fds[BENEATH_DEPTH_MAX + 1]; /* [0] is the folder */
	size_t ends[BENEATH_DEPTH_MAX + 1];
	size_t n;                    /* that are open; 0: closed */
	char last[BENEATH_NAME_MAX]; /* the name of the last of them; ends[i] bytes of it name fds[i] */
};

bool beneath_open(struct arena *a, str folder, struct beneath *out, struct err *e);
/* The folder of that name and those above it; existing ones are fine. */
bool beneath_mkdirs(struct beneath *b, str name, struct err *e);
/* A new, empty file, opened for writing; the folders above it are made. */
bool beneath_create(struct beneath *b, str name, bool executable, int *fd, struct err *e);
/* An existing regular file. */
bool beneath_read(struct beneath *b, str name, int *fd, struct err *e);
void beneath_close(struct beneath *b);

#endif
