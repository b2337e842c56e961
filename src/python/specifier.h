/* specifier.h: sets of version clauses (">=1.2,!=1.3") and what they match.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Version specifiers" (PEP 440), behaviour of `packaging` 26: `<V` and `>V` exclude only V's own pre/post family,
 * `===` compares the raw text without case. A set is the intersection of its clauses; the empty set matches everything.
 * A clause becomes one or two intervals (interval.h) when it is read; matching, the resolver and Requires-Python use the same:
 *     ==V [V, after its locals]   ==V+l [V+l]   ==P.* [P.dev0, next P .dev0)   != the complement   ~=V [V, next prefix .dev0)
 *     <=V up to V's locals   >=V from V   <V up to V.dev0 (V when V is a pre-release)
 *     >V from V.dev(N+1) | V.post(N+1).dev0 | after V's posts
 * Limits: SPECIFIER_CLAUSES_MAX clauses.
 * Errors: ERR_FORMAT "specifier", err_at.
 * Lifetime: arena; views into the text. */
#ifndef LAMINA_PYTHON_SPECIFIER_H
#define LAMINA_PYTHON_SPECIFIER_H

#include "python/interval.h"
#include "python/version.h"

#define SPECIFIER_CLAUSES_MAX 1000

enum specifier_op { SPEC_EQ, SPEC_NE, SPEC_LE, SPEC_GE, SPEC_LT, SPEC_GT, SPEC_COMPATIBLE, SPEC_ARBITRARY };

struct specifier_clause {
	enum specifier_op op;
	bool wildcard;          /* ==1.2.* / !=1.2.* */
	bool names_prerelease;  /* turns pre-releases on for the whole set */
	str text;               /* version text as written, without spaces (with ".*") */
	struct version version; /* not for SPEC_ARBITRARY */
	struct interval allowed[2];
	size_t n_allowed; /* 0: nothing; SPEC_ARBITRARY allows all and is then compared as text */
};

struct specifier_set {
	struct specifier_clause *clauses; /* in the order written */
	size_t n;
};

/* Empty items (",,>=1,") are tolerated. e may be NULL. */
bool specifier_parse(struct arena *a, str text, struct specifier_set *out, struct err *e);
const char *specifier_op_text(enum specifier_op op);
/* The clauses ordered by (version text, operator text); duplicates stay. */
const struct specifier_clause **specifier_sorted(struct arena *a, const struct specifier_set *s);
/* The same order as text, joined with ",". */
str specifier_text(struct arena *a, const struct specifier_set *s);

/* Does the version satisfy every clause, pre-releases not considered? raw is the candidate as spelled (for ===). */
bool specifier_matches(const struct specifier_set *s, const struct version *v, str raw);
/* What all clauses but === allow together. */
struct interval_set specifier_intervals(struct arena *a, const struct specifier_set *s);

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

/* Requires-Python: does the set admit Python 3.minor? When the full version is not known (empty), TRI_UNKNOWN unless all of
 * 3.minor.0 <= v < 3.(minor+1).dev0 have one answer. */
enum tri specifier_allows_python(const struct specifier_set *s, int minor, str full_version);

/* --- for requirement.c and marker.c --- */

/* The longest clause at a place in a text: operator, white space, version. False (without an error) when none starts there. */
struct specifier_scan {
	enum specifier_op op;
	bool wildcard;
	str text; /* of the version */
	struct version_parts parts;
	size_t end;
};
bool specifier_scan(str text, size_t at, struct specifier_scan *out);
/* One clause, without commas ("===a,b" is one here), into a set of one. */
bool specifier_parse_one(struct arena *a, str text, struct specifier_set *out);
/* Do all versions of the interval have one answer? (=== compares with their usual spelling.) */
enum tri specifier_decides(struct arena *a, const struct specifier_set *s, const struct interval *where);

#endif
