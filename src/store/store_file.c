/* store_file.c: wheels that are there.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "store/store_parts.h"

#define CHUNK ((size_t)256 << 10)

str store_file_path(struct store *s, struct arena *a, const struct sha256 *digest)
{
	return arena_str(a, str_from(store_path_file(s, digest).p));
}

bool store_hash_fd(int fd, const char *path, uint64_t size, const atomic_bool *cancel, struct sha256 *out, struct err *e)
{
	struct buf chunk;
	struct sha256_stream hash;
	buf_init(&chunk, CHUNK);
	sha256_begin(&hash);
	char *to = buf_reserve(&chunk, CHUNK);
	bool ok = false;
	for (uint64_t at = 0; at < size;) {
		size_t n = size - at < CHUNK ? (size_t)(size - at) : CHUNK;
		if (cancel && atomic_load(cancel)) {
			err_set(e, ERR_INTERRUPT, "interrupted", "interrupted");
			goto out;
		}
		if (!io_pread(fd, path, to, n, at, e)) goto out;
		sha256_update(&hash, to, n);
		at += n;
	}
	sha256_end(&hash, out);
	ok = true;
out:
	buf_release(&chunk);
	return ok;
}

void store_file_drop(struct store *s, const struct sha256 *digest, const char *why)
{
	struct store_path path = store_path_file(s, digest), record = store_path_record(s, digest);
	struct err ignored = { 0 };
	if (why) store_damaged(s, &path, "wheel", why);
	if (s->read_only) return;
	io_unlink(path.p, &ignored);
	io_unlink(record.p, &ignored);
}

bool store_file_check(struct store *s, const struct sha256 *digest, int fd, bool *good, struct err *e)
{
	struct store_path path = store_path_file(s, digest);
	struct io_stat st = { 0 };
	struct sha256 is;
	struct err cause = { 0 };
	if (!io_fstat(fd, path.p, &st, e)) return false;
	bool read = store_hash_fd(fd, path.p, st.size, NULL, &is, &cause);
	*good = read && sha256_eq(&is, digest);
	if (!*good) store_file_drop(s, digest, read ? "its SHA-256 is not its name" : cause.why);
	return true;
}

bool store_file_open(struct store *s, const struct sha256 *digest, uint64_t size, int *fd, uint64_t *found_size, struct err *e)
{
	struct store_path path = store_path_file(s, digest);
	struct io_stat st = { 0 };
	int opened = -1;
	*fd = -1;
	if (!store_entry_open(s, &path, "wheel", &opened, &st, e)) return false;
	if (opened < 0) return true;
	if (size != UINT64_MAX && st.size != size) {
		bool good;
		bool ok = store_file_check(s, digest, opened, &good, e);
		io_close(&opened);
		return ok;
	}
	*fd = opened;
	if (found_size) *found_size = st.size;
	return true;
}

void store_touch(struct store *s, const struct sha256 *digest, int64_t now)
{
	struct store_path path = store_path_file(s, digest);
	struct io_stat st = { 0 };
	struct err ignored = { 0 };
	if (io_lstat(path.p, &st, &ignored) && st.is_regular) store_entry_touch(&path, st.mtime_ns, now);
}
