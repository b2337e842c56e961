/* zip_local.c: proves that local headers, streams and data descriptors say what the directory says and fill the file up to it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tools that stream read local headers, others read the directory: an archive in which the two differ unpacks to different
 * files (CVE-2025-54368). Entries are visited in the order of their offsets; each must begin where the one before ended.
 * Source: APPNOTE 4.3.7, 4.3.9, 4.4.4 (bit 3). */
#include <stdlib.h>

#include "base/rd.h"
#include "zip/zip_extra.h"
#include "zip/zip_reader.h"

struct place_in_file {
	uint64_t header_at;
	size_t entry;
};

struct local {
	uint16_t flags, method, name_n, extra_n;
	uint32_t crc32;
	struct zip_wide wide;
	bool zip64;
	str name, extra;
};

static int by_offset(const void *p, const void *q)
{
	const struct place_in_file *a = p, *b = q;
	if (a->header_at != b->header_at) return a->header_at < b->header_at ? -1 : 1;
	return a->entry < b->entry ? -1 : a->entry > b->entry ? 1 : 0;
}

/* What the bytes [from, to) that no entry claims are. */
static bool explain_gap(struct zip_reader *r, uint64_t from, uint64_t to, struct err *e)
{
	struct zip_place place = zip_reader_at(r, from);
	uint32_t signature = 0;
	if (to - from >= 4) {
		str four;
		if (!zip_window_get(&r->window, from, 4, &four, e)) return false;
		struct rd c = rd_over(four);
		signature = rd_u32(&c);
	}
	unsigned long long n = to - from;
	if (signature == ZIP_SIG_LOCAL)
		return zip_refuse(&place, "zip-unlisted-entry", e, "an entry stands in the archive, but not in its directory");
	if (from == 0) return zip_refuse(&place, "zip-prefix", e, "%llu bytes that belong to no entry stand before the archive", n);
	return zip_refuse(&place, "zip-gap", e, "%llu bytes between entries belong to no record", n);
}

static bool read_header(struct zip_reader *r, const struct zip_place *place, struct local *l, struct err *e)
{
	str record;
	uint64_t left = r->directory_at - place->at;
	if (left < ZIP_LOCAL_SIZE) return zip_refuse(place, "zip-overlap", e, "an entry runs into the directory");
	if (!zip_window_get(&r->window, place->at, ZIP_LOCAL_SIZE, &record, e)) return false;
	struct rd c = rd_over(record);
	if (rd_u32(&c) != ZIP_SIG_LOCAL)
		return zip_refuse(place, "zip-local-header", e, "an entry has no local header where the directory says");
	rd_skip(&c, 2); /* version needed */
	l->flags = rd_u16(&c);
	l->method = rd_u16(&c);
	rd_skip(&c, 4); /* time, date */
	l->crc32 = rd_u32(&c);
	l->wide.csize = rd_u32(&c);
	l->wide.usize = rd_u32(&c);
	l->name_n = rd_u16(&c);
	l->extra_n = rd_u16(&c);
	size_t n = (size_t)ZIP_LOCAL_SIZE + l->name_n + l->extra_n;
	if (left < n) return zip_refuse(place, "zip-overlap", e, "an entry runs into the directory");
	if (!zip_window_get(&r->window, place->at, n, &record, e)) return false;
	l->name = str_slice(record, ZIP_LOCAL_SIZE, (size_t)ZIP_LOCAL_SIZE + l->name_n);
	l->extra = str_from_pos(record, (size_t)ZIP_LOCAL_SIZE + l->name_n);
	return true;
}

static bool mismatch(const struct zip_place *place, const char *field, uint64_t local, uint64_t central, struct err *e)
{
	zip_refuse(place, "zip-local-mismatch", e, "the local header and the directory disagree on the %s of an entry", field);
	return err_why(e, "%s: %llu in the local header, %llu in the directory", field, (unsigned long long)local,
	               (unsigned long long)central);
}

/* With a descriptor, the local header may leave a value out (zero). */
static bool agrees(const struct local *l, uint64_t local, uint64_t central)
{
	return local == central || (local == 0 && (l->flags & ZIP_FLAG_DESCRIPTOR));
}

static bool compare(const struct zip_place *place, const struct local *l, const struct zip_entry *entry, uint16_t flags,
                    struct err *e)
{
	if (!str_eq(l->name, entry->name)) {
		char shown[ZIP_SHOWN_MAX];
		zip_shown(shown, l->name);
		zip_refuse(place, "zip-local-mismatch", e, "the local header and the directory disagree on the name of an entry");
		return err_why(e, "name: \"%s\" in the local header", shown);
	}
	unsigned differ = (unsigned)(l->flags ^ flags) & ~(ZIP_FLAG_LEVEL | ZIP_FLAG_DESCRIPTOR);
	/* Bit 3 counts in the local header; some writers leave it clear in the directory, none does it the other way round. */
	if (differ || (flags & ~(unsigned)l->flags & ZIP_FLAG_DESCRIPTOR)) return mismatch(place, "flags", l->flags, flags, e);
	if (l->method != entry->method) return mismatch(place, "method", l->method, entry->method, e);
	if (!agrees(l, l->crc32, entry->crc32)) return mismatch(place, "CRC-32", l->crc32, entry->crc32, e);
	if (!agrees(l, l->wide.csize, entry->csize)) return mismatch(place, "compressed size", l->wide.csize, entry->csize, e);
	if (!agrees(l, l->wide.usize, entry->usize)) return mismatch(place, "size", l->wide.usize, entry->usize, e);
	return true;
}

/* The descriptor is what stands between the end of the stream and `next`: CRC and sizes, 32-bit ones unless the local header
 * has a ZIP64 field, after an optional signature. */
static bool check_descriptor(struct zip_reader *r, const struct zip_place *entry_place, const struct local *l,
                             const struct zip_entry *entry, uint64_t at, uint64_t next, struct err *e)
{
	struct zip_place place = { entry_place->path, entry_place->name, at };
	if (zip_strict(r)) return zip_refuse(&place, "zip-data-descriptor", e, "an entry has a data descriptor");
	uint64_t n = next - at, plain = l->zip64 ? 20 : 12;
	if (n != plain && n != plain + 4)
		return zip_refuse(&place, "zip-data-descriptor", e, "%llu bytes stand where a data descriptor of %llu or %llu should",
		                  (unsigned long long)n, (unsigned long long)plain, (unsigned long long)plain + 4);
	str record;
	if (!zip_window_get(&r->window, at, (size_t)n, &record, e)) return false;
	struct rd c = rd_over(record);
	uint32_t signature = n == plain ? ZIP_SIG_DESCRIPTOR : rd_u32(&c);
	uint32_t crc = rd_u32(&c);
	uint64_t csize = l->zip64 ? rd_u64(&c) : rd_u32(&c), usize = l->zip64 ? rd_u64(&c) : rd_u32(&c);
	if (signature != ZIP_SIG_DESCRIPTOR || crc != entry->crc32 || csize != entry->csize || usize != entry->usize)
		return zip_refuse(&place, "zip-data-descriptor", e, "the data descriptor and the directory disagree on an entry");
	return true;
}

/* APPNOTE 4.5.3 with bit 3: the header's sizes may be zero and stand (as zero or not) in the ZIP64 field. */
static bool read_extra(const struct zip_place *place, struct local *l, struct err *e)
{
	struct zip_extra x;
	if (!zip_extra_parse(place, l->extra, &x, e)) return false;
	l->zip64 = x.has_zip64;
	if ((l->flags & ZIP_FLAG_DESCRIPTOR) && x.has_zip64 && x.zip64.n >= 16) {
		if (l->wide.usize == 0) l->wide.usize = ZIP_MAX32;
		if (l->wide.csize == 0) l->wide.csize = ZIP_MAX32;
	}
	return zip_extra_local(place, &x, l->method, &l->wide, e);
}

/* The stream of a folder, when it has one, is the two bytes of an empty deflate block. */
static bool check_folder_stream(struct zip_reader *r, const struct zip_place *place, const struct zip_entry *entry,
                                struct err *e)
{
	if (!entry->is_dir || entry->csize == 0) return true;
	str two;
	if (!zip_window_get(&r->window, entry->data_at, 2, &two, e)) return false;
	if (str_eq(two, S("\x03\x00"))) return true;
	return zip_refuse(place, "zip-directory-with-data", e, "a folder has data");
}

/* Checks the entry whose local header must be at *expected, and moves *expected to its end. next: where the following one
 * begins. */
static bool check_entry(struct zip_reader *r, size_t i, uint64_t next, uint64_t *expected, struct err *e)
{
	struct zip_entry *entry = &r->z->entries[i];
	struct zip_place place = { r->z->path, entry->name, entry->header_at };
	if (entry->header_at > r->directory_at)
		return zip_refuse(&place, "zip-entry-range", e, "an entry begins behind the directory");
	if (entry->header_at > *expected) return explain_gap(r, *expected, entry->header_at, e);
	if (entry->header_at < *expected) return zip_refuse(&place, "zip-overlap", e, "two entries share bytes");
	struct local l = { 0 };
	if (!read_header(r, &place, &l, e)) return false;
	if (!read_extra(&place, &l, e) || !compare(&place, &l, entry, r->flags[i], e)) return false;
	entry->data_at = entry->header_at + ZIP_LOCAL_SIZE + l.name_n + l.extra_n;
	uint64_t end = entry->data_at + entry->csize;
	if (end > r->directory_at) return zip_refuse(&place, "zip-overlap", e, "an entry runs into the directory");
	if (end > next) return zip_refuse(&place, "zip-overlap", e, "two entries share bytes");
	if (!check_folder_stream(r, &place, entry, e)) return false;
	if (l.flags & ZIP_FLAG_DESCRIPTOR) {
		if (!check_descriptor(r, &place, &l, entry, end, next, e)) return false;
		end = next;
	}
	*expected = end;
	return true;
}

bool zip_local_read(struct zip_reader *r, struct err *e)
{
	struct zip_archive *z = r->z;
	struct place_in_file *order = arena_array(&r->scratch, struct place_in_file, z->n);
	bool sorted = true;
	for (size_t i = 0; i < z->n; i++) {
		order[i] = (struct place_in_file){ z->entries[i].header_at, i };
		if (i > 0 && order[i].header_at < order[i - 1].header_at) sorted = false;
	}
	if (!sorted) qsort(order, z->n, sizeof *order, by_offset);
	uint64_t expected = 0;
	for (size_t k = 0; k < z->n; k++) {
		uint64_t next = k + 1 < z->n ? order[k + 1].header_at : r->directory_at;
		if (!check_entry(r, order[k].entry, next, &expected, e)) return false;
	}
	if (expected != r->directory_at) return explain_gap(r, expected, r->directory_at, e);
	return true;
}
