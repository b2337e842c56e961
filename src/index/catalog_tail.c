/* catalog_tail.c: one small member of a zip, read from the archive's last bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "index/catalog_tail.h"

#include <string.h>

#include "base/rd.h"
#include "python/metadata.h"
#include "python/name.h"
#include "zip/zip_decode.h"
#include "zip/zip_read.h"
#include "zip/zip_record.h"

/* Deflate cannot make text much longer than it is: five bytes a block of 65,535. */
#define PACKED_MAX (METADATA_MAX + METADATA_MAX / 1000 + 64)
#define SLACK      256 /* for a local extra field that is longer than the directory's */

/* An entry of the directory. */
struct entry {
	str name;
	uint16_t flags, method, extra_n;
	uint32_t crc32, csize, usize, header_at;
};

struct directory {
	uint64_t at, end;
	uint32_t entries;
};

/* The bytes [at, at + n) when one of the pieces has them all. */
static bool view(const struct tail *t, uint64_t at, uint64_t n, str *out)
{
	const struct tail_piece *pieces[] = { &t->end, &t->member };
	for (size_t i = 0; i < 2; i++) {
		const struct tail_piece *p = pieces[i];
		if (at < p->at || at - p->at > p->bytes.n || n > p->bytes.n - (at - p->at)) continue;
		*out = str_slice(p->bytes, (size_t)(at - p->at), (size_t)(at - p->at + n));
		return true;
	}
	return false;
}

/* The end record: the last signature, whose comment ends where the file does. */
static bool find_directory(const struct tail *t, struct directory *out)
{
	str s = t->end.bytes;
	if (t->end.at + s.n != t->size || s.n < ZIP_END_SIZE) return false;
	for (size_t at = s.n - ZIP_END_SIZE + 1; at-- > 0;) {
		if (s.p[at] != 'P') continue;
		struct rd r = rd_over(str_from_pos(s, at));
		if (rd_u32(&r) != ZIP_SIG_END) continue;
		uint16_t disk = rd_u16(&r), first_disk = rd_u16(&r), here = rd_u16(&r), all = rd_u16(&r);
		uint32_t size = rd_u32(&r), offset = rd_u32(&r);
		uint16_t comment = rd_u16(&r);
		uint64_t end = t->end.at + at;
		if (disk || first_disk || here != all || comment != rd_left(&r)) return false;
		if (all == ZIP_MAX16 || size == ZIP_MAX32 || offset == ZIP_MAX32) return false; /* ZIP64 */
		if ((uint64_t)offset + size != end || size > TAIL_DIRECTORY_MAX || all > size / ZIP_CENTRAL_SIZE) return false;
		*out = (struct directory){ offset, end, all };
		return true;
	}
	return false;
}

static bool next_entry(struct rd *r, struct entry *out)
{
	if (rd_u32(r) != ZIP_SIG_CENTRAL) return false;
	rd_skip(r, 4); /* versions */
	out->flags = rd_u16(r);
	out->method = rd_u16(r);
	rd_skip(r, 4); /* time and date */
	out->crc32 = rd_u32(r);
	out->csize = rd_u32(r);
	out->usize = rd_u32(r);
	uint16_t name_n = rd_u16(r);
	out->extra_n = rd_u16(r);
	uint16_t comment_n = rd_u16(r);
	uint16_t disk = rd_u16(r);
	rd_skip(r, 6); /* attributes */
	out->header_at = rd_u32(r);
	out->name = rd_bytes(r, name_n);
	rd_skip(r, (size_t)out->extra_n + comment_n);
	return !r->bad && disk == 0;
}

/* "NAME-VERSION", in any spelling of the name; names may hold dashes, versions begin with a digit (as pipeline/ingest_layout.c). */
static bool belongs_to(str stem, str project)
{
	for (size_t at = 0; at + 1 < stem.n && at <= NAME_MAX_BYTES; at++) {
		if (stem.p[at] != '-') continue;
		char first = stem.p[at + 1];
		if ((ascii_digit(first) || first == 'v') && name_same(str_slice(stem, 0, at), project)) return true;
	}
	return false;
}

bool tail_is_member(str entry, enum tail_member member, str project)
{
	str top, rest;
	if (!str_cut(entry, '/', &top, &rest)) return false;
	if (member == TAIL_SDIST_PKG_INFO) return str_eq(rest, S("PKG-INFO"));
	str ending = S(".dist-info");
	return str_eq(rest, S("METADATA")) && str_ends(top, ending) && belongs_to(str_slice(top, 0, top.n - ending.n), project);
}

/* The directory's one entry that is the member. */
static bool find_member(str bytes, const struct directory *d, enum tail_member member, str project, struct entry *out)
{
	struct rd r = rd_over(bytes);
	bool found = false;
	for (uint32_t i = 0; i < d->entries; i++) {
		struct entry e;
		if (!next_entry(&r, &e)) return false;
		if (!tail_is_member(e.name, member, project)) continue;
		if (found) return false;
		found = true;
		*out = e;
	}
	return found && rd_left(&r) == 0;
}

static bool plain(const struct entry *e, const struct directory *d)
{
	if (e->flags & ~ZIP_FLAGS_KNOWN || e->usize > METADATA_MAX || e->csize > PACKED_MAX) return false;
	if (e->method != ZIP_STORED && e->method != ZIP_DEFLATED) return false;
	if (e->method == ZIP_STORED && e->csize != e->usize) return false;
	return (uint64_t)e->header_at + ZIP_LOCAL_SIZE + e->name.n + e->csize <= d->at;
}

/* --- its bytes --- */

struct inflating {
	str packed;
	bool given;
	char *to;
	size_t n, max;
};

static bool fill(void *context, const unsigned char **p, size_t *n)
{
	struct inflating *i = context;
	*p = (const unsigned char *)i->packed.p;
	*n = i->given ? 0 : i->packed.n;
	i->given = true;
	return true;
}

static bool drain(void *context, const void *bytes, size_t n)
{
	struct inflating *i = context;
	if (n > i->max - i->n) return false;
	memcpy(i->to + i->n, bytes, n);
	i->n += n;
	return true;
}

static bool unpack(struct arena *a, const struct entry *e, str packed, str *out)
{
	char *to = arena_alloc(a, (size_t)e->usize + 1, 1, 1);
	struct inflating i = { .packed = packed, .to = to, .max = e->usize };
	if (e->method == ZIP_STORED) {
		if (packed.n) memcpy(to, packed.p, packed.n);
		i.n = packed.n;
	} else {
		struct zip_decode_io io = { &i, fill, drain };
		uint64_t used;
		if (zip_decode(&io, &used) != ZIP_DECODE_DONE || used != packed.n) return false;
	}
	*out = (str){ to, i.n };
	return i.n == e->usize && zip_crc32(0, to, i.n) == e->crc32;
}

/* Where the stream begins, from the local header. A data descriptor leaves CRC and sizes there empty. */
static bool read_local(str header, const struct entry *e, uint64_t *data_at)
{
	struct rd r = rd_over(header);
	if (rd_u32(&r) != ZIP_SIG_LOCAL) return false;
	rd_skip(&r, 2);
	uint16_t flags = rd_u16(&r), method = rd_u16(&r);
	rd_skip(&r, 4);
	uint32_t crc32 = rd_u32(&r), csize = rd_u32(&r), usize = rd_u32(&r);
	uint16_t name_n = rd_u16(&r), extra_n = rd_u16(&r);
	str name = rd_bytes(&r, name_n);
	if (r.bad || !str_eq(name, e->name) || method != e->method || flags & ~ZIP_FLAGS_KNOWN) return false;
	if (!(flags & ZIP_FLAG_DESCRIPTOR) && (crc32 != e->crc32 || csize != e->csize || usize != e->usize)) return false;
	*data_at = (uint64_t)e->header_at + ZIP_LOCAL_SIZE + name_n + extra_n;
	return true;
}

static enum tail_verdict more(const struct tail *t, uint64_t from, uint64_t to, struct tail_answer *out)
{
	/* Bytes that stand right before those that are there are kept together with them. */
	bool near = to + TAIL_LOOK_BACK >= t->end.at;
	out->from = from;
	out->to = near ? t->end.at : to;
	return near ? TAIL_MORE_END : TAIL_MORE_MEMBER;
}

static enum tail_verdict read_member(struct arena *a, const struct tail *t, const struct directory *d, const struct entry *e,
                                     struct tail_answer *out)
{
	uint64_t data_at, whole = (uint64_t)ZIP_LOCAL_SIZE + e->name.n + e->extra_n + SLACK + e->csize;
	uint64_t until = e->header_at + whole < d->at ? e->header_at + whole : d->at;
	str header, packed;
	if (!view(t, e->header_at, (uint64_t)ZIP_LOCAL_SIZE + e->name.n, &header)) return more(t, e->header_at, until, out);
	if (!read_local(header, e, &data_at) || data_at + e->csize > d->at) return TAIL_NO;
	if (!view(t, data_at, e->csize, &packed)) return more(t, e->header_at, data_at + e->csize, out);
	return unpack(a, e, packed, &out->text) ? TAIL_FOUND : TAIL_NO;
}

enum tail_verdict tail_read(struct arena *a, const struct tail *t, enum tail_member member, str project,
                            struct tail_answer *out)
{
	struct directory d;
	struct entry e = { 0 };
	str bytes;
	if (!find_directory(t, &d)) return TAIL_NO;
	if (!view(t, d.at, d.end - d.at, &bytes)) {
		out->from = d.at > TAIL_LOOK_BACK ? d.at - TAIL_LOOK_BACK : 0;
		out->to = t->end.at;
		return TAIL_MORE_END;
	}
	if (!find_member(bytes, &d, member, project, &e) || !plain(&e, &d)) return TAIL_NO;
	return read_member(a, t, &d, &e, out);
}
