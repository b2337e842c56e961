/* test_zip_decode.c: the deflate decoder against streams made by hand, by libdeflate and by zlib.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zip_rows.h"

#include <libdeflate.h>
#include <zlib.h>

#include "zip/zip_decode.h"

struct feed {
	const unsigned char *in;
	size_t n, at, step;
	struct buf out;
	size_t out_max;
};

static bool fill(void *context, const unsigned char **p, size_t *n)
{
	struct feed *f = context;
	*n = f->n - f->at < f->step ? f->n - f->at : f->step;
	*p = f->in + f->at;
	f->at += *n;
	return true;
}

static bool drain(void *context, const void *bytes, size_t n)
{
	struct feed *f = context;
	return f->out.n + n <= f->out_max && buf_add(&f->out, bytes, n);
}

static enum zip_decode_end decode(struct feed *f, const void *in, size_t n, size_t step, uint64_t *used)
{
	*f = (struct feed){ .in = in, .n = n, .step = step, .out_max = (size_t)1 << 30 };
	buf_init(&f->out, (size_t)1 << 30);
	struct zip_decode_io io = { f, fill, drain };
	return zip_decode(&io, used);
}

#define STREAM(literal) literal, sizeof(literal) - 1

static const struct {
	const char *name, *bytes;
	size_t n;
	enum zip_decode_end end;
	uint64_t used;
	const char *content;
} made[] = {
	{ "nothing", STREAM(""), ZIP_DECODE_CUT, 0, "" },
	{ "empty fixed block", STREAM("\3\0"), ZIP_DECODE_DONE, 2, "" },
	{ "empty fixed block and more", STREAM("\3\0xyz"), ZIP_DECODE_DONE, 2, "" },
	{ "half of it", STREAM("\3"), ZIP_DECODE_CUT, 1, "" },
	{ "empty stored block", STREAM("\1\0\0\xff\xff"), ZIP_DECODE_DONE, 5, "" },
	{ "stored", STREAM("\1\5\0\xfa\xffhello"), ZIP_DECODE_DONE, 10, "hello" },
	{ "stored and more", STREAM("\1\5\0\xfa\xffhelloworld"), ZIP_DECODE_DONE, 10, "hello" },
	{ "stored, cut", STREAM("\1\5\0\xfa\xffhell"), ZIP_DECODE_CUT, 9, "" },
	{ "stored, length cut", STREAM("\1\5\0\xfa"), ZIP_DECODE_CUT, 4, "" },
	{ "stored, wrong check", STREAM("\1\5\0\xfb\xffhello"), ZIP_DECODE_BAD, 5, "" },
	{ "two stored blocks", STREAM("\0\2\0\xfd\xffhe\1\3\0\xfc\xffllo"), ZIP_DECODE_DONE, 15, "hello" },
	{ "never final", STREAM("\0\0\0\xff\xff\0\0\0\xff\xff"), ZIP_DECODE_CUT, 10, "" },
	{ "reserved block type", STREAM("\7"), ZIP_DECODE_BAD, 1, "" },
	{ "fixed literals", STREAM("\x4b\x4c\4\0"), ZIP_DECODE_DONE, 4, "aa" },
	{ "distance too far", STREAM("\x4b\4\x12\0"), ZIP_DECODE_BAD, 3, "" },
	{ "zlib header", STREAM("\x78\x9c\xcb\x48\xcd\xc9\xc9\x07\0"), ZIP_DECODE_BAD, 2, "" },
};

static void streams_made_by_hand(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(made); i++) {
		for (size_t step = 1; step <= 64; step *= 4) {
			struct feed f;
			uint64_t used = 99;
			enum zip_decode_end end = decode(&f, made[i].bytes, made[i].n, step, &used);
			CHECK(made[i].name, end == made[i].end);
			if (end != ZIP_DECODE_BAD) CHECK(made[i].name, used == made[i].used);
			if (end == ZIP_DECODE_DONE) CHECK(made[i].name, str_eq(buf_str(&f.out), str_from(made[i].content)));
			buf_release(&f.out);
		}
	}
}

static void check_stream(const char *name, const void *stream, size_t n, str content)
{
	static const size_t steps[] = { 1, 13, 4096, 65536, SIZE_MAX };
	for (size_t i = 0; i < ROWS(steps); i++) {
		struct feed f;
		uint64_t used = 0;
		CHECK(name, decode(&f, stream, n, steps[i], &used) == ZIP_DECODE_DONE);
		CHECK(name, used == n);
		CHECK(name, str_eq(buf_str(&f.out), content));
		buf_release(&f.out);
	}
}

static void all_coders(void **state)
{
	(void)state;
	struct arena a = { 0 };
	static const struct {
		const char *name;
		size_t text, noise, zeros;
	} rows[] = { { "empty", 0, 0, 0 },          { "one byte", 1, 0, 0 },   { "text", 5000, 0, 0 },
		         { "noise", 0, 70000, 0 },      { "zeros", 0, 0, 500000 }, { "all", 400000, 100000, 300000 },
		         { "much text", 1 << 20, 0, 0 } };
	for (size_t i = 0; i < ROWS(rows); i++) {
		str content = arena_join(&a, arena_join(&a, text_of(&a, rows[i].text, 7), noise_of(&a, rows[i].noise, 9)),
		                         (str){ arena_array(&a, char, rows[i].zeros), rows[i].zeros });
		size_t max = content.n + content.n / 8 + 1000;
		char *packed = arena_array(&a, char, max);
		for (int level = 1; level <= 12; level += level < 6 ? 5 : 3) {
			struct libdeflate_compressor *c = libdeflate_alloc_compressor(level);
			size_t n = libdeflate_deflate_compress(c, content.p, content.n, packed, max);
			libdeflate_free_compressor(c);
			CHECK(rows[i].name, n > 0);
			check_stream(rows[i].name, packed, n, content);
		}
		for (int strategy = Z_DEFAULT_STRATEGY; strategy <= Z_FIXED; strategy++) {
			z_stream s = { 0 };
			assert_int_equal(deflateInit2(&s, 6, Z_DEFLATED, -15, 8, strategy), Z_OK);
			s.next_in = (Bytef *)(uintptr_t)content.p;
			s.avail_in = (uInt)content.n;
			s.next_out = (Bytef *)packed;
			s.avail_out = (uInt)max;
			assert_int_equal(deflate(&s, Z_FINISH), Z_STREAM_END);
			check_stream(rows[i].name, packed, max - s.avail_out, content);
			deflateEnd(&s);
		}
	}
	arena_release(&a);
}

struct bits {
	unsigned char *p;
	size_t n;
};

/* count bits of v, the lowest first; reversed = a code, the highest first. */
static void put_bits(struct bits *b, unsigned v, unsigned count, bool reversed)
{
	for (unsigned i = 0; i < count; i++, b->n++) {
		if (v >> (reversed ? count - 1 - i : i) & 1) b->p[b->n / 8] |= (unsigned char)(1u << b->n % 8);
	}
}

/* Matches of the greatest length and distance, so many that the window slides: distance 32,768 must reach its first byte. */
static void farthest_distance(void **state)
{
	(void)state;
	enum { WINDOW = 32768, MATCHES = 3000 };
	struct arena a = { 0 };
	str noise = noise_of(&a, WINDOW, 3);
	char *content = arena_array(&a, char, WINDOW + MATCHES * 258);
	memcpy(content, noise.p, WINDOW);
	for (size_t i = WINDOW; i < WINDOW + MATCHES * 258; i++) content[i] = content[i - WINDOW];
	struct bits b = { arena_array(&a, unsigned char, WINDOW + MATCHES * 4 + 16), 0 };
	memcpy(b.p, "\0\0\x80\xff\x7f", 5); /* a stored block of 32,768 bytes */
	memcpy(b.p + 5, noise.p, WINDOW);
	b.n = (5 + WINDOW) * 8;
	put_bits(&b, 3, 3, false); /* the final block, fixed codes */
	for (int i = 0; i < MATCHES; i++) {
		put_bits(&b, 0xc5, 8, true); /* length 258 */
		put_bits(&b, 29, 5, true);
		put_bits(&b, 8191, 13, false);
	}
	put_bits(&b, 0, 7, true);
	check_stream("farthest distance", b.p, (b.n + 7) / 8, (str){ content, WINDOW + MATCHES * 258 });
	arena_release(&a);
}

static void stops_when_told(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct zip_stream stream;
	struct err e = { 0 };
	str zeros = { arena_array(&a, char, 1 << 20), 1 << 20 };
	assert_true(zip_deflate(&a, zeros, 9, &stream, &e));
	struct feed f = { .in = (const unsigned char *)stream.bytes.p, .n = stream.bytes.n, .step = 100, .out_max = 200000 };
	buf_init(&f.out, (size_t)1 << 30);
	struct zip_decode_io io = { &f, fill, drain };
	uint64_t used;
	assert_int_equal(zip_decode(&io, &used), ZIP_DECODE_STOPPED);
	assert_true(f.out.n <= 200000);
	buf_release(&f.out);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_made_by_hand),
		cmocka_unit_test(all_coders),
		cmocka_unit_test(farthest_distance),
		cmocka_unit_test(stops_when_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
