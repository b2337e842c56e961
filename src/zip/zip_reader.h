/* zip_reader.h: what the steps of zip_open hand to each other; for this folder only.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Order: zip_end_read finds the directory, zip_central_read reads it, zip_local_read proves that the local headers say the same
 * and that all records together fill the file. */
#ifndef LAMINA_ZIP_ZIP_READER_H
#define LAMINA_ZIP_ZIP_READER_H

#include "zip/zip_read.h"
#include "zip/zip_record.h"
#include "zip/zip_window.h"

#define ZIP_DIRECTORY_MAX ((uint64_t)32 << 20)

struct zip_reader {
	struct arena *arena;  /* results */
	struct arena scratch; /* of this opening */
	const struct zip_limits *limits;
	enum zip_policy policy;
	bool allow_symlinks;
	struct zip_archive *z;
	struct zip_window window;
	/* from the end record: */
	uint64_t directory_at, directory_size;
	uint64_t end_at;   /* first byte behind the directory: where the (ZIP64) end record must begin */
	uint64_t promised; /* entries */
	/* from the directory, by entry: */
	uint64_t *central_at;
	uint16_t *flags;
};

bool zip_end_read(struct zip_reader *r, struct err *e);
bool zip_central_read(struct zip_reader *r, struct err *e);
bool zip_local_read(struct zip_reader *r, struct err *e);

static inline struct zip_place zip_reader_at(const struct zip_reader *r, uint64_t at)
{
	return (struct zip_place){ r->z->path, { NULL, 0 }, at };
}
static inline bool zip_strict(const struct zip_reader *r) { return r->policy == ZIP_POLICY_REGISTRY; }

#endif
