/* source_poetry_versions.c: Poetry's version constraints as PEP 440 and as markers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/marker_set.h"
#include "python/poetry_constraint.h"
#include "python/source_poetry.h"

/* --- one clause --- */

struct clause {
	str op, version; /* version without a "v" before it; the end ".*" stays */
};

static bool is_operator(char c) { return c == '<' || c == '>' || c == '=' || c == '!' || c == '~' || c == '^'; }

static bool take_clause(str *rest, struct clause *out)
{
	size_t at = 0, from;
	while (at < rest->n && (rest->p[at] == ',' || ascii_space(rest->p[at]))) at++;
	if (at == rest->n) return false;
	for (from = at; is_operator(str_at(*rest, at));) at++;
	out->op = str_slice(*rest, from, at);
	while (at < rest->n && ascii_space(rest->p[at])) at++;
	for (from = at; at < rest->n && rest->p[at] != ',' && !ascii_space(rest->p[at]) && !is_operator(rest->p[at]);) at++;
	out->version = str_slice(*rest, from, at);
	if (ascii_tolower(str_at(out->version, 0)) == 'v') out->version = str_from_pos(out->version, 1);
	*rest = str_from_pos(*rest, at);
	return true;
}

/* The end of the range: the part at `index` one higher, zeros behind it, as many parts as were written. */
static str bumped(struct arena *a, const struct version *v, size_t index)
{
	str out = str_eq(v->epoch, S("0")) ? (str){ 0 } : arena_join(a, v->epoch, S("!"));
	for (size_t i = 0; i < v->n_release; i++) {
		uint64_t number = 0;
		if (i <= index && !str_u64(v->release[i], &number)) return (str){ 0 };
		if (i == index && number < UINT64_MAX) number++;
		out = arena_fmt(a, i ? STR_FMT ".%llu" : STR_FMT "%llu", STR_ARG(out), (unsigned long long)number);
	}
	return out;
}

static bool is_zero(str digits)
{
	for (size_t i = 0; i < digits.n; i++)
		if (digits.p[i] != '0') return false;
	return true;
}

/* Which part of the version a range of ^, ~ or ~= ends at. */
static size_t last_kept(const struct version *v, str op)
{
	size_t i = 0;
	if (str_eq(op, S("~"))) return v->n_release > 1;
	if (str_eq(op, S("~="))) return v->n_release > 1 ? v->n_release - 2 : 0;
	while (i + 1 < v->n_release && is_zero(v->release[i])) i++;
	return i;
}

/* Lower and upper end of a clause as PEP 440 writes them, joined; empty: any version. Pythons are never written as "==3.9.*". */
static bool clause_text(struct arena *a, const struct clause *c, bool python, str *out)
{
	struct version v;
	str op = c->op, version = c->version;
	bool star = str_ends(version, S(".*")), exact = !op.n || str_eq(op, S("==")) || str_eq(op, S("="));
	if (str_eq(version, S("*")) || !version.n) return *out = (str){ 0 }, version.n > 0;
	if (star) version.n -= 2;
	if (!version_parse(a, version, &v, NULL)) return false;
	if (star && exact && python) {
		*out = arena_fmt(a, ">=" STR_FMT ",<" STR_FMT, STR_ARG(version), STR_ARG(bumped(a, &v, v.n_release - 1)));
	} else if (star) {
		*out = arena_fmt(a, "%s" STR_FMT, exact ? "==" : "!=", STR_ARG(c->version));
		return exact || str_eq(op, S("!="));
	} else if (str_eq(op, S("^")) || str_eq(op, S("~")) || str_eq(op, S("~="))) {
		*out = arena_fmt(a, ">=" STR_FMT ",<" STR_FMT, STR_ARG(version), STR_ARG(bumped(a, &v, last_kept(&v, op))));
	} else {
		*out = arena_fmt(a, STR_FMT STR_FMT, STR_ARG(exact ? S("==") : op), STR_ARG(version));
		return !str_eq(op, S("<>"));
	}
	return true;
}

/* --- constraints --- */

static bool parse(struct source_work *w, const struct toml_value *at, str text, struct poetry_constraint *out)
{
	struct err inner = { 0 };
	if (poetry_constraint_parse(w->a, text, out, &inner)) return true;
	return source_bad_field(w, at, "%s", inner.what);
}

/* The clauses in one text, lower ends first. */
static bool join_clauses(struct arena *a, str text, bool python, str *out)
{
	struct clause c;
	str lower = { 0 }, upper = { 0 }, one;
	while (take_clause(&text, &c)) {
		if (!clause_text(a, &c, python, &one)) return false;
		if (!one.n) continue;
		str *to = one.p[0] == '>' ? &lower : &upper;
		*to = to->n ? arena_fmt(a, STR_FMT "," STR_FMT, STR_ARG(*to), STR_ARG(one)) : one;
	}
	*out = lower.n && upper.n ? arena_fmt(a, STR_FMT "," STR_FMT, STR_ARG(lower), STR_ARG(upper)) : lower.n ? lower : upper;
	return true;
}

static bool bad_clause(struct source_work *w, const struct toml_value *at, str text)
{
	return source_bad_field(w, at, "the version constraint `" STR_FMT "` cannot be read", STR_ARG(str_slice(text, 0, 200)));
}

bool poetry_specifier(struct source_work *w, const struct toml_value *at, str text, str *out, bool *either)
{
	struct poetry_constraint c;
	text = str_trim(text);
	*out = (str){ 0 };
	*either = false;
	if (!text.n || str_eq(text, S("*"))) return true;
	if (!parse(w, at, text, &c)) return false;
	if (str_chr(text, '|') != STR_NONE) return *either = true;
	return join_clauses(w->a, text, false, out) || bad_clause(w, at, text);
}

/* --- Pythons --- */

static bool overlaps(struct source_work *w, const struct interval_set *set, const char *constraint)
{
	struct poetry_constraint one;
	if (!poetry_constraint_parse(w->a, str_from(constraint), &one, NULL)) return false;
	return interval_set_intersect(w->a, set, &one.allowed).n > 0;
}

/* poetry-core sees 3.9's first pre-release below an end "<3.9": it takes 3.9 for allowed. */
static bool ends_at(struct source_work *w, const struct interval_set *set, str minor)
{
	struct version v, first;
	if (!version_parse(w->a, minor, &v, NULL) || !version_parse(w->a, arena_join(w->a, minor, S(".dev0")), &first, NULL))
		return false;
	for (size_t i = 0; i < set->n; i++) {
		struct cut to = set->p[i].to;
		if (to.side == CUT_BELOW && (version_cmp(to.version, &v) == 0 || version_cmp(to.version, &first) == 0)) return true;
	}
	return false;
}

/* Those that a union of ranges leaves out, one by one: there is no "or" in Requires-Python. */
static str union_text(struct source_work *w, const struct interval_set *set)
{
	str low = { 0 }, out = { 0 };
	for (int i = -1; i <= 15; i++) {
		str minor = i < 0 ? S("2.7") : arena_fmt(w->a, "3.%d", i);
		if (!overlaps(w, set, arena_fmt(w->a, STR_FMT ".*", STR_ARG(minor)).p) && !ends_at(w, set, minor))
			out = arena_fmt(w->a, STR_FMT "%s!=" STR_FMT ".*", STR_ARG(out), out.n ? ", " : "", STR_ARG(minor));
		else if (!low.n)
			low = minor;
	}
	return arena_fmt(w->a, ">=" STR_FMT "%s" STR_FMT, STR_ARG(low), out.n ? ", " : "", STR_ARG(out));
}

/* One Python alone: "3.11" is all of 3.11. */
static bool one_version(struct arena *a, str text, struct version *v)
{
	struct clause c;
	if (!take_clause(&text, &c) || str_trim(text).n || str_ends(c.version, S("*"))) return false;
	return (!c.op.n || str_eq(c.op, S("==")) || str_eq(c.op, S("="))) && version_parse(a, c.version, v, NULL);
}

bool poetry_requires_python(struct source_work *w, const struct poetry *p, const struct toml_value *at)
{
	struct poetry_constraint c;
	struct version v;
	str text = str_trim(p->python), *out = &w->facts.requires_python;
	if (!parse(w, at, text, &c)) return false;
	if (str_eq(text, S("*"))) return true;
	if (one_version(w->a, text, &v) && v.n_release < 3) {
		str two = v.n_release == 2 ? v.text : arena_join(w->a, v.text, S(".0"));
		text = arena_join(w->a, v.n_release == 2 ? S("~") : S("^"), two);
		return join_clauses(w->a, text, true, out);
	}
	if (str_chr(text, '|') != STR_NONE || c.allowed.n > 1) return *out = union_text(w, &c.allowed), true;
	return join_clauses(w->a, text, true, out) || bad_clause(w, at, text);
}

bool poetry_python_classifiers(struct source_work *w, const struct poetry *p)
{
	static const char *const pythons[] = { "2",   "2.7",  "3",    "3.4",  "3.5",  "3.6",  "3.7", "3.8",
		                                   "3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15" };
	struct poetry_constraint c;
	str text = str_eq(str_trim(p->python), S("*")) ? S("~2.7 || ^3.4") : p->python;
	if (!poetry_constraint_parse(w->a, text, &c, NULL)) return true; /* told before */
	for (size_t i = 0; i < sizeof pythons / sizeof *pythons; i++) {
		struct version v;
		bool major = !pythons[i][1];
		bool allowed = major ? overlaps(w, &c.allowed, arena_fmt(w->a, "%s.*", pythons[i]).p)
		                     : version_parse(w->a, str_from(pythons[i]), &v, NULL) && interval_set_contains(&c.allowed, &v);
		if (allowed)
			str_list_add_new(w->a, &w->facts.classifiers, arena_fmt(w->a, "Programming Language :: Python :: %s", pythons[i]));
	}
	return true;
}

bool poetry_python_marker(struct source_work *w, const struct toml_value *at, str text, str *out)
{
	struct marker_sets *sets = marker_sets_new(w->a);
	struct interval_set all = { 0 };
	struct version v;
	str rest = str_trim(text), part;
	*out = (str){ 0 };
	if (!rest.n || str_eq(rest, S("*"))) return true;
	/* "3" becomes a comparison that no Python fulfils. */
	if (one_version(w->a, rest, &v) && v.n_release == 1)
		return *out = arena_fmt(w->a, "python_version == \"" STR_FMT "\"", STR_ARG(v.text)), true;
	while (rest.n) {
		struct poetry_constraint c;
		if (!str_cut(rest, '|', &part, &rest)) rest = (str){ 0 };
		part = str_trim(part);
		if (!part.n) continue;
		if (one_version(w->a, part, &v) && v.n_release < 3) part = arena_join(w->a, v.text, S(".*"));
		if (!parse(w, at, part, &c)) return false;
		all = interval_set_union(w->a, &all, &c.allowed);
	}
	uint32_t set = marker_sets_python(sets, &all);
	*out = marker_sets_text(sets, set, MARKER_ALWAYS, MARKER_STYLE_SHORT);
	return true;
}
