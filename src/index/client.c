/* client.c: what listing and downloading have in common.
 * SPDX-License-Identifier: Apache-2.0 */
#include "index/client.h"

#include "index/client_internal.h"
#include "net/url.h"

struct index_client *index_client_new(const struct index_config *config, const struct index_client_options *options)
{
	struct arena arena = { 0 };
	struct index_client *c = arena_new(&arena, struct index_client);
	c->config = config;
	c->options = *options;
	c->options.user_agent =
	    str_empty(options->user_agent) ? S("lamina/" LAMINA_VERSION) : arena_str(&arena, options->user_agent);
	c->links = arena_array(&arena, struct found_links, config->find_links.n);
	c->arena = arena;
	return c;
}

void index_client_free(struct index_client *c)
{
	if (!c) return;
	http_free(c->http);
	struct arena arena = c->arena;
	arena_release(&arena);
}

struct http_client *client_http(struct index_client *c)
{
	const struct index_config *config = c->config;
	if (c->http) return c->http;
	struct http_options o = { .user_agent = c->options.user_agent,
		                      .retries = config->retries,
		                      .timeout = config->timeout,
		                      .max_transfers = c->options.max_transfers,
		                      .trusted_hosts = config->trusted_hosts,
		                      .ca_file = config->cert,
		                      .ca_dir = config->cert_dir,
		                      .client_cert = config->client_cert,
		                      .http_proxy = config->http_proxy,
		                      .https_proxy = config->https_proxy,
		                      .no_proxy = config->no_proxy,
		                      .now = c->options.now,
		                      .cancel = c->options.cancel,
		                      .log = c->options.log,
		                      .received = c->options.received,
		                      .tick = c->tick,
		                      .context = c->options.context };
	c->http = http_new(&o);
	return c->http;
}

void client_drop(struct index_client *c)
{
	http_free(c->http);
	c->http = NULL;
}

/* --- which index, which credentials --- */

static str without_end_slash(str url)
{
	while (url.n > 0 && url.p[url.n - 1] == '/') url.n--;
	return url;
}

const struct index_source *client_source(const struct index_client *c, str url)
{
	for (size_t i = 0; i < c->config->sources.n; i++)
		if (str_eq(c->config->sources.p[i].url, without_end_slash(url))) return &c->config->sources.p[i];
	return NULL;
}

bool client_split(struct arena *a, str text, str *url, struct index_credentials *credentials, struct err *e)
{
	struct url u;
	if (!url_parse(a, text, &u, e)) return err_where(e, STR_FMT, STR_ARG(url_display(a, text)));
	*credentials = (struct index_credentials){ u.has_user && (u.username.n > 0 || u.has_password), u.has_password, u.username,
		                                       u.password };
	*url = url_text(a, &u, false);
	return true;
}

bool client_same_origin(str left, str right)
{
	struct arena scratch = { 0 };
	struct url l, r;
	struct err ignored = { 0 };
	bool same = url_parse(&scratch, left, &l, &ignored) && url_parse(&scratch, right, &r, &ignored) && url_same_origin(&l, &r);
	arena_release(&scratch);
	return same;
}

/* The configured index that a URL belongs to: the one named, else the one at its origin with the longest common path. */
static const struct index_source *index_of(struct index_client *c, str url, str index)
{
	const struct index_source *best = NULL;
	if (!str_empty(index) && client_same_origin(url, index) && client_source(c, index)) return client_source(c, index);
	for (size_t i = 0; i < c->config->sources.n; i++) {
		const struct index_source *s = &c->config->sources.p[i];
		if (!s->credentials.has_user || s->is_folder || !client_same_origin(url, s->url)) continue;
		if (!best || (str_starts(url, s->url) && s->url.n > best->url.n)) best = s;
	}
	return best;
}

void client_credentials(struct index_client *c, str url, str index, struct index_credentials *credentials)
{
	struct arena scratch = { 0 };
	struct url u;
	struct err ignored = { 0 };
	if (!credentials->has_password) {
		const struct index_source *s = index_of(c, url, index);
		bool fits =
		    s && s->credentials.has_user && (!credentials->has_user || str_eq(s->credentials.username, credentials->username));
		if (fits) *credentials = s->credentials;
	}
	if (!credentials->has_password && url_parse(&scratch, url, &u, &ignored)) {
		str user = credentials->has_user ? credentials->username : S("");
		netrc_find(&c->config->netrc, u.host, user, credentials);
	}
	arena_release(&scratch);
}

bool client_keyring(struct index_client *c, str index, str user, struct index_credentials *credentials)
{
	struct err ignored = { 0 };
	if (!c->config->keyring || !c->options.env) return false;
	for (size_t i = 0; i < c->keyring.n; i++) {
		if (!str_eq(c->keyring.p[i].url, index)) continue;
		if (c->keyring.p[i].found) *credentials = c->keyring.p[i].credentials;
		return c->keyring.p[i].found;
	}
	struct keyring_answer *answer = vec_push(&c->arena, &c->keyring);
	answer->url = arena_str(&c->arena, index);
	if (!keyring_find(&c->arena, c->options.env, index, user, &answer->credentials, &answer->found, &ignored)) return false;
	if (answer->found) *credentials = answer->credentials;
	return answer->found;
}

void client_authorize(struct http_request *r, const struct index_credentials *credentials)
{
	r->has_auth = credentials->has_user;
	r->username = credentials->username;
	r->password = credentials->password;
}

/* --- words --- */

bool client_error(struct err *e, str subject, const struct err *from)
{
	if (err_is_set(e)) return false;
	if (str_empty(subject) || from->code == ERR_INTERRUPT || from->code == ERR_BUG) {
		*e = *from;
		return false;
	}
	err_set(e, from->code, from->id, STR_FMT ": %s", STR_ARG(str_slice(subject, 0, 200)), from->what);
	e->sys = from->sys;
	e->has_offset = from->has_offset;
	e->offset = from->offset;
	if (from->where[0]) err_where(e, "%s", from->where);
	if (from->why[0]) err_why(e, "%s", from->why);
	if (from->help[0]) err_help(e, "%s", from->help);
	return false;
}

bool client_offline(struct err *e, str subject, str url)
{
	struct arena scratch = { 0 };
	err_set(e, ERR_RESOLVE, "offline", STR_FMT " is not in the store, and --offline forbids to ask for it", STR_ARG(subject));
	err_where(e, STR_FMT, STR_ARG(url_display(&scratch, url)));
	err_help(e, "run the same build once without --offline");
	arena_release(&scratch);
	return false;
}

void client_note_page(struct index_client *c, str name, const struct index_page *page)
{
	struct notes *notes = c->options.notes;
	if (!notes) return;
	if (page->newer_api)
		note_add(notes, NOTE_VERBOSE, "newer-index-api", "the index page of " STR_FMT " is of version " STR_FMT, STR_ARG(name),
		         STR_ARG(page->api_version));
	if (str_empty(page->status) || str_eq(page->status, S("active"))) return;
	note_add(notes, NOTE_WARNING, "project-status", "the index says that " STR_FMT " is " STR_FMT "%s" STR_FMT, STR_ARG(name),
	         STR_ARG(str_slice(page->status, 0, 40)), str_empty(page->status_reason) ? "" : ": ",
	         STR_ARG(str_slice(page->status_reason, 0, 300)));
}
