/* zip_central.c: reads the directory.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: APPNOTE 4.3.12; 4.4.2 to 4.4.16 for the fields. */
#include <string.h>

#include "base/rd.h"
#include "zip/zip_extra.h"
#include "zip/zip_names.h"
#include "zip/zip_reader.h"

struct central {
	uint16_t needed, flags, method, dos_time, dos_date, name_n, extra_n, comment_n;
	uint32_t crc32, attributes;
	struct zip_wide wide;
	str name, extra;
};

static bool check_flags(const struct zip_place *place, const struct central *c, struct err *e)
{
	if ((c->needed & 0xff) > ZIP_VERSION_NEEDED_MAX)
		return zip_refuse(place, "zip-version", e, "an entry needs version %u.%u of the format", (c->needed & 0xff) / 10,
		                  (c->needed & 0xff) % 10);
	if (c->flags & (ZIP_FLAG_ENCRYPTED | ZIP_FLAG_STRONG | ZIP_FLAG_MASKED))
		return zip_refuse(place, "zip-encrypted", e, "an entry is encrypted (flags 0x%04x)", c->flags);
	if (c->flags & ZIP_FLAG_PATCHED) return zip_refuse(place, "zip-patched", e, "an entry is a patch (flags 0x%04x)", c->flags);
	if (c->flags & ~ZIP_FLAGS_KNOWN)
		return zip_refuse(place, "zip-flags", e, "an entry has flags without a known meaning (0x%04x)", c->flags);
	if (c->method != ZIP_STORED && c->method != ZIP_DEFLATED)
		return zip_refuse(place, "zip-method", e, "an entry is compressed with method %u, neither stored (0) nor deflate (8)",
		                  c->method);
	return true;
}

/* The upper half of the attributes is st_mode, the lower one MS-DOS's (0x10: a folder). pip looks at the mode whatever system
 * the entry says it was made on, so all systems are judged alike. */
static bool check_kind(const struct zip_reader *r, const struct zip_place *place, const struct central *c,
                       struct zip_entry *entry, struct err *e)
{
	uint32_t mode = c->attributes >> 16, kind = mode & ZIP_S_IFMT;
	entry->unix_mode = mode;
	entry->is_dir = c->name.p[c->name.n - 1] == '/';
	if (kind == ZIP_S_IFLNK) {
		entry->is_symlink = true;
		if (r->allow_symlinks && !entry->is_dir) return true;
		return zip_refuse(place, "zip-symlink", e, "an entry is a symbolic link");
	}
	if (kind != 0 && kind != ZIP_S_IFREG && kind != ZIP_S_IFDIR)
		return zip_refuse(place, "zip-special-file", e, "an entry is neither a file nor a folder (mode 0%o)", (unsigned)mode);
	bool says_dir = kind == ZIP_S_IFDIR || (c->attributes & 0x10) != 0;
	if (entry->is_dir ? kind == ZIP_S_IFREG : says_dir)
		return zip_refuse(place, "zip-special-file", e,
		                  "the name and the attributes of an entry disagree on whether it is a folder");
	return true;
}

static bool check_sizes(const struct zip_place *place, const struct zip_entry *entry, struct err *e)
{
	/* Some writers deflate the nothing that a folder holds: two bytes, looked at by zip_local_read. */
	bool deflated_nothing = entry->method == ZIP_DEFLATED && entry->csize == 2;
	if (entry->is_dir && (entry->usize != 0 || entry->crc32 != 0 || (entry->csize != 0 && !deflated_nothing)))
		return zip_refuse(place, "zip-directory-with-data", e, "a folder has data");
	if (entry->method == ZIP_STORED && entry->csize != entry->usize)
		return zip_refuse(place, "zip-size", e, "a stored entry has two sizes, %llu and %llu", (unsigned long long)entry->csize,
		                  (unsigned long long)entry->usize);
	if (entry->method == ZIP_DEFLATED && entry->csize == 0)
		return zip_refuse(place, "zip-size", e, "a compressed entry has no data");
	return true;
}

static bool ratio_bad(const struct zip_limits *l, uint64_t inflated, uint64_t packed)
{
	return inflated > l->ratio_from && inflated / l->ratio_max >= packed && inflated > packed * l->ratio_max;
}

static bool check_limits(struct zip_reader *r, const struct zip_place *place, const struct zip_entry *entry, struct err *e)
{
	const struct zip_limits *l = r->limits;
	/* csize is judged against the file, so that no sum below can wrap. */
	if (entry->csize > r->z->size || entry->header_at > r->z->size)
		return zip_refuse(place, "zip-entry-range", e, "an entry is not inside the archive");
	if (entry->usize > l->inflated_max || r->z->inflated + entry->usize > l->inflated_max)
		return zip_refuse(place, "zip-inflated-too-large", e, "the archive unpacks to more than %llu bytes",
		                  (unsigned long long)l->inflated_max);
	if (ratio_bad(l, entry->usize, entry->csize))
		return zip_refuse(place, "zip-ratio", e, "an entry unpacks %llu bytes into %llu, more than %lu times",
		                  (unsigned long long)entry->csize, (unsigned long long)entry->usize, (unsigned long)l->ratio_max);
	r->z->inflated += entry->usize;
	return true;
}

static void read_fields(str record, struct central *c)
{
	struct rd r = rd_over(record);
	rd_skip(&r, 6); /* signature; version made by */
	c->needed = rd_u16(&r);
	c->flags = rd_u16(&r);
	c->method = rd_u16(&r);
	c->dos_time = rd_u16(&r);
	c->dos_date = rd_u16(&r);
	c->crc32 = rd_u32(&r);
	c->wide.csize = rd_u32(&r);
	c->wide.usize = rd_u32(&r);
	c->name_n = rd_u16(&r);
	c->extra_n = rd_u16(&r);
	c->comment_n = rd_u16(&r);
	c->wide.disk = rd_u16(&r);
	rd_skip(&r, 2); /* internal attributes */
	c->attributes = rd_u32(&r);
	c->wide.header_at = rd_u32(&r);
}

static bool read_entry(struct zip_reader *r, struct zip_place *place, struct central *c, struct zip_entry *entry, struct err *e)
{
	struct zip_extra x;
	place->name = c->name;
	if (!zip_name_check(place, (c->flags & ZIP_FLAG_UTF8) != 0, r->limits->name_max, e)) return false;
	if (!check_flags(place, c, e) || !zip_extra_parse(place, c->extra, &x, e)) return false;
	if (!zip_extra_central(place, &x, c->method, &c->wide, e)) return false;
	if (c->wide.disk != 0)
		return zip_refuse(place, "zip-multi-disk", e, "an entry is on another disk (%lu)", (unsigned long)c->wide.disk);
	if (c->comment_n > 0 && zip_strict(r)) return zip_refuse(place, "zip-comment", e, "an entry has a comment");
	*entry = (struct zip_entry){ .method = c->method,
		                         .crc32 = c->crc32,
		                         .csize = c->wide.csize,
		                         .usize = c->wide.usize,
		                         .header_at = c->wide.header_at,
		                         .dos_time = c->dos_time,
		                         .dos_date = c->dos_date };
	if (!check_kind(r, place, c, entry, e) || !check_sizes(place, entry, e) || !check_limits(r, place, entry, e)) return false;
	entry->name = arena_str(r->arena, c->name);
	return true;
}

/* Reads the header at *at and moves past it. */
static bool read_header(struct zip_reader *r, uint64_t *at, struct central *c, struct err *e)
{
	struct zip_place place = zip_reader_at(r, *at);
	uint64_t left = r->end_at - *at;
	str record;
	if (left < ZIP_CENTRAL_SIZE) {
		return zip_refuse(&place, "zip-entry-count", e, "the directory ends before the %llu entries that are promised",
		                  (unsigned long long)r->promised);
	}
	if (!zip_window_get(&r->window, *at, ZIP_CENTRAL_SIZE, &record, e)) return false;
	struct rd signature = rd_over(record);
	if (rd_u32(&signature) != ZIP_SIG_CENTRAL)
		return zip_refuse(&place, "zip-central-header", e, "the directory has something else where an entry should begin");
	read_fields(record, c);
	size_t n = (size_t)ZIP_CENTRAL_SIZE + c->name_n + c->extra_n;
	if (left < n + c->comment_n)
		return zip_refuse(&place, "zip-central-header", e, "the last entry of the directory is cut short");
	if (!zip_window_get(&r->window, *at, n, &record, e)) return false;
	c->name = str_slice(record, ZIP_CENTRAL_SIZE, (size_t)ZIP_CENTRAL_SIZE + c->name_n);
	c->extra = str_from_pos(record, (size_t)ZIP_CENTRAL_SIZE + c->name_n);
	*at += n + c->comment_n;
	return true;
}

static bool check_directory_end(struct zip_reader *r, uint64_t at, struct err *e)
{
	struct zip_place place = zip_reader_at(r, at);
	if (at != r->end_at)
		return zip_refuse(&place, "zip-entry-count", e, "the directory goes on after the %llu entries that are promised",
		                  (unsigned long long)r->promised);
	if (ratio_bad(r->limits, r->z->inflated, r->z->size)) {
		place.at = 0;
		return zip_refuse(&place, "zip-ratio", e, "the archive unpacks %llu bytes into %llu, more than %lu times",
		                  (unsigned long long)r->z->size, (unsigned long long)r->z->inflated,
		                  (unsigned long)r->limits->ratio_max);
	}
	return true;
}

bool zip_central_read(struct zip_reader *r, struct err *e)
{
	struct zip_archive *z = r->z;
	size_t n = (size_t)r->promised;
	z->entries = arena_array(r->arena, struct zip_entry, n);
	r->central_at = arena_array(&r->scratch, uint64_t, n);
	r->flags = arena_array(&r->scratch, uint16_t, n);
	uint64_t at = r->directory_at;
	for (size_t i = 0; i < n; i++) {
		struct central c = { 0 };
		struct zip_place place = zip_reader_at(r, at);
		r->central_at[i] = at;
		if (!read_header(r, &at, &c, e) || !read_entry(r, &place, &c, &z->entries[i], e)) return false;
		r->flags[i] = c.flags;
	}
	z->n = n;
	return check_directory_end(r, at, e) && zip_name_clashes(z, r->central_at, e);
}
