/* go_run.h: runs go commands, a few at a time, and hands on what they say while they say it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * No shell, standard input is /dev/null, standard output is collected (bounded), standard error goes line by line to `line` and its end
 * is kept for judging a failure (go_failure.h). All callbacks happen on the calling thread.
 * A command that ends with a status other than 0 is no error here: the caller reads `status`.
 * A file that a command completes in the folder `watch` is told while the command goes on with others. That only saves time: where the
 * system cannot tell (it is Linux's inotify), or was not asked in time, nothing is told.
 * Cancel:  the commands get SIGINT, at which go starts nothing more, and are awaited; who is still there after GO_GRACE_MS gets SIGTERM.
 * Errors:  ERR_IO "go-start" when one cannot be started or read; ERR_FORMAT "go-output" when it says more than GO_OUTPUT_MAX;
 *          ERR_INTERRUPT. Whatever happens, no child is left behind. */
#ifndef LAMINA_GOLANG_GO_RUN_H
#define LAMINA_GOLANG_GO_RUN_H

#include <stdatomic.h>

#include "base/env.h"
#include "base/err.h"
#include "base/vec.h"

#define GO_OUTPUT_MAX ((size_t)256 << 20)
#define GO_TAIL_MAX   ((size_t)64 << 10)
#define GO_GRACE_MS   10000

struct go_process {
	str program; /* what go_find gave */
	str folder;  /* where it runs */
	struct str_list arguments;
	struct env env;
	void (*line)(void *context, str line); /* of standard error, without its end; may be NULL */
	str watch;                             /* an existing folder, or empty */
	void (*made)(void *context, str name); /* of a file in it: whole, and under its last name */
	void *context;
	/* filled: */
	str output;
	str tail;   /* the first GO_TAIL_MAX bytes of standard error: the first message is the cause */
	int status; /* exit status, or 128 + the signal that ended it */
};

bool go_run(struct arena *a, struct go_process *processes, size_t n, size_t at_once, const atomic_bool *cancel, struct err *e);

#endif
