/* client_request.c: one request for a file.
 * SPDX-License-Identifier: Apache-2.0 */
#include "index/client_internal.h"
#include "net/url.h"

static void queue(struct client_request *r);

static bool on_begin(void *context, const struct http_result *so_far, struct err *e)
{
	struct client_request *r = context;
	return !r->begin || r->begin(r->context, so_far, e);
}

static bool on_bytes(void *context, const void *bytes, size_t n, struct err *e)
{
	struct client_request *r = context;
	return r->write(r->context, bytes, n, e);
}

static bool on_restart(void *context, struct err *e)
{
	struct client_request *r = context;
	return !r->restart || r->restart(r->context, e);
}

static bool on_finish(void *context, struct err *e)
{
	struct client_request *r = context;
	return !r->finish || r->finish(r->context, e);
}

static void on_done(void *context, const struct http_result *result)
{
	struct client_request *r = context;
	if (result->status == 401 && !result->ok && !r->asked_keyring) {
		r->asked_keyring = true;
		/* What the keyring says about the index is for the index's own origin. */
		str service = !str_empty(r->index) && client_same_origin(r->index, r->url) ? r->index : r->url;
		if (client_keyring(r->client, service, r->credentials.username, &r->credentials)) {
			queue(r);
			return;
		}
	}
	r->done(r->done_context, result);
}

static void queue(struct client_request *r)
{
	r->http.url = r->url;
	r->http.context = r;
	r->http.begin = r->begin ? on_begin : NULL;
	r->http.sink = on_bytes;
	r->http.restart = on_restart;
	r->http.finish = on_finish;
	r->http.done = on_done;
	client_authorize(&r->http, &r->credentials);
	http_add(client_http(r->client), &r->http);
}

bool client_request_begin(struct client_request *r, str url, struct err *e)
{
	r->credentials = (struct index_credentials){ 0 };
	r->asked_keyring = false;
	if (!client_split(r->arena, url, &r->url, &r->credentials, e)) return false;
	client_credentials(r->client, r->url, r->index, &r->credentials);
	queue(r);
	return true;
}

void client_request_error(const struct client_request *r, const struct http_result *result, struct err *e)
{
	struct url u;
	struct err ignored = { 0 };
	str subject = r->subject;
	if (str_empty(subject) && url_parse(r->arena, r->url, &u, &ignored)) subject = url_file_name(r->arena, &u);
	/* The sink's own errors already say whose bytes they are about. */
	bool ours = result->error->code == ERR_NETWORK || result->error->code == ERR_USAGE;
	client_error(e, ours ? subject : S(""), result->error);
}
