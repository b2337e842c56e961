/* interval.c: sets of versions as sorted, disjoint intervals.
 * SPDX-License-Identifier: Apache-2.0
 *
 * All set operations are one sweep over two sorted lists. */
#include "python/interval.h"

/* --- cuts --- */

static int side_cmp(enum cut_side a, enum cut_side b) { return (a > b) - (a < b); }

int cut_cmp(struct cut a, struct cut b)
{
	int c;

	if (a.version == NULL || b.version == NULL) return side_cmp(a.side, b.side);
	if (a.side == CUT_AFTER_POSTS || b.side == CUT_AFTER_POSTS) {
		c = version_cmp_family(a.version, b.version);
		return c != 0 ? c : side_cmp(a.side, b.side);
	}
	c = version_cmp_public(a.version, b.version);
	if (c != 0) return c;
	if (a.side == CUT_AFTER_LOCALS || b.side == CUT_AFTER_LOCALS) return side_cmp(a.side, b.side);
	c = version_cmp(a.version, b.version);
	return c != 0 ? c : side_cmp(a.side, b.side);
}

static bool is_zero_dev0(const struct version *v)
{
	for (size_t i = 0; i < v->n_release; i++)
		if (!str_eq(v->release[i], S("0"))) return false;
	return str_eq(v->epoch, S("0")) && v->pre == VERSION_PRE_NONE && !v->has_post && v->has_dev &&
	       str_eq(v->dev_number, S("0")) && v->n_local == 0;
}

struct cut cut_canonical(struct arena *a, struct cut c)
{
	const struct version *v = c.version;

	if (c.side == CUT_AFTER_LOCALS)
		c = (struct cut){ CUT_BELOW, v->has_dev ? version_next_dev(a, v) : version_next_post_dev0(a, v) };
	else if (c.side == CUT_AFTER_POSTS && v->pre != VERSION_PRE_NONE)
		c = (struct cut){ CUT_BELOW, version_next_pre_dev0(a, v) };
	if (c.side == CUT_BELOW && is_zero_dev0(c.version)) c = (struct cut){ CUT_LOWEST, NULL };
	return c;
}

/* --- membership --- */

static bool above(struct cut from, const struct version *v) { return cut_cmp(from, (struct cut){ CUT_BELOW, v }) <= 0; }
static bool below(struct cut to, const struct version *v) { return cut_cmp((struct cut){ CUT_ABOVE, v }, to) <= 0; }

bool interval_contains(const struct interval *i, const struct version *v) { return above(i->from, v) && below(i->to, v); }

bool interval_set_contains(const struct interval_set *s, const struct version *v)
{
	size_t low = 0, high = s->n; /* the first interval that does not end below v is in [low, high] */

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (below(s->p[middle].to, v))
			high = middle;
		else
			low = middle + 1;
	}
	return low < s->n && above(s->p[low].from, v);
}

enum tri interval_set_decides(const struct interval_set *s, const struct interval *where)
{
	bool touched = false;

	for (size_t i = 0; i < s->n; i++) {
		const struct interval *p = &s->p[i];

		if (cut_cmp(p->from, where->from) <= 0 && cut_cmp(where->to, p->to) <= 0) return TRI_TRUE;
		if (cut_cmp(p->from, where->to) < 0 && cut_cmp(where->from, p->to) < 0) touched = true;
	}
	return touched ? TRI_UNKNOWN : TRI_FALSE;
}

/* --- sets --- */

struct interval_set interval_set_of(struct arena *a, struct cut from, struct cut to)
{
	struct interval_set s = { arena_new(a, struct interval), 1 };

	s.p[0] = (struct interval){ from, to };
	if (cut_cmp(from, to) >= 0) s.n = 0;
	return s;
}

struct interval_set interval_set_all(struct arena *a)
{
	return interval_set_of(a, (struct cut){ CUT_LOWEST, NULL }, (struct cut){ CUT_HIGHEST, NULL });
}

/* Adds an interval that begins at or after the last one; empty ones vanish, touching ones melt together. */
static void append(struct interval_set *s, struct cut from, struct cut to)
{
	struct interval *last = s->n != 0 ? &s->p[s->n - 1] : NULL;

	if (cut_cmp(from, to) >= 0) return;
	if (last != NULL && cut_cmp(from, last->to) <= 0) {
		if (cut_cmp(last->to, to) < 0) last->to = to;
		return;
	}
	s->p[s->n++] = (struct interval){ from, to };
}

struct interval_set interval_set_canonical(struct arena *a, const struct interval_set *s)
{
	struct interval_set out = { arena_array(a, struct interval, s->n), 0 };

	for (size_t i = 0; i < s->n; i++) append(&out, cut_canonical(a, s->p[i].from), cut_canonical(a, s->p[i].to));
	return out;
}

static struct cut later(struct cut a, struct cut b) { return cut_cmp(a, b) < 0 ? b : a; }
static struct cut earlier(struct cut a, struct cut b) { return cut_cmp(a, b) < 0 ? a : b; }

struct interval_set interval_set_intersect(struct arena *a, const struct interval_set *x, const struct interval_set *y)
{
	struct interval_set l = interval_set_canonical(a, x), r = interval_set_canonical(a, y);
	struct interval_set out = { arena_array(a, struct interval, l.n + r.n), 0 };
	size_t i = 0, j = 0;

	while (i < l.n && j < r.n) {
		append(&out, later(l.p[i].from, r.p[j].from), earlier(l.p[i].to, r.p[j].to));
		if (cut_cmp(l.p[i].to, r.p[j].to) < 0)
			i++;
		else
			j++;
	}
	return out;
}

struct interval_set interval_set_union(struct arena *a, const struct interval_set *x, const struct interval_set *y)
{
	struct interval_set l = interval_set_canonical(a, x), r = interval_set_canonical(a, y);
	struct interval_set out = { arena_array(a, struct interval, l.n + r.n), 0 };
	size_t i = 0, j = 0;

	while (i < l.n || j < r.n) {
		bool left = j == r.n || (i < l.n && cut_cmp(l.p[i].from, r.p[j].from) <= 0);
		const struct interval *next = left ? &l.p[i++] : &r.p[j++];

		append(&out, next->from, next->to);
	}
	return out;
}

struct interval_set interval_set_intersect_all(struct arena *a, const struct interval_set *sets, size_t n)
{
	struct interval_set l, r;

	if (n == 0) return interval_set_all(a);
	if (n == 1) return interval_set_canonical(a, sets);
	l = interval_set_intersect_all(a, sets, n / 2);
	r = interval_set_intersect_all(a, sets + n / 2, n - n / 2);
	return interval_set_intersect(a, &l, &r);
}

struct interval_set interval_set_union_all(struct arena *a, const struct interval_set *sets, size_t n)
{
	struct interval_set l, r;

	if (n == 0) return (struct interval_set){ NULL, 0 };
	if (n == 1) return interval_set_canonical(a, sets);
	l = interval_set_union_all(a, sets, n / 2);
	r = interval_set_union_all(a, sets + n / 2, n - n / 2);
	return interval_set_union(a, &l, &r);
}

struct interval_set interval_set_complement(struct arena *a, const struct interval_set *s)
{
	struct interval_set in = interval_set_canonical(a, s);
	struct interval_set out = { arena_array(a, struct interval, in.n + 1), 0 };
	struct cut from = { CUT_LOWEST, NULL };

	for (size_t i = 0; i < in.n; i++) {
		append(&out, from, in.p[i].from);
		from = in.p[i].to;
	}
	append(&out, from, (struct cut){ CUT_HIGHEST, NULL });
	return out;
}

bool interval_set_equal(struct arena *a, const struct interval_set *x, const struct interval_set *y)
{
	struct interval_set l = interval_set_canonical(a, x), r = interval_set_canonical(a, y);

	if (l.n != r.n) return false;
	for (size_t i = 0; i < l.n; i++)
		if (cut_cmp(l.p[i].from, r.p[i].from) != 0 || cut_cmp(l.p[i].to, r.p[i].to) != 0) return false;
	return true;
}

bool interval_set_subset(struct arena *a, const struct interval_set *inner, const struct interval_set *outer)
{
	struct interval_set both = interval_set_intersect(a, inner, outer);

	return interval_set_equal(a, &both, inner);
}

/* --- versions made from others --- */

static str raised(struct arena *a, str digits)
{
	char *p = arena_array(a, char, digits.n + 1);
	size_t i = digits.n;

	for (size_t k = 0; k < digits.n; k++) p[k + 1] = digits.p[k];
	while (i != 0 && p[i] == '9') p[i--] = '0';
	if (i == 0) {
		p[0] = '1';
		return (str){ p, digits.n + 1 };
	}
	p[i]++;
	return (str){ p + 1, digits.n };
}

static struct version *copy(struct arena *a, const struct version *v)
{
	struct version *out = arena_new(a, struct version);

	*out = *v;
	out->text = (str){ NULL, 0 };
	out->local = NULL;
	out->n_local = 0;
	return out;
}

static struct version *with_dev0(struct version *v)
{
	v->has_dev = true;
	v->dev_number = S("0");
	version_set_key(v);
	return v;
}

struct version *version_dev0(struct arena *a, const struct version *v) { return with_dev0(copy(a, v)); }

struct version *version_prefix_dev0(struct arena *a, const struct version *v, size_t n, bool raise)
{
	struct version *out = copy(a, v);

	out->release = arena_array(a, str, n);
	out->n_release = n;
	for (size_t i = 0; i < n; i++) out->release[i] = i < v->n_release ? v->release[i] : S("0");
	if (raise && n != 0) out->release[n - 1] = raised(a, out->release[n - 1]);
	out->pre = VERSION_PRE_NONE;
	out->has_post = false;
	return with_dev0(out);
}

struct version *version_next_dev(struct arena *a, const struct version *v)
{
	struct version *out = copy(a, v);

	out->dev_number = raised(a, v->dev_number);
	version_set_key(out);
	return out;
}

struct version *version_next_post_dev0(struct arena *a, const struct version *v)
{
	struct version *out = copy(a, v);

	out->post_number = v->has_post ? raised(a, v->post_number) : S("0");
	out->has_post = true;
	return with_dev0(out);
}

struct version *version_next_pre_dev0(struct arena *a, const struct version *v)
{
	struct version *out = copy(a, v);

	out->pre_number = raised(a, v->pre_number);
	out->has_post = false;
	return with_dev0(out);
}

/* --- Python --- */

struct interval interval_python(struct arena *a, int minor)
{
	struct version *first = arena_new(a, struct version);

	first->epoch = first->pre_number = first->post_number = first->dev_number = S("0");
	first->release = arena_array(a, str, 3);
	first->n_release = 3;
	first->release[0] = S("3");
	first->release[1] = arena_fmt(a, "%d", minor < 0 ? 0 : minor);
	first->release[2] = S("0");
	version_set_key(first);
	return (struct interval){ { CUT_BELOW, first }, { CUT_BELOW, version_prefix_dev0(a, first, 2, true) } };
}

enum tri interval_set_allows_python(const struct interval_set *s, int minor, str full_version)
{
	struct arena scratch = { 0 };
	struct version full;
	enum tri answer;

	if (full_version.n != 0 && version_parse(&scratch, full_version, &full, NULL)) {
		answer = interval_set_contains(s, &full) ? TRI_TRUE : TRI_FALSE;
	} else {
		struct interval python = interval_python(&scratch, minor);

		answer = interval_set_decides(s, &python);
	}
	arena_release(&scratch);
	return answer;
}
