/* zip_deflate.c: compresses what was not compressed before.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One coder for each size, so that the same file always gives the same stream: libdeflate in one piece up to
 * ZIP_DEFLATE_WHOLE_MAX, zlib piece by piece above. Source: RFC 1951. */
#include <libdeflate.h>
#include <string.h>
#include <zlib.h>

#include "base/oom.h"
#include "zip/zip_record.h"
#include "zip/zip_window.h"
#include "zip/zip_write.h"

#define PIECE ((size_t)256 << 10)

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

/* The state of compressing one large file. */
struct pump {
	int fd;
	str path;
	uint64_t size;
	struct io_temp *scratch;
	unsigned char *in, *out;
	z_stream s;
	uint32_t crc32, stream_crc32;
	uint64_t packed;
};

/* Everything that zlib has to give for the present input goes to the scratch file. */
static bool drain(struct pump *p, int flush, struct err *e)
{
	do {
		p->s.next_out = p->out;
		p->s.avail_out = (uInt)PIECE;
		if (deflate(&p->s, flush) == Z_STREAM_ERROR) die_bug(__FILE__, __LINE__, "deflate");
		size_t n = PIECE - p->s.avail_out;
		p->stream_crc32 = zip_crc32(p->stream_crc32, p->out, n);
		p->packed += n;
		if (n > 0 && !io_temp_write(p->scratch, p->out, n, e)) return false;
	} while (p->s.avail_out == 0);
	return true;
}

static bool pump_all(struct pump *p, bool pack, struct err *e)
{
	for (uint64_t at = 0; at < p->size;) {
		size_t n = p->size - at < PIECE ? (size_t)(p->size - at) : PIECE;
		if (!zip_pread(p->fd, p->path, p->in, n, at, e)) return false;
		p->crc32 = zip_crc32(p->crc32, p->in, n);
		at += n;
		p->s.next_in = p->in;
		p->s.avail_in = (uInt)n;
		if (pack && !drain(p, at == p->size ? Z_FINISH : Z_NO_FLUSH, e)) return false;
	}
	return true;
}

static bool scratch_end(struct io_temp *scratch, uint64_t *out, struct err *e)
{
	struct io_stat st;
	if (!io_fstat(scratch->fd, scratch->path, &st, e)) return false;
	*out = st.size;
	return true;
}

/* Above ZIP_DEFLATE_WHOLE_MAX. */
static bool deflate_streamed(struct pump *p, int level, struct zip_raw_source *out, struct err *e)
{
	uint64_t begin = 0;
	if (level > 0 && !scratch_end(p->scratch, &begin, e)) return false;
	int result = deflateInit2(&p->s, level > 9 ? 9 : level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
	if (result != Z_OK) die_oom(sizeof p->s);
	struct buf in, packed;
	buf_init(&in, PIECE);
	buf_init(&packed, PIECE);
	p->in = (unsigned char *)buf_reserve(&in, PIECE);
	p->out = (unsigned char *)buf_reserve(&packed, PIECE);
	bool ok = pump_all(p, level > 0, e);
	deflateEnd(&p->s);
	buf_release(&in);
	buf_release(&packed);
	if (!ok) return false;
	bool smaller = level > 0 && p->packed < p->size;
	*out = (struct zip_raw_source){ .fd = smaller ? p->scratch->fd : p->fd,
		                            .path = p->path,
		                            .offset = smaller ? begin : 0,
		                            .method = smaller ? ZIP_DEFLATED : ZIP_STORED,
		                            .crc32 = p->crc32,
		                            .csize = smaller ? p->packed : p->size,
		                            .usize = p->size,
		                            .has_stream_crc32 = true,
		                            .stream_crc32 = smaller ? p->stream_crc32 : p->crc32 };
	return true;
}

/* Up to ZIP_DEFLATE_WHOLE_MAX: the very stream that zip_deflate gives. */
static bool deflate_whole(struct pump *p, int level, struct zip_raw_source *out, struct err *e)
{
	struct buf in;
	struct arena scratch = { 0 };
	struct zip_stream stream;
	uint64_t begin = 0;
	buf_init(&in, (size_t)p->size);
	char *bytes = buf_reserve(&in, (size_t)p->size);
	bool ok = zip_pread(p->fd, p->path, bytes, (size_t)p->size, 0, e) &&
	          zip_deflate(&scratch, (str){ bytes, (size_t)p->size }, level, &stream, e);
	if (ok && stream.method == ZIP_DEFLATED)
		ok = scratch_end(p->scratch, &begin, e) && io_temp_write(p->scratch, stream.bytes.p, stream.bytes.n, e);
	if (ok) {
		bool packed = stream.method == ZIP_DEFLATED;
		*out = (struct zip_raw_source){ .fd = packed ? p->scratch->fd : p->fd,
			                            .path = p->path,
			                            .offset = begin,
			                            .method = stream.method,
			                            .crc32 = stream.crc32,
			                            .csize = stream.bytes.n,
			                            .usize = stream.usize,
			                            .has_stream_crc32 = true,
			                            .stream_crc32 = zip_crc32(0, stream.bytes.p, stream.bytes.n) };
	}
	arena_release(&scratch);
	buf_release(&in);
	return ok;
}

bool zip_deflate_file(int fd, str path, uint64_t size, int level, struct io_temp *scratch, struct zip_raw_source *out,
                      struct err *e)
{
	BUG_IF(level < 0 || level > 12);
	struct pump p = { .fd = fd, .path = path, .size = size, .scratch = scratch };
	return size <= ZIP_DEFLATE_WHOLE_MAX ? deflate_whole(&p, level, out, e) : deflate_streamed(&p, level, out, e);
}
