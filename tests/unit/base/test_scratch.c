/* test_scratch.c: folders of runs, of other users, and of runs that were killed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/scratch.h"

static struct arena arena;
static str home;

static int enter(void **state)
{
	(void)state;
	struct err e = { 0 };
	return io_mkdtemp(&arena, "/tmp/lamina-test-scratch-", &home, &e) ? 0 : -1;
}

static int leave(void **state)
{
	(void)state;
	struct err e = { 0 };
	bool ok = io_remove_tree(home.p, &e);
	arena_release(&arena);
	return ok ? 0 : -1;
}

static bool is_there(str path)
{
	struct io_stat st;
	struct err e = { 0 };
	return io_lstat(path.p, &st, &e) && st.exists;
}

static size_t count_names(void)
{
	struct str_list names = { 0 };
	struct err e = { 0 };
	assert_true(io_list(&arena, home.p, 100, &names, &e));
	return names.n;
}

static struct scratch begin(void)
{
	struct scratch s;
	struct err e = { 0 };
	if (!scratch_begin(&arena, home, "job", &s, &e)) fail_msg("%s: %s", e.what, e.why);
	return s;
}

static str slot(unsigned n) { return arena_fmt(&arena, STR_FMT "/job-%lu-%u", STR_ARG(home), (unsigned long)geteuid(), n); }

static void put(str path)
{
	struct err e = { 0 };
	assert_true(io_mkdirs_for(path.p, &e) && io_write_file(path.p, S("x"), 0600, false, &e));
}

static void two_at_a_time(void **state)
{
	(void)state;
	struct stat st;
	struct scratch one = begin(), two = begin();
	assert_true(str_eq(one.slot, slot(0)) && str_eq(two.slot, slot(1)));
	assert_true(stat(one.path.p, &st) == 0 && S_ISDIR(st.st_mode) && (st.st_mode & 0777) == 0700);
	put(path_join(&arena, one.path, S("deep/er/file")));
	put(path_join(&arena, two.path, S("file")));
	scratch_end(&one);
	assert_false(is_there(slot(0)));
	assert_true(is_there(path_join(&arena, two.path, S("file"))));
	scratch_end(&two);
	scratch_end(&two);
	assert_int_equal(count_names(), 0);
}

static void killed_runs_are_swept(void **state)
{
	(void)state;
	int ready[2];
	char byte;
	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	if (pid == 0) {
		struct scratch a = begin(), b = begin();
		put(path_join(&arena, a.path, S("program")));
		put(path_join(&arena, b.path, S("program")));
		(void)!write(ready[1], "x", 1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	struct scratch beside = begin();
	assert_true(str_eq(beside.slot, slot(2)));
	scratch_end(&beside);
	assert_true(is_there(slot(0)) && is_there(slot(1)));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(ready[0]);
	close(ready[1]);
	struct scratch next = begin();
	assert_true(str_eq(next.slot, slot(0)));
	assert_false(is_there(slot(1)));
	assert_false(is_there(path_join(&arena, next.path, S("program"))));
	scratch_end(&next);
	assert_int_equal(count_names(), 0);
}

/* What others could have put there before is neither used nor touched. */
static void strange_folders_are_passed_by(void **state)
{
	(void)state;
	assert_int_equal(mkdir(slot(0).p, 0700), 0);
	assert_int_equal(chmod(slot(0).p, 0777), 0);
	put(path_join(&arena, slot(0), S("theirs")));
	assert_int_equal(symlink("/tmp", slot(1).p), 0);
	put(slot(2));
	struct scratch s = begin();
	assert_true(str_eq(s.slot, slot(3)));
	scratch_end(&s);
	assert_true(is_there(path_join(&arena, slot(0), S("theirs"))) && is_there(slot(1)) && is_there(slot(2)));
}

static void no_place(void **state)
{
	(void)state;
	struct scratch s;
	struct err e = { 0 };
	assert_false(scratch_begin(&arena, path_join(&arena, home, S("nowhere")), "job", &s, &e));
	assert_string_equal(e.id, "create");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(two_at_a_time, enter, leave),
		cmocka_unit_test_setup_teardown(killed_runs_are_swept, enter, leave),
		cmocka_unit_test_setup_teardown(strange_folders_are_passed_by, enter, leave),
		cmocka_unit_test_setup_teardown(no_place, enter, leave),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
