/* zip_names.c: the rules for names, one by one and against each other.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Clashes are found by sorting with "/" below every other byte: then what lies under "a/" follows "a" at once, so that one look
 * at neighbours finds both equal names and a file that is a folder of another. */
#include "zip/zip_names.h"

#include <stdlib.h>
#include <string.h>

bool zip_name_is_control(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c <= 0x9f)) return true;
	/* U+200E/F marks, U+202A-E embeddings and overrides, U+2066-9 isolates (Unicode UAX #9), U+061C */
	return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static bool check_characters(const struct zip_place *place, bool utf8_flag, struct err *e)
{
	str name = place->name;
	bool ascii = true;
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];
		if (c < 0x20 || c == 0x7f)
			return zip_refuse(place, "zip-name-control", e, "the name of an entry has the control character 0x%02x", c);
		if (c == '\\') return zip_refuse(place, "zip-name-backslash", e, "the name of an entry has a backslash");
		if (c >= 0x80) ascii = false;
	}
	if (ascii) return true;
	if (!utf8_valid(name)) return zip_refuse(place, "zip-name-utf8", e, "the name of an entry is not valid UTF-8");
	if (!utf8_flag)
		return zip_refuse(place, "zip-name-encoding", e,
		                  "the name of an entry has non-ASCII characters, but is not marked as UTF-8 (bit 11)");
	uint32_t c;
	for (size_t at = 0; utf8_next(name, &at, &c);) {
		if (zip_name_is_control(c))
			return zip_refuse(place, "zip-name-control", e, "the name of an entry has the control character U+%04X",
			                  (unsigned)c);
	}
	return true;
}

static bool check_part(const struct zip_place *place, str part, struct err *e)
{
	if (str_empty(part)) return zip_refuse(place, "zip-name-empty-part", e, "the name of an entry has an empty part (\"//\")");
	if (str_eq(part, S("..")))
		return zip_refuse(place, "zip-name-dotdot", e, "the name of an entry leads out of its folder (\"..\")");
	if (str_eq(part, S("."))) return zip_refuse(place, "zip-name-dot", e, "the name of an entry has the part \".\"");
	if (part.n > ZIP_NAME_PART_MAX)
		return zip_refuse(place, "zip-name-long", e, "a part of an entry's name has %zu bytes, more than %d", part.n,
		                  ZIP_NAME_PART_MAX);
	return true;
}

bool zip_name_check(const struct zip_place *place, bool utf8_flag, size_t name_max, struct err *e)
{
	str name = place->name;
	if (str_empty(name)) return zip_refuse(place, "zip-name-empty", e, "an entry has no name");
	if (name.n > name_max)
		return zip_refuse(place, "zip-name-long", e, "the name of an entry has %zu bytes, more than %zu", name.n, name_max);
	if (!check_characters(place, utf8_flag, e)) return false;
	if (name.p[0] == '/') return zip_refuse(place, "zip-name-absolute", e, "the name of an entry is an absolute path");
	if (ascii_alpha(name.p[0]) && str_at(name, 1) == ':')
		return zip_refuse(place, "zip-name-drive", e, "the name of an entry begins with a drive letter");
	size_t end = name.n - (name.p[name.n - 1] == '/' ? 1 : 0); /* a folder's slash is no part */
	for (size_t from = 0, i = 0; i <= end; i++) {
		if (i < end && name.p[i] != '/') continue;
		if (!check_part(place, str_slice(name, from, i), e)) return false;
		from = i + 1;
	}
	return true;
}

/* Rank of a byte for sorting: "/" comes before all others. */
static unsigned rank(unsigned char c, bool fold)
{
	if (c == '/') return 0;
	return 1u + (fold ? (unsigned char)ascii_tolower((char)c) : c);
}

static int compare(str a, str b, bool fold)
{
	size_t n = a.n < b.n ? a.n : b.n;
	for (size_t i = 0; i < n; i++) {
		if (a.p[i] == b.p[i]) continue;
		unsigned x = rank((unsigned char)a.p[i], fold), y = rank((unsigned char)b.p[i], fold);
		if (x != y) return x < y ? -1 : 1;
	}
	return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

static const struct zip_entry *entry_of(const void *p) { return *(const struct zip_entry *const *)p; }

/* Equal names keep the order of the directory, so that the refusal always names the later one. */
static int by_name(const void *p, const void *q)
{
	const struct zip_entry *a = entry_of(p), *b = entry_of(q);
	int c = compare(a->name, b->name, false);
	return c != 0 ? c : a < b ? -1 : a > b ? 1 : 0;
}

static int by_folded_name(const void *p, const void *q)
{
	const struct zip_entry *a = entry_of(p), *b = entry_of(q);
	int c = compare(a->name, b->name, true);
	return c != 0 ? c : a < b ? -1 : a > b ? 1 : 0;
}

static bool check_neighbours(const struct zip_archive *z, const uint64_t *at, const struct zip_entry *a,
                             const struct zip_entry *b, struct err *e)
{
	struct zip_place place = { z->path, b->name, at[b - z->entries] };
	if (str_eq(a->name, b->name)) return zip_refuse(&place, "zip-duplicate-name", e, "two entries have the same name");
	if (!a->is_dir && b->name.n > a->name.n && b->name.p[a->name.n] == '/' && str_starts(b->name, a->name))
		return zip_refuse(&place, "zip-file-and-directory", e, "the folder of an entry is itself a file of the archive");
	return true;
}

bool zip_name_clashes(struct zip_archive *z, const uint64_t *at, struct err *e)
{
	if (z->n < 2) return true;
	struct arena scratch = { 0 };
	const struct zip_entry **sorted = arena_array(&scratch, const struct zip_entry *, z->n);
	for (size_t i = 0; i < z->n; i++) sorted[i] = &z->entries[i];
	qsort(sorted, z->n, sizeof *sorted, by_name);
	bool ok = true;
	for (size_t i = 1; ok && i < z->n; i++) ok = check_neighbours(z, at, sorted[i - 1], sorted[i], e);
	if (ok) {
		qsort(sorted, z->n, sizeof *sorted, by_folded_name);
		for (size_t i = 1; i < z->n && str_empty(z->case_variant[0]); i++) {
			if (compare(sorted[i - 1]->name, sorted[i]->name, true) != 0) continue;
			z->case_variant[0] = sorted[i - 1]->name;
			z->case_variant[1] = sorted[i]->name;
		}
	}
	arena_release(&scratch);
	return ok;
}
