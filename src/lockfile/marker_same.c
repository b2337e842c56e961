/* marker_same.c: compares markers by their answers.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Glossary: an axis is a list of things that change together (a platform is sys_platform, platform_system and os_name); a point takes
 * one of each axis. */
#include "lockfile/marker_same.h"

#include "python/version.h"

enum axis { AXIS_PYTHON, AXIS_PLATFORM, AXIS_IMPLEMENTATION, AXIS_MACHINE, AXIS_RELEASE, AXIS_VERSION, AXIS_EXTRAS, N_AXES };

struct platform {
	str sys_platform, system, os_name;
};

struct implementation {
	str name, python_implementation;
};

struct comparison {
	struct marker_scope *scope;
	struct arena *a;
	struct str_list literals[MARKER_DEPENDENCY_GROUPS + 1];
	bool over; /* too much is named */
	struct str_list pythons;
	VEC(struct platform) platforms;
	VEC(struct implementation) implementations;
	VEC(struct str_list) extras;
	size_t n[N_AXES];
};

/* --- what the markers name --- */

static bool next_word(str *rest, str *word, bool *quoted)
{
	size_t at = 0;
	while (at < rest->n && (rest->p[at] == ' ' || rest->p[at] == '(' || rest->p[at] == ')')) at++;
	*rest = str_from_pos(*rest, at);
	if (str_empty(*rest)) return false;
	char c = rest->p[0];
	*quoted = c == '"' || c == '\'';
	if (*quoted) {
		str after = str_from_pos(*rest, 1);
		size_t end = str_chr(after, c);
		*word = str_slice(after, 0, end);
		*rest = end == STR_NONE ? S("") : str_from_pos(after, end + 1);
		return true;
	}
	for (at = 0; at < rest->n && rest->p[at] != ' ' && rest->p[at] != '(' && rest->p[at] != ')';) at++;
	*word = str_slice(*rest, 0, at);
	*rest = str_from_pos(*rest, at);
	return true;
}

static void add_literal(struct comparison *c, int variable, str text)
{
	struct str_list *list = &c->literals[variable];
	if (list->n >= MARKER_SAME_LITERALS)
		c->over = true;
	else
		str_list_add_new(c->a, list, text);
}

/* The value, and for `in` the values that it lists ("3.8 3.9", "linux, darwin"). */
static void add_literals(struct comparison *c, int variable, str text)
{
	size_t from = 0;
	add_literal(c, variable, text);
	for (size_t i = 0; i <= text.n; i++) {
		char x = str_at(text, i);
		if (i < text.n && x != ' ' && x != ',' && x != '|') continue;
		if (i > from && (i < text.n || from > 0)) add_literal(c, variable, str_slice(text, from, i));
		from = i + 1;
	}
}

/* Comparisons of the printed form: an operand, an operator, an operand. */
static void collect(struct comparison *c, const struct marker *m)
{
	str rest = m ? marker_text(c->a, m) : S(""), word, text = { 0 };
	int variable = -1, have = 0;
	bool quoted;
	if (rest.n > MARKER_SAME_TEXT) c->over = true;
	while (!c->over && next_word(&rest, &word, &quoted)) {
		int named = quoted ? -1 : marker_variable_from(word);
		if (!quoted && named < 0) continue;
		if (quoted)
			text = word;
		else
			variable = named;
		if (++have < 2) continue;
		if (variable >= 0 && text.p) add_literals(c, variable, text);
		variable = -1;
		have = 0;
		text = (str){ 0 };
	}
}

/* --- axes --- */

static void add_python(struct comparison *c, uint64_t major, uint64_t minor, uint64_t patch)
{
	struct version v;
	str text = arena_fmt(c->a, "%u.%u.%u", (unsigned)major, (unsigned)minor, (unsigned)patch);
	if (!version_parse(c->a, text, &v, NULL) || !specifier_matches(&c->scope->python, &v, text)) return;
	str_list_add_new(c->a, &c->pythons, text);
}

static void add_pythons_around(struct comparison *c, str text)
{
	uint64_t part[3] = { 0 };
	struct version v;
	if (str_ends(text, S(".*"))) text = str_slice(text, 0, text.n - 2);
	if (!version_parse(c->a, text, &v, NULL)) return;
	for (size_t i = 0; i < 3 && i < v.n_release; i++)
		if (!str_u64(v.release[i], &part[i]) || part[i] > 10000) return;
	add_python(c, part[0], part[1], part[2]);
	add_python(c, part[0], part[1], part[2] + 1);
	add_python(c, part[0], part[1] + 1, 0);
	if (part[2]) add_python(c, part[0], part[1], part[2] - 1);
	if (part[1]) add_python(c, part[0], part[1] - 1, 20);
	if (v.n_release == 1) add_python(c, part[0] + 1, 0, 0);
}

static void make_pythons(struct comparison *c)
{
	static const enum marker_variable variables[] = { MARKER_PYTHON_VERSION, MARKER_PYTHON_FULL_VERSION,
		                                              MARKER_IMPLEMENTATION_VERSION };
	const struct specifier_set *python = &c->scope->python;
	size_t named = 0;
	for (size_t i = 0; i < 3; i++) named += c->literals[variables[i]].n;
	if (!named) {
		*vec_push(c->a, &c->pythons) = S("3.12.1"); /* asked by nobody */
		return;
	}
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < c->literals[variables[i]].n; j++) add_pythons_around(c, c->literals[variables[i]].p[j]);
	for (size_t i = 0; i < python->n && i < MARKER_SAME_LITERALS; i++) add_pythons_around(c, python->clauses[i].text);
	add_python(c, 3, 99, 0);
}

static const struct platform known_platforms[] = {
	{ { "linux", 5 }, { "Linux", 5 }, { "posix", 5 } },
	{ { "darwin", 6 }, { "Darwin", 6 }, { "posix", 5 } },
	{ { "win32", 5 }, { "Windows", 7 }, { "nt", 2 } },
};
#define N_PLATFORMS (sizeof known_platforms / sizeof *known_platforms)

static bool is_known(str text)
{
	for (size_t i = 0; i < N_PLATFORMS; i++)
		if (str_eq(text, known_platforms[i].sys_platform) || str_eq(text, known_platforms[i].system) ||
		    str_eq(text, known_platforms[i].os_name))
			return true;
	return false;
}

/* uv takes platform_system and sys_platform of the common systems for one question, and some pairs for impossible: only what exists
 * proves a difference. */
static void make_platforms(struct comparison *c)
{
	static const enum marker_variable variables[] = { MARKER_SYS_PLATFORM, MARKER_PLATFORM_SYSTEM, MARKER_OS_NAME };
	for (size_t i = 0; i < N_PLATFORMS; i++) *vec_push(c->a, &c->platforms) = known_platforms[i];
	*vec_push(c->a, &c->platforms) = (struct platform){ S("-"), S("-"), S("-") };
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < c->literals[variables[i]].n; j++) {
			str text = c->literals[variables[i]].p[j];
			struct platform p = { S("-"), S("-"), S("posix") };
			if (is_known(text)) continue;
			*(i == 0 ? &p.sys_platform : i == 1 ? &p.system : &p.os_name) = text;
			*vec_push(c->a, &c->platforms) = p;
		}
}

static void make_implementations(struct comparison *c)
{
	const struct str_list *names = &c->literals[MARKER_IMPLEMENTATION_NAME];
	const struct str_list *pythons = &c->literals[MARKER_PLATFORM_PYTHON_IMPLEMENTATION];
	*vec_push(c->a, &c->implementations) = (struct implementation){ S("cpython"), S("CPython") };
	*vec_push(c->a, &c->implementations) = (struct implementation){ S("pypy"), S("PyPy") };
	*vec_push(c->a, &c->implementations) = (struct implementation){ S("-"), S("-") };
	for (size_t i = 0; i < names->n; i++)
		if (!str_ieq(names->p[i], S("cpython")) && !str_ieq(names->p[i], S("pypy")))
			*vec_push(c->a, &c->implementations) = (struct implementation){ names->p[i], S("-") };
	for (size_t i = 0; i < pythons->n; i++)
		if (!str_ieq(pythons->p[i], S("cpython")) && !str_ieq(pythons->p[i], S("pypy")))
			*vec_push(c->a, &c->implementations) = (struct implementation){ S("-"), pythons->p[i] };
}

/* None, each, all. */
static void make_extras(struct comparison *c)
{
	struct str_list all = { 0 };
	for (int v = MARKER_EXTRA; v <= MARKER_DEPENDENCY_GROUPS; v++)
		for (size_t i = 0; i < c->literals[v].n; i++) str_list_add_new(c->a, &all, c->literals[v].p[i]);
	(void)vec_push(c->a, &c->extras);
	for (size_t i = 0; i < all.n; i++) *vec_push(c->a, &c->extras) = (struct str_list){ &all.p[i], 1, 1 };
	if (all.n > 1) *vec_push(c->a, &c->extras) = all;
}

static size_t make_axes(struct comparison *c)
{
	size_t points = 1;
	make_pythons(c);
	make_platforms(c);
	make_implementations(c);
	make_extras(c);
	*vec_push(c->a, &c->literals[MARKER_PLATFORM_MACHINE]) = S("-");
	*vec_push(c->a, &c->literals[MARKER_PLATFORM_RELEASE]) = S("-");
	*vec_push(c->a, &c->literals[MARKER_PLATFORM_VERSION]) = S("-");
	c->n[AXIS_PYTHON] = c->pythons.n;
	c->n[AXIS_PLATFORM] = c->platforms.n;
	c->n[AXIS_IMPLEMENTATION] = c->implementations.n;
	c->n[AXIS_MACHINE] = c->literals[MARKER_PLATFORM_MACHINE].n;
	c->n[AXIS_RELEASE] = c->literals[MARKER_PLATFORM_RELEASE].n;
	c->n[AXIS_VERSION] = c->literals[MARKER_PLATFORM_VERSION].n;
	c->n[AXIS_EXTRAS] = c->extras.n;
	for (size_t i = 0; i < N_AXES && points <= MARKER_SAME_POINTS; i++) points *= c->n[i];
	return points;
}

/* --- points --- */

static void take_point(const struct comparison *c, size_t point, struct marker_environment *env)
{
	size_t at[N_AXES];
	for (size_t i = 0; i < N_AXES; i++) {
		at[i] = point % c->n[i];
		point /= c->n[i];
	}
	str full = c->pythons.p[at[AXIS_PYTHON]];
	env->values[MARKER_PYTHON_FULL_VERSION] = env->values[MARKER_IMPLEMENTATION_VERSION] = full;
	env->values[MARKER_PYTHON_VERSION] = str_slice(full, 0, str_rchr(full, '.'));
	env->values[MARKER_SYS_PLATFORM] = c->platforms.p[at[AXIS_PLATFORM]].sys_platform;
	env->values[MARKER_PLATFORM_SYSTEM] = c->platforms.p[at[AXIS_PLATFORM]].system;
	env->values[MARKER_OS_NAME] = c->platforms.p[at[AXIS_PLATFORM]].os_name;
	env->values[MARKER_IMPLEMENTATION_NAME] = c->implementations.p[at[AXIS_IMPLEMENTATION]].name;
	env->values[MARKER_PLATFORM_PYTHON_IMPLEMENTATION] = c->implementations.p[at[AXIS_IMPLEMENTATION]].python_implementation;
	env->values[MARKER_PLATFORM_MACHINE] = c->literals[MARKER_PLATFORM_MACHINE].p[at[AXIS_MACHINE]];
	env->values[MARKER_PLATFORM_RELEASE] = c->literals[MARKER_PLATFORM_RELEASE].p[at[AXIS_RELEASE]];
	env->values[MARKER_PLATFORM_VERSION] = c->literals[MARKER_PLATFORM_VERSION].p[at[AXIS_VERSION]];
	env->extras = env->groups = &c->extras.p[at[AXIS_EXTRAS]];
}

static bool same_answers(struct comparison *c, const struct marker *x, const struct marker *y)
{
	size_t points = make_axes(c);
	if (points > MARKER_SAME_POINTS || points > c->scope->budget) return true;
	c->scope->budget -= points;
	for (size_t i = 0; i < points; i++) {
		struct marker_environment env = { 0 };
		take_point(c, i, &env);
		if (marker_evaluate(x, &env) != marker_evaluate(y, &env)) return false;
	}
	return true;
}

bool marker_same(struct marker_scope *scope, const struct marker *x, const struct marker *y)
{
	if (!x && !y) return true;
	struct arena_mark mark = arena_mark(scope->a);
	struct comparison c = { .scope = scope, .a = scope->a };
	bool same = x && y && str_eq(marker_text(c.a, x), marker_text(c.a, y));
	if (!same) {
		collect(&c, x);
		collect(&c, y);
		same = c.over || same_answers(&c, x, y);
	}
	arena_rewind(scope->a, mark);
	return same;
}
