/* version.h: PEP 440 versions.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Version specifiers" (PEP 440), with the accepting grammar of the `packaging` library:
 *     v? (N!)? N(.N)* pre? post? dev? (+local)?      any case; ASCII only, except for white space around it
 *     pre: sep? (alpha|a|beta|b|preview|pre|c|rc) sep? N?     post: -N | sep? (post|rev|r) sep? N?     dev: sep? dev sep? N?
 *     local: alnum+ (sep alnum+)*                              sep: . _ -
 * Numbers have any length: they are kept as digit runs without leading zeros.
 * Order: epoch, release without trailing zeros, pre/post/dev phase, local (text before numbers, prefix first).
 * Limits: VERSION_MAX bytes, VERSION_RELEASE_MAX release parts.
 * Lifetime: views into the text given (or the arena). */
#ifndef LAMINA_PYTHON_VERSION_H
#define LAMINA_PYTHON_VERSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define VERSION_MAX         65536
#define VERSION_RELEASE_MAX 32768

enum version_pre { VERSION_PRE_NONE, VERSION_PRE_A, VERSION_PRE_B, VERSION_PRE_RC };

struct version {
	str text;  /* as written, trimmed; empty in versions that were derived from others (interval.c) */
	str epoch; /* digits; "0" when not written */
	str *release;
	size_t n_release; /* as written: "1.0" has 2 */
	enum version_pre pre;
	str pre_number;
	bool has_post, has_dev;
	str post_number, dev_number;
	str *local; /* lower case segments, numbers without leading zeros */
	size_t n_local;
	uint64_t fast; /* private: order-preserving key when it fits, else 0 */
};

/* False (ERR_FORMAT "version", err_at) when text is no PEP 440 version. e may be NULL. */
bool version_parse(struct arena *a, str text, struct version *out, struct err *e);
/* <0, 0, >0; a total order. */
int version_cmp(const struct version *a, const struct version *b);
/* The same order without the local parts. */
int version_cmp_public(const struct version *a, const struct version *b);
/* The same order of (epoch, release, pre) alone: 0 for versions that differ in post, dev (beside a pre or post) and local. */
int version_cmp_family(const struct version *a, const struct version *b);
/* Normal form, release zeros kept ("1.0RC1" -> "1.0rc1"). */
str version_normal(struct arena *a, const struct version *v);
/* Normal form without the local part. */
str version_public(struct arena *a, const struct version *v);
bool version_is_prerelease(const struct version *v); /* has pre or dev */

/* For those who build a version from parts: sets v->fast. */
void version_set_key(struct version *v);

/* --- for specifier.c and poetry_constraint.c --- */

/* The pieces of the longest version at a place in a text. Views into the text; numbers may be empty (not written). */
struct version_parts {
	str epoch, release; /* release: "1.2.3" */
	size_t n_release;
	enum version_pre pre;
	bool has_post, has_dev;
	str pre_number, post_number, dev_number, local;
	size_t release_end; /* position after the release */
	size_t end;         /* position after the version */
};
/* False when no version starts at `at`. A leading "v" belongs to it, white space does not. */
bool version_scan(str text, size_t at, struct version_parts *out);
/* False (as version_parse) only when a limit is passed. text becomes out->text. */
bool version_build(struct arena *a, str text, const struct version_parts *parts, struct version *out, struct err *e);

#endif
