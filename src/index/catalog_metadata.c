/* catalog_metadata.c: where a file's metadata comes from, step by step.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each step that fails in a way that another may cure leads to the next:
 *   advertised file (PEP 658, 714)  absent or other bytes than its digest says -> the archive
 *   a range of the archive          not answered as a range, or not readable   -> the whole archive
 *   the whole archive               verified, into the store
 * A server that sends the whole file for a range is taken at its word: that is the last step already. What says that ranges do not
 * work is remembered for the origin: 400, 405, 416, 501, and ranges that are not the ones asked for.
 * What cannot be read out of the verified archive is broken for good. */
#include <string.h>

#include "base/io.h"
#include "index/catalog_parts.h"
#include "net/url.h"
#include "python/name.h"

#define SDIST_HEAD     ((uint64_t)64 << 10) /* of a .tar.gz: PKG-INFO often stands at its beginning */
#define MEMORY_MAX     ((size_t)256 << 20)  /* of a whole file, without a store */
#define READS_MAX      5
#define ADVERTISED_MAX METADATA_MAX

enum step { STEP_ADVERTISED, STEP_END, STEP_MEMBER, STEP_HEAD, STEP_WHOLE };

struct fetch {
	struct metadata_entry *entry;
	struct arena arena; /* this struct too */
	struct client_request request;
	enum step step;
	bool whole, to_store; /* the whole file comes; and goes into the store */
	bool doubt_size;      /* the page's size of the file is wrong */
	uint32_t reads;
	struct buf bytes; /* of this request */
	struct tail tail;
	struct store_put put;
	struct sha256 digest; /* of the whole file, once it is in the store */
};

static void begin_step(struct fetch *f, enum step step);

static const struct index_file *file_of(const struct fetch *f) { return &f->entry->file->index; }

static bool is_zip(const struct metadata_entry *m) { return m->file->is_wheel || str_ends(m->file->index.file, S(".zip")); }

static enum tail_member member_of(const struct metadata_entry *m)
{
	return m->file->is_wheel ? TAIL_WHEEL_METADATA : TAIL_SDIST_PKG_INFO;
}

/* --- what is remembered of origins --- */

static str origin_of(struct arena *a, str url)
{
	struct url u;
	struct err ignored = { 0 };
	if (!url_parse(a, url, &u, &ignored)) return url;
	return arena_fmt(a, STR_FMT "://" STR_FMT ":%u", STR_ARG(u.scheme), STR_ARG(u.host), url_port(&u));
}

static bool is_rangeless(struct fetch *f)
{
	const struct catalog *c = f->entry->catalog;
	return c->rangeless.n > 0 && map_has(&c->rangeless, origin_of(&f->arena, file_of(f)->url));
}

static void remember_rangeless(struct fetch *f)
{
	struct catalog *c = f->entry->catalog;
	map_put(&c->rangeless, origin_of(&c->arena, file_of(f)->url), NULL);
}

/* --- the end --- */

void catalog_metadata_release(struct metadata_entry *m)
{
	struct fetch *f = m->fetch;
	if (!f) return;
	m->fetch = NULL;
	buf_release(&f->bytes);
	store_put_abort(&f->put);
	struct arena arena = f->arena;
	arena_release(&arena);
}

static void done(struct metadata_entry *m, const struct err *error)
{
	catalog_metadata_release(m);
	catalog_metadata_done(m, error);
}

/* An address may hold a secret, in its userinfo or its query; the store shall not. */
str catalog_metadata_key(const struct metadata_entry *m, struct arena *a)
{
	const struct index_file *f = &m->file->index;
	struct index_credentials ignored;
	struct err e = { 0 };
	struct sha256 digest;
	str url = f->url;
	if (f->has_sha256) return sha256_hex_str(a, &f->sha256);
	client_split(a, f->url, &url, &ignored, &e);
	sha256_of(url, &digest);
	return arena_join(a, S("url "), sha256_hex_str(a, &digest));
}

/* Files of this computer are read again each time: it costs as little, and they may change. */
static bool is_kept(const struct metadata_entry *m)
{
	return m->catalog->options.store && (m->file->index.has_sha256 || !str_starts(m->file->index.url, S("file:")));
}

static void save(struct metadata_entry *m)
{
	struct err ignored = { 0 };
	if (is_kept(m))
		store_blob_save(m->catalog->options.store, CATALOG_METADATA, catalog_metadata_key(m, &m->catalog->arena), m->needs,
		                &ignored);
}

static bool load(struct metadata_entry *m)
{
	bool found = false;
	str bytes;
	struct arena *a = &m->catalog->arena;
	if (!is_kept(m)) return false;
	struct arena_mark mark = arena_mark(a);
	found = store_blob_load(m->catalog->options.store, a, CATALOG_METADATA, catalog_metadata_key(m, a), &bytes, &found) &&
	        found && catalog_needs_fit(m, bytes);
	if (found)
		m->needs = bytes;
	else
		arena_rewind(a, mark);
	return found;
}

static void broken(struct metadata_entry *m, const struct err *why)
{
	m->metadata.broken = true;
	m->metadata.why = *why;
	if (!why->where[0]) err_where(&m->metadata.why, STR_FMT, STR_ARG(m->file->index.file));
	m->parsed = true;
	done(m, NULL);
}

/* The text is there. */
static void take_text(struct metadata_entry *m, str text)
{
	struct err why = { 0 };
	if (!catalog_needs_read(m, text, &m->needs, &why)) {
		broken(m, &why);
		return;
	}
	save(m);
	done(m, NULL);
}

static void fail(struct fetch *f, const struct err *why) { done(f->entry, why); }

/* --- a request's bytes --- */

static bool on_begin(void *context, const struct http_result *so_far, struct err *e)
{
	struct fetch *f = context;
	bool range = f->step == STEP_END || f->step == STEP_MEMBER || f->step == STEP_HEAD;
	f->whole = f->step == STEP_WHOLE || (range && so_far->status != 206);
	f->to_store = f->whole && f->entry->catalog->options.store;
	store_put_abort(&f->put); /* of an attempt that ended before its first byte */
	if (f->whole && !f->to_store) {
		buf_release(&f->bytes);
		buf_init(&f->bytes, MEMORY_MAX);
	}
	return !f->to_store || store_put_begin(f->entry->catalog->options.store, CATALOG_FILE_MAX, &f->put, e);
}

static bool on_bytes(void *context, const void *bytes, size_t n, struct err *e)
{
	struct fetch *f = context;
	if (f->to_store) return store_put_write(&f->put, bytes, n, e);
	return buf_add(&f->bytes, bytes, n) || err_set(e, ERR_NETWORK, "too-large", "more bytes came than were asked for");
}

static bool on_restart(void *context, struct err *e)
{
	struct fetch *f = context;
	(void)e;
	buf_clear(&f->bytes);
	store_put_abort(&f->put); /* on_begin comes again */
	return true;
}

/* Of a whole file that no store takes. */
static bool check_digest(struct fetch *f, struct err *e)
{
	struct sha256 digest;
	sha256_of(buf_str(&f->bytes), &digest);
	if (!file_of(f)->has_sha256 || sha256_eq(&digest, &file_of(f)->sha256)) return true;
	err_set(e, ERR_RESOLVE, "hash-mismatch", "the file's hash is wrong: expected sha256:" STR_FMT ", got sha256:" STR_FMT,
	        STR_ARG(sha256_hex_str(&f->arena, &file_of(f)->sha256)), STR_ARG(sha256_hex_str(&f->arena, &digest)));
	return err_where(e, STR_FMT, STR_ARG(url_display(&f->arena, file_of(f)->url)));
}

static bool on_finish(void *context, struct err *e)
{
	struct fetch *f = context;
	const struct index_file *file = file_of(f);
	if (f->whole && !f->to_store) return check_digest(f, e);
	if (!f->to_store) return true;
	bool ok = store_put_end(&f->put, file->has_sha256 ? &file->sha256 : NULL, &f->digest, e);
	if (!ok) err_where(e, STR_FMT, STR_ARG(url_display(&f->arena, file->url)));
	return ok;
}

/* --- what came --- */

/* The whole archive is in the store. */
static void read_whole(struct fetch *f)
{
	struct metadata_entry *m = f->entry;
	struct store *store = m->catalog->options.store;
	struct arena scratch = { 0 };
	struct err why = { 0 };
	int fd = -1;
	uint64_t size = 0;
	str text, path = store_file_path(store, &scratch, &f->digest);
	bool ok = store_file_open(store, &f->digest, UINT64_MAX, &fd, &size, &why);
	if (ok && fd < 0) ok = err_set(&why, ERR_IO, "read", "the store lost a file that was just put there");
	bool opened = ok;
	ok = ok && catalog_read_file(m, &scratch, fd, path, size, &text, &why);
	io_close(&fd);
	if (ok)
		take_text(m, text);
	else if (opened && why.code == ERR_FORMAT)
		broken(m, &why);
	else
		fail(f, &why);
	arena_release(&scratch);
}

/* The whole archive is in memory: there is no store. */
static void read_memory(struct fetch *f)
{
	struct metadata_entry *m = f->entry;
	struct err why = { 0 };
	str bytes = buf_str(&f->bytes), text = { 0 };
	bool found = false;
	if (is_zip(m)) {
		struct tail t = { .size = bytes.n, .end = { 0, bytes } };
		struct tail_answer answer = { 0 };
		found = tail_read(&f->arena, &t, member_of(m), m->page->project.name, &answer) == TAIL_FOUND;
		text = answer.text;
	} else {
		struct pkg_info *info = pkg_info_new(&f->arena);
		if (!pkg_info_feed(info, bytes.p, bytes.n, &found, &why)) found = false;
		text = found ? arena_str(&f->arena, pkg_info_text(info)) : S("");
		pkg_info_free(info);
	}
	if (found) {
		take_text(m, text);
		return;
	}
	catalog_no_member(m, false, &why);
	broken(m, &why);
}

static bool has_known_size(const struct fetch *f) { return file_of(f)->has_size && file_of(f)->size > 0 && !f->doubt_size; }

/* Once more, without believing the page's size. */
static void ask_for_end(struct fetch *f)
{
	f->doubt_size = true;
	f->reads = 0;
	begin_step(f, STEP_END);
}

/* Bytes of the archive came: is the member among them? */
static void read_tail(struct fetch *f, const struct http_result *result)
{
	struct metadata_entry *m = f->entry;
	struct tail_answer answer;
	str came = arena_str(&f->arena, buf_str(&f->bytes));
	if (f->reads == 1 && has_known_size(f) && result->range_total != file_of(f)->size) {
		ask_for_end(f);
		return;
	}
	if (f->reads == 1) {
		f->tail.size = result->range_total;
		f->tail.end = (struct tail_piece){ result->range_from, came };
	} else if (result->range_total != f->tail.size) {
		begin_step(f, STEP_WHOLE); /* it changed in between */
		return;
	} else if (f->step == STEP_END) {
		f->tail.end = (struct tail_piece){ result->range_from, arena_join(&f->arena, came, f->tail.end.bytes) };
	} else {
		f->tail.member = (struct tail_piece){ result->range_from, came };
	}
	enum tail_verdict verdict = tail_read(&f->arena, &f->tail, member_of(m), m->page->project.name, &answer);
	switch (verdict) {
	case TAIL_FOUND: take_text(m, answer.text); return;
	case TAIL_MORE_END:
	case TAIL_MORE_MEMBER:
		if (f->reads < READS_MAX && answer.from < answer.to) {
			f->request.http.suffix_range = false;
			f->request.http.range_from = answer.from;
			f->request.http.range_to = answer.to - 1;
			begin_step(f, verdict == TAIL_MORE_END ? STEP_END : STEP_MEMBER);
			return;
		}
		break;
	case TAIL_NO: break;
	}
	begin_step(f, STEP_WHOLE);
}

/* The beginning of a .tar.gz. */
static void read_head(struct fetch *f)
{
	struct err why = { 0 };
	bool found = false;
	struct pkg_info *info = pkg_info_new(&f->arena);
	bool ok = pkg_info_feed(info, f->bytes.p, f->bytes.n, &found, &why);
	str text = ok && found ? arena_str(&f->arena, pkg_info_text(info)) : S("");
	pkg_info_free(info);
	if (ok && found)
		take_text(f->entry, text);
	else
		begin_step(f, STEP_WHOLE);
}

/* True when it is what its digest says, and metadata of that file. */
static bool take_advertised(struct metadata_entry *m, str text)
{
	const struct index_file *file = &m->file->index;
	struct notes *notes = m->catalog->options.client.notes;
	struct sha256 digest;
	struct err why = { 0 };
	sha256_of(text, &digest);
	if (!file->has_metadata_sha256 || sha256_eq(&digest, &file->metadata_sha256)) {
		if (!catalog_needs_read(m, text, &m->needs, &why)) return false;
		save(m);
		return true;
	}
	if (notes)
		note_add(notes, NOTE_WARNING, "metadata-hash",
		         "the metadata that the index offers beside " STR_FMT " is not what its digest says: the file itself is read",
		         STR_ARG(file->file));
	return false;
}

static void read_advertised(struct fetch *f)
{
	if (take_advertised(f->entry, buf_str(&f->bytes)))
		done(f->entry, NULL);
	else
		begin_step(f, STEP_END);
}

/* --- what did not come --- */

/* Would another way of asking be answered? */
static bool range_refused(const struct http_result *r)
{
	static const char *const ids[] = { "bad-range", "truncated", "bad-response", "too-large" };
	if (r->status == 400 || r->status == 405 || r->status == 416 || r->status == 501) return true;
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		if (r->error->code == ERR_NETWORK && strcmp(r->error->id, ids[i]) == 0) return r->status >= 200 && r->status < 300;
	return false;
}

static void on_failure(struct fetch *f, const struct http_result *result)
{
	struct err e = { 0 };
	bool network = result->error->code == ERR_NETWORK;
	switch (f->step) {
	case STEP_ADVERTISED:
		if (network && (result->status == 404 || result->status == 410 || result->status == 403 || range_refused(result))) {
			begin_step(f, STEP_END);
			return;
		}
		break;
	case STEP_END:
	case STEP_MEMBER:
	case STEP_HEAD:
		if (result->status == 416 && f->step == STEP_END && f->reads == 1 && has_known_size(f)) {
			ask_for_end(f);
			return;
		}
		if (range_refused(result) && !f->whole) {
			remember_rangeless(f);
			begin_step(f, STEP_WHOLE);
			return;
		}
		break;
	case STEP_WHOLE: break;
	}
	client_request_error(&f->request, result, &e);
	fail(f, &e);
}

static void on_done(void *context, const struct http_result *result)
{
	struct fetch *f = context;
	if (!result->ok) {
		on_failure(f, result);
	} else if (f->whole) {
		if (f->step != STEP_WHOLE) remember_rangeless(f);
		if (f->to_store)
			read_whole(f);
		else
			read_memory(f);
	} else if (f->step == STEP_ADVERTISED) {
		read_advertised(f);
	} else if (f->step == STEP_HEAD) {
		read_head(f);
	} else {
		read_tail(f, result);
	}
}

/* --- asking --- */

/* The first range: of a zip its end, of a .tar.gz its beginning. */
static void first_range(struct fetch *f)
{
	const struct index_file *file = file_of(f);
	struct http_request *r = &f->request.http;
	if (!is_zip(f->entry)) {
		uint64_t last = file->has_size && file->size < SDIST_HEAD ? file->size : SDIST_HEAD;
		r->range_to = last > 0 ? last - 1 : 0;
		f->step = STEP_HEAD;
	} else if (has_known_size(f)) {
		r->range_from = file->size > CATALOG_TAIL ? file->size - CATALOG_TAIL : 0;
		r->range_to = file->size - 1;
	} else {
		r->suffix_range = true;
		r->range_from = 0;
		r->range_to = CATALOG_TAIL;
	}
}

static void begin_step(struct fetch *f, enum step step)
{
	struct metadata_entry *m = f->entry;
	const struct index_file *file = file_of(f);
	struct http_request *r = &f->request.http;
	struct err e = { 0 };
	bool first = f->reads == 0;
	if (step == STEP_END && first && is_rangeless(f)) step = STEP_WHOLE;
	f->step = step;
	f->whole = f->to_store = false;
	buf_release(&f->bytes);
	r->has_range = r->or_whole = step != STEP_ADVERTISED && step != STEP_WHOLE;
	r->has_size = false;
	r->max_body = CATALOG_FILE_MAX;
	str url = file->url;
	if (step == STEP_ADVERTISED) {
		url = arena_join(&f->arena, url, S(".metadata"));
		r->max_body = ADVERTISED_MAX;
	} else if (step == STEP_WHOLE) {
		r->suffix_range = false;
		r->has_size = file->has_size && !file->has_sha256; /* a digest says more than a size */
		r->expected_size = file->size;
	} else {
		if (first) first_range(f);
		f->reads++;
	}
	buf_init(&f->bytes, step == STEP_ADVERTISED ? ADVERTISED_MAX : TAIL_DIRECTORY_MAX + 4 * METADATA_MAX);
	m->catalog->stats.metadata_asked++;
	if (!client_request_begin(&f->request, url, &e)) fail(f, &e);
}

static void ask(struct metadata_entry *m, bool urgent)
{
	struct catalog *c = m->catalog;
	struct arena arena = { 0 };
	struct fetch *f = arena_new(&arena, struct fetch);
	struct index_credentials ignored;
	struct err e = { 0 };
	f->arena = arena;
	f->entry = m;
	m->fetch = f;
	buf_init(&f->bytes, 0);
	f->put.temp.fd = -1;
	f->request = (struct client_request){ .client = c->client,
		                                  .arena = &f->arena,
		                                  .subject = m->page->project.name,
		                                  .http = { .urgent = urgent },
		                                  .context = f,
		                                  .done_context = f,
		                                  .begin = on_begin,
		                                  .write = on_bytes,
		                                  .restart = on_restart,
		                                  .finish = on_finish,
		                                  .done = on_done };
	if (!str_empty(m->page->project.index) && !client_split(&f->arena, m->page->project.index, &f->request.index, &ignored, &e))
		f->request.index = S("");
	begin_step(f, m->file->index.has_metadata ? STEP_ADVERTISED : STEP_END);
}

/* The metadata file that stands beside one of this computer. */
static bool read_beside(struct metadata_entry *m, struct arena *scratch, str path)
{
	struct err ignored = { 0 };
	str text;
	if (!io_read_file(scratch, arena_join(scratch, path, S(".metadata")).p, ADVERTISED_MAX, &text, &ignored)) return false;
	return take_advertised(m, text);
}

/* A file of this computer. */
static void read_local(struct metadata_entry *m)
{
	struct arena scratch = { 0 };
	struct url u;
	struct err why = { 0 };
	struct io_stat st;
	str path, text;
	int fd = -1;
	bool ok = url_parse(&scratch, m->file->index.url, &u, &why) && url_to_path(&scratch, &u, &path, &why);
	if (ok && m->file->index.has_metadata && read_beside(m, &scratch, path)) {
		arena_release(&scratch);
		done(m, NULL);
		return;
	}
	if (ok) fd = io_open_read(arena_cstr(&scratch, path), &why);
	ok = fd >= 0 && io_fstat(fd, path.p, &st, &why);
	bool opened = ok;
	ok = ok && catalog_read_file(m, &scratch, fd, path, st.size, &text, &why);
	io_close(&fd);
	if (ok)
		take_text(m, text);
	else if (opened && why.code == ERR_FORMAT)
		broken(m, &why);
	else
		done(m, &why);
	arena_release(&scratch);
}

static bool from_store(struct metadata_entry *m)
{
	if (!load(m) && !catalog_from_store(m)) return false;
	m->catalog->stats.metadata_from_store++;
	done(m, NULL);
	return true;
}

void catalog_metadata_go_on(struct metadata_entry *m)
{
	if (!from_store(m)) ask(m, m->urgent);
}

void catalog_metadata_begin(struct metadata_entry *m, bool urgent)
{
	struct catalog *c = m->catalog;
	const struct index_file *file = &m->file->index;
	struct err e = { 0 };
	m->begun = true;
	m->urgent = urgent;
	if (from_store(m)) {
		return;
	} else if (str_starts(file->url, S("file:"))) {
		read_local(m);
	} else if (c->options.client.offline) {
		client_offline(&e, arena_fmt(&c->arena, "the metadata of " STR_FMT, STR_ARG(file->file)), file->url);
		done(m, &e);
	} else if (!is_kept(m)) {
		ask(m, urgent);
	} else {
		switch (catalog_lease(m)) {
		case LEASE_OURS: catalog_metadata_go_on(m); break;
		case LEASE_NONE: ask(m, urgent); break;
		case LEASE_THEIRS: break;
		}
	}
}
