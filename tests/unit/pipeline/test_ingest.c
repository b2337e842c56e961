/* test_ingest.c: what is kept of a wheel, and one wheel for each kind of rule; hostile archives are in tests/store.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/ingest.h"
#include "python/record.h"
#include "zip/zip_write.h"

#define FILES_MAX 16
#define METADATA  "Metadata-Version: 2.1\nName: My.Demo\nVersion: 1.0\n"

static struct arena arena;
static char home[64];

static int enter(void **state)
{
	(void)state;
	strcpy(home, "/tmp/lamina-test-ingest-XXXXXX");
	return mkdtemp(home) ? 0 : -1;
}

static int leave(void **state)
{
	(void)state;
	struct err e = { 0 };
	bool ok = io_remove_tree(home, &e);
	arena_release(&arena);
	return ok ? 0 : -1;
}

struct file {
	const char *name, *content;
	uint32_t mode; /* 0 = 0644 */
};

static int by_name(const void *a, const void *b)
{
	const struct file *x = a, *y = b;
	return strcmp(x->name, y->name);
}

/* Writes the files as an archive and gives its path. */
static const char *archive(struct file *files, size_t n)
{
	struct io_temp t = { 0 };
	struct err e = { 0 };
	struct zip_write_options options = { 0 };
	struct zip_write_result result;
	const char *path = arena_fmt(&arena, "%s/wheel", home).p;
	qsort(files, n, sizeof *files, by_name);
	assert_true(io_temp_open(&t, path, 0644, &e));
	struct zip_writer *w = zip_write_begin(&arena, &t, &options);
	for (size_t i = 0; i < n; i++) {
		struct zip_stream stream;
		assert_true(zip_deflate(&arena, str_from(files[i].content), 6, &stream, &e));
		assert_true(zip_write_stream(w, str_from(files[i].name), files[i].mode ? files[i].mode : 0644, &stream, &e));
	}
	assert_true(zip_write_end(w, &result, &e) && io_temp_commit(&t, false, &e));
	return path;
}

/* A wheel of the files (NULL name ends them) with METADATA, WHEEL and RECORD where the test gives none. */
static const char *wheel(const struct file *extra)
{
	struct file files[FILES_MAX] = { { .name = "my_demo-1.0.dist-info/METADATA", .content = METADATA },
		                             { .name = "my_demo-1.0.dist-info/WHEEL", .content = "Wheel-Version: 1.0\n" } };
	size_t n = 2;
	bool has_record = false;
	struct buf record;
	for (; extra->name; extra++) {
		size_t at = 0;
		while (at < n && strcmp(files[at].name, extra->name) != 0) at++;
		files[at] = *extra;
		if (at == n) n++;
		has_record |= strcmp(extra->name, "my_demo-1.0.dist-info/RECORD") == 0;
	}
	buf_init(&record, 1 << 20);
	for (size_t i = 0; i < n; i++) {
		struct sha256 digest;
		sha256_of(str_from(files[i].content), &digest);
		record_write_row(&record, str_from(files[i].name), &digest, strlen(files[i].content));
	}
	if (!has_record)
		files[n++] = (struct file){ .name = "my_demo-1.0.dist-info/RECORD", .content = arena_str(&arena, buf_str(&record)).p };
	buf_release(&record);
	return archive(files, n);
}

static bool ingest(const char *path, bool allow, struct wheel_record *out, struct err *e)
{
	struct sha256 digest = { { 1, 2, 3 } };
	struct ingest_options options = { .allow_record_mismatch = allow };
	struct io_stat st = { 0 };
	int fd = io_open_read(path, e);
	assert_true(fd >= 0 && io_fstat(fd, path, &st, e));
	bool ok = ingest_wheel(&arena, fd, S("my_demo-1.0-py3-none-any.whl"), &digest, st.size, &options, out, e);
	io_close(&fd);
	return ok;
}

static void what_is_kept(void **state)
{
	(void)state;
	static const struct file files[] = {
		{ "demo/__init__.py", "x = 1\n", 0 },
		{ "demo/tool", "\177ELF", 0755 },
		{ "my_demo-1.0.data/scripts/run", "#!python -E\nprint(1)\n", 0755 },
		{ "my_demo-1.0.data/scripts/sh", "#!/bin/sh\n", 0755 },
		{ "my_demo-1.0.dist-info/METADATA",
		  METADATA "Requires-Python: >=3.8\nRequires-Dist: six\nRequires-Dist: idna; extra == 'all'\nProvides-Extra: all\n",
		  0 },
		{ "my_demo-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n", 0 },
		{ "my_demo-1.0.dist-info/entry_points.txt",
		  "[console_scripts]\ndemo = demo.cli:main.run\n[gui_scripts]\ng = demo:g\n[other]\nx = y\n", 0 },
		{ 0 },
	};
	struct wheel_record r;
	struct err e = { 0 };
	if (!ingest(wheel(files), false, &r, &e)) fail_msg("%s: %s", e.id, e.what);
	CHECK("digest", r.sha256.bytes[1] == 2 && r.size > 0);
	CHECK_STR("name", r.name, S("my-demo"));
	CHECK_STR("as written", r.written_name, S("My.Demo"));
	CHECK_STR("version", r.version, S("1.0"));
	CHECK_STR("dist-info", r.dist_info, S("my_demo-1.0.dist-info"));
	CHECK_STR("data", r.data_dir, S("my_demo-1.0.data"));
	CHECK_STR("python", r.requires_python, S(">=3.8"));
	CHECK("lists", r.requires_dist.n == 2 && r.provides_extra.n == 1 && r.tags.n == 1 && r.warnings.n == 0);
	CHECK("scripts", r.scripts.n == 2 && !r.scripts.p[0].gui && r.scripts.p[1].gui);
	CHECK_STR("script", r.scripts.p[0].name, S("demo"));
	CHECK_STR("module", r.scripts.p[0].module, S("demo.cli"));
	CHECK_STR("attribute", r.scripts.p[0].attribute, S("main.run"));
	CHECK("entry points", str_contains(r.entry_points, S("[other]")));
	CHECK("inlined", r.inlined.n == 1);
	CHECK_STR("script that is rewritten", r.entries[r.inlined.p[0].entry].name, S("my_demo-1.0.data/scripts/run"));
	CHECK_STR("its content", r.inlined.p[0].content, S("#!python -E\nprint(1)\n"));
	assert_int_equal(r.n_entries, 8);
	for (size_t i = 1; i < r.n_entries; i++) CHECK("order", str_cmp(r.entries[i - 1].name, r.entries[i].name) < 0);
	struct sha256 digest;
	sha256_of(S("x = 1\n"), &digest);
	CHECK_STR("first", r.entries[0].name, S("demo/__init__.py"));
	CHECK("facts", sha256_eq(&r.entries[0].sha256, &digest) && r.entries[0].usize == 6 && !r.entries[0].executable);
	CHECK("executable", r.entries[1].executable && r.entries[1].crc32 == zip_crc32(0, "\177ELF", 4));
}

#define INFO "my_demo-1.0.dist-info/"

static void rules(void **state)
{
	(void)state;
	static const struct {
		const char *row, *id, *what; /* what: part of the message */
		struct file files[3];
	} rows[] = {
		{ "other name",
		  "metadata-mismatch",
		  "\"other\"",
		  { { INFO "METADATA", "Metadata-Version: 2.1\nName: other\nVersion: 1.0\n", 0 } } },
		{ "other version",
		  "metadata-mismatch",
		  "\"1.1\"",
		  { { INFO "METADATA", "Metadata-Version: 2.1\nName: my-demo\nVersion: 1.1\n", 0 } } },
		{ "two dist-infos", "wheel-dist-info", "two folders", { { "a-1.dist-info/METADATA", "", 0 } } },
		{ "wheel version", "wheel-file", "2.0", { { INFO "WHEEL", "Wheel-Version: 2.0\n", 0 } } },
		{ "script name",
		  "script-name",
		  "\"python3\"",
		  { { INFO "entry_points.txt", "[console_scripts]\npython3 = a:b\n", 0 } } },
		{ "script path", "entry-point-name", "../x", { { INFO "entry_points.txt", "[console_scripts]\n../x = a:b\n", 0 } } },
		{ "script value", "entry-point-value", "\"a\"", { { INFO "entry_points.txt", "[gui_scripts]\nx = a\n", 0 } } },
		{ "data key", "wheel-data-key", "\"evil\"", { { "my_demo-1.0.data/evil/x", "", 0 } } },
		{ "two data folders", "wheel-data-dir", "two folders", { { "a.data/data/x", "", 0 }, { "b.data/data/x", "", 0 } } },
		{ "unlisted file",
		  "record-missing-entry",
		  "does not list 2 files",
		  { { "a.py", "", 0 }, { INFO "RECORD", INFO "METADATA,,\n", 0 } } },
		{ "weak hash", "record-hash", "weaker", { { INFO "RECORD", INFO "METADATA,md5=AAAA,\n", 0 } } },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct wheel_record r;
		struct err e = { 0 };
		CHECK(rows[i].row, !ingest(wheel(rows[i].files), false, &r, &e));
		CHECK_STR(rows[i].row, str_from(e.id), str_from(rows[i].id));
		if (!strstr(e.what, rows[i].what)) fail_msg("row \"%s\": %s", rows[i].row, e.what);
		CHECK(rows[i].row, e.code == ERR_FORMAT && strstr(e.where, "my_demo-1.0-py3-none-any.whl: "));
	}
}

static void allowed(void **state)
{
	(void)state;
	static const struct file files[] = { { "a.py", "", 0 }, { INFO "RECORD", "b.py,,\n", 0 }, { 0 } };
	struct wheel_record r;
	struct err e = { 0 };
	assert_false(ingest(wheel(files), false, &r, &e));
	CHECK("help", strstr(e.help, "--allow-record-mismatch my-demo"));
	err_clear(&e);
	assert_true(ingest(wheel(files), true, &r, &e));
	assert_int_equal(r.warnings.n, 2);
	CHECK_STR(
	    "missing", r.warnings.p[0],
	    S("my_demo-1.0-py3-none-any.whl: RECORD does not list 3 files of the wheel: a.py, my_demo-1.0.dist-info/METADATA, "
	      "my_demo-1.0.dist-info/WHEEL"));
	CHECK_STR("extra", r.warnings.p[1],
	          S("my_demo-1.0-py3-none-any.whl: RECORD lists 1 file that the wheel does not have: b.py"));
}

static void wrong_size(void **state)
{
	(void)state;
	static const struct file files[] = { { 0 } };
	struct wheel_record r;
	struct err e = { 0 };
	struct sha256 digest = { 0 };
	int fd = io_open_read(wheel(files), &e);
	assert_false(ingest_wheel(&arena, fd, S("my_demo-1.0-py3-none-any.whl"), &digest, 5, NULL, &r, &e));
	CHECK_STR("id", str_from(e.id), S("wheel-size"));
	io_close(&fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_is_kept), cmocka_unit_test(rules), cmocka_unit_test(allowed),
		                                cmocka_unit_test(wrong_size) };
	return cmocka_run_group_tests(tests, enter, leave);
}
