/* gunzip.c: zlib's streaming inflate around a fixed output window.
 * SPDX-License-Identifier: Apache-2.0 */
#include "net/gunzip.h"

#include <zlib.h>

#include "base/oom.h"

#define WINDOW ((size_t)32 << 10)
/* zlib: 15 bits of window, +16 = gzip header and trailer (CRC and length are checked). */
#define GZIP_WINDOW_BITS (15 + 16)

struct gunzip {
	z_stream z;
	bool between; /* at the start, or after a whole member */
	bool any;
	unsigned char out[WINDOW];
};

struct gunzip *gunzip_new(struct arena *a)
{
	struct gunzip *g = arena_new(a, struct gunzip);
	if (inflateInit2(&g->z, GZIP_WINDOW_BITS) != Z_OK) die_oom(sizeof g->z);
	g->between = true;
	return g;
}

void gunzip_free(struct gunzip *g)
{
	if (g) inflateEnd(&g->z);
}

bool gunzip_feed(struct gunzip *g, const void *bytes, size_t n, gunzip_sink *sink, void *context, struct err *e)
{
	BUG_IF(n > UINT_MAX);
	/* zlib's next_in is const only with ZLIB_CONST; it never writes there. */
	g->z.next_in = (Bytef *)(uintptr_t)bytes;
	g->z.avail_in = (uInt)n;
	while (g->z.avail_in > 0) {
		if (g->between && g->any) inflateReset(&g->z);
		g->between = false;
		g->any = true;
		int status;
		do {
			g->z.next_out = g->out;
			g->z.avail_out = (uInt)WINDOW;
			status = inflate(&g->z, Z_NO_FLUSH);
			if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
				return err_set(e, ERR_NETWORK, "bad-response", "the compressed body of the answer is damaged");
			size_t made = WINDOW - g->z.avail_out;
			if (made > 0 && !sink(context, g->out, made, e)) return false;
		} while (status == Z_OK && g->z.avail_out == 0);
		g->between = status == Z_STREAM_END;
		if (status == Z_BUF_ERROR) break;
	}
	return true;
}

bool gunzip_complete(const struct gunzip *g) { return g->between; }
