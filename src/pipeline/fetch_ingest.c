/* fetch_ingest.c: a queue of stored wheels and a few threads that prove them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The network thread adds; workers take. Each worker hands its record over as encoded bytes in an arena of its own, because arenas
 * belong to one thread; the owner decodes them when all is done. Of several refusals the one with the first file name is reported,
 * so that a message does not depend on timing. */
#include "pipeline/fetch_parts.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "base/pool.h"
#include "pipeline/ingest.h"

#define WORKERS_MAX 8
#define ENCODED_MAX ((size_t)256 << 20)

struct worker {
	struct ingest_queue *q;
	pthread_t thread;
	struct arena keep; /* encoded records */
	bool started;
};

struct ingest_queue {
	struct fetch *f;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct wanted **items;
	size_t next, n, cap;
	bool closed, failed;
	struct err error;
	str error_file;
	struct worker workers[WORKERS_MAX];
	size_t n_workers;
	struct arena arena; /* of the queue itself */
};

static bool allowed_mismatch(const struct fetch *f, const struct wanted *w)
{
	return str_list_has(&f->options->allow_record_mismatch, w->project);
}

static bool prove(struct ingest_queue *q, struct wanted *w, struct arena *scratch, struct arena *keep, struct err *e)
{
	struct fetch *f = q->f;
	struct ingest_options options = { .allow_record_mismatch = allowed_mismatch(f, w), .jobs = f->options->jobs };
	struct wheel_record record;
	struct buf bytes;
	int fd;
	if (!store_file_open(f->options->store, &w->sha256, UINT64_MAX, &fd, &w->stored_size, e)) return false;
	if (fd < 0) {
		err_set(e, ERR_IO, "store-lost", "the store has lost " STR_FMT " while it was used", STR_ARG(w->file));
		return err_help(e, "run lamina again; another process may be emptying the store");
	}
	bool ok = ingest_wheel(scratch, fd, w->file, &w->sha256, w->stored_size, &options, &record, e);
	io_close(&fd);
	if (!ok) return false;
	buf_init(&bytes, ENCODED_MAX);
	ok = record_encode(&record, &bytes);
	if (!ok) err_set(e, ERR_FORMAT, "wheel-too-large", STR_FMT " has more files than a record can hold", STR_ARG(w->file));
	if (ok) w->record_bytes = buf_take(&bytes, keep);
	buf_release(&bytes);
	/* Warnings that the user asked for must not be remembered as the truth about the wheel. */
	struct err ignored = { 0 };
	if (ok && !options.allow_record_mismatch) store_record_save(f->options->store, &record, &ignored);
	return ok;
}

static void keep_error(struct ingest_queue *q, const struct wanted *w, const struct err *e)
{
	bool first = !q->failed || (q->error.code != ERR_INTERRUPT && str_cmp(w->file, q->error_file) < 0);
	if (first || e->code == ERR_INTERRUPT) {
		q->error = *e;
		q->error_file = w->file;
	}
	q->failed = true;
}

static bool is_cancelled(const struct fetch *f, struct err *e)
{
	const atomic_bool *cancel = f->options->cancel;
	if (!cancel || !atomic_load_explicit(cancel, memory_order_relaxed)) return false;
	err_set(e, ERR_INTERRUPT, "interrupted", "interrupted");
	return true;
}

static void *work(void *context)
{
	struct worker *me = context;
	struct ingest_queue *q = me->q;
	struct arena scratch = { 0 };
	pthread_mutex_lock(&q->lock);
	for (;;) {
		while (q->next == q->n && !q->closed) pthread_cond_wait(&q->more, &q->lock);
		if (q->next == q->n) break;
		struct wanted *w = q->items[q->next++];
		struct err e = { 0 };
		pthread_mutex_unlock(&q->lock);
		struct arena_mark mark = arena_mark(&scratch);
		bool ok = !is_cancelled(q->f, &e) && prove(q, w, &scratch, &me->keep, &e);
		arena_rewind(&scratch, mark);
		progress_advance(q->f->options->progress, 0);
		pthread_mutex_lock(&q->lock);
		if (ok)
			w->ingested = true;
		else
			keep_error(q, w, &e);
	}
	pthread_mutex_unlock(&q->lock);
	arena_release(&scratch);
	return NULL;
}

static void start_workers(struct ingest_queue *q)
{
	size_t wanted = q->f->options->jobs;
	if (wanted > WORKERS_MAX) wanted = WORKERS_MAX;
	if (wanted == 0) wanted = 1;
	/* Signals go to the thread that waits for the network: it is the one to be woken. */
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (size_t i = 0; i < wanted; i++) {
		struct worker *w = &q->workers[q->n_workers];
		w->q = q;
		w->started = pthread_create(&w->thread, NULL, work, w) == 0;
		if (!w->started) break;
		q->n_workers++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct ingest_queue *ingest_queue_start(struct fetch *f)
{
	struct ingest_queue *q = arena_new(f->a, struct ingest_queue);
	q->f = f;
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->more, NULL);
	start_workers(q);
	return q;
}

static void grow(struct ingest_queue *q)
{
	if (q->n < q->cap) return;
	size_t cap = q->cap ? q->cap * 2 : 64;
	struct wanted **items = arena_array(&q->arena, struct wanted *, cap);
	if (q->n) memcpy(items, q->items, q->n * sizeof(struct wanted *));
	q->items = items;
	q->cap = cap;
}

void ingest_queue_add(struct ingest_queue *q, struct wanted *w)
{
	pthread_mutex_lock(&q->lock);
	grow(q);
	q->items[q->n++] = w;
	pthread_cond_signal(&q->more);
	pthread_mutex_unlock(&q->lock);
}

bool ingest_queue_ok(struct ingest_queue *q)
{
	pthread_mutex_lock(&q->lock);
	bool ok = !q->failed;
	pthread_mutex_unlock(&q->lock);
	return ok;
}

bool ingest_queue_end(struct ingest_queue *q, struct err *e)
{
	if (!q) return true;
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_cond_broadcast(&q->more);
	pthread_mutex_unlock(&q->lock);
	/* A machine that gives no thread still builds: the work is done here. */
	if (q->n_workers == 0) {
		q->workers[0].q = q;
		work(&q->workers[0]);
		q->n_workers = 1;
	}
	for (size_t i = 0; i < q->n_workers; i++)
		if (q->workers[i].started) pthread_join(q->workers[i].thread, NULL);
	for (size_t i = 0; i < q->n; i++)
		if (q->items[i]->ingested) {
			q->items[i]->record_bytes = arena_str(q->f->a, q->items[i]->record_bytes);
			q->f->stats->ingested++;
		}
	for (size_t i = 0; i < q->n_workers; i++) arena_release(&q->workers[i].keep);
	arena_release(&q->arena);
	pthread_mutex_destroy(&q->lock);
	pthread_cond_destroy(&q->more);
	if (q->failed && !err_is_set(e)) *e = q->error;
	return !q->failed;
}
