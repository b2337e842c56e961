/* page_internal.h: what the JSON and the HTML reader of index pages share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef LAMINA_INDEX_PAGE_INTERNAL_H
#define LAMINA_INDEX_PAGE_INTERNAL_H

#include "index/page.h"

struct page_reader {
	struct arena *arena;
	struct arena scratch;  /* for one link */
	index_page_take *take; /* NULL: files are kept in page->files */
	void *context;
	size_t n_files;
	str text;
	str base;   /* what links are relative to */
	bool local; /* the page is a file of this computer: only such pages may name other files of it */
	struct index_page *page;
	struct err *error;
};

bool page_read_json(struct page_reader *r);
bool page_read_html(struct page_reader *r);

/* "bad-index-page" with this why. */
bool page_bad(struct page_reader *r, const char *why);
/* The api-version rules: another major is refused, a newer minor noted. */
bool page_api_version(struct page_reader *r, str version);
/* Resolves a link. False when it names no file that can be fetched; *fragment may be NULL. */
bool page_link(struct page_reader *r, str reference, str *url, str *file, str *fragment);
/* One digest: SHA-256 into its place, others into other_hashes; what is none is ignored. */
void page_hash(struct page_reader *r, struct index_file *f, str algorithm, str hex);
/* One more file; false above PAGE_FILES_MAX. */
bool page_add(struct page_reader *r, const struct index_file *f);
/* Around each file: what it took of the arena is given back when nobody keeps it. */
static inline void page_file_over(struct page_reader *r, struct arena_mark mark)
{
	if (r->take) arena_rewind(r->arena, mark);
}

#endif
