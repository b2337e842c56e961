/* client_internal.h: what the files of the index client share.
 * SPDX-License-Identifier: Apache-2.0
 *
 * client.c           making, freeing, credentials for a URL, errors
 * client_lookup.c    one name, and the indexes that may know it
 * client_list.c      index_list: many look-ups at once
 * client_request.c   one request for a file, with the credentials that belong to it
 * client_find.c      find-links, and indexes that are folders
 * client_download.c  index_download */
#ifndef LAMINA_INDEX_CLIENT_INTERNAL_H
#define LAMINA_INDEX_CLIENT_INTERNAL_H

#include "base/buf.h"
#include "index/client.h"

#define FOLDER_NAMES_MAX 1000000

/* What a find-links place lists. */
struct found_links {
	str url;
	bool loaded;
	struct index_page page;
};

struct keyring_answer {
	str url;
	bool found;
	struct index_credentials credentials;
};

struct index_client {
	struct arena arena;
	const struct index_config *config;
	struct index_client_options options;
	struct http_client *http;        /* made when first needed */
	uint32_t (*tick)(void *context); /* as in http_options; for the catalog */
	struct found_links *links;       /* beside config->find_links */
	VEC(struct keyring_answer) keyring;
};

struct http_client *client_http(struct index_client *c);
/* After a failure: forgets every queued request, since their contexts do not outlive the call. */
void client_drop(struct index_client *c);
/* The configured index at that URL (without userinfo and end slash), or NULL. */
const struct index_source *client_source(const struct index_client *c, str url);
/* URL as written by lock or caller -> without userinfo, end slash kept; what it carried goes to *credentials. */
bool client_split(struct arena *a, str text, str *url, struct index_credentials *credentials, struct err *e);
/* Completes what is known about `url` (a host's user, or nothing) from the index at the same origin and netrc. */
void client_credentials(struct index_client *c, str url, str index, struct index_credentials *credentials);
/* Asks keyring about the index (once per index). */
bool client_keyring(struct index_client *c, str index, str user, struct index_credentials *credentials);
/* The same scheme, host and port. */
bool client_same_origin(str left, str right);
/* "SUBJECT: what", with everything else of `from`. */
bool client_error(struct err *e, str subject, const struct err *from);
bool client_offline(struct err *e, str subject, str url);
void client_authorize(struct http_request *r, const struct index_credentials *credentials);
void client_note_page(struct index_client *c, str name, const struct index_page *page);

/* --- client_lookup.c: the rule of client.h that says which index answers --- */
struct client_condition {
	str etag, last_modified; /* of what is known; empty = none */
};
enum client_recall { CLIENT_ASK, CLIENT_KNOWN, CLIENT_ABSENT };
struct client_lookup_hooks {
	/* Before an index of the web is asked: what is known of it already. KNOWN: the owner has its answer, the look-up is over;
	 * ABSENT: it is known not to have the name. May be NULL. */
	enum client_recall (*recall)(void *context, const struct index_source *s, struct client_condition *condition);
	/* The answer; the page lives until it returns. result: NULL for an index on disk. All three are NULL when no index knows the
	 * name but find-links do (l->linked). */
	void (*page)(void *context, const struct index_source *s, const struct index_page *page, const struct http_result *result);
	/* The text of a page of the web, when its owner reads it himself; page is then for indexes on disk and NULL. False with e set: it is
	 * no page. May be NULL. */
	bool (*text)(void *context, const struct index_source *s, str text, const struct http_result *result, struct err *e);
	/* 304 for what recall gave conditions of. Never called without conditions. */
	void (*unchanged)(void *context, const struct index_source *s, const struct http_result *result);
	/* The index does not know the name: 404 or 410. May be NULL. */
	void (*absent)(void *context, const struct index_source *s, const struct http_result *result);
	/* web: an index of the web failed; else nothing was asked of it (unknown project, offline, a folder that cannot be read). */
	void (*failed)(void *context, const struct err *why, bool web);
};
struct client_lookup {
	struct index_client *client;
	struct arena *arena; /* for what the look-up needs */
	str name, index;     /* as in index_query */
	bool linked;         /* find-links have files of that name */
	bool urgent;
	const struct client_lookup_hooks *hooks;
	void *context;
	/* private: */
	VEC(struct index_source) sources; /* to ask, in order */
	size_t at;
	bool asked_keyring;
	struct index_credentials credentials; /* used for the source at `at` */
	struct buf text;
};
/* Asks; exactly one of page, unchanged, failed is called, now or while http runs. False: the index's name or URL is no good. */
bool client_lookup_begin(struct client_lookup *l, struct err *e);
void client_lookup_release(struct client_lookup *l);

/* --- client_request.c --- */
struct client_request {
	struct index_client *client;
	struct arena *arena;
	str subject; /* for messages; may be empty: the file's name */
	str index;   /* URL without userinfo of the index that named the file; may be empty */
	/* As http.h says; url, credentials, and context of the callbacks (this request) are set by client_request_begin. */
	struct http_request http;
	void *context, *done_context;
	bool (*begin)(void *context, const struct http_result *so_far, struct err *e);
	bool (*write)(void *context, const void *bytes, size_t n, struct err *e);
	bool (*restart)(void *context, struct err *e);
	bool (*finish)(void *context, struct err *e);
	void (*done)(void *done_context, const struct http_result *result);
	/* private: */
	str url;
	struct index_credentials credentials;
	bool asked_keyring;
};
/* Queues a GET of the URL (userinfo allowed). A 401 is answered once with what the keyring knows; `done` gets the last result. */
bool client_request_begin(struct client_request *r, str url, struct err *e);
/* The result's error with the subject before it, where it does not say itself whose bytes it is about. */
void client_request_error(const struct client_request *r, const struct http_result *result, struct err *e);

/* --- client_find.c --- */
/* True when the file's name belongs to the project. */
bool client_file_is_of(str file, str name);
/* A local folder or page as a page; found = false when nothing is there. */
bool client_read_place(struct arena *a, str url, struct index_page *out, bool *found, struct err *e);
/* Loads every find-links place that is not loaded yet. */
bool client_load_links(struct index_client *c, struct err *e);
/* A deep copy of one file. */
struct index_file client_copy_file(struct arena *a, const struct index_file *f);

#endif
