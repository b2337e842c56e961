/* assemble.c: the zip.
 * SPDX-License-Identifier: Apache-2.0
 *
 * zip_pack does the work: project files and texts are compressed on the pool, wheels' streams are copied, or compressed anew on the
 * pool for --compress small and smallest. */
#include "pipeline/assemble.h"

#include <string.h>

#include "base/pool.h"
#include "pipeline/assemble_parts.h"
#include "zip/zip_pack.h"

/* A second thread for the hash pays above this many bytes of output. */
#define HASH_THREAD_FROM ((uint64_t)1 << 20)
#define SOURCE_FILE_MAX  ((uint64_t)1 << 30)

bool interrupted(const atomic_bool *cancel, struct err *e)
{
	if (!cancel || !atomic_load_explicit(cancel, memory_order_relaxed)) return false;
	err_set(e, ERR_INTERRUPT, "interrupted", "interrupted");
	return true;
}

bool wheel_fds_open(struct arena *a, const struct plan *plan, struct store *store, struct wheel_fds *out, uint32_t *damaged,
                    struct err *e)
{
	struct wheel_fds w = { .fds = arena_array(a, int, plan->n_distributions), .n = plan->n_distributions };
	memset(w.fds, -1, w.n * sizeof *w.fds);
	for (size_t i = 0; i < w.n; i++) {
		const struct wheel_record *record = plan->distributions[i].record;
		if (!store_file_open(store, &record->sha256, record->size, &w.fds[i], NULL, e)) {
			wheel_fds_close(&w);
			return false;
		}
		if (w.fds[i] >= 0) continue;
		*damaged = (uint32_t)i;
		wheel_fds_close(&w);
		return err_set(e, ERR_FORMAT, "zip-stream-damaged", "the store has lost " STR_FMT,
		               STR_ARG(plan->distributions[i].file));
	}
	*out = w;
	return true;
}

void wheel_fds_close(struct wheel_fds *w)
{
	for (size_t i = 0; i < w->n; i++) io_close(&w->fds[i]);
}

bool source_changed(const struct source_file *file, struct err *e)
{
	err_set(e, ERR_IO, "source-changed", "a file changed while it was packed");
	err_where(e, STR_FMT, STR_ARG(file->path));
	return err_help(e, "run lamina again when nothing writes to the project");
}

static bool source_too_large(const struct source_file *file, struct err *e)
{
	err_set(e, ERR_FORMAT, "source-too-large", "a project file is larger than %llu bytes", (unsigned long long)SOURCE_FILE_MAX);
	err_where(e, STR_FMT, STR_ARG(file->path));
	return err_why(e, "Lambda accepts 262144000 bytes in all");
}

bool read_source(struct arena *a, const struct source_file *file, str *out, struct err *e)
{
	struct sha256 digest;
	struct err read_error = { 0 };
	if (file->size > SOURCE_FILE_MAX) return source_too_large(file, e);
	bool same = io_read_file(a, file->path.p, (size_t)file->size, out, &read_error);
	if (same) {
		sha256_of(*out, &digest);
		same = sha256_eq(&digest, &file->sha256);
	}
	return same || source_changed(file, e);
}

/* Everything that one zip in the making needs. */
struct making {
	const struct artifact *artifact;
	const struct plan *plan;
	struct wheel_fds wheels;
};

static int deflate_level(const struct artifact *artifact)
{
	switch (artifact->compress) {
	case COMPRESS_STORE: return 0;
	case COMPRESS_FAST: return ZIP_PACK_LEVEL_FAST;
	case COMPRESS_COPY: break;
	case COMPRESS_SMALL: return ZIP_PACK_LEVEL_SMALL;
	case COMPRESS_SMALLEST: return ZIP_PACK_LEVEL_SMALLEST;
	}
	return ZIP_PACK_LEVEL_COPY;
}

static void wheel_item(const struct making *m, const struct plan_entry *entry, struct zip_pack_item *out)
{
	const struct wheel_entry *from = entry->u.wheel;
	const struct distribution *d = &m->plan->distributions[entry->distribution];
	out->kind = ZIP_PACK_RAW;
	out->recompress = m->artifact->compress == COMPRESS_SMALL || m->artifact->compress == COMPRESS_SMALLEST;
	out->raw = (struct zip_raw_source){ .fd = m->wheels.fds[entry->distribution],
		                                .path = d->file,
		                                .offset = from->data_at,
		                                .method = from->method,
		                                .crc32 = from->crc32,
		                                .csize = from->csize,
		                                .usize = from->usize,
		                                .has_stream_crc32 = true,
		                                .stream_crc32 = from->stream_crc32 };
}

static bool file_item(const struct source_file *file, struct zip_pack_item *out, struct err *e)
{
	if (file->size > SOURCE_FILE_MAX) return source_too_large(file, e);
	out->kind = ZIP_PACK_FILE;
	out->path = file->path;
	out->size = file->size;
	out->inode = file->inode;
	out->mtime_ns = file->mtime_ns;
	out->ctime_ns = file->ctime_ns;
	out->has_crc32 = true;
	out->crc32 = file->crc32;
	return true;
}

static bool get_item(void *context, size_t i, struct zip_pack_item *out, struct err *e)
{
	const struct making *m = context;
	const struct plan_entry *entry = &m->plan->entries[i];
	*out = (struct zip_pack_item){ .name = entry->name, .mode = entry->mode };
	switch (entry->source) {
	case PLAN_WHEEL: wheel_item(m, entry, out); break;
	case PLAN_FILE: return file_item(entry->u.file, out, e);
	case PLAN_TEXT:
		out->kind = ZIP_PACK_BYTES;
		out->bytes = entry->u.text;
		break;
	}
	return true;
}

/* Which wheel the store has to fetch again, when an error is about one. */
static void blame(const struct plan *plan, size_t failed, const struct err *e, uint32_t *damaged)
{
	if (failed == SIZE_MAX || plan->entries[failed].source != PLAN_WHEEL) return;
	if (e->id && strcmp(e->id, "zip-stream-damaged") == 0) *damaged = plan->entries[failed].distribution;
}

bool assemble_zip(struct arena *a, const struct artifact *artifact, const struct plan *plan,
                  const struct assemble_options *options, struct assemble_result *out, uint32_t *damaged, struct err *e)
{
	struct making m = { .artifact = artifact, .plan = plan };
	struct io_temp temp = { .fd = -1 };
	struct arena writer_arena = { 0 }; /* the writer's tables grow while batches come and go */
	*damaged = UINT32_MAX;
	if (!wheel_fds_open(a, plan, options->store, &m.wheels, damaged, e)) return false;
	struct zip_write_options write_options = { .hash = true,
		                                       .hash_thread = plan->unzipped_size > HASH_THREAD_FROM && pool_cpus() > 1 };
	struct zip_write_result written;
	struct io_stat st = { 0 };
	bool ok = io_mkdirs_for(artifact->output.p, e) && io_temp_open(&temp, artifact->output.p, 0644, e);
	if (ok) {
		size_t failed;
		struct zip_writer *writer = zip_write_begin(&writer_arena, &temp, &write_options);
		struct zip_pack_options pack = { deflate_level(artifact), options->jobs, options->cancel, artifact->output.p };
		ok = zip_pack(writer, &pack, plan->n, get_item, &m, &failed, e);
		if (!ok) {
			blame(plan, failed, e, damaged);
			zip_write_abort(writer);
		}
		ok = ok && zip_write_end(writer, &written, e) && !interrupted(options->cancel, e) &&
		     io_fstat(temp.fd, artifact->output.p, &st, e) && io_temp_commit(&temp, false, e);
	}
	io_temp_abort(&temp);
	wheel_fds_close(&m.wheels);
	arena_release(&writer_arena);
	if (!ok) return false;
	*out = (struct assemble_result){ .size = written.size,
		                             .unzipped_size = written.unzipped_size,
		                             .entries = written.entries,
		                             .has_sha256 = true,
		                             .sha256 = written.sha256,
		                             .inode = st.inode };
	return true;
}
