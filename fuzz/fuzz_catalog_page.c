/* fuzz_catalog_page.c: pages in their compact form: any bytes are a page that keeps its promises, or none; and what was read packs
 * into the same bytes wherever it is read again.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "index/catalog_codec.h"
#include "python/version.h"

static void require(bool promise)
{
	if (!promise) abort();
}

static void check(const struct catalog_project *p)
{
	size_t files = 0;
	for (size_t i = 0; i < p->n_releases; i++) {
		const struct catalog_release *r = &p->releases[i];
		require(r->first == files && r->count <= p->n_files - files);
		require(i == 0 || version_cmp(&p->releases[i - 1].version, &r->version) > 0);
		files += r->count;
	}
	require(files == p->n_files);
	for (size_t i = 0; i < p->n_files; i++) {
		const struct catalog_file *f = &p->files[i];
		require(f->index.file.n > 0 && f->version.n > 0 && f->is_wheel != f->is_sdist);
		require(f->index.yanked || f->index.yanked_reason.n == 0);
	}
}

/* What can be read as pages are, packed by the real writer, reads back as the same project. */
static void pack_again(struct arena *a, const struct index_page *page)
{
	struct catalog_options all = { 0 };
	struct catalog_project once = { .name = S("six") }, twice = { .name = S("six") };
	struct index_page unpacked;
	for (int round = 0; round < 2; round++) {
		struct buf out;
		struct catalog_encoder *c = catalog_encoder_new(S("six"));
		buf_init(&out, CATALOG_BLOB_MAX);
		catalog_encoder_page(c, round ? &unpacked : page);
		catalog_encoder_end(c, page->status, page->status_reason, &out);
		require(!out.over && catalog_decode(a, buf_str(&out), &all, round ? &twice : &once));
		require(catalog_unpack(a, buf_str(&out), &unpacked));
		buf_release(&out);
	}
	check(&once);
	/* A release of which nothing is an answer is not packed again. */
	require(once.n_files == twice.n_files && once.n_releases >= twice.n_releases);
	for (size_t i = 0; i < once.n_files; i++) {
		require(str_eq(once.files[i].index.file, twice.files[i].index.file));
		require(str_eq(once.files[i].index.url, twice.files[i].index.url));
		require(str_eq(once.files[i].version, twice.files[i].version));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = { 0 };
	struct catalog_options all = { 0 };
	struct catalog_project p = { .name = S("six") };
	struct index_page page = { 0 };
	str bytes = { (const char *)data, size };
	if (catalog_decode(&a, bytes, &all, &p)) {
		check(&p);
		for (size_t i = 0; i < p.n_releases; i++) catalog_left_out(&p, i, &a);
		if (catalog_unpack(&a, bytes, &page)) pack_again(&a, &page);
	}
	/* The same bytes as lines, each the name of a file. */
	struct index_page lines = { 0 };
	str rest = bytes, line;
	while (str_line(&rest, &line) && lines.files.n < 1000) {
		struct index_file *f = vec_push(&a, &lines.files);
		f->file = line;
		f->url = arena_join(&a, S("https://files.example/packages/"), line);
	}
	pack_again(&a, &lines);
	arena_release(&a);
	return 0;
}
