/* fetch_identify.c: which file each request means.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Locks that name files have done it already. For requirements files the listing of the locked version decides: by target, by the
 * hashes that the file allows, and by nothing else - not by what the store holds. A listing is asked for once and remembered. */
#include <stdlib.h>

#include "lockfile/select.h"
#include "net/url.h"
#include "pipeline/fetch_parts.h"

/* Under which name the listings of a package are remembered: an index named by the lock, else the whole configuration. */
static str listing_index(const struct fetch *f, const struct locked_package *p)
{
	return p->index.n ? p->index : f->options->index_key;
}

/* A file: address is a file of this computer, which may change without anybody saying so. */
static void set_local(struct fetch *f, struct wanted *w)
{
	struct url url;
	struct err ignored = { 0 };
	w->local = w->path;
	if (w->local.n || !str_istarts(w->url, S("file:")) || !url_parse(f->a, w->url, &url, &ignored)) return;
	if (!url_to_path(f->a, &url, &w->local, &ignored)) w->local = (str){ 0 };
}

/* --- from a lock that names the file --- */

static void from_lock(struct fetch *f, size_t i, struct wanted *w)
{
	const struct fetch_request *r = &f->requests[i];
	const struct locked_file *file = &r->package->files.p[r->package->chosen];
	w->file = file->file;
	w->url = file->url;
	if (file->path.n) w->path = path_join(f->a, r->lock_folder, file->path);
	set_local(f, w);
	w->index = r->package->index;
	w->has_sha256 = file->has_sha256;
	w->sha256 = file->sha256;
	w->has_size = file->has_size;
	w->size = file->size;
	w->sdist = !locked_file_is_wheel(file);
	w->subdirectory = file->subdirectory;
	if (file->other_hashes.n) w->others = &file->other_hashes;
	/* requirements.txt: `name @ URL` with several hashes, or with one that is no SHA-256 */
	if (!file->has_sha256 && r->package->hashes.n) w->any = &r->package->hashes;
	w->by_place = !w->has_sha256;
	if (!w->has_sha256 && !w->others && !w->any && !w->local.n)
		note_add(r->notes, NOTE_WARNING, "unverified", "the lock gives no hash for " STR_FMT, STR_ARG(w->file));
}

/* --- from a listing --- */

static bool hash_allowed(const struct locked_package *p, const struct listed_file *file)
{
	if (p->hashes.n == 0) return true;
	if (!file->has_sha256 && file->other_hashes.n == 0) return true; /* judged when the bytes are there */
	char hex[SHA256_HEX + 1];
	sha256_hex(&file->sha256, hex);
	bool comparable = false;
	for (size_t i = 0; i < p->hashes.n; i++) {
		str algorithm, value;
		if (!str_cut(p->hashes.p[i], ':', &algorithm, &value)) continue;
		if (str_eq(algorithm, S("sha256")) && file->has_sha256) {
			comparable = true;
			if (str_ieq(value, str_from(hex))) return true;
		}
		for (size_t k = 0; k < file->other_hashes.n; k++) {
			if (!str_starts(file->other_hashes.p[k], algorithm)) continue;
			comparable = true;
			if (str_ieq(file->other_hashes.p[k], p->hashes.p[i])) return true;
		}
	}
	return !comparable;
}

static bool no_allowed_file(struct fetch *f, const struct fetch_request *r, const struct listing *listing)
{
	const struct locked_package *p = r->package;
	err_set(f->e, ERR_RESOLVE, "hash-not-listed", "no file of " STR_FMT " " STR_FMT " has a hash that the lock allows",
	        STR_ARG(p->name), STR_ARG(p->version));
	if (p->from_file.n) err_where(f->e, STR_FMT ":%u", STR_ARG(p->from_file), p->from_line);
	err_why(f->e, "%zu hash%s allowed, %zu file%s listed, none of them match", p->hashes.n, p->hashes.n == 1 ? " is" : "es are",
	        listing->files.n, listing->files.n == 1 ? " is" : "s are");
	return err_help(f->e, "compare the index with the one that the file was locked with; if it is right, lock again");
}

static bool no_such_version(struct fetch *f, const struct fetch_request *r, str index)
{
	const struct locked_package *p = r->package;
	err_set(f->e, ERR_RESOLVE, "no-such-version", "the index has no files of " STR_FMT " " STR_FMT, STR_ARG(p->name),
	        STR_ARG(p->version));
	if (p->from_file.n) err_where(f->e, STR_FMT ":%u", STR_ARG(p->from_file), p->from_line);
	if (index.n) err_why(f->e, STR_FMT " was asked", STR_ARG(url_display(f->a, index)));
	return err_help(f->e,
	                "choose a version that is there, or name the index that has it: --index-url URL or --extra-index-url URL");
}

static void tell_choice(const struct fetch_request *r, const struct listed_file *file, bool local)
{
	if (file->yanked) {
		note_add(r->notes, NOTE_WARNING, "yanked", STR_FMT " was yanked%s" STR_FMT, STR_ARG(file->file),
		         file->yanked_reason.n ? ": " : "", STR_ARG(file->yanked_reason));
		note_help(r->notes, "it is used because the lock names it; choose another version when you can");
	}
	if (r->package->chosen != SIZE_MAX) return; /* the lock named the file, with its digest */
	if (r->package->hashes.n == 0 && file->has_sha256)
		note_add(r->notes, NOTE_INFO, "hashes-from-index", STR_FMT " has no hashes: they are taken from the index",
		         STR_ARG(r->package->from_file.n ? r->package->from_file : S("the lock")));
	if (r->package->hashes.n == 0 && !file->has_sha256 && !local)
		note_add(r->notes, NOTE_WARNING, "unverified", "neither the lock nor the index gives a SHA-256 for " STR_FMT,
		         STR_ARG(file->file));
}

/* Does the lock allow the digest that the page gives? A digest that only this computer worked out proves nothing about the lock. */
static bool names_digest(const struct str_list *hashes, const struct listed_file *file)
{
	str algorithm, value;
	struct sha256 digest;
	for (size_t i = 0; file->has_sha256 && i < hashes->n; i++)
		if (str_cut(hashes->p[i], ':', &algorithm, &value) && str_eq(algorithm, S("sha256")) &&
		    sha256_from_hex(value, &digest) && sha256_eq(&digest, &file->sha256))
			return true;
	return false;
}

/* Chooses among the listed files; an error when nothing fits. */
static bool choose(struct fetch *f, size_t i, const struct listing *listing, str index, struct wanted *w)
{
	const struct fetch_request *r = &f->requests[i];
	struct locked_package p = *r->package;
	size_t *listed = arena_array(f->a, size_t, listing->files.n);
	p.files.p = NULL;
	p.files.n = p.files.cap = 0;
	if (listing->files.n == 0) return no_such_version(f, r, index);
	for (size_t k = 0; k < listing->files.n; k++) {
		const struct listed_file *from = &listing->files.p[k];
		if (!hash_allowed(&p, from)) continue;
		listed[p.files.n] = k;
		struct locked_file *to = vec_push(f->a, &p.files);
		to->kind = str_ends(from->file, S(".whl")) ? LOCKED_WHEEL : LOCKED_SDIST;
		to->file = from->file;
		to->url = from->url;
	}
	if (p.files.n == 0) return no_allowed_file(f, r, listing);
	if (!lock_select_one(f->a, &p, r->target, r->policy.pure_sdists ? LOCK_SELECT_SDISTS : 0, f->e)) return false;
	const struct listed_file *chosen = &listing->files.p[listed[p.chosen]];
	w->file = chosen->file;
	w->sdist = p.files.p[p.chosen].kind != LOCKED_WHEEL;
	w->url = chosen->url;
	w->index = index;
	w->has_sha256 = chosen->has_sha256;
	w->sha256 = chosen->sha256;
	w->has_size = chosen->has_size;
	w->size = chosen->size;
	w->others = chosen->other_hashes.n && !chosen->has_sha256 ? &chosen->other_hashes : NULL;
	w->any = r->package->hashes.n && !names_digest(&r->package->hashes, chosen) ? &r->package->hashes : NULL;
	w->by_place = !chosen->has_sha256;
	set_local(f, w);
	/* What was remembered of a file that may change is its name alone. */
	if (w->by_place && w->local.n) w->has_size = false;
	tell_choice(r, chosen, w->local.n > 0);
	return true;
}

static int by_file(const void *a, const void *b)
{
	return str_cmp(((const struct listed_file *)a)->file, ((const struct listed_file *)b)->file);
}

/* The answer of an index, cut down to one version. Names that several sources list are those of the first. */
static void listing_of(struct fetch *f, const struct index_answer *answer, const struct locked_package *p, struct listing *out)
{
	struct map seen;
	bool exact = false;
	*out = (struct listing){ 0 };
	map_init(&seen, f->a);
	for (int pass = 0; pass < 2 && !exact; pass++)
		for (size_t k = 0; k < answer->files.n; k++) {
			const struct index_file *from = &answer->files.p[k];
			bool added;
			enum version_match match = fetch_match_version(f->a, from->file, p->version);
			if (match != (pass == 0 ? MATCH_EXACT : MATCH_LOCAL)) continue;
			exact = exact || match == MATCH_EXACT;
			map_put(&seen, from->file, &added);
			if (!added) continue;
			struct listed_file *to = vec_push(f->a, &out->files);
			*to = (struct listed_file){ .file = from->file,
				                        .url = from->url,
				                        .has_sha256 = from->has_sha256,
				                        .sha256 = from->sha256,
				                        .other_hashes = from->other_hashes,
				                        .requires_python = from->requires_python,
				                        .yanked = from->yanked,
				                        .yanked_reason = from->yanked_reason,
				                        .has_size = from->has_size,
				                        .size = from->size };
		}
	if (out->files.n > 1) qsort(out->files.p, out->files.n, sizeof *out->files.p, by_file);
}

/* --- asking --- */

static str query_key(struct fetch *f, const struct locked_package *p)
{
	return arena_fmt(f->a, STR_FMT " " STR_FMT, STR_ARG(p->name), STR_ARG(p->index));
}

static bool from_answer(struct fetch *f, size_t i, const struct index_answer *answer, struct wanted *w)
{
	const struct fetch_request *r = &f->requests[i];
	struct listing listing;
	struct err ignored = { 0 };
	listing_of(f, answer, r->package, &listing);
	if (listing.files.n)
		store_listing_save(f->options->store, listing_index(f, r->package), r->package->name, r->package->version, &listing,
		                   &ignored);
	w->must_identify = w->remembered = false;
	if (r->package->chosen == SIZE_MAX) return choose(f, i, &listing, answer->index, w) || fetch_advise(f, i);
	/* The lock named the file; the page gives its address. */
	for (size_t k = 0; k < listing.files.n; k++) {
		if (!str_eq(listing.files.p[k].file, w->file)) continue;
		w->url = listing.files.p[k].url;
		w->index = answer->index;
		tell_choice(r, &listing.files.p[k], false);
		return true;
	}
	err_set(f->e, ERR_RESOLVE, "no-such-file", "the index does not list " STR_FMT ", which the lock names", STR_ARG(w->file));
	err_why(f->e, STR_FMT " was asked", STR_ARG(url_display(f->a, answer->index)));
	return err_help(f->e, "lock again, or name the index that the lock was made with: --index-url URL");
}

/* Pages list thousands of files; only those of the locked versions are kept. */
struct version_filter {
	struct arena scratch; /* rewound after each file */
	struct str_list versions;
};

static bool of_locked_version(void *context, const struct index_file *file)
{
	struct version_filter *filter = context;
	struct arena_mark mark = arena_mark(&filter->scratch);
	bool found = false;
	for (size_t i = 0; i < filter->versions.n && !found; i++)
		found = fetch_match_version(&filter->scratch, file->file, filter->versions.p[i]) != MATCH_NO;
	arena_rewind(&filter->scratch, mark);
	return found;
}

/* One query a project and index, however many artifacts want it. which: indexes into requests. */
static bool ask(struct fetch *f, const size_t *which, struct wanted *const *wanted, size_t n)
{
	struct index_query *queries = arena_array(f->a, struct index_query, n);
	struct index_answer *answers = arena_array(f->a, struct index_answer, n);
	struct version_filter *filters = arena_array(f->a, struct version_filter, n);
	struct map by_key;
	size_t n_queries = 0;
	map_init(&by_key, f->a);
	if (n == 0) return true;
	if (!fetch_client(f)) return false;
	for (size_t k = 0; k < n; k++) {
		const struct locked_package *p = f->requests[which[k]].package;
		bool added;
		void **slot = map_put(&by_key, query_key(f, p), &added);
		if (added) {
			*slot = (void *)(uintptr_t)n_queries;
			queries[n_queries] = (struct index_query){ .name = p->name, .index = p->index, .wanted = of_locked_version };
			queries[n_queries].context = &filters[n_queries];
			n_queries++;
		}
		str_list_add_new(f->a, &filters[(size_t)(uintptr_t)*slot].versions, p->version);
	}
	progress_phase(f->options->progress, "Reading index", 0, true);
	bool ok = index_list(f->client, f->a, queries, n_queries, answers, f->e);
	progress_done(f->options->progress);
	for (size_t k = 0; k < n_queries; k++) arena_release(&filters[k].scratch);
	f->stats->pages += n_queries;
	for (size_t k = 0; ok && k < n; k++) {
		size_t q = (size_t)(uintptr_t)map_get(&by_key, query_key(f, f->requests[which[k]].package));
		ok = from_answer(f, which[k], &answers[q], wanted[k]);
	}
	return ok;
}

/* True in *found when a remembered listing answers; it is asked again when its files do not fit the lock any more. */
static bool from_memory(struct fetch *f, size_t i, struct wanted *w, bool *found)
{
	const struct locked_package *p = f->requests[i].package;
	struct listing listing;
	*found = false;
	if (f->options->refresh) return true;
	if (!store_listing_load(f->options->store, f->a, listing_index(f, p), p->name, p->version, &listing, found, f->e))
		return false;
	if (*found && fetch_folders_changed(f, p, &listing)) *found = false;
	if (!*found) return true;
	struct err first = { 0 }, *e = f->e;
	f->e = &first;
	bool ok = choose(f, i, &listing, p->index, w);
	f->e = e;
	w->remembered = ok;
	*found = ok || f->options->offline;
	if (!ok && f->options->offline) *e = first;
	return ok || !f->options->offline;
}

/* A lock names the file but not where it is, and the store does not have it. */
static bool address_known(struct fetch *f, struct wanted *w)
{
	int fd = -1;
	if (w->url.n || w->path.n) return true;
	if (!w->has_sha256) return false;
	struct err ignored = { 0 };
	if (!store_file_open(f->options->store, &w->sha256, UINT64_MAX, &fd, NULL, &ignored) || fd < 0) return false;
	io_close(&fd);
	return true;
}

static bool identify_one(struct fetch *f, size_t i, struct wanted *w)
{
	const struct fetch_request *r = &f->requests[i];
	bool found;
	w->project = r->package->name;
	w->version = r->package->version;
	w->notes = r->notes;
	w->request = i;
	if (r->package->chosen != SIZE_MAX && r->package->files.p[r->package->chosen].kind == LOCKED_DIRECTORY)
		return fetch_from_folder(f, i, w);
	if (r->package->chosen != SIZE_MAX) {
		from_lock(f, i, w);
		if (w->by_place && !w->local.n && !fetch_recall(f, w)) return false;
		w->must_identify = !address_known(f, w);
		return true;
	}
	if (!from_memory(f, i, w, &found)) return false;
	w->must_identify = !found;
	return true;
}

/* Files that several requests share become one. */
static void unite(struct fetch *f, struct wanted **all)
{
	struct map by_identity;
	map_init(&by_identity, f->a);
	f->of_request = arena_array(f->a, struct wanted *, f->n);
	for (size_t i = 0; i < f->n; i++) {
		struct wanted *w = all[i];
		str where = w->path.n ? w->path : w->url;
		str key = w->has_sha256 ? sha256_hex_str(f->a, &w->sha256) : arena_fmt(f->a, "at " STR_FMT, STR_ARG(where));
		key = arena_fmt(f->a, STR_FMT " " STR_FMT, STR_ARG(key), STR_ARG(w->file));
		key = fetch_demands(f->a, key, w);
		const struct fetch_request *r = &f->requests[i];
		if (w->sdist)
			key = arena_fmt(f->a, STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(key), STR_ARG(w->subdirectory),
			                STR_ARG(r->policy.host ? r->target->text : S("")));
		bool added;
		void **slot = map_put(&by_identity, key, &added);
		if (added) {
			*slot = w;
			*vec_push(f->a, &f->wanted) = w;
		}
		f->of_request[i] = *slot;
	}
}

bool fetch_identify(struct fetch *f)
{
	struct wanted **all = arena_array(f->a, struct wanted *, f->n);
	size_t *which = arena_array(f->a, size_t, f->n), n = 0;
	struct wanted **unknown = arena_array(f->a, struct wanted *, f->n);
	for (size_t i = 0; i < f->n; i++) {
		all[i] = arena_new(f->a, struct wanted);
		if (!identify_one(f, i, all[i])) return false;
		if (!all[i]->must_identify) continue;
		which[n] = i;
		unknown[n++] = all[i];
	}
	if (f->options->look_only)
		f->stats->missing += n;
	else if (!ask(f, which, unknown, n))
		return false;
	unite(f, all);
	return true;
}

bool fetch_identify_again(struct fetch *f, struct wanted *const *which, size_t n)
{
	size_t *requests = arena_array(f->a, size_t, n);
	for (size_t i = 0; i < n; i++) requests[i] = which[i]->request;
	return ask(f, requests, which, n);
}
