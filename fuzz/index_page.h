/* index_page.h: what every index page keeps, for the two fuzz targets of pages.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_FUZZ_INDEX_PAGE_H
#define LAMINA_FUZZ_INDEX_PAGE_H

#include <stdlib.h>

#include "index/page.h"
#include "net/url.h"

static void require(bool promise)
{
	if (!promise) abort();
}

static void check_file(struct arena *a, const struct index_file *f)
{
	struct url u;
	struct err e = { 0 };
	require(f->file.n > 0 && str_chr(f->file, '/') == STR_NONE && str_chr(f->file, '\0') == STR_NONE);
	require(url_is_absolute(f->url) && str_chr(f->url, '#') == STR_NONE);
	require(f->url.n > URL_MAX || url_parse(a, f->url, &u, &e));
	require(!f->has_metadata_sha256 || f->has_metadata);
	require(f->yanked || str_empty(f->yanked_reason));
}

/* Either files that keep their promises, or an error that says what and where. */
static void check_page(const uint8_t *data, size_t size, str content_type)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct index_page page;
	str url = S("https://index.example/simple/x/");
	if (index_page_parse(&a, (str){ (const char *)data, size }, url, content_type, &page, &e))
		for (size_t i = 0; i < page.files.n; i++) check_file(&a, &page.files.p[i]);
	else
		require(e.code == ERR_NETWORK && str_eq(str_from(e.id), S("bad-index-page")) && e.where[0] && e.why[0]);
	arena_release(&a);
}

#endif
