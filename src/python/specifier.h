/* specifier.h: sets of version clauses (">=1.2,!=1.3") and what they match.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Version specifiers" (PEP 440), behaviour of `packaging` 26: `<V` and `>V` exclude only V's own pre/post family,
 * `===` compares the raw text without case. A set is the intersection of its clauses; the empty set matches everything.
 * Matching turns a clause into an interval over version_cmp with two extra boundary points (after all locals / after all posts
 * of V); the resolver uses the same intervals.
 * Limits: SPECIFIER_CLAUSES_MAX clauses. Errors: ERR_FORMAT "specifier", err_at. Lifetime: arena; views into the text. */
#ifndef LAMINA_PYTHON_SPECIFIER_H
#define LAMINA_PYTHON_SPECIFIER_H

#include "python/version.h"

#define SPECIFIER_CLAUSES_MAX 1000

enum specifier_op { SPEC_EQ, SPEC_NE, SPEC_LE, SPEC_GE, SPEC_LT, SPEC_GT, SPEC_COMPATIBLE, SPEC_ARBITRARY };

struct specifier_clause {
	enum specifier_op op;
	bool wildcard;          /* ==1.2.* / !=1.2.* */
	str text;               /* version text as written, without spaces (with ".*") */
	struct version version; /* not for SPEC_ARBITRARY */
};

struct specifier_set {
	struct specifier_clause *clauses; /* in the order written */
	size_t n;
};

bool specifier_parse(struct arena *a, str text, struct specifier_set *out, struct err *e);
const char *specifier_op_text(enum specifier_op op);
/* Clauses sorted by (version text, operator) and joined with ",", as the `packaging` library orders them. */
str specifier_text(struct arena *a, const struct specifier_set *s);

/* Does the version satisfy every clause, pre-releases not considered? raw is the candidate as spelled (for ===). */
bool specifier_matches(const struct specifier_set *s, const struct version *v, str raw);

enum specifier_pre { SPEC_PRE_DEFAULT, SPEC_PRE_YES, SPEC_PRE_NO };
/* PEP 440 filter: the indexes of the texts that match, in the given order, into out (room for n). With SPEC_PRE_DEFAULT
 * pre-releases count only when nothing else matches or a clause (not != or ==X.*) names one. Texts that are no versions match
 * only the empty set and ===. Gives the number written. */
size_t specifier_filter(struct arena *a, const struct specifier_set *s, const str *texts, size_t n, enum specifier_pre pre,
                        size_t *out);
/* True when the filter of that one version is not empty. */
bool specifier_contains(struct arena *a, const struct specifier_set *s, str text, enum specifier_pre pre);

/* The version when the set pins exactly one: a single clause "==V" without wildcard or "===V", alone. */
bool specifier_pin(const struct specifier_set *s, str *version_text);

#endif
