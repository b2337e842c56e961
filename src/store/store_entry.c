/* store_entry.c: opening, reading, placing and touching single entries.
 * SPDX-License-Identifier: Apache-2.0
 *
 * An entry is looked at before it is opened, because opening a pipe that somebody put there would wait for ever. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "store/store_parts.h"

/* What says nothing about the entry: the next open would fail as well. */
static bool process_in_trouble(int sys) { return sys == EMFILE || sys == ENFILE || sys == ENOMEM; }

bool store_entry_open(struct store *s, const struct store_path *path, const char *what, int *fd, struct io_stat *st,
                      struct err *e)
{
	struct io_stat link = { 0 };
	struct err cause = { 0 };
	*fd = -1;
	if (!io_lstat(path->p, &link, &cause)) {
		store_unreadable(s, path, what, cause.why);
		return true;
	}
	if (!link.exists) return true;
	if (!link.is_regular) {
		store_damaged(s, path, what, link.is_symlink ? "it is a link" : "it is no regular file");
		return true;
	}
	int opened = io_open_read(path->p, &cause);
	if (opened < 0) {
		if (cause.sys == ENOENT) return true;
		if (process_in_trouble(cause.sys)) {
			*e = cause;
			return false;
		}
		store_unreadable(s, path, what, cause.why);
		return true;
	}
	if (!io_fstat(opened, path->p, st, &cause) || !st->is_regular) {
		io_close(&opened);
		return true;
	}
	*fd = opened;
	return true;
}

static bool read_entry(struct arena *a, int fd, const struct store_path *path, const struct io_stat *st, str *out,
                       struct err *e)
{
	char *bytes = arena_alloc(a, (size_t)st->size + 1, 1, _Alignof(uint64_t));
	if (!io_pread(fd, path->p, bytes, (size_t)st->size, 0, e)) return false;
	*out = (str){ bytes, (size_t)st->size };
	return true;
}

bool store_entry_load(struct store *s, struct arena *a, const struct store_path *path, const char *what, size_t max, str *out,
                      bool *found, struct err *e)
{
	int fd = -1;
	struct io_stat st = { 0 };
	struct err cause = { 0 };
	*found = false;
	if (!store_entry_open(s, path, what, &fd, &st, e)) return false;
	if (fd < 0) return true;
	if (st.size > max)
		store_damaged(s, path, what, "it is too large");
	else if (!read_entry(a, fd, path, &st, out, &cause))
		store_damaged(s, path, what, cause.why);
	else
		*found = true;
	io_close(&fd);
	if (*found && s->options.now) store_entry_touch(path, st.mtime_ns, s->options.now);
	return true;
}

bool store_entry_place(const struct store_path *from, const struct store_path *to, struct err *e)
{
	struct err first = { 0 };
	if (io_rename(from->p, to->p, &first)) return true;
	if (first.sys == EISDIR || first.sys == ENOTEMPTY || first.sys == EEXIST)
		io_remove_tree(to->p, &first); /* a folder is damage */
	if (io_mkdirs_for(to->p, e) && io_rename(from->p, to->p, e)) return true;
	struct err ignored = { 0 };
	io_unlink(from->p, &ignored);
	return false;
}

static bool save(struct store *s, const struct store_path *path, str bytes, struct err *e)
{
	struct store_path temp, folder = store_path_at(s, "tmp");
	if (s->read_only) return store_not_writable(s, NULL, e);
	if (!store_path_temp(s, &temp, e)) return false;
	struct err first = { 0 };
	if (!io_write_file(temp.p, bytes, 0644, false, &first)) {
		if (first.sys != ENOENT) {
			*e = first;
			return false;
		}
		if (!io_mkdirs(folder.p, e) || !io_write_file(temp.p, bytes, 0644, false, e)) return false;
	}
	return store_entry_place(&temp, path, e);
}

void store_entry_save(struct store *s, const struct store_path *path, str bytes)
{
	struct err e = { 0 };
	if (!save(s, path, bytes, &e)) store_save_failed(s, &e);
}

void store_entry_touch(const struct store_path *path, int64_t mtime_ns, int64_t now)
{
	int64_t used = mtime_ns / 1000000000;
	if (used > now - STORE_DAY && used <= now) return;
	struct timespec times[2] = { { .tv_sec = (time_t)now }, { .tv_sec = (time_t)now } };
	/* Others' files cannot be touched: then gc finds them older than they are, and they are fetched again. */
	(void)!utimensat(AT_FDCWD, path->p, times, AT_SYMLINK_NOFOLLOW);
}
