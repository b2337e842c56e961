/* test_io.c: files in a folder of its own: bounded reads, writes by rename, left-overs, trees, locks, paths.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"

/* The same tests once more for systems that are not this one: without unnamed files, and with unnamed ones that cannot be given a
 * name. The module is then compiled into the test, which keeps the library's own out. */
#ifdef IO_TEMP_NAMED
#undef O_TMPFILE
#include "../../../src/base/io_temp.c"
#endif
#ifdef IO_TEMP_UNLINKABLE
#define linkat(...) (errno = EPERM, -1)
#include "../../../src/base/io_temp.c"
#endif

static struct arena arena;
static char home[4096];

static int enter(void **state)
{
	(void)state;
	char template[] = "/tmp/lamina-test-io-XXXXXX";
	if (!mkdtemp(template) || chdir(template) != 0) return -1;
	strcpy(home, template);
	return 0;
}

static int leave(void **state)
{
	(void)state;
	struct err e = { 0 };
	bool ok = chdir("/") == 0 && io_remove_tree(home, &e);
	arena_release(&arena);
	return ok ? 0 : -1;
}

static str content(const char *path)
{
	str s = { NULL, 0 };
	struct err e = { 0 };
	if (!io_read_file(&arena, path, 1 << 20, &s, &e)) fail_msg("%s: %s", e.what, e.why);
	return s;
}

static size_t count_names(const char *path)
{
	struct str_list names = { 0 };
	struct err e = { 0 };
	assert_true(io_list(&arena, path, 1000, &names, &e));
	return names.n;
}

static void reads(void **state)
{
	(void)state;
	struct err e = { 0 };
	str s = S("before");
	assert_true(io_write_file("r", S("12345"), 0644, false, &e));
	CHECK_STR("all", content("r"), S("12345"));
	assert_true(io_read_file(&arena, "r", 5, &s, &e));
	assert_int_equal(s.p[5], 0);
	s = S("before");
	assert_false(io_read_file(&arena, "r", 4, &s, &e));
	assert_string_equal(e.id, "too-large");
	CHECK_STR("unwritten", s, S("before"));
	err_clear(&e);
	assert_false(io_read_file(&arena, "absent", 4, &s, &e));
	assert_true(strcmp(e.id, "not-found") == 0 && e.sys == ENOENT && strcmp(e.where, "absent") == 0);
	err_clear(&e);
	assert_false(io_read_file(&arena, ".", 4, &s, &e));
	assert_int_equal(e.sys, EISDIR);
	err_clear(&e);
	char bytes[4];
	int fd = io_open_read("r", &e);
	assert_true(io_pread(fd, "r", bytes, 3, 1, &e) && memcmp(bytes, "234", 3) == 0);
	assert_false(io_pread(fd, "r", bytes, 4, 2, &e));
	assert_string_equal(e.id, "read");
	io_close(&fd);
	io_close(&fd);
	assert_int_equal(fd, -1);
	err_clear(&e);
	CHECK("proc files have no size", content("/proc/self/status").n > 0);
}

#define PIPED 200000 /* more than a pipe holds at once */

static void *write_pipe(void *fd)
{
	struct err e = { 0 };
	char bytes[1000];
	memset(bytes, 'x', sizeof bytes);
	for (size_t n = 0; n < PIPED; n += sizeof bytes)
		if (!io_write_all(*(int *)fd, "pipe", bytes, sizeof bytes, &e)) break;
	io_close(fd);
	return NULL;
}

/* As a shell's <(command) and /dev/stdin arrive: a path that names a pipe. */
static void named_pipes(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		size_t max;
		bool ok;
	} rows[] = { { "fits", PIPED, true }, { "too large", PIPED - 1, false }, { "much too large", 10, false } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int ends[2];
		char path[40];
		pthread_t writer;
		struct err e = { 0 };
		str s = S("before");
		assert_int_equal(pipe(ends), 0);
		snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
		signal(SIGPIPE, SIG_IGN);
		pthread_create(&writer, NULL, write_pipe, &ends[1]);
		bool ok = io_read_file(&arena, path, rows[i].max, &s, &e);
		close(ends[0]); /* ends a writer that still waits */
		pthread_join(writer, NULL);
		CHECK(rows[i].name, ok == rows[i].ok && (ok ? s.n == PIPED && s.p[PIPED] == '\0' : strcmp(e.id, "too-large") == 0));
	}
	assert_int_equal(mkfifo("fifo", 0600), 0);
	int both = open("fifo", O_RDWR); /* opening for reading alone waits for a writer */
	struct err e = { 0 };
	str s = S("before");
	assert_true(both >= 0 && io_write_all(both, "fifo", "123456", 6, &e));
	assert_false(io_read_file(&arena, "fifo", 5, &s, &e));
	assert_string_equal(e.id, "too-large");
	close(both);
}

static void pipes(void **state)
{
	(void)state;
	int ends[2];
	struct err e = { 0 };
	str s;
	assert_int_equal(pipe(ends), 0);
	assert_true(io_write_all(ends[1], "pipe", "abcdef", 6, &e));
	close(ends[1]);
	assert_true(io_read_all(&arena, ends[0], "pipe", 6, &s, &e));
	CHECK_STR("all", s, S("abcdef"));
	close(ends[0]);
	assert_int_equal(pipe(ends), 0);
	assert_true(io_write_all(ends[1], "pipe", "abcdef", 6, &e));
	assert_false(io_read_all(&arena, ends[0], "pipe", 5, &s, &e)); /* the writer has not closed it: no waiting for the end */
	assert_string_equal(e.id, "too-large");
	close(ends[0]);
	close(ends[1]);
}

static void facts(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct io_stat st;
	assert_true(io_write_file("s", S("123"), 0640, true, &e));
	assert_true(io_stat("s", &st, &e));
	assert_true(st.exists && st.is_regular && !st.is_dir && st.size == 3 && st.mode == 0640 && st.mtime_ns > 0);
	assert_true(io_stat("absent", &st, &e) && !st.exists);
	assert_true(io_stat("s/below-a-file", &st, &e) && !st.exists);
	assert_int_equal(symlink("s", "link"), 0);
	assert_true(io_lstat("link", &st, &e) && st.is_symlink);
	assert_true(io_stat("link", &st, &e) && st.is_regular);
}

/* The mode is what was asked for under any umask, an old file is whole until the new one is, and nothing stays beside. */
/* A regular file and nothing else, at once; with or without links on the way. */
static void regular(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		bool with_links, without;
	} rows[] = {
		{ "r-folder/file", true, true }, { "r-link", true, false },     { "r-way/file", true, false },
		{ "r-pipe", false, false },      { "r-folder", false, false },  { "r-gone", false, false },
		{ "r-loop/x", false, false },    { "/dev/null", false, false }, { "r-folder/../r-folder/file", true, true },
	};
	struct err e = { 0 };
	assert_true(io_mkdirs("r-folder", &e) && io_write_file("r-folder/file", S("x"), 0644, false, &e));
	assert_int_equal(symlink("r-folder/file", "r-link") | symlink("r-folder", "r-way") | symlink("r-loop", "r-loop"), 0);
	assert_int_equal(mkfifo("r-pipe", 0600), 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (int links = 0; links < 2; links++) {
			struct err why = { 0 };
			int fd = io_open_regular(rows[i].path, links == 1, &why);
			if ((fd >= 0) != (links ? rows[i].with_links : rows[i].without) || (fd < 0) != err_is_set(&why))
				fail_msg("%s, links %d: %d (%s)", rows[i].path, links, fd, why.what);
			io_close(&fd);
		}
	}
}

static void writes(void **state)
{
	(void)state;
	struct err e = { 0 };
	assert_true(io_mkdirs("w", &e));
	static const mode_t masks[] = { 0, 022, 077, 0777 };
	for (size_t i = 0; i < ROWS(masks); i++) {
		mode_t before = umask(masks[i]);
		bool ok = io_write_file("w/f", S("new"), 0644, i == 1, &e);
		umask(before);
		struct io_stat st;
		assert_true(ok && io_stat("w/f", &st, &e) && st.mode == 0644);
	}
	struct io_temp t = { 0 };
	assert_true(io_temp_open(&t, "w/f", 0755, &e));
	assert_true(io_temp_write(&t, "newer", 5, &e));
	CHECK_STR("old until committed", content("w/f"), S("new"));
	io_temp_abort(&t);
	io_temp_abort(&t);
	CHECK_STR("old after abort", content("w/f"), S("new"));
	assert_true(io_temp_open(&t, "w/f", 0755, &e) && io_temp_write(&t, "newer", 5, &e) && io_temp_commit(&t, false, &e));
	io_temp_abort(&t);
	CHECK_STR("new", content("w/f"), S("newer"));
	assert_int_equal(count_names("w"), 1);
}

static void refusals(void **state)
{
	(void)state;
	static const struct {
		const char *path, *id;
		int sys;
	} rows[] = {
		{ "no-such-folder/f", "create", ENOENT },
		{ ".", "create", EISDIR },
		{ "/dev/null", "create", 0 },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct err e = { 0 };
		CHECK(rows[i].path, !io_write_file(rows[i].path, S("x"), 0644, false, &e));
		CHECK(rows[i].path, strcmp(e.id, rows[i].id) == 0 && e.sys == rows[i].sys && e.code == ERR_IO);
		CHECK(rows[i].path, e.why[0] && strcmp(e.where, rows[i].path) == 0);
	}
}

static void full_disk(void **state)
{
	(void)state;
	struct err e = { 0 };
	assert_true(io_mkdirs("full", &e) && io_write_file("full/f", S("old"), 0644, false, &e));
	pid_t child = fork();
	if (child == 0) {
		signal(SIGXFSZ, SIG_IGN);
		struct rlimit small = { 1000, 1000 };
		setrlimit(RLIMIT_FSIZE, &small);
		char bytes[2000] = { 0 };
		bool refused = !io_write_file("full/f", (str){ bytes, sizeof bytes }, 0644, false, &e);
		_exit(refused && strcmp(e.id, "disk-full") == 0 && e.help[0] ? 0 : 1);
	}
	int status = -1;
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	CHECK_STR("old", content("full/f"), S("old"));
	assert_int_equal(count_names("full"), 1);
}

/* A left-over of a killed process goes away with the next write; one that is being written stays. */
static void left_overs(void **state)
{
	(void)state;
	struct err e = { 0 };
	assert_true(io_mkdirs("l", &e));
	int dead = open("l/.f.0.lamina-tmp", O_CREAT | O_WRONLY, 0600), live = open("l/.f.1.lamina-tmp", O_CREAT | O_WRONLY, 0600);
	int other = open("l/.g.0.lamina-tmp", O_CREAT | O_WRONLY, 0600);
	assert_int_equal(flock(live, LOCK_EX), 0);
	close(dead);
	close(other);
	assert_true(io_write_file("l/f", S("x"), 0644, false, &e));
	struct io_stat st;
	assert_true(io_stat("l/.f.0.lamina-tmp", &st, &e) && !st.exists);
	assert_true(io_stat("l/.f.1.lamina-tmp", &st, &e) && st.exists);
	assert_true(io_stat("l/.g.0.lamina-tmp", &st, &e) && st.exists);
	close(live);
	assert_true(io_write_file("l/f", S("x"), 0644, false, &e));
	assert_int_equal(count_names("l"), 2);
}

static void folders(void **state)
{
	(void)state;
	struct err e = { 0 };
	assert_true(io_mkdirs("d/e//f/", &e) && io_mkdirs("d/e/f", &e) && io_mkdirs_for("d/x/file", &e) && io_mkdirs(".", &e));
	assert_true(io_write_file("d/e/f/one", S("1"), 0644, false, &e) && io_write_file("d/two", S("2"), 0644, false, &e));
	struct str_list names = { 0 };
	assert_true(io_list(&arena, "d", 3, &names, &e) && names.n == 3);
	CHECK_STR("in order", names.p[1], S("two"));
	assert_false(io_list(&arena, "d", 2, &names, &e));
	assert_string_equal(e.id, "too-large");
	err_clear(&e);
	assert_false(io_mkdirs("d/two/below", &e));
	assert_int_equal(e.sys, ENOTDIR);
	err_clear(&e);
	assert_false(io_mkdirs("d/two", &e));
	err_clear(&e);
	assert_true(io_write_file("outside", S("safe"), 0644, false, &e) && symlink("../outside", "d/link") == 0);
	assert_int_equal(symlink("..", "d/e/up"), 0);
	assert_true(io_remove_tree("d", &e) && io_remove_tree("d", &e));
	CHECK_STR("behind the link", content("outside"), S("safe"));
	assert_true(io_unlink("outside", &e) && io_unlink("outside", &e));
	str name;
	struct io_stat st;
	assert_true(io_mkdtemp(&arena, "prefix-", &name, &e) && io_stat(name.p, &st, &e) && st.is_dir && st.mode == 0700);
	assert_true(io_rename(name.p, "renamed", &e) && !io_rename(name.p, "renamed", &e));
	assert_string_equal(e.id, "rename");
}

static void locks(void **state)
{
	(void)state;
	struct err e = { 0 };
	int a = -1, b = -1;
	bool got = false;
	assert_true(io_lock("lock", IO_LOCK_SHARED, true, &a, &got, &e) && got);
	assert_true(io_lock("lock", IO_LOCK_SHARED, false, &b, &got, &e) && got);
	io_close(&b);
	assert_true(io_lock("lock", IO_LOCK_EXCLUSIVE, false, &b, &got, &e) && !got && b == -1);
	io_close(&a);
	assert_true(io_lock("lock", IO_LOCK_EXCLUSIVE, false, &b, &got, &e) && got);
	io_close(&b);
}

static void paths(void **state)
{
	(void)state;
	static const char *const rows[][4] = {
		/* path, folder, base, clean */
		{ "a/b", "a", "b", "a/b" },
		{ "b", ".", "b", "b" },
		{ "/b", "/", "b", "/b" },
		{ "/", "/", "/", "/" },
		{ "a/b/", "a", "b", "a/b" },
		{ "a//b", "a", "b", "a/b" },
		{ "", ".", "", "." },
		{ "a/./b//../c", "a/./b//..", "c", "a/c" },
		{ "../a", "..", "a", "../a" },
		{ "a/../..", "a/..", "..", ".." },
		{ "/..", "/", "..", "/" },
		{ "../../x/..", "../../x", "..", "../.." },
		{ "./a", ".", "a", "a" },
		{ "a/..", "a", "..", "." },
		{ "..a/.b", "..a", ".b", "..a/.b" },
		{ "/a/../../b", "/a/../..", "b", "/b" },
	};
	for (size_t i = 0; i < ROWS(rows); i++) {
		str path = str_from(rows[i][0]);
		CHECK_STR(rows[i][0], path_dir(path), str_from(rows[i][1]));
		CHECK_STR(rows[i][0], path_base(path), str_from(rows[i][2]));
		CHECK_STR(rows[i][0], path_clean(&arena, path), str_from(rows[i][3]));
	}
	CHECK_STR("join", path_join(&arena, S("a"), S("b")), S("a/b"));
	CHECK_STR("join slash", path_join(&arena, S("a/"), S("b")), S("a/b"));
	CHECK_STR("join absolute", path_join(&arena, S("a"), S("/b")), S("/b"));
	CHECK_STR("join dot", path_join(&arena, S("."), S("b")), S("b"));
	struct err e = { 0 };
	str absolute;
	assert_true(path_absolute(&arena, S("x/../y"), &absolute, &e));
	CHECK_STR("absolute", absolute, arena_fmt(&arena, "%s/y", home));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(regular), cmocka_unit_test(reads),      cmocka_unit_test(pipes),    cmocka_unit_test(named_pipes),
		cmocka_unit_test(facts),   cmocka_unit_test(writes),     cmocka_unit_test(refusals), cmocka_unit_test(full_disk),
		cmocka_unit_test(folders), cmocka_unit_test(left_overs), cmocka_unit_test(locks),    cmocka_unit_test(paths),
	};
	return cmocka_run_group_tests(tests, enter, leave);
}
