/* tar_pax.h: the records of a PAX extended header.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: POSIX.1-2017 pax, "pax Extended Header": "%d %s=%s\n", the number counts the whole record.
 * Taken:  path, linkpath and size of one member. Let pass: times, owners, comments, and what vendors note beside a file. Refused: keywords
 *         that make a member something else (sparse files, other types), other character sets, any keyword twice, unknown ones without a
 *         vendor, and in a global header all that would change members. */
#ifndef LAMINA_FORMAT_TAR_PAX_H
#define LAMINA_FORMAT_TAR_PAX_H

#include "base/arena.h"

struct tar_pax {
	bool has_size;
	str path, link; /* empty: not given */
	uint64_t size;
};

/* NULL, or why the header is refused. scratch: for the names of keywords; the strs point into text. */
const char *tar_pax_read(struct arena *scratch, str text, bool global, struct tar_pax *out);

#endif
