/* ingest.c: the order of the checks, and what is kept of a wheel.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/ingest.h"

#include <stdlib.h>
#include <string.h>

#include "pipeline/ingest_parts.h"

#define WARNING_MAX 1000 /* bytes */

static void set_where(struct ingest *i, str entry)
{
	if (str_empty(entry))
		err_where(i->e, STR_FMT, STR_ARG(i->file));
	else
		err_where(i->e, STR_FMT ": " STR_FMT, STR_ARG(i->file), STR_ARG(entry));
}

bool ingest_refuse(struct ingest *i, const char *id, str entry, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	str what = arena_vfmt(&i->scratch, format, arguments);
	va_end(arguments);
	err_set(i->e, ERR_FORMAT, id, STR_FMT, STR_ARG(what));
	set_where(i, entry);
	return false;
}

/* Names in RECORD and tags in WHEEL have any length; a warning is a line. */
static str cut_text(str s)
{
	if (s.n <= WARNING_MAX) return s;
	size_t n = WARNING_MAX;
	while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80) n--; /* not within a character */
	return str_slice(s, 0, n);
}

void ingest_warn(struct ingest *i, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	str what = cut_text(arena_vfmt(&i->scratch, format, arguments));
	va_end(arguments);
	*vec_push(i->a, &i->record.warnings) = arena_fmt(i->a, STR_FMT ": " STR_FMT, STR_ARG(i->file), STR_ARG(what));
}

bool ingest_differs(struct ingest *i, const char *id, str entry, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	str what = arena_vfmt(&i->scratch, format, arguments);
	va_end(arguments);
	if (i->options->allow_record_mismatch) {
		ingest_warn(i, STR_FMT, STR_ARG(what));
		return true;
	}
	ingest_refuse(i, id, entry, STR_FMT, STR_ARG(what));
	err_why(i->e, "RECORD must list exactly the files of the wheel, each with its hash and size");
	return err_help(i->e, "tell the project's maintainers, or accept this wheel with --allow-record-mismatch " STR_FMT,
	                STR_ARG(i->name.name));
}

size_t ingest_find(const struct ingest *i, str name)
{
	size_t from = 0, to = i->n_files;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = str_cmp(i->files[middle].zip->name, name);
		if (order == 0) return middle;
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return SIZE_MAX;
}

str ingest_info_path(struct ingest *i, const char *file)
{
	return arena_fmt(&i->scratch, STR_FMT "/%s", STR_ARG(i->record.dist_info), file);
}

bool ingest_read(struct ingest *i, size_t file, size_t max, const char *id, str *out)
{
	const struct zip_entry *entry = i->files[file].zip;
	if (entry->usize > max)
		return ingest_refuse(i, id, entry->name, "the file has %llu bytes, more than %zu", (unsigned long long)entry->usize,
		                     max);
	return zip_read_entry(&i->scratch, &i->zip, entry, max, out, i->e);
}

static int by_name(const void *a, const void *b)
{
	const struct ingest_file *x = a, *y = b;
	return str_cmp(x->zip->name, y->zip->name);
}

static bool open_archive(struct ingest *i, int fd, uint64_t size)
{
	struct zip_open_options strict = { .policy = ZIP_POLICY_DEFAULT };
	if (!zip_open(&i->scratch, fd, i->file, &strict, &i->zip, i->e)) return false;
	if (i->zip.size != size)
		return ingest_refuse(i, "wheel-size", (str){ 0 }, "the file has %llu bytes, not %llu", (unsigned long long)i->zip.size,
		                     (unsigned long long)size);
	i->files = arena_array(&i->scratch, struct ingest_file, i->zip.n);
	for (size_t k = 0; k < i->zip.n; k++)
		if (!i->zip.entries[k].is_dir) i->files[i->n_files++].zip = &i->zip.entries[k];
	if (i->n_files > 0) qsort(i->files, i->n_files, sizeof *i->files, by_name);
	if (i->zip.trailing_nuls) ingest_warn(i, "the wheel has zero bytes behind its end");
	if (i->zip.case_variant[0].n)
		ingest_warn(i, "\"" STR_FMT "\" and \"" STR_FMT "\" differ only by case: some systems cannot hold both",
		            STR_ARG(i->zip.case_variant[0]), STR_ARG(i->zip.case_variant[1]));
	return true;
}

static void keep_entries(struct ingest *i)
{
	struct wheel_record *r = &i->record;
	r->entries = arena_array(i->a, struct wheel_entry, i->n_files);
	r->n_entries = i->n_files;
	for (size_t k = 0; k < i->n_files; k++) {
		const struct ingest_file *f = &i->files[k];
		r->entries[k] = (struct wheel_entry){
			.name = arena_str(i->a, f->zip->name),
			.data_at = f->zip->data_at,
			.csize = f->zip->csize,
			.usize = f->zip->usize,
			.crc32 = f->zip->crc32,
			.stream_crc32 = f->facts.stream_crc32,
			.method = f->zip->method,
			.executable = (f->zip->unix_mode & 0111) != 0,
			.sha256 = f->facts.sha256,
		};
	}
}

static bool judge(struct ingest *i, int fd, uint64_t size)
{
	if (!wheel_name_parse(&i->scratch, i->file, &i->name, i->e)) {
		set_where(i, (str){ 0 });
		return false;
	}
	return open_archive(i, fd, size) && ingest_find_folders(i) && ingest_metadata(i) && ingest_wheel_file(i) &&
	       ingest_entry_points(i) && ingest_check_data(i) && ingest_read_record(i) && ingest_verify(i);
}

bool ingest_wheel(struct arena *a, int fd, str file_name, const struct sha256 *digest, uint64_t size,
                  const struct ingest_options *options, struct wheel_record *out, struct err *e)
{
	static const struct ingest_options strict = { 0 };
	struct ingest i = { .a = a, .options = options ? options : &strict, .file = file_name, .e = e };
	i.record.sha256 = *digest;
	i.record.size = size;
	bool ok = judge(&i, fd, size);
	if (ok) {
		keep_entries(&i);
		*out = i.record;
	}
	arena_release(&i.scratch);
	return ok;
}
