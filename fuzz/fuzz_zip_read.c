/* fuzz_zip_read.c: no archive crashes the reader; what it takes can be verified, repacked and read again.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "zip/zip_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct zip_limits limits = {
	.archive_max = 16 << 20,
	.entries_max = 1000,
	.inflated_max = 8 << 20,
	.ratio_from = 1 << 20,
	.ratio_max = 50,
	.name_max = 512,
};

/* A file without a name that holds the bytes. */
static int file_of(const void *bytes, size_t size)
{
	static FILE *file;
	if (!file) file = tmpfile();
	if (!file || ftruncate(fileno(file), 0) != 0 || pwrite(fileno(file), bytes, size, 0) != (ssize_t)size) abort();
	return fileno(file);
}

static int by_name(const void *p, const void *q)
{
	const struct zip_entry *a = p, *b = q;
	return str_cmp(a->name, b->name);
}

/* Copies every entry into a second archive and reads that one strictly. */
static void repack(struct arena *a, const struct zip_archive *z, const uint32_t *stream_crcs)
{
	struct err e = { 0 };
	FILE *file = tmpfile();
	if (!file) abort();
	struct io_temp out = { .fd = fileno(file) };
	struct zip_write_options options = { .hash = true };
	struct zip_writer *w = zip_write_begin(a, &out, &options);
	struct zip_write_result result;
	size_t n = 0;
	struct zip_entry *sorted = arena_array(a, struct zip_entry, z->n);
	for (size_t i = 0; i < z->n; i++) {
		sorted[i] = z->entries[i];
		sorted[i].header_at = stream_crcs[i]; /* goes along through the sorting */
	}
	qsort(sorted, z->n, sizeof *sorted, by_name);
	for (size_t i = 0; i < z->n; i++) {
		const struct zip_entry *entry = &sorted[i];
		if (entry->is_dir) continue;
		struct zip_raw_source s = { z->fd,         z->path,      entry->data_at,
			                        entry->method, entry->crc32, entry->csize,
			                        entry->usize,  true,         (uint32_t)entry->header_at };
		if (!zip_write_raw(w, entry->name, 0644, &s, &e)) abort();
		n++;
	}
	struct zip_archive again;
	struct zip_open_options strict = { .policy = ZIP_POLICY_REGISTRY, .limits = &limits };
	if (!zip_write_end(w, &result, &e) || result.entries != n) abort();
	bool ok = zip_open(a, out.fd, S("again"), &strict, &again, &e);
	/* Without folders and descriptors it is smaller, so only the ratio may say no. */
	if (!ok && !str_eq(str_from(e.id), S("zip-ratio"))) abort();
	for (size_t i = 0; ok && i < again.n; i++) {
		if (!zip_verify_entry(&again, &again.entries[i], NULL, NULL, NULL, &e)) abort();
	}
	fclose(file);
}

static bool verify(struct arena *a, const struct zip_archive *z, uint32_t **stream_crcs)
{
	bool ok = true;
	*stream_crcs = arena_array(a, uint32_t, z->n);
	for (size_t i = 0; i < z->n; i++) {
		const struct zip_entry *entry = &z->entries[i];
		struct zip_facts facts = { 0 };
		struct err e = { 0 }, again = { 0 };
		str content;
		struct arena_mark mark = arena_mark(a);
		bool good = zip_verify_entry(z, entry, NULL, NULL, &facts, &e);
		if (zip_read_entry(a, z, entry, 8 << 20, &content, &again) != good) abort();
		if (!good && (e.code != ERR_FORMAT || !e.has_offset || e.offset > z->size)) abort();
		if (good) {
			struct sha256 digest;
			sha256_of(content, &digest);
			if (content.n != entry->usize || !sha256_eq(&digest, &facts.sha256)) abort();
		}
		arena_rewind(a, mark);
		(*stream_crcs)[i] = facts.stream_crc32;
		ok = ok && good;
	}
	return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = { 0 }, strict_e = { 0 };
	struct zip_archive z, strict;
	int fd = file_of(data, size);
	struct zip_open_options options = { .limits = &limits }, registry = { .policy = ZIP_POLICY_REGISTRY, .limits = &limits };
	bool ok = zip_open(&a, fd, S("fuzz.zip"), &options, &z, &e);
	bool strict_ok = zip_open(&a, fd, S("fuzz.zip"), &registry, &strict, &strict_e);
	if (strict_ok && (!ok || strict.n != z.n)) abort();
	if (!ok && (e.code != ERR_FORMAT || !e.has_offset || e.offset > size)) abort();
	uint32_t *stream_crcs;
	if (ok && verify(&a, &z, &stream_crcs)) repack(&a, &z, stream_crcs);
	arena_release(&a);
	return 0;
}
