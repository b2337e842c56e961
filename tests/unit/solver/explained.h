/* explained.h: a registry and the whole error that its requirements end with.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_TESTS_SOLVER_EXPLAINED_H
#define LAMINA_TESTS_SOLVER_EXPLAINED_H

#include "registry.h"

/* "error: ...", then "why: ..." and "help: ..." a line each, as they are shown without colour; then the names that take part. */
static inline str explained(struct arena *a, const char *registry, const char *root)
{
	struct registry r;
	struct solver_answer out = { 0 };
	struct solver_failure failure = { 0 };
	struct solver_options options = { .root = str_from(root) };
	struct err e = { 0 };
	str text, names = { NULL, 0 };

	registry_read(&r, str_from(registry));
	if (registry_solve(&r, &options, &out, &failure, &e)) {
		text = arena_str(a, registry_answer(&r, &out));
		registry_end(&r);
		return text;
	}
	for (size_t i = 0; i < failure.packages.n; i++)
		names = arena_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(names), i != 0 ? " " : "", STR_ARG(failure.packages.p[i]));
	text = arena_fmt(a, "error: %s\n", e.what);
	if (e.why[0] != '\0') text = arena_fmt(a, STR_FMT "why: %s\n", STR_ARG(text), e.why);
	if (e.help[0] != '\0') text = arena_fmt(a, STR_FMT "help: %s\n", STR_ARG(text), e.help);
	registry_end(&r);
	return arena_fmt(a, STR_FMT "names: " STR_FMT "\n", STR_ARG(text), STR_ARG(names));
}

#endif
