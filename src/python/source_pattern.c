/* source_pattern.c: file patterns as Python's fnmatch and glob, and setuptools' MANIFEST.in, understand them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/source_pattern.h"

#include "base/buf.h"

/* --- one name --- */

/* How "[...]" is read. */
struct classes {
	bool ranges; /* "a-z" */
	bool caret;  /* "^" negates as "!" does */
	bool bytes;  /* a character is a byte */
};

static bool next_char(str s, size_t *at, struct classes how, uint32_t *c)
{
	if (!how.bytes) return utf8_next(s, at, c);
	if (*at >= s.n) return false;
	*c = (unsigned char)s.p[(*at)++];
	return true;
}

static bool negates(char c, struct classes how) { return c == '!' || (c == '^' && how.caret); }

/* The "]" that ends the class which begins at `at`, or STR_NONE: then the "[" is itself. */
static size_t class_end(str pattern, size_t at, struct classes how)
{
	size_t i = at + 1;
	if (negates(str_at(pattern, i), how)) i++;
	if (str_at(pattern, i) == ']') i++;
	while (i < pattern.n && pattern.p[i] != ']') i++;
	return i < pattern.n ? i : STR_NONE;
}

static bool in_class(str inside, uint32_t c, struct classes how)
{
	bool negated = negates(str_at(inside, 0), how), found = false;
	size_t at = negated;
	while (at < inside.n && !found) {
		uint32_t low, high, dash;
		size_t next;
		if (!next_char(inside, &at, how, &low)) return false;
		high = low;
		next = at;
		/* A "-" at either end is itself. */
		if (how.ranges && next_char(inside, &next, how, &dash) && dash == '-' && next_char(inside, &next, how, &high))
			at = next;
		else
			high = low;
		found = c >= low && c <= high;
	}
	return found != negated;
}

/* One element of the pattern against one character; *next is behind the element. "*" is the caller's. */
static bool one(str pattern, size_t at, uint32_t c, struct classes how, size_t *next)
{
	uint32_t p;
	size_t end;
	if (pattern.p[at] == '?') return *next = at + 1, true;
	if (pattern.p[at] == '[' && (end = class_end(pattern, at, how)) != STR_NONE) {
		*next = end + 1;
		return in_class(str_slice(pattern, at + 1, end), c, how);
	}
	*next = at;
	return next_char(pattern, next, how, &p) && p == c;
}

/* After a "*" that failed further on, the last "*" takes one character more: no earlier one has to. */
static bool match(str pattern, str name, struct classes how)
{
	size_t p = 0, n = 0, star = STR_NONE, mark = 0;
	if (pattern.n > PATTERN_MAX) return false;
	for (;;) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = ++p;
			mark = n;
			continue;
		}
		if (n == name.n && p == pattern.n) return true;
		size_t after = n, next;
		uint32_t c;
		bool more = next_char(name, &after, how, &c);
		if (more && p < pattern.n && one(pattern, p, c, how, &next)) {
			p = next;
			n = after;
			continue;
		}
		if (star == STR_NONE || !next_char(name, &mark, how, &c)) return false;
		p = star;
		n = mark;
	}
}

bool pattern_match(str pattern, str name) { return match(pattern, name, (struct classes){ .ranges = true }); }

/* --- paths --- */

static bool part(str pattern, str name, enum pattern_kind kind)
{
	bool magic = pattern_is_magic(pattern);
	if (!magic) return str_eq(pattern, name);
	if (kind == PATTERN_GLOB && str_starts(name, S(".")) && !str_starts(pattern, S("."))) return false;
	return match(
	    pattern, name,
	    (struct classes){ .ranges = kind != PATTERN_MANIFEST, .caret = kind == PATTERN_GIT, .bytes = kind == PATTERN_BYTES });
}

/* The first part of *rest; false when there is none. */
static bool take_part(str *rest, str *first)
{
	if (rest->p == NULL) return false;
	if (!str_cut(*rest, '/', first, rest)) *rest = (str){ 0 };
	return true;
}

static bool crosses(str name, enum pattern_kind kind) { return kind != PATTERN_GLOB || !str_starts(name, S(".")); }

bool pattern_path(str pattern, str path, enum pattern_kind kind)
{
	str p = pattern, n = path, star = { 0 }, mark = { 0 }, want, have;
	bool starred = false;
	if (pattern.n > PATTERN_MAX || str_empty(pattern)) return false;
	for (;;) {
		str p_rest = p, n_rest = n;
		bool any = take_part(&p_rest, &want), more = take_part(&n_rest, &have);
		if (any && kind != PATTERN_PLAIN && str_eq(want, S("**"))) {
			/* A final one stands for what is inside, not for the folder itself. */
			if (p_rest.p == NULL && kind == PATTERN_MANIFEST) return more;
			if (p_rest.p == NULL && !more) return false;
			p = star = p_rest;
			mark = n;
			starred = true;
			if (p_rest.p != NULL) continue;
			while (take_part(&n, &have))
				if (!crosses(have, kind)) return false;
			return true;
		}
		if (!any && !more) return true;
		if (any && more && part(want, have, kind)) {
			p = p_rest;
			n = n_rest;
			continue;
		}
		if (!starred || !take_part(&mark, &have) || !crosses(have, kind)) return false;
		p = star;
		n = mark;
	}
}

bool pattern_names(str pattern, str path, bool folder, enum pattern_kind kind)
{
	if (pattern_path(pattern, path, kind)) return true;
	if (!str_ends(pattern, S("/**")) || kind == PATTERN_PLAIN) return false;
	pattern = str_slice(pattern, 0, pattern.n - 3);
	/* glob does not look whether a plain name is a folder. */
	return (folder || (kind == PATTERN_GLOB && !pattern_is_magic(pattern))) && pattern_path(pattern, path, kind);
}

bool pattern_is_magic(str pattern)
{
	for (size_t i = 0; i < pattern.n; i++)
		if (pattern.p[i] == '*' || pattern.p[i] == '?' || pattern.p[i] == '[') return true;
	return false;
}

str pattern_clean(struct arena *a, str pattern)
{
	struct buf b;
	str rest = pattern, one_part;
	buf_init(&b, pattern.n + 2);
	if (str_starts(pattern, S("/"))) buf_add_char(&b, '/');
	for (bool more = true; more;) {
		more = str_cut(rest, '/', &one_part, &rest);
		if (str_empty(one_part) || str_eq(one_part, S("."))) continue;
		if (b.n && b.p[b.n - 1] != '/') buf_add_char(&b, '/');
		buf_add_str(&b, one_part);
	}
	str out = b.n ? buf_take(&b, a) : S(".");
	buf_release(&b);
	return out;
}
