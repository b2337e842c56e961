/* scratch.h: a folder for one run's temporary files, which goes with the run or, when that is killed, with the next one.
 * SPDX-License-Identifier: Apache-2.0
 *
 * BASE/NAME-UID-N is the lowest N whose lock is free; it is private (mode 0700, of this user: a folder that is not is somebody
 * else's and is passed by). What a killed run left in it is removed. The run works in a folder of a new name below: a process that a
 * killed run left behind writes to a name that is gone. Where locks do not work, or every N is taken, the folder has a random name and
 * nothing is swept.
 * Lifetime: scratch_end removes everything; it tolerates a zeroed one. Threads: none. */
#ifndef LAMINA_BASE_SCRATCH_H
#define LAMINA_BASE_SCRATCH_H

#include "base/arena.h"
#include "base/err.h"

struct scratch {
	str path; /* absolute; empty folder at first */
	str slot; /* what is removed at the end */
	int lock;
};

/* base: an existing folder, absolute. */
bool scratch_begin(struct arena *a, str base, const char *name, struct scratch *out, struct err *e);
void scratch_end(struct scratch *s);

#endif
