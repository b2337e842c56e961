/* explain.h: from a proof to sentences; private to solver/.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A proof is a tree of rules that were combined; told step by step it is long and hard to follow. What matters are its leaves: a
 * few facts (a requirement; "x 1.0 to 1.4 needs y<2"; "y 3.0 has no wheel") that cannot all be true. So:
 *     core.c     collects the facts of the proof and drops every one without which the rest is still impossible
 *     story.c    orders what is left from the user's lines down, a line each
 *     words.c    words for sets of versions
 *     advice.c   what would work
 * Lifetime: the arena that is given; search and provider must still be there. */
#ifndef LAMINA_SOLVER_EXPLAIN_H
#define LAMINA_SOLVER_EXPLAIN_H

#include "solver/search.h"

enum fact_kind {
	FACT_NEED,    /* `from` in `versions` needs `need` */
	FACT_REFUSED, /* metadata of `versions` of `from` refuses them */
	FACT_PAGE     /* what the page of a project refuses */
};

struct fact {
	enum fact_kind kind;
	uint32_t from; /* package; NOTHING: the root */
	uint32_t to;   /* FACT_NEED: package of the project that is needed; else as from */
	const struct solver_need *need;
	size_t root;
	struct set *versions; /* positions of from */
	uint32_t reason;
	bool on;
};

struct fact_list {
	VEC(uint32_t);
};

struct core {
	struct search *s;
	struct arena *a;
	VEC(struct fact) facts;
	struct fact_list *of; /* by package: facts about its versions */
};

/* A smallest set of facts that is impossible (those that are `on`). */
void core_find(struct core *c, struct search *s, struct arena *a);

/* Candidates of a project as flags. */
struct picks {
	const struct solver_project *page;
	bool *in;
	size_t n; /* how many are in */
};
struct picks picks_new(struct arena *a, const struct solver_project *page);
/* Adds the candidates of the positions. */
void picks_positions(struct picks *p, const struct ladder *l, const struct set *set);
/* Leaves only those that are allowed. */
void picks_keep(struct picks *p, const struct interval_set *allowed);

/* "x" or "x[extra]". */
str words_name(struct arena *a, str name, str extra);
/* "x 1.0", "every x from 1.0 to 1.4", "each of x 1.0, 1.2 and 2.0 to 2.4", "every version of x". `whole`: candidates that would be
 * missed if they lay in a gap. */
str words_subject(struct arena *a, str name, str extra, const struct picks *which, const struct picks *whole);
/* "1.0", "1.0 to 1.4": the oldest to the newest of them. */
str words_range(struct arena *a, const struct picks *which);

/* What happened in one sentence, and the facts a line each (at most STORY_MAX bytes with what term.c adds). */
#define STORY_MAX 780
void story_tell(struct core *c, struct arena *a, str *what, str *why);
/* The project in which the facts meet: needed, but nothing is left of it. NOTHING when there are several. */
uint32_t story_end(const struct core *c);
/* The need, when there is just one of the project. */
const struct fact *story_only_need(const struct core *c, uint32_t end);
/* Versions of it are refused, and that matters. */
bool story_page_matters(const struct core *c, uint32_t end);
/* Flags of the candidates that all facts about what is needed of the project allow, but for `except`. */
struct picks story_allowed(const struct core *c, struct arena *a, uint32_t package);

/* The explanation: e's what, why and help; names that take part. */
void explain(struct search *s, struct arena *a, struct solver_failure *failure, struct err *e);

/* What would work, a line each; empty when nothing is known. */
str advice(struct core *c, struct arena *a);

#endif
