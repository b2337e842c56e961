/* io.c: reading, folders, links and locks. Writing is in io_temp.c, paths as text in path.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/io_internal.h"
#include "base/oom.h"

#define REMOVE_DEPTH_MAX 200 /* one descriptor a level */

bool io_fail(struct err *e, const char *id, int sys, const char *verb, const char *path)
{
	bool full = sys == ENOSPC || sys == EDQUOT || sys == EFBIG;
	err_sys(e, ERR_IO, full ? "disk-full" : id, sys, "cannot %s `%s`", verb, path);
	err_where(e, "%s", path);
	if (full) {
		if (sys == EFBIG)
			err_help(e, "raise the file size limit of this shell (`ulimit -f`)");
		else
			err_help(e, "free some space there, or write to another disk");
	} else if (sys == EACCES || sys == EPERM || sys == EROFS) {
		err_help(e, "check the permissions of the file and of its folder, or choose another place");
	}
	return false;
}

static int64_t nanoseconds(struct timespec t) { return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec; }

static void facts_of(const struct stat *st, struct io_stat *out)
{
#ifdef __APPLE__
	struct timespec mtime = st->st_mtimespec, ctime = st->st_ctimespec;
#else
	struct timespec mtime = st->st_mtim, ctime = st->st_ctim;
#endif
	*out = (struct io_stat){
		.exists = true,
		.is_dir = S_ISDIR(st->st_mode),
		.is_regular = S_ISREG(st->st_mode),
		.is_symlink = S_ISLNK(st->st_mode),
		.size = st->st_size > 0 ? (uint64_t)st->st_size : 0,
		.mtime_ns = nanoseconds(mtime),
		.ctime_ns = nanoseconds(ctime),
		.inode = (uint64_t)st->st_ino,
		.device = (uint64_t)st->st_dev,
		.mode = (uint32_t)st->st_mode & 07777,
	};
}

static bool stat_with(int (*look)(const char *, struct stat *), const char *path, struct io_stat *out, struct err *e)
{
	struct stat st;
	if (look(path, &st) == 0) {
		facts_of(&st, out);
		return true;
	}
	if (errno != ENOENT && errno != ENOTDIR) return io_fail(e, "read", errno, "look at", path);
	*out = (struct io_stat){ 0 };
	return true;
}

bool io_stat(const char *path, struct io_stat *out, struct err *e) { return stat_with(stat, path, out, e); }

bool io_lstat(const char *path, struct io_stat *out, struct err *e) { return stat_with(lstat, path, out, e); }

bool io_fstat(int fd, const char *path, struct io_stat *out, struct err *e)
{
	struct stat st;
	if (fstat(fd, &st) != 0) return io_fail(e, "read", errno, "look at", path);
	facts_of(&st, out);
	return true;
}

int io_open_read(const char *path, struct err *e)
{
	int fd;
	do fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	while (fd < 0 && errno == EINTR);
	if (fd < 0) io_fail(e, errno == ENOENT || errno == ENOTDIR ? "not-found" : "read", errno, "open", path);
	return fd;
}

void io_close(int *fd)
{
	if (*fd >= 0) close(*fd);
	*fd = -1;
}

bool io_pread(int fd, const char *path, void *out, size_t n, uint64_t offset, struct err *e)
{
	char *p = out;
	while (n > 0) {
		if (offset > INT64_MAX - n) return io_fail(e, "read", EOVERFLOW, "read", path);
		ssize_t got = pread(fd, p, n, (off_t)offset);
		if (got < 0 && errno == EINTR) continue;
		if (got < 0) return io_fail(e, "read", errno, "read", path);
		if (got == 0) {
			err_set(e, ERR_IO, "read", "cannot read `%s`", path);
			err_where(e, "%s", path);
			return err_why(e, "the file ends %zu bytes early", n);
		}
		p += got;
		n -= (size_t)got;
		offset += (uint64_t)got;
	}
	return true;
}

static bool too_large(const char *path, size_t max, struct err *e)
{
	err_set(e, ERR_IO, "too-large", "`%s` is too large", path);
	err_where(e, "%s", path);
	return err_why(e, "at most %zu bytes are read", max);
}

/* read() that goes on after signals: bytes read, 0 at the end, -1 and e. */
static ssize_t read_some(int fd, const char *path, void *out, size_t n, struct err *e)
{
	ssize_t got;
	do got = read(fd, out, n);
	while (got < 0 && errno == EINTR);
	if (got < 0) io_fail(e, "read", errno, "read", path);
	return got;
}

bool io_read_all(struct arena *a, int fd, const char *name, size_t max, str *out, struct err *e)
{
	struct buf b;
	buf_init(&b, max < SIZE_MAX - 1 ? max + 1 : max);
	bool ok = false;
	for (;;) {
		size_t step = b.n < 65536 ? 65536 : b.n;
		if (step > b.max - b.n) step = b.max - b.n;
		char *to = step == 0 ? NULL : buf_reserve(&b, step);
		ssize_t got = to ? read_some(fd, name, to, step, e) : 0;
		if (got < 0) goto out;
		b.n += (size_t)got;
		if (b.n > max) {
			too_large(name, max, e);
			goto out;
		}
		if (got == 0) break;
	}
	*out = buf_take(&b, a);
	ok = true;
out:
	buf_release(&b);
	return ok;
}

bool io_read_file(struct arena *a, const char *path, size_t max, str *out, struct err *e)
{
	int fd = io_open_read(path, e);
	if (fd < 0) return false;
	bool ok = false;
	struct io_stat st = { 0 };
	if (!io_fstat(fd, path, &st, e)) goto out;
	if (!st.is_regular || st.size == 0) { /* a pipe, or a file that the kernel makes up */
		ok = io_read_all(a, fd, path, max, out, e);
		goto out;
	}
	if (st.size > max || st.size >= SIZE_MAX) {
		too_large(path, max, e);
		goto out;
	}
	char *p = arena_alloc(a, (size_t)st.size + 1, 1, 1);
	size_t n = 0;
	while (n < st.size) {
		ssize_t got = read_some(fd, path, p + n, (size_t)st.size - n, e);
		if (got < 0) goto out;
		if (got == 0) break; /* it became shorter meanwhile */
		n += (size_t)got;
	}
	*out = (str){ p, n };
	ok = true;
out:
	io_close(&fd);
	return ok;
}

bool io_write_all(int fd, const char *path, const void *bytes, size_t n, struct err *e)
{
	const char *p = bytes;
	while (n > 0) {
		ssize_t wrote = write(fd, p, n);
		if (wrote < 0 && errno == EINTR) continue;
		if (wrote < 0) return io_fail(e, "write", errno, "write", path);
		p += wrote;
		n -= (size_t)wrote;
	}
	return true;
}

bool io_mkdirs(const char *path, struct err *e)
{
	struct stat st;
	if (path[0] == '\0' || mkdir(path, 0777) == 0) return true;
	if (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode)) return true;
	if (errno != ENOENT) return io_fail(e, "create", errno == EEXIST ? ENOTDIR : errno, "create the folder", path);
	struct arena scratch = { 0 };
	char *part = arena_cstr(&scratch, str_from(path));
	bool ok = true;
	for (char *slash = strchr(part + 1, '/'); ok; slash = strchr(slash + 1, '/')) {
		if (slash) *slash = '\0';
		if (mkdir(part, 0777) != 0 && (errno != EEXIST || stat(part, &st) != 0 || !S_ISDIR(st.st_mode)))
			ok = io_fail(e, "create", errno == EEXIST ? ENOTDIR : errno, "create the folder", part);
		if (!slash) break;
		*slash = '/';
	}
	arena_release(&scratch);
	return ok;
}

bool io_mkdirs_for(const char *path, struct err *e)
{
	struct arena scratch = { 0 };
	bool ok = io_mkdirs(arena_cstr(&scratch, path_dir(str_from(path))), e);
	arena_release(&scratch);
	return ok;
}

bool io_rename(const char *from, const char *to, struct err *e)
{
	return rename(from, to) == 0 || io_fail(e, "rename", errno, "rename a file to", to);
}

bool io_unlink(const char *path, struct err *e)
{
	return unlink(path) == 0 || errno == ENOENT || io_fail(e, "write", errno, "remove", path);
}

static bool remove_content(int folder, unsigned depth, int *sys);

/* Removes one name of a folder, whatever it is; false with errno in *sys. */
static bool remove_name(int folder, const char *name, unsigned depth, int *sys)
{
	if (unlinkat(folder, name, 0) == 0 || errno == ENOENT) return true;
	*sys = errno;
	if (errno != EISDIR && errno != EPERM) return false; /* Linux says the former of a folder, POSIX the latter */
	int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		if (errno != ENOTDIR && errno != ELOOP) *sys = errno;
		return false;
	}
	if (!remove_content(fd, depth + 1, sys)) return false;
	if (unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return true;
	*sys = errno;
	return false;
}

/* Empties a folder and closes its descriptor. */
static bool remove_content(int folder, unsigned depth, int *sys)
{
	DIR *dir = depth > REMOVE_DEPTH_MAX ? NULL : fdopendir(folder);
	if (!dir) {
		*sys = depth > REMOVE_DEPTH_MAX ? ELOOP : errno;
		close(folder);
		return false;
	}
	bool ok = true, removed = true;
	while (ok && removed) { /* again, because some systems skip names while others of the folder disappear */
		removed = false;
		rewinddir(dir);
		for (struct dirent *d = readdir(dir); ok && d; d = readdir(dir)) {
			if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0) continue;
			ok = remove_name(dirfd(dir), d->d_name, depth, sys);
			removed = true;
		}
	}
	closedir(dir);
	return ok;
}

bool io_remove_tree(const char *path, struct err *e)
{
	int sys = 0;
	return remove_name(AT_FDCWD, path, 0, &sys) || io_fail(e, "write", sys, "remove", path);
}

bool io_list(struct arena *a, const char *path, size_t max_names, struct str_list *out, struct err *e)
{
	DIR *dir = opendir(path);
	if (!dir) return io_fail(e, errno == ENOENT || errno == ENOTDIR ? "not-found" : "read", errno, "list", path);
	struct str_list names = { 0 };
	bool ok = false;
	for (;;) {
		errno = 0;
		const struct dirent *d = readdir(dir);
		if (!d && errno != 0) {
			io_fail(e, "read", errno, "list", path);
			goto out;
		}
		if (!d) break;
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0) continue;
		if (names.n >= max_names) {
			err_set(e, ERR_IO, "too-large", "the folder `%s` is too large", path);
			err_where(e, "%s", path);
			err_why(e, "at most %zu names are read", max_names);
			goto out;
		}
		*vec_push(a, &names) = arena_str(a, str_from(d->d_name));
	}
	str_list_sort(&names);
	*out = names;
	ok = true;
out:
	closedir(dir);
	return ok;
}

void io_remove_empty(const char *path) { (void)rmdir(path); }

bool io_mkdtemp(struct arena *a, const char *prefix, str *out, struct err *e)
{
	str template = arena_fmt(a, "%sXXXXXX", prefix);
	char *name = arena_cstr(a, template);
	if (!mkdtemp(name)) return io_fail(e, "create", errno, "create a temporary folder beside", prefix);
	*out = (str){ name, template.n };
	return true;
}

static int open_lock(const char *path, enum io_lock_kind kind)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
	/* Who may only read can still hold off those who write. */
	if (fd < 0 && kind == IO_LOCK_SHARED && (errno == EACCES || errno == EROFS)) fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd;
}

bool io_lock(const char *path, enum io_lock_kind kind, bool wait, int *fd, bool *got, struct err *e)
{
	for (;;) {
		int lock = open_lock(path, kind);
		if (lock < 0) return io_fail(e, "create", errno, "open the lock file", path);
		int operation = (kind == IO_LOCK_SHARED ? LOCK_SH : LOCK_EX) | (wait ? 0 : LOCK_NB);
		if (flock(lock, operation) != 0) {
			int sys = errno;
			close(lock);
			if (sys == EINTR) return err_set(e, ERR_INTERRUPT, "interrupted", "interrupted while waiting for `%s`", path);
			if (sys != EWOULDBLOCK) return io_fail(e, "read", sys, "lock", path);
			*fd = -1;
			*got = false;
			return true;
		}
		struct stat st;
		if (fstat(lock, &st) == 0 && st.st_nlink > 0) {
			*fd = lock;
			*got = true;
			return true;
		}
		close(lock); /* somebody removed the file while we waited: its lock guards nothing */
	}
}
