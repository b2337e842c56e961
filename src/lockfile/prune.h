/* prune.h: --only and --exclude: keeps or leaves out distributions together with what only they need.
 * SPDX-License-Identifier: Apache-2.0
 *
 * --only A B keeps A, B and everything that they need. --exclude A B drops A, B and everything that nothing else needs: what is
 * kept is what the remaining roots reach, a root being a package that no other package of the set needs (in a cycle without a
 * root outside it: all of the cycle). Both given: only first, then exclude.
 * Works on a table of names, because requirements.txt says nothing about dependencies: the pipeline fills the table from the
 * wheels' metadata and calls prune_table itself.
 * Errors: ERR_USAGE "unknown-distribution" with "did you mean"-style help; ERR_RESOLVE "dependencies-unknown" from lock_prune.
 * Time is linear in names and edges; cycles are fine. */
#ifndef LAMINA_LOCKFILE_PRUNE_H
#define LAMINA_LOCKFILE_PRUNE_H

#include "base/err.h"
#include "model/lock.h"
#include "model/note.h"

struct prune_node {
	str name;              /* normalised */
	struct str_list needs; /* normalised; names outside the table are ignored */
	bool keep;             /* result */
};

/* Names in only and exclude may have any spelling; NULL or empty = not given. */
bool prune_table(struct arena *a, struct prune_node *nodes, size_t n, const struct str_list *only,
                 const struct str_list *exclude, struct err *e);

/* True when every package of the set knows its dependencies, so that lock_prune can work. */
bool lock_prune_possible(const struct locked_set *set);
/* Removes packages from the set. Says in a verbose note what went. Nothing to do when both lists are empty. */
bool lock_prune(struct arena *a, struct locked_set *set, const struct str_list *only, const struct str_list *exclude,
                struct notes *notes, struct err *e);

#endif
