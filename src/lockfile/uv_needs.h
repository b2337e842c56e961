/* uv_needs.h: requirements as a uv.lock recorded them and as a pyproject.toml has them, in one form.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Private to the uv reader.
 * Source: uv's Lock::satisfies (0.13): the requirements of a list are a set, compared by name, extras, marker and version
 *         clauses or source. tool.uv.sources replaces what a requirement says about its source; where that depends on
 *         markers, only the name is compared. A list that cannot be read for certain is `unknown`, and compares as the same.
 * Lifetime: arena, views into the documents. */
#ifndef LAMINA_LOCKFILE_UV_NEEDS_H
#define LAMINA_LOCKFILE_UV_NEEDS_H

#include "base/map.h"
#include "lockfile/marker_same.h"
#include "lockfile/reader.h"

#define UV_NEEDS_MAX      100000 /* of one list */
#define UV_NEEDS_SAME_MAX 100    /* of one name */

enum uv_place {
	UV_PLACE_INDEX,
	UV_PLACE_GIT,
	UV_PLACE_URL,
	UV_PLACE_TREE,     /* path, directory, editable, virtual; a member of the workspace */
	UV_PLACE_DIRECT,   /* one of the three before, which is not told apart */
	UV_PLACE_SOMETIMES /* a source under conditions */
};

struct uv_need {
	str name;
	struct str_list extras; /* normalised, sorted */
	struct specifier_set specifier;
	struct marker *marker;
	enum uv_place place;
	str where;         /* URL, path below the lock's folder, or "tag=v1" of git; p == NULL: not compared */
	enum tri editable; /* of a tree */
	const struct toml_document *d;
	const struct toml_value *at;
};

struct uv_needs {
	VEC(struct uv_need) list;
	bool unknown;
};

/* A project file as requirements are read from it. */
struct uv_project {
	struct toml_document d;
	str folder;               /* below the lock's folder; "." for the one beside it */
	struct map sources;       /* normalised name -> entry of tool.uv.sources */
	const struct map *shared; /* those of the workspace's root, or NULL */
};

void uv_project_init(struct arena *a, struct uv_project *p);
/* Adds requires-dist and the like; NULL adds nothing. */
void uv_needs_locked(struct arena *a, const struct toml_document *d, const struct toml_value *list, struct uv_needs *out);
/* Adds a list of PEP 508 texts; extra (may be empty) is what they stand under. Tables in it are left to the caller. */
void uv_needs_project(struct arena *a, const struct uv_project *p, const struct toml_value *list, str extra,
                      struct uv_needs *out);
/* False when the sets differ; then *project is what has no equal in the lock, *locked what has none in the project, of one name
 * where possible (either may be NULL). Sorts both lists. */
bool uv_needs_same(struct marker_scope *scope, struct uv_needs *project, struct uv_needs *locked,
                   const struct uv_need **in_project, const struct uv_need **in_lock);
/* "idna[x]>=3; python_version < \"3.9\"", for messages. */
str uv_need_text(struct arena *a, const struct uv_need *n);

#endif
