/* registry.h: a package index as a few lines of text, for the tests of solver/.
 * SPDX-License-Identifier: Apache-2.0
 *
 *     > a>=1; b                   what the root needs; each has the place "requirements.txt:1", 2, ...; "~c<2" is a constraint
 *     >> a>=1                     the same without a place
 *     a 2: b>=2; c[x]             a version and its needs, in any order of versions
 *     a[x] 2: d                   what an extra adds
 *     a 1 !no wheel               a version that can never be chosen, and why (reasons are numbered as they appear)
 *     a 1 ?bad metadata           the same, known only from its metadata
 *     a 1 *                       the preferred version
 *     @a last|mixed|never         how pre-releases of a count
 *     @a missing no index has it  there is no such project (so is every name without versions)
 *     @a broken                   its page cannot be had
 *     @a hint try b               what the provider says in addition */
#ifndef LAMINA_TESTS_SOLVER_REGISTRY_H
#define LAMINA_TESTS_SOLVER_REGISTRY_H

#include <stdlib.h>

#include "base/oom.h"
#include "python/specifier.h"
#include "solver/solver.h"

#define REGISTRY_NAMES_MAX 64

struct registry_version {
	struct version version;
	str text, extra;
	uint32_t refused, metadata;
	bool preferred;
	VEC(struct solver_need) needs;
};

struct registry_project {
	str name, missing, hint;
	enum solver_pre prereleases;
	VEC(struct registry_version) versions; /* of the project and its extras */
	struct solver_project page;
	struct registry_version **of; /* candidate -> version */
	bool broken;
};

struct registry {
	struct arena a;
	VEC(struct registry_project) projects;
	struct str_list reasons;
	VEC(struct solver_need) root;
	size_t pages, needs, hints;
	struct solver_provider provider;
};

static struct registry_project *registry_project(struct registry *r, str name)
{
	for (size_t i = 0; i < r->projects.n; i++)
		if (str_eq(r->projects.p[i].name, name)) return &r->projects.p[i];
	struct registry_project *p = vec_push(&r->a, &r->projects);
	p->name = name;
	return p;
}

static inline void registry_name(str text, str *name, str *extra)
{
	size_t n = 0;

	while (n < text.n && (ascii_alnum(text.p[n]) || text.p[n] == '-')) n++;
	*name = str_slice(text, 0, n);
	*extra = (str){ NULL, 0 };
	if (str_at(text, n) == '[') *extra = str_slice(text, n + 1, str_chr(text, ']'));
}

static inline struct solver_need registry_need(struct registry *r, str text)
{
	struct solver_need need = { 0 };
	struct specifier_set set;
	size_t end;

	need.soft = str_at(text, 0) == '~';
	if (need.soft) text = str_from_pos(text, 1);
	registry_name(text, &need.name, &need.extra);
	end = need.name.n + (need.extra.n != 0 ? need.extra.n + 2 : 0);
	BUG_IF(!specifier_parse(&r->a, str_from_pos(text, end), &set, NULL));
	need.allowed = specifier_intervals(&r->a, &set);
	need.text = text;
	return need;
}

static inline uint32_t registry_reason(struct registry *r, str text)
{
	for (size_t i = 0; i < r->reasons.n; i++)
		if (str_eq(r->reasons.p[i], text)) return (uint32_t)i + 1;
	*vec_push(&r->a, &r->reasons) = text;
	return (uint32_t)r->reasons.n;
}

static inline void registry_version(struct registry *r, str head, str needs)
{
	str what, rest, version, item, name, extra;
	struct registry_version *v;

	str_cut(head, ' ', &what, &rest);
	registry_name(what, &name, &extra);
	str_cut(rest, ' ', &version, &rest);
	v = vec_push(&r->a, &registry_project(r, name)->versions);
	v->extra = extra;
	v->text = version;
	BUG_IF(!version_parse(&r->a, version, &v->version, NULL));
	if (str_at(rest, 0) == '!') v->refused = registry_reason(r, str_from_pos(rest, 1));
	if (str_at(rest, 0) == '?') v->metadata = registry_reason(r, str_from_pos(rest, 1));
	v->preferred = str_at(rest, 0) == '*';
	while (needs.n != 0) {
		str_cut(needs, ';', &item, &needs);
		if (str_trim(item).n != 0) *vec_push(&r->a, &v->needs) = registry_need(r, str_trim(item));
	}
}

static inline void registry_setting(struct registry *r, str line)
{
	str name, value, text;
	struct registry_project *p;

	str_cut(line, ' ', &name, &value);
	p = registry_project(r, name);
	str_cut(value, ' ', &value, &text);
	if (str_eq(value, S("missing"))) p->missing = text;
	if (str_eq(value, S("broken"))) p->broken = true;
	if (str_eq(value, S("hint"))) p->hint = text;
	if (text.n != 0) return;
	p->prereleases = str_eq(value, S("mixed"))   ? SOLVER_PRE_MIXED
	                 : str_eq(value, S("never")) ? SOLVER_PRE_NEVER
	                                             : SOLVER_PRE_LAST;
}

static inline int registry_newest(const void *a, const void *b)
{
	const struct registry_version *x = *(struct registry_version *const *)a, *y = *(struct registry_version *const *)b;

	return version_cmp(&y->version, &x->version);
}

static inline void registry_finish(struct registry *r, struct registry_project *p)
{
	struct solver_candidate *c = arena_array(&r->a, struct solver_candidate, p->versions.n);

	p->of = arena_array(&r->a, struct registry_version *, p->versions.n);
	for (size_t i = 0; i < p->versions.n; i++)
		if (p->versions.p[i].extra.n == 0) p->of[p->page.n++] = &p->versions.p[i];
	if (p->page.n != 0) qsort(p->of, p->page.n, sizeof *p->of, registry_newest);
	p->page.candidates = c;
	p->page.preferred = SIZE_MAX;
	p->page.prereleases = p->prereleases;
	for (size_t i = 0; i < p->page.n; i++) {
		c[i] = (struct solver_candidate){ &p->of[i]->version, p->of[i]->text, p->of[i]->refused };
		if (p->of[i]->preferred) p->page.preferred = i;
	}
	if (p->page.n == 0 && p->missing.n == 0) p->missing = S("no index has it");
	if (p->page.n == 0) p->page.missing = p->missing;
}

/* --- the provider --- */

static inline bool registry_ask_project(void *context, str name, const struct solver_project **out, struct err *e)
{
	struct registry *r = context;
	struct registry_project *p = registry_project(r, name);

	(void)e;
	if (p->of == NULL) registry_finish(r, p);
	r->pages++;
	if (p->broken) return err_set(e, ERR_NETWORK, "connection", "the index does not answer");
	*out = &p->page;
	return true;
}

static inline bool registry_ask_needs(void *context, str name, size_t candidate, str extra, const struct solver_needs **out,
                                      struct err *e)
{
	struct registry *r = context;
	struct registry_project *p = registry_project(r, name);
	const struct registry_version *v = p->of[candidate];
	struct solver_needs *needs = arena_new(&r->a, struct solver_needs);

	(void)e;
	r->needs++;
	for (size_t i = 0; extra.n != 0 && i < p->versions.n; i++) {
		const struct registry_version *w = &p->versions.p[i];

		if (str_eq(w->extra, extra) && version_cmp(&w->version, &p->of[candidate]->version) == 0) v = w;
	}
	if (extra.n == 0 || v != p->of[candidate]) {
		needs->list = v->needs.p;
		needs->n = v->needs.n;
	}
	needs->refused = p->of[candidate]->metadata;
	if (needs->refused != 0) needs->n = 0;
	*out = needs;
	return true;
}

static inline void registry_likely(void *context, str name, const struct interval_set *allowed, size_t best)
{
	struct registry *r = context;
	const struct registry_project *p = registry_project(r, name);

	r->hints++;
	BUG_IF(best != SIZE_MAX && (best >= p->page.n || !interval_set_contains(allowed, p->page.candidates[best].version)));
}

static inline str registry_ask_reason(void *context, str name, uint32_t refused)
{
	struct registry *r = context;

	(void)name;
	return r->reasons.p[refused - 1];
}

static inline str registry_hint(void *context, str name, const struct interval_set *allowed)
{
	BUG_IF(allowed->n == 0);
	return registry_project(context, name)->hint;
}

static inline void registry_begin(struct registry *r)
{
	*r = (struct registry){ 0 };
	r->provider.context = r;
	r->provider.project = registry_ask_project;
	r->provider.needs = registry_ask_needs;
	r->provider.likely = registry_likely;
	r->provider.reason = registry_ask_reason;
	r->provider.hint = registry_hint;
}

static inline void registry_read(struct registry *r, str text)
{
	str line, head, needs;

	registry_begin(r);
	while (str_line(&text, &line)) {
		line = str_trim(line);
		if (line.n == 0) continue;
		if (line.p[0] == '@') {
			registry_setting(r, str_from_pos(line, 1));
		} else if (line.p[0] == '>') {
			bool placed = str_at(line, 1) != '>';
			str item, rest = str_from_pos(line, placed ? 1 : 2);

			while (rest.n != 0) {
				struct solver_need need;

				str_cut(rest, ';', &item, &rest);
				need = registry_need(r, str_trim(item));
				if (placed) need.where = arena_fmt(&r->a, "requirements.txt:%zu", r->root.n + 1);
				*vec_push(&r->a, &r->root) = need;
			}
		} else {
			str_cut(line, ':', &head, &needs);
			registry_version(r, str_trim(head), needs);
		}
	}
}

static inline void registry_end(struct registry *r) { arena_release(&r->a); }

static inline bool registry_solve(struct registry *r, const struct solver_options *options, struct solver_answer *out,
                                  struct solver_failure *failure, struct err *e)
{
	return solver_run(&r->a, &r->provider, r->root.p, r->root.n, options, out, failure, e);
}

/* "a 1, b[x] 2" */
static inline str registry_answer(struct registry *r, const struct solver_answer *answer)
{
	str text = S("");

	for (size_t i = 0; i < answer->choices.n; i++) {
		const struct solver_choice *c = &answer->choices.p[i];

		text = arena_fmt(&r->a, STR_FMT "%s" STR_FMT, STR_ARG(text), i != 0 ? ", " : "", STR_ARG(c->name));
		for (size_t k = 0; k < c->extras.n; k++)
			text = arena_fmt(&r->a, STR_FMT "[" STR_FMT "]", STR_ARG(text), STR_ARG(c->extras.p[k]));
		text = arena_fmt(&r->a, STR_FMT " " STR_FMT, STR_ARG(text),
		                 STR_ARG(registry_project(r, c->name)->page.candidates[c->candidate].text));
	}
	return text;
}

#endif
