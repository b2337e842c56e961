/* test_child.c: what a child gets.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/library.h"

static int run(const char *script, struct child_start *start, char *said, size_t room)
{
	char *words[] = { (char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", (char *)(uintptr_t)script, NULL };
	char *variables[] = { (char *)(uintptr_t) "NAME=value", (char *)(uintptr_t) "PATH=/usr/bin:/bin", NULL };
	int ends[2], status = -1;
	pid_t pid = 0;
	assert_int_equal(pipe(ends), 0);
	assert_int_not_equal(fcntl(ends[0], F_SETFD, FD_CLOEXEC), -1);
	assert_int_not_equal(fcntl(ends[1], F_SETFD, FD_CLOEXEC), -1);
	start->words = words;
	start->variables = variables;
	start->out = start->err = ends[1];
	if (!start->folder) start->folder = "/";
	start->search = true;
	assert_int_equal(child_start(start, &pid), 0);
	close(ends[1]);
	size_t n = 0;
	for (ssize_t got; n + 1 < room && (got = read(ends[0], said + n, room - n - 1)) > 0;) n += (size_t)got;
	said[n] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void what_it_sees(void **state)
{
	char said[512];
	struct child_start start = { 0 };
	(void)state;
	assert_int_equal(run("pwd; echo \"$NAME\"; read -r line || echo empty >&2", &start, said, sizeof said), 0);
	assert_string_equal(said, "/\nvalue\nempty\n");
}

/* lamina ignores SIGPIPE; `yes | head -1` must end all the same. */
static void signals_are_as_usual(void **state)
{
	char said[512];
	struct child_start start = { 0 };
	(void)state;
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);
	int status = run("kill -PIPE $$; echo survived", &start, said, sizeof said);
	signal(SIGPIPE, before);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGPIPE);
	assert_string_equal(said, "");
}

static void groups(void **state)
{
	char said[512], expected[64];
	struct child_start start = { 0 };
	(void)state;
	assert_int_equal(run("cut -d' ' -f5 /proc/$$/stat", &start, said, sizeof said), 0);
	snprintf(expected, sizeof expected, "%ld\n", (long)getpgrp());
	assert_string_equal(said, expected);
	start.leads_group = true;
	assert_int_equal(run("[ $(cut -d' ' -f5 /proc/$$/stat) = $$ ] && echo leads", &start, said, sizeof said), 0);
	assert_string_equal(said, "leads\n");
}

static void what_cannot_start(void **state)
{
	char *words[] = { (char *)(uintptr_t) "/nowhere/program", NULL }, *variables[] = { NULL };
	struct child_start start = { .words = words, .variables = variables, .folder = "/", .out = 1, .err = 2 };
	pid_t pid;
	(void)state;
	assert_int_equal(child_start(&start, &pid), ENOENT);
}

static void libraries(void **state)
{
	const char *const none[] = { "libnowhere.so.1", NULL }, *const some[] = { "libnowhere.so.1", "libc.so.6", NULL };
	const char *why = NULL;
	size_t (*length)(const char *) = NULL;
	(void)state;
	assert_null(library_open(none, &why));
	assert_non_null(strstr(why, "libnowhere"));
	void *library = library_open(some, &why);
	assert_non_null(library);
	assert_null(why);
	assert_true(library_symbol(library, "strlen", &length, sizeof length));
	assert_int_equal(length("four"), 4);
	assert_false(library_symbol(library, "no_such_function_anywhere", &length, sizeof length));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_it_sees), cmocka_unit_test(signals_are_as_usual),
		                                cmocka_unit_test(groups), cmocka_unit_test(what_cannot_start),
		                                cmocka_unit_test(libraries) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
