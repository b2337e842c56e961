/* private.h: the folder of a private project -> its wheel, in the store; nothing of it is run unless the policy allows that.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The folder is listed, the rules of its build backend say what the wheel holds (python/source_wheel.h), and the wheel is made:
 * deterministic, with a RECORD, kept in the store like any other wheel. What comes after (records, plans, zips) sees no difference.
 * Nothing changed: the wheel is known by the digest of its names and contents; finding it again reads the files and writes nothing. A
 *           file that did not change keeps the compressed stream of the wheel that was made before.
 * Refused:  what the rules cannot read ("cannot-build") is built by the project's own backend with policy.host (private_host.h).
 * Modes:    0755 for scripts, "#!" and ELF executables, else 0644: never the host's.
 * Inputs:   the folder's files and names, for stamps: a new file is noticed as a changed one is.
 * Errors:   ERR_FORMAT "source-special", "source-link", "source-name", "source-too-many" (private_tree), those of python/source_wheel.h;
 *           ERR_IO "not-found", "source-changed".
 * Threads:  starts threads of its own for reading; the call belongs to one. */
#ifndef LAMINA_PIPELINE_PRIVATE_H
#define LAMINA_PIPELINE_PRIVATE_H

#include <stdatomic.h>

#include "base/err.h"
#include "index/config.h"
#include "lockfile/lockfile.h"
#include "model/note.h"
#include "model/private_policy.h"
#include "model/progress.h"
#include "python/source_wheel.h"
#include "store/store.h"

/* What a build by the project's own backend needs (policy.host): where its requirements come from, and whom to tell. One for a run. */
struct private_means {
	const struct env *env;
	const struct index_inputs *index; /* with the level of lamina.toml filled in */
	struct store *store;
	size_t jobs;
	const struct str_list *build_constraints; /* files; NULL: none but those of the environment */
	const struct str_list *outputs;           /* absolute paths of what the run writes, which is no source; NULL: nothing */
	bool offline, refresh;
	bool look_only;  /* nothing is run or written */
	bool will_build; /* whoever asks for metadata wants the wheel next */
	int64_t now;
	const atomic_bool *cancel;
	const struct progress *progress;
	void (*log)(void *context, const char *line); /* -vv; may be NULL */
	void *log_context;
};

struct private_tree;

struct private_options {
	struct store *store;
	size_t jobs;
	bool look_only; /* nothing is written */
	str archive;    /* the source distribution that the folder was made of: its name; empty = a folder of the user's */
	struct private_policy policy;
	const struct private_means *means; /* NULL: as if policy.host were false */
	const struct lock_target *target;  /* that the wheel must fit; NULL: likewise */
	const struct private_tree *listed; /* the folder as this run has just listed it; NULL: not yet */
	const struct index_config *config; /* of the lock that is read, for build requirements; NULL: that of means */
	const atomic_bool *cancel;
};

/* Of a run's means, for one target. means may be NULL: then there is no store, and nothing but reading is possible. */
struct private_options private_options_of(const struct private_means *means, struct private_policy policy,
                                          const struct lock_target *target);

struct private_wheel {
	str file; /* name of the wheel */
	struct sha256 sha256;
	uint64_t size;
	bool stored;            /* false only with look_only: it would have to be made */
	const char *backend;    /* "setuptools" */
	bool by_host;           /* that backend was run: policy.host */
	struct str_list inputs; /* paths on disk of what decided, and "FOLDER/" + STAMP_NAMES_ALL for folders whose names did */
};

bool private_wheel_make(struct arena *a, str folder, const struct private_options *options, struct notes *notes,
                        struct private_wheel *out, struct err *e);

/* Name, version and needs of the project: by reading, else, where the policy allows it, from its own backend. Of out, name, version,
 * requires_python, requires_dist, provides_extra and inputs (paths in the folder) are set. */
bool private_metadata(struct arena *a, str folder, const struct private_options *options, struct notes *notes,
                      struct source_wheel *out, struct err *e);

/* private_tree.c: a folder as the rules look at it. facts[i] and faults[i] belong to tree.entries[i]; folders: names on disk, for
 * stamps. A fault says why an entry cannot be packed or read; NULL: it can. */
struct private_tree {
	struct source_tree tree;
	str folder;
	const struct io_stat *facts;
	const char *const *faults;
	struct str_list folders;
};
/* False with the error when the entry has a fault. */
bool private_tree_take(struct arena *a, const struct private_tree *t, const struct source_entry *entry, struct err *e);
/* means may be NULL. */
bool private_tree_list(struct arena *a, str folder, const struct private_means *means, struct private_tree *out, struct err *e);
/* Refuses a name that is no folder of a project, before anything is read or written because of it. */
bool private_folder_check(struct arena *a, str folder, struct err *e);

#endif
