/* locking_own.h: does a project that is named by its folder come along itself, beside what its lock says it needs?
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rule:   who names the project (`project`, --project) means what its own tool would install: the locked dependencies, and the project
 *         itself when it is a package. It is one when [tool.uv] package says so, else when its pyproject.toml has a [build-system];
 *         `package-mode = false` of Poetry and `distribution = false` of pdm say that it is none. Without a pyproject.toml a setup.py makes
 *         it one. Locks that list everything that is to be installed (pylock.toml of others, requirements files, Pipfile.lock) say it
 *         themselves, with a directory or `-e .`.
 * Not so: with --only-group and without the project's own dependencies; when --exclude names it, or --only names others; when `source` or
 *         `files` take Python files of the package already, since nothing may come twice; and (said) when there is nothing to install:
 *         such a project is an application whose lock is all that it is for.
 * Sources: poetry install (package-mode), uv sync (tool.uv.package), pdm sync (distribution).
 * Errors: ERR_RESOLVE "cannot-build" and those of python/source_wheel.h, with a help that tells how to leave the package out. */
#ifndef LAMINA_PIPELINE_LOCKING_OWN_H
#define LAMINA_PIPELINE_LOCKING_OWN_H

#include "pipeline/locking.h"
#include "pipeline/private.h"
#include "pipeline/sources.h"

/* Adds to out->set. own: the project's name, normalised; empty when it is no package. */
bool locking_own_add(struct arena *a, const struct artifact *artifact, struct locking_options *options, struct notes *notes,
                     struct locking *out, str *own, struct err *e);

/* The listing that it was judged by, when this is such a package; else NULL. */
const struct private_tree *locking_own_tree(const struct locking_options *options, const struct locked_package *package);

/* A folder as a locked package, by what its project files say. */
bool locking_add_folder(struct arena *a, str folder, const struct source_wheel *wheel, str from_file, struct locking *out,
                        struct err *e);

#endif
