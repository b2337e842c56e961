/* path.c: paths as text; only path_absolute asks the system anything.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "base/io.h"
#include "base/io_internal.h"

static str without_slashes(str path)
{
	while (path.n > 1 && path.p[path.n - 1] == '/') path.n--;
	return path;
}

str path_dir(str path)
{
	path = without_slashes(path);
	size_t slash = str_rchr(path, '/');
	if (slash == STR_NONE) return S(".");
	return without_slashes(str_slice(path, 0, slash == 0 ? 1 : slash));
}

str path_base(str path)
{
	path = without_slashes(path);
	size_t slash = str_rchr(path, '/');
	return slash == STR_NONE || path.n == 1 ? path : str_from_pos(path, slash + 1);
}

bool path_is_absolute(str path) { return str_at(path, 0) == '/'; }

str path_join(struct arena *a, str base, str path)
{
	if (path_is_absolute(path) || base.n == 0 || str_eq(base, S("."))) return arena_str(a, path);
	if (path.n == 0) return arena_str(a, base);
	return arena_join(a, str_ends(base, S("/")) ? arena_str(a, base) : arena_join(a, base, S("/")), path);
}

str path_clean(struct arena *a, str path)
{
	bool absolute = path_is_absolute(path);
	char *out = arena_cstr(a, path.n == 0 ? S(".") : path);
	size_t n = 0, floor = absolute ? 1 : 0; /* bytes that ".." must not take away */
	if (absolute) out[n++] = '/';
	str part;
	for (bool more = path.n > 0; more;) {
		more = str_cut(path, '/', &part, &path);
		if (part.n == 0 || str_eq(part, S("."))) continue;
		if (str_eq(part, S(".."))) {
			if (n > floor) {
				while (n > floor && out[n - 1] != '/') n--;
				if (n > floor) n--;
				continue;
			}
			if (absolute) continue; /* "/.." is "/" */
		}
		if (n > 0 && out[n - 1] != '/') out[n++] = '/';
		for (size_t i = 0; i < part.n; i++) out[n++] = part.p[i];
		if (str_eq(part, S(".."))) floor = n;
	}
	if (n == 0) out[n++] = '.';
	out[n] = '\0';
	return (str){ out, n };
}

bool path_absolute(struct arena *a, str path, str *out, struct err *e)
{
	if (path_is_absolute(path)) {
		*out = path_clean(a, path);
		return true;
	}
	char folder[PATH_MAX];
	if (!getcwd(folder, sizeof folder)) return io_fail(e, "not-found", errno, "find out", "the current folder");
	*out = path_clean(a, path_join(a, str_from(folder), path));
	return true;
}
