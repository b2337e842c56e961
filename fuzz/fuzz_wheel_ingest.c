/* fuzz_wheel_ingest.c: any bytes are a wheel or are refused; what is accepted is what the record says, and survives its encoding.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The first byte chooses: 0 = the rest is an archive; else the rest describes files of a good archive, because mutations of a zip
 * rarely get past its CRCs: each is a byte that names it (a table below, or a new name from the content's first 8 bytes), two bytes of
 * length, its content. A RECORD that the input does not give is made right. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pipeline/ingest.h"
#include "python/record.h"
#include "store/store.h"
#include "zip/zip_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILES_MAX 32
#define INFO      "demo-1.0.dist-info/"

struct file {
	str name, content;
};

static void promise(bool kept)
{
	if (!kept) abort();
}

static int by_name(const void *a, const void *b)
{
	const struct file *x = a, *y = b;
	return str_cmp(x->name, y->name);
}

static size_t add(struct file *files, size_t n, str name, str content)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(files[i].name, name)) return n;
	files[n] = (struct file){ name, content };
	return n + 1;
}

static size_t read_files(struct file *files, const uint8_t *data, size_t size)
{
	static const char *const names[] = { INFO "METADATA",
		                                 INFO "WHEEL",
		                                 INFO "RECORD",
		                                 INFO "entry_points.txt",
		                                 "demo-1.0.data/scripts/x",
		                                 "demo-1.0.data/scripts/python3",
		                                 "demo-1.0.data/data/y",
		                                 "demo-1.0.data/other/y",
		                                 "demo.py",
		                                 "x.dist-info/METADATA" };
	size_t n = 0;
	while (size >= 3 && n < FILES_MAX - 4) {
		uint8_t which = data[0];
		size_t length = (size_t)data[1] | (size_t)data[2] << 8;
		if (length > size - 3) length = size - 3;
		str content = { (const char *)data + 3, length };
		str name = which < sizeof names / sizeof *names ? str_from(names[which]) : str_slice(content, 0, 8);
		n = add(files, n, name, content);
		data += 3 + length;
		size -= 3 + length;
	}
	return n;
}

static size_t complete(struct arena *a, struct file *files, size_t n)
{
	struct buf record;
	n = add(files, n, S(INFO "METADATA"), S("Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"));
	n = add(files, n, S(INFO "WHEEL"), S("Wheel-Version: 1.0\n"));
	buf_init(&record, 1 << 20);
	for (size_t i = 0; i < n; i++) {
		struct sha256 digest;
		sha256_of(files[i].content, &digest);
		record_write_row(&record, files[i].name, &digest, files[i].content.n);
	}
	n = add(files, n, S(INFO "RECORD"), buf_take(&record, a));
	buf_release(&record);
	qsort(files, n, sizeof *files, by_name);
	return n;
}

/* An archive of the described files; NULL when a name cannot be written. */
static bool build(struct arena *a, const uint8_t *data, size_t size, int fd)
{
	struct file files[FILES_MAX];
	struct err e = { 0 };
	size_t n = complete(a, files, read_files(files, data, size));
	struct io_temp out = { .fd = fd };
	struct zip_write_options options = { 0 };
	struct zip_write_result result;
	struct zip_writer *w = zip_write_begin(a, &out, &options);
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		struct zip_stream stream = { .crc32 = zip_crc32(0, files[i].content.p, files[i].content.n),
			                         .usize = files[i].content.n,
			                         .bytes = files[i].content };
		ok = zip_write_stream(w, files[i].name, 0644, &stream, &e);
	}
	if (!ok) {
		zip_write_abort(w);
		return false;
	}
	return zip_write_end(w, &result, &e);
}

static void check(struct arena *a, int fd, const struct wheel_record *r)
{
	struct buf bytes;
	struct wheel_record back;
	for (size_t i = 0; i < r->n_entries; i++) {
		const struct wheel_entry *w = &r->entries[i];
		struct err e = { 0 };
		struct sha256 digest;
		promise(w->data_at + w->csize <= r->size && (i == 0 || str_cmp(r->entries[i - 1].name, w->name) < 0));
		if (w->method != ZIP_STORED) continue;
		char *content = arena_alloc(a, (size_t)w->csize, 1, 1);
		promise(io_pread(fd, "wheel", content, (size_t)w->csize, w->data_at, &e));
		sha256_of((str){ content, (size_t)w->csize }, &digest);
		promise(sha256_eq(&digest, &w->sha256) && zip_crc32(0, content, (size_t)w->csize) == w->stream_crc32);
	}
	buf_init(&bytes, RECORD_BYTES_MAX);
	promise(record_encode(r, &bytes) && record_decode(a, buf_str(&bytes), &back) && back.n_entries == r->n_entries);
	buf_release(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct sha256 digest = { 0 };
	struct wheel_record r;
	struct ingest_options options = { .allow_record_mismatch = size > 0 && data[0] == 2 };
	if (size == 0) return 0;
	int fd = memfd_create("wheel", MFD_CLOEXEC);
	promise(fd >= 0);
	bool ok = data[0] == 0 ? io_write_all(fd, "wheel", data + 1, size - 1, &e) : build(&a, data + 1, size - 1, fd);
	struct io_stat st = { 0 };
	err_clear(&e);
	promise(io_fstat(fd, "wheel", &st, &e));
	if (ok && ingest_wheel(&a, fd, S("demo-1.0-py3-none-any.whl"), &digest, st.size, &options, &r, &e))
		check(&a, fd, &r);
	else
		promise(!ok || (e.code == ERR_FORMAT && e.id && e.what[0] && e.where[0]));
	close(fd);
	arena_release(&a);
	return 0;
}
