/* private_git.h: what git and Mercurial say of a private project's folder, found by reading.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The repository is looked for as git does: the first folder upwards with a `.git` that is one (a folder with a HEAD, or a file that leads to
 * such a folder, as work trees and submodules have it). An unpacked source distribution is looked at as if nothing were above it.
 * Read:     .gitignore files between the repository's top and the folder, $GIT_DIR/info/exclude, core.excludesFile of the repository's own
 *           configuration when it is an absolute path, the index.
 * Not read: the configuration and the ignore file of the user and of the computer: what a wheel holds must not depend on who makes it.
 * Lifetime: the arena's. */
#ifndef LAMINA_PIPELINE_PRIVATE_GIT_H
#define LAMINA_PIPELINE_PRIVATE_GIT_H

#include "python/source_ignore.h"
#include "python/source_tree.h"

struct private_git {
	str top;                   /* of the work tree, on disk; empty: there is no repository */
	str above;                 /* from there to the folder: "" or "services/api/" */
	str folder;                /* its .git folder */
	str common;                /* the one that holds what several work trees share */
	struct ignore_rules rules; /* of the files above the folder; whoever walks adds those of the folder */
	struct source_vcs vcs;
};

/* real: the folder's real path. */
void private_git_read(struct arena *a, str real, struct private_git *out);
/* A repository of its own inside of the folder: git does not look into it. */
bool private_git_is_nested(struct arena *a, str path);
/* The rules of PATH/.gitignore; folder: as the rules call it, from the repository's top. */
void private_git_add_rules(struct arena *a, struct ignore_rules *rules, str path, str folder);
/* After the walk: do the rules name the folder as a whole? */
bool private_git_ignores_folder(const struct private_git *g);

#endif
