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
	struct client_request request;
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

static void on_done(void *context, const struct http_result *result)
{
	struct fetching *f = context;
	struct err e = { 0 };
	if (result->ok) return;
	client_request_error(&f->request, result, &e);
	http_stop(f->client->http, &e);
}

static bool queue(struct fetching *f, struct err *e)
{
	const struct index_download *d = f->download;
	f->request = (struct client_request){ .client = f->client,
		                                  .arena = f->scratch,
		                                  .subject = d->project,
		                                  .index = f->index,
		                                  .http = { .max_body = d->max_size ? d->max_size : UINT64_MAX,
		                                            .has_size = d->has_size,
		                                            .expected_size = d->size,
		                                            .has_range = d->has_range,
		                                            .range_from = d->range_from,
		                                            .range_to = d->range_to },
		                                  .context = d->context,
		                                  .write = d->write,
		                                  .restart = d->restart,
		                                  .finish = d->finish,
		                                  .done = on_done };
	f->request.done_context = f;
	return client_request_begin(&f->request, d->url, e);
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
	struct index_credentials of_url, of_index;
	struct err why = { 0 };
	if (!client_split(f->scratch, d->url, &f->url, &of_url, &why)) {
		why.code = ERR_USAGE;
		return client_error(e, d->project, &why);
	}
	if (!str_empty(d->index) && !client_split(f->scratch, d->index, &f->index, &of_index, &why)) f->index = S("");
	if (str_starts(f->url, S("file:"))) return from_disk(f, e);
	if (f->client->options.offline) return client_offline(e, subject(f), f->url);
	return queue(f, e);
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
