/* private_wheel.c: makes the wheel that the rules describe, or finds it in the store.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/pool.h"
#include "pipeline/private_host.h"
#include "pipeline/private_sdist.h"
#include "pipeline/sources.h"
#include "pipeline/stamp_names.h"
#include "python/record.h"
#include "zip/zip_pack.h"

#define RECORD_TEXT_MAX ((size_t)64 << 20)
#define WHEEL_MAX       ((uint64_t)2 << 30)
/* What a wheel may unpack to (ingest.h): more is refused before it is read. */
#define UNPACKED_MAX ((uint64_t)1 << 30)
/* Bumped when the same files would make another wheel. */
#define KEY_VERSION "private wheel 1"

struct member {
	str name;
	bool executable;
	const struct source_file *file; /* NULL: `text` is the content */
	str text;
	struct sha256 sha256;
	uint64_t size;
};

struct making {
	struct arena *a;
	const struct private_options *options;
	struct private_tree tree;
	struct source_wheel wheel;
	struct source_list files;   /* those with a path on disk, by name in the wheel */
	VEC(struct member) members; /* by name, RECORD among them */
	struct map streams;         /* digest of a content -> entry of the wheel that was made before */
	int old_fd;
	struct err *e;
};

/* --- what the wheel holds --- */

static bool check_size(struct making *m)
{
	const struct source_file *largest = NULL;
	uint64_t total = 0;
	for (size_t i = 0; i < m->files.files.n; i++) {
		const struct source_file *f = &m->files.files.p[i];
		if (!largest || f->size > largest->size) largest = f;
		total = f->size > UNPACKED_MAX ? UINT64_MAX : total == UINT64_MAX ? total : total + f->size;
	}
	if (total <= UNPACKED_MAX) return true;
	err_set(m->e, ERR_FORMAT, "source-too-large", "the files of `" STR_FMT "` have more than %llu bytes",
	        STR_ARG(m->wheel.name), (unsigned long long)UNPACKED_MAX);
	err_where(m->e, STR_FMT, STR_ARG(largest->path));
	err_why(m->e, "this file, the largest, has %llu; Lambda accepts 262144000 bytes in all", (unsigned long long)largest->size);
	return err_help(m->e,
	                "keep data out of the package: move it out of its folder, or leave it out by the settings of its backend");
}

static bool add_disk_files(struct making *m)
{
	for (size_t i = 0; i < m->wheel.files.n; i++) {
		const struct source_member *from = &m->wheel.files.p[i];
		if (from->from.n == 0) continue;
		const struct source_entry *entry = source_tree_find(&m->tree.tree, from->from);
		if (!entry)
			return err_set(m->e, ERR_BUG, "source-wheel", "the rules name `" STR_FMT "`, which is not listed",
			               STR_ARG(from->from));
		if (!private_tree_take(m->a, &m->tree, entry, m->e)) return false;
		const struct io_stat *st = &m->tree.facts[entry - m->tree.tree.entries];
		*vec_push(m->a, &m->files.files) = (struct source_file){ .name = from->to,
			                                                     .path = path_join(m->a, m->tree.folder, from->from),
			                                                     .size = st->size,
			                                                     .mtime_ns = st->mtime_ns,
			                                                     .ctime_ns = st->ctime_ns,
			                                                     .inode = st->inode };
	}
	return check_size(m) && sources_hash(m->a, &m->files, m->options->jobs, m->options->cancel, m->e);
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct member *)a)->name, ((const struct member *)b)->name);
}

static bool is_script(str name) { return str_contains(name, S(".data/scripts/")); }

static bool list_members(struct making *m)
{
	size_t file = 0;
	if (!add_disk_files(m)) return false;
	for (size_t i = 0; i < m->wheel.files.n; i++) {
		const struct source_member *from = &m->wheel.files.p[i];
		struct member *to = vec_push(m->a, &m->members);
		*to = (struct member){ .name = from->to, .text = from->content, .size = from->content.n };
		if (from->from.n) {
			to->file = &m->files.files.p[file++];
			to->executable = to->file->executable;
			to->sha256 = to->file->sha256;
			to->size = to->file->size;
		} else {
			sha256_of(to->text, &to->sha256);
		}
		to->executable = to->executable || from->executable || is_script(to->name);
	}
	return true;
}

static bool add_record(struct making *m)
{
	struct buf text;
	buf_init(&text, RECORD_TEXT_MAX);
	str name = arena_fmt(m->a, STR_FMT "/RECORD", STR_ARG(m->wheel.dist_info));
	for (size_t i = 0; i < m->members.n; i++)
		record_write_row(&text, m->members.p[i].name, &m->members.p[i].sha256, m->members.p[i].size);
	record_write_row(&text, name, NULL, 0);
	bool over = text.over;
	struct member record = { .name = name, .text = buf_take(&text, m->a) };
	buf_release(&text);
	if (over)
		return err_set(m->e, ERR_FORMAT, "record-too-large", "the RECORD of " STR_FMT " would be too large",
		               STR_ARG(m->wheel.name));
	record.size = record.text.n;
	sha256_of(record.text, &record.sha256);
	*vec_push(m->a, &m->members) = record;
	qsort(m->members.p, m->members.n, sizeof *m->members.p, by_name);
	for (size_t i = 1; i < m->members.n; i++)
		if (str_eq(m->members.p[i - 1].name, m->members.p[i].name))
			return err_set(m->e, ERR_FORMAT, "collision", "two files of the project `" STR_FMT "` would both be `" STR_FMT "`",
			               STR_ARG(m->tree.folder), STR_ARG(m->members.p[i].name));
	return true;
}

/* --- known already? --- */

static str key_of(struct making *m)
{
	struct sha256_stream hash;
	struct sha256 digest;
	sha256_begin(&hash);
	str head = arena_fmt(m->a, KEY_VERSION "\n%s\n" STR_FMT "\n", zip_coder(), STR_ARG(m->wheel.file_name));
	sha256_update(&hash, head.p, head.n);
	for (size_t i = 0; i < m->members.n; i++) {
		const struct member *x = &m->members.p[i];
		sha256_update(&hash, x->name.p, x->name.n);
		sha256_update(&hash, x->executable ? "\0x" : "\0-", 2);
		sha256_update(&hash, &x->sha256, sizeof x->sha256);
	}
	sha256_end(&hash, &digest);
	return sha256_hex_str(m->a, &digest);
}

/* Under the wheel's key, and for the streams of its next edition under the project's folder. */
static str folder_key(struct making *m)
{
	str absolute;
	struct err ignored = { 0 };
	if (!path_absolute(m->a, m->tree.folder, &absolute, &ignored)) absolute = m->tree.folder;
	return arena_fmt(m->a, "of %s " STR_FMT, zip_coder(), STR_ARG(absolute));
}

static bool recall(struct making *m, str key, struct sha256 *digest)
{
	str text;
	bool found;
	if (!store_blob_load(m->options->store, m->a, "private", key, &text, &found) || !found) return false;
	return sha256_from_hex(text, digest);
}

static void remember(struct making *m, str key, const struct sha256 *digest)
{
	struct err ignored = { 0 };
	store_blob_save(m->options->store, "private", key, sha256_hex_str(m->a, digest), &ignored);
}

static bool in_store(struct making *m, const struct sha256 *digest, struct private_wheel *out)
{
	int fd = -1;
	bool good = false;
	if (!store_file_open(m->options->store, digest, UINT64_MAX, &fd, &out->size, m->e) || fd < 0) return false;
	/* A damaged one is made again: nobody else could send it. */
	bool ok = store_file_check(m->options->store, digest, fd, &good, m->e);
	io_close(&fd);
	if (!ok || !good) return false;
	out->sha256 = *digest;
	out->stored = true;
	return true;
}

/* --- the streams of the wheel that was made before --- */

static bool open_old(struct making *m)
{
	struct sha256 digest;
	struct wheel_record record;
	bool found = false;
	uint64_t size;
	map_init(&m->streams, m->a);
	if (m->options->archive.n || !recall(m, folder_key(m), &digest)) return true;
	if (!store_file_open(m->options->store, &digest, UINT64_MAX, &m->old_fd, &size, m->e)) return false;
	if (m->old_fd < 0) return true;
	if (!store_record_load(m->options->store, m->a, &digest, &record, &found, m->e)) return false;
	if (!found || record.size != size) return true;
	for (size_t i = 0; i < record.n_entries; i++) {
		bool added;
		const struct wheel_entry *entry = &record.entries[i];
		if (entry->usize == 0) continue;
		*map_put(&m->streams, (str){ (const char *)&entry->sha256, sizeof entry->sha256 }, &added) = (void *)(uintptr_t)entry;
	}
	return true;
}

static bool get_item(void *context, size_t i, bool open, struct zip_pack_item *out, struct err *e)
{
	struct making *m = context;
	const struct member *x = &m->members.p[i];
	(void)open, (void)e;
	*out = (struct zip_pack_item){
		.name = x->name, .mode = x->executable ? 0755 : 0644, .kind = ZIP_PACK_BYTES, .bytes = x->text
	};
	const struct wheel_entry *old = map_get(&m->streams, (str){ (const char *)&x->sha256, sizeof x->sha256 });
	if (old && old->usize == x->size) {
		out->kind = ZIP_PACK_RAW;
		out->raw = (struct zip_raw_source){ .fd = m->old_fd,
			                                .path = m->wheel.file_name,
			                                .offset = old->data_at,
			                                .method = old->method,
			                                .crc32 = old->crc32,
			                                .csize = old->csize,
			                                .usize = old->usize,
			                                .has_stream_crc32 = true,
			                                .stream_crc32 = old->stream_crc32 };
		return true;
	}
	if (!x->file) return true;
	out->kind = ZIP_PACK_FILE;
	out->path = x->file->path;
	out->size = x->file->size;
	out->inode = x->file->inode;
	out->mtime_ns = x->file->mtime_ns;
	out->ctime_ns = x->file->ctime_ns;
	out->has_crc32 = true;
	out->crc32 = x->file->crc32;
	return true;
}

static bool pack(struct making *m, struct private_wheel *out)
{
	struct store_put put = { 0 };
	struct zip_write_options write = { .hash = true };
	struct zip_write_result result;
	size_t failed;
	if (!store_put_begin(m->options->store, WHEEL_MAX, &put, m->e)) return false;
	struct zip_pack_options options = { .level = ZIP_PACK_LEVEL_COPY, .jobs = m->options->jobs, .cancel = m->options->cancel };
	options.beside = put.temp.path;
	struct zip_writer *w = zip_write_begin(m->a, &put.temp, &write);
	bool ok = zip_pack(w, &options, m->members.n, get_item, m, &failed, m->e);
	if (ok)
		ok = zip_write_end(w, &result, m->e);
	else
		zip_write_abort(w);
	if (ok) ok = store_put_made(&put, &result.sha256, result.size, m->e);
	store_put_abort(&put);
	if (!ok) return false;
	out->sha256 = result.sha256;
	out->size = result.size;
	out->stored = true;
	return true;
}

/* A stream of the wheel before may be damaged: then everything is compressed anew. */
static bool make(struct making *m, struct private_wheel *out)
{
	if (!open_old(m)) return false;
	struct err first = { 0 }, *e = m->e;
	m->e = &first;
	bool ok = pack(m, out);
	m->e = e;
	if (!ok && m->streams.n && first.id && strcmp(first.id, "zip-stream-damaged") == 0) {
		map_init(&m->streams, m->a);
		return pack(m, out);
	}
	if (!ok) *e = first;
	return ok;
}

/* --- inputs --- */

static void list_inputs(struct making *m, struct private_wheel *out)
{
	for (size_t i = 0; i < m->files.files.n; i++) *vec_push(m->a, &out->inputs) = m->files.files.p[i].path;
	for (size_t i = 0; i < m->wheel.inputs.n; i++)
		str_list_add_new(m->a, &out->inputs, path_join(m->a, m->tree.folder, m->wheel.inputs.p[i]));
	for (size_t i = 0; i < m->tree.folders.n; i++)
		*vec_push(m->a, &out->inputs) = arena_join(m->a, m->tree.folders.p[i], STAMP_NAMES_ALL);
}

/* The native rules refuse the project, and its own backend could build it. */
static bool is_refused(const struct err *e) { return e->code == ERR_RESOLVE && strcmp(e->id, "cannot-build") == 0; }

static bool refuse(const struct private_options *options, const struct err *refusal, struct err *e)
{
	str help = str_from(refusal->help);
	*e = *refusal;
	if (!is_refused(refusal) || options->policy.host) return false;
	struct arena scratch = { 0 };
	help = arena_str(&scratch, help);
	e->help[0] = '\0';
	int minor = options->target ? options->target->python_minor : -1;
	str python = minor >= 0 ? arena_fmt(&scratch, " 3.%d", minor) : S("");
	err_help(e, "--build=host has it built by its own backend, with a Python" STR_FMT " of this computer; or " STR_FMT,
	         STR_ARG(python), STR_ARG(help));
	arena_release(&scratch);
	return false;
}

static bool run(struct making *m, struct notes *notes, struct private_wheel *out)
{
	struct err refusal = { 0 };
	struct sha256 digest;
	if (m->options->listed)
		m->tree = *m->options->listed;
	else if (!private_tree_list(m->a, m->tree.folder, m->options->means, &m->tree, m->e))
		return false;
	if (m->options->archive.n) private_sdist_tree(&m->tree, m->options->archive);
	if (!source_wheel_plan(m->a, &m->tree.tree, notes, &m->wheel, &refusal)) {
		if (is_refused(&refusal) && private_host_allowed(m->options)) {
			bool ok = private_host_make(m->a, &m->tree, refusal.why, m->options, notes, out, m->e);
			out->by_host = ok;
			return ok;
		}
		return refuse(m->options, &refusal, m->e);
	}
	if (!list_members(m) || !add_record(m)) return false;
	out->file = m->wheel.file_name;
	out->backend = m->wheel.backend;
	list_inputs(m, out);
	str key = key_of(m);
	if (recall(m, key, &digest) && in_store(m, &digest, out)) return true;
	if (m->e->code || m->options->look_only) return !m->e->code;
	if (!make(m, out)) return false;
	remember(m, key, &out->sha256);
	if (m->options->archive.n == 0) remember(m, folder_key(m), &out->sha256);
	return true;
}

bool private_wheel_make(struct arena *a, str folder, const struct private_options *options, struct notes *notes,
                        struct private_wheel *out, struct err *e)
{
	struct making m = { .a = a, .options = options, .old_fd = -1, .e = e };
	m.tree.folder = folder;
	*out = (struct private_wheel){ 0 };
	bool ok = run(&m, notes, out);
	io_close(&m.old_fd);
	return ok;
}

struct private_options private_options_of(const struct private_means *means, struct private_policy policy,
                                          const struct lock_target *target)
{
	struct private_options out = { .policy = policy, .means = means, .target = target };
	if (!means) return out;
	out.store = means->store;
	out.jobs = means->jobs;
	out.look_only = means->look_only;
	out.cancel = means->cancel;
	return out;
}

bool private_metadata(struct arena *a, str folder, const struct private_options *options, struct notes *notes,
                      struct source_wheel *out, struct err *e)
{
	struct private_tree tree;
	struct err refusal = { 0 };
	if (!private_tree_list(a, folder, options->means, &tree, e)) return false;
	if (options->archive.n) private_sdist_tree(&tree, options->archive);
	if (source_wheel_metadata(a, &tree.tree, notes, out, &refusal)) return true;
	if (is_refused(&refusal) && private_host_allowed(options))
		return private_host_metadata(a, &tree, refusal.why, options, notes, out, e);
	return refuse(options, &refusal, e);
}
