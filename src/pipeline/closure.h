/* closure.h: do the listed distributions need anything that is not listed? And: what do --only, --exclude and provided leave?
 * SPDX-License-Identifier: Apache-2.0
 *
 * A requirements file names packages, not what they need. Once the wheels are there, their METADATA tells: Requires-Dist is evaluated
 * for the target and for the extras that are asked for (by the file, or by another distribution), and every name must be in the set, or
 * be provided, or be excluded by the user. The dependency table also serves prune_table (lockfile/prune.h).
 * Pure: no input or output. Time: each (distribution, extra) is walked once; CLOSURE_STEPS_MAX bounds what hostile metadata can ask
 * for (ERR_FORMAT "closure-too-large").
 * Errors: ERR_RESOLVE "missing-dependency" that names all of them (at most ten are spelled out), who needs them and with what
 *         specifier; a listed version that the specifier does not allow is a warning ("conflict"), because overrides are
 *         legitimate in exported files; Requires-Python that excludes the target is ERR_RESOLVE "requires-python". */
#ifndef LAMINA_PIPELINE_CLOSURE_H
#define LAMINA_PIPELINE_CLOSURE_H

#include "base/err.h"
#include "lockfile/lockfile.h"
#include "lockfile/prune.h"
#include "model/note.h"
#include "model/plan.h"

#define CLOSURE_STEPS_MAX 2000000 /* requirements judged; large real sets need some 10,000 */

/* What each distribution needs on the target, extras included; nodes[i] belongs to distributions[i]. */
bool closure_table(struct arena *a, const struct distribution *distributions, size_t n, const struct lock_target *target,
                   struct notes *notes, struct prune_node **nodes, struct err *e);

/* left_out: names that the user excluded or that are provided. */
bool closure_check(struct arena *a, const struct distribution *distributions, size_t n, const struct lock_target *target,
                   const struct str_list *left_out, struct notes *notes, struct err *e);

/* Requires-Python of every distribution against the target. */
bool closure_check_python(struct arena *a, const struct distribution *distributions, size_t n, const struct lock_target *target,
                          struct notes *notes, struct err *e);

#endif
