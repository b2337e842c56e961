/* record.c: rows of RECORD, judged one by one.
 * SPDX-License-Identifier: Apache-2.0 */
#include "python/record.h"

#include <string.h>

#include "python/csv.h"

/* Digests that may stand in RECORD: hashlib's, SHA-256 or stronger ("Binary distribution format", "RECORD"). */
static const struct algorithm {
	str name;
	size_t size;
} algorithms[] = {
	{ { "sha256", 6 }, 32 },   { { "sha384", 6 }, 48 },   { { "sha512", 6 }, 64 },  { { "sha3_256", 8 }, 32 },
	{ { "sha3_384", 8 }, 48 }, { { "sha3_512", 8 }, 64 }, { { "blake2b", 7 }, 64 }, { { "blake2s", 7 }, 32 },
};

static bool refuse(struct err *e, const struct csv_row *row, const char *id, const char *what)
{
	err_set(e, ERR_FORMAT, id, "RECORD: \"" STR_FMT "\" %s", STR_ARG(row->fields[0]), what);
	return err_at(e, row->offset);
}

static bool take_hash(struct arena *a, const struct csv_row *row, struct record_row *out, struct err *e)
{
	str name, digest;
	if (str_empty(row->fields[1])) return true;
	if (!str_cut(row->fields[1], '=', &name, &digest))
		return refuse(e, row, "record-hash", "has a hash that is not written ALGORITHM=DIGEST");
	if (str_ieq(name, S("md5")) || str_ieq(name, S("sha1")) || str_ieq(name, S("sha224")))
		return refuse(e, row, "record-hash", "is listed with a hash weaker than SHA-256");
	for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
		if (!str_ieq(name, algorithms[i].name)) continue;
		/* The length first: it bounds what is decoded and leaves no room for padding. */
		if (digest.n != (algorithms[i].size * 4 + 2) / 3 || !base64_decode(a, digest, true, &out->digest) ||
		    out->digest.n != algorithms[i].size)
			return refuse(e, row, "record-hash", "has a digest of the wrong length or alphabet");
		out->algorithm = algorithms[i].name;
		return true;
	}
	return refuse(e, row, "record-hash", "is listed with a hash that lamina does not know");
}

static bool is_drive(str path) { return path.n >= 2 && ascii_alpha(path.p[0]) && path.p[1] == ':'; }

static bool take_path(struct arena *a, const struct csv_row *row, struct record_row *out, struct err *e)
{
	str path = row->fields[0];
	if (memchr(path.p ? path.p : "", '\\', path.n)) { /* written on Windows by old tools */
		char *copy = arena_cstr(a, path);
		for (size_t i = 0; i < path.n; i++)
			if (copy[i] == '\\') copy[i] = '/';
		path.p = copy;
	}
	while (str_starts(path, S("./"))) path = str_from_pos(path, 2);
	if (str_empty(path)) return refuse(e, row, "record-path", "is no path");
	if (path.p[0] == '/' || is_drive(path)) return refuse(e, row, "record-path", "is an absolute path");
	str rest = path, part;
	for (bool more = true; more;) {
		more = str_cut(rest, '/', &part, &rest);
		if (str_empty(part) || str_eq(part, S(".")) || str_eq(part, S("..")))
			return refuse(e, row, "record-path", "has an empty part, \".\" or \"..\" in its path");
	}
	out->path = path;
	return true;
}

static bool take_row(struct arena *a, const struct csv_row *row, struct record_row *out, struct err *e)
{
	if (row->n != 3) return refuse(e, row, "record", "stands in a row that has not three fields");
	out->offset = row->offset;
	out->has_size = !str_empty(row->fields[2]);
	if (!take_path(a, row, out, e) || !take_hash(a, row, out, e)) return false;
	if (out->has_size && !str_u64(row->fields[2], &out->size))
		return refuse(e, row, "record-size", "has a size that is no number");
	return true;
}

bool record_parse(struct arena *a, str text, struct record_rows *out, struct err *e)
{
	if (text.n > RECORD_MAX) return err_set(e, ERR_FORMAT, "record", "RECORD is larger than %zu bytes", RECORD_MAX);
	if (!utf8_valid(text)) return err_set(e, ERR_FORMAT, "record", "RECORD is not UTF-8");
	struct csv csv = { .text = text };
	struct record_rows rows = { 0 };
	struct csv_row row;
	enum csv_result result;
	while ((result = csv_next(&csv, a, &row)) == CSV_ROW) {
		if (row.n == 0) continue;
		struct record_row parsed = { 0 };
		if (!take_row(a, &row, &parsed, e)) return false;
		if (rows.rows.n == RECORD_ROWS_MAX)
			return err_set(e, ERR_FORMAT, "record", "RECORD has more than %d rows", RECORD_ROWS_MAX);
		*vec_push(a, &rows.rows) = parsed;
	}
	if (result == CSV_UNTERMINATED) {
		err_set(e, ERR_FORMAT, "record", "RECORD has a quote that never ends");
		return err_at(e, csv.at);
	}
	*out = rows;
	return true;
}

/* As csv.writer with QUOTE_MINIMAL. */
static void write_path(struct buf *out, str path)
{
	bool plain = true;
	for (size_t i = 0; i < path.n && plain; i++) {
		char c = path.p[i];
		plain = c != ',' && c != '"' && c != '\n' && c != '\r';
	}
	if (plain) {
		buf_add_str(out, path);
		return;
	}
	buf_add_char(out, '"');
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] == '"') buf_add_char(out, '"');
		buf_add_char(out, path.p[i]);
	}
	buf_add_char(out, '"');
}

/* URL-safe base64 without padding (RFC 4648 section 5), straight into the buffer: a build writes thousands of rows. */
static void write_base64(struct buf *out, const unsigned char *bytes, size_t n)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint32_t bits = 0;
	unsigned n_bits = 0;
	for (size_t i = 0; i < n; i++) {
		bits = (bits << 8 | bytes[i]) & 0xffff;
		for (n_bits += 8; n_bits >= 6; n_bits -= 6) buf_add_char(out, alphabet[bits >> (n_bits - 6) & 63]);
	}
	if (n_bits) buf_add_char(out, alphabet[bits << (6 - n_bits) & 63]);
}

void record_write_row(struct buf *out, str path, const struct sha256 *digest, uint64_t size)
{
	write_path(out, path);
	if (!digest) {
		buf_add_str(out, S(",,\n"));
		return;
	}
	buf_add_str(out, S(",sha256="));
	write_base64(out, digest->bytes, sizeof digest->bytes);
	buf_addf(out, ",%llu\n", (unsigned long long)size);
}
