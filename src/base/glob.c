/* glob.c: matching by remembering only the last star, which is enough within one component, and by one row of a table across
 * components.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/glob.h"

/* One byte of the class that starts at pattern[*at] == '['; moves *at past it. An unclosed class is a literal "[". */
static bool match_class(str pattern, size_t *at, char c)
{
	size_t i = *at + 1;
	bool negated = str_at(pattern, i) == '!' || str_at(pattern, i) == '^';
	if (negated) i++;
	size_t first = i;
	bool hit = false;
	for (; i < pattern.n && (pattern.p[i] != ']' || i == first); i++) {
		char low = pattern.p[i], high = low;
		if (i + 2 < pattern.n && pattern.p[i + 1] == '-' && pattern.p[i + 2] != ']') {
			high = pattern.p[i + 2];
			i += 2;
		}
		if ((unsigned char)low <= (unsigned char)c && (unsigned char)c <= (unsigned char)high) hit = true;
	}
	if (i >= pattern.n) {
		*at += 1;
		return c == '[';
	}
	*at = i + 1;
	return hit != negated;
}

static bool match_component(str pattern, str text)
{
	size_t p = 0, t = 0, star = STR_NONE, resume = 0;
	while (t < text.n) {
		size_t next = p + 1;
		bool one = false;
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			resume = t;
			continue;
		}
		if (p < pattern.n) {
			if (pattern.p[p] == '[') {
				next = p;
				one = match_class(pattern, &next, text.p[t]);
			} else {
				one = pattern.p[p] == '?' || pattern.p[p] == text.p[t];
			}
		}
		if (one) {
			p = next;
			t++;
		} else if (star != STR_NONE) {
			p = star + 1;
			t = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*') p++;
	return p == pattern.n;
}

bool glob_match_name(str pattern, str name) { return pattern.n <= GLOB_MAX && match_component(pattern, name); }

/* Takes the first component off *rest; false when nothing is left. */
static bool next_component(str *rest, str *part)
{
	if (rest->n == 0) return false;
	if (!str_cut(*rest, '/', part, rest)) *rest = (str){ 0 };
	return true;
}

/* Components against components; as in match_component, only the last `**` needs to be remembered. When the pattern ends, the
 * path may go on: a folder's pattern matches what is below it. */
static bool match_path(str pattern, str path)
{
	str star_pattern = { 0 }, star_path = { 0 };
	bool have_star = false;
	for (;;) {
		str pattern_rest = pattern, path_rest = path, want, have;
		if (!next_component(&pattern_rest, &want)) return true;
		if (str_eq(want, S("**"))) {
			if (pattern_rest.n == 0) return path.n > 0;
			have_star = true;
			star_pattern = pattern = pattern_rest;
			star_path = path;
			continue;
		}
		bool more = next_component(&path_rest, &have);
		if (more && match_component(want, have)) {
			pattern = pattern_rest;
			path = path_rest;
			continue;
		}
		if (!have_star || !next_component(&star_path, &have)) return false;
		if (star_path.n == 0) return false;
		pattern = star_pattern;
		path = star_path;
	}
}

bool glob_match(str pattern, str path)
{
	if (pattern.n > GLOB_MAX) return false;
	while (pattern.n > 0 && pattern.p[pattern.n - 1] == '/') pattern.n--;
	bool anchored = str_chr(pattern, '/') != STR_NONE;
	if (str_starts(pattern, S("./"))) pattern = str_from_pos(pattern, 2);
	if (str_starts(pattern, S("/"))) pattern = str_from_pos(pattern, 1);
	if (pattern.n == 0) return false;
	if (anchored) return match_path(pattern, path);
	/* Unanchored: any component may match; then all below it does. */
	str part, rest = path;
	while (next_component(&rest, &part))
		if (match_component(pattern, part)) return true;
	return false;
}
