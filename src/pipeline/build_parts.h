/* build_parts.h: the state of one artifact on its way through the stages; private to pipeline/build*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_PIPELINE_BUILD_PARTS_H
#define LAMINA_PIPELINE_BUILD_PARTS_H

#include "pipeline/assemble.h"
#include "pipeline/build.h"
#include "pipeline/fetch.h"
#include "pipeline/locking.h"
#include "pipeline/plan.h"
#include "pipeline/private.h"
#include "pipeline/provided.h"
#include "pipeline/relock.h"
#include "pipeline/sources.h"
#include "pipeline/stamp.h"

/* Where the packages of some artifacts come from. What one artifact's requirements or pyproject.toml say about indexes is not said for
 * the others: an artifact must not depend on what is built beside it. */
struct build_index {
	str lock_path; /* whose options it has; empty = only what holds for all */
	struct sha256 lock_sha256;
	struct index_inputs inputs;
	struct index_config config;
	str key;
};

struct job {
	const struct artifact *artifact;
	const struct build_index *index;
	struct built *built;
	struct stamp_place place;
	bool done; /* up to date, or nothing to do */
	bool has_stamp;
	struct stamp stamp;
	struct sha256 options_key;
	struct locking locking;
	struct provided_set provided;
	struct source_list sources;
	size_t first_request, n_requests; /* its part of the fetch */
	struct distribution *distributions;
	size_t n_distributions;
	struct str_list local_files; /* wheels of this computer that no hash stands for */
	struct build_go *go;         /* build_go.h; NULL for what is not made by Go */
	bool prepared, current;      /* build_prepare */
	struct sha256 content;
	struct plan plan;
	bool has_shape;
	struct sha256 shape;         /* of all that the zip's bytes depend on (build_same.c) */
	struct assemble_result made; /* what this run put in place, and the file's facts then */
	struct io_stat made_facts;
	uint64_t spent_ms;
	int turn; /* lease of a tree in the making, or -1 */
};

struct build {
	struct arena *a;
	const struct project *project;
	const struct build_options *options;
	struct job *jobs;
	size_t n;
	struct private_means means;
	struct locking_options locking;
	struct relock_set relocked;
	struct fetch_stats stats;
	VEC(struct build_index *) indexes; /* the first holds for all: options, environment, lamina.toml */
	struct fetch_request *requests;    /* of all jobs, with their results */
	struct fetch_result *fetched;
	struct build_go_run *go_run; /* build_go.h; NULL when go builds nothing */
	struct str_list same;        /* names of artifacts that were built with the same bytes for several architectures */
	struct str_list outputs;     /* absolute paths of everything that is built: never a source */
	struct err *e;
};

/* build.c: all that decides the bytes but what go builds, and whether that is what lies there (job.current). Once a job, when its wheels
 * are fetched. */
bool build_prepare(struct build *b, struct job *j);
struct assemble_options build_assemble_options(const struct build *b, const struct job *j);

/* build_index.c: where packages come from. */
bool build_index_begin(struct build *b);
/* Sets the job's index from what its lock says. */
bool build_index_of_lock(struct build *b, struct job *j);
/* The lock has no file for the target: what the index has is added to the error. False. */
bool build_advise(struct build *b, struct job *j);

/* build_guard.c: outputs that would destroy what they are made from. */
bool build_guard(struct build *b);
/* Is `path` the folder, or below it? Both absolute and clean. */
bool build_is_within(str path, str folder);

/* build_notes.c: what is said about every artifact, and the warnings of its record. */
void build_note_runtime(struct build *b, struct job *j);
void build_note_sizes(struct job *j);
/* A zip of executables that Lambda could not unpack is not made (ERR_FORMAT "size-unzipped"). After the plan. */
bool build_fits(const struct job *j, struct err *e);
void build_note_prefer(struct job *j);
void build_note_include(struct job *j);
/* Folders that others lead to, and that lie outside of what belongs together here. After the lock. */
bool build_note_outside(struct build *b, struct job *j);
void build_take_warnings(struct build *b, struct job *j);

/* build_same.c: an artifact with the bytes of one that this run made before is its copy; after the plan. Else *copied stays false. */
bool build_same_copy(struct build *b, struct job *j, struct assemble_result *made, bool *copied);
void build_same_keep(struct job *j, const struct assemble_result *made);
/* Architectures that one zip serves: into the record; and, when the last artifact is done, one note. */
void build_same_tell(struct build *b, struct job *j);
void build_same_note(struct build *b, struct notes *notes);

/* build_stamp.c: may the stamp answer? Sets done and the result. quick: from stat facts; else content has been worked out. */
bool build_from_stamp_quick(struct build *b, struct job *j);
bool build_from_stamp_content(struct build *b, struct job *j, const struct sha256 *content, bool *up_to_date);
/* inode: of the output that this run made. */
bool build_keep_stamp(struct build *b, struct job *j, const struct sha256 *content, uint64_t inode);
/* Waits for the turn to make the tree, and says which names it will have before it is put in place: a killed run then leaves a tree
 * that lamina knows as its own. */
bool build_announce_tree(struct build *b, struct job *j);
/* build_select.c: fetched wheels -> the distributions that the artifact holds. Provided ones need not even be fetched. */
void build_drop_provided_packages(struct job *j);
bool build_distributions(struct build *b, struct job *j, const struct fetch_request *requests,
                         const struct fetch_result *results);

#endif
