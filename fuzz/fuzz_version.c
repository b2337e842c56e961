/* fuzz_version.c: a version prints as a version that is equal to it, and the two ways to compare agree. Two versions, one a line.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "python/interval.h"

static int sign(int n) { return (n > 0) - (n < 0); }

static bool parse(struct arena *a, str text, struct version *v)
{
	struct err e = { 0 };
	bool ok = version_parse(a, text, v, &e);

	if (!ok && (e.code != ERR_FORMAT || !e.has_offset || e.offset > text.n)) abort();
	return ok;
}

static void check_one(struct arena *a, const struct version *v)
{
	struct version again, public_part;
	str normal = version_normal(a, v);

	/* The normal form may be longer than the text ("1a" is 1a0), so that only the limit may refuse it. */
	if (normal.n > VERSION_MAX) return;
	if (!parse(a, normal, &again) || version_cmp(v, &again) != 0 || !str_eq(normal, version_normal(a, &again))) abort();
	if (!parse(a, version_public(a, v), &public_part) || version_cmp_public(v, &public_part) != 0) abort();
	if (sign(version_cmp(v, &public_part)) != (v->n_local != 0 ? 1 : 0)) abort();
}

static void check_two(struct arena *a, const struct version *x, const struct version *y)
{
	struct version slow_x = *x, slow_y = *y;
	int c = sign(version_cmp(x, y));

	slow_x.fast = slow_y.fast = 0;
	if (c != sign(version_cmp(&slow_x, &slow_y)) || c != -sign(version_cmp(y, x))) abort();
	for (enum cut_side i = CUT_BELOW; i <= CUT_AFTER_LOCALS; i++) { /* cuts are ordered like their versions, or lie between */
		struct cut canonical = cut_canonical(a, (struct cut){ i, x }), below = { CUT_BELOW, y };

		if ((cut_cmp((struct cut){ i, x }, below) <= 0) != (cut_cmp(canonical, below) <= 0)) abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct version x, y;
	str first, second, text = { (const char *)data, size };
	bool ok_x, ok_y;

	str_cut(text, '\n', &first, &second);
	ok_x = parse(&a, first, &x);
	ok_y = parse(&a, second, &y);
	if (ok_x) check_one(&a, &x);
	if (ok_x && ok_y) check_two(&a, &x, &y);
	arena_release(&a);
	return 0;
}
