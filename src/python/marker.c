/* marker.c: reading and printing markers. Their evaluation is in marker_evaluate.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Recursive descent over the grammar of "Dependency specifiers", with the white space and the older variable names that
 * `packaging` accepts:
 *     list = atom ((and|or) atom)*     atom = "(" list ")" | operand op operand     operand = variable | '...' | "..." */
#include "python/marker.h"
#include "python/marker_tree.h"
#include "python/name.h"

struct parser {
	struct arena *arena;
	struct err *e;
	str text;
	size_t at;
	unsigned depth;
};

/* --- names --- */

static const str variable_names[] = {
	[MARKER_OS_NAME] = { "os_name", 7 },
	[MARKER_SYS_PLATFORM] = { "sys_platform", 12 },
	[MARKER_PLATFORM_MACHINE] = { "platform_machine", 16 },
	[MARKER_PLATFORM_PYTHON_IMPLEMENTATION] = { "platform_python_implementation", 30 },
	[MARKER_PLATFORM_RELEASE] = { "platform_release", 16 },
	[MARKER_PLATFORM_SYSTEM] = { "platform_system", 15 },
	[MARKER_PLATFORM_VERSION] = { "platform_version", 16 },
	[MARKER_PYTHON_VERSION] = { "python_version", 14 },
	[MARKER_PYTHON_FULL_VERSION] = { "python_full_version", 19 },
	[MARKER_IMPLEMENTATION_NAME] = { "implementation_name", 19 },
	[MARKER_IMPLEMENTATION_VERSION] = { "implementation_version", 22 },
	[MARKER_EXTRA] = { "extra", 5 },
	[MARKER_EXTRAS] = { "extras", 6 },
	[MARKER_DEPENDENCY_GROUPS] = { "dependency_groups", 17 },
};

#define N_VARIABLES (sizeof variable_names / sizeof variable_names[0])

/* Spellings of before PEP 508, which published metadata still has. */
static const struct {
	str name;
	enum marker_variable variable;
} older_names[] = {
	{ { "os.name", 7 }, MARKER_OS_NAME },
	{ { "sys.platform", 12 }, MARKER_SYS_PLATFORM },
	{ { "platform.version", 16 }, MARKER_PLATFORM_VERSION },
	{ { "platform.machine", 16 }, MARKER_PLATFORM_MACHINE },
	{ { "platform.python_implementation", 30 }, MARKER_PLATFORM_PYTHON_IMPLEMENTATION },
	{ { "python_implementation", 21 }, MARKER_PLATFORM_PYTHON_IMPLEMENTATION },
};

const char *marker_variable_name(enum marker_variable v) { return (size_t)v < N_VARIABLES ? variable_names[v].p : ""; }

int marker_variable_from(str name)
{
	for (size_t i = 0; i < N_VARIABLES; i++)
		if (str_eq(name, variable_names[i])) return (int)i;
	for (size_t i = 0; i < sizeof older_names / sizeof older_names[0]; i++)
		if (str_eq(name, older_names[i].name)) return (int)older_names[i].variable;
	return -1;
}

/* In the order in which they must be tried. */
static const struct {
	str text;
	enum marker_op op;
} operators[] = {
	{ { "===", 3 }, MARKER_OP_ARBITRARY }, { { "==", 2 }, MARKER_OP_EQ }, { { "~=", 2 }, MARKER_OP_COMPATIBLE },
	{ { "!=", 2 }, MARKER_OP_NE },         { { "<=", 2 }, MARKER_OP_LE }, { { ">=", 2 }, MARKER_OP_GE },
	{ { "<", 1 }, MARKER_OP_LT },          { { ">", 1 }, MARKER_OP_GT },  { { "in", 2 }, MARKER_OP_IN },
	{ { "not in", 6 }, MARKER_OP_NOT_IN },
};

#define N_SYMBOLS   8 /* of the operators, those that are not words */
#define N_OPERATORS (sizeof operators / sizeof operators[0])

const char *marker_op_text(enum marker_op op)
{
	for (size_t i = 0; i < N_OPERATORS; i++)
		if (operators[i].op == op) return operators[i].text.p;
	return "";
}

/* --- tokens --- */

static bool refuse(struct parser *p, size_t offset, const char *what)
{
	if (p->e == NULL || err_is_set(p->e)) return false;
	err_set(p->e, ERR_FORMAT, "marker", "%s: '" STR_FMT "'", what, STR_ARG(str_slice(p->text, 0, 200)));
	err_at(p->e, offset);
	return false;
}

static bool skip_space(struct parser *p)
{
	size_t from = p->at;

	while (str_at(p->text, p->at) == ' ' || str_at(p->text, p->at) == '\t') p->at++;
	return p->at != from;
}

/* What may go on a word: a letter outside ASCII does, so that "andé" is not the word "and". */
static bool word_char(char c) { return ascii_alnum(c) || c == '_' || (unsigned char)c >= 0x80; }

static bool take_word(struct parser *p, str word)
{
	if (!str_starts(str_from_pos(p->text, p->at), word) || word_char(str_at(p->text, p->at + word.n))) return false;
	p->at += word.n;
	return true;
}

static bool take_char(struct parser *p, char c)
{
	if (p->at >= p->text.n || p->text.p[p->at] != c) return false;
	p->at++;
	return true;
}

static bool take_symbol(struct parser *p, enum marker_op *op)
{
	str rest = str_from_pos(p->text, p->at);

	for (size_t i = 0; i < N_SYMBOLS; i++) {
		if (!str_starts(rest, operators[i].text)) continue;
		*op = operators[i].op;
		p->at += operators[i].text.n;
		return true;
	}
	return false;
}

static bool parse_op(struct parser *p, enum marker_op *op)
{
	size_t from = p->at;

	if (take_symbol(p, op)) return true;
	if (take_word(p, S("in"))) {
		*op = MARKER_OP_IN;
		return true;
	}
	if (take_word(p, S("not")) && skip_space(p) && take_word(p, S("in"))) {
		*op = MARKER_OP_NOT_IN;
		return true;
	}
	return refuse(p, from, "expected one of <=, <, !=, ==, >=, >, ~=, ===, in, not in");
}

/* --- grammar --- */

static bool parse_string(struct parser *p, char quote, struct marker_operand *out)
{
	size_t from = p->at + 1, length = str_chr(str_from_pos(p->text, from), quote);

	if (length == STR_NONE) return refuse(p, p->at, "a quote that is never closed");
	out->is_variable = false;
	out->text = str_slice(p->text, from, from + length);
	for (size_t i = 0; i < length; i++)
		if (out->text.p[i] == '\n' || out->text.p[i] == '\r' || out->text.p[i] == '\0')
			return refuse(p, from + i, "a line break or NUL inside quotes");
	p->at = from + length + 1;
	return true;
}

static bool parse_operand(struct parser *p, struct marker_operand *out)
{
	size_t from = p->at, to = p->at;
	int variable;

	if (str_at(p->text, from) == '"' || str_at(p->text, from) == '\'') return parse_string(p, p->text.p[from], out);
	while (word_char(str_at(p->text, to)) || str_at(p->text, to) == '.') to++;
	if (to == from) return refuse(p, from, "expected a variable or a quoted string");
	variable = marker_variable_from(str_slice(p->text, from, to));
	if (variable < 0) return refuse(p, from, "unknown variable");
	out->is_variable = true;
	out->variable = (enum marker_variable)variable;
	p->at = to;
	return true;
}

/* PEP 685: names of extras (and of groups, PEP 735) compare, and print, normalised. */
static void normalize_names(struct parser *p, struct marker *m)
{
	if (m->left.is_variable && m->left.variable == MARKER_EXTRA && !m->right.is_variable)
		m->right.text = name_normalize(p->arena, m->right.text);
	else if (m->right.is_variable && !m->left.is_variable &&
	         (m->right.variable == MARKER_EXTRA || marker_is_set(m->right.variable)))
		m->left.text = name_normalize(p->arena, m->left.text);
}

/* op + string as one specifier, read once here instead of at each evaluation. */
static void prepare_clause(struct parser *p, struct marker *m)
{
	if (!m->left.is_variable || m->right.is_variable || m->op == MARKER_OP_IN || m->op == MARKER_OP_NOT_IN) return;
	if (!marker_is_version(m->left.variable) && !marker_may_be_version(m->left.variable)) return;
	specifier_parse_one(p->arena, arena_join(p->arena, str_from(marker_op_text(m->op)), m->right.text), &m->clause);
}

static bool parse_comparison(struct parser *p, struct marker **out)
{
	struct marker *m = arena_new(p->arena, struct marker);

	if (!parse_operand(p, &m->left)) return false;
	skip_space(p);
	if (!parse_op(p, &m->op)) return false;
	skip_space(p);
	if (!parse_operand(p, &m->right)) return false;
	normalize_names(p, m);
	prepare_clause(p, m);
	*out = m;
	return true;
}

static bool parse_list(struct parser *p, struct marker **out);

static bool parse_atom(struct parser *p, struct marker **out)
{
	size_t from;

	skip_space(p);
	from = p->at;
	if (take_char(p, '(')) {
		if (++p->depth > MARKER_DEPTH_MAX) return refuse(p, from, "too many nested parentheses");
		if (!parse_list(p, out)) return false;
		p->depth--;
		if (!take_char(p, ')')) return refuse(p, p->at, "expected ')', 'and' or 'or'");
	} else if (!parse_comparison(p, out)) {
		return false;
	}
	skip_space(p);
	return true;
}

static bool parse_list(struct parser *p, struct marker **out)
{
	struct {
		struct marker_item *p;
		size_t n, cap;
	} items = { 0 };
	struct marker *node = NULL, *list;
	bool after_or = false;

	for (;;) {
		if (!parse_atom(p, &node)) return false;
		if (take_word(p, S("or"))) {
			*vec_push(p->arena, &items) = (struct marker_item){ after_or, node };
			after_or = true;
		} else if (take_word(p, S("and"))) {
			*vec_push(p->arena, &items) = (struct marker_item){ after_or, node };
			after_or = false;
		} else {
			break;
		}
	}
	*out = node;
	if (items.n == 0) return true;
	*vec_push(p->arena, &items) = (struct marker_item){ after_or, node };
	list = arena_new(p->arena, struct marker);
	list->items = items.p;
	list->n = items.n;
	*out = list;
	return true;
}

bool marker_parse_at(struct arena *a, str text, size_t at, struct marker **out, struct err *e)
{
	struct parser p = { .arena = a, .e = e, .text = text, .at = at };
	struct marker *m = NULL;

	if (text.n > MARKER_TEXT_MAX) return refuse(&p, MARKER_TEXT_MAX, "the marker is too long");
	if (!parse_list(&p, &m)) return false;
	if (p.at != text.n) return refuse(&p, p.at, "expected 'and', 'or' or the end of the marker");
	*out = m;
	return true;
}

bool marker_parse(struct arena *a, str text, struct marker **out, struct err *e) { return marker_parse_at(a, text, 0, out, e); }

/* --- looking at a tree; its depth is bounded by MARKER_DEPTH_MAX --- */

bool marker_check(const struct marker *m, struct err *e)
{
	if (m == NULL) return true;
	for (size_t i = 0; i < m->n; i++)
		if (!marker_check(m->items[i].node, e)) return false;
	if (m->items != NULL || m->left.is_variable || m->right.is_variable) return true;
	return e != NULL &&
	       err_set(e, ERR_FORMAT, "marker", "a marker compares two strings: \"" STR_FMT "\" %s \"" STR_FMT "\"",
	               STR_ARG(str_slice(m->left.text, 0, 200)), marker_op_text(m->op), STR_ARG(str_slice(m->right.text, 0, 200)));
}

bool marker_mentions(const struct marker *m, enum marker_variable v)
{
	if (m == NULL) return false;
	for (size_t i = 0; i < m->n; i++)
		if (marker_mentions(m->items[i].node, v)) return true;
	if (m->items != NULL) return false;
	return (m->left.is_variable && m->left.variable == v) || (m->right.is_variable && m->right.variable == v);
}

/* --- printing: once to measure (p is NULL), once to write --- */

struct printer {
	char *p;
	size_t n;
};

static void print(struct printer *out, str s)
{
	for (size_t i = 0; out->p != NULL && i < s.n; i++) out->p[out->n + i] = s.p[i];
	out->n += s.n;
}

static void print_operand(struct printer *out, const struct marker_operand *o)
{
	/* A string with a double quote inside was written in single quotes, so that it holds none of those. */
	str quote = str_chr(o->text, '"') == STR_NONE ? S("\"") : S("'");

	if (o->is_variable) {
		print(out, variable_names[o->variable]);
		return;
	}
	print(out, quote);
	print(out, o->text);
	print(out, quote);
}

static void print_node(struct printer *out, const struct marker *m, bool outermost)
{
	if (m->items == NULL) {
		print_operand(out, &m->left);
		print(out, S(" "));
		print(out, str_from(marker_op_text(m->op)));
		print(out, S(" "));
		print_operand(out, &m->right);
		return;
	}
	if (!outermost) print(out, S("("));
	for (size_t i = 0; i < m->n; i++) {
		if (i != 0) print(out, m->items[i].after_or ? S(" or ") : S(" and "));
		print_node(out, m->items[i].node, false);
	}
	if (!outermost) print(out, S(")"));
}

str marker_text(struct arena *a, const struct marker *m)
{
	struct printer out = { NULL, 0 };

	if (m == NULL) return (str){ NULL, 0 };
	print_node(&out, m, true);
	out = (struct printer){ arena_array(a, char, out.n + 1), 0 };
	print_node(&out, m, true);
	return (str){ out.p, out.n };
}
