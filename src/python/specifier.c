/* specifier.c: reading and printing sets of version clauses. What they match is in specifier_match.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "python/space.h"
#include "python/specifier.h"

/* --- scanning --- */

/* In the order in which they must be tried. */
static const struct {
	str text;
	enum specifier_op op;
} operators[] = {
	{ { "===", 3 }, SPEC_ARBITRARY }, { { "~=", 2 }, SPEC_COMPATIBLE }, { { "==", 2 }, SPEC_EQ }, { { "!=", 2 }, SPEC_NE },
	{ { "<=", 2 }, SPEC_LE },         { { ">=", 2 }, SPEC_GE },         { { "<", 1 }, SPEC_LT },  { { ">", 1 }, SPEC_GT },
};

#define N_OPERATORS (sizeof operators / sizeof operators[0])

static bool scan_operator(str text, size_t *at, enum specifier_op *op)
{
	str rest = str_from_pos(text, *at);

	for (size_t i = 0; i < N_OPERATORS; i++) {
		if (!str_starts(rest, operators[i].text)) continue;
		*op = operators[i].op;
		*at += operators[i].text.n;
		return true;
	}
	return false;
}

/* PEP 440 "Arbitrary equality", as `packaging` reads it: everything up to white space, ";" or ")". It may be empty. */
static size_t scan_arbitrary(str text, size_t at)
{
	while (at < text.n && text.p[at] != ';' && text.p[at] != ')' && space_at(text, at) == 0) at++;
	return at;
}

bool specifier_scan(str text, size_t at, struct specifier_scan *out)
{
	struct specifier_scan scan = { 0 };
	size_t from;

	if (!scan_operator(text, &at, &scan.op)) return false;
	from = at = space_skip(text, at);
	if (scan.op == SPEC_ARBITRARY) {
		scan.end = scan_arbitrary(text, at);
	} else {
		if (!version_scan(text, at, &scan.parts)) return false;
		scan.end = scan.parts.end;
		if (scan.op == SPEC_COMPATIBLE && scan.parts.n_release < 2) return false;
		if (scan.op == SPEC_EQ || scan.op == SPEC_NE) {
			scan.wildcard = str_starts(str_from_pos(text, scan.parts.release_end), S(".*"));
			if (scan.wildcard) scan.end = scan.parts.release_end + 2;
		} else if (scan.parts.local.n != 0) { /* PEP 440: local versions with == and != only */
			scan.end -= scan.parts.local.n + 1;
			scan.parts.local = (str){ NULL, 0 };
		}
	}
	scan.text = str_slice(text, from, scan.end);
	*out = scan;
	return true;
}

/* --- clauses to intervals --- */

static struct interval between(struct cut from, struct cut to) { return (struct interval){ from, to }; }

static void allow(struct specifier_clause *c, struct cut from, struct cut to)
{
	if (cut_cmp(from, to) < 0) c->allowed[c->n_allowed++] = between(from, to);
}

static void allow_others(struct specifier_clause *c, struct cut from, struct cut to)
{
	allow(c, (struct cut){ CUT_LOWEST, NULL }, from);
	allow(c, to, (struct cut){ CUT_HIGHEST, NULL });
}

static struct cut cut_below(struct arena *a, const struct version *v)
{
	return cut_canonical(a, (struct cut){ CUT_BELOW, v }); /* nothing is below 0.dev0 */
}

/* PEP 440 "Exclusive ordered comparison": <V allows no pre-release of V unless V is one. */
static struct cut less_than(struct arena *a, const struct version *v)
{
	return cut_below(a, version_is_prerelease(v) ? v : version_dev0(a, v));
}

/* The same section: >V allows no post-release of V unless V is one, and no local version of V. */
static struct cut greater_than(struct arena *a, const struct version *v)
{
	if (v->has_dev) return (struct cut){ CUT_BELOW, version_next_dev(a, v) };
	if (v->has_post) return (struct cut){ CUT_BELOW, version_next_post_dev0(a, v) };
	return (struct cut){ CUT_AFTER_POSTS, v };
}

/* The clause's version must already be where it stays: the cuts point to it. */
static void set_intervals(struct arena *a, struct specifier_clause *c)
{
	const struct cut lowest = { CUT_LOWEST, NULL }, highest = { CUT_HIGHEST, NULL };
	const struct version *v = &c->version;
	struct cut from = cut_below(a, v), to = { v->n_local != 0 ? CUT_ABOVE : CUT_AFTER_LOCALS, v };

	if (c->wildcard) {
		from = cut_below(a, version_prefix_dev0(a, v, v->n_release, false));
		to = (struct cut){ CUT_BELOW, version_prefix_dev0(a, v, v->n_release, true) };
	}
	switch (c->op) {
	case SPEC_EQ: allow(c, from, to); break;
	case SPEC_NE: allow_others(c, from, to); break;
	case SPEC_LE: allow(c, lowest, to); break;
	case SPEC_GE: allow(c, from, highest); break;
	case SPEC_LT: allow(c, lowest, less_than(a, v)); break;
	case SPEC_GT: allow(c, greater_than(a, v), highest); break;
	case SPEC_COMPATIBLE: allow(c, from, (struct cut){ CUT_BELOW, version_prefix_dev0(a, v, v->n_release - 1, true) }); break;
	case SPEC_ARBITRARY: allow(c, lowest, highest); break;
	}
}

static bool build_clause(struct arena *a, const struct specifier_scan *scan, struct specifier_clause *c)
{
	struct version named;

	c->op = scan->op;
	c->wildcard = scan->wildcard;
	c->text = scan->text;
	if (c->op == SPEC_ARBITRARY) {
		c->names_prerelease = version_parse(a, c->text, &named, NULL) && version_is_prerelease(&named);
	} else {
		if (!version_build(a, c->text, &scan->parts, &c->version, NULL)) return false;
		c->names_prerelease = c->op != SPEC_NE && !c->wildcard && version_is_prerelease(&c->version);
	}
	set_intervals(a, c);
	return true;
}

/* --- parsing --- */

static bool refuse(struct err *e, size_t offset, const char *what, str text)
{
	if (e == NULL || err_is_set(e)) return false;
	err_set(e, ERR_FORMAT, "specifier", "%s: '" STR_FMT "'", what, STR_ARG(str_slice(text, 0, 200)));
	err_at(e, offset);
	return false;
}

/* Why no clause begins here. */
static const char *no_clause(str item)
{
	struct version_parts parts;

	if (version_scan(item, 0, &parts)) return "a version without an operator such as '=='";
	if (str_starts(item, S("~=")) && version_scan(item, space_skip(item, 2), &parts))
		return "'~=' goes with two or more release parts only";
	return "not a version specifier";
}

static bool parse_item(struct arena *a, str item, size_t offset, struct specifier_clause *out, struct err *e)
{
	struct specifier_scan scan;

	if (!specifier_scan(item, 0, &scan)) return refuse(e, offset, no_clause(item), item);
	if (scan.end != item.n) {
		if (str_at(item, scan.end) == '+')
			return refuse(e, offset + scan.end, "a local version goes with '==' and '!=' only", item);
		if (str_starts(str_from_pos(item, scan.end), S(".*")))
			return refuse(e, offset + scan.end, "'.*' goes with '==' and '!=' and a plain release only", item);
		return refuse(e, offset + scan.end, "not a version specifier", item);
	}
	return build_clause(a, &scan, out) || refuse(e, offset, "the version is too long", item);
}

/* Takes the item up to the next comma off *rest. */
static str next_item(str *rest)
{
	str item;

	str_cut(*rest, ',', &item, rest);
	return item;
}

static size_t count_items(str text)
{
	size_t n = 0;

	while (text.n != 0)
		if (space_trim(next_item(&text)).n != 0) n++;
	return n;
}

bool specifier_parse(struct arena *a, str text, struct specifier_set *out, struct err *e)
{
	size_t n = count_items(text);
	struct specifier_set s = { NULL, 0 };

	if (n > SPECIFIER_CLAUSES_MAX) return refuse(e, 0, "too many version clauses", text);
	s.clauses = arena_array(a, struct specifier_clause, n);
	for (str rest = text; rest.n != 0;) {
		size_t offset = text.n - rest.n;
		str item = next_item(&rest);
		str trimmed = space_trim(item);

		if (trimmed.n == 0) continue;
		offset += space_skip(item, 0);
		if (!parse_item(a, trimmed, offset, &s.clauses[s.n++], e)) return false;
	}
	*out = s;
	return true;
}

bool specifier_parse_one(struct arena *a, str text, struct specifier_set *out)
{
	struct specifier_set s = { arena_new(a, struct specifier_clause), 1 };
	str trimmed = space_trim(text);

	if (!parse_item(a, trimmed, 0, s.clauses, NULL)) return false;
	*out = s;
	return true;
}

/* --- printing --- */

const char *specifier_op_text(enum specifier_op op)
{
	for (size_t i = 0; i < N_OPERATORS; i++)
		if (operators[i].op == op) return operators[i].text.p;
	return "";
}

static int clause_cmp(const void *left, const void *right)
{
	const struct specifier_clause *const *a = left, *const *b = right;
	int c = str_cmp((*a)->text, (*b)->text);

	return c != 0 ? c : str_cmp(str_from(specifier_op_text((*a)->op)), str_from(specifier_op_text((*b)->op)));
}

const struct specifier_clause **specifier_sorted(struct arena *a, const struct specifier_set *s)
{
	const struct specifier_clause **sorted = arena_array(a, const struct specifier_clause *, s->n);

	for (size_t i = 0; i < s->n; i++) sorted[i] = &s->clauses[i];
	if (s->n > 1) qsort(sorted, s->n, sizeof *sorted, clause_cmp);
	return sorted;
}

str specifier_text(struct arena *a, const struct specifier_set *s)
{
	const struct specifier_clause **sorted = specifier_sorted(a, s);
	size_t room = 0, n = 0;
	char *p;

	for (size_t i = 0; i < s->n; i++) room += sorted[i]->text.n + 4;
	p = arena_array(a, char, room);
	for (size_t i = 0; i < s->n; i++) {
		if (i != 0) p[n++] = ',';
		for (const char *op = specifier_op_text(sorted[i]->op); *op != '\0'; op++) p[n++] = *op;
		for (size_t k = 0; k < sorted[i]->text.n; k++) p[n++] = sorted[i]->text.p[k];
	}
	return (str){ p, n };
}
