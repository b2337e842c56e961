/* gunzip.h: a gzip stream that arrives in pieces.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: RFC 1952. Several members in a row are one text.
 * Errors: ERR_NETWORK "bad-response". The output is bounded by the sink, which refuses what it does not want.
 * Lifetime: gunzip_free.
 * Threads: one at a time. */
#ifndef LAMINA_NET_GUNZIP_H
#define LAMINA_NET_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

struct gunzip;
typedef bool gunzip_sink(void *context, const void *bytes, size_t n, struct err *e);

struct gunzip *gunzip_new(struct arena *a);
void gunzip_free(struct gunzip *g); /* NULL is fine; its memory is the arena's */
bool gunzip_feed(struct gunzip *g, const void *bytes, size_t n, gunzip_sink *sink, void *context, struct err *e);
/* True when the stream ended where a member ends. */
bool gunzip_complete(const struct gunzip *g);

#endif
