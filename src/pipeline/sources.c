/* sources.c: walks the project's folders in bytewise order, judging each name before it is opened.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/glob.h"
#include "base/io.h"
#include "base/pool.h"
#include "pipeline/binaries.h"
#include "zip/zip_read.h"

#define DEPTH_MAX      64
#define NAMES_MAX      1000000
#define NAME_BYTES_MAX 1024

/* Work that is shared with other threads from here on. */
#define THREAD_FILES 48
#define THREAD_BYTES ((uint64_t)1 << 20)

struct walk {
	struct arena *a;
	const struct artifact *artifact;
	struct source_list *out;
	const struct str_list *outputs; /* absolute */
	size_t n_folders;
	str root;      /* real path of the source folder */
	str target;    /* prefix in the artifact: "" or "x/" */
	bool filtered; /* include, exclude-path and the never-list apply (not for `files`) */
	struct err *e;
};

/* What nobody wants in a package; compared with single path components. */
static bool never_component(str name)
{
	static const char *const names[] = { ".git",        ".hg",         ".svn",          ".bzr",        ".venv",
		                                 "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".tox",
		                                 ".nox",        ".cache",      ".lamina",       ".env",        ".DS_Store",
		                                 ".aws-sam",    ".terraform",  "venv",          NULL };
	for (const char *const *n = names; *n; n++)
		if (str_eq(name, str_from(*n))) return true;
	if (str_starts(name, S(".env.")) || str_ends(name, S(".pyc"))) return true;
	/* What a lamina that runs now, or was killed, has not finished. */
	return str_starts(name, S(".")) && (str_ends(name, S(".lamina-tmp")) || str_contains(name, S(".lamina-new-")));
}

/* Does an include pattern spell this component out ("by name")? `**` and `*` do not. */
static bool included_by_name(const struct artifact *artifact, str component)
{
	for (size_t i = 0; i < artifact->include.n; i++) {
		str part, rest = artifact->include.p[i];
		bool more = true;
		while (more) {
			more = str_cut(rest, '/', &part, &rest);
			if (str_eq(part, component)) return true;
		}
	}
	return false;
}

static bool matches_any(const struct str_list *globs, str path)
{
	for (size_t i = 0; i < globs->n; i++)
		if (glob_match(globs->p[i], path)) return true;
	return false;
}

/* Judged on the way down, so that a virtual environment is not even listed. */
static bool left_out(const struct walk *w, str relative, str component, bool is_dir, const char *path)
{
	if (!w->filtered) return false;
	bool named = included_by_name(w->artifact, component);
	if (!named && never_component(component)) return true;
	if (!named && is_dir && str_eq(relative, S("dist"))) return true;
	if (!named && is_dir) {
		struct io_stat st;
		struct err ignored = { 0 };
		str marker = arena_fmt(w->a, "%s/pyvenv.cfg", path);
		if (io_stat(marker.p, &st, &ignored) && st.exists) return true;
	}
	if (matches_any(&w->artifact->exclude_path, relative)) return true;
	return !is_dir && w->artifact->include.n > 0 && !matches_any(&w->artifact->include, relative);
}

static bool check_name(struct walk *w, str name, const char *path)
{
	bool bad = name.n > NAME_BYTES_MAX || !utf8_valid(name);
	for (size_t i = 0; i < name.n && !bad; i++) bad = (unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f || name.p[i] == '\\';
	if (!bad) return true;
	err_set(w->e, ERR_FORMAT, "source-name", "a file of the project has a name that no package may hold");
	err_why(w->e, "names must be UTF-8 of at most %d bytes without control characters and backslashes", NAME_BYTES_MAX);
	err_where(w->e, "%s", path);
	return err_help(w->e, "rename it, or leave it out with --exclude-path");
}

static bool too_many(struct walk *w, const char *what)
{
	err_set(w->e, ERR_FORMAT, "source-too-many", "the project has more than %d %s", SOURCES_MAX, what);
	return err_help(w->e, "name the folder that holds the code with --source, or leave folders out with --exclude-path");
}

/* Another artifact's output is no source either: what is packed must not depend on what was built before. */
static bool is_output(struct walk *w, str path, bool *answer)
{
	str absolute;
	*answer = false;
	bool named = false;
	for (size_t i = 0; i < w->outputs->n; i++) named = named || str_eq(path_base(path), path_base(w->outputs->p[i]));
	if (!named) return true;
	if (!path_absolute(w->a, path, &absolute, w->e)) return false;
	*answer = str_list_has(w->outputs, absolute);
	return true;
}

static bool add_file(struct walk *w, str name, const char *path, const struct io_stat *st)
{
	if (!check_name(w, name, path)) return false;
	if (w->out->files.n >= SOURCES_MAX) return too_many(w, "files");
	struct source_file *f = vec_push(w->a, &w->out->files);
	*f = (struct source_file){ .name = name,
		                       .path = arena_str(w->a, str_from(path)),
		                       .size = st->size,
		                       .mtime_ns = st->mtime_ns,
		                       .ctime_ns = st->ctime_ns,
		                       .inode = st->inode };
	return true;
}

/* A link may point anywhere below the folder that is packed; what it leads to is packed in its place. */
static bool check_link(struct walk *w, const char *path)
{
	char *real = realpath(path, NULL);
	if (!real) {
		err_sys(w->e, ERR_FORMAT, "source-link", errno, "a symbolic link of the project leads nowhere");
		err_where(w->e, "%s", path);
		return err_help(w->e, "remove it, or leave it out with --exclude-path");
	}
	str r = str_from(real);
	bool inside = str_eq(r, w->root) || (str_starts(r, w->root) && (str_eq(w->root, S("/")) || str_at(r, w->root.n) == '/'));
	free(real);
	if (inside) return true;
	err_set(w->e, ERR_FORMAT, "source-link", "a symbolic link leads out of the folder that is packed");
	err_where(w->e, "%s", path);
	return err_help(w->e, "copy the file into the project, name it under `files`, or leave the link out with --exclude-path");
}

static bool walk_path(struct walk *w, str relative, str path, unsigned depth);

static bool walk_folder(struct walk *w, str relative, str path, unsigned depth)
{
	if (depth > DEPTH_MAX) {
		err_set(w->e, ERR_FORMAT, "source-link", "folders are nested more than %d deep, or links form a loop", DEPTH_MAX);
		return err_where(w->e, STR_FMT, STR_ARG(path));
	}
	if (++w->n_folders > SOURCES_MAX) return too_many(w, "folders");
	struct str_list names = { 0 };
	if (!io_list(w->a, path.p, NAMES_MAX, &names, w->e)) return false;
	for (size_t i = 0; i < names.n; i++) {
		str below = relative.n ? arena_fmt(w->a, STR_FMT "/" STR_FMT, STR_ARG(relative), STR_ARG(names.p[i])) : names.p[i];
		if (!walk_path(w, below, path_join(w->a, path, names.p[i]), depth + 1)) return false;
	}
	return true;
}

static bool walk_path(struct walk *w, str relative, str path, unsigned depth)
{
	struct io_stat st;
	if (!io_lstat(path.p, &st, w->e)) return false;
	bool link = st.is_symlink;
	struct io_stat followed = st;
	/* Judge by name first: a dangling link inside a cache must not matter. */
	if (link) {
		struct err ignored = { 0 };
		if (!io_stat(path.p, &followed, &ignored)) followed = st;
	}
	bool output;
	if (left_out(w, relative, path_base(relative), followed.is_dir, path.p)) return true;
	if (!is_output(w, path, &output)) return false;
	if (output) return true;
	if (link && !check_link(w, path.p)) return false;
	if (followed.is_dir) return walk_folder(w, relative, path, depth);
	if (!followed.is_regular) {
		err_set(w->e, ERR_FORMAT, "source-special", "a special file (socket, pipe, device) cannot be packed");
		err_where(w->e, STR_FMT, STR_ARG(path));
		return err_help(w->e, "leave it out with --exclude-path");
	}
	return add_file(w, arena_join(w->a, w->target, relative), path.p, &followed);
}

static bool set_root(struct walk *w, str folder)
{
	char *real = realpath(folder.n ? folder.p : ".", NULL);
	if (!real) {
		err_sys(w->e, ERR_IO, "not-found", errno, "cannot read the folder `" STR_FMT "`", STR_ARG(folder));
		return err_where(w->e, STR_FMT, STR_ARG(w->artifact->where));
	}
	w->root = arena_str(w->a, str_from(real));
	free(real);
	return true;
}

static bool scan_sources(struct walk *w)
{
	const struct artifact *artifact = w->artifact;
	w->filtered = true;
	w->target = (str){ 0 };
	for (size_t i = 0; i < artifact->sources.n; i++) {
		str folder = arena_str(w->a, artifact->sources.p[i]);
		struct io_stat st;
		if (!set_root(w, folder) || !io_stat(folder.p, &st, w->e)) return false;
		if (!st.is_dir) {
			err_set(w->e, ERR_USAGE, "source-not-folder", "--source takes a folder, `" STR_FMT "` is a file", STR_ARG(folder));
			return err_help(w->e, "name its folder and add --include " STR_FMT, STR_ARG(path_base(folder)));
		}
		if (!walk_folder(w, (str){ 0 }, folder, 0)) return false;
	}
	return true;
}

/* `files = { "share/ca.pem" = "certs/ca.pem" }`: exactly what is named, folders with all they hold. */
static bool scan_files(struct walk *w)
{
	w->filtered = false;
	for (size_t i = 0; i < w->artifact->files.n; i++) {
		const struct artifact_file *f = &w->artifact->files.p[i];
		str source = arena_str(w->a, f->source);
		struct io_stat st;
		if (!io_stat(source.p, &st, w->e)) return false;
		if (!st.exists && f->may_lack) continue;
		if (!st.exists) {
			err_set(w->e, ERR_IO, "not-found", "`files` names `" STR_FMT "`, which does not exist", STR_ARG(source));
			return err_where(w->e, STR_FMT, STR_ARG(f->where.n ? f->where : w->artifact->where));
		}
		if (st.is_dir) {
			w->target = f->target.n ? arena_fmt(w->a, STR_FMT "/", STR_ARG(f->target)) : (str){ 0 };
			if (!set_root(w, source) || !walk_folder(w, (str){ 0 }, source, 0)) return false;
			continue;
		}
		w->target = (str){ 0 };
		if (!add_file(w, f->target, source.p, &st)) return false;
	}
	return true;
}

static bool scan_binaries(struct walk *w)
{
	for (size_t i = 0; i < w->artifact->binaries.n; i++) {
		const struct artifact_binary *b = &w->artifact->binaries.p[i];
		struct io_stat st;
		str name;
		if (!binary_place(w->a, w->artifact, b, &name, &st, w->e) || !add_file(w, name, b->path.p, &st)) return false;
	}
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct source_file *x = a, *y = b;
	int order = str_cmp(x->name, y->name);
	return order ? order : str_cmp(x->path, y->path);
}

bool sources_scan(struct arena *a, const struct artifact *artifact, const struct str_list *outputs, struct source_list *out,
                  struct err *e)
{
	*out = (struct source_list){ 0 };
	struct walk w = { .a = a, .artifact = artifact, .outputs = outputs, .out = out, .e = e };
	if (!scan_sources(&w) || !scan_files(&w) || !scan_binaries(&w)) return false;
	if (out->files.n > 1) qsort(out->files.p, out->files.n, sizeof *out->files.p, by_name);
	for (size_t i = 1; i < out->files.n; i++) {
		if (!str_eq(out->files.p[i - 1].name, out->files.p[i].name)) continue;
		err_set(e, ERR_FORMAT, "collision", "two files of the project would both be `" STR_FMT "`",
		        STR_ARG(out->files.p[i].name));
		err_why(e, STR_FMT " and " STR_FMT, STR_ARG(out->files.p[i - 1].path), STR_ARG(out->files.p[i].path));
		return err_help(e, "place one of them elsewhere, or leave it out");
	}
	return true;
}

struct hash_job {
	struct source_list *list;
};

/* From place and content: file systems without modes, umask and checkout settings must not change a package. */
static bool is_executable(str name, const unsigned char *head, size_t n)
{
	if (str_eq(name, S("bootstrap")) || str_starts(name, S("bin/")) || str_starts(name, S("extensions/"))) return true;
	if (n >= 2 && head[0] == '#' && head[1] == '!') return true;
	bool elf = n >= 4 && memcmp(head,
	                            "\x7f"
	                            "ELF",
	                            4) == 0;
	str base = path_base(name);
	return elf && !str_ends(base, S(".so")) && !str_contains(base, S(".so."));
}

bool source_changed(const struct source_file *f, struct err *e)
{
	err_set(e, ERR_IO, "source-changed", "a file changed while it was read");
	err_where(e, STR_FMT, STR_ARG(f->path));
	return err_help(e, "run lamina again when nothing writes to the project");
}

static bool hash_one(void *context, size_t item, struct pool_worker *worker, struct err *e)
{
	struct source_file *f = &((struct hash_job *)context)->list->files.p[item];
	enum { PIECE = 128 << 10 };
	/* Most files are small, and what an arena gives is cleared. */
	unsigned char *piece = arena_alloc(&worker->scratch, f->size < PIECE ? (size_t)f->size + 1 : PIECE, 1, 64);
	int fd = io_open_read(f->path.p, e);
	if (fd < 0) return false;
	struct sha256_stream hash;
	sha256_begin(&hash);
	f->crc32 = 0;
	uint64_t done = 0;
	bool ok = true;
	while (ok && done < f->size) {
		size_t n = f->size - done < PIECE ? (size_t)(f->size - done) : PIECE;
		struct err read_error = { 0 };
		if (!io_pread(fd, f->path.p, piece, n, done, &read_error)) {
			ok = source_changed(f, e);
			break;
		}
		if (done == 0) f->executable = is_executable(f->name, piece, n);
		sha256_update(&hash, piece, n);
		f->crc32 = zip_crc32(f->crc32, piece, n);
		done += n;
	}
	if (ok && f->size == 0) f->executable = is_executable(f->name, piece, 0);
	io_close(&fd);
	sha256_end(&hash, &f->sha256);
	return ok;
}

bool sources_hash(struct arena *a, struct source_list *list, size_t jobs, const atomic_bool *cancel, struct err *e)
{
	(void)a;
	uint64_t bytes = 0;
	for (size_t i = 0; i < list->files.n; i++) bytes += list->files.p[i].size;
	/* A thread costs as much as hashing that many bytes, or opening that many files. */
	if (list->files.n < THREAD_FILES && bytes < THREAD_BYTES) jobs = 1;
	struct hash_job job = { .list = list };
	return pool_run(jobs, list->files.n, hash_one, &job, cancel, NULL, e);
}

bool sources_copy(struct arena *a, const struct source_file *f, struct io_temp *to, struct err *e)
{
	enum { PIECE = 256 << 10 };
	struct arena_mark mark = arena_mark(a);
	char *piece = arena_alloc(a, PIECE, 1, 64);
	struct sha256_stream hash;
	struct sha256 digest;
	int fd = io_open_read(f->path.p, e);
	bool ok = fd >= 0;
	sha256_begin(&hash);
	for (uint64_t done = 0; ok && done < f->size;) {
		size_t n = f->size - done < PIECE ? (size_t)(f->size - done) : PIECE;
		struct err cut = { 0 };
		if (!io_pread(fd, f->path.p, piece, n, done, &cut)) {
			ok = source_changed(f, e);
			break;
		}
		sha256_update(&hash, piece, n);
		ok = io_temp_write(to, piece, n, e);
		done += n;
	}
	sha256_end(&hash, &digest);
	io_close(&fd);
	arena_rewind(a, mark);
	return ok && (sha256_eq(&digest, &f->sha256) || source_changed(f, e));
}
