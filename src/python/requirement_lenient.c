/* requirement_lenient.c: the repairs that published metadata needs.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: uv, lenient_requirement.rs: the same faults in the same order, each repair kept when it changed something, the text read
 * again after each. Every release with such metadata was published before indexes refused it; to refuse it here would make the
 * release invisible. The repairs touch only what stands before the ";": markers may hold quotes and commas. */
#include "python/name.h"
#include "python/requirement.h"

/* A text being rewritten: reads `in` from `at`, writes to p. */
struct rewrite {
	str in;
	size_t at;
	char *p;
	size_t n;
};

static void put(struct rewrite *w, str s)
{
	for (size_t i = 0; i < s.n; i++) w->p[w->n++] = s.p[i];
}

/* A repair looks at w->at; true when it wrote something in place of what stands there and moved w->at. */
typedef bool repair(struct rewrite *w);

static size_t digits_end(str s, size_t at)
{
	while (ascii_digit(str_at(s, at))) at++;
	return at;
}

/* N(.N)* ; `at` when there is none. */
static size_t release_end(str s, size_t at)
{
	size_t end = digits_end(s, at);

	while (end != at && str_at(s, end) == '.' && ascii_digit(str_at(s, end + 1))) end = digits_end(s, end + 1);
	return end;
}

/* ">=7.2.0<8.0.0" -> ">=7.2.0,<8.0.0" */
static bool missing_comma(struct rewrite *w)
{
	char next = str_at(w->in, w->at + 1);

	if (!ascii_digit(w->in.p[w->at]) || next == '\0' || str_chr(S("<>=~^!"), next) == STR_NONE) return false;
	put(w, str_slice(w->in, w->at, w->at + 1));
	put(w, S(","));
	w->at++;
	return true;
}

/* "!=~5.0" -> "!=5.0.*" */
static bool not_equal_tilde(struct rewrite *w)
{
	size_t end = release_end(w->in, w->at + 3);

	if (!str_starts(str_from_pos(w->in, w->at), S("!=~")) || end == w->at + 3) return false;
	put(w, S("!="));
	put(w, str_slice(w->in, w->at + 3, end));
	put(w, S(".*"));
	w->at = end;
	return true;
}

/* ">=1.9.*" -> ">=1.9", for <, <=, >, >= */
static bool ordered_star(struct rewrite *w)
{
	size_t from = w->at, end;

	if (w->in.p[from] != '<' && w->in.p[from] != '>') return false;
	from += str_at(w->in, from + 1) == '=' ? 2 : 1;
	end = release_end(w->in, from);
	if (end == from || !str_starts(str_from_pos(w->in, end), S(".*"))) return false;
	put(w, str_slice(w->in, w->at, end));
	w->at = end + 2;
	return true;
}

/* "!=3.0*" -> "!=3.0.*" */
static bool missing_dot(struct rewrite *w)
{
	if (!ascii_digit(w->in.p[w->at]) || str_at(w->in, w->at + 1) != '*') return false;
	put(w, str_slice(w->in, w->at, w->at + 1));
	put(w, S(".*"));
	w->at += 2;
	return true;
}

/* A comma that nothing follows. */
static bool trailing_comma(struct rewrite *w)
{
	if (w->in.p[w->at] != ',' || str_trim(str_from_pos(w->in, w->at + 1)).n != 0) return false;
	w->at = w->in.n;
	return true;
}

/* ">dev" -> ">0.0.0dev" */
static bool greater_than_dev(struct rewrite *w)
{
	if (!str_starts(str_from_pos(w->in, w->at), S(">dev"))) return false;
	put(w, S(">0.0.0dev"));
	w->at += 4;
	return true;
}

/* "9.0.0a1.0" -> "9.0.0a1" */
static bool trailing_zero(struct rewrite *w)
{
	static const str words[] = { { "a", 1 }, { "b", 1 }, { "rc", 2 }, { "post", 4 }, { "dev", 3 } };
	size_t from = w->at;

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		size_t number = from + words[i].n, end = digits_end(w->in, number);

		if (from == 0 || !ascii_digit(w->in.p[from - 1]) || !str_starts(str_from_pos(w->in, from), words[i])) continue;
		if (end == number || !str_starts(str_from_pos(w->in, end), S(".0"))) continue;
		put(w, str_slice(w->in, from, end));
		w->at = end + 2;
		return true;
	}
	return false;
}

static bool stray_quote(struct rewrite *w)
{
	if (w->in.p[w->at] != '\'' && w->in.p[w->at] != '"') return false;
	w->at++;
	return true;
}

static repair *const repairs[] = { missing_comma,  not_equal_tilde,  ordered_star,  missing_dot,
	                               trailing_comma, greater_than_dev, trailing_zero, stray_quote };

/* The text with the repair made wherever it applies; a repair at most triples what it replaces. */
static str rewrite(struct arena *a, str head, repair *fix, bool *changed)
{
	struct rewrite w = { .in = head, .p = arena_array(a, char, 3 * head.n + 1) };

	*changed = false;
	while (w.at < head.n) {
		if (fix(&w))
			*changed = true;
		else
			w.p[w.n++] = head.p[w.at++];
	}
	return (str){ w.p, w.n };
}

bool requirement_parse_lenient(struct arena *a, str text, struct requirement *out, bool *repaired, struct err *e)
{
	size_t semicolon = str_chr(text, ';');
	str head = str_slice(text, 0, semicolon), tail = str_from_pos(text, semicolon == STR_NONE ? text.n : semicolon);
	struct err first = { 0 };
	bool changed;

	*repaired = false;
	if (requirement_parse(a, text, out, &first)) return true;
	for (size_t i = 0; i < sizeof repairs / sizeof repairs[0] && text.n <= REQUIREMENT_MAX; i++) {
		head = rewrite(a, head, repairs[i], &changed);
		if (!changed || !requirement_parse(a, arena_join(a, head, tail), out, NULL)) continue;
		*repaired = true;
		return true;
	}
	if (e != NULL && !err_is_set(e)) *e = first;
	return false;
}
