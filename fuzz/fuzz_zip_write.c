/* fuzz_zip_write.c: a random list of entries is written twice to the same bytes and read back equal.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Input: one byte of options, then entries: name length, name, kind byte, length (2 bytes), content (repeated to the length). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rd.h"
#include "zip/zip_write.h"

#define ENTRIES_MAX 300

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct item {
	str name, content;
	uint32_t mode;
	int level;
};

static int by_name(const void *p, const void *q)
{
	const struct item *a = p, *b = q;
	return str_cmp(a->name, b->name);
}

static bool read_item(struct arena *a, struct rd *r, struct item *item)
{
	if (rd_left(r) < 4) return false;
	item->name = rd_bytes(r, rd_u8(r) % 64);
	uint8_t kind = rd_u8(r);
	item->mode = kind & 1 ? 0755 : 0644;
	item->level = (kind >> 1) % 10;
	size_t length = rd_u16(r);
	str seed = rd_bytes(r, kind >> 4);
	if (r->bad) return false;
	char *content = arena_array(a, char, length);
	for (size_t i = 0; i < length; i++) content[i] = seed.n ? (char)(seed.p[i % seed.n] + (char)(i / 251)) : 'x';
	item->content = (str){ content, length };
	return true;
}

/* Writes those the writer takes; kept[i] tells which. */
static bool write_all(struct arena *a, const struct item *items, size_t n, const struct zip_write_options *options, FILE *file,
                      bool *kept, struct zip_write_result *result)
{
	struct io_temp out = { .fd = fileno(file) };
	struct zip_writer *w = zip_write_begin(a, &out, options);
	for (size_t i = 0; i < n; i++) {
		struct err e = { 0 };
		struct zip_stream stream;
		if (!zip_deflate(a, items[i].content, items[i].level, &stream, &e)) abort();
		kept[i] = zip_write_stream(w, items[i].name, items[i].mode, &stream, &e);
		if (!kept[i] && e.code != ERR_FORMAT && e.code != ERR_BUG) abort();
	}
	struct err e = { 0 };
	return zip_write_end(w, result, &e);
}

static str whole(struct arena *a, FILE *file, uint64_t size)
{
	char *p = arena_array(a, char, (size_t)size);
	if (pread(fileno(file), p, (size_t)size, 0) != (ssize_t)size) abort();
	return (str){ p, (size_t)size };
}

static void compare(struct arena *a, FILE *file, const struct item *items, size_t n, const bool *kept)
{
	struct err e = { 0 };
	struct zip_archive z;
	struct zip_open_options options = { .policy = ZIP_POLICY_REGISTRY };
	if (!zip_open(a, fileno(file), S("out.zip"), &options, &z, &e)) {
		/* The writer sees one name at a time. */
		if (!str_eq(str_from(e.id), S("zip-file-and-directory"))) abort();
		return;
	}
	size_t k = 0;
	for (size_t i = 0; i < n; i++) {
		if (!kept[i]) continue;
		const struct zip_entry *entry = &z.entries[k++];
		str content;
		if (!str_eq(entry->name, items[i].name) || entry->unix_mode != (0100000u | items[i].mode)) abort();
		if (!zip_read_entry(a, &z, entry, 1 << 20, &content, &e) || !str_eq(content, items[i].content)) abort();
	}
	if (k != z.n) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct rd r = rd_over((str){ (const char *)data, size });
	struct item *items = arena_array(&a, struct item, ENTRIES_MAX);
	bool *kept = arena_array(&a, bool, ENTRIES_MAX);
	bool *kept_again = arena_array(&a, bool, ENTRIES_MAX);
	uint8_t flags = rd_u8(&r);
	size_t n = 0;
	while (n < ENTRIES_MAX && read_item(&a, &r, &items[n])) n++;
	if (flags & 1) qsort(items, n, sizeof *items, by_name);
	FILE *one = tmpfile(), *two = tmpfile();
	if (!one || !two) abort();
	struct zip_write_options inline_hash = { .hash = true }, threaded = { .hash = true, .hash_thread = true };
	struct zip_write_result first, second;
	if (!write_all(&a, items, n, &inline_hash, one, kept, &first)) abort();
	if (!write_all(&a, items, n, &threaded, two, kept_again, &second)) abort();
	if (first.size != second.size || !sha256_eq(&first.sha256, &second.sha256)) abort();
	struct sha256 digest;
	str bytes = whole(&a, one, first.size);
	sha256_of(bytes, &digest);
	if (!str_eq(bytes, whole(&a, two, second.size)) || !sha256_eq(&digest, &first.sha256)) abort();
	compare(&a, one, items, n, kept);
	fclose(one);
	fclose(two);
	arena_release(&a);
	return 0;
}
