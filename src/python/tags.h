/* tags.h: compatibility tags of a target, best first, and how well a wheel's tag set matches them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Source: PyPA "Platform compatibility tags" (PEP 425, PEP 600); the order is list-equal to what the Lambda runtimes report.
 * CPython 3.m on platforms P (manylinux_2_G .. _2_lo with the legacy aliases after their equals, plain linux last):
 * cp3m-cp3m-P, cp3m-abi3-P, cp3m-none-P, cp3k-abi3-P (k = m-1..2), py3m/py3/py3k-none-P, cp3m-none-any, py3m/py3/py3k-none-any.
 * Lifetime: the list belongs to the arena.
 * Threads:  read-only after tags_for. */
#ifndef LAMINA_PYTHON_TAGS_H
#define LAMINA_PYTHON_TAGS_H

#include "base/map.h"
#include "base/vec.h"

struct tag_list {
	str *tags; /* "cp312-cp312-manylinux_2_34_x86_64", best first */
	size_t n;
	struct map rank; /* tag -> (void *)(index + 1) */
};

/* machine: "x86_64" or "aarch64". */
void tags_for(struct arena *a, int python_minor, int glibc_minor, str machine, struct tag_list *out);
/* A list from given tags (test driver). */
void tags_from(struct arena *a, const str *tags, size_t n, struct tag_list *out);
/* Position of a tag, or SIZE_MAX. */
size_t tags_rank(const struct tag_list *list, str tag);

#endif
