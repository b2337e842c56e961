/* client_list.c: index_list.
 * SPDX-License-Identifier: Apache-2.0
 *
 * All look-ups that wait for a web page do so together. */
#include "index/client_internal.h"

struct listing_run;

struct listing {
	struct listing_run *run;
	const struct index_query *query;
	struct index_answer *answer;
	struct client_lookup lookup;
	struct err error; /* what does not end the others */
};

struct listing_run {
	struct index_client *client;
	struct arena *arena; /* of the answers */
	struct arena scratch;
	struct listing *listings;
	size_t n;
};

/* --- answers --- */

static void take_files(struct listing *l, const struct index_page *page, bool filter_name)
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

static void take_links(struct listing *l)
{
	struct index_client *c = l->run->client;
	for (size_t i = 0; i < c->config->find_links.n; i++) {
		size_t before = l->answer->files.n;
		take_files(l, &c->links[i].page, true);
		if (l->answer->files.n > before && str_empty(l->answer->index))
			l->answer->index = arena_str(l->run->arena, c->links[i].url);
	}
	l->answer->n_find_links = l->answer->files.n;
	l->lookup.linked = l->answer->files.n > 0;
}

static void on_page(void *context, const struct index_source *s, const struct index_page *page,
                    const struct http_result *result)
{
	struct listing *l = context;
	struct index_answer *answer = l->answer;
	(void)result;
	if (!page) return;
	answer->index = arena_str(l->run->arena, s->url);
	answer->status = arena_str(l->run->arena, page->status);
	answer->status_reason = arena_str(l->run->arena, page->status_reason);
	client_note_page(l->run->client, l->query->name, page);
	if (!str_eq(page->status, S("quarantined"))) take_files(l, page, false);
}

static void on_failure(void *context, const struct err *why, bool web)
{
	struct listing *l = context;
	if (web)
		http_stop(l->run->client->http, why);
	else
		l->error = *why;
}

static void on_unchanged(void *context, const struct index_source *s, const struct http_result *result)
{
	struct err e = { 0 };
	(void)s;
	err_set(&e, ERR_NETWORK, "bad-index-page", "the index says that nothing has changed, but was not asked so");
	err_where(&e, STR_FMT, STR_ARG(result->url));
	on_failure(context, &e, true);
}

static const struct client_lookup_hooks hooks = { .page = on_page, .unchanged = on_unchanged, .failed = on_failure };

/* --- all together --- */

static bool begin(struct listing *l, struct err *e)
{
	l->answer->name = arena_str(l->run->arena, l->query->name);
	l->lookup = (struct client_lookup){ .client = l->run->client,
		                                .arena = &l->run->scratch,
		                                .name = l->query->name,
		                                .index = l->query->index,
		                                .hooks = &hooks,
		                                .context = l };
	take_links(l);
	return client_lookup_begin(&l->lookup, e);
}

static bool run_listings(struct listing_run *run, const struct index_query *queries, struct index_answer *answers,
                         struct err *e)
{
	struct index_client *c = run->client;
	for (size_t i = 0; i < run->n; i++) {
		run->listings[i].run = run;
		run->listings[i].query = &queries[i];
		run->listings[i].answer = &answers[i];
		answers[i] = (struct index_answer){ 0 };
	}
	for (size_t i = 0; i < run->n; i++)
		if (!begin(&run->listings[i], e)) return false;
	return !c->http || http_run(c->http, e);
}

bool index_list(struct index_client *c, struct arena *a, const struct index_query *queries, size_t n,
                struct index_answer *answers, struct err *e)
{
	struct listing_run run = { .client = c, .arena = a, .n = n };
	run.listings = arena_array(&run.scratch, struct listing, n);
	bool ok = client_load_links(c, e) && run_listings(&run, queries, answers, e);
	if (!ok) client_drop(c);
	for (size_t i = 0; i < n; i++) {
		struct listing *l = &run.listings[i];
		client_lookup_release(&l->lookup);
		if (ok && err_is_set(&l->error)) ok = client_error(e, S(""), &l->error);
	}
	arena_release(&run.scratch);
	return ok;
}
