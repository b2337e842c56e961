/* client_list.c: index_list.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each query is a look-up that walks its own list of indexes: a page ends it, "not found" moves it on, anything else ends the
 * whole call. All look-ups that wait for a web page do so together. */
#include "base/buf.h"
#include "base/glob.h"
#include "base/io.h"
#include "index/client_internal.h"
#include "net/url.h"

/* As pip asks. */
#define ACCEPT "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01"
static const struct http_header accept_headers[] = {
	{ { "Accept", 6 }, { ACCEPT, sizeof ACCEPT - 1 } },
};

struct listing_run;

struct lookup {
	struct listing_run *run;
	const struct index_query *query;
	struct index_answer *answer;
	VEC(struct index_source) sources; /* to ask, in order */
	size_t at;
	bool asked_keyring;
	struct index_credentials credentials; /* used for the source at `at` */
	struct buf text;
	bool found;
	struct err error; /* only ERR_RESOLVE, which does not end the others */
};

struct listing_run {
	struct index_client *client;
	struct arena *arena; /* of the answers */
	struct arena scratch;
	struct lookup *lookups;
	size_t n;
};

static void ask(struct lookup *l);

/* --- whom to ask --- */

static bool matches(const struct index_source *s, str name)
{
	for (size_t i = 0; i < s->packages.n; i++)
		if (glob_match_name(s->packages.p[i], name)) return true;
	return false;
}

static bool choose_named(struct lookup *l, struct err *e)
{
	struct index_client *c = l->run->client;
	struct arena *a = &l->run->scratch;
	struct index_source s = { .origin = S("lock") };
	str wanted = l->query->index;
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

static bool choose_sources(struct lookup *l, struct err *e)
{
	const struct index_config *config = l->run->client->config;
	struct arena *a = &l->run->scratch;
	if (!str_empty(l->query->index)) return choose_named(l, e);
	for (size_t i = 0; i < config->sources.n; i++)
		if (matches(&config->sources.p[i], l->query->name)) {
			*vec_push(a, &l->sources) = config->sources.p[i];
			return true;
		}
	for (size_t i = 0; i < config->sources.n; i++) {
		const struct index_source *s = &config->sources.p[i];
		if (s->is_default || (!s->is_explicit && s->packages.n == 0)) *vec_push(a, &l->sources) = *s;
	}
	return true;
}

/* --- answers --- */

static void take_files(struct lookup *l, const struct index_page *page, bool filter_name)
{
	struct arena *a = l->run->arena;
	const struct index_query *q = l->query;
	for (size_t i = 0; i < page->files.n; i++) {
		const struct index_file *f = &page->files.p[i];
		if (filter_name && !client_file_is_of(f->file, q->name)) continue;
		if (q->wanted && !q->wanted(q->context, f)) continue;
		*vec_push(a, &l->answer->files) = client_copy_file(a, f);
	}
}

static void take_links(struct lookup *l)
{
	struct index_client *c = l->run->client;
	for (size_t i = 0; i < c->config->find_links.n; i++) {
		size_t before = l->answer->files.n;
		take_files(l, &c->links[i].page, true);
		if (l->answer->files.n > before && str_empty(l->answer->index))
			l->answer->index = arena_str(l->run->arena, c->links[i].url);
		if (l->answer->files.n > before) l->found = true;
	}
	l->answer->n_find_links = l->answer->files.n;
}

static void take_page(struct lookup *l, const struct index_page *page)
{
	struct index_answer *answer = l->answer;
	l->found = true;
	answer->index = arena_str(l->run->arena, l->sources.p[l->at].url);
	answer->status = arena_str(l->run->arena, page->status);
	answer->status_reason = arena_str(l->run->arena, page->status_reason);
	client_note_page(l->run->client, l->query->name, page);
	if (!str_eq(page->status, S("quarantined"))) take_files(l, page, false);
}

static void unknown_project(struct lookup *l)
{
	struct index_client *c = l->run->client;
	struct err *e = &l->error;
	struct buf asked;
	if (l->sources.n == 0 && !c->config->no_index && c->config->find_links.n == 0) {
		err_set(e, ERR_USAGE, "no-index", STR_FMT " cannot be looked up: no package index is configured",
		        STR_ARG(l->query->name));
		err_why(e, "this lamina was built where no pip could be asked for its default index");
		err_help(e, "name one: --index-url URL, LAMINA_INDEX_URL=URL, or [index.NAME] with default = true in lamina.toml");
		return;
	}
	buf_init(&asked, 600);
	for (size_t i = 0; i < l->sources.n; i++)
		buf_addf(&asked, "%s" STR_FMT, i ? ", " : "", STR_ARG(url_display(&l->run->scratch, l->sources.p[i].url)));
	for (size_t i = 0; i < c->config->find_links.n; i++)
		buf_addf(&asked, "%s" STR_FMT, asked.n ? ", " : "", STR_ARG(url_display(&l->run->scratch, c->config->find_links.p[i])));
	err_set(e, ERR_RESOLVE, "unknown-project", "no index knows a project named \"" STR_FMT "\"", STR_ARG(l->query->name));
	err_where(e, "%s", asked.n ? asked.p : "--no-index");
	if (l->sources.n > 0)
		err_why(e, "%s 404 (Not Found)", l->sources.n > 1 ? "all of them answer" : "it answers");
	else
		err_why(e, "no index may be asked (--no-index), and no --find-links place has it");
	err_help(e, "check the spelling; a private project needs its index: --extra-index-url URL, or [index.NAME] in lamina.toml");
	buf_release(&asked);
}

/* Not in this index: the next one, or the end. */
static void move_on(struct lookup *l)
{
	l->at++;
	if (l->at < l->sources.n)
		ask(l);
	else if (!l->found)
		unknown_project(l);
}

/* --- indexes on disk --- */

static bool read_folder(struct lookup *l, struct err *e)
{
	struct arena *a = &l->run->scratch;
	struct index_page page;
	bool found;
	str folder = arena_fmt(a, STR_FMT "/" STR_FMT, STR_ARG(l->sources.p[l->at].url), STR_ARG(l->query->name));
	if (!client_read_place(a, arena_join(a, folder, S("/index.html")), &page, &found, e)) return false;
	if (!found && !client_read_place(a, folder, &page, &found, e)) return false;
	if (found)
		take_page(l, &page);
	else
		move_on(l);
	return true;
}

/* --- indexes on the web --- */

static bool on_text(void *context, const void *bytes, size_t n, struct err *e)
{
	struct lookup *l = context;
	return buf_add(&l->text, bytes, n) || err_set(e, ERR_NETWORK, "bad-index-page", "the page is longer than 64 MiB");
}

static bool on_restart(void *context, struct err *e)
{
	struct lookup *l = context;
	(void)e;
	buf_clear(&l->text);
	return true;
}

static void stop(struct lookup *l, const struct err *why)
{
	struct err e = { 0 };
	client_error(&e, l->query->name, why);
	http_stop(l->run->client->http, &e);
}

static void on_page(struct lookup *l, const struct http_result *result)
{
	struct arena scratch = { 0 };
	struct index_page page;
	struct err why = { 0 };
	bool ok = index_page_parse(&scratch, buf_str(&l->text), result->url, result->content_type, &page, &why);
	if (ok)
		take_page(l, &page);
	else
		stop(l, &why);
	arena_release(&scratch);
	buf_release(&l->text);
}

static void on_done(void *context, const struct http_result *result)
{
	struct lookup *l = context;
	const struct index_source *s = &l->sources.p[l->at];
	if (result->ok) {
		on_page(l, result);
		return;
	}
	buf_release(&l->text);
	if (result->status == 404 || result->status == 410) {
		move_on(l);
		return;
	}
	if (result->status == 401 && !l->asked_keyring) {
		l->asked_keyring = true;
		if (client_keyring(l->run->client, s->url, l->credentials.username, &l->credentials)) {
			ask(l);
			return;
		}
	}
	stop(l, result->error);
}

static void ask_web(struct lookup *l)
{
	struct listing_run *run = l->run;
	const struct index_source *s = &l->sources.p[l->at];
	if (!l->asked_keyring) {
		l->credentials = s->credentials;
		client_credentials(run->client, s->url, s->url, &l->credentials);
	}
	buf_init(&l->text, PAGE_BYTES_MAX);
	struct http_request r = { .url =
		                          arena_fmt(&run->scratch, STR_FMT "/" STR_FMT "/", STR_ARG(s->url), STR_ARG(l->query->name)),
		                      .headers = accept_headers,
		                      .n_headers = 1,
		                      .max_body = PAGE_BYTES_MAX,
		                      .gzip = true,
		                      .context = l,
		                      .sink = on_text,
		                      .restart = on_restart,
		                      .done = on_done };
	client_authorize(&r, &l->credentials);
	http_add(client_http(run->client), &r);
}

/* Asks the index at l->at; what goes wrong before anything is sent is the look-up's own error. */
static void ask(struct lookup *l)
{
	const struct index_source *s = &l->sources.p[l->at];
	struct err why = { 0 };
	if (s->is_folder) {
		if (!read_folder(l, &why)) client_error(&l->error, l->query->name, &why);
	} else if (l->run->client->options.offline) {
		client_offline(&l->error, l->query->name, s->url);
	} else {
		ask_web(l);
	}
}

/* --- all together --- */

static bool begin(struct lookup *l, struct err *e)
{
	if (!choose_sources(l, e)) return false;
	l->answer->name = arena_str(l->run->arena, l->query->name);
	take_links(l);
	if (l->sources.n > 0)
		ask(l);
	else if (!l->found)
		unknown_project(l);
	return true;
}

static bool run_lookups(struct listing_run *run, const struct index_query *queries, struct index_answer *answers, struct err *e)
{
	struct index_client *c = run->client;
	for (size_t i = 0; i < run->n; i++) {
		run->lookups[i].run = run;
		run->lookups[i].query = &queries[i];
		run->lookups[i].answer = &answers[i];
		answers[i] = (struct index_answer){ 0 };
	}
	for (size_t i = 0; i < run->n; i++)
		if (!begin(&run->lookups[i], e)) return false;
	return !c->http || http_run(c->http, e);
}

bool index_list(struct index_client *c, struct arena *a, const struct index_query *queries, size_t n,
                struct index_answer *answers, struct err *e)
{
	struct listing_run run = { .client = c, .arena = a, .n = n };
	run.lookups = arena_array(&run.scratch, struct lookup, n);
	bool ok = client_load_links(c, e) && run_lookups(&run, queries, answers, e);
	if (!ok) client_drop(c);
	for (size_t i = 0; i < n; i++) {
		struct lookup *l = &run.lookups[i];
		if (l->text.p) buf_release(&l->text);
		if (ok && err_is_set(&l->error)) ok = client_error(e, S(""), &l->error);
	}
	arena_release(&run.scratch);
	return ok;
}
