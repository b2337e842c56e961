/* fuzz_listing.c: any bytes are a listing (or blob) or none; a listing survives its own encoding.
 * SPDX-License-Identifier: Apache-2.0
 *
 * First byte as in fuzz_record_codec.c. */
#include <stdint.h>
#include <stdlib.h>

#include "store/store_parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void promise(bool kept)
{
	if (!kept) abort();
}

static void check_again(struct arena *a, const struct listing_key *key, const struct listing *l)
{
	struct buf once, twice;
	struct listing_key back_key;
	struct listing back;
	buf_init(&once, (size_t)64 << 20);
	buf_init(&twice, (size_t)64 << 20);
	promise(listing_encode(key, l, &once));
	promise(listing_decode(a, buf_str(&once), &back_key, &back) && back.files.n == l->files.n);
	promise(str_eq(key->index, back_key.index) && str_eq(key->name, back_key.name) && str_eq(key->version, back_key.version));
	for (size_t i = 1; i < back.files.n; i++) promise(str_cmp(back.files.p[i - 1].file, back.files.p[i].file) <= 0);
	promise(listing_encode(&back_key, &back, &twice) && str_eq(buf_str(&once), buf_str(&twice)));
	buf_release(&once);
	buf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct buf sealed;
	struct listing_key key;
	struct listing l;
	struct sha256 name = { 0 };
	if (size == 0) return 0;
	buf_init(&sealed, (size_t)64 << 20);
	if (data[0] & 1) store_seal_begin(&sealed);
	buf_add(&sealed, data + 1, size - 1);
	if (data[0] & 1) store_seal_end(&sealed, data[0] & 2 ? 'b' : 'l', 1);
	promise(!store_listing_is_whole(buf_str(&sealed), &name) && !store_blob_is_whole(buf_str(&sealed), &name));
	if (listing_decode(&a, buf_str(&sealed), &key, &l)) check_again(&a, &key, &l);
	buf_release(&sealed);
	arena_release(&a);
	return 0;
}
