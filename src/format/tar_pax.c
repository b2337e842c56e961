/* tar_pax.c: reads records, and judges keywords.
 * SPDX-License-Identifier: Apache-2.0 */
#include "format/tar_pax.h"

#include "base/map.h"

#define UTF8 S("ISO-IR 10646 2000 UTF-8")

/* The next record; false when the text is none. */
static bool next_record(str *rest, str *key, str *value)
{
	uint64_t length;
	str number, record;
	size_t space = str_chr(*rest, ' ');
	if (space == STR_NONE || space > 8) return false;
	number = str_slice(*rest, 0, space);
	if (str_at(number, 0) == '0' || !str_u64(number, &length) || length > rest->n || length < space + 4) return false;
	record = str_slice(*rest, space + 1, (size_t)length);
	*rest = str_from_pos(*rest, (size_t)length);
	if (!str_ends(record, S("\n"))) return false;
	record.n--;
	return str_cut(record, '=', key, value) && key->n > 0;
}

static bool printable(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x21 || s.p[i] == 0x7f) return false;
	return utf8_valid(s);
}

static bool among(str key, const char *const *names)
{
	for (; *names; names++)
		if (str_eq(key, str_from(*names))) return true;
	return false;
}

/* Keywords of a vendor have a dot after upper-case letters (POSIX: "VENDOR.keyword"). */
static bool of_a_vendor(str key)
{
	size_t i = 0;
	while (i < key.n && (ascii_upper(key.p[i]) || ascii_digit(key.p[i]) || key.p[i] == '_' || key.p[i] == '-')) i++;
	return i > 0 && i < key.n && key.p[i] == '.';
}

/* Nobody needs times and owners here, but readers that do must not stumble over them: "-1", "1700000000.25". */
static bool number(str s)
{
	str whole, part;
	if (str_at(s, 0) == '-') s = str_from_pos(s, 1);
	bool has_part = str_cut(s, '.', &whole, &part);
	for (size_t i = 0; i < whole.n; i++)
		if (!ascii_digit(whole.p[i])) return false;
	for (size_t i = 0; has_part && i < part.n; i++)
		if (!ascii_digit(part.p[i])) return false;
	return whole.n > 0 && whole.n <= 15;
}

static const char *take(str key, str value, bool global, struct tar_pax *out)
{
	static const char *const numbers[] = { "atime", "ctime", "mtime", "uid", "gid", NULL };
	static const char *const passed[] = { "uname", "gname", "comment", NULL };
	static const char *const changing[] = { "SCHILY.realsize", "SCHILY.filetype", "SCHILY.tarfiletype", NULL };
	static const char *const charsets[] = { "hdrcharset", "charset", NULL };
	bool path = str_eq(key, S("path")), link = str_eq(key, S("linkpath")), size = str_eq(key, S("size"));
	if (among(key, passed)) return NULL;
	if (among(key, numbers)) return number(value) ? NULL : "a PAX header has a time or owner that is no number";
	if (among(key, charsets)) return str_eq(value, UTF8) ? NULL : "a PAX header names a character set other than UTF-8";
	if (str_starts(key, S("GNU.sparse."))) return "a member is a sparse file";
	if (among(key, changing)) return "a PAX header makes a member something else than its header says";
	if (!path && !link && !size) return of_a_vendor(key) ? NULL : "a PAX header has a keyword that POSIX does not know";
	if (global) return "a global PAX header changes the path, link or size of all members";
	if (str_empty(value)) return "a PAX header takes the path, link or size of a member away";
	if (path) out->path = value;
	if (link) out->link = value;
	if (!size) return NULL;
	out->has_size = true;
	return value.n <= 15 && str_u64(value, &out->size) ? NULL : "a PAX header has a size that is no number";
}

const char *tar_pax_read(struct arena *scratch, str text, bool global, struct tar_pax *out)
{
	struct map seen;
	struct tar_pax p = { 0 };
	map_init(&seen, scratch);
	if (str_empty(text)) return "a PAX header is empty";
	while (text.n > 0) {
		str key, value;
		bool added;
		if (!next_record(&text, &key, &value) || !printable(key)) return "a PAX header is malformed";
		map_put(&seen, key, &added);
		if (!added) return "a PAX header has a keyword twice";
		const char *why = take(key, value, global, &p);
		if (why) return why;
	}
	*out = p;
	return NULL;
}
