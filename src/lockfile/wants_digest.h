/* wants_digest.h: what a set of wants means, as one SHA-256 (the rules are in wants_digest.c).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_LOCKFILE_WANTS_DIGEST_H
#define LAMINA_LOCKFILE_WANTS_DIGEST_H

#include "lockfile/wants.h"

/* Sets w->digest from everything else in it. */
void wants_digest(struct arena *a, struct wants *w);

#endif
