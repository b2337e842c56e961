/* interval.h: sets of versions as sorted, disjoint intervals.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A cut is a place between versions; an interval is what lies between two cuts, so that there are no open and closed ends:
 *     BELOW(V)  V  ABOVE(V)  V+local...  AFTER_LOCALS(V)  V.post0.dev0 ... V.postN+local  AFTER_POSTS(V)
 * The two places after V are what PEP 440 needs for <=V (allows V+local) and >V (refuses V+local and V.postN); AFTER_POSTS
 * exists for V without post and dev only. Sets are sorted, their intervals disjoint, not empty and not touching.
 * Two cuts with no possible version between them are different here but equal after interval_set_canonical, which rewrites each
 * cut to the one below the least version above it. Union, intersection, complement and comparisons do that themselves.
 * Source: python-packaging rules for specifiers (PEP 440), the range engine of `packaging` 26 and of uv.
 * Lifetime: arena; cuts point to versions of the arena or of the caller. Here is no text: who prints keeps what was written. */
#ifndef LAMINA_PYTHON_INTERVAL_H
#define LAMINA_PYTHON_INTERVAL_H

#include "python/version.h"

enum cut_side { CUT_LOWEST, CUT_BELOW, CUT_ABOVE, CUT_AFTER_LOCALS, CUT_AFTER_POSTS, CUT_HIGHEST };

struct cut {
	enum cut_side side;
	const struct version *version; /* NULL for CUT_LOWEST and CUT_HIGHEST */
};

struct interval {
	struct cut from, to; /* from < to */
};

struct interval_set {
	struct interval *p;
	size_t n; /* 0: no version */
};

enum tri { TRI_FALSE, TRI_TRUE, TRI_UNKNOWN };

int cut_cmp(struct cut a, struct cut b);
/* The cut that no version separates from this one and that is written in the simplest way. */
struct cut cut_canonical(struct arena *a, struct cut c);

bool interval_contains(const struct interval *i, const struct version *v);
bool interval_set_contains(const struct interval_set *s, const struct version *v); /* binary search */

struct interval_set interval_set_all(struct arena *a);
struct interval_set interval_set_of(struct arena *a, struct cut from, struct cut to); /* empty unless from < to */
struct interval_set interval_set_canonical(struct arena *a, const struct interval_set *s);
struct interval_set interval_set_intersect(struct arena *a, const struct interval_set *x, const struct interval_set *y);
struct interval_set interval_set_union(struct arena *a, const struct interval_set *x, const struct interval_set *y);
/* Of many, by halves: n log n instead of n squared. No set at all: intersection everything, union nothing. */
struct interval_set interval_set_intersect_all(struct arena *a, const struct interval_set *sets, size_t n);
struct interval_set interval_set_union_all(struct arena *a, const struct interval_set *sets, size_t n);
struct interval_set interval_set_complement(struct arena *a, const struct interval_set *s);
/* Both canonicalise what they are given. */
bool interval_set_equal(struct arena *a, const struct interval_set *x, const struct interval_set *y);
bool interval_set_subset(struct arena *a, const struct interval_set *inner, const struct interval_set *outer);
/* Are the versions of the interval in the set? TRI_UNKNOWN when some are and some are not. */
enum tri interval_set_decides(const struct interval_set *s, const struct interval *where);

/* Versions made from others, for those who build intervals. All without local part. */
struct version *version_dev0(struct arena *a, const struct version *v); /* the same with .dev0 */
/* Release parts [0, n) with the last of them raised by one when `raise`, and .dev0: 1.2.3, n 2 -> 1.3.dev0. */
struct version *version_prefix_dev0(struct arena *a, const struct version *v, size_t n, bool raise);
struct version *version_next_dev(struct arena *a, const struct version *v);       /* V.devN -> V.dev(N+1) */
struct version *version_next_post_dev0(struct arena *a, const struct version *v); /* V -> V.post0.dev0, V.postN -> .post(N+1) */
struct version *version_next_pre_dev0(struct arena *a, const struct version *v);  /* VaN -> Va(N+1).dev0 */

/* All versions of Python 3.minor: 3.minor.0 <= v < 3.(minor+1).dev0. */
struct interval interval_python(struct arena *a, int minor);
/* Is Python 3.minor in the set? A full version that is not empty decides by itself; else the interval rule. */
enum tri interval_set_allows_python(const struct interval_set *s, int minor, str full_version);

#endif
