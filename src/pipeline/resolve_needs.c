/* resolve_needs.c: what one version needs on one target, for itself or for one of its extras.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Markers are evaluated with sets of extras: with none for the project itself, with that one for an extra, which then adds what the
 * project alone does not need. URL requirements are followed only where the user asked for the same URL (uv's rule): an index
 * must not lead to files elsewhere. Overrides, excludes and direct references of the user take the place of what metadata says.
 * Sources: PyPA "Dependency specifiers", PEP 685 (extras), python-packaging 4. */
#include <stdlib.h>
#include <string.h>

#include "pipeline/resolve_parts.h"
#include "python/name.h"

struct making {
	struct resolve_target *t;
	struct resolve_project *p;
	size_t candidate;
	str extra;
	VEC(struct solver_need) list;
	str refused; /* not empty: why the version cannot be chosen */
};

static str text_of(const struct requirement *r)
{
	str text, rest;
	if (r->url.n || !r->marker) return r->text;
	str_cut(r->text, ';', &text, &rest);
	return str_trim(text);
}

/* "===" compares text; as a set of versions it is the one that is written. The candidates' spelling is checked for what the user
 * writes (resolve_project.c). */
static struct interval_set allowed_by(struct arena *a, const struct specifier_set *s)
{
	struct interval_set set = specifier_intervals(a, s);
	for (size_t i = 0; i < s->n; i++) {
		struct version *v = arena_new(a, struct version);
		if (s->clauses[i].op != SPEC_ARBITRARY) continue;
		if (!version_parse(a, s->clauses[i].text, v, NULL)) return (struct interval_set){ 0 };
		struct interval_set one = interval_set_of(a, (struct cut){ CUT_BELOW, v }, (struct cut){ CUT_ABOVE, v });
		set = interval_set_intersect(a, &set, &one);
	}
	return set;
}

static void push(struct making *m, struct solver_need need)
{
	struct arena *a = m->t->run->a;
	need.where = S("");
	need.soft = false;
	if (str_eq(need.name, m->p->name) && str_eq(need.extra, m->extra)) {
		/* A project that needs itself: true or not, but nothing to choose. */
		if (!interval_set_contains(&need.allowed, m->p->list[m->candidate].version))
			m->refused = arena_fmt(a, "needs itself in another version (" STR_FMT ")", STR_ARG(need.text));
		return;
	}
	*vec_push(a, &m->list) = need;
}

static void push_extras(struct making *m, struct solver_need need, const struct str_list *extras, bool normal)
{
	struct arena *a = m->t->run->a;
	if (extras->n == 0) push(m, need);
	for (size_t i = 0; i < extras->n; i++) {
		need.extra = normal ? extras->p[i] : name_normalize(a, extras->p[i]);
		push(m, need);
	}
}

static bool push_override(struct making *m, const struct resolve_rule *rule)
{
	if (rule->excluded) return true;
	for (size_t i = 0; i < rule->overrides.n; i++) {
		const struct want *w = rule->overrides.p[i];
		push_extras(m, resolve_need_of_want(m->t, w, S("")), &w->extras, true);
	}
	return rule->overridden;
}

static str place_of(str url) { return str_slice(url, 0, str_chr(url, '#') == STR_NONE ? url.n : str_chr(url, '#')); }

/* The project that is resolved for is there: what needs it needs nothing more. */
static bool is_own(struct resolve_target *t, str name, const struct resolve_rule *rule)
{
	str own = t->run->wants->name;
	return own.n && name_same(own, name) && !(rule && (rule->root || rule->direct));
}

static void push_requirement(struct making *m, const struct requirement *r)
{
	struct arena *a = m->t->run->a;
	struct solver_need need = { .name = name_normalize(a, r->name), .text = text_of(r) };
	const struct resolve_rule *rule = map_get(&m->t->rules, need.name);
	if (rule && push_override(m, rule)) return;
	if (is_own(m->t, need.name, rule)) return;
	if (r->url.n) {
		const struct resolve_direct *d = rule ? rule->direct : NULL;
		if (!d || !str_eq(place_of(d->want->file.url), place_of(r->url))) {
			m->refused = arena_fmt(a, "needs `" STR_FMT "` from a URL, which only your own requirements may ask for",
			                       STR_ARG(need.name));
			return;
		}
		need.allowed = interval_set_of(a, (struct cut){ CUT_BELOW, &d->version }, (struct cut){ CUT_ABOVE, &d->version });
	} else {
		need.allowed = allowed_by(a, &r->specifier);
	}
	push_extras(m, need, &r->extras, false);
}

static bool takes_part(struct making *m, const struct marker *marker)
{
	struct str_list one = { .p = &m->extra, .n = 1, .cap = 1 };
	if (str_empty(m->extra)) return resolve_marker(m->t, marker, NULL, NULL);
	if (!marker || !marker_mentions(marker, MARKER_EXTRA)) return false;
	return resolve_marker(m->t, marker, &one, NULL) && !resolve_marker(m->t, marker, NULL, NULL);
}

/* A cause may show a line of a file; what is wrong with it fits into a sentence. */
static const char *in_one_line(const struct err *e) { return e->why[0] && !strchr(e->why, '\n') ? e->why : e->what; }

static void from_metadata(struct making *m, const struct catalog_metadata *md)
{
	struct arena *a = m->t->run->a;
	if (md->broken && resolve_waits_for_sdist(m->t, m->p, m->p->more[m->candidate].file)) {
		m->refused = arena_fmt(a, "has no wheel for " STR_FMT ", and its source distribution cannot be built here (%s)",
		                       STR_ARG(m->t->lt->text), in_one_line(&md->why));
		return;
	}
	if (md->broken) {
		str why = str_from(md->why.why[0] ? md->why.why : md->why.what);
		m->refused = arena_fmt(a, "has metadata that cannot be read (" STR_FMT ")", STR_ARG(why));
		return;
	}
	struct resolve_python python = resolve_python_of(m->t, md->requires_python);
	if (!python.valid)
		m->refused = arena_fmt(a, "has a Requires-Python that cannot be read (" STR_FMT ")", STR_ARG(md->requires_python));
	else if (!python.allowed)
		m->refused = arena_fmt(a, "needs Python " STR_FMT " (the target has " STR_FMT ")", STR_ARG(md->requires_python),
		                       STR_ARG(resolve_python_text(m->t)));
	for (size_t i = 0; i < md->n_requires && str_empty(m->refused); i++)
		if (takes_part(m, md->requires_dist[i].marker)) push_requirement(m, &md->requires_dist[i]);
}

static void from_folder(struct making *m, const struct wants *folder)
{
	for (size_t i = 0; i < folder->list.n; i++) {
		const struct want *w = &folder->list.p[i];
		if (w->kind != WANT_REQUIREMENT || w->group.n || !str_eq(w->extra, m->extra)) continue;
		if (!resolve_marker(m->t, w->marker, NULL, NULL)) continue;
		const struct resolve_rule *rule = w->name.n ? map_get(&m->t->rules, w->name) : NULL;
		if (rule && push_override(m, rule)) continue;
		push_extras(m, resolve_need_of_want(m->t, w, S("")), &w->extras, true);
	}
}

static int by_name(const void *x, const void *y)
{
	const struct solver_need *a = x, *b = y;
	int c = str_cmp(a->name, b->name);
	if (c == 0) c = str_cmp(a->extra, b->extra);
	return c ? c : str_cmp(a->text, b->text);
}

bool resolve_needs_of(struct resolve_target *t, struct resolve_project *p, size_t candidate, str extra,
                      const struct solver_needs **out, struct err *e)
{
	struct arena *a = t->run->a;
	struct resolve_candidate *c = &p->more[candidate];
	for (struct resolve_needs *n = c->needs; n; n = n->next)
		if (str_eq(n->extra, extra)) {
			*out = &n->needs;
			return true;
		}
	struct making m = { .t = t, .p = p, .candidate = candidate, .extra = extra };
	if (p->direct && p->direct->folder) {
		from_folder(&m, p->direct->folder);
	} else {
		m.refused = resolve_sdist_unseen(t, p, candidate);
		if (str_empty(m.refused)) {
			if (!c->metadata && !resolve_metadata_of(t, p->page, c->file, p->direct, &c->metadata, e)) return false;
			from_metadata(&m, c->metadata);
		}
	}
	struct resolve_needs *made = arena_new(a, struct resolve_needs);
	made->extra = arena_str(a, extra);
	if (m.refused.n)
		made->needs.refused = resolve_refuse(t->run, p, candidate, m.refused);
	else
		made->needs = (struct solver_needs){ .list = m.list.p, .n = m.list.n };
	/* The order of lines in metadata has no meaning: it must not have an influence. */
	if (made->needs.n) qsort(m.list.p, m.list.n, sizeof *m.list.p, by_name);
	made->next = c->needs;
	c->needs = made;
	*out = &made->needs;
	return true;
}
