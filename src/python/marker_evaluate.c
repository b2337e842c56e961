/* marker_evaluate.c: what a marker says about an environment in which some values are unknown.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Dependency specifiers", "Environment markers"; the interval rule for an unknown python_full_version is ours: it
 * stands for all versions X.Y.0 <= v < X.(Y+1).dev0, and a comparison that has one answer for all of them is decided.
 *
 * Each comparison is one of: set membership, requested extras, versions, text. A value that is unknown carries what is known of
 * it: the interval it lies in and the text it begins with. */
#include "python/marker_tree.h"
#include "python/name.h"

/* One side of a comparison. */
struct value {
	bool known;
	str text;       /* when known */
	bool has_where; /* unknown, but inside `where`, and its text begins with `prefix` ("3.12.") */
	struct interval where;
	str prefix;
};

struct evaluation {
	const struct marker_environment *env;
	struct arena scratch;
};

static enum tri tri_of(bool b) { return b ? TRI_TRUE : TRI_FALSE; }
static enum tri tri_not(enum tri t) { return t == TRI_UNKNOWN ? t : tri_of(t == TRI_FALSE); }

/* --- values --- */

static bool known(const struct marker_environment *env, enum marker_variable v) { return env->values[v].p != NULL; }

/* Unknown full version with a known X.Y: the interval rule. */
static void bound_full_version(struct evaluation *ev, struct value *v)
{
	str minor = ev->env->values[MARKER_PYTHON_VERSION];
	struct version *first = arena_new(&ev->scratch, struct version);

	if (minor.p == NULL || !version_parse(&ev->scratch, minor, first, NULL)) return;
	if (version_is_prerelease(first) || first->has_post || first->n_local != 0) return;
	v->where.from = (struct cut){ CUT_BELOW, first };
	v->where.to = (struct cut){ CUT_BELOW, version_prefix_dev0(&ev->scratch, first, first->n_release, true) };
	v->prefix = arena_join(&ev->scratch, version_normal(&ev->scratch, first), S("."));
	v->has_where = true;
}

static struct value value_of(struct evaluation *ev, const struct marker_operand *o)
{
	const struct marker_environment *env = ev->env;
	struct value v = { .known = true, .text = o->text };

	if (!o->is_variable) return v;
	v.text = o->variable < MARKER_N_ENVIRONMENT ? env->values[o->variable] : (str){ NULL, 0 };
	v.known = v.text.p != NULL;
	if (v.known) {
		/* Python built from a checkout calls itself "3.14.0a1+", as `packaging` repairs it. */
		if (o->variable == MARKER_PYTHON_FULL_VERSION && str_ends(v.text, S("+")))
			v.text = arena_join(&ev->scratch, v.text, S("local"));
		return v;
	}
	if (o->variable == MARKER_PYTHON_FULL_VERSION ||
	    (o->variable == MARKER_IMPLEMENTATION_VERSION && known(env, MARKER_IMPLEMENTATION_NAME) &&
	     str_eq(env->values[MARKER_IMPLEMENTATION_NAME], S("cpython"))))
		bound_full_version(ev, &v);
	return v;
}

/* --- text --- */

/* Is left a part of right? */
static enum tri text_in(const struct value *left, const struct value *right)
{
	if (left->known && left->text.n == 0) return TRI_TRUE;
	if (left->known && right->known) return tri_of(str_contains(right->text, left->text));
	if (left->known && right->has_where && str_contains(right->prefix, left->text)) return TRI_TRUE;
	if (right->known && left->has_where && !str_contains(right->text, left->prefix)) return TRI_FALSE;
	return TRI_UNKNOWN;
}

/* Could the unknown value be spelled like this? */
static bool may_be(struct evaluation *ev, const struct value *unknown, str text)
{
	struct version v;

	if (!unknown->has_where) return true;
	return str_starts(text, unknown->prefix) && version_parse(&ev->scratch, text, &v, NULL) &&
	       interval_contains(&unknown->where, &v);
}

static enum tri text_equal(struct evaluation *ev, const struct value *left, const struct value *right)
{
	if (left->known && right->known) return tri_of(str_eq(left->text, right->text));
	if (left->known && !may_be(ev, right, left->text)) return TRI_FALSE;
	if (right->known && !may_be(ev, left, right->text)) return TRI_FALSE;
	return TRI_UNKNOWN;
}

static enum tri compare_text(struct evaluation *ev, enum marker_op op, const struct value *left, const struct value *right)
{
	switch (op) {
	case MARKER_OP_IN: return text_in(left, right);
	case MARKER_OP_NOT_IN: return tri_not(text_in(left, right));
	case MARKER_OP_LT:
	case MARKER_OP_GT: return TRI_FALSE;
	case MARKER_OP_NE: return tri_not(text_equal(ev, left, right));
	case MARKER_OP_EQ:
	case MARKER_OP_LE:
	case MARKER_OP_GE:
	case MARKER_OP_COMPATIBLE:
	case MARKER_OP_ARBITRARY: break;
	}
	return text_equal(ev, left, right);
}

/* --- versions: the right side and the operator are a specifier, the left side is the candidate --- */

static enum tri known_matches(struct evaluation *ev, const struct marker *m, const struct specifier_set *clause, bool strict,
                              const struct value *left, const struct value *right)
{
	struct version v;

	if (clause->clauses[0].op == SPEC_ARBITRARY) return tri_of(specifier_matches(clause, NULL, left->text));
	if (version_parse(&ev->scratch, left->text, &v, NULL)) return tri_of(specifier_matches(clause, &v, left->text));
	return strict ? TRI_FALSE : compare_text(ev, m->op, left, right);
}

/* literal op unknown: the answers at the ends of the interval decide, because each operator changes its answer once. */
static enum tri literal_decides(struct arena *a, enum marker_op op, const struct version *literal, const struct interval *where)
{
	const struct version *low = where->from.version, *high = where->to.version;
	struct cut after = { CUT_ABOVE, literal }, low_end = { CUT_AFTER_LOCALS, low };
	bool at_or_above = version_cmp_public(literal, high) >= 0;
	bool up_to_low = cut_cmp(after, low_end) <= 0;
	bool inside = !at_or_above && version_cmp(literal, low) >= 0;

	switch (op) {
	case MARKER_OP_LE: return up_to_low ? TRI_TRUE : at_or_above ? TRI_FALSE : TRI_UNKNOWN;
	case MARKER_OP_GE: return at_or_above ? TRI_TRUE : inside ? TRI_UNKNOWN : TRI_FALSE;
	case MARKER_OP_LT:
		if (at_or_above) return TRI_FALSE;
		return version_cmp_public(literal, version_dev0(a, low)) < 0 ? TRI_TRUE : TRI_UNKNOWN;
	case MARKER_OP_GT: return at_or_above ? TRI_TRUE : up_to_low ? TRI_FALSE : TRI_UNKNOWN;
	case MARKER_OP_EQ:
	case MARKER_OP_COMPATIBLE: return inside ? TRI_UNKNOWN : TRI_FALSE;
	case MARKER_OP_NE: return inside ? TRI_UNKNOWN : TRI_TRUE;
	case MARKER_OP_ARBITRARY:
	case MARKER_OP_IN:
	case MARKER_OP_NOT_IN: break;
	}
	return TRI_UNKNOWN;
}

/* variable op string */
static enum tri compare_version(struct evaluation *ev, const struct marker *m, bool strict, const struct value *left,
                                const struct value *right)
{
	struct interval all = { { CUT_LOWEST, NULL }, { CUT_HIGHEST, NULL } };

	if (m->clause.n == 0) return compare_text(ev, m->op, left, right);
	if (left->known) return known_matches(ev, m, &m->clause, strict, left, right);
	if (!strict) return TRI_UNKNOWN; /* it may be no version */
	if (m->clause.clauses[0].op == SPEC_ARBITRARY) {
		struct value spelled = { .known = true, .text = m->clause.clauses[0].text };

		return text_equal(ev, left, &spelled);
	}
	return specifier_decides(&ev->scratch, &m->clause, left->has_where ? &left->where : &all);
}

/* string op variable, or variable op variable: the environment's value becomes the specifier. */
static enum tri compare_with_version(struct evaluation *ev, const struct marker *m, bool strict, const struct value *left,
                                     const struct value *right)
{
	struct specifier_set clause;
	struct version literal;
	str text;

	if (right->known) {
		text = arena_join(&ev->scratch, str_from(marker_op_text(m->op)), right->text);
		if (!specifier_parse_one(&ev->scratch, text, &clause)) return compare_text(ev, m->op, left, right);
		return left->known ? known_matches(ev, m, &clause, strict, left, right) : TRI_UNKNOWN;
	}
	if (!strict || !left->known || !right->has_where) return TRI_UNKNOWN;
	if (m->op == MARKER_OP_ARBITRARY) return text_equal(ev, left, right);
	if (!version_parse(&ev->scratch, left->text, &literal, NULL)) return TRI_FALSE;
	return literal_decides(&ev->scratch, m->op, &literal, &right->where);
}

/* --- extras and groups --- */

static bool list_has_name(const struct str_list *list, str name)
{
	for (size_t i = 0; list != NULL && i < list->n; i++)
		if (name_same(list->p[i], name)) return true;
	return false;
}

/* Only '"x" in extras' and '"x" not in extras' mean anything. */
static enum tri compare_set(struct evaluation *ev, const struct marker *m)
{
	const struct str_list *list = m->right.variable == MARKER_EXTRAS ? ev->env->extras : ev->env->groups;

	if (m->left.is_variable || !m->right.is_variable || !marker_is_set(m->right.variable)) return TRI_FALSE;
	if (m->op == MARKER_OP_IN) return tri_of(list_has_name(list, m->left.text));
	if (m->op == MARKER_OP_NOT_IN) return tri_of(!list_has_name(list, m->left.text));
	return TRI_FALSE;
}

/* Is there a requested extra that is part of the text (or of which the text is a part)? */
static bool extra_in(struct evaluation *ev, str text, bool extra_is_left)
{
	const struct str_list *list = ev->env->extras;

	for (size_t i = 0; list != NULL && i < list->n; i++) {
		str name = name_normalize(&ev->scratch, list->p[i]);

		if (extra_is_left ? str_contains(text, name) : str_contains(name, text)) return true;
	}
	return false;
}

static enum tri compare_extra(struct evaluation *ev, const struct marker *m)
{
	bool extra_is_left = m->left.is_variable && m->left.variable == MARKER_EXTRA;
	const struct marker_operand *other = extra_is_left ? &m->right : &m->left;
	struct value v = value_of(ev, other);

	if (other->is_variable && other->variable >= MARKER_N_ENVIRONMENT) return TRI_FALSE;
	if (m->op == MARKER_OP_LT || m->op == MARKER_OP_GT) return TRI_FALSE;
	if (!v.known && ev->env->extras != NULL && ev->env->extras->n != 0) return TRI_UNKNOWN;
	switch (m->op) {
	case MARKER_OP_IN: return tri_of(extra_in(ev, v.text, extra_is_left));
	case MARKER_OP_NOT_IN: return tri_of(!extra_in(ev, v.text, extra_is_left));
	case MARKER_OP_NE: return tri_of(!list_has_name(ev->env->extras, v.text));
	case MARKER_OP_EQ:
	case MARKER_OP_LE:
	case MARKER_OP_GE:
	case MARKER_OP_LT:
	case MARKER_OP_GT:
	case MARKER_OP_COMPATIBLE:
	case MARKER_OP_ARBITRARY: break;
	}
	return tri_of(list_has_name(ev->env->extras, v.text));
}

/* --- trees --- */

static bool operand_is(const struct marker_operand *o, bool (*test)(enum marker_variable))
{
	return o->is_variable && test(o->variable);
}

static bool is_extra(enum marker_variable v) { return v == MARKER_EXTRA; }

static enum tri compare(struct evaluation *ev, const struct marker *m)
{
	const struct marker_operand *named = m->left.is_variable ? &m->left : &m->right;
	struct value left, right;
	bool strict;

	if (!named->is_variable) return TRI_FALSE; /* marker_check */
	if (operand_is(&m->left, marker_is_set) || operand_is(&m->right, marker_is_set)) return compare_set(ev, m);
	if (operand_is(&m->left, is_extra) || operand_is(&m->right, is_extra)) return compare_extra(ev, m);
	left = value_of(ev, &m->left);
	right = value_of(ev, &m->right);
	strict = marker_is_version(named->variable);
	if (m->op == MARKER_OP_IN || m->op == MARKER_OP_NOT_IN || (!strict && !marker_may_be_version(named->variable)))
		return compare_text(ev, m->op, &left, &right);
	if (m->right.is_variable) return compare_with_version(ev, m, strict, &left, &right);
	return compare_version(ev, m, strict, &left, &right);
}

/* Kleene: one false makes an "and" false, one true makes an "or" true, whatever is unknown. */
static enum tri evaluate(struct evaluation *ev, const struct marker *m)
{
	enum tri any = TRI_FALSE, all = TRI_TRUE;

	if (m->items == NULL) return compare(ev, m);
	for (size_t i = 0; i < m->n; i++) {
		enum tri one;

		if (m->items[i].after_or) {
			if (all == TRI_TRUE) return TRI_TRUE;
			if (all == TRI_UNKNOWN) any = TRI_UNKNOWN;
			all = TRI_TRUE;
		}
		if (all == TRI_FALSE) continue;
		one = evaluate(ev, m->items[i].node);
		if (one != TRI_TRUE) all = one;
	}
	if (all == TRI_TRUE) return TRI_TRUE;
	return all == TRI_UNKNOWN || any == TRI_UNKNOWN ? TRI_UNKNOWN : TRI_FALSE;
}

enum tri marker_evaluate(const struct marker *m, const struct marker_environment *env)
{
	struct evaluation ev = { .env = env };
	enum tri answer;

	if (m == NULL) return TRI_TRUE;
	answer = evaluate(&ev, m);
	arena_release(&ev.scratch);
	return answer;
}

bool marker_decide(const struct marker *m, const struct marker_environment *env, const struct marker_environment *assumed,
                   bool *was_assumed)
{
	struct marker_environment filled = *env;
	enum tri answer = marker_evaluate(m, env);

	*was_assumed = answer == TRI_UNKNOWN;
	if (answer != TRI_UNKNOWN) return answer == TRI_TRUE;
	for (size_t i = 0; i < MARKER_N_ENVIRONMENT; i++)
		if (filled.values[i].p == NULL) filled.values[i] = assumed->values[i];
	return marker_evaluate(m, &filled) == TRI_TRUE;
}
