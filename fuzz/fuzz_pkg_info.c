/* fuzz_pkg_info.c: PKG-INFO of a .tar.gz, whole and byte by byte; and needs as the store keeps them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "index/catalog_parts.h"
#include "python/metadata.h"

static void require(bool promise)
{
	if (!promise) abort();
}

static bool read_in(struct arena *a, str bytes, size_t step, str *text)
{
	struct pkg_info *p = pkg_info_new(a);
	struct err e = { 0 };
	bool found = false, ok = true;
	for (size_t at = 0; ok && !found && at < bytes.n; at += step) {
		str piece = str_slice(bytes, at, at + step);
		ok = pkg_info_feed(p, piece.p, piece.n, &found, &e);
	}
	require(ok || (e.code == ERR_FORMAT && e.what[0] && e.why[0]));
	if (found) *text = arena_str(a, pkg_info_text(p));
	require(!found || text->n <= METADATA_MAX);
	pkg_info_free(p);
	return found;
}

static void check_needs(struct arena *a, str bytes)
{
	struct needs needs = { 0 }, again = { 0 };
	struct buf out;
	if (!catalog_needs_decode(a, bytes, &needs)) return;
	buf_init(&out, CATALOG_BLOB_MAX);
	catalog_needs_encode(&needs, &out);
	require(!out.over && catalog_needs_decode(a, buf_str(&out), &again));
	require(str_eq(needs.name, again.name) && needs.requires_dist.n == again.requires_dist.n);
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	str bytes = { (const char *)data, size }, whole = { 0 }, pieces = { 0 };
	bool found = read_in(&a, bytes, size ? size : 1, &whole);
	bool again = read_in(&a, bytes, 7, &pieces);
	/* Damage behind PKG-INFO, as in the trailer, is seen only by who has already inflated as far as there. */
	require(!found || (again && str_eq(whole, pieces)));
	check_needs(&a, bytes);
	arena_release(&a);
	return 0;
}
