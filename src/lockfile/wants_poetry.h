/* wants_poetry.h: what Poetry reads in a pyproject.toml: [tool.poetry] and its tables of dependencies.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Private to wants*.c.
 * Source: poetry-core 2.5, factory.py and dependency_group.py; Poetry's documentation "Dependency specification".
 * Two kinds of list: where [project] (or [dependency-groups]) names requirements of a list, Poetry's table of the same list only adds to
 *          those of the same name (source, markers, narrower versions); where it names none, the table is the list.
 * Lifetime: the arena's. */
#ifndef LAMINA_LOCKFILE_WANTS_POETRY_H
#define LAMINA_LOCKFILE_WANTS_POETRY_H

#include "lockfile/wants_reader.h"

/* One alternative of one name. */
struct poetry_dependency {
	struct want want; /* neither extra nor group */
	bool optional;
	bool never;  /* its markers contradict each other */
	size_t next; /* index + 1 of the next alternative of the name; 0: none */
};

struct poetry_wants {
	VEC(struct poetry_dependency) list;
	struct map first; /* name -> index + 1 of the first alternative */
};

/* A table of dependencies, but for "python". NULL is an empty one. */
bool wants_poetry_table(struct wants_project *p, const struct toml_value *table, struct poetry_wants *out, struct err *e);
/* Adds the want w of [project] or a group as p->enrich has it. v is where it stands. */
bool wants_poetry_enrich(struct wants_project *p, const struct toml_value *v, const struct want *w, struct err *e);
/* Adds a whole table with the group of `as`. */
bool wants_poetry_add(struct wants_project *p, const struct poetry_wants *list, const struct want *as, struct err *e);

/* Reads [tool.poetry.dependencies]: afterwards p->enrich is set when [project] has lists of its own. */
bool wants_poetry_main(struct wants_project *p, struct err *e);
bool wants_poetry_indexes(struct wants_project *p, struct err *e);

/* wants_poetry_entry.c: one entry of a table. */
bool wants_poetry_entry(struct wants_project *p, str name, uint32_t key_offset, const struct toml_value *v,
                        struct poetry_dependency *out, struct err *e);
/* A set of Pythons as a specifier ("^2.7 || ^3.5" is ">=2.7,!=3.0.*,...,<4"); gaps that no specifier can name are closed. */
str wants_python_text(struct arena *a, const struct interval_set *set);

#endif
