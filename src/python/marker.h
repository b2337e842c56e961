/* marker.h: PEP 508 environment markers, evaluated with three values.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Dependency specifiers" (PEP 508, PEP 685, PEP 751 for the sets `extras` and `dependency_groups`). A value of the
 * environment may be unknown before run time; a comparison is then unknown unless it has one answer for all values, and
 * and/or follow Kleene. Version-typed fields (python_version, python_full_version, implementation_version) compare by PEP 440
 * with pre-releases allowed, when what stands right of the operator makes a specifier with it; platform_release and
 * platform_version only when both sides are versions. All else compares as text: == != in not in as in Python; >=, <=, ~=, ===
 * as ==; < and > false. `extra` compares with the set of requested extras: == is "one of them", != "none of them".
 * Strings have no escapes: a backslash is itself; line breaks and NUL are refused.
 * Limits: MARKER_DEPTH_MAX levels of parentheses, MARKER_TEXT_MAX bytes.
 * Errors: ERR_FORMAT "marker", err_at.
 * Lifetime: arena. */
#ifndef LAMINA_PYTHON_MARKER_H
#define LAMINA_PYTHON_MARKER_H

#include "base/vec.h"
#include "python/specifier.h"

#define MARKER_DEPTH_MAX 100
#define MARKER_TEXT_MAX  (256u * 1024)

enum marker_variable {
	MARKER_OS_NAME,
	MARKER_SYS_PLATFORM,
	MARKER_PLATFORM_MACHINE,
	MARKER_PLATFORM_PYTHON_IMPLEMENTATION,
	MARKER_PLATFORM_RELEASE,
	MARKER_PLATFORM_SYSTEM,
	MARKER_PLATFORM_VERSION,
	MARKER_PYTHON_VERSION,
	MARKER_PYTHON_FULL_VERSION,
	MARKER_IMPLEMENTATION_NAME,
	MARKER_IMPLEMENTATION_VERSION,
	MARKER_N_ENVIRONMENT, /* the eleven that an environment gives values to */
	MARKER_EXTRA = MARKER_N_ENVIRONMENT,
	MARKER_EXTRAS,
	MARKER_DEPENDENCY_GROUPS
};

struct marker_environment {
	/* p == NULL: unknown. python_full_version unknown with python_version known: the interval rule (X.Y.0 <= v < X.(Y+1).dev0);
	 * implementation_version follows the same rule when implementation_name is cpython. */
	str values[MARKER_N_ENVIRONMENT];
	const struct str_list *extras; /* requested: feeds `extra` (set semantics) and `extras`; NULL = none */
	const struct str_list *groups; /* feeds `dependency_groups`; NULL = none */
};

struct marker; /* parsed tree */

/* "os_name" ...; NULL-safe name of a variable and the reverse (legacy spellings included; -1 when unknown). */
const char *marker_variable_name(enum marker_variable v);
int marker_variable_from(str name);

bool marker_parse(struct arena *a, str text, struct marker **out, struct err *e);
/* The marker from position `at` to the end of the text; err_at counts from the beginning of the text. */
bool marker_parse_at(struct arena *a, str text, size_t at, struct marker **out, struct err *e);
/* False (ERR_FORMAT "marker") when a comparison has no variable ('"a" == "b"'): such a marker can be read and printed, but not
 * evaluated. marker_evaluate takes such a comparison as false. */
bool marker_check(const struct marker *m, struct err *e);
/* marker NULL = always true. */
enum tri marker_evaluate(const struct marker *m, const struct marker_environment *env);
/* Evaluates with `assumed` values filling what `env` leaves unknown when the whole marker is unknown; *was_assumed tells. */
bool marker_decide(const struct marker *m, const struct marker_environment *env, const struct marker_environment *assumed,
                   bool *was_assumed);
/* Single spaces, double quotes, redundant parentheses removed, operands in written order (as `packaging` prints it). */
str marker_text(struct arena *a, const struct marker *m);
/* True when the marker mentions the variable anywhere. */
bool marker_mentions(const struct marker *m, enum marker_variable v);

#endif
