/* assemble_tree.c: the same files as folders on disk (--into).
 * SPDX-License-Identifier: Apache-2.0
 *
 * The tree is made under a temporary name beside its place. What already stands at the place is moved aside only when that is allowed,
 * and removed last, so that an interrupted run leaves the old tree or the new one. The mark that lamina made a tree is a file
 * ".NAME.lamina-tree" beside it: the tree itself holds exactly what the zip holds. */
#include <errno.h>
#include <string.h>

#include "pipeline/assemble_parts.h"
#include "zip/zip_read.h"

struct planting {
	struct arena *a;
	const struct plan *plan;
	const struct assemble_options *options;
	struct wheel_fds wheels;
	str root;        /* the temporary tree */
	str last_folder; /* made already */
	uint32_t *damaged;
	struct err *e;
};

static str mark_path(struct arena *a, str into)
{
	return arena_fmt(a, STR_FMT "/." STR_FMT ".lamina-tree", STR_ARG(path_dir(into)), STR_ARG(path_base(into)));
}

/* May what stands at `into` be replaced? */
static bool may_replace(struct arena *a, str into, bool force, bool *exists, struct err *e)
{
	struct io_stat st, mark;
	if (!io_lstat(into.p, &st, e) || !io_stat(mark_path(a, into).p, &mark, e)) return false;
	*exists = st.exists;
	if (!st.exists || force) return true;
	struct str_list names = { 0 };
	if (st.is_dir && mark.exists) return true;
	if (st.is_dir && !io_list(a, into.p, SIZE_MAX, &names, e)) return false;
	if (st.is_dir && names.n == 0) return true;
	err_set(e, ERR_IO, "into-not-ours", "`" STR_FMT "` exists and was not made by lamina", STR_ARG(into));
	err_why(e, "--into replaces the whole folder, and what is in it would be lost");
	return err_help(e, "choose another folder, empty it, or add --force to replace it");
}

static bool write_sink(void *context, const void *bytes, size_t n)
{
	struct buf *b = context;
	return buf_add(b, bytes, n);
}

static bool wheel_content(struct planting *p, const struct plan_entry *entry, struct io_temp *file)
{
	const struct wheel_entry *from = entry->u.wheel;
	const struct distribution *d = &p->plan->distributions[entry->distribution];
	struct zip_archive z = { .fd = p->wheels.fds[entry->distribution], .path = d->file, .size = d->record->size };
	struct zip_entry zip_entry = { .name = from->name,
		                           .method = from->method,
		                           .crc32 = from->crc32,
		                           .csize = from->csize,
		                           .usize = from->usize,
		                           .data_at = from->data_at };
	struct zip_facts facts;
	struct buf content;
	struct err damage = { 0 };
	buf_init(&content, (size_t)from->usize + 1);
	bool ok = zip_verify_entry(&z, &zip_entry, write_sink, &content, &facts, &damage) && sha256_eq(&facts.sha256, &from->sha256);
	if (!ok) {
		*p->damaged = entry->distribution;
		err_set(p->e, ERR_FORMAT, "zip-stream-damaged", "the store's copy of " STR_FMT " is damaged", STR_ARG(d->file));
	}
	ok = ok && io_temp_write(file, content.p, content.n, p->e);
	buf_release(&content);
	return ok;
}

static bool write_content(struct planting *p, const struct plan_entry *entry, struct io_temp *file)
{
	str content = entry->u.text;
	switch (entry->source) {
	case PLAN_WHEEL:
		return wheel_content(p, entry, file);
	case PLAN_FILE:
		if (!read_source(p->a, entry->u.file, &content, p->e)) return false;
		break;
	case PLAN_TEXT:
		break;
	}
	return io_temp_write(file, content.p, content.n, p->e);
}

static bool plant(struct planting *p, const struct plan_entry *entry)
{
	struct arena_mark mark = arena_mark(p->a);
	str path = path_join(p->a, p->root, entry->name);
	str folder = path_dir(path);
	struct io_temp file = { .fd = -1 };
	bool ok = true;
	if (!str_eq(folder, p->last_folder)) ok = io_mkdirs_for(path.p, p->e);
	ok = ok && io_temp_open(&file, path.p, entry->mode, p->e) && write_content(p, entry, &file) &&
	     io_temp_commit(&file, false, p->e);
	io_temp_abort(&file);
	arena_rewind(p->a, mark);
	return ok;
}

static bool plant_all(struct planting *p)
{
	for (size_t i = 0; i < p->plan->n; i++)
		if (interrupted(p->options->cancel, p->e) || !plant(p, &p->plan->entries[i])) return false;
	return true;
}

/* Old tree aside, new tree in place, old tree gone. */
static bool put_in_place(struct planting *p, str into, bool exists)
{
	if (!io_write_file(mark_path(p->a, into).p, S("made by lamina build --into\n"), 0644, false, p->e)) return false;
	if (!exists) return io_rename(p->root.p, into.p, p->e);
	str aside = arena_fmt(p->a, STR_FMT "/old", STR_ARG(path_dir(p->root)));
	if (!io_rename(into.p, aside.p, p->e)) return false;
	if (io_rename(p->root.p, into.p, p->e)) return true; /* the old tree goes with the nursery */
	struct err ignored = { 0 };
	io_rename(aside.p, into.p, &ignored);
	return false;
}

bool assemble_tree(struct arena *a, const struct artifact *artifact, const struct plan *plan, const struct assemble_options *options,
                   struct assemble_result *out, uint32_t *damaged, struct err *e)
{
	struct planting p = { .a = a, .plan = plan, .options = options, .damaged = damaged, .e = e };
	*damaged = UINT32_MAX;
	str into = path_clean(a, artifact->into);
	bool exists;
	if (!may_replace(a, into, options->force, &exists, e) || !io_mkdirs_for(into.p, e)) return false;
	if (!wheel_fds_open(a, plan, options->store, &p.wheels, damaged, e)) return false;
	str prefix = arena_fmt(a, STR_FMT "/." STR_FMT ".lamina-new-", STR_ARG(path_dir(into)), STR_ARG(path_base(into)));
	/* The temporary folder is private; the tree inside it gets the modes that the user's umask gives. */
	str nursery;
	bool ok = io_mkdtemp(a, prefix.p, &nursery, e);
	if (ok) {
		p.root = path_join(a, nursery, S("new"));
		ok = io_mkdirs(p.root.p, e) && plant_all(&p) && put_in_place(&p, into, exists);
		struct err ignored = { 0 };
		io_remove_tree(nursery.p, &ignored);
	}
	wheel_fds_close(&p.wheels);
	if (!ok) return false;
	*out = (struct assemble_result){ .unzipped_size = plan->unzipped_size, .entries = (uint32_t)plan->n };
	return true;
}
