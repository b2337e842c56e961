/* catalog_direct.c: a file that no index lists, as a project of its own.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/io.h"
#include "index/catalog_parts.h"
#include "net/url.h"
#include "python/wheel_name.h"

/* Absolute, without fragment; what the fragment says of the digest. */
static bool address(struct arena *a, str text, str *url, struct index_file *file, struct err *e)
{
	struct url u;
	str path, rest, option;
	if (!url_is_absolute(text)) {
		if (!path_absolute(a, text, &path, e)) return false;
		*url = url_from_path(a, path);
		file->file = path_base(path);
		return true;
	}
	if (!url_parse(a, text, &u, e)) return err_where(e, STR_FMT, STR_ARG(url_display(a, text)));
	size_t hash = str_chr(text, '#');
	*url = arena_str(a, str_slice(text, 0, hash == STR_NONE ? text.n : hash));
	file->file = url_file_name(a, &u);
	rest = u.fragment;
	for (bool more = rest.n > 0; more;) {
		more = str_cut(rest, '&', &option, &rest);
		if (str_istarts(option, S("sha256="))) file->has_sha256 = sha256_from_hex(str_from_pos(option, 7), &file->sha256);
	}
	return true;
}

static bool read_name(struct arena *a, struct catalog_file *file, str *name, struct err *e)
{
	struct wheel_name wheel;
	struct sdist_name sdist;
	file->is_wheel = str_ends(file->index.file, S(".whl"));
	if (file->is_wheel) {
		if (!wheel_name_parse(a, file->index.file, &wheel, e)) return false;
		*name = wheel.name;
		file->version = wheel.version;
		return true;
	}
	file->is_sdist = true;
	if (!sdist_name_parse(a, file->index.file, &sdist, e)) return false;
	*name = sdist.name;
	file->version = sdist.version;
	return true;
}

bool catalog_direct_make(struct page_entry *p, str url_or_path, const struct sha256 *expected, struct err *e)
{
	struct arena *a = &p->catalog->arena;
	struct catalog_file *file = arena_new(a, struct catalog_file);
	struct catalog_release *release = arena_new(a, struct catalog_release);
	str name;
	if (!address(a, url_or_path, &file->index.url, &file->index, e) || !read_name(a, file, &name, e))
		return err_where(e, STR_FMT, STR_ARG(url_display(a, url_or_path)));
	if (expected) {
		file->index.has_sha256 = true;
		file->index.sha256 = *expected;
	}
	if (!version_parse(a, file->version, &release->version, e)) return false;
	release->text = file->version;
	release->count = 1;
	p->project = (struct catalog_project){
		.name = name, .known = true, .releases = release, .n_releases = 1, .files = file, .n_files = 1
	};
	p->begun = p->done = true;
	return true;
}
