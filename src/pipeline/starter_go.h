/* starter_go.h: finds the Go programs of a project for `lamina init`.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Walks the folders below the nearest go.mod (not vendor/, testdata/, hidden ones; as deep and as far as its limits) and reads the heads
 * of Go files: a main package that imports github.com/aws/aws-lambda-go/lambda is a function. No go command is started. */
#ifndef LAMINA_PIPELINE_STARTER_GO_H
#define LAMINA_PIPELINE_STARTER_GO_H

#include "base/err.h"
#include "base/vec.h"

struct starter_program {
	str name;   /* for [function.NAME], unique */
	str folder; /* "./cmd/worker" */
};

struct starter_programs {
	VEC(struct starter_program) list; /* in order of folder */
	bool has_module;
};

bool starter_find_go(struct arena *a, str folder, struct starter_programs *out, struct err *e);

#endif
