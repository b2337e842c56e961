/* resolve_roots.c: what the wants mean for one target: the root's needs, and the rules for single names.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Overrides replace requirements wherever these stand and excludes drop them; constraints hold beside both (as in uv, whose
 * words they are). A requirement of the project on itself (`dev = ["app[test]"]`) stands for what these extras hold. */
#include "pipeline/resolve_parts.h"
#include "python/name.h"

struct resolve_rule *resolve_rule_of(struct resolve_target *t, str name)
{
	bool added;
	void **slot = map_put(&t->rules, name, &added);
	if (added) *slot = arena_new(t->run->a, struct resolve_rule);
	return *slot;
}

bool resolve_marker(struct resolve_target *t, const struct marker *m, const struct str_list *extras, bool *assumed)
{
	bool ignored;
	if (!assumed) assumed = &ignored;
	*assumed = false;
	if (!m) return true;
	t->known.extras = t->assumed.extras = extras;
	bool holds = marker_decide(m, &t->known, &t->assumed, assumed);
	t->known.extras = t->assumed.extras = NULL;
	return holds;
}

static bool holds(struct resolve_target *t, const struct want *w)
{
	bool assumed, result = resolve_marker(t, w->marker, NULL, &assumed);
	if (assumed)
		note_add(t->run->notes, NOTE_INFO, "assumed-marker",
		         STR_FMT ": the marker `" STR_FMT "` depends on a value that is known only at run time; taken as %s",
		         STR_ARG(w->name), STR_ARG(marker_text(t->run->a, w->marker)), result ? "true" : "false");
	return result;
}

static str where_of(struct arena *a, const struct want *w)
{
	if (str_empty(w->from_file)) return S("");
	if (w->line == 0) return w->from_file;
	return arena_fmt(a, STR_FMT ":%u", STR_ARG(w->from_file), (unsigned)w->line);
}

/* Exactly that version: a direct reference is one. */
static struct interval_set exactly(struct arena *a, const struct version *v)
{
	return interval_set_of(a, (struct cut){ CUT_BELOW, v }, (struct cut){ CUT_ABOVE, v });
}

struct solver_need resolve_need_of_want(struct resolve_target *t, const struct want *w, str extra)
{
	struct arena *a = t->run->a;
	struct solver_need need = { .name = w->name, .extra = extra, .allowed = w->allowed, .text = w->text };
	need.where = where_of(a, w);
	need.soft = w->kind == WANT_CONSTRAINT;
	if (!w->direct) return need;
	for (size_t i = 0; i < t->directs.n; i++) {
		const struct resolve_direct *d = t->directs.p[i];
		if (d->want != w && !(w->name.n && str_eq(d->name, w->name))) continue;
		need.name = d->name;
		need.allowed = exactly(a, &d->version);
	}
	return need;
}

static void push_need(struct resolve_target *t, const struct want *said, const struct want *tagged)
{
	size_t extras = said->kind == WANT_CONSTRAINT ? 0 : said->extras.n;
	for (size_t i = 0; i < (extras ? extras : 1); i++) {
		*vec_push(t->run->a, &t->needs) = resolve_need_of_want(t, said, extras ? said->extras.p[i] : S(""));
		*vec_push(t->run->a, &t->need_wants) = tagged;
	}
}

/* --- the project's own extras --- */

static bool is_own(const struct resolve *r, const struct want *w)
{
	if (w->kind != WANT_REQUIREMENT || w->direct || w->extras.n == 0 || str_empty(r->wants->name)) return false;
	if (!name_same(w->name, r->wants->name)) return false;
	for (size_t i = 0; i < w->extras.n; i++)
		if (!str_list_has(&r->wants->extras, w->extras.p[i])) return false;
	return true;
}

struct want_list {
	VEC(const struct want *) v;
};

static void expand_own(struct resolve_target *t, const struct want *own, struct want_list *out)
{
	struct arena *a = t->run->a;
	const struct wants *wants = t->run->wants;
	struct str_list extras = { 0 };
	for (size_t i = 0; i < own->extras.n; i++) str_list_add_new(a, &extras, own->extras.p[i]);
	for (size_t x = 0; x < extras.n; x++) {
		for (size_t i = 0; i < wants->list.n; i++) {
			const struct want *w = &wants->list.p[i];
			if (w->kind != WANT_REQUIREMENT || !str_eq(w->extra, extras.p[x]) || !holds(t, w)) continue;
			if (is_own(t->run, w)) {
				for (size_t k = 0; k < w->extras.n; k++) str_list_add_new(a, &extras, w->extras.p[k]);
				continue;
			}
			struct want *copy = arena_new(a, struct want);
			*copy = *w;
			copy->extra = own->extra;
			copy->group = own->group;
			*vec_push(a, &out->v) = copy;
		}
	}
}

static void list_wants(struct resolve_target *t, struct want_list *out)
{
	const struct wants *wants = t->run->wants;
	for (size_t i = 0; i < wants->list.n; i++) {
		const struct want *w = &wants->list.p[i];
		if (w->kind == WANT_EXCLUDE) {
			if (holds(t, w)) resolve_rule_of(t, w->name)->excluded = true;
			continue;
		}
		if (w->kind == WANT_OVERRIDE) resolve_rule_of(t, w->name)->overridden = true;
		if (!holds(t, w)) continue;
		if (is_own(t->run, w))
			expand_own(t, w, out);
		else
			*vec_push(t->run->a, &out->v) = w;
	}
}

static bool take_index(struct resolve_target *t, struct resolve_rule *rule, const struct want *w, struct err *e)
{
	if (str_empty(w->index) || str_eq(rule->index, w->index)) return true;
	if (rule->index.n) {
		err_set(e, ERR_RESOLVE, "index-conflict", "`" STR_FMT "` is asked of two indexes: " STR_FMT " and " STR_FMT,
		        STR_ARG(w->name), STR_ARG(rule->index), STR_ARG(w->index));
		err_where(e, STR_FMT, STR_ARG(where_of(t->run->a, w)));
		return err_help(e, "a name comes from one index: name the same one everywhere");
	}
	rule->index = w->index;
	return true;
}

static struct resolve_rule *rule_for(struct resolve_target *t, const struct want *w)
{
	str name = w->name;
	for (size_t i = 0; i < t->directs.n; i++)
		if (t->directs.p[i]->want == w) name = t->directs.p[i]->name;
	return resolve_rule_of(t, name);
}

static void apply(struct resolve_target *t, const struct want *w)
{
	struct arena *a = t->run->a;
	struct resolve_rule *rule = rule_for(t, w);
	if (rule->excluded) return;
	if (w->kind == WANT_OVERRIDE) {
		*vec_push(a, &rule->named) = w;
		return;
	}
	if (w->kind == WANT_CONSTRAINT || !rule->overridden) {
		*vec_push(a, &rule->named) = w;
		rule->root |= w->kind == WANT_REQUIREMENT;
		push_need(t, w, w);
		return;
	}
	for (size_t i = 0; i < rule->overrides.n; i++) push_need(t, rule->overrides.p[i], w);
	rule->root |= rule->overrides.n > 0;
}

bool resolve_roots(struct resolve_target *t, struct err *e)
{
	struct want_list list = { 0 };
	list_wants(t, &list);
	for (size_t i = 0; i < list.v.n; i++) {
		const struct want *w = list.v.p[i];
		struct resolve_rule *rule = w->name.n ? resolve_rule_of(t, w->name) : NULL;
		if (rule && w->kind == WANT_OVERRIDE) *vec_push(t->run->a, &rule->overrides) = w;
		if (rule && rule->overridden && w->kind == WANT_REQUIREMENT) continue;
		if (rule && !take_index(t, rule, w, e)) return false;
		if (w->direct && !(rule && rule->excluded) && !resolve_direct_add(t, rule, w, e)) return false;
	}
	if (!resolve_direct_follow(t, e)) return false;
	for (size_t i = 0; i < list.v.n; i++) apply(t, list.v.p[i]);
	return true;
}
