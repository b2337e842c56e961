/* name.c: project and extra names.
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/name.h"

static bool name_separator(char c) { return c == '-' || c == '_' || c == '.'; }

bool name_valid(str name)
{
	if (name.n == 0 || name.n > NAME_MAX_BYTES) return false;
	if (!ascii_alnum(name.p[0]) || !ascii_alnum(name.p[name.n - 1])) return false;
	for (size_t i = 1; i + 1 < name.n; i++)
		if (!ascii_alnum(name.p[i]) && !name_separator(name.p[i])) return false;
	return true;
}

str name_normalize(struct arena *a, str name)
{
	char *p = arena_array(a, char, name.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < name.n; i++) {
		if (!name_separator(name.p[i]))
			p[n++] = ascii_tolower(name.p[i]);
		else if (i == 0 || !name_separator(name.p[i - 1]))
			p[n++] = '-';
	}
	return (str){ p, n };
}

/* The next character of the normalised form, from *at on; '\0' at the end. */
static char name_next(str name, size_t *at)
{
	if (*at >= name.n) return '\0';
	if (!name_separator(name.p[*at])) return ascii_tolower(name.p[(*at)++]);
	while (*at < name.n && name_separator(name.p[*at])) ++*at;
	return '-';
}

bool name_same(str a, str b)
{
	size_t i = 0, j = 0;

	while (i < a.n && j < b.n)
		if (name_next(a, &i) != name_next(b, &j)) return false;
	return i == a.n && j == b.n;
}
