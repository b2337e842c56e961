/* locking.h: the lock stage: an artifact's inputs of dependencies -> the set of locked packages for its target.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Inputs that lamina locks itself have been locked before (relock.h): here their lock is read like any other.
 * One artifact may name several requirements files (one set) or one lock or one project folder. A project folder stands for the lock in
 * it: pylock.toml, poetry.lock, uv.lock, pdm.lock or Pipfile.lock (more than one is an error that asks for --lock); without any of them,
 * requirements.txt; and for the project itself, when it is a package (locking_own.h). --only and --exclude are applied here when the lock knows dependencies, else after the wheels are there.
 * Errors: those of lockfile/, ERR_USAGE "two-locks", ERR_IO "not-found", ERR_RESOLVE "not-pinned". */
#ifndef LAMINA_PIPELINE_LOCKING_H
#define LAMINA_PIPELINE_LOCKING_H

#include "base/buf.h"
#include "base/env.h"
#include "lockfile/lockfile.h"
#include "model/artifact.h"

struct locking {
	struct locked_set set;
	struct lock_options options; /* what a requirements file said about indexes */
	struct lock_target target;
	struct private_policy policy;         /* what wheels may be made of: options, lamina.toml, the lock that lamina keeps */
	struct str_list watched;              /* "FOLDER/" + STAMP_NAMES_ALL: names that would have made another answer */
	const struct locked_package *refused; /* when the call fails: the package that no file fits; else NULL */
	bool pruned;                          /* --only/--exclude are done */
	bool resolved;   /* by lamina, from what indexes said of the wheels: closure.h has to compare with the wheels */
	bool incomplete; /* the format does not list dependencies: closure.h has to check */
	bool undecided;  /* the lock would have to be written first: the set is empty (only where nothing may be written) */
	bool of_project; /* the pyproject.toml beside the lock says where packages come from */
};

/* Inputs that can be read only once: "-", pipes. Kept by the caller, since several artifacts may share one. */
struct locking_stream {
	str path, text;
};

struct relock_set;
struct private_means;
struct source_list;
struct locking_own; /* locking_own.h */

struct locking_options {
	const struct env *env;
	const struct source_list *sources; /* what the artifact takes as files; NULL: nothing */
	bool frozen;
	const struct relock_set *relocked; /* NULL: inputs are locks as they stand */
	const struct private_means *means; /* private.h; may be NULL */
	VEC(struct locking_stream) streams;
	VEC(struct locking_own *) own; /* projects that were looked at, each once a run */
};

/* The set is empty when the artifact has no dependencies. */
bool locking_read(struct arena *a, const struct artifact *artifact, struct locking_options *options, struct notes *notes,
                  struct locking *out, struct err *e);
/* What a target answers, for lockfile/ and the resolver. */
void locking_target(struct arena *a, const struct target *target, struct lock_target *out);
/* "-", /dev/stdin and `<(...)` have no size: they are read to their end, once. *found: the path is such a one; it then becomes the name
 * under which its text is kept. */
bool locking_stream_read(struct arena *a, struct locking_options *options, str *path, str *text, bool *found, struct err *e);
/* The lock that stands for a project folder. */
bool locking_in_folder(struct arena *a, str folder, str *path, struct err *e);
/* The same, where the uv.lock of the workspace stands for its members. *member: it does. */
bool locking_of_project(struct arena *a, str folder, str *path, bool *member, struct err *e);
/* --dump lock: one JSON object a package. */
bool locking_dump(const struct locking *l, struct buf *out);

#endif
