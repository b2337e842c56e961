/* env.c: look-ups in an environment that is a value.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/env.h"

#include <string.h>

const char *env_get(const struct env *e, const char *name)
{
	size_t n = strlen(name);
	if (n == 0 || !e->vars) return NULL;
	for (char **var = e->vars; *var; var++)
		if (strncmp(*var, name, n) == 0 && (*var)[n] == '=') return *var + n + 1;
	return NULL;
}

const char *env_get_nonempty(const struct env *e, const char *name)
{
	const char *value = env_get(e, name);
	return value && value[0] ? value : NULL;
}
