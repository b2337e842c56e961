/* catalog_local.c: metadata of archives that are there, the store's too.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/io.h"
#include "index/catalog_parts.h"
#include "python/metadata.h"
#include "zip/zip_read.h"

#define CHUNK ((size_t)64 << 10)

bool catalog_no_member(const struct metadata_entry *m, bool several, struct err *e)
{
	const char *what = m->file->is_wheel ? "METADATA" : "PKG-INFO";
	err_set(e, ERR_FORMAT, "no-metadata", STR_FMT " has %s %s of its project", STR_ARG(m->file->index.file),
	        several ? "more than one" : "no", what);
	return false;
}

static bool read_zip(struct metadata_entry *m, struct arena *scratch, int fd, str path, str *text, struct err *e)
{
	struct zip_archive z;
	struct zip_open_options options = { .policy = ZIP_POLICY_DEFAULT, .allow_symlinks = m->file->is_sdist };
	enum tail_member member = m->file->is_wheel ? TAIL_WHEEL_METADATA : TAIL_SDIST_PKG_INFO;
	const struct zip_entry *found = NULL;
	if (!zip_open(scratch, fd, path, &options, &z, e)) return false;
	for (size_t i = 0; i < z.n; i++) {
		if (!tail_is_member(z.entries[i].name, member, m->page->project.name)) continue;
		if (found) return catalog_no_member(m, true, e);
		found = &z.entries[i];
	}
	if (!found) return catalog_no_member(m, false, e);
	return zip_read_entry(scratch, &z, found, METADATA_MAX, text, e);
}

static bool read_tar(struct metadata_entry *m, struct arena *scratch, int fd, str path, uint64_t size, str *text, struct err *e)
{
	struct pkg_info *info = pkg_info_new(scratch);
	char *chunk = arena_alloc(scratch, CHUNK, 1, 16);
	bool found = false, ok = true;
	for (uint64_t at = 0; ok && !found && at < size;) {
		size_t n = size - at < CHUNK ? (size_t)(size - at) : CHUNK;
		ok = io_pread(fd, path.p, chunk, n, at, e) && pkg_info_feed(info, chunk, n, &found, e);
		at += n;
	}
	if (found) *text = arena_str(scratch, pkg_info_text(info));
	pkg_info_free(info);
	return ok && (found || catalog_no_member(m, false, e));
}

bool catalog_read_file(struct metadata_entry *m, struct arena *scratch, int fd, str path, uint64_t size, str *text,
                       struct err *e)
{
	bool zip = m->file->is_wheel || str_ends(m->file->index.file, S(".zip"));
	return zip ? read_zip(m, scratch, fd, path, text, e) : read_tar(m, scratch, fd, path, size, text, e);
}

static bool from_record(struct metadata_entry *m, struct arena *scratch)
{
	struct wheel_record record;
	struct err ignored = { 0 };
	bool found = false;
	return m->file->is_wheel &&
	       store_record_load(m->catalog->options.store, scratch, &m->file->index.sha256, &record, &found, &ignored) && found &&
	       catalog_needs_record(m, &record, &m->needs, &ignored);
}

/* Bytes that are damaged do not have the member's checksum; then they are asked for again. */
static bool from_file(struct metadata_entry *m, struct arena *scratch)
{
	struct store *store = m->catalog->options.store;
	const struct sha256 *digest = &m->file->index.sha256;
	struct err ignored = { 0 };
	uint64_t size;
	str text;
	int fd = -1;
	if (!store_file_open(store, digest, UINT64_MAX, &fd, &size, &ignored) || fd < 0) return false;
	bool ok = catalog_read_file(m, scratch, fd, store_file_path(store, scratch, digest), size, &text, &ignored) &&
	          catalog_needs_read(m, text, &m->needs, &ignored);
	io_close(&fd);
	return ok;
}

bool catalog_from_store(struct metadata_entry *m)
{
	struct arena scratch = { 0 };
	bool ok = m->catalog->options.store && m->file->index.has_sha256 && (from_record(m, &scratch) || from_file(m, &scratch));
	arena_release(&scratch);
	return ok;
}
