/* zip_end.c: finds the end record and, through it, where the directory is.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Readers disagree about which end record counts when a file has more than one candidate, so there may be only one: the last
 * signature in the file must begin a record that ends where the file ends (or where its trailing NULs begin), no earlier one
 * may do the same, and the directory must end exactly where the (ZIP64) end record begins. Only the last 65,557 bytes are
 * looked at, as other readers do.
 *
 * Source: APPNOTE 4.3.14, 4.3.15, 4.3.16, 4.4.1.4. */
#include "base/rd.h"
#include "zip/zip_reader.h"

#define TAIL_MAX (ZIP_END_SIZE + ZIP_COMMENT_MAX)

struct tail {
	str bytes; /* the end of the file, long enough for an end record with the longest comment */
	uint64_t at;
};

static uint32_t u32_at(str s, size_t i)
{
	struct rd r = rd_over(str_slice(s, i, i + 4));
	return rd_u32(&r);
}

static bool no_end_record(struct zip_reader *r, struct err *e)
{
	str head = { NULL, 0 };
	if (r->z->size >= 4 && !zip_window_get(&r->window, 0, 4, &head, e)) return false;
	struct zip_place place = zip_reader_at(r, r->z->size);
	if (u32_at(head, 0) == ZIP_SIG_LOCAL) {
		zip_refuse(&place, "zip-truncated", e, "the archive is cut short");
		return err_why(e, "it begins like a zip, but its end record is missing");
	}
	return zip_refuse(&place, "zip-no-end-record", e, "this is not a zip archive");
}

/* End of the record that begins at position i of the tail, or 0 when there is none. */
static uint64_t record_end(const struct tail *t, size_t i)
{
	struct rd r = rd_over(str_from_pos(t->bytes, i));
	if (rd_u32(&r) != ZIP_SIG_END) return 0;
	rd_skip(&r, 16);
	uint16_t comment = rd_u16(&r);
	return r.bad ? 0 : t->at + i + ZIP_END_SIZE + comment;
}

/* Position of the last end signature before `limit`, or STR_NONE. */
static size_t last_signature(const struct tail *t, size_t limit)
{
	for (size_t i = limit; i-- > 0;) {
		if (t->bytes.p[i] == 'P' && u32_at(t->bytes, i) == ZIP_SIG_END) return i;
	}
	return STR_NONE;
}

/* Whether an end record before position i reaches to the end of the file (then i is in its comment) or right up to i. */
static bool another_fits(const struct tail *t, size_t i)
{
	for (size_t j = last_signature(t, i); j != STR_NONE; j = last_signature(t, j)) {
		uint64_t end = record_end(t, j);
		if (end == t->at + t->bytes.n || end == t->at + i) return true;
	}
	return false;
}

static bool only_nuls(str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '\0') return false;
	}
	return true;
}

static bool check_comment(const struct zip_place *place, str comment, struct err *e)
{
	for (size_t i = 0; i < comment.n; i++) {
		if (comment.p[i] < 1 || comment.p[i] > 8) continue;
		zip_refuse(place, "zip-comment-control", e, "the comment of the archive has the control character 0x%02x",
		           (unsigned)comment.p[i]);
		return err_why(e, "a second archive could be hidden in it");
	}
	return true;
}

/* Finds the one end record: *at is its offset, *record its fixed part (a view into the window). */
static bool find(struct zip_reader *r, uint64_t *at, str *record, struct err *e)
{
	uint64_t size = r->z->size;
	struct tail t = { .at = size > TAIL_MAX ? size - TAIL_MAX : 0 };
	if (!zip_window_get(&r->window, t.at, (size_t)(size - t.at), &t.bytes, e)) return false;
	size_t i = last_signature(&t, t.bytes.n);
	if (i == STR_NONE) return no_end_record(r, e);
	struct zip_place place = zip_reader_at(r, t.at + i);
	if (another_fits(&t, i))
		return zip_refuse(&place, "zip-multiple-end-records", e, "the archive has more than one end record");
	uint64_t end = record_end(&t, i);
	if (end == 0 || end > size) return zip_refuse(&place, "zip-truncated", e, "the archive is cut short in its end record");
	place.at = end;
	if (end < size && (zip_strict(r) || !only_nuls(str_from_pos(t.bytes, (size_t)(end - t.at)))))
		return zip_refuse(&place, "zip-trailing-bytes", e, "%llu bytes follow the end of the archive",
		                  (unsigned long long)(size - end));
	r->z->trailing_nuls = end < size;
	place.at = t.at + i;
	if (!check_comment(&place, str_slice(t.bytes, i + ZIP_END_SIZE, (size_t)(end - t.at)), e)) return false;
	*at = t.at + i;
	*record = str_slice(t.bytes, i, i + ZIP_END_SIZE);
	return true;
}

struct end_values {
	uint64_t entries, size, offset;
	bool ones; /* some field is all ones: the ZIP64 record has it */
};

static bool read_end(const struct zip_place *place, str record, struct end_values *out, struct err *e)
{
	struct rd r = rd_over(record);
	rd_skip(&r, 4);
	uint16_t disk = rd_u16(&r), directory_disk = rd_u16(&r), entries_here = rd_u16(&r);
	out->entries = rd_u16(&r);
	out->size = rd_u32(&r);
	out->offset = rd_u32(&r);
	out->ones = disk == ZIP_MAX16 || directory_disk == ZIP_MAX16 || out->entries == ZIP_MAX16 || out->size == ZIP_MAX32 ||
	            out->offset == ZIP_MAX32;
	if ((disk != 0 && disk != ZIP_MAX16) || (directory_disk != 0 && directory_disk != ZIP_MAX16))
		return zip_refuse(place, "zip-multi-disk", e, "the archive is one part of several (disk %u)", disk);
	if (entries_here != out->entries)
		return zip_refuse(place, "zip-multi-disk", e, "the end record counts %u entries on this disk and %llu in all",
		                  entries_here, (unsigned long long)out->entries);
	return true;
}

/* APPNOTE 4.4.1.4: a field of the end record is all ones, or the same as in the ZIP64 record. */
static bool merge(const struct zip_place *place, const char *field, uint64_t narrow, uint64_t ones, uint64_t wide,
                  struct err *e)
{
	if (narrow == ones || narrow == wide) return true;
	return zip_refuse(place, "zip64-end-mismatch", e, "the end record says %llu for the %s, the ZIP64 end record %llu",
	                  (unsigned long long)narrow, field, (unsigned long long)wide);
}

static bool read_end64(struct zip_reader *r, uint64_t at, struct end_values *v, struct err *e)
{
	struct zip_place place = zip_reader_at(r, at);
	str record;
	if (!zip_window_get(&r->window, at, ZIP_END64_SIZE, &record, e)) return false;
	struct rd c = rd_over(record);
	uint32_t signature = rd_u32(&c);
	uint64_t rest = rd_u64(&c);
	rd_skip(&c, 4);
	uint32_t disk = rd_u32(&c), directory_disk = rd_u32(&c);
	uint64_t entries_here = rd_u64(&c);
	struct end_values wide = { .entries = rd_u64(&c) };
	wide.size = rd_u64(&c);
	wide.offset = rd_u64(&c);
	if (signature != ZIP_SIG_END64)
		return zip_refuse(&place, "zip64-locator", e, "the ZIP64 end record is not where its locator says");
	if (rest != ZIP_END64_REST)
		return zip_refuse(&place, "zip64-extensible-data", e, "the ZIP64 end record says that it has %llu bytes, not %d",
		                  (unsigned long long)rest, ZIP_END64_REST);
	if (disk != 0 || directory_disk != 0 || entries_here != wide.entries)
		return zip_refuse(&place, "zip-multi-disk", e, "the archive is one part of several");
	if (!merge(&place, "number of entries", v->entries, ZIP_MAX16, wide.entries, e) ||
	    !merge(&place, "size of the directory", v->size, ZIP_MAX32, wide.size, e) ||
	    !merge(&place, "offset of the directory", v->offset, ZIP_MAX32, wide.offset, e))
		return false;
	*v = wide;
	return true;
}

/* The locator stands right before the end record, the ZIP64 end record right before the locator. */
static bool read_locator(struct zip_reader *r, uint64_t end_at, struct end_values *v, struct err *e)
{
	str record = { NULL, 0 };
	uint64_t at = end_at - ZIP_LOCATOR64_SIZE;
	r->end_at = end_at;
	if (end_at >= ZIP_LOCATOR64_SIZE && !zip_window_get(&r->window, at, ZIP_LOCATOR64_SIZE, &record, e)) return false;
	struct rd c = rd_over(record);
	struct zip_place place = zip_reader_at(r, end_at);
	if (rd_u32(&c) != ZIP_SIG_LOCATOR64) {
		if (!v->ones) return true;
		return zip_refuse(&place, "zip64-no-locator", e, "the end record points to a ZIP64 record, but there is no locator");
	}
	place.at = at;
	uint32_t disk = rd_u32(&c);
	uint64_t end64_at = rd_u64(&c);
	uint32_t disks = rd_u32(&c);
	if (disk != 0 || disks != 1)
		return zip_refuse(&place, "zip-multi-disk", e, "the ZIP64 locator speaks of %lu disks", (unsigned long)disks);
	if (at < ZIP_END64_SIZE || end64_at > at - ZIP_END64_SIZE)
		return zip_refuse(&place, "zip64-locator", e, "the ZIP64 locator points to byte %llu, not to the record before it",
		                  (unsigned long long)end64_at);
	if (!read_end64(r, end64_at, v, e)) return false;
	if (end64_at != at - ZIP_END64_SIZE)
		return zip_refuse(&place, "zip64-locator", e, "%llu bytes stand between the ZIP64 end record and its locator",
		                  (unsigned long long)(at - ZIP_END64_SIZE - end64_at));
	r->end_at = end64_at;
	return true;
}

/* Why the directory does not end where the end record begins. */
static bool explain_gap(struct zip_reader *r, uint64_t directory_end, const struct end_values *v, struct err *e)
{
	struct zip_place place = zip_reader_at(r, directory_end);
	str there = { NULL, 0 }, shifted = { NULL, 0 };
	if (r->end_at - directory_end >= 4) {
		if (!zip_window_get(&r->window, directory_end, 4, &there, e)) return false;
	}
	uint32_t signature = u32_at(there, 0);
	if (signature == ZIP_SIG_END64)
		return zip_refuse(&place, "zip64-no-locator", e, "the archive has a ZIP64 end record without a locator");
	if (signature == ZIP_SIG_END)
		return zip_refuse(&place, "zip-multiple-end-records", e, "the archive has more than one end record");
	if (signature == ZIP_SIG_CENTRAL)
		return zip_refuse(&place, "zip-directory-size", e, "the directory is longer than the end record says");
	if (v->size >= 4 && v->size <= r->end_at && !zip_window_get(&r->window, r->end_at - v->size, 4, &shifted, e)) return false;
	if (u32_at(shifted, 0) == ZIP_SIG_CENTRAL) {
		place.at = 0;
		return zip_refuse(&place, "zip-prefix", e, "%llu bytes that belong to no entry stand before the archive",
		                  (unsigned long long)(r->end_at - directory_end));
	}
	return zip_refuse(&place, "zip-gap", e, "%llu bytes between the directory and the end record belong to no record",
	                  (unsigned long long)(r->end_at - directory_end));
}

bool zip_end_read(struct zip_reader *r, struct err *e)
{
	uint64_t at = 0;
	str record;
	struct end_values v;
	if (!find(r, &at, &record, e)) return false;
	struct zip_place place = zip_reader_at(r, at);
	if (!read_end(&place, record, &v, e) || !read_locator(r, at, &v, e)) return false;
	if (v.offset > r->end_at || v.size > r->end_at - v.offset)
		return zip_refuse(&place, "zip-directory-range", e, "the directory (offset %llu, %llu bytes) is not inside the archive",
		                  (unsigned long long)v.offset, (unsigned long long)v.size);
	if (v.offset + v.size != r->end_at) return explain_gap(r, v.offset + v.size, &v, e);
	if (v.entries > r->limits->entries_max)
		return zip_refuse(&place, "zip-too-many-entries", e, "the archive has %llu entries, more than %lu",
		                  (unsigned long long)v.entries, (unsigned long)r->limits->entries_max);
	if (v.size > ZIP_DIRECTORY_MAX)
		return zip_refuse(&place, "zip-directory-too-large", e, "the directory has %llu bytes, more than %llu",
		                  (unsigned long long)v.size, (unsigned long long)ZIP_DIRECTORY_MAX);
	if (v.entries > v.size / ZIP_CENTRAL_SIZE)
		return zip_refuse(&place, "zip-entry-count", e,
		                  "the end record promises %llu entries, too many for a directory of %llu bytes",
		                  (unsigned long long)v.entries, (unsigned long long)v.size);
	r->directory_at = v.offset;
	r->directory_size = v.size;
	r->promised = v.entries;
	return true;
}
