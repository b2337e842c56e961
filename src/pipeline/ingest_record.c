/* ingest_record.c: RECORD against the files.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Binary distribution format", "The .dist-info directory": RECORD lists (almost) all files with their hashes;
 * RECORD itself, RECORD.jws and RECORD.p7s have none, since they come after it. Rows are found by looking each path up among the
 * sorted files. */
#include <string.h>

#include "pipeline/ingest_parts.h"

#define NAMES_SHOWN 3

static bool is_exempt(const struct ingest *i, str path)
{
	str info = i->record.dist_info;
	if (!str_starts(path, info) || str_at(path, info.n) != '/') return false;
	str file = str_from_pos(path, info.n + 1);
	return str_eq(file, S("RECORD")) || str_eq(file, S("RECORD.jws")) || str_eq(file, S("RECORD.p7s"));
}

static bool rows_equal(const struct record_row *a, const struct record_row *b)
{
	return str_eq(a->algorithm, b->algorithm) && str_eq(a->digest, b->digest) && a->has_size == b->has_size &&
	       a->size == b->size;
}

/* Some names of a longer list, for a message. */
struct some {
	size_t n;
	str shown;
};

static void some_add(struct ingest *i, struct some *s, str name)
{
	if (s->n < NAMES_SHOWN)
		s->shown = s->n ? arena_fmt(&i->scratch, STR_FMT ", " STR_FMT, STR_ARG(s->shown), STR_ARG(name)) : name;
	s->n++;
}

static const char *and_more(const struct some *s) { return s->n > NAMES_SHOWN ? ", ..." : ""; }

static bool match_row(struct ingest *i, const struct record_row *row, struct some *extra)
{
	if (is_exempt(i, row->path)) return true;
	size_t at = ingest_find(i, row->path);
	if (at == SIZE_MAX) {
		some_add(i, extra, row->path);
		return true;
	}
	struct ingest_file *file = &i->files[at];
	if (file->row && !rows_equal(file->row, row))
		return ingest_differs(i, "record-duplicate", row->path, "RECORD lists \"" STR_FMT "\" twice, and not alike",
		                      STR_ARG(row->path));
	file->row = row;
	return true;
}

static bool match_rows(struct ingest *i, str record)
{
	struct some extra = { 0 }, missing = { 0 };
	for (size_t k = 0; k < i->rows.rows.n; k++)
		if (!match_row(i, &i->rows.rows.p[k], &extra)) return false;
	for (size_t k = 0; k < i->n_files; k++) {
		str name = i->files[k].zip->name;
		if (!i->files[k].row && !is_exempt(i, name)) some_add(i, &missing, name);
	}
	if (missing.n > 0 &&
	    !ingest_differs(i, "record-missing-entry", record, "RECORD does not list %zu file%s of the wheel: " STR_FMT "%s",
	                    missing.n, missing.n == 1 ? "" : "s", STR_ARG(missing.shown), and_more(&missing)))
		return false;
	return extra.n == 0 ||
	       ingest_differs(i, "record-extra-row", record, "RECORD lists %zu file%s that the wheel does not have: " STR_FMT "%s",
	                      extra.n, extra.n == 1 ? "" : "s", STR_ARG(extra.shown), and_more(&extra));
}

bool ingest_read_record(struct ingest *i)
{
	str path = ingest_info_path(i, "RECORD"), text;
	if (!ingest_read(i, ingest_find(i, path), RECORD_MAX, "record", &text)) return false;
	if (record_parse(&i->scratch, text, &i->rows, i->e)) return match_rows(i, path);
	err_where(i->e, STR_FMT ": " STR_FMT, STR_ARG(i->file), STR_ARG(path));
	return false;
}

static str shown_digest(struct ingest *i, const struct record_row *row, str digest)
{
	return arena_fmt(&i->scratch, STR_FMT "=" STR_FMT, STR_ARG(row->algorithm),
	                 STR_ARG(base64_encode(&i->scratch, digest, true)));
}

bool ingest_check_row(struct ingest *i, const struct ingest_file *file, str digest)
{
	const struct record_row *row = file->row;
	str name = file->zip->name;
	if (!row || is_exempt(i, name)) return true;
	if (row->has_size && row->size != file->zip->usize)
		return ingest_differs(i, "record-mismatch", name, "RECORD gives \"" STR_FMT "\" %llu bytes, but it has %llu",
		                      STR_ARG(name), (unsigned long long)row->size, (unsigned long long)file->zip->usize);
	if (str_empty(row->algorithm))
		return ingest_differs(i, "record-missing-hash", name, "RECORD lists \"" STR_FMT "\" without a hash", STR_ARG(name));
	if (str_empty(digest))
		return ingest_refuse(i, "record-hash", name,
		                     "RECORD lists \"" STR_FMT "\" with a hash that lamina cannot check: " STR_FMT, STR_ARG(name),
		                     STR_ARG(row->algorithm));
	if (str_eq(row->digest, digest)) return true;
	return ingest_differs(i, "record-mismatch", name,
	                      "the hash of \"" STR_FMT "\" is wrong: RECORD says " STR_FMT ", it is " STR_FMT, STR_ARG(name),
	                      STR_ARG(shown_digest(i, row, row->digest)), STR_ARG(shown_digest(i, row, digest)));
}
