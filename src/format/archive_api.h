/* archive_api.h: libarchive, loaded when a source distribution needs it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Only .tar.bz2 and .tar.xz need it, which indexes no longer take; so it is neither linked nor required: it is opened with dlopen and
 * called through this table, whose types come from its own header (as net/curl_api.h does with libcurl). Built without that header,
 * loading always fails.
 * Lifetime: the library stays loaded. Errors: ERR_IO "no-libarchive". Threads: a table belongs to one reader. */
#ifndef LAMINA_FORMAT_ARCHIVE_API_H
#define LAMINA_FORMAT_ARCHIVE_API_H

#include "base/err.h"

#ifdef HAVE_LIBARCHIVE
#include <archive.h>

/* name in the table, symbol in the library */
#define ARCHIVE_API(X)                                                                                                         \
	X(read_new, archive_read_new)                                                                                              \
	X(read_free, archive_read_free)                                                                                            \
	X(filter_bzip2, archive_read_support_filter_bzip2)                                                                         \
	X(filter_xz, archive_read_support_filter_xz)                                                                               \
	X(format_raw, archive_read_support_format_raw)                                                                             \
	X(read_open, archive_read_open)                                                                                            \
	X(next_header, archive_read_next_header)                                                                                   \
	X(read_data, archive_read_data)                                                                                            \
	X(filter_count, archive_filter_count)                                                                                      \
	X(filter_code, archive_filter_code)                                                                                        \
	X(filter_bytes, archive_filter_bytes)                                                                                      \
	X(set_error, archive_set_error)                                                                                            \
	X(error_string, archive_error_string)

struct archive_api {
	void *library;
#define X(name, symbol) __typeof__(symbol) *name;
	ARCHIVE_API(X)
#undef X
};
#else
struct archive_api {
	void *library;
};
#endif

bool archive_api_load(struct archive_api *api, struct err *e);

#endif
