/* fuzz_toml.c: what the TOML reader accepts is a sound tree, and what it refuses has a place.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "format/toml.h"

static void require(bool promise)
{
	if (!promise) abort();
}

static void check_value(const struct toml_value *v, size_t size, int depth)
{
	require(depth <= TOML_DEPTH_MAX);
	require(v->offset <= v->end && v->end <= size);
	if (v->type == TOML_STRING) require(utf8_valid(v->u.string));
	if (v->type == TOML_ARRAY)
		for (size_t i = 0; i < v->u.array.n; i++) check_value(v->u.array.p[i], size, depth + 1);
	if (v->type == TOML_TABLE)
		for (size_t i = 0; i < v->u.table.n; i++) {
			const struct toml_member *m = &v->u.table.p[i];
			require(m->key_offset <= size && utf8_valid(m->key));
			require(toml_get(v, m->key) == m->value); /* keys are unique */
			check_value(m->value, size, depth + 1);
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct toml_document d;
	if (toml_parse(&a, (str){ (const char *)data, size }, S("fuzz.toml"), &d, &e)) {
		require(!err_is_set(&e));
		check_value(d.root, size, 0);
	} else {
		require(e.code == ERR_FORMAT && e.has_offset && e.offset <= size);
		require(str_starts(str_from(e.where), S("fuzz.toml:")) && utf8_valid(str_from(e.what)) && utf8_valid(str_from(e.why)));
	}
	arena_release(&a);
	return 0;
}
