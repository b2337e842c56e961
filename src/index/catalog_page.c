/* catalog_page.c: a project: the index that answers, and what the store has of it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The store keeps two blobs for a name in an index: the encoded page, and facts about it (when and how it was validated), which
 * change more often. The facts name the page that they are about by its digest: two processes that write at the same time can leave
 * one of each behind, which then count as nothing.
 * Freshness: RFC 9111 4.2 with max-age alone, less Age, at most CATALOG_FRESH_MAX; "no-cache" is 0; "no-store" keeps nothing;
 * "private" is what the store is. An index that says nothing about it has CATALOG_FRESH_SHORT: long enough for the next command
 * of a script, too short for anybody to notice. That an index does not know a name is kept in the same way. */
#include <string.h>

#include "base/rd.h"
#include "index/catalog_parts.h"

#define FACTS_FORMAT 1
enum { FACT_ABSENT = 1 };

/* --- the store --- */

static str page_key(struct page_entry *p, const char *what, const struct index_source *s)
{
	return arena_fmt(&p->catalog->arena, "%s " STR_FMT "/" STR_FMT "/", what, STR_ARG(s->url), STR_ARG(p->project.name));
}

static void save(struct page_entry *p, str key, str bytes)
{
	struct err ignored = { 0 };
	if (p->catalog->options.store) store_blob_save(p->catalog->options.store, CATALOG_PAGES, key, bytes, &ignored);
}

static bool load(struct page_entry *p, struct arena *a, str key, str *bytes)
{
	bool found = false;
	return p->catalog->options.store && store_blob_load(p->catalog->options.store, a, CATALOG_PAGES, key, bytes, &found) &&
	       found;
}

static void save_facts(struct page_entry *p, const struct index_source *s, const struct page_facts *f)
{
	struct buf out;
	buf_init(&out, CATALOG_BLOB_MAX);
	catalog_put(&out, FACTS_FORMAT);
	catalog_put(&out, f->absent ? FACT_ABSENT : 0);
	catalog_put(&out, (uint64_t)f->validated);
	catalog_put(&out, f->fresh);
	catalog_put_str(&out, f->etag);
	catalog_put_str(&out, f->last_modified);
	buf_add_u64(&out, f->content);
	save(p, page_key(p, "facts", s), buf_str(&out));
	buf_release(&out);
}

static bool load_facts(struct page_entry *p, const struct index_source *s, struct page_facts *out)
{
	str bytes;
	if (!load(p, &p->catalog->arena, page_key(p, "facts", s), &bytes)) return false;
	struct rd r = rd_over(bytes);
	if (catalog_get(&r) != FACTS_FORMAT) return false;
	uint64_t flags = catalog_get(&r);
	out->absent = flags & FACT_ABSENT;
	out->validated = (int64_t)catalog_get(&r);
	out->fresh = (uint32_t)catalog_get(&r);
	out->etag = catalog_get_str(&r);
	out->last_modified = catalog_get_str(&r);
	out->content = rd_u64(&r);
	return !r.bad && rd_left(&r) == 0;
}

static uint64_t content_id(str bytes)
{
	struct sha256 digest;
	uint64_t id;
	sha256_of(bytes, &digest);
	memcpy(&id, digest.bytes, sizeof id);
	return id;
}

/* The encoded page that the facts are about. It begins with its own number. */
static bool load_content(struct page_entry *p, struct arena *a, const struct index_source *s, str *out)
{
	str bytes;
	if (!load(p, a, page_key(p, "page", s), &bytes)) return false;
	struct rd r = rd_over(bytes);
	uint64_t id = rd_u64(&r);
	*out = str_from_pos(bytes, r.at);
	return !r.bad && id == p->facts.content;
}

static void save_content(struct page_entry *p, const struct index_source *s, str content, uint64_t id)
{
	struct buf out;
	buf_init(&out, CATALOG_BLOB_MAX);
	buf_add_u64(&out, id);
	buf_add_str(&out, content);
	save(p, page_key(p, "page", s), buf_str(&out));
	buf_release(&out);
}

/* --- how long an answer may be used --- */

static uint32_t seconds_of(str text)
{
	uint64_t n;
	str digits = str_trim(text);
	if (digits.n >= 2 && digits.p[0] == '"' && digits.p[digits.n - 1] == '"') digits = str_slice(digits, 1, digits.n - 1);
	if (!str_u64(digits, &n)) return 0;
	return n > CATALOG_FRESH_MAX ? CATALOG_FRESH_MAX : (uint32_t)n;
}

/* False: nothing of it may be kept. */
static bool judge_freshness(const struct http_result *result, uint32_t *fresh)
{
	bool told = false, keep = true, no_cache = false;
	str rest = result->cache_control, directive;
	uint32_t seconds = 0;
	for (bool more = rest.n > 0; more;) {
		more = str_cut(rest, ',', &directive, &rest);
		directive = str_trim(directive);
		if (str_ieq(directive, S("no-store"))) keep = false;
		if (str_ieq(directive, S("no-cache")) || str_istarts(directive, S("no-cache="))) no_cache = true;
		if (!told && str_istarts(directive, S("max-age="))) {
			told = true;
			seconds = seconds_of(str_from_pos(directive, 8));
		}
	}
	uint32_t age = seconds_of(result->age);
	*fresh = no_cache ? 0 : !told ? CATALOG_FRESH_SHORT : seconds > age ? seconds - age : 0;
	return keep;
}

static bool is_fresh(const struct catalog *c, const struct page_facts *f)
{
	int64_t age = c->options.client.now - f->validated;
	return !c->options.refresh && age >= 0 && age < (int64_t)f->fresh;
}

/* --- answers --- */

static void finish(struct page_entry *p, const struct index_source *s)
{
	struct catalog *c = p->catalog;
	p->project.known = true;
	if (s) p->project.index = arena_str(&c->arena, s->url);
	c->n_files += p->project.n_files;
	if (c->n_files <= CATALOG_FILES_MAX) {
		catalog_page_done(p, NULL);
		return;
	}
	struct err e = { 0 };
	err_set(&e, ERR_NETWORK, "bad-index-page", "the index pages of this run list more than %d files", CATALOG_FILES_MAX);
	err_where(&e, STR_FMT, STR_ARG(p->project.index));
	catalog_page_done(p, &e);
}

static void damaged(struct page_entry *p)
{
	struct err e = { 0 };
	err_set(&e, ERR_NETWORK, "bad-index-page", "the index page of " STR_FMT " is too large", STR_ARG(p->project.name));
	catalog_page_done(p, &e);
}

/* Makes the project of the index's encoded page (empty: none), with the files of find-links. */
static bool use(struct page_entry *p, str content)
{
	struct catalog *c = p->catalog;
	struct index_client *client = c->client;
	if (!p->lookup.linked) return catalog_decode(&c->arena, content, &c->options, &p->project);
	struct arena scratch = { 0 };
	struct index_page page = { 0 };
	struct buf mixed;
	buf_init(&mixed, CATALOG_BLOB_MAX);
	bool ok = content.n == 0 || catalog_unpack(&scratch, content, &page);
	if (ok) {
		struct catalog_encoder *encoder = catalog_encoder_new(p->project.name);
		for (size_t i = 0; i < client->config->find_links.n; i++) catalog_encoder_page(encoder, &client->links[i].page);
		catalog_encoder_page(encoder, &page);
		catalog_encoder_end(encoder, page.status, page.status_reason, &mixed);
		ok = !mixed.over && catalog_decode(&c->arena, buf_str(&mixed), &c->options, &p->project);
	}
	buf_release(&mixed);
	arena_release(&scratch);
	return ok;
}

static void links_alone(struct page_entry *p)
{
	struct index_client *client = p->catalog->client;
	for (size_t i = client->config->find_links.n; i-- > 0;)
		for (size_t k = 0; k < client->links[i].page.files.n; k++)
			if (client_file_is_of(client->links[i].page.files.p[k].file, p->project.name))
				p->project.index = client->links[i].url;
	if (use(p, S("")))
		finish(p, NULL);
	else
		damaged(p);
}

static void take_content(struct page_entry *p, const struct index_source *s, const struct buf *content)
{
	if (!content->over && use(p, buf_str(content)))
		finish(p, s);
	else
		damaged(p);
}

/* An index on disk, which is read again every time; or only find-links. */
static void on_page(void *context, const struct index_source *s, const struct index_page *page,
                    const struct http_result *result)
{
	struct page_entry *p = context;
	struct buf content;
	(void)result;
	if (!page) {
		links_alone(p);
		return;
	}
	struct catalog_encoder *encoder = catalog_encoder_new(p->project.name);
	if (!str_eq(page->status, S("quarantined"))) catalog_encoder_page(encoder, page);
	buf_init(&content, CATALOG_BLOB_MAX);
	catalog_encoder_end(encoder, page->status, page->status_reason, &content);
	take_content(p, s, &content);
	buf_release(&content);
}

static void keep_content(struct page_entry *p, const struct index_source *s, const struct buf *content,
                         const struct http_result *result)
{
	struct page_facts facts = { .validated = p->catalog->options.client.now,
		                        .etag = result->etag,
		                        .last_modified = result->last_modified };
	if (!judge_freshness(result, &facts.fresh)) return;
	facts.content = content_id(buf_str(content));
	bool same = p->has_facts && !p->distrust && !p->facts.absent && p->facts.content == facts.content;
	if (!same) save_content(p, s, buf_str(content), facts.content);
	save_facts(p, s, &facts);
}

struct taking {
	struct catalog_encoder *encoder;
	bool secret;
};

/* A link with credentials of its own must not come into the store. */
static bool has_userinfo(str url)
{
	size_t at = str_find(url, S("://"));
	if (at == STR_NONE) return false;
	str rest = str_from_pos(url, at + 3);
	size_t slash = str_chr(rest, '/');
	return str_chr(str_slice(rest, 0, slash), '@') != STR_NONE;
}

static void take_file(void *context, const struct index_file *file)
{
	struct taking *t = context;
	if (file && !t->secret) t->secret = has_userinfo(file->url);
	catalog_encoder_take(t->encoder, file);
}

/* A page of the web: its text is dropped as soon as it is encoded, and what it was encoded from as well. */
static bool on_text(void *context, const struct index_source *s, str text, const struct http_result *result, struct err *e)
{
	struct page_entry *p = context;
	struct arena scratch = { 0 };
	struct index_page page;
	struct buf content;
	struct catalog_encoder *encoder = catalog_encoder_new(p->project.name);
	struct taking taking = { .encoder = encoder };
	if (!index_page_read(&scratch, text, result->url, result->content_type, take_file, &taking, &page, e)) {
		catalog_encoder_free(encoder);
		arena_release(&scratch);
		return false;
	}
	if (str_eq(page.status, S("quarantined"))) catalog_encoder_take(encoder, NULL);
	str status = arena_str(&scratch, page.status), reason = arena_str(&scratch, page.status_reason);
	client_lookup_release(&p->lookup);
	buf_init(&content, CATALOG_BLOB_MAX);
	catalog_encoder_end(encoder, status, reason, &content);
	if (!content.over && !taking.secret) keep_content(p, s, &content, result);
	take_content(p, s, &content);
	buf_release(&content);
	arena_release(&scratch);
	return true;
}

/* Takes what the store has; false when it is not good any more. */
static bool take_stored(struct page_entry *p, const struct index_source *s)
{
	struct arena scratch = { 0 };
	str content;
	bool ok = load_content(p, &scratch, s, &content) && use(p, content);
	arena_release(&scratch);
	return ok;
}

static enum client_recall on_recall(void *context, const struct index_source *s, struct client_condition *condition)
{
	struct page_entry *p = context;
	struct catalog *c = p->catalog;
	p->has_facts = !p->distrust && load_facts(p, s, &p->facts);
	if (p->has_facts && (c->options.client.offline || is_fresh(c, &p->facts))) {
		if (p->facts.absent) return CLIENT_ABSENT;
		if (take_stored(p, s)) {
			c->stats.pages_from_store++;
			finish(p, s);
			return CLIENT_KNOWN;
		}
		p->has_facts = false;
	}
	if (p->has_facts && !p->facts.absent) {
		condition->etag = p->facts.etag;
		condition->last_modified = p->facts.last_modified;
	}
	if (!c->options.client.offline) c->stats.pages_asked++;
	return CLIENT_ASK;
}

static void begin_lookup(struct page_entry *p);

static void on_unchanged(void *context, const struct index_source *s, const struct http_result *result)
{
	struct page_entry *p = context;
	struct page_facts facts = p->facts;
	if (p->has_facts && take_stored(p, s)) {
		p->catalog->stats.pages_validated++;
		facts.validated = p->catalog->options.client.now;
		judge_freshness(result, &facts.fresh);
		if (result->etag.n) facts.etag = result->etag;
		if (result->last_modified.n) facts.last_modified = result->last_modified;
		save_facts(p, s, &facts);
		finish(p, s);
	} else if (!p->distrust) {
		/* The facts were whole, the page was not: once more, without conditions. */
		p->distrust = true;
		begin_lookup(p);
	} else {
		struct err e = { 0 };
		err_set(&e, ERR_NETWORK, "bad-index-page", STR_FMT ": the index says that nothing has changed, but was not asked so",
		        STR_ARG(p->project.name));
		err_where(&e, STR_FMT, STR_ARG(result->url));
		catalog_page_done(p, &e);
	}
}

static void on_absent(void *context, const struct index_source *s, const struct http_result *result)
{
	struct page_entry *p = context;
	struct page_facts facts = { .absent = true, .validated = p->catalog->options.client.now };
	if (judge_freshness(result, &facts.fresh)) save_facts(p, s, &facts);
}

static void on_failure(void *context, const struct err *why, bool web)
{
	struct page_entry *p = context;
	(void)web;
	if (strcmp(why->id, "unknown-project") != 0) {
		catalog_page_done(p, why);
		return;
	}
	struct err *missing = arena_new(&p->catalog->arena, struct err);
	*missing = *why;
	p->project.missing = missing;
	catalog_page_done(p, NULL);
}

static const struct client_lookup_hooks hooks = {
	.recall = on_recall, .page = on_page, .text = on_text, .unchanged = on_unchanged, .absent = on_absent, .failed = on_failure
};

static bool links_have(const struct page_entry *p)
{
	const struct index_client *client = p->catalog->client;
	for (size_t i = 0; i < client->config->find_links.n; i++)
		for (size_t k = 0; k < client->links[i].page.files.n; k++)
			if (client_file_is_of(client->links[i].page.files.p[k].file, p->project.name)) return true;
	return false;
}

static void begin_lookup(struct page_entry *p)
{
	struct err e = { 0 };
	bool urgent = p->lookup.urgent;
	client_lookup_release(&p->lookup);
	p->lookup = (struct client_lookup){ .client = p->catalog->client,
		                                .arena = &p->catalog->arena,
		                                .name = p->project.name,
		                                .index = p->index,
		                                .linked = links_have(p),
		                                .urgent = urgent,
		                                .hooks = &hooks,
		                                .context = p };
	if (!client_lookup_begin(&p->lookup, &e)) catalog_page_done(p, &e);
}

void catalog_page_begin(struct page_entry *p, bool urgent)
{
	p->begun = true;
	p->lookup.urgent = urgent;
	begin_lookup(p);
}
