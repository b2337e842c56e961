/* marker_set_read.c: comparisons and versions to decision diagrams.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "python/marker_diagram.h"
#include "python/name.h"

/* --- labels that are there once --- */

static int version_place(const struct marker_sets *m, const struct version *v, size_t *place)
{
	size_t low = 0, high = m->versions.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = version_cmp(v, m->versions.p[middle]);
		if (c == 0) {
			*place = middle;
			return 0;
		}
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	*place = low;
	return 1;
}

static const struct version *version_once(struct marker_sets *m, const struct version *v)
{
	size_t place;

	if (version_place(m, v, &place) == 0) return m->versions.p[place];
	(void)vec_push(m->a, &m->versions);
	for (size_t i = m->versions.n - 1; i > place; i--) m->versions.p[i] = m->versions.p[i - 1];
	return m->versions.p[place] = v;
}

static str text_once(struct marker_sets *m, str text)
{
	bool added;
	void **slot = map_put(&m->texts, text, &added);

	/* The empty text needs an address of its own, too. */
	if (added) *slot = arena_cstr(m->a, text);
	return (str){ *slot, text.n };
}

/* --- intervals --- */

/* Places between versions with the differences gone that no Python has: V.dev0 is where V begins, and nothing stands behind V. */
static struct cut plain_cut(struct marker_sets *m, struct cut c)
{
	const struct version *v = c.version;
	struct version *copy;

	if (v == NULL) return c;
	if (c.side == CUT_AFTER_LOCALS || c.side == CUT_AFTER_POSTS) c.side = CUT_ABOVE;
	if (c.side == CUT_BELOW && v->has_dev && str_eq(v->dev_number, S("0")) && v->n_local == 0) {
		copy = arena_new(m->a, struct version);
		*copy = *v;
		copy->has_dev = false;
		copy->text = (str){ 0 };
		version_set_key(copy);
		v = copy;
	}
	c.version = version_once(m, v);
	return c;
}

static struct version *two_parts(struct arena *a, str epoch, str major, uint64_t minor)
{
	struct version *v = arena_new(a, struct version);

	v->epoch = epoch;
	v->release = arena_array(a, str, 2);
	v->release[0] = major;
	v->release[1] = arena_fmt(a, "%llu", (unsigned long long)minor);
	v->n_release = 2;
	version_set_key(v);
	return v;
}

/* The first X.Y, as a full version, that is not below the cut: python_version has no third part. */
static struct cut minor_cut(struct marker_sets *m, struct cut c)
{
	uint64_t minor = 0;
	struct version *v;

	if (c.version == NULL) return c;
	if (c.version->n_release > 1 && (!str_u64(c.version->release[1], &minor) || minor > 1000000)) return plain_cut(m, c);
	v = two_parts(m->a, c.version->epoch, c.version->release[0], minor);
	if (cut_cmp(c, (struct cut){ CUT_BELOW, v }) > 0) v = two_parts(m->a, c.version->epoch, c.version->release[0], minor + 1);
	return (struct cut){ CUT_BELOW, version_once(m, v) };
}

static uint32_t between(struct marker_sets *m, uint32_t axis, struct cut from, struct cut to)
{
	struct marker_label *labels = arena_array(m->a, struct marker_label, 2);
	uint32_t *children = arena_array(m->a, uint32_t, 3), n = 0;

	if (from.version != NULL && to.version != NULL && cut_cmp(from, to) >= 0) return MARKER_NEVER;
	if (from.side == CUT_HIGHEST || to.side == CUT_LOWEST) return MARKER_NEVER;
	if (from.version != NULL) {
		labels[n].cut = from;
		children[n++] = MARKER_NEVER;
	}
	children[n] = MARKER_ALWAYS;
	if (to.version != NULL) {
		labels[n].cut = to;
		children[++n] = MARKER_NEVER;
	}
	return marker_diagram_node(m, axis, labels, children, n + 1);
}

static uint32_t all_of(struct marker_sets *m, bool both, uint32_t *sets, size_t n)
{
	if (n == 0) return both ? MARKER_ALWAYS : MARKER_NEVER;
	/* By halves: lists of thousands stay affordable. */
	for (; n > 1; n = (n + 1) / 2)
		for (size_t i = 0; i < n; i += 2) {
			uint32_t second = i + 1 < n ? sets[i + 1] : sets[i];
			sets[i / 2] = both ? marker_sets_and(m, sets[i], second) : marker_sets_or(m, sets[i], second);
		}
	return sets[0];
}

static uint32_t in_intervals(struct marker_sets *m, uint32_t axis, bool minors, const struct interval *p, size_t n)
{
	uint32_t *sets = arena_array(m->a, uint32_t, n + 1);

	for (size_t i = 0; i < n; i++) {
		struct cut from = minors ? minor_cut(m, p[i].from) : plain_cut(m, p[i].from);
		struct cut to = minors ? minor_cut(m, p[i].to) : plain_cut(m, p[i].to);
		sets[i] = between(m, axis, from, to);
	}
	return all_of(m, false, sets, n);
}

uint32_t marker_sets_python(struct marker_sets *m, const struct interval_set *versions)
{
	return in_intervals(m, AXIS_PYTHON, false, versions->p, versions->n);
}

/* --- comparisons --- */

static uint32_t text_is(struct marker_sets *m, uint32_t axis, str text, bool equal)
{
	struct marker_label *labels = arena_array(m->a, struct marker_label, 1);
	uint32_t *children = arena_array(m->a, uint32_t, 2);

	labels[0].text = text_once(m, text);
	children[0] = equal;
	children[1] = !equal;
	return marker_diagram_node(m, axis, labels, children, 2);
}

/* A variable of its own. `not in` and `!=` are the other answer of what they negate. */
static uint32_t own_variable(struct marker_sets *m, const struct marker *c)
{
	bool negated = c->op == MARKER_OP_NOT_IN || c->op == MARKER_OP_NE, added;
	struct marker positive = *c;
	uint32_t *children = arena_array(m->a, uint32_t, 2);
	void **slot;

	if (c->op == MARKER_OP_NOT_IN) positive.op = MARKER_OP_IN;
	if (c->op == MARKER_OP_NE) positive.op = MARKER_OP_EQ;
	slot = map_put(&m->free_names, marker_text(m->a, &positive), &added);
	if (added) {
		if (m->free_list.n >= MARKER_SETS_FREE) {
			m->over = true;
			return MARKER_ALWAYS;
		}
		*vec_push(m->a, &m->free_list) = (struct marker_free){ c, negated };
		*slot = (void *)(uintptr_t)m->free_list.n;
	}
	children[0] = negated;
	children[1] = !negated;
	return marker_diagram_node(m, AXIS_FREE + (uint32_t)(uintptr_t)*slot - 1, NULL, children, 2);
}

static enum marker_op mirrored(enum marker_op op)
{
	switch (op) {
	case MARKER_OP_LE: return MARKER_OP_GE;
	case MARKER_OP_GE: return MARKER_OP_LE;
	case MARKER_OP_LT: return MARKER_OP_GT;
	case MARKER_OP_GT: return MARKER_OP_LT;
	default: return op;
	}
}

/* "3.8 3.9", "3.8, 3.9": all words versions of so many parts, as uv and Poetry read such lists. */
static bool version_list(struct marker_sets *m, str text, size_t parts, uint32_t axis, uint32_t *out)
{
	uint32_t sets[64];
	size_t n = 0, from = 0;

	for (size_t i = 0; i <= text.n; i++) {
		char c = str_at(text, i);
		if (i < text.n && c != ' ' && c != ',' && c != '|') continue;
		str word = str_slice(text, from, i);
		struct specifier_set one;
		from = i + 1;
		if (word.n == 0) continue;
		str clause = arena_fmt(m->a, parts == 2 ? "==" STR_FMT ".*" : "==" STR_FMT, STR_ARG(word));
		if (n == 64 || !specifier_parse_one(m->a, clause, &one) || one.n != 1 || one.clauses[0].n_allowed != 1) return false;
		if (one.clauses[0].version.n_release != parts || version_is_prerelease(&one.clauses[0].version)) return false;
		sets[n++] = in_intervals(m, axis, false, one.clauses[0].allowed, 1);
	}
	*out = all_of(m, false, sets, n);
	return n != 0;
}

static bool is_plain(const struct version *v) { return !version_is_prerelease(v) && !v->has_post && v->n_local == 0; }

static uint32_t version_comparison(struct marker_sets *m, enum marker_variable v, enum marker_op op, str text,
                                   const struct marker *c)
{
	uint32_t axis = v == MARKER_IMPLEMENTATION_VERSION ? AXIS_IMPLEMENTATION_VERSION : AXIS_PYTHON, set;
	struct specifier_set clause;

	if (op == MARKER_OP_IN || op == MARKER_OP_NOT_IN) {
		bool listed = c->left.is_variable && version_list(m, text, v == MARKER_PYTHON_VERSION ? 2 : 3, axis, &set);
		if (!listed) return own_variable(m, c);
		return op == MARKER_OP_IN ? set : marker_sets_not(m, set);
	}
	if (op == MARKER_OP_ARBITRARY || (op == MARKER_OP_COMPATIBLE && !c->left.is_variable)) return own_variable(m, c);
	if (!specifier_parse_one(m->a, arena_join(m->a, str_from(marker_op_text(op)), text), &clause) || clause.n != 1)
		return own_variable(m, c);
	/* `"3.11rc1" < python_full_version` asks whether 3.11rc1 is "<3.11", which it is not (PEP 440), and not whether 3.11 is ">3.11rc1". */
	if (!c->left.is_variable && !is_plain(&clause.clauses[0].version)) return own_variable(m, c);
	return in_intervals(m, axis, v == MARKER_PYTHON_VERSION, clause.clauses[0].allowed, clause.clauses[0].n_allowed);
}

static bool text_axis(enum marker_variable v, uint32_t *axis)
{
	switch (v) {
	case MARKER_OS_NAME: *axis = AXIS_OS_NAME; return true;
	case MARKER_SYS_PLATFORM: *axis = AXIS_SYS_PLATFORM; return true;
	case MARKER_PLATFORM_SYSTEM: *axis = AXIS_PLATFORM_SYSTEM; return true;
	case MARKER_PLATFORM_MACHINE: *axis = AXIS_PLATFORM_MACHINE; return true;
	case MARKER_PLATFORM_PYTHON_IMPLEMENTATION: *axis = AXIS_PLATFORM_PYTHON_IMPLEMENTATION; return true;
	case MARKER_IMPLEMENTATION_NAME: *axis = AXIS_IMPLEMENTATION_NAME; return true;
	default: return false;
	}
}

static bool asks_for_extra(const struct marker *c)
{
	return (c->left.is_variable && c->left.variable >= MARKER_EXTRA) ||
	       (c->right.is_variable && c->right.variable >= MARKER_EXTRA);
}

static uint32_t comparison(struct marker_sets *m, const struct marker *c, const struct marker_choice *choice)
{
	bool left = c->left.is_variable;
	enum marker_variable v = left ? c->left.variable : c->right.variable;
	str text = left ? c->right.text : c->left.text;
	uint32_t axis;

	if (choice->extra_sets != NULL && v == MARKER_EXTRA && left != c->right.is_variable) {
		void *known = map_get(choice->extra_sets, text);
		uint32_t x = known != NULL ? (uint32_t)(uintptr_t)known - 1 : MARKER_NEVER;
		return c->op == MARKER_OP_NE ? marker_sets_not(m, x) : x;
	}
	if (asks_for_extra(c)) {
		struct marker_environment known = { .extras = choice->extras, .groups = choice->groups };
		return marker_evaluate(c, &known) == TRI_TRUE;
	}
	if (left == c->right.is_variable) return left ? own_variable(m, c) : MARKER_NEVER;
	enum marker_op op = left ? c->op : mirrored(c->op);
	if (marker_is_version(v)) return version_comparison(m, v, op, text, c);
	if ((op == MARKER_OP_EQ || op == MARKER_OP_NE) && text_axis(v, &axis)) return text_is(m, axis, text, op == MARKER_OP_EQ);
	return own_variable(m, c);
}

/* --- lists --- */

/* The members of a list that "and" joins, from `*at` on. True in *ignored when all of them are comparisons with `extra` that are not to
 * count: whoever has such an extra has it in any environment. */
static uint32_t conjunction(struct marker_sets *m, const struct marker *list, size_t *at, const struct marker_choice *choice)
{
	size_t from = *at, n = 0;

	while (*at < list->n && (*at == from || !list->items[*at].after_or)) ++*at;
	uint32_t *sets = arena_array(m->a, uint32_t, *at - from);
	for (size_t i = from; i < *at; i++) {
		const struct marker *node = list->items[i].node;
		if (choice->any_extra && node->items == NULL && asks_for_extra(node)) continue;
		sets[n++] = marker_sets_from(m, node, choice);
	}
	return all_of(m, true, sets, n);
}

uint32_t marker_sets_from(struct marker_sets *m, const struct marker *marker, const struct marker_choice *choice)
{
	if (marker == NULL) return MARKER_ALWAYS;
	if (marker->items == NULL)
		return choice->any_extra && asks_for_extra(marker) ? MARKER_ALWAYS : comparison(m, marker, choice);
	uint32_t *sets = arena_array(m->a, uint32_t, marker->n);
	size_t n = 0;
	for (size_t at = 0; at < marker->n;) sets[n++] = conjunction(m, marker, &at, choice);
	return all_of(m, false, sets, n);
}

/* --- platforms as they are --- */

static uint32_t platform(struct marker_sets *m, const char *sys, const char *system, const char *os)
{
	uint32_t x = text_is(m, AXIS_SYS_PLATFORM, str_from(sys), true);
	x = marker_sets_and(m, x, text_is(m, AXIS_PLATFORM_SYSTEM, str_from(system), true));
	return marker_sets_and(m, x, text_is(m, AXIS_OS_NAME, str_from(os), true));
}

bool marker_sets_possible(struct marker_sets *m, uint32_t x)
{
	static const char *const known[3][3] = { { "linux", "Linux", "posix" },
		                                     { "darwin", "Darwin", "posix" },
		                                     { "win32", "Windows", "nt" } };
	uint32_t others = MARKER_ALWAYS;

	if (x == MARKER_NEVER) return false;
	if (m->real == 0) {
		for (size_t i = 0; i < 3; i++) {
			m->real = marker_sets_or(m, m->real, platform(m, known[i][0], known[i][1], known[i][2]));
			others = marker_sets_and(m, others, text_is(m, AXIS_SYS_PLATFORM, str_from(known[i][0]), false));
			others = marker_sets_and(m, others, text_is(m, AXIS_PLATFORM_SYSTEM, str_from(known[i][1]), false));
		}
		others = marker_sets_and(m, others, text_is(m, AXIS_OS_NAME, S("nt"), false));
		m->real = marker_sets_or(m, m->real, others);
	}
	return marker_sets_and(m, x, m->real) != MARKER_NEVER;
}
