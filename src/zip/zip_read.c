/* zip_read.c: opens an archive: end record, directory, local headers, in that order.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zip/zip_read.h"

#include <errno.h>
#include <sys/stat.h>

#include "zip/zip_reader.h"

const struct zip_limits zip_limits_default = {
	.archive_max = (uint64_t)2 << 30,
	.entries_max = 65535,
	.inflated_max = (uint64_t)1 << 30,
	.ratio_from = (uint64_t)64 << 20,
	.ratio_max = 50,
	.name_max = 512,
};

static bool file_size(int fd, str path, uint64_t *out, struct err *e)
{
	struct stat st;
	if (fstat(fd, &st) != 0) {
		err_sys(e, ERR_IO, "read", errno, "cannot read the archive");
		return err_where(e, STR_FMT, STR_ARG(path));
	}
	struct zip_place place = { path, { NULL, 0 }, 0 };
	if (!S_ISREG(st.st_mode)) return zip_refuse(&place, "zip-no-end-record", e, "this is not a regular file");
	*out = (uint64_t)st.st_size;
	return true;
}

bool zip_open(struct arena *a, int fd, str path, const struct zip_open_options *options, struct zip_archive *out, struct err *e)
{
	static const struct zip_open_options defaults = { 0 };
	const struct zip_open_options *o = options ? options : &defaults;
	struct zip_archive z = { .fd = fd, .path = path };
	struct zip_reader r = { .arena = a,
		                    .limits = o->limits ? o->limits : &zip_limits_default,
		                    .policy = o->policy,
		                    .allow_symlinks = o->allow_symlinks,
		                    .z = &z };
	if (!file_size(fd, path, &z.size, e)) return false;
	if (z.size > r.limits->archive_max) {
		struct zip_place place = zip_reader_at(&r, r.limits->archive_max);
		return zip_refuse(&place, "zip-archive-too-large", e, "the archive has %llu bytes, more than %llu",
		                  (unsigned long long)z.size, (unsigned long long)r.limits->archive_max);
	}
	zip_window_open(&r.window, fd, path, z.size);
	bool ok = zip_end_read(&r, e) && zip_central_read(&r, e) && zip_local_read(&r, e);
	zip_window_close(&r.window);
	arena_release(&r.scratch);
	if (!ok) return false;
	z.path = arena_str(a, path);
	*out = z;
	return true;
}
