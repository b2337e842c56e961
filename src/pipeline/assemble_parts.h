/* assemble_parts.h: what the two ways of assembling share; private to pipeline/assemble*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_PIPELINE_ASSEMBLE_PARTS_H
#define LAMINA_PIPELINE_ASSEMBLE_PARTS_H

#include "pipeline/assemble.h"

/* The wheels that a plan copies from, opened when they are needed; a shell may allow few descriptors, so few are open at a time. */
#define WHEELS_OPEN_MAX 100
struct wheel_fds {
	const struct plan *plan;
	struct store *store;
	int *fds;                      /* -1 = not open */
	size_t turns[WHEELS_OPEN_MAX]; /* which are open, in a ring */
	size_t next, n;
};

void wheel_fds_begin(struct arena *a, const struct plan *plan, struct store *store, struct wheel_fds *out);
/* The wheel's descriptor, good until the next call. A missing one is ERR_FORMAT "zip-stream-damaged" with *damaged set. */
bool wheel_fd(struct wheel_fds *w, uint32_t distribution, int *fd, uint32_t *damaged, struct err *e);
void wheel_fds_end(struct wheel_fds *w);
/* A project file's bytes, refused ("source-changed") when they are not those that the plan saw. */
bool read_source(struct arena *a, const struct source_file *file, str *out, struct err *e);
bool interrupted(const atomic_bool *cancel, struct err *e);

#endif
