/* test_term.c: what the environment decides, escaping, messages, numbers for people, the meter.
 * SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/meter.h"
#include "base/term.h"

/* The facts with stderr and stdout on a pseudo terminal, or on /dev/null. */
/* A bare chroot has none. */
static bool terminals_exist(void)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY);
	bool exist = fd >= 0 && grantpt(fd) == 0 && unlockpt(fd) == 0;
	if (fd >= 0) close(fd);
	return exist;
}

static struct term facts(bool tty, char **vars)
{
	int saved[2] = { dup(1), dup(2) }, fd = open("/dev/null", O_RDWR);
	if (tty) {
		close(fd);
		fd = posix_openpt(O_RDWR | O_NOCTTY);
	}
	dup2(fd, 1);
	dup2(fd, 2);
	struct env env = { vars };
	struct term t;
	term_begin(&t, &env);
	dup2(saved[0], 1);
	dup2(saved[1], 2);
	close(saved[0]);
	close(saved[1]);
	close(fd);
	return t;
}

static void environment(void **state)
{
	(void)state;
	static const struct {
		const char *name, *vars[3];
		bool tty, colour, progress;
	} rows[] = {
		{ "terminal", { "TERM=xterm" }, true, true, true },
		{ "no terminal", { "TERM=xterm" }, false, false, false },
		{ "dumb", { "TERM=dumb" }, true, false, false },
		{ "no TERM", { "A=b" }, true, false, false },
		{ "NO_COLOR", { "TERM=xterm", "NO_COLOR=1" }, true, false, true },
		{ "empty NO_COLOR", { "TERM=xterm", "NO_COLOR=" }, true, true, true },
		{ "CI", { "TERM=xterm", "CI=true" }, true, false, false },
		{ "forced", { "CLICOLOR_FORCE=1" }, false, true, false },
		{ "forced off", { "CLICOLOR_FORCE=0" }, false, false, false },
		{ "NO_COLOR is stronger", { "NO_COLOR=1", "CLICOLOR_FORCE=1" }, false, false, false },
	};
	bool terminals = terminals_exist();
	if (!terminals) print_message("SKIPPED [1] rows with a terminal: none can be made here\n");
	for (size_t i = 0; i < ROWS(rows); i++) {
		if (rows[i].tty && !terminals) continue;
		char copies[3][40], *vars[4] = { NULL };
		for (size_t k = 0; k < 3 && rows[i].vars[k]; k++) {
			snprintf(copies[k], sizeof copies[k], "%s", rows[i].vars[k]);
			vars[k] = copies[k];
		}
		struct term t = facts(rows[i].tty, vars);
		CHECK(rows[i].name, t.err_colour == rows[i].colour && t.out_colour == rows[i].colour);
		CHECK(rows[i].name, t.progress == rows[i].progress && t.err_is_tty == rows[i].tty && t.width > 0);
	}
}

static void escapes(void **state)
{
	(void)state;
	const struct {
		str in, out;
	} rows[] = {
		{ S("plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8d"), S("plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8d") },
		{ S("a\nb\tc\rd"), S("a\\nb\\tc\\rd") },
		{ S("\x1b[31m\x7f\0x"), S("\\x1b[31m\\x7f\\x00x") },
		{ S("\xc2\x9b"
		    "31m"),
		  S("\\u009b31m") },
		{ S("\xff\xc3"), S("\\xff\\xc3") },
		{ S("\xe2\x80\xaegnp.exe\xe2\x80\xac"), S("\\u202egnp.exe\\u202c") },
		{ S("\xe2\x81\xa6\xe2\x80\x8f\xd8\x9c\xef\xbb\xbf\xe2\x80\xa8"), S("\\u2066\\u200f\\u061c\\ufeff\\u2028") },
	};
	struct buf b;
	buf_init(&b, 1000);
	for (size_t i = 0; i < ROWS(rows); i++) {
		buf_clear(&b);
		term_escape(&b, rows[i].in);
		CHECK_STR(rows[i].out.p, buf_str(&b), rows[i].out);
		for (size_t limit = 3; limit < rows[i].out.n + 2;
		     limit++) { /* cut anywhere: within the limit, and still whole characters */
			buf_clear(&b);
			term_escape_cut(&b, rows[i].in, limit);
			CHECK(rows[i].out.p, b.n <= limit && utf8_valid(buf_str(&b)));
			CHECK(rows[i].out.p, (limit >= rows[i].out.n) == str_eq(buf_str(&b), rows[i].out));
			if (limit < rows[i].out.n) CHECK(rows[i].out.p, str_ends(buf_str(&b), S("...")));
		}
	}
	buf_release(&b);
}

static void messages(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, TERM_MESSAGE_MAX - 1);
	struct err e = { 0 };
	err_set(&e, ERR_FORMAT, "x", "bad \x1b[1m name");
	term_error(&b, false, &e);
	CHECK_STR("what only", buf_str(&b), S("error: bad \\x1b[1m name\n"));
	err_where(&e, "a.txt:3:7");
	err_why(&e, "foo ==\n    ^\nerror: no");
	err_help(&e, "write foo==1");
	err_at(&e, 12);
	buf_clear(&b);
	term_error(&b, false, &e);
	CHECK_STR("all parts", buf_str(&b),
	          S("error: bad \\x1b[1m name\n  --> a.txt:3:7 at byte 12\n  = why: foo ==\n             ^\n         error: no\n"
	            "  = help: write foo==1\n"));
	buf_clear(&b);
	term_note(&b, false, true, S("m"), S("h"));
	term_note(&b, false, false, S("m"), S(""));
	CHECK_STR("notes", buf_str(&b), S("warning: m\n  = help: h\nnote: m\n"));
	buf_clear(&b);
	term_note(&b, true, true, S("m"), S(""));
	CHECK_STR("colour", buf_str(&b), S("\x1b[1;33mwarning:\x1b[0m m\n"));
	/* The worst that an err can hold, in colour. */
	struct err worst = { .code = ERR_IO, .id = "x", .has_offset = true, .offset = UINT64_MAX };
	memset(worst.what, 1, sizeof worst.what - 1);
	memset(worst.where, 1, sizeof worst.where - 1);
	memset(worst.why, '\n', sizeof worst.why - 1);
	memset(worst.help, 1, sizeof worst.help - 1);
	for (size_t i = 0; i < sizeof worst.why - 1; i += 3) worst.why[i] = 1;
	buf_clear(&b);
	term_error(&b, true, &worst);
	assert_true(!b.over && b.n < TERM_MESSAGE_MAX && b.p[b.n - 1] == '\n');
	buf_release(&b);
}

static void numbers(void **state)
{
	(void)state;
	static const struct {
		uint64_t value;
		const char *size, *duration;
	} rows[] = {
		{ 0, "0 B", "0.0 ms" },
		{ 999, "999 B", "0.0 ms" },
		{ 1000, "1.0 kB", "0.0 ms" },
		{ 9949, "9.9 kB", "0.0 ms" },
		{ 99949, "99.9 kB", "0.1 ms" },
		{ 99950, "100 kB", "0.1 ms" },
		{ 999499, "999 kB", "1 ms" },
		{ 999999, "1.0 MB", "1 ms" },
		{ 9300000, "9.3 MB", "9 ms" },
		{ 31000000, "31.0 MB", "31 ms" },
		{ 262144000, "262 MB", "262 ms" },
		{ 2449000000, "2.4 GB", "2.4 s" },
		{ 72000000000, "72.0 GB", "1 m 12 s" },
		{ UINT64_MAX, "18446744 TB", "307445734 m 33 s" },
	};
	struct buf b;
	buf_init(&b, 100);
	for (size_t i = 0; i < ROWS(rows); i++) {
		buf_clear(&b);
		term_size(&b, rows[i].value);
		CHECK_STR(rows[i].size, buf_str(&b), str_from(rows[i].size));
		buf_clear(&b);
		term_duration(&b, rows[i].value);
		CHECK_STR(rows[i].duration, buf_str(&b), str_from(rows[i].duration));
	}
	buf_release(&b);
}

static void *advance(void *m)
{
	for (int i = 0; i < 1000; i++) {
		meter_advance(m, 1);
		meter_item(m, S("name \x1b"));
	}
	return NULL;
}

/* Draws into a file: only what ends with clearing may be there, and texts come out whole. */
static void meter(void **state)
{
	(void)state;
	char name[] = "/tmp/lamina-test-term-XXXXXX";
	int fd = mkstemp(name), saved = dup(2);
	unlink(name);
	dup2(fd, 2);
	struct term t = { .progress = true, .width = 40 };
	struct meter m;
	meter_begin(&m, &t, true);
	meter_phase(&m, "Working", 4000, false);
	pthread_t threads[4];
	for (size_t i = 0; i < 4; i++) pthread_create(&threads[i], NULL, advance, &m);
	for (size_t i = 0; i < 4; i++) pthread_join(threads[i], NULL);
	usleep(200000);
	meter_advance(&m, 0);
	bool printed = meter_print(&m, 2, S("text\n"));
	uint64_t done = m.done;
	meter_phase(&m, "Loading", 0, true);
	usleep(200000);
	meter_advance(&m, 5000);
	meter_end(&m);
	dup2(saved, 2);
	close(saved);
	char text[4000] = "";
	ssize_t n = pread(fd, text, sizeof text - 1, 0);
	close(fd);
	assert_true(printed && n > 0 && done == 4000);
	assert_non_null(strstr(text, "Working [====="));
	assert_non_null(strstr(text, "\r\x1b[Jtext\n"));
	assert_non_null(strstr(text, "Loading 5.0 kB"));
	assert_true(str_ends(str_from(text), S("\r\x1b[J")));
	str rest = str_from(text), line;
	while (rest.n > 0) { /* every drawn line fits the width */
		str_cut(rest, '\r', &line, &rest);
		assert_true(str_starts(line, S("\x1b[J")) || line.n <= 39 + 3);
	}
	meter_begin(&m, &t, false);
	meter_phase(&m, "Hidden", 0, false);
	usleep(160000);
	meter_advance(&m, 1);
	assert_false(m.drawn);
	meter_end(&m);
}

/* One drawing after another on a pseudo terminal of changing width: what reached the other side. */
static void drawn_at(struct meter *m, int terminal, unsigned short width, char *out, size_t size)
{
	struct winsize window = { .ws_col = width, .ws_row = 24 };
	assert_int_equal(ioctl(terminal, TIOCSWINSZ, &window), 0);
	usleep(200000);
	meter_advance(m, 1000000);
	ssize_t n = read(terminal, out, size - 1);
	out[n > 0 ? n : 0] = '\0';
}

static void meter_widths(void **state)
{
	(void)state;
	if (!terminals_exist()) {
		print_message("SKIPPED [1] meter_widths: no terminal can be made here\n");
		skip();
	}
	int terminal = posix_openpt(O_RDWR | O_NOCTTY), saved = dup(2);
	assert_true(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
	int side = open(ptsname(terminal), O_RDWR | O_NOCTTY);
	dup2(side, 2);
	char *vars[] = { (char[]){ "TERM=xterm" }, NULL }, wide[500], narrow[500], tiny[500];
	struct env env = { vars };
	struct term t;
	struct meter m;
	term_begin(&t, &env);
	meter_begin(&m, &t, true);
	meter_phase(&m, "Downloading", 9300000, true);
	meter_items(&m, 12);
	meter_item(&m, S("idna-3.6-py3-none-any.whl"));
	meter_item(&m, S("anyio-4.0.0-py3-none-any.whl"));
	drawn_at(&m, terminal, 200, wide, sizeof wide);
	drawn_at(&m, terminal, 30, narrow, sizeof narrow);
	drawn_at(&m, terminal, 2, tiny, sizeof tiny);
	meter_end(&m);
	dup2(saved, 2);
	close(saved);
	close(side);
	close(terminal);
	assert_non_null(strstr(wide, "] 2 of 12, 1.0 MB of 9.3 MB, "));
	assert_non_null(strstr(wide, "anyio-4.0.0-py3-none-any.whl\x1b[J\r"));
	/* The cursor is at the line's beginning, and one column is free. */
	CHECK_STR("narrow", str_from(narrow), S("\rDownloading [=====>       ...\x1b[J\r"));
	CHECK_STR("tiny", str_from(tiny), S("\r\x1b[J"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(environment), cmocka_unit_test(escapes), cmocka_unit_test(messages),
		cmocka_unit_test(numbers),     cmocka_unit_test(meter),   cmocka_unit_test(meter_widths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
