/* ladder.h: the usable versions of one project in the order in which they are tried.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A position is a place in that order: 0 is the most preferred version. The version that a lock prefers is first, finals come
 * before pre-releases (or not, or there are none), newest first (or oldest). What can never be chosen has no position. An
 * interval of versions is at most three runs of positions, found by binary search.
 * Lifetime: of the search's arena; the page is the provider's. */
#ifndef LAMINA_SOLVER_LADDER_H
#define LAMINA_SOLVER_LADDER_H

#include "solver/solver.h"

#define LADDER_NONE UINT32_MAX

struct ladder {
	struct arena *keep, *scratch;
	const struct solver_project *page; /* NULL until it was asked for */
	uint32_t n;                        /* positions */
	uint32_t *candidate;               /* position -> candidate */
	uint32_t first;                    /* 1 when position 0 is the preferred candidate, out of order */
	uint32_t finals;                   /* positions of finals (of all, when pre-releases are mixed in), behind `first` */
	uint32_t *before;                  /* candidate -> how many finals come before it; n_candidates + 1 of them */
	uint32_t *before_pre;              /* the same of pre-releases */
	bool oldest;
};

/* The page has arrived. */
void ladder_build(struct ladder *l, const struct solver_project *page, bool oldest);
/* Why a candidate can never be chosen: its own number, or LADDER_PRERELEASE. 0: it has a position. */
#define LADDER_PRERELEASE UINT32_MAX
uint32_t ladder_refuses(const struct solver_project *page, size_t candidate);
/* Candidates [*from, *to) are those in the interval: newest first. */
void ladder_find(const struct solver_project *page, const struct interval *i, size_t *from, size_t *to);

#endif
