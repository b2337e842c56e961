/* keyring.c: asks the keyring program.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Started without a shell, standard input closed, so that nothing in a URL is ever interpreted. The program is looked for in
 * the PATH of the environment that was given, which it also gets. Its standard error stays: some backends ask the user there to
 * open a page. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "format/json.h"
#include "index/credentials.h"
#include "net/url.h"

#define KEYRING_SECONDS 30
#define ANSWER_MAX      ((size_t)64 << 10)

static const char *find_program(struct arena *a, const struct env *env)
{
	str folder, rest = str_from(env_get_nonempty(env, "PATH"));
	while (!str_empty(rest)) {
		str_cut(rest, ':', &folder, &rest);
		if (!path_is_absolute(folder)) continue;
		const char *path = arena_cstr(a, path_join(a, folder, S("keyring")));
		if (access(path, X_OK) == 0) return path;
	}
	return NULL;
}

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Reads until the end or the deadline; false when it was passed or too much came. */
static bool read_answer(int fd, struct buf *out)
{
	int64_t deadline = now_ms() + KEYRING_SECONDS * 1000;
	for (;;) {
		int64_t left = deadline - now_ms();
		struct pollfd p = { .fd = fd, .events = POLLIN };
		if (left <= 0) return false;
		int ready = poll(&p, 1, (int)left);
		if (ready < 0 && errno == EINTR) continue;
		if (ready <= 0) return false;
		char *room = buf_reserve(out, 4096);
		if (!room) return false;
		ssize_t n = read(fd, room, 4096);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return false;
		if (n == 0) return true;
		out->n += (size_t)n;
	}
}

static bool start(const char *program, char *const *arguments, const struct env *env, int out_fd, pid_t *child)
{
	posix_spawn_file_actions_t actions;
	if (posix_spawn_file_actions_init(&actions) != 0) return false;
	bool ok = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) == 0 &&
	          posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO) == 0 &&
	          posix_spawn(child, program, &actions, NULL, arguments, env->vars) == 0;
	posix_spawn_file_actions_destroy(&actions);
	return ok;
}

/* True with the program's output when it ended with status 0. */
static bool run(struct arena *a, const struct env *env, const char *const *arguments, str *output)
{
	int ends[2], status = -1;
	pid_t child;
	struct buf answer;
	char *writable[8] = { NULL };
	for (size_t i = 0; i < 7 && arguments[i]; i++) writable[i] = arena_cstr(a, str_from(arguments[i]));
	if (pipe(ends) != 0) return false;
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	bool started = start(arguments[0], writable, env, ends[1], &child);
	io_close(&ends[1]);
	buf_init(&answer, ANSWER_MAX);
	bool whole = started && read_answer(ends[0], &answer);
	io_close(&ends[0]);
	if (started && !whole) kill(child, SIGKILL);
	if (started)
		while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
		}
	if (whole && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		*output = buf_take(&answer, a);
		started = true;
	} else {
		started = false;
	}
	buf_release(&answer);
	return started;
}

/* {"username": ..., "password": ...} */
static bool from_json(struct arena *a, str text, struct index_credentials *out)
{
	struct json_value *v;
	struct err ignored = { 0 };
	if (!json_parse(a, str_trim(text), &v, &ignored)) return false;
	const struct json_value *user = json_get(v, S("username")), *password = json_get(v, S("password"));
	if (!user || !password || user->type != JSON_STRING || password->type != JSON_STRING) return false;
	*out = (struct index_credentials){ true, true, user->text, password->text };
	return true;
}

static bool ask(struct arena *a, const struct env *env, const char *program, str service, str user,
                struct index_credentials *out)
{
	str text;
	const char *name = arena_cstr(a, service), *login = arena_cstr(a, user);
	/* What begins with "-" would be an option. */
	if (str_starts(service, S("-")) || str_starts(user, S("-"))) return false;
	if (str_empty(user)) {
		const char *const arguments[] = { program, "--mode=creds", "--output=json", "get", name, NULL };
		return run(a, env, arguments, &text) && from_json(a, text, out);
	}
	const char *const arguments[] = { program, "get", name, login, NULL };
	if (!run(a, env, arguments, &text)) return false;
	while (text.n > 0 && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r')) text.n--;
	if (str_empty(text)) return false;
	*out = (struct index_credentials){ true, true, user, text };
	return true;
}

bool keyring_find(struct arena *a, const struct env *env, str url, str user, struct index_credentials *out, bool *found,
                  struct err *e)
{
	struct url u;
	const char *program = find_program(a, env);
	*found = false;
	if (!program || !env->vars) return true;
	if (!url_parse(a, url, &u, e)) return false;
	str host = u.port ? arena_fmt(a, STR_FMT ":%u", STR_ARG(u.host), u.port) : u.host;
	*found = ask(a, env, program, url, user, out) || ask(a, env, program, host, user, out);
	return true;
}
