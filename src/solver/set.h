/* set.h: what a package may still be: some of its versions, or not chosen at all.
 * SPDX-License-Identifier: Apache-2.0
 *
 * "Not chosen" is one more state beside the versions, so that PubGrub's positive and negative terms are the same kind of set:
 * "some version in S" is S without it, "no version in S" is all others with it. Two ways to hold the versions:
 *     intervals  until the page of the project is known: what was written in requirements
 *     spans      afterwards: positions of the usable candidates, in the order in which they are tried (ladder.h)
 * A set changes from the first to the second by itself, where it lies, when it is next used; every operation gives the second
 * once the page is known. Spans are sorted, disjoint and do not touch.
 * Lifetime: the arena's that an operation is given; what a change of form needs comes from the ladder's own. */
#ifndef LAMINA_SOLVER_SET_H
#define LAMINA_SOLVER_SET_H

#include "python/interval.h"
#include "solver/ladder.h"

struct span {
	uint32_t from, to; /* [from, to) */
};

struct set {
	bool none;   /* "not chosen" is in it */
	bool placed; /* held as spans */
	uint32_t n, cap;
	struct span *spans;
	struct interval_set versions;
};

struct set *set_everything(struct arena *a, struct ladder *l);
/* The versions outside `allowed`, and "not chosen" or not. */
struct set *set_outside(struct arena *a, struct ladder *l, const struct interval_set *allowed, bool none);
/* Positions [from, to). The page must be known. */
struct set *set_positions(struct arena *a, uint32_t from, uint32_t to, bool none);

bool set_is_empty(struct ladder *l, struct set *s);
bool set_is_everything(struct ladder *l, struct set *s);
bool set_subset(struct ladder *l, struct set *inner, struct set *outer);
bool set_disjoint(struct ladder *l, struct set *x, struct set *y);
bool set_equal(struct ladder *l, struct set *x, struct set *y);
struct set *set_minus(struct arena *a, struct ladder *l, struct set *x, struct set *y);
struct set *set_both(struct arena *a, struct ladder *l, struct set *x, struct set *y);
struct set *set_union(struct arena *a, struct ladder *l, struct set *x, struct set *y);

/* The page must be known. */
bool set_has(struct ladder *l, struct set *s, uint32_t position);
uint32_t set_first(struct ladder *l, struct set *s); /* LADDER_NONE when it has no version */
/* Adds one position where it lies; cheap when positions come in order. */
void set_add(struct arena *a, struct ladder *l, struct set *s, uint32_t position);
/* Exactly one version can be meant (==V). */
bool set_is_single(struct ladder *l, const struct interval_set *s);
/* Ensures the form that the ladder has now. */
void set_settle(struct ladder *l, struct set *s);

#endif
