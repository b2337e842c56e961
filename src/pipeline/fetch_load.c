/* fetch_load.c: missing files -> the store, many at a time, each once among all processes.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Leases are taken in the order of their keys, so that two processes that want the same files in different orders cannot wait for each
 * other in a circle; whoever waited asks the store again. Files go in batches, which bounds open descriptors. */
#include <stdlib.h>
#include <string.h>

#include "net/url.h"
#include "pipeline/fetch_parts.h"

#define BATCH 200

struct loading {
	struct fetch *f;
	struct wanted *w;
	struct ingest_queue *queue;
	str key;
	int lease;
	struct store_put put;
	bool put_open;
};

static bool stored_now(struct fetch *f, struct wanted *w)
{
	int fd = -1;
	if (!w->has_sha256) return false;
	struct err ignored = { 0 };
	bool good = false;
	if (!store_file_open(f->options->store, &w->sha256, UINT64_MAX, &fd, &w->stored_size, &ignored) || fd < 0) return false;
	/* Somebody else's download: its name alone says what it is. */
	good = store_file_check(f->options->store, &w->sha256, fd, &good, &ignored) && good &&
	       ((!w->others && !w->any) || fetch_check_others(f, w, fd));
	io_close(&fd);
	w->stored = good;
	return good;
}

/* The bytes are in; the other digests that the lock asks for are checked before anybody uses them. */
static bool arrived(struct loading *l, struct sha256 digest, uint64_t size)
{
	struct wanted *w = l->w;
	struct fetch *f = l->f;
	int fd = -1;
	w->sha256 = digest;
	w->stored_size = size;
	w->stored = w->fresh = true;
	if (w->others || w->any) {
		if (!store_file_open(f->options->store, &digest, UINT64_MAX, &fd, &w->stored_size, f->e)) return false;
		bool ok = fd < 0 || fetch_check_others(f, w, fd);
		io_close(&fd);
		if (!ok) return false;
	}
	if (!w->sdist) ingest_queue_add(l->queue, w);
	return true;
}

static bool on_write(void *context, const void *bytes, size_t n, struct err *e)
{
	struct loading *l = context;
	if (!ingest_queue_ok(l->queue)) return err_set(e, ERR_FORMAT, "refused", "another wheel was refused");
	if (!l->put_open) {
		if (!store_put_begin(l->f->options->store, FETCH_FILE_MAX, &l->put, e)) return false;
		l->put_open = true;
	}
	return store_put_write(&l->put, bytes, n, e);
}

static bool on_restart(void *context, struct err *e)
{
	struct loading *l = context;
	return !l->put_open || store_put_restart(&l->put, e);
}

static bool name_file(const struct loading *l, struct err *e)
{
	return err_where(e, STR_FMT, STR_ARG(url_display(l->f->a, l->w->url)));
}

static bool on_finish(void *context, struct err *e)
{
	struct loading *l = context;
	struct sha256 digest;
	if (!l->put_open && !on_write(l, "", 0, e)) return false;
	uint64_t size = l->put.size;
	l->put_open = false;
	if (!store_put_end(&l->put, l->w->has_sha256 ? &l->w->sha256 : NULL, &digest, e)) return name_file(l, e);
	struct err *outer = l->f->e;
	l->f->e = e;
	bool ok = arrived(l, digest, size);
	l->f->e = outer;
	if (!ok) return false;
	l->f->stats->downloads++;
	l->f->stats->download_bytes += size;
	progress_item(l->f->options->progress, l->w->file);
	return true;
}

static bool load_path(struct loading *l)
{
	struct fetch *f = l->f;
	struct sha256 digest;
	uint64_t size;
	const struct sha256 *expected = l->w->has_sha256 ? &l->w->sha256 : NULL;
	if (!store_put_file(f->options->store, arena_cstr(f->a, l->w->path), FETCH_FILE_MAX, expected, &digest, &size, f->e))
		return err_where(f->e, STR_FMT, STR_ARG(l->w->path));
	return arrived(l, digest, size);
}

static bool refuse_offline(struct fetch *f, const struct wanted *w)
{
	err_set(f->e, ERR_RESOLVE, "offline", STR_FMT " is not in the store, and --offline forbids to fetch it", STR_ARG(w->file));
	err_why(f->e, "%s", "every wheel that a lock names must have been fetched once on this computer");
	return err_help(f->e, "run the same command without --offline once");
}

static int by_key(const void *a, const void *b)
{
	return str_cmp(((const struct loading *)a)->key, ((const struct loading *)b)->key);
}

/* Leases, then what is still missing; local files at once. */
static bool prepare(struct fetch *f, struct loading *loads, size_t n, struct index_download *downloads, size_t *n_downloads,
                    uint64_t *bytes)
{
	for (size_t i = 0; i < n; i++) {
		struct loading *l = &loads[i];
		bool local = l->w->path.n || str_istarts(l->w->url, S("file:"));
		if (f->options->offline && !local) return refuse_offline(f, l->w);
		/* One file under two names: its lease is held already, and waiting for oneself would take for ever. */
		bool held = i > 0 && str_eq(loads[i - 1].key, l->key);
		if (!held && !store_lease(f->options->store, l->key, &l->lease, f->e)) return false;
		if (stored_now(f, l->w)) {
			if (!l->w->sdist) ingest_queue_add(l->queue, l->w);
			continue;
		}
		if (err_is_set(f->e)) return false;
		if (l->w->path.n) {
			if (!load_path(l)) return false;
			continue;
		}
		struct index_download *d = &downloads[(*n_downloads)++];
		*d = (struct index_download){ .url = l->w->url,
			                          .project = l->w->project,
			                          .index = l->w->index.n ? l->w->index : fetch_index_of(f, l->w->url),
			                          .max_size = FETCH_FILE_MAX,
			                          .has_size = l->w->has_size,
			                          .size = l->w->size,
			                          .context = l,
			                          .write = on_write,
			                          .restart = on_restart,
			                          .finish = on_finish };
		*bytes += l->w->has_size ? l->w->size : 0;
	}
	return true;
}

static void release(struct loading *loads, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (loads[i].put_open) store_put_abort(&loads[i].put);
		io_close(&loads[i].lease);
	}
}

static bool load_batch(struct fetch *f, struct ingest_queue *queue, struct wanted *const *which, size_t n)
{
	struct loading *loads = arena_array(f->a, struct loading, n);
	struct index_download *downloads = arena_array(f->a, struct index_download, n);
	size_t n_downloads = 0;
	uint64_t bytes = 0;
	for (size_t i = 0; i < n; i++) {
		struct wanted *w = which[i];
		loads[i] = (struct loading){ .f = f, .w = w, .queue = queue, .lease = -1 };
		loads[i].key = w->has_sha256 ? sha256_hex_str(f->a, &w->sha256) : (w->path.n ? w->path : w->url);
	}
	qsort(loads, n, sizeof *loads, by_key);
	bool ok = fetch_client(f) && prepare(f, loads, n, downloads, &n_downloads, &bytes);
	if (ok && n_downloads) {
		progress_phase(f->options->progress, "Downloading", bytes, true);
		progress_items(f->options->progress, n_downloads);
		ok = index_download(f->client, downloads, n_downloads, f->e);
		progress_done(f->options->progress);
	}
	release(loads, n);
	return ok;
}

/* A remembered address may have moved (signed links expire): those pages are read again, once. */
static bool worth_asking_again(const struct fetch *f, struct wanted *const *which, size_t n, struct wanted **again,
                               size_t *n_again)
{
	const char *id = f->e->id;
	*n_again = 0;
	if (f->options->offline || !id ||
	    (strcmp(id, "http-404") != 0 && strcmp(id, "http-403") != 0 && strcmp(id, "http-status") != 0))
		return false;
	for (size_t i = 0; i < n; i++)
		if (which[i]->remembered && !which[i]->stored) again[(*n_again)++] = which[i];
	return *n_again > 0;
}

static bool load_with_second_try(struct fetch *f, struct ingest_queue *queue, struct wanted *const *which, size_t n)
{
	struct wanted **again = arena_array(f->a, struct wanted *, n);
	size_t n_again;
	if (load_batch(f, queue, which, n)) return true;
	if (!worth_asking_again(f, which, n, again, &n_again)) return false;
	struct err first = *f->e;
	err_clear(f->e);
	if (!fetch_identify_again(f, again, n_again)) {
		*f->e = first;
		return false;
	}
	n_again = 0;
	for (size_t i = 0; i < n; i++)
		if (!which[i]->stored) again[n_again++] = which[i];
	return load_batch(f, queue, again, n_again);
}

/* Wheels that are in the store but have no record yet come first: they need no waiting. */
static void queue_stored(struct ingest_queue *queue, struct wanted *const *which, size_t n, struct wanted **missing,
                         size_t *n_missing)
{
	*n_missing = 0;
	for (size_t i = 0; i < n; i++) {
		if (!which[i]->stored)
			missing[(*n_missing)++] = which[i];
		else if (!which[i]->sdist)
			ingest_queue_add(queue, which[i]);
	}
}

bool fetch_load(struct fetch *f, struct wanted *const *which, size_t n)
{
	struct wanted **missing = arena_array(f->a, struct wanted *, n);
	struct ingest_queue *queue = ingest_queue_start(f);
	size_t n_missing;
	bool ok = true;
	queue_stored(queue, which, n, missing, &n_missing);
	for (size_t from = 0; ok && from < n_missing; from += BATCH)
		ok = load_with_second_try(f, queue, missing + from, n_missing - from < BATCH ? n_missing - from : BATCH);
	/* A refused wheel stops the downloads; its own error is the one to show. */
	struct err refused = { 0 };
	bool proved = ingest_queue_end(queue, &refused);
	if (!proved && (ok || strcmp(f->e->id, "refused") == 0)) *f->e = refused;
	return ok && proved;
}
