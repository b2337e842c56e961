/* search.h: the state of one search; private to solver/.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Words:
 *     package     a project, or one extra of it (a package of its own with the same versions)
 *     rule        terms that cannot all hold (PubGrub's incompatibility)
 *     term        a package and a set of its states; it holds when what the package may still be lies within the set
 *     trail       what was decided and derived, in order; each entry keeps what its package may be since then
 *     level       how many decisions lie before; level 0 is what follows from the requirements alone
 * Invariants: a package's `now` is the set of its newest trail entry (or package_start); sets along its entries only shrink and are
 *             never empty while the search goes on. Rules of needs grow in place: other versions with the same need are added to
 *             their first term, which makes them say more and keeps every conclusion drawn from them true.
 * Memory:     `keep` lives as long as the search (rules, packages); `trail_memory` is rewound when the trail is cut. */
#ifndef LAMINA_SOLVER_SEARCH_H
#define LAMINA_SOLVER_SEARCH_H

#include "base/map.h"
#include "solver/set.h"

#define NOTHING UINT32_MAX

/* --- rules.c --- */

enum rule_kind {
	RULE_NEED,    /* `from` in some versions (terms[0]) needs `to` (terms[1]); of the root: terms[0] alone */
	RULE_REFUSED, /* versions whose metadata refuses them */
	RULE_SAME,    /* an extra comes in the version of its project */
	RULE_LEARNT
};

struct term {
	uint32_t package;
	struct set *set;
};

/* One step of a proof: what was known so far and `rule` together, over `package`. rule NOTHING: the term held by itself, since
 * no usable version lies outside of it. The first step of a proof is its starting point and has no package. */
struct proof_step {
	uint32_t rule, package;
};

struct rule {
	enum rule_kind kind;
	uint32_t n;
	struct term *terms;
	union {
		struct {
			const struct solver_need *need;
			uint32_t from, to; /* packages; from NOTHING: the root */
			uint32_t next;     /* the next rule with the same two packages */
			size_t root;       /* index of the root's need, as given */
		};
		uint32_t reason; /* RULE_REFUSED */
		struct {
			struct proof_step *steps; /* RULE_LEARNT */
			uint32_t n_steps, cap_steps;
			bool late; /* what is on level 0 is part of the proof */
		};
	};
	uint32_t idle_at, idle_serial; /* it cannot matter while the trail has this entry */
};

/* --- packages.c --- */

struct project {
	str name;
	struct ladder ladder;
	VEC(uint32_t) packages; /* itself first, then its extras in the order in which they appeared */
	uint32_t order;         /* when it was first needed; NOTHING: never yet */
	uint32_t priority;      /* enum priority */
	uint32_t promoted;      /* PRIORITY_EARLY: smaller is earlier */
	size_t hinted;          /* the candidate of the last hint */
	bool direct;            /* the root needs it */
	uint32_t tried, hint_at;
};

/* A version whose needs are known. */
struct tried {
	const struct solver_needs *needs;
	uint32_t *rules; /* of its needs, in their order; or the one that refuses it */
	uint32_t n;
};

/* Rules by which one package needs another: a list through rule.next. */
struct link {
	uint32_t package; /* the other one */
	uint32_t rules;
	uint32_t n;
};

struct package {
	uint32_t project, base; /* base: the package of the project itself */
	str extra;
	/* what follows from the trail */
	struct set *now;
	struct set *everything; /* cached */
	uint32_t decided;       /* position, or NOTHING */
	VEC(uint32_t) entries;  /* of the trail */
	bool queued;
	bool heaped; /* stands in the waiting line, with these: */
	uint32_t heap_priority, heap_order;
	/* rules */
	VEC(uint32_t) rules;        /* those that are neither needs nor refusals */
	VEC(struct link) needed_by; /* packages that have rules about this one */
	uint32_t learnt;            /* the last rule that was learnt about it */
	uint32_t late;              /* a rule of one term: what was excluded above level 0, though level 0 suffices; see trail.c */
	bool is_late;
	uint64_t forced_at;   /* the cut at which it was looked at again */
	struct map *groups;   /* a need -> its rule, see needs.c */
	struct map *refusals; /* a reason -> its rule */
	uint32_t *tried_at;   /* position -> index + 1 into tried */
	VEC(struct tried) tried;
	/* conflict.c */
	uint32_t mark;
};

struct entry {
	uint32_t package;
	uint32_t rule; /* NOTHING: a decision */
	uint32_t level;
	uint32_t serial;
	struct set *set;
};

struct level {
	uint32_t begin; /* first entry */
	struct arena_mark mark;
};

struct forced {
	uint32_t package, level;
};

struct heap_item {
	uint32_t priority, order, package;
};

struct swap {
	uint32_t affected, culprit; /* projects */
};

struct search {
	struct arena keep, trail_memory, scratch;
	const struct solver_provider *provider;
	const struct solver_options *options;
	const struct solver_need *root;
	size_t n_root;
	uint32_t *root_order; /* sorted */
	VEC(struct project) projects;
	VEC(struct package) packages;
	struct map by_name; /* "name" and "name[extra]" -> package + 1 */
	VEC(struct rule) rules;
	VEC(uint32_t) facts; /* rules that hold before any decision: the root's, and learnt ones with one term */
	VEC(struct entry) trail;
	VEC(struct level) levels;
	uint32_t serial;
	uint64_t n_cuts;
	VEC(uint32_t) late;        /* packages whose late rule is not on level 0 yet */
	VEC(struct forced) forced; /* packages that were decided by force, and where that was noticed */
	VEC(uint32_t) queue;       /* packages that changed */
	size_t queue_at;
	VEC(struct heap_item) heap;
	uint32_t n_orders;
	uint64_t steps, steps_max;
	uint64_t work, work_max; /* how often a rule was looked at, or a term of one */
	uint32_t conflict;       /* the rule that is broken */
	uint32_t failure;        /* the learnt rule without terms */
	struct map pairs;        /* two projects -> how often one rejected the other */
	VEC(struct swap) swaps;  /* that are to be made */
	uint32_t n_promoted;
};

/* --- rules.c: a rule's terms are copied --- */
uint32_t rule_new(struct search *s, enum rule_kind kind, uint32_t n);
/* Lets it take part in propagation through all its terms. */
void rule_watch(struct search *s, uint32_t rule);

/* --- packages.c --- */
uint32_t package_of(struct search *s, str name, str extra);
static inline struct project *project_of(struct search *s, uint32_t package)
{
	return &s->projects.p[s->packages.p[package].project];
}
static inline struct ladder *ladder_of(struct search *s, uint32_t package) { return &project_of(s, package)->ladder; }
/* What the package may be. */
struct set *package_now(struct search *s, uint32_t package);
/* What it may be when nothing is decided or derived. */
struct set *package_start(struct search *s, uint32_t package);
const struct tried *package_tried(const struct search *s, uint32_t package, uint32_t position);
/* Asks for the page; what the package may be changes its form. */
bool package_page(struct search *s, uint32_t package, struct err *e);
/* Whether a page has shown that the package cannot be anything: the first entry that made it so names the broken rule. */
void package_check(struct search *s, uint32_t package);

/* --- trail.c --- */
static inline uint32_t trail_level(const struct search *s) { return (uint32_t)s->levels.n; }
/* `forbidden` cannot be, because of the rule. */
void trail_derive(struct search *s, uint32_t package, struct set *forbidden, uint32_t rule);
/* The same unless it is known already; nothing left of the package breaks the rule. */
void trail_exclude(struct search *s, uint32_t package, struct set *forbidden, uint32_t rule);
/* That version is impossible because of the rule (of a need, or a refusal) for reasons that are all on level 0: so that it need not
 * be excluded again each time the trail is cut. */
void trail_late(struct search *s, uint32_t package, uint32_t position, uint32_t rule);
/* Begins a level, unless the package can be nothing else. */
void trail_decide(struct search *s, uint32_t package, uint32_t position);
void trail_cut(struct search *s, uint32_t level);
/* The first entry since which the package has been within the set: an index, or NOTHING when it always was. */
uint32_t trail_since(struct search *s, uint32_t package, struct set *set);
void trail_queue(struct search *s, uint32_t package);

/* --- propagate.c: false when a rule is broken (s->conflict) --- */
bool propagate(struct search *s);
/* Looks at the rules of a version of `package`: false when one cannot be met; then what follows for the package was derived, or
 * s->conflict is set. */
bool propagate_version(struct search *s, uint32_t package, uint32_t position);

/* --- conflict.c --- */
/* Learns from s->conflict and goes back to where that matters. False: there is no solution (s->failure). */
bool conflict_resolve(struct search *s);

/* --- choose.c --- */
enum priority { PRIORITY_SINGLE, PRIORITY_EARLY, PRIORITY_REST, PRIORITY_LAST };
/* The package is needed now: it waits to be decided. */
void choose_wait(struct search *s, uint32_t package);
/* The next package to decide; NOTHING when all are. */
uint32_t choose_package(struct search *s);
/* Something needs exactly one version of it. */
void choose_single(struct search *s, uint32_t package);
/* The rule makes versions of `affected` impossible: counts, and plans changes of order. */
void choose_count(struct search *s, uint32_t rule, uint32_t affected);
/* Carries them out. */
void choose_reorder(struct search *s);
void choose_hint(struct search *s, uint32_t package);
void choose_hint_more(struct search *s, uint32_t package, uint32_t position);

/* --- needs.c --- */
/* Rules of the root's needs. */
void needs_root(struct search *s);
/* Ensures that the needs of that version are known and its rules made. */
bool needs_load(struct search *s, uint32_t package, uint32_t position, struct err *e);

/* --- answer.c --- */
void answer_build(struct search *s, struct arena *a, struct solver_answer *out);

/* --- search.c --- */
enum outcome { OUTCOME_SOLVED, OUTCOME_IMPOSSIBLE, OUTCOME_ERROR };
void search_begin(struct search *s, const struct solver_provider *provider, const struct solver_need *root, size_t n_root,
                  const struct solver_options *options);
enum outcome search_run(struct search *s, struct err *e);
void search_release(struct search *s);

#endif
