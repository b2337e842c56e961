/* assemble.c: the zip.
 * SPDX-License-Identifier: Apache-2.0
 *
 * zip_pack does the work: project files and texts are compressed on the pool, wheels' streams are copied, or compressed anew on the
 * pool for --compress small and smallest. */
#include "pipeline/assemble.h"

#include <string.h>

#include "base/pool.h"
#include "pipeline/assemble_parts.h"
#include "pipeline/sources.h"
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

void wheel_fds_begin(struct arena *a, const struct plan *plan, struct store *store, struct wheel_fds *out)
{
	*out = (struct wheel_fds){ .plan = plan, .store = store, .fds = arena_array(a, int, plan->n_distributions) };
	memset(out->fds, -1, plan->n_distributions * sizeof *out->fds);
}

bool wheel_fd(struct wheel_fds *w, uint32_t distribution, int *fd, uint32_t *damaged, struct err *e)
{
	const struct distribution *d = &w->plan->distributions[distribution];
	*fd = w->fds[distribution];
	if (*fd >= 0) return true;
	if (w->n == WHEELS_OPEN_MAX)
		io_close(&w->fds[w->turns[w->next]]);
	else
		w->n++;
	w->turns[w->next] = distribution;
	w->next = (w->next + 1) % WHEELS_OPEN_MAX;
	if (!store_file_open(w->store, &d->record->sha256, d->record->size, &w->fds[distribution], NULL, e)) return false;
	*fd = w->fds[distribution];
	if (*fd >= 0) return true;
	*damaged = distribution;
	return err_set(e, ERR_FORMAT, "zip-stream-damaged", "the store has lost " STR_FMT, STR_ARG(d->file));
}

void wheel_fds_end(struct wheel_fds *w)
{
	for (size_t i = 0; i < w->n; i++) io_close(&w->fds[w->turns[i]]);
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
	uint32_t *damaged;
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

static bool wheel_item(struct making *m, const struct plan_entry *entry, bool open, struct zip_pack_item *out, struct err *e)
{
	const struct wheel_entry *from = entry->u.wheel;
	const struct distribution *d = &m->plan->distributions[entry->distribution];
	out->kind = ZIP_PACK_RAW;
	out->recompress = m->artifact->compress == COMPRESS_SMALL || m->artifact->compress == COMPRESS_SMALLEST;
	out->raw = (struct zip_raw_source){ .fd = -1,
		                                .path = d->file,
		                                .offset = from->data_at,
		                                .method = from->method,
		                                .crc32 = from->crc32,
		                                .csize = from->csize,
		                                .usize = from->usize,
		                                .has_stream_crc32 = true,
		                                .stream_crc32 = from->stream_crc32 };
	return !open || wheel_fd(&m->wheels, entry->distribution, &out->raw.fd, m->damaged, e);
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

static bool get_item(void *context, size_t i, bool open, struct zip_pack_item *out, struct err *e)
{
	struct making *m = context;
	const struct plan_entry *entry = &m->plan->entries[i];
	*out = (struct zip_pack_item){ .name = entry->name, .mode = entry->mode };
	switch (entry->source) {
	case PLAN_WHEEL: return wheel_item(m, entry, open, out, e);
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

bool assemble_zip_make(struct arena *a, const struct artifact *artifact, const struct plan *plan,
                       const struct assemble_options *options, struct assembled *out, uint32_t *damaged, struct err *e)
{
	struct making m = { .artifact = artifact, .plan = plan, .damaged = damaged };
	struct io_temp temp = { .fd = -1 };
	struct arena writer_arena = { 0 }; /* the writer's tables grow while batches come and go */
	*damaged = UINT32_MAX;
	wheel_fds_begin(a, plan, options->store, &m.wheels);
	struct zip_write_options write_options = { .hash = true,
		                                       .hash_thread = plan->unzipped_size > HASH_THREAD_FROM && pool_cpus() > 1 };
	struct zip_write_result written;
	struct io_stat st = { 0 };
	bool ok = io_mkdirs_for(artifact->output.p, e) && io_temp_open(&temp, artifact->output.p, options->mode, e);
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
		     io_fstat(temp.fd, artifact->output.p, &st, e);
	}
	wheel_fds_end(&m.wheels);
	arena_release(&writer_arena);
	if (!ok) {
		io_temp_abort(&temp);
		return false;
	}
	*out = (struct assembled){ .temp = temp };
	out->result = (struct assemble_result){ .size = written.size,
		                                    .unzipped_size = written.unzipped_size,
		                                    .entries = written.entries,
		                                    .has_sha256 = true,
		                                    .sha256 = written.sha256,
		                                    .inode = st.inode };
	return true;
}

bool assemble_zip_commit(struct assembled *made, struct assemble_result *out, struct err *e)
{
	if (!io_temp_commit(&made->temp, false, e)) return false;
	*out = made->result;
	return true;
}

void assemble_zip_drop(struct assembled *made) { io_temp_abort(&made->temp); }

bool assemble_zip(struct arena *a, const struct artifact *artifact, const struct plan *plan,
                  const struct assemble_options *options, struct assemble_result *out, uint32_t *damaged, struct err *e)
{
	struct assembled made = { 0 };
	bool ok = assemble_zip_make(a, artifact, plan, options, &made, damaged, e) && assemble_zip_commit(&made, out, e);
	assemble_zip_drop(&made);
	return ok;
}
