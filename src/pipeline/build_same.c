/* build_same.c: artifacts of one run that have the same bytes: packed once, and said.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A zip depends on its plan and on how it is compressed (assemble.h). Two plans that name the same entries, with the same sources, are one
 * file: the second one is copied, by the file system where that can share the bytes. This is what several architectures come to when
 * nothing native is inside; Lambda accepts such a layer for both. */
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "pipeline/build_parts.h"

#define PIECE ((size_t)256 << 10)

/* --- what a zip's bytes depend on --- */

static void put(struct sha256_stream *h, const void *bytes, size_t n)
{
	uint64_t length = n;
	sha256_update(h, &length, sizeof length);
	sha256_update(h, bytes, n);
}

static void put_entry(struct sha256_stream *h, const struct plan *plan, const struct plan_entry *entry)
{
	uint32_t facts[] = { entry->mode, (uint32_t)entry->source };
	put(h, entry->name.p, entry->name.n);
	sha256_update(h, facts, sizeof facts);
	switch (entry->source) {
	case PLAN_WHEEL:
		sha256_update(h, plan->distributions[entry->distribution].record->sha256.bytes, SHA256_SIZE);
		sha256_update(h, &entry->u.wheel->data_at, sizeof entry->u.wheel->data_at);
		break;
	case PLAN_FILE: sha256_update(h, entry->u.file->sha256.bytes, SHA256_SIZE); break;
	case PLAN_TEXT: put(h, entry->u.text.p, entry->u.text.n); break;
	}
}

static void take_shape(struct job *j)
{
	struct sha256_stream h;
	uint32_t compress = (uint32_t)j->artifact->compress;
	sha256_begin(&h);
	sha256_update(&h, &compress, sizeof compress);
	for (size_t i = 0; i < j->plan.n; i++) put_entry(&h, &j->plan, &j->plan.entries[i]);
	sha256_end(&h, &j->shape);
	j->has_shape = true;
}

/* --- the copy --- */

static bool copy_rest(int from, const char *path, struct io_temp *to, uint64_t done, uint64_t size, struct err *e)
{
	struct arena a = { 0 };
	bool ok = true;
	char *piece = arena_alloc(&a, PIECE, 1, 64);
	while (ok && done < size) {
		size_t n = size - done < PIECE ? (size_t)(size - done) : PIECE;
		ok = io_pread(from, path, piece, n, done, e) && io_temp_write(to, piece, n, e);
		done += n;
	}
	arena_release(&a);
	return ok;
}

static bool copy_bytes(int from, const char *path, struct io_temp *to, uint64_t size, struct err *e)
{
	uint64_t done = 0;
	/* Only Linux has it, not for every pair of file systems: what it does not do is read and written. */
#ifdef __linux__
	while (done < size) {
		ssize_t n = copy_file_range(from, NULL, to->fd, NULL, (size_t)(size - done), 0);
		if (n <= 0) break;
		done += (uint64_t)n;
	}
#endif
	return copy_rest(from, path, to, done, size, e);
}

/* What stands there is what this run made: others write, too. */
static bool is_untouched(const struct job *j, const struct io_stat *now)
{
	const struct io_stat *then = &j->made_facts;
	return then->exists && now->inode == then->inode && now->device == then->device && now->size == then->size &&
	       now->mtime_ns == then->mtime_ns && now->ctime_ns == then->ctime_ns;
}

static bool copy_from(struct build *b, const struct job *from, struct job *j, struct assemble_result *made, bool *copied)
{
	str path = from->artifact->output, output = j->artifact->output;
	struct io_temp temp = { .fd = -1 };
	struct io_stat st = { 0 };
	struct err ignored = { 0 };
	int fd = io_open_regular(path.p, true, &ignored);
	if (fd < 0 || !io_fstat(fd, path.p, &st, &ignored) || !is_untouched(from, &st)) return io_close(&fd), true;
	bool ok = io_mkdirs_for(output.p, b->e) && io_temp_open(&temp, output.p, b->options->mode, b->e) &&
	          copy_bytes(fd, path.p, &temp, st.size, b->e) && io_fstat(temp.fd, output.p, &st, b->e) &&
	          io_temp_commit(&temp, false, b->e);
	io_temp_abort(&temp);
	io_close(&fd);
	if (!ok) return false;
	*made = from->made;
	made->inode = st.inode;
	return *copied = true;
}

bool build_same_copy(struct build *b, struct job *j, struct assemble_result *made, bool *copied)
{
	*copied = false;
	if (b->n < 2 || j->go) return true;
	take_shape(j);
	for (struct job *other = b->jobs; other < j && !*copied; other++)
		if (other->has_shape && other->made_facts.exists && sha256_eq(&other->shape, &j->shape) &&
		    !copy_from(b, other, j, made, copied))
			return false;
	return true;
}

void build_same_keep(struct job *j, const struct assemble_result *made)
{
	struct err ignored = { 0 };
	if (!j->has_shape) return;
	j->made = *made;
	if (!io_stat(j->artifact->output.p, &j->made_facts, &ignored) || j->made_facts.inode != made->inode)
		j->made_facts.exists = false;
}

/* --- what is said --- */

/* Libraries go by their names; a project's programs by what they begin with. */
static bool is_native(const struct plan_entry *entry)
{
	char head[4] = { 0 };
	struct err ignored = { 0 };
	str base = path_base(entry->name);
	if (str_ends(base, S(".so")) || str_contains(base, S(".so."))) return true;
	if (entry->source != PLAN_FILE || entry->mode != 0755 || entry->u.file->size < sizeof head) return false;
	int fd = io_open_read(entry->u.file->path.p, &ignored);
	bool elf =
	    fd >= 0 && io_pread(fd, entry->u.file->path.p, head, sizeof head, 0, &ignored) && memcmp(head, "\177ELF", 4) == 0;
	io_close(&fd);
	return elf;
}

/* The same bytes may be so because a function's source holds a program for one of them. */
static bool serves_all(const struct job *x, const struct job *y)
{
	const struct plan *plan = x->plan.n ? &x->plan : &y->plan;
	for (size_t i = 0; i < plan->n; i++)
		if (is_native(&plan->entries[i])) return false;
	return plan->n > 0;
}

static bool same_bytes(const struct build_result *x, const struct build_result *y)
{
	if (x->is_tree || y->is_tree || x->planned || y->planned) return false;
	return x->size == y->size && sha256_eq(&x->sha256, &y->sha256) && str_eq(x->name, y->name) && str_eq(x->kind, y->kind);
}

void build_same_tell(struct build *b, struct job *j)
{
	struct build_result *r = &j->built->result;
	for (struct job *other = b->jobs; other < j && !r->same_as.n; other++) {
		const struct build_result *o = &other->built->result;
		if (!same_bytes(o, r)) continue;
		r->same_as = o->path;
		bool built = !r->up_to_date || !o->up_to_date;
		if (built && str_eq(o->runtime, r->runtime) && serves_all(other, j)) str_list_add_new(b->a, &b->same, r->name);
	}
}

void build_same_note(struct build *b, struct notes *notes)
{
	enum { NAMED_MAX = 5 };
	str names = { 0 };
	for (size_t i = 0; i < b->same.n && i < NAMED_MAX; i++)
		names = i ? arena_fmt(b->a, STR_FMT ", " STR_FMT, STR_ARG(names), STR_ARG(b->same.p[i])) : b->same.p[i];
	if (b->same.n > NAMED_MAX) names = arena_fmt(b->a, STR_FMT " and %zu more", STR_ARG(names), b->same.n - NAMED_MAX);
	if (b->same.n)
		note_add(notes, NOTE_INFO, "same-bytes",
		         STR_FMT ": the same bytes for x86_64 and arm64, since nothing native is inside; either zip serves both",
		         STR_ARG(names));
}
