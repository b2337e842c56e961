/* source_tree.h: the files of a project's folder (or of a source distribution), as the rules of build backends look at them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A tree is listed once, before any rule looks: sorted paths with their kinds. Contents are read through a callback, since rules want
 * few of them (pyproject.toml, setup.cfg, setup.py, MANIFEST.in, a README, licences, the file that holds a version). Nothing
 * of it is ever executed.
 * Left out of the listing by whoever makes it: version control folders, virtual environments, __pycache__, and what cannot be packed.
 * Version control: backends look at it in different ways, so the tree says what is there and each backend takes its part: hatchling the nearest
 *           .gitignore and .hgignore, be it above the folder, whether or not there is a repository; poetry-core what git ignores and does not
 *           track, and nothing without a repository; the others nothing at all.
 * Links:    a link to a file inside the tree, or inside its repository, is listed as that file; others that lead out of it, or in circles, are errors
 *           of the lister.
 * Limits:   SOURCE_TREE_MAX entries, SOURCE_TEXT_MAX bytes of a text that is read, names of at most 4,096 bytes.
 * Lifetime: whoever made the tree; texts that are read belong to the arena given. */
#ifndef LAMINA_PYTHON_SOURCE_TREE_H
#define LAMINA_PYTHON_SOURCE_TREE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

#define SOURCE_TREE_MAX 200000
#define SOURCE_TEXT_MAX ((size_t)16 << 20)

struct source_entry {
	str path; /* relative, "/" between parts, valid UTF-8; folders without a slash at the end */
	bool folder, executable;
	bool ignored; /* by rules of git: .gitignore files here and above, info/exclude; git may track it in spite of them */
	uint64_t size;
};

/* What version control says of the folder. All zero: nothing. */
struct source_vcs {
	bool git;            /* a git repository holds the folder */
	bool folder_ignored; /* its rules name the folder as a whole */
	str upper_gitignore,
	    upper_hgignore;     /* text of the nearest such file above, for a folder without its own, as hatchling looks */
	struct str_list inputs; /* files outside of the tree that decided, be it by not being there: paths on disk */
	void *context;
	/* What git tracks of the folder, bytewise; NULL, or why that cannot be known. A NULL function: nothing is tracked. */
	const char *(*tracked)(void *context, struct arena *a, struct str_list *paths);
};

struct source_tree {
	str where;                          /* what messages call it: the folder or the archive */
	const struct source_entry *entries; /* bytewise by path */
	size_t n;
	struct source_vcs vcs;
	bool
	    detached; /* METADATA names other folders by the way from here, so that its bytes do not depend on where this one lies; else
	                  as the backends do, by their place when `where` is absolute */
	void *context;
	bool (*read)(void *context, struct arena *a, str path, str *text, struct err *e);
};

/* An unpacked source distribution: PKG-INFO stands at its top. */
bool source_tree_is_sdist(const struct source_tree *t);
/* NULL when there is none. */
const struct source_entry *source_tree_find(const struct source_tree *t, str path);
/* The range of entries below a folder ("" = all). */
void source_tree_below(const struct source_tree *t, str folder, size_t *first, size_t *end);

#endif
