/* term.c: facts of the terminal, escaping, messages, human numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/term.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Shares of a message: their sum and the labels with colours (below 200 bytes) stay below TERM_MESSAGE_MAX. */
#define WHAT_MAX  1200
#define WHERE_MAX 1000
#define WHY_MAX   800
#define HELP_MAX  700

void term_begin(struct term *t, const struct env *env)
{
	*t = (struct term){ .out_is_tty = isatty(STDOUT_FILENO) == 1, .err_is_tty = isatty(STDERR_FILENO) == 1, .width = 80 };
	const char *name = env_get(env, "TERM"), *force = env_get_nonempty(env, "CLICOLOR_FORCE");
	bool dumb = !name || name[0] == '\0' || strcmp(name, "dumb") == 0, ci = env_get_nonempty(env, "CI") != NULL;
	bool never = env_get_nonempty(env, "NO_COLOR") != NULL, always = force && strcmp(force, "0") != 0;
	t->out_colour = !never && (always || (t->out_is_tty && !dumb && !ci));
	t->err_colour = !never && (always || (t->err_is_tty && !dumb && !ci));
	t->progress = t->err_is_tty && !dumb && !ci;
	t->width = term_width(t);
}

unsigned term_width(const struct term *t)
{
	struct winsize size;
	return t->err_is_tty && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : t->width;
}

void term_styled(struct buf *b, bool colour, enum term_style style, const char *text)
{
	static const char *const codes[] = { "", "\x1b[1m", "\x1b[1;31m", "\x1b[1;33m", "\x1b[32m", "\x1b[36m", "\x1b[2m" };
	bool plain = !colour || style == TERM_PLAIN;
	buf_addf(b, "%s%s%s", plain ? "" : codes[style], text, plain ? "" : "\x1b[0m");
}

/* Characters that act instead of being seen: C1 controls, bidirectional controls (UAX #9), separators, the byte order mark. */
static bool acts(uint32_t c)
{
	return (c >= 0x7f && c <= 0x9f) || c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/* The escaped form of the character at *at, moving past it: a view of the text or of `made`. */
static str escaped(str text, size_t *at, char made[16])
{
	static const char digits[] = "0123456789abcdef";
	size_t start = *at;
	unsigned char byte = (unsigned char)text.p[start];
	uint32_t c;
	if (!utf8_next(text, at, &c)) {
		*at = start + 1;
	} else if (c == '\n' || c == '\t' || c == '\r') {
		made[0] = '\\';
		made[1] = c == '\n' ? 'n' : c == '\t' ? 't' : 'r';
		return (str){ made, 2 };
	} else if (c >= 0x80 && acts(c)) {
		memcpy(made, "\\u", 2);
		for (unsigned i = 0; i < 4; i++) made[2 + i] = digits[c >> (12 - 4 * i) & 15];
		return (str){ made, 6 };
	} else if (c >= 0x20 && !acts(c)) {
		return str_slice(text, start, *at);
	}
	memcpy(made, "\\x", 2);
	made[2] = digits[byte >> 4];
	made[3] = digits[byte & 15];
	return (str){ made, 4 };
}

void term_escape_cut(struct buf *b, str text, size_t limit)
{
	size_t start = b->n, fits = start; /* fits: where "..." can still follow */
	char made[16];
	for (size_t at = 0; at < text.n;) {
		str piece = escaped(text, &at, made);
		if (b->n - start + piece.n > limit) {
			b->n = fits;
			buf_add_str(b, S("..."));
			return;
		}
		buf_add_str(b, piece);
		if (b->n - start + 3 <= limit) fits = b->n;
	}
}

void term_escape(struct buf *b, str text) { term_escape_cut(b, text, SIZE_MAX - 3); }

/* Parts that may have several lines (a line of the input with a mark below it): the later ones are indented below the first, so
 * that none can pass for a message of its own. */
static void add_lines(struct buf *b, str text, size_t limit)
{
	size_t start = b->n;
	str line;
	for (bool first = true; str_line(&text, &line); first = false) {
		if (b->n - start + 16 > limit) break;
		if (!first) buf_add_str(b, S("\n         "));
		term_escape_cut(b, line, limit - (b->n - start));
	}
	buf_add_char(b, '\n');
}

void term_error(struct buf *b, bool colour, const struct err *e)
{
	term_styled(b, colour, TERM_RED, "error:");
	buf_add_char(b, ' ');
	term_escape_cut(b, str_from(e->what), WHAT_MAX);
	buf_add_char(b, '\n');
	if (e->where[0]) {
		term_styled(b, colour, TERM_CYAN, "  -->");
		buf_add_char(b, ' ');
		term_escape_cut(b, str_from(e->where), WHERE_MAX);
		if (e->has_offset) buf_addf(b, " at byte %llu", (unsigned long long)e->offset);
		buf_add_char(b, '\n');
	}
	if (e->why[0]) {
		term_styled(b, colour, TERM_CYAN, "  = why:");
		buf_add_char(b, ' ');
		add_lines(b, str_from(e->why), WHY_MAX);
	}
	if (e->help[0]) {
		term_styled(b, colour, TERM_GREEN, "  = help:");
		buf_add_char(b, ' ');
		add_lines(b, str_from(e->help), HELP_MAX);
	}
}

void term_note(struct buf *b, bool colour, bool warning, str message, str help)
{
	term_styled(b, colour, warning ? TERM_YELLOW : TERM_BOLD, warning ? "warning:" : "note:");
	buf_add_char(b, ' ');
	add_lines(b, message, WHAT_MAX + WHERE_MAX);
	if (help.n == 0) return;
	term_styled(b, colour, TERM_GREEN, "  = help:");
	buf_add_char(b, ' ');
	add_lines(b, help, HELP_MAX);
}

void term_size(struct buf *b, uint64_t bytes)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB" };
	if (bytes < 1000) {
		buf_addf(b, "%u B", (unsigned)bytes);
		return;
	}
	size_t i = 0;
	uint64_t unit = 1000;
	while (i + 1 < sizeof units / sizeof *units && bytes >= unit * 1000 - unit / 2)
		unit *= 1000, i++; /* it would round to 1000 */
	uint64_t tenths = bytes / (unit / 10) + (bytes % (unit / 10) >= unit / 20);
	if (tenths < 1000)
		buf_addf(b, "%u.%u %s", (unsigned)(tenths / 10), (unsigned)(tenths % 10), units[i]);
	else
		buf_addf(b, "%llu %s", (unsigned long long)(bytes / unit + (bytes % unit >= unit / 2)), units[i]);
}

void term_duration(struct buf *b, uint64_t ns)
{
	uint64_t ms = ns / 1000000 + (ns % 1000000 >= 500000);
	if (ms == 0)
		buf_addf(b, "%.1f ms", (double)ns / 1e6);
	else if (ms < 1000)
		buf_addf(b, "%u ms", (unsigned)ms);
	else if (ms < 60000)
		buf_addf(b, "%u.%u s", (unsigned)(ms / 1000), (unsigned)(ms % 1000 / 100));
	else
		buf_addf(b, "%llu m %u s", (unsigned long long)(ms / 60000), (unsigned)(ms / 1000 % 60));
}
