/* ingest_parts.h: what the files of ingestion share; private to pipeline/ingest*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_PIPELINE_INGEST_PARTS_H
#define LAMINA_PIPELINE_INGEST_PARTS_H

#include "pipeline/ingest.h"
#include "python/record.h"
#include "python/wheel_name.h"
#include "zip/zip_read.h"

/* A file of the wheel on its way to a wheel_entry. */
struct ingest_file {
	const struct zip_entry *zip;
	const struct record_row *row; /* what RECORD says; NULL when nothing */
	struct zip_facts facts;
};

struct ingest {
	struct arena *a;      /* of the result */
	struct arena scratch; /* of this ingestion */
	const struct ingest_options *options;
	str file;
	struct wheel_name name;
	struct zip_archive zip;
	struct ingest_file *files; /* bytewise order of name, without directories */
	size_t n_files;
	struct record_rows rows;
	struct wheel_record record;
	struct err *e;
};

/* ERR_FORMAT with where = FILE: entry (entry may be empty). False. */
bool ingest_refuse(struct ingest *i, const char *id, str entry, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* A difference between RECORD and the files: refused, or a warning when the user allowed it (then true). */
bool ingest_differs(struct ingest *i, const char *id, str entry, const char *format, ...) __attribute__((format(printf, 4, 5)));
void ingest_warn(struct ingest *i, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Index of a file, or SIZE_MAX. */
size_t ingest_find(const struct ingest *i, str name);
/* The path of a file in *.dist-info. */
str ingest_info_path(struct ingest *i, const char *file);
/* Content of a text file of the wheel; more than max bytes are refused with the id. */
bool ingest_read(struct ingest *i, size_t file, size_t max, const char *id, str *out);

/* ingest_layout.c: finds *.dist-info and *.data; judges the names in *.data. */
bool ingest_find_folders(struct ingest *i);
bool ingest_check_data(struct ingest *i);
/* Whether a command of that name would take the place of an interpreter. */
bool ingest_name_is_reserved(str name);
/* Whether the file is one of .data/scripts; *name is the rest of its path. */
bool ingest_is_script(const struct ingest *i, str path, str *name);

/* ingest_text.c: METADATA, WHEEL, entry_points.txt. */
bool ingest_metadata(struct ingest *i);
bool ingest_wheel_file(struct ingest *i);
bool ingest_entry_points(struct ingest *i);

/* ingest_record.c: RECORD against the list of files, then against their bytes. */
bool ingest_read_record(struct ingest *i);
bool ingest_check_row(struct ingest *i, const struct ingest_file *file, str sha512);

/* ingest_bytes.c: inflates everything: facts of each file, scripts that are rewritten. */
bool ingest_verify(struct ingest *i);

#endif
