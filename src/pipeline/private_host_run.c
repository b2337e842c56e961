/* private_host_run.c: a child, what it says, and its end.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The child leads a process group: compilers that a backend starts end with it. What it writes is read all the time and its end kept; a
 * process that it leaves behind may hold the pipe, so the end of the child counts, not that of the pipe. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "pipeline/private_host_parts.h"

#define LOOK_MS  50
#define END_MS   2
#define GRACE_MS 3000

struct child {
	pid_t pid;
	int out;
	char *said; /* 2 * HOST_TAIL_MAX */
	size_t n;
	bool ended;
	int status;
};

static void keep(struct child *c, const char *bytes, size_t n)
{
	if (n > HOST_TAIL_MAX) {
		bytes += n - HOST_TAIL_MAX;
		n = HOST_TAIL_MAX;
	}
	if (c->n + n > 2 * HOST_TAIL_MAX) {
		size_t kept = c->n < HOST_TAIL_MAX ? c->n : HOST_TAIL_MAX;
		memmove(c->said, c->said + c->n - kept, kept);
		c->n = kept;
	}
	memcpy(c->said + c->n, bytes, n);
	c->n += n;
}

/* All that is there; closes the pipe at its end. */
static void take(struct child *c)
{
	char piece[16384];
	while (c->out >= 0) {
		ssize_t n = read(c->out, piece, sizeof piece);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0 && errno == EAGAIN) return;
		if (n <= 0)
			io_close(&c->out);
		else
			keep(c, piece, (size_t)n);
	}
}

/* Waits for news, and awaits the child when it is done. Milliseconds that passed, about: a child that talks has 1 a turn. Once the pipe is
 * closed the end is near. */
static unsigned turn(struct child *c)
{
	struct pollfd fd = { .fd = c->out, .events = POLLIN };
	pid_t pid;
	int wait_ms = c->out >= 0 ? LOOK_MS : END_MS;
	bool quiet = poll(&fd, c->out >= 0 ? 1 : 0, wait_ms) == 0;
	take(c);
	while ((pid = waitpid(c->pid, &c->status, WNOHANG)) < 0 && errno == EINTR) {
	}
	c->ended = pid != 0;
	if (c->ended) take(c);
	return quiet ? (unsigned)wait_ms : 1;
}

static void stop(struct child *c)
{
	static const int signals[] = { SIGINT, SIGTERM };
	for (size_t i = 0; i < sizeof signals / sizeof *signals && !c->ended; i++) {
		kill(-c->pid, signals[i]);
		for (unsigned waited = 0; !c->ended && waited < GRACE_MS;) waited += turn(c);
	}
	/* Whatever is left of the group, the leader or not. */
	kill(-c->pid, SIGKILL);
	while (!c->ended) turn(c);
}

static int spawn(struct arena *a, const struct host_process *p, int out, pid_t *pid)
{
	char **words = arena_array(a, char *, p->words.n + 1);
	for (size_t i = 0; i < p->words.n; i++) words[i] = arena_cstr(a, p->words.p[i]);
	struct child_start child = { .words = words, .variables = p->variables, .out = out, .err = out, .leads_group = true };
	child.folder = p->folder.n ? arena_cstr(a, p->folder) : ".";
	return child_start(&child, pid);
}

static bool is_cancelled(const struct host_process *p)
{
	return p->cancel && atomic_load_explicit(p->cancel, memory_order_relaxed);
}

static bool await(struct child *c, const struct host_process *p, struct err *e)
{
	for (unsigned waited = 0; !c->ended;) {
		if (is_cancelled(p) || (p->limit_ms && waited > p->limit_ms)) {
			stop(c);
			break;
		}
		waited += turn(c);
	}
	return !is_cancelled(p) || err_set(e, ERR_INTERRUPT, "interrupted", "interrupted");
}

bool host_run(struct arena *a, struct host_process *p, struct err *e)
{
	struct child c = { .out = -1 };
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0) return err_sys(e, ERR_IO, "host-build-start", errno, "cannot make a pipe");
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	int sys = spawn(a, p, ends[1], &c.pid);
	io_close(&ends[1]);
	if (sys != 0) {
		io_close(&ends[0]);
		return err_sys(e, ERR_IO, "host-build-start", sys, "cannot start `" STR_FMT "`", STR_ARG(p->words.p[0]));
	}
	c.out = ends[0];
	c.said = arena_alloc(a, 2, HOST_TAIL_MAX, 1);
	bool ok = await(&c, p, e);
	io_close(&c.out);
	size_t kept = c.n < HOST_TAIL_MAX ? c.n : HOST_TAIL_MAX;
	p->said = (str){ c.said + c.n - kept, kept };
	p->status = WIFEXITED(c.status) ? WEXITSTATUS(c.status) : 128 + WTERMSIG(c.status);
	return ok;
}
