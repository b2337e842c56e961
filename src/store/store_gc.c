/* store_gc.c: removing what was not used for long.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One pass collects entries (a wheel with its records is one, under the newest of their times), then they are sorted oldest
 * first and removed from the front while a rule says so. The exclusive lock keeps users out meanwhile; where locks do not work,
 * what was used within the hour or is leased stays, and a reader's open descriptor stays valid anyway. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/store_parts.h"

#define LITTER_MAX 1000000

struct entry {
	struct sha256 digest;
	bool is_wheel; /* or records alone, which are of no use */
	bool has_file;
	int64_t used; /* seconds */
	uint64_t bytes;
	struct str_list paths;
};

struct collection {
	struct arena *a;
	int64_t now;
	struct map wheels; /* digest to struct entry */
	VEC(struct entry *) list;
};

static struct entry *entry_for(struct collection *c, const struct store_item *item)
{
	bool is_wheel = item->kind == STORE_FILE || item->kind == STORE_RECORD, added = true;
	void **place = NULL;
	if (is_wheel) place = map_put(&c->wheels, sha256_hex_str(c->a, &item->digest), &added);
	if (!added) return *place;
	struct entry *entry = arena_new(c->a, struct entry);
	*entry = (struct entry){ .digest = item->digest, .is_wheel = is_wheel, .used = INT64_MIN };
	if (place) *place = entry;
	*vec_push(c->a, &c->list) = entry;
	return entry;
}

static bool collect(void *context, const struct store_item *item, struct err *e)
{
	(void)e;
	struct collection *c = context;
	if (!item->st.is_regular) return true;
	struct entry *entry = entry_for(c, item);
	/* A clock that was wrong once must not protect an entry for ever: the future is now. */
	int64_t used = item->st.mtime_ns / 1000000000;
	if (used > c->now) used = c->now;
	if (used > entry->used) entry->used = used;
	entry->bytes += item->st.size;
	entry->has_file |= item->kind == STORE_FILE;
	*vec_push(c->a, &entry->paths) = arena_str(c->a, str_from(item->path.p));
	return true;
}

static int oldest_first(const void *a, const void *b)
{
	const struct entry *const *x = a, *const *y = b;
	if ((*x)->used != (*y)->used) return (*x)->used < (*y)->used ? -1 : 1;
	return sha256_cmp(&(*x)->digest, &(*y)->digest);
}

static bool is_leased(const struct store *s, const struct entry *entry)
{
	char hex[SHA256_HEX + 1];
	struct err ignored = { 0 };
	struct io_stat st = { 0 };
	int fd = -1;
	bool got = true;
	sha256_hex(&entry->digest, hex);
	struct store_path lease = store_path_lease(s, (str){ hex, SHA256_HEX });
	if (!io_lstat(lease.p, &st, &ignored) || !st.exists) return false;
	if (!io_lock(lease.p, IO_LOCK_EXCLUSIVE, false, &fd, &got, &ignored)) return false;
	io_close(&fd);
	return !got;
}

static bool remove_entry(const struct entry *entry, struct err *e)
{
	/* Records first: a wheel without a record is ingested again, a record without a wheel is only in the way. */
	for (size_t i = entry->paths.n; i > 0; i--)
		if (!io_unlink(entry->paths.p[i - 1].p, e)) return false;
	return true;
}

/* Whether the rules want it gone; `total` is what the store holds now. */
static bool is_unwanted(const struct entry *entry, const struct store_gc_options *o, uint64_t total)
{
	if (entry->is_wheel && !entry->has_file) return true;
	if (o->keep_days != STORE_KEEP_ANY_AGE && entry->used <= o->now - (int64_t)o->keep_days * STORE_DAY) return true;
	return o->max_size != 0 && total > o->max_size;
}

static bool sweep(struct store *s, struct collection *c, const struct store_gc_options *o, struct store_gc_result *result,
                  struct err *e)
{
	uint64_t total = 0;
	for (size_t i = 0; i < c->list.n; i++) total += c->list.p[i]->bytes;
	if (c->list.n > 0) qsort(c->list.p, c->list.n, sizeof *c->list.p, oldest_first);
	for (size_t i = 0; i < c->list.n; i++) {
		const struct entry *entry = c->list.p[i];
		bool unwanted = is_unwanted(entry, o, total);
		bool recent = unwanted && (entry->used > o->now - STORE_HOUR || is_leased(s, entry));
		if (unwanted && !recent) {
			if (!o->dry_run && !remove_entry(entry, e)) return false;
			total -= entry->bytes;
			result->removed++;
			result->removed_bytes += entry->bytes;
		} else {
			result->kept++;
			result->recent += recent;
			result->kept_bytes += entry->bytes;
		}
	}
	return true;
}

/* What killed processes left in tmp/, and lease files that nobody holds. */
static void sweep_litter(struct store *s, const char *folder, int64_t before)
{
	struct arena scratch = { 0 };
	struct str_list names;
	struct err ignored = { 0 };
	struct store_path path = store_path_at(s, folder);
	if (io_list(&scratch, path.p, LITTER_MAX, &names, &ignored)) {
		for (size_t i = 0; i < names.n; i++) {
			struct io_stat st = { 0 };
			str file = path_join(&scratch, str_from(path.p), names.p[i]);
			if (!io_lstat(file.p, &st, &ignored) || st.mtime_ns / 1000000000 > before) continue;
			if (st.is_dir) io_remove_tree(file.p, &ignored); /* of a source distribution that was being built */
			if (st.is_regular) io_unlink(file.p, &ignored);
		}
	}
	arena_release(&scratch);
}

static void remove_litter(struct store *s, int64_t before)
{
	sweep_litter(s, "tmp", before);
	/* Without locks nobody holds leases; with them nobody but us is here. */
	sweep_litter(s, "leases", before);
}

static bool not_writable(struct store *s, struct err *cause, struct err *e)
{
	if (cause->sys == EACCES || cause->sys == EPERM || cause->sys == EROFS) return store_not_writable(s, cause, e);
	*e = *cause;
	return false;
}

bool store_gc(struct store *s, const struct store_gc_options *options, struct store_gc_result *out, struct err *e)
{
	struct store_gc_result result = { 0 };
	struct arena scratch = { 0 };
	struct collection c = { .a = &scratch, .now = options->now };
	struct err cause = { 0 };
	if (!options->dry_run && !store_lock_exclusive(s, e)) return false;
	map_init(&c.wheels, &scratch);
	bool ok = store_walk(s, collect, &c, &cause) && sweep(s, &c, options, &result, &cause);
	if (ok && !options->dry_run) remove_litter(s, options->now - STORE_HOUR);
	if (!options->dry_run) store_lock_shared_again(s);
	arena_release(&scratch);
	if (!ok) return not_writable(s, &cause, e);
	*out = result;
	return true;
}

/* --- clear --- */

struct clearing {
	struct store_gc_result result;
};

static bool clear_item(void *context, const struct store_item *item, struct err *e)
{
	struct clearing *c = context;
	if (item->st.is_dir) return io_remove_tree(item->path.p, e);
	if (!io_unlink(item->path.p, e)) return false;
	if (item->kind != STORE_RECORD) c->result.removed++;
	c->result.removed_bytes += item->st.size;
	return true;
}

bool store_clear(struct store *s, struct store_gc_result *out, struct err *e)
{
	struct clearing c = { 0 };
	struct err cause = { 0 };
	if (!store_lock_exclusive(s, e)) return false;
	bool ok = store_walk(s, clear_item, &c, &cause);
	if (ok) remove_litter(s, INT64_MAX);
	store_lock_shared_again(s);
	if (!ok) return not_writable(s, &cause, e);
	*out = c.result;
	return true;
}
