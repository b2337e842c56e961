/* resolve_direct.c: wheels, archives and project folders that the user names by URL or path.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each becomes the only version of its name. Folders take part with what their own project files say; what these leave open is asked of
 * their wheel's metadata (pipeline/private.h).
 * What such a wheel or folder itself needs by URL is followed too: the user asked for it by asking for them. */
#include <string.h>

#include "base/io.h"
#include "net/url.h"
#include "pipeline/private.h"
#include "pipeline/resolve_parts.h"
#include "python/name.h"

#define DIRECTS_MAX 1000

static str where_of(struct arena *a, const struct want *w)
{
	return w->line ? arena_fmt(a, STR_FMT ":%u", STR_ARG(w->from_file), (unsigned)w->line) : w->from_file;
}

/* Absolute URL, or a path against the process's folder. */
static str location_of(struct arena *a, const struct want *w)
{
	if (w->file.url.n) return w->file.url;
	return path_join(a, path_dir(w->from_file), w->file.path);
}

static bool source_only(struct resolve_target *t, const struct want *w, const char *why, struct err *e)
{
	struct arena *a = t->run->a;
	str shown = w->file.url.n ? url_display(a, w->file.url) : w->file.path;
	err_set(e, ERR_RESOLVE, "source-only", "`" STR_FMT "` is source code that would have to be built first",
	        STR_ARG(w->name.n ? w->name : shown));
	err_where(e, STR_FMT, STR_ARG(where_of(a, w)));
	err_why(e, STR_FMT ": %s", STR_ARG(shown), why);
	if (w->file.kind == LOCKED_ARCHIVE) err_help(e, RESOLVE_SDISTS_HELP);
	return err_help(e, "build a wheel of it (`pip wheel --no-deps`, `uv build --wheel`) and name the wheel%s",
	                w->file.kind == LOCKED_DIRECTORY ? "; or let its own backend do it: --build=host" : "");
}

static bool check_name(struct resolve_target *t, const struct want *w, str name, struct err *e)
{
	if (str_empty(w->name) || name_same(w->name, name)) return true;
	err_set(e, ERR_RESOLVE, "direct-conflict", "`" STR_FMT "` was asked for, and its file is of `" STR_FMT "`",
	        STR_ARG(w->name), STR_ARG(name));
	err_where(e, STR_FMT, STR_ARG(where_of(t->run->a, w)));
	return err_help(e, "write the name that the file has, or name another file");
}

static bool from_file(struct resolve_target *t, const struct want *w, struct resolve_direct *d, struct err *e)
{
	struct arena *a = t->run->a;
	const struct catalog_project *page = NULL;
	if (!catalog_direct(t->run->catalog, location_of(a, w), w->file.has_sha256 ? &w->file.sha256 : NULL, &page, e)) {
		err_where(e, STR_FMT, STR_ARG(where_of(a, w)));
		return false;
	}
	if (page->n_releases == 0 || page->n_files == 0) return source_only(t, w, "its name tells no version", e);
	const struct catalog_file *f = &page->files[0];
	d->page = page;
	d->name = page->name;
	d->version = page->releases[0].version;
	d->version_text = page->releases[0].text;
	d->file.file = f->index.file;
	if (f->index.has_sha256 && !d->file.has_sha256) {
		d->file.has_sha256 = true;
		d->file.sha256 = f->index.sha256;
	}
	if (f->index.has_size && !d->file.has_size) {
		d->file.has_size = true;
		d->file.size = f->index.size;
	}
	return true;
}

/* An index page of one source distribution, for what stands in no index. */
static void make_page(struct arena *a, struct resolve_direct *d)
{
	struct catalog_file *file = arena_new(a, struct catalog_file);
	struct catalog_release *release = arena_new(a, struct catalog_release);
	struct catalog_project *page = arena_new(a, struct catalog_project);
	*release = (struct catalog_release){ .version = d->version, .text = d->version_text, .count = 1 };
	*file = (struct catalog_file){ .index.file = d->file.file, .index.url = d->file.url, .is_sdist = true };
	file->version = d->version_text;
	*page = (struct catalog_project){ .name = d->name, .known = true, .releases = release, .n_releases = 1 };
	page->files = file;
	page->n_files = 1;
	d->page = page;
}

/* Its name may say nothing: what its wheel says counts. */
static bool from_archive(struct resolve_target *t, const struct want *w, struct resolve_direct *d, struct err *e)
{
	struct arena *a = t->run->a;
	const struct resolve_sdist *s;
	struct url url;
	struct err ignored = { 0 };
	if (d->file.file.n == 0)
		d->file.file = url_parse(a, d->file.url, &url, &ignored) ? url_file_name(a, &url) : path_base(d->file.path);
	if (!resolve_sdist(t, name_normalize(a, w->name), S(""), S(""), &d->file, &s, e) || s->metadata.broken) {
		if (!err_is_set(e)) *e = s->metadata.why;
		err_where(e, STR_FMT, STR_ARG(where_of(a, w)));
		return false;
	}
	d->name = s->name;
	d->version_text = s->version;
	if (!version_parse(a, s->version, &d->version, e)) return false;
	d->file.has_sha256 = true;
	d->file.sha256 = s->sha256;
	make_page(a, d);
	return true;
}

/* By reading, or by the project's own backend. */
static bool ask_folder(struct resolve_target *t, const struct want *w, struct source_wheel *out, struct err *e)
{
	const struct resolve_options *o = t->run->options;
	struct private_options options = private_options_of(o->means, o->policy, t->lt);
	options.config = t->run->config;
	return private_metadata(t->run->a, location_of(t->run->a, w), &options, t->run->notes, out, e);
}

/* Its files leave open what it needs: its wheel's metadata tell. */
static bool from_metadata(struct resolve_target *t, const struct want *w, const char *dynamic, struct resolve_direct *d,
                          struct err *e)
{
	struct arena *a = t->run->a;
	struct source_wheel wheel;
	struct catalog_metadata *metadata = arena_new(a, struct catalog_metadata);
	struct err why = { 0 };
	if (!ask_folder(t, w, &wheel, &why)) {
		if (why.code == ERR_RESOLVE && strcmp(why.id, "cannot-build") == 0 && !t->run->options->policy.host)
			return source_only(t, w, dynamic, e);
		*e = why;
		return err_where(e, STR_FMT, STR_ARG(where_of(a, w)));
	}
	d->name = name_normalize(a, wheel.name);
	d->version_text = wheel.version;
	if (!version_parse(a, wheel.version, &d->version, e)) return err_where(e, STR_FMT, STR_ARG(location_of(a, w)));
	catalog_metadata_parse(a, wheel.requires_python, &wheel.requires_dist, &wheel.provides_extra, metadata);
	d->metadata = metadata;
	make_page(a, d);
	return true;
}

/* A version that the files do not say is worth a look, no more: nothing depends on it but what is shown. */
static bool find_version(struct resolve_target *t, const struct want *w, struct resolve_direct *d, struct err *e)
{
	struct source_wheel wheel;
	struct err why = { 0 };
	if (ask_folder(t, w, &wheel, &why) && version_parse(t->run->a, wheel.version, &d->version, NULL)) {
		d->version_text = wheel.version;
		return true;
	}
	if (why.code == ERR_INTERRUPT) return *e = why, false;
	d->version_text = S("");
	return version_parse(t->run->a, S("0"), &d->version, e);
}

static bool from_folder(struct resolve_target *t, const struct want *w, struct resolve_direct *d, struct err *e)
{
	struct arena *a = t->run->a;
	struct err why = { 0 };
	struct wants *folder = arena_new(a, struct wants);
	struct wants_request request = { .project = location_of(a, w) };
	if (!wants_read(a, &request, t->run->notes, folder, &why)) {
		if (why.code == ERR_RESOLVE) return from_metadata(t, w, why.what, d, e);
		*e = why;
		return false;
	}
	if (folder->name.n == 0 && w->name.n == 0) return from_metadata(t, w, "it has no static name", d, e);
	d->folder = folder;
	d->name = folder->name.n ? name_normalize(a, folder->name) : w->name;
	d->version_text = folder->version;
	return (folder->version.n && version_parse(a, folder->version, &d->version, NULL)) || find_version(t, w, d, e);
}

/* Whoever named it finds the line, and not only the path that it meant. */
static bool is_there(struct resolve_target *t, const struct want *w, struct err *e)
{
	struct arena *a = t->run->a;
	struct io_stat st = { 0 };
	str path = location_of(a, w);
	if (w->file.url.n || w->file.path.n == 0) return true;
	if (!io_stat(arena_cstr(a, path), &st, e)) return err_where(e, STR_FMT, STR_ARG(where_of(a, w)));
	if (st.exists) return true;
	err_set(e, ERR_IO, "not-found", "there is no %s `" STR_FMT "`", w->file.kind == LOCKED_DIRECTORY ? "folder" : "file",
	        STR_ARG(path));
	err_where(e, STR_FMT, STR_ARG(where_of(a, w)));
	return err_help(e, "paths are seen from the file that names them");
}

static bool make(struct resolve_target *t, const struct want *w, struct resolve_direct *d, struct err *e)
{
	d->want = w;
	if (!is_there(t, w, e)) return false;
	d->file = w->file;
	if (str_empty(w->file.url)) d->file.path = location_of(t->run->a, w);
	switch (w->file.kind) {
	case LOCKED_WHEEL: return from_file(t, w, d, e);
	case LOCKED_DIRECTORY: return from_folder(t, w, d, e);
	case LOCKED_VCS: return source_only(t, w, "a repository", e);
	default:
		if (t->run->options->policy.pure_sdists && t->run->store) return from_archive(t, w, d, e);
		if (!t->run->options->sdists) return source_only(t, w, "a source archive", e);
		return from_file(t, w, d, e);
	}
}

static str without_fragment(str url) { return str_slice(url, 0, str_chr(url, '#') == STR_NONE ? url.n : str_chr(url, '#')); }

static bool same_place(struct resolve_target *t, const struct want *x, const struct want *y)
{
	struct arena *a = t->run->a;
	if (x->file.url.n != 0 || y->file.url.n != 0)
		return str_eq(without_fragment(x->file.url), without_fragment(y->file.url)) &&
		       str_eq(x->file.subdirectory, y->file.subdirectory);
	return str_eq(path_clean(a, location_of(a, x)), path_clean(a, location_of(a, y)));
}

/* Already on the list with these extras? What it brings along has been seen to then: references may lead in circles. */
static bool is_listed(const struct resolve_target *t, const struct resolve_direct *known, const struct want *w)
{
	for (size_t i = 0; i < t->directs.n; i++) {
		const struct resolve_direct *d = t->directs.p[i];
		bool same = str_eq(d->name, known->name);
		for (size_t k = 0; same && k < w->extras.n; k++) same = str_list_has(&d->want->extras, w->extras.p[k]);
		if (same) return true;
	}
	return false;
}

bool resolve_direct_add(struct resolve_target *t, struct resolve_rule *rule, const struct want *w, struct err *e)
{
	struct arena *a = t->run->a;
	struct resolve_direct *d = arena_new(a, struct resolve_direct);
	if (rule && rule->direct && same_place(t, rule->direct->want, w)) {
		if (is_listed(t, rule->direct, w)) return true;
		*d = *rule->direct;
		d->want = w;
		*vec_push(a, &t->directs) = d;
		return true;
	}
	if (t->directs.n >= DIRECTS_MAX)
		return err_set(e, ERR_RESOLVE, "too-complex", "more than %d files are named by URL", DIRECTS_MAX);
	if (!make(t, w, d, e) || !check_name(t, w, d->name, e)) return false;
	if (!rule) rule = resolve_rule_of(t, d->name);
	if (rule->direct && !same_place(t, rule->direct->want, w)) {
		err_set(e, ERR_RESOLVE, "direct-conflict", "`" STR_FMT "` is asked for from two places", STR_ARG(d->name));
		err_where(e, STR_FMT, STR_ARG(where_of(a, w)));
		err_why(e, STR_FMT " and " STR_FMT, STR_ARG(url_display(a, location_of(a, rule->direct->want))),
		        STR_ARG(url_display(a, location_of(a, w))));
		return err_help(e, "keep one of them");
	}
	rule->direct = d;
	*vec_push(a, &t->directs) = d;
	return true;
}

/* --- what they bring along --- */

static enum locked_kind kind_of_url(struct arena *a, str url)
{
	struct url u;
	struct err ignored = { 0 };
	size_t plus = str_find(url, S("+")), colon = str_find(url, S("://"));
	if (plus != STR_NONE && colon != STR_NONE && plus < colon) return LOCKED_VCS;
	if (url_parse(a, url, &u, &ignored) && str_ends(url_file_name(a, &u), S(".whl"))) return LOCKED_WHEEL;
	return LOCKED_ARCHIVE;
}

static bool follow_file(struct resolve_target *t, const struct resolve_direct *d, struct err *e)
{
	struct arena *a = t->run->a;
	const struct catalog_metadata *m;
	if (!resolve_metadata_of(t, d->page, 0, d, &m, e)) return false;
	for (size_t i = 0; !m->broken && i < m->n_requires; i++) {
		const struct requirement *r = &m->requires_dist[i];
		if (str_empty(r->url) || !resolve_marker(t, r->marker, &d->want->extras, NULL)) continue;
		struct want *w = arena_new(a, struct want);
		*w = (struct want){ .kind = WANT_REQUIREMENT, .direct = true, .text = r->text };
		w->name = name_normalize(a, r->name);
		w->from_file = d->want->from_file;
		w->line = d->want->line;
		w->file.url = r->url;
		w->file.kind = kind_of_url(a, r->url);
		struct resolve_rule *rule = resolve_rule_of(t, w->name);
		if (!rule->excluded && !rule->overridden && !resolve_direct_add(t, rule, w, e)) return false;
	}
	return true;
}

static bool follow_folder(struct resolve_target *t, const struct resolve_direct *d, struct err *e)
{
	for (size_t i = 0; i < d->folder->list.n; i++) {
		const struct want *w = &d->folder->list.p[i];
		if (!w->direct || w->kind != WANT_REQUIREMENT || w->group.n) continue;
		if (w->extra.n && !str_list_has(&d->want->extras, w->extra)) continue;
		if (!resolve_marker(t, w->marker, NULL, NULL)) continue;
		struct resolve_rule *rule = w->name.n ? resolve_rule_of(t, w->name) : NULL;
		if (rule && (rule->excluded || rule->overridden)) continue;
		if (!resolve_direct_add(t, rule, w, e)) return false;
	}
	return true;
}

bool resolve_direct_follow(struct resolve_target *t, struct err *e)
{
	for (size_t i = 0; i < t->directs.n; i++) /* which grows */
		if (t->directs.p[i]->page ? !follow_file(t, t->directs.p[i], e) : !follow_folder(t, t->directs.p[i], e)) return false;
	return true;
}
