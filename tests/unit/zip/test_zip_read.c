/* test_zip_read.c: what the generated archives of tests/zip do not reach: limits, options, callers' buffers, files that change.
 * SPDX-License-Identifier: Apache-2.0 */
#include "zip_rows.h"

#include "zip/zip_reader.h"

/* An archive of one stored entry "a" with the content "hello" and the mode given. */
static int small_archive(uint32_t mode)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct zip_write_result r;
	struct io_temp out = { .fd = temporary() };
	struct zip_writer *w = zip_write_begin(&a, &out, NULL);
	struct zip_stream s = { ZIP_STORED, zip_crc32(0, "hello", 5), 5, S("hello") };
	assert_true(zip_write_stream(w, S("a"), mode, &s, &e));
	assert_true(zip_write_end(w, &r, &e));
	arena_release(&a);
	return out.fd;
}

static void limits(void **state)
{
	(void)state;
	static const struct {
		const char *name, *id;
		struct zip_limits limits;
	} rows[] = {
		{ "archive", "zip-archive-too-large", { 50, 10, 1000, 1000, 50, 512 } },
		{ "entries", "zip-too-many-entries", { 1000, 0, 1000, 1000, 50, 512 } },
		{ "inflated", "zip-inflated-too-large", { 1000, 10, 4, 1000, 50, 512 } },
		{ "name", "zip-name-long", { 1000, 10, 1000, 1000, 50, 0 } },
	};
	int fd = small_archive(0644);
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct zip_archive z;
		struct zip_open_options options = { .limits = &rows[i].limits };
		CHECK(rows[i].name, !zip_open(&a, fd, S("x.zip"), &options, &z, &e));
		CHECK_ID(rows[i].name, &e, rows[i].id);
		CHECK(rows[i].name, e.code == ERR_FORMAT && e.has_offset);
		arena_release(&a);
	}
	close(fd);
}

/* A sparse file whose end record tells of a directory of 33 MiB. */
static void large_directory(void **state)
{
	(void)state;
	unsigned char end[ZIP_END_SIZE] = { 'P', 'K', 5, 6, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0x10, 2, 0, 0, 0x10, 0 };
	int fd = temporary();
	put_at(fd, end, sizeof end, 0x2200000);
	put_at(fd, "PK\3\4", 4, 0);
	struct arena a = { 0 };
	struct err e = { 0 };
	struct zip_archive z;
	assert_false(zip_open(&a, fd, S("x.zip"), NULL, &z, &e));
	CHECK_ID("directory of 33 MiB", &e, "zip-directory-too-large");
	arena_release(&a);
	close(fd);
}

static void symlinks(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct zip_archive z;
	struct zip_open_options allow = { .allow_symlinks = true };
	int fd = small_archive(0120777);
	assert_false(zip_open(&a, fd, S("x.zip"), NULL, &z, &e));
	CHECK_ID("refused", &e, "zip-symlink");
	err_clear(&e);
	assert_true(zip_open(&a, fd, S("x.zip"), &allow, &z, &e));
	assert_true(z.entries[0].is_symlink && z.entries[0].unix_mode == 0120777);
	close(fd);
	arena_release(&a);
}

static bool no_sink(void *context, const void *bytes, size_t n)
{
	(void)context, (void)bytes, (void)n;
	return false;
}

static void callers(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct zip_archive z;
	struct zip_facts facts;
	str content;
	int fd = small_archive(0755);
	assert_true(zip_open(&a, fd, S("x.zip"), NULL, &z, &e));
	assert_int_equal(z.n, 1);
	assert_int_equal(z.inflated, 5);
	assert_false(z.trailing_nuls);
	assert_true(str_empty(z.case_variant[0]));
	assert_true(zip_read_entry(&a, &z, &z.entries[0], 5, &content, &e));
	assert_true(str_eq(content, S("hello")) && content.p[5] == '\0');
	assert_false(zip_read_entry(&a, &z, &z.entries[0], 4, &content, &e));
	CHECK_ID("larger than the caller wants", &e, "zip-entry-too-large");
	err_clear(&e);
	assert_false(zip_verify_entry(&z, &z.entries[0], no_sink, NULL, &facts, &e));
	assert_int_equal(e.code, ERR_IO);
	err_clear(&e);
	assert_int_equal(ftruncate(fd, 20), 0);
	assert_false(zip_verify_entry(&z, &z.entries[0], NULL, NULL, &facts, &e));
	CHECK_ID("became shorter", &e, "read");
	assert_int_equal(e.code, ERR_IO);
	close(fd);
	arena_release(&a);
}

static void warnings(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct zip_archive z;
	struct zip_write_result r;
	struct io_temp out = { .fd = temporary() };
	struct zip_writer *w = zip_write_begin(&a, &out, NULL);
	static const str names[] = { { "A/x", 3 }, { "B", 1 }, { "a/X", 3 }, { "c", 1 } };
	struct zip_stream s = { ZIP_STORED, 0, 0, { NULL, 0 } };
	for (size_t i = 0; i < ROWS(names); i++) assert_true(zip_write_stream(w, names[i], 0644, &s, &e));
	assert_true(zip_write_end(w, &r, &e));
	put_at(out.fd, "\0\0\0", 3, r.size);
	assert_true(zip_open(&a, out.fd, S("x.zip"), NULL, &z, &e));
	assert_true(z.trailing_nuls);
	assert_true(str_eq(z.case_variant[0], names[0]) && str_eq(z.case_variant[1], names[2]));
	close(out.fd);
	arena_release(&a);
}

static void shown_names(void **state)
{
	(void)state;
	static const struct {
		const char *name, *shown;
	} rows[] = {
		{ "a/b.txt", "a/b.txt" },     { "d\xc3\xa9j\xc3\xa0", "d\xc3\xa9j\xc3\xa0" },
		{ "a\nb", "a\\x0ab" },        { "a\x1b[31m", "a\\x1b[31m" },
		{ "a\\b", "a\\\\b" },         { "\xff\xfe", "\\xff\\xfe" },
		{ "\xc2\x9b", "\\xc2\\x9b" }, { "\xe2\x80\xae", "\\xe2\\x80\\xae" },
	};
	char shown[ZIP_SHOWN_MAX];
	for (size_t i = 0; i < ROWS(rows); i++) {
		zip_shown(shown, str_from(rows[i].name));
		if (strcmp(shown, rows[i].shown) != 0) fail_msg("have %s, want %s", shown, rows[i].shown);
	}
	char name[1000];
	memset(name, 'n', sizeof name);
	zip_shown(shown, (str){ name, sizeof name });
	assert_true(strlen(shown) < ZIP_SHOWN_MAX && strcmp(shown + strlen(shown) - 4, "n...") == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits),  cmocka_unit_test(large_directory), cmocka_unit_test(symlinks),
		cmocka_unit_test(callers), cmocka_unit_test(warnings),        cmocka_unit_test(shown_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
