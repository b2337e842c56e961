/* version.h: PEP 440 versions.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Version specifiers" (PEP 440), with the accepting grammar of the `packaging` library; python-packaging rules
 * restated in docs/architecture.md. Numbers have any length: they are kept as digit runs without leading zeros.
 * Order: epoch, release without trailing zeros, pre/post/dev phase, local (text before numbers, prefix first).
 * Limits: VERSION_MAX bytes, VERSION_RELEASE_MAX release parts. Lifetime: views into the text given (or the arena). */
#ifndef LAMINA_PYTHON_VERSION_H
#define LAMINA_PYTHON_VERSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define VERSION_MAX 4096
#define VERSION_RELEASE_MAX 1024

enum version_pre { VERSION_PRE_NONE, VERSION_PRE_A, VERSION_PRE_B, VERSION_PRE_RC };

struct version {
	str text;  /* as written, trimmed */
	str epoch; /* digits; "0" when not written */
	str *release;
	size_t n_release; /* as written: "1.0" has 2 */
	enum version_pre pre;
	str pre_number;
	bool has_post, has_dev;
	str post_number, dev_number;
	str *local; /* lower case segments */
	size_t n_local;
	uint64_t fast; /* private: order-preserving key when it fits, else 0 */
};

/* False (ERR_FORMAT "version") when text is no PEP 440 version. e may be NULL. */
bool version_parse(struct arena *a, str text, struct version *out, struct err *e);
/* <0, 0, >0; a total order. */
int version_cmp(const struct version *a, const struct version *b);
/* Normal form, release zeros kept ("1.0RC1" -> "1.0rc1"). */
str version_normal(struct arena *a, const struct version *v);
/* Normal form without the local part. */
str version_public(struct arena *a, const struct version *v);
bool version_is_prerelease(const struct version *v); /* has pre or dev */

#endif
