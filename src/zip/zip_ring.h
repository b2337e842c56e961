/* zip_ring.h: the writer's output end: a few large buffers on their way to a file and through SHA-256; for this folder only.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The owner asks for room, fills it and says how much. Full buffers are written; when a hash thread is wanted, it works on one
 * buffer while the owner writes and fills others, so that hashing and copying overlap.
 * The thread starts with the first full buffer: archives that fit into one buffer never pay for it.
 * Memory: ZIP_RING_BUFFERS * ZIP_RING_SIZE, touched as far as it is used.
 * Threads: one owner; the hash thread is the ring's own and ends in zip_ring_close. */
#ifndef LAMINA_ZIP_ZIP_RING_H
#define LAMINA_ZIP_ZIP_RING_H

#include <pthread.h>

#include "base/io.h"
#include "base/sha256.h"

#define ZIP_RING_BUFFERS 3
#define ZIP_RING_SIZE    ((size_t)256 << 10)

struct zip_ring {
	struct io_temp *out;
	bool hash, want_thread;
	struct buf buffers[ZIP_RING_BUFFERS];
	size_t current;
	struct sha256_stream sha256;
	/* shared with the thread, under the mutex: */
	bool threaded, closing;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	uint64_t submitted, hashed; /* buffers, counted from the start */
};

void zip_ring_open(struct zip_ring *r, struct io_temp *out, bool hash, bool want_thread);
/* Free space in the current buffer, never none. */
bool zip_ring_room(struct zip_ring *r, char **p, size_t *n, struct err *e);
/* n bytes of the room are filled. */
void zip_ring_filled(struct zip_ring *r, size_t n);
/* Copies bytes in. */
bool zip_ring_put(struct zip_ring *r, const void *bytes, size_t n, struct err *e);
/* Writes what is left and ends the hash (sha256 may be NULL). */
bool zip_ring_finish(struct zip_ring *r, struct sha256 *sha256, struct err *e);
/* Ends the thread and frees the buffers, after zip_ring_finish or instead of it. */
void zip_ring_close(struct zip_ring *r);

#endif
