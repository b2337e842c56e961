/* private_host_copy.c: the project where its backend may write: backends leave build/ and egg-info behind.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Links become what they lead to. Of a repository the copy gets what tells versions - HEAD, references, the index - and borrows the
 * objects (gitrepository-layout(5): objects/info/alternates), so that git works in the copy and writes nothing to the original. */
#include "pipeline/private_host_parts.h"
#include "pipeline/sources.h"

#define GIT_FILES_MAX 20000
#define GIT_TEXT_MAX  ((size_t)256 << 20) /* an index of a million files */
#define GIT_DEPTH_MAX 16

/* --- files --- */

static bool changed(const struct source_file *f, struct err *e)
{
	err_set(e, ERR_IO, "source-changed", "`" STR_FMT "` changed while it was read", STR_ARG(f->path));
	return err_help(e, "build again");
}

static bool copy_bytes(struct host_build *b, const struct source_file *f, struct io_temp *to)
{
	enum { PIECE = 128 << 10 };
	char *piece = arena_alloc(b->a, PIECE, 1, 64);
	struct sha256_stream hash;
	struct sha256 digest;
	int fd = io_open_read(f->path.p, b->e);
	bool ok = fd >= 0;
	sha256_begin(&hash);
	for (uint64_t done = 0; ok && done < f->size;) {
		size_t n = f->size - done < PIECE ? (size_t)(f->size - done) : PIECE;
		struct err cut = { 0 };
		if (!io_pread(fd, f->path.p, piece, n, done, &cut)) {
			ok = changed(f, b->e);
			break;
		}
		sha256_update(&hash, piece, n);
		ok = io_temp_write(to, piece, n, b->e);
		done += n;
	}
	sha256_end(&hash, &digest);
	io_close(&fd);
	return ok && (sha256_eq(&digest, &f->sha256) || changed(f, b->e));
}

static bool copy_file(struct host_build *b, const struct source_file *f)
{
	struct arena_mark mark = arena_mark(b->a);
	str path = path_join(b->a, b->copy, f->name);
	struct io_temp to = { .fd = -1 };
	bool ok = io_mkdirs_for(path.p, b->e) && io_temp_open(&to, path.p, f->executable ? 0755 : 0644, b->e) &&
	          copy_bytes(b, f, &to) && io_temp_commit(&to, false, b->e);
	io_temp_abort(&to);
	arena_rewind(b->a, mark);
	return ok;
}

/* --- the repository --- */

struct git {
	str own;    /* HEAD, index: of this work tree */
	str common; /* references and objects */
};

/* The text behind `gitdir: `, or of a one-line file. */
static bool read_line(struct arena *a, str path, str prefix, str *out)
{
	struct err ignored = { 0 };
	str text;
	if (!io_read_file(a, arena_cstr(a, path), 65536, &text, &ignored)) return false;
	text = str_trim(text);
	if (!str_starts(text, prefix)) return false;
	*out = str_trim(str_from_pos(text, prefix.n));
	return out->n > 0;
}

/* `git`: a folder, or the file that stands for one in linked work trees and submodules. */
static bool find(struct arena *a, str git, struct git *out)
{
	struct io_stat st = { 0 };
	struct err ignored = { 0 };
	str line;
	if (!io_stat(arena_cstr(a, git), &st, &ignored) || !st.exists) return false;
	out->own = git;
	if (!st.is_dir) {
		if (!read_line(a, git, S("gitdir:"), &line)) return false;
		out->own = path_join(a, path_dir(git), line);
	}
	out->common = read_line(a, path_join(a, out->own, S("commondir")), S(""), &line) ? path_join(a, out->own, line) : out->own;
	return path_absolute(a, out->own, &out->own, &ignored) && path_absolute(a, out->common, &out->common, &ignored);
}

static void list_references(struct arena *a, str folder, unsigned depth, struct str_list *out)
{
	struct str_list names = { 0 };
	struct err ignored = { 0 };
	if (depth > GIT_DEPTH_MAX || !io_list(a, arena_cstr(a, folder), GIT_FILES_MAX, &names, &ignored)) return;
	for (size_t i = 0; i < names.n && out->n < GIT_FILES_MAX; i++) {
		struct io_stat st = { 0 };
		str path = path_join(a, folder, names.p[i]);
		if (!io_lstat(arena_cstr(a, path), &st, &ignored)) continue;
		if (st.is_dir) list_references(a, path, depth + 1, out);
		if (st.is_regular) *vec_push(a, out) = arena_str(a, path);
	}
}

bool host_git_files(struct arena *a, str git, struct str_list *out)
{
	struct git g;
	if (!find(a, git, &g)) return false;
	*vec_push(a, out) = path_join(a, g.own, S("HEAD"));
	*vec_push(a, out) = path_join(a, g.common, S("packed-refs"));
	list_references(a, path_join(a, g.common, S("refs")), 0, out);
	return true;
}

/* What is not there is not needed. */
static bool copy_text(struct host_build *b, str from, str to)
{
	struct io_stat st = { 0 };
	str text;
	if (!io_stat(arena_cstr(b->a, from), &st, b->e)) return false;
	if (!st.is_regular) return true;
	return io_read_file(b->a, arena_cstr(b->a, from), GIT_TEXT_MAX, &text, b->e) && io_mkdirs_for(arena_cstr(b->a, to), b->e) &&
	       io_write_file(arena_cstr(b->a, to), text, 0644, false, b->e);
}

static bool copy_git(struct host_build *b)
{
	static const char *const common[] = { "packed-refs", "config", "shallow", "info/exclude", "info/attributes", NULL };
	static const char *const own[] = { "HEAD", "index", NULL };
	struct str_list references = { 0 };
	struct arena *a = b->a;
	struct git g;
	str to = path_join(a, b->copy, S(".git"));
	if (!find(a, b->git, &g)) return true;
	for (const char *const *n = common; *n; n++)
		if (!copy_text(b, path_join(a, g.common, str_from(*n)), path_join(a, to, str_from(*n)))) return false;
	for (const char *const *n = own; *n; n++)
		if (!copy_text(b, path_join(a, g.own, str_from(*n)), path_join(a, to, str_from(*n)))) return false;
	list_references(a, path_join(a, g.common, S("refs")), 0, &references);
	for (size_t i = 0; i < references.n; i++)
		if (!copy_text(b, references.p[i], arena_join(a, to, str_from_pos(references.p[i], g.common.n)))) return false;
	str alternates = path_join(a, to, S("objects/info/alternates"));
	str objects = arena_fmt(a, STR_FMT "/objects\n", STR_ARG(g.common));
	return io_mkdirs(path_join(a, to, S("refs")).p, b->e) && io_mkdirs_for(alternates.p, b->e) &&
	       io_write_file(alternates.p, objects, 0644, false, b->e);
}

bool host_copy(struct host_build *b)
{
	b->copy = path_join(b->a, b->scratch.path, S("project"));
	if (!io_mkdirs(b->copy.p, b->e)) return false;
	for (size_t i = 0; i < b->tree->tree.n; i++) { /* empty folders may be asked for, too */
		const struct source_entry *entry = &b->tree->tree.entries[i];
		if (entry->folder && !io_mkdirs(path_join(b->a, b->copy, entry->path).p, b->e)) return false;
	}
	for (size_t i = 0; i < b->files.n; i++)
		if (!copy_file(b, &b->files.p[i])) return false;
	return b->git.n == 0 || copy_git(b);
}
