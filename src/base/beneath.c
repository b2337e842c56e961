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
	struct beneath b = { .a = a, .folder = arena_str(a, folder), .top = -1, .last = -1 };
	b.top = open(b.folder.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (b.top < 0) return io_fail(e, "read", errno, "open the folder", b.folder.p);
	*out = b;
	return true;
}

static void forget_last(struct beneath *b)
{
	io_close(&b->last);
	b->last_name = (str){ 0 };
}

/* One part down; at is closed unless it is the top. -1 and errno. */
static int descend(const struct beneath *b, int at, const char *part, bool make)
{
	int next = -1, sys = 0;
	if (!make || mkdirat(at, part, 0755) == 0 || errno == EEXIST) next = openat(at, part, FOLDER_FLAGS);
	sys = errno;
	if (at != b->top) close(at);
	errno = sys;
	return next;
}

/* Makes name (empty: the folder itself) the last folder. */
static bool enter(struct beneath *b, str name, bool make, struct err *e)
{
	char text[256];
	str rest = name, part;
	if (name.n && str_eq(name, b->last_name)) return true;
	forget_last(b);
	int at = b->top;
	while (rest.n > 0) {
		bool more = str_cut(rest, '/', &part, &rest);
		if (!part_of(part, text, e) || (more && !rest.n && !part_of(rest, text, e))) {
			if (at != b->top) close(at);
			return false;
		}
		at = descend(b, at, text, make);
		if (at < 0) return fail(b, name, e, make ? "create" : "read", errno, make ? "create the folder" : "open the folder");
	}
	if (at == b->top) return true;
	b->last = at;
	b->last_name = arena_str(b->a, name);
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
	int got = openat(folder.n ? b->last : b->top, text, flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, mode);
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

void beneath_close(struct beneath *b)
{
	if (!b->a) return;
	forget_last(b);
	io_close(&b->top);
	b->a = NULL;
}
