/* pylock_write.h: writes a resolution as pylock.toml, and reads what such a lock says about itself.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PEP 751 and the PyPA page "pylock.toml specification" (lock-version 1.0): environments (one marker a target), extras,
 * dependency-groups, default-groups, packages with marker, requires-python, dependencies, index, wheels (name, upload-time, url or
 * path, size, hashes); direct references as archive, directory or vcs. Keys stand in the order of that page.
 * A project with groups has its own dependencies in a group that is made up for them ("main" where that is free) and installed by
 * default: that is what the page has default-groups for, and what lets a reader choose a group and nothing else.
 * [tool.lamina] holds the digest of the inputs, the targets, the options, the input files and what they ask for.
 * The bytes depend on the resolution and the lock's folder alone: keys, order and line breaks are fixed, no time, no name of the
 * machine. Users and passwords in URLs are left out.
 * Lifetime: the buffer's. */
#ifndef LAMINA_LOCKFILE_PYLOCK_WRITE_H
#define LAMINA_LOCKFILE_PYLOCK_WRITE_H

#include "base/buf.h"
#include "base/err.h"
#include "model/resolution.h"

#define PYLOCK_TOOL_MAX 10000 /* entries of a list in [tool.lamina] */

/* lock_folder: paths of files are written relative to it. Paths of the resolution are absolute or relative to the process's folder. False
 * when out is full (ERR_FORMAT "too-large"), or the process's folder is gone (ERR_IO). */
bool pylock_write(const struct resolution *r, str lock_folder, struct buf *out, struct err *e);

/* A path as it is written into a lock of that folder: relative, with "/". Both are absolute or relative to the process's folder. */
bool pylock_path_from(struct arena *a, str folder, str path, str *out, struct err *e);

/* What a lock that lamina wrote says about itself; found = false for locks of others. */
struct pylock_pin {
	str name, version, index;
};
struct pylock_origin {
	struct sha256 inputs;
	struct str_list targets, options;
	struct str_list sources, requires; /* as in struct resolution */
	VEC(struct pylock_pin) pins;       /* preferences for the next resolution; in the order of the lock */
	struct str_list
	    folders; /* projects that it installs from folders, and files that are asked for by path; as they can be opened */
};
bool pylock_origin_read(struct arena *a, str text, str path, struct pylock_origin *out, bool *found, struct err *e);

#endif
