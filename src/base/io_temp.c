/* io_temp.c: files that appear complete, by rename.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Linux gives files without a name (O_TMPFILE) that vanish with the process; they get one by linkat just before the rename.
 * Elsewhere, and where /proc or the file system does not play along, the file has a name from the start:
 * `.NAME.SLOT.lamina-tmp`, the lowest free slot. Whoever writes holds an exclusive flock on it, so a later run knows a file
 * that a killed one left behind by the lock being free, and removes it. Slots instead of random names make that a few look-ups
 * rather than a listing of a folder that may hold thousands of names. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/io.h"
#include "base/io_internal.h"
#include "base/oom.h"

#define SLOTS         1000 /* writers of one path at one time */
#define SLOTS_SWEPT   4    /* slots in which left-overs are looked for */
#define NAME_KEPT_MAX 200  /* bytes of NAME in the temporary name, below NAME_MAX of every file system */

static char *copy_of(str s)
{
	char *p = malloc(s.n + 1);
	if (!p) die_oom(s.n + 1);
	if (s.n > 0) memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

static char *slot_name(const char *path, unsigned slot)
{
	str name = path_base(str_from(path));
	size_t folder = strlen(path) - name.n; /* with its slash */
	name = str_slice(name, 0, NAME_KEPT_MAX);
	size_t size = folder + name.n + 32;
	char *p = malloc(size);
	if (!p) die_oom(size);
	snprintf(p, size, "%.*s.%.*s.%u.lamina-tmp", (int)folder, path, (int)name.n, name.p, slot);
	return p;
}

static bool is_same_file(int fd, const char *name)
{
	struct stat a, b;
	return fstat(fd, &a) == 0 && lstat(name, &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

/* Removes the file of a slot when no process holds it. The lock is kept until the name is gone: a name only changes hands
 * under its lock, so what is unlinked is what was found free. */
static void sweep(const char *name)
{
	int fd = open(name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0) return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_same_file(fd, name)) unlink(name);
	close(fd);
}

static void sweep_all(const char *path)
{
	for (unsigned slot = 0; slot < SLOTS_SWEPT; slot++) {
		char *name = slot_name(path, slot);
		sweep(name);
		free(name);
	}
}

/* A file under the lowest free slot, locked; -1 and errno. */
static int create_named(const char *path, char **name)
{
	for (unsigned slot = 0; slot < SLOTS; slot++) {
		char *candidate = slot_name(path, slot);
		int fd = open(candidate, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd >= 0) {
			/* Somebody who sweeps may have locked or removed it between these calls. No locks at all (ENOLCK) is fine. */
			bool ours = flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
			if (ours && is_same_file(fd, candidate)) {
				*name = candidate;
				return fd;
			}
			close(fd);
			errno = EEXIST;
		}
		int sys = errno;
		free(candidate);
		errno = sys;
		if (sys != EEXIST) return -1;
	}
	return -1;
}

/* A file without a name, locked, that linkat can name; -1 when this system has no such thing. */
static int create_unnamed(const char *path)
{
#ifdef O_TMPFILE
	char *folder = copy_of(path_dir(str_from(path)));
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	free(folder);
	if (fd < 0) return -1;
	char link[64];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	if (access(link, F_OK) == 0) {
		flock(fd, LOCK_EX | LOCK_NB);
		return fd;
	}
	close(fd);
#else
	(void)path;
#endif
	return -1;
}

/* Replacing a device, a pipe or a folder by a file is never what was meant. */
static bool may_replace(const char *path, struct err *e)
{
	struct stat st;
	if (lstat(path, &st) != 0 || S_ISREG(st.st_mode) || S_ISLNK(st.st_mode)) return true;
	if (S_ISDIR(st.st_mode)) return io_fail(e, "create", EISDIR, "write", path);
	err_set(e, ERR_IO, "create", "cannot write `%s`", path);
	err_where(e, "%s", path);
	return err_why(e, "it is a device, pipe or socket, and outputs appear by rename");
}

bool io_temp_open(struct io_temp *t, const char *path, uint32_t mode, struct err *e)
{
	if (!may_replace(path, e)) return false;
	sweep_all(path);
	char *name = NULL;
	int fd = create_unnamed(path);
	if (fd < 0) fd = create_named(path, &name);
	if (fd < 0) return io_fail(e, "create", errno, "write", path);
	*t = (struct io_temp){ .fd = fd, .path = copy_of(str_from(path)), .name = name, .mode = mode };
	return true;
}

bool io_temp_write(struct io_temp *t, const void *bytes, size_t n, struct err *e)
{
	return io_write_all(t->fd, t->path, bytes, n, e);
}

/* Network file systems report what they could not write when a descriptor is closed: close one before the rename. */
static bool flush_errors(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return copy < 0 || close(copy) == 0 || errno == EINTR;
}

static bool set_mode(int fd, uint32_t mode)
{
	/* A file system without permissions has its own idea; that is no reason to fail. */
	return fchmod(fd, (mode_t)mode) == 0 || errno == EPERM || errno == ENOTSUP || errno == ENOSYS;
}

static void sync_folder(const char *path)
{
	char *folder = copy_of(path_dir(str_from(path)));
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	if (fd < 0) return;
	fsync(fd); /* best effort: not every file system has it for folders */
	close(fd);
}

static bool sync_data(int fd)
{
#ifdef __APPLE__
	return fsync(fd) == 0;
#else
	return fdatasync(fd) == 0;
#endif
}

/* All that may fail before the name is given: a file must not appear before it is whole. */
static bool settle(struct io_temp *t, bool sync)
{
	return set_mode(t->fd, t->mode) && (!sync || sync_data(t->fd)) && flush_errors(t->fd);
}

/* Copies an unnamed file that could not be linked into a named one, which takes its place. */
static bool rewrite_named(struct io_temp *t)
{
	char *name = NULL;
	int fd = create_named(t->path, &name);
	if (fd < 0) return false;
	char block[16384];
	off_t at = 0;
	ssize_t got;
	bool ok = true;
	while (ok && (got = pread(t->fd, block, sizeof block, at)) != 0) {
		if (got < 0 && errno == EINTR) continue;
		ok = got > 0;
		for (ssize_t done = 0; ok && done < got;) {
			ssize_t wrote = write(fd, block + done, (size_t)(got - done));
			ok = wrote > 0 || (wrote < 0 && errno == EINTR);
			if (wrote > 0) done += wrote;
		}
		at += got;
	}
	int sys = errno;
	close(t->fd);
	t->fd = fd;
	t->name = name;
	errno = sys;
	return ok;
}

/* Gives an unnamed file its destination's name, or a temporary one when the destination exists. */
static bool give_name(struct io_temp *t, bool sync, bool *in_place)
{
	char link[64];
	snprintf(link, sizeof link, "/proc/self/fd/%d", t->fd);
	*in_place = linkat(AT_FDCWD, link, AT_FDCWD, t->path, AT_SYMLINK_FOLLOW) == 0;
	if (*in_place) return true;
	for (unsigned slot = 0; errno == EEXIST && slot < SLOTS; slot++) {
		char *name = slot_name(t->path, slot);
		if (linkat(AT_FDCWD, link, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0) {
			t->name = name;
			return true;
		}
		int sys = errno;
		free(name);
		errno = sys;
	}
	return errno != ENOSPC && errno != EDQUOT && rewrite_named(t) && settle(t, sync);
}

bool io_temp_commit(struct io_temp *t, bool sync, struct err *e)
{
	bool in_place = false;
	bool ok = settle(t, sync) && (t->name || give_name(t, sync, &in_place));
	if (ok && !in_place) ok = rename(t->name, t->path) == 0;
	if (!ok) {
		int sys = errno;
		io_fail(e, "write", sys, "write", t->path);
		io_temp_abort(t);
		return false;
	}
	free(t->name);
	t->name = NULL;
	if (sync) sync_folder(t->path);
	io_temp_abort(t);
	return true;
}

void io_temp_abort(struct io_temp *t)
{
	if (!t->path) return; /* zeroed, committed or aborted */
	if (t->name) unlink(t->name);
	close(t->fd);
	free(t->name);
	free(t->path);
	*t = (struct io_temp){ .fd = -1 };
}

bool io_write_file(const char *path, str content, uint32_t mode, bool sync, struct err *e)
{
	struct io_temp t = { 0 };
	if (!io_temp_open(&t, path, mode, e)) return false;
	if (io_temp_write(&t, content.p, content.n, e) && io_temp_commit(&t, sync, e)) return true;
	io_temp_abort(&t);
	return false;
}
