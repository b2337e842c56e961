/* relock.h: the locks that lamina keeps beside requirements files and projects: which one, is it right, and making it right.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which:    what is a lock already is used as it is (poetry.lock, uv.lock, others' pylock.toml, a requirements file with hashes, whatever
 *           --lock names). Anything else has a lock that lamina writes beside it: NAME.txt and NAME.in -> pylock.NAME.toml (dots in NAME
 *           become "-"; several files: names joined by "+", beside the first), a folder with pyproject.toml or setup.cfg -> pylock.toml.
 *           Standard input and pipes are resolved each time; no lock is written for them.
 * Right:    [tool.lamina] of the lock names the digest of what is asked for (struct wants, the options that choose, the bytes of files and
 *           folders of this computer that are asked for), and its targets contain those that are wanted. Nothing is asked of an index.
 * Making:   one resolution for the targets that are wanted and those that the lock has. The versions of the lock are tried first. Targets
 *           that only the lock has, and that stand in the way, are dropped (said). Artifacts of a lamina.toml that have the same inputs
 *           share one lock, whichever of them is built. Written to a temporary file, synced, renamed; unchanged bytes are not written.
 * Options:  those of `lamina lock` stay in the lock until others are given. What a project file says itself comes before them.
 * Errors:   those of lockfile/wants.h and pipeline/resolve.h; ERR_RESOLVE "lock-outdated" (--locked, --check), "lock-missing"; ERR_USAGE
 *           "lock-clash" (the lock belongs to other inputs), "lock-foreign" (somebody else wrote it), "not-to-lock"; ERR_IO.
 * Lifetime: the arena's. */
#ifndef LAMINA_PIPELINE_RELOCK_H
#define LAMINA_PIPELINE_RELOCK_H

#include <stdatomic.h>

#include "index/config.h"
#include "lockfile/pylock_write.h"
#include "lockfile/wants.h"
#include "model/progress.h"
#include "pipeline/locking.h"
#include "pipeline/project.h"
#include "store/store.h"

enum relock_mode {
	RELOCK_WRITE,  /* make it right */
	RELOCK_LOCKED, /* --locked, --check: an error when it is not right */
	RELOCK_FROZEN, /* --frozen: take it unread against its inputs; without one, files that pin everything are taken as they are */
	RELOCK_NO_LOCK, /* --no-lock: as if there were none, and none is written */
	RELOCK_LOOK     /* nothing is asked or written: says what would be done */
};

struct relock_options {
	const struct env *env;
	struct store *store;
	const struct index_inputs *index; /* as build.h has it */
	const struct project *project;
	enum relock_mode mode;
	bool offline, refresh;
	bool dry_run; /* resolve, and write nothing */
	bool brief;   /* no note that says what was locked: the caller does */
	bool upgrade_all;
	struct str_list upgrade; /* names */
	/* Of `lamina lock`; empty = not said. "default" takes an option back. */
	str prerelease, resolution, exclude_newer;
	struct private_words private;
	struct str_list build_constraints; /* files */
	bool will_build;                   /* wheels of private projects are wanted next */
	str output;                        /* another place for the lock */
	size_t jobs;
	uint32_t file_mode; /* permission bits of a lock */
	int64_t now;        /* seconds */
	const atomic_bool *cancel;
	const struct progress *progress;
	void (*log)(void *context, const char *line); /* -vv; may be NULL */
	void *log_context;
};

struct relock_change {
	str name, from, to; /* versions; empty: it is new, or gone */
};

enum relock_state {
	RELOCK_AS_IT_IS, /* the inputs are a lock */
	RELOCK_FRESH,    /* the lock was right */
	RELOCK_WRITTEN,  /* made right, or would have been (dry_run) */
	RELOCK_MADE,     /* resolved, for this run alone */
	RELOCK_STALE,    /* RELOCK_LOOK: it would be made right */
	RELOCK_UNREAD    /* RELOCK_FROZEN */
};

/* One lock, and who has it. */
struct relock {
	str key;    /* stands for the inputs */
	str shown;  /* the inputs, for people: "requirements-layer.txt" */
	str folder; /* of the lock */
	struct str_list requirements;
	struct str_list packages; /* folders of private projects */
	str project;              /* folder or project file; empty for requirements */
	bool is_stream;
	str stream_text;
	str lock_path; /* what is read: the lock; of as-it-is inputs empty */
	str text;      /* its bytes */
	enum relock_state state;
	str stands;                        /* as it is: the lock that stands for a folder */
	bool asks_nothing;                 /* requirements without a single one: as it is, but no lock */
	bool excludes;                     /* names are left out on purpose (exclude-dependencies): the answer is not closed */
	bool changed;                      /* its bytes are new, or would be */
	struct lock_options options;       /* what requirements files say about indexes */
	struct private_policy policy;      /* of the options, lamina.toml, the lock */
	struct str_list inputs;            /* files that were read, for stamps */
	struct str_list targets;           /* of the lock */
	struct str_list reasons;           /* why it was not right */
	VEC(struct relock_change) changes; /* by name */
	size_t n_packages;
	struct notes *notes; /* of the first artifact that has it */
};

struct relock_set {
	VEC(struct relock *) list;
};

/* An artifact and where notes about it go. */
struct relock_request {
	const struct artifact *artifact;
	struct notes *notes;
};

/* All locks of the requests, each once. */
bool relock_run(struct arena *a, const struct relock_request *requests, size_t n, struct locking_options *locking,
                const struct relock_options *options, struct relock_set *out, struct err *e);
/* The artifact's lock; NULL without dependencies, or when nothing was asked. */
const struct relock *relock_of(const struct relock_set *set, const struct artifact *artifact);

/* The lock beside an artifact's inputs, whether or not it is there yet; empty when the inputs are a lock themselves. */
bool relock_beside(struct arena *a, const struct artifact *artifact, const struct env *env, str *path, struct err *e);

/* Artifacts for the targets of the lock that stands beside requirements files or a project, one each: what `lamina lock -r FILE` means
 * when no runtime is given. None when there is no such lock. */
bool relock_targets(struct arena *a, const struct build_request *request, const struct env *env, struct project *out,
                    struct err *e);

#endif
