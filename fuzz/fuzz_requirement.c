/* fuzz_requirement.c: a requirement, printed from its parts, reads back to the same parts; repairs leave alone what needs none.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "python/name.h"
#include "python/requirement.h"

/* By joining: a URL may hold NUL bytes. */
static str print(struct arena *a, const struct requirement *r)
{
	str out = arena_join(a, r->name, S("["));

	for (size_t i = 0; i < r->extras.n; i++) out = arena_join(a, arena_join(a, out, i == 0 ? S("") : S(",")), r->extras.p[i]);
	out = arena_join(a, out, S("]"));
	if (r->url.n != 0) out = arena_join(a, arena_join(a, out, S("@ ")), r->url);
	out = arena_join(a, out, specifier_text(a, &r->specifier));
	return r->marker == NULL ? out : arena_join(a, arena_join(a, out, S(" ; ")), marker_text(a, r->marker));
}

static void check(struct arena *a, str text, const struct requirement *r)
{
	struct requirement again;
	bool repaired;
	str printed = print(a, r);

	if (!name_valid(r->name) || (r->url.n != 0 && r->specifier.n != 0)) abort();
	for (size_t i = 0; i < r->extras.n; i++)
		if (!name_valid(r->extras.p[i])) abort();
	if (!requirement_parse_lenient(a, text, &again, &repaired, NULL) || repaired) abort();
	if (printed.n > REQUIREMENT_MAX) return;
	if (!requirement_parse(a, printed, &again, NULL) || !str_eq(print(a, &again), printed)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct requirement r;
	str text = { (const char *)data, size };
	bool repaired;

	if (requirement_parse(&a, text, &r, &e))
		check(&a, text, &r);
	else if (e.code != ERR_FORMAT || !e.has_offset || e.offset > size)
		abort();
	else if (requirement_parse_lenient(&a, text, &r, &repaired, NULL) && !repaired)
		abort();
	arena_release(&a);
	return 0;
}
