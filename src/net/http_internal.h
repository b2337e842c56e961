/* http_internal.h: what the files of the HTTP client share.
 * SPDX-License-Identifier: Apache-2.0
 *
 * http.c           the queue, the loop, and what an attempt's end leads to: done, a further hop, a further attempt
 * http_transfer.c  one attempt: libcurl's options and its callbacks
 * http_error.c     libcurl's codes and HTTP statuses as errors, and which of them are worth another attempt
 * http_policy.c    pure rules: headers, redirects, Retry-After, proxies
 * gunzip.c         Content-Encoding: gzip */
#ifndef LAMINA_NET_HTTP_INTERNAL_H
#define LAMINA_NET_HTTP_INTERNAL_H

#include "net/curl_api.h"
#include "net/gunzip.h"
#include "net/http.h"
#include "net/url.h"

#define STALL_STEPS        8
#define STALL_BYTES_SECOND 1000
#define HTTP_TIMEOUT       30
#define HTTP_MAX_TRANSFERS 32
#define HTTP_MAX_PER_HOST  16
#define HTTP_DISCARD_MAX   ((uint64_t)64 << 10) /* of the body of an error or redirect */

/* What the headers of one answer say. Views into the transfer's scratch arena. */
struct http_answer {
	uint32_t status;
	bool http2;
	size_t header_bytes; /* of all answers of this attempt, 1xx too */
	bool malformed;      /* Content-Length that is no number, or two that differ */
	bool has_length;
	uint64_t length;
	bool transfer_encoding;
	str content_type, content_encoding, etag, last_modified, content_range, cache_control, age, location, retry_after, date;
};

enum transfer_state { TRANSFER_RUNNING, TRANSFER_SLEEPING };

struct transfer {
	struct http_client *client;
	struct http_request request;
	struct arena arena;   /* this struct too */
	struct arena scratch; /* one attempt */
	enum transfer_state state;

	struct url first, url; /* the request's and this hop's */
	str url_text;          /* of this hop, without userinfo and fragment */
	uint32_t attempts, hops;
	uint64_t waited_for_server_ms; /* spent of HTTP_RETRY_AFTER_MAX */
	int64_t wake_ms;
	bool careful; /* after a failure of transport: HTTP/1.1 on a new connection */

	/* this attempt */
	CURL *easy;
	struct curl_slist *headers;
	int64_t started_ms;
	struct http_answer answer;
	bool judged; /* headers were looked at: `wanted` and error are decided */
	bool wanted; /* the body goes to the sink */
	bool begun;  /* begin was called */
	bool sank;   /* bytes reached the sink */
	bool stalled;
	bool again; /* the error is worth another attempt */
	uint64_t wire_bytes, body_bytes;
	struct gunzip *gunzip;             /* NULL = identity */
	uint64_t stall_bytes[STALL_STEPS]; /* ring: wire bytes when each step began */
	uint32_t stall_step;
	int64_t stall_step_ms;
	char curl_text[CURL_ERROR_SIZE];

	struct err error;
};

struct waiting {
	struct waiting *next;
	struct http_request request;
	struct url url;
	struct err *error; /* the URL cannot be read; else NULL */
};

struct http_client {
	struct arena arena;
	struct http_options options;
	struct curl_api api;
	CURLM *multi;
	struct waiting *first, **last; /* in order */
	struct waiting **last_urgent;  /* the urgent ones are the first of them */
	bool may_start;                /* a place was freed or a request added since the list was last looked through */
	struct transfer **transfers;
	size_t n_transfers;
	uint64_t random;
	bool stopped;
	struct err stop;
};

int64_t http_clock_ms(void);
void http_log(struct http_client *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* --- http_transfer.c --- */
/* Prepares libcurl for the next attempt of this hop and starts it. False with t->error set. */
bool transfer_start(struct transfer *t);
/* Takes it off libcurl; the answer stays readable. */
void transfer_halt(struct transfer *t);
/* Judges the answer's headers once; sets wanted or error. */
void transfer_judge(struct transfer *t);
/* True when too little came for too long. */
bool transfer_stalls(struct transfer *t, int64_t now_ms);
/* After libcurl's end with `code`: fills t->error (none = the answer is good, or is a redirect) and t->again. */
void transfer_conclude(struct transfer *t, CURLcode code);
void transfer_result(struct transfer *t, struct http_result *out);

/* --- http_error.c --- */
void http_error_curl(struct transfer *t, CURLcode code);
void http_error_status(struct transfer *t);
/* An error of this transfer with its URL as `where`. */
void http_error(struct transfer *t, bool again, const char *id, const char *why);

/* --- http_policy.c --- */
/* One header line as libcurl gives it. False when HTTP_HEADERS_MAX is passed. */
bool http_answer_line(struct arena *a, struct http_answer *answer, str line);
bool http_is_redirect(const struct http_answer *answer);
/* Where the answer sends us, judged; ERR_NETWORK "redirect-refused" or "redirect-loop". */
bool http_redirect(struct arena *a, const struct http_options *o, const struct url *from, str from_text, str location,
                   uint32_t hops, struct url *to, str *to_text, struct err *e);
/* Plain http is for this computer and trusted hosts. ERR_USAGE "insecure-url", "url". */
bool http_url_allowed(struct arena *a, const struct http_options *o, const struct url *u, struct err *e);
bool http_status_again(uint32_t status);
/* "bytes FROM-TO/TOTAL" */
bool http_content_range(str value, uint64_t *from, uint64_t *to, uint64_t *total);
uint64_t http_backoff_ms(uint32_t attempts, uint64_t random);
/* How long to wait before the next attempt: what the server asks for, HTTP_RETRY_AFTER_MAX in all (*spent_ms), else backoff. */
uint64_t http_pause_ms(const struct http_answer *answer, uint32_t attempts, int64_t now, uint64_t random, uint64_t *spent_ms);
const char *http_status_name(uint32_t status);

#endif
