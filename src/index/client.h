/* client.h: asks the configured indexes for files, and fetches them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * index_list answers "which files does NAME have?" for many names at once. Which index answers is decided by configuration
 * alone:
 *   1. a query that names an index asks that one;
 *   2. else an index whose `packages` globs match the name is the only one asked;
 *   3. else the indexes in order, the default last: the first that knows the name is the one (404 = does not know it; a page
 *      without files is known).
 * 401, 403, 5xx and broken pages are errors and never fall through to the next index (dependency confusion). find-links folders
 * and pages add their files in front of those of the index, as in pip.
 * index_download fetches many files at once into sinks of the caller. file: URLs are served by both.
 * Credentials: of the URL, else of the index at the same origin, else netrc for the host, else (after a 401) keyring.
 * Errors:   ERR_RESOLVE "unknown-project" (404 everywhere), "offline"; ERR_NETWORK "bad-index-page", "http-401", "http-403"
 *           (help says where credentials come from), and those of net/http.h; ERR_USAGE "no-index" when nothing is configured.
 *           `what` names project and host.
 * Lifetime: answers belong to the arena given to each call.
 * Threads:  a client belongs to one thread. */
#ifndef LAMINA_INDEX_CLIENT_H
#define LAMINA_INDEX_CLIENT_H

#include "index/config.h"
#include "index/page.h"
#include "net/http.h"

struct index_client_options {
	const struct env *env;     /* keyring is run with it; may be NULL */
	const atomic_bool *cancel; /* may be NULL */
	struct notes *notes;       /* may be NULL */
	int64_t now;
	uint32_t max_transfers; /* 0 = 32 */
	bool offline;           /* only file: URLs; anything else is ERR_RESOLVE "offline" */
	str user_agent;         /* empty = "lamina/VERSION" */
	void (*log)(void *context, const char *line);
	void (*received)(void *context, uint64_t bytes);
	void *context;
};

struct index_client;

/* config must live as long as the client. Touches nothing. */
struct index_client *index_client_new(const struct index_config *config, const struct index_client_options *options);
void index_client_free(struct index_client *c);

struct index_query {
	str name;  /* normalised */
	str index; /* URL (userinfo allowed) or configured name that must be asked; empty = configuration decides */
	/* Which files to give; NULL = all. Large pages list thousands of files, of which a lock wants few. */
	bool (*wanted)(void *context, const struct index_file *file);
	void *context;
};

struct index_answer {
	str name;
	str index;                 /* URL without credentials that the listed files come from; with find-links alone: that link */
	str status, status_reason; /* PEP 792: "quarantined" files are left out */
	VEC(struct index_file) files; /* find-links first, then the index, each in its order */
	size_t n_find_links;          /* how many of files are from find-links */
};

/* All or nothing: answers[i] belongs to queries[i]. A failure of the network ends the call at once; of unknown projects the
 * first by position is told. */
bool index_list(struct index_client *c, struct arena *a, const struct index_query *queries, size_t n,
                struct index_answer *answers, struct err *e);

/* One file to fetch. The callbacks run on the calling thread of index_download, interleaved with those of other files. */
struct index_download {
	str url;     /* absolute; userinfo allowed (used, never shown) */
	str project; /* for messages; may be empty */
	str index;   /* URL of the index that named the file: its credentials are used at its own origin; may be empty */
	uint64_t max_size;
	bool has_size; /* the exact size is known */
	uint64_t size;
	bool has_range; /* bytes from..to; index_download then answers with exactly these */
	uint64_t range_from, range_to;
	void *context;
	bool (*write)(void *context, const void *bytes, size_t n, struct err *e);
	bool (*restart)(void *context, struct err *e);
	/* All bytes arrived. False with ERR_RESOLVE ("hash-mismatch"): damaged, tried again within the retries. */
	bool (*finish)(void *context, struct err *e);
};

/* All or nothing; the first failure for good stops the others (their sinks get no further call). Files start in the given
 * order. */
bool index_download(struct index_client *c, const struct index_download *downloads, size_t n, struct err *e);

#endif
