/* fuzz_specifier.c: a set prints as a set that matches the same, and its intervals say what matching says; so do the intervals of a
 * Poetry constraint under complement. First line: a set or constraint; the others: versions.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "python/poetry_constraint.h"
#include "python/specifier.h"

static bool has_arbitrary(const struct specifier_set *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->clauses[i].op == SPEC_ARBITRARY) return true;
	return false;
}

static void check_set(struct arena *a, const struct specifier_set *s, str versions)
{
	struct specifier_set again;
	struct interval_set all = specifier_intervals(a, s);
	struct version v;
	str text, pin;
	size_t out;

	if (!specifier_parse(a, specifier_text(a, s), &again, NULL) || again.n != s->n) abort();
	if (specifier_pin(s, &pin) && s->n != 1) abort();
	if (specifier_allows_python(s, 12, S("3.12.4")) == TRI_UNKNOWN) abort();
	specifier_allows_python(s, 12, S(""));
	while (str_line(&versions, &text)) {
		bool ok = version_parse(a, text, &v, NULL), in = ok && specifier_matches(s, &v, text);

		if (ok && in != specifier_matches(&again, &v, text)) abort();
		if (ok && !has_arbitrary(s) && in != interval_set_contains(&all, &v)) abort();
		if (ok && specifier_contains(a, s, text, SPEC_PRE_YES) != in) abort();
		if (specifier_contains(a, s, text, SPEC_PRE_DEFAULT) != (specifier_filter(a, s, &text, 1, SPEC_PRE_DEFAULT, &out) == 1))
			abort();
	}
}

static void check_constraint(struct arena *a, const struct poetry_constraint *c, str versions)
{
	struct interval_set rest = interval_set_complement(a, &c->allowed), back = interval_set_complement(a, &rest);
	struct version v;
	str text;

	if (!interval_set_equal(a, &back, &c->allowed)) abort();
	if (poetry_constraint_allows_python(c, 12, S("3.12.4")) == TRI_UNKNOWN) abort();
	poetry_constraint_allows_python(c, 12, S(""));
	while (str_line(&versions, &text))
		if (version_parse(a, text, &v, NULL) && poetry_constraint_allows(c, &v) == interval_set_contains(&rest, &v)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct specifier_set s;
	struct poetry_constraint c;
	str first, versions, text = { (const char *)data, size };

	str_cut(text, '\n', &first, &versions);
	if (specifier_parse(&a, first, &s, &e))
		check_set(&a, &s, versions);
	else if (e.code != ERR_FORMAT || !e.has_offset || e.offset > first.n)
		abort();
	err_clear(&e);
	if (poetry_constraint_parse(&a, first, &c, &e))
		check_constraint(&a, &c, versions);
	else if (e.code != ERR_FORMAT || !e.has_offset || e.offset > first.n)
		abort();
	arena_release(&a);
	return 0;
}
