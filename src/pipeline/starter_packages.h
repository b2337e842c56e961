/* starter_packages.h: finds the private packages of a project for `lamina init`.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A folder, at most two below the project's, whose pyproject.toml has a [build-system] table or whose setup.cfg has [metadata]. Hidden
 * folders, tests, examples, documentation and what tools leave behind are not looked into. Nothing is executed. */
#ifndef LAMINA_PIPELINE_STARTER_PACKAGES_H
#define LAMINA_PIPELINE_STARTER_PACKAGES_H

#include "base/err.h"
#include "base/vec.h"

/* Folders as lamina.toml names them, in order: "lambda/libexample". */
bool starter_find_packages(struct arena *a, str folder, struct str_list *out, struct err *e);
/* Does the folder hold a package itself? */
bool starter_is_package(struct arena *a, str folder);

#endif
