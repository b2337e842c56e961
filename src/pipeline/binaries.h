/* binaries.h: executables and shared libraries that an artifact names: where each goes, and whether the target can run it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Places (lambda-platform: what a runtime looks for): `bootstrap` at a function's root; in a layer bin/NAME (on PATH), lib/SONAME (on
 * LD_LIBRARY_PATH; the loader looks for the SONAME, so symbolic links are read through and the file gets that name), and
 * extensions/NAME.
 * Errors: ERR_IO "not-found"; ERR_FORMAT "binary-folder", "binary-name", "wrong-arch", "glibc-too-new", "no-loader", "not-executable",
 *         "crlf-shebang", and those of format/elf.h. */
#ifndef LAMINA_PIPELINE_BINARIES_H
#define LAMINA_PIPELINE_BINARIES_H

#include "base/err.h"
#include "base/io.h"
#include "model/artifact.h"
#include "model/note.h"
#include "model/plan.h"

/* The entry's name in the artifact, and the facts of its file. */
bool binary_place(struct arena *a, const struct artifact *artifact, const struct artifact_binary *binary, str *name,
                  struct io_stat *st, struct err *e);
/* Judges every named binary, and a `bootstrap` or extension wherever it comes from. */
bool binaries_check(struct arena *a, const struct artifact *artifact, const struct source_file *sources, size_t n,
                    struct notes *notes, struct err *e);
/* The architecture that the first ELF file among them is for; false when none can be read (scripts, files still to be built). */
bool binaries_arch(struct arena *a, const struct artifact *artifact, enum target_arch *out, str *path);

#endif
