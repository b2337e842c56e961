/* newest_wheel.h: which version of a project has a wheel, for messages about one that has none.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The index is asked for it, once a message: only where something has failed already. What goes wrong meanwhile is nobody's concern.
 * Lifetime: the arena's. */
#ifndef LAMINA_PIPELINE_NEWEST_WHEEL_H
#define LAMINA_PIPELINE_NEWEST_WHEEL_H

#include "index/client.h"
#include "lockfile/lockfile.h"

/* Newest final version with a wheel that the target can use, not yanked, for its Python; else such a pre-release; empty: none. *asked:
 * the index answered. */
str newest_wheel(struct arena *a, struct index_client *client, const struct locked_package *package,
                 const struct lock_target *target, bool *asked);
/* The same as the beginning of the error's help, when it is about a package without a wheel ("no-wheel", "sdist-only",
 * "cannot-build"). */
void newest_wheel_advise(struct arena *a, struct index_client *client, const struct locked_package *package,
                         const struct lock_target *target, struct err *e);
/* Is the error one of these? */
bool newest_wheel_helps(const struct err *e);

#endif
