/* build_key.h: digests of everything that decides an artifact's bytes; private to pipeline/.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_PIPELINE_BUILD_KEY_H
#define LAMINA_PIPELINE_BUILD_KEY_H

#include "model/artifact.h"
#include "model/plan.h"
#include "pipeline/build.h"
#include "pipeline/sources.h"

/* What does not stand in files: the artifact's description, where packages come from, lamina's version and coder. */
void build_key_options(const struct artifact *artifact, str index_key, const struct build_options *options, struct sha256 *out);
/* What the bytes depend on: wheels, project files and the rules of the plan, but not where any of them lies. */
void build_key_content(const struct artifact *artifact, const struct distribution *distributions, size_t n,
                       const struct source_list *sources, struct sha256 *out);

#endif
