/* assemble.c: the zip.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Project files and texts are deflated ahead of the writer in small batches on the pool; the writer itself is one thread (its copies
 * are bound by the kernel) beside the hashing thread. */
#include "pipeline/assemble.h"

#include <string.h>

#include "base/pool.h"
#include "pipeline/assemble_parts.h"
#include "zip/zip_write.h"

/* A second thread for the hash pays above this many bytes of output. */
#define HASH_THREAD_FROM ((uint64_t)1 << 20)
/* Plain bytes of one batch of deflating. */
#define BATCH_BYTES     ((uint64_t)8 << 20)
#define BATCH_ENTRIES   512
#define SOURCE_FILE_MAX ((uint64_t)1 << 30)

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

bool source_changed(const struct source_file *file, struct err *e)
{
	err_set(e, ERR_IO, "source-changed", "a file changed while it was packed");
	err_where(e, STR_FMT, STR_ARG(file->path));
	return err_help(e, "run lamina again when nothing writes to the project");
}

bool read_source(struct arena *a, const struct source_file *file, str *out, struct err *e)
{
	struct sha256 digest;
	struct err read_error = { 0 };
	if (file->size > SOURCE_FILE_MAX) {
		err_set(e, ERR_FORMAT, "source-too-large", "a project file is larger than %llu bytes",
		        (unsigned long long)SOURCE_FILE_MAX);
		err_where(e, STR_FMT, STR_ARG(file->path));
		return err_why(e, "Lambda accepts 262144000 bytes in all");
	}
	bool same = io_read_file(a, file->path.p, (size_t)file->size, out, &read_error);
	if (same) {
		sha256_of(*out, &digest);
		same = sha256_eq(&digest, &file->sha256);
	}
	return same || source_changed(file, e);
}

/* The bytes of an open file are still those that the plan saw. */
static bool source_unchanged(int fd, const struct source_file *file, struct err *e)
{
	enum { PIECE = 256 << 10 };
	struct arena scratch = { 0 };
	char *piece = arena_alloc(&scratch, PIECE, 1, 64);
	struct sha256_stream hash;
	struct sha256 digest;
	bool ok = true;
	sha256_begin(&hash);
	for (uint64_t done = 0; ok && done < file->size;) {
		size_t n = file->size - done < PIECE ? (size_t)(file->size - done) : PIECE;
		ok = io_pread(fd, file->path.p, piece, n, done, e);
		sha256_update(&hash, piece, n);
		done += n;
	}
	sha256_end(&hash, &digest);
	arena_release(&scratch);
	return ok && (sha256_eq(&digest, &file->sha256) || source_changed(file, e));
}

/* Everything that one zip in the making needs. */
struct making {
	struct arena *a;
	const struct artifact *artifact;
	const struct plan *plan;
	const struct assemble_options *options;
	struct wheel_fds wheels;
	struct zip_writer *writer;
	uint32_t *damaged;
	struct err *e;
	/* the batch */
	size_t from, to; /* plan entries */
	struct zip_stream *streams;
	struct pool_keep keep;
};

static int deflate_level(const struct artifact *artifact)
{
	switch (artifact->compress) {
	case COMPRESS_STORE: return 0;
	case COMPRESS_FAST: return 1;
	case COMPRESS_COPY: break;
	}
	return 6;
}

/* Such a file is deflated through a temporary file while the others wait, instead of in memory. */
static bool is_huge(const struct plan_entry *entry)
{
	return entry->source == PLAN_FILE && entry->u.file->size > ZIP_DEFLATE_WHOLE_MAX;
}

static bool deflate_one(void *context, size_t item, struct pool_worker *worker, struct err *e)
{
	struct making *m = context;
	const struct plan_entry *entry = &m->plan->entries[m->from + item];
	if (entry->source == PLAN_WHEEL || is_huge(entry)) return true;
	str content = entry->u.text;
	if (entry->source == PLAN_FILE && !read_source(&worker->scratch, entry->u.file, &content, e)) return false;
	struct zip_stream stream;
	if (!zip_deflate(&worker->scratch, content, deflate_level(m->artifact), &stream, e)) return false;
	stream.bytes = arena_str(&worker->keep, stream.bytes);
	m->streams[item] = stream;
	return true;
}

/* The longest run of entries from m->from whose own content stays below BATCH_BYTES. */
static void next_batch(struct making *m)
{
	uint64_t bytes = 0;
	size_t own = 0, i = m->from;
	for (; i < m->plan->n; i++) {
		const struct plan_entry *entry = &m->plan->entries[i];
		if (entry->source == PLAN_WHEEL) continue;
		uint64_t size = entry->source == PLAN_FILE ? entry->u.file->size : entry->u.text.n;
		if (own > 0 && (bytes + size > BATCH_BYTES || own == BATCH_ENTRIES)) break;
		bytes += size;
		own++;
	}
	m->to = i;
}

static bool write_wheel_entry(struct making *m, const struct plan_entry *entry)
{
	const struct wheel_entry *from = entry->u.wheel;
	const struct distribution *d = &m->plan->distributions[entry->distribution];
	int fd;
	if (!wheel_fd(&m->wheels, entry->distribution, &fd, m->damaged, m->e)) return false;
	struct zip_raw_source source = { .fd = fd,
		                             .path = d->file,
		                             .offset = from->data_at,
		                             .method = from->method,
		                             .crc32 = from->crc32,
		                             .csize = from->csize,
		                             .usize = from->usize,
		                             .has_stream_crc32 = true,
		                             .stream_crc32 = from->stream_crc32 };
	if (zip_write_raw(m->writer, entry->name, entry->mode, &source, m->e)) return true;
	if (m->e->id && strcmp(m->e->id, "zip-stream-damaged") == 0) *m->damaged = entry->distribution;
	return false;
}

static bool write_huge_entry(struct making *m, const struct plan_entry *entry)
{
	const struct source_file *file = entry->u.file;
	struct io_temp scratch = { .fd = -1 };
	struct zip_raw_source source;
	int fd = io_open_read(file->path.p, m->e);
	bool ok = fd >= 0 && io_temp_open(&scratch, m->artifact->output.p, 0600, m->e) &&
	          zip_deflate_file(fd, file->path, file->size, deflate_level(m->artifact), &scratch, &source, m->e) &&
	          zip_write_raw(m->writer, entry->name, entry->mode, &source, m->e) && source_unchanged(fd, file, m->e);
	io_temp_abort(&scratch);
	io_close(&fd);
	return ok;
}

static bool write_entry(struct making *m, size_t i)
{
	const struct plan_entry *entry = &m->plan->entries[i];
	if (entry->source == PLAN_WHEEL) return write_wheel_entry(m, entry);
	if (is_huge(entry)) return write_huge_entry(m, entry);
	return zip_write_stream(m->writer, entry->name, entry->mode, &m->streams[i - m->from], m->e);
}

static bool write_batch(struct making *m)
{
	for (size_t i = m->from; i < m->to; i++) {
		if ((i & 255) == 0 && interrupted(m->options->cancel, m->e)) return false;
		if (!write_entry(m, i)) return false;
	}
	return true;
}

static bool write_entries(struct making *m)
{
	for (m->from = 0; m->from < m->plan->n; m->from = m->to) {
		next_batch(m);
		struct arena_mark mark = arena_mark(m->a);
		m->streams = arena_array(m->a, struct zip_stream, m->to - m->from);
		size_t jobs = m->options->jobs ? m->options->jobs : 1;
		bool ok = pool_run(jobs, m->to - m->from, deflate_one, m, m->options->cancel, &m->keep, m->e) && write_batch(m);
		pool_keep_release(&m->keep);
		arena_rewind(m->a, mark);
		if (!ok) return false;
	}
	return true;
}

bool assemble_zip(struct arena *a, const struct artifact *artifact, const struct plan *plan,
                  const struct assemble_options *options, struct assemble_result *out, uint32_t *damaged, struct err *e)
{
	struct making m = { .a = a, .artifact = artifact, .plan = plan, .options = options, .damaged = damaged, .e = e };
	struct io_temp temp = { .fd = -1 };
	struct arena writer_arena = { 0 }; /* the writer's tables grow while batches come and go */
	*damaged = UINT32_MAX;
	wheel_fds_begin(a, plan, options->store, &m.wheels);
	struct zip_write_options write_options = { .hash = true,
		                                       .hash_thread = plan->unzipped_size > HASH_THREAD_FROM && pool_cpus() > 1 };
	struct zip_write_result written;
	struct io_stat st = { 0 };
	bool ok = io_mkdirs_for(artifact->output.p, e) && io_temp_open(&temp, artifact->output.p, options->mode, e);
	if (ok) m.writer = zip_write_begin(&writer_arena, &temp, &write_options);
	if (ok && !write_entries(&m)) {
		zip_write_abort(m.writer);
		ok = false;
	} else if (ok) {
		ok = zip_write_end(m.writer, &written, e) && !interrupted(options->cancel, e) &&
		     io_fstat(temp.fd, artifact->output.p, &st, e) && io_temp_commit(&temp, false, e);
	}
	io_temp_abort(&temp);
	wheel_fds_end(&m.wheels);
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
