/* requirements_entry.h: what one line of a requirements file asks for.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Private to the requirements reader.
 * Source: pip's constructors.py (26.3): a URL, a path to an archive or a folder, or a PEP 508 requirement.
 * Errors: ERR_FORMAT "requirements" with the place.
 * Lifetime: arena. */
#ifndef LAMINA_LOCKFILE_REQUIREMENTS_ENTRY_H
#define LAMINA_LOCKFILE_REQUIREMENTS_ENTRY_H

#include "lockfile/reader.h"
#include "lockfile/requirements.h"

struct requirements_entry {
	const struct requirement_line *line;
	str name;               /* normalised */
	struct str_list extras; /* normalised */
	struct specifier_set specifier;
	struct marker *marker;
	bool direct; /* `file` says where it is */
	struct locked_file file;
	str version;            /* of a wheel or sdist named directly; else empty */
	struct str_list hashes; /* "sha256:hex", lower case: --hash and the URL's fragment */
	str assumed;
};

bool requirements_entry_from(struct arena *a, const struct requirement_line *line, struct requirements_entry *out,
                             struct err *e);
/* Folder against which the line's relative paths are read. */
str requirements_folder(const struct requirement_line *line);

#endif
