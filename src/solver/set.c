/* set.c: sweeps over spans, with binary search where one side is long; before the page is known, python/interval.h does the work.
 * SPDX-License-Identifier: Apache-2.0 */
#include "solver/set.h"

#include "base/oom.h"

/* --- from intervals to spans --- */

/* Adds [from, to), which begins at or behind the last span; there must be room. */
static void append(struct set *s, uint32_t from, uint32_t to)
{
	if (from >= to) return;
	if (s->n != 0 && s->spans[s->n - 1].to >= from) {
		if (s->spans[s->n - 1].to < to) s->spans[s->n - 1].to = to;
		return;
	}
	s->spans[s->n++] = (struct span){ from, to };
}

static void append_run(const struct ladder *l, struct set *s, bool pre, size_t from, size_t to)
{
	const uint32_t *before = pre ? l->before_pre : l->before;
	uint32_t base = l->first + (pre ? l->finals : 0), count = before[l->page->n];

	if (l->oldest)
		append(s, base + count - before[to], base + count - before[from]);
	else
		append(s, base + before[from], base + before[to]);
}

void set_settle(struct ladder *l, struct set *s)
{
	size_t n = s->versions.n, from, to;
	const struct interval_set versions = s->versions;

	if (s->placed || l->page == NULL) return;
	s->placed = true;
	s->cap = (uint32_t)(2 * n + 1);
	s->spans = arena_array(l->keep, struct span, s->cap);
	if (l->first != 0 && interval_set_contains(&versions, l->page->candidates[l->candidate[0]].version)) append(s, 0, 1);
	for (int pre = 0; pre < 2; pre++) {
		if (pre != 0 && l->first + l->finals == l->n) break;
		for (size_t i = 0; i < n; i++) {
			ladder_find(l->page, &versions.p[l->oldest ? i : n - 1 - i], &from, &to);
			append_run(l, s, pre != 0, from, to);
		}
	}
}

/* --- makers --- */

static struct set *placed(struct arena *a, uint32_t cap, bool none)
{
	struct set *s = arena_new(a, struct set);

	s->none = none;
	s->placed = true;
	s->cap = cap;
	s->spans = arena_array(a, struct span, cap);
	return s;
}

static struct set *unplaced(struct arena *a, struct interval_set versions, bool none)
{
	struct set *s = arena_new(a, struct set);

	s->none = none;
	s->versions = versions;
	return s;
}

struct set *set_positions(struct arena *a, uint32_t from, uint32_t to, bool none)
{
	struct set *s = placed(a, 1, none);

	append(s, from, to);
	return s;
}

struct set *set_everything(struct arena *a, struct ladder *l)
{
	if (l->page != NULL) return set_positions(a, 0, l->n, true);
	return unplaced(a, interval_set_all(a), true);
}

struct set *set_outside(struct arena *a, struct ladder *l, const struct interval_set *allowed, bool none)
{
	struct set inside = { .versions = *allowed }, *s;
	uint32_t at = 0;

	if (l->page == NULL) return unplaced(a, interval_set_complement(a, allowed), none);
	set_settle(l, &inside);
	s = placed(a, inside.n + 1, none);
	for (uint32_t i = 0; i < inside.n; i++) {
		append(s, at, inside.spans[i].from);
		at = inside.spans[i].to;
	}
	append(s, at, l->n);
	return s;
}

/* --- questions --- */

/* The first span that ends behind the position. */
static uint32_t seek(const struct set *s, uint32_t low, uint32_t position)
{
	uint32_t high = s->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (s->spans[middle].to > position)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void settle_both(struct ladder *l, struct set *x, struct set *y)
{
	set_settle(l, x);
	set_settle(l, y);
}

bool set_has(struct ladder *l, struct set *s, uint32_t position)
{
	uint32_t i;

	set_settle(l, s);
	i = seek(s, 0, position);
	return i < s->n && s->spans[i].from <= position;
}

uint32_t set_first(struct ladder *l, struct set *s)
{
	set_settle(l, s);
	return s->n != 0 ? s->spans[0].from : LADDER_NONE;
}

bool set_is_empty(struct ladder *l, struct set *s)
{
	set_settle(l, s);
	return !s->none && (s->placed ? s->n == 0 : s->versions.n == 0);
}

bool set_is_everything(struct ladder *l, struct set *s)
{
	set_settle(l, s);
	if (!s->none) return false;
	if (s->placed) return l->n == 0 || (s->n == 1 && s->spans[0].from == 0 && s->spans[0].to == l->n);
	return s->versions.n == 1 && s->versions.p[0].from.side == CUT_LOWEST && s->versions.p[0].to.side == CUT_HIGHEST;
}

bool set_is_single(struct ladder *l, const struct interval_set *s)
{
	const struct interval *i = s->p;
	struct arena_mark mark = arena_mark(l->scratch);
	bool single;

	if (s->n != 1 || i->from.side != CUT_BELOW || i->to.version == NULL) return false;
	single = cut_cmp(cut_canonical(l->scratch, i->to),
	                 cut_canonical(l->scratch, (struct cut){ CUT_AFTER_LOCALS, i->from.version })) <= 0;
	arena_rewind(l->scratch, mark);
	return single;
}

static bool subset_of_intervals(struct ladder *l, const struct set *inner, const struct set *outer)
{
	struct arena_mark mark = arena_mark(l->scratch);
	bool answer = interval_set_subset(l->scratch, &inner->versions, &outer->versions);

	arena_rewind(l->scratch, mark);
	return answer;
}

bool set_subset(struct ladder *l, struct set *inner, struct set *outer)
{
	uint32_t at = 0;

	if (inner->none && !outer->none) return false;
	settle_both(l, inner, outer);
	if (!inner->placed) return subset_of_intervals(l, inner, outer);
	for (uint32_t i = 0; i < inner->n; i++) {
		at = seek(outer, at, inner->spans[i].from);
		if (at == outer->n || outer->spans[at].from > inner->spans[i].from || outer->spans[at].to < inner->spans[i].to)
			return false;
	}
	return true;
}

static bool disjoint_spans(const struct set *shorter, const struct set *longer)
{
	uint32_t at = 0;

	for (uint32_t i = 0; i < shorter->n; i++) {
		at = seek(longer, at, shorter->spans[i].from);
		if (at == longer->n) return true;
		if (longer->spans[at].from < shorter->spans[i].to) return false;
	}
	return true;
}

bool set_disjoint(struct ladder *l, struct set *x, struct set *y)
{
	struct arena_mark mark;
	bool answer;

	if (x->none && y->none) return false;
	settle_both(l, x, y);
	if (x->placed) return x->n <= y->n ? disjoint_spans(x, y) : disjoint_spans(y, x);
	mark = arena_mark(l->scratch);
	answer = interval_set_intersect(l->scratch, &x->versions, &y->versions).n == 0;
	arena_rewind(l->scratch, mark);
	return answer;
}

bool set_equal(struct ladder *l, struct set *x, struct set *y)
{
	return x == y || (set_subset(l, x, y) && set_subset(l, y, x));
}

/* --- operations --- */

static struct set *minus_spans(struct arena *a, const struct set *x, const struct set *y, bool none)
{
	uint32_t at = 0, cap = x->n;
	struct set *s;

	for (uint32_t i = 0; i < x->n; i++) { /* each span of y inside one of x cuts it once */
		uint32_t first = seek(y, at, x->spans[i].from), last = seek(y, first, x->spans[i].to);

		cap += last - first + 1;
		at = first;
	}
	s = placed(a, cap, none);
	at = 0;
	for (uint32_t i = 0; i < x->n; i++) {
		uint32_t from = x->spans[i].from, to = x->spans[i].to;

		for (at = seek(y, at, from); at < y->n && y->spans[at].from < to; at++) {
			append(s, from, y->spans[at].from);
			from = y->spans[at].to;
			if (from >= to) break;
		}
		append(s, from, to);
	}
	return s;
}

struct set *set_minus(struct arena *a, struct ladder *l, struct set *x, struct set *y)
{
	bool none = x->none && !y->none;
	struct interval_set outside;

	settle_both(l, x, y);
	if (x->placed) return minus_spans(a, x, y, none);
	outside = interval_set_complement(a, &y->versions);
	return unplaced(a, interval_set_intersect(a, &x->versions, &outside), none);
}

struct set *set_both(struct arena *a, struct ladder *l, struct set *x, struct set *y)
{
	bool none = x->none && y->none;
	struct set *s;
	uint32_t i = 0, j = 0;

	settle_both(l, x, y);
	if (!x->placed) return unplaced(a, interval_set_intersect(a, &x->versions, &y->versions), none);
	s = placed(a, x->n + y->n, none);
	while (i < x->n && j < y->n) {
		struct span l_span = x->spans[i], r_span = y->spans[j];

		append(s, l_span.from > r_span.from ? l_span.from : r_span.from, l_span.to < r_span.to ? l_span.to : r_span.to);
		if (l_span.to < r_span.to)
			i++;
		else
			j++;
	}
	return s;
}

struct set *set_union(struct arena *a, struct ladder *l, struct set *x, struct set *y)
{
	bool none = x->none || y->none;
	struct set *s;
	uint32_t i = 0, j = 0;

	settle_both(l, x, y);
	if (!x->placed) return unplaced(a, interval_set_union(a, &x->versions, &y->versions), none);
	s = placed(a, x->n + y->n, none);
	while (i < x->n || j < y->n) {
		bool left = j == y->n || (i < x->n && x->spans[i].from <= y->spans[j].from);
		struct span next = left ? x->spans[i++] : y->spans[j++];

		append(s, next.from, next.to);
	}
	return s;
}

void set_add(struct arena *a, struct ladder *l, struct set *s, uint32_t position)
{
	struct set one = { .placed = true, .n = 1, .spans = &(struct span){ position, position + 1 } };

	set_settle(l, s);
	BUG_IF(!s->placed);
	if (s->n != 0 && s->spans[s->n - 1].to > position) {
		if (!set_has(l, s, position)) *s = *set_union(a, l, s, &one);
		return;
	}
	if (s->n == s->cap) {
		uint32_t cap = s->cap * 2 + 1;
		struct span *spans = arena_array(a, struct span, cap);

		for (uint32_t i = 0; i < s->n; i++) spans[i] = s->spans[i];
		s->spans = spans;
		s->cap = cap;
	}
	append(s, position, position + 1);
}
