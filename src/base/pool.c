/* pool.c: a few threads that take items in order.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Items start in order, and what has started is finished: when item i fails, all below i have started and will have their say,
 * so the lowest failing item is always among those that ran, whatever the timing. */
#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/oom.h"

struct pool {
	size_t n;
	pool_fn *fn;
	void *context;
	const atomic_bool *cancel;
	atomic_size_t next;
	atomic_bool stop;      /* an item failed, or cancel was seen */
	pthread_mutex_t mutex; /* guards the two below */
	size_t failed;         /* lowest failed item, n = none */
	struct err *e;
};

struct thread {
	struct pool *pool;
	struct pool_worker worker;
	pthread_t id;
	bool started;
};

static void note_failure(struct pool *pool, size_t item, const struct err *e)
{
	pthread_mutex_lock(&pool->mutex);
	if (item < pool->failed) {
		pool->failed = item;
		*pool->e = *e;
	}
	pthread_mutex_unlock(&pool->mutex);
	atomic_store(&pool->stop, true);
}

static void *work(void *argument)
{
	struct thread *t = argument;
	struct pool *pool = t->pool;
	while (!atomic_load(&pool->stop)) {
		if (pool->cancel && atomic_load(pool->cancel)) break;
		size_t item = atomic_fetch_add(&pool->next, 1);
		if (item >= pool->n) break;
		struct err e = { 0 };
		struct arena_mark mark = arena_mark(&t->worker.scratch);
		if (!pool->fn(pool->context, item, &t->worker, &e)) note_failure(pool, item, &e);
		arena_rewind(&t->worker.scratch, mark);
	}
	return NULL;
}

/* Signals go to the calling thread, which is the one that knows what to do with them. */
static void start_threads(struct thread *threads, size_t jobs)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (size_t i = 1; i < jobs; i++) /* a thread that cannot be had is done without */
		threads[i].started = pthread_create(&threads[i].id, NULL, work, &threads[i]) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Hands the keep arenas to the caller, or ends them. */
static void collect(struct thread *threads, size_t jobs, struct pool_keep *keep)
{
	if (keep) {
		size_t total = keep->n + jobs;
		struct arena *grown = realloc(keep->arenas, total * sizeof *grown);
		if (!grown) die_oom(total * sizeof *grown);
		keep->arenas = grown;
	}
	for (size_t i = 0; i < jobs; i++) {
		arena_release(&threads[i].worker.scratch);
		if (keep)
			keep->arenas[keep->n++] = threads[i].worker.keep;
		else
			arena_release(&threads[i].worker.keep);
	}
}

bool pool_run(size_t jobs, size_t n, pool_fn *fn, void *context, const atomic_bool *cancel, struct pool_keep *keep,
              struct err *e)
{
	if (jobs > POOL_JOBS_MAX) jobs = POOL_JOBS_MAX;
	if (jobs > n) jobs = n;
	if (jobs == 0) jobs = 1;
	struct err first = { 0 };
	struct pool pool = { .n = n, .fn = fn, .context = context, .cancel = cancel, .failed = n, .e = &first };
	pthread_mutex_init(&pool.mutex, NULL);
	struct thread *threads = calloc(jobs, sizeof *threads);
	if (!threads) die_oom(jobs * sizeof *threads);
	for (size_t i = 0; i < jobs; i++) {
		threads[i].pool = &pool;
		threads[i].worker.index = i;
	}
	if (jobs > 1) start_threads(threads, jobs);
	work(&threads[0]);
	for (size_t i = 1; i < jobs; i++)
		if (threads[i].started) pthread_join(threads[i].id, NULL);
	collect(threads, jobs, keep);
	free(threads);
	pthread_mutex_destroy(&pool.mutex);
	if (pool.failed < n) {
		if (!err_is_set(e)) *e = first;
		if (!err_is_set(e)) err_set(e, ERR_BUG, "pool-silent-failure", "item %zu failed without an error", pool.failed);
		return false;
	}
	if (cancel && atomic_load(cancel)) return err_set(e, ERR_INTERRUPT, "interrupted", "interrupted");
	return true;
}

void pool_keep_release(struct pool_keep *keep)
{
	for (size_t i = 0; i < keep->n; i++) arena_release(&keep->arenas[i]);
	free(keep->arenas);
	*keep = (struct pool_keep){ 0 };
}

size_t pool_cpus(void)
{
#ifdef __linux__
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return (size_t)CPU_COUNT(&set);
#endif
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n > 0 ? (size_t)n : 1;
}
