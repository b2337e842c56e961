/* zip_ring.c: the output end of the writer.
 * SPDX-License-Identifier: Apache-2.0
 *
 * submitted and hashed count buffers; buffer number i lives in slot i % ZIP_RING_BUFFERS. A slot may be filled again once the
 * buffer that was in it is hashed. Only the owner changes `submitted`, only the thread `hashed`. */
#include "zip/zip_ring.h"

#include <string.h>

#include "base/oom.h"

#define THREAD_STACK ((size_t)256 << 10)

static void *hash_buffers(void *context)
{
	struct zip_ring *r = context;
	pthread_mutex_lock(&r->mutex);
	for (;;) {
		while (r->hashed == r->submitted && !r->closing) pthread_cond_wait(&r->changed, &r->mutex);
		if (r->hashed == r->submitted) break;
		const struct buf *b = &r->buffers[r->hashed % ZIP_RING_BUFFERS];
		pthread_mutex_unlock(&r->mutex);
		sha256_update(&r->sha256, b->p, b->n);
		pthread_mutex_lock(&r->mutex);
		r->hashed++;
		pthread_cond_signal(&r->changed);
	}
	pthread_mutex_unlock(&r->mutex);
	return NULL;
}

/* Without a thread (none to be had) the owner hashes: slower, but the same bytes. */
static void start_thread(struct zip_ring *r)
{
	pthread_attr_t attributes;
	r->want_thread = false;
	if (pthread_attr_init(&attributes) != 0) return;
	pthread_attr_setstacksize(&attributes, THREAD_STACK);
	r->threaded = pthread_create(&r->thread, &attributes, hash_buffers, r) == 0;
	pthread_attr_destroy(&attributes);
}

static void stop_thread(struct zip_ring *r)
{
	if (!r->threaded) return;
	pthread_mutex_lock(&r->mutex);
	r->closing = true;
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->mutex);
	pthread_join(r->thread, NULL);
	r->threaded = false;
}

void zip_ring_open(struct zip_ring *r, struct io_temp *out, bool hash, bool want_thread)
{
	*r = (struct zip_ring){ .out = out, .hash = hash, .want_thread = hash && want_thread };
	for (size_t i = 0; i < ZIP_RING_BUFFERS; i++) buf_init(&r->buffers[i], ZIP_RING_SIZE);
	if (pthread_mutex_init(&r->mutex, NULL) != 0 || pthread_cond_init(&r->changed, NULL) != 0) die_oom(sizeof r->mutex);
	if (hash) sha256_begin(&r->sha256);
}

/* Hands the current buffer to the thread, or hashes it here. */
static void submit(struct zip_ring *r, const struct buf *b)
{
	if (r->want_thread) start_thread(r);
	if (!r->threaded) {
		if (r->hash) sha256_update(&r->sha256, b->p, b->n);
		r->submitted++;
		r->hashed++;
		return;
	}
	pthread_mutex_lock(&r->mutex);
	r->submitted++;
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->mutex);
}

static void wait_for_slot(struct zip_ring *r)
{
	if (!r->threaded) return;
	pthread_mutex_lock(&r->mutex);
	while (r->submitted - r->hashed >= ZIP_RING_BUFFERS) pthread_cond_wait(&r->changed, &r->mutex);
	pthread_mutex_unlock(&r->mutex);
}

static bool flush(struct zip_ring *r, struct err *e)
{
	struct buf *b = &r->buffers[r->current];
	if (b->n == 0) return true;
	submit(r, b);
	if (!io_temp_write(r->out, b->p, b->n, e)) return false;
	wait_for_slot(r);
	r->current = (size_t)(r->submitted % ZIP_RING_BUFFERS);
	buf_clear(&r->buffers[r->current]);
	return true;
}

bool zip_ring_room(struct zip_ring *r, char **p, size_t *n, struct err *e)
{
	if (r->buffers[r->current].n == ZIP_RING_SIZE && !flush(r, e)) return false;
	struct buf *b = &r->buffers[r->current];
	*n = ZIP_RING_SIZE - b->n;
	*p = buf_reserve(b, *n);
	return true;
}

void zip_ring_filled(struct zip_ring *r, size_t n)
{
	BUG_IF(n > ZIP_RING_SIZE - r->buffers[r->current].n);
	r->buffers[r->current].n += n;
}

bool zip_ring_put(struct zip_ring *r, const void *bytes, size_t n, struct err *e)
{
	const char *from = bytes;
	while (n > 0) {
		char *to;
		size_t room;
		if (!zip_ring_room(r, &to, &room, e)) return false;
		if (room > n) room = n;
		memcpy(to, from, room);
		zip_ring_filled(r, room);
		from += room;
		n -= room;
	}
	return true;
}

bool zip_ring_finish(struct zip_ring *r, struct sha256 *sha256, struct err *e)
{
	if (r->submitted == 0) r->want_thread = false; /* one buffer: a thread would cost more than it saves */
	if (!flush(r, e)) return false;
	stop_thread(r);
	if (r->hash && sha256) sha256_end(&r->sha256, sha256);
	return true;
}

void zip_ring_close(struct zip_ring *r)
{
	stop_thread(r);
	for (size_t i = 0; i < ZIP_RING_BUFFERS; i++) buf_release(&r->buffers[i]);
	pthread_cond_destroy(&r->changed);
	pthread_mutex_destroy(&r->mutex);
}
