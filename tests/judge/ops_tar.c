/* ops_tar.c: archives of source distributions.
 * SPDX-License-Identifier: Apache-2.0
 *
 * tar.list reads an archive to its end and tells its members and what takes the place of links; sdist.unpack writes one to a folder. */
#include <string.h>

#include "judge.h"

#include "base/io.h"
#include "base/sha256.h"
#include "format/tar.h"
#include "pipeline/private_archive.h"

static bool read_content(struct judge_call *c, struct tar *t, str *hex, struct err *e)
{
	struct sha256_stream h;
	struct sha256 digest;
	char piece[4096];
	size_t got;
	sha256_begin(&h);
	do {
		if (!tar_read(t, piece, sizeof piece, &got, e)) return false;
		sha256_update(&h, piece, got);
	} while (got > 0);
	sha256_end(&h, &digest);
	*hex = sha256_hex_str(c->arena, &digest);
	return true;
}

static bool write_member(struct judge_call *c, struct tar *t, const struct tar_member *m, struct err *e)
{
	static const char *const kinds[] = { "file", "folder", "symlink", "hardlink" };
	str hex;
	json_write_object(c->out);
	json_write_key(c->out, S("name"));
	json_write_string(c->out, m->name);
	json_write_key(c->out, S("kind"));
	json_write_string(c->out, str_from(kinds[m->kind]));
	json_write_key(c->out, S("executable"));
	json_write_bool(c->out, m->executable);
	if (m->link.n) {
		json_write_key(c->out, S("link"));
		json_write_string(c->out, m->link);
	}
	if (m->kind == TAR_FILE) {
		json_write_key(c->out, S("size"));
		json_write_u64(c->out, m->size);
		if (!read_content(c, t, &hex, e)) return false;
		json_write_key(c->out, S("sha256"));
		json_write_string(c->out, hex);
	}
	json_write_object_end(c->out);
	return true;
}

static void write_copies(struct judge_call *c, const struct tar *t)
{
	size_t n;
	const struct tar_copy *copies = tar_copies(t, &n);
	json_write_array(c->out);
	for (size_t i = 0; i < n; i++) {
		json_write_array(c->out);
		json_write_string(c->out, copies[i].name);
		if (copies[i].from.n)
			json_write_string(c->out, copies[i].from);
		else
			json_write_null(c->out);
		json_write_array_end(c->out);
	}
	json_write_array_end(c->out);
}

static bool list_op(struct judge_call *c, struct err *e)
{
	const char *path;
	enum tar_coding coding;
	const struct tar_member *m = NULL;
	struct tar *t = NULL;
	if (!judge_path(c, "path", &path, e)) return false;
	if (!tar_coding_of(str_from(path), &coding)) return judge_bad_request(e, "the name is no tar archive's");
	int fd = io_open_read(path, e);
	bool ok = fd >= 0 && tar_open(c->arena, fd, str_from(path), coding, NULL, &t, e);
	if (ok) {
		json_write_object(c->out);
		json_write_key(c->out, S("members"));
		json_write_array(c->out);
	}
	while (ok && (ok = tar_next(t, &m, e)) && m) ok = write_member(c, t, m, e);
	if (ok) {
		json_write_array_end(c->out);
		json_write_key(c->out, S("copies"));
		write_copies(c, t);
		json_write_key(c->out, S("top"));
		json_write_string(c->out, tar_top(t));
		json_write_object_end(c->out);
	}
	tar_close(t);
	io_close(&fd);
	return ok;
}

static bool unpack_op(struct judge_call *c, struct err *e)
{
	const char *path, *folder;
	str top;
	if (!judge_path(c, "path", &path, e) || !judge_path(c, "folder", &folder, e)) return false;
	int fd = io_open_read(path, e);
	bool ok = fd >= 0 && private_archive_unpack(c->arena, fd, path_base(str_from(path)), str_from(folder), &top, e);
	io_close(&fd);
	if (!ok) return false;
	json_write_object(c->out);
	json_write_key(c->out, S("top"));
	json_write_string(c->out, top);
	json_write_object_end(c->out);
	return true;
}

const struct judge_op judge_ops_tar[] = {
	{ "tar.list", "path", list_op },
	{ "sdist.unpack", "path folder", unpack_op },
	{ 0 },
};
