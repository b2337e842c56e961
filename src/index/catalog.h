/* catalog.h: projects as a resolver asks for them: what an index lists, and the metadata of one file - as late as possible, as
 * many at once as possible, and from the store when it knows.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Asking is split in two: catalog_want_* says that something will be needed (never waits), catalog_project and catalog_metadata
 * give it (and drive all transfers until it is there; the others go on meanwhile). The hooks `project_arrived` and
 * `metadata_arrived` run as soon as an answer is there and may want more: a page's best file, the projects that a file needs.
 * Pages:    which index answers is index/client.h's rule. A page is kept in the store in parsed form with its ETag, Last-Modified
 *           and age: within its max-age (at most CATALOG_FRESH_MAX), or when another run validated it within the last few seconds,
 *           it is used without asking; else it is asked for with If-None-Match / If-Modified-Since. Times in the future count as
 *           stale. Offline: whatever the store has, else ERR_RESOLVE "offline".
 * Metadata: kept in the store by the file's SHA-256 (by its URL while no digest is known). Otherwise, in this order: the file that
 *           core-metadata advertises (URL + ".metadata", digest verified; PEP 658, 714); the tail of the wheel by a range request
 *           (suffix, CATALOG_TAIL bytes; more when the central directory or METADATA lies before it); the whole wheel, into the
 *           store's files so that the build does not load it again. What an origin cannot do (no ranges) is remembered for the run.
 *           A wheel that the store has already answers by its record or its bytes. Source distributions: PKG-INFO of the archive,
 *           only when it is static (Metadata >= 2.2, nothing dynamic that matters; python-packaging 6). Never builds anything.
 * Trust:    name and version of the metadata must be those of the file name. The index is not believed: Requires-Python of the page
 *           is what chooses before metadata is there; that of the metadata is what counts.
 * Errors:   those of index/client.h. Metadata that cannot be read is not an error of the call: `broken` tells.
 * Memory:   a page's text is dropped once it is parsed; what stays is about 100 bytes a file (CATALOG_FILES_MAX files in all).
 * Lifetime: answers belong to the catalog and live until catalog_free.
 * Threads:  a catalog belongs to one thread. */
#ifndef LAMINA_INDEX_CATALOG_H
#define LAMINA_INDEX_CATALOG_H

#include "index/client.h"
#include "python/metadata.h"
#include "python/requirement.h"
#include "store/store.h"

#define CATALOG_TAIL      ((uint64_t)16 << 10)
#define CATALOG_FRESH_MAX 600 /* seconds */
#define CATALOG_FILES_MAX 4000000

struct catalog_project;

struct catalog_options {
	struct index_client_options client; /* log, cancel, now, offline ... */
	const struct index_config *config;
	struct store *store; /* NULL: nothing is kept, and whole files that have to be loaded stay in memory */
	bool refresh;        /* --refresh: pages of the store are always asked for again (metadata by digest stays) */
	/* Is a file of this kind an answer at all? Others are not kept in memory. Asked once a page for each set of wheel tags, and once
	 * for source distributions: only the tags of the name may decide. NULL = all are. */
	bool (*relevant)(void *context, const struct index_file *file);
	void *context;
	void (*project_arrived)(void *context, const struct catalog_project *project);
	void (*metadata_arrived)(void *context, const struct catalog_project *project, size_t file);
};

/* One file of a page. */
struct catalog_file {
	struct index_file index; /* as page.h says; url absolute */
	bool is_wheel, is_sdist; /* neither: something else, never an answer */
	str version;             /* normalised, from the file name */
};

/* What a page lists, by version. */
struct catalog_release {
	struct version version;
	str text;                 /* as the (first) file spells it */
	size_t first, count;      /* into files */
	size_t n_left_out;        /* files of it that `relevant` left out: catalog_left_out */
	const uint32_t *left_out; /* private */
};

struct catalog_project {
	str name;  /* normalised */
	str index; /* URL without credentials that answered; empty when nothing did */
	bool known;
	const struct err *missing;              /* when not known: "unknown-project" */
	str status, status_reason;              /* PEP 792 */
	const struct catalog_release *releases; /* newest first */
	size_t n_releases;
	const struct catalog_file *files; /* grouped by release; within one by file name */
	size_t n_files;
	const str *tags; /* private */
};

struct catalog_metadata {
	bool broken;
	struct err why; /* when broken: what is wrong with it */
	str requires_python;
	const struct requirement *requires_dist; /* parsed; repaired where registry metadata needs it */
	size_t n_requires;
	struct str_list provides_extra; /* normalised */
	struct str_list repairs;        /* "FROM -> TO" for what was repaired */
};

/* The same of texts that come from elsewhere: parsed and repaired alike. */
void catalog_metadata_parse(struct arena *a, str requires_python, const struct str_list *requires_dist,
                            const struct str_list *provides_extra, struct catalog_metadata *out);

struct catalog;

struct catalog *catalog_new(const struct catalog_options *options);
void catalog_free(struct catalog *c);

/* index: URL or configured name that must be asked; empty = configuration decides. */
void catalog_want_project(struct catalog *c, str name, str index);
bool catalog_project(struct catalog *c, str name, str index, const struct catalog_project **out, struct err *e);

/* What `relevant` left out of a release, for messages ("built for CPython 3.9 to 3.11 only"): as file names with normalised name
 * and version, each set of tags once. */
struct str_list catalog_left_out(const struct catalog_project *p, size_t release, struct arena *a);

/* file: position in project->files. */
void catalog_want_metadata(struct catalog *c, const struct catalog_project *project, size_t file);
bool catalog_metadata(struct catalog *c, const struct catalog_project *project, size_t file,
                      const struct catalog_metadata **out, struct err *e);
/* The same for a file that no index lists: a URL or a path of this computer (a direct reference). Gives the file too, as the
 * only one of a project of its own; its name and version come from the file name. */
bool catalog_direct(struct catalog *c, str url_or_path, const struct sha256 *expected, const struct catalog_project **out,
                    struct err *e);

struct catalog_stats {
	uint64_t pages_asked, pages_validated, pages_from_store, metadata_asked, metadata_from_store, bytes;
};
void catalog_stats(const struct catalog *c, struct catalog_stats *out);

#endif
