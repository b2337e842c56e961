/* client_internal.h: what the files of the index client share.
 * SPDX-License-Identifier: Apache-2.0
 *
 * client.c           making, freeing, credentials for a URL, errors
 * client_list.c      index_list: one look-up per name, driven by answers
 * client_find.c      find-links, and indexes that are folders
 * client_download.c  index_download */
#ifndef LAMINA_INDEX_CLIENT_INTERNAL_H
#define LAMINA_INDEX_CLIENT_INTERNAL_H

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
	struct http_client *http;  /* made when first needed */
	struct found_links *links; /* beside config->find_links */
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
