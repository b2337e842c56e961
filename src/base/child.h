/* child.h: starting another program.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What every child gets: standard input from /dev/null unless it is shared, the signals that lamina ignores for itself (SIGPIPE, SIGXFSZ)
 * as the system has them, since pipes of shell scripts end by them, and none of lamina's descriptors (which are close-on-exec).
 * The caller waits for it: waitpid().
 * Threads: safe. */
#ifndef LAMINA_BASE_CHILD_H
#define LAMINA_BASE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child_start {
	char *const *words;     /* the first is the program, NULL at the end */
	char *const *variables; /* environment, NULL at the end */
	const char *folder;     /* it starts there */
	int out, err;           /* become its standard output and standard error */
	bool shares_input;      /* it may ask the person at the terminal */
	bool search;            /* along PATH */
	bool leads_group;       /* of its own, so that what it starts can be ended with it */
};

/* 0, or errno. */
int child_start(const struct child_start *start, pid_t *pid);

#endif
