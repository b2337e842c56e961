/* go_run.c: children, their pipes, and one poll loop.
 * SPDX-License-Identifier: Apache-2.0 */
#include "golang/go_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"

#define AT_ONCE_MAX    64
#define LINE_MAX_BYTES ((size_t)64 << 10)
#define CANCEL_LOOK_MS 100

struct child {
	struct go_process *process;
	pid_t pid; /* 0 = the place is free */
	int out, err;
	struct buf output, line, tail;
};

struct running {
	struct arena *a;
	struct child children[AT_ONCE_MAX];
	size_t places;
	struct err *e;
};

/* Both ends close on exec: only what dup2 makes reaches the child. */
static bool make_pipe(int ends[2], struct err *e)
{
	if (pipe2(ends, O_CLOEXEC) == 0) return true;
	ends[0] = ends[1] = -1;
	return err_sys(e, ERR_IO, "go-start", errno, "cannot make a pipe for the go command");
}

static int spawn(struct arena *a, const struct go_process *p, int out, int err, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	char **words = arena_array(a, char *, p->arguments.n + 2);
	words[0] = arena_cstr(a, p->program);
	for (size_t i = 0; i < p->arguments.n; i++) words[i + 1] = arena_cstr(a, p->arguments.p[i]);
	int sys = posix_spawn_file_actions_init(&actions);
	if (sys != 0) return sys;
	sys = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (sys == 0) sys = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (sys == 0) sys = posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
	if (sys == 0) sys = posix_spawn_file_actions_addchdir_np(&actions, arena_cstr(a, p->folder.n ? p->folder : S(".")));
	if (sys == 0) sys = posix_spawn(pid, words[0], &actions, NULL, words, p->env.vars);
	posix_spawn_file_actions_destroy(&actions);
	return sys;
}

static bool start(struct running *r, struct child *c, struct go_process *p)
{
	int out[2] = { -1, -1 }, err[2] = { -1, -1 };
	bool ok = make_pipe(out, r->e) && make_pipe(err, r->e);
	if (ok) {
		int sys = spawn(r->a, p, out[1], err[1], &c->pid);
		ok = sys == 0 || err_sys(r->e, ERR_IO, "go-start", sys, "cannot start `" STR_FMT "`", STR_ARG(p->program));
		if (!ok) c->pid = 0;
	}
	io_close(&out[1]);
	io_close(&err[1]);
	if (!ok) {
		io_close(&out[0]);
		io_close(&err[0]);
		return false;
	}
	c->process = p;
	c->out = out[0];
	c->err = err[0];
	buf_init(&c->output, GO_OUTPUT_MAX);
	buf_init(&c->line, LINE_MAX_BYTES);
	buf_init(&c->tail, GO_TAIL_MAX);
	return true;
}

static void end_line(struct child *c)
{
	str line = buf_str(&c->line);
	if (str_ends(line, S("\r"))) line.n--;
	if (c->process->line) c->process->line(c->process->context, line);
	buf_clear(&c->line);
}

static void take_errors(struct child *c, str piece)
{
	str whole = piece;
	if (whole.n > GO_TAIL_MAX - c->tail.n) whole.n = GO_TAIL_MAX - c->tail.n;
	buf_add_str(&c->tail, whole);
	while (piece.n) {
		size_t end = str_chr(piece, '\n');
		str part = str_slice(piece, 0, end);
		if (part.n > LINE_MAX_BYTES - c->line.n) part.n = LINE_MAX_BYTES - c->line.n;
		buf_add_str(&c->line, part);
		if (end == STR_NONE) return;
		end_line(c);
		piece = str_from_pos(piece, end + 1);
	}
}

/* One read; closes the pipe at its end. */
static bool take(struct running *r, struct child *c, int *fd, bool is_output)
{
	char piece[32768];
	ssize_t n = read(*fd, piece, sizeof piece);
	if (n < 0 && (errno == EINTR || errno == EAGAIN)) return true;
	if (n < 0) return err_sys(r->e, ERR_IO, "go-start", errno, "cannot read what the go command says");
	if (n == 0) {
		io_close(fd);
		if (!is_output && c->line.n) end_line(c);
		return true;
	}
	if (!is_output)
		take_errors(c, (str){ piece, (size_t)n });
	else if (!buf_add(&c->output, piece, (size_t)n))
		return err_set(r->e, ERR_FORMAT, "go-output", "the go command says more than %zu bytes", GO_OUTPUT_MAX);
	return true;
}

static void reap(struct running *r, struct child *c)
{
	int status = 0;
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR) {
	}
	c->pid = 0;
	c->process->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	c->process->output = buf_take(&c->output, r->a);
	c->process->tail = buf_take(&c->tail, r->a);
	buf_release(&c->output);
	buf_release(&c->line);
	buf_release(&c->tail);
}

static void stop_all(struct running *r)
{
	for (size_t i = 0; i < r->places; i++)
		if (r->children[i].pid) kill(r->children[i].pid, SIGINT);
	for (size_t i = 0; i < r->places; i++) {
		struct child *c = &r->children[i];
		if (!c->pid) continue;
		io_close(&c->out);
		io_close(&c->err);
		reap(r, c);
	}
}

/* Waits for news of any child and takes it. */
static bool turn(struct running *r)
{
	struct pollfd fds[AT_ONCE_MAX * 2];
	struct child *whose[AT_ONCE_MAX * 2];
	nfds_t n = 0;
	for (size_t i = 0; i < r->places; i++) {
		struct child *c = &r->children[i];
		if (!c->pid) continue;
		for (int k = 0; k < 2; k++) {
			int fd = k ? c->err : c->out;
			if (fd < 0) continue;
			whose[n] = c;
			fds[n++] = (struct pollfd){ .fd = fd, .events = POLLIN };
		}
	}
	if (poll(fds, n, CANCEL_LOOK_MS) < 0 && errno != EINTR)
		return err_sys(r->e, ERR_IO, "go-start", errno, "cannot wait for the go command");
	for (nfds_t i = 0; i < n; i++) {
		if (!fds[i].revents) continue;
		bool is_output = fds[i].fd == whose[i]->out;
		if (!take(r, whose[i], is_output ? &whose[i]->out : &whose[i]->err, is_output)) return false;
	}
	for (size_t i = 0; i < r->places; i++) {
		struct child *c = &r->children[i];
		if (c->pid && c->out < 0 && c->err < 0) reap(r, c);
	}
	return true;
}

static bool any_left(const struct running *r)
{
	for (size_t i = 0; i < r->places; i++)
		if (r->children[i].pid) return true;
	return false;
}

bool go_run(struct arena *a, struct go_process *processes, size_t n, size_t at_once, const atomic_bool *cancel, struct err *e)
{
	struct running r = { .a = a, .places = at_once < 1 ? 1 : at_once > AT_ONCE_MAX ? AT_ONCE_MAX : at_once, .e = e };
	size_t next = 0;
	bool ok = true;
	for (size_t i = 0; i < AT_ONCE_MAX; i++) r.children[i].out = r.children[i].err = -1;
	while (ok && (next < n || any_left(&r))) {
		for (size_t i = 0; ok && i < r.places && next < n; i++)
			if (!r.children[i].pid) ok = start(&r, &r.children[i], &processes[next++]);
		if (ok && cancel && atomic_load_explicit(cancel, memory_order_relaxed))
			ok = err_set(e, ERR_INTERRUPT, "interrupted", "interrupted");
		ok = ok && turn(&r);
	}
	stop_all(&r);
	return ok;
}
