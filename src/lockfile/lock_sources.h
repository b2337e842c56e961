/* lock_sources.h: the indexes that a Pipfile.lock, or the project beside a pdm.lock, names.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: pipfile-spec 6 ("_meta": "sources"); pdm's [[tool.pdm.source]].
 * What cannot be read gives nothing: refusing it is for the reader of the lock. Variables in URLs are replaced, so that URLs may be
 * secret.
 * Lifetime: the arena's. */
#ifndef LAMINA_LOCKFILE_LOCK_SOURCES_H
#define LAMINA_LOCKFILE_LOCK_SOURCES_H

#include "base/env.h"
#include "base/vec.h"

struct lock_source {
	str name, url;
	str username, password;  /* beside the URL; empty = not said */
	struct str_list include; /* globs of names that come from here and from nowhere else */
	bool is_default;         /* serves what names no other */
	bool is_explicit;        /* serves only what names it */
	bool is_page;            /* lists files instead of projects (--find-links) */
};

struct lock_sources {
	struct lock_source *p;
	size_t n, cap;
};

/* path: of the lock; by its name. */
void lock_sources_read(struct arena *a, str path, const struct env *env, struct lock_sources *out);
/* $NAME and ${NAME} replaced; an unknown one stays. */
str lock_sources_expand(struct arena *a, str text, const struct env *env);

#endif
