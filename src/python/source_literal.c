/* source_literal.c: a string that stands in a Python file, read without running it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Only what cannot mean anything else counts: an assignment at the first column whose right side is one plain string on that line, and that
 * nothing at the first column assigns again. f-strings, concatenation, calls and conditions are no literals. Lines inside a
 * triple-quoted string are no statements. */
#include "base/buf.h"
#include "python/source_backend.h"

/* --- is it the text that Python reads? --- */

/* PEP 263: "coding:" or "coding=" in a comment on one of the first two lines; the name behind it. */
static bool coding_of(str line, str *name)
{
	line = str_trim(line);
	size_t at = str_find(line, S("coding"));
	if (!str_starts(line, S("#")) || at == STR_NONE) return false;
	char sign = str_at(line, at + 6);
	if (sign != ':' && sign != '=') return false;
	str rest = str_trim(str_from_pos(line, at + 7));
	size_t n = 0;
	while (n < rest.n && (ascii_alnum(rest.p[n]) || str_chr(S("-_."), rest.p[n]) != STR_NONE)) n++;
	*name = str_slice(rest, 0, n);
	return n > 0;
}

static bool is_ascii(str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] >= 0x80) return false;
	return true;
}

static bool is_utf8_name(str name)
{
	return str_ieq(name, S("utf-8")) || str_ieq(name, S("utf8")) || str_ieq(name, S("utf_8"));
}

/* Encodings in which ASCII stands for itself. */
static bool is_above_ascii(str name)
{
	static const char *const names[] = { "ascii",     "us-ascii",   "latin-1",     "latin1", "latin_1",     "iso-8859-1",
		                                 "iso8859-1", "iso_8859_1", "iso-8859-15", "cp1252", "windows-1252" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_ieq(name, str_from(names[i]))) return true;
	return false;
}

bool source_python_plain(str text)
{
	str rest = text, line, name;
	for (int i = 0; i < 2 && str_line(&rest, &line); i++)
		if (coding_of(line, &name) && !is_utf8_name(name) && !(is_above_ascii(name) && is_ascii(text))) return false;
	/* A "\r" alone ends a line, too. */
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '\0' || (text.p[i] == '\r' && str_at(text, i + 1) != '\n')) return false;
	return utf8_valid(text);
}

/* What str.isspace() and str.splitlines() take for blanks and line ends besides the usual ones. */
static bool is_odd_space(uint32_t c)
{
	return c == 0x0b || c == 0x0c || (c >= 0x1c && c <= 0x1f) || c == 0x85 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

bool source_python_odd_space(str text, bool at_ends)
{
	uint32_t c = 0;
	bool odd = false, first = true;
	for (size_t at = 0; utf8_next(text, &at, &c); first = false) {
		odd = is_odd_space(c);
		if (odd && (first || !at_ends)) return true;
	}
	return odd;
}

/* --- strings --- */

/* Line ends within a string are "\n", whatever they are in the file. */
static str plain_ends(struct arena *a, str inside)
{
	struct buf b;
	if (str_chr(inside, '\r') == STR_NONE) return inside;
	buf_init(&b, inside.n + 1);
	for (size_t i = 0; i < inside.n; i++)
		if (inside.p[i] != '\r') buf_add_char(&b, inside.p[i]);
	inside = buf_take(&b, a);
	buf_release(&b);
	return inside;
}

/* Moves past the string that begins at `at` (a quote); content without escapes resolved. False: it does not end. */
static bool skip_string(str text, size_t at, size_t *end, str *inside)
{
	char quote = text.p[at];
	bool triple = str_at(text, at + 1) == quote && str_at(text, at + 2) == quote;
	size_t i = at + (triple ? 3 : 1), from = i;
	for (; i < text.n; i++) {
		if (text.p[i] == '\\') {
			i++;
			continue;
		}
		if (!triple && text.p[i] == '\n') return false;
		if (text.p[i] != quote) continue;
		if (triple && (str_at(text, i + 1) != quote || str_at(text, i + 2) != quote)) continue;
		*inside = str_slice(text, from, i);
		*end = i + (triple ? 3 : 1);
		return true;
	}
	return false;
}

size_t source_python_statement(str text, size_t at)
{
	size_t depth = 0;
	while (at < text.n) {
		char c = text.p[at];
		str inside;
		if (c == '#') {
			while (at < text.n && text.p[at] != '\n') at++;
			continue;
		}
		if (c == '"' || c == '\'') {
			if (!skip_string(text, at, &at, &inside)) return text.n;
			continue;
		}
		if (c == '(' || c == '[' || c == '{') depth++;
		if ((c == ')' || c == ']' || c == '}') && depth) depth--;
		if (c == '\\' && str_at(text, at + 1) == '\n') at++;
		at++;
		if (c == '\n' && depth == 0) break;
	}
	return at;
}

static size_t skip_blanks(str s, size_t at)
{
	while (str_at(s, at) == ' ' || str_at(s, at) == '\t') at++;
	return at;
}

/* \n, \\, \', \", \xNN and octal are left alone but for the quotes and the backslash: versions and summaries have no others. */
static bool unescape(struct arena *a, str inside, str *out)
{
	if (str_chr(inside, '\\') == STR_NONE) {
		*out = arena_str(a, inside);
		return true;
	}
	struct buf b;
	bool ok = true;
	buf_init(&b, inside.n + 1);
	for (size_t i = 0; i < inside.n && ok; i++) {
		char c = inside.p[i];
		if (c == '\\') {
			c = str_at(inside, ++i);
			if (c == '\n') continue;
			if (c == 'n')
				c = '\n';
			else if (c == 't')
				c = '\t';
			else
				ok = c == '\\' || c == '\'' || c == '"';
		}
		buf_add_char(&b, c);
	}
	*out = buf_take(&b, a);
	buf_release(&b);
	return ok;
}

bool source_python_string(struct arena *a, str text, size_t *at, str *value)
{
	char prefix = str_at(text, *at);
	bool raw = prefix == 'r' || prefix == 'R';
	size_t from = *at + (raw || prefix == 'u' || prefix == 'U'), end;
	str inside;
	if (str_at(text, from) != '"' && str_at(text, from) != '\'') return false;
	if (!skip_string(text, from, &end, &inside)) return false;
	*at = end;
	inside = plain_ends(a, inside);
	if (!raw) return unescape(a, inside, value);
	*value = arena_str(a, inside);
	return true;
}

/* The right side: optional annotation, "=", one string, nothing else. */
static bool literal_of(struct arena *a, str statement, size_t at, str *value)
{
	at = skip_blanks(statement, at);
	if (str_at(statement, at) == ':') {
		while (at < statement.n && statement.p[at] != '=' && statement.p[at] != '\n') at++;
	}
	if (str_at(statement, at) != '=' || str_at(statement, at + 1) == '=') return false;
	at = skip_blanks(statement, at + 1);
	if (!source_python_string(a, statement, &at, value)) return false;
	at = skip_blanks(statement, at);
	if (str_at(statement, at) == '#')
		while (at < statement.n && statement.p[at] != '\n') at++;
	return str_trim(str_from_pos(statement, at)).n == 0;
}

static bool names(str statement, str name)
{
	if (!str_starts(statement, name)) return false;
	char next = str_at(statement, skip_blanks(statement, name.n));
	return (next == '=' || next == ':') && !ascii_alnum(str_at(statement, name.n)) && str_at(statement, name.n) != '_';
}

/* `x = NAME = ...` and `x; NAME = ...` set it as well. What is below an `if` or in brackets is not at the top level. */
static bool names_later(str statement, str name)
{
	size_t depth = 0, at = 0;
	char before = '\0'; /* the sign before, blanks left out */
	if (ascii_space(str_at(statement, 0)) || str_find(statement, name) == STR_NONE) return false;
	while (at < statement.n) {
		char c = statement.p[at];
		str inside;
		if (c == '#') {
			while (at < statement.n && statement.p[at] != '\n') at++;
			continue;
		}
		if (c == '"' || c == '\'') {
			if (!skip_string(statement, at, &at, &inside)) return false;
			before = c;
			continue;
		}
		if (c == '(' || c == '[' || c == '{') depth++;
		if ((c == ')' || c == ']' || c == '}') && depth) depth--;
		if (!depth && (before == ';' || before == '=') && names(str_from_pos(statement, at), name)) return true;
		if (!ascii_space(c) && c != '\\') before = c;
		at++;
	}
	return false;
}

bool source_python_literal(struct arena *a, str text, str name, str *value, bool *found)
{
	*found = false;
	if (str_starts(text, S("\xef\xbb\xbf"))) text = str_from_pos(text, 3);
	if (!source_python_plain(text)) return false;
	for (size_t at = 0; at < text.n;) {
		size_t end = source_python_statement(text, at);
		str statement = str_slice(text, at, end);
		at = end;
		if (names_later(statement, name)) {
			*found = false;
			return false;
		}
		if (!names(statement, name)) continue;
		if (*found || !literal_of(a, statement, name.n, value)) {
			*found = false;
			return false;
		}
		*found = true;
	}
	return true;
}

/* Does "a, b as c" bind the name? *plainly: as itself, from a name that is the same in its module. */
static bool binds(str what, str name, bool *plainly)
{
	bool found = false;
	*plainly = false;
	while (what.n) {
		str one, left, right;
		if (!str_cut(what, ',', &one, &what)) what = (str){ 0 };
		one = str_trim(one);
		bool renamed = str_find(one, S(" as ")) != STR_NONE;
		left = renamed ? str_trim(str_slice(one, 0, str_find(one, S(" as ")))) : one;
		right = renamed ? str_trim(str_from_pos(one, str_find(one, S(" as ")) + 4)) : one;
		if (!str_eq(right, name) && !str_eq(right, S("*"))) continue;
		*plainly = !found && str_eq(left, name);
		found = true;
	}
	return found;
}

/* In an import there are no strings: a "#" begins a comment wherever it stands. */
static str without_comments(struct arena *a, str statement)
{
	str out, line;
	struct buf b;
	if (str_chr(statement, '#') == STR_NONE) return statement;
	buf_init(&b, 2 * statement.n + 2);
	while (str_line(&statement, &line)) buf_addf(&b, STR_FMT " ", STR_ARG(str_slice(line, 0, str_chr(line, '#'))));
	out = buf_take(&b, a);
	buf_release(&b);
	return out;
}

bool source_python_imported(struct arena *a, str text, str name, str *module)
{
	bool found = false, plainly;
	if (!source_python_plain(text)) return false;
	for (size_t at = 0; at < text.n;) {
		size_t end = source_python_statement(text, at);
		str statement = str_slice(text, at, end);
		at = end;
		for (str rest = statement, line; str_line(&rest, &line);)
			if (names(str_trim(line), name)) return false;
		if (!str_starts(statement, S("from "))) continue;
		statement = str_trim(without_comments(a, statement));
		size_t middle = str_find(statement, S(" import "));
		if (middle == STR_NONE) continue;
		str from = str_trim(str_slice(statement, 5, middle)), what = str_trim(str_from_pos(statement, middle + 8));
		if (str_starts(what, S("(")) && str_ends(what, S(")"))) what = str_slice(what, 1, what.n - 1);
		if (!binds(what, name, &plainly)) continue;
		/* Of the module beside it, and once. */
		if (found || !plainly || !str_starts(from, S(".")) || from.n < 2 || from.p[1] == '.') return false;
		*module = str_from_pos(from, 1);
		found = true;
	}
	return found;
}

/* inspect.cleandoc turns tabs into blanks, and str.splitlines() knows more line ends: neither is in the first line. */
static bool has_plain_lines(str value)
{
	str line = { 0 };
	value = str_trim(value);
	return !str_line(&value, &line) || (str_chr(line, '\t') == STR_NONE && !source_python_odd_space(line, false));
}

bool source_python_docstring(struct arena *a, str text, str *value, bool *found)
{
	*found = false;
	if (str_starts(text, S("\xef\xbb\xbf"))) text = str_from_pos(text, 3);
	if (!source_python_plain(text)) return false;
	for (size_t at = 0; at < text.n;) {
		char c = text.p[at];
		if (c == '#') {
			while (at < text.n && text.p[at] != '\n') at++;
			continue;
		}
		if (ascii_space(c)) {
			at++;
			continue;
		}
		bool raw = (c == 'r' || c == 'R') && (str_at(text, at + 1) == '"' || str_at(text, at + 1) == '\'');
		if (raw) at++;
		if (str_at(text, at) != '"' && str_at(text, at) != '\'') return true;
		str inside;
		size_t end = source_python_statement(text, at);
		if (!skip_string(text, at, &at, &inside)) return false;
		/* More behind it: two strings that are one, an expression, a tuple. */
		str rest = str_trim(str_slice(text, at, end));
		if (rest.n && rest.p[0] != '#') return true;
		inside = plain_ends(a, inside);
		*found = raw || unescape(a, inside, value);
		if (raw) *value = arena_str(a, inside);
		return *found = *found && has_plain_lines(*value);
	}
	return true;
}
