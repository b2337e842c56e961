/* private_tree.c: lists the folder of a private project.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Left out everywhere: version control, caches, virtual environments, compiled Python. What version control ignores is listed and marked,
 * since backends differ in what they do with it. The rules of the repository's upper folders count, too. What cannot be packed (a link
 * to a file elsewhere or to nothing, a socket) is listed as a file and refused when a rule wants it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/private.h"
#include "pipeline/private_archive.h"
#include "pipeline/private_git.h"

#define DEPTH_MAX      64
#define NAMES_MAX      1000000
#define NAME_BYTES_MAX 4096

/* Not a link: what a fault may be besides what is wrong with one. */
static const char SPECIAL[] = "special";

struct listed {
	struct source_entry entry;
	struct io_stat facts;
	const char *fault;
};

struct walk {
	struct arena *a;
	str folder;                     /* on disk */
	str real;                       /* its real path */
	const struct str_list *outputs; /* absolute; NULL: none */
	struct private_git *git;
	VEC(struct listed) list;
	struct str_list folders;
	struct err *e;
};

static bool never(str name)
{
	static const char *const names[] = { ".git",  ".hg",         ".svn",          ".bzr",        "__pycache__", ".tox",  ".nox",
		                                 ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".lamina",     ".eggs", NULL };
	for (const char *const *n = names; *n; n++)
		if (str_eq(name, str_from(*n))) return true;
	return str_ends(name, S(".pyc")) || str_ends(name, S(".lamina-tmp"));
}

static str on_disk(const struct walk *w, str path) { return path.n ? path_join(w->a, w->folder, path) : w->folder; }

static bool is_environment(struct walk *w, str path)
{
	struct io_stat st;
	struct err ignored = { 0 };
	return io_stat(path_join(w->a, path, S("pyvenv.cfg")).p, &st, &ignored) && st.exists;
}

static bool bad_name(struct walk *w, str path)
{
	bool bad = path.n > NAME_BYTES_MAX || !utf8_valid(path);
	for (size_t i = 0; i < path.n && !bad; i++) bad = (unsigned char)path.p[i] < 0x20 || path.p[i] == 0x7f || path.p[i] == '\\';
	if (!bad) return false;
	err_set(w->e, ERR_FORMAT, "source-name", "a file of the project has a name that no package may hold");
	err_why(w->e, "names must be UTF-8 of at most %d bytes without control characters and backslashes", NAME_BYTES_MAX);
	err_where(w->e, STR_FMT, STR_ARG(on_disk(w, path)));
	err_help(w->e, "rename it, or move it out of the project's folder");
	return true;
}

static bool refuse_link(struct err *e, str path, const char *what)
{
	err_set(e, ERR_FORMAT, "source-link", "a symbolic link of the project %s", what);
	err_where(e, STR_FMT, STR_ARG(path));
	return err_help(e, "replace the link by what it leads to, or remove it");
}

static bool refuse_special(struct err *e, str path)
{
	err_set(e, ERR_FORMAT, "source-special", "a special file (socket, pipe, device) cannot be packed");
	err_where(e, STR_FMT, STR_ARG(path));
	return err_help(e, "remove it, or move it out of the project's folder");
}

static bool is_below(str path, str folder)
{
	return str_starts(path, folder) && (path.n == folder.n || folder.n == 1 || path.p[folder.n] == '/');
}

/* A file that the packages of one repository share: LICENSE -> ../../LICENSE. Not what git itself keeps. */
static bool is_shared(const struct walk *w, str real)
{
	struct io_stat st = { 0 };
	struct err ignored = { 0 };
	if (!w->git->top.n || !is_below(real, w->git->top) || str_contains(real, S("/.git/"))) return false;
	return io_lstat(real.p, &st, &ignored) && st.is_regular;
}

/* What a link leads to takes its place, as long as that lies in the project's folder, or is a file of its repository. NULL, or what
 * is wrong with it. */
static const char *link_fault(struct walk *w, str path)
{
	char *real = realpath(path.p, NULL);
	if (!real) return errno == ELOOP ? "leads in a circle" : "leads nowhere";
	str to = str_from(real);
	bool below = is_below(to, w->real), inside = below || is_shared(w, to);
	/* It holds tokens of those who fetch. */
	if (below && w->real.n > 1) to = str_from_pos(to, w->real.n);
	bool kept = below && (str_contains(to, S("/.git/")) || str_ends(to, S("/.git")));
	free(real);
	return kept ? "leads into version control" : inside ? NULL : "leads out of its folder";
}

static bool is_folder(str path)
{
	struct io_stat st;
	struct err ignored = { 0 };
	return io_stat(path.p, &st, &ignored) && st.exists && st.is_dir;
}

/* What is packed must not depend on what was built before. */
static bool is_output(const struct walk *w, str disk)
{
	bool named = false;
	str absolute;
	struct err ignored = { 0 };
	for (size_t i = 0; w->outputs && i < w->outputs->n && !named; i++)
		named = str_eq(path_base(disk), path_base(w->outputs->p[i]));
	return named && path_absolute(w->a, disk, &absolute, &ignored) && str_list_has(w->outputs, absolute);
}

/* Of the folder above: IGNORED is inherited, and in a FOREIGN repository git looks at nothing. */
enum ignore { LISTED, IGNORED, FOREIGN };

static bool walk_folder(struct walk *w, str path, enum ignore ignored, unsigned depth);

static bool walk_name(struct walk *w, str path, enum ignore ignored, unsigned depth)
{
	struct io_stat st;
	str disk = on_disk(w, path);
	if (is_output(w, disk)) return true;
	if (bad_name(w, path)) return false;
	if (!io_lstat(disk.p, &st, w->e)) return false;
	if (!st.exists) return true; /* gone since the folder was read */
	const char *fault = st.is_symlink ? link_fault(w, disk) : NULL;
	if (st.is_symlink && (!fault || is_folder(disk)) && !io_stat(disk.p, &st, w->e)) return false;
	if (st.is_dir && is_environment(w, disk)) return true;
	if (ignored == LISTED && ignore_match(&w->git->rules, arena_join(w->a, w->git->above, path), st.is_dir)) ignored = IGNORED;
	/* A folder elsewhere could be a package: only what git keeps out of a project's top (`result`, `bazel-out`) is surely none. */
	if (fault && st.is_dir) return (depth == 0 && ignored == IGNORED) || refuse_link(w->e, disk, fault);
	if (!fault && !st.is_dir && !st.is_regular) fault = SPECIAL;
	if (w->list.n >= SOURCE_TREE_MAX)
		return err_set(w->e, ERR_FORMAT, "source-too-many", "the project `" STR_FMT "` has more than %d files and folders",
		               STR_ARG(w->folder), SOURCE_TREE_MAX);
	struct listed *l = vec_push(w->a, &w->list);
	l->entry = (struct source_entry){
		.path = path, .folder = st.is_dir, .executable = (st.mode & 0111) != 0, .ignored = ignored == IGNORED
	};
	l->entry.size = st.is_dir ? 0 : st.size;
	l->facts = st;
	l->fault = fault;
	return !st.is_dir || walk_folder(w, path, ignored, depth + 1);
}

static bool walk_folder(struct walk *w, str path, enum ignore ignored, unsigned depth)
{
	struct str_list names = { 0 };
	str disk = on_disk(w, path);
	if (depth > DEPTH_MAX) return refuse_link(w->e, disk, "leads in a circle, or folders are nested too deep");
	if (!io_list(w->a, disk.p, NAMES_MAX, &names, w->e)) return false;
	*vec_push(w->a, &w->folders) = disk;
	str rules_folder = arena_join(w->a, w->git->above, path);
	if (str_ends(rules_folder, S("/"))) rules_folder.n--;
	if (depth && private_git_is_nested(w->a, disk)) ignored = FOREIGN;
	if (ignored != FOREIGN) private_git_add_rules(w->a, &w->git->rules, disk, rules_folder);
	for (size_t i = 0; i < names.n; i++) {
		if (never(names.p[i])) continue;
		str below = path.n ? arena_fmt(w->a, STR_FMT "/" STR_FMT, STR_ARG(path), STR_ARG(names.p[i])) : names.p[i];
		if (!walk_name(w, below, ignored, depth)) return false;
	}
	return true;
}

static int by_path(const void *a, const void *b)
{
	return str_cmp(((const struct listed *)a)->entry.path, ((const struct listed *)b)->entry.path);
}

static bool read_text(void *context, struct arena *a, str path, str *text, struct err *e)
{
	const struct private_tree *t = context;
	const struct source_entry *entry = source_tree_find(&t->tree, path);
	if (entry && !private_tree_take(a, t, entry, e)) return false;
	return io_read_file(a, path_join(a, t->folder, path).p, SOURCE_TEXT_MAX, text, e);
}

bool private_tree_take(struct arena *a, const struct private_tree *t, const struct source_entry *entry, struct err *e)
{
	const char *fault = t->faults[entry - t->tree.entries];
	if (!fault) return true;
	str path = path_join(a, t->folder, entry->path);
	return fault == SPECIAL ? refuse_special(e, path) : refuse_link(e, path, fault);
}

/* What somebody may have named in place of a folder. */
static bool refuse_file(struct arena *a, str path, struct err *e)
{
	str base = path_base(path);
	err_set(e, ERR_IO, "not-found", "there is no folder `" STR_FMT "`", STR_ARG(path));
	err_why(e, "it is a file; a private package is the folder that holds its pyproject.toml");
	if (str_ends(base, S(".whl")) || private_archive_known(base))
		return err_help(e, "name it in a requirements file (-r FILE), with the line `" STR_FMT "`",
		                STR_ARG(path_is_absolute(path) || str_starts(path, S(".")) ? path : arena_join(a, S("./"), path)));
	if (str_ends(base, S(".toml")) || str_ends(base, S(".py")) || str_ends(base, S(".cfg")))
		return err_help(e, "name its folder: " STR_FMT, STR_ARG(path_dir(path)));
	return false;
}

bool private_folder_check(struct arena *a, str folder, struct err *e)
{
	static const char *const files[] = { "pyproject.toml", "setup.cfg", "setup.py" };
	struct io_stat st = { 0 };
	if (folder.n == 0) return err_set(e, ERR_USAGE, "bad-value", "the folder of a private package has an empty name");
	if (!io_stat(arena_cstr(a, folder), &st, e)) return false;
	if (!st.exists) {
		err_set(e, ERR_IO, "not-found", "there is no folder `" STR_FMT "`", STR_ARG(folder));
		return err_help(e, "a private package is the folder that holds its pyproject.toml");
	}
	if (!st.is_dir) return refuse_file(a, folder, e);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		if (!io_stat(path_join(a, folder, str_from(files[i])).p, &st, e)) return false;
		if (st.exists) return true;
	}
	err_set(e, ERR_FORMAT, "no-project", "`" STR_FMT "` holds no Python project", STR_ARG(folder));
	err_why(e, "there is no pyproject.toml, setup.cfg or setup.py");
	return err_help(e, "name the folder that holds pyproject.toml; folders of plain files are packed with `source` or `files`");
}

bool private_tree_list(struct arena *a, str folder, const struct private_means *means, struct private_tree *out, struct err *e)
{
	struct walk w = {
		.a = a, .folder = arena_str(a, folder.n ? folder : S(".")), .outputs = means ? means->outputs : NULL, .e = e
	};
	struct io_stat st;
	if (!io_stat(w.folder.p, &st, e)) return false;
	if (!st.is_dir) {
		err_set(e, ERR_IO, "not-found", "there is no folder `" STR_FMT "`", STR_ARG(w.folder));
		return err_why(e, st.exists ? "it is a file; a private package is the folder that holds its pyproject.toml"
		                            : "nothing has that name");
	}
	char *real = realpath(w.folder.p, NULL);
	w.real = arena_str(a, real ? str_from(real) : w.folder);
	free(real);
	w.git = arena_new(a, struct private_git);
	private_git_read(a, w.real, w.git);
	if (!walk_folder(&w, (str){ 0 }, LISTED, 0)) return false;
	w.git->vcs.folder_ignored = private_git_ignores_folder(w.git);
	if (w.list.n > 1) qsort(w.list.p, w.list.n, sizeof *w.list.p, by_path);
	struct source_entry *entries = arena_array(a, struct source_entry, w.list.n);
	struct io_stat *facts = arena_array(a, struct io_stat, w.list.n);
	const char **faults = arena_array(a, const char *, w.list.n);
	for (size_t i = 0; i < w.list.n; i++) {
		entries[i] = w.list.p[i].entry;
		facts[i] = w.list.p[i].facts;
		faults[i] = w.list.p[i].fault;
	}
	*out = (struct private_tree){ .folder = w.folder, .facts = facts, .faults = faults, .folders = w.folders };
	out->tree =
	    (struct source_tree){ .where = w.folder, .entries = entries, .n = w.list.n, .vcs = w.git->vcs, .detached = true };
	out->tree.context = out;
	out->tree.read = read_text;
	return true;
}
