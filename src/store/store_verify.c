/* store_verify.c: reads everything and says what is not what it says.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Works beside users and other verifiers: entries appear complete, so what is seen is whole or damaged; what disappears while
 * it is looked at was dropped by somebody else and is no damage. */
#include <string.h>

#include "store/store_parts.h"

struct verify {
	struct store *s;
	struct arena *a; /* messages */
	bool repair;
	const atomic_bool *cancel;
	struct store_verify_result result;
};

static bool wheel_is_whole(struct verify *v, const struct store_item *item, int fd, uint64_t size, bool *whole, struct err *e)
{
	struct sha256 is;
	struct err cause = { 0 };
	*whole = false;
	if (store_hash_fd(fd, item->path.p, size, v->cancel, &is, &cause)) {
		*whole = sha256_eq(&is, &item->digest);
		return true;
	}
	if (cause.code != ERR_INTERRUPT) return true; /* cannot be read: damage */
	*e = cause;
	return false;
}

static bool sealed_is_whole(const struct store_item *item, int fd, uint64_t size)
{
	struct arena scratch = { 0 };
	struct err ignored = { 0 };
	bool whole = false;
	if (size > RECORD_BYTES_MAX) return false;
	char *bytes = arena_alloc(&scratch, (size_t)size, 1, 8);
	str text = { bytes, (size_t)size };
	if (io_pread(fd, item->path.p, bytes, (size_t)size, 0, &ignored)) {
		struct wheel_record record;
		if (item->kind == STORE_RECORD)
			whole = record_decode(&scratch, text, &record) && sha256_eq(&record.sha256, &item->digest);
		else
			whole = item->kind == STORE_LISTING ? store_listing_is_whole(text, &item->digest)
			                                    : store_blob_is_whole(text, &item->digest);
	}
	arena_release(&scratch);
	return whole;
}

static bool remove_damaged(const struct store_item *item, struct err *e)
{
	return item->st.is_dir ? io_remove_tree(item->path.p, e) : io_unlink(item->path.p, e);
}

static bool report(struct verify *v, const struct store_item *item, const char *why, struct err *e)
{
	static const char *const names[] = { "wheel", "wheel record", "listing", "stamp" };
	v->result.damaged++;
	*vec_push(v->a, &v->result.messages) = arena_fmt(v->a, "%s %s: %s", names[item->kind], item->path.p, why);
	if (!v->repair) return true;
	struct err cause = { 0 };
	if (!remove_damaged(item, &cause)) return store_not_writable(v->s, &cause, e);
	if (item->kind == STORE_FILE) { /* its record would lead to a download for nothing, and is made again */
		struct store_path record = store_path_record(v->s, &item->digest);
		struct err ignored = { 0 };
		io_unlink(record.p, &ignored);
	}
	v->result.repaired++;
	return true;
}

static bool check(void *context, const struct store_item *item, struct err *e)
{
	struct verify *v = context;
	struct err cause = { 0 };
	struct io_stat st = { 0 };
	bool whole = false;
	if (v->cancel && atomic_load(v->cancel)) return err_set(e, ERR_INTERRUPT, "interrupted", "interrupted");
	if (item->kind == STORE_RECORD && item->version != STORE_RECORD_VERSION) return true; /* another lamina's */
	v->result.checked++;
	if (!item->st.is_regular) return report(v, item, item->st.is_symlink ? "it is a link" : "it is no regular file", e);
	int fd = io_open_read(item->path.p, &cause);
	if (fd < 0) {
		if (strcmp(cause.id, "not-found") == 0) return true;
		return report(v, item, cause.why, e);
	}
	bool ok = io_fstat(fd, item->path.p, &st, e);
	if (ok && item->kind == STORE_FILE)
		ok = wheel_is_whole(v, item, fd, st.size, &whole, e);
	else if (ok)
		whole = sealed_is_whole(item, fd, st.size);
	io_close(&fd);
	if (!ok || whole) return ok;
	return report(v, item, item->kind == STORE_FILE ? "its SHA-256 is not its name" : "its checksum is wrong", e);
}

bool store_verify(struct store *s, struct arena *a, bool repair, const atomic_bool *cancel, struct store_verify_result *out,
                  struct err *e)
{
	struct verify v = { .s = s, .a = a, .repair = repair, .cancel = cancel };
	if (!store_walk(s, check, &v, e)) return false;
	*out = v.result;
	return true;
}
