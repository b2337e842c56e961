/* private_host_git.c: what a repository says of its versions, for the copy of a project that lies in it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The copy gets HEAD, references and the index, and borrows the objects (gitrepository-layout(5): objects/info/alternates): git works in
 * it and writes nothing to the original. Of the index, entries that the copy does not hold as they are - files beside the project, links -
 * are marked "assume unchanged" (gitformat-index(5)), so that the work tree is as clean as the original's. */
#include <stdlib.h>
#include <string.h>

#include "pipeline/private_host_parts.h"

#define GIT_FILES_MAX 20000
#define GIT_TEXT_MAX  ((size_t)256 << 20) /* an index of a million files */
#define GIT_DEPTH_MAX 16
#define GIT_NAME_MAX  ((size_t)8192)

/* --- does it matter? --- */

static bool names_version_control(str requirement)
{
	static const char *const parts[] = { "scm", "vcs", "git", "version", "dunamai", "setupmeta", NULL };
	size_t end = 0;
	while (end < requirement.n && (ascii_alnum(requirement.p[end]) || str_chr(S("-_."), requirement.p[end]) != STR_NONE)) end++;
	str name = str_slice(requirement, 0, end);
	if (str_ieq(name, S("pbr"))) return true;
	for (const char *const *p = parts; *p; p++)
		for (size_t i = 0; i + strlen(*p) <= name.n; i++)
			if (str_ieq(str_slice(name, i, i + strlen(*p)), str_from(*p))) return true;
	return false;
}

static bool mentions(struct host_build *b, str file, const char *const *words)
{
	str text;
	struct err ignored = { 0 };
	if (!source_tree_find(&b->tree->tree, file)) return false;
	if (!b->tree->tree.read(b->tree->tree.context, b->a, file, &text, &ignored)) return false;
	for (; *words; words++)
		if (str_contains(text, str_from(*words))) return true;
	return false;
}

/* Commits would otherwise build every project again. */
static bool asks_version_control(struct host_build *b)
{
	static const char *const in_setup[] = { "versioneer", "use_scm_version", "\"git", "'git", NULL };
	static const char *const in_pyproject[] = { "[tool.pdm.version]", "source = \"scm\"", "source = \"vcs\"", NULL };
	for (size_t i = 0; i < b->requires.n; i++)
		if (names_version_control(b->requires.p[i])) return true;
	return mentions(b, S("setup.py"), in_setup) || mentions(b, S("pyproject.toml"), in_pyproject);
}

/* The repository that the folder lies in. A source distribution has none, wherever it was unpacked. */
void host_git_find(struct host_build *b)
{
	struct private_git g = { 0 };
	char *real;
	if (source_tree_find(&b->tree->tree, S("PKG-INFO")) || !asks_version_control(b)) return;
	real = realpath(b->tree->folder.p, NULL);
	if (!real) return;
	private_git_read(b->a, arena_str(b->a, str_from(real)), &g);
	free(real);
	b->git = g;
}

/* --- what decides --- */

static void list_references(struct arena *a, str folder, unsigned depth, struct str_list *files, struct str_list *folders)
{
	struct str_list names = { 0 };
	struct err ignored = { 0 };
	folder = arena_str(a, folder);
	if (depth > GIT_DEPTH_MAX || !io_list(a, folder.p, GIT_FILES_MAX, &names, &ignored)) return;
	*vec_push(a, folders) = folder;
	for (size_t i = 0; i < names.n && files->n < GIT_FILES_MAX; i++) {
		struct io_stat st = { 0 };
		str path = path_join(a, folder, names.p[i]);
		if (!io_lstat(path.p, &st, &ignored)) continue;
		if (st.is_dir) list_references(a, path, depth + 1, files, folders);
		if (st.is_regular) *vec_push(a, files) = path;
	}
}

void host_git_files(struct host_build *b, struct str_list *files, struct str_list *folders)
{
	struct arena *a = b->a;
	*vec_push(a, files) = path_join(a, b->git.folder, S("HEAD"));
	*vec_push(a, files) = path_join(a, b->git.common, S("packed-refs"));
	list_references(a, path_join(a, b->git.common, S("refs")), 0, files, folders);
}

/* --- the index --- */

struct index {
	struct host_build *b;
	unsigned char *p;
	size_t n;
	size_t id; /* bytes of an object's name */
	uint32_t version;
	struct map copied; /* paths from the repository's top */
};

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Version 4 writes how much of the path before stays, as a number of 7-bit digits with an offset. */
static bool take_prefix(const struct index *x, size_t *at, size_t *strip)
{
	size_t value = 0;
	for (unsigned i = 0; i < 4; i++) {
		if (*at >= x->n) return false;
		unsigned char c = x->p[(*at)++];
		value = (value << 7) + (c & 0x7f);
		if (!(c & 0x80)) return *strip = value, true;
		value++;
	}
	return false;
}

/* The path that begins at *at; *at becomes the next entry's begin. */
static bool take_path(const struct index *x, size_t begin, size_t *at, struct buf *path)
{
	size_t strip = path->n;
	if (x->version == 4 && (!take_prefix(x, at, &strip) || strip > path->n)) return false;
	path->n -= strip;
	const unsigned char *end = memchr(x->p + *at, 0, x->n - *at);
	if (!end) return false;
	size_t n = (size_t)(end - (x->p + *at));
	buf_add(path, x->p + *at, n);
	*at += n + 1;
	if (x->version != 4) *at = begin + ((*at - 1 - begin + 8) & ~(size_t)7);
	return *at <= x->n && !path->over;
}

/* False: it is not as the format has it; nobody will be able to read it. */
static bool mark_entries(struct index *x, struct buf *path)
{
	size_t at = 12, fixed = 40 + x->id;
	if (x->n < 12 + x->id || memcmp(x->p, "DIRC", 4) != 0) return false;
	x->version = be32(x->p + 4);
	if (x->version < 2 || x->version > 4) return false;
	for (uint32_t i = be32(x->p + 8); i > 0; i--) {
		size_t begin = at;
		if (x->n - at < fixed + 4) return false;
		unsigned char *flags = x->p + begin + fixed;
		uint32_t mode = be32(x->p + begin + 24);
		at += fixed + (flags[0] & 0x40 ? 4 : 2);
		if (!take_path(x, begin, &at, path)) return false;
		if ((mode & 0170000) != 0100000 || !map_has(&x->copied, buf_str(path))) flags[0] |= 0x80;
	}
	return true;
}

/* The checksum at the end becomes zeros: "none" for git that looks at it. */
static bool write_index(struct host_build *b, str text, size_t id, str to)
{
	struct buf path;
	struct index x = { .b = b, .p = (unsigned char *)arena_cstr(b->a, text), .n = text.n, .id = id };
	map_init(&x.copied, b->a);
	for (size_t i = 0; i < b->files.n; i++) {
		bool added;
		map_put(&x.copied, arena_join(b->a, b->git.above, b->files.p[i].name), &added);
	}
	buf_init(&path, GIT_NAME_MAX);
	bool ok = mark_entries(&x, &path);
	buf_release(&path);
	if (ok) memset(x.p + x.n - id, 0, id);
	return io_write_file(to.p, (str){ (const char *)x.p, x.n }, 0644, false, b->e);
}

/* --- the copy --- */

/* What is not there is not needed. */
static bool read_text(struct host_build *b, str path, str *text, bool *found)
{
	struct io_stat st = { 0 };
	path = arena_str(b->a, path);
	if (!io_stat(path.p, &st, b->e)) return false;
	*found = st.is_regular;
	return !*found || io_read_file(b->a, path.p, GIT_TEXT_MAX, text, b->e);
}

static bool copy_text(struct host_build *b, str from, str to)
{
	str text;
	bool found;
	to = arena_str(b->a, to);
	if (!read_text(b, from, &text, &found)) return false;
	return !found || (io_mkdirs_for(to.p, b->e) && io_write_file(to.p, text, 0644, false, b->e));
}

/* The copy has a work tree, and it is there, whatever the original's is: that of a submodule lies elsewhere (core.worktree), and a bare
 * repository's linked ones are none of its own (core.bare). What comes last counts. */
static bool copy_config(struct host_build *b, str from, str to)
{
	str text = { 0 };
	bool found;
	if (!read_text(b, from, &text, &found)) return false;
	str own = arena_join(b->a, text, S("\n[core]\n\tbare = false\n\tworktree = ..\n"));
	return io_mkdirs_for(to.p, b->e) && io_write_file(to.p, own, 0600, false, b->e);
}

static bool copy_index(struct host_build *b, str to)
{
	str index, config = { 0 };
	bool found, has_config;
	if (!read_text(b, path_join(b->a, b->git.folder, S("index")), &index, &found) || !found) return !b->e->code;
	if (!read_text(b, path_join(b->a, b->git.common, S("config")), &config, &has_config)) return false;
	return write_index(b, index, has_config && str_contains(config, S("sha256")) ? 32 : 20, path_join(b->a, to, S("index")));
}

bool host_git_copy(struct host_build *b, str to)
{
	static const char *const names[] = { "packed-refs", "shallow", "info/exclude", "info/attributes", NULL };
	struct str_list files = { 0 }, folders = { 0 };
	struct arena *a = b->a;
	str common = b->git.common;
	for (const char *const *n = names; *n; n++)
		if (!copy_text(b, path_join(a, common, str_from(*n)), path_join(a, to, str_from(*n)))) return false;
	if (!copy_config(b, path_join(a, common, S("config")), path_join(a, to, S("config")))) return false;
	if (!copy_text(b, path_join(a, b->git.folder, S("HEAD")), path_join(a, to, S("HEAD"))) || !copy_index(b, to)) return false;
	list_references(a, path_join(a, common, S("refs")), 0, &files, &folders);
	for (size_t i = 0; i < files.n; i++)
		if (!copy_text(b, files.p[i], arena_join(a, to, str_from_pos(files.p[i], common.n)))) return false;
	str alternates = path_join(a, to, S("objects/info/alternates")), objects;
	if (!path_absolute(a, path_join(a, common, S("objects")), &objects, b->e)) return false;
	return io_mkdirs(path_join(a, to, S("refs")).p, b->e) && io_mkdirs_for(alternates.p, b->e) &&
	       io_write_file(alternates.p, arena_join(a, objects, S("\n")), 0644, false, b->e);
}
