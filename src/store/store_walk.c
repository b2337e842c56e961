/* store_walk.c: finds every entry.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is not named like an entry is not ours and is never looked at, so that a LAMINA_CACHE_DIR that points at the wrong place
 * costs nobody a file. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/store_parts.h"

#define NAMES_MAX 1000000 /* of one folder */

static bool is_bucket(str name)
{
	if (str_eq(name, S("tmp")) || str_eq(name, S("leases")) || str_empty(name) || name.n > 40) return false;
	for (size_t i = 0; i < name.n; i++)
		if (!ascii_lower(name.p[i]) && name.p[i] != '-') return false;
	return true;
}

static enum store_kind kind_of(str bucket)
{
	if (str_eq(bucket, S("files"))) return STORE_FILE;
	if (str_eq(bucket, S("records"))) return STORE_RECORD;
	return str_eq(bucket, S("listings")) ? STORE_LISTING : STORE_BLOB;
}

/* 64 lower-case digits that begin with the folder's two; of a record ".rN" behind them. */
static bool name_entry(str folder, str name, struct store_item *item)
{
	str digits = str_slice(name, 0, SHA256_HEX), rest = str_from_pos(name, SHA256_HEX);
	uint64_t version = 0;
	if (!str_starts(name, folder) || !sha256_from_hex(digits, &item->digest)) return false;
	for (size_t i = 0; i < digits.n; i++)
		if (ascii_upper(digits.p[i])) return false;
	if (item->kind != STORE_RECORD) return str_empty(rest);
	if (!str_starts(rest, S(".r")) || !str_u64(str_from_pos(rest, 2), &version) || version > 99999) return false;
	item->version = (uint32_t)version;
	return true;
}

struct walk {
	struct store *s;
	store_visit *visit;
	void *context;
};

/* A folder that is not there any more, that is no folder, or that belongs to another user has no entries. */
static bool list(struct arena *a, const char *path, struct str_list *names, struct err *e)
{
	struct err cause = { 0 };
	if (io_list(a, path, NAMES_MAX, names, &cause)) return true;
	*names = (struct str_list){ 0 };
	if (strcmp(cause.id, "not-found") == 0 || cause.sys == EACCES) return true;
	*e = cause;
	return false;
}

static bool walk_folder(struct walk *w, struct arena *a, const char *bucket, str folder, struct err *e)
{
	struct str_list names;
	char below[64];
	snprintf(below, sizeof below, "%s/" STR_FMT, bucket, STR_ARG(folder));
	struct store_path path = store_path_at(w->s, below);
	if (!list(a, path.p, &names, e)) return false;
	for (size_t i = 0; i < names.n; i++) {
		struct store_item item = { .kind = kind_of(str_from(bucket)), .bucket = bucket, .name = names.p[i] };
		if (!name_entry(folder, names.p[i], &item)) continue;
		item.path = store_path_entry(w->s, bucket, names.p[i].p);
		if (!io_lstat(item.path.p, &item.st, e)) return false;
		if (item.st.exists && !w->visit(w->context, &item, e)) return false;
	}
	return true;
}

static bool walk_bucket(struct walk *w, struct arena *a, const char *bucket, struct err *e)
{
	struct str_list folders;
	struct store_path path = store_path_at(w->s, bucket);
	if (!list(a, path.p, &folders, e)) return false;
	for (size_t i = 0; i < folders.n; i++) {
		str f = folders.p[i];
		if (f.n != 2 || ascii_hex(f.p[0]) < 0 || ascii_hex(f.p[1]) < 0) continue;
		struct arena_mark mark = arena_mark(a);
		if (!walk_folder(w, a, bucket, f, e)) return false;
		arena_rewind(a, mark);
	}
	return true;
}

bool store_walk(struct store *s, store_visit *visit, void *context, struct err *e)
{
	struct walk w = { s, visit, context };
	struct arena scratch = { 0 };
	struct str_list buckets;
	bool ok = list(&scratch, s->root.p, &buckets, e);
	for (size_t i = 0; ok && i < buckets.n; i++) {
		struct store_path path = store_path_at(s, buckets.p[i].p);
		struct io_stat st = { 0 };
		if (!is_bucket(buckets.p[i]) || !io_stat(path.p, &st, e) || !st.is_dir) continue;
		ok = walk_bucket(&w, &scratch, buckets.p[i].p, e);
	}
	arena_release(&scratch);
	return ok;
}

static bool count(void *context, const struct store_item *item, struct err *e)
{
	(void)e;
	struct store_stats *t = context;
	uint64_t *n[] = { &t->files, &t->records, &t->listings, &t->stamps };
	uint64_t *bytes[] = { &t->files_bytes, &t->records_bytes, &t->listings_bytes, &t->stamps_bytes };
	if (!item->st.is_regular) return true;
	++*n[item->kind];
	*bytes[item->kind] += item->st.size;
	return true;
}

bool store_stats(struct store *s, struct store_stats *out, struct err *e)
{
	struct store_stats stats = { 0 };
	if (!store_walk(s, count, &stats, e)) return false;
	*out = stats;
	return true;
}
