/* page.h: what one page of a simple repository lists.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Simple repository API" (PEP 503 HTML, 592 yanked, 629 versions, 658/714 metadata, 691 JSON, 700 sizes and
 *         times, 792 project status). HTML is read as browsers do where people rely on it: unquoted attributes, entities,
 *         <base>, comments.
 * Rules:  an API major other than 1 is refused, a newer minor is told by `newer_api`. A link whose URL cannot be read, or that
 *         names no file, is left out; a JSON page must have the shape that the specification gives it.
 * Limits:   PAGE_BYTES_MAX of text, PAGE_FILES_MAX files. Time is linear.
 * Errors:   ERR_NETWORK "bad-index-page" (JSON: err_at).
 * Lifetime: views into the text or the arena. Nothing is read or fetched. */
#ifndef LAMINA_INDEX_PAGE_H
#define LAMINA_INDEX_PAGE_H

#include "base/err.h"
#include "base/sha256.h"
#include "base/vec.h"

#define PAGE_BYTES_MAX ((size_t)64 << 20)
#define PAGE_FILES_MAX 1000000

struct index_file {
	str file;                     /* name, percent-decoded once */
	str url;                      /* absolute, without fragment; userinfo as the page has it */
	struct str_list other_hashes; /* "sha512:hex", "md5:hex": lower case */
	str requires_python;          /* empty when absent */
	str yanked_reason;            /* may be empty */
	str upload_time;              /* as written; empty when absent */
	uint64_t size;
	struct sha256 sha256, metadata_sha256;
	bool has_sha256, has_size;
	bool yanked;
	bool has_metadata; /* PEP 658: url + ".metadata" exists */
	bool has_metadata_sha256;
};

enum index_page_kind { PAGE_JSON, PAGE_HTML, PAGE_UNKNOWN };

struct index_page {
	enum index_page_kind kind;
	str api_version;              /* "1.1"; empty when the page does not say */
	bool newer_api;               /* 1.N with N above what we know */
	str status, status_reason;    /* PEP 792; empty = active */
	VEC(struct index_file) files; /* in the page's order */
};

/* What an answer of that content type is ("application/vnd.pypi.simple.v1+json; charset=utf-8"). */
enum index_page_kind index_page_kind(str content_type);
/* url: the page's own, after redirects. Content types that are no index page are "bad-index-page". */
bool index_page_parse(struct arena *a, str text, str url, str content_type, struct index_page *out, struct err *e);
/* The same for pages that are not to stand in memory twice: each file is given to `take`, whose views live until it returns;
 * NULL: the files so far do not count (a repeated key). out->files stays empty. When it fails, files may have been given. */
typedef void index_page_take(void *context, const struct index_file *file);
bool index_page_read(struct arena *a, str text, str url, str content_type, index_page_take *take, void *context,
                     struct index_page *out, struct err *e);

#endif
