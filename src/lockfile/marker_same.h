/* marker_same.h: do two markers say the same?
 * SPDX-License-Identifier: Apache-2.0
 *
 * A lock holds markers in the normal form of the tool that wrote it, not as the project has them: python_version becomes
 * python_full_version, platform_system == 'Windows' becomes sys_platform == 'win32', what requires-python implies is dropped. So they
 * are compared by what they answer: both are evaluated for every combination of the values that either of them names, of one that
 * neither names, and of versions just below, at and above those named, as far as real systems have such combinations.
 * Different answers prove a difference; equal answers everywhere are taken as sameness. Markers that are too large for that count as
 * the same: who asks must not accuse without proof.
 * Limits: MARKER_SAME_* below; `budget` is the number of evaluations that all calls together may make.
 * Lifetime: the scope keeps nothing of a call. */
#ifndef LAMINA_LOCKFILE_MARKER_SAME_H
#define LAMINA_LOCKFILE_MARKER_SAME_H

#include "python/marker.h"

#define MARKER_SAME_TEXT     4096
#define MARKER_SAME_LITERALS 32    /* different values of one variable */
#define MARKER_SAME_POINTS   20000 /* combinations of one comparison */

struct marker_scope {
	struct arena *a;
	struct specifier_set python; /* only these Pythons count; empty = all */
	size_t budget;
};

/* NULL is the marker that always holds. */
bool marker_same(struct marker_scope *scope, const struct marker *x, const struct marker *y);

#endif
