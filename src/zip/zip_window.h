/* zip_window.h: reading an archive's headers through one bounded window; for this folder only.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The window moves over the file as records are asked for: neighbours cost one system call, far jumps cost little reading.
 * Lifetime: a view lives until the next zip_window_get.
 * Memory:   ZIP_WINDOW_MAX.
 * Errors:   ERR_IO "read", also when the file is shorter than it was. */
#ifndef LAMINA_ZIP_ZIP_WINDOW_H
#define LAMINA_ZIP_ZIP_WINDOW_H

#include "base/buf.h"
#include "base/err.h"

/* The longest record: a header with a name and an extra field of 65,535 bytes each; and an end record with its comment. */
#define ZIP_WINDOW_MAX ((size_t)192 << 10)

struct zip_window {
	int fd;
	str path;
	uint64_t size; /* of the file */
	uint64_t at;   /* of the first byte in memory */
	size_t step;   /* how much the next refill reads */
	struct buf memory;
};

void zip_window_open(struct zip_window *w, int fd, str path, uint64_t size);
void zip_window_close(struct zip_window *w);
/* n bytes at the offset; at + n must be within the file and n at most ZIP_WINDOW_MAX. */
bool zip_window_get(struct zip_window *w, uint64_t at, size_t n, str *out, struct err *e);

/* n bytes at the offset of a descriptor, fewer (*got) only where the file ends. */
bool zip_pread_some(int fd, str path, void *out, size_t n, uint64_t at, size_t *got, struct err *e);
/* Exactly n bytes, else ERR_IO "read". */
bool zip_pread(int fd, str path, void *out, size_t n, uint64_t at, struct err *e);

#endif
