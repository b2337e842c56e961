/* requirement.c: one dependency specifier (PEP 508). The repairs of published metadata are in requirement_lenient.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/requirement.h"
#include "python/name.h"

struct parser {
	struct arena *arena;
	struct err *e;
	str text;
	size_t at;
};

/* --- tokens --- */

static bool refuse(struct parser *p, size_t offset, const char *what)
{
	if (p->e == NULL || err_is_set(p->e)) return false;
	err_set(p->e, ERR_FORMAT, "requirement", "%s: '" STR_FMT "'", what, STR_ARG(str_slice(p->text, 0, 200)));
	err_at(p->e, offset);
	return false;
}

/* What a specifier or marker found wrong, under the id of this module. */
static bool refuse_part(struct parser *p, size_t offset, const struct err *part)
{
	return refuse(p, part->has_offset ? offset + (size_t)part->offset : offset, part->what);
}

static bool blank(char c) { return c == ' ' || c == '\t'; }

static void skip_space(struct parser *p)
{
	while (blank(str_at(p->text, p->at))) p->at++;
}

static bool at_end(const struct parser *p) { return p->at >= p->text.n; }

static bool take_char(struct parser *p, char c)
{
	if (at_end(p) || p->text.p[p->at] != c) return false;
	p->at++;
	return true;
}

static bool name_char(char c) { return ascii_alnum(c) || c == '-' || c == '_' || c == '.'; }

static bool parse_name(struct parser *p, const char *what, str *out)
{
	size_t from = p->at, to = p->at;

	while (name_char(str_at(p->text, to))) to++;
	*out = str_slice(p->text, from, to);
	if (!name_valid(*out)) return refuse(p, from, what);
	p->at = to;
	return true;
}

/* --- parts --- */

static bool parse_extras(struct parser *p, struct str_list *out)
{
	str name;

	if (!take_char(p, '[')) return true;
	skip_space(p);
	if (take_char(p, ']')) return true;
	for (;;) {
		skip_space(p);
		if (!parse_name(p, "expected the name of an extra", &name)) return false;
		*vec_push(p->arena, out) = name;
		skip_space(p);
		if (take_char(p, ']')) break;
		if (!take_char(p, ',')) return refuse(p, p->at, "expected ',' or ']' after an extra");
	}
	str_list_sort(out);
	return true;
}

/* The list is sorted: equal spellings are neighbours. */
static void drop_repeated(struct str_list *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		if (n == 0 || !str_eq(list->p[n - 1], list->p[i])) list->p[n++] = list->p[i];
	list->n = n;
}

/* All up to the end or white space; other white space than space and tab is a line break that does not belong here. */
static bool parse_url(struct parser *p, str *out)
{
	size_t from;

	skip_space(p);
	from = p->at;
	while (!at_end(p) && !ascii_space(p->text.p[p->at])) p->at++;
	if (p->at == from) return refuse(p, from, "expected a URL after '@'");
	*out = str_slice(p->text, from, p->at);
	if (!at_end(p) && !blank(p->text.p[p->at])) return refuse(p, p->at, "a line break in a requirement");
	return true;
}

/* The clauses, found by their own grammar: "===" may hold commas. The text between is read by specifier_parse. */
static bool parse_clauses(struct parser *p, struct specifier_set *out)
{
	struct specifier_scan scan;
	struct err part = { 0 };
	size_t from, to;

	skip_space(p);
	from = to = p->at;
	while (specifier_scan(p->text, p->at, &scan)) {
		p->at = to = scan.end;
		if (str_at(p->text, p->at) == '+') return refuse(p, p->at, "a local version goes with '==' and '!=' only");
		if (str_starts(str_from_pos(p->text, p->at), S(".*")))
			return refuse(p, p->at, "'.*' goes with '==' and '!=' and a plain release only");
		skip_space(p);
		if (!take_char(p, ',')) break;
		skip_space(p);
	}
	if (!specifier_parse(p->arena, str_slice(p->text, from, to), out, &part)) return refuse_part(p, from, &part);
	return true;
}

static bool parse_specifier(struct parser *p, struct specifier_set *out)
{
	size_t open = p->at;

	if (!take_char(p, '(')) return parse_clauses(p, out);
	if (!parse_clauses(p, out)) return false;
	skip_space(p);
	return take_char(p, ')') || refuse(p, open, "'(' without ')' after the version clauses");
}

static bool parse_marker(struct parser *p, struct requirement *r)
{
	struct err part = { 0 };

	skip_space(p);
	if (at_end(p)) return true;
	if (!take_char(p, ';'))
		return refuse(p, p->at,
		              r->url.n != 0 ? "expected ' ;' or the end after the URL" : "expected a version clause, ';' or the end");
	if (!marker_parse_at(p->arena, p->text, p->at, &r->marker, &part)) return refuse_part(p, 0, &part);
	r->marker_source = str_trim(str_from_pos(p->text, p->at));
	return true;
}

bool requirement_parse(struct arena *a, str text, struct requirement *out, struct err *e)
{
	struct parser p = { .arena = a, .e = e, .text = text };
	struct requirement r = { 0 };

	if (text.n > REQUIREMENT_MAX) return refuse(&p, REQUIREMENT_MAX, "the requirement is too long");
	skip_space(&p);
	if (!parse_name(&p, "expected a project name", &r.name)) return false;
	skip_space(&p);
	if (!parse_extras(&p, &r.extras)) return false;
	drop_repeated(&r.extras);
	skip_space(&p);
	if (take_char(&p, '@')) {
		if (!parse_url(&p, &r.url)) return false;
	} else if (!parse_specifier(&p, &r.specifier)) {
		return false;
	}
	if (!parse_marker(&p, &r)) return false;
	r.text = str_trim(text);
	*out = r;
	return true;
}
