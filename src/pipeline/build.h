/* build.h: the main job: artifacts -> outputs, doing only what changed.
 * SPDX-License-Identifier: Apache-2.0
 *
 * For each artifact: the stamp may answer at once; else lock (its lock is written or renewed where lamina keeps it, relock.h), fetch (for all artifacts together), plan, and - unless the plan's
 * content and the output are those of the stamp - assemble. A wheel of the store that turns out damaged while it is copied is fetched
 * again, and the artifact made anew (twice at most).
 * Nothing here prints: results, notes and progress go to the caller. The first error ends the run; finished artifacts stay. */
#ifndef LAMINA_PIPELINE_BUILD_H
#define LAMINA_PIPELINE_BUILD_H

#include <stdatomic.h>

#include "base/env.h"
#include "index/config.h"
#include "model/build_result.h"
#include "model/progress.h"
#include "pipeline/project.h"
#include "store/store.h"

enum build_dump { DUMP_NONE, DUMP_PROJECT, DUMP_LOCK, DUMP_FETCH, DUMP_PLAN };

struct build_options {
	const struct env *env;
	struct store *store;
	const struct index_inputs *index; /* options, environment; the project and requirements files add to it */
	bool offline, refresh, force, frozen;
	bool locked, no_lock; /* relock.h */
	bool upgrade_all;
	struct str_list upgrade;
	struct str_list build_constraints; /* --build-constraint: files */
	bool only_look;                    /* --check, --dry-run: nothing is fetched or written */
	bool want_depends;                 /* fill in built.depends */
	size_t jobs;
	uint32_t mode; /* permission bits of a zip: 0666 less the umask */
	enum build_dump dump;
	struct buf *dump_out;
	struct str_list allow_record_mismatch;
	int64_t now_ns;                 /* wall clock at start */
	uint64_t (*monotonic_ms)(void); /* for elapsed_ms */
	const atomic_bool *cancel;
	const struct progress *progress;
	void (*log)(void *context, const char *line); /* -vv: one line a request; may be NULL */
	void *log_context;
	void (*tool_says)(void *context, str line); /* what a compiler says, as it comes; may be NULL */
	void *tool_context;
};

struct built {
	const struct artifact *artifact;
	struct build_result result;
	struct str_list depends; /* every input once, for --depfile; empty unless wanted */
	struct notes notes;      /* about this artifact */
};

/* results: room for project->artifacts.n. *finished tells how many are done when it fails. each is called as soon as one is done. */
bool build_run(struct arena *a, const struct project *project, const struct build_options *options,
               void (*each)(void *context, struct built *built), void *context, struct built *results, size_t *finished,
               struct err *e);

#endif
