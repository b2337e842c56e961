/* config.h: which indexes there are, from everything that may say so.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Precedence (interface 1): command line, LAMINA_*, lamina.toml, project files, UV_*, PIP_*, pip.conf, built-in default.
 *   one value  (default index, cert, client-cert, proxy, timeout, retries, no-index, keyring): the highest level that sets it;
 *              without a cert: SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE; without a proxy: HTTP(S)_PROXY and friends.
 *   lists      (extra indexes, find-links, trusted hosts): all levels add up, the highest first, equal ones once; as in pip, a
 *              PIP_* variable replaces the same key of pip.conf.
 * The default index is searched last. An index with `packages` globs serves exactly the names that they match, and no other
 * index serves these; one that is also the default serves other names too. An `explicit` index without globs serves only what
 * is asked of it by name or URL.
 * Sources:  pip's configuration rules (python-packaging 8.3), uv's documentation of UV_INDEX, UV_DEFAULT_INDEX and friends.
 * Secrets:  URLs are kept without userinfo; it moves to credentials.
 * Errors:   ERR_USAGE, masked.
 * Lifetime: the arena's. */
#ifndef LAMINA_INDEX_CONFIG_H
#define LAMINA_INDEX_CONFIG_H

#include "base/env.h"
#include "base/err.h"
#include "base/vec.h"
#include "index/credentials.h"
#include "model/note.h"

/* One index as some level names it. */
struct index_definition {
	str name;                 /* of [index.NAME], UV_INDEX=NAME=URL; may be empty */
	str url;                  /* as written, userinfo allowed; a folder is one too */
	str where;                /* "lamina.toml:4", for messages; may be empty */
	struct str_list packages; /* globs over normalised names */
	bool is_default, is_explicit;
	bool has_username, has_password;
	str username, password;
};

/* What one level says; zeroed = nothing. Paths are relative to `directory` (empty = the process's folder). */
struct index_level {
	str origin; /* "command line", "lamina.toml", "pyproject.toml": for -v and messages */
	str directory;
	VEC(struct index_definition) indexes;
	str index_url;
	struct str_list extra_index_urls, find_links, trusted_hosts;
	bool has_no_index, no_index;
	str cert, client_cert, proxy;
	bool has_timeout, has_retries;
	uint32_t timeout, retries;
	str keyring; /* "subprocess", "disabled" */
};

struct index_inputs {
	struct index_level command_line, lamina_toml;
	VEC(struct index_level) project; /* requirements options, [[tool.uv.index]], Poetry sources; the first wins */
	const struct env *env;
	struct notes *notes; /* may be NULL */
	str default_index;   /* empty = the one chosen when lamina was configured; tests set their own */
};

struct index_source {
	str name;
	str url;        /* without userinfo; file: for folders; no "/" at the end */
	bool is_folder; /* file: URL */
	str origin;     /* which level it comes from */
	struct str_list packages;
	bool is_explicit, is_default;
	struct index_credentials credentials; /* of the URL or configuration */
};

struct index_config {
	VEC(struct index_source) sources; /* in the order of search; empty with no_index, or when nothing is configured */
	struct str_list find_links;       /* URLs (file: for folders and files), without userinfo */
	VEC(struct index_credentials) find_links_credentials; /* beside find_links */
	bool no_index;
	struct str_list trusted_hosts;
	str cert, cert_dir, client_cert; /* files; empty = libcurl's own */
	str http_proxy, https_proxy, no_proxy;
	uint32_t timeout, retries;
	bool keyring;
	struct netrc netrc;
};

#define INDEX_DEFAULT_TIMEOUT 30
#define INDEX_DEFAULT_RETRIES 3

bool index_config_make(struct arena *a, const struct index_inputs *inputs, struct index_config *out, struct err *e);
/* The index URL that this lamina was configured with; empty when there was no pip to ask. */
str index_built_in_default(void);

/* --- the levels that are read from outside, for themselves --- */
enum pip_key {
	PIP_INDEX_URL,
	PIP_EXTRA_INDEX_URL,
	PIP_NO_INDEX,
	PIP_FIND_LINKS,
	PIP_TRUSTED_HOST,
	PIP_CERT,
	PIP_CLIENT_CERT,
	PIP_PROXY,
	PIP_TIMEOUT,
	PIP_RETRIES,
	PIP_KEYRING_PROVIDER,
	PIP_KEYS
};
/* What pip's files say so far: [global], and [install] above it. Empty = nothing. */
struct pip_settings {
	str value[2][PIP_KEYS];
	str where[2][PIP_KEYS];
};
/* Takes the text of one file over what is there; unknown sections and keys are ignored, as is an empty value. path: for
 * messages.
 * Errors: ERR_USAGE "pip-conf". */
bool pip_conf_parse(struct arena *a, str text, str path, struct pip_settings *settings, struct err *e);
/* Every file that pip would read, lowest first, then PIP_* (python-packaging 8.3). */
bool pip_config_load(struct arena *a, const struct env *env, struct index_level *out, struct err *e);
/* UV_INDEX, UV_DEFAULT_INDEX, UV_INDEX_URL, UV_EXTRA_INDEX_URL, UV_FIND_LINKS, UV_NO_INDEX, UV_INSECURE_HOST,
 * UV_KEYRING_PROVIDER, UV_HTTP_TIMEOUT, UV_HTTP_RETRIES. */
bool uv_config_load(struct arena *a, const struct env *env, struct index_level *out, struct err *e);

#endif
