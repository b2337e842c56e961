/* fuzz_zip_stream.c: raw deflate streams get zlib's verdict and zlib's bytes, in one piece and streamed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "zip/zip_read.h"
#include "zip/zip_walk.h"

#define CONTENT_MAX ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What zlib makes of the stream: true when it ends exactly at its end. */
static bool ask_zlib(const uint8_t *data, size_t size, char *out, size_t *n)
{
	z_stream s = { 0 };
	if (inflateInit2(&s, -MAX_WBITS) != Z_OK) abort();
	s.next_in = (Bytef *)(uintptr_t)data;
	s.avail_in = (uInt)size;
	s.next_out = (Bytef *)out;
	s.avail_out = (uInt)CONTENT_MAX;
	int result = inflate(&s, Z_FINISH);
	*n = CONTENT_MAX - s.avail_out;
	bool good = result == Z_STREAM_END && s.avail_in == 0;
	inflateEnd(&s);
	return good;
}

static bool same(void *context, const void *bytes, size_t n)
{
	str *expected = context;
	if (n > expected->n || memcmp(expected->p, bytes, n) != 0) abort();
	*expected = str_from_pos(*expected, n);
	return true;
}

/* What a decoder takes a walk takes, to the same end; beside another stream, too. */
static void check_walk(const uint8_t *data, size_t size, bool good)
{
	static const unsigned char beside[] = "\x4b\x4c\4\0";
	static struct buf memory;
	struct zip_walk_stream two[] = { { .bytes = { (const char *)data, size } }, { .bytes = { (const char *)beside, 4 } } };
	if (!memory.p) buf_init(&memory, (size_t)64 << 10);
	bool alone = zip_walk(&memory, two, 1);
	uint64_t block = two[0].final_block, end = two[0].end;
	if (good && !alone) abort();
	if (zip_walk(&memory, two, 2) != alone) abort();
	if (alone && (two[0].final_block != block || two[0].end != end || (end + 7) / 8 != size || block >= end)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char *content;
	static FILE *file;
	if (!content) content = malloc(CONTENT_MAX);
	if (!file) file = tmpfile();
	if (!content || !file || size == 0) return 0;
	size_t n = 0;
	bool good = ask_zlib(data, size, content, &n);
	check_walk(data, size, good);
	if (n == CONTENT_MAX) return 0; /* not known */
	if (ftruncate(fileno(file), 0) != 0 || pwrite(fileno(file), data, size, 0) != (ssize_t)size) abort();
	struct zip_archive z = { .fd = fileno(file), .path = S("stream"), .size = size };
	struct zip_entry entry = { .name = S("entry"), .method = ZIP_DEFLATED, .csize = size, .usize = n };
	entry.crc32 = zip_crc32(0, content, n);
	struct err e = { 0 };
	struct zip_facts facts;
	str expected = { content, n };
	bool ok = zip_verify_entry(&z, &entry, same, &expected, &facts, &e);
	if (ok != good) abort();
	if (ok && (expected.n != 0 || facts.stream_crc32 != zip_crc32(0, data, size))) abort();
	if (!ok && (e.code != ERR_FORMAT || !e.has_offset || e.offset > size)) abort();
	if (!ok) return 0;
	entry.usize = n + 1;
	struct err longer = { 0 };
	if (zip_verify_entry(&z, &entry, NULL, NULL, NULL, &longer)) abort();
	return 0;
}
