/* assemble_tree.c: the same files as folders on disk (--into).
 * SPDX-License-Identifier: Apache-2.0
 *
 * The tree is made in a nursery beside its place: ".NAME.lamina-new-XXXXXX" with "new" (the tree), "lock" (held as long as somebody
 * works there) and for a moment "old" (what is replaced). What stands at the place is moved aside only when that is allowed, and
 * removed last. A run that is killed between the two renames leaves the old tree in its nursery: the next one puts it back before
 * it sweeps, so that an interrupted run never costs a tree. */
#include <string.h>
#include <sys/stat.h>

#include "pipeline/assemble_parts.h"
#include "pipeline/sources.h"
#include "zip/zip_read.h"

struct planting {
	struct arena *a;
	const struct plan *plan;
	const struct assemble_options *options;
	struct wheel_fds wheels;
	str root;        /* the temporary tree */
	str last_folder; /* of the file before: made already */
	struct arena folders;
	uint32_t *damaged;
	struct err *e;
};

/* Is every name at the top of the folder one that the last build put there? Byte code that Python leaves behind does not count. */
static bool is_ours(const struct str_list *names, const struct str_list *known)
{
	for (size_t i = 0; i < names->n; i++)
		if (!str_eq(names->p[i], S("__pycache__")) && !(known && str_list_has(known, names->p[i]))) return false;
	return true;
}

/* May what stands at `into` be replaced? */
static bool may_replace(struct arena *a, str into, const struct assemble_options *options, bool *exists, struct err *e)
{
	struct io_stat st;
	struct str_list names = { 0 };
	if (!io_lstat(into.p, &st, e)) return false;
	*exists = st.exists;
	if (!st.exists || options->force) return true;
	if (st.is_dir && !io_list(a, into.p, SIZE_MAX, &names, e)) return false;
	if (st.is_dir && is_ours(&names, options->known_names)) return true;
	err_set(e, ERR_IO, "into-not-ours", "`" STR_FMT "` exists and was not made by lamina", STR_ARG(into));
	err_why(e, "--into replaces the whole folder, and what is in it would be lost");
	return err_help(e, "choose another folder, empty it, or add --force to replace it");
}

/* --- content --- */

/* Bytes on their way to a file. */
struct pour {
	struct io_temp *file;
	struct err *e;
};

static bool write_sink(void *context, const void *bytes, size_t n)
{
	struct pour *p = context;
	return io_temp_write(p->file, bytes, n, p->e);
}

static bool wheel_content(struct planting *p, const struct plan_entry *entry, struct io_temp *file)
{
	const struct wheel_entry *from = entry->u.wheel;
	const struct distribution *d = &p->plan->distributions[entry->distribution];
	int fd;
	if (!wheel_fd(&p->wheels, entry->distribution, &fd, p->damaged, p->e)) return false;
	struct zip_archive z = { .fd = fd, .path = d->file, .size = d->record->size };
	struct zip_entry zip_entry = { .name = from->name,
		                           .method = from->method,
		                           .crc32 = from->crc32,
		                           .csize = from->csize,
		                           .usize = from->usize,
		                           .data_at = from->data_at };
	struct zip_facts facts;
	struct err damage = { 0 };
	struct pour pour = { file, p->e };
	bool ok = zip_verify_entry(&z, &zip_entry, write_sink, &pour, &facts, &damage) && sha256_eq(&facts.sha256, &from->sha256);
	if (ok || err_is_set(p->e)) return ok;
	*p->damaged = entry->distribution;
	return err_set(p->e, ERR_FORMAT, "zip-stream-damaged", "the store's copy of " STR_FMT " is damaged", STR_ARG(d->file));
}

static bool write_content(struct planting *p, const struct plan_entry *entry, struct io_temp *file)
{
	switch (entry->source) {
	case PLAN_WHEEL: return wheel_content(p, entry, file);
	case PLAN_FILE: return sources_copy(p->a, entry->u.file, file, p->e);
	case PLAN_TEXT: break;
	}
	return io_temp_write(file, entry->u.text.p, entry->u.text.n, p->e);
}

/* Like the modes of files, those of folders do not depend on the umask. What cannot be changed stays. */
static void open_folders(struct planting *p, str folder)
{
	for (str f = folder; f.n >= p->root.n; f = path_dir(f)) {
		if (str_starts(p->last_folder, f) && (p->last_folder.n == f.n || str_at(p->last_folder, f.n) == '/')) return;
		(void)!chmod(arena_cstr(p->a, f), 0755);
	}
}

/* Names are in order, so most files lie where the one before lies. */
static bool make_folder(struct planting *p, str path)
{
	str folder = path_dir(path);
	if (str_eq(folder, p->last_folder)) return true;
	if (!io_mkdirs(arena_cstr(p->a, folder), p->e)) return false;
	open_folders(p, folder);
	arena_release(&p->folders);
	p->last_folder = arena_str(&p->folders, folder);
	return true;
}

static bool plant(struct planting *p, const struct plan_entry *entry)
{
	struct arena_mark mark = arena_mark(p->a);
	str path = path_join(p->a, p->root, entry->name);
	struct io_temp file = { .fd = -1 };
	bool ok = make_folder(p, path) && io_temp_open(&file, path.p, entry->mode, p->e) && write_content(p, entry, &file) &&
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

/* --- the place --- */

static str nursery_prefix(struct arena *a, str into)
{
	return arena_fmt(a, STR_FMT "/." STR_FMT ".lamina-new-", STR_ARG(path_dir(into)), STR_ARG(path_base(into)));
}

/* Nurseries whose lock is free are those of killed runs. */
static void sweep(struct arena *a, str into)
{
	struct str_list names = { 0 };
	struct err ignored = { 0 };
	str folder = path_dir(into), prefix = path_base(nursery_prefix(a, into));
	if (!io_list(a, arena_cstr(a, folder), SIZE_MAX, &names, &ignored)) return;
	for (size_t i = 0; i < names.n; i++) {
		if (!str_starts(names.p[i], prefix)) continue;
		str nursery = path_join(a, folder, names.p[i]), old = path_join(a, nursery, S("old"));
		int fd = -1;
		bool got = false;
		struct io_stat st = { 0 }, place = { 0 };
		if (!io_lock(path_join(a, nursery, S("lock")).p, IO_LOCK_EXCLUSIVE, false, &fd, &got, &ignored) || !got) continue;
		if (io_lstat(old.p, &st, &ignored) && st.exists && io_lstat(into.p, &place, &ignored) && !place.exists)
			io_rename(old.p, into.p, &ignored);
		io_remove_tree(nursery.p, &ignored);
		io_close(&fd);
	}
}

/* A nursery with its lock; somebody who sweeps may be faster, then another one is made. */
static bool open_nursery(struct arena *a, str into, str *nursery, int *lock, struct err *e)
{
	for (int attempt = 0; attempt < 10; attempt++) {
		bool got = false;
		struct err unlockable = { 0 };
		if (!io_mkdtemp(a, nursery_prefix(a, into).p, nursery, e)) return false;
		if (!io_lock(path_join(a, *nursery, S("lock")).p, IO_LOCK_EXCLUSIVE, false, lock, &got, &unlockable)) {
			*lock = -1; /* no locks on this file system */
			return true;
		}
		if (got) return true;
	}
	return err_set(e, ERR_IO, "create", "cannot make a folder beside `" STR_FMT "`", STR_ARG(into));
}

/* Old tree aside, new tree in place. The old one goes with the nursery. */
static bool put_in_place(struct planting *p, str into)
{
	bool exists;
	str aside = path_join(p->a, path_dir(p->root), S("old"));
	/* Asked again: it may have changed while the tree was made. */
	if (!may_replace(p->a, into, p->options, &exists, p->e)) return false;
	if (!exists) return io_rename(p->root.p, into.p, p->e);
	if (!io_rename(into.p, aside.p, p->e)) return false;
	if (io_rename(p->root.p, into.p, p->e)) return true;
	struct err ignored = { 0 };
	io_rename(aside.p, into.p, &ignored);
	return false;
}

static bool grow(struct planting *p, str into, uint64_t *inode)
{
	str nursery;
	struct io_stat st = { 0 };
	struct err ignored = { 0 };
	int lock = -1;
	if (!open_nursery(p->a, into, &nursery, &lock, p->e)) return false;
	p->root = path_join(p->a, nursery, S("new"));
	bool ok = io_mkdirs(p->root.p, p->e) && plant_all(p) && io_stat(p->root.p, &st, p->e) && put_in_place(p, into);
	io_remove_tree(nursery.p, &ignored);
	io_close(&lock);
	arena_release(&p->folders);
	*inode = st.inode;
	return ok;
}

bool assemble_tree(struct arena *a, const struct artifact *artifact, const struct plan *plan,
                   const struct assemble_options *options, struct assemble_result *out, uint32_t *damaged, struct err *e)
{
	struct planting p = { .a = a, .plan = plan, .options = options, .damaged = damaged, .e = e };
	*damaged = UINT32_MAX;
	str into = path_clean(a, artifact->into);
	bool exists;
	uint64_t inode = 0;
	if (!io_mkdirs_for(into.p, e)) return false;
	sweep(a, into);
	wheel_fds_begin(a, plan, options->store, &p.wheels);
	bool ok = may_replace(a, into, options, &exists, e) && grow(&p, into, &inode);
	wheel_fds_end(&p.wheels);
	if (!ok) return false;
	*out = (struct assemble_result){ .unzipped_size = plan->unzipped_size, .entries = (uint32_t)plan->n, .inode = inode };
	return true;
}
