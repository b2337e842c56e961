/* fetch.h: locked packages -> verified wheels in the store, each with its record.
 * SPDX-License-Identifier: Apache-2.0
 *
 * For each package: a file that the lock names by digest is taken from the store when it is there, with no page read; else from the URL
 * or path that the lock gives; else from the index page of its name. Where the lock names no file (requirements.txt), the page's listing
 * of the locked version decides, by target tags and allowed hashes; the listing is remembered, so that the choice never depends on what
 * else the store holds and a warm build needs no network. So is the digest of a file at a URL that nobody gives a hash for (until
 * `refresh`); files of this computer without a hash are read each time, since they may change. Downloads run in parallel, each file is hashed while it arrives, and
 * ingestion (pipeline/ingest.h) runs on other threads meanwhile.
 * Errors:  ERR_RESOLVE: "hash-mismatch", "no-wheel" (names the nearest), "sdist-only", "no-such-version", "unknown-project",
 *          "hash-not-listed"; ERR_NETWORK; ERR_FORMAT of ingestion; ERR_RESOLVE "offline" with --offline when something is missing.
 * Notes:   yanked files, files whose index gives no SHA-256, hashes taken from the index. */
#ifndef LAMINA_PIPELINE_FETCH_H
#define LAMINA_PIPELINE_FETCH_H

#include <stdatomic.h>

#include "index/client.h"
#include "lockfile/lockfile.h"
#include "model/note.h"
#include "model/private_policy.h"
#include "model/progress.h"
#include "model/wheel_record.h"
#include "store/store.h"

struct private_means;

struct fetch_options {
	struct store *store;
	const struct env *env;
	const struct index_config *index; /* a client is made of it when something has to be asked or loaded */
	str index_key;                    /* stands for `index` in the names of remembered listings */
	bool offline, refresh;
	bool no_advice; /* errors need not say which other version would do */
	bool look_only; /* nothing is asked, loaded or written; what that leaves open is counted in stats->missing */
	size_t jobs;
	struct str_list allow_record_mismatch; /* normalised names */
	int64_t now;
	const atomic_bool *cancel;
	const struct progress *progress;
	const struct private_means *means;            /* private.h; may be NULL */
	void (*log)(void *context, const char *line); /* -vv; may be NULL */
	void *log_context;
};

/* One wheel that is wanted. */
struct fetch_request {
	const struct locked_package *package;
	const struct lock_target *target;
	const char *lock_format; /* for messages and the note about hashes */
	str lock_folder;         /* relative paths in the lock start here */
	struct private_policy policy;
	const struct private_tree *listed; /* of a folder of source code: as this run has just listed it; NULL: not yet */
	struct notes *notes;               /* of the artifact that wants it */
};

struct fetch_result {
	str file; /* name of the wheel */
	struct sha256 sha256;
	const struct wheel_record *record; /* NULL with look_only when something is missing */
	const struct str_list *inputs;     /* of a folder of source code that was made into the wheel; NULL = none */
	const char *backend;               /* of that folder: "setuptools" */
	bool by_host;                      /* that backend was run here */
	str sdist;                         /* the source distribution that the wheel was made of; empty = none */
	struct sha256 sdist_sha256;        /* of its file */
	uint64_t sdist_size;
	str local; /* a file of this computer that decided the bytes (a path without a hash in the lock): an input; else empty */
};

struct fetch_stats {
	uint64_t pages, downloads, download_bytes, ingested;
	uint64_t missing; /* with look_only: files that are not known, or not in the store with their record */
};

/* results: room for n, in the order of requests. */
bool fetch_wheels(struct arena *a, const struct fetch_request *requests, size_t n, const struct fetch_options *options,
                  struct fetch_result *results, struct fetch_stats *stats, struct err *e);

/* "built demo-1.0.tar.gz here (setuptools)": of every source distribution that is used. */
void fetch_tell_sdist(struct notes *notes, str file, const char *backend, bool by_host);

#endif
