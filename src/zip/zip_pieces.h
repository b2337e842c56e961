/* zip_pieces.h: deflate streams that are compressed apart and joined into one; for this folder only.
 * SPDX-License-Identifier: Apache-2.0
 *
 * libdeflate ends every stream with a block that is marked final. To go on behind it, the mark is taken away and the stream is filled
 * up to a byte by an empty stored block, as zlib's Z_SYNC_FLUSH does. Where the final block begins only a decoder knows: every piece
 * but the last is walked through once, two at a time where there are two (zip_walk.h).
 * A piece does not see the 32 KiB before it: 0.04 % at 1 MiB (measured on Go binaries).
 * Source: RFC 1951 3.2.3, 3.2.4. Threads: a coder belongs to one thread at a time. */
#ifndef LAMINA_ZIP_ZIP_PIECES_H
#define LAMINA_ZIP_ZIP_PIECES_H

#include "base/buf.h"
#include "base/str.h"
#include "zip/zip_walk.h"

struct libdeflate_compressor;

struct zip_pieces {
	int level;
	struct libdeflate_compressor *compressor; /* made when it is needed */
	struct buf out, walk;
};

/* By how much opening a stream's end makes it longer, at most. */
#define ZIP_PIECES_JOIN 5

void zip_pieces_open(struct zip_pieces *c, int level);
void zip_pieces_close(struct zip_pieces *c);
/* The stream of at most ZIP_PACK_PIECE bytes, valid until the next call. Nothing may follow it before its end is opened. */
str zip_pieces_next(struct zip_pieces *c, str plain);
/* Opens the ends of n streams, at most ZIP_WALK_STREAMS; each has ZIP_PIECES_JOIN bytes of room behind it. */
void zip_pieces_open_ends(struct zip_pieces *c, str *const *streams, size_t n);

#endif
