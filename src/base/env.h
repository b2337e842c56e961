/* env.h: the environment as a value, so that nothing below command/ reads the process's own.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Lifetime: the strings belong to whoever made `vars` (main, or a test). An empty variable counts as set: callers decide. */
#ifndef LAMINA_BASE_ENV_H
#define LAMINA_BASE_ENV_H

#include "base/str.h"

struct env {
	char **vars; /* "NAME=value", NULL at the end; NULL = an empty environment */
};

/* The value, or NULL when the variable is not set. */
const char *env_get(const struct env *e, const char *name);
/* As env_get, but NULL also when the value is empty. */
const char *env_get_nonempty(const struct env *e, const char *name);

#endif
