/* driver.c: runs a fuzz target over every file of the folders given, so that corpora are part of the normal tests.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each input lies in a block of exactly its size: with AddressSanitizer a read past its end is seen. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"

#define FILES_MAX 100000
#define FILE_MAX  ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool run_file(struct arena *a, const char *path, struct err *e)
{
	str content;
	if (!io_read_file(a, path, FILE_MAX, &content, e)) return false;
	uint8_t *exact = malloc(content.n ? content.n : 1);
	if (!exact) return err_set(e, ERR_IO, "memory", "no memory for %zu bytes", content.n);
	if (content.n > 0) memcpy(exact, content.p, content.n);
	LLVMFuzzerTestOneInput(exact, content.n);
	free(exact);
	return true;
}

static bool run_folder(const char *folder, size_t *n, struct err *e)
{
	struct arena names = { 0 }, one = { 0 };
	struct str_list files = { 0 };
	bool ok = io_list(&names, folder, FILES_MAX, &files, e);
	for (size_t i = 0; ok && i < files.n; i++, ++*n) {
		struct arena_mark mark = arena_mark(&one);
		char *path = arena_cstr(&one, path_join(&one, str_from(folder), files.p[i]));
		ok = run_file(&one, path, e);
		if (!ok) err_where(e, "%s", path);
		arena_rewind(&one, mark);
	}
	arena_release(&one);
	arena_release(&names);
	return ok;
}

int main(int argc, char **argv)
{
	struct err e = { 0 };
	size_t n = 0;
	for (int i = 1; i < argc; i++) {
		if (run_folder(argv[i], &n, &e)) continue;
		fprintf(stderr, "%s: %s\n%s\n", e.where, e.what, e.why);
		return err_status(e.code);
	}
	printf("%zu inputs\n", n);
	return n > 0 ? 0 : 1; /* a corpus that is not found is a test that cannot fail */
}
