/* client_lookup.c: one name, and the indexes that may know it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A look-up walks its own list of indexes: a page ends it, "not found" moves it on, anything else fails it. What happens to the
 * page, and what is known without asking, is the owner's (client_list.c, catalog_page.c). */
#include "base/glob.h"
#include "base/io.h"
#include "index/client_internal.h"
#include "net/url.h"

/* As pip asks. */
#define ACCEPT "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01"

static void ask(struct client_lookup *l);

/* --- whom to ask --- */

static bool matches(const struct index_source *s, str name)
{
	for (size_t i = 0; i < s->packages.n; i++)
		if (glob_match_name(s->packages.p[i], name)) return true;
	return false;
}

static bool choose_named(struct client_lookup *l, struct err *e)
{
	struct index_client *c = l->client;
	struct arena *a = l->arena;
	struct index_source s = { .origin = S("lock") };
	str wanted = l->index;
	for (size_t i = 0; i < c->config->sources.n; i++)
		if (str_eq(c->config->sources.p[i].name, wanted)) {
			*vec_push(a, &l->sources) = c->config->sources.p[i];
			return true;
		}
	if (path_is_absolute(wanted)) wanted = url_from_path(a, wanted);
	if (!client_split(a, wanted, &s.url, &s.credentials, e)) return false;
	const struct index_source *known = client_source(c, s.url);
	while (s.url.n > 0 && s.url.p[s.url.n - 1] == '/') s.url.n--;
	s.is_folder = str_starts(s.url, S("file:"));
	if (known && !s.credentials.has_password) s = *known;
	*vec_push(a, &l->sources) = s;
	return true;
}

static bool choose_sources(struct client_lookup *l, struct err *e)
{
	const struct index_config *config = l->client->config;
	if (!str_empty(l->index)) return choose_named(l, e);
	for (size_t i = 0; i < config->sources.n; i++)
		if (matches(&config->sources.p[i], l->name)) {
			*vec_push(l->arena, &l->sources) = config->sources.p[i];
			return true;
		}
	for (size_t i = 0; i < config->sources.n; i++) {
		const struct index_source *s = &config->sources.p[i];
		if (s->is_default || (!s->is_explicit && s->packages.n == 0)) *vec_push(l->arena, &l->sources) = *s;
	}
	return true;
}

/* --- answers --- */

static void unknown_project(struct client_lookup *l)
{
	struct index_client *c = l->client;
	struct err e = { 0 };
	struct buf asked;
	if (l->sources.n == 0 && !c->config->no_index && c->config->find_links.n == 0) {
		err_set(&e, ERR_USAGE, "no-index", STR_FMT " cannot be looked up: no package index is configured", STR_ARG(l->name));
		err_why(&e, "this lamina was built where no pip could be asked for its default index");
		err_help(&e, "name one: --index-url URL, LAMINA_INDEX_URL=URL, or [index.NAME] with default = true in lamina.toml");
		l->hooks->failed(l->context, &e, false);
		return;
	}
	buf_init(&asked, 600);
	for (size_t i = 0; i < l->sources.n; i++)
		buf_addf(&asked, "%s" STR_FMT, i ? ", " : "", STR_ARG(url_display(l->arena, l->sources.p[i].url)));
	for (size_t i = 0; i < c->config->find_links.n; i++)
		buf_addf(&asked, "%s" STR_FMT, asked.n ? ", " : "", STR_ARG(url_display(l->arena, c->config->find_links.p[i])));
	err_set(&e, ERR_RESOLVE, "unknown-project", "no index knows a project named \"" STR_FMT "\"", STR_ARG(l->name));
	err_where(&e, "%s", asked.n ? asked.p : "--no-index");
	if (l->sources.n > 0)
		err_why(&e, "%s 404 (Not Found)", l->sources.n > 1 ? "all of them answer" : "it answers");
	else
		err_why(&e, "no index may be asked (--no-index), and no --find-links place has it");
	err_help(&e,
	         "check the spelling; a private project needs its index: --extra-index-url URL, or [index.NAME] in lamina.toml");
	buf_release(&asked);
	l->hooks->failed(l->context, &e, false);
}

/* All indexes were asked, or there is none. */
static void end(struct client_lookup *l)
{
	if (l->linked)
		l->hooks->page(l->context, NULL, NULL, NULL);
	else
		unknown_project(l);
}

/* Not in this index: the next one, or the end. */
static void move_on(struct client_lookup *l)
{
	l->at++;
	l->asked_keyring = false; /* what it knows is for the index that was asked */
	if (l->at < l->sources.n)
		ask(l);
	else
		end(l);
}

/* --- indexes on disk --- */

static bool read_folder(struct client_lookup *l, struct err *e)
{
	struct arena scratch = { 0 };
	struct index_page page;
	bool found, ok;
	const struct index_source *s = &l->sources.p[l->at];
	str folder = arena_fmt(&scratch, STR_FMT "/" STR_FMT, STR_ARG(s->url), STR_ARG(l->name));
	ok = client_read_place(&scratch, arena_join(&scratch, folder, S("/index.html")), &page, &found, e);
	if (ok && !found) ok = client_read_place(&scratch, folder, &page, &found, e);
	if (ok && found) l->hooks->page(l->context, s, &page, NULL);
	arena_release(&scratch);
	if (ok && !found) move_on(l);
	return ok;
}

/* --- indexes on the web --- */

static bool on_text(void *context, const void *bytes, size_t n, struct err *e)
{
	struct client_lookup *l = context;
	return buf_add(&l->text, bytes, n) || err_set(e, ERR_NETWORK, "bad-index-page", "the page is longer than 64 MiB");
}

static bool on_restart(void *context, struct err *e)
{
	struct client_lookup *l = context;
	(void)e;
	buf_clear(&l->text);
	return true;
}

static void fail(struct client_lookup *l, const struct err *why, bool web)
{
	struct err e = { 0 };
	client_error(&e, l->name, why);
	l->hooks->failed(l->context, &e, web);
}

static void on_page(struct client_lookup *l, const struct http_result *result)
{
	struct arena scratch = { 0 };
	struct index_page page;
	struct err why = { 0 };
	const struct index_source *s = &l->sources.p[l->at];
	bool ok;
	if (l->hooks->text) {
		ok = l->hooks->text(l->context, s, buf_str(&l->text), result, &why);
	} else {
		ok = index_page_parse(&scratch, buf_str(&l->text), result->url, result->content_type, &page, &why);
		if (ok) l->hooks->page(l->context, s, &page, result);
	}
	if (!ok) fail(l, &why, true);
	arena_release(&scratch);
}

static void on_done(void *context, const struct http_result *result)
{
	struct client_lookup *l = context;
	const struct index_source *s = &l->sources.p[l->at];
	if (result->ok && result->status == 304) {
		l->hooks->unchanged(l->context, s, result);
	} else if (result->ok) {
		on_page(l, result);
	} else if (result->status == 404 || result->status == 410) {
		buf_release(&l->text);
		if (l->hooks->absent) l->hooks->absent(l->context, s, result);
		move_on(l);
		return;
	} else if (result->status == 401 && !l->asked_keyring) {
		l->asked_keyring = true;
		buf_release(&l->text);
		if (client_keyring(l->client, s->url, l->credentials.username, &l->credentials))
			ask(l);
		else
			fail(l, result->error, true);
		return;
	} else {
		fail(l, result->error, true);
	}
	buf_release(&l->text);
}

static void ask_web(struct client_lookup *l, const struct client_condition *condition)
{
	const struct index_source *s = &l->sources.p[l->at];
	struct http_header headers[3] = { { S("Accept"), S(ACCEPT) } };
	size_t n = 1;
	if (!str_empty(condition->etag)) headers[n++] = (struct http_header){ S("If-None-Match"), condition->etag };
	if (!str_empty(condition->last_modified))
		headers[n++] = (struct http_header){ S("If-Modified-Since"), condition->last_modified };
	if (!l->asked_keyring) {
		l->credentials = s->credentials;
		client_credentials(l->client, s->url, s->url, &l->credentials);
	}
	buf_init(&l->text, PAGE_BYTES_MAX);
	struct http_request r = { .url = arena_fmt(l->arena, STR_FMT "/" STR_FMT "/", STR_ARG(s->url), STR_ARG(l->name)),
		                      .headers = headers,
		                      .n_headers = n,
		                      .max_body = PAGE_BYTES_MAX,
		                      .gzip = true,
		                      .urgent = l->urgent,
		                      .context = l,
		                      .sink = on_text,
		                      .restart = on_restart,
		                      .done = on_done };
	client_authorize(&r, &l->credentials);
	http_add(client_http(l->client), &r);
}

/* Asks the index at l->at. */
static void ask(struct client_lookup *l)
{
	const struct index_source *s = &l->sources.p[l->at];
	struct client_condition condition = { 0 };
	struct err why = { 0 };
	if (s->is_folder) {
		if (!read_folder(l, &why)) fail(l, &why, false);
		return;
	}
	switch (l->hooks->recall ? l->hooks->recall(l->context, s, &condition) : CLIENT_ASK) {
	case CLIENT_KNOWN: return;
	case CLIENT_ABSENT: move_on(l); return;
	case CLIENT_ASK: break;
	}
	if (l->client->options.offline) {
		client_offline(&why, l->name, s->url);
		l->hooks->failed(l->context, &why, false);
	} else {
		ask_web(l, &condition);
	}
}

bool client_lookup_begin(struct client_lookup *l, struct err *e)
{
	if (!choose_sources(l, e)) return false;
	if (l->sources.n > 0)
		ask(l);
	else
		end(l);
	return true;
}

void client_lookup_release(struct client_lookup *l)
{
	if (l->text.p) buf_release(&l->text);
}
