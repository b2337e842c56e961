/* target.h: what a build is for: one Lambda runtime on one architecture.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Nothing of the computer that runs lamina enters a target. The tables are in target/runtimes.c; this is the plain struct that
 * stages pass on.
 * Lifetime: static data, never freed. */
#ifndef LAMINA_MODEL_TARGET_H
#define LAMINA_MODEL_TARGET_H

#include <stdbool.h>

#include "base/str.h"

enum target_arch { ARCH_X86_64, ARCH_ARM64 };

struct runtime {
	const char *name;                                      /* as AWS spells it: "python3.12", "provided.al2023" */
	int python_minor;                                      /* 12 for python3.12; -1 when it is no Python runtime */
	const char *os;                                        /* "AL2", "AL2023" */
	int glibc_minor;                                       /* 34 for glibc 2.34 */
	const char *python_full_version;                       /* assumed patch version; NULL when there is none */
	const char *deprecation, *block_create, *block_update; /* ISO dates, NULL when not published */
	bool x86_64, arm64;
};

struct target {
	const struct runtime *runtime;
	enum target_arch arch;
};

#endif
