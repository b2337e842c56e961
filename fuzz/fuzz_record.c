/* fuzz_record.c: rows that were read are clean, and read back equal when they are written.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "python/record.h"

static void check_path(str path)
{
	str rest = path, part;
	if (str_empty(path) || str_chr(path, '\\') != STR_NONE) abort();
	for (bool more = true; more;) {
		more = str_cut(rest, '/', &part, &rest);
		if (str_empty(part) || str_eq(part, S(".")) || str_eq(part, S(".."))) abort();
	}
}

static void check_round(struct arena *a, const struct record_rows *record)
{
	struct buf text;
	struct record_rows again;
	struct err e = { 0 };
	struct sha256 digest;
	buf_init(&text, (size_t)1 << 28);
	for (size_t i = 0; i < record->rows.n; i++) {
		const struct record_row *row = &record->rows.p[i];
		check_path(row->path);
		sha256_of(row->path, &digest);
		record_write_row(&text, row->path, i % 3 ? &digest : NULL, row->size);
	}
	if (text.n <= RECORD_MAX) {
		if (!record_parse(a, buf_str(&text), &again, &e) || again.rows.n != record->rows.n) abort();
		for (size_t i = 0; i < again.rows.n; i++) {
			const struct record_row *row = &again.rows.p[i];
			if (!str_eq(row->path, record->rows.p[i].path) || row->has_size != (i % 3 != 0)) abort();
			if (i % 3 == 0) continue;
			sha256_of(row->path, &digest);
			if (row->size != record->rows.p[i].size || memcmp(row->digest.p, digest.bytes, sizeof digest.bytes) != 0) abort();
		}
	}
	buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct record_rows record;
	struct err e = { 0 };
	bool ok = record_parse(&a, (str){ (const char *)data, size }, &record, &e);
	if (ok == err_is_set(&e)) abort();
	if (ok) check_round(&a, &record);
	arena_release(&a);
	return 0;
}
