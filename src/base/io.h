/* io.h: the only place that opens, writes, renames and removes files.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reading is bounded by a limit that the caller names. Writing goes to a temporary file in the destination's folder and
 * appears by rename, so a path holds the complete old file or the complete new one (interface: "Outputs appear by rename").
 * Errors:   ERR_IO with `where` = the path and errno's text as the why; ids "not-found", "too-large", "read", "write",
 *           "create", "rename", "disk-full" (ENOSPC, EDQUOT).
 * Threads:  functions keep no state; a handle belongs to one thread at a time.
 * Portable: what only Linux has (O_TMPFILE, copy_file_range, posix_fadvise) sits behind one function each with a fall-back.
 * Paths are NUL-terminated; relative ones are relative to the process's folder (command/ applies -C before anything else). */
#ifndef LAMINA_BASE_IO_H
#define LAMINA_BASE_IO_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/vec.h"

/* Facts of a file that decide whether it is "the same as last time". */
struct io_stat {
	bool exists;
	bool is_dir, is_regular, is_symlink;
	uint64_t size;
	int64_t mtime_ns, ctime_ns;
	uint64_t inode, device;
	uint32_t mode; /* permission bits */
};

/* Follows symlinks; a missing file is not an error (exists = false). */
bool io_stat(const char *path, struct io_stat *out, struct err *e);
/* As io_stat, of the link itself. */
bool io_lstat(const char *path, struct io_stat *out, struct err *e);
bool io_fstat(int fd, const char *path, struct io_stat *out, struct err *e);

/* Opens for reading with O_CLOEXEC; -1 and e set on failure. */
int io_open_read(const char *path, struct err *e);
/* The same for a regular file and nothing else: never waits for a pipe. links = false: no part of the path may be a symbolic link
 * (where the system cannot promise that, the last part). */
int io_open_regular(const char *path, bool links, struct err *e);
void io_close(int *fd); /* tolerates -1, sets it to -1 */
/* Exactly n bytes at the offset; fewer in the file is ERR_IO "read". */
bool io_pread(int fd, const char *path, void *out, size_t n, uint64_t offset, struct err *e);
/* The whole file into the arena (NUL after it); "too-large" when it is longer than max. What is no regular file (`/dev/stdin`,
 * a shell's `<(command)`) is read to its end under the same bound, and can be read only once: whoever needs such a text twice
 * keeps it. "-" is a file's name here. */
bool io_read_file(struct arena *a, const char *path, size_t max, str *out, struct err *e);
/* Everything until the end of fd (a pipe, stdin) into the arena, bounded alike; name is for messages. */
bool io_read_all(struct arena *a, int fd, const char *name, size_t max, str *out, struct err *e);
/* All n bytes to a descriptor, whatever write() gives at a time. */
bool io_write_all(int fd, const char *path, const void *bytes, size_t n, struct err *e);

/* A file that becomes `path` when it is committed and leaves nothing when it is not. */
struct io_temp {
	int fd;
	char *path;    /* destination */
	char *name;    /* temporary name in the same folder; NULL while it has none (O_TMPFILE) */
	uint32_t mode; /* permission bits of the result, whatever the umask is */
};

bool io_temp_open(struct io_temp *t, const char *path, uint32_t mode, struct err *e);
bool io_temp_write(struct io_temp *t, const void *bytes, size_t n, struct err *e);
/* sync: fdatasync before the rename and fsync of the folder after it (locks, receipts, store index). */
bool io_temp_commit(struct io_temp *t, bool sync, struct err *e);
/* Removes what is not committed; tolerates a zeroed, aborted or committed one. */
void io_temp_abort(struct io_temp *t);
/* open + write + commit. */
bool io_write_file(const char *path, str content, uint32_t mode, bool sync, struct err *e);

/* Makes the folder and those above it (mode 0777 less the umask); an existing folder is fine. */
bool io_mkdirs(const char *path, struct err *e);
/* Makes the folders above a file's path. */
bool io_mkdirs_for(const char *path, struct err *e);
bool io_rename(const char *from, const char *to, struct err *e);
/* A missing file is fine. */
bool io_unlink(const char *path, struct err *e);
/* Removes a tree without following links; a missing one is fine. */
bool io_remove_tree(const char *path, struct err *e);
/* Removes a folder that is empty, and nothing else. */
void io_remove_empty(const char *path);
/* Names in a folder, without "." and "..", in bytewise order. Bounded: "too-large" above max_names. */
bool io_list(struct arena *a, const char *path, size_t max_names, struct str_list *out, struct err *e);
/* A new folder PREFIX + random suffix with mode 0700; the name is in the arena. */
bool io_mkdtemp(struct arena *a, const char *prefix, str *out, struct err *e);

/* flock on a file that is made when missing. wait = false: *got tells whether it was free. Locks die with the process. */
enum io_lock_kind { IO_LOCK_SHARED, IO_LOCK_EXCLUSIVE };
bool io_lock(const char *path, enum io_lock_kind kind, bool wait, int *fd, bool *got, struct err *e);

/* Paths as text. */
str path_dir(str path);  /* "a/b" -> "a", "b" -> ".", "/b" -> "/" */
str path_base(str path); /* "a/b" -> "b" */
bool path_is_absolute(str path);
/* base + "/" + path, or path alone when it is absolute or base is empty or "." */
str path_join(struct arena *a, str base, str path);
/* Lexical: "a/./b//../c" -> "a/c"; never touches the file system. */
str path_clean(struct arena *a, str path);
/* Absolute form against the process's folder, cleaned lexically. */
bool path_absolute(struct arena *a, str path, str *out, struct err *e);

#endif
