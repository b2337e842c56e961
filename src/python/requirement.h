/* requirement.h: one dependency specifier (PEP 508): name[extras] (specifier | @ url) ; marker.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Dependency specifiers" (PEP 508):
 *     name [extras]? ( @ URL (space ; marker)? | (clauses or "(" clauses ")")? (; marker)? )
 * White space is space and tab; a URL runs to white space, so that a marker after it needs a space before its ";". A comma may
 * end the clauses.
 * Limits: REQUIREMENT_MAX bytes.
 * Errors: ERR_FORMAT "requirement", err_at.
 * Lifetime: arena; views into the text. */
#ifndef LAMINA_PYTHON_REQUIREMENT_H
#define LAMINA_PYTHON_REQUIREMENT_H

#include "python/marker.h"

#define REQUIREMENT_MAX (256u * 1024)

struct requirement {
	str text;               /* the whole, trimmed */
	str name;               /* as written */
	struct str_list extras; /* as written, sorted, each spelling once; compare with name_same */
	struct specifier_set specifier;
	str url;               /* empty when there is none */
	struct marker *marker; /* NULL when there is none */
	str marker_source;     /* as written */
};

bool requirement_parse(struct arena *a, str text, struct requirement *out, struct err *e);
/* As requirement_parse, after the repairs that published metadata needs (uv's lenient list: missing commas, "!=3.0*", stray
 * quotes ...); *repaired tells whether one was made. For registry metadata only, never for what users write. */
bool requirement_parse_lenient(struct arena *a, str text, struct requirement *out, bool *repaired, struct err *e);

#endif
