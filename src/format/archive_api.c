/* archive_api.c: dlopen and the table.
 * SPDX-License-Identifier: Apache-2.0 */
#include "format/archive_api.h"

#include <string.h>

#include "base/library.h"

static bool missing(struct err *e, const char *why)
{
	err_set(e, ERR_IO, "no-libarchive", "the library that unpacks .tar.bz2 and .tar.xz, libarchive, cannot be used");
	err_why(e, "%s", why ? why : "unknown");
	return err_help(
	    e, "install it: on Debian and Ubuntu the package libarchive13 (libarchive13t64), on Fedora, Amazon Linux and Alpine "
	       "libarchive");
}

#ifdef HAVE_LIBARCHIVE
#ifdef __APPLE__
static const char *const library_names[] = { "libarchive.13.dylib", "/usr/lib/libarchive.2.dylib", "libarchive.dylib", NULL };
#else
static const char *const library_names[] = { "libarchive.so.13", "libarchive.so", NULL };
#endif

bool archive_api_load(struct archive_api *api, struct err *e)
{
	struct archive_api loaded = { 0 };
	const char *why;
	loaded.library = library_open(library_names, &why);
	if (!loaded.library) return missing(e, why);
#define X(name, function)                                                                                                      \
	if (!library_symbol(loaded.library, #function, &loaded.name, sizeof loaded.name))                                          \
		return missing(e, "it is too old: it lacks " #function);
	ARCHIVE_API(X)
#undef X
	*api = loaded;
	return true;
}
#else
bool archive_api_load(struct archive_api *api, struct err *e)
{
	memset(api, 0, sizeof *api);
	return missing(e, "this lamina was built without libarchive's headers (package libarchive-dev)");
}
#endif
