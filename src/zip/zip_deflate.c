/* zip_deflate.c: compresses what was not compressed before.
 * SPDX-License-Identifier: Apache-2.0
 *
 * In one piece, for callers that have a few bytes; zip_pack.h is for everything else. Source: RFC 1951. */
#include <libdeflate.h>

#include "base/oom.h"
#include "zip/zip_write.h"

const char *zip_coder(void) { return "libdeflate " LIBDEFLATE_VERSION_STRING " in pieces of 1 MiB"; }

bool zip_deflate(struct arena *a, str bytes, int level, struct zip_stream *out, struct err *e)
{
	BUG_IF(level < 0 || level > 12);
	if (bytes.n > ZIP_DEFLATE_WHOLE_MAX)
		return err_set(e, ERR_FORMAT, "zip-deflate-too-large", "%zu bytes are too many to be compressed in one piece", bytes.n);
	struct zip_stream stream = { ZIP_STORED, zip_crc32(0, bytes.p, bytes.n), bytes.n, bytes };
	if (level > 0 && bytes.n > 1) {
		struct libdeflate_compressor *c = libdeflate_alloc_compressor(level);
		if (!c) die_oom(sizeof(void *));
		struct buf packed;
		buf_init(&packed, bytes.n);
		/* Room for one byte less than the content: what does not fit is not worth it. */
		size_t n = libdeflate_deflate_compress(c, bytes.p, bytes.n, buf_reserve(&packed, bytes.n), bytes.n - 1);
		libdeflate_free_compressor(c);
		if (n > 0) {
			stream.method = ZIP_DEFLATED;
			stream.bytes = arena_str(a, (str){ packed.p, n });
		}
		buf_release(&packed);
	}
	*out = stream;
	return true;
}
