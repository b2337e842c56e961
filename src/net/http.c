/* http.c: the queue and the loop.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Requests wait in a list until a place is free (in all, and for their host); then each has a transfer, which is running or
 * sleeps until its next attempt. A transfer whose attempt ended is done, follows a redirect, or sleeps. Nothing is called from
 * inside libcurl but sink and begin, so that done may queue further requests. */
#include "net/http.h"

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/oom.h"
#include "net/http_internal.h"

#define LOOP_MS      100
#define LOOK_AHEAD   64 /* requests looked at for one whose host has a free place */
#define LOG_LINE_MAX 4096

int64_t http_clock_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void http_log(struct http_client *c, const char *format, ...)
{
	if (!c->options.log) return;
	char line[LOG_LINE_MAX];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	c->options.log(c->options.context, line);
}

/* xorshift64*: spreads retries, keeps no secret. */
static uint64_t next_random(struct http_client *c)
{
	c->random ^= c->random >> 12;
	c->random ^= c->random << 25;
	c->random ^= c->random >> 27;
	return c->random * 0x2545f4914f6cdd1dull;
}

/* --- making and freeing --- */

static struct str_list copy_list(struct arena *a, const struct str_list *list)
{
	struct str_list copy = { 0 };
	for (size_t i = 0; i < list->n; i++) *vec_push(a, &copy) = arena_str(a, list->p[i]);
	return copy;
}

static uint32_t within(uint32_t value, uint32_t fallback, uint32_t most)
{
	return value == 0 ? fallback : value > most ? most : value;
}

struct http_client *http_new(const struct http_options *options)
{
	struct arena arena = { 0 };
	struct http_client *c = arena_new(&arena, struct http_client);
	struct http_options *o = &c->options;
	*o = *options;
	str *const texts[] = { &o->user_agent, &o->ca_file,     &o->ca_dir,  &o->client_cert,
		                   &o->http_proxy, &o->https_proxy, &o->no_proxy };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) *texts[i] = arena_str(&arena, *texts[i]);
	o->trusted_hosts = copy_list(&arena, &options->trusted_hosts);
	o->timeout = within(o->timeout, HTTP_TIMEOUT, 1000000);
	o->max_transfers = within(o->max_transfers, HTTP_MAX_TRANSFERS, 256);
	o->max_per_host = within(o->max_per_host, HTTP_MAX_PER_HOST, 256);
	if (o->retries > 100) o->retries = 100;
	c->transfers = arena_array(&arena, struct transfer *, o->max_transfers);
	c->random = (uint64_t)http_clock_ms() * 0x9e3779b97f4a7c15ull ^ (uint64_t)(uintptr_t)c;
	if (c->random == 0) c->random = 1;
	c->arena = arena;
	c->last = c->last_urgent = &c->first;
	return c;
}

static void transfer_free(struct transfer *t)
{
	transfer_halt(t);
	arena_release(&t->scratch);
	struct arena arena = t->arena;
	arena_release(&arena);
}

/* Drops everything queued and running. */
static void clear(struct http_client *c)
{
	for (size_t i = 0; i < c->n_transfers; i++) transfer_free(c->transfers[i]);
	c->n_transfers = 0;
	c->first = NULL;
	c->last = c->last_urgent = &c->first;
}

void http_free(struct http_client *c)
{
	if (!c) return;
	clear(c);
	if (c->multi) c->api.multi_cleanup(c->multi);
	curl_api_unload(&c->api);
	struct arena arena = c->arena;
	arena_release(&arena);
}

/* --- queueing --- */

static void copy_request(struct arena *a, const struct http_request *from, struct http_request *to)
{
	*to = *from;
	struct http_header *headers = arena_array(a, struct http_header, from->n_headers);
	for (size_t i = 0; i < from->n_headers; i++) {
		headers[i].name = arena_str(a, from->headers[i].name);
		headers[i].value = arena_str(a, from->headers[i].value);
	}
	to->headers = headers;
	to->url = arena_str(a, from->url);
	to->username = arena_str(a, from->username);
	to->password = arena_str(a, from->password);
}

void http_add(struct http_client *c, const struct http_request *request)
{
	BUG_IF(request->max_body == 0 || !request->sink || !request->done);
	struct waiting *w = arena_new(&c->arena, struct waiting);
	struct err e = { 0 };
	copy_request(&c->arena, request, &w->request);
	if (!url_parse(&c->arena, w->request.url, &w->url, &e)) {
		e.code = ERR_USAGE;
		err_where(&e, STR_FMT, STR_ARG(url_display(&c->arena, w->request.url)));
		w->error = arena_new(&c->arena, struct err);
		*w->error = e;
	}
	struct waiting **place = request->urgent ? c->last_urgent : c->last;
	w->next = *place;
	*place = w;
	if (c->last == place) c->last = &w->next;
	if (request->urgent) c->last_urgent = &w->next;
	c->may_start = true;
}

void http_stop(struct http_client *c, const struct err *why)
{
	if (c->stopped) return;
	c->stopped = true;
	c->stop = *why;
}

/* --- an attempt's end --- */

static void log_end(struct transfer *t)
{
	struct http_client *c = t->client;
	if (!c->options.log) return;
	str url = url_display(&t->scratch, t->url_text);
	int64_t ms = http_clock_ms() - t->started_ms;
	if (err_is_set(&t->error))
		http_log(c, "GET " STR_FMT " -> %u, %s: %s%s%s", STR_ARG(url), t->answer.status, t->error.id, t->error.what,
		         t->error.why[0] ? "; " : "", t->error.why);
	else
		http_log(c, "GET " STR_FMT " -> %u, HTTP/%s, %llu bytes, %lld ms", STR_ARG(url), t->answer.status,
		         t->answer.http2 ? "2" : "1", (unsigned long long)t->wire_bytes, (long long)ms);
}

/* True when another attempt will be made. */
static bool try_again(struct transfer *t)
{
	struct http_client *c = t->client;
	if (!t->again || t->attempts > c->options.retries) return false;
	if (t->sank && t->request.restart) {
		struct err e = { 0 };
		if (!t->request.restart(t->request.context, &e)) {
			t->error = e;
			return false;
		}
	}
	uint64_t ms = http_pause_ms(&t->answer, t->attempts, c->options.now, next_random(c), &t->waited_for_server_ms);
	http_log(c, "waiting %llu ms, then trying again (attempt %u of %u)", (unsigned long long)ms, t->attempts + 1,
	         c->options.retries + 1);
	if (t->answer.status == 0 || t->answer.status < 300) t->careful = true;
	t->wake_ms = http_clock_ms() + (int64_t)ms;
	t->state = TRANSFER_SLEEPING;
	/* The next attempt begins at the beginning: a signed address at a redirect's end may have run out. */
	t->hops = 0;
	t->url = t->first;
	t->url_text = url_text(&t->arena, &t->first, false);
	return true;
}

/* True when the transfer goes on at the redirect's target. */
static bool follow(struct transfer *t)
{
	struct arena *a = &t->arena;
	struct url to;
	str text;
	if (err_is_set(&t->error) || !http_is_redirect(&t->answer)) return false;
	if (!http_redirect(a, &t->client->options, &t->url, t->url_text, t->answer.location, t->hops, &to, &text, &t->error))
		return false;
	http_log(t->client, "GET " STR_FMT " -> %u, to " STR_FMT, STR_ARG(url_display(a, t->url_text)), t->answer.status,
	         STR_ARG(url_display(a, text)));
	t->url = to;
	t->url_text = text;
	t->hops++;
	t->client->may_start = true;
	return true;
}

static void remove_transfer(struct http_client *c, struct transfer *t)
{
	for (size_t i = 0; i < c->n_transfers; i++)
		if (c->transfers[i] == t) {
			c->transfers[i] = c->transfers[--c->n_transfers];
			c->may_start = true;
			return;
		}
}

static void finish(struct transfer *t)
{
	struct http_result result;
	remove_transfer(t->client, t);
	log_end(t);
	transfer_result(t, &result);
	t->request.done(t->request.context, &result);
	transfer_free(t);
}

/* The attempt is over: where next? */
static void settle(struct transfer *t)
{
	transfer_halt(t);
	while (follow(t))
		if (transfer_start(t)) return;
	if (err_is_set(&t->error) && t->again) {
		log_end(t);
		if (try_again(t)) return;
	}
	finish(t);
}

/* --- the loop --- */

static void start_attempt(struct transfer *t)
{
	t->attempts++;
	if (!transfer_start(t)) finish(t);
}

static void start_request(struct http_client *c, const struct waiting *w)
{
	struct arena arena = { 0 };
	struct transfer *t = arena_new(&arena, struct transfer);
	t->client = c;
	t->arena = arena;
	t->request = w->request; /* its texts are in the client's arena */
	c->transfers[c->n_transfers++] = t;
	if (w->error) {
		t->error = *w->error;
		finish(t);
		return;
	}
	t->first = t->url = w->url;
	t->url_text = url_text(&t->arena, &t->first, false);
	start_attempt(t);
}

static bool host_is_full(const struct http_client *c, const struct waiting *w)
{
	size_t n = 0;
	if (w->error) return false;
	for (size_t i = 0; i < c->n_transfers; i++) n += url_same_origin(&c->transfers[i]->url, &w->url);
	return n >= c->options.max_per_host;
}

/* Takes the first waiting request whose host has a place. */
static struct waiting *take_startable(struct http_client *c)
{
	struct waiting **link = &c->first;
	for (int looked = 0; *link && looked < LOOK_AHEAD; looked++, link = &(*link)->next) {
		struct waiting *w = *link;
		if (host_is_full(c, w)) continue;
		*link = w->next;
		if (c->last == &w->next) c->last = link;
		if (c->last_urgent == &w->next) c->last_urgent = link;
		return w;
	}
	return NULL;
}

static void start_waiting(struct http_client *c)
{
	while (c->may_start && c->n_transfers < c->options.max_transfers && !c->stopped) {
		struct waiting *w = take_startable(c);
		if (w)
			start_request(c, w);
		else
			c->may_start = false;
	}
}

static void wake_and_watch(struct http_client *c)
{
	int64_t now = http_clock_ms();
	for (size_t i = c->n_transfers; i-- > 0 && !c->stopped;) {
		if (i >= c->n_transfers) continue;
		struct transfer *t = c->transfers[i];
		if (t->state == TRANSFER_SLEEPING) {
			if (now >= t->wake_ms) start_attempt(t);
		} else if (transfer_stalls(t, now)) {
			t->careful = true;
			settle(t);
		}
	}
}

static void collect(struct http_client *c)
{
	CURLMsg *message;
	int left;
	while (!c->stopped && (message = c->api.multi_info_read(c->multi, &left)) != NULL) {
		void *t = NULL;
		if (message->msg != CURLMSG_DONE) continue;
		CURLcode code = message->data.result;
		c->api.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		transfer_conclude(t, code);
		settle(t);
	}
}

static int sleep_ms(const struct http_client *c, int64_t least)
{
	int64_t now = http_clock_ms();
	for (size_t i = 0; i < c->n_transfers; i++) {
		const struct transfer *t = c->transfers[i];
		if (t->state == TRANSFER_SLEEPING && t->wake_ms - now < least) least = t->wake_ms - now;
	}
	return least < 0 ? 0 : (int)least;
}

static bool cert_file_there(str path, struct err *e)
{
	char name[4096];
	struct io_stat stat;
	if (str_empty(path)) return true;
	int n = snprintf(name, sizeof name, STR_FMT, STR_ARG(path));
	struct err ignored = { 0 };
	if (n > 0 && (size_t)n < sizeof name && io_stat(name, &stat, &ignored) && stat.exists) return true;
	err_set(e, ERR_USAGE, "cert-file", "a certificate file that is configured does not exist");
	err_where(e, STR_FMT, STR_ARG(path));
	return err_help(e, "it comes from --cert, PIP_CERT, SSL_CERT_FILE, REQUESTS_CA_BUNDLE or the client-cert setting");
}

static bool prepare(struct http_client *c, struct err *e)
{
	if (c->multi) return true;
	const struct http_options *o = &c->options;
	if (!cert_file_there(o->ca_file, e) || !cert_file_there(o->client_cert, e)) return false;
	if (!c->api.library && !curl_api_load(&c->api, e)) return false;
	c->multi = c->api.multi_init();
	if (!c->multi) die_oom(0);
	c->api.multi_setopt(c->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
	c->api.multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, (long)o->max_transfers * 2);
	return true;
}

static bool interrupted(const struct http_client *c)
{
	return c->options.cancel && atomic_load_explicit(c->options.cancel, memory_order_relaxed);
}

/* One round; false ends the run. */
static bool turn(struct http_client *c, const bool *until, struct err *e)
{
	int running = 0;
	CURLMcode code = c->api.multi_perform(c->multi, &running);
	if (code == CURLM_OK) collect(c);
	wake_and_watch(c);
	uint32_t most = c->options.tick ? c->options.tick(c->options.context) : LOOP_MS;
	start_waiting(c);
	if (c->stopped) {
		*e = c->stop;
		return false;
	}
	if (interrupted(c)) return err_set(e, ERR_INTERRUPT, "interrupted", "interrupted");
	/* The caller will compute for a while: what was just started is to be on its way. */
	bool leave = until && *until;
	if (code == CURLM_OK && leave) code = c->api.multi_perform(c->multi, &running);
	if (code == CURLM_OK && !leave && c->n_transfers > 0)
		code = c->api.multi_poll(c->multi, NULL, 0, sleep_ms(c, most < LOOP_MS ? most : LOOP_MS), NULL);
	if (code == CURLM_OK) return true;
	err_set(e, ERR_NETWORK, "bad-response", "libcurl gave up");
	return err_why(e, "%s", c->api.multi_strerror(code));
}

/* OpenSSL writes to a closed connection without MSG_NOSIGNAL: SIGPIPE must not end the process, nor stay pending behind us. */
static bool hold_sigpipe(sigset_t *before)
{
	sigset_t pipe, pending;
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe, before);
	return sigismember(&pending, SIGPIPE) == 1;
}

static void let_sigpipe(const sigset_t *before, bool was_pending)
{
	sigset_t pipe, pending;
	int taken;
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigpending(&pending);
	if (!was_pending && sigismember(&pending, SIGPIPE) == 1) sigwait(&pipe, &taken);
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

bool http_run_until(struct http_client *c, const bool *until, struct err *e)
{
	sigset_t signals;
	if ((until && *until) || (!c->first && c->n_transfers == 0)) return true;
	bool pending = hold_sigpipe(&signals);
	bool ok = prepare(c, e);
	while (ok && !(until && *until) && (c->first || c->n_transfers > 0)) ok = turn(c, until, e);
	if (!ok) clear(c);
	c->stopped = false;
	let_sigpipe(&signals, pending);
	return ok;
}

bool http_run(struct http_client *c, struct err *e) { return http_run_until(c, NULL, e); }

bool http_library_version(struct arena *a, str *out)
{
	struct curl_api api;
	struct err ignored = { 0 };
	if (!curl_api_load(&api, &ignored)) return false;
	const curl_version_info_data *v = api.version_info(CURLVERSION_NOW);
	*out = arena_fmt(a, "libcurl %s (%s)", v->version, v->ssl_version ? v->ssl_version : "no TLS");
	curl_api_unload(&api);
	return true;
}
