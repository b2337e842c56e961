/* client_download.c: index_download.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/io.h"
#include "index/client_internal.h"
#include "net/url.h"

#define CHUNK ((size_t)256 << 10)

struct fetching {
	struct index_client *client;
	const struct index_download *download;
	struct arena *scratch;
	str url, index;
	struct index_credentials credentials;
	bool asked_keyring;
};

/* What messages call it: "numpy", or the file's name. */
static str subject(const struct fetching *f)
{
	struct url u;
	struct err ignored = { 0 };
	if (!str_empty(f->download->project)) return f->download->project;
	return url_parse(f->scratch, f->url, &u, &ignored) ? url_file_name(f->scratch, &u) : S("");
}

/* --- over the network --- */

static bool on_bytes(void *context, const void *bytes, size_t n, struct err *e)
{
	struct fetching *f = context;
	return f->download->write(f->download->context, bytes, n, e);
}

static bool on_restart(void *context, struct err *e)
{
	struct fetching *f = context;
	return !f->download->restart || f->download->restart(f->download->context, e);
}

static bool on_finish(void *context, struct err *e)
{
	struct fetching *f = context;
	return !f->download->finish || f->download->finish(f->download->context, e);
}

static void queue(struct fetching *f);

static void on_done(void *context, const struct http_result *result)
{
	struct fetching *f = context;
	struct err e = { 0 };
	if (result->ok) return;
	if (result->status == 401 && !f->asked_keyring) {
		f->asked_keyring = true;
		/* What the keyring says about the index is for the index's own origin. */
		str service = !str_empty(f->index) && client_same_origin(f->index, f->url) ? f->index : f->url;
		if (client_keyring(f->client, service, f->credentials.username, &f->credentials)) {
			queue(f);
			return;
		}
	}
	/* The sink's own errors already say whose bytes they are about. */
	client_error(&e, result->error->code == ERR_NETWORK || result->error->code == ERR_USAGE ? subject(f) : S(""),
	             result->error);
	http_stop(f->client->http, &e);
}

static void queue(struct fetching *f)
{
	const struct index_download *d = f->download;
	struct http_request r = { .url = f->url,
		                      .max_body = d->max_size ? d->max_size : UINT64_MAX,
		                      .has_size = d->has_size,
		                      .expected_size = d->size,
		                      .has_range = d->has_range,
		                      .range_from = d->range_from,
		                      .range_to = d->range_to,
		                      .context = f,
		                      .sink = on_bytes,
		                      .restart = on_restart,
		                      .finish = on_finish,
		                      .done = on_done };
	client_authorize(&r, &f->credentials);
	http_add(client_http(f->client), &r);
}

/* --- from disk --- */

static bool too_large(struct err *e, const char *path, uint64_t size, uint64_t limit)
{
	err_set(e, ERR_RESOLVE, "too-large", "the file has %llu bytes where %llu are expected", (unsigned long long)size,
	        (unsigned long long)limit);
	return err_where(e, "%s", path);
}

static bool copy_range(const struct index_download *d, int fd, const char *path, uint64_t from, uint64_t to,
                       struct arena *scratch, struct err *e)
{
	unsigned char *chunk = arena_alloc(scratch, CHUNK, 1, 16);
	for (uint64_t at = from; at < to;) {
		size_t n = to - at < CHUNK ? (size_t)(to - at) : CHUNK;
		if (!io_pread(fd, path, chunk, n, at, e) || !d->write(d->context, chunk, n, e)) return false;
		at += n;
	}
	return !d->finish || d->finish(d->context, e);
}

static bool from_disk(struct fetching *f, struct err *e)
{
	const struct index_download *d = f->download;
	struct url u;
	struct io_stat stat;
	str path;
	if (!url_parse(f->scratch, f->url, &u, e) || !url_to_path(f->scratch, &u, &path, e)) {
		e->code = ERR_USAGE;
		return err_where(e, STR_FMT, STR_ARG(f->url));
	}
	int fd = io_open_read(path.p, e);
	if (fd < 0) return false;
	bool ok = io_fstat(fd, path.p, &stat, e);
	uint64_t from = d->has_range ? d->range_from : 0, to = stat.size;
	if (ok && d->has_range && d->range_to < to) to = d->range_to + 1;
	if (ok && d->has_size && !d->has_range && stat.size != d->size)
		ok = too_large(e, path.p, stat.size, d->size);
	else if (ok && d->max_size && from < to && to - from > d->max_size)
		ok = too_large(e, path.p, to - from, d->max_size);
	ok = ok && copy_range(d, fd, path.p, from, to, f->scratch, e);
	io_close(&fd);
	return ok;
}

/* --- all together --- */

static bool begin(struct fetching *f, struct err *e)
{
	const struct index_download *d = f->download;
	struct index_credentials of_index;
	struct err why = { 0 };
	if (!client_split(f->scratch, d->url, &f->url, &f->credentials, &why)) {
		why.code = ERR_USAGE;
		return client_error(e, d->project, &why);
	}
	if (!str_empty(d->index) && !client_split(f->scratch, d->index, &f->index, &of_index, &why)) f->index = S("");
	if (str_starts(f->url, S("file:"))) return from_disk(f, e);
	if (f->client->options.offline) return client_offline(e, subject(f), f->url);
	client_credentials(f->client, f->url, f->index, &f->credentials);
	queue(f);
	return true;
}

bool index_download(struct index_client *c, const struct index_download *downloads, size_t n, struct err *e)
{
	struct arena scratch = { 0 };
	struct fetching *all = arena_array(&scratch, struct fetching, n);
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		all[i] = (struct fetching){ .client = c, .download = &downloads[i], .scratch = &scratch };
		ok = begin(&all[i], e);
	}
	if (ok) ok = !c->http || http_run(c->http, e);
	if (!ok) client_drop(c);
	arena_release(&scratch);
	return ok;
}
