/* fetch_memory.c: what earlier builds found out, so that a warm build asks nobody.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A lock may name a URL without a hash, or with nothing but a SHA-512. The store knows files by SHA-256, so the digest that the bytes had
 * is remembered under everything that was asked of them: other demands, other memory. The names are digests themselves: URLs may
 * hold secrets, and those never reach the store. */
#include "base/io.h"
#include "net/url.h"
#include "pipeline/fetch_parts.h"
#include "python/wheel_name.h"

#define BUCKET           "digests"
#define FOLDER_NAMES_MAX 1000000

static str demand(struct arena *a, str key, const char *word, const struct str_list *list)
{
	for (size_t i = 0; list && i < list->n; i++)
		key = arena_fmt(a, STR_FMT "\n%s " STR_FMT, STR_ARG(key), word, STR_ARG(list->p[i]));
	return key;
}

str fetch_demands(struct arena *a, str key, const struct wanted *w)
{
	return demand(a, demand(a, key, "all", w->others), "any", w->any);
}

static str hashed(struct fetch *f, str key)
{
	struct sha256 digest;
	sha256_of(key, &digest);
	return sha256_hex_str(f->a, &digest);
}

/* With a digest: were the other demands on it proved? Without: what had the file that was there? */
static str proof_name(struct fetch *f, const struct wanted *w)
{
	return hashed(f, fetch_demands(f->a, arena_fmt(f->a, "proof " STR_FMT, STR_ARG(sha256_hex_str(f->a, &w->sha256))), w));
}

static str place_name(struct fetch *f, const struct wanted *w)
{
	str index = w->index.n ? w->index : f->options->index_key;
	str place = arena_fmt(f->a, "file " STR_FMT "\nat " STR_FMT, STR_ARG(w->file), STR_ARG(w->url.n ? w->url : index));
	return hashed(f, fetch_demands(f->a, place, w));
}

bool fetch_recall(struct fetch *f, struct wanted *w)
{
	str text;
	bool found;
	struct sha256 digest;
	bool place = !w->has_sha256;
	if (place) w->memory = place_name(f, w);
	if (place && f->options->refresh) return true;
	if (!store_blob_load(f->options->store, f->a, BUCKET, place ? w->memory : proof_name(f, w), &text, &found)) return false;
	if (!found || !sha256_from_hex(text, &digest)) return true;
	if (place) {
		w->sha256 = digest;
		w->has_sha256 = true;
	}
	w->proved = sha256_eq(&digest, &w->sha256);
	return true;
}

void fetch_remember(struct fetch *f, struct wanted *w)
{
	struct err ignored = { 0 };
	str hex = sha256_hex_str(f->a, &w->sha256);
	if (w->memory.n) store_blob_save(f->options->store, BUCKET, w->memory, hex, &ignored);
	if (w->others || w->any) store_blob_save(f->options->store, BUCKET, proof_name(f, w), hex, &ignored);
}

/* --- folders of --find-links --- */

static void read_folders(struct fetch *f)
{
	const struct index_config *index = f->options->index;
	f->folders_read = true;
	for (size_t i = 0; i < index->find_links.n; i++) {
		struct url url;
		struct err ignored = { 0 };
		struct fetch_folder folder = { 0 };
		if (!str_istarts(index->find_links.p[i], S("file:")) || !url_parse(f->a, index->find_links.p[i], &url, &ignored) ||
		    !url_to_path(f->a, &url, &folder.path, &ignored) ||
		    !io_list(f->a, folder.path.p, FOLDER_NAMES_MAX, &folder.names, &ignored))
			continue;
		*vec_push(f->a, &f->folders) = folder;
	}
}

static bool is_file_of(struct arena *a, str file, const struct locked_package *p)
{
	struct wheel_name wheel;
	struct err ignored = { 0 };
	if (!str_istarts(file, str_slice(p->name, 0, 1)) || !wheel_name_parse(a, file, &wheel, &ignored)) return false;
	return str_eq(wheel.name, p->name) && fetch_match_version(a, file, p->version) != MATCH_NO;
}

static bool is_listed(const struct listing *listing, str file)
{
	for (size_t i = 0; i < listing->files.n; i++)
		if (str_eq(listing->files.p[i].file, file)) return true;
	return false;
}

static bool is_gone(struct fetch *f, str address)
{
	struct url url;
	struct io_stat st;
	struct err ignored = { 0 };
	str path;
	if (!str_istarts(address, S("file:"))) return false;
	return !url_parse(f->a, address, &url, &ignored) || !url_to_path(f->a, &url, &path, &ignored) ||
	       !io_stat(path.p, &st, &ignored) || !st.exists;
}

bool fetch_folders_changed(struct fetch *f, const struct locked_package *p, const struct listing *listing)
{
	if (!f->folders_read) read_folders(f);
	for (size_t i = 0; i < listing->files.n; i++)
		if (is_gone(f, listing->files.p[i].url)) return true;
	for (size_t i = 0; i < f->folders.n; i++)
		for (size_t k = 0; k < f->folders.p[i].names.n; k++) {
			str file = f->folders.p[i].names.p[k];
			if (is_file_of(f->a, file, p) && !is_listed(listing, file)) return true;
		}
	return false;
}
