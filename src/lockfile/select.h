/* select.h: chooses the one file of each locked package that is right for a target.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PEP 751 "Installation" (a wheel by tags, else the source distribution, else an error); PEP 427 build tags break ties.
 * The choice depends on the lock and the target only, never on what can be downloaded.
 * Errors: ERR_RESOLVE "no-wheel" (why = the nearest file and what it lacks), "sdist-only", "source-only" (directories, version
 * control), "no-files".
 * Lifetime: nothing is allocated that outlives the call but texts in the arena. */
#ifndef LAMINA_LOCKFILE_SELECT_H
#define LAMINA_LOCKFILE_SELECT_H

#include "lockfile/lockfile.h"

enum lock_select_flags {
	LOCK_SELECT_FOLDERS = 2, /* folders of source code are answers: lamina makes their wheels itself */
	LOCK_SELECT_SDISTS = 4,  /* so are source distributions where no wheel fits: lamina makes their wheels */
	LOCK_SELECT_SOURCES = 1  /* source distributions, directories and version control are answers too, not errors */
};

/* Sets `chosen` of every package: an index into files, or SIZE_MAX when the lock names no files and an index page has to. */
bool lock_select(struct arena *a, struct locked_set *set, const struct lock_target *target, unsigned flags, struct err *e);
/* One package; the same for files that an index page or a folder named. */
bool lock_select_one(struct arena *a, struct locked_package *package, const struct lock_target *target, unsigned flags,
                     struct err *e);
/* A wheel, whatever the lock calls it: pylock.toml's `archive` may be one. */
bool locked_file_is_wheel(const struct locked_file *f);

#endif
