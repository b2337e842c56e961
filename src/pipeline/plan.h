/* plan.h: distributions + project files + rules -> the plan of an artifact. Pure: no input or output.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Layout (python-packaging 7.3, as `pip install --target`): purelib, platlib and data go to the site folder T ("python/" in a flat
 * layer, "python/lib/python3.X/site-packages/" in a versioned one, the root of a function); .data/scripts to T/bin, or to bin/ at the
 * artifact's root with `scripts`, where console scripts go too; .data/headers are left out unless nothing is slimmed.
 * RECORD is written anew for what is really there; RECORD.jws and RECORD.p7s would lie and are left out.
 * Collisions: equal bytes are one file; different bytes are ERR_FORMAT "collision" when the path can be imported or loaded, else the
 * first by normalised name stays and a warning says so; `prefer` decides either. A file that is also a folder of another is an error.
 * Missing dependencies (requirements files are no complete lock) are pipeline/closure.h. */
#ifndef LAMINA_PIPELINE_PLAN_H
#define LAMINA_PIPELINE_PLAN_H

#include "base/err.h"
#include "model/artifact.h"
#include "model/note.h"
#include "model/plan.h"

/* distributions: sorted by name, unique; sizes are filled in. sources: in any order. */
bool plan_make(struct arena *a, const struct artifact *artifact, struct distribution *distributions, size_t n_distributions,
               const struct source_file *sources, size_t n_sources, struct notes *notes, struct plan *out, struct err *e);

/* The site folder with its slash, empty for functions. */
str plan_site_prefix(struct arena *a, const struct artifact *artifact);

#endif
