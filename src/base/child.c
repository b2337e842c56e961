/* child.c: posix_spawn.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/child.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

static int set_attributes(posix_spawnattr_t *attributes, const struct child_start *start)
{
	sigset_t usual;
	short flags = POSIX_SPAWN_SETSIGDEF;
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	sigaddset(&usual, SIGXFSZ);
	int sys = posix_spawnattr_setsigdefault(attributes, &usual);
	if (start->leads_group) {
		flags |= POSIX_SPAWN_SETPGROUP;
		if (sys == 0) sys = posix_spawnattr_setpgroup(attributes, 0);
	}
	return sys ? sys : posix_spawnattr_setflags(attributes, flags);
}

static int set_actions(posix_spawn_file_actions_t *actions, const struct child_start *start)
{
	int sys = 0;
	if (!start->shares_input) sys = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (sys == 0) sys = posix_spawn_file_actions_adddup2(actions, start->out, STDOUT_FILENO);
	if (sys == 0) sys = posix_spawn_file_actions_adddup2(actions, start->err, STDERR_FILENO);
	return sys ? sys : posix_spawn_file_actions_addchdir_np(actions, start->folder);
}

int child_start(const struct child_start *start, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int sys = posix_spawn_file_actions_init(&actions);
	if (sys != 0) return sys;
	if ((sys = posix_spawnattr_init(&attributes)) == 0) {
		sys = set_attributes(&attributes, start);
		if (sys == 0) sys = set_actions(&actions, start);
		if (sys == 0)
			sys = (start->search ? posix_spawnp : posix_spawn)(pid, start->words[0], &actions, &attributes, start->words,
			                                                   start->variables);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return sys;
}
