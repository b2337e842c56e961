/* pack_collect.c: command-line words -> entries: names, kinds, modes, order.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/glob.h"
#include "base/io.h"
#include "pipeline/pack_parts.h"

#define DEPTH_MAX     64
#define NAMES_MAX     1000000
#define LINK_TEXT_MAX 4096

/* A path that is being added, as it was named and as it will be stored. */
struct place {
	str path, name; /* name without the prefix; empty = the root itself */
	str real;       /* the path without links; empty when links may be followed, below --symlinks follow */
	unsigned depth;
	bool named; /* on the command line, not found in a folder */
	const struct folder *parent;
};

/* The folders that lead to a place: a link back to one of them would never end. */
struct folder {
	const struct folder *parent;
	uint64_t device, inode;
};

static bool add_path(struct pack *p, const struct place *at);

static bool matches(const struct str_list *globs, str name)
{
	for (size_t i = 0; i < globs->n; i++)
		if (glob_match(globs->p[i], name)) return true;
	return false;
}

static str stored_name(const struct pack *p, str name)
{
	if (p->request->prefix.n == 0) return name;
	return arena_fmt(p->a, STR_FMT "/" STR_FMT, STR_ARG(p->request->prefix), STR_ARG(name));
}

static bool refuse_special(const struct pack *p, str path)
{
	err_set(p->e, ERR_FORMAT, "pack-special", "a socket, pipe or device cannot be packed");
	err_where(p->e, STR_FMT, STR_ARG(path));
	return err_help(p->e, "leave it out with --exclude");
}

/* --- the output must not become part of itself --- */

/* The folder that a path is in, as far as it exists without links. */
static bool real_folder(const struct pack *p, str path, str *out)
{
	char *real = realpath(arena_cstr(p->a, path), NULL);
	if (!real) return path_absolute(p->a, path, out, p->e);
	*out = arena_str(p->a, str_from(real));
	free(real);
	return true;
}

static bool check_output_outside(const struct pack *p, const struct place *at)
{
	str folder, output;
	if (!real_folder(p, at->path.n ? at->path : S("."), &folder) || !real_folder(p, path_dir(p->output), &output)) return false;
	str slash = str_ends(folder, S("/")) ? folder : arena_join(p->a, folder, S("/"));
	if (!str_eq(output, folder) && !str_starts(output, slash)) return true;
	str inside = str_from_pos(arena_fmt(p->a, STR_FMT "/" STR_FMT, STR_ARG(output), STR_ARG(path_base(p->output))), slash.n);
	str name = at->name.n ? arena_fmt(p->a, STR_FMT "/" STR_FMT, STR_ARG(at->name), STR_ARG(inside)) : inside;
	if (matches(&p->request->exclude, name)) return true;
	err_set(p->e, ERR_USAGE, "output-inside", "the output `" STR_FMT "` lies in the folder `" STR_FMT "` that is packed",
	        STR_ARG(p->output), STR_ARG(at->path));
	err_why(p->e, "the next run would pack the zip of this one");
	return err_help(p->e, "write it elsewhere, or add --exclude '" STR_FMT "'", STR_ARG(name));
}

static bool check_not_output(const struct pack *p, str path, const struct io_stat *st)
{
	struct io_stat output;
	if (!io_stat(arena_cstr(p->a, p->output), &output, p->e)) return false;
	if (!output.exists || output.inode != st->inode || output.device != st->device) return true;
	err_set(p->e, ERR_USAGE, "output-is-input", "`" STR_FMT "` is an input and the output", STR_ARG(path));
	return err_help(p->e, "name another output with -o");
}

/* --- one file --- */

static bool check_count(const struct pack *p, str path)
{
	if (p->items.n < ZIP_WRITE_ENTRIES_MAX) return true;
	err_set(p->e, ERR_FORMAT, "zip-too-many-entries", "there are more than %d files", ZIP_WRITE_ENTRIES_MAX);
	err_where(p->e, STR_FMT, STR_ARG(path));
	return err_help(p->e, "leave it out with --exclude");
}

static bool set_mode(struct pack *p, const struct place *at, struct zip_pack_item *item)
{
	struct pack_head head;
	str path = at->path, base = path_base(at->name);
	bool wanted = pack_executable_place(item->name) || matches(&p->request->exec, at->name) || str_eq(path, p->executable);
	if (!pack_read_head(at->real.n ? at->real : path, at->real.n == 0, &head, p->e)) return false;
	bool library = str_ends(base, S(".so")) || str_contains(base, S(".so."));
	if (head.crlf && wanted) return pack_refuse_crlf(path, p->e);
	if (head.crlf) {
		note_add(p->notes, NOTE_WARNING, "crlf-shebang", "the \"#!\" line of " STR_FMT " ends in CR LF: Lambda cannot run it",
		         STR_ARG(path));
		note_help(p->notes, "save it with LF line ends");
	}
	item->mode = wanted || head.shebang || (head.elf && !library) ? 0755 : 0644;
	return true;
}

static bool add_file(struct pack *p, const struct place *at, const struct io_stat *st)
{
	if (!check_not_output(p, at->path, st) || !check_count(p, at->path)) return false;
	struct zip_pack_item item = { .name = stored_name(p, at->name), .kind = ZIP_PACK_FILE, .path = at->path };
	item.real = at->real;
	item.size = st->size;
	item.inode = st->inode;
	item.mtime_ns = st->mtime_ns;
	item.ctime_ns = st->ctime_ns;
	if (!set_mode(p, at, &item)) return false;
	*vec_push(p->a, &p->items) = item;
	return true;
}

/* --- links --- */

/* A link that is kept must lead to something inside the package, or into /opt, where layers are. ".." may stand at the beginning alone:
 * behind the name of another link it would lead to a place that only the file system knows. */
static bool leads_inside(const struct pack *p, str name, str target)
{
	str rest = target, part;
	bool down = false;
	for (bool more = true; more;) {
		more = str_cut(rest, '/', &part, &rest);
		bool up = str_eq(part, S(".."));
		if (up && down) return false;
		down = down || (!up && part.n > 0 && !str_eq(part, S(".")));
	}
	if (path_is_absolute(target)) return str_starts(target, S("/opt/"));
	str end = path_clean(p->a, arena_fmt(p->a, STR_FMT "/" STR_FMT, STR_ARG(path_dir(name)), STR_ARG(target)));
	return !str_eq(end, S("..")) && !str_starts(end, S("../"));
}

static bool check_link_target(const struct pack *p, const struct place *at, str target)
{
	if (leads_inside(p, stored_name(p, at->name), target)) return true;
	err_set(p->e, ERR_FORMAT, "pack-link", "a symbolic link leads out of the package, to `" STR_FMT "`", STR_ARG(target));
	err_where(p->e, STR_FMT, STR_ARG(at->path));
	return err_help(p->e, "pack what it leads to with --symlinks follow, or leave it out with --exclude");
}

static bool keep_link(struct pack *p, const struct place *at)
{
	char text[LINK_TEXT_MAX];
	ssize_t n = readlink(at->path.p, text, sizeof text);
	if (n <= 0 || n == (ssize_t)sizeof text) {
		err_sys(p->e, ERR_IO, "read", n < 0 ? errno : ENAMETOOLONG, "cannot read a symbolic link");
		return err_where(p->e, STR_FMT, STR_ARG(at->path));
	}
	str target = arena_str(p->a, (str){ text, (size_t)n });
	if (!check_link_target(p, at, target) || !check_count(p, at->path)) return false;
	*vec_push(p->a, &p->items) = (struct zip_pack_item){
		.name = stored_name(p, at->name), .kind = ZIP_PACK_BYTES, .mode = PACK_LINK_MODE, .bytes = target, .path = at->path
	};
	return true;
}

static bool refuse_link(const struct pack *p, const struct place *at)
{
	err_set(p->e, ERR_FORMAT, "pack-link", "a symbolic link is among the files");
	err_where(p->e, STR_FMT, STR_ARG(at->path));
	err_why(p->e, "a zip that is unpacked elsewhere may not have what it leads to");
	return err_help(p->e, "--symlinks follow packs what it leads to, --symlinks keep the link itself; --exclude leaves it out");
}

/* --- folders --- */

static bool check_depth(struct pack *p, const struct place *at, const struct folder *self)
{
	bool loop = false;
	for (const struct folder *f = at->parent; f; f = f->parent)
		loop = loop || (f->device == self->device && f->inode == self->inode);
	if (!loop && at->depth <= DEPTH_MAX && ++p->folders <= NAMES_MAX) return true;
	if (loop)
		err_set(p->e, ERR_FORMAT, "pack-depth", "a symbolic link leads to a folder that it is in");
	else if (at->depth > DEPTH_MAX)
		err_set(p->e, ERR_FORMAT, "pack-depth", "folders are nested more than %d deep", DEPTH_MAX);
	else
		err_set(p->e, ERR_FORMAT, "pack-depth", "there are more than %d folders", NAMES_MAX);
	err_where(p->e, STR_FMT, STR_ARG(at->path));
	return err_help(p->e, "leave it out with --exclude");
}

static bool add_folder(struct pack *p, const struct place *at, const struct io_stat *st)
{
	struct str_list names = { 0 };
	struct folder self = { at->parent, st->device, st->inode };
	str real = at->real;
	if (!check_depth(p, at, &self)) return false;
	if (at->named && !check_output_outside(p, at)) return false;
	if (at->named && p->request->links != PACK_LINKS_FOLLOW && !real_folder(p, at->path.n ? at->path : S("."), &real))
		return false;
	if (!io_list(p->a, at->path.n ? at->path.p : ".", NAMES_MAX, &names, p->e)) return false;
	for (size_t i = 0; i < names.n; i++) {
		struct place below = { .path = at->path.n ? path_join(p->a, at->path, names.p[i]) : names.p[i],
			                   .depth = at->depth + 1,
			                   .parent = &self };
		below.name = at->name.n ? path_join(p->a, at->name, names.p[i]) : names.p[i];
		if (real.n) below.real = path_join(p->a, real, names.p[i]);
		if (!add_path(p, &below)) return false;
	}
	return true;
}

static bool add_path(struct pack *p, const struct place *at)
{
	struct io_stat st;
	enum pack_links links = p->request->links;
	bool executable = at->named && p->executable.n && str_eq(at->path, p->executable);
	if (links == PACK_LINKS_UNSET) links = at->named ? PACK_LINKS_FOLLOW : PACK_LINKS_REFUSE;
	/* A link in its place would start nothing when it leads to a file that has another name here, or none. */
	if (links == PACK_LINKS_KEEP && executable) links = PACK_LINKS_FOLLOW;
	if (at->name.n && !executable && matches(&p->request->exclude, at->name)) return true;
	if (!io_lstat(at->path.n ? at->path.p : ".", &st, p->e)) return false;
	if (st.is_symlink) {
		if (links == PACK_LINKS_REFUSE) return refuse_link(p, at);
		if (links == PACK_LINKS_KEEP) return keep_link(p, at);
		if (!io_stat(at->path.p, &st, p->e)) return false;
	}
	if (!st.exists) {
		err_set(p->e, ERR_IO, "not-found", "cannot read `" STR_FMT "`", STR_ARG(at->path));
		return err_why(p->e, "%s", strerror(ENOENT));
	}
	if (st.is_dir) return add_folder(p, at, &st);
	return st.is_regular ? add_file(p, at, &st) : refuse_special(p, at->path);
}

/* --- command-line words --- */

static bool bad_name(const struct pack *p, str word, const char *why, const char *help)
{
	err_set(p->e, ERR_FORMAT, "pack-name", "`" STR_FMT "` cannot be stored under this name", STR_ARG(word));
	err_why(p->e, "%s", why);
	return err_help(p->e, "%s", help);
}

/* "./a//b/" -> "a/b". */
static bool name_of_word(const struct pack *p, str word, str *out)
{
	if (path_is_absolute(word))
		return bad_name(p, word, "names in a package are relative", "run in its folder: lamina zip -C FOLDER ...");
	str rest = word, part;
	for (bool more = true; more;) {
		more = str_cut(rest, '/', &part, &rest);
		if (str_eq(part, S("..")))
			return bad_name(p, word, "it leads out of the package",
			                "run in the folder that holds it: lamina zip -C FOLDER ...");
	}
	str clean = path_clean(p->a, word);
	*out = str_eq(clean, S(".")) ? (str){ 0 } : clean;
	return true;
}

static bool add_word(struct pack *p, str word, bool first)
{
	struct place at = { .path = first && p->executable.n ? p->executable : arena_str(p->a, word), .named = true };
	if (first && p->executable.n)
		at.name = path_base(path_clean(p->a, word));
	else if (!name_of_word(p, word, &at.name))
		return false;
	return add_path(p, &at);
}

/* --- the whole --- */

static int by_name(const void *a, const void *b)
{
	const struct zip_pack_item *x = a, *y = b;
	return str_cmp(x->name, y->name);
}

static const struct zip_pack_item *find(const struct pack *p, str name)
{
	struct zip_pack_item key = { .name = name };
	return p->items.n ? bsearch(&key, p->items.p, p->items.n, sizeof *p->items.p, by_name) : NULL;
}

static bool collision(const struct pack *p, str name, str one, str other)
{
	err_set(p->e, ERR_FORMAT, "collision", "two inputs would be stored as `" STR_FMT "`", STR_ARG(name));
	err_why(p->e, STR_FMT " and " STR_FMT, STR_ARG(one), STR_ARG(other));
	return err_help(p->e, "rename one of them, or leave one out");
}

static bool check_folders_of(const struct pack *p, const struct zip_pack_item *item)
{
	for (size_t k = 0; k < item->name.n; k++) {
		if (item->name.p[k] != '/') continue;
		const struct zip_pack_item *file = find(p, str_slice(item->name, 0, k));
		if (file) return collision(p, file->name, file->path, item->path);
	}
	return true;
}

/* Is there a file of this name, or one below it? */
static bool is_packed(const struct pack *p, str name)
{
	str below = arena_join(p->a, name, S("/"));
	size_t low = 0, high = p->items.n;
	if (name.n == 0 || str_eq(name, S(".")) || find(p, name)) return true;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (str_cmp(p->items.p[mid].name, below) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < p->items.n && str_starts(p->items.p[low].name, below);
}

static void warn_of_dangling_links(struct pack *p)
{
	for (size_t i = 0; i < p->items.n; i++) {
		const struct zip_pack_item *item = &p->items.p[i];
		if (item->mode != PACK_LINK_MODE || path_is_absolute(item->bytes)) continue;
		str end = path_clean(p->a, arena_fmt(p->a, STR_FMT "/" STR_FMT, STR_ARG(path_dir(item->name)), STR_ARG(item->bytes)));
		if (is_packed(p, end)) continue;
		note_add(p->notes, NOTE_WARNING, "link-dangling",
		         "the symbolic link " STR_FMT " leads to " STR_FMT ", which is not packed", STR_ARG(item->name), STR_ARG(end));
		note_help(p->notes, "pack that, too, or what it leads to with --symlinks follow");
	}
}

static bool check_names(const struct pack *p)
{
	for (size_t i = 0; i < p->items.n; i++) {
		const struct zip_pack_item *item = &p->items.p[i];
		if (!zip_pack_name(p->output, item->name, p->e)) return err_help(p->e, "rename it, or leave it out with --exclude");
		if (i > 0 && str_eq(item[-1].name, item->name)) return collision(p, item->name, item[-1].path, item->path);
		if (!check_folders_of(p, item)) return false;
	}
	return true;
}

static bool add_bootstrap(struct pack *p)
{
	str own = path_base(path_clean(p->a, p->executable));
	if (p->executable.n == 0 || p->request->prefix.n || str_eq(own, S("bootstrap"))) return true;
	for (size_t i = 0; i < p->items.n; i++) {
		if (!str_eq(p->items.p[i].name, S("bootstrap"))) continue;
		err_set(p->e, ERR_FORMAT, "bootstrap-clash",
		        "`bootstrap` cannot be a link to `" STR_FMT "`: there is a file of that name", STR_ARG(own));
		err_where(p->e, STR_FMT, STR_ARG(p->items.p[i].path));
		return err_help(p->e, "name `bootstrap` first, or leave it out");
	}
	*vec_push(p->a, &p->items) = (struct zip_pack_item){
		.name = S("bootstrap"), .kind = ZIP_PACK_BYTES, .mode = PACK_LINK_MODE, .bytes = own, .path = p->executable
	};
	return true;
}

bool pack_collect(struct pack *p)
{
	for (size_t i = 0; i < p->files.n; i++)
		if (!add_word(p, p->files.p[i], i == 0)) return false;
	if (!add_bootstrap(p)) return false;
	if (p->items.n > 1) qsort(p->items.p, p->items.n, sizeof *p->items.p, by_name);
	if (!check_names(p)) return false;
	warn_of_dangling_links(p);
	return true;
}
