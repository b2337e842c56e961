/* resolve_sdist.c: what a source distribution needs, as the wheel says that is made of it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The archive is loaded and its wheel made as a build would (pipeline/fetch.h), so that what is resolved is what is built, and the build
 * finds it done. What cannot be built has no needs but a reason. Answers are kept for the run, and by the archive's digest in the store. */
#include <string.h>

#include "pipeline/fetch.h"
#include "pipeline/private.h"
#include "pipeline/resolve_parts.h"

/* Of a project whose wheels are for platforms: that many source distributions which cannot be built speak for the others. */
#define SDISTS_TRIED 3

static str key_of(struct resolve_target *t, const struct locked_file *f)
{
	str target = t->run->options->policy.host ? t->lt->text : S("");
	return arena_fmt(t->run->a, STR_FMT "\n" STR_FMT "\n" STR_FMT, STR_ARG(f->url.n ? f->url : f->path),
	                 STR_ARG(f->subdirectory), STR_ARG(target));
}

static bool fetch(struct resolve_target *t, const struct locked_package *package, struct fetch_result *out, struct err *e)
{
	struct resolve *r = t->run;
	const struct private_means *means = r->options->means;
	struct fetch_stats stats = { 0 };
	struct notes own; /* what is chosen is told of in the end; what was run, in any case */
	note_init(&own, r->a);
	struct fetch_options options = { .store = r->store,
		                             .env = r->client->env,
		                             .index = r->config,
		                             .offline = r->client->offline,
		                             .refresh = means && means->refresh,
		                             .jobs = r->options->jobs ? r->options->jobs : 1,
		                             .no_advice = true,
		                             .now = r->client->now,
		                             .cancel = r->client->cancel,
		                             .means = means,
		                             .log = means ? means->log : NULL,
		                             .log_context = means ? means->log_context : NULL };
	struct fetch_request request = { .package = package,
		                             .target = t->lt,
		                             .lock_format = "pylock.toml",
		                             .lock_folder = S("."),
		                             .policy = r->options->policy,
		                             .notes = &own };
	bool ok = fetch_wheels(r->a, &request, 1, &options, out, &stats, e);
	for (size_t i = 0; i < own.list.n; i++)
		if (strcmp(own.list.p[i].id, "host-build") == 0)
			note_add(r->notes, own.list.p[i].level, "host-build", STR_FMT, STR_ARG(own.list.p[i].message));
	return ok;
}

/* Of the errors of making it those that are about the project alone: another version may do. */
static bool is_refusal(const struct err *e)
{
	return e->code == ERR_FORMAT || (e->code == ERR_RESOLVE && strcmp(e->id, "cannot-build") == 0) ||
	       (e->code == ERR_RESOLVE && strcmp(e->id, "sdist-mismatch") == 0);
}

static void take_record(struct resolve_target *t, struct resolve_sdist *s, const struct fetch_result *made)
{
	const struct wheel_record *record = made->record;
	s->backend = made->backend;
	s->by_host = made->by_host;
	s->sha256 = made->sdist_sha256;
	s->name = record->name;
	s->version = record->version;
	catalog_metadata_parse(t->run->a, record->requires_python, &record->requires_dist, &record->provides_extra, &s->metadata);
}

bool resolve_sdist(struct resolve_target *t, str name, str version, str index, const struct locked_file *file,
                   const struct resolve_sdist **out, struct err *e)
{
	struct resolve *r = t->run;
	bool added;
	void **slot = map_put(&r->sdists, key_of(t, file), &added);
	if (!added && *slot) return *out = *slot, true;
	struct resolve_sdist *s = arena_new(r->a, struct resolve_sdist);
	struct locked_package package = { .name = name, .version = version, .index = index };
	struct fetch_result made = { 0 };
	struct err why = { 0 };
	*vec_push(r->a, &package.files) = *file;
	if (fetch(t, &package, &made, &why)) {
		take_record(t, s, &made);
	} else if (is_refusal(&why)) {
		s->metadata = (struct catalog_metadata){ .broken = true, .why = why };
	} else {
		*e = why;
		return false;
	}
	*map_put(&r->sdists, key_of(t, file), &added) = s;
	return *out = s, true;
}

/* Is the file a source distribution, and may it be built? */
static bool is_built(struct resolve_target *t, const struct catalog_file *f)
{
	return f->is_sdist && t->run->options->policy.pure_sdists && t->run->store;
}

bool resolve_waits_for_sdist(struct resolve_target *t, const struct resolve_project *p, size_t file)
{
	return (p->direct && p->direct->metadata) || is_built(t, &p->page->files[file]);
}

/* --- what is not worth loading --- */

static void count_wheel(str file, bool *platform, bool *any)
{
	if (!str_ends(file, S(".whl"))) return;
	if (str_ends(file, S("-any.whl")))
		*any = true;
	else
		*platform = true;
}

/* Wheels for platforms and none for all: most likely the source compiles something. */
static bool seems_to_compile(struct resolve_target *t, const struct catalog_project *page, size_t candidate)
{
	const struct catalog_release *release = &page->releases[candidate];
	bool platform = false, any = false;
	for (size_t i = release->first; i < release->first + release->count; i++)
		count_wheel(page->files[i].index.file, &platform, &any);
	if (release->n_left_out) {
		struct arena_mark mark = arena_mark(t->run->a);
		struct str_list names = catalog_left_out(page, candidate, t->run->a);
		for (size_t i = 0; i < names.n; i++) count_wheel(names.p[i], &platform, &any);
		arena_rewind(t->run->a, mark);
	}
	return platform && !any;
}

str resolve_sdist_unseen(struct resolve_target *t, struct resolve_project *p, size_t candidate)
{
	const struct private_policy *policy = &t->run->options->policy;
	size_t refused = 0;
	if (p->direct || policy->host || p->more[candidate].metadata || !is_built(t, &p->page->files[p->more[candidate].file]))
		return S("");
	for (size_t i = 0; i < p->solver.n && refused < SDISTS_TRIED; i++) {
		const struct catalog_metadata *m = p->more[i].metadata;
		refused += m && m->broken && p->more[i].file != SIZE_MAX && p->page->files[p->more[i].file].is_sdist;
	}
	if (refused < SDISTS_TRIED || !seems_to_compile(t, p->page, candidate)) return S("");
	return arena_fmt(t->run->a, "has no wheel for " STR_FMT ", and others of its source distributions cannot be built here",
	                 STR_ARG(t->lt->text));
}

/* Hashes beside SHA-256 say nothing more. */
static struct locked_file locked_of(const struct catalog_file *f)
{
	struct locked_file out = resolve_locked_of(f);
	if (out.has_sha256) out.other_hashes = (struct str_list){ 0 };
	return out;
}

void resolve_sdist_tell(struct resolve_target *t, const struct resolve_project *p, size_t candidate)
{
	const struct catalog_file *f = &p->page->files[p->more[candidate].file];
	struct locked_file locked = p->direct ? p->direct->file : locked_of(f);
	const struct resolve_sdist *s = is_built(t, f) ? map_get(&t->run->sdists, key_of(t, &locked)) : NULL;
	if (s && s->backend) fetch_tell_sdist(t->run->notes, locked.file, s->backend, s->by_host);
}

bool resolve_metadata_of(struct resolve_target *t, const struct catalog_project *page, size_t file,
                         const struct resolve_direct *direct, const struct catalog_metadata **out, struct err *e)
{
	const struct catalog_file *f = &page->files[file];
	const struct resolve_sdist *s;
	if (direct && direct->metadata) return *out = direct->metadata, true;
	if (!is_built(t, f)) return catalog_metadata(t->run->catalog, page, file, out, e);
	struct locked_file locked = direct ? direct->file : locked_of(f);
	if (!resolve_sdist(t, page->name, f->version, page->index, &locked, &s, e)) return false;
	return *out = &s->metadata, true;
}
