/* relock_parts.h: what the files of relock share; for them alone.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_PIPELINE_RELOCK_PARTS_H
#define LAMINA_PIPELINE_RELOCK_PARTS_H

#include "pipeline/private.h"
#include "pipeline/relock.h"
#include "pipeline/resolve.h"

#define RELOCK_TEXT_MAX ((size_t)64 << 20)

/* One lock on its way. */
struct relock_work {
	struct arena *a;
	const struct relock_options *o;
	struct relock *lock;
	VEC(struct target) wanted; /* of the requests */
	bool exists;               /* a lock of ours stands there */
	struct pylock_origin origin;
	str old_text;
	struct wants wants;
	struct private_words words;   /* of the artifacts; relock_choose_policy: and of what says more or less than they do */
	struct str_list kept;         /* options that the lock will name: "prerelease=allow" */
	struct resolve_options solve; /* all that chooses */
	struct index_inputs index;    /* what holds for every lock: with lamina.toml's level */
	struct private_means means;
	struct str_list sources, requires;
	struct notes *notes;
	struct err *e;
};

/* relock_inputs.c: what stands for the dependencies; fills the lock's inputs, folder and path. */
bool relock_inputs(struct arena *a, const struct artifact *artifact, struct locking_options *locking, struct relock *out,
                   struct err *e);
str relock_key(struct arena *a, const struct artifact *artifact);

/* relock_fresh.c */
bool relock_read_wants(struct relock_work *w);
/* What wheels may be made of: what is said now, else what the lock keeps. */
void relock_choose_policy(struct relock_work *w);
/* From the command line, the lock, the project's file. */
bool relock_choose(struct relock_work *w);
/* The digest of all that is asked for; folders: project folders that the answer holds. */
bool relock_digest(struct relock_work *w, const struct str_list *folders, struct sha256 *out);
/* Why the lock is not right; none: it is. */
bool relock_compare(struct relock_work *w, struct str_list *reasons);
/* Files and folders of this computer that are asked for: what stamps must look at. */
void relock_local_inputs(struct relock_work *w, const struct str_list *folders, struct str_list *out);

/* relock.c: writes the lock, where it is to be kept. */
bool relock_keep(struct relock_work *w);

/* relock_solve.c: resolves for the targets, completes the answer, gives the lock's text and keeps it; then tells what changed. */
bool relock_solve(struct relock_work *w);

/* relock_tell.c: what changed against the old lock, into lock->changes, and as notes. */
void relock_tell(struct relock_work *w, const struct resolution *r);

#endif
