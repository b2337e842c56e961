/* fuzz_ini.c: what the INI reader accepts has unique names, and what it refuses has a place.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "format/ini.h"

static void require(bool promise)
{
	if (!promise) abort();
}

static void check_section(const struct ini *ini, const struct ini_section *s)
{
	for (size_t i = 0; i < s->entries.n; i++) {
		const struct ini_entry *entry = &s->entries.p[i];
		require(entry->key.n > 0 && entry->line > 0);
		if (s != &ini->defaults) require(ini_get(ini, s->name, entry->key) == entry);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct ini ini;
	if (ini_parse(&a, (str){ (const char *)data, size }, S("fuzz.ini"), &ini, &e)) {
		check_section(&ini, &ini.defaults);
		for (size_t i = 0; i < ini.sections.n; i++) {
			require(ini_section(&ini, ini.sections.p[i].name) == &ini.sections.p[i]);
			check_section(&ini, &ini.sections.p[i]);
		}
	} else {
		require(e.code == ERR_FORMAT && e.where[0] && (!e.has_offset || e.offset <= size));
	}
	arena_release(&a);
	return 0;
}
