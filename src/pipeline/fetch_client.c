/* fetch_client.c: the index client, made when something has to be asked.
 * SPDX-License-Identifier: Apache-2.0 */
#include "net/url.h"
#include "pipeline/fetch_parts.h"

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
