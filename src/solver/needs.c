/* needs.c: what a version needs becomes rules.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Versions of a package that need the same share one rule: its first term grows. That makes "every version from 1.2 to 1.9 needs
 * B<2" one rule instead of eight, which one conflict excludes at once. Needs are sorted: their order never matters. */
#include "base/buf.h"
#include "base/oom.h"
#include "solver/search.h"

static int need_cmp(const struct solver_need *x, const struct solver_need *y)
{
	int c = str_cmp(x->name, y->name);

	if (c == 0) c = str_cmp(x->extra, y->extra);
	if (c == 0) c = (x->soft ? 1 : 0) - (y->soft ? 1 : 0);
	if (c == 0) c = str_cmp(x->text, y->text);
	return c != 0 ? c : str_cmp(x->where, y->where);
}

static void sift(const struct solver_need *needs, uint32_t *order, size_t at, size_t n)
{
	for (;;) {
		size_t child = 2 * at + 1;
		uint32_t other;

		if (child >= n) return;
		if (child + 1 < n && need_cmp(&needs[order[child + 1]], &needs[order[child]]) > 0) child++;
		if (need_cmp(&needs[order[child]], &needs[order[at]]) <= 0) return;
		other = order[at];
		order[at] = order[child];
		order[child] = other;
		at = child;
	}
}

/* Heap sort: n log n whatever the order is. */
static uint32_t *sorted(struct arena *a, const struct solver_need *needs, size_t n)
{
	uint32_t *order = arena_array(a, uint32_t, n);

	for (size_t i = 0; i < n; i++) order[i] = (uint32_t)i;
	for (size_t i = n / 2; i-- > 0;) sift(needs, order, i, n);
	for (size_t i = n; i-- > 1;) {
		uint32_t last = order[i];

		order[i] = order[0];
		order[0] = last;
		sift(needs, order, 0, i);
	}
	return order;
}

static struct set *outside(struct search *s, uint32_t to, const struct solver_need *need)
{
	if (!need->soft && set_is_single(ladder_of(s, to), &need->allowed)) choose_single(s, to);
	return set_outside(&s->keep, ladder_of(s, to), &need->allowed, !need->soft);
}

/* --- the root --- */

static void root_rule(struct search *s, const struct solver_need *need, size_t index, uint32_t to)
{
	uint32_t id = rule_new(s, RULE_NEED, 1);
	struct rule *r = &s->rules.p[id];

	r->need = need;
	r->from = NOTHING;
	r->to = to;
	r->next = NOTHING;
	r->root = index;
	r->terms[0] = (struct term){ to, outside(s, to, need) };
	*vec_push(&s->keep, &s->facts) = id;
}

void needs_root(struct search *s)
{
	s->root_order = sorted(&s->keep, s->root, s->n_root);
	for (size_t i = 0; i < s->n_root; i++) {
		const struct solver_need *need = &s->root[s->root_order[i]];
		uint32_t base = package_of(s, need->name, (str){ NULL, 0 });

		if (!need->soft) project_of(s, base)->direct = true;
		root_rule(s, need, s->root_order[i], base);
		if (need->extra.n != 0 && !need->soft) root_rule(s, need, s->root_order[i], package_of(s, need->name, need->extra));
	}
}

/* --- versions --- */

static bool same_allowed(const struct interval_set *x, const struct interval_set *y)
{
	if (x->n != y->n) return false;
	for (size_t i = 0; i < x->n; i++)
		if (cut_cmp(x->p[i].from, y->p[i].from) != 0 || cut_cmp(x->p[i].to, y->p[i].to) != 0) return false;
	return true;
}

/* The place of the rule for that need in the package's table. */
static void **group_of(struct search *s, uint32_t from, uint32_t to, const struct solver_need *need)
{
	struct package *x = &s->packages.p[from];
	str key = arena_fmt(&s->keep, "%u %d " STR_FMT, to, need->soft ? 1 : 0, STR_ARG(need->text));
	bool added;

	if (x->groups == NULL) {
		x->groups = arena_new(&s->keep, struct map);
		map_init(x->groups, &s->keep);
	}
	return map_put(x->groups, key, &added);
}

static void add_link(struct search *s, uint32_t from, uint32_t to, uint32_t rule)
{
	struct map *groups = s->packages.p[from].groups;
	struct package *y = &s->packages.p[to];
	void **slot = map_put(groups, arena_fmt(&s->keep, "%u", to), NULL);
	struct link *link;

	if (*slot == NULL) {
		*vec_push(&s->keep, &y->needed_by) = (struct link){ from, NOTHING, 0 };
		*slot = (void *)(uintptr_t)y->needed_by.n;
	}
	link = &y->needed_by.p[(uintptr_t)*slot - 1];
	s->rules.p[rule].next = link->rules;
	link->rules = rule;
	link->n++;
}

/* A new rule; a package that needs itself in other versions is simply impossible in this one. */
static uint32_t need_rule(struct search *s, uint32_t from, uint32_t to, const struct solver_need *need)
{
	uint32_t id = rule_new(s, RULE_NEED, from == to ? 1 : 2);
	struct rule *r = &s->rules.p[id];

	r->need = need;
	r->from = from;
	r->to = to;
	r->next = NOTHING;
	r->root = SIZE_MAX;
	r->terms[0] = (struct term){ from, set_positions(&s->keep, 0, 0, false) };
	if (from == to) return id;
	r->terms[1] = (struct term){ to, outside(s, to, need) };
	add_link(s, from, to, id);
	return id;
}

static uint32_t rule_for(struct search *s, uint32_t from, uint32_t position, uint32_t to, const struct solver_need *need)
{
	void **slot = group_of(s, from, to, need);
	uint32_t id = *slot != NULL ? (uint32_t)((uintptr_t)*slot - 1) : NOTHING;
	struct rule *r;

	if (id == NOTHING || !same_allowed(&s->rules.p[id].need->allowed, &need->allowed)) {
		uint32_t fresh = need_rule(s, from, to, need);

		*group_of(s, from, to, need) = (void *)(uintptr_t)(fresh + 1);
		id = fresh;
	}
	r = &s->rules.p[id];
	set_add(&s->keep, ladder_of(s, from), r->terms[0].set, position);
	r->idle_at = NOTHING;
	return id;
}

static bool allows_itself(struct search *s, uint32_t package, uint32_t position, const struct solver_need *need)
{
	const struct ladder *l = ladder_of(s, package);

	return interval_set_contains(&need->allowed, l->page->candidates[l->candidate[position]].version);
}

static void add_rules(struct search *s, uint32_t from, uint32_t position, struct tried *t)
{
	struct arena_mark mark = arena_mark(&s->scratch);
	uint32_t *order = sorted(&s->scratch, t->needs->list, t->needs->n);

	t->rules = arena_array(&s->keep, uint32_t, 2 * t->needs->n);
	for (size_t i = 0; i < t->needs->n; i++) {
		const struct solver_need *need = &t->needs->list[order[i]];
		uint32_t base = package_of(s, need->name, (str){ NULL, 0 });
		uint32_t to = need->extra.n != 0 && !need->soft ? package_of(s, need->name, need->extra) : base;

		if (base != from || !allows_itself(s, from, position, need)) t->rules[t->n++] = rule_for(s, from, position, base, need);
		if (to != base && (to != from || !allows_itself(s, from, position, need)))
			t->rules[t->n++] = rule_for(s, from, position, to, need);
	}
	arena_rewind(&s->scratch, mark);
}

/* The rule of all versions that are refused for that reason. */
static uint32_t refusal(struct search *s, uint32_t package, uint32_t position, uint32_t reason)
{
	struct package *x = &s->packages.p[package];
	void **slot;
	uint32_t id;

	if (x->refusals == NULL) {
		x->refusals = arena_new(&s->keep, struct map);
		map_init(x->refusals, &s->keep);
	}
	slot = map_put(x->refusals, arena_fmt(&s->keep, "%u", reason), NULL);
	if (*slot == NULL) {
		id = rule_new(s, RULE_REFUSED, 1);
		s->rules.p[id].reason = reason;
		s->rules.p[id].terms[0] = (struct term){ package, set_positions(&s->keep, 0, 0, false) };
		*slot = (void *)(uintptr_t)(id + 1);
	}
	id = (uint32_t)((uintptr_t)*slot - 1);
	set_add(&s->keep, ladder_of(s, package), s->rules.p[id].terms[0].set, position);
	return id;
}

bool needs_load(struct search *s, uint32_t package, uint32_t position, struct err *e)
{
	struct package *x = &s->packages.p[package];
	struct project *p = project_of(s, package);
	struct tried t = { 0 };

	if (package_tried(s, package, position) != NULL) return true;
	if (!s->provider->needs(s->provider->context, p->name, p->ladder.candidate[position], x->extra, &t.needs, e)) return false;
	if (t.needs->refused != 0) {
		t.rules = arena_array(&s->keep, uint32_t, 1);
		t.rules[t.n++] = refusal(s, package, position, t.needs->refused);
	} else {
		add_rules(s, package, position, &t);
	}
	x = &s->packages.p[package];
	if (x->tried_at == NULL) x->tried_at = arena_array(&s->keep, uint32_t, project_of(s, package)->ladder.n);
	*vec_push(&s->keep, &x->tried) = t;
	x->tried_at[position] = (uint32_t)x->tried.n;
	choose_hint_more(s, package, position);
	return true;
}
