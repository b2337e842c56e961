/* pool.h: runs n independent items on a few threads.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Items are taken in order 0..n-1; each worker has its own arena and err. After the first failure no further item starts; the
 * error reported is that of the lowest failed index, so that output does not depend on timing.
 * Results: each item writes to its own slot; what must outlive the call is copied by the caller or allocated from
 *          `pool_worker.keep`, whose memory is handed to the caller's arena list (pool_keep) and lives until that is released.
 */
#ifndef LAMINA_BASE_POOL_H
#define LAMINA_BASE_POOL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

#define POOL_JOBS_MAX 64

struct pool_worker {
	struct arena scratch; /* rewound after each item */
	struct arena keep;    /* survives, see pool_keep */
	size_t index;         /* 0..jobs-1 */
};

/* The arenas that workers filled; release when the results are no longer needed. */
struct pool_keep {
	struct arena *arenas;
	size_t n;
};

typedef bool pool_fn(void *context, size_t item, struct pool_worker *worker, struct err *e);

/* jobs: 1..POOL_JOBS_MAX (clamped); 1 runs everything on the calling thread. cancel may be NULL; when it becomes true the run
 * ends with ERR_INTERRUPT. keep may be NULL when no item uses worker->keep. */
bool pool_run(size_t jobs, size_t n, pool_fn *fn, void *context, const atomic_bool *cancel, struct pool_keep *keep,
              struct err *e);
void pool_keep_release(struct pool_keep *keep);
/* Processors that this process may use (affinity respected), at least 1. */
size_t pool_cpus(void);

#endif
