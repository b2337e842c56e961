/* tar_header.h: one header block of a tar archive.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Three formats are read: ustar (POSIX), GNU, and the one before both when the place of the newer fields is empty. Every field has to
 * be well-formed, those that nobody needs, too (other readers refuse there), and nothing may hide behind a NUL.
 * What only one format has is taken in headers of that format only: GNU's long names, POSIX's PAX headers.
 * Source: POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format" and "GNU Extensions to Standards". */
#ifndef LAMINA_FORMAT_TAR_HEADER_H
#define LAMINA_FORMAT_TAR_HEADER_H

#include "base/str.h"

#define TAR_BLOCK      512
#define TAR_SHORT_NAME 256 /* prefix, slash, name */

struct tar_header {
	char type;       /* '0' '1' '2' '5' 'L' 'K' 'x' 'g'; '\0' is told as '0', or as '5' when the name ends in a slash */
	bool ustar, gnu; /* the format; neither: the one before both */
	uint64_t size;
	uint32_t mode;
	str name, link; /* link points into the block */
	str first;      /* the field "name" alone: what a GNU long name must begin with */
	char text[TAR_SHORT_NAME];
};

bool tar_block_is_zero(const unsigned char *block);
/* NULL, or why the block is no header that can be trusted. name points into out. */
const char *tar_header_read(const unsigned char *block, struct tar_header *out);

#endif
