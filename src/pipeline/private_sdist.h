/* private_sdist.h: a source distribution of the store -> its wheel, in the store too.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The archive is unpacked into a private folder that goes with the run (base/scratch.h), and everything else is as for a folder of the user's
 * (pipeline/private.h), but that nothing above it and no repository counts.
 * Memory:   the bytes of an archive never change, so the answer is remembered by its digest: the wheel, or that it cannot be built natively.
 *           Another version of lamina, another zip coder, another policy or, for the project's own backend, another target: other answers.
 * Checked:  name and version of the wheel are those of the file's name and of the lock.
 * Errors:   those of private.h and private_archive.h; ERR_RESOLVE "sdist-mismatch".
 * Lifetime: the arena's. Threads: as private_wheel_make. */
#ifndef LAMINA_PIPELINE_PRIVATE_SDIST_H
#define LAMINA_PIPELINE_PRIVATE_SDIST_H

#include "pipeline/private.h"

struct private_sdist {
	str file;             /* "docopt-0.6.2.tar.gz"; of an archive at a URL any name */
	struct sha256 sha256; /* of the verified file */
	str subdirectory;     /* of the project in the archive; empty = its top */
	str name, version;    /* that it must have; name normalised; empty = not known */
};

/* From memory: *found tells. False with the error of a remembered refusal. */
bool private_sdist_recall(struct arena *a, const struct private_sdist *sdist, const struct private_options *options,
                          struct private_wheel *out, bool *found, struct err *e);
/* The archive must be in the store. */
bool private_sdist_make(struct arena *a, const struct private_sdist *sdist, const struct private_options *options,
                        struct notes *notes, struct private_wheel *out, struct err *e);

/* The tree of an unpacked source distribution: no repository is about it, and messages call it by its name. */
void private_sdist_tree(struct private_tree *tree, str archive);

#endif
