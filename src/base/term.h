/* term.h: what the terminal can do, and how texts are made fit for it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Facts are decided once, from the descriptors and the environment: NO_COLOR (any value: never), CLICOLOR_FORCE (not "0":
 * always), else colour on a terminal without CI and with a TERM that is not "dumb". Progress needs a terminal without CI on
 * stderr. Messages: `error: WHAT`, `  --> WHERE`, `  = why: ...`, `  = help: ...`; below TERM_MESSAGE_MAX bytes; whatever came
 * from input is escaped, so that no file name can move the cursor, recolour, reorder or fake a line.
 * Threads: facts are read-only after term_begin; texts are pure. */
#ifndef LAMINA_BASE_TERM_H
#define LAMINA_BASE_TERM_H

#include "base/buf.h"
#include "base/env.h"
#include "base/err.h"

#define TERM_MESSAGE_MAX 4000

struct term {
	bool out_is_tty, err_is_tty;
	bool out_colour, err_colour;
	bool progress;  /* stderr can redraw a line */
	unsigned width; /* columns of stderr at the start; 80 when unknown */
};

void term_begin(struct term *t, const struct env *env);

/* Columns of stderr now: windows change. What term_begin found when it cannot be asked. */
unsigned term_width(const struct term *t);

enum term_style { TERM_PLAIN, TERM_BOLD, TERM_RED, TERM_YELLOW, TERM_GREEN, TERM_CYAN, TERM_DIM };
/* text in that style; as it is without colour. The text is ours: it is not escaped. */
void term_styled(struct buf *b, bool colour, enum term_style style, const char *text);

/* Control characters as \n, \t, \x1b; bidirectional controls and line separators as \u202e; bytes that are not UTF-8 as \xff.
 */
void term_escape(struct buf *b, str text);
/* As term_escape, but cut (with "...") so that at most `limit` bytes are added. */
void term_escape_cut(struct buf *b, str text, size_t limit);

/* The message of an error, ending in a newline, at most TERM_MESSAGE_MAX - 1 bytes. */
void term_error(struct buf *b, bool colour, const struct err *e);
/* `LABEL: message` and, unless empty, the help: for "warning" and "note". */
void term_note(struct buf *b, bool colour, bool warning, str message, str help);

/* "9.3 MB" (10^6 bytes), "812 B". */
void term_size(struct buf *b, uint64_t bytes);
/* "31 ms", "2.4 s", "1 m 12 s". */
void term_duration(struct buf *b, uint64_t ns);

#endif
