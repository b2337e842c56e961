/* fuzz_git_index.c: git's index. The first byte says which size object names have.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Names are never empty, begin below what was asked for, and no name is longer than the limit. */
#include <stdlib.h>

#include "python/source_git.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct str_list all = { 0 }, below = { 0 };
	if (size < 1 || size > 100000) return 0;
	size_t id = data[0] & 1 ? 32 : 20;
	str index = { (const char *)data + 1, size - 1 };
	const char *why = git_index_paths(&a, index, id, (str){ 0 }, &all);
	const char *same = git_index_paths(&a, index, id, S("src/"), &below);
	if (why != same || (why && (all.n || below.n)) || below.n > all.n) abort();
	for (size_t i = 0; i < all.n; i++)
		if (all.p[i].n == 0 || all.p[i].n > 4096) abort();
	arena_release(&a);
	return 0;
}
