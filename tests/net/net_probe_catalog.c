/* net_probe_catalog.c: the catalog for the tests that drive a faulty server.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "index/catalog.h"
#include "net_probe.h"
#include "python/name.h"

struct run {
	struct arena *a;
	struct json_writer *w;
	const struct json_value *request;
	struct catalog *catalog;
	struct str_list arrived;
	struct str_list tags;
	bool eager, no_sdists;
	const struct catalog_project *direct;
};

static str item(const struct json_value *list, size_t i)
{
	return i < list->items.n && list->items.p[i]->type == JSON_STRING ? list->items.p[i]->text : S("");
}

static bool flag(const struct json_value *v, const char *key)
{
	const struct json_value *t = json_get(v, str_from(key));
	return t && t->type == JSON_BOOL && t->boolean;
}

/* --- hooks --- */

static bool relevant(void *context, const struct index_file *file)
{
	struct run *r = context;
	if (!str_ends(file->file, S(".whl"))) return !r->no_sdists;
	for (size_t i = 0; i < r->tags.n; i++)
		if (str_ends(file->file, r->tags.p[i])) return true;
	return false;
}

static void project_arrived(void *context, const struct catalog_project *project)
{
	struct run *r = context;
	*vec_push(r->a, &r->arrived) = arena_fmt(r->a, "project " STR_FMT, STR_ARG(project->name));
	if (r->eager && project->n_files) catalog_want_metadata(r->catalog, project, 0);
}

static void metadata_arrived(void *context, const struct catalog_project *project, size_t file)
{
	struct run *r = context;
	const struct catalog_metadata *m;
	struct err ignored = { 0 };
	*vec_push(r->a, &r->arrived) = arena_fmt(r->a, "metadata " STR_FMT, STR_ARG(project->files[file].index.file));
	if (!r->eager || !catalog_metadata(r->catalog, project, file, &m, &ignored)) return;
	for (size_t i = 0; i < m->n_requires; i++)
		catalog_want_project(r->catalog, name_normalize(r->a, m->requires_dist[i].name), S(""));
}

/* --- writing --- */

static void strings(struct json_writer *w, const char *key, const struct str_list *list)
{
	json_write_key(w, str_from(key));
	json_write_array(w);
	for (size_t i = 0; i < list->n; i++) json_write_string(w, list->p[i]);
	json_write_array_end(w);
}

static void write_file(struct run *r, const struct catalog_file *f)
{
	struct json_writer *w = r->w;
	json_write_object(w);
	probe_member(w, "file", f->index.file);
	probe_member(w, "url", f->index.url);
	probe_member(w, "version", f->version);
	probe_member(w, "kind", f->is_wheel ? S("wheel") : f->is_sdist ? S("sdist") : S("other"));
	probe_member(w, "requires_python", f->index.requires_python);
	if (f->index.has_sha256) probe_member(w, "sha256", sha256_hex_str(r->a, &f->index.sha256));
	if (f->index.has_metadata_sha256) probe_member(w, "metadata_sha256", sha256_hex_str(r->a, &f->index.metadata_sha256));
	json_write_key(w, S("yanked"));
	json_write_bool(w, f->index.yanked);
	probe_member(w, "yanked_reason", f->index.yanked_reason);
	json_write_key(w, S("metadata"));
	json_write_bool(w, f->index.has_metadata);
	probe_member(w, "upload_time", f->index.upload_time);
	strings(w, "hashes", &f->index.other_hashes);
	json_write_key(w, S("size"));
	if (f->index.has_size)
		json_write_u64(w, f->index.size);
	else
		json_write_null(w);
	json_write_object_end(w);
}

static void write_project(struct run *r, const struct catalog_project *p)
{
	struct json_writer *w = r->w;
	json_write_object(w);
	probe_member(w, "name", p->name);
	probe_member(w, "index", p->index);
	json_write_key(w, S("known"));
	json_write_bool(w, p->known);
	if (p->missing) {
		json_write_key(w, S("missing"));
		probe_error(w, p->missing);
	}
	probe_member(w, "status", p->status);
	json_write_key(w, S("releases"));
	json_write_array(w);
	for (size_t i = 0; i < p->n_releases; i++) {
		const struct catalog_release *release = &p->releases[i];
		json_write_object(w);
		probe_member(w, "version", version_normal(r->a, &release->version));
		probe_member(w, "text", release->text);
		json_write_key(w, S("left_out"));
		json_write_u64(w, release->n_left_out);
		json_write_key(w, S("files"));
		json_write_array(w);
		for (size_t k = 0; k < release->count; k++) write_file(r, &p->files[release->first + k]);
		json_write_array_end(w);
		json_write_object_end(w);
	}
	json_write_array_end(w);
	json_write_object_end(w);
}

static void write_metadata(struct run *r, const struct catalog_metadata *m)
{
	struct json_writer *w = r->w;
	json_write_object(w);
	json_write_key(w, S("broken"));
	if (m->broken)
		probe_error(w, &m->why);
	else
		json_write_null(w);
	probe_member(w, "requires_python", m->requires_python);
	json_write_key(w, S("requires_dist"));
	json_write_array(w);
	for (size_t i = 0; i < m->n_requires; i++) {
		const struct requirement *q = &m->requires_dist[i];
		json_write_string(w, arena_fmt(r->a, STR_FMT " " STR_FMT " ;" STR_FMT, STR_ARG(q->name),
		                               STR_ARG(specifier_text(r->a, &q->specifier)), STR_ARG(q->marker_source)));
	}
	json_write_array_end(w);
	strings(w, "provides_extra", &m->provides_extra);
	strings(w, "repairs", &m->repairs);
	json_write_object_end(w);
}

static void write_stats(struct run *r)
{
	struct catalog_stats s;
	catalog_stats(r->catalog, &s);
	const struct {
		const char *key;
		uint64_t value;
	} all[] = { { "pages_asked", s.pages_asked },
		        { "pages_validated", s.pages_validated },
		        { "pages_from_store", s.pages_from_store },
		        { "metadata_asked", s.metadata_asked },
		        { "metadata_from_store", s.metadata_from_store },
		        { "bytes", s.bytes } };
	json_write_key(r->w, S("stats"));
	json_write_object(r->w);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		json_write_key(r->w, str_from(all[i].key));
		json_write_u64(r->w, all[i].value);
	}
	json_write_object_end(r->w);
}

/* --- steps --- */

static bool find_file(struct run *r, str name, str file, const struct catalog_project **project, size_t *at, struct err *e)
{
	if (str_empty(name))
		*project = r->direct;
	else if (!catalog_project(r->catalog, name, S(""), project, e))
		return false;
	for (*at = 0; *at < (*project)->n_files; ++*at)
		if (str_empty(file) || str_eq((*project)->files[*at].index.file, file)) return true;
	return err_set(e, ERR_USAGE, "no-file", "the project has no such file");
}

static bool left_out(struct run *r, const struct json_value *step, struct err *e)
{
	const struct catalog_project *project;
	if (!catalog_project(r->catalog, item(step, 1), S(""), &project, e)) return false;
	for (size_t i = 0; i < project->n_releases; i++) {
		if (!str_eq(project->releases[i].text, item(step, 2))) continue;
		struct str_list names = catalog_left_out(project, i, r->a);
		json_write_object(r->w);
		strings(r->w, "names", &names);
		json_write_object_end(r->w);
		return true;
	}
	return err_set(e, ERR_USAGE, "no-version", "the project has no such version");
}

static bool direct(struct run *r, const struct json_value *step, struct err *e)
{
	struct sha256 digest;
	bool has = sha256_from_hex(item(step, 2), &digest);
	if (!catalog_direct(r->catalog, item(step, 1), has ? &digest : NULL, &r->direct, e)) return false;
	write_project(r, r->direct);
	return true;
}

static bool do_step(struct run *r, const struct json_value *step, struct err *e)
{
	const struct catalog_project *project;
	const struct catalog_metadata *metadata;
	size_t file;
	str what = item(step, 0);
	if (str_eq(what, S("direct"))) return direct(r, step, e);
	if (str_eq(what, S("left-out"))) return left_out(r, step, e);
	if (str_eq(what, S("project")) || str_eq(what, S("load"))) {
		if (!catalog_project(r->catalog, item(step, 1), item(step, 2), &project, e)) return false;
		if (str_eq(what, S("project")))
			write_project(r, project);
		else
			json_write_u64(r->w, project->n_files);
		return true;
	}
	if (str_eq(what, S("metadata"))) {
		if (!find_file(r, item(step, 1), item(step, 2), &project, &file, e)) return false;
		if (!catalog_metadata(r->catalog, project, file, &metadata, e)) return false;
		write_metadata(r, metadata);
		return true;
	}
	if (str_eq(what, S("want"))) {
		catalog_want_project(r->catalog, item(step, 1), item(step, 2));
	} else {
		if (!find_file(r, item(step, 1), item(step, 2), &project, &file, e)) return false;
		catalog_want_metadata(r->catalog, project, file);
	}
	json_write_null(r->w);
	return true;
}

static void do_steps(struct run *r)
{
	const struct json_value *steps = json_get(r->request, S("steps"));
	json_write_key(r->w, S("steps"));
	json_write_array(r->w);
	for (size_t i = 0; steps && i < steps->items.n; i++) {
		struct err e = { 0 };
		if (do_step(r, steps->items.p[i], &e)) continue;
		json_write_object(r->w);
		json_write_key(r->w, S("error"));
		probe_error(r->w, &e);
		json_write_object_end(r->w);
	}
	json_write_array_end(r->w);
}

bool probe_catalog(struct arena *a, const struct json_value *request, struct json_writer *w, const struct index_config *config,
                   const struct index_client_options *options, struct err *e)
{
	struct run r = {
		.a = a, .w = w, .request = request, .eager = flag(request, "eager"), .no_sdists = flag(request, "no_sdists")
	};
	struct store store;
	const struct json_value *folder = json_get(request, S("store")), *tags = json_get(request, S("tags"));
	for (size_t i = 0; tags && i < tags->items.n; i++) *vec_push(a, &r.tags) = item(tags, i);
	if (folder && !store_open(a, folder->text, options->notes, &store, e)) return false;
	struct catalog_options o = { .client = *options,
		                         .config = config,
		                         .store = folder ? &store : NULL,
		                         .refresh = flag(request, "refresh"),
		                         .relevant = tags ? relevant : NULL,
		                         .context = &r,
		                         .project_arrived = project_arrived,
		                         .metadata_arrived = metadata_arrived };
	r.catalog = catalog_new(&o);
	json_write_object(w);
	do_steps(&r);
	write_stats(&r);
	strings(w, "arrived", &r.arrived);
	json_write_object_end(w);
	catalog_free(r.catalog);
	if (folder) store_close(&store);
	return true;
}
