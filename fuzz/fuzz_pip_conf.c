/* fuzz_pip_conf.c: pip.conf is read or refused with a place; a value that is taken has one too.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "index/config.h"

static void require(bool promise)
{
	if (!promise) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct pip_settings s = { 0 };
	if (pip_conf_parse(&a, (str){ (const char *)data, size }, S("pip.conf"), &s, &e)) {
		for (size_t level = 0; level < 2; level++)
			for (size_t key = 0; key < PIP_KEYS; key++)
				require(str_empty(s.value[level][key]) == str_empty(s.where[level][key]));
	} else {
		require(e.code == ERR_USAGE && str_eq(str_from(e.id), S("pip-conf")) && e.where[0]);
	}
	arena_release(&a);
	return 0;
}
