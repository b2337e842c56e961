/* build_command.c: one child process, awaited.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pipeline/build_command.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/io.h"
#include "target/target.h"

#define OWN_VARIABLES 4

static bool is_own(const char *variable)
{
	static const char *const names[] = { "LAMINA_ARCH=", "LAMINA_RUNTIME=", "LAMINA_NAME=", "LAMINA_OUT=" };
	for (size_t i = 0; i < OWN_VARIABLES; i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0) return true;
	return false;
}

static char **variables(struct arena *a, const struct artifact *artifact, str out, const struct env *env)
{
	size_t n = 0;
	while (env->vars && env->vars[n]) n++;
	char **all = arena_array(a, char *, n + OWN_VARIABLES + 1);
	size_t k = 0;
	for (size_t i = 0; i < n; i++)
		if (!is_own(env->vars[i])) all[k++] = env->vars[i];
	all[k++] = arena_cstr(a, arena_fmt(a, "LAMINA_ARCH=%s", target_arch_name(artifact->target.arch)));
	all[k++] = arena_cstr(a, arena_fmt(a, "LAMINA_RUNTIME=%s", artifact->target.runtime->name));
	all[k++] = arena_cstr(a, arena_fmt(a, "LAMINA_NAME=" STR_FMT, STR_ARG(artifact->name)));
	all[k++] = arena_cstr(a, arena_fmt(a, "LAMINA_OUT=" STR_FMT, STR_ARG(out)));
	return all;
}

static bool is_cancelled(const atomic_bool *cancel) { return cancel && atomic_load_explicit(cancel, memory_order_relaxed); }

/* A terminal interrupts the child as well; from elsewhere the signal reaches lamina alone, and is passed on. */
static bool await(pid_t child, const atomic_bool *cancel, int *status)
{
	while (waitpid(child, status, 0) < 0) {
		if (errno != EINTR) return false;
		if (is_cancelled(cancel)) kill(child, SIGTERM);
	}
	return true;
}

static bool failed(const struct artifact *artifact, int status, struct err *e)
{
	str word = artifact->command.p[0];
	if (WIFSIGNALED(status))
		err_set(e, ERR_FORMAT, "command-failed", "the command of `" STR_FMT "` (" STR_FMT ") was ended by signal %d",
		        STR_ARG(artifact->name), STR_ARG(word), WTERMSIG(status));
	else
		err_set(e, ERR_FORMAT, "command-failed", "the command of `" STR_FMT "` (" STR_FMT ") ended with status %d",
		        STR_ARG(artifact->name), STR_ARG(word), WEXITSTATUS(status));
	return err_where(e, STR_FMT, STR_ARG(artifact->command_where));
}

bool build_command_run(struct arena *a, const struct artifact *artifact, const struct env *env, const atomic_bool *cancel,
                       struct err *e)
{
	str out;
	pid_t child;
	int status = 0;
	char **words = arena_array(a, char *, artifact->command.n + 1);
	for (size_t i = 0; i < artifact->command.n; i++) words[i] = arena_cstr(a, artifact->command.p[i]);
	if (!io_mkdirs(artifact->command_out.p, e) || !path_absolute(a, artifact->command_out, &out, e)) return false;
	/* Data on stdout is lamina's: what the command prints goes to stderr. */
	struct child_start start = {
		.words = words, .out = STDERR_FILENO, .err = STDERR_FILENO, .shares_input = true, .search = true
	};
	start.variables = variables(a, artifact, out, env);
	start.folder = artifact->command_folder.n ? arena_cstr(a, artifact->command_folder) : ".";
	int sys = child_start(&start, &child);
	if (sys != 0) {
		err_sys(e, ERR_IO, "command", sys, "cannot run `%s`", words[0]);
		return err_where(e, STR_FMT, STR_ARG(artifact->command_where));
	}
	if (!await(child, cancel, &status)) return err_sys(e, ERR_IO, "command", errno, "cannot wait for `%s`", words[0]);
	if (is_cancelled(cancel)) return err_set(e, ERR_INTERRUPT, "interrupted", "interrupted");
	return (WIFEXITED(status) && WEXITSTATUS(status) == 0) || failed(artifact, status, e);
}
