/* source_git.c: git's index.
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/source_git.h"

#include <string.h>

#define NAME_MAX_BYTES 4096
#define FIXED          40 /* times, device, inode, mode, owner, size */
#define FLAG_EXTENDED  0x4000
#define HEADER         12

struct index {
	str bytes; /* without the checksum */
	size_t at, id_size;
	uint32_t version;
	char name[NAME_MAX_BYTES];
	size_t name_n;
};

static uint32_t be32(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;
	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

static size_t left(const struct index *x) { return x->bytes.n - x->at; }

/* Version 4: how many bytes of the name before do not count; each further byte counts from where the shorter ones end. */
static bool take_varint(struct index *x, size_t *out)
{
	size_t value = 0;
	for (unsigned i = 0; i < 4 && left(x); i++) {
		unsigned char c = (unsigned char)x->bytes.p[x->at++];
		value = value << 7 | (c & 127);
		if (!(c & 128)) return *out = value, true;
		value++;
	}
	return false;
}

/* Everything of an entry before its name. */
static bool take_fixed(struct index *x, size_t *start)
{
	size_t n = FIXED + x->id_size + 2;
	*start = x->at;
	if (left(x) < n) return false;
	unsigned char high = (unsigned char)x->bytes.p[x->at + n - 2];
	x->at += n;
	if (!(high & FLAG_EXTENDED >> 8)) return true;
	if (x->version < 3 || left(x) < 2) return false;
	x->at += 2;
	return true;
}

static bool take_name(struct index *x)
{
	size_t start, drop = 0;
	if (!take_fixed(x, &start)) return false;
	if (x->version == 4 && (!take_varint(x, &drop) || drop > x->name_n)) return false;
	size_t keep = x->version == 4 ? x->name_n - drop : 0;
	const char *from = x->bytes.p + x->at, *nul = left(x) ? memchr(from, 0, left(x)) : NULL;
	if (!nul) return false;
	size_t n = (size_t)(nul - from);
	if (keep + n > NAME_MAX_BYTES) return false;
	memcpy(x->name + keep, from, n);
	x->name_n = keep + n;
	x->at += n + 1;
	if (x->version == 4) return true;
	/* One to eight NULs make the entry's length a multiple of eight. */
	size_t padded = (x->at - 1 - start + 8) & ~(size_t)7;
	if (padded > x->bytes.n - start) return false;
	x->at = start + padded;
	return true;
}

static const char *check_extensions(struct index *x)
{
	while (left(x)) {
		if (left(x) < 8) return "the index is damaged";
		str kind = str_slice(x->bytes, x->at, x->at + 4);
		uint32_t n = be32(x->bytes.p + x->at + 4);
		x->at += 8;
		if (n > left(x)) return "the index is damaged";
		if (str_eq(kind, S("link"))) return "the index is split";
		if (str_eq(kind, S("sdir"))) return "the index is sparse";
		if (!ascii_upper(kind.p[0])) return "the index has an extension that is not known here";
		x->at += n;
	}
	return NULL;
}

const char *git_index_paths(struct arena *a, str index, size_t id_size, str below, struct str_list *paths)
{
	struct index x = { .id_size = id_size };
	struct str_list found = { 0 };
	size_t total = 0;
	bool unnamed = false; /* in a split index alone */
	if (index.n > GIT_INDEX_MAX) return "the index is too large";
	if (index.n < HEADER + id_size || !str_starts(index, S("DIRC"))) return "the index is damaged";
	x.bytes = str_slice(index, 0, index.n - id_size);
	x.version = be32(index.p + 4);
	x.at = HEADER;
	if (x.version < 2 || x.version > 4) return "the index is of another version";
	for (uint32_t i = be32(index.p + 8); i > 0; i--) {
		if (!take_name(&x)) return "the index is damaged";
		str name = { x.name, x.name_n };
		unnamed |= !name.n;
		if (!str_starts(name, below) || name.n == below.n) continue;
		total += name.n;
		if (total > GIT_PATHS_MAX) return "the index names too many files";
		*vec_push(a, &found) = arena_str(a, str_from_pos(name, below.n));
	}
	const char *why = check_extensions(&x);
	if (!why && unnamed) why = "the index is damaged";
	if (!why) *paths = found;
	return why;
}
