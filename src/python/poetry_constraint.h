/* poetry_constraint.h: version constraints as Poetry writes them ("^1.2", "~1.4", ">=2,<3 || 4.*").
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: poetry-core, constraints/version/parser.py, with the answers of its `allows`, except that "!=V" refuses V alone and "<>"
 * means "!=" (poetry-core lets "<>V" mean "==V").
 *     "||" or "|"  union             "," or space  and               "*", "x"  any (also "1.2.*", "1.x")
 *     ^1.2.3 [1.2.3, 2.0.0)  ^0.2.3 [0.2.3, 0.3.0)  ^0.0.3 [0.0.3, 0.0.4)  ^0.0 <0.1  ^0 <1
 *     ~1.2.3 [1.2.3, 1.3)    ~1.2 [1.2, 1.3)        ~1 [1, 2)              ~= as PEP 440 (one release part: as ~)
 *     1.2.3 is ==1.2.3       dev is 0.0.dev0        upper ends are exclusive and refuse their own pre-releases
 * Limits:   POETRY_CONSTRAINT_MAX bytes, POETRY_CLAUSES_MAX clauses.
 * Errors:   ERR_FORMAT "poetry-constraint", err_at.
 * Lifetime: arena. */
#ifndef LAMINA_PYTHON_POETRY_CONSTRAINT_H
#define LAMINA_PYTHON_POETRY_CONSTRAINT_H

#include "python/interval.h"

#define POETRY_CONSTRAINT_MAX (64u * 1024)
#define POETRY_CLAUSES_MAX    1000

struct poetry_constraint {
	struct interval_set allowed;
};

bool poetry_constraint_parse(struct arena *a, str text, struct poetry_constraint *out, struct err *e);
/* Pre-releases count like all versions. */
bool poetry_constraint_allows(const struct poetry_constraint *c, const struct version *v);
/* Is Python 3.minor allowed? Without a full version (empty) TRI_UNKNOWN unless all of 3.minor.* have one answer. */
enum tri poetry_constraint_allows_python(const struct poetry_constraint *c, int minor, str full_version);

#endif
