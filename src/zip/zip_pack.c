/* zip_pack.c: batches of entries: their pieces on the threads, then all of them into the archive, in order.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A batch ends before its own content passes ZIP_PACK_BATCH; streams that are only copied cost nothing and do not count. A single
 * entry that is larger is a batch of its own: its pieces go to a scratch file, batch by batch. */
#include "zip/zip_pack.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "base/oom.h"
#include "base/pool.h"
#include "zip/zip_decode.h"
#include "zip/zip_names.h"
#include "zip/zip_pieces.h"
#include "zip/zip_record.h"
#include "zip/zip_window.h"

#define SLOTS 256
/* Below, streams are not left to zip_write_raw: its cache is for wheels, whose descriptors stay open; scratch files come and go. */
#define READ_WHOLE ((uint64_t)64 << 10)

/* A piece of work: one piece of a file or text, or all of an entry that is recompressed. */
struct piece {
	uint32_t slot;
	bool last, failed, done; /* done: packed holds a new stream; before, that of the entry that is recompressed */
	uint64_t at;
	size_t n;
	str packed;
	uint32_t crc32;
};

/* One entry of the batch. */
struct slot {
	struct zip_pack_item item;
	size_t first, n; /* its pieces */
};

/* What a thread keeps between pieces. */
struct lane {
	struct zip_pieces coder;
	struct buf plain;
	struct piece *waiting[ZIP_WALK_STREAMS]; /* compressed, their ends not opened */
	size_t n_waiting;
};

struct packing {
	struct zip_writer *writer;
	const struct zip_pack_options *options;
	size_t n;
	zip_pack_get *get;
	void *context;
	size_t *failed;
	struct err *e;
	size_t jobs;
	struct lane lanes[POOL_JOBS_MAX];
	/* the batch */
	struct arena arena;
	struct slot slots[SLOTS];
	size_t n_slots, from; /* first entry */
	VEC(struct piece) pieces;
	struct pool_keep keep;
	/* the entry that is larger than a batch: its bytes come from here, -1 = from the item's path */
	int fd;
};

static bool changed(const struct zip_pack_item *item, struct err *e)
{
	err_set(e, ERR_IO, "source-changed", "a file changed while it was packed");
	err_where(e, STR_FMT, STR_ARG(item->path));
	return err_help(e, "run lamina again when nothing writes to it");
}

static bool is_as_told(int fd, const struct zip_pack_item *item, struct err *e)
{
	struct io_stat st;
	if (!io_fstat(fd, item->path.p, &st, e)) return false;
	bool same = st.is_regular && st.size == item->size && st.inode == item->inode && st.mtime_ns == item->mtime_ns &&
	            st.ctime_ns == item->ctime_ns;
	return same || changed(item, e);
}

/* What is a link or a pipe by now was a file when it was looked at. */
static int open_file(const struct zip_pack_item *item, struct err *e)
{
	struct err why = { 0 };
	int fd = item->real.n ? io_open_regular(item->real.p, false, &why) : io_open_regular(item->path.p, true, &why);
	if (fd < 0 && (why.sys == 0 || why.sys == ELOOP))
		changed(item, e);
	else if (fd < 0)
		*e = why;
	return fd;
}

/* Bytes of a file, which must be the same file before and after. */
static bool read_piece(const struct zip_pack_item *item, uint64_t at, size_t n, char *out, struct err *e)
{
	struct err read_error = { 0 };
	int fd = open_file(item, e);
	if (fd < 0) return false;
	bool ok = is_as_told(fd, item, e) && (zip_pread(fd, item->path, out, n, at, &read_error) || changed(item, e)) &&
	          is_as_told(fd, item, e);
	io_close(&fd);
	return ok;
}

static bool piece_bytes(struct packing *p, struct lane *lane, const struct piece *piece, str *out, struct err *e)
{
	const struct zip_pack_item *item = &p->slots[piece->slot].item;
	if (item->kind == ZIP_PACK_BYTES) {
		*out = str_slice(item->bytes, (size_t)piece->at, (size_t)piece->at + piece->n);
		return true;
	}
	buf_clear(&lane->plain);
	char *bytes = buf_reserve(&lane->plain, piece->n);
	bool ok = p->fd >= 0 ? zip_pread(p->fd, item->path, bytes, piece->n, piece->at, e)
	                     : read_piece(item, piece->at, piece->n, bytes, e);
	*out = (str){ bytes, piece->n };
	return ok;
}

/* --- recompressing --- */

static bool damaged(const struct zip_pack_item *item, struct err *e)
{
	err_set(e, ERR_FORMAT, "zip-stream-damaged", "the bytes of an entry are not those that were verified");
	return err_where(e, STR_FMT, STR_ARG(item->raw.path));
}

/* The descriptor of a raw entry, for what follows at once. */
static bool open_raw(struct packing *p, size_t entry, struct zip_pack_item *item)
{
	return p->get(p->context, entry, true, item, p->e);
}

/* Inflates a raw entry from its file and proves it. */
static bool inflate_raw(const struct zip_pack_item *item, zip_sink *sink, void *context, struct err *e)
{
	const struct zip_raw_source *s = &item->raw;
	struct zip_archive z = { .fd = s->fd, .path = s->path, .size = UINT64_MAX };
	struct zip_entry entry = {
		.name = item->name, .method = s->method, .crc32 = s->crc32, .csize = s->csize, .usize = s->usize
	};
	entry.data_at = s->offset;
	struct zip_facts facts;
	struct err damage = { 0 };
	if (!zip_verify_entry(&z, &entry, sink, context, &facts, &damage)) {
		if (damage.code == ERR_FORMAT) return damaged(item, e);
		if (!err_is_set(e)) *e = damage; /* unless the sink told why */
		return false;
	}
	return !s->has_stream_crc32 || facts.stream_crc32 == s->stream_crc32 || damaged(item, e);
}

static bool give_all(void *context, const unsigned char **bytes, size_t *n)
{
	str **rest = context;
	*bytes = (const unsigned char *)(*rest)->p;
	*n = (*rest)->n;
	**rest = (str){ 0 };
	return true;
}

struct memory_ends {
	str *rest; /* give_all's, first */
	struct buf *out;
};

static bool take_all(void *context, const void *bytes, size_t n)
{
	return buf_add(((struct memory_ends *)context)->out, bytes, n);
}

/* The same from memory; out has room for usize bytes and not one more. */
static bool inflate_memory(const struct zip_pack_item *item, str stream, struct buf *out)
{
	const struct zip_raw_source *s = &item->raw;
	str rest = stream;
	struct memory_ends ends = { &rest, out };
	struct zip_decode_io io = { &ends, give_all, take_all };
	uint64_t used = stream.n;
	if (s->method == ZIP_STORED)
		buf_add_str(out, stream);
	else if (zip_decode(&io, &used) != ZIP_DECODE_DONE)
		return false;
	return used == stream.n && out->n == s->usize && zip_crc32(0, out->p, out->n) == s->crc32;
}

static void add_stream(struct zip_pieces *coder, str plain, bool last, struct buf *out)
{
	if (!buf_add_str(out, zip_pieces_next(coder, plain)) || last) return;
	size_t begin = out->n - coder->out.n;
	if (!buf_reserve(out, ZIP_PIECES_JOIN)) return; /* longer than it is worth */
	str stream = { out->p + begin, coder->out.n }, *one = &stream;
	zip_pieces_open_ends(coder, &one, 1);
	out->n = begin + stream.n;
}

/* The stream of an entry's pieces, one after the other, where it is shorter than the one there is. */
static bool recompress(struct lane *lane, struct piece *piece, const struct zip_pack_item *item, struct pool_worker *worker,
                       struct err *e)
{
	struct buf plain, packed;
	buf_init(&plain, (size_t)item->raw.usize);
	buf_init(&packed, (size_t)item->raw.csize);
	bool ok = inflate_memory(item, piece->packed, &plain) || damaged(item, e);
	for (size_t at = 0; ok && !packed.over && at < plain.n; at += ZIP_PACK_PIECE)
		add_stream(&lane->coder, str_slice(buf_str(&plain), at, at + ZIP_PACK_PIECE), at + ZIP_PACK_PIECE >= plain.n, &packed);
	if (ok && !packed.over && packed.n > 0 && packed.n < item->raw.csize && packed.n < item->raw.usize) {
		piece->packed = arena_str(&worker->keep, buf_str(&packed));
		piece->done = true;
	}
	buf_release(&plain);
	buf_release(&packed);
	return ok;
}

/* --- the threads --- */

static void open_waiting(struct lane *lane)
{
	str *streams[ZIP_WALK_STREAMS];
	for (size_t i = 0; i < lane->n_waiting; i++) streams[i] = &lane->waiting[i]->packed;
	if (lane->n_waiting > 0) zip_pieces_open_ends(&lane->coder, streams, lane->n_waiting);
	lane->n_waiting = 0;
}

/* Two ends together cost little more than one. */
static void open_later(struct lane *lane, struct piece *piece)
{
	lane->waiting[lane->n_waiting++] = piece;
	if (lane->n_waiting == ZIP_WALK_STREAMS) open_waiting(lane);
}

static bool do_piece(struct packing *p, struct piece *piece, struct pool_worker *worker, struct err *e)
{
	struct lane *lane = &p->lanes[worker->index];
	const struct zip_pack_item *item = &p->slots[piece->slot].item;
	str plain;
	if (item->kind == ZIP_PACK_RAW && p->fd < 0) return recompress(lane, piece, item, worker, e);
	if (!piece_bytes(p, lane, piece, &plain, e)) return false;
	piece->crc32 = zip_crc32(0, plain.p, plain.n);
	if (p->options->level == 0) return true;
	str stream = zip_pieces_next(&lane->coder, plain);
	char *kept = arena_array(&worker->keep, char, stream.n + ZIP_PIECES_JOIN);
	memcpy(kept, stream.p, stream.n);
	piece->packed = (str){ kept, stream.n };
	piece->done = true;
	if (!piece->last) open_later(lane, piece);
	return true;
}

static bool run_piece(void *context, size_t i, struct pool_worker *worker, struct err *e)
{
	struct packing *p = context;
	struct piece *piece = &p->pieces.p[i];
	piece->failed = !do_piece(p, piece, worker, e);
	return !piece->failed;
}

static bool run_pieces(struct packing *p)
{
	if (p->pieces.n == 0) return true;
	bool ok = pool_run(p->jobs, p->pieces.n, run_piece, p, p->options->cancel, &p->keep, p->e);
	for (size_t i = 0; i < p->jobs; i++) open_waiting(&p->lanes[i]);
	if (ok) return true;
	for (size_t i = 0; i < p->pieces.n; i++) {
		if (!p->pieces.p[i].failed) continue;
		*p->failed = p->from + p->pieces.p[i].slot;
		break;
	}
	return false;
}

/* --- what the pieces come to --- */

/* An entry's pieces as one stream. */
struct joined {
	uint64_t packed; /* bytes */
	uint32_t crc32;  /* of the content */
	uint32_t stream_crc32;
	bool complete; /* all of its pieces have a stream */
};

static void join_one(struct joined *j, const struct piece *piece)
{
	/* zlib knows how to continue a CRC-32 with that of the bytes that follow. */
	j->crc32 = (uint32_t)crc32_combine(j->crc32, piece->crc32, (z_off_t)piece->n);
	j->packed += piece->packed.n;
	j->complete = j->complete && piece->done;
}

static bool content_unchanged(const struct packing *p, const struct zip_pack_item *item, uint32_t crc32)
{
	return !item->has_crc32 || item->crc32 == crc32 || changed(item, p->e);
}

static bool write_bytes(struct packing *p, const struct zip_pack_item *item, uint16_t method, uint32_t crc32, uint64_t usize,
                        str bytes)
{
	struct zip_stream stream = { method, crc32, usize, bytes };
	return zip_write_stream(p->writer, item->name, item->mode, &stream, p->e);
}

/* A stream in a file: through memory when it is short. */
static bool write_from(struct packing *p, const struct zip_pack_item *item, const struct zip_raw_source *s)
{
	if (s->csize >= READ_WHOLE) return zip_write_raw(p->writer, item->name, item->mode, s, p->e);
	char *bytes = arena_array(&p->arena, char, (size_t)s->csize);
	if (!zip_pread(s->fd, s->path, bytes, (size_t)s->csize, s->offset, p->e)) return false;
	str stream = { bytes, (size_t)s->csize };
	if (s->method == ZIP_STORED && zip_crc32(0, stream.p, stream.n) != s->crc32) return changed(item, p->e);
	return write_bytes(p, item, s->method, s->crc32, s->usize, stream);
}

/* A file as it is. */
static bool write_stored_file(struct packing *p, const struct zip_pack_item *item, uint32_t crc32)
{
	struct err copy_error = { 0 }, *outer = p->e;
	int fd = p->fd >= 0 ? p->fd : open_file(item, p->e);
	if (fd < 0) return false;
	struct zip_raw_source s = { .fd = fd, .path = item->path, .crc32 = crc32, .csize = item->size, .usize = item->size };
	p->e = &copy_error;
	bool ok = write_from(p, item, &s);
	p->e = outer;
	if (!ok && copy_error.id && strcmp(copy_error.id, "zip-stream-damaged") == 0) ok = changed(item, p->e);
	if (!ok && !err_is_set(p->e)) *p->e = copy_error;
	if (ok && p->fd < 0) ok = is_as_told(fd, item, p->e);
	if (fd != p->fd) io_close(&fd);
	return ok;
}

static str gather(struct packing *p, const struct slot *slot, uint64_t packed)
{
	if (slot->n == 1) return p->pieces.p[slot->first].packed;
	char *bytes = arena_array(&p->arena, char, (size_t)packed);
	str all = { bytes, 0 };
	for (size_t i = 0; i < slot->n; i++) {
		str one = p->pieces.p[slot->first + i].packed;
		memcpy(bytes + all.n, one.p, one.n);
		all.n += one.n;
	}
	return all;
}

static bool copy_raw(struct packing *p, size_t entry)
{
	struct zip_pack_item item;
	return open_raw(p, entry, &item) && zip_write_raw(p->writer, item.name, item.mode, &item.raw, p->e);
}

static bool write_raw_slot(struct packing *p, const struct slot *slot)
{
	const struct zip_pack_item *item = &slot->item;
	if (slot->n == 1 && p->pieces.p[slot->first].done)
		return write_bytes(p, item, ZIP_DEFLATED, item->raw.crc32, item->raw.usize, p->pieces.p[slot->first].packed);
	return copy_raw(p, p->from + (size_t)(slot - p->slots));
}

static bool write_slot(struct packing *p, const struct slot *slot)
{
	const struct zip_pack_item *item = &slot->item;
	if (item->kind == ZIP_PACK_RAW) return write_raw_slot(p, slot);
	struct joined j = { .complete = true };
	for (size_t i = 0; i < slot->n; i++) join_one(&j, &p->pieces.p[slot->first + i]);
	if (!content_unchanged(p, item, j.crc32)) return false;
	uint64_t size = item->kind == ZIP_PACK_BYTES ? item->bytes.n : item->size;
	if (j.complete && j.packed < size) return write_bytes(p, item, ZIP_DEFLATED, j.crc32, size, gather(p, slot, j.packed));
	if (item->kind == ZIP_PACK_BYTES) return write_bytes(p, item, ZIP_STORED, j.crc32, size, item->bytes);
	return write_stored_file(p, item, j.crc32);
}

static bool write_slots(struct packing *p)
{
	for (size_t i = 0; i < p->n_slots; i++) {
		struct arena_mark mark = arena_mark(&p->arena);
		if (!write_slot(p, &p->slots[i])) {
			*p->failed = p->from + i;
			return false;
		}
		arena_rewind(&p->arena, mark);
	}
	return true;
}

/* --- batches --- */

static uint64_t longer(uint64_t a, uint64_t b) { return a > b ? a : b; }

/* Bytes that have to be worked on; 0 for what is only copied. */
static uint64_t own_bytes(const struct packing *p, const struct zip_pack_item *item)
{
	switch (item->kind) {
	case ZIP_PACK_BYTES: return item->bytes.n;
	case ZIP_PACK_FILE: return item->size;
	case ZIP_PACK_RAW: return item->recompress && p->options->level > 0 ? longer(item->raw.usize, item->raw.csize) : 0;
	}
	return 0;
}

static void add_pieces(struct packing *p, uint32_t slot, uint64_t from, uint64_t to, uint64_t size)
{
	do {
		struct piece *piece = vec_push(&p->arena, &p->pieces);
		uint64_t n = to - from < ZIP_PACK_PIECE ? to - from : ZIP_PACK_PIECE;
		*piece = (struct piece){ .slot = slot, .at = from, .n = (size_t)n };
		from += n;
		piece->last = from == size;
	} while (from < to);
}

/* The stream that is to be made shorter, read here because descriptors are not the threads'. */
static bool add_recompressed(struct packing *p, uint32_t slot)
{
	struct zip_pack_item item;
	if (!open_raw(p, p->from + slot, &item)) return false;
	const struct zip_raw_source *s = &item.raw;
	char *bytes = arena_array(&p->arena, char, (size_t)s->csize);
	if (!zip_pread(s->fd, s->path, bytes, (size_t)s->csize, s->offset, p->e)) return false;
	if (s->has_stream_crc32 && zip_crc32(0, bytes, (size_t)s->csize) != s->stream_crc32) return damaged(&item, p->e);
	*vec_push(&p->arena, &p->pieces) = (struct piece){ .slot = slot, .packed = { bytes, (size_t)s->csize } };
	return true;
}

static bool add_slot(struct packing *p, const struct zip_pack_item *item, uint64_t own)
{
	struct slot *slot = &p->slots[p->n_slots];
	*slot = (struct slot){ .item = *item, .first = p->pieces.n };
	if (item->kind == ZIP_PACK_RAW) {
		if (own > 0 && !add_recompressed(p, (uint32_t)p->n_slots)) return false;
	} else {
		add_pieces(p, (uint32_t)p->n_slots, 0, own, own);
	}
	slot->n = p->pieces.n - slot->first;
	p->n_slots++;
	return true;
}

static void clear_batch(struct packing *p)
{
	pool_keep_release(&p->keep);
	arena_release(&p->arena);
	p->arena = (struct arena){ 0 };
	memset(&p->pieces, 0, sizeof p->pieces);
	p->n_slots = 0;
}

/* --- the entry that is larger than a batch --- */

struct scratch_sink {
	struct io_temp *file;
	struct err *e;
};

static bool to_scratch(void *context, const void *bytes, size_t n)
{
	struct scratch_sink *s = context;
	return io_temp_write(s->file, bytes, n, s->e);
}

/* All pieces of the entry in p->slots[0], appended to scratch. */
static bool pack_to_scratch(struct packing *p, uint64_t size, struct io_temp *scratch, struct joined *j)
{
	*j = (struct joined){ .complete = true };
	for (uint64_t at = 0; at < size; at += ZIP_PACK_BATCH) {
		uint64_t to = size - at < ZIP_PACK_BATCH ? size : at + ZIP_PACK_BATCH;
		struct zip_pack_item item = p->slots[0].item;
		clear_batch(p);
		p->slots[p->n_slots++].item = item;
		add_pieces(p, 0, at, to, size);
		if (!run_pieces(p)) return false;
		for (size_t i = 0; i < p->pieces.n; i++) {
			const struct piece *piece = &p->pieces.p[i];
			join_one(j, piece);
			j->stream_crc32 = zip_crc32(j->stream_crc32, piece->packed.p, piece->packed.n);
			if (piece->done && !io_temp_write(scratch, piece->packed.p, piece->packed.n, p->e)) return false;
		}
	}
	return true;
}

static bool write_packed(struct packing *p, uint64_t size, const struct io_temp *scratch, const struct joined *j)
{
	const struct zip_pack_item *item = &p->slots[0].item;
	struct zip_raw_source s = { .fd = scratch->fd,
		                        .path = item->name,
		                        .method = ZIP_DEFLATED,
		                        .crc32 = j->crc32,
		                        .csize = j->packed,
		                        .usize = size,
		                        .has_stream_crc32 = true,
		                        .stream_crc32 = j->stream_crc32 };
	return write_from(p, item, &s);
}

static bool pack_large_file(struct packing *p, struct io_temp *scratch)
{
	const struct zip_pack_item *item = &p->slots[0].item;
	struct joined j;
	if (item->kind == ZIP_PACK_BYTES) BUG_IF(item->bytes.n > SIZE_MAX / 2);
	uint64_t size = item->kind == ZIP_PACK_BYTES ? item->bytes.n : item->size;
	if (!pack_to_scratch(p, size, scratch, &j) || !content_unchanged(p, item, j.crc32)) return false;
	if (j.complete && j.packed < size) return write_packed(p, size, scratch, &j);
	if (item->kind == ZIP_PACK_BYTES) return write_bytes(p, item, ZIP_STORED, j.crc32, size, item->bytes);
	return write_stored_file(p, item, j.crc32);
}

/* Inflated into a scratch file of its own, whose pieces are then compressed like a file's. */
static bool pack_large_raw(struct packing *p, struct io_temp *scratch)
{
	struct zip_pack_item *item = &p->slots[0].item;
	struct io_temp plain = { .fd = -1 };
	struct scratch_sink sink = { &plain, p->e };
	struct joined j;
	bool ok = open_raw(p, p->from, item) && io_temp_open(&plain, p->options->beside, 0600, p->e) &&
	          inflate_raw(item, to_scratch, &sink, p->e);
	if (ok) {
		p->fd = plain.fd;
		ok = pack_to_scratch(p, item->raw.usize, scratch, &j);
		p->fd = -1;
	}
	if (ok && j.complete && j.packed < item->raw.csize)
		ok = write_packed(p, item->raw.usize, scratch, &j);
	else if (ok)
		ok = copy_raw(p, p->from);
	io_temp_abort(&plain);
	return ok;
}

static bool pack_large(struct packing *p)
{
	struct io_temp scratch = { .fd = -1 };
	bool raw = p->slots[0].item.kind == ZIP_PACK_RAW;
	bool ok = io_temp_open(&scratch, p->options->beside, 0600, p->e) && (raw ? pack_large_raw : pack_large_file)(p, &scratch);
	if (!ok) *p->failed = p->from;
	io_temp_abort(&scratch);
	return ok;
}

/* --- the run --- */

static bool cancelled(const struct packing *p)
{
	if (!p->options->cancel || !atomic_load_explicit(p->options->cancel, memory_order_relaxed)) return false;
	return !err_set(p->e, ERR_INTERRUPT, "interrupted", "interrupted");
}

/* Fills the batch from entry p->from on; *next = the first entry that is not in it. */
static bool fill_batch(struct packing *p, size_t *next, bool *large)
{
	uint64_t bytes = 0;
	size_t i = p->from;
	clear_batch(p);
	for (*large = false; i < p->n && p->n_slots < SLOTS && !*large; i++) {
		struct zip_pack_item item;
		bool ok = p->get(p->context, i, false, &item, p->e);
		uint64_t own = ok ? own_bytes(p, &item) : 0;
		if (ok && p->n_slots > 0 && bytes + own > ZIP_PACK_BATCH) break;
		*large = own > ZIP_PACK_BATCH;
		if (*large)
			p->slots[p->n_slots++] = (struct slot){ .item = item };
		else
			ok = ok && add_slot(p, &item, own);
		if (!ok) {
			*p->failed = i;
			return false;
		}
		bytes += own;
	}
	*next = i;
	return true;
}

static bool pack_all(struct packing *p)
{
	for (size_t next; p->from < p->n; p->from = next) {
		bool large;
		if (cancelled(p) || !fill_batch(p, &next, &large)) return false;
		if (large ? !pack_large(p) : !run_pieces(p) || !write_slots(p)) return false;
	}
	return true;
}

bool zip_pack_name(str path, str name, struct err *e)
{
	struct err why = { 0 };
	struct zip_place place = { path, name, 0 };
	if (zip_name_check(&place, true, zip_limits_default.name_max, &why)) return true;
	why.has_offset = false; /* there is no archive yet */
	*e = why;
	return false;
}

bool zip_pack(struct zip_writer *w, const struct zip_pack_options *options, size_t n, zip_pack_get *get, void *context,
              size_t *failed, struct err *e)
{
	struct buf memory;
	buf_init(&memory, sizeof(struct packing));
	struct packing *p = (void *)buf_reserve(&memory, sizeof *p);
	memset(p, 0, sizeof *p);
	*failed = SIZE_MAX;
	p->writer = w;
	p->options = options;
	p->n = n;
	p->get = get;
	p->context = context;
	p->failed = failed;
	p->e = e;
	p->fd = -1;
	p->jobs = options->jobs < 1 ? 1 : options->jobs > POOL_JOBS_MAX ? POOL_JOBS_MAX : options->jobs;
	for (size_t i = 0; i < p->jobs; i++) {
		zip_pieces_open(&p->lanes[i].coder, options->level);
		buf_init(&p->lanes[i].plain, ZIP_PACK_PIECE);
	}
	bool ok = pack_all(p);
	clear_batch(p);
	for (size_t i = 0; i < p->jobs; i++) {
		zip_pieces_close(&p->lanes[i].coder);
		buf_release(&p->lanes[i].plain);
	}
	buf_release(&memory);
	return ok;
}
