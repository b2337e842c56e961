/* sources.h: the project's own files: which of them go into an artifact, with their facts.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Version-control folders, virtual environments, caches, dist/, .lamina/ and .env files never come along unless an include glob
 * names them. Order of rules: never-list, exclude-path, include (when given, only what matches). Symbolic links are followed when they
 * stay inside the folder and refused otherwise; special files are refused. The executable bit comes from content (ELF, shebang) or
 * place (bin/, bootstrap), never from the host's modes. What lamina itself writes (outputs and unfinished ones) never comes along.
 * Errors: ERR_IO; ERR_FORMAT "source-special", "source-link", "source-name", "source-too-many".
 * Limits: SOURCES_MAX files and as many folders (links can make few folders many), depth 64. */
#ifndef LAMINA_PIPELINE_SOURCES_H
#define LAMINA_PIPELINE_SOURCES_H

#include <stdatomic.h>

#include "base/err.h"
#include "base/io.h"
#include "model/artifact.h"
#include "model/note.h"
#include "model/plan.h"

#define SOURCES_MAX 200000

struct source_list {
	VEC(struct source_file) files; /* bytewise order of name in the artifact */
};

/* The list with stat facts only (cheap: for "nothing changed"). outputs: absolute paths of what is built, which never is a source. */
bool sources_scan(struct arena *a, const struct artifact *artifact, const struct str_list *outputs, struct source_list *out,
                  struct err *e);
/* Fills in digests and executable bits by reading each file once. */
bool sources_hash(struct arena *a, struct source_list *list, size_t jobs, const atomic_bool *cancel, struct err *e);
/* Appends the bytes that were hashed, or fails with "source-changed". */
bool sources_copy(struct arena *a, const struct source_file *f, struct io_temp *to, struct err *e);
/* Sets "source-changed"; false. */
bool source_changed(const struct source_file *f, struct err *e);

#endif
