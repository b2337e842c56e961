/* search.c: the main loop: propagate, learn, decide.
 * SPDX-License-Identifier: Apache-2.0 */
#include "solver/search.h"

#define WORK_MAX 300000000 /* looks at rules: seconds */

void search_begin(struct search *s, const struct solver_provider *provider, const struct solver_need *root, size_t n_root,
                  const struct solver_options *options)
{
	*s = (struct search){ .provider = provider, .options = options, .root = root, .n_root = n_root };
	s->steps_max = SOLVER_STEPS_MAX;
	s->work_max = WORK_MAX;
	s->conflict = s->failure = NOTHING;
	map_init(&s->by_name, &s->keep);
	map_init(&s->pairs, &s->keep);
	needs_root(s);
}

void search_release(struct search *s)
{
	arena_release(&s->trail_memory);
	arena_release(&s->scratch);
	arena_release(&s->keep);
}

static bool usable(struct search *s, struct err *e)
{
	if (s->options->cancel != NULL && atomic_load_explicit(s->options->cancel, memory_order_relaxed))
		return err_set(e, ERR_INTERRUPT, "interrupted", "interrupted");
	if (++s->steps <= s->steps_max && s->work <= s->work_max) return true;
	err_set(e, ERR_RESOLVE, "too-complex", "these requirements are too hard: no answer was found within %llu steps",
	        (unsigned long long)s->steps_max);
	return err_help(e, "pin some of the packages: each pin makes the search smaller");
}

/* An extra may only be what its project is: says so when it does not follow yet. True when there was something to say. */
static bool tie(struct search *s, uint32_t package)
{
	struct ladder *l = ladder_of(s, package);
	uint32_t base = s->packages.p[package].base, rule;
	struct set *now = package_now(s, package), *everything;

	if (set_subset(l, package_now(s, base), now)) return false;
	everything = set_everything(&s->keep, l);
	rule = rule_new(s, RULE_SAME, 2);
	s->rules.p[rule].terms[0] = (struct term){ package, set_union(&s->keep, l, now, now) };
	s->rules.p[rule].terms[1] = (struct term){ base, set_minus(&s->keep, l, everything, now) };
	rule_watch(s, rule);
	trail_queue(s, package);
	return true;
}

static bool decide(struct search *s, uint32_t package, struct err *e)
{
	struct ladder *l = ladder_of(s, package);
	uint32_t position;

	if (l->page == NULL) return package_page(s, package, e);
	package_check(s, package);
	if (s->conflict != NOTHING) return true;
	position = set_first(l, package_now(s, package));
	if (s->packages.p[package].extra.n != 0) {
		uint32_t base = s->packages.p[package].base;

		if (tie(s, package)) return true;
		position = s->packages.p[base].decided;
		if (position == NOTHING) return decide(s, base, e);
	}
	if (!needs_load(s, package, position, e)) return false;
	l = ladder_of(s, package);
	if (propagate_version(s, package, position)) trail_decide(s, package, position);
	return true;
}

static bool start(struct search *s)
{
	for (size_t i = 0; i < s->facts.n; i++) {
		const struct term *t = &s->rules.p[s->facts.p[i]].terms[0];
		struct ladder *l = ladder_of(s, t->package);
		struct set *now = package_now(s, t->package);

		if (set_disjoint(l, now, t->set)) continue;
		if (set_subset(l, now, t->set)) {
			s->conflict = s->facts.p[i];
			return false;
		}
		trail_derive(s, t->package, t->set, s->facts.p[i]);
	}
	return true;
}

enum outcome search_run(struct search *s, struct err *e)
{
	if (!start(s) && !conflict_resolve(s)) return OUTCOME_IMPOSSIBLE;
	for (;;) {
		uint32_t package;

		if (!usable(s, e)) return OUTCOME_ERROR;
		if (s->conflict != NOTHING || !propagate(s)) {
			if (!conflict_resolve(s)) return OUTCOME_IMPOSSIBLE;
			choose_reorder(s);
			continue;
		}
		choose_reorder(s);
		package = choose_package(s);
		if (package == NOTHING) return OUTCOME_SOLVED;
		if (!decide(s, package, e)) return OUTCOME_ERROR;
	}
}
