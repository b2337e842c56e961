/* target.h: look-ups in the table of Lambda runtimes, and what each target answers to markers and tags.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sources: AWS Lambda developer guide "Runtimes" as of RUNTIMES_AS_OF; PEP 508 values as recorded inside the runtime images.
 * Lifetime: tables are static.
 * Errors:   ERR_USAGE "unknown-runtime" / "unknown-arch" with "did you mean". */
#ifndef LAMINA_TARGET_TARGET_H
#define LAMINA_TARGET_TARGET_H

#include "base/err.h"
#include "base/vec.h"
#include "model/target.h"

#define RUNTIMES_AS_OF "2026-11-20"

/* Limits of Lambda, in bytes ("MB" in AWS documents = 1,048,576 bytes). */
#define LAMBDA_UNZIPPED_MAX      UINT64_C(262144000)
#define LAMBDA_DIRECT_UPLOAD_MAX UINT64_C(52428800)
#define LAMBDA_LAYERS_MAX        5

const struct runtime *runtimes(size_t *n); /* the whole table, in order of display */
bool target_runtime(str name, const struct runtime **out, struct err *e);
/* x86_64, amd64, arm64, aarch64. */
bool target_arch(str name, enum target_arch *out, struct err *e);
/* Refuses pairs that do not exist. */
bool target_make(const struct runtime *r, enum target_arch arch, struct target *out, struct err *e);
/* "python3.12/arm64" */
bool target_parse(str text, struct target *out, struct err *e);
str target_text(struct arena *a, const struct target *t);
const char *target_arch_name(enum target_arch arch); /* "x86_64", "arm64": as AWS spells it */
const char *target_machine(const struct target *t);  /* "x86_64", "aarch64": as Python and wheels spell it */

/* The eleven PEP 508 values in the order of enum marker_variable (python/marker.h); empty str with p == NULL = unknown before
 * run time. `assumed` are the values that decide what stays unknown: recorded patch version, empty platform strings. */
void target_markers(struct arena *a, const struct target *t, str values[11], str assumed[11]);

/* suggest_nearest under the name that configuration uses (base/suggest.h). */
str target_nearest_name(str name, const str *candidates, size_t n);

/* What the runtime brings along: what "runtime:boto3" and "runtime:NAME" stand for, by normalised name. None without Python.
 * Versions float with the runtime's patches, so none are given. */
struct runtime_package {
	const char *name;
	const char *why;
};
const struct runtime_package *target_runtime_packages(const struct runtime *r, size_t *n);

/* Where things are inside Lambda. Empty for runtimes without Python. */
enum layer_layout { LAYER_FLAT, LAYER_VERSIONED };
/* "/var/lang/bin/python3.12": what the first line of a script must name. */
str target_interpreter(struct arena *a, const struct runtime *r);
/* "python/" or "python/lib/python3.12/site-packages/": where a layer's zip holds importable files. */
str target_layer_prefix(struct arena *a, const struct runtime *r, enum layer_layout layout);

/* State of a runtime on a date (days since 1970-01-01): what to warn about. */
enum runtime_state { RUNTIME_CURRENT, RUNTIME_DEPRECATED, RUNTIME_CREATE_BLOCKED, RUNTIME_UPDATE_BLOCKED };
enum runtime_state runtime_state_on(const struct runtime *r, int64_t days);

#endif
