/* rules.c: the store of rules.
 * SPDX-License-Identifier: Apache-2.0 */
#include "solver/search.h"

uint32_t rule_new(struct search *s, enum rule_kind kind, uint32_t n)
{
	struct rule *r = vec_push(&s->keep, &s->rules);

	r->kind = kind;
	r->n = n;
	r->terms = arena_array(&s->keep, struct term, n);
	r->idle_at = NOTHING;
	return (uint32_t)s->rules.n - 1;
}

void rule_watch(struct search *s, uint32_t rule)
{
	const struct rule *r = &s->rules.p[rule];

	for (uint32_t i = 0; i < r->n; i++) *vec_push(&s->keep, &s->packages.p[r->terms[i].package].rules) = rule;
}
