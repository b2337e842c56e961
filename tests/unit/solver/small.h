/* small.h: small registries made from bytes, and what must be true of what the solver says about them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * All assignments of versions to names are tried one by one: what the solver answers must be one of those that are right, none
 * of them may be better everywhere, and what it calls impossible must be so even for the few names that it blames. */
#ifndef LAMINA_TESTS_SOLVER_SMALL_H
#define LAMINA_TESTS_SOLVER_SMALL_H

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "registry.h"

#define SMALL_NAMES    5
#define SMALL_VERSIONS 5

/* --- registries from bytes --- */

struct small_bytes {
	const uint8_t *p;
	size_t n, at;
};

static inline unsigned small_take(struct small_bytes *b, unsigned below) { return b->at < b->n ? b->p[b->at++] % below : 0; }

static inline void small_needs(struct small_bytes *b, struct buf *out, unsigned names, unsigned count, bool soft)
{
	static const char *const sets[] = { "",   "",    ">=2", ">=2", "<3",     "<2",  "==2",    "==1",    "!=2",
		                                ">2", "<=1", ">=4", "==3", ">=1,<3", ">=9", "==2rc1", ">=3rc1", "!=1,<4" };

	for (unsigned i = 0; i < count; i++) {
		unsigned kind = small_take(b, 8), name = small_take(b, names + (kind == 7 ? 1 : 0));

		buf_addf(out, "%s%s%c%s%s", i != 0 ? "; " : "", soft && kind == 6 ? "~" : "", (char)('a' + name),
		         kind >= 4 && kind <= 5 ? "[x]" : "", sets[small_take(b, sizeof sets / sizeof *sets)]);
	}
}

/* The text of a registry; the same bytes give the same text. */
static inline void small_text(const uint8_t *p, size_t n, struct buf *out)
{
	static const char *const versions[] = { "1", "2rc1", "2", "3", "4" };
	static const char *const marks[] = { "", "", "", "", "", "", " !no wheel", " !too new", " ?bad metadata", " *" };
	static const char *const pre[] = { "last", "last", "mixed", "never" };
	struct small_bytes b = { p, n, 0 };
	unsigned names = 1 + small_take(&b, SMALL_NAMES), roots = 1 + small_take(&b, 3);

	buf_add_str(out, S("> "));
	small_needs(&b, out, names, roots, true);
	for (unsigned i = 0; i < names; i++) {
		unsigned setting = small_take(&b, 12);

		if (setting < 4) buf_addf(out, "\n@%c %s", (char)('a' + i), pre[setting]);
		for (unsigned k = 0; k < SMALL_VERSIONS; k++) {
			unsigned there = small_take(&b, 3);

			if (there == 0) continue;
			buf_addf(out, "\n%c %s%s: ", (char)('a' + i), versions[k], marks[small_take(&b, 10)]);
			small_needs(&b, out, names, small_take(&b, 4), false);
			if (there != 2 || small_take(&b, 2) == 0) continue;
			buf_addf(out, "\n%c[x] %s: ", (char)('a' + i), versions[k]);
			small_needs(&b, out, names, 1 + small_take(&b, 2), false);
		}
	}
}

/* --- all assignments --- */

struct small_world {
	struct registry *r;
	struct registry_project *names[SMALL_NAMES + 1];
	size_t n;
	bool barred[SMALL_NAMES + 1];   /* needs of this name do not count */
	size_t chosen[SMALL_NAMES + 1]; /* candidate, or SIZE_MAX */
	bool active[SMALL_NAMES + 1], extra[SMALL_NAMES + 1];
};

static inline size_t small_index(const struct small_world *w, str name)
{
	size_t i = 0;

	while (i < w->n && !str_eq(w->names[i]->name, name)) i++;
	return i;
}

static inline bool small_allows(const struct small_world *w, size_t i, const struct solver_need *need)
{
	return interval_set_contains(&need->allowed, w->names[i]->page.candidates[w->chosen[i]].version);
}

/* What one need asks for; *more when that was not known before. */
static inline bool small_meets(struct small_world *w, const struct solver_need *need, bool *more)
{
	size_t i = small_index(w, need->name);

	if (i < w->n && w->barred[i]) return true;
	if (need->soft) return i == w->n || w->chosen[i] == SIZE_MAX || small_allows(w, i, need);
	if (i == w->n || w->chosen[i] == SIZE_MAX || !small_allows(w, i, need)) return false;
	if (!w->active[i] || (need->extra.n != 0 && !w->extra[i])) *more = true;
	w->active[i] = true;
	if (need->extra.n != 0) w->extra[i] = true;
	return true;
}

static inline bool small_version_meets(struct small_world *w, size_t i, bool *more)
{
	const struct registry_version *v = w->names[i]->of[w->chosen[i]];

	if (v->refused != 0 || v->metadata != 0) return false;
	if (w->names[i]->prereleases == SOLVER_PRE_NEVER && version_is_prerelease(&v->version)) return false;
	for (size_t k = 0; k < v->needs.n; k++)
		if (!small_meets(w, &v->needs.p[k], more)) return false;
	for (size_t j = 0; w->extra[i] && j < w->names[i]->versions.n; j++) {
		const struct registry_version *x = &w->names[i]->versions.p[j];

		if (x->extra.n == 0 || version_cmp(&x->version, &v->version) != 0) continue;
		for (size_t k = 0; k < x->needs.n; k++)
			if (!small_meets(w, &x->needs.p[k], more)) return false;
	}
	return true;
}

/* Is the assignment right, and is everything in it needed? */
static inline bool small_right(struct small_world *w)
{
	bool more = true;

	for (size_t i = 0; i < w->n; i++) w->active[i] = w->extra[i] = false;
	for (size_t k = 0; k < w->r->root.n; k++)
		if (!small_meets(w, &w->r->root.p[k], &more)) return false;
	while (more) {
		more = false;
		for (size_t i = 0; i < w->n; i++)
			if (w->active[i] && !small_version_meets(w, i, &more)) return false;
	}
	for (size_t i = 0; i < w->n; i++)
		if (w->active[i] != (w->chosen[i] != SIZE_MAX)) return false;
	return true;
}

static inline bool small_next(struct small_world *w)
{
	for (size_t i = 0; i < w->n; i++) {
		if (w->barred[i]) continue;
		if (++w->chosen[i] < w->names[i]->page.n) return true; /* SIZE_MAX + 1 is 0 */
		w->chosen[i] = SIZE_MAX;
	}
	return false;
}

static inline void small_world(struct small_world *w, struct registry *r)
{
	*w = (struct small_world){ .r = r };
	for (size_t i = 0; i < r->projects.n; i++) {
		const struct solver_project *page;

		if (registry_project(r, r->projects.p[i].name)->versions.n == 0) continue;
		BUG_IF(w->n > SMALL_NAMES || !registry_ask_project(r, r->projects.p[i].name, &page, NULL));
		w->names[w->n++] = &r->projects.p[i];
	}
	for (size_t i = 0; i < w->n; i++) w->chosen[i] = SIZE_MAX;
}

/* <0: x is preferred to y. */
static inline int small_prefers(const struct registry_project *p, const struct solver_options *o, size_t x, size_t y)
{
	bool pre_x = version_is_prerelease(&p->of[x]->version), pre_y = version_is_prerelease(&p->of[y]->version);

	if (x == y) return 0;
	if (p->page.preferred == x || p->page.preferred == y) return p->page.preferred == x ? -1 : 1;
	if (p->prereleases == SOLVER_PRE_LAST && pre_x != pre_y) return pre_x ? 1 : -1;
	return (x < y) == o->lowest ? 1 : -1;
}

/* --- promises --- */

#define SMALL_CHECK(condition)                                                                                                 \
	do {                                                                                                                       \
		if (!(condition)) {                                                                                                    \
			fprintf(stderr, STR_FMT "\n=> %s\n", STR_ARG(text), #condition);                                                   \
			abort();                                                                                                           \
		}                                                                                                                      \
	} while (0)

static inline void small_check_answer(str text, struct registry *r, const struct solver_options *o,
                                      const struct solver_answer *answer)
{
	struct small_world w;
	size_t have[SMALL_NAMES + 1];

	small_world(&w, r);
	for (size_t i = 0; i < answer->choices.n; i++)
		w.chosen[small_index(&w, answer->choices.p[i].name)] = answer->choices.p[i].candidate;
	SMALL_CHECK(small_right(&w));
	for (size_t i = 0; i < answer->choices.n; i++)
		SMALL_CHECK(w.extra[small_index(&w, answer->choices.p[i].name)] == (answer->choices.p[i].extras.n == 1));
	memcpy(have, w.chosen, sizeof have);
	for (size_t i = 0; i < w.n; i++) w.chosen[i] = SIZE_MAX;
	do {
		bool same = true, better = false;

		for (size_t i = 0; i < w.n && same; i++) {
			same = (w.chosen[i] == SIZE_MAX) == (have[i] == SIZE_MAX);
			if (!same || have[i] == SIZE_MAX) continue;
			same = small_prefers(w.names[i], o, w.chosen[i], have[i]) <= 0;
			better = better || w.chosen[i] != have[i];
		}
		if (same && better) SMALL_CHECK(!small_right(&w));
	} while (small_next(&w));
}

static inline void small_check_failure(str text, struct registry *r, const struct solver_failure *failure)
{
	struct small_world w;
	bool some = false;

	small_world(&w, r);
	for (size_t i = 0; i < w.n; i++) w.barred[i] = !str_list_has(&failure->packages, w.names[i]->name);
	for (size_t i = 0; i < failure->packages.n; i++) {
		SMALL_CHECK(i == 0 || str_cmp(failure->packages.p[i - 1], failure->packages.p[i]) < 0);
		some = some || small_index(&w, failure->packages.p[i]) <= w.n;
	}
	do SMALL_CHECK(!small_right(&w));
	while (small_next(&w));
	SMALL_CHECK(some);
}

/* Everything backwards: lines of the root, needs, versions. */
static inline void small_reverse(struct registry *r)
{
	for (size_t i = 0; i < r->root.n / 2; i++) {
		struct solver_need need = r->root.p[i];

		r->root.p[i] = r->root.p[r->root.n - 1 - i];
		r->root.p[r->root.n - 1 - i] = need;
	}
	for (size_t i = 0; i < r->projects.n; i++) {
		for (size_t k = 0; k < r->projects.p[i].versions.n; k++) {
			struct registry_version *v = &r->projects.p[i].versions.p[k];

			for (size_t j = 0; j < v->needs.n / 2; j++) {
				struct solver_need need = v->needs.p[j];

				v->needs.p[j] = v->needs.p[v->needs.n - 1 - j];
				v->needs.p[v->needs.n - 1 - j] = need;
			}
		}
	}
}

static inline void small_check(str text, bool lowest)
{
	struct registry r, back;
	struct solver_answer out = { 0 }, again = { 0 };
	struct solver_failure failure = { 0 }, failed_again = { 0 };
	struct solver_options options = { .lowest = lowest, .root = S("your requirements") };
	struct err e = { 0 }, f = { 0 };
	bool ok;

	registry_read(&r, text);
	registry_read(&back, text);
	small_reverse(&back);
	ok = registry_solve(&r, &options, &out, &failure, &e);
	SMALL_CHECK(registry_solve(&back, &options, &again, &failed_again, &f) == ok);
	if (ok) {
		SMALL_CHECK(str_eq(registry_answer(&r, &out), registry_answer(&back, &again)));
		SMALL_CHECK(out.edges.n == again.edges.n);
		small_check_answer(text, &r, &options, &out);
	} else {
		SMALL_CHECK(strcmp(e.what, f.what) == 0 && strcmp(e.why, f.why) == 0 && strcmp(e.help, f.help) == 0);
		SMALL_CHECK(strcmp(e.id, "no-solution") == 0);
		small_check_failure(text, &r, &failure);
	}
	registry_end(&r);
	registry_end(&back);
}

#endif
