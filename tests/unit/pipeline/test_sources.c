/* test_sources.c: which files of a folder are packed, and what is refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../base/rows.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "pipeline/sources.h"

#define MANY 8

static const struct {
	const char *row;
	const char *files[MANY]; /* "name -> target" is a link; "name/" an empty folder; "name|" a pipe */
	const char *include[MANY], *exclude[MANY];
	const char *expected; /* names, each with a space behind; NULL = refused */
	const char *id;
} rows[] = {
	{ "order is that of bytes", { "b.py", "a/z.py", "a.py", "B.py" }, { 0 }, { 0 }, "B.py a.py a/z.py b.py ", 0 },
	{ "never",
	  { ".git/x", ".venv/y", "a/__pycache__/z.pyc", ".env", ".env.local", ".lamina/s", "x.pyc", "k" },
	  { 0 },
	  { 0 },
	  "k ",
	  0 },
	{ "dist at the top only", { "dist/a.zip", "pkg/dist/b.py" }, { 0 }, { 0 }, "pkg/dist/b.py ", 0 },
	{ "virtual environment by its mark", { "env3/pyvenv.cfg", "env3/lib/x.py", "a.py" }, { 0 }, { 0 }, "a.py ", 0 },
	{ "never, but named", { ".env", "a.py" }, { ".env", "*.py" }, { 0 }, ".env a.py ", 0 },
	{ "a star names nothing", { ".env", "a.py" }, { "**" }, { 0 }, "a.py ", 0 },
	{ "include", { "a.py", "b.txt", "p/c.py" }, { "*.py" }, { 0 }, "a.py p/c.py ", 0 },
	{ "exclude wins", { "a.py", "t/b.py" }, { "*.py" }, { "t" }, "a.py ", 0 },
	{ "unfinished work of lamina", { ".out.zip.0.lamina-tmp", ".tree.lamina-new-abc/new/x", "a" }, { 0 }, { 0 }, "a ", 0 },
	{ "an output", { "out.zip", "out/x", "a" }, { 0 }, { 0 }, "a ", 0 },
	{ "of that name elsewhere", { "p/out.zip" }, { 0 }, { 0 }, "p/out.zip ", 0 },
	{ "link inside", { "a.py", "b.py -> a.py" }, { 0 }, { 0 }, "a.py b.py ", 0 },
	{ "link to a folder", { "p/a.py", "q -> p" }, { 0 }, { 0 }, "p/a.py q/a.py ", 0 },
	{ "link outside", { "b.py -> /etc/hosts" }, { 0 }, { 0 }, 0, "source-link" },
	{ "link to nothing", { "b.py -> gone" }, { 0 }, { 0 }, 0, "source-link" },
	{ "link to nothing, left out", { "b.py -> gone", "a" }, { 0 }, { "b.py" }, "a ", 0 },
	{ "link to itself", { "p/x -> .", "p/y -> ." }, { 0 }, { 0 }, 0, "source-link" },
	{ "pipe", { "p|" }, { 0 }, { 0 }, 0, "source-special" },
	{ "backslash", { "a\\b" }, { 0 }, { 0 }, 0, "source-name" },
	{ "control character", { "a\nb" }, { 0 }, { 0 }, 0, "source-name" },
	{ "not UTF-8", { "a\xff" }, { 0 }, { 0 }, 0, "source-name" },
	{ "UTF-8", { "\xc3\xbc.py" }, { 0 }, { 0 }, "\xc3\xbc.py ", 0 },
	{ "nothing", { "p/" }, { 0 }, { 0 }, "", 0 },
};

static void put(struct arena *a, str folder, const char *text)
{
	struct err e = { 0 };
	str left = str_from(text), target = { 0 };
	size_t arrow = str_find(left, S(" -> "));
	if (arrow != STR_NONE) {
		target = str_from_pos(left, arrow + 4);
		left = str_slice(left, 0, arrow);
	}
	bool pipe = str_ends(left, S("|"));
	if (pipe) left.n--;
	str path = arena_fmt(a, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(left));
	assert_true(str_ends(left, S("/")) ? io_mkdirs(path.p, &e) : io_mkdirs_for(path.p, &e));
	if (target.n)
		assert_int_equal(symlink(target.p, path.p), 0);
	else if (pipe)
		assert_int_equal(mkfifo(path.p, 0600), 0);
	else if (!str_ends(left, S("/")))
		assert_true(io_write_file(path.p, S("x"), 0644, false, &e));
}

static void scans(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct artifact artifact = { 0 };
		struct source_list list;
		struct str_list outputs = { 0 };
		struct buf names;
		str folder;
		assert_true(io_mkdtemp(&a, "/tmp/lamina-sources-", &folder, &e));
		for (size_t k = 0; k < MANY && rows[i].files[k]; k++) put(&a, folder, rows[i].files[k]);
		for (size_t k = 0; k < MANY && rows[i].include[k]; k++) *vec_push(&a, &artifact.include) = str_from(rows[i].include[k]);
		for (size_t k = 0; k < MANY && rows[i].exclude[k]; k++)
			*vec_push(&a, &artifact.exclude_path) = str_from(rows[i].exclude[k]);
		*vec_push(&a, &artifact.sources) = folder;
		*vec_push(&a, &outputs) = path_join(&a, folder, S("out.zip"));
		*vec_push(&a, &outputs) = path_join(&a, folder, S("out"));
		bool ok = sources_scan(&a, &artifact, &outputs, &list, &e);
		CHECK(rows[i].row, ok == (rows[i].expected != NULL));
		if (ok) {
			buf_init(&names, 4096);
			for (size_t k = 0; k < list.files.n; k++) buf_addf(&names, STR_FMT " ", STR_ARG(list.files.p[k].name));
			CHECK_STR(rows[i].row, buf_str(&names), str_from(rows[i].expected));
			buf_release(&names);
		} else {
			CHECK_STR(rows[i].row, str_from(e.id), str_from(rows[i].id));
		}
		struct err ignored = { 0 };
		io_remove_tree(folder.p, &ignored);
		arena_release(&a);
	}
}

static const struct {
	const char *row, *name, *content;
	bool executable;
} modes[] = {
	{ "text", "a.py", "import os\n", false },
	{ "script", "a.py", "#!/bin/sh\n", true },
	{ "bootstrap", "bootstrap", "x", true },
	{ "in bin/", "bin/tool", "x", true },
	{ "program", "tool",
	  "\x7f"
	  "ELF....",
	  true },
	{ "library", "lib/x.so.1",
	  "\x7f"
	  "ELF....",
	  false },
	{ "empty", "a", "", false },
	{ "one byte", "a", "#", false },
};

static void executables(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(modes); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct artifact artifact = { 0 };
		struct source_list list;
		struct str_list outputs = { 0 };
		struct sha256 digest;
		str folder;
		assert_true(io_mkdtemp(&a, "/tmp/lamina-sources-", &folder, &e));
		str path = path_join(&a, folder, str_from(modes[i].name));
		/* The host's mode says the opposite. */
		assert_true(io_mkdirs_for(path.p, &e));
		assert_true(io_write_file(path.p, str_from(modes[i].content), modes[i].executable ? 0644 : 0755, false, &e));
		*vec_push(&a, &artifact.sources) = folder;
		CHECK(modes[i].row, sources_scan(&a, &artifact, &outputs, &list, &e) && sources_hash(&a, &list, 1, NULL, &e));
		CHECK(modes[i].row, list.files.n == 1 && list.files.p[0].executable == modes[i].executable);
		sha256_of(str_from(modes[i].content), &digest);
		CHECK(modes[i].row, sha256_eq(&digest, &list.files.p[0].sha256));
		io_remove_tree(folder.p, &e);
		arena_release(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(scans), cmocka_unit_test(executables) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
