/* test_zip_walk.c: where final blocks begin, proved by going on behind them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zip_rows.h"

#include <libdeflate.h>
#include <zlib.h>

#include "zip/zip_decode.h"
#include "zip/zip_walk.h"

static struct arena arena;
static struct buf memory;

/* --- streams --- */

static str from_libdeflate(str content, int level)
{
	size_t max = content.n + content.n / 8 + 1000;
	char *packed = arena_array(&arena, char, max);
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(level);
	size_t n = libdeflate_deflate_compress(c, content.p, content.n, packed, max);
	libdeflate_free_compressor(c);
	assert_true(n > 0);
	return (str){ packed, n };
}

static str from_zlib(str content, int strategy, int flush)
{
	size_t max = content.n + content.n / 8 + 10000;
	char *packed = arena_array(&arena, char, max);
	z_stream s = { 0 };
	assert_int_equal(deflateInit2(&s, strategy == Z_FIXED ? 1 : 6, Z_DEFLATED, -15, 8, strategy), Z_OK);
	s.next_in = (Bytef *)(uintptr_t)content.p;
	s.next_out = (Bytef *)packed;
	s.avail_out = (uInt)max;
	s.avail_in = (uInt)content.n / 2; /* many kinds of blocks, and empty ones between them */
	assert_int_equal(deflate(&s, flush), Z_OK);
	s.avail_in += (uInt)(content.n - content.n / 2);
	assert_int_equal(deflate(&s, Z_FINISH), Z_STREAM_END);
	size_t n = max - s.avail_out;
	deflateEnd(&s);
	return (str){ packed, n };
}

/* --- what is true of every one --- */

static bool give(void *context, const unsigned char **p, size_t *n)
{
	str *rest = context;
	*p = (const unsigned char *)rest->p;
	*n = rest->n;
	*rest = (str){ 0 };
	return true;
}

static bool keep(void *context, const void *bytes, size_t n)
{
	return buf_add((struct buf *)((char *)context + sizeof(str)), bytes, n);
}

struct ends {
	str rest;
	struct buf out;
};

static void check_decoded(const char *name, str stream, str content)
{
	struct ends ends = { .rest = stream };
	buf_init(&ends.out, content.n + 1);
	struct zip_decode_io io = { &ends, give, keep };
	uint64_t used = 0;
	CHECK(name, zip_decode(&io, &used) == ZIP_DECODE_DONE);
	CHECK(name, used == stream.n);
	CHECK(name, str_eq(buf_str(&ends.out), content));
	buf_release(&ends.out);
}

/* Without the mark of the final block, an empty final block has to follow, and makes the stream whole again. */
static void check_where(const char *name, str stream, str content, const struct zip_walk_stream *where)
{
	char *p = arena_array(&arena, char, stream.n + 8);
	memcpy(p, stream.p, stream.n);
	CHECK(name, where->final_block < where->end && (where->end + 7) / 8 == stream.n);
	CHECK(name, (unsigned char)p[where->final_block / 8] >> where->final_block % 8 & 1);
	p[where->final_block / 8] = (char)((unsigned char)p[where->final_block / 8] & ~(1u << where->final_block % 8));
	/* A fixed block with nothing but its end: 1, 1, 0 and seven zeros. */
	p[where->end / 8] = (char)((unsigned char)p[where->end / 8] | 3u << where->end % 8);
	if (where->end % 8 == 7) p[where->end / 8 + 1] = 1;
	check_decoded(name, (str){ p, (size_t)((where->end + 10 + 7) / 8) }, content);
}

static void check_alone(const char *name, str stream, str content)
{
	struct zip_walk_stream one = { .bytes = stream };
	CHECK(name, zip_walk(&memory, &one, 1));
	check_where(name, stream, content, &one);
}

static void check_pair(const char *name, str x, str x_content, str y, str y_content)
{
	struct zip_walk_stream two[] = { { .bytes = x }, { .bytes = y } };
	CHECK(name, zip_walk(&memory, two, 2));
	check_where(name, x, x_content, &two[0]);
	check_where(name, y, y_content, &two[1]);
}

static const struct {
	const char *name;
	size_t text, noise, zeros;
} rows[] = { { "empty", 0, 0, 0 },
	         { "one byte", 1, 0, 0 },
	         { "some bytes", 12, 0, 0 },
	         { "text", 5000, 0, 0 },
	         { "noise", 0, 70000, 0 },
	         { "zeros", 0, 0, 500000 },
	         { "all", 400000, 100000, 300000 },
	         { "much text", 1 << 20, 0, 0 },
	         { "much noise", 0, 1 << 20, 0 } };

static str content_of(size_t i)
{
	return arena_join(&arena, arena_join(&arena, text_of(&arena, rows[i].text, 7), noise_of(&arena, rows[i].noise, 9)),
	                  (str){ arena_array(&arena, char, rows[i].zeros), rows[i].zeros });
}

static void all_coders(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		str content = content_of(i);
		for (int level = 0; level <= 12; level++) check_alone(rows[i].name, from_libdeflate(content, level), content);
		for (int strategy = Z_DEFAULT_STRATEGY; strategy <= Z_FIXED; strategy++) {
			check_alone(rows[i].name, from_zlib(content, strategy, Z_NO_FLUSH), content);
			check_alone(rows[i].name, from_zlib(content, strategy, Z_SYNC_FLUSH), content);
			check_alone(rows[i].name, from_zlib(content, strategy, Z_PARTIAL_FLUSH), content);
		}
		arena_release(&arena);
	}
}

static void side_by_side(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		for (size_t k = 0; k < ROWS(rows); k++) {
			str x = content_of(i), y = content_of(k);
			check_pair(rows[i].name, from_libdeflate(x, 6), x, from_libdeflate(y, 2), y);
			check_pair(rows[i].name, from_libdeflate(x, 12), x, from_zlib(y, Z_FIXED, Z_SYNC_FLUSH), y);
			arena_release(&arena);
		}
	}
}

/* Every stream has one end: less, more and other bytes are refused or, by chance, another whole stream; nothing is read beyond. */
static void streams_that_are_not_whole(void **state)
{
	(void)state;
	str stream = from_libdeflate(text_of(&arena, 3000, 5), 6);
	for (size_t n = 0; n < stream.n; n++) {
		char *exact = arena_array(&arena, char, n); /* a sanitizer knows where it ends */
		memcpy(exact, stream.p, n);
		struct zip_walk_stream cut = { .bytes = { exact, n } };
		assert_false(zip_walk(&memory, &cut, 1));
	}
	struct zip_walk_stream more = { .bytes = { stream.p, stream.n + 1 } };
	assert_false(zip_walk(&memory, &more, 1));
	struct zip_walk_stream three[3] = { { .bytes = stream }, { .bytes = stream }, { .bytes = stream } };
	assert_false(zip_walk(&memory, three, 3));
	char *p = arena_array(&arena, char, stream.n);
	for (size_t bit = 0; bit < stream.n * 8; bit++) {
		memcpy(p, stream.p, stream.n);
		p[bit / 8] = (char)((unsigned char)p[bit / 8] ^ 1u << bit % 8);
		struct zip_walk_stream two[] = { { .bytes = { p, stream.n } }, { .bytes = stream } };
		if (zip_walk(&memory, two, 2)) assert_true(two[0].end <= stream.n * 8);
	}
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_coders),
		cmocka_unit_test(side_by_side),
		cmocka_unit_test(streams_that_are_not_whole),
	};
	buf_init(&memory, (size_t)64 << 10);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	buf_release(&memory);
	return failed;
}
