/* fetch_sdist.c: a wanted source distribution -> the wheel that is made of it (pipeline/private_sdist.h).
 * SPDX-License-Identifier: Apache-2.0
 *
 * The archive goes the way of any file: identity, store, digests. Its wheel is a second thing that is wanted, known by the archive's
 * digest: where that is remembered the archive need not even be there. */
#include "pipeline/fetch_parts.h"
#include "pipeline/private_sdist.h"
#include "python/wheel_name.h"

static struct private_sdist describe(struct fetch *f, const struct wanted *w)
{
	const struct fetch_request *r = &f->requests[w->request];
	struct private_sdist out = { w->file, w->sha256, w->subdirectory, w->project, w->version };
	struct sdist_name name;
	struct err ignored = { 0 };
	/* A pin on a public version takes one with a local part, too. */
	if (r->package->chosen == SIZE_MAX && sdist_name_parse(f->a, w->file, &name, &ignored)) out.version = name.version;
	return out;
}

static struct wanted *wheel_of(struct fetch *f, const struct wanted *w, const struct private_wheel *made)
{
	struct wanted *wheel = arena_new(f->a, struct wanted);
	struct str_list *inputs = arena_new(f->a, struct str_list);
	*inputs = made->inputs;
	*wheel = (struct wanted){ .project = w->project,
		                      .version = w->version,
		                      .file = made->file,
		                      .has_sha256 = true,
		                      .sha256 = made->sha256,
		                      .backend = made->backend,
		                      .by_host = made->by_host,
		                      .inputs = inputs,
		                      .notes = w->notes,
		                      .request = w->request };
	return wheel;
}

bool fetch_sdist_recall(struct fetch *f, struct wanted *w)
{
	struct private_options options = fetch_private_options(f, &f->requests[w->request]);
	struct private_sdist sdist = describe(f, w);
	struct private_wheel wheel;
	bool found;
	if (!private_sdist_recall(f->a, &sdist, &options, &wheel, &found, f->e)) return false;
	if (found) w->wheel = wheel_of(f, w, &wheel);
	return true;
}

bool fetch_sdist_make(struct fetch *f, struct wanted *w)
{
	struct private_options options = fetch_private_options(f, &f->requests[w->request]);
	struct private_sdist sdist = describe(f, w);
	struct private_wheel wheel;
	if (!private_sdist_make(f->a, &sdist, &options, w->notes, &wheel, f->e)) return false;
	w->wheel = wheel_of(f, w, &wheel);
	return true;
}
