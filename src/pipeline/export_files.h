/* export_files.h: the places of files that a lock only names, for exports that have to say them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * poetry.lock and pdm.lock name files, Pipfile.lock and requirements only hashes; pylock.toml wants the URL of each. Indexes are asked
 * as for a build from the same lock. Files that an index no longer lists are left out, with a warning; a package of which none is
 * left is an error.
 * Errors: those of index/client.h; ERR_RESOLVE "no-such-version", "hash-not-listed". */
#ifndef LAMINA_PIPELINE_EXPORT_FILES_H
#define LAMINA_PIPELINE_EXPORT_FILES_H

#include "index/client.h"
#include "lockfile/export.h"

struct export_index_options {
	const struct index_inputs *inputs; /* of the command line */
	const atomic_bool *cancel;
	int64_t now;
	bool offline;
	void (*log)(void *context, const char *line);
	void *log_context;
};

/* lock: its path; folder: of lamina.toml's own indexes nothing is known here. */
bool export_files(struct arena *a, struct export_set *set, str lock, const struct export_index_options *options,
                  struct notes *notes, struct err *e);

#endif
