/* pylock_write.h: writes a resolution as pylock.toml.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PEP 751 and the PyPA page "pylock.toml specification" (lock-version 1.0): environments (one marker a target), extras,
 * dependency-groups, default-groups, packages with marker, requires-python, index, dependencies, wheels (name, url or path, size,
 * upload-time, hashes). [tool.lamina] holds the digest of the inputs, the targets and the options.
 * The bytes depend on the resolution alone: keys, order and line breaks are fixed, no time, no version of the machine.
 * Lifetime: the buffer's. */
#ifndef LAMINA_LOCKFILE_PYLOCK_WRITE_H
#define LAMINA_LOCKFILE_PYLOCK_WRITE_H

#include "base/buf.h"
#include "base/err.h"
#include "model/resolution.h"

/* lock_folder: paths of files are written relative to it. False (ERR_INTERNAL-like) only when out is full. */
bool pylock_write(const struct resolution *r, str lock_folder, struct buf *out, struct err *e);

/* What a lock that lamina wrote says about itself; found = false for locks of others. */
struct pylock_pin {
	str name, version, index;
};
struct pylock_origin {
	struct sha256 inputs;
	struct str_list targets, options;
	VEC(struct pylock_pin) pins; /* preferences for the next resolution */
};
bool pylock_origin_read(struct arena *a, str text, str path, struct pylock_origin *out, bool *found, struct err *e);

#endif
