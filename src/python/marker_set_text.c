/* marker_set_text.c: a decision diagram as a short marker.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The ways through the diagram that end in yes are a sum of products ("cubes"). Each is widened, one variable after the other, as far
 * as it stays within what may be said; cubes that differ in one variable become one; those that the others cover go. What all cubes
 * have in common is written once, in front.
 * A literal is the diagram of one variable, so that equal literals are equal numbers. */
#include <string.h>

#include "base/buf.h"
#include "python/marker_diagram.h"

#define CUBES_MAX    2048 /* ways through the diagram */
#define CUBES_TIDIED 128  /* beyond, they are written as they are widened */
#define LITERALS_MAX (AXIS_FREE + MARKER_SETS_FREE)

struct cube {
	uint32_t *literals; /* by their variable, ascending */
	size_t n;
};

struct cover {
	struct marker_sets *m;
	struct arena *a;
	uint32_t upper, care;
	VEC(struct cube) cubes;
	uint32_t path[LITERALS_MAX];
	size_t depth;
};

/* --- cubes --- */

/* The answers of a node that lead to one child. */
static uint32_t literal_of(struct cover *c, const struct marker_node *node, uint32_t child)
{
	struct marker_label *labels = arena_array(c->a, struct marker_label, node->n);
	uint32_t *children = arena_array(c->a, uint32_t, node->n);

	if (node->axis < AXIS_FREE) memcpy(labels, node->labels, (node->n - 1) * sizeof *labels);
	for (uint32_t i = 0; i < node->n; i++) children[i] = node->children[i] == child;
	return marker_diagram_node(c->m, node->axis, labels, children, node->n);
}

static void walk(struct cover *c, uint32_t x)
{
	struct marker_node node;

	if (x == MARKER_NEVER || c->m->over) return;
	if (x == MARKER_ALWAYS) {
		if (c->cubes.n >= CUBES_MAX) {
			c->m->over = true;
			return;
		}
		struct cube *cube = vec_push(c->a, &c->cubes);
		cube->n = c->depth;
		cube->literals = arena_array(c->a, uint32_t, c->depth + 1);
		memcpy(cube->literals, c->path, c->depth * sizeof *c->path);
		return;
	}
	node = c->m->nodes.p[x];
	for (uint32_t i = 0; i < node.n; i++) {
		bool seen = false;
		for (uint32_t j = 0; j < i && !seen; j++) seen = node.children[j] == node.children[i];
		if (seen || node.children[i] == MARKER_NEVER) continue;
		c->path[c->depth++] = literal_of(c, &node, node.children[i]);
		walk(c, node.children[i]);
		c->depth--;
	}
}

static uint32_t product(struct cover *c, const struct cube *cube, size_t without)
{
	uint32_t x = MARKER_ALWAYS;

	for (size_t i = cube->n; i-- > 0;)
		if (i != without) x = marker_sets_and(c->m, x, cube->literals[i]);
	return x;
}

static bool within(struct cover *c, uint32_t inner, uint32_t outer)
{
	return marker_sets_and(c->m, inner, marker_sets_not(c->m, outer)) == MARKER_NEVER;
}

/* Wider forms of a version literal: without its lower end, without its upper one. */
static uint32_t without_end(struct cover *c, uint32_t literal, bool lower)
{
	struct marker_node node = c->m->nodes.p[literal];
	struct marker_label *labels = arena_array(c->a, struct marker_label, node.n);
	uint32_t *children = arena_array(c->a, uint32_t, node.n);

	memcpy(labels, node.labels, (node.n - 1) * sizeof *labels);
	memcpy(children, node.children, node.n * sizeof *children);
	children[lower ? 0 : node.n - 1] = MARKER_ALWAYS;
	return marker_diagram_node(c->m, node.axis, labels, children, node.n);
}

/* What lies between the ends, without the holes. */
static uint32_t without_holes(struct cover *c, uint32_t literal)
{
	struct marker_node node = c->m->nodes.p[literal];
	struct marker_label *labels = arena_array(c->a, struct marker_label, node.n);
	uint32_t *children = arena_array(c->a, uint32_t, node.n);

	memcpy(labels, node.labels, (node.n - 1) * sizeof *labels);
	for (uint32_t i = 0; i < node.n; i++) children[i] = i > 0 && i + 1 < node.n ? MARKER_ALWAYS : node.children[i];
	return marker_diagram_node(c->m, node.axis, labels, children, node.n);
}

static void set_literal(struct cube *cube, size_t at, uint32_t literal)
{
	cube->literals[at] = literal;
	if (literal != MARKER_ALWAYS) return;
	memmove(cube->literals + at, cube->literals + at + 1, (cube->n - at - 1) * sizeof *cube->literals);
	cube->n--;
}

static bool try_literal(struct cover *c, struct cube *cube, size_t at, uint32_t literal)
{
	if (literal == cube->literals[at]) return false;
	if (!within(c, marker_sets_and(c->m, product(c, cube, at), literal), c->upper)) return false;
	set_literal(cube, at, literal);
	return true;
}

static void widen(struct cover *c, struct cube *cube)
{
	for (size_t i = 0; i < cube->n && !c->m->over;) {
		if (try_literal(c, cube, i, MARKER_ALWAYS)) continue;
		if (marker_axis_is_version(c->m->nodes.p[cube->literals[i]].axis)) {
			size_t before = cube->n;
			try_literal(c, cube, i, without_holes(c, cube->literals[i]));
			try_literal(c, cube, i, without_end(c, cube->literals[i], true));
			if (cube->n == before) try_literal(c, cube, i, without_end(c, cube->literals[i], false));
			if (cube->n != before) continue;
		}
		i++;
	}
}

/* --- fewer cubes --- */

static bool same_cube(const struct cube *x, const struct cube *y)
{
	return x->n == y->n && memcmp(x->literals, y->literals, x->n * sizeof *x->literals) == 0;
}

/* Cubes with equal literals but one, of one variable: that one becomes what either says. */
static bool unite(struct cover *c, struct cube *x, const struct cube *y)
{
	size_t differ = SIZE_MAX;

	if (x->n != y->n) return false;
	for (size_t i = 0; i < x->n; i++) {
		if (x->literals[i] == y->literals[i]) continue;
		if (differ != SIZE_MAX || c->m->nodes.p[x->literals[i]].axis != c->m->nodes.p[y->literals[i]].axis) return false;
		differ = i;
	}
	if (differ != SIZE_MAX) set_literal(x, differ, marker_sets_or(c->m, x->literals[differ], y->literals[differ]));
	return true;
}

static void drop_cube(struct cover *c, size_t at)
{
	memmove(&c->cubes.p[at], &c->cubes.p[at + 1], (c->cubes.n - at - 1) * sizeof *c->cubes.p);
	c->cubes.n--;
}

static void unite_all(struct cover *c)
{
	for (bool changed = true; changed && !c->m->over;) {
		changed = false;
		for (size_t i = 0; i < c->cubes.n; i++)
			for (size_t j = i + 1; j < c->cubes.n; j++)
				if (unite(c, &c->cubes.p[i], &c->cubes.p[j])) {
					drop_cube(c, j--);
					changed = true;
				}
	}
}

static void drop_covered(struct cover *c)
{
	for (size_t i = c->cubes.n; i-- > 0 && c->cubes.n > 1;) {
		uint32_t others = MARKER_NEVER;
		for (size_t j = 0; j < c->cubes.n; j++)
			if (j != i) others = marker_sets_or(c->m, others, product(c, &c->cubes.p[j], SIZE_MAX));
		if (within(c, marker_sets_and(c->m, product(c, &c->cubes.p[i], SIZE_MAX), c->care), others)) drop_cube(c, i);
	}
}

static void tidy(struct cover *c)
{
	for (size_t i = 0; i < c->cubes.n; i++) widen(c, &c->cubes.p[i]);
	for (size_t i = 0; i < c->cubes.n && c->cubes.n <= CUBES_TIDIED; i++)
		for (size_t j = i + 1; j < c->cubes.n; j++)
			if (same_cube(&c->cubes.p[i], &c->cubes.p[j])) drop_cube(c, j--);
	if (c->cubes.n > CUBES_TIDIED) return;
	unite_all(c);
	for (size_t i = 0; i < c->cubes.n; i++) widen(c, &c->cubes.p[i]);
	drop_covered(c);
}

/* --- text --- */

struct text {
	struct marker_sets *m;
	struct buf *b;
	enum marker_style style;
};

static const enum marker_variable axis_variables[] = {
	[AXIS_PYTHON] = MARKER_PYTHON_FULL_VERSION,
	[AXIS_IMPLEMENTATION_VERSION] = MARKER_IMPLEMENTATION_VERSION,
	[AXIS_OS_NAME] = MARKER_OS_NAME,
	[AXIS_SYS_PLATFORM] = MARKER_SYS_PLATFORM,
	[AXIS_PLATFORM_SYSTEM] = MARKER_PLATFORM_SYSTEM,
	[AXIS_PLATFORM_MACHINE] = MARKER_PLATFORM_MACHINE,
	[AXIS_PLATFORM_PYTHON_IMPLEMENTATION] = MARKER_PLATFORM_PYTHON_IMPLEMENTATION,
	[AXIS_IMPLEMENTATION_NAME] = MARKER_IMPLEMENTATION_NAME,
};

static void put_compared(struct text *t, const char *variable, const char *op, str value)
{
	char quote = t->style == MARKER_STYLE_FULL ? '\'' : '"';

	if (str_chr(value, quote) != STR_NONE) quote = quote == '"' ? '\'' : '"';
	buf_addf(t->b, "%s %s %c" STR_FMT "%c", variable, op, quote, STR_ARG(value), quote);
}

/* So many parts at least, and no zeros that a shorter text implies. */
static str version_words(struct text *t, const struct version *v, size_t least)
{
	struct version shorter = *v;

	shorter.text = (str){ 0 };
	while (shorter.n_release > least && str_eq(shorter.release[shorter.n_release - 1], S("0"))) shorter.n_release--;
	if (shorter.n_release < least) {
		str *release = arena_array(t->m->a, str, least);
		for (size_t i = 0; i < least; i++) release[i] = i < shorter.n_release ? shorter.release[i] : S("0");
		shorter.release = release;
		shorter.n_release = least;
	}
	return version_normal(t->m->a, &shorter);
}

static bool two_parts(const struct version *v)
{
	for (size_t i = 2; i < v->n_release; i++)
		if (!str_eq(v->release[i], S("0"))) return false;
	return v->pre == VERSION_PRE_NONE && !v->has_post && !v->has_dev && v->n_local == 0;
}

static const char *version_variable(const struct text *t, uint32_t axis, bool minor)
{
	if (axis == AXIS_PYTHON && minor && t->style == MARKER_STYLE_SHORT) return marker_variable_name(MARKER_PYTHON_VERSION);
	return marker_variable_name(axis_variables[axis]);
}

static void put_end(struct text *t, uint32_t axis, struct cut c, bool lower)
{
	bool minor = c.side == CUT_BELOW && two_parts(c.version);
	const char *op = c.side == CUT_BELOW ? (lower ? ">=" : "<") : (lower ? ">" : "<=");

	put_compared(t, version_variable(t, axis, minor), op, version_words(t, c.version, c.version->n_release == 1 ? 1 : 2));
}

/* Is [from, to) one X.Y, or one version alone? Then *value is what == compares with. */
static bool single(struct text *t, uint32_t axis, struct cut from, struct cut to, const char **variable, str *value)
{
	uint64_t minor = 0, next = 0;

	if (from.version == NULL || to.version == NULL || from.side != CUT_BELOW) return false;
	if (to.side == CUT_ABOVE) {
		if (from.version != to.version) return false;
		*variable = version_variable(t, axis, false);
		*value = version_words(t, from.version, 3);
		return true;
	}
	if (!two_parts(from.version) || !two_parts(to.version) || !str_eq(from.version->epoch, to.version->epoch)) return false;
	if (!str_eq(from.version->release[0], to.version->release[0])) return false;
	if (from.version->n_release > 1 && !str_u64(from.version->release[1], &minor)) return false;
	if (to.version->n_release > 1 && !str_u64(to.version->release[1], &next)) return false;
	if (next != minor + 1) return false;
	*variable = version_variable(t, axis, true);
	*value = version_words(t, from.version, 2);
	if (!(axis == AXIS_PYTHON && t->style == MARKER_STYLE_SHORT)) *value = arena_join(t->m->a, *value, S(".*"));
	return true;
}

static struct cut cut_before(const struct marker_node *node, uint32_t i)
{
	return i == 0 ? (struct cut){ CUT_LOWEST, NULL } : node->labels[i - 1].cut;
}

static struct cut cut_after(const struct marker_node *node, uint32_t i)
{
	return i + 1 == node->n ? (struct cut){ CUT_HIGHEST, NULL } : node->labels[i].cut;
}

/* One interval: lower end, upper end, and the holes from children `first` to `last`. */
static size_t put_interval(struct text *t, const struct marker_node *node, uint32_t first, uint32_t last)
{
	struct cut from = cut_before(node, first), to = cut_after(node, last);
	const char *variable;
	str value;
	size_t n = 0;

	if (first == last && single(t, node->axis, from, to, &variable, &value)) {
		put_compared(t, variable, "==", value);
		return 1;
	}
	if (from.version != NULL && ++n) put_end(t, node->axis, from, true);
	if (to.version != NULL) {
		if (n++) buf_add_str(t->b, S(" and "));
		put_end(t, node->axis, to, false);
	}
	for (uint32_t i = first + 1; i < last; i += 2) {
		single(t, node->axis, cut_before(node, i), cut_after(node, i), &variable, &value);
		if (n++) buf_add_str(t->b, S(" and "));
		put_compared(t, variable, "!=", value);
	}
	return n;
}

/* The last child that one text with != can reach from child `first`. */
static uint32_t reach(struct text *t, const struct marker_node *node, uint32_t first)
{
	uint32_t last = first;
	const char *variable;
	str value;

	while (last + 2 < node->n &&
	       single(t, node->axis, cut_before(node, last + 1), cut_after(node, last + 1), &variable, &value))
		last += 2;
	return last;
}

/* Gives the number of alternatives written, which an "and" around them needs to know. */
static size_t put_versions(struct text *t, const struct marker_node *node)
{
	size_t n = 0;

	for (uint32_t i = node->children[0] == MARKER_ALWAYS ? 0 : 1; i < node->n;) {
		uint32_t last = reach(t, node, i);
		if (n++) buf_add_str(t->b, S(" or "));
		put_interval(t, node, i, last);
		i = last + 2;
	}
	return n;
}

static size_t put_texts(struct text *t, const struct marker_node *node)
{
	bool others = node->children[node->n - 1] == MARKER_ALWAYS;
	const char *variable = marker_variable_name(axis_variables[node->axis]);

	for (uint32_t i = 0; i + 1 < node->n; i++) {
		if (i) buf_add_str(t->b, others ? S(" and ") : S(" or "));
		put_compared(t, variable, others ? "!=" : "==", node->labels[i].text);
	}
	return others ? 1 : node->n - 1;
}

static void put_operand(struct text *t, const struct marker_operand *o)
{
	char quote = t->style == MARKER_STYLE_FULL ? '\'' : '"';

	if (o->is_variable) {
		buf_add_str(t->b, str_from(marker_variable_name(o->variable)));
		return;
	}
	if (str_chr(o->text, quote) != STR_NONE) quote = quote == '"' ? '\'' : '"';
	buf_addf(t->b, "%c" STR_FMT "%c", quote, STR_ARG(o->text), quote);
}

/* Only `in` and equality have a word for their no; nothing else is ever negated, since markers have no "not". */
static size_t put_own(struct text *t, const struct marker_node *node)
{
	const struct marker_free *f = &t->m->free_list.p[node->axis - AXIS_FREE];
	bool yes = node->children[1] == MARKER_ALWAYS;
	enum marker_op op = f->comparison->op;

	if (op == MARKER_OP_IN || op == MARKER_OP_NOT_IN)
		op = yes ? MARKER_OP_IN : MARKER_OP_NOT_IN;
	else if (op == MARKER_OP_EQ || op == MARKER_OP_NE)
		op = yes ? MARKER_OP_EQ : MARKER_OP_NE;
	else if (!yes)
		t->m->over = true;
	put_operand(t, &f->comparison->left);
	buf_addf(t->b, " %s ", marker_op_text(op));
	put_operand(t, &f->comparison->right);
	return 1;
}

static size_t put_literal(struct text *t, uint32_t literal)
{
	const struct marker_node *node = &t->m->nodes.p[literal];

	if (node->axis >= AXIS_FREE) return put_own(t, node);
	return marker_axis_is_version(node->axis) ? put_versions(t, node) : put_texts(t, node);
}

static void insert(struct buf *b, size_t at, char c)
{
	if (!buf_add_char(b, c)) return;
	memmove(b->p + at + 1, b->p + at, b->n - at - 1);
	b->p[at] = c;
}

/* alone: nothing else stands beside it within an "and". */
static void put_cube(struct text *t, const uint32_t *literals, size_t n, bool alone)
{
	for (size_t i = 0; i < n; i++) {
		if (i) buf_add_str(t->b, S(" and "));
		size_t at = t->b->n;
		if (put_literal(t, literals[i]) < 2 || (alone && n == 1)) continue;
		insert(t->b, at, '(');
		buf_add_char(t->b, ')');
	}
}

/* Moves literals that all cubes have out of them. */
static size_t take_common(struct cover *c, uint32_t *common)
{
	size_t n = 0;

	for (size_t i = 0; c->cubes.n > 1 && i < c->cubes.p[0].n;) {
		uint32_t literal = c->cubes.p[0].literals[i];
		size_t have = 0;
		for (size_t j = 0; j < c->cubes.n; j++)
			for (size_t k = 0; k < c->cubes.p[j].n; k++) have += c->cubes.p[j].literals[k] == literal;
		if (have < c->cubes.n) {
			i++;
			continue;
		}
		common[n++] = literal;
		for (size_t j = 0; j < c->cubes.n; j++)
			for (size_t k = 0; k < c->cubes.p[j].n; k++)
				if (c->cubes.p[j].literals[k] == literal) set_literal(&c->cubes.p[j], k, MARKER_ALWAYS);
	}
	return n;
}

static str write_cover(struct cover *c, enum marker_style style)
{
	struct buf b;
	struct text t = { c->m, &b, style };
	uint32_t common[LITERALS_MAX] = { 0 };
	size_t n = take_common(c, common), empty = 0;

	buf_init(&b, MARKER_TEXT_MAX);
	for (size_t i = 0; i < c->cubes.n; i++) empty += c->cubes.p[i].n == 0;
	if (empty) c->cubes.n = 0; /* what all have in common says it all */
	put_cube(&t, common, n, c->cubes.n == 0);
	if (n && c->cubes.n) buf_add_str(&b, S(" and ("));
	for (size_t i = 0; i < c->cubes.n; i++) {
		if (i) buf_add_str(&b, S(" or "));
		put_cube(&t, c->cubes.p[i].literals, c->cubes.p[i].n, true);
	}
	if (n && c->cubes.n) buf_add_char(&b, ')');
	c->m->over |= b.over;
	str text = buf_take(&b, c->a);
	buf_release(&b);
	return text;
}

str marker_sets_text(struct marker_sets *m, uint32_t x, uint32_t given, enum marker_style style)
{
	struct cover c = { .m = m, .a = m->a, .care = given };
	uint32_t lower = marker_sets_and(m, x, given);

	c.upper = marker_sets_or(m, x, marker_sets_not(m, given));
	if (c.upper == MARKER_ALWAYS) return S("");
	if (lower == MARKER_NEVER) return style == MARKER_STYLE_FULL ? S("python_version < '0'") : S("python_version < \"0\"");
	walk(&c, lower);
	tidy(&c);
	return write_cover(&c, style);
}
