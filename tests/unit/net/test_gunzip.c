/* test_gunzip.c: gzip in pieces of every size.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <string.h>
#include <zlib.h>

#include "base/buf.h"
#include "net/gunzip.h"

static size_t compress_text(const char *text, size_t n, unsigned char *out, size_t size)
{
	z_stream z = { 0 };
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)text;
	z.avail_in = (uInt)n;
	z.next_out = out;
	z.avail_out = (uInt)size;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return size - z.avail_out;
}

static bool add(void *context, const void *bytes, size_t n, struct err *e)
{
	return buf_add(context, bytes, n) || err_set(e, ERR_NETWORK, "full", "full");
}

/* Feeds in steps; gives whether everything was accepted. */
static bool feed(const unsigned char *data, size_t n, size_t step, struct buf *out, bool *complete, struct err *e)
{
	struct arena a = { 0 };
	struct gunzip *g = gunzip_new(&a);
	bool ok = true;
	for (size_t at = 0; ok && at < n; at += step) ok = gunzip_feed(g, data + at, n - at < step ? n - at : step, add, out, e);
	*complete = gunzip_complete(g);
	gunzip_free(g);
	arena_release(&a);
	return ok;
}

static char text[100000];
static unsigned char packed[200000];

static size_t two_members(void)
{
	for (size_t i = 0; i < sizeof text; i++) text[i] = (char)(i * i >> 7);
	size_t n = compress_text(text, 40000, packed, sizeof packed);
	return n + compress_text(text + 40000, sizeof text - 40000, packed + n, sizeof packed - n);
}

static void any_step(void **state)
{
	(void)state;
	size_t n = two_members();
	static const size_t steps[] = { 1, 2, 3, 7, 1000, 32768, 200000 };
	for (size_t i = 0; i < ROWS(steps); i++) {
		struct buf out;
		struct err e = { 0 };
		bool complete;
		buf_init(&out, sizeof text);
		assert_true(feed(packed, n, steps[i], &out, &complete, &e));
		assert_true(complete);
		assert_int_equal(out.n, sizeof text);
		assert_memory_equal(out.p, text, sizeof text);
		buf_release(&out);
	}
}

static void every_cut_is_noticed(void **state)
{
	(void)state;
	size_t first = compress_text("hello hello hello", 17, packed, sizeof packed);
	for (size_t n = 1; n < first; n++) {
		struct buf out;
		struct err e = { 0 };
		bool complete;
		buf_init(&out, 100);
		assert_true(feed(packed, n, 5, &out, &complete, &e));
		assert_false(complete);
		buf_release(&out);
	}
}

static void damage_is_noticed(void **state)
{
	(void)state;
	size_t n = compress_text("hello hello hello", 17, packed, sizeof packed);
	static const size_t places[] = { 0, 1, 2 };
	size_t trailer[] = { n - 8, n - 4 };
	for (size_t i = 0; i < ROWS(places) + ROWS(trailer); i++) {
		struct buf out;
		struct err e = { 0 };
		bool complete;
		size_t at = i < ROWS(places) ? places[i] : trailer[i - ROWS(places)];
		buf_init(&out, 100);
		packed[at] ^= 0x55;
		assert_false(feed(packed, n, n, &out, &complete, &e));
		assert_string_equal(e.id, "bad-response");
		packed[at] ^= 0x55;
		buf_release(&out);
	}
}

static void rubbish_after_the_end(void **state)
{
	(void)state;
	struct buf out;
	struct err e = { 0 };
	bool complete;
	size_t n = compress_text("hello", 5, packed, sizeof packed);
	memcpy(packed + n, "rubbish", 7);
	buf_init(&out, 100);
	assert_false(feed(packed, n + 7, n + 7, &out, &complete, &e));
	buf_release(&out);
}

static void the_sink_decides_how_much(void **state)
{
	(void)state;
	struct buf out;
	struct err e = { 0 };
	bool complete;
	size_t n = two_members();
	buf_init(&out, 50000);
	assert_false(feed(packed, n, n, &out, &complete, &e));
	assert_string_equal(e.id, "full");
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_step),
		cmocka_unit_test(every_cut_is_noticed),
		cmocka_unit_test(damage_is_noticed),
		cmocka_unit_test(rubbish_after_the_end),
		cmocka_unit_test(the_sink_decides_how_much),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
