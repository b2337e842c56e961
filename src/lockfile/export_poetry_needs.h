/* export_poetry_needs.h: a dependency of a Poetry project or of a package in its lock.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Private to export_poetry*.c.
 * Lifetime: the arena of the reader. */
#ifndef LAMINA_LOCKFILE_EXPORT_POETRY_NEEDS_H
#define LAMINA_LOCKFILE_EXPORT_POETRY_NEEDS_H

#include "lockfile/export_poetry.h"

struct poetry_need {
	const struct toml_document *d;
	const struct toml_value *at; /* for messages */
	str name;                    /* normalised */
	struct str_list extras;      /* normalised, sorted */
	bool any;                    /* no constraint of Poetry's kind */
	struct poetry_constraint constraint;
	struct specifier_set specifier; /* of a PEP 508 text */
	str constraint_text;
	const struct poetry_need *also; /* must hold as well */
	char source;                    /* 'g'it, 'p'ath, 'u'rl; 0: an index */
	str revision, url;
	bool optional;
	bool asked;      /* its marker can hold with the extras that were given */
	uint32_t marker; /* comparisons with `extra` left out, as poetry-core does it */
	str key;         /* equal for equal needs but for their markers */
};

struct poetry_needs {
	struct poetry_need *p;
	size_t n, cap;
};

/* A string, or a table with version, markers, extras ...; extras: of the package that needs it, NULL = whatever. */
bool export_poetry_need(struct export_poetry *p, const struct toml_document *d, str name, const struct toml_value *v,
                        const struct str_list *extras, struct poetry_need *out, struct err *e);
/* A PEP 508 text. */
bool export_poetry_text_need(struct export_poetry *p, const struct toml_document *d, const struct toml_value *v,
                             struct poetry_need *out, struct err *e);
/* Do version and kind of source fit? */
bool export_poetry_need_admits(const struct poetry_need *n, const struct poetry_package *package);
/* What the chosen groups of the project ask for. */
bool export_poetry_roots(struct export_poetry *p, struct poetry_needs *out, struct err *e);

#endif
