/* source_poetry.h: what the files of poetry-core share; private to python/source_poetry*.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source:   Poetry's documentation "The pyproject.toml file", "Dependency specification" (poetry-core 2.5). [project] counts before
 *           [tool.poetry], field by field.
 * Lifetime: views into the project's files and the arena. */
#ifndef LAMINA_PYTHON_SOURCE_POETRY_H
#define LAMINA_PYTHON_SOURCE_POETRY_H

#include "python/interval.h"
#include "python/source_backend.h"

struct poetry {
	const struct toml_value *tool; /* [tool.poetry], or NULL */
	str python;                    /* the constraint that counts; "*" when there is none */
};

/* A member of [tool.poetry], or NULL. */
const struct toml_value *poetry_option(const struct poetry *p, const char *key);

/* --- source_poetry_versions.c --- */
/* A constraint as the clauses of PEP 440, empty when any version will do. A union of ranges cannot be said: false, *either = true. */
bool poetry_specifier(struct source_work *w, const struct toml_value *at, str text, str *out, bool *either);
/* Requires-Python and the classifiers of the Pythons that a constraint allows. */
bool poetry_requires_python(struct source_work *w, const struct poetry *p, const struct toml_value *at);
bool poetry_python_classifiers(struct source_work *w, const struct poetry *p);
/* Which Pythons a dependency is for, as a marker: empty when all. */
bool poetry_python_marker(struct source_work *w, const struct toml_value *at, str text, str *out);

/* --- source_poetry_needs.c --- */
bool poetry_read_needs(struct source_work *w, const struct poetry *p);

/* --- source_poetry_files.c --- */
bool poetry_add_files(struct source_work *w, const struct poetry *p);

#endif
