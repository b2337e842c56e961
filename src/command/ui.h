/* ui.h: how a command talks: data on stdout, everything else on stderr.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Data is collected and written in large pieces (ui_flush ends one, for instance after each artifact's record). When stdout cannot
 * be written, that is kept: the run ends with ERR_IO. Only a reader who went away (EPIPE) is nobody's mistake: what follows is
 * dropped and the status stays what it is.
 * Notes, warnings and errors are single writes with the progress line out of the way, escaped by base/term.h.
 * -q leaves errors only; -v adds NOTE_VERBOSE and ui_detail; -vv is for requests (ui->verbosity >= 2).
 * Threads:  `progress` may be called from any; all else from the main thread. */
#ifndef LAMINA_COMMAND_UI_H
#define LAMINA_COMMAND_UI_H

#include "base/buf.h"
#include "base/env.h"
#include "base/err.h"
#include "base/meter.h"
#include "base/term.h"
#include "model/note.h"
#include "model/progress.h"

struct ui {
	struct term term;
	struct meter meter;
	struct progress progress; /* hand this to stages */
	bool quiet;
	unsigned verbosity; /* how often -v was given */
	bool json;          /* errors are also an object on stdout */
	struct buf out;
	bool reader_gone;  /* EPIPE */
	struct err broken; /* set when stdout could not be written */
};

void ui_begin(struct ui *ui, const struct env *env, bool quiet, unsigned verbosity);
/* Flushes; false and e (when it is not set already) when stdout could not be written. */
bool ui_end(struct ui *ui, struct err *e);

/* Data for stdout. */
void ui_printf(struct ui *ui, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ui_print(struct ui *ui, str text);
/* The buffer behind both, for writers that append; call ui_flush when a record is complete. */
struct buf *ui_out(struct ui *ui);
void ui_flush(struct ui *ui);

/* A line on stderr unless -q. Values from input must have gone through term_escape. */
void ui_say(struct ui *ui, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same with -v only. */
void ui_detail(struct ui *ui, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Shows notes->list.p[*shown..n) as far as -q and -v want them, and moves *shown to n. */
void ui_notes(struct ui *ui, const struct notes *notes, size_t *shown);
/* The message on stderr and, with --json, the object on stdout. */
void ui_error(struct ui *ui, const struct err *e);

#endif
