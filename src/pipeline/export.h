/* export.h: which lock is exported, and how: options, lamina.toml -> text.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The lock is what --lock, -r or --project name; else that of the artifact of the nearest lamina.toml (all artifacts must have the same
 * when none is named); else that of the process's folder. A folder stands for the lock in it as for a build (locking.h), and inputs that
 * lamina locks (relock.h) for their lock, which must be right unless `frozen`.
 * Errors: those of lockfile/export.h, project.h and locking.h; ERR_USAGE "which-artifact", "no-artifact".
 * Lifetime: the arena's. */
#ifndef LAMINA_PIPELINE_EXPORT_H
#define LAMINA_PIPELINE_EXPORT_H

#include "base/buf.h"
#include "base/env.h"
#include "base/err.h"
#include "model/note.h"
#include "pipeline/export_files.h"

struct export_options {
	str name;   /* artifact; empty = not said */
	str config; /* --config */
	struct str_list requirements;
	str lock, project;
	struct str_list with, without, only, extras;
	bool all_extras, frozen, no_project, with_credentials;
	enum export_format format;
	unsigned flags; /* enum export_flags */
	str output;     /* file that will be written; empty = standard output */
	const struct env *env;
	struct export_index_options index; /* for pylock.toml */
};

bool export_run(struct arena *a, const struct export_options *options, struct notes *notes, struct buf *out, struct err *e);

#endif
