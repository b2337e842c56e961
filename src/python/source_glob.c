/* source_glob.c: the patterns of Python's glob and pathlib over a listed tree.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Unlike base/glob.h a pattern means the whole path and nothing below it. "**" as a whole part stands for any number of parts. In
 * glob's patterns (not in pathlib's) `*`, `?` and "**" do not match names that begin with a dot. */
#include "base/glob.h"
#include "python/source_backend.h"

#define PARTS_MAX 128

struct parts {
	str p[PARTS_MAX];
	size_t n;
};

static bool split(str text, struct parts *out)
{
	out->n = 0;
	while (text.n) {
		str part;
		if (!str_cut(text, '/', &part, &text)) text = (str){ 0 };
		if (part.n == 0 || str_eq(part, S("."))) continue;
		if (out->n == PARTS_MAX) return false;
		out->p[out->n++] = part;
	}
	return true;
}

/* reach[j]: the first i parts of the pattern match the first j of the path. One row a part: no exponential search. */
bool source_glob_match(str pattern, str path, bool hidden)
{
	struct parts want, have;
	bool reach[PARTS_MAX + 1] = { true };
	if (!split(pattern, &want) || !split(path, &have)) return false;
	for (size_t i = 0; i < want.n; i++) {
		bool stars = str_eq(want.p[i], S("**"));
		bool before = reach[0];
		reach[0] = stars && before;
		for (size_t j = 1; j <= have.n; j++) {
			bool now = reach[j];
			bool dotted = !hidden && have.p[j - 1].p[0] == '.';
			if (stars)
				reach[j] = now || (reach[j - 1] && !dotted);
			else
				reach[j] = before && !(dotted && want.p[i].p[0] != '.') && glob_match_name(want.p[i], have.p[j - 1]);
			before = now;
		}
	}
	return reach[have.n];
}

bool source_has_magic(str pattern)
{
	return str_chr(pattern, '*') != STR_NONE || str_chr(pattern, '?') != STR_NONE || str_chr(pattern, '[') != STR_NONE;
}
