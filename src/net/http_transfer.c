/* http_transfer.c: one attempt at one hop.
 * SPDX-License-Identifier: Apache-2.0
 *
 * libcurl is told everything explicitly, since what is left unset it takes from the environment (proxies) or from its own ideas
 * (redirects, netrc, protocols). libcurl 7.88 lets an HTTP/2 answer that was cut pass as complete, and does not bound a body of
 * unknown length: both are checked here. Content is decoded here as well, so that a cut gzip stream is noticed. */
#include <string.h>

#include "base/oom.h"
#include "net/http_internal.h"

/* --- libcurl's callbacks --- */

static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *t = context;
	str line = { bytes, size * count };
	if (http_answer_line(&t->scratch, &t->answer, line)) return line.n;
	http_error(t, false, "bad-response", "its headers are longer than 256 KiB");
	return 0;
}

static bool to_sink(void *context, const void *bytes, size_t n, struct err *e)
{
	struct transfer *t = context;
	uint64_t limit = t->request.max_body;
	if (t->request.has_size && t->request.expected_size < limit) limit = t->request.expected_size;
	if (n > limit - t->body_bytes) {
		t->again = t->request.has_size;
		err_set(e, ERR_NETWORK, "too-large", STR_FMT " sends more than the %llu bytes that %s", STR_ARG(t->url.host),
		        (unsigned long long)limit, t->request.has_size ? "it should" : "are allowed");
		return err_where(e, STR_FMT, STR_ARG(url_display(&t->scratch, t->url_text)));
	}
	t->body_bytes += n;
	t->sank = true;
	return t->request.sink(t->request.context, bytes, n, e);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *t = context;
	size_t n = size * count;
	t->wire_bytes += n;
	transfer_judge(t);
	if (err_is_set(&t->error)) return 0;
	if (!t->wanted) return t->wire_bytes > HTTP_DISCARD_MAX ? 0 : n;
	if (t->client->options.received) t->client->options.received(t->client->options.context, n);
	bool ok = t->gunzip ? gunzip_feed(t->gunzip, bytes, n, to_sink, t, &t->error) : to_sink(t, bytes, n, &t->error);
	return ok ? n : 0;
}

/* --- the answer's headers, once they are all there --- */

static bool range_met(const struct transfer *t)
{
	uint64_t from, to, total;
	const struct http_request *r = &t->request;
	if (t->answer.status == 200 && r->or_whole) return true;
	if (t->answer.status != 206 || !http_content_range(t->answer.content_range, &from, &to, &total)) return false;
	if (!r->suffix_range) return from == r->range_from && (to == r->range_to || (to < r->range_to && to + 1 == total));
	/* A file that is shorter than the suffix is given whole. */
	return total != UINT64_MAX && to + 1 == total && from == (total > r->range_to ? total - r->range_to : 0);
}

static bool encoding_known(struct transfer *t)
{
	str encoding = t->answer.content_encoding;
	/* Files are hashed as they are: some servers mark archives with the encoding that they have inside. */
	if (!t->request.gzip || str_empty(encoding) || str_ieq(encoding, S("identity"))) return true;
	if (!str_ieq(encoding, S("gzip")) && !str_ieq(encoding, S("x-gzip"))) return false;
	t->gunzip = gunzip_new(&t->scratch);
	return true;
}

static void judge_length(struct transfer *t)
{
	const struct http_request *r = &t->request;
	bool known = t->answer.has_length && !t->answer.transfer_encoding && !t->gunzip;
	if (!known) return;
	if (r->has_size && t->answer.length != r->expected_size) {
		char why[120];
		snprintf(why, sizeof why, "it announces %llu bytes where %llu should be", (unsigned long long)t->answer.length,
		         (unsigned long long)r->expected_size);
		http_error(t, true, t->answer.length < r->expected_size ? "truncated" : "too-large", why);
	} else if (t->answer.length > r->max_body) {
		char why[120];
		snprintf(why, sizeof why, "it announces %llu bytes; at most %llu are allowed", (unsigned long long)t->answer.length,
		         (unsigned long long)r->max_body);
		http_error(t, false, "too-large", why);
	}
}

void transfer_judge(struct transfer *t)
{
	if (t->judged || t->answer.status < 200) return;
	t->judged = true;
	if (t->answer.status >= 300) return;
	if (t->answer.malformed) {
		http_error(t, true, "bad-response", "its Content-Length is not one number");
	} else if (t->request.has_range ? !range_met(t) : t->answer.status == 206) {
		http_error(t, false, "bad-range", "the range that was asked for is not the one that is sent");
	} else if (!encoding_known(t)) {
		http_error(t, false, "bad-response", "it has a Content-Encoding that was not asked for");
	} else {
		judge_length(t);
	}
	if (err_is_set(&t->error)) return;
	t->wanted = true;
	if (!t->request.begin || t->begun) return;
	struct http_result so_far;
	t->begun = true;
	transfer_result(t, &so_far);
	if (!t->request.begin(t->request.context, &so_far, &t->error)) t->wanted = false;
}

/* --- setting out --- */

static void add_header(struct transfer *t, const char *text)
{
	struct curl_slist *longer = t->client->api.slist_append(t->headers, text);
	if (!longer) die_oom(strlen(text));
	t->headers = longer;
}

static void set_headers(struct transfer *t)
{
	for (size_t i = 0; i < t->request.n_headers; i++) {
		const struct http_header *h = &t->request.headers[i];
		add_header(t, arena_fmt(&t->scratch, STR_FMT ": " STR_FMT, STR_ARG(h->name), STR_ARG(h->value)).p);
	}
	add_header(t, t->request.gzip ? "Accept-Encoding: gzip" : "Accept-Encoding: identity");
}

/* libcurl copies strings. An option that this libcurl does not know is one whose default is fine. */
#define SET(option, value) ((void)api->easy_setopt(t->easy, (option), (value)))
#define TEXT(s)            arena_cstr(&t->scratch, (s))

static void set_tls(struct transfer *t)
{
	const struct curl_api *api = &t->client->api;
	const struct http_options *o = &t->client->options;
	bool verify = !url_host_listed(&t->url, o->trusted_hosts.p, o->trusted_hosts.n);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
	SET(CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
	if (!str_empty(o->ca_file)) {
		SET(CURLOPT_CAINFO, TEXT(o->ca_file));
		SET(CURLOPT_PROXY_CAINFO, TEXT(o->ca_file));
	}
	if (!str_empty(o->ca_dir)) {
		SET(CURLOPT_CAPATH, TEXT(o->ca_dir));
		SET(CURLOPT_PROXY_CAPATH, TEXT(o->ca_dir));
	}
	if (!str_empty(o->client_cert)) SET(CURLOPT_SSLCERT, TEXT(o->client_cert));
}

static void set_proxy(struct transfer *t)
{
	const struct curl_api *api = &t->client->api;
	const struct http_options *o = &t->client->options;
	bool https = str_eq(t->url.scheme, S("https"));
	/* Both always, also when empty: unset ones would be read from the environment. */
	SET(CURLOPT_PROXY, TEXT(https ? o->https_proxy : o->http_proxy));
	SET(CURLOPT_NOPROXY, TEXT(o->no_proxy));
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static void set_limits(struct transfer *t)
{
	const struct curl_api *api = &t->client->api;
	uint32_t timeout = t->client->options.timeout;
	if (api->easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https") != CURLE_OK)
		SET((CURLoption)181 /* CURLOPT_PROTOCOLS, before 7.85 */, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_HTTP_CONTENT_DECODING, 0L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(timeout > 1000000 ? 1000000 : timeout) * 1000L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_BUFFERSIZE, 128L << 10);
}

static void set_request(struct transfer *t)
{
	const struct curl_api *api = &t->client->api;
	const struct http_request *r = &t->request;
	SET(CURLOPT_URL, TEXT(t->url_text));
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_HTTPGET, 1L);
	SET(CURLOPT_HTTPHEADER, t->headers);
	if (!str_empty(t->client->options.user_agent)) SET(CURLOPT_USERAGENT, TEXT(t->client->options.user_agent));
	SET(CURLOPT_HTTP_VERSION, (long)(t->careful ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS));
	SET(CURLOPT_PIPEWAIT, t->careful ? 0L : 1L);
	SET(CURLOPT_FRESH_CONNECT, t->careful ? 1L : 0L);
	if (r->has_auth && url_same_origin(&t->first, &t->url)) {
		SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		SET(CURLOPT_USERNAME, TEXT(r->username));
		SET(CURLOPT_PASSWORD, TEXT(r->password));
	}
	if (r->has_range && r->suffix_range)
		SET(CURLOPT_RANGE, arena_fmt(&t->scratch, "-%llu", (unsigned long long)r->range_to).p);
	else if (r->has_range)
		SET(CURLOPT_RANGE,
		    arena_fmt(&t->scratch, "%llu-%llu", (unsigned long long)r->range_from, (unsigned long long)r->range_to).p);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, t);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_PRIVATE, t);
	SET(CURLOPT_ERRORBUFFER, t->curl_text);
}

bool transfer_start(struct transfer *t)
{
	struct curl_api *api = &t->client->api;
	arena_release(&t->scratch);
	t->answer = (struct http_answer){ 0 };
	t->judged = t->wanted = t->begun = t->sank = t->stalled = t->again = false;
	t->wire_bytes = t->body_bytes = 0;
	t->gunzip = NULL;
	t->curl_text[0] = '\0';
	err_clear(&t->error);
	if (!http_url_allowed(&t->scratch, &t->client->options, &t->url, &t->error)) return false;
	t->easy = api->easy_init();
	if (!t->easy) die_oom(CURL_ERROR_SIZE);
	set_headers(t);
	set_limits(t);
	set_tls(t);
	set_proxy(t);
	set_request(t);
	t->started_ms = t->stall_step_ms = http_clock_ms();
	t->stall_step = 0;
	memset(t->stall_bytes, 0, sizeof t->stall_bytes);
	CURLMcode code = api->multi_add_handle(t->client->multi, t->easy);
	if (code != CURLM_OK) {
		http_error(t, false, "bad-response", api->multi_strerror(code));
		return false;
	}
	t->state = TRANSFER_RUNNING;
	return true;
}

void transfer_halt(struct transfer *t)
{
	const struct curl_api *api = &t->client->api;
	if (t->easy) {
		api->multi_remove_handle(t->client->multi, t->easy);
		api->easy_cleanup(t->easy);
	}
	t->easy = NULL;
	api->slist_free_all(t->headers);
	t->headers = NULL;
	gunzip_free(t->gunzip);
	t->gunzip = NULL;
}

/* --- on the way and at the end --- */

/* A ring of STALL_STEPS marks: the bytes of the last `timeout` seconds, give or take an eighth. */
bool transfer_stalls(struct transfer *t, int64_t now_ms)
{
	uint64_t timeout_ms = (uint64_t)t->client->options.timeout * 1000;
	int64_t step_ms = (int64_t)(timeout_ms / STALL_STEPS);
	uint64_t bytes = t->wire_bytes + t->answer.header_bytes;
	if (now_ms - t->stall_step_ms < step_ms) return false;
	t->stall_step_ms = now_ms;
	t->stall_step++;
	uint64_t *mark = &t->stall_bytes[t->stall_step % STALL_STEPS];
	bool slow = t->stall_step >= STALL_STEPS && bytes - *mark < STALL_BYTES_SECOND * timeout_ms / 1000;
	*mark = bytes;
	if (!slow) return false;
	t->stalled = true;
	err_set(&t->error, ERR_NETWORK, "stalled", STR_FMT ": the transfer has stalled", STR_ARG(t->url.host));
	err_where(&t->error, STR_FMT, STR_ARG(url_display(&t->scratch, t->url_text)));
	err_why(&t->error, "fewer than 1,000 bytes a second came during %u seconds (%llu bytes so far)", t->client->options.timeout,
	        (unsigned long long)t->wire_bytes);
	err_help(&t->error, "--timeout SECONDS gives slow networks more time");
	t->again = true;
	return true;
}

static void cut(struct transfer *t, uint64_t have, uint64_t want)
{
	char why[120];
	snprintf(why, sizeof why, "it ended after %llu of %llu bytes", (unsigned long long)have, (unsigned long long)want);
	http_error(t, true, "truncated", why);
}

/* The transfer came to a regular end: is the body whole? */
static void conclude_body(struct transfer *t)
{
	const struct http_request *r = &t->request;
	bool body = t->answer.status != 204 && t->answer.status != 304;
	t->sank = true; /* also an empty body may have to be taken back */
	if (body && t->answer.has_length && !t->answer.transfer_encoding && t->wire_bytes != t->answer.length)
		cut(t, t->wire_bytes, t->answer.length);
	else if (t->gunzip && t->body_bytes + t->wire_bytes > 0 && !gunzip_complete(t->gunzip))
		http_error(t, true, "truncated", "its compressed body ended too early");
	else if (r->has_size && t->body_bytes != r->expected_size && t->answer.status != 304)
		cut(t, t->body_bytes, r->expected_size);
	else if (r->finish && t->answer.status != 304 && !r->finish(r->context, &t->error))
		t->again = t->error.code == ERR_RESOLVE;
}

void transfer_conclude(struct transfer *t, CURLcode code)
{
	const struct http_answer *answer = &t->answer;
	if (err_is_set(&t->error)) {
		if (t->error.code == ERR_NETWORK) err_where(&t->error, STR_FMT, STR_ARG(url_display(&t->scratch, t->url_text)));
		if (t->gunzip && str_eq(str_from(t->error.id), S("bad-response"))) t->again = true;
		return;
	}
	/* Of an error or a redirect only the headers matter. */
	if (code != CURLE_OK && !(t->judged && answer->status >= 300)) {
		http_error_curl(t, code);
		return;
	}
	transfer_judge(t);
	if (err_is_set(&t->error) || http_is_redirect(answer)) return;
	if (t->wanted || answer->status == 304)
		conclude_body(t);
	else
		http_error_status(t);
}

void transfer_result(struct transfer *t, struct http_result *out)
{
	const struct http_answer *a = &t->answer;
	bool ok = !err_is_set(&t->error);
	uint64_t from = 0, to = 0, total = 0;
	if (t->request.has_range && a->status == 206) http_content_range(a->content_range, &from, &to, &total);
	*out = (struct http_result){ .ok = ok,
		                         .status = a->status,
		                         .url = t->url_text,
		                         .content_type = a->content_type,
		                         .etag = a->etag,
		                         .last_modified = a->last_modified,
		                         .content_range = a->content_range,
		                         .cache_control = a->cache_control,
		                         .age = a->age,
		                         .range_from = from,
		                         .range_total = total,
		                         .body_size = t->body_bytes,
		                         .attempts = t->attempts,
		                         .error = ok ? NULL : &t->error };
}
