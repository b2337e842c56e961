/* catalog.c: asking, waiting, and the queue of what is wanted.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is wanted waits in a queue until somebody drives. What is asked for is begun first: when the store has it, nothing else
 * is touched; when it has to come over the network, everything that is wanted is begun as well and comes along. */
#include "index/catalog.h"

#include <time.h>

#include "base/oom.h"
#include "index/catalog_parts.h"
#include "net/url.h"
#include "python/name.h"

/* --- making and freeing --- */

static void on_log(void *context, const char *line)
{
	struct catalog *c = context;
	const struct index_client_options *o = &c->options.client;
	if (o->log) o->log(o->context, line);
}

static void on_received(void *context, uint64_t bytes)
{
	struct catalog *c = context;
	const struct index_client_options *o = &c->options.client;
	c->stats.bytes += bytes;
	if (o->received) o->received(o->context, bytes);
}

struct catalog *catalog_new(const struct catalog_options *options)
{
	struct arena arena = { 0 };
	struct catalog *c = arena_new(&arena, struct catalog);
	c->options = *options;
	c->own = options->client;
	c->own.log = options->client.log ? on_log : NULL;
	c->own.received = on_received;
	c->own.context = c;
	c->client = index_client_new(options->config, &c->own);
	c->client->tick = catalog_lease_tick;
	c->last = &c->first;
	c->arena = arena;
	map_init(&c->projects, &c->arena);
	map_init(&c->rangeless, &c->arena);
	return c;
}

void catalog_free(struct catalog *c)
{
	if (!c) return;
	index_client_free(c->client); /* drops all transfers: nothing is called any more */
	for (size_t i = 0; i < c->projects.n; i++) {
		struct page_entry *p = c->projects.entries[i].value;
		client_lookup_release(&p->lookup);
		for (size_t k = 0; p->metadata && k < p->project.n_files; k++)
			if (p->metadata[k]) {
				catalog_metadata_release(p->metadata[k]);
				catalog_lease_release(p->metadata[k]);
			}
	}
	struct arena arena = c->arena;
	arena_release(&arena);
}

void catalog_stats(const struct catalog *c, struct catalog_stats *out) { *out = c->stats; }

/* --- the queue --- */

static void enqueue(struct catalog *c, struct page_entry *page, struct metadata_entry *metadata)
{
	struct work *w = arena_new(&c->arena, struct work);
	w->page = page;
	w->metadata = metadata;
	*c->last = w;
	c->last = &w->next;
	/* A callback of a transfer wants it: the loop that called back will not look here. */
	if (c->driving) catalog_work(c);
}

void catalog_work(struct catalog *c)
{
	if (c->working || !c->linked) return;
	c->working = true;
	while (c->first) {
		struct work w = *c->first;
		c->first = w.next;
		if (!c->first) c->last = &c->first;
		if (w.page && !w.page->begun) catalog_page_begin(w.page, false);
		if (w.metadata && !w.metadata->begun) catalog_metadata_begin(w.metadata, false);
	}
	c->working = false;
}

static struct err *keep_error(struct catalog *c, const struct err *error)
{
	if (!error) return NULL;
	struct err *kept = arena_new(&c->arena, struct err);
	*kept = *error;
	return kept;
}

void catalog_page_done(struct page_entry *p, const struct err *error)
{
	struct catalog *c = p->catalog;
	p->error = keep_error(c, error);
	p->done = true;
	if (!error && c->options.project_arrived) c->options.project_arrived(c->options.context, &p->project);
}

void catalog_metadata_done(struct metadata_entry *m, const struct err *error)
{
	struct catalog *c = m->catalog;
	m->error = keep_error(c, error);
	m->done = true;
	catalog_lease_release(m);
	if (!error && c->options.metadata_arrived)
		c->options.metadata_arrived(c->options.context, &m->page->project, (size_t)(m->file - m->page->project.files));
}

/* --- waiting --- */

static bool load_links(struct catalog *c, struct err *e)
{
	if (c->linked) return true;
	c->linked = client_load_links(c->client, e);
	if (!c->linked) client_drop(c->client);
	return c->linked;
}

static bool interrupted(const struct catalog *c)
{
	const atomic_bool *cancel = c->options.client.cancel;
	return cancel && atomic_load_explicit(cancel, memory_order_relaxed);
}

/* Transfers, and what other processes load for us. */
static bool run(struct catalog *c, const bool *done, struct err *e)
{
	for (;;) {
		if (c->client->http && !http_run_until(c->client->http, done, e)) return false;
		if (*done) return true;
		BUG_IF(c->waiting.n == 0);
		if (interrupted(c)) return err_set(e, ERR_INTERRUPT, "interrupted", "interrupted");
		struct timespec pause = { .tv_nsec = (long)catalog_lease_tick(c) * 1000000 };
		if (!*done) nanosleep(&pause, NULL);
	}
}

/* Until *done. Exactly one of page and metadata is what somebody waits for. */
static bool drive(struct catalog *c, struct page_entry *page, struct metadata_entry *metadata, const bool *done, struct err *e)
{
	if (err_is_set(&c->dead)) {
		*e = c->dead;
		return false;
	}
	BUG_IF(c->driving); /* a hook waits for something that is not there */
	c->driving = true;
	bool ok = load_links(c, e);
	if (ok) {
		c->working = true; /* hooks only add to the queue */
		if (page && !page->begun) catalog_page_begin(page, true);
		if (metadata && !metadata->begun) catalog_metadata_begin(metadata, true);
		c->working = false;
	}
	if (ok && !*done) {
		catalog_work(c);
		ok = run(c, done, e);
	}
	c->driving = false;
	BUG_IF(ok && !*done);
	if (!ok) c->dead = *e;
	return ok;
}

/* --- projects --- */

static struct page_entry *entry_of(struct catalog *c, str name, str index)
{
	bool added;
	str key = arena_fmt(&c->arena, STR_FMT " " STR_FMT, STR_ARG(name), STR_ARG(index));
	void **place = map_put(&c->projects, key, &added);
	if (!added) return *place;
	struct page_entry *p = arena_new(&c->arena, struct page_entry);
	p->catalog = c;
	p->project.name = str_slice(key, 0, name.n);
	p->index = str_from_pos(key, name.n + 1);
	*place = p;
	return p;
}

void catalog_want_project(struct catalog *c, str name, str index)
{
	struct page_entry *p = entry_of(c, name, index);
	if (!p->begun) enqueue(c, p, NULL);
}

bool catalog_project(struct catalog *c, str name, str index, const struct catalog_project **out, struct err *e)
{
	struct page_entry *p = entry_of(c, name, index);
	if (!p->done && !drive(c, p, NULL, &p->done, e)) return false;
	if (p->error) {
		*e = *p->error;
		return false;
	}
	*out = &p->project;
	return true;
}

/* --- metadata --- */

static struct metadata_entry *metadata_of(struct catalog *c, const struct catalog_project *project, size_t file)
{
	struct page_entry *p = (struct page_entry *)(uintptr_t)project;
	BUG_IF(p->catalog != c || file >= project->n_files);
	if (!p->metadata) p->metadata = arena_array(&c->arena, struct metadata_entry *, project->n_files);
	if (p->metadata[file]) return p->metadata[file];
	struct metadata_entry *m = arena_new(&c->arena, struct metadata_entry);
	m->catalog = c;
	m->page = p;
	m->file = &project->files[file];
	m->lease = -1;
	return p->metadata[file] = m;
}

void catalog_want_metadata(struct catalog *c, const struct catalog_project *project, size_t file)
{
	struct metadata_entry *m = metadata_of(c, project, file);
	if (!m->begun) enqueue(c, NULL, m);
}

bool catalog_metadata(struct catalog *c, const struct catalog_project *project, size_t file,
                      const struct catalog_metadata **out, struct err *e)
{
	struct metadata_entry *m = metadata_of(c, project, file);
	if (!m->done && !drive(c, NULL, m, &m->done, e)) return false;
	if (m->error) {
		*e = *m->error;
		return false;
	}
	if (!m->parsed) catalog_needs_parse(m);
	*out = &m->metadata;
	return true;
}

bool catalog_direct(struct catalog *c, str url_or_path, const struct sha256 *expected, const struct catalog_project **out,
                    struct err *e)
{
	bool added;
	str digest = expected ? sha256_hex_str(&c->arena, expected) : S("");
	/* No normalised name holds a space. */
	str key = arena_fmt(&c->arena, " " STR_FMT " " STR_FMT, STR_ARG(digest), STR_ARG(url_or_path));
	void **place = map_put(&c->projects, key, &added);
	struct page_entry *p = added ? arena_new(&c->arena, struct page_entry) : *place;
	*place = p;
	p->catalog = c;
	if (!p->done && !catalog_direct_make(p, url_or_path, expected, e)) return false;
	*out = &p->project;
	return true;
}
