/* marker_set.h: markers as sets of environments, with and, or, not, and a short text in the end.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A set is a number that means something to the `struct marker_sets` that gave it: the node of a decision diagram in a fixed order of
 * variables whose equal nodes are one. Two sets of one family are therefore the same environments exactly when their numbers are equal,
 * as far as variables vary independently of each other.
 * What is a variable:
 *     python         python_version and python_full_version together, as intervals of full versions. python_version has two parts:
 *                    python_version > "3.8" is from 3.9 on. Pre-releases of Python are not told apart from what they lead to.
 *     others         implementation_version likewise; == and != of the variables that hold text
 *     yes or no      every other comparison, by its text: `in`, order of texts, platform_release and platform_version (which may
 *                    be versions or not), one variable with another
 * `extra`, `extras` and `dependency_groups` are decided when a set is made, by what was asked for.
 * Source: PyPA "Dependency specifiers"; the idea of the diagram: Bryant 1986, as uv's markers have it.
 * Limits: MARKER_SETS_NODES and MARKER_SETS_STEPS for all sets of one family: what passes them makes it `over`, and answers then are
 *         MARKER_ALWAYS. Nobody meets them but hostile input.
 * Lifetime: the arena's, with views into the markers. Threads: none. */
#ifndef LAMINA_PYTHON_MARKER_SET_H
#define LAMINA_PYTHON_MARKER_SET_H

#include "base/map.h"
#include "python/marker.h"

#define MARKER_SETS_NODES 100000
#define MARKER_SETS_STEPS 4000000
#define MARKER_SETS_FREE  200 /* comparisons that are variables of their own */

#define MARKER_NEVER  0u
#define MARKER_ALWAYS 1u

struct marker_sets;

struct marker_sets *marker_sets_new(struct arena *a);
/* True once a limit was passed. */
bool marker_sets_over(const struct marker_sets *m);

/* How `extra` and the like are decided. */
struct marker_choice {
	const struct str_list *extras, *groups; /* normalised; NULL = none */
	/* extra == "name" holds where the set of that name does (value: set + 1); names that are not there are never on. NULL = extras
	 * decide. */
	const struct map *extra_sets;
	bool any_extra; /* comparisons with `extra` are left out, as if they were not written (poetry-core's without_extras) */
};

/* NULL is always. */
uint32_t marker_sets_from(struct marker_sets *m, const struct marker *marker, const struct marker_choice *choice);
/* Pythons whose full version is in the set. */
uint32_t marker_sets_python(struct marker_sets *m, const struct interval_set *versions);
uint32_t marker_sets_and(struct marker_sets *m, uint32_t x, uint32_t y);
uint32_t marker_sets_or(struct marker_sets *m, uint32_t x, uint32_t y);
uint32_t marker_sets_not(struct marker_sets *m, uint32_t x);
/* Every environment whose Python occurs in the set with some value of the other variables. */
uint32_t marker_sets_only_python(struct marker_sets *m, uint32_t x);
/* Is there an environment of x in which the variables that name the platform agree? (sys_platform win32 means os_name nt and
 * platform_system Windows; linux and darwin alike.) */
bool marker_sets_possible(struct marker_sets *m, uint32_t x);

enum marker_style {
	MARKER_STYLE_SHORT, /* python_version >= "3.9" where that says it; double quotes, as Poetry writes */
	MARKER_STYLE_FULL   /* python_full_version >= '3.9'; single quotes, as uv writes */
};
/* A marker that holds for the environments of x; outside of `given` it may hold or not. Empty when it is always; text of x = never is
 * a comparison that never holds. */
str marker_sets_text(struct marker_sets *m, uint32_t x, uint32_t given, enum marker_style style);

#endif
