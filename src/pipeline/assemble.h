/* assemble.h: plan -> zip file, or the same files as a tree.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A zip is made by copying the wheels' compressed streams and rewriting their headers; only project files and generated texts are
 * deflated. The bytes depend on the plan and on `compress` alone. Each copied stream is checked on the way: a damaged store ends with
 * ERR_FORMAT "zip-stream-damaged" and *damaged = the distribution, so that the caller can drop the wheel, fetch it again and repeat.
 * Output:  appears by rename; nothing is left when it fails. A tree is made beside its place and renamed; what stands there is
 *          replaced only when it is empty, when lamina made it (every name at its top is among `known_names`, those of the last
 *          build) or with `force`. The caller sees to it that
 *          one process at a time writes a tree. What a killed run left beside it goes with the next.
 * --compress small and smallest inflate the wheels' streams and compress them anew; the shorter stream stays.
 * Memory:  the writer's buffers and zip_pack's bound (zip/zip_pack.h); trees are written piece by piece. */
#ifndef LAMINA_PIPELINE_ASSEMBLE_H
#define LAMINA_PIPELINE_ASSEMBLE_H

#include <stdatomic.h>

#include "base/err.h"
#include "base/io.h"
#include "model/artifact.h"
#include "model/plan.h"
#include "model/progress.h"
#include "store/store.h"

struct assemble_options {
	struct store *store;
	size_t jobs;
	uint32_t mode; /* permission bits of a zip */
	bool force;
	const struct str_list *known_names; /* at the top of the tree that lamina made there before; may be NULL */
	const atomic_bool *cancel;
	const struct progress *progress;
};

struct assemble_result {
	uint64_t size; /* of the zip; 0 for a tree */
	uint64_t unzipped_size;
	uint32_t entries;
	bool has_sha256;
	struct sha256 sha256;
	uint64_t inode; /* of the file or folder that was put in place */
};

/* A zip that is complete but not yet in its place: commit, else drop (which tolerates a zeroed, committed or dropped one). */
struct assembled {
	struct io_temp temp;
	struct assemble_result result;
};

/* *damaged is UINT32_MAX unless the error is a damaged or missing wheel of the store. */
bool assemble_zip_make(struct arena *a, const struct artifact *artifact, const struct plan *plan,
                       const struct assemble_options *options, struct assembled *out, uint32_t *damaged, struct err *e);
bool assemble_zip_commit(struct assembled *made, struct assemble_result *out, struct err *e);
void assemble_zip_drop(struct assembled *made);
/* Both at once. */
bool assemble_zip(struct arena *a, const struct artifact *artifact, const struct plan *plan,
                  const struct assemble_options *options, struct assemble_result *out, uint32_t *damaged, struct err *e);
bool assemble_tree(struct arena *a, const struct artifact *artifact, const struct plan *plan,
                   const struct assemble_options *options, struct assemble_result *out, uint32_t *damaged, struct err *e);

#endif
