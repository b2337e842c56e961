/* index_levels.h: what lamina.toml, requirements files and project files say about indexes, as levels of index/config.h.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A build asks for it by the lock that it reads, locking by what the lock is made from: the answer must be the same.
 * Lifetime: the arena's. */
#ifndef LAMINA_PIPELINE_INDEX_LEVELS_H
#define LAMINA_PIPELINE_INDEX_LEVELS_H

#include "index/config.h"
#include "lockfile/lockfile.h"
#include "pipeline/project.h"

/* [index.*] of lamina.toml. */
void index_level_of_project(struct arena *a, const struct project *project, struct index_level *level);
/* Options of requirements files; nothing is added when they say nothing. */
void index_level_of_options(struct arena *a, const struct lock_options *options, str origin, struct index_inputs *inputs);
/* [[tool.uv.index]] and [[tool.poetry.source]] of a folder's pyproject.toml. What cannot be read is for its own reader to refuse. */
void index_level_of_pyproject(struct arena *a, str folder, const struct env *env, struct index_inputs *inputs);

/* The sources of a Pipfile.lock, and of the project beside a pdm.lock; other locks say nothing. The index that this lamina was built
 * with is left out: configuration may replace it. */
void index_level_of_lock(struct arena *a, str lock, const struct env *env, struct index_inputs *inputs);

#endif
