/* fuzz_wheel_file.c: WHEEL is refused with a reason or read; only major version 1 is read.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "python/wheel_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct wheel_file w;
	struct err e = { 0 };
	bool ok = wheel_file_parse(&a, (str){ (const char *)data, size }, &w, &e);
	if (ok == err_is_set(&e)) abort();
	if (!ok && strcmp(e.id, "wheel-file") != 0) abort();
	if (ok) {
		size_t zeros = 0;
		while (str_at(w.wheel_version, zeros) == '0') zeros++;
		if (str_at(w.wheel_version, zeros) != '1' || w.tags.n > WHEEL_FILE_TAGS_MAX) abort();
		for (size_t i = 0; i < w.tags.n; i++)
			if (str_chr(w.tags.p[i], '\n') != STR_NONE || str_chr(w.tags.p[i], '\r') != STR_NONE) abort();
	}
	arena_release(&a);
	return 0;
}
