/* solver.h: chooses one version of every project that is needed, or proves that there is none. PubGrub; no input or output.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The solver asks a provider for what exists and is asked for nothing else: versions of a project (an index page), the needs of
 * one version (its metadata). Both are asked as late as possible; `likely` tells the provider early what will probably be
 * asked next, so that it can load many things at once. Answers must be the same whenever they are given: the order in which
 * things arrive never changes a result.
 * Concept:   a package is a project or one of its extras: (name, extra) needs (name) in the same version. A term is a package with
 *            a set of versions, positive or negative; an incompatibility is a set of terms that cannot all hold. Unit propagation,
 *            conflict resolution and backjumping as in PubGrub. Sets are python/interval.h's.
 * Preference: a candidate that `preferred` names first; then, unless `prereleases` says otherwise, finals before pre-releases;
 *            then the newest (or the oldest) first. An answer is such that no other answer over the same names is at least as
 *            preferred for every name and more preferred for one. That follows from how it is found: a decision takes the best
 *            version that the decisions before it leave. Were another answer better everywhere, look at the first decision in
 *            which it differs: it takes a better version there, which earlier decisions, the same in both, had ruled out.
 * Order:     needs of the root are sorted before anything happens: the order of the user's lines never changes the answer.
 * Source:    "PubGrub: Next-Generation Version Solving" (N. Weizenbaum, 2018); priorities and prefetch as uv describes them.
 * Limits:    SOLVER_STEPS_MAX decisions and conflicts (ERR_RESOLVE "too-complex").
 * Errors:    ERR_RESOLVE "no-solution": `why` is the explanation, `help` what would work; failure->packages names all projects that
 *            take part in the proof. Whatever the provider's callbacks fail with ends the search.
 * Lifetime:  the arena's. The provider's answers must live as long as the search.
 * Threads:   none; the callbacks are called on the calling thread. */
#ifndef LAMINA_SOLVER_SOLVER_H
#define LAMINA_SOLVER_SOLVER_H

#include <stdatomic.h>

#include "base/err.h"
#include "base/vec.h"
#include "python/interval.h"

#define SOLVER_STEPS_MAX 1000000

/* One version of a project. */
struct solver_candidate {
	const struct version *version;
	str text;         /* as the index spells it */
	uint32_t refused; /* 0, or why it can never be chosen here: the provider's own number, explained by `reason` */
};

enum solver_pre {
	SOLVER_PRE_LAST,  /* finals first, pre-releases when no final works */
	SOLVER_PRE_MIXED, /* by version alone */
	SOLVER_PRE_NEVER
};

struct solver_project {
	const struct solver_candidate *candidates; /* newest first, each version once */
	size_t n;
	size_t preferred; /* index that is tried first when it is allowed (a lock's), or SIZE_MAX */
	enum solver_pre prereleases;
	str missing; /* not empty: there is no such project, and why ("no index has it") */
};

/* `from` needs some versions of `name`. */
struct solver_need {
	str name;                    /* normalised */
	str extra;                   /* normalised, or empty: the project itself. An extra brings the project with it */
	struct interval_set allowed; /* versions */
	str text;                    /* what was written ("pydantic>=2,<3"), for explanations */
	str where;                   /* root needs: "requirements.txt:3"; else empty */
	bool soft;                   /* a constraint: binds only when something else needs the name */
};

struct solver_needs {
	const struct solver_need *list;
	size_t n;
	uint32_t refused; /* not 0: its metadata shows that this version cannot be chosen; the list is then empty */
};

struct solver_provider {
	void *context;
	bool (*project)(void *context, str name, const struct solver_project **out, struct err *e);
	/* Needs of one version: of the project itself when extra is empty, else those that the extra adds. */
	bool (*needs)(void *context, str name, size_t candidate, str extra, const struct solver_needs **out, struct err *e);
	/* A hint that costs nothing: `name` will be asked for, within `allowed`; soon: best is the candidate that will be asked next
	 * (SIZE_MAX: unknown yet). May be NULL. */
	void (*likely)(void *context, str name, const struct interval_set *allowed, size_t best);
	/* "has no wheel for python3.12/arm64 (built for CPython 3.9 to 3.11 only)": follows "NAME VERSIONS". */
	str (*reason)(void *context, str name, uint32_t refused);
	/* Further help for a failure in which `name` has no allowed version; may add lines to help; may be NULL. */
	str (*hint)(void *context, str name, const struct interval_set *allowed);
};

struct solver_options {
	bool lowest;        /* the oldest first, for every name */
	bool lowest_direct; /* the oldest first for names that the root needs */
	str root;           /* what the root is called in explanations: "your requirements", "the project `app`" */
	const atomic_bool *cancel;
};

/* One edge of an answer: choices[to] (with that extra, or empty) because of choices[from] (with its extra); SIZE_MAX = the root. */
struct solver_edge {
	size_t from, to;
	str from_extra, to_extra;
	size_t need; /* root edges: index into the root needs as given */
};

struct solver_choice {
	str name;
	size_t candidate;       /* index into the project's candidates */
	struct str_list extras; /* sorted */
};

struct solver_answer {
	VEC(struct solver_choice) choices; /* by name */
	VEC(struct solver_edge) edges;     /* sorted */
};

struct solver_failure {
	struct str_list packages; /* names that take part in the proof, sorted */
};

/* failure may be NULL. */
bool solver_run(struct arena *a, const struct solver_provider *provider, const struct solver_need *root, size_t n_root,
                const struct solver_options *options, struct solver_answer *out, struct solver_failure *failure, struct err *e);

#endif
