/* fuzz_record_codec.c: any bytes are a record or none; a record keeps what its users rely on and survives its own encoding.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The first byte says whether the rest is a file as it lies in the store, or a payload that gets a right seal: few inputs would
 * find the way past the checksum. */
#include <stdint.h>
#include <stdlib.h>

#include "store/store_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void promise(bool kept)
{
	if (!kept) abort();
}

/* Reads every byte that the string claims to have. */
static void touch(str s)
{
	static volatile char sink;
	for (size_t i = 0; i < s.n; i++) sink = s.p[i];
	(void)sink;
}

static bool is_clean(str name)
{
	str part, rest = name;
	for (bool more = true; more;) {
		more = str_cut(rest, '/', &part, &rest);
		if (str_empty(part) || str_eq(part, S(".")) || str_eq(part, S(".."))) return false;
	}
	return true;
}

static void look_at(const struct wheel_record *r)
{
	str previous = { 0 };
	for (size_t i = 0; i < r->n_entries; i++) {
		const struct wheel_entry *e = &r->entries[i];
		touch(e->name);
		promise(is_clean(e->name));
		promise(i == 0 || str_cmp(previous, e->name) < 0);
		promise(e->data_at <= r->size && e->csize <= r->size - e->data_at);
		previous = e->name;
	}
	const str strings[] = {
		r->name, r->written_name, r->version, r->dist_info, r->data_dir, r->requires_python, r->entry_points
	};
	const struct str_list *lists[] = { &r->requires_dist, &r->provides_extra, &r->tags, &r->warnings };
	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) touch(strings[i]);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		for (size_t k = 0; k < lists[i]->n; k++) touch(lists[i]->p[k]);
	for (size_t i = 0; i < r->scripts.n; i++) touch(r->scripts.p[i].attribute);
	for (size_t i = 0; i < r->inlined.n; i++) {
		promise(r->inlined.p[i].entry < r->n_entries);
		touch(r->inlined.p[i].content);
	}
}

static void check_again(struct arena *a, const struct wheel_record *r)
{
	struct buf once, twice;
	struct wheel_record back;
	buf_init(&once, RECORD_BYTES_MAX);
	buf_init(&twice, RECORD_BYTES_MAX);
	/* Strings may overlap in hostile records, so that the encoding can be larger than the input, but never more than this. */
	if (record_encode(r, &once)) {
		promise(record_decode(a, buf_str(&once), &back) && record_encode(&back, &twice));
		promise(str_eq(buf_str(&once), buf_str(&twice)));
	}
	buf_release(&once);
	buf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct buf sealed;
	struct wheel_record r;
	if (size == 0) return 0;
	buf_init(&sealed, RECORD_BYTES_MAX);
	if (data[0] & 1) store_seal_begin(&sealed);
	buf_add(&sealed, data + 1, size - 1);
	if (data[0] & 1) store_seal_end(&sealed, 'r', STORE_RECORD_VERSION);
	if (record_decode(&a, buf_str(&sealed), &r)) {
		look_at(&r);
		check_again(&a, &r);
	}
	buf_release(&sealed);
	arena_release(&a);
	return 0;
}
