/* source_pattern.h: file patterns as Python's fnmatch, glob and pathlib, setuptools' MANIFEST.in, and pathspec understand them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Not base/glob.h, which is lamina's own notion for what users write in lamina.toml (bytes, a folder means what is below it, no "/" means
 * anywhere); and not source_ignore.h, which is git's (bytes, rules by folder). Here a pattern means the whole path or nothing.
 * Source:  Python's fnmatch.translate, glob.glob(recursive=True) and pathlib.Path.glob; setuptools.glob and egg_info.translate_pattern (84);
 *          pathspec's GitIgnoreSpec (hatchling).
 * Common:  "*" any characters, "?" one, "[...]" one of (a "]" first in it is itself, "!" negates), a "[" without an end is itself; case
 *          matters; characters are code points.
 * Time:    O(pattern * name) for any input. Limits: PATTERN_MAX bytes; longer patterns match nothing. */
#ifndef LAMINA_PYTHON_SOURCE_PATTERN_H
#define LAMINA_PYTHON_SOURCE_PATTERN_H

#include "base/arena.h"
#include "base/str.h"

#define PATTERN_MAX 4096

/* fnmatch: "*" and "?" match "/" too. */
bool pattern_match(str pattern, str name);

enum pattern_kind {
	PATTERN_GLOB,      /* glob.glob: "**" is any number of folders; names that begin with "." want a pattern that does */
	PATTERN_PLAIN,     /* setuptools.glob: "**" is one name like "*", hidden names are nothing special */
	PATTERN_RECURSIVE, /* setuptools.glob(recursive=True): "**" is any number of folders */
	PATTERN_MANIFEST,  /* translate_pattern: as recursive, but "-" inside "[...]" is itself, and a final "**" is any text */
	PATTERN_GIT,       /* pathspec: as recursive, and "[^...]" negates, too */
	PATTERN_BYTES      /* globset (uv_build): as recursive, "?" and "[...]" are one byte */
};

/* Part by part: nothing but "**" matches "/". */
bool pattern_path(str pattern, str path, enum pattern_kind kind);
/* The same for what may be a folder: a final "**" stands for the folder itself, too. */
bool pattern_names(str pattern, str path, bool folder, enum pattern_kind kind);
/* Has it "*", "?" or "["? */
bool pattern_is_magic(str pattern);
/* As pathlib writes it: without "." parts and doubled slashes, and no slash at the end. */
str pattern_clean(struct arena *a, str pattern);

#endif
