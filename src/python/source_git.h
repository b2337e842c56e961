/* source_git.h: which files a git repository tracks, as its index lists them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * poetry-core leaves out what git ignores, and git never ignores what it tracks: `git add -f` brings a file into the wheel that .gitignore names.
 * The index is read, git is never run.
 * Source:   git's "index-format": versions 2 to 4, object names of 20 or 32 bytes. The checksum at the end is not looked at (git itself may
 *           leave it out: index.skipHash).
 * Refused:  a split index (its other half is another file), a sparse one (it names folders in place of files), extensions that git marks as
 *           necessary and that are not known here.
 * Limits:   GIT_INDEX_MAX bytes, names of at most 4,096 bytes, GIT_PATHS_MAX bytes of names that are kept (version 4 stores only how a name
 *           differs from the one before, so that a small file may describe much).
 * Lifetime: names belong to the arena. */
#ifndef LAMINA_PYTHON_SOURCE_GIT_H
#define LAMINA_PYTHON_SOURCE_GIT_H

#include "base/vec.h"

#define GIT_INDEX_MAX ((size_t)256 << 20)
#define GIT_PATHS_MAX ((size_t)256 << 20)

/* below: "" or a folder with a slash at its end; names outside of it are left out, the others are written without it. In the index's
 * order, which is bytewise. NULL when all went well, else why not ("the index is split"); *paths is then as it was. */
const char *git_index_paths(struct arena *a, str index, size_t id_size, str below, struct str_list *paths);

#endif
