/* fetch_client.c: the index client, made when something has to be asked.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "net/url.h"
#include "pipeline/fetch_parts.h"
#include "pipeline/newest_wheel.h"

static void received(void *context, uint64_t bytes) { progress_advance(((struct fetch *)context)->options->progress, bytes); }

static void log_line(void *context, const char *line)
{
	const struct fetch *f = context;
	if (f->options->log) f->options->log(f->options->log_context, line);
}

bool fetch_client(struct fetch *f)
{
	if (f->client) return true;
	struct index_client_options options = { .env = f->options->env,
		                                    .cancel = f->options->cancel,
		                                    .notes = f->requests[0].notes,
		                                    .now = f->options->now,
		                                    .offline = f->options->offline,
		                                    .log = log_line,
		                                    .received = received,
		                                    .context = f };
	f->client = index_client_new(f->options->index, &options);
	return true;
}

static bool is_about(const struct err *e, const char *id) { return e->id && strcmp(e->id, id) == 0; }

/* What the lock says is the place; the archive is the cause. */
static void name_request(struct fetch *f, const struct locked_package *p)
{
	struct err why = *f->e;
	if (p->from_file.n == 0) return;
	f->e->where[0] = f->e->why[0] = '\0';
	if (p->from_line)
		err_where(f->e, STR_FMT ":%u", STR_ARG(p->from_file), p->from_line);
	else
		err_where(f->e, STR_FMT, STR_ARG(p->from_file));
	err_why(f->e, "%s%s%s", why.where, why.where[0] ? ": " : "", why.why);
}

bool fetch_advise(struct fetch *f, size_t request)
{
	const struct fetch_request *r = &f->requests[request];
	const struct fetch_options *o = f->options;
	if (!o->no_advice && is_about(f->e, "cannot-build")) name_request(f, r->package);
	if (o->no_advice || o->look_only || o->offline || !newest_wheel_helps(f->e) || !fetch_client(f)) return false;
	newest_wheel_advise(f->a, f->client, r->package, r->target, f->e);
	return false;
}

str fetch_index_of(struct fetch *f, str url)
{
	struct url file, index;
	struct err ignored = { 0 };
	if (!url_parse(f->a, url, &file, &ignored)) return (str){ 0 };
	for (size_t i = 0; i < f->options->index->sources.n; i++)
		if (url_parse(f->a, f->options->index->sources.p[i].url, &index, &ignored) && url_same_origin(&file, &index))
			return f->options->index->sources.p[i].url;
	return (str){ 0 };
}
