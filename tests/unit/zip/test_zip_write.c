/* test_zip_write.c: damaged sources, full disks, limits, the hash thread, large files.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zip_rows.h"

#include <errno.h>
#include <fcntl.h>

#include "zip/zip_ring.h"

/* A file that holds the stream at an odd offset, and the source that names it. */
static struct zip_raw_source source_of(struct arena *a, str content, int level)
{
	struct zip_stream s;
	struct err e = { 0 };
	assert_true(zip_deflate(a, content, level, &s, &e));
	int fd = temporary();
	put_at(fd, s.bytes.p, s.bytes.n, 12345);
	return (struct zip_raw_source){ fd,       S("a.whl"), 12345,
		                            s.method, s.crc32,    s.bytes.n,
		                            s.usize,  true,       zip_crc32(0, s.bytes.p, s.bytes.n) };
}

static void damaged_sources(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		size_t size;
		int level;
		bool has_crc, cut;
		const char *id;
	} rows[] = {
		{ "small stream", 5000, 6, true, false, "zip-stream-damaged" },
		{ "large stream", 900000, 6, true, false, "zip-stream-damaged" },
		{ "small stored, no CRC of the stream", 5000, 0, false, false, "zip-stream-damaged" },
		{ "large stored, no CRC of the stream", 900000, 0, false, false, "zip-stream-damaged" },
		{ "small, cut", 5000, 6, true, true, "zip-stream-damaged" },
		{ "large, cut", 900000, 6, true, true, "zip-stream-damaged" },
		{ "small, nothing to compare", 5000, 6, false, false, NULL },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct zip_raw_source s = source_of(&a, text_of(&a, rows[i].size, 1), rows[i].level);
		s.has_stream_crc32 = rows[i].has_crc;
		if (rows[i].cut)
			assert_int_equal(ftruncate(s.fd, (off_t)(s.offset + s.csize - 1)), 0);
		else
			put_at(s.fd, "\xa5", 1, s.offset + s.csize / 2);
		struct io_temp out = { .fd = temporary() };
		struct zip_write_options options = { true, true };
		struct zip_writer *w = zip_write_begin(&a, &out, &options);
		bool ok = zip_write_raw(w, S("a"), 0644, &s, &e);
		CHECK(rows[i].name, ok == (rows[i].id == NULL));
		if (rows[i].id) {
			CHECK_ID(rows[i].name, &e, rows[i].id);
			CHECK(rows[i].name, e.code == ERR_FORMAT && strcmp(e.where, "a.whl: a") == 0);
		}
		zip_write_abort(w);
		close(out.fd);
		close(s.fd);
		arena_release(&a);
	}
}

static struct zip_write_result write_many(struct arena *a, int fd, const struct zip_raw_source *large, bool hash, bool thread)
{
	struct err e = { 0 };
	struct zip_write_result r;
	struct io_temp out = { .fd = fd };
	struct zip_write_options options = { hash, thread };
	struct zip_writer *w = zip_write_begin(a, &out, &options);
	for (int i = 0; i < 40; i++) {
		str name = arena_fmt(a, "f%02d", i);
		struct zip_stream s;
		if (i % 5 == 0) {
			assert_true(zip_write_raw(w, name, 0755, large, &e));
		} else {
			assert_true(zip_deflate(a, text_of(a, (size_t)i * 1000, (uint32_t)i), 6, &s, &e));
			assert_true(zip_write_stream(w, name, 0644, &s, &e));
		}
	}
	assert_true(zip_write_end(w, &r, &e));
	return r;
}

static void thread_changes_nothing(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct zip_raw_source large = source_of(&a, noise_of(&a, 700001, 5), 6);
	struct sha256 want;
	char *bytes = NULL;
	for (int kind = 0; kind < 6; kind++) {
		int fd = temporary();
		struct zip_write_result r = write_many(&a, fd, &large, kind > 0, kind > 1);
		char *now = arena_array(&a, char, r.size);
		assert_int_equal(pread(fd, now, r.size, 0), (ssize_t)r.size);
		if (!bytes) {
			bytes = now;
			assert_true(r.size > 10 * ZIP_RING_SIZE);
			sha256_of((str){ bytes, r.size }, &want);
		}
		assert_memory_equal(now, bytes, r.size);
		if (kind > 0) assert_true(sha256_eq(&r.sha256, &want));
		close(fd);
	}
	close(large.fd);
	arena_release(&a);
}

static void limits(void **state)
{
	(void)state;
	static const struct {
		const char *name, *id;
		struct zip_raw_source source;
		uint32_t mode;
	} rows[] = {
		{ "stream of 4 GiB", "zip-too-large", { -1, { "x", 1 }, 0, ZIP_STORED, 0, 0xfffffff0u, 0xfffffff0u, false, 0 }, 0644 },
		{ "content of 4 GiB", "zip-too-large", { -1, { "x", 1 }, 0, ZIP_DEFLATED, 0, 5, 0xffffffffu, false, 0 }, 0644 },
		{ "size that wraps", "zip-too-large", { -1, { "x", 1 }, 0, ZIP_DEFLATED, 0, UINT64_MAX, 5, false, 0 }, 0644 },
		{ "stored with two sizes", "zip-write", { -1, { "x", 1 }, 0, ZIP_STORED, 0, 5, 6, false, 0 }, 0644 },
		{ "deflated to nothing", "zip-write", { -1, { "x", 1 }, 0, ZIP_DEFLATED, 0, 0, 6, false, 0 }, 0644 },
		{ "unknown method", "zip-write", { -1, { "x", 1 }, 0, 12, 0, 5, 6, false, 0 }, 0644 },
		{ "unknown mode", "zip-write", { -1, { "x", 1 }, 0, ZIP_STORED, 0, 0, 0, false, 0 }, 0777 },
	};
	struct arena a = { 0 };
	struct io_temp out = { .fd = temporary() };
	struct zip_writer *w = zip_write_begin(&a, &out, NULL);
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct err e = { 0 };
		CHECK(rows[i].name, !zip_write_raw(w, S("a"), rows[i].mode, &rows[i].source, &e));
		CHECK_ID(rows[i].name, &e, rows[i].id);
	}
	/* A refused entry leaves nothing. */
	struct err e = { 0 };
	struct zip_write_result r;
	assert_true(zip_write_end(w, &r, &e));
	assert_int_equal(r.size, 22);
	close(out.fd);
	arena_release(&a);
}

static void full_disk(void **state)
{
	(void)state;
	int full = open("/dev/full", O_WRONLY);
	if (full < 0) skip();
	struct arena a = { 0 };
	struct err e = { 0 };
	char path[] = "/dev/full";
	struct io_temp out = { .fd = full, .path = path };
	struct zip_write_options options = { true, true };
	struct zip_writer *w = zip_write_begin(&a, &out, &options);
	struct zip_stream s;
	assert_true(zip_deflate(&a, noise_of(&a, 2000000, 1), 6, &s, &e));
	assert_false(zip_write_stream(w, S("a"), 0644, &s, &e));
	CHECK_ID("disk full", &e, "disk-full");
	zip_write_abort(w);
	zip_write_abort(w);
	zip_write_abort(NULL);
	close(full);
	arena_release(&a);
}

static void deflate_in_memory(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct zip_stream s;
	str text = text_of(&a, 10000, 1), noise = noise_of(&a, 10000, 1);
	assert_true(zip_deflate(&a, text, 6, &s, &e));
	assert_true(s.method == ZIP_DEFLATED && s.bytes.n < 5000 && s.usize == 10000 && s.crc32 == zip_crc32(0, text.p, text.n));
	assert_true(zip_deflate(&a, text, 0, &s, &e));
	assert_true(s.method == ZIP_STORED && s.bytes.p == text.p && s.bytes.n == text.n);
	assert_true(zip_deflate(&a, noise, 12, &s, &e));
	assert_true(s.method == ZIP_STORED && s.bytes.p == noise.p);
	assert_true(zip_deflate(&a, (str){ NULL, 0 }, 6, &s, &e));
	assert_true(s.method == ZIP_STORED && s.bytes.n == 0 && s.crc32 == 0);
	assert_false(zip_deflate(&a, (str){ text.p, ZIP_DEFLATE_WHOLE_MAX + 1 }, 6, &s, &e));
	CHECK_ID("65 MiB", &e, "zip-deflate-too-large");
	assert_non_null(strstr(zip_coder(), "libdeflate "));
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(damaged_sources), cmocka_unit_test(thread_changes_nothing), cmocka_unit_test(limits),
		cmocka_unit_test(full_disk),       cmocka_unit_test(deflate_in_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
