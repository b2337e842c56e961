/* go_run.c: children, their pipes, and one poll loop.
 * SPDX-License-Identifier: Apache-2.0 */
#include "golang/go_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/inotify.h>
#endif

#include "base/buf.h"
#include "base/child.h"
#include "base/io.h"

#define AT_ONCE_MAX    64
#define LINE_MAX_BYTES ((size_t)64 << 10)
#define CANCEL_LOOK_MS 100

struct child {
	struct go_process *process;
	pid_t pid; /* 0 = the place is free */
	int out, err, watch;
	struct buf output, line, tail;
};

struct running {
	struct arena *a;
	struct child children[AT_ONCE_MAX];
	size_t places;
	bool stopping; /* nobody wants to hear any more */
	struct err *e;
};

/* Both ends close on exec: only what dup2 makes reaches the child. Ours does not wait: what a child leaves behind may hold the other. */
static bool make_pipe(int ends[2], struct err *e)
{
	if (pipe2(ends, O_CLOEXEC) != 0) {
		ends[0] = ends[1] = -1;
		return err_sys(e, ERR_IO, "go-start", errno, "cannot make a pipe for the go command");
	}
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0) return true;
	return err_sys(e, ERR_IO, "go-start", errno, "cannot make a pipe for the go command");
}

/* --- the folder where files appear --- */

static int watch_begin(str folder)
{
#ifdef __linux__
	char path[4096];
	if (folder.n == 0 || folder.n >= sizeof path) return -1;
	memcpy(path, folder.p, folder.n);
	path[folder.n] = '\0';
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	/* The go command renames what it made; across file systems it copies. */
	if (fd >= 0 && inotify_add_watch(fd, path, IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR) < 0) io_close(&fd);
	return fd;
#else
	(void)folder;
	return -1;
#endif
}

static void watch_take(struct child *c)
{
#ifdef __linux__
	_Alignas(struct inotify_event) char events[8192];
	ssize_t n = read(c->watch, events, sizeof events);
	for (ssize_t at = 0; at + (ssize_t)sizeof(struct inotify_event) <= n;) {
		struct inotify_event one;
		memcpy(&one, events + at, sizeof one);
		const char *name = events + at + sizeof one;
		if (one.len > 0) c->process->made(c->process->context, str_from(name));
		at += (ssize_t)(sizeof one + one.len);
	}
#else
	(void)c;
#endif
}

/* --- children --- */

static int spawn(struct arena *a, const struct go_process *p, int out, int err, pid_t *pid)
{
	char **words = arena_array(a, char *, p->arguments.n + 2);
	words[0] = arena_cstr(a, p->program);
	for (size_t i = 0; i < p->arguments.n; i++) words[i + 1] = arena_cstr(a, p->arguments.p[i]);
	struct child_start child = { .words = words, .variables = p->env.vars, .out = out, .err = err };
	child.folder = p->folder.n ? arena_cstr(a, p->folder) : ".";
	return child_start(&child, pid);
}

static bool start(struct running *r, struct child *c, struct go_process *p)
{
	int out[2] = { -1, -1 }, err[2] = { -1, -1 }, watch = watch_begin(p->watch);
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
		io_close(&watch);
		return false;
	}
	c->process = p;
	c->out = out[0];
	c->err = err[0];
	c->watch = watch;
	buf_init(&c->output, GO_OUTPUT_MAX);
	buf_init(&c->line, LINE_MAX_BYTES);
	buf_init(&c->tail, GO_TAIL_MAX);
	return true;
}

static void end_line(struct running *r, struct child *c)
{
	str line = buf_str(&c->line);
	if (str_ends(line, S("\r"))) line.n--;
	if (c->process->line && !r->stopping) c->process->line(c->process->context, line);
	buf_clear(&c->line);
}

static void take_errors(struct running *r, struct child *c, str piece)
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
		end_line(r, c);
		piece = str_from_pos(piece, end + 1);
	}
}

/* All that is there; closes the pipe at its end. */
static bool take(struct running *r, struct child *c, int *fd, bool is_output)
{
	char piece[32768];
	while (*fd >= 0) {
		ssize_t n = read(*fd, piece, sizeof piece);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0 && errno == EAGAIN) return true;
		if (n < 0) return err_sys(r->e, ERR_IO, "go-start", errno, "cannot read what the go command says");
		if (n == 0)
			io_close(fd);
		else if (!is_output)
			take_errors(r, c, (str){ piece, (size_t)n });
		else if (!r->stopping && !buf_add(&c->output, piece, (size_t)n))
			return err_set(r->e, ERR_FORMAT, "go-output", "the go command says more than %zu bytes", GO_OUTPUT_MAX);
	}
	return true;
}

/* Its last words have been read. */
static void end(struct running *r, struct child *c, int status)
{
	if (c->watch >= 0 && !r->stopping) watch_take(c);
	if (c->line.n) end_line(r, c);
	io_close(&c->out);
	io_close(&c->err);
	io_close(&c->watch);
	c->pid = 0;
	c->process->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	c->process->output = buf_take(&c->output, r->a);
	c->process->tail = buf_take(&c->tail, r->a);
	buf_release(&c->output);
	buf_release(&c->line);
	buf_release(&c->tail);
}

/* Awaits a child that closed its pipes, and takes one that ended although something it left behind holds them. */
static bool reap(struct running *r, struct child *c)
{
	int status = 0;
	bool closed = c->out < 0 && c->err < 0;
	pid_t pid;
	while ((pid = waitpid(c->pid, &status, closed ? 0 : WNOHANG)) < 0 && errno == EINTR) {
	}
	if (pid == 0) return true;
	bool ok = take(r, c, &c->out, true) && take(r, c, &c->err, false);
	end(r, c, status);
	return ok;
}

/* Waits for news of any child and takes it; *quiet: there were none. */
static bool turn(struct running *r, bool *quiet)
{
	struct pollfd fds[AT_ONCE_MAX * 3];
	struct child *whose[AT_ONCE_MAX * 3];
	nfds_t n = 0;
	bool ok = true;
	for (size_t i = 0; i < r->places; i++) {
		struct child *c = &r->children[i];
		const int all[] = { c->out, c->err, c->watch };
		for (size_t k = 0; c->pid && k < 3; k++) {
			if (all[k] < 0) continue;
			whose[n] = c;
			fds[n++] = (struct pollfd){ .fd = all[k], .events = POLLIN };
		}
	}
	int news = poll(fds, n, CANCEL_LOOK_MS);
	if (news < 0 && errno != EINTR) return err_sys(r->e, ERR_IO, "go-start", errno, "cannot wait for the go command");
	*quiet = news == 0;
	for (nfds_t i = 0; ok && news > 0 && i < n; i++) {
		struct child *c = whose[i];
		if (!fds[i].revents) continue;
		if (fds[i].fd == c->watch)
			watch_take(c);
		else
			ok = fds[i].fd == c->out ? take(r, c, &c->out, true) : take(r, c, &c->err, false);
	}
	for (size_t i = 0; ok && i < r->places; i++) {
		struct child *c = &r->children[i];
		if (c->pid && (news == 0 || (c->out < 0 && c->err < 0))) ok = reap(r, c);
	}
	return ok;
}

static bool any_left(const struct running *r)
{
	for (size_t i = 0; i < r->places; i++)
		if (r->children[i].pid) return true;
	return false;
}

static void signal_all(struct running *r, int number)
{
	for (size_t i = 0; i < r->places; i++)
		if (r->children[i].pid) kill(r->children[i].pid, number);
}

/* The go command waits for what it started and removes its work. Its pipes are read on: at a closed one it would end at once. */
static void stop_all(struct running *r)
{
	struct err ignored = { 0 };
	bool quiet, ok = true;
	r->stopping = true;
	r->e = &ignored;
	signal_all(r, SIGINT);
	for (int waited = 0; ok && any_left(r) && waited < GO_GRACE_MS; waited += quiet ? CANCEL_LOOK_MS : 0) ok = turn(r, &quiet);
	signal_all(r, SIGTERM);
	for (size_t i = 0; i < r->places; i++) {
		struct child *c = &r->children[i];
		if (!c->pid) continue;
		io_close(&c->out);
		io_close(&c->err);
		reap(r, c);
	}
}

bool go_run(struct arena *a, struct go_process *processes, size_t n, size_t at_once, const atomic_bool *cancel, struct err *e)
{
	struct running r = { .a = a, .places = at_once < 1 ? 1 : at_once > AT_ONCE_MAX ? AT_ONCE_MAX : at_once, .e = e };
	size_t next = 0;
	bool ok = true, quiet;
	for (size_t i = 0; i < AT_ONCE_MAX; i++) r.children[i].out = r.children[i].err = r.children[i].watch = -1;
	while (ok && (next < n || any_left(&r))) {
		for (size_t i = 0; ok && i < r.places && next < n; i++)
			if (!r.children[i].pid) ok = start(&r, &r.children[i], &processes[next++]);
		if (ok && cancel && atomic_load_explicit(cancel, memory_order_relaxed))
			ok = err_set(e, ERR_INTERRUPT, "interrupted", "interrupted");
		ok = ok && turn(&r, &quiet);
	}
	if (any_left(&r)) stop_all(&r);
	return ok;
}
