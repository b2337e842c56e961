/* zip_window.c: reading an archive's headers through one bounded window.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A refill that goes on where the last one ended reads twice as much as that one did (headers of small files stand close to
 * each other); one that jumps starts small again (the bytes between are a large stream that nobody wants here). */
#include "zip/zip_window.h"

#include <errno.h>
#include <unistd.h>

#include "base/oom.h"

#define STEP_MIN ((size_t)8 << 10)
#define STEP_MAX ((size_t)64 << 10)

bool zip_pread_some(int fd, str path, void *out, size_t n, uint64_t at, size_t *got, struct err *e)
{
	size_t done = 0;
	while (done < n) {
		ssize_t more = pread(fd, (char *)out + done, n - done, (off_t)(at + done));
		if (more < 0 && errno == EINTR) continue;
		if (more < 0) {
			err_sys(e, ERR_IO, "read", errno, "cannot read the archive");
			return err_where(e, STR_FMT, STR_ARG(path));
		}
		if (more == 0) break;
		done += (size_t)more;
	}
	*got = done;
	return true;
}

bool zip_pread(int fd, str path, void *out, size_t n, uint64_t at, struct err *e)
{
	size_t got = 0;
	if (!zip_pread_some(fd, path, out, n, at, &got, e)) return false;
	if (got == n) return true;
	err_set(e, ERR_IO, "read", "the archive became shorter while it was read");
	return err_where(e, STR_FMT, STR_ARG(path));
}

void zip_window_open(struct zip_window *w, int fd, str path, uint64_t size)
{
	*w = (struct zip_window){ .fd = fd, .path = path, .size = size, .step = STEP_MIN };
	buf_init(&w->memory, ZIP_WINDOW_MAX);
}

void zip_window_close(struct zip_window *w) { buf_release(&w->memory); }

bool zip_window_get(struct zip_window *w, uint64_t at, size_t n, str *out, struct err *e)
{
	BUG_IF(n > ZIP_WINDOW_MAX || at > w->size || n > w->size - at);
	uint64_t end = w->at + w->memory.n;
	if (at < w->at || n > end - w->at || at > end - n) {
		bool onward = w->memory.n > 0 && at >= w->at && at <= end + STEP_MIN;
		w->step = onward && w->step < STEP_MAX ? w->step * 2 : onward ? STEP_MAX : STEP_MIN;
		size_t want = n > w->step ? n : w->step;
		if (want > w->size - at) want = (size_t)(w->size - at);
		buf_clear(&w->memory);
		char *p = buf_reserve(&w->memory, want);
		if (!zip_pread(w->fd, w->path, p, want, at, e)) return false;
		w->memory.n = want;
		w->at = at;
	}
	*out = (str){ w->memory.p + (at - w->at), n };
	return true;
}
