/* test_select.c: one file per package, and what is said when there is none.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include "lockfile/select.h"

struct file_row {
	enum locked_kind kind;
	const char *file;
	bool hash;
};

static void make(struct bench *b, struct locked_package *p, const struct file_row *files)
{
	*p = (struct locked_package){
		.name = S("a"), .version = S("1"), .from_file = S("x.lock"), .from_line = 7, .pinned_by_hash = true
	};
	for (; files->file; files++) {
		struct locked_file *f = vec_push(&b->a, &p->files);
		f->kind = files->kind;
		f->file = str_from(files->file);
		f->has_sha256 = files->hash;
	}
}

static void choices(void **state)
{
	(void)state;
	static const struct {
		const char *row;
		struct file_row files[6];
		unsigned flags;
		size_t want; /* SIZE_MAX - 1: an error */
		const char *id, *said;
	} rows[] = {
		{ "no files: an index page is needed", { { 0 } }, 0, SIZE_MAX, NULL, NULL },
		{ "best tag",
		  { { LOCKED_WHEEL, "a-1-py3-none-any.whl", true },
		    { LOCKED_WHEEL, "a-1-cp312-cp312-manylinux_2_17_aarch64.whl", true } },
		  0,
		  1,
		  NULL,
		  NULL },
		{ "build tag",
		  { { LOCKED_WHEEL, "a-1-2-py3-none-any.whl", true },
		    { LOCKED_WHEEL, "a-1-10-py3-none-any.whl", true },
		    { LOCKED_WHEEL, "a-1-py3-none-any.whl", true } },
		  0,
		  1,
		  NULL,
		  NULL },
		{ "equal: the lock's order",
		  { { LOCKED_WHEEL, "a-1-py3-none-any.whl", true }, { LOCKED_WHEEL, "a-1-py2.py3-none-any.whl", true } },
		  0,
		  0,
		  NULL,
		  NULL },
		{ "wheel over sdist",
		  { { LOCKED_SDIST, "a-1.tar.gz", true }, { LOCKED_WHEEL, "a-1-py3-none-any.whl", true } },
		  LOCK_SELECT_SOURCES,
		  1,
		  NULL,
		  NULL },
		{ "sdist when allowed",
		  { { LOCKED_WHEEL, "a-1-py3-none-win32.whl", true }, { LOCKED_SDIST, "a-1.tar.gz", true } },
		  LOCK_SELECT_SOURCES,
		  1,
		  NULL,
		  NULL },
		{ "sdist only", { { LOCKED_SDIST, "a-1.tar.gz", true } }, 0, SIZE_MAX - 1, "sdist-only", "a 1" },
		{ "no wheel",
		  { { LOCKED_WHEEL, "a-1-cp312-cp312-manylinux_2_39_aarch64.whl", true }, { LOCKED_SDIST, "a-1.tar.gz", true } },
		  0,
		  SIZE_MAX - 1,
		  "no-wheel",
		  "python3.12/arm64" },
		{ "no wheel, no sdist",
		  { { LOCKED_WHEEL, "a-1-cp313-cp313-manylinux_2_17_aarch64.whl", true } },
		  LOCK_SELECT_SOURCES,
		  SIZE_MAX - 1,
		  "no-wheel",
		  "a 1" },
		{ "folder", { { LOCKED_DIRECTORY, "", false } }, 0, SIZE_MAX - 1, "source-only", "folder" },
		{ "folder when allowed", { { LOCKED_DIRECTORY, "", false } }, LOCK_SELECT_SOURCES, 0, NULL, NULL },
		{ "version control", { { LOCKED_VCS, "", false } }, 0, SIZE_MAX - 1, "source-only", "version control" },
		{ "archive that is a wheel", { { LOCKED_ARCHIVE, "a-1-py3-none-any.whl", true } }, 0, 0, NULL, NULL },
		{ "archive for another", { { LOCKED_ARCHIVE, "a-1-py3-none-win32.whl", true } }, 0, SIZE_MAX - 1, "no-wheel", "a 1" },
		{ "archive", { { LOCKED_ARCHIVE, "a-1.tar.gz", true } }, 0, SIZE_MAX - 1, "sdist-only", "a 1" },
		{ "wheel over sdist that could be built",
		  { { LOCKED_SDIST, "a-1.tar.gz", true }, { LOCKED_WHEEL, "a-1-py3-none-any.whl", true } },
		  LOCK_SELECT_SDISTS,
		  1,
		  NULL,
		  NULL },
		{ "sdist that can be built",
		  { { LOCKED_WHEEL, "a-1-py3-none-win32.whl", true }, { LOCKED_SDIST, "a-1.tar.gz", true } },
		  LOCK_SELECT_SDISTS,
		  1,
		  NULL,
		  NULL },
		{ "archive that can be built", { { LOCKED_ARCHIVE, "a-1.tar.gz", true } }, LOCK_SELECT_SDISTS, 0, NULL, NULL },
		{ "repositories are not built",
		  { { LOCKED_VCS, "", false } },
		  LOCK_SELECT_SDISTS,
		  SIZE_MAX - 1,
		  "source-only",
		  "version control" },
		{ "nor folders by that",
		  { { LOCKED_DIRECTORY, "", false } },
		  LOCK_SELECT_SDISTS,
		  SIZE_MAX - 1,
		  "source-only",
		  "folder" },
		{ "sdist without hash",
		  { { LOCKED_SDIST, "a-1.tar.gz", false } },
		  LOCK_SELECT_SDISTS,
		  SIZE_MAX - 1,
		  "hash-missing",
		  "a-1.tar.gz" },
		{ "without hash",
		  { { LOCKED_WHEEL, "a-1-py3-none-any.whl", false } },
		  0,
		  SIZE_MAX - 1,
		  "hash-missing",
		  "a-1-py3-none-any.whl" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct bench b;
		struct locked_package p;
		bench_begin(&b);
		make(&b, &p, rows[i].files);
		bool good = lock_select_one(&b.a, &p, &b.target, rows[i].flags, &b.e);
		CHECK(rows[i].row, good == (rows[i].want != SIZE_MAX - 1));
		if (good) {
			CHECK(rows[i].row, p.chosen == rows[i].want);
		} else {
			CHECK_STR(rows[i].row, str_from(b.e.id), str_from(rows[i].id));
			CHECK(rows[i].row, b.e.code == ERR_RESOLVE && str_contains(str_from(b.e.what), str_from(rows[i].said)));
			CHECK_STR(rows[i].row, str_from(b.e.where), S("x.lock:7"));
			CHECK(rows[i].row, b.e.help[0] != 0);
		}
		bench_end(&b);
	}
}

static void the_nearest_is_named(void **state)
{
	(void)state;
	static const struct file_row files[] = { { LOCKED_WHEEL, "a-1-cp311-cp311-win32.whl", true },
		                                     { LOCKED_WHEEL, "a-1-cp312-cp312-manylinux_2_39_aarch64.whl", true },
		                                     { 0 } };
	struct bench b;
	struct locked_package p;
	bench_begin(&b);
	make(&b, &p, files);
	assert_false(lock_select_one(&b.a, &p, &b.target, 0, &b.e));
	CHECK("file", str_contains(str_from(b.e.why), S("a-1-cp312-cp312-manylinux_2_39_aarch64.whl")));
	CHECK("reason", str_contains(str_from(b.e.why), S("2.39")));
	bench_end(&b);
}

/* pip's --no-binary and --only-binary, where there is a choice. */
static void formats(void **state)
{
	(void)state;
	static const struct file_row both[] = { { LOCKED_WHEEL, "a-1-py3-none-any.whl", true },
		                                    { LOCKED_SDIST, "a-1.tar.gz", true },
		                                    { 0 } };
	static const struct {
		const char *row;
		bool no_wheels, no_sdists;
		unsigned flags;
		size_t want;
	} rows[] = { { "wheel", false, false, LOCK_SELECT_SDISTS, 0 },
		         { "no wheels", true, false, LOCK_SELECT_SDISTS, 1 },
		         { "no wheels, but nothing else is built", true, false, 0, 0 },
		         { "no sdists", false, true, LOCK_SELECT_SDISTS, 0 },
		         { "neither", true, true, LOCK_SELECT_SDISTS, 0 } };
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct bench b;
		struct locked_package p;
		bench_begin(&b);
		make(&b, &p, both);
		p.no_wheels = rows[i].no_wheels;
		p.no_sdists = rows[i].no_sdists;
		CHECK(rows[i].row, lock_select_one(&b.a, &p, &b.target, rows[i].flags, &b.e) && p.chosen == rows[i].want);
		bench_end(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(choices), cmocka_unit_test(the_nearest_is_named),
		                                cmocka_unit_test(formats) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
