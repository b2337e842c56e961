/* build_parts.h: the state of one artifact on its way through the stages; private to pipeline/build*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_PIPELINE_BUILD_PARTS_H
#define LAMINA_PIPELINE_BUILD_PARTS_H

#include "pipeline/build.h"
#include "pipeline/fetch.h"
#include "pipeline/locking.h"
#include "pipeline/plan.h"
#include "pipeline/provided.h"
#include "pipeline/sources.h"
#include "pipeline/stamp.h"

struct job {
	const struct artifact *artifact;
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
	struct plan plan;
	uint64_t spent_ms;
};

struct build {
	struct arena *a;
	const struct project *project;
	const struct build_options *options;
	struct job *jobs;
	size_t n;
	struct fetch_stats stats;
	struct index_inputs inputs; /* options and environment, lamina.toml, then what locks say */
	struct index_config index;
	str index_key;
	struct err *e;
};

/* build_index.c: where packages come from. */
bool build_index_begin(struct build *b);
bool build_index_add_lock(struct build *b, const struct job *j);

/* build_stamp.c: may the stamp answer? Sets done and the result. quick: from stat facts; else content has been worked out. */
bool build_from_stamp_quick(struct build *b, struct job *j);
bool build_from_stamp_content(struct build *b, struct job *j, const struct sha256 *content, bool *up_to_date);
bool build_keep_stamp(struct build *b, struct job *j, const struct sha256 *content);
/* build_select.c: fetched wheels -> the distributions that the artifact holds. */
bool build_distributions(struct build *b, struct job *j, const struct fetch_request *requests, const struct fetch_result *results);

#endif
