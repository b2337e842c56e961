/* test_zip_pack.c: pieces and their joints, independence of the number of threads, large entries, files that change, recompressing.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zip_rows.h"

#include <fcntl.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <zlib.h>

#include "zip/zip_pack.h"

struct table {
	struct zip_pack_item *items;
};

static bool get(void *context, size_t i, bool open, struct zip_pack_item *out, struct err *e)
{
	(void)open;
	(void)e;
	*out = ((struct table *)context)->items[i];
	return true;
}

static bool pack(struct arena *a, struct zip_pack_item *items, size_t n, int level, size_t jobs, int *fd,
                 struct zip_write_result *out, size_t *failed, struct err *e)
{
	struct io_temp temp = { .fd = temporary() };
	struct zip_write_options options = { .hash = true };
	struct zip_pack_options how = { .level = level, .jobs = jobs, .beside = "/tmp/lamina-test-pack" };
	struct table table = { items };
	struct zip_writer *w = zip_write_begin(a, &temp, &options);
	*fd = temp.fd;
	if (!zip_pack(w, &how, n, get, &table, failed, e)) {
		zip_write_abort(w);
		return false;
	}
	return zip_write_end(w, out, e);
}

static bool same(void *context, const void *bytes, size_t n)
{
	str *rest = context;
	if (n > rest->n || memcmp(rest->p, bytes, n) != 0) return false;
	*rest = str_from_pos(*rest, n);
	return true;
}

/* zlib is the judge of a joined stream. */
static bool zlib_agrees(struct arena *a, str stream, str plain)
{
	z_stream z = { 0 };
	if (inflateInit2(&z, -MAX_WBITS) != Z_OK) return false;
	unsigned char *out = arena_array(a, unsigned char, plain.n + 1);
	unsigned char *in = arena_array(a, unsigned char, stream.n);
	memcpy(in, stream.p, stream.n);
	z.next_in = in;
	z.avail_in = (uInt)stream.n;
	z.next_out = out;
	z.avail_out = (uInt)plain.n + 1;
	int end = inflate(&z, Z_FINISH);
	bool ok = end == Z_STREAM_END && z.avail_in == 0 && z.total_out == plain.n && memcmp(out, plain.p, plain.n) == 0;
	inflateEnd(&z);
	return ok;
}

static void pieces_are_one_stream(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		size_t size;
		int level;
		bool random, stored;
	} rows[] = {
		{ "empty", 0, 6, false, true },
		{ "one byte", 1, 6, false, true },
		{ "one piece", ZIP_PACK_PIECE, 6, false, false },
		{ "one byte more than a piece", ZIP_PACK_PIECE + 1, 6, false, false },
		{ "three pieces, fast", 3 * ZIP_PACK_PIECE - 7, ZIP_PACK_LEVEL_FAST, false, false },
		{ "three pieces, level 1", 3 * ZIP_PACK_PIECE - 7, 1, false, false },
		{ "three pieces, smallest", 2 * ZIP_PACK_PIECE + 333, 12, false, false },
		{ "not to be compressed", 2 * ZIP_PACK_PIECE + 5, 6, true, true },
		{ "store", 2 * ZIP_PACK_PIECE, 0, false, true },
		{ "larger than a batch", ZIP_PACK_BATCH + 12345, 1, false, false },
		{ "larger than a batch, not to be compressed", ZIP_PACK_BATCH + 3, 1, true, true },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		str plain = rows[i].random ? noise_of(&a, rows[i].size, i + 1) : text_of(&a, rows[i].size, (uint32_t)i);
		struct zip_pack_item item = { .name = S("x"), .mode = 0644, .kind = ZIP_PACK_BYTES, .bytes = plain };
		struct zip_write_result one, many;
		size_t failed;
		int fd, other;
		CHECK(rows[i].name, pack(&a, &item, 1, rows[i].level, 1, &fd, &one, &failed, &e));
		CHECK(rows[i].name, pack(&a, &item, 1, rows[i].level, 5, &other, &many, &failed, &e));
		CHECK(rows[i].name, sha256_eq(&one.sha256, &many.sha256));
		struct zip_archive z;
		struct zip_open_options options = { 0 };
		CHECK(rows[i].name, zip_open(&a, fd, S("z"), &options, &z, &e) && z.n == 1);
		CHECK(rows[i].name, (z.entries[0].method == ZIP_STORED) == rows[i].stored && z.entries[0].csize <= plain.n);
		str rest = plain;
		CHECK(rows[i].name, zip_verify_entry(&z, &z.entries[0], same, &rest, NULL, &e) && rest.n == 0);
		if (!rows[i].stored) {
			str stream = { arena_array(&a, char, (size_t)z.entries[0].csize), (size_t)z.entries[0].csize };
			CHECK(rows[i].name, io_pread(fd, "z", (char *)(uintptr_t)stream.p, stream.n, z.entries[0].data_at, &e));
			CHECK(rows[i].name, zlib_agrees(&a, stream, plain));
		}
		close(fd);
		close(other);
		arena_release(&a);
	}
}

/* A piece may end at any of eight bits. */
static void every_joint(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 40; seed++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct zip_write_result result;
		size_t failed;
		int fd;
		str plain = text_of(&a, ZIP_PACK_PIECE + 100, seed);
		struct zip_pack_item item = { .name = S("x"), .mode = 0755, .kind = ZIP_PACK_BYTES, .bytes = plain };
		assert_true(pack(&a, &item, 1, 1, 1, &fd, &result, &failed, &e));
		struct zip_archive z;
		struct zip_open_options options = { 0 };
		assert_true(zip_open(&a, fd, S("z"), &options, &z, &e));
		str stream = { arena_array(&a, char, (size_t)z.entries[0].csize), (size_t)z.entries[0].csize };
		assert_true(io_pread(fd, "z", (char *)(uintptr_t)stream.p, stream.n, z.entries[0].data_at, &e));
		assert_true(zlib_agrees(&a, stream, plain));
		close(fd);
		arena_release(&a);
	}
}

static struct zip_pack_item file_item(const char *path, str name)
{
	struct io_stat st;
	struct err e = { 0 };
	assert_true(io_stat(path, &st, &e) && st.exists);
	return (struct zip_pack_item){ .name = name,
		                           .mode = 0644,
		                           .kind = ZIP_PACK_FILE,
		                           .path = str_from(path),
		                           .size = st.size,
		                           .inode = st.inode,
		                           .mtime_ns = st.mtime_ns,
		                           .ctime_ns = st.ctime_ns };
}

static void files_that_change(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		size_t size, after; /* bytes it has when it is packed */
		bool wrong_crc, gone;
		const char *id;
	} rows[] = {
		{ "unchanged", 5000, 5000, false, false, NULL },
		{ "unchanged, several pieces", 3 << 20, 3 << 20, false, false, NULL },
		{ "longer", 5000, 5001, false, false, "source-changed" },
		{ "shorter", 5000, 10, false, false, "source-changed" },
		{ "other bytes", 5000, 5000, true, false, "source-changed" },
		{ "other bytes, larger than a batch", 17 << 20, 17 << 20, true, false, "source-changed" },
		{ "removed", 5000, 0, false, true, "not-found" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct zip_write_result result;
		size_t failed;
		int fd;
		char path[] = "/tmp/lamina-test-pack-XXXXXX";
		int file = mkstemp(path);
		str plain = text_of(&a, rows[i].size, 3);
		put_at(file, plain.p, plain.n, 0);
		struct zip_pack_item items[] = { { .name = S("a"), .mode = 0644, .bytes = S("first") }, file_item(path, S("b")) };
		items[1].has_crc32 = true;
		items[1].crc32 = zip_crc32(0, plain.p, plain.n) ^ (rows[i].wrong_crc ? 1 : 0);
		if (rows[i].after != rows[i].size) assert_int_equal(ftruncate(file, (off_t)rows[i].after), 0);
		if (rows[i].gone) unlink(path);
		bool ok = pack(&a, items, 2, 6, 2, &fd, &result, &failed, &e);
		CHECK(rows[i].name, ok == (rows[i].id == NULL));
		if (rows[i].id) {
			CHECK_ID(rows[i].name, &e, rows[i].id);
			CHECK(rows[i].name, failed == 1);
		}
		unlink(path);
		close(file);
		close(fd);
		arena_release(&a);
	}
}

static void recompressing(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		size_t size;
		int had, level; /* the stream there is, the one that is wanted */
		bool ask, damaged, shorter;
	} rows[] = {
		{ "worse stream", 3 << 20, 1, 9, true, false, true },         { "stored", 100000, 0, 9, true, false, true },
		{ "better stream stays", 300000, 12, 1, true, false, false }, { "not asked for", 300000, 1, 9, false, false, false },
		{ "larger than a batch", 17 << 20, 1, 6, true, false, true }, { "damaged", 300000, 1, 9, true, true, false },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct zip_stream s;
		struct zip_write_result result, again;
		size_t failed;
		int fd, other;
		str plain = text_of(&a, rows[i].size, 9);
		assert_true(zip_deflate(&a, plain, rows[i].had, &s, &e));
		int from = temporary();
		put_at(from, s.bytes.p, s.bytes.n, 777);
		struct zip_pack_item item = { .name = S("x"), .mode = 0644, .kind = ZIP_PACK_RAW, .recompress = rows[i].ask };
		item.raw = (struct zip_raw_source){ from,     S("a.whl"), 777,
			                                s.method, s.crc32,    s.bytes.n,
			                                s.usize,  true,       zip_crc32(0, s.bytes.p, s.bytes.n) };
		if (rows[i].damaged) put_at(from, "\xa5\x5a", 2, 777 + s.bytes.n / 2);
		bool ok = pack(&a, &item, 1, rows[i].level, 1, &fd, &result, &failed, &e);
		CHECK(rows[i].name, ok != rows[i].damaged);
		if (rows[i].damaged) CHECK_ID(rows[i].name, &e, "zip-stream-damaged");
		if (ok) {
			struct zip_archive z;
			struct zip_open_options options = { 0 };
			CHECK(rows[i].name, pack(&a, &item, 1, rows[i].level, 3, &other, &again, &failed, &e));
			CHECK(rows[i].name, sha256_eq(&result.sha256, &again.sha256));
			CHECK(rows[i].name, zip_open(&a, fd, S("z"), &options, &z, &e));
			CHECK(rows[i].name, rows[i].shorter ? z.entries[0].csize < s.bytes.n : z.entries[0].csize == s.bytes.n);
			str rest = plain;
			CHECK(rows[i].name, zip_verify_entry(&z, &z.entries[0], same, &rest, NULL, &e) && rest.n == 0);
			close(other);
		}
		close(fd);
		close(from);
		arena_release(&a);
	}
}

/* What the pieces cost is less than 0.5 % of the stream that one piece would give. */
static void pieces_cost_little(void **state)
{
	(void)state;
	static const int levels[] = { 1, ZIP_PACK_LEVEL_FAST, ZIP_PACK_LEVEL_COPY, ZIP_PACK_LEVEL_SMALL };
	struct arena a = { 0 };
	str plain = text_of(&a, 9 * ZIP_PACK_PIECE + 1000, 7);
	for (size_t i = 0; i < ROWS(levels); i++) {
		struct err e = { 0 };
		struct zip_pack_item item = { .name = S("x"), .mode = 0644, .kind = ZIP_PACK_BYTES, .bytes = plain };
		struct zip_write_result result;
		size_t failed;
		int fd;
		struct libdeflate_compressor *c = libdeflate_alloc_compressor(levels[i]);
		size_t room = libdeflate_deflate_compress_bound(c, plain.n);
		size_t whole = libdeflate_deflate_compress(c, plain.p, plain.n, arena_array(&a, char, room), room);
		libdeflate_free_compressor(c);
		assert_true(pack(&a, &item, 1, levels[i], 2, &fd, &result, &failed, &e));
		uint64_t headers = 30 + 46 + 22 + 2;
		if (whole == 0 || (result.size - headers) * 1000 > (uint64_t)whole * 1005)
			fail_msg("level %d: %llu bytes in pieces, %zu in one", levels[i], (unsigned long long)(result.size - headers),
			         whole);
		close(fd);
	}
	arena_release(&a);
}

static void cancelled(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct err e = { 0 };
	atomic_bool cancel = true;
	struct io_temp temp = { .fd = temporary() };
	struct zip_pack_item item = { .name = S("x"), .mode = 0644, .bytes = S("content") };
	struct table table = { &item };
	struct zip_pack_options how = { .level = 6, .jobs = 1, .cancel = &cancel, .beside = "/tmp/lamina-test-pack" };
	size_t failed;
	struct zip_writer *w = zip_write_begin(&a, &temp, NULL);
	assert_false(zip_pack(w, &how, 1, get, &table, &failed, &e));
	assert_int_equal(e.code, ERR_INTERRUPT);
	zip_write_abort(w);
	close(temp.fd);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_one_stream), cmocka_unit_test(every_joint),        cmocka_unit_test(files_that_change),
		cmocka_unit_test(recompressing),         cmocka_unit_test(pieces_cost_little), cmocka_unit_test(cancelled),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
