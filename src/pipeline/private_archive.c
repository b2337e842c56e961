/* private_archive.c: writes what the readers give.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/private_archive.h"

#include "base/beneath.h"
#include "base/io.h"
#include "format/tar.h"

#define PIECE ((size_t)64 << 10)

struct unpacking {
	struct arena *a;
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

static bool write_copies(struct unpacking *u, const struct tar *t, struct err *e)
{
	size_t n;
	const struct tar_copy *copies = tar_copies(t, &n);
	bool ok = true;
	for (size_t i = 0; ok && i < n; i++) {
		const struct tar_copy *c = &copies[i];
		ok = c->from.n ? copy_file(u, c->from, c->name, c->executable, e) : beneath_mkdirs(&u->to, c->name, e);
	}
	return ok;
}

static bool unpack_tar(struct unpacking *u, int fd, str file, enum tar_coding coding, str *top, struct err *e)
{
	struct tar *t = NULL;
	const struct tar_member *m = NULL;
	bool ok = tar_open(&u->scratch, fd, file, coding, NULL, &t, e);
	while (ok && (ok = tar_next(t, &m, e)) && m) {
		if (m->kind == TAR_FILE) ok = write_member(u, t, m, e);
		if (m->kind == TAR_FOLDER) ok = beneath_mkdirs(&u->to, m->name, e);
	}
	ok = ok && write_copies(u, t, e);
	if (ok) *top = tar_top(t);
	tar_close(t);
	return ok;
}

bool private_archive_known(str file)
{
	enum tar_coding coding;
	return tar_coding_of(file, &coding);
}

bool private_archive_unpack(struct arena *a, int fd, str file, str folder, str *top, struct err *e)
{
	enum tar_coding coding;
	if (!tar_coding_of(file, &coding)) {
		err_set(e, ERR_FORMAT, "bad-sdist", "the source distribution `" STR_FMT "` is not accepted", STR_ARG(file));
		err_where(e, STR_FMT, STR_ARG(file));
		return err_why(e, "its name ends in none of .tar.gz, .tgz, .tar.bz2, .tar.xz, .tar, .zip");
	}
	struct unpacking *u = arena_new(a, struct unpacking);
	str inner;
	u->a = a;
	bool ok = beneath_open(&u->scratch, folder, &u->to, e) && unpack_tar(u, fd, file, coding, &inner, e);
	if (ok) *top = path_join(a, folder, inner);
	beneath_close(&u->to);
	arena_release(&u->scratch);
	return ok;
}
