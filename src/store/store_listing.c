/* store_listing.c: what index pages said, and blobs, under keys made of texts.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Both hold the texts of their key: a file that was moved to another name is damaged. Strings have a length (u32) before them.
 * Listing (seal kind 'l'): index, name, version, number of files u32; each: file, url, requires_python, yanked_reason, flags
 * u8, sha256 32, size u64, number of other hashes u32, these. Blob (seal kind 'b'): key, the rest is the content. */
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "base/rd.h"
#include "store/store_parts.h"

#define KIND_LISTING   'l'
#define KIND_BLOB      'b'
#define FORMAT_VERSION 1
#define LISTING_MAX    ((size_t)64 << 20)
#define BLOB_MAX       ((size_t)64 << 20)
#define FILES_MAX      100000
#define HASHES_MAX     64
#define FILE_SIZE_MIN  (4 * 4 + 1 + 32 + 8 + 4) /* of an encoded file: bounds how many can follow */

enum { HAS_SHA256 = 1, YANKED = 2, HAS_SIZE = 4 };

void store_key(const str *texts, size_t n, struct sha256 *out)
{
	struct sha256_stream hash;
	sha256_begin(&hash);
	for (size_t i = 0; i < n; i++) {
		uint64_t length = texts[i].n;
		unsigned char bytes[8];
		for (unsigned k = 0; k < 8; k++) bytes[k] = (unsigned char)(length >> (8 * k));
		sha256_update(&hash, bytes, sizeof bytes);
		sha256_update(&hash, texts[i].p, texts[i].n);
	}
	sha256_end(&hash, out);
}

static struct store_path keyed_path(const struct store *s, const char *bucket, const str *texts, size_t n)
{
	struct sha256 key;
	char hex[SHA256_HEX + 1];
	store_key(texts, n, &key);
	sha256_hex(&key, hex);
	return store_path_entry(s, bucket, hex);
}

static void put_str(struct buf *out, str s)
{
	if (s.n > UINT32_MAX) {
		out->over = true;
		return;
	}
	buf_add_u32(out, (uint32_t)s.n);
	buf_add_str(out, s);
}

static str get_str(struct rd *r)
{
	uint32_t n = rd_u32(r);
	return rd_bytes(r, n);
}

static int by_file(const void *a, const void *b)
{
	const struct listed_file *const *x = a, *const *y = b;
	int order = str_cmp((*x)->file, (*y)->file);
	return order ? order : str_cmp((*x)->url, (*y)->url);
}

static void put_file(struct buf *out, const struct listed_file *f)
{
	int flags = (f->has_sha256 ? HAS_SHA256 : 0) | (f->yanked ? YANKED : 0) | (f->has_size ? HAS_SIZE : 0);
	struct sha256 none = { 0 };
	put_str(out, f->file);
	put_str(out, f->url);
	put_str(out, f->requires_python);
	put_str(out, f->yanked_reason);
	buf_add_char(out, (char)flags);
	buf_add(out, f->has_sha256 ? f->sha256.bytes : none.bytes, sizeof none.bytes);
	buf_add_u64(out, f->has_size ? f->size : 0);
	buf_add_u32(out, (uint32_t)f->other_hashes.n);
	for (size_t i = 0; i < f->other_hashes.n; i++) put_str(out, f->other_hashes.p[i]);
}

bool listing_encode(const struct listing_key *key, const struct listing *listing, struct buf *out)
{
	if (listing->files.n > FILES_MAX || !store_seal_begin(out)) return false;
	struct arena scratch = { 0 };
	const struct listed_file **order = arena_array(&scratch, const struct listed_file *, listing->files.n);
	for (size_t i = 0; i < listing->files.n; i++) order[i] = &listing->files.p[i];
	qsort(order, listing->files.n, sizeof *order, by_file);
	put_str(out, key->index);
	put_str(out, key->name);
	put_str(out, key->version);
	buf_add_u32(out, (uint32_t)listing->files.n);
	for (size_t i = 0; i < listing->files.n; i++) {
		if (order[i]->other_hashes.n > HASHES_MAX) out->over = true;
		put_file(out, order[i]);
	}
	arena_release(&scratch);
	return !out->over && store_seal_end(out, KIND_LISTING, FORMAT_VERSION);
}

static bool get_file(struct arena *a, struct rd *r, struct listed_file *f)
{
	f->file = get_str(r);
	f->url = get_str(r);
	f->requires_python = get_str(r);
	f->yanked_reason = get_str(r);
	uint8_t flags = rd_u8(r);
	f->has_sha256 = flags & HAS_SHA256;
	f->yanked = flags & YANKED;
	f->has_size = flags & HAS_SIZE;
	str digest = rd_bytes(r, sizeof f->sha256.bytes);
	if (digest.n == sizeof f->sha256.bytes) memcpy(f->sha256.bytes, digest.p, digest.n);
	f->size = rd_u64(r);
	uint32_t n = rd_u32(r);
	if (r->bad || flags > (HAS_SHA256 | YANKED | HAS_SIZE) || n > HASHES_MAX) return false;
	for (uint32_t i = 0; i < n; i++) *vec_push(a, &f->other_hashes) = get_str(r);
	return !r->bad;
}

bool listing_decode(struct arena *a, str bytes, struct listing_key *key, struct listing *out)
{
	str payload;
	if (bytes.n > LISTING_MAX || !store_seal_open(bytes, KIND_LISTING, FORMAT_VERSION, &payload)) return false;
	struct rd r = rd_over(payload);
	struct listing_key read = { .index = get_str(&r) };
	read.name = get_str(&r);
	read.version = get_str(&r);
	uint32_t n = rd_u32(&r);
	if (r.bad || n > FILES_MAX || n > rd_left(&r) / FILE_SIZE_MIN) return false;
	struct listing listing = { 0 };
	if (n > 0) listing.files.p = arena_array(a, struct listed_file, n);
	listing.files.n = listing.files.cap = n;
	for (uint32_t i = 0; i < n; i++)
		if (!get_file(a, &r, &listing.files.p[i])) return false;
	if (rd_left(&r) != 0) return false;
	*key = read;
	*out = listing;
	return true;
}

bool store_listing_load(struct store *s, struct arena *a, str index, str name, str version, struct listing *out, bool *found,
                        struct err *e)
{
	struct store_path path = keyed_path(s, "listings", (str[]){ index, name, version }, 3);
	str bytes;
	*found = false;
	if (!store_entry_load(s, a, &path, "listing", LISTING_MAX, &bytes, found, e)) return false;
	if (!*found) return true;
	struct listing_key key;
	struct listing listing;
	*found = listing_decode(a, bytes, &key, &listing) && str_eq(key.index, index) && str_eq(key.name, name) &&
	         str_eq(key.version, version);
	if (*found)
		*out = listing;
	else
		store_damaged(s, &path, "listing", "its checksum is wrong");
	return true;
}

bool store_listing_save(struct store *s, str index, str name, str version, const struct listing *listing, struct err *e)
{
	(void)e; /* what cannot be saved is told, and asked for again next time */
	struct listing_key key = { index, name, version };
	struct store_path path = keyed_path(s, "listings", (str[]){ index, name, version }, 3);
	struct buf out;
	buf_init(&out, LISTING_MAX);
	if (listing_encode(&key, listing, &out)) store_entry_save(s, &path, buf_str(&out));
	buf_release(&out);
	return true;
}

bool store_listing_is_whole(str bytes, const struct sha256 *name)
{
	struct arena scratch = { 0 };
	struct listing_key key = { 0 };
	struct listing listing;
	struct sha256 is = { 0 };
	bool whole = listing_decode(&scratch, bytes, &key, &listing);
	if (whole) store_key((str[]){ key.index, key.name, key.version }, 3, &is);
	arena_release(&scratch);
	return whole && sha256_eq(&is, name);
}

static bool blob_open(str bytes, str *key, str *content)
{
	str payload;
	if (!store_seal_open(bytes, KIND_BLOB, FORMAT_VERSION, &payload)) return false;
	struct rd r = rd_over(payload);
	*key = get_str(&r);
	*content = str_from_pos(payload, r.at);
	return !r.bad;
}

bool store_blob_is_whole(str bytes, const struct sha256 *name)
{
	str key, content;
	struct sha256 is;
	if (!blob_open(bytes, &key, &content)) return false;
	store_key(&key, 1, &is);
	return sha256_eq(&is, name);
}

bool store_blob_load(struct store *s, struct arena *a, const char *bucket, str key, str *out, bool *found)
{
	struct store_path path = keyed_path(s, bucket, &key, 1);
	struct err ignored = { 0 };
	str bytes, has, content;
	*found = false;
	if (!store_entry_load(s, a, &path, "stamp", BLOB_MAX, &bytes, found, &ignored) || !*found) {
		*found = false;
		return true;
	}
	*found = blob_open(bytes, &has, &content) && str_eq(has, key);
	if (*found)
		*out = content;
	else
		store_damaged(s, &path, "stamp", "its checksum is wrong");
	return true;
}

bool store_blob_save(struct store *s, const char *bucket, str key, str bytes, struct err *e)
{
	(void)e;
	struct store_path path = keyed_path(s, bucket, &key, 1);
	struct buf out;
	buf_init(&out, BLOB_MAX);
	store_seal_begin(&out);
	put_str(&out, key);
	buf_add_str(&out, bytes);
	if (store_seal_end(&out, KIND_BLOB, FORMAT_VERSION)) store_entry_save(s, &path, buf_str(&out));
	buf_release(&out);
	return true;
}
