/* provided.h: what the runtime or an attached layer already has, and therefore need not be packed.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Words of --provided: "runtime:boto3" (the AWS SDK of the Python runtimes with all it consists of), "runtime:NAME", the path of a layer
 * zip (every *.dist-info in it), the ARN of a layer (its content cannot be seen without AWS: nothing is left out, said as a warning),
 * or the name of a distribution.
 * Errors: ERR_USAGE "unknown-provided", ERR_IO, ERR_FORMAT of the zip. */
#ifndef LAMINA_PIPELINE_PROVIDED_H
#define LAMINA_PIPELINE_PROVIDED_H

#include "base/err.h"
#include "model/artifact.h"
#include "model/note.h"

struct provided_name {
	str name;    /* normalised */
	str version; /* where it is known (a layer zip), else empty */
	str by;      /* the word it comes from */
};

struct provided_set {
	VEC(struct provided_name) names;
	struct str_list inputs; /* files that were read */
};

/* Does a word name a file? */
bool provided_is_path(str word);
bool provided_read(struct arena *a, const struct artifact *artifact, struct notes *notes, struct provided_set *out,
                   struct err *e);
/* NULL when the name is not provided. */
const struct provided_name *provided_find(const struct provided_set *set, str name);

#endif
