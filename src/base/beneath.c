/* beneath.c: walks names part by part with openat.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/io_internal.h"

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static bool fail(struct beneath *b, str name, struct err *e, const char *id, int sys, const char *verb)
{
	struct arena scratch = { 0 };
	io_fail(e, id, sys, verb, path_join(&scratch, b->folder, name).p);
	arena_release(&scratch);
	return false;
}

static bool safe_part(str part)
{
	return part.n > 0 && part.n <= 255 && !str_eq(part, S(".")) && !str_eq(part, S("..")) && str_chr(part, '\0') == STR_NONE &&
	       str_chr(part, '/') == STR_NONE;
}

/* A part of a name as a C string; false when it is none. */
static bool part_of(str part, char out[256], struct err *e)
{
	if (!safe_part(part)) return err_set(e, ERR_FORMAT, "unsafe-name", "a name in an archive would lead out of its folder");
	memcpy(out, part.p, part.n);
	out[part.n] = '\0';
	return true;
}

bool beneath_open(struct arena *a, str folder, struct beneath *out, struct err *e)
{
	*out = (struct beneath){ .a = a, .folder = arena_str(a, folder) };
	out->fds[0] = open(out->folder.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (out->fds[0] < 0) return io_fail(e, "read", errno, "open the folder", out->folder.p);
	out->n = 1;
	return true;
}

static void leave(struct beneath *b, size_t n)
{
	while (b->n > n) io_close(&b->fds[--b->n]);
}

/* How many of the open folders lie on the way to name. */
static size_t common(const struct beneath *b, str name)
{
	size_t n = 1;
	while (n < b->n) {
		size_t end = b->ends[n];
		if (end > name.n || memcmp(b->last, name.p, end) != 0 || (end < name.n && name.p[end] != '/')) break;
		n++;
	}
	return n;
}

/* One part down. */
static bool descend(struct beneath *b, const char *part, bool make)
{
	int at = b->fds[b->n - 1], fd = openat(at, part, FOLDER_FLAGS);
	if (fd < 0 && errno == ENOENT && make) {
		if (mkdirat(at, part, 0755) != 0 && errno != EEXIST) return false;
		fd = openat(at, part, FOLDER_FLAGS);
	}
	if (fd < 0) return false;
	b->fds[b->n] = fd;
	return true;
}

/* Makes name (empty: the folder itself) the last of the open folders. */
static bool enter(struct beneath *b, str name, bool make, struct err *e)
{
	char text[256];
	if (name.n > sizeof b->last) return fail(b, name, e, "create", ENAMETOOLONG, "create");
	leave(b, common(b, name));
	size_t at = b->n > 1 ? b->ends[b->n - 1] : 0;
	if (name.n) memcpy(b->last, name.p, name.n);
	while (at < name.n) {
		if (b->n > 1) at++; /* the slash */
		size_t slash = str_chr(str_from_pos(name, at), '/');
		size_t end = slash == STR_NONE ? name.n : at + slash;
		if (!part_of(str_slice(name, at, end), text, e)) return false;
		if (b->n > BENEATH_DEPTH_MAX) return fail(b, name, e, "create", ENAMETOOLONG, "create");
		if (!descend(b, text, make))
			return fail(b, name, e, make ? "create" : "read", errno, make ? "create the folder" : "open the folder");
		b->ends[b->n++] = end;
		at = end;
	}
	return true;
}

bool beneath_mkdirs(struct beneath *b, str name, struct err *e) { return enter(b, name, true, e); }

static bool open_name(struct beneath *b, str name, bool make, int flags, mode_t mode, int *fd, struct err *e)
{
	char text[256];
	size_t slash = str_rchr(name, '/');
	str folder = slash == STR_NONE ? (str){ 0 } : str_slice(name, 0, slash);
	if (slash == 0) return part_of((str){ 0 }, text, e); /* absolute */
	if (!part_of(slash == STR_NONE ? name : str_from_pos(name, slash + 1), text, e) || !enter(b, folder, make, e)) return false;
	int got = openat(b->fds[b->n - 1], text, flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, mode);
	if (got < 0) return fail(b, name, e, make ? "create" : "read", errno, make ? "create" : "open");
	*fd = got;
	return true;
}

bool beneath_create(struct beneath *b, str name, bool executable, int *fd, struct err *e)
{
	return open_name(b, name, true, O_WRONLY | O_CREAT | O_EXCL, executable ? 0755 : 0644, fd, e);
}

bool beneath_read(struct beneath *b, str name, int *fd, struct err *e)
{
	struct stat st;
	int got;
	if (!open_name(b, name, false, O_RDONLY | O_NONBLOCK, 0, &got, e)) return false;
	if (fstat(got, &st) != 0 || !S_ISREG(st.st_mode)) {
		io_close(&got);
		return fail(b, name, e, "read", EINVAL, "open");
	}
	*fd = got;
	return true;
}

void beneath_close(struct beneath *b) { leave(b, 0); }
