/* poetry_constraint.c: version constraints as Poetry writes them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * alternatives = clauses ("||" clauses)*     clauses = clause ([, ]+ clause)* ","?     clause = operator? space* version ".*"? */
#include "python/poetry_constraint.h"
#include "base/vec.h"

struct parser {
	struct arena *arena;
	struct err *e;
	str text;
	size_t at;
	size_t clauses;
};

enum poetry_op { OP_EQ, OP_NE, OP_LE, OP_GE, OP_LT, OP_GT, OP_COMPATIBLE, OP_CARET, OP_TILDE };

/* In the order in which they must be tried; no operator means OP_EQ. */
static const struct {
	str text;
	enum poetry_op op;
} operators[] = {
	{ { "<>", 2 }, OP_NE }, { { "!=", 2 }, OP_NE },         { { ">=", 2 }, OP_GE },   { { "<=", 2 }, OP_LE },
	{ { "==", 2 }, OP_EQ }, { { "~=", 2 }, OP_COMPATIBLE }, { { "=", 1 }, OP_EQ },    { { ">", 1 }, OP_GT },
	{ { "<", 1 }, OP_LT },  { { "^", 1 }, OP_CARET },       { { "~", 1 }, OP_TILDE },
};

struct sets {
	VEC(struct interval_set);
};

static bool refuse(struct parser *p, size_t offset, const char *what)
{
	if (p->e == NULL || err_is_set(p->e)) return false;
	err_set(p->e, ERR_FORMAT, "poetry-constraint", "%s: '" STR_FMT "'", what, STR_ARG(str_slice(p->text, 0, 200)));
	err_at(p->e, offset);
	return false;
}

/* --- intervals --- */

static const struct cut lowest = { CUT_LOWEST, NULL }, highest = { CUT_HIGHEST, NULL };

static struct cut cut_below(const struct version *v) { return (struct cut){ CUT_BELOW, v }; }

/* "<V": not even the pre-releases of V, unless V is one. */
static struct cut strictly_below(struct arena *a, const struct version *v)
{
	return cut_below(version_is_prerelease(v) ? v : version_dev0(a, v));
}

/* ">V": neither a local version nor a post-release of V, unless V is one. */
static struct cut strictly_above(struct arena *a, const struct version *v)
{
	if (v->n_local != 0) return (struct cut){ CUT_ABOVE, v };
	if (v->has_dev) return cut_below(version_next_dev(a, v));
	if (v->has_post) return cut_below(version_next_post_dev0(a, v));
	return (struct cut){ CUT_AFTER_POSTS, v };
}

static struct cut after(const struct version *v) { return (struct cut){ v->n_local != 0 ? CUT_ABOVE : CUT_AFTER_LOCALS, v }; }

/* How many release parts stay, the last of them raised, in the first version that "^" leaves out: the first part that is not
 * zero among three, else the last one written. */
static size_t caret_parts(const struct version *v)
{
	for (size_t i = 0; i < 2; i++)
		if (i + 1 >= v->n_release || !str_eq(v->release[i], S("0"))) return i + 1;
	return 3;
}

/* "1.2.*", and what poetry-core makes of "1.2a1.*" and "1.2.post1.*". */
static struct interval_set wildcard(struct arena *a, const struct version *v)
{
	const struct version *next;

	if (v->has_post && !v->has_dev) /* the post-release itself and its own pre-releases */
		next = version_next_post_dev0(a, v);
	else if (v->has_post) /* 1.post1.dev2.* ends below 1.post1 */
		return interval_set_of(a, cut_below(version_dev0(a, v)), cut_below(v));
	else if (v->pre != VERSION_PRE_NONE)
		next = version_next_pre_dev0(a, v);
	else if (v->has_dev)
		next = version_next_dev(a, v);
	else
		next = version_prefix_dev0(a, v, v->n_release, true);
	return interval_set_of(a, cut_below(version_dev0(a, v)), cut_below(next));
}

static struct interval_set clause_set(struct arena *a, enum poetry_op op, const struct version *v, bool star)
{
	struct cut from = cut_below(v);
	struct interval_set one;

	switch (op) {
	case OP_LE: return interval_set_of(a, lowest, after(v));
	case OP_GE: return interval_set_of(a, from, highest);
	case OP_LT: return interval_set_of(a, lowest, strictly_below(a, v));
	case OP_GT: return interval_set_of(a, strictly_above(a, v), highest);
	case OP_CARET: return interval_set_of(a, from, cut_below(version_prefix_dev0(a, v, caret_parts(v), true)));
	case OP_TILDE: return interval_set_of(a, from, cut_below(version_prefix_dev0(a, v, v->n_release < 2 ? 1 : 2, true)));
	case OP_COMPATIBLE:
		return interval_set_of(a, from, cut_below(version_prefix_dev0(a, v, v->n_release < 2 ? 1 : v->n_release - 1, true)));
	case OP_EQ:
	case OP_NE: break;
	}
	one = star ? wildcard(a, v) : interval_set_of(a, from, after(v));
	return op == OP_NE ? interval_set_complement(a, &one) : one;
}

/* --- parsing --- */

static char here(const struct parser *p) { return str_at(p->text, p->at); }

static void skip_space(struct parser *p)
{
	while (ascii_space(here(p))) p->at++;
}

static enum poetry_op take_operator(struct parser *p)
{
	str rest = str_from_pos(p->text, p->at);

	for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
		if (!str_starts(rest, operators[i].text)) continue;
		p->at += operators[i].text.n;
		return operators[i].op;
	}
	return OP_EQ;
}

static bool clause_end(char c) { return c == '\0' || c == ',' || c == '|' || ascii_space(c); }

static bool star_char(char c) { return c == '*' || c == 'x' || c == 'X'; }

/* (".*")+ ; "x" and "X" are stars too. */
static bool take_stars(struct parser *p)
{
	size_t from = p->at;

	while (here(p) == '.' && star_char(str_at(p->text, p->at + 1))) p->at += 2;
	return p->at != from;
}

/* "*", "x", "*.*": any version. */
static bool take_any(struct parser *p)
{
	size_t from = p->at;

	if (here(p) == 'v' || here(p) == 'V') p->at++;
	if (star_char(here(p))) {
		p->at++;
		take_stars(p);
		if (clause_end(here(p))) return true;
	}
	p->at = from;
	return false;
}

static bool take_version(struct parser *p, struct version *out)
{
	struct version_parts parts;
	size_t from = p->at;

	if (str_starts(str_from_pos(p->text, from), S("dev")) && clause_end(str_at(p->text, from + 3))) {
		p->at += 3;
		return version_parse(p->arena, S("0.0.dev0"), out, NULL);
	}
	if (!version_scan(p->text, from, &parts)) return refuse(p, from, "expected a version");
	p->at = parts.end;
	return version_build(p->arena, str_slice(p->text, from, p->at), &parts, out, NULL) ||
	       refuse(p, from, "the version is too long");
}

static bool parse_clause(struct parser *p, struct interval_set *out)
{
	struct version *v = arena_new(p->arena, struct version);
	size_t from = p->at;
	enum poetry_op op = take_operator(p);
	bool star;

	if (++p->clauses > POETRY_CLAUSES_MAX) return refuse(p, p->at, "too many version constraints");
	if (p->at == from && take_any(p)) {
		*out = interval_set_all(p->arena);
		return true;
	}
	skip_space(p);
	if (!take_version(p, v)) return false;
	star = take_stars(p);
	if (!clause_end(here(p))) return refuse(p, p->at, "not a version constraint");
	if (star && (op == OP_CARET || op == OP_TILDE || op == OP_COMPATIBLE))
		return refuse(p, from, "'.*' does not go with '^', '~' and '~='");
	*out = clause_set(p->arena, op, v, star);
	return true;
}

/* Clauses up to "|" or the end. */
static bool parse_alternative(struct parser *p, struct interval_set *out)
{
	struct sets all = { 0 };

	skip_space(p);
	while (all.n == 0 || (p->at < p->text.n && here(p) != '|')) {
		if (!parse_clause(p, vec_push(p->arena, &all))) return false;
		skip_space(p);
		while (here(p) == ',') {
			p->at++;
			skip_space(p);
		}
	}
	*out = interval_set_intersect_all(p->arena, all.p, all.n);
	return true;
}

bool poetry_constraint_parse(struct arena *a, str text, struct poetry_constraint *out, struct err *e)
{
	struct parser p = { .arena = a, .e = e, .text = text };
	struct sets any = { 0 };

	if (text.n > POETRY_CONSTRAINT_MAX) return refuse(&p, POETRY_CONSTRAINT_MAX, "the version constraint is too long");
	for (;;) {
		if (!parse_alternative(&p, vec_push(a, &any))) return false;
		if (here(&p) != '|') break;
		p.at += str_at(text, p.at + 1) == '|' ? 2 : 1;
	}
	if (p.at != text.n) return refuse(&p, p.at, "not a version constraint");
	out->allowed = interval_set_union_all(a, any.p, any.n);
	return true;
}

/* --- questions --- */

bool poetry_constraint_allows(const struct poetry_constraint *c, const struct version *v)
{
	return interval_set_contains(&c->allowed, v);
}

enum tri poetry_constraint_allows_python(const struct poetry_constraint *c, int minor, str full_version)
{
	return interval_set_allows_python(&c->allowed, minor, full_version);
}
