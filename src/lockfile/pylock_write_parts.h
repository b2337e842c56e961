/* pylock_write_parts.h: what the parts of the writer share; for pylock_write*.c alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_LOCKFILE_PYLOCK_WRITE_PARTS_H
#define LAMINA_LOCKFILE_PYLOCK_WRITE_PARTS_H

#include "lockfile/pylock_write.h"

struct pylock_writer {
	const struct resolution *r;
	struct arena *a;
	struct buf *out;
	str folder;     /* absolute */
	str main_group; /* the made-up group of the project's own dependencies; empty without groups */
	uint64_t all;   /* every target */
	struct err *e;
};

/* A TOML basic string, in quotes. */
void pylock_add_string(struct buf *out, str s);

/* The marker of a target in `environments`. */
void pylock_add_environment(struct buf *out, const struct resolved_target *t);
/* When the package takes part; empty = always. */
str pylock_marker_of(const struct pylock_writer *w, const struct resolved_package *p);

/* The files of a package, or its direct reference. False: e is set. */
bool pylock_add_files(struct pylock_writer *w, const struct resolved_package *p);

#endif
