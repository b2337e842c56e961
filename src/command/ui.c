/* ui.c: stdout as one buffered stream, stderr as single messages, progress on a meter.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command/ui.h"

#include <errno.h>
#include <unistd.h>

#include "format/json.h"

#define OUT_PIECE 65536
#define OUT_MAX   ((size_t)1 << 30)

static void on_phase(void *context, const char *title, uint64_t total, bool bytes)
{
	meter_phase(context, title, total, bytes);
}
static void on_items(void *context, uint64_t items) { meter_items(context, items); }
static void on_advance(void *context, uint64_t amount) { meter_advance(context, amount); }
static void on_item(void *context, str name) { meter_item(context, name); }
static void on_done(void *context) { meter_done(context); }

void ui_begin(struct ui *ui, const struct env *env, bool quiet, unsigned verbosity)
{
	*ui = (struct ui){ .quiet = quiet, .verbosity = verbosity };
	term_begin(&ui->term, env);
	meter_begin(&ui->meter, &ui->term, !quiet);
	/* Without a terminal nothing would be drawn: stages then skip the calls altogether. */
	if (ui->meter.enabled) ui->progress = (struct progress){ &ui->meter, on_phase, on_advance, on_item, on_done, on_items };
	buf_init(&ui->out, OUT_MAX);
}

static void tell(struct ui *ui, const struct buf *b) { meter_print(&ui->meter, STDERR_FILENO, buf_str(b)); }

void ui_flush(struct ui *ui)
{
	if (ui->out.n > 0 && !ui->reader_gone && !err_is_set(&ui->broken) &&
	    !meter_print(&ui->meter, STDOUT_FILENO, buf_str(&ui->out))) {
		int sys = errno;
		ui->reader_gone = sys == EPIPE;
		if (!ui->reader_gone) {
			bool full = sys == ENOSPC || sys == EDQUOT || sys == EFBIG;
			err_sys(&ui->broken, ERR_IO, full ? "disk-full" : "write", sys, "cannot write the output");
			err_where(&ui->broken, "stdout");
			if (sys == EBADF) err_help(&ui->broken, "stdout is closed: run it with `>/dev/null` when the output is not wanted");
		}
	}
	buf_clear(&ui->out);
}

bool ui_end(struct ui *ui, struct err *e)
{
	ui_flush(ui);
	meter_end(&ui->meter);
	buf_release(&ui->out);
	if (!err_is_set(&ui->broken)) return true;
	if (!err_is_set(e)) *e = ui->broken;
	return false;
}

struct buf *ui_out(struct ui *ui)
{
	if (ui->out.n >= OUT_PIECE) ui_flush(ui);
	return &ui->out;
}

void ui_print(struct ui *ui, str text) { buf_add_str(ui_out(ui), text); }

void ui_printf(struct ui *ui, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	buf_vaddf(ui_out(ui), format, arguments);
	va_end(arguments);
}

__attribute__((format(printf, 2, 0))) static void say(struct ui *ui, const char *format, va_list arguments)
{
	struct buf line;
	buf_init(&line, TERM_MESSAGE_MAX);
	if (!buf_vaddf(&line, format, arguments)) buf_add_str(&line, S("(a line that was too long)"));
	buf_add_char(&line, '\n');
	tell(ui, &line);
	buf_release(&line);
}

void ui_say(struct ui *ui, const char *format, ...)
{
	if (ui->quiet) return;
	va_list arguments;
	va_start(arguments, format);
	say(ui, format, arguments);
	va_end(arguments);
}

void ui_detail(struct ui *ui, const char *format, ...)
{
	if (ui->quiet || ui->verbosity == 0) return;
	va_list arguments;
	va_start(arguments, format);
	say(ui, format, arguments);
	va_end(arguments);
}

void ui_notes(struct ui *ui, const struct notes *notes, size_t *shown)
{
	struct buf text;
	buf_init(&text, (size_t)1 << 20);
	for (; *shown < notes->list.n; ++*shown) {
		const struct note *note = &notes->list.p[*shown];
		if (ui->quiet || (note->level == NOTE_VERBOSE && ui->verbosity == 0)) continue;
		buf_clear(&text);
		term_note(&text, ui->term.err_colour, note->level == NOTE_WARNING, note->message, note->help);
		tell(ui, &text);
	}
	buf_release(&text);
}

static void member(struct json_writer *w, const char *key, const char *value)
{
	json_write_key(w, str_from(key));
	if (value[0])
		json_write_string(w, str_from(value));
	else
		json_write_null(w);
}

static void error_object(struct buf *b, const struct err *e)
{
	struct json_writer w;
	json_write_begin(&w, b);
	json_write_object(&w);
	json_write_key(&w, S("error"));
	json_write_object(&w);
	json_write_key(&w, S("status"));
	json_write_u64(&w, (uint64_t)err_status(e->code));
	member(&w, "id", e->id);
	member(&w, "message", e->what);
	member(&w, "where", e->where);
	member(&w, "why", e->why);
	member(&w, "help", e->help);
	json_write_object_end(&w);
	json_write_object_end(&w);
	buf_add_char(b, '\n');
}

void ui_error(struct ui *ui, const struct err *e)
{
	ui_flush(ui);
	struct buf text;
	buf_init(&text, TERM_MESSAGE_MAX);
	term_error(&text, ui->term.err_colour, e);
	tell(ui, &text);
	buf_release(&text);
	if (!ui->json || err_is_set(&ui->broken)) return;
	error_object(&ui->out, e);
	ui_flush(ui);
}
