/* catalog_names.c: which version and tags a file of a page has.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A page of thousands of wheels has few names, tags and versions: each part of a file name is judged once (by wheel_name.h, in a
 * name that is otherwise known to be good) and then looked up. */
#include "base/map.h"
#include "index/catalog_codec.h"
#include "python/name.h"
#include "python/wheel_name.h"

void name_reader_begin(struct name_reader *r, struct arena *a, str project)
{
	*r = (struct name_reader){ .arena = a, .project = project };
	map_init(&r->spellings, a);
	map_init(&r->tags, a);
	map_init(&r->names, a);
}

static bool parses(struct arena *a, str file)
{
	struct wheel_name w;
	struct err ignored = { 0 };
	struct arena_mark mark = arena_mark(a);
	bool ok = wheel_name_parse(a, file, &w, &ignored);
	arena_rewind(a, mark);
	return ok;
}

/* The key's place; a new key is copied, since files do not live long. */
static void **keep(struct map *m, str key, bool *added)
{
	void **place = map_put(m, key, added);
	if (*added) m->entries[m->n - 1].key = arena_str(m->arena, key);
	return place;
}

static const char yes[] = "yes", no[] = "no";

/* The first part of a wheel's name. */
static bool name_fits(struct name_reader *r, str name)
{
	bool added;
	void **place = keep(&r->names, name, &added);
	if (added) {
		bool fits =
		    name_same(name, r->project) && parses(r->arena, arena_fmt(r->arena, STR_FMT "-1-py3-none-any.whl", STR_ARG(name)));
		*place = (void *)(uintptr_t)(fits ? yes : no);
	}
	return *place == yes;
}

static bool tags_fit(struct name_reader *r, str tags, str *lower)
{
	bool added;
	void **place = keep(&r->tags, tags, &added);
	if (added) {
		str *low = arena_new(r->arena, str);
		if (parses(r->arena, arena_fmt(r->arena, "x-1-" STR_FMT ".whl", STR_ARG(tags)))) *low = arena_lower(r->arena, tags);
		*place = low;
	}
	*lower = *(str *)*place;
	return lower->n > 0;
}

static struct spelling *spelling_of(struct name_reader *r, str text)
{
	bool added;
	void **place = keep(&r->spellings, text, &added);
	if (!added) return *place;
	text = r->spellings.entries[r->spellings.n - 1].key;
	struct spelling *s = arena_new(r->arena, struct spelling);
	*place = s;
	/* wheel_name.h knows how "%2B" stands for "+" in file names. */
	struct sdist_name sdist;
	struct err ignored = { 0 };
	if (str_chr(text, '%') != STR_NONE) {
		str file = arena_fmt(r->arena, "x-" STR_FMT ".zip", STR_ARG(text));
		text = sdist_name_parse(r->arena, file, &sdist, &ignored) ? sdist.version : S("");
	}
	s->good = version_parse(r->arena, text, &s->version, NULL);
	if (!s->good) return s;
	s->normal = version_normal(r->arena, &s->version);
	*vec_push(r->arena, &r->versions) = s;
	return s;
}

static bool read_wheel(struct name_reader *r, str file, struct file_kind *out)
{
	str stem = str_slice(file, 0, file.n - 4), name, rest, version;
	if (file.n > WHEEL_NAME_MAX || !str_cut(stem, '-', &name, &rest) || !str_cut(rest, '-', &version, &rest)) return false;
	size_t dashes = 0;
	for (size_t i = 0; i < rest.n; i++) dashes += rest.p[i] == '-';
	if (dashes == 3) {
		str build;
		str_cut(rest, '-', &build, &rest);
		if (!ascii_digit(str_at(build, 0))) return false;
		/* Printable ASCII, as in the rest of the name. */
		for (size_t i = 0; i < build.n; i++)
			if (build.p[i] < ' ' || build.p[i] > '~' || build.p[i] == '\\' || build.p[i] == '/') return false;
	} else if (dashes != 2) {
		return false;
	}
	if (!name_fits(r, name) || !tags_fit(r, rest, &out->tags)) return false;
	out->spelling = spelling_of(r, version);
	out->is_wheel = true;
	return out->spelling->good;
}

/* "a-b-1.0-2": the version begins where the project's name ends. */
static bool read_source(struct name_reader *r, str stem, struct file_kind *out)
{
	for (size_t at = 0; at < stem.n && at <= NAME_MAX_BYTES; at++) {
		if (stem.p[at] != '-' || !name_same(str_slice(stem, 0, at), r->project)) continue;
		out->spelling = spelling_of(r, str_from_pos(stem, at + 1));
		if (out->spelling->good) return true;
	}
	return false;
}

bool name_reader_read(struct name_reader *r, str file, struct file_kind *out)
{
	static const struct {
		str end;
		bool sdist;
	} ends[] = { { { ".tar.gz", 7 }, true },  { { ".zip", 4 }, true },  { { ".tar.bz2", 8 }, false },
		         { { ".tar.xz", 7 }, false }, { { ".tgz", 4 }, false }, { { ".tar.Z", 6 }, false } };
	*out = (struct file_kind){ 0 };
	if (str_ends(file, S(".whl"))) return read_wheel(r, file, out);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		if (!str_ends(file, ends[i].end)) continue;
		out->is_sdist = ends[i].sdist;
		return read_source(r, str_slice(file, 0, file.n - ends[i].end.n), out);
	}
	return false;
}
