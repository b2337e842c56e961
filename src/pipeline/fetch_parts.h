/* fetch_parts.h: what the files of the fetch stage share; private to pipeline/fetch*.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A `wanted` is one file that the build needs, whatever number of artifacts ask for it. It goes through: identity (which file, from
 * which listing) -> in the store -> with a record. */
#ifndef LAMINA_PIPELINE_FETCH_PARTS_H
#define LAMINA_PIPELINE_FETCH_PARTS_H

#include "base/map.h"
#include "pipeline/fetch.h"
#include "pipeline/private.h"

/* Bytes of one wheel at most. */
#define FETCH_FILE_MAX ((uint64_t)2 << 30)

struct wanted {
	str project, version;
	str file;  /* name of the wheel */
	str url;   /* empty: not known (the store may have it all the same) */
	str path;  /* local file instead of a URL */
	str index; /* for credentials; empty = none */
	bool has_sha256;
	struct sha256 sha256;          /* what the bytes must have; computed ones once they are there */
	const struct str_list *others; /* further digests that must match, "sha512:hex"; may be NULL */
	const struct str_list *any;    /* requirements.txt: one of these must match; may be NULL */
	str local;                     /* file of this computer that it is read from; empty = none */
	bool by_place;                 /* neither lock nor page give a SHA-256: the bytes at the address are the answer */
	str folder;                    /* of source code that the wheel was made of; empty = none */
	const struct str_list *inputs; /* of that folder */
	const char *backend;           /* likewise */
	bool by_host;                  /* likewise: private.h */
	bool sdist;                    /* a source distribution: what is used is the wheel that is made of it */
	str subdirectory;              /* of the project in it */
	struct wanted *wheel;          /* once that is known */
	str memory;                    /* under which name its digest is remembered; empty = not */
	bool proved;                   /* others and any are known to match */
	bool has_size;
	uint64_t size;
	bool remembered;    /* url and digest come from a remembered listing, which may be out of date */
	bool must_identify; /* an index page has to be read for it (file, or URL) */
	struct notes *notes;
	/* in the store: */
	bool stored;
	bool fresh; /* its bytes were hashed in this run */
	uint64_t stored_size;
	/* with its record, as bytes that record_decode reads: */
	bool ingested;
	str record_bytes;
	const struct wheel_record *record;
	size_t request; /* the first request that asked for it */
};

struct fetch_folder {
	str path;
	struct str_list names;
};

/* The wheel of a folder of source code. */
struct fetch_made {
	str folder;
	const struct fetch_request *request;
	const struct private_wheel *wheel;
	struct notes warnings;
};

struct fetch {
	struct arena *a;
	const struct fetch_request *requests;
	size_t n;
	const struct fetch_options *options;
	struct index_client *client;      /* made when first needed */
	VEC(struct wanted *) wanted;      /* unique files, in order of first request */
	struct wanted **of_request;       /* n entries */
	VEC(struct fetch_folder) folders; /* of --find-links, once they were read */
	bool folders_read;
	VEC(struct fetch_made) made;
	struct fetch_stats *stats;
	struct err *e;
};

/* fetch_identify.c: which file each request means; reads index pages only for what is not remembered. */
bool fetch_identify(struct fetch *f);
/* fetch_version.c: does a listed file belong to the locked version? A pin without a local part also means builds with one
 * (PEP 440 "=="). */
enum version_match { MATCH_NO, MATCH_LOCAL, MATCH_EXACT };
enum version_match fetch_match_version(struct arena *a, str file, str version);
/* Reads the page again for a file whose remembered address no longer answers. */
bool fetch_identify_again(struct fetch *f, struct wanted *const *which, size_t n);
/* fetch_folder.c: a lock's folder of source code; w->has_sha256 is false when its wheel is not there and may not be made. */
bool fetch_from_folder(struct fetch *f, size_t i, struct wanted *w);
struct private_options fetch_private_options(const struct fetch *f, const struct fetch_request *r);
/* fetch_sdist.c: the wheel of a source distribution whose digest is known: from memory (w->wheel stays NULL when it is not known, an
 * error when it is known that there can be none), and out of the archive in the store. */
bool fetch_sdist_recall(struct fetch *f, struct wanted *w);
bool fetch_sdist_make(struct fetch *f, struct wanted *w);
/* fetch_client.c */
bool fetch_client(struct fetch *f);
/* Adds to an error about a package without a wheel which version has one. False. */
bool fetch_advise(struct fetch *f, size_t request);
/* A URL's origin belongs to one of the configured indexes: that index, for its credentials. */
str fetch_index_of(struct fetch *f, str url);
/* fetch_load.c: brings what the store lacks. */
bool fetch_load(struct fetch *f, struct wanted *const *which, size_t n);
/* fetch_hashes.c: "sha512:hex" and friends against a stored file. */
bool fetch_check_others(struct fetch *f, struct wanted *w, int fd);
/* fetch_memory.c: what was found out about files that have no SHA-256 in lock and listing, or further digests beside it. */
str fetch_demands(struct arena *a, str key, const struct wanted *w); /* key, and each further digest that is asked for */
bool fetch_recall(struct fetch *f, struct wanted *w);
void fetch_remember(struct fetch *f, struct wanted *w);
/* Has a wheel of this version come to, or gone from, the --find-links folders since the listing was remembered? */
bool fetch_folders_changed(struct fetch *f, const struct locked_package *p, const struct listing *listing);

/* fetch_ingest.c: threads that make records while the network is busy. */
struct ingest_queue;
struct ingest_queue *ingest_queue_start(struct fetch *f);
/* The wheel is in the store. From the network thread. */
void ingest_queue_add(struct ingest_queue *q, struct wanted *w);
/* False once a wheel was refused: no use in going on. */
bool ingest_queue_ok(struct ingest_queue *q);
/* Waits for everything; false with the error of the first refused wheel (by name). NULL is fine. */
bool ingest_queue_end(struct ingest_queue *q, struct err *e);

#endif
