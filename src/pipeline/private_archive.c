/* private_archive.c: writes what the readers give.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/private_archive.h"

#include "base/beneath.h"
#include "base/io.h"
#include "format/tar_tree.h"
#include "zip/zip_read.h"

#define PIECE ((size_t)64 << 10)

struct unpacking {
	struct arena scratch;
	struct beneath to;
	char piece[PIECE];
};

static bool write_member(struct unpacking *u, struct tar *t, const struct tar_member *m, struct err *e)
{
	int fd = -1;
	size_t got = 0;
	if (!beneath_create(&u->to, m->name, m->executable, &fd, e)) return false;
	bool ok;
	do ok = tar_read(t, u->piece, PIECE, &got, e) && io_write_all(fd, m->name.p, u->piece, got, e);
	while (ok && got > 0);
	io_close(&fd);
	return ok;
}

static bool copy_file(struct unpacking *u, str from, str to, bool executable, struct err *e)
{
	int in = -1, out = -1;
	struct io_stat st;
	bool ok =
	    beneath_read(&u->to, from, &in, e) && io_fstat(in, from.p, &st, e) && beneath_create(&u->to, to, executable, &out, e);
	for (uint64_t at = 0; ok && at < st.size;) {
		size_t n = st.size - at < PIECE ? (size_t)(st.size - at) : PIECE;
		ok = io_pread(in, from.p, u->piece, n, at, e) && io_write_all(out, to.p, u->piece, n, e);
		at += n;
	}
	io_close(&in);
	io_close(&out);
	return ok;
}

static bool write_copies(struct unpacking *u, const struct tar_copy *copies, size_t n, struct err *e)
{
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		const struct tar_copy *c = &copies[i];
		ok = c->from.n ? copy_file(u, c->from, c->name, c->executable, e) : beneath_mkdirs(&u->to, c->name, e);
	}
	return ok;
}

/* Reads to the end; with write, the files of it are written. */
static bool pass_tar(struct unpacking *u, int fd, str file, enum tar_coding coding, bool write, str *top, struct err *e)
{
	struct tar *t = NULL;
	const struct tar_member *m = NULL;
	bool ok = tar_open(&u->scratch, fd, file, coding, NULL, &t, e);
	while (ok && (ok = tar_next(t, &m, e)) && m) {
		if (write && m->kind == TAR_FILE) ok = write_member(u, t, m, e);
		if (write && m->kind == TAR_FOLDER) ok = beneath_mkdirs(&u->to, m->name, e);
	}
	size_t n = 0;
	const struct tar_copy *copies = ok && write ? tar_copies(t, &n) : NULL;
	ok = ok && write_copies(u, copies, n, e);
	if (ok) *top = tar_top(t);
	tar_close(t);
	return ok;
}

/* Judged as a whole before anything is written: inflating twice costs less than removing what should not have been written. */
static bool unpack_tar(struct unpacking *u, int fd, str file, enum tar_coding coding, str *top, struct err *e)
{
	struct arena_mark mark = arena_mark(&u->scratch);
	if (!pass_tar(u, fd, file, coding, false, top, e)) return false;
	arena_rewind(&u->scratch, mark);
	return pass_tar(u, fd, file, coding, true, top, e);
}

/* --- .zip --- */

/* The entry as a member: an entry's text is where a symbolic link leads. */
static bool member_of(struct unpacking *u, const struct zip_archive *z, const struct zip_entry *entry, struct tar_member *m,
                      struct err *e)
{
	*m = (struct tar_member){ .name = entry->name, .at = entry->header_at };
	m->kind = entry->is_dir ? TAR_FOLDER : entry->is_symlink ? TAR_SYMLINK : TAR_FILE;
	if (entry->is_dir) m->name.n--;
	m->size = m->kind == TAR_FILE ? entry->usize : 0;
	m->executable = m->kind == TAR_FILE && (entry->unix_mode & 0100);
	return !entry->is_symlink || zip_read_entry(&u->scratch, z, entry, tar_limits_default.name_max, &m->link, e);
}

static bool list_zip(struct unpacking *u, const struct zip_archive *z, struct tar_tree *tree, struct err *e)
{
	struct tar_member m;
	tar_tree_init(tree, &u->scratch, &tar_limits_default);
	for (size_t i = 0; i < z->n; i++) {
		if (!member_of(u, z, &z->entries[i], &m, e)) return false;
		const char *why = tar_name_check(m.name, &tar_limits_default);
		if (!why) why = tar_tree_add(tree, &m);
		if (why) return tar_refuse(z->path, m.name, ERR_NO_OFFSET, why, e);
	}
	const char *why = tar_tree_resolve(tree);
	return !why || tar_refuse(z->path, tree->culprit, ERR_NO_OFFSET, why, e);
}

struct sink {
	int fd;
	str name;
	struct err *e;
};

static bool write_piece(void *context, const void *bytes, size_t n)
{
	const struct sink *s = context;
	return io_write_all(s->fd, s->name.p, bytes, n, s->e);
}

static bool write_entry(struct unpacking *u, const struct zip_archive *z, const struct zip_entry *entry, struct err *e)
{
	if (entry->is_symlink) return true;
	if (entry->is_dir) return beneath_mkdirs(&u->to, str_slice(entry->name, 0, entry->name.n - 1), e);
	/* Entries' names have no NUL behind them. */
	struct sink s = { .fd = -1, .name = arena_str(&u->scratch, entry->name), .e = e };
	if (!beneath_create(&u->to, entry->name, (entry->unix_mode & 0100) != 0, &s.fd, e)) return false;
	bool ok = zip_verify_entry(z, entry, write_piece, &s, NULL, e);
	io_close(&s.fd);
	return ok;
}

static bool unpack_zip(struct unpacking *u, int fd, str file, str *top, struct err *e)
{
	struct zip_archive z;
	struct tar_tree tree;
	struct zip_open_options options = { .allow_symlinks = true };
	if (!zip_open(&u->scratch, fd, file, &options, &z, e) || !list_zip(u, &z, &tree, e)) return false;
	for (size_t i = 0; i < z.n; i++)
		if (!write_entry(u, &z, &z.entries[i], e)) return false;
	*top = tar_tree_top(&tree);
	return write_copies(u, tree.copies.p, tree.copies.n, e);
}

static bool is_zip(str file) { return file.n > 4 && str_ieq(str_from_pos(file, file.n - 4), S(".zip")); }

bool private_archive_known(str file)
{
	enum tar_coding coding;
	return is_zip(file) || tar_coding_of(file, &coding);
}

bool private_archive_unpack(struct arena *a, int fd, str file, str folder, str *top, struct err *e)
{
	enum tar_coding coding = TAR_PLAIN;
	bool zip = is_zip(file);
	if (!zip && !tar_coding_of(file, &coding))
		return tar_refuse(file, (str){ 0 }, ERR_NO_OFFSET,
		                  "its name ends in none of .tar.gz, .tgz, .tar.bz2, .tar.xz, .tar, .zip", e);
	struct unpacking *u = arena_new(a, struct unpacking);
	str inner;
	bool ok = beneath_open(&u->scratch, folder, &u->to, e) &&
	          (zip ? unpack_zip(u, fd, file, &inner, e) : unpack_tar(u, fd, file, coding, &inner, e));
	if (ok) *top = path_join(a, folder, inner);
	beneath_close(&u->to);
	arena_release(&u->scratch);
	return ok;
}
