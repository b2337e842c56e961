/* zip_walk.h: finds where the final blocks of deflate streams begin; for this folder only.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which bit a code begins at is known when the code before it has been looked up, so the processor waits more than it works. Hence one
 * look-up passes as many whole codes as it can see, and two streams are walked side by side.
 * For streams that were made here: every bit is accounted for, but distances and what they lead to are not judged (zip_decode.h).
 * Source: RFC 1951. Memory: 56 KiB, which the caller keeps from call to call. Threads: none. */
#ifndef LAMINA_ZIP_ZIP_WALK_H
#define LAMINA_ZIP_ZIP_WALK_H

#include "base/buf.h"
#include "base/str.h"

#define ZIP_WALK_STREAMS 2

struct zip_walk_stream {
	str bytes;                 /* all of the stream and nothing else */
	uint64_t final_block, end; /* filled: bits from its start */
};

/* memory: an empty buf without a limit below 64 KiB, or that of an earlier call. False when one of the n streams is not as told. */
bool zip_walk(struct buf *memory, struct zip_walk_stream *streams, size_t n);

#endif
