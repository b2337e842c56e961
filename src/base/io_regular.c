/* io_regular.c: opening a file that has to be one, whatever somebody puts in its place meanwhile.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif

#include "base/io.h"
#include "base/io_internal.h"

/* O_NONBLOCK: a pipe opens at once and is then refused; regular files do not know it. */
#define FLAGS (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

static int open_once(const char *path, bool links)
{
	if (links) return open(path, FLAGS);
#ifdef SYS_openat2
	struct open_how how = { .flags = FLAGS, .resolve = RESOLVE_NO_SYMLINKS };
	int fd = (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
	/* Linux before 5.6, and sandboxes that do not know the call. */
	if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) return fd;
#endif
	return open(path, FLAGS | O_NOFOLLOW);
}

int io_open_regular(const char *path, bool links, struct err *e)
{
	int fd;
	struct stat st;
	do fd = open_once(path, links);
	while (fd < 0 && (errno == EINTR || errno == EAGAIN)); /* EAGAIN: somebody renames a folder of the path */
	if (fd < 0) {
		io_fail(e, errno == ENOENT || errno == ENOTDIR ? "not-found" : "read", errno, "open", path);
		return -1;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) return fd;
	close(fd);
	err_set(e, ERR_IO, "read", "cannot read `%s`", path);
	err_where(e, "%s", path);
	err_why(e, "it is no regular file");
	return -1;
}
