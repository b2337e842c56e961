/* http.h: many HTTP(S) transfers at once, retried, bounded and verified in length.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A client owns one libcurl multi handle. Requests are queued with http_add and driven by http_run or http_run_until on the
 * calling thread; answers arrive through callbacks on that thread, which may queue further requests. libcurl is loaded on the
 * first run (dlopen): commands that need no network do not pay for it.
 * A request: is sent, redirected and retried until it succeeds or fails for good; then `done` is called exactly once. Bytes go
 *            to `sink` as they come; when an attempt that delivered bytes is given up, `restart` takes them back.
 * Retried:   429, 500, 502, 503, 504, no connection, cut bodies, stalls, protocol errors, and bodies that `finish` calls
 *            damaged (ERR_RESOLVE); `retries` times, after 0.25 s * 2^n with jitter, at most 8 s. Retry-After (seconds or
 *            date) replaces that wait, within 30 s in all per request; garbage is ignored.
 * Stalled:   cannot connect, or fewer than 1,000 bytes/s on average over `timeout` seconds.
 * Redirects: at most HTTP_REDIRECTS_MAX hops, to http and https only, never from https to http unless that host is trusted;
 *            credentials stay at their origin.
 * Bounds:    body `max_body` (decoded), headers HTTP_HEADERS_MAX bytes an answer; Content-Length and expected_size are met.
 * Secrets:   userinfo in a URL is not used (callers split it off); nothing that is logged or reported holds credentials.
 * Errors:    ERR_NETWORK "connect", "dns", "tls", "stalled", "truncated", "too-large", "redirect-loop", "redirect-refused",
 *            "http-401", "http-403", "http-404" (410 too), "http-status", "proxy", "bad-response", "bad-range", "no-libcurl";
 *            ERR_USAGE "insecure-url", "cert-file", "url"; ERR_INTERRUPT "interrupted"; whatever sink, restart, finish say.
 * Threads:   a client belongs to one thread.
 * Not here:  what to ask for and with which credentials (index/client.h). */
#ifndef LAMINA_NET_HTTP_H
#define LAMINA_NET_HTTP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/env.h"
#include "base/err.h"
#include "base/vec.h"

#define HTTP_REDIRECTS_MAX   5
#define HTTP_HEADERS_MAX     ((size_t)256 << 10)
#define HTTP_RETRY_AFTER_MAX 30 /* seconds, summed over the attempts of one request */

struct http_options {
	str user_agent;
	uint32_t retries;                     /* further attempts after the first */
	uint32_t timeout;                     /* seconds; 0 = 30 */
	uint32_t max_transfers, max_per_host; /* 0 = 32, 16 */
	struct str_list trusted_hosts;        /* "host" or "host:port": certificates unchecked, plain http allowed */
	str ca_file, ca_dir;                  /* PEM bundle, hashed folder; empty = libcurl's own */
	str client_cert;                      /* PEM with certificate and key */
	/* Proxies by the scheme of the request; empty = none. no_proxy as curl and requests read NO_PROXY. */
	str http_proxy, https_proxy, no_proxy;
	int64_t now;               /* seconds since 1970, for a Retry-After date without a Date beside it */
	const atomic_bool *cancel; /* may be NULL; looked at every 0.1 s */
	/* One line per request, retry and redirect (-vv), masked; may be NULL. */
	void (*log)(void *context, const char *line);
	/* Body bytes as they come over the wire; may be NULL. */
	void (*received)(void *context, uint64_t bytes);
	/* Called between the turns of a run, where requests may be added; gives the most milliseconds until it wants to be called again.
	 * May be NULL. */
	uint32_t (*tick)(void *context);
	void *context;
};

/* Fills the proxies from HTTP(S)_PROXY, ALL_PROXY and NO_PROXY of env (lower case first; HTTP_PROXY is not read where
 * REQUEST_METHOD is set, since a CGI client could have made it up). */
void http_proxies_from_env(struct arena *a, const struct env *env, struct http_options *options);

struct http_header {
	str name, value;
};

/* What came back. Views live until `done` returns. */
struct http_result {
	bool ok;         /* 2xx (or 304) and the whole body was delivered and accepted */
	uint32_t status; /* of the last answer, 0 when there was none */
	str url;         /* of the last hop; without userinfo */
	str content_type, etag, last_modified, content_range, cache_control, age;
	uint64_t range_from, range_total; /* of a 206 to a request with a range: where the bytes begin, and how many the file has */
	uint64_t body_size;               /* bytes given to sink */
	uint32_t attempts;
	const struct err *error; /* set exactly when !ok; its code is never ERR_NONE then */
};

struct http_request {
	str url; /* absolute, without userinfo */
	const struct http_header *headers;
	size_t n_headers;
	/* Basic authentication for the origin of url; secret. */
	bool has_auth;
	str username, password;
	/* bytes=from-to, inclusive; with suffix: the last `to` bytes. Anything but a 206 with that range is "bad-range". or_whole: a
	 * 200 with the whole body is an answer as well; `begin` tells which of the two comes (so_far->status). */
	bool has_range, suffix_range, or_whole;
	uint64_t range_from, range_to;
	uint64_t max_body; /* 0 is a usage error of the caller */
	bool has_size;     /* the body must have exactly expected_size bytes */
	uint64_t expected_size;
	bool gzip;   /* ask for and decode gzip; without it the bytes are delivered as they are */
	bool urgent; /* somebody waits for it: goes before those in the queue that are not */
	void *context;
	/* Called with the result so far before the first body byte of a good answer; may be NULL. False with e set ends the
	 * request. */
	bool (*begin)(void *context, const struct http_result *so_far, struct err *e);
	bool (*sink)(void *context, const void *bytes, size_t n, struct err *e);
	bool (*restart)(void *context, struct err *e); /* forget all bytes; may be NULL when sink keeps none */
	/* The body is complete; false with e set refuses it. ERR_RESOLVE means damaged, and is retried. May be NULL. */
	bool (*finish)(void *context, struct err *e);
	void (*done)(void *context, const struct http_result *result);
};

struct http_client;

/* Copies the options. Does not touch the network and does not load anything. */
struct http_client *http_new(const struct http_options *options);
/* NULL is fine. Requests that are still queued or running are dropped without a call of `done`. */
void http_free(struct http_client *c);
/* Queues a copy of the request (context stays the caller's). */
void http_add(struct http_client *c, const struct http_request *request);
/* Drives until nothing is queued or running. False when libcurl or a certificate file is missing, when cancelled, or after
 * http_stop: what is not done by then is dropped without a call of `done`. */
bool http_run(struct http_client *c, struct err *e);
/* As http_run, but ends as soon as a callback has set *until: what is queued or running then stays so and goes on in the next
 * run. Transfers that wait for it are not called stalled for the time between two runs. */
bool http_run_until(struct http_client *c, const bool *until, struct err *e);
/* From a callback: give up everything else; http_run returns false with a copy of `why`. */
void http_stop(struct http_client *c, const struct err *why);

/* Retry-After: whole seconds, or an HTTP date (RFC 9110 5.6.7, all three forms) against `date` (a Date header, may be empty) or
 * `now`. False for garbage. */
bool http_retry_after(str value, str date, int64_t now, uint64_t *seconds);
/* "NAME VERSION" of the libcurl that would be used, for --version -v; false when there is none. */
bool http_library_version(struct arena *a, str *out);

#endif
