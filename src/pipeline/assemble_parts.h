/* assemble_parts.h: what the two ways of assembling share; private to pipeline/assemble*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_PIPELINE_ASSEMBLE_PARTS_H
#define LAMINA_PIPELINE_ASSEMBLE_PARTS_H

#include "pipeline/assemble.h"

/* One descriptor a wheel, opened once. */
struct wheel_fds {
	int *fds;
	size_t n;
};

/* Opens every wheel that the plan copies from. A missing one is ERR_FORMAT "zip-stream-damaged" with *damaged set. */
bool wheel_fds_open(struct arena *a, const struct plan *plan, struct store *store, struct wheel_fds *out, uint32_t *damaged,
                    struct err *e);
void wheel_fds_close(struct wheel_fds *w);
/* A project file's bytes, refused ("source-changed") when they are not those that the plan saw. */
bool read_source(struct arena *a, const struct source_file *file, str *out, struct err *e);
bool source_changed(const struct source_file *file, struct err *e);
bool interrupted(const atomic_bool *cancel, struct err *e);

#endif
