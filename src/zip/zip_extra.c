/* zip_extra.c: extra fields of headers.
 * SPDX-License-Identifier: Apache-2.0
 *
 * ZIP64 sizes: APPNOTE 4.5.3 lets a field hold only the values whose header field is all ones, in the order usize, csize,
 * offset, disk ("packed"); some writers always store all of them ("full"). Readers differ in which of the two they assume, so a
 * field is taken only when both readings give the same numbers. */
#include "zip/zip_extra.h"

#include "base/rd.h"
#include "zip/zip_read.h"

static bool check_unicode_path(const struct zip_place *place, str data, struct err *e)
{
	struct rd r = rd_over(data);
	uint8_t version = rd_u8(&r);
	uint32_t crc = rd_u32(&r);
	str name = rd_bytes(&r, rd_left(&r));
	if (r.bad || version != 1)
		return zip_refuse(place, "zip-unicode-path", e, "the Unicode path field (0x7075) of an entry is malformed");
	if (crc != zip_crc32(0, place->name.p, place->name.n))
		return zip_refuse(place, "zip-unicode-path", e, "the Unicode path field (0x7075) belongs to another name");
	if (!str_eq(name, place->name))
		return zip_refuse(place, "zip-unicode-path", e, "the Unicode path field (0x7075) changes the name of the entry");
	return true;
}

static bool take(const struct zip_place *place, uint16_t id, str data, struct zip_extra *x, bool *seen_path, struct err *e)
{
	switch (id) {
	case ZIP_EXTRA_ZIP64:
		if (x->has_zip64) return zip_refuse(place, "zip-extra-duplicate", e, "an entry has two ZIP64 fields (0x0001)");
		if (data.n != 0 && data.n != 8 && data.n != 16 && data.n != 24 && data.n != 28)
			return zip_refuse(place, "zip64-extra-length", e, "a ZIP64 field (0x0001) has %zu bytes, not 0, 8, 16, 24 or 28",
			                  data.n);
		x->has_zip64 = true;
		x->zip64 = data;
		return true;
	case ZIP_EXTRA_UNICODE_PATH:
		if (*seen_path) return zip_refuse(place, "zip-extra-duplicate", e, "an entry has two Unicode path fields (0x7075)");
		*seen_path = true;
		return check_unicode_path(place, data, e);
	case ZIP_EXTRA_STRONG:
	case ZIP_EXTRA_AES: return zip_refuse(place, "zip-encrypted", e, "an entry is encrypted (extra field 0x%04x)", id);
	case ZIP_EXTRA_PATCH: return zip_refuse(place, "zip-patched", e, "an entry is a patch (extra field 0x%04x)", id);
	default: return true;
	}
}

bool zip_extra_parse(const struct zip_place *place, str extra, struct zip_extra *out, struct err *e)
{
	struct zip_extra x = { 0 };
	bool seen_path = false;
	struct rd r = rd_over(extra);
	while (rd_left(&r) > 0) {
		uint16_t id = rd_u16(&r);
		uint16_t n = rd_u16(&r);
		str data = rd_bytes(&r, n);
		if (r.bad) return zip_refuse(place, "zip-extra-overrun", e, "an extra field is longer than the space it is in");
		if (!take(place, id, data, &x, &seen_path, e)) return false;
	}
	*out = x;
	return true;
}

static bool inconsistent(const struct zip_place *place, const char *why, struct err *e)
{
	zip_refuse(place, "zip64-extra-inconsistent", e, "the ZIP64 field (0x0001) and its header disagree");
	return err_why(e, "%s", why);
}

/* Puts v into a header value that was all ones, or demands that they are equal. */
static bool resolve(uint64_t *value, uint64_t v)
{
	if (*value == ZIP_MAX32) *value = v;
	return *value == v;
}

bool zip_extra_central(const struct zip_place *place, const struct zip_extra *x, uint16_t method, struct zip_wide *wide,
                       struct err *e)
{
	uint64_t *values[3] = { &wide->usize, &wide->csize, &wide->header_at };
	size_t n = 0, last = 0; /* sentinels, and one more than the position of the last one */
	for (size_t i = 0; i < 3; i++) {
		if (*values[i] != ZIP_MAX32) continue;
		n++;
		last = i + 1;
	}
	bool disk = wide->disk == ZIP_MAX16;
	if (!x->has_zip64) {
		if (n > 0 || disk) return inconsistent(place, "a size or offset is 0xFFFFFFFF and there is no ZIP64 field", e);
		return true;
	}
	struct rd r = rd_over(x->zip64);
	if (x->zip64.n == 8 * n && !disk) { /* packed */
		for (size_t i = 0; i < 3; i++) {
			if (*values[i] == ZIP_MAX32) *values[i] = rd_u64(&r);
		}
		return true;
	}
	if (n != last || x->zip64.n < 8 * n)
		return inconsistent(place, "its length does not fit the values that are 0xFFFFFFFF", e);
	if (n == 0 && x->zip64.n == 8 && method != ZIP_STORED)
		return inconsistent(place, "it has one size only, and the entry is compressed", e);
	for (size_t i = 0; i < 3 && rd_left(&r) >= 8; i++) {
		if (!resolve(values[i], rd_u64(&r)))
			return inconsistent(place, "a value that is not 0xFFFFFFFF is repeated differently", e);
	}
	if (disk && x->zip64.n != 28) return inconsistent(place, "the disk number is missing", e);
	if (x->zip64.n == 28) wide->disk = wide->disk == 0 || disk ? rd_u32(&r) : wide->disk;
	return true;
}

bool zip_extra_local(const struct zip_place *place, const struct zip_extra *x, uint16_t method, struct zip_wide *wide,
                     struct err *e)
{
	bool sentinel = wide->usize == ZIP_MAX32 || wide->csize == ZIP_MAX32;
	if (!x->has_zip64 || x->zip64.n == 0) {
		if (sentinel) return inconsistent(place, "a size is 0xFFFFFFFF and the ZIP64 field is missing or empty", e);
		return true;
	}
	struct rd r = rd_over(x->zip64);
	uint64_t usize = rd_u64(&r);
	if (x->zip64.n == 8 && method != ZIP_STORED)
		return inconsistent(place, "it has one size only, and the entry is compressed", e);
	uint64_t csize = x->zip64.n == 8 ? usize : rd_u64(&r);
	if (!resolve(&wide->usize, usize) || !resolve(&wide->csize, csize))
		return inconsistent(place, "a value that is not 0xFFFFFFFF is repeated differently", e);
	return true;
}
