/* catalog_parts.h: what the files of the catalog share; private to catalog*.c.
 * SPDX-License-Identifier: Apache-2.0
 *
 * catalog.c           asking, waiting, the queue of what is wanted
 * catalog_page.c      a project: the index that answers, and what the store has of it
 * catalog_codec.c     the compact form of a page (catalog_names.c: what its files are)
 * catalog_direct.c    a file that no index lists
 * catalog_metadata.c  where a file's metadata comes from, step by step
 * catalog_lease.c     many processes, one request
 * catalog_local.c     the same from files of this computer, the store's too
 * catalog_sdist.c     PKG-INFO of a .tar.gz
 * catalog_tail.c      one member of a zip
 * catalog_needs.c     METADATA as the store keeps it and as it is given out */
#ifndef LAMINA_INDEX_CATALOG_PARTS_H
#define LAMINA_INDEX_CATALOG_PARTS_H

#include "index/catalog.h"
#include "index/catalog_codec.h"
#include "index/catalog_tail.h"
#include "index/client_internal.h"

#define CATALOG_FRESH_SHORT 15                  /* seconds: for pages whose index says nothing about their age */
#define CATALOG_FILE_MAX    ((uint64_t)2 << 30) /* bytes of a file that is loaded whole */
#define CATALOG_PAGES       "pages"             /* buckets of the store */
#define CATALOG_METADATA    "metadata"

struct page_entry;
struct metadata_entry;

/* Something to begin; exactly one is set. */
struct work {
	struct page_entry *page;
	struct metadata_entry *metadata;
	struct work *next;
};

struct catalog {
	struct arena arena;
	struct catalog_options options;
	struct index_client_options own; /* what the client was given: our callbacks */
	struct index_client *client;
	struct map projects;  /* "NAME INDEX" -> struct page_entry */
	struct map rangeless; /* origins that do not answer ranges */
	struct work *first, **last;
	bool linked;     /* find-links are loaded */
	bool working;    /* inside catalog_work */
	bool driving;    /* inside catalog_drive */
	struct err dead; /* what ended all transfers at once */
	uint64_t n_files;
	VEC(struct metadata_entry *) waiting; /* for a lease that another process holds */
	uint64_t tried_ns;                    /* when they were looked at last */
	uint32_t leases;                      /* held */
	bool leases_made, told_waiting;
	struct catalog_stats stats;
};

/* What the store knows of one name in one index beside the page itself. */
struct page_facts {
	bool absent;       /* the index does not know the name */
	int64_t validated; /* when the index said so; seconds */
	uint32_t fresh;    /* how long it may be used without asking */
	str etag, last_modified;
	uint64_t content; /* which encoded page they are about */
};

struct page_entry {
	struct catalog_project project; /* first: catalog_project* is page_entry* */
	struct catalog *catalog;
	str index; /* as asked for */
	bool begun, done;
	struct err *error; /* what the call fails with */
	struct client_lookup lookup;
	bool has_facts, distrust;         /* distrust: what the store has is not to be used */
	struct page_facts facts;          /* of the source that is being asked */
	struct metadata_entry **metadata; /* beside project.files */
};

struct metadata_entry {
	struct catalog *catalog;
	struct page_entry *page;
	const struct catalog_file *file;
	bool begun, done, parsed;
	struct err *error; /* what the call fails with */
	str needs;         /* encoded; when not broken */
	struct catalog_metadata metadata;
	struct fetch *fetch; /* while it is being loaded */
	int lease;           /* -1: none */
	uint64_t waits_ns;   /* since when, when it waits for one */
	bool urgent;
};

/* --- catalog.c --- */
/* Begins what is wanted; nothing when it is already at it. */
void catalog_work(struct catalog *c);
void catalog_page_done(struct page_entry *p, const struct err *error); /* error: NULL = it is there */
void catalog_metadata_done(struct metadata_entry *m, const struct err *error);

/* --- catalog_page.c --- */
void catalog_page_begin(struct page_entry *p, bool urgent);

/* --- catalog_direct.c --- */
bool catalog_direct_make(struct page_entry *p, str url_or_path, const struct sha256 *expected, struct err *e);

/* --- catalog_lease.c --- */
enum lease { LEASE_OURS, LEASE_THEIRS, LEASE_NONE };
/* THEIRS: the entry waits, and goes on by itself. NONE: locks do not work here, or there are too many. */
enum lease catalog_lease(struct metadata_entry *m);
void catalog_lease_release(struct metadata_entry *m);
/* Looks after those that wait; gives the milliseconds until it should be called again. */
uint32_t catalog_lease_tick(void *catalog);

/* --- catalog_metadata.c --- */
/* After its lease was got: what another process found meanwhile is there, else it is asked for. */
void catalog_metadata_go_on(struct metadata_entry *m);
void catalog_metadata_begin(struct metadata_entry *m, bool urgent);
/* What the store knows the file's metadata by: its digest, else one of its address. */
str catalog_metadata_key(const struct metadata_entry *m, struct arena *a);
void catalog_metadata_release(struct metadata_entry *m); /* after the client is gone */

/* --- catalog_local.c: false = not there or not readable that way (nothing is set); else m is done --- */
/* METADATA or PKG-INFO of an archive; false with e set: it has none that can be read. */
bool catalog_read_file(struct metadata_entry *m, struct arena *scratch, int fd, str path, uint64_t size, str *text,
                       struct err *e);
/* "no-metadata"; nothing when e is set. False. */
bool catalog_no_member(const struct metadata_entry *m, bool several, struct err *e);
/* What the store has of that wheel: its record, or its bytes. */
bool catalog_from_store(struct metadata_entry *m);

/* --- catalog_sdist.c --- */
struct pkg_info;
/* Finds NAME-VERSION/PKG-INFO in a .tar.gz that comes in pieces. */
struct pkg_info *pkg_info_new(struct arena *a);
void pkg_info_free(struct pkg_info *p);
/* False with e set: no such archive. *found: it is there; more bytes are not needed. */
bool pkg_info_feed(struct pkg_info *p, const void *bytes, size_t n, bool *found, struct err *e);
str pkg_info_text(const struct pkg_info *p);

/* --- catalog_needs.c --- */
/* The text of METADATA or PKG-INFO as needs in the catalog's arena; checks name and version. */
bool catalog_needs_read(struct metadata_entry *m, str text, str *needs, struct err *e);
bool catalog_needs_record(struct metadata_entry *m, const struct wheel_record *record, str *needs, struct err *e);
/* Are these bytes of the store needs of that file? */
bool catalog_needs_fit(const struct metadata_entry *m, str needs);
/* Gives them out, parsed and repaired. */
void catalog_needs_parse(struct metadata_entry *m);
/* The pure reader. */
struct needs {
	str metadata_version, name, version;
	str requires_python;
	struct str_list requires_dist, provides_extra, dynamic; /* dynamic: of source distributions */
};
bool catalog_needs_decode(struct arena *a, str bytes, struct needs *out);
void catalog_needs_encode(const struct needs *n, struct buf *out);

#endif
