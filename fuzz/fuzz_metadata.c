/* fuzz_metadata.c: what METADATA says, written down again, says the same.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/buf.h"
#include "python/metadata.h"

static void write_list(struct buf *b, const char *name, const struct str_list *list)
{
	for (size_t i = 0; i < list->n; i++) buf_addf(b, "%s: " STR_FMT "\r\n", name, STR_ARG(list->p[i]));
}

static bool same_list(const struct str_list *a, const struct str_list *b)
{
	if (a->n != b->n) return false;
	for (size_t i = 0; i < a->n; i++)
		if (!str_eq(a->p[i], b->p[i])) return false;
	return true;
}

static void check_round(struct arena *a, const struct metadata *m)
{
	struct buf text;
	struct metadata again;
	struct err e = { 0 };
	buf_init(&text, (size_t)1 << 26);
	buf_addf(&text, "metadata-version:" STR_FMT "\n", STR_ARG(m->metadata_version));
	buf_addf(&text, "NAME: " STR_FMT "\nVersion:\n " STR_FMT "\r", STR_ARG(m->name), STR_ARG(m->version));
	if (m->requires_python.p) buf_addf(&text, "Requires-Python: " STR_FMT "\n", STR_ARG(m->requires_python));
	write_list(&text, "Requires-Dist", &m->requires_dist);
	write_list(&text, "Provides-Extra", &m->provides_extra);
	write_list(&text, "Dynamic", &m->dynamic);
	write_list(&text, "License-File", &m->license_files);
	buf_addf(&text, "\n\nName: x\nRequires-Dist: x\n");
	if (text.n <= METADATA_MAX) {
		if (!metadata_parse(a, buf_str(&text), &again, &e)) abort();
		if (!str_eq(m->name, again.name) || !str_eq(m->version, again.version)) abort();
		if ((m->requires_python.p == NULL) != (again.requires_python.p == NULL)) abort();
		if (!str_eq(m->requires_python, again.requires_python)) abort();
		if (!same_list(&m->requires_dist, &again.requires_dist) || !same_list(&m->provides_extra, &again.provides_extra))
			abort();
		if (!same_list(&m->dynamic, &again.dynamic) || !same_list(&m->license_files, &again.license_files)) abort();
	}
	buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct metadata m;
	struct err e = { 0 };
	bool ok = metadata_parse(&a, (str){ (const char *)data, size }, &m, &e);
	if (ok == err_is_set(&e)) abort();
	if (ok) check_round(&a, &m);
	arena_release(&a);
	return 0;
}
