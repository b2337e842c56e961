/* specifier_match.c: what sets of version clauses match.
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/specifier.h"

static bool clause_matches(const struct specifier_clause *c, const struct version *v, str raw)
{
	/* The raw text, not the normal form (changed in `packaging` 26.1). */
	if (c->op == SPEC_ARBITRARY) return str_ieq(raw, c->text);
	for (size_t i = 0; i < c->n_allowed; i++)
		if (interval_contains(&c->allowed[i], v)) return true;
	return false;
}

bool specifier_matches(const struct specifier_set *s, const struct version *v, str raw)
{
	for (size_t i = 0; i < s->n; i++)
		if (!clause_matches(&s->clauses[i], v, raw)) return false;
	return true;
}

struct interval_set specifier_intervals(struct arena *a, const struct specifier_set *s)
{
	struct interval_set *sets = arena_array(a, struct interval_set, s->n);

	for (size_t i = 0; i < s->n; i++) sets[i] = (struct interval_set){ s->clauses[i].allowed, s->clauses[i].n_allowed };
	return interval_set_intersect_all(a, sets, s->n);
}

/* --- filter: PEP 440 "Handling of pre-releases" --- */

static bool names_prerelease(const struct specifier_set *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->clauses[i].names_prerelease) return true;
	return false;
}

/* A text that is no version. */
static bool matches_raw(const struct specifier_set *s, str raw)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->clauses[i].op != SPEC_ARBITRARY || !str_ieq(raw, s->clauses[i].text)) return false;
	return true;
}

enum candidate { NO_MATCH, MATCH_PRERELEASE, MATCH_FINAL, MATCH_TEXT };

static enum candidate judge(struct arena *a, const struct specifier_set *s, str text)
{
	struct arena_mark mark = arena_mark(a);
	struct version v;
	enum candidate answer = NO_MATCH;

	if (!version_parse(a, text, &v, NULL))
		answer = matches_raw(s, text) ? MATCH_TEXT : NO_MATCH;
	else if (specifier_matches(s, &v, text))
		answer = version_is_prerelease(&v) ? MATCH_PRERELEASE : MATCH_FINAL;
	arena_rewind(a, mark);
	return answer;
}

size_t specifier_filter(struct arena *a, const struct specifier_set *s, const str *texts, size_t n, enum specifier_pre pre,
                        size_t *out)
{
	bool *is_prerelease = arena_array(a, bool, n);
	bool found_final = false;
	size_t matched = 0, kept = 0;

	for (size_t i = 0; i < n; i++) {
		enum candidate c = judge(a, s, texts[i]);

		if (c == NO_MATCH || (c == MATCH_PRERELEASE && pre == SPEC_PRE_NO)) continue;
		if (c == MATCH_FINAL) found_final = true;
		is_prerelease[matched] = c == MATCH_PRERELEASE;
		out[matched++] = i;
	}
	if (pre != SPEC_PRE_DEFAULT || !found_final || names_prerelease(s)) return matched;
	for (size_t i = 0; i < matched; i++)
		if (!is_prerelease[i]) out[kept++] = out[i];
	return kept;
}

bool specifier_contains(struct arena *a, const struct specifier_set *s, str text, enum specifier_pre pre)
{
	enum candidate c = judge(a, s, text);

	return c != NO_MATCH && !(c == MATCH_PRERELEASE && pre == SPEC_PRE_NO);
}

bool specifier_pin(const struct specifier_set *s, str *version_text)
{
	const struct specifier_clause *c = s->clauses;

	if (s->n != 1 || c->wildcard || (c->op != SPEC_EQ && c->op != SPEC_ARBITRARY)) return false;
	*version_text = c->text;
	return true;
}

/* --- Requires-Python --- */

static enum tri clause_decides(struct arena *a, struct specifier_clause *c, const struct interval *where)
{
	struct interval_set allowed = { c->allowed, c->n_allowed };
	struct version named;

	if (c->op == SPEC_ARBITRARY) /* the one spelling that can match lies inside, or nothing matches */
		return version_parse(a, c->text, &named, NULL) && interval_contains(where, &named) ? TRI_UNKNOWN : TRI_FALSE;
	return interval_set_decides(&allowed, where);
}

enum tri specifier_decides(struct arena *a, const struct specifier_set *s, const struct interval *where)
{
	enum tri answer = TRI_TRUE;
	struct interval_set together;

	for (size_t i = 0; i < s->n; i++) {
		enum tri one = clause_decides(a, &s->clauses[i], where);

		if (one == TRI_FALSE) return TRI_FALSE;
		if (one == TRI_UNKNOWN) answer = TRI_UNKNOWN;
	}
	if (answer != TRI_UNKNOWN || s->n == 1) return answer;
	together = specifier_intervals(a, s); /* ">=3.12.4,<3.12.3" allows nothing, though each clause allows something */
	return interval_set_decides(&together, where) == TRI_FALSE ? TRI_FALSE : TRI_UNKNOWN;
}

enum tri specifier_allows_python(const struct specifier_set *s, int minor, str full_version)
{
	struct arena scratch = { 0 };
	struct version full;
	enum tri answer;

	if (full_version.n != 0 && version_parse(&scratch, full_version, &full, NULL)) {
		answer = specifier_matches(s, &full, full_version) ? TRI_TRUE : TRI_FALSE;
	} else {
		struct interval where = interval_python(&scratch, minor);

		answer = specifier_decides(&scratch, s, &where);
	}
	arena_release(&scratch);
	return answer;
}
