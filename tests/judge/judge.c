/* judge.c: reads requests, finds their operations, writes the answers; the protocol is in docs/testing.md.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Lines are taken out of one input buffer. When it holds no complete line any more, the answers so far are written before the
 * next read, so that a caller who waits for an answer gets it, and one who sends thousands of lines pays few system calls. */
#include "judge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"

#define READ_SIZE  ((size_t)1 << 16)
#define WRITE_SIZE ((size_t)1 << 20)

/* JUDGE_AREAS is X(format) X(python) ...: tests/meson.build makes it of its list. */
#define X(area) extern const struct judge_op judge_ops_##area[];
JUDGE_AREAS
#undef X

static const struct judge_op *const tables[] = {
#define X(area) judge_ops_##area,
	JUDGE_AREAS
#undef X
};

static const struct judge_op *find_op(str name)
{
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		for (const struct judge_op *op = tables[i]; op->name; op++)
			if (str_eq(str_from(op->name), name)) return op;
	return NULL;
}

/* Whether `name` is one of the words of `list`. */
static bool has_word(const char *list, str name)
{
	str rest = str_from(list), word;
	for (bool more = true; more;) {
		more = str_cut(rest, ' ', &word, &rest);
		if (str_eq(word, name)) return true;
	}
	return false;
}

static bool run_request(struct judge_call *c, str line, struct err *e)
{
	struct err syntax = { 0 };
	struct json_value *request;
	if (!json_parse(c->arena, line, &request, &syntax)) return judge_bad_request(e, "the request is no JSON: %s", syntax.what);
	const struct json_value *name = json_get(request, S("op"));
	if (!name || name->type != JSON_STRING) return judge_bad_request(e, "a request is an object with the string `op`");
	const struct judge_op *op = find_op(name->text);
	if (!op) return judge_bad_request(e, "unknown op `" STR_FMT "`", STR_ARG(name->text));
	for (size_t i = 0; i < request->members.n; i++) {
		str key = request->members.p[i].key;
		if (!str_eq(key, S("op")) && !has_word(op->arguments, key))
			return judge_bad_request(e, "%s knows no argument `" STR_FMT "`", op->name, STR_ARG(key));
	}
	c->request = request;
	return op->run(c, e);
}

static void write_error(struct buf *out, const struct err *e, const struct buf *members)
{
	struct json_writer w;
	char message[sizeof e->what + sizeof e->where + sizeof e->why + sizeof e->help + 16];
	snprintf(message, sizeof message, "%s%s%s%s%s%s%s", e->what, e->where[0] ? " at " : "", e->where, e->why[0] ? "\n" : "",
	         e->why, e->help[0] ? "\n" : "", e->help);
	json_write_begin(&w, out);
	json_write_object(&w);
	json_write_key(&w, S("error"));
	json_write_object(&w);
	json_write_key(&w, S("rule"));
	json_write_string(&w, str_from(e->id ? e->id : "no-error-was-set"));
	json_write_key(&w, S("message"));
	json_write_string(&w, str_from(message));
	if (e->has_offset) {
		json_write_key(&w, S("offset"));
		json_write_u64(&w, e->offset);
	}
	if (members->n > 0 && !members->over) {
		buf_add_char(out, ',');
		buf_add_str(out, buf_str(members));
	}
	json_write_object_end(&w);
	json_write_object_end(&w);
}

static void answer(struct buf *out, str line)
{
	struct arena arena = { 0 };
	struct err e = { 0 };
	struct buf result, members;
	struct json_writer w, error_writer;
	buf_init(&result, JUDGE_ANSWER_MAX);
	buf_init(&members, JUDGE_ANSWER_MAX);
	json_write_begin(&w, &result);
	json_write_begin(&error_writer, &members);
	struct judge_call c = { .arena = &arena, .out = &w, .error_members = &error_writer };
	bool ok = run_request(&c, line, &e);
	if (ok && result.over) ok = judge_bad_request(&e, "the answer is longer than %zu bytes", JUDGE_ANSWER_MAX);
	if (ok) {
		buf_add_str(out, S("{\"ok\":"));
		buf_add_str(out, buf_str(&result));
		buf_add_char(out, '}');
	} else {
		write_error(out, &e, &members);
	}
	buf_add_char(out, '\n');
	buf_release(&result);
	buf_release(&members);
	arena_release(&arena);
}

struct input {
	struct buf held; /* bytes that are read and not yet used up: those from `at` on */
	size_t at;
	size_t looked; /* bytes after `at` that hold no newline */
	bool skipping; /* inside a line that was refused for its length */
	bool ended;
};

/* The next complete line that is held; at the end of the input also the rest without a newline. */
static bool next_line(struct input *in, str *line)
{
	str rest = str_from_pos(buf_str(&in->held), in->at);
	size_t end = str_chr(str_from_pos(rest, in->looked), '\n');
	if (end == STR_NONE) {
		in->looked = rest.n;
		if (!in->ended || rest.n == 0) return false;
		end = 0;
	}
	size_t n = in->looked + end;
	*line = str_slice(rest, 0, n);
	in->at += n + (n < rest.n);
	in->looked = 0;
	return true;
}

/* Reads more; false on a failing read. */
static bool fill(struct input *in)
{
	if (in->at > 0) {
		memmove(in->held.p, in->held.p + in->at, in->held.n - in->at);
		in->held.n -= in->at;
		in->at = 0;
	}
	char *p = buf_reserve(&in->held, READ_SIZE);
	ssize_t n;
	do n = read(STDIN_FILENO, p, READ_SIZE);
	while (n < 0 && errno == EINTR);
	if (n < 0) return false;
	in->held.n += (size_t)n;
	in->ended = n == 0;
	return true;
}

/* A line that is too long is answered once and then dropped as it comes. */
static void drop_long_line(struct input *in, struct buf *out)
{
	if (in->held.n - in->at <= JUDGE_LINE_MAX && !in->skipping) return;
	struct err e = { 0 };
	struct buf none;
	buf_init(&none, 0);
	if (!in->skipping) {
		judge_bad_request(&e, "a request is longer than %zu bytes", JUDGE_LINE_MAX);
		write_error(out, &e, &none);
		buf_add_char(out, '\n');
	}
	in->skipping = true;
	in->at = in->held.n;
	in->looked = 0;
}

static bool flush(struct buf *out)
{
	struct err e = { 0 };
	bool ok = io_write_all(STDOUT_FILENO, "stdout", out->p, out->n, &e);
	buf_clear(out);
	return ok;
}

int main(void)
{
	struct input in = { 0 };
	struct buf out;
	bool ok = true;
	buf_init(&in.held, JUDGE_LINE_MAX + 2 * READ_SIZE);
	buf_init(&out, JUDGE_ANSWER_MAX + 2 * WRITE_SIZE);
	while (ok) {
		str line;
		while (ok && next_line(&in, &line)) {
			if (!in.skipping) answer(&out, line);
			in.skipping = false;
			if (out.n > WRITE_SIZE) ok = flush(&out);
		}
		drop_long_line(&in, &out);
		if (ok) ok = flush(&out);
		if (in.ended) break;
		if (ok) ok = fill(&in);
	}
	buf_release(&in.held);
	buf_release(&out);
	return ok ? 0 : 6;
}
