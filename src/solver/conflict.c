/* conflict.c: learns from a broken rule (conflict resolution and backjumping of PubGrub).
 * SPDX-License-Identifier: Apache-2.0
 *
 * The broken rule is combined with the rule that made its last term hold, again and again, until one term alone depends on the
 * last decision that matters. Combining two rules over a package: both cannot hold, so with all their other terms the package can
 * be in neither of its two sets: the term of the new rule is their union, and vanishes when that is everything.
 * What is learnt keeps the list of rules it came from (proof_step), from which explain.c tells the story. */
#include "solver/search.h"

#define MERGE_TERMS_MAX 8

/* A term of the rule in the making. */
struct part {
	struct term term;
	uint32_t since; /* entry that made it hold; NOTHING: not looked up yet */
};

struct work {
	struct arena *a;
	VEC(struct part) parts;
	VEC(struct proof_step) steps;
};

static void step(struct work *w, uint32_t rule, uint32_t package)
{
	*vec_push(w->a, &w->steps) = (struct proof_step){ rule, package };
}

/* Makes the part's set what it is to be, and drops the part when it always holds. */
static void settle(struct search *s, struct work *w, size_t i, struct set *set, bool told)
{
	struct part *p = &w->parts.p[i];

	p->term.set = set;
	p->since = trail_since(s, p->term.package, set);
	if (p->since != NOTHING) return;
	if (told) step(w, NOTHING, p->term.package);
	s->packages.p[p->term.package].mark = 0;
	if (i + 1 != w->parts.n) {
		*p = w->parts.p[w->parts.n - 1];
		s->packages.p[p->term.package].mark = (uint32_t)i + 1;
	}
	w->parts.n--;
}

static void add_terms(struct search *s, struct work *w, const struct rule *r, uint32_t except)
{
	for (uint32_t i = 0; i < r->n; i++) {
		uint32_t package = r->terms[i].package, *mark = &s->packages.p[package].mark;
		struct set *set = r->terms[i].set;

		if (package == except) continue;
		if (*mark != 0)
			set = set_both(&s->keep, ladder_of(s, package), w->parts.p[*mark - 1].term.set, set);
		else {
			vec_push(w->a, &w->parts)->term.package = package;
			*mark = (uint32_t)w->parts.n;
		}
		settle(s, w, *mark - 1, set, true);
	}
}

static size_t latest(const struct work *w)
{
	size_t best = 0;

	for (size_t i = 1; i < w->parts.n; i++)
		if (w->parts.p[i].since > w->parts.p[best].since) best = i;
	return best;
}

static const struct term *term_of(const struct rule *r, uint32_t package)
{
	uint32_t i = 0;

	while (r->terms[i].package != package) i++;
	return &r->terms[i];
}

/* The level on which all terms hold but that of the part. rest: what is left of the part's own term before its entry; NULL
 * after a decision. */
static uint32_t level_before(struct search *s, const struct work *w, size_t part, struct set *rest)
{
	uint32_t level = 0;

	for (size_t i = 0; i < w->parts.n; i++) {
		uint32_t since = w->parts.p[i].since;

		if (i == part) since = rest != NULL ? trail_since(s, w->parts.p[i].term.package, rest) : NOTHING;
		if (since != NOTHING && s->trail.p[since].level > level) level = s->trail.p[since].level;
	}
	return level;
}

static uint32_t keep_rule(struct search *s, struct work *w)
{
	uint32_t id = rule_new(s, RULE_LEARNT, (uint32_t)w->parts.n);
	struct rule *r = &s->rules.p[id];

	for (size_t i = 0; i < w->parts.n; i++) r->terms[i] = w->parts.p[i].term;
	r->n_steps = (uint32_t)w->steps.n;
	r->steps = arena_array(&s->keep, struct proof_step, w->steps.n);
	for (size_t i = 0; i < w->steps.n; i++) r->steps[i] = w->steps.p[i];
	for (size_t i = 0; i < w->parts.n; i++) s->packages.p[w->parts.p[i].term.package].mark = 0;
	return id;
}

static bool same_others(struct search *s, const struct rule *x, const struct rule *y, uint32_t package)
{
	if (x->n != y->n || x->n > MERGE_TERMS_MAX) return false;
	for (uint32_t i = 0; i < x->n; i++) {
		uint32_t k = 0;

		if (x->terms[i].package == package) continue;
		while (k < y->n && y->terms[k].package != x->terms[i].package) k++;
		if (k == y->n || !set_equal(ladder_of(s, x->terms[i].package), x->terms[i].set, y->terms[k].set)) return false;
	}
	return true;
}

/* When what was learnt last about the package differs in nothing but its versions, that rule grows and the new one is only a part
 * of its proof: versions that fail one after the other for one reason stay one rule. */
static bool merge(struct search *s, uint32_t rule, uint32_t package)
{
	uint32_t last = s->packages.p[package].learnt, old;
	struct rule *r;
	struct term *grown;

	if (last == NOTHING || !same_others(s, &s->rules.p[last], &s->rules.p[rule], package)) return false;
	old = rule_new(s, RULE_LEARNT, 0);
	r = &s->rules.p[last];
	s->rules.p[old].steps = r->steps;
	s->rules.p[old].n_steps = r->n_steps;
	r->steps = arena_array(&s->keep, struct proof_step, 2);
	r->n_steps = 2;
	r->steps[0] = (struct proof_step){ old, NOTHING };
	r->steps[1] = (struct proof_step){ rule, package };
	grown = &r->terms[0];
	while (grown->package != package) grown++;
	grown->set = set_union(&s->keep, ladder_of(s, package), grown->set, term_of(&s->rules.p[rule], package)->set);
	r->idle_at = NOTHING;
	return true;
}

static void learn(struct search *s, struct work *w, size_t part, uint32_t level)
{
	struct term term = w->parts.p[part].term;
	uint32_t rule = keep_rule(s, w);

	choose_count(s, rule, term.package);
	if (s->rules.p[rule].n == 1) { /* true whatever is decided */
		*vec_push(&s->keep, &s->facts) = rule;
		trail_cut(s, 0);
	} else {
		if (!merge(s, rule, term.package)) {
			rule_watch(s, rule);
			s->packages.p[term.package].learnt = rule;
		}
		trail_cut(s, level);
	}
	trail_exclude(s, term.package, term.set, rule);
}

bool conflict_resolve(struct search *s)
{
	struct arena_mark mark = arena_mark(&s->scratch);
	struct work w = { .a = &s->scratch };
	uint32_t rule = s->conflict, level;

	s->conflict = NOTHING;
	step(&w, rule, NOTHING);
	add_terms(s, &w, &s->rules.p[rule], NOTHING);
	for (;;) {
		size_t part = w.parts.n != 0 ? latest(&w) : 0;
		const struct entry *entry;
		struct set *rest = NULL;

		if (w.parts.n == 0) {
			s->failure = keep_rule(s, &w);
			arena_rewind(&s->scratch, mark);
			return false;
		}
		s->steps++;
		s->work += w.parts.n;
		entry = &s->trail.p[w.parts.p[part].since];
		if (entry->rule != NOTHING)
			rest = set_union(&s->keep, ladder_of(s, entry->package), w.parts.p[part].term.set,
			                 term_of(&s->rules.p[entry->rule], entry->package)->set);
		level = level_before(s, &w, part, rest);
		if (rest == NULL || level < entry->level) {
			learn(s, &w, part, level);
			arena_rewind(&s->scratch, mark);
			return true;
		}
		step(&w, entry->rule, entry->package);
		settle(s, &w, part, rest, false);
		add_terms(s, &w, &s->rules.p[entry->rule], entry->package);
	}
}
