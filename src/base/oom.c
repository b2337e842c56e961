/* oom.c: the last words of a process that cannot go on.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Nothing here allocates or runs handlers: the heap may be what failed. Unnamed temporary files vanish with the process. */
#include "base/oom.h"

#include <stdio.h>
#include <unistd.h>

static _Noreturn void say_and_end(const char *text, int n, int size)
{
	if (n >= size) n = size - 1;
	ssize_t ignored = n > 0 ? write(STDERR_FILENO, text, (size_t)n) : 0;
	(void)ignored; /* nobody is left to tell */
	_exit(70);
}

_Noreturn void die_oom(size_t bytes)
{
	char text[160];
	int n = snprintf(text, sizeof text, "error: out of memory (%zu bytes were needed)\n", bytes);
	say_and_end(text, n, (int)sizeof text);
}

_Noreturn void die_bug(const char *file, int line, const char *what)
{
	char text[512];
	int n = snprintf(text, sizeof text, "error: a bug in lamina\n  --> %s:%d\n  = why: %s\n", file, line, what);
	say_and_end(text, n, (int)sizeof text);
}
