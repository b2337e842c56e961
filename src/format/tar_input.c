/* tar_input.c: plain, zlib and libarchive behind one read.
 * SPDX-License-Identifier: Apache-2.0 */
#include "format/tar_input.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "base/io.h"
#include "base/oom.h"
#include "format/archive_api.h"

#define WINDOW ((size_t)64 << 10)
/* zlib: 15 bits of window, +16 = gzip header and trailer (CRC and length are checked). */
#define GZIP_WINDOW_BITS (15 + 16)

struct tar_input {
	int fd;
	const char *path; /* the archive */
	enum tar_coding coding;
	const struct tar_limits *limits;
	uint64_t size, taken; /* bytes of the file; those read from it */
	uint64_t made, given; /* inflated; passed on */
	bool ended;
	z_stream z;
	bool z_open;
	struct archive_api api;
	struct archive *archive;
	struct err *failed; /* what the read callback of libarchive met */
	size_t from, have;  /* in out */
	unsigned char in[WINDOW], out[WINDOW];
};

static bool bad(const struct tar_input *in, struct err *e, const char *why)
{
	return tar_refuse(str_from(in->path), (str){ 0 }, ERR_NO_OFFSET, why, e);
}

/* The next piece of the file; 0 at its end. */
static bool take(struct tar_input *in, size_t *n, struct err *e)
{
	uint64_t left = in->size - in->taken;
	*n = left < WINDOW ? (size_t)left : WINDOW;
	if (*n == 0) return true;
	if (!io_pread(in->fd, in->path, in->in, *n, in->taken, e)) return false;
	in->taken += *n;
	return true;
}

static bool fill_plain(struct tar_input *in, struct err *e)
{
	if (!take(in, &in->have, e)) return false;
	memcpy(in->out, in->in, in->have);
	in->ended = in->have == 0;
	return true;
}

static bool end_gzip(struct tar_input *in, struct err *e)
{
	in->ended = true;
	bool more = in->z.avail_in > 0 || in->taken < in->size;
	return !more || bad(in, e, "something follows the end of its compressed stream");
}

static bool fill_gzip(struct tar_input *in, struct err *e)
{
	in->z.next_out = in->out;
	in->z.avail_out = (uInt)WINDOW;
	int status = Z_OK;
	while (status == Z_OK && in->z.avail_out == WINDOW) {
		if (in->z.avail_in == 0) {
			size_t n;
			if (!take(in, &n, e)) return false;
			if (n == 0) return bad(in, e, "its compressed stream is cut off");
			in->z.next_in = in->in;
			in->z.avail_in = (uInt)n;
		}
		status = inflate(&in->z, Z_NO_FLUSH);
		/* Nothing could be done without more input: that comes in the next round. */
		if (status == Z_BUF_ERROR && in->z.avail_in == 0) status = Z_OK;
	}
	in->have = WINDOW - in->z.avail_out;
	if (status == Z_STREAM_END) return end_gzip(in, e);
	return status == Z_OK || bad(in, e, "its compressed stream is damaged, or is not gzip as its name says");
}

#ifdef HAVE_LIBARCHIVE
static la_ssize_t archive_takes(struct archive *archive, void *context, const void **piece)
{
	struct tar_input *in = context;
	size_t n = 0;
	if (!take(in, &n, in->failed)) {
		in->api.set_error(archive, EIO, "reading failed");
		return ARCHIVE_FATAL;
	}
	*piece = in->in;
	return (la_ssize_t)n;
}

/* libarchive reports no end of a stream that something follows: it has to have consumed the whole file. */
static bool end_archive(struct tar_input *in, struct err *e)
{
	in->ended = true;
	la_int64_t consumed = in->api.filter_bytes(in->archive, -1);
	bool more = consumed < 0 || (uint64_t)consumed != in->size;
	return !more || bad(in, e, "something follows the end of its compressed stream");
}

static bool fill_archive(struct tar_input *in, struct err *e)
{
	in->failed = e;
	la_ssize_t n = in->api.read_data(in->archive, in->out, WINDOW);
	if (err_is_set(e)) return false;
	if (n < 0 || (size_t)n > WINDOW) return bad(in, e, "its compressed stream is damaged or cut off");
	in->have = (size_t)n;
	return n > 0 || end_archive(in, e);
}

/* Only the wanted filter is offered, once; ARCHIVE_WARN would mean that libarchive runs a program for it. */
static bool open_archive(struct tar_input *in, struct err *e)
{
	if (!archive_api_load(&in->api, e)) return false;
	in->archive = in->api.read_new();
	if (!in->archive) die_oom(sizeof *in);
	bool xz = in->coding == TAR_XZ;
	if ((xz ? in->api.filter_xz : in->api.filter_bzip2)(in->archive) != ARCHIVE_OK ||
	    in->api.format_raw(in->archive) != ARCHIVE_OK) {
		err_set(e, ERR_IO, "no-libarchive", "the libarchive of this computer cannot unpack %s", xz ? "xz" : "bzip2");
		return err_where(e, "%s", in->path);
	}
	in->failed = e;
	struct archive_entry *entry;
	int status = in->api.read_open(in->archive, in, NULL, archive_takes, NULL);
	if (status == ARCHIVE_OK) status = in->api.next_header(in->archive, &entry);
	if (err_is_set(e)) return false;
	/* The raw format knows no empty content. */
	if (status != ARCHIVE_OK) return bad(in, e, "its compressed stream is empty or damaged");
	if (in->api.filter_count(in->archive) != 2 ||
	    in->api.filter_code(in->archive, 0) != (xz ? ARCHIVE_FILTER_XZ : ARCHIVE_FILTER_BZIP2))
		return bad(in, e, xz ? "it is not one xz stream, as its name says" : "it is not one bzip2 stream, as its name says");
	return true;
}

static void close_archive(struct tar_input *in)
{
	if (in->archive) in->api.read_free(in->archive);
}
#else
static bool fill_archive(struct tar_input *in, struct err *e) { return bad(in, e, "it cannot be unpacked"); }
static bool open_archive(struct tar_input *in, struct err *e) { return archive_api_load(&in->api, e); }
static void close_archive(struct tar_input *in) { (void)in; }
#endif

static bool fill(struct tar_input *in, struct err *e)
{
	in->from = in->have = 0;
	bool ok = in->coding == TAR_PLAIN ? fill_plain(in, e) : in->coding == TAR_GZIP ? fill_gzip(in, e) : fill_archive(in, e);
	if (!ok) return false;
	in->made += in->have;
	if (in->made > in->limits->inflated_max) return bad(in, e, "it is too large when it is unpacked");
	if (in->made > in->limits->ratio_from && in->made / in->limits->ratio_max > in->size)
		return bad(in, e, "it unpacks to so many times its size that it must be a bomb");
	return true;
}

bool tar_input_read(struct tar_input *in, void *to, size_t n, size_t *got, struct err *e)
{
	char *p = to;
	size_t left = n;
	while (left > 0) {
		if (in->from == in->have) {
			if (in->ended) break;
			if (!fill(in, e)) return false;
			continue;
		}
		size_t piece = in->have - in->from < left ? in->have - in->from : left;
		memcpy(p, in->out + in->from, piece);
		in->from += piece;
		p += piece;
		left -= piece;
	}
	*got = n - left;
	in->given += *got;
	return true;
}

uint64_t tar_input_at(const struct tar_input *in) { return in->given; }

bool tar_input_open(struct arena *a, int fd, str file, enum tar_coding coding, const struct tar_limits *limits,
                    struct tar_input **out, struct err *e)
{
	struct io_stat st;
	struct tar_input *in = arena_new(a, struct tar_input);
	in->fd = fd;
	in->path = arena_cstr(a, file);
	in->coding = coding;
	in->limits = limits;
	if (!io_fstat(fd, in->path, &st, e)) return false;
	in->size = st.size;
	if (!st.is_regular) return bad(in, e, "it is not a regular file");
	if (in->size > limits->archive_max) return bad(in, e, "it is too large");
	if (coding == TAR_GZIP) {
		if (inflateInit2(&in->z, GZIP_WINDOW_BITS) != Z_OK) die_oom(sizeof in->z);
		in->z_open = true;
	}
	if ((coding == TAR_BZIP2 || coding == TAR_XZ) && !open_archive(in, e)) {
		tar_input_close(in);
		return false;
	}
	*out = in;
	return true;
}

void tar_input_close(struct tar_input *in)
{
	if (!in) return;
	if (in->z_open) inflateEnd(&in->z);
	in->z_open = false;
	close_archive(in);
	in->archive = NULL;
}
