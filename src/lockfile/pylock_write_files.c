/* pylock_write_files.c: where a package's files are, and what proves them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/io.h"
#include "lockfile/pylock_write_parts.h"
#include "lockfile/reader.h"

/* --- places --- */

/* The way from a folder to a path, both absolute and clean. */
static str way_to(struct arena *a, str folder, str path)
{
	size_t same = 0; /* end of the last part that both have */
	for (size_t i = 0;; i++) {
		bool folder_ends = i == folder.n || folder.p[i] == '/', path_ends = i == path.n || path.p[i] == '/';
		if (folder_ends && path_ends) same = i;
		if (i == folder.n || i == path.n || folder.p[i] != path.p[i]) break;
	}
	str up = str_from_pos(folder, same), down = str_from_pos(path, same);
	while (str_at(down, 0) == '/') down = str_from_pos(down, 1);
	str out = { 0 };
	for (size_t i = 0; i < up.n; i++)
		if (up.p[i] != '/' && (i == 0 || up.p[i - 1] == '/')) out = arena_join(a, out, S("../"));
	out = arena_join(a, out, down);
	return out.n ? out : S(".");
}

bool pylock_path_from(struct arena *a, str folder, str path, str *out, struct err *e)
{
	str from, to;
	if (!path_absolute(a, folder.n ? folder : S("."), &from, e) || !path_absolute(a, path, &to, e)) return false;
	*out = way_to(a, from, to);
	return true;
}

static bool place_from(struct pylock_writer *w, str path, str *out)
{
	return pylock_path_from(w->a, w->folder, path, out, w->e);
}

/* RFC 3986: what stands before the last "@" of the authority. */
static str without_login(struct arena *a, str url)
{
	size_t scheme = str_find(url, S("://"));
	if (scheme == STR_NONE) return url;
	size_t from = scheme + 3, end = from;
	while (end < url.n && url.p[end] != '/' && url.p[end] != '?' && url.p[end] != '#') end++;
	size_t at = str_rchr(str_slice(url, from, end), '@');
	if (at == STR_NONE) return url;
	return arena_join(a, str_slice(url, 0, from), str_from_pos(url, from + at + 1));
}

static str without_fragment(str url) { return str_slice(url, 0, str_chr(url, '#')); }

/* `url = "..."` or `path = "..."`, in front of a comma. A file: URL is a path. */
static bool add_place(struct pylock_writer *w, const struct locked_file *f)
{
	str path = f->path, url = without_fragment(without_login(w->a, f->url));
	if (path.n == 0 && str_istarts(url, S("file:")) && !url_local_path(w->a, url, &path)) path = (str){ 0 };
	if (path.n) {
		if (!place_from(w, path, &path)) return false;
		buf_add_str(w->out, S("path = "));
		pylock_add_string(w->out, path);
	} else {
		buf_add_str(w->out, S("url = "));
		pylock_add_string(w->out, url);
	}
	return true;
}

/* --- facts --- */

static bool digits(str s, size_t from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!ascii_digit(str_at(s, from + i))) return false;
	return true;
}

/* The page wants UTC with a "Z": "2024-05-20T21:33:24.123456Z". What an index writes otherwise is not worth a conversion. */
static bool is_utc_time(str t)
{
	if (t.n < 20 || t.n > 30 || !str_ends(t, S("Z"))) return false;
	static const char form[] = "....-..-..T..:..:..";
	for (size_t i = 0; i < sizeof form - 1; i++)
		if (form[i] == '.' ? !ascii_digit(t.p[i]) : t.p[i] != form[i]) return false;
	if (t.n == 20) return true;
	return t.n > 21 && t.p[19] == '.' && digits(t, 20, t.n - 21);
}

static void add_hashes(struct pylock_writer *w, const struct locked_file *f)
{
	bool first = true;
	buf_add_str(w->out, S("hashes = { "));
	if (f->has_sha256) {
		char hex[SHA256_HEX + 1];
		sha256_hex(&f->sha256, hex);
		buf_addf(w->out, "sha256 = \"%s\"", hex);
		first = false;
	}
	struct str_list others = { 0 };
	for (size_t i = 0; i < f->other_hashes.n; i++) *vec_push(w->a, &others) = f->other_hashes.p[i];
	str_list_sort(&others);
	for (size_t i = 0; i < others.n; i++) {
		str algorithm, hex;
		if (!str_cut(others.p[i], ':', &algorithm, &hex) || (f->has_sha256 && str_eq(algorithm, S("sha256")))) continue;
		buf_addf(w->out, "%s" STR_FMT " = ", first ? "" : ", ", STR_ARG(algorithm));
		pylock_add_string(w->out, hex);
		first = false;
	}
	buf_add_str(w->out, S(" }"));
}

static void add_size_and_hashes(struct pylock_writer *w, const struct locked_file *f)
{
	if (f->has_size) buf_addf(w->out, ", size = %llu", (unsigned long long)f->size);
	buf_add_str(w->out, S(", "));
	add_hashes(w, f);
}

static bool add_distribution(struct pylock_writer *w, const struct resolved_file *f)
{
	buf_add_str(w->out, S("{ name = "));
	pylock_add_string(w->out, f->locked.file);
	if (is_utc_time(f->upload_time)) buf_addf(w->out, ", upload-time = " STR_FMT, STR_ARG(f->upload_time));
	buf_add_str(w->out, S(", "));
	if (!add_place(w, &f->locked)) return false;
	add_size_and_hashes(w, &f->locked);
	buf_add_str(w->out, S(" }"));
	return true;
}

/* --- packages --- */

static int by_file(const struct resolved_file *x, const struct resolved_file *y)
{
	return str_cmp(x->locked.file, y->locked.file);
}

/* In the order of their names, whatever order they came in. Few: insertion. */
static void sort_files(const struct resolved_file **files, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k > 0 && by_file(files[k], files[k - 1]) < 0; k--) {
			const struct resolved_file *f = files[k];
			files[k] = files[k - 1];
			files[k - 1] = f;
		}
}

static bool add_indexed(struct pylock_writer *w, const struct resolved_package *p)
{
	const struct resolved_file **files = arena_array(w->a, const struct resolved_file *, p->files.n);
	size_t wheels = 0;
	if (p->index.n && !str_istarts(p->index, S("file:"))) {
		buf_add_str(w->out, S("index = "));
		pylock_add_string(w->out, without_login(w->a, p->index));
		buf_add_char(w->out, '\n');
	}
	for (size_t i = 0; i < p->files.n; i++) files[i] = &p->files.p[i];
	sort_files(files, p->files.n);
	for (size_t i = 0; i < p->files.n; i++) {
		wheels += files[i]->locked.kind == LOCKED_WHEEL;
		if (files[i]->locked.kind == LOCKED_WHEEL) continue;
		buf_add_str(w->out, S("sdist = "));
		if (!add_distribution(w, files[i])) return false;
		buf_add_char(w->out, '\n');
		break; /* the format has room for one */
	}
	if (wheels) buf_add_str(w->out, S("wheels = [\n"));
	for (size_t i = 0; i < p->files.n; i++) {
		if (files[i]->locked.kind != LOCKED_WHEEL) continue;
		buf_add_str(w->out, S("    "));
		if (!add_distribution(w, files[i])) return false;
		buf_add_str(w->out, S(",\n"));
	}
	if (wheels) buf_add_str(w->out, S("]\n"));
	return true;
}

static void add_subdirectory(struct pylock_writer *w, const struct locked_file *f)
{
	if (f->subdirectory.n == 0) return;
	buf_add_str(w->out, S(", subdirectory = "));
	pylock_add_string(w->out, f->subdirectory);
}

static bool add_vcs(struct pylock_writer *w, const struct locked_file *f)
{
	str url = without_fragment(without_login(w->a, f->url)), type = S("git");
	size_t plus = str_chr(str_slice(url, 0, str_chr(url, ':')), '+');
	if (plus != STR_NONE) {
		type = str_slice(url, 0, plus);
		url = str_from_pos(url, plus + 1);
	}
	buf_add_str(w->out, S("vcs = { type = "));
	pylock_add_string(w->out, type);
	buf_add_str(w->out, S(", url = "));
	pylock_add_string(w->out, url);
	buf_add_str(w->out, S(", commit-id = "));
	pylock_add_string(w->out, f->vcs_reference);
	add_subdirectory(w, f);
	buf_add_str(w->out, S(" }\n"));
	return true;
}

static bool add_directory(struct pylock_writer *w, const struct locked_file *f)
{
	str path;
	if (!place_from(w, f->path.n ? f->path : S("."), &path)) return false;
	buf_add_str(w->out, S("directory = { path = "));
	pylock_add_string(w->out, path);
	if (f->editable) buf_add_str(w->out, S(", editable = true"));
	add_subdirectory(w, f);
	buf_add_str(w->out, S(" }\n"));
	return true;
}

/* A wheel or other archive that was asked for by its address. */
static bool add_archive(struct pylock_writer *w, const struct locked_file *f)
{
	buf_add_str(w->out, S("archive = { "));
	if (!add_place(w, f)) return false;
	add_size_and_hashes(w, f);
	add_subdirectory(w, f);
	buf_add_str(w->out, S(" }\n"));
	return true;
}

bool pylock_add_files(struct pylock_writer *w, const struct resolved_package *p)
{
	const struct locked_file *first = &p->files.p[0].locked;
	if (p->files.n == 1 && first->kind == LOCKED_VCS) return add_vcs(w, first);
	if (p->files.n == 1 && first->kind == LOCKED_DIRECTORY) return add_directory(w, first);
	if (p->files.n == 1 && (first->kind == LOCKED_ARCHIVE || p->index.n == 0)) return add_archive(w, first);
	return add_indexed(w, p);
}
