/* test_catalog_codec.c: pages in their compact form.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <stdio.h>
#include <string.h>

#include "index/catalog_codec.h"
#include "python/version.h"

/* --- numbers --- */

static void numbers(void **state)
{
	(void)state;
	static const uint64_t rows[] = { 0, 1, 127, 128, 300, 16383, 16384, UINT32_MAX, (uint64_t)1 << 63, UINT64_MAX };
	struct buf b;
	buf_init(&b, 1000);
	for (size_t i = 0; i < ROWS(rows); i++) catalog_put(&b, rows[i]);
	struct rd r = rd_over(buf_str(&b));
	for (size_t i = 0; i < ROWS(rows); i++) assert_true(catalog_get(&r) == rows[i]);
	assert_true(!r.bad && rd_left(&r) == 0);
	buf_release(&b);
}

static void bad_numbers(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		str bytes;
	} rows[] = {
		{ "none", { "", 0 } },
		{ "no end", { "\x80", 1 } },
		{ "too long", { "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11 } },
		{ "too large", { "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10 } },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct rd r = rd_over(rows[i].bytes);
		catalog_get(&r);
		CHECK(rows[i].name, r.bad);
	}
	struct rd r = rd_over((str){ "\x05"
	                             "abc",
	                             4 });
	assert_true(catalog_get_str(&r).n == 0 && r.bad);
}

/* --- pages --- */

static const char *const some[] = {
	"six-1.0-py3-none-any.whl",      "six-1.0.0.tar.gz", "six-2.0-cp312-cp312-manylinux_2_17_x86_64.whl",
	"six-2.0-py3-none-any.whl",      "six-2.0rc1.zip",   "six-0.9.tar.bz2",
	"six-2.0-cp311-cp311-win32.whl", "seven-1.0.tar.gz",
};

static struct index_file file_named(struct arena *a, const char *name, const char *folder)
{
	struct index_file f = { .file = str_from(name), .requires_python = S(">=3.8"), .has_sha256 = true };
	f.url = arena_fmt(a, "https://files.example/packages/%s/%s", folder, name);
	sha256_of(f.file, &f.sha256);
	return f;
}

static void encode_some(struct arena *a, size_t rotate, struct buf *out)
{
	struct catalog_encoder *c = catalog_encoder_new(S("six"));
	for (size_t i = 0; i < ROWS(some); i++) {
		struct index_file f = file_named(a, some[(i + rotate) % ROWS(some)], "ab");
		catalog_encoder_take(c, &f);
	}
	buf_init(out, CATALOG_BLOB_MAX);
	catalog_encoder_end(c, S("archived"), S("why"), out);
}

static str shown(struct arena *a, const struct catalog_project *p)
{
	str text = S("");
	for (size_t i = 0; i < p->n_releases; i++) {
		const struct catalog_release *r = &p->releases[i];
		text = arena_fmt(a, STR_FMT STR_FMT "[", STR_ARG(text), STR_ARG(r->text));
		for (size_t k = 0; k < r->count; k++) {
			const struct catalog_file *f = &p->files[r->first + k];
			text = arena_fmt(a, STR_FMT " " STR_FMT "=" STR_FMT, STR_ARG(text), STR_ARG(f->index.file), STR_ARG(f->version));
			CHECK(f->index.file.p, str_ends(f->index.url, f->index.file) && str_eq(f->index.requires_python, S(">=3.8")));
		}
		text = arena_fmt(a, STR_FMT " ]%zu ", STR_ARG(text), r->n_left_out);
	}
	return text;
}

static bool no_windows(void *context, const struct index_file *f)
{
	++*(int *)context;
	return !str_ends(f->file, S("win32.whl")) && !str_ends(f->file, S(".zip"));
}

static const char all_of_them[] = "2.0[ six-2.0-cp311-cp311-win32.whl=2.0 six-2.0-cp312-cp312-manylinux_2_17_x86_64.whl=2.0 "
                                  "six-2.0-py3-none-any.whl=2.0 ]0 2.0rc1[ six-2.0rc1.zip=2.0rc1 ]0 1.0[ "
                                  "six-1.0-py3-none-any.whl=1.0 six-1.0.0.tar.gz=1.0.0 ]0 0.9[ ]0 ";

static void order_of_links_means_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(some); i++) {
		struct arena a = { 0 };
		struct buf bytes;
		struct catalog_options o = { 0 };
		struct catalog_project p = { .name = S("six") };
		encode_some(&a, i, &bytes);
		assert_true(catalog_decode(&a, buf_str(&bytes), &o, &p));
		buf_release(&bytes); /* nothing leads into it */
		CHECK_STR(some[i], shown(&a, &p), S(all_of_them));
		CHECK_STR(some[i], p.status, S("archived"));
		CHECK_STR(some[i], p.status_reason, S("why"));
		arena_release(&a);
	}
}

static void relevant_is_asked_once_for_each_kind(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct buf bytes;
	int asked = 0;
	struct catalog_options o = { .relevant = no_windows, .context = &asked };
	struct catalog_project p = { .name = S("six") };
	encode_some(&a, 0, &bytes);
	assert_true(catalog_decode(&a, buf_str(&bytes), &o, &p));
	buf_release(&bytes);
	assert_int_equal(asked, 4); /* three sets of tags and source distributions, the first of which decides */
	assert_int_equal(p.n_releases, 4);
	assert_int_equal(p.releases[0].n_left_out, 1);
	struct str_list names = catalog_left_out(&p, 0, &a);
	assert_int_equal(names.n, 1);
	CHECK_STR("left out", names.p[0], S("six-2.0-cp311-cp311-win32.whl"));
	names = catalog_left_out(&p, 1, &a);
	assert_int_equal(names.n, 1);
	CHECK_STR("left out", names.p[0], S("six-2.0rc1.tar.gz"));
	arena_release(&a);
}

static void earlier_pages_win(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct buf bytes;
	struct catalog_options o = { 0 };
	struct catalog_project p = { .name = S("six") };
	struct index_page links = { 0 }, page = { 0 };
	*vec_push(&a, &links.files) = file_named(&a, some[0], "zz");
	*vec_push(&a, &page.files) = file_named(&a, some[0], "aa");
	*vec_push(&a, &page.files) = file_named(&a, some[3], "aa");
	struct catalog_encoder *c = catalog_encoder_new(S("six"));
	catalog_encoder_page(c, &links);
	catalog_encoder_page(c, &page);
	buf_init(&bytes, CATALOG_BLOB_MAX);
	catalog_encoder_end(c, S(""), S(""), &bytes);
	assert_true(catalog_decode(&a, buf_str(&bytes), &o, &p));
	assert_int_equal(p.n_files, 2);
	assert_true(str_contains(p.files[1].index.url, S("/zz/")) && str_contains(p.files[0].index.url, S("/aa/")));
	buf_release(&bytes);
	arena_release(&a);
}

static void taken_back(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct buf bytes;
	struct catalog_options o = { 0 };
	struct catalog_project p = { .name = S("six") };
	struct index_page links = { 0 };
	struct index_file f = file_named(&a, some[0], "aa"), g = file_named(&a, some[3], "bb");
	*vec_push(&a, &links.files) = f;
	struct catalog_encoder *c = catalog_encoder_new(S("six"));
	catalog_encoder_page(c, &links);
	catalog_encoder_take(c, &g);
	catalog_encoder_take(c, NULL);
	buf_init(&bytes, CATALOG_BLOB_MAX);
	catalog_encoder_end(c, S(""), S(""), &bytes);
	assert_true(catalog_decode(&a, buf_str(&bytes), &o, &p));
	assert_int_equal(p.n_files, 1);
	CHECK_STR("kept", p.files[0].index.file, f.file);
	buf_release(&bytes);
	arena_release(&a);
}

static void every_attribute_comes_back(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct buf bytes;
	struct index_file f = file_named(&a, some[3], "aa");
	struct index_page page;
	f.yanked = true;
	f.yanked_reason = S("bad");
	f.has_metadata = f.has_metadata_sha256 = f.has_size = true;
	sha256_of(S("m"), &f.metadata_sha256);
	f.size = (uint64_t)1 << 40;
	f.upload_time = S("2024-01-02T03:04:05Z");
	f.url = S("https://files.example/download?id=7");
	*vec_push(&a, &f.other_hashes) = S("md5:00");
	struct catalog_encoder *c = catalog_encoder_new(S("six"));
	catalog_encoder_take(c, &f);
	buf_init(&bytes, CATALOG_BLOB_MAX);
	catalog_encoder_end(c, S(""), S(""), &bytes);
	assert_true(catalog_unpack(&a, buf_str(&bytes), &page));
	assert_int_equal(page.files.n, 1);
	const struct index_file *g = &page.files.p[0];
	CHECK_STR("url", g->url, f.url);
	CHECK_STR("file", g->file, f.file);
	CHECK_STR("reason", g->yanked_reason, f.yanked_reason);
	CHECK_STR("time", g->upload_time, f.upload_time);
	CHECK_STR("hash", g->other_hashes.p[0], S("md5:00"));
	assert_true(g->yanked && g->has_metadata && g->has_metadata_sha256 && g->has_size && g->size == f.size && g->has_sha256);
	assert_true(sha256_eq(&g->sha256, &f.sha256) && sha256_eq(&g->metadata_sha256, &f.metadata_sha256));
	buf_release(&bytes);
	arena_release(&a);
}

/* Damage that a checksum would have shown is refused here as well, or harmless: never a crash, never a view outside. */
static void damaged_bytes(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct buf bytes;
	struct catalog_options o = { 0 };
	encode_some(&a, 0, &bytes);
	str whole = buf_take(&bytes, &a);
	buf_release(&bytes);
	for (size_t n = 0; n < whole.n; n++) {
		struct catalog_project p = { .name = S("six") };
		assert_false(catalog_decode(&a, str_slice(whole, 0, n), &o, &p));
		assert_int_equal(p.n_files, 0);
	}
	for (size_t i = 0; i < whole.n; i++)
		for (int bit = 0; bit < 8; bit++) {
			struct arena b = { 0 };
			struct catalog_project p = { .name = S("six") };
			char *copy = arena_cstr(&b, whole);
			copy[i] = (char)(copy[i] ^ 1 << bit);
			if (catalog_decode(&b, (str){ copy, whole.n }, &o, &p))
				for (size_t k = 0; k < p.n_files; k++) assert_true(p.files[k].index.file.n < whole.n);
			arena_release(&b);
		}
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(bad_numbers),
		cmocka_unit_test(order_of_links_means_nothing),
		cmocka_unit_test(relevant_is_asked_once_for_each_kind),
		cmocka_unit_test(earlier_pages_win),
		cmocka_unit_test(taken_back),
		cmocka_unit_test(every_attribute_comes_back),
		cmocka_unit_test(damaged_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
