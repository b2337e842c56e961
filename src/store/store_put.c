/* store_put.c: wheels on their way in.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The name is the digest, which is known when the last byte is: bytes go to tmp/ and are renamed from there. Nothing is synced:
 * a file that a power cut took the end of is found by its size, by its digest before ingestion, or by its streams' checksums.
 */
#include <errno.h>
#include <string.h>

#include "store/store_parts.h"

#define CHUNK ((size_t)256 << 10)

static bool open_temp(struct store_put *put, struct err *e)
{
	struct store *s = put->store;
	struct store_path temp, folder = store_path_at(s, "tmp");
	struct err cause = { 0 };
	if (s->read_only) return store_not_writable(s, NULL, e);
	if (!store_path_temp(s, &temp, e)) return false;
	if (io_temp_open(&put->temp, temp.p, 0444, &cause)) return true;
	if (cause.sys == ENOENT) {
		err_clear(&cause);
		if (io_mkdirs(folder.p, &cause) && io_temp_open(&put->temp, temp.p, 0444, &cause)) return true;
	}
	if (cause.sys == EMFILE || cause.sys == ENFILE) {
		*e = cause;
		return false;
	}
	return store_not_writable(s, &cause, e);
}

bool store_put_begin(struct store *s, uint64_t max, struct store_put *put, struct err *e)
{
	struct store_put begun = { .store = s, .max = max };
	if (!open_temp(&begun, e)) return false;
	sha256_begin(&begun.hash);
	*put = begun;
	return true;
}

bool store_put_write(struct store_put *put, const void *bytes, size_t n, struct err *e)
{
	if (n > put->max - put->size) {
		err_set(e, ERR_FORMAT, "too-large", "the file is larger than expected");
		return err_why(e, "at most %llu bytes are taken", (unsigned long long)put->max);
	}
	struct err cause = { 0 };
	if (!io_temp_write(&put->temp, bytes, n, &cause)) return store_not_writable(put->store, &cause, e);
	sha256_update(&put->hash, bytes, n);
	put->size += n;
	return true;
}

bool store_put_restart(struct store_put *put, struct err *e)
{
	io_temp_abort(&put->temp);
	put->temp = (struct io_temp){ .fd = -1 };
	put->size = 0;
	sha256_begin(&put->hash);
	return open_temp(put, e);
}

static bool mismatch(const struct sha256 *expected, const struct sha256 *got, struct err *e)
{
	char want[SHA256_HEX + 1], is[SHA256_HEX + 1];
	sha256_hex(expected, want);
	sha256_hex(got, is);
	return err_set(e, ERR_RESOLVE, "hash-mismatch", "the file's hash is wrong: expected sha256:%s, got sha256:%s", want, is);
}

static bool commit(struct store_put *put, const struct sha256 *digest, struct err *e)
{
	struct store_path temp = { 0 }, final = store_path_file(put->store, digest);
	struct err cause = { 0 };
	memccpy(temp.p, put->temp.path, '\0', sizeof temp.p - 1);
	if (io_temp_commit(&put->temp, false, &cause) && store_entry_place(&temp, &final, &cause)) return true;
	return store_not_writable(put->store, &cause, e);
}

bool store_put_end(struct store_put *put, const struct sha256 *expected, struct sha256 *out, struct err *e)
{
	struct sha256 digest;
	sha256_end(&put->hash, &digest);
	bool ok = expected && !sha256_eq(expected, &digest) ? mismatch(expected, &digest, e) : commit(put, &digest, e);
	store_put_abort(put);
	if (ok && out) *out = digest;
	return ok;
}

bool store_put_made(struct store_put *put, const struct sha256 *digest, uint64_t size, struct err *e)
{
	bool ok = size <= put->max;
	if (!ok) {
		err_set(e, ERR_FORMAT, "too-large", "the file is larger than expected");
		err_why(e, "at most %llu bytes are taken", (unsigned long long)put->max);
	}
	ok = ok && commit(put, digest, e);
	store_put_abort(put);
	return ok;
}

void store_put_abort(struct store_put *put)
{
	if (!put->store) return;
	io_temp_abort(&put->temp);
	*put = (struct store_put){ .temp.fd = -1 };
}

static bool copy_in(struct store_put *put, int fd, const char *path, uint64_t size, struct err *e)
{
	struct buf chunk;
	buf_init(&chunk, CHUNK);
	char *bytes = buf_reserve(&chunk, CHUNK);
	bool ok = true;
	for (uint64_t at = 0; ok && at < size;) {
		size_t n = size - at < CHUNK ? (size_t)(size - at) : CHUNK;
		ok = io_pread(fd, path, bytes, n, at, e) && store_put_write(put, bytes, n, e);
		at += n;
	}
	buf_release(&chunk);
	return ok;
}

bool store_put_file(struct store *s, const char *path, uint64_t max, const struct sha256 *expected, struct sha256 *out,
                    uint64_t *size, struct err *e)
{
	struct store_put put = { 0 };
	struct io_stat st = { 0 };
	bool ok = false;
	if (!io_stat(path, &st, e)) return false;
	if (st.exists && !st.is_regular) { /* before it is opened: a pipe would wait */
		err_set(e, ERR_IO, "no-regular-file", "%s is no regular file", path);
		return err_where(e, "%s", path);
	}
	int fd = io_open_read(path, e);
	if (fd < 0) return false;
	if (!io_fstat(fd, path, &st, e) || !store_put_begin(s, max, &put, e)) goto out;
	if (!copy_in(&put, fd, path, st.size, e) || !store_put_end(&put, expected, out, e)) {
		err_where(e, "%s", path);
		goto out;
	}
	if (size) *size = st.size;
	ok = true;
out:
	store_put_abort(&put);
	io_close(&fd);
	return ok;
}
